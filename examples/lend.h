/* SPDX-License-Identifier: MIT */
/* Threads for kring_options.offload: two, which take blocking disk calls from a short queue. */
#ifndef EXAMPLES_LEND_H
#define EXAMPLES_LEND_H

#include "common.h"

#include <pthread.h>
#include <signal.h>

enum { LEND_THREADS = 2, LEND_JOBS = 64 };

struct lend_job {
    void (*run)(void *arg);
    void *arg;
};

struct lend {
    pthread_mutex_t lock;
    pthread_cond_t more;
    pthread_t threads[LEND_THREADS];
    unsigned started;
    unsigned first;
    unsigned count;
    bool stopping;
    struct lend_job jobs[LEND_JOBS];
};

#define LEND_INIT {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER}

static inline void *lend_run(void *arg)
{
    struct lend *lend = arg;

    pthread_mutex_lock(&lend->lock);
    while (!lend->stopping || lend->count > 0) {
        struct lend_job job = lend->jobs[lend->first];

        if (lend->count == 0) {
            pthread_cond_wait(&lend->more, &lend->lock);
            continue;
        }
        lend->first = (lend->first + 1) % LEND_JOBS;
        lend->count--;
        pthread_mutex_unlock(&lend->lock);
        job.run(job.arg);
        pthread_mutex_lock(&lend->lock);
    }
    pthread_mutex_unlock(&lend->lock);
    return NULL;
}

/* A kring_offload. A full queue is no error: that call then runs inline. */
static inline int lend_take(void *user, void (*job)(void *arg), void *arg)
{
    struct lend *lend = user;
    int error = -EAGAIN;

    pthread_mutex_lock(&lend->lock);
    if (lend->count < LEND_JOBS && lend->started > 0) {
        lend->jobs[(lend->first + lend->count++) % LEND_JOBS] = (struct lend_job){job, arg};
        error = 0;
        pthread_cond_signal(&lend->more);
    }
    pthread_mutex_unlock(&lend->lock);
    return error;
}

/* Signals are the main thread's. */
static inline void lend_start(struct lend *lend)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (lend->started < LEND_THREADS &&
           pthread_create(&lend->threads[lend->started], NULL, lend_run, lend) == 0)
        lend->started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static inline void lend_stop(struct lend *lend)
{
    pthread_mutex_lock(&lend->lock);
    lend->stopping = true;
    pthread_cond_broadcast(&lend->more);
    pthread_mutex_unlock(&lend->lock);
    while (lend->started > 0)
        pthread_join(lend->threads[--lend->started], NULL);
}

#endif
