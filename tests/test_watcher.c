/* SPDX-License-Identifier: MIT */
/* Watchers: every event once and exact, trees that grow while they are watched, and the limits. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/notify/watcher.h"

#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int kring_test_watcher(void);

#if CONFIG_KRING_NOTIFY
enum { NOTES = 4096, WATCHES = 512 };

struct note {
    uint32_t mask, cookie, flags;
    int32_t watch, error;
    char path[256];
};

static struct note notes[NOTES]; /* path/name joined */
static unsigned noted, overflows, ends_told, released;
static char top[150];
static struct kring *ring;
static struct kring_watcher *watcher;
static void *memory;
static int close_at; /* the callback closes the watcher at this event, -1: never */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info, (void)type, (void)ftw;
    return remove(path);
}

static void clear(void)
{
    noted = 0;
}

static void on_event(struct kring_watcher *from, const struct kring_watch_event *event, void *user)
{
    struct note *note = &notes[noted < NOTES ? noted : NOTES - 1];

    CU_ASSERT_PTR_EQUAL(user, &noted);
    overflows += (event->mask & IN_Q_OVERFLOW) != 0;
    ends_told += (event->flags & KRING_WATCH_ENDED) != 0;
    *note = (struct note){event->mask, event->cookie, event->flags, event->watch, event->error, ""};
    snprintf(note->path, sizeof note->path, "%.180s%s%.70s", event->path, *event->name ? "/" : "",
             event->name);
    if (noted++ == (unsigned)close_at)
        CU_ASSERT_EQUAL(kring_watcher_close(from, rings_release, &released), 0);
}

static const char *below(const char *name)
{
    static char paths[8][256];
    static unsigned next;
    char *path = paths[next++ % 8];

    snprintf(path, 256, "%.149s%s%.80s", top, *name ? "/" : "", name);
    return path;
}

static void begin(enum rings_kind kind, uint32_t watches)
{
    int64_t size = kring_watcher_memory(watches);
    int error;

    kring_test_need_readv();
    snprintf(top, sizeof top, "%s/watched", kring_test_tmpdir());
    nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    CU_ASSERT_EQUAL_FATAL(mkdir(top, 0700), 0);
    noted = overflows = ends_told = released = 0;
    close_at = -1;
    ring = rings_open(kind);
    CU_ASSERT_FATAL(size > 0);
    memory = aligned_alloc(64, ((size_t)size + 63) / 64 * 64);
    CU_ASSERT_FATAL(memory != NULL);
    error = kring_watcher_open(&watcher, ring, watches, memory, (size_t)size, on_event, &noted);
    if (error == -KRING_EKERNEL) {
        free(memory);
        rings_lacks("this kernel alone cannot read (5.6)");
    }
    CU_ASSERT_EQUAL_FATAL(error, 0);
}

static void end(void)
{
    CU_ASSERT_EQUAL(kring_watcher_close(watcher, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    rings_close(ring);
    free(memory);
}

/* Does the kernel have events that nobody has read? */
static bool unread(void)
{
    int bytes = 0;

    return released == 0 && ioctl(watcher->fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

/* Until nothing has come for a while, nor is to be read: a worker of the kernel may be late. */
static void settle(void)
{
    int64_t end = rings_now_ns() + 10 * KRING_SECOND;

    while (rings_run_for(ring, 20) > 0 || (unread() && rings_now_ns() < end))
        ;
}

/* How many notes have this path and all of these bits. */
static unsigned count(const char *name, uint32_t mask)
{
    unsigned times = 0;

    for (unsigned i = 0; i < noted && i < NOTES; i++)
        times += strcmp(notes[i].path, below(name)) == 0 && (notes[i].mask & mask) == mask;
    return times;
}

static void touch(const char *name, const char *data)
{
    int fd = open(below(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    CU_ASSERT_FATAL(fd >= 0);
    if (*data)
        rings_write(fd, data, strlen(data));
    close(fd);
}

static void is(unsigned at, const char *name, uint32_t mask, int watch)
{
    CU_ASSERT_FATAL(at < noted);
    CU_ASSERT_STRING_EQUAL(notes[at].path, below(name));
    CU_ASSERT_EQUAL(notes[at].mask, mask);
    CU_ASSERT_EQUAL(notes[at].watch, watch);
    CU_ASSERT_EQUAL(notes[at].flags, 0);
}

static void exact_events(enum rings_kind kind)
{
    int directory, file;

    begin(kind, WATCHES);
    directory = kring_watcher_add(watcher, top, IN_CREATE | IN_DELETE | IN_CLOSE_WRITE, 0);
    CU_ASSERT_FATAL(directory >= 0);
    touch("a", "x");
    CU_ASSERT_EQUAL(mkdir(below("d"), 0700), 0);
    file = kring_watcher_add(watcher, below("a"), IN_MODIFY | IN_ATTRIB, 0);
    CU_ASSERT_FATAL(file >= 0 && file != directory);
    touch("a", "yy");
    touch("d/inside", ""); /* not recursive */
    CU_ASSERT_EQUAL(unlink(below("a")), 0);
    settle();
    CU_ASSERT_EQUAL(noted, 8);
    is(0, "a", IN_CREATE, directory);
    is(1, "a", IN_CLOSE_WRITE, directory);
    is(2, "d", IN_CREATE | IN_ISDIR, directory);
    is(3, "a", IN_MODIFY, file);
    is(4, "a", IN_CLOSE_WRITE, directory);
    /* Its number of links; Linux 5.10 tells the directory first that it is gone. */
    is(notes[5].mask == IN_DELETE ? 6 : 5, "a", IN_ATTRIB, file);
    CU_ASSERT_EQUAL(count("a", IN_IGNORED), 1);
    CU_ASSERT_EQUAL(count("a", IN_DELETE), 1);
    /* Its id is free again. */
    CU_ASSERT_EQUAL(kring_watcher_remove(watcher, file), -EINVAL);
    CU_ASSERT_EQUAL(kring_watcher_remove(watcher, directory), 0);
    clear();
    touch("b", "");
    settle();
    CU_ASSERT_EQUAL(noted, 0);
    end();
}

static void renames(enum rings_kind kind)
{
    int one, two;

    begin(kind, WATCHES);
    CU_ASSERT_EQUAL(mkdir(below("one"), 0700), 0);
    CU_ASSERT_EQUAL(mkdir(below("two"), 0700), 0);
    touch("one/f", "");
    one = kring_watcher_add(watcher, below("one"), IN_MOVE, 0);
    two = kring_watcher_add(watcher, below("two"), IN_MOVE, 0);
    CU_ASSERT_EQUAL(rename(below("one/f"), below("two/g")), 0);
    settle();
    CU_ASSERT_EQUAL(noted, 2);
    is(0, "one/f", IN_MOVED_FROM, one);
    is(1, "two/g", IN_MOVED_TO, two);
    CU_ASSERT(notes[0].cookie != 0 && notes[0].cookie == notes[1].cookie);
    end();
}

static void make_path(const char *name)
{
    char path[256], *slash;

    snprintf(path, sizeof path, "%s", below(name));
    for (slash = path + strlen(top) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

static void trees(enum rings_kind kind)
{
    begin(kind, WATCHES);
    make_path("old/er");
    touch("old/er/known", "");
    CU_ASSERT(kring_watcher_add(watcher, top, IN_CREATE | IN_MOVE | IN_CLOSE_WRITE,
                                KRING_WATCH_RECURSIVE) >= 0);
    settle();
    CU_ASSERT_EQUAL(noted, 0); /* what is there already is not told */
    touch("old/er/file", "");
    make_path("a/b/c");
    touch("a/b/c/file", "");
    settle();
    CU_ASSERT_EQUAL(count("old/er/file", IN_CREATE), 1);
    CU_ASSERT(count("a", IN_CREATE | IN_ISDIR) >= 1);
    CU_ASSERT(count("a/b", IN_CREATE | IN_ISDIR) >= 1);
    CU_ASSERT(count("a/b/c", IN_CREATE | IN_ISDIR) >= 1);
    CU_ASSERT(count("a/b/c/file", IN_CREATE) >= 1);
    /* A renamed directory takes what is below along. */
    clear();
    CU_ASSERT_EQUAL(rename(below("a/b"), below("old/moved")), 0);
    touch("old/moved/c/later", "");
    settle();
    CU_ASSERT_EQUAL(count("a/b", IN_MOVED_FROM), 1);
    CU_ASSERT_EQUAL(count("old/moved", IN_MOVED_TO), 1);
    CU_ASSERT_EQUAL(count("old/moved/c/later", IN_CREATE), 1);
    /* One that leaves is watched no more; one that comes is read. */
    CU_ASSERT_EQUAL(rename(below("old/moved"), below("../outside")), 0);
    settle();
    clear();
    touch("../outside/c/unseen", "");
    settle();
    CU_ASSERT_EQUAL(noted, 0);
    CU_ASSERT_EQUAL(rename(below("../outside"), below("back")), 0);
    touch("back/c/seen", "");
    settle();
    CU_ASSERT_EQUAL(count("back", IN_MOVED_TO), 1);
    CU_ASSERT(count("back/c/unseen", IN_CREATE) >= 1);
    CU_ASSERT(count("back/c/seen", IN_CREATE) >= 1);
    end();
}

/* Every watch of a tree is given back, so that a small memory lasts for ever. */
static void reuses(enum rings_kind kind)
{
    int watch;

    begin(kind, 4);
    watch = kring_watcher_add(watcher, top, IN_CREATE | IN_DELETE, KRING_WATCH_RECURSIVE);
    for (unsigned i = 0; i < 8; i++) {
        make_path("a/b/c");
        settle();
        CU_ASSERT_EQUAL(remove(below("a/b/c")), 0);
        CU_ASSERT_EQUAL(remove(below("a/b")), 0);
        CU_ASSERT_EQUAL(remove(below("a")), 0);
        settle();
    }
    CU_ASSERT_EQUAL(count("a/b/c", IN_DELETE), 8);
    for (unsigned i = 0; i < noted; i++)
        CU_ASSERT_EQUAL(notes[i].flags & KRING_WATCH_FAILED, 0);
    make_path("a/b/c");
    settle();
    CU_ASSERT_EQUAL(kring_watcher_remove(watcher, watch), 0);
    watch = kring_watcher_add(watcher, top, IN_CREATE, KRING_WATCH_RECURSIVE);
    CU_ASSERT(watch >= 0);
    end();
}

/* Directories made as fast as another process can, while they are watched: nothing is missed. */
static void races(enum rings_kind kind)
{
    enum { TREES = 60 };
    int status = -1;
    pid_t child;

    begin(kind, WATCHES);
    CU_ASSERT(kring_watcher_add(watcher, top, IN_CREATE, KRING_WATCH_RECURSIVE) >= 0);
    child = kring_test_fork();
    if (child == 0) {
        for (unsigned i = 0; i < TREES; i++) {
            char name[64];
            int fd;

            snprintf(name, sizeof name, "t%u/a/b", i);
            make_path(name);
            snprintf(name, sizeof name, "t%u/a/b/f", i);
            fd = open(below(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
            close(fd);
        }
        _exit(0);
    }
    for (unsigned i = 0; i < 10000 && waitpid(child, &status, WNOHANG) == 0; i++)
        rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(status, 0);
    settle();
    CU_ASSERT_EQUAL(overflows, 0);
    for (unsigned i = 0; i < TREES; i++) {
        char name[64];

        snprintf(name, sizeof name, "t%u/a/b/f", i);
        CU_ASSERT(count(name, IN_CREATE) >= 1);
        snprintf(name, sizeof name, "t%u/a", i);
        CU_ASSERT(count(name, IN_CREATE | IN_ISDIR) >= 1);
    }
    end();
}

static unsigned long queue_limit(void)
{
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
    unsigned long limit = 0;

    if (file == NULL)
        return 0;
    if (fscanf(file, "%lu", &limit) != 1)
        limit = 0;
    fclose(file);
    return limit;
}

static void overflow(enum rings_kind kind)
{
    unsigned long limit = queue_limit();
    int fds[2];

    if (limit == 0 || limit > 100000) {
        kring_test_skip("fs.inotify.max_queued_events is not known or large");
        return;
    }
    begin(kind, WATCHES);
    CU_ASSERT(kring_watcher_add(watcher, top, IN_CREATE | IN_MODIFY, KRING_WATCH_RECURSIVE) >= 0);
    for (unsigned i = 0; i < 2; i++) {
        fds[i] = open(below(i ? "x" : "y"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        CU_ASSERT_FATAL(fds[i] >= 0);
    }
    for (unsigned long i = 0; i < limit + 10; i++) /* two in turn: equal neighbours are joined */
        CU_ASSERT_EQUAL(pwrite(fds[i % 2], "z", 1, 0), 1);
    make_path("lost/deep"); /* the queue is full: the kernel does not tell */
    touch("lost/deep/file", "");
    settle();
    CU_ASSERT_EQUAL(overflows, 1);
    /* Said, and what must be watched is watched again, with what is in it. */
    noted = 0;
    touch("lost/deep/after", "");
    settle();
    CU_ASSERT_EQUAL(count("lost/deep/after", IN_CREATE), 1);
    close(fds[0]);
    close(fds[1]);
    end();
}

static void limits(enum rings_kind kind)
{
    bool told = false;

    begin(kind, 2);
    CU_ASSERT(kring_watcher_add(watcher, top, IN_CREATE, KRING_WATCH_RECURSIVE) >= 0);
    make_path("a/b");
    settle();
    CU_ASSERT(count("a", IN_CREATE) >= 1);
    for (unsigned i = 0; i < noted; i++)
        told |= (notes[i].flags & KRING_WATCH_FAILED) && notes[i].error == -ENOSPC &&
                strcmp(notes[i].path, below("a/b")) == 0;
    CU_ASSERT(told);
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, below("a/b"), IN_CREATE, 0), -ENOSPC);
    end();
    /* A tree that is too large is not watched at all. */
    begin(kind, 3);
    make_path("a/b/c/d");
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, top, IN_CREATE, KRING_WATCH_RECURSIVE), -ENOSPC);
    touch("a/unseen", "");
    settle();
    CU_ASSERT_EQUAL(noted, 0);
    CU_ASSERT(kring_watcher_add(watcher, below("a/b/c"), IN_CREATE, KRING_WATCH_RECURSIVE) >= 0);
    end();
}

static void mistakes(enum rings_kind kind)
{
    struct kring_watcher *none = NULL;

    begin(kind, WATCHES);
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, below("none"), IN_CREATE, 0), -ENOENT);
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, top, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, top, IN_ONESHOT | IN_CREATE, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, top, IN_CREATE, 1u << 5), -EINVAL);
    CU_ASSERT(kring_watcher_add(watcher, top, IN_CREATE, 0) >= 0);
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, top, IN_CREATE, 0), -EEXIST);
    touch("file", "");
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, below("file"), IN_CREATE, KRING_WATCH_RECURSIVE),
                    -ENOTDIR);
    CU_ASSERT_EQUAL(kring_watcher_remove(watcher, -1), -EINVAL);
    CU_ASSERT_EQUAL(kring_watcher_remove(watcher, WATCHES), -EINVAL);
    CU_ASSERT_EQUAL(kring_watcher_memory(0), -EINVAL);
    CU_ASSERT_EQUAL(kring_watcher_open(&none, ring, 16, memory, 100, on_event, NULL), -ENOMEM);
    CU_ASSERT_EQUAL(kring_watcher_open(&none, ring, 16, memory, 100, NULL, NULL), -EINVAL);
    CU_ASSERT_PTR_NULL(none);
    end();
}

/* Closed at every moment; the runner counts the descriptors. */
static void closes(enum rings_kind kind)
{
    begin(kind, WATCHES); /* before anything ran */
    end();
    begin(kind, WATCHES); /* while it waits */
    CU_ASSERT(kring_watcher_add(watcher, top, IN_CREATE, KRING_WATCH_RECURSIVE) >= 0);
    settle();
    end();
    for (int at = 0; at < 3; at++) { /* in its callback, with more events behind */
        begin(kind, WATCHES);
        CU_ASSERT(kring_watcher_add(watcher, top, IN_CREATE, KRING_WATCH_RECURSIVE) >= 0);
        close_at = at;
        make_path("a/b");
        touch("f", "");
        touch("g", "");
        touch("h", "");
        CU_ASSERT(rings_until_count(ring, &released, 1));
        CU_ASSERT_EQUAL(noted, (unsigned)at + 1);
        rings_close(ring);
        free(memory);
    }
    begin(kind, WATCHES); /* after its ring */
    settle();
    rings_close(ring);
    CU_ASSERT_EQUAL(ends_told, 1);
    CU_ASSERT_EQUAL(kring_watcher_add(watcher, top, IN_CREATE, 0), -ECANCELED);
    CU_ASSERT_EQUAL(kring_watcher_close(watcher, rings_release, &released), 0);
    CU_ASSERT_EQUAL(released, 1);
    free(memory);
}

/* In a process of its own, which may mount. */
static int unmount_child(enum rings_kind kind)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return 77;
    begin(kind, WATCHES);
    if (mount("none", top, "tmpfs", 0, "size=64k") != 0)
        return 77;
    if (kring_watcher_add(watcher, top, IN_CREATE, KRING_WATCH_RECURSIVE) < 0)
        return 1;
    make_path("a/b");
    settle();
    clear();
    if (umount2(top, 0) != 0)
        return 2;
    settle();
    if (count("", IN_UNMOUNT) != 1 || count("a", IN_UNMOUNT) != 1 ||
        count("a/b", IN_UNMOUNT) != 1 || count("", IN_IGNORED) != 1 ||
        count("a/b", IN_IGNORED) != 1)
        return 3;
    clear();
    if (kring_watcher_add(watcher, top, IN_CREATE, 0) < 0) /* what is under it */
        return 4;
    end();
    return 0;
}

static void unmounts(enum rings_kind kind)
{
    int status = -1;
    pid_t child;

    kring_test_need_readv();
    child = kring_test_fork();
    if (child == 0)
        _exit(unmount_child(kind));
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        kring_test_skip("nothing can be mounted here");
        return;
    }
    CU_ASSERT_EQUAL(status, 0);
}

/* Bytes that no kernel sends. */
static void malformed(void)
{
    _Alignas(8) uint8_t bytes[64];
    struct inotify_event event = {.wd = 5, .mask = IN_CREATE, .cookie = 7, .len = 8};
    struct kring__notice notice;
    uint32_t at = 0;

    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, &event, sizeof event);
    memcpy(bytes + sizeof event, "name", 5);
    CU_ASSERT_EQUAL(kring__notice_next(bytes, 24, &at, &notice), 1);
    CU_ASSERT_EQUAL(at, 24);
    CU_ASSERT_EQUAL(notice.wd, 5);
    CU_ASSERT_EQUAL(notice.cookie, 7);
    CU_ASSERT_STRING_EQUAL(notice.name, "name");
    CU_ASSERT_EQUAL(kring__notice_next(bytes, 24, &at, &notice), 0);
    for (uint32_t cut = 1; cut < 24; cut++) {
        at = 0;
        CU_ASSERT_EQUAL(kring__notice_next(bytes, cut, &at, &notice), -EBADMSG);
        CU_ASSERT_EQUAL(at, 0);
    }
    memset(bytes + sizeof event, 'x', 8); /* no end of the name */
    CU_ASSERT_EQUAL(kring__notice_next(bytes, 24, &at, &notice), -EBADMSG);
    event.len = UINT32_MAX;
    memcpy(bytes, &event, sizeof event);
    CU_ASSERT_EQUAL(kring__notice_next(bytes, sizeof bytes, &at, &notice), -EBADMSG);
    event.len = 0;
    memcpy(bytes, &event, sizeof event);
    CU_ASSERT_EQUAL(kring__notice_next(bytes, 16, &at, &notice), 1);
    CU_ASSERT_STRING_EQUAL(notice.name, "");
}

RINGS_TEST(exact_events)
RINGS_TEST(renames)
RINGS_TEST(trees)
RINGS_TEST(reuses)
RINGS_TEST(races)
RINGS_TEST(overflow)
RINGS_TEST(limits)
RINGS_TEST(mistakes)
RINGS_TEST(closes)
RINGS_TEST(unmounts)

int kring_test_watcher(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("a directory and a file, exactly", exact_events),
        RINGS_ROWS("a rename between two directories", renames),
        RINGS_ROWS("trees: what comes, moves inside, leaves and comes back", trees),
        RINGS_ROWS("watches of what has gone are used again", reuses),
        RINGS_ROWS("a tree that grows meanwhile", races),
        RINGS_ROWS("overflow of the kernel's queue", overflow),
        RINGS_ROWS("too many watches", limits),
        RINGS_ROWS("mistakes", mistakes),
        RINGS_ROWS("closing at any moment", closes),
        RINGS_ROWS("unmount", unmounts),
        {"malformed events", malformed},
    };

    return KRING_SUITE_ADD("watcher", tests);
}
#else
static void absent(void)
{
    struct kring_watcher *watcher = NULL;

    CU_ASSERT_EQUAL(kring_watcher_open(&watcher, NULL, 1, NULL, 0, NULL, NULL), -KRING_EKERNEL);
}

int kring_test_watcher(void)
{
    static const struct kring_test tests[] = {{"configured out", absent}};

    return KRING_SUITE_ADD("watcher", tests);
}
#endif
