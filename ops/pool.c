/* SPDX-License-Identifier: MIT */
/*
 * Provided-buffer pools. A pool is a buffer ring registered with the engine that is its home,
 * chosen when the first operation selects from it and then fixed: the kernel keeps the head of its
 * buffer ring to itself, so two engines can never share one.
 */
#include "ring.h"

#define PAGE_MAX 65536u /* the largest page of our architectures: ring memory must be aligned */

int kring_pool_init(struct kring *ring, void *memory, uint32_t count, uint32_t size)
{
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
    pool->ring_length = (entries * sizeof(struct io_uring_buf) + PAGE_MAX - 1) & ~(PAGE_MAX - 1);
    error = (int)kring__map_anonymous(pool->ring_length, &map);
    if (error < 0)
        return error;
    pool->ring = map;
    pool->mask = (uint16_t)(entries - 1);
    pool->count = count;
    pool->size = size;
    pool->memory = memory;
    pool->used = 1;
    pool->home = KRING_ENGINE_AUTO;
    pool->paused.first = pool->paused.last = KRING__NIL;
    for (uint32_t i = 0; i < count; i++)
        kring__pool_give(ring, id, (uint16_t)i);
    return (int)id;
}

static int attach(struct kring *ring, struct kring__pool *pool, unsigned engine, unsigned opcode)
{
    struct io_uring_buf_reg what;

    memset(&what, 0, sizeof what);
    what.ring_addr = (uintptr_t)pool->ring;
    what.ring_entries = (uint32_t)pool->mask + 1;
    what.bgid = (uint16_t)(pool - ring->pools);
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

int kring__pool_settle(struct kring *ring, struct kring__pool *pool, unsigned engine,
                       bool pinned)
{
    uint32_t known = ring->caps.register_count;
    int error = -KRING_EKERNEL;

    if (engine == KRING_ENGINE_KERNEL && (known == 0 || known > IORING_REGISTER_PBUF_RING)) {
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
    struct io_uring_buf *entry;

    if (id >= ring->pool_count || !ring->pools[id].used || buffer >= ring->pools[id].count)
        return;
    pool = &ring->pools[id];
    entry = (struct io_uring_buf *)pool->ring + (pool->tail & pool->mask);
    entry->addr = (uintptr_t)pool->memory + (uint64_t)buffer * pool->size;
    entry->len = pool->size;
    entry->bid = buffer;
    /* Entry 0 shares its last 16 bits with the tail: only the tail's store publishes. */
    pool->tail++;
    kring__store_release16(&pool->ring->tail, pool->tail);
    while (pool->paused.first != KRING__NIL) {
        struct kring__slot *slot = &ring->slots[pool->paused.first];

        kring__list_remove(ring, &pool->paused, slot);
        slot->flags &= ~KRING__S_PAUSED;
        kring__requeue(ring, slot);
    }
}

void kring__pool_fill(struct kring *ring, struct kring__slot *slot, uint32_t cqe_flags,
                      int32_t res, struct kring_result *result)
{
    struct kring__pool *pool;

    result->buffer_id = (uint16_t)(cqe_flags >> IORING_CQE_BUFFER_SHIFT);
    result->length = res > 0 ? (uint32_t)res : 0;
    result->group = slot->sqe.buf_group;
    if (!(slot->flags & KRING__S_SELECTS))
        return; /* a group of the application's own: only it knows where the buffer is */
    pool = &ring->pools[slot->pool];
    if (result->buffer_id < pool->count && result->length <= pool->size)
        result->data = pool->memory + (size_t)result->buffer_id * pool->size;
}

int kring_buffer_return(struct kring *ring, int id, uint16_t buffer)
{
    if (id < 0 || (uint32_t)id >= ring->pool_count || !ring->pools[id].used ||
        buffer >= ring->pools[id].count || ring->pools[id].kept == 0)
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
