/* SPDX-License-Identifier: MIT */
/*
 * The life of a request: attempts, multishot results, completion, and the start of what is linked
 * behind it. Results are posted in batches, at the same points where Linux 6.18 posts them, so
 * that the order of CQEs and the arithmetic of counted timeouts come out alike.
 */
#include "engine.h"

#if CONFIG_KRING_SOFT_ENGINE

/* So many results of one multishot before others get their turn; io_uring/poll.h has 32 too. */
#define MULTISHOT_TURN 32

struct kring__req *kring__req_alloc(struct kring__soft *soft)
{
    struct kring__req *req;
    uint32_t index = soft->free;

    if (index == KRING__NONE)
        return NULL;
    req = kring__req_at(soft, index);
    soft->free = req->next;
    memset(req, 0, sizeof *req);
    req->index = index;
    req->link = req->timer = req->fd_next = req->fd_prev = req->queue_next = KRING__NONE;
    req->hash_next = req->hash_prev = req->entry = req->target = req->copy = KRING__NONE;
    req->buffer_node = req->file_node = KRING__NONE;
    req->next = KRING__NONE;
    req->prev = soft->active.last;
    if (req->prev == KRING__NONE)
        soft->active.first = index;
    else
        kring__req_at(soft, req->prev)->next = index;
    soft->active.last = index;
    soft->inflight++;
    req->armed = KRING__AT_CHAIN;
    return req;
}

/* The request has ended: cancel, drain and close see it no longer. */
static void leave_active(struct kring__soft *soft, struct kring__req *req)
{
    if (req->prev == KRING__NONE)
        soft->active.first = req->next;
    else
        kring__req_at(soft, req->prev)->next = req->next;
    if (req->next == KRING__NONE)
        soft->active.last = req->prev;
    else
        kring__req_at(soft, req->next)->prev = req->prev;
    soft->inflight--;
}

void kring__req_free(struct kring__soft *soft, struct kring__req *req)
{
    req->armed = KRING__AT_FREE;
    req->next = soft->free;
    soft->free = req->index;
}

void kring__set_fail(struct kring__req *req)
{
    req->flags |= KRING__REQ_FAIL;
    if (req->flags & KRING__REQ_SKIP) {
        req->flags &= ~KRING__REQ_SKIP;
        req->flags |= KRING__REQ_SKIP_LINKS;
    }
}

void kring__finish(struct kring__soft *soft, struct kring__req *req, int32_t res)
{
    if (req->flags & KRING__REQ_OWN_FD) {
        kring__forget_fd(soft, req->fd);
        (void)kring__sys_close(req->fd);
        req->flags &= ~KRING__REQ_OWN_FD;
    }
    kring__copy_end(soft, req, res);
    req->cqe_flags |= kring__buffers_sent(req);
    if ((req->flags & KRING__REQ_NOTIF) && !(req->flags & KRING__REQ_UNBEGUN))
        req->cqe_flags |= IORING_CQE_F_MORE;
    req->res = res;
    req->armed = KRING__AT_DONE;
    kring__fifo_push(soft, &soft->done, req);
}

void kring__queue(struct kring__soft *soft, struct kring__req *req)
{
    req->armed = KRING__AT_QUEUE;
    /* What has begun can be cancelled between its turns. */
    if (!(req->flags & KRING__REQ_CANCELLED) &&
        (req->flags & (KRING__REQ_TRIED | KRING__REQ_ASYNC)))
        kring__hash_add(soft, req);
    kring__fifo_push(soft, &soft->queue, req);
}

void kring__finish_later(struct kring__soft *soft, struct kring__req *req, int32_t res)
{
    /* What was transferred before the end is not lost: io_sendrecv_fail(). */
    req->res = req->progress > 0 && res < 0 ? (int32_t)req->progress : res;
    req->flags |= KRING__REQ_CANCELLED;
    /* A request that waits in the queue for its turn keeps its place. */
    if (req->armed != KRING__AT_QUEUE)
        kring__queue(soft, req);
}

bool kring__post_more(struct kring__soft *soft, struct kring__req *req, int32_t res,
                      uint32_t flags)
{
    /* Earlier results first. */
    if (soft->done.first != KRING__NONE)
        kring__flush_completions(soft);
    if (kring__cq_post(soft, req->sqe.user_data, res, flags | IORING_CQE_F_MORE)) {
        kring__cq_posted(soft);
        return true;
    }
    req->cqe_flags = flags;
    return false;
}

/* Finds the file, once. */
static int resolve(struct kring__soft *soft, struct kring__req *req, const struct kring__row *row)
{
    req->fd = req->sqe.fd;
    if (!(row->flags & KRING__FILE))
        return 0;
    /* Not left to the calls: ppoll passes over a negative number, and would wait for ever. */
    if (!(req->sqe.flags & IOSQE_FIXED_FILE))
        return req->fd < 0 ? -EBADF : 0;
    req->fd = kring__soft_fixed(soft, (uint32_t)req->sqe.fd);
    /* As io_assign_file(): whatever the reason, the file is bad. */
    if (req->fd < 0)
        return -EBADF;
    kring__files_hold(soft, req, (uint32_t)req->sqe.fd);
    return 0;
}

void kring__req_ended(struct kring__soft *soft, struct kring__req *req, int res)
{
    /* The kernel looks for the file before it looks for a buffer. */
    bool none = res == -ENOBUFS || (res == -ENOENT && (req->sqe.flags & IOSQE_BUFFER_SELECT));

    if (none && (kring__row(req->sqe.opcode)->flags & KRING__FILE) &&
        kring__sys_fcntl(req->fd, 1 /* F_GETFD */, 0) < 0)
        res = -EBADF;
    if (res < 0 || (req->flags & KRING__REQ_FAILED))
        kring__set_fail(req);
    kring__finish(soft, req, res);
}

static void would_block(struct kring__soft *soft, struct kring__req *req)
{
    kring__wait_fd(soft, req);
    if (req->armed == KRING__AT_FD || req->armed == KRING__AT_BACKOFF ||
        req->armed == KRING__AT_QUEUE)
        kring__arm_linked(soft, req);
}

#define KRING__TRY_AWAY (-5009) /* handed to a thread */

static int attempt_or_offload(struct kring__soft *soft, struct kring__req *req,
                              const struct kring__row *row)
{
#if CONFIG_KRING_OFFLOAD
    if (kring__offload_wanted(soft, req, row)) {
        int res = KRING__TRY_BLOCK;

        if (row->wait != KRING__WAIT_DISK) {
            req->flags |= KRING__REQ_OFFLOADS;
            res = row->attempt(soft, req);
            req->flags &= ~KRING__REQ_OFFLOADS;
        }
        if (res != KRING__TRY_BLOCK)
            return res;
        if (kring__offload(soft, req))
            return KRING__TRY_AWAY;
    }
#endif
    return row->attempt(soft, req);
}

/* True: another attempt is due at once. */
static bool one_attempt(struct kring__soft *soft, struct kring__req *req,
                        const struct kring__row *row, bool again)
{
    int res;
    uint32_t flags;

    req->events = row->wait == KRING__WAIT_OUT ? 4 : 1; /* POLLOUT, POLLIN on every architecture */
    req->cqe_flags = 0;
    req->flags |= KRING__REQ_TRIED;
    res = attempt_or_offload(soft, req, row);
    if (res == KRING__TRY_AWAY) {
        kring__arm_linked(soft, req);
        return false;
    }
    /* Right behind a result nobody knows yet whether there is more that would need a buffer. */
    if (again && res == -ENOBUFS)
        res = KRING__TRY_WAIT;
    if (res == KRING__TRY_WAIT || res == KRING__TRY_ARMED || res == KRING__TRY_LATER) {
        req->buffer_taken = 0;
        if (res == KRING__TRY_LATER)
            kring__back_off(soft, req, kring__now_ns());
        if (res == KRING__TRY_WAIT)
            would_block(soft, req);
        else
            kring__arm_linked(soft, req);
        return false;
    }
    flags = req->cqe_flags | kring__buffer_done(soft, req, res);
    if (res >= 0)
        flags |= kring__buffers_sent(req);
    req->flags &= ~KRING__REQ_AGAIN;
    req->backoff_ms = 0;
    if ((req->flags & KRING__REQ_MULTISHOT) && !(req->flags & KRING__REQ_LAST) && res >= 0 &&
        kring__post_more(soft, req, res, flags)) {
        req->revents = 0;
        req->progress = 0;
        /* The kernel picks the next buffer when there is data for it: until then an empty group
         * is no error. */
        if (!kring__buffers_left(soft, req) || (req->flags & KRING__REQ_DRY)) {
            req->flags &= ~KRING__REQ_DRY;
            would_block(soft, req);
            return false;
        }
        return true;
    }
    req->cqe_flags = flags;
    kring__req_ended(soft, req, res);
    return false;
}

void kring__attempt(struct kring__soft *soft, struct kring__req *req)
{
    const struct kring__row *row = kring__row(req->sqe.opcode);
    unsigned turn = 0;

    if (!(req->flags & KRING__REQ_TRIED)) {
        int error = resolve(soft, req, row);

        if (error < 0) {
            kring__req_ended(soft, req, error);
            return;
        }
    }
    while (one_attempt(soft, req, row, turn > 0)) {
        if (++turn == MULTISHOT_TURN) {
            kring__queue(soft, req);
            kring__arm_linked(soft, req);
            return;
        }
    }
}

void kring__arm_linked(struct kring__soft *soft, struct kring__req *req)
{
    struct kring__req *timer;
    int res;

    if (!(req->flags & KRING__REQ_ARM_TIMER))
        return;
    req->flags &= ~KRING__REQ_ARM_TIMER;
    timer = kring__req_at(soft, req->link);
    timer->flags |= KRING__REQ_LINK_TIMER;
    timer->target = req->index;
    req->target = timer->index;
    timer->fd = timer->sqe.fd;
    res = kring__row(timer->sqe.opcode)->attempt(soft, timer);
    if (res == KRING__TRY_ARMED)
        return;
    /* The time could not be read: the timer ends, the request goes on. */
    timer->flags &= ~KRING__REQ_LINK_TIMER;
    req->target = KRING__NONE;
    req->link = timer->link;
    timer->link = KRING__NONE;
    kring__set_fail(timer);
    kring__finish_later(soft, timer, res);
}

/* The linked timer behind a request that has ended is of no use: it ends with -ECANCELED. */
static void disarm_linked(struct kring__soft *soft, struct kring__req *req)
{
    struct kring__req *timer;

    if (!(req->flags & KRING__REQ_ARM_TIMER) && req->target == KRING__NONE)
        return;
    if (req->flags & KRING__REQ_LINK_TIMER)
        return;
    timer = kring__req_at(soft, req->link);
    if (req->target != KRING__NONE)
        kring__detach(soft, timer);
    req->flags &= ~KRING__REQ_ARM_TIMER;
    req->target = KRING__NONE;
    timer->flags &= ~KRING__REQ_LINK_TIMER;
    timer->target = KRING__NONE;
    req->link = timer->link;
    timer->link = KRING__NONE;
    kring__finish_later(soft, timer, -ECANCELED);
}

/* The rest of a broken chain ends, all of it, behind the present CQEs. */
static void fail_links(struct kring__soft *soft, struct kring__req *req)
{
    bool skip = req->flags & KRING__REQ_SKIP_LINKS;
    uint32_t at = req->link;

    req->link = KRING__NONE;
    while (at != KRING__NONE) {
        struct kring__req *member = kring__req_at(soft, at);

        at = member->link;
        member->link = KRING__NONE;
        if (skip)
            member->flags |= KRING__REQ_SKIP;
        else
            member->flags &= ~KRING__REQ_SKIP;
        member->flags &= ~KRING__REQ_ARM_TIMER;
        member->flags |= KRING__REQ_UNBEGUN;
        kring__finish_later(soft, member,
                            member->flags & KRING__REQ_FAIL ? member->res : -ECANCELED);
    }
}

static void after(struct kring__soft *soft, struct kring__req *req)
{
    if (!CONFIG_KRING_CHAINS)
        return;
    disarm_linked(soft, req);
    if (req->link == KRING__NONE)
        return;
    if ((req->flags & KRING__REQ_FAIL) && !(req->flags & KRING__REQ_HARDLINK)) {
        fail_links(soft, req);
        return;
    }
    kring__queue(soft, kring__req_at(soft, req->link));
    req->link = KRING__NONE;
}

void kring__become_notification(struct kring__req *req)
{
    req->res = req->flags & KRING__REQ_NOTIF_COPIED ? (int32_t)IORING_NOTIF_USAGE_ZC_COPIED : 0;
    req->cqe_flags = IORING_CQE_F_NOTIF;
    if (req->sqe.addr3 != 0) /* from 7.1 on it may have a name of its own */
        req->sqe.user_data = req->sqe.addr3;
    req->flags &= ~(KRING__REQ_NOTIF | KRING__REQ_FAIL | KRING__REQ_SKIP);
}

/*
 * The result was posted; its notification comes behind the CQEs of the present call, before what is
 * linked or, if nothing was tried, behind it, as the kernel's task work does. The request lasts
 * until then.
 */
static void notify(struct kring__soft *soft, struct kring__req *req)
{
    bool early = req->flags & KRING__REQ_NOTIF_EARLY;

    if (!early)
        after(soft, req);
    req->flags |= KRING__REQ_CANCELLED; /* in the queue, to end with this */
    kring__queue(soft, req);
    if (early)
        after(soft, req);
    kring__become_notification(req);
}

void kring__flush_completions(struct kring__soft *soft)
{
    struct kring__fifo done = soft->done;
    struct kring__req *req;

    if (done.first == KRING__NONE)
        return;
    soft->done.first = soft->done.last = KRING__NONE;
    /* All CQEs first, then what is linked: a chain's next member never overtakes. */
    for (uint32_t i = done.first; i != KRING__NONE; i = req->queue_next) {
        req = kring__req_at(soft, i);
        req->refused = 0;
        if (!(req->flags & KRING__REQ_SKIP) &&
            !kring__cq_post(soft, req->sqe.user_data, req->res, req->cqe_flags)) {
            req->refused = 1;
            /* Later ones must not pass: from here on all are refused, if room came or not. */
            while (req->queue_next != KRING__NONE) {
                req = kring__req_at(soft, req->queue_next);
                req->refused = !(req->flags & KRING__REQ_SKIP);
            }
            break;
        }
    }
    while ((req = kring__fifo_pop(soft, &done)) != NULL) {
        if ((req->flags & KRING__REQ_NOTIF) && !req->refused) {
            notify(soft, req);
            continue;
        }
        after(soft, req);
        leave_active(soft, req);
        kring__req_put_nodes(soft, req);
        if (req->refused)
            kring__cq_overflowed(soft, req);
        else
            kring__req_free(soft, req);
    }
    kring__cq_posted(soft);
    if (CONFIG_KRING_CHAINS && soft->deferred.first != KRING__NONE)
        kring__drain_deferred(soft);
}

void kring__run_queue(struct kring__soft *soft)
{
    struct kring__req *req;

    kring__flush_completions(soft);
    while (soft->queue.first != KRING__NONE) {
        struct kring__fifo round = soft->queue;

        /* What this round queues comes after it. */
        soft->queue.first = soft->queue.last = KRING__NONE;
        while ((req = kring__fifo_pop(soft, &round)) != NULL) {
            kring__hash_remove(soft, req);
            if (req->flags & KRING__REQ_CANCELLED)
                kring__finish(soft, req, req->res);
            else
                kring__attempt(soft, req);
        }
        kring__flush_completions(soft);
    }
}

#endif
