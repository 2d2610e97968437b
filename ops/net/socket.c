/* SPDX-License-Identifier: MIT */
/*
 * SOCKET: as socket(2). Kernel: 5.19, with direct descriptors.
 * SQE: fd: domain; off: type with SOCK_ flags; len: protocol; file_index: slot + 1 or
 * IORING_FILE_INDEX_ALLOC, then without SOCK_CLOEXEC.
 * Result: the fd; 0, or with FILE_INDEX_ALLOC the slot.
 * Soft: never blocks.
 * Owns: the descriptor is the application's from the result on.
 * EINVAL: never after an effect.
 */
#include "net.h"

kring_op kring_socket(struct kring *ring, int domain, int type, int protocol)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SOCKET, &sqe);

    if (sqe != NULL) {
        sqe->fd = domain;
        /* kring_set_slot() takes SOCK_CLOEXEC away again. */
        sqe->off = (uint32_t)type | KRING__SOCK_CLOEXEC;
        sqe->len = (uint32_t)protocol;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__socket_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t flags = (uint32_t)sqe->off & ~KRING__SOCK_TYPE_MASK;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->addr != 0 || sqe->rw_flags != 0 || sqe->buf_index != 0)
        return -EINVAL;
    if (sqe->file_index != 0 && (flags & KRING__SOCK_CLOEXEC))
        return -EINVAL;
    return flags & ~(KRING__SOCK_CLOEXEC | KRING__SOCK_NONBLOCK) ? -EINVAL : 0;
}

int kring__socket_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t type = (uint32_t)sqe->off;
    long fd;

    /* What stands behind a direct descriptor is an fd nevertheless, not to outlive an exec. */
    if (sqe->file_index != 0)
        type |= KRING__SOCK_CLOEXEC;
    fd = kring__sys_socket(sqe->fd, (int)type, (int)sqe->len);
    return fd < 0 ? (int)fd : kring__req_install(soft, req, (int)fd);
}
#endif
