/* SPDX-License-Identifier: MIT */
/*
 * Question: which opcodes does a kernel know that cannot be asked? From 5.1 to 5.5 there is no
 * REGISTER_PROBE, and a filter may block the call on any kernel. Feature bits rank the kernel: each
 * came with a release, and all opcodes of that release came with it. What they leave open among
 * the opcodes 0 to 16 is tried, harmlessly: a valid fd of the wrong type (an eventfd) makes a known
 * opcode fail with its own errno, where an unknown one is EINVAL.
 */
#include <errno.h>
#include <string.h>

#include "../abi/sys.h"
#include "internal.h"

#if CONFIG_KRING_KERNEL_ENGINE

#define PROBELESS 17 /* opcodes of 5.5, the last release without REGISTER_PROBE */

static void imply(struct kring__facts *facts, unsigned count)
{
    for (unsigned i = 0; i < count && i < KRING__OP_COUNT; i++) {
        facts->op[i] = KRING__YES;
        facts->evidence[i] = KRING__IMPLIED;
    }
    if (facts->op_count < count)
        facts->op_count = (uint8_t)count;
}

/* The opcodes of the newest release whose features are all there. */
static unsigned ranked(uint32_t features)
{
    const struct kring__release *row;
    unsigned count = 8;

    for (unsigned i = 0; (row = kring__release_at(i)) != NULL; i++) {
        const struct kring__release *before = i ? kring__release_at(i - 1) : NULL;

        if ((row->features & ~features) != 0)
            break;
        if (before != NULL && row->features != before->features)
            count = row->op_count;
    }
    return count;
}

/* The result that proves the opcode; LINK_TIMEOUT has none and is implied by its neighbours. */
static const struct {
    uint8_t opcode;
    int16_t known;
} tries[] = {
    {IORING_OP_SYNC_FILE_RANGE, -ESPIPE}, {IORING_OP_SENDMSG, -ENOTSOCK},
    {IORING_OP_RECVMSG, -ENOTSOCK},       {IORING_OP_TIMEOUT, -ETIME},
    {IORING_OP_TIMEOUT_REMOVE, -ENOENT},  {IORING_OP_ACCEPT, -ENOTSOCK},
    {IORING_OP_ASYNC_CANCEL, -ENOENT},    {IORING_OP_CONNECT, -ENOTSOCK},
};

static int try_opcode(struct kring__scratch *scratch, unsigned opcode)
{
    static const struct kring_timespec microsecond = {0, 1000};
    uint64_t message[8]; /* a struct msghdr of zeros, on 32-bit and 64-bit */
    uint32_t address[4] = {0};
    struct io_uring_sqe sqe;

    memset(message, 0, sizeof message);
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = (uint8_t)opcode;
    sqe.fd = scratch->eventfd;
    switch (opcode) {
    case IORING_OP_SENDMSG:
    case IORING_OP_RECVMSG:
        sqe.addr = (uint64_t)(uintptr_t)message;
        sqe.len = 1;
        break;
    case IORING_OP_TIMEOUT:
        sqe.fd = -1;
        sqe.addr = (uint64_t)(uintptr_t)&microsecond;
        sqe.len = 1;
        break;
    case IORING_OP_TIMEOUT_REMOVE:
    case IORING_OP_ASYNC_CANCEL:
        sqe.fd = -1;
        sqe.addr = UINT64_C(0xdeadbeef); /* no request has this user_data */
        break;
    case IORING_OP_CONNECT:
        sqe.addr = (uint64_t)(uintptr_t)address;
        sqe.off = sizeof address;
        break;
    default:
        break;
    }
    return kring__scratch_one(scratch, &sqe);
}

static void try_all(struct kring__facts *facts)
{
    struct kring__scratch scratch;
    bool open = false;

    for (unsigned i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        unsigned opcode = tries[i].opcode;
        unsigned answer = kring__cache_get(KRING__CACHE_OPS + opcode);

        if (facts->op[opcode] != KRING__CANNOT_TELL)
            continue;
        if (answer == KRING__CANNOT_TELL) {
            int res;

            if (!open && kring__scratch_open(&scratch, 0) < 0)
                return;
            open = true;
            res = try_opcode(&scratch, opcode);
            if (res == tries[i].known)
                answer = KRING__YES;
            else if (res == -EINVAL || res == -EOPNOTSUPP)
                answer = KRING__NO;
            kring__cache_set(KRING__CACHE_OPS + opcode, answer);
        }
        facts->op[opcode] = (uint8_t)answer;
        facts->evidence[opcode] = KRING__TRIED;
    }
    if (open)
        kring__scratch_close(&scratch);
    /* The same release, 5.5, and alone it is EINVAL whether known or not. */
    if (facts->op[IORING_OP_LINK_TIMEOUT] == KRING__CANNOT_TELL) {
        facts->op[IORING_OP_LINK_TIMEOUT] = facts->op[IORING_OP_ASYNC_CANCEL];
        facts->evidence[IORING_OP_LINK_TIMEOUT] = KRING__IMPLIED;
    }
}

void kring__feature_rank(struct kring__facts *facts)
{
    unsigned count = ranked(facts->features);

    imply(facts, count);
    if (count >= PROBELESS && facts->register_blocked)
        return; /* opcodes beyond the rank cannot be told from absent ones: tried when used */
    try_all(facts);
    while (facts->op_count < PROBELESS && facts->op[facts->op_count] == KRING__YES)
        facts->op_count++;
    /* Opcode 17 and later came with REGISTER_PROBE itself. */
    for (unsigned i = PROBELESS; i < KRING__OP_COUNT && !facts->register_blocked; i++) {
        facts->op[i] = KRING__NO;
        facts->evidence[i] = KRING__IMPLIED;
    }
}

void kring__enter_flags(struct kring__facts *facts)
{
    static const uint32_t asked[] = {IORING_ENTER_SQ_WAIT, IORING_ENTER_ABS_TIMER,
                                     IORING_ENTER_EXT_ARG_REG};
    uint32_t known = IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP;

    if (facts->queried)
        return;
    if (facts->features & IORING_FEAT_EXT_ARG)
        known |= IORING_ENTER_EXT_ARG;
    if (facts->features & IORING_FEAT_LINKED_FILE) /* the same release, 5.18 */
        known |= IORING_ENTER_REGISTERED_RING;
    if (facts->features & IORING_FEAT_NO_IOWAIT)
        known |= IORING_ENTER_NO_IOWAIT;
    for (unsigned i = 0; i < sizeof asked / sizeof asked[0]; i++)
        if (kring__sys_io_uring_enter(-1, 0, 0, asked[i], NULL, 0) == -EBADF)
            known |= asked[i];
    facts->enter_known = known;
}

#endif
