/* SPDX-License-Identifier: MIT */
/*
 * The calls with 64-bit file offsets.  Where a register holds 64 bits they are plain; where it
 * does not, each offset is two words: in the order of the machine's memory, at an even register
 * (with a word of padding) where the ABI's C calls do so, and with the kernel's exceptions, which
 * avoid the padding by other argument orders (sync_file_range2, fadvise64_64 on arm).
 */
#include "sys.h"
#include "call.h"

#define KRING__LOW(x) ((kring__word)(uint32_t)((uint64_t)(x)))
#define KRING__HIGH(x) ((kring__word)(uint32_t)((uint64_t)(x) >> 32))

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define KRING__FIRST(x) KRING__HIGH(x)
#define KRING__SECOND(x) KRING__LOW(x)
#else
#define KRING__FIRST(x) KRING__LOW(x)
#define KRING__SECOND(x) KRING__HIGH(x)
#endif
#define KRING__PAIR(x) KRING__FIRST(x), KRING__SECOND(x)

/* kring__raw6 with words, shorter argument lists filled with zeros. */
#define KRING__WORDS(...) KRING__WORDS_PADDED(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define KRING__WORDS_PADDED(nr, a, b, c, d, e, f, ...) KRING__RAW(nr, a, b, c, d, e, f)

#ifndef __NR_mmap2
#define KRING__MMAP2 0
#else
#define KRING__MMAP2 1
#endif

#if KRING__MMAP_BLOCK

long kring__sys_mmap(void *addr, size_t len, int prot, int flags, int fd, uint64_t offset)
{
    unsigned long block[6] = {
        (unsigned long)addr, len, (unsigned long)prot, (unsigned long)flags, (unsigned long)fd,
        offset,
    };

    return KRING__CALL(__NR_mmap, block);
}

#elif KRING__MMAP2 && !KRING__OFFSET_IN_REGISTER

/* mmap2 counts the offset in units of 4096 whatever the page size: 2^44 bytes can be reached. */
long kring__sys_mmap(void *addr, size_t len, int prot, int flags, int fd, uint64_t offset)
{
    if ((offset & 4095) != 0)
        return -EINVAL;
    if (offset >> 44 != 0)
        return -EOVERFLOW;
    return KRING__CALL(__NR_mmap2, addr, len, prot, flags, fd, offset >> 12);
}

#else

long kring__sys_mmap(void *addr, size_t len, int prot, int flags, int fd, uint64_t offset)
{
    return KRING__WORDS(__NR_mmap, KRING__WORD(addr), KRING__WORD(len), prot, flags, fd,
                        (kring__word)offset);
}

#endif

/*
 * The vectored calls take the offset as low and high *longs*, low first on both byte orders, on
 * every ABI.  A 64-bit long holds it all and the kernel shifts the second out.
 */
#if __SIZEOF_LONG__ == 8
#define KRING__LOW_HIGH(x) (kring__word)(x), 0
#else
#define KRING__LOW_HIGH(x) KRING__LOW(x), KRING__HIGH(x)
#endif

long kring__sys_preadv(int fd, const struct iovec *iov, unsigned nr, int64_t offset)
{
    return KRING__WORDS(__NR_preadv, fd, KRING__WORD(iov), KRING__WORD(nr),
                        KRING__LOW_HIGH(offset));
}

long kring__sys_pwritev(int fd, const struct iovec *iov, unsigned nr, int64_t offset)
{
    return KRING__WORDS(__NR_pwritev, fd, KRING__WORD(iov), KRING__WORD(nr),
                        KRING__LOW_HIGH(offset));
}

long kring__sys_preadv2(int fd, const struct iovec *iov, unsigned nr, int64_t offset, int flags)
{
    return KRING__WORDS(__NR_preadv2, fd, KRING__WORD(iov), KRING__WORD(nr),
                        KRING__LOW_HIGH(offset), flags);
}

long kring__sys_pwritev2(int fd, const struct iovec *iov, unsigned nr, int64_t offset, int flags)
{
    return KRING__WORDS(__NR_pwritev2, fd, KRING__WORD(iov), KRING__WORD(nr),
                        KRING__LOW_HIGH(offset), flags);
}

#if KRING__OFFSET_IN_REGISTER

long kring__sys_pread64(int fd, void *buf, size_t len, int64_t offset)
{
    return KRING__WORDS(__NR_pread64, fd, KRING__WORD(buf), KRING__WORD(len), offset);
}

long kring__sys_pwrite64(int fd, const void *buf, size_t len, int64_t offset)
{
    return KRING__WORDS(__NR_pwrite64, fd, KRING__WORD(buf), KRING__WORD(len), offset);
}

long kring__sys_lseek(int fd, int64_t offset, int whence, int64_t *result)
{
    kring__word position = kring__raw6_wide(__NR_lseek, fd, offset, whence, 0, 0, 0);

    if ((uint64_t)position > (uint64_t)-4096)
        return (long)position;
    *result = position;
    return 0;
}

long kring__sys_fallocate(int fd, int mode, int64_t offset, int64_t len)
{
    return KRING__WORDS(__NR_fallocate, fd, mode, offset, len);
}

long kring__sys_ftruncate(int fd, int64_t len)
{
    return KRING__WORDS(__NR_ftruncate, fd, len);
}

long kring__sys_fadvise64(int fd, int64_t offset, int64_t len, int advice)
{
    return KRING__WORDS(__NR_fadvise64, fd, offset, len, advice);
}

long kring__sys_sync_file_range(int fd, int64_t offset, int64_t len, unsigned flags)
{
#ifdef __NR_sync_file_range2
    return KRING__WORDS(__NR_sync_file_range2, fd, KRING__WORD(flags), offset, len);
#else
    return KRING__WORDS(__NR_sync_file_range, fd, offset, len, KRING__WORD(flags));
#endif
}

#else /* two registers */

#if KRING__PREAD_PADDED
#define KRING__PREAD_PAIR(x) 0, KRING__PAIR(x)
#else
#define KRING__PREAD_PAIR(x) KRING__PAIR(x)
#endif

long kring__sys_pread64(int fd, void *buf, size_t len, int64_t offset)
{
    return KRING__WORDS(__NR_pread64, fd, KRING__WORD(buf), KRING__WORD(len),
                        KRING__PREAD_PAIR(offset));
}

long kring__sys_pwrite64(int fd, const void *buf, size_t len, int64_t offset)
{
    return KRING__WORDS(__NR_pwrite64, fd, KRING__WORD(buf), KRING__WORD(len),
                        KRING__PREAD_PAIR(offset));
}

/* _llseek takes the high half first on both byte orders. */
long kring__sys_lseek(int fd, int64_t offset, int whence, int64_t *result)
{
#ifdef __NR__llseek
    return KRING__WORDS(__NR__llseek, fd, KRING__HIGH(offset), KRING__LOW(offset),
                        KRING__WORD(result), whence);
#else
    return KRING__WORDS(__NR_llseek, fd, KRING__HIGH(offset), KRING__LOW(offset),
                        KRING__WORD(result), whence);
#endif
}

/* The offsets are the third and fifth words, so nothing needs padding. */
long kring__sys_fallocate(int fd, int mode, int64_t offset, int64_t len)
{
    return KRING__WORDS(__NR_fallocate, fd, mode, KRING__PAIR(offset), KRING__PAIR(len));
}

long kring__sys_ftruncate(int fd, int64_t len)
{
#if KRING__PAIR_ALIGNED
    return KRING__WORDS(__NR_ftruncate64, fd, 0, KRING__PAIR(len));
#else
    return KRING__WORDS(__NR_ftruncate64, fd, KRING__PAIR(len));
#endif
}

/* What the plain name means on a 32-bit ABI has a 32-bit length, except on mips. */
#if defined(__NR_fadvise64_64)
#define KRING__NR_FADVISE __NR_fadvise64_64
#elif defined(__NR_arm_fadvise64_64)
#define KRING__NR_FADVISE __NR_arm_fadvise64_64
#else
#define KRING__NR_FADVISE __NR_fadvise64
#endif

long kring__sys_fadvise64(int fd, int64_t offset, int64_t len, int advice)
{
#if KRING__FADVISE_ADVICE_SECOND
    return KRING__WORDS(KRING__NR_FADVISE, fd, advice, KRING__PAIR(offset), KRING__PAIR(len));
#elif defined(kring__raw7)
    return kring__raw7(KRING__NR_FADVISE, fd, 0, KRING__PAIR(offset), KRING__PAIR(len), advice);
#else
    return KRING__WORDS(KRING__NR_FADVISE, fd, KRING__PAIR(offset), KRING__PAIR(len), advice);
#endif
}

long kring__sys_sync_file_range(int fd, int64_t offset, int64_t len, unsigned flags)
{
#if defined(__NR_sync_file_range2)
    return KRING__WORDS(__NR_sync_file_range2, fd, KRING__WORD(flags), KRING__PAIR(offset),
                        KRING__PAIR(len));
#elif defined(__NR_arm_sync_file_range)
    return KRING__WORDS(__NR_arm_sync_file_range, fd, KRING__WORD(flags), KRING__PAIR(offset),
                        KRING__PAIR(len));
#elif defined(kring__raw7)
    return kring__raw7(__NR_sync_file_range, fd, 0, KRING__PAIR(offset), KRING__PAIR(len),
                       KRING__WORD(flags));
#else
    return KRING__WORDS(__NR_sync_file_range, fd, KRING__PAIR(offset), KRING__PAIR(len),
                        KRING__WORD(flags));
#endif
}

#endif
