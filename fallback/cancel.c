/* SPDX-License-Identifier: MIT */
/*
 * Cancel. A request can be cancelled while it waits for an fd or a time, or for its next turn
 * after a wait; one that stands in a chain or behind a drain has not begun, and the kernel does not
 * find those either (-ENOENT). What runs on another thread is -EALREADY, or asked to come back.
 */
#include "engine.h"

#if CONFIG_KRING_SOFT_ENGINE

static uint32_t bucket(const struct kring__soft *soft, uint64_t user_data)
{
    uint32_t x = (uint32_t)user_data ^ (uint32_t)(user_data >> 32) * UINT32_C(0x85ebca6b);

    x *= UINT32_C(0x9e3779b1);
    return (x ^ x >> 15) & soft->hash_mask;
}

void kring__hash_add(struct kring__soft *soft, struct kring__req *req)
{
    uint32_t *head = &soft->hash[bucket(soft, req->sqe.user_data)];

    if (req->flags & KRING__REQ_HASHED)
        return;
    req->flags |= KRING__REQ_HASHED;
    req->hash_prev = KRING__NONE;
    req->hash_next = *head;
    if (*head != KRING__NONE)
        kring__req_at(soft, *head)->hash_prev = req->index;
    *head = req->index;
}

void kring__hash_remove(struct kring__soft *soft, struct kring__req *req)
{
    if (!(req->flags & KRING__REQ_HASHED))
        return;
    req->flags &= ~KRING__REQ_HASHED;
    if (req->hash_prev == KRING__NONE)
        soft->hash[bucket(soft, req->sqe.user_data)] = req->hash_next;
    else
        kring__req_at(soft, req->hash_prev)->hash_next = req->hash_next;
    if (req->hash_next != KRING__NONE)
        kring__req_at(soft, req->hash_next)->hash_prev = req->hash_prev;
    req->hash_next = req->hash_prev = KRING__NONE;
}

static bool is_kind(const struct kring__req *req, enum kring__kind kind)
{
    bool timer = req->armed == KRING__AT_TIMER;
    bool linked = req->flags & KRING__REQ_LINK_TIMER;

    switch (kind) {
    case KRING__KIND_POLL:
        return req->flags & KRING__REQ_POLL;
    case KRING__KIND_TIMER:
        return timer && !linked;
    case KRING__KIND_LINK_TIMER:
        return timer && linked;
    default:
        return !linked;
    }
}

struct kring__req *kring__hash_find(struct kring__soft *soft, uint64_t user_data,
                                    enum kring__kind kind, const struct kring__req *self)
{
    uint32_t at = soft->hash[bucket(soft, user_data)];

    while (at != KRING__NONE) {
        struct kring__req *req = kring__req_at(soft, at);

        if (req->sqe.user_data == user_data && req != self && is_kind(req, kind))
            return req;
        at = req->hash_next;
    }
    return NULL;
}

void kring__detach(struct kring__soft *soft, struct kring__req *req)
{
    kring__hash_remove(soft, req);
    kring__timer_stop(soft, req);
    kring__counted_remove(soft, req);
    if (req->armed == KRING__AT_FD)
        kring__unwait_fd(soft, req);
    if (req->armed != KRING__AT_QUEUE)
        req->armed = KRING__AT_CHAIN;
}

/* Has begun, has not ended. */
static bool cancellable(const struct kring__req *req)
{
    return (req->flags & KRING__REQ_HASHED) && !(req->flags & KRING__REQ_LINK_TIMER);
}

static bool matches(const struct kring__req *req, const struct kring__match *match, int fd)
{
    uint32_t flags = match->flags;

    if (req == match->self || !cancellable(req))
        return false;
    if (flags & IORING_ASYNC_CANCEL_ANY)
        return true;
    if (flags & IORING_ASYNC_CANCEL_FD) {
        bool fixed = req->sqe.flags & IOSQE_FIXED_FILE;

        /* Timers have no file. A duplicate of ours still counts as what the caller named. */
        if (!(kring__row(req->sqe.opcode)->flags & KRING__FILE))
            return false;
        if (fixed && (flags & IORING_ASYNC_CANCEL_FD_FIXED)
                ? req->sqe.fd != match->fd
                : req->fd != fd && (fixed || req->sqe.fd != fd))
            return false;
    }
    if ((flags & IORING_ASYNC_CANCEL_OP) && req->sqe.opcode != match->opcode)
        return false;
    if ((flags & IORING_ASYNC_CANCEL_USERDATA) ||
        !(flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP)))
        return req->sqe.user_data == match->user_data;
    return true;
}

int kring__cancel(struct kring__soft *soft, struct kring__req *req)
{
    if (req->armed == KRING__AT_THREAD && !(req->flags & KRING__REQ_STOPS))
        return -EALREADY;
    if (req->armed == KRING__AT_THREAD) {
        kring__hash_remove(soft, req); /* found once */
        kring__soft_stop(req, ECANCELED);
        return 0;
    }
    kring__detach(soft, req);
    kring__set_fail(req);
    req->cqe_flags = 0;
    kring__finish_later(soft, req, -ECANCELED);
    return 0;
}

int kring__soft_cancel(struct kring__soft *soft, const struct kring__match *match)
{
    bool all = match->flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY);
    bool simple = !CONFIG_KRING_SWEEP || !(match->flags & ~(IORING_ASYNC_CANCEL_USERDATA));
    int count = 0, fd = match->fd, error;
    uint32_t at;

    if (!simple && (match->flags & IORING_ASYNC_CANCEL_FD)) {
        if (match->flags & IORING_ASYNC_CANCEL_FD_FIXED)
            fd = kring__soft_fixed(soft, (uint32_t)match->fd);
        else
            fd = kring__sys_fcntl(match->fd, 1 /* F_GETFD */, 0) < 0 ? -1 : match->fd;
        if (fd < 0)
            return -EBADF;
    }
    if (simple) {
        struct kring__req *req =
            kring__hash_find(soft, match->user_data, KRING__KIND_ANY, match->self);

        if (!req)
            return -ENOENT;
        return kring__cancel(soft, req);
    }
    for (at = soft->active.first; at != KRING__NONE;) {
        struct kring__req *req = kring__req_at(soft, at);

        at = req->next;
        if (!matches(req, match, fd))
            continue;
        error = kring__cancel(soft, req);
        if (!all)
            return error;
        count += error == 0;
    }
    return all ? count : -ENOENT;
}

#endif
