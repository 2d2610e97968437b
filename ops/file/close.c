/* SPDX-License-Identifier: MIT */
/*
 * CLOSE: as close(2). Kernel: 5.6, direct descriptors 5.15 (below, file_index was ignored and fd,
 * which is 0, was closed).
 * SQE: fd, a plain one; or file_index: slot + 1, with fd 0.
 * Result: 0. Never restarted: after EINTR the fd is closed.
 * Soft: BLOCKS where close(2) does (flush of a network file system, SO_LINGER). The engine's own
 * descriptors are -EBADF, as an io_uring is in the kernel.
 * Owns: takes the fd at once, whatever the result.
 * EINVAL: only at preparation and for a slot outside the table.
 */
#include "../sqe.h"

kring_op kring_close_fd(struct kring *ring, int fd)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_CLOSE, &sqe);

    if (sqe != NULL) {
        kring__fd(ring, op, sqe, fd);
        /* Here a direct descriptor does not travel as a fixed file. */
        if (sqe->flags & IOSQE_FIXED_FILE) {
            sqe->flags &= (uint8_t)~IOSQE_FIXED_FILE;
            sqe->file_index = (uint32_t)sqe->fd + 1;
            sqe->fd = 0;
        }
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__close_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->off != 0 || sqe->addr != 0 || sqe->len != 0 ||
        sqe->rw_flags != 0 || sqe->buf_index != 0)
        return -EINVAL;
    if (sqe->flags & IOSQE_FIXED_FILE)
        return -EBADF;
    return sqe->file_index != 0 && sqe->fd != 0 ? -EINVAL : 0;
}

int kring__close_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    if (sqe->file_index != 0)
        return kring__soft_close_slot(soft, sqe->file_index - 1);
    if (sqe->fd < 0 || sqe->fd == kring__soft_epoll_fd(soft) ||
        sqe->fd == kring__soft_wake_fd(soft))
        return -EBADF;
    kring__soft_fd_closing(soft, sqe->fd);
    return (int)kring__sys_close(sqe->fd);
}
#endif
