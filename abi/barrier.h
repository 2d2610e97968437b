/* SPDX-License-Identifier: MIT */
/*
 * Access to the words that the application and the kernel (or, on SQPOLL rings, its thread) share.
 *
 * Every shared word has one writer.  The reader of an index loads it with acquire before it looks
 * at the entries; the writer stores it with release after it has filled or consumed them.  The one
 * place that needs more is an SQPOLL wakeup: the tail must be visible before the flags are read,
 * a store followed by a load, which only a full fence keeps in order.
 *
 * Words have 32 bits and natural alignment, so no access becomes a libatomic call.  Below ARMv7
 * gcc would call a libgcc function for each barrier; the kernel's own helper page is used instead.
 */
#ifndef KRING__ABI_BARRIER_H
#define KRING__ABI_BARRIER_H

#include <stdint.h>

#if defined(__arm__) && defined(__ARM_ARCH) && __ARM_ARCH < 7

/* Documentation/arm/kernel_user_helpers: present on every kernel that runs on such a CPU. */
static inline void kring__fence_full(void)
{
    __asm__ volatile("" ::: "memory");
    ((void (*)(void))0xffff0fa0)();
    __asm__ volatile("" ::: "memory");
}

static inline uint32_t kring__load_relaxed(const uint32_t *word)
{
    return *(const volatile uint32_t *)word;
}

static inline void kring__store_relaxed(uint32_t *word, uint32_t value)
{
    *(volatile uint32_t *)word = value;
}

static inline uint32_t kring__load_acquire(const uint32_t *word)
{
    uint32_t value = kring__load_relaxed(word);

    kring__fence_full();
    return value;
}

static inline void kring__store_release(uint32_t *word, uint32_t value)
{
    kring__fence_full();
    kring__store_relaxed(word, value);
}

/* For the 16-bit tail of a provided-buffer ring. */
static inline void kring__store_release16(uint16_t *word, uint16_t value)
{
    kring__fence_full();
    *(volatile uint16_t *)word = value;
}

#else

static inline void kring__fence_full(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline uint32_t kring__load_relaxed(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void kring__store_relaxed(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static inline uint32_t kring__load_acquire(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void kring__store_release(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* For the 16-bit tail of a provided-buffer ring. */
static inline void kring__store_release16(uint16_t *word, uint16_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

#endif

#endif
