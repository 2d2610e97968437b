/* SPDX-License-Identifier: MIT */
/*
 * The table of direct descriptors. It holds fds of its own (duplicates, or what an operation
 * created), which nobody else knows and which are therefore closed only here.
 */
#include "engine.h"

#include <linux/fcntl.h>

#if CONFIG_KRING_SOFT_ENGINE

#define RESERVED (-2) /* in a slot: taken, and as empty as ever until its descriptor is there */

static bool registered(const struct kring__soft *soft)
{
    return CONFIG_KRING_DIRECT && soft->files_registered;
}

int kring__soft_fixed(struct kring__soft *soft, uint32_t index)
{
    if (!registered(soft))
        return -ENXIO;
    if (index >= soft->file_count || soft->files[index] < 0)
        return -EBADF;
    return soft->files[index];
}

bool kring__files_owns(const struct kring__soft *soft, const struct kring__req *req)
{
    (void)soft;
    return CONFIG_KRING_DIRECT && (req->sqe.flags & IOSQE_FIXED_FILE) &&
           (kring__row(req->sqe.opcode)->flags & KRING__FILE) &&
           !(req->flags & KRING__REQ_OWN_FD);
}

/* Requests that wait on it keep the file. */
static void release(struct kring__soft *soft, uint32_t index)
{
    int fd = soft->files[index];

    if (fd < 0)
        return;
    soft->files[index] = -1;
    kring__soft_fd_closing(soft, fd);
    (void)kring__sys_close(fd);
    kring__node_put(soft, soft->file_nodes[index]);
    soft->file_nodes[index] = KRING__NONE;
}

void kring__files_hold(struct kring__soft *soft, struct kring__req *req, uint32_t index)
{
    req->file_node = soft->file_nodes[index];
    if (req->file_node != KRING__NONE)
        soft->nodes[req->file_node].users++;
}

/*
 * Allocation goes on where the kernel's does (io_file_bitmap_set and _clear in its io_uring/): at a
 * slot that became empty, or behind one that was empty and no longer is.
 */
static void filled(struct kring__soft *soft, uint32_t index)
{
    kring__store_relaxed(&soft->file_hint, index + 1);
}

static void freed(struct kring__soft *soft, uint32_t index)
{
    kring__store_relaxed(&soft->file_hint, index);
}

static void store(struct kring__soft *soft, uint32_t index, int fd)
{
    if (soft->files[index] < 0)
        filled(soft, index);
    release(soft, index);
    soft->files[index] = fd;
}

/* Takes an empty slot. Other rings' threads do so too, for what they send. */
static bool claim(struct kring__soft *soft, uint32_t index)
{
    int32_t empty = -1;

    return __atomic_compare_exchange_n(&soft->files[index], &empty, RESERVED, false,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* A free slot of the range for allocations, taken, or -ENFILE. */
static int free_slot(struct kring__soft *soft)
{
    uint32_t length = soft->alloc_end - soft->alloc_first;
    uint32_t index = kring__load_relaxed(&soft->file_hint);

    for (uint32_t i = 0; i < length; i++) {
        if (index < soft->alloc_first || index >= soft->alloc_end)
            index = soft->alloc_first;
        if (claim(soft, index)) {
            filled(soft, index);
            return (int)index;
        }
        index++;
    }
    return -ENFILE;
}

/*
 * fd becomes the table's. The slot (0 when it was named), or -errno and fd is still the caller's.
 */
static int install(struct kring__soft *soft, uint32_t file_index, int fd)
{
    int slot;

    if (!registered(soft)) /* io_fixed_fd_install(): no table is a full one */
        return file_index == IORING_FILE_INDEX_ALLOC ? -ENFILE : -ENXIO;
    if (file_index == IORING_FILE_INDEX_ALLOC) {
        slot = free_slot(soft);
        if (slot < 0)
            return slot;
        soft->files[slot] = fd;
        soft->file_nodes[slot] = KRING__NONE;
        return slot;
    }
    if (file_index - 1 >= soft->file_count)
        return -EINVAL;
    store(soft, file_index - 1, fd);
    return 0;
}

int kring__req_install(struct kring__soft *soft, struct kring__req *req, int fd)
{
    int res;

    if (req->sqe.file_index == 0)
        return fd;
    res = install(soft, req->sqe.file_index, fd);
    if (res < 0)
        (void)kring__sys_close(fd);
    return res;
}

int kring__req_install_pair(struct kring__soft *soft, struct kring__req *req, int fds[2])
{
    uint32_t index = req->sqe.file_index;
    bool any = index == IORING_FILE_INDEX_ALLOC;
    int slots[2];

    for (unsigned i = 0; i < 2; i++) {
        int res = install(soft, any ? index : index + i, fds[i]);

        if (res < 0) {
            if (i > 0)
                (void)kring__soft_close_slot(soft, (uint32_t)slots[0]);
            for (; i < 2; i++)
                (void)kring__sys_close(fds[i]);
            return res;
        }
        slots[i] = any ? res : (int)(index + i) - 1;
    }
    fds[0] = slots[0];
    fds[1] = slots[1];
    return 0;
}

int kring__soft_close_slot(struct kring__soft *soft, uint32_t index)
{
    if (!registered(soft))
        return -ENXIO;
    if (index >= soft->file_count)
        return -EINVAL;
    if (soft->files[index] < 0)
        return -EBADF;
    release(soft, index);
    freed(soft, index);
    return 0;
}

static int duplicate(int fd)
{
    return fd < 0 ? -EBADF : (int)kring__sys_fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static int allocate_each(struct kring__soft *soft, int32_t *fds, uint32_t count)
{
    uint32_t done;
    int res = 0;

    for (done = 0; done < count; done++) {
        int fd = duplicate(fds[done]);

        if (fd < 0) {
            res = fd;
            break;
        }
        res = install(soft, IORING_FILE_INDEX_ALLOC, fd);
        if (res < 0) {
            (void)kring__sys_close(fd);
            break;
        }
        fds[done] = res;
    }
    return done ? (int)done : res;
}

/* A duplicate of fd, with its tag, into an empty slot: 0 or -errno. */
static int fill(struct kring__soft *soft, uint32_t index, int fd, uint64_t tag)
{
    int copy = duplicate(fd);

    soft->file_nodes[index] = KRING__NONE;
    if (copy < 0)
        return copy;
    if (tag != 0) {
        soft->file_nodes[index] = kring__node_new(soft, tag);
        if (soft->file_nodes[index] == KRING__NONE) {
            (void)kring__sys_close(copy);
            return -ENOMEM;
        }
    }
    soft->files[index] = copy;
    return 0;
}

static uint64_t tag_at(uint64_t tags, uint32_t i)
{
    uint64_t tag = 0;

    if (tags != 0)
        memcpy(&tag, (const void *)((uintptr_t)tags + i * sizeof tag), sizeof tag);
    return tag;
}

int kring__soft_files_update(struct kring__soft *soft, uint32_t offset, int32_t *fds,
                             uint64_t tags, uint32_t count)
{
    uint32_t done;
    int res = 0;

    if (!registered(soft))
        return -ENXIO;
    if (offset == IORING_FILE_INDEX_ALLOC)
        return allocate_each(soft, fds, count);
    if (count > soft->file_count || offset > soft->file_count - count)
        return -EINVAL;
    for (done = 0; done < count; done++) {
        int fd = fds[done];
        uint64_t tag = tag_at(tags, done);

        if (tag != 0 && (fd == IORING_REGISTER_FILES_SKIP || fd == -1)) {
            res = -EINVAL;
            break;
        }
        if (fd == IORING_REGISTER_FILES_SKIP)
            continue;
        /* As the kernel, whose slot is emptied before the new fd is looked up. */
        if (soft->files[offset + done] >= 0)
            freed(soft, offset + done);
        release(soft, offset + done);
        if (fd == -1)
            continue;
        res = fill(soft, offset + done, fd, tag);
        if (res < 0)
            break;
        filled(soft, offset + done);
    }
    return done ? (int)done : res;
}

int kring__files_register(struct kring__soft *soft, const int32_t *fds, uint64_t tags,
                          uint32_t count)
{
    uint32_t i;
    int res = 0;

    if (registered(soft))
        return -EBUSY;
    if (count == 0)
        return -EINVAL;
    if (count > soft->config.fixed_files)
        return -EMFILE;
    for (i = 0; i < count; i++) {
        uint64_t tag = tag_at(tags, i);

        soft->files[i] = -1;
        soft->file_nodes[i] = KRING__NONE;
        if (fds && fds[i] != -1)
            res = fill(soft, i, fds[i], tag);
        else if (tag != 0)
            res = -EINVAL;
        if (res < 0)
            break;
    }
    if (i < count) {
        while (i-- > 0) {
            if (soft->files[i] >= 0)
                (void)kring__sys_close(soft->files[i]);
            if (soft->file_nodes[i] != KRING__NONE) {
                soft->nodes[soft->file_nodes[i]].tag = 0; /* never registered: none is due */
                kring__node_put(soft, soft->file_nodes[i]);
            }
        }
        return res;
    }
    soft->files_registered = true;
    soft->file_count = count;
    soft->file_hint = 0;
    soft->alloc_first = 0;
    soft->alloc_end = count;
    return 0;
}

int kring__files_unregister(struct kring__soft *soft)
{
    if (!registered(soft))
        return -ENXIO;
    /* From the last to the first, as the kernel does: the order of the tags. */
    for (uint32_t i = soft->file_count; i-- > 0;)
        release(soft, i);
    soft->files_registered = false;
    soft->file_count = 0;
    return 0;
}

int kring__files_reserve(struct kring__soft *soft, uint32_t file_index, bool *claimed)
{
    bool any = file_index == IORING_FILE_INDEX_ALLOC;
    int slot;

    *claimed = false;
    if (!registered(soft))
        return any ? -ENFILE : -ENXIO;
    if (any) {
        slot = free_slot(soft);
        *claimed = slot >= 0;
        return slot;
    }
    if (file_index - 1 >= soft->file_count)
        return -EINVAL;
    *claimed = claim(soft, file_index - 1);
    if (*claimed)
        filled(soft, file_index - 1);
    return (int)file_index - 1;
}

void kring__files_unreserve(struct kring__soft *soft, uint32_t slot)
{
    int32_t reserved = RESERVED;

    (void)__atomic_compare_exchange_n(&soft->files[slot], &reserved, -1, false, __ATOMIC_RELAXED,
                                      __ATOMIC_RELAXED);
}

void kring__files_arrive(struct kring__soft *soft, uint32_t slot, bool reserved, int fd)
{
    /* The table may have gone since, or the slot been filled by its owner. */
    if (!registered(soft) || slot >= soft->file_count ||
        (reserved && soft->files[slot] != RESERVED)) {
        (void)kring__sys_close(fd);
        return;
    }
    release(soft, slot);
    soft->files[slot] = fd;
}

int kring__files_range(struct kring__soft *soft, const struct io_uring_file_index_range *range)
{
    if (range->len > UINT32_MAX - range->off)
        return -EOVERFLOW;
    if (range->resv || range->off + range->len > soft->file_count)
        return -EINVAL;
    soft->alloc_first = range->off;
    soft->alloc_end = range->off + range->len;
    soft->file_hint = range->off;
    return 0;
}

#endif
