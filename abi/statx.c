/* SPDX-License-Identifier: MIT */
/*
 * statx with its one rung down: where the kernel has none (below 4.11) fstatat knows everything
 * in STATX_BASIC_STATS, and stx_mask says that it knows no more (no birth time, no mount id, no
 * attributes).
 */
#include <asm/stat.h>
#include <asm/unistd.h>
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <string.h>

#include "sys.h"

#ifdef __NR_fstatat64
typedef struct stat64 kernel_stat;
#else
typedef struct stat kernel_stat;
#endif

/* The kernel's 32-bit encoding of a device number: 12 bits major between 8 and 12 of minor. */
static uint32_t device_major(uint64_t dev)
{
    return (uint32_t)((dev & 0xfff00) >> 8);
}

static uint32_t device_minor(uint64_t dev)
{
    return (uint32_t)((dev & 0xff) | ((dev >> 12) & 0xfff00));
}

/* Some ABIs declare seconds as an unsigned 32-bit number; times before 1970 are meant negative. */
#define SECONDS(field) (sizeof(field) == 4 ? (int64_t)(int32_t)(field) : (int64_t)(field))

static void fill(struct statx *buf, const kernel_stat *st)
{
    memset(buf, 0, sizeof *buf);
    buf->stx_mask = STATX_BASIC_STATS;
    buf->stx_blksize = (uint32_t)st->st_blksize;
    buf->stx_nlink = (uint32_t)st->st_nlink;
    buf->stx_uid = (uint32_t)st->st_uid;
    buf->stx_gid = (uint32_t)st->st_gid;
    buf->stx_mode = (uint16_t)st->st_mode;
    buf->stx_ino = (uint64_t)st->st_ino;
    buf->stx_size = (uint64_t)st->st_size;
    buf->stx_blocks = (uint64_t)st->st_blocks;
    buf->stx_atime.tv_sec = SECONDS(st->st_atime);
    buf->stx_atime.tv_nsec = (uint32_t)st->st_atime_nsec;
    buf->stx_mtime.tv_sec = SECONDS(st->st_mtime);
    buf->stx_mtime.tv_nsec = (uint32_t)st->st_mtime_nsec;
    buf->stx_ctime.tv_sec = SECONDS(st->st_ctime);
    buf->stx_ctime.tv_nsec = (uint32_t)st->st_ctime_nsec;
    buf->stx_rdev_major = device_major((uint64_t)st->st_rdev);
    buf->stx_rdev_minor = device_minor((uint64_t)st->st_rdev);
    buf->stx_dev_major = device_major((uint64_t)st->st_dev);
    buf->stx_dev_minor = device_minor((uint64_t)st->st_dev);
}

long kring__statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf)
{
    kernel_stat st;
    long ret = kring__sys_statx(dirfd, path, flags, mask, buf);

    if (ret != -ENOSYS)
        return ret;
    /* What statx itself would refuse, then what only statx can promise. */
    if ((mask & STATX__RESERVED) != 0 || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    if ((flags & AT_STATX_FORCE_SYNC) != 0)
        return -ENOSYS;
    /* AT_STATX_DONT_SYNC permits a stale answer and does not demand one. */
    ret = kring__sys_newfstatat(dirfd, path, &st, flags & ~AT_STATX_SYNC_TYPE);
    if (ret < 0)
        return ret;
    if (buf == NULL)
        return -EFAULT;
    fill(buf, &st);
    return 0;
}
