/* SPDX-License-Identifier: MIT */
/*
 * Provided-buffer pools. A pool is a buffer ring registered with the engine that is its home,
 * chosen when the first operation selects from it and then fixed: the kernel keeps the head of its
 * buffer ring to itself, so two engines can never share one.
 */
#include "ring.h"

#define PAGE_MAX 65536u /* the largest page of our architectures: ring memory must be aligned */

enum kind { RECEIVES, SENDS, IN_PIECES };

static void put(struct kring__pool *pool, uint16_t buffer, uint32_t length)
{
    struct io_uring_buf *entry = (struct io_uring_buf *)pool->ring + (pool->tail & pool->mask);

    entry->addr = (uintptr_t)pool->memory + (uint64_t)buffer * pool->size;
    entry->len = length;
    entry->bid = buffer;
    pool->where[buffer] = pool->tail;
    /* Entry 0 shares its last 16 bits with the tail: only the tail's store publishes. */
    pool->tail++;
    kring__store_release16(&pool->ring->tail, pool->tail);
}

/* Behind the ring's entries: what is known of each buffer. */
static void place(struct kring__pool *pool, void *map, uint32_t entries, uint32_t count,
                  enum kind kind)
{
    struct kring__pieces *pieces = (void *)((struct io_uring_buf *)map + entries);

    pool->ring = map;
    pool->pieces = kind == IN_PIECES ? pieces : NULL;
    pool->where = (void *)(kind == IN_PIECES ? pieces + count : pieces);
    pool->sends = kind == SENDS;
}

static int init(struct kring *ring, void *memory, uint32_t count, uint32_t size, enum kind kind)
{
    size_t each = sizeof(uint16_t) + (kind == IN_PIECES ? sizeof(struct kring__pieces) : 0);
    struct kring__pool *pool = NULL;
    uint32_t id, entries = 1;
    void *map;
    int error;

    if (!CONFIG_KRING_PROVIDED_BUFFERS)
        return -KRING_EKERNEL;
    if (memory == NULL || count == 0 || count > 32768 || size == 0)
        return -EINVAL;
    for (id = 0; id < ring->pool_count; id++)
        if (!ring->pools[id].used) {
            pool = &ring->pools[id];
            break;
        }
    if (pool == NULL)
        return -ENOBUFS;
    while (entries < count)
        entries *= 2;
    memset(pool, 0, sizeof *pool);
    pool->ring_length = (entries * sizeof(struct io_uring_buf) + count * each + PAGE_MAX - 1) &
                        ~(size_t)(PAGE_MAX - 1);
    error = (int)kring__map_anonymous(pool->ring_length, &map);
    if (error < 0)
        return error;
    place(pool, map, entries, count, kind);
    pool->mask = (uint16_t)(entries - 1);
    pool->count = count;
    pool->size = size;
    pool->memory = memory;
    pool->used = 1;
    pool->home = KRING_ENGINE_AUTO;
    pool->paused.first = pool->paused.last = KRING__NIL;
    for (uint32_t i = 0; i < count && kind != SENDS; i++)
        put(pool, (uint16_t)i, size);
    return (int)id;
}

int kring_pool_init(struct kring *ring, void *memory, uint32_t count, uint32_t size)
{
    return init(ring, memory, count, size, RECEIVES);
}

int kring_send_pool_init(struct kring *ring, void *memory, uint32_t count, uint32_t size)
{
    return init(ring, memory, count, size, SENDS);
}

int kring_pool_init_incremental(struct kring *ring, void *memory, uint32_t count, uint32_t size)
{
    return init(ring, memory, count, size, IN_PIECES);
}

static int attach(struct kring *ring, struct kring__pool *pool, unsigned engine, unsigned opcode)
{
    struct io_uring_buf_reg what;

    memset(&what, 0, sizeof what);
    what.ring_addr = (uintptr_t)pool->ring;
    what.ring_entries = (uint32_t)pool->mask + 1;
    what.bgid = (uint16_t)(pool - ring->pools);
    if (pool->pieces != NULL && opcode == IORING_REGISTER_PBUF_RING)
        what.flags = IOU_PBUF_RING_INC;
#if CONFIG_KRING_KERNEL_ENGINE
    if (engine == KRING_ENGINE_KERNEL)
        return (int)kring__sys_io_uring_register(ring->kernel.fd, opcode, &what, 1);
#endif
#if CONFIG_KRING_SOFT_ENGINE
    if (engine == KRING_ENGINE_SOFT && ring->soft != NULL)
        return kring__soft_register(ring->soft, opcode, &what, 1);
#endif
    return -KRING_EKERNEL;
}

static bool kernel_has(const struct kring *ring, const struct kring__pool *pool)
{
    uint32_t known = ring->caps.register_count;

    if (kring__quirk_no_pools(&ring->caps))
        return false;
    if (pool->pieces != NULL && !(ring->caps.pub.features & IORING_FEAT_MIN_TIMEOUT))
        return false; /* both came with 6.12 */
    return known == 0 || known > IORING_REGISTER_PBUF_RING;
}

int kring__pool_settle(struct kring *ring, struct kring__pool *pool, unsigned engine,
                       bool pinned)
{
    int error = -KRING_EKERNEL;

    if (engine == KRING_ENGINE_KERNEL && kernel_has(ring, pool)) {
        error = attach(ring, pool, KRING_ENGINE_KERNEL, IORING_REGISTER_PBUF_RING);
        if (error == 0)
            pool->home = KRING_ENGINE_KERNEL;
    }
    if (error < 0 && ring->soft != NULL && (engine == KRING_ENGINE_SOFT || !pinned)) {
        error = attach(ring, pool, KRING_ENGINE_SOFT, IORING_REGISTER_PBUF_RING);
        if (error == 0)
            pool->home = KRING_ENGINE_SOFT;
    }
    return error;
}

void kring__pool_give(struct kring *ring, unsigned id, uint16_t buffer)
{
    struct kring__pool *pool;

    if (id >= ring->pool_count || !ring->pools[id].used || buffer >= ring->pools[id].count)
        return;
    pool = &ring->pools[id];
    if (pool->pieces != NULL) {
        struct kring__pieces *pieces = &pool->pieces[buffer];

        if (--pieces->held > 0 || !pieces->full)
            return;
        memset(pieces, 0, sizeof *pieces);
    }
    put(pool, buffer, pool->size);
    while (pool->paused.first != KRING__NIL) {
        struct kring__slot *slot = &ring->slots[pool->paused.first];

        kring__list_remove(ring, &pool->paused, slot);
        slot->flags &= ~KRING__S_PAUSED;
        kring__requeue(ring, slot);
    }
}

void kring__pool_arrived(struct kring *ring, struct kring__slot *slot, uint32_t cqe_flags,
                         int32_t res)
{
    struct kring__pool *pool = &ring->pools[slot->pool];
    uint32_t id = cqe_flags >> IORING_CQE_BUFFER_SHIFT;
    struct kring__pieces *pieces;

    if (pool->pieces == NULL || id >= pool->count)
        return;
    pieces = &pool->pieces[id];
    slot->count = pieces->offset;
    pieces->offset += res > 0 ? (uint32_t)res : 0;
    pieces->held++;
    if (!(cqe_flags & IORING_CQE_F_BUF_MORE))
        pieces->full = 1;
}

int kring_pool_queued(struct kring *ring, int id)
{
    struct kring__pool *pool;
    struct io_uring_buf_status status;
    int error = -KRING_EKERNEL;

    if (id < 0 || (uint32_t)id >= ring->pool_count || !ring->pools[id].used)
        return -EINVAL;
    pool = &ring->pools[id];
    memset(&status, 0, sizeof status);
    status.buf_group = (uint32_t)id;
    if (pool->home == KRING_ENGINE_AUTO)
        error = 0; /* nothing can have been taken */
#if CONFIG_KRING_KERNEL_ENGINE
    if (pool->home == KRING_ENGINE_KERNEL)
        error = (int)kring__sys_io_uring_register(ring->kernel.fd, IORING_REGISTER_PBUF_STATUS,
                                                  &status, 1);
#endif
#if CONFIG_KRING_SOFT_ENGINE
    if (pool->home == KRING_ENGINE_SOFT)
        error = kring__soft_register(ring->soft, IORING_REGISTER_PBUF_STATUS, &status, 1);
#endif
    return error < 0 ? error : (uint16_t)(pool->tail - status.head);
}

int kring_buffer_queue(struct kring *ring, int id, uint16_t buffer, uint32_t length)
{
    struct kring__pool *pool;
    int queued;

    if (id < 0 || (uint32_t)id >= ring->pool_count || !ring->pools[id].used)
        return -EINVAL;
    pool = &ring->pools[id];
    if (!pool->sends || buffer >= pool->count || length == 0 || length > pool->size)
        return -EINVAL;
    queued = pool->reported == pool->tail ? 0 : kring_pool_queued(ring, id);
    if (queued < 0 || (uint32_t)queued >= pool->count)
        return queued < 0 ? queued : -ENOBUFS;
    put(pool, buffer, length);
    return 0;
}

/* Entry number i behind the one of this buffer. */
static const struct io_uring_buf *behind(const struct kring__pool *pool, uint16_t first,
                                         uint32_t i)
{
    return (const struct io_uring_buf *)pool->ring + ((pool->where[first] + i) & pool->mask);
}

/* How many buffers a result used, of which this is the first. */
static uint32_t span(const struct kring__pool *pool, uint16_t first, int32_t res)
{
    uint32_t outstanding = (uint16_t)(pool->tail - pool->where[first]), count = 0;
    uint32_t left = res > 0 ? (uint32_t)res : 0;

    if (pool->pieces != NULL)
        return 1;
    if (!pool->sends) /* every buffer but the last is filled */
        return left > pool->size ? (left + pool->size - 1) / pool->size : 1;
    while (left > 0 && count < outstanding) {
        uint32_t length = behind(pool, first, count++)->len;

        left -= left < length ? left : length;
    }
    return count;
}

/* A send that failed or fell short has taken more buffers than it sent. */
static uint32_t taken(struct kring *ring, struct kring__pool *pool, uint16_t first)
{
    int queued = kring_pool_queued(ring, (int)(pool - ring->pools));

    return queued < 0 ? 1 : (uint16_t)(pool->tail - pool->where[first] - (uint16_t)queued);
}

uint32_t kring__pool_span(struct kring *ring, const struct kring__slot *slot, uint32_t cqe_flags,
                          int32_t res)
{
    struct kring__pool *pool = &ring->pools[slot->pool];
    uint16_t first = (uint16_t)(cqe_flags >> IORING_CQE_BUFFER_SHIFT);

    if (first >= pool->count)
        return 0;
    if (pool->sends && !(cqe_flags & IORING_CQE_F_MORE))
        return taken(ring, pool, first);
    return span(pool, first, res);
}

void kring__pool_drop(struct kring *ring, unsigned id, uint16_t first, uint32_t count)
{
    struct kring__pool *pool = &ring->pools[id];
    uint16_t at = pool->where[first];

    if (pool->sends) {
        pool->reported = (uint16_t)(at + count);
        return; /* they are the application's */
    }
    for (uint32_t i = 0; i < count; i++)
        kring__pool_give(ring, id,
                         ((struct io_uring_buf *)pool->ring)[(at + i) & pool->mask].bid);
}

void kring__pool_fill(struct kring *ring, struct kring__slot *slot, uint32_t cqe_flags,
                      int32_t res, struct kring_result *result)
{
    struct kring_piece piece;

    result->buffer_id = (uint16_t)(cqe_flags >> IORING_CQE_BUFFER_SHIFT);
    result->length = res > 0 ? (uint32_t)res : 0;
    result->group = slot->sqe.buf_group;
    result->buffers = 1;
    if (!(slot->flags & KRING__S_SELECTS))
        return; /* a group of the application's own: only it knows where the buffer is */
    result->buffers = kring__pool_span(ring, slot, cqe_flags, res);
    if (result->buffers > 0 && ring->pools[slot->pool].pieces != NULL) {
        const struct kring__pool *pool = &ring->pools[slot->pool];

        if (slot->count <= pool->size && result->length <= pool->size - slot->count)
            result->data = pool->memory + (size_t)result->buffer_id * pool->size + slot->count;
        return;
    }
    if (kring_result_piece(ring, result, 0, &piece) < 0)
        return;
    result->data = piece.data;
    result->length = piece.length;
}

int kring_result_piece(struct kring *ring, const struct kring_result *result, uint32_t index,
                       struct kring_piece *piece)
{
    const struct kring__pool *pool;
    const struct io_uring_buf *entry;
    uint32_t left = result->value > 0 ? (uint32_t)result->value : 0, length;

    if (!(result->flags & KRING_BUFFER) || index >= result->buffers ||
        result->group >= ring->pool_count || !ring->pools[result->group].used ||
        result->buffer_id >= ring->pools[result->group].count)
        return -EINVAL;
    pool = &ring->pools[result->group];
    if (pool->pieces != NULL) { /* only the result knows where it begins */
        *piece = (struct kring_piece){result->data, result->length, result->buffer_id, 0};
        return 0;
    }
    for (uint32_t i = 0;; i++) {
        entry = behind(pool, result->buffer_id, i);
        length = pool->sends ? entry->len : pool->size;
        if (length > left)
            length = left;
        if (i == index)
            break;
        left -= length;
    }
    piece->data = pool->memory + (size_t)entry->bid * pool->size;
    piece->length = length;
    piece->buffer_id = entry->bid;
    piece->reserved = 0;
    return 0;
}

int kring_buffer_return(struct kring *ring, int id, uint16_t buffer)
{
    if (id < 0 || (uint32_t)id >= ring->pool_count || !ring->pools[id].used ||
        buffer >= ring->pools[id].count || ring->pools[id].kept == 0 || ring->pools[id].sends ||
        (ring->pools[id].pieces != NULL && ring->pools[id].pieces[buffer].held == 0))
        return -EINVAL;
    ring->pools[id].kept--;
    kring__pool_give(ring, (unsigned)id, buffer);
    return 0;
}

static void let_go(struct kring *ring, struct kring__pool *pool)
{
    if (pool->home != KRING_ENGINE_AUTO)
        (void)attach(ring, pool, pool->home, IORING_UNREGISTER_PBUF_RING);
    (void)kring__sys_munmap(pool->ring, pool->ring_length);
    pool->used = 0;
}

int kring_pool_close(struct kring *ring, int id)
{
    if (id < 0 || (uint32_t)id >= ring->pool_count || !ring->pools[id].used)
        return -EINVAL;
    if (ring->pools[id].users != 0)
        return -EBUSY;
    let_go(ring, &ring->pools[id]);
    return 0;
}

void kring__pools_close(struct kring *ring)
{
    for (uint32_t i = 0; CONFIG_KRING_PROVIDED_BUFFERS && i < ring->pool_count; i++)
        if (ring->pools[i].used)
            let_go(ring, &ring->pools[i]);
}
