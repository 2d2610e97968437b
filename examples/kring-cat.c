/* SPDX-License-Identifier: MIT */
/*
 * kring-cat: files or standard input to standard output. Straight-line code: while one buffer is
 * written the next one is read, and kring_wait_op() waits for each.
 */
#include "common.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

enum { BUFFER_BYTES = 128 * 1024 };

static const char help[] =
    "Usage: kring-cat [OPTION...] [FILE...]\n"
    "Writes the files, or standard input (also as \"-\"), to standard output.\n"
    "The line of --stats goes to standard error, since standard output is the data's.\n"
    COMMON_HELP;

struct cat {
    struct app app;
    char *buffer[2];
    bool output_failed; /* nothing more can be written: the other files are not tried */
};

/* The result of a started operation, or the error that its start met. */
static int64_t finish(struct app *app, const char *name, kring_op op, int start_error)
{
    struct kring_result result;
    int error = start_error;

    if (error >= 0)
        error = kring_wait_op(app->ring, op, KRING_FOREVER);
    if (error >= 0)
        error = kring_result(app->ring, op, &result);
    if (error < 0)
        return error;
    tally_add(app, name, result.engine);
    return result.value;
}

static int64_t read_chunk(struct cat *cat, int fd, unsigned which)
{
    struct app *app = &cat->app;

    return app_await(app, "read", kring_read(app->ring, fd, cat->buffer[which], BUFFER_BYTES,
                                             KRING_CUR_POS));
}

static bool copy_out(struct cat *cat, int fd, const char *name)
{
    struct app *app = &cat->app;
    unsigned which = 0;
    int64_t length = read_chunk(cat, fd, which);

    while (length > 0) {
        kring_op write = kring_write_all(app->ring, STDOUT_FILENO, cat->buffer[which],
                                         (uint32_t)length, KRING_CUR_POS);
        int started = kring_start(app->ring, write, NULL, NULL);
        int64_t written;

        kring_submit(app->ring); /* so that the write runs even while the read waits */
        which ^= 1u;
        length = read_chunk(cat, fd, which);
        written = finish(app, "write", write, started);
        if (written < 0) {
            say("standard output: %s", error_text(written));
            cat->output_failed = true;
            return false;
        }
    }
    if (length < 0)
        say("%s: %s", name, error_text(length));
    return length == 0;
}

/* `kring-cat a >>a` would never end. */
static bool is_output(int fd)
{
    struct stat in;
    struct stat out;

    return fstat(fd, &in) == 0 && fstat(STDOUT_FILENO, &out) == 0 && S_ISREG(in.st_mode) &&
           in.st_size > 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino;
}

static bool cat_file(struct cat *cat, const char *name)
{
    struct app *app = &cat->app;
    bool from_stdin = strcmp(name, "-") == 0;
    int64_t fd = STDIN_FILENO;
    bool ok = false;

    if (!from_stdin)
        fd = app_await(app, "openat", kring_openat(app->ring, AT_FDCWD, name, O_RDONLY, 0));
    if (fd < 0) {
        say("%s: %s", name, error_text(fd));
        return false;
    }
    if (is_output((int)fd))
        say("%s: input is output", name);
    else
        ok = copy_out(cat, (int)fd, from_stdin ? "standard input" : name);
    if (!from_stdin)
        app_await(app, "close", kring_close_fd(app->ring, (int)fd));
    return ok;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {COMMON_OPTIONS, {NULL, 0, NULL, 0}};
    static char standard_input[] = "-";
    static char *no_files[] = {standard_input, NULL};
    static char memory[2][BUFFER_BYTES];
    struct cat cat = {APP_INIT, {memory[0], memory[1]}, false};
    char **files;
    int status = EXIT_SUCCESS;
    int option;

    while ((option = getopt_long(argc, argv, "v", options, NULL)) != -1)
        common_option(&cat.app, option, help);
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error message, not a silent end */
    cat.app.options.operations = 8;
    app_open(&cat.app);
    files = optind < argc ? argv + optind : no_files;
    for (; *files != NULL && !cat.output_failed; files++) {
        if (!cat_file(&cat, *files))
            status = EXIT_FAILURE;
    }
    app_report(&cat.app, stderr);
    kring_close(cat.app.ring, KRING_SECOND);
    return status;
}
