/* SPDX-License-Identifier: MIT */
/*
 * FUTEX_WAIT: as futex_wait(2): FUTEX_WAIT_BITSET of futex(2) without a time. Kernel: 6.7.
 * SQE: addr: the word; addr2: the value it must hold; addr3: mask; fd: FUTEX2_ flags, of which
 * SIZE_U32 must be set.
 * Result: 0 when woken; -EAGAIN when the word holds another value.
 * Soft: on a thread of the option offload, see ops/process/futex.c; without it -EOPNOTSUPP as a
 * kernel without futexes, and no route. Any futex(2) wakes it, at once.
 * Owns: the word must stay until the result.
 * EINVAL: of fields at preparation, of mask 0 and alignment later; never after an effect.
 */
#include "futex.h"

kring_op kring_futex_wait(struct kring *ring, const uint32_t *word, uint32_t value, uint32_t mask,
                          uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FUTEX_WAIT, &sqe);

    if (sqe != NULL) {
        sqe->fd = (int32_t)(flags | FUTEX2_SIZE_U32);
        sqe->addr = kring__address(word);
        sqe->addr2 = value;
        sqe->addr3 = mask;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_PROCESS
int kring__futex_wait_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->len != 0 || sqe->futex_flags != 0 || sqe->buf_index != 0 ||
        sqe->file_index != 0 || sqe->addr3 > UINT32_MAX)
        return -EINVAL;
    return kring__futex_check((uint32_t)sqe->fd, sqe->addr2);
}

int kring__futex_wait_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    const struct kring_futex_waitv word = {
        .val = sqe->addr2, .uaddr = sqe->addr, .flags = (uint32_t)sqe->fd};
    const struct kring__futexes set = {&word, 1, (uint32_t)sqe->addr3};

    return set.mask == 0 ? -EINVAL : kring__futex_try(soft, req, &set);
}
#endif
