/* SPDX-License-Identifier: MIT */
/*
 * Chains that no single engine can take whole (mixed engines, composites, drained, unproven,
 * longer than the SQ): the next member starts on the previous one's CQE, with the kernel's meaning
 * of links, hard links and link timeouts.
 */
#include "ring.h"

static uint64_t vector_length(const struct io_uring_sqe *sqe)
{
    const struct kring__iovec *vectors = (const struct kring__iovec *)(uintptr_t)sqe->addr;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < sqe->len; i++)
        sum += vectors[i].length;
    return sum;
}

bool kring__breaks_link(const struct kring__slot *slot, int64_t value)
{
    const struct io_uring_sqe *sqe = &slot->sqe;

    if (value < 0)
        return !(sqe->opcode == IORING_OP_TIMEOUT && value == -ETIME &&
                 (sqe->timeout_flags & IORING_TIMEOUT_ETIME_SUCCESS));
    if (slot->flags & KRING__S_COMPOSITE)
        return false;
    switch (sqe->opcode) {
    case IORING_OP_READ:
    case IORING_OP_WRITE:
    case IORING_OP_READ_FIXED:
    case IORING_OP_WRITE_FIXED:
    case IORING_OP_SPLICE:
    case IORING_OP_TEE:
        return (uint64_t)value != sqe->len;
    case IORING_OP_READV:
    case IORING_OP_WRITEV:
    case IORING_OP_READV_FIXED:
    case IORING_OP_WRITEV_FIXED:
        return (uint64_t)value != vector_length(sqe);
    case IORING_OP_SEND:
    case IORING_OP_RECV:
        return (sqe->msg_flags & KRING__MSG_WAITALL) && (uint64_t)value < sqe->len;
    default:
        return false;
    }
}

/* Absolute CLOCK_MONOTONIC nanoseconds of a link timeout's time, however it was given. */
static int64_t when_of(const struct kring_time *time, uint32_t flags)
{
    int64_t ns = time->seconds > INT64_MAX / KRING_SECOND - 1
                     ? INT64_MAX : time->seconds * KRING_SECOND + time->nanoseconds;

    if (!(flags & IORING_TIMEOUT_ABS))
        return kring__until(ns);
    if (flags & (IORING_TIMEOUT_REALTIME | IORING_TIMEOUT_BOOTTIME)) {
        ns -= kring__clock_ns(flags & IORING_TIMEOUT_REALTIME ? 0 : 7);
        ns = kring__until(ns > 0 ? ns : 0);
    }
    return ns;
}

static void start_link_timer(struct kring *ring, struct kring__slot *target,
                             struct kring__slot *timer)
{
    int64_t ns = when_of((const struct kring_time *)(uintptr_t)timer->sqe.addr,
                         timer->sqe.timeout_flags);

    timer->flags |= KRING__S_LINK_TIMER;
    timer->count = kring__index(ring, target);
    timer->deadline_ns = ns;
    (void)kring__deadline_add(ring, timer); /* room was claimed when the chain started */
}

int kring__chain_timer_update(struct kring *ring, struct kring__slot *timer,
                              const struct io_uring_sqe *update)
{
    const struct kring_time *time = (const struct kring_time *)(uintptr_t)update->addr2;
    uint32_t clocks = timer->sqe.timeout_flags & IORING_TIMEOUT_CLOCK_MASK;

    /* Its clock stays; what the engines refuse is refused here. */
    if ((update->timeout_flags & ~(IORING_TIMEOUT_UPDATE_MASK | IORING_TIMEOUT_ABS)) ||
        time == NULL || time->seconds < 0 || time->nanoseconds < 0)
        return time == NULL ? -EFAULT : -EINVAL;
    if (timer->heap == KRING__NIL)
        return -ENOENT; /* its time has come */
    kring__deadline_remove(ring, timer);
    timer->deadline_ns = when_of(time, (update->timeout_flags & IORING_TIMEOUT_ABS) | clocks);
    return kring__deadline_add(ring, timer); /* where it has just been */
}

void kring__chain_timer(struct kring *ring, struct kring__slot *timer)
{
    timer->flags |= KRING__S_CANCEL_TIME;
    kring__request_cancel(ring, &ring->slots[timer->count], KRING__S_CANCEL_USER);
}

void kring__requeue(struct kring *ring, struct kring__slot *slot)
{
    slot->flags |= KRING__S_STEP;
    kring__list_append(ring, &ring->steps, slot);
}

static void start_member(struct kring *ring, struct kring__slot *slot)
{
    slot->flags |= KRING__S_CHAIN_HEAD;
    if ((slot->flags & (KRING__S_CANCEL_USER | KRING__S_CANCEL_TIME)) ||
        slot->state == KRING__DROPPED) {
        kring__end(ring, slot, -ECANCELED, 0);
        return;
    }
    if (kring__in_kernel(slot) && kring__kernel_gone(ring)) {
        int engine = kring__route(ring, slot);

        if (engine < 0) {
            kring__end(ring, slot, engine, 0);
            return;
        }
        slot->engine = (uint8_t)engine;
    }
    if (kring__has_next(slot)) {
        struct kring__slot *next = &ring->slots[slot->chain_next];

        if (next->sqe.opcode == IORING_OP_LINK_TIMEOUT) {
            if (next->heap != KRING__NIL) /* a deadline on a link timeout means nothing more */
                kring__deadline_remove(ring, next);
            start_link_timer(ring, slot, next);
        }
    }
    kring__requeue(ring, slot);
}

void kring__chain_start(struct kring *ring, struct kring__slot *head)
{
    /* From here on the members count as begun: a drained operation behind them waits for all. */
    for (uint32_t i = kring__index(ring, head); i != KRING__NIL; i = ring->slots[i].chain_next) {
        ring->slots[i].flags &= ~KRING__S_QUEUED;
        ring->queued--;
    }
    start_member(ring, head);
}

void kring__chain_resume(struct kring *ring, struct kring__slot *slot)
{
    if (slot->sqe.opcode == IORING_OP_LINK_TIMEOUT)
        kring__end(ring, slot, -ECANCELED, 0); /* what it limits is not here any more */
    else
        start_member(ring, slot);
}

/* Ends every later member with ECANCELED, in order. */
static void skip_rest(struct kring *ring, uint32_t index)
{
    while (index != KRING__NIL) {
        struct kring__slot *slot = &ring->slots[index];

        index = slot->chain_next;
        slot->chain_next = KRING__NIL;
        kring__end(ring, slot, -ECANCELED, KRING_SKIPPED);
    }
}

void kring__chain_step(struct kring *ring, struct kring__slot *slot, bool failed)
{
    uint32_t index = slot->chain_next;
    bool goes_on = !failed || (slot->flags & KRING__S_HARDLINK);

    slot->chain_next = KRING__NIL;
    if (index == KRING__NIL)
        return;
    if (!(slot->flags & KRING__S_SEQUENCED)) {
        /* The engine runs the links; remember for those who end ECANCELED why. */
        struct kring__slot *next = &ring->slots[index];

        if (!goes_on || (slot->flags & KRING__S_PREV_FAILED))
            next->flags |= KRING__S_PREV_FAILED;
        next->flags |= KRING__S_CHAIN_HEAD;
        if (next->flags & KRING__S_CANCEL_QUEUED)
            kring__send_cancel(ring, next);
        return;
    }
    if (ring->slots[index].flags & KRING__S_LINK_TIMER) {
        struct kring__slot *timer = &ring->slots[index];

        kring__deadline_remove(ring, timer);
        index = timer->chain_next;
        timer->chain_next = KRING__NIL;
        kring__end(ring, timer, timer->flags & KRING__S_CANCEL_TIME ? -ETIME : -ECANCELED, 0);
        if (index == KRING__NIL)
            return;
    }
    if (goes_on)
        start_member(ring, &ring->slots[index]);
    else
        skip_rest(ring, index);
}
