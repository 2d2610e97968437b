/* SPDX-License-Identifier: MIT */
/* From a CQE to the operation's next state and, at last, its callback. Both engines end here. */
#include "poison.h"
#include "ring.h"

/* ---- Resources of results that nobody takes ---- */

static void dispose_fd(struct kring *ring, uint32_t file_index, int32_t res)
{
    ring->stats.dropped_resources++;
    if (file_index == 0)
        (void)kring__sys_close(res);
    else if (file_index == IORING_FILE_INDEX_ALLOC)
        kring__direct_clear(ring, (uint32_t)res);
    else
        kring__direct_clear(ring, file_index - 1);
}

/* The array is borrowed still: it holds what was created, fds or slots. */
static void dispose_pair(struct kring *ring, const struct kring__slot *slot)
{
    const int32_t *fds = (const int32_t *)(uintptr_t)slot->sqe.addr;

    for (unsigned i = 0; i < 2; i++)
        dispose_fd(ring, slot->sqe.file_index != 0 ? IORING_FILE_INDEX_ALLOC : 0, fds[i]);
}

/* Where kring_to_direct() has put its file. */
static uint32_t named_slot(const struct kring__slot *slot)
{
    return (uint32_t)slot->sqe.off == IORING_FILE_INDEX_ALLOC ? slot->count
                                                              : (uint32_t)slot->sqe.off;
}

static void dispose(struct kring *ring, struct kring__slot *slot, int32_t res, uint32_t flags)
{
    const struct kring__row *row = kring__row(slot->sqe.opcode);

#if CONFIG_KRING_NET
    kring__close_rights(ring, slot, res, flags);
#endif
    if ((flags & IORING_CQE_F_BUFFER) && (slot->flags & KRING__S_SELECTS)) {
        kring__pool_drop(ring, slot->pool, (uint16_t)(flags >> IORING_CQE_BUFFER_SHIFT),
                         kring__pool_span(ring, slot, flags, res));
        ring->stats.dropped_resources++;
    }
    if (res > 0 && kring__is_to_direct(slot))
        dispose_fd(ring, named_slot(slot) + 1, res);
    if (res < 0 || row == NULL || !(row->flags & KRING__CREATES))
        return;
    if (row->flags & KRING__PAIR)
        dispose_pair(ring, slot);
    else
        dispose_fd(ring, slot->sqe.opcode == IORING_OP_FIXED_FD_INSTALL ? 0 : slot->sqe.file_index,
                   res);
}

void kring__discard(struct kring *ring, struct kring__slot *slot)
{
    if ((slot->result_flags & IORING_CQE_F_BUFFER) && (slot->flags & KRING__S_SELECTS))
        ring->pools[slot->pool].kept -=
            kring__pool_span(ring, slot, slot->result_flags, slot->raw);
    dispose(ring, slot, slot->raw, slot->result_flags);
}

/* ---- The end of an operation ---- */

static void count_down(struct kring *ring, const struct kring__slot *ended)
{
    for (uint32_t i = 0; i < ring->slot_count && ring->counting; i++) {
        struct kring__slot *slot = &ring->slots[i];

        if (slot == ended || slot->state != KRING__RUNNING ||
            !(slot->flags & KRING__S_COUNTING) || !(slot->flags & KRING__S_SUBMITTED) ||
            slot->count == 0)
            continue;
        if (--slot->count == 0)
            kring__request_cancel(ring, slot, 0);
    }
}

/* Everything that must be let go before the callback may start something new. */
static void retire(struct kring *ring, struct kring__slot *slot, int64_t value)
{
    if (slot->heap != KRING__NIL)
        kring__deadline_remove(ring, slot);
    kring__unpoison(slot);
    if (kring__is_copy(slot))
        kring__copier_end(ring, slot);
    if (slot->borrowed >= 0)
        kring__give_back(ring, slot);
    ring->running--;
    ring->stats.completed++;
    if (slot->flags & KRING__S_SELECTS)
        ring->pools[slot->pool].users--;
    if (slot->flags & KRING__S_COUNTING)
        ring->counting--;
    if (ring->draining == kring__index(ring, slot))
        ring->draining = KRING__NIL;
    if (kring__has_next(slot))
        kring__chain_step(ring, slot, kring__breaks_link(slot, value));
    if (CONFIG_KRING_TIME && ring->counting)
        count_down(ring, slot);
}

/* In a slot's result_flags: the notification said that data was copied. No CQE has this bit. */
#define KRING__CQE_COPIED (1u << 14)

static void fill_result(struct kring *ring, struct kring__slot *slot, struct kring_result *result,
                        int64_t value, int32_t raw, uint32_t cqe_flags)
{
    memset(result, 0, sizeof *result);
    result->value = value;
    result->raw = raw;
    result->engine = slot->engine;
    if (cqe_flags & KRING__CQE_COPIED)
        result->flags |= KRING_NOTIF_COPIED;
    if (cqe_flags & IORING_CQE_F_SOCK_NONEMPTY)
        result->flags |= KRING_SOCK_NONEMPTY;
    if (CONFIG_KRING_PROVIDED_BUFFERS && (cqe_flags & IORING_CQE_F_BUFFER)) {
        result->flags |= KRING_BUFFER;
        if (cqe_flags & IORING_CQE_F_BUF_MORE)
            result->flags |= KRING_BUFFER_MORE;
        kring__pool_fill(ring, slot, cqe_flags, raw, result);
    }
    if (slot->flags & KRING__S_COMPOSITE)
        result->length = slot->transferred;
    if (CONFIG_KRING_KERNEL_ENGINE && ring->wide != NULL && (cqe_flags & IORING_CQE_F_32)) {
        result->flags |= KRING_SECOND_HALF;
        memcpy(result->second_half, ring->wide[kring__index(ring, slot)].cqe,
               sizeof result->second_half);
    }
}

static void call(struct kring *ring, struct kring__slot *slot, const struct kring_result *result,
                 uint32_t cqe_flags)
{
    uint32_t before = ring->current;
    uint8_t kept = ring->buffer_kept;

    ring->current = kring__index(ring, slot);
    ring->buffer_kept = 0;
    ring->depth++;
    ring->delivered++;
    KRING__TRACE(ring, "done", slot, result->value);
    slot->done(ring, kring__handle(ring, slot), result, slot->user);
    ring->depth--;
    if (CONFIG_KRING_PROVIDED_BUFFERS && (cqe_flags & IORING_CQE_F_BUFFER) &&
        !ring->buffer_kept && result->data != NULL)
        kring__pool_drop(ring, result->group, result->buffer_id, result->buffers);
    ring->current = before;
    ring->buffer_kept = kept;
}

/* The final delivery: callback, or release, or kept for kring_result(). */
static void deliver(struct kring *ring, struct kring__slot *slot, uint32_t more_flags)
{
    struct kring_result result;
    uint32_t generation = slot->generation, cqe_flags = slot->result_flags;

    slot->flags &= ~KRING__S_ENDED;
    retire(ring, slot, slot->value);
    if (slot->state == KRING__DROPPED) {
        kring_release *release = slot->release;
        void *arg = slot->user;

        dispose(ring, slot, slot->raw, cqe_flags);
        kring__free_slot(ring, slot);
        ring->delivered += release != NULL;
        if (release != NULL)
            release(arg);
        return;
    }
    kring__move(ring, slot, KRING__DONE);
    if (slot->done == NULL) {
        if (slot->flags & KRING__S_SKIP && slot->value >= 0) {
            kring__free_slot(ring, slot);
            return;
        }
        slot->result_flags = cqe_flags;
        /* kring_result() hands the buffer over: it comes back with kring_buffer_return(). */
        if ((cqe_flags & IORING_CQE_F_BUFFER) && (slot->flags & KRING__S_SELECTS))
            ring->pools[slot->pool].kept +=
                kring__pool_span(ring, slot, cqe_flags, slot->raw);
        return;
    }
    if ((slot->flags & KRING__S_SKIP) && slot->value >= 0) {
        kring__free_slot(ring, slot);
        return;
    }
    fill_result(ring, slot, &result, slot->value, slot->raw, cqe_flags);
    result.flags |= more_flags;
    slot->flags |= KRING__S_IN_CALLBACK;
    call(ring, slot, &result, cqe_flags);
    if (slot->generation != generation)
        return; /* dropped in its callback */
    if (slot->state == KRING__DONE || slot->state == KRING__NOT_STARTED)
        kring__free_slot(ring, slot);
    else
        slot->flags &= ~KRING__S_IN_CALLBACK; /* started again */
}

static uint32_t public_flags(const struct kring__slot *slot)
{
    uint32_t flags = 0;

    if (slot->value == -ETIME && (slot->flags & KRING__S_CANCEL_TIME) &&
        !(slot->flags & KRING__S_LINK_TIMER))
        flags |= KRING_DEADLINE;
    if (slot->value == -ECANCELED && (slot->flags & KRING__S_PREV_FAILED))
        flags |= KRING_SKIPPED;
    return flags;
}

/* A cancel that found its target leaves the target's own word for it; users asked for a reason. */
static int64_t reason(const struct kring__slot *slot, int64_t value)
{
    if (value != -ECANCELED && value != -EINTR)
        return value;
    if ((slot->flags & KRING__S_COUNTING) && slot->count == 0)
        return 0;
    if ((slot->flags & KRING__S_CANCEL_TIME) && !(slot->flags & KRING__S_LINK_TIMER))
        return -ETIME;
    return slot->flags & KRING__S_CANCEL_USER ? -ECANCELED : value;
}

void kring__deliver_ended(struct kring *ring)
{
    /* Callbacks may end more; those are met in the same pass, each at most once per start. */
    while (ring->ended.first != KRING__NIL) {
        struct kring__slot *slot = &ring->slots[ring->ended.first];
        uint32_t flags = slot->result_flags;

        kring__list_remove(ring, &ring->ended, slot);
        slot->result_flags = 0;
        if (!(flags & KRING_SKIPPED))
            slot->value = reason(slot, slot->value);
        deliver(ring, slot, flags | public_flags(slot));
    }
}

void kring__conclude(struct kring *ring, struct kring__slot *slot, int64_t value)
{
    slot->value = reason(slot, value);
    if (slot->flags & KRING__S_CANCEL_SENT) {
        slot->flags |= KRING__S_LAST_SEEN; /* its cancel must not meet a later life of the slot */
        return;
    }
    if (slot->flags & KRING__S_CANCEL_QUEUED)
        kring__forget_cancel(ring, slot);
    deliver(ring, slot, public_flags(slot));
}

/* ---- What is not the end yet ---- */

/*
 * ERESTARTSYS and its kin stay inside a kernel, but 6.1 lets one out when it cancels a read of a
 * chain that waits in a worker (seen on 6.1.176). It is the EINTR that it stands for.
 */
static int32_t plain_result(const struct kring__slot *slot, int32_t res)
{
    bool restart = res <= -512 && res >= -516 && res != -515;

#ifdef __mips__
    /*
     * POLLWRNORM is POLLOUT here, and POLLWRBAND what others call POLLWRNORM: forgotten of a poll
     * that is ready at once (seen on 6.1.176 5kc-malta). Where POLLOUT is, the band says nothing.
     */
    if (slot->sqe.opcode == IORING_OP_POLL_ADD && res > 0 && (res & 0x4) != 0)
        res &= ~0x300;
#endif
    return restart && slot->sqe.opcode != IORING_OP_NOP ? -EINTR : res;
}

static bool aimed_at(const struct kring__slot *slot)
{
    return (slot->flags & (KRING__S_CANCEL_USER | KRING__S_CANCEL_TIME)) != 0 ||
           slot->state == KRING__DROPPED;
}

/* Rule 7. */
static bool restarts(const struct kring *ring, const struct kring__slot *slot, int32_t res)
{
    const struct kring__row *row = kring__row(slot->sqe.opcode);

    /* The result that kring_nop_inject() was told to give would come again and again. */
    if (slot->sqe.opcode == IORING_OP_NOP && slot->sqe.nop_flags != 0 &&
        !(slot->flags & KRING__S_RAW))
        return false;
    return res == -EINTR && row != NULL && (row->flags & KRING__RESTART) &&
           (!(slot->flags & KRING__S_MULTI) || kring__reads_on(slot)) &&
           !(slot->flags & (KRING__S_CHAINED | KRING__S_COUNTING)) &&
           !aimed_at(slot) && !ring->closing;
}

/* A refusal by the kernel that may mean "too old": the soft engine judges it once. */
static bool rejudge(struct kring *ring, struct kring__slot *slot, int32_t res)
{
    const struct kring__row *row = kring__row(slot->sqe.opcode);
    unsigned opcode = slot->sqe.opcode;

    if (!kring__in_kernel(slot) || row == NULL ||
        !kring__soft_runs(ring, &slot->sqe) || (slot->sqe.flags & IOSQE_FIXED_FILE) ||
        (slot->flags & (KRING__S_SELECTS | KRING__S_CHAINED | KRING__S_REF)) ||
        slot->sqe.personality != 0 || slot->pin == KRING_ENGINE_KERNEL ||
        slot->transferred != 0 || aimed_at(slot) || ring->pins[opcode] == KRING_ENGINE_KERNEL)
        return false;
    if (res == -EINVAL)
        return (slot->flags & KRING__S_UNPROVEN) && !(row->flags & KRING__LATE_EINVAL);
    return (res == -EOPNOTSUPP || res == -ENOSYS) &&
           (!ring->worked[opcode] || (row->flags & KRING__BY_FILE));
}

/*
 * O_NONBLOCK on the file never changes an operation, but kernels disagree (reads and writes 5.4 to
 * 5.6 and 5.9 to 5.14, accept 5.8 to 5.17 answer EAGAIN): unless it was asked for, the soft engine
 * waits and tries again. So do sends, which are not let wait in the kernel (flush.c).
 */
static bool waits_on_soft(struct kring *ring, const struct kring__slot *slot, int32_t res)
{
    const struct io_uring_sqe *sqe = &slot->sqe;
    const struct kring__row *row = kring__row(sqe->opcode);

    if (res != -EAGAIN || !kring__in_kernel(slot) || row == NULL ||
        !(row->flags & KRING__FILE) || !kring__soft_can(ring, sqe->opcode) ||
        ((sqe->flags & IOSQE_FIXED_FILE) && !kring__can_borrow(ring, slot)) ||
        (slot->flags & KRING__S_SELECTS) ||
        (slot->flags & KRING__S_CHAINED && !(slot->flags & KRING__S_SEQUENCED)) ||
        aimed_at(slot) || slot->pin == KRING_ENGINE_KERNEL ||
        (row->wait != KRING__WAIT_IN && row->wait != KRING__WAIT_OUT))
        return false;
    if (row->flags & KRING__RW)
        return (sqe->rw_flags & KRING__RWF_NOWAIT) == 0;
    if (sqe->opcode == IORING_OP_ACCEPT)
        return (sqe->ioprio & IORING_ACCEPT_DONTWAIT) == 0;
    return sqe->opcode == IORING_OP_CONNECT || (sqe->msg_flags & KRING__MSG_DONTWAIT) == 0;
}

static void judged(struct kring *ring, struct kring__slot *slot, int32_t res)
{
    if (res == slot->raw)
        return; /* both refuse: the mistake is the caller's, or nothing here can do it */
    if (kring__rows[slot->sqe.opcode].flags & KRING__BY_FILE)
        return; /* of another file or argument the kernel may think otherwise */
    kring__caps_demote(&ring->caps, slot->sqe.opcode, kring__variants_of(&slot->sqe));
    kring__downgrade(ring, slot->sqe.opcode, slot->raw,
                     "the kernel refused what the soft engine can do");
}

/* Did a multishot stop only because it could not go on (CQ full, emulated by a single shot)? */
static bool rearms(const struct kring__slot *slot, int32_t res)
{
    if (!(slot->flags & KRING__S_MULTI) || aimed_at(slot))
        return false;
    switch (slot->sqe.opcode) {
    case IORING_OP_ACCEPT:
        return res >= 0;
    case IORING_OP_POLL_ADD:
    case IORING_OP_READ:
    case IORING_OP_RECV:
    case IORING_OP_RECVMSG:
    case IORING_OP_READ_MULTISHOT:
        return res > 0;
    default:
        return false;
    }
}

static void deliver_more(struct kring *ring, struct kring__slot *slot, int32_t res,
                         uint32_t cqe_flags)
{
    struct kring_result result;

    if (slot->state == KRING__DROPPED) {
        dispose(ring, slot, res, cqe_flags);
        return;
    }
    fill_result(ring, slot, &result, res, res, cqe_flags);
    result.flags |= KRING_MORE;
    call(ring, slot, &result, cqe_flags);
}

static void pause_slot(struct kring *ring, struct kring__slot *slot)
{
    struct kring__pool *pool = &ring->pools[slot->pool];

    /* Buffers of results that arrived before this one may have come back meanwhile. */
    if (pool->kept < pool->count) {
        kring__requeue(ring, slot);
        return;
    }
    slot->flags |= KRING__S_PAUSED;
    kring__list_append(ring, &pool->paused, slot);
}

static int64_t created(const struct kring__slot *slot, int32_t res)
{
    const struct kring__row *row = kring__row(slot->sqe.opcode);

    if (kring__narrow(slot->sqe.opcode) == IORING_OP_URING_CMD)
        return kring__option_value(slot, res); /* optlen shares the field */
    if (res > 0 && kring__is_to_direct(slot))
        return named_slot(slot);
    if (res == 0 && row != NULL && (row->flags & KRING__CREATES) &&
        !(row->flags & KRING__PAIR) && slot->sqe.file_index != 0 &&
        slot->sqe.file_index != IORING_FILE_INDEX_ALLOC &&
        slot->sqe.opcode != IORING_OP_FIXED_FD_INSTALL)
        return (int64_t)slot->sqe.file_index - 1;
    return res;
}

#define KRING__POLL_ALWAYS (0x8u | 0x10u | 0x20u) /* POLLERR, POLLHUP, POLLNVAL: on every arch */

/*
 * 6.7 to 6.18 answer a cancel of WAITID and of futexes with how many were found: one; 5.10 answers
 * the first PROVIDE_BUFFERS of a group with the group's number, and a poll with all that the file's
 * wake-up names, asked for or not (both seen on 5.10.46).
 */
static int64_t answer(const struct kring *ring, const struct kring__slot *slot, int64_t value)
{
    if (value <= 0)
        return value;
    switch (slot->sqe.opcode) {
    case IORING_OP_LINK_TIMEOUT:
        return -ETIME;
    case IORING_OP_ASYNC_CANCEL:
    case IORING_OP_PROVIDE_BUFFERS:
        return 0;
    case IORING_OP_POLL_ADD:
        /* From 5.13 on another operation may have changed what it waits for. */
        if (!kring__in_kernel(slot) || (ring->caps.pub.features & IORING_FEAT_RSRC_TAGS))
            return value;
        return value & (kring__poll_mask(slot->sqe.poll32_events) | KRING__POLL_ALWAYS);
    default:
        return value;
    }
}

/* A result < 0, or one that judges a refusal: does the operation go on all the same? */
static bool goes_on(struct kring *ring, struct kring__slot *slot, int32_t res)
{
    if (restarts(ring, slot, res)) {
        ring->stats.restarts++;
        kring__requeue(ring, slot);
        return true;
    }
    if (res == -ENOBUFS && (slot->flags & KRING__S_MULTI) && (slot->flags & KRING__S_SELECTS) &&
        slot->sqe.opcode != IORING_OP_SEND && !aimed_at(slot)) {
        pause_slot(ring, slot);
        return true;
    }
    if (waits_on_soft(ring, slot, res)) {
        slot->engine = KRING_ENGINE_SOFT;
        kring__requeue(ring, slot);
        return true;
    }
    if (slot->flags & KRING__S_RERUN) {
        slot->flags &= ~KRING__S_RERUN;
        judged(ring, slot, res);
    } else if (rejudge(ring, slot, res)) {
        slot->flags |= KRING__S_RERUN;
        slot->raw = res;
        slot->engine = KRING_ENGINE_SOFT;
        kring__requeue(ring, slot);
        return true;
    }
    return false;
}

static void rearm(struct kring *ring, struct kring__slot *slot, int32_t res, uint32_t cqe_flags)
{
    uint32_t generation = slot->generation;

    deliver_more(ring, slot, res, cqe_flags);
    if (slot->generation != generation)
        return;
    if (slot->state == KRING__RUNNING && !aimed_at(slot)) {
        kring__requeue(ring, slot);
        return;
    }
    slot->result_flags = 0; /* what the result owned was delivered */
    slot->raw = -ECANCELED;
    kring__conclude(ring, slot, -ECANCELED);
}

/*
 * The kernel's own words for "interrupted, run again" are not for user space, yet some operations
 * in a worker hand them out: a cancelled splice to a full socket, seen on 6.18.
 */
static int32_t interrupted(int32_t res)
{
    return res == -512 || res == -513 || res == -514 || res == -516 ? -EINTR : res;
}

/* It has the fd that it was to be lent, or the error is its own: the slot is empty. */
static void installed(struct kring *ring, struct kring__slot *slot, int32_t res)
{
    slot->flags &= ~KRING__S_INSTALLING;
    slot->result_flags = 0;
    slot->raw = res;
    if (res >= 0)
        slot->borrowed = res;
    if (res >= 0 && !aimed_at(slot) &&
        !(slot->flags & (KRING__S_CANCEL_QUEUED | KRING__S_CANCEL_SENT))) {
        slot->engine = KRING_ENGINE_SOFT;
        kring__requeue(ring, slot);
        return;
    }
    if (res >= 0)
        slot->raw = -ECANCELED;
    kring__conclude(ring, slot, slot->raw);
}

static void ended(struct kring *ring, struct kring__slot *slot, int32_t raw, uint32_t cqe_flags)
{
    const uint32_t special = KRING__S_MULTI | KRING__S_COMPOSITE | KRING__S_RERUN |
                             KRING__S_CANCEL_USER | KRING__S_CANCEL_TIME |
                             KRING__S_CANCEL_QUEUED | KRING__S_CANCEL_SENT;
    int32_t res = interrupted(raw);
    uint8_t engine = slot->engine;
    int64_t value;

    if (slot->flags & KRING__S_INSTALLING) {
        installed(ring, slot, res);
        return;
    }
    if ((res < 0 || (slot->flags & KRING__S_RERUN)) && goes_on(ring, slot, res))
        return;
    if (res >= 0 && kring__in_kernel(slot) && slot->sqe.opcode < KRING__OP_COUNT)
        ring->worked[slot->sqe.opcode] = 1;
    if (kring__in_kernel(slot) && slot->sqe.opcode == IORING_OP_CLOSE)
        kring__closes(ring, &slot->sqe);
    slot->raw = raw;
    slot->result_flags = cqe_flags;
    value = slot->sqe.file_index != 0 || slot->sqe.opcode == IORING_OP_FILES_UPDATE
                ? created(slot, res) : answer(ring, slot, res);
    if (res >= 0 && !(slot->flags & special)) {
        slot->value = value;
        deliver(ring, slot, 0);
        return;
    }
    if ((slot->flags & KRING__S_COMPOSITE) &&
        (kring__is_copy(slot) ? kring__copier_step(ring, slot, res, &value)
                              : kring__composite_step(slot, res, &value))) {
        if (!aimed_at(slot)) {
            kring__requeue(ring, slot);
            return;
        }
        /* No step comes any more: the cancel that is under way answers where it was sent. */
        slot->engine = engine;
        value = -ECANCELED;
    }
    if (rearms(slot, res))
        rearm(ring, slot, res, cqe_flags);
    else
        kring__conclude(ring, slot, value);
}

/* ---- One CQE ---- */

static void cancel_answered(struct kring *ring, struct kring__slot *slot, int32_t res)
{
    slot->flags &= ~KRING__S_CANCEL_SENT;
    /* A link's next member may be on its way into the kernel still when its turn has come. */
    if (res == -ENOENT && (slot->flags & KRING__S_CHAINED) &&
        (slot->flags & KRING__S_SUBMITTED) && slot->sqe.opcode != IORING_OP_LINK_TIMEOUT)
        kring__request_cancel(ring, slot, 0);
    if (slot->flags & KRING__S_LAST_SEEN) {
        slot->flags &= ~KRING__S_LAST_SEEN;
        deliver(ring, slot, public_flags(slot));
    }
}

static bool is_internal(struct kring *ring, const struct io_uring_cqe *cqe, unsigned tag)
{
    if (tag == KRING__TAG_INTERNAL) {
#if CONFIG_KRING_KERNEL_ENGINE
        kring__internal_ended(ring, cqe);
#endif
        return true;
    }
    if (tag == KRING__TAG_MESSAGE) {
        if (ring->options.on_message) {
            ring->delivered++;
            ring->depth++;
            ring->message_flags = cqe->flags;
            ring->options.on_message(ring, cqe->res,
                                     cqe->user_data & ((UINT64_C(1) << KRING__MESSAGE_BITS) - 1),
                                     ring->options.user);
            ring->depth--;
        }
        return true;
    }
    if (tag == KRING__TAG_RESOURCE) {
        kring__resource_put(ring, cqe->user_data);
        return true;
    }
    return false;
}

void kring__complete(struct kring *ring, const struct io_uring_cqe *cqe, unsigned engine)
{
    uint64_t data = cqe->user_data;
    uint32_t index = kring__pack_index(data), flags = cqe->flags;
    unsigned tag = kring__pack_tag(data);
    struct kring__slot *slot;

    if (tag >= KRING__TAG_INTERNAL && data >> 57 == 0 && is_internal(ring, cqe, tag))
        return;
    slot = index < ring->slot_count ? &ring->slots[index] : NULL;
    if (data >> 57 != 0 || slot == NULL || slot->generation != kring__pack_generation(data) ||
        (data >> 56 & 1) != (engine == KRING_ENGINE_SOFT) || slot->engine != engine ||
        (slot->state != KRING__RUNNING && slot->state != KRING__DROPPED)) {
        ring->stats.unmatched++;
        return;
    }
    if (tag == KRING__TAG_CANCEL && (slot->flags & KRING__S_CANCEL_SENT)) {
        if (engine == KRING_ENGINE_KERNEL)
            ring->kernel_inflight--;
        cancel_answered(ring, slot, cqe->res);
        return;
    }
    if (!(slot->flags & KRING__S_SUBMITTED) ||
        tag != (slot->flags & KRING__S_MULTI ? KRING__TAG_MULTI : KRING__TAG_SINGLE)) {
        ring->stats.unmatched++;
        return;
    }
    KRING__TRACE(ring, "cqe", slot, cqe->res);
    if (CONFIG_KRING_KERNEL_ENGINE && ring->wide != NULL && (flags & IORING_CQE_F_32))
        memcpy(ring->wide[index].cqe, ring->second, sizeof ring->second);
    if ((flags & IORING_CQE_F_BUFFER) && (slot->flags & KRING__S_SELECTS))
        kring__pool_arrived(ring, slot, flags, cqe->res);
    if ((flags & IORING_CQE_F_MORE) && (slot->flags & KRING__S_MULTI)) {
        deliver_more(ring, slot, cqe->res, flags);
        return;
    }
    if (flags & IORING_CQE_F_MORE) { /* zero-copy: the memory comes back with the notification */
        slot->value = cqe->res;
        slot->flags |= KRING__S_NOTIF;
        return;
    }
    if ((flags & IORING_CQE_F_NOTIF) && !(slot->flags & KRING__S_NOTIF)) {
        ring->stats.unmatched++; /* of an earlier life, whose result did not announce it */
        return;
    }
    slot->flags &= ~KRING__S_SUBMITTED;
    ring->submitted--;
    if (engine == KRING_ENGINE_KERNEL)
        ring->kernel_inflight--;
    if (flags & IORING_CQE_F_NOTIF) {
        /* The notification never overwrites the result. */
        slot->flags &= ~KRING__S_NOTIF;
        ended(ring, slot, (int32_t)slot->value,
              (uint32_t)cqe->res & IORING_NOTIF_USAGE_ZC_COPIED ? KRING__CQE_COPIED : 0);
        return;
    }
    ended(ring, slot, plain_result(slot, cqe->res), flags);
}

/* ---- Results without a callback ---- */

int kring_result(struct kring *ring, kring_op op, struct kring_result *result)
{
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot == NULL)
        return op.generation ? -ESTALE : kring_op_error(op);
    if (slot->state != KRING__DONE)
        return -EAGAIN;
    fill_result(ring, slot, result, slot->value, slot->raw, slot->result_flags);
    result->flags |= public_flags(slot);
    kring__free_slot(ring, slot);
    return 0;
}

int kring_buffer_keep(struct kring *ring, const struct kring_result *result)
{
    if (ring->current == KRING__NIL || !(result->flags & KRING_BUFFER) || result->data == NULL ||
        ring->pools[result->group].sends)
        return -EINVAL;
    if (!ring->buffer_kept)
        ring->pools[result->group].kept += result->buffers;
    ring->buffer_kept = 1;
    return 0;
}
