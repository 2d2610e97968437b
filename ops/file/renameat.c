/* SPDX-License-Identifier: MIT */
/*
 * RENAMEAT: as renameat2(2). Kernel: 5.11.
 * SQE: fd: old directory, a plain fd; addr: old path; len: new directory; addr2: new path;
 * rename_flags: RENAME_.
 * Result: 0.
 * Soft: BLOCKS. Without renameat2 (a filter, or a kernel below 3.15) renameat, where flags are 0;
 * else -ENOSYS, for nothing else exchanges two names or keeps an existing one.
 * Owns: the paths are the caller's until the result.
 * EINVAL: of fields at preparation; of flags and paths by the call; neither after an effect.
 */
#include "path.h"

kring_op kring_renameat(struct kring *ring, int old_dirfd, const char *old_path, int new_dirfd,
                        const char *new_path, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_RENAMEAT, &sqe);

    if (sqe != NULL) {
        kring__two_paths(sqe, old_dirfd, old_path, new_dirfd, new_path);
        sqe->rename_flags = flags;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
int kring__renameat_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__path_prep(req);
}

int kring__renameat_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    const char *from = kring__pointer(sqe->addr), *to = kring__pointer(sqe->addr2);
    long res = kring__sys_renameat2(sqe->fd, from, (int)sqe->len, to, sqe->rename_flags);

    (void)soft;
    if (res == -ENOSYS && sqe->rename_flags == 0)
        res = kring__sys_renameat(sqe->fd, from, (int)sqe->len, to);
    return (int)res;
}
#endif
