/* SPDX-License-Identifier: MIT */
/*
 * Entering the kernel, and waiting there. What may end such a wait is a request of the kernel ring
 * itself: a poll, the watch, stands for the soft engine and for wake-ups, and where the kernel
 * cannot bound a wait (below 5.11) a timeout stands for its end. Both are left there for the next
 * wait. Where they cannot be had, kring waits outside, in ppoll.
 */
#include "ring.h"

#if CONFIG_KRING_KERNEL_ENGINE
#define POLL_IN 1

/* What a request of ours is doing: enum in a byte of the ring. */
enum { ABSENT, ARMED, TAKEN_BACK };

/* ---- Enter ---- */

static uint32_t wakeup_flag(struct kring *ring)
{
    if (!(ring->caps.pub.setup_flags & IORING_SETUP_SQPOLL))
        return 0;
    kring__fence_full();
    return kring__load_relaxed(ring->kernel.view.sq_flags) & IORING_SQ_NEED_WAKEUP
               ? IORING_ENTER_SQ_WAKEUP : 0;
}

static int refused(struct kring *ring, int error)
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

int kring__kernel_enter(struct kring *ring, bool wait, int64_t until_ns)
{
    struct kring_timespec time;
    struct io_uring_getevents_arg arg;
    uint32_t flags = IORING_ENTER_GETEVENTS | wakeup_flag(ring);
    bool extended = (ring->caps.enter_flags & IORING_ENTER_EXT_ARG) != 0;
    long rc;

    memset(&arg, 0, sizeof arg);
    if (wait && until_ns != INT64_MAX) {
        arg.ts = (uintptr_t)kring__left(until_ns, &time);
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
    return rc < 0 ? refused(ring, (int)rc) : 0;
}

/* ---- The requests that end a wait ---- */

/* The submission ring may be full to the last entry of what this wait is to submit, too. */
static bool place(struct kring *ring, const struct io_uring_sqe *sqe, uint32_t what,
                  uint32_t generation)
{
    uint64_t data = kring__pack(what, generation, KRING__TAG_INTERNAL, 0);

    if (!kring__place(ring, KRING_ENGINE_KERNEL, sqe, data, 0) &&
        (kring__kernel_enter(ring, false, 0) < 0 || kring__kernel_gone(ring) ||
         !kring__place(ring, KRING_ENGINE_KERNEL, sqe, data, 0)))
        return false;
    ring->stats.kernel--; /* not one of the caller's */
    ring->kernel_internal++;
    return true;
}

/* Ends a request of ours before its time; opcode: POLL_REMOVE or TIMEOUT_REMOVE. */
static bool take_back(struct kring *ring, unsigned opcode, uint32_t what, uint32_t generation)
{
    struct io_uring_sqe sqe;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = (uint8_t)opcode;
    sqe.fd = -1;
    sqe.addr = kring__pack(what, generation, KRING__TAG_INTERNAL, 0);
    return place(ring, &sqe, KRING__TAKES_BACK, 0);
}

static int32_t watched_fd(struct kring *ring)
{
    int32_t fd;

    if (ring->soft == NULL)
        return ring->wake_fd;
    fd = kring__soft_epoll_fd(ring->soft);
    return fd >= 0 ? fd : kring__soft_wake_fd(ring->soft);
}

/* The soft engine has another epoll instance now: the poll on the old one would never fire. */
static bool renew_watch(struct kring *ring)
{
    uint32_t set = ring->soft != NULL ? kring__soft_epoll_sets(ring->soft) : 0;

    if (set == ring->watch_set)
        return true;
    if (ring->watch_armed == ARMED &&
        !take_back(ring, IORING_OP_POLL_REMOVE, KRING__WATCH, ring->watch_set))
        return false;
    ring->watch_armed = ABSENT;
    ring->watch_set = set;
    return true;
}

static bool arm_watch(struct kring *ring)
{
    struct io_uring_sqe sqe;

    if (watched_fd(ring) < 0)
        return true;
    if (!renew_watch(ring))
        return false;
    if (ring->watch_armed != ABSENT)
        return true;
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_POLL_ADD;
    sqe.fd = watched_fd(ring);
    sqe.poll32_events = kring__poll_mask(POLL_IN);
    if (!place(ring, &sqe, KRING__WATCH, ring->watch_set))
        return false;
    ring->watch_armed = ARMED;
    return true;
}

/*
 * One that ends too early costs a round and is armed anew; one that would end too late is taken
 * back, which ends this wait at once. Linux 5.4 has timeouts but cannot take them back.
 */
static bool arm_alarm(struct kring *ring, int64_t until_ns)
{
    struct io_uring_sqe sqe;

    if (ring->caps.op[IORING_OP_TIMEOUT].answer != KRING__YES ||
        ring->caps.op[IORING_OP_TIMEOUT_REMOVE].answer != KRING__YES)
        return false;
    if (ring->alarm_armed != ABSENT) {
        if (ring->alarm_armed == ARMED && ring->alarm_ns > until_ns) {
            if (!take_back(ring, IORING_OP_TIMEOUT_REMOVE, KRING__ALARM, 0))
                return false;
            ring->alarm_armed = TAKEN_BACK;
        }
        return true;
    }
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_TIMEOUT;
    sqe.fd = -1;
    sqe.addr = (uintptr_t)kring__left(until_ns, &ring->alarm_time);
    sqe.len = 1;
    if (!place(ring, &sqe, KRING__ALARM, 0))
        return false;
    ring->alarm_armed = ARMED;
    ring->alarm_ns = until_ns;
    return true;
}

/*
 * Not allowed (restrictions), or not possible: it would be asked for over and over. Not one that
 * ends as it should, or before it is taken back. (A ring for polled I/O refuses all of them and yet
 * can be awaited inside only.)
 */
static bool is_refusal(int32_t res)
{
    return res < 0 && res != -ETIME && res != -ECANCELED && res != -ENOENT && res != -EALREADY &&
           res != -EBUSY;
}

void kring__internal_ended(struct kring *ring, const struct io_uring_cqe *cqe)
{
    uint32_t what = kring__pack_index(cqe->user_data);

    ring->kernel_inflight--;
    if (what == KRING__FILLER)
        return;
    ring->kernel_internal--;
    if (what == KRING__ALARM)
        ring->alarm_armed = ABSENT;
    else if (what == KRING__WATCH && kring__pack_generation(cqe->user_data) == ring->watch_set)
        ring->watch_armed = ABSENT;
    if (is_refusal(cqe->res) && !(ring->caps.pub.setup_flags & IORING_SETUP_IOPOLL))
        ring->waits_outside = 1;
}

bool kring__wait_inside(struct kring *ring, int64_t until_ns)
{
    bool bounded = until_ns == INT64_MAX || (ring->caps.enter_flags & IORING_ENTER_EXT_ARG);

    if (kring__kernel_gone(ring) || ring->waits_outside)
        return false;
    if (ring->soft != NULL && kring__soft_epoll_fd(ring->soft) < 0 &&
        kring__soft_pending(ring->soft) != 0)
        return false;
    /* Below 5.13 register calls need them gone (kring__register_may_begin()). */
    if (!(ring->caps.pub.features & IORING_FEAT_RSRC_TAGS) &&
        (ring->caps.op[IORING_OP_TIMEOUT_REMOVE].answer != KRING__YES ||
         (ring->caps.pub.setup_flags & IORING_SETUP_SQPOLL)))
        return false;
    return arm_watch(ring) && (bounded || arm_alarm(ring, until_ns));
}

int kring__wait_outside(struct kring *ring, int64_t until_ns)
{
    struct kring__pollfd fds[2];
    struct kring_timespec time;
    int fd = kring__kernel_wait_fd(ring);
    long rc;

    if (fd < 0) /* nothing tells of what is done there: register calls are not allowed */
        until_ns = kring__look_again(until_ns);
    memset(fds, 0, sizeof fds);
    fds[0].fd = fd >= 0 ? fd : ring->kernel.fd;
    fds[0].events = POLL_IN;
    fds[1].fd = watched_fd(ring);
    fds[1].events = POLL_IN;
    rc = kring__sys_ppoll(fds, fds[1].fd >= 0 ? 2 : 1, kring__left(until_ns, &time), NULL,
                          KRING__SIGSET_BYTES);
    return rc < 0 ? (int)rc : 0;
}

/* ---- Register calls ---- */

/* Does the kernel first wait for everything that is in flight? (io_uring_register(), to 5.17.) */
static bool waits_for_all(const struct kring *ring, unsigned opcode)
{
    if (ring->caps.register_count > IORING_REGISTER_RING_FDS) /* 5.18 */
        return false;
    switch (opcode) {
    case IORING_REGISTER_EVENTFD:
    case IORING_UNREGISTER_EVENTFD:
    case IORING_REGISTER_EVENTFD_ASYNC:
    case IORING_REGISTER_RESTRICTIONS:
        return true;
    case IORING_UNREGISTER_FILES:
    case IORING_REGISTER_FILES_UPDATE:
    case IORING_REGISTER_PROBE:
    case IORING_REGISTER_PERSONALITY:
    case IORING_UNREGISTER_PERSONALITY:
        return false;
    default:
        return !(ring->caps.pub.features & IORING_FEAT_RSRC_TAGS);
    }
}

/* How many of our requests have ended, as their unread CQEs say. */
static uint32_t internal_unread(const struct kring *ring)
{
    const struct kring__view *view = &ring->kernel.view;
    uint32_t head = *view->cq_head, tail = kring__load_acquire(view->cq_tail), count = 0;

    for (uint32_t seen = 0; head != tail && seen < view->cq_entries; head++, seen++)
        count += kring__pack_tag(kring__view_cqe(view, head)->user_data) == KRING__TAG_INTERNAL;
    return count;
}

int kring__register_may_begin(struct kring *ring, unsigned opcode)
{
    const struct kring_timespec pause = {0, KRING_MS};

    if (!waits_for_all(ring, opcode))
        return 0;
    if (!kring__kernel_idle(ring))
        return -EBUSY;
    for (unsigned round = 0; internal_unread(ring) < ring->kernel_internal; round++) {
        int error;

        if (round == 100)
            return -EBUSY;
        if (ring->watch_armed == ARMED &&
            take_back(ring, IORING_OP_POLL_REMOVE, KRING__WATCH, ring->watch_set))
            ring->watch_armed = TAKEN_BACK;
        if (ring->alarm_armed == ARMED &&
            take_back(ring, IORING_OP_TIMEOUT_REMOVE, KRING__ALARM, 0))
            ring->alarm_armed = TAKEN_BACK;
        error = kring__kernel_enter(ring, false, 0);
        if (error < 0 && error != -EINTR && error != -EAGAIN && error != -EBUSY)
            return error;
        if (kring__kernel_gone(ring))
            return -KRING_EKERNEL;
        if (round > 0)
            (void)kring__sys_ppoll(NULL, 0, &pause, NULL, KRING__SIGSET_BYTES);
    }
    return 0;
}
#endif
