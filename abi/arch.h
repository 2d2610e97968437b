/* SPDX-License-Identifier: MIT */
/*
 * The architecture's system call instruction, chosen by the compiler's own macros.
 *
 * An arch file defines
 *   kring__word       an integer as wide as a system call register,
 *   kring__raw6(nr, a, b, c, d, e, f)  the call: >= 0 or -errno, errno untouched,
 * and, where the ABI differs from the usual one (the defaults stand in abi/numbers.h),
 *   KRING__NR_BASE               what is added to the numbers that all architectures share,
 *   KRING__PAIR_ALIGNED          64-bit arguments start at an even register (32-bit ABIs),
 *   KRING__PREAD_PADDED          pread64 and pwrite64 alone have such a padding word,
 *   KRING__FADVISE_ADVICE_SECOND fadvise64_64 takes the advice before the offsets,
 *   KRING__MMAP_BLOCK            mmap takes its arguments in memory,
 *   KRING__OFFSET_IN_REGISTER    a register holds 64 bits although long does not,
 *   kring__raw6_wide             kring__raw6 with the whole register as its result,
 *   kring__raw7                  a call of seven words exists.
 * Only abi/sys*.c includes this header.
 */
#ifndef KRING__ABI_ARCH_H
#define KRING__ABI_ARCH_H

#include <stddef.h>
#include <stdint.h>
#include <asm/unistd.h>

#if defined(__x86_64__) && defined(__ILP32__)
#error "kring does not know the x32 ABI: its calls mix 32-bit and 64-bit arguments"
#elif defined(__x86_64__)
#include "arch-x86_64.h"
#elif defined(__i386__)
#include "arch-i386.h"
#elif defined(__aarch64__) && defined(__LP64__)
#include "arch-aarch64.h"
#elif defined(__arm__) && defined(__ARM_EABI__)
#include "arch-arm.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "arch-riscv64.h"
#elif defined(__mips__) && defined(_ABIO32) && _MIPS_SIM == _ABIO32
#include "arch-mips.h"
#elif defined(__mips__)
#include "arch-mips64.h"
#elif defined(__powerpc64__)
#include "arch-ppc64le.h"
#elif defined(__s390x__)
#include "arch-s390x.h"
#else
#include "arch-generic.h"
#endif

#include "numbers.h"

#endif
