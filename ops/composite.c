/* SPDX-License-Identifier: MIT */
/*
 * Composites: one operation to the caller, as many transfers as it takes. They are the single
 * operation's SQE advanced on each short result; flags and everything else stay as they are.
 */
#include "ring.h"

static kring_op transfer(struct kring *ring, unsigned opcode, int fd, const void *data,
                         uint32_t length)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, opcode, &sqe);

    if (sqe == NULL)
        return op;
    if (!CONFIG_KRING_COMPOSITE)
        return kring__fail(ring, op, -KRING_EKERNEL);
    kring__fd(ring, op, sqe, fd);
    sqe->addr = (uintptr_t)data;
    sqe->len = length;
    ring->slots[op.index].flags |= KRING__S_COMPOSITE;
    return op;
}

static kring_op at_offset(struct kring *ring, kring_op op, int64_t offset)
{
    if (kring_op_error(op) == 0) {
        if (offset < KRING_CUR_POS)
            return kring__fail(ring, op, -EINVAL);
        ring->slots[op.index].sqe.off = (uint64_t)offset;
    }
    return op;
}

kring_op kring_read_full(struct kring *ring, int fd, void *data, uint32_t length, int64_t offset)
{
    return at_offset(ring, transfer(ring, IORING_OP_READ, fd, data, length), offset);
}

kring_op kring_write_all(struct kring *ring, int fd, const void *data, uint32_t length,
                         int64_t offset)
{
    return at_offset(ring, transfer(ring, IORING_OP_WRITE, fd, data, length), offset);
}

static kring_op message_flags(struct kring *ring, kring_op op, uint32_t flags)
{
    if (kring_op_error(op) == 0)
        ring->slots[op.index].sqe.msg_flags = flags;
    return op;
}

/* Kernels from 5.18 go on by themselves with MSG_WAITALL. */
kring_op kring_recv_full(struct kring *ring, int fd, void *data, uint32_t length, int flags)
{
    return message_flags(ring, transfer(ring, IORING_OP_RECV, fd, data, length),
                         (uint32_t)flags | KRING__MSG_WAITALL);
}

kring_op kring_send_all(struct kring *ring, int fd, const void *data, uint32_t length, int flags)
{
    return message_flags(ring, transfer(ring, IORING_OP_SEND, fd, data, length),
                         (uint32_t)flags | KRING__MSG_NOSIGNAL);
}

/* Drops the entries that are done, empty ones included, and shortens the first that is not. */
static void consume(struct io_uring_sqe *sqe, uint32_t bytes)
{
    struct kring__iovec *vectors = (struct kring__iovec *)(uintptr_t)sqe->addr;
    uint32_t done = 0;

    while (done < sqe->len && bytes >= vectors[done].length) {
        bytes -= (uint32_t)vectors[done].length;
        done++;
    }
    if (done < sqe->len && bytes > 0) {
        vectors[done].base = (uint8_t *)vectors[done].base + bytes;
        vectors[done].length -= bytes;
    }
    sqe->addr += done * sizeof *vectors;
    sqe->len -= done;
}

static kring_op vectored(struct kring *ring, unsigned opcode, int fd, const struct iovec *vectors,
                         uint32_t count, int64_t offset)
{
    kring_op op;
    const struct kring__iovec *list = (const struct kring__iovec *)(const void *)vectors;
    uint64_t sum = 0;

    op = at_offset(ring, transfer(ring, opcode, fd, vectors, count), offset);
    if (kring_op_error(op) != 0)
        return op;
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].length > INT32_MAX - sum) /* one result counts it all */
            return kring__fail(ring, op, -EINVAL);
        sum += list[i].length;
    }
    if (count > 1024)
        return kring__fail(ring, op, -EINVAL);
    ring->slots[op.index].flags |= KRING__S_VECTORED;
    return op;
}

kring_op kring_read_full_v(struct kring *ring, int fd, struct iovec *vectors, uint32_t count,
                           int64_t offset)
{
    return vectored(ring, IORING_OP_READV, fd, vectors, count, offset);
}

kring_op kring_write_all_v(struct kring *ring, int fd, struct iovec *vectors, uint32_t count,
                           int64_t offset)
{
    return vectored(ring, IORING_OP_WRITEV, fd, vectors, count, offset);
}

static bool rest(const struct kring__slot *slot)
{
    const struct kring__iovec *vectors =
        (const struct kring__iovec *)(uintptr_t)slot->sqe.addr;

    if (!(slot->flags & KRING__S_VECTORED))
        return slot->sqe.len != 0;
    for (uint32_t i = 0; i < slot->sqe.len; i++)
        if (vectors[i].length != 0)
            return true;
    return false;
}

bool kring__composite_step(struct kring__slot *slot, int32_t res, int64_t *value)
{
    struct io_uring_sqe *sqe = &slot->sqe;

    *value = res;
    if (res < 0)
        return false;
    if (slot->flags & KRING__S_VECTORED) {
        consume(sqe, (uint32_t)res);
    } else {
        if ((uint32_t)res > sqe->len) /* never trust a count with pointer arithmetic */
            res = (int32_t)sqe->len;
        sqe->addr += (uint32_t)res;
        sqe->len -= (uint32_t)res;
    }
    if (sqe->opcode != IORING_OP_RECV && sqe->opcode != IORING_OP_SEND &&
        sqe->off != (uint64_t)KRING_CUR_POS)
        sqe->off += (uint32_t)res;
    slot->transferred += (uint32_t)res;
    if (!rest(slot)) {
        *value = slot->transferred;
        return false;
    }
    if (res > 0)
        return true;
    /* Nothing moved although something is left: the end for readers; writers must not spin. */
    *value = sqe->opcode == IORING_OP_WRITE || sqe->opcode == IORING_OP_WRITEV ||
                     sqe->opcode == IORING_OP_SEND ? -EIO : -KRING_EEOF;
    return false;
}
