/* SPDX-License-Identifier: MIT */
/*
 * kring_copy(): moves bytes from one descriptor to another until a length or the end. A composite
 * over several operations: SPLICE from fd_in into a pipe of its own and from there to fd_out, or
 * straight where one of the two is a pipe; and where this pair of files knows no splice, READ and
 * WRITE through the caller's buffer. What is done next follows from where bytes are: in the buffer,
 * in the pipe, or not taken yet; so nothing that was taken is forgotten when the way changes.
 *
 * The pipe is made when the operation leaves the queue, not when it is started, and closed before
 * its callback, whatever the end.
 */
#include "poison.h"
#include "ring.h"

#if CONFIG_KRING_COMPOSITE && CONFIG_KRING_FILE
#include "file/splice.h"

#include <linux/fcntl.h>
#include <linux/poll.h>

/* What the SQE in flight is for. */
enum { NEW, FILL, DRAIN, THROUGH, TAKE_BACK, WAIT_IN, WAIT_OUT };

/* How: bits of way. */
#define STRAIGHT (1u << 0) /* one of the two is a pipe */
#define BUFFERED (1u << 1) /* splice cannot be used (any more) */

#define SET_PIPE_SIZE 1031u
#define GET_PIPE_SIZE 1032u
#define THROUGH_BYTES (UINT32_C(1) << 20)
#define TRIES 16 /* EAGAIN again and again although poll says ready */

kring_op kring_copy(struct kring *ring, struct kring_copy *copy)
{
    struct io_uring_sqe *sqe;
    /* What it is routed as at first; what is done is decided when it leaves the queue. */
    kring_op op = kring__new(ring, IORING_OP_READ, &sqe);

    if (sqe == NULL)
        return op;
    if (copy == NULL || copy->size != sizeof *copy || (copy->flags & ~KRING_COPY_NO_SPLICE) != 0 ||
        copy->offset_in < KRING_CUR_POS || copy->offset_out < KRING_CUR_POS ||
        copy->pipe_size > INT32_MAX ||
        ((copy->flags & KRING_COPY_NO_SPLICE) && copy->buffer_size == 0))
        return kring__fail(ring, op, -EINVAL);
    kring__fd(ring, op, sqe, copy->fd_in);
    ring->slots[op.index].flags |= KRING__S_COMPOSITE;
    ring->slots[op.index].copy = copy;
    return op;
}

bool kring__copier_is_new(const struct kring__slot *slot)
{
    return slot->copy->own.stage == NEW;
}

void kring__copier_rewind(struct kring__slot *slot)
{
    slot->sqe.opcode = IORING_OP_READ;
    slot->copy->own.stage = NEW;
}

/* ---- The next SQE ---- */

static void transfer_sqe(struct kring *ring, struct kring__slot *slot, unsigned opcode, int fd,
                         uint32_t length, int64_t offset)
{
    const struct kring_copy *copy = slot->copy;
    struct io_uring_sqe *sqe = &slot->sqe;

    sqe->opcode = (uint8_t)opcode;
    kring__fd(ring, (kring_op){0, 0}, sqe, fd);
    sqe->addr = kring__address((char *)copy->buffer + copy->own.buffer_at);
    sqe->len = length;
    sqe->off = (uint64_t)offset;
}

static void splice_sqe(struct kring *ring, struct kring__slot *slot, int in, int out,
                       uint32_t length)
{
    const struct kring_copy *copy = slot->copy;
    struct io_uring_sqe *sqe = &slot->sqe;
    /* More follows for certain only from a file that is read by offset up to a length. */
    bool more = copy->own.left > (copy->own.stage == DRAIN ? 0 : length) &&
                copy->own.left != KRING_COPY_ALL && copy->offset_in >= 0;

    sqe->opcode = IORING_OP_SPLICE;
    sqe->splice_off_in = (uint64_t)(copy->own.stage == DRAIN ? -1 : copy->own.at_in);
    sqe->off = (uint64_t)(copy->own.stage == FILL ? -1 : copy->own.at_out);
    kring__splice_fill(ring, (kring_op){0, 0}, sqe, in, out, length, more ? KRING__SPLICE_MORE : 0);
}

static uint32_t at_most(uint64_t left, uint32_t limit)
{
    return left < limit ? (uint32_t)left : limit;
}

/* False: there is nothing left to do. */
static bool make_sqe(struct kring *ring, struct kring__slot *slot)
{
    struct kring_copy *copy = slot->copy;
    struct kring__copy_own *own = &copy->own;
    uint8_t kept = slot->sqe.flags & IOSQE_ASYNC;

    kring__unpoison(slot);
    memset(&slot->sqe, 0, sizeof slot->sqe);
    slot->sqe.flags = kept;
    if (own->in_buffer > 0) {
        own->stage = DRAIN;
        transfer_sqe(ring, slot, IORING_OP_WRITE, copy->fd_out, own->in_buffer, own->at_out);
    } else if (own->in_pipe > 0 && !(own->way & BUFFERED)) {
        own->stage = DRAIN;
        splice_sqe(ring, slot, own->pipe[0], copy->fd_out, own->in_pipe);
    } else if (own->in_pipe > 0) {
        own->stage = TAKE_BACK;
        own->buffer_at = 0;
        transfer_sqe(ring, slot, IORING_OP_READ, own->pipe[0],
                     at_most(own->in_pipe, copy->buffer_size), KRING_CUR_POS);
    } else if (own->left == 0) {
        return false;
    } else if (own->way & BUFFERED) {
        own->stage = FILL;
        own->buffer_at = 0;
        transfer_sqe(ring, slot, IORING_OP_READ, copy->fd_in,
                     at_most(own->left, copy->buffer_size), own->at_in);
    } else if (own->way & STRAIGHT) {
        own->stage = THROUGH;
        splice_sqe(ring, slot, copy->fd_in, copy->fd_out, at_most(own->left, THROUGH_BYTES));
    } else {
        own->stage = FILL;
        splice_sqe(ring, slot, copy->fd_in, own->pipe[1], at_most(own->left, own->capacity));
    }
    return true;
}

static void wait_sqe(struct kring *ring, struct kring__slot *slot, unsigned stage)
{
    struct kring_copy *copy = slot->copy;

    kring__unpoison(slot);
    memset(&slot->sqe, 0, sizeof slot->sqe);
    copy->own.stage = (uint8_t)stage;
    slot->sqe.opcode = IORING_OP_POLL_ADD;
    kring__fd(ring, (kring_op){0, 0}, &slot->sqe, stage == WAIT_IN ? copy->fd_in : copy->fd_out);
    slot->sqe.poll32_events = kring__poll_mask(stage == WAIT_IN ? POLLIN : POLLOUT);
}

/* By read and write from here on, if the caller lent a buffer. */
static bool give_up_splice(struct kring_copy *copy)
{
    if ((copy->own.way & BUFFERED) || copy->buffer_size == 0)
        return false;
    copy->own.way |= BUFFERED;
    return true;
}

/* The engine for the next SQE; 0: all is done, *value says how; or an error. */
static int advance(struct kring *ring, struct kring__slot *slot, int64_t *value)
{
    struct kring_copy *copy = slot->copy;

    for (;;) {
        int engine;

        if (!make_sqe(ring, slot)) {
            *value = (int64_t)copy->copied;
            return 0;
        }
        engine = kring__route(ring, slot);
        if (engine != -KRING_EKERNEL || slot->sqe.opcode != IORING_OP_SPLICE ||
            !give_up_splice(copy))
            return engine;
    }
}

/* ---- Begin and end ---- */

static bool is_pipe(int fd)
{
    return fd >= 0 && kring__sys_fcntl(fd, GET_PIPE_SIZE, 0) > 0;
}

/* Without a pipe (EMFILE) the buffer still does it. */
static int open_pipe(struct kring_copy *copy)
{
    struct kring__copy_own *own = &copy->own;
    long size = kring__sys_pipe2(own->pipe, O_CLOEXEC);

    if (size < 0) {
        own->pipe[0] = own->pipe[1] = -1;
        return give_up_splice(copy) ? 0 : (int)size;
    }
    if (copy->pipe_size > 0) /* a wish: a user may have used up what pipes may take */
        (void)kring__sys_fcntl(own->pipe[1], SET_PIPE_SIZE, copy->pipe_size);
    size = kring__sys_fcntl(own->pipe[1], GET_PIPE_SIZE, 0);
    own->capacity = size > 0 ? (uint32_t)size : 65536;
    return 0;
}

int kring__copier_begin(struct kring *ring, struct kring__slot *slot, int64_t *value)
{
    struct kring_copy *copy = slot->copy;
    struct kring__copy_own *own = &copy->own;
    int error = 0;

    memset(own, 0, sizeof *own);
    own->stage = FILL; /* it is begun: the end closes what is opened here */
    own->pipe[0] = own->pipe[1] = -1;
    own->left = copy->length;
    own->at_in = copy->offset_in;
    own->at_out = copy->offset_out;
    copy->copied = copy->held = 0;
    if ((copy->flags & KRING_COPY_NO_SPLICE) || !kring__rows[IORING_OP_SPLICE].enabled)
        own->way = BUFFERED;
    else if (is_pipe(copy->fd_in) || is_pipe(copy->fd_out))
        own->way = STRAIGHT;
    else if (own->left > 0)
        error = open_pipe(copy);
    if ((own->way & BUFFERED) && copy->buffer_size == 0)
        error = -KRING_EKERNEL;
    return error < 0 ? error : advance(ring, slot, value);
}

void kring__copier_end(struct kring *ring, struct kring__slot *slot)
{
    struct kring__copy_own *own = &slot->copy->own;

    if (own->stage == NEW)
        return;
    own->stage = NEW;
    for (unsigned i = 0; i < 2; i++) {
        if (own->pipe[i] >= 0)
            kring__close_own(ring, own->pipe[i]);
        own->pipe[i] = -1;
    }
}

/* ---- A result ---- */

static void took(struct kring_copy *copy, uint32_t bytes)
{
    copy->held += bytes;
    if (copy->own.left != KRING_COPY_ALL)
        copy->own.left -= bytes;
    if (copy->own.at_in >= 0)
        copy->own.at_in += bytes;
}

static void gave(struct kring_copy *copy, uint32_t bytes)
{
    copy->held -= bytes;
    copy->copied += bytes;
    if (copy->own.at_out >= 0)
        copy->own.at_out += bytes;
}

/* Books what was moved; true: go on. The kernel's count is checked against what was asked for. */
static bool moved(struct kring__slot *slot, uint32_t bytes, int64_t *value)
{
    struct kring_copy *copy = slot->copy;
    struct kring__copy_own *own = &copy->own;
    bool spliced = slot->sqe.opcode == IORING_OP_SPLICE;

    if (bytes > slot->sqe.len)
        bytes = slot->sqe.len;
    if (bytes == 0) {
        if (own->stage == DRAIN || own->stage == TAKE_BACK)
            *value = -EIO; /* something is there and cannot be moved: never spin */
        else
            *value = own->left == KRING_COPY_ALL ? (int64_t)copy->copied : -KRING_EEOF;
        return false;
    }
    if (own->stage == FILL || own->stage == THROUGH)
        took(copy, bytes);
    if (own->stage == DRAIN || own->stage == THROUGH)
        gave(copy, bytes);
    if (own->stage == FILL && spliced) {
        own->in_pipe += bytes;
    } else if (own->stage == FILL) {
        own->in_buffer = bytes;
    } else if (own->stage == TAKE_BACK) {
        own->in_pipe -= bytes;
        own->in_buffer = bytes;
    } else if (own->stage == DRAIN && spliced) {
        own->in_pipe -= bytes;
    } else if (own->stage == DRAIN) {
        own->in_buffer -= bytes;
        own->buffer_at += bytes;
    }
    own->tries = 0;
    return true;
}

/* The engine for the SQE that was made; false: *value is the end. */
static bool goes_to(struct kring__slot *slot, int engine, int64_t *value)
{
    if (engine > 0)
        slot->engine = (uint8_t)engine;
    else if (engine < 0)
        *value = engine;
    return engine > 0;
}

/*
 * EAGAIN gets here only where no soft engine waits in the kernel's place. Of a splice straight from
 * one to the other either may be the one that is not ready.
 */
static bool waits(struct kring *ring, struct kring__slot *slot, int64_t *value)
{
    struct kring__copy_own *own = &slot->copy->own;

    if (own->stage == TAKE_BACK || ++own->tries > TRIES)
        return false;
    wait_sqe(ring, slot, own->stage == DRAIN ? WAIT_OUT : WAIT_IN);
    return goes_to(slot, kring__route(ring, slot), value);
}

bool kring__copier_step(struct kring *ring, struct kring__slot *slot, int32_t res, int64_t *value)
{
    struct kring_copy *copy = slot->copy;
    struct kring__copy_own *own = &copy->own;
    bool no_splice = slot->sqe.opcode == IORING_OP_SPLICE &&
                     (res == -EINVAL || res == -EOPNOTSUPP || res == -ENOSYS);

    *value = res;
    if (own->stage == WAIT_IN && res >= 0 && (own->way & (STRAIGHT | BUFFERED)) == STRAIGHT) {
        wait_sqe(ring, slot, WAIT_OUT);
        return goes_to(slot, kring__route(ring, slot), value);
    }
    if (own->stage != WAIT_IN && own->stage != WAIT_OUT) {
        if (res == -EAGAIN)
            return waits(ring, slot, value);
        if (res >= 0 && !moved(slot, (uint32_t)res, value))
            return false;
        if (no_splice && give_up_splice(copy))
            res = 0;
    }
    return res >= 0 && goes_to(slot, advance(ring, slot, value), value);
}

#else

kring_op kring_copy(struct kring *ring, struct kring_copy *copy)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_NOP, &sqe);

    (void)copy;
    return sqe == NULL ? op : kring__fail(ring, op, -KRING_EKERNEL);
}
#endif
