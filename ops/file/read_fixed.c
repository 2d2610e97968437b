/* SPDX-License-Identifier: MIT */
/*
 * READ_FIXED: as pread(2), into a registered buffer. Kernel: 5.1.
 * SQE: fd; addr, len: data, within the registered buffer; buf_index: which; off: offset, -1 =
 * current position; rw_flags: RWF_; ioprio.
 * Result: bytes, 0 = end; short breaks a link.
 * Soft: the bounds are checked, then see rw.c; BLOCKS on disk files. The buffer is held, with its
 * tag, until the result.
 * Owns: the data is the caller's until the result.
 * Errors: -EFAULT: no such buffer, or not within it, before any effect.
 * EINVAL: never after an effect.
 */
#include "rw.h"

static void read_fixed_fill(struct io_uring_sqe *sqe, void *data, uint32_t length,
                            int64_t offset, uint16_t buffer)
{
    sqe->addr = kring__address(data);
    sqe->len = length;
    sqe->off = (uint64_t)offset;
    sqe->buf_index = buffer;
}

kring_op kring_read_fixed(struct kring *ring, int fd, void *data, uint32_t length,
                          int64_t offset, uint16_t buffer)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_READ_FIXED, &sqe);

    if (sqe != NULL) {
        read_fixed_fill(sqe, data, length, offset, buffer);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_REGISTERED_BUFFERS
int kring__read_fixed_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__rw_prep(req);
}

int kring__read_fixed_try(struct kring__soft *soft, struct kring__req *req)
{
    return kring__rw_fixed_try(soft, req, false);
}
#endif
