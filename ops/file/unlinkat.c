/* SPDX-License-Identifier: MIT */
/*
 * UNLINKAT: as unlinkat(2). Kernel: 5.11.
 * SQE: fd: directory, a plain fd; addr: path; unlink_flags: 0 or AT_REMOVEDIR.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: the path is the caller's until the result.
 * EINVAL: of fields and flags at preparation; of a path that ends in a dot by the call; neither
 * after an effect.
 */
#include "path.h"

#include <linux/fcntl.h>

kring_op kring_unlinkat(struct kring *ring, int dirfd, const char *path, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_UNLINKAT, &sqe);

    if (sqe != NULL) {
        sqe->fd = dirfd;
        sqe->addr = kring__address(path);
        sqe->unlink_flags = flags;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__unlinkat_prep(struct kring__soft *soft, struct kring__req *req)
{
    int error;

    (void)soft;
    if (req->sqe.off != 0 || req->sqe.len != 0)
        return -EINVAL;
    error = kring__path_prep(req);
    if (error < 0)
        return error;
    return req->sqe.unlink_flags & ~(uint32_t)AT_REMOVEDIR ? -EINVAL : 0;
}

int kring__unlinkat_try(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return (int)kring__sys_unlinkat(req->sqe.fd, kring__pointer(req->sqe.addr),
                                    (int)req->sqe.unlink_flags);
}
#endif
