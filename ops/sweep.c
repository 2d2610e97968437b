/* SPDX-License-Identifier: MIT */
/*
 * Cancel by fd, by opcode, any, all: done above the seam, over what waits and over both engines at
 * once, so that counts add up and requests of our own are never among them.
 */
#include "ring.h"

bool kring__is_sweep(const struct io_uring_sqe *sqe)
{
    return sqe->opcode == IORING_OP_ASYNC_CANCEL &&
           (sqe->cancel_flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY |
                                 IORING_ASYNC_CANCEL_OP | IORING_ASYNC_CANCEL_ALL)) != 0;
}

static bool matches(const struct io_uring_sqe *want, const struct kring *ring,
                    const struct kring__slot *slot)
{
    uint32_t flags = want->cancel_flags;
    const struct kring__row *row = kring__row(slot->sqe.opcode);
    bool fixed = (slot->sqe.flags & IOSQE_FIXED_FILE) != 0;

    if (flags & IORING_ASYNC_CANCEL_ANY)
        return true;
    if (flags & IORING_ASYNC_CANCEL_FD) {
        if (row == NULL || !(row->flags & KRING__FILE) || slot->sqe.fd != want->fd ||
            fixed != ((flags & IORING_ASYNC_CANCEL_FD_FIXED) != 0))
            return false;
    }
    if ((flags & IORING_ASYNC_CANCEL_OP) && slot->sqe.opcode != want->len)
        return false;
    if ((flags & IORING_ASYNC_CANCEL_USERDATA) ||
        !(flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP)))
        return kring__index(ring, slot) == kring__pack_index(want->addr) &&
               slot->generation == kring__pack_generation(want->addr);
    return true;
}

int64_t kring__sweep(struct kring *ring, struct kring__slot *self)
{
    const struct io_uring_sqe *want = &self->sqe;
    bool all = (want->cancel_flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY)) != 0;
    const uint32_t known = IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD |
                           IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_FD_FIXED |
                           IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP;
    int64_t count = 0;

    if ((want->cancel_flags & ~known) || want->off != 0 || want->ioprio != 0)
        return -EINVAL;
    for (uint32_t i = 0; i < ring->slot_count; i++) {
        struct kring__slot *slot = &ring->slots[i];

        /* What is dropped already has its cancel on the way, and nobody to tell. */
        if (slot == self || slot->state != KRING__RUNNING ||
            (slot->flags & (KRING__S_ENDED | KRING__S_LAST_SEEN | KRING__S_CANCEL_USER |
                            KRING__S_QUEUED)) || /* queued means started after this */
            !matches(want, ring, slot))
            continue;
        kring__request_cancel(ring, slot, KRING__S_CANCEL_USER);
        count++;
        if (!all)
            return 0;
    }
    return count ? count : -ENOENT;
}
