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

kring_op kring_send_all_zc(struct kring *ring, int fd, const void *data, uint32_t length,
                           int flags)
{
    return message_flags(ring, transfer(ring, IORING_OP_SEND_ZC, fd, data, length),
                         (uint32_t)flags | KRING__MSG_NOSIGNAL | KRING__MSG_WAITALL);
}

/* Drops the entries that are done, empty ones included, and shortens the first that is not. */
static void consume(struct kring__iovec **vectors, size_t *count, uint32_t bytes)
{
    while (*count > 0 && bytes >= (*vectors)->length) {
        bytes -= (uint32_t)(*vectors)->length;
        (*vectors)++;
        (*count)--;
    }
    if (*count > 0 && bytes > 0) {
        (*vectors)->base = (uint8_t *)(*vectors)->base + bytes;
        (*vectors)->length -= bytes;
    }
}

static bool is_message(const struct io_uring_sqe *sqe)
{
    return sqe->opcode == IORING_OP_SENDMSG || sqe->opcode == IORING_OP_SENDMSG_ZC ||
           sqe->opcode == IORING_OP_RECVMSG;
}

/* The message of a slot, whose vectors are rewritten in place: nothing else in it is. */
static struct kring__msghdr *message_of(const struct io_uring_sqe *sqe)
{
    return (struct kring__msghdr *)(uintptr_t)sqe->addr;
}

static void consume_vectors(struct io_uring_sqe *sqe, uint32_t bytes)
{
    struct kring__iovec *vectors = (struct kring__iovec *)(uintptr_t)sqe->addr;
    size_t count = sqe->len;

    if (is_message(sqe)) {
        struct kring__msghdr *message = message_of(sqe);

        vectors = (struct kring__iovec *)(void *)message->iov;
        count = message->iovlen;
        consume(&vectors, &count, bytes);
        message->iov = (void *)vectors;
        message->iovlen = count;
        /* Ancillary data went with the first byte. */
        if (bytes > 0)
            message->controllen = 0;
        return;
    }
    consume(&vectors, &count, bytes);
    sqe->addr = (uintptr_t)vectors;
    sqe->len = (uint32_t)count;
}

/* One result counts all that the vectors name. */
static int check_vectors(const struct iovec *vectors, size_t count)
{
    const struct kring__iovec *list = (const struct kring__iovec *)(const void *)vectors;
    uint64_t sum = 0;

    if (count > 1024 || (count > 0 && list == NULL))
        return -EINVAL;
    for (size_t i = 0; i < count; i++) {
        if (list[i].length > INT32_MAX - sum)
            return -EINVAL;
        sum += list[i].length;
    }
    return 0;
}

static kring_op vectored(struct kring *ring, unsigned opcode, int fd, const struct iovec *vectors,
                         uint32_t count, int64_t offset)
{
    kring_op op = at_offset(ring, transfer(ring, opcode, fd, vectors, count), offset);
    int error;

    if (kring_op_error(op) != 0)
        return op;
    error = check_vectors(vectors, count);
    if (error < 0)
        return kring__fail(ring, op, error);
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

static kring_op messages(struct kring *ring, unsigned opcode, int fd, struct msghdr *message,
                         uint32_t flags)
{
    const struct kring__msghdr *header = (const struct kring__msghdr *)(const void *)message;
    kring_op op = message_flags(ring, transfer(ring, opcode, fd, message, 1), flags);
    int error;

    if (kring_op_error(op) != 0)
        return op;
    error = check_vectors(header->iov, header->iovlen);
    /* What several receives would write over each other's. */
    if (opcode == IORING_OP_RECVMSG && (header->namelen != 0 || header->controllen != 0))
        error = -EINVAL;
    if (error < 0)
        return kring__fail(ring, op, error);
    ring->slots[op.index].flags |= KRING__S_VECTORED;
    return op;
}

kring_op kring_recv_full_v(struct kring *ring, int fd, struct msghdr *message, int flags)
{
    return messages(ring, IORING_OP_RECVMSG, fd, message, (uint32_t)flags | KRING__MSG_WAITALL);
}

kring_op kring_send_all_v(struct kring *ring, int fd, struct msghdr *message, int flags)
{
    return messages(ring, IORING_OP_SENDMSG, fd, message,
                    (uint32_t)flags | KRING__MSG_NOSIGNAL | KRING__MSG_WAITALL);
}

kring_op kring_send_all_v_zc(struct kring *ring, int fd, struct msghdr *message, int flags)
{
    return messages(ring, IORING_OP_SENDMSG_ZC, fd, message,
                    (uint32_t)flags | KRING__MSG_NOSIGNAL | KRING__MSG_WAITALL);
}

static bool rest(const struct kring__slot *slot)
{
    const struct io_uring_sqe *sqe = &slot->sqe;
    const struct kring__iovec *vectors = (const struct kring__iovec *)(uintptr_t)sqe->addr;
    size_t count = sqe->len;

    if (!(slot->flags & KRING__S_VECTORED))
        return count != 0;
    if (is_message(sqe)) {
        vectors = (const struct kring__iovec *)(const void *)message_of(sqe)->iov;
        count = message_of(sqe)->iovlen;
    }
    for (size_t i = 0; i < count; i++)
        if (vectors[i].length != 0)
            return true;
    return false;
}

bool kring__composite_positional(const struct kring__slot *slot)
{
    unsigned opcode = slot->sqe.opcode;

    return (opcode == IORING_OP_READ || opcode == IORING_OP_READV || opcode == IORING_OP_WRITE ||
            opcode == IORING_OP_WRITEV) && slot->sqe.off != (uint64_t)KRING_CUR_POS;
}

static bool writes(unsigned opcode)
{
    switch (opcode) {
    case IORING_OP_WRITE:
    case IORING_OP_WRITEV:
    case IORING_OP_SEND:
    case IORING_OP_SENDMSG:
    case IORING_OP_SEND_ZC:
    case IORING_OP_SENDMSG_ZC:
        return true;
    default:
        return false;
    }
}

bool kring__composite_step(struct kring__slot *slot, int32_t res, int64_t *value)
{
    struct io_uring_sqe *sqe = &slot->sqe;

    *value = res;
    if (res < 0)
        return false;
    if (slot->flags & KRING__S_VECTORED) {
        consume_vectors(sqe, (uint32_t)res);
    } else {
        if ((uint32_t)res > sqe->len) /* never trust a count with pointer arithmetic */
            res = (int32_t)sqe->len;
        sqe->addr += (uint32_t)res;
        sqe->len -= (uint32_t)res;
    }
    if (kring__composite_positional(slot))
        sqe->off += (uint32_t)res;
    slot->transferred += (uint32_t)res;
    if (!rest(slot)) {
        *value = slot->transferred;
        return false;
    }
    if (res > 0)
        return true;
    /* Nothing moved although something is left: the end for readers; writers must not spin. */
    *value = writes(sqe->opcode) ? -EIO : -KRING_EEOF;
    return false;
}
