/* SPDX-License-Identifier: MIT */
/*
 * ppc64le (the same instruction serves big-endian ppc64): number in r0, arguments in r3..r8,
 * result in r3.  An error is told by the summary overflow bit of cr0 with a positive errno in r3.
 * "sc" leaves r4..r12, ctr, xer and cr0 undefined (the kernel's syscall64-abi document).
 */
typedef long kring__word;

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    register long r0 __asm__("r0") = nr;
    register kring__word r3 __asm__("r3") = a;
    register kring__word r4 __asm__("r4") = b;
    register kring__word r5 __asm__("r5") = c;
    register kring__word r6 __asm__("r6") = d;
    register kring__word r7 __asm__("r7") = e;
    register kring__word r8 __asm__("r8") = f;

    __asm__ volatile("sc\n\t"
                     "bns+ 1f\n\t"
                     "neg %1, %1\n"
                     "1:"
                     : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8)
                     :
                     : "r9", "r10", "r11", "r12", "cr0", "ctr", "xer", "memory");
    return r3;
}
