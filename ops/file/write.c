/* SPDX-License-Identifier: MIT */
/*
 * WRITE: as pwrite(2). Kernel: 5.6.
 * SQE: fd; addr, len: data; off: offset, -1 = current position; rw_flags: RWF_; ioprio;
 * write_stream (6.16, a hint that the soft engine drops).
 * Result: bytes; short breaks a link. May raise SIGPIPE and SIGXFSZ as write(2) does.
 * Soft: see rw.c; BLOCKS on disk files.
 * Owns: the data is the caller's, and must not change until the result.
 * EINVAL: never after an effect.
 */
#include "rw.h"

static void write_fill(struct io_uring_sqe *sqe, const void *data, uint32_t length, int64_t offset)
{
    sqe->addr = kring__address(data);
    sqe->len = length;
    sqe->off = (uint64_t)offset;
}

kring_op kring_write(struct kring *ring, int fd, const void *data, uint32_t length, int64_t offset)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_WRITE, &sqe);

    if (sqe != NULL) {
        write_fill(sqe, data, length, offset);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__write_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__rw_prep(req);
}

int kring__write_try(struct kring__soft *soft, struct kring__req *req)
{
    uint32_t length = req->sqe.len < KRING__RW_MAX ? req->sqe.len : KRING__RW_MAX;
    struct iovec vector = {kring__pointer(req->sqe.addr), length};

    (void)soft;
    return kring__rw_try(req, &vector, 1, true);
}
#endif
