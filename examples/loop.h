/* SPDX-License-Identifier: MIT */
/*
 * What the main-loop examples let a ring do while a foreign loop waits: a read of a pipe, a timer
 * that fills that pipe, and a read with a deadline from a pipe that stays empty. The loop brings a
 * timer of its own. At the end loop_check() tells whether all of it happened, and without spinning.
 */
#ifndef EXAMPLES_LOOP_H
#define EXAMPLES_LOOP_H

#include "common.h"

#include <fcntl.h>

enum { LOOP_TICK_MS = 20, LOOP_WAKEUPS = 200 };
#define LOOP_TIMER (50 * KRING_MS)
#define LOOP_DEADLINE (120 * KRING_MS)
#define LOOP_PATIENCE (10 * KRING_SECOND)

static const char loop_text[] = "written by the ring's timer";

struct loop {
    struct kring *ring;
    struct kring_time timer;
    int filled[2];
    int empty[2];
    char text[64];
    char nothing[64];
    int64_t began;
    int64_t read;     /* the results of the three operations, INT64_MAX until they end */
    int64_t fired;
    int64_t expired;
    unsigned ticks;   /* of the foreign loop's own timer */
    unsigned wakeups; /* how often the loop called kring_run() */
    int error;
};

static inline void loop_on_read(struct kring *ring, kring_op op, const struct kring_result *result,
                                void *user)
{
    struct loop *loop = user;

    (void)ring, (void)op;
    loop->read = result->value;
    printf("ring: read %" PRId64 " bytes\n", loop->read);
}

static inline void loop_on_timer(struct kring *ring, kring_op op, const struct kring_result *result,
                                 void *user)
{
    struct loop *loop = user;

    (void)ring, (void)op;
    loop->fired = result->value;
    printf("ring: timer\n");
    if (write(loop->filled[1], loop_text, sizeof loop_text) < 0)
        loop->error = -errno;
}

static inline void loop_on_deadline(struct kring *ring, kring_op op,
                                    const struct kring_result *result, void *user)
{
    struct loop *loop = user;

    (void)ring, (void)op;
    loop->expired = result->flags & KRING_DEADLINE ? result->value : 0;
    printf("ring: deadline\n");
}

static inline void loop_start(struct loop *loop, kring_op op, kring_done *done)
{
    int error = kring_start(loop->ring, op, done, loop);

    if (error < 0 && loop->error == 0)
        loop->error = error;
}

static inline void loop_open(struct loop *loop)
{
    struct kring_options options = KRING_OPTIONS_INIT;
    kring_op limited;
    int error = kring_open(&loop->ring, &options);

    if (error < 0 || pipe2(loop->filled, O_CLOEXEC) < 0 || pipe2(loop->empty, O_CLOEXEC) < 0) {
        say("cannot begin: %s", error_text(error < 0 ? error : -errno));
        exit(EXIT_FAILURE);
    }
    loop->timer = (struct kring_time){0, LOOP_TIMER};
    loop->read = loop->fired = loop->expired = INT64_MAX;
    loop->began = now_ns();
    loop_start(loop, kring_read(loop->ring, loop->filled[0], loop->text, sizeof loop->text,
                                KRING_CUR_POS), loop_on_read);
    loop_start(loop, kring_timeout(loop->ring, &loop->timer, 0, 0), loop_on_timer);
    limited = kring_read(loop->ring, loop->empty[0], loop->nothing, sizeof loop->nothing,
                         KRING_CUR_POS);
    kring_set_deadline(loop->ring, limited, LOOP_DEADLINE);
    loop_start(loop, limited, loop_on_deadline);
}

/* For the loop's own timer; the loop ends when this says so. */
static inline bool loop_tick(struct loop *loop)
{
    bool ended = loop->read != INT64_MAX && loop->fired != INT64_MAX && loop->expired != INT64_MAX;

    loop->ticks++;
    return ended || loop->error != 0 || now_ns() - loop->began > LOOP_PATIENCE;
}

/* When the loop found the ring's fd readable. */
static inline void loop_serve(struct loop *loop)
{
    int count = kring_run(loop->ring, 0);

    loop->wakeups++;
    if (count < 0 && count != -KRING_EIDLE && loop->error == 0)
        loop->error = count;
}

/* Closes all; the exit status. */
static inline int loop_check(struct loop *loop)
{
    int64_t took = now_ns() - loop->began;
    int status = EXIT_FAILURE;
    int error = kring_close(loop->ring, KRING_SECOND);

    if (loop->error != 0 || error != 0)
        say("failed: %s", error_text(loop->error != 0 ? loop->error : error));
    else if (loop->read != sizeof loop_text || strcmp(loop->text, loop_text) != 0)
        say("failed: the read ended with %" PRId64, loop->read);
    else if (loop->fired != -ETIME || loop->expired != -ETIME)
        say("failed: timer %" PRId64 ", deadline %" PRId64, loop->fired, loop->expired);
    else if (took < LOOP_DEADLINE || loop->ticks < 2)
        say("failed: too early, after %" PRId64 " ns and %u ticks", took, loop->ticks);
    else if (loop->wakeups > LOOP_WAKEUPS)
        say("failed: %u wakeups, the loop spins", loop->wakeups);
    else
        status = EXIT_SUCCESS;
    for (unsigned i = 0; i < 2; i++) {
        close(loop->filled[i]);
        close(loop->empty[i]);
    }
    if (status == EXIT_SUCCESS)
        printf("ok: read, timer and deadline inside the loop, %u wakeups\n", loop->wakeups);
    return status;
}

#endif
