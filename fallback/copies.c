/* SPDX-License-Identifier: MIT */
/*
 * Stable copies: once enter has returned, the application may reuse everything its SQEs point to
 * but data and results (IORING_FEAT_SUBMIT_STABLE). A request that ends within its enter needs no
 * copy. Another one gets a single block, and its SQE is made to point there; the pool is
 * blocks without gaps, searched from where the last search ended, free neighbours merged on the
 * way. An argument with a bad address is left as it is: the attempt says what is wrong with it.
 */
#include "engine.h"

#include <linux/uio.h>

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_COPIES

#define ALIGN 16u
#define VECTORS_MAX 1024u /* UIO_MAXIOV */
#define ADDRESS_MAX 128u  /* sizeof(struct sockaddr_storage) */
#define PATH_MAX_BYTES 4096u
#define FUTEXES_MAX 128u /* FUTEX_WAITV_MAX */

struct block {
    uint32_t size; /* of all of it */
    uint32_t used;
    uint64_t original; /* the SQE's addr before */
};
_Static_assert(sizeof(struct block) == ALIGN, "what follows a block's head is aligned");

/* The SQE's pointers. */
enum { ADDR, ADDR2, ADDR3, FIELDS };

/* The parts of one copy, in the order in which they lie behind the block's head. */
struct parts {
    const void *from[FIELDS]; /* what the SQE points to */
    size_t length[FIELDS];
    const struct kring__msghdr *message; /* at ADDR */
    const struct iovec *vectors;
    size_t vectors_length, name_length, control_length;
};

static size_t round_up(size_t length)
{
    return (length + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static struct block *block_at(struct kring__soft *soft, uint32_t at)
{
    return (struct block *)(void *)(soft->copies + at);
}

static uint32_t pool_size(const struct kring__soft *soft)
{
    return soft->config.copies & ~UINT32_C(63);
}

void kring__copies_init(struct kring__soft *soft)
{
    if (pool_size(soft) == 0)
        return;
    block_at(soft, 0)->size = pool_size(soft);
    block_at(soft, 0)->used = 0;
}

/* A free block of this size between two places in the pool, or KRING__NONE. */
static uint32_t search(struct kring__soft *soft, uint32_t at, uint32_t end, uint32_t size)
{
    while (at < end) {
        struct block *block = block_at(soft, at);
        uint32_t next = at + block->size;

        while (!block->used && next < pool_size(soft) && !block_at(soft, next)->used) {
            block->size += block_at(soft, next)->size;
            next = at + block->size;
        }
        if (!block->used && block->size >= size)
            return at;
        at = next;
    }
    return KRING__NONE;
}

static uint32_t allocate(struct kring__soft *soft, size_t length)
{
    struct block *block;
    uint32_t at, size;

    if (length > pool_size(soft) - sizeof *block)
        return KRING__NONE;
    size = (uint32_t)(round_up(length) + sizeof *block);
    at = search(soft, soft->copy_next, pool_size(soft), size);
    if (at == KRING__NONE)
        at = search(soft, 0, soft->copy_next, size);
    soft->copy_next = 0; /* merging may have swallowed the block that began there */
    if (at == KRING__NONE)
        return KRING__NONE;
    block = block_at(soft, at);
    if (block->size > size) {
        block_at(soft, at + size)->size = block->size - size;
        block_at(soft, at + size)->used = 0;
        block->size = size;
    }
    block->used = 1;
    if (at + size < pool_size(soft))
        soft->copy_next = at + size;
    return at;
}

static bool bad(const void *pointer)
{
    return (uintptr_t)pointer < 4096;
}

static const void *pointer(uint64_t address)
{
    return (const void *)(uintptr_t)address;
}

static void take_vectors(struct parts *parts, const struct iovec *vectors, size_t count)
{
    if (count == 0 || count > VECTORS_MAX || bad(vectors))
        return;
    parts->vectors = vectors;
    parts->vectors_length = count * sizeof *vectors;
}

static void take_message(struct parts *parts, const struct kring__msghdr *message, bool sent)
{
    if (bad(message))
        return;
    parts->message = message;
    parts->from[ADDR] = message;
    parts->length[ADDR] = sizeof *message;
    take_vectors(parts, message->iov, message->iovlen);
    if (!sent)
        return; /* name and ancillary data are results */
    if (message->namelen > 0 && (uint32_t)message->namelen <= ADDRESS_MAX && !bad(message->name))
        parts->name_length = (size_t)message->namelen;
    if (message->controllen > 0 && !bad(message->control))
        parts->control_length = message->controllen;
}

static void take(struct parts *parts, unsigned field, uint64_t address, size_t length)
{
    const void *from = pointer(address);

    if (length == 0 || bad(from))
        return;
    parts->from[field] = from;
    parts->length[field] = length;
}

static size_t path_length(const char *path)
{
    size_t length = 0;

    if (bad(path))
        return 0;
    while (length < PATH_MAX_BYTES && path[length] != 0)
        length++;
    /* Longer is -ENAMETOOLONG, with or without what follows. */
    return length + 1;
}

static void take_path(struct parts *parts, unsigned field, uint64_t address)
{
    take(parts, field, address, path_length(pointer(address)));
}

static void find_parts(struct parts *parts, const struct io_uring_sqe *sqe,
                       enum kring__copy_shape shape)
{
    memset(parts, 0, sizeof *parts);
    switch (shape) {
    case KRING__COPY_VECTORS:
        take_vectors(parts, pointer(sqe->addr), sqe->len);
        break;
    case KRING__COPY_MESSAGE:
    case KRING__COPY_MESSAGE_BACK:
        take_message(parts, pointer(sqe->addr), shape == KRING__COPY_MESSAGE);
        break;
    case KRING__COPY_TIME:
        if (!(sqe->timeout_flags & IORING_TIMEOUT_IMMEDIATE_ARG))
            take(parts, ADDR, sqe->addr, sizeof(struct kring_timespec));
        break;
    case KRING__COPY_NEW_TIME:
        if ((sqe->timeout_flags & IORING_TIMEOUT_UPDATE_MASK) &&
            !(sqe->timeout_flags & IORING_TIMEOUT_IMMEDIATE_ARG))
            take(parts, ADDR2, sqe->addr2, sizeof(struct kring_timespec));
        break;
    case KRING__COPY_ADDRESS:
        take(parts, ADDR, sqe->addr, (uint32_t)sqe->addr2);
        break;
    case KRING__COPY_SEND:
        if (sqe->addr2 != 0)
            take(parts, ADDR2, sqe->addr2, sqe->addr_len);
        if ((sqe->ioprio & IORING_SEND_VECTORIZED) && !(sqe->flags & IOSQE_BUFFER_SELECT))
            take_vectors(parts, pointer(sqe->addr), sqe->len);
        break;
    case KRING__COPY_FUTEXES:
        if (sqe->len <= FUTEXES_MAX)
            take(parts, ADDR, sqe->addr, sqe->len * sizeof(struct kring_futex_waitv));
        break;
    case KRING__COPY_PATH:
        take_path(parts, ADDR, sqe->addr);
        break;
    case KRING__COPY_TWO_PATHS:
        take_path(parts, ADDR, sqe->addr);
        take_path(parts, ADDR2, sqe->addr2);
        break;
    case KRING__COPY_NAME_VALUE:
    case KRING__COPY_NAME:
        take_path(parts, ADDR3, sqe->addr3);
        if (shape == KRING__COPY_NAME) {
            take_path(parts, ADDR, sqe->addr);
            break;
        }
        /* fall through */
    case KRING__COPY_VALUE:
    case KRING__COPY_HOW:
        take_path(parts, ADDR, sqe->addr);
        take(parts, ADDR2, sqe->addr2, sqe->len); /* no more than preparation lets pass */
        break;
    case KRING__COPY_EVENT:
        take(parts, ADDR, sqe->addr, sizeof(struct kring__epoll_event));
        break;
    case KRING__COPY_OPTION:
        if (sqe->cmd_op == SOCKET_URING_OP_SETSOCKOPT && (int32_t)sqe->optlen > 0)
            take(parts, ADDR3, sqe->optval, sqe->optlen); /* the same place in the SQE */
        break;
    default:
        break;
    }
}

/* Copies a part behind the one before it; where it is now. */
static void *put(unsigned char **at, const void *from, size_t length)
{
    void *to = *at;

    memcpy(to, from, length);
    *at += round_up(length);
    return to;
}

static void redirect(struct io_uring_sqe *sqe, const struct parts *parts, unsigned char *to)
{
    struct kring__msghdr *message = NULL;

    if (parts->length[ADDR] > 0) {
        void *first = put(&to, parts->from[ADDR], parts->length[ADDR]);

        sqe->addr = (uintptr_t)first;
        if (parts->message)
            message = first;
    }
    if (parts->length[ADDR2] > 0)
        sqe->addr2 = (uintptr_t)put(&to, parts->from[ADDR2], parts->length[ADDR2]);
    if (parts->length[ADDR3] > 0)
        sqe->addr3 = (uintptr_t)put(&to, parts->from[ADDR3], parts->length[ADDR3]);
    if (parts->vectors_length > 0) {
        struct iovec *vectors = put(&to, parts->vectors, parts->vectors_length);

        if (message)
            message->iov = vectors;
        else
            sqe->addr = (uintptr_t)vectors;
    }
    if (parts->name_length > 0)
        message->name = put(&to, message->name, parts->name_length);
    if (parts->control_length > 0)
        message->control = put(&to, message->control, parts->control_length);
}

int kring__copy(struct kring__soft *soft, struct kring__req *req)
{
    enum kring__copy_shape shape = kring__copy_shapes[req->sqe.opcode];
    struct parts parts;
    struct block *block;
    size_t length;

    if (pool_size(soft) == 0 || shape == KRING__COPY_NOTHING || req->copy != KRING__NONE)
        return 0;
    find_parts(&parts, &req->sqe, shape);
    /* Each is far from the end of the numbers, but for what the caller says of its own. */
    if (parts.control_length > pool_size(soft) || parts.length[ADDR3] > pool_size(soft))
        return -ENOMEM;
    length = round_up(parts.length[ADDR]) + round_up(parts.length[ADDR2]) +
             round_up(parts.length[ADDR3]) + round_up(parts.vectors_length) +
             round_up(parts.name_length) + round_up(parts.control_length);
    if (length == 0)
        return 0;
    req->copy = allocate(soft, length);
    if (req->copy == KRING__NONE)
        return -ENOMEM;
    block = block_at(soft, req->copy);
    block->original = req->sqe.addr;
    redirect(&req->sqe, &parts, soft->copies + req->copy + sizeof *block);
    return 0;
}

void kring__copy_waiting(struct kring__soft *soft, struct kring__req *req)
{
    /* A timer has read its time; on a thread it has its copy. */
    if (req->armed != KRING__AT_FD && req->armed != KRING__AT_BACKOFF &&
        req->armed != KRING__AT_QUEUE)
        return;
    if ((req->flags & KRING__REQ_CANCELLED) || kring__copy(soft, req) == 0)
        return;
    kring__detach(soft, req);
    kring__set_fail(req);
    req->cqe_flags = 0;
    kring__finish_later(soft, req, -ENOMEM);
}

/* As recvmsg(2): lengths and flags, after any part of the message has come. */
static void write_back(struct kring__soft *soft, const struct kring__req *req)
{
    const struct kring__msghdr *from = (const void *)(uintptr_t)req->sqe.addr;
    struct kring__msghdr *to = (void *)(uintptr_t)block_at(soft, req->copy)->original;

    to->namelen = from->namelen;
    to->controllen = from->controllen;
    to->flags = from->flags;
}

void kring__copy_end(struct kring__soft *soft, struct kring__req *req, int32_t res)
{
    if (req->copy == KRING__NONE)
        return;
    /* A multishot's header is only read. */
    if (res >= 0 && kring__copy_shapes[req->sqe.opcode] == KRING__COPY_MESSAGE_BACK &&
        !(req->flags & KRING__REQ_MULTISHOT))
        write_back(soft, req);
    block_at(soft, req->copy)->used = 0;
    req->copy = KRING__NONE;
}

#endif
