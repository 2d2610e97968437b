/* SPDX-License-Identifier: MIT */
/*
 * LISTEN: as listen(2). Kernel: 6.11.
 * SQE: fd; len: backlog.
 * Result: 0.
 * Soft: never blocks.
 * Owns: nothing.
 * EINVAL: never after an effect.
 */
#include "net.h"

kring_op kring_listen(struct kring *ring, int fd, int backlog)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_LISTEN, &sqe);

    if (sqe != NULL) {
        sqe->len = (uint32_t)backlog;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__listen_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return kring__has_ioprio(req) || sqe->addr != 0 || sqe->buf_index != 0 ||
                   sqe->rw_flags != 0 || sqe->splice_fd_in != 0 || sqe->addr2 != 0
               ? -EINVAL
               : 0;
}

int kring__listen_try(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return (int)kring__sys_listen(req->fd, (int)req->sqe.len);
}
#endif
