/* SPDX-License-Identifier: MIT */
/* Statements about the names in the program's directory: what makes them, and what lists them. */
#define _GNU_SOURCE
#include "oracle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

/* pages NAME COUNT: private memory that begins at a page's start. */
static void make_pages(struct oracle_run *run, const char *name)
{
    size_t length = (size_t)oracle_value(run, oracle_arg(run, 2)) * (size_t)sysconf(_SC_PAGESIZE);
    struct oracle_object *object = oracle_object_new(run, name, ORACLE_MEMORY, 0);

    object->data = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (object->data == MAP_FAILED)
        oracle_wrong(run, "no memory", name);
    memset(object->data, 'm', length);
    object->length = length;
}

/* subdir NAME */
static void make_subdir(struct oracle_run *run, const char *name)
{
    if (mkdir(name, 0755) < 0)
        oracle_wrong(run, "cannot make", name);
}

/* fifo NAME: a name only; OPENAT or `open` opens it. */
static void make_fifo(struct oracle_run *run, const char *name)
{
    if (mkfifo(name, 0600) < 0)
        oracle_wrong(run, "cannot make", name);
}

/* pty NAME [nonblock]: NAMEm the master's side, NAMEs the terminal, which neither echoes nor edits. */
static void make_pty(struct oracle_run *run, const char *name)
{
    int flags = O_RDWR | O_NOCTTY | O_CLOEXEC | (oracle_word(run, "nonblock") ? O_NONBLOCK : 0);
    int master = open("/dev/ptmx", flags), slave, zero = 0;
    char text[24], path[40];
    struct termios raw;
    unsigned number;

    if (master < 0 || ioctl(master, TIOCSPTLCK, &zero) < 0 || ioctl(master, TIOCGPTN, &number) < 0)
        oracle_wrong(run, "no pty", name);
    snprintf(path, sizeof path, "/dev/pts/%u", number);
    slave = open(path, flags);
    if (slave < 0 || tcgetattr(slave, &raw) < 0)
        oracle_wrong(run, "no terminal", path);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    snprintf(text, sizeof text, "%.12sm", name);
    oracle_object_fd(run, text, master, 'x');
    snprintf(text, sizeof text, "%.12ss", name);
    oracle_object_fd(run, text, slave, 'x');
}

/* symlink NAME TARGET */
static void make_symlink(struct oracle_run *run, const char *name)
{
    if (symlink(oracle_arg(run, 2), name) < 0)
        oracle_wrong(run, "cannot make", name);
}

/* attribute PATH NAME 'value': where the file system has none, so does the request find out. */
static void make_attribute(struct oracle_run *run, const char *path)
{
    size_t length;
    uint8_t *value = oracle_literal(run, oracle_arg(run, 3), &length);

    if (setxattr(path, oracle_arg(run, 2), value, length, 0) < 0)
        oracle_log(run, "attribute -> %s\n", oracle_errno_name(errno));
}

/* how NAME FLAGS [mode=N] [resolve=N] [tail=N]: struct open_how, and what a longer one may hold. */
static void make_how(struct oracle_run *run, const char *name)
{
    struct oracle_object *object = oracle_object_new(run, name, ORACLE_QUIET, 64);
    uint64_t words[4] = { (uint64_t)oracle_value(run, oracle_arg(run, 2)), 0, 0, 0 };
    static const char *const keys[] = { NULL, "mode", "resolve", "tail" };

    for (unsigned i = 1; i < 4; i++)
        if (oracle_key(run, keys[i]))
            words[i] = (uint64_t)oracle_value(run, oracle_key(run, keys[i]));
    memcpy(object->data, words, sizeof words);
}

/* open NAME PATH FLAGS: what the path leads to, as a descriptor; for O_PATH and other flags. */
static void make_open(struct oracle_run *run, const char *name)
{
    oracle_object_fd(run, name, open(oracle_arg(run, 2),
                                     (int)oracle_value(run, oracle_arg(run, 3)) | O_CLOEXEC, 0600),
                     'f');
}

static void list_attributes(struct oracle_run *run, const char *path)
{
    char names[1024];
    uint8_t value[1024];
    ssize_t length = llistxattr(path, names, sizeof names);

    for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
        ssize_t size;

        if (strncmp(names + at, "user.", 5))
            continue; /* what a security module adds is none of ours */
        size = lgetxattr(path, names + at, value, sizeof value);
        oracle_log(run, " [%s=", names + at);
        oracle_print_bytes(run, value, size > 0 ? (size_t)size : 0);
        oracle_log(run, "]");
    }
}

static void list_entry(struct oracle_run *run, const char *path)
{
    uint8_t data[256];
    struct stat st;
    ssize_t length = 0;

    if (lstat(path, &st) < 0)
        return;
    oracle_log(run, "  %s mode=0%o", path, (unsigned)st.st_mode);
    if (!S_ISDIR(st.st_mode))
        oracle_log(run, " links=%u size=%lld ", (unsigned)st.st_nlink, (long long)st.st_size);
    if (S_ISLNK(st.st_mode))
        length = readlink(path, (char *)data, sizeof data);
    if (S_ISREG(st.st_mode)) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        length = read(fd, data, sizeof data);
        close(fd);
    }
    oracle_print_bytes(run, data, length > 0 ? (size_t)length : 0);
    list_attributes(run, path);
    oracle_log(run, "\n");
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static void list(struct oracle_run *run, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, no_dots, alphasort);

    for (int i = 0; i < count; i++) {
        char name[512];
        struct stat st;

        snprintf(name, sizeof name, "%.200s/%s", path, entries[i]->d_name);
        list_entry(run, name);
        if (lstat(name, &st) == 0 && S_ISDIR(st.st_mode))
            list(run, name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void act_tree(struct oracle_run *run, const char *none)
{
    (void)none;
    oracle_log(run, "tree\n");
    list(run, ".");
}

bool oracle_tree(struct oracle_run *run, const char *verb)
{
    static const struct {
        const char *name;
        void (*act)(struct oracle_run *run, const char *name);
    } acts[] = {
        { "pages", make_pages }, { "subdir", make_subdir },
        { "fifo", make_fifo }, { "pty", make_pty }, { "symlink", make_symlink },
        { "attribute", make_attribute }, { "open", make_open }, { "how", make_how },
        { "tree", act_tree },
    };

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (!strcmp(acts[i].name, verb)) {
            acts[i].act(run, run->arg_count > 1 ? run->args[1] : "");
            return true;
        }
    }
    return false;
}
