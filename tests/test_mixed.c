/* SPDX-License-Identifier: MIT */
/* Mixed rings: every operation once on soft among native neighbours. */
#include "rings.h"

#include "kring/uapi.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int kring_test_mixed(void);

/* struct statx of the kernel's header and libc's are one. */
static struct kring *open_mixed(void)
{
    struct kring_options options = rings_options(RINGS_MIXED);
    struct kring *ring = rings_open_with(RINGS_MIXED, &options);

    rings_unsplit(ring);
    return ring;
}

/* Runs op on soft with a native operation on each side, in one submit. */
static void amid(struct kring *ring, kring_op op, struct rings_log *log, unsigned calls)
{
    struct rings_log around[2];
    kring_op nop[2];

    memset(around, 0, sizeof around);
    memset(log, 0, sizeof *log);
    for (unsigned i = 0; i < 2; i++) {
        nop[i] = kring_nop(ring);
        CU_ASSERT_EQUAL(kring_set_engine(ring, nop[i], KRING_ENGINE_KERNEL), 0);
    }
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_SOFT), 0);
    CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, KRING_ENGINE_SOFT);
    CU_ASSERT(rings_start(ring, nop[0], &around[0]));
    CU_ASSERT(rings_start(ring, op, log));
    CU_ASSERT(rings_start(ring, nop[1], &around[1]));
    CU_ASSERT(rings_until_calls(ring, log, calls));
    for (unsigned i = 0; i < 2; i++) {
        CU_ASSERT(rings_until(ring, &around[i], 1));
        CU_ASSERT_EQUAL(around[i].last.value, 0);
        CU_ASSERT_EQUAL(around[i].last.engine, KRING_ENGINE_KERNEL);
    }
    CU_ASSERT_EQUAL(log->last.engine, KRING_ENGINE_SOFT);
}

static int64_t value_amid(struct kring *ring, kring_op op)
{
    struct rings_log log;

    amid(ring, op, &log, 1);
    CU_ASSERT_EQUAL(log.finals, 1);
    return log.last.value;
}

static void end_multishot(struct kring *ring, struct rings_log *log)
{
    CU_ASSERT_EQUAL(log->finals, 0);
    CU_ASSERT_EQUAL(kring_cancel(ring, log->op), 0);
    CU_ASSERT(rings_until(ring, log, 1));
    CU_ASSERT_EQUAL(log->last.value, -ECANCELED);
}

static void nop_and_raw(void)
{
    struct kring *ring = open_mixed();
    struct io_uring_sqe sqe;

    CU_ASSERT_EQUAL(value_amid(ring, kring_nop(ring)), 0);
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_NOP;
    sqe.fd = -1;
    CU_ASSERT_EQUAL(value_amid(ring, kring_raw(ring, &sqe)), 0);
    rings_close(ring);
}

static void files(void)
{
    struct kring *ring = open_mixed();
    char path[256], data[16] = "";
    struct iovec in[2] = {{"ab", 2}, {"cdef", 4}}, out[2] = {{data, 3}, {data + 3, 3}};
    struct iovec all_in[2] = {{"gh", 2}, {"", 0}}, all_out[2] = {{data + 6, 2}, {data, 0}};
    union {
        char bytes[256];
        uint64_t align;
    } status;
    int64_t fd;

    snprintf(path, sizeof path, "%s/mixed", kring_test_tmpdir());
    fd = value_amid(ring, kring_openat(ring, AT_FDCWD, path, O_RDWR | O_CREAT, 0600));
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(value_amid(ring, kring_write(ring, (int)fd, "0123", 4, 0)), 4);
    CU_ASSERT_EQUAL(value_amid(ring, kring_read(ring, (int)fd, data, 4, 0)), 4);
    CU_ASSERT_EQUAL(memcmp(data, "0123", 4), 0);
    CU_ASSERT_EQUAL(value_amid(ring, kring_writev(ring, (int)fd, in, 2, 0, 0)), 6);
    CU_ASSERT_EQUAL(value_amid(ring, kring_readv(ring, (int)fd, out, 2, 0, 0)), 6);
    CU_ASSERT_EQUAL(memcmp(data, "abcdef", 6), 0);
    CU_ASSERT_EQUAL(value_amid(ring, kring_write_all_v(ring, (int)fd, all_in, 2, 6)), 2);
    CU_ASSERT_EQUAL(value_amid(ring, kring_read_full_v(ring, (int)fd, all_out, 2, 6)), 2);
    CU_ASSERT_EQUAL(value_amid(ring, kring_write_all(ring, (int)fd, "ij", 2, 8)), 2);
    CU_ASSERT_EQUAL(value_amid(ring, kring_read_full(ring, (int)fd, data, 10, 0)), 10);
    CU_ASSERT_EQUAL(memcmp(data, "abcdefghij", 10), 0);
    CU_ASSERT_EQUAL(value_amid(ring, kring_fsync(ring, (int)fd, KRING_DATASYNC)), 0);
    CU_ASSERT_EQUAL(value_amid(ring, kring_statx(ring, AT_FDCWD, path, 0, STATX_SIZE,
                                                 (struct statx *)(void *)&status)), 0);
    CU_ASSERT_EQUAL(((struct statx *)(void *)&status)->stx_size, 10);
    CU_ASSERT_EQUAL(value_amid(ring, kring_close_fd(ring, (int)fd)), 0);
    CU_ASSERT(!rings_is_open((int)fd));
    rings_close(ring);
}

static void pipes(void)
{
    struct kring *ring = open_mixed();
    struct rings_log log;
    char memory[4 * 16], data[4];
    int a[2], b[2], pool = kring_pool_init(ring, memory, 4, 16);

    rings_pipe(a);
    rings_pipe(b);
    rings_write(a[1], "1234", 4);
    CU_ASSERT_EQUAL(value_amid(ring, kring_tee(ring, a[0], b[1], 2, 0)), 2);
    CU_ASSERT_EQUAL(value_amid(ring, kring_splice(ring, a[0], -1, b[1], -1, 2, 0)), 2);
    CU_ASSERT_EQUAL(read(b[0], data, 4), 4);
    CU_ASSERT_EQUAL(memcmp(data, "1212", 4), 0);
    amid(ring, kring_read_multishot(ring, a[0], pool), &log, 1); /* "34" is still there */
    CU_ASSERT_EQUAL(log.last.value, 2);
    end_multishot(ring, &log);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(a[0]);
    close(a[1]);
    close(b[0]);
    close(b[1]);
    rings_close(ring);
}

static void connections(void)
{
    struct kring *ring = open_mixed();
    struct rings_log log;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    uint32_t length = 0;
    int listener, client, server;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = (int)value_amid(ring, kring_socket(ring, AF_INET, SOCK_STREAM, 0));
    CU_ASSERT_FATAL(listener >= 0);
    CU_ASSERT(fcntl(listener, F_GETFD) & FD_CLOEXEC);
    CU_ASSERT_EQUAL(value_amid(ring, kring_bind(ring, listener, (struct sockaddr *)&address,
                                                sizeof address)), 0);
    CU_ASSERT_EQUAL(value_amid(ring, kring_listen(ring, listener, 8)), 0);
    CU_ASSERT_EQUAL(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    for (unsigned i = 0; i < 2; i++) {
        client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        CU_ASSERT_EQUAL(value_amid(ring, kring_connect(ring, client, (struct sockaddr *)&address,
                                                       sizeof address)), 0);
        length = sizeof address;
        if (i == 0) {
            server = (int)value_amid(ring, kring_accept(ring, listener, NULL, NULL, 0));
        } else {
            amid(ring, kring_accept_multishot(ring, listener, 0), &log, 1);
            server = (int)log.last.value;
            end_multishot(ring, &log);
        }
        CU_ASSERT(server >= 0);
        CU_ASSERT_EQUAL(value_amid(ring, kring_shutdown(ring, client, SHUT_WR)), 0);
        CU_ASSERT_EQUAL(recv(server, &size, 1, 0), 0);
        CU_ASSERT_EQUAL(value_amid(ring, kring_close_fd(ring, server)), 0);
        close(client);
    }
    (void)length;
    close(listener);
    rings_close(ring);
}

static void messages(void)
{
    struct kring *ring = open_mixed();
    struct rings_log log;
    static char memory[4 * 128];
    char data[8];
    struct iovec part = {"msg", 3}, into = {data, sizeof data};
    struct msghdr out = {.msg_iov = &part, .msg_iovlen = 1};
    struct msghdr in = {.msg_iov = &into, .msg_iovlen = 1}, shape = {0};
    int pair[2], pool = kring_pool_init(ring, memory, 4, 128);

    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(value_amid(ring, kring_send(ring, pair[1], "send", 4, 0)), 4);
    CU_ASSERT_EQUAL(value_amid(ring, kring_recv(ring, pair[0], data, 8, 0)), 4);
    CU_ASSERT_EQUAL(value_amid(ring, kring_sendmsg(ring, pair[1], &out, 0)), 3);
    CU_ASSERT_EQUAL(value_amid(ring, kring_recvmsg(ring, pair[0], &in, 0)), 3);
    CU_ASSERT_EQUAL(memcmp(data, "msgd", 4), 0);
    CU_ASSERT_EQUAL(value_amid(ring, kring_send_all(ring, pair[1], "fullfull", 8, 0)), 8);
    CU_ASSERT_EQUAL(value_amid(ring, kring_recv_full(ring, pair[0], data, 8, 0)), 8);
    CU_ASSERT_EQUAL(memcmp(data, "fullfull", 8), 0);
    rings_write(pair[1], "multi", 5);
    amid(ring, kring_recv_multishot(ring, pair[0], pool, 0), &log, 1);
    CU_ASSERT_EQUAL(log.last.value, 5);
    end_multishot(ring, &log);
    rings_write(pair[1], "multi", 5);
    amid(ring, kring_recvmsg_multishot(ring, pair[0], &shape, pool, 0), &log, 1);
    CU_ASSERT_EQUAL(log.last.value, (int)sizeof(struct io_uring_recvmsg_out) + 5);
    end_multishot(ring, &log);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* A target on soft, running. */
static kring_op waiting(struct kring *ring, kring_op op, struct rings_log *log)
{
    memset(log, 0, sizeof *log);
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_SOFT), 0);
    CU_ASSERT(rings_start(ring, op, log));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    return op;
}

static void polls(void)
{
    struct kring *ring = open_mixed();
    struct rings_log log, other;
    kring_op target;
    int pipe[2];

    rings_pipe(pipe);
    target = waiting(ring, kring_poll(ring, pipe[0], POLLIN), &other);
    CU_ASSERT_EQUAL(value_amid(ring, kring_poll_remove(ring, target)), 0);
    CU_ASSERT(rings_until(ring, &other, 1));
    CU_ASSERT_EQUAL(other.last.value, -ECANCELED);
    target = waiting(ring, kring_poll(ring, pipe[1], POLLIN), &other);
    CU_ASSERT_EQUAL(value_amid(ring, kring_poll_update(ring, target, POLLOUT)), 0);
    CU_ASSERT(rings_until(ring, &other, 1));
    CU_ASSERT_EQUAL(other.last.value, POLLOUT);
    CU_ASSERT_EQUAL(value_amid(ring, kring_poll(ring, pipe[1], POLLOUT)), POLLOUT);
    rings_write(pipe[1], "p", 1);
    amid(ring, kring_poll_multishot(ring, pipe[0], POLLIN), &log, 1);
    CU_ASSERT(log.last.value & POLLIN);
    end_multishot(ring, &log);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* One that waits for data on this engine: a read, or where the kernel has none (5.6) a poll. */
static kring_op waits_on(struct kring *ring, int fd, void *byte, enum kring_engine engine)
{
    kring_op op = kring_read(ring, fd, byte, 1, KRING_CUR_POS);

    CU_ASSERT_EQUAL(kring_set_engine(ring, op, engine), 0);
    if ((kring_route(ring, op) & 0xff) == KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
        op = kring_poll(ring, fd, POLLIN);
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, engine), 0);
    }
    return op;
}

static void times(void)
{
    struct kring *ring = open_mixed();
    struct rings_log log, other, chain = {0};
    struct kring_time soon = {0, 1000000}, late = {60, 0};
    kring_op target, ops[2];
    char byte;
    int pipe[2];

    rings_pipe(pipe);
    CU_ASSERT_EQUAL(value_amid(ring, kring_timeout(ring, &soon, 0, 0)), -ETIME);
    amid(ring, kring_timeout_multishot(ring, &soon, 2, 0), &log, 2);
    CU_ASSERT_EQUAL(log.finals, 1);
    CU_ASSERT_EQUAL(log.last.value, -ETIME);
    target = waiting(ring, kring_timeout(ring, &late, 0, 0), &other);
    CU_ASSERT_EQUAL(value_amid(ring, kring_timeout_update(ring, target, &soon, 0)), 0);
    CU_ASSERT(rings_until(ring, &other, 1));
    CU_ASSERT_EQUAL(other.last.value, -ETIME);
    target = waiting(ring, kring_timeout(ring, &late, 0, 0), &other);
    CU_ASSERT_EQUAL(value_amid(ring, kring_timeout_remove(ring, target)), 0);
    CU_ASSERT(rings_until(ring, &other, 1));
    CU_ASSERT_EQUAL(other.last.value, -ECANCELED);
    /* The limited operation is native, its timer is not. */
    ops[0] = waits_on(ring, pipe[0], &byte, KRING_ENGINE_KERNEL);
    ops[1] = kring_link_timeout(ring, &soon, 0);
    CU_ASSERT_EQUAL(kring_set_engine(ring, ops[1], KRING_ENGINE_SOFT), 0);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &chain), 0);
    CU_ASSERT(rings_until(ring, &chain, 2));
    CU_ASSERT_EQUAL(chain.notes[0].value, -ECANCELED);
    CU_ASSERT_EQUAL(chain.notes[1].value, -ETIME);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* One waits on each engine, on one fd; cancels reach both. */
static void cancels(void)
{
    struct kring *ring = open_mixed();
    struct rings_log logs[4];
    char bytes[4];
    int pipe[2];
    kring_op target;

    rings_pipe(pipe);
    target = waiting(ring, kring_read(ring, pipe[0], bytes, 1, KRING_CUR_POS), &logs[0]);
    CU_ASSERT_EQUAL(value_amid(ring, kring_cancel_op(ring, target)), 0);
    CU_ASSERT(rings_until(ring, &logs[0], 1));
    CU_ASSERT_EQUAL(logs[0].last.value, -ECANCELED);
    for (unsigned round = 0; round < 2; round++) {
        memset(logs, 0, sizeof logs);
        for (unsigned i = 0; i < 4; i++) {
            kring_op op = waits_on(ring, pipe[0], bytes + i,
                                   i % 2 ? KRING_ENGINE_SOFT : KRING_ENGINE_KERNEL);

            CU_ASSERT(rings_start(ring, op, &logs[i]));
        }
        CU_ASSERT_EQUAL(kring_submit(ring), 4);
        CU_ASSERT_EQUAL(rings_do(ring, round ? kring_cancel_any(ring)
                                             : kring_cancel_fd(ring, pipe[0])), 4);
        for (unsigned i = 0; i < 4; i++) {
            CU_ASSERT(rings_until(ring, &logs[i], 1));
            CU_ASSERT_EQUAL(logs[i].last.value, -ECANCELED);
        }
        CU_ASSERT_EQUAL(rings_do(ring, kring_cancel_fd(ring, pipe[0])), -ENOENT);
    }
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

static uint64_t message;

static void on_message(struct kring *ring, int32_t value, uint64_t data, void *user)
{
    (void)ring;
    (void)user;
    message = data + (uint64_t)value;
}

static void ring_operations(void)
{
    struct kring_options options = rings_options(RINGS_MIXED);
    struct kring *ring, *target;
    char memory[4 * 8];
    int fd = 0;

    options.on_message = on_message;
    target = rings_open_with(RINGS_MIXED, &options);
    ring = open_mixed();
    message = 0;
    CU_ASSERT_EQUAL(value_amid(ring, kring_msg_ring(ring, target, 7, 4000000000000)), 0);
    CU_ASSERT_EQUAL(kring_run(target, KRING_SECOND), 1);
    CU_ASSERT_EQUAL(message, 4000000000007);
    CU_ASSERT_EQUAL(value_amid(ring, kring_provide_buffers(ring, memory, 8, 4, 100, 0)), 0);
    CU_ASSERT_EQUAL(value_amid(ring, kring_remove_buffers(ring, 4, 100)), 4);
    /* There is no table: what matters is that soft answers so, as the kernel does. */
    CU_ASSERT_EQUAL(value_amid(ring, kring_files_update(ring, &fd, 1, 0)), -ENXIO);
    rings_close(ring);
    rings_close(target);
}

static kring_op on_soft(struct kring *ring, kring_op op)
{
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_SOFT), 0);
    return op;
}

static kring_op on_kernel(struct kring *ring, kring_op op)
{
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
    return op;
}

/* The soft engine may keep what it knows of an fd until kring closes it, on whichever engine. */
static void closed_by_the_other(void)
{
    struct kring_options options = rings_options(RINGS_MIXED);
    struct kring *ring;
    struct rings_log log;
    int fds[2], number;
    char byte = 0;

    options.flags |= KRING_FDS_CLOSED_BY_KRING;
    ring = rings_open_with(RINGS_MIXED, &options);
    CU_ASSERT_FATAL(ring != NULL);
    rings_unsplit(ring);
    rings_pair(SOCK_STREAM, fds);
    number = fds[0];
    if ((kring_route_opcode(ring, IORING_OP_CLOSE) & 0xff) != KRING_ENGINE_KERNEL) {
        close(fds[0]);
        close(fds[1]);
        rings_close(ring);
        kring_test_skip("close is not native here");
        return;
    }
    for (unsigned round = 0; round < 3; round++) {
        memset(&log, 0, sizeof log);
        CU_ASSERT(rings_start(ring, on_soft(ring, kring_recv(ring, number, &byte, 1, 0)), &log));
        CU_ASSERT_EQUAL(rings_run_for(ring, 5), 0);
        rings_write(fds[1], "x", 1);
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, 1);
        CU_ASSERT_EQUAL(rings_do(ring, on_kernel(ring, kring_close_fd(ring, number))), 0);
        close(fds[1]);
        rings_pair(SOCK_STREAM, fds);
        CU_ASSERT_EQUAL_FATAL(fds[0], number);
    }
    /* What still waits holds its file, as in the kernel: here until the other end goes. */
    memset(&log, 0, sizeof log);
    CU_ASSERT(rings_start(ring, on_soft(ring, kring_recv(ring, number, &byte, 1, 0)), &log));
    CU_ASSERT_EQUAL(rings_run_for(ring, 5), 0);
    CU_ASSERT_EQUAL(rings_do(ring, on_kernel(ring, kring_close_fd(ring, number))), 0);
    rings_write(fds[1], "y", 1);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 1);
    CU_ASSERT_EQUAL(byte, 'y');
    close(fds[1]);
    rings_close(ring);
}

/* What is submitted by the wait fills the ring to its last entry: the soft engine is heard. */
static void heard_behind_a_full_ring(void)
{
    struct kring_options options = rings_options(RINGS_MIXED);
    struct rings_log silent = {0}, log = {0};
    struct kring *ring;
    int quiet[2], fds[2];
    int64_t began;
    pid_t pid;

    options.entries = 4;
    ring = rings_open_with(RINGS_MIXED, &options);
    CU_ASSERT_FATAL(ring != NULL);
    rings_unsplit(ring);
    rings_pipe(quiet);
    rings_pipe(fds);
    for (unsigned i = 0; i < 4; i++)
        CU_ASSERT(rings_start(ring, on_kernel(ring, kring_poll(ring, quiet[0], POLLIN)), &silent));
    CU_ASSERT(rings_start(ring, on_soft(ring, kring_poll(ring, fds[0], POLLIN)), &log));
    pid = kring_test_fork();
    if (pid == 0) {
        usleep(20000);
        _exit(write(fds[1], "x", 1) == 1 ? 0 : 1);
    }
    began = rings_now_ns();
    CU_ASSERT_EQUAL(kring_run(ring, 8 * KRING_SECOND), 1);
    CU_ASSERT(rings_now_ns() - began < 4 * KRING_SECOND);
    CU_ASSERT_EQUAL(log.last.value, POLLIN);
    CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
    rings_write(quiet[1], "x", 1);
    CU_ASSERT(rings_until(ring, &silent, 4));
    for (unsigned i = 0; i < 2; i++) {
        close(quiet[i]);
        close(fds[i]);
    }
    rings_close(ring);
}

#define MIXED_TEST(name) \
    static void name##_here(void) { rings_on(RINGS_MIXED, name##_kind); }
#define MIXED(name)                              \
    static void name##_kind(enum rings_kind kind) \
    {                                            \
        (void)kind;                              \
        name();                                  \
    }                                            \
    MIXED_TEST(name)
MIXED(heard_behind_a_full_ring)
MIXED(nop_and_raw)
MIXED(files)
MIXED(pipes)
MIXED(connections)
MIXED(messages)
MIXED(polls)
MIXED(times)
MIXED(cancels)
MIXED(ring_operations)
MIXED(closed_by_the_other)

int kring_test_mixed(void)
{
    static const struct kring_test tests[] = {
        {"soft amid native: nop and raw", nop_and_raw_here},
        {"soft amid native: files and their composites", files_here},
        {"soft amid native: splice, tee and read multishot", pipes_here},
        {"soft amid native: socket to accept", connections_here},
        {"soft amid native: send and receive of every kind", messages_here},
        {"soft amid native: polls", polls_here},
        {"soft amid native: timeouts", times_here},
        {"cancels add up over both engines", cancels_here},
        {"soft amid native: messages, buffers, file table", ring_operations_here},
        {"what the kernel closes for kring, the soft engine forgets", closed_by_the_other_here},
        {"soft is heard behind a full ring", heard_behind_a_full_ring_here},
    };

    return KRING_SUITE_ADD("mixed rings", tests);
}
