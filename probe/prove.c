/* SPDX-License-Identifier: MIT */
/*
 * Question: does this ring carry requests? A filter may allow setup and refuse enter, and some
 * 32-bit machines map ring memory so that kernel and program see different bytes (32-bit ARM; the
 * reason other libraries ban architectures by name). So nops travel round until each slot of the SQ
 * and the CQ was used several times, in batches that move the indices across the ends of both
 * rings, and each must come back exactly once, with its own user_data.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#if CONFIG_KRING_KERNEL_ENGINE

#define BATCH 7 /* odd: batches begin at every position of the rings */
#define LAPS 3

static bool complete(const struct io_uring_cqe *cqes, uint64_t first)
{
    unsigned seen = 0;

    for (unsigned i = 0; i < BATCH; i++) {
        uint64_t which = cqes[i].user_data - first;

        if (cqes[i].res != 0 || which >= BATCH)
            return false;
        seen |= 1u << which;
    }
    return seen == (1u << BATCH) - 1;
}

int kring__prove(struct kring__kernel *kernel)
{
    uint32_t cq = kernel->params.cq_entries, sq = kernel->params.sq_entries;
    uint32_t total = LAPS * (cq > sq ? cq : sq);
    /* Large rings are proven in part: their pages do not differ in what may be wrong here. */
    uint32_t limit = total < 4096 ? total : 4096;
    int64_t end = kring__probe_now() + KRING_SECOND;
    struct io_uring_sqe sqes[BATCH];
    struct io_uring_cqe cqes[BATCH];

    if (sq < BATCH + 1)
        return -EIO;
    for (uint32_t sent = 0; sent < limit && kring__probe_now() < end; sent += BATCH) {
        uint64_t first = UINT64_C(0x6b72696e00000000) + sent;
        int got;

        memset(sqes, 0, sizeof sqes);
        for (unsigned i = 0; i < BATCH; i++) {
            sqes[i].opcode = IORING_OP_NOP;
            sqes[i].fd = -1;
            sqes[i].user_data = first + i;
        }
        got = kring__scratch_run(kernel, sqes, BATCH, cqes, BATCH);
        if (got < 0)
            return got;
        if (got != BATCH || !complete(cqes, first))
            return -EIO;
    }
    return 0;
}

#endif
