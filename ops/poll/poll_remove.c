/* SPDX-License-Identifier: MIT */
/*
 * POLL_REMOVE: ends a poll, or changes it. Kernel: 5.1; update 5.13.
 * SQE: addr: the poll's user_data; len: IORING_POLL_UPDATE_; off: new user_data; poll32_events: new
 * events.
 * Result: 0, -ENOENT, -EALREADY. The poll that is removed ends with -ECANCELED.
 * Soft: a mechanism of the engine.
 * Owns: nothing.
 * EINVAL: only at preparation.
 */
#include "../sqe.h"

kring_op kring_poll_remove(struct kring *ring, kring_op target)
{
    struct io_uring_sqe *sqe;

    return kring__new_on(ring, IORING_OP_POLL_REMOVE, target, &sqe);
}

static kring_op update(struct kring *ring, kring_op target, uint32_t events, uint32_t how)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new_on(ring, IORING_OP_POLL_REMOVE, target, &sqe);

    if (sqe == NULL)
        return op;
    sqe->len = IORING_POLL_UPDATE_EVENTS | how;
    sqe->poll32_events = kring__poll_mask(events);
    return op;
}

kring_op kring_poll_update(struct kring *ring, kring_op target, uint32_t events)
{
    return update(ring, target, events, 0);
}

/* A multishot poll stays one only when its update says so again. */
kring_op kring_poll_multishot_update(struct kring *ring, kring_op target, uint32_t events)
{
    return update(ring, target, events, IORING_POLL_ADD_MULTI);
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_POLL
#define UPDATES (IORING_POLL_UPDATE_EVENTS | IORING_POLL_UPDATE_USER_DATA)

int kring__poll_remove_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->buf_index != 0 || sqe->splice_fd_in != 0)
        return -EINVAL;
    if (sqe->len & ~(UPDATES | IORING_POLL_ADD_MULTI))
        return -EINVAL;
    if (sqe->len == IORING_POLL_ADD_MULTI)
        return -EINVAL; /* means nothing without an update */
    if (!(sqe->len & IORING_POLL_UPDATE_USER_DATA) && sqe->off != 0)
        return -EINVAL;
    return !(sqe->len & IORING_POLL_UPDATE_EVENTS) && sqe->poll32_events != 0 ? -EINVAL : 0;
}

int kring__poll_remove_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    if (!(sqe->len & UPDATES))
        return kring__soft_poll_remove(soft, sqe->addr);
    return kring__soft_poll_update(soft, sqe->addr, sqe->len,
                                   kring__poll_mask(sqe->poll32_events), sqe->off);
}
#endif
