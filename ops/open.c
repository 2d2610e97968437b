/* SPDX-License-Identifier: MIT */
/*
 * Opening and closing a ring: options checked, one mapping laid out, engines chosen.
 * Memory: struct kring | slots | second halves | deadline heap | pools | tags | mailbox |
 *         guard page | soft engine.
 */
#include <linux/fcntl.h>
#include <linux/mman.h>

#include "ring.h"

#define PAGE 4096u      /* the smallest page of our architectures */
#define WIPE_ON_FORK 18 /* MADV_WIPEONFORK, 4.14 */
#define KEEP_ON_FORK 19
#define NO_ADVICE 0x7fff /* no kernel knows it */

#define SETUP_ALLOWED \
    (IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | \
     IORING_SETUP_ATTACH_WQ | IORING_SETUP_R_DISABLED | IORING_SETUP_SUBMIT_ALL | \
     IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SINGLE_ISSUER | \
     IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY | KRING__SETUP_WIDE)

struct plan {
    struct kring_options options; /* defaults filled in */
    struct kring__wish wish;
    struct kring__soft_config soft;
    size_t slots_at, wide_at, heap_at, pools_at, resources_at, mail_at, guard_at, soft_at, total;
};

static size_t align_up(size_t value, size_t to)
{
    return (value + to - 1) & ~(to - 1);
}

/* Copies what we know; a newer header's options may only be longer by zeros. */
static int copy_options(struct kring_options *to, const struct kring_options *from)
{
    static const struct kring_options defaults = KRING_OPTIONS_INIT;
    const uint8_t *bytes = (const uint8_t *)from;

    *to = defaults;
    if (from == NULL)
        return 0;
    if (from->size < offsetof(struct kring_options, user) || from->size > 65536)
        return -EINVAL;
    for (size_t i = sizeof *to; i < from->size; i++)
        if (bytes[i] != 0)
            return -EINVAL;
    memcpy(to, from, from->size < sizeof *to ? from->size : sizeof *to);
    to->size = sizeof *to;
    return 0;
}

/* The kernel refuses both of a pair; of those that are only wanted one is taken. */
static bool contradicts(uint32_t required)
{
    const uint32_t sqes = IORING_SETUP_SQE128 | IORING_SETUP_SQE_MIXED;
    const uint32_t cqes = IORING_SETUP_CQE32 | IORING_SETUP_CQE_MIXED;

    return (required & sqes) == sqes || (required & cqes) == cqes;
}

static int check_options(struct kring_options *o)
{
    const uint32_t most = (1u << KRING__INDEX_BITS) - 1;

    if (o->engine > KRING_ENGINE_SOFT || o->reserved != 0 ||
        (o->flags & ~(KRING_FDS_CLOSED_BY_KRING | KRING_NO_ENVIRONMENT)) ||
        ((o->setup_wanted | o->setup_required) & ~SETUP_ALLOWED) ||
        contradicts(o->setup_required) || o->entries > KRING__SQ_LIMIT ||
        o->cq_entries > KRING__CQ_LIMIT || o->operations > most || o->timers > most ||
        o->fds > most || o->direct_descriptors > most || o->pools > 254 ||
        o->registered_buffers > 16384 || o->reserved2 != 0 ||
        (o->memory != NULL && (uintptr_t)o->memory % PAGE != 0) ||
        (o->memory == NULL && o->memory_size != 0))
        return -EINVAL;
    if (o->entries == 0)
        o->entries = CONFIG_KRING_ENTRIES;
    if (o->operations == 0)
        o->operations = CONFIG_KRING_SLAB_SIZE;
    if (o->timers == 0)
        o->timers = o->operations;
    if (o->fds == 0)
        o->fds = o->operations;
    if (o->pools == 0)
        o->pools = 8;
    if (o->cq_entries != 0 && o->cq_entries < o->entries)
        return -EINVAL;
    return 0;
}

static bool has_mail(const struct plan *plan)
{
    return CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_RING &&
           plan->options.engine == KRING_ENGINE_KERNEL;
}

static void plan_memory(struct plan *plan)
{
    const struct kring_options *o = &plan->options;
    struct kring__soft_config *soft = &plan->soft;
    size_t at = align_up(sizeof(struct kring), 64);

    plan->slots_at = at;
    at += (size_t)o->operations * sizeof(struct kring__slot);
    plan->wide_at = align_up(at, 16);
    at = plan->wide_at + kring__wide_most(o) * sizeof(struct kring__wide);
    plan->heap_at = at;
    at += (size_t)o->timers * sizeof(uint32_t);
    plan->pools_at = align_up(at, 16);
    at = plan->pools_at + o->pools * sizeof(struct kring__pool);
    plan->resources_at = align_up(at, 16);
    at = plan->resources_at + kring__resource_most(o) * sizeof(struct kring__resource);
    /* The soft engine has its own. */
    plan->mail_at = align_up(at, 16);
    if (has_mail(plan))
        at = plan->mail_at + KRING__MAIL_CELLS * sizeof(struct kring__mail_cell);
    plan->guard_at = align_up(at, PAGE);
    plan->soft_at = plan->guard_at + PAGE;
    memset(soft, 0, sizeof *soft);
    soft->entries = o->entries;
    soft->cq_entries = o->cq_entries;
    soft->requests = o->operations * 2 + 16; /* each may have a cancel beside it */
    soft->timers = o->timers;
    soft->fds = o->fds + 4;
    soft->fixed_files = o->direct_descriptors;
    soft->fixed_buffers = CONFIG_KRING_REGISTERED_BUFFERS ? o->registered_buffers : 0;
    soft->groups = o->pools;
    soft->buffers = CONFIG_KRING_PROVIDED_BUFFERS && CONFIG_KRING_RING ? o->operations : 0;
    soft->offload = o->offload;
    soft->offload_user = o->offload_user;
    soft->flags = (o->flags & KRING_FDS_CLOSED_BY_KRING ? KRING__SOFT_FDS_KEPT : 0u) |
                  (o->on_released == NULL ? KRING__SOFT_NO_TAGS : 0u);
    plan->total = plan->soft_at;
#if CONFIG_KRING_SOFT_ENGINE
    plan->total += kring__soft_memory(soft);
#endif
}

static int make_plan(struct plan *plan, const struct kring_options *options)
{
    int error = copy_options(&plan->options, options);

    if (error == 0)
        error = check_options(&plan->options);
    if (error == 0)
        error = kring__wish_init(&plan->wish, &plan->options);
    if (error == 0) {
        plan->options.engine = plan->wish.engine; /* the environment may have chosen */
        plan_memory(plan);
    }
    return error;
}

int64_t kring_memory_needed(const struct kring_options *options)
{
    struct plan plan;
    int error = make_plan(&plan, options);

    return error < 0 ? error : (int64_t)plan.total;
}

/* A page that is zero in a forked child; where the kernel cannot (below 4.14, larger pages, file
 * memory) the process id is asked at each call instead. */
static void guard(struct kring *ring, uint8_t *memory, const struct plan *plan)
{
    uint32_t *word = (uint32_t *)(void *)(memory + plan->guard_at);

    *word = KRING__GUARD;
    ring->guard = word;
    /* An emulator (qemu-user 7.2) says yes to any advice and heeds none. */
    if (kring__sys_madvise(word, PAGE, WIPE_ON_FORK) < 0 ||
        kring__sys_madvise(word, PAGE, NO_ADVICE) >= 0) {
        long pid = kring__sys_getpid(); /* may be refused: then a fork goes unnoticed */

        ring->owner_pid = pid > 0 ? (int32_t)pid : 0;
    }
}

static int open_kernel(struct kring *ring, const struct plan *plan)
{
    int error = -KRING_EKERNEL;

    ring->kernel.fd = -1;
#if CONFIG_KRING_KERNEL_ENGINE
    if (plan->wish.engine != KRING_ENGINE_SOFT) {
        error = kring__kernel_open(&ring->kernel, &plan->wish, &ring->caps);
        if (error == 0)
            return 0;
        ring->kernel.fd = -1;
    } else {
        kring__caps_none(&ring->caps, &plan->wish, 0);
    }
#else
    kring__caps_none(&ring->caps, &plan->wish, 0);
#endif
    if (!plan->wish.exact)
        return 0;
    /* Shortage is for the caller to see; everything else is the kernel's "not here". */
    return error == -ENOMEM || error == -EMFILE || error == -ENFILE ? error : -KRING_EKERNEL;
}

static int open_soft(struct kring *ring, struct plan *plan, uint8_t *memory)
{
    ring->soft = NULL;
#if CONFIG_KRING_SOFT_ENGINE
    if (plan->wish.engine != KRING_ENGINE_KERNEL) {
        struct io_uring_params params;
        int error;

        memset(&params, 0, sizeof params);
        params.flags = IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_NO_SQARRAY;
        if (plan->soft.cq_entries) {
            params.flags |= IORING_SETUP_CQSIZE;
            params.cq_entries = plan->soft.cq_entries;
        }
        error = kring__soft_setup(&ring->soft, &plan->soft, &params, memory + plan->soft_at,
                                  plan->total - plan->soft_at);
        if (error < 0) {
            ring->soft = NULL;
            /* With a kernel engine the ring can live without, short of fds as it is. */
            if (!kring__kernel_on(ring) || (error != -EMFILE && error != -ENFILE))
                return error;
        }
    }
#else
    (void)plan;
    (void)memory;
#endif
    ring->caps.pub.soft_available = ring->soft != NULL;
    if (ring->soft == NULL && !kring__kernel_on(ring))
        return -KRING_EKERNEL;
    if (ring->soft == NULL) {
        long fd = kring__sys_eventfd2(0, O_CLOEXEC | O_NONBLOCK);

        if (fd < 0)
            return (int)fd;
        ring->wake_fd = (int32_t)fd;
#if CONFIG_KRING_SOFT_ENGINE
        if (has_mail(plan))
            kring__mail_init(&ring->mail, (void *)(memory + plan->mail_at), ring->wake_fd);
#endif
    }
    return 0;
}

static void close_all(struct kring *ring)
{
    void *memory = ring->memory;
    size_t length = ring->memory_length;
    bool own = ring->own_memory;

    kring__loop_close(ring);
    kring__pools_close(ring);
#if CONFIG_KRING_SOFT_ENGINE
    if (ring->soft != NULL)
        kring__soft_close(ring->soft);
#endif
#if CONFIG_KRING_KERNEL_ENGINE
    if (kring__kernel_on(ring))
        kring__kernel_close(&ring->kernel);
#endif
    if (ring->wake_fd >= 0)
        (void)kring__sys_close(ring->wake_fd);
    if (ring->event_fd >= 0)
        (void)kring__sys_close(ring->event_fd);
    if (own)
        (void)kring__sys_munmap(memory, length);
    else
        (void)kring__sys_madvise((void *)(uintptr_t)ring->guard, PAGE, KEEP_ON_FORK);
}

static int open_engines(struct kring *ring, struct plan *plan, uint8_t *memory)
{
    int error = open_kernel(ring, plan);

    if (error == 0)
        error = open_soft(ring, plan, memory);
    if (error < 0)
        return error;
    ring->caps.pub.engine = kring__kernel_on(ring) ? KRING_ENGINE_KERNEL : KRING_ENGINE_SOFT;
    ring->caps.pub.asked_entries = plan->options.entries;
    if (!kring__kernel_on(ring)) {
        ring->caps.pub.sq_entries = kring__soft_view(ring->soft)->sq_entries;
        ring->caps.pub.cq_entries = kring__soft_view(ring->soft)->cq_entries;
    }
    ring->cq_limit = UINT32_MAX;
    if (kring__kernel_on(ring) && !(ring->caps.pub.features & IORING_FEAT_NODROP))
        ring->cq_limit = ring->kernel.view.cq_entries;
    kring__route_init(ring);
    ring->direct_count = plan->options.direct_descriptors;
    return kring__direct_open(ring);
}

int kring_open(struct kring **out, const struct kring_options *options)
{
    struct plan plan;
    struct kring *ring;
    void *memory;
    int error = make_plan(&plan, options);

    if (error < 0)
        return error;
    memory = plan.options.memory;
    if (memory == NULL)
        error = (int)kring__map_anonymous(plan.total, &memory);
    else if (plan.options.memory_size < plan.total)
        error = -ENOMEM;
    else
        memset(memory, 0, plan.total);
    if (error < 0)
        return error;
    ring = memory;
    ring->memory = memory;
    ring->memory_length = plan.total;
    ring->own_memory = plan.options.memory == NULL;
    ring->options = plan.options;
    ring->slots = (struct kring__slot *)(void *)((uint8_t *)memory + plan.slots_at);
    ring->slot_count = plan.options.operations;
    if (kring__wide_most(&plan.options) != 0)
        ring->wide = (struct kring__wide *)(void *)((uint8_t *)memory + plan.wide_at);
    ring->heap = (uint32_t *)(void *)((uint8_t *)memory + plan.heap_at);
    ring->heap_limit = plan.options.timers;
    ring->pools = (struct kring__pool *)(void *)((uint8_t *)memory + plan.pools_at);
    ring->pool_count = plan.options.pools;
    ring->resources = (struct kring__resource *)(void *)((uint8_t *)memory + plan.resources_at);
    ring->resource_count = (uint32_t)kring__resource_most(&plan.options);
    ring->resource_free = KRING__NIL;
    ring->kernel.fd = ring->wake_fd = ring->loop_fd = ring->timer_fd = ring->event_fd = -1;
    guard(ring, memory, &plan);
    kring__slab_init(ring);
    error = open_engines(ring, &plan, memory);
    if (error < 0) {
        close_all(ring);
        return error;
    }
    *out = ring;
    return 0;
}

/* ---- Close ---- */

static void cancel_everything(struct kring *ring)
{
    for (uint32_t i = 0; i < ring->slot_count; i++) {
        struct kring__slot *slot = &ring->slots[i];

        /* Once each: what cannot be cancelled is waited for, not asked again and again. */
        if ((slot->state == KRING__RUNNING || slot->state == KRING__DROPPED) &&
            !(slot->flags & KRING__S_CANCEL_USER))
            kring__request_cancel(ring, slot, KRING__S_CANCEL_USER);
    }
}

/* Results that nobody asked for with kring_result() own fds and slots that would leak. */
static void discard_results(struct kring *ring)
{
    for (uint32_t i = 0; i < ring->slot_count; i++)
        if (ring->slots[i].state == KRING__DONE)
            kring__discard(ring, &ring->slots[i]);
}

int kring_close(struct kring *ring, int64_t timeout_ns)
{
    int64_t until;
    int error = kring__usable(ring);

    if (error < 0)
        return error;
    if (ring->depth) {
        ring->close_asked = 1;
        ring->close_timeout_ns = timeout_ns;
        return 0;
    }
    ring->closing = 1;
    until = kring__until(timeout_ns);
    if (ring->running != 0 && kring__bind(ring) == 0) {
        do {
            cancel_everything(ring);
            error = kring__round(ring, until);
            ring->close_asked = 0;
        } while (ring->running != 0 && (error >= 0 || error == -EINTR || error == -ETIME ||
                                        error == -EAGAIN || error == -EBUSY) &&
                 (until == INT64_MAX || kring__now_ns() < until));
    }
    /* What a refused enter left behind can never be waited for; everything else can. */
    if (ring->running != 0) {
        ring->closing = 0;
        return error < 0 && error != -EINTR && error != -ETIME && error != -EAGAIN &&
                       error != -EBUSY ? error : -EBUSY;
    }
    discard_results(ring);
    close_all(ring);
    return 0;
}
