/* SPDX-License-Identifier: MIT */
/*
 * Provided buffers. An attempt only looks at the first buffer; the result decides whether it is
 * taken. So a request that waits holds none, and nothing has to be given back.
 */
#include "engine.h"

#include <linux/fcntl.h>
#include <linux/stat.h>

#if CONFIG_KRING_SOFT_ENGINE

/* libc has these under names of its own. */
#define TYPE_MASK 0170000u
#define TYPE_REGULAR 0100000u
#define TYPE_BLOCK 0060000u

struct kring__group *kring__group_find(struct kring__soft *soft, uint32_t id)
{
    for (uint32_t i = 0; i < soft->config.groups; i++)
        if (soft->groups[i].used && soft->groups[i].id == id)
            return &soft->groups[i];
    return NULL;
}

static struct kring__group *create(struct kring__soft *soft, uint16_t id)
{
    for (uint32_t i = 0; i < soft->config.groups; i++) {
        struct kring__group *group = &soft->groups[i];

        if (group->used)
            continue;
        memset(group, 0, sizeof *group);
        group->used = 1;
        group->id = id;
        group->first = group->last = KRING__NONE;
        return group;
    }
    return NULL;
}

/* The application writes the ring at any time: each word is read once. */
struct io_uring_buf *kring__group_entry(const struct kring__group *group, uint16_t at)
{
    /* Not bufs[], whose flexible array begins elsewhere in C++ than in C. */
    return (struct io_uring_buf *)(void *)group->ring + (at & group->mask);
}

uint16_t kring__group_tail(const struct kring__group *group)
{
    uint16_t tail = *(volatile const uint16_t *)&group->ring->tail;

    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return tail;
}

int kring__req_buffer(struct kring__soft *soft, struct kring__req *req, void **data,
                      uint32_t *length)
{
    struct kring__group *group;
    uint64_t addr;
    uint32_t size;

    if (!CONFIG_KRING_PROVIDED_BUFFERS || !(req->sqe.flags & IOSQE_BUFFER_SELECT)) {
        *data = (void *)(uintptr_t)req->sqe.addr;
        *length = req->sqe.len;
        return 0;
    }
    group = kring__group_find(soft, req->sqe.buf_group);
    if (!group)
        return -ENOBUFS;
    if (group->ring) {
        const volatile struct io_uring_buf *buffer = kring__group_entry(group, group->head);

        if (kring__group_tail(group) == group->head)
            return -ENOBUFS;
        addr = buffer->addr;
        size = buffer->len;
        req->buffer_id = buffer->bid;
    } else {
        const struct kring__legacy *buffer;

        if (group->first == KRING__NONE)
            return -ENOBUFS;
        buffer = &soft->buffers[group->first];
        addr = buffer->addr;
        size = buffer->length;
        req->buffer_id = buffer->id;
    }
    if (req->sqe.len != 0 && size > req->sqe.len)
        size = req->sqe.len;
    req->buffer_addr = addr;
    req->buffer_length = size;
    req->buffer_group = req->sqe.buf_group;
    req->buffer_taken = 1;
    *data = (void *)(uintptr_t)addr;
    *length = size;
    return 0;
}

bool kring__group_consume(struct kring__group *group, uint32_t length)
{
    struct io_uring_buf *buffer;

    if (!group->incremental) {
        uint32_t have;

        do {
            have = *(volatile uint32_t *)&kring__group_entry(group, group->head)->len;
            group->head++;
            length -= length < have ? length : have;
        } while (length > 0 && have > 0);
        return true;
    }
    if (length == 0)
        return false;
    while (length) {
        uint32_t have, part;

        buffer = kring__group_entry(group, group->head);
        have = *(volatile uint32_t *)&buffer->len;
        part = length < have ? length : have;
        have -= part;
        if (have || !part) {
            buffer->addr += part;
            buffer->len = have;
            return false;
        }
        buffer->len = 0;
        group->head++;
        length -= part;
    }
    return true;
}

/*
 * Of a file that cannot be polled io_uring takes what was asked for, before it is read: a short
 * read leaves a gap in the buffer (io_should_commit(), 6.12 on).
 */
static uint32_t taken(const struct kring__req *req, int32_t res)
{
    struct statx info;

    if (!(kring__row(req->sqe.opcode)->flags & KRING__RW))
        return (uint32_t)res;
    memset(&info, 0, sizeof info);
    if (kring__statx(req->fd, "", AT_EMPTY_PATH, STATX_TYPE, &info) < 0)
        return (uint32_t)res;
    return (info.stx_mode & TYPE_MASK) == TYPE_REGULAR || (info.stx_mode & TYPE_MASK) == TYPE_BLOCK
               ? req->buffer_length : (uint32_t)res;
}

void kring__group_pop(struct kring__soft *soft, struct kring__group *group)
{
    uint32_t index = group->first;

    if (index == KRING__NONE)
        return;
    group->first = soft->buffers[index].next;
    if (group->first == KRING__NONE)
        group->last = KRING__NONE;
    soft->buffers[index].next = soft->buffer_free;
    soft->buffer_free = index;
}

uint32_t kring__buffer_done(struct kring__soft *soft, struct kring__req *req, int32_t res)
{
    const struct kring__row *row;
    struct kring__group *group;
    uint32_t flags;

    if (!CONFIG_KRING_PROVIDED_BUFFERS || !req->buffer_taken)
        return 0;
    req->buffer_taken = 0;
    row = kring__row(req->sqe.opcode);
    /* At the end of file a read takes its buffer, a receive gives it back (6.18). */
    if (res < 0 || (res == 0 && !(row->flags & KRING__RW)))
        return 0;
    group = kring__group_find(soft, req->buffer_group);
    if (!group)
        return 0;
    flags = IORING_CQE_F_BUFFER | (uint32_t)req->buffer_id << IORING_CQE_BUFFER_SHIFT;
    if (!group->ring)
        kring__group_pop(soft, group);
    else if (!kring__group_consume(group, group->incremental ? taken(req, res) : (uint32_t)res))
        flags |= IORING_CQE_F_BUF_MORE;
    return flags;
}

bool kring__buffers_left(struct kring__soft *soft, const struct kring__req *req)
{
    const struct kring__group *group;

    if (!CONFIG_KRING_PROVIDED_BUFFERS || !(req->sqe.flags & IOSQE_BUFFER_SELECT))
        return true;
    group = kring__group_find(soft, req->sqe.buf_group);
    if (!group)
        return false;
    return group->ring ? kring__group_tail(group) != group->head : group->first != KRING__NONE;
}

int kring__soft_provide(struct kring__soft *soft, uint64_t addr, uint32_t size, uint32_t count,
                        uint16_t id, uint16_t first)
{
    struct kring__group *group = kring__group_find(soft, id);
    uint32_t done;

    if (!CONFIG_KRING_PROVIDED_BUFFERS)
        return -EINVAL;
    if (group && group->ring)
        return -EINVAL;
    if (!group)
        group = create(soft, id);
    if (!group)
        return -ENOMEM;
    for (done = 0; done < count && soft->buffer_free != KRING__NONE; done++) {
        uint32_t index = soft->buffer_free;
        struct kring__legacy *buffer = &soft->buffers[index];

        soft->buffer_free = buffer->next;
        buffer->addr = addr + (uint64_t)done * size;
        buffer->length = size;
        buffer->id = (uint16_t)(first + done);
        buffer->next = KRING__NONE;
        if (group->last == KRING__NONE)
            group->first = index;
        else
            soft->buffers[group->last].next = index;
        group->last = index;
    }
    return done ? 0 : -ENOMEM;
}

int kring__soft_unprovide(struct kring__soft *soft, uint32_t count, uint16_t id)
{
    struct kring__group *group = kring__group_find(soft, id);
    uint32_t done;

    if (!CONFIG_KRING_PROVIDED_BUFFERS)
        return -EINVAL;
    if (!group)
        return -ENOENT;
    if (group->ring)
        return -EINVAL;
    for (done = 0; done < count && group->first != KRING__NONE; done++)
        kring__group_pop(soft, group);
    return (int)done;
}

int kring__buffers_ring(struct kring__soft *soft, const struct io_uring_buf_reg *reg)
{
    struct kring__group *group;
    uint32_t entries = reg->ring_entries;

    if (reg->flags & ~IOU_PBUF_RING_INC || reg->min_left)
        return -EINVAL;
    for (unsigned i = 0; i < sizeof reg->resv / sizeof reg->resv[0]; i++)
        if (reg->resv[i])
            return -EINVAL;
    if (entries == 0 || (entries & (entries - 1)) || entries > 32768)
        return -EINVAL;
    if (reg->ring_addr == 0)
        return -EFAULT;
    if (reg->ring_addr & 4095)
        return -EINVAL;
    group = kring__group_find(soft, reg->bgid);
    if (group && (group->ring || group->first != KRING__NONE))
        return -EEXIST;
    if (!group)
        group = create(soft, reg->bgid);
    if (!group)
        return -ENOMEM;
    group->ring = (struct io_uring_buf_ring *)(uintptr_t)reg->ring_addr;
    group->mask = (uint16_t)(entries - 1);
    group->head = 0;
    group->incremental = (reg->flags & IOU_PBUF_RING_INC) != 0;
    return 0;
}

int kring__buffers_unring(struct kring__soft *soft, const struct io_uring_buf_reg *reg)
{
    struct kring__group *group;

    for (unsigned i = 0; i < sizeof reg->resv / sizeof reg->resv[0]; i++)
        if (reg->resv[i])
            return -EINVAL;
    if (reg->flags)
        return -EINVAL;
    group = kring__group_find(soft, reg->bgid);
    if (!group)
        return -ENOENT;
    if (!group->ring)
        return -EINVAL;
    group->used = 0;
    return 0;
}

int kring__buffers_status(struct kring__soft *soft, struct io_uring_buf_status *status)
{
    const struct kring__group *group;

    for (unsigned i = 0; i < sizeof status->resv / sizeof status->resv[0]; i++)
        if (status->resv[i])
            return -EINVAL;
    group = kring__group_find(soft, status->buf_group);
    if (!group)
        return -ENOENT;
    if (!group->ring)
        return -EINVAL;
    status->head = group->head;
    return 0;
}

#endif
