/* SPDX-License-Identifier: MIT */
/*
 * FSETXATTR: as fsetxattr(2). Kernel: 5.19; of a direct descriptor 6.13.
 * SQE: fd; addr: name; addr2, len: value; xattr_flags: XATTR_.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: name and value are the caller's until the result.
 * EINVAL: of flags at preparation, of name and value by the file system; neither after an effect.
 */
#include "xattr.h"

kring_op kring_fsetxattr(struct kring *ring, int fd, const char *name, const void *value,
                         uint32_t size, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FSETXATTR, &sqe);

    if (sqe != NULL) {
        kring__xattr_fill(sqe, name, value, size);
        sqe->xattr_flags = flags;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__fsetxattr_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__xattr_set_prep(req);
}

int kring__fsetxattr_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_fsetxattr(req->fd, kring__pointer(sqe->addr),
                                     kring__pointer(sqe->addr2), sqe->len, (int)sqe->xattr_flags);
}
#endif
