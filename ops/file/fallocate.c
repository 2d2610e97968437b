/* SPDX-License-Identifier: MIT */
/*
 * FALLOCATE: as fallocate(2). Kernel: 5.6.
 * SQE: fd; len: mode; off: offset; addr: length, 64 bits.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: nothing.
 * Not restarted: a range that is inserted or collapsed twice is another file.
 * EINVAL: of fields at preparation, of mode and range by the file system; neither after an effect.
 */
#include "../sqe.h"

kring_op kring_fallocate(struct kring *ring, int fd, int mode, int64_t offset, int64_t length)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FALLOCATE, &sqe);

    if (sqe != NULL) {
        sqe->len = (uint32_t)mode;
        sqe->off = (uint64_t)offset;
        sqe->addr = (uint64_t)length;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__fallocate_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->buf_index != 0 || sqe->rw_flags != 0)
        return -EINVAL;
    return sqe->splice_fd_in != 0 ? -EINVAL : 0;
}

int kring__fallocate_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_fallocate(req->fd, (int)sqe->len, (int64_t)sqe->off,
                                     (int64_t)sqe->addr);
}
#endif
