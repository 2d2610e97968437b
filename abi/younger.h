/* SPDX-License-Identifier: MIT */
/*
 * Under KRING_KERNEL=<release>: the plain calls and flags that are younger than that release, and
 * what it answers to them. Consulted by abi/call.h alone, which then makes no call. Included by it
 * alone.
 *
 * The number is a constant where a call is written, so that this costs one comparison in the calls
 * named here, and nothing in the others; without CONFIG_KRING_ENV nothing in any.
 */
#ifndef KRING__ABI_YOUNGER_H
#define KRING__ABI_YOUNGER_H

/*
 * X(call, the first release that has it, what older ones answer, where: of the words a to f).
 * Only what the library itself relies on, or takes from a caller and has a way around or a promise
 * about; of the calls that only some architectures have below that release, not a word.
 */
#define KRING__YOUNGER(X) \
    X(preadv2, 4, 6, ENOSYS, 1) \
    X(pwritev2, 4, 6, ENOSYS, 1) \
    X(statx, 4, 11, ENOSYS, 1) \
    X(pidfd_send_signal, 5, 1, ENOSYS, 1) \
    X(pidfd_open, 5, 3, ENOSYS, 1) \
    X(waitid, 5, 4, EINVAL, a == 3 /* P_PIDFD */) \
    X(openat2, 5, 6, ENOSYS, 1) \
    X(epoll_pwait2, 5, 11, ENOSYS, 1) \
    X(futex_waitv, 5, 16, ENOSYS, 1) \
    X(openat2, 5, 12, EINVAL, kring__resolves_cached(c)) \
    KRING__YOUNGER_RWF(X, preadv2) \
    KRING__YOUNGER_RWF(X, pwritev2) \
    X(madvise, 4, 14, EINVAL, c == 18 || c == 19 /* WIPEONFORK, KEEPONFORK */) \
    X(madvise, 5, 4, EINVAL, c == 20 || c == 21 /* COLD, PAGEOUT */) \
    X(madvise, 5, 14, EINVAL, c == 22 || c == 23 /* POPULATE_READ, POPULATE_WRITE */) \
    X(madvise, 5, 18, EINVAL, c == 24 /* DONTNEED_LOCKED */) \
    X(madvise, 6, 1, EINVAL, c == 25 /* COLLAPSE */) \
    X(madvise, 6, 13, EINVAL, c == 102 || c == 103 /* GUARD_INSTALL, GUARD_REMOVE */) \
    X(fallocate, 6, 17, EOPNOTSUPP, b & 0x80 /* FALLOC_FL_WRITE_ZEROES */) \
    KRING__YOUNGER_TIME64(X)

/* The sixth word on every ABI. Up to 4.12 a flag that is not known was EINVAL. */
#define KRING__YOUNGER_RWF(X, call) \
    X(call, 4, 7, EINVAL, f & 0x06 /* DSYNC, SYNC */) \
    X(call, 4, 13, EINVAL, f & ~0x07L) \
    X(call, 4, 14, EOPNOTSUPP, f & 0x08 /* NOWAIT */) \
    X(call, 4, 16, EOPNOTSUPP, f & 0x10 /* APPEND */) \
    X(call, 6, 9, EOPNOTSUPP, f & 0x20 /* NOAPPEND */) \
    X(call, 6, 11, EOPNOTSUPP, f & 0x40 /* ATOMIC */) \
    X(call, 6, 14, EOPNOTSUPP, f & 0x80 /* DONTCACHE */) \
    X(call, 6, 18, EOPNOTSUPP, f & 0x100 /* NOSIGNAL */)

/* Where long has 32 bits and the calls with 32-bit times stand beside. */
#if __SIZEOF_LONG__ == 4 && defined(__NR_clock_gettime)
#define KRING__YOUNGER_TIME64(X) \
    X(clock_gettime64, 5, 1, ENOSYS, 1) \
    X(clock_nanosleep_time64, 5, 1, ENOSYS, 1) \
    X(timerfd_settime64, 5, 1, ENOSYS, 1) \
    X(ppoll_time64, 5, 1, ENOSYS, 1) \
    X(futex_time64, 5, 1, ENOSYS, 1)
#else
#define KRING__YOUNGER_TIME64(X)
#endif

/* The third of three 64-bit numbers, by the first's address; the struct is the library's own. */
static inline int kring__resolves_cached(kring__word how)
{
    return how != 0 && (((const uint64_t *)(uintptr_t)how)[2] & 0x20) != 0;
}

static inline int kring__older_than(unsigned major, unsigned minor)
{
    unsigned release = kring__sys_simulated();

    return release != 0 && release < (major << 8 | minor);
}

/* -errno where the call must not be made, else 0. */
static inline long kring__younger(long nr, kring__word a, kring__word b, kring__word c,
                                  kring__word f)
{
#define KRING__YOUNGER_TEST(call, major, minor, answer, where) \
    if (nr == __NR_##call && (where) && kring__older_than(major, minor)) \
        return -(long)(answer);
    KRING__YOUNGER(KRING__YOUNGER_TEST)
#undef KRING__YOUNGER_TEST
    (void)a, (void)b, (void)c, (void)f;
    return 0;
}

#endif
