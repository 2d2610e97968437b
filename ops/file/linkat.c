/* SPDX-License-Identifier: MIT */
/*
 * LINKAT: as linkat(2). Kernel: 5.15; with flags 6.6.
 * SQE: fd: old directory, a plain fd; addr: old path; len: new directory; addr2: new path;
 * hardlink_flags: AT_SYMLINK_FOLLOW, AT_EMPTY_PATH.
 * Result: 0.
 * Soft: BLOCKS.
 * Owns: the paths are the caller's until the result.
 * EINVAL: of fields at preparation; of flags by the call; neither after an effect.
 */
#include "path.h"

kring_op kring_linkat(struct kring *ring, int old_dirfd, const char *old_path, int new_dirfd,
                      const char *new_path, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_LINKAT, &sqe);

    if (sqe != NULL) {
        kring__two_paths(sqe, old_dirfd, old_path, new_dirfd, new_path);
        sqe->hardlink_flags = flags;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__linkat_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__path_prep(req);
}

int kring__linkat_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return (int)kring__sys_linkat(sqe->fd, kring__pointer(sqe->addr), (int)sqe->len,
                                  kring__pointer(sqe->addr2), (int)sqe->hardlink_flags);
}
#endif
