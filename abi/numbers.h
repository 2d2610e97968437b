/* SPDX-License-Identifier: MIT */
/*
 * System call numbers: <asm/unistd.h> has them; this file adds what a header as old as Linux 4.19
 * lacks, and settles which of several calls with one purpose is meant.  From 424 on a call has
 * one number everywhere, plus KRING__NR_BASE.  Included by abi/arch.h alone.
 */
#ifndef KRING__ABI_NUMBERS_H
#define KRING__ABI_NUMBERS_H

#ifndef KRING__NR_BASE
#define KRING__NR_BASE 0
#endif
#ifndef KRING__PAIR_ALIGNED
#define KRING__PAIR_ALIGNED 0
#endif
#ifndef KRING__PREAD_PADDED
#define KRING__PREAD_PADDED KRING__PAIR_ALIGNED
#endif
#ifndef KRING__FADVISE_ADVICE_SECOND
#define KRING__FADVISE_ADVICE_SECOND 0
#endif
#ifndef KRING__MMAP_BLOCK
#define KRING__MMAP_BLOCK 0
#endif
#ifndef KRING__OFFSET_IN_REGISTER
#define KRING__OFFSET_IN_REGISTER (__SIZEOF_LONG__ == 8)
#endif
#ifndef kring__raw6_wide
#define kring__raw6_wide kring__raw6
#endif

/* Not on this architecture: kring__call answers -ENOSYS without a system call. */
#define KRING__NR_NONE (-1)

#if CONFIG_KRING_KERNEL_ENGINE
#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup (KRING__NR_BASE + 425)
#endif
#ifndef __NR_io_uring_enter
#define __NR_io_uring_enter (KRING__NR_BASE + 426)
#endif
#ifndef __NR_io_uring_register
#define __NR_io_uring_register (KRING__NR_BASE + 427)
#endif
#endif

#ifndef __NR_pidfd_send_signal
#define __NR_pidfd_send_signal (KRING__NR_BASE + 424)
#endif
#ifndef __NR_pidfd_open
#define __NR_pidfd_open (KRING__NR_BASE + 434)
#endif
#ifndef __NR_openat2
#define __NR_openat2 (KRING__NR_BASE + 437)
#endif
#ifndef __NR_epoll_pwait2
#define __NR_epoll_pwait2 (KRING__NR_BASE + 441)
#endif

#ifndef __NR_futex_waitv
#define __NR_futex_waitv (KRING__NR_BASE + 449)
#endif

/* The calls with 64-bit times, on ABIs whose long has 32 bits (Linux 5.1). */
#if __SIZEOF_LONG__ == 4
#ifndef __NR_clock_gettime64
#define __NR_clock_gettime64 (KRING__NR_BASE + 403)
#endif
#ifndef __NR_clock_nanosleep_time64
#define __NR_clock_nanosleep_time64 (KRING__NR_BASE + 407)
#endif
#ifndef __NR_timerfd_settime64
#define __NR_timerfd_settime64 (KRING__NR_BASE + 411)
#endif
#ifndef __NR_ppoll_time64
#define __NR_ppoll_time64 (KRING__NR_BASE + 414)
#endif
#ifndef __NR_futex_time64
#define __NR_futex_time64 (KRING__NR_BASE + 422)
#endif
#endif

/* i386 and s390x have accept4 only, the youngest architectures renameat2 only. */
#ifndef __NR_accept
#define __NR_accept KRING__NR_NONE
#endif
#ifndef __NR_renameat
#define __NR_renameat KRING__NR_NONE
#endif

/* 32-bit ABIs: the plain fcntl refuses locks beyond 2 GiB. */
#ifdef __NR_fcntl64
#undef __NR_fcntl
#define __NR_fcntl __NR_fcntl64
#endif

/* The oldest 32-bit ABIs: the plain calls cut user and group ids to 16 bits. */
#ifdef __NR_getuid32
#undef __NR_getuid
#undef __NR_geteuid
#undef __NR_getegid
#undef __NR_getgroups
#define __NR_getuid __NR_getuid32
#define __NR_geteuid __NR_geteuid32
#define __NR_getegid __NR_getegid32
#define __NR_getgroups __NR_getgroups32
#endif

/* alpha returns two ids in two registers, of which syscall() hands out the first. */
#if !defined(__NR_getpid) && defined(__NR_getxpid)
#define __NR_getpid __NR_getxpid
#endif
#if !defined(__NR_getuid) && defined(__NR_getxuid)
#define __NR_getuid __NR_getxuid
#endif
#ifndef __NR_geteuid
#define __NR_geteuid KRING__NR_NONE
#endif
#ifndef __NR_getegid
#define __NR_getegid KRING__NR_NONE
#endif

/* One name for the call that fills the struct stat (32-bit: stat64) of <asm/stat.h>. */
#ifdef __NR_fstatat64
#undef __NR_newfstatat
#define __NR_newfstatat __NR_fstatat64
#endif
#ifndef __NR_newfstatat
#define __NR_newfstatat KRING__NR_NONE
#endif

/* Calls of Linux 4.5 to 4.11 that some architectures were given later. */
#ifndef __NR_statx
#define __NR_statx KRING__NR_NONE
#endif
#ifndef __NR_preadv2
#define __NR_preadv2 KRING__NR_NONE
#endif
#ifndef __NR_pwritev2
#define __NR_pwritev2 KRING__NR_NONE
#endif
#ifndef __NR_copy_file_range
#define __NR_copy_file_range KRING__NR_NONE
#endif

#endif
