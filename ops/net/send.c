/* SPDX-License-Identifier: MIT */
/*
 * SEND: as send(2) or sendto(2). Kernel: 5.6; POLL_FIRST 5.19, an address 6.1, bundles and provided
 * buffers 6.10, vectors 6.17.
 * SQE: fd; addr, len: data, or with IORING_SEND_VECTORIZED an iovec array; msg_flags: MSG_; addr2,
 * addr_len: destination or 0; ioprio: IORING_RECVSEND_POLL_FIRST, IORING_SEND_VECTORIZED.
 * Result: bytes, may be short; with MSG_WAITALL on a stream all of it, and less breaks a link.
 * Soft: MSG_DONTWAIT | MSG_NOSIGNAL, then waits for POLLOUT; the caller's own MSG_DONTWAIT:
 * -EAGAIN. Bundles and provided buffers (6.10) are refused.
 * Owns: data and address are the caller's, and must not change until the result.
 * EINVAL: of fields at preparation; of the socket; neither after an effect.
 */
#include "net.h"

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

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__transmit_prep(struct kring__req *req)
{
    /* The kernel also takes IORING_RECVSEND_BUNDLE, of SEND. */
    if (req->sqe.ioprio & ~(IORING_RECVSEND_POLL_FIRST | IORING_SEND_VECTORIZED))
        return -EINVAL;
    return (int32_t)req->sqe.len < 0 ? -EINVAL : 0;
}

int kring__send_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    int error = kring__transmit_prep(req);

    (void)soft;
    if (error < 0)
        return error;
    if (sqe->__pad3[0] != 0)
        return -EINVAL;
    if (sqe->addr2 != 0 && sqe->addr_len > KRING__ADDRESS_MAX)
        return -EINVAL;
    return (sqe->ioprio & IORING_SEND_VECTORIZED) && sqe->len > KRING__VECTORS_MAX ? -EINVAL : 0;
}

/* scratch[0]: bytes of all vectors plus one, so that a later try knows what is left. */
static long send_vectors(struct kring__req *req, const struct iovec *vectors, size_t *left)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    struct kring__msghdr message;
    struct iovec first;
    uint32_t at = 0;
    size_t skip = req->progress;

    *left = 0;
    for (uint32_t i = 0; i < sqe->len; i++)
        *left += vectors[i].iov_len;
    *left -= skip;
    while (at < sqe->len && skip >= vectors[at].iov_len && skip > 0)
        skip -= vectors[at++].iov_len;
    memset(&message, 0, sizeof message);
    message.name = kring__pointer(sqe->addr2);
    message.namelen = sqe->addr2 != 0 ? sqe->addr_len : 0;
    message.iov = (struct iovec *)(uintptr_t)(vectors + at);
    message.iovlen = sqe->len - at;
    if (skip > 0) {
        /* The rest of a vector that was sent in part goes alone, and what follows next time. */
        first.iov_base = (char *)vectors[at].iov_base + skip;
        first.iov_len = vectors[at].iov_len - skip;
        message.iov = &first;
        message.iovlen = 1;
    }
    return kring__sys_sendmsg(req->fd, &message,
                              (int)(sqe->msg_flags | KRING__MSG_DONTWAIT | KRING__MSG_NOSIGNAL));
}

int kring__send_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    char *data = kring__pointer(sqe->addr);
    size_t left = sqe->len - req->progress;
    long res;

    (void)soft;
    if ((sqe->ioprio & IORING_RECVSEND_POLL_FIRST) && req->revents == 0 && req->progress == 0 &&
        !(sqe->msg_flags & KRING__MSG_DONTWAIT))
        return KRING__TRY_WAIT;
    if (sqe->ioprio & IORING_SEND_VECTORIZED) {
        res = send_vectors(req, kring__pointer(sqe->addr), &left);
    } else {
        res = kring__sys_sendto(
            req->fd, data + req->progress, left,
            (int)(sqe->msg_flags | KRING__MSG_DONTWAIT | KRING__MSG_NOSIGNAL),
            kring__pointer(sqe->addr2), sqe->addr2 != 0 ? sqe->addr_len : 0);
    }
    return kring__transfer_end(req, (int)res, left);
}
#endif
