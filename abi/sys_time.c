/* SPDX-License-Identifier: MIT */
/*
 * The calls with times.  kring's timespec is 64-bit everywhere.  Where long has 32 bits, the
 * *_time64 calls (Linux 5.1) take it as it is; if a kernel answers exactly ENOSYS to one, the old
 * call gets the same times with seconds saturated to 32 bits.  So a wait beyond 68 years, or an
 * absolute time beyond January 2038, ends early there (such a kernel's own clock ends then), and
 * is never mistaken for the past.  Which call works is not remembered: kring has no global state.
 */
#include "kring/uapi.h"
#include "sys.h"
#include "call.h"

#if __SIZEOF_LONG__ == 8

long kring__sys_clock_gettime(int clock, struct kring_timespec *now)
{
    return KRING__CALL(__NR_clock_gettime, clock, now);
}

long kring__sys_clock_nanosleep(int clock, int flags, const struct kring_timespec *request,
                                struct kring_timespec *remain)
{
    return KRING__CALL(__NR_clock_nanosleep, clock, flags, request, remain);
}

long kring__sys_timerfd_settime(int fd, int flags, const struct kring__itimerspec *value,
                                struct kring__itimerspec *old)
{
    return KRING__CALL(__NR_timerfd_settime, fd, flags, value, old);
}

/* The kernel writes the rest of the time back; the caller's copy stays as it is. */
long kring__sys_ppoll(struct kring__pollfd *fds, unsigned nr, const struct kring_timespec *timeout,
                      const void *sigmask, size_t sigsetsize)
{
    struct kring_timespec rest;

    if (timeout == NULL)
        return KRING__CALL(__NR_ppoll, fds, nr, 0, sigmask, sigsetsize);
    rest = *timeout;
    return KRING__CALL(__NR_ppoll, fds, nr, &rest, sigmask, sigsetsize);
}

long kring__sys_futex(uint32_t *uaddr, int op, uint32_t val, const struct kring_timespec *timeout,
                      uint32_t *uaddr2, uint32_t val3)
{
    return KRING__CALL(__NR_futex, uaddr, op, val, timeout, uaddr2, val3);
}

#else /* long has 32 bits */

/* What the old calls take; riscv32 and later ABIs never had them. */
struct kring__time32 {
    int32_t sec;
    int32_t nsec;
};

#ifdef __NR_clock_gettime
#define KRING__HAVE_TIME32 1
#else
#define KRING__HAVE_TIME32 0
#endif

#if KRING__HAVE_TIME32
/* The upper half of nsec is padding to a 32-bit kernel, here as in the new calls. */
static struct kring__time32 time32(int64_t sec, int64_t nsec)
{
    struct kring__time32 t;

    t.sec = sec > INT32_MAX ? INT32_MAX : sec < INT32_MIN ? INT32_MIN : (int32_t)sec;
    t.nsec = (int32_t)(uint32_t)(uint64_t)nsec;
    return t;
}
#endif

long kring__sys_clock_gettime(int clock, struct kring_timespec *now)
{
    long ret = KRING__CALL(__NR_clock_gettime64, clock, now);

#if KRING__HAVE_TIME32
    struct kring__time32 old;

    if (ret != -ENOSYS)
        return ret;
    ret = KRING__CALL(__NR_clock_gettime, clock, &old);
    if (ret == 0) {
        now->tv_sec = old.sec;
        now->tv_nsec = old.nsec;
    }
#endif
    return ret;
}

long kring__sys_clock_nanosleep(int clock, int flags, const struct kring_timespec *request,
                                struct kring_timespec *remain)
{
    long ret = KRING__CALL(__NR_clock_nanosleep_time64, clock, flags, request, remain);

#if KRING__HAVE_TIME32
    struct kring__time32 old, rest;

    if (ret != -ENOSYS)
        return ret;
    old = time32(request->tv_sec, request->tv_nsec);
    rest = old;
    ret = KRING__CALL(__NR_clock_nanosleep, clock, flags, &old, &rest);
    /* Flag 1 is TIMER_ABSTIME, with which there is no rest. */
    if (ret == -EINTR && remain != NULL && (flags & 1) == 0) {
        remain->tv_sec = rest.sec;
        remain->tv_nsec = rest.nsec;
    }
#endif
    return ret;
}

long kring__sys_timerfd_settime(int fd, int flags, const struct kring__itimerspec *value,
                                struct kring__itimerspec *old)
{
    long ret = KRING__CALL(__NR_timerfd_settime64, fd, flags, value, old);

#if KRING__HAVE_TIME32
    struct kring__time32 set[2], was[2];

    if (ret != -ENOSYS)
        return ret;
    set[0] = time32(value->interval_sec, value->interval_nsec);
    set[1] = time32(value->value_sec, value->value_nsec);
    ret = KRING__CALL(__NR_timerfd_settime, fd, flags, set, was);
    if (ret == 0 && old != NULL) {
        old->interval_sec = was[0].sec;
        old->interval_nsec = was[0].nsec;
        old->value_sec = was[1].sec;
        old->value_nsec = was[1].nsec;
    }
#endif
    return ret;
}

/* The kernel writes the rest of the time back; the caller's copy stays as it is. */
long kring__sys_ppoll(struct kring__pollfd *fds, unsigned nr, const struct kring_timespec *timeout,
                      const void *sigmask, size_t sigsetsize)
{
    struct kring_timespec rest = {0, 0};
    long ret;

    if (timeout != NULL)
        rest = *timeout;
    ret = KRING__CALL(__NR_ppoll_time64, fds, nr, timeout != NULL ? &rest : NULL, sigmask,
                      sigsetsize);
#if KRING__HAVE_TIME32
    struct kring__time32 old;

    if (ret != -ENOSYS)
        return ret;
    old = time32(rest.tv_sec, rest.tv_nsec);
    ret = KRING__CALL(__NR_ppoll, fds, nr, timeout != NULL ? &old : NULL, sigmask, sigsetsize);
#endif
    return ret;
}

#if KRING__HAVE_TIME32
/* For the other commands the argument is a number, not an address. */
static int futex_takes_time(int op)
{
    switch (op & 127) {
    case 0:  /* FUTEX_WAIT */
    case 6:  /* FUTEX_LOCK_PI */
    case 9:  /* FUTEX_WAIT_BITSET */
    case 11: /* FUTEX_WAIT_REQUEUE_PI */
    case 13: /* FUTEX_LOCK_PI2 */
        return 1;
    default:
        return 0;
    }
}
#endif

long kring__sys_futex(uint32_t *uaddr, int op, uint32_t val, const struct kring_timespec *timeout,
                      uint32_t *uaddr2, uint32_t val3)
{
    long ret = KRING__CALL(__NR_futex_time64, uaddr, op, val, timeout, uaddr2, val3);

#if KRING__HAVE_TIME32
    struct kring__time32 old;

    if (ret != -ENOSYS)
        return ret;
    if (timeout == NULL || !futex_takes_time(op))
        return KRING__CALL(__NR_futex, uaddr, op, val, timeout, uaddr2, val3);
    old = time32(timeout->tv_sec, timeout->tv_nsec);
    ret = KRING__CALL(__NR_futex, uaddr, op, val, &old, uaddr2, val3);
#endif
    return ret;
}

#endif
