/* SPDX-License-Identifier: MIT */
/* How abi/sys*.c write a system call.  Included by them alone, after sys.h. */
#ifndef KRING__ABI_CALL_H
#define KRING__ABI_CALL_H

#include <errno.h>
#include "arch.h"

/*
 * One argument as a register.  By way of uintptr_t a pointer and an integer may be written alike;
 * a negative int keeps its value, since both conversions are modulo 2^n.
 */
#define KRING__WORD(x) ((kring__word)(uintptr_t)(x))

#if CONFIG_KRING_ENV
#include "younger.h"
#else
#define kring__younger(nr, a, b, c, f) 0L
#endif

/*
 * A number known to be missing costs no system call (and upsets no seccomp filter); nor does one
 * that the simulated kernel lacks.
 */
static inline long kring__raw(long nr, kring__word a, kring__word b, kring__word c, kring__word d,
                              kring__word e, kring__word f)
{
    long missing = nr == KRING__NR_NONE ? -(long)ENOSYS : kring__younger(nr, a, b, c, f);

    return missing != 0 ? missing : kring__raw6(nr, a, b, c, d, e, f);
}
#define KRING__RAW(nr, a, b, c, d, e, f) kring__raw(nr, a, b, c, d, e, f)

/* KRING__CALL(nr, one to six pointers or integers of at most register size). */
#define KRING__CALL(...) KRING__CALL_PADDED(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define KRING__CALL_PADDED(nr, a, b, c, d, e, f, ...) \
    KRING__RAW(nr, KRING__WORD(a), KRING__WORD(b), KRING__WORD(c), KRING__WORD(d), \
               KRING__WORD(e), KRING__WORD(f))

#endif
