/* SPDX-License-Identifier: MIT */
/*
 * Registered buffers. Each engine of the ring has the whole table, so that an operation on it may
 * run on either. Where the kernel cannot have it as it was asked for, the soft engine has it alone
 * and is the home of what uses it.
 */
#include <linux/uio.h>

#include "ring.h"

#define IN_KERNEL (1u << KRING_ENGINE_KERNEL)
#define IN_SOFT (1u << KRING_ENGINE_SOFT)

bool kring__uses_buffer(const struct io_uring_sqe *sqe)
{
    switch (sqe->opcode) {
    case IORING_OP_READ_FIXED:
    case IORING_OP_WRITE_FIXED:
    case IORING_OP_READV_FIXED:
    case IORING_OP_WRITEV_FIXED:
        return true;
    case IORING_OP_SEND_ZC:
    case IORING_OP_SENDMSG_ZC:
        return (sqe->ioprio & IORING_RECVSEND_FIXED_BUF) != 0;
    case IORING_OP_NOP:
        return (sqe->nop_flags & IORING_NOP_FIXED_BUFFER) != 0;
    default:
        return false;
    }
}

/* 5.13: tags, empty slots, update; and the calls wait no longer until nothing runs. */
static bool kernel_updates(const struct kring *ring)
{
    return (ring->caps.pub.features & IORING_FEAT_RSRC_TAGS) != 0;
}

/*
 * 6.13: each registered resource counts its own users; before, all of them were counted together.
 */
static bool counts_each(const struct kring *ring)
{
    return ring->caps.register_count > IORING_REGISTER_MEM_REGION;
}

/*
 * Would unregistering wait? Below 5.13 for everything that runs; below 6.13, where what is
 * registered is counted all together (seen on 6.12), for whatever uses a registered buffer or file.
 */
static bool kernel_would_wait(const struct kring *ring)
{
    if (!kernel_updates(ring))
        return !kring__kernel_idle(ring);
    if (counts_each(ring))
        return false;
    for (uint32_t i = 0; i < ring->slot_count; i++) {
        const struct kring__slot *slot = &ring->slots[i];

        if ((slot->state == KRING__RUNNING || slot->state == KRING__DROPPED) &&
            (slot->flags & KRING__S_SUBMITTED) && kring__in_kernel(slot) &&
            ((slot->sqe.flags & IOSQE_FIXED_FILE) || kring__uses_buffer(&slot->sqe)))
            return true;
    }
    return false;
}

static int plain(struct kring *ring, unsigned engine, const struct iovec *vectors, uint32_t count)
{
    return kring__register(ring, engine, IORING_REGISTER_BUFFERS, (void *)(uintptr_t)vectors,
                           count);
}

/* 5.19 knows the flag; before, a table of empty vectors says the same. */
static int sparse(struct kring *ring, unsigned engine, uint32_t count)
{
    struct io_uring_rsrc_register table;
    size_t length = count * sizeof(struct iovec);
    void *zeros;
    int res;

    memset(&table, 0, sizeof table);
    table.nr = count;
    table.flags = IORING_RSRC_REGISTER_SPARSE;
    res = kring__register(ring, engine, IORING_REGISTER_BUFFERS2, &table, sizeof table);
    if (res != -EINVAL)
        return res;
    length = (length + 65535) & ~(size_t)65535;
    res = (int)kring__map_anonymous(length, &zeros);
    if (res < 0)
        return res;
    res = plain(ring, engine, zeros, count);
    (void)kring__sys_munmap(zeros, length);
    return res;
}

static int update(struct kring *ring, unsigned engine, uint32_t first,
                  const struct iovec *vectors, const uint64_t *given, uint32_t count)
{
    struct io_uring_rsrc_update2 what;

    memset(&what, 0, sizeof what);
    what.offset = first;
    what.data = (uintptr_t)vectors;
    what.tags = (uintptr_t)given;
    what.nr = count;
    return kring__register(ring, engine, IORING_REGISTER_BUFFERS_UPDATE, &what, sizeof what);
}

/* The soft engine could not follow the kernel: these slots are empty in both. */
static void empty(struct kring *ring, uint32_t first, const uint64_t *given, uint32_t count)
{
    static const struct iovec none = {NULL, 0};

    for (uint32_t i = 0; i < count; i++) {
        kring__resource_silence(ring, given[i]);
        kring__resource_put(ring, given[i]); /* the soft engine's part, which it never had */
        (void)update(ring, KRING_ENGINE_KERNEL, first + i, &none, NULL, 1);
        (void)update(ring, KRING_ENGINE_SOFT, first + i, &none, NULL, 1);
    }
}

static uint32_t above_zero(int res)
{
    return res > 0 ? (uint32_t)res : 0;
}

/* So many that their tags fit on the stack: how many were done, or the error of the first. */
static int fill_some(struct kring *ring, unsigned engines, uint32_t first,
                     const struct iovec *vectors, const uint64_t *tags, uint32_t count)
{
    uint64_t given[KRING__RESOURCES_AT_ONCE];
    bool both = engines == (IN_KERNEL | IN_SOFT);
    int done, soft;

    for (uint32_t i = 0; tags != NULL && i < count; i++)
        if (tags[i] != 0 && vectors[i].iov_base == NULL && vectors[i].iov_len == 0)
            count = i; /* those before it are done; a count of 0 is the error */
    if (count == 0)
        return -EINVAL;
    done = kring__resources_new(ring, tags, count, both ? 2 : 1, given);
    if (done < 0)
        return done;
    done = update(ring, engines & IN_KERNEL ? KRING_ENGINE_KERNEL : KRING_ENGINE_SOFT, first,
                  vectors, given, count);
    kring__resources_undo(ring, given + above_zero(done), count - above_zero(done));
    if (!both || done <= 0)
        return done;
    soft = update(ring, KRING_ENGINE_SOFT, first, vectors, given, (uint32_t)done);
    if (soft < done)
        empty(ring, first + above_zero(soft), given + above_zero(soft),
              (uint32_t)done - above_zero(soft));
    return soft;
}

/* As fill_some() for any count; *error: why it did not do all. */
static uint32_t fill(struct kring *ring, unsigned engines, uint32_t first,
                     const struct iovec *vectors, const uint64_t *tags, uint32_t count, int *error)
{
    uint32_t done = 0;

    *error = 0;
    while (done < count && *error == 0) {
        uint32_t some = count - done;
        int res;

        if (some > KRING__RESOURCES_AT_ONCE)
            some = KRING__RESOURCES_AT_ONCE;
        res = fill_some(ring, engines, first + done, vectors + done,
                        tags != NULL ? tags + done : NULL, some);
        if (res <= 0)
            *error = res < 0 ? res : -EINVAL;
        done += above_zero(res);
    }
    return done;
}

static bool has_hole(const struct iovec *vectors, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (vectors[i].iov_base == NULL && vectors[i].iov_len == 0)
            return true;
    return false;
}

/* The table without its tagged content. */
static int one_table(struct kring *ring, unsigned engine, const struct iovec *vectors, bool tagged,
                     uint32_t count)
{
    bool kernel = engine == KRING_ENGINE_KERNEL;

    if (kernel && (!kring__kernel_on(ring) || kring__kernel_gone(ring) ||
                   ring->caps.register_blocked))
        return -KRING_EKERNEL;
    if (kernel && !kernel_updates(ring) &&
        (tagged || vectors == NULL || !kring__kernel_idle(ring) || has_hole(vectors, count)))
        return -KRING_EKERNEL;
    if (kernel && tagged && kernel_would_wait(ring))
        return -KRING_EKERNEL; /* it might have to be undone */
    return vectors == NULL || tagged ? sparse(ring, engine, count)
                                     : plain(ring, engine, vectors, count);
}

/* Below 6.13 unregistering posts no tags (seen on 6.12), but emptying each slot does. */
static void empty_kernel(struct kring *ring, uint32_t count)
{
    static const struct iovec none[16];

    if (!kernel_updates(ring) || counts_each(ring) || ring->options.on_released == NULL)
        return;
    for (uint32_t at = 0; at < count; at += 16)
        (void)update(ring, KRING_ENGINE_KERNEL, at, none, NULL,
                     count - at < 16 ? count - at : 16);
}

static void no_tables(struct kring *ring, unsigned engines, uint32_t count)
{
    if (engines & IN_KERNEL)
        empty_kernel(ring, count);
    if (engines & IN_KERNEL)
        (void)kring__register(ring, KRING_ENGINE_KERNEL, IORING_UNREGISTER_BUFFERS, NULL, 0);
    if (engines & IN_SOFT)
        (void)kring__register(ring, KRING_ENGINE_SOFT, IORING_UNREGISTER_BUFFERS, NULL, 0);
}

/* What was filled before an error was never promised: its tags are not told. */
static void silence_batch(struct kring *ring)
{
    for (uint32_t i = 0; i < ring->resource_top; i++)
        if (ring->resources[i].batch == ring->resource_batch)
            ring->resources[i].silent = 1;
}

/* The table with its content in these engines, or in none of them. */
static int tables(struct kring *ring, unsigned engines, const struct iovec *vectors,
                  const uint64_t *tags, uint32_t count)
{
    unsigned made = 0;
    int error = 0;

    ring->resource_batch++;
    for (unsigned engine = KRING_ENGINE_KERNEL; engine <= KRING_ENGINE_SOFT && error == 0;
         engine++) {
        if (!(engines & 1u << engine))
            continue;
        error = one_table(ring, engine, vectors, tags != NULL, count);
        if (error == 0)
            made |= 1u << engine;
    }
    if (error == 0 && vectors != NULL && tags != NULL)
        (void)fill(ring, engines, 0, vectors, tags, count, &error);
    if (error == 0)
        return 0;
    silence_batch(ring);
    no_tables(ring, made, count);
    return error;
}

/* The kernel's refusal is about the kernel, not about what it was asked. */
static bool not_here(int error)
{
    return error == -KRING_EKERNEL || error == -ENOMEM || error == -EOPNOTSUPP;
}

static bool has_tag(const uint64_t *tags, uint32_t count)
{
    for (uint32_t i = 0; tags != NULL && i < count; i++)
        if (tags[i] != 0)
            return true;
    return false;
}

int kring_buffers_register(struct kring *ring, const struct iovec *vectors, const uint64_t *tags,
                           uint32_t count)
{
    unsigned engines = (kring__kernel_on(ring) ? IN_KERNEL : 0u) |
                       (ring->soft != NULL ? IN_SOFT : 0u);
    int error;

    if (!CONFIG_KRING_REGISTERED_BUFFERS)
        return -KRING_EKERNEL;
    if (ring->buffer_count != 0)
        return -EBUSY;
    if (count == 0 || count > ring->options.registered_buffers || (tags != NULL && vectors == NULL))
        return -EINVAL;
    if (!has_tag(tags, count))
        tags = NULL;
    else if (ring->options.on_released == NULL)
        return -EINVAL;
    error = tables(ring, engines, vectors, tags, count);
    if (error < 0 && engines == (IN_KERNEL | IN_SOFT) && not_here(error)) {
        engines = IN_SOFT;
        error = tables(ring, engines, vectors, tags, count);
    }
    kring__loop_told(ring);
    if (error < 0)
        return error;
    ring->buffer_count = count;
    ring->buffers_in = (uint8_t)engines;
    ring->buffers_home = engines == IN_SOFT && kring__kernel_on(ring) ? KRING_ENGINE_SOFT
                                                                      : KRING_ENGINE_AUTO;
    return 0;
}

/* ---- The table of another ring ---- */

/* The kernel's own way (6.12), which pins nothing anew. */
static int clone_kernel(struct kring *ring, const struct kring *from)
{
    struct io_uring_clone_buffers clone;

    if (!kring__kernel_on(ring) || kring__kernel_gone(ring) || ring->caps.register_blocked ||
        !(from->buffers_in & IN_KERNEL) || from->buffers_home == KRING_ENGINE_SOFT ||
        ring->caps.register_count <= IORING_REGISTER_CLONE_BUFFERS)
        return -KRING_EKERNEL;
    memset(&clone, 0, sizeof clone);
    clone.src_fd = (uint32_t)from->kernel.fd;
    return kring__register(ring, KRING_ENGINE_KERNEL, IORING_REGISTER_CLONE_BUFFERS, &clone, 1);
}

/* Into these engines what the other's soft engine knows of its table. */
static int clone_vectors(struct kring *ring, struct kring *from, unsigned engines)
{
    struct iovec vectors[KRING__RESOURCES_AT_ONCE];
    int error;

    if (!CONFIG_KRING_SOFT_ENGINE || !(from->buffers_in & IN_SOFT))
        return -KRING_EKERNEL;
    error = tables(ring, engines, NULL, NULL, from->buffer_count);
    for (uint32_t at = 0; at < from->buffer_count && error == 0; at += KRING__RESOURCES_AT_ONCE) {
        uint32_t some = from->buffer_count - at;

        some = some < KRING__RESOURCES_AT_ONCE ? some : KRING__RESOURCES_AT_ONCE;
        kring__soft_buffers(from->soft, at, vectors, some);
        (void)fill(ring, engines, at, vectors, NULL, some, &error);
        if (error < 0)
            no_tables(ring, engines, from->buffer_count);
    }
    return error;
}

int kring_buffers_clone(struct kring *ring, struct kring *from)
{
    unsigned engines = 0;
    int error = kring__usable(ring);

    if (error == 0)
        error = kring__usable(from);
    if (error < 0)
        return error;
    if (!CONFIG_KRING_REGISTERED_BUFFERS)
        return -KRING_EKERNEL;
    if (ring->buffer_count != 0)
        return -EBUSY;
    if (from->buffer_count == 0)
        return -ENXIO;
    if (from->buffer_count > ring->options.registered_buffers)
        return -EINVAL;
    error = clone_kernel(ring, from);
    if (error < 0 && kring__kernel_on(ring))
        error = clone_vectors(ring, from, IN_KERNEL);
    if (error == 0)
        engines |= IN_KERNEL;
    else if (ring->soft == NULL || !not_here(error))
        return error;
    if (ring->soft != NULL) {
        error = clone_vectors(ring, from, IN_SOFT);
        if (error == 0)
            engines |= IN_SOFT;
        else if (engines == 0 || error != -KRING_EKERNEL) {
            no_tables(ring, engines, from->buffer_count);
            return error;
        }
    }
    ring->buffer_count = from->buffer_count;
    ring->buffers_in = (uint8_t)engines;
    ring->buffers_home = KRING_ENGINE_AUTO;
    if (kring__kernel_on(ring) && engines != (IN_KERNEL | IN_SOFT))
        ring->buffers_home = engines == IN_SOFT ? KRING_ENGINE_SOFT : KRING_ENGINE_KERNEL;
    return 0;
}

/* ---- Changes ---- */

int kring_buffers_update(struct kring *ring, uint32_t first, const struct iovec *vectors,
                         const uint64_t *tags, uint32_t count)
{
    unsigned engines = ring->buffers_in;
    uint32_t done;
    int error;

    if (ring->buffer_count == 0)
        return -ENXIO;
    if (vectors == NULL)
        return -EFAULT;
    if (count == 0 || first > ring->buffer_count || count > ring->buffer_count - first)
        return -EINVAL;
    if ((engines & IN_KERNEL) && (!kernel_updates(ring) || kring__kernel_gone(ring))) {
        if (!(engines & IN_SOFT))
            return -KRING_EKERNEL;
        ring->buffers_home = KRING_ENGINE_SOFT; /* what the kernel has is of yesterday */
        engines = IN_SOFT;
    }
    if (ring->buffers_home == KRING_ENGINE_SOFT)
        engines = IN_SOFT;
    done = fill(ring, engines, first, vectors, tags, count, &error);
    kring__loop_told(ring);
    return done > 0 ? (int)done : error;
}

int kring_buffers_unregister(struct kring *ring)
{
    if (ring->buffer_count == 0)
        return -ENXIO;
    if ((ring->buffers_in & IN_KERNEL) && kernel_would_wait(ring))
        return -EBUSY;
    if (ring->buffers_in & IN_KERNEL) {
        int error;

        empty_kernel(ring, ring->buffer_count);
        error = kring__register(ring, KRING_ENGINE_KERNEL, IORING_UNREGISTER_BUFFERS, NULL, 0);
        if (error < 0)
            return error;
    }
    no_tables(ring, ring->buffers_in & IN_SOFT, ring->buffer_count);
    ring->buffer_count = 0;
    ring->buffers_in = 0;
    ring->buffers_home = KRING_ENGINE_AUTO;
    kring__loop_told(ring);
    return 0;
}
