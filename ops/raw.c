/* SPDX-License-Identifier: MIT */
/* The escape hatch: any SQE as an operation, with everything that operations get. */
#include "ring.h"

/* What the SQE's flags ask for is done above the seam, across engines. */
static void take_flags(struct kring__slot *slot, struct io_uring_sqe *sqe)
{
    if (sqe->flags & IOSQE_IO_DRAIN)
        slot->flags |= KRING__S_DRAIN;
    if (sqe->flags & IOSQE_IO_HARDLINK)
        slot->flags |= KRING__S_HARDLINK;
    if (sqe->flags & IOSQE_CQE_SKIP_SUCCESS)
        slot->flags |= KRING__S_SKIP;
    sqe->flags &= (uint8_t)~(IOSQE_IO_DRAIN | IOSQE_IO_HARDLINK | IOSQE_IO_LINK |
                             IOSQE_CQE_SKIP_SUCCESS);
}

kring_op kring_raw(struct kring *ring, const struct io_uring_sqe *given)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, given->opcode, &sqe);
    struct kring__slot *slot;

    if (sqe == NULL)
        return op;
    *sqe = *given;
    sqe->user_data = 0;
    if (sqe->opcode == IORING_OP_MSG_RING)
        sqe->__pad2[0] = 0; /* a place of ours: what the kernel ignores must not be a mailbox */
    if (kring__is_wide(sqe->opcode))
        kring__wide_give(ring, op, given);
    slot = &ring->slots[op.index];
    slot->flags |= KRING__S_RAW;
    take_flags(slot, sqe);
    /* user_data is how results find their operation. */
    if ((sqe->opcode == IORING_OP_POLL_REMOVE && (sqe->len & IORING_POLL_UPDATE_USER_DATA)) ||
        (kring__is_zero_copy(sqe) && sqe->addr3 != 0))
        slot->error = -EINVAL;
    /* A group that is one of ours brings its buffers along. */
    if ((sqe->flags & IOSQE_BUFFER_SELECT) && sqe->buf_group < ring->pool_count &&
        ring->pools[sqe->buf_group].used)
        kring__pool(ring, op, sqe, sqe->buf_group);
    return op;
}
