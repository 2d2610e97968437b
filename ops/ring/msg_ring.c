/* SPDX-License-Identifier: MIT */
/*
 * MSG_RING: puts a completion into another ring. Kernel: 5.18; passing a descriptor 6.0, flags 6.3.
 * SQE: fd: the other io_uring; len: its res; off: its user_data; addr: IORING_MSG_DATA or
 * IORING_MSG_SEND_FD; msg_ring_flags; file_index: with FLAGS_PASS its flags.
 * Result: 0; -EBADFD when fd is no ring; -EAGAIN when a soft ring's mailbox is full.
 * Soft: addr3 points to the struct kring__mail of the target (ops/ fills it, fd is then ignored);
 * without it fd may be the engine's own wake or epoll descriptor, for a message to itself. A
 * descriptor cannot be passed: -EINVAL.
 * Owns: the target must stay open until the result.
 * EINVAL: never after an effect.
 * The public call stands with the ring object, which alone knows the target's engines.
 */
#include "../sqe.h"

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
int kring__msg_ring_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->buf_index != 0 || sqe->personality != 0)
        return -EINVAL;
    return sqe->msg_ring_flags & ~(IORING_MSG_RING_CQE_SKIP | IORING_MSG_RING_FLAGS_PASS) ? -EINVAL
                                                                                         : 0;
}

int kring__msg_ring_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    struct kring__mail *mail = kring__pointer(sqe->addr3);
    bool pass = (sqe->msg_ring_flags & IORING_MSG_RING_FLAGS_PASS) != 0;

    /* A table never holds a ring. */
    if ((sqe->flags & IOSQE_FIXED_FILE) ||
        (mail == NULL && kring__sys_fcntl(sqe->fd, 1 /* F_GETFD */, 0) < 0))
        return -EBADF;
    if (mail == NULL) {
        if (sqe->fd < 0 ||
            (sqe->fd != kring__soft_epoll_fd(soft) && sqe->fd != kring__soft_wake_fd(soft)))
            return -EBADFD;
        mail = kring__soft_mail(soft);
    }
    if (sqe->addr != IORING_MSG_DATA || (sqe->msg_ring_flags & IORING_MSG_RING_CQE_SKIP))
        return -EINVAL;
    if (!pass && sqe->file_index != 0)
        return -EINVAL;
    return kring__mail_put(mail, sqe->off, (int32_t)sqe->len, pass ? sqe->file_index : 0);
}
#endif
