/* SPDX-License-Identifier: MIT */
/*
 * SETXATTR: as setxattr(2). Kernel: 5.19.
 * SQE: addr3: path, from the current directory; addr: name; addr2, len: value; xattr_flags: XATTR_.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: path, name and value are the caller's until the result.
 * EINVAL: of flags at preparation, of name and value by the file system; neither after an effect.
 */
#include "xattr.h"

kring_op kring_setxattr(struct kring *ring, const char *path, const char *name, const void *value,
                        uint32_t size, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SETXATTR, &sqe);

    if (sqe != NULL) {
        kring__xattr_fill(sqe, name, value, size);
        sqe->addr3 = kring__address(path);
        sqe->xattr_flags = flags;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__setxattr_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (req->sqe.flags & IOSQE_FIXED_FILE)
        return kring__has_ioprio(req) ? -EINVAL : -EBADF;
    return kring__xattr_set_prep(req);
}

int kring__setxattr_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_setxattr(kring__pointer(sqe->addr3), kring__pointer(sqe->addr),
                                    kring__pointer(sqe->addr2), sqe->len, (int)sqe->xattr_flags);
}
#endif
