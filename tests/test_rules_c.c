/* SPDX-License-Identifier: MIT */
/* The rules of an operation's life, 10 to 13: exactly one end, index wrap, close, borrowing. */
#include "rings.h"

#include "fake_sys.h"
#include "fallback/engine.h"
#include "ops/ring.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int kring_test_rules_c(void);

/* ---- Rule 10 ---- */

#define MANY 24

/* Of every kind of waiting operation some: every third dropped, half of them submitted. */
static void start_many(struct kring *ring, struct rings_log logs[MANY], unsigned released[MANY],
                       const int pair[2], int listener, const struct kring_time *time, char *data)
{
    for (unsigned i = 0; i < MANY; i++) {
        kring_op op = i % 6 == 0   ? kring_recv(ring, pair[0], data + i, 1, 0)
                      : i % 6 == 1 ? kring_poll(ring, pair[0], POLLIN)
                      : i % 6 == 2 ? kring_timeout(ring, time, 0, 0)
                      : i % 6 == 3 ? kring_accept_multishot(ring, listener, 0)
                      : i % 6 == 4 ? kring_poll_multishot(ring, pair[0], POLLIN)
                                   : kring_recv_full(ring, pair[0], data + i, 1, 0);

        if (i % 4 == 1)
            CU_ASSERT_EQUAL(kring_set_deadline(ring, op, KRING_SECOND), 0);
        CU_ASSERT(rings_start(ring, op, &logs[i]));
        if (i == MANY / 2)
            CU_ASSERT(kring_submit(ring) > 0);
        if (i % 3 == 0)
            CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released[i]), 0);
    }
}

static void rule_10_close(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log logs[MANY];
    unsigned released[MANY];
    struct kring_time time = {5, 0};
    char address[128], data[MANY];
    uint32_t length;
    int pair[2], listener = rings_listener(address, &length);

    memset(logs, 0, sizeof logs);
    memset(released, 0, sizeof released);
    rings_pair(SOCK_STREAM, pair);
    start_many(ring, logs, released, pair, listener, &time, data);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    for (unsigned i = 0; i < MANY; i++) {
        CU_ASSERT_EQUAL(logs[i].calls, i % 3 ? 1 : 0);
        CU_ASSERT_EQUAL(released[i], i % 3 ? 0 : 1);
        if (i % 3)
            CU_ASSERT_EQUAL(logs[i].last.value, -ECANCELED);
    }
    close(pair[0]);
    close(pair[1]);
    close(listener);
}

static void rule_10_overflow(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct rings_log logs[200];
    struct kring *ring;

    memset(logs, 0, sizeof logs);
    options.entries = 2;
    options.operations = 256;
    ring = rings_open_with(kind, &options);
    for (unsigned i = 0; i < 200; i++) {
        CU_ASSERT(rings_start(ring, kring_nop(ring), &logs[i]));
        if (i % 2)
            CU_ASSERT(kring_submit(ring) >= 0); /* nobody reads the CQ of four */
    }
    for (unsigned i = 0; i < 200; i++)
        CU_ASSERT(rings_until(ring, &logs[i], 1));
    for (unsigned i = 0; i < 200; i++) {
        CU_ASSERT_EQUAL(logs[i].calls, 1);
        CU_ASSERT_EQUAL(logs[i].last.value, 0);
    }
    rings_close(ring);
}

/* enter is refused from one moment on: everything started still ends once. */
static void rule_10_enter_lost(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_fake fake;
    static struct rings_log logs[12]; /* static, as are the data: lost operations keep them */
    static char data[12];
    int pair[2];

    memset(logs, 0, sizeof logs);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    rings_pair(SOCK_STREAM, pair);
    for (unsigned i = 0; i < 6; i++)
        CU_ASSERT(rings_start(ring, kring_recv(ring, pair[0], data + i, 1, 0), &logs[i]));
    CU_ASSERT_EQUAL(kring_submit(ring), 6);
    memset(&fake, 0, sizeof fake);
    fake.enter_errno = EPERM;
    kring_fake_set(&fake);
    for (unsigned i = 6; i < 12; i++)
        CU_ASSERT(rings_start(ring, kring_recv(ring, pair[0], data + i, 1, 0), &logs[i]));
    CU_ASSERT(kring_submit(ring) >= 0);
    rings_write(pair[1], "abcdefghijkl", 12);
    for (unsigned i = 0; i < 12; i++) {
        CU_ASSERT(rings_until(ring, &logs[i], 1));
        if (kind == RINGS_KERNEL) {
            CU_ASSERT(logs[i].last.value == -KRING_ELOST || logs[i].last.value == -KRING_EKERNEL ||
                      logs[i].last.value == 1);
        } else { /* soft goes on with what the kernel had not taken */
            CU_ASSERT(logs[i].last.value == 1 || (i < 6 && logs[i].last.value == -KRING_ELOST));
        }
    }
    kring_fake_clear();
    rings_run_for(ring, 1);
    for (unsigned i = 0; i < 12; i++)
        CU_ASSERT_EQUAL(logs[i].calls, 1);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    close(pair[0]);
    close(pair[1]);
}

/* ---- Rule 11 ---- */

#if CONFIG_KRING_SOFT_ENGINE
static void near_wrap(struct kring__soft *soft)
{
    struct kring__view *view = kring__soft_view(soft);
    uint32_t at = UINT32_MAX - 4; /* indices only mean something modulo the ring's size */

    soft->sq_head = soft->cq_tail = at;
    *view->sq_head = *view->sq_tail = *view->cq_head = *view->cq_tail = at;
    soft->timer_cqes = 0;
}
#endif

static void rule_11_wrap(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log log = {0};
    char byte;
    int pipe[2];

    options.entries = 4;
    ring = rings_open_with(kind, &options);
#if CONFIG_KRING_SOFT_ENGINE
    if (kind != RINGS_KERNEL)
        near_wrap(ring->soft);
#endif
    rings_pipe(pipe);
    /* A kernel ring cannot be started near 2^32: it goes round its entries many times instead. */
    for (unsigned i = 0; i < 300; i++) {
        CU_ASSERT(rings_start(ring, kring_nop(ring), &log));
        CU_ASSERT(rings_start(ring, kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS), &log));
        CU_ASSERT(rings_start(ring, kring_write(ring, pipe[1], "w", 1, KRING_CUR_POS), &log));
        if (!rings_until(ring, &log, 3 * (i + 1)))
            break;
    }
    CU_ASSERT_EQUAL(log.calls, 900);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

struct busy {
    struct rings_log log;
    kring_op cancel, drop;
    struct rings_log started, canceled;
    unsigned released;
    int errors[4];
    bool close;
};

static void on_busy(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct busy *b = user;

    rings_done(ring, op, result, &b->log);
    b->errors[0] = kring_run(ring, 0);
    b->errors[1] = kring_wait_op(ring, op, 0);
    if (b->close) {
        b->errors[2] = kring_close(ring, KRING_SECOND);
        b->errors[3] = kring_start(ring, kring_nop(ring), rings_done, &b->started);
        return;
    }
    b->errors[2] = kring_cancel(ring, b->cancel);
    b->errors[3] = kring_drop(ring, b->drop, rings_release, &b->released);
    rings_start(ring, kring_nop(ring), &b->started);
}

static void rule_11_callbacks(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log dropped = {0};
    struct busy b;
    char data[2];
    int pipe[2];

    memset(&b, 0, sizeof b);
    rings_pipe(pipe);
    b.cancel = kring_read(ring, pipe[0], data, 1, KRING_CUR_POS);
    b.drop = kring_read(ring, pipe[0], data + 1, 1, KRING_CUR_POS);
    CU_ASSERT(rings_start(ring, b.cancel, &b.canceled));
    CU_ASSERT(rings_start(ring, b.drop, &dropped));
    CU_ASSERT_EQUAL(kring_start(ring, kring_nop(ring), on_busy, &b), 0);
    CU_ASSERT(rings_until(ring, &b.started, 1));
    CU_ASSERT(rings_until(ring, &b.canceled, 1));
    CU_ASSERT(rings_until_count(ring, &b.released, 1));
    CU_ASSERT_EQUAL(b.errors[0], -EDEADLK);
    CU_ASSERT_EQUAL(b.errors[1], -EDEADLK);
    CU_ASSERT_EQUAL(b.errors[2], 0);
    CU_ASSERT_EQUAL(b.errors[3], 0);
    CU_ASSERT_EQUAL(b.canceled.last.value, -ECANCELED);
    CU_ASSERT_EQUAL(dropped.calls, 0);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

static void rule_11_close_inside(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log other = {0}, later = {0};
    struct busy b;
    char data[1];
    int pipe[2], error;

    memset(&b, 0, sizeof b);
    b.close = true;
    rings_pipe(pipe);
    CU_ASSERT(rings_start(ring, kring_read(ring, pipe[0], data, 1, KRING_CUR_POS), &other));
    CU_ASSERT_EQUAL(kring_start(ring, kring_nop(ring), on_busy, &b), 0);
    CU_ASSERT(rings_start(ring, kring_nop(ring), &later));
    error = kring_run(ring, KRING_SECOND);
    CU_ASSERT_EQUAL(error, -KRING_ECLOSED);
    CU_ASSERT_EQUAL(b.log.calls, 1);
    CU_ASSERT_EQUAL(b.errors[2], 0);
    CU_ASSERT(b.errors[3] < 0); /* nothing starts any more */
    CU_ASSERT_EQUAL(b.started.calls, 0);
    CU_ASSERT_EQUAL(other.calls, 1);
    CU_ASSERT_EQUAL(other.last.value, -ECANCELED);
    CU_ASSERT_EQUAL(later.calls, 1);
    close(pipe[0]);
    close(pipe[1]);
}

/* The handle in its final callback starts the same operation again. */
static void on_again(struct kring *ring, kring_op op, const struct kring_result *result,
                     void *user)
{
    struct rings_log *log = user;

    rings_done(ring, op, result, log);
    if (log->finals < 5)
        CU_ASSERT_EQUAL(kring_start(ring, op, on_again, log), 0);
}

static void rule_11_reuse(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char data[1] = "";
    int pipe[2];
    kring_op op;

    rings_pipe(pipe);
    rings_write(pipe[1], "12345", 5);
    op = kring_read(ring, pipe[0], data, 1, KRING_CUR_POS);
    CU_ASSERT_EQUAL(kring_start(ring, op, on_again, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 5));
    CU_ASSERT_EQUAL(data[0], '5');
    CU_ASSERT_EQUAL(kring_cancel(ring, op), -ESTALE);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* ---- Rule 12 ---- */

static void rule_12_busy(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log logs[40];
    unsigned released[40], busy = 0;
    char data[40];
    int pipe[2], error;

    memset(logs, 0, sizeof logs);
    memset(released, 0, sizeof released);
    options.entries = 2; /* forty cancels do not fit into one round */
    options.operations = 64;
    ring = rings_open_with(kind, &options);
    rings_pipe(pipe);
    for (unsigned i = 0; i < 40; i++) {
        kring_op op = kring_read(ring, pipe[0], data + i, 1, KRING_CUR_POS);

        CU_ASSERT(rings_start(ring, op, &logs[i]));
        /* None: an old kernel (seen on 5.10) takes nothing more while its CQ has overflowed. */
        CU_ASSERT(kring_submit(ring) <= 1);
        if (i % 2)
            CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released[i]), 0);
    }
    while ((error = kring_close(ring, 0)) == -EBUSY && busy < 1000) {
        struct kring_stats stats;
        unsigned ended = 0;

        busy++;
        CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
        for (unsigned i = 0; i < 40; i++)
            ended += logs[i].calls + released[i];
        CU_ASSERT_EQUAL(ended + stats.running, 40);
        CU_ASSERT(stats.running > 0);
    }
    CU_ASSERT_EQUAL(error, 0);
    CU_ASSERT(busy >= 1);
    for (unsigned i = 0; i < 40; i++) {
        CU_ASSERT_EQUAL(logs[i].calls, i % 2 ? 0 : 1);
        CU_ASSERT_EQUAL(released[i], i % 2 ? 1 : 0);
    }
    close(pipe[0]);
    close(pipe[1]);
}

/* ---- Rule 13 ---- */

static void rule_13_borrowed(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log log = {0}, written = {0};
    struct kring_time soon = {3600, 0};
    struct iovec vector[1];
    struct io_uring_sqe sqe;
    char path[256], data[8] = "";
    int pipe[2];
    int64_t began = rings_now_ns();

    options.entries = 1; /* what stands behind the first one starts late */
    ring = rings_open_with(kind, &options);
    rings_pipe(pipe);
    CU_ASSERT(rings_start(ring, kring_nop(ring), &log));
    CU_ASSERT(rings_start(ring, kring_openat(ring, AT_FDCWD, path, O_RDONLY, 0), &written));
    strcpy(path, "/dev/null"); /* read when it starts, not before */
    CU_ASSERT(rings_until(ring, &written, 1));
    CU_ASSERT(written.last.value >= 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, (int)written.last.value)), 0);

    CU_ASSERT(rings_start(ring, kring_nop(ring), &log));
    CU_ASSERT(rings_start(ring, kring_writev(ring, pipe[1], vector, 1, KRING_CUR_POS, 0), &log));
    vector[0].iov_base = data;
    vector[0].iov_len = 5;
    strcpy(data, "bytes");
    CU_ASSERT(rings_until(ring, &log, 3));
    CU_ASSERT_EQUAL(log.last.value, 5);
    CU_ASSERT_EQUAL(read(pipe[0], path, sizeof path), 5);
    CU_ASSERT_EQUAL(memcmp(path, "bytes", 5), 0);

    CU_ASSERT(rings_start(ring, kring_timeout(ring, &soon, 0, 0), &log));
    soon.seconds = 0;
    CU_ASSERT(rings_until(ring, &log, 4));
    CU_ASSERT_EQUAL(log.last.value, -ETIME);
    CU_ASSERT(rings_now_ns() - began < KRING_SECOND);

    /* Of a raw SQE there is a copy. */
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_WRITE;
    sqe.fd = pipe[1];
    sqe.addr = (uintptr_t)data;
    sqe.len = 5;
    sqe.off = UINT64_MAX;
    CU_ASSERT(rings_start(ring, kring_raw(ring, &sqe), &log));
    memset(&sqe, 0xff, sizeof sqe);
    CU_ASSERT(rings_until(ring, &log, 5));
    CU_ASSERT_EQUAL(log.last.value, 5);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

RINGS_TEST(rule_10_close)
RINGS_TEST(rule_10_overflow)
RINGS_TEST(rule_10_enter_lost)
RINGS_TEST(rule_11_wrap)
RINGS_TEST(rule_11_callbacks)
RINGS_TEST(rule_11_close_inside)
RINGS_TEST(rule_11_reuse)
RINGS_TEST(rule_12_busy)
RINGS_TEST(rule_13_borrowed)

int kring_test_rules_c(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("rule 10 close ends everything exactly once", rule_10_close),
        RINGS_ROWS("rule 10 CQ overflow loses nothing", rule_10_overflow),
        RINGS_ROWS("rule 10 a refused enter ends everything once", rule_10_enter_lost),
        RINGS_ROWS("rule 11 indices wrap without harm", rule_11_wrap),
        RINGS_ROWS("rule 11 callbacks start, cancel and drop", rule_11_callbacks),
        RINGS_ROWS("rule 11 close inside a callback", rule_11_close_inside),
        RINGS_ROWS("rule 11 a final callback starts its handle again", rule_11_reuse),
        RINGS_ROWS("rule 12 close is EBUSY while memory is out", rule_12_busy),
        RINGS_ROWS("rule 13 pointers are borrowed, the SQE is copied", rule_13_borrowed),
    };

    return KRING_SUITE_ADD("rules 10 to 13", tests);
}
