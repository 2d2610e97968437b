/* SPDX-License-Identifier: MIT */
/* What the questions of probe/ share among themselves; probe.h is what the rest of kring sees. */
#ifndef KRING__PROBE_INTERNAL_H
#define KRING__PROBE_INTERNAL_H

#include "probe.h"

/* ---- The evidence gathered about the real kernel, before any simulation masks it ---- */

struct kring__facts {
    bool queried;            /* QUERY answered: the masks below are exact */
    bool probed;             /* REGISTER_PROBE answered */
    bool register_blocked;   /* io_uring_register cannot be used at all */
    bool no_disable;         /* enabling a disabled ring does not work */
    bool no_sqpoll;          /* SQPOLL would need registered files (below 5.11) */
    uint8_t op_count;        /* opcodes 0 .. op_count-1 are known to the kernel */
    uint32_t register_count; /* 0: unknown */
    uint32_t features;
    uint32_t setup_known; /* setup flags that are known to be accepted */
    uint32_t enter_known;
    uint32_t sqe_known;
    uint8_t op[KRING__OP_COUNT];      /* enum kring__answer */
    uint8_t evidence[KRING__OP_COUNT];
};

/* probe/query.c: IORING_REGISTER_QUERY without a ring. 0 and facts filled, or -errno. */
int kring__query(struct kring__facts *facts);
/* probe/probe-ops.c: IORING_REGISTER_PROBE. 0 and facts filled, or -errno. */
int kring__probe_ops(struct kring__facts *facts, int fd);
/* probe/feature-rank.c: what features imply, then functional probes. Never fails: what it cannot
 * find out stays CANNOT_TELL. */
void kring__feature_rank(struct kring__facts *facts);
/* probe/feature-rank.c: enter flags without QUERY: io_uring_enter(-1, ...), EBADF means known. */
void kring__enter_flags(struct kring__facts *facts);
/*
 * probe/releases.c: the oldest row all of whose features and opcodes are there, with none of a
 * later row's: everything that release has is implied. NULL when not even 5.1's are there.
 */
const struct kring__release *kring__rank(const struct kring__facts *facts);
/* The i-th row, oldest first; NULL beyond the last. */
const struct kring__release *kring__release_at(unsigned i);
/* The oldest release whose mask (a member of the row, by offset) has the bit; 0 when none. */
uint16_t kring__release_of_setup(uint32_t flag);
uint16_t kring__release_of_feature(uint32_t flag);

/* ---- Setup (probe/setup.c) ---- */

struct kring__setup {
    uint32_t wanted, required; /* flags */
    uint32_t allowed;          /* all others are given up without asking */
    uint32_t mapped_as;        /* features that the mapping may use: those of a played kernel */
    uint32_t entries, cq_entries;
    uint32_t sq_thread_cpu, sq_thread_idle_ms;
    int32_t attach_fd;
    /* results */
    uint32_t got, refused;
    uint64_t bytes; /* ring memory as sized, also of the last size that was refused */
};
/* Creates and maps a ring. 0, or -errno with kernel->fd = -1. */
int kring__setup_negotiate(struct kring__kernel *kernel, struct kring__setup *setup);
/* The default wish of kring: what is fastest and safe, without what contradicts flags. */
uint32_t kring__setup_defaults(uint32_t flags, bool can_enable);
/* Flags that kring's ring memory code understands. */
#define KRING__SETUP_UNDERSTOOD \
    (IORING_SETUP_IOPOLL | IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF | IORING_SETUP_CQSIZE | \
     IORING_SETUP_CLAMP | IORING_SETUP_ATTACH_WQ | IORING_SETUP_R_DISABLED | \
     IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | \
     IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY | \
     IORING_SETUP_HYBRID_IOPOLL | IORING_SETUP_SQE128 | IORING_SETUP_CQE32 | \
     IORING_SETUP_CQE_MIXED | IORING_SETUP_SQE_MIXED)

/* ---- Scratch rings (probe/scratch.c): small, of this thread, closed at once ---- */

struct kring__scratch {
    struct kring__kernel kernel;
    int eventfd; /* a valid fd of the wrong type; readable never */
};
int kring__scratch_open(struct kring__scratch *scratch, uint32_t flags);
void kring__scratch_close(struct kring__scratch *scratch);
/* Marks "no result came in time", outside the range of any res. */
#define KRING__NO_RESULT (-100000)
/*
 * Submits count copies-in-order of sqes and waits (bounded) until `expect` CQEs came; stores their
 * res in arrival order. Returns how many came, or -errno of enter.
 */
int kring__scratch_run(struct kring__kernel *kernel, const struct io_uring_sqe *sqes,
                       unsigned count, struct io_uring_cqe *cqes, unsigned expect);
/* One SQE, its res; KRING__NO_RESULT when none came. */
int kring__scratch_one(struct kring__scratch *scratch, const struct io_uring_sqe *sqe);

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t kring__probe_now(void);

/* probe/prove.c: nop round trips over several index wraps, bounded in time. 0; -errno of enter;
 * -EIO when a completion was wrong or missing. */
int kring__prove(struct kring__kernel *kernel);

/* ---- What was found out once per process (probe/cache.c) ---- */

enum { KRING__CACHE_PROVEN, KRING__CACHE_OPS, KRING__CACHE_VARIANTS = KRING__CACHE_OPS + 17 };
#define KRING__CACHE_SIZE (KRING__CACHE_VARIANTS + KRING__VARIANT_COUNT)
unsigned kring__cache_get(unsigned slot);
void kring__cache_set(unsigned slot, unsigned answer);

/* ---- Variants (probe/trial.c) ---- */

/* Fills caps->variant[] from what is implied or cached, no request made. */
void kring__variants_imply(struct kring__caps *caps, const struct kring__facts *facts,
                           const struct kring__release *rank);
/* One functional trial of the real kernel: an answer. */
enum kring__answer kring__trial(const struct kring__caps *caps, unsigned variant);

/* ---- Causes (probe/cause.c) ---- */

void kring__cause_find(struct kring__caps *caps, const struct kring__wish *wish, int error,
                       bool proving);

/* ---- Simulation (probe/simulate.c) ---- */

/* Masks caps to what the release offers. */
void kring__simulate(struct kring__caps *caps, const struct kring__release *row);

/* ---- Quirks (probe/quirks.c) ---- */

void kring__quirks_apply(struct kring__caps *caps, uint32_t quirks_off);

/* ---- Files of /proc and the like (probe/proc.c) ---- */

/*
 * Finds the first record that begins with key (records end with separator) and copies the rest of
 * it, without leading blanks, as a string. Its full length, or -errno (-ENOENT: no such record).
 */
long kring__file_value(const char *path, char separator, const char *key, char *value,
                       size_t size);
/* A whole small file's first word as a number; -errno when it cannot be read. */
long kring__file_number(const char *path);

/* ---- Text (probe/text.c) ---- */

struct kring__text {
    char *at;      /* where text goes, may be NULL with size 0 */
    size_t size;   /* of it */
    size_t length; /* of the whole text */
};
void kring__text_init(struct kring__text *text, char *at, size_t size);
void kring__text_add(struct kring__text *text, const char *string);
void kring__text_number(struct kring__text *text, int64_t number);
void kring__text_hex(struct kring__text *text, uint64_t number);
void kring__text_release(struct kring__text *text, unsigned release);
/* Whole words of this length equal? */
bool kring__text_equal(const char *a, const char *b);

#endif
