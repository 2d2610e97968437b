/* SPDX-License-Identifier: MIT */
/*
 * SYNC_FILE_RANGE: as sync_file_range(2). Kernel: 5.2.
 * SQE: fd; off: offset; len: bytes, 0 = to the end; sync_range_flags: SYNC_FILE_RANGE_.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: nothing.
 * EINVAL: of fields at preparation, of flags and range by the call; neither after an effect.
 */
#include "../sqe.h"

kring_op kring_sync_file_range(struct kring *ring, int fd, int64_t offset, uint32_t length,
                               uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SYNC_FILE_RANGE, &sqe);

    if (sqe != NULL) {
        sqe->off = (uint64_t)offset;
        sqe->len = length;
        sqe->sync_range_flags = flags;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__sync_file_range_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->addr != 0 || sqe->buf_index != 0)
        return -EINVAL;
    return sqe->splice_fd_in != 0 ? -EINVAL : 0;
}

int kring__sync_file_range_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_sync_file_range(req->fd, (int64_t)sqe->off, (int64_t)sqe->len,
                                           sqe->sync_range_flags);
}
#endif
