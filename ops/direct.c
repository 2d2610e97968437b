/* SPDX-License-Identifier: MIT */
/*
 * The direct descriptor table. It has one home, fixed at open: the kernel's table cannot be used
 * from user space, so it is the kernel's only where the kernel runs every operation of ours that
 * takes a file (LISTEN, 6.11, is the youngest); else it is the soft engine's.
 */
#include "ring.h"

static int update(struct kring *ring, uint32_t slot, int32_t fd)
{
    struct io_uring_files_update what;

    memset(&what, 0, sizeof what);
    what.offset = slot;
    what.fds = (uintptr_t)&fd;
#if CONFIG_KRING_KERNEL_ENGINE
    if (ring->direct_home == KRING_ENGINE_KERNEL) {
        long rc = kring__sys_io_uring_register(ring->kernel.fd, IORING_REGISTER_FILES_UPDATE,
                                               &what, 1);
        return rc < 0 ? (int)rc : 0;
    }
#endif
#if CONFIG_KRING_SOFT_ENGINE
    int done = kring__soft_register(ring->soft, IORING_REGISTER_FILES_UPDATE, &what, 1);

    return done < 0 ? done : 0;
#else
    return -ENXIO;
#endif
}

#if CONFIG_KRING_KERNEL_ENGINE
static int kernel_table(struct kring *ring)
{
    struct io_uring_rsrc_register table;
    const struct kring__caps *caps = &ring->caps;

    if (!kring__kernel_on(ring) || caps->op[IORING_OP_LISTEN].answer != KRING__YES ||
        ring->options.engine == KRING_ENGINE_SOFT)
        return -ENXIO;
    memset(&table, 0, sizeof table);
    table.nr = ring->direct_count;
    table.flags = IORING_RSRC_REGISTER_SPARSE;
    return (int)kring__sys_io_uring_register(ring->kernel.fd, IORING_REGISTER_FILES2, &table,
                                             sizeof table);
}
#else
static int kernel_table(struct kring *ring)
{
    (void)ring;
    return -ENXIO;
}
#endif

int kring__direct_open(struct kring *ring)
{
    int error;

    ring->direct_home = KRING_ENGINE_AUTO;
    if (ring->direct_count == 0)
        return 0;
    if (!CONFIG_KRING_DIRECT)
        return -KRING_EKERNEL;
    error = kernel_table(ring);
    if (error == 0) {
        ring->direct_home = KRING_ENGINE_KERNEL;
        return 0;
    }
#if CONFIG_KRING_SOFT_ENGINE
    if (ring->soft != NULL) {
        struct io_uring_rsrc_register table;

        memset(&table, 0, sizeof table);
        table.nr = ring->direct_count;
        table.flags = IORING_RSRC_REGISTER_SPARSE;
        error = kring__soft_register(ring->soft, IORING_REGISTER_FILES2, &table, sizeof table);
        if (error == 0)
            ring->direct_home = KRING_ENGINE_SOFT;
    }
#endif
    return error == -ENXIO ? -KRING_EKERNEL : error;
}

void kring__direct_clear(struct kring *ring, uint32_t slot)
{
    if (CONFIG_KRING_DIRECT)
        (void)update(ring, slot, -1);
}

int kring_direct_update(struct kring *ring, uint32_t slot, int fd)
{
    if (!CONFIG_KRING_DIRECT || ring->direct_count == 0)
        return -ENXIO;
    if (slot >= ring->direct_count || fd < -1)
        return -EINVAL;
    return update(ring, slot, fd);
}
