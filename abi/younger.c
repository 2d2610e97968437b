/* SPDX-License-Identifier: MIT */
/*
 * The release that this process plays, for the calls in abi/younger.h. One word for all rings, as a
 * kernel is one for all: it comes from the environment that the process was started with, so that
 * it is set once, and to the same by whoever sets it again.
 */
#include "sys.h"

#if CONFIG_KRING_ENV

static uint16_t kring__played; /* 0: the real kernel */

unsigned kring__sys_simulated(void)
{
    return __atomic_load_n(&kring__played, __ATOMIC_RELAXED);
}

void kring__sys_simulate(uint16_t release)
{
    __atomic_store_n(&kring__played, release, __ATOMIC_RELAXED);
}

#endif
