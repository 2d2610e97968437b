/* SPDX-License-Identifier: MIT */
/*
 * Other sizes for rings in use. What they hold keeps its indices and moves over; the new rings get
 * a mapping of their own, since what they were opened in has no room for more.
 */
#include "engine.h"

#if CONFIG_KRING_SOFT_ENGINE

#define RESIZE_FLAGS (IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP)

/* As io_register_resize_rings(): -EOVERFLOW for what does not hold all that waits. */
static int fits(const struct kring__soft *soft, const struct io_uring_params *params)
{
    if (kring__load_acquire(soft->view.sq_tail) - soft->sq_head > params->sq_entries ||
        kring__cq_unread(soft) > params->cq_entries)
        return -EOVERFLOW;
    return 0;
}

int kring__soft_resize_begin(struct kring__soft *soft, const struct io_uring_params *asked,
                             struct kring__soft_rings *rings)
{
    struct io_uring_params *params = &rings->params;
    size_t ring_length = 0, sqe_length = 0;
    int error;

    memset(rings, 0, sizeof *rings);
    if (asked->flags & ~RESIZE_FLAGS)
        return -EINVAL;
    params->flags = asked->flags | (soft->setup_flags & IORING_SETUP_NO_SQARRAY);
    params->cq_entries = asked->cq_entries;
    error = kring__soft_sizes(asked->sq_entries, 0, params);
    if (error == 0)
        error = kring__ring_layout(params, &ring_length, &sqe_length);
    if (error == 0)
        error = fits(soft, params);
    if (error < 0)
        return error;
    rings->length = ring_length + sqe_length;
    return (int)kring__map_anonymous(rings->length, &rings->memory);
}

void kring__soft_resize_undo(struct kring__soft_rings *rings)
{
    if (rings->memory != NULL)
        (void)kring__sys_munmap(rings->memory, rings->length);
    rings->memory = NULL;
}

/* The same words and entries, in other places. */
static void move(struct kring__soft *soft, struct kring__view *to)
{
    const struct kring__view *from = &soft->view;
    uint32_t tail = *from->sq_tail, i;

    for (i = soft->sq_head; i != tail; i++)
        *kring__view_sqe(to, i) = *kring__view_sqe(from, i);
    kring__store_relaxed(to->sq_head, soft->sq_head);
    kring__store_relaxed(to->sq_tail, tail);
    kring__store_relaxed(to->sq_flags, kring__load_relaxed(from->sq_flags));
    kring__store_relaxed(to->sq_dropped, kring__load_relaxed(from->sq_dropped));
    for (i = soft->cq_tail - kring__cq_unread(soft); i != soft->cq_tail; i++)
        *kring__view_cqe(to, i) = *kring__view_cqe(from, i);
    kring__store_relaxed(to->cq_head, kring__load_relaxed(from->cq_head));
    kring__store_relaxed(to->cq_tail, soft->cq_tail);
    kring__store_relaxed(to->cq_flags, kring__load_relaxed(from->cq_flags));
    kring__store_relaxed(to->cq_overflow, kring__load_relaxed(from->cq_overflow));
}

int kring__soft_resize_end(struct kring__soft *soft, struct kring__soft_rings *rings)
{
    struct kring__view view;
    int error = fits(soft, &rings->params);

    if (error == 0)
        error = kring__view_place(&view, rings->memory, rings->length, &rings->params);
    if (error < 0) {
        kring__soft_resize_undo(rings);
        return error;
    }
    move(soft, &view);
    kring__soft_resize_undo(&soft->rings);
    soft->view = view;
    soft->rings = *rings;
    rings->memory = NULL; /* the engine's now */
    return 0;
}

int kring__soft_resize(struct kring__soft *soft, struct io_uring_params *params)
{
    struct kring__soft_rings rings;
    int error;

    if (!(soft->setup_flags & IORING_SETUP_DEFER_TASKRUN))
        return -EINVAL;
    error = kring__soft_resize_begin(soft, params, &rings);
    if (error == 0)
        error = kring__soft_resize_end(soft, &rings);
    if (error < 0)
        return error;
    params->sq_entries = rings.params.sq_entries;
    params->cq_entries = rings.params.cq_entries;
    params->flags = rings.params.flags;
    params->sq_off = rings.params.sq_off;
    params->cq_off = rings.params.cq_off;
    return 0;
}

#endif
