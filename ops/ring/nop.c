/* SPDX-License-Identifier: MIT */
/*
 * NOP: does nothing. Kernel: 5.1; its flags 6.10 to 6.18, ignored before.
 * SQE: nop_flags: IORING_NOP_; len: the result with INJECT_RESULT; fd: a file that must be open
 * with NOP_FILE; buf_index: a registered buffer with FIXED_BUFFER.
 * Result: 0, or what was asked for.
 * Soft: never blocks. NOP_TW, which only moves the completion, changes nothing.
 * Owns: nothing.
 * EINVAL: only at preparation.
 */
#include "../sqe.h"

kring_op kring_nop(struct kring *ring)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_NOP, &sqe);

    if (sqe != NULL)
        sqe->fd = -1;
    return op;
}

kring_op kring_nop_inject(struct kring *ring, int32_t value, uint32_t flags, int fd,
                          uint16_t buffer)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_NOP, &sqe);

    if (sqe == NULL)
        return op;
    if (flags & ~(KRING_NOP_FILE | KRING_NOP_BUFFER | KRING_NOP_TASK_WORK))
        return kring__fail(ring, op, -EINVAL);
    sqe->fd = -1;
    sqe->nop_flags = IORING_NOP_INJECT_RESULT;
    sqe->len = (uint32_t)value;
    if (flags & KRING_NOP_FILE) {
        kring__fd(ring, op, sqe, fd);
        sqe->nop_flags |= IORING_NOP_FILE;
        /* The kernel's way to say that fd is an index; this opcode has no file of its own. */
        if (sqe->flags & IOSQE_FIXED_FILE)
            sqe->nop_flags |= IORING_NOP_FIXED_FILE;
        sqe->flags &= (uint8_t)~IOSQE_FIXED_FILE;
    }
    if (flags & KRING_NOP_BUFFER) {
        sqe->nop_flags |= IORING_NOP_FIXED_BUFFER;
        sqe->buf_index = buffer;
    }
    if (flags & KRING_NOP_TASK_WORK)
        sqe->nop_flags |= IORING_NOP_TW;
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE
#include <linux/fcntl.h>

/* CQE32 needs larger completions than the soft engine has. */
#define FLAGS \
    (IORING_NOP_INJECT_RESULT | IORING_NOP_FILE | IORING_NOP_FIXED_FILE | \
     IORING_NOP_FIXED_BUFFER | IORING_NOP_TW)

int kring__nop_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__has_ioprio(req) || (req->sqe.nop_flags & ~FLAGS) ? -EINVAL : 0;
}

int kring__nop_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t flags = sqe->nop_flags;

    if (flags & IORING_NOP_FILE) {
        bool fixed = (flags & IORING_NOP_FIXED_FILE) != 0;
        int fd = fixed ? kring__soft_fixed(soft, (uint32_t)sqe->fd) : sqe->fd;

        if (fd < 0 || kring__sys_fcntl(fd, F_GETFD, 0) < 0)
            return -EBADF;
    }
    if (flags & IORING_NOP_FIXED_BUFFER) {
        int error = kring__req_fixed_slot(soft, req);

        if (error < 0)
            return error;
    }
    return flags & IORING_NOP_INJECT_RESULT ? (int)sqe->len : 0;
}
#endif
