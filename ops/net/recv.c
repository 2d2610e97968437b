/* SPDX-License-Identifier: MIT */
/*
 * RECV: as recv(2). Kernel: 5.6; POLL_FIRST 5.19, multishot 6.0, bundles 6.10, a byte limit of a
 * multishot 6.17.
 * SQE: fd; addr, len: buffer, or with BUFFER_SELECT buf_group (len 0: the buffer's size);
 * msg_flags: MSG_; ioprio: IORING_RECVSEND_POLL_FIRST, IORING_RECV_MULTISHOT,
 * IORING_RECVSEND_BUNDLE; optlen: with multishot, end after so many bytes.
 * Result: bytes, 0 = end. Multishot: bytes with F_MORE; 0 and errors are final. With MSG_WAITALL on
 * a stream all of len, or what came before the end; less breaks a link.
 * Soft: MSG_DONTWAIT, then waits for POLLIN; the caller's own MSG_DONTWAIT: -EAGAIN.
 * In the kernel a bundle takes as many buffers as the socket is known to fill: on 6.12 one of an
 * AF_UNIX socket, and of TCP one until a multishot's second result; on 6.18 all that are needed.
 * F_SOCK_NONEMPTY, a hint, is never set. With picked buffers MSG_WAITALL does not wait for the
 * rest. A bundle fills at most 64 buffers with one call.
 * Owns: the buffer is the caller's until the result, a picked one from its CQE on.
 * EINVAL: never after an effect.
 */
#include "net.h"

static void recv_fill(struct io_uring_sqe *sqe, void *data, uint32_t length, int flags)
{
    sqe->addr = kring__address(data);
    sqe->len = length;
    sqe->msg_flags = (uint32_t)flags;
}

kring_op kring_recv(struct kring *ring, int fd, void *data, uint32_t length, int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_RECV, &sqe);

    if (sqe != NULL) {
        recv_fill(sqe, data, length, flags);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

kring_op kring_recv_multishot(struct kring *ring, int fd, int pool, int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_RECV, &sqe);

    if (sqe != NULL) {
        recv_fill(sqe, NULL, 0, flags);
        sqe->ioprio = IORING_RECV_MULTISHOT;
        kring__fd(ring, op, sqe, fd);
        kring__pool(ring, op, sqe, pool);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__receive_prep(struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    bool multishot = (sqe->ioprio & IORING_RECV_MULTISHOT) != 0;
    uint32_t known = IORING_RECVSEND_POLL_FIRST | IORING_RECV_MULTISHOT;

    if (sqe->addr2 != 0 || (int32_t)sqe->len < 0)
        return -EINVAL;
    if (sqe->opcode == IORING_OP_RECV)
        known |= IORING_RECVSEND_BUNDLE;
    if (sqe->ioprio & ~known)
        return -EINVAL;
    if (multishot &&
        (!(sqe->flags & IOSQE_BUFFER_SELECT) || (sqe->msg_flags & KRING__MSG_WAITALL)))
        return -EINVAL;
    if (sqe->optlen != 0 && (!multishot || sqe->opcode != IORING_OP_RECV))
        return -EINVAL;
    if (multishot)
        req->flags |= KRING__REQ_MULTISHOT;
    return 0;
}

int kring__socket_option(int fd, int name)
{
    int value = 0;
    unsigned length = sizeof value;
    long res = kring__sys_getsockopt(fd, SOL_SOCKET, name, &value, &length);

    return res < 0 ? (int)res : value;
}

bool kring__is_stream(int fd)
{
    int type = kring__socket_option(fd, SO_TYPE);

    return type == KRING__SOCK_STREAM || type == KRING__SOCK_SEQPACKET;
}

int kring__transfer_end(struct kring__req *req, int res, size_t wanted)
{
    bool all = (req->sqe.msg_flags & KRING__MSG_WAITALL) != 0;
    bool nonblock = (req->sqe.msg_flags & KRING__MSG_DONTWAIT) != 0;

    if (res == -EAGAIN && !nonblock)
        return KRING__TRY_WAIT;
    if (res > 0 && all && (size_t)res < wanted && kring__is_stream(req->fd)) {
        bool picked = (req->sqe.flags & IOSQE_BUFFER_SELECT) && req->taken == 0;

        req->progress += (uint32_t)res;
        /* A receive that waits holds no picked buffer; what is in it is delivered. */
        if (!nonblock && !picked)
            return KRING__TRY_WAIT;
        req->flags |= KRING__REQ_FAILED;
        res = (int)req->progress;
    } else if (all && (res < 0 || (size_t)res < wanted)) {
        req->flags |= KRING__REQ_FAILED;
        res = req->progress > 0 ? (int)req->progress + (res > 0 ? res : 0) : res;
    } else if (res >= 0) {
        res += (int)req->progress;
    }
    return res;
}

int kring__recv_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__receive_prep(req);
}

/*
 * The byte limit of a multishot ends it, but does not shorten what a single buffer receives (6.18);
 * scratch[0]: what came so far, for progress begins anew with each result.
 */
int kring__recv_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t length;
    void *data;
    int res;

    res = kring__poll_first(req);
    if (res < 0)
        return res;
    if ((sqe->ioprio & IORING_RECVSEND_BUNDLE) && (sqe->flags & IOSQE_BUFFER_SELECT))
        return kring__recv_bundle(soft, req);
    res = kring__req_buffer(soft, req, &data, &length);
    if (res < 0)
        return res;
    if (req->flags & KRING__REQ_MULTISHOT) {
        res = (int)kring__sys_recvfrom(req->fd, data, length,
                                       (int)(sqe->msg_flags | KRING__MSG_DONTWAIT), NULL, NULL);
        if (res == -EAGAIN)
            return sqe->msg_flags & KRING__MSG_DONTWAIT ? -EAGAIN : KRING__TRY_WAIT;
        if (res > 0 && (uint32_t)res < length)
            req->flags |= KRING__REQ_DRY;
        if (res > 0 && sqe->optlen != 0)
            req->scratch[0] += (uint32_t)res;
        if (res == 0 || (res > 0 && sqe->optlen != 0 && req->scratch[0] >= sqe->optlen))
            req->flags |= KRING__REQ_LAST;
        return res;
    }
    length -= req->progress;
    res = (int)kring__sys_recvfrom(req->fd, (char *)data + req->progress, length,
                                   (int)(sqe->msg_flags | KRING__MSG_DONTWAIT), NULL, NULL);
    return kring__transfer_end(req, res, length);
}
#endif
