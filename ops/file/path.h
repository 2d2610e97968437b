/* SPDX-License-Identifier: MIT */
/* What the operations on names of files share. */
#ifndef KRING__PATH_H
#define KRING__PATH_H

#include "../sqe.h"

/* As each preparation in io_uring/fs.c; a directory is a plain fd. */
static inline int kring__path_prep(const struct kring__req *req)
{
    if (kring__has_ioprio(req) || req->sqe.buf_index != 0 || req->sqe.splice_fd_in != 0)
        return -EINVAL;
    return req->sqe.flags & IOSQE_FIXED_FILE ? -EBADF : 0;
}

/* Two names: fd and addr, len and addr2. */
static inline void kring__two_paths(struct io_uring_sqe *sqe, int old_dirfd, const char *old_path,
                                    int new_dirfd, const char *new_path)
{
    sqe->fd = old_dirfd;
    sqe->addr = kring__address(old_path);
    sqe->len = (uint32_t)new_dirfd;
    sqe->addr2 = kring__address(new_path);
}

#endif
