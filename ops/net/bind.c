/* SPDX-License-Identifier: MIT */
/*
 * BIND: as bind(2). Kernel: 6.11.
 * SQE: fd; addr: address; addr2: its length.
 * Result: 0.
 * Soft: never blocks (a path of AF_UNIX is made on the disk).
 * Owns: the address is the caller's until the result.
 * EINVAL: never after an effect.
 */
#include "net.h"

kring_op kring_bind(struct kring *ring, int fd, const struct sockaddr *address, uint32_t length)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_BIND, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(address);
        sqe->addr2 = length;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__bind_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->len != 0 || sqe->buf_index != 0 || sqe->rw_flags != 0 ||
        sqe->splice_fd_in != 0)
        return -EINVAL;
    /* The address is copied at preparation, its length being an int. */
    return (uint32_t)sqe->addr2 > KRING__ADDRESS_MAX ? -EINVAL : 0;
}

int kring__bind_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_bind(req->fd, kring__pointer(sqe->addr), (unsigned)sqe->addr2);
}
#endif
