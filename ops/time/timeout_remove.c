/* SPDX-License-Identifier: MIT */
/*
 * TIMEOUT_REMOVE: ends a timeout, or sets it anew. Kernel: 5.5; update 5.11, of a link timeout
 * 5.15.
 * SQE: addr: the timeout's user_data; timeout_flags: 0, or IORING_TIMEOUT_UPDATE or
 * IORING_LINK_TIMEOUT_UPDATE, with ABS; addr2: then the new 64-bit timespec.
 * Result: 0, -ENOENT, -EALREADY. A timeout that is removed ends with -ECANCELED.
 * Soft: a mechanism of the engine.
 * Owns: the timespec is the caller's until the result.
 * EINVAL: only at preparation.
 */
#include "time.h"

kring_op kring_timeout_remove(struct kring *ring, kring_op target)
{
    struct io_uring_sqe *sqe;

    return kring__new_on(ring, IORING_OP_TIMEOUT_REMOVE, target, &sqe);
}

kring_op kring_timeout_update(struct kring *ring, kring_op target, const struct kring_time *time,
                              uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new_on(ring, IORING_OP_TIMEOUT_REMOVE, target, &sqe);

    if (sqe == NULL)
        return op;
    sqe->addr2 = kring__address(time);
    sqe->timeout_flags = kring__timeout_flags(flags) | IORING_TIMEOUT_UPDATE;
    return op;
}

kring_op kring_link_timeout_update(struct kring *ring, kring_op target,
                                   const struct kring_time *time, uint32_t flags)
{
    kring_op op = kring_timeout_update(ring, target, time, flags);
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot != NULL) /* beside the general bit, without which it means nothing */
        slot->sqe.timeout_flags |= IORING_LINK_TIMEOUT_UPDATE;
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_TIME
int kring__timeout_remove_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t flags = sqe->timeout_flags;
    struct kring_timespec time;

    (void)soft;
    if (sqe->flags & (IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT))
        return -EINVAL;
    if (kring__has_ioprio(req) || sqe->buf_index != 0 || sqe->len != 0 || sqe->splice_fd_in != 0)
        return -EINVAL;
    if (sqe->addr3 != 0 || sqe->__pad2[0] != 0)
        return -EINVAL; /* since 7.1 and 6.18.y */
    if (!(flags & IORING_TIMEOUT_UPDATE_MASK))
        return flags != 0 ? -EINVAL : 0;
    if (flags & ~(IORING_TIMEOUT_UPDATE_MASK | IORING_TIMEOUT_ABS | IORING_TIMEOUT_IMMEDIATE_ARG))
        return -EINVAL;
    return kring__time_read(sqe->addr2, flags, &time);
}

int kring__timeout_remove_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    struct kring_timespec time;
    int error;

    if (!(sqe->timeout_flags & IORING_TIMEOUT_UPDATE_MASK))
        return kring__soft_timer_remove(soft, sqe->addr);
    error = kring__time_read(sqe->addr2, sqe->timeout_flags, &time);
    if (error < 0)
        return error;
    return kring__soft_timer_update(soft, sqe->addr, &time, sqe->timeout_flags);
}
#endif
