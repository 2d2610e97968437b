/* SPDX-License-Identifier: MIT */
/*
 * The base that kring on io_uring is measured against: the least code a program can do with the
 * three system calls, as a thin C library over them would.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <errno.h>
#include <kring/uapi.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup 425
#define __NR_io_uring_enter 426
#endif

/* The flags of setup that change speed; the base takes those that kring got. */
#define RAW_SETUP_FLAGS                                                                  \
    (IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SINGLE_ISSUER |  \
     IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY)

struct raw_ring {
    int fd;
    unsigned *sq_tail;
    unsigned *sq_array;
    unsigned sq_mask;
    unsigned sq_local; /* tail with the SQEs that are filled and not yet published */
    unsigned *cq_head;
    unsigned *cq_tail;
    unsigned cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
};

/* One mapping for both rings (5.4); 0 or -errno. */
static inline int raw_open(struct raw_ring *ring, unsigned entries, unsigned flags)
{
    struct io_uring_params params = {.flags = flags & RAW_SETUP_FLAGS};
    size_t size;
    char *rings;
    void *sqes;

    ring->fd = (int)syscall(__NR_io_uring_setup, entries, &params);
    if (ring->fd < 0)
        return -errno;
    size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    if ((params.flags & IORING_SETUP_NO_SQARRAY) == 0 &&
        size < params.sq_off.array + params.sq_entries * sizeof(unsigned))
        size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
                 IORING_OFF_SQ_RING);
    sqes = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQES);
    if ((params.features & IORING_FEAT_SINGLE_MMAP) == 0 || rings == MAP_FAILED ||
        sqes == MAP_FAILED)
        return -ENOMEM;
    ring->sqes = sqes;
    ring->sq_tail = (unsigned *)(void *)(rings + params.sq_off.tail);
    ring->sq_mask = params.sq_entries - 1;
    ring->sq_local = *ring->sq_tail;
    ring->cq_head = (unsigned *)(void *)(rings + params.cq_off.head);
    ring->cq_tail = (unsigned *)(void *)(rings + params.cq_off.tail);
    ring->cq_mask = params.cq_entries - 1;
    ring->cqes = (struct io_uring_cqe *)(void *)(rings + params.cq_off.cqes);
    if ((params.flags & IORING_SETUP_NO_SQARRAY) == 0) {
        ring->sq_array = (unsigned *)(void *)(rings + params.sq_off.array);
        for (unsigned i = 0; i < params.sq_entries; i++)
            ring->sq_array[i] = i;
    }
    return 0;
}

/* The caller never asks for more than there are before a submit. */
static inline struct io_uring_sqe *raw_sqe(struct raw_ring *ring)
{
    struct io_uring_sqe *sqe = &ring->sqes[ring->sq_local++ & ring->sq_mask];

    memset(sqe, 0, sizeof *sqe);
    return sqe;
}

static inline int raw_submit_and_wait(struct raw_ring *ring, unsigned wait)
{
    unsigned count = ring->sq_local - *ring->sq_tail;
    long result;

    __atomic_store_n(ring->sq_tail, ring->sq_local, __ATOMIC_RELEASE);
    do
        result = syscall(__NR_io_uring_enter, ring->fd, count, wait, IORING_ENTER_GETEVENTS, NULL,
                         0);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : (int)result;
}

static inline struct io_uring_cqe *raw_peek(struct raw_ring *ring)
{
    unsigned head = *ring->cq_head;

    if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
        return NULL;
    return &ring->cqes[head & ring->cq_mask];
}

static inline void raw_seen(struct raw_ring *ring)
{
    __atomic_store_n(ring->cq_head, *ring->cq_head + 1, __ATOMIC_RELEASE);
}

#endif
