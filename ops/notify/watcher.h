/* SPDX-License-Identifier: MIT */
/* A watcher's insides, for watcher.c, scan.c and the tests. */
#ifndef KRING__NOTIFY_WATCHER_H
#define KRING__NOTIFY_WATCHER_H

#include "../sqe.h"

#define KRING__WATCH_NAME 256   /* NAME_MAX and its 0 */
#define KRING__WATCH_PATH 4096  /* PATH_MAX */
#define KRING__WATCH_BUFFER 4096

/* Length, at most limit. (A loop without one would become a call of strlen.) */
static inline size_t kring__bounded(const char *text, size_t limit)
{
    size_t length = 0;

    while (length < limit && text[length] != '\0')
        length++;
    return length;
}

static inline bool kring__same_name(const char *a, const char *b)
{
    size_t length = kring__bounded(a, KRING__WATCH_NAME);

    return kring__bounded(b, KRING__WATCH_NAME) == length && memcmp(a, b, length) == 0;
}

/* Entry states */
#define KRING__WATCH_USED (1u << 0)
#define KRING__WATCH_ROOT (1u << 1)  /* added by the application: path is its own */
#define KRING__WATCH_ALL (1u << 2)   /* recursive */
#define KRING__WATCH_SCAN (1u << 3)  /* in the list of directories to read */
#define KRING__WATCH_NEW (1u << 4)   /* and all that is found in it is to be told */
#define KRING__WATCH_QUIET (1u << 6) /* or none of it: it was there before the watch */
#define KRING__WATCH_GONE (1u << 5)  /* the kernel watches it no more; children still do */

/*
 * One watch. Its path is its root's and the names below: so a renamed directory takes what is in it
 * along.
 */
struct kring__watch {
    int32_t wd;
    uint32_t state;
    uint32_t mask;     /* that the application asked for */
    uint32_t parent;   /* or KRING__NIL */
    uint32_t children; /* entries whose parent it is */
    uint32_t hash_next;
    uint32_t list_next; /* of the free, or of those to scan */
    const char *path;   /* of a root */
    char name[KRING__WATCH_NAME];
};

struct kring_watcher {
    struct kring *ring;
    kring_watched *watched;
    void *user;
    kring_release *release;
    void *release_arg;
    kring_op op;      /* the read or the poll, while running */
    int32_t fd;
    uint32_t depth;   /* callbacks on the stack */
    uint8_t running;  /* op is in the ring */
    uint8_t closing;
    uint8_t scanning;
    uint8_t ended;    /* reading failed: nothing comes any more */
    uint32_t count;   /* of entries */
    uint32_t mask;    /* of the hash */
    uint32_t free;
    uint32_t scan_first, scan_last;
    uint32_t moving;  /* directory whose IN_MOVED_FROM was the last event, or KRING__NIL */
    uint32_t cookie;  /* of that */
    uint32_t *hash;
    struct kring__watch *entries;
    char path[KRING__WATCH_PATH];      /* told to the application */
    char scan_path[KRING__WATCH_PATH]; /* of what is read or added */
    _Alignas(8) uint8_t buffer[KRING__WATCH_BUFFER];
    _Alignas(8) uint8_t dents[KRING__WATCH_BUFFER];
};

struct kring__notice {
    int32_t wd;
    uint32_t mask;
    uint32_t cookie;
    const char *name; /* "" when there is none */
};

/*
 * The next event of a buffer of length bytes, from *at on, which moves behind it: 1, 0 at the end,
 * or -EBADMSG: an event that does not fit, or whose name has no end.
 */
int kring__notice_next(const uint8_t *buffer, uint32_t length, uint32_t *at,
                       struct kring__notice *notice);

/* The path of an entry, ending at the end of the buffer; NULL: it is too long. */
const char *kring__watch_path(const struct kring_watcher *watcher, uint32_t index,
                              char buffer[KRING__WATCH_PATH]);
void kring__watch_tell(struct kring_watcher *watcher, const struct kring_watch_event *event);
struct kring__watch *kring__watch_find(struct kring_watcher *watcher, int32_t wd);
/* Stops watching it and all below it, and forgets them. */
void kring__watch_detach(struct kring_watcher *watcher, uint32_t index);
/* Forgets one that the kernel has forgotten. */
void kring__watch_forget(struct kring_watcher *watcher, struct kring__watch *entry);
/* The child of that name, or KRING__NIL. */
uint32_t kring__watch_child(const struct kring_watcher *watcher, uint32_t parent,
                            const char *name);
bool kring__watch_rename(struct kring_watcher *watcher, uint32_t index, uint32_t parent,
                         const char *name);
/*
 * Watches path, whose entry is parent's child of that name, or a root: the entry's index, or
 * -errno; -EEXIST: it is watched already.
 */
int kring__watch_add(struct kring_watcher *watcher, const char *path, uint32_t parent,
                     const char *name, uint32_t mask, uint32_t state);
/* A directory that has appeared below a recursive watch: watched, and its content told. */
void kring__watch_appeared(struct kring_watcher *watcher, uint32_t parent, const char *name);
/* Puts it on the list of directories to read. */
void kring__watch_queue(struct kring_watcher *watcher, uint32_t index, uint32_t state);
/* Reads them all. With stop: 0, or the error that a watch met; then the list is left. */
int kring__watch_scan(struct kring_watcher *watcher, bool stop);

#endif
