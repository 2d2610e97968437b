/* SPDX-License-Identifier: MIT */
/*
 * SHUTDOWN: as shutdown(2). Kernel: 5.11 (and 5.10.162).
 * SQE: fd; len: SHUT_RD, SHUT_WR or SHUT_RDWR.
 * Result: 0.
 * Soft: never blocks.
 * Owns: nothing.
 * EINVAL: never after an effect.
 */
#include "net.h"

kring_op kring_shutdown(struct kring *ring, int fd, int how)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SHUTDOWN, &sqe);

    if (sqe != NULL) {
        sqe->len = (uint32_t)how;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__shutdown_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return kring__has_ioprio(req) || sqe->off != 0 || sqe->addr != 0 || sqe->rw_flags != 0 ||
                   sqe->buf_index != 0 || sqe->splice_fd_in != 0
               ? -EINVAL
               : 0;
}

int kring__shutdown_try(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return (int)kring__sys_shutdown(req->fd, (int)req->sqe.len);
}
#endif
