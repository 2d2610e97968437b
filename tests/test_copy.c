/* SPDX-License-Identifier: MIT */
/* kring_copy(): every byte once, whatever the two files are; nothing left behind by any end. */
#define _GNU_SOURCE
#include "rings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int kring_test_copy(void);

#define BUFFER 5000 /* no divisor of anything */
#define LARGE 1000003

static char *content; /* LARGE bytes that do not repeat by pages */
static char buffer[BUFFER];

static void fill(void)
{
    uint32_t state = 7;

    if (content == NULL)
        content = malloc(LARGE);
    CU_ASSERT_FATAL(content != NULL);
    for (size_t i = 0; i < LARGE; i++)
        content[i] = (char)rings_random(&state);
}

/* An empty file of the test's directory. */
static int out_file(int flags)
{
    char path[256];
    int fd;

    snprintf(path, sizeof path, "%s/copy.out", kring_test_tmpdir());
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0600);
    CU_ASSERT_FATAL(fd >= 0);
    return fd;
}

static bool holds(int fd, size_t at, const char *data, size_t length)
{
    char *got = malloc(length + 1);
    bool equal = got != NULL && pread(fd, got, length + 1, (off_t)at) == (ssize_t)length &&
                 memcmp(got, data, length) == 0;

    free(got);
    return equal;
}

static struct kring_copy from_to(int in, int out)
{
    struct kring_copy copy = KRING_COPY_INIT;

    copy.fd_in = in;
    copy.fd_out = out;
    copy.buffer = buffer;
    copy.buffer_size = sizeof buffer;
    return copy;
}

/* The two ways: by splice where it can be had, and by read and write. */
static const uint32_t ways[] = {0, KRING_COPY_NO_SPLICE};

static void files(enum rings_kind kind)
{
    static const uint32_t sizes[] = {0, 1, 4095, 65535, 65536, 65537, LARGE};
    struct kring *ring = rings_open(kind);

    for (unsigned way = 0; way < 2; way++) {
        for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            int in = rings_file("copy.in", content, sizes[i]), out = out_file(0);
            struct kring_copy copy = from_to(in, out);

            copy.flags = ways[way];
            copy.offset_in = copy.offset_out = 0;
            CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), sizes[i]);
            CU_ASSERT_EQUAL(copy.copied, sizes[i]);
            CU_ASSERT_EQUAL(copy.held, 0);
            CU_ASSERT(holds(out, 0, content, sizes[i]));
            close(in);
            close(out);
        }
    }
    rings_close(ring);
}

static void parts(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    for (unsigned way = 0; way < 2; way++) {
        int in = rings_file("copy.in", content, LARGE), out = out_file(0);
        struct kring_copy copy = from_to(in, out);

        copy.flags = ways[way];
        copy.offset_in = 4097;
        copy.offset_out = 11;
        copy.length = 200001;
        copy.pipe_size = 8192;
        CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), 200001);
        CU_ASSERT(holds(out, 11, content + 4097, 200001));
        /* At the files' own positions, which it moves. */
        CU_ASSERT_EQUAL(lseek(in, 100, SEEK_SET), 100);
        CU_ASSERT_EQUAL(lseek(out, 0, SEEK_SET), 0);
        CU_ASSERT_EQUAL(ftruncate(out, 0), 0);
        copy.offset_in = copy.offset_out = KRING_CUR_POS;
        copy.length = 70000;
        CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), 70000);
        CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), 70000);
        CU_ASSERT(holds(out, 0, content + 100, 140000));
        CU_ASSERT_EQUAL(lseek(in, 0, SEEK_CUR), 140100);
        /* More than there is. */
        copy.offset_in = LARGE - 9;
        copy.offset_out = 140000;
        copy.length = 10;
        CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), -KRING_EEOF);
        CU_ASSERT_EQUAL(copy.copied, 9);
        CU_ASSERT_EQUAL(copy.held, 0);
        copy.length = 0;
        CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), 0);
        CU_ASSERT_EQUAL(copy.copied, 0);
        close(in);
        close(out);
    }
    rings_close(ring);
}

/* Feeds content into `to`, takes what comes from `from` (each may be -1), until the copy ends. */
static void pump(struct kring *ring, struct rings_log *log, int to, int from, size_t length)
{
    int64_t limit = rings_now_ns() + 5 * KRING_SECOND;
    char *got = malloc(length + 1);
    size_t given = 0, taken = 0;
    bool ended = from < 0;

    CU_ASSERT_FATAL(got != NULL);
    if (to >= 0)
        CU_ASSERT_EQUAL(fcntl(to, F_SETFL, O_NONBLOCK), 0);
    if (from >= 0)
        CU_ASSERT_EQUAL(fcntl(from, F_SETFL, O_NONBLOCK), 0);
    while ((log->finals == 0 || (!ended && taken < length)) && rings_now_ns() < limit) {
        ssize_t n = -1;

        if (to >= 0 && given < length) {
            n = write(to, content + given, length - given < 7001 ? length - given : 7001);
            given += n > 0 ? (size_t)n : 0;
            if (given == length)
                close(to);
        }
        if (from >= 0 && (n = read(from, got + taken, length + 1 - taken)) > 0)
            taken += (size_t)n;
        if (log->finals == 0)
            kring_run(ring, n > 0 ? 0 : 2 * KRING_MS);
    }
    CU_ASSERT_EQUAL(log->finals, 1);
    if (to >= 0)
        CU_ASSERT_EQUAL(given, length);
    if (from >= 0) {
        CU_ASSERT_EQUAL(taken, length);
        CU_ASSERT_EQUAL(memcmp(got, content, length), 0);
    }
    free(got);
}

enum { FILES, PIPES, SOCKETS };

/* [0] is read from, [1] is written to; of a file both are one. */
static void ends(int what, int fds[2], const char *name, const void *data, size_t length)
{
    if (what == PIPES)
        rings_pipe(fds);
    else if (what == SOCKETS)
        rings_pair(SOCK_STREAM, fds);
    else
        fds[0] = fds[1] = rings_file(name, data, length);
}

/* One kind of file to another, some 300 KiB, by both ways. */
static void between(enum rings_kind kind, int what_in, int what_out)
{
    const size_t length = 300007;
    struct kring *ring = rings_open(kind);

    for (unsigned way = 0; way < 2; way++) {
        struct rings_log log;
        struct kring_copy copy;
        int in[2], out[2];

        memset(&log, 0, sizeof log);
        ends(what_in, in, "copy.in", content, length);
        ends(what_out, out, "copy.to", "", 0);
        copy = from_to(in[0], out[1]);
        copy.flags = ways[way];
        CU_ASSERT_EQUAL(lseek(in[0], 0, SEEK_SET), what_in == FILES ? 0 : -1);
        CU_ASSERT(rings_start(ring, kring_copy(ring, &copy), &log));
        pump(ring, &log, what_in == FILES ? -1 : in[1], what_out == FILES ? -1 : out[0], length);
        CU_ASSERT_EQUAL(log.last.value, (int64_t)length);
        CU_ASSERT_EQUAL(copy.copied, length);
        CU_ASSERT_EQUAL(copy.held, 0);
        if (what_out == FILES)
            CU_ASSERT(holds(out[0], 0, content, length));
        close(in[0]);
        close(out[0]);
        if (what_out != FILES)
            close(out[1]);
    }
    rings_close(ring);
}

#define BETWEEN(name, in, out) \
    static void name(enum rings_kind kind) { between(kind, in, out); }
BETWEEN(file_to_socket, FILES, SOCKETS)
BETWEEN(file_to_pipe, FILES, PIPES)
BETWEEN(pipe_to_file, PIPES, FILES)
BETWEEN(pipe_to_pipe, PIPES, PIPES)
BETWEEN(pipe_to_socket, PIPES, SOCKETS)
BETWEEN(socket_to_file, SOCKETS, FILES)
BETWEEN(socket_to_pipe, SOCKETS, PIPES)
BETWEEN(socket_to_socket, SOCKETS, SOCKETS)

/* Nothing can be spliced to a file that is appended to: what is in the pipe by then is not lost. */
static void appends(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int in = rings_file("copy.in", content, 100001), out = out_file(O_APPEND), fds[2];
    struct kring_copy copy = from_to(in, out);

    rings_write(out, "before", 6);
    copy.offset_in = 0;
    CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), 100001);
    CU_ASSERT_EQUAL(copy.held, 0);
    CU_ASSERT(holds(out, 6, content, 100001));
    CU_ASSERT_EQUAL(ftruncate(out, 0), 0);
    rings_pipe(fds);
    rings_write(fds[1], content, 3000);
    close(fds[1]);
    copy.fd_in = fds[0];
    copy.offset_in = KRING_CUR_POS;
    CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), 3000);
    CU_ASSERT(holds(out, 0, content, 3000));
    /* Without a buffer there is no other way, and what was taken is told. */
    copy.fd_in = in;
    copy.offset_in = 0;
    copy.buffer_size = 0;
    CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), -EINVAL);
    CU_ASSERT_EQUAL(copy.copied, 0);
    CU_ASSERT(copy.held > 0);
    close(fds[0]);
    close(in);
    close(out);
    rings_close(ring);
}

static void full(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int in = rings_file("copy.in", content, 100001), out = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct kring_copy copy = from_to(in, out);

    CU_ASSERT_FATAL(out >= 0);
    for (unsigned way = 0; way < 2; way++) {
        copy.flags = ways[way];
        copy.offset_in = 0;
        CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), -ENOSPC);
        CU_ASSERT_EQUAL(copy.copied, 0);
        CU_ASSERT(copy.held > 0);
    }
    close(in);
    close(out);
    rings_close(ring);
}

static void mistakes(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int in = rings_file("copy.in", content, 10), out = out_file(0);
    struct kring_copy copy = from_to(in, -1);

    CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), -EBADF);
    copy = from_to(-1, out);
    CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), -EBADF);
    copy = from_to(out, open("/", O_RDONLY | O_CLOEXEC));
    rings_write(out, "x", 1);
    copy.offset_in = 0;
    CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), -EBADF); /* not open for writing */
    close(copy.fd_out);
    copy = from_to(in, out);
    copy.offset_in = -2;
    CU_ASSERT_EQUAL(kring_op_error(kring_copy(ring, &copy)), -EINVAL);
    copy.offset_in = 0;
    copy.flags = 1u << 31;
    CU_ASSERT_EQUAL(kring_op_error(kring_copy(ring, &copy)), -EINVAL);
    copy.flags = KRING_COPY_NO_SPLICE;
    copy.buffer_size = 0;
    CU_ASSERT_EQUAL(kring_op_error(kring_copy(ring, &copy)), -EINVAL);
    copy.flags = 0;
    copy.size = 1;
    CU_ASSERT_EQUAL(kring_op_error(kring_copy(ring, &copy)), -EINVAL);
    CU_ASSERT_EQUAL(kring_op_error(kring_copy(ring, NULL)), -EINVAL);
    close(in);
    close(out);
    rings_close(ring);
}

/* A copy to a socket that nobody reads, under way and stuck. */
static kring_op stuck(struct kring *ring, struct kring_copy *copy, int in, int fds[2],
                      struct rings_log *log, int64_t deadline)
{
    kring_op op;
    uint64_t before = UINT64_MAX;

    memset(log, 0, sizeof *log);
    rings_pair(SOCK_STREAM, fds);
    *copy = from_to(in, fds[1]);
    copy->offset_in = 0;
    op = kring_copy(ring, copy);
    if (deadline > 0)
        CU_ASSERT_EQUAL(kring_set_deadline(ring, op, deadline), 0);
    CU_ASSERT(rings_start(ring, op, log));
    for (unsigned i = 0; i < 200 && (copy->copied == 0 || before != copy->copied); i++) {
        before = copy->copied;
        rings_run_for(ring, 5);
    }
    CU_ASSERT(copy->copied > 0 && copy->copied < LARGE);
    return op;
}

static void ended_early(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int in = rings_file("copy.in", content, LARGE), fds[2];
    struct kring_copy copy;
    struct rings_log log;
    unsigned released = 0;
    kring_op op = stuck(ring, &copy, in, fds, &log, 0);

    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    close(fds[0]);
    close(fds[1]);

    stuck(ring, &copy, in, fds, &log, 300 * KRING_MS);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ETIME);
    CU_ASSERT(log.last.flags & KRING_DEADLINE);
    close(fds[0]);
    close(fds[1]);

    op = stuck(ring, &copy, in, fds, &log, 0);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    CU_ASSERT_EQUAL(log.finals, 0);
    close(fds[0]);
    close(fds[1]);

    /* Not started, and started but still in the queue. */
    CU_ASSERT_EQUAL(kring_drop(ring, kring_copy(ring, &copy), rings_release, &released), 0);
    CU_ASSERT_EQUAL(released, 2);
    memset(&log, 0, sizeof log);
    op = kring_copy(ring, &copy);
    CU_ASSERT(rings_start(ring, op, &log));
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);

    stuck(ring, &copy, in, fds, &log, 0); /* and by the ring's end */
    rings_close(ring);
    CU_ASSERT_EQUAL(log.finals, 1);
    close(fds[0]);
    close(fds[1]);
    close(in);
}

/* Cancelled at each step it may be at: nothing leaks (the runner counts fds), and what it says of
 * the bytes is true. */
static void cancelled_anywhere(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int in = rings_file("copy.in", content, LARGE);

    for (unsigned steps = 0; steps < 24; steps++) {
        int out = out_file(steps % 2 ? O_APPEND : 0);
        struct kring_copy copy = from_to(in, out);
        struct rings_log log;
        kring_op op;

        memset(&log, 0, sizeof log);
        copy.offset_in = 0;
        copy.offset_out = steps % 2 ? KRING_CUR_POS : 0;
        copy.flags = ways[steps / 2 % 2];
        op = kring_copy(ring, &copy);
        CU_ASSERT(rings_start(ring, op, &log));
        for (unsigned i = 0; i < steps / 4; i++)
            kring_run(ring, 0);
        if (log.finals == 0)
            CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT(log.last.value == -ECANCELED || log.last.value == LARGE);
        CU_ASSERT(holds(out, 0, content, (size_t)copy.copied));
        close(out);
    }
    close(in);
    rings_close(ring);
}

static void direct(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    int in = rings_file("copy.in", content, 100001), out = out_file(0);
    struct kring_copy copy;

    options.direct_descriptors = 4;
    ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 1, in), 0);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 3, out), 0);
    copy = from_to(KRING_DIRECT(1), KRING_DIRECT(3));
    for (unsigned way = 0; way < 2; way++) {
        copy.flags = ways[way];
        copy.offset_in = copy.offset_out = 0;
        CU_ASSERT_EQUAL(ftruncate(out, 0), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), 100001);
        CU_ASSERT(holds(out, 0, content, 100001));
    }
    copy.fd_in = KRING_DIRECT(2); /* empty */
    CU_ASSERT_EQUAL(rings_do(ring, kring_copy(ring, &copy)), -EBADF);
    close(in);
    close(out);
    rings_close(ring);
}

struct again {
    struct rings_log log;
    unsigned left;
};

static void start_again(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user)
{
    struct again *again = user;

    rings_done(ring, op, result, &again->log);
    if (again->left-- > 0)
        CU_ASSERT_EQUAL(kring_start(ring, op, start_again, again), 0);
}

static void again(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int in = rings_file("copy.in", content, 100001), out = out_file(0);
    struct kring_copy copy = from_to(in, out);
    struct again state;
    struct rings_log logs[2];
    kring_op chain[2];

    memset(&state, 0, sizeof state);
    state.left = 2;
    copy.offset_in = 0;
    copy.length = 70000;
    CU_ASSERT_EQUAL(kring_start(ring, kring_copy(ring, &copy), start_again, &state), 0);
    CU_ASSERT(rings_until(ring, &state.log, 3));
    CU_ASSERT_EQUAL(state.log.last.value, 70000);
    CU_ASSERT(holds(out, 140000, content, 70000));
    /* In a chain: what follows begins when all is copied, and not when it was not. */
    memset(logs, 0, sizeof logs);
    chain[0] = kring_copy(ring, &copy);
    chain[1] = kring_fsync(ring, out, 0);
    CU_ASSERT_EQUAL(kring_start_chain(ring, chain, 2, rings_done, &logs[0]), 0);
    CU_ASSERT(rings_until(ring, &logs[0], 2));
    CU_ASSERT_EQUAL(logs[0].notes[0].value, 70000);
    CU_ASSERT_EQUAL(logs[0].notes[1].value, 0);
    copy.length = 200000;
    chain[0] = kring_copy(ring, &copy);
    chain[1] = kring_fsync(ring, out, 0);
    CU_ASSERT_EQUAL(kring_start_chain(ring, chain, 2, rings_done, &logs[1]), 0);
    CU_ASSERT(rings_until(ring, &logs[1], 2));
    CU_ASSERT_EQUAL(logs[1].notes[0].value, -KRING_EEOF);
    CU_ASSERT_EQUAL(logs[1].notes[1].value, -ECANCELED);
    close(in);
    close(out);
    rings_close(ring);
}

#define COPY_TEST(name)                                                            \
    static void name##_filled(enum rings_kind kind) { fill(); name(kind); }        \
    RINGS_TEST(name##_filled)
#define COPY_ROWS(text, name) RINGS_ROWS(text, name##_filled)
COPY_TEST(files)
COPY_TEST(parts)
COPY_TEST(file_to_socket)
COPY_TEST(file_to_pipe)
COPY_TEST(pipe_to_file)
COPY_TEST(pipe_to_pipe)
COPY_TEST(pipe_to_socket)
COPY_TEST(socket_to_file)
COPY_TEST(socket_to_pipe)
COPY_TEST(socket_to_socket)
COPY_TEST(appends)
COPY_TEST(full)
COPY_TEST(mistakes)
COPY_TEST(ended_early)
COPY_TEST(cancelled_anywhere)
COPY_TEST(direct)
COPY_TEST(again)

int kring_test_copy(void)
{
    static const struct kring_test tests[] = {
        COPY_ROWS("files of all sizes", files),
        COPY_ROWS("a part, at offsets and at the files' positions", parts),
        COPY_ROWS("file to socket", file_to_socket),
        COPY_ROWS("file to pipe", file_to_pipe),
        COPY_ROWS("pipe to file", pipe_to_file),
        COPY_ROWS("pipe to pipe", pipe_to_pipe),
        COPY_ROWS("pipe to socket", pipe_to_socket),
        COPY_ROWS("socket to file", socket_to_file),
        COPY_ROWS("socket to pipe", socket_to_pipe),
        COPY_ROWS("socket to socket", socket_to_socket),
        COPY_ROWS("a file that is appended to", appends),
        COPY_ROWS("a full device", full),
        COPY_ROWS("mistakes", mistakes),
        COPY_ROWS("cancel, deadline, drop and the ring's end while it is stuck", ended_early),
        COPY_ROWS("cancelled at any step", cancelled_anywhere),
        COPY_ROWS("direct descriptors", direct),
        COPY_ROWS("started again, and in a chain", again),
    };

    return KRING_SUITE_ADD("copy", tests);
}
