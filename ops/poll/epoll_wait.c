/* SPDX-License-Identifier: MIT */
/*
 * EPOLL_WAIT: as epoll_wait(2), without a time of its own. Kernel: 6.15.
 * SQE: fd: the epoll instance; addr: array of epoll_event; len: how many at most.
 * Result: how many came, at least one.
 * Soft: asks epoll_pwait() with no time, and polls the instance itself. A kernel without epoll:
 * -ENOSYS.
 * Owns: the array is the caller's until the result.
 * EINVAL: of fields at preparation; of a file that is no epoll instance, of the count; neither
 * after an effect.
 */
#include "../sqe.h"

kring_op kring_epoll_wait(struct kring *ring, int epoll_fd, struct epoll_event *events,
                          uint32_t count)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_EPOLL_WAIT, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(events);
        sqe->len = count;
        kring__fd(ring, op, sqe, epoll_fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_POLL
int kring__epoll_wait_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return kring__has_ioprio(req) || sqe->off != 0 || sqe->rw_flags != 0 || sqe->buf_index != 0 ||
                   sqe->splice_fd_in != 0
               ? -EINVAL
               : 0;
}

int kring__epoll_wait_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    long res;

    (void)soft;
    res = kring__sys_epoll_pwait(req->fd, kring__pointer(sqe->addr), (int)sqe->len, 0, NULL,
                                 KRING__SIGSET_BYTES);
    return res == 0 ? KRING__TRY_WAIT : (int)res;
}
#endif
