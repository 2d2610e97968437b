/* SPDX-License-Identifier: MIT */
/*
 * FIXED_FD_INSTALL: a plain descriptor for a direct one. Kernel: 6.8.
 * SQE: fd: slot, with IOSQE_FIXED_FILE; install_fd_flags: IORING_FIXED_FD_NO_CLOEXEC.
 * Result: the new fd. The slot stays as it is, and both are the same open file.
 * Soft: a duplicate of the fd that the engine's table has.
 * Owns: the fd is the caller's.
 * EINVAL: never after an effect.
 */
#include "../sqe.h"

#include <linux/fcntl.h>

static void fixed_fd_install_fill(struct io_uring_sqe *sqe, uint32_t flags)
{
    sqe->install_fd_flags = flags & KRING_INHERITED ? IORING_FIXED_FD_NO_CLOEXEC : 0;
}

kring_op kring_fixed_fd_install(struct kring *ring, int fd, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FIXED_FD_INSTALL, &sqe);

    if (sqe == NULL)
        return op;
    fixed_fd_install_fill(sqe, flags);
    kring__fd(ring, op, sqe, fd);
    /* A plain fd has no slot: the kernel's own answer, before any start. */
    if (flags & ~KRING_INHERITED)
        return kring__fail(ring, op, -EINVAL);
    return sqe->flags & IOSQE_FIXED_FILE ? op : kring__fail(ring, op, -EBADF);
}

kring_op kring_to_fd(struct kring *ring, int fd)
{
    return kring_fixed_fd_install(ring, fd, 0);
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
int kring__fixed_fd_install_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->off != 0 || sqe->addr != 0 || sqe->len != 0 ||
        sqe->buf_index != 0 || sqe->splice_fd_in != 0 || sqe->addr3 != 0)
        return -EINVAL;
    if (!(sqe->flags & IOSQE_FIXED_FILE))
        return -EBADF;
    return sqe->install_fd_flags & ~IORING_FIXED_FD_NO_CLOEXEC ? -EINVAL : 0;
}

int kring__fixed_fd_install_try(struct kring__soft *soft, struct kring__req *req)
{
    bool inherited = req->sqe.install_fd_flags & IORING_FIXED_FD_NO_CLOEXEC;

    (void)soft;
    return (int)kring__sys_fcntl(req->fd, inherited ? F_DUPFD : F_DUPFD_CLOEXEC, 0);
}
#endif
