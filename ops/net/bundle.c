/* SPDX-License-Identifier: MIT */
/*
 * Provided buffers of SEND, and bundles (6.10) of SEND and RECV: one result for several buffers.
 * How much goes into one result follows io_recv_finish() and io_send_finish() of Linux 6.18, but
 * for what its caches of earlier requests do to it: a receive fills one buffer and, if the stream
 * has more, those that this more fills; a send takes all that there are, and goes on with results
 * until it has taken the last or had to wait.
 */
#include "msg.h"

#include <asm/ioctls.h>

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET

static void message_of(struct kring__msghdr *message, struct iovec *vectors, int count)
{
    memset(message, 0, sizeof *message);
    message->iov = vectors;
    message->iovlen = (size_t)count;
}

int kring__send_selected(struct kring__soft *soft, struct kring__req *req)
{
    struct io_uring_sqe *sqe = &req->sqe;
    bool bundle = (sqe->ioprio & IORING_RECVSEND_BUNDLE) != 0;
    struct iovec vectors[KRING__BUNDLE];
    struct kring__msghdr message;
    uint32_t total;
    int count, res;

    /* What is no socket takes no buffer. */
    if (req->taken == 0) {
        res = kring__socket_option(req->fd, SO_TYPE);
        if (res < 0)
            return res;
    }
    count = kring__req_take(soft, req, bundle ? KRING__BUNDLE : 1, req->progress, vectors, &total);
    if (count < 0)
        return count;
    message_of(&message, vectors, count);
    message.name = kring__pointer(sqe->addr2);
    message.namelen = sqe->addr2 != 0 ? sqe->addr_len : 0;
    res = (int)kring__sys_sendmsg(req->fd, &message,
                                  (int)(sqe->msg_flags | KRING__MSG_DONTWAIT |
                                        KRING__MSG_NOSIGNAL));
    res = kring__transfer_end(req, res, total - req->progress);
    if (bundle && (req->revents != 0 || (req->flags & KRING__REQ_FAILED) || res <= 0 ||
                   kring__req_taken_last(soft, req)))
        req->flags |= KRING__REQ_LAST;
    if (res > 0)
        sqe->len = 0; /* limits a bundle's first result only (io_mshot_prep_retry()) */
    return res;
}

/* Bytes that wait in a stream; 0 for other sockets, whose messages nobody can add up. */
static uint32_t waiting(int fd)
{
    int bytes = 0;

    if (kring__socket_option(fd, SO_TYPE) != KRING__SOCK_STREAM ||
        kring__sys_ioctl(fd, FIONREAD, &bytes) < 0 || bytes < 0)
        return 0;
    return (uint32_t)bytes;
}

struct part {
    uint32_t limit; /* bytes, 0: none */
    unsigned max;   /* buffers */
    /* Results. */
    unsigned flags;  /* KRING__BUNDLE_ */
    uint32_t filled; /* CQE flags of the buffers taken */
    bool full;
};

/* Receives once into the buffers that the part allows, and takes those that it fills. */
static int receive_part(struct kring__soft *soft, struct kring__req *req, struct part *part)
{
    struct iovec vectors[KRING__BUNDLE];
    struct kring__msghdr message;
    size_t room = 0;
    int res, count = kring__req_map(soft, req, part->max, part->limit, vectors, &part->flags);

    if (count < 0)
        return count;
    for (int i = 0; i < count; i++)
        room += vectors[i].iov_len;
    if ((unsigned)count > part->max)
        part->max = (unsigned)count;
    message_of(&message, vectors, count);
    res = (int)kring__sys_recvmsg(req->fd, &message,
                                  (int)(req->sqe.msg_flags | KRING__MSG_DONTWAIT));
    part->full = res > 0 && (size_t)res >= room;
    if (res > 0)
        part->filled = kring__req_consume(soft, req, (uint32_t)res);
    return res;
}

/* scratch[0]: bytes of a limited multishot so far; scratch[1]: bytes that waited behind the last
 * result, which say how many buffers the next one maps. */
int kring__recv_bundle(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t behind = req->revents == 0 ? (uint32_t)req->scratch[1] : 0;
    uint32_t left = sqe->optlen != 0 ? sqe->optlen - (uint32_t)req->scratch[0] : 0;
    struct part part = {sqe->len != 0 ? sqe->len : behind > 1 ? behind : 0, 1, 0, 0, false};
    uint32_t filled, more = 0;
    int res, total;

    if (left != 0 && (part.limit == 0 || part.limit > left))
        part.limit = left;
    if (part.limit != 0)
        part.max = KRING__BUNDLE;
    res = receive_part(soft, req, &part);
    if (res == -EAGAIN && !(sqe->msg_flags & KRING__MSG_DONTWAIT))
        return KRING__TRY_WAIT;
    if (res <= 0) {
        req->flags |= KRING__REQ_LAST;
        return res;
    }
    total = res;
    filled = part.filled;
    if (part.full)
        more = waiting(req->fd);
    if (more > 1 && part.flags == 0 && part.full && (left == 0 || (uint32_t)total < left) &&
        !((req->flags & KRING__REQ_MULTISHOT) && sqe->len != 0 && (uint32_t)total >= sqe->len)) {
        /* The rest of what is there belongs to this result. */
        part.limit = left != 0 && more > left - (uint32_t)total ? left - (uint32_t)total : more;
        part.max = KRING__BUNDLE;
        res = receive_part(soft, req, &part);
        if (res > 0) {
            total += res;
            filled = (filled & ~IORING_CQE_F_BUF_MORE) | (part.filled & IORING_CQE_F_BUF_MORE);
        } else {
            part.flags |= KRING__BUNDLE_LAST;
        }
        more = part.full || (part.flags & KRING__BUNDLE_CUT) ? waiting(req->fd) : 0;
    }
    req->cqe_flags |= filled;
    req->scratch[1] = more;
    if (left != 0)
        req->scratch[0] += (uint32_t)total;
    if ((part.flags & KRING__BUNDLE_LAST) || (left != 0 && (uint32_t)total >= left))
        req->flags |= KRING__REQ_LAST;
    if (more == 0)
        req->flags |= KRING__REQ_DRY;
    return total;
}
#endif
