/* SPDX-License-Identifier: MIT */
/*
 * ASYNC_CANCEL: cancels others. Kernel: 5.5; by fd, any, all 5.19, direct descriptor 6.0, opcode
 * 6.6.
 * SQE: addr: user_data; fd with CANCEL_FD; len: opcode with CANCEL_OP; cancel_flags.
 * Result: 0, -ENOENT, -EALREADY; with ALL or ANY how many. Each target ends by itself, with
 * -ECANCELED or the result that came first.
 * Soft: a mechanism of the engine. In a mixed ring kring asks each engine, see ops/ring.h.
 * Owns: nothing.
 * EINVAL: only at preparation.
 */
#include "../sqe.h"

kring_op kring_cancel_op(struct kring *ring, kring_op target)
{
    struct io_uring_sqe *sqe;

    return kring__new_on(ring, IORING_OP_ASYNC_CANCEL, target, &sqe);
}

kring_op kring_cancel_fd(struct kring *ring, int fd)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_ASYNC_CANCEL, &sqe);

    if (sqe != NULL) {
        kring__fd(ring, op, sqe, fd);
        sqe->cancel_flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL;
        /* The kernel's way to say that fd is an index; this opcode has no file of its own. */
        if (sqe->flags & IOSQE_FIXED_FILE) {
            sqe->flags &= (uint8_t)~IOSQE_FIXED_FILE;
            sqe->cancel_flags |= IORING_ASYNC_CANCEL_FD_FIXED;
        }
    }
    return op;
}

kring_op kring_cancel_any(struct kring *ring)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_ASYNC_CANCEL, &sqe);

    if (sqe != NULL) {
        sqe->fd = -1;
        sqe->cancel_flags = IORING_ASYNC_CANCEL_ANY;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE
#include <linux/fcntl.h>

#define MANY \
    (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY | \
     IORING_ASYNC_CANCEL_FD_FIXED | IORING_ASYNC_CANCEL_OP)
#define FLAGS (IORING_ASYNC_CANCEL_USERDATA | (CONFIG_KRING_SWEEP ? MANY : 0u))

int kring__async_cancel_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t flags = sqe->cancel_flags;

    (void)soft;
    if (sqe->flags & IOSQE_BUFFER_SELECT)
        return -EINVAL;
    if (kring__has_ioprio(req) || sqe->off != 0 || sqe->splice_fd_in != 0 || (flags & ~FLAGS))
        return -EINVAL;
    if ((flags & IORING_ASYNC_CANCEL_ANY) &&
        (flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP)))
        return -EINVAL;
    return 0;
}

int kring__async_cancel_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    struct kring__match match = {sqe->addr, sqe->cancel_flags, sqe->fd, 0, req};

    if (CONFIG_KRING_SWEEP && (sqe->cancel_flags & IORING_ASYNC_CANCEL_OP))
        match.opcode = (uint8_t)sqe->len;
    if (CONFIG_KRING_SWEEP && (sqe->cancel_flags & IORING_ASYNC_CANCEL_FD)) {
        if (sqe->flags & IOSQE_FIXED_FILE)
            match.flags |= IORING_ASYNC_CANCEL_FD_FIXED;
        if (match.flags & IORING_ASYNC_CANCEL_FD_FIXED) {
            if (kring__soft_fixed(soft, (uint32_t)sqe->fd) < 0)
                return -EBADF;
        } else if (sqe->fd < 0 || kring__sys_fcntl(sqe->fd, F_GETFD, 0) < 0) {
            return -EBADF;
        }
    }
    return kring__soft_cancel(soft, &match);
}
#endif
