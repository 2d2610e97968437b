/* SPDX-License-Identifier: MIT */
/* epoll instances of the application's, driven by operations. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

int kring_test_epoll(void);

static struct epoll_event event_of(uint32_t events, uint64_t data)
{
    struct epoll_event event;

    memset(&event, 0, sizeof event);
    event.events = events;
    event.data.u64 = data;
    return event;
}

static int instance(void)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);

    if (fd < 0 && errno == ENOSYS)
        kring_test_abandon("this kernel is built without CONFIG_EPOLL");
    CU_ASSERT_FATAL(fd >= 0);
    return fd;
}

/* The ring is closed, and the test skipped, where this engine lacks the operation. */
static bool can(struct kring *ring, unsigned opcode)
{
    if (kring_route_opcode(ring, opcode) != KRING_ENGINE_NONE)
        return true;
    rings_close(ring);
    kring_test_skip("this kernel lacks the operation");
    return false;
}

static void control(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct epoll_event event = event_of(EPOLLIN, 7), got;
    int fds[2], set;

    if (!can(ring, IORING_OP_EPOLL_CTL))
        return;
    set = instance();
    rings_pipe(fds);
    rings_write(fds[1], "x", 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_ADD, fds[0], &event)), 0);
    CU_ASSERT_EQUAL(epoll_wait(set, &got, 1, 0), 1);
    CU_ASSERT_EQUAL(got.events, EPOLLIN);
    CU_ASSERT_EQUAL(got.data.u64, 7);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_ADD, fds[0], &event)),
                    -EEXIST);
    event = event_of(EPOLLOUT, 9);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_MOD, fds[0], &event)), 0);
    CU_ASSERT_EQUAL(epoll_wait(set, &got, 1, 0), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_DEL, fds[0], NULL)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_DEL, fds[0], NULL)),
                    -ENOENT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_ADD, fds[0], NULL)),
                    -EFAULT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, 9, fds[0], &event)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, fds[0], EPOLL_CTL_ADD, fds[1], &event)),
                    -EINVAL);
    /* An index is no descriptor here. */
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, KRING_DIRECT(0), EPOLL_CTL_ADD, fds[0],
                                                   &event)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_ADD, KRING_DIRECT(0),
                                                   &event)), -EBADF);
    close(fds[0]);
    close(fds[1]);
    close(set);
    rings_close(ring);
}

static void wait_ready(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct epoll_event events[4], event = event_of(EPOLLIN, 1);
    int a[2], b[2], set;

    if (!can(ring, IORING_OP_EPOLL_WAIT))
        return;
    set = instance();
    rings_pipe(a);
    rings_pipe(b);
    CU_ASSERT_EQUAL(epoll_ctl(set, EPOLL_CTL_ADD, a[0], &event), 0);
    event = event_of(EPOLLIN, 2);
    CU_ASSERT_EQUAL(epoll_ctl(set, EPOLL_CTL_ADD, b[0], &event), 0);
    rings_write(a[1], "x", 1);
    rings_write(b[1], "x", 1);
    memset(events, 0, sizeof events);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_wait(ring, set, events, 4)), 2);
    CU_ASSERT_EQUAL(events[0].data.u64 + events[1].data.u64, 3);
    CU_ASSERT_EQUAL(events[0].events, EPOLLIN);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_wait(ring, set, events, 1)), 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_wait(ring, set, events, 0)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_wait(ring, a[0], events, 4)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_wait(ring, -1, events, 4)), -EBADF);
    for (unsigned i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
    close(set);
    rings_close(ring);
}

static void wait_waits(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct epoll_event events[2], event = event_of(EPOLLIN, 77);
    struct rings_log log = {0};
    int fds[2], set;
    kring_op op;

    if (!can(ring, IORING_OP_EPOLL_WAIT))
        return;
    set = instance();
    rings_pipe(fds);
    CU_ASSERT_EQUAL(epoll_ctl(set, EPOLL_CTL_ADD, fds[0], &event), 0);
    rings_start(ring, kring_epoll_wait(ring, set, events, 2), &log);
    rings_run_for(ring, 3);
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_write(fds[1], "x", 1);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 1);
    CU_ASSERT_EQUAL(events[0].data.u64, 77);
    CU_ASSERT_EQUAL(read(fds[0], &(char){0}, 1), 1);

    op = kring_epoll_wait(ring, set, events, 2);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 3 * KRING_MS), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), -ETIME);
    op = kring_epoll_wait(ring, set, events, 2);
    memset(&log, 0, sizeof log);
    rings_start(ring, op, &log);
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    close(fds[0]);
    close(fds[1]);
    close(set);
    rings_close(ring);
}

/* The event that is awaited comes from another operation of the same ring. */
static void wait_and_control(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct epoll_event events[2], event = event_of(EPOLLIN, 5);
    struct rings_log log = {0};
    unsigned released = 0;
    int fds[2], set;
    kring_op op;

    if (!can(ring, IORING_OP_EPOLL_WAIT) || !can(ring, IORING_OP_EPOLL_CTL))
        return;
    set = instance();
    rings_pipe(fds);
    rings_write(fds[1], "x", 1);
    rings_start(ring, kring_epoll_wait(ring, set, events, 2), &log);
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_ADD, fds[0], &event)), 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 1);
    CU_ASSERT_EQUAL(events[0].data.u64, 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_ctl(ring, set, EPOLL_CTL_DEL, fds[0], NULL)), 0);
    op = kring_epoll_wait(ring, set, events, 2);
    rings_start(ring, op, &log);
    rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    close(fds[0]);
    close(fds[1]);
    close(set);
    rings_close(ring);
}

/* On a direct descriptor it is the index that counts, wherever the table is. */
static void direct_instance(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct epoll_event events[2], event = event_of(EPOLLIN, 6);
    struct kring *ring;
    int fds[2], set;

    options.direct_descriptors = 2;
    ring = rings_open_direct(kind, &options);
    if (ring == NULL || !can(ring, IORING_OP_EPOLL_WAIT))
        return;
    set = instance();
    rings_pipe(fds);
    rings_write(fds[1], "x", 1);
    CU_ASSERT_EQUAL(epoll_ctl(set, EPOLL_CTL_ADD, fds[0], &event), 0);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 1, set), 0);
    close(set);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_wait(ring, KRING_DIRECT(1), events, 2)), 1);
    CU_ASSERT_EQUAL(events[0].data.u64, 6);
    CU_ASSERT_EQUAL(rings_do(ring, kring_epoll_wait(ring, KRING_DIRECT(0), events, 2)), -EBADF);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}

RINGS_TEST(control)
RINGS_TEST(wait_ready)
RINGS_TEST(wait_waits)
RINGS_TEST(wait_and_control)
RINGS_TEST(direct_instance)

int kring_test_epoll(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("control: add, change, remove, mistakes", control),
        RINGS_ROWS("wait: what is ready, and mistakes", wait_ready),
        RINGS_ROWS("wait: later, deadline, cancel", wait_waits),
        RINGS_ROWS("wait for what another operation adds; drop", wait_and_control),
        RINGS_ROWS("an instance that is a direct descriptor", direct_instance),
    };

    return KRING_SUITE_ADD("epoll", tests);
}
