/* SPDX-License-Identifier: MIT */
/* The rules of an operation's life, 7 to 9: restarts, drops and cancels. */
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int kring_test_rules_b(void);

/* ---- Rule 7 ---- */

/* A nop that ends as told; 6.10+, on soft always. */
static kring_op injected(struct kring *ring, int result)
{
    struct io_uring_sqe sqe;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_NOP;
    sqe.fd = -1;
    sqe.nop_flags = IORING_NOP_INJECT_RESULT;
    sqe.len = (uint32_t)result;
    return kring_raw(ring, &sqe);
}

static bool can_inject(struct kring *ring)
{
    kring_op op = injected(ring, 7);
    int engine = kring_route(ring, op);

    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    return (engine & 0xff) != KRING_ENGINE_NONE;
}

static uint64_t restarts(struct kring *ring)
{
    struct kring_stats stats;

    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    return stats.restarts;
}

static void rule_07_canceled(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    if (!can_inject(ring)) {
        rings_close(ring);
        KRING_SKIP("this kernel's nop has no INJECT_RESULT");
    }
    CU_ASSERT_EQUAL(rings_do(ring, injected(ring, -ECANCELED)), -ECANCELED);
    CU_ASSERT_EQUAL(rings_do(ring, injected(ring, -EAGAIN)), -EAGAIN);
    CU_ASSERT_EQUAL(restarts(ring), 0);
    rings_close(ring);
}

static void rule_07_restart(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0}, timed = {0};
    uint64_t before;
    kring_op op;

    if (!can_inject(ring)) {
        rings_close(ring);
        KRING_SKIP("this kernel's nop has no INJECT_RESULT");
    }
    /* EINTR for ever: goes on until somebody wants its end, and then the reason is the result. */
    op = injected(ring, -EINTR);
    CU_ASSERT(rings_start(ring, op, &log));
    for (unsigned i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(kring_run(ring, 0), 0);
    CU_ASSERT(restarts(ring) >= 5);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    before = restarts(ring);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    CU_ASSERT_EQUAL(restarts(ring), before);
    op = injected(ring, -EINTR);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 3 * KRING_MS), 0);
    CU_ASSERT(rings_start(ring, op, &timed));
    CU_ASSERT(rings_until(ring, &timed, 1));
    CU_ASSERT_EQUAL(timed.last.value, -ETIME);
    CU_ASSERT_EQUAL(timed.last.flags, KRING_DEADLINE);
    rings_close(ring);
}

static void rule_07_linked(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    kring_op ops[2];

    if (!can_inject(ring)) {
        rings_close(ring);
        KRING_SKIP("this kernel's nop has no INJECT_RESULT");
    }
    ops[0] = injected(ring, -EINTR);
    ops[1] = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.notes[0].value, -EINTR);
    CU_ASSERT_EQUAL(log.notes[1].value, -ECANCELED);
    CU_ASSERT(log.notes[1].flags & KRING_SKIPPED);
    CU_ASSERT_EQUAL(restarts(ring), 0);
    rings_close(ring);
}

/* A truncated record must not be blessed: the fsync behind a failed write stays canceled. */
static void rule_07_fsync(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    int fd = rings_file("record", "abc", 3);
    char data[8];
    kring_op ops[2] = {kring_read(ring, fd, data, sizeof data, 0), kring_fsync(ring, fd, 0)};

    /* Three of eight bytes: short, which breaks the link. */
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.notes[0].value, 3);
    CU_ASSERT_EQUAL(log.notes[1].value, -ECANCELED);
    CU_ASSERT_EQUAL(restarts(ring), 0);
    close(fd);
    rings_close(ring);
}

static void rule_07_rows(void)
{
    CU_ASSERT_EQUAL(kring__row(IORING_OP_CLOSE)->flags & KRING__RESTART, 0);
    CU_ASSERT_EQUAL(kring__row(IORING_OP_CONNECT)->flags & KRING__RESTART, 0);
    CU_ASSERT_EQUAL(kring__row(IORING_OP_TIMEOUT)->flags & KRING__RESTART, 0);
    CU_ASSERT_NOT_EQUAL(kring__row(IORING_OP_READ)->flags & KRING__RESTART, 0);
    CU_ASSERT_NOT_EQUAL(kring__row(IORING_OP_ACCEPT)->flags & KRING__RESTART, 0);
}

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
    (void)number;
    signals++;
}

/* Signals that interrupt the wait: run returns 0, the operation lives on and ends once. */
static void rule_07_signal(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct sigaction action = {.sa_handler = on_signal}, before;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec often = {.it_value.tv_nsec = 2000000, .it_interval.tv_nsec = 2000000};
    timer_t timer;
    char data[4];
    int pair[2];
    unsigned returned = 0;

    signals = 0;
    rings_pair(SOCK_STREAM, pair);
    /* First, since it may abandon the test, and the timer would go on. */
    CU_ASSERT(rings_start(ring, kring_recv(ring, pair[0], data, sizeof data, 0), &log));
    CU_ASSERT_EQUAL(sigaction(SIGUSR1, &action, &before), 0);
    CU_ASSERT_EQUAL(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    CU_ASSERT_EQUAL(timer_settime(timer, 0, &often, NULL), 0);
    for (unsigned i = 0; i < 5; i++) {
        int64_t began = rings_now_ns();

        CU_ASSERT_EQUAL(kring_run(ring, KRING_SECOND), 0);
        returned += rings_now_ns() - began < KRING_SECOND / 2;
    }
    CU_ASSERT(signals >= 1); /* a busy machine merges what it cannot deliver in time */
    CU_ASSERT_EQUAL(returned, 5);
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_write(pair[1], "data", 4);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 4);
    timer_delete(timer);
    sigaction(SIGUSR1, &before, NULL);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* The final callback waits for the operation's CQE and for its cancel's. */
static void rule_07_deadline(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log logs[3];
    struct kring_stats stats;
    char data[4];
    int pipe[2];
    int64_t began = rings_now_ns();

    memset(logs, 0, sizeof logs);
    rings_pipe(pipe);
    for (unsigned i = 0; i < 3; i++) {
        kring_op op = i == 0 ? kring_read(ring, pipe[0], data, 4, KRING_CUR_POS)
                      : i == 1 ? kring_poll(ring, pipe[0], POLLIN)
                               : kring_poll_multishot(ring, pipe[0], POLLIN);

        CU_ASSERT_EQUAL(kring_set_deadline(ring, op, (5 + i) * KRING_MS), 0);
        CU_ASSERT(rings_start(ring, op, &logs[i]));
    }
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT(rings_until(ring, &logs[i], 1));
        CU_ASSERT_EQUAL(logs[i].last.value, -ETIME);
        CU_ASSERT_EQUAL(logs[i].last.flags, KRING_DEADLINE);
    }
    CU_ASSERT(rings_now_ns() - began >= 7 * KRING_MS);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(stats.running, 0);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* ---- Rule 8 ---- */

static void rule_08_idle(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    unsigned released = 0;
    kring_op op = kring_nop(ring);
    char path[256];

    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT_EQUAL(released, 1);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), -ESTALE);
    CU_ASSERT_EQUAL(released, 1);
    /* After the end, with a result that nobody took and that owns an fd. */
    snprintf(path, sizeof path, "%s/dropped", kring_test_tmpdir());
    op = kring_openat(ring, AT_FDCWD, path, O_RDWR | O_CREAT, 0600);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT_EQUAL(released, 2);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    rings_close(ring); /* the runner counts the descriptors */
}

static void rule_08_running(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    unsigned released = 0;
    char data[4];
    int pipe[2], fds = kring_test_open_fds();
    kring_op op;

    rings_pipe(pipe);
    /* Queued and not submitted; submitted; and dropped twice. */
    for (unsigned i = 0; i < 2; i++) {
        op = kring_read(ring, pipe[0], data, 4, KRING_CUR_POS);
        CU_ASSERT(rings_start(ring, op, &log));
        if (i)
            CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT_EQUAL(released, i);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), -ESTALE);
        CU_ASSERT(rings_until_count(ring, &released, i + 1));
    }
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(released, 2);
    CU_ASSERT_EQUAL(log.calls, 0);
    /* The reads are gone: the data is for whoever comes. */
    rings_write(pipe[1], "left", 4);
    CU_ASSERT_EQUAL(read(pipe[0], data, 4), 4);
    close(pipe[0]);
    close(pipe[1]);
    CU_ASSERT_EQUAL(kring_test_open_fds(), fds);
    rings_close(ring);
}

/* A dropped result that owns descriptors: between arrival and delivery. */
static void rule_08_accept(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct kring_stats stats;
    char address[128];
    uint32_t length;
    unsigned released = 0;
    int listener = rings_listener(address, &length), clients[6], fds;

    for (unsigned i = 0; i < 3; i++) {
        bool multi = i == 2;
        kring_op op;

        fds = kring_test_open_fds();
        clients[2 * i] = rings_client(address, length);
        clients[2 * i + 1] = rings_client(address, length);
        op = multi ? kring_accept_multishot(ring, listener, 0)
                   : kring_accept(ring, listener, NULL, NULL, 0);
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, i + 1));
        CU_ASSERT_EQUAL(kring_test_open_fds(), fds + 2);
    }
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT(stats.dropped_resources >= 2); /* the singles; a multishot's are a race it may lose */
    for (unsigned i = 0; i < 6; i++)
        close(clients[i]);
    close(listener);
    rings_close(ring);
}

/* Dropped receives give their buffers back: a pool of two survives twenty of them. */
static void rule_08_buffers(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0}, last = {0};
    char memory[2 * 16];
    unsigned released = 0;
    int pair[2], pool = kring_pool_init(ring, memory, 2, 16);
    kring_op op;

    /* The first receive gives the pool its home, where the others must run (5.19: not all can). */
    if (kind == RINGS_MIXED) {
        op = kring_recv_multishot(ring, 0, pool, 0);
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
        if ((kring_route(ring, op) & 0xff) == KRING_ENGINE_NONE)
            CU_ASSERT_EQUAL(kring_pin(ring, IORING_OP_RECV, KRING_ENGINE_SOFT), 0);
        CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    }
    for (unsigned i = 0; i < 20; i++) {
        rings_pair(SOCK_SEQPACKET, pair);
        rings_write(pair[1], "a", 1);
        if (i % 2) {
            op = kring_recv_multishot(ring, pair[0], pool, 0);
        } else {
            op = kring_recv(ring, pair[0], NULL, 0, 0);
            CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
        }
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, i + 1));
        close(pair[0]);
        close(pair[1]);
    }
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_pair(SOCK_SEQPACKET, pair);
    CU_ASSERT(rings_start(ring, kring_recv_multishot(ring, pair[0], pool, 0), &last));
    rings_write(pair[1], "one", 3);
    rings_write(pair[1], "two", 3);
    CU_ASSERT(rings_until_calls(ring, &last, 2));
    CU_ASSERT_EQUAL(last.finals, 0);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), -EBUSY);
    close(pair[1]);
    CU_ASSERT(rings_until(ring, &last, 1));
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(pair[0]);
    rings_close(ring);
}

/* Dropped opens give their direct descriptors back. */
static void rule_08_direct(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log log = {0};
    unsigned released = 0;
    int fds;
    kring_op op;

    options.direct_descriptors = 1;
    ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring); /* the table has one home */
    fds = kring_test_open_fds();
    for (unsigned i = 0; i < 6; i++) {
        op = i % 2 ? kring_socket(ring, AF_UNIX, SOCK_STREAM, 0)
                   : kring_openat(ring, AT_FDCWD, "/dev/null", O_RDONLY, 0);
        CU_ASSERT_EQUAL(kring_set_slot(ring, op, i < 4 ? KRING_SLOT_ANY : 0), 0);
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, i + 1));
    }
    op = kring_openat(ring, AT_FDCWD, "/dev/null", O_RDONLY, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), 0);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(0))), 0);
    CU_ASSERT_EQUAL(kring_test_open_fds(), fds);
    rings_close(ring);
}

/* ---- Rule 9 ---- */

static void rule_09_cancel(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0}, raced = {0};
    struct kring_time time = {5, 0};
    char data[4];
    int pipe[2];
    kring_op op;

    rings_pipe(pipe);
    for (unsigned i = 0; i < 8; i++) {
        op = i % 4 == 0   ? kring_read(ring, pipe[0], data, 4, KRING_CUR_POS)
             : i % 4 == 1 ? kring_poll(ring, pipe[0], POLLIN)
             : i % 4 == 2 ? kring_timeout(ring, &time, 0, 0)
                          : kring_poll_multishot(ring, pipe[0], POLLIN);
        CU_ASSERT_EQUAL(kring_cancel(ring, op), -EALREADY);
        CU_ASSERT(rings_start(ring, op, &log));
        if (i >= 4) /* submitted or still queued */
            CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
        CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
        CU_ASSERT(rings_until(ring, &log, i + 1));
        CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
        CU_ASSERT_EQUAL(log.last.flags, 0);
    }
    CU_ASSERT_EQUAL(log.calls, 8);
    /* The result came first. */
    rings_write(pipe[1], "won", 3);
    op = kring_read(ring, pipe[0], data, 3, KRING_CUR_POS);
    CU_ASSERT(rings_start(ring, op, &raced));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until(ring, &raced, 1));
    CU_ASSERT_EQUAL(raced.last.value, 3);
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(raced.calls, 1);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

RINGS_TEST(rule_07_canceled)
RINGS_TEST(rule_07_restart)
RINGS_TEST(rule_07_linked)
RINGS_TEST(rule_07_fsync)
RINGS_TEST(rule_07_signal)
/* The one that is due next is found among many that come and go. */
/* A deadline that passes while a cancel is under way is not the reason; before it, it is. */
static void rule_07_first_reason(enum rings_kind kind)
{
    for (unsigned late = 0; late < 2; late++) {
        struct kring *ring = rings_open(kind);
        struct rings_log log = {0};
        kring_op op;
        int fds[2];
        char byte;

        rings_pipe(fds);
        op = kring_read(ring, fds[0], &byte, 1, KRING_CUR_POS);
        CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 200 * KRING_MS), 0);
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        if (late) {
            usleep(210000);
            CU_ASSERT(kring_run(ring, 0) >= 0);
            CU_ASSERT_EQUAL(kring_cancel(ring, op), log.finals == 0 ? 0 : -ESTALE);
        } else {
            CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
            usleep(210000);
        }
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, late ? -ETIME : -ECANCELED);
        CU_ASSERT_EQUAL((log.last.flags & KRING_DEADLINE) != 0, late);
        close(fds[0]);
        close(fds[1]);
        rings_close(ring);
    }
}
RINGS_TEST(rule_07_first_reason)

static void rule_07_deadlines_in_order(enum rings_kind kind)
{
    enum { COUNT = 23, STEP = 5 }; /* 23 is a prime: i * STEP meets every number below it */
    struct kring *ring = rings_open(kind);
    struct rings_log logs[COUNT];
    kring_op ops[COUNT];
    int64_t due[COUNT][2]; /* not before, not after: a deadline runs from its start */
    unsigned seen[COUNT] = {0};
    struct kring_caps caps;
    bool soon;
    int fds[2];
    char byte;

    /* Below 5.12 a worker ends what was cancelled when it comes to it. */
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    soon = kind == RINGS_SOFT || (caps.features & IORING_FEAT_NATIVE_WORKERS);
    rings_pipe(fds);
    memset(logs, 0, sizeof logs);
    for (unsigned i = 0; i < COUNT; i++) {
        int64_t after = (20 + 4 * (i * STEP % COUNT)) * KRING_MS;

        ops[i] = kring_read(ring, fds[0], &byte, 1, KRING_CUR_POS);
        CU_ASSERT_EQUAL(kring_set_deadline(ring, ops[i], after), 0);
        due[i][0] = rings_now_ns() + after;
        CU_ASSERT(rings_start(ring, ops[i], &logs[i]));
        due[i][1] = rings_now_ns() + after;
    }
    /* Every third leaves the heap from its middle. */
    for (unsigned i = 0; i < COUNT; i += 3)
        CU_ASSERT_EQUAL(kring_cancel(ring, ops[i]), 0);
    CU_ASSERT(kring_run(ring, 0) >= 0); /* sends the cancels */
    usleep(60000); /* several fall due before the next look at them */
    for (unsigned look = 1, left = COUNT; left > 0 && look < 1000; look++) {
        CU_ASSERT(kring_run(ring, 50 * KRING_MS) >= 0);
        for (unsigned i = 0; i < COUNT; i++)
            if (logs[i].finals == 1 && seen[i] == 0) {
                CU_ASSERT(i % 3 == 0 || rings_now_ns() >= due[i][0]);
                seen[i] = look;
                left--;
            }
    }
    for (unsigned i = 0; i < COUNT; i++) {
        CU_ASSERT_EQUAL(logs[i].last.value, i % 3 ? -ETIME : -ECANCELED);
        for (unsigned j = 0; j < COUNT; j++)
            if (i % 3 && j % 3 && due[i][1] < due[j][0]) {
                CU_ASSERT(seen[i] != 0 && (!soon || seen[i] <= seen[j]));
                /* What one look cancels may come in any order from a kernel (6.1: the reverse). */
                CU_ASSERT(kind != RINGS_SOFT || logs[i].order < logs[j].order);
            }
    }
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}
RINGS_TEST(rule_07_deadlines_in_order)

RINGS_TEST(rule_07_deadline)
RINGS_TEST(rule_08_idle)
RINGS_TEST(rule_08_running)
RINGS_TEST(rule_08_accept)
RINGS_TEST(rule_08_buffers)
RINGS_TEST(rule_08_direct)
RINGS_TEST(rule_09_cancel)

int kring_test_rules_b(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("rule 07 ECANCELED is never restarted", rule_07_canceled),
        RINGS_ROWS("rule 07 EINTR restarts until it is aimed at", rule_07_restart),
        RINGS_ROWS("rule 07 EINTR in a chain is not restarted", rule_07_linked),
        RINGS_ROWS("rule 07 a short transfer cancels its fsync", rule_07_fsync),
        {"rule 07 close and connect never restart", rule_07_rows},
        RINGS_ROWS("rule 07 signals interrupt the wait only", rule_07_signal),
        RINGS_ROWS("rule 07 a deadline waits for both CQEs", rule_07_deadline),
        RINGS_ROWS("rule 07 the first reason counts", rule_07_first_reason),
        RINGS_ROWS("rule 07 many deadlines end in their order", rule_07_deadlines_in_order),
        RINGS_ROWS("rule 08 drop before start and after the end", rule_08_idle),
        RINGS_ROWS("rule 08 drop while running releases once", rule_08_running),
        RINGS_ROWS("rule 08 dropped accepts leak no descriptor", rule_08_accept),
        RINGS_ROWS("rule 08 dropped receives leak no buffer", rule_08_buffers),
        RINGS_ROWS("rule 08 dropped opens leak no direct descriptor", rule_08_direct),
        RINGS_ROWS("rule 09 cancel, or the result that came first", rule_09_cancel),
    };

    return KRING_SUITE_ADD("rules 7 to 9", tests);
}
