/* SPDX-License-Identifier: MIT */
/*
 * Completion queue entries. One that finds no room stays in the slot of its request, which is
 * free anyway, so nothing is allocated and nothing can be lost: the pool runs out first, and then
 * submitting answers -EAGAIN.
 */
#include "engine.h"

#if CONFIG_KRING_SOFT_ENGINE

void kring__fifo_push(struct kring__soft *soft, struct kring__fifo *fifo, struct kring__req *req)
{
    req->queue_next = KRING__NONE;
    if (fifo->last == KRING__NONE)
        fifo->first = req->index;
    else
        kring__req_at(soft, fifo->last)->queue_next = req->index;
    fifo->last = req->index;
}

struct kring__req *kring__fifo_pop(struct kring__soft *soft, struct kring__fifo *fifo)
{
    struct kring__req *req;

    if (fifo->first == KRING__NONE)
        return NULL;
    req = kring__req_at(soft, fifo->first);
    fifo->first = req->queue_next;
    if (fifo->first == KRING__NONE)
        fifo->last = KRING__NONE;
    req->queue_next = KRING__NONE;
    return req;
}

uint32_t kring__cq_unread(const struct kring__soft *soft)
{
    uint32_t unread = soft->cq_tail - kring__load_acquire(soft->view.cq_head);

    /* A head beyond the tail is the application's mistake: the queue counts as full. */
    return unread > soft->view.cq_entries ? soft->view.cq_entries : unread;
}

bool kring__cq_put(struct kring__soft *soft, uint64_t user_data, int32_t res, uint32_t flags)
{
    struct io_uring_cqe *cqe;

    if (kring__cq_unread(soft) >= soft->view.cq_entries)
        return false;
    cqe = kring__view_cqe(&soft->view, soft->cq_tail);
    cqe->user_data = user_data;
    cqe->res = res;
    cqe->flags = flags;
    soft->cq_tail++;
    kring__store_release(soft->view.cq_tail, soft->cq_tail);
    soft->event_due = true;
    return true;
}

bool kring__cq_waiting(const struct kring__soft *soft)
{
    return soft->overflow.first != KRING__NONE || soft->tags.first != KRING__NONE;
}

bool kring__cq_post(struct kring__soft *soft, uint64_t user_data, int32_t res, uint32_t flags)
{
    /* What overflowed before keeps its place. */
    if (kring__cq_waiting(soft))
        return false;
    return kring__cq_put(soft, user_data, res, flags);
}

static void set_sq_flag(struct kring__soft *soft, uint32_t bit, bool on)
{
    uint32_t flags = kring__load_relaxed(soft->view.sq_flags);

    kring__store_release(soft->view.sq_flags, on ? flags | bit : flags & ~bit);
}

void kring__cq_overflowed(struct kring__soft *soft, struct kring__req *req)
{
    req->armed = KRING__AT_OVERFLOW;
    kring__fifo_push(soft, &soft->overflow, req);
    set_sq_flag(soft, IORING_SQ_CQ_OVERFLOW, true);
}

void kring__cq_flush_overflow(struct kring__soft *soft)
{
    bool posted = false;

    if (!kring__cq_waiting(soft))
        return;
    while (soft->overflow.first != KRING__NONE) {
        struct kring__req *req = kring__req_at(soft, soft->overflow.first);

        if (!kring__cq_put(soft, req->sqe.user_data, req->res, req->cqe_flags))
            break;
        posted = true;
        (void)kring__fifo_pop(soft, &soft->overflow);
        if (req->flags & KRING__REQ_NOTIF) {
            kring__become_notification(req);
            kring__fifo_push(soft, &soft->overflow, req);
        } else {
            kring__req_free(soft, req);
        }
    }
    while (soft->overflow.first == KRING__NONE && soft->tags.first != KRING__NONE &&
           kring__tag_post(soft))
        posted = true;
    set_sq_flag(soft, IORING_SQ_CQ_OVERFLOW, kring__cq_waiting(soft));
    if (posted)
        kring__cq_posted(soft);
}

void kring__cq_posted(struct kring__soft *soft)
{
    static const uint64_t one = 1;

    if (CONFIG_KRING_TIME)
        kring__timers_count(soft);
    if (!soft->event_due)
        return;
    soft->event_due = false;
    if (soft->event_fd < 0 || (soft->event_async && soft->submitting))
        return;
    if (kring__load_relaxed(soft->view.cq_flags) & IORING_CQ_EVENTFD_DISABLED)
        return;
    /* Full (the reader sleeps on 2^64 - 2) is as good as written. */
    (void)kring__sys_write(soft->event_fd, &one, sizeof one);
}

#endif
