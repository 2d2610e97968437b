/* SPDX-License-Identifier: MIT */
/*
 * Question: which opcodes does this ring know? IORING_REGISTER_PROBE (5.6).
 *
 * Below 6.0 an opcode that was compiled out (no CONFIG_NET) is reported as supported all the same
 * and ends with EOPNOTSUPP: the first such result demotes it (kring__caps_demote). From 6.0 the
 * answer is honest. Asked on a fresh ring only: from 5.1 to 5.5, where this call is unknown, it
 * waits until everything in flight has ended before it says so.
 */
#include <errno.h>
#include <string.h>

#include "../abi/sys.h"
#include "internal.h"

#if CONFIG_KRING_KERNEL_ENGINE

/* The kernel takes up to 256; asking for more than it knows is fine. */
#define ASKED 128

int kring__probe_ops(struct kring__facts *facts, int fd)
{
    union {
        struct io_uring_probe probe;
        unsigned char bytes[sizeof(struct io_uring_probe) +
                            ASKED * sizeof(struct io_uring_probe_op)];
    } buffer;
    const struct io_uring_probe_op *ops;
    long result;

    memset(&buffer, 0, sizeof buffer); /* any other byte is EINVAL */
    result = kring__sys_io_uring_register(fd, IORING_REGISTER_PROBE, &buffer, ASKED);
    if (result < 0)
        return (int)result;
    ops = buffer.probe.ops;
    facts->probed = true;
    if (!facts->queried)
        facts->op_count = (uint8_t)(buffer.probe.last_op < 254 ? buffer.probe.last_op + 1 : 255);
    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        bool known = i <= buffer.probe.last_op && i < buffer.probe.ops_len;

        known = known && (ops[i].flags & IO_URING_OP_SUPPORTED) != 0;
        if (facts->queried && known == (facts->op[i] == KRING__YES))
            continue;
        facts->op[i] = known ? KRING__YES : KRING__NO;
        facts->evidence[i] = KRING__PROBED;
    }
    return 0;
}

#endif
