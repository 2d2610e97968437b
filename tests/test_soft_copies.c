/* SPDX-License-Identifier: MIT */
/*
 * What SQEs point to may be reused once enter has returned (IORING_FEAT_SUBMIT_STABLE): the same
 * programs on the soft engine, which copies, and on the kernel, which does it too.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_sys.h"
#include "statx.h"
#include "fallback/engine.h"

#if CONFIG_KRING_COPIES && CONFIG_KRING_FILE && CONFIG_KRING_NET && CONFIG_KRING_TIME

struct rig {
    struct kring__soft *soft; /* NULL: the kernel's */
    int fd;
    struct kring__view own, *view;
    struct io_uring_params params;
    void *memory;
    size_t length;
};

static bool open_soft(struct rig *rig, uint32_t copies)
{
    const struct kring__soft_config config = {
        .entries = 16, .requests = 64, .timers = 16, .fds = 32, .fixed_files = 8, .groups = 2,
        .copies = copies,
    };

    memset(rig, 0, sizeof *rig);
    rig->fd = -1;
    rig->params.flags = IORING_SETUP_SUBMIT_ALL;
    rig->length = kring__soft_memory(&config);
    rig->memory = mmap(NULL, rig->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
    CU_ASSERT_EQUAL_FATAL(kring__soft_setup(&rig->soft, &config, &rig->params, rig->memory,
                                            rig->length), 0);
    rig->view = kring__soft_view(rig->soft);
    return true;
}

static bool open_kernel(struct rig *rig)
{
    memset(rig, 0, sizeof *rig);
    if (!kring_test_uring_allowed())
        return false;
    rig->params.flags = IORING_SETUP_SUBMIT_ALL;
    rig->fd = (int)kring__sys_io_uring_setup(16, &rig->params);
    if (rig->fd < 0)
        return false; /* SUBMIT_ALL is of 5.18 */
    rig->view = &rig->own;
    if ((rig->params.features & IORING_FEAT_SUBMIT_STABLE) &&
        kring__map_rings(rig->fd, &rig->params, rig->view) == 0)
        return true;
    close(rig->fd);
    return false;
}

static uint32_t copies_used(const struct rig *rig)
{
    uint32_t used = 0, at = 0, end = rig->soft->config.copies & ~UINT32_C(63);

    while (at < end) {
        uint32_t head[2];

        memcpy(head, rig->soft->copies + at, sizeof head);
        CU_ASSERT_TRUE_FATAL(head[0] >= 16 && head[0] <= end - at);
        used += head[1] ? head[0] : 0;
        at += head[0];
    }
    return used;
}

static void stop(struct rig *rig)
{
    if (!rig->soft) {
        kring__unmap_rings(&rig->own);
        close(rig->fd);
        return;
    }
    CU_ASSERT_EQUAL(copies_used(rig), 0);
    CU_ASSERT_EQUAL(kring__soft_pending(rig->soft), 0);
    kring__soft_close(rig->soft);
    munmap(rig->memory, rig->length);
}

static struct io_uring_sqe *next(struct rig *rig, unsigned opcode, int fd, const void *addr,
                                 uint64_t user_data)
{
    uint32_t tail = *rig->view->sq_tail;
    struct io_uring_sqe *sqe = kring__view_sqe(rig->view, tail);

    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = (uint8_t)opcode;
    sqe->fd = fd;
    sqe->addr = (uintptr_t)addr;
    sqe->user_data = user_data;
    kring__store_release(rig->view->sq_tail, tail + 1);
    return sqe;
}

static int enter(struct rig *rig, unsigned submit, unsigned min)
{
    unsigned flags = min ? IORING_ENTER_GETEVENTS : 0, tries = 0;
    int res;

    /* A wait may end with EINTR without a signal: the kernel's late work for rings that this thread
     * has closed interrupts it. */
    do
        res = rig->soft ? kring__soft_enter(rig->soft, submit, min, flags, NULL, 0)
                        : (int)kring__sys_io_uring_enter(rig->fd, submit, min, flags, NULL,
                                                         KRING__SIGSET_BYTES);
    while (res == -EINTR && submit == 0 && ++tries < 100);
    return res;
}

static void expect(struct rig *rig, uint64_t user_data, int res)
{
    uint32_t head = *rig->view->cq_head;
    struct io_uring_cqe *cqe = kring__view_cqe(rig->view, head);

    if (head == kring__load_acquire(rig->view->cq_tail))
        CU_ASSERT_EQUAL(enter(rig, 0, 1), 0);
    CU_ASSERT_NOT_EQUAL_FATAL(head, kring__load_acquire(rig->view->cq_tail));
    CU_ASSERT_EQUAL(cqe->user_data, user_data);
    CU_ASSERT_EQUAL(cqe->res, res);
    kring__store_release(rig->view->cq_head, head + 1);
}

/* Runs a program on both engines, where this run has both. */
static void on_both(void (*program)(struct rig *rig))
{
    struct rig rig;

    if (open_soft(&rig, 8192)) {
        program(&rig);
        stop(&rig);
    }
    if (open_kernel(&rig)) {
        program(&rig);
        stop(&rig);
    }
}

static void scribble(void *memory, size_t length)
{
    memset(memory, 0xa5, length);
}

static void waiting_vectors(struct rig *rig)
{
    char first[3] = "", second[5] = "";
    struct iovec vectors[2] = {{first, 2}, {second, 4}};
    int fds[2];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    next(rig, IORING_OP_READV, fds[0], vectors, 1)->len = 2;
    CU_ASSERT_EQUAL(enter(rig, 1, 0), 1);
    scribble(vectors, sizeof vectors);
    CU_ASSERT_EQUAL(write(fds[1], "abcdef", 6), 6);
    expect(rig, 1, 6);
    CU_ASSERT_STRING_EQUAL(first, "ab");
    CU_ASSERT_STRING_EQUAL(second, "cdef");
    close(fds[0]);
    close(fds[1]);
}

static void vectors_of_a_waiting_request_may_go(void)
{
    on_both(waiting_vectors);
}

/* The read changes the vectors of the write behind it, which were read at submission. */
static void linked_vectors(struct rig *rig)
{
    struct iovec vector = {(char[]){"right"}, 5}, wrong = {(char[]){"wrong"}, 5};
    char got[8] = "";
    int in[2], out[2];

    CU_ASSERT_EQUAL_FATAL(pipe(in), 0);
    CU_ASSERT_EQUAL_FATAL(pipe(out), 0);
    CU_ASSERT_EQUAL(write(in[1], &wrong, sizeof wrong), (ssize_t)sizeof wrong);
    next(rig, IORING_OP_READ, in[0], &vector, 1)->len = sizeof vector;
    kring__view_sqe(rig->view, *rig->view->sq_tail - 1)->flags = IOSQE_IO_LINK;
    next(rig, IORING_OP_WRITEV, out[1], &vector, 2)->len = 1;
    CU_ASSERT_EQUAL(enter(rig, 2, 0), 2);
    expect(rig, 1, sizeof vector);
    expect(rig, 2, 5);
    CU_ASSERT_EQUAL(read(out[0], got, 5), 5);
    CU_ASSERT_STRING_EQUAL(got, "right");
    close(in[0]);
    close(in[1]);
    close(out[0]);
    close(out[1]);
}

static void vectors_are_read_before_the_chain_runs(void)
{
    on_both(linked_vectors);
}

static void waiting_recvmsg(struct rig *rig)
{
    struct sockaddr_un from;
    char data[8] = "", control[64];
    struct iovec vector = {data, 7};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &vector,
                             .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = sizeof control};
    int fds[2];

    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
    next(rig, IORING_OP_RECVMSG, fds[0], &message, 1)->len = 1;
    CU_ASSERT_EQUAL(enter(rig, 1, 0), 1);
    scribble(&vector, sizeof vector);
    /* All but the room for the name, which recvmsg(2) in the kernel reads when it writes it. */
    scribble(&message, sizeof message);
    message.msg_namelen = sizeof from;
    CU_ASSERT_EQUAL(send(fds[1], "datagram", 8, 0), 8);
    expect(rig, 1, 7);
    CU_ASSERT_STRING_EQUAL(data, "datagra");
    /* Results go to the caller's header. */
    CU_ASSERT_EQUAL(message.msg_flags, MSG_TRUNC);
    CU_ASSERT_EQUAL(message.msg_controllen, 0);
    CU_ASSERT_EQUAL(message.msg_namelen, 0);
    close(fds[0]);
    close(fds[1]);
}

static void message_header_is_read_once_and_written_at_the_end(void)
{
    on_both(waiting_recvmsg);
}

static void address_of(struct sockaddr_un *address, const char *name)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    strcpy(address->sun_path + 1, name);
}

#define ADDRESS_BYTES(name) ((socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof(name)))
#define NAME "kring-copies"

/* Both names of a rename behind a read that waits; the kernel has it since 5.11. */
static void linked_names(struct rig *rig)
{
    char from[300], to[300], was[300], is[300], data[4];
    int fds[2];

    snprintf(from, sizeof from, "%s/from", kring_test_tmpdir());
    snprintf(to, sizeof to, "%s/to", kring_test_tmpdir());
    strcpy(was, from);
    strcpy(is, to);
    unlink(to);
    CU_ASSERT_EQUAL_FATAL(symlink("target", from), 0);
    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    next(rig, IORING_OP_READ, fds[0], data, 1)->len = 3;
    kring__view_sqe(rig->view, *rig->view->sq_tail - 1)->flags = IOSQE_IO_LINK;
    next(rig, IORING_OP_RENAMEAT, -100, from, 2)->len = (uint32_t)-100;
    kring__view_sqe(rig->view, *rig->view->sq_tail - 1)->addr2 = (uintptr_t)to;
    CU_ASSERT_EQUAL(enter(rig, 2, 0), 2);
    scribble(from, sizeof from);
    scribble(to, sizeof to);
    CU_ASSERT_EQUAL(write(fds[1], "abc", 3), 3);
    expect(rig, 1, 3);
    expect(rig, 2, 0);
    CU_ASSERT_EQUAL(access(was, F_OK), -1);
    CU_ASSERT_EQUAL(readlink(is, data, sizeof data), 4);
    close(fds[0]);
    close(fds[1]);
}

static void both_names_of_a_late_rename_may_go(void)
{
    on_both(linked_names);
}

/* The first datagrams fill the receiver, so that the last one waits. */
static void waiting_sendmsg(struct rig *rig)
{
    struct sockaddr_un address;
    struct iovec vector = {(char[]){"last"}, 4};
    struct msghdr message = {.msg_name = &address, .msg_namelen = ADDRESS_BYTES(NAME),
                             .msg_iov = &vector, .msg_iovlen = 1};
    char got[8];
    int sender = socket(AF_UNIX, SOCK_DGRAM, 0), receiver = socket(AF_UNIX, SOCK_DGRAM, 0);
    int filled = 0;

    address_of(&address, NAME);
    CU_ASSERT_EQUAL_FATAL(bind(receiver, (void *)&address, ADDRESS_BYTES(NAME)), 0);
    while (sendto(sender, "x", 1, MSG_DONTWAIT, (void *)&address, ADDRESS_BYTES(NAME)) == 1)
        filled++;
    next(rig, IORING_OP_SENDMSG, sender, &message, 1)->len = 1;
    CU_ASSERT_EQUAL(enter(rig, 1, 0), 1);
    scribble(&address, sizeof address);
    scribble(&vector, sizeof vector);
    scribble(&message, sizeof message);
    for (int i = 0; i < filled; i++)
        CU_ASSERT_EQUAL(recv(receiver, got, sizeof got, 0), 1);
    expect(rig, 1, 4);
    CU_ASSERT_EQUAL(recv(receiver, got, sizeof got, MSG_DONTWAIT), 4);
    CU_ASSERT_EQUAL(memcmp(got, "last", 4), 0);
    close(sender);
    close(receiver);
}

static void name_and_vectors_of_a_waiting_sendmsg_may_go(void)
{
    struct rig rig;

    /* Not on the kernel, where a datagram to a full receiver fails as it is not connected. */
    (void)open_soft(&rig, 8192);
    waiting_sendmsg(&rig);
    stop(&rig);
}

static void late_addresses(struct rig *rig)
{
    struct sockaddr_in address = {.sin_family = AF_INET}, at;
    socklen_t length = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CU_ASSERT_EQUAL_FATAL(bind(listener, (void *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL_FATAL(listen(listener, 4), 0);
    CU_ASSERT_EQUAL(getsockname(listener, (void *)&at, &length), 0);
    next(rig, IORING_OP_CONNECT, client, &at, 1)->off = sizeof at;
    kring__view_sqe(rig->view, *rig->view->sq_tail - 1)->flags = IOSQE_ASYNC;
    CU_ASSERT_EQUAL(enter(rig, 1, 0), 1);
    scribble(&at, sizeof at);
    expect(rig, 1, 0);
    close(client);
    close(listener);
}

static void address_of_a_late_connect_may_go(void)
{
    on_both(late_addresses);
}

/* Everything behind a drain waits for the read. */
static void drained(struct rig *rig)
{
    char path[] = "/dev/null", other[] = "/dev/zero", byte;
    struct kring_timespec time = {0, 1000000}, hour = {3600, 0};
    struct statx info;
    struct io_uring_sqe *sqe;
    int fds[2], fd;

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    sqe = next(rig, IORING_OP_READ, fds[0], &byte, 1);
    sqe->len = 1;
    sqe = next(rig, IORING_OP_OPENAT, AT_FDCWD, path, 2);
    sqe->flags = IOSQE_IO_DRAIN;
    sqe->open_flags = O_RDONLY | O_CLOEXEC;
    sqe = next(rig, IORING_OP_STATX, AT_FDCWD, other, 3);
    sqe->flags = IOSQE_IO_DRAIN;
    sqe->len = STATX_BASIC_STATS;
    sqe->addr2 = (uintptr_t)&info;
    sqe = next(rig, IORING_OP_TIMEOUT, -1, &time, 4);
    sqe->flags = IOSQE_IO_DRAIN;
    sqe->len = 1;
    CU_ASSERT_EQUAL(enter(rig, 4, 0), 4);
    scribble(path, sizeof path - 1);
    scribble(other, sizeof other - 1);
    memcpy(&time, &hour, sizeof time);
    CU_ASSERT_EQUAL(write(fds[1], "x", 1), 1);
    expect(rig, 1, 1);
    CU_ASSERT_EQUAL(enter(rig, 0, 1), 0);
    fd = kring__view_cqe(rig->view, *rig->view->cq_head)->res;
    expect(rig, 2, fd);
    CU_ASSERT_TRUE(fd >= 0);
    close(fd);
    expect(rig, 3, 0);
    CU_ASSERT_TRUE(S_ISCHR(info.stx_mode));
    expect(rig, 4, -ETIME);
    close(fds[0]);
    close(fds[1]);
}

static void paths_and_times_of_what_is_deferred_may_go(void)
{
    on_both(drained);
}

/* A timer's new time, and a limit behind what waits. */
static void later_times(struct rig *rig)
{
    struct kring_timespec hour = {3600, 0}, soon = {0, 1000000};
    struct io_uring_sqe *sqe;
    char byte;
    int fds[2];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    sqe = next(rig, IORING_OP_TIMEOUT, -1, &hour, 5);
    sqe->len = 1;
    CU_ASSERT_EQUAL(enter(rig, 1, 0), 1);
    sqe = next(rig, IORING_OP_TIMEOUT_REMOVE, -1, NULL, 6);
    sqe->addr = 5;
    sqe->addr2 = (uintptr_t)&soon;
    sqe->timeout_flags = IORING_TIMEOUT_UPDATE;
    sqe->flags = IOSQE_ASYNC;
    CU_ASSERT_EQUAL(enter(rig, 1, 0), 1);
    memcpy(&soon, &hour, sizeof soon);
    expect(rig, 6, 0);
    expect(rig, 5, -ETIME);
    soon.tv_sec = 0;
    soon.tv_nsec = 1000000;
    sqe = next(rig, IORING_OP_READ, fds[0], &byte, 7);
    sqe->len = 1;
    sqe->flags = IOSQE_IO_LINK;
    sqe = next(rig, IORING_OP_LINK_TIMEOUT, -1, &soon, 8);
    sqe->len = 1;
    CU_ASSERT_EQUAL(enter(rig, 2, 0), 2);
    memcpy(&soon, &hour, sizeof soon);
    CU_ASSERT_EQUAL(enter(rig, 0, 2), 0);
    while (kring__load_acquire(rig->view->cq_tail) - *rig->view->cq_head < 2)
        CU_ASSERT_EQUAL(enter(rig, 0, 2), 0);
    for (int i = 0; i < 2; i++) {
        bool read = kring__view_cqe(rig->view, *rig->view->cq_head)->user_data == 7;

        expect(rig, read ? 7 : 8, read ? -ECANCELED : -ETIME);
    }
    close(fds[0]);
    close(fds[1]);
}

static void new_and_linked_times_may_go(void)
{
    on_both(later_times);
}

/* The kernel reads it when the request runs, the soft engine no later than enter. */
static void option_values_of_linked_requests_may_go(void)
{
    struct rig rig;
    struct io_uring_sqe *sqe;
    int fds[2], fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), value = 1, is = 0;
    socklen_t length = sizeof is;
    char byte;

    (void)open_soft(&rig, 1024);
    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    sqe = next(&rig, IORING_OP_READ, fds[0], &byte, 1);
    sqe->len = 1;
    sqe->flags = IOSQE_IO_LINK;
    for (uint64_t i = 2; i <= 3; i++) {
        sqe = next(&rig, IORING_OP_URING_CMD, fd, NULL, i);
        sqe->cmd_op = SOCKET_URING_OP_SETSOCKOPT;
        sqe->level = SOL_SOCKET;
        sqe->optname = SO_KEEPALIVE;
        sqe->optval = (uintptr_t)&value;
        /* The second has a length that no memory is: refused, not read. */
        sqe->optlen = i == 2 || kring_test_emulated() ? sizeof value : UINT32_MAX;
        sqe->flags = i == 2 ? IOSQE_IO_LINK : 0;
    }
    CU_ASSERT_EQUAL(enter(&rig, 3, 0), 3);
    scribble(&value, sizeof value);
    value = 0;
    CU_ASSERT_EQUAL(write(fds[1], "x", 1), 1);
    expect(&rig, 1, 1);
    expect(&rig, 2, 0);
    expect(&rig, 3, kring_test_emulated() ? 0 : -EINVAL);
    CU_ASSERT_EQUAL(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &is, &length), 0);
    CU_ASSERT_EQUAL(is, 1);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
    close(fd);
}

static void exhausted_pool_fails_one_request(void)
{
    struct rig rig;
    char data[4];
    struct iovec vectors[8] = {{data, 1}, {data, 0}, {data, 0}, {data, 0}};
    int fds[2];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    /* Room for two of the three, not for three; the pool is a multiple of 64 bytes. */
    (void)open_soft(&rig, sizeof(void *) == 8 ? 320 : 192);
    CU_ASSERT_TRUE(rig.params.features & IORING_FEAT_SUBMIT_STABLE);
    for (uint64_t i = 1; i <= 3; i++)
        next(&rig, IORING_OP_READV, fds[0], vectors, i)->len = 8;
    next(&rig, IORING_OP_NOP, -1, NULL, 4);
    CU_ASSERT_EQUAL(enter(&rig, 4, 0), 4);
    CU_ASSERT_TRUE(copies_used(&rig) > 0);
    scribble(vectors, sizeof vectors);
    expect(&rig, 4, 0);
    expect(&rig, 3, -ENOMEM);
    CU_ASSERT_EQUAL(kring__soft_pending(rig.soft), 2);
    CU_ASSERT_EQUAL(write(fds[1], "ab", 2), 2);
    expect(&rig, 1, 1);
    expect(&rig, 2, 1);
    CU_ASSERT_EQUAL(copies_used(&rig), 0);
    /* A chain member for which there is none is refused with its chain. */
    memset(vectors, 0, sizeof vectors);
    next(&rig, IORING_OP_READV, fds[0], vectors, 5)->len = 8;
    next(&rig, IORING_OP_READV, fds[0], vectors, 6)->len = 8;
    next(&rig, IORING_OP_NOP, -1, NULL, 7);
    next(&rig, IORING_OP_READV, fds[0], vectors, 8)->len = 8;
    for (uint32_t i = 1; i <= 4; i++)
        kring__view_sqe(rig.view, *rig.view->sq_tail - i)->flags = IOSQE_IO_LINK;
    CU_ASSERT_EQUAL(enter(&rig, 4, 0), 4);
    expect(&rig, 5, -ECANCELED);
    expect(&rig, 6, -ECANCELED);
    expect(&rig, 7, -ECANCELED);
    expect(&rig, 8, -ENOMEM);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
}

/* Blocks of many sizes, freed in another order: the pool is whole again after each round. */
static void freed_copies_join(void)
{
    struct rig rig;
    char data[1];
    struct iovec vectors[64];
    int fds[12][2];
    const uint32_t pool = 256 * sizeof vectors[0];

    for (unsigned i = 0; i < 64; i++)
        vectors[i] = (struct iovec){data, i == 0};
    for (unsigned i = 0; i < 12; i++)
        CU_ASSERT_EQUAL_FATAL(pipe(fds[i]), 0);
    (void)open_soft(&rig, pool);
    for (unsigned round = 0; round < 50; round++) {
        unsigned order = round % 2 ? 5 : 7;

        for (unsigned i = 0; i < 12; i++)
            next(&rig, IORING_OP_READV, fds[i][0], vectors, i)->len = 1 + (i * 7 + round) % 16;
        CU_ASSERT_EQUAL(enter(&rig, 12, 0), 12);
        for (unsigned i = 0; i < 12; i++) {
            unsigned at = i * order % 12;

            CU_ASSERT_EQUAL(write(fds[at][1], "x", 1), 1);
            expect(&rig, at, 1);
        }
        CU_ASSERT_EQUAL(copies_used(&rig), 0);
    }
    /* Nearly all of it in one piece. */
    for (unsigned i = 0; i < 4; i++) {
        next(&rig, IORING_OP_READV, fds[i][0], vectors, i)->len = i < 3 ? 62 : 61;
        CU_ASSERT_EQUAL(enter(&rig, 1, 0), 1);
    }
    CU_ASSERT_TRUE(copies_used(&rig) > pool - 96);
    for (unsigned i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(write(fds[i][1], "x", 1), 1);
        expect(&rig, i, 1);
    }
    stop(&rig);
    for (unsigned i = 0; i < 12; i++) {
        close(fds[i][0]);
        close(fds[i][1]);
    }
}

static void inline_requests_need_no_copy(void)
{
    struct rig rig;
    char data[2];
    struct iovec vector = {data, 1};
    int fds[2];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    (void)open_soft(&rig, 64);
    CU_ASSERT_EQUAL(write(fds[1], "abcdefgh", 8), 8);
    for (uint64_t i = 0; i < 8; i++)
        next(&rig, IORING_OP_READV, fds[0], &vector, i)->len = 1;
    CU_ASSERT_EQUAL(enter(&rig, 8, 0), 8);
    for (uint64_t i = 0; i < 8; i++)
        expect(&rig, i, 1);
    stop(&rig);
    (void)open_soft(&rig, 0);
    CU_ASSERT_FALSE(rig.params.features & IORING_FEAT_SUBMIT_STABLE);
    CU_ASSERT_EQUAL(write(fds[1], "ab", 1), 1);
    next(&rig, IORING_OP_READV, fds[0], &vector, 1)->len = 1;
    CU_ASSERT_EQUAL(enter(&rig, 1, 0), 1);
    expect(&rig, 1, 1);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
}

int kring_test_soft_copies(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(vectors_of_a_waiting_request_may_go),
        KRING_TEST(vectors_are_read_before_the_chain_runs),
        KRING_TEST(message_header_is_read_once_and_written_at_the_end),
        KRING_TEST(name_and_vectors_of_a_waiting_sendmsg_may_go),
        KRING_TEST(address_of_a_late_connect_may_go),
        KRING_TEST(both_names_of_a_late_rename_may_go),
        KRING_TEST(paths_and_times_of_what_is_deferred_may_go),
        KRING_TEST(new_and_linked_times_may_go),
        KRING_TEST(option_values_of_linked_requests_may_go),
        KRING_TEST(exhausted_pool_fails_one_request),
        KRING_TEST(freed_copies_join),
        KRING_TEST(inline_requests_need_no_copy),
    };

    return KRING_SUITE_ADD("soft engine: stable copies", tests);
}

#else /* nothing to test */

int kring_test_soft_copies(void)
{
    return 0;
}

#endif
