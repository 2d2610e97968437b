/* SPDX-License-Identifier: MIT */
/*
 * kring-cp: copies files and trees, each file by one kring_copy(); the fsync and close of a
 * finished file run while the next one is copied. A copy that fails is removed, so that nothing
 * half-written stays behind.
 */
#include "common.h"
#include "stop.h"
#include "tree.h"

#include <fcntl.h>
#include <sys/stat.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum {
    FINISHING = 32,
    OPERATIONS = FINISHING + 8,
    BUFFER_BYTES = 128 * 1024, /* for what cannot be spliced */
    PIPE_BYTES = 1024 * 1024   /* in flight at once; as much as an ordinary user may have */
};

static const char help[] =
    "Usage: kring-cp [OPTION...] SOURCE DESTINATION\n"
    "       kring-cp [OPTION...] SOURCE... DIRECTORY\n"
    "Copies files; with -r also directories and symbolic links. Permissions are kept (set-id\n"
    "bits only where the owner stays the same). A copy that fails is removed.\n"
    "  -r, --recursive      copy directories with all that is in them\n"
    "  --no-sync            do not wait until the data is on the disk\n" COMMON_HELP;

/* One file on its way. */
struct copy {
    struct tree *tree;
    const char *from;
    const char *to;
    int in;
    int out;
    struct statx in_stat;
    struct statx out_stat;
    bool created; /* the destination did not exist */
    bool failed;
};

/* A finished file or directory whose fsync and close are still running. */
struct finish {
    struct tree *tree;
    char *path;
    int fd;
    bool remove; /* a failure makes the copy worthless */
    bool busy;
};

struct tree {
    struct app app;
    bool recursive;
    bool sync;
    bool failed;
    bool progress;
    bool line_shown;
    int64_t shown_at;
    int64_t began;
    int64_t bytes;
    const char *name; /* of the file that is being copied */
    int64_t size;     /* its size, as far as known */
    struct kring_copy copy;
    int64_t result;
    bool copying;
    char buffer[BUFFER_BYTES];
    struct finish finish[FINISHING];
    unsigned finishing;
};

static void clear_line(struct tree *tree)
{
    if (tree->line_shown)
        fputs("\r\033[K", stderr);
    tree->line_shown = false;
}

__attribute__((format(printf, 2, 3))) static void fail(struct tree *tree, const char *format, ...)
{
    va_list list;

    clear_line(tree);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    tree->failed = true;
}

static void show_progress(struct tree *tree)
{
    int64_t done = (int64_t)tree->copy.copied;
    int64_t now = now_ns();
    double seconds = (double)(now - tree->began) / 1e9;
    double mib = (double)(tree->bytes + done) / 1048576.0;

    if (!tree->progress || now - tree->shown_at < 100 * KRING_MS)
        return;
    tree->shown_at = now;
    tree->line_shown = true;
    fprintf(stderr, "\r\033[K%.60s", tree->name);
    if (tree->size > 0)
        fprintf(stderr, " %d%%", done >= tree->size ? 100 : (int)(done * 100 / tree->size));
    fprintf(stderr, "  %.1f MiB, %.1f MiB/s", mib, mib / (seconds > 0 ? seconds : 1));
}

static void remove_copy(struct tree *tree, const char *path)
{
    if (unlink(path) < 0 && errno != ENOENT)
        fail(tree, "%s: half-written, and cannot be removed: %s", path, strerror(errno));
    else
        fail(tree, "%s: removed the incomplete copy", path);
}

/* ---- Finishing: fsync, then close, of many files at once ---- */

static void on_closed(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct finish *finish = user;
    struct tree *tree = finish->tree;

    (void)ring, (void)op;
    tally_add(&tree->app, "close", result->engine);
    if (result->value < 0) { /* the last moment at which a network disk can tell of a loss */
        fail(tree, "%s: close: %s", finish->path, error_text(result->value));
        if (finish->remove)
            remove_copy(tree, finish->path);
    }
    free(finish->path);
    finish->busy = false;
    tree->finishing--;
}

static void start_close(struct finish *finish)
{
    struct kring *ring = finish->tree->app.ring;
    struct kring_result result = {0};
    int error = kring_start(ring, kring_close_fd(ring, finish->fd), on_closed, finish);

    if (error < 0) { /* the ring does not take it: plain close, so that no fd is lost */
        result.value = close(finish->fd) < 0 ? -errno : 0;
        on_closed(ring, (kring_op){0, 0}, &result, finish);
    }
}

static void on_synced(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct finish *finish = user;

    (void)ring, (void)op;
    tally_add(&finish->tree->app, "fsync", result->engine);
    /* EINVAL and EROFS: this file system or file knows no fsync, so there is nothing to lose. */
    if (result->value < 0 && result->value != -EINVAL && result->value != -EROFS) {
        fail(finish->tree, "%s: fsync: %s", finish->path, error_text(result->value));
        if (finish->remove)
            remove_copy(finish->tree, finish->path);
        finish->remove = false;
    }
    start_close(finish);
}

static void wait_finished(struct tree *tree, unsigned at_most)
{
    while (tree->finishing > at_most && kring_run(tree->app.ring, KRING_FOREVER) >= 0)
        ;
}

/* Takes fd, and reports its failure later; remove says that the copy is worthless then. */
static void finish_fd(struct tree *tree, int fd, const char *path, bool sync, bool remove)
{
    struct kring *ring = tree->app.ring;
    struct finish *finish = tree->finish;
    struct kring_result result = {0};

    wait_finished(tree, FINISHING - 1);
    while (finish->busy)
        finish++;
    *finish = (struct finish){tree, strdup(path), fd, remove, true};
    tree->finishing++;
    if (!sync) {
        start_close(finish);
        return;
    }
    result.value = kring_start(ring, kring_fsync(ring, fd, 0), on_synced, finish);
    if (result.value < 0)
        on_synced(ring, (kring_op){0, 0}, &result, finish);
}

/* ---- One file ---- */

static void copy_failed(struct copy *copy, const char *what, const char *path, int64_t error)
{
    if (!copy->failed)
        fail(copy->tree, "%s: %s: %s", path, what, error_text(error));
    copy->failed = true;
}

static int64_t statx_fd(struct app *app, int fd, struct statx *stat)
{
    return app_await(app, "statx", kring_statx(app->ring, fd, "", AT_EMPTY_PATH,
                                               STATX_BASIC_STATS, stat));
}

static int64_t open_path(struct app *app, const char *path, int flags)
{
    /* 0600 until the end: nobody reads half a copy whose mode is not yet right. */
    return app_await(app, "openat", kring_openat(app->ring, AT_FDCWD, path, flags, 0600));
}

static bool same_file(const struct statx *a, const struct statx *b)
{
    return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
           a->stx_dev_minor == b->stx_dev_minor;
}

static bool keep_mode(struct copy *copy)
{
    const struct statx *in = &copy->in_stat;
    const struct statx *out = &copy->out_stat;
    bool same_owner = in->stx_uid == out->stx_uid && in->stx_gid == out->stx_gid;

    /* Set-id bits would lend the rights of another owner. */
    return fchmod(copy->out, in->stx_mode & (same_owner ? 07777u : 01777u)) == 0;
}

static void on_copied(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct tree *tree = user;

    (void)ring, (void)op;
    tally_add(&tree->app, "copy", result->engine);
    tree->result = result->value;
    tree->copying = false;
}

/* Fills in and runs tree->copy: the bytes copied, or the error. */
static int64_t run_copy(struct tree *tree, int in, int64_t in_at, int out, int64_t out_at)
{
    struct kring *ring = tree->app.ring;
    kring_op op;
    int error;

    tree->copy = (struct kring_copy)KRING_COPY_INIT;
    tree->copy.fd_in = in;
    tree->copy.fd_out = out;
    tree->copy.offset_in = in_at;
    tree->copy.offset_out = out_at;
    tree->copy.buffer = tree->buffer;
    tree->copy.buffer_size = sizeof tree->buffer;
    tree->copy.pipe_size = PIPE_BYTES;
    op = kring_copy(ring, &tree->copy);
    error = kring_start(ring, op, on_copied, tree);
    if (error < 0)
        return error;
    tree->copying = true;
    while (tree->copying) {
        int count = kring_run(ring, tree->progress ? 100 * KRING_MS : KRING_FOREVER);

        if (count < 0)
            return count;
        if (stop_signal != 0)
            kring_cancel(ring, op); /* harmless the second time */
        show_progress(tree);
    }
    tree->bytes += (int64_t)tree->copy.copied;
    return tree->result;
}

/* Both sides are open; truncates only when it is certain that they are two different files. */
static void copy_open(struct copy *copy)
{
    struct tree *tree = copy->tree;
    bool regular = S_ISREG(copy->out_stat.stx_mode);
    bool regular_in = S_ISREG(copy->in_stat.stx_mode);
    int64_t result;

    if (regular && !copy->created && ftruncate(copy->out, 0) < 0) {
        copy_failed(copy, "truncate", copy->to, -errno);
        finish_fd(tree, copy->out, copy->to, false, false);
        return;
    }
    tree->name = copy->to;
    tree->size = (int64_t)copy->in_stat.stx_size;
    result = run_copy(tree, copy->in, regular_in ? 0 : KRING_CUR_POS, copy->out,
                      regular ? 0 : KRING_CUR_POS);
    if (result < 0)
        copy_failed(copy, result == -ECANCELED ? "stopped" : copy->from, copy->to, result);
    /* An existing file may belong to somebody else: then its mode stays as it is. */
    if (regular && regular_in && !copy->failed && !keep_mode(copy) && copy->created)
        copy_failed(copy, "permissions", copy->to, -errno);
    if (copy->failed && regular)
        remove_copy(tree, copy->to);
    regular = regular && !copy->failed;
    finish_fd(tree, copy->out, copy->to, regular && tree->sync, regular);
}

static void open_destination(struct copy *copy)
{
    struct app *app = &copy->tree->app;
    int64_t fd = open_path(app, copy->to, O_WRONLY | O_CREAT | O_EXCL);
    int64_t error;

    copy->created = fd >= 0;
    if (fd == -EEXIST)
        fd = open_path(app, copy->to, O_WRONLY);
    if (fd < 0) {
        copy_failed(copy, "open", copy->to, fd);
        return;
    }
    copy->out = (int)fd;
    error = statx_fd(app, copy->out, &copy->out_stat);
    if (error >= 0 && !same_file(&copy->in_stat, &copy->out_stat)) {
        copy_open(copy);
        return;
    }
    if (error < 0)
        copy_failed(copy, "statx", copy->to, error);
    else
        fail(copy->tree, "%s and %s are the same file", copy->from, copy->to);
    if (copy->created)
        remove_copy(copy->tree, copy->to);
    finish_fd(copy->tree, copy->out, copy->to, false, false);
}

static void copy_file(void *user, const char *from, const char *to)
{
    struct tree *tree = user;
    struct copy copy = {.tree = tree, .from = from, .to = to};
    int64_t error = open_path(&tree->app, from, O_RDONLY);

    if (error < 0) {
        copy_failed(&copy, "open", from, error);
        return;
    }
    copy.in = (int)error;
    error = statx_fd(&tree->app, copy.in, &copy.in_stat);
    if (error < 0)
        copy_failed(&copy, "statx", from, error);
    else if (S_ISDIR(copy.in_stat.stx_mode))
        fail(tree, "%s is a directory, and -r was not given", from);
    else
        open_destination(&copy);
    finish_fd(tree, copy.in, from, false, false);
}

/* ---- Trees ---- */

static void directory_done(void *user, const char *to, mode_t mode)
{
    struct tree *tree = user;
    int64_t fd = tree->sync ? open_path(&tree->app, to, O_RDONLY | O_DIRECTORY) : -1;

    if ((mode & S_IWUSR) == 0) /* later, a failed file could not be removed any more */
        wait_finished(tree, 0);
    if (chmod(to, mode) < 0)
        fail(tree, "%s: permissions: %s", to, strerror(errno));
    if (fd >= 0)
        finish_fd(tree, (int)fd, to, true, false);
    else if (tree->sync)
        fail(tree, "%s: open: %s", to, error_text(fd));
}

static void tree_failed(void *user, const char *path, const char *text)
{
    fail(user, "%s: %s", path, text);
}

static bool tree_stopped(void *user)
{
    (void)user;
    return stop_signal != 0;
}

static void copy_source(struct tree *tree, const char *from, const char *to)
{
    const struct tree_walk walk = {copy_file, directory_done, tree_failed, tree_stopped, tree};

    if (!tree->recursive)
        copy_file(tree, from, to);
    else if (tree_inside(from, to))
        fail(tree, "cannot copy %s into itself: %s", from, to);
    else
        tree_copy(&walk, from, to);
}

static void parse(struct tree *tree, int argc, char **argv)
{
    enum { OPTION_NO_SYNC = OPTION_OWN };
    static const struct option options[] = {COMMON_OPTIONS,
                                            {"recursive", no_argument, NULL, 'r'},
                                            {"no-sync", no_argument, NULL, OPTION_NO_SYNC},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "rv", options, NULL)) != -1) {
        if (option == 'r')
            tree->recursive = true;
        else if (option == OPTION_NO_SYNC)
            tree->sync = false;
        else
            common_option(&tree->app, option, help);
    }
    if (argc - optind < 2) {
        say(argc == optind ? "a source and a destination are needed" : "no destination given");
        exit(EXIT_USAGE);
    }
}

static void open_ring(struct tree *tree)
{
    tree->app.options.operations = OPERATIONS;
    app_open(&tree->app);
    stop_on_signals(tree->app.ring);
}

int main(int argc, char **argv)
{
    static struct tree tree = {.app = APP_INIT, .sync = true};
    const char *to = argv[argc - 1];
    struct stat stat_to;
    bool into;

    parse(&tree, argc, argv);
    to = argv[argc - 1];
    into = stat(to, &stat_to) == 0 && S_ISDIR(stat_to.st_mode);
    if (argc - optind > 2 && !into) {
        say("%s is not a directory", to);
        return EXIT_USAGE;
    }
    open_ring(&tree);
    tree.progress = isatty(STDERR_FILENO) == 1;
    tree.began = now_ns();
    for (int i = optind; i < argc - 1 && stop_signal == 0; i++) {
        char *target = into ? tree_target(to, argv[i]) : strdup(to);

        copy_source(&tree, argv[i], target);
        free(target);
    }
    wait_finished(&tree, 0);
    clear_line(&tree);
    app_report(&tree.app, stdout);
    kring_close(tree.app.ring, KRING_SECOND);
    if (stop_signal != 0)
        return 128 + stop_signal;
    return tree.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
