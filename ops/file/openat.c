/* SPDX-License-Identifier: MIT */
/*
 * OPENAT: as openat(2). Kernel: 5.6; into a direct descriptor 5.15, any slot 5.19.
 * SQE: fd: directory, a plain fd; addr: path; open_flags: O_; len: mode; file_index: slot + 1 or
 * IORING_FILE_INDEX_ALLOC, then without O_CLOEXEC.
 * Result: the fd; 0, or with FILE_INDEX_ALLOC the slot.
 * Soft: BLOCKS, on the disk, and for as long as a FIFO has no peer unless O_NONBLOCK is given.
 * Owns: the path is the caller's until the result; the descriptor is the application's then.
 * EINVAL: of fields at preparation, of flags by the file system; O_CREAT may then have made the
 * file already (open(2), O_DIRECT on a file system without it).
 */
#include "../sqe.h"

#include <linux/fcntl.h>

/* Large files on 32-bit machines, where the flag is ours to give; elsewhere the kernel sets it. */
#define OPEN_ADDED ((unsigned)O_LARGEFILE)

kring_op kring_openat(struct kring *ring, int dirfd, const char *path, int flags, uint32_t mode)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_OPENAT, &sqe);

    if (sqe != NULL) {
        sqe->fd = dirfd;
        sqe->addr = kring__address(path);
        sqe->len = mode;
        /* 5.6.y does not add O_LARGEFILE. kring_set_slot() takes O_CLOEXEC away again. */
        sqe->open_flags = (uint32_t)flags | O_CLOEXEC | OPEN_ADDED;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__openat_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->buf_index != 0)
        return -EINVAL;
    if (sqe->flags & IOSQE_FIXED_FILE)
        return -EBADF;
    return sqe->file_index != 0 && (sqe->open_flags & O_CLOEXEC) ? -EINVAL : 0;
}

int kring__openat_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t flags = sqe->open_flags | OPEN_ADDED;
    long fd;

    /* What stands behind a direct descriptor is an fd nevertheless, not to outlive an exec. */
    if (sqe->file_index != 0)
        flags |= O_CLOEXEC;
    fd = kring__sys_openat(sqe->fd, kring__pointer(sqe->addr), (int)flags, sqe->len);
    return fd < 0 ? (int)fd : kring__req_install(soft, req, (int)fd);
}
#endif
