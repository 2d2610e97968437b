/* SPDX-License-Identifier: MIT */
/* The mechanisms of the soft engine, below the operations that the oracle compares. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fake_sys.h"
#include "fallback/engine.h"

#if CONFIG_KRING_SOFT_ENGINE

struct rig {
    struct kring__soft *soft;
    struct kring__view *view;
    struct io_uring_params params;
    void *memory;
    size_t length;
};

static const struct kring__soft_config usual = {
    .entries = 8, .requests = 64, .timers = 16, .fds = 32, .fixed_files = 8, .groups = 4,
    .buffers = 16,
};

static int try_open(struct rig *rig, const struct kring__soft_config *config, uint32_t flags)
{
    int res;

    memset(rig, 0, sizeof *rig);
    rig->params.flags = flags;
    rig->length = kring__soft_memory(config);
    rig->memory = mmap(NULL, rig->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
    res = kring__soft_setup(&rig->soft, config, &rig->params, rig->memory, rig->length);
    if (res < 0)
        munmap(rig->memory, rig->length);
    else
        rig->view = kring__soft_view(rig->soft);
    return res;
}

static void start(struct rig *rig, const struct kring__soft_config *config)
{
    CU_ASSERT_EQUAL_FATAL(try_open(rig, config, 0), 0);
}

static void stop(struct rig *rig)
{
    kring__soft_close(rig->soft);
    munmap(rig->memory, rig->length);
}

static struct io_uring_sqe *next(struct rig *rig, unsigned opcode, int fd, uint64_t user_data)
{
    uint32_t tail = *rig->view->sq_tail;
    struct io_uring_sqe *sqe = kring__view_sqe(rig->view, tail);

    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = (uint8_t)opcode;
    sqe->fd = fd;
    sqe->user_data = user_data;
    kring__store_release(rig->view->sq_tail, tail + 1);
    return sqe;
}

static int submit(struct rig *rig, unsigned count)
{
    return kring__soft_enter(rig->soft, count, 0, 0, NULL, 0);
}

static int wait_ms(struct rig *rig, unsigned min, int64_t ms)
{
    struct kring_timespec time = {ms / 1000, ms % 1000 * 1000000};
    struct io_uring_getevents_arg arg = {.ts = (uintptr_t)&time};

    int res;

    /* Late work for rings that this thread has closed interrupts a wait without any signal. */
    for (unsigned tries = 0; tries < 100; tries++) {
        res = kring__soft_enter(rig->soft, 0, min, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
                                &arg, sizeof arg);
        if (res != -EINTR)
            break;
    }
    return res;
}

struct result {
    uint64_t user_data;
    int32_t res;
    uint32_t flags;
};

/* Takes one CQE that must be there. */
static struct result reap(struct rig *rig)
{
    struct result cqe = {UINT64_MAX, -9999, 0};
    uint32_t head = *rig->view->cq_head;

    CU_ASSERT_NOT_EQUAL(head, kring__load_acquire(rig->view->cq_tail));
    if (head == kring__load_acquire(rig->view->cq_tail))
        return cqe;
    memcpy(&cqe, kring__view_cqe(rig->view, head), sizeof cqe);
    kring__store_release(rig->view->cq_head, head + 1);
    return cqe;
}

static uint32_t unread(const struct rig *rig)
{
    return kring__load_acquire(rig->view->cq_tail) - *rig->view->cq_head;
}

static void expect(struct rig *rig, uint64_t user_data, int res)
{
    struct result cqe = reap(rig);

    CU_ASSERT_EQUAL(cqe.user_data, user_data);
    CU_ASSERT_EQUAL(cqe.res, res);
}

static struct io_uring_sqe *read_from(struct rig *rig, int fd, void *data, uint32_t length,
                                      uint64_t user_data)
{
    struct io_uring_sqe *sqe = next(rig, IORING_OP_READ, fd, user_data);

    sqe->addr = (uintptr_t)data;
    sqe->len = length;
    sqe->off = UINT64_MAX;
    return sqe;
}

static struct io_uring_sqe *timeout_at(struct rig *rig, const struct kring_timespec *time,
                                       uint32_t flags, uint64_t user_data)
{
    struct io_uring_sqe *sqe = next(rig, IORING_OP_TIMEOUT, -1, user_data);

    sqe->addr = (uintptr_t)time;
    sqe->len = 1;
    sqe->timeout_flags = flags;
    return sqe;
}

static void indices_wrap(void)
{
    struct rig rig;
    const uint32_t near = UINT32_MAX - 5;

    start(&rig, &usual);
    rig.soft->sq_head = rig.soft->cq_tail = near;
    *rig.view->sq_head = *rig.view->sq_tail = *rig.view->cq_head = *rig.view->cq_tail = near;
    for (uint64_t round = 0; round < 4; round++) {
        for (uint64_t i = 0; i < 7; i++)
            next(&rig, IORING_OP_NOP, -1, round * 10 + i);
        CU_ASSERT_EQUAL(submit(&rig, 7), 7);
        CU_ASSERT_EQUAL(unread(&rig), 7);
        for (uint64_t i = 0; i < 7; i++)
            expect(&rig, round * 10 + i, 0);
    }
    CU_ASSERT_EQUAL(*rig.view->sq_head, near + 28);
    CU_ASSERT_EQUAL(*rig.view->cq_tail, near + 28);
    stop(&rig);
}

static void counted_timeout_survives_wrap(void)
{
    struct rig rig;
    const struct kring_timespec hour = {3600, 0};

    start(&rig, &usual);
    rig.soft->cq_tail = *rig.view->cq_head = *rig.view->cq_tail = UINT32_MAX - 1;
    timeout_at(&rig, &hour, 0, 1)->off = 3;
    for (uint64_t i = 2; i < 5; i++)
        next(&rig, IORING_OP_NOP, -1, i);
    CU_ASSERT_EQUAL(submit(&rig, 4), 4);
    for (uint64_t i = 2; i < 5; i++)
        expect(&rig, i, 0);
    expect(&rig, 1, 0);
    CU_ASSERT_EQUAL(kring__soft_pending(rig.soft), 0);
    stop(&rig);
}

static void overflow_loses_nothing(void)
{
    struct rig rig;
    uint64_t seen = 0;

    start(&rig, &usual);
    for (uint64_t round = 0; round < 6; round++) {
        for (uint64_t i = 0; i < 8; i++)
            next(&rig, IORING_OP_NOP, -1, round * 8 + i);
        CU_ASSERT_EQUAL(submit(&rig, 8), 8);
    }
    CU_ASSERT_EQUAL(unread(&rig), 16);
    CU_ASSERT_TRUE(*rig.view->sq_flags & IORING_SQ_CQ_OVERFLOW);
    while (seen < 48) {
        uint32_t have = unread(&rig);

        CU_ASSERT_TRUE_FATAL(have > 0);
        for (uint32_t i = 0; i < have; i++)
            expect(&rig, seen++, 0);
        CU_ASSERT_EQUAL(wait_ms(&rig, seen < 48, 1000), 0);
    }
    CU_ASSERT_FALSE(*rig.view->sq_flags & IORING_SQ_CQ_OVERFLOW);
    CU_ASSERT_EQUAL(*rig.view->cq_overflow, 0);
    stop(&rig);
}

static void pool_exhausted_is_eagain(void)
{
    struct kring__soft_config config = usual;
    struct rig rig;
    int fds[2];
    char data[8];

    config.requests = 3;
    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    start(&rig, &config);
    for (uint64_t i = 0; i < 5; i++)
        read_from(&rig, fds[0], data, 1, i);
    CU_ASSERT_EQUAL(submit(&rig, 5), 3);
    CU_ASSERT_EQUAL(submit(&rig, 2), -EAGAIN);
    CU_ASSERT_EQUAL(write(fds[1], "abcde", 5), 5);
    CU_ASSERT_EQUAL(wait_ms(&rig, 3, 1000), 0);
    CU_ASSERT_EQUAL(submit(&rig, 2), 2);
    for (uint64_t i = 0; i < 5; i++)
        expect(&rig, i, 1);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
}

static void bad_indices_are_dropped(void)
{
    struct rig rig;

    start(&rig, &usual);
    next(&rig, IORING_OP_NOP, -1, 1);
    next(&rig, IORING_OP_NOP, -1, 2);
    next(&rig, IORING_OP_NOP, -1, 3);
    rig.view->sq_array[1] = 0x7fffffff;
    CU_ASSERT_EQUAL(submit(&rig, 3), 1);
    CU_ASSERT_EQUAL(*rig.view->sq_dropped, 1);
    CU_ASSERT_EQUAL(submit(&rig, 1), 1);
    expect(&rig, 1, 0);
    expect(&rig, 3, 0);
    /* A tail from nowhere is worth a ring full at most; a head from nowhere leaves no room. */
    *rig.view->sq_tail += 1000;
    CU_ASSERT_EQUAL(submit(&rig, 1000), 6); /* up to the bad index again */
    *rig.view->cq_head += 77;
    next(&rig, IORING_OP_NOP, -1, 9);
    (void)submit(&rig, 1);
    CU_ASSERT_TRUE(*rig.view->sq_flags & IORING_SQ_CQ_OVERFLOW);
    stop(&rig);
}

static void timers_fire_in_order(void)
{
    struct kring__soft_config config = usual;
    struct kring_timespec times[40];
    struct timespec now;
    struct rig rig;

    config.entries = 64;
    start(&rig, &config);
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (uint64_t i = 0; i < 40; i++) {
        uint64_t rank = i * 17 % 40;

        times[i].tv_sec = now.tv_sec;
        times[i].tv_nsec = now.tv_nsec + (int64_t)(100000000 + rank * 100000);
        timeout_at(&rig, &times[i], IORING_TIMEOUT_ABS, rank);
    }
    CU_ASSERT_EQUAL(submit(&rig, 40), 40);
    CU_ASSERT_NOT_EQUAL(kring__soft_next_timer(rig.soft), INT64_MAX);
    /* Each timeout that fires ends the wait, as in the kernel. */
    while (unread(&rig) < 40 && wait_ms(&rig, 40, 2000) == 0)
        ;
    for (uint64_t i = 0; i < 40; i++)
        expect(&rig, i, -ETIME);
    CU_ASSERT_EQUAL(kring__soft_next_timer(rig.soft), INT64_MAX);
    stop(&rig);
}

static void cancel_takes_timers_out_of_the_heap(void)
{
    const struct kring_timespec hour = {3600, 0};
    struct kring__match match = {.user_data = 3};
    struct rig rig;

    start(&rig, &usual);
    for (uint64_t i = 0; i < 6; i++)
        timeout_at(&rig, &hour, i % 2 ? IORING_TIMEOUT_BOOTTIME : 0, i);
    CU_ASSERT_EQUAL(submit(&rig, 6), 6);
    CU_ASSERT_EQUAL(kring__soft_cancel(rig.soft, &match), 0);
    CU_ASSERT_EQUAL(kring__soft_cancel(rig.soft, &match), -ENOENT);
    match.flags = IORING_ASYNC_CANCEL_ANY;
    CU_ASSERT_EQUAL(kring__soft_cancel(rig.soft, &match), 5);
    CU_ASSERT_EQUAL(kring__soft_cancel(rig.soft, &match), 0);
    CU_ASSERT_EQUAL(wait_ms(&rig, 6, 100), 0);
    expect(&rig, 3, -ECANCELED);
    CU_ASSERT_EQUAL(unread(&rig), 5);
    CU_ASSERT_EQUAL(rig.soft->heap_total, 0);
    CU_ASSERT_EQUAL(kring__soft_pending(rig.soft), 0);
    stop(&rig);
}

/* As the peer of a full AF_UNIX datagram socket: writable for poll, EAGAIN for send. */
static void lying_readiness_backs_off(void)
{
    struct rig rig;
    struct io_uring_sqe *sqe;
    int fds[2], filled = 0;
    char text[4] = "abc";
    uint64_t waits;

    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
    while (send(fds[0], text, 1, MSG_DONTWAIT) == 1)
        filled++;
    start(&rig, &usual);
    sqe = next(&rig, IORING_OP_SEND, fds[0], 1);
    sqe->addr = (uintptr_t)text;
    sqe->len = 3;
    CU_ASSERT_EQUAL(submit(&rig, 1), 1);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 200), -ETIME);
    waits = kring__soft_waits(rig.soft);
    CU_ASSERT_TRUE(waits < 100);
    for (int i = 0; i < filled; i++)
        CU_ASSERT_EQUAL(recv(fds[1], text, sizeof text, MSG_DONTWAIT), 1);
    memcpy(text, "abc", 3);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    expect(&rig, 1, 3);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
}

static void reused_number_is_not_the_old_file(void)
{
    struct rig rig;
    int fds[2], other[2], copy;
    char data[4] = {0};

    start(&rig, &usual);
    if (kring__soft_epoll_fd(rig.soft) < 0) {
        stop(&rig);
        KRING_SKIP("only epoll can tell files apart");
    }
    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
    read_from(&rig, fds[0], data, 1, 1);
    CU_ASSERT_EQUAL(submit(&rig, 1), 1);
    /* The old file lives on under another number, so its registration does too. */
    copy = dup(fds[0]);
    CU_ASSERT_EQUAL(dup2(other[0], fds[0]), fds[0]);
    CU_ASSERT_EQUAL(write(other[1], "x", 1), 1);
    CU_ASSERT_EQUAL(write(fds[1], "y", 1), 1);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    expect(&rig, 1, -EBADF);
    CU_ASSERT_EQUAL(data[0], 0);
    stop(&rig);
    close(copy);
    close(fds[0]);
    close(fds[1]);
    close(other[0]);
    close(other[1]);
}

static void new_request_on_a_reused_number_works(void)
{
    struct rig rig;
    int fds[2], other[2], copy;
    char data[4] = {0}, fresh[4] = {0};

    start(&rig, &usual);
    if (kring__soft_epoll_fd(rig.soft) < 0) {
        stop(&rig);
        KRING_SKIP("only epoll can tell files apart");
    }
    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    CU_ASSERT_EQUAL_FATAL(pipe(other), 0);
    read_from(&rig, fds[0], data, 1, 1);
    CU_ASSERT_EQUAL(submit(&rig, 1), 1);
    copy = dup(fds[0]);
    CU_ASSERT_EQUAL(dup2(other[0], fds[0]), fds[0]);
    read_from(&rig, fds[0], fresh, 1, 2);
    CU_ASSERT_EQUAL(submit(&rig, 1), 1);
    expect(&rig, 1, -EBADF);
    CU_ASSERT_EQUAL(write(other[1], "z", 1), 1);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    expect(&rig, 2, 1);
    CU_ASSERT_EQUAL(fresh[0], 'z');
    stop(&rig);
    close(copy);
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        close(other[i]);
    }
}

static void direct_descriptor_outlives_its_slot(void)
{
    struct rig rig;
    int fds[2];
    int32_t table[1];
    char data[4];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    start(&rig, &usual);
    table[0] = fds[0];
    CU_ASSERT_EQUAL(kring__soft_register(rig.soft, IORING_REGISTER_FILES, table, 1), 0);
    read_from(&rig, 0, data, 4, 1)->flags = IOSQE_FIXED_FILE;
    CU_ASSERT_EQUAL(submit(&rig, 1), 1);
    CU_ASSERT_EQUAL(kring__soft_register(rig.soft, IORING_UNREGISTER_FILES, NULL, 0), 0);
    close(fds[0]);
    CU_ASSERT_EQUAL(write(fds[1], "abcd", 4), 4);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    expect(&rig, 1, 4);
    stop(&rig);
    close(fds[1]);
}

static void waiting_request_holds_no_buffer(void)
{
    static char memory[4][16];
    struct io_uring_sqe *sqe;
    struct rig rig;
    int fds[2];
    struct result cqe;

    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    start(&rig, &usual);
    CU_ASSERT_EQUAL(kring__soft_provide(rig.soft, (uintptr_t)memory, 16, 1, 7, 5), 0);
    for (uint64_t i = 0; i < 2; i++) {
        sqe = next(&rig, IORING_OP_RECV, fds[0], i);
        sqe->flags = IOSQE_BUFFER_SELECT;
        sqe->buf_group = 7;
    }
    CU_ASSERT_EQUAL(submit(&rig, 2), 2);
    CU_ASSERT_EQUAL(unread(&rig), 0);
    CU_ASSERT_EQUAL(write(fds[1], "abc", 3), 3);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    cqe = reap(&rig);
    CU_ASSERT_EQUAL(cqe.res, 3);
    CU_ASSERT_EQUAL(cqe.flags & 0xffff0001u, 5u << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER);
    CU_ASSERT_EQUAL(memcmp(memory[0], "abc", 3), 0);
    /* The group is empty now: the other one learns it when data comes. */
    CU_ASSERT_EQUAL(write(fds[1], "d", 1), 1);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    expect(&rig, 1, -ENOBUFS);
    CU_ASSERT_EQUAL(kring__soft_provide(rig.soft, (uintptr_t)memory, 16, 4, 7, 0), 0);
    CU_ASSERT_EQUAL(kring__soft_unprovide(rig.soft, 9, 7), 4);
    CU_ASSERT_EQUAL(kring__soft_unprovide(rig.soft, 9, 8), -ENOENT);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
}

#define MAILS 20000
static void *put_mails(void *arg)
{
    for (uint64_t i = 0; i < MAILS;) {
        if (kring__mail_put(arg, i, 1, 0) == 0)
            i++;
        else
            usleep(50);
    }
    return NULL;
}

static void mails_arrive_from_threads(void)
{
    struct rig rig;
    pthread_t threads[2];
    uint32_t got = 0;
    uint64_t sum = 0;

    start(&rig, &usual);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(
            pthread_create(&threads[i], NULL, put_mails, kring__soft_mail(rig.soft)), 0);
    while (got < 2 * MAILS && wait_ms(&rig, 1, 5000) == 0) {
        while (unread(&rig)) {
            sum += reap(&rig).user_data;
            got++;
        }
    }
    CU_ASSERT_EQUAL(got, 2 * MAILS);
    CU_ASSERT_EQUAL(sum, (uint64_t)MAILS * (MAILS - 1));
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_FALSE(kring__soft_woken(rig.soft));
    stop(&rig);
}

static void full_mailbox_is_eagain(void)
{
    struct rig rig;
    uint64_t put = 0;

    start(&rig, &usual);
    while (put < 100000 && kring__mail_put(kring__soft_mail(rig.soft), put, 0, 0) == 0)
        put++;
    CU_ASSERT_TRUE(put > 16 && put < 100000);
    CU_ASSERT_TRUE(kring__soft_runnable(rig.soft));
    for (uint64_t i = 0; i < put; i++) {
        if (unread(&rig) == 0)
            CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
        expect(&rig, i, 0);
    }
    CU_ASSERT_EQUAL(kring__mail_put(kring__soft_mail(rig.soft), 1, 0, 0), 0);
    stop(&rig);
}

static void *wake_soon(void *arg)
{
    usleep(5000);
    kring__soft_wake(arg);
    return NULL;
}

static void wake_ends_a_wait(void)
{
    struct rig rig;
    pthread_t thread;

    start(&rig, &usual);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, wake_soon, rig.soft), 0);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 20000), 0);
    CU_ASSERT_TRUE(kring__soft_woken(rig.soft));
    CU_ASSERT_FALSE(kring__soft_woken(rig.soft));
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 5), -ETIME);
    stop(&rig);
}

static void pipe_and_timer(const struct kring__soft_config *config)
{
    const struct kring_timespec soon = {0, 3000000};
    struct rig rig;
    int fds[2];
    char data[8];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    start(&rig, config);
    read_from(&rig, fds[0], data, 4, 1);
    timeout_at(&rig, &soon, 0, 2);
    CU_ASSERT_EQUAL(submit(&rig, 2), 2);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    expect(&rig, 2, -ETIME);
    CU_ASSERT_EQUAL(write(fds[1], "abcd", 4), 4);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    expect(&rig, 1, 4);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 3), -ETIME);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
}

static void waits_by_ppoll_when_told(void)
{
    struct kring__soft_config config = usual;

    config.flags = KRING__SOFT_NO_EPOLL;
    pipe_and_timer(&config);
}

static void waits_by_ppoll_without_epoll(void)
{
    struct kring_fake fake;

    memset(&fake, 0, sizeof fake);
    fake.missing[KRING__SYS_epoll_create1] = 1;
    kring_fake_set(&fake);
    pipe_and_timer(&usual);
    kring_fake_clear();
}

static void waits_in_milliseconds_without_pwait2(void)
{
    struct kring_fake fake;

    memset(&fake, 0, sizeof fake);
    fake.missing[KRING__SYS_epoll_pwait2] = 1;
    kring_fake_set(&fake);
    pipe_and_timer(&usual);
    kring_fake_clear();
}

static void setup_failures_leak_nothing(void)
{
    struct kring_fake fake;
    int before = kring_test_open_fds();

    for (unsigned nth = 1; nth < 8; nth++) {
        struct rig rig;
        int res;

        memset(&fake, 0, sizeof fake);
        fake.fail_nth = nth;
        fake.fail_errno = EMFILE;
        kring_fake_set(&fake);
        res = try_open(&rig, &usual, 0);
        kring_fake_clear();
        CU_ASSERT_TRUE(res == 0 || res == -EMFILE);
        if (res == 0)
            stop(&rig);
        CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    }
}

static void setup_checks_its_arguments(void)
{
    struct kring__soft_config config = usual;
    struct rig rig;

    CU_ASSERT_EQUAL(try_open(&rig, &config, IORING_SETUP_SQPOLL), -EINVAL);
    CU_ASSERT_EQUAL(try_open(&rig, &config, UINT32_C(1) << 31), -EINVAL);
    CU_ASSERT_EQUAL(try_open(&rig, &config, IORING_SETUP_DEFER_TASKRUN), -EINVAL);
    config.entries = 0;
    CU_ASSERT_EQUAL(kring__soft_memory(&config), 0);
    config.entries = 5;
    config.cq_entries = 3;
    CU_ASSERT_EQUAL(kring__soft_memory(&config), 0);
    config.cq_entries = 0;
    CU_ASSERT_EQUAL_FATAL(try_open(&rig, &config, IORING_SETUP_R_DISABLED), 0);
    CU_ASSERT_EQUAL(rig.params.sq_entries, 8);
    CU_ASSERT_EQUAL(rig.params.cq_entries, 16);
    CU_ASSERT_EQUAL(submit(&rig, 1), -EBADFD);
    CU_ASSERT_EQUAL(kring__soft_register(rig.soft, IORING_REGISTER_ENABLE_RINGS, NULL, 0), 0);
    CU_ASSERT_EQUAL(kring__soft_register(rig.soft, IORING_REGISTER_ENABLE_RINGS, NULL, 0),
                    -EBADFD);
    stop(&rig);
}

/* More fds than the table holds: none is lost, they are only slower. */
static void more_fds_than_configured_all_end(void)
{
    struct kring__soft_config config = usual;
    struct rig rig;
    int fds[8][2];
    char data[8];

    config.fds = 3;
    start(&rig, &config);
    for (uint64_t i = 0; i < 8; i++) {
        CU_ASSERT_EQUAL_FATAL(pipe(fds[i]), 0);
        read_from(&rig, fds[i][0], &data[i], 1, i);
    }
    CU_ASSERT_EQUAL(submit(&rig, 8), 8);
    for (unsigned i = 0; i < 8; i++)
        CU_ASSERT_EQUAL(write(fds[i][1], "x", 1), 1);
    for (int i = 0; i < 20 && unread(&rig) < 8; i++)
        (void)wait_ms(&rig, 8, 100);
    CU_ASSERT_EQUAL(unread(&rig), 8);
    for (unsigned i = 0; i < 8; i++)
        CU_ASSERT_EQUAL(reap(&rig).res, 1);
    stop(&rig);
    for (unsigned i = 0; i < 8; i++) {
        close(fds[i][0]);
        close(fds[i][1]);
    }
}

static void requests_on_one_fd_keep_their_order(void)
{
    struct rig rig;
    int fds[2];
    char data[6];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    start(&rig, &usual);
    for (uint64_t i = 0; i < 6; i++)
        read_from(&rig, fds[0], &data[i], 1, i);
    CU_ASSERT_EQUAL(submit(&rig, 6), 6);
    for (unsigned i = 0; i < 6; i += 2) {
        CU_ASSERT_EQUAL(write(fds[1], &"ABCDEF"[i], 2), 2);
        CU_ASSERT_EQUAL(wait_ms(&rig, 2, 1000), 0);
        expect(&rig, i, 1);
        expect(&rig, i + 1, 1);
    }
    CU_ASSERT_EQUAL(memcmp(data, "ABCDEF", 6), 0);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
}

/* The duplicate of a multishot poll is the engine's, and ends with it. */
static void close_with_requests_leaks_no_fd(void)
{
    const struct kring_timespec hour = {3600, 0};
    int before = kring_test_open_fds();
    struct io_uring_sqe *sqe;
    struct rig rig;
    int fds[2];
    int32_t table[2];
    char data[4];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    start(&rig, &usual);
    table[0] = fds[0];
    table[1] = -1;
    CU_ASSERT_EQUAL(kring__soft_register(rig.soft, IORING_REGISTER_FILES, table, 2), 0);
    sqe = next(&rig, IORING_OP_POLL_ADD, fds[0], 1);
    sqe->poll32_events = kring__poll_mask(POLLIN);
    sqe->len = IORING_POLL_ADD_MULTI;
    read_from(&rig, fds[0], data, 1, 2);
    timeout_at(&rig, &hour, 0, 3);
    CU_ASSERT_EQUAL(submit(&rig, 3), 3);
    CU_ASSERT_EQUAL(kring__soft_pending(rig.soft), 3);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
}

static void an_idle_wait_does_not_spin(void)
{
    const struct kring_timespec soon = {0, 30000000};
    struct rig rig;
    int fds[2];
    char data[4];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    start(&rig, &usual);
    read_from(&rig, fds[0], data, 1, 1);
    timeout_at(&rig, &soon, 0, 2);
    CU_ASSERT_EQUAL(submit(&rig, 2), 2);
    CU_ASSERT_EQUAL(wait_ms(&rig, 1, 1000), 0);
    CU_ASSERT_TRUE(kring__soft_waits(rig.soft) < 5);
    expect(&rig, 2, -ETIME);
    stop(&rig);
    close(fds[0]);
    close(fds[1]);
}

int kring_test_soft(void);
int kring_test_soft(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(indices_wrap),
        KRING_TEST(counted_timeout_survives_wrap),
        KRING_TEST(overflow_loses_nothing),
        KRING_TEST(pool_exhausted_is_eagain),
        KRING_TEST(bad_indices_are_dropped),
        KRING_TEST(timers_fire_in_order),
        KRING_TEST(cancel_takes_timers_out_of_the_heap),
        KRING_TEST(lying_readiness_backs_off),
        KRING_TEST(reused_number_is_not_the_old_file),
        KRING_TEST(new_request_on_a_reused_number_works),
        KRING_TEST(direct_descriptor_outlives_its_slot),
        KRING_TEST(waiting_request_holds_no_buffer),
        KRING_TEST(mails_arrive_from_threads),
        KRING_TEST(full_mailbox_is_eagain),
        KRING_TEST(wake_ends_a_wait),
        KRING_TEST(waits_by_ppoll_when_told),
        KRING_TEST(waits_by_ppoll_without_epoll),
        KRING_TEST(waits_in_milliseconds_without_pwait2),
        KRING_TEST(setup_failures_leak_nothing),
        KRING_TEST(setup_checks_its_arguments),
        KRING_TEST(more_fds_than_configured_all_end),
        KRING_TEST(requests_on_one_fd_keep_their_order),
        KRING_TEST(close_with_requests_leaks_no_fd),
        KRING_TEST(an_idle_wait_does_not_spin),
    };

    return KRING_SUITE_ADD("soft", tests);
}

#else /* nothing to test */

int kring_test_soft(void)
{
    return 0;
}

#endif
