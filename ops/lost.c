/* SPDX-License-Identifier: MIT */
/*
 * The day enter is refused for good (a seccomp filter installed after init, a dead SQPOLL thread):
 * what the kernel has not consumed moves to the soft engine; what it has is awaited through the
 * ring fd, or, where completions only appear inside enter (DEFER_TASKRUN), reported lost.
 */
#include "ring.h"

/* The slot an unconsumed SQE belongs to, NULL for internal ones. */
static struct kring__slot *owner(struct kring *ring, const struct io_uring_sqe *sqe)
{
    uint32_t index = kring__pack_index(sqe->user_data);
    unsigned tag = kring__pack_tag(sqe->user_data);
    struct kring__slot *slot;

    if (index >= ring->slot_count || tag == KRING__TAG_INTERNAL)
        return NULL;
    slot = &ring->slots[index];
    if (slot->generation != kring__pack_generation(sqe->user_data))
        return NULL;
    if (tag == KRING__TAG_CANCEL) {
        slot->flags &= ~KRING__S_CANCEL_SENT; /* it was never seen: nothing answers it */
        return NULL;
    }
    return slot;
}

static void unsubmit(struct kring *ring, struct kring__slot *slot)
{
    slot->flags &= ~KRING__S_SUBMITTED;
    ring->submitted--;
    ring->stats.kernel--;
}

/* Back to the front of what goes on; a chain's members follow their head one by one. */
static void take_back(struct kring *ring, struct kring__slot *slot)
{
    unsubmit(ring, slot);
    if ((slot->flags & KRING__S_CHAINED) && !(slot->flags & KRING__S_SEQUENCED)) {
        /* A whole chain, at its first unconsumed member: the others wait for their turn. */
        slot->flags |= KRING__S_SEQUENCED;
        for (uint32_t i = slot->chain_next; i != KRING__NIL; i = ring->slots[i].chain_next) {
            ring->slots[i].flags |= KRING__S_SEQUENCED;
            if (ring->slots[i].flags & KRING__S_SUBMITTED)
                unsubmit(ring, &ring->slots[i]);
        }
    }
    if (slot->flags & KRING__S_CHAINED)
        kring__chain_resume(ring, slot); /* with the link timer that stands by it */
    else
        kring__requeue(ring, slot);
}

void kring__report_lost(struct kring *ring, struct kring__slot *slot)
{
    if (slot->flags & KRING__S_CANCEL_QUEUED)
        kring__forget_cancel(ring, slot);
    slot->flags &= ~(KRING__S_SUBMITTED | KRING__S_CANCEL_SENT);
    slot->flags |= KRING__S_ORPHAN;
    ring->submitted--;
    /* The kernel may write to its memory for ever: a dropped one is never released. */
    if (slot->state == KRING__DROPPED)
        slot->release = NULL;
    if (kring__has_next(slot))
        slot->flags |= KRING__S_SEQUENCED;
    kring__end(ring, slot, -KRING_ELOST, 0);
}

/*
 * Those that cannot end by themselves: all of them where completions need enter, else those whose
 * cancel did not reach the kernel any more, which nothing else may ever end.
 */
static void report_all_lost(struct kring *ring, bool all)
{
    for (uint32_t i = 0; i < ring->slot_count; i++) {
        struct kring__slot *slot = &ring->slots[i];
        uint32_t cancelled = slot->flags & (KRING__S_CANCEL_USER | KRING__S_CANCEL_TIME);

        if ((slot->state != KRING__RUNNING && slot->state != KRING__DROPPED) ||
            !(slot->flags & KRING__S_SUBMITTED) || !kring__in_kernel(slot))
            continue;
        if (all || (cancelled && !(slot->flags & KRING__S_CANCEL_SENT)))
            kring__report_lost(ring, slot);
    }
}

void kring__kernel_is_lost(struct kring *ring, int error)
{
    struct kring__view *view = &ring->kernel.view;
    uint32_t head = kring__load_acquire(view->sq_head), tail = *view->sq_tail;

    ring->kernel_lost = 1;
    ring->caps.pub.kernel_error = error;
    ring->watch_armed = 0;
    kring__route_init(ring);
    for (; head != tail && tail - head <= view->sq_entries; head++) {
        const struct io_uring_sqe *sqe = kring__view_sqe(view, head);
        struct kring__slot *slot = owner(ring, sqe);

        if (sqe->flags & IOSQE_CQE_SKIP_SUCCESS)
            continue; /* a filler: wide.c */
        if (kring__is_wide(sqe->opcode) && !(ring->caps.pub.setup_flags & IORING_SETUP_SQE128))
            head++; /* its second half is no SQE */
        ring->kernel_inflight--;
        if (kring__pack_tag(sqe->user_data) == KRING__TAG_INTERNAL)
            ring->kernel_internal--;
        if (slot != NULL && (slot->flags & KRING__S_SUBMITTED))
            take_back(ring, slot);
    }
    kring__store_release(view->sq_tail, kring__load_acquire(view->sq_head));
    report_all_lost(ring, ring->soft == NULL ||
                              (ring->caps.pub.setup_flags & IORING_SETUP_DEFER_TASKRUN));
    kring__downgrade(ring, KRING__OP_COUNT, error, "io_uring cannot be used from now on");
}
