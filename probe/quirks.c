/* SPDX-License-Identifier: MIT */
/*
 * Differences between kernels that routing has to know and that no mask shows. A row applies by
 * capability (features, opcodes, setup flags) wherever that tells the kernels apart; uname is read
 * only for the one vendor build that nothing else identifies, and to know a 32-bit kernel.
 * KRING_QUIRKS in the environment switches rows off.
 */
#include <string.h>

#include "../abi/sys.h"
#include "../ops/sqe.h"
#include "internal.h"

const struct kring__quirk kring__quirk_rows[KRING__QUIRK_COUNT] = {
    [KRING__QUIRK_TIMEOUT_FLAGS] = {
        "Q010", "TIMEOUT refuses every SQE flag", "Linux 5.4 fs/io_uring.c, io_timeout()",
        KRING__V(5, 4), KRING__V(5, 4)},
    [KRING__QUIRK_REMOVE_FLAGS] = {
        "Q011", "TIMEOUT_REMOVE, ASYNC_CANCEL and FILES_UPDATE refuse every SQE flag",
        "Linux 5.6 fs/io_uring.c, io_timeout_remove_prep()", KRING__V(5, 5), KRING__V(5, 6)},
    [KRING__QUIRK_CUR_POS] = {
        "Q030", "offset -1 is no position but an error",
        "io_uring_setup(2), IORING_FEAT_RW_CUR_POS", KRING__V(5, 1), KRING__V(5, 5)},
    [KRING__QUIRK_SQPOLL_OPS] = {
        "Q047", "operations that take or make descriptors fail on SQPOLL rings",
        "Linux 5.10 fs/io_uring.c, IORING_SETUP_SQPOLL checks", KRING__V(5, 5), KRING__V(5, 12)},
    [KRING__QUIRK_SKIP_LINK] = {
        "Q073", "a link with CQE skip may stall under DEFER_TASKRUN", "axboe/liburing#1235",
        KRING__V(6, 1), 0},
    [KRING__QUIRK_ANCILLARY] = {
        "Q085", "SENDMSG and RECVMSG refuse ancillary data, or give it to a worker without files",
        "Linux 5.10 net/socket.c, __sys_sendmsg_sock(); seen on 5.10.46", KRING__V(5, 3),
        KRING__V(5, 11)},
    [KRING__QUIRK_OPEN_FLAGS] = {
        "Q093", "OPENAT2 passes over flags past the lower 32 bits",
        "seen on 5.10.46; fs/open.c of 5.14 and later refuses them", KRING__V(5, 6),
        KRING__V(5, 13)},
    [KRING__QUIRK_PBUF_RING] = {
        "U001", "buffer rings are broken in this vendor build", "category-labs/monad-bft#3201",
        KRING__V(6, 8), KRING__V(6, 8)},
    [KRING__QUIRK_CANCEL_EINTR] = {
        "Q083", "a cancelled read ends with EINTR, its cancel with EALREADY",
        "seen on 5.10.46", KRING__V(5, 1), KRING__V(5, 11)},
    [KRING__QUIRK_NONBLOCK] = {
        "Q021", "an O_NONBLOCK file makes the request end with EAGAIN", "axboe/liburing#364",
        KRING__V(5, 4), KRING__V(5, 18)},
    [KRING__QUIRK_UNIX_DGRAM] = {
        "Q082", "a send that waits on a full AF_UNIX datagram receiver loses its payload",
        "seen on 5.10.46, 6.1.176, 6.18.44 and 7.2.7", KRING__V(5, 3), 0},
    [KRING__QUIRK_STREAM_POS] = {
        "Q084", "offset -1 on a socket is ESPIPE", "seen on 5.10.46, not on 6.1.176",
        KRING__V(5, 6), KRING__V(5, 16)},
    [KRING__QUIRK_UNLINKED] = {
        "Q090", "a failed fsync, statx, rename and the like does not end its soft link",
        "seen on 6.18.44; io_uring/sync.c and fs.c of 6.0 and later", KRING__V(6, 0), 0},
    [KRING__QUIRK_HIGHMEM] = {
        "Q091", "a buffer ring in the high memory of a 32-bit machine brings the kernel down",
        "seen on 6.1.176 armmp; io_uring/kbuf.c refuses such pages from 6.6 on",
        KRING__V(5, 19), KRING__V(6, 6)},
    [KRING__QUIRK_TERMINAL] = {
        "Q092", "a read of a terminal blocks the call that submits it",
        "seen on 5.10.46; io_file_supports_async() of fs/io_uring.c trusts character devices",
        KRING__V(5, 1), KRING__V(5, 14)},
    [KRING__QUIRK_TASK_WORK] = {
        "Q094", "who waits outside of io_uring_enter() is not told of what a poll completes",
        "axboe/liburing#146; Linux 5.7 fs/io_uring.c, __io_async_wake()", KRING__V(5, 7),
        KRING__V(5, 8)},
};

static uint32_t bit(bool active, enum kring__quirk_id id)
{
    return active ? 1u << id : 0;
}

void kring__quirks_apply(struct kring__caps *caps, uint32_t quirks_off)
{
    static const char ubuntu[] = "6.8.0-136-";
    uint32_t features = caps->pub.features, flags = caps->pub.setup_flags;
    bool vendor = memcmp(caps->kernel, ubuntu, sizeof ubuntu - 1) == 0;

    caps->quirks =
        bit(!(features & IORING_FEAT_NODROP), KRING__QUIRK_TIMEOUT_FLAGS) |
        bit(!(features & IORING_FEAT_FAST_POLL), KRING__QUIRK_REMOVE_FLAGS) |
        bit(!(features & IORING_FEAT_RW_CUR_POS), KRING__QUIRK_CUR_POS) |
        bit((flags & IORING_SETUP_SQPOLL) && !(features & IORING_FEAT_RSRC_TAGS),
            KRING__QUIRK_SQPOLL_OPS) |
        bit((flags & IORING_SETUP_DEFER_TASKRUN) != 0, KRING__QUIRK_SKIP_LINK) |
        bit(!(features & IORING_FEAT_NATIVE_WORKERS), KRING__QUIRK_ANCILLARY) |
        /* 5.14 brings no sign of its own: the next release's, and soft is right there as well. */
        bit(caps->op[IORING_OP_MKDIRAT].answer != KRING__YES, KRING__QUIRK_OPEN_FLAGS) |
        bit(vendor, KRING__QUIRK_PBUF_RING) |
        bit(!(features & IORING_FEAT_NATIVE_WORKERS), KRING__QUIRK_CANCEL_EINTR) |
        bit(caps->op[IORING_OP_URING_CMD].answer != KRING__YES, KRING__QUIRK_NONBLOCK) |
        bit(true, KRING__QUIRK_UNIX_DGRAM) |
        bit((features & IORING_FEAT_RW_CUR_POS) && !(features & IORING_FEAT_CQE_SKIP),
            KRING__QUIRK_STREAM_POS) |
        /* Where an older kernel is simulated too: the links are those of the real one. */
        bit(true, KRING__QUIRK_UNLINKED) |
        /* 6.6 brings no sign of its own, 6.7 does. */
        bit(caps->kernel_32 && caps->op[IORING_OP_WAITID].answer != KRING__YES,
            KRING__QUIRK_HIGHMEM) |
        /* The flag that sends it to a worker is as old as this feature; 5.15 brings MKDIRAT. */
        bit((features & IORING_FEAT_RW_CUR_POS) &&
                caps->op[IORING_OP_MKDIRAT].answer != KRING__YES,
            KRING__QUIRK_TERMINAL) |
        /* Some 5.7.y and 5.8.y have it mended, with no sign; 5.9 brings POLL_32BITS. */
        bit((features & IORING_FEAT_FAST_POLL) && !(features & IORING_FEAT_POLL_32BITS),
            KRING__QUIRK_TASK_WORK);
    caps->quirks &= ~quirks_off | KRING__QUIRKS_EVERYWHERE;
}

uint32_t kring__quirks_active(const struct kring__caps *caps)
{
    return caps->quirks;
}

static bool positioned(unsigned opcode)
{
    return opcode == IORING_OP_READV || opcode == IORING_OP_WRITEV || opcode == IORING_OP_READ ||
           opcode == IORING_OP_WRITE || opcode == IORING_OP_READ_FIXED ||
           opcode == IORING_OP_WRITE_FIXED;
}

static bool removes(unsigned opcode)
{
    return opcode == IORING_OP_TIMEOUT_REMOVE || opcode == IORING_OP_ASYNC_CANCEL ||
           opcode == IORING_OP_FILES_UPDATE;
}

static bool descriptors(unsigned opcode)
{
    return opcode == IORING_OP_ACCEPT || opcode == IORING_OP_CONNECT ||
           opcode == IORING_OP_OPENAT || opcode == IORING_OP_OPENAT2 ||
           opcode == IORING_OP_CLOSE || opcode == IORING_OP_EPOLL_CTL ||
           opcode == IORING_OP_STATX || opcode == IORING_OP_FILES_UPDATE;
}

bool kring__quirk_no_pools(const struct kring__caps *caps)
{
    return (caps->quirks & (1u << KRING__QUIRK_PBUF_RING | 1u << KRING__QUIRK_HIGHMEM)) != 0;
}

static bool messages(unsigned opcode)
{
    return opcode == IORING_OP_SENDMSG || opcode == IORING_OP_RECVMSG;
}

/* Is there room for ancillary data? What is no address of a header is left to the kernel. */
static bool has_ancillary(const struct io_uring_sqe *sqe)
{
    const struct kring__msghdr *header = kring__pointer(sqe->addr);

    return messages(sqe->opcode) && sqe->addr >= 4096 && header->controllen != 0;
}

int kring__quirk_of_argument(const struct kring__caps *caps, unsigned opcode)
{
    if ((caps->quirks & 1u << KRING__QUIRK_ANCILLARY) && messages(opcode))
        return KRING__QUIRK_ANCILLARY;
    if ((caps->quirks & 1u << KRING__QUIRK_OPEN_FLAGS) && opcode == IORING_OP_OPENAT2)
        return KRING__QUIRK_OPEN_FLAGS;
    return -1;
}

/* An open_how begins with its 64 bits of flags. */
static bool has_high_flags(const struct io_uring_sqe *sqe)
{
    uint64_t flags = 0;

    if (sqe->opcode == IORING_OP_OPENAT2 && sqe->addr2 >= 4096 && sqe->len >= sizeof flags)
        memcpy(&flags, kring__pointer(sqe->addr2), sizeof flags);
    return flags > UINT32_MAX;
}

bool kring__quirk_guards(const struct kring__caps *caps, unsigned opcode)
{
    uint32_t q = caps->quirks;

    return ((q & 1u << KRING__QUIRK_TIMEOUT_FLAGS) && opcode == IORING_OP_TIMEOUT) ||
           ((q & 1u << KRING__QUIRK_REMOVE_FLAGS) && removes(opcode)) ||
           ((q & 1u << KRING__QUIRK_CUR_POS) && positioned(opcode)) ||
           ((q & 1u << KRING__QUIRK_SQPOLL_OPS) && descriptors(opcode)) ||
           ((q & 1u << KRING__QUIRK_ANCILLARY) && messages(opcode)) ||
           ((q & 1u << KRING__QUIRK_OPEN_FLAGS) && opcode == IORING_OP_OPENAT2);
}

int kring__quirk_refuses(const struct kring__caps *caps, const struct io_uring_sqe *sqe)
{
    const unsigned skip_link = IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_LINK;
    uint32_t q = caps->quirks;
    unsigned opcode = sqe->opcode;

    if ((q & 1u << KRING__QUIRK_TIMEOUT_FLAGS) && opcode == IORING_OP_TIMEOUT && sqe->flags != 0)
        return KRING__QUIRK_TIMEOUT_FLAGS;
    if ((q & 1u << KRING__QUIRK_REMOVE_FLAGS) && removes(opcode) && sqe->flags != 0)
        return KRING__QUIRK_REMOVE_FLAGS;
    if ((q & 1u << KRING__QUIRK_CUR_POS) && positioned(opcode) && sqe->off == UINT64_MAX)
        return KRING__QUIRK_CUR_POS;
    if ((q & 1u << KRING__QUIRK_SQPOLL_OPS) && descriptors(opcode))
        return KRING__QUIRK_SQPOLL_OPS;
    if ((q & 1u << KRING__QUIRK_ANCILLARY) && has_ancillary(sqe))
        return KRING__QUIRK_ANCILLARY;
    if ((q & 1u << KRING__QUIRK_OPEN_FLAGS) && has_high_flags(sqe))
        return KRING__QUIRK_OPEN_FLAGS;
    if ((q & 1u << KRING__QUIRK_SKIP_LINK) && (sqe->flags & skip_link) == skip_link)
        return KRING__QUIRK_SKIP_LINK;
    return -1;
}
