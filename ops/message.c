/* SPDX-License-Identifier: MIT */
/*
 * Messages between rings: MSG_RING, of which the ring object alone knows the target. Where the
 * target has a mailbox the message goes there, whichever engines the two have: the kernel's way
 * needs a target that was enabled (6.2+), and a sender with a kernel ring. A sender without a soft
 * engine puts it there itself, above the seam.
 */
#include "ring.h"

static struct kring__mail *box_of(struct kring *target)
{
#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
    if (target->soft != NULL)
        return kring__soft_mail(target->soft);
    if (target->mail.cells != NULL)
        return &target->mail;
#else
    (void)target;
#endif
    return NULL;
}

static uint64_t tagged(uint64_t data)
{
    return data | (uint64_t)KRING__TAG_MESSAGE << KRING__MESSAGE_BITS;
}

/* Its engine follows from the target. The mailbox in the last word of the SQE means: not the
 * kernel's way. */
static kring_op address(struct kring *ring, kring_op op, struct io_uring_sqe *sqe,
                        struct kring *target, bool native)
{
    struct kring__mail *mail = box_of(target);

    sqe->fd = target->kernel.fd;
    if (native) {
        ring->slots[op.index].pin = KRING_ENGINE_KERNEL;
    } else {
        sqe->fd = -1;
        sqe->__pad2[0] = (uintptr_t)mail;
        if (mail == NULL)
            return kring__fail(ring, op, -KRING_EKERNEL);
    }
    return op;
}

/* Not to a ring that was never run, where it has a mailbox. Flags other than 0 are a younger
 * modifier. */
static bool kernel_passes(const struct kring *ring, struct kring *target, uint32_t flags)
{
    return kring__kernel_on(ring) && target->soft == NULL &&
           (box_of(target) == NULL || !kring__load_relaxed(&target->kernel.disabled)) &&
           ring->caps.op[IORING_OP_MSG_RING].answer == KRING__YES &&
           (flags == 0 ||
            ring->caps.variant[KRING__VARIANT_MSG_RING_FLAGS].answer == KRING__YES);
}

kring_op kring_msg_ring_flags(struct kring *ring, struct kring *target, int32_t value,
                              uint64_t data, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_MSG_RING, &sqe);

    if (sqe == NULL)
        return op;
    /* These two say how large a CQE is. */
    if (target == NULL || data >> KRING__MESSAGE_BITS ||
        (flags & (IORING_CQE_F_SKIP | IORING_CQE_F_32)))
        return kring__fail(ring, op, -EINVAL);
    sqe->len = (uint32_t)value;
    sqe->off = tagged(data);
    if (flags != 0) {
        sqe->msg_ring_flags = IORING_MSG_RING_FLAGS_PASS;
        sqe->file_index = flags;
    }
    return address(ring, op, sqe, target, kernel_passes(ring, target, flags));
}

kring_op kring_msg_ring(struct kring *ring, struct kring *target, int32_t value, uint64_t data)
{
    return kring_msg_ring_flags(ring, target, value, data, 0);
}

uint32_t kring_message_flags(const struct kring *ring)
{
    return ring->message_flags;
}

kring_op kring_msg_ring_fd(struct kring *ring, struct kring *target, uint32_t slot,
                           uint32_t target_slot, uint64_t data, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_MSG_RING, &sqe);

    if (sqe == NULL)
        return op;
    if (target == NULL || data >> KRING__MESSAGE_BITS || (flags & ~KRING_MSG_QUIET) ||
        (target_slot != KRING_SLOT_ANY && target_slot >= 1u << KRING__INDEX_BITS))
        return kring__fail(ring, op, -EINVAL);
    if (ring->direct_count == 0 || target->direct_count == 0)
        return kring__fail(ring, op, -ENXIO);
    /* Neither side can reach into the other's kind of table. */
    if (ring->direct_home != target->direct_home)
        return kring__fail(ring, op, -KRING_EKERNEL);
    sqe->addr = IORING_MSG_SEND_FD;
    sqe->addr3 = slot;
    sqe->file_index = target_slot == KRING_SLOT_ANY ? IORING_FILE_INDEX_ALLOC : target_slot + 1;
    sqe->off = tagged(data);
    sqe->msg_ring_flags = flags & KRING_MSG_QUIET ? IORING_MSG_RING_CQE_SKIP : 0;
    return address(ring, op, sqe, target, ring->direct_home == KRING_ENGINE_KERNEL);
}

bool kring__is_posted(const struct kring *ring, const struct io_uring_sqe *sqe)
{
    return CONFIG_KRING_RING && ring->soft == NULL && sqe->opcode == IORING_OP_MSG_RING &&
           sqe->__pad2[0] != 0;
}

int kring__post(const struct io_uring_sqe *sqe)
{
#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
    return kring__mail_put((struct kring__mail *)(uintptr_t)sqe->__pad2[0], sqe->off,
                           (int32_t)sqe->len, sqe->file_index);
#else
    (void)sqe;
    return -KRING_EKERNEL;
#endif
}

int kring_msg_post(struct kring *target, int32_t value, uint64_t data)
{
    if (data >> KRING__MESSAGE_BITS)
        return -EINVAL;
#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING
    if (box_of(target) != NULL)
        return kring__mail_put(box_of(target), tagged(data), value, 0);
#endif
#if CONFIG_KRING_KERNEL_ENGINE && CONFIG_KRING_RING
    struct io_uring_sqe sqe;
    long rc;

    /* A real kernel is asked. */
    if (target->caps.pub.simulated && target->caps.register_count <= IORING_REGISTER_SEND_MSG_RING)
        return -KRING_EKERNEL;
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_MSG_RING;
    sqe.fd = target->kernel.fd;
    sqe.len = (uint32_t)value;
    sqe.off = tagged(data);
    rc = kring__sys_io_uring_register(-1, IORING_REGISTER_SEND_MSG_RING, &sqe, 1);
    /* Below 6.13: EINVAL, and EBADF below 6.3, which asked for the ring first. */
    return rc == -EINVAL || rc == -EBADF ? -KRING_EKERNEL : (int)rc;
#else
    (void)target;
    (void)value;
    return -KRING_EKERNEL;
#endif
}
