/* SPDX-License-Identifier: MIT */
/*
 * WRITEV: as pwritev2(2). Kernel: 5.1 (offset -1: 5.6; files without a write_iter method: 5.4).
 * SQE: fd; addr, len: iovec array, at most 1024; off: offset, -1 = current position; rw_flags:
 * RWF_; ioprio; write_stream (6.16, a hint that the soft engine drops).
 * Result: bytes; short breaks a link. May raise SIGPIPE and SIGXFSZ as writev(2) does.
 * Soft: see rw.c; BLOCKS on disk files.
 * Owns: array and data are the caller's, and must not change until the result.
 * EINVAL: never after an effect.
 */
#include "rw.h"

static void writev_fill(struct io_uring_sqe *sqe, const struct iovec *vectors, uint32_t count,
                        int64_t offset, uint32_t flags)
{
    sqe->addr = kring__address(vectors);
    sqe->len = count;
    sqe->off = (uint64_t)offset;
    sqe->rw_flags = flags;
}

kring_op kring_writev(struct kring *ring, int fd, const struct iovec *vectors, uint32_t count,
                      int64_t offset, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_WRITEV, &sqe);

    if (sqe != NULL) {
        writev_fill(sqe, vectors, count, offset, flags);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__writev_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__rw_prep_vectors(req);
}

int kring__writev_try(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__rw_try(req, kring__pointer(req->sqe.addr), req->sqe.len, true);
}
#endif
