/* SPDX-License-Identifier: MIT */
/*
 * SENDMSG: as sendmsg(2). Kernel: 5.3; POLL_FIRST 5.19.
 * SQE: fd; addr: struct msghdr; msg_flags: MSG_; ioprio: IORING_RECVSEND_POLL_FIRST.
 * Result: bytes, may be short; with MSG_WAITALL on a stream all of it, and less breaks a link.
 * Soft: MSG_DONTWAIT | MSG_NOSIGNAL, then waits for POLLOUT; the caller's own MSG_DONTWAIT:
 * -EAGAIN. A full AF_UNIX datagram receiver, which says POLLOUT for ever, is tried again with
 * backoff.
 * Owns: the message and all it points to are the caller's, and must not change until the result.
 * EINVAL: of fields at preparation; of the message; neither after an effect.
 */
#include "msg.h"

kring_op kring_sendmsg(struct kring *ring, int fd, const struct msghdr *message, int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SENDMSG, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(message);
        sqe->len = 1;
        /* Implied from 5.12 on. */
        sqe->msg_flags = (uint32_t)flags | KRING__MSG_NOSIGNAL;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int64_t kring__msg_length(const struct kring__msghdr *message)
{
    uint64_t total = 0;

    if (message->iovlen > KRING__VECTORS_MAX)
        return -EMSGSIZE;
    if (message->iovlen > 0 && kring__bad_address(message->iov))
        return -EFAULT;
    for (size_t i = 0; i < message->iovlen; i++) {
        if (message->iov[i].iov_len > (size_t)-1 / 2)
            return -EINVAL;
        total += message->iov[i].iov_len;
        if (total > INT32_MAX)
            total = INT32_MAX;
    }
    return (int64_t)total;
}

void kring__msg_rest(struct kring__msghdr *rest, struct iovec piece[KRING__MSG_PIECE],
                     const struct kring__msghdr *message, size_t skip)
{
    *rest = *message;
    rest->control = NULL;
    rest->controllen = 0;
    rest->iov = piece;
    rest->iovlen = 0;
    for (size_t i = 0; i < message->iovlen && rest->iovlen < KRING__MSG_PIECE; i++) {
        struct iovec vector = message->iov[i];

        if (skip >= vector.iov_len) {
            skip -= vector.iov_len;
            continue;
        }
        piece[rest->iovlen].iov_base = (char *)vector.iov_base + skip;
        piece[rest->iovlen].iov_len = vector.iov_len - skip;
        rest->iovlen++;
        skip = 0;
    }
}

int kring__sendmsg_fields(const struct kring__req *req)
{
    if (kring__bad_address(kring__pointer(req->sqe.addr)))
        return -EFAULT;
    return req->sqe.addr2 != 0 || req->sqe.file_index != 0 ? -EINVAL : 0;
}

int kring__sendmsg_prep(struct kring__soft *soft, struct kring__req *req)
{
    int error = kring__transmit_prep(req);

    (void)soft;
    return error < 0 ? error : kring__sendmsg_fields(req);
}

int kring__message_once(struct kring__req *req, const struct kring__msghdr *message)
{
    const struct kring__msghdr *now = message;
    struct iovec piece[KRING__MSG_PIECE];
    struct kring__msghdr rest;
    int64_t length;
    long res;

    length = kring__msg_length(message);
    if (length < 0)
        return (int)length;
    if (req->progress > 0) {
        kring__msg_rest(&rest, piece, message, req->progress);
        now = &rest;
    }
    res = kring__sys_sendmsg(req->fd, now,
                             (int)(req->sqe.msg_flags | KRING__MSG_DONTWAIT |
                                   KRING__MSG_NOSIGNAL));
    return kring__transfer_end(req, (int)res, (size_t)length - req->progress);
}

int kring__sendmsg_try(struct kring__soft *soft, struct kring__req *req)
{
    int first = kring__poll_first(req);

    (void)soft;
    return first < 0 ? first : kring__message_once(req, kring__pointer(req->sqe.addr));
}
#endif
