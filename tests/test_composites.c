/* SPDX-License-Identifier: MIT */
/* Composites: short transfers, empty vectors, flags and offsets of each round, ends of any kind. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int kring_test_composites(void);

enum { BIG = 300000 };

static void pattern(char *data, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++)
        data[i] = (char)((i * 7 + i / 251 + seed) & 0x7f);
}

/* A stream that takes little at once. */
static void narrow(int pair[2])
{
    int size = 4096;

    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
}

/* Reads what a composite sends, while it runs; the bytes read. */
static size_t drain(struct kring *ring, int fd, const struct rings_log *log, char *to, size_t size)
{
    size_t got = 0;
    int64_t end = rings_now_ns() + KRING_SECOND * 5;

    while ((log->finals == 0 || got < size) && rings_now_ns() < end) {
        ssize_t n = recv(fd, to + got, size - got < 5000 ? size - got : 5000, MSG_DONTWAIT);

        if (n > 0)
            got += (size_t)n;
        (void)kring_run(ring, n > 0 ? 0 : KRING_MS);
    }
    return got;
}

static void sends(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char *data = malloc(BIG), *got = malloc(BIG);
    struct rings_log log = {0};
    struct iovec vectors[40];
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 40};
    size_t at = 0;
    int pair[2];

    pattern(data, BIG, 1);
    narrow(pair);
    CU_ASSERT(rings_start(ring, kring_send_all(ring, pair[0], data, BIG, 0), &log));
    CU_ASSERT_EQUAL(drain(ring, pair[1], &log, got, BIG), BIG);
    CU_ASSERT_EQUAL(log.last.value, BIG);
    CU_ASSERT_EQUAL(memcmp(data, got, BIG), 0);
    /* Empty vectors at both ends and between; the others of all sizes. */
    for (unsigned i = 0; i < 40; i++) {
        vectors[i].iov_base = data + at;
        vectors[i].iov_len = i % 3 == 0 ? 0 : i == 38 ? BIG - at : 300 * i;
        at += vectors[i].iov_len;
    }
    CU_ASSERT_EQUAL(vectors[39].iov_len, 0);
    CU_ASSERT_EQUAL(at, BIG);
    memset(&log, 0, sizeof log);
    memset(got, 0, BIG);
    CU_ASSERT(rings_start(ring, kring_send_all_v(ring, pair[0], &message, 0), &log));
    CU_ASSERT_EQUAL(drain(ring, pair[1], &log, got, BIG), BIG);
    CU_ASSERT_EQUAL(log.last.value, BIG);
    CU_ASSERT_EQUAL(log.calls, 1);
    CU_ASSERT_EQUAL(message.msg_iovlen, 0);
    CU_ASSERT_EQUAL(memcmp(data, got, BIG), 0);
    free(data);
    free(got);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

static void sends_without_copying(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char *data = malloc(BIG), *got = malloc(BIG), address[128];
    struct rings_log log = {0};
    struct iovec vectors[3] = {{data, 0}, {data, 100000}, {data + 100000, BIG - 100000}};
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 3};
    uint32_t length;
    int listener = rings_listener(address, &length), client = rings_client(address, length);
    int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC), size = 8192;

    pattern(data, BIG, 2);
    setsockopt(client, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if ((kring_route_opcode(ring, IORING_OP_SENDMSG_ZC) & 0xff) != KRING_ENGINE_NONE) {
        CU_ASSERT(rings_start(ring, kring_send_all_zc(ring, client, data, BIG, 0), &log));
        CU_ASSERT_EQUAL(drain(ring, server, &log, got, BIG), BIG);
        CU_ASSERT_EQUAL(log.last.value, BIG);
        CU_ASSERT_EQUAL(memcmp(data, got, BIG), 0);
        memset(&log, 0, sizeof log);
        memset(got, 0, BIG);
        CU_ASSERT(rings_start(ring, kring_send_all_v_zc(ring, client, &message, 0), &log));
        CU_ASSERT_EQUAL(drain(ring, server, &log, got, BIG), BIG);
        CU_ASSERT_EQUAL(log.last.value, BIG);
        CU_ASSERT_EQUAL(log.calls, 1);
        CU_ASSERT_EQUAL(memcmp(data, got, BIG), 0);
    }
    free(data);
    free(got);
    close(client);
    close(server);
    close(listener);
    rings_close(ring);
}

static void receives(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char in[16] = "";
    struct iovec vectors[5] = {{in, 0}, {in, 3}, {in + 3, 0}, {in + 3, 5}, {in, 0}};
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 5};
    int pair[2];

    rings_pair(SOCK_STREAM, pair);
    rings_write(pair[1], "ab", 2);
    CU_ASSERT(rings_start(ring, kring_recv_full_v(ring, pair[0], &message, 0), &log));
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_write(pair[1], "cd", 2);
    rings_run_for(ring, 1);
    rings_write(pair[1], "efgh+", 5);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 8);
    CU_ASSERT_STRING_EQUAL(in, "abcdefgh");
    CU_ASSERT_EQUAL(recv(pair[0], in, sizeof in, MSG_DONTWAIT), 1); /* no more than was asked for */
    /* The end before the length is an error of its own. */
    vectors[0] = (struct iovec){in, 8};
    message = (struct msghdr){.msg_iov = vectors, .msg_iovlen = 1};
    rings_write(pair[1], "xyz", 3);
    CU_ASSERT_EQUAL(shutdown(pair[1], SHUT_WR), 0);
    CU_ASSERT(rings_start(ring, kring_recv_full_v(ring, pair[0], &message, 0), &log));
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.last.value, -KRING_EEOF);
    CU_ASSERT_EQUAL(log.last.length, 3);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* The flags are those of every round: the second finds nothing and may not wait. */
static void keeps_flags(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char in[8];
    struct iovec vector = {in, sizeof in};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    int pair[2];

    rings_pair(SOCK_STREAM, pair);
    rings_write(pair[1], "abc", 3);
    CU_ASSERT(rings_start(ring, kring_recv_full(ring, pair[0], in, 8, MSG_DONTWAIT), &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -EAGAIN);
    CU_ASSERT_EQUAL(log.last.length, 3);
    rings_write(pair[1], "de", 2);
    CU_ASSERT(rings_start(ring, kring_recv_full_v(ring, pair[0], &message, MSG_DONTWAIT), &log));
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.last.value, -EAGAIN);
    CU_ASSERT_EQUAL(log.last.length, 2);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

static void positions(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char back[16] = "";
    int fd = rings_file("composite", "0123456789", 10);
    struct iovec out[4] = {{(void *)"", 0}, {(void *)"ab", 2}, {(void *)"", 0}, {(void *)"cd", 2}};
    struct iovec in[3] = {{back, 3}, {back, 0}, {back + 3, 3}};

    CU_ASSERT_EQUAL(rings_do(ring, kring_write_all_v(ring, fd, out, 4, 3)), 4);
    CU_ASSERT_EQUAL(pread(fd, back, 10, 0), 10);
    CU_ASSERT_EQUAL(memcmp(back, "012abcd789", 10), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_full_v(ring, fd, in, 3, 2)), 6);
    CU_ASSERT_EQUAL(memcmp(back, "2abcd7", 6), 0);
    CU_ASSERT(rings_start(ring, kring_read_full(ring, fd, back, 8, 6), &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -KRING_EEOF);
    CU_ASSERT_EQUAL(log.last.length, 4);
    CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_CUR), 0); /* positional: the file's own did not move */
    in[0] = (struct iovec){back, 3};
    in[1] = (struct iovec){back + 3, 7};
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_full_v(ring, fd, in, 2, KRING_CUR_POS)), 10);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_full(ring, fd, back, 0, 0)), 0);
    CU_ASSERT_EQUAL(kring_op_error(kring_read_full(ring, fd, back, 1, -2)), -EINVAL);
    close(fd);
    rings_close(ring);
}

struct twice {
    struct rings_log log;
    unsigned left;
};

static void on_twice(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct twice *twice = user;

    rings_done(ring, op, result, &twice->log);
    if (twice->left > 0) {
        twice->left--;
        CU_ASSERT_EQUAL(kring_start(ring, op, on_twice, twice), 0);
    }
}

/* Started again in its callback it transfers to the same place again. */
static void starts_again(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct twice twice = {.left = 1};
    char in[4] = "";
    int pair[2], fd = rings_file("again", "abcdef", 6);

    rings_pair(SOCK_STREAM, pair);
    rings_write(pair[1], "abcdefgh", 8);
    CU_ASSERT_EQUAL(kring_start(ring, kring_recv_full(ring, pair[0], in, 4, 0), on_twice, &twice),
                    0);
    CU_ASSERT(rings_until(ring, &twice.log, 2));
    CU_ASSERT_EQUAL(twice.log.notes[0].value, 4);
    CU_ASSERT_EQUAL(twice.log.notes[1].value, 4);
    CU_ASSERT_EQUAL(memcmp(in, "efgh", 4), 0);
    twice.left = 1;
    CU_ASSERT_EQUAL(
        kring_start(ring, kring_send_all(ring, pair[0], "1234", 4, 0), on_twice, &twice), 0);
    CU_ASSERT(rings_until(ring, &twice.log, 4));
    CU_ASSERT_EQUAL(twice.log.last.value, 4);
    twice.left = 1;
    CU_ASSERT_EQUAL(kring_start(ring, kring_read_full(ring, fd, in, 4, 2), on_twice, &twice), 0);
    CU_ASSERT(rings_until(ring, &twice.log, 6));
    CU_ASSERT_EQUAL(twice.log.last.value, 4);
    CU_ASSERT_EQUAL(memcmp(in, "cdef", 4), 0);
    close(fd);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* Canceled and dropped before a byte, between two and while it waits for room. */
static void ends_early(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    static char data[100000], in[8];
    struct iovec vector = {in, 8};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    struct rings_log log = {0};
    unsigned released = 0;
    int pair[2];
    kring_op op;

    narrow(pair);
    for (unsigned i = 0; i < 2; i++) {
        op = kring_recv_full(ring, pair[0], in, 8, 0);
        CU_ASSERT(rings_start(ring, op, &log));
        if (i == 1)
            rings_write(pair[1], "abc", 3);
        rings_run_for(ring, 2);
        CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
        CU_ASSERT(rings_until(ring, &log, i + 1));
        CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
        CU_ASSERT(log.last.length <= 3);
    }
    while (recv(pair[0], in, sizeof in, MSG_DONTWAIT) > 0)
        ;
    message = (struct msghdr){.msg_iov = &vector, .msg_iovlen = 1};
    op = kring_recv_full_v(ring, pair[0], &message, 0);
    CU_ASSERT(rings_start(ring, op, &log));
    rings_write(pair[1], "ab", 2);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    op = kring_send_all(ring, pair[0], data, sizeof data, 0);
    CU_ASSERT(rings_start(ring, op, &log));
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 2));
    op = kring_send_all(ring, pair[0], data, 1, 0); /* never started */
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT_EQUAL(released, 3);
    CU_ASSERT_EQUAL(log.calls, 2);
    close(pair[1]);
    log.calls = 0;
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_all(ring, pair[0], data, 5, 0)), -EPIPE);
    close(pair[0]);
    rings_close(ring);
}

/* A passed descriptor goes with the first byte, and once. */
static void passes_once(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char *data = malloc(BIG), *got = malloc(BIG);
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control, seen;
    struct iovec vector = {data, BIG}, to = {got, 100};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    struct msghdr first = {.msg_iov = &to, .msg_iovlen = 1};
    struct rings_log log = {0};
    int pair[2], fd = dup(0), passed = -1;

    memset(&control, 0, sizeof control);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    first.msg_control = &seen;
    first.msg_controllen = sizeof seen;
    pattern(data, BIG, 3);
    narrow(pair);
    CU_ASSERT(rings_start(ring, kring_send_all_v(ring, pair[0], &message, 0), &log));
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(recvmsg(pair[1], &first, MSG_CMSG_CLOEXEC | MSG_DONTWAIT), 100);
    CU_ASSERT_EQUAL_FATAL(first.msg_controllen, CMSG_SPACE(sizeof(int)));
    memcpy(&passed, CMSG_DATA(&seen.header), sizeof passed);
    CU_ASSERT(passed > 2);
    close(passed);
    for (size_t left = BIG - 100; left > 0;) {
        struct msghdr next = {.msg_iov = &to, .msg_iovlen = 1, .msg_control = &seen,
                              .msg_controllen = sizeof seen};
        ssize_t n;

        to.iov_len = left < 5000 ? left : 5000;
        n = recvmsg(pair[1], &next, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (n > 0) {
            CU_ASSERT_EQUAL(next.msg_controllen, 0);
            left -= (size_t)n;
        } else if (rings_run_for(ring, 1) == 0 && log.finals > 0) {
            break;
        }
    }
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, BIG);
    free(data);
    free(got);
    close(fd);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

static void direct(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct iovec out[2] = {{(void *)"ab", 2}, {(void *)"cd", 2}};
    struct msghdr message = {.msg_iov = out, .msg_iovlen = 2};
    char in[8] = "";
    struct iovec to = {in, 4};
    struct msghdr into = {.msg_iov = &to, .msg_iovlen = 1};
    int pair[2];

    options.direct_descriptors = 4;
    ring = rings_open_with(kind, &options);
    rings_unsplit(ring); /* a pin may contradict the table's home */
    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 1, pair[0]), 0);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, pair[1]), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_all_v(ring, KRING_DIRECT(1), &message, 0)), 4);
    CU_ASSERT_EQUAL(rings_do(ring, kring_recv_full_v(ring, KRING_DIRECT(2), &into, 0)), 4);
    CU_ASSERT_STRING_EQUAL(in, "abcd");
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_all(ring, KRING_DIRECT(1), "wxyz", 4, 0)), 4);
    CU_ASSERT_EQUAL(rings_do(ring, kring_recv_full(ring, KRING_DIRECT(2), in, 4, 0)), 4);
    CU_ASSERT_STRING_EQUAL(in, "wxyz");
    CU_ASSERT_EQUAL(rings_do(ring, kring_recv_full(ring, KRING_DIRECT(3), in, 4, 0)), -EBADF);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

static void bad(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char control[64];
    struct iovec vector = {control, 1}, huge[2] = {{control, INT32_MAX}, {control, 1}};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};

    CU_ASSERT_EQUAL(kring_op_error(kring_recv_full_v(ring, 0, &message, 0)), -EINVAL);
    message.msg_controllen = 0;
    message.msg_namelen = 16;
    CU_ASSERT_EQUAL(kring_op_error(kring_recv_full_v(ring, 0, &message, 0)), -EINVAL);
    message.msg_namelen = 0;
    message.msg_iovlen = 1025;
    CU_ASSERT_EQUAL(kring_op_error(kring_send_all_v(ring, 0, &message, 0)), -EINVAL);
    message.msg_iovlen = 2;
    message.msg_iov = huge;
    CU_ASSERT_EQUAL(kring_op_error(kring_send_all_v(ring, 0, &message, 0)), -EINVAL);
    message.msg_iov = NULL;
    CU_ASSERT_EQUAL(kring_op_error(kring_send_all_v(ring, 0, &message, 0)), -EINVAL);
    rings_close(ring);
}

RINGS_TEST(sends)
RINGS_TEST(sends_without_copying)
RINGS_TEST(receives)
RINGS_TEST(keeps_flags)
RINGS_TEST(positions)
RINGS_TEST(starts_again)
RINGS_TEST(ends_early)
RINGS_TEST(passes_once)
RINGS_TEST(direct)
RINGS_TEST(bad)

int kring_test_composites(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("send_all over short transfers and empty vectors", sends),
        RINGS_ROWS("send_all without copying", sends_without_copying),
        RINGS_ROWS("recv_full into vectors, and its end", receives),
        RINGS_ROWS("flags are kept in each round", keeps_flags),
        RINGS_ROWS("offsets go on", positions),
        RINGS_ROWS("started again in the callback", starts_again),
        RINGS_ROWS("cancel and drop at any time", ends_early),
        RINGS_ROWS("ancillary data goes once", passes_once),
        RINGS_ROWS("on direct descriptors", direct),
        RINGS_ROWS("bad messages", bad),
    };

    return KRING_SUITE_ADD("composites", tests);
}
