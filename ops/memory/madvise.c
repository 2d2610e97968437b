/* SPDX-License-Identifier: MIT */
/*
 * MADVISE: as madvise(2). Kernel: 5.6; 4 GiB and more 6.11.
 * SQE: addr: start, page aligned; off: length, or where that is 0 len; fadvise_advice: MADV_.
 * Result: 0.
 * Soft: BLOCKS (WILLNEED, POPULATE and the like read from the disk).
 * Owns: nothing; the memory is the caller's, and what the advice does to it is the caller's wish.
 * EINVAL: of fields at preparation, of advice and range by the call; neither after an effect.
 */
#include "../sqe.h"

kring_op kring_madvise(struct kring *ring, void *address, size_t length, int advice)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_MADVISE, &sqe);

    if (sqe != NULL) {
        sqe->fd = -1;
        sqe->addr = kring__address(address);
        /* Kernels below 6.11 refuse off, so it is used only where it must be. */
        if (length <= UINT32_MAX)
            sqe->len = (uint32_t)length;
        else
            sqe->off = length;
        sqe->fadvise_advice = (uint32_t)advice;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__madvise_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (kring__has_ioprio(req) || req->sqe.buf_index != 0)
        return -EINVAL;
    return req->sqe.splice_fd_in != 0 ? -EINVAL : 0;
}

int kring__madvise_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    void *address = kring__pointer(sqe->addr);
    uint64_t length = sqe->off != 0 ? sqe->off : sqe->len;
    long res;

    (void)soft;
    /* Past the end of memory. A 64-bit kernel does not see it for a 32-bit process, and cut to a
     * size_t the length would mean other memory. */
    if (length > UINTPTR_MAX - (uintptr_t)address)
        return -EINVAL;
    res = kring__sys_madvise(address, (size_t)length, (int)sqe->fadvise_advice);
    /* A kernel built without CONFIG_ADVISE_SYSCALLS; its io_uring says this. */
    return res == -ENOSYS ? -EOPNOTSUPP : (int)res;
}
#endif
