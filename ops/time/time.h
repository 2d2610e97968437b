/* SPDX-License-Identifier: MIT */
/* What the operations on time share; it stands in timeout.c. */
#ifndef KRING__TIME_H
#define KRING__TIME_H

#include "../sqe.h"

/* The application's flags in the kernel's bits. */
uint32_t kring__timeout_flags(uint32_t flags);

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_TIME
/* The checks of TIMEOUT and LINK_TIMEOUT. */
int kring__timeout_check(const struct kring__req *req);
/* The time that an SQE's word gives, itself or by pointer: 0, -EINVAL (negative, or two clocks) or
 * -EFAULT. */
int kring__time_read(uint64_t word, uint32_t timeout_flags, struct kring_timespec *time);
#endif

#endif
