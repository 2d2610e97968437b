/* SPDX-License-Identifier: MIT */
/*
 * What trials found out about this process's kernel, kept so that the second ring is cheap.
 *
 * This is kring's writable global state, all of it but the simulated release (abi/younger.c): one
 * byte per question, 0 while it is not answered. Bytes are read and written atomically and relaxed;
 * two threads that try the same thing at once both store the same answer, so no order between them
 * is needed. The answers hold for the kernel, not for a ring: simulation masks are applied after
 * them, and a failed trial (no memory, no descriptor) stores nothing.
 */
#include "internal.h"

static uint8_t kring__cache[KRING__CACHE_SIZE];

unsigned kring__cache_get(unsigned slot)
{
    return slot < KRING__CACHE_SIZE ? __atomic_load_n(&kring__cache[slot], __ATOMIC_RELAXED) : 0;
}

void kring__cache_set(unsigned slot, unsigned answer)
{
    if (slot < KRING__CACHE_SIZE)
        __atomic_store_n(&kring__cache[slot], (uint8_t)answer, __ATOMIC_RELAXED);
}

void kring__probe_forget(void)
{
    for (unsigned i = 0; i < KRING__CACHE_SIZE; i++)
        kring__cache_set(i, 0);
}
