/* SPDX-License-Identifier: MIT */
/*
 * The table of direct descriptors. It holds fds of its own (duplicates, or what an operation
 * created), which nobody else knows and which are therefore closed only here.
 */
#include "engine.h"

#include <linux/fcntl.h>

#if CONFIG_KRING_SOFT_ENGINE

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
}

static void store(struct kring__soft *soft, uint32_t index, int fd)
{
    release(soft, index);
    soft->files[index] = fd;
}

/* A free slot of the range for allocations, or -ENFILE. */
static int free_slot(struct kring__soft *soft)
{
    uint32_t length = soft->alloc_end - soft->alloc_first;

    if (soft->file_hint < soft->alloc_first || soft->file_hint >= soft->alloc_end)
        soft->file_hint = soft->alloc_first;
    for (uint32_t i = 0; i < length; i++) {
        uint32_t index = soft->file_hint;

        if (++soft->file_hint == soft->alloc_end)
            soft->file_hint = soft->alloc_first;
        if (soft->files[index] < 0)
            return (int)index;
    }
    return -ENFILE;
}

static void freed(struct kring__soft *soft, uint32_t index)
{
    soft->file_hint = index;
}

/* fd becomes the table's. The slot (0 when it was named), or -errno and fd is still the caller's. */
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

int kring__soft_files_update(struct kring__soft *soft, uint32_t offset, int32_t *fds,
                             uint32_t count)
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

        if (fd == IORING_REGISTER_FILES_SKIP)
            continue;
        if (fd == -1) {
            if (soft->files[offset + done] >= 0)
                freed(soft, offset + done);
            release(soft, offset + done);
            continue;
        }
        /* As the kernel, whose slot is emptied before the new fd is looked up. */
        release(soft, offset + done);
        res = duplicate(fd);
        if (res < 0)
            break;
        soft->files[offset + done] = res;
    }
    return done ? (int)done : res;
}

int kring__files_register(struct kring__soft *soft, const int32_t *fds, uint32_t count)
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
        soft->files[i] = -1;
        if (fds && fds[i] != -1) {
            res = duplicate(fds[i]);
            if (res < 0)
                break;
            soft->files[i] = res;
        }
    }
    if (i < count) {
        while (i-- > 0)
            if (soft->files[i] >= 0)
                (void)kring__sys_close(soft->files[i]);
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
    for (uint32_t i = 0; i < soft->file_count; i++)
        release(soft, i);
    soft->files_registered = false;
    soft->file_count = 0;
    return 0;
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
