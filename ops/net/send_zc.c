/* SPDX-License-Identifier: MIT */
/*
 * SEND_ZC: as SEND, without copying the data where the kernel can. Kernel: 6.0; REPORT_USAGE 6.2
 * (and 6.1.y), vectors 6.17.
 * SQE: fd; addr, len: data, or with IORING_SEND_VECTORIZED an iovec array; msg_flags: MSG_; addr2,
 * addr_len: destination or 0; ioprio: IORING_RECVSEND_POLL_FIRST, IORING_SEND_ZC_REPORT_USAGE,
 * IORING_SEND_VECTORIZED, IORING_RECVSEND_FIXED_BUF: data within registered buffer buf_index (with
 * vectors: on 7.2, not on 6.18); addr3: user_data of the notification, or 0 for its own (7.1; not
 * by kring_raw()). IOSQE_CQE_SKIP_SUCCESS is refused.
 * Result: as SEND, with F_MORE; then a notification, F_NOTIF, whose res says with REPORT_USAGE
 * whether data was copied (IORING_NOTIF_USAGE_ZC_COPIED). What fails has both, unless it is refused
 * before the notification is made.
 * Soft: sends by copy, as SEND, and notifies at once. Sockets other than TCP and UDP are
 * -EOPNOTSUPP, as in the kernel.
 * Owns: data is the caller's, and must not change, until the notification; the address until the
 * result.
 * Errors: -EFAULT: no such registered buffer, or not within it, before any effect.
 * EINVAL: of fields at preparation; of the socket; neither after an effect.
 */
#include "zc.h"

#include <linux/in.h>

static void send_zc_fill(struct io_uring_sqe *sqe, const void *data, uint32_t length, int flags)
{
    sqe->addr = kring__address(data);
    sqe->len = length;
    sqe->msg_flags = (uint32_t)flags | KRING__MSG_NOSIGNAL;
}

kring_op kring_send_zc(struct kring *ring, int fd, const void *data, uint32_t length, int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SEND_ZC, &sqe);

    if (sqe != NULL) {
        send_zc_fill(sqe, data, length, flags);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

kring_op kring_send_zc_to(struct kring *ring, int fd, const void *data, uint32_t length, int flags,
                          const struct sockaddr *address, uint32_t address_length)
{
    kring_op op = kring_send_zc(ring, fd, data, length, flags);

    return kring__destination(ring, op, address, address_length);
}

kring_op kring__from_buffer(struct kring *ring, kring_op op, uint16_t buffer)
{
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot != NULL) {
        slot->sqe.ioprio |= IORING_RECVSEND_FIXED_BUF;
        slot->sqe.buf_index = buffer;
    }
    return op;
}

kring_op kring_send_zc_fixed(struct kring *ring, int fd, const void *data, uint32_t length,
                             int flags, uint16_t buffer)
{
    return kring__from_buffer(ring, kring_send_zc(ring, fd, data, length, flags), buffer);
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_ZEROCOPY
#define ZC_FLAGS \
    (IORING_RECVSEND_POLL_FIRST | IORING_RECVSEND_FIXED_BUF | IORING_SEND_ZC_REPORT_USAGE | \
     IORING_SEND_VECTORIZED)

int kring__zc_prep(struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    if (sqe->__pad2[0] != 0 || (sqe->flags & IOSQE_CQE_SKIP_SUCCESS))
        return -EINVAL;
    /* From here on what is refused has its notification too. */
    req->flags |= KRING__REQ_NOTIF;
    if (sqe->ioprio & ~ZC_FLAGS)
        return -EINVAL;
    if (sqe->ioprio & IORING_SEND_ZC_REPORT_USAGE)
        req->flags |= KRING__REQ_NOTIF_COPIED;
    return 0;
}

int kring__zc_socket(struct kring__req *req)
{
    int protocol, domain;

    if (req->scratch[0] != 0)
        return 0;
    protocol = kring__socket_option(req->fd, SO_PROTOCOL);
    if (protocol < 0)
        return protocol;
    if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP && protocol != IPPROTO_UDPLITE)
        return -EOPNOTSUPP;
    /* Other families number protocols of their own. */
    domain = kring__socket_option(req->fd, SO_DOMAIN);
    if (domain != KRING__AF_INET && domain != KRING__AF_INET6)
        return domain < 0 ? domain : -EOPNOTSUPP;
    req->scratch[0] = 1;
    return 0;
}

int kring__zc_sent(struct kring__req *req, int res)
{
    if (res != KRING__TRY_WAIT)
        req->flags |= KRING__REQ_NOTIF_EARLY;
    return res;
}

int kring__send_zc_prep(struct kring__soft *soft, struct kring__req *req)
{
    int error = kring__zc_prep(req);

    (void)soft;
    return error < 0 ? error : kring__send_fields(req);
}

/* Is the data within the registered buffer? */
static int64_t in_buffer(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    if (!(sqe->ioprio & IORING_RECVSEND_FIXED_BUF))
        return 0;
    if (sqe->ioprio & IORING_SEND_VECTORIZED)
        return kring__req_fixed_vectors(soft, req, kring__pointer(sqe->addr), sqe->len);
    return kring__req_fixed_buffer(soft, req, sqe->addr, sqe->len);
}

int kring__send_zc_try(struct kring__soft *soft, struct kring__req *req)
{
    int64_t error = kring__zc_socket(req);

    if (error == 0)
        error = kring__poll_first(req);
    if (error == 0)
        error = in_buffer(soft, req);
    return error < 0 ? (int)error : kring__zc_sent(req, kring__send_once(req));
}
#endif
