/* SPDX-License-Identifier: MIT */
/*
 * The oracle: the same SQE program runs on the kernel's io_uring and on the soft engine, each time
 * in a child process of its own with fresh descriptors and memory. Every run writes a log (what
 * each enter returned, each CQE, and at the end what is in files, pipes, sockets and buffers), and
 * the two logs must be equal line by line. docs/oracle.md describes the language of programs.
 */
#ifndef KRING_TESTS_ORACLE_H
#define KRING_TESTS_ORACLE_H

#include "kring/uapi.h"
#include "ops/ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct oracle_program {
    const char *name;
    const char *text;
};

/* What the requests of a run used and got, by opcode: the matrix is made from this. */
struct oracle_seen {
    uint64_t errnos[3]; /* bit set */
    uint64_t variants;  /* kring__variants_of() */
    uint32_t sqe_flags, ioprio, op_flags, len, index;
};
struct oracle_cover {
    struct oracle_seen ops[KRING__OP_COUNT];
};

enum { ORACLE_LOG_BYTES = 1 << 16 };

/* Lives in memory that a child shares with its parent. */
struct oracle_result {
    struct oracle_cover cover;
    uint32_t length;  /* of log */
    uint8_t finished; /* the program ran to its end */
    uint8_t wrong;    /* the program itself is at fault: a mistake in its text */
    char lacks[96];   /* what this kernel does not have: the program was given up */
    char log[ORACLE_LOG_BYTES];
};

/* ---- Engines (oracle_engine.c) ---- */

struct kring__soft;
struct oracle_ring {
    bool soft;
    int fd;                  /* kernel */
    struct kring__soft *engine;
    struct io_uring_params params;
    uint32_t *sq_head, *sq_tail, *sq_flags, *sq_array, *cq_head, *cq_tail, *cq_overflow;
    uint32_t sq_mask, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
};

/* 0 or -errno. */
int oracle_ring_open(struct oracle_ring *ring, bool soft, unsigned entries, unsigned cq_entries,
                     unsigned flags);
int oracle_ring_enter(struct oracle_ring *ring, unsigned submit, unsigned want, unsigned flags,
                      const void *arg, size_t size);
int oracle_ring_register(struct oracle_ring *ring, unsigned op, void *arg, unsigned nr);
/* The fd that MSG_RING names this ring by. */
int oracle_ring_fd(struct oracle_ring *ring);
struct io_uring_sqe *oracle_ring_sqe(struct oracle_ring *ring); /* NULL: full */
bool oracle_ring_cqe(struct oracle_ring *ring, struct io_uring_cqe *cqe);

/* ---- One run (oracle_run.c, oracle_world.c, oracle_actions.c) ---- */

enum oracle_kind {
    ORACLE_FD,
    ORACLE_MEMORY,
    ORACLE_IOVEC,
    ORACLE_MSGHDR,
    ORACLE_TIME,
    ORACLE_ADDRESS,
    ORACLE_STATX,
    ORACLE_CHILD, /* a process; its number is in fd */
    ORACLE_SIGINFO,
    ORACLE_FDS,   /* an array of ints: shown as how many are valid */
    ORACLE_QUIET  /* memory that is not shown */
};

struct oracle_object {
    char name[16];
    enum oracle_kind kind;
    char what; /* of an fd: 'e' eventfd, 'l' listener, 'd' datagram socket, 'x' made by a request */
    int fd;
    uint8_t *data;
    size_t length;
};

enum { ORACLE_OBJECTS = 160, ORACLE_SENT = 1024, ORACLE_ARGS = 24, ORACLE_RINGS = 2, ORACLE_CQES = 2048 };

struct oracle_sent {
    uint64_t user_data;
    struct io_uring_sqe sqe;
    char as[16];    /* object that a resulting fd becomes */
    uint32_t final; /* CQEs without F_MORE seen */
};

struct oracle_run {
    bool soft;
    struct oracle_result *result;
    struct oracle_ring rings[ORACLE_RINGS];
    unsigned ring_count;
    unsigned entries, cq_entries, setup_flags;
    bool ordered; /* CQEs are compared in their order, else sorted by user_data */
    int fds_before;
    struct oracle_object objects[ORACLE_OBJECTS];
    unsigned object_count;
    struct oracle_sent sent[ORACLE_SENT];
    unsigned sent_count;
    uint64_t next_user_data;
    struct io_uring_cqe cqes[ORACLE_CQES]; /* taken, not yet logged */
    unsigned cqe_count;
    char *args[ORACLE_ARGS]; /* of the statement at hand */
    unsigned arg_count;
};

void oracle_log(struct oracle_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Ends the run: its text is wrong. */
void oracle_wrong(struct oracle_run *run, const char *why, const char *detail)
    __attribute__((noreturn));
/* Ends the run: this machine lacks what it wants, such as "send_zc (Linux 6.0)". */
void oracle_lacks(struct oracle_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
/* Runs the program's text in this process; the caller forked. */
void oracle_run_text(struct oracle_run *run, const char *text);

struct oracle_object *oracle_object(struct oracle_run *run, const char *name);
struct oracle_object *oracle_object_new(struct oracle_run *run, const char *name,
                                        enum oracle_kind kind, size_t length);
struct oracle_object *oracle_object_fd(struct oracle_run *run, const char *name, int fd, char what);
/* A number, a constant, an object (its fd or its address), joined by | or +. */
int64_t oracle_value(struct oracle_run *run, const char *text);
/* The text after "key=" among the statement's arguments, or NULL. */
const char *oracle_key(struct oracle_run *run, const char *key);
bool oracle_word(struct oracle_run *run, const char *word);
const char *oracle_arg(struct oracle_run *run, unsigned index);
/* A literal 'text' or 'text'*N as fresh memory. */
uint8_t *oracle_literal(struct oracle_run *run, const char *text, size_t *length);
int64_t oracle_duration_ns(struct oracle_run *run, const char *text);

/* How many requests have no final CQE that was seen. */
unsigned oracle_in_flight(const struct oracle_run *run);

/* A statement that makes an object, or acts between two enters; false: not mine. */
bool oracle_make(struct oracle_run *run, const char *verb);
bool oracle_make_memory(struct oracle_run *run, const char *verb);
bool oracle_act(struct oracle_run *run, const char *verb);
/* Statements about child processes and futexes (oracle_process.c), and their part of the snapshot. */
bool oracle_process(struct oracle_run *run, const char *verb);
void oracle_show_child(struct oracle_run *run, struct oracle_object *object);
void oracle_show_siginfo(struct oracle_run *run, struct oracle_object *object);
bool oracle_tree(struct oracle_run *run, const char *verb);
/* Takes something away (oracle_limits.c); false: not mine. */
bool oracle_limits(struct oracle_run *run, const char *verb);
/* Writes every object's state to the log. */
void oracle_snapshot(struct oracle_run *run);
void oracle_print_bytes(struct oracle_run *run, const uint8_t *data, size_t length);
const char *oracle_fd_text(int fd, char *text, size_t size);
int oracle_count_fds(void);

/* ---- Names (oracle_names.c) ---- */

bool oracle_constant(const char *name, int64_t *value);
const char *oracle_errno_name(int number);  /* "EBADF" */
int oracle_errno_number(const char *name);  /* 0: unknown */

/* ---- Comparing (oracle_compare.c) ---- */

enum oracle_verdict { ORACLE_EQUAL, ORACLE_ACCEPTED, ORACLE_DIFFERENT, ORACLE_SKIPPED };

/*
 * Runs a program on both engines. What differs is printed to out (with verbose, the log of an
 * equal run too); what the run on the kernel, and on the soft engine, covered is or-ed into cover.
 */
enum oracle_verdict oracle_compare(const struct oracle_program *program,
                                   struct oracle_cover cover[2], bool verbose, FILE *out);
/*
 * The same in steps, so that several programs are under way at once: on the kernel; then on the soft
 * engine, unless it is known by now that this kernel lacks something (may be left out); the end.
 */
struct oracle_pending;
struct oracle_pending *oracle_begin(const struct oracle_program *program);
void oracle_begin_soft(struct oracle_pending *pending);
enum oracle_verdict oracle_end(struct oracle_pending *pending, char name[64],
                               struct oracle_cover cover[2], bool verbose, FILE *out);
/* Why programs were skipped, and how many. */
void oracle_print_skipped(FILE *out);
/* What differed, with '#' for each number: two programs that differ so show the same thing. */
enum { ORACLE_PAIRS = 8 };
struct oracle_pair {
    char kernel[96], soft[96];
};
struct oracle_outcome {
    struct oracle_pair pairs[ORACLE_PAIRS];
    unsigned count;
    bool wrong; /* the program itself is at fault */
};
/* Compares without a word. */
bool oracle_try(const struct oracle_program *program, struct oracle_outcome *outcome);
/* For tests of the oracle itself: may change what the soft engine's run is said to have done. */
extern void (*oracle_plant)(struct oracle_result *soft);
/* An enter that should end by itself is given up after this long. */
extern unsigned oracle_guard_ms;
/* Runs one engine only and prints the log. 0, or 1 when the run did not finish. */
int oracle_show(const struct oracle_program *program, bool soft, FILE *out);
int64_t oracle_now_ms(void);

/* ---- What this kernel has (oracle_facts.c) ---- */

/* Asks it, once; the children of this process know then, too. */
void oracle_facts_find(void);
/* Why no program can run here, or NULL. */
const char *oracle_unavailable(void);
/* Why not all programs can be judged here, or NULL: single ones can. */
const char *oracle_undescribed(void);
/* Of the running kernel, KRING__V. */
uint32_t oracle_kernel_release(void);
/* Does it post what ends in one call in the order of submission? */
bool oracle_kernel_orders(void);
/* These end the run by oracle_lacks() where the kernel does not have it. */
void oracle_demand_release(struct oracle_run *run, uint16_t since);
void oracle_demand_setup(struct oracle_run *run, unsigned flags);
void oracle_demand_sqe(struct oracle_run *run, const struct io_uring_sqe *sqe);
void oracle_demand_inet6(struct oracle_run *run);
/* Older kernels stop at a request whose file is not open: what an enter said, and was given. */
void oracle_demand_whole_batch(struct oracle_run *run, int submitted, unsigned queued);
/* Can everything be cancelled by one request? */
bool oracle_cancels_any(void);
void oracle_demand_register(struct oracle_run *run, unsigned op);
bool oracle_has_register(unsigned op);

/* ---- Shrinking (oracle_shrink.c) ---- */

struct oracle_shrunk {
    char text[16384];
    unsigned statements_before, statements, runs;
    bool whole; /* there was time to try everything */
};
/*
 * Finds the smallest program that still shows the first difference of outcome, within limit_ms.
 * False: it does not differ so when it is run again.
 */
bool oracle_shrink(const struct oracle_program *program, const struct oracle_outcome *outcome,
                   unsigned limit_ms, struct oracle_shrunk *shrunk);
/* Shrinks and prints, for the first few programs of a process. */
void oracle_shrink_report(const struct oracle_program *program,
                          const struct oracle_outcome *outcome, FILE *out);

/* ---- Accepted differences (oracle_differences.c) ---- */

struct oracle_difference {
    uint16_t from;       /* the first release that differs so, KRING__V; 0: as far back as is known */
    uint16_t below;      /* the first one that does not any more; 0: none */
    bool sure;           /* it is seen in each run */
    const char *id;      /* "D01", also in docs/differences.md */
    const char *program; /* name, or a pattern of names */
    /* Parts of the two lines that may differ, or whole lines as a pattern where there is a '*'. */
    const char *kernel;
    const char *soft;
};
extern const struct oracle_difference oracle_differences[];
extern const unsigned oracle_difference_count;
/* This program was compared: its rows must be needed. */
void oracle_difference_ran(const char *program);
/* May these two lines of this program differ? Remembers which rows were needed. */
bool oracle_accepts(const char *program, const char *kernel, const char *soft);
/* Rows that were not needed although their program ran, or that the document does not name. */
int oracle_check_differences(const char *document, FILE *out);

/* ---- Programs ---- */

struct oracle_list {
    const char *family;
    const struct oracle_program *programs;
    unsigned count;
};
/* The families, ended by one without a name. */
const struct oracle_list *oracle_families(void);
/* Calls visit for each program of a family: "templates", one of the lists, or NULL for all. */
void oracle_each_program(const char *family, void (*visit)(const struct oracle_program *program, void *user),
                         void *user);
/* Program number `index` of a seed; text is overwritten by the next call. */
const struct oracle_program *oracle_random(uint64_t seed, unsigned index);

/* ---- The matrix (oracle_matrix.c) ---- */

/* 0, or how many rows are wrong or missing. */
int oracle_matrix_load(const char *path, const char *never, FILE *out);
/* Fills cells that this program covers and that are still empty. */
void oracle_matrix_add(const char *program, const struct oracle_cover cover[2]);
/* Prints operation, kind, name, program; returns the number of empty cells. */
int oracle_matrix_report(FILE *table, FILE *out);

/* Ends oracle_suite() at the first difference. */
extern bool oracle_stop_early;

struct oracle_counts {
    unsigned equal, accepted, different, skipped;
};
/* Runs a family (NULL: all), or seeded programs; adds to counts and fills the loaded matrix. */
void oracle_suite_family(const char *family, FILE *out, struct oracle_counts *counts);
void oracle_suite_random(uint64_t seed, unsigned count, FILE *out, struct oracle_counts *counts);

#endif
