/* SPDX-License-Identifier: MIT */
/*
 * OPENAT2: as openat2(2). Kernel: 5.6; into a direct descriptor 5.15, any slot 5.19.
 * SQE: fd: directory, a plain fd; addr: path; addr2, len: struct open_how and its size;
 * file_index: slot + 1 or IORING_FILE_INDEX_ALLOC, then without O_CLOEXEC.
 * Result: the fd; 0, or with FILE_INDEX_ALLOC the slot.
 * Soft: BLOCKS, as OPENAT. Below 5.6 openat(2) where resolve is 0, with the checks of openat2;
 * else -ENOSYS, for nothing else confines a path.
 * Owns: path and struct are the caller's until the result; the descriptor is the application's
 * then.
 * EINVAL: of fields at preparation, of the struct by the call, also of flags past 32 bits that
 * kernels below 5.14 pass over; O_CREAT may then have made the file already, as with OPENAT.
 */
#include "../sqe.h"

#include <linux/fcntl.h>

/* struct open_how, which the headers of a kernel below 5.6 lack. */
struct kring__how {
    uint64_t flags, mode, resolve;
};
_Static_assert(sizeof(struct kring__how) == 24, "OPEN_HOW_SIZE_VER0");

void kring__how_flags(uint64_t address, uint64_t set, uint64_t clear)
{
    struct kring__how how;

    if (kring__bad_address(kring__pointer(address)))
        return;
    memcpy(&how, kring__pointer(address), sizeof how);
    /* Large files on 32-bit machines, where the flag is ours to give; with O_PATH it is EINVAL. */
    if (set != 0 && !(how.flags & O_PATH))
        set |= O_LARGEFILE;
    how.flags = (how.flags | set) & ~clear;
    memcpy(kring__pointer(address), &how, sizeof how);
}

kring_op kring_openat2(struct kring *ring, int dirfd, const char *path, struct open_how *how)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_OPENAT2, &sqe);

    if (sqe != NULL) {
        sqe->fd = dirfd;
        sqe->addr = kring__address(path);
        sqe->addr2 = kring__address(how);
        sqe->len = sizeof(struct kring__how);
        kring__how_flags(sqe->addr2, O_CLOEXEC, 0);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE

#define ACCESS_AND_STATUS \
    (O_ACCMODE | O_APPEND | O_NONBLOCK | O_DSYNC | __O_SYNC | FASYNC | O_DIRECT | O_LARGEFILE | \
     O_NOATIME)
#define CREATES (O_CREAT | __O_TMPFILE)
#define OPEN_FLAGS ((unsigned)(ACCESS_AND_STATUS | CREATES | O_EXCL | O_NOCTTY | O_TRUNC | \
                               O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_PATH))
#define PATH_FLAGS ((unsigned)(O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC))
#define HOW_BENEATH 0x08u
#define HOW_IN_ROOT 0x10u
#define HOW_RESOLVES 0x3fu /* to RESOLVE_CACHED */

int kring__openat2_prep(struct kring__soft *soft, struct kring__req *req)
{
    struct io_uring_sqe *sqe = &req->sqe;
    const unsigned char *bytes = kring__pointer(sqe->addr2);
    struct kring__how how;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->len < sizeof how)
        return -EINVAL;
    if (kring__bad_address(bytes))
        return -EFAULT;
    /* A longer struct asks for nothing that we do not know where the rest of it is zero. */
    for (uint32_t i = sizeof how; i < sqe->len; i++)
        if (bytes[i] != 0)
            return -E2BIG;
    sqe->len = sizeof how;
    if (sqe->buf_index != 0)
        return -EINVAL;
    if (sqe->flags & IOSQE_FIXED_FILE)
        return -EBADF;
    memcpy(&how, bytes, sizeof how);
    return sqe->file_index != 0 && (how.flags & O_CLOEXEC) ? -EINVAL : 0;
}

/* What openat2(2) refuses and openat(2) passes over: build_open_flags() in fs/open.c. */
static int refused(const struct kring__how *how)
{
    if ((how->flags & ~(uint64_t)OPEN_FLAGS) || (how->resolve & ~(uint64_t)HOW_RESOLVES))
        return -EINVAL;
    if ((how->resolve & HOW_BENEATH) && (how->resolve & HOW_IN_ROOT))
        return -EINVAL;
    if (how->mode & ~(uint64_t)(how->flags & CREATES ? 07777 : 0))
        return -EINVAL;
    if ((how->flags & O_PATH) && (how->flags & ~(uint64_t)PATH_FLAGS))
        return -EINVAL;
    return how->resolve != 0 ? -ENOSYS : 0;
}

/*
 * Below 5.14 (and the long-term branches that took its fix) the call passes over flags past the
 * lower 32 bits, and does what was not asked for. Such a call opens nothing: it has no path.
 */
static bool passes_over_high_flags(void)
{
    struct kring__how how = {.flags = UINT64_C(1) << 63};

    return kring__sys_openat2(-1, "", &how, sizeof how) == -ENOENT;
}

int kring__openat2_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    const char *path = kring__pointer(sqe->addr);
    struct kring__how how;
    long fd;

    memcpy(&how, kring__pointer(sqe->addr2), sizeof how);
    /* What stands behind a direct descriptor is an fd nevertheless, not to outlive an exec. */
    if (sqe->file_index != 0)
        how.flags |= O_CLOEXEC;
    if (how.flags > UINT32_MAX && passes_over_high_flags())
        return -EINVAL;
    fd = kring__sys_openat2(sqe->fd, path, &how, sizeof how);
    if (fd == -ENOSYS) {
        fd = refused(&how);
        if (fd == 0)
            fd = kring__sys_openat(sqe->fd, path, (int)how.flags, (unsigned)how.mode);
    }
    return fd < 0 ? (int)fd : kring__req_install(soft, req, (int)fd);
}
#endif
