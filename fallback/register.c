/* SPDX-License-Identifier: MIT */
/* io_uring_register(2), as far as its subjects can be kept in user space. */
#include "engine.h"

#include <linux/fcntl.h>

#if CONFIG_KRING_SOFT_ENGINE

/* The two tables are registered and changed by calls of the same shape. */
static int rsrc_register(struct kring__soft *soft, unsigned opcode,
                         const struct io_uring_rsrc_register *reg, unsigned size)
{
    if (size != sizeof *reg)
        return -EINVAL;
    if (!reg)
        return -EFAULT;
    if (!reg->nr || reg->resv2 || (reg->flags & ~IORING_RSRC_REGISTER_SPARSE))
        return -EINVAL;
    if ((reg->flags & IORING_RSRC_REGISTER_SPARSE) && reg->data)
        return -EINVAL;
    /* No array is as good as SPARSE. */
    if (opcode == IORING_REGISTER_BUFFERS2)
        return kring__buffers_register(soft, reg->data, reg->tags, reg->nr);
    return kring__files_register(soft, (const int32_t *)(uintptr_t)reg->data, reg->tags, reg->nr);
}

static int files_update(struct kring__soft *soft, uint32_t offset, uint64_t data, uint64_t tags,
                        uint32_t count)
{
    if (offset > UINT32_MAX - count)
        return -EOVERFLOW;
    if (!soft->files_registered)
        return -ENXIO;
    if (offset + count > soft->file_count)
        return -EINVAL;
    if (!data)
        return -EFAULT;
    return kring__soft_files_update(soft, offset, (int32_t *)(uintptr_t)data, tags, count);
}

static int rsrc_update(struct kring__soft *soft, unsigned opcode,
                       const struct io_uring_rsrc_update2 *up, unsigned size)
{
    if (size != sizeof *up)
        return -EINVAL;
    if (!up)
        return -EFAULT;
    if (!up->nr || up->resv || up->resv2)
        return -EINVAL;
    if (opcode == IORING_REGISTER_FILES_UPDATE2)
        return files_update(soft, up->offset, up->data, up->tags, up->nr);
    if (up->offset > UINT32_MAX - up->nr)
        return -EOVERFLOW;
    return kring__buffers_update(soft, up->offset, up->data, up->tags, up->nr);
}

/* Our own duplicate: the application may close its fd, as with the kernel. */
static int eventfd(struct kring__soft *soft, const int32_t *fd, bool async)
{
    long copy;

    if (soft->event_fd >= 0)
        return -EBUSY;
    copy = kring__sys_fcntl(*fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return (int)copy;
    soft->event_fd = (int32_t)copy;
    soft->event_async = async;
    return 0;
}

/* What needs a thread of the application's is there only where one may be asked. */
static bool supported(const struct kring__soft *soft, const struct kring__row *row)
{
    if (!row || !row->prep || !row->enabled)
        return false;
    return !(row->flags & KRING__THREAD) || (CONFIG_KRING_OFFLOAD && soft->config.offload);
}

static int probe(const struct kring__soft *soft, struct io_uring_probe *answer, unsigned count)
{
    const unsigned char *bytes = (const unsigned char *)answer;
    size_t size = sizeof *answer + count * sizeof answer->ops[0];

    if (count > 256)
        return -EINVAL;
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return -EINVAL;
    if (count > KRING__OP_COUNT)
        count = KRING__OP_COUNT;
    answer->last_op = KRING__OP_COUNT - 1;
    answer->ops_len = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        answer->ops[i].op = (uint8_t)i;
        if (supported(soft, kring__row(i)))
            answer->ops[i].flags = IO_URING_OP_SUPPORTED;
    }
    return 0;
}

static int sync_cancel(struct kring__soft *soft, const struct io_uring_sync_cancel_reg *reg)
{
    const uint32_t many = IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD |
                           IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_FD_FIXED |
                           IORING_ASYNC_CANCEL_OP;
    const uint32_t known = IORING_ASYNC_CANCEL_USERDATA | (CONFIG_KRING_SWEEP ? many : 0u);
    struct kring__match match;
    int res;

    if (reg->flags & ~known)
        return -EINVAL;
    for (unsigned i = 0; i < sizeof reg->pad; i++)
        if (reg->pad[i])
            return -EINVAL;
    for (unsigned i = 0; i < sizeof reg->pad2 / sizeof reg->pad2[0]; i++)
        if (reg->pad2[i])
            return -EINVAL;
    memset(&match, 0, sizeof match);
    match.user_data = reg->addr;
    match.flags = reg->flags;
    match.fd = reg->fd;
    match.opcode = reg->opcode;
    res = kring__soft_cancel(soft, &match);
    kring__run_queue(soft);
    return res;
}

static int buffers(struct kring__soft *soft, unsigned opcode, void *arg, unsigned count)
{
    if (!arg || count != 1)
        return -EINVAL;
    switch (opcode) {
    case IORING_REGISTER_PBUF_RING:
        return kring__buffers_ring(soft, arg);
    case IORING_UNREGISTER_PBUF_RING:
        return kring__buffers_unring(soft, arg);
    default:
        return kring__buffers_status(soft, arg);
    }
}

static int files(struct kring__soft *soft, unsigned opcode, void *arg, unsigned count)
{
    const struct io_uring_files_update *up = arg;

    switch (opcode) {
    case IORING_REGISTER_FILES:
        return arg ? kring__files_register(soft, arg, 0, count) : -EFAULT;
    case IORING_UNREGISTER_FILES:
        return arg || count ? -EINVAL : kring__files_unregister(soft);
    case IORING_REGISTER_FILES2:
        return rsrc_register(soft, opcode, arg, count);
    case IORING_REGISTER_FILES_UPDATE2:
        return rsrc_update(soft, opcode, arg, count);
    case IORING_REGISTER_FILE_ALLOC_RANGE:
        return !arg || count ? -EINVAL : kring__files_range(soft, arg);
    default:
        if (count == 0)
            return -EINVAL;
        if (!arg)
            return -EFAULT;
        return up->resv ? -EINVAL : files_update(soft, up->offset, up->fds, 0, count);
    }
}

static int fixed_buffers(struct kring__soft *soft, unsigned opcode, void *arg, unsigned count)
{
    switch (opcode) {
    case IORING_REGISTER_BUFFERS:
        return arg ? kring__buffers_register(soft, (uintptr_t)arg, 0, count) : -EFAULT;
    case IORING_UNREGISTER_BUFFERS:
        return arg || count ? -EINVAL : kring__buffers_unregister(soft);
    case IORING_REGISTER_BUFFERS2:
        return rsrc_register(soft, opcode, arg, count);
    default:
        return rsrc_update(soft, opcode, arg, count);
    }
}

int kring__soft_register(struct kring__soft *soft, unsigned opcode, void *arg, unsigned nr_args)
{
    switch (opcode) {
    case IORING_REGISTER_FILES:
    case IORING_UNREGISTER_FILES:
    case IORING_REGISTER_FILES2:
    case IORING_REGISTER_FILES_UPDATE:
    case IORING_REGISTER_FILES_UPDATE2:
    case IORING_REGISTER_FILE_ALLOC_RANGE:
        if (!CONFIG_KRING_DIRECT)
            return -EINVAL;
        return files(soft, opcode, arg, nr_args);
    case IORING_REGISTER_BUFFERS:
    case IORING_UNREGISTER_BUFFERS:
    case IORING_REGISTER_BUFFERS2:
    case IORING_REGISTER_BUFFERS_UPDATE:
        if (!CONFIG_KRING_REGISTERED_BUFFERS)
            return -EINVAL;
        return fixed_buffers(soft, opcode, arg, nr_args);
    case IORING_REGISTER_EVENTFD:
    case IORING_REGISTER_EVENTFD_ASYNC:
        if (nr_args != 1)
            return -EINVAL;
        return arg ? eventfd(soft, arg, opcode == IORING_REGISTER_EVENTFD_ASYNC) : -EFAULT;
    case IORING_UNREGISTER_EVENTFD:
        if (arg || nr_args)
            return -EINVAL;
        if (soft->event_fd < 0)
            return -ENXIO;
        (void)kring__sys_close(soft->event_fd);
        soft->event_fd = -1;
        return 0;
    case IORING_REGISTER_PROBE:
        return arg ? probe(soft, arg, nr_args) : -EINVAL;
    case IORING_REGISTER_PBUF_RING:
    case IORING_UNREGISTER_PBUF_RING:
    case IORING_REGISTER_PBUF_STATUS:
        if (!CONFIG_KRING_PROVIDED_BUFFERS)
            return -EINVAL;
        return buffers(soft, opcode, arg, nr_args);
    case IORING_REGISTER_RESIZE_RINGS:
        return arg && nr_args == 1 ? kring__soft_resize(soft, arg) : -EINVAL;
    case IORING_REGISTER_SYNC_CANCEL:
        return arg && nr_args == 1 ? sync_cancel(soft, arg) : -EINVAL;
    case IORING_REGISTER_ENABLE_RINGS:
        if (arg || nr_args)
            return -EINVAL;
        if (!soft->disabled)
            return -EBADFD;
        soft->disabled = false;
        return 0;
    default:
        return -EINVAL;
    }
}

#endif
