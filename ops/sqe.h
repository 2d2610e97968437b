/* SPDX-License-Identifier: MIT */
/* What every operation's file needs to fill and to read an SQE. */
#ifndef KRING__SQE_H
#define KRING__SQE_H

#include "ring.h"

/* An SQE holds pointers as 64 bits on every machine. */
static inline uint64_t kring__address(const volatile void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static inline void *kring__pointer(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

/*
 * Where the kernel answers -EFAULT we would fault. What the system calls read for us they check;
 * what we read ourselves is checked for what a mistake usually is: NULL, or a member of NULL.
 */
static inline bool kring__bad_address(const volatile void *pointer)
{
    return (uintptr_t)pointer < 4096;
}

/*
 * An operation that names another one, which must live: else *sqe is NULL and the handle says so.
 */
static inline kring_op kring__new_on(struct kring *ring, unsigned opcode, kring_op target,
                                     struct io_uring_sqe **sqe)
{
    kring_op op = kring__new(ring, opcode, sqe);
    uint64_t user_data = 0;
    int error;

    if (*sqe == NULL)
        return op;
    error = kring__target(ring, target, &user_data);
    (*sqe)->fd = -1;
    (*sqe)->addr = user_data;
    if (error < 0) {
        *sqe = NULL;
        return kring__fail(ring, op, error);
    }
    return op;
}

/*
 * Some checks of the kernel are the same in several operations. ioprio is refused by the core of
 * io_uring for an operation that gives it no meaning (all releases).
 */
static inline bool kring__has_ioprio(const struct kring__req *req)
{
    return req->sqe.ioprio != 0;
}

#endif
