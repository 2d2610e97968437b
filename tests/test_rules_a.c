/* SPDX-License-Identifier: MIT */
/* The rules of an operation's life, 1 to 6, each on a kernel ring, a soft ring and a mixed one. */
#include "rings.h"

#include "fake_sys.h"
#include "ops/ring.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

/* ---- Rule 1 ---- */

static void rule_01(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct kring_stats stats;
    char byte = 0;
    int pipe[2];
    kring_op op;

    rings_pipe(pipe);
    rings_write(pipe[1], "x", 1);
    op = kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS);
    CU_ASSERT_EQUAL(kring_op_error(op), 0);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_ASYNC | KRING_DRAIN), 0);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_AUTO), 0);
    CU_ASSERT_EQUAL(kring_submit(ring), 0);
    CU_ASSERT_EQUAL(kring_run(ring, 0), -KRING_EIDLE);
    CU_ASSERT_EQUAL(byte, 0);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(stats.started + stats.kernel + stats.soft, 0);

    CU_ASSERT(rings_start(ring, op, &log));
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_ASYNC), -EBUSY);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 1), -EBUSY);
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_AUTO), -EBUSY);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -EBUSY);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 1);
    CU_ASSERT_EQUAL(byte, 'x');
    CU_ASSERT_EQUAL(log.calls, 1);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* ---- Rule 2 ---- */

static void every_call_is_stale(struct kring *ring, kring_op op)
{
    struct kring_result result;
    unsigned released = 0;

    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, NULL), -ESTALE);
    CU_ASSERT_EQUAL(kring_start_chain(ring, &op, 1, rings_done, NULL), -ESTALE);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), -ESTALE);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), -ESTALE);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, 0), -ESTALE);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 1), -ESTALE);
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_AUTO), -ESTALE);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, 0), -ESTALE);
    CU_ASSERT_EQUAL(kring_set_pool(ring, op, 0), -ESTALE);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, 0), -ESTALE);
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), -ESTALE);
    CU_ASSERT_EQUAL(kring_route(ring, op), -ESTALE);
    CU_ASSERT_EQUAL(released, 0);
}

static void rule_02(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    kring_op old = kring_nop(ring), new;

    CU_ASSERT(rings_start(ring, old, &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    every_call_is_stale(ring, old);
    new = kring_nop(ring);
    CU_ASSERT_EQUAL(new.index, old.index);
    CU_ASSERT_NOT_EQUAL(new.generation, old.generation);
    every_call_is_stale(ring, old);
    CU_ASSERT_EQUAL(rings_do(ring, new), 0);
    /* An index that no slot has, and the handle nobody made. */
    new.index = UINT32_MAX;
    every_call_is_stale(ring, new);
    rings_close(ring);
}

static void rule_02_wrap(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    kring_op op = kring_nop(ring), next;

    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    ring->slots[op.index].generation = UINT32_MAX;
    op = kring_nop(ring);
    CU_ASSERT_EQUAL(op.generation, UINT32_MAX);
    CU_ASSERT_EQUAL(rings_do(ring, op), 0);
    next = kring_nop(ring);
    CU_ASSERT_EQUAL(next.index, op.index);
    CU_ASSERT_NOT_EQUAL(next.generation, 0);
    CU_ASSERT_EQUAL(rings_do(ring, next), 0);
    rings_close(ring);
}

/* CQEs that match nothing are counted, and change nothing. */
static void rule_02_strangers(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct kring_stats stats;
    struct io_uring_cqe cqe;
    char byte;
    int pipe[2];
    kring_op op;
    unsigned engine;

    rings_pipe(pipe);
    op = kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS);
    CU_ASSERT(rings_start(ring, op, &log));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    engine = (unsigned)kring_route(ring, op);
    memset(&cqe, 0, sizeof cqe);
    cqe.res = 77;
    cqe.user_data = UINT64_MAX; /* no ring makes such */
    kring__complete(ring, &cqe, engine);
    cqe.user_data = kring__pack(0xfffff, 1, KRING__TAG_SINGLE, engine == KRING_ENGINE_SOFT);
    kring__complete(ring, &cqe, engine);
    cqe.user_data = kring__pack(op.index, op.generation + 1, KRING__TAG_SINGLE,
                                engine == KRING_ENGINE_SOFT);
    kring__complete(ring, &cqe, engine);
    cqe.user_data = kring__pack(op.index, op.generation, KRING__TAG_MULTI,
                                engine == KRING_ENGINE_SOFT);
    kring__complete(ring, &cqe, engine);
    /* Ours, but from the engine that does not have it. */
    cqe.user_data = kring__pack(op.index, op.generation, KRING__TAG_SINGLE,
                                engine != KRING_ENGINE_SOFT);
    kring__complete(ring, &cqe, engine == KRING_ENGINE_SOFT ? KRING_ENGINE_KERNEL
                                                            : KRING_ENGINE_SOFT);
    /* A cancel's answer that nobody waits for. */
    cqe.user_data = kring__pack(op.index, op.generation, KRING__TAG_CANCEL,
                                engine == KRING_ENGINE_SOFT);
    kring__complete(ring, &cqe, engine);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(stats.unmatched, 6);
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_write(pipe[1], "y", 1);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 1);
    close(pipe[0]);
    close(pipe[1]);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
}

/* ---- Rule 3 ---- */

static void rule_03_no_enter(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0}, dropped = {0};
    unsigned released = 0;
    char byte;
    int pipe[2];
    kring_op a, b;

    rings_pipe(pipe);
    kring_fake_clear();
    a = kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS);
    b = kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS);
    CU_ASSERT(rings_start(ring, a, &log));
    CU_ASSERT(rings_start(ring, b, &dropped));
    CU_ASSERT_EQUAL(kring_cancel(ring, a), 0);
    CU_ASSERT_EQUAL(kring_drop(ring, b, rings_release, &released), 0);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_io_uring_enter], 0);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_read], 0);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_preadv2], 0);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(released, 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    CU_ASSERT_EQUAL(dropped.calls, 0);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* Ten times more than the SQ holds wait their turn, and go in order. */
static void rule_03_full_sq(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log logs[40];
    struct kring_stats stats;

    memset(logs, 0, sizeof logs);
    options.entries = 4;
    options.operations = 64;
    ring = rings_open_with(kind, &options);
    for (unsigned i = 0; i < 40; i++)
        CU_ASSERT(rings_start(ring, kring_nop(ring), &logs[i]));
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(stats.queued, 40);
    CU_ASSERT(rings_until(ring, &logs[39], 1));
    for (unsigned i = 0; i < 40; i++) {
        CU_ASSERT_EQUAL(logs[i].finals, 1);
        CU_ASSERT_EQUAL(logs[i].last.value, 0);
        CU_ASSERT_EQUAL(logs[i].order, i + 1);
    }
    rings_close(ring);
}

/* The same with operations that wait, so that slots free up only as data comes. */
static void rule_03_waiting(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log logs[40];
    char bytes[40];
    int pipe[2];

    memset(logs, 0, sizeof logs);
    options.entries = 4;
    options.operations = 64;
    ring = rings_open_with(kind, &options);
    rings_pipe(pipe);
    for (unsigned i = 0; i < 40; i++)
        CU_ASSERT(rings_start(ring, kring_read(ring, pipe[0], bytes + i, 1, KRING_CUR_POS),
                              &logs[i]));
    rings_run_for(ring, 1);
    for (unsigned i = 0; i < 40; i++)
        CU_ASSERT_EQUAL(logs[i].calls, 0);
    for (unsigned i = 0; i < 40; i++)
        rings_write(pipe[1], "z", 1);
    for (unsigned i = 0; i < 40; i++) {
        CU_ASSERT(rings_until(ring, &logs[i], 1));
        CU_ASSERT_EQUAL(logs[i].last.value, 1);
    }
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

static void rule_03_slab(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log logs[8];
    kring_op ops[8], extra;

    memset(logs, 0, sizeof logs);
    options.operations = 8;
    ring = rings_open_with(kind, &options);
    for (unsigned i = 0; i < 8; i++) {
        ops[i] = kring_nop(ring);
        CU_ASSERT_EQUAL(kring_op_error(ops[i]), 0);
    }
    extra = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_op_error(extra), -EAGAIN);
    CU_ASSERT_EQUAL(kring_set_flags(ring, extra, 0), -EAGAIN);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, extra, 1), -EAGAIN);
    CU_ASSERT_EQUAL(kring_start(ring, extra, rings_done, &logs[0]), -EAGAIN);
    CU_ASSERT_EQUAL(kring_drop(ring, ops[3], NULL, NULL), 0);
    ops[3] = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_op_error(ops[3]), 0);
    for (unsigned i = 0; i < 8; i++)
        CU_ASSERT(rings_start(ring, ops[i], &logs[i]));
    CU_ASSERT_EQUAL(kring_op_error(kring_nop(ring)), -EAGAIN);
    for (unsigned i = 0; i < 8; i++)
        CU_ASSERT(rings_until(ring, &logs[i], 1));
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
}

/* ---- Rule 4 ---- */

static void rule_04_single(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char data[64] = "untouched";
    int pair[2];

    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT(rings_start(ring, kring_recv(ring, pair[0], data, sizeof data, 0), &log));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
#if defined(__SANITIZE_ADDRESS__)
    CU_ASSERT(__asan_address_is_poisoned(data));
    CU_ASSERT(__asan_address_is_poisoned(data + 63));
#endif
    rings_write(pair[1], "borrowed", 9);
    CU_ASSERT(rings_until(ring, &log, 1));
#if defined(__SANITIZE_ADDRESS__)
    CU_ASSERT(!__asan_address_is_poisoned(data));
    CU_ASSERT(!__asan_address_is_poisoned(data + 63));
#endif
    CU_ASSERT_EQUAL(log.last.value, 9);
    CU_ASSERT_STRING_EQUAL(data, "borrowed");
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* Two multishots share one msghdr, and nobody writes to it. */
static void rule_04_multishot(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log logs[2];
    struct msghdr message = {.msg_namelen = 16, .msg_controllen = 8}, same = message;
    static char memory[8 * 256];
    int pairs[2][2], pool = kring_pool_init(ring, memory, 8, 256);

    memset(logs, 0, sizeof logs);
    CU_ASSERT_EQUAL(pool, 0);
    for (unsigned i = 0; i < 2; i++) {
        rings_pair(SOCK_DGRAM, pairs[i]);
        CU_ASSERT(rings_start(ring, kring_recvmsg_multishot(ring, pairs[i][0], &message, pool, 0),
                              &logs[i]));
    }
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < 2; i++) {
            rings_write(pairs[i][1], "dgram", 5);
            CU_ASSERT(rings_until_calls(ring, &logs[i], round + 1));
            CU_ASSERT(logs[i].last.flags & KRING_MORE);
            CU_ASSERT_EQUAL(logs[i].last.value, (int)sizeof(struct io_uring_recvmsg_out) + 24 + 5);
        }
    CU_ASSERT_EQUAL(memcmp(&message, &same, sizeof message), 0);
    for (unsigned i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(kring_cancel(ring, logs[i].op), 0);
        CU_ASSERT(rings_until(ring, &logs[i], 1));
        CU_ASSERT_EQUAL(logs[i].last.value, -ECANCELED);
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

/* ---- Rule 5 ---- */

static void rule_05_last(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    int pipe[2];

    rings_pipe(pipe);
    CU_ASSERT(rings_start(ring, kring_poll_multishot(ring, pipe[0], POLLIN), &log));
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_write(pipe[1], "1", 1);
    CU_ASSERT(rings_until_calls(ring, &log, 1));
    CU_ASSERT(log.last.flags & KRING_MORE);
    CU_ASSERT(log.last.value & POLLIN);
    CU_ASSERT_EQUAL(kring_cancel(ring, log.op), 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    rings_write(pipe[1], "2", 1);
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(log.finals, 1);
    CU_ASSERT_EQUAL(kring_cancel(ring, log.op), -ESTALE);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* The result comes with the first CQE, the memory with the notification: one callback. */
static void rule_05_zero_copy(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct io_uring_sqe sqe;
    char address[128], data[4000];
    uint32_t length;
    int listener = rings_listener(address, &length), client = rings_client(address, length);
    int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    int error;

    memset(&sqe, 0, sizeof sqe);
    memset(data, 'z', sizeof data);
    sqe.opcode = IORING_OP_SEND_ZC;
    sqe.fd = client;
    sqe.addr = (uintptr_t)data;
    sqe.len = sizeof data;
    error = kring_start(ring, kring_raw(ring, &sqe), rings_done, &log);
    if (error == 0) {
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, sizeof data);
        CU_ASSERT_EQUAL(log.calls, 1);
        CU_ASSERT_EQUAL(recv(server, data, sizeof data, MSG_WAITALL), sizeof data);
        /* So it is with an early error. */
        sqe.fd = -1;
        CU_ASSERT_EQUAL(rings_do(ring, kring_raw(ring, &sqe)), -EBADF);
    } else { /* a kernel below 6.0 */
        CU_ASSERT_EQUAL(error, -KRING_EKERNEL);
        CU_ASSERT_EQUAL(log.calls, 0);
    }
    close(server);
    close(client);
    close(listener);
    rings_close(ring);
}

/* ---- Rule 6 ---- */

struct stream {
    unsigned calls, finals;
    char text[128];
    unsigned length;
    int64_t end;
};

static void on_stream(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct stream *s = user;

    (void)ring;
    (void)op;
    s->calls++;
    if (result->value > 0 && result->data && s->length + result->length < sizeof s->text) {
        memcpy(s->text + s->length, result->data, result->length);
        s->length += result->length;
    }
    if (!(result->flags & KRING_MORE)) {
        s->finals++;
        s->end = result->value;
    }
}

static void rule_06_order(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct stream s = {0};
    char expected[128] = "", memory[64 * 4];
    int pair[2], pool;

    options.entries = 2; /* a CQ of four: the multishot must stop and go on again */
    ring = rings_open_with(kind, &options);
    pool = kring_pool_init(ring, memory, 64, 4);
    rings_pair(SOCK_SEQPACKET, pair);
    CU_ASSERT_EQUAL(kring_start(ring, kring_recv_multishot(ring, pair[0], pool, 0), on_stream, &s),
                    0);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    for (unsigned i = 0; i < 40; i++) {
        char text[4];

        snprintf(text, sizeof text, "%02u", i);
        rings_write(pair[1], text, 2);
        strcat(expected, text);
    }
    CU_ASSERT(rings_until_count(ring, &s.calls, 40));
    CU_ASSERT_EQUAL(s.finals, 0);
    CU_ASSERT_STRING_EQUAL(s.text, expected);
    close(pair[1]);
    CU_ASSERT(rings_until_count(ring, &s.finals, 1));
    CU_ASSERT_EQUAL(s.end, 0);
    CU_ASSERT_EQUAL(s.calls, 41);
    close(pair[0]);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

/* The last CQE of a repeated timeout carries a result of its own. */
static void rule_06_last_result(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct kring_time time = {0, 2000000};

    CU_ASSERT(rings_start(ring, kring_timeout_multishot(ring, &time, 3, 0), &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.calls, 3);
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(log.notes[i].value, -ETIME);
        CU_ASSERT_EQUAL(log.notes[i].flags, i < 2 ? KRING_MORE : 0);
    }
    rings_close(ring);
}

RINGS_TEST(rule_01)
RINGS_TEST(rule_02)
RINGS_TEST(rule_02_wrap)
RINGS_TEST(rule_02_strangers)
RINGS_TEST(rule_03_no_enter)
RINGS_TEST(rule_03_full_sq)
RINGS_TEST(rule_03_waiting)
RINGS_TEST(rule_03_slab)
RINGS_TEST(rule_04_single)
RINGS_TEST(rule_04_multishot)
RINGS_TEST(rule_05_last)
RINGS_TEST(rule_05_zero_copy)
RINGS_TEST(rule_06_order)
RINGS_TEST(rule_06_last_result)

int kring_test_rules_a(void);

int kring_test_rules_a(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("rule 01 creating submits nothing", rule_01),
        RINGS_ROWS("rule 02 a stale handle is ESTALE", rule_02),
        RINGS_ROWS("rule 02 generations wrap past zero", rule_02_wrap),
        RINGS_ROWS("rule 02 CQEs that match nothing are counted", rule_02_strangers),
        RINGS_ROWS("rule 03 queueing never enters the kernel", rule_03_no_enter),
        RINGS_ROWS("rule 03 a full SQ is no error and keeps order", rule_03_full_sq),
        RINGS_ROWS("rule 03 more waiters than entries", rule_03_waiting),
        RINGS_ROWS("rule 03 slab exhaustion is EAGAIN and loses nothing", rule_03_slab),
        RINGS_ROWS("rule 04 single-shot memory is borrowed until the end", rule_04_single),
        RINGS_ROWS("rule 04 multishot memory is shared and read-only", rule_04_multishot),
        RINGS_ROWS("rule 05 a CQE without MORE is the last", rule_05_last),
        RINGS_ROWS("rule 05 zero-copy ends with its notification", rule_05_zero_copy),
        RINGS_ROWS("rule 06 multishot results in order past a full CQ", rule_06_order),
        RINGS_ROWS("rule 06 a final CQE with a result delivers it", rule_06_last_result),
    };

    return KRING_SUITE_ADD("rules 1 to 6", tests);
}
