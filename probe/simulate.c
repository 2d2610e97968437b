/* SPDX-License-Identifier: MIT */
/*
 * Plays an older kernel: everything that came later is taken away from caps, marked MASKED. Setup
 * was negotiated with the old release's flags already (probe/caps.c), and below 5.1 no io_uring
 * call is made at all (-ENOSYS). Plain calls are another matter, and of the whole process: see
 * abi/younger.h. Masks model what that kernel refuses, not its bugs; what the real kernel lacks
 * stays lacking.
 */
#include "internal.h"

static void mask(struct kring__known *known)
{
    known->answer = KRING__NO;
    known->evidence = KRING__MASKED;
}

void kring__simulate(struct kring__caps *caps, const struct kring__release *row)
{
    caps->pub.simulated = 1;
    caps->pub.features &= row->features;
    caps->enter_flags &= row->enter_flags;
    caps->sqe_flags &= row->sqe_flags;
    if (caps->register_count > row->register_count)
        caps->register_count = row->register_count;
    if (caps->rank > row->release)
        caps->rank = row->release;
    for (unsigned i = row->op_count; i < KRING__OP_COUNT; i++)
        mask(&caps->op[i]);
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        if (kring__variant_rows[i].since > row->release)
            mask(&caps->variant[i]);
}
