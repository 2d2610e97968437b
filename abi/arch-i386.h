/* SPDX-License-Identifier: MIT */
/*
 * i386: number in eax, arguments in ebx ecx edx esi edi ebp, result in eax.  ebp may be the frame
 * pointer, so the sixth argument goes over the stack; its operand is read before esp moves.
 */
typedef long kring__word;

static inline long kring__raw6(long nr, kring__word a, kring__word b, kring__word c,
                               kring__word d, kring__word e, kring__word f)
{
    __asm__ volatile("pushl %[f]\n\t"
                     "pushl %%ebp\n\t"
                     "movl 4(%%esp), %%ebp\n\t"
                     "int $0x80\n\t"
                     "popl %%ebp\n\t"
                     "addl $4, %%esp"
                     : "+a"(nr)
                     : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [f] "m"(f)
                     : "memory", "cc");
    return nr;
}
