/* SPDX-License-Identifier: MIT */
/* The clock of deadlines and waits. */
#include "sys.h"

#include "kring/uapi.h"

#define CLOCK_MONOTONIC 1
#define NS INT64_C(1000000000)

int64_t kring__now_ns(void)
{
    struct kring_timespec now = {0, 0};

    /* Fails only where a filter refuses it: then time stands still, and a wait ends by events. */
    (void)kring__sys_clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS + now.tv_nsec;
}
