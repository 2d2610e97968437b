/* SPDX-License-Identifier: MIT */
/*
 * The set as an array for ppoll: configured, or because no epoll fd could be had. There are no
 * edges here: a multishot poll reports again while its file stays ready, at growing distances.
 */
#include "engine.h"

#include <linux/poll.h>

#if CONFIG_KRING_SOFT_ENGINE

#define MS 1000000

static uint32_t collect(struct kring__soft *soft)
{
    struct kring__pollfd *fds = soft->pollfds;
    uint32_t count = 2;

    fds[0] = (struct kring__pollfd){soft->mail.fd, POLLIN, 0};
    fds[1] = (struct kring__pollfd){soft->also_fd, POLLIN, 0}; /* -1 is passed over */
    for (uint32_t i = 0; i < soft->entry_top; i++) {
        struct kring__entry *entry = &soft->entries[i];

        if (entry->fd < 0 || entry->first == KRING__NONE)
            continue;
        soft->poll_entry[count] = i;
        fds[count++] = (struct kring__pollfd){
            entry->fd, (short)(uint16_t)kring__entry_wanted(soft, entry), 0};
    }
    return count;
}

/* A multishot poll that has just reported pauses: its request leaves the set for a while. */
static void pause_edge(struct kring__soft *soft, struct kring__entry *entry)
{
    struct kring__req *req = kring__req_at(soft, entry->first);

    kring__detach(soft, req);
    req->backoff_ms = req->backoff_ms ? req->backoff_ms * 2 : 1;
    if (req->backoff_ms > 50)
        req->backoff_ms = 50;
    req->armed = KRING__AT_BACKOFF;
    kring__timer_start(soft, req, (uint64_t)kring__now_ns() + (uint64_t)req->backoff_ms * MS,
                       KRING__CLOCK_MONO);
    kring__hash_add(soft, req);
}

int kring__ppoll_wait(struct kring__soft *soft, int64_t timeout_ns, const void *sigmask,
                      size_t sigmask_size)
{
    uint32_t count = collect(soft);
    struct kring_timespec time = {0, 0};
    long ready;

    if (timeout_ns > 0) {
        time.tv_sec = timeout_ns / 1000000000;
        time.tv_nsec = timeout_ns % 1000000000;
    }
    ready = kring__sys_ppoll(soft->pollfds, count, timeout_ns < 0 ? NULL : &time, sigmask,
                             sigmask_size);
    if (ready <= 0)
        return (int)ready;
    if (soft->pollfds[0].revents)
        kring__wake_event(soft);
    if (soft->pollfds[1].revents)
        soft->also_ready = true;
    for (uint32_t i = 2; i < count; i++) {
        struct kring__entry *entry = &soft->entries[soft->poll_entry[i]];
        bool edge = entry->edge;

        /* An event may have ended what stood in the array behind it. */
        if (!soft->pollfds[i].revents || entry->fd != soft->pollfds[i].fd ||
            entry->first == KRING__NONE)
            continue;
        kring__fd_event(soft, entry, (uint16_t)soft->pollfds[i].revents);
        if (edge && entry->fd == soft->pollfds[i].fd && entry->first != KRING__NONE)
            pause_edge(soft, entry);
    }
    return (int)ready;
}

#endif
