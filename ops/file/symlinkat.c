/* SPDX-License-Identifier: MIT */
/*
 * SYMLINKAT: as symlinkat(2). Kernel: 5.15.
 * SQE: addr: what it leads to, not looked at; fd: directory, a plain fd; addr2: path.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: both strings are the caller's until the result.
 * EINVAL: only at preparation.
 */
#include "path.h"

kring_op kring_symlinkat(struct kring *ring, const char *target, int dirfd, const char *path)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SYMLINKAT, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(target);
        sqe->fd = dirfd;
        sqe->addr2 = kring__address(path);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__symlinkat_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (req->sqe.len != 0 || req->sqe.rw_flags != 0)
        return -EINVAL;
    return kring__path_prep(req);
}

int kring__symlinkat_try(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return (int)kring__sys_symlinkat(kring__pointer(req->sqe.addr), req->sqe.fd,
                                     kring__pointer(req->sqe.addr2));
}
#endif
