/* SPDX-License-Identifier: MIT */
/*
 * FADVISE: as posix_fadvise(2). Kernel: 5.6; 4 GiB and more 6.11.
 * SQE: fd; off: offset; addr: length, or where that is 0 len; fadvise_advice: POSIX_FADV_.
 * Result: 0.
 * Soft: BLOCKS (WILLNEED and DONTNEED may).
 * Owns: nothing.
 * EINVAL: of fields at preparation, of advice and range by the call; neither after an effect.
 */
#include "../sqe.h"

kring_op kring_fadvise(struct kring *ring, int fd, int64_t offset, int64_t length, int advice)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FADVISE, &sqe);

    if (sqe != NULL) {
        sqe->off = (uint64_t)offset;
        /* Kernels below 6.11 refuse addr, so it is used only where it must be. */
        if ((uint64_t)length <= UINT32_MAX)
            sqe->len = (uint32_t)length;
        else
            sqe->addr = (uint64_t)length;
        sqe->fadvise_advice = (uint32_t)advice;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__fadvise_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (kring__has_ioprio(req) || req->sqe.buf_index != 0)
        return -EINVAL;
    return req->sqe.splice_fd_in != 0 ? -EINVAL : 0;
}

int kring__fadvise_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint64_t length = sqe->addr != 0 ? sqe->addr : sqe->len;
    long res = kring__sys_fadvise64(req->fd, (int64_t)sqe->off, (int64_t)length,
                                    (int)sqe->fadvise_advice);

    (void)soft;
    /* A kernel built without CONFIG_ADVISE_SYSCALLS; its io_uring says this. */
    return res == -ENOSYS ? -EOPNOTSUPP : (int)res;
}
#endif
