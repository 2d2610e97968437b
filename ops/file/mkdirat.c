/* SPDX-License-Identifier: MIT */
/*
 * MKDIRAT: as mkdirat(2). Kernel: 5.15.
 * SQE: fd: directory, a plain fd; addr: path; len: mode, less the umask.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: the path is the caller's until the result.
 * EINVAL: only at preparation.
 */
#include "path.h"

kring_op kring_mkdirat(struct kring *ring, int dirfd, const char *path, uint32_t mode)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_MKDIRAT, &sqe);

    if (sqe != NULL) {
        sqe->fd = dirfd;
        sqe->addr = kring__address(path);
        sqe->len = mode;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__mkdirat_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (req->sqe.off != 0 || req->sqe.rw_flags != 0)
        return -EINVAL;
    return kring__path_prep(req);
}

int kring__mkdirat_try(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return (int)kring__sys_mkdirat(req->sqe.fd, kring__pointer(req->sqe.addr), req->sqe.len);
}
#endif
