/* SPDX-License-Identifier: MIT */
/*
 * FGETXATTR: as fgetxattr(2). Kernel: 5.19; of a direct descriptor 6.13.
 * SQE: fd; addr: name; addr2, len: buffer.
 * Result: the value's size; with len 0 nothing is written.
 * Soft: BLOCKS.
 * Owns: name and buffer are the caller's until the result.
 * EINVAL: of flags at preparation, of the name by the file system.
 */
#include "xattr.h"

kring_op kring_fgetxattr(struct kring *ring, int fd, const char *name, void *value, uint32_t size)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_FGETXATTR, &sqe);

    if (sqe != NULL) {
        kring__xattr_fill(sqe, name, value, size);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__fgetxattr_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__xattr_get_prep(req);
}

int kring__fgetxattr_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_fgetxattr(req->fd, kring__pointer(sqe->addr),
                                     kring__pointer(sqe->addr2), sqe->len);
}
#endif
