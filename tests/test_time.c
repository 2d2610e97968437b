/* SPDX-License-Identifier: MIT */
/* Timeouts: every clock, relative and absolute, counts, repeats, success, values without memory. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"
#include "probe/probe.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

int kring_test_time(void);

static const struct {
    const char *name;
    uint32_t flag;
    clockid_t clock;
} clocks[] = {
    {"monotonic", 0, CLOCK_MONOTONIC},
    {"boottime", KRING_BOOTTIME, CLOCK_BOOTTIME},
    {"realtime", KRING_REALTIME, CLOCK_REALTIME},
};

static int64_t now_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * KRING_SECOND + now.tv_nsec;
}

static struct kring_time time_of(int64_t ns)
{
    struct kring_time time = {ns / KRING_SECOND, ns % KRING_SECOND};

    return time;
}

/* Nothing runs it here: the handle is given back. */
static bool nowhere(struct kring *ring, kring_op op)
{
    int route = kring_route(ring, op);

    if (route == KRING_ENGINE_NONE)
        CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    return route == KRING_ENGINE_NONE;
}

static void each_clock(enum rings_kind kind)
{
    for (unsigned i = 0; i < 6; i++) {
        struct kring *ring = rings_open(kind);
        clockid_t clock = clocks[i / 2].clock;
        uint32_t flags = clocks[i / 2].flag | (i % 2 ? KRING_ABSOLUTE : 0);
        int64_t begin = now_of(clock), took;
        struct kring_time time = time_of(i % 2 ? begin + 4 * KRING_MS : 4 * KRING_MS);
        struct kring_time past = time_of(i % 2 ? begin - KRING_SECOND : 0);
        kring_op op = kring_timeout(ring, &time, 0, flags);

        int64_t value = nowhere(ring, op) ? -KRING_EKERNEL : rings_do(ring, op);

        if (value == -KRING_EKERNEL && clocks[i / 2].flag == 0) {
            rings_close(ring);
            rings_lacks("timeouts are of 5.4, absolute times of 5.5");
        }
        /* Clocks are of 5.15. */
        CU_ASSERT(value == -ETIME || (kind == RINGS_KERNEL && clocks[i / 2].flag));
        if (value == -ETIME) {
            took = now_of(clock) - begin;
            CU_ASSERT(took >= 4 * KRING_MS);
            CU_ASSERT(took < KRING_SECOND);
            CU_ASSERT_EQUAL(rings_do(ring, kring_timeout(ring, &past, 0, flags)), -ETIME);
        }
        rings_close(ring);
    }
}

static void by_value(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int64_t begin = rings_now_ns(), value;
    kring_op op = kring_timeout_ns(ring, 0, 0, 0);

    value = nowhere(ring, op) ? -KRING_EKERNEL : rings_do(ring, op);
    if (value == -KRING_EKERNEL && kind == RINGS_KERNEL) { /* tried, and refused; or known */
        rings_close(ring);
        KRING_SKIP("times by value need Linux 7.1 on the kernel engine");
    }
    CU_ASSERT_EQUAL(value, -ETIME);
    CU_ASSERT_EQUAL(rings_do(ring, kring_timeout_ns(ring, 3 * KRING_MS, 0, 0)), -ETIME);
    CU_ASSERT(rings_now_ns() - begin >= 3 * KRING_MS);
    CU_ASSERT_EQUAL(rings_do(ring, kring_timeout_ns(ring, rings_now_ns() + 2 * KRING_MS, 0,
                                                    KRING_ABSOLUTE)), -ETIME);
    CU_ASSERT(rings_now_ns() - begin >= 5 * KRING_MS);
    CU_ASSERT_EQUAL(rings_do(ring, kring_timeout_ns(ring, -1, 0, 0)), -EINVAL);
    rings_close(ring);
}

static void mistakes(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_time bad = {-1, 0}, good = {0, 1000};

    int64_t value = rings_outcome(ring, kring_timeout(ring, &good, 0,
                                                      KRING_BOOTTIME | KRING_REALTIME));

    CU_ASSERT(value == -EINVAL || (kind == RINGS_KERNEL && value == -KRING_EKERNEL));
    CU_ASSERT_EQUAL(rings_do(ring, kring_timeout(ring, &good, 0, 1u << 20)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_timeout(ring, NULL, 0, 0)), -EFAULT);
    /* Kernels below 5.16 take a negative time, and never end it (seen on 5.10.46). */
    if (kind == RINGS_SOFT || kring__ring_caps(ring)->rank >= KRING__V(5, 16))
        CU_ASSERT_EQUAL(rings_do(ring, kring_timeout(ring, &bad, 0, 0)), -EINVAL);
    rings_close(ring);
}

/* Where long has 32 bits, the upper half of tv_nsec is padding of the libc's struct timespec. */
static void padding(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_time time = {0, INT64_MIN + 1000};

    if (sizeof(long) == 4 || kind == RINGS_SOFT ||
        kring__ring_caps(ring)->rank >= KRING__V(5, 16))
        CU_ASSERT_EQUAL(rings_outcome(ring, kring_timeout(ring, &time, 0, 0)),
                        sizeof(long) == 4 ? -ETIME : -EINVAL);
    rings_close(ring);
}

/* Expiry breaks a link, unless it counts as a success. */
static void success(enum rings_kind kind)
{
    for (unsigned i = 0; i < 2; i++) {
        struct kring *ring = rings_open(kind);
        struct kring_time soon = {0, 1000000};
        struct rings_log log = {0};
        kring_op ops[2] = {kring_timeout(ring, &soon, 0, i ? KRING_ETIME_SUCCESS : 0),
                           kring_nop(ring)};

        if (kring_route(ring, ops[0]) != KRING_ENGINE_NONE) {
            CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
            CU_ASSERT(rings_until(ring, &log, 2));
            CU_ASSERT_EQUAL(log.notes[0].value, -ETIME);
            CU_ASSERT_EQUAL(log.notes[1].value, i ? 0 : -ECANCELED);
        }
        rings_close(ring);
    }
}

/* Each clock limits an operation in a chain, in one engine and member by member. */
static void limits(enum rings_kind kind)
{
    for (unsigned i = 0; i < 6; i++) {
        struct kring *ring = rings_open(kind);
        bool absolute = i % 2 != 0;
        struct kring_time time = time_of((absolute ? now_of(clocks[i / 2].clock) : 0) +
                                         3 * KRING_MS);
        struct rings_log log = {0};
        int fds[2];
        kring_op ops[2];

        rings_pipe(fds);
        ops[0] = kring_poll(ring, fds[0], POLLIN);
        ops[1] = kring_link_timeout(ring, &time,
                                    clocks[i / 2].flag | (absolute ? KRING_ABSOLUTE : 0));
        if (kring_route(ring, ops[1]) != KRING_ENGINE_NONE) {
            CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
            CU_ASSERT(rings_until(ring, &log, 2));
            CU_ASSERT_EQUAL(log.notes[0].value + log.notes[1].value, -ETIME - ECANCELED);
        }
        close(fds[0]);
        close(fds[1]);
        rings_close(ring);
    }
}

/* A deadline ends any operation that waits. */
static void deadlines(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_time hour = {3600, 0};
    char data[4];
    int fds[2], pair[2];

    rings_pipe(fds);
    rings_pair(SOCK_STREAM, pair);
    for (unsigned i = 0; i < 6; i++) {
        struct rings_log log = {0};
        kring_op op = i == 0   ? kring_read(ring, fds[0], data, 4, KRING_CUR_POS)
                      : i == 1 ? kring_recv(ring, pair[0], data, 4, 0)
                      : i == 2 ? kring_poll(ring, fds[0], POLLIN)
                      : i == 3 ? kring_timeout(ring, &hour, 0, 0)
                      : i == 4 ? kring_recv_full(ring, pair[0], data, 4, 0)
                               : kring_poll_multishot(ring, fds[0], POLLIN);
        int64_t begin = rings_now_ns();

        if (nowhere(ring, op))
            continue;
        CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 3 * KRING_MS), 0);
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, -ETIME);
        CU_ASSERT(log.last.flags & KRING_DEADLINE);
        CU_ASSERT(rings_now_ns() - begin >= 3 * KRING_MS);
    }
    for (unsigned i = 0; i < 2; i++) {
        close(fds[i]);
        close(pair[i]);
    }
    rings_close(ring);
}

RINGS_TEST(each_clock)
RINGS_TEST(by_value)
RINGS_TEST(mistakes)
RINGS_TEST(padding)
RINGS_TEST(success)
RINGS_TEST(limits)
RINGS_TEST(deadlines)

int kring_test_time(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("each clock, relative and absolute", each_clock),
        RINGS_ROWS("times by value", by_value),
        RINGS_ROWS("mistakes", mistakes),
        RINGS_ROWS("the upper half of tv_nsec", padding),
        RINGS_ROWS("expiry as a success", success),
        RINGS_ROWS("link timeouts on each clock", limits),
        RINGS_ROWS("deadlines", deadlines),
    };

    return KRING_SUITE_ADD("time", tests);
}
