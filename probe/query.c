/* SPDX-License-Identifier: MIT */
/*
 * Question: what does the kernel say of itself, without a ring? IORING_REGISTER_QUERY (6.18).
 *
 * It does not say that setup is allowed (the sysctl is not checked here), nor which opcodes were
 * compiled out: REGISTER_PROBE on the ring settles that afterwards.
 */
#include <errno.h>
#include <string.h>

#include "../abi/sys.h"
#include "internal.h"

#if CONFIG_KRING_KERNEL_ENGINE

int kring__query(struct kring__facts *facts)
{
    struct io_uring_query_opcode answer;
    struct io_uring_query_hdr header;
    long result;

    memset(&answer, 0, sizeof answer);
    memset(&header, 0, sizeof header);
    header.query_data = (uint64_t)(uintptr_t)&answer;
    header.query_op = IO_URING_QUERY_OPCODES;
    header.size = sizeof answer;
    result = kring__sys_io_uring_register(-1, IORING_REGISTER_QUERY, &header, 0);
    if (result < 0)
        return (int)result;
    if (header.result < 0)
        return header.result;
    /* A kernel with the call has the opcodes of 6.18; else this is no kernel's answer. */
    if (answer.nr_request_opcodes <= IORING_OP_PIPE || answer.ring_setup_flags == 0)
        return -EINVAL;
    facts->queried = true;
    facts->op_count = (uint8_t)(answer.nr_request_opcodes < 255 ? answer.nr_request_opcodes : 255);
    facts->register_count = answer.nr_register_opcodes;
    facts->features = (uint32_t)answer.feature_flags;
    facts->setup_known = (uint32_t)answer.ring_setup_flags;
    facts->enter_known = (uint32_t)answer.enter_flags;
    facts->sqe_known = (uint32_t)answer.sqe_flags;
    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        facts->op[i] = i < facts->op_count ? KRING__YES : KRING__NO;
        facts->evidence[i] = KRING__QUERIED;
    }
    return 0;
}

#endif
