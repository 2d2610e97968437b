/* SPDX-License-Identifier: MIT */
/*
 * The ring object and its operations' slots. One thread drives it; see kring.h for the contract.
 *
 *   start.c     queues a slot           (NOT_STARTED -> RUNNING)
 *   route.c     which engine runs it
 *   flush.c     queue -> submission ring of the chosen engine; drain, chains in one piece
 *   run.c       submit, wait at one point, reap
 *   complete.c  CQE -> state machine -> callback
 *   chain.c     chains that no single engine can run whole
 */
#ifndef KRING__RING_H
#define KRING__RING_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "../abi/barrier.h"
#include "../abi/sys.h"
#include "../fallback/soft.h"
#include "../probe/probe.h"
#include "ops.h"

/* The life of an operation; kring__move() knows the legal edges. A free slot is COMPLETE. */
enum kring__state {
    KRING__COMPLETE,
    KRING__NOT_STARTED,
    KRING__RUNNING,
    KRING__DONE,
    KRING__DROPPED
};

#define KRING__NIL UINT32_C(0xffffffff)

/* user_data: index 20, generation 32, tag 4, engine 1, zero 7 bits. Nobody else knows. */
enum kring__tag {
    KRING__TAG_SINGLE = 1,
    KRING__TAG_MULTI = 2,
    KRING__TAG_CANCEL = 3,   /* our cancel of the slot it names */
    KRING__TAG_INTERNAL = 4, /* ours: see below */
    KRING__TAG_MESSAGE = 5,  /* an arrival by MSG_RING: the low 52 bits are the sender's */
    KRING__TAG_RESOURCE = 6  /* a tag of a registered resource: ops/resource.c */
};
/*
 * What TAG_INTERNAL has for an index: the poll on the soft engine (its generation says on which
 * instance of its set), the timeout that ends a wait, what takes back one of them (all of wait.c),
 * and what fills the end of a ring (wide.c).
 */
enum { KRING__WATCH, KRING__ALARM, KRING__TAKES_BACK, KRING__FILLER };
#define KRING__INDEX_BITS 20
#define KRING__MESSAGE_BITS 52

static inline uint64_t kring__pack(uint32_t index, uint32_t generation, unsigned tag,
                                   unsigned soft)
{
    return (uint64_t)index | (uint64_t)generation << KRING__INDEX_BITS | (uint64_t)tag << 52 |
           (uint64_t)soft << 56;
}

static inline uint32_t kring__pack_index(uint64_t user_data)
{
    return (uint32_t)(user_data & ((UINT64_C(1) << KRING__INDEX_BITS) - 1));
}

static inline uint32_t kring__pack_generation(uint64_t user_data)
{
    return (uint32_t)(user_data >> KRING__INDEX_BITS);
}

static inline unsigned kring__pack_tag(uint64_t user_data)
{
    return (unsigned)(user_data >> 52 & 15);
}

/* Slot flags; one whose feature is configured out is no bit at all, and what asks for it is
 * gone. */
#define KRING__IF_ON(symbol, bit) (CONFIG_KRING_##symbol ? 1u << (bit) : 0u)
#define KRING__S_MULTI KRING__IF_ON(MULTISHOT, 0)      /* multishot */
#define KRING__S_QUEUED (1u << 1)     /* started, in the waiting queue */
#define KRING__S_SUBMITTED (1u << 2)  /* an engine has its SQE */
#define KRING__S_CANCEL_USER (1u << 3)  /* kring_cancel, or a cancel operation, was aimed at it */
#define KRING__S_CANCEL_TIME (1u << 4)  /* its deadline expired */
#define KRING__S_CANCEL_QUEUED (1u << 5) /* our cancel waits for a submission slot */
#define KRING__S_CANCEL_SENT (1u << 6)   /* our cancel is in the engine */
#define KRING__S_LAST_SEEN (1u << 7)   /* its final CQE came; waits for our cancel's CQE */
#define KRING__S_UNPROVEN KRING__IF_ON(KERNEL_ENGINE, 8) /* its EINVAL may be the kernel's */
#define KRING__S_RERUN KRING__IF_ON(KERNEL_ENGINE, 9)    /* on soft, to judge a kernel's refusal */
#define KRING__S_DRAIN (1u << 10)
#define KRING__S_HARDLINK KRING__IF_ON(CHAINS, 11)
#define KRING__S_CHAINED KRING__IF_ON(CHAINS, 12)   /* member of a chain */
#define KRING__S_CHAIN_HEAD KRING__IF_ON(CHAINS, 13) /* the first that has not ended */
#define KRING__S_SEQUENCED KRING__IF_ON(CHAINS, 14) /* its chain is run member by member */
#define KRING__S_PREV_FAILED KRING__IF_ON(CHAINS, 15) /* the member before it failed */
#define KRING__S_COMPOSITE KRING__IF_ON(COMPOSITE, 16)
#define KRING__S_SKIP (1u << 17)      /* raw CQE_SKIP_SUCCESS: no callback on success */
#define KRING__S_INSTALLING KRING__IF_ON(KERNEL_ENGINE, 18) /* the kernel makes an fd for it */
#define KRING__S_PAUSED KRING__IF_ON(PROVIDED_BUFFERS, 19) /* multishot: waits for a buffer */
#define KRING__S_COUNTING KRING__IF_ON(TIME, 20)  /* timeout that also counts completions */
#define KRING__S_IN_CALLBACK (1u << 21)
#define KRING__S_ENDED (1u << 22)     /* its result is decided, it waits for delivery */
#define KRING__S_LINK_TIMER KRING__IF_ON(CHAINS, 23) /* sequenced LINK_TIMEOUT by its target */
#define KRING__S_NOTIF (1u << 24)     /* zero-copy: result came, notification is awaited */
#define KRING__S_VECTORED KRING__IF_ON(COMPOSITE, 25)  /* composite over an iovec array */
#define KRING__S_SELECTS KRING__IF_ON(PROVIDED_BUFFERS, 26)   /* picks from one of our pools */
#define KRING__S_RAW (1u << 27)
#define KRING__S_ORPHAN KRING__IF_ON(KERNEL_ENGINE, 28) /* lost: its memory is the kernel's */
#define KRING__S_POISONED (1u << 29)
#define KRING__S_REF (1u << 30)       /* sqe.addr names another operation of this ring */
#define KRING__S_STEP (1u << 31)      /* in the steps list */

struct kring__slot {
    struct io_uring_sqe sqe; /* as it is given to the engine; composites advance it */
    uint32_t generation;
    uint32_t flags;
    uint8_t state;
    uint8_t engine; /* enum kring_engine that has it, or will */
    uint8_t pin;
    uint8_t pool;
    int32_t error;  /* met while configuring; kring_start returns it */
    uint32_t next, prev;  /* waiting queue, ended list, pause list or free list */
    uint32_t cancel_next; /* list of cancels to send */
    uint32_t chain_next;  /* next member, or KRING__NIL */
    uint32_t heap;        /* place in the deadline heap, or KRING__NIL */
    uint32_t transferred; /* composites */
    uint32_t count;       /* counted timeout: completions still to come; where a piece of a
                             buffer begins; see kring__is_to_direct() too */
    int64_t deadline_ns;  /* relative before the start, absolute after; -1 none */
    int64_t value;        /* the result while DONE or ENDED */
    int32_t raw;
    uint32_t result_flags;
    int32_t borrowed; /* fd of its own for a direct descriptor of the kernel's; else -1 */
    int32_t option[2];    /* value of a typed socket option: the engine reads or writes it here */
    kring_done *done; /* or, DROPPED, the release */
    kring_release *release;
    void *user;
    struct kring_copy *copy; /* kring_copy()'s, else NULL */
};

/* A READ with results until it is ended: its caller sees a multishot, the engines one after another
 * (ops/process/signals.c). */
static inline bool kring__reads_on(const struct kring__slot *slot)
{
    return (slot->flags & KRING__S_MULTI) && slot->sqe.opcode == IORING_OP_READ;
}

/* The second halves of an SQE of 128 bytes and of a CQE of 32 (wide.c). */
struct kring__wide {
    uint8_t sqe[64];
    uint64_t cqe[2];
};
#define KRING__SETUP_WIDE \
    (IORING_SETUP_SQE128 | IORING_SETUP_SQE_MIXED | IORING_SETUP_CQE32 | IORING_SETUP_CQE_MIXED)

struct kring__list {
    uint32_t first, last;
};

/* A buffer of an incremental pool. */
struct kring__pieces {
    uint32_t offset; /* where the next piece begins */
    uint16_t held;   /* pieces that were not given back */
    uint16_t full;   /* no more will come: it goes back with the last piece */
};

struct kring__pool {
    uint8_t used;
    uint8_t home;    /* enum kring_engine; AUTO until the first operation selects from it */
    uint8_t sends;   /* the application queues filled buffers */
    uint16_t tail;   /* of the buffer ring */
    uint16_t reported; /* behind the last buffer that a send's result named */
    uint16_t *where; /* of each buffer: its place in the ring, when it was last put there */
    uint16_t mask;
    uint32_t count, size;
    uint32_t users;  /* operations that select from it */
    uint32_t kept;
    uint8_t *memory;
    struct io_uring_buf_ring *ring;
    size_t ring_length; /* of the mapping, with the pieces */
    struct kring__pieces *pieces; /* of each buffer; NULL: not incremental */
    struct kring__list paused;
};

/* A tag that engines have: each says once that it has released what the tag is of. */
struct kring__resource {
    uint64_t tag;     /* the application's */
    uint32_t next;    /* free list */
    uint32_t batch;   /* made for this call */
    uint8_t engines;  /* that still have it */
    uint8_t silent;   /* nobody was promised anything */
};

struct kring {
    struct kring__slot *slots;
    struct kring__wide *wide; /* one for each slot, or NULL: neither kind was asked for */
    uint64_t second[2];       /* of the CQE that is looked at, with CQE_F_32 */
    uint32_t slot_count;
    uint32_t free; /* first of the free slots, linked by next */
    struct kring__list waiting, ended;
    struct kring__list steps; /* what goes on: restarts, and chain members whose turn has come */
    uint32_t cancels; /* first slot of the list of cancels to send, oldest first */
    uint32_t cancels_last; /* its last slot, while there is a first */
    uint32_t *heap;
    uint32_t heap_count, heap_limit;

    uint32_t running;   /* user operations RUNNING or DROPPED */
    uint32_t submitted; /* of these: in an engine */
    uint32_t queued;
    uint32_t draining;  /* slot whose end unblocks the queue, or KRING__NIL */
    uint32_t counting;  /* counted timeouts running */

    struct kring__kernel kernel;
    struct kring__soft *soft;
    struct kring__caps caps;
    struct kring__mail mail; /* own mailbox where there is no soft engine; cells NULL: none */
    uint32_t kernel_inflight; /* SQEs the kernel ring still has a CQE to give for */
    uint32_t kernel_internal; /* and of these our own: wait.c */
    uint32_t cq_limit;        /* without NODROP: never more than the CQ holds */
    uint8_t fast[KRING__OP_COUNT]; /* enum kring_engine for an SQE that asks nothing special, with
                                      KRING__FAST_PLAIN; 0: kring__route() has to look */
    uint8_t pins[KRING__OP_COUNT];
    uint8_t worked[KRING__OP_COUNT]; /* succeeded once on the kernel */
    uint8_t told[KRING__OP_COUNT];   /* on_downgrade was told */

    int32_t wake_fd;     /* own eventfd where there is no soft engine; else -1 */
    int32_t loop_fd;     /* outer epoll of kring_fd(), or -1 */
    int32_t timer_fd;
    int32_t event_fd;    /* registered with a DEFER_TASKRUN ring once others wait for it, or -1 */
    uint32_t loop_set;   /* which epoll instance of the soft engine the outer one has */
    uint32_t watch_set;  /* and which our poll in the kernel is on */
    int64_t alarm_ns;    /* when our timeout ends, absolute */
    struct kring_timespec alarm_time; /* its argument */
    uint8_t watch_armed; /* our poll on the soft engine is in the kernel */
    uint8_t alarm_armed; /* and our timeout */
    uint8_t waits_outside; /* the kernel refused one of them */
    uint8_t bound;       /* first submit done */
    uint8_t closing;
    uint8_t close_asked; /* from a callback */
    uint8_t kernel_lost; /* enter is no longer allowed */
    uint8_t woken;
    uint8_t depth;       /* callbacks on the stack */
    uint8_t own_memory;
    uint8_t direct_home; /* enum kring_engine */
    uint8_t buffer_kept; /* by the callback that runs */
    uint32_t current;    /* slot whose callback runs */
    int64_t close_timeout_ns;
    uint32_t delivered;  /* callbacks of this run */
    uint32_t message_flags; /* of the last message */
    uint32_t direct_count;
    uint32_t overflow_seen;

    const uint32_t *guard; /* zero in a forked child */
    int32_t owner_pid;     /* asked where the guard page is not wiped; else 0 */
    void *memory;
    size_t memory_length;
    struct kring_options options;
    struct kring_stats stats;
    struct kring__pool *pools;
    uint32_t pool_count;
    struct kring__resource *resources;
    uint32_t resource_count, resource_free, resource_top; /* from top on: never used */
    uint32_t resource_batch;
    uint32_t buffer_count; /* registered buffers; 0: no table */
    uint8_t buffers_in;    /* engines that have the table: 1 << enum kring_engine */
    uint8_t buffers_home;  /* enum kring_engine that runs what uses it; AUTO: any */
};

/* Conditions that are known at compile time where an engine or chains are configured out. */
static inline bool kring__kernel_on(const struct kring *ring)
{
    return CONFIG_KRING_KERNEL_ENGINE && ring->kernel.fd >= 0;
}

static inline bool kring__kernel_gone(const struct kring *ring)
{
    return CONFIG_KRING_KERNEL_ENGINE && ring->kernel_lost;
}

static inline bool kring__in_kernel(const struct kring__slot *slot)
{
    return CONFIG_KRING_KERNEL_ENGINE && slot->engine == KRING_ENGINE_KERNEL;
}

static inline bool kring__has_next(const struct kring__slot *slot)
{
    return CONFIG_KRING_CHAINS && slot->chain_next != KRING__NIL;
}

/* The layout of the kernel's struct iovec, which <linux/uio.h> and libc both define. */
struct kring__iovec {
    void *base;
    size_t length;
};

#define KRING__RWF_NOWAIT 0x8u
#define KRING__MSG_DONTWAIT 0x40u
#define KRING__MSG_WAITALL 0x100u
#define KRING__MSG_NOSIGNAL 0x4000u

#define KRING__GUARD UINT32_C(0x6b72696e)

/* ---- slab.c ---- */
void kring__slab_init(struct kring *ring);
kring_op kring__handle(const struct kring *ring, const struct kring__slot *slot);
void kring__free_slot(struct kring *ring, struct kring__slot *slot);
static inline uint32_t kring__index(const struct kring *ring, const struct kring__slot *slot)
{
    return (uint32_t)(slot - ring->slots);
}

/* NULL when stale. */
static inline struct kring__slot *kring__slot(struct kring *ring, kring_op op)
{
    struct kring__slot *slot;

    if (op.generation == 0 || op.index >= ring->slot_count)
        return NULL;
    slot = &ring->slots[op.index];
    if (slot->generation != op.generation || slot->state == KRING__COMPLETE)
        return NULL;
    return slot;
}

extern const uint8_t kring__legal[];

/* The only writer of a slot's state. */
static inline void kring__move(struct kring *ring, struct kring__slot *slot,
                               enum kring__state state)
{
    (void)ring;
    if (!(kring__legal[slot->state] & 1u << state)) {
#if CONFIG_KRING_ASSERT
        __builtin_trap();
#endif
        return;
    }
    slot->state = (uint8_t)state;
}

static inline void kring__list_append(struct kring *ring, struct kring__list *list,
                                      struct kring__slot *slot)
{
    uint32_t index = kring__index(ring, slot);

    slot->next = KRING__NIL;
    slot->prev = list->last;
    if (list->last == KRING__NIL)
        list->first = index;
    else
        ring->slots[list->last].next = index;
    list->last = index;
}

static inline void kring__list_remove(struct kring *ring, struct kring__list *list,
                                      struct kring__slot *slot)
{
    if (slot->prev == KRING__NIL)
        list->first = slot->next;
    else
        ring->slots[slot->prev].next = slot->next;
    if (slot->next == KRING__NIL)
        list->last = slot->prev;
    else
        ring->slots[slot->next].prev = slot->prev;
    slot->next = slot->prev = KRING__NIL;
}

static inline bool kring__is_zero_copy(const struct io_uring_sqe *sqe)
{
    return CONFIG_KRING_ZEROCOPY && (sqe->opcode == IORING_OP_SEND_ZC ||
                                     sqe->opcode == IORING_OP_SENDMSG_ZC);
}

/* For the operations' files. */
kring_op kring__new(struct kring *ring, unsigned opcode, struct io_uring_sqe **sqe);
void kring__fd(struct kring *ring, kring_op op, struct io_uring_sqe *sqe, int fd);
kring_op kring__fail(struct kring *ring, kring_op op, int error);
void kring__pool(struct kring *ring, kring_op op, struct io_uring_sqe *sqe, int pool);
int kring__target(struct kring *ring, kring_op target, uint64_t *user_data);
/* Changes the flags of the open_how at this address (file/openat2.c). */
void kring__how_flags(uint64_t address, uint64_t set, uint64_t clear);

/* ---- route.c ---- */
#define KRING__FAST_PLAIN 0x80u /* ioprio, file_index and the like must be zero too */
/* enum kring_engine, or -errno / -KRING_EKERNEL; sets UNPROVEN in the slot's flags. */
int kring__route(struct kring *ring, struct kring__slot *slot);
/* Settles what is unproven (makes system calls): the engine to use now. */
int kring__route_settle(struct kring *ring, struct kring__slot *slot);
bool kring__soft_can(const struct kring *ring, unsigned opcode);
/* The same for an SQE, of which the soft engine may not know the command. */
bool kring__soft_runs(const struct kring *ring, const struct io_uring_sqe *sqe);
void kring__route_init(struct kring *ring);
/* An operation that asks nothing special: its engine without a further look, else AUTO. */
static inline unsigned kring__route_fast(const struct kring *ring, const struct kring__slot *slot)
{
    const struct io_uring_sqe *sqe = &slot->sqe;
    unsigned fast = sqe->opcode < KRING__OP_COUNT ? ring->fast[sqe->opcode] : 0;

    if (fast == 0 || sqe->flags != 0 || slot->pin != KRING_ENGINE_AUTO)
        return KRING_ENGINE_AUTO;
    if ((fast & KRING__FAST_PLAIN) &&
        (sqe->ioprio != 0 || sqe->file_index != 0 ||
         (sqe->opcode == IORING_OP_SEND && sqe->addr2 != 0) ||
         (sqe->opcode == IORING_OP_NOP && sqe->rw_flags != 0)))
        return KRING_ENGINE_AUTO;
    return fast & ~KRING__FAST_PLAIN;
}
void kring__downgrade(struct kring *ring, unsigned opcode, int error, const char *text);

/* ---- start.c ---- */
void kring__request_cancel(struct kring *ring, struct kring__slot *slot, uint32_t why);
/* Puts it on the list of cancels that the next flush sends. */
void kring__send_cancel(struct kring *ring, struct kring__slot *slot);
void kring__forget_cancel(struct kring *ring, struct kring__slot *slot);
void kring__end(struct kring *ring, struct kring__slot *slot, int64_t value, uint32_t flags);
/* 0, or why the ring cannot be used now (forked child). */
int kring__is_owner(const struct kring *ring);
static inline int kring__usable(const struct kring *ring)
{
    return *ring->guard == KRING__GUARD && ring->owner_pid == 0 ? 0 : kring__is_owner(ring);
}

/* ---- wide.c ---- */
size_t kring__wide_most(const struct kring_options *options);
/* Keeps the second half of what kring_raw() was given. */
void kring__wide_give(struct kring *ring, kring_op op, const struct io_uring_sqe *given);
/*
 * How many entries of the kernel's SQ, of which so many are left, the SQE takes now; 0: no room.
 * May move the tail past an entry that no pair fits into.
 */
uint32_t kring__wide_entries(struct kring *ring, const struct io_uring_sqe *sqe, uint32_t left);
/* Writes the second half of what was placed; user_data names the slot. */
void kring__wide_fill(const struct kring *ring, struct io_uring_sqe *place);
/* How many entries the CQE at head takes, of those that are ready; corrects its flags. */
uint32_t kring__wide_take(struct kring *ring, uint32_t head, uint32_t ready,
                          struct io_uring_cqe *cqe);

/* ---- flush.c ---- */
/* True when something had to stay because a submission ring is full. */
bool kring__flush(struct kring *ring);
/* Places one SQE with this user_data; false when the engine's SQ is full. */
bool kring__place(struct kring *ring, unsigned engine, const struct io_uring_sqe *sqe,
                  uint64_t user_data, uint8_t more_flags);
/*
 * The kernel closes a plain fd: the soft engine beside it forgets what it keeps for that number,
 * and what waits on it there goes on with a duplicate. At submission and, for what came between, at
 * the end.
 */
void kring__closes(struct kring *ring, const struct io_uring_sqe *sqe);
/* Closes an fd that operations of this ring may have used. */
void kring__close_own(struct kring *ring, int fd);
/* SQEs placed and not yet consumed. */
uint32_t kring__unconsumed(const struct kring__view *view);
/* enter is refused for good: what was not consumed moves to soft. */
void kring__kernel_is_lost(struct kring *ring, int error);
/* What the kernel has ends with -KRING_ELOST: nothing can reach it any more. */
void kring__report_lost(struct kring *ring, struct kring__slot *slot);

/* ---- sweep.c ---- */
bool kring__is_sweep(const struct io_uring_sqe *sqe);
int64_t kring__sweep(struct kring *ring, struct kring__slot *self);
/* Cancels at once what fits, and waits until it has ended: how many, -ENOENT, -ETIME, ... */
int64_t kring__sweep_and_wait(struct kring *ring, const struct io_uring_sqe *want,
                              int64_t timeout_ns);

/* ---- net/sockopt.c ---- */
/* What a typed getsockopt that ended with res >= 0 read; res for everything else. */
int64_t kring__option_value(const struct kring__slot *slot, int32_t res);

/* ---- message.c ---- */
/* A message that goes to the target's mailbox above the seam: this ring has no soft engine. */
bool kring__is_posted(const struct kring *ring, const struct io_uring_sqe *sqe);
int kring__post(const struct io_uring_sqe *sqe);

/* ---- chain.c ---- */
void kring__chain_start(struct kring *ring, struct kring__slot *head);
/* Runs before anything that waits, also before what a drain holds back. */
void kring__requeue(struct kring *ring, struct kring__slot *slot);
/* A member of a sequenced chain has ended; starts or ends what follows. */
void kring__chain_step(struct kring *ring, struct kring__slot *slot, bool failed);
/* Does this result break a link? As the kernel has it: errors and short transfers do. */
bool kring__breaks_link(const struct kring__slot *slot, int64_t value);
/* Runs the rest of a chain, from this member on, member by member. */
void kring__chain_resume(struct kring *ring, struct kring__slot *slot);
/* A LINK_TIMEOUT that stands by a sequenced member has expired. */
void kring__chain_timer(struct kring *ring, struct kring__slot *slot);
/* A new time for it: what the update ends with. */
int kring__chain_timer_update(struct kring *ring, struct kring__slot *timer,
                              const struct io_uring_sqe *update);

/* ---- complete.c ---- */
void kring__complete(struct kring *ring, const struct io_uring_cqe *cqe, unsigned engine);
void kring__deliver_ended(struct kring *ring);
/* Gives back what an undelivered stored result owns (fd, slot, buffer). */
void kring__discard(struct kring *ring, struct kring__slot *slot);
/* The final result is known: waits for our cancel's CQE if one is out, then delivers. */
void kring__conclude(struct kring *ring, struct kring__slot *slot, int64_t value);

/* ---- run.c ---- */
/* One round: flush, submit, reap, and when nothing was delivered wait until the given time. */
int kring__round(struct kring *ring, int64_t until_ns);
int kring__bind(struct kring *ring);
int64_t kring__until(int64_t timeout_ns);
/* The relative time that is left, in *time; NULL when there is no bound. */
struct kring_timespec *kring__left(int64_t until_ns, struct kring_timespec *time);

#if CONFIG_KRING_KERNEL_ENGINE
/* ---- wait.c ---- */
/* Submits, and waits when asked to for one CQE, at most until then: 0, or -errno. */
int kring__kernel_enter(struct kring *ring, bool wait, int64_t until_ns);
/* May the kernel itself wait for everything, and end the wait in time? Then all is armed for it. */
bool kring__wait_inside(struct kring *ring, int64_t until_ns);
/* Waits in ppoll over the kernel ring and the soft engine: 0, or -errno. */
int kring__wait_outside(struct kring *ring, int64_t until_ns);
/* The CQE of a request of ours. */
void kring__internal_ended(struct kring *ring, const struct io_uring_cqe *cqe);
/*
 * Before a register call, which below 5.18 may wait for all that is in flight: takes back what is
 * ours. 0, or -EBUSY where operations run that it would wait for.
 */
int kring__register_may_begin(struct kring *ring, unsigned opcode);
#endif
/* Does nothing run in the kernel but requests of ours? */
static inline bool kring__kernel_idle(const struct kring *ring)
{
    return ring->kernel_inflight == ring->kernel_internal;
}

/* ---- deadline.c ---- */
int kring__deadline_add(struct kring *ring, struct kring__slot *slot);
void kring__deadline_remove(struct kring *ring, struct kring__slot *slot);
int64_t kring__deadline_next(const struct kring *ring); /* INT64_MAX: none */
void kring__deadline_expire(struct kring *ring);

/* ---- composite.c ---- */
/* True: goes on with another transfer. Else *value is the final one. */
bool kring__composite_step(struct kring__slot *slot, int32_t res, int64_t *value);
/* Does its offset go on with its transfers? */
bool kring__composite_positional(const struct kring__slot *slot);

/* ---- copy.c ---- */
static inline bool kring__is_copy(const struct kring__slot *slot)
{
    return CONFIG_KRING_COMPOSITE && CONFIG_KRING_FILE && slot->copy != NULL;
}
/* It leaves the queue for the first time. */
bool kring__copier_is_new(const struct kring__slot *slot);
/* Makes its first SQE: the engine for it; 0: there was nothing to do, *value; or an error. */
int kring__copier_begin(struct kring *ring, struct kring__slot *slot, int64_t *value);
/* As kring__composite_step(). */
bool kring__copier_step(struct kring *ring, struct kring__slot *slot, int32_t res, int64_t *value);
/* It has ended, in whatever way. */
void kring__copier_end(struct kring *ring, struct kring__slot *slot);
void kring__copier_rewind(struct kring__slot *slot);

/* ---- rights.c ---- */
#if CONFIG_KRING_NET
/* Closes the descriptors that a received message has brought. */
void kring__close_rights(struct kring *ring, const struct kring__slot *slot, int32_t res,
                         uint32_t cqe_flags);
#endif

/* ---- pool.c ---- */
/* Registers the pool with this engine, or (not pinned) with soft where the kernel cannot. */
int kring__pool_settle(struct kring *ring, struct kring__pool *pool, unsigned engine,
                       bool pinned);
/* A result with a buffer has come: in the order of the CQEs. */
void kring__pool_arrived(struct kring *ring, struct kring__slot *slot, uint32_t cqe_flags,
                         int32_t res);
/* What this result named is no longer used. */
void kring__pool_give(struct kring *ring, unsigned id, uint16_t buffer);
/* How many buffers a result with F_BUFFER used. */
uint32_t kring__pool_span(struct kring *ring, const struct kring__slot *slot, uint32_t cqe_flags,
                          int32_t res);
/* Gives a result's buffers back; those of a send are the application's again. */
void kring__pool_drop(struct kring *ring, unsigned pool, uint16_t first, uint32_t count);
void kring__pool_fill(struct kring *ring, struct kring__slot *slot, uint32_t cqe_flags,
                      int32_t res, struct kring_result *result);
void kring__pools_close(struct kring *ring);

/* ---- loop.c ---- */
void kring__loop_update(struct kring *ring);
void kring__loop_close(struct kring *ring);
/* Work may have come from outside of kring_run(): who waits for kring_fd() is to know. */
static inline void kring__loop_told(struct kring *ring)
{
    if (ring->loop_fd >= 0)
        kring__loop_update(ring);
}
/* Absolute ns of the ring's next timer of any kind. */
int64_t kring__next_timer(struct kring *ring);
/* And of when to look again, for who does not wait inside of the kernel's enter. */
int64_t kring__next_look(struct kring *ring);
/* So often is a look taken at what nothing can tell of. */
#define KRING__BLIND_NS (10 * KRING_MS)
static inline int64_t kring__look_again(int64_t until_ns)
{
    int64_t soon = kring__now_ns() + KRING__BLIND_NS;

    return soon < until_ns ? soon : until_ns;
}
bool kring__has_work(struct kring *ring);

#if CONFIG_KRING_KERNEL_ENGINE
/* What a sleeper outside of enter must watch to be woken by the kernel ring, or -errno. */
int kring__kernel_wait_fd(struct kring *ring);
/* Before each look at the ring: later events signal it again. */
void kring__event_drain(struct kring *ring);
#endif

/* ---- resource.c ---- */
/* So many at once: what is in the tables, and what operations still hold. */
static inline size_t kring__resource_most(const struct kring_options *options)
{
    size_t slots = (size_t)options->registered_buffers + options->direct_descriptors;

    return options->on_released != NULL && slots != 0 ? slots + options->operations : 0;
}
/* What the engines are given for this tag (0 for 0): 0, or -EAGAIN. */
int kring__resource_new(struct kring *ring, uint64_t tag, unsigned engines, uint64_t *given);
/* An engine is done with it. */
void kring__resource_put(struct kring *ring, uint64_t given);
/* It came to nothing: no engine has it, or its release is of no interest. */
void kring__resource_silence(struct kring *ring, uint64_t given);
#define KRING__RESOURCES_AT_ONCE 64u
/* Both arrays at once, of count tags (tags may be NULL): 0, or -EAGAIN or -EINVAL and none. */
int kring__resources_new(struct kring *ring, const uint64_t *tags, uint32_t count,
                         unsigned engines, uint64_t *given);
/* The engines have these no longer, or never had them. */
void kring__resources_undo(struct kring *ring, const uint64_t *given, uint32_t count);
/* A register call of either engine. */
int kring__register(struct kring *ring, unsigned engine, unsigned opcode, void *arg,
                    unsigned count);

/* ---- buffers.c ---- */
/* Does it name a registered buffer? */
bool kring__uses_buffer(const struct io_uring_sqe *sqe);

/* ---- direct.c ---- */
/*
 * The soft engine cannot use the kernel's table: an operation that it has to run nevertheless is
 * lent an fd, which FIXED_FD_INSTALL makes before it starts and which is closed when it has ended.
 */
bool kring__can_borrow(const struct kring *ring, const struct kring__slot *slot);
static inline bool kring__borrows(const struct kring *ring, const struct kring__slot *slot)
{
    return (slot->sqe.flags & IOSQE_FIXED_FILE) && CONFIG_KRING_KERNEL_ENGINE &&
           ring->direct_home == KRING_ENGINE_KERNEL && slot->engine == KRING_ENGINE_SOFT;
}
/* What is placed for it now: with its fd, or the request for one. */
void kring__borrow(struct kring__slot *slot, struct io_uring_sqe *sqe);
void kring__give_back(struct kring *ring, struct kring__slot *slot);
/* Made by kring_to_direct(): slot->count is the fd at the start, and then the slot. */
bool kring__is_to_direct(const struct kring__slot *slot);
int kring__direct_open(struct kring *ring);
void kring__direct_clear(struct kring *ring, uint32_t slot);

#if CONFIG_KRING_TRACE
#define KRING__TRACE(ring, event, slot, value) \
    do { \
        if ((ring)->options.on_event) \
            (ring)->options.on_event(ring, event, kring__handle(ring, slot), value, \
                                     (ring)->options.user); \
    } while (0)
#else
#define KRING__TRACE(ring, event, slot, value) ((void)0)
#endif

#endif
