/* SPDX-License-Identifier: MIT */
/*
 * PROVIDE_BUFFERS: adds buffers to a group, the old way. Kernel: 5.7.
 * SQE: addr: memory; len: bytes of each buffer; fd: how many; off: id of the first; buf_group.
 * Result: 0.
 * Soft: the engine's own groups; -ENOMEM when its slab of buffers is used up.
 * Owns: the memory is lent to the group until a buffer is picked or removed.
 * EINVAL: of fields at preparation, or of a group that is a buffer ring; neither after an effect.
 */
#include "../sqe.h"

#define IDS 65536u /* buffer ids are 16 bits wide */

kring_op kring_provide_buffers(struct kring *ring, void *memory, uint32_t size, uint32_t count,
                               uint16_t group, uint16_t first)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_PROVIDE_BUFFERS, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(memory);
        sqe->len = size;
        sqe->fd = (int32_t)count;
        sqe->off = first;
        sqe->buf_group = group;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
int kring__provide_buffers_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t count = (uint32_t)sqe->fd;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->rw_flags != 0 || sqe->splice_fd_in != 0)
        return -EINVAL;
    if (count == 0 || count > IDS)
        return -E2BIG;
    if (sqe->len == 0)
        return -EINVAL;
    if (sqe->addr > UINT64_MAX - (uint64_t)sqe->len * count)
        return -EOVERFLOW;
    /* Beyond what a process can have; the upper half is the kernel's on 64-bit machines. */
    if (sqe->addr + (uint64_t)sqe->len * count > (sizeof(void *) == 8 ? INT64_MAX : UINTPTR_MAX))
        return -EFAULT;
    if (sqe->off > UINT16_MAX)
        return -E2BIG;
    return sqe->off + count > IDS ? -EINVAL : 0;
}

int kring__provide_buffers_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    return kring__soft_provide(soft, sqe->addr, sqe->len, (uint32_t)sqe->fd, sqe->buf_group,
                               (uint16_t)sqe->off);
}
#endif
