/* SPDX-License-Identifier: MIT */
/*
 * NOP: does nothing. Kernel: 5.1; its flags 6.10 to 6.18, ignored before.
 * SQE: nop_flags: IORING_NOP_; len: the result with INJECT_RESULT; fd: a file that must be open
 * with NOP_FILE; buf_index: a registered buffer with FIXED_BUFFER.
 * Result: 0, or what was asked for.
 * Soft: never blocks.
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
