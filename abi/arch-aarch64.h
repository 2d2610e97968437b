/* SPDX-License-Identifier: MIT */
/* aarch64: number in x8, arguments in x0..x5, result in x0; nothing else changes. */
typedef long kring__word;

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    register long x8 __asm__("x8") = nr;
    register kring__word x0 __asm__("x0") = a;
    register kring__word x1 __asm__("x1") = b;
    register kring__word x2 __asm__("x2") = c;
    register kring__word x3 __asm__("x3") = d;
    register kring__word x4 __asm__("x4") = e;
    register kring__word x5 __asm__("x5") = f;

    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory", "cc");
    return x0;
}
