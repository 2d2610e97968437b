/* SPDX-License-Identifier: MIT */
/*
 * GETXATTR: as getxattr(2). Kernel: 5.19.
 * SQE: addr3: path, from the current directory; addr: name; addr2, len: buffer.
 * Result: the value's size; with len 0 nothing is written.
 * Soft: BLOCKS.
 * Owns: path, name and buffer are the caller's until the result.
 * EINVAL: of flags at preparation, of the name by the file system.
 */
#include "xattr.h"

kring_op kring_getxattr(struct kring *ring, const char *path, const char *name, void *value,
                        uint32_t size)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_GETXATTR, &sqe);

    if (sqe != NULL) {
        kring__xattr_fill(sqe, name, value, size);
        sqe->addr3 = kring__address(path);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__getxattr_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    if (req->sqe.flags & IOSQE_FIXED_FILE)
        return kring__has_ioprio(req) ? -EINVAL : -EBADF;
    return kring__xattr_get_prep(req);
}

int kring__getxattr_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_getxattr(kring__pointer(sqe->addr3), kring__pointer(sqe->addr),
                                    kring__pointer(sqe->addr2), sqe->len);
}
#endif
