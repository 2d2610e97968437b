/* SPDX-License-Identifier: MIT */
/*
 * ACCEPT: as accept4(2). Kernel: 5.5; direct descriptors 5.15, any slot and multishot 5.19;
 * DONTWAIT and POLL_FIRST 6.10.
 * SQE: fd; addr: address or 0; addr2: its length (in and out) or 0; accept_flags: SOCK_; ioprio:
 * IORING_ACCEPT_; file_index: slot + 1 or IORING_FILE_INDEX_ALLOC, then without SOCK_CLOEXEC.
 * Result: the fd; 0, or with FILE_INDEX_ALLOC the slot. Multishot: one with F_MORE for each
 * connection; an error is final.
 * Soft: asks ppoll() first, unless the listener is O_NONBLOCK. BLOCKS only where somebody else
 * accepts the connection in between from the same blocking listener.
 * Owns: address and length are the caller's until the result, the new descriptor from then on.
 * EINVAL: of fields at preparation; of a socket that does not listen; neither after an effect.
 */
#include "net.h"

static void accept_fill(struct io_uring_sqe *sqe, struct sockaddr *address, uint32_t *length,
                        int flags, uint16_t how)
{
    sqe->addr = kring__address(address);
    sqe->addr2 = kring__address(length);
    /* kring_set_slot() takes SOCK_CLOEXEC away again. */
    sqe->accept_flags = (uint32_t)flags | KRING__SOCK_CLOEXEC;
    sqe->ioprio = how;
}

kring_op kring_accept(struct kring *ring, int fd, struct sockaddr *address, uint32_t *length,
                      int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_ACCEPT, &sqe);

    if (sqe != NULL) {
        accept_fill(sqe, address, length, flags, 0);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

kring_op kring_accept_multishot(struct kring *ring, int fd, int flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_ACCEPT, &sqe);

    if (sqe != NULL) {
        accept_fill(sqe, NULL, NULL, flags, IORING_ACCEPT_MULTISHOT);
        kring__fd(ring, op, sqe, fd);
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
int kring__accept_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (sqe->len != 0 || sqe->buf_index != 0)
        return -EINVAL;
    if (sqe->ioprio &
        ~(IORING_ACCEPT_MULTISHOT | IORING_ACCEPT_DONTWAIT | IORING_ACCEPT_POLL_FIRST))
        return -EINVAL;
    if (sqe->file_index != 0) {
        if (sqe->accept_flags & KRING__SOCK_CLOEXEC)
            return -EINVAL;
        if ((sqe->ioprio & IORING_ACCEPT_MULTISHOT) && sqe->file_index != IORING_FILE_INDEX_ALLOC)
            return -EINVAL;
    }
    if (sqe->accept_flags & ~(KRING__SOCK_CLOEXEC | KRING__SOCK_NONBLOCK))
        return -EINVAL;
    if (sqe->ioprio & IORING_ACCEPT_MULTISHOT)
        req->flags |= KRING__REQ_MULTISHOT;
    return 0;
}

/* accept4 is of 2.6.28, on some architectures of 3.x; accept makes an fd without its flags. */
static long accept_now(const struct kring__req *req, uint32_t flags)
{
    void *address = kring__pointer(req->sqe.addr);
    unsigned *length = kring__pointer(req->sqe.addr2);
    long fd = kring__sys_accept4(req->fd, address, length, (int)flags), res = 0;

    if (fd != -ENOSYS)
        return fd;
    fd = kring__sys_accept(req->fd, address, length);
    if (fd < 0)
        return fd;
    if (flags & KRING__SOCK_CLOEXEC)
        res = kring__sys_fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    if (res >= 0 && (flags & KRING__SOCK_NONBLOCK))
        res = kring__sys_fcntl((int)fd, F_SETFL, O_RDWR | O_NONBLOCK);
    if (res >= 0)
        return fd;
    (void)kring__sys_close((int)fd);
    return res;
}

#define LISTENER_KNOWN (1u << 0)    /* scratch[0] */
#define LISTENER_NONBLOCK (1u << 1)

/* May accept be called now? 1 yes, 0 would wait, or an error. */
static int accept_ready(struct kring__req *req)
{
    struct kring__pollfd entry = {req->fd, POLLIN, 0};
    static const struct kring_timespec now = {0, 0};
    long res;

    if (!(req->scratch[0] & LISTENER_KNOWN)) {
        res = kring__sys_fcntl(req->fd, F_GETFL, 0);
        if (res < 0)
            return (int)res;
        req->scratch[0] |= res & O_NONBLOCK ? LISTENER_KNOWN | LISTENER_NONBLOCK : LISTENER_KNOWN;
    }
    if ((req->scratch[0] & LISTENER_NONBLOCK) || (req->flags & KRING__REQ_NONBLOCK_FD))
        return 1;
    res = kring__sys_ppoll(&entry, 1, &now, NULL, KRING__SIGSET_BYTES);
    if (res != 0)
        return (int)res;
    /* On what does not listen, accept fails at once; no connection will ever make it ready. When
     * that cannot be told, accept might wait: then it is not called. */
    res = kring__socket_option(req->fd, SO_ACCEPTCONN);
    return res == 0 || res == -ENOTSOCK || res == -EBADF;
}

int kring__accept_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint32_t flags = sqe->accept_flags;
    bool wait = !(sqe->ioprio & IORING_ACCEPT_DONTWAIT);
    long res;

    if ((sqe->ioprio & IORING_ACCEPT_POLL_FIRST) && req->revents == 0)
        return wait ? KRING__TRY_WAIT : -EAGAIN;
    res = accept_ready(req);
    if (res < 0)
        return (int)res;
    if (res == 0)
        return wait ? KRING__TRY_WAIT : -EAGAIN;
    /* What stands behind a direct descriptor is an fd nevertheless, not to outlive an exec. */
    if (sqe->file_index != 0)
        flags |= KRING__SOCK_CLOEXEC;
    res = accept_now(req, flags);
    if (res == -EAGAIN)
        return wait ? KRING__TRY_WAIT : -EAGAIN;
    return res < 0 ? (int)res : kring__req_install(soft, req, (int)res);
}
#endif
