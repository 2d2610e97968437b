/* SPDX-License-Identifier: MIT */
/*
 * TIMEOUT: waits for a time, or for a number of completions. Kernel: 5.4; absolute 5.5, clocks
 * 5.15, ETIME_SUCCESS 5.16, multishot 6.4, a time in the SQE itself 7.1.
 * SQE: addr: 64-bit timespec, or nanoseconds with IMMEDIATE_ARG (7.1); len: 1; off: completions to
 * wait for, 0 = none (multishot: how often, 0 = for ever); timeout_flags: IORING_TIMEOUT_.
 * Result: -ETIME when the time has come (it breaks a link unless ETIME_SUCCESS), 0 when the
 * completions came first. Multishot: each -ETIME but the last with F_MORE.
 * Soft: a mechanism of the engine, on the same clocks.
 * Owns: the timespec is the caller's until the result.
 * EINVAL: only at preparation.
 */
#include "time.h"

_Static_assert(sizeof(struct kring_time) == sizeof(struct kring_timespec) &&
                   offsetof(struct kring_time, seconds) ==
                       offsetof(struct kring_timespec, tv_sec) &&
                   offsetof(struct kring_time, nanoseconds) ==
                       offsetof(struct kring_timespec, tv_nsec),
               "struct kring_time is what the kernel reads");

/* A flag without a counterpart becomes one that no kernel knows, so that it is refused. */
uint32_t kring__timeout_flags(uint32_t flags)
{
    uint32_t known = KRING_ABSOLUTE | KRING_BOOTTIME | KRING_REALTIME | KRING_ETIME_SUCCESS;
    uint32_t out = flags & ~known ? UINT32_C(1) << 31 : 0;

    out |= flags & KRING_ABSOLUTE ? IORING_TIMEOUT_ABS : 0;
    out |= flags & KRING_BOOTTIME ? IORING_TIMEOUT_BOOTTIME : 0;
    out |= flags & KRING_REALTIME ? IORING_TIMEOUT_REALTIME : 0;
    out |= flags & KRING_ETIME_SUCCESS ? IORING_TIMEOUT_ETIME_SUCCESS : 0;
    return out;
}

static void timeout_fill(struct io_uring_sqe *sqe, const struct kring_time *time, uint32_t count,
                         uint32_t flags)
{
    sqe->fd = -1;
    sqe->addr = kring__address(time);
    sqe->len = 1;
    sqe->off = count;
    sqe->timeout_flags = flags;
}

kring_op kring_timeout(struct kring *ring, const struct kring_time *time, uint32_t count,
                       uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_TIMEOUT, &sqe);

    if (sqe != NULL)
        timeout_fill(sqe, time, count, kring__timeout_flags(flags));
    return op;
}

kring_op kring_timeout_ns(struct kring *ring, int64_t time_ns, uint32_t count, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_TIMEOUT, &sqe);

    if (sqe != NULL) {
        timeout_fill(sqe, NULL, count, kring__timeout_flags(flags) | IORING_TIMEOUT_IMMEDIATE_ARG);
        sqe->addr = (uint64_t)time_ns;
    }
    return op;
}

kring_op kring_timeout_multishot(struct kring *ring, const struct kring_time *time,
                                 uint32_t repeat, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_TIMEOUT, &sqe);

    if (sqe != NULL) {
        timeout_fill(sqe, time, repeat,
                     kring__timeout_flags(flags) | IORING_TIMEOUT_MULTISHOT);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_TIME
int kring__time_read(uint64_t word, uint32_t timeout_flags, struct kring_timespec *time)
{
    const struct kring_timespec *given = kring__pointer(word);

    if ((timeout_flags & IORING_TIMEOUT_CLOCK_MASK) == IORING_TIMEOUT_CLOCK_MASK)
        return -EINVAL;
    if (timeout_flags & IORING_TIMEOUT_IMMEDIATE_ARG) {
        if ((int64_t)word < 0)
            return -EINVAL;
        time->tv_sec = (int64_t)word / KRING_SECOND;
        time->tv_nsec = (int64_t)word % KRING_SECOND;
        return 0;
    }
    if (kring__bad_address(given))
        return -EFAULT;
    *time = kring__time_given(given);
    return time->tv_sec < 0 || time->tv_nsec < 0 ? -EINVAL : 0;
}

int kring__timeout_check(const struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t flags = sqe->timeout_flags;
    struct kring_timespec time;

    if (kring__has_ioprio(req) || sqe->buf_index != 0 || sqe->len != 1 || sqe->splice_fd_in != 0)
        return -EINVAL;
    if (sqe->addr3 != 0 || sqe->__pad2[0] != 0)
        return -EINVAL; /* since 7.1 and 6.18.y */
    if (flags & ~(IORING_TIMEOUT_ABS | IORING_TIMEOUT_CLOCK_MASK | IORING_TIMEOUT_ETIME_SUCCESS |
                  IORING_TIMEOUT_MULTISHOT | IORING_TIMEOUT_IMMEDIATE_ARG))
        return -EINVAL;
    /* Again and again only makes sense from now on. */
    if ((flags & IORING_TIMEOUT_MULTISHOT) && (flags & IORING_TIMEOUT_ABS))
        return -EINVAL;
    return kring__time_read(sqe->addr, flags, &time);
}

int kring__timeout_prep(struct kring__soft *soft, struct kring__req *req)
{
    int error = kring__timeout_check(req);

    (void)soft;
    if (error < 0)
        return error;
    if (req->sqe.timeout_flags & IORING_TIMEOUT_MULTISHOT)
        req->flags |= KRING__REQ_MULTISHOT;
    return 0;
}

int kring__timeout_try(struct kring__soft *soft, struct kring__req *req)
{
    struct kring_timespec time;
    int error = kring__time_read(req->sqe.addr, req->sqe.timeout_flags, &time);

    return error < 0 ? error : kring__soft_timer_arm(soft, req, &time, req->sqe.timeout_flags);
}
#endif
