/* SPDX-License-Identifier: MIT */
/*
 * FILES_UPDATE: fills and empties direct descriptors. Kernel: 5.6; any slot 5.19.
 * SQE: addr: array of fds (-1 empties, -2 leaves alone); len: how many; off: first slot, or
 * IORING_FILE_INDEX_ALLOC: the slots found are written to the array.
 * Result: how many were done; an error only when none was. Fewer do not break a link.
 * Soft: the engine's own table, which keeps a duplicate of each fd.
 * Owns: the array is the caller's until the result; the fds stay the caller's.
 * EINVAL: of fields at preparation, or of the range; neither after an effect.
 */
#include "../sqe.h"

kring_op kring_files_update(struct kring *ring, int *fds, uint32_t count, uint32_t offset)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FILES_UPDATE, &sqe);

    _Static_assert(sizeof(int) == sizeof(int32_t), "fds are 32 bits wide in the ABI");
    if (sqe != NULL) {
        sqe->fd = -1;
        sqe->addr = kring__address(fds);
        sqe->len = count;
        sqe->off = offset == KRING_SLOT_ANY ? IORING_FILE_INDEX_ALLOC : offset;
    }
    return op;
}

/*
 * One fd, in a word of the operation's own: the kernel writes the slot over it, and so the fd
 * itself is kept in sqe.fd, which FILES_UPDATE ignores.
 */
kring_op kring_to_direct(struct kring *ring, int fd, uint32_t slot)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FILES_UPDATE, &sqe);

    if (sqe == NULL)
        return op;
    if (ring->direct_count == 0)
        return kring__fail(ring, op, -ENXIO);
    if (slot != KRING_SLOT_ANY && slot >= ring->direct_count)
        return kring__fail(ring, op, -EINVAL);
    if (fd < 0) /* also one that is direct already; and -1 would empty the slot */
        return kring__fail(ring, op, -EBADF);
    sqe->fd = fd;
    sqe->addr = kring__address(&ring->slots[op.index].count);
    sqe->len = 1;
    sqe->off = slot == KRING_SLOT_ANY ? IORING_FILE_INDEX_ALLOC : slot;
    return op;
}

bool kring__is_to_direct(const struct kring__slot *slot)
{
    return slot->sqe.opcode == IORING_OP_FILES_UPDATE &&
           slot->sqe.addr == kring__address(&slot->count);
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
int kring__files_update_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (sqe->flags & (IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT))
        return -EINVAL;
    return kring__has_ioprio(req) || sqe->rw_flags != 0 || sqe->splice_fd_in != 0 || sqe->len == 0
               ? -EINVAL
               : 0;
}

int kring__files_update_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    if (kring__bad_address(kring__pointer(sqe->addr)))
        return -EFAULT;
    return kring__soft_files_update(soft, (uint32_t)sqe->off, kring__pointer(sqe->addr), 0,
                                    sqe->len);
}
#endif
