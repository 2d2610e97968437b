/* SPDX-License-Identifier: MIT */
/* riscv64: number in a7, arguments in a0..a5, result in a0; nothing else changes. */
typedef long kring__word;

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    register long a7 __asm__("a7") = nr;
    register kring__word a0 __asm__("a0") = a;
    register kring__word a1 __asm__("a1") = b;
    register kring__word a2 __asm__("a2") = c;
    register kring__word a3 __asm__("a3") = d;
    register kring__word a4 __asm__("a4") = e;
    register kring__word a5 __asm__("a5") = f;

    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                     : "memory");
    return a0;
}
