/* SPDX-License-Identifier: MIT */
/*
 * FUTEX_WAITV: as futex_waitv(2) without a time. Kernel: 6.7.
 * SQE: addr: vector of 1 to 128 words, their values and flags; len: how many.
 * Result: the index of one that was woken; -EAGAIN when one holds another value.
 * Soft: on a thread of the option offload, see ops/process/futex.c; without it -EOPNOTSUPP as a
 * kernel without futexes, and no route. Any futex(2) wakes it, at once. More than one word
 * need 5.16.
 * Owns: the words must stay until the result; the vector is the caller's until then.
 * EINVAL: of fields and vector at preparation, of alignment later; never after an effect.
 */
#include "futex.h"

kring_op kring_futex_waitv(struct kring *ring, const struct kring_futex *futexes, uint32_t count)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FUTEX_WAITV, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(futexes);
        sqe->len = count;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_PROCESS
int kring__futex_waitv_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    const struct kring_futex_waitv *words = kring__pointer(sqe->addr);

    (void)soft;
    if (kring__has_ioprio(req) || sqe->fd != 0 || sqe->buf_index != 0 || sqe->file_index != 0 ||
        sqe->addr2 != 0 || sqe->futex_flags != 0 || sqe->addr3 != 0)
        return -EINVAL;
    if (sqe->len == 0 || sqe->len > KRING__FUTEXES_MAX)
        return -EINVAL;
    if (kring__bad_address(words))
        return -EFAULT;
    for (uint32_t i = 0; i < sqe->len; i++)
        if (words[i].resv != 0 || kring__futex_check(words[i].flags, words[i].val) < 0)
            return -EINVAL;
    return 0;
}

int kring__futex_waitv_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct kring__futexes set = {kring__pointer(req->sqe.addr), req->sqe.len, UINT32_MAX};

    return kring__futex_try(soft, req, &set);
}
#endif
