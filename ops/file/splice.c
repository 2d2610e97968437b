/* SPDX-License-Identifier: MIT */
/*
 * SPLICE: as splice(2). Kernel: 5.7.
 * SQE: splice_fd_in, direct with SPLICE_F_FD_IN_FIXED; splice_off_in, -1 = none; fd: out; off:
 * out's offset, -1 = none; len; splice_flags: SPLICE_F_. One side must be a pipe.
 * Result: bytes; short breaks a link.
 * Soft: only once both sides are ready, with SPLICE_F_NONBLOCK; a socket that was opened blocking
 * takes a page at a time, since that flag does not reach it. BLOCKS on a disk file.
 * Owns: nothing; both descriptors must stay open until the result.
 * EINVAL: of flags at preparation; of the files; neither after an effect.
 */
#include "splice.h"
#include "type.h"

kring_op kring_splice(struct kring *ring, int fd_in, int64_t offset_in, int fd_out,
                      int64_t offset_out, uint32_t length, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_SPLICE, &sqe);

    if (sqe != NULL) {
        sqe->splice_off_in = (uint64_t)offset_in;
        sqe->off = (uint64_t)offset_out;
        kring__splice_fill(ring, op, sqe, fd_in, fd_out, length, flags);
    }
    return op;
}

void kring__splice_fill(struct kring *ring, kring_op op, struct io_uring_sqe *sqe, int fd_in,
                        int fd_out, uint32_t length, uint32_t flags)
{
    sqe->len = length;
    sqe->splice_flags = flags;
    /* kring__fd() tells a direct descriptor; what it says of fd_in goes elsewhere in the SQE. */
    kring__fd(ring, op, sqe, fd_in);
    sqe->splice_fd_in = sqe->fd;
    if (sqe->flags & IOSQE_FIXED_FILE) {
        sqe->flags &= (uint8_t)~IOSQE_FIXED_FILE;
        sqe->splice_flags |= SPLICE_F_FD_IN_FIXED;
    }
    kring__fd(ring, op, sqe, fd_out);
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_SPLICE

#include <asm/socket.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/stat.h>

#define SOCKET_PIECE 4096u

int kring__splice_flags(const struct kring__req *req)
{
    if (kring__has_ioprio(req))
        return -EINVAL;
    return req->sqe.splice_flags & ~(SPLICE_F_FD_IN_FIXED | KRING__SPLICE_ALL) ? -EINVAL : 0;
}

/* scratch[0]: the fd that the last try waits for, plus one; scratch[1]: is it the way in? */
int kring__splice_sides(struct kring__soft *soft, struct kring__req *req,
                        struct kring__sides *sides)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    sides->in = sqe->splice_flags & SPLICE_F_FD_IN_FIXED
                    ? kring__soft_fixed(soft, (uint32_t)sqe->splice_fd_in)
                    : sqe->splice_fd_in;
    sides->out = sqe->flags & IOSQE_FIXED_FILE ? kring__soft_fixed(soft, (uint32_t)sqe->fd)
                                               : sqe->fd;
    /* A slot that was emptied while the request waits on it: the engine keeps the file for us. */
    sides->owned = req->scratch[0] != 0 && req->scratch[0] != (uint64_t)req->fd + 1;
    if (sides->owned && req->scratch[1] != 0)
        sides->in = req->fd;
    else if (sides->owned)
        sides->out = req->fd;
    return sides->in < 0 || sides->out < 0 ? -EBADF : 0;
}

int kring__splice_wait(struct kring__req *req, const struct kring__sides *sides, bool for_in)
{
    /* The engine's duplicate stands for one side only; for the other, it asks again in a while. */
    if (!sides->owned) {
        req->fd = for_in ? sides->in : sides->out;
        req->scratch[0] = (uint64_t)req->fd + 1;
        req->scratch[1] = for_in;
        req->events = for_in ? POLLIN : POLLOUT;
    } else {
        req->events = req->scratch[1] != 0 ? POLLIN : POLLOUT;
    }
    return KRING__TRY_WAIT;
}

int kring__splice_ready(struct kring__req *req, const struct kring__sides *sides)
{
    struct kring__pollfd both[2] = {{sides->in, POLLIN, 0}, {sides->out, POLLOUT, 0}};
    static const struct kring_timespec now = {0, 0};
    long res = kring__sys_ppoll(both, 2, &now, NULL, KRING__SIGSET_BYTES);

    if (res < 0)
        return (int)res;
    if ((both[0].revents | both[1].revents) & POLLNVAL)
        return -EBADF;
    if (both[0].revents != 0 && both[1].revents != 0)
        return 0;
    return kring__splice_wait(req, sides, both[0].revents == 0);
}

/* The file's identity, and whether it is a pipe: 1, 0, or -errno. */
static int is_pipe(int fd, struct statx *info)
{
    long res;

    memset(info, 0, sizeof *info);
    res = kring__statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO, info);
    return res < 0 ? (int)res : (info->stx_mode & KRING__TYPE_MASK) == KRING__TYPE_FIFO;
}

/* The order of do_splice() in fs/splice.c, and of do_tee(), whose offsets are 0. */
int kring__splice_check(const struct kring__req *req, const struct kring__sides *sides)
{
    bool tee = req->sqe.opcode == IORING_OP_TEE;
    bool offset_in = !tee && (int64_t)req->sqe.splice_off_in != -1;
    bool offset_out = !tee && (int64_t)req->sqe.off != -1;
    long flags_in = kring__sys_fcntl(sides->in, F_GETFL, 0);
    long flags_out = kring__sys_fcntl(sides->out, F_GETFL, 0);
    struct statx from, to;
    int pipe_in = is_pipe(sides->in, &from);
    int pipe_out = is_pipe(sides->out, &to);

    if (flags_in < 0 || flags_out < 0 || (flags_in & O_ACCMODE) == O_WRONLY ||
        (flags_out & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    if (pipe_in < 0 || pipe_out < 0)
        return 0;
    if (!pipe_in && !pipe_out)
        return -EINVAL;
    if ((pipe_in && offset_in) || (pipe_out && offset_out) ||
        (pipe_in && pipe_out && (offset_in || offset_out)))
        return -ESPIPE;
    if (pipe_in && pipe_out) {
        return from.stx_ino == to.stx_ino && from.stx_dev_major == to.stx_dev_major &&
                       from.stx_dev_minor == to.stx_dev_minor
                   ? -EINVAL
                   : 0;
    }
    return tee ? -EINVAL : 0;
}

int kring__splice_prep(struct kring__soft *soft, struct kring__req *req)
{
    (void)soft;
    return kring__splice_flags(req);
}

/* Would a write to it that is longer than its room wait? */
static bool is_blocking_socket(int fd)
{
    int type;
    unsigned length = sizeof type;
    long flags;

    if (kring__sys_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
        return false;
    flags = kring__sys_fcntl(fd, F_GETFL, 0);
    return flags < 0 || !(flags & O_NONBLOCK);
}

static long move(const struct io_uring_sqe *sqe, int in, int out, size_t length, uint32_t moved)
{
    int64_t in_at = (int64_t)sqe->splice_off_in + (int64_t)moved;
    int64_t out_at = (int64_t)sqe->off + (int64_t)moved;

    return kring__sys_splice(in, (int64_t)sqe->splice_off_in == -1 ? NULL : &in_at, out,
                             (int64_t)sqe->off == -1 ? NULL : &out_at, length,
                             (sqe->splice_flags & KRING__SPLICE_ALL) | KRING__SPLICE_NONBLOCK);
}

/* Moves as much as both sides take now. */
static long move_all(struct kring__req *req, const struct kring__sides *sides)
{
    uint32_t total = req->sqe.len;
    uint32_t moved = 0;
    uint32_t piece = is_blocking_socket(sides->out) ? SOCKET_PIECE : total;

    for (;;) {
        uint32_t left = total - moved;
        uint32_t want = left < piece ? left : piece;
        long res = move(&req->sqe, sides->in, sides->out, want, moved);

        if (res < 0)
            return moved > 0 ? (long)moved : res;
        moved += (uint32_t)res;
        if (moved >= total || (uint32_t)res < want || kring__splice_ready(req, sides) != 0)
            return (long)moved;
    }
}

int kring__splice_try(struct kring__soft *soft, struct kring__req *req)
{
    bool nonblock = (req->sqe.splice_flags & KRING__SPLICE_NONBLOCK) != 0;
    struct kring__sides sides;
    long res = kring__splice_sides(soft, req, &sides);

    if (res < 0)
        return (int)res;
    if (req->sqe.len == 0)
        return 0;
    res = kring__splice_ready(req, &sides);
    if (res == KRING__TRY_WAIT) {
        int error = kring__splice_check(req, &sides);

        return error < 0 ? error : nonblock ? -EAGAIN : KRING__TRY_WAIT;
    }
    if (res < 0)
        return (int)res;
    res = move_all(req, &sides);
    if (res == -EAGAIN && !nonblock)
        return kring__splice_wait(req, &sides, false);
    if (res >= 0 && res != (long)req->sqe.len)
        req->flags |= KRING__REQ_FAILED;
    return (int)res;
}

#endif
