/* SPDX-License-Identifier: MIT */
/*
 * Submit, wait at one point, reap. With a kernel ring the wait is io_uring_enter where it can be
 * (wait.c), and else ppoll over both engines; without one the soft engine waits.
 */
#include "ring.h"

int64_t kring__until(int64_t timeout_ns)
{
    int64_t now;

    if (timeout_ns < 0)
        return INT64_MAX;
    if (timeout_ns == 0)
        return 0;
    now = kring__now_ns();
    return timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
}

struct kring_timespec *kring__left(int64_t until_ns, struct kring_timespec *time)
{
    int64_t ns;

    if (until_ns == INT64_MAX)
        return NULL;
    ns = until_ns <= 0 ? 0 : until_ns - kring__now_ns();
    if (ns < 0)
        ns = 0;
    time->tv_sec = ns / KRING_SECOND;
    time->tv_nsec = ns % KRING_SECOND;
    return time;
}

static bool unread(const struct kring__view *view)
{
    return kring__load_acquire(view->cq_tail) != *view->cq_head;
}

static bool kernel_unread(const struct kring *ring)
{
    return kring__kernel_on(ring) && unread(&ring->kernel.view);
}

static bool soft_unread(const struct kring *ring)
{
    return ring->soft != NULL && unread(kring__soft_view(ring->soft));
}

static bool soft_due(struct kring *ring)
{
    int64_t next;

    if (kring__soft_runnable(ring->soft))
        return true;
    next = kring__soft_next_timer(ring->soft);
    return next != INT64_MAX && next <= kring__now_ns();
}

/* ---- Reap ---- */

static void reap_view(struct kring *ring, struct kring__view *view, unsigned engine)
{
    uint32_t head = *view->cq_head, tail = kring__load_acquire(view->cq_tail);

    /* Not more than the ring holds, whatever the tail says. */
    if (tail - head > view->cq_entries)
        tail = head + view->cq_entries;
    while (head != tail) {
        struct io_uring_cqe cqe = *kring__view_cqe(view, head);
        bool wide = CONFIG_KRING_KERNEL_ENGINE && engine == KRING_ENGINE_KERNEL &&
                    ring->wide != NULL;

        head += wide ? kring__wide_take(ring, head, tail - head, &cqe) : 1;
        /* Published before the callback: it may close, start, or wait for room. */
        kring__store_release(view->cq_head, head);
        if (!wide || !(cqe.flags & IORING_CQE_F_SKIP))
            kring__complete(ring, &cqe, engine);
    }
}

/* Does the ring's own mailbox hold something? */
static bool letters(const struct kring *ring)
{
#if CONFIG_KRING_SOFT_ENGINE
    return ring->mail.cells != NULL && kring__mail_pending(&ring->mail);
#else
    (void)ring;
    return false;
#endif
}

static void reap_letters(struct kring *ring)
{
#if CONFIG_KRING_SOFT_ENGINE
    struct kring__letter letter;

    while (letters(ring) && kring__mail_next(&ring->mail, &letter)) {
        struct io_uring_cqe cqe = {.user_data = letter.user_data, .res = letter.res,
                                   .flags = letter.flags};

        kring__complete(ring, &cqe, KRING_ENGINE_KERNEL);
    }
#else
    (void)ring;
#endif
}

static void reap(struct kring *ring)
{
    reap_letters(ring);
    if (kring__kernel_on(ring))
        reap_view(ring, &ring->kernel.view, KRING_ENGINE_KERNEL);
    if (ring->soft != NULL)
        reap_view(ring, kring__soft_view(ring->soft), KRING_ENGINE_SOFT);
    kring__deliver_ended(ring);
}

#if CONFIG_KRING_KERNEL_ENGINE
static bool overflowed(struct kring *ring)
{
    uint32_t flags = kring__load_relaxed(ring->kernel.view.sq_flags);

    if (flags & IORING_SQ_CQ_OVERFLOW) {
        ring->stats.overflows++;
        return true;
    }
    return false;
}

static void read_own_wake(struct kring *ring)
{
    uint64_t count;

#if CONFIG_KRING_SOFT_ENGINE
    if (ring->mail.cells != NULL) {
        if (kring__mail_drain(&ring->mail))
            ring->woken = 1;
        reap_letters(ring);
        return;
    }
#endif
    if (ring->wake_fd >= 0 &&
        kring__sys_read(ring->wake_fd, &count, sizeof count) == (long)sizeof count)
        ring->woken = 1;
}
#endif

/* ---- The soft engine's side ---- */

static int soft_enter(struct kring *ring, bool wait, int64_t until_ns)
{
#if CONFIG_KRING_SOFT_ENGINE
    struct kring_timespec time;
    struct io_uring_getevents_arg arg;
    struct kring__view *view = kring__soft_view(ring->soft);
    int rc;

    memset(&arg, 0, sizeof arg);
    if (wait)
        arg.ts = (uintptr_t)kring__left(until_ns, &time);
    rc = kring__soft_enter(ring->soft, kring__unconsumed(view), wait,
                           IORING_ENTER_GETEVENTS | (arg.ts ? IORING_ENTER_EXT_ARG : 0),
                           arg.ts ? &arg : NULL, arg.ts ? sizeof arg : 0);
    if (kring__soft_woken(ring->soft))
        ring->woken = 1;
    return rc < 0 && rc != -ETIME && rc != -EAGAIN && rc != -EBUSY ? rc : 0;
#else
    (void)ring;
    (void)wait;
    (void)until_ns;
    return 0;
#endif
}

/* ---- One round ---- */

static uint32_t consumed(const struct kring *ring)
{
    uint32_t sum = 0;

    if (kring__kernel_on(ring))
        sum += kring__load_acquire(ring->kernel.view.sq_head);
    if (ring->soft != NULL)
        sum += kring__load_acquire(kring__soft_view(ring->soft)->sq_head);
    return sum;
}

/*
 * Hands over what is queued, as much as the submission rings take in turns. The last lot is left
 * for the enter that also waits, where the same engine does both.
 */
static int hand_over(struct kring *ring)
{
    int error = 0;
    uint32_t before;
    bool full;

    do {
        before = consumed(ring);
        full = kring__flush(ring);
        if (ring->soft != NULL && (full || kring__kernel_on(ring)) &&
            (kring__unconsumed(kring__soft_view(ring->soft)) || soft_due(ring)))
            error = soft_enter(ring, false, 0);
#if CONFIG_KRING_KERNEL_ENGINE
        if (full && error == 0 && kring__kernel_on(ring) && !kring__kernel_gone(ring) &&
            kring__unconsumed(&ring->kernel.view))
            error = kring__kernel_enter(ring, false, 0);
#endif
    } while (full && error == 0 && consumed(ring) != before);
    return error;
}

/* The enters that are still due when nothing is to be waited for. */
static int hand_over_rest(struct kring *ring)
{
    int error = 0;

#if CONFIG_KRING_KERNEL_ENGINE
    if (kring__kernel_on(ring) && !kring__kernel_gone(ring) &&
        kring__unconsumed(&ring->kernel.view))
        error = kring__kernel_enter(ring, false, 0);
#endif
    if (error == 0 && !kring__kernel_on(ring) &&
        (kring__soft_pending(ring->soft) || ring->loop_fd >= 0 || soft_due(ring) ||
         kring__unconsumed(kring__soft_view(ring->soft))))
        error = soft_enter(ring, false, 0);
    return error;
}

static int sleep_soft(struct kring *ring, int64_t until_ns)
{
    int error;

#if CONFIG_KRING_KERNEL_ENGINE
    if (kring__kernel_on(ring)) {
        if (kring__soft_epoll_fd(ring->soft) >= 0 && !kring__kernel_gone(ring))
            return kring__wait_outside(ring, until_ns);
        error = kring__kernel_wait_fd(ring);
        if (error < 0)
            until_ns = kring__look_again(until_ns); /* no fd to be woken by */
        kring__soft_also_wait(ring->soft, error < 0 ? ring->kernel.fd : error);
    }
#endif
    error = soft_enter(ring, true, until_ns);
    return error;
}

static int wait_for_more(struct kring *ring, int64_t until_ns)
{
    int64_t timer = kring__next_timer(ring);
    int error = 0;

    if (timer < until_ns)
        until_ns = timer;
#if CONFIG_KRING_KERNEL_ENGINE
    if (kring__kernel_on(ring) && !kring__kernel_gone(ring)) {
        if (kring__wait_inside(ring, until_ns))
            return kring__kernel_enter(ring, true, until_ns);
        timer = kring__next_look(ring);
        if (timer < until_ns)
            until_ns = timer;
        if (!kring__kernel_gone(ring))
            error = kring__kernel_enter(ring, false, 0);
        if (error < 0 || kernel_unread(ring))
            return error;
        if (ring->soft == NULL)
            return kring__wait_outside(ring, until_ns);
    }
#endif
    if (ring->soft != NULL)
        error = sleep_soft(ring, until_ns);
    return error;
}

static bool may_sleep(struct kring *ring, uint32_t delivered)
{
    return ring->delivered == delivered && ring->ended.first == KRING__NIL &&
           !kernel_unread(ring) && !soft_unread(ring) && !letters(ring) && !ring->woken &&
           !ring->close_asked &&
           (ring->running != 0 || ring->options.on_message != NULL);
}

/* Does the soft engine have to look at its fds in this round? */
static bool soft_must_look(struct kring *ring, bool watched)
{
    if (ring->soft == NULL || !kring__kernel_on(ring) || soft_unread(ring))
        return false; /* without a kernel ring its own enter has looked */
    if (watched && !ring->watch_armed)
        return true; /* the watch fired */
    if (ring->loop_fd >= 0 || soft_due(ring))
        return true;
    return !ring->watch_armed && kring__soft_pending(ring->soft) != 0;
}

int kring__round(struct kring *ring, int64_t until_ns)
{
    uint32_t delivered = ring->delivered;
    bool watched = ring->watch_armed != 0;
    int error;

#if CONFIG_KRING_KERNEL_ENGINE
    if (ring->event_fd >= 0)
        kring__event_drain(ring);
#endif
    kring__deadline_expire(ring);
    error = hand_over(ring);
    if (error == 0 && until_ns != 0 && may_sleep(ring, delivered)) {
        watched = true;
        error = wait_for_more(ring, until_ns);
        kring__deadline_expire(ring);
    } else if (error == 0) {
        error = hand_over_rest(ring);
#if CONFIG_KRING_KERNEL_ENGINE
        if (error == 0 && kring__kernel_on(ring) && !kring__kernel_gone(ring) &&
            (overflowed(ring) || (ring->kernel_inflight && !kernel_unread(ring))))
            error = kring__kernel_enter(ring, false, 0);
#endif
    }
    reap(ring);
#if CONFIG_KRING_KERNEL_ENGINE
    if (ring->wake_fd >= 0 && watched && !ring->watch_armed)
        read_own_wake(ring);
#endif
    if (soft_must_look(ring, watched)) {
        int soft_error = soft_enter(ring, false, 0);

        if (error == 0)
            error = soft_error;
        reap(ring);
    }
    return error;
}

/* ---- Public ---- */

int kring__bind(struct kring *ring)
{
    int error = 0;

    if (ring->bound)
        return 0;
#if CONFIG_KRING_KERNEL_ENGINE
    if (kring__kernel_on(ring))
        error = kring__kernel_enable(&ring->kernel, &ring->caps);
    if (error < 0 && error != -EEXIST && ring->soft != NULL) {
        kring__kernel_is_lost(ring, error); /* nothing was submitted yet: all of it goes to soft */
        error = 0;
    }
#endif
    if (error == 0)
        ring->bound = 1;
    return error;
}

static int closed_from_callback(struct kring *ring)
{
    int error;

    ring->close_asked = 0;
    error = kring_close(ring, ring->close_timeout_ns);
    return error < 0 ? error : -KRING_ECLOSED;
}

int kring_run(struct kring *ring, int64_t timeout_ns)
{
    uint32_t delivered = ring->delivered;
    int64_t until;
    int error = kring__usable(ring);

    if (error < 0)
        return error;
    if (ring->depth)
        return -EDEADLK;
    error = kring__bind(ring);
    if (error < 0)
        return error;
    until = kring__until(timeout_ns);
    for (;;) {
        error = kring__round(ring, until);
        if (ring->close_asked)
            return closed_from_callback(ring);
        if (ring->delivered != delivered) {
            ring->woken = 0;
            break;
        }
        if (ring->woken) {
            ring->woken = 0;
            return 0;
        }
        if (error == -EINTR)
            return 0;
        if (error < 0 && error != -ETIME && error != -EAGAIN && error != -EBUSY)
            return error;
        if (ring->running == 0 && ring->options.on_message == NULL)
            return -KRING_EIDLE;
        if (until == 0 || (until != INT64_MAX && kring__now_ns() >= until))
            break;
    }
    if (ring->loop_fd >= 0)
        kring__loop_update(ring);
    return (int)(ring->delivered - delivered);
}

int kring_submit(struct kring *ring)
{
    uint32_t queued = ring->queued;
    int error = kring__usable(ring);

    if (error < 0)
        return error;
    error = kring__bind(ring);
    if (error == 0)
        error = hand_over(ring);
    if (error == 0)
        error = hand_over_rest(ring);
    if (ring->loop_fd >= 0)
        kring__loop_update(ring);
    return error < 0 && error != -EBUSY && error != -EAGAIN && error != -EINTR
               ? error : (int)(queued - ring->queued);
}

int kring_wake(struct kring *ring)
{
    static const uint64_t one = 1;
    long rc;

#if CONFIG_KRING_SOFT_ENGINE
    if (ring->soft != NULL)
        return kring__soft_wake(ring->soft);
    if (ring->mail.cells != NULL)
        return kring__mail_wake(&ring->mail);
#endif
    rc = kring__sys_write(ring->wake_fd, &one, sizeof one);
    if (rc < 0)
        rc = kring__sys_write(ring->wake_fd, &one, sizeof one);
    return rc < 0 && rc != -EAGAIN ? (int)rc : 0; /* EAGAIN: the counter is full, it will wake */
}

int kring_wait_op(struct kring *ring, kring_op op, int64_t timeout_ns)
{
    int64_t until = kring__until(timeout_ns);
    int error = kring__usable(ring);

    if (error < 0)
        return error;
    if (ring->depth)
        return -EDEADLK;
    error = kring__bind(ring);
    while (error >= 0 || error == -EINTR || error == -ETIME || error == -EAGAIN ||
           error == -EBUSY) {
        struct kring__slot *slot = kring__slot(ring, op);

        if (slot == NULL)
            return op.generation ? -ESTALE : kring_op_error(op);
        if (slot->state == KRING__DONE)
            return 0;
        if (slot->state == KRING__NOT_STARTED)
            return -EINVAL;
        error = kring__round(ring, until);
        if (ring->close_asked)
            return closed_from_callback(ring);
        if (slot->state == KRING__DONE && slot->generation == op.generation)
            return 0;
        if (until == 0 || (until != INT64_MAX && kring__now_ns() >= until))
            return -ETIME;
    }
    return error;
}

int kring_stats(struct kring *ring, struct kring_stats *stats)
{
    *stats = ring->stats;
    stats->running = ring->running;
    stats->queued = ring->queued;
#if CONFIG_KRING_SOFT_ENGINE
    if (ring->soft != NULL)
        stats->soft_waits = kring__soft_waits(ring->soft);
#endif
    return 0;
}
