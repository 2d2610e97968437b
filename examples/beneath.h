/* SPDX-License-Identifier: MIT */
/*
 * Opens a file below a directory and never outside of it, whoever changes the tree meanwhile: by
 * openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS (Linux 5.6) where the ring can run it, else
 * part by part with O_NOFOLLOW. Neither follows a symbolic link.
 */
#ifndef EXAMPLES_BENEATH_H
#define EXAMPLES_BENEATH_H

#include "common.h"

#include <fcntl.h>
#include <kring/uapi.h>

/* The kernel's, for C libraries older than these. */
struct beneath_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};
#define BENEATH_RESOLVE UINT64_C(0x0c) /* RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH */
#define BENEATH_FILE (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

struct beneath {
    struct app *app;
    int root;
    char *path; /* relative, no empty part, no ".."; written to */
    void (*opened)(void *user, int64_t fd); /* takes fd; or -errno */
    void *user;
    struct beneath_how how;
    char *part;    /* the next, or NULL */
    int directory; /* that it is looked for in */
    bool walk;     /* openat2 is not to be had here; kept from one to the next */
};

static inline void beneath_forgotten(struct kring *ring, kring_op op,
                                     const struct kring_result *result, void *user)
{
    (void)ring, (void)op;
    tally_add(user, "close", result->engine);
}

/* Closes it without asking how that went. */
static inline void beneath_close(struct app *app, int fd)
{
    if (kring_start(app->ring, kring_close_fd(app->ring, fd), beneath_forgotten, app) < 0)
        close(fd);
}

static inline void beneath_end(struct beneath *beneath, int64_t fd)
{
    if (beneath->directory != beneath->root)
        beneath_close(beneath->app, beneath->directory);
    beneath->directory = beneath->root;
    beneath->opened(beneath->user, fd);
}

static inline int beneath_step(struct beneath *beneath);

static inline void beneath_stepped(struct kring *ring, kring_op op,
                                   const struct kring_result *result, void *user)
{
    struct beneath *beneath = user;
    int error;

    (void)ring, (void)op;
    tally_add(beneath->app, "openat", result->engine);
    if (result->value < 0 || beneath->part == NULL) {
        beneath_end(beneath, result->value);
        return;
    }
    if (beneath->directory != beneath->root)
        beneath_close(beneath->app, beneath->directory);
    beneath->directory = (int)result->value;
    error = beneath_step(beneath);
    if (error < 0)
        beneath_end(beneath, error);
}

static inline int beneath_step(struct beneath *beneath)
{
    struct kring *ring = beneath->app->ring;
    char *part = beneath->part;
    char *slash = strchr(part, '/');
    int flags = slash != NULL ? O_PATH | O_DIRECTORY : BENEATH_FILE;

    if (part > beneath->path)
        part[-1] = '/'; /* as it was */
    if (slash != NULL)
        *slash = '\0';
    beneath->part = slash != NULL ? slash + 1 : NULL;
    return kring_start(ring, kring_openat(ring, beneath->directory, part, flags | O_NOFOLLOW, 0),
                       beneath_stepped, beneath);
}

static inline int beneath_walk(struct beneath *beneath)
{
    beneath->walk = true;
    beneath->part = beneath->path;
    return beneath_step(beneath);
}

static inline void beneath_resolved(struct kring *ring, kring_op op,
                                    const struct kring_result *result, void *user)
{
    struct beneath *beneath = user;
    int64_t value = result->value;

    (void)ring, (void)op;
    tally_add(beneath->app, "openat2", result->engine);
    /* EAGAIN: the tree was changed meanwhile; for this time only. */
    if (value == -KRING_EKERNEL || value == -ENOSYS || value == -EINVAL || value == -EAGAIN) {
        int error = beneath_walk(beneath);

        beneath->walk = value != -EAGAIN;
        if (error >= 0)
            return;
        value = error;
    }
    beneath_end(beneath, value);
}

/* app, root, path, opened and user are set. 0, or an error and opened is not called. */
static inline int beneath_start(struct beneath *beneath)
{
    struct kring *ring = beneath->app->ring;
    struct io_uring_sqe sqe = {.opcode = IORING_OP_OPENAT2};
    int error;

    beneath->directory = beneath->root;
    if (beneath->walk)
        return beneath_walk(beneath);
    beneath->how = (struct beneath_how){BENEATH_FILE, 0, BENEATH_RESOLVE};
    sqe.fd = beneath->root;
    sqe.addr = (uintptr_t)beneath->path;
    sqe.len = sizeof beneath->how;
    sqe.addr2 = (uintptr_t)&beneath->how;
    error = kring_start(ring, kring_raw(ring, &sqe), beneath_resolved, beneath);
    return error == -KRING_EKERNEL ? beneath_walk(beneath) : error;
}

#endif
