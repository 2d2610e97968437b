/* SPDX-License-Identifier: MIT */
/*
 * kring: write I/O once against the io_uring operation model, run it on any Linux kernel.
 *
 * The contract, once for all functions:
 *
 * Results.   Functions return >= 0, or a negative errno, or a negative KRING_E code (outside the
 *            errno range). errno is neither read nor written. Nothing is printed.
 * Memory.    One mapping (or the caller's memory) at kring_open(), nothing afterwards.
 * Borrowing. Everything reachable from a pointer argument of an operation (data, paths, iovecs,
 *            msghdrs, addresses, timespecs) is borrowed from kring_start() until the operation's
 *            final callback, release callback or kring_result(). A multishot operation's memory is
 *            shared and read-only meanwhile.
 * Threads.   A ring belongs to the thread that first submits. From other threads and from signal
 *            handlers only kring_wake() and kring_msg_post() may be called.
 * Handles.   A kring_op is index and generation; once the operation has ended every call with its
 *            handle answers -ESTALE. A ring pointer is invalid after kring_close() returned 0.
 * fds.       Every int fd argument also takes KRING_DIRECT(index), unless it says otherwise.
 *            Descriptors that kring creates are close-on-exec.
 * Waiting.   An operation waits until it can be done, on blocking and O_NONBLOCK descriptors alike
 *            and on each engine; O_NONBLOCK need not be set, and is left as it is (a connect may
 *            set it for the length of a call). -EAGAIN comes only where a flag of the operation
 *            asks for it (MSG_DONTWAIT, RWF_NOWAIT, SPLICE_F_NONBLOCK), and, where no soft engine
 *            stands beside, for O_NONBLOCK descriptors from kernels 5.4 to 5.6 and 5.9 to 5.14
 *            (accept: 5.8 to 5.18; splice, tee, and a connect that a UNIX listener has no room
 *            for: all).
 * Times.     Nanoseconds in int64_t; relative ones count on CLOCK_MONOTONIC.
 * Kernels.   "native 5.6" says from which mainline release the kernel engine runs the operation
 *            (include/linux/io_uring.h of that release); everywhere else the soft engine does.
 */
#ifndef KRING_H
#define KRING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KRING_VERSION_MAJOR 0
#define KRING_VERSION_MINOR 1

/* Errors outside the errno range (which ends at 4095); returned negated. */
#define KRING_EKERNEL 10001 /* this kernel (or engine, or build) cannot run it: kring_explain() */
#define KRING_EIDLE 10002   /* kring_run(): nothing is started, so nothing can complete */
#define KRING_ECLOSED 10003 /* kring_run(): a callback closed the ring; the pointer is invalid */
#define KRING_ELOST 10004   /* the kernel took the operation and can never report it */
#define KRING_EEOF 10005    /* a composite read or receive met the end before its length */

#define KRING_US INT64_C(1000)
#define KRING_MS INT64_C(1000000)
#define KRING_SECOND INT64_C(1000000000)
#define KRING_FOREVER INT64_C(-1)

/* Index range of direct descriptors: 0 to 2^20 - 1. Any other negative fd is -EBADF. */
#define KRING_DIRECT(index) ((int)(-2147483647 - 1 + (int)(index)))
/* Where an operation creates a descriptor: let the engine choose a free slot. */
#define KRING_SLOT_ANY UINT32_C(0xfffffffe)

struct kring;
struct iovec;
struct msghdr;
struct sockaddr;
struct statx;
struct open_how;

typedef struct kring_op {
    uint32_t index;      /* when generation is 0: the positive error code */
    uint32_t generation; /* never 0 in a valid handle */
} kring_op;

/* 0, or the error that creating or configuring the operation met. */
static inline int kring_op_error(kring_op op)
{
    return op.generation != 0 ? 0 : -(int)op.index;
}

enum kring_engine {
    KRING_ENGINE_AUTO = 0,   /* kernel where it works, soft everywhere else; open never fails for
                                lack of io_uring */
    KRING_ENGINE_KERNEL = 1, /* io_uring only: what it cannot run is -KRING_EKERNEL */
    KRING_ENGINE_SOFT = 2,   /* makes no io_uring system call at all */
    KRING_ENGINE_NONE = 3    /* only as an answer: nothing runs it */
};

/* kring_result.flags */
#define KRING_MORE (1u << 0)          /* not final: the multishot operation goes on */
#define KRING_BUFFER (1u << 1)        /* buffer_id, data and length name a provided buffer */
#define KRING_DEADLINE (1u << 2)      /* value is -ETIME because the deadline passed */
#define KRING_SOCK_NONEMPTY (1u << 3) /* hint: the socket has more (native 5.19) */
#define KRING_NOTIF_COPIED (1u << 4)  /* a zero-copy send was copied after all */
#define KRING_BUFFER_MORE (1u << 5)   /* the same buffer goes on being filled (native 6.12) */
#define KRING_SKIPPED (1u << 6)       /* never started: an earlier member of its chain failed */
#define KRING_SECOND_HALF (1u << 7)   /* second_half is that of a CQE of 32 bytes */

struct kring_result {
    int64_t value;      /* >= 0, -errno or -KRING_E code */
    uint32_t flags;     /* KRING_MORE and others above */
    int32_t raw;        /* what the engine itself answered */
    void *data;         /* with KRING_BUFFER: start of the received bytes, ring's pool memory */
    uint32_t length;    /* with KRING_BUFFER: bytes in it */
    uint16_t buffer_id; /* with KRING_BUFFER: which buffer of the pool */
    uint16_t group;     /* with KRING_BUFFER: which pool */
    uint32_t engine;    /* enum kring_engine that ran it */
    uint32_t buffers;   /* with KRING_BUFFER: how many of the pool; more than 1 with KRING_BUNDLE */
    uint64_t second_half[2]; /* with KRING_SECOND_HALF: bytes 16 to 31 of the CQE; else 0 */
};

/*
 * Called from kring_run(), kring_wait_op() and kring_close() on the owner's thread; may start,
 * drop and cancel operations and close the ring. The result is valid during the call. In the
 * final call (no KRING_MORE) kring_start() with the same handle runs the operation again.
 */
typedef void kring_done(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user);
/* Called exactly once when the engine has given a dropped operation's memory back. */
typedef void kring_release(void *arg);

/* kring_options.flags */
#define KRING_FDS_CLOSED_BY_KRING (1u << 0) /* promise: fds used here are closed only through kring
                                               (kring_close_fd), so epoll registrations may stay */
#define KRING_NO_ENVIRONMENT (1u << 1)      /* ignore KRING_ENGINE and KRING_KERNEL */

/* Told once per cause when an operation that ran on io_uring no longer can; text is static. */
typedef void kring_downgrade(struct kring *ring, unsigned opcode, int error, const char *text,
                             void *user);
/* A message from kring_msg_ring() of another ring. */
typedef void kring_message(struct kring *ring, int32_t value, uint64_t data, void *user);
/*
 * A registered buffer or a direct descriptor with this tag was replaced, emptied or unregistered,
 * and nothing uses it any more: its memory may be given back. Called once per tag, from
 * kring_run().
 */
typedef void kring_released(struct kring *ring, uint64_t tag, void *user);
/*
 * Runs job(job_arg) on a thread of the application's, any time later; returns 0, or a negative
 * errno when it cannot (the operation then runs inline).
 */
typedef int kring_offload(void *user, void (*job)(void *job_arg), void *job_arg);
/* Trace hook, only called under CONFIG_KRING_TRACE: event is "start", "submit", "cqe", "done". */
typedef void kring_event(struct kring *ring, const char *event, kring_op op, int64_t value,
                         void *user);

struct kring_options {
    uint32_t size;               /* sizeof(struct kring_options), set by KRING_OPTIONS_INIT */
    uint32_t engine;             /* enum kring_engine; default auto */
    uint32_t flags;              /* KRING_FDS_CLOSED_BY_KRING, KRING_NO_ENVIRONMENT */
    uint32_t entries;            /* SQ entries, 1 to 32768, rounded up; 0 = CONFIG default (64) */
    uint32_t cq_entries;         /* CQ entries; 0 = twice the SQ, or what the operations need */
    uint32_t operations;         /* slab: operations that exist at once, 1 to 1048575; 0 = config */
    uint32_t timers;             /* deadlines and soft timeouts at once; 0 = operations */
    uint32_t fds;                /* fds the soft engine watches at once; 0 = operations */
    uint32_t direct_descriptors; /* size of the direct descriptor table; 0 = none */
    uint32_t pools;              /* provided-buffer pools at once; 0 = 8 */
    uint32_t setup_wanted;       /* IORING_SETUP_ flags given up one by one on refusal */
    uint32_t setup_required;     /* IORING_SETUP_ flags without which the kernel engine fails */
    uint32_t sq_thread_cpu;      /* with SQPOLL and SQ_AFF */
    uint32_t sq_thread_idle_ms;  /* with SQPOLL */
    int32_t attach_fd;           /* with ATTACH_WQ: kring_ring_fd() of another ring; else -1 */
    uint32_t reserved;           /* 0 */
    const char *kernel;          /* this ring's io_uring is as on "5.10"; NULL = the real one */
    void *memory;                /* static memory of kring_memory_needed() bytes, page aligned */
    size_t memory_size;
    kring_offload *offload; /* for blocking disk calls of the soft engine (NULL = run inline), and
                               for its futex waits, each of which keeps its thread to its end */
    void *offload_user;
    kring_downgrade *on_downgrade;
    kring_message *on_message;
    kring_event *on_event;
    void *user; /* given to on_downgrade, on_message, on_event and on_released */
    kring_released *on_released;
    uint32_t registered_buffers; /* most at once, up to 16384; 0 = none */
    uint32_t reserved2;          /* 0 */
};

#define KRING_OPTIONS_INIT \
    {(uint32_t)sizeof(struct kring_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, \
     NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0}

/*
 * Opens a ring. *ring is written only on success. Errors: -EINVAL (an option out of range, an
 * unknown flag, a non-zero tail of a newer header), -ENOMEM (memory, or memory_size too small),
 * -EMFILE, -ENFILE, -KRING_EKERNEL (engine kernel demanded and refused: kring_open_explain()).
 * In auto, any refusal of io_uring falls to soft and is recorded.
 */
int kring_open(struct kring **ring, const struct kring_options *options);
/* Why the last engine decision for these options fell as it did: probes again, needs no ring. */
int kring_open_explain(const struct kring_options *options, char *text, size_t size);
/* Bytes for options.memory, or -EINVAL. */
int64_t kring_memory_needed(const struct kring_options *options);
/*
 * Submits what is queued, cancels what runs, waits at most timeout_ns and frees the ring. Final
 * callbacks and releases run meanwhile. -EBUSY: something is still in the kernel; the ring lives
 * on and can be closed again. Inside a callback: takes effect when the outermost kring_run()
 * returns (-KRING_ECLOSED there). fds that the application opened stay open.
 */
int kring_close(struct kring *ring, int64_t timeout_ns);

/*
 * Submits, waits until at least one callback was delivered or timeout_ns passed (0 = do not wait,
 * KRING_FOREVER), delivers. Returns the number of callbacks delivered; 0 = timeout, wake or a
 * signal (EINTR is not reported, so a handler's flag can be checked).
 * Errors: -KRING_EIDLE, -KRING_ECLOSED, -EDEADLK (inside a callback).
 */
int kring_run(struct kring *ring, int64_t timeout_ns);
/* Hands queued operations to the engines without waiting or delivering. Returns how many. */
int kring_submit(struct kring *ring);
/* Makes a waiting (or the next waiting) kring_run() return. Async-signal-safe, any thread. */
int kring_wake(struct kring *ring);
/* Runs until op, started with done = NULL, has ended: 0; -ETIME after timeout_ns; -EDEADLK. */
int kring_wait_op(struct kring *ring, kring_op op, int64_t timeout_ns);
/*
 * Takes the result of an ended operation started with done = NULL and frees it; -EAGAIN before.
 * With KRING_BUFFER the buffer is handed over: give it back with kring_buffer_return().
 */
int kring_result(struct kring *ring, kring_op op, struct kring_result *result);

/*
 * Starts an operation: queues it, never enters the kernel. done may be NULL for single-shots (ask
 * with kring_result). Errors: the one in the handle, -ESTALE, -EBUSY (already running),
 * -KRING_EKERNEL. A failed start calls nothing and frees the operation (not with -EBUSY).
 */
int kring_start(struct kring *ring, kring_op op, kring_done *done, void *user);
/*
 * Starts n operations so that each begins when the one before succeeded in full; a failure or short
 * transfer ends the rest with -ECANCELED. done is called for each member. With KRING_HARDLINK set
 * on a member, its failure does not end the chain. Nothing is started if any member is invalid;
 * then all are freed.
 */
int kring_start_chain(struct kring *ring, const kring_op *ops, unsigned count, kring_done *done,
                      void *user);
/*
 * Asks a running operation to end; its callback gets -ECANCELED, or its result if that came
 * first. 0, -ESTALE, or -EALREADY when it is not running.
 */
int kring_cancel(struct kring *ring, kring_op op);
/*
 * Gives up an operation. Not running: freed, release(arg) called before return. Running: canceled,
 * release(arg) called from a later kring_run() when its memory is no longer borrowed. Its callback
 * is never called again; fds and buffers its result owns are closed and given back. release may
 * be NULL. 0 or -ESTALE.
 */
int kring_drop(struct kring *ring, kring_op op, kring_release *release, void *arg);

/* Options of an operation that has not started. 0 or an error that kring_start() repeats. */
#define KRING_ASYNC (1u << 0)        /* hint: go to a worker at once (native 5.6, soft: ignored) */
#define KRING_DRAIN (1u << 1)        /* start after all earlier operations ended, later ones wait */
#define KRING_HARDLINK (1u << 2)     /* in a chain: failure does not cancel the rest */
/* For send, recv, sendmsg, recvmsg (native 5.19) and accept (native 6.10), zero-copy sends
 * included: what will probably have to wait is not tried before. With MSG_DONTWAIT: -EAGAIN. */
#define KRING_POLL_FIRST (1u << 3)
/* For zero-copy sends: KRING_NOTIF_COPIED in the result is to be trusted (native 6.2). */
#define KRING_REPORT_USAGE (1u << 4)
/* For receives into a pool, recv_multishot too (native 6.10): one result may fill several buffers,
 * which kring_result_piece() names. Not with MSG_WAITALL. */
#define KRING_BUNDLE (1u << 5)
int kring_set_flags(struct kring *ring, kring_op op, uint32_t flags);
/* Relative to the start; expiry cancels the operation: -ETIME with KRING_DEADLINE. >= 0. */
int kring_set_deadline(struct kring *ring, kring_op op, int64_t timeout_ns);
/* Pins this operation to an engine; what that engine cannot run fails at start. */
int kring_set_engine(struct kring *ring, kring_op op, enum kring_engine engine);
/* For openat, socket, accept: create a direct descriptor in slot (or KRING_SLOT_ANY), no fd. For
 * pipe: two, in slot and the next one. */
int kring_set_slot(struct kring *ring, kring_op op, uint32_t slot);
/* For read, readv, recv, recvmsg: let the engine pick a buffer of this pool. */
int kring_set_pool(struct kring *ring, kring_op op, int pool);

/* ---- Inside somebody else's loop ---- */

/* Readable whenever kring_run(ring, 0) has work, timers included; owned by the ring. -errno. */
int kring_fd(struct kring *ring);
/* Nanoseconds until the ring's next timer: 0 = now, -1 = none. For builds without timerfd. */
int64_t kring_next_timeout(struct kring *ring);
struct kring_pollfd {
    int fd;
    short events; /* POLLIN and others of <poll.h> */
    short revents;
};
/* What to poll in a foreign loop: fills at most count, returns how many there are. */
int kring_pollfds(struct kring *ring, struct kring_pollfd *fds, unsigned count);
/*
 * The io_uring's own fd for attach_fd, or -ENOENT on a ring without kernel engine. Register calls
 * are for kring_register(): requests of kring's own may be in flight there, for which kernels to
 * 5.17 would wait.
 */
int kring_ring_fd(struct kring *ring);

/* ---- What runs where ---- */

#define KRING_ROUTE_BLOCKS (1 << 8)   /* or-ed into kring_route(): may block the ring's thread */
#define KRING_ROUTE_UNPROVEN (1 << 9) /* or-ed: will be tried once before it is trusted */
/* enum kring_engine that a start would choose now (NONE: -KRING_EKERNEL at start), with flags. */
int kring_route(struct kring *ring, kring_op op);
/* The same for a plain opcode (IORING_OP_ number). */
int kring_route_opcode(struct kring *ring, unsigned opcode);
/* Pins every later start of this opcode. -EINVAL unknown, -EBUSY contradicts a pool's or table's
 * home. */
int kring_pin(struct kring *ring, unsigned opcode, enum kring_engine engine);

struct kring_stats {
    uint64_t started;          /* operations started, internal ones not counted */
    uint64_t completed;        /* final results, delivered or released */
    uint64_t kernel;           /* of the started: requests given to io_uring */
    uint64_t soft;             /* of the started: requests given to the soft engine */
    uint64_t kernel_enters;    /* io_uring_enter calls */
    uint64_t soft_waits;       /* epoll_pwait or ppoll calls */
    uint64_t unmatched;        /* CQEs that matched no operation */
    uint64_t overflows;        /* times a CQ overflowed (nothing lost where NODROP or soft) */
    uint64_t downgrades;       /* capabilities demoted at run time */
    uint64_t restarts;         /* EINTR restarts */
    uint64_t dropped_resources; /* fds and buffers given back for dropped operations */
    uint32_t running;          /* operations running now */
    uint32_t queued;           /* of these: waiting for a submission slot */
};
int kring_stats(struct kring *ring, struct kring_stats *stats);

struct kring_caps {
    uint32_t engine;         /* enum kring_engine: KERNEL (maybe mixed) or SOFT */
    uint32_t soft_available; /* 1: a soft engine stands beside */
    uint32_t simulated;      /* 1: masked to another kernel's abilities */
    uint32_t features;       /* IORING_FEAT_ bits */
    uint32_t setup_flags;    /* IORING_SETUP_ flags the ring got */
    uint32_t setup_refused;  /* of the wanted ones: given up */
    uint32_t sq_entries;     /* what was got */
    uint32_t cq_entries;
    uint32_t asked_entries;  /* what was asked */
    int32_t kernel_error;    /* why there is no kernel engine: raw -errno of the refusal, or 0 */
    uint32_t cause;          /* enum kring_cause */
    uint32_t cause_certain;  /* 1: proven, 0: probable */
    uint64_t bytes_needed;   /* ring memory charged to RLIMIT_MEMLOCK, as sized */
};
enum kring_cause {
    KRING_CAUSE_NONE = 0,      /* the kernel engine works */
    KRING_CAUSE_OPTION,        /* engine soft was asked for (option, environment) */
    KRING_CAUSE_CONFIG,        /* kring was built without the kernel engine */
    KRING_CAUSE_ABSENT,        /* the kernel has no io_uring (old, or CONFIG_IO_URING off) */
    KRING_CAUSE_SYSCTL,        /* kernel.io_uring_disabled */
    KRING_CAUSE_SECCOMP,       /* a seccomp filter */
    KRING_CAUSE_LSM,           /* a security module */
    KRING_CAUSE_MEMLOCK,       /* RLIMIT_MEMLOCK */
    KRING_CAUSE_MEMORY,        /* out of memory */
    KRING_CAUSE_FDS,           /* EMFILE or ENFILE */
    KRING_CAUSE_FLAGS,         /* a required setup flag is unknown here */
    KRING_CAUSE_UNPROVEN,      /* the ring was made but its round trip failed */
    KRING_CAUSE_SIMULATED,     /* the simulated kernel has none */
    KRING_CAUSE_QUIRK,         /* a quirk row forbids it on this kernel */
    KRING_CAUSE_UNKNOWN
};
int kring_caps(struct kring *ring, struct kring_caps *caps);
/*
 * A sentence on why: error is a value a callback or function gave for this operation (or 0 to
 * explain its route). Writes at most size bytes with the final 0; returns the full length.
 * Under CONFIG_KRING_EXPLAIN=n writes the numbers only.
 */
int kring_explain(struct kring *ring, kring_op op, int64_t error, char *text, size_t size);
/* The same without a handle: opcode (IORING_OP_ number) and error. */
int kring_explain_opcode(struct kring *ring, unsigned opcode, int64_t error, char *text,
                         size_t size);
/* Short static name of a code: "ECONNRESET", "KRING_EKERNEL"; "E?" for others. */
const char *kring_error_name(int64_t error);

/* ---- Register calls ---- */

/*
 * As io_uring_register(2) on this ring: opcode IORING_REGISTER_, arg and count as there. Goes to
 * the kernel where it has the call, else to the soft engine where its meaning can be kept: probe,
 * sync cancel, eventfds (of both engines on a mixed ring), status of a pool.
 * -EBUSY: kring keeps this itself and has calls of its own for it (direct descriptors, pools,
 * registered buffers, enabling, resizing); or operations run in a kernel (to 5.17) that would wait
 * for all of them first. -KRING_EKERNEL: neither has it; restrictions and filters
 * need engine kernel, since a soft engine beside would not obey them. For
 * IORING_REGISTER_SYNC_CANCEL addr is kring_user_data(). Else the call's own result; the caller of
 * a register call is the ring's owner, once it was run.
 */
int kring_register(struct kring *ring, unsigned opcode, void *arg, unsigned count);
/* enum kring_engine that would answer (NONE: -KRING_EKERNEL), -EBUSY as above, -EINVAL: unknown. */
int kring_register_route(struct kring *ring, unsigned opcode);

/*
 * Other sizes for the submission and completion rings of a ring in use: entries 1 to 32768,
 * cq_entries from entries to 65536 or 0 for twice entries; rounded up to powers of two, and
 * kring_caps() says what they are. What runs, and what waits in the rings, is not touched. May be
 * called inside a callback. On a mixed ring both engines' rings change, or none.
 * io_uring needs 6.13 for it (IORING_REGISTER_RESIZE_RINGS), and a ring that was opened with
 * DEFER_TASKRUN and NO_SQARRAY, as kring asks for unless SQPOLL was; the soft engine can on any
 * kernel. The new rings are mapped, also where options.memory holds the ring.
 * 0; -EINVAL (sizes, or this ring's setup flags), -KRING_EKERNEL (io_uring below 6.13), -EOVERFLOW
 * (more waits in the rings than fits into the new ones), -EBUSY (a ring with SQE128, SQE_MIXED,
 * CQE32 or CQE_MIXED has something in its rings: run first), -ENOMEM (memory, RLIMIT_MEMLOCK),
 * -EEXIST (not the ring's owner): nothing has changed then. -KRING_ELOST: resized, but the rings
 * could not be mapped: io_uring is lost to this ring, as when enter is refused.
 */
int kring_resize(struct kring *ring, uint32_t entries, uint32_t cq_entries);

/* ---- Provided buffers ---- */

/*
 * A pool of count buffers (1 to 32768) of size bytes in memory (borrowed until kring_pool_close).
 * Returns the pool's id >= 0. A pool serves operations on whichever engine is its home, chosen
 * here. A buffer goes back after the callback that delivered it unless kring_buffer_keep() was
 * called.
 */
int kring_pool_init(struct kring *ring, void *memory, uint32_t count, uint32_t size);
/*
 * The same with buffers that are filled piece by piece, each result where the one before it ended:
 * KRING_BUFFER_MORE says that more will come into this buffer. data and length name the piece; each
 * is kept and returned by itself, and a full buffer goes back with its last piece. For receives and
 * kring_read_multishot (-EINVAL from kring_set_pool for others: io_uring takes more of a buffer
 * than it reads from a file), without KRING_BUNDLE. Native 6.12.
 */
int kring_pool_init_incremental(struct kring *ring, void *memory, uint32_t count, uint32_t size);
/* -EBUSY while an operation uses the pool. */
int kring_pool_close(struct kring *ring, int pool);
/* In the callback: the application keeps the buffer until kring_buffer_return(). */
int kring_buffer_keep(struct kring *ring, const struct kring_result *result);
int kring_buffer_return(struct kring *ring, int pool, uint16_t buffer_id);
/*
 * Buffer number index (below result.buffers) of a result, in the order of the data. Valid in the
 * callback, and until the buffer is returned. -EINVAL: there is none. All buffers of a result are
 * kept by kring_buffer_keep(), and then returned one by one.
 */
struct kring_piece {
    void *data;
    uint32_t length; /* bytes that were received into it, or sent of it; may be 0 */
    uint16_t buffer_id;
    uint16_t reserved;
};
int kring_result_piece(struct kring *ring, const struct kring_result *result, uint32_t index,
                       struct kring_piece *piece);

/*
 * A pool to send from: its buffers are the application's until they are queued with the first
 * length bytes filled (1 to size), and again when the result of the send that took them has come; a
 * final result names them all, also those that a failed or short send did not send.
 * kring_buffer_queue(): -ENOBUFS when all are queued. kring_pool_queued() counts those that are
 * queued and not taken, of any pool (native 6.8, else -KRING_EKERNEL or -EINVAL).
 */
int kring_send_pool_init(struct kring *ring, void *memory, uint32_t count, uint32_t size);
int kring_buffer_queue(struct kring *ring, int pool, uint16_t buffer_id, uint32_t length);
int kring_pool_queued(struct kring *ring, int pool);

/* ---- Registered buffers ---- */

/*
 * Registers count buffers (1 to options.registered_buffers) with every engine of the ring, for
 * kring_read_fixed() and the like; their memory is used until they are unregistered (or replaced)
 * and the operations on them have ended. Each has 1 byte to 1 GiB of writable memory that is no
 * file's; a vector of NULL and 0 is an empty slot, and vectors NULL is an empty table. tags, one
 * for each, or NULL: not 0 asks for on_released, whenever this buffer is no longer used. The arrays
 * are read during the call.
 * Where the kernel cannot (RLIMIT_MEMLOCK; below 5.13 with empty slots, tags, or operations
 * running) engine auto keeps them in the soft engine alone, and the operations on them run there.
 * 0, -EBUSY (there is a table), -EINVAL (count; a tag of an empty slot or without on_released),
 * -EFAULT (memory), -EOVERFLOW, -ENOMEM, -EAGAIN (too many tags wait to be released).
 * Nothing is registered then. Native 5.1; tags 5.13, empty slots 5.13.
 */
int kring_buffers_register(struct kring *ring, const struct iovec *vectors, const uint64_t *tags,
                           uint32_t count);
/*
 * Replaces count buffers from number first on. How many were, or the error of the first: as above,
 * and -ENXIO without a table. Below 5.13 engine kernel cannot (-KRING_EKERNEL).
 */
int kring_buffers_update(struct kring *ring, uint32_t first, const struct iovec *vectors,
                         const uint64_t *tags, uint32_t count);
/*
 * Gives ring the whole table of from, as it is now, without its tags; both are of this thread, and
 * what either does to its table later is not seen by the other. Native 6.12 where both run on
 * io_uring; else by the addresses, which a from on engine kernel does not know (-KRING_EKERNEL).
 * 0, -EBUSY (ring has a table), -ENXIO (from has none), -EINVAL (more than ring's
 * options.registered_buffers), -EFAULT (memory that is gone), -ENOMEM.
 */
int kring_buffers_clone(struct kring *ring, struct kring *from);
/* 0, -ENXIO. Operations that use a buffer keep it; but io_uring below 6.13 would wait for all on
 * registered buffers or direct descriptors, and below 5.13 for all that run: -EBUSY then. */
int kring_buffers_unregister(struct kring *ring);

/* ---- Direct descriptors ---- */

/* The table has options.direct_descriptors empty slots from the start. */
/* Puts fd (or -1: empties) into a slot at once; the table keeps its own reference. */
int kring_direct_update(struct kring *ring, uint32_t slot, int fd);
#define KRING_SLOT_SKIP (-2) /* instead of an fd: this slot stays as it is */
/*
 * The same for count slots from slot first on. tags, one for each, or NULL: not 0 asks for
 * on_released, whenever this slot's file is no longer used; -EINVAL where there is no file, or no
 * on_released. How many were done, or the error of the first: -EBADF (its slot is then
 * empty), -EINVAL (beyond the table), -ENXIO (no table), -EAGAIN (too many tags wait).
 */
int kring_direct_set(struct kring *ring, uint32_t first, const int *fds, const uint64_t *tags,
                     uint32_t count);
/* KRING_SLOT_ANY picks from count slots from first on only; at first it is the whole table. Both
 * engines (native 6.0). 0, -ENXIO, -EINVAL, -EOVERFLOW. */
int kring_direct_range(struct kring *ring, uint32_t first, uint32_t count);
/* Empties every slot. 0 or -ENXIO. */
int kring_direct_clear(struct kring *ring);

/* ---- Operations: each returns a handle NOT_STARTED; the slab being full is -EAGAIN in it. ---- */

#define KRING_CUR_POS INT64_C(-1) /* offset: the file's current position */

/* Does nothing; value 0. Native 5.1. */
kring_op kring_nop(struct kring *ring);
/*
 * For tests of programs: does nothing and ends with value, an errno negated or any number >= 0.
 * KRING_NOP_FILE: fd must be open, else -EBADF; KRING_NOP_BUFFER: the registered buffer must be
 * there, else -EFAULT; KRING_NOP_TASK_WORK: the kernel completes it late. Native 6.10, with flags
 * at the latest 6.18.
 */
#define KRING_NOP_FILE (1u << 0)
#define KRING_NOP_BUFFER (1u << 1)
#define KRING_NOP_TASK_WORK (1u << 2)
kring_op kring_nop_inject(struct kring *ring, int32_t value, uint32_t flags, int fd,
                          uint16_t buffer);
/*
 * Any SQE, copied: opcode, flags and fields as given, user_data replaced. References to another
 * operation by user_data (cancel, poll and timeout remove) take kring_user_data(op).
 * Of IORING_OP_NOP128 and IORING_OP_URING_CMD128 sqe[1] is the second half. They need a ring with
 * IORING_SETUP_SQE128 (native 5.19: below 6.19 they go by the plain opcodes, which mean the same
 * there) or IORING_SETUP_SQE_MIXED (native 6.19); elsewhere a NOP128, and a command of a socket,
 * runs on the soft engine as the plain one, which has no use for the second half, and any other
 * is -KRING_EKERNEL.
 */
struct io_uring_sqe;
kring_op kring_raw(struct kring *ring, const struct io_uring_sqe *sqe);
uint64_t kring_user_data(kring_op op);

/* Opens path below dirfd (AT_FDCWD); O_CLOEXEC is added. value: fd, or slot with kring_set_slot.
 * Native 5.6. dirfd is a plain fd. */
kring_op kring_openat(struct kring *ring, int dirfd, const char *path, int flags, uint32_t mode);
/*
 * As openat2(2). how is borrowed until the end, and changed here: O_CLOEXEC is added to its flags
 * (kring_set_slot takes it away again), and O_LARGEFILE. -ENOSYS below 5.6 where resolve is not 0:
 * no older call confines a path. Native 5.6. dirfd is a plain fd.
 */
kring_op kring_openat2(struct kring *ring, int dirfd, const char *path, struct open_how *how);
/* Closes; never restarted. value 0. Native 5.6, direct 5.15. */
kring_op kring_close_fd(struct kring *ring, int fd);
/* offset >= 0 or KRING_CUR_POS. value: bytes, 0 = end. Native 5.6. A signalfd is received from by
 * kring_signals_receive(): below 5.12 the workers that read here see no signal of the process. */
kring_op kring_read(struct kring *ring, int fd, void *data, uint32_t length, int64_t offset);
kring_op kring_write(struct kring *ring, int fd, const void *data, uint32_t length,
                     int64_t offset);
/* count 0 to 1024; flags RWF_. Native 5.1. */
kring_op kring_readv(struct kring *ring, int fd, const struct iovec *vectors, uint32_t count,
                     int64_t offset, uint32_t flags);
kring_op kring_writev(struct kring *ring, int fd, const struct iovec *vectors, uint32_t count,
                      int64_t offset, uint32_t flags);
/*
 * The same with data that lies within registered buffer number buffer (kring_buffers_register),
 * whose pages the kernel need not look up each time. The vectors lie within that one buffer, and
 * none is empty. -EFAULT: no such buffer, or not within it. Native 5.1, with vectors 6.15.
 */
kring_op kring_read_fixed(struct kring *ring, int fd, void *data, uint32_t length, int64_t offset,
                          uint16_t buffer);
kring_op kring_write_fixed(struct kring *ring, int fd, const void *data, uint32_t length,
                           int64_t offset, uint16_t buffer);
kring_op kring_readv_fixed(struct kring *ring, int fd, const struct iovec *vectors, uint32_t count,
                           int64_t offset, uint32_t flags, uint16_t buffer);
kring_op kring_writev_fixed(struct kring *ring, int fd, const struct iovec *vectors,
                            uint32_t count, int64_t offset, uint32_t flags, uint16_t buffer);
/* Reads again and again into buffers of a pool; a pollable file. Native 6.7. */
kring_op kring_read_multishot(struct kring *ring, int fd, int pool);
/* flags 0 or KRING_DATASYNC. Native 5.1. */
#define KRING_DATASYNC (1u << 0)
kring_op kring_fsync(struct kring *ring, int fd, uint32_t flags);
/* Writes the file's pages of a range to the device, without its metadata: as sync_file_range(2).
 * length in bytes, 0 = to the end; flags SYNC_FILE_RANGE_. Native 5.2. */
kring_op kring_sync_file_range(struct kring *ring, int fd, int64_t offset, uint32_t length,
                               uint32_t flags);
/* As fallocate(2): mode 0 or FALLOC_FL_, offset and length in bytes. -EOPNOTSUPP where the file
 * system cannot; never restarted after -EINTR. Native 5.6. */
kring_op kring_fallocate(struct kring *ring, int fd, int mode, int64_t offset, int64_t length);
/* Sets the file's length in bytes, as ftruncate(2). Native 6.9. */
kring_op kring_ftruncate(struct kring *ring, int fd, int64_t length);
/* As posix_fadvise(2): advice POSIX_FADV_; length in bytes, 0 = to the end. Native 5.6; 4 GiB and
 * more 6.11. */
kring_op kring_fadvise(struct kring *ring, int fd, int64_t offset, int64_t length, int advice);
/* As madvise(2): address at a page's start, advice MADV_. Native 5.6; 4 GiB and more 6.11. */
kring_op kring_madvise(struct kring *ring, void *address, size_t length, int advice);
/*
 * Names of files. Each dirfd is a plain fd or AT_FDCWD; paths are borrowed until the end. Never
 * restarted after -EINTR: the file system may have done it already.
 * renameat: flags RENAME_ of renameat2(2), -ENOSYS where there is no such call. Native 5.11.
 */
kring_op kring_renameat(struct kring *ring, int old_dirfd, const char *old_path, int new_dirfd,
                        const char *new_path, uint32_t flags);
/* flags 0, or AT_REMOVEDIR for a directory. Native 5.11. */
kring_op kring_unlinkat(struct kring *ring, int dirfd, const char *path, uint32_t flags);
/* mode less the umask. Native 5.15. */
kring_op kring_mkdirat(struct kring *ring, int dirfd, const char *path, uint32_t mode);
/* Native 5.15. */
kring_op kring_symlinkat(struct kring *ring, const char *target, int dirfd, const char *path);
/* flags AT_SYMLINK_FOLLOW, AT_EMPTY_PATH (with CAP_DAC_READ_SEARCH). Native 5.15, flags 6.6. */
kring_op kring_linkat(struct kring *ring, int old_dirfd, const char *old_path, int new_dirfd,
                      const char *new_path, uint32_t flags);
/*
 * Extended attributes. size is that of the value, at most 65536 bytes when it is set (-E2BIG);
 * flags XATTR_ of setxattr(2). The getters' value is the attribute's size; with size 0 nothing is
 * written, and a value that does not fit is -ERANGE. A path is looked up from the current
 * directory. Native 5.19, of a direct descriptor 6.13.
 */
kring_op kring_setxattr(struct kring *ring, const char *path, const char *name, const void *value,
                        uint32_t size, uint32_t flags);
kring_op kring_fsetxattr(struct kring *ring, int fd, const char *name, const void *value,
                         uint32_t size, uint32_t flags);
kring_op kring_getxattr(struct kring *ring, const char *path, const char *name, void *value,
                        uint32_t size);
kring_op kring_fgetxattr(struct kring *ring, int fd, const char *name, void *value, uint32_t size);
/* As statx(2). Native 5.6. dirfd is a plain fd. */
kring_op kring_statx(struct kring *ring, int dirfd, const char *path, int flags, uint32_t mask,
                     struct statx *buffer);
/* Offsets >= 0 or -1 (none, or current). One side must be a pipe. flags SPLICE_F_. To a
 * socket or pipe that nobody reads any more: -EPIPE, and on the soft engine SIGPIPE too, as
 * splice(2). Native 5.7. */
kring_op kring_splice(struct kring *ring, int fd_in, int64_t offset_in, int fd_out,
                      int64_t offset_out, uint32_t length, uint32_t flags);
/* Both are pipes. Native 5.8. */
kring_op kring_tee(struct kring *ring, int fd_in, int fd_out, uint32_t length, uint32_t flags);

/* As pipe2(2): fds[0] is read from, fds[1] written to; fds is borrowed until the result. flags
 * O_NONBLOCK, O_DIRECT, O_NOTIFICATION_PIPE; O_CLOEXEC is added. With kring_set_slot fds holds two
 * slots for KRING_DIRECT(). value 0; dropping it closes both ends. Native 6.16. */
kring_op kring_pipe(struct kring *ring, int fds[2], int flags);

/* SOCK_CLOEXEC is added. value: fd, or slot. Native 5.19. */
kring_op kring_socket(struct kring *ring, int domain, int type, int protocol);
/* Native 6.11. */
kring_op kring_bind(struct kring *ring, int fd, const struct sockaddr *address, uint32_t length);
kring_op kring_listen(struct kring *ring, int fd, int backlog);
/* address and length may be NULL; flags SOCK_NONBLOCK (SOCK_CLOEXEC is added). value: fd, or
 * slot. Native 5.5. */
kring_op kring_accept(struct kring *ring, int fd, struct sockaddr *address, uint32_t *length,
                      int flags);
/* One callback per connection, value its fd (or slot with KRING_SLOT_ANY). Native 5.19. */
kring_op kring_accept_multishot(struct kring *ring, int fd, int flags);
/* Native 5.5. */
kring_op kring_connect(struct kring *ring, int fd, const struct sockaddr *address,
                       uint32_t length);
/* flags MSG_; MSG_NOSIGNAL is added. Native 5.6. */
kring_op kring_send(struct kring *ring, int fd, const void *data, uint32_t length, int flags);
/* To an address of at most 128 bytes (else -EINVAL). Native 6.1. */
kring_op kring_send_to(struct kring *ring, int fd, const void *data, uint32_t length, int flags,
                       const struct sockaddr *address, uint32_t address_length);
/*
 * Sends all that is queued in a pool of kring_send_pool_init(), in the order of queueing, as one or
 * several results with their buffers; ends when it took the last, had to wait, or failed. value:
 * bytes; -ENOBUFS: nothing is queued. One such send at a time for each pool. Native 6.10.
 */
kring_op kring_send_bundle(struct kring *ring, int fd, int pool, int flags);
kring_op kring_recv(struct kring *ring, int fd, void *data, uint32_t length, int flags);
/*
 * Receives again and again into buffers of a pool; the end of stream is value 0, final. Native 6.0.
 */
kring_op kring_recv_multishot(struct kring *ring, int fd, int pool, int flags);
/* Native 5.3. */
kring_op kring_sendmsg(struct kring *ring, int fd, const struct msghdr *message, int flags);
/* Descriptors that are passed to a receive which is dropped are closed. */
kring_op kring_recvmsg(struct kring *ring, int fd, struct msghdr *message, int flags);
/* Each buffer begins with struct io_uring_recvmsg_out, name, control, payload; message gives
 * msg_namelen and msg_controllen only. Native 6.0. */
kring_op kring_recvmsg_multishot(struct kring *ring, int fd, const struct msghdr *message, int pool,
                                 int flags);
/*
 * Zero-copy sends: data is not copied where the kernel can do without, and is borrowed and must not
 * change until the only and final callback, which comes with the kernel's notification: for TCP
 * that can be when the peer has acknowledged. value: bytes sent, may be short. With
 * KRING_REPORT_USAGE and KRING_NOTIF_COPIED in the result it was copied after all, as it is on
 * loopback and by the soft engine: then a plain send is cheaper. TCP and UDP, else -EOPNOTSUPP.
 * Native 6.0, kring_sendmsg_zc 6.1.
 */
kring_op kring_send_zc(struct kring *ring, int fd, const void *data, uint32_t length, int flags);
kring_op kring_send_zc_to(struct kring *ring, int fd, const void *data, uint32_t length, int flags,
                          const struct sockaddr *address, uint32_t address_length);
kring_op kring_sendmsg_zc(struct kring *ring, int fd, const struct msghdr *message, int flags);
/*
 * The same with data that lies within registered buffer number buffer (kring_buffers_register),
 * whose pages the kernel then need not look up; no vector is empty. -EFAULT: no such buffer, or not
 * within it. Native 6.0, kring_sendmsg_zc_fixed 6.15.
 */
kring_op kring_send_zc_fixed(struct kring *ring, int fd, const void *data, uint32_t length,
                             int flags, uint16_t buffer);
kring_op kring_sendmsg_zc_fixed(struct kring *ring, int fd, const struct msghdr *message, int flags,
                                uint16_t buffer);
/* how: SHUT_RD, SHUT_WR, SHUT_RDWR. Native 5.11. */
kring_op kring_shutdown(struct kring *ring, int fd, int how);

/*
 * An address, for all calls that take one as (struct sockaddr *)a.storage and its length. Ports
 * are plain numbers here, ip is in the order it is written.
 */
struct kring_address {
    uint64_t storage[16]; /* struct sockaddr_storage */
    uint32_t length;      /* bytes of it that count */
    uint32_t reserved;
};
/* All its room, for accept, getsockname and getpeername, which set length. */
void kring_address_room(struct kring_address *address);
void kring_address_ipv4(struct kring_address *address, const uint8_t ip[4], uint16_t port);
/* scope: the interface's number with link-local addresses, else 0. */
void kring_address_ipv6(struct kring_address *address, const uint8_t ip[16], uint16_t port,
                        uint32_t scope);
/* 1 to 108 bytes; with 108 there is no room for a 0, and none is needed. -ENAMETOOLONG; -ENOENT:
 * it is empty. */
int kring_address_unix(struct kring_address *address, const char *path);
/* A name of Linux that is in no file system, 0 to 107 bytes of any value. -ENAMETOOLONG. */
int kring_address_abstract(struct kring_address *address, const void *name, uint32_t length);
/* AF_UNIX without a name: bind chooses an abstract one. */
void kring_address_unnamed(struct kring_address *address);
/* AF_UNSPEC: connect of a datagram socket with it ends its connection. */
void kring_address_none(struct kring_address *address);

enum kring_address_kind {
    KRING_ADDRESS_NONE = 0, /* nothing was written, or AF_UNSPEC */
    KRING_ADDRESS_IPV4,
    KRING_ADDRESS_IPV6,
    KRING_ADDRESS_PATH,
    KRING_ADDRESS_ABSTRACT,
    KRING_ADDRESS_UNNAMED,
    KRING_ADDRESS_OTHER /* family says which */
};
struct kring_address_parts {
    uint32_t kind; /* enum kring_address_kind */
    uint16_t family;
    uint16_t port;
    uint8_t ip[16]; /* IPv4: the first four */
    uint32_t scope;
    uint32_t name_length;
    const char *name; /* path or abstract name, in the address itself, without a 0 at its end */
};
/*
 * Reads what accept, getsockname or a receive wrote into room bytes at address and gave length of.
 * 0; -EMSGSIZE: it was cut, parts has what is there; -EINVAL: too short for its family.
 */
int kring_address_parse(const void *address, uint32_t room, uint32_t length,
                        struct kring_address_parts *parts);

/* A received datagram's address and flags; all of it is borrowed until the result. The layout is
 * that of struct msghdr, with what it points to behind it. */
struct kring_from {
    void *name;           /* storage */
    uint32_t name_length; /* bytes of the address; 0 of a connected stream */
    void *vector;
    size_t vectors;
    void *control;
    size_t control_length;
    uint32_t flags; /* MSG_TRUNC: the datagram was longer; MSG_OOB, MSG_ERRQUEUE, ... */
    void *data;
    size_t data_length;
    uint64_t storage[16];
};
/*
 * As recvfrom(2): fills from, whose name_length and flags are results. Started again by its
 * handle, set name_length = sizeof from->storage before. Native 5.3.
 */
kring_op kring_recv_from(struct kring *ring, int fd, void *data, uint32_t length, int flags,
                         struct kring_from *from);
/* What one result of kring_recvmsg_multishot() has in its buffer. */
struct kring_received {
    const void *name;        /* kring_address_parse(name, name_room, name_length, ...) */
    uint32_t name_room;      /* msg_namelen of the message */
    uint32_t name_length;    /* of the whole address; more than name_room: cut */
    const void *control;     /* for CMSG_FIRSTHDR: msg_control */
    uint32_t control_length; /* and msg_controllen; MSG_CTRUNC in flags: there was more */
    uint32_t length;         /* bytes at data */
    void *data;
    uint32_t payload_length; /* of the whole datagram where MSG_TRUNC was asked for, else length */
    uint32_t flags;          /* MSG_ */
};
/* message: what the operation was made with. 0, or -EINVAL: no such buffer, or too short a one. */
int kring_recvmsg_parse(const struct kring_result *result, const struct msghdr *message,
                        struct kring_received *received);

/*
 * Socket commands. Native: as said, and then on IPv4 and IPv6 sockets; on others (AF_UNIX) most of
 * them only from 6.18 on. What the kernel refuses with -EOPNOTSUPP the soft engine is asked for,
 * outside of chains, so that everywhere the results are those of the system call.
 */
/* Bytes to read, or with datagrams those of the next one. -EINVAL: it listens. Native 6.6. */
kring_op kring_siocinq(struct kring *ring, int fd);
/* Bytes that were sent and have not been acknowledged (TCP), or not been read. Native 6.6. */
kring_op kring_siocoutq(struct kring *ring, int fd);
/*
 * As getsockopt(2) and setsockopt(2): level and name SOL_ and SO_. value of get: the bytes that
 * the option has, at most length. Native 6.7, get for SOL_SOCKET only (io_uring/cmd_net.c).
 */
kring_op kring_getsockopt(struct kring *ring, int fd, int level, int name, void *value,
                          uint32_t length);
kring_op kring_setsockopt(struct kring *ring, int fd, int level, int name, const void *value,
                          uint32_t length);
/* *length: in the room, out what the address has, which may be more. value 0. Native 6.19. */
kring_op kring_getsockname(struct kring *ring, int fd, struct sockaddr *address, uint32_t *length);
kring_op kring_getpeername(struct kring *ring, int fd, struct sockaddr *address, uint32_t *length);

/*
 * Typed options: kring_getsockopt_WORD(ring, fd), whose value is the option's, and
 * kring_setsockopt_WORD(ring, fd, value), whose value is 0. They borrow nothing. Get of what may
 * be negative (incoming_cpu of a socket that has received nothing): -ENODATA. Of another length
 * than the option has: -EMSGSIZE. A value that is no int: -EINVAL in the handle.
 *     G(word, level, name): it can be read; S: it can be set.
 */
#define KRING_SOCKET_OPTIONS(G, S) \
    G(error, SOL_SOCKET, SO_ERROR) /* a positive errno, then cleared; 0 none */ \
    G(keepalive, SOL_SOCKET, SO_KEEPALIVE) \
    S(keepalive, SOL_SOCKET, SO_KEEPALIVE) \
    G(linger, SOL_SOCKET, SO_LINGER) /* seconds, or KRING_LINGER_OFF */ \
    S(linger, SOL_SOCKET, SO_LINGER) \
    G(reuse_address, SOL_SOCKET, SO_REUSEADDR) \
    S(reuse_address, SOL_SOCKET, SO_REUSEADDR) \
    G(reuse_port, SOL_SOCKET, SO_REUSEPORT) \
    S(reuse_port, SOL_SOCKET, SO_REUSEPORT) \
    G(type, SOL_SOCKET, SO_TYPE) \
    G(domain, SOL_SOCKET, SO_DOMAIN) \
    G(protocol, SOL_SOCKET, SO_PROTOCOL) \
    G(receive_buffer, SOL_SOCKET, SO_RCVBUF) /* bytes; the kernel doubles what is set */ \
    S(receive_buffer, SOL_SOCKET, SO_RCVBUF) \
    G(send_buffer, SOL_SOCKET, SO_SNDBUF) \
    S(send_buffer, SOL_SOCKET, SO_SNDBUF) \
    G(receive_low_water, SOL_SOCKET, SO_RCVLOWAT) /* bytes */ \
    S(receive_low_water, SOL_SOCKET, SO_RCVLOWAT) \
    G(send_low_water, SOL_SOCKET, SO_SNDLOWAT) /* always 1 */ \
    G(accept_connections, SOL_SOCKET, SO_ACCEPTCONN) /* it listens */ \
    G(incoming_cpu, SOL_SOCKET, SO_INCOMING_CPU) \
    S(incoming_cpu, SOL_SOCKET, SO_INCOMING_CPU) \
    G(tcp_nodelay, IPPROTO_TCP, TCP_NODELAY) \
    S(tcp_nodelay, IPPROTO_TCP, TCP_NODELAY) \
    G(tcp_cork, IPPROTO_TCP, TCP_CORK) \
    S(tcp_cork, IPPROTO_TCP, TCP_CORK) \
    G(tcp_keepalive_count, IPPROTO_TCP, TCP_KEEPCNT) /* probes, 1 to 127 */ \
    S(tcp_keepalive_count, IPPROTO_TCP, TCP_KEEPCNT) \
    G(tcp_keepalive_idle, IPPROTO_TCP, TCP_KEEPIDLE) /* seconds, 1 to 32767 */ \
    S(tcp_keepalive_idle, IPPROTO_TCP, TCP_KEEPIDLE) \
    G(tcp_keepalive_interval, IPPROTO_TCP, TCP_KEEPINTVL) /* seconds, 1 to 32767 */ \
    S(tcp_keepalive_interval, IPPROTO_TCP, TCP_KEEPINTVL)
/* Set: close returns at once and the rest is sent behind it; else it waits so many seconds, and
 * with 0 the connection is reset. */
#define KRING_LINGER_OFF (INT64_C(1) << 32)
#define KRING_OPTION_GETTER(word, level, name) \
    kring_op kring_getsockopt_##word(struct kring *ring, int fd);
#define KRING_OPTION_SETTER(word, level, name) \
    kring_op kring_setsockopt_##word(struct kring *ring, int fd, int64_t value);
KRING_SOCKET_OPTIONS(KRING_OPTION_GETTER, KRING_OPTION_SETTER)
#undef KRING_OPTION_GETTER
#undef KRING_OPTION_SETTER

/* events: POLLIN and others of <poll.h>; value: the events that are. Native 5.1. */
kring_op kring_poll(struct kring *ring, int fd, uint32_t events);
/* One callback per readiness change. Native 5.13. */
kring_op kring_poll_multishot(struct kring *ring, int fd, uint32_t events);
/* Ends the poll target with -ECANCELED: 0, -ENOENT, -EALREADY. Native 5.1. */
kring_op kring_poll_remove(struct kring *ring, kring_op target);
/* Changes the events of a running poll. Native 5.13. */
kring_op kring_poll_update(struct kring *ring, kring_op target, uint32_t events);
/* The same for a multishot poll, which stays one. Native 5.13. */
kring_op kring_poll_multishot_update(struct kring *ring, kring_op target, uint32_t events);

/*
 * As waitid(2): idtype P_PID, P_PGID, P_ALL or P_PIDFD (a plain pidfd), options WEXITED and others.
 * info is a siginfo_t *, borrowed, or NULL. value 0; with WNOHANG and nothing to tell, si_signo is
 * 0 too. -ECHILD: no such child. The disposition of SIGCHLD is not touched. What was cancelled or
 * dropped before its result leaves the child waitable. P_PIDFD, and P_PGID with id 0, need Linux
 * 5.4 on either engine. Native 6.7; below, an exit of one process is seen at once (pidfd, 5.3), all
 * else at most 50 ms late.
 */
kring_op kring_waitid(struct kring *ring, int idtype, int id, void *info, int options);

struct epoll_event;
/* As epoll_ctl(2); both are plain fds. how: EPOLL_CTL_; event may be NULL for EPOLL_CTL_DEL.
 * value 0; -ENOSYS or -EOPNOTSUPP where the kernel was built without epoll. Native 5.6. */
kring_op kring_epoll_ctl(struct kring *ring, int epoll_fd, int how, int fd,
                         const struct epoll_event *event);
/* As epoll_wait(2) until something comes (kring_set_deadline limits it); count 1 or more.
 * value: how many events came. Native 6.15. */
kring_op kring_epoll_wait(struct kring *ring, int epoll_fd, struct epoll_event *events,
                          uint32_t count);

/*
 * Waits until somebody wakes the futex word: by kring_futex_wake(), or by futex(2) in any thread or
 * process. value 0; -EAGAIN: the word does not hold value. mask 1 to 2^32 - 1: only wakes that
 * share a bit with it (KRING_FUTEX_ANY: all). flags: 0, or KRING_FUTEX_PRIVATE as the wakes have
 * it. The word must be aligned, and stay.
 * Native 6.7. The soft engine needs a thread of options.offload for as long as each waits (else
 * -KRING_EKERNEL at start; -ENOMEM when no thread takes it within some 0.2 s, 2 s on a busy
 * machine), and is exact from 5.16 on. Below, and with a mask, a cancel ends it up to 50 ms late,
 * and once in 50 ms a wake that leaves the word's value as it was can be missed.
 */
#define KRING_FUTEX_PRIVATE (1u << 7)
#define KRING_FUTEX_U32 (1u << 1)
#define KRING_FUTEX_ANY UINT32_C(0xffffffff)
kring_op kring_futex_wait(struct kring *ring, const uint32_t *word, uint32_t value, uint32_t mask,
                          uint32_t flags);
/* Wakes at most count waiters whose masks share a bit with mask; value: how many. Native 6.7. */
kring_op kring_futex_wake(struct kring *ring, const uint32_t *word, uint32_t count, uint32_t mask,
                          uint32_t flags);
struct kring_futex {
    uint64_t value;
    uint64_t address; /* of the word */
    uint32_t flags;   /* KRING_FUTEX_U32, with KRING_FUTEX_PRIVATE or without */
    uint32_t reserved; /* 0 */
};
/* As kring_futex_wait on 1 to 128 words at once, borrowed; value: the index of one that was woken.
 * The soft engine needs Linux 5.16 for more than one (else value -KRING_EKERNEL). Native 6.7. */
kring_op kring_futex_waitv(struct kring *ring, const struct kring_futex *futexes, uint32_t count);

/*
 * Signals as results, by a signalfd(2). Opening blocks the signals numbers[0] to [count - 1] for
 * the calling thread (count 0: all but SIGKILL, SIGSTOP and 32 to 34, which libcs use themselves);
 * open before other threads are made, which inherit it. Closing, on the same thread, unblocks
 * exactly those that opening blocked, in the reverse order of openings. Errors: -EINVAL (a number),
 * -EMFILE. fd is a plain descriptor; kring_direct_update() puts it into a slot, which keeps its own
 * reference. Set fd to -1 after closing it yourself.
 */
struct kring_signals {
    int fd;
    uint32_t reserved;
    uint64_t blocked[2]; /* what opening blocked */
};
int kring_signals_open(struct kring_signals *signals, const int *numbers, unsigned count);
int kring_signals_close(struct kring_signals *signals);
/* The kernel's struct signalfd_siginfo. */
struct kring_signal {
    uint32_t number;
    int32_t error, code;
    uint32_t pid, uid; /* of the sender */
    int32_t fd;
    uint32_t tid, band, overrun, trap;
    int32_t status, value; /* of SIGCHLD; of sigqueue(3) */
    uint64_t pointer, user_time, system_time, address;
    uint8_t reserved[48];
};
/*
 * Takes one signal; value sizeof(struct kring_signal). fd: of struct kring_signals, or a direct
 * one.
 */
kring_op kring_signals_receive(struct kring *ring, int fd, struct kring_signal *signal);
/* Takes one after another, each told with KRING_MORE (signal is then the application's until its
 * callback returns), until it is cancelled or fails. */
kring_op kring_signals_receive_each(struct kring *ring, int fd, struct kring_signal *signal);
enum kring_to {
    KRING_TO_PROCESS,   /* id: a pid */
    KRING_TO_GROUP,     /* id: a process group, 2 or more */
    KRING_TO_OWN_GROUP, /* id is ignored, here and below */
    KRING_TO_ALL,       /* every process that may be sent to, init and the caller excepted */
    KRING_TO_PIDFD      /* id: a pidfd; -ENOSYS below 5.1 */
};
/*
 * Sends at once, by kill(2) or pidfd_send_signal(2); number 0 only asks. 0, -EINVAL, -ESRCH,
 * -EPERM.
 */
int kring_signal_send(enum kring_to to, int id, int number);

struct kring_time {
    int64_t seconds;
    int64_t nanoseconds; /* 0 to 999999999 */
};
#define KRING_ABSOLUTE (1u << 0)
#define KRING_BOOTTIME (1u << 1)
#define KRING_REALTIME (1u << 2)
#define KRING_ETIME_SUCCESS (1u << 3) /* in a chain the expiry counts as success (native 5.16) */
/* time is borrowed. count 0 = time only; else also ends (value 0) when count operations have
 * completed after its start. value -ETIME at expiry. Native 5.4. */
kring_op kring_timeout(struct kring *ring, const struct kring_time *time, uint32_t count,
                       uint32_t flags);
/* The same with the time by value, so that nothing is borrowed: nanoseconds >= 0, relative or, with
 * KRING_ABSOLUTE, of the clock. Native 7.1; without a soft engine below it -KRING_EKERNEL. */
kring_op kring_timeout_ns(struct kring *ring, int64_t time_ns, uint32_t count, uint32_t flags);
/* Fires every time, repeat times (0 = for ever), each value -ETIME with KRING_MORE. Native 6.4. */
kring_op kring_timeout_multishot(struct kring *ring, const struct kring_time *time,
                                 uint32_t repeat, uint32_t flags);
/* 0, -ENOENT, -EALREADY, -EBUSY. Native 5.5. */
kring_op kring_timeout_remove(struct kring *ring, kring_op target);
/* Sets a new time on a running timeout. Native 5.11. */
kring_op kring_timeout_update(struct kring *ring, kring_op target, const struct kring_time *time,
                              uint32_t flags);
/* In a chain, directly behind the operation it limits. Native 5.5. */
kring_op kring_link_timeout(struct kring *ring, const struct kring_time *time, uint32_t flags);
/* Sets a new time on a running link timeout: 0, -ENOENT. Native 5.15. */
kring_op kring_link_timeout_update(struct kring *ring, kring_op target,
                                   const struct kring_time *time, uint32_t flags);

/* Cancels as an operation of its own (so that it can be linked): value 0, -ENOENT, -EALREADY. */
kring_op kring_cancel_op(struct kring *ring, kring_op target);
/* All operations on fd: value is how many, or -ENOENT. Native 5.19. */
kring_op kring_cancel_fd(struct kring *ring, int fd);
/* Everything started so far: value is how many. Native 5.19. */
kring_op kring_cancel_any(struct kring *ring);
/*
 * The first started operation that is on fd (KRING_CANCEL_FD), has this opcode (IORING_OP_ number,
 * KRING_CANCEL_OPCODE), or both: value 0, or -ENOENT; with KRING_CANCEL_ALL every one, and with
 * KRING_CANCEL_ANY just every one: value is how many. -EBADF: fd is not open. -EINVAL: no or
 * contradicting flags. Native 5.19, by opcode 6.6.
 */
#define KRING_CANCEL_FD (1u << 0)
#define KRING_CANCEL_OPCODE (1u << 1)
#define KRING_CANCEL_ANY (1u << 2)
#define KRING_CANCEL_ALL (1u << 3)
kring_op kring_cancel_match(struct kring *ring, uint32_t flags, int fd, unsigned opcode);
/*
 * The same at once, queued operations too, and waits until what it found has ended, and what fits
 * and was canceled before: their callbacks run meanwhile. How many it found (1 without
 * KRING_CANCEL_ALL), -ENOENT, -EBADF, -EINVAL; -ETIME: canceled, and not ended after timeout_ns;
 * -EDEADLK inside a callback. Any kernel.
 */
int64_t kring_cancel_sync(struct kring *ring, uint32_t flags, int fd, unsigned opcode,
                          int64_t timeout_ns);
/* kring_cancel() that waits likewise: 0, -ESTALE, -EALREADY (not running), -ETIME, -EDEADLK. */
int kring_cancel_wait(struct kring *ring, kring_op op, int64_t timeout_ns);
/*
 * Posts to another ring's on_message; data below 2^52. Any pair of engines: through the target's
 * mailbox, which holds 256 (-EAGAIN: it is full), or, where both rings have no soft engine, by the
 * kernel. A build without the soft engine has no mailboxes: there the target must have been run
 * once (else -EBADFD, 6.2). target must stay open until the result. Native 5.18.
 */
kring_op kring_msg_ring(struct kring *ring, struct kring *target, int32_t value, uint64_t data);
/*
 * The same with flags, which the target's on_message asks for by kring_message_flags(): any bits of
 * a CQE's flags but IORING_CQE_F_SKIP and IORING_CQE_F_32 (-EINVAL). Native 6.3.
 */
kring_op kring_msg_ring_flags(struct kring *ring, struct kring *target, int32_t value,
                              uint64_t data, uint32_t flags);
/* Inside on_message: what came with the message; 0 for kring_msg_ring() and kring_msg_post(). */
uint32_t kring_message_flags(const struct kring *ring);
/*
 * Passes the direct descriptor in slot to another ring's table, into target_slot or KRING_SLOT_ANY,
 * and tells its on_message: value 0, or the slot with KRING_SLOT_ANY, as the value here. The slot
 * here keeps the file. With KRING_MSG_QUIET it is not told. -EBADF: nothing in slot; -ENXIO: a ring
 * without a table; -ENFILE: the other is full; -KRING_EKERNEL: one table is the kernel's and the
 * other is not. A target on the kernel engine must have been run once (-EBADFD). Native 6.0.
 */
#define KRING_MSG_QUIET (1u << 0)
kring_op kring_msg_ring_fd(struct kring *ring, struct kring *target, uint32_t slot,
                           uint32_t target_slot, uint64_t data, uint32_t flags);
/*
 * kring_msg_ring() at once and without a ring of one's own: from any thread and from signal
 * handlers, while target is open. 0, -EAGAIN (full), -EINVAL (data); in a build without the soft
 * engine also -EBADFD: target has not been run yet, and below Linux 6.13 always -KRING_EKERNEL.
 */
int kring_msg_post(struct kring *target, int32_t value, uint64_t data);
/*
 * As kring_direct_update, count slots from offset, as an operation. fds is in and out. Native 5.6.
 */
kring_op kring_files_update(struct kring *ring, int *fds, uint32_t count, uint32_t offset);
/* A plain fd for the file of KRING_DIRECT(index), which keeps its slot. flags 0 or KRING_INHERITED
 * (an exec inherits it). value: the fd, which is the caller's. -EBADF: the slot is empty, or fd is
 * no direct descriptor. Native 6.8. */
#define KRING_INHERITED (1u << 0)
kring_op kring_fixed_fd_install(struct kring *ring, int fd, uint32_t flags);
/*
 * The two conversions; both copy: the source stays open and the caller's, whatever happens.
 * kring_to_direct: a plain fd's file into slot (or KRING_SLOT_ANY), value: the slot, which is then
 * used as KRING_DIRECT(value). -EBADF, -ENFILE (no free slot), -EINVAL (no such slot), -ENXIO (no
 * table). Native 5.6, any slot 5.19. kring_to_fd: as kring_fixed_fd_install() without flags.
 */
kring_op kring_to_direct(struct kring *ring, int fd, uint32_t slot);
kring_op kring_to_fd(struct kring *ring, int fd);
/* Legacy provided buffers: count buffers of size bytes from memory with ids from first. Prefer
 * kring_pool_init. Native 5.7. */
kring_op kring_provide_buffers(struct kring *ring, void *memory, uint32_t size, uint32_t count,
                               uint16_t group, uint16_t first);
kring_op kring_remove_buffers(struct kring *ring, uint32_t count, uint16_t group);

/* Composites: go on over short transfers. value: length, or an error; at an early end -KRING_EEOF,
 * result.length says how many bytes were transferred before it or before the error. */
kring_op kring_read_full(struct kring *ring, int fd, void *data, uint32_t length, int64_t offset);
kring_op kring_write_all(struct kring *ring, int fd, const void *data, uint32_t length,
                         int64_t offset);
kring_op kring_recv_full(struct kring *ring, int fd, void *data, uint32_t length, int flags);
kring_op kring_send_all(struct kring *ring, int fd, const void *data, uint32_t length, int flags);
/* As kring_send_zc(), each transfer; data is borrowed until the callback. Native 6.0. */
kring_op kring_send_all_zc(struct kring *ring, int fd, const void *data, uint32_t length,
                           int flags);
/*
 * Vectored: msg_iov and msg_iovlen of message, and the array, are rewritten while it runs, and
 * msg_controllen is 0 afterwards, since ancillary data goes with the first byte. A receive takes no
 * name and no control (-EINVAL). Native 5.3, _zc 6.1.
 */
kring_op kring_recv_full_v(struct kring *ring, int fd, struct msghdr *message, int flags);
kring_op kring_send_all_v(struct kring *ring, int fd, struct msghdr *message, int flags);
kring_op kring_send_all_v_zc(struct kring *ring, int fd, struct msghdr *message, int flags);
/* Vectored: the iovec array is rewritten while it runs (entries are consumed). */
kring_op kring_read_full_v(struct kring *ring, int fd, struct iovec *vectors, uint32_t count,
                           int64_t offset);
kring_op kring_write_all_v(struct kring *ring, int fd, struct iovec *vectors, uint32_t count,
                           int64_t offset);

/*
 * Copies length bytes (KRING_COPY_ALL: all up to the end) from fd_in to fd_out, files, pipes and
 * sockets alike: by splice (native 5.7) through a pipe that it opens and closes, or straight where
 * one of the two is a pipe; and by read and write where this pair of files cannot be spliced, for
 * which buffer is needed. Offsets are >= 0 or KRING_CUR_POS (always that for what has no offset).
 *
 * value: the bytes that reached fd_out, or an error: those of splice(2), read(2) and write(2);
 * -KRING_EEOF: the end came before length; -EINVAL: fields, or files that cannot be spliced
 * without a buffer. The whole struct is borrowed until the end; copied and held may be read by the
 * ring's thread at any time. What was taken from a stream and had not reached fd_out at an error
 * or a cancel is lost with the pipe: held says how much that is. Started again in its final
 * callback it does the same again. A fd_out that nobody reads any more may raise SIGPIPE, as
 * splice(2) and write(2).
 */
#define KRING_COPY_ALL UINT64_MAX
#define KRING_COPY_NO_SPLICE (1u << 0) /* flags: read and write only */
/* kring's own while the operation runs. */
struct kring__copy_own {
    uint64_t left;
    int64_t at_in, at_out;
    int32_t pipe[2];
    uint32_t in_pipe, in_buffer, buffer_at, capacity;
    uint8_t stage, way, tries, reserved[5];
};
struct kring_copy {
    uint32_t size;        /* sizeof(struct kring_copy), set by KRING_COPY_INIT */
    uint32_t flags;       /* KRING_COPY_NO_SPLICE */
    int32_t fd_in;
    int32_t fd_out;
    int64_t offset_in;
    int64_t offset_out;
    uint64_t length;
    void *buffer;         /* for read and write; NULL: splice or -EINVAL */
    uint32_t buffer_size;
    uint32_t pipe_size;   /* bytes that its pipe should hold, a wish; 0: the system's default */
    uint64_t copied;      /* result: bytes that have reached fd_out */
    uint64_t held;        /* result: bytes taken from fd_in that have not */
    struct kring__copy_own own;
};
#define KRING_COPY_INIT \
    {(uint32_t)sizeof(struct kring_copy), 0, -1, -1, KRING_CUR_POS, KRING_CUR_POS, \
     KRING_COPY_ALL, NULL, 0, 0, 0, 0, \
     {0, 0, 0, {-1, -1}, 0, 0, 0, 0, 0, 0, 0, {0, 0, 0, 0, 0}}}
kring_op kring_copy(struct kring *ring, struct kring_copy *copy);

/* ---- Watching files ---- */

/*
 * A watcher reports what happens to files and in directories, by inotify(7), on any engine; it
 * uses one operation of the ring's slab. Its callback runs where the ring's do.
 *
 * A recursive watch is one on every directory below: those that are there, and those that come,
 * which are read when they are watched. What is found in them is told as IN_CREATE with
 * KRING_WATCH_FOUND; so something that is made in a new directory is told at least once, maybe
 * twice. Reading directories blocks as getdents(2) does. A directory that is renamed inside keeps
 * its watch, under the new path; one that leaves is watched no more. Symbolic links are not
 * followed.
 */
struct kring_watcher;
#define KRING_WATCH_RECURSIVE (1u << 0) /* kring_watcher_add() */
/* kring_watch_event.flags */
#define KRING_WATCH_FOUND (1u << 0)  /* found by reading a directory, not told by the kernel */
#define KRING_WATCH_FAILED (1u << 1) /* error: what this event names cannot be watched or read
                                        (-ENOSPC, -EACCES, -ENAMETOOLONG, ...); -EBADMSG:
                                        malformed events */
#define KRING_WATCH_ENDED (1u << 2)  /* error: no more events will come; the ring closes, or reading
                                        failed. Only kring_watcher_close() is left to call */
struct kring_watch_event {
    uint32_t mask;    /* IN_ bits of <sys/inotify.h>; IN_Q_OVERFLOW: events were lost (new
                         directories are found again); IN_IGNORED: this watch is no more */
    uint32_t cookie;  /* equal in IN_MOVED_FROM and its IN_MOVED_TO */
    uint32_t flags;   /* KRING_WATCH_ above */
    int32_t error;    /* with FAILED or ENDED: -errno */
    int32_t watch;    /* the id of the watched file or directory, or -1 */
    uint32_t reserved;
    const char *path; /* of that, as its root was given; "" with watch -1 */
    const char *name; /* in it, or "" */
};
/* The event is valid during the call, which may add, remove and close. */
typedef void kring_watched(struct kring_watcher *watcher, const struct kring_watch_event *event,
                           void *user);
/* Bytes for so many watches (every directory of a tree counts), 1 to 4194304; else -EINVAL. */
int64_t kring_watcher_memory(uint32_t watches);
/*
 * memory (8-byte aligned, of kring_watcher_memory() bytes) is borrowed until the release. Errors:
 * -EINVAL, -ENOMEM (size), -EMFILE (also: fs.inotify.max_user_instances), -KRING_EKERNEL
 * (configured out), those of kring_start().
 */
int kring_watcher_open(struct kring_watcher **watcher, struct kring *ring, uint32_t watches,
                       void *memory, size_t size, kring_watched *watched, void *user);
/*
 * mask: IN_ bits of IN_ALL_EVENTS. path is borrowed until the release. Returns the id of the
 * watch. Errors: -EEXIST (watched already), -ENOSPC (watches, or fs.inotify.max_user_watches),
 * -EINVAL, those of inotify_add_watch(2), -ENOTDIR (recursive, and no directory); then nothing is
 * watched.
 */
int kring_watcher_add(struct kring_watcher *watcher, const char *path, uint32_t mask,
                      uint32_t flags);
/* A watch that was added, with all that is below. No event of it is told any more. 0 or -EINVAL. */
int kring_watcher_remove(struct kring_watcher *watcher, int watch);
/*
 * No callback any more; release(arg), which may be NULL, when the memory is free: in this call or
 * from a later kring_run(). 0 or -EALREADY.
 */
int kring_watcher_close(struct kring_watcher *watcher, kring_release *release, void *arg);

#ifdef __cplusplus
}
#endif

#endif
