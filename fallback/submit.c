/* SPDX-License-Identifier: MIT */
/*
 * From SQEs to requests: what is refused and when, chains, and drain, step by step as in
 * io_init_req(), io_submit_sqe() and io_drain_req() of Linux 6.18.
 */
#include "engine.h"

#if CONFIG_KRING_SOFT_ENGINE

/* What is configured out is refused as by a kernel that does not know it. */
#define CHAIN_FLAGS                                                                            \
    (CONFIG_KRING_CHAINS ? IOSQE_IO_DRAIN | IOSQE_IO_LINK | IOSQE_IO_HARDLINK : 0u)
#define SQE_FLAGS                                                                              \
    (CHAIN_FLAGS | IOSQE_FIXED_FILE | IOSQE_ASYNC | IOSQE_CQE_SKIP_SUCCESS |                   \
     (CONFIG_KRING_PROVIDED_BUFFERS ? IOSQE_BUFFER_SELECT : 0u))
#define LINKS (KRING__REQ_LINK | KRING__REQ_HARDLINK)

/* A chain is being put together. */
static bool in_chain(const struct kring__soft *soft)
{
    return CONFIG_KRING_CHAINS && soft->chain_head != KRING__NONE;
}

static bool draining(const struct kring__soft *soft)
{
    return CONFIG_KRING_CHAINS && soft->drain_active;
}

/* Requests in a chain from its head on. */
static uint32_t chain_length(struct kring__soft *soft, const struct kring__req *req)
{
    uint32_t length = 1;

    for (uint32_t at = req->link; at != KRING__NONE; at = kring__req_at(soft, at)->link)
        length++;
    return length;
}

void kring__drain_deferred(struct kring__soft *soft)
{
    bool drain_seen = false, first = true;

    while (soft->deferred.first != KRING__NONE) {
        struct kring__req *req = kring__req_at(soft, soft->deferred.first);

        if (req->flags & KRING__REQ_DRAIN)
            drain_seen = true;
        /* All that is left is deferred: nothing earlier runs. */
        if ((drain_seen || first) && soft->inflight != soft->deferred_count)
            return;
        (void)kring__fifo_pop(soft, &soft->deferred);
        soft->deferred_count -= chain_length(soft, req);
        kring__queue(soft, req);
        first = false;
    }
}

static void defer(struct kring__soft *soft, struct kring__req *req)
{
    bool drain = req->flags & KRING__REQ_DRAIN;

    soft->deferred_count += chain_length(soft, req);
    req->armed = KRING__AT_DRAIN;
    kring__fifo_push(soft, &soft->deferred, req);
    kring__drain_deferred(soft);
    if (!drain && soft->deferred.first == KRING__NONE)
        soft->drain_active = false;
}

/* A request, or the head of a chain, that is not tried right now. */
static void start_later(struct kring__soft *soft, struct kring__req *req)
{
    if (req->flags & KRING__REQ_FAIL) {
        /* Nothing of it runs: hard links do not save their followers here. */
        req->flags &= ~KRING__REQ_HARDLINK;
        req->flags |= KRING__REQ_LINK;
        kring__set_fail(req);
        kring__finish(soft, req, req->res);
    } else if (draining(soft)) {
        defer(soft, req);
    } else {
        kring__queue(soft, req);
    }
}

static void start_drain(struct kring__soft *soft)
{
    soft->drain_active = true;
    if (in_chain(soft)) {
        /* In the middle of a chain: the head waits, and so does what follows the chain. */
        kring__req_at(soft, soft->chain_head)->flags |= KRING__REQ_DRAIN | KRING__REQ_ASYNC;
        soft->drain_next = true;
    }
}

static int check_flags(struct kring__soft *soft, const struct kring__req *req,
                       const struct kring__row *row)
{
    unsigned flags = req->sqe.flags;

    if (flags & ~SQE_FLAGS)
        return -EINVAL;
    if ((flags & IOSQE_BUFFER_SELECT) && !(row->flags & KRING__SELECTS))
        return -EOPNOTSUPP;
    if (flags & IOSQE_CQE_SKIP_SUCCESS)
        soft->drain_disabled = true;
    if (flags & CHAIN_FLAGS & IOSQE_IO_DRAIN) {
        if (soft->drain_disabled)
            return -EOPNOTSUPP;
        start_drain(soft);
    }
    return 0;
}

static int check_linked_timer(struct kring__soft *soft)
{
    struct kring__req *before;

    if (!in_chain(soft))
        return -EINVAL;
    before = kring__req_at(soft, soft->chain_last);
    if (kring__row(before->sqe.opcode) &&
        (kring__row(before->sqe.opcode)->flags & KRING__LINKED_TIMER))
        return -EINVAL;
    before->flags |= KRING__REQ_ARM_TIMER;
    return 0;
}

/* Everything that can be refused before the file is looked at. */
static int prepare(struct kring__soft *soft, struct kring__req *req,
                   const struct io_uring_sqe *sqe)
{
    const struct kring__row *row;
    unsigned flags;
    int error;

    req->sqe = *sqe;
    flags = req->sqe.flags;
    req->flags = (flags & IOSQE_IO_LINK ? KRING__REQ_LINK : 0) |
                 (flags & IOSQE_IO_HARDLINK ? KRING__REQ_HARDLINK : 0) |
                 (flags & IOSQE_IO_DRAIN ? KRING__REQ_DRAIN : 0) |
                 (flags & IOSQE_ASYNC ? KRING__REQ_ASYNC : 0) |
                 (flags & IOSQE_CQE_SKIP_SUCCESS ? KRING__REQ_SKIP : 0);
    req->fd = req->sqe.fd;
    row = kring__row(req->sqe.opcode);
    if (!row || !row->prep || !row->enabled)
        return -EINVAL;
    if (!CONFIG_KRING_MULTISHOT && kring__is_multishot(&req->sqe))
        return -EINVAL;
    error = check_flags(soft, req, row);
    if (error < 0)
        return error;
    if (draining(soft)) {
        req->flags |= KRING__REQ_ASYNC;
        if (soft->drain_next && !in_chain(soft)) {
            soft->drain_next = false;
            req->flags |= KRING__REQ_DRAIN;
        }
    }
    if (req->sqe.personality)
        return -EINVAL;
    error = row->prep(soft, req);
    if (error < 0)
        return error;
    return CONFIG_KRING_CHAINS && (row->flags & KRING__LINKED_TIMER) ? check_linked_timer(soft) : 0;
}

static void append(struct kring__soft *soft, struct kring__req *req)
{
    if (!in_chain(soft))
        soft->chain_head = req->index;
    else
        kring__req_at(soft, soft->chain_last)->link = req->index;
    soft->chain_last = req->index;
    req->armed = KRING__AT_CHAIN;
}

/* True: the chain goes on, and with it the batch. */
static bool refuse(struct kring__soft *soft, struct kring__req *req, int error)
{
    struct kring__req *head = NULL;
    bool linked = req->flags & LINKS;

    kring__set_fail(req);
    req->res = error;
    req->cqe_flags = 0;
    if (in_chain(soft)) {
        head = kring__req_at(soft, soft->chain_head);
        if (!(head->flags & KRING__REQ_FAIL)) {
            kring__set_fail(head);
            head->res = -ECANCELED;
        }
    }
    if (head || linked)
        append(soft, req);
    if (!linked) {
        soft->chain_head = KRING__NONE;
        start_later(soft, head ? head : req);
    }
    return linked;
}

/* False: refused at preparation. */
static bool submit_one(struct kring__soft *soft, struct kring__req *req,
                       const struct io_uring_sqe *sqe)
{
    int error = prepare(soft, req, sqe);

    if (error == 0 && (in_chain(soft) ||
                       (req->flags & (LINKS | KRING__REQ_ASYNC))))
        error = kring__copy(soft, req); /* does not run now: what it points to may change first */
    if (error < 0)
        return refuse(soft, req, error);
    if (in_chain(soft) || (req->flags & LINKS)) {
        append(soft, req);
        if (req->flags & LINKS)
            return true;
        req = kring__req_at(soft, soft->chain_head);
        soft->chain_head = KRING__NONE;
    }
    if (req->flags & (KRING__REQ_ASYNC | KRING__REQ_FAIL)) {
        start_later(soft, req);
    } else {
        kring__attempt(soft, req);
        kring__copy_waiting(soft, req);
    }
    return true;
}

/* NULL: the index in the array is none; the entry is dropped. */
static const struct io_uring_sqe *next_sqe(struct kring__soft *soft)
{
    uint32_t index = soft->sq_head++ & soft->view.sq_mask;

    if (soft->view.sq_array) {
        index = kring__load_relaxed(&soft->view.sq_array[index]);
        if (index >= soft->view.sq_entries) {
            kring__store_relaxed(soft->view.sq_dropped,
                                 kring__load_relaxed(soft->view.sq_dropped) + 1);
            return NULL;
        }
    }
    return kring__view_sqe(&soft->view, index);
}

int kring__submit(struct kring__soft *soft, uint32_t count)
{
    uint32_t ready = kring__load_acquire(soft->view.sq_tail) - soft->sq_head;
    uint32_t done = 0;
    bool empty = false;

    if (ready > soft->view.sq_entries)
        ready = soft->view.sq_entries;
    if (count > ready)
        count = ready;
    soft->submitting = true;
    while (done < count) {
        const struct io_uring_sqe *sqe;
        struct kring__req *req;

        if (soft->free == KRING__NONE)
            kring__flush_completions(soft);
        if (soft->free == KRING__NONE) {
            empty = true;
            break;
        }
        sqe = next_sqe(soft);
        if (!sqe)
            break;
        req = kring__req_alloc(soft);
        done++;
        if (!submit_one(soft, req, sqe) && !(soft->setup_flags & IORING_SETUP_SUBMIT_ALL))
            break;
    }
    if (in_chain(soft)) {
        /* The chain's end did not come in this call: what came is a chain. */
        struct kring__req *head = kring__req_at(soft, soft->chain_head);

        soft->chain_head = KRING__NONE;
        start_later(soft, head);
    }
    kring__flush_completions(soft);
    kring__store_release(soft->view.sq_head, soft->sq_head);
    soft->submitting = false;
    return done == 0 && empty ? -EAGAIN : (int)done;
}

#endif
