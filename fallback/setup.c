/* SPDX-License-Identifier: MIT */
/* io_uring_setup(2) over given memory, and the end of it. */
#include "engine.h"

#include <linux/fcntl.h>

#if CONFIG_KRING_SOFT_ENGINE

#define PAGE 4096

#define SETUP_FLAGS                                                                            \
    (IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_R_DISABLED |                      \
     IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG |         \
     IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY)

#define FEATURES                                                                               \
    (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_RW_CUR_POS |                   \
     IORING_FEAT_FAST_POLL | IORING_FEAT_POLL_32BITS | IORING_FEAT_EXT_ARG |                   \
     IORING_FEAT_RSRC_TAGS | IORING_FEAT_CQE_SKIP | IORING_FEAT_LINKED_FILE |                  \
     IORING_FEAT_NO_IOWAIT)

/* Where each part lies, in bytes from the start of the memory. */
struct plan {
    size_t total;
    size_t reqs, hash, entries, entry_hash, pollfds, poll_entry, heaps[KRING__CLOCKS];
    size_t nodes, fixed, files, file_nodes, groups, buffers, mail, copies, rings;
    size_t rings_length;
    uint32_t hash_size, entry_hash_size;
};

static uint32_t power_of_two(uint32_t n)
{
    uint32_t p = 1;

    while (p < n && p < UINT32_C(1) << 31)
        p <<= 1;
    return p;
}

static size_t reserve(struct plan *plan, size_t count, size_t size)
{
    size_t at = (plan->total + 63) & ~(size_t)63;

    plan->total = at + count * size;
    return at;
}

/* Fills in the offsets of params too. */
static int make_plan(const struct kring__soft_config *config, struct io_uring_params *params,
                     struct plan *plan)
{
    size_t ring_length, sqe_length;
    int error = kring__ring_layout(params, &ring_length, &sqe_length);

    if (error < 0)
        return error;
    memset(plan, 0, sizeof *plan);
    plan->hash_size = power_of_two(config->requests);
    plan->entry_hash_size = power_of_two(config->fds);
    (void)reserve(plan, 1, sizeof(struct kring__soft));
    plan->rings_length = ring_length + sqe_length;
    plan->rings = reserve(plan, plan->rings_length, 1);
    plan->reqs = reserve(plan, config->requests, sizeof(struct kring__req));
    plan->hash = reserve(plan, plan->hash_size, sizeof(uint32_t));
    plan->entries = reserve(plan, config->fds, sizeof(struct kring__entry));
    plan->entry_hash = reserve(plan, plan->entry_hash_size, sizeof(uint32_t));
    plan->pollfds = reserve(plan, (size_t)config->fds + 2, sizeof(struct kring__pollfd));
    plan->poll_entry = reserve(plan, (size_t)config->fds + 2, sizeof(uint32_t));
    for (unsigned i = 0; i < KRING__CLOCKS; i++)
        plan->heaps[i] = reserve(plan, config->requests, sizeof(uint32_t));
    plan->nodes = reserve(plan, kring__node_count(config), sizeof(struct kring__node));
    plan->fixed = reserve(plan, config->fixed_buffers, sizeof(uint32_t));
    plan->files = reserve(plan, config->fixed_files, sizeof(int32_t));
    plan->file_nodes = reserve(plan, config->fixed_files, sizeof(uint32_t));
    plan->groups = reserve(plan, config->groups, sizeof(struct kring__group));
    plan->buffers = reserve(plan, config->buffers, sizeof(struct kring__legacy));
    plan->mail = reserve(plan, KRING__MAIL_CELLS, sizeof(struct kring__mail_cell));
    plan->copies = reserve(plan, config->copies & ~UINT32_C(63), CONFIG_KRING_COPIES);
    plan->total = (plan->total + PAGE - 1) & ~(size_t)(PAGE - 1);
    return 0;
}

int kring__soft_sizes(uint32_t entries, uint32_t cq, struct io_uring_params *params)
{
    bool clamp = params->flags & IORING_SETUP_CLAMP;

    if (entries == 0)
        return -EINVAL;
    if (entries > KRING__SQ_LIMIT) {
        if (!clamp)
            return -EINVAL;
        entries = KRING__SQ_LIMIT;
    }
    params->sq_entries = power_of_two(entries);
    if (params->flags & IORING_SETUP_CQSIZE) {
        cq = params->cq_entries;
        if (cq == 0)
            return -EINVAL;
    }
    if (cq == 0)
        cq = 2 * params->sq_entries;
    if (cq > KRING__CQ_LIMIT) {
        if (!clamp)
            return -EINVAL;
        cq = KRING__CQ_LIMIT;
    }
    cq = power_of_two(cq);
    if (cq < params->sq_entries)
        return -EINVAL;
    params->cq_entries = cq;
    return 0;
}

static int check(const struct kring__soft_config *config, struct io_uring_params *params)
{
    for (unsigned i = 0; i < sizeof params->resv / sizeof params->resv[0]; i++)
        if (params->resv[i])
            return -EINVAL;
    if (params->flags & ~SETUP_FLAGS)
        return -EINVAL;
    if ((params->flags & IORING_SETUP_DEFER_TASKRUN) &&
        !(params->flags & IORING_SETUP_SINGLE_ISSUER))
        return -EINVAL;
    if ((params->flags & IORING_SETUP_TASKRUN_FLAG) &&
        !(params->flags & (IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN)))
        return -EINVAL;
    if (config->requests == 0 || config->requests > UINT32_C(1) << 24 ||
        config->fds > UINT32_C(1) << 24 || config->fixed_files > UINT32_C(1) << 20 ||
        config->fixed_buffers > UINT32_C(1) << 14 ||
        config->copies > UINT32_C(1) << 30)
        return -EINVAL;
    return kring__soft_sizes(config->entries, config->cq_entries, params);
}

size_t kring__soft_memory(const struct kring__soft_config *config)
{
    struct io_uring_params params;
    struct plan plan;

    memset(&params, 0, sizeof params);
    /* As if every size were granted; setup may then clamp. */
    params.flags = IORING_SETUP_CLAMP;
    if (check(config, &params) < 0 || make_plan(config, &params, &plan) < 0)
        return 0;
    return plan.total;
}

static void make_lists(struct kring__soft *soft, const struct plan *plan)
{
    struct kring__fifo *fifos[] = {&soft->active, &soft->queue, &soft->done,   &soft->deferred,
                                   &soft->overflow, &soft->idle, &soft->counted, &soft->tags};
    uint32_t i;

    for (i = 0; i < sizeof fifos / sizeof fifos[0]; i++)
        fifos[i]->first = fifos[i]->last = KRING__NONE;
    memset(soft->hash, 0xff, plan->hash_size * sizeof *soft->hash);
    memset(soft->entry_hash, 0xff, plan->entry_hash_size * sizeof *soft->entry_hash);
    soft->hash_mask = plan->hash_size - 1;
    soft->entry_mask = plan->entry_hash_size - 1;
    soft->jobs_done = KRING__NONE;
    soft->free = soft->entry_free = soft->buffer_free = soft->node_free = KRING__NONE;
    soft->chain_head = soft->wait_before = KRING__NONE;
    for (i = soft->config.requests; i-- > 0;) {
        soft->reqs[i].next = soft->free;
        soft->free = i;
    }
    for (i = soft->config.fds; i-- > 0;) {
        soft->entries[i].fd = -1;
        soft->entries[i].hash_next = soft->entry_free;
        soft->entry_free = i;
    }
    for (i = soft->config.buffers; i-- > 0;) {
        soft->buffers[i].next = soft->buffer_free;
        soft->buffer_free = i;
    }
}

static void place(struct kring__soft *soft, unsigned char *base, const struct plan *plan)
{
    soft->reqs = (void *)(base + plan->reqs);
    soft->hash = (void *)(base + plan->hash);
    soft->entries = (void *)(base + plan->entries);
    soft->entry_hash = (void *)(base + plan->entry_hash);
    soft->pollfds = (void *)(base + plan->pollfds);
    soft->poll_entry = (void *)(base + plan->poll_entry);
    for (unsigned i = 0; i < KRING__CLOCKS; i++)
        soft->heaps[i].slots = (void *)(base + plan->heaps[i]);
    soft->nodes = (void *)(base + plan->nodes);
    soft->fixed = (void *)(base + plan->fixed);
    soft->files = (void *)(base + plan->files);
    soft->file_nodes = (void *)(base + plan->file_nodes);
    soft->groups = (void *)(base + plan->groups);
    soft->buffers = (void *)(base + plan->buffers);
    kring__mail_init(&soft->mail, (void *)(base + plan->mail), -1);
    soft->mail.owner = soft;
    soft->copies = base + plan->copies;
    kring__copies_init(soft);
    make_lists(soft, plan);
}

static int open_fds(struct kring__soft *soft)
{
    int error = (int)kring__sys_eventfd2(0, O_CLOEXEC | O_NONBLOCK);

    if (error < 0)
        return error;
    soft->mail.fd = error;
    if (CONFIG_KRING_EPOLL && !(soft->config.flags & KRING__SOFT_NO_EPOLL)) {
        error = kring__epoll_open(soft);
        if (error < 0)
            soft->epoll_fd = -1;
        /* Whatever refuses it (no epoll in this kernel, no fd left): ppoll does too. */
        if (CONFIG_KRING_PPOLL_TOO || error == 0)
            return 0;
        (void)kring__sys_close(soft->mail.fd);
    }
    return error;
}

int kring__soft_setup(struct kring__soft **out, const struct kring__soft_config *config,
                      struct io_uring_params *params, void *memory, size_t length)
{
    struct kring__soft *soft = memory;
    struct plan plan;
    int error = check(config, params);

    if (error == 0)
        error = make_plan(config, params, &plan);
    if (error < 0)
        return error;
    if (!memory || ((uintptr_t)memory & (PAGE - 1)))
        return -EINVAL;
    if (length < plan.total)
        return -ENOMEM;
    soft->config = *config;
    soft->setup_flags = params->flags;
    soft->disabled = params->flags & IORING_SETUP_R_DISABLED;
    soft->epoll_fd = soft->also_fd = soft->event_fd = soft->mail.fd = -1;
    error = kring__view_place(&soft->view, (unsigned char *)memory + plan.rings,
                              plan.rings_length, params);
    if (error < 0)
        return error;
    place(soft, memory, &plan);
    error = open_fds(soft);
    if (error < 0)
        return error;
    params->features = FEATURES;
    if (CONFIG_KRING_COPIES && config->copies)
        params->features |= IORING_FEAT_SUBMIT_STABLE;
    *out = soft;
    return 0;
}

static void close_fd(int32_t *fd)
{
    if (*fd >= 0)
        (void)kring__sys_close(*fd);
    *fd = -1;
}

void kring__soft_close(struct kring__soft *soft)
{
#if CONFIG_KRING_OFFLOAD
    kring__offload_close(soft);
#endif
    /* Duplicates that belong to requests; all others are in the table. */
    for (uint32_t at = soft->active.first; at != KRING__NONE;) {
        struct kring__req *req = kring__req_at(soft, at);

        at = req->next;
        if (req->flags & KRING__REQ_OWN_FD)
            close_fd(&req->fd);
        req->flags &= ~KRING__REQ_OWN_FD;
    }
    soft->active.first = soft->active.last = KRING__NONE;
    for (uint32_t i = 0; CONFIG_KRING_DIRECT && soft->files_registered && i < soft->file_count; i++)
        close_fd(&soft->files[i]);
    soft->files_registered = false;
    kring__mail_discard(&soft->mail);
    close_fd(&soft->event_fd);
    close_fd(&soft->epoll_fd);
    close_fd(&soft->mail.fd);
    kring__soft_resize_undo(&soft->rings);
}

struct kring__view *kring__soft_view(struct kring__soft *soft)
{
    return &soft->view;
}

int kring__soft_epoll_fd(struct kring__soft *soft)
{
    return soft->epoll_fd;
}

uint32_t kring__soft_epoll_sets(struct kring__soft *soft)
{
    return soft->sets;
}

uint64_t kring__soft_waits(struct kring__soft *soft)
{
    return soft->waits;
}

#endif
