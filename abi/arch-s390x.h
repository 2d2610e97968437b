/* SPDX-License-Identifier: MIT */
/*
 * s390x: number in r1, arguments in r2..r7, result in r2; nothing else changes.  mmap is the
 * exception: it takes the address of a block of six words.
 */
typedef long kring__word;

#define KRING__MMAP_BLOCK 1

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    register long r1 __asm__("r1") = nr;
    register kring__word r2 __asm__("r2") = a;
    register kring__word r3 __asm__("r3") = b;
    register kring__word r4 __asm__("r4") = c;
    register kring__word r5 __asm__("r5") = d;
    register kring__word r6 __asm__("r6") = e;
    register kring__word r7 __asm__("r7") = f;

    __asm__ volatile("svc 0"
                     : "+d"(r2)
                     : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7)
                     : "memory", "cc");
    return r2;
}
