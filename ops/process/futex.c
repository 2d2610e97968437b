/* SPDX-License-Identifier: MIT */
/*
 * Futexes cannot be polled, so a wait on the soft engine is a real one: on a thread that the
 * application lends, which every futex(2) wakes and counts as any other waiter. Two things a
 * blocked thread does not have by itself:
 *
 * A beginning. io_uring has queued the waiter when enter returns. So the thread waits on a word of
 * our own, and the ring's thread moves it from there to the application's word (FUTEX_CMP_REQUEUE),
 * whose answer says that it stands there. Only then the value is looked at again: later changes are
 * followed by a wake that meets it.
 *
 * An end. futex_waitv (5.16) waits on one word more, req->stop. Where it cannot (an older kernel, a
 * mask, 128 words) the thread waits in slices of 50 ms and looks at req->stop in between.
 */
#include "futex.h"

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_PROCESS

#include <linux/futex.h>

#define SLICE_NS INT64_C(50000000)
/*
 * How long a lent thread may take to come. In pauses, since a busy machine makes them longer as it
 * makes the thread's way (seen under 16 busy loops: 113 ms; 406 pauses), but not beyond a time:
 * some clocks tick every 4 ms.
 */
#define SEAT_PAUSE_NS 50000
#define SEAT_PAUSES 2000
#define SEAT_MOST_NS 2000000000

#define ON_THREAD 1u /* scratch[0]: which half this is */
/* Our own word, req->start. LEFT: the thread is not there any more, nor where it was moved to. */
enum { OPEN, LEFT };

_Static_assert(sizeof(struct kring_futex) == sizeof(struct kring_futex_waitv) &&
                   offsetof(struct kring_futex, value) == offsetof(struct kring_futex_waitv, val) &&
                   offsetof(struct kring_futex, address) ==
                       offsetof(struct kring_futex_waitv, uaddr) &&
                   offsetof(struct kring_futex, flags) == offsetof(struct kring_futex_waitv, flags),
               "struct kring_futex is what the kernel reads");

int kring__futex_check(uint32_t flags, uint64_t value)
{
    /* FUTEX2_NUMA and FUTEX2_MPOL (6.16) have no counterpart in futex(2). */
    if ((flags & ~(uint32_t)(FUTEX2_SIZE_MASK | FUTEX2_PRIVATE)) ||
        (flags & FUTEX2_SIZE_MASK) != FUTEX2_SIZE_U32)
        return -EINVAL;
    return value > UINT32_MAX ? -EINVAL : 0;
}

int kring__futex_private(uint32_t flags)
{
    return flags & FUTEX2_PRIVATE ? FUTEX_PRIVATE_FLAG : 0;
}

static uint32_t *word_of(const struct kring_futex_waitv *word)
{
    return kring__pointer(word->uaddr);
}

/* The first whose value is another one now, or count. */
static uint32_t changed(const struct kring__futexes *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (kring__load_acquire(word_of(&set->words[i])) != (uint32_t)set->words[i].val)
            return i;
    return set->count;
}

/* One wait in the kernel until an absolute time, NULL: none. The index woken, or -errno. */
static long wait_until(const struct kring__futexes *set, const struct kring_timespec *until)
{
    const struct kring_futex_waitv *word = set->words;

    if (set->count > 1)
        return kring__sys_futex_waitv(word, set->count, 0, until, 1 /* CLOCK_MONOTONIC */);
    return kring__sys_futex(word_of(word), FUTEX_WAIT_BITSET | kring__futex_private(word->flags),
                            (uint32_t)word->val, until, NULL, set->mask);
}

/* ---- The thread's half ---- */

/* With a word more, or a time, so that it comes back when it is asked to. */
static long wait_stoppable(struct kring__req *req, struct kring_futex_waitv *words,
                           struct kring__futexes *set)
{
    struct kring_timespec until;
    int64_t ns;

    if (set->mask == FUTEX_BITSET_MATCH_ANY && set->count < KRING__FUTEXES_MAX) {
        struct kring_futex_waitv *stop = &words[set->count];
        long res;

        stop->val = 0;
        stop->uaddr = kring__address(&req->stop);
        stop->flags = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE;
        stop->resv = 0;
        set->count++;
        res = wait_until(set, NULL);
        set->count--;
        /* Filters older than the call answer EPERM. */
        if (res != -ENOSYS && res != -EPERM)
            return res;
    }
    ns = kring__now_ns() + SLICE_NS;
    until.tv_sec = ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    return wait_until(set, &until);
}

/* The index that was woken, or an error that ends the wait; KRING__TRY_WAIT: it goes on. */
static int hold_once(struct kring__req *req, const struct kring__futexes *given, bool first)
{
    struct kring_futex_waitv words[KRING__FUTEXES_MAX];
    struct kring__futexes set = {words, given->count, given->mask};
    uint32_t stop = kring__load_acquire(&req->stop);
    long res;

    if (stop != 0)
        return -(int)stop;
    memcpy(words, given->words, set.count * sizeof words[0]);
    for (uint32_t i = 0; first && i < set.count; i++) {
        words[i].val = OPEN;
        words[i].uaddr = kring__address(&req->start);
    }
    res = wait_stoppable(req, words, &set);
    if (res >= 0)
        return (uint32_t)res < set.count ? (int)res : KRING__TRY_WAIT; /* beyond: stop */
    if (res == -EAGAIN && !first && kring__load_acquire(&req->stop) == 0)
        return changed(given) < set.count ? (int)changed(given) : 0; /* as if woken */
    return res == -EAGAIN || res == -EINTR || res == -ETIMEDOUT ? KRING__TRY_WAIT : (int)res;
}

static int hold(struct kring__req *req, const struct kring__futexes *set)
{
    int res = hold_once(req, set, true);

    /* Wherever it stood, it stands no longer; it queues up again by itself. */
    kring__store_release(&req->start, LEFT);
    while (res == KRING__TRY_WAIT)
        res = hold_once(req, set, false);
    return res;
}

/* ---- The ring's half ---- */

/* Moves the waiter to each word in turn: it queued up in that order. */
static int seat(struct kring__req *req, const struct kring__futexes *set)
{
    static const struct kring_timespec pause = {0, SEAT_PAUSE_NS};
    int64_t until = kring__now_ns() + SEAT_MOST_NS;
    unsigned pauses = 0;

    for (uint32_t i = 0; i < set->count;) {
        const struct kring_futex_waitv *word = &set->words[i];
        /* Wakes none, moves one; the fourth argument is a number here. */
        long res = kring__sys_futex(&req->start,
                                    FUTEX_CMP_REQUEUE | kring__futex_private(word->flags), 0,
                                    kring__pointer(1), word_of(word), OPEN);

        if (kring__load_acquire(&req->start) == LEFT)
            return 0; /* and the wait has ended, or goes on without us */
        if (res < 0 && res != -EAGAIN)
            return (int)res;
        if (res > 0) {
            i++;
        } else if (pauses++ == SEAT_PAUSES || kring__now_ns() > until) {
            return -ENOMEM; /* no thread was free to take it */
        } else {
            (void)kring__sys_clock_nanosleep(1 /* CLOCK_MONOTONIC */, 0, &pause, NULL);
        }
    }
    return 0;
}

int kring__futex_try(struct kring__soft *soft, struct kring__req *req,
                     const struct kring__futexes *set)
{
    static const struct kring_timespec past = {0, 0};
    long res;
    int error;

    if (req->scratch[0] == ON_THREAD)
        return hold(req, set);
    if (!kring__soft_lends(soft))
        return -EOPNOTSUPP;
    /* The kernel says what is wrong, if anything; a wake that comes just now ends it, too. */
    res = wait_until(set, &past);
    if (res == -ENOSYS)
        return -KRING_EKERNEL;
    if (res != -ETIMEDOUT)
        return (int)res;
    req->scratch[0] = ON_THREAD;
    if (!kring__soft_lend(soft, req))
        return -ENOMEM;
    error = seat(req, set);
    if (error == 0 && changed(set) < set->count)
        error = -EAGAIN;
    if (error < 0)
        kring__soft_stop(req, -error);
    return KRING__TRY_ARMED;
}

#endif
