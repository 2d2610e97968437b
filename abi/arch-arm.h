/* SPDX-License-Identifier: MIT */
/*
 * arm, EABI: number in r7, arguments in r0..r5, result in r0.  In Thumb code r7 is the frame
 * pointer, which no operand may name, so it is saved around the call.  The number waits in r12 and
 * the save is in lr, because Thumb-1 has no low register to spare and (before ARMv6) can only move
 * to or from a high one without touching the flags.
 */
typedef long kring__word;

#define KRING__PAIR_ALIGNED 1
#define KRING__FADVISE_ADVICE_SECOND 1

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    register kring__word r0 __asm__("r0") = a;
    register kring__word r1 __asm__("r1") = b;
    register kring__word r2 __asm__("r2") = c;
    register kring__word r3 __asm__("r3") = d;
    register kring__word r4 __asm__("r4") = e;
    register kring__word r5 __asm__("r5") = f;
#if defined(__thumb__)
    register long r12 __asm__("r12") = nr;

    __asm__ volatile("mov lr, r7\n\t"
                     "mov r7, r12\n\t"
                     "svc #0\n\t"
                     "mov r7, lr"
                     : "+r"(r0), "+r"(r12)
                     : "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                     : "lr", "memory", "cc");
#else
    register long r7 __asm__("r7") = nr;

    __asm__ volatile("svc #0"
                     : "+r"(r0)
                     : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                     : "memory", "cc");
#endif
    return r0;
}
