/* SPDX-License-Identifier: MIT */
/*
 * READV: as preadv2(2). Kernel: 5.1 (offset -1: 5.6; files without a read_iter method: 5.4).
 * SQE: fd; addr, len: iovec array, at most 1024; with BUFFER_SELECT len is 1 and only the vector's
 * length counts; off: offset, -1 = current position; rw_flags: RWF_; ioprio.
 * Result: bytes, 0 = end; short breaks a link.
 * Soft: RWF_NOWAIT or poll first, see rw.c; BLOCKS on disk files.
 * Owns: array and buffers are the caller's until the result.
 * EINVAL: never after an effect.
 */
#include "rw.h"

static void readv_fill(struct io_uring_sqe *sqe, const struct iovec *vectors, uint32_t count,
                       int64_t offset, uint32_t flags)
{
    sqe->addr = kring__address(vectors);
    sqe->len = count;
    sqe->off = (uint64_t)offset;
    sqe->rw_flags = flags;
}

kring_op kring_readv(struct kring *ring, int fd, const struct iovec *vectors, uint32_t count,
                     int64_t offset, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_READV, &sqe);

    if (sqe != NULL) {
        readv_fill(sqe, vectors, count, offset, flags);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__readv_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__rw_prep_vectors(req);
}

/* The vector's length limits the picked buffer, where kring__req_buffer() looks at sqe.len. */
static int readv_select(struct kring__soft *soft, struct kring__req *req)
{
    const struct iovec *given = kring__pointer(req->sqe.addr);
    uint32_t count = req->sqe.len;
    struct iovec vector;
    uint32_t length;
    int error;

    if (kring__bad_address(given))
        return -EFAULT;
    req->sqe.len = given->iov_len < KRING__RW_MAX ? (uint32_t)given->iov_len : KRING__RW_MAX;
    error = kring__req_buffer(soft, req, &vector.iov_base, &length);
    req->sqe.len = count;
    if (error < 0)
        return error;
    vector.iov_len = length;
    return kring__rw_try(req, &vector, 1, false);
}

int kring__readv_try(struct kring__soft *soft, struct kring__req *req)
{
    if (req->sqe.flags & IOSQE_BUFFER_SELECT)
        return readv_select(soft, req);
    return kring__rw_try(req, kring__pointer(req->sqe.addr), req->sqe.len, false);
}
#endif
