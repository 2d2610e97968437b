/* SPDX-License-Identifier: MIT */
/*
 * Several provided buffers in one transfer, and buffers that are sent. What is picked and when it
 * is taken follows io_ring_buffers_peek(), io_buffers_peek() and io_buffers_select() of Linux 6.18:
 * a receive takes what its result fills, a send takes its buffers before it begins and keeps them
 * while it waits. Those stay in their places of the ring: the application gives a buffer back when
 * its CQE has come, so the places are not written over before.
 */
#include "engine.h"

#include <linux/uio.h>

#if CONFIG_KRING_SOFT_ENGINE

static int map_legacy(struct kring__soft *soft, const struct kring__group *group, uint32_t limit,
                      struct iovec *vector, uint16_t *id, unsigned *flags)
{
    const struct kring__legacy *buffer;

    if (group->first == KRING__NONE)
        return -ENOBUFS;
    buffer = &soft->buffers[group->first];
    vector->iov_base = (void *)(uintptr_t)buffer->addr;
    vector->iov_len = limit != 0 && limit < buffer->length ? limit : buffer->length;
    *id = buffer->id;
    /* A second one could not be told from the first. */
    *flags = KRING__BUNDLE_CUT | (buffer->next == KRING__NONE ? KRING__BUNDLE_LAST : 0);
    return 1;
}

static int map_ring(const struct kring__group *group, unsigned max, uint32_t limit,
                    struct iovec *vectors, uint16_t *id, unsigned *flags)
{
    uint16_t available = (uint16_t)(kring__group_tail(group) - group->head);
    unsigned count = 0, want = max < available ? max : available;
    uint32_t left = limit != 0 ? limit : INT32_MAX;

    if (available == 0)
        return -ENOBUFS;
    *id = kring__group_entry(group, group->head)->bid;
    while (count < want && left > 0) {
        struct io_uring_buf *entry = kring__group_entry(group, (uint16_t)(group->head + count));
        uint32_t length = *(volatile uint32_t *)&entry->len;

        if (length > left) {
            if (!group->incremental) {
                *flags |= KRING__BUNDLE_CUT;
                if (count > 0)
                    break;
                entry->len = left;
            }
            length = left;
        }
        vectors[count].iov_base = (void *)(uintptr_t)entry->addr;
        vectors[count++].iov_len = length;
        left -= length;
    }
    /* Where the limit ends exactly with the last buffer, the kernel does not see that it was. */
    if (count == available && left > 0)
        *flags |= KRING__BUNDLE_LAST;
    return (int)count;
}

static int map(struct kring__soft *soft, struct kring__req *req, unsigned max, uint32_t limit,
               struct iovec *vectors, unsigned *flags, struct kring__group **found)
{
    struct kring__group *group = kring__group_find(soft, req->sqe.buf_group);

    *flags = 0;
    *found = group;
    if (group == NULL)
        return -ENOENT;
    if (max > KRING__BUNDLE)
        max = KRING__BUNDLE;
    req->buffer_group = req->sqe.buf_group;
    if (group->ring == NULL)
        return map_legacy(soft, group, limit, vectors, &req->buffer_id, flags);
    return map_ring(group, max, limit, vectors, &req->buffer_id, flags);
}

int kring__req_map(struct kring__soft *soft, struct kring__req *req, unsigned max, uint32_t limit,
                   struct iovec *vectors, unsigned *flags)
{
    struct kring__group *group;

    if (!CONFIG_KRING_PROVIDED_BUFFERS)
        return -ENOBUFS;
    return map(soft, req, max, limit, vectors, flags, &group);
}

uint32_t kring__req_consume(struct kring__soft *soft, struct kring__req *req, uint32_t bytes)
{
    struct kring__group *group = kring__group_find(soft, req->buffer_group);
    uint32_t flags = IORING_CQE_F_BUFFER | (uint32_t)req->buffer_id << IORING_CQE_BUFFER_SHIFT;

    if (!CONFIG_KRING_PROVIDED_BUFFERS || group == NULL || bytes == 0)
        return 0;
    if (group->ring == NULL)
        kring__group_pop(soft, group);
    else if (!kring__group_consume(group, bytes))
        flags |= IORING_CQE_F_BUF_MORE;
    return flags;
}

/* The vectors of buffers that were taken earlier. */
static int again(struct kring__soft *soft, const struct kring__req *req, uint32_t skip,
                 struct iovec *vectors)
{
    const struct kring__group *group = kring__group_find(soft, req->buffer_group);
    uint32_t left = req->taken_bytes;
    int count = 0;

    if (req->taken == 1) {
        vectors[0].iov_base = (void *)(uintptr_t)(req->buffer_addr + skip);
        vectors[0].iov_len = left - skip;
        return 1;
    }
    if (group == NULL || group->ring == NULL) /* unregistered meanwhile */
        return -EFAULT;
    for (uint16_t i = 0; i < req->taken && left > 0; i++) {
        const struct io_uring_buf *entry =
            kring__group_entry(group, (uint16_t)(req->taken_at + i));
        uint32_t length = entry->len < left ? entry->len : left;

        left -= length;
        if (skip >= length) {
            skip -= length;
            continue;
        }
        vectors[count].iov_base = (void *)(uintptr_t)(entry->addr + skip);
        vectors[count++].iov_len = length - skip;
        skip = 0;
    }
    return count;
}

static int take(struct kring__soft *soft, struct kring__req *req, unsigned max,
                struct iovec *vectors)
{
    struct kring__group *group;
    uint32_t total = 0;
    unsigned flags;
    int count;

    group = kring__group_find(soft, req->sqe.buf_group);
    /* The limit is not asked for a legacy group (6.18). */
    count = map(soft, req, max, group != NULL && group->ring != NULL ? req->sqe.len : 0, vectors,
                &flags, &group);
    if (count < 0)
        return count;
    for (int i = 0; i < count; i++)
        total += (uint32_t)vectors[i].iov_len;
    req->taken = (uint16_t)count;
    req->taken_bytes = total;
    req->taken_at = group->head;
    req->taken_last = (flags & KRING__BUNDLE_LAST) != 0;
    req->buffer_addr = (uintptr_t)vectors[0].iov_base;
    if (group->ring == NULL)
        kring__group_pop(soft, group);
    else if (group->incremental)
        req->taken_more = !kring__group_consume(group, total);
    else
        group->head = (uint16_t)(group->head + count);
    return count;
}

int kring__req_take(struct kring__soft *soft, struct kring__req *req, unsigned max, uint32_t skip,
                    struct iovec *vectors, uint32_t *total)
{
    const struct kring__group *group = kring__group_find(soft, req->sqe.buf_group);
    int count;

    if (!CONFIG_KRING_PROVIDED_BUFFERS)
        return -ENOBUFS;
    /* An incremental buffer is changed when it is taken, so only one can be found again. */
    if (group != NULL && group->incremental)
        max = 1;
    if (req->taken > 0)
        count = again(soft, req, skip, vectors);
    else
        count = take(soft, req, max, vectors);
    *total = req->taken_bytes;
    return count;
}

bool kring__req_taken_last(struct kring__soft *soft, const struct kring__req *req)
{
    return req->taken_last || !kring__buffers_left(soft, req);
}

uint32_t kring__buffers_sent(struct kring__req *req)
{
    if (!CONFIG_KRING_PROVIDED_BUFFERS || req->taken == 0)
        return 0;
    req->taken = 0;
    return IORING_CQE_F_BUFFER | (req->taken_more ? IORING_CQE_F_BUF_MORE : 0) |
           (uint32_t)req->buffer_id << IORING_CQE_BUFFER_SHIFT;
}

#endif
