/* SPDX-License-Identifier: MIT */
/*
 * A ring inside somebody else's loop: one fd that is readable whenever kring_run(ring, 0) has work.
 * It is an epoll fd of its own over the ring fd, the soft engine and a timerfd; the ring itself
 * never polls it, so no loop of polls arises.
 */
#include <linux/fcntl.h>

#include "ring.h"

#define POLL_IN 1
#define CTL_ADD 1
#define TIMER_ABSOLUTE 1
#define CLOCK_IS_MONOTONIC 1
#define NONBLOCK_CLOEXEC (O_CLOEXEC | O_NONBLOCK)

int64_t kring__next_timer(struct kring *ring)
{
    int64_t next = kring__deadline_next(ring);

    if (ring->soft != NULL) {
        int64_t soft = kring__soft_next_timer(ring->soft);

        if (soft < next)
            next = soft;
    }
    return next;
}

int64_t kring__next_look(struct kring *ring)
{
    int64_t next = kring__next_timer(ring);

    /* What a poll completes there is only told on the way out of the kernel. */
    if ((ring->caps.quirks & 1u << KRING__QUIRK_TASK_WORK) && !kring__kernel_idle(ring))
        next = kring__look_again(next);
    return next;
}

bool kring__has_work(struct kring *ring)
{
    if (ring->ended.first != KRING__NIL || ring->steps.first != KRING__NIL ||
        ring->cancels != KRING__NIL || ring->waiting.first != KRING__NIL)
        return true;
#if CONFIG_KRING_SOFT_ENGINE
    if (ring->mail.cells != NULL && kring__mail_pending(&ring->mail))
        return true;
#endif
    if (ring->soft != NULL) {
        const struct kring__view *view = kring__soft_view(ring->soft);

        if (kring__load_acquire(view->cq_tail) != *view->cq_head ||
            kring__soft_runnable(ring->soft))
            return true;
    }
    return false;
}

#if CONFIG_KRING_KERNEL_ENGINE
/*
 * On DEFER_TASKRUN rings the kernel tells finished work to an eventfd only: whoever sleeps in poll
 * or epoll on the ring fd is never woken (seen on 6.18; io_req_local_work_add, 6.3 on).
 */
int kring__kernel_wait_fd(struct kring *ring)
{
    static const uint64_t one = 1;
    int32_t number;
    long fd, rc;

    if (!(ring->caps.pub.setup_flags & IORING_SETUP_DEFER_TASKRUN))
        return ring->kernel.fd;
    if (ring->event_fd >= 0)
        return ring->event_fd;
    fd = kring__sys_eventfd2(0, NONBLOCK_CLOEXEC);
    if (fd < 0)
        return (int)fd;
    number = (int32_t)fd;
    rc = kring__sys_io_uring_register(ring->kernel.fd, IORING_REGISTER_EVENTFD, &number, 1);
    if (rc < 0) {
        (void)kring__sys_close(number);
        return (int)rc;
    }
    ring->event_fd = number;
    if (ring->kernel_inflight) /* what came before could not tell it */
        (void)kring__sys_write(number, &one, sizeof one);
    return number;
}

void kring__event_drain(struct kring *ring)
{
    uint64_t count;

    if (ring->event_fd >= 0)
        (void)kring__sys_read(ring->event_fd, &count, sizeof count);
}
#endif

static int32_t inner_fd(struct kring *ring)
{
    int32_t fd;

    if (ring->soft == NULL)
        return ring->wake_fd;
    fd = kring__soft_epoll_fd(ring->soft);
    return fd;
}

static int add(struct kring *ring, int32_t fd)
{
    struct kring__epoll_event event;

    memset(&event, 0, sizeof event);
    event.events = POLL_IN;
    event.data = (uint32_t)fd;
    return (int)kring__sys_epoll_ctl(ring->loop_fd, CTL_ADD, fd, &event);
}

void kring__loop_update(struct kring *ring)
{
    struct kring__itimerspec spec;
    int64_t next = kring__has_work(ring) ? 1 : kring__next_look(ring);

    if (ring->timer_fd < 0)
        return;
    if (ring->soft != NULL && kring__soft_epoll_sets(ring->soft) != ring->loop_set &&
        add(ring, inner_fd(ring)) == 0)
        ring->loop_set = kring__soft_epoll_sets(ring->soft);
    memset(&spec, 0, sizeof spec);
    if (next != INT64_MAX) {
        if (next < 1)
            next = 1; /* zero would disarm */
        spec.value_sec = next / KRING_SECOND;
        spec.value_nsec = next % KRING_SECOND;
    }
    (void)kring__sys_timerfd_settime(ring->timer_fd, TIMER_ABSOLUTE, &spec, NULL);
}

void kring__loop_close(struct kring *ring)
{
    if (ring->loop_fd >= 0)
        (void)kring__sys_close(ring->loop_fd);
    if (ring->timer_fd >= 0)
        (void)kring__sys_close(ring->timer_fd);
    ring->loop_fd = ring->timer_fd = -1;
}

int kring_fd(struct kring *ring)
{
    long fd;
    int error = kring__usable(ring);

    if (error < 0)
        return error;
    if (ring->loop_fd >= 0)
        return ring->loop_fd;
    error = kring__bind(ring); /* a disabled ring cannot be polled */
    if (error < 0)
        return error;
    if (inner_fd(ring) < 0)
        return -EOPNOTSUPP; /* ppoll build, or no epoll here: kring_pollfds() */
    fd = kring__sys_epoll_create1(O_CLOEXEC);
    if (fd < 0)
        return (int)fd;
    ring->loop_fd = (int32_t)fd;
    fd = kring__sys_timerfd_create(CLOCK_IS_MONOTONIC, NONBLOCK_CLOEXEC);
    if (fd < 0) {
        kring__loop_close(ring);
        return (int)fd;
    }
    ring->timer_fd = (int32_t)fd;
    error = add(ring, ring->timer_fd);
    if (ring->soft != NULL)
        ring->loop_set = kring__soft_epoll_sets(ring->soft);
    if (error == 0)
        error = add(ring, inner_fd(ring));
#if CONFIG_KRING_KERNEL_ENGINE
    if (error == 0 && kring__kernel_on(ring)) {
        error = kring__kernel_wait_fd(ring);
        if (error >= 0)
            error = add(ring, error);
    }
#endif
    if (error < 0) {
        kring__loop_close(ring);
        return error;
    }
    kring__loop_update(ring);
    return ring->loop_fd;
}

int64_t kring_next_timeout(struct kring *ring)
{
    int64_t next, now;

    if (kring__has_work(ring))
        return 0;
    next = kring__next_look(ring);
    if (next == INT64_MAX)
        return KRING_FOREVER;
    now = kring__now_ns();
    return next > now ? next - now : 0;
}

int kring_pollfds(struct kring *ring, struct kring_pollfd *fds, unsigned count)
{
    unsigned n = 0;

#if CONFIG_KRING_KERNEL_ENGINE
    if (kring__kernel_on(ring) && kring__bind(ring) == 0) {
        if (n < count) {
            int fd = kring__kernel_wait_fd(ring);

            fds[n].fd = fd >= 0 ? fd : ring->kernel.fd;
            fds[n].events = POLL_IN;
            fds[n].revents = 0;
        }
        n++;
    }
#endif
    if (ring->soft != NULL)
        return (int)(n + kring__soft_pollfds(ring->soft, n < count ? fds + n : NULL,
                                             n < count ? count - n : 0));
    if (ring->wake_fd >= 0) {
        if (n < count) {
            fds[n].fd = ring->wake_fd;
            fds[n].events = POLL_IN;
            fds[n].revents = 0;
        }
        n++;
    }
    return (int)n;
}

int kring_ring_fd(struct kring *ring)
{
    return kring__kernel_on(ring) ? ring->kernel.fd : -ENOENT;
}
