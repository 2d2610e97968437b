/* SPDX-License-Identifier: MIT */
/*
 * The directories below a recursive watch: found by reading, watched one by one. A directory is
 * watched before it is read, so what is made in it meanwhile is told twice rather than never.
 */
#include "watcher.h"

#if CONFIG_KRING_NOTIFY

#include <linux/fcntl.h>
#include <linux/inotify.h>

#define TYPE_UNKNOWN 0
#define TYPE_DIRECTORY 4

struct dirent64 {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

void kring__watch_queue(struct kring_watcher *watcher, uint32_t index, uint32_t state)
{
    struct kring__watch *entry = &watcher->entries[index];

    entry->state |= state & (KRING__WATCH_NEW | KRING__WATCH_QUIET);
    if (entry->state & KRING__WATCH_SCAN)
        return;
    entry->state |= KRING__WATCH_SCAN;
    entry->list_next = KRING__NIL;
    if (watcher->scan_last == KRING__NIL)
        watcher->scan_first = index;
    else
        watcher->entries[watcher->scan_last].list_next = index;
    watcher->scan_last = index;
}

static uint32_t take(struct kring_watcher *watcher)
{
    uint32_t index = watcher->scan_first;

    watcher->scan_first = watcher->entries[index].list_next;
    if (watcher->scan_first == KRING__NIL)
        watcher->scan_last = KRING__NIL;
    watcher->entries[index].state &= ~KRING__WATCH_SCAN;
    return index;
}

static void tell(struct kring_watcher *watcher, uint32_t parent, const char *name, uint32_t mask,
                 uint32_t flags, int error)
{
    struct kring_watch_event event;

    memset(&event, 0, sizeof event);
    event.mask = mask;
    event.flags = flags;
    event.error = error;
    event.watch = (int32_t)parent;
    event.path = kring__watch_path(watcher, parent, watcher->path);
    event.name = name;
    if (event.path == NULL)
        event.path = "";
    kring__watch_tell(watcher, &event);
}

/* Watches a subdirectory: its index, or -errno; -EEXIST and -ENOTDIR are no failures. */
static int add_below(struct kring_watcher *watcher, uint32_t parent, const char *name)
{
    const struct kring__watch *above = &watcher->entries[parent];
    const char *directory = kring__watch_path(watcher, parent, watcher->scan_path);
    size_t length, size = kring__bounded(name, KRING__WATCH_NAME);

    if (directory == NULL)
        return -ENAMETOOLONG;
    length = kring__bounded(directory, KRING__WATCH_PATH);
    if (size == KRING__WATCH_NAME || length + size + 2 > KRING__WATCH_PATH)
        return -ENAMETOOLONG;
    memmove(watcher->scan_path, directory, length);
    watcher->scan_path[length] = '/';
    memcpy(watcher->scan_path + length + 1, name, size + 1);
    return kring__watch_add(watcher, watcher->scan_path, parent, name, above->mask,
                            KRING__WATCH_ALL);
}

void kring__watch_appeared(struct kring_watcher *watcher, uint32_t parent, const char *name)
{
    int index = add_below(watcher, parent, name);

    if (index >= 0) {
        kring__watch_queue(watcher, (uint32_t)index, KRING__WATCH_NEW);
        (void)kring__watch_scan(watcher, false);
    } else if (index != -EEXIST && index != -ENOENT && index != -ENOTDIR) {
        tell(watcher, parent, name, IN_ISDIR, KRING_WATCH_FAILED, index);
    }
}

/*
 * One name in a directory that is read; how: KRING__WATCH_NEW, QUIET, or 0 after an overflow, when
 * only directories can be told from what is known already.
 */
static int found(struct kring_watcher *watcher, uint32_t parent, uint32_t how,
                 const struct dirent64 *dirent)
{
    uint32_t mask = IN_CREATE;
    int index = -ENOTDIR;

    if (kring__same_name(dirent->name, ".") || kring__same_name(dirent->name, ".."))
        return 0;
    if (dirent->type == TYPE_DIRECTORY || dirent->type == TYPE_UNKNOWN)
        index = add_below(watcher, parent, dirent->name);
    if (index == -ENOENT) /* gone again */
        return 0;
    if (index != -ENOTDIR)
        mask |= IN_ISDIR;
    if (index >= 0)
        kring__watch_queue(watcher, (uint32_t)index, how != 0 ? how : KRING__WATCH_NEW);
    if (((how & KRING__WATCH_NEW) || (how == 0 && index >= 0)) &&
        (watcher->entries[parent].mask & IN_CREATE))
        tell(watcher, parent, dirent->name, mask, KRING_WATCH_FOUND, 0);
    return index >= 0 || index == -ENOTDIR || index == -EEXIST ? 0 : index;
}

static int read_directory(struct kring_watcher *watcher, uint32_t index, int fd, bool stop)
{
    const uint32_t modes = KRING__WATCH_NEW | KRING__WATCH_QUIET;
    uint32_t how = watcher->entries[index].state & modes;
    long length;

    if (how == modes)
        how = KRING__WATCH_NEW;
    watcher->entries[index].state &= ~modes;
    while ((length = kring__sys_getdents64(fd, watcher->dents, sizeof watcher->dents)) > 0) {
        for (long at = 0; at < length && !watcher->closing;) {
            const struct dirent64 *dirent = (const void *)(watcher->dents + at);
            int error = found(watcher, index, how, dirent);

            if (error < 0 && stop)
                return error;
            /* The callback may have removed the watch that is being read. */
            if (!(watcher->entries[index].state & KRING__WATCH_USED))
                return 0;
            if (error < 0)
                tell(watcher, index, dirent->name, IN_ISDIR, KRING_WATCH_FAILED, error);
            at += dirent->length;
        }
    }
    return (int)length;
}

int kring__watch_scan(struct kring_watcher *watcher, bool stop)
{
    int error = 0;

    watcher->scanning = 1;
    while (watcher->scan_first != KRING__NIL && !watcher->closing) {
        uint32_t index = take(watcher);
        const char *path = kring__watch_path(watcher, index, watcher->scan_path);
        long fd = path == NULL ? -ENAMETOOLONG
                               : kring__sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY |
                                                   O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);

        if (fd >= 0) {
            error = read_directory(watcher, index, (int)fd, stop);
            (void)kring__sys_close((int)fd);
        } else if (fd != -ENOENT && fd != -ENOTDIR && fd != -ELOOP) {
            error = (int)fd; /* watched, but what is in it is not known */
        }
        if (error < 0 && stop)
            break;
        if (error < 0 && (watcher->entries[index].state & KRING__WATCH_USED))
            tell(watcher, index, "", IN_ISDIR, KRING_WATCH_FAILED, error);
        error = 0;
    }
    watcher->scanning = 0;
    return error;
}

#endif
