/* SPDX-License-Identifier: MIT */
/*
 * MSG_RING: puts a completion, or a direct descriptor, into another ring. Kernel: 5.18; passing a
 * descriptor 6.0, flags 6.3.
 * SQE: fd: the other io_uring; off: the completion's user_data; addr: IORING_MSG_DATA with len: its
 * res, and file_index: its flags with MSG_RING_FLAGS_PASS; or IORING_MSG_SEND_FD with addr3: slot,
 * and file_index: slot + 1 over there or IORING_FILE_INDEX_ALLOC, without a completion there with
 * MSG_RING_CQE_SKIP.
 * Result: 0, or the slot with FILE_INDEX_ALLOC; -EBADFD when fd is no ring, or is not enabled yet
 * (6.2); -EAGAIN when a soft ring's mailbox is full (the kernel: -EOVERFLOW when the CQ is).
 * Soft: the last word of the SQE points to the struct kring__mail of the target (ops/ fills it, fd
 * is then ignored); without it fd may be the engine's own wake or epoll descriptor, for a message
 * to itself. Descriptors pass between tables of soft engines.
 * Owns: the target must stay open until the result.
 * EINVAL: never after an effect.
 * The public calls stand with the ring object (ops/message.c), which alone knows the target.
 */
#include "../sqe.h"

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
#include <linux/fcntl.h>

int kring__msg_ring_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->buf_index != 0 || sqe->personality != 0)
        return -EINVAL;
    return sqe->msg_ring_flags & ~(IORING_MSG_RING_CQE_SKIP | IORING_MSG_RING_FLAGS_PASS) ? -EINVAL
                                                                                         : 0;
}

static int send_data(struct kring__mail *mail, const struct io_uring_sqe *sqe)
{
    bool pass = (sqe->msg_ring_flags & IORING_MSG_RING_FLAGS_PASS) != 0;
    int error;

    if (sqe->addr3 != 0 || (sqe->msg_ring_flags & IORING_MSG_RING_CQE_SKIP))
        return -EINVAL;
    if (!pass && sqe->file_index != 0)
        return -EINVAL;
    error = kring__mail_ready(mail);
    if (error < 0)
        return error;
    return kring__mail_put(mail, sqe->off, (int32_t)sqe->len, pass ? sqe->file_index : 0);
}

static int send_fd(struct kring__soft *soft, struct kring__mail *mail,
                   const struct io_uring_sqe *sqe)
{
    int error, fd;

    if (sqe->len != 0 || mail == kring__soft_mail(soft))
        return -EINVAL;
    error = kring__mail_ready(mail);
    if (error < 0)
        return error;
    fd = kring__soft_fixed(soft, (uint32_t)sqe->addr3);
    if (fd < 0)
        return -EBADF;
    fd = (int)kring__sys_fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    return kring__mail_put_fd(mail, fd, sqe->file_index, sqe->off,
                              (sqe->msg_ring_flags & IORING_MSG_RING_CQE_SKIP) != 0);
}

int kring__msg_ring_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    struct kring__mail *mail = kring__pointer(sqe->__pad2[0]);

    /* A table never holds a ring. */
    if ((sqe->flags & IOSQE_FIXED_FILE) ||
        (mail == NULL && kring__sys_fcntl(sqe->fd, F_GETFD, 0) < 0))
        return -EBADF;
    if (mail == NULL) {
        if (sqe->fd < 0 ||
            (sqe->fd != kring__soft_epoll_fd(soft) && sqe->fd != kring__soft_wake_fd(soft)))
            return -EBADFD;
        mail = kring__soft_mail(soft);
    }
    switch (sqe->addr) {
    case IORING_MSG_DATA:
        return send_data(mail, sqe);
    case IORING_MSG_SEND_FD:
        return send_fd(soft, mail, sqe);
    default:
        return -EINVAL;
    }
}
#endif
