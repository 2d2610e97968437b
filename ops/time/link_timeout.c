/* SPDX-License-Identifier: MIT */
/*
 * LINK_TIMEOUT: a limit on the operation before it in a chain. Kernel: 5.5; clocks 5.15.
 * SQE: addr: 64-bit timespec; len: 1; off: 0; timeout_flags: IORING_TIMEOUT_.
 * Result: -ETIME and the target's -ECANCELED (order not promised); -ECANCELED when the target ended
 * first; -EALREADY or -ENOENT where the two raced. Behind nothing it is -EINVAL (from 5.15).
 * Soft: a mechanism of the engine, which knows the chain.
 * Owns: the timespec is the caller's until the result.
 * EINVAL: only at preparation.
 */
#include "time.h"

kring_op kring_link_timeout(struct kring *ring, const struct kring_time *time, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_LINK_TIMEOUT, &sqe);

    if (sqe != NULL) {
        sqe->fd = -1;
        sqe->addr = kring__address(time);
        sqe->len = 1;
        sqe->timeout_flags = kring__timeout_flags(flags);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_TIME
int kring__link_timeout_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    /* A count, of which there are 32 bits. */
    return (uint32_t)req->sqe.off != 0 ? -EINVAL : kring__timeout_check(req);
}

int kring__link_timeout_try(struct kring__soft *soft, struct kring__req *req)
{
    return kring__timeout_try(soft, req);
}
#endif
