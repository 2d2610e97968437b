/* SPDX-License-Identifier: MIT */
/*
 * The register calls, passed on: to the kernel where it has them, else to the soft engine where
 * their meaning can be kept, else refused. What kring keeps itself has calls of its own in kring.h.
 * An opcode that this kernel does not have is not asked for: below 5.18 the kernel would first wait
 * for everything in flight (io_uring_register() of these releases).
 */
#include "ring.h"

enum policy {
    NATIVE, /* the kernel's only */
    LIMITS, /* the same, and a soft engine beside it would not obey */
    EITHER, /* the kernel's, else the soft engine's */
    EACH,   /* of both engines, where there are two */
    ABOVE,  /* done here, over both engines */
    GROUP,  /* of the engine that has the buffer group */
    OURS    /* kring's own state */
};

static const uint8_t policies[IORING_REGISTER_LAST] = {
    [IORING_REGISTER_BUFFERS] = OURS,
    [IORING_UNREGISTER_BUFFERS] = OURS,
    [IORING_REGISTER_FILES] = OURS,
    [IORING_UNREGISTER_FILES] = OURS,
    [IORING_REGISTER_EVENTFD] = EACH,
    [IORING_UNREGISTER_EVENTFD] = EACH,
    [IORING_REGISTER_FILES_UPDATE] = OURS,
    [IORING_REGISTER_EVENTFD_ASYNC] = EACH,
    [IORING_REGISTER_PROBE] = EITHER,
    [IORING_REGISTER_RESTRICTIONS] = LIMITS,
    [IORING_REGISTER_ENABLE_RINGS] = OURS,
    [IORING_REGISTER_FILES2] = OURS,
    [IORING_REGISTER_FILES_UPDATE2] = OURS,
    [IORING_REGISTER_BUFFERS2] = OURS,
    [IORING_REGISTER_BUFFERS_UPDATE] = OURS,
    [IORING_REGISTER_PBUF_RING] = OURS,
    [IORING_UNREGISTER_PBUF_RING] = OURS,
    [IORING_REGISTER_SYNC_CANCEL] = ABOVE,
    [IORING_REGISTER_FILE_ALLOC_RANGE] = OURS,
    [IORING_REGISTER_PBUF_STATUS] = GROUP,
    [IORING_REGISTER_CLONE_BUFFERS] = OURS,
    [IORING_REGISTER_RESIZE_RINGS] = OURS,
    [IORING_REGISTER_BPF_FILTER] = LIMITS,
};

static bool kernel_has(const struct kring *ring, unsigned opcode)
{
    return kring__kernel_on(ring) && !kring__kernel_gone(ring) &&
           opcode < ring->caps.register_count && !ring->caps.register_blocked;
}

int kring_register_route(struct kring *ring, unsigned opcode)
{
    bool kernel = kernel_has(ring, opcode);

    if (opcode >= IORING_REGISTER_LAST)
        return -EINVAL;
    switch (policies[opcode]) {
    case OURS:
        return -EBUSY;
    case LIMITS:
        return kernel && ring->soft == NULL ? KRING_ENGINE_KERNEL : KRING_ENGINE_NONE;
    case NATIVE:
        return kernel ? KRING_ENGINE_KERNEL : KRING_ENGINE_NONE;
    case EACH:
        if (kring__kernel_on(ring))
            return kernel ? KRING_ENGINE_KERNEL : KRING_ENGINE_NONE;
        return KRING_ENGINE_SOFT;
    case ABOVE:
        return kring__kernel_on(ring) ? KRING_ENGINE_KERNEL : KRING_ENGINE_SOFT;
    default:
        return kernel ? KRING_ENGINE_KERNEL : ring->soft != NULL ? KRING_ENGINE_SOFT
                                                                 : KRING_ENGINE_NONE;
    }
}

static int each(struct kring *ring, unsigned opcode, void *arg, unsigned count)
{
    int error = kring__register(ring, KRING_ENGINE_KERNEL, opcode, arg, count);

    if (error < 0 || ring->soft == NULL)
        return error;
    error = kring__register(ring, KRING_ENGINE_SOFT, opcode, arg, count);
    if (error < 0 && opcode != IORING_UNREGISTER_EVENTFD)
        (void)kring__register(ring, KRING_ENGINE_KERNEL, IORING_UNREGISTER_EVENTFD, NULL, 0);
    return error;
}

/* What io_sync_cancel() takes, with kring_user_data() for addr. */
static int sync_cancel(struct kring *ring, const struct io_uring_sync_cancel_reg *reg,
                       unsigned count)
{
    struct io_uring_sqe want;
    int64_t timeout = KRING_FOREVER, done;

    if (reg == NULL || count != 1)
        return -EINVAL;
    for (unsigned i = 0; i < sizeof reg->pad; i++)
        if (reg->pad[i])
            return -EINVAL;
    for (unsigned i = 0; i < sizeof reg->pad2 / sizeof reg->pad2[0]; i++)
        if (reg->pad2[i])
            return -EINVAL;
    memset(&want, 0, sizeof want);
    want.opcode = IORING_OP_ASYNC_CANCEL;
    want.cancel_flags = reg->flags;
    want.addr = reg->addr;
    want.fd = reg->fd;
    want.len = reg->opcode;
    if (reg->timeout.tv_sec != -1 || reg->timeout.tv_nsec != -1) {
        if (reg->timeout.tv_sec < 0 || reg->timeout.tv_nsec < 0)
            return -EINVAL;
        if (reg->timeout.tv_sec < INT64_MAX / KRING_SECOND - 1)
            timeout = reg->timeout.tv_sec * KRING_SECOND + reg->timeout.tv_nsec % KRING_SECOND;
    }
    done = kring__sweep_and_wait(ring, &want, timeout);
    return (int)done;
}

static unsigned group_engine(struct kring *ring, const struct io_uring_buf_status *status)
{
    if (status != NULL && status->buf_group < ring->pool_count &&
        ring->pools[status->buf_group].used)
        return ring->pools[status->buf_group].home;
    return KRING_ENGINE_AUTO;
}

int kring_register(struct kring *ring, unsigned opcode, void *arg, unsigned count)
{
    int error = kring__usable(ring), route;

    if (error < 0)
        return error;
    route = kring_register_route(ring, opcode);
    if (route < 0)
        return route;
    if (route == KRING_ENGINE_NONE)
        return -KRING_EKERNEL;
    if (policies[opcode] == ABOVE)
        return CONFIG_KRING_SWEEP ? sync_cancel(ring, arg, count) : -KRING_EKERNEL;
    if (policies[opcode] == EACH && route == KRING_ENGINE_KERNEL)
        return each(ring, opcode, arg, count);
    if (policies[opcode] == GROUP && group_engine(ring, arg) == KRING_ENGINE_SOFT)
        route = KRING_ENGINE_SOFT;
    return kring__register(ring, (unsigned)route, opcode, arg, count);
}
