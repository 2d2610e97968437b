/* SPDX-License-Identifier: MIT */
/* Scenarios of tests/faults.h: a watched tree, and a copy through a pipe of its own. */
#include "faults.h"
#include "kring/uapi.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOFT(opcode) (UINT64_C(1) << IORING_OP_##opcode)

struct seen {
    struct faults *run;
    bool subdirectory;
    bool failed;
    unsigned released;
};

static void on_event(struct kring_watcher *watcher, const struct kring_watch_event *event,
                     void *user)
{
    struct seen *seen = user;

    (void)watcher;
    if (event->flags & (KRING_WATCH_FAILED | KRING_WATCH_ENDED)) {
        (void)faults_ok(seen->run, event->error, "a watch's event");
        seen->failed = true;
    }
    if ((event->mask & IN_CREATE) && strcmp(event->name, "late") == 0)
        seen->subdirectory = true;
}

static void on_release(void *arg)
{
    ++*(unsigned *)arg;
}

static bool watches(struct faults *f, const char *top, struct seen *seen)
{
    static _Alignas(64) char memory[32768];
    struct kring_watcher *watcher;
    char late[160];
    bool ok;
    int watch;

    if (!MUST(f, kring_watcher_memory(8) <= (int64_t)sizeof memory) ||
        !OK(f, kring_watcher_open(&watcher, f->ring, 8, memory, sizeof memory, on_event, seen)))
        return false;
    watch = kring_watcher_add(watcher, top, IN_CREATE, KRING_WATCH_RECURSIVE);
    ok = OK(f, watch);
    snprintf(late, sizeof late, "%s/late/r", top);
    if (ok) {
        late[strlen(late) - 2] = '\0';
        ok = MUST(f, mkdir(late, 0700) == 0);
        late[strlen(late)] = '/';
        ok = ok && MUST(f, mkdir(late, 0700) == 0);
    }
    for (unsigned i = 0; ok && i < 100 && !seen->subdirectory && !seen->failed; i++)
        (void)kring_run(f->ring, 10 * KRING_MS);
    if (ok)
        (void)MUST(f, kring_watcher_remove(watcher, watch) == 0);
    if (!OK(f, kring_watcher_close(watcher, on_release, &seen->released)))
        return false;
    for (unsigned i = 0; i < 100 && seen->released == 0; i++)
        (void)kring_run(f->ring, 10 * KRING_MS);
    return MUST(f, seen->released == 1) && ok && !seen->failed && MUST(f, seen->subdirectory);
}

static bool watched_tree(struct faults *f)
{
    static const char *const parts[] = {"late/r", "late", "early", "."};
    static struct seen seen; /* the ring is closed behind a scenario that broke off */
    char top[100], path[160];

    seen = (struct seen){f, false, false, 0};
    snprintf(top, sizeof top, "%.80s/faults-tree", kring_test_tmpdir());
    for (unsigned i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", top, parts[i]);
        (void)rmdir(i < 3 ? path : top);
    }
    snprintf(path, sizeof path, "%s/early", top);
    if (!MUST(f, mkdir(top, 0700) == 0) || !MUST(f, mkdir(path, 0700) == 0) ||
        !faults_open(f, 0, SOFT(READ)))
        return false;
    return watches(f, top, &seen);
}

static bool copies(struct faults *f)
{
    enum { SIZE = 10000 };
    static uint8_t buffer[4096], got[SIZE + 1];
    static struct kring_copy copy; /* borrowed until the ring is closed */
    char path[100];

    copy = (struct kring_copy)KRING_COPY_INIT;
    snprintf(path, sizeof path, "%.80s/faults-copy", kring_test_tmpdir());
    copy.fd_in = faults_file(f, SIZE);
    copy.fd_out = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (!MUST(f, copy.fd_in >= 0) || !MUST(f, copy.fd_out >= 0))
        return false;
    faults_own(f, copy.fd_out);
    copy.offset_in = copy.offset_out = 0;
    copy.buffer = buffer;
    copy.buffer_size = sizeof buffer;
    copy.pipe_size = 8192;
    if (!faults_open(f, 0, SOFT(SPLICE)) || !DO(f, kring_copy(f->ring, &copy)))
        return false;
    return MUST(f, copy.copied == SIZE) & MUST(f, copy.held == 0) &
           MUST(f, pread(copy.fd_out, got, sizeof got, 0) == SIZE) &
           MUST(f, faults_is_pattern(got, SIZE, 0));
}

const struct faults_scenario faults_notify_scenarios[] = {
    {"a watched tree", watched_tree, false},
    {"a copy by one operation", copies, false},
    {NULL, NULL, false},
};
