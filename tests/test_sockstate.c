/* SPDX-License-Identifier: MIT */
/* States of sockets: connects that wait, fail and come again; listeners and what they keep. */
#include "rings.h"

#include "kring/uapi.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* A socket of this family, bound to a name of its own; -1: the machine has no such family. */
static int bound(int family, struct kring_address *address)
{
    static unsigned count;
    static const uint8_t four[4] = {127, 0, 0, 1}, six[16] = {[15] = 1};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof address->storage;
    char name[48];

    if (fd < 0)
        return -1;
    if (family == AF_INET)
        kring_address_ipv4(address, four, 0);
    else if (family == AF_INET6)
        kring_address_ipv6(address, six, 0, 0);
    else
        (void)kring_address_abstract(address, name, (uint32_t)snprintf(name, sizeof name,
                                     "kring-state-%d-%u", getpid(), count++));
    if (bind(fd, (struct sockaddr *)(void *)address->storage, address->length) < 0) {
        close(fd);
        return -1;
    }
    CU_ASSERT_EQUAL(getsockname(fd, (struct sockaddr *)(void *)address->storage, &length), 0);
    address->length = length;
    return fd;
}

static const int families[] = {AF_INET, AF_INET6, AF_UNIX};
#define FAMILIES (sizeof families / sizeof families[0])
#define AT(a) ((struct sockaddr *)(void *)(a).storage)

static int plain_client(int family, struct kring_address *address)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CU_ASSERT_EQUAL(connect(fd, AT(*address), address->length), 0);
    return fd;
}

static void a_refused_connect_may_come_again(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    kring_test_need_so_error();
    for (size_t i = 0; i < 2 * FAMILIES; i++) {
        struct kring_address address;
        int family = families[i / 2], nonblock = i % 2 ? SOCK_NONBLOCK : 0, fd;
        int listener = bound(family, &address);

        if (listener < 0)
            continue;
        fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | nonblock, 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, fd, AT(address), address.length)),
                        -ECONNREFUSED);
        /* The same socket, once somebody listens: no word of the first time. */
        CU_ASSERT_EQUAL(listen(listener, 4), 0);
        int64_t second = rings_do(ring, kring_connect(ring, fd, AT(address), address.length));
        /* Older kernels tell of it once, as connect(2) does. */
        CU_ASSERT(second == 0 || (second == -ECONNABORTED && kind != RINGS_SOFT));
        if (second == 0) {
            CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, fd, AT(address), address.length)),
                            -EISCONN);
        }
        close(fd);
        close(listener);
    }
    rings_close(ring);
}
RINGS_TEST(a_refused_connect_may_come_again)

static void a_full_unix_backlog_is_waited_for(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_address address;
    struct rings_log log = {0};
    unsigned released = 0;
    int listener = bound(AF_UNIX, &address), first, fd, accepted;
    kring_op op;

    CU_ASSERT_FATAL(listener >= 0);
    CU_ASSERT_EQUAL(listen(listener, 0), 0);
    first = plain_client(AF_UNIX, &address);
    for (unsigned nonblock = 0; nonblock < 2; nonblock++) {
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0), 0);
        memset(&log, 0, sizeof log);
        CU_ASSERT(rings_start(ring, kring_connect(ring, fd, AT(address), address.length), &log));
        rings_run_for(ring, 10);
        if (kind == RINGS_KERNEL && nonblock) { /* with nobody beside who could wait */
            CU_ASSERT(rings_until(ring, &log, 1));
            CU_ASSERT_EQUAL(log.last.value, -EAGAIN);
        } else {
            CU_ASSERT_EQUAL(log.calls, 0);
            accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
            CU_ASSERT(rings_until(ring, &log, 1));
            CU_ASSERT_EQUAL(log.last.value, 0);
            close(accepted);
        }
        close(fd);
    }
    /* Full again: given up while it waits, the socket is as it was. */
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    op = kring_connect(ring, fd, AT(address), address.length);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), 0);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, fd, AT(address), address.length)), 0);
    close(accepted);
    close(fd);
    close(first);
    close(listener);
    rings_close(ring);
}
RINGS_TEST(a_full_unix_backlog_is_waited_for)

/* Nothing but the listener's O_NONBLOCK differs, and nothing comes of it. */
static void blocking_and_nonblocking_listeners_are_alike(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    for (size_t i = 0; i < 2 * FAMILIES; i++) {
        struct kring_address address;
        struct rings_log log = {0};
        int listener = bound(families[i / 2], &address), client;

        if (listener < 0)
            continue;
        if (i % 2)
            fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK);
        CU_ASSERT_EQUAL(listen(listener, 4), 0);
        /* Waits. */
        CU_ASSERT(rings_start(ring, kring_accept(ring, listener, NULL, NULL, 0), &log));
        rings_run_for(ring, 3);
        if (kind != RINGS_KERNEL || log.calls == 0) {
            CU_ASSERT_EQUAL(log.calls, 0);
            client = plain_client(families[i / 2], &address);
            CU_ASSERT(rings_until(ring, &log, 1));
            CU_ASSERT(log.last.value >= 0);
            close((int)log.last.value);
            close(client);
        } else { /* 5.8 to 5.17, with nobody beside who could wait */
            CU_ASSERT_EQUAL(log.last.value, -EAGAIN);
            CU_ASSERT(i % 2 && rings_kernel_before(5, 19));
        }
        /* Does not have to wait. */
        client = plain_client(families[i / 2], &address);
        int64_t fd = rings_do(ring, kring_accept(ring, listener, NULL, NULL, SOCK_NONBLOCK));
        CU_ASSERT(fd >= 0);
        CU_ASSERT_EQUAL(fcntl((int)fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
        CU_ASSERT_EQUAL(fcntl((int)fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        /* The listener is what it was. */
        CU_ASSERT_EQUAL(!!(fcntl(listener, F_GETFL) & O_NONBLOCK), i % 2);
        close((int)fd);
        close(client);
        close(listener);
    }
    rings_close(ring);
}
RINGS_TEST(blocking_and_nonblocking_listeners_are_alike)

static void accept_at_the_limit_keeps_the_connection(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rlimit before, now;

    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (size_t i = 0; i < FAMILIES; i++) {
        struct kring_address address;
        int listener = bound(families[i], &address), client, next;
        int64_t fd;

        if (listener < 0)
            continue;
        CU_ASSERT_EQUAL(listen(listener, 4), 0);
        client = plain_client(families[i], &address);
        CU_ASSERT_EQUAL(send(client, "hello", 5, MSG_NOSIGNAL), 5);
        rings_run_for(ring, 0); /* what the ring itself opens late is open */
        next = dup(0);
        now = before;
        now.rlim_cur = (rlim_t)next;
        close(next);
        CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &now), 0);
        fd = rings_do(ring, kring_accept(ring, listener, NULL, NULL, 0));
        CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
        CU_ASSERT_EQUAL(fd, -EMFILE);
        fd = rings_do(ring, kring_accept(ring, listener, NULL, NULL, 0));
        CU_ASSERT_FATAL(fd >= 0);
        char data[8];
        CU_ASSERT_EQUAL(rings_do(ring, kring_recv(ring, (int)fd, data, sizeof data, 0)), 5);
        close((int)fd);
        close(client);
        close(listener);
    }
    rings_close(ring);
}
RINGS_TEST(accept_at_the_limit_keeps_the_connection)

/* A client that is gone before it is accepted is accepted, and then seen to be gone. */
static void a_client_that_left_is_accepted(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    for (size_t i = 0; i < FAMILIES; i++) {
        struct kring_address address;
        struct linger reset = {1, 0};
        int listener = bound(families[i], &address), client;
        int64_t fd;
        char data[8];

        if (listener < 0)
            continue;
        CU_ASSERT_EQUAL(listen(listener, 4), 0);
        client = plain_client(families[i], &address);
        if (families[i] != AF_UNIX) {
            CU_ASSERT_EQUAL(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
        }
        close(client);
        fd = rings_do(ring, kring_accept(ring, listener, NULL, NULL, 0));
        CU_ASSERT_FATAL(fd >= 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_recv(ring, (int)fd, data, sizeof data, 0)),
                        families[i] == AF_UNIX ? 0 : -ECONNRESET);
        close((int)fd);
        close(listener);
    }
    rings_close(ring);
}
RINGS_TEST(a_client_that_left_is_accepted)

static void each_half_is_shut_by_itself(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int pair[2];
    char data[8];

    if (kring_route_opcode(ring, IORING_OP_SHUTDOWN) == KRING_ENGINE_NONE) {
        rings_close(ring);
        KRING_SKIP("shutdown is of 5.11");
    }
    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(rings_do(ring, kring_shutdown(ring, pair[0], 3)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_shutdown(ring, pair[0], -1)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_shutdown(ring, pair[0], SHUT_WR)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, pair[0], "x", 1, 0)), -EPIPE);
    CU_ASSERT_EQUAL(rings_do(ring, kring_recv(ring, pair[1], data, sizeof data, 0)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, pair[1], "abc", 3, 0)), 3);
    CU_ASSERT_EQUAL(rings_do(ring, kring_recv(ring, pair[0], data, sizeof data, 0)), 3);
    CU_ASSERT_EQUAL(rings_do(ring, kring_shutdown(ring, pair[0], SHUT_RD)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_recv(ring, pair[0], data, sizeof data, 0)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, pair[1], "x", 1, 0)), -EPIPE);
    CU_ASSERT_EQUAL(rings_do(ring, kring_shutdown(ring, pair[0], SHUT_RDWR)), 0);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}
RINGS_TEST(each_half_is_shut_by_itself)

static const struct kring_test tests[] = {
    RINGS_ROWS("a refused connect may come again", a_refused_connect_may_come_again),
    RINGS_ROWS("a full unix backlog is waited for", a_full_unix_backlog_is_waited_for),
    RINGS_ROWS("blocking and nonblocking listeners are alike",
               blocking_and_nonblocking_listeners_are_alike),
    RINGS_ROWS("accept at the limit keeps the connection",
               accept_at_the_limit_keeps_the_connection),
    RINGS_ROWS("a client that left is accepted", a_client_that_left_is_accepted),
    RINGS_ROWS("each half is shut by itself", each_half_is_shut_by_itself),
};

int kring_test_sockstate(void)
{
    return KRING_SUITE_ADD("sockstate", tests);
}
