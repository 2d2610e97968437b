/* SPDX-License-Identifier: MIT */
/*
 * REMOVE_BUFFERS: takes buffers back that a group was given the old way. Kernel: 5.7.
 * SQE: fd: how many at most; buf_group.
 * Result: how many; -ENOENT for a group that is not.
 * Soft: the engine's own groups.
 * Owns: the removed buffers are the application's again.
 * EINVAL: of fields at preparation, or of a group that is a buffer ring; neither after an effect.
 */
#include "../sqe.h"

kring_op kring_remove_buffers(struct kring *ring, uint32_t count, uint16_t group)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_REMOVE_BUFFERS, &sqe);

    if (sqe != NULL) {
        sqe->fd = (int32_t)count;
        sqe->buf_group = group;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
int kring__remove_buffers_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->rw_flags != 0 || sqe->addr != 0 || sqe->len != 0 ||
        sqe->off != 0 || sqe->splice_fd_in != 0)
        return -EINVAL;
    return sqe->fd <= 0 || sqe->fd > 65536 ? -EINVAL : 0;
}

int kring__remove_buffers_try(struct kring__soft *soft, struct kring__req *req)
{
    return kring__soft_unprovide(soft, (uint32_t)req->sqe.fd, req->sqe.buf_group);
}
#endif
