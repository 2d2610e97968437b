/* SPDX-License-Identifier: MIT */
/* io_uring_enter(2): submit, then run and wait until enough CQEs are there to be read. */
#include "engine.h"

#if CONFIG_KRING_SOFT_ENGINE

#define ENTER_FLAGS                                                                            \
    (IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT |                  \
     IORING_ENTER_EXT_ARG | IORING_ENTER_ABS_TIMER | IORING_ENTER_NO_IOWAIT)

/* A caller that always has CQEs to read still asks for events once in so many calls. */
#define ASK_EVERY 8

struct wait {
    const void *sigmask;
    size_t sigmask_size;
    int64_t until_ns; /* INT64_MAX: for ever */
};

static int read_time(const struct kring_timespec *given, unsigned flags, int64_t *until_ns)
{
    struct kring_timespec time = kring__time_given(given);
    uint64_t ns;

    if (time.tv_sec < 0 || time.tv_nsec < 0)
        return -EINVAL;
    if (time.tv_sec > INT64_MAX / 1000000000 - 2 || time.tv_nsec > INT64_MAX / 2)
        return 0;
    ns = (uint64_t)(time.tv_sec * 1000000000) + (uint64_t)time.tv_nsec;
    if (!(flags & IORING_ENTER_ABS_TIMER))
        ns += (uint64_t)kring__now_ns();
    if (ns < INT64_MAX)
        *until_ns = (int64_t)ns;
    return 0;
}

static int read_arg(unsigned flags, const void *arg, size_t argsz, struct wait *wait)
{
    struct io_uring_getevents_arg ext;

    wait->sigmask = NULL;
    wait->sigmask_size = KRING__SIGSET_BYTES;
    wait->until_ns = INT64_MAX;
    if (!(flags & IORING_ENTER_EXT_ARG)) {
        if (arg) {
            wait->sigmask = arg;
            wait->sigmask_size = argsz;
        }
        return 0;
    }
    if (argsz != sizeof ext)
        return -EINVAL;
    if (!arg)
        return -EFAULT;
    memcpy(&ext, arg, sizeof ext);
    if (ext.min_wait_usec)
        return -EINVAL; /* MIN_TIMEOUT is not among our features */
    if (ext.sigmask) {
        wait->sigmask = (const void *)(uintptr_t)ext.sigmask;
        wait->sigmask_size = ext.sigmask_sz;
    }
    if (!ext.ts)
        return 0;
    return read_time((const struct kring_timespec *)(uintptr_t)ext.ts, flags, &wait->until_ns);
}

/* Everything that can go on without waiting. */
static void progress(struct kring__soft *soft)
{
    kring__cq_flush_overflow(soft);
    if (CONFIG_KRING_RING)
        kring__mail_take(soft);
#if CONFIG_KRING_OFFLOAD
    kring__offload_take(soft);
#endif
    if (soft->heap_total)
        kring__timers_run(soft);
    kring__run_queue(soft);
}

static int ask(struct kring__soft *soft)
{
    int res = kring__set_wait(soft, 0, NULL, KRING__SIGSET_BYTES);

    progress(soft);
    return res;
}

static int64_t timeout_until(struct kring__soft *soft, const struct wait *wait, bool *expires)
{
    int64_t next = kring__soft_next_timer(soft), now;

    *expires = wait->until_ns <= next;
    if (wait->until_ns < next)
        next = wait->until_ns;
    if (next == INT64_MAX) {
        *expires = false;
        return -1;
    }
    now = kring__now_ns();
    return next > now ? next - now : 0;
}

static int wait_for(struct kring__soft *soft, uint32_t wanted, const struct wait *wait)
{
    uint32_t timers = soft->timer_cqes;
    int res = 0;

    if (wait->sigmask && wait->sigmask_size != KRING__SIGSET_BYTES)
        return -EINVAL;
    while (res == 0 && kring__cq_unread(soft) < wanted) {
        bool expires;
        int64_t timeout = timeout_until(soft, wait, &expires);

        /* A poll in an earlier round may have woken us. */
        if (soft->woken || soft->also_ready)
            break;
        /* A timeout that fires ends the wait, however many were wanted (io_should_wake()). */
        if (soft->timer_cqes != timers)
            break;
        res = kring__set_wait(soft, timeout, wait->sigmask, wait->sigmask_size);
        progress(soft);
        if (res > 0)
            res = 0;
        else if (res == 0 && expires && kring__now_ns() >= wait->until_ns)
            res = -ETIME;
    }
    return kring__cq_unread(soft) > 0 ? 0 : res;
}

static int get_events(struct kring__soft *soft, uint32_t wanted, unsigned flags, const void *arg,
                      size_t argsz)
{
    struct wait wait;
    int res = read_arg(flags, arg, argsz, &wait);

    if (res < 0)
        return res;
    if (wanted > soft->view.cq_entries)
        wanted = soft->view.cq_entries;
    progress(soft);
    soft->also_ready = false;
    /* What is ready is taken along even if nothing would have to be waited for. */
    if (wanted == 0 || soft->poll_due ||
        (soft->inflight != 0 && kring__cq_unread(soft) >= wanted &&
         ++soft->enters % ASK_EVERY == 0)) {
        res = ask(soft);
        if (res < 0 && res != -EINTR)
            return kring__cq_unread(soft) > 0 ? 0 : res;
    }
    if (kring__cq_unread(soft) >= wanted)
        return 0;
    return wait_for(soft, wanted, &wait);
}

int kring__soft_enter(struct kring__soft *soft, unsigned to_submit, unsigned min_complete,
                      unsigned flags, const void *arg, size_t argsz)
{
    int res = 0;

    if (flags & ~ENTER_FLAGS)
        return -EINVAL;
    if (soft->disabled)
        return -EBADFD;
    /* What was sent before this call is there for it. */
    if (CONFIG_KRING_RING && kring__mail_pending(&soft->mail))
        kring__mail_take(soft);
    if (to_submit) {
        res = kring__submit(soft, to_submit);
        kring__run_queue(soft);
        if (res != (int)to_submit)
            return res;
    }
    if (flags & IORING_ENTER_GETEVENTS) {
        int events = get_events(soft, min_complete, flags, arg, argsz);

        if (res == 0)
            res = events;
    } else if (soft->poll_due) {
        (void)ask(soft);
    }
    return res;
}

bool kring__soft_runnable(struct kring__soft *soft)
{
    if (kring__cq_unread(soft) > 0 || soft->queue.first != KRING__NONE || soft->poll_due)
        return true;
    if (kring__load_relaxed(&soft->jobs_done) != KRING__NONE)
        return true;
    return kring__cq_waiting(soft) ||
           (CONFIG_KRING_RING && kring__mail_pending(&soft->mail));
}

uint32_t kring__soft_pending(struct kring__soft *soft)
{
    return soft->inflight;
}

unsigned kring__soft_pollfds(struct kring__soft *soft, struct kring_pollfd *fds, unsigned count)
{
    unsigned found = 0;

    if (soft->epoll_fd >= 0) {
        if (count > 0)
            fds[0] = (struct kring_pollfd){soft->epoll_fd, 1, 0};
        return 1;
    }
    if (count > 0)
        fds[0] = (struct kring_pollfd){soft->mail.fd, 1, 0};
    found = 1;
    for (uint32_t i = 0; i < soft->entry_top; i++) {
        const struct kring__entry *entry = &soft->entries[i];

        if (entry->fd < 0 || entry->first == KRING__NONE)
            continue;
        if (found < count)
            fds[found] = (struct kring_pollfd){
                entry->fd, (short)(uint16_t)kring__entry_wanted(soft, entry), 0};
        found++;
    }
    return found;
}

#endif
