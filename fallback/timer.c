/* SPDX-License-Identifier: MIT */
/*
 * Timers: one heap per clock, so that setting the real-time clock moves only what is meant by it.
 * Timeouts, linked timeouts and the pauses of the readiness code are all requests in a heap.
 */
#include "engine.h"

#if CONFIG_KRING_SOFT_ENGINE

#define NS 1000000000

static const int clock_ids[] = {
    [KRING__CLOCK_MONO] = 1, /* CLOCK_MONOTONIC */
    [KRING__CLOCK_BOOT] = 7, /* CLOCK_BOOTTIME */
    [KRING__CLOCK_REAL] = 0, /* CLOCK_REALTIME */
};

static int64_t clock_ns(unsigned clock)
{
    return kring__clock_ns(clock_ids[clock]);
}

/* Saturates, as the kernel's timespec64_to_ktime(). */
static uint64_t to_ns(const struct kring_timespec *time)
{
    if (time->tv_sec >= INT64_MAX / NS - 1)
        return INT64_MAX;
    /* More than a second of nanoseconds is taken as it is. */
    if (time->tv_nsec > INT64_MAX / 2)
        return INT64_MAX;
    return (uint64_t)(time->tv_sec * NS) + (uint64_t)time->tv_nsec > INT64_MAX
               ? INT64_MAX
               : (uint64_t)(time->tv_sec * NS) + (uint64_t)time->tv_nsec;
}

static bool earlier(struct kring__soft *soft, const struct kring__heap *heap, uint32_t a,
                    uint32_t b)
{
    return kring__req_at(soft, heap->slots[a])->when_ns <
           kring__req_at(soft, heap->slots[b])->when_ns;
}

static void swap(struct kring__soft *soft, struct kring__heap *heap, uint32_t a, uint32_t b)
{
    uint32_t was = heap->slots[a];

    heap->slots[a] = heap->slots[b];
    heap->slots[b] = was;
    kring__req_at(soft, heap->slots[a])->timer = a;
    kring__req_at(soft, heap->slots[b])->timer = b;
}

static void sift(struct kring__soft *soft, struct kring__heap *heap, uint32_t at)
{
    while (at > 0 && earlier(soft, heap, at, (at - 1) / 2)) {
        swap(soft, heap, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= heap->count)
            return;
        if (child + 1 < heap->count && earlier(soft, heap, child + 1, child))
            child++;
        if (!earlier(soft, heap, child, at))
            return;
        swap(soft, heap, at, child);
        at = child;
    }
}

void kring__timer_start(struct kring__soft *soft, struct kring__req *req, uint64_t when_ns,
                        unsigned clock)
{
    struct kring__heap *heap = &soft->heaps[clock];

    req->when_ns = when_ns;
    req->clock = (uint8_t)clock;
    req->timer = heap->count++;
    heap->slots[req->timer] = req->index;
    soft->heap_total++;
    sift(soft, heap, req->timer);
}

void kring__timer_stop(struct kring__soft *soft, struct kring__req *req)
{
    struct kring__heap *heap = &soft->heaps[req->clock];
    uint32_t at = req->timer;

    if (at == KRING__NONE)
        return;
    req->timer = KRING__NONE;
    heap->count--;
    soft->heap_total--;
    if (at == heap->count)
        return;
    heap->slots[at] = heap->slots[heap->count];
    kring__req_at(soft, heap->slots[at])->timer = at;
    sift(soft, heap, at);
}

int64_t kring__soft_next_timer(struct kring__soft *soft)
{
    int64_t next = INT64_MAX, mono = 0;

    for (unsigned clock = 0; clock < KRING__CLOCKS && soft->heap_total; clock++) {
        const struct kring__heap *heap = &soft->heaps[clock];
        int64_t when, now;

        if (heap->count == 0)
            continue;
        when = (int64_t)kring__req_at(soft, heap->slots[0])->when_ns;
        if (clock != KRING__CLOCK_MONO) {
            /* The other clocks jump while we sleep: never longer than a second. */
            now = clock_ns(clock);
            mono = mono ? mono : kring__now_ns();
            when = when > now ? when - now : 0;
            when = mono + (when < NS ? when : NS);
        }
        if (when < next)
            next = when;
    }
    return next;
}

/* ---- Counted timeouts: a list in the order of their counts. ---- */

static void counted_add(struct kring__soft *soft, struct kring__req *req, uint32_t count)
{
    uint32_t now = soft->cq_tail - soft->timer_cqes;
    uint32_t at = soft->counted.last;

    req->seq = now + count;
    req->flags |= KRING__REQ_COUNTED;
    /* From the end: the sooner one stays before the later one. */
    while (at != KRING__NONE &&
           kring__req_at(soft, at)->seq - soft->counted_flush > req->seq - soft->counted_flush)
        at = kring__req_at(soft, at)->fd_prev;
    req->fd_prev = at;
    req->fd_next = at == KRING__NONE ? soft->counted.first : kring__req_at(soft, at)->fd_next;
    if (at == KRING__NONE)
        soft->counted.first = req->index;
    else
        kring__req_at(soft, at)->fd_next = req->index;
    if (req->fd_next == KRING__NONE)
        soft->counted.last = req->index;
    else
        kring__req_at(soft, req->fd_next)->fd_prev = req->index;
}

void kring__counted_remove(struct kring__soft *soft, struct kring__req *req)
{
    if (!(req->flags & KRING__REQ_COUNTED))
        return;
    req->flags &= ~KRING__REQ_COUNTED;
    if (req->fd_prev == KRING__NONE)
        soft->counted.first = req->fd_next;
    else
        kring__req_at(soft, req->fd_prev)->fd_next = req->fd_next;
    if (req->fd_next == KRING__NONE)
        soft->counted.last = req->fd_prev;
    else
        kring__req_at(soft, req->fd_next)->fd_prev = req->fd_prev;
    req->fd_next = req->fd_prev = KRING__NONE;
}

void kring__timers_count(struct kring__soft *soft)
{
    uint32_t now = soft->cq_tail - soft->timer_cqes;

    while (soft->counted.first != KRING__NONE) {
        struct kring__req *req = kring__req_at(soft, soft->counted.first);

        if (now - soft->counted_flush < req->seq - soft->counted_flush)
            break;
        kring__detach(soft, req);
        soft->timer_cqes++;
        kring__finish_later(soft, req, 0);
    }
    soft->counted_flush = now;
}

/* ---- Requests that are timers ---- */

static unsigned clock_of(uint32_t timeout_flags)
{
    if (timeout_flags & IORING_TIMEOUT_BOOTTIME)
        return KRING__CLOCK_BOOT;
    return timeout_flags & IORING_TIMEOUT_REALTIME ? KRING__CLOCK_REAL : KRING__CLOCK_MONO;
}

static uint64_t when_of(uint64_t time_ns, unsigned clock, uint32_t timeout_flags)
{
    uint64_t when;

    if (timeout_flags & IORING_TIMEOUT_ABS)
        return time_ns;
    when = (uint64_t)clock_ns(clock) + time_ns;
    return when > INT64_MAX ? INT64_MAX : when;
}

int kring__soft_timer_arm(struct kring__soft *soft, struct kring__req *req,
                          const struct kring_timespec *time, uint32_t timeout_flags)
{
    unsigned clock = clock_of(timeout_flags);
    bool linked = req->flags & KRING__REQ_LINK_TIMER;

    if (time->tv_sec < 0 || time->tv_nsec < 0)
        return -EINVAL;
    req->period_ns = to_ns(time);
    req->armed = KRING__AT_TIMER;
    if (timeout_flags & IORING_TIMEOUT_ETIME_SUCCESS)
        req->flags |= KRING__REQ_KEEP;
    if (!linked && (timeout_flags & IORING_TIMEOUT_MULTISHOT)) {
        req->flags |= KRING__REQ_PERIODIC;
        req->repeats = (uint32_t)req->sqe.off;
    } else if (!linked && req->sqe.off) {
        counted_add(soft, req, (uint32_t)req->sqe.off);
    }
    kring__timer_start(soft, req, when_of(req->period_ns, clock, timeout_flags), clock);
    kring__hash_add(soft, req);
    return KRING__TRY_ARMED;
}

static void expire_linked(struct kring__soft *soft, struct kring__req *req)
{
    struct kring__req *target = kring__req_at(soft, req->target);

    kring__detach(soft, req);
    req->flags &= ~KRING__REQ_LINK_TIMER;
    req->target = KRING__NONE;
    target->target = KRING__NONE;
    target->link = req->link;
    req->link = KRING__NONE;
    kring__finish(soft, req, -ETIME);
    (void)kring__cancel(soft, target);
}

static void expire(struct kring__soft *soft, struct kring__req *req)
{
    unsigned clock = req->clock;
    bool last = !(req->flags & KRING__REQ_PERIODIC) || req->repeats == 1;

    if (req->armed == KRING__AT_BACKOFF) {
        kring__detach(soft, req);
        kring__queue(soft, req);
        return;
    }
    if (req->flags & KRING__REQ_LINK_TIMER) {
        expire_linked(soft, req);
        return;
    }
    soft->timer_cqes++;
    if (!last && kring__post_more(soft, req, -ETIME, 0)) {
        if (req->repeats)
            req->repeats--;
        kring__timer_stop(soft, req);
        kring__timer_start(soft, req, when_of(req->period_ns, clock, 0), clock);
        return;
    }
    kring__detach(soft, req);
    if (!(req->flags & KRING__REQ_KEEP))
        kring__set_fail(req);
    kring__finish(soft, req, -ETIME);
}

void kring__timers_run(struct kring__soft *soft)
{
    for (unsigned clock = 0; clock < KRING__CLOCKS; clock++) {
        struct kring__heap *heap = &soft->heaps[clock];
        uint64_t now;

        if (heap->count == 0)
            continue;
        now = (uint64_t)clock_ns(clock);
        while (heap->count > 0 && kring__req_at(soft, heap->slots[0])->when_ns <= now)
            expire(soft, kring__req_at(soft, heap->slots[0]));
    }
}

int kring__soft_timer_remove(struct kring__soft *soft, uint64_t user_data)
{
    struct kring__req *req = kring__hash_find(soft, user_data, KRING__KIND_TIMER, NULL);

    if (!req)
        return -ENOENT;
    kring__detach(soft, req);
    kring__set_fail(req);
    kring__finish_later(soft, req, -ECANCELED);
    return 0;
}

int kring__soft_timer_update(struct kring__soft *soft, uint64_t user_data,
                             const struct kring_timespec *time, uint32_t timeout_flags)
{
    bool linked = timeout_flags & IORING_LINK_TIMEOUT_UPDATE;
    struct kring__req *req;
    unsigned clock;

    if (time->tv_sec < 0 || time->tv_nsec < 0)
        return -EINVAL;
    /* Without the general bit the special one means nothing (io_uring/timeout.c, 6.18). */
    if (!(timeout_flags & IORING_TIMEOUT_UPDATE))
        return kring__soft_timer_remove(soft, user_data);
    req = kring__hash_find(soft, user_data, linked ? KRING__KIND_LINK_TIMER : KRING__KIND_TIMER,
                           NULL);
    if (!req)
        return -ENOENT;
    /* The clock stays the timer's own; a count is given up, as io_timeout_update() does. */
    clock = req->clock;
    kring__timer_stop(soft, req);
    if (!linked) {
        kring__counted_remove(soft, req);
        req->repeats = 0;
    }
    req->period_ns = to_ns(time);
    kring__timer_start(soft, req, when_of(req->period_ns, clock, timeout_flags), clock);
    return 0;
}

#endif
