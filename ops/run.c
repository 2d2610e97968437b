/* SPDX-License-Identifier: MIT */
/*
 * Submit, wait at one point, reap. With a kernel ring the wait is io_uring_enter, and the soft
 * engine is watched by a poll on its epoll fd; without one the soft engine waits. Kernels that
 * cannot bound a wait in enter (below 5.11) or whose registrations would wait for the watch (below
 * 5.13), and builds without epoll, wait in ppoll over both.
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

/* The relative time that is left, in *time; NULL when there is no bound. */
static struct kring_timespec *left(int64_t until_ns, struct kring_timespec *time)
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

/* ---- The kernel's side ---- */

#if CONFIG_KRING_KERNEL_ENGINE
static uint32_t wakeup_flag(struct kring *ring)
{
    if (!(ring->caps.pub.setup_flags & IORING_SETUP_SQPOLL))
        return 0;
    kring__fence_full();
    return kring__load_relaxed(ring->kernel.view.sq_flags) & IORING_SQ_NEED_WAKEUP
               ? IORING_ENTER_SQ_WAKEUP : 0;
}

static int kernel_refused(struct kring *ring, int error)
{
    switch (error) {
    case -EINTR:
    case -ETIME:
    case -EAGAIN: /* no memory for requests now */
    case -EBUSY:  /* overflowed CQEs must be read first */
        return error;
    case -ENOMEM: /* none for this thread's context, which its first enter makes */
        return -EAGAIN;
    case -EEXIST: /* another thread owns the ring */
        return -EEXIST;
    case -EBADR: /* CQEs were dropped for want of memory (5.19+): their operations never end */
        return -KRING_ELOST;
    default:
        kring__kernel_is_lost(ring, error);
        return 0;
    }
}

/* until 0: does not wait. */
static int kernel_enter(struct kring *ring, bool wait, int64_t until_ns)
{
    struct kring_timespec time;
    struct io_uring_getevents_arg arg;
    uint32_t flags = IORING_ENTER_GETEVENTS | wakeup_flag(ring);
    bool extended = (ring->caps.enter_flags & IORING_ENTER_EXT_ARG) != 0;
    long rc;

    memset(&arg, 0, sizeof arg);
    if (wait && until_ns != INT64_MAX) {
        arg.ts = (uintptr_t)left(until_ns, &time);
        arg.sigmask_sz = KRING__SIGSET_BYTES;
    }
    if (wait && (ring->caps.enter_flags & IORING_ENTER_NO_IOWAIT))
        flags |= IORING_ENTER_NO_IOWAIT;
    ring->stats.kernel_enters++;
    if (arg.ts != 0 && extended)
        rc = kring__sys_io_uring_enter(ring->kernel.fd, kring__unconsumed(&ring->kernel.view), 1,
                                       flags | IORING_ENTER_EXT_ARG, &arg, sizeof arg);
    else
        rc = kring__sys_io_uring_enter(ring->kernel.fd, kring__unconsumed(&ring->kernel.view),
                                       wait, flags, NULL, KRING__SIGSET_BYTES);
    return rc < 0 ? kernel_refused(ring, (int)rc) : 0;
}

static int32_t watched_fd(struct kring *ring)
{
    int32_t fd;

    if (ring->soft == NULL)
        return ring->wake_fd;
    fd = kring__soft_epoll_fd(ring->soft);
    return fd >= 0 ? fd : kring__soft_wake_fd(ring->soft);
}

static bool place_internal(struct kring *ring, const struct io_uring_sqe *sqe, uint64_t user_data)
{
    if (!kring__place(ring, KRING_ENGINE_KERNEL, sqe, user_data, 0))
        return false;
    ring->stats.kernel--;
    return true;
}

static uint64_t watch_data(const struct kring *ring)
{
    return kring__pack(KRING__WATCH, ring->watch_set, KRING__TAG_INTERNAL, 0);
}

/* The soft engine has another epoll instance now: the poll on the old one would never fire. */
static void renew_watch(struct kring *ring)
{
    struct io_uring_sqe sqe;
    uint32_t set = ring->soft != NULL ? kring__soft_epoll_sets(ring->soft) : 0;

    if (ring->watch_armed && set != ring->watch_set) {
        memset(&sqe, 0, sizeof sqe);
        sqe.opcode = IORING_OP_ASYNC_CANCEL;
        sqe.fd = -1;
        sqe.addr = watch_data(ring);
        if (!place_internal(ring, &sqe,
                            kring__pack(KRING__WATCH_CANCEL, 0, KRING__TAG_INTERNAL, 0)))
            return;
        ring->watch_armed = 0;
    }
    ring->watch_set = set;
}

static void arm_watch(struct kring *ring)
{
    struct io_uring_sqe sqe;

    if (watched_fd(ring) < 0)
        return;
    renew_watch(ring);
    if (ring->watch_armed)
        return;
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_POLL_ADD;
    sqe.fd = watched_fd(ring);
    sqe.poll32_events = kring__poll_mask(1 /* POLLIN */);
    if (place_internal(ring, &sqe, watch_data(ring)))
        ring->watch_armed = 1;
}

static bool overflowed(struct kring *ring)
{
    uint32_t flags = kring__load_relaxed(ring->kernel.view.sq_flags);

    if (flags & IORING_SQ_CQ_OVERFLOW) {
        ring->stats.overflows++;
        return true;
    }
    return false;
}

/* Waits in ppoll over the ring fd and the soft engine: for kernels without EXT_ARG. */
static int foreign_wait(struct kring *ring, int64_t until_ns)
{
    struct kring__pollfd fds[2];
    struct kring_timespec time;
    long rc;

    memset(fds, 0, sizeof fds);
    fds[0].fd = ring->kernel.fd;
    fds[0].events = 1;
    fds[1].fd = watched_fd(ring);
    fds[1].events = 1;
    rc = kring__sys_ppoll(fds, fds[1].fd >= 0 ? 2 : 1, left(until_ns, &time), NULL,
                          KRING__SIGSET_BYTES);
    return rc < 0 ? (int)rc : 0;
}

/* Can the kernel wait for everything that may happen, and bound the wait? */
static bool waits_in_enter(struct kring *ring, int64_t until_ns)
{
    if (kring__kernel_gone(ring))
        return false;
    if (until_ns != INT64_MAX && !(ring->caps.enter_flags & IORING_ENTER_EXT_ARG))
        return false;
    /* Below 5.13 io_uring_register waits until nothing runs, and a watch always does. */
    if (!(ring->caps.pub.features & IORING_FEAT_RSRC_TAGS) && watched_fd(ring) >= 0)
        return false;
    return ring->soft == NULL || kring__soft_epoll_fd(ring->soft) >= 0 ||
           kring__soft_pending(ring->soft) == 0;
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
        arg.ts = (uintptr_t)left(until_ns, &time);
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
            error = kernel_enter(ring, false, 0);
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
        error = kernel_enter(ring, false, 0);
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
            return foreign_wait(ring, until_ns);
        error = kring__kernel_wait_fd(ring);
        if (error < 0 && until_ns > kring__now_ns() + KRING__BLIND_NS)
            until_ns = kring__now_ns() + KRING__BLIND_NS; /* no fd to be woken by */
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
        if (waits_in_enter(ring, until_ns)) {
            arm_watch(ring);
            return kernel_enter(ring, true, until_ns);
        }
        error = kernel_enter(ring, false, 0);
        if (error < 0 || kernel_unread(ring))
            return error;
        if (ring->soft == NULL)
            return foreign_wait(ring, until_ns);
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
            error = kernel_enter(ring, false, 0);
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
