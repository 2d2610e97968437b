/* SPDX-License-Identifier: MIT */
/*
 * READ: as pread(2). Kernel: 5.6.
 * SQE: fd; addr, len: buffer, or with BUFFER_SELECT buf_group (len 0: the buffer's size); off:
 * offset, -1 = current position; rw_flags: RWF_; ioprio.
 * Result: bytes, 0 = end; short breaks a link.
 * Soft: RWF_NOWAIT or poll first, see rw.c; BLOCKS on disk files.
 * Owns: the buffer is the caller's until the result.
 * EINVAL: never after an effect.
 */
#include "rw.h"

static void read_fill(struct io_uring_sqe *sqe, void *data, uint32_t length, int64_t offset)
{
    sqe->addr = kring__address(data);
    sqe->len = length;
    sqe->off = (uint64_t)offset;
}

kring_op kring_read(struct kring *ring, int fd, void *data, uint32_t length, int64_t offset)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_READ, &sqe);

    if (sqe != NULL) {
        read_fill(sqe, data, length, offset);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__read_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__rw_prep(req);
}

int kring__read_try(struct kring__soft *soft, struct kring__req *req)
{
    struct iovec vector;
    uint32_t length;
    int error = kring__req_buffer(soft, req, &vector.iov_base, &length);

    if (error < 0)
        return error;
    vector.iov_len = length < KRING__RW_MAX ? length : KRING__RW_MAX;
    return kring__rw_try(req, &vector, 1, false);
}
#endif
