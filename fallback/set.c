/* SPDX-License-Identifier: MIT */
/* The set of fds that are waited for: epoll, or ppoll where there is none. */
#include "engine.h"

#include <linux/fcntl.h>
#include <linux/stat.h>

#if CONFIG_KRING_SOFT_ENGINE

/* <linux/stat.h> leaves these to libc where there is one. */
#define TYPE_MASK 0170000
#define TYPE_REGULAR 0100000
#define TYPE_DIRECTORY 0040000

/* Is it an epoll instance? Known at compile time unless ppoll may stand in. */
#define by_epoll(soft) \
    (CONFIG_KRING_EPOLL && (!CONFIG_KRING_PPOLL_TOO || (soft)->epoll_fd >= 0))

/* epoll says EPERM to files that have no readiness; ppoll calls them ready for ever. */
static int pollable(int fd)
{
    struct statx info;

    memset(&info, 0, sizeof info);
    if (kring__statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &info) < 0)
        return 0;
    switch (info.stx_mode & TYPE_MASK) {
    case TYPE_REGULAR:
    case TYPE_DIRECTORY:
        return -EPERM;
    default:
        return 0;
    }
}

int kring__set_arm(struct kring__soft *soft, struct kring__entry *entry, uint32_t events)
{
    if (by_epoll(soft))
        return kring__epoll_arm(soft, entry, events);
    if (!entry->in_set) {
        int error = pollable(entry->fd);

        if (error < 0)
            return error;
    }
    entry->in_set = 1;
    entry->registered = events;
    return 0;
}

void kring__set_remove(struct kring__soft *soft, struct kring__entry *entry)
{
    if (by_epoll(soft))
        kring__epoll_remove(soft, entry);
    entry->in_set = 0;
    entry->registered = 0;
}

int kring__set_wait(struct kring__soft *soft, int64_t timeout_ns, const void *sigmask,
                    size_t sigmask_size)
{
    soft->waits++;
    soft->poll_due = false;
    if (by_epoll(soft))
        return kring__epoll_wait(soft, timeout_ns, sigmask, sigmask_size);
    return kring__ppoll_wait(soft, timeout_ns, sigmask, sigmask_size);
}

/* The wake fd is readable. */
void kring__wake_event(struct kring__soft *soft)
{
    if (kring__mail_drain(&soft->mail))
        soft->woken = true;
}

void kring__soft_also_wait(struct kring__soft *soft, int fd)
{
    if (by_epoll(soft))
        kring__epoll_also(soft, soft->also_fd, fd);
    soft->also_fd = fd;
    soft->also_ready = false;
}

bool kring__soft_also_ready(struct kring__soft *soft)
{
    return soft->also_ready;
}

#endif
