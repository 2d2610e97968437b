/* SPDX-License-Identifier: MIT */
/*
 * Borrowed data is poisoned while an operation runs, in AddressSanitizer builds only: whoever
 * touches a buffer that the kernel owns is caught in the act. Single-shot reads and receives; what
 * a send or write reads may be shared.
 */
#ifndef KRING__POISON_H
#define KRING__POISON_H

#include "ring.h"

#if defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define KRING__ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__) /* gcc */
#define KRING__ASAN 1
#endif

#ifdef KRING__ASAN
void __asan_poison_memory_region(void const volatile *addr, size_t size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);

static inline bool kring__poisons(const struct kring__slot *slot)
{
    return (slot->sqe.opcode == IORING_OP_READ || slot->sqe.opcode == IORING_OP_READ_FIXED ||
            slot->sqe.opcode == IORING_OP_RECV) &&
           !(slot->flags & KRING__S_MULTI) && !(slot->sqe.flags & IOSQE_BUFFER_SELECT) &&
           slot->sqe.addr != 0;
}

static inline void kring__poison(struct kring__slot *slot)
{
    if (kring__poisons(slot))
        __asan_poison_memory_region((void *)(uintptr_t)slot->sqe.addr, slot->sqe.len);
}

static inline void kring__unpoison(struct kring__slot *slot)
{
    if (kring__poisons(slot))
        __asan_unpoison_memory_region(
            (void *)(uintptr_t)(slot->sqe.addr - slot->transferred),
            (size_t)slot->sqe.len + slot->transferred);
}
#else
static inline void kring__poison(struct kring__slot *slot)
{
    (void)slot;
}

static inline void kring__unpoison(struct kring__slot *slot)
{
    (void)slot;
}
#endif

#endif
