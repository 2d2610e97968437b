/* SPDX-License-Identifier: MIT */
/*
 * CONNECT: as connect(2). Kernel: 5.5.
 * SQE: fd; addr: address; addr2: its length.
 * Result: 0. Never restarted after EINTR.
 * Soft: a non-blocking connect, then waits for POLLOUT, asks SO_ERROR and calls connect again, as
 * the kernel does. A blocking socket is O_NONBLOCK during each of the two calls and what it was
 * right after it; another thread that uses the same open file in between may see it. A full queue
 * of an AF_UNIX listener is tried again with backoff.
 * Owns: the address is the caller's until the result.
 * EINVAL: at preparation, or of the address; neither after an effect.
 */
#include "net.h"

kring_op kring_connect(struct kring *ring, int fd, const struct sockaddr *address, uint32_t length)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_CONNECT, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(address);
        sqe->addr2 = length;
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__connect_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->len != 0 || sqe->buf_index != 0 || sqe->rw_flags != 0 ||
        sqe->splice_fd_in != 0)
        return -EINVAL;
    return (uint32_t)sqe->addr2 > KRING__ADDRESS_MAX ? -EINVAL : 0;
}

static long connect_once(const struct kring__req *req)
{
    const void *address = kring__pointer(req->sqe.addr);
    unsigned length = (unsigned)req->sqe.addr2;
    long flags = kring__sys_fcntl(req->fd, F_GETFL, 0);
    long res;

    if (flags < 0)
        return flags;
    if (flags & O_NONBLOCK)
        return kring__sys_connect(req->fd, address, length);
    res = kring__sys_fcntl(req->fd, F_SETFL, (unsigned long)flags | O_NONBLOCK);
    if (res < 0)
        return res;
    res = kring__sys_connect(req->fd, address, length);
    (void)kring__sys_fcntl(req->fd, F_SETFL, (unsigned long)flags);
    return res;
}

#define IN_PROGRESS 1u /* scratch[0] */
#define ABORTED 2u

/* A connect under way: done when the socket is writable or has failed. */
static int connect_outcome(const struct kring__req *req)
{
    struct kring__pollfd entry = {req->fd, POLLOUT, 0};
    static const struct kring_timespec now = {0, 0};
    long res = kring__sys_ppoll(&entry, 1, &now, NULL, KRING__SIGSET_BYTES);

    if (res == 0)
        return KRING__TRY_WAIT;
    if (res < 0)
        return (int)res;
    /* SO_ERROR holds a positive errno, and is cleared by being read. */
    res = kring__socket_option(req->fd, SO_ERROR);
    if (res != 0)
        return res > 0 ? (int)-res : (int)res;
    /* Only the next connect makes a TCP socket a connected one in its own eyes; without it the
     * application's next connect would be answered 0 instead of EISCONN. */
    res = connect_once(req);
    if (res == -EISCONN || res == -EBADFD)
        return 0;
    return res == -EALREADY || res == -EINPROGRESS ? KRING__TRY_WAIT : (int)res;
}

int kring__connect_try(struct kring__soft *soft, struct kring__req *req)
{
    long res;

    (void)soft;
    if (req->scratch[0] & IN_PROGRESS)
        return connect_outcome(req);
    res = connect_once(req);
    /* What is left of an earlier connect that was refused, told once by TCP: as the kernel does,
     * the second answer counts. */
    if (res == -ECONNABORTED && !(req->scratch[0] & ABORTED)) {
        req->scratch[0] |= ABORTED;
        res = connect_once(req);
    }
    /* An interrupted connect goes on in the kernel (connect(2)). */
    if (res == -EINPROGRESS || res == -EINTR) {
        req->scratch[0] |= IN_PROGRESS;
        return KRING__TRY_WAIT;
    }
    return res == -EAGAIN ? KRING__TRY_WAIT : (int)res;
}
#endif
