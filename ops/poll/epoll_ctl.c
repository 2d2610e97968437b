/* SPDX-License-Identifier: MIT */
/*
 * EPOLL_CTL: as epoll_ctl(2). Kernel: 5.6, where it has CONFIG_EPOLL.
 * SQE: fd: the epoll instance, a plain fd; len: EPOLL_CTL_; off: the fd; addr: epoll_event.
 * Result: 0.
 * Soft: never blocks. A kernel without epoll: -ENOSYS.
 * Owns: the event is the caller's until the result.
 * EINVAL: of fields at preparation; of descriptors and events; neither after an effect.
 */
#include "../sqe.h"

#include <linux/eventpoll.h>

kring_op kring_epoll_ctl(struct kring *ring, int epoll_fd, int how, int fd,
                         const struct epoll_event *event)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_EPOLL_CTL, &sqe);

    if (sqe != NULL) {
        sqe->fd = epoll_fd;
        sqe->len = (uint32_t)how;
        sqe->off = (uint32_t)fd;
        sqe->addr = kring__address(event);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_POLL
int kring__epoll_ctl_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->buf_index != 0 || sqe->splice_fd_in != 0)
        return -EINVAL;
    /* Every command but removal reads an event, a command that does not exist too. */
    return sqe->len != EPOLL_CTL_DEL && kring__bad_address(kring__pointer(sqe->addr)) ? -EFAULT
                                                                                      : 0;
}

int kring__epoll_ctl_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_epoll_ctl(sqe->fd, (int)sqe->len, (int)sqe->off,
                                     kring__pointer(sqe->addr));
}
#endif
