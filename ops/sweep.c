/* SPDX-License-Identifier: MIT */
/*
 * Cancel by fd, by opcode, any, all: done above the seam, over what waits and over both engines at
 * once, so that counts add up and requests of our own are never among them.
 */
#include <linux/fcntl.h>

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

/*
 * Can a cancel still be aimed at it? What is dropped has its cancel on the way, and nobody to tell.
 */
static bool open_to(const struct kring__slot *slot)
{
    return slot->state == KRING__RUNNING &&
           !(slot->flags & (KRING__S_ENDED | KRING__S_LAST_SEEN | KRING__S_CANCEL_USER));
}

/* What is wrong with an fd that nothing runs on. */
static int64_t none_found(const struct kring *ring, const struct io_uring_sqe *want)
{
    if (!(want->cancel_flags & IORING_ASYNC_CANCEL_FD))
        return -ENOENT;
    if (want->cancel_flags & IORING_ASYNC_CANCEL_FD_FIXED)
        return (uint32_t)want->fd < ring->direct_count ? -ENOENT : -EBADF;
    return want->fd < 0 || kring__sys_fcntl(want->fd, F_GETFD, 0) < 0 ? -EBADF : -ENOENT;
}

static int64_t sweep(struct kring *ring, const struct io_uring_sqe *want,
                     const struct kring__slot *self)
{
    bool all = (want->cancel_flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY)) != 0;
    const uint32_t known = IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD |
                           IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_FD_FIXED |
                           IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP;
    int64_t count = 0;

    if ((want->cancel_flags & ~known) || want->off != 0 || want->ioprio != 0 ||
        ((want->cancel_flags & IORING_ASYNC_CANCEL_ANY) &&
         (want->cancel_flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP))))
        return -EINVAL;
    for (uint32_t i = 0; i < ring->slot_count; i++) {
        struct kring__slot *slot = &ring->slots[i];

        /* Queued means started after an operation that cancels. */
        if (slot == self || !open_to(slot) || (self != NULL && (slot->flags & KRING__S_QUEUED)) ||
            !matches(want, ring, slot))
            continue;
        kring__request_cancel(ring, slot, KRING__S_CANCEL_USER);
        count++;
        if (!all)
            return self != NULL ? 0 : count;
    }
    return count ? count : none_found(ring, want);
}

int64_t kring__sweep(struct kring *ring, struct kring__slot *self)
{
    return sweep(ring, &self->sqe, self);
}

/* Does anything run still that was cancelled and fits? */
static bool lingers(const struct kring *ring, const struct io_uring_sqe *want)
{
    for (uint32_t i = 0; i < ring->slot_count; i++)
        if (ring->slots[i].state == KRING__RUNNING &&
            (ring->slots[i].flags & KRING__S_CANCEL_USER) && matches(want, ring, &ring->slots[i]))
            return true;
    return false;
}

int64_t kring__sweep_and_wait(struct kring *ring, const struct io_uring_sqe *want,
                              int64_t timeout_ns)
{
    int64_t until = kring__until(timeout_ns), count;
    int error;

    if (ring->depth)
        return -EDEADLK;
    error = kring__bind(ring);
    if (error < 0)
        return error;
    count = sweep(ring, want, NULL);
    /* What was cancelled before and is not found again has to end too: its memory is borrowed. */
    while (count != -EINVAL && lingers(ring, want)) {
        error = kring__round(ring, until);
        if (ring->close_asked)
            return count; /* the next run closes */
        if (error < 0 && error != -EINTR && error != -ETIME && error != -EAGAIN &&
            error != -EBUSY)
            return error;
        if (lingers(ring, want) && (until == 0 || (until != INT64_MAX && kring__now_ns() >= until)))
            return -ETIME;
    }
    return count;
}

/* ---- Public ---- */

static int fill_match(struct io_uring_sqe *want, uint32_t flags, int fd, unsigned opcode)
{
    if (flags & ~(KRING_CANCEL_FD | KRING_CANCEL_OPCODE | KRING_CANCEL_ANY | KRING_CANCEL_ALL))
        return -EINVAL;
    if (!(flags & (KRING_CANCEL_FD | KRING_CANCEL_OPCODE | KRING_CANCEL_ANY)))
        return -EINVAL; /* it names nothing */
    want->opcode = IORING_OP_ASYNC_CANCEL;
    want->fd = -1;
    if (flags & KRING_CANCEL_FD) {
        kring__fd(NULL, (kring_op){0, 0}, want, fd);
        want->cancel_flags |= IORING_ASYNC_CANCEL_FD;
        /* The kernel's way to say that fd is an index; this opcode has no file of its own. */
        if (want->flags & IOSQE_FIXED_FILE)
            want->cancel_flags |= IORING_ASYNC_CANCEL_FD_FIXED;
        want->flags = 0;
    }
    if (flags & KRING_CANCEL_OPCODE) {
        want->cancel_flags |= IORING_ASYNC_CANCEL_OP;
        want->len = opcode;
    }
    if (flags & KRING_CANCEL_ANY)
        want->cancel_flags |= IORING_ASYNC_CANCEL_ANY;
    if (flags & KRING_CANCEL_ALL)
        want->cancel_flags |= IORING_ASYNC_CANCEL_ALL;
    return 0;
}

kring_op kring_cancel_match(struct kring *ring, uint32_t flags, int fd, unsigned opcode)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_ASYNC_CANCEL, &sqe);
    int error = sqe != NULL ? fill_match(sqe, flags, fd, opcode) : 0;

    return error < 0 ? kring__fail(ring, op, error) : op;
}

int64_t kring_cancel_sync(struct kring *ring, uint32_t flags, int fd, unsigned opcode,
                          int64_t timeout_ns)
{
    struct io_uring_sqe want;
    int error = kring__usable(ring);

    memset(&want, 0, sizeof want);
    if (error == 0)
        error = fill_match(&want, flags, fd, opcode);
    if (error < 0)
        return error;
    return CONFIG_KRING_SWEEP ? kring__sweep_and_wait(ring, &want, timeout_ns) : -KRING_EKERNEL;
}

int kring_cancel_wait(struct kring *ring, kring_op op, int64_t timeout_ns)
{
    struct io_uring_sqe want;
    struct kring__slot *slot;
    int error = kring__usable(ring);
    int64_t count;
    bool canceled;

    if (error < 0)
        return error;
    slot = kring__slot(ring, op);
    if (slot == NULL)
        return op.generation ? -ESTALE : kring_op_error(op);
    if (slot->state != KRING__RUNNING)
        return -EALREADY;
    canceled = (slot->flags & KRING__S_CANCEL_USER) != 0;
    memset(&want, 0, sizeof want);
    want.addr = kring_user_data(op);
    want.cancel_flags = IORING_ASYNC_CANCEL_USERDATA;
    count = kring__sweep_and_wait(ring, &want, timeout_ns);
    return count > 0 || (canceled && count == -ENOENT) ? 0 : (int)count;
}
