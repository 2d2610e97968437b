/* SPDX-License-Identifier: MIT */
/* The set as an epoll instance. */
#include "engine.h"

#if CONFIG_KRING_EPOLL

#include <linux/eventpoll.h>
#include <linux/fcntl.h>

#define BATCH 64
#define WAKE UINT32_C(0xffffffff)
#define ALSO UINT32_C(0xfffffffe)
#define STALE_MAX 8
#define NS_PER_MS 1000000

static long control(int epoll_fd, int op, int fd, uint32_t events, uint64_t data)
{
    struct kring__epoll_event event;

    memset(&event, 0, sizeof event);
    event.events = events;
    event.data = data;
    return kring__sys_epoll_ctl(epoll_fd, op, fd, &event);
}

static int open_set(const struct kring__soft *soft, int *out)
{
    long fd = kring__sys_epoll_create1(EPOLL_CLOEXEC), res;

    if (fd < 0)
        return (int)fd;
    res = control((int)fd, EPOLL_CTL_ADD, soft->mail.fd, (uint32_t)EPOLLIN, WAKE);
    if (res == 0 && soft->also_fd >= 0)
        res = control((int)fd, EPOLL_CTL_ADD, soft->also_fd, (uint32_t)EPOLLIN, ALSO);
    if (res < 0) {
        (void)kring__sys_close((int)fd);
        return (int)res;
    }
    *out = (int)fd;
    return 0;
}

int kring__epoll_open(struct kring__soft *soft)
{
    return open_set(soft, &soft->epoll_fd);
}

void kring__epoll_also(struct kring__soft *soft, int old_fd, int fd)
{
    if (old_fd >= 0)
        (void)control(soft->epoll_fd, EPOLL_CTL_DEL, old_fd, 0, 0);
    if (fd >= 0)
        (void)control(soft->epoll_fd, EPOLL_CTL_ADD, fd, (uint32_t)EPOLLIN, ALSO);
}

int kring__epoll_arm(struct kring__soft *soft, struct kring__entry *entry, uint32_t events)
{
    uint64_t data = (uint64_t)entry->generation << 32 | (uint32_t)(entry - soft->entries);
    uint32_t mode = entry->edge ? (uint32_t)EPOLLET : entry->keep ? 0 : (uint32_t)EPOLLONESHOT;
    int op = entry->in_set ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    long res = control(soft->epoll_fd, op, entry->fd, events | mode, data);

    /* Somebody's leftover under the same number and file. */
    if (op == EPOLL_CTL_ADD && res == -EEXIST)
        res = control(soft->epoll_fd, EPOLL_CTL_MOD, entry->fd, events | mode, data);
    if (res == 0) {
        entry->in_set = 1;
        entry->registered = events;
    } else if (op == EPOLL_CTL_MOD) {
        entry->in_set = 0;
        entry->registered = 0;
    }
    return (int)res;
}

void kring__epoll_remove(struct kring__soft *soft, struct kring__entry *entry)
{
    if (entry->in_set)
        (void)control(soft->epoll_fd, EPOLL_CTL_DEL, entry->fd, 0, 0);
}

/*
 * Registrations of closed numbers whose files live on elsewhere can be deleted by no call; those
 * that fire again and again end here, by making the set anew under the same number.
 */
static void rebuild(struct kring__soft *soft)
{
    int fd = -1;

    soft->stale = 0;
    if (open_set(soft, &fd) < 0)
        return;
    if (kring__sys_dup3(fd, soft->epoll_fd, O_CLOEXEC) < 0) {
        (void)kring__sys_close(fd);
        return;
    }
    (void)kring__sys_close(fd);
    soft->sets++;
    for (uint32_t i = 0; i < soft->entry_top; i++) {
        struct kring__entry *entry = &soft->entries[i];

        entry->in_set = 0;
        entry->registered = 0;
        /* What cannot be registered now is retried, and says why. */
        if (entry->fd >= 0 && entry->first != KRING__NONE &&
            kring__epoll_arm(soft, entry, kring__entry_wanted(soft, entry)) < 0)
            kring__fd_event(soft, entry, (uint32_t)EPOLLERR);
    }
}

static void dispatch(struct kring__soft *soft, const struct kring__epoll_event *event)
{
    uint32_t index = (uint32_t)event->data;
    struct kring__entry *entry;

    if (index == WAKE) {
        kring__wake_event(soft);
        return;
    }
    if (index == ALSO) {
        soft->also_ready = true;
        return;
    }
    entry = &soft->entries[index];
    if (index >= soft->entry_top || entry->fd < 0 ||
        entry->generation != (uint32_t)(event->data >> 32)) {
        soft->stale++;
        return;
    }
    kring__fd_event(soft, entry, event->events & 0xffff);
}

/* Since 5.11 to the nanosecond; before, to the millisecond, never too early. */
static long wait(struct kring__soft *soft, struct kring__epoll_event *events, int64_t timeout_ns,
                 const void *sigmask, size_t sigmask_size)
{
    int ms = -1;

    if (timeout_ns > 0 && !soft->no_pwait2) {
        struct kring_timespec time = {timeout_ns / 1000000000, timeout_ns % 1000000000};
        long res = kring__sys_epoll_pwait2(soft->epoll_fd, events, BATCH, &time, sigmask,
                                           sigmask_size);

        if (res != -ENOSYS)
            return res;
        soft->no_pwait2 = true;
    }
    if (timeout_ns >= 0) {
        int64_t rounded = timeout_ns / NS_PER_MS + (timeout_ns % NS_PER_MS != 0);

        ms = rounded > INT_MAX ? INT_MAX : (int)rounded;
    }
    return kring__sys_epoll_pwait(soft->epoll_fd, events, BATCH, ms, sigmask, sigmask_size);
}

int kring__epoll_wait(struct kring__soft *soft, int64_t timeout_ns, const void *sigmask,
                      size_t sigmask_size)
{
    struct kring__epoll_event events[BATCH];
    long count = wait(soft, events, timeout_ns, sigmask, sigmask_size);

    for (long i = 0; i < count; i++)
        dispatch(soft, &events[i]);
    if (soft->stale > STALE_MAX)
        rebuild(soft);
    return (int)count;
}

#endif
