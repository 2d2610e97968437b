/* SPDX-License-Identifier: MIT */
/*
 * READ_MULTISHOT: reads again and again into provided buffers. Kernel: 6.7.
 * SQE: fd of a file that can be polled (others: -EBADFD); BUFFER_SELECT with buf_group; off:
 * offset, -1 = current position or none; addr and len 0.
 * Results: bytes with F_MORE; 0 (end) and errors are final.
 * Soft: as READ on a pollable file, see rw.c.
 * Owns: each buffer is the application's from its CQE on.
 * EINVAL: never after an effect.
 */
#include "rw.h"

kring_op kring_read_multishot(struct kring *ring, int fd, int pool)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_READ_MULTISHOT, &sqe);

    if (sqe != NULL) {
        sqe->off = (uint64_t)KRING_CUR_POS;
        kring__fd(ring, op, sqe, fd);
        kring__pool(ring, op, sqe, pool);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__read_multishot_prep(struct kring__soft *soft, struct kring__req *req)
{
    int error;

    (void)soft;
    if (!CONFIG_KRING_MULTISHOT || kring__has_ioprio(req))
        return -EINVAL;
    if (!(req->sqe.flags & IOSQE_BUFFER_SELECT))
        return -EINVAL;
    error = kring__rw_prep(req);
    if (error < 0)
        return error;
    if (req->sqe.addr != 0 || req->sqe.len != 0)
        return -EINVAL;
    req->flags |= KRING__REQ_MULTISHOT;
    return 0;
}

int kring__read_multishot_try(struct kring__soft *soft, struct kring__req *req)
{
    struct iovec vector;
    uint32_t length;
    int res;

    if (!CONFIG_KRING_MULTISHOT)
        return -EINVAL; /* never prepared */
    if (kring__rw_is_disk(req))
        return -EBADFD;
    res = kring__req_buffer(soft, req, &vector.iov_base, &length);
    if (res < 0)
        return res;
    vector.iov_len = length;
    res = kring__rw_try(req, &vector, 1, false);
    /* A short read is the rule here, and no failure. */
    req->flags &= ~KRING__REQ_FAILED;
    if (res == 0)
        req->flags |= KRING__REQ_LAST;
    return res;
}
#endif
