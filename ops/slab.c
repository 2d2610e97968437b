/* SPDX-License-Identifier: MIT */
/* The slab of operations: slots, their lists, and the one function that moves their state. */
#include "ring.h"

void kring__slab_init(struct kring *ring)
{
    ring->waiting.first = ring->waiting.last = KRING__NIL;
    ring->ended = ring->steps = ring->waiting;
    ring->free = KRING__NIL;
    ring->cancels = KRING__NIL;
    ring->draining = KRING__NIL;
    ring->current = KRING__NIL;
    for (uint32_t i = ring->slot_count; i-- > 0;) {
        ring->slots[i].generation = 1;
        ring->slots[i].state = KRING__COMPLETE;
        ring->slots[i].next = ring->free;
        ring->free = i;
    }
}

kring_op kring__handle(const struct kring *ring, const struct kring__slot *slot)
{
    kring_op op = {kring__index(ring, slot), slot->generation};
    return op;
}

/* Row: from. A bit for each legal successor. */
const uint8_t kring__legal[] = {
    [KRING__COMPLETE] = 1u << KRING__NOT_STARTED,
    [KRING__NOT_STARTED] = 1u << KRING__RUNNING | 1u << KRING__COMPLETE,
    [KRING__RUNNING] = 1u << KRING__DONE | 1u << KRING__DROPPED,
    [KRING__DONE] = 1u << KRING__NOT_STARTED | 1u << KRING__COMPLETE,
    [KRING__DROPPED] = 1u << KRING__COMPLETE,
};

void kring__free_slot(struct kring *ring, struct kring__slot *slot)
{
    kring__move(ring, slot, KRING__COMPLETE);
    if (++slot->generation == 0)
        slot->generation = 1; /* 0 marks an error in a handle */
    /* First in, last out keeps the slot in the cache; stale handles differ by generation. */
    slot->next = ring->free;
    ring->free = kring__index(ring, slot);
}

static kring_op error_handle(int error)
{
    kring_op op = {(uint32_t)-error, 0};
    return op;
}

kring_op kring__new(struct kring *ring, unsigned opcode, struct io_uring_sqe **sqe)
{
    struct kring__slot *slot;
    const struct kring__row *row = kring__row(opcode);

    *sqe = NULL;
    if (row != NULL && !row->enabled)
        return error_handle(-KRING_EKERNEL);
    if (ring->free == KRING__NIL)
        return error_handle(-EAGAIN);
    slot = &ring->slots[ring->free];
    ring->free = slot->next;
    kring__move(ring, slot, KRING__NOT_STARTED);
    memset(&slot->sqe, 0, sizeof slot->sqe);
    slot->sqe.opcode = (uint8_t)opcode;
    slot->flags = 0;
    slot->engine = KRING_ENGINE_AUTO;
    slot->pin = KRING_ENGINE_AUTO;
    slot->pool = 0xff;
    slot->error = 0;
    slot->chain_next = KRING__NIL;
    slot->cancel_next = KRING__NIL;
    slot->heap = KRING__NIL;
    slot->transferred = 0;
    slot->count = 0;
    slot->borrowed = -1;
    slot->deadline_ns = -1;
    slot->done = NULL;
    slot->release = NULL;
    slot->user = NULL;
    slot->copy = NULL;
    *sqe = &slot->sqe;
    return kring__handle(ring, slot);
}

void kring__fd(struct kring *ring, kring_op op, struct io_uring_sqe *sqe, int fd)
{
    (void)ring;
    (void)op;
    if (fd >= KRING_DIRECT(0) && fd < KRING_DIRECT(1 << KRING__INDEX_BITS)) {
        sqe->flags |= IOSQE_FIXED_FILE;
        sqe->fd = (int32_t)((uint32_t)fd & 0xfffffu);
    } else {
        sqe->fd = fd;
    }
}

kring_op kring__fail(struct kring *ring, kring_op op, int error)
{
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot != NULL && slot->state == KRING__NOT_STARTED)
        kring__free_slot(ring, slot);
    return error_handle(error);
}

void kring__pool(struct kring *ring, kring_op op, struct io_uring_sqe *sqe, int pool)
{
    struct kring__slot *slot = kring__slot(ring, op);

    if (slot == NULL)
        return;
    if (pool < 0 || (uint32_t)pool >= ring->pool_count || !ring->pools[pool].used) {
        slot->error = -EINVAL;
        return;
    }
    if (ring->pools[pool].pieces != NULL && sqe->opcode != IORING_OP_RECV &&
        sqe->opcode != IORING_OP_RECVMSG && sqe->opcode != IORING_OP_READ_MULTISHOT) {
        slot->error = -EINVAL;
        return;
    }
    slot->pool = (uint8_t)pool;
    slot->flags |= KRING__S_SELECTS;
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = (uint16_t)pool;
}

int kring__target(struct kring *ring, kring_op target, uint64_t *user_data)
{
    struct kring__slot *slot = kring__slot(ring, target);

    if (slot == NULL)
        return -ESTALE;
    *user_data = kring_user_data(target);
    return 0;
}

/* The neutral form: kring__place() adds tag and engine of the target when the reference is sent. */
uint64_t kring_user_data(kring_op op)
{
    return kring__pack(op.index, op.generation, 0, 0);
}

const struct io_uring_sqe *kring__ring_sqe(struct kring *ring, kring_op op, int *error)
{
    struct kring__slot *slot = kring__slot(ring, op);

    /* What a failed start has just freed can still be explained, until its slot is used again. */
    if (slot == NULL && op.generation != 0 && op.index < ring->slot_count &&
        ring->slots[op.index].state == KRING__COMPLETE &&
        ring->slots[op.index].generation == op.generation + 1)
        slot = &ring->slots[op.index];
    *error = slot ? 0 : op.generation ? -ESTALE : -(int)op.index;
    return slot ? &slot->sqe : NULL;
}

struct kring__caps *kring__ring_caps(struct kring *ring)
{
    return &ring->caps;
}

/* Not in the usual way: a forked child, or a ring whose guard page is not wiped by fork. */
int kring__is_owner(const struct kring *ring)
{
    long pid;

    /* In a forked child the rings belong to the parent. */
    if (*ring->guard != KRING__GUARD)
        return -ESTALE;
    pid = kring__sys_getpid();
    return pid < 0 || pid == ring->owner_pid ? 0 : -ESTALE;
}
