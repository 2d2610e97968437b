/* SPDX-License-Identifier: MIT */
/* From the waiting queue into the submission rings, in order, chains in one piece. */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>

#include "file/type.h"
#include "poison.h"
#include "ring.h"

static struct kring__view *view_of(struct kring *ring, unsigned engine)
{
    if (CONFIG_KRING_KERNEL_ENGINE && engine == KRING_ENGINE_KERNEL)
        return &ring->kernel.view;
    return kring__soft_view(ring->soft);
}

uint32_t kring__unconsumed(const struct kring__view *view)
{
    return *view->sq_tail - kring__load_acquire(view->sq_head);
}

static uint32_t room(const struct kring *ring, const struct kring__view *view)
{
    uint32_t used = *view->sq_tail - kring__load_acquire(view->sq_head);
    uint32_t free_slots = used < view->sq_entries ? view->sq_entries - used : 0;
    uint32_t left;

    if (!CONFIG_KRING_KERNEL_ENGINE || view != &ring->kernel.view || ring->cq_limit == UINT32_MAX)
        return free_slots;
    /* Without NODROP (below 5.5) a full CQ loses completions: hold back. */
    left = ring->kernel_inflight < ring->cq_limit ? ring->cq_limit - ring->kernel_inflight : 0;
    return left < free_slots ? left : free_slots;
}

void kring__closes(struct kring *ring, const struct io_uring_sqe *sqe)
{
    if (ring->soft != NULL && sqe->file_index == 0)
        kring__soft_fd_closing(ring->soft, sqe->fd);
}

/*
 * Until 5.17 the kernel hands the position -1 of a file without positions on to it; a socket
 * refuses any but 0. A direct descriptor cannot be asked: it keeps what the caller said.
 */
static bool has_no_position(const struct io_uring_sqe *sqe)
{
    const struct kring__row *row = kring__row(sqe->opcode);
    int64_t position;

    return row != NULL && (row->flags & KRING__RW) && sqe->off == (uint64_t)KRING_CUR_POS &&
           !(sqe->flags & IOSQE_FIXED_FILE) &&
           kring__sys_lseek(sqe->fd, 0, SEEK_CUR, &position) == -ESPIPE;
}

/*
 * Until 5.14 the kernel takes it that no character device blocks, and reads a terminal within the
 * call that submits: for as long as nobody types. A worker may wait. What blocks has no positions,
 * so only what asks for none (or, as many do, for 0) is looked at; not a direct descriptor.
 */
static bool blocks_submission(const struct io_uring_sqe *sqe)
{
    const struct kring__row *row = kring__row(sqe->opcode);
    struct statx info;

    if (row == NULL || !(row->flags & KRING__RW) || (sqe->flags & IOSQE_FIXED_FILE) ||
        (sqe->rw_flags & KRING__RWF_NOWAIT) ||
        (sqe->off != 0 && sqe->off != (uint64_t)KRING_CUR_POS))
        return false;
    memset(&info, 0, sizeof info);
    return kring__sys_statx(sqe->fd, "", AT_EMPTY_PATH, STATX_TYPE, &info) == 0 &&
           (info.stx_mode & KRING__TYPE_MASK) == KRING__TYPE_CHARACTER;
}

void kring__close_own(struct kring *ring, int fd)
{
    if (ring->soft != NULL)
        kring__soft_fd_closing(ring->soft, fd);
    (void)kring__sys_close(fd);
}

bool kring__place(struct kring *ring, unsigned engine, const struct io_uring_sqe *sqe,
                  uint64_t user_data, uint8_t more_flags)
{
    struct kring__view *view = view_of(ring, engine);
    bool kernel = CONFIG_KRING_KERNEL_ENGINE && engine == KRING_ENGINE_KERNEL;
    bool wide = kernel && ring->wide != NULL;
    uint32_t entries = room(ring, view);
    struct io_uring_sqe *place;

    entries = wide ? kring__wide_entries(ring, sqe, entries) : entries > 0;
    if (entries == 0)
        return false;
    place = kring__view_sqe(view, *view->sq_tail);
    *place = *sqe;
    place->flags = (uint8_t)(sqe->flags | more_flags);
    place->user_data = user_data;
    if (wide)
        kring__wide_fill(ring, place);
    if (kernel && (ring->caps.quirks & 1u << KRING__QUIRK_STREAM_POS) && has_no_position(sqe))
        place->off = 0;
    if (kernel && (ring->caps.quirks & 1u << KRING__QUIRK_TERMINAL) && blocks_submission(sqe))
        place->flags |= IOSQE_ASYNC;
    if (!kernel)
        place->opcode = kring__narrow(sqe->opcode);
    kring__store_release(view->sq_tail, *view->sq_tail + entries);
    if (kernel) {
        ring->kernel_inflight++;
        ring->stats.kernel++;
        if (sqe->opcode == IORING_OP_CLOSE)
            kring__closes(ring, sqe);
    } else {
        ring->stats.soft++;
    }
    return true;
}

static uint64_t data_of(const struct kring *ring, const struct kring__slot *slot)
{
    return kring__pack(kring__index(ring, slot), slot->generation,
                       slot->flags & KRING__S_MULTI ? KRING__TAG_MULTI : KRING__TAG_SINGLE,
                       slot->engine == KRING_ENGINE_SOFT);
}

static bool flush_cancels(struct kring *ring)
{
    struct io_uring_sqe sqe;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_ASYNC_CANCEL;
    sqe.fd = -1;
    while (ring->cancels != KRING__NIL) {
        struct kring__slot *slot = &ring->slots[ring->cancels];

        /* The operation may have ended, or moved to another engine, before its cancel left. */
        if (slot->flags & KRING__S_CANCEL_QUEUED) {
            sqe.addr = data_of(ring, slot);
            if (!kring__place(ring, slot->engine, &sqe,
                              kring__pack(kring__index(ring, slot), slot->generation,
                                          KRING__TAG_CANCEL, slot->engine == KRING_ENGINE_SOFT),
                              0))
                return true;
            if (kring__in_kernel(slot))
                ring->stats.kernel--; /* internal: not one of the caller's */
            else
                ring->stats.soft--;
            slot->flags &= ~KRING__S_CANCEL_QUEUED;
            slot->flags |= KRING__S_CANCEL_SENT;
        }
        ring->cancels = slot->cancel_next;
        slot->cancel_next = KRING__NIL;
    }
    return false;
}

static void left_queue(struct kring *ring, struct kring__slot *slot)
{
    if (slot->flags & KRING__S_QUEUED)
        ring->queued--;
    slot->flags &= ~(KRING__S_QUEUED | KRING__S_STEP);
    slot->flags |= KRING__S_SUBMITTED;
    kring__poison(slot);
    ring->submitted++;
    KRING__TRACE(ring, "submit", slot, 0);
}

/* A reference to another operation becomes what its engine knows it by; else *value is the end. */
static bool resolve_reference(struct kring *ring, const struct kring__slot *slot,
                              struct io_uring_sqe *sqe, int64_t *value)
{
    kring_op op = {kring__pack_index(sqe->addr), kring__pack_generation(sqe->addr)};
    struct kring__slot *target = kring__slot(ring, op);
    /* An update of what no engine has yet would have nothing to act on. */
    bool update = (sqe->opcode == IORING_OP_POLL_REMOVE && sqe->len != 0) ||
                  (sqe->opcode == IORING_OP_TIMEOUT_REMOVE && sqe->timeout_flags != 0);

    *value = -ENOENT;
    if (target == NULL || target == slot || target->state != KRING__RUNNING ||
        (target->flags & (KRING__S_ENDED | KRING__S_LAST_SEEN)))
        return false;
    if (target->flags & KRING__S_SUBMITTED) {
        sqe->addr = data_of(ring, target);
        if (target->engine == slot->engine)
            return true;
        *value = -EALREADY; /* it moved between the engines after this was routed */
        return false;
    }
    if (update && (target->flags & KRING__S_LINK_TIMER) &&
        (sqe->timeout_flags & IORING_LINK_TIMEOUT_UPDATE))
        *value = kring__chain_timer_update(ring, target, sqe);
    if (!update) {
        kring__request_cancel(ring, target, KRING__S_CANCEL_USER);
        *value = 0;
    }
    return false;
}

/* Ends a queued operation without any engine. */
static void end_queued(struct kring *ring, struct kring__list *list, struct kring__slot *slot,
                       int64_t value)
{
    kring__list_remove(ring, list, slot);
    if (slot->flags & KRING__S_QUEUED)
        ring->queued--;
    slot->flags &= ~(KRING__S_QUEUED | KRING__S_STEP);
    kring__end(ring, slot, value, 0);
}

/* Is there more to it than to copy its SQE? */
static bool needs_care(const struct kring *ring, const struct kring__slot *slot)
{
    const uint32_t special = KRING__S_CANCEL_USER | KRING__S_CANCEL_TIME | KRING__S_UNPROVEN |
                             KRING__S_COUNTING | KRING__S_REF | KRING__S_INSTALLING;

    return (slot->flags & special) != 0 || slot->state == KRING__DROPPED ||
           kring__borrows(ring, slot) ||
           kring__kernel_gone(ring) || (kring__is_copy(slot) && kring__copier_is_new(slot)) ||
           slot->sqe.opcode == IORING_OP_ASYNC_CANCEL || slot->sqe.opcode == IORING_OP_MSG_RING ||
           slot->sqe.opcode == IORING_OP_SEND ||
           slot->sqe.opcode == IORING_OP_SENDMSG;
}

/* Makes in *sqe what the engine is to see; or ends the operation here: true. */
static bool take_care(struct kring *ring, struct kring__list *list, struct kring__slot *slot,
                      struct io_uring_sqe *sqe)
{
    int engine = slot->engine;
    int64_t value = -ECANCELED;
    bool ends = (slot->flags & (KRING__S_CANCEL_USER | KRING__S_CANCEL_TIME)) != 0 ||
                slot->state == KRING__DROPPED;

    if (CONFIG_KRING_SWEEP && !ends && kring__is_sweep(&slot->sqe)) {
        value = kring__sweep(ring, slot);
        ends = true;
    }
    if (!ends && kring__is_copy(slot) && kring__copier_is_new(slot)) {
        engine = kring__copier_begin(ring, slot, &value);
        ends = engine == KRING_ENGINE_AUTO; /* nothing to do */
    }
    if (!ends && kring__is_posted(ring, &slot->sqe)) {
        value = kring__post(&slot->sqe);
        ends = true;
    }
    if (!ends && engine == KRING_ENGINE_KERNEL && kring__kernel_gone(ring))
        engine = kring__route(ring, slot);
    else if (!ends && engine == KRING_ENGINE_KERNEL && (slot->flags & KRING__S_UNPROVEN))
        engine = kring__route_settle(ring, slot);
    if (engine < 0) {
        value = engine;
        ends = true;
    }
    *sqe = slot->sqe;
    if (!ends) {
        slot->engine = (uint8_t)engine;
        ends = (slot->flags & KRING__S_REF) && !resolve_reference(ring, slot, sqe, &value);
    }
    if (ends) {
        end_queued(ring, list, slot, value);
        return true;
    }
    if ((slot->flags & KRING__S_INSTALLING) || kring__borrows(ring, slot)) {
        kring__borrow(slot, sqe);
        return false;
    }
    /*
     * A send that waits on a full AF_UNIX datagram socket delivers an empty datagram (seen on 5.10
     * to 7.2): the kernel is not let wait, EAGAIN makes the soft engine wait instead.
     */
    if (CONFIG_KRING_KERNEL_ENGINE && engine == KRING_ENGINE_KERNEL && ring->soft != NULL &&
        (ring->caps.quirks & 1u << KRING__QUIRK_UNIX_DGRAM) &&
        (sqe->opcode == IORING_OP_SEND || sqe->opcode == IORING_OP_SENDMSG))
        sqe->msg_flags |= KRING__MSG_DONTWAIT;
    if (slot->flags & KRING__S_COUNTING)
        sqe->off = 0; /* counted above the seam: internal requests must not count */
    return false;
}

/* One operation outside any whole chain. True: no room. */
static bool flush_one(struct kring *ring, struct kring__list *list, struct kring__slot *slot)
{
    struct io_uring_sqe made;
    const struct io_uring_sqe *sqe = &slot->sqe;

    if (needs_care(ring, slot)) {
        if (take_care(ring, list, slot, &made))
            return false;
        sqe = &made;
    }
    if (!kring__place(ring, slot->engine, sqe, data_of(ring, slot), 0))
        return true;
    if (slot->flags & KRING__S_INSTALLING)
        ring->stats.kernel--; /* internal: not one of the caller's */
    kring__list_remove(ring, list, slot);
    left_queue(ring, slot);
    return false;
}

/* A whole chain. True: no room. */
static bool flush_chain(struct kring *ring, struct kring__slot *head)
{
    uint32_t count = 0;
    bool cancelled = false;

    for (uint32_t i = kring__index(ring, head); i != KRING__NIL; i = ring->slots[i].chain_next) {
        count++;
        cancelled |= (ring->slots[i].flags & KRING__S_CANCEL_USER) != 0 ||
                     ring->slots[i].state == KRING__DROPPED;
        cancelled |= (ring->slots[i].flags & KRING__S_CANCEL_TIME) != 0;
    }
    if (cancelled || (kring__in_kernel(head) && kring__kernel_gone(ring))) {
        for (uint32_t i = kring__index(ring, head); i != KRING__NIL;
             i = ring->slots[i].chain_next)
            ring->slots[i].flags |= KRING__S_SEQUENCED;
        kring__list_remove(ring, &ring->waiting, head);
        kring__chain_start(ring, head);
        return false;
    }
    if (room(ring, view_of(ring, head->engine)) < count)
        return true;
    kring__list_remove(ring, &ring->waiting, head);
    for (struct kring__slot *slot = head;; slot = &ring->slots[slot->chain_next]) {
        uint8_t link = !kring__has_next(slot) ? 0
                       : slot->flags & KRING__S_HARDLINK ? IOSQE_IO_HARDLINK : IOSQE_IO_LINK;

        (void)kring__place(ring, slot->engine, &slot->sqe, data_of(ring, slot), link);
        left_queue(ring, slot);
        if (!kring__has_next(slot))
            return false;
    }
}

bool kring__flush(struct kring *ring)
{
    if (ring->cancels != KRING__NIL && flush_cancels(ring))
        return true;
    while (ring->steps.first != KRING__NIL)
        if (flush_one(ring, &ring->steps, &ring->slots[ring->steps.first]))
            return true;
    while (ring->waiting.first != KRING__NIL && ring->draining == KRING__NIL) {
        struct kring__slot *slot = &ring->slots[ring->waiting.first];
        uint32_t last = kring__index(ring, slot);
        bool drain = (slot->flags & KRING__S_DRAIN) != 0;

        /* Everything before it has left the queue: what runs and is not queued is earlier. */
        if (drain && ring->running != ring->queued)
            return false;
        while (kring__has_next(&ring->slots[last]))
            last = ring->slots[last].chain_next;
        if (slot->flags & KRING__S_SEQUENCED) {
            kring__list_remove(ring, &ring->waiting, slot);
            kring__chain_start(ring, slot);
            while (ring->steps.first != KRING__NIL)
                if (flush_one(ring, &ring->steps, &ring->slots[ring->steps.first]))
                    break;
        } else if (kring__has_next(slot)) {
            if (flush_chain(ring, slot))
                return true;
        } else if (flush_one(ring, &ring->waiting, slot)) {
            return true;
        }
        if (drain && !(slot->flags & KRING__S_MULTI))
            ring->draining = last;
    }
    return ring->steps.first != KRING__NIL;
}
