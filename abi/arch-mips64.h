/* SPDX-License-Identifier: MIT */
/*
 * mips64, n64 and n32: number in v0 ($2), arguments in a0..a5 ($4..$9), result in v0.  An error is
 * told by a3 ($7) != 0 with a positive errno in v0.  n32 has 64-bit registers, so its offsets are
 * not split although its long has 32 bits.
 */
#if defined(_ABIN32) && _MIPS_SIM == _ABIN32
typedef long long kring__word;
#define KRING__NR_BASE 6000
#define KRING__OFFSET_IN_REGISTER 1
#else
typedef long kring__word;
#define KRING__NR_BASE 5000
#endif

#if defined(__mips_isa_rev) && __mips_isa_rev >= 6
#define KRING__MIPS_CLOBBERS \
    "$1", "$3", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25", "memory"
#else
#define KRING__MIPS_CLOBBERS \
    "$1", "$3", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25", "hi", "lo", "memory"
#endif

static inline kring__word kring__mips_raw6(long nr, kring__word a, kring__word b, kring__word c,
                                           kring__word d, kring__word e, kring__word f)
{
    register kring__word v0 __asm__("$2") = nr;
    register kring__word a0 __asm__("$4") = a;
    register kring__word a1 __asm__("$5") = b;
    register kring__word a2 __asm__("$6") = c;
    register kring__word a3 __asm__("$7") = d;
    register kring__word a4 __asm__("$8") = e;
    register kring__word a5 __asm__("$9") = f;

    __asm__ volatile("syscall"
                     : "+r"(v0), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a0), "r"(a1), "r"(a2)
                     : KRING__MIPS_CLOBBERS);
    return a3 != 0 ? -v0 : v0;
}
/* On n32 a file position is wider than long. */
#define kring__raw6_wide kring__mips_raw6

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    return (long)kring__mips_raw6(nr, a, b, c, d, e, f);
}
