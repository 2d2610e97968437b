/* SPDX-License-Identifier: MIT */
/* Zero-copy sends: one callback, which comes when the memory is the caller's again. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

int kring_test_zerocopy(void);

/* A connected TCP pair on loopback. */
static void tcp(int ends[2])
{
    char address[128];
    uint32_t length;
    int listener = rings_listener(address, &length);

    ends[0] = rings_client(address, length);
    ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    close(listener);
}

static void shut(int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/*
 * Sends until the socket takes no more, also when what was sent is acknowledged 40 ms later, or the
 * window opens a little at a probe after 200 ms.
 */
static void fill(int fd)
{
    static const char zeroes[65536];
    int size = 4096;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    for (unsigned idle = 0; idle < 250;) {
        if (send(fd, zeroes, sizeof zeroes, MSG_DONTWAIT) > 0 ||
            send(fd, zeroes, 1, MSG_DONTWAIT) > 0) {
            idle = 0;
            continue;
        }
        idle++;
        usleep(1000);
    }
}

static bool has(struct kring *ring, unsigned opcode)
{
    return (kring_route_opcode(ring, opcode) & 0xff) != KRING_ENGINE_NONE;
}

static void need(struct kring *ring, unsigned opcode)
{
    if (!has(ring, opcode)) {
        rings_close(ring);
        kring_test_abandon("no zero-copy send on this engine");
    }
}

static uint64_t unmatched(struct kring *ring)
{
    struct kring_stats stats;

    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    return stats.unmatched;
}

/* What is written into the buffer after the callback does not reach the peer. */
static void sends(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char data[3000], got[3000];
    struct iovec vectors[2] = {{data, 1000}, {data + 1000, 2000}};
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 2};
    int ends[2];

    need(ring, IORING_OP_SENDMSG_ZC);
    tcp(ends);
    memset(data, 'a', sizeof data);
    CU_ASSERT(rings_start(ring, kring_send_zc(ring, ends[0], data, sizeof data, 0), &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    memset(data, 'b', sizeof data);
    CU_ASSERT_EQUAL(log.last.value, sizeof data);
    CU_ASSERT_EQUAL(log.last.flags, 0); /* usage was not asked for */
    CU_ASSERT(rings_start(ring, kring_sendmsg_zc(ring, ends[0], &message, MSG_WAITALL), &log));
    CU_ASSERT(rings_until(ring, &log, 2));
    memset(data, 'c', sizeof data);
    CU_ASSERT_EQUAL(log.last.value, sizeof data);
    CU_ASSERT_EQUAL(log.calls, 2);
    CU_ASSERT_EQUAL(recv(ends[1], got, sizeof got, MSG_WAITALL), sizeof got);
    memset(data, 'a', sizeof data);
    CU_ASSERT_EQUAL(memcmp(got, data, sizeof got), 0);
    CU_ASSERT_EQUAL(recv(ends[1], got, sizeof got, MSG_WAITALL), sizeof got);
    memset(data, 'b', sizeof data);
    CU_ASSERT_EQUAL(memcmp(got, data, sizeof got), 0);
    CU_ASSERT_EQUAL(unmatched(ring), 0);
    shut(ends);
    rings_close(ring);
}

static void reports_usage(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    int ends[2];
    kring_op op;

    need(ring, IORING_OP_SEND_ZC);
    tcp(ends);
    op = kring_send_zc(ring, ends[0], "hello", 5, 0);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_REPORT_USAGE), 0);
    if ((kring_route(ring, op) & 0xff) != KRING_ENGINE_NONE) {
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, 5);
        /* Loopback copies, and so does the soft engine. */
        CU_ASSERT_EQUAL(log.last.flags, KRING_NOTIF_COPIED);
    } else {
        CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -KRING_EKERNEL);
    }
    op = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_REPORT_USAGE), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -EINVAL);
    op = kring_send(ring, ends[0], "hello", 5, 0);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_REPORT_USAGE), -EINVAL);
    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    shut(ends);
    rings_close(ring);
}

/* With KRING_POLL_FIRST nothing is tried before the socket is ready; the results are the same. */
static void polls_first(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char address[128], data[8] = "poll", got[8] = {0};
    struct iovec vector = {data, 4}, to = {got, sizeof got};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    struct msghdr from = {.msg_iov = &to, .msg_iovlen = 1};
    uint32_t length;
    int pair[2], listener = rings_listener(address, &length);
    kring_op ops[5];
    int64_t results[5] = {4, 4, 4, 4, 0};
    bool received = false;

    rings_pair(SOCK_SEQPACKET, pair);
    ops[0] = kring_send(ring, pair[0], data, 4, 0);
    ops[1] = kring_recv(ring, pair[1], got, sizeof got, 0);
    ops[2] = kring_sendmsg(ring, pair[0], &message, 0);
    ops[3] = kring_recvmsg(ring, pair[1], &from, 0);
    ops[4] = kring_accept(ring, listener, NULL, NULL, 0);
    close(rings_client(address, length));
    for (unsigned i = 0; i < 5; i++) {
        CU_ASSERT_EQUAL(kring_set_flags(ring, ops[i], KRING_POLL_FIRST), 0);
        if ((kring_route(ring, ops[i]) & 0xff) == KRING_ENGINE_NONE) {
            CU_ASSERT_EQUAL(kring_drop(ring, ops[i], NULL, NULL), 0);
            continue;
        }
        if (i < 4) {
            CU_ASSERT_EQUAL(rings_do(ring, ops[i]), results[i]);
            received |= i % 2 != 0;
        } else {
            int64_t fd = rings_do(ring, ops[i]);

            CU_ASSERT(fd >= 0);
            close((int)fd);
        }
    }
    CU_ASSERT_EQUAL(memcmp(got, received ? data : "\0\0\0", 4), 0);
    if (!received)
        rings_lacks("no operation of this kernel polls first (5.19)");
    ops[0] = kring_read(ring, pair[0], got, sizeof got, KRING_CUR_POS);
    CU_ASSERT_EQUAL(kring_set_flags(ring, ops[0], KRING_POLL_FIRST), -EINVAL);
    CU_ASSERT_EQUAL(kring_drop(ring, ops[0], NULL, NULL), 0);
    close(listener);
    shut(pair);
    rings_close(ring);
}

static void to_an_address(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct sockaddr_in address = {.sin_family = AF_INET};
    const struct sockaddr *to = (const void *)&address;
    socklen_t length = sizeof address;
    int receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char got[16];
    kring_op op;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CU_ASSERT_EQUAL(bind(receiver, to, length), 0);
    CU_ASSERT_EQUAL(getsockname(receiver, (void *)&address, &length), 0);
    op = kring_send_to(ring, sender, "plain", 5, 0, to, length);
    if ((kring_route(ring, op) & 0xff) != KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(rings_do(ring, op), 5);
        CU_ASSERT_EQUAL(recv(receiver, got, sizeof got, 0), 5);
        CU_ASSERT_EQUAL(memcmp(got, "plain", 5), 0);
    } else {
        CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    }
    if (has(ring, IORING_OP_SEND_ZC)) {
        op = kring_send_zc_to(ring, sender, "datagram", 8, 0, to, length);
        CU_ASSERT_EQUAL(rings_do(ring, op), 8);
        CU_ASSERT_EQUAL(recv(receiver, got, sizeof got, 0), 8);
        CU_ASSERT_EQUAL(memcmp(got, "datagram", 8), 0);
    }
    CU_ASSERT_EQUAL(kring_op_error(kring_send_to(ring, sender, "x", 1, 0, to, 129)), -EINVAL);
    CU_ASSERT_EQUAL(kring_op_error(kring_send_zc_to(ring, sender, "x", 1, 0, NULL, 8)), -EINVAL);
    close(receiver);
    close(sender);
    rings_close(ring);
}

/* Each failure is one callback, whether a notification follows it or not. */
static void failures(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    int pipe[2], pair[2], ends[2];

    need(ring, IORING_OP_SEND_ZC);
    rings_pipe(pipe);
    rings_pair(SOCK_STREAM, pair);
    tcp(ends);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc(ring, pipe[1], "x", 1, 0)), -ENOTSOCK);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc(ring, pair[0], "x", 1, 0)), -EOPNOTSUPP);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc(ring, 900, "x", 1, 0)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc(ring, ends[0], (void *)8, 1, 0)), -EFAULT);
    CU_ASSERT_EQUAL(shutdown(ends[0], SHUT_WR), 0);
    CU_ASSERT(rings_start(ring, kring_send_zc(ring, ends[0], "x", 1, 0), &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -EPIPE);
    CU_ASSERT_EQUAL(log.calls, 1);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(log.calls, 1);
    CU_ASSERT_EQUAL(unmatched(ring), 0);
    shut(pipe);
    shut(pair);
    shut(ends);
    rings_close(ring);
}

/*
 * A send that waits ends by cancel, deadline and drop, each time with its memory given back once.
 */
static void ends_early(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    unsigned released = 0;
    int ends[2];
    kring_op op;

    need(ring, IORING_OP_SEND_ZC);
    tcp(ends);
    fill(ends[0]);
    op = kring_send_zc(ring, ends[0], "late", 4, 0);
    CU_ASSERT(rings_start(ring, op, &log));
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    op = kring_send_zc(ring, ends[0], "late", 4, 0);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 2 * KRING_MS), 0);
    CU_ASSERT(rings_start(ring, op, &log));
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.last.value, -ETIME);
    CU_ASSERT(log.last.flags & KRING_DEADLINE);
    op = kring_send_zc(ring, ends[0], "late", 4, 0);
    CU_ASSERT(rings_start(ring, op, &log));
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(released, 1);
    CU_ASSERT_EQUAL(log.calls, 2);
    CU_ASSERT_EQUAL(unmatched(ring), 0);
    shut(ends);
    rings_close(ring);
}

struct again {
    struct rings_log log;
    unsigned left;
};

static void on_again(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct again *again = user;

    rings_done(ring, op, result, &again->log);
    if (again->left > 0) {
        again->left--;
        CU_ASSERT_EQUAL(kring_start(ring, op, on_again, again), 0);
    }
}

/* Started again in its final callback, it meets no notification of its earlier lives. */
static void starts_again(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct again again = {.left = 9};
    char got[64];
    int ends[2];

    need(ring, IORING_OP_SEND_ZC);
    tcp(ends);
    CU_ASSERT_EQUAL(
        kring_start(ring, kring_send_zc(ring, ends[0], "again", 5, 0), on_again, &again), 0);
    CU_ASSERT(rings_until(ring, &again.log, 10));
    CU_ASSERT_EQUAL(again.log.calls, 10);
    CU_ASSERT_EQUAL(recv(ends[1], got, 50, MSG_WAITALL), 50);
    CU_ASSERT_EQUAL(unmatched(ring), 0);
    shut(ends);
    rings_close(ring);
}

/*
 * Members of chains, whole and broken: the one that never begins has no notification to wait for.
 */
static void chains(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char got[16], unread[4];
    kring_op ops[3];
    int ends[2];

    need(ring, IORING_OP_SEND_ZC);
    tcp(ends);
    ops[0] = kring_send_zc(ring, ends[0], "one", 3, 0);
    ops[1] = kring_send_zc(ring, ends[0], "two", 3, 0);
    ops[2] = kring_send(ring, ends[0], "three", 5, 0);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 3));
    CU_ASSERT_EQUAL(recv(ends[1], got, 11, MSG_WAITALL), 11);
    CU_ASSERT_EQUAL(memcmp(got, "onetwothree", 11), 0);
    ops[0] = kring_recv(ring, 900, unread, sizeof unread, 0);
    ops[1] = kring_send_zc(ring, ends[0], "two", 3, 0);
    ops[2] = kring_send_zc(ring, ends[0], "two", 3, 0);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 6));
    CU_ASSERT_EQUAL(log.notes[3].value, -EBADF);
    CU_ASSERT_EQUAL(log.notes[4].value, -ECANCELED);
    CU_ASSERT_EQUAL(log.notes[5].value, -ECANCELED);
    CU_ASSERT_EQUAL(log.calls, 6);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(unmatched(ring), 0);
    CU_ASSERT_EQUAL(recv(ends[1], got, sizeof got, MSG_DONTWAIT), -1);
    shut(ends);
    rings_close(ring);
}

static void direct(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    char got[8];
    int ends[2];

    options.direct_descriptors = 4;
    ring = rings_open_with(kind, &options);
    rings_unsplit(ring); /* a pin may contradict the table's home */
    need(ring, IORING_OP_SEND_ZC);
    tcp(ends);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, ends[0]), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc(ring, KRING_DIRECT(2), "fixed", 5, 0)), 5);
    CU_ASSERT_EQUAL(recv(ends[1], got, 5, MSG_WAITALL), 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc(ring, KRING_DIRECT(1), "fixed", 5, 0)), -EBADF);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, -1), 0);
    shut(ends);
    rings_close(ring);
}

/* Receives without copying are the kernel's and a network device's alone: the answer says so. */
static void receives(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct io_uring_sqe sqe;
    char text[1024];
    int pair[2], engine;
    kring_op op;

    rings_pair(SOCK_STREAM, pair);
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_RECV_ZC;
    sqe.fd = pair[0];
    sqe.ioprio = IORING_RECV_MULTISHOT;
    op = kring_raw(ring, &sqe);
    engine = kring_route(ring, op) & 0xff;
    CU_ASSERT(kring_explain(ring, op, 0, text, sizeof text) > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "IORING_REGISTER_ZCRX_IFQ"));
    CU_ASSERT_NOT_EQUAL(engine, KRING_ENGINE_SOFT);
    if (kind == RINGS_SOFT)
        CU_ASSERT_EQUAL(engine, KRING_ENGINE_NONE);
    if (engine == KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -KRING_EKERNEL);
        CU_ASSERT(kring_explain_opcode(ring, IORING_OP_RECV_ZC, -KRING_EKERNEL, text,
                                       sizeof text) > 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "the soft engine cannot run it"));
    } else {
        CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), 0);
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, -EINVAL); /* no queue is registered */
        CU_ASSERT_EQUAL(log.calls, 1);
    }
    /* The register call is made on the ring's fd, if there is one. */
    if (kind == RINGS_SOFT)
        CU_ASSERT_EQUAL(kring_ring_fd(ring), -ENOENT);
    CU_ASSERT_EQUAL(unmatched(ring), 0);
    shut(pair);
    rings_close(ring);
}

/* A descriptor that a dropped receive was passed is closed: there is one less to leak. */
static void passed_and_dropped(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control, into;
    char byte = 'x', got[4], memory[2 * 128];
    struct iovec out = {&byte, 1}, in = {got, 4};
    struct msghdr message = {.msg_iov = &out, .msg_iovlen = 1};
    struct msghdr receive = {.msg_iov = &in, .msg_iovlen = 1};
    struct msghdr shape = {.msg_controllen = sizeof into};
    int pair[2], pipe[2], pool = kring_pool_init(ring, memory, 2, 128);
    unsigned released = 0;
    char end[2];

    rings_pair(SOCK_STREAM, pair);
    memset(&control, 0, sizeof control);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    for (unsigned i = 0; i < 3; i++) {
        struct rings_log log = {0};
        kring_op op;

        rings_pipe(pipe);
        memcpy(CMSG_DATA(&control.header), &pipe[1], sizeof(int));
        receive.msg_control = &into;
        receive.msg_controllen = sizeof into;
        if (i < 2)
            op = kring_recvmsg(ring, pair[0], &receive, MSG_CMSG_CLOEXEC);
        else
            op = kring_recvmsg_multishot(ring, pair[0], &shape, pool, MSG_CMSG_CLOEXEC);
        if ((kring_route(ring, op) & 0xff) == KRING_ENGINE_NONE) {
            CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
            close(pipe[0]);
            close(pipe[1]);
            released++;
            continue;
        }
        if (i == 0) { /* has its result, which nobody asks for */
            CU_ASSERT_EQUAL(sendmsg(pair[1], &message, 0), 1);
            CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
            CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
        } else { /* gets it while it is dropped */
            CU_ASSERT(rings_start(ring, op, &log));
            rings_run_for(ring, 2);
            CU_ASSERT_EQUAL(sendmsg(pair[1], &message, 0), 1);
        }
        close(pipe[1]);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, i + 1));
        if (recv(pair[0], got, sizeof got, MSG_DONTWAIT) > 0)
            (void)0; /* the cancel came first: the message, and what it passed, was thrown away */
        /* The pipe ends when its last writer is gone. */
        CU_ASSERT_EQUAL(fcntl(pipe[0], F_SETFL, O_NONBLOCK), 0);
        CU_ASSERT_EQUAL(read(pipe[0], end, 1), 0);
        CU_ASSERT_EQUAL(log.calls, 0);
        close(pipe[0]);
    }
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    shut(pair);
    rings_close(ring);
}

static void from_a_registered_buffer(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    static char data[8192];
    char got[3000];
    struct iovec whole = {data, sizeof data}, vectors[2] = {{data + 1, 1000}, {data + 4000, 2000}};
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 2};
    int ends[2];
    kring_op op;

    options.registered_buffers = 2;
    ring = rings_open_with(kind, &options);
    need(ring, IORING_OP_SENDMSG_ZC);
    tcp(ends);
    memset(data, 'r', sizeof data);
    data[1] = 'f';
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc_fixed(ring, ends[0], data, 8, 0, 0)), -EFAULT);
    CU_ASSERT_EQUAL(kring_buffers_register(ring, &whole, NULL, 1), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc_fixed(ring, ends[0], data + 1, 3000, 0, 0)), 3000);
    CU_ASSERT_EQUAL(recv(ends[1], got, sizeof got, MSG_WAITALL), sizeof got);
    CU_ASSERT_EQUAL(memcmp(got, data + 1, sizeof got), 0);
    /* Not within it, and no such buffer: nothing is sent. */
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc_fixed(ring, ends[0], data + 8000, 193, 0, 0)),
                    -EFAULT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_zc_fixed(ring, ends[0], data, 8, 0, 1)), -EFAULT);
    op = kring_sendmsg_zc_fixed(ring, ends[0], &message, MSG_WAITALL, 0);
    if (kring_route(ring, op) == KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0); /* this kernel alone, below 6.15 */
    } else {
        CU_ASSERT_EQUAL(rings_do(ring, op), 3000);
        CU_ASSERT_EQUAL(recv(ends[1], got, sizeof got, MSG_WAITALL), sizeof got);
        CU_ASSERT_EQUAL(memcmp(got, data + 1, 1000), 0);
        CU_ASSERT_EQUAL(memcmp(got + 1000, data + 4000, 2000), 0);
        vectors[1].iov_len = 5000;
        CU_ASSERT_EQUAL(rings_do(ring, kring_sendmsg_zc_fixed(ring, ends[0], &message, 0, 0)),
                        -EFAULT);
    }
    CU_ASSERT_EQUAL(recv(ends[1], got, sizeof got, MSG_DONTWAIT), -1);
    CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
    CU_ASSERT_EQUAL(unmatched(ring), 0);
    shut(ends);
    rings_close(ring);
}

RINGS_TEST(from_a_registered_buffer)
RINGS_TEST(sends)
RINGS_TEST(receives)
RINGS_TEST(passed_and_dropped)
RINGS_TEST(reports_usage)
RINGS_TEST(polls_first)
RINGS_TEST(to_an_address)
RINGS_TEST(failures)
RINGS_TEST(ends_early)
RINGS_TEST(starts_again)
RINGS_TEST(chains)
RINGS_TEST(direct)

int kring_test_zerocopy(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("the callback gives the memory back", sends),
        RINGS_ROWS("from a registered buffer", from_a_registered_buffer),
        RINGS_ROWS("receives are the kernel's alone", receives),
        RINGS_ROWS("descriptors passed to a dropped receive", passed_and_dropped),
        RINGS_ROWS("copies are reported when asked for", reports_usage),
        RINGS_ROWS("poll first", polls_first),
        RINGS_ROWS("sends to an address", to_an_address),
        RINGS_ROWS("failures are one callback", failures),
        RINGS_ROWS("cancel, deadline and drop of a waiting send", ends_early),
        RINGS_ROWS("started again in its callback", starts_again),
        RINGS_ROWS("in chains", chains),
        RINGS_ROWS("on direct descriptors", direct),
    };

    return KRING_SUITE_ADD("zerocopy", tests);
}
