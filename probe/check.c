/* SPDX-License-Identifier: MIT */
/* Can the kernel engine run this SQE? Joins the answers on opcode, SQE flags, variants, quirks. */
#include "internal.h"

/* SEND and SENDMSG take provided buffers from 6.10 on, shown by a feature bit; others from 5.7. */
static bool selects_unsupported(const struct kring__caps *caps, const struct io_uring_sqe *sqe)
{
    return (sqe->flags & IOSQE_BUFFER_SELECT) != 0 &&
           (sqe->opcode == IORING_OP_SEND || sqe->opcode == IORING_OP_SENDMSG) &&
           !(caps->pub.features & IORING_FEAT_RECVSEND_BUNDLE);
}

const char *kring__caps_poor(const struct kring__caps *caps, const struct io_uring_sqe *sqe)
{
    const struct kring__row *row = kring__row(sqe->opcode);
    uint32_t features = caps->pub.features;

    if (row == NULL)
        return NULL;
    if (!(features & IORING_FEAT_RW_CUR_POS) && sqe->off == (uint64_t)KRING_CUR_POS &&
        (row->flags & KRING__RW))
        return "below 5.6 io_uring has no current position";
    if (sqe->opcode == IORING_OP_POLL_ADD &&
        caps->variant[KRING__VARIANT_POLL_UPDATE].answer == KRING__NO)
        return "below 5.13 io_uring cannot update a poll";
    if (sqe->opcode == IORING_OP_TIMEOUT &&
        caps->variant[KRING__VARIANT_TIMEOUT_UPDATE].answer == KRING__NO)
        return "below 5.11 io_uring cannot update a timeout";
    if (!(features & IORING_FEAT_FAST_POLL) && !(row->flags & KRING__RW) &&
        (row->wait == KRING__WAIT_IN || row->wait == KRING__WAIT_OUT))
        return "below 5.7 each operation that waits holds a worker of io_uring";
    return NULL;
}

enum kring__answer kring__caps_check(const struct kring__caps *caps,
                                     const struct io_uring_sqe *sqe, uint64_t variants,
                                     int *missing)
{
    enum kring__answer answer = KRING__YES;
    unsigned unknown = sqe->flags & ~(unsigned)caps->sqe_flags & 0xffu;
    int quirk;

    *missing = -1;
    if (sqe->opcode >= KRING__OP_COUNT || caps->op[sqe->opcode].answer == KRING__NO)
        return KRING__NO;
    if (caps->op[sqe->opcode].answer == KRING__CANNOT_TELL)
        answer = KRING__CANNOT_TELL;
    if (selects_unsupported(caps, sqe))
        unknown |= IOSQE_BUFFER_SELECT;
    if (unknown != 0) {
        *missing = -2 - __builtin_ctz(unknown);
        return KRING__NO;
    }
    quirk = kring__quirk_refuses(caps, sqe);
    if (quirk >= 0) {
        *missing = KRING__MISSING_QUIRK - quirk;
        return KRING__NO;
    }
    for (unsigned i = 0; variants != 0 && i < KRING__VARIANT_COUNT; i++, variants >>= 1) {
        if (!(variants & 1) || caps->variant[i].answer == KRING__YES)
            continue;
        if (answer == KRING__YES || caps->variant[i].answer == KRING__NO)
            *missing = (int)i;
        if (caps->variant[i].answer == KRING__NO)
            return KRING__NO;
        answer = KRING__CANNOT_TELL;
    }
    return answer;
}

enum kring__answer kring__caps_settle(struct kring__caps *caps, const struct io_uring_sqe *sqe,
                                      uint64_t variants, int *missing)
{
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
        struct kring__known *known = &caps->variant[i];

        if (!(variants >> i & 1) || known->answer != KRING__CANNOT_TELL)
            continue;
        known->answer = (uint8_t)kring__trial(caps, i);
        if (known->answer != KRING__CANNOT_TELL)
            known->evidence = KRING__TRIED;
    }
    return kring__caps_check(caps, sqe, variants, missing);
}

static void demote(struct kring__known *known)
{
    known->answer = KRING__NO;
    known->evidence = KRING__DEMOTED;
}

void kring__caps_demote(struct kring__caps *caps, unsigned opcode, uint64_t variants)
{
    bool any = false;

    /* What was never proven by a trial is to blame first; else everything that was asked for. */
    for (unsigned turn = 0; turn < 2 && !any; turn++)
        for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
            if (!(variants >> i & 1) ||
                (turn == 0 && caps->variant[i].answer != KRING__CANNOT_TELL))
                continue;
            demote(&caps->variant[i]);
            any = true;
        }
    if (!any && opcode < KRING__OP_COUNT)
        demote(&caps->op[opcode]);
}
