/* SPDX-License-Identifier: MIT */
/*
 * Setup options, one row each: what was asked for is got or reported as refused, on every kind of
 * ring and as older kernels would answer; and the ring works, whichever it was.
 */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

int kring_test_setup(void);

struct wish {
    const char *name;
    uint32_t flags;         /* IORING_SETUP_ */
    uint32_t entries, cq_entries;
    uint16_t since;         /* of the flag */
    bool sq_thread;
};

static const struct wish wishes[] = {
    {.name = "nothing", .since = KRING__V(5, 1)},
    {.name = "one entry", .entries = 1, .since = KRING__V(5, 1)},
    {.name = "sizes", .entries = 16, .cq_entries = 128, .flags = IORING_SETUP_CQSIZE,
     .since = KRING__V(5, 5)},
    {.name = "a size that is no power of two", .entries = 9, .cq_entries = 100,
     .flags = IORING_SETUP_CQSIZE, .since = KRING__V(5, 5)},
    {.name = "clamp", .entries = 64, .flags = IORING_SETUP_CLAMP, .since = KRING__V(5, 6)},
    {.name = "disabled start", .flags = IORING_SETUP_R_DISABLED | IORING_SETUP_SINGLE_ISSUER,
     .since = KRING__V(6, 0)},
    {.name = "submit all", .flags = IORING_SETUP_SUBMIT_ALL, .since = KRING__V(5, 18)},
    {.name = "cooperative task run", .flags = IORING_SETUP_COOP_TASKRUN,
     .since = KRING__V(5, 19)},
    {.name = "task run flag", .flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
     .since = KRING__V(5, 19)},
    {.name = "single issuer", .flags = IORING_SETUP_SINGLE_ISSUER, .since = KRING__V(6, 0)},
    {.name = "deferred task run",
     .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, .since = KRING__V(6, 1)},
    {.name = "no sq array", .flags = IORING_SETUP_NO_SQARRAY, .since = KRING__V(6, 6)},
    {.name = "kernel thread", .flags = IORING_SETUP_SQPOLL, .since = KRING__V(5, 1),
     .sq_thread = true},
    {.name = "kernel thread on a processor", .flags = IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF,
     .since = KRING__V(5, 1), .sq_thread = true},
    {.name = "SQEs of 128 bytes", .flags = IORING_SETUP_SQE128, .since = KRING__V(5, 19)},
    {.name = "CQEs of 32 bytes", .flags = IORING_SETUP_CQE32, .since = KRING__V(5, 19)},
    {.name = "SQEs of both sizes", .flags = IORING_SETUP_SQE_MIXED, .since = KRING__V(6, 19)},
    {.name = "CQEs of both sizes", .flags = IORING_SETUP_CQE_MIXED, .since = KRING__V(6, 18)},
    {.name = "either of each",
     .flags = IORING_SETUP_SQE128 | IORING_SETUP_CQE32 | IORING_SETUP_SQE_MIXED |
              IORING_SETUP_CQE_MIXED, .since = KRING__V(6, 19)},
    {.name = "everything",
     .flags = IORING_SETUP_CLAMP | IORING_SETUP_R_DISABLED | IORING_SETUP_SUBMIT_ALL |
              IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
              IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY,
     .since = KRING__V(6, 6)},
};
#define WISHES (sizeof wishes / sizeof wishes[0])

static int a_processor(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return -1;
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set))
            return i;
    return -1;
}

static struct kring_options options_of(const struct wish *wish, enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);

    options.entries = wish->entries;
    options.cq_entries = wish->cq_entries;
    options.setup_wanted = wish->flags;
    if (wish->sq_thread)
        options.sq_thread_idle_ms = 5;
    if (wish->flags & IORING_SETUP_SQ_AFF)
        options.sq_thread_cpu = (uint32_t)a_processor();
    return options;
}

/*
 * A core of operations: files, sockets, time, chains, cancel, direct descriptors where there are.
 */
static void core_works(struct kring *ring, bool direct)
{
    struct kring_time soon = {0, 1000000}, never = {3600, 0};
    struct rings_log log = {0};
    char data[16] = "", name[] = "/dev/zero";
    int pair[2], pipes[2], fd;
    kring_op op, ops[3];

    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    fd = rings_file("setup", "contents", 8);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, fd, data, 8, 0)), 8);
    CU_ASSERT_EQUAL(memcmp(data, "contents", 8), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, fd, "xyz", 3, 2)), 3);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fsync(ring, fd, 0)), 0);
    close(fd);
    fd = (int)rings_do(ring, kring_openat(ring, AT_FDCWD, name, O_RDONLY, 0));
    CU_ASSERT(fd >= 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, fd)), 0);
    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT(rings_start(ring, kring_recv(ring, pair[0], data, 5, 0), &log));
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, pair[1], "hello", 5, 0)), 5);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_timeout(ring, &soon, 0, 0)), -ETIME);
    memset(&log, 0, sizeof log);
    op = kring_timeout(ring, &never, 0, 0);
    CU_ASSERT(rings_start(ring, op, &log));
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(kring_cancel_wait(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    rings_pipe(pipes);
    memset(&log, 0, sizeof log);
    ops[0] = kring_write(ring, pipes[1], "chain", 5, KRING_CUR_POS);
    ops[1] = kring_read(ring, pipes[0], data, 5, KRING_CUR_POS);
    ops[2] = kring_poll(ring, pipes[1], POLLOUT);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 3));
    /* They ran in order; a kernel thread may report them in another. */
    CU_ASSERT_EQUAL(log.notes[0].value + log.notes[1].value + log.notes[2].value, 10 + POLLOUT);
    CU_ASSERT_EQUAL(memcmp(data, "chain", 5), 0);
    if (direct) {
        CU_ASSERT_EQUAL(kring_direct_update(ring, 1, pair[0]), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, pair[1], "dir", 3, 0)), 3);
        CU_ASSERT_EQUAL(rings_do(ring, kring_recv(ring, KRING_DIRECT(1), data, 3, 0)), 3);
    }
    for (unsigned i = 0; i < 2; i++) {
        close(pair[i]);
        close(pipes[i]);
    }
}

/* What was asked for is got or refused, and no flag is both. */
static void account(struct kring *ring, const struct wish *wish, enum rings_kind kind)
{
    struct kring_caps caps;

    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    if (kind == RINGS_SOFT || caps.engine == KRING_ENGINE_SOFT)
        return; /* flags of io_uring mean nothing, and do no harm */
    if (wish->flags & ~(caps.setup_flags | caps.setup_refused))
        printf("\n    %s: asked %x got %x refused %x", wish->name, wish->flags, caps.setup_flags,
               caps.setup_refused);
    CU_ASSERT_EQUAL(wish->flags & ~(caps.setup_flags | caps.setup_refused), 0);
    CU_ASSERT_EQUAL(wish->flags & caps.setup_flags & caps.setup_refused, 0);
    if (wish->entries)
        CU_ASSERT(caps.sq_entries >= wish->entries);
    /* Without CQSIZE (below 5.5) a larger SQ is the way to a larger CQ. */
    if (wish->entries && !(caps.setup_refused & IORING_SETUP_CQSIZE))
        CU_ASSERT(caps.sq_entries < 2 * wish->entries);
    if (wish->cq_entries && (caps.setup_flags & IORING_SETUP_CQSIZE))
        CU_ASSERT(caps.cq_entries >= wish->cq_entries && caps.cq_entries < 2 * wish->cq_entries);
    CU_ASSERT(caps.cq_entries >= caps.sq_entries);
}

static void each_wish(enum rings_kind kind)
{
    for (size_t i = 0; i < WISHES; i++) {
        struct kring_options options = options_of(&wishes[i], kind);
        struct kring *ring = NULL;

        options.direct_descriptors = 2;
        /* Engine kernel has no table below 5.19, and says so. */
        if (kind == RINGS_KERNEL && kring_open(&ring, &options) == -KRING_EKERNEL)
            options.direct_descriptors = 0;
        if (ring == NULL)
            ring = rings_open_with(kind, &options);
        if (ring == NULL)
            continue;
        if (kind == RINGS_MIXED)
            rings_unsplit(ring);
        account(ring, &wishes[i], kind);
        core_works(ring, options.direct_descriptors != 0);
        rings_close(ring);
    }
}

/* As older kernels would have it: the flag is refused, and no harm done. */
static void each_wish_on_older_kernels(void)
{
    static const struct {
        const char *text;
        uint16_t release;
    } kernels[] = {
        {"5.1", KRING__V(5, 1)}, {"5.5", KRING__V(5, 5)}, {"5.10", KRING__V(5, 10)},
        {"5.15", KRING__V(5, 15)}, {"6.1", KRING__V(6, 1)}, {"6.12", KRING__V(6, 12)},
    };

    if (rings_missing(RINGS_MIXED))
        KRING_SKIP(rings_missing(RINGS_MIXED));
    for (size_t k = 0; k < sizeof kernels / sizeof kernels[0]; k++) {
        for (size_t i = 0; i < WISHES; i++) {
            struct kring_options options = options_of(&wishes[i], RINGS_MIXED);
            struct kring_caps caps;
            struct kring *ring = NULL;

            options.kernel = kernels[k].text;
            CU_ASSERT_EQUAL(kring_open(&ring, &options), 0);
            if (ring == NULL)
                continue;
            CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
            CU_ASSERT_EQUAL(caps.simulated, 1);
            account(ring, &wishes[i], RINGS_MIXED);
            if (wishes[i].since > kernels[k].release && wishes[i].flags != 0 &&
                caps.engine == KRING_ENGINE_KERNEL)
                CU_ASSERT_NOT_EQUAL(wishes[i].flags & caps.setup_refused, 0);
            CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
            if (i % 4 == k % 4) /* the rest is the same ring again */
                core_works(ring, false);
            rings_close(ring);
        }
    }
}

/* What is required and not there: engine kernel says so, auto falls to soft. */
static void required(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring = NULL;
    struct kring_caps caps;
    int error;

    options.setup_required = IORING_SETUP_SINGLE_ISSUER;
    options.kernel = "5.10";
    error = kring_open(&ring, &options);
    if (kind == RINGS_KERNEL) {
        CU_ASSERT_EQUAL(error, -KRING_EKERNEL);
        return;
    }
    CU_ASSERT_EQUAL_FATAL(error, 0);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.engine, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
}

/* A second ring attaches to the first, whose workers or thread it shares. */
static void attach(enum rings_kind kind)
{
    for (unsigned thread = 0; thread < 2; thread++) {
        struct kring_options options = rings_options(kind);
        struct kring *first, *second;

        options.setup_wanted = thread ? IORING_SETUP_SQPOLL : 0;
        options.sq_thread_idle_ms = 5;
        first = rings_open_with(kind, &options);
        CU_ASSERT_PTR_NOT_NULL_FATAL(first);
        options.setup_wanted |= IORING_SETUP_ATTACH_WQ;
        options.attach_fd = kring_ring_fd(first);
        if (kind == RINGS_SOFT)
            CU_ASSERT_EQUAL(options.attach_fd, -ENOENT);
        second = rings_open_with(kind, &options);
        CU_ASSERT_PTR_NOT_NULL_FATAL(second);
        if (kind == RINGS_MIXED) {
            rings_unsplit(first);
            rings_unsplit(second);
        }
        core_works(second, false);
        core_works(first, false);
        rings_close(first);
        core_works(second, false);
        rings_close(second);
    }
}

/* A bad fd to attach to is given up where it was only wanted. */
static void attach_to_nothing(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct kring_caps caps;

    options.setup_wanted = IORING_SETUP_ATTACH_WQ;
    options.attach_fd = 1000;
    ring = rings_open_with(kind, &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    if (kind != RINGS_SOFT)
        CU_ASSERT(caps.setup_refused & IORING_SETUP_ATTACH_WQ);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
}

/* The kernel's thread has gone to sleep: what is submitted then wakes it. */
static void thread_sleeps(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;

    options.setup_wanted = IORING_SETUP_SQPOLL;
    options.sq_thread_idle_ms = 1;
    ring = rings_open_with(kind, &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
    for (unsigned i = 0; i < 3; i++) {
        usleep(5000);
        CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    }
    rings_close(ring);
}

RINGS_TEST(each_wish)
RINGS_TEST(required)
RINGS_TEST(attach)
RINGS_TEST(attach_to_nothing)
RINGS_TEST(thread_sleeps)

int kring_test_setup(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("each option is got or reported, and the ring works", each_wish),
        KRING_TEST(each_wish_on_older_kernels),
        RINGS_ROWS("a required flag that is not there", required),
        RINGS_ROWS("attach", attach),
        RINGS_ROWS("attach to nothing", attach_to_nothing),
        RINGS_ROWS("a kernel thread that sleeps is woken", thread_sleeps),
    };

    return KRING_SUITE_ADD("setup", tests);
}
