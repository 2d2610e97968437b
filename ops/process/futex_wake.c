/* SPDX-License-Identifier: MIT */
/*
 * FUTEX_WAKE: as futex_wake(2): FUTEX_WAKE_BITSET of futex(2), where count 0 wakes nobody.
 * Kernel: 6.7.
 * SQE: addr: the word; addr2: count; addr3: mask; fd: FUTEX2_ flags, of which SIZE_U32 must be set.
 * Result: how many were woken, whoever they are.
 * Soft: the plain call, inline.
 * Owns: nothing.
 * EINVAL: of fields at preparation, of mask 0 and alignment later; never after an effect.
 */
#include "futex.h"

kring_op kring_futex_wake(struct kring *ring, const uint32_t *word, uint32_t count, uint32_t mask,
                          uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FUTEX_WAKE, &sqe);

    if (sqe != NULL) {
        sqe->fd = (int32_t)(flags | FUTEX2_SIZE_U32);
        sqe->addr = kring__address(word);
        sqe->addr2 = count;
        sqe->addr3 = mask;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_PROCESS

#include <linux/futex.h>

int kring__futex_wake_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->len != 0 || sqe->futex_flags != 0 || sqe->buf_index != 0 ||
        sqe->file_index != 0 || sqe->addr3 > UINT32_MAX)
        return -EINVAL;
    return kring__futex_check((uint32_t)sqe->fd, sqe->addr2);
}

int kring__futex_wake_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t *word = kring__pointer(sqe->addr);
    int private = kring__futex_private((uint32_t)sqe->fd);

    (void)soft;
    if (sqe->addr3 == 0)
        return -EINVAL;
    /* futex(2) wakes one for count 0. Moving none from the word to itself checks the address. */
    if (sqe->addr2 == 0)
        return (int)kring__sys_futex(word, FUTEX_REQUEUE | private, 0, NULL, word, 0);
    return (int)kring__sys_futex(word, FUTEX_WAKE_BITSET | private, (uint32_t)sqe->addr2, NULL,
                                 NULL, (uint32_t)sqe->addr3);
}
#endif
