/* SPDX-License-Identifier: MIT */
/* SIGINT and SIGTERM wake the ring; who runs it looks at stop_signal between two kring_run(). */
#ifndef EXAMPLES_STOP_H
#define EXAMPLES_STOP_H

#include "common.h"

#include <signal.h>

static struct kring *stop_ring;
static volatile sig_atomic_t stop_signal;

static void on_stop_signal(int number)
{
    stop_signal = number;
    kring_wake(stop_ring);
}

static inline void stop_on_signals(struct kring *ring)
{
    struct sigaction action = {.sa_handler = on_stop_signal};

    stop_ring = ring;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

#endif
