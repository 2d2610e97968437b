/* SPDX-License-Identifier: MIT */
/*
 * Who waits for which fd. All requests on one fd share an entry, and the entry's registration in
 * the set asks for the union of their events. They are retried in the order in which they came,
 * per direction, up to the first that would block again.
 *
 * A registration belongs to a file, a request names a number, and between the two the application
 * may close and open. So a registration fires once and is confirmed before anything is retried
 * (kring__set_arm: -ENOENT says that the number is another file now), except where the fd can only
 * be closed through the engine or a multishot request saves the call, as agreed with the caller.
 */
#include "engine.h"

#include <linux/fcntl.h>
#include <linux/poll.h>

#if CONFIG_KRING_SOFT_ENGINE

#define MS 1000000
#define BACKOFF_MAX_MS 50
#define ALWAYS (POLLERR | POLLHUP | POLLNVAL)

static uint32_t *entry_bucket(struct kring__soft *soft, int fd)
{
    return &soft->entry_hash[((uint32_t)fd * UINT32_C(0x9e3779b1) >> 8) & soft->entry_mask];
}

static struct kring__entry *find(struct kring__soft *soft, int fd)
{
    uint32_t at = *entry_bucket(soft, fd);

    while (at != KRING__NONE && soft->entries[at].fd != fd)
        at = soft->entries[at].hash_next;
    return at == KRING__NONE ? NULL : &soft->entries[at];
}

static uint32_t index_of(const struct kring__soft *soft, const struct kring__entry *entry)
{
    return (uint32_t)(entry - soft->entries);
}

static void leave_idle(struct kring__soft *soft, struct kring__entry *entry)
{
    if (!entry->idle)
        return;
    entry->idle = 0;
    if (entry->idle_prev == KRING__NONE)
        soft->idle.first = entry->idle_next;
    else
        soft->entries[entry->idle_prev].idle_next = entry->idle_next;
    if (entry->idle_next == KRING__NONE)
        soft->idle.last = entry->idle_prev;
    else
        soft->entries[entry->idle_next].idle_prev = entry->idle_prev;
}

static void enter_idle(struct kring__soft *soft, struct kring__entry *entry)
{
    if (entry->idle)
        return;
    entry->idle = 1;
    entry->idle_next = KRING__NONE;
    entry->idle_prev = soft->idle.last;
    if (soft->idle.last == KRING__NONE)
        soft->idle.first = index_of(soft, entry);
    else
        soft->entries[soft->idle.last].idle_next = index_of(soft, entry);
    soft->idle.last = index_of(soft, entry);
}

/* The entry has no waiters. */
static void drop(struct kring__soft *soft, struct kring__entry *entry)
{
    uint32_t index = index_of(soft, entry);

    kring__set_remove(soft, entry);
    leave_idle(soft, entry);
    if (entry->hash_prev == KRING__NONE)
        *entry_bucket(soft, entry->fd) = entry->hash_next;
    else
        soft->entries[entry->hash_prev].hash_next = entry->hash_next;
    if (entry->hash_next != KRING__NONE)
        soft->entries[entry->hash_next].hash_prev = entry->hash_prev;
    entry->fd = -1;
    entry->generation++;
    entry->hash_next = soft->entry_free;
    soft->entry_free = index;
}

/* NULL: every entry has waiters. */
static struct kring__entry *obtain(struct kring__soft *soft, int fd)
{
    struct kring__entry *entry = find(soft, fd);
    uint32_t generation, index, *head;

    if (entry)
        return entry;
    /* Entries without waiters stay as long as nobody needs the room: the oldest goes first. */
    if (soft->entry_free == KRING__NONE && soft->idle.first != KRING__NONE)
        drop(soft, &soft->entries[soft->idle.first]);
    if (soft->entry_free == KRING__NONE)
        return NULL;
    index = soft->entry_free;
    entry = &soft->entries[index];
    soft->entry_free = entry->hash_next;
    if (index >= soft->entry_top)
        soft->entry_top = index + 1;
    generation = entry->generation;
    memset(entry, 0, sizeof *entry);
    entry->generation = generation;
    entry->fd = fd;
    entry->first = entry->last = KRING__NONE;
    head = entry_bucket(soft, fd);
    entry->hash_prev = KRING__NONE;
    entry->hash_next = *head;
    if (*head != KRING__NONE)
        soft->entries[*head].hash_prev = index;
    *head = index;
    return entry;
}

uint32_t kring__entry_wanted(struct kring__soft *soft, const struct kring__entry *entry)
{
    uint32_t events = 0;

    for (uint32_t at = entry->first; at != KRING__NONE; at = kring__req_at(soft, at)->fd_next)
        events |= kring__req_at(soft, at)->events & 0xffff;
    return events;
}

static void link_req(struct kring__soft *soft, struct kring__entry *entry, struct kring__req *req)
{
    uint32_t before = soft->wait_before;

    leave_idle(soft, entry);
    req->entry = index_of(soft, entry);
    req->armed = KRING__AT_FD;
    req->fd_next = before;
    req->fd_prev = before == KRING__NONE ? entry->last : kring__req_at(soft, before)->fd_prev;
    if (req->fd_prev == KRING__NONE)
        entry->first = req->index;
    else
        kring__req_at(soft, req->fd_prev)->fd_next = req->index;
    if (before == KRING__NONE)
        entry->last = req->index;
    else
        kring__req_at(soft, before)->fd_prev = req->index;
    soft->waiters++;
    kring__hash_add(soft, req);
}

static struct kring__entry *unlink_req(struct kring__soft *soft, struct kring__req *req)
{
    struct kring__entry *entry = &soft->entries[req->entry];

    if (req->fd_prev == KRING__NONE)
        entry->first = req->fd_next;
    else
        kring__req_at(soft, req->fd_prev)->fd_next = req->fd_next;
    if (req->fd_next == KRING__NONE)
        entry->last = req->fd_prev;
    else
        kring__req_at(soft, req->fd_next)->fd_prev = req->fd_prev;
    req->fd_next = req->fd_prev = req->entry = KRING__NONE;
    req->armed = KRING__AT_CHAIN;
    soft->waiters--;
    kring__hash_remove(soft, req);
    return entry;
}

/* After waiters have left. */
static void settle(struct kring__soft *soft, struct kring__entry *entry)
{
    if (entry->first != KRING__NONE)
        return;
    entry->keep &= KRING__KEEP_FD;
    /* A registration that still may fire has nobody to tell; one that has fired costs nothing. */
    if (entry->edge || (entry->registered && !entry->keep) || !entry->in_set)
        drop(soft, entry);
    else
        enter_idle(soft, entry);
}

void kring__unwait_fd(struct kring__soft *soft, struct kring__req *req)
{
    settle(soft, unlink_req(soft, req));
}

void kring__forget_fd(struct kring__soft *soft, int fd)
{
    struct kring__entry *entry = find(soft, fd);

    if (entry && entry->first == KRING__NONE)
        drop(soft, entry);
}

void kring__back_off(struct kring__soft *soft, struct kring__req *req, int64_t now)
{
    req->backoff_ms = req->backoff_ms ? req->backoff_ms * 2 : 1;
    if (req->backoff_ms > BACKOFF_MAX_MS)
        req->backoff_ms = BACKOFF_MAX_MS;
    req->revents = 0;
    req->armed = KRING__AT_BACKOFF;
    kring__timer_start(soft, req, (uint64_t)now + (uint64_t)req->backoff_ms * MS,
                       KRING__CLOCK_MONO);
    kring__hash_add(soft, req);
}

/* The file is another one now: every request that meant the old one ends. */
static void end_waiters(struct kring__soft *soft, struct kring__entry *entry, int error)
{
    while (entry->first != KRING__NONE) {
        struct kring__req *req = kring__req_at(soft, entry->first);

        (void)unlink_req(soft, req);
        kring__set_fail(req);
        req->cqe_flags = 0;
        kring__finish_later(soft, req, error);
    }
}

/* Registers what the entry's waiters want; req is the new one. */
static void arm(struct kring__soft *soft, struct kring__entry *entry, struct kring__req *req)
{
    uint32_t wanted = kring__entry_wanted(soft, entry);
    int res;

    if (entry->keep && entry->in_set && (wanted & ~entry->registered) == 0)
        return;
    res = kring__set_arm(soft, entry, wanted);
    if (res == -ENOENT) {
        /* The new request has just seen the file of today; older ones wait for yesterday's. */
        (void)unlink_req(soft, req);
        end_waiters(soft, entry, -EBADF);
        link_req(soft, entry, req);
        res = kring__set_arm(soft, entry, req->events & 0xffff);
    }
    if (res == 0)
        return;
    (void)unlink_req(soft, req);
    settle(soft, entry);
    if (res == -EBADF || (res == -EPERM && (req->flags & KRING__REQ_POLL))) {
        /* A file without readiness that is not ready: -EINVAL, as io_arm_poll_handler() says. */
        kring__set_fail(req);
        kring__finish_later(soft, req, res == -EPERM ? -EINVAL : res);
    } else {
        /* Cannot be polled and yet would block, or no memory: asked again in a while. */
        kring__back_off(soft, req, kring__now_ns());
    }
}

void kring__wait_fd(struct kring__soft *soft, struct kring__req *req)
{
    struct kring__entry *entry;

    if (req->revents) {
        /* Readiness lied: once may be a rival reader, twice in a row is a file that says so for
         * ever (a full AF_UNIX datagram receiver is writable). */
        int64_t now = kring__now_ns();
        int64_t soon = (int64_t)(2 + 2 * req->backoff_ms) * MS;

        if ((req->flags & KRING__REQ_AGAIN) && now - (int64_t)req->when_ns < soon) {
            kring__back_off(soft, req, now);
            return;
        }
        req->flags |= KRING__REQ_AGAIN;
        req->when_ns = (uint64_t)now;
        req->backoff_ms = 0;
        req->revents = 0;
    }
    entry = obtain(soft, req->fd);
    if (!entry) {
        kring__back_off(soft, req, kring__now_ns());
        return;
    }
    if ((soft->config.flags & KRING__SOFT_FDS_KEPT) || kring__files_owns(soft, req))
        entry->keep |= KRING__KEEP_FD;
    if ((req->flags & KRING__REQ_MULTISHOT) && !(req->flags & KRING__REQ_POLL))
        entry->keep |= KRING__KEEP_MULTI;
    if ((req->flags & KRING__REQ_MULTISHOT) && (req->flags & KRING__REQ_POLL))
        entry->edge = 1;
    link_req(soft, entry, req);
    arm(soft, entry, req);
}

static void poll_event(struct kring__soft *soft, struct kring__req *req, uint32_t mask)
{
    if ((req->flags & KRING__REQ_MULTISHOT) && kring__post_more(soft, req, (int32_t)mask, 0))
        return;
    (void)unlink_req(soft, req);
    kring__finish(soft, req, (int32_t)mask);
}

static void retry(struct kring__soft *soft, struct kring__entry *entry, uint32_t revents)
{
    uint32_t at = entry->first, blocked = 0, next;

    for (; at != KRING__NONE; at = next) {
        struct kring__req *req = kring__req_at(soft, at);
        uint32_t mask = revents & ((req->events & 0xffff) | ALWAYS);

        next = req->fd_next;
        if (!mask)
            continue;
        if (mask & POLLNVAL) {
            (void)unlink_req(soft, req);
            kring__set_fail(req);
            kring__finish(soft, req, -EBADF);
        } else if (req->flags & KRING__REQ_POLL) {
            poll_event(soft, req, mask);
        } else if (!(req->events & blocked)) {
            (void)unlink_req(soft, req);
            req->revents = mask;
            soft->wait_before = next;
            kring__attempt(soft, req);
            soft->wait_before = KRING__NONE;
            if (req->armed == KRING__AT_FD || req->armed == KRING__AT_BACKOFF)
                blocked |= req->events;
        }
    }
}

void kring__fd_event(struct kring__soft *soft, struct kring__entry *entry, uint32_t revents)
{
    uint32_t rest = 0, generation = entry->generation;
    bool matched = false;

    for (uint32_t at = entry->first; at != KRING__NONE; at = kring__req_at(soft, at)->fd_next) {
        uint32_t events = kring__req_at(soft, at)->events & 0xffff;

        if (revents & (events | ALWAYS))
            matched = true;
        else
            rest |= events;
    }
    if (!matched) {
        /* Of no use to anybody (now): asked for less, or no more. */
        if (entry->first == KRING__NONE || kring__set_arm(soft, entry, rest) < 0)
            kring__set_remove(soft, entry);
        if (entry->first == KRING__NONE)
            settle(soft, entry);
        return;
    }
    if (!entry->keep && !entry->edge) {
        int res;

        entry->registered = 0;
        res = kring__set_arm(soft, entry, rest);
        if (res == -ENOENT || res == -EBADF) {
            end_waiters(soft, entry, -EBADF);
            drop(soft, entry);
            return;
        }
    }
    retry(soft, entry, revents);
    /* A request that owned the fd has closed it, and the entry is gone with it. */
    if (entry->generation == generation)
        settle(soft, entry);
}

void kring__req_own_fd(struct kring__req *req, int fd)
{
    req->fd = fd;
    req->flags |= KRING__REQ_OWN_FD;
}

int kring__own_fd(struct kring__req *req)
{
    long fd = kring__sys_fcntl(req->fd, F_DUPFD_CLOEXEC, 0);

    if (fd < 0)
        return (int)fd;
    kring__req_own_fd(req, (int)fd);
    return 0;
}

void kring__soft_fd_closing(struct kring__soft *soft, int fd)
{
    struct kring__entry *entry = find(soft, fd);

    if (!entry)
        return;
    while (entry->first != KRING__NONE) {
        struct kring__req *req = kring__req_at(soft, entry->first);

        (void)unlink_req(soft, req);
        if (kring__own_fd(req) < 0) {
            kring__set_fail(req);
            kring__finish_later(soft, req, -EBADF);
        } else {
            req->revents = 0;
            kring__wait_fd(soft, req);
        }
    }
    drop(soft, entry);
}

#endif
