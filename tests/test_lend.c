/* SPDX-License-Identifier: MIT */
/*
 * Direct descriptors of the kernel's table in operations that the soft engine runs: they are lent
 * an fd each. On the other kinds of rings the same tests show that nothing differs.
 */
#include "rings.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

int kring_test_lend(void);

static struct kring *open_lending(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;

    options.direct_descriptors = 8;
    options.registered_buffers = 1;
    ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    return ring;
}

/* On a mixed ring this one runs on soft. */
static kring_op soft(enum rings_kind kind, struct kring *ring, kring_op op)
{
    if (kind == RINGS_MIXED) {
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_SOFT), 0);
        CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, KRING_ENGINE_SOFT);
    }
    return op;
}

static void lent_for_one_operation(enum rings_kind kind)
{
    struct kring *ring = open_lending(kind);
    int file = rings_file("lent", "contents", 8), pair[2], before, each;
    struct rings_log log = {0};
    char data[16] = "", address[128];
    uint32_t length;
    int listener = rings_listener(address, &length), client;
    kring_op op;

    rings_pair(SOCK_STREAM, pair);
    each = -kring_test_open_fds();
    CU_ASSERT_EQUAL(kring_direct_update(ring, 1, file), 0);
    each += kring_test_open_fds(); /* a table of soft's is made of descriptors */
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, pair[0]), 0);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 3, listener), 0);
    before = kring_test_open_fds();
    op = soft(kind, ring, kring_read(ring, KRING_DIRECT(1), data, 8, 0));
    CU_ASSERT(rings_start(ring, op, &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 8);
    CU_ASSERT_EQUAL(log.last.engine,
                    kind == RINGS_KERNEL ? KRING_ENGINE_KERNEL : KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(memcmp(data, "contents", 8), 0);
    CU_ASSERT_EQUAL(rings_do(ring, soft(kind, ring, kring_write_all(ring, KRING_DIRECT(1), "CON", 3,
                                                                    0))), 3);
    CU_ASSERT_EQUAL(rings_do(ring, soft(kind, ring, kring_fsync(ring, KRING_DIRECT(1), 0))), 0);
    CU_ASSERT_EQUAL(pread(file, data, 8, 0), 8);
    CU_ASSERT_EQUAL(memcmp(data, "CONtents", 8), 0);
    CU_ASSERT_EQUAL(rings_do(ring, soft(kind, ring, kring_poll(ring, KRING_DIRECT(2), POLLOUT))),
                    POLLOUT);
    CU_ASSERT_EQUAL(rings_do(ring, soft(kind, ring, kring_send(ring, KRING_DIRECT(2), "hi", 2, 0))),
                    2);
    CU_ASSERT_EQUAL(read(pair[1], data, sizeof data), 2);
    /* It waits; its slot changes meanwhile, and it goes on. */
    op = soft(kind, ring, kring_recv(ring, KRING_DIRECT(2), data, 5, 0));
    CU_ASSERT(rings_start(ring, op, &log));
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, -1), 0);
    rings_write(pair[1], "hello", 5);
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.last.value, 5);
    CU_ASSERT_EQUAL(memcmp(data, "hello", 5), 0);
    CU_ASSERT_EQUAL(rings_do(ring, soft(kind, ring, kring_recv(ring, KRING_DIRECT(2), data, 5, 0))),
                    -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, soft(kind, ring, kring_recv(ring, KRING_DIRECT(7), data, 5, 0))),
                    -EBADF);
    client = rings_client(address, length);
    {
        int64_t accepted = rings_do(ring, soft(kind, ring, kring_accept(ring, KRING_DIRECT(3), NULL,
                                                                        NULL, 0)));

        CU_ASSERT_FATAL(accepted >= 0);
        close((int)accepted);
    }
    close(client);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before - each); /* slot 2 is empty */
    close(file);
    close(listener);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* In every phase: not begun, being lent, waiting. */
static void ended_in_each_phase(enum rings_kind kind)
{
    struct kring *ring = open_lending(kind);
    int pair[2], before;
    unsigned released = 0;
    char data[8];

    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 0, pair[0]), 0);
    before = kring_test_open_fds();
    for (unsigned i = 0; i < 9; i++) {
        struct rings_log log = {0};
        kring_op op = soft(kind, ring, kring_recv(ring, KRING_DIRECT(0), data, 8, 0));

        if (i % 3 == 2)
            CU_ASSERT_EQUAL(kring_set_deadline(ring, op, i / 3 == 2 ? 3 * KRING_MS : 0), 0);
        CU_ASSERT(rings_start(ring, op, &log));
        if (i / 3 == 1) {
            CU_ASSERT_EQUAL(kring_submit(ring), 1);
        } else if (i / 3 == 2) {
            rings_run_for(ring, 2);
        }
        if (i % 3 == 0) {
            CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
        } else if (i % 3 == 1) {
            CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
            CU_ASSERT(rings_until_count(ring, &released, i / 3 + 1));
            CU_ASSERT_EQUAL(log.calls, 0);
        }
        if (i % 3 != 1) {
            CU_ASSERT(rings_until(ring, &log, 1));
            CU_ASSERT_EQUAL(log.last.value, i % 3 == 0 ? -ECANCELED : -ETIME);
        }
        CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    }
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* Begun again in its callback, and multishot over a pool that lives in soft. */
static void again(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct rings_log *log = user;

    log->last = *result;
    if (++log->calls < 3)
        CU_ASSERT_EQUAL(kring_start(ring, op, again, log), 0);
}

static void lent_again_and_to_multishots(enum rings_kind kind)
{
    struct kring *ring = open_lending(kind);
    char memory[4 * 16], data[4];
    int pair[2], before, pool = kring_pool_init(ring, memory, 4, 16);
    struct rings_log log = {0};
    kring_op op;

    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 0, pair[0]), 0);
    before = kring_test_open_fds();
    rings_write(pair[1], "onetwo", 6);
    op = soft(kind, ring, kring_recv(ring, KRING_DIRECT(0), data, 2, 0));
    CU_ASSERT_EQUAL(kring_start(ring, op, again, &log), 0);
    CU_ASSERT(rings_until_calls(ring, &log, 3));
    CU_ASSERT_EQUAL(log.last.value, 2);
    CU_ASSERT_EQUAL(memcmp(data, "wo", 2), 0);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    memset(&log, 0, sizeof log);
    op = soft(kind, ring, kring_recv_multishot(ring, KRING_DIRECT(0), pool, 0));
    CU_ASSERT(rings_start(ring, op, &log));
    for (unsigned i = 0; i < 6; i++) {
        rings_write(pair[1], "abcdef", i + 1);
        CU_ASSERT(rings_until_calls(ring, &log, i + 1));
        CU_ASSERT_EQUAL(log.last.value, (int)i + 1);
    }
    /* The pool lives in soft now: another one on it needs no word to be sent there too. */
    op = kring_recv(ring, KRING_DIRECT(0), NULL, 8, MSG_DONTWAIT);
    CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), -EAGAIN);
    close(pair[1]);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 0);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before - 1);
    close(pair[0]);
    rings_close(ring);
}

static void lent_in_chains(enum rings_kind kind)
{
    struct kring *ring = open_lending(kind);
    int file = rings_file("chained", "contents", 8), before;
    struct rings_log log = {0};
    char data[8] = "";
    kring_op ops[3];

    CU_ASSERT_EQUAL(kring_direct_update(ring, 4, file), 0);
    before = kring_test_open_fds();
    ops[0] = soft(kind, ring, kring_read(ring, KRING_DIRECT(4), data, 4, 0));
    ops[1] = soft(kind, ring, kring_write(ring, KRING_DIRECT(4), data, 4, 4));
    ops[2] = kring_read(ring, KRING_DIRECT(4), data + 4, 4, 4);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 3));
    CU_ASSERT_EQUAL(memcmp(data, "contcont", 8), 0);
    ops[0] = soft(kind, ring, kring_read(ring, KRING_DIRECT(5), data, 4, 0));
    ops[1] = soft(kind, ring, kring_write(ring, KRING_DIRECT(4), "XXXX", 4, 0));
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 5));
    CU_ASSERT_EQUAL(log.notes[3].value, -EBADF);
    CU_ASSERT_EQUAL(log.notes[4].value, -ECANCELED);
    CU_ASSERT_EQUAL(pread(file, data, 8, 0), 8);
    CU_ASSERT_EQUAL(memcmp(data, "contcont", 8), 0);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    close(file);
    rings_close(ring);
}

/*
 * A send is not let wait in the kernel beside a soft engine; on a direct descriptor it waits too.
 */
static void a_full_socket_is_waited_for(enum rings_kind kind)
{
    struct kring *ring = open_lending(kind);
    static char data[65536], back[65536];
    int pair[2], before;
    struct rings_log log = {0};
    ssize_t sent = 0, more;

    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 0, pair[0]), 0);
    before = kring_test_open_fds();
    while ((more = send(pair[0], data, sizeof data, MSG_DONTWAIT)) > 0)
        sent += more;
    CU_ASSERT(rings_start(ring, kring_send(ring, KRING_DIRECT(0), "end", 3, 0), &log));
    rings_run_for(ring, 3);
    CU_ASSERT_EQUAL(log.calls, 0);
    while (sent > 0 && (more = recv(pair[1], back, sizeof back, MSG_DONTWAIT)) > 0)
        sent -= more;
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 3);
    CU_ASSERT_EQUAL(recv(pair[1], back, sizeof back, MSG_DONTWAIT), 3);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* No number left for the fd: an error of the operation, and nothing is lost. */
static void without_a_free_number(enum rings_kind kind)
{
    struct kring *ring = open_lending(kind);
    int file = rings_file("numbers", "contents", 8);
    struct rlimit old, none;
    char data[8];
    int64_t value;
    kring_op op;

    CU_ASSERT_EQUAL(kring_direct_update(ring, 1, file), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    op = soft(kind, ring, kring_read(ring, KRING_DIRECT(1), data, 8, 0));
    CU_ASSERT_EQUAL(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = old;
    none.rlim_cur = 3;
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &none), 0);
    value = rings_do(ring, op);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &old), 0);
    CU_ASSERT(value == 8 || (kind == RINGS_MIXED && value == -EMFILE));
    op = soft(kind, ring, kring_read(ring, KRING_DIRECT(1), data, 8, 0));
    CU_ASSERT_EQUAL(rings_do(ring, op), 8);
    close(file);
    rings_close(ring);
}

/* What cannot be lent is refused at the start, never run on something else. */
static void refused_where_it_cannot_be_lent(enum rings_kind kind)
{
    struct kring *ring = open_lending(kind);
    struct rings_log log = {0};
    int pipe[2];
    kring_op op;

    rings_pipe(pipe);
    if (kind == RINGS_MIXED) {
        op = kring_openat(ring, AT_FDCWD, "/dev/null", O_RDONLY, 0);
        CU_ASSERT_EQUAL(kring_set_slot(ring, op, 0), 0);
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_SOFT), 0);
        if (kring_route(ring, op) == KRING_ENGINE_NONE) { /* the table is the kernel's */
            CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -KRING_EKERNEL);
            op = kring_splice(ring, KRING_DIRECT(0), -1, pipe[1], -1, 4, 0);
            CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_SOFT), 0);
            CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -KRING_EKERNEL);
            op = kring_close_fd(ring, KRING_DIRECT(0));
            CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_SOFT), 0);
            CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -KRING_EKERNEL);
        } else {
            CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
        }
    }
    CU_ASSERT_EQUAL(log.calls, 0);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

RINGS_TEST(lent_for_one_operation)
RINGS_TEST(ended_in_each_phase)
RINGS_TEST(lent_again_and_to_multishots)
RINGS_TEST(lent_in_chains)
RINGS_TEST(a_full_socket_is_waited_for)
RINGS_TEST(without_a_free_number)
RINGS_TEST(refused_where_it_cannot_be_lent)

int kring_test_lend(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("lent for one operation", lent_for_one_operation),
        RINGS_ROWS("ended in each phase", ended_in_each_phase),
        RINGS_ROWS("lent again, and to multishots", lent_again_and_to_multishots),
        RINGS_ROWS("lent in chains", lent_in_chains),
        RINGS_ROWS("a full socket is waited for", a_full_socket_is_waited_for),
        RINGS_ROWS("without a free number", without_a_free_number),
        RINGS_ROWS("refused where it cannot be lent", refused_where_it_cannot_be_lent),
    };

    return KRING_SUITE_ADD("direct descriptors lent to soft", tests);
}
