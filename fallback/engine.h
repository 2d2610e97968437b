/* SPDX-License-Identifier: MIT */
/*
 * The soft engine's own: its state, and what its mechanisms say to each other.
 *
 *   setup.c      memory, setup, close            register.c   the register calls
 *   submit.c     SQE -> request, chains, drain   run.c        request -> attempts -> completion
 *   cq.c         CQEs, overflow                  enter.c      the wait
 *   readiness.c  who waits for which fd          epoll.c, ppoll.c   one of which is asked
 *   timer.c      what happens later              cancel.c     what shall not happen
 *   files.c      the fixed table                 buffers.c    provided buffers
 *   bundle.c     several of them at once
 *   rsrc.c       registered buffers, tags
 *   mail.c       words from other threads        poll.c       polls as requests
 *   offload.c    blocking calls on other threads
 *   copies.c     what waiting requests point to            resize.c     rings of other sizes
 *
 * A request is in one place at a time, which `armed` names; place and lists change together in
 * the functions below. It is completed once: kring__finish() decides the result,
 * kring__flush_completions() posts it and starts what is linked behind.
 */
#ifndef KRING__ENGINE_H
#define KRING__ENGINE_H

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "../abi/barrier.h"
#include "../abi/sys.h"
#include "soft.h"

#define KRING__NONE UINT32_C(0xffffffff)

/* Where a request is (req->armed). */
enum kring__place {
    KRING__AT_FREE,
    KRING__AT_CHAIN,    /* behind the member before it */
    KRING__AT_DRAIN,    /* deferred until earlier requests have ended */
    KRING__AT_QUEUE,    /* will be tried */
    KRING__AT_FD,       /* waits for readiness */
    KRING__AT_BACKOFF,  /* waits for a time, since readiness lied or nothing can be polled */
    KRING__AT_TIMER,    /* is a timer */
    KRING__AT_THREAD,   /* blocks on a thread of the application's */
    KRING__AT_DONE,     /* has its result, which will be posted */
    KRING__AT_OVERFLOW  /* ended; its slot holds a CQE for which there was no room */
};

/* req->flags, the engine's part. */
#define KRING__REQ_FAIL (1u << 8)        /* breaks its links */
#define KRING__REQ_SKIP (1u << 9)        /* no CQE */
#define KRING__REQ_SKIP_LINKS KRING__REQ_IF(CHAINS, 10) /* nor of those its failure cancels */
#define KRING__REQ_LINK KRING__REQ_IF(CHAINS, 11)
#define KRING__REQ_HARDLINK KRING__REQ_IF(CHAINS, 12)
#define KRING__REQ_DRAIN KRING__REQ_IF(CHAINS, 13)
#define KRING__REQ_ASYNC (1u << 14)      /* not tried while it is submitted */
#define KRING__REQ_POLL KRING__REQ_IF(POLL, 15)       /* waits as a poll: its result is the mask */
#define KRING__REQ_OWN_FD (1u << 16)     /* fd is a duplicate that ends with the request */
#define KRING__REQ_ARM_TIMER KRING__REQ_IF(CHAINS, 17) /* the linked timer is not armed yet */
#define KRING__REQ_LINK_TIMER KRING__REQ_IF(CHAINS, 18) /* linked timer; target: its request */
#define KRING__REQ_COUNTED KRING__REQ_IF(TIME, 19)    /* timer with a completion count */
#define KRING__REQ_TRIED (1u << 20)      /* at least one attempt was made */
#define KRING__REQ_CANCELLED (1u << 21)  /* in the queue to be ended with res */
#define KRING__REQ_AGAIN (1u << 22)      /* EAGAIN after readiness, at when_ns */
#define KRING__REQ_HASHED (1u << 23)
#define KRING__REQ_PERIODIC KRING__REQ_IF(TIME, 24)   /* multishot timer */
#define KRING__REQ_KEEP KRING__REQ_IF(TIME, 25)       /* expiry is a success */
#define KRING__REQ_NOFILE (1u << 26)     /* its file could not be found */
/* Ends since its chain broke: its notification comes without being announced by F_MORE (6.18). */
#define KRING__REQ_UNBEGUN KRING__REQ_IF(ZEROCOPY, 27)
#define KRING__REQ_STOPS KRING__REQ_IF(OFFLOAD, 29) /* its thread can be asked to end */

enum { KRING__CLOCK_MONO, KRING__CLOCK_BOOT, KRING__CLOCK_REAL };
/* Without timeouts only the pauses of the readiness code are timers. */
#define KRING__CLOCKS (CONFIG_KRING_TIME ? 3u : 1u)

struct kring__heap {
    uint32_t *slots;
    uint32_t count;
};

struct kring__fifo {
    uint32_t first, last;
};

#define KRING__KEEP_FD 1    /* closed only through the engine */
#define KRING__KEEP_MULTI 2 /* a multishot waits */

/* An fd that somebody waits for, or whose registration is kept. */
struct kring__entry {
    int32_t fd;
    uint32_t generation;
    uint32_t hash_next, hash_prev;
    uint32_t first, last;         /* waiting requests, oldest first */
    uint32_t idle_next, idle_prev;
    uint32_t registered;          /* events that the set has; 0 with in_set: none now */
    uint8_t in_set;  /* it is in the set, armed or not */
    uint8_t keep;    /* KRING__KEEP_x: the registration stays armed, no one-shot */
    uint8_t edge;    /* a multishot poll on a duplicate of its own */
    uint8_t idle;    /* in the list of entries without waiters */
};

struct kring__legacy {
    uint64_t addr;
    uint32_t length;
    uint32_t next;
    uint16_t id;
};

/* A registered resource as its users see it: rsrc.c. */
struct kring__node {
    uint64_t tag;    /* 0: none */
    uint64_t addr;   /* of a buffer */
    uint32_t length;
    uint32_t users;  /* its slot, and requests */
    uint32_t next;
};

struct kring__group {
    uint8_t used;
    uint8_t incremental;
    uint16_t id;
    uint16_t head;
    uint16_t mask;
    struct io_uring_buf_ring *ring; /* NULL: legacy */
    uint32_t first, last;           /* legacy buffers */
};

struct kring__soft {
    struct kring__view view;
    struct kring__soft_rings rings; /* where they lie, once resized */
    struct kring__soft_config config;
    uint32_t setup_flags;
    uint32_t sq_head, cq_tail; /* our own: what the ring memory holds is not trusted */
    bool disabled;
    bool also_ready;
    bool woken;
    bool submitting;
    bool no_pwait2;

    struct kring__req *reqs;
    uint32_t free;
    struct kring__fifo active, queue, done, deferred, overflow;
    uint32_t inflight, deferred_count, queued;
    uint32_t jobs_done; /* stack of requests that came back from a thread */
    uint32_t jobs_out;  /* threads that still use the engine's memory and descriptors */
    bool drain_active, drain_next, drain_disabled;
    uint32_t chain_head, chain_last;

    uint32_t *hash; /* cancellable requests by user_data */
    uint32_t hash_mask;

    struct kring__entry *entries;
    uint32_t *entry_hash;
    uint32_t entry_mask;
    uint32_t entry_free;
    struct kring__fifo idle;
    uint32_t waiters;     /* requests at AT_FD */
    uint32_t wait_before; /* a request that waits again goes back to its place */
    uint32_t stale;       /* events of registrations that cannot be deleted */
    bool poll_due;        /* a registration may be ready already */
    uint32_t sets;        /* epoll instances made: one more whenever the set is made anew */
    int32_t epoll_fd;
    int32_t also_fd;
    struct kring__pollfd *pollfds; /* wake, also, entries */
    uint32_t *poll_entry;
    uint32_t entry_top;            /* entries beyond were never used */
    uint64_t waits;
    uint32_t enters;

    struct kring__heap heaps[KRING__CLOCKS];
    uint32_t heap_total;
    struct kring__fifo counted; /* by seq, over hash links */
    uint32_t timer_cqes;        /* CQEs of timers, which do not count */
    uint32_t counted_flush;

    struct kring__node *nodes;
    uint32_t node_free, node_top; /* nodes from node_top on were never used */
    struct kring__fifo tags;      /* nodes without users whose tag has no CQE yet */
    uint32_t *fixed;              /* registered buffers: nodes, or KRING__NONE */
    uint32_t fixed_count;         /* 0: no table */

    int32_t *files;
    uint32_t *file_nodes; /* beside files: the tag's node, or KRING__NONE */
    uint32_t file_count, file_hint, alloc_first, alloc_end;
    bool files_registered;

    struct kring__group *groups;
    struct kring__legacy *buffers;
    uint32_t buffer_free;

    unsigned char *copies; /* pool of config.copies bytes */
    uint32_t copy_next;    /* where the next search begins */

    int32_t event_fd; /* registered eventfd, or -1 */
    bool event_async;
    bool event_due;

    struct kring__mail mail;
};

static inline struct kring__req *kring__req_at(struct kring__soft *soft, uint32_t index)
{
    return &soft->reqs[index];
}

/* ---- cq.c ---- */
void kring__fifo_push(struct kring__soft *soft, struct kring__fifo *fifo, struct kring__req *req);
struct kring__req *kring__fifo_pop(struct kring__soft *soft, struct kring__fifo *fifo);
uint32_t kring__cq_unread(const struct kring__soft *soft);
/* Sizes as io_uring_setup() chooses them: 0, or -EINVAL. cq_entries 0: twice, or as params says. */
int kring__soft_sizes(uint32_t entries, uint32_t cq_entries, struct io_uring_params *params);
/* IORING_REGISTER_RESIZE_RINGS. */
int kring__soft_resize(struct kring__soft *soft, struct io_uring_params *params);
/* False: no room, nothing happened. */
bool kring__cq_post(struct kring__soft *soft, uint64_t user_data, int32_t res, uint32_t flags);
/* The same past what overflowed: for who keeps that order. */
bool kring__cq_put(struct kring__soft *soft, uint64_t user_data, int32_t res, uint32_t flags);
/* The request has ended and its CQE has no room. */
void kring__cq_overflowed(struct kring__soft *soft, struct kring__req *req);
/* CQEs wait for room. */
bool kring__cq_waiting(const struct kring__soft *soft);
/* Posts what overflowed, and tags, as far as there is room. */
void kring__cq_flush_overflow(struct kring__soft *soft);
/* What follows from posted CQEs: eventfd, counted timers, drain. */
void kring__cq_posted(struct kring__soft *soft);

/* ---- run.c ---- */
struct kring__req *kring__req_alloc(struct kring__soft *soft);
void kring__req_free(struct kring__soft *soft, struct kring__req *req);
void kring__set_fail(struct kring__req *req);
/* Decides the result of a request that is in no place; the CQE comes with the next flush. */
void kring__finish(struct kring__soft *soft, struct kring__req *req, int32_t res);
/* As kring__finish, through the queue: behind the CQEs of the present call. */
void kring__finish_later(struct kring__soft *soft, struct kring__req *req, int32_t res);
/* Will be tried in turn. */
void kring__queue(struct kring__soft *soft, struct kring__req *req);
void kring__attempt(struct kring__soft *soft, struct kring__req *req);
/* A multishot result: true if posted with F_MORE, else the request was finished with it. */
bool kring__post_more(struct kring__soft *soft, struct kring__req *req, int32_t res,
                      uint32_t flags);
void kring__flush_completions(struct kring__soft *soft);
/* The result of a zero-copy request is posted: what is left of it is the notification. */
void kring__become_notification(struct kring__req *req);
/* Runs everything that is queued. */
void kring__run_queue(struct kring__soft *soft);
/* Arms the linked timer behind a request that has to wait. */
void kring__arm_linked(struct kring__soft *soft, struct kring__req *req);

/* ---- submit.c ---- */
int kring__submit(struct kring__soft *soft, uint32_t count);
void kring__drain_deferred(struct kring__soft *soft);

/* ---- readiness.c ---- */
void kring__wait_fd(struct kring__soft *soft, struct kring__req *req);
void kring__unwait_fd(struct kring__soft *soft, struct kring__req *req);
/* Is tried again after a pause, each longer than the one before. */
void kring__back_off(struct kring__soft *soft, struct kring__req *req, int64_t now);
/* Waits on a duplicate of its own from now on; -errno when there is none. */
int kring__own_fd(struct kring__req *req);
/* The fd of an entry is ready. */
void kring__fd_event(struct kring__soft *soft, struct kring__entry *entry, uint32_t revents);
uint32_t kring__entry_wanted(struct kring__soft *soft, const struct kring__entry *entry);
/* Nobody waits for this fd any more, or it ends: its registration is deleted. */
void kring__forget_fd(struct kring__soft *soft, int fd);
void kring__wake_event(struct kring__soft *soft);

/* ---- set.c: which of the two sets it is ---- */
/* 0, or -errno; -EPERM: cannot be polled; -ENOENT: the fd is another file now. */
int kring__set_arm(struct kring__soft *soft, struct kring__entry *entry, uint32_t events);
void kring__set_remove(struct kring__soft *soft, struct kring__entry *entry);
/*
 * Waits at most timeout_ns (-1: for ever, 0: only asks) and handles events. >= 0, or -EINTR and
 * other errors of the system call.
 */
int kring__set_wait(struct kring__soft *soft, int64_t timeout_ns, const void *sigmask,
                    size_t sigmask_size);

/* ---- epoll.c, ppoll.c: each is only called where it is configured ---- */
int kring__epoll_open(struct kring__soft *soft);
int kring__epoll_arm(struct kring__soft *soft, struct kring__entry *entry, uint32_t events);
void kring__epoll_remove(struct kring__soft *soft, struct kring__entry *entry);
int kring__epoll_wait(struct kring__soft *soft, int64_t timeout_ns, const void *sigmask,
                      size_t sigmask_size);
void kring__epoll_also(struct kring__soft *soft, int old_fd, int fd);
int kring__ppoll_wait(struct kring__soft *soft, int64_t timeout_ns, const void *sigmask,
                      size_t sigmask_size);

/* ---- timer.c ---- */
void kring__timer_start(struct kring__soft *soft, struct kring__req *req, uint64_t when_ns,
                        unsigned clock);
void kring__timer_stop(struct kring__soft *soft, struct kring__req *req);
void kring__timers_run(struct kring__soft *soft);
/* Ends counted timers whose count was reached. */
void kring__timers_count(struct kring__soft *soft);
void kring__counted_remove(struct kring__soft *soft, struct kring__req *req);

/* ---- cancel.c ---- */
void kring__hash_add(struct kring__soft *soft, struct kring__req *req);
void kring__hash_remove(struct kring__soft *soft, struct kring__req *req);
/* Takes a request out of the place where it waits. */
void kring__detach(struct kring__soft *soft, struct kring__req *req);
/* Ends a waiting request with -ECANCELED, or with what it has transferred. */
int kring__cancel(struct kring__soft *soft, struct kring__req *req); /* 0 or -EALREADY */
/* Newest waiting request with this user_data, or NULL. Kind: see cancel.c. */
enum kring__kind { KRING__KIND_ANY, KRING__KIND_POLL, KRING__KIND_TIMER, KRING__KIND_LINK_TIMER };
struct kring__req *kring__hash_find(struct kring__soft *soft, uint64_t user_data,
                                    enum kring__kind kind, const struct kring__req *self);

/* ---- buffers.c ---- */
/* The CQE flags of the buffer that the result consumed, 0 if it goes back. */
uint32_t kring__buffer_done(struct kring__soft *soft, struct kring__req *req, int32_t res);
struct kring__group *kring__group_find(struct kring__soft *soft, uint32_t id);
uint16_t kring__group_tail(const struct kring__group *group);
/* The entry at a place of the group's ring. */
struct io_uring_buf *kring__group_entry(const struct kring__group *group, uint16_t at);
/* Takes from the head what so many bytes fill; true: the last buffer is used up. */
bool kring__group_consume(struct kring__group *group, uint32_t length);
/* Takes the first buffer of a legacy group. */
void kring__group_pop(struct kring__soft *soft, struct kring__group *group);
/* The CQE flags of a send's buffers, which the request then no longer has. */
uint32_t kring__buffers_sent(struct kring__req *req);
/* False: it selects from a group that has no buffer now. */
bool kring__buffers_left(struct kring__soft *soft, const struct kring__req *req);
int kring__buffers_ring(struct kring__soft *soft, const struct io_uring_buf_reg *reg);
int kring__buffers_unring(struct kring__soft *soft, const struct io_uring_buf_reg *reg);
int kring__buffers_status(struct kring__soft *soft, struct io_uring_buf_status *status);

/* ---- rsrc.c ---- */
/* At most one per slot, and one of each table that a request holds after its slot was changed. */
static inline uint32_t kring__node_count(const struct kring__soft_config *config)
{
    uint32_t files = config->flags & KRING__SOFT_NO_TAGS ? 0 : config->fixed_files;
    uint32_t slots = config->fixed_buffers + files;

    return slots ? slots + 2 * config->requests : 0;
}
/* A node with one user, or KRING__NONE. */
uint32_t kring__node_new(struct kring__soft *soft, uint64_t tag);
/* One user less; the tag is posted after the last. KRING__NONE is nothing. */
void kring__node_put(struct kring__soft *soft, uint32_t index);
/* The request has ended and has its CQE. */
void kring__req_put_nodes(struct kring__soft *soft, struct kring__req *req);
/* Posts the first tag of soft->tags; false: no room. */
bool kring__tag_post(struct kring__soft *soft);
/* vectors and tags: addresses of arrays, 0 for none. */
int kring__buffers_register(struct kring__soft *soft, uint64_t vectors, uint64_t tags,
                            uint32_t count);
int kring__buffers_unregister(struct kring__soft *soft);
int kring__buffers_update(struct kring__soft *soft, uint32_t offset, uint64_t vectors,
                          uint64_t tags, uint32_t count);

/* ---- files.c ---- */
int kring__files_register(struct kring__soft *soft, const int32_t *fds, uint64_t tags,
                          uint32_t count);
/* The request uses the file of this slot until it has ended. */
void kring__files_hold(struct kring__soft *soft, struct kring__req *req, uint32_t index);
int kring__files_unregister(struct kring__soft *soft);
/*
 * For another ring's thread: a place for a descriptor in this table, as file_index names it. The
 * slot, or -errno. If it is empty it is *claimed: nobody else finds it free.
 */
int kring__files_reserve(struct kring__soft *soft, uint32_t file_index, bool *claimed);
void kring__files_unreserve(struct kring__soft *soft, uint32_t slot);
/* The descriptor that came for a slot, which is the table's from now on. */
void kring__files_arrive(struct kring__soft *soft, uint32_t slot, bool reserved, int fd);
int kring__files_range(struct kring__soft *soft, const struct io_uring_file_index_range *range);
bool kring__files_owns(const struct kring__soft *soft, const struct kring__req *req);

/* ---- copies.c ---- */
#if CONFIG_KRING_COPIES
void kring__copies_init(struct kring__soft *soft);
/* Copies what the SQE points to, once: 0 or -ENOMEM. */
int kring__copy(struct kring__soft *soft, struct kring__req *req);
/* A request that has just been tried for the first time: if it waits, its copy is made. */
void kring__copy_waiting(struct kring__soft *soft, struct kring__req *req);
/* The request ends with res. */
void kring__copy_end(struct kring__soft *soft, struct kring__req *req, int32_t res);
#else
static inline void kring__copies_init(struct kring__soft *soft)
{
    (void)soft;
}
static inline int kring__copy(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    (void)req;
    return 0;
}
static inline void kring__copy_waiting(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    (void)req;
}
static inline void kring__copy_end(struct kring__soft *soft, struct kring__req *req, int32_t res)
{
    (void)soft;
    (void)req;
    (void)res;
}
#endif

/* ---- mail.c ---- */
/* Moves messages to the CQ as far as there is room. */
void kring__mail_take(struct kring__soft *soft);
/* Closes the descriptors of letters that nobody will take. */
void kring__mail_discard(struct kring__mail *mail);

/* ---- offload.c ---- */
#if CONFIG_KRING_OFFLOAD
bool kring__offload_wanted(const struct kring__soft *soft, const struct kring__req *req,
                           const struct kring__row *row);
/* Hands the request to a thread; false: there is none. */
bool kring__offload(struct kring__soft *soft, struct kring__req *req);
void kring__offload_take(struct kring__soft *soft);
/* Waits until no thread uses the engine any more; those that can be asked to end are. */
void kring__offload_close(struct kring__soft *soft);
#endif
int kring__mail_ring(const struct kring__mail *mail);
/* The result of the last attempt is this. */
void kring__req_ended(struct kring__soft *soft, struct kring__req *req, int res);

#endif
