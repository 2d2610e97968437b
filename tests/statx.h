/* SPDX-License-Identifier: MIT */
/* struct statx: of the libc, or of the kernel where the libc has none (musl below 1.2.5). */
#ifndef KRING_TESTS_STATX_H
#define KRING_TESTS_STATX_H

#include <sys/stat.h>
#ifndef STATX_SIZE
#include <linux/stat.h>
#endif

#endif
