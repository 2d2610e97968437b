/* SPDX-License-Identifier: MIT */
/*
 * The part of a recursive copy that moves no data: names, directories, symbolic links. Plain libc;
 * what is to happen with files, finished directories and errors is the caller's.
 */
#ifndef EXAMPLES_TREE_H
#define EXAMPLES_TREE_H

#include "common.h"

#include <dirent.h>
#include <sys/stat.h>

struct tree_walk {
    void (*file)(void *user, const char *from, const char *to);
    /* A new directory (mode 0700 so far) has been filled; mode is its source's. */
    void (*directory)(void *user, const char *to, mode_t mode);
    void (*fail)(void *user, const char *path, const char *text);
    bool (*stopped)(void *user);
    void *user;
};

static inline char *tree_join(const char *directory, const char *name)
{
    char *path = NULL;
    size_t length = strlen(directory);
    const char *slash = length > 0 && directory[length - 1] == '/' ? "" : "/";

    if (asprintf(&path, "%s%s%s", directory, slash, name) < 0)
        abort();
    return path;
}

/* Where a source lands in a directory: below its own last name, or for "." and ".." right there. */
static inline char *tree_target(const char *directory, const char *source)
{
    size_t end = strlen(source);
    size_t begin;
    char *name;
    char *path;

    while (end > 1 && source[end - 1] == '/')
        end--;
    for (begin = end; begin > 0 && source[begin - 1] != '/'; begin--)
        ;
    name = strndup(source + begin, end - begin);
    if (name == NULL)
        abort();
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "/") == 0)
        path = strdup(directory);
    else
        path = tree_join(directory, name);
    free(name);
    return path;
}

/* Whether path, or where it will be made, is the directory `from` or below it. */
static inline bool tree_inside(const char *from, const char *path)
{
    struct stat source;
    struct stat here;
    struct stat last = {0};
    char walk[PATH_MAX];
    size_t length = strlen(path);

    if (stat(from, &source) < 0 || length + 4 > sizeof walk)
        return false;
    memcpy(walk, path, length + 1);
    if (stat(walk, &here) < 0) { /* not there yet: begin with its parent */
        while (length > 1 && walk[length - 1] == '/')
            length--;
        while (length > 0 && walk[length - 1] != '/')
            length--;
        memcpy(walk + length, ".", 2);
        length++;
    }
    for (; length + 4 <= sizeof walk && stat(walk, &here) == 0; length += 3) {
        if (here.st_dev == source.st_dev && here.st_ino == source.st_ino)
            return true;
        if (here.st_dev == last.st_dev && here.st_ino == last.st_ino)
            return false; /* ".." of the root is the root */
        last = here;
        memcpy(walk + length, "/..", 4);
    }
    return false;
}

static inline void tree_link(const struct tree_walk *walk, const char *from, const char *to)
{
    char target[PATH_MAX];
    ssize_t length = readlink(from, target, sizeof target - 1);
    int error;

    if (length < 0) {
        walk->fail(walk->user, from, strerror(errno));
        return;
    }
    target[length] = '\0';
    error = symlink(target, to) < 0 ? errno : 0;
    if (error == EEXIST && unlink(to) == 0)
        error = symlink(target, to) < 0 ? errno : 0;
    if (error != 0)
        walk->fail(walk->user, to, strerror(error));
}

static inline void tree_copy(const struct tree_walk *walk, const char *from, const char *to);

static inline void tree_entries(const struct tree_walk *walk, const char *from, const char *to)
{
    DIR *directory = opendir(from);
    struct dirent *entry;

    if (directory == NULL) {
        walk->fail(walk->user, from, strerror(errno));
        return;
    }
    while (!walk->stopped(walk->user)) {
        char *source;
        char *target;

        errno = 0;
        entry = readdir(directory);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        source = tree_join(from, entry->d_name);
        target = tree_join(to, entry->d_name);
        tree_copy(walk, source, target);
        free(source);
        free(target);
    }
    if (!walk->stopped(walk->user) && errno != 0)
        walk->fail(walk->user, from, strerror(errno));
    closedir(directory);
}

static inline void tree_directory(const struct tree_walk *walk, const char *from, const char *to,
                                  mode_t mode)
{
    struct stat there;
    bool created = mkdir(to, 0700) == 0;

    if (!created && errno != EEXIST) {
        walk->fail(walk->user, to, strerror(errno));
        return;
    }
    /* Never through a link: it could lead back into the source, and on and on. */
    if (!created && (lstat(to, &there) < 0 || !S_ISDIR(there.st_mode))) {
        walk->fail(walk->user, to, "exists and is not a directory");
        return;
    }
    tree_entries(walk, from, to);
    if (created)
        walk->directory(walk->user, to, mode);
}

static inline void tree_copy(const struct tree_walk *walk, const char *from, const char *to)
{
    struct stat stat;

    if (lstat(from, &stat) < 0)
        walk->fail(walk->user, from, strerror(errno));
    else if (S_ISREG(stat.st_mode))
        walk->file(walk->user, from, to);
    else if (S_ISLNK(stat.st_mode))
        tree_link(walk, from, to);
    else if (S_ISDIR(stat.st_mode))
        tree_directory(walk, from, to, stat.st_mode & 07777);
    else
        walk->fail(walk->user, from, "no file, directory or link: left out");
}

#endif
