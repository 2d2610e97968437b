/* SPDX-License-Identifier: MIT */
/*
 * The direct descriptor table. It has one home, fixed at open: the kernel's table cannot be used
 * from user space, so it is the kernel's only where the kernel runs every operation of ours that
 * takes a file (LISTEN, 6.11, is the youngest); else it is the soft engine's.
 */
#include "ring.h"

/* Of count slots, with the tags that the engine is given, or NULL. */
static int update(struct kring *ring, uint32_t first, const int32_t *fds, const uint64_t *given,
                  uint32_t count)
{
    struct io_uring_rsrc_update2 what;

    memset(&what, 0, sizeof what);
    what.offset = first;
    what.data = (uintptr_t)fds;
    if (given == NULL)
        return kring__register(ring, ring->direct_home, IORING_REGISTER_FILES_UPDATE, &what, count);
    what.tags = (uintptr_t)given;
    what.nr = count;
    return kring__register(ring, ring->direct_home, IORING_REGISTER_FILES_UPDATE2, &what,
                           sizeof what);
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

bool kring__can_borrow(const struct kring *ring, const struct kring__slot *slot)
{
    const struct io_uring_sqe *sqe = &slot->sqe;
    const struct kring__row *row = kring__row(sqe->opcode);

    if (!(sqe->flags & IOSQE_FIXED_FILE) || ring->direct_home != KRING_ENGINE_KERNEL ||
        kring__kernel_gone(ring) || !kring__soft_runs(ring, sqe) || !(row->flags & KRING__FILE))
        return false;
    if (kring__is_copy(slot)) /* its transfers are on two descriptors by turns */
        return false;
    /* What it creates may not go to the kernel's table either; of two descriptors one is lent. */
    if (sqe->opcode == IORING_OP_FIXED_FD_INSTALL ||
        ((row->flags & KRING__CREATES) && sqe->file_index != 0) ||
        ((sqe->opcode == IORING_OP_SPLICE || sqe->opcode == IORING_OP_TEE) &&
         (sqe->splice_flags & SPLICE_F_FD_IN_FIXED)))
        return false;
    return ring->caps.op[IORING_OP_FIXED_FD_INSTALL].answer == KRING__YES;
}

void kring__borrow(struct kring__slot *slot, struct io_uring_sqe *sqe)
{
    if (slot->borrowed >= 0) {
        sqe->fd = slot->borrowed;
        sqe->flags &= (uint8_t)~IOSQE_FIXED_FILE;
        return;
    }
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = IORING_OP_FIXED_FD_INSTALL;
    sqe->flags = IOSQE_FIXED_FILE;
    sqe->fd = slot->sqe.fd;
    slot->engine = KRING_ENGINE_KERNEL;
    slot->flags |= KRING__S_INSTALLING;
}

void kring__give_back(struct kring *ring, struct kring__slot *slot)
{
    if (ring->soft != NULL)
        kring__soft_fd_closing(ring->soft, slot->borrowed);
    (void)kring__sys_close(slot->borrowed);
    slot->borrowed = -1;
}

void kring__direct_clear(struct kring *ring, uint32_t slot)
{
    const int32_t none = -1;

    if (CONFIG_KRING_DIRECT)
        (void)update(ring, slot, &none, NULL, 1);
}

static bool in_table(const struct kring *ring, uint32_t first, uint32_t count)
{
    return first <= ring->direct_count && count <= ring->direct_count - first;
}

int kring_direct_update(struct kring *ring, uint32_t slot, int fd)
{
    int done;

    if (!CONFIG_KRING_DIRECT || ring->direct_count == 0)
        return -ENXIO;
    if (slot >= ring->direct_count || fd < -1)
        return -EINVAL;
    done = update(ring, slot, &fd, NULL, 1);
    kring__loop_told(ring);
    return done < 0 ? done : 0;
}

/* So many that their tags fit on the stack. */
static int set_some(struct kring *ring, uint32_t first, const int *fds, const uint64_t *tags,
                    uint32_t count)
{
    uint64_t given[KRING__RESOURCES_AT_ONCE];
    int done, error;

    for (uint32_t i = 0; tags != NULL && i < count; i++)
        if (tags[i] != 0 && fds[i] < 0)
            count = i; /* those before it are done; a count of 0 is the error */
    if (count == 0)
        return -EINVAL;
    error = kring__resources_new(ring, tags, count, 1, given);
    if (error < 0)
        return error;
    done = update(ring, first, fds, tags != NULL ? given : NULL, count);
    kring__resources_undo(ring, given + (done > 0 ? done : 0),
                          count - (done > 0 ? (uint32_t)done : 0));
    return done;
}

int kring_direct_set(struct kring *ring, uint32_t first, const int *fds, const uint64_t *tags,
                     uint32_t count)
{
    uint32_t done = 0;

    if (!CONFIG_KRING_DIRECT || ring->direct_count == 0)
        return -ENXIO;
    if (count == 0 || fds == NULL || !in_table(ring, first, count))
        return -EINVAL;
    while (done < count) {
        uint32_t some = count - done;
        int res;

        if (some > KRING__RESOURCES_AT_ONCE)
            some = KRING__RESOURCES_AT_ONCE;
        res = set_some(ring, first + done, fds + done, tags != NULL ? tags + done : NULL, some);
        if (res < 0 && done == 0)
            return res;
        done += res > 0 ? (uint32_t)res : 0;
        if (res < (int)some)
            break;
    }
    kring__loop_told(ring);
    return (int)done;
}

int kring_direct_range(struct kring *ring, uint32_t first, uint32_t count)
{
    struct io_uring_file_index_range range;

    if (!CONFIG_KRING_DIRECT || ring->direct_count == 0)
        return -ENXIO;
    memset(&range, 0, sizeof range);
    range.off = first;
    range.len = count;
    return kring__register(ring, ring->direct_home, IORING_REGISTER_FILE_ALLOC_RANGE, &range, 0);
}

int kring_direct_clear(struct kring *ring)
{
    static const int32_t none[16] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                     -1, -1, -1, -1, -1, -1, -1, -1};

    if (!CONFIG_KRING_DIRECT || ring->direct_count == 0)
        return -ENXIO;
    for (uint32_t at = 0; at < ring->direct_count; at += 16) {
        uint32_t left = ring->direct_count - at;

        (void)update(ring, at, none, NULL, left < 16 ? left : 16);
    }
    kring__loop_told(ring);
    return 0;
}
