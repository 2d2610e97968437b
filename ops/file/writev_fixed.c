/* SPDX-License-Identifier: MIT */
/*
 * WRITEV_FIXED: as pwritev2(2), from a registered buffer. Kernel: 6.15.
 * SQE: fd; addr, len: iovec array, at most 1024, every vector within the one registered buffer and
 * not empty; buf_index: which; off: offset, -1 = current position; rw_flags: RWF_; ioprio.
 * Result: bytes; short breaks a link.
 * Soft: the bounds are checked, then see rw.c; BLOCKS on disk files. The buffer is held, with its
 * tag, until the result.
 * Owns: array and data are the caller's until the result.
 * Errors: -EFAULT: no such buffer, or not within it, before any effect.
 * EINVAL: never after an effect.
 */
#include "rw.h"

static void writev_fixed_fill(struct io_uring_sqe *sqe, const struct iovec *vectors, uint32_t count,
                              int64_t offset, uint32_t flags, uint16_t buffer)
{
    sqe->addr = kring__address(vectors);
    sqe->len = count;
    sqe->off = (uint64_t)offset;
    sqe->rw_flags = flags;
    sqe->buf_index = buffer;
}

kring_op kring_writev_fixed(struct kring *ring, int fd, const struct iovec *vectors, uint32_t count,
                            int64_t offset, uint32_t flags, uint16_t buffer)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_WRITEV_FIXED, &sqe);

    if (sqe != NULL) {
        writev_fixed_fill(sqe, vectors, count, offset, flags, buffer);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_REGISTERED_BUFFERS
int kring__writev_fixed_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__rw_fixed_vectors_prep(req);
}

int kring__writev_fixed_try(struct kring__soft *soft, struct kring__req *req)
{
    return kring__rw_fixed_vectors_try(soft, req, true);
}
#endif
