/* SPDX-License-Identifier: MIT */
/*
 * TEE: as tee(2). Kernel: 5.8.
 * SQE: splice_fd_in, direct with SPLICE_F_FD_IN_FIXED; fd: out; len; splice_flags: SPLICE_F_. Both
 * are pipes.
 * Result: bytes; short breaks a link.
 * Soft: with SPLICE_F_NONBLOCK, then waits for the side that is not ready.
 * Owns: nothing; both descriptors must stay open until the result.
 * EINVAL: never after an effect.
 */
#include "splice.h"

kring_op kring_tee(struct kring *ring, int fd_in, int fd_out, uint32_t length, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_TEE, &sqe);

    if (sqe != NULL)
        kring__splice_fill(ring, op, sqe, fd_in, fd_out, length, flags);
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_SPLICE

int kring__tee_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (req->sqe.splice_off_in != 0 || req->sqe.off != 0)
        return -EINVAL;
    return kring__splice_flags(req);
}

int kring__tee_try(struct kring__soft *soft, struct kring__req *req)
{
    uint32_t flags = req->sqe.splice_flags & KRING__SPLICE_ALL;
    struct kring__sides sides;
    long res = kring__splice_sides(soft, req, &sides);

    if (res < 0)
        return (int)res;
    if (req->sqe.len == 0)
        return 0;
    res = kring__sys_tee(sides.in, sides.out, req->sqe.len, flags | KRING__SPLICE_NONBLOCK);
    if (res == -EAGAIN && !(flags & KRING__SPLICE_NONBLOCK)) {
        res = kring__splice_ready(req, &sides);
        /* Ready again already: the engine asks the way out and comes back. */
        return res == 0 ? kring__splice_wait(req, &sides, false) : (int)res;
    }
    if (res >= 0 && res != (long)req->sqe.len)
        req->flags |= KRING__REQ_FAILED;
    return (int)res;
}

#endif
