/* SPDX-License-Identifier: MIT */
/*
 * POLL_ADD: waits until a file is ready. Kernel: 5.1; 32 bits of events 5.9, multishot 5.13.
 * SQE: fd; poll32_events (half-words swapped on big-endian); len: IORING_POLL_ADD_MULTI.
 * Result: the events that are. Multishot: one with F_MORE at each change; an error is final.
 * Soft: a mechanism of the engine; what cannot be polled is ready at once.
 * Owns: nothing.
 * EINVAL: only at preparation.
 */
#include "../sqe.h"

static void poll_fill(struct io_uring_sqe *sqe, uint32_t events, uint32_t how)
{
    sqe->poll32_events = kring__poll_mask(events);
    sqe->len = how;
}

kring_op kring_poll(struct kring *ring, int fd, uint32_t events)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_POLL_ADD, &sqe);

    if (sqe != NULL) {
        poll_fill(sqe, events, 0);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

kring_op kring_poll_multishot(struct kring *ring, int fd, uint32_t events)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_POLL_ADD, &sqe);

    if (sqe != NULL) {
        poll_fill(sqe, events, IORING_POLL_ADD_MULTI);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_POLL
int kring__poll_add_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->buf_index != 0 || sqe->off != 0 || sqe->addr != 0)
        return -EINVAL;
    if (sqe->len & ~IORING_POLL_ADD_MULTI)
        return -EINVAL;
    if (sqe->len & IORING_POLL_ADD_MULTI) {
        if (sqe->flags & IOSQE_CQE_SKIP_SUCCESS)
            return -EINVAL;
        /* EPOLLONESHOT among the events wins (io_poll_parse_events(), 6.18). */
        if (!(kring__poll_mask(sqe->poll32_events) & UINT32_C(1) << 30))
            req->flags |= KRING__REQ_MULTISHOT;
    }
    return 0;
}

int kring__poll_add_try(struct kring__soft *soft, struct kring__req *req)
{
    return kring__soft_poll_arm(soft, req, kring__poll_mask(req->sqe.poll32_events));
}
#endif
