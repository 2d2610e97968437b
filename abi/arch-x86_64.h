/* SPDX-License-Identifier: MIT */
/*
 * x86_64: number in rax, arguments in rdi rsi rdx r10 r8 r9, result in rax.  The instruction
 * itself overwrites rcx (return address) and r11 (flags).
 */
typedef long kring__word;

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    register kring__word r10 __asm__("r10") = d;
    register kring__word r8 __asm__("r8") = e;
    register kring__word r9 __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "+a"(nr)
                     : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory", "cc");
    return nr;
}
