/* SPDX-License-Identifier: MIT */
/*
 * Blocking calls on somebody else's thread. The application lends threads (kring_options.offload);
 * a request whose row says OFFLOAD is tried there once it is known to block, and comes back
 * through a stack of finished requests and the wake fd. While it is away nobody else touches it:
 * its _try uses no state of the engine, and it can no longer be cancelled (-EALREADY), unless it
 * was lent by its own _try, which then looks at req->stop wherever it waits.
 */
#include "engine.h"

#include <linux/futex.h>

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_OFFLOAD

static void job(void *arg)
{
    struct kring__req *req = arg;
    struct kring__soft *soft = req->home;
    uint32_t head = kring__load_relaxed(&soft->jobs_done);

    req->res = kring__row(req->sqe.opcode)->attempt(soft, req);
    do
        req->queue_next = head;
    while (!__atomic_compare_exchange_n(&soft->jobs_done, &head, req->index, false,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    (void)kring__mail_ring(&soft->mail);
    /* The owner may have met the request before the bell; it does not close the engine yet. */
    (void)__atomic_sub_fetch(&soft->jobs_out, 1, __ATOMIC_RELEASE);
}

void kring__offload_close(struct kring__soft *soft)
{
    static const struct kring_timespec pause = {0, 50000};

    for (uint32_t at = soft->active.first; at != KRING__NONE;) {
        struct kring__req *req = kring__req_at(soft, at);

        at = req->next;
        if (req->armed == KRING__AT_THREAD && (req->flags & KRING__REQ_STOPS))
            kring__soft_stop(req, ECANCELED);
    }
    while (kring__load_acquire(&soft->jobs_out) != 0)
        (void)kring__sys_clock_nanosleep(1 /* CLOCK_MONOTONIC */, 0, &pause, NULL);
}

bool kring__offload_wanted(const struct kring__soft *soft, const struct kring__req *req,
                           const struct kring__row *row)
{
    return soft->config.offload != NULL && (row->flags & KRING__OFFLOAD) &&
           req->sqe.file_index == 0 && !(req->sqe.flags & IOSQE_BUFFER_SELECT);
}

bool kring__offload(struct kring__soft *soft, struct kring__req *req)
{
    if (kring__copy(soft, req) < 0)
        return false; /* here and now nothing has to be kept */
    req->home = soft;
    req->armed = KRING__AT_THREAD;
    kring__hash_add(soft, req);
    (void)__atomic_add_fetch(&soft->jobs_out, 1, __ATOMIC_RELAXED);
    if (soft->config.offload(soft->config.offload_user, job, req) >= 0)
        return true;
    (void)__atomic_sub_fetch(&soft->jobs_out, 1, __ATOMIC_RELAXED);
    kring__hash_remove(soft, req); /* no thread to be had: here and now, then */
    req->armed = KRING__AT_CHAIN;
    return false;
}

void kring__offload_take(struct kring__soft *soft)
{
    uint32_t at = kring__load_relaxed(&soft->jobs_done), back = KRING__NONE;

    if (at == KRING__NONE)
        return;
    at = __atomic_exchange_n(&soft->jobs_done, KRING__NONE, __ATOMIC_ACQUIRE);
    /* The stack has the last first. */
    while (at != KRING__NONE) {
        struct kring__req *req = kring__req_at(soft, at);

        at = req->queue_next;
        req->queue_next = back;
        back = req->index;
    }
    while (back != KRING__NONE) {
        struct kring__req *req = kring__req_at(soft, back);

        back = req->queue_next;
        kring__hash_remove(soft, req);
        kring__req_ended(soft, req, req->res);
    }
}

bool kring__soft_lends(const struct kring__soft *soft)
{
    return soft->config.offload != NULL;
}

bool kring__soft_lend(struct kring__soft *soft, struct kring__req *req)
{
    req->stop = 0;
    req->flags |= KRING__REQ_STOPS;
    if (kring__soft_lends(soft) && kring__offload(soft, req))
        return true;
    req->flags &= ~KRING__REQ_STOPS;
    return false;
}

void kring__soft_stop(struct kring__req *req, int error)
{
    uint32_t none = 0;
    const int op = FUTEX_WAKE | FUTEX_PRIVATE_FLAG;

    /* The first reason stands. */
    (void)__atomic_compare_exchange_n(&req->stop, &none, (uint32_t)error, false, __ATOMIC_RELEASE,
                                      __ATOMIC_RELAXED);
    /* A bell that does not ring is an event lost: not given up for one refusal. */
    if (kring__sys_futex(&req->stop, op, 1, NULL, NULL, 0) < 0)
        (void)kring__sys_futex(&req->stop, op, 1, NULL, NULL, 0);
}

#elif CONFIG_KRING_SOFT_ENGINE

bool kring__soft_lends(const struct kring__soft *soft)
{
    (void)soft;
    return false;
}

bool kring__soft_lend(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    (void)req;
    return false;
}

void kring__soft_stop(struct kring__req *req, int error)
{
    (void)req;
    (void)error;
}

#endif
