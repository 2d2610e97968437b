/* SPDX-License-Identifier: MIT */
/* How abi/sys*.c write a system call.  Included by them alone. */
#ifndef KRING__ABI_CALL_H
#define KRING__ABI_CALL_H

#include <errno.h>
#include "arch.h"

/*
 * One argument as a register.  By way of uintptr_t a pointer and an integer may be written alike;
 * a negative int keeps its value, since both conversions are modulo 2^n.
 */
#define KRING__WORD(x) ((kring__word)(uintptr_t)(x))

/* A number known to be missing costs no system call (and upsets no seccomp filter). */
#define KRING__RAW(nr, a, b, c, d, e, f) \
    ((nr) == KRING__NR_NONE ? -(long)ENOSYS : kring__raw6(nr, a, b, c, d, e, f))

/* KRING__CALL(nr, one to six pointers or integers of at most register size). */
#define KRING__CALL(...) KRING__CALL_PADDED(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define KRING__CALL_PADDED(nr, a, b, c, d, e, f, ...) \
    KRING__RAW(nr, KRING__WORD(a), KRING__WORD(b), KRING__WORD(c), KRING__WORD(d), \
               KRING__WORD(e), KRING__WORD(f))

#endif
