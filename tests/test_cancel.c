/* SPDX-License-Identifier: MIT */
/* Cancel by what operations are, at once or as an operation; updates of polls and link timeouts. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

int kring_test_cancel(void);

#define WAITING 4
struct waiting {
    int a[2], b[2];
    struct rings_log log;
    kring_op ops[WAITING]; /* poll and read on a, poll on b, timeout */
    char data[4];
    struct kring_time never;
};

static void wait_some(struct kring *ring, struct waiting *w)
{
    memset(w, 0, sizeof *w);
    w->never.seconds = 3600;
    rings_pipe(w->a);
    rings_pipe(w->b);
    w->ops[0] = kring_poll(ring, w->a[0], POLLIN);
    w->ops[1] = kring_read(ring, w->a[0], w->data, 1, KRING_CUR_POS);
    w->ops[2] = kring_poll(ring, w->b[0], POLLIN);
    w->ops[3] = kring_timeout(ring, &w->never, 0, 0);
    for (unsigned i = 0; i < WAITING; i++)
        rings_start(ring, w->ops[i], &w->log);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(w->log.calls, 0);
}

/* Ends the rest; all have ended with -ECANCELED. */
static void wait_no_more(struct kring *ring, struct waiting *w)
{
    int64_t rest = kring_cancel_sync(ring, KRING_CANCEL_ANY, -1, 0, KRING_SECOND);

    CU_ASSERT(rest >= 0 || rest == -ENOENT);
    CU_ASSERT_EQUAL(w->log.finals, WAITING);
    for (unsigned i = 0; i < WAITING; i++)
        CU_ASSERT_EQUAL(w->log.notes[i].value, -ECANCELED);
    for (unsigned i = 0; i < 2; i++) {
        close(w->a[i]);
        close(w->b[i]);
    }
}

static const struct {
    uint32_t flags;
    bool on_b;
    unsigned opcode;
    unsigned found; /* canceled; without ALL and ANY the operation's value is 0 */
} cases[] = {
    {KRING_CANCEL_FD | KRING_CANCEL_ALL, false, 0, 2},
    {KRING_CANCEL_FD, false, 0, 1},
    {KRING_CANCEL_FD | KRING_CANCEL_ALL, true, 0, 1},
    {KRING_CANCEL_OPCODE | KRING_CANCEL_ALL, false, IORING_OP_POLL_ADD, 2},
    {KRING_CANCEL_OPCODE, false, IORING_OP_POLL_ADD, 1},
    {KRING_CANCEL_OPCODE | KRING_CANCEL_ALL, false, IORING_OP_TIMEOUT, 1},
    {KRING_CANCEL_OPCODE | KRING_CANCEL_ALL, false, IORING_OP_ACCEPT, 0},
    {KRING_CANCEL_FD | KRING_CANCEL_OPCODE | KRING_CANCEL_ALL, false, IORING_OP_READ, 1},
    {KRING_CANCEL_FD | KRING_CANCEL_OPCODE, true, IORING_OP_READ, 0},
    {KRING_CANCEL_ANY, false, 0, 4},
    {KRING_CANCEL_ANY | KRING_CANCEL_ALL, false, 0, 4},
};

static void by_what_they_are(enum rings_kind kind)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool many = (cases[i].flags & (KRING_CANCEL_ANY | KRING_CANCEL_ALL)) != 0;

        for (unsigned sync = 0; sync < 2; sync++) {
            struct kring *ring = rings_open(kind);
            struct waiting w;
            int64_t value, want;
            int fd;

            wait_some(ring, &w);
            fd = cases[i].on_b ? w.b[0] : w.a[0];
            want = cases[i].found == 0 ? -ENOENT : many || sync ? (int)cases[i].found : 0;
            value = sync ? kring_cancel_sync(ring, cases[i].flags, fd, cases[i].opcode,
                                             KRING_SECOND)
                         : rings_do(ring, kring_cancel_match(ring, cases[i].flags, fd,
                                                             cases[i].opcode));
            CU_ASSERT_EQUAL(value, want);
            if (!sync) {
                CU_ASSERT(rings_until(ring, &w.log, cases[i].found)); /* a worker's takes longer */
                rings_run_for(ring, 1);
            }
            CU_ASSERT_EQUAL(w.log.finals, cases[i].found);
            wait_no_more(ring, &w);
            rings_close(ring);
        }
    }
}

/* Their memory is borrowed until they have ended. */
static void canceled_before_is_waited_for(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct waiting w;

    wait_some(ring, &w);
    CU_ASSERT_EQUAL(kring_cancel(ring, w.ops[1]), 0);
    CU_ASSERT_EQUAL(kring_cancel_wait(ring, w.ops[1], KRING_SECOND), 0);
    CU_ASSERT_EQUAL(w.log.finals, 1);
    CU_ASSERT_EQUAL(kring_cancel(ring, w.ops[0]), 0);
    CU_ASSERT_EQUAL(kring_cancel_sync(ring, KRING_CANCEL_FD, w.a[0], 0, KRING_SECOND), -ENOENT);
    CU_ASSERT_EQUAL(w.log.finals, 2);
    wait_no_more(ring, &w);
    rings_close(ring);
}

static void refused(enum rings_kind kind)
{
    static const uint32_t bad[] = {
        0, KRING_CANCEL_ALL, KRING_CANCEL_ANY | KRING_CANCEL_FD,
        KRING_CANCEL_ANY | KRING_CANCEL_OPCODE, 1u << 4, KRING_CANCEL_FD | 1u << 31,
    };
    struct kring *ring = rings_open(kind);
    struct waiting w;

    wait_some(ring, &w);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct rings_log log = {0};
        kring_op op = kring_cancel_match(ring, bad[i], w.a[0], 0);
        int error = kring_start(ring, op, rings_done, &log);

        if (error == 0) {
            CU_ASSERT(rings_until(ring, &log, 1));
            error = (int)log.last.value;
        }
        CU_ASSERT_EQUAL(error, -EINVAL);
        CU_ASSERT_EQUAL(kring_cancel_sync(ring, bad[i], w.a[0], 0, 0), -EINVAL);
    }
    CU_ASSERT_EQUAL(kring_cancel_sync(ring, KRING_CANCEL_FD, 1000, 0, 0), -EBADF);
    CU_ASSERT_EQUAL(kring_cancel_sync(ring, KRING_CANCEL_FD, -1, 0, 0), -EBADF);
    CU_ASSERT_EQUAL(kring_cancel_sync(ring, KRING_CANCEL_FD, KRING_DIRECT(0), 0, 0), -EBADF);
    CU_ASSERT_EQUAL(kring_cancel_sync(ring, KRING_CANCEL_FD, w.a[1], 0, 0), -ENOENT);
    CU_ASSERT_EQUAL(w.log.calls, 0);
    wait_no_more(ring, &w);
    rings_close(ring);
}

static void one_by_handle(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct waiting w;

    wait_some(ring, &w);
    CU_ASSERT_EQUAL(kring_cancel_wait(ring, w.ops[1], KRING_SECOND), 0);
    CU_ASSERT_EQUAL(w.log.finals, 1);
    CU_ASSERT_EQUAL(w.log.op.index, w.ops[1].index);
    CU_ASSERT_EQUAL(kring_cancel_wait(ring, w.ops[1], KRING_SECOND), -ESTALE);
    CU_ASSERT_EQUAL(kring_cancel_wait(ring, kring_cancel_op(ring, w.ops[1]), 0), -ESTALE);
    wait_no_more(ring, &w);
    rings_close(ring);
}

/* What is only queued is found too: nothing has been run yet. */
static void queued(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    int fds[2];

    rings_pipe(fds);
    rings_start(ring, kring_poll(ring, fds[0], POLLIN), &log);
    rings_start(ring, kring_poll(ring, fds[0], POLLIN), &log);
    CU_ASSERT_EQUAL(kring_cancel_sync(ring, KRING_CANCEL_FD | KRING_CANCEL_ALL, fds[0], 0,
                                      KRING_SECOND), 2);
    CU_ASSERT_EQUAL(log.finals, 2);
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}

/* The register call means the same. */
static void by_register(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct io_uring_sync_cancel_reg reg;
    struct waiting w;

    wait_some(ring, &w);
    memset(&reg, 0, sizeof reg);
    reg.timeout.tv_sec = reg.timeout.tv_nsec = -1;
    reg.addr = kring_user_data(w.ops[0]);
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_SYNC_CANCEL, &reg, 2), -EINVAL);
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_SYNC_CANCEL, NULL, 1), -EINVAL);
    reg.pad[3] = 1;
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_SYNC_CANCEL, &reg, 1), -EINVAL);
    reg.pad[3] = 0;
    reg.flags = 1u << 30;
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_SYNC_CANCEL, &reg, 1), -EINVAL);
    reg.flags = 0;
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_SYNC_CANCEL, &reg, 1), 1);
    CU_ASSERT_EQUAL(w.log.finals, 1);
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_SYNC_CANCEL, &reg, 1), -ENOENT);
    reg.flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL;
    reg.fd = w.a[0];
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_SYNC_CANCEL, &reg, 1), 1);
    CU_ASSERT_EQUAL(w.log.finals, 2);
    wait_no_more(ring, &w);
    rings_close(ring);
}

/* ---- Updates ---- */

static bool lacks(struct kring *ring, kring_op op, const char *why)
{
    int route = kring_route(ring, op);

    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    if (route != KRING_ENGINE_NONE)
        return false;
    kring_test_skip(why);
    return true;
}

/* A multishot poll that is updated goes on, for other events. */
static void multishot_poll(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    int pair[2];
    kring_op op;

    if (lacks(ring, kring_poll_multishot(ring, 0, POLLIN), "no multishot poll (5.13)")) {
        rings_close(ring);
        return;
    }
    rings_pair(SOCK_STREAM, pair);
    op = kring_poll_multishot(ring, pair[0], POLLPRI);
    rings_start(ring, op, &log);
    rings_run_for(ring, 1);
    rings_write(pair[1], "x", 1);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_poll_multishot_update(ring, op, POLLIN)), 0);
    CU_ASSERT(rings_until_calls(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value & POLLIN, POLLIN);
    CU_ASSERT(log.last.flags & KRING_MORE);
    rings_write(pair[1], "y", 1);
    CU_ASSERT(rings_until_calls(ring, &log, 2));
    CU_ASSERT(log.last.flags & KRING_MORE);
    CU_ASSERT_EQUAL(log.finals, 0);
    CU_ASSERT_EQUAL(kring_cancel_wait(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* A limit that was an hour away, and then is not; in one engine, and member by member. */
static void link_timeout(enum rings_kind kind)
{
    for (unsigned sequenced = 0; sequenced < 2; sequenced++) {
        struct kring *ring = rings_open(kind);
        struct kring_time hour = {3600, 0}, soon = {0, 3000000};
        struct rings_log log = {0};
        int fds[2];
        kring_op ops[3];
        int64_t begin = rings_now_ns(), value;

        rings_pipe(fds);
        ops[0] = kring_poll(ring, fds[0], POLLIN);
        ops[1] = kring_link_timeout(ring, &hour, 0);
        ops[2] = sequenced ? kring_cancel_any(ring) : kring_nop(ring);
        CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
        rings_run_for(ring, 2);
        CU_ASSERT_EQUAL(log.calls, 0);
        value = rings_outcome(ring, kring_link_timeout_update(ring, ops[1], &soon, 0));
        if (value == 0) {
            CU_ASSERT(rings_until(ring, &log, 3));
            CU_ASSERT(rings_now_ns() - begin >= 3 * KRING_MS);
        } else {
            /* A kernel below 5.15 that has the chain. */
            CU_ASSERT_NOT_EQUAL(kind, RINGS_SOFT);
            CU_ASSERT_EQUAL(kring_cancel_wait(ring, ops[0], KRING_SECOND), 0);
            CU_ASSERT(rings_until(ring, &log, 3));
        }
        close(fds[0]);
        close(fds[1]);
        rings_close(ring);
    }
}

RINGS_TEST(by_what_they_are)
RINGS_TEST(canceled_before_is_waited_for)
RINGS_TEST(refused)
RINGS_TEST(one_by_handle)
RINGS_TEST(queued)
RINGS_TEST(by_register)
RINGS_TEST(multishot_poll)
RINGS_TEST(link_timeout)

int kring_test_cancel(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("by fd, opcode, both, any", by_what_they_are),
        RINGS_ROWS("what was canceled before is waited for", canceled_before_is_waited_for),
        RINGS_ROWS("what is refused", refused),
        RINGS_ROWS("one, and waits for its end", one_by_handle),
        RINGS_ROWS("what is only queued", queued),
        RINGS_ROWS("by the register call", by_register),
        RINGS_ROWS("update of a multishot poll", multishot_poll),
        RINGS_ROWS("update of a link timeout", link_timeout),
    };

    return KRING_SUITE_ADD("cancel", tests);
}
