/* SPDX-License-Identifier: MIT */
/* The clock of deadlines and waits. */
#include "sys.h"

#include "kring/uapi.h"

#define CLOCK_MONOTONIC 1
#define NS INT64_C(1000000000)

int64_t kring__clock_ns(int clock)
{
    struct kring_timespec now = {0, 0};

    /*
     * Fails only where a filter or a tracer refuses it: then time stands still, and a wait ends by
     * events. Asked twice, as one refusal alone would turn a short wait into one of years.
     */
    if (kring__sys_clock_gettime(clock, &now) < 0)
        (void)kring__sys_clock_gettime(clock, &now);
    return now.tv_sec * NS + now.tv_nsec;
}

int64_t kring__now_ns(void)
{
    return kring__clock_ns(CLOCK_MONOTONIC);
}
