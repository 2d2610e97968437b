/* SPDX-License-Identifier: MIT */
/*
 * Tags of registered resources. The application's tag has 64 bits and may be in two engines at
 * once; what they are given is the number of an entry here, which counts the engines. The callback
 * comes when the last of them has let go.
 */
#include "ring.h"

static uint64_t number_of(uint64_t given)
{
    return given & ((UINT64_C(1) << KRING__MESSAGE_BITS) - 1);
}

int kring__resource_new(struct kring *ring, uint64_t tag, unsigned engines, uint64_t *given)
{
    struct kring__resource *resource;
    uint32_t index = ring->resource_free;

    *given = 0;
    if (tag == 0)
        return 0;
    if (ring->options.on_released == NULL)
        return -EINVAL;
    if (index != KRING__NIL)
        ring->resource_free = ring->resources[index].next;
    else if (ring->resource_top < ring->resource_count)
        index = ring->resource_top++;
    else
        return -EAGAIN;
    resource = &ring->resources[index];
    resource->tag = tag;
    resource->batch = ring->resource_batch;
    resource->engines = (uint8_t)engines;
    resource->silent = 0;
    *given = index | (uint64_t)KRING__TAG_RESOURCE << KRING__MESSAGE_BITS;
    return 0;
}

void kring__resource_silence(struct kring *ring, uint64_t given)
{
    if (given != 0)
        ring->resources[number_of(given)].silent = 1;
}

void kring__resource_put(struct kring *ring, uint64_t given)
{
    uint64_t index = number_of(given), tag;
    struct kring__resource *resource = &ring->resources[index];
    bool silent;

    if (given == 0)
        return;
    if (index >= ring->resource_top || resource->engines == 0) {
        ring->stats.unmatched++;
        return;
    }
    if (--resource->engines > 0)
        return;
    tag = resource->tag;
    silent = resource->silent;
    resource->next = ring->resource_free;
    ring->resource_free = (uint32_t)index;
    if (silent)
        return;
    ring->delivered++;
    ring->depth++;
    ring->options.on_released(ring, tag, ring->options.user);
    ring->depth--;
}

int kring__resources_new(struct kring *ring, const uint64_t *tags, uint32_t count,
                         unsigned engines, uint64_t *given)
{
    for (uint32_t i = 0; i < count; i++) {
        int error = kring__resource_new(ring, tags != NULL ? tags[i] : 0, engines, &given[i]);

        if (error < 0) {
            kring__resources_undo(ring, given, i);
            return error;
        }
    }
    return 0;
}

void kring__resources_undo(struct kring *ring, const uint64_t *given, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        kring__resource_silence(ring, given[i]);
        while (given[i] != 0 && ring->resources[number_of(given[i])].engines > 1)
            ring->resources[number_of(given[i])].engines--;
        kring__resource_put(ring, given[i]);
    }
}

int kring__register(struct kring *ring, unsigned engine, unsigned opcode, void *arg,
                    unsigned count)
{
#if CONFIG_KRING_KERNEL_ENGINE
    if (engine == KRING_ENGINE_KERNEL) {
        /* This one takes no ring: it names the target. */
        int fd = opcode == IORING_REGISTER_SEND_MSG_RING ? -1 : ring->kernel.fd;
        int error = kring__register_may_begin(ring, opcode);

        if (error < 0)
            return error;
        return (int)kring__sys_io_uring_register(fd, opcode, arg, count);
    }
#endif
#if CONFIG_KRING_SOFT_ENGINE
    if (engine == KRING_ENGINE_SOFT && ring->soft != NULL)
        return kring__soft_register(ring->soft, opcode, arg, count);
#endif
    return -KRING_EKERNEL;
}
