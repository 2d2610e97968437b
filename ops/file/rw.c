/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing a file of any kind without blocking, except on a disk.
 *
 * The ladder, one rung per attempt of a request:
 *   1. A read: preadv2 with RWF_NOWAIT, which costs what pread does and answers EAGAIN instead of
 *      waiting. A write with an offset: pwrite, because only what is seekable takes it, and that
 *      has no readiness to wait for (pipes, sockets and terminals answer ESPIPE with no effect).
 *      A write at the current position: pwritev2 with RWF_NOWAIT.
 *   2. ESPIPE: the file has no offsets; io_uring ignores them there, so once more without.
 *   3. EAGAIN, or RWF_NOWAIT not known to this kernel or file (below 4.14; pipes and sockets below
 *      6.4; most devices): what is it?  A disk file: the plain call (it BLOCKS). A socket: the call
 *      with MSG_DONTWAIT. Else only when ppoll() says ready: the plain call, which then does not
 *      wait for long as no other reader takes the data in between. A pipe takes PIPE_BUF bytes at
 *      a time when it is writable, a terminal or device that was opened blocking and is stopped
 *      midway may block a longer write.
 */
#include "rw.h"
#include "type.h"

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE

#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/stat.h>

#define PIPE_PIECE 4096u /* PIPE_BUF: what a writable pipe takes without waiting */
#define DONTWAIT 0x40    /* MSG_DONTWAIT; no kernel header has it */

/* What one attempt needs, and scratch[0]: what earlier rungs learnt of the file. */
struct transfer {
    struct kring__req *req;
    const struct iovec *vectors;
    uint32_t count;
    size_t length; /* of all vectors */
    int64_t offset; /* -1: current position, or none */
    uint32_t flags; /* the caller's RWF_ */
    bool write;
};
#define LEARNT_TYPE KRING__TYPE_MASK /* of the file, 0 unknown */
#define LEARNT_STREAM (1u << 16)   /* has no offsets */
#define LEARNT_NO_NOWAIT (1u << 17)

int kring__rw_prep(const struct kring__req *req)
{
    unsigned class = (unsigned)req->sqe.ioprio >> 13;

    /* block/ioprio.c: classes are none, real time, best effort and idle; none has no level. */
    if (class > 3 || (class == 0 && (req->sqe.ioprio & 7) != 0))
        return -EINVAL;
    /* Attributes (6.14) need a file with integrity metadata, opened O_DIRECT, which plain calls
     * cannot reach. */
    if (req->sqe.attr_type_mask != 0)
        return -EINVAL;
    return 0;
}

int kring__rw_prep_vectors(struct kring__req *req)
{
    int error = kring__rw_prep(req);

    if (error < 0)
        return error;
    if (!(req->sqe.flags & IOSQE_BUFFER_SELECT))
        return req->sqe.len > KRING__RW_VECTORS ? -EINVAL : 0;
    return req->sqe.len == 1 ? 0 : -EINVAL;
}

int64_t kring__rw_length(const struct iovec *vectors, uint32_t count)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (vectors[i].iov_len > (size_t)-1 / 2)
            return -EINVAL;
        total += vectors[i].iov_len;
        if (total > KRING__RW_MAX)
            total = KRING__RW_MAX;
    }
    return (int64_t)total;
}

/* The file's type, asked once per request and only when it matters. */
static unsigned type_of(struct kring__req *req)
{
    if ((req->scratch[0] & LEARNT_TYPE) == 0) {
        struct statx info;

        memset(&info, 0, sizeof info);
        if (kring__statx(req->fd, "", AT_EMPTY_PATH, STATX_TYPE, &info) < 0)
            return 0;
        req->scratch[0] |= info.stx_mode & LEARNT_TYPE;
    }
    return (unsigned)(req->scratch[0] & LEARNT_TYPE);
}

static bool is_disk_type(unsigned type)
{
    return type == KRING__TYPE_REGULAR || type == KRING__TYPE_BLOCK ||
           type == KRING__TYPE_DIRECTORY;
}

bool kring__rw_is_disk(struct kring__req *req)
{
    return is_disk_type(type_of(req));
}

/* The call with exactly these flags; without any, the oldest call that can say it. */
static long call(const struct transfer *t, uint32_t flags)
{
    int fd = t->req->fd;
    const struct iovec *v = t->vectors;

    if (flags != 0) {
        return t->write ? kring__sys_pwritev2(fd, v, t->count, t->offset, (int)flags)
                        : kring__sys_preadv2(fd, v, t->count, t->offset, (int)flags);
    }
    if (t->offset >= 0 && t->count == 1) {
        return t->write ? kring__sys_pwrite64(fd, v->iov_base, v->iov_len, t->offset)
                        : kring__sys_pread64(fd, v->iov_base, v->iov_len, t->offset);
    }
    if (t->offset >= 0) {
        return t->write ? kring__sys_pwritev(fd, v, t->count, t->offset)
                        : kring__sys_preadv(fd, v, t->count, t->offset);
    }
    return t->write ? kring__sys_writev(fd, v, t->count) : kring__sys_readv(fd, v, t->count);
}

/* A kernel without the vectored calls that take flags cannot honour the caller's. */
static long plain(const struct transfer *t)
{
    long res = call(t, t->flags);

    return res == -ENOSYS ? -EOPNOTSUPP : res;
}

/* The plain call on a disk file, which may block: on another thread where one can be had. */
static long blocking(const struct transfer *t)
{
    return t->req->flags & KRING__REQ_OFFLOADS ? KRING__TRY_BLOCK : plain(t);
}

/* Readiness now, without waiting: > 0 ready. */
static long ready(const struct transfer *t)
{
    struct kring__pollfd entry = {t->req->fd, t->write ? POLLOUT : POLLIN, 0};
    static const struct kring_timespec now = {0, 0};

    return kring__sys_ppoll(&entry, 1, &now, NULL, KRING__SIGSET_BYTES);
}

/* A writable pipe takes PIPE_BUF bytes; whether it takes more is asked again for each piece. */
static long pipe_pieces(const struct transfer *t)
{
    long done = 0;

    for (uint32_t i = 0; i < t->count; i++) {
        const char *at = t->vectors[i].iov_base;
        size_t left = t->vectors[i].iov_len;

        while (left > 0 && (size_t)done < KRING__RW_MAX) {
            size_t piece = left < PIPE_PIECE ? left : PIPE_PIECE;
            long res = done == 0 ? 1 : ready(t);

            if (res <= 0)
                return done;
            res = kring__sys_write(t->req->fd, at, piece);
            if (res < 0)
                return done > 0 ? done : res;
            done += res;
            if ((size_t)res < piece)
                return done;
            at += res;
            left -= (size_t)res;
        }
    }
    return done;
}

/* A FIFO that nobody has opened for writing yet is at its end, and poll() does not tell. Only what
 * was opened O_NONBLOCK comes to that, and can be asked without waiting. */
static bool may_be_at_its_end(const struct transfer *t, unsigned type)
{
    long flags;

    if (type != KRING__TYPE_FIFO || t->write)
        return false;
    flags = kring__sys_fcntl(t->req->fd, F_GETFL, 0);
    return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

/* The third rung. */
static long by_type(const struct transfer *t)
{
    unsigned type = type_of(t->req);
    long res;

    if (is_disk_type(type))
        return blocking(t);
    if (type == KRING__TYPE_SOCKET && t->flags == 0) {
        struct kring__msghdr message;

        memset(&message, 0, sizeof message);
        message.iov = (struct iovec *)(uintptr_t)t->vectors;
        message.iovlen = t->count;
        res = t->write ? kring__sys_sendmsg(t->req->fd, &message, DONTWAIT)
                       : kring__sys_recvmsg(t->req->fd, &message, DONTWAIT);
        return res == -EAGAIN ? KRING__TRY_WAIT : res;
    }
    res = ready(t);
    if (res == 0 && !may_be_at_its_end(t, type))
        return KRING__TRY_WAIT;
    if (res < 0)
        return res;
    if (type == KRING__TYPE_FIFO && t->write && t->flags == 0 && t->length > PIPE_PIECE)
        res = pipe_pieces(t);
    else
        res = plain(t);
    return res == -EAGAIN ? KRING__TRY_WAIT : res;
}

/*
 * RWF_NOWAIT may end a read of a disk file early, or (5.9, 5.10) with 0 far from its end, because
 * the rest is not in memory. io_uring reads on there, so a short read means the file's end.
 */
static long read_on(const struct transfer *t, long res)
{
    if (t->write || (size_t)res >= t->length || !kring__rw_is_disk(t->req))
        return res;
    if (res > 0 && t->count == 1) {
        struct iovec rest = {(char *)t->vectors->iov_base + res, t->length - (size_t)res};
        struct transfer again = *t;
        long more;

        again.vectors = &rest;
        if (t->offset >= 0)
            again.offset += res;
        more = plain(&again);
        return more > 0 ? res + more : res;
    }
    /* At a given offset the whole can be read again; at the current position it has moved on. */
    if (res == 0 || t->offset >= 0) {
        long whole = plain(t);

        return whole >= res ? whole : res;
    }
    return res;
}

/* Where the calls with flags are missing, the third rung is the first to learn of a stream. */
static long any_type(struct transfer *t)
{
    long res = by_type(t);

    if (res == -ESPIPE && t->offset >= 0) {
        t->req->scratch[0] |= LEARNT_STREAM;
        t->offset = -1;
        res = by_type(t);
    }
    return res;
}

/* The first two rungs. */
static long without_waiting(struct transfer *t)
{
    long res;

    if (t->write && (t->req->flags & KRING__REQ_OFFLOADS) && kring__rw_is_disk(t->req))
        return KRING__TRY_BLOCK;
    if (t->write && t->offset >= 0) {
        res = plain(t);
        if (res != -ESPIPE)
            return res == -EAGAIN ? KRING__TRY_WAIT : res;
        t->req->scratch[0] |= LEARNT_STREAM;
        t->offset = -1;
    }
    if (t->req->scratch[0] & LEARNT_NO_NOWAIT)
        return any_type(t);
    res = call(t, t->flags | RWF_NOWAIT);
    if (res == -ESPIPE && t->offset >= 0) {
        t->req->scratch[0] |= LEARNT_STREAM;
        t->offset = -1;
        res = call(t, t->flags | RWF_NOWAIT);
    }
    if (res >= 0)
        return read_on(t, res);
    if (res == -EAGAIN)
        return kring__rw_is_disk(t->req) ? blocking(t) : KRING__TRY_WAIT;
    /* 4.6 says EINVAL to a flag that it does not know; where EINVAL is the caller's, the plain
     * call says it again. */
    if (res == -ENOSYS || res == -EOPNOTSUPP || res == -EINVAL) {
        t->req->scratch[0] |= LEARNT_NO_NOWAIT;
        return any_type(t);
    }
    return res;
}

int kring__rw_try(struct kring__req *req, const struct iovec *vectors, uint32_t count, bool write)
{
    struct transfer t = {req, vectors, count, 0, (int64_t)req->sqe.off, req->sqe.rw_flags, write};
    int64_t length;
    long res;

    if (count > 0 && kring__bad_address(vectors))
        return -EFAULT;
    length = kring__rw_length(vectors, count);
    if (length < 0)
        return (int)length;
    t.length = (size_t)length;
    /* As rw_verify_area() in fs/read_write.c, which looks at the offset even where none counts. */
    if (t.offset < -1 || (t.offset >= 0 && t.offset > INT64_MAX - length))
        return -EINVAL;
    if (t.flags & RWF_HIPRI)
        return -EINVAL; /* only on rings that poll for completions */
    if (req->scratch[0] & LEARNT_STREAM)
        t.offset = -1;
    if (t.flags & RWF_NOWAIT) {
        /* The caller's own wish: EAGAIN is then the result. */
        res = plain(&t);
        if (res == -ESPIPE) {
            t.offset = -1;
            res = plain(&t);
        }
    } else {
        res = without_waiting(&t);
    }
    if (res >= 0 && res != (long)length)
        req->flags |= KRING__REQ_FAILED; /* short: breaks a link */
    return (int)res;
}

#endif
