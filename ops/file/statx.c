/* SPDX-License-Identifier: MIT */
/*
 * STATX: as statx(2). Kernel: 5.6.
 * SQE: fd: directory, a plain fd; addr: path; len: mask; addr2: struct statx; statx_flags: AT_.
 * Result: 0.
 * Soft: BLOCKS. Below 4.11 what fstatat(2) can say, see abi/statx.c.
 * Owns: path and buffer are the caller's until the result (5.8 to 5.17 read the path late).
 * EINVAL: never after an effect.
 */
#include "../sqe.h"

kring_op kring_statx(struct kring *ring, int dirfd, const char *path, int flags, uint32_t mask,
                     struct statx *buffer)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_STATX, &sqe);

    if (sqe != NULL) {
        sqe->fd = dirfd;
        sqe->addr = kring__address(path);
        sqe->statx_flags = (uint32_t)flags;
        sqe->len = mask;
        sqe->addr2 = kring__address(buffer);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__statx_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (kring__has_ioprio(req) || req->sqe.buf_index != 0 || req->sqe.splice_fd_in != 0)
        return -EINVAL;
    return req->sqe.flags & IOSQE_FIXED_FILE ? -EBADF : 0;
}

int kring__statx_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__statx(sqe->fd, kring__pointer(sqe->addr), (int)sqe->statx_flags, sqe->len,
                             kring__pointer(sqe->addr2));
}
#endif
