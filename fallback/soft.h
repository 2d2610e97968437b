/* SPDX-License-Identifier: MIT */
/*
 * The soft engine: io_uring in user space, for one thread. The same three calls as the kernel's
 * over ring memory of the same layout; an object takes the place of the ring fd.
 *
 * This header has two readers: the ring object (ops/ring.c), which drives an engine, and the
 * operations, whose _prep and _try functions see a request and call mechanisms.
 */
#ifndef KRING__SOFT_H
#define KRING__SOFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../abi/map.h"
#include "../abi/sys.h"
#include "../ops/ops.h"

/* ---- For operations ---- */

#define KRING__TRY_WAIT (-5001)  /* would block: wait for req->events on req->fd, then try again */
#define KRING__TRY_ARMED (-5002) /* a mechanism has taken the request and will complete it */
#define KRING__TRY_LATER (-5004) /* would block on what cannot be polled: try again after a pause,
                                    of 1 ms at first and twice as long each time, up to 50 ms */
#define KRING__TRY_BLOCK (-5003) /* only with REQ_OFFLOADS: would block where no wait helps */

/* One whose feature is configured out is no bit at all, and what asks for it is gone. */
#define KRING__REQ_IF(symbol, bit) (CONFIG_KRING_##symbol ? 1u << (bit) : 0u)
/* Set by prep: results >= 0 are posted with F_MORE and the request is tried again, until WAIT, LAST
 * or an error. */
#define KRING__REQ_MULTISHOT KRING__REQ_IF(MULTISHOT, 0)
#define KRING__REQ_LAST (1u << 1)      /* set by try: this result ends a multishot */
#define KRING__REQ_FAILED (1u << 2)    /* set by try: a result >= 0 that breaks a link (short) */
#define KRING__REQ_NONBLOCK_FD (1u << 3) /* engine: fd is known to be O_NONBLOCK or always ready */
#define KRING__REQ_OFFLOADS KRING__REQ_IF(OFFLOAD, 4) /* engine: a thread can take what blocks */
#define KRING__REQ_DRY (1u << 5) /* set by try: less than asked for came, so another attempt of a
                                    multishot would find nothing: wait first */
#define KRING__REQ_NOTIF KRING__REQ_IF(ZEROCOPY, 6) /* set by prep: its result has F_MORE, and a
                                                       notification follows */
#define KRING__REQ_NOTIF_COPIED KRING__REQ_IF(ZEROCOPY, 7) /* which says that data was copied */
/* Set by try: the notification comes before what is linked; else behind it. */
#define KRING__REQ_NOTIF_EARLY KRING__REQ_IF(ZEROCOPY, 28)
/* The other bits from 8 on are the engine's own, see fallback/engine.h */

struct kring__req {
    struct io_uring_sqe sqe; /* the submitter's, copied */
    int32_t fd;              /* real fd of a KRING__FILE row, fixed table resolved; else sqe.fd */
    uint32_t flags;          /* KRING__REQ_ */
    uint32_t events;         /* for TRY_WAIT: POLLIN, POLLOUT, ...; preset from the row */
    uint32_t revents;        /* what the last wait reported; 0 at the first try */
    uint32_t cqe_flags;      /* or-ed into the next CQE, then cleared */
    uint32_t progress;       /* bytes already transferred (MSG_WAITALL), or what the op likes */
    uint64_t scratch[2];     /* the op's own between tries; zero at first */
    /* A selected provided buffer, between kring__req_buffer() and the CQE. */
    uint64_t buffer_addr;
    uint32_t buffer_length;
    uint16_t buffer_id;
    uint16_t buffer_group;
    uint32_t taken_bytes;     /* of a send's buffers */
    uint16_t taken, taken_at; /* how many there are, and where in the ring the first is */
    uint8_t taken_last, taken_more;
    /* The engine's own (fallback/engine.h says what they mean). */
    uint32_t index, next, prev, link, timer, seq, fd_next, fd_prev;
    uint32_t queue_next, hash_next, hash_prev, entry, target, repeats;
    uint32_t buffer_node, file_node;
    uint32_t backoff_ms;
    int32_t res;
    uint8_t armed, clock, buffer_taken, refused;
    uint64_t when_ns, period_ns;
    uint32_t copy;            /* place in the pool of copies, or none */
    struct kring__soft *home; /* while a thread has it */
    uint32_t stop;  /* tells a lent attempt to end: 0, or the errno; a private futex */
    uint32_t start; /* the op's own between its two attempts; a futex */
};

/*
 * Where this request's data goes: sqe.addr and sqe.len, or with BUFFER_SELECT a buffer picked from
 * the group (at most sqe.len bytes of it when that is not 0). 0, or -ENOBUFS. The engine consumes
 * the buffer when the result says so and sets F_BUFFER; on WAIT or an error it goes back.
 */
int kring__req_buffer(struct kring__soft *soft, struct kring__req *req, void **data,
                      uint32_t *length);
/* From now on the request waits on this fd, which is its own and ends with it. */
void kring__req_own_fd(struct kring__req *req, int fd);
/*
 * Bundles (io_ring_buffers_peek() of 6.18). KRING__BUNDLE buffers at most make one result.
 *
 * For receives: maps buffers of the group to vectors, up to max of them and up to limit bytes (0:
 * no limit), and takes none yet: how many, or -ENOBUFS. *flags: KRING__BUNDLE_LAST, the group has
 * no more than these; KRING__BUNDLE_CUT, a buffer was left or shortened for the limit.
 */
#define KRING__BUNDLE 64u
#define KRING__BUNDLE_LAST (1u << 0)
#define KRING__BUNDLE_CUT (1u << 1)
struct iovec;
int kring__req_map(struct kring__soft *soft, struct kring__req *req, unsigned max, uint32_t limit,
                   struct iovec *vectors, unsigned *flags);
/* Takes what so many bytes of the mapped buffers fill; the CQE's flags for them. */
uint32_t kring__req_consume(struct kring__soft *soft, struct kring__req *req, uint32_t bytes);
/*
 * For sends: takes buffers for good, max at most, and sqe.len bytes at most when that is not 0;
 * again called, the same ones. Gives the vectors from byte skip on, and all bytes in *total. How
 * many vectors, -ENOENT (no such group) or -ENOBUFS. The engine sets F_BUFFER in the CQE, also in
 * one that fails.
 */
int kring__req_take(struct kring__soft *soft, struct kring__req *req, unsigned max, uint32_t skip,
                    struct iovec *vectors, uint32_t *total);
/* The group had no more when it was taken from, or has none now. */
bool kring__req_taken_last(struct kring__soft *soft, const struct kring__req *req);
/*
 * Lies [addr, addr + length) in the registered buffer sqe.buf_index? 0 or -EFAULT, whatever is
 * wrong with it (-EBADF where the file is not open). The request holds the buffer from then on: its
 * slot may be changed, and later calls are about the same buffer.
 */
int kring__req_fixed_buffer(struct kring__soft *soft, struct kring__req *req, uint64_t addr,
                            uint64_t length);
/* The same for vectors, none of which may be empty: their bytes, or -EFAULT. */
int64_t kring__req_fixed_vectors(struct kring__soft *soft, struct kring__req *req,
                                 const struct iovec *vectors, size_t count);
/* The first half of it: is there such a buffer? */
int kring__req_fixed_slot(struct kring__soft *soft, struct kring__req *req);
/*
 * Turns a fresh real fd into what the SQE asked for: the fd itself, or with file_index a slot of
 * the fixed table (the fd is then owned by the table). Returns the CQE's res; on error the fd is
 * closed.
 */
int kring__req_install(struct kring__soft *soft, struct kring__req *req, int fd);
/* The same for two, always into slots (sqe.file_index is not 0): the named one and the next, or two
 * free ones. fds becomes the slots. 0, or -errno: both are closed, and both slots are empty. */
int kring__req_install_pair(struct kring__soft *soft, struct kring__req *req, int fds[2]);
/* Resolves a fixed-table index to a real fd, or -EBADF (-ENXIO without table). */
int kring__soft_fixed(struct kring__soft *soft, uint32_t index);
/*
 * As IORING_REGISTER_FILES_UPDATE2: count done, or -errno; tags: address of an array, or 0. offset
 * FILE_INDEX_ALLOC picks slots.
 */
int kring__soft_files_update(struct kring__soft *soft, uint32_t offset, int32_t *fds,
                             uint64_t tags, uint32_t count);
/* Closes and empties a fixed slot: 0, -EBADF, -ENXIO, -EINVAL. */
int kring__soft_close_slot(struct kring__soft *soft, uint32_t index);

/*
 * A plain fd is about to be closed by an operation of this ring: what the engine keeps for it is
 * deleted, and requests that still wait on it go on with a duplicate, as the kernel's hold the
 * file. Never fails.
 */
#if CONFIG_KRING_SOFT_ENGINE
void kring__soft_fd_closing(struct kring__soft *soft, int fd);
#else
static inline void kring__soft_fd_closing(struct kring__soft *soft, int fd)
{
    (void)soft;
    (void)fd;
}
#endif

/*
 * Threads that the application lends (kring_options.offload). kring__soft_lend() has the row's try
 * called once more, on such a thread, where it may wait as long as it also looks at req->stop; the
 * caller, if true, returns KRING__TRY_ARMED. Of the request that attempt uses only sqe, scratch,
 * stop and start. kring__soft_stop() asks it to end with -error, if it has nothing better to say.
 */
bool kring__soft_lends(const struct kring__soft *soft);
bool kring__soft_lend(struct kring__soft *soft, struct kring__req *req);
void kring__soft_stop(struct kring__req *req, int error);

/* What is to be cancelled: cancel_flags as in the SQE (IORING_ASYNC_CANCEL_x). */
struct kring__match {
    uint64_t user_data;
    uint32_t flags;
    int32_t fd; /* real fd or, with FD_FIXED, table index */
    uint8_t opcode;
    const struct kring__req *self; /* never matches itself */
};
/* 0 or -ENOENT or -EALREADY; with ALL or ANY: how many. Targets complete with -ECANCELED. */
int kring__soft_cancel(struct kring__soft *soft, const struct kring__match *match);
/* Removal and update of armed polls and timers; results are the CQE's. */
int kring__soft_poll_remove(struct kring__soft *soft, uint64_t user_data);
int kring__soft_poll_update(struct kring__soft *soft, uint64_t user_data, uint32_t flags,
                            uint32_t events, uint64_t new_user_data);
/*
 * A time as it was given, read as the kernel reads it: where long has 32 bits, so has tv_nsec, and
 * the upper half is padding, which a libc's struct timespec leaves as it was.
 */
static inline struct kring_timespec kring__time_given(const struct kring_timespec *given)
{
    struct kring_timespec time = *given;

    if (sizeof(long) == 4)
        time.tv_nsec = (int32_t)time.tv_nsec;
    return time;
}
int kring__soft_timer_remove(struct kring__soft *soft, uint64_t user_data);
int kring__soft_timer_update(struct kring__soft *soft, uint64_t user_data,
                             const struct kring_timespec *time, uint32_t timeout_flags);
/* Arms the request as a timer (TIMEOUT: count in sqe.off); KRING__TRY_ARMED or -errno. */
int kring__soft_timer_arm(struct kring__soft *soft, struct kring__req *req,
                          const struct kring_timespec *time, uint32_t timeout_flags);
/* Arms the request as a poll; KRING__TRY_ARMED, or the ready mask at once. */
int kring__soft_poll_arm(struct kring__soft *soft, struct kring__req *req, uint32_t events);
/* Legacy provided buffers; results are the CQE's. */
int kring__soft_provide(struct kring__soft *soft, uint64_t addr, uint32_t size, uint32_t count,
                        uint16_t group, uint16_t first);
int kring__soft_unprovide(struct kring__soft *soft, uint32_t count, uint16_t group);

/* A message box: other threads and rings put, the owner takes. */
struct kring__letter {
    uint64_t user_data;
    int32_t res;
    uint32_t flags;
    int32_t fd;       /* a descriptor for the owner's table, or -1 */
    uint32_t slot;    /* its place there */
    uint8_t reserved; /* the place was chosen by the sender */
    uint8_t quiet;    /* there is no CQE */
};
struct kring__mail_cell {
    uint32_t turn;
    struct kring__letter letter;
};
struct kring__mail {
    struct kring__mail_cell *cells;
    struct kring__soft *owner; /* whose table takes descriptors; NULL: none */
    uint32_t mask;
    uint32_t head; /* the owner's */
    int32_t fd;
    uint32_t asked; /* a wake was asked for */
    uint32_t tail __attribute__((aligned(64)));
};
#define KRING__MAIL_CELLS 256u
/* 0, -EAGAIN (full). Wakes the owner. Any thread, async-signal-safe. */
int kring__mail_put(struct kring__mail *mail, uint64_t user_data, int32_t res, uint32_t flags);
/*
 * Passes a descriptor (a duplicate, which is taken) into the table of the soft engine whose box
 * this is: file_index as in the SQE. 0, or the slot with FILE_INDEX_ALLOC; -errno: it was closed.
 */
int kring__mail_put_fd(struct kring__mail *mail, int fd, uint32_t file_index, uint64_t user_data,
                       bool quiet);
/* May messages come? -EBADFD while the soft engine whose box this is has not been enabled. */
int kring__mail_ready(const struct kring__mail *mail);
/* For an owner without a soft engine: its own box over KRING__MAIL_CELLS cells and an eventfd. */
void kring__mail_init(struct kring__mail *mail, struct kring__mail_cell *cells, int fd);
bool kring__mail_pending(const struct kring__mail *mail);
/* False: there is none. */
bool kring__mail_next(struct kring__mail *mail, struct kring__letter *letter);
/* A wake that is not a message. */
int kring__mail_wake(struct kring__mail *mail);
/* Reads the eventfd; true when a wake was asked for. */
bool kring__mail_drain(struct kring__mail *mail);

/* ---- For the ring object ---- */

struct kring__soft_config {
    uint32_t entries;    /* SQ entries wanted (rounded up to a power of two) */
    uint32_t cq_entries; /* 0: twice */
    uint32_t requests;   /* pool: requests in flight at once */
    uint32_t timers;
    uint32_t fds;
    uint32_t fixed_files; /* capacity of the fixed table */
    uint32_t fixed_buffers; /* and of the table of registered buffers */
    uint32_t groups;      /* provided-buffer groups */
    uint32_t buffers;     /* legacy provided buffers, all groups together */
    uint32_t copies;      /* bytes for what waiting requests' SQEs point to; 0: callers keep it */
    uint32_t flags;       /* KRING__SOFT_ */
    kring_offload *offload; /* takes blocking attempts to another thread, or NULL */
    void *offload_user;
};
#define KRING__SOFT_FDS_KEPT (1u << 0)  /* fds are closed only through the engine */
#define KRING__SOFT_NO_EPOLL (1u << 1)  /* ppoll although epoll is configured (EMFILE, no epoll) */
#define KRING__SOFT_NO_TAGS (1u << 2)   /* room for tags of files is not needed: -ENOMEM */

/* Bytes that kring__soft_setup needs for this config (object, rings, slabs), page multiple. */
size_t kring__soft_memory(const struct kring__soft_config *config);
/*
 * The kernel's io_uring_setup over given memory (page aligned, zeroed). params as for the kernel:
 * flags checked, entries, offsets and features filled in. Opens the wake fd and, unless refused,
 * the epoll fd. 0 and *soft, or -errno.
 */
int kring__soft_setup(struct kring__soft **soft, const struct kring__soft_config *config,
                      struct io_uring_params *params, void *memory, size_t length);
/* The kernel's io_uring_enter: flags GETEVENTS and EXT_ARG; same results (-ETIME, -EINTR, ...). */
int kring__soft_enter(struct kring__soft *soft, unsigned to_submit, unsigned min_complete,
                      unsigned flags, const void *arg, size_t argsz);
/* The kernel's io_uring_register, for what can be kept in user space; else -EINVAL. */
int kring__soft_register(struct kring__soft *soft, unsigned opcode, void *arg, unsigned nr_args);
/* What is registered in slots first on; an empty vector for an empty slot, and beyond the table. */
void kring__soft_buffers(const struct kring__soft *soft, uint32_t first, struct iovec *vectors,
                         uint32_t count);
/*
 * Other sizes for the rings (resize.c), in two steps, between which nothing is lost: begin checks
 * the sizes and flags in *params as IORING_REGISTER_RESIZE_RINGS does and makes the new rings, end
 * puts them in place of the old ones. 0, -EINVAL, -ENOMEM, or -EOVERFLOW: what waits does not fit.
 * After an error of either there are no new rings, and the old ones are as they were. undo gives
 * back what was begun and not ended.
 */
struct kring__soft_rings {
    void *memory; /* NULL: those in the engine's own memory */
    size_t length;
    struct io_uring_params params;
};
int kring__soft_resize_begin(struct kring__soft *soft, const struct io_uring_params *asked,
                             struct kring__soft_rings *rings);
int kring__soft_resize_end(struct kring__soft *soft, struct kring__soft_rings *rings);
void kring__soft_resize_undo(struct kring__soft_rings *rings);
/* Cancels everything, closes every fd the engine owns (table, epoll, wake). */
void kring__soft_close(struct kring__soft *soft);

/* True once after each wake. */
bool kring__soft_woken(struct kring__soft *soft);
/* True when the last wait found the also-fd readable. */
bool kring__soft_also_ready(struct kring__soft *soft);
/* Async-signal-safe: makes a waiting enter return. */
int kring__soft_wake(struct kring__soft *soft);
uint64_t kring__soft_waits(struct kring__soft *soft); /* statistics: wait system calls made */

#if CONFIG_KRING_SOFT_ENGINE
struct kring__view *kring__soft_view(struct kring__soft *soft);
/* The epoll fd that is readable when the engine has work but timers; -1 in a ppoll build. */
int kring__soft_epoll_fd(struct kring__soft *soft);
/* Changes when another epoll instance has come under that number: whoever polls the fd from afar
 * (an outer epoll, a poll in the kernel) has lost it then, and adds it again. */
uint32_t kring__soft_epoll_sets(struct kring__soft *soft);
/* The eventfd behind kring_wake() and the mailbox. */
int kring__soft_wake_fd(struct kring__soft *soft);
/* Absolute CLOCK_MONOTONIC ns of the nearest timer or backoff, INT64_MAX when none. */
int64_t kring__soft_next_timer(struct kring__soft *soft);
/*
 * True when an enter without wait would make progress (runnable request, unread or overflowed CQE).
 */
bool kring__soft_runnable(struct kring__soft *soft);
/* Requests that have not completed. */
uint32_t kring__soft_pending(struct kring__soft *soft);
/* The engine asks this fd too when it waits (ppoll build of a mixed ring); -1 removes it. */
void kring__soft_also_wait(struct kring__soft *soft, int fd);
/* What an outer poll must watch in a ppoll build: fills at most count, returns how many exist. */
unsigned kring__soft_pollfds(struct kring__soft *soft, struct kring_pollfd *fds, unsigned count);
struct kring__mail *kring__soft_mail(struct kring__soft *soft);
#else
/* Configured out: a ring has no soft engine, and nobody is to be asked. */
static inline struct kring__view *kring__soft_view(struct kring__soft *soft)
{
    (void)soft;
    return NULL;
}
static inline int kring__soft_epoll_fd(struct kring__soft *soft)
{
    (void)soft;
    return -1;
}
static inline uint32_t kring__soft_epoll_sets(struct kring__soft *soft)
{
    (void)soft;
    return 0;
}
static inline int kring__soft_wake_fd(struct kring__soft *soft)
{
    (void)soft;
    return -1;
}
static inline int64_t kring__soft_next_timer(struct kring__soft *soft)
{
    (void)soft;
    return INT64_MAX;
}
static inline bool kring__soft_runnable(struct kring__soft *soft)
{
    (void)soft;
    return false;
}
static inline uint32_t kring__soft_pending(struct kring__soft *soft)
{
    (void)soft;
    return 0;
}
static inline void kring__soft_also_wait(struct kring__soft *soft, int fd)
{
    (void)soft;
    (void)fd;
}
static inline struct kring__mail *kring__soft_mail(struct kring__soft *soft)
{
    (void)soft;
    return NULL;
}
static inline unsigned kring__soft_pollfds(struct kring__soft *soft, struct kring_pollfd *fds,
                                           unsigned count)
{
    (void)soft;
    (void)fds;
    (void)count;
    return 0;
}
#endif

#endif
