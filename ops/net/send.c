/* SPDX-License-Identifier: MIT */
/*
 * SEND: as send(2) or sendto(2). Kernel: 5.6; POLL_FIRST 5.19, an address 6.1, bundles and provided
 * buffers 6.10, vectors 6.17.
 * SQE: fd; addr, len: data, or with IORING_SEND_VECTORIZED an iovec array; msg_flags: MSG_; addr2,
 * addr_len: destination or 0; ioprio: IORING_RECVSEND_POLL_FIRST, IORING_SEND_VECTORIZED,
 * IORING_RECVSEND_BUNDLE; with BUFFER_SELECT buf_group, len 0 or a limit of bytes.
 * Result: bytes, may be short; with MSG_WAITALL on a stream all of it, and less breaks a link. With
 * provided buffers F_BUFFER names the first, in failures too; a bundle's results have F_MORE until
 * one took the last buffer, waited, or failed.
 * Soft: MSG_DONTWAIT | MSG_NOSIGNAL, then waits for POLLOUT; the caller's own MSG_DONTWAIT:
 * -EAGAIN. A bundle takes at most 64 buffers at once, of an incremental group one.
 * Owns: data and address are the caller's, and must not change until the result.
 * EINVAL: of fields at preparation; of the socket; neither after an effect.
 */
#include "msg.h"

static void send_fill(struct io_uring_sqe *sqe, const void *data, uint32_t length, int flags)
{
    sqe->addr = kring__address(data);
    sqe->len = length;
    /* Implied from 5.12 on. */
    sqe->msg_flags = (uint32_t)flags | KRING__MSG_NOSIGNAL;
}

kring_op kring_send(struct kring *ring, int fd, const void *data, uint32_t length, int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SEND, &sqe);

    if (sqe != NULL) {
        send_fill(sqe, data, length, flags);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

kring_op kring_send_bundle(struct kring *ring, int fd, int pool, int flags)
{
    kring_op op = kring_send(ring, fd, NULL, 0, flags);
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot == NULL)
        return op;
    slot->sqe.ioprio = IORING_RECVSEND_BUNDLE;
    kring__pool(ring, op, &slot->sqe, pool);
    if (slot->error == 0 && !ring->pools[pool].sends)
        slot->error = -EINVAL;
    return op;
}

kring_op kring__destination(struct kring *ring, kring_op op, const struct sockaddr *address,
                            uint32_t length)
{
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot == NULL)
        return op;
    if (address == NULL || length > KRING__ADDRESS_MAX)
        return kring__fail(ring, op, -EINVAL);
    slot->sqe.addr2 = kring__address(address);
    slot->sqe.addr_len = (uint16_t)length;
    return op;
}

kring_op kring_send_to(struct kring *ring, int fd, const void *data, uint32_t length, int flags,
                       const struct sockaddr *address, uint32_t address_length)
{
    kring_op op = kring_send(ring, fd, data, length, flags);

    return kring__destination(ring, op, address, address_length);
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__transmit_prep(struct kring__req *req)
{
    uint32_t known = IORING_RECVSEND_POLL_FIRST | IORING_SEND_VECTORIZED;

    if (req->sqe.opcode == IORING_OP_SEND)
        known |= IORING_RECVSEND_BUNDLE;
    if (req->sqe.ioprio & ~known)
        return -EINVAL;
    if (req->sqe.ioprio & IORING_RECVSEND_BUNDLE) {
        req->sqe.msg_flags |= KRING__MSG_WAITALL;
        req->flags |= KRING__REQ_MULTISHOT;
    }
    return (int32_t)req->sqe.len < 0 ? -EINVAL : 0;
}

int kring__send_fields(const struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    if (sqe->__pad3[0] != 0)
        return -EINVAL;
    if (sqe->addr2 != 0 && sqe->addr_len > KRING__ADDRESS_MAX)
        return -EINVAL;
    if (!(sqe->ioprio & IORING_SEND_VECTORIZED) || (sqe->flags & IOSQE_BUFFER_SELECT))
        return 0;
    if (sqe->len > KRING__VECTORS_MAX)
        return -EINVAL;
    return sqe->len > 0 && kring__bad_address(kring__pointer(sqe->addr)) ? -EFAULT : 0;
}

int kring__send_prep(struct kring__soft *soft, struct kring__req *req)
{
    int error = kring__transmit_prep(req);

    (void)soft;
    return error < 0 ? error : kring__send_fields(req);
}

int kring__poll_first(const struct kring__req *req)
{
    if (!(req->sqe.ioprio & IORING_RECVSEND_POLL_FIRST) || req->revents != 0 || req->progress != 0)
        return 0;
    return req->sqe.msg_flags & KRING__MSG_DONTWAIT ? -EAGAIN : KRING__TRY_WAIT;
}

static int send_vectors(struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    struct kring__msghdr message;

    memset(&message, 0, sizeof message);
    message.name = kring__pointer(sqe->addr2);
    message.namelen = sqe->addr2 != 0 ? sqe->addr_len : 0;
    message.iov = kring__pointer(sqe->addr);
    message.iovlen = sqe->len;
    return kring__message_once(req, &message);
}

int kring__send_once(struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    char *data = kring__pointer(sqe->addr);
    size_t left = sqe->len - req->progress;
    long res;

    if (sqe->ioprio & IORING_SEND_VECTORIZED)
        return send_vectors(req);
    res = kring__sys_sendto(req->fd, data + req->progress, left,
                            (int)(sqe->msg_flags | KRING__MSG_DONTWAIT | KRING__MSG_NOSIGNAL),
                            kring__pointer(sqe->addr2), sqe->addr2 != 0 ? sqe->addr_len : 0);
    return kring__transfer_end(req, (int)res, left);
}

/* A bundle without provided buffers sends its data, and then finds nothing more to send. */
static int bundle_of_none(struct kring__req *req)
{
    int res = req->scratch[0] == 0 ? kring__send_once(req) : 0;

    if (res <= 0 || req->revents != 0)
        req->flags |= KRING__REQ_LAST;
    req->scratch[0] = res > 0;
    return res;
}

int kring__send_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    int first = kring__poll_first(req);

    if (first < 0)
        return first;
    if (sqe->flags & IOSQE_BUFFER_SELECT)
        return kring__send_selected(soft, req);
    if (sqe->ioprio & IORING_RECVSEND_BUNDLE)
        return bundle_of_none(req);
    return kring__send_once(req);
}
#endif
