/* SPDX-License-Identifier: MIT */
/*
 * PIPE: as pipe2(2). Kernel: 6.16, with direct descriptors.
 * SQE: addr: int[2] for the reading and the writing end; pipe_flags: O_CLOEXEC, O_NONBLOCK,
 * O_DIRECT, O_NOTIFICATION_PIPE; fd, off: 0; file_index: slot + 1 of the reading end, the writing
 * end comes into the next slot; or IORING_FILE_INDEX_ALLOC; then without O_CLOEXEC.
 * Result: 0; the array holds two fds, or two slots.
 * Soft: never blocks.
 * Owns: the array is the caller's until the result; the descriptors are the application's then.
 * EINVAL: never after an effect.
 */
#include "../sqe.h"

#include <linux/fcntl.h>

kring_op kring_pipe(struct kring *ring, int fds[2], int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_PIPE, &sqe);

    _Static_assert(sizeof(int) == sizeof(int32_t), "fds are 32 bits wide in the ABI");
    if (sqe != NULL) {
        sqe->addr = kring__address(fds);
        /* kring_set_slot() takes O_CLOEXEC away again. */
        sqe->pipe_flags = (uint32_t)flags | O_CLOEXEC;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
#define FLAGS ((uint32_t)(O_CLOEXEC | O_NONBLOCK | O_DIRECT | O_EXCL /* notification */))

int kring__pipe_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->fd != 0 || sqe->off != 0 || sqe->addr3 != 0)
        return -EINVAL;
    return sqe->pipe_flags & ~FLAGS ? -EINVAL : 0;
}

int kring__pipe_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    int *out = kring__pointer(sqe->addr), fds[2] = {-1, -1}, res;

    if (sqe->file_index == 0)
        return (int)kring__sys_pipe2(out, (int)sqe->pipe_flags);
    if (sqe->pipe_flags & O_CLOEXEC)
        return -EINVAL;
    /* What stands behind a direct descriptor is an fd nevertheless, not to outlive an exec. */
    res = (int)kring__sys_pipe2(fds, (int)sqe->pipe_flags | O_CLOEXEC);
    if (res < 0)
        return res;
    res = kring__req_install_pair(soft, req, fds);
    if (res < 0)
        return res;
    if (kring__bad_address(out)) {
        (void)kring__soft_close_slot(soft, (uint32_t)fds[0]);
        (void)kring__soft_close_slot(soft, (uint32_t)fds[1]);
        return -EFAULT;
    }
    out[0] = fds[0];
    out[1] = fds[1];
    return 0;
}
#endif
