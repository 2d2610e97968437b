/* SPDX-License-Identifier: MIT */
/* io_uring_register(2), as far as its subjects can be kept in user space. */
#include "engine.h"

#include <linux/fcntl.h>

#if CONFIG_KRING_SOFT_ENGINE

static int files2(struct kring__soft *soft, const struct io_uring_rsrc_register *reg,
                  unsigned size)
{
    if (size != sizeof *reg)
        return -EINVAL;
    /* Tags would need completions of their own: RSRC_TAGS is not among our features. */
    if (!reg->nr || reg->resv2 || reg->tags || (reg->flags & ~IORING_RSRC_REGISTER_SPARSE))
        return -EINVAL;
    if (reg->flags & IORING_RSRC_REGISTER_SPARSE) {
        if (reg->data)
            return -EINVAL;
        return kring__files_register(soft, NULL, reg->nr);
    }
    if (!reg->data)
        return -EFAULT;
    return kring__files_register(soft, (const int32_t *)(uintptr_t)reg->data, reg->nr);
}

static int update(struct kring__soft *soft, uint32_t offset, uint64_t data, uint32_t count)
{
    if (count == 0)
        return -EINVAL;
    if (!soft->files_registered)
        return -ENXIO;
    if (offset > UINT32_MAX - count)
        return -EOVERFLOW;
    if (!data)
        return -EFAULT;
    return kring__soft_files_update(soft, offset, (int32_t *)(uintptr_t)data, count);
}

static int files_update2(struct kring__soft *soft, const struct io_uring_rsrc_update2 *reg,
                         unsigned size)
{
    if (size != sizeof *reg || reg->resv || reg->resv2 || reg->tags)
        return -EINVAL;
    return update(soft, reg->offset, reg->data, reg->nr);
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

static int probe(struct io_uring_probe *answer, unsigned count)
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
        const struct kring__row *row = kring__row(i);

        answer->ops[i].op = (uint8_t)i;
        if (row && row->prep && row->enabled)
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

    if (opcode == IORING_UNREGISTER_FILES)
        return arg || count ? -EINVAL : kring__files_unregister(soft);
    if (!arg)
        return opcode == IORING_REGISTER_FILES || opcode == IORING_REGISTER_FILES_UPDATE
                   ? -EFAULT
                   : -EINVAL;
    switch (opcode) {
    case IORING_REGISTER_FILES:
        return kring__files_register(soft, arg, count);
    case IORING_REGISTER_FILES2:
        return files2(soft, arg, count);
    case IORING_REGISTER_FILES_UPDATE2:
        return files_update2(soft, arg, count);
    case IORING_REGISTER_FILE_ALLOC_RANGE:
        return count ? -EINVAL : kring__files_range(soft, arg);
    default:
        return up->resv ? -EINVAL : update(soft, up->offset, up->fds, count);
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
        return arg ? probe(arg, nr_args) : -EINVAL;
    case IORING_REGISTER_PBUF_RING:
    case IORING_UNREGISTER_PBUF_RING:
    case IORING_REGISTER_PBUF_STATUS:
        if (!CONFIG_KRING_PROVIDED_BUFFERS)
            return -EINVAL;
        return buffers(soft, opcode, arg, nr_args);
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
