/* SPDX-License-Identifier: MIT */
/*
 * Deadlines of operations: a heap of slots by absolute CLOCK_MONOTONIC time. They work the same on
 * every engine and kernel, on multishots and on composites: expiry sends a cancel, and the final
 * callback waits for the operation's CQE and for the cancel's.
 */
#include "ring.h"

static void put(struct kring *ring, uint32_t at, uint32_t index)
{
    ring->heap[at] = index;
    ring->slots[index].heap = at;
}

static bool before(const struct kring *ring, uint32_t a, uint32_t b)
{
    return ring->slots[ring->heap[a]].deadline_ns < ring->slots[ring->heap[b]].deadline_ns;
}

static void swap(struct kring *ring, uint32_t a, uint32_t b)
{
    uint32_t index = ring->heap[a];

    put(ring, a, ring->heap[b]);
    put(ring, b, index);
}

static void up(struct kring *ring, uint32_t at)
{
    while (at > 0 && before(ring, at, (at - 1) / 2)) {
        swap(ring, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static void down(struct kring *ring, uint32_t at)
{
    for (;;) {
        uint32_t least = at, left = 2 * at + 1;

        if (left < ring->heap_count && before(ring, left, least))
            least = left;
        if (left + 1 < ring->heap_count && before(ring, left + 1, least))
            least = left + 1;
        if (least == at)
            return;
        swap(ring, at, least);
        at = least;
    }
}

int kring__deadline_add(struct kring *ring, struct kring__slot *slot)
{
    if (ring->heap_count >= ring->heap_limit)
        return -EAGAIN;
    put(ring, ring->heap_count, kring__index(ring, slot));
    up(ring, ring->heap_count++);
    return 0;
}

void kring__deadline_remove(struct kring *ring, struct kring__slot *slot)
{
    uint32_t at = slot->heap;

    if (at == KRING__NIL)
        return;
    slot->heap = KRING__NIL;
    ring->heap_count--;
    if (at == ring->heap_count)
        return;
    put(ring, at, ring->heap[ring->heap_count]);
    up(ring, at);
    down(ring, at);
}

int64_t kring__deadline_next(const struct kring *ring)
{
    return ring->heap_count ? ring->slots[ring->heap[0]].deadline_ns : INT64_MAX;
}

void kring__deadline_expire(struct kring *ring)
{
    int64_t now;

    if (ring->heap_count == 0)
        return;
    now = kring__now_ns();
    while (ring->heap_count && kring__deadline_next(ring) <= now) {
        struct kring__slot *slot = &ring->slots[ring->heap[0]];

        kring__deadline_remove(ring, slot);
        if (slot->flags & KRING__S_LINK_TIMER)
            kring__chain_timer(ring, slot);
        else /* who asked first gives the reason */
            kring__request_cancel(ring, slot, slot->flags & KRING__S_CANCEL_USER
                                                  ? KRING__S_CANCEL_USER : KRING__S_CANCEL_TIME);
    }
}
