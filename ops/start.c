/* SPDX-License-Identifier: MIT */
/* From NOT_STARTED to RUNNING, and the two ways a caller can end it early: cancel and drop. */
#include <linux/fcntl.h>

#include "ring.h"

bool kring__is_multishot(const struct io_uring_sqe *sqe)
{
    switch (sqe->opcode) {
    case IORING_OP_ACCEPT:
        return (sqe->ioprio & IORING_ACCEPT_MULTISHOT) != 0;
    case IORING_OP_RECV:
    case IORING_OP_RECVMSG:
    case IORING_OP_RECV_ZC:
        return (sqe->ioprio & IORING_RECV_MULTISHOT) != 0;
    case IORING_OP_SEND:
        return (sqe->ioprio & IORING_RECVSEND_BUNDLE) != 0;
    case IORING_OP_POLL_ADD:
        return (sqe->len & IORING_POLL_ADD_MULTI) != 0;
    case IORING_OP_TIMEOUT:
        return (sqe->timeout_flags & IORING_TIMEOUT_MULTISHOT) != 0;
    case IORING_OP_READ_MULTISHOT:
        return true;
    default:
        return false;
    }
}

/* ---- Options ---- */

static struct kring__slot *unstarted(struct kring *ring, kring_op op, int *error)
{
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot == NULL)
        *error = op.generation ? -ESTALE : kring_op_error(op);
    else if (slot->state == KRING__NOT_STARTED)
        return slot;
    else
        *error = -EBUSY;
    return NULL;
}

/* Those that only some operations know, in ioprio. */
static int set_modifiers(struct io_uring_sqe *sqe, uint32_t flags)
{
    uint16_t poll_first = 0, report = 0, bundle = 0;

    switch (sqe->opcode) {
    case IORING_OP_SEND_ZC:
    case IORING_OP_SENDMSG_ZC:
        report = IORING_SEND_ZC_REPORT_USAGE;
        poll_first = IORING_RECVSEND_POLL_FIRST;
        break;
    case IORING_OP_RECV:
        bundle = IORING_RECVSEND_BUNDLE;
        poll_first = IORING_RECVSEND_POLL_FIRST;
        break;
    case IORING_OP_SEND:
    case IORING_OP_SENDMSG:
    case IORING_OP_RECVMSG:
        poll_first = IORING_RECVSEND_POLL_FIRST;
        break;
    case IORING_OP_ACCEPT:
        poll_first = IORING_ACCEPT_POLL_FIRST;
        break;
    default:
        break;
    }
    if (((flags & KRING_POLL_FIRST) && poll_first == 0) ||
        ((flags & KRING_REPORT_USAGE) && report == 0) || ((flags & KRING_BUNDLE) && bundle == 0))
        return -EINVAL;
    if (flags & KRING_BUNDLE)
        sqe->ioprio |= bundle;
    if (flags & KRING_POLL_FIRST)
        sqe->ioprio |= poll_first;
    if (flags & KRING_REPORT_USAGE)
        sqe->ioprio |= report;
    return 0;
}

int kring_set_flags(struct kring *ring, kring_op op, uint32_t flags)
{
    int error;
    struct kring__slot *slot = unstarted(ring, op, &error);

    if (slot == NULL)
        return error;
    if (flags & ~(KRING_ASYNC | KRING_DRAIN | KRING_HARDLINK | KRING_POLL_FIRST |
                  KRING_REPORT_USAGE | KRING_BUNDLE))
        return slot->error = -EINVAL;
    error = set_modifiers(&slot->sqe, flags);
    if (error < 0)
        return slot->error = error;
    if (flags & KRING_ASYNC)
        slot->sqe.flags |= IOSQE_ASYNC;
    if (flags & KRING_DRAIN)
        slot->flags |= KRING__S_DRAIN;
    if (flags & KRING_HARDLINK)
        slot->flags |= KRING__S_HARDLINK;
    return 0;
}

int kring_set_deadline(struct kring *ring, kring_op op, int64_t timeout_ns)
{
    int error;
    struct kring__slot *slot = unstarted(ring, op, &error);

    if (slot == NULL)
        return error;
    if (timeout_ns < 0)
        return slot->error = -EINVAL;
    slot->deadline_ns = timeout_ns;
    return 0;
}

int kring_set_engine(struct kring *ring, kring_op op, enum kring_engine engine)
{
    int error;
    struct kring__slot *slot = unstarted(ring, op, &error);

    if (slot == NULL)
        return error;
    if (engine > KRING_ENGINE_SOFT)
        return slot->error = -EINVAL;
    slot->pin = (uint8_t)engine;
    return 0;
}

int kring_set_slot(struct kring *ring, kring_op op, uint32_t index)
{
    int error;
    struct kring__slot *slot = unstarted(ring, op, &error);
    const struct kring__row *row;

    if (slot == NULL)
        return error;
    row = kring__row(slot->sqe.opcode);
    if (row == NULL || !(row->flags & KRING__CREATES))
        return slot->error = -EINVAL;
    if (ring->direct_count == 0)
        return slot->error = -ENXIO;
    /* A pair takes the next slot too. */
    if (index != KRING_SLOT_ANY &&
        (index >= ring->direct_count ||
         ((row->flags & KRING__PAIR) && index + 1 >= ring->direct_count)))
        return slot->error = -EINVAL;
    slot->sqe.file_index = index == KRING_SLOT_ANY ? IORING_FILE_INDEX_ALLOC : index + 1;
    /* A direct descriptor is never inherited; the kernel refuses the flag (EINVAL). */
    if (slot->sqe.opcode == IORING_OP_SOCKET) {
        slot->sqe.off &= ~(uint64_t)O_CLOEXEC;
    } else if (slot->sqe.opcode == IORING_OP_OPENAT2) {
        if (!(slot->flags & KRING__S_RAW))
            kring__how_flags(slot->sqe.addr2, 0, O_CLOEXEC);
    }
    else
        slot->sqe.open_flags &= ~(uint32_t)O_CLOEXEC;
    return 0;
}

int kring_set_pool(struct kring *ring, kring_op op, int pool)
{
    int error;
    struct kring__slot *slot = unstarted(ring, op, &error);
    const struct kring__row *row;

    if (slot == NULL)
        return error;
    row = kring__row(slot->sqe.opcode);
    if (row == NULL || !(row->flags & KRING__SELECTS) || slot->sqe.opcode == IORING_OP_SEND ||
        (pool >= 0 && (uint32_t)pool < ring->pool_count && ring->pools[pool].sends))
        return slot->error = -EINVAL;
    kring__pool(ring, op, &slot->sqe, pool);
    return slot->error;
}

/* ---- Start ---- */

/* Marks the target of a cancel or remove, so that it is not restarted behind the caller's back. */
static void mark_target(struct kring *ring, const struct kring__slot *slot)
{
    kring_op op = {kring__pack_index(slot->sqe.addr), kring__pack_generation(slot->sqe.addr)};
    struct kring__slot *target = kring__slot(ring, op);

    if (target != NULL && target->state == KRING__RUNNING &&
        slot->sqe.opcode == IORING_OP_ASYNC_CANCEL)
        target->flags |= KRING__S_CANCEL_USER;
}

/* Sees in the SQE what is done above the seam. */
static void classify(struct kring__slot *slot)
{
    const struct io_uring_sqe *sqe = &slot->sqe;
    const struct kring__row *row = kring__row(sqe->opcode);

    if (row != NULL && (row->flags & KRING__REFERS) && !kring__is_sweep(sqe))
        slot->flags |= KRING__S_REF;
    if (row != NULL && (row->flags & KRING__COUNTED) && sqe->off != 0 &&
        !(sqe->timeout_flags & IORING_TIMEOUT_MULTISHOT)) {
        slot->flags |= KRING__S_COUNTING;
        slot->count = sqe->off > UINT32_MAX ? UINT32_MAX : (uint32_t)sqe->off;
    }
    if (kring__is_multishot(sqe))
        slot->flags |= KRING__S_MULTI;
    if (kring__is_to_direct(slot))
        slot->count = (uint32_t)sqe->fd;
}

/* Chooses the engine and claims what running needs. 0 or an error; nothing is queued. */
static int prepare(struct kring *ring, struct kring__slot *slot, kring_done *done, void *user)
{
    int engine;

    if (slot->error)
        return slot->error;
    if (ring->closing || ring->close_asked)
        return -ECANCELED;
    engine = kring__reads_on(slot) ? KRING_ENGINE_AUTO : (int)kring__route_fast(ring, slot);
    if (engine == KRING_ENGINE_AUTO) {
        classify(slot);
        if ((!CONFIG_KRING_MULTISHOT && kring__is_multishot(&slot->sqe)) ||
            (!CONFIG_KRING_SWEEP && kring__is_sweep(&slot->sqe)))
            return -KRING_EKERNEL;
        if ((slot->flags & KRING__S_MULTI) && done == NULL)
            return -EINVAL;
        if ((slot->flags & KRING__S_SELECTS) && ring->pools[slot->pool].pieces != NULL &&
            (slot->sqe.ioprio & IORING_RECVSEND_BUNDLE))
            return -EINVAL; /* a piece of one buffer, whole others: nothing tells them apart */
        engine = kring__route(ring, slot);
    }
    if (engine >= 0 && (slot->flags & KRING__S_SELECTS) &&
        ring->pools[slot->pool].home == KRING_ENGINE_AUTO) {
        /* The first that selects from a pool decides where it lives. */
        engine = kring__pool_settle(ring, &ring->pools[slot->pool], (unsigned)engine,
                                    slot->pin != KRING_ENGINE_AUTO);
        if (engine == 0)
            engine = kring__route(ring, slot);
    }
    if (engine < 0)
        return engine;
    slot->engine = (uint8_t)engine;
    slot->done = done;
    slot->user = user;
    return 0;
}

/* The slot is RUNNING from here on. */
static int claim(struct kring *ring, struct kring__slot *slot)
{
    if (slot->deadline_ns >= 0) {
        slot->deadline_ns = kring__until(slot->deadline_ns);
        int error = kring__deadline_add(ring, slot);
        if (error < 0)
            return error;
    }
    kring__move(ring, slot, KRING__RUNNING);
    ring->running++;
    ring->stats.started++;
    if (slot->flags & KRING__S_SELECTS)
        ring->pools[slot->pool].users++;
    if (slot->flags & KRING__S_COUNTING)
        ring->counting++;
    if (slot->flags & KRING__S_REF)
        mark_target(ring, slot);
    KRING__TRACE(ring, "start", slot, 0);
    return 0;
}

/* What a second run of the same handle must find as the first did. */
static int rewind_slot(struct kring__slot *slot)
{
    if (slot->flags & KRING__S_COMPOSITE) {
        if (slot->flags & KRING__S_VECTORED)
            return -EINVAL; /* its iovecs are consumed */
        if (kring__is_copy(slot))
            kring__copier_rewind(slot);
        slot->sqe.addr -= slot->transferred;
        slot->sqe.len += slot->transferred;
        if (kring__composite_positional(slot))
            slot->sqe.off -= slot->transferred;
        slot->transferred = 0;
    }
    slot->flags &= (kring__reads_on(slot) ? KRING__S_MULTI : 0) | KRING__S_COMPOSITE |
                   KRING__S_HARDLINK | KRING__S_DRAIN | KRING__S_SELECTS | KRING__S_RAW |
                   KRING__S_SKIP | KRING__S_IN_CALLBACK;
    slot->deadline_ns = -1; /* set anew if wanted: it was made absolute */
    return 0;
}

int kring_start(struct kring *ring, kring_op op, kring_done *done, void *user)
{
    struct kring__slot *slot = kring__slot(ring, op);
    int error = kring__usable(ring);

    if (error < 0)
        return error;
    if (slot == NULL)
        return op.generation ? -ESTALE : kring_op_error(op);
    if (slot->state == KRING__DONE && (slot->flags & KRING__S_IN_CALLBACK)) {
        error = rewind_slot(slot);
        if (error < 0)
            return error;
        kring__move(ring, slot, KRING__NOT_STARTED);
    }
    if (slot->state != KRING__NOT_STARTED)
        return -EBUSY;
    if (slot->sqe.opcode == IORING_OP_LINK_TIMEOUT)
        error = -EINVAL; /* it needs something before it */
    if (error == 0)
        error = prepare(ring, slot, done, user);
    if (error == 0)
        error = claim(ring, slot);
    if (error < 0) {
        kring__free_slot(ring, slot);
        return error;
    }
    slot->flags |= KRING__S_QUEUED;
    ring->queued++;
    kring__list_append(ring, &ring->waiting, slot);
    return 0;
}

/* ---- Chains ---- */

static int chain_check(struct kring *ring, const kring_op *ops, unsigned count, kring_done *done,
                       void *user)
{
    for (unsigned i = 0; i < count; i++) {
        struct kring__slot *slot = kring__slot(ring, ops[i]);
        int error;

        if (slot == NULL)
            return ops[i].generation ? -ESTALE : kring_op_error(ops[i]);
        if (slot->state != KRING__NOT_STARTED || (slot->flags & KRING__S_CHAINED))
            return -EBUSY;
        error = prepare(ring, slot, done, user);
        if (error < 0)
            return error;
        if (slot->flags & KRING__S_MULTI)
            return -EINVAL;
        if (slot->sqe.opcode == IORING_OP_LINK_TIMEOUT &&
            (i == 0 || kring__slot(ring, ops[i - 1])->sqe.opcode == IORING_OP_LINK_TIMEOUT))
            return -EINVAL;
        slot->flags |= KRING__S_CHAINED; /* a handle given twice is met as EBUSY */
        slot->chain_next = i + 1 < count ? ops[i + 1].index : KRING__NIL;
    }
    return 0;
}

/* From 6.0 on the kernel runs what is linked behind some operations although they failed. */
static bool goes_on_after_failure(const struct kring *ring, const struct kring__slot *slot)
{
    const struct kring__row *row = kring__row(slot->sqe.opcode);

    return row != NULL && (row->flags & KRING__UNLINKED) && !(slot->flags & KRING__S_HARDLINK) &&
           (kring__quirks_active(&ring->caps) >> KRING__QUIRK_UNLINKED & 1) != 0;
}

/* Can one engine take the chain in one piece? */
static bool chain_whole(const struct kring *ring, const kring_op *ops, unsigned count)
{
    unsigned engine = ring->slots[ops[0].index].engine;
    const struct kring__view *view;

    if (engine == KRING_ENGINE_KERNEL) {
        /*
         * Without SUBMIT_ALL (5.18) an SQE that is refused when submitted ends the batch there, and
         * what follows it enters as a chain of its own: the writes behind a failed head were seen
         * to run on 5.10.46. Below 5.7 several operations refuse links besides.
         */
        if (!(ring->caps.pub.setup_flags & IORING_SETUP_SUBMIT_ALL) ||
            !(ring->caps.sqe_flags & IOSQE_IO_HARDLINK))
            return false;
        view = &ring->kernel.view;
        if (count > ring->cq_limit)
            return false;
    } else {
        view = kring__soft_view(ring->soft);
    }
    if (count > view->sq_entries)
        return false;
    for (unsigned i = 0; i < count; i++) {
        const struct kring__slot *slot = &ring->slots[ops[i].index];

        if (slot->engine != engine || (slot->flags & (KRING__S_UNPROVEN | KRING__S_COMPOSITE |
                                                      KRING__S_COUNTING | KRING__S_DRAIN |
                                                      KRING__S_SELECTS | KRING__S_REF)) ||
            kring__is_sweep(&slot->sqe) || kring__borrows(ring, slot) ||
            kring__is_posted(ring, &slot->sqe))
            return false;
        /* The notification of a member that never begins is not announced, so it could not be
         * told from one of the slot's next life. */
        if (i > 0 && kring__is_zero_copy(&slot->sqe))
            return false;
        if (engine == KRING_ENGINE_KERNEL && (slot->sqe.flags & IOSQE_FIXED_FILE) &&
            !(ring->caps.pub.features & IORING_FEAT_LINKED_FILE))
            return false;
        if (engine == KRING_ENGINE_KERNEL && i + 1 < count && goes_on_after_failure(ring, slot))
            return false;
        if (kring__is_wide(slot->sqe.opcode))
            return false; /* how many entries it takes depends on where it begins */
    }
    return true;
}

static void chain_abandon(struct kring *ring, const kring_op *ops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct kring__slot *slot = kring__slot(ring, ops[i]);

        if (slot != NULL && slot->state == KRING__NOT_STARTED)
            kring__free_slot(ring, slot);
    }
}

int kring_start_chain(struct kring *ring, const kring_op *ops, unsigned count, kring_done *done,
                      void *user)
{
    int error = kring__usable(ring);
    uint32_t timed = 0, drain = 0, mode;

    if (error < 0)
        return error;
    if (count == 0 || count > ring->slot_count)
        return -EINVAL;
    if (error == 0)
        error = !CONFIG_KRING_CHAINS && count > 1 ? -KRING_EKERNEL
                                                  : chain_check(ring, ops, count, done, user);
    for (unsigned i = 0; error == 0 && i < count; i++) {
        timed += ring->slots[ops[i].index].deadline_ns >= 0 ||
                 ring->slots[ops[i].index].sqe.opcode == IORING_OP_LINK_TIMEOUT;
        drain |= ring->slots[ops[i].index].flags & KRING__S_DRAIN;
    }
    if (error == 0 && ring->heap_count + timed > ring->heap_limit)
        error = -EAGAIN;
    if (error < 0) {
        chain_abandon(ring, ops, count);
        return error;
    }
    mode = count > 1 && !chain_whole(ring, ops, count) ? KRING__S_SEQUENCED : 0;
    for (unsigned i = 0; i < count; i++) {
        struct kring__slot *slot = &ring->slots[ops[i].index];

        slot->flags |= mode | KRING__S_QUEUED;
        (void)claim(ring, slot); /* room in the heap was checked */
        ring->queued++;
    }
    ring->slots[ops[0].index].flags |= KRING__S_CHAIN_HEAD | drain;
    kring__list_append(ring, &ring->waiting, &ring->slots[ops[0].index]);
    return 0;
}

/* ---- Ending early ---- */

void kring__end(struct kring *ring, struct kring__slot *slot, int64_t value, uint32_t flags)
{
    slot->flags |= KRING__S_ENDED;
    slot->value = value;
    slot->raw = (int32_t)value; /* negative: nothing is owned by it */
    slot->result_flags = flags;
    kring__list_append(ring, &ring->ended, slot);
}

static void unqueue(struct kring *ring, struct kring__slot *slot)
{
    slot->flags &= ~KRING__S_QUEUED;
    ring->queued--;
    kring__list_remove(ring, &ring->waiting, slot);
}

void kring__send_cancel(struct kring *ring, struct kring__slot *slot)
{
    uint32_t index = kring__index(ring, slot);

    slot->cancel_next = KRING__NIL;
    *(ring->cancels == KRING__NIL ? &ring->cancels
                                  : &ring->slots[ring->cancels_last].cancel_next) = index;
    ring->cancels_last = index;
}

/* It ended first. Its slot may start another life at once: nothing may point to it. */
void kring__forget_cancel(struct kring *ring, struct kring__slot *slot)
{
    uint32_t *at = &ring->cancels, index = kring__index(ring, slot), before = KRING__NIL;

    slot->flags &= ~KRING__S_CANCEL_QUEUED;
    while (*at != KRING__NIL && *at != index) {
        before = *at;
        at = &ring->slots[before].cancel_next;
    }
    if (*at == index) {
        *at = slot->cancel_next;
        if (ring->cancels_last == index)
            ring->cancels_last = before;
    }
    slot->cancel_next = KRING__NIL;
}

void kring__request_cancel(struct kring *ring, struct kring__slot *slot, uint32_t why)
{
    slot->flags |= why;
    if (slot->flags & (KRING__S_ENDED | KRING__S_LAST_SEEN))
        return;
    if (slot->flags & KRING__S_PAUSED) {
        slot->flags &= ~KRING__S_PAUSED;
        kring__list_remove(ring, &ring->pools[slot->pool].paused, slot);
        kring__end(ring, slot, -ECANCELED, 0);
        return;
    }
    if ((slot->flags & (KRING__S_CHAINED | KRING__S_STEP)) && !(slot->flags & KRING__S_SUBMITTED))
        return; /* the flush sees the mark when its turn comes */
    if (slot->flags & KRING__S_QUEUED) {
        unqueue(ring, slot);
        kring__end(ring, slot, -ECANCELED, 0);
        return;
    }
    if ((slot->flags & KRING__S_SUBMITTED) &&
        !(slot->flags & (KRING__S_CANCEL_QUEUED | KRING__S_CANCEL_SENT))) {
        if (kring__in_kernel(slot) && kring__kernel_gone(ring)) {
            kring__report_lost(ring, slot); /* a cancel no longer reaches it */
            return;
        }
        slot->flags |= KRING__S_CANCEL_QUEUED;
        /* No engine finds a member whose turn has not come: kring__chain_step() sends it then. */
        if (!(slot->flags & KRING__S_CHAINED) || (slot->flags & KRING__S_CHAIN_HEAD))
            kring__send_cancel(ring, slot);
    }
}

int kring_cancel(struct kring *ring, kring_op op)
{
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot == NULL)
        return op.generation ? -ESTALE : kring_op_error(op);
    if (slot->state != KRING__RUNNING)
        return -EALREADY;
    kring__request_cancel(ring, slot, KRING__S_CANCEL_USER);
    return 0;
}

int kring_drop(struct kring *ring, kring_op op, kring_release *release, void *arg)
{
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot == NULL)
        return op.generation ? -ESTALE : kring_op_error(op);
    if (slot->state == KRING__DROPPED)
        return -ESTALE;
    if (slot->state != KRING__RUNNING) {
        if (slot->state == KRING__DONE && !(slot->flags & KRING__S_IN_CALLBACK))
            kring__discard(ring, slot);
        kring__free_slot(ring, slot);
        if (release != NULL)
            release(arg);
        return 0;
    }
    kring__move(ring, slot, KRING__DROPPED);
    slot->done = NULL;
    slot->release = release;
    slot->user = arg;
    kring__request_cancel(ring, slot, KRING__S_CANCEL_USER);
    return 0;
}
