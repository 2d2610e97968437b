/* SPDX-License-Identifier: MIT */
/*
 * SENDMSG_ZC: as SENDMSG, without copying the data where the kernel can. Kernel: 6.1; REPORT_USAGE
 * 6.2 (and 6.1.y), registered buffers 6.15.
 * SQE: fd; addr: struct msghdr; msg_flags: MSG_; ioprio: IORING_RECVSEND_POLL_FIRST,
 * IORING_SEND_ZC_REPORT_USAGE, IORING_RECVSEND_FIXED_BUF: the data of all vectors, none empty, lies
 * within registered buffer buf_index. IOSQE_CQE_SKIP_SUCCESS is refused.
 * Result: as SENDMSG, with F_MORE; then a notification, as SEND_ZC.
 * Soft: as SENDMSG and SEND_ZC.
 * Owns: the data is the caller's, and must not change, until the notification; the header and what
 * else it points to until the result.
 * EINVAL: of fields at preparation; of the message; neither after an effect.
 */
#include "msg.h"
#include "zc.h"

kring_op kring_sendmsg_zc(struct kring *ring, int fd, const struct msghdr *message, int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SENDMSG_ZC, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(message);
        sqe->len = 1;
        sqe->msg_flags = (uint32_t)flags | KRING__MSG_NOSIGNAL;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

kring_op kring_sendmsg_zc_fixed(struct kring *ring, int fd, const struct msghdr *message, int flags,
                                uint16_t buffer)
{
    return kring__from_buffer(ring, kring_sendmsg_zc(ring, fd, message, flags), buffer);
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_ZEROCOPY
int kring__sendmsg_zc_prep(struct kring__soft *soft, struct kring__req *req)
{
    int error = kring__zc_prep(req);

    (void)soft;
    return error < 0 ? error : kring__sendmsg_fields(req);
}

int kring__sendmsg_zc_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct kring__msghdr *message = kring__pointer(req->sqe.addr);
    int64_t error = kring__zc_socket(req);

    if (error == 0 && (req->sqe.ioprio & IORING_RECVSEND_FIXED_BUF)) {
        error = kring__msg_length(message);
        if (error >= 0)
            error = kring__req_fixed_vectors(soft, req, message->iov, message->iovlen);
    }
    if (error >= 0)
        error = kring__poll_first(req);
    return error < 0 ? (int)error : kring__zc_sent(req, kring__message_once(req, message));
}
#endif
