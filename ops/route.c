/* SPDX-License-Identifier: MIT */
/*
 * Which engine runs an operation. Decided at each start from what the SQE asks (opcode, SQE flags,
 * variants), from where its resources live (direct table, buffer pool) and from pins.
 */
#include <limits.h>

#include "ring.h"

/* Features without which kring__caps_poor() has to look at each waiting operation. */
#define KRING__POOR_WITHOUT (IORING_FEAT_RW_CUR_POS | IORING_FEAT_FAST_POLL)

bool kring__soft_can(const struct kring *ring, unsigned opcode)
{
    const struct kring__row *row = kring__row(kring__narrow(opcode));

    return ring->soft != NULL && row != NULL && row->attempt != NULL &&
           !((row->flags & KRING__THREAD) &&
             (!CONFIG_KRING_OFFLOAD || ring->options.offload == NULL));
}

bool kring__soft_runs(const struct kring *ring, const struct io_uring_sqe *sqe)
{
    return kring__soft_can(ring, sqe->opcode) &&
           (kring__narrow(sqe->opcode) != IORING_OP_URING_CMD || kring__is_socket_command(sqe));
}

/* What an SQE of this opcode may ask beyond its flags, its ioprio and its file_index. */
static bool asks_more(unsigned opcode)
{
    switch (opcode) {
    case IORING_OP_POLL_ADD:
    case IORING_OP_TIMEOUT:
    case IORING_OP_LINK_TIMEOUT:
    case IORING_OP_FILES_UPDATE:
    case IORING_OP_SPLICE:
    case IORING_OP_TEE:
    case IORING_OP_MSG_RING:
    case IORING_OP_READ_MULTISHOT:
    case IORING_OP_URING_CMD:
    case IORING_OP_NOP128:
    case IORING_OP_URING_CMD128:
    case IORING_OP_READ_FIXED:
    case IORING_OP_WRITE_FIXED:
    case IORING_OP_READV_FIXED:
    case IORING_OP_WRITEV_FIXED:
        return true;
    default:
        return (kring__rows[opcode].flags & KRING__REFERS) != 0;
    }
}

void kring__route_init(struct kring *ring)
{
    uint32_t features = ring->caps.pub.features;

    memset(ring->fast, 0, sizeof ring->fast);
    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        const struct kring__row *row = &kring__rows[i];
        bool waits = row->wait == KRING__WAIT_IN || row->wait == KRING__WAIT_OUT;

        if (!row->enabled || ring->pins[i] != KRING_ENGINE_AUTO || asks_more(i))
            continue;
        if (!kring__kernel_on(ring) || kring__kernel_gone(ring)) {
            if (kring__soft_can(ring, i))
                ring->fast[i] = KRING_ENGINE_SOFT | KRING__FAST_PLAIN;
        } else if (ring->caps.op[i].answer == KRING__YES && !kring__quirk_guards(&ring->caps, i) &&
                   !(waits && (features & KRING__POOR_WITHOUT) != KRING__POOR_WITHOUT)) {
            ring->fast[i] = KRING_ENGINE_KERNEL | KRING__FAST_PLAIN;
        }
    }
}

/* Does it use the direct table, to read or to change it? */
static bool uses_table(const struct io_uring_sqe *sqe)
{
    const struct kring__row *row = kring__row(sqe->opcode);

    if ((sqe->flags & IOSQE_FIXED_FILE) || sqe->opcode == IORING_OP_FILES_UPDATE ||
        (sqe->opcode == IORING_OP_NOP && (sqe->nop_flags & IORING_NOP_FIXED_FILE)))
        return true;
    if (row != NULL && sqe->file_index != 0 &&
        ((row->flags & KRING__CREATES) || sqe->opcode == IORING_OP_CLOSE))
        return true;
    return (sqe->opcode == IORING_OP_SPLICE || sqe->opcode == IORING_OP_TEE) &&
           (sqe->splice_flags & SPLICE_F_FD_IN_FIXED);
}

/* The engine that owns anything else this SQE uses, AUTO when nothing does. */
static unsigned home_of(struct kring *ring, const struct kring__slot *slot)
{
    const struct io_uring_sqe *sqe = &slot->sqe;

    if (kring__uses_buffer(sqe) && ring->buffers_home != KRING_ENGINE_AUTO)
        return ring->buffers_home;
    if (slot->flags & KRING__S_SELECTS)
        return ring->pools[slot->pool].home;
    if (slot->flags & KRING__S_REF) {
        /* A cancel goes where its target is. */
        uint32_t index = kring__pack_index(sqe->addr);
        if (index < ring->slot_count &&
            ring->slots[index].generation == kring__pack_generation(sqe->addr) &&
            ring->slots[index].state == KRING__RUNNING)
            return ring->slots[index].engine;
    }
    return KRING_ENGINE_AUTO;
}

/* What two owners ask for together: one of them, or INT_MAX when they contradict each other. */
static unsigned both(unsigned one, unsigned other)
{
    if (one == KRING_ENGINE_AUTO || one == other)
        return other;
    return other == KRING_ENGINE_AUTO ? one : INT_MAX;
}

/* A wide operation may go by its plain opcode: then that is what the kernel has to know. */
static const struct io_uring_sqe *as_sent(const struct kring *ring, const struct io_uring_sqe *sqe,
                                          struct io_uring_sqe *narrow)
{
    if (!kring__is_wide(sqe->opcode))
        return sqe;
    *narrow = *sqe;
    narrow->opcode = kring__as_narrow(&ring->caps, sqe->opcode);
    return narrow;
}

int kring__route(struct kring *ring, struct kring__slot *slot)
{
    const struct io_uring_sqe *sqe = &slot->sqe;
    struct io_uring_sqe narrow;
    unsigned pin = slot->pin, home;
    bool soft, lends;
    enum kring__answer answer;
    int missing;

    slot->flags &= ~KRING__S_UNPROVEN;
    if (pin == KRING_ENGINE_AUTO && sqe->opcode < KRING__OP_COUNT)
        pin = ring->pins[sqe->opcode];
    /* It runs above the seam; this only names somebody. */
    if (CONFIG_KRING_SWEEP && kring__is_sweep(sqe))
        return kring__kernel_on(ring) ? KRING_ENGINE_KERNEL : KRING_ENGINE_SOFT;
    if (CONFIG_KRING_RING && sqe->opcode == IORING_OP_MSG_RING && sqe->__pad2[0] != 0)
        return kring__is_posted(ring, sqe) ? KRING_ENGINE_KERNEL : KRING_ENGINE_SOFT;
    soft = kring__soft_runs(ring, sqe);
    home = both(home_of(ring, slot), pin);
    lends = kring__can_borrow(ring, slot) && home != KRING_ENGINE_KERNEL;
    if (home == KRING_ENGINE_SOFT && lends)
        return KRING_ENGINE_SOFT;
    if (uses_table(sqe))
        home = both(home, ring->direct_home);
    if (home == INT_MAX)
        return -KRING_EKERNEL;
    if (home == KRING_ENGINE_SOFT || !kring__kernel_on(ring) || kring__kernel_gone(ring)) {
        if (!soft || home == KRING_ENGINE_KERNEL)
            return -KRING_EKERNEL;
        return KRING_ENGINE_SOFT;
    }
    /* A kernel that knows these would say EINVAL, as of a wrong argument. */
    if (kring__is_wide(sqe->opcode) && !kring__has_wide(&ring->caps))
        return soft && home != KRING_ENGINE_KERNEL ? KRING_ENGINE_SOFT : -KRING_EKERNEL;
    sqe = as_sent(ring, sqe, &narrow);
    answer = kring__caps_check(&ring->caps, sqe, kring__variants_of(sqe), &missing);
    if (home == KRING_ENGINE_AUTO && soft && kring__caps_poor(&ring->caps, sqe) != NULL)
        return KRING_ENGINE_SOFT;
    if (answer == KRING__YES)
        return KRING_ENGINE_KERNEL;
    if (answer == KRING__CANNOT_TELL) {
        slot->flags |= KRING__S_UNPROVEN;
        return KRING_ENGINE_KERNEL;
    }
    if ((home == KRING_ENGINE_KERNEL && !lends) || !soft)
        return -KRING_EKERNEL;
    return KRING_ENGINE_SOFT;
}

int kring__route_settle(struct kring *ring, struct kring__slot *slot)
{
    struct io_uring_sqe narrow;
    const struct io_uring_sqe *sqe = as_sent(ring, &slot->sqe, &narrow);
    enum kring__answer answer;
    int missing;

    if (!(slot->flags & KRING__S_UNPROVEN))
        return slot->engine;
    answer = kring__caps_settle(&ring->caps, sqe, kring__variants_of(sqe), &missing);
    if (answer == KRING__YES)
        slot->flags &= ~KRING__S_UNPROVEN;
    if (answer != KRING__NO)
        return KRING_ENGINE_KERNEL;
    slot->flags &= ~KRING__S_UNPROVEN;
    return kring__route(ring, slot);
}

void kring__downgrade(struct kring *ring, unsigned opcode, int error, const char *text)
{
    ring->stats.downgrades++;
    if (opcode < KRING__OP_COUNT) {
        ring->fast[opcode] = 0;
        if (ring->told[opcode])
            return;
        ring->told[opcode] = 1;
    }
    if (ring->options.on_downgrade)
        ring->options.on_downgrade(ring, opcode, error, text, ring->options.user);
}

static int describe(struct kring *ring, struct kring__slot *slot)
{
    const struct kring__row *row = kring__row(slot->sqe.opcode);
    bool message = slot->sqe.opcode == IORING_OP_SENDMSG || slot->sqe.opcode == IORING_OP_RECVMSG;
    uint64_t header = slot->sqe.addr;
    int engine, flags = 0;

    /* A message's header may be looked at from the start on: before, it counts as a plain one. */
    if (message)
        slot->sqe.addr = 0;
    engine = kring__route(ring, slot);
    slot->sqe.addr = header;
    if (engine < 0)
        return engine == -KRING_EKERNEL ? KRING_ENGINE_NONE : engine;
    if (slot->flags & KRING__S_UNPROVEN)
        flags |= KRING_ROUTE_UNPROVEN;
    if (engine == KRING_ENGINE_SOFT && row != NULL && ring->options.offload == NULL &&
        (row->wait == KRING__WAIT_DISK || (row->flags & KRING__RW)))
        flags |= KRING_ROUTE_BLOCKS;
    return engine | flags;
}

int kring_route(struct kring *ring, kring_op op)
{
    struct kring__slot *slot = kring__slot(ring, op);
    uint32_t unproven;
    int result;

    if (slot == NULL)
        return op.generation ? -ESTALE : kring_op_error(op);
    if (slot->state != KRING__NOT_STARTED)
        return slot->engine;
    unproven = slot->flags & KRING__S_UNPROVEN;
    result = describe(ring, slot);
    slot->flags = (slot->flags & ~KRING__S_UNPROVEN) | unproven;
    return result;
}

int kring_route_opcode(struct kring *ring, unsigned opcode)
{
    struct kring__slot probe;

    if (opcode >= KRING__OP_COUNT)
        return -EINVAL;
    memset(&probe, 0, sizeof probe);
    probe.sqe.opcode = (uint8_t)opcode;
    if (!kring__rows[opcode].enabled)
        return KRING_ENGINE_NONE;
    return describe(ring, &probe);
}

int kring_pin(struct kring *ring, unsigned opcode, enum kring_engine engine)
{
    if (opcode >= KRING__OP_COUNT || engine > KRING_ENGINE_SOFT)
        return -EINVAL;
    if (engine == KRING_ENGINE_SOFT && !kring__soft_can(ring, opcode))
        return -KRING_EKERNEL;
    if (engine == KRING_ENGINE_KERNEL && !kring__kernel_on(ring))
        return -KRING_EKERNEL;
    if (engine != KRING_ENGINE_AUTO && (kring__rows[opcode].flags & KRING__SELECTS)) {
        for (uint32_t i = 0; i < ring->pool_count; i++)
            if (ring->pools[i].used && ring->pools[i].users != 0 &&
                ring->pools[i].home != KRING_ENGINE_AUTO && ring->pools[i].home != engine)
                return -EBUSY;
    }
    ring->pins[opcode] = (uint8_t)engine;
    kring__route_init(ring);
    return 0;
}
