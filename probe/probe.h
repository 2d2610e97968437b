/* SPDX-License-Identifier: MIT */
/*
 * What the kernel can do, each answer with its evidence; and a kernel ring that has been proven.
 */
#ifndef KRING__PROBE_H
#define KRING__PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../abi/map.h"
#include "../ops/ops.h"

enum kring__answer { KRING__CANNOT_TELL = 0, KRING__YES = 1, KRING__NO = 2 };
enum kring__evidence {
    KRING__EVIDENCE_NONE = 0,
    KRING__QUERIED,  /* IORING_REGISTER_QUERY (6.18+) */
    KRING__PROBED,   /* IORING_REGISTER_PROBE (5.6+) */
    KRING__TRIED,    /* a functional probe */
    KRING__IMPLIED,  /* by a capability of the same release (a feature bit, an opcode) */
    KRING__MASKED,   /* by the user: simulation, quirk override, config */
    KRING__DEMOTED   /* was thought to work, and a real request showed otherwise */
};

struct kring__known {
    uint8_t answer;
    uint8_t evidence;
};

struct kring__caps {
    struct kring_caps pub; /* what kring_caps() shows */
    uint32_t enter_flags;  /* IORING_ENTER_ flags that are known to work */
    uint32_t register_count; /* register opcodes 0 .. count-1 exist; 0 = unknown */
    uint16_t release;      /* simulated release KRING__V, or 0 */
    uint8_t sqe_flags;     /* IOSQE_ flags that are known to work */
    uint8_t register_blocked; /* io_uring_register is refused: no pools, tables or trials by it */
    uint32_t quirks;       /* bits of kring__quirk_rows in force */
    int32_t sysctl, sysctl_group; /* kernel.io_uring_disabled, _group: where they are the cause */
    uint16_t rank;         /* all that this mainline release has is there, KRING__V, or 0 */
    bool kernel_32;        /* the kernel is a 32-bit one, as far as uname tells */
    struct kring__known op[KRING__OP_COUNT];
    struct kring__known variant[KRING__VARIANT_COUNT];
    char kernel[64];       /* uname release, for messages only */
};

struct kring__wish {
    uint32_t engine; /* enum kring_engine after options and environment */
    uint32_t entries, cq_entries;
    uint32_t setup_wanted, setup_required;
    uint32_t sq_thread_cpu, sq_thread_idle_ms;
    int32_t attach_fd;
    uint32_t quirks_off; /* bit i: quirk row i is overridden; kring__quirks_environment() */
    uint16_t release; /* simulate, or 0 */
    bool exact;       /* engine kernel: do not fall back, show ENOMEM, EMFILE, ENFILE */
};

struct kring__kernel {
    int fd; /* -1: no kernel engine */
    uint32_t disabled; /* created R_DISABLED, not yet enabled; senders of other threads ask */
    bool unproven; /* no room for a scratch ring: proven by kring__kernel_enable instead */
    struct kring__view view;
    struct io_uring_params params;
};

/* "5.10" -> KRING__V(5, 10); -EINVAL for anything else or outside 4.0 to 7.2. */
int kring__release_parse(const char *text);
/*
 * Reads the environment where configured: KRING_ENGINE and KRING_KERNEL out of the process's
 * own environment block. 0, or -EINVAL for a value that is neither.
 */
int kring__environment(uint32_t *engine, uint16_t *release);
/* KRING_QUIRKS=off, or a list "Q082,Q021" of quirk ids to switch off: bits for wish.quirks_off, of
 * which KRING__QUIRKS_EVERYWHERE stay. */
uint32_t kring__quirks_environment(void);
/*
 * Negotiates, sizes, maps and proves a kernel ring (created R_DISABLED where the kernel can; the
 * caller enables it with kring__kernel_enable at first submit) and fills caps. 0, or -errno with
 * kernel->fd = -1 and caps->pub.cause, cause_certain and kernel_error set.
 */
int kring__kernel_open(struct kring__kernel *kernel, const struct kring__wish *wish,
                       struct kring__caps *caps);
/*
 * To be called by the owner before its first SQE is placed: enables a ring that starts disabled,
 * and proves it where there was no memory for a scratch ring at open. 0, or -errno with
 * caps->pub.cause set: this ring cannot be used, nothing was submitted.
 */
int kring__kernel_enable(struct kring__kernel *kernel, struct kring__caps *caps);
void kring__kernel_close(struct kring__kernel *kernel);
/* What the kernel allocates for sq and cq entries: the rings in one area, the SQEs in another. */
uint64_t kring__ring_bytes(const struct io_uring_params *params, uint32_t sq, uint32_t cq);
/* Fills caps for a ring without kernel engine. */
void kring__caps_none(struct kring__caps *caps, const struct kring__wish *wish, int error);

/*
 * Can the kernel engine run this SQE? The joined answer over opcode, SQE flags and variants.
 * *missing names what is NO or CANNOT_TELL: a variant, or -1 for the opcode itself, or -2 - bit for
 * an SQE flag bit, or KRING__MISSING_QUIRK - row for a quirk.
 */
#define KRING__MISSING_QUIRK (-100)
enum kring__answer kring__caps_check(const struct kring__caps *caps,
                                     const struct io_uring_sqe *sqe, uint64_t variants,
                                     int *missing);
/*
 * What this kernel knows but does badly enough that engine auto prefers the soft engine: why (a
 * static text), or NULL.
 */
const char *kring__caps_poor(const struct kring__caps *caps, const struct io_uring_sqe *sqe);
/* Does the opcode need an SQE of 128 bytes, and does the ring have such? */
static inline bool kring__is_wide(unsigned opcode)
{
    return opcode == IORING_OP_NOP128 || opcode == IORING_OP_URING_CMD128;
}

static inline bool kring__has_wide(const struct kring__caps *caps)
{
    return (caps->pub.setup_flags & IORING_SETUP_SQE128) != 0 ||
           ((caps->pub.setup_flags & IORING_SETUP_SQE_MIXED) && caps->pub.sq_entries > 1);
}

/* The opcode that does the same with 64 bytes. */
static inline uint8_t kring__narrow(unsigned opcode)
{
    if (!kring__is_wide(opcode))
        return (uint8_t)opcode;
    return opcode == IORING_OP_NOP128 ? IORING_OP_NOP : IORING_OP_URING_CMD;
}

/* The opcode that a wide operation goes by here: 5.19 to 6.18 know only the plain ones. */
static inline uint8_t kring__as_narrow(const struct kring__caps *caps, unsigned opcode)
{
    return kring__is_wide(opcode) && (caps->pub.setup_flags & IORING_SETUP_SQE128) &&
                   caps->op[opcode].answer != KRING__YES
               ? kring__narrow(opcode) : (uint8_t)opcode;
}
/*
 * Settles every CANNOT_TELL of these by one functional trial on a scratch ring; cached. Variants
 * that an old kernel silently ignores are NO when no trial is possible; others stay CANNOT_TELL.
 */
enum kring__answer kring__caps_settle(struct kring__caps *caps, const struct io_uring_sqe *sqe,
                                      uint64_t variants, int *missing);
/* A real request showed that this does not work here: never route it to the kernel again. */
void kring__caps_demote(struct kring__caps *caps, unsigned opcode, uint64_t variants);

/*
 * The wish that these options and, unless forbidden, the environment make: KRING_ENGINE decides
 * where the option is auto, KRING_KERNEL where it is NULL. options as kring_open() takes them, or
 * NULL. 0, or -EINVAL.
 */
int kring__wish_init(struct kring__wish *wish, const struct kring_options *options);

/* Forgets what trials found out in this process, so that the next open asks again. */
void kring__probe_forget(void);

/* A difference between kernels that routing has to know (probe/quirks.c). */
struct kring__quirk {
    const char *id;     /* "Q082" */
    const char *effect; /* a sentence */
    const char *link;   /* where it was reported or can be read */
    uint16_t from, to;  /* mainline releases that have it, both included; 0 = open */
};
enum kring__quirk_id {
    KRING__QUIRK_TIMEOUT_FLAGS, /* refuses SQEs (kring__quirk_refuses), as the next six */
    KRING__QUIRK_REMOVE_FLAGS,
    KRING__QUIRK_CUR_POS,
    KRING__QUIRK_SQPOLL_OPS,
    KRING__QUIRK_SKIP_LINK,
    KRING__QUIRK_ANCILLARY,
    KRING__QUIRK_OPEN_FLAGS,
    KRING__QUIRK_PBUF_RING,    /* buffer rings must not be used: pools are at home in soft */
    KRING__QUIRK_CANCEL_EINTR, /* EINTR after a cancel is ECANCELED, on every kernel */
    KRING__QUIRK_NONBLOCK,     /* EAGAIN for an O_NONBLOCK file: poll, then again; on all */
    KRING__QUIRK_UNIX_DGRAM,   /* a send must not wait in the kernel: DONTWAIT and backoff */
    KRING__QUIRK_STREAM_POS,   /* a socket wants position 0 where the caller says the current one */
    KRING__QUIRK_UNLINKED,     /* KRING__UNLINKED rows: no soft link behind them in the kernel */
    KRING__QUIRK_HIGHMEM,      /* as PBUF_RING */
    KRING__QUIRK_TERMINAL,     /* reads and writes of character devices go to a worker at once */
    KRING__QUIRK_TASK_WORK,    /* waits outside of enter are short while something runs */
    KRING__QUIRK_COUNT
};
extern const struct kring__quirk kring__quirk_rows[KRING__QUIRK_COUNT];
/* What costs nothing where it is not met: the bit says where it was seen, and cannot be off. */
#define KRING__QUIRKS_EVERYWHERE \
    (1u << KRING__QUIRK_CANCEL_EINTR | 1u << KRING__QUIRK_NONBLOCK)
/* Bit i: row i applies to this ring (chosen by capability, or by uname where nothing else can). */
uint32_t kring__quirks_active(const struct kring__caps *caps);
/* True when no buffer ring may be given to this kernel. */
bool kring__quirk_no_pools(const struct kring__caps *caps);
/* True when SQEs of this opcode must each pass kring__caps_check on this kernel: no short cut. */
bool kring__quirk_guards(const struct kring__caps *caps, unsigned opcode);
/* The row that refuses this opcode for what an argument points to, or -1. */
int kring__quirk_of_argument(const struct kring__caps *caps, unsigned opcode);
/* The quirk row that keeps this SQE from the kernel engine, or -1. */
int kring__quirk_refuses(const struct kring__caps *caps, const struct io_uring_sqe *sqe);

/* Text pieces for explain and the tool; static strings. */
const char *kring__evidence_name(unsigned evidence);
const char *kring__answer_name(unsigned answer);
const char *kring__cause_name(unsigned cause);
/* One sentence on why there is no kernel engine. Returns the full length. */
size_t kring__cause_text(const struct kring__caps *caps, char *text, size_t size);
/* One sentence on opcode and variants: which kernel they need, what this one is, which config. */
size_t kring__explain_text(const struct kring__caps *caps, unsigned opcode, uint64_t variants,
                           unsigned sqe_flags, int64_t error, char *text, size_t size);

/* What a release offers, from kernel tables (probe/releases.c). */
struct kring__release {
    uint16_t release;
    uint8_t op_count;
    uint8_t register_count;
    uint32_t features;
    uint32_t setup_flags;
    uint32_t enter_flags;
    uint8_t sqe_flags;
};
/* The newest row not younger than release; NULL below 5.1. */
const struct kring__release *kring__release_row(uint16_t release);

/* The ring's caps, for functions that have only a ring (ops/ring.c). */
struct kring__caps *kring__ring_caps(struct kring *ring);
/* SQE of a live operation, or NULL with *error (ops/ring.c). */
const struct io_uring_sqe *kring__ring_sqe(struct kring *ring, kring_op op, int *error);

#endif
