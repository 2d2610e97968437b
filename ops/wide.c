/* SPDX-License-Identifier: MIT */
/*
 * SQEs of 128 bytes and CQEs of 32: their second halves stand in a table beside the slots, which
 * only rings have that were opened with one of these setup flags.
 *
 * IORING_SETUP_SQE128 (5.19): every entry of the SQ has 128 bytes, and the plain opcodes take them.
 * IORING_SETUP_SQE_MIXED (6.19): NOP128 and URING_CMD128 take two entries of 64 bytes in a row, not
 * across the end of the ring. IORING_SETUP_CQE32 (5.19): every CQE has 32 bytes.
 * IORING_SETUP_CQE_MIXED (6.18): those with CQE_F_32 take two entries in a row; an entry with
 * CQE_F_SKIP fills the end of the ring.
 */
#include "ring.h"

size_t kring__wide_most(const struct kring_options *o)
{
    return CONFIG_KRING_KERNEL_ENGINE && o->engine != KRING_ENGINE_SOFT &&
                   ((o->setup_wanted | o->setup_required) & KRING__SETUP_WIDE)
               ? o->operations : 0;
}

void kring__wide_give(struct kring *ring, kring_op op, const struct io_uring_sqe *given)
{
    if (ring->wide != NULL)
        memcpy(ring->wide[op.index].sqe, given + 1, sizeof ring->wide[0].sqe);
}

#if CONFIG_KRING_KERNEL_ENGINE
static uint32_t setup(const struct kring *ring)
{
    return ring->caps.pub.setup_flags;
}

/* Two entries where there are only small ones; the first of them is not the last of the ring. */
uint32_t kring__wide_entries(struct kring *ring, const struct io_uring_sqe *sqe, uint32_t left)
{
    struct kring__view *view = &ring->kernel.view;
    uint32_t tail = *view->sq_tail;
    struct io_uring_sqe *filler;

    if (!kring__is_wide(sqe->opcode) || (setup(ring) & IORING_SETUP_SQE128))
        return left > 0;
    if ((tail & view->sq_mask) != view->sq_mask)
        return left > 1 ? 2 : 0;
    /* Entered by itself: it has no result, and nobody has to wait for the rest of its pair. */
    filler = kring__view_sqe(view, tail);
    memset(filler, 0, sizeof *filler);
    filler->opcode = IORING_OP_NOP;
    filler->fd = -1;
    filler->flags = IOSQE_CQE_SKIP_SUCCESS;
    filler->user_data = kring__pack(KRING__FILLER, 0, KRING__TAG_INTERNAL, 0);
    kring__store_release(view->sq_tail, tail + 1);
    return left > 2 ? 2 : 0;
}

void kring__wide_fill(const struct kring *ring, struct io_uring_sqe *place)
{
    uint8_t *second = (uint8_t *)(place + 1);

    if (!kring__is_wide(place->opcode)) {
        if (setup(ring) & IORING_SETUP_SQE128)
            memset(second, 0, sizeof *place);
        return;
    }
    memcpy(second, ring->wide[kring__pack_index(place->user_data)].sqe, sizeof *place);
    place->opcode = kring__as_narrow(&ring->caps, place->opcode);
}

uint32_t kring__wide_take(struct kring *ring, uint32_t head, uint32_t ready,
                          struct io_uring_cqe *cqe)
{
    const struct kring__view *view = &ring->kernel.view;
    bool mixed = (setup(ring) & IORING_SETUP_CQE_MIXED) != 0;
    const void *second = (const uint8_t *)kring__view_cqe(view, head) + sizeof *cqe;

    if (setup(ring) & IORING_SETUP_CQE32)
        cqe->flags |= IORING_CQE_F_32;
    else if (!mixed || ready < 2 || (head & view->cq_mask) == view->cq_mask)
        cqe->flags &= ~IORING_CQE_F_32; /* half of one cannot be: there is nothing behind it */
    if (!mixed)
        cqe->flags &= ~IORING_CQE_F_SKIP;
    if (!(cqe->flags & IORING_CQE_F_32))
        return 1;
    memcpy(ring->second, second, sizeof ring->second);
    return mixed ? 2 : 1;
}
#endif
