/* SPDX-License-Identifier: MIT */
/*
 * FSYNC: as fsync(2). Kernel: 5.1.
 * SQE: fd; fsync_flags: IORING_FSYNC_DATASYNC; off, len: a byte range, a hint only.
 * Result: 0.
 * Soft: BLOCKS; the whole file, which includes any range.
 * Owns: nothing.
 * EINVAL: of flags at preparation, of a file without fsync; neither after an effect.
 */
#include "../sqe.h"

kring_op kring_fsync(struct kring *ring, int fd, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FSYNC, &sqe);

    _Static_assert(KRING_DATASYNC == IORING_FSYNC_DATASYNC, "KRING_DATASYNC");
    if (sqe != NULL) {
        sqe->fsync_flags = flags;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__fsync_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->addr != 0 || sqe->buf_index != 0 || sqe->splice_fd_in != 0)
        return -EINVAL;
    if ((int64_t)sqe->off < 0)
        return -EINVAL;
    return sqe->fsync_flags & ~IORING_FSYNC_DATASYNC ? -EINVAL : 0;
}

int kring__fsync_try(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (req->sqe.fsync_flags & IORING_FSYNC_DATASYNC)
        return (int)kring__sys_fdatasync(req->fd);
    return (int)kring__sys_fsync(req->fd);
}
#endif
