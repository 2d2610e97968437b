/* SPDX-License-Identifier: MIT */
/*
 * Other sizes for the rings of a ring in use: IORING_REGISTER_RESIZE_RINGS (6.13) for the kernel's,
 * whose memory is mapped anew, and rings in other memory for the soft engine's.
 */
#include "ring.h"

#if CONFIG_KRING_KERNEL_ENGINE
/* Of an SQ array the call does not say where it stands (6.18: its offset stays zero). */
#define NEEDED_SETUP (IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY)

static bool kernel_can(const struct kring *ring)
{
    return !ring->caps.register_blocked &&
           ring->caps.register_count > IORING_REGISTER_RESIZE_RINGS;
}

/*
 * The kernel moves what waits entry by entry: it takes those of double size for small ones (6.13 to
 * 7.0), and a pair of small ones may end up across the end of a smaller ring.
 */
static bool holds_wide(const struct kring *ring)
{
    const struct kring__view *view = &ring->kernel.view;

    return ring->wide != NULL && (kring__unconsumed(view) != 0 ||
                                  kring__load_acquire(view->cq_tail) != *view->cq_head);
}

/* Is there room to map the new rings, rounded up as they will be, beside the old ones? Afterwards
 * would be too late to ask. */
static int reserve(const struct kring__view *view, const struct io_uring_params *params)
{
    size_t length = ((size_t)2 * params->sq_entries << view->sqe_shift) +
                    ((size_t)2 * params->cq_entries << view->cqe_shift) + 2 * (size_t)65536;
    void *memory;
    int error = (int)kring__map_anonymous(length, &memory);

    if (error == 0)
        error = (int)kring__sys_munmap(memory, length);
    return error;
}

static int resize_kernel(struct kring *ring, uint32_t entries, uint32_t cq_entries)
{
    struct kring__kernel *kernel = &ring->kernel;
    struct io_uring_params params;
    struct kring__view view;
    int error;

    memset(&params, 0, sizeof params);
    params.sq_entries = entries;
    params.cq_entries = cq_entries;
    params.flags = IORING_SETUP_CQSIZE;
    error = reserve(&kernel->view, &params);
    if (error == 0)
        error = (int)kring__sys_io_uring_register(kernel->fd, IORING_REGISTER_RESIZE_RINGS,
                                                  &params, 1);
    if (error < 0)
        return error;
    params.flags = kernel->params.flags;
    params.features = kernel->params.features;
    error = kring__map_rings(kernel->fd, &params, &view);
    if (error < 0) {
        /* The kernel goes on in rings that nobody can see. */
        kring__kernel_is_lost(ring, error);
        return -KRING_ELOST;
    }
    kring__unmap_rings(&kernel->view);
    kernel->view = view;
    kernel->params = params;
    ring->caps.pub.bytes_needed = kring__ring_bytes(&params, params.sq_entries, params.cq_entries);
    return 0;
}
#endif

static int resize(struct kring *ring, uint32_t entries, uint32_t cq_entries)
{
    int error = 0;
#if CONFIG_KRING_SOFT_ENGINE
    struct kring__soft_rings rings = {.memory = NULL};

    if (ring->soft != NULL) {
        struct io_uring_params asked = {.sq_entries = entries, .cq_entries = cq_entries,
                                        .flags = IORING_SETUP_CQSIZE};

        error = kring__soft_resize_begin(ring->soft, &asked, &rings);
    }
#endif
#if CONFIG_KRING_KERNEL_ENGINE
    if (error == 0 && kring__kernel_on(ring))
        error = resize_kernel(ring, entries, cq_entries);
#endif
#if CONFIG_KRING_SOFT_ENGINE
    if (rings.memory != NULL && error == 0)
        error = kring__soft_resize_end(ring->soft, &rings);
    kring__soft_resize_undo(&rings);
#endif
    return error;
}

int kring_resize(struct kring *ring, uint32_t entries, uint32_t cq_entries)
{
    int error = kring__usable(ring);

    if (error < 0)
        return error;
    if (cq_entries == 0)
        cq_entries = 2 * entries;
    if (entries == 0 || entries > KRING__SQ_LIMIT || cq_entries > KRING__CQ_LIMIT ||
        cq_entries < entries)
        return -EINVAL;
#if CONFIG_KRING_KERNEL_ENGINE
    if (kring__kernel_on(ring)) {
        if (kring__kernel_gone(ring))
            return -KRING_ELOST;
        if (!kernel_can(ring))
            return -KRING_EKERNEL;
        if ((ring->caps.pub.setup_flags & NEEDED_SETUP) != NEEDED_SETUP)
            return -EINVAL;
        if (holds_wide(ring))
            return -EBUSY;
    }
#endif
    error = resize(ring, entries, cq_entries);
    if (error == 0) {
        const struct kring__view *view = kring__kernel_on(ring) ? &ring->kernel.view
                                                                : kring__soft_view(ring->soft);

        ring->caps.pub.asked_entries = entries;
        ring->caps.pub.sq_entries = view->sq_entries;
        ring->caps.pub.cq_entries = view->cq_entries;
    }
    return error;
}
