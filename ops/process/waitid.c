/* SPDX-License-Identifier: MIT */
/*
 * WAITID: as waitid(2). Kernel: 6.7.
 * SQE: len: P_PID, P_PGID, P_ALL, P_PIDFD; fd: the id, a pidfd is a plain fd; file_index: options;
 * addr2: siginfo_t or 0.
 * Result: 0; with WNOHANG and nothing to tell, si_signo is 0 as well.
 * Soft: tried with WNOHANG. One process that shall have ended is then waited for on a pidfd (5.3),
 * readable when it has. Nothing that can be polled tells of one among many, of stops and
 * continuations, or of anything where there is no pidfd: then it is tried again after 1 ms, 2 ms
 * and so on to every 50 ms, which is how late the result may be. P_PIDFD, P_PGID of id 0: 5.4.
 * Owns: siginfo is the caller's until the result; the child is waitable until a try has taken it.
 * EINVAL: of fields at preparation, of idtype, id and options later; never after an effect.
 */
#include "../sqe.h"

kring_op kring_waitid(struct kring *ring, int idtype, int id, void *info, int options)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_WAITID, &sqe);

    if (sqe != NULL) {
        sqe->len = (uint32_t)idtype;
        sqe->fd = id;
        sqe->addr2 = kring__address(info);
        sqe->file_index = (uint32_t)options;
    }
    return op;
}

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_PROCESS

#include <asm/siginfo.h>
#include <linux/fcntl.h>
#include <linux/wait.h>

#ifndef P_PIDFD /* headers below 5.4 */
#define P_PIDFD 3
#endif

/* scratch[0] */
#define BEGUN (1u << 0)  /* to wait */
#define PINNED (1u << 1) /* req->fd is one: it names this process, and none that inherits the pid */

int kring__waitid_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    return kring__has_ioprio(req) || sqe->addr != 0 || sqe->buf_index != 0 || sqe->addr3 != 0 ||
                   sqe->waitid_flags != 0
               ? -EINVAL
               : 0;
}

static long take(struct kring__req *req, siginfo_t *info)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    int options = (int)(sqe->file_index | WNOHANG);
    long res;

    if (req->scratch[0] & PINNED) {
        res = kring__sys_waitid(P_PIDFD, req->fd, info, options, NULL);
        /* 5.3 opens pidfds and does not wait for them. */
        if (res != -EINVAL || sqe->len != P_PID)
            return res;
    }
    return kring__sys_waitid((int)sqe->len, sqe->fd, info, options, NULL);
}

/* As the kernel: these six, wherever the architecture has them. */
static int give(const siginfo_t *from, siginfo_t *to)
{
    if (to == NULL)
        return 0;
    if (kring__bad_address(to))
        return -EFAULT;
    to->si_signo = from->si_signo;
    to->si_errno = from->si_errno;
    to->si_code = from->si_code;
    to->si_pid = from->si_pid;
    to->si_uid = from->si_uid;
    to->si_status = from->si_status;
    return 0;
}

/* A pidfd of our own, which the application cannot close. */
static void pin(struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    long fd = -1;

    if (sqe->len == P_PID)
        fd = kring__sys_pidfd_open(sqe->fd, 0);
    else if (sqe->len == P_PIDFD)
        fd = kring__sys_fcntl(sqe->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return;
    kring__req_own_fd(req, (int)fd);
    req->scratch[0] |= PINNED;
}

/* A pidfd with O_NONBLOCK (5.10) means WNOHANG. */
static bool waits(const struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    long flags = 0;

    if (sqe->len == P_PIDFD && !(req->scratch[0] & BEGUN))
        flags = kring__sys_fcntl(sqe->fd, F_GETFL, 0);
    return !(sqe->file_index & WNOHANG) && !(flags > 0 && (flags & O_NONBLOCK));
}

static int wait_more(struct kring__req *req, const siginfo_t *nothing)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    if (!(req->scratch[0] & BEGUN)) {
        req->scratch[0] |= BEGUN;
        pin(req);
        /* What the kernel writes when it is cancelled. */
        (void)give(nothing, kring__pointer(sqe->addr2));
    }
    /* A pidfd tells of the end only. */
    return (req->scratch[0] & PINNED) && !(sqe->file_index & (WSTOPPED | WCONTINUED))
               ? KRING__TRY_WAIT
               : KRING__TRY_LATER;
}

int kring__waitid_try(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    siginfo_t info;
    long res;
    int error;

    (void)soft;
    memset(&info, 0, sizeof info);
    res = take(req, &info);
    if (res == 0 && info.si_signo == 0 && waits(req))
        return wait_more(req, &info);
    if (res < 0 && res != -ECHILD)
        return (int)res;
    error = give(&info, kring__pointer(sqe->addr2));
    return error < 0 ? error : (int)res;
}

#endif
