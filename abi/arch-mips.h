/* SPDX-License-Identifier: MIT */
/*
 * mips, o32, both byte orders: number in v0 ($2), arguments in a0..a3 ($4..$7) and then on the
 * stack at 16(sp) onwards (the first four words are the callee's), result in v0.  An error is told
 * by a3 != 0 with a positive errno in v0; outside this file it is -errno already.
 *
 * The kernel may read the stack words again when it restarts a call, so they stay in place until
 * the instruction is done; sp keeps its 8-byte alignment.
 */
typedef long kring__word;

#define KRING__NR_BASE 4000
#define KRING__PAIR_ALIGNED 1

#if defined(__mips_isa_rev) && __mips_isa_rev >= 6
#define KRING__MIPS_CLOBBERS \
    "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25", "memory"
#else
#define KRING__MIPS_CLOBBERS \
    "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25", "hi", "lo", \
    "memory"
#endif

/* sync_file_range and fadvise64 have a padding word and so need a seventh. */
static inline long kring__mips_raw7(long nr, kring__word a, kring__word b, kring__word c,
                                    kring__word d, kring__word e, kring__word f, kring__word g)
{
    register long v0 __asm__("$2") = nr;
    register kring__word a0 __asm__("$4") = a;
    register kring__word a1 __asm__("$5") = b;
    register kring__word a2 __asm__("$6") = c;
    register kring__word a3 __asm__("$7") = d;

    __asm__ volatile(".set push\n\t"
                     ".set noreorder\n\t"
                     "subu $sp, $sp, 32\n\t"
                     "sw %[e], 16($sp)\n\t"
                     "sw %[f], 20($sp)\n\t"
                     "sw %[g], 24($sp)\n\t"
                     "syscall\n\t"
                     "addu $sp, $sp, 32\n\t"
                     ".set pop"
                     : "+r"(v0), "+r"(a3)
                     : "r"(a0), "r"(a1), "r"(a2), [e] "r"(e), [f] "r"(f), [g] "r"(g)
                     : KRING__MIPS_CLOBBERS);
    return a3 != 0 ? -v0 : v0;
}
#define kring__raw7 kring__mips_raw7

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    return kring__mips_raw7(nr, a, b, c, d, e, f, 0);
}
