/* SPDX-License-Identifier: MIT */
/*
 * RECVMSG: as recvmsg(2). Kernel: 5.3; POLL_FIRST 5.19, multishot 6.0.
 * SQE: fd; addr: struct msghdr; msg_flags: MSG_; ioprio: IORING_RECVSEND_POLL_FIRST,
 * IORING_RECV_MULTISHOT; with BUFFER_SELECT buf_group, and at most one vector, whose length limits.
 * Result: bytes, 0 = end; the header's lengths and flags are written as by recvmsg(2). Multishot
 * (BUFFER_SELECT): each buffer holds struct io_uring_recvmsg_out, room for msg_namelen and
 * msg_controllen bytes, then the payload; the result counts all that, with F_MORE; an error, and
 * the end of a stream, are final. MSG_WAITALL as for RECV,
 * but not where there is room for ancillary data.
 * Soft: MSG_DONTWAIT, then waits for POLLIN; the caller's own MSG_DONTWAIT: -EAGAIN.
 * Owns: the header and all it points to are the caller's until the result.
 * EINVAL: never after an effect. -EFAULT: a picked buffer is too small for the multishot's layout.
 */
#include "msg.h"

static void recvmsg_fill(struct io_uring_sqe *sqe, const struct msghdr *message, int flags)
{
    sqe->addr = kring__address(message);
    sqe->len = 1;
    sqe->msg_flags = (uint32_t)flags;
}

kring_op kring_recvmsg(struct kring *ring, int fd, struct msghdr *message, int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_RECVMSG, &sqe);

    if (sqe != NULL) {
        recvmsg_fill(sqe, message, flags);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

kring_op kring_recvmsg_multishot(struct kring *ring, int fd, const struct msghdr *message, int pool,
                                 int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_RECVMSG, &sqe);

    if (sqe != NULL) {
        recvmsg_fill(sqe, message, flags);
        sqe->ioprio = IORING_RECV_MULTISHOT;
        kring__fd(ring, op, sqe, fd);
        kring__pool(ring, op, sqe, pool);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__recvmsg_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (kring__bad_address(kring__pointer(req->sqe.addr)))
        return -EFAULT;
    return kring__receive_prep(req);
}

static long receive(const struct kring__req *req, struct kring__msghdr *message)
{
    return kring__sys_recvmsg(req->fd, message,
                              (int)(req->sqe.msg_flags | KRING__MSG_DONTWAIT));
}

static int wait_or(const struct kring__req *req, long res)
{
    if (res == -EAGAIN && !(req->sqe.msg_flags & KRING__MSG_DONTWAIT))
        return KRING__TRY_WAIT;
    return (int)res;
}

/* Picks a buffer of at most limit bytes (0: all of it), where sqe.len says 1 whatever it means. */
static int pick(struct kring__soft *soft, struct kring__req *req, size_t limit, struct iovec *to)
{
    uint32_t given = req->sqe.len;
    uint32_t length;
    int error;

    req->sqe.len = limit < INT32_MAX ? (uint32_t)limit : INT32_MAX;
    error = kring__req_buffer(soft, req, &to->iov_base, &length);
    req->sqe.len = given;
    to->iov_len = length;
    return error;
}

static int recvmsg_multishot(struct kring__soft *soft, struct kring__req *req,
                             const struct kring__msghdr *message)
{
    struct io_uring_recvmsg_out out;
    struct kring__msghdr now;
    struct iovec buffer, payload;
    uint64_t header;
    char *start;
    long res;
    int error;

    if (message->namelen < 0)
        return -EINVAL;
    header = sizeof out + (uint64_t)message->namelen + message->controllen;
    if (header > INT32_MAX)
        return -EOVERFLOW;
    error = pick(soft, req, message->iovlen == 1 ? message->iov->iov_len : 0, &buffer);
    if (error < 0)
        return error;
    if (buffer.iov_len < header)
        return -EFAULT;
    start = buffer.iov_base;
    payload.iov_base = start + header;
    payload.iov_len = buffer.iov_len - (size_t)header;
    memset(&now, 0, sizeof now);
    now.name = start + sizeof out; /* also without room: the length is told all the same */
    now.namelen = message->namelen;
    now.control = message->controllen > 0 ? start + sizeof out + message->namelen : NULL;
    now.controllen = message->controllen;
    now.iov = &payload;
    now.iovlen = 1;
    res = receive(req, &now);
    if (res < 0)
        return wait_or(req, res);
    /* A datagram may be empty; a stream's end is the last result. */
    if (res == 0)
        req->flags |= KRING__REQ_LAST;
    out.namelen = (uint32_t)now.namelen;
    out.controllen = (uint32_t)now.controllen;
    out.payloadlen = (uint32_t)res;
    out.flags = now.flags;
    if ((size_t)res > payload.iov_len)
        res = (long)payload.iov_len; /* MSG_TRUNC asked for: the datagram's own length is told */
    memcpy(start, &out, sizeof out);
    return (int)((long)header + res);
}

static int recvmsg_select(struct kring__soft *soft, struct kring__req *req,
                          struct kring__msghdr *message)
{
    struct kring__msghdr now = *message;
    bool control = message->controllen > 0;
    struct iovec buffer;
    long res;
    int error = pick(soft, req, message->iovlen == 1 ? message->iov->iov_len : 0, &buffer);

    if (error < 0)
        return error;
    now.iov = &buffer;
    now.iovlen = 1;
    res = receive(req, &now);
    if (res < 0)
        return wait_or(req, res);
    message->namelen = now.namelen;
    message->controllen = now.controllen;
    message->flags = now.flags;
    return kring__transfer_end(req, (int)res, control ? 0 : buffer.iov_len);
}

int kring__recvmsg_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    struct kring__msghdr *message = kring__pointer(sqe->addr);
    struct iovec piece[KRING__MSG_PIECE];
    struct kring__msghdr rest;
    bool control;
    int64_t length;
    long res;

    res = kring__poll_first(req);
    if (res < 0)
        return (int)res;
    if ((sqe->flags & IOSQE_BUFFER_SELECT) && message->iovlen > 1)
        return -EINVAL;
    if (req->flags & KRING__REQ_MULTISHOT)
        return recvmsg_multishot(soft, req, message);
    if (sqe->flags & IOSQE_BUFFER_SELECT)
        return recvmsg_select(soft, req, message);
    length = kring__msg_length(message);
    if (length < 0)
        return (int)length;
    control = message->controllen > 0 && req->progress == 0;
    if (req->progress == 0) {
        res = receive(req, message);
    } else {
        kring__msg_rest(&rest, piece, message, req->progress);
        rest.namelen = 0;
        rest.name = NULL;
        res = receive(req, &rest);
        if (res >= 0)
            message->flags = rest.flags;
    }
    if (res >= 0 && (sqe->msg_flags & KRING__MSG_WAITALL) &&
        (message->flags & (KRING__MSG_TRUNC | KRING__MSG_CTRUNC)))
        req->flags |= KRING__REQ_FAILED;
    /* What has brought ancillary data is not added to (6.16): its control was written. */
    return kring__transfer_end(req, (int)res, control ? 0 : (size_t)length - req->progress);
}
#endif
