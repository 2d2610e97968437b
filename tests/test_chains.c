/* SPDX-License-Identifier: MIT */
/* Chains, drain, counted timeouts, deadlines and composites, whatever engine each member needs. */
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

int kring_test_chains(void);

/* Starts a chain of n and runs it to its end; the notes are in order of delivery. */
static void run_chain(struct kring *ring, const kring_op *ops, unsigned n, struct rings_log *log)
{
    memset(log, 0, sizeof *log);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, n, rings_done, log), 0);
    CU_ASSERT(rings_until(ring, log, n));
    rings_run_for(ring, 0);
    CU_ASSERT_EQUAL(log->calls, n);
}

static void in_order(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log;
    int fd = rings_file("chain", "", 0), pipe[2];
    char back[8] = "";
    kring_op ops[6];

    rings_pipe(pipe);
    /* Each reads what the one before wrote. */
    ops[0] = kring_write(ring, fd, "links", 5, 0);
    ops[1] = kring_fsync(ring, fd, 0);
    ops[2] = kring_splice(ring, fd, 0, pipe[1], -1, 5, 0);
    ops[3] = kring_read(ring, pipe[0], back, 5, KRING_CUR_POS);
    ops[4] = kring_nop(ring);
    ops[5] = kring_close_fd(ring, fd);
    run_chain(ring, ops, 6, &log);
    CU_ASSERT_EQUAL(log.notes[0].value, 5);
    CU_ASSERT_EQUAL(log.notes[1].value, 0);
    CU_ASSERT_EQUAL(log.notes[2].value, 5);
    CU_ASSERT_EQUAL(log.notes[3].value, 5);
    CU_ASSERT_EQUAL(log.notes[5].value, 0);
    CU_ASSERT_STRING_EQUAL(back, "links");
    CU_ASSERT(!rings_is_open(fd));
    /* One member is a chain too. */
    ops[0] = kring_nop(ring);
    run_chain(ring, ops, 1, &log);
    CU_ASSERT_EQUAL(log.last.value, 0);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* Linux 6.0 and later runs the write, and reports the failed fsync beside it. */
static void a_failed_fsync_breaks_its_link(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log;
    int fd = rings_file("chain", "abc", 3), pipe[2];
    kring_op ops[3];
    char back[8] = "";

    rings_pipe(pipe);
    ops[0] = kring_fsync(ring, pipe[1], 0);
    ops[1] = kring_write(ring, fd, "XYZ", 3, 0);
    ops[2] = kring_nop(ring);
    run_chain(ring, ops, 3, &log);
    CU_ASSERT_EQUAL(log.notes[0].value, -EINVAL);
    CU_ASSERT_EQUAL(log.notes[1].value, -ECANCELED);
    CU_ASSERT_EQUAL(log.notes[2].value, -ECANCELED);
    CU_ASSERT(pread(fd, back, 3, 0) == 3 && memcmp(back, "abc", 3) == 0);
    /* A hard link does not care. */
    ops[0] = kring_fsync(ring, pipe[1], 0);
    CU_ASSERT_EQUAL(kring_set_flags(ring, ops[0], KRING_HARDLINK), 0);
    ops[1] = kring_write(ring, fd, "XYZ", 3, 0);
    run_chain(ring, ops, 2, &log);
    CU_ASSERT_EQUAL(log.notes[0].value, -EINVAL);
    CU_ASSERT_EQUAL(log.notes[1].value, 3);
    close(pipe[0]);
    close(pipe[1]);
    close(fd);
    rings_close(ring);
}

static void broken(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log;
    int fd = rings_file("chain", "abc", 3);
    char back[8];
    kring_op ops[4];

    for (unsigned hard = 0; hard < 2; hard++) {
        CU_ASSERT_EQUAL(ftruncate(fd, 3), 0);
        ops[0] = kring_nop(ring);
        ops[1] = kring_read(ring, fd, back, 8, 0); /* short */
        ops[2] = kring_write(ring, fd, "defg", 4, 3);
        ops[3] = kring_fsync(ring, fd, 0);
        if (hard)
            CU_ASSERT_EQUAL(kring_set_flags(ring, ops[1], KRING_HARDLINK), 0);
        run_chain(ring, ops, 4, &log);
        CU_ASSERT_EQUAL(log.notes[0].value, 0);
        CU_ASSERT_EQUAL(log.notes[1].value, 3);
        CU_ASSERT_EQUAL(log.notes[2].value, hard ? 4 : -ECANCELED);
        CU_ASSERT_EQUAL(log.notes[3].value, hard ? 0 : -ECANCELED);
        CU_ASSERT_EQUAL(log.notes[2].flags & KRING_SKIPPED, hard ? 0 : KRING_SKIPPED);
        CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_END), hard ? 7 : 3);
    }
    /* An error in the head ends all, each once. */
    ops[0] = kring_read(ring, -1, back, 8, 0);
    for (unsigned i = 1; i < 4; i++)
        ops[i] = kring_write(ring, fd, "never", 5, 0);
    CU_ASSERT_EQUAL(ftruncate(fd, 0), 0);
    run_chain(ring, ops, 4, &log);
    CU_ASSERT_EQUAL(log.notes[0].value, -EBADF);
    for (unsigned i = 1; i < 4; i++)
        CU_ASSERT_EQUAL(log.notes[i].value, -ECANCELED);
    CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_END), 0);
    close(fd);
    rings_close(ring);
}

static void longer_than_the_queue(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log log;
    int fd = rings_file("long", "", 0);
    char text[41] = "";
    kring_op ops[40];

    options.entries = 4;
    options.operations = 64;
    ring = rings_open_with(kind, &options);
    for (unsigned i = 0; i < 40; i++)
        ops[i] = kring_write(ring, fd, &"0123456789"[i % 10], 1, i);
    run_chain(ring, ops, 40, &log);
    for (unsigned i = 0; i < 40; i++)
        CU_ASSERT_EQUAL(log.notes[i].value, 1);
    CU_ASSERT_EQUAL(pread(fd, text, 40, 0), 40);
    CU_ASSERT_STRING_EQUAL(text, "0123456789012345678901234567890123456789");
    close(fd);
    rings_close(ring);
}

static void invalid(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct kring_time time = {0, 1000};
    struct kring_stats stats;
    int pipe[2];
    kring_op ops[3];

    rings_pipe(pipe);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 0, rings_done, &log), -EINVAL);
    for (unsigned i = 0; i < 4; i++) {
        int error;

        ops[0] = i == 1 ? kring_link_timeout(ring, &time, 0) : kring_nop(ring);
        ops[1] = i == 0   ? kring_poll_multishot(ring, pipe[0], POLLIN)
                 : i == 2 ? ops[0] : kring_nop(ring);
        ops[2] = kring_nop(ring);
        if (i == 3) {
            CU_ASSERT_EQUAL(kring_set_flags(ring, ops[2], 1u << 30), -EINVAL);
        }
        error = kring_start_chain(ring, ops, 3, rings_done, &log);
        CU_ASSERT_EQUAL(error, i == 2 ? -EBUSY : -EINVAL);
        for (unsigned j = 0; j < 3; j++) /* all are freed */
            CU_ASSERT_EQUAL(kring_drop(ring, ops[j], NULL, NULL), -ESTALE);
    }
    /* Alone, there is nothing that it could limit. */
    CU_ASSERT_EQUAL(kring_start(ring, kring_link_timeout(ring, &time, 0), rings_done, &log),
                    -EINVAL);
    CU_ASSERT_EQUAL(kring_run(ring, 0), -KRING_EIDLE);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(stats.started, 0);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

static void link_timeout(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log logs[3];
    struct kring_time soon = {0, 4000000}, late = {60, 0};
    char byte;
    int pair[2];
    kring_op ops[3];

    rings_pair(SOCK_STREAM, pair);
    for (unsigned i = 0; i < 2; i++) {
        int64_t began = rings_now_ns();

        memset(logs, 0, sizeof logs);
        ops[0] = kring_recv(ring, pair[0], &byte, 1, 0);
        ops[1] = kring_link_timeout(ring, i ? &late : &soon, 0);
        ops[2] = kring_nop(ring);
        if (i)
            rings_write(pair[1], "x", 1);
        CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &logs[0]), 0);
        CU_ASSERT(rings_until(ring, &logs[0], 3));
        for (unsigned j = 0; j < 3; j++) {
            const struct kring_result *note = &logs[0].notes[j];

            if (i == 0)
                CU_ASSERT(note->value == -ECANCELED || note->value == -ETIME);
            logs[1].finals += note->value == -ETIME;
            logs[2].finals += note->value == -ECANCELED;
        }
        CU_ASSERT_EQUAL(logs[1].finals, i ? 0 : 1);
        CU_ASSERT_EQUAL(logs[2].finals, i ? 1 : 2);
        CU_ASSERT(rings_now_ns() - began >= (i ? 0 : 3 * KRING_MS));
        CU_ASSERT(rings_now_ns() - began < KRING_SECOND);
    }
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

static void ended_early(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log;
    unsigned released = 0;
    char data[3];
    int pipe[2];
    kring_op ops[3];

    rings_pipe(pipe);
    /* Cancel the running head; cancel a member that waits; drop the head; its deadline. */
    for (unsigned i = 0; i < 4; i++) {
        memset(&log, 0, sizeof log);
        for (unsigned j = 0; j < 3; j++)
            ops[j] = kring_read(ring, pipe[0], data + j, 1, KRING_CUR_POS);
        if (i == 3)
            CU_ASSERT_EQUAL(kring_set_deadline(ring, ops[0], 3 * KRING_MS), 0);
        CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
        CU_ASSERT(kring_submit(ring) >= 1);
        if (i < 2)
            CU_ASSERT_EQUAL(kring_cancel(ring, ops[i]), 0);
        if (i == 2)
            CU_ASSERT_EQUAL(kring_drop(ring, ops[0], rings_release, &released), 0);
        if (i == 1) {
            rings_run_for(ring, 1);
            rings_write(pipe[1], "1", 1);
        }
        CU_ASSERT(rings_until(ring, &log, i == 2 ? 2 : 3));
        rings_run_for(ring, 1);
        CU_ASSERT_EQUAL(released, i >= 2);
        CU_ASSERT_EQUAL(log.calls, i == 2 ? 2 : 3);
        CU_ASSERT_EQUAL(log.notes[log.calls - 1].value, -ECANCELED);
        CU_ASSERT_EQUAL(log.notes[log.calls - 2].value, -ECANCELED);
        if (i == 3) {
            CU_ASSERT_EQUAL(log.notes[0].value, -ETIME);
            CU_ASSERT_EQUAL(log.notes[0].flags, KRING_DEADLINE);
        }
        /* Canceled while it waited: the kernel cancels the head's whole chain, or lets it read. */
        if (i == 1 && log.notes[0].value < 0)
            CU_ASSERT_EQUAL(read(pipe[0], data, 1), 1);
    }
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

static void composites(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log;
    char back[8] = "";
    int pair[2];
    kring_op ops[3];

    rings_pair(SOCK_STREAM, pair);
    rings_write(pair[1], "1234", 4);
    ops[0] = kring_recv_full(ring, pair[0], back, 6, 0);
    ops[1] = kring_send_all(ring, pair[0], "ok", 2, 0);
    memset(&log, 0, sizeof log);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_write(pair[1], "56", 2);
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.notes[0].value, 6);
    CU_ASSERT_EQUAL(log.notes[1].value, 2);
    CU_ASSERT_STRING_EQUAL(back, "123456");
    /* An early end breaks the chain, and says how far it came. */
    rings_write(pair[1], "abc", 3);
    CU_ASSERT_EQUAL(shutdown(pair[1], SHUT_WR), 0);
    ops[0] = kring_recv_full(ring, pair[0], back, 6, 0);
    ops[1] = kring_send_all(ring, pair[0], "no", 2, 0);
    run_chain(ring, ops, 2, &log);
    CU_ASSERT_EQUAL(log.notes[0].value, -KRING_EEOF);
    CU_ASSERT_EQUAL(log.notes[0].length, 3);
    CU_ASSERT_EQUAL(log.notes[1].value, -ECANCELED);
    CU_ASSERT_EQUAL(recv(pair[1], back, 8, MSG_DONTWAIT), 2);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

static void composite_deadline(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char back[8];
    int pair[2];
    int64_t began = rings_now_ns();
    unsigned written = 0;
    kring_op op;

    rings_pair(SOCK_STREAM, pair);
    op = kring_read_full(ring, pair[0], back, 8, KRING_CUR_POS);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 30 * KRING_MS), 0);
    CU_ASSERT(rings_start(ring, op, &log));
    /* Data keeps coming: the deadline is for the whole, not for each transfer. */
    for (; written < 6 && log.calls == 0; written++) {
        rings_write(pair[1], "d", 1);
        rings_run_for(ring, 4);
    }
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ETIME);
    CU_ASSERT_EQUAL(log.last.flags, KRING_DEADLINE);
    CU_ASSERT(log.last.length >= 1 && log.last.length <= written);
    CU_ASSERT(rings_now_ns() - began >= 29 * KRING_MS);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* Everything before it has ended, on whichever engine; what follows waits for it. */
static void drain(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log logs[2], drained = {0}, after = {0};
    char bytes[2];
    int pair[2];
    kring_op op;

    memset(logs, 0, sizeof logs);
    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT(rings_start(ring, kring_recv(ring, pair[0], bytes, 1, 0), &logs[0]));
    CU_ASSERT(rings_start(ring, kring_read(ring, pair[0], bytes + 1, 1, KRING_CUR_POS), &logs[1]));
    op = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_DRAIN), 0);
    CU_ASSERT(rings_start(ring, op, &drained));
    CU_ASSERT(rings_start(ring, kring_nop(ring), &after));
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(drained.calls + after.calls, 0);
    rings_write(pair[1], "1", 1);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(logs[0].calls + logs[1].calls, 1);
    CU_ASSERT_EQUAL(drained.calls + after.calls, 0);
    rings_write(pair[1], "2", 1);
    CU_ASSERT(rings_until(ring, &after, 1));
    CU_ASSERT_EQUAL(drained.order, 3);
    CU_ASSERT_EQUAL(after.order, 4);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* Counts completions of the user's, on both engines, and none of kring's own. */
static void counted(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log timer = {0}, log = {0};
    struct kring_time late = {60, 0};
    int pair[2];
    char byte;

    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT(rings_start(ring, kring_timeout(ring, &late, 3, 0), &timer));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    for (unsigned i = 0; i < 2; i++) {
        CU_ASSERT(rings_start(ring, kring_send(ring, pair[1], "c", 1, 0), &log));
        CU_ASSERT(rings_until(ring, &log, i + 1));
    }
    rings_run_for(ring, 3);
    CU_ASSERT_EQUAL(timer.calls, 0);
    CU_ASSERT(rings_start(ring, kring_recv(ring, pair[0], &byte, 1, 0), &log));
    CU_ASSERT(rings_until(ring, &timer, 1));
    CU_ASSERT_EQUAL(timer.last.value, 0);
    CU_ASSERT_EQUAL(log.finals, 3);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

RINGS_TEST(a_failed_fsync_breaks_its_link)
RINGS_TEST(in_order)
RINGS_TEST(broken)
RINGS_TEST(longer_than_the_queue)
RINGS_TEST(invalid)
RINGS_TEST(link_timeout)
RINGS_TEST(ended_early)
RINGS_TEST(composites)
RINGS_TEST(composite_deadline)
RINGS_TEST(drain)
RINGS_TEST(counted)

int kring_test_chains(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("a failed fsync breaks its link", a_failed_fsync_breaks_its_link),
        RINGS_ROWS("a chain runs in order", in_order),
        RINGS_ROWS("a broken link ends the rest, a hard one not", broken),
        RINGS_ROWS("a chain longer than the SQ", longer_than_the_queue),
        RINGS_ROWS("an invalid chain starts nothing and frees all", invalid),
        RINGS_ROWS("link timeout", link_timeout),
        RINGS_ROWS("cancel, drop and deadline in a chain", ended_early),
        RINGS_ROWS("composites in a chain", composites),
        RINGS_ROWS("a deadline covers the whole composite", composite_deadline),
        RINGS_ROWS("drain", drain),
        RINGS_ROWS("a counted timeout counts the user's completions", counted),
    };

    return KRING_SUITE_ADD("chains", tests);
}
