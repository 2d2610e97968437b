/* SPDX-License-Identifier: MIT */
/*
 * kring_watcher: inotify on a ring. An inotify descriptor is read by READ, on either engine; what
 * it gives is turned into events with paths. Recursion is ours: the kernel watches single
 * directories.
 */
#include "watcher.h"

#if CONFIG_KRING_NOTIFY

#include <linux/fcntl.h>
#include <linux/inotify.h>

/* What recursion needs to know of, whatever the application asked for. */
#define NEEDED (IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF)
/* Told whether asked for or not. */
#define ALWAYS (IN_IGNORED | IN_UNMOUNT | IN_Q_OVERFLOW)

/* ---- Events out of bytes ---- */

int kring__notice_next(const uint8_t *buffer, uint32_t length, uint32_t *at,
                       struct kring__notice *notice)
{
    struct inotify_event event;
    uint32_t left = length - *at;

    if (left == 0)
        return 0;
    if (left < sizeof event)
        return -EBADMSG;
    memcpy(&event, buffer + *at, sizeof event);
    if (event.len > left - sizeof event)
        return -EBADMSG;
    notice->wd = event.wd;
    notice->mask = event.mask;
    notice->cookie = event.cookie;
    notice->name = "";
    if (event.len > 0) {
        notice->name = (const char *)buffer + *at + sizeof event;
        if (kring__bounded(notice->name, event.len) == event.len)
            return -EBADMSG;
    }
    *at += (uint32_t)sizeof event + event.len;
    return 1;
}

/* ---- Entries ---- */

static uint32_t *bucket(struct kring_watcher *watcher, int32_t wd)
{
    return &watcher->hash[((uint32_t)wd * UINT32_C(0x9e3779b1) >> 12) & watcher->mask];
}

struct kring__watch *kring__watch_find(struct kring_watcher *watcher, int32_t wd)
{
    uint32_t at = *bucket(watcher, wd);

    while (at != KRING__NIL && watcher->entries[at].wd != wd)
        at = watcher->entries[at].hash_next;
    return at == KRING__NIL ? NULL : &watcher->entries[at];
}

static uint32_t index_of(const struct kring_watcher *watcher, const struct kring__watch *entry)
{
    return (uint32_t)(entry - watcher->entries);
}

const char *kring__watch_path(const struct kring_watcher *watcher, uint32_t index,
                              char buffer[KRING__WATCH_PATH])
{
    size_t at = KRING__WATCH_PATH - 1;

    buffer[at] = '\0';
    for (;;) {
        const struct kring__watch *entry = &watcher->entries[index];
        const char *part = entry->state & KRING__WATCH_ROOT ? entry->path : entry->name;
        size_t length = kring__bounded(part, KRING__WATCH_PATH);

        if (length + 1 > at)
            return NULL;
        at -= length;
        memcpy(buffer + at, part, length);
        if (entry->state & KRING__WATCH_ROOT)
            return buffer + at;
        buffer[--at] = '/';
        index = entry->parent;
    }
}

void kring__watch_tell(struct kring_watcher *watcher, const struct kring_watch_event *event)
{
    if (watcher->closing)
        return;
    watcher->depth++;
    watcher->watched(watcher, event, watcher->user);
    watcher->depth--;
}

uint32_t kring__watch_child(const struct kring_watcher *watcher, uint32_t parent,
                            const char *name)
{
    for (uint32_t i = 0; watcher->entries[parent].children > 0 && i < watcher->count; i++) {
        const struct kring__watch *entry = &watcher->entries[i];

        if ((entry->state & (KRING__WATCH_USED | KRING__WATCH_ROOT | KRING__WATCH_GONE)) ==
                KRING__WATCH_USED && entry->parent == parent && kring__same_name(entry->name, name))
            return i;
    }
    return KRING__NIL;
}

static void unhash(struct kring_watcher *watcher, struct kring__watch *entry)
{
    uint32_t *at = bucket(watcher, entry->wd), index = index_of(watcher, entry);

    while (*at != KRING__NIL && *at != index)
        at = &watcher->entries[*at].hash_next;
    if (*at == index)
        *at = entry->hash_next;
}

static void unqueue(struct kring_watcher *watcher, uint32_t index)
{
    uint32_t *at = &watcher->scan_first, before = KRING__NIL;

    while (*at != KRING__NIL && *at != index) {
        before = *at;
        at = &watcher->entries[*at].list_next;
    }
    if (*at == KRING__NIL)
        return;
    *at = watcher->entries[index].list_next;
    if (watcher->scan_last == index)
        watcher->scan_last = before;
}

/* Freed at once, or with its last child; so may be what it is in. */
static void free_entry(struct kring_watcher *watcher, uint32_t index)
{
    while (index != KRING__NIL) {
        struct kring__watch *entry = &watcher->entries[index];
        uint32_t parent = entry->state & KRING__WATCH_ROOT ? KRING__NIL : entry->parent;

        if (entry->children > 0 || !(entry->state & KRING__WATCH_GONE))
            return;
        if (entry->state & KRING__WATCH_SCAN)
            unqueue(watcher, index);
        entry->state = 0;
        entry->list_next = watcher->free;
        watcher->free = index;
        if (parent != KRING__NIL)
            watcher->entries[parent].children--;
        index = parent;
    }
}

void kring__watch_forget(struct kring_watcher *watcher, struct kring__watch *entry)
{
    if (entry->state & KRING__WATCH_GONE)
        return;
    unhash(watcher, entry);
    entry->wd = -1;
    entry->state |= KRING__WATCH_GONE;
    if (watcher->moving == index_of(watcher, entry))
        watcher->moving = KRING__NIL;
    free_entry(watcher, index_of(watcher, entry));
}

static bool is_below(const struct kring_watcher *watcher, uint32_t index, uint32_t top)
{
    while (index != top) {
        if (watcher->entries[index].state & KRING__WATCH_ROOT)
            return false;
        index = watcher->entries[index].parent;
    }
    return true;
}

void kring__watch_detach(struct kring_watcher *watcher, uint32_t top)
{
    uint32_t top_children = watcher->entries[top].children;

    for (uint32_t i = 0; top_children > 0 && i < watcher->count; i++) {
        struct kring__watch *entry = &watcher->entries[i];

        if (i == top || !(entry->state & KRING__WATCH_USED) ||
            (entry->state & KRING__WATCH_GONE) || !is_below(watcher, i, top))
            continue;
        (void)kring__sys_inotify_rm_watch(watcher->fd, entry->wd);
        /* Its parent may go with it, but not the top, which is still watched. */
        kring__watch_forget(watcher, entry);
    }
    (void)kring__sys_inotify_rm_watch(watcher->fd, watcher->entries[top].wd);
    kring__watch_forget(watcher, &watcher->entries[top]);
}

static void set_name(struct kring__watch *entry, const char *name)
{
    memcpy(entry->name, name, kring__bounded(name, KRING__WATCH_NAME - 1) + 1);
}

bool kring__watch_rename(struct kring_watcher *watcher, uint32_t index, uint32_t parent,
                         const char *name)
{
    struct kring__watch *entry = &watcher->entries[index];

    if (kring__bounded(name, KRING__WATCH_NAME) == KRING__WATCH_NAME ||
        is_below(watcher, parent, index))
        return false;
    watcher->entries[entry->parent].children--;
    watcher->entries[parent].children++;
    entry->parent = parent;
    set_name(entry, name);
    return true;
}

int kring__watch_add(struct kring_watcher *watcher, const char *path, uint32_t parent,
                     const char *name, uint32_t mask, uint32_t state)
{
    uint32_t asked = (mask & IN_ALL_EVENTS) | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_ADD;
    struct kring__watch *entry;
    uint32_t index = watcher->free, *head;
    long wd;

    if (kring__bounded(name, KRING__WATCH_NAME) == KRING__WATCH_NAME)
        return -ENAMETOOLONG;
    if (state & KRING__WATCH_ALL)
        asked |= NEEDED | IN_ONLYDIR;
    wd = kring__sys_inotify_add_watch(watcher->fd, path, asked);
    if (wd < 0)
        return (int)wd;
    entry = kring__watch_find(watcher, (int32_t)wd);
    if (entry != NULL)
        return -EEXIST;
    if (index == KRING__NIL) {
        (void)kring__sys_inotify_rm_watch(watcher->fd, (int)wd);
        return -ENOSPC;
    }
    entry = &watcher->entries[index];
    watcher->free = entry->list_next;
    entry->wd = (int32_t)wd;
    entry->state = KRING__WATCH_USED | state;
    entry->mask = mask;
    entry->parent = parent;
    entry->children = 0;
    entry->path = state & KRING__WATCH_ROOT ? path : NULL;
    set_name(entry, name);
    if (parent != KRING__NIL)
        watcher->entries[parent].children++;
    head = bucket(watcher, entry->wd);
    entry->hash_next = *head;
    *head = index;
    return (int)index;
}

/* ---- One event ---- */

/*
 * A directory that IN_MOVED_FROM told of: IN_MOVED_TO, if it stays inside, comes before its own
 * IN_MOVE_SELF (fs/notify: fsnotify_move). Anything else in that place means that it is outside
 * now.
 */
static void moved_away(struct kring_watcher *watcher)
{
    uint32_t index = watcher->moving;

    watcher->moving = KRING__NIL;
    if (index != KRING__NIL)
        kring__watch_detach(watcher, index);
}

/* The directory keeps its watch under its new name, with all that is in it. */
static bool moved_here(struct kring_watcher *watcher, uint32_t parent,
                       const struct kring__notice *notice)
{
    uint32_t index = watcher->moving;

    if (index == KRING__NIL || notice->cookie != watcher->cookie)
        return false;
    watcher->moving = KRING__NIL;
    if (kring__watch_rename(watcher, index, parent, notice->name))
        return true;
    kring__watch_detach(watcher, index);
    return false;
}

static void follow(struct kring_watcher *watcher, uint32_t index,
                   const struct kring__notice *notice, bool arrived)
{
    if (notice->mask & IN_MOVED_FROM) {
        watcher->moving = kring__watch_child(watcher, index, notice->name);
        watcher->cookie = notice->cookie;
    } else if ((notice->mask & (IN_CREATE | IN_MOVED_TO)) && !arrived) {
        kring__watch_appeared(watcher, index, notice->name);
    }
}

/* Subdirectories made meanwhile are found again; what else was missed the application must find. */
static void overflowed(struct kring_watcher *watcher)
{
    for (uint32_t i = 0; i < watcher->count; i++) {
        const struct kring__watch *entry = &watcher->entries[i];

        if ((entry->state & (KRING__WATCH_USED | KRING__WATCH_ALL | KRING__WATCH_GONE)) ==
            (KRING__WATCH_USED | KRING__WATCH_ALL))
            kring__watch_queue(watcher, i, 0);
    }
    (void)kring__watch_scan(watcher, false);
}

static void take(struct kring_watcher *watcher, const struct kring__notice *notice)
{
    struct kring__watch *entry = kring__watch_find(watcher, notice->wd);
    struct kring_watch_event event;
    uint32_t index;
    bool arrived = false, left;

    memset(&event, 0, sizeof event);
    event.mask = notice->mask;
    event.cookie = notice->cookie;
    event.name = notice->name;
    event.path = "";
    event.watch = -1;
    if (notice->mask & IN_Q_OVERFLOW) {
        moved_away(watcher);
        kring__watch_tell(watcher, &event);
        overflowed(watcher);
        return;
    }
    /* Whose watch was removed here meanwhile: nobody asks any more. */
    if (entry == NULL)
        return;
    index = index_of(watcher, entry);
    if ((notice->mask & IN_MOVED_TO) && (entry->state & KRING__WATCH_ALL))
        arrived = moved_here(watcher, index, notice);
    left = watcher->moving == index && (notice->mask & IN_MOVE_SELF);
    if (!left)
        moved_away(watcher);
    if (!(entry->state & KRING__WATCH_USED) || (entry->state & KRING__WATCH_GONE))
        return; /* it was in what is outside now */
    event.watch = (int32_t)index;
    event.path = kring__watch_path(watcher, index, watcher->path);
    if (event.path == NULL) {
        event.path = "";
        event.flags |= KRING_WATCH_FAILED;
        event.error = -ENAMETOOLONG;
    }
    if (notice->mask & (entry->mask | ALWAYS))
        kring__watch_tell(watcher, &event);
    if (watcher->closing || kring__watch_find(watcher, notice->wd) != entry)
        return;
    if (left)
        moved_away(watcher);
    else if (notice->mask & IN_IGNORED)
        kring__watch_forget(watcher, entry);
    else if ((entry->state & KRING__WATCH_ALL) && (notice->mask & IN_ISDIR))
        follow(watcher, index, notice, arrived);
}

static void take_all(struct kring_watcher *watcher, uint32_t length)
{
    struct kring__notice notice;
    uint32_t at = 0;
    int more = 0;

    while (!watcher->closing &&
           (more = kring__notice_next(watcher->buffer, length, &at, &notice)) > 0)
        take(watcher, &notice);
    if (more < 0) {
        struct kring_watch_event event;

        memset(&event, 0, sizeof event);
        event.flags = KRING_WATCH_FAILED;
        event.error = more;
        event.watch = -1;
        event.path = event.name = "";
        kring__watch_tell(watcher, &event);
    }
}

/* ---- Reading ---- */

static void finish(void *arg)
{
    struct kring_watcher *watcher = arg;
    kring_release *release = watcher->release;

    if (watcher->fd >= 0) {
        if (!watcher->ended)
            kring__close_own(watcher->ring, watcher->fd);
        else /* the ring may be gone */
            (void)kring__sys_close(watcher->fd);
    }
    watcher->fd = -1;
    if (release != NULL)
        release(watcher->release_arg);
}

static void on_read(struct kring *ring, kring_op op, const struct kring_result *result,
                    void *user);

static int start(struct kring_watcher *watcher)
{
    struct kring *ring = watcher->ring;
    int error;

    watcher->op = kring_read(ring, watcher->fd, watcher->buffer, sizeof watcher->buffer,
                             KRING_CUR_POS);
    error = kring_start(ring, watcher->op, on_read, watcher);
    watcher->running = error >= 0;
    return error;
}

/* No more events: told once, for who waits for them would wait for ever. */
static void ended(struct kring_watcher *watcher, int64_t error)
{
    struct kring_watch_event event;

    watcher->ended = 1;
    memset(&event, 0, sizeof event);
    event.flags = KRING_WATCH_ENDED;
    event.error = (int32_t)error;
    event.watch = -1;
    event.path = event.name = "";
    kring__watch_tell(watcher, &event);
}

static void go_on(struct kring_watcher *watcher, int64_t error)
{
    watcher->depth--;
    if (!watcher->closing && error >= 0)
        error = start(watcher);
    if (!watcher->closing && error < 0)
        ended(watcher, error);
    if (watcher->closing && watcher->depth == 0 && !watcher->running)
        finish(watcher);
}

static void on_read(struct kring *ring, kring_op op, const struct kring_result *result,
                    void *user)
{
    struct kring_watcher *watcher = user;
    int64_t value = result->value;

    (void)ring;
    (void)op;
    watcher->running = 0;
    watcher->depth++; /* a close from a callback waits for the end of this */
    if (value > 0)
        take_all(watcher, (uint32_t)value);
    else if (value == 0)
        value = -EIO; /* an inotify descriptor has no end */
    go_on(watcher, value);
}

/* ---- The application's side ---- */

static size_t memory_for(uint32_t watches)
{
    uint32_t buckets = 16;

    while (buckets < watches)
        buckets *= 2;
    return sizeof(struct kring_watcher) + (size_t)watches * sizeof(struct kring__watch) +
           (size_t)buckets * sizeof(uint32_t);
}

int64_t kring_watcher_memory(uint32_t watches)
{
    return watches == 0 || watches > UINT32_C(1) << 22 ? -EINVAL : (int64_t)memory_for(watches);
}

int kring_watcher_open(struct kring_watcher **out, struct kring *ring, uint32_t watches,
                       void *memory, size_t size, kring_watched *watched, void *user)
{
    struct kring_watcher *watcher = memory;
    long fd;
    int error;

    if (kring_watcher_memory(watches) < 0 || memory == NULL || watched == NULL ||
        (uintptr_t)memory % 8 != 0)
        return -EINVAL;
    if (size < memory_for(watches))
        return -ENOMEM;
    /*
     * The soft engine must not block in a read. The kernel alone may, in a worker, and below 5.15
     * it never reads from such a file that does not block: EAGAIN, even when something is there
     * (seen on 5.10.46).
     */
    fd = kring__sys_inotify_init1(IN_CLOEXEC | (ring->soft != NULL ? IN_NONBLOCK : 0));
    if (fd < 0)
        return (int)fd;
    memset(watcher, 0, sizeof *watcher);
    watcher->ring = ring;
    watcher->watched = watched;
    watcher->user = user;
    watcher->fd = (int32_t)fd;
    watcher->count = watches;
    watcher->scan_first = watcher->scan_last = watcher->moving = KRING__NIL;
    watcher->entries = (struct kring__watch *)(void *)(watcher + 1);
    watcher->hash = (uint32_t *)(void *)(watcher->entries + watches);
    for (watcher->mask = 16; watcher->mask < watches;)
        watcher->mask *= 2;
    memset(watcher->hash, 0xff, watcher->mask * sizeof *watcher->hash);
    watcher->mask--;
    watcher->free = KRING__NIL;
    for (uint32_t i = watches; i-- > 0;) {
        watcher->entries[i].state = 0;
        watcher->entries[i].list_next = watcher->free;
        watcher->free = i;
    }
    error = start(watcher);
    if (error < 0) {
        (void)kring__sys_close((int)fd);
        return error;
    }
    *out = watcher;
    return 0;
}

int kring_watcher_add(struct kring_watcher *watcher, const char *path, uint32_t mask,
                      uint32_t flags)
{
    uint32_t state = KRING__WATCH_ROOT | (flags & KRING_WATCH_RECURSIVE ? KRING__WATCH_ALL : 0);
    int index, error;

    if (path == NULL || (mask & IN_ALL_EVENTS) == 0 || (mask & ~(uint32_t)IN_ALL_EVENTS) != 0 ||
        (flags & ~KRING_WATCH_RECURSIVE) != 0)
        return -EINVAL;
    if (watcher->closing || watcher->ended)
        return -ECANCELED;
    index = kring__watch_add(watcher, path, KRING__NIL, "", mask, state);
    if (index < 0 || !(flags & KRING_WATCH_RECURSIVE))
        return index;
    kring__watch_queue(watcher, (uint32_t)index, KRING__WATCH_QUIET);
    if (watcher->scanning) /* in a callback of one that goes on with it */
        return index;
    error = kring__watch_scan(watcher, true);
    if (error < 0) { /* all or nothing */
        kring__watch_detach(watcher, (uint32_t)index);
        return error;
    }
    return index;
}

int kring_watcher_remove(struct kring_watcher *watcher, int watch)
{
    if (watch < 0 || (uint32_t)watch >= watcher->count ||
        (watcher->entries[watch].state & (KRING__WATCH_USED | KRING__WATCH_ROOT |
                                          KRING__WATCH_GONE)) !=
            (KRING__WATCH_USED | KRING__WATCH_ROOT))
        return -EINVAL;
    kring__watch_detach(watcher, (uint32_t)watch);
    return 0;
}

int kring_watcher_close(struct kring_watcher *watcher, kring_release *release, void *arg)
{
    if (watcher->closing)
        return -EALREADY;
    watcher->closing = 1;
    watcher->release = release;
    watcher->release_arg = arg;
    if (watcher->depth > 0)
        return 0; /* finished when the outermost callback returns */
    if (!watcher->running)
        finish(watcher);
    else
        (void)kring_drop(watcher->ring, watcher->op, finish, watcher);
    return 0;
}

#else

int64_t kring_watcher_memory(uint32_t watches)
{
    (void)watches;
    return -KRING_EKERNEL;
}

int kring_watcher_open(struct kring_watcher **out, struct kring *ring, uint32_t watches,
                       void *memory, size_t size, kring_watched *watched, void *user)
{
    (void)out;
    (void)ring;
    (void)watches;
    (void)memory;
    (void)size;
    (void)watched;
    (void)user;
    return -KRING_EKERNEL;
}

int kring_watcher_add(struct kring_watcher *watcher, const char *path, uint32_t mask,
                      uint32_t flags)
{
    (void)watcher;
    (void)path;
    (void)mask;
    (void)flags;
    return -KRING_EKERNEL;
}

int kring_watcher_remove(struct kring_watcher *watcher, int watch)
{
    (void)watcher;
    (void)watch;
    return -KRING_EKERNEL;
}

int kring_watcher_close(struct kring_watcher *watcher, kring_release *release, void *arg)
{
    (void)watcher;
    (void)release;
    (void)arg;
    return -KRING_EKERNEL;
}
#endif
