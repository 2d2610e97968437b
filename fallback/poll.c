/* SPDX-License-Identifier: MIT */
/*
 * Polls as requests: their result is the mask itself. A multishot poll reports changes, so it is
 * registered edge-triggered, on a duplicate fd of its own: others may wait for the level of the
 * same file. The duplicate also keeps the file open, as a poll in the kernel does.
 */
#include "engine.h"

#include <linux/poll.h>

#define ONESHOT (UINT32_C(1) << 30) /* EPOLLONESHOT, which ends a multishot at once */

#if CONFIG_KRING_SOFT_ENGINE

/* The mask of now, 0 when nothing is ready, or -errno. */
static int ready_now(int fd, uint32_t events)
{
    static const struct kring_timespec now = {0, 0};
    struct kring__pollfd entry = {fd, (short)(uint16_t)events, 0};
    long res;

    if (fd < 0)
        return -EBADF;
    res = kring__sys_ppoll(&entry, 1, &now, NULL, KRING__SIGSET_BYTES);
    if (res <= 0)
        return (int)res;
    return entry.revents & POLLNVAL ? -EBADF : (uint16_t)entry.revents;
}

int kring__soft_poll_arm(struct kring__soft *soft, struct kring__req *req, uint32_t events)
{
    int res = ready_now(req->fd, events);

    if (events & ONESHOT)
        req->flags &= ~KRING__REQ_MULTISHOT;
    if (res < 0 || (res > 0 && !(req->flags & KRING__REQ_MULTISHOT)))
        return res;
    if (res == 0)
        req->backoff_ms = 0;
    req->events = events & 0xffff;
    req->flags |= KRING__REQ_POLL;
    if ((req->flags & KRING__REQ_MULTISHOT) && !(req->flags & KRING__REQ_OWN_FD)) {
        int error = kring__own_fd(req);

        if (error < 0)
            return error;
    }
    kring__wait_fd(soft, req);
    /* A file that cannot be polled is ready, and nothing will ever change: final. */
    if (res > 0 && (req->flags & KRING__REQ_CANCELLED)) {
        req->flags &= ~KRING__REQ_FAIL;
        req->res = res;
    }
    soft->poll_due = true;
    return KRING__TRY_ARMED;
}

int kring__soft_poll_remove(struct kring__soft *soft, uint64_t user_data)
{
    struct kring__req *req = kring__hash_find(soft, user_data, KRING__KIND_POLL, NULL);

    if (!req)
        return -ENOENT;
    kring__detach(soft, req);
    kring__set_fail(req);
    kring__finish_later(soft, req, -ECANCELED);
    return 0;
}

int kring__soft_poll_update(struct kring__soft *soft, uint64_t user_data, uint32_t flags,
                            uint32_t events, uint64_t new_user_data)
{
    struct kring__req *req = kring__hash_find(soft, user_data, KRING__KIND_POLL, NULL);
    int res;

    if (!req)
        return -ENOENT;
    kring__detach(soft, req);
    if (flags & IORING_POLL_UPDATE_EVENTS) {
        req->events = events & 0xffff;
        /* A pause for want of memory ends in another attempt, from the SQE. */
        req->sqe.poll32_events = kring__poll_mask(events);
    }
    if (flags & IORING_POLL_UPDATE_USER_DATA)
        req->sqe.user_data = new_user_data;
    res = kring__soft_poll_arm(soft, req, req->events);
    if (res == KRING__TRY_ARMED)
        return 0;
    /* Ready, or gone bad, while it was changed: its own result, not the update's. */
    if (res < 0)
        kring__set_fail(req);
    kring__finish_later(soft, req, res);
    return 0;
}

#endif
