/* SPDX-License-Identifier: MIT */
/*
 * What the suites over whole rings share: rings of three kinds, a log of callbacks that checks that
 * every operation ends exactly once, and bounded waits.
 *
 * Every test of these suites is written once and registered on each kind of ring:
 *   kernel  engine KERNEL, where this machine has io_uring
 *   soft    engine SOFT
 *   mixed   engine AUTO with about half of the opcodes pinned to soft
 */
#ifndef KRING_TESTS_RINGS_H
#define KRING_TESTS_RINGS_H

#include "test.h"

#include "kring.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum rings_kind { RINGS_KERNEL, RINGS_SOFT, RINGS_MIXED };

/* NULL, or why this kind of ring cannot be had here. */
const char *rings_missing(enum rings_kind kind);
/* Skips the test, at once, where it cannot be had. */
void rings_need_kind(enum rings_kind kind);
/* May io_uring_register be called? A filter may refuse it alone. */
bool rings_may_register(void);
/* Runs a test on this kind, or skips it with the reason. */
void rings_on(enum rings_kind kind, void (*test)(enum rings_kind kind));

#define RINGS_TEST(name)                                                        \
    static void name##_kernel(void) { rings_on(RINGS_KERNEL, name); }           \
    static void name##_soft(void) { rings_on(RINGS_SOFT, name); }               \
    static void name##_mixed(void) { rings_on(RINGS_MIXED, name); }
#define RINGS_ROWS(text, name)                                                  \
    { text " (kernel)", name##_kernel }, { text " (soft)", name##_soft },       \
    { text " (mixed)", name##_mixed }

/* ---- Rings ---- */

/* Options for a ring of this kind; the caller may change all but the engine. */
struct kring_options rings_options(enum rings_kind kind);
/* A ring with these options, a mixed one split; fails the test and returns NULL where it cannot. */
struct kring *rings_open_with(enum rings_kind kind, const struct kring_options *options);
struct kring *rings_open(enum rings_kind kind);
/*
 * A ring with direct descriptors, none of whose opcodes is pinned: the table decides. NULL, and the
 * test is skipped, where an engine kernel has no such table (5.19).
 */
struct kring *rings_open_direct(enum rings_kind kind, const struct kring_options *options);
/* Starts and runs to the end: the error of the start, or the value. */
int64_t rings_outcome(struct kring *ring, kring_op op);
/* Pins opcodes to engines at random, none that names a resource's home. Seed 0: every second. */
void rings_split(struct kring *ring, uint32_t seed);
/* Lets every opcode choose by itself again. */
void rings_unsplit(struct kring *ring);
/* Closes within ten seconds and asserts that all that was started has ended. */
void rings_close(struct kring *ring);
uint32_t rings_random(uint32_t *state);

/* ---- Callbacks ---- */

#define RINGS_NOTES 64
struct rings_log {
    unsigned calls;  /* callbacks */
    unsigned finals; /* of these without KRING_MORE */
    uint32_t order;  /* counts finals over all logs since rings_on: when the last final came */
    struct kring_result last;
    struct kring_result notes[RINGS_NOTES];
    kring_op op;     /* the handle of the last callback */
};
/* user is a struct rings_log. */
kring_done rings_done;
/* arg is an unsigned that counts. */
kring_release rings_release;

/*
 * Skips the test, at once, where the ring is an old kernel's alone and cannot run op. Each start
 * below the next two lines asks, since the suites are also run on the kernels of the past.
 */
void rings_need(struct kring *ring, kring_op op);
/* The same for what such a kernel does otherwise: skips the test, or returns where it may not. */
void rings_lacks(const char *why);
/* The kernel, played or real, is older: where a test expects less of it, and no probe can tell. */
bool rings_kernel_before(unsigned major, unsigned minor);
int rings_started(struct kring *ring, kring_op op, kring_done *done, void *user);
int rings_started_chain(struct kring *ring, const kring_op *ops, unsigned count, kring_done *done,
                        void *user);
#define kring_start rings_started
#define kring_start_chain rings_started_chain
/* A test that gives up closes the rings that are still open. */
int rings_closed(struct kring *ring, int64_t timeout_ns);
#define kring_close rings_closed

/* Starts op into the log; true when it was started. */
bool rings_start(struct kring *ring, kring_op op, struct rings_log *log);
/* Runs until the log has that many final callbacks, at most ten seconds; ends the test if not. */
bool rings_until(struct kring *ring, const struct rings_log *log, unsigned finals);
/* The same for callbacks of any kind, and for a counter. */
bool rings_until_calls(struct kring *ring, const struct rings_log *log, unsigned calls);
bool rings_until_count(struct kring *ring, const unsigned *counter, unsigned count);
/* Runs for so long, whatever comes; returns the callbacks delivered. */
unsigned rings_run_for(struct kring *ring, unsigned ms);
/* Starts, runs to the end, and returns the value; INT64_MIN where it was not started. */
int64_t rings_do(struct kring *ring, kring_op op);

/* Where the test asked: it is left from within these. */
extern struct rings_place {
    const char *file;
    unsigned line;
} rings_place;
#define RINGS_HERE (rings_place = (struct rings_place){__FILE__, __LINE__})
#define rings_outcome(ring, op) (RINGS_HERE, rings_outcome(ring, op))
#define rings_until(ring, log, finals) (RINGS_HERE, rings_until(ring, log, finals))
#define rings_until_calls(ring, log, calls) (RINGS_HERE, rings_until_calls(ring, log, calls))
#define rings_until_count(ring, counter, count) \
    (RINGS_HERE, rings_until_count(ring, counter, count))
#define rings_do(ring, op) (RINGS_HERE, rings_do(ring, op))

/* ---- Things to work on ---- */

void rings_pipe(int fds[2]);
void rings_pair(int type, int fds[2]); /* AF_UNIX socketpair */
/* A listening TCP socket on loopback; address is filled in. */
int rings_listener(void *address, uint32_t *length);
/* A connected non-blocking-connect client of it. */
int rings_client(const void *address, uint32_t length);
/* A file of the test's directory with this content, open for reading and writing. */
int rings_file(const char *name, const void *data, size_t length);
void rings_write(int fd, const void *data, size_t length);
int64_t rings_now_ns(void);
bool rings_is_open(int fd);

#endif
