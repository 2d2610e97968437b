/* SPDX-License-Identifier: MIT */
/*
 * Takes connections for a server that has places for so many: by a multishot accept while there are
 * plenty, one by one when they run short, not at all when there are none (who comes then waits in
 * the listener's backlog). The server calls acceptor_start() when a place has become free.
 */
#ifndef EXAMPLES_ACCEPTOR_H
#define EXAMPLES_ACCEPTOR_H

#include "common.h"
#include "listener.h"

/* A running multishot accept may take a whole backlog before it can be stopped. */
enum { MULTISHOT_PLACES = 2 * BACKLOG };

struct acceptor {
    struct app *app;
    int fd; /* listening */
    long (*places)(void *user);
    void (*accepted)(void *user, int fd); /* takes fd, also when there is no place left */
    void *user;
    kring_op accept;
    struct kring_time pause;
    bool accepting;
    bool pausing;
    bool stopped;
    bool failed; /* accepting is not possible at all */
};

static inline void acceptor_start(struct acceptor *acceptor);

static inline void acceptor_rested(struct kring *ring, kring_op op,
                                   const struct kring_result *result, void *user)
{
    struct acceptor *acceptor = user;

    (void)ring, (void)op;
    tally_add(acceptor->app, "timeout", result->engine);
    acceptor->pausing = false;
    acceptor_start(acceptor);
}

/* Out of descriptors or memory: more tries at once would fail too and burn the CPU. */
static inline void acceptor_rest(struct acceptor *acceptor, int64_t error)
{
    struct kring *ring = acceptor->app->ring;

    say("accept: %s: going on in 200 ms", error_text(error));
    acceptor->pause = (struct kring_time){0, 200 * KRING_MS};
    acceptor->pausing = kring_start(ring, kring_timeout(ring, &acceptor->pause, 0, 0),
                                    acceptor_rested, acceptor) >= 0;
}

static inline void acceptor_done(struct kring *ring, kring_op op,
                                 const struct kring_result *result, void *user)
{
    struct acceptor *acceptor = user;
    int64_t error = result->value;

    tally_add(acceptor->app, "accept", result->engine);
    if ((result->flags & KRING_MORE) == 0)
        acceptor->accepting = false;
    if (error >= 0) {
        acceptor->accepted(acceptor->user, (int)error);
    } else if (error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM) {
        acceptor_rest(acceptor, error);
    } else if (error == -KRING_EKERNEL || error == -EINVAL || error == -EBADF) {
        say_explained(acceptor->app, "accept", op, error);
        acceptor->failed = true;
    } else if (error != -ECANCELED && acceptor->app->verbose) {
        say("accept: %s", error_text(error)); /* that connection's own trouble: ECONNABORTED */
    }
    if (acceptor->accepting && acceptor->places(acceptor->user) < MULTISHOT_PLACES)
        kring_cancel(ring, op);
    acceptor_start(acceptor);
}

static inline void acceptor_start(struct acceptor *acceptor)
{
    struct kring *ring = acceptor->app->ring;
    long places = acceptor->places(acceptor->user);
    int error;

    if (acceptor->stopped || acceptor->failed || acceptor->accepting || acceptor->pausing ||
        places <= 0)
        return;
    acceptor->accept = places > MULTISHOT_PLACES ? kring_accept_multishot(ring, acceptor->fd, 0)
                                                 : kring_accept(ring, acceptor->fd, NULL, NULL, 0);
    error = kring_start(ring, acceptor->accept, acceptor_done, acceptor);
    acceptor->accepting = error >= 0;
    if (error < 0) {
        say_explained(acceptor->app, "accept", acceptor->accept, error);
        acceptor->failed = true;
    }
}

static inline void acceptor_stop(struct acceptor *acceptor)
{
    acceptor->stopped = true;
    if (acceptor->accepting)
        kring_cancel(acceptor->app->ring, acceptor->accept);
}

#endif
