/* SPDX-License-Identifier: MIT */
/*
 * Question: does the kernel know this variant of an opcode? Opcode lists do not say. The ladder:
 *
 * 1. implied: everything of the release that the kernel ranks at (all its features and opcodes are
 *    there, probe/releases.c) is there;
 * 2. refused: a feature bit or opcode that is younger or equally old is missing (column `needs`);
 * 3. tried, lazily: one request on a scratch ring, harmless and with an answer of its own. An
 *    eventfd is the valid file of the wrong type; it comes first in some releases and the flags in
 *    others, and either order ends in the two results named here.
 *
 * Never tried: CLOSE with file_index, which below 5.15 closes sqe.fd (fd 0); ACCEPT with
 * file_index, whose socket check comes first; SEND and RECV modifiers below 5.19, which ignore
 * ioprio through 5.17 and would lie. The OPENAT trial answers for the direct descriptors: the same
 * change set brought them (5.15, and 5.10.162).
 */
#include <asm/socket.h>
#include <errno.h>
#include <linux/fcntl.h>
#include <string.h>

#include "../abi/sys.h"
#include "internal.h"

enum { NEEDS_NOTHING, NEEDS_FEATURE, NEEDS_OP, NEEDS_CALL, NEEDS_WHAT_NEVER_WAS };

struct proof {
    uint8_t needs;  /* what must be there, else NO */
    uint8_t silent; /* an old kernel ignores the modifier: without a trial the answer is NO */
    uint8_t by;     /* the variant whose trial answers for this one; itself usually */
    int8_t yes;     /* positive errno of the result that proves it; 0: not triable */
    uint32_t what;  /* the feature bit, opcode or register call that is needed */
};

#define SELF(id, needs, what, silent, yes) \
    [KRING__VARIANT_##id] = {needs, silent, KRING__VARIANT_##id, yes, what}
#define LIKE(id, needs, what, silent, other) \
    [KRING__VARIANT_##id] = {needs, silent, KRING__VARIANT_##other, 0, what}
#define EXACT(id, feature) SELF(id, NEEDS_FEATURE, feature, 0, 0)

static const struct proof proofs[KRING__VARIANT_COUNT] = {
    SELF(ACCEPT_MULTISHOT, NEEDS_NOTHING, 0, 0, ENOTSOCK),
    SELF(ACCEPT_FLAGS, NEEDS_NOTHING, 0, 0, ENOTSOCK),
    LIKE(ACCEPT_DIRECT, NEEDS_NOTHING, 0, 1, OPENAT_DIRECT),
    LIKE(ACCEPT_ALLOC, NEEDS_NOTHING, 0, 1, OPENAT_ALLOC),
    SELF(OPENAT_DIRECT, NEEDS_NOTHING, 0, 1, ENXIO),
    SELF(OPENAT_ALLOC, NEEDS_NOTHING, 0, 1, ENFILE),
    LIKE(CLOSE_DIRECT, NEEDS_NOTHING, 0, 1, OPENAT_DIRECT),
    SELF(RECV_MULTISHOT, NEEDS_OP, IORING_OP_URING_CMD, 1, ENOTSOCK),
    LIKE(RECVMSG_MULTISHOT, NEEDS_OP, IORING_OP_URING_CMD, 1, RECV_MULTISHOT),
    /* The same release, 5.19. Not tried: RECV would wait for the eventfd before it looks at it. */
    SELF(RECV_POLL_FIRST, NEEDS_OP, IORING_OP_URING_CMD, 1, 0),
    SELF(SEND_POLL_FIRST, NEEDS_OP, IORING_OP_URING_CMD, 1, 0),
    SELF(RECVMSG_POLL_FIRST, NEEDS_OP, IORING_OP_URING_CMD, 1, 0),
    SELF(SENDMSG_POLL_FIRST, NEEDS_OP, IORING_OP_URING_CMD, 1, 0),
    SELF(SEND_VECTORS, NEEDS_OP, IORING_OP_URING_CMD, 1, ENOTSOCK),
    SELF(SEND_ZC_REPORT, NEEDS_NOTHING, 0, 0, ENOTSOCK),
    LIKE(SENDMSG_ZC_REPORT, NEEDS_NOTHING, 0, 0, SEND_ZC_REPORT),
    LIKE(SEND_ZC_VECTORS, NEEDS_NOTHING, 0, 0, SEND_VECTORS),
    EXACT(RECV_BUNDLE, IORING_FEAT_RECVSEND_BUNDLE),
    EXACT(SEND_BUNDLE, IORING_FEAT_RECVSEND_BUNDLE),
    SELF(SEND_TO, NEEDS_OP, IORING_OP_URING_CMD, 1, ENOTSOCK),
    /* On an IPv4 socket: AF_UNIX was refused all of them until 6.18. */
    SELF(SOCKET_QUEUES, NEEDS_NOTHING, 0, 0, EINVAL),
    SELF(SOCKET_OPTIONS, NEEDS_NOTHING, 0, 0, EINVAL),
    SELF(SOCKET_LEVELS, NEEDS_WHAT_NEVER_WAS, 0, 0, 0),
    SELF(SOCKET_TIMESTAMP, NEEDS_NOTHING, 0, 0, EINVAL),
    SELF(SOCKET_NAME, NEEDS_NOTHING, 0, 0, EINVAL),
    EXACT(POLL_MULTISHOT, IORING_FEAT_RSRC_TAGS),
    EXACT(POLL_UPDATE, IORING_FEAT_RSRC_TAGS),
    EXACT(POLL_WIDE, IORING_FEAT_POLL_32BITS),
    SELF(TIMEOUT_ABS, NEEDS_FEATURE, IORING_FEAT_NODROP, 0, ETIME),
    SELF(TIMEOUT_CLOCK, NEEDS_NOTHING, 0, 0, ETIME),
    SELF(TIMEOUT_ETIME, NEEDS_NOTHING, 0, 0, ETIME),
    SELF(TIMEOUT_MULTISHOT, NEEDS_NOTHING, 0, 0, ETIME),
    SELF(TIMEOUT_IMMEDIATE, NEEDS_NOTHING, 0, 0, ETIME),
    LIKE(LINK_TIMEOUT_CLOCK, NEEDS_NOTHING, 0, 0, TIMEOUT_CLOCK),
    SELF(TIMEOUT_UPDATE, NEEDS_NOTHING, 0, 0, ENOENT),
    SELF(LINK_TIMEOUT_UPDATE, NEEDS_NOTHING, 0, 0, ENOENT),
    SELF(CANCEL_FLAGS, NEEDS_NOTHING, 0, 0, ENOENT),
    SELF(CANCEL_FIXED, NEEDS_NOTHING, 0, 0, EBADF),
    /* 6.1.y takes the flags (a backport of 6.6), and then finds no request by its opcode. */
    SELF(CANCEL_OP, NEEDS_FEATURE, IORING_FEAT_REG_REG_RING, 0, ENOENT),
    LIKE(FILES_UPDATE_ALLOC, NEEDS_NOTHING, 0, 0, OPENAT_ALLOC),
    SELF(MSG_RING_FD, NEEDS_NOTHING, 0, 0, EBADFD),
    EXACT(MSG_RING_FLAGS, IORING_FEAT_REG_REG_RING),
    EXACT(SENDMSG_ZC_FIXED, IORING_FEAT_NO_IOWAIT),
    EXACT(NOP_FLAGS, IORING_FEAT_RECVSEND_BUNDLE),
    /* The youngest of these flags is asked for, which came between 6.13 and 6.18. */
    SELF(NOP_MORE, NEEDS_FEATURE, IORING_FEAT_RECVSEND_BUNDLE, 0, ENXIO),
    /* The same release. Not tried: a ring without such CQEs refuses it (EINVAL). */
    SELF(NOP_WIDE, NEEDS_CALL, IORING_REGISTER_QUERY, 0, 0),
    LIKE(OPENAT2_DIRECT, NEEDS_NOTHING, 0, 1, OPENAT_DIRECT),
    LIKE(OPENAT2_ALLOC, NEEDS_NOTHING, 0, 1, OPENAT_ALLOC),
    /* Before, the file is refused before the flags are (EBADF). */
    LIKE(FSETXATTR_DIRECT, NEEDS_NOTHING, 0, 1, FGETXATTR_DIRECT),
    SELF(FGETXATTR_DIRECT, NEEDS_NOTHING, 0, 1, EINVAL),
    SELF(LINKAT_FLAGS, NEEDS_NOTHING, 0, 0, ENOENT),
    /* The same release, 6.11, has no feature bit. */
    SELF(FADVISE_WIDE, NEEDS_OP, IORING_OP_LISTEN, 0, 0),
    SELF(MADVISE_WIDE, NEEDS_OP, IORING_OP_LISTEN, 0, 0),
};

static bool has_needed(const struct kring__caps *caps, const struct proof *proof)
{
    if (proof->needs == NEEDS_FEATURE)
        return (caps->pub.features & proof->what) != 0;
    if (proof->needs == NEEDS_OP)
        return caps->op[proof->what].answer == KRING__YES;
    if (proof->needs == NEEDS_CALL)
        return caps->register_count > proof->what;
    return proof->needs == NEEDS_NOTHING;
}

void kring__variants_imply(struct kring__caps *caps, const struct kring__facts *facts,
                           const struct kring__release *rank)
{
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
        const struct proof *proof = &proofs[i];
        const struct kring__variant_row *row = &kring__variant_rows[i];
        struct kring__known *known = &caps->variant[i];
        unsigned cached = kring__cache_get(KRING__CACHE_VARIANTS + (unsigned)proof->by);

        known->answer = KRING__CANNOT_TELL;
        known->evidence = KRING__EVIDENCE_NONE;
        if (caps->op[row->opcode].answer == KRING__NO || !has_needed(caps, proof)) {
            known->answer = KRING__NO;
            known->evidence = KRING__IMPLIED;
        } else if ((rank != NULL && row->since <= rank->release) ||
                   (proof->yes == 0 && proof->by == i)) {
            known->answer = KRING__YES;
            known->evidence = KRING__IMPLIED;
        } else if (cached != KRING__CANNOT_TELL) {
            known->answer = (uint8_t)cached;
            known->evidence = KRING__TRIED;
        }
    }
    (void)facts;
}

#if CONFIG_KRING_KERNEL_ENGINE

static const struct kring_timespec microsecond = {0, 1000};

static void fill_timeout(struct io_uring_sqe *sqe, unsigned variant)
{
    static const uint32_t flags[] = {
        [KRING__VARIANT_TIMEOUT_ABS] = IORING_TIMEOUT_ABS,
        [KRING__VARIANT_TIMEOUT_CLOCK] = IORING_TIMEOUT_BOOTTIME,
        [KRING__VARIANT_TIMEOUT_ETIME] = IORING_TIMEOUT_ETIME_SUCCESS,
        [KRING__VARIANT_TIMEOUT_MULTISHOT] = IORING_TIMEOUT_MULTISHOT,
        [KRING__VARIANT_TIMEOUT_IMMEDIATE] = IORING_TIMEOUT_IMMEDIATE_ARG,
    };

    sqe->fd = -1;
    sqe->timeout_flags = flags[variant];
    sqe->len = 1;
    sqe->addr = (uint64_t)(uintptr_t)&microsecond; /* as absolute time it is long past */
    if (variant == KRING__VARIANT_TIMEOUT_IMMEDIATE)
        sqe->addr = 1000; /* the nanoseconds themselves */
    if (variant == KRING__VARIANT_TIMEOUT_MULTISHOT)
        sqe->off = 1; /* fires once */
}

static void fill_socket(struct io_uring_sqe *sqe, unsigned variant, uint32_t *scrap)
{
    sqe->addr = (uint64_t)(uintptr_t)scrap;
    switch (variant) {
    case KRING__VARIANT_ACCEPT_MULTISHOT:
        sqe->addr = 0;
        sqe->ioprio = IORING_ACCEPT_MULTISHOT;
        break;
    case KRING__VARIANT_ACCEPT_FLAGS:
        sqe->addr = 0;
        sqe->ioprio = IORING_ACCEPT_DONTWAIT;
        break;
    case KRING__VARIANT_RECV_MULTISHOT:
        sqe->addr = 0;
        sqe->ioprio = IORING_RECV_MULTISHOT;
        sqe->flags = IOSQE_BUFFER_SELECT; /* without it EINVAL even where known */
        break;
    case KRING__VARIANT_SEND_VECTORS: /* len 0: no vector is read */
        sqe->ioprio = IORING_SEND_VECTORIZED;
        break;
    case KRING__VARIANT_SEND_ZC_REPORT: /* on an eventfd nothing is sent */
        sqe->ioprio = IORING_SEND_ZC_REPORT_USAGE;
        break;
    default: /* SEND_TO */
        sqe->len = 1;
        sqe->addr2 = (uint64_t)(uintptr_t)scrap; /* AF_UNSPEC */
        sqe->addr_len = 16;
        break;
    }
}

static void fill(struct io_uring_sqe *sqe, unsigned variant, uint32_t *scrap)
{
    switch (variant) {
    case KRING__VARIANT_OPENAT_DIRECT:
    case KRING__VARIANT_OPENAT_ALLOC:
        sqe->fd = -100; /* AT_FDCWD */
        sqe->addr = (uint64_t)(uintptr_t)"/dev/null";
        /* Not O_CLOEXEC: with a slot that is EINVAL where slots are known. */
        sqe->file_index = variant == KRING__VARIANT_OPENAT_DIRECT ? 1 : IORING_FILE_INDEX_ALLOC;
        break;
    case KRING__VARIANT_TIMEOUT_UPDATE:
    case KRING__VARIANT_LINK_TIMEOUT_UPDATE:
        sqe->fd = -1;
        sqe->addr = UINT64_C(0xdeadbeef); /* no request has this user_data */
        sqe->addr2 = (uint64_t)(uintptr_t)&microsecond;
        sqe->timeout_flags = variant == KRING__VARIANT_TIMEOUT_UPDATE ? IORING_TIMEOUT_UPDATE
                                                                       : IORING_LINK_TIMEOUT_UPDATE;
        break;
    case KRING__VARIANT_CANCEL_FLAGS:
        sqe->cancel_flags = IORING_ASYNC_CANCEL_FD;
        break;
    case KRING__VARIANT_CANCEL_FIXED: /* the scratch ring has no table: EBADF */
        sqe->cancel_flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_FD_FIXED;
        sqe->fd = 0;
        break;
    case KRING__VARIANT_CANCEL_OP:
        sqe->fd = -1;
        sqe->cancel_flags = IORING_ASYNC_CANCEL_OP;
        sqe->len = IORING_OP_RECV;
        break;
    case KRING__VARIANT_NOP_MORE:
        sqe->nop_flags = IORING_NOP_TW | IORING_NOP_INJECT_RESULT;
        sqe->len = (uint32_t)-ENXIO;
        break;
    case KRING__VARIANT_FGETXATTR_DIRECT:
        sqe->flags = IOSQE_FIXED_FILE;
        sqe->fd = 0;
        sqe->xattr_flags = 1; /* never right */
        break;
    case KRING__VARIANT_LINKAT_FLAGS: /* an empty path is looked at behind the flags */
        sqe->addr = sqe->addr2 = (uint64_t)(uintptr_t)"";
        sqe->hardlink_flags = 0x400; /* AT_SYMLINK_FOLLOW */
        break;
    case KRING__VARIANT_MSG_RING_FD:
        sqe->addr = IORING_MSG_SEND_FD;
        break;
    default:
        if (sqe->opcode == IORING_OP_TIMEOUT)
            fill_timeout(sqe, variant);
        else
            fill_socket(sqe, variant, scrap);
        break;
    }
}

/* A command is known when it is not EOPNOTSUPP: these give a result, or (without CQE32) EINVAL. */
static enum kring__answer command(struct kring__scratch *scratch, struct io_uring_sqe *sqe,
                                  unsigned variant)
{
    static const uint8_t commands[KRING__VARIANT_COUNT] = {
        [KRING__VARIANT_SOCKET_QUEUES] = SOCKET_URING_OP_SIOCINQ,
        [KRING__VARIANT_SOCKET_OPTIONS] = SOCKET_URING_OP_GETSOCKOPT,
        [KRING__VARIANT_SOCKET_TIMESTAMP] = SOCKET_URING_OP_TX_TIMESTAMP,
        [KRING__VARIANT_SOCKET_NAME] = SOCKET_URING_OP_GETSOCKNAME,
    };
    uint32_t value[4] = {0}, length = sizeof value;
    /* AF_INET; type 2 is datagram, on MIPS stream: either will do. */
    long fd = kring__sys_socket(2, 2 | O_CLOEXEC, 0);
    int res;

    if (fd < 0)
        return KRING__CANNOT_TELL;
    sqe->fd = (int32_t)fd;
    sqe->cmd_op = commands[variant];
    if (variant == KRING__VARIANT_SOCKET_OPTIONS) {
        sqe->level = SOL_SOCKET;
        sqe->optname = SO_TYPE;
        sqe->optlen = sizeof value[0];
        sqe->optval = (uint64_t)(uintptr_t)value;
    } else if (variant == KRING__VARIANT_SOCKET_NAME) {
        sqe->addr = (uint64_t)(uintptr_t)value;
        sqe->addr3 = (uint64_t)(uintptr_t)&length;
    }
    res = kring__scratch_one(scratch, sqe);
    sqe->addr = sqe->addr3 = 0; /* nothing refers to what is gone */
    kring__sys_close((int)fd);
    if (res >= 0 || res == -EINVAL)
        return KRING__YES;
    return res == -EOPNOTSUPP ? KRING__NO : KRING__CANNOT_TELL;
}

static enum kring__answer request(unsigned variant, const struct proof *proof)
{
    uint32_t scrap[4] = {0};
    enum kring__answer answer;
    struct kring__scratch scratch;
    struct io_uring_sqe sqe;
    int res;

    if (kring__scratch_open(&scratch, 0) < 0)
        return KRING__CANNOT_TELL;
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = kring__variant_rows[variant].opcode;
    if (sqe.opcode == IORING_OP_URING_CMD) {
        answer = command(&scratch, &sqe, variant);
        kring__scratch_close(&scratch);
        return answer;
    }
    sqe.fd = scratch.eventfd;
    fill(&sqe, variant, scrap);
    res = kring__scratch_one(&scratch, &sqe);
    if (res >= 0 && sqe.opcode == IORING_OP_OPENAT) {
        kring__sys_close(res); /* 5.6 to 5.14 ignore the slot and give a descriptor */
        res = -EINVAL;
    }
    kring__scratch_close(&scratch);
    if (res == -proof->yes)
        return KRING__YES;
    /* ENXIO: 5.15 to 5.18 take "any slot" for a slot number, of a table that is not there. */
    if (res == -EINVAL || (variant == KRING__VARIANT_OPENAT_ALLOC && res == -ENXIO))
        return KRING__NO;
    return KRING__CANNOT_TELL;
}

enum kring__answer kring__trial(const struct kring__caps *caps, unsigned variant)
{
    const struct proof *proof = &proofs[variant];
    unsigned by = proof->by;
    enum kring__answer answer = (enum kring__answer)kring__cache_get(KRING__CACHE_VARIANTS + by);

    if (!has_needed(caps, proof))
        return KRING__NO;
    if (proofs[by].yes == 0)
        return KRING__YES; /* exactly as old as what it needs */
    if (answer == KRING__CANNOT_TELL &&
        caps->op[kring__variant_rows[by].opcode].answer == KRING__YES) {
        answer = request(by, &proofs[by]);
        kring__cache_set(KRING__CACHE_VARIANTS + by, answer);
    }
    if (answer == KRING__CANNOT_TELL && proof->silent)
        return KRING__NO;
    return answer;
}

#else

enum kring__answer kring__trial(const struct kring__caps *caps, unsigned variant)
{
    (void)caps;
    (void)variant;
    return KRING__NO;
}

#endif
