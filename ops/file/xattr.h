/* SPDX-License-Identifier: MIT */
/* What the operations on extended attributes share: name in addr, value in addr2, size in len. */
#ifndef KRING__XATTR_H
#define KRING__XATTR_H

#include "../sqe.h"

#include <linux/limits.h>
#include <linux/xattr.h>

static inline void kring__xattr_fill(struct io_uring_sqe *sqe, const char *name, const void *value,
                                     uint32_t size)
{
    sqe->addr = kring__address(name);
    sqe->addr2 = kring__address(value);
    sqe->len = size;
}

/* setxattr_copy() in fs/xattr.c: name and value are read before the file is looked for. */
static inline int kring__xattr_set_prep(const struct kring__req *req)
{
    const uint32_t known = XATTR_CREATE | XATTR_REPLACE;

    if (kring__has_ioprio(req) || (req->sqe.xattr_flags & ~known))
        return -EINVAL;
    if (kring__bad_address(kring__pointer(req->sqe.addr)))
        return -EFAULT;
    if (req->sqe.len > XATTR_SIZE_MAX)
        return -E2BIG;
    return req->sqe.len != 0 && kring__bad_address(kring__pointer(req->sqe.addr2)) ? -EFAULT : 0;
}

static inline int kring__xattr_get_prep(const struct kring__req *req)
{
    if (kring__has_ioprio(req) || req->sqe.xattr_flags != 0)
        return -EINVAL;
    return kring__bad_address(kring__pointer(req->sqe.addr)) ? -EFAULT : 0;
}

#endif
