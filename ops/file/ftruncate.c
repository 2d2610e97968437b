/* SPDX-License-Identifier: MIT */
/*
 * FTRUNCATE: as ftruncate(2). Kernel: 6.9.
 * SQE: fd; off: length.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: nothing.
 * EINVAL: of fields at preparation, of a length or file by the call; neither after an effect.
 */
#include "../sqe.h"

kring_op kring_ftruncate(struct kring *ring, int fd, int64_t length)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FTRUNCATE, &sqe);

    if (sqe != NULL) {
        sqe->off = (uint64_t)length;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__ftruncate_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->rw_flags != 0 || sqe->addr != 0 || sqe->len != 0)
        return -EINVAL;
    return sqe->buf_index != 0 || sqe->splice_fd_in != 0 || sqe->addr3 != 0 ? -EINVAL : 0;
}

int kring__ftruncate_try(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return (int)kring__sys_ftruncate(req->fd, (int64_t)req->sqe.off);
}
#endif
