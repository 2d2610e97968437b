/* SPDX-License-Identifier: MIT */
/*
 * Any other architecture: libc's syscall() knows the instruction.  This is the one place where
 * kring touches errno, which its callers must not notice: it is saved and put back.  syscall() is
 * declared here because <unistd.h> hides it from strict C11.
 */
#include <errno.h>

typedef long kring__word;

extern long syscall(long number, ...);

#if defined(__alpha__)
#define KRING__NR_BASE 110
#endif
#if defined(__powerpc__) || defined(__xtensa__)
#define KRING__PAIR_ALIGNED 1
#define KRING__FADVISE_ADVICE_SECOND 1
#endif
#if defined(__csky__) || defined(__hexagon__)
#define KRING__FADVISE_ADVICE_SECOND 1
#endif
#if defined(__sh__)
#define KRING__PREAD_PADDED 1
#endif

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    int saved = errno;
    long ret = syscall(nr, a, b, c, d, e, f);

    /* Only -1 says "look at errno": an address from mmap may be any other negative number. */
    if (ret == -1) {
        ret = -(long)errno;
        errno = saved;
    }
    return ret;
}
