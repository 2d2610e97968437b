/* SPDX-License-Identifier: MIT */
/*
 * Fault injection: a scenario is a small program over one ring (or two). It is run again and again,
 * each time with another of the library's system calls failing, once with each errno that this
 * call can give, until a run makes fewer calls. After each run
 *   - every operation that was started has ended exactly once, by callback or by release;
 *   - no operation runs, no descriptor is left, the ring closes;
 *   - what was reported as done was done (the scenario compares the bytes);
 *   - nothing waited for an event that was lost.
 * A failure may be reported by an operation, by a function, or be absorbed.
 */
#ifndef KRING_TESTS_FAULTS_H
#define KRING_TESTS_FAULTS_H

#include "fake_sys.h"
#include "kring.h"
#include "test.h"

/* A way of running scenarios. */
struct faults_mode {
    const char *name;
    enum kring_engine engine;
    bool uring;        /* needs io_uring of the real kernel */
    bool mixed;        /* pins the scenario's choice of operations to soft */
    bool open_only;    /* only the way to an engine differs */
    const char *kernel; /* simulated release */
    int refused;       /* errno of all io_uring calls */
    bool group;        /* by sysctl, for all but a group that we are not in */
    uint8_t missing[10]; /* calls that this kernel does not have, 0-terminated (0 is never meant) */
};

struct faults;
struct faults_op;
typedef void faults_hook(struct faults *f, struct faults_op *o, const struct kring_result *result);

/* An operation of a run. */
struct faults_op {
    struct faults *run;
    const char *text; /* how it was made */
    kring_op op;
    faults_hook *hook; /* called for each result */
    bool started, dropped;
    bool fails;   /* an error is its purpose */
    bool creates; /* a value >= 0 is a descriptor that the run must close */
    unsigned results, finals, releases;
    int64_t value; /* of the last result */
};

#define FAULTS_OPS 96
#define FAULTS_OWNED 32
struct faults {
    const struct faults_mode *mode;
    struct kring *ring;
    unsigned nth; /* which call from the arming on fails; 0: none */
    int (*choose)(int id);
    bool cold;    /* the open is swept too */
    kring_offload *offload; /* set before faults_open(), or NULL */
    bool lost;    /* the kernel's part of the ring: enter was refused for good */
    bool failed;  /* something reported an error */
    unsigned errors;
    char why[120];    /* the first error reported, for the baseline */
    char broken[200]; /* the first rule that was broken */
    struct faults_op ops[FAULTS_OPS];
    unsigned count;
    int owned[FAULTS_OWNED];
    unsigned owned_count;
    unsigned released; /* tags told, as bits 1 << tag */
};

struct faults_scenario {
    const char *name;
    /* True when all succeeded and what it did is right. */
    bool (*run)(struct faults *f);
    bool cold; /* the open itself is swept, with nothing known about the kernel */
};

/* ---- For scenarios (tests/faults_run.c) ---- */

/* A ring of the run's mode. soft: which opcodes (bits) a mixed ring pins to soft. */
bool faults_open(struct faults *f, unsigned direct, uint64_t soft);
struct kring_options faults_options(struct faults *f);
/* Starts an operation; it fails the run softly when it cannot be started. */
struct faults_op *faults_start_as(struct faults *f, kring_op op, const char *text, bool fails);
#define START(f, call) faults_start_as((f), (call), #call, false)
/* An operation whose purpose is to end in an error. */
#define START_FAILING(f, call) faults_start_as((f), (call), #call, true)
/* Members of a chain: made known first, then started together. */
struct faults_op *faults_member(struct faults *f, kring_op op, const char *text, bool fails);
bool faults_start_chain(struct faults *f, struct faults_op *first, unsigned count);
/* Runs until it has ended; true when its value is >= 0, or an error was its purpose. */
bool faults_wait(struct faults *f, struct faults_op *o);
/* Until it has had that many results. */
bool faults_wait_results(struct faults *f, struct faults_op *o, unsigned results);
#define DO(f, call) faults_wait((f), START((f), call))
/* An operation that gives a descriptor: it, or -1. */
int faults_create(struct faults *f, kring_op op, const char *text);
#define CREATE(f, call) faults_create((f), (call), #call)
void faults_drop(struct faults *f, struct faults_op *o);
/* Closes by an operation. */
bool faults_close(struct faults *f, int fd);
/* The run closes it if nothing else did. */
void faults_own(struct faults *f, int fd);
void faults_disown(struct faults *f, int fd);
/* A function's answer: true when it is no error. */
bool faults_ok(struct faults *f, int64_t answer, const char *text);
#define OK(f, call) faults_ok((f), (call), #call)
/*
 * A rule that must hold. Returns the condition; an int, since several are joined by & to hear of
 * each, which clang takes amiss of a bool.
 */
int faults_must(struct faults *f, bool condition, const char *text);
#define MUST(f, condition) faults_must((f), (condition), #condition)
/* A rule was broken. */
__attribute__((format(printf, 2, 3))) void faults_break(struct faults *f, const char *format, ...);
int64_t faults_now_ns(void);
/* Cancels, waits, closes and checks. */
void faults_finish(struct faults *f);

/* Two connected non-blocking sockets, a pipe, a file of size bytes of a pattern: owned. */
bool faults_pair(struct faults *f, int type, int fds[2]);
bool faults_pipe(struct faults *f, int fds[2]);
int faults_file(struct faults *f, unsigned size);
void faults_pattern(uint8_t *data, unsigned size, unsigned from);
bool faults_is_pattern(const uint8_t *data, unsigned size, unsigned from);

/* ---- The table (tests/faults_table.c) ---- */

enum faults_use { FAULTS_ANY, FAULTS_KERNEL, FAULTS_UNUSED };
struct faults_row {
    bool present;
    enum faults_use use;
    unsigned count;
    int errnos[20];
};
extern struct faults_row faults_rows[KRING__SYS_COUNT];
/* Reads tests/faults.tsv, compiled in; NULL or what is wrong with it. */
const char *faults_table_read(void);
const char *faults_errno_name(int number);

extern const struct faults_scenario faults_file_scenarios[], faults_net_scenarios[],
    faults_ring_scenarios[], faults_process_scenarios[], faults_notify_scenarios[];

#endif
