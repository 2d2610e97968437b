/* SPDX-License-Identifier: MIT */
/* Mistakes that others made, one test each: kring must not repeat them. */
#include "rings.h"

#include "ops/ring.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

int kring_test_mistakes(void);

/* A cancel that does not carry the tag finds nothing, and the operation lives for ever. */
static void tagged_cancel(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct kring_stats stats;
    unsigned released = 0;
    char byte;
    int pipe[2];

    rings_pipe(pipe);
    for (unsigned i = 0; i < 2; i++) {
        kring_op op = i ? kring_poll_multishot(ring, pipe[0], POLLIN)
                        : kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS);

        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, i + 1));
    }
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(stats.running, 0);
    /* By an operation of the user's, too. */
    for (unsigned i = 0; i < 2; i++) {
        kring_op op = i ? kring_poll_multishot(ring, pipe[0], POLLIN)
                        : kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS);

        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT_EQUAL(rings_do(ring, kring_cancel_op(ring, op)), 0);
        CU_ASSERT(rings_until(ring, &log, i + 1));
    }
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

struct sibling {
    kring_op other;
    unsigned calls, released;
    int fd;
};

static void on_sibling(struct kring *ring, kring_op op, const struct kring_result *result,
                       void *user)
{
    struct sibling *s = user;

    (void)op;
    s->calls++;
    s->fd = (int)result->value;
    CU_ASSERT_EQUAL(kring_drop(ring, s->other, rings_release, &s->released), 0);
}

struct reuse {
    kring_op first, second;
    struct rings_log first_log, second_log, third_log;
    int fd;
    char bytes[3];
};

static void on_reuse(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct reuse *r = user;

    (void)op;
    (void)result;
    CU_ASSERT_EQUAL(kring_cancel(ring, r->second), 0);
    CU_ASSERT_EQUAL(kring_cancel(ring, r->first), 0);
}

static void on_first(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct reuse *r = user;

    rings_done(ring, op, result, &r->first_log);
}

/* A cancel that is queued when its target ends is forgotten; those queued with it are not. */
static void reused_slot(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct reuse r;
    int pair[2];
    kring_op third, fourth;

    memset(&r, 0, sizeof r);
    rings_pair(SOCK_STREAM, pair);
    r.second = kring_recv(ring, pair[0], r.bytes, 1, 0);
    CU_ASSERT(rings_start(ring, r.second, &r.second_log));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    /* In one batch: the canceler, and then the first's result. */
    CU_ASSERT_EQUAL(kring_start(ring, kring_send(ring, pair[0], "x", 1, 0), on_reuse, &r), 0);
    r.first = kring_send(ring, pair[0], "y", 1, 0);
    CU_ASSERT_EQUAL(kring_start(ring, r.first, on_first, &r), 0);
    CU_ASSERT_EQUAL(kring_run(ring, 0), 2);
    CU_ASSERT_EQUAL(r.first_log.calls, 1);
    CU_ASSERT_EQUAL(r.first_log.last.value, 1);
    /* Both slots that became free live again before any cancel is sent. */
    third = kring_recv(ring, pair[0], r.bytes + 1, 1, 0);
    fourth = kring_recv(ring, pair[0], r.bytes + 2, 1, 0);
    CU_ASSERT(third.index == r.first.index || fourth.index == r.first.index);
    CU_ASSERT(rings_start(ring, third, &r.third_log));
    CU_ASSERT_EQUAL(kring_drop(ring, fourth, NULL, NULL), 0);
    CU_ASSERT(rings_until(ring, &r.second_log, 1));
    CU_ASSERT_EQUAL(r.second_log.last.value, -ECANCELED);
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(r.third_log.calls, 0);
    CU_ASSERT_EQUAL(kring_cancel(ring, third), 0);
    CU_ASSERT(rings_until(ring, &r.third_log, 1));
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* Both results stand in the CQ; the first one's callback drops the second. */
static void dropped_on_arrival(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct sibling s = {.fd = -1};
    struct kring_stats stats;
    char address[128];
    uint32_t length;
    int listener = rings_listener(address, &length);
    int clients[2] = {rings_client(address, length), rings_client(address, length)};
    kring_op first = kring_accept(ring, listener, NULL, NULL, 0);

    s.other = kring_accept(ring, listener, NULL, NULL, 0);
    CU_ASSERT_EQUAL(kring_start(ring, first, on_sibling, &s), 0);
    CU_ASSERT(rings_start(ring, s.other, &log));
    CU_ASSERT_EQUAL(kring_submit(ring), 2);
    CU_ASSERT(rings_until_count(ring, &s.calls, 1));
    CU_ASSERT(rings_until_count(ring, &s.released, 1));
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(stats.dropped_resources, 1);
    close(s.fd);
    close(clients[0]);
    close(clients[1]);
    close(listener);
    rings_close(ring); /* the runner counts the descriptors */
}

static void never_overfilled(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log log = {0};
    const struct kring__view *view;

    options.entries = 4;
    ring = rings_open_with(kind, &options);
    for (unsigned i = 0; i < 9; i++)
        CU_ASSERT(rings_start(ring, kring_nop(ring), &log));
    CU_ASSERT(kring__flush(ring)); /* full */
    view = kring_route_opcode(ring, IORING_OP_NOP) == KRING_ENGINE_KERNEL
               ? &ring->kernel.view : kring__soft_view(ring->soft);
    CU_ASSERT_EQUAL(kring__unconsumed(view), view->sq_entries);
    CU_ASSERT(kring__flush(ring));
    CU_ASSERT_EQUAL(kring__unconsumed(view), view->sq_entries);
    CU_ASSERT(rings_until(ring, &log, 9));
    rings_close(ring);
}

static void heads_wrap(void)
{
    uint32_t head = UINT32_MAX, tail = 1;
    struct kring__view view;

    memset(&view, 0, sizeof view);
    view.sq_head = &head;
    view.sq_tail = &tail;
    CU_ASSERT_EQUAL(kring__unconsumed(&view), 2);
    head = tail = UINT32_MAX;
    CU_ASSERT_EQUAL(kring__unconsumed(&view), 0);
}

/* The index equals the number of a real fd of ours, which must stay as it is. */
static void index_is_no_fd(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    int victim = rings_file("victim", "precious", 8), pipe[2];
    char data[16] = "";
    kring_op op;

    options.direct_descriptors = 64;
    ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    CU_ASSERT_FATAL(victim < 63);
    rings_pipe(pipe);
    /* An empty slot is EBADF, whatever has its number. */
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, KRING_DIRECT(victim), "XXXX", 4, 0)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(victim), data, 4, 0)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(victim))), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fsync(ring, KRING_DIRECT(victim), 0)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_poll(ring, KRING_DIRECT(victim), POLLIN)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_shutdown(ring, KRING_DIRECT(victim), 2)), -EBADF);
    CU_ASSERT(rings_is_open(victim));
    CU_ASSERT_EQUAL(kring_direct_update(ring, (uint32_t)victim, pipe[1]), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, KRING_DIRECT(victim), "piped", 5,
                                               KRING_CUR_POS)), 5);
    CU_ASSERT_EQUAL(read(pipe[0], data, sizeof data), 5);
    CU_ASSERT_EQUAL(memcmp(data, "piped", 5), 0);
    op = kring_write_all(ring, KRING_DIRECT(victim), "again", 5, KRING_CUR_POS);
    CU_ASSERT_EQUAL(rings_do(ring, op), 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(victim))), 0);
    CU_ASSERT(rings_is_open(victim));
    CU_ASSERT_EQUAL(pread(victim, data, sizeof data, 0), 8);
    CU_ASSERT_EQUAL(memcmp(data, "precious", 8), 0);
    close(pipe[0]);
    close(pipe[1]);
    close(victim);
    rings_close(ring);
}

static void empty_vectors(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fd = rings_file("vectors", "", 0);
    char data[8] = "";
    struct iovec out[5] = {{"", 0}, {"abc", 3}, {"", 0}, {"de", 2}, {"", 0}};
    struct iovec in[4] = {{data, 0}, {data, 4}, {data + 4, 1}, {data, 0}};
    struct iovec past[3] = {{data, 4}, {data + 4, 4}, {data, 0}};
    struct iovec none[2] = {{"", 0}, {"", 0}};
    struct rings_log log = {0};

    CU_ASSERT_EQUAL(rings_do(ring, kring_write_all_v(ring, fd, out, 5, 0)), 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_full_v(ring, fd, in, 4, 0)), 5);
    CU_ASSERT_EQUAL(memcmp(data, "abcde", 5), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write_all_v(ring, fd, none, 2, 0)), 0);
    CU_ASSERT(rings_start(ring, kring_read_full_v(ring, fd, past, 3, 0), &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -KRING_EEOF);
    CU_ASSERT_EQUAL(log.last.length, 5);
    close(fd);
    rings_close(ring);
}

static volatile sig_atomic_t pipes_broken;

static void on_broken_pipe(int number)
{
    (void)number;
    pipes_broken++;
}

/* What follows a short send has the same flags: MSG_NOSIGNAL too, when the peer goes away. */
static void flags_survive(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct sigaction action = {.sa_handler = on_broken_pipe}, before;
    static char data[1 << 20];
    char back[4096];
    int pair[2];

    pipes_broken = 0;
    sigaction(SIGPIPE, &action, &before);
    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT(rings_start(ring, kring_send_all(ring, pair[0], data, sizeof data, 0), &log));
    for (unsigned i = 0; i < 40; i++) {
        CU_ASSERT(kring_run(ring, 0) >= 0);
        CU_ASSERT(recv(pair[1], back, sizeof back, MSG_DONTWAIT) > 0);
    }
    CU_ASSERT_EQUAL(log.calls, 0);
    close(pair[1]);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT(log.last.value == -EPIPE || log.last.value == -ECONNRESET);
    CU_ASSERT(log.last.length > 0 && log.last.length < sizeof data);
    CU_ASSERT_EQUAL(pipes_broken, 0);
    sigaction(SIGPIPE, &before, NULL);
    close(pair[0]);
    rings_close(ring);
}

/* A mistake of the caller's is EINVAL, and nobody is told to update anything. */
static void callers_einval(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_stats stats;
    struct io_uring_sqe sqe;
    int fd = rings_file("einval", "x", 1);
    char byte;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_FSYNC;
    sqe.fd = fd;
    sqe.fsync_flags = 0x40;
    CU_ASSERT_EQUAL(rings_do(ring, kring_raw(ring, &sqe)), -EINVAL);
    sqe.opcode = IORING_OP_TIMEOUT;
    sqe.fsync_flags = 0;
    sqe.len = 3;
    CU_ASSERT_EQUAL(rings_do(ring, kring_raw(ring, &sqe)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, -1, &byte, 1, 0)), -EBADF);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(stats.downgrades, 0);
    close(fd);
    rings_close(ring);
}

/* A user_data that is not the operation's own would leave it without an end. */
static void another_user_data(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = { .calls = 0 };
    struct io_uring_sqe sqe;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_POLL_REMOVE;
    sqe.len = IORING_POLL_UPDATE_USER_DATA;
    CU_ASSERT_EQUAL(kring_start(ring, kring_raw(ring, &sqe), rings_done, &log), -EINVAL);
    memset(&sqe, 0, sizeof sqe);
    sqe.addr3 = 7;
    for (unsigned i = 0; i < 2; i++) {
        sqe.opcode = i ? IORING_OP_SENDMSG_ZC : IORING_OP_SEND_ZC;
        CU_ASSERT_EQUAL(kring_start(ring, kring_raw(ring, &sqe), rings_done, &log), -EINVAL);
    }
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_close(ring);
}

static void close_leaves_nothing(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    char address[128], memory[4 * 16];
    uint32_t length;
    int listener = rings_listener(address, &length), client, fds = kring_test_open_fds();
    struct kring *ring;
    kring_op op;

    options.direct_descriptors = 4;
    ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    CU_ASSERT(kring_fd(ring) >= 0 || kring_test_lacks(SYS_epoll_create1));
    CU_ASSERT(kring_pool_init(ring, memory, 4, 16) >= 0);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 0, listener), 0);
    op = kring_socket(ring, AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, 1), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), 1);
    client = rings_client(address, length);
    /* A result that arrives and is never asked for. */
    op = kring_accept(ring, listener, NULL, NULL, 0);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    close(client);
    CU_ASSERT_EQUAL(kring_test_open_fds(), fds);
    close(listener);
}

/* An AF_UNIX address is as long as its caller says; names may fill it or hold zeros. */
static void unix_lengths(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    static const uint32_t lengths[] = {3, 7, 108};
    struct sockaddr_un name, seen;

    for (unsigned i = 0; i < 3; i++) {
        uint32_t length = (uint32_t)offsetof(struct sockaddr_un, sun_path) + lengths[i], got;
        socklen_t size = sizeof seen;
        int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int64_t server;

        memset(&name, 0, sizeof name);
        name.sun_family = AF_UNIX;
        memset(name.sun_path + 1, 'a' + (int)kind, lengths[i] - 1); /* abstract: by length alone */
        snprintf(name.sun_path + 1, 12, "%d", (int)getpid() % 10);
        CU_ASSERT_EQUAL(rings_do(ring, kring_bind(ring, listener, (void *)&name, length)), 0);
        CU_ASSERT_EQUAL(getsockname(listener, (void *)&seen, &size), 0);
        CU_ASSERT_EQUAL(size, length);
        CU_ASSERT_EQUAL(rings_do(ring, kring_listen(ring, listener, 1)), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, client, (void *)&name, length)), 0);
        got = sizeof seen;
        server = rings_do(ring, kring_accept(ring, listener, (void *)&seen, &got, 0));
        CU_ASSERT(server >= 0);
        CU_ASSERT_EQUAL(got, offsetof(struct sockaddr_un, sun_path)); /* unnamed */
        close((int)server);
        close(listener);
        close(client);
    }
    rings_close(ring);
}

RINGS_TEST(tagged_cancel)
RINGS_TEST(dropped_on_arrival)
RINGS_TEST(reused_slot)
RINGS_TEST(never_overfilled)
RINGS_TEST(index_is_no_fd)
RINGS_TEST(empty_vectors)
RINGS_TEST(flags_survive)
RINGS_TEST(callers_einval)
RINGS_TEST(another_user_data)
RINGS_TEST(close_leaves_nothing)
RINGS_TEST(unix_lengths)

int kring_test_mistakes(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("cancel carries the tag", tagged_cancel),
        RINGS_ROWS("a result dropped between arrival and delivery", dropped_on_arrival),
        RINGS_ROWS("a cancel whose target ended first", reused_slot),
        RINGS_ROWS("the SQ is never over-filled", never_overfilled),
        {"heads and tails compare across the wrap", heads_wrap},
        RINGS_ROWS("a direct descriptor's index is no fd", index_is_no_fd),
        RINGS_ROWS("vectors with empty buffers are written whole", empty_vectors),
        RINGS_ROWS("flags survive a short send", flags_survive),
        RINGS_ROWS("the caller's EINVAL stays his", callers_einval),
        RINGS_ROWS("a user_data of his own is refused", another_user_data),
        RINGS_ROWS("a closed ring leaves no fd open", close_leaves_nothing),
        RINGS_ROWS("AF_UNIX address lengths", unix_lengths),
    };

    return KRING_SUITE_ADD("known mistakes", tests);
}
