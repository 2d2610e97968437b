/* SPDX-License-Identifier: MIT */
/* SQEs of 128 bytes and CQEs of 32, on rings that have them, and without. */
#define _GNU_SOURCE
#include "rings.h"

#include "abi/map.h"
#include "ops/ring.h"

#include <netinet/in.h>
#include <sys/mman.h>
#include <unistd.h>

int kring_test_wide(void);

enum { ENTRIES = 8 };

static struct kring *open_wide(enum rings_kind kind, uint32_t flags)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;

    options.entries = ENTRIES;
    options.setup_wanted = flags;
    ring = rings_open_with(kind, &options);
    if (ring != NULL)
        rings_unsplit(ring);
    return ring;
}

static uint32_t got(struct kring *ring)
{
    struct kring_caps caps;

    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    return caps.engine == KRING_ENGINE_KERNEL ? caps.setup_flags : 0;
}

static bool has_wide(struct kring *ring)
{
    return (got(ring) & (IORING_SETUP_SQE128 | IORING_SETUP_SQE_MIXED)) != 0;
}

/* Engine kernel alone cannot do it where no such ring is made. */
static void need_wide(enum rings_kind kind, struct kring *ring)
{
    if (kind != RINGS_KERNEL || has_wide(ring))
        return;
    rings_close(ring);
    kring_test_abandon("no ring with SQEs of 128 bytes here");
}

/* Asked of an operation that is not to be started. */
static bool is_native(struct kring *ring, kring_op op)
{
    bool native = kring_route(ring, op) == KRING_ENGINE_KERNEL;

    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    return native;
}

static kring_op nop128(struct kring *ring, int32_t value, unsigned char fill)
{
    struct io_uring_sqe sqe[2];

    memset(sqe, 0, sizeof sqe);
    memset(&sqe[1], fill, sizeof sqe[1]);
    sqe[0].opcode = IORING_OP_NOP128;
    sqe[0].fd = -1;
    if (value != 0)
        sqe[0].nop_flags = IORING_NOP_INJECT_RESULT;
    sqe[0].len = (uint32_t)value;
    return kring_raw(ring, sqe);
}

/* SIOCINQ: how many bytes wait in a socket. */
static kring_op command128(struct kring *ring, int fd, uint32_t command)
{
    struct io_uring_sqe sqe[2];

    memset(sqe, 0, sizeof sqe);
    sqe[0].opcode = IORING_OP_URING_CMD128;
    sqe[0].fd = fd;
    sqe[0].cmd_op = command;
    return kring_raw(ring, sqe);
}

#if CONFIG_KRING_KERNEL_ENGINE
/*
 * Where a pair goes, at each place of the ring and with every amount of room: never across the end,
 * where an entry is filled with what has no result, and never over what was not consumed.
 */
static void pairs_stay_in_one_piece(void)
{
    static uint8_t memory[16384] __attribute__((aligned(64)));
    struct io_uring_params params = {.sq_entries = ENTRIES, .cq_entries = 2 * ENTRIES};
    struct io_uring_sqe nop = {.opcode = IORING_OP_NOP}, wide = {.opcode = IORING_OP_NOP128};
    static struct kring ring;
    size_t ring_length, sqe_length;

    CU_ASSERT_EQUAL_FATAL(kring__ring_layout(&params, &ring_length, &sqe_length), 0);
    CU_ASSERT_EQUAL_FATAL(kring__view_place(&ring.kernel.view, memory, sizeof memory, &params), 0);
    ring.caps.pub.setup_flags = IORING_SETUP_SQE_MIXED;
    for (uint32_t tail = UINT32_MAX - 2 * ENTRIES + 1; tail != 3 * ENTRIES; tail++) {
        bool last = tail % ENTRIES == ENTRIES - 1;

        for (uint32_t left = 1; left <= ENTRIES; left++) {
            struct kring__view *view = &ring.kernel.view;
            struct io_uring_sqe *filler = kring__view_sqe(view, tail);
            uint32_t want = left > (last ? 2u : 1u) ? 2 : 0;

            memset(filler, 0xff, sizeof *filler);
            kring__store_relaxed(view->sq_tail, tail);
            CU_ASSERT_EQUAL(kring__wide_entries(&ring, &nop, left), 1);
            CU_ASSERT_EQUAL(kring__load_relaxed(view->sq_tail), tail);
            CU_ASSERT_EQUAL(kring__wide_entries(&ring, &wide, left), want);
            CU_ASSERT_EQUAL(kring__load_relaxed(view->sq_tail), last ? tail + 1 : tail);
            CU_ASSERT_EQUAL(filler->opcode, last ? IORING_OP_NOP : 0xff);
            if (last)
                CU_ASSERT(filler->flags == IOSQE_CQE_SKIP_SUCCESS && filler->fd == -1 &&
                          filler->file_index == 0 && filler->nop_flags == 0);
        }
        ring.caps.pub.setup_flags = IORING_SETUP_SQE128;
        kring__store_relaxed(ring.kernel.view.sq_tail, tail);
        CU_ASSERT_EQUAL(kring__wide_entries(&ring, &wide, 1), 1);
        CU_ASSERT_EQUAL(kring__wide_entries(&ring, &wide, 0), 0);
        CU_ASSERT_EQUAL(kring__load_relaxed(ring.kernel.view.sq_tail), tail);
        ring.caps.pub.setup_flags = IORING_SETUP_SQE_MIXED;
    }
}
#else
static void pairs_stay_in_one_piece(void) { KRING_SKIP("no kernel engine is configured"); }
#endif

/* Without such entries io_uring cannot, and never says so by an EINVAL, which were the caller's. */
static void without_the_option(enum rings_kind kind)
{
    struct kring *ring = open_wide(kind, 0);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct rings_log log = {0};
    char text[600];
    kring_op op;

    if (kind == RINGS_KERNEL) {
        for (unsigned i = 0; i < 2; i++) {
            op = i == 0 ? nop128(ring, 0, 0) : command128(ring, fd, SOCKET_URING_OP_SIOCINQ);
            CU_ASSERT_EQUAL(kring_route(ring, op), KRING_ENGINE_NONE);
            CU_ASSERT_EQUAL((kring_start)(ring, op, rings_done, &log), -KRING_EKERNEL);
            CU_ASSERT(kring_explain_opcode(ring, i == 0 ? IORING_OP_NOP128 : IORING_OP_URING_CMD128,
                                           -KRING_EKERNEL, text, sizeof text) > 0);
            if (CONFIG_KRING_EXPLAIN)
                CU_ASSERT_PTR_NOT_NULL(strstr(text, "IORING_SETUP_SQE128 (5.19)"));
        }
        CU_ASSERT_EQUAL(log.calls, 0);
    } else {
        op = nop128(ring, 0, 0);
        CU_ASSERT_EQUAL(kring_route(ring, op), KRING_ENGINE_SOFT);
        CU_ASSERT_EQUAL(rings_do(ring, op), 0);
        op = command128(ring, fd, SOCKET_URING_OP_SIOCINQ);
        CU_ASSERT_EQUAL(kring_route(ring, op), KRING_ENGINE_SOFT);
        CU_ASSERT_EQUAL(rings_do(ring, op), 0);
        op = command128(ring, fd, 7777);
        CU_ASSERT_EQUAL((kring_start)(ring, op, rings_done, &log), -KRING_EKERNEL);
    }
    close(fd);
    rings_close(ring);
}
RINGS_TEST(without_the_option)

/* Values come back in order, whatever their sizes, many times round the ring. */
static void nops_of_both_sizes(enum rings_kind kind, uint32_t flags)
{
    struct kring *ring = open_wide(kind, flags);
    bool native = has_wide(ring);
    bool injects = is_native(ring, kring_nop_inject(ring, 1, 0, -1, 0)); /* 6.10 */

    need_wide(kind, ring);
    for (int turn = 1; turn < 40; turn++) {
        struct rings_log log = {0};
        int64_t sum = 0;
        unsigned count = 1 + (unsigned)turn % 5;
        int value = injects || kind == RINGS_SOFT ? turn : 0;

        for (unsigned i = 0; i < count; i++) {
            bool wide = (turn * 7 + (int)i * 3) % 4 < 2;
            kring_op op = wide ? nop128(ring, value, (unsigned char)turn)
                           : value ? kring_nop_inject(ring, value, 0, -1, 0) : kring_nop(ring);

            if (wide && kind != RINGS_SOFT)
                CU_ASSERT_EQUAL(kring_route(ring, op),
                                native ? KRING_ENGINE_KERNEL : KRING_ENGINE_SOFT);
            CU_ASSERT(rings_start(ring, op, &log));
        }
        CU_ASSERT(rings_until(ring, &log, count));
        for (unsigned i = 0; i < count; i++)
            sum += log.notes[i].value;
        CU_ASSERT_EQUAL(sum, (int64_t)value * count);
    }
    rings_close(ring);
}

static void nops_on_128_bytes(enum rings_kind kind)
{
    nops_of_both_sizes(kind, IORING_SETUP_SQE128);
}
RINGS_TEST(nops_on_128_bytes)

static void nops_on_mixed_entries(enum rings_kind kind)
{
    nops_of_both_sizes(kind, IORING_SETUP_SQE_MIXED);
}
RINGS_TEST(nops_on_mixed_entries)

static uint32_t sq_tail(const struct kring *ring)
{
    return kring__load_relaxed(ring->kernel.view.sq_tail);
}

/* Where the tail of the SQ stands behind one more operation that begins at tail. */
static uint32_t behind(uint32_t tail, bool wide)
{
    if (!wide)
        return tail + 1;
    return tail + 2 + (tail % ENTRIES == ENTRIES - 1); /* an entry of filling */
}

/*
 * Each order of five operations of both sizes, begun at each place of the ring, so that pairs meet
 * its end in every way and with every amount of room: each comes to its end once, in order.
 */
static void pairs_at_each_place(enum rings_kind kind)
{
    struct kring *ring = open_wide(kind, IORING_SETUP_SQE_MIXED);
    bool mixed = (got(ring) & IORING_SETUP_SQE_MIXED) != 0;
    /* Where only what this test starts is in the queue. */
    bool seen = kind == RINGS_KERNEL && mixed;
    bool injects = kind == RINGS_SOFT || is_native(ring, kring_nop_inject(ring, 1, 0, -1, 0));
    unsigned filled = 0;

    need_wide(kind, ring);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0); /* and what the ring itself waits with */
    for (unsigned turn = 0; turn < ENTRIES * 32; turn++) {
        unsigned place = turn / 32, order = turn % 32;
        struct rings_log log = {0};
        int64_t sum = 0;
        uint32_t tail;

        while (seen && sq_tail(ring) % ENTRIES != place)
            CU_ASSERT_EQUAL_FATAL(rings_do(ring, kring_nop(ring)), 0);
        tail = seen ? sq_tail(ring) : 0;
        for (unsigned i = 0; i < 5; i++) {
            bool wide = (order >> i & 1) != 0;
            int value = injects ? (int)i + 1 : 0;

            filled += wide && tail % ENTRIES == ENTRIES - 1;
            tail = behind(tail, wide);
            CU_ASSERT(rings_start(ring, wide ? nop128(ring, value, (unsigned char)order)
                                  : value ? kring_nop_inject(ring, value, 0, -1, 0)
                                  : kring_nop(ring), &log));
        }
        CU_ASSERT_FATAL(rings_until(ring, &log, 5));
        for (unsigned i = 0; i < 5; i++) {
            /* Two engines keep no order between them. */
            if (mixed || kind != RINGS_MIXED)
                CU_ASSERT_EQUAL(log.notes[i].value, injects ? (int64_t)i + 1 : 0);
            sum += log.notes[i].value;
        }
        CU_ASSERT_EQUAL(sum, injects ? 15 : 0);
        CU_ASSERT(!seen || sq_tail(ring) == tail);
    }
    if (seen)
        CU_ASSERT(filled >= ENTRIES * 4);
    rings_close(ring);
}
RINGS_TEST(pairs_at_each_place)

/* What the kernel sees: its own mapping of the entries holds both halves, and nothing stale. */
static void the_second_half_arrives(enum rings_kind kind)
{
    struct kring *ring = open_wide(kind, IORING_SETUP_SQE128);
    struct rings_log log = {0};
    const unsigned char *sqes;

    if (!(got(ring) & IORING_SETUP_SQE128)) {
        rings_close(ring);
        kring_test_abandon("no ring with SQEs of 128 bytes here");
    }
    sqes = mmap(NULL, ENTRIES * 128, PROT_READ, MAP_SHARED, kring_ring_fd(ring), IORING_OFF_SQES);
    CU_ASSERT_NOT_EQUAL_FATAL(sqes, MAP_FAILED);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0); /* and what the ring itself waits with */
    for (unsigned turn = 0; turn < 2; turn++) {
        unsigned halves = 0, stale = 0;

        for (unsigned i = 0; i < ENTRIES; i++)
            CU_ASSERT(rings_start(ring, turn == 0 ? nop128(ring, 0, 0xa5) : kring_nop(ring), &log));
        CU_ASSERT(rings_until(ring, &log, (turn + 1) * ENTRIES));
        for (unsigned i = 0; i < ENTRIES * 128; i++) {
            if (i % 128 < 64)
                continue;
            halves += sqes[i] == 0xa5;
            stale += sqes[i] != 0;
        }
        CU_ASSERT_EQUAL(halves, turn == 0 ? ENTRIES * 64 : 0);
        CU_ASSERT_EQUAL(stale, turn == 0 ? ENTRIES * 64 : 0);
    }
    CU_ASSERT_EQUAL(munmap((void *)(uintptr_t)sqes, ENTRIES * 128), 0);
    rings_close(ring);
}
RINGS_TEST(the_second_half_arrives)

static void commands_of_sockets(enum rings_kind kind)
{
    static const uint32_t flags[] = {IORING_SETUP_SQE128, IORING_SETUP_SQE_MIXED};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        struct kring *ring = open_wide(kind, flags[i]);
        struct sockaddr_in to = {.sin_family = AF_INET};
        socklen_t length = sizeof to;
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&to, sizeof to), 0);
        CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&to, &length), 0);
        CU_ASSERT_EQUAL(sendto(fd, "seventy", 7, 0, (struct sockaddr *)&to, length), 7);
        if (kind != RINGS_KERNEL ||
            is_native(ring, command128(ring, fd, SOCKET_URING_OP_SIOCINQ)))
            CU_ASSERT_EQUAL(rings_do(ring, command128(ring, fd, SOCKET_URING_OP_SIOCINQ)), 7);
        close(fd);
        rings_close(ring);
    }
}
RINGS_TEST(commands_of_sockets)

/* Chains are run member by member, and what is dropped ends too. */
static void chains_and_drops(enum rings_kind kind)
{
    struct kring *ring = open_wide(kind, IORING_SETUP_SQE128 | IORING_SETUP_SQE_MIXED);
    struct rings_log log = {0};
    unsigned released = 0;
    kring_op ops[3];

    need_wide(kind, ring);
    ops[0] = nop128(ring, 0, 1);
    ops[1] = is_native(ring, kring_nop_inject(ring, 1, 0, -1, 0)) || !has_wide(ring)
                 ? nop128(ring, -5, 2) : kring_read(ring, -1, &ops, 1, 0);
    ops[2] = nop128(ring, 0, 3);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 3));
    CU_ASSERT_EQUAL(log.notes[0].value, 0);
    CU_ASSERT(log.notes[1].value == -5 || log.notes[1].value == -EBADF);
    CU_ASSERT_EQUAL(log.notes[2].value, -ECANCELED);
    ops[0] = nop128(ring, 0, 4);
    CU_ASSERT(rings_start(ring, ops[0], &log));
    CU_ASSERT_EQUAL(kring_drop(ring, ops[0], rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    CU_ASSERT_EQUAL(log.finals, 3);
    rings_close(ring);
}
RINGS_TEST(chains_and_drops)

static kring_op wide_result(struct kring *ring, uint64_t first, uint64_t second)
{
    struct io_uring_sqe sqe;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_NOP;
    sqe.fd = -1;
    sqe.nop_flags = IORING_NOP_CQE32;
    sqe.off = first;
    sqe.addr = second;
    return kring_raw(ring, &sqe);
}

/* Results of both sizes in turn, several times round the CQ; by callback and by kring_result(). */
static void results_of_both_sizes(enum rings_kind kind, uint32_t flag)
{
    struct kring *ring = open_wide(kind, flag);
    struct kring_result result;
    kring_op op;

    if (!(got(ring) & flag) || !is_native(ring, wide_result(ring, 0, 0))) {
        rings_close(ring);
        kring_test_abandon("no such CQEs here, or no NOP that asks for them (6.18)");
    }
    for (uint64_t turn = 1; turn < 60; turn++) {
        struct rings_log log = {0};
        unsigned count = 1 + (unsigned)turn % 6;

        for (unsigned i = 0; i < count; i++) {
            op = (turn + i) % 3 ? wide_result(ring, turn << 40 | i, ~turn) : kring_nop(ring);
            CU_ASSERT(rings_start(ring, op, &log));
        }
        CU_ASSERT(rings_until(ring, &log, count));
        for (unsigned i = 0; i < count; i++) {
            bool wide = (turn + i) % 3 != 0;

            CU_ASSERT_EQUAL(log.notes[i].value, 0);
            CU_ASSERT_EQUAL(log.notes[i].second_half[0], wide ? (turn << 40 | i) : 0);
            CU_ASSERT_EQUAL(log.notes[i].second_half[1], wide ? ~turn : 0);
            if (wide || flag == IORING_SETUP_CQE_MIXED)
                CU_ASSERT_EQUAL((log.notes[i].flags & KRING_SECOND_HALF) != 0, wide);
        }
    }
    op = wide_result(ring, 11, 12);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), 0);
    CU_ASSERT(result.second_half[0] == 11 && result.second_half[1] == 12);
    rings_close(ring);
}

static void results_on_32_bytes(enum rings_kind kind)
{
    results_of_both_sizes(kind, IORING_SETUP_CQE32);
}
RINGS_TEST(results_on_32_bytes)

static void results_on_mixed_entries(enum rings_kind kind)
{
    results_of_both_sizes(kind, IORING_SETUP_CQE_MIXED);
}
RINGS_TEST(results_on_mixed_entries)

/* Of two that exclude each other one is taken; both cannot be demanded. */
static void pairs_exclude_each_other(enum rings_kind kind)
{
    const uint32_t sqes = IORING_SETUP_SQE128 | IORING_SETUP_SQE_MIXED;
    const uint32_t cqes = IORING_SETUP_CQE32 | IORING_SETUP_CQE_MIXED;
    struct kring_options options = rings_options(kind);
    struct kring *ring = open_wide(kind, sqes | cqes);
    uint32_t flags = got(ring);

    CU_ASSERT_NOT_EQUAL(flags & sqes, sqes);
    CU_ASSERT_NOT_EQUAL(flags & cqes, cqes);
    rings_close(ring);
    for (unsigned i = 0; i < 2; i++) {
        options.setup_required = i ? cqes : sqes;
        CU_ASSERT_EQUAL(kring_open(&ring, &options), -EINVAL);
    }
    options.setup_wanted = IORING_SETUP_SQE_MIXED;
    options.setup_required = IORING_SETUP_SQE128;
    if (kring_open(&ring, &options) == 0) {
        flags = got(ring);
        CU_ASSERT_EQUAL(flags & sqes, flags != 0 ? IORING_SETUP_SQE128 : 0);
        rings_close(ring);
    }
}
RINGS_TEST(pairs_exclude_each_other)

int kring_test_wide(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(pairs_stay_in_one_piece),
        RINGS_ROWS("operations of 128 bytes without the option", without_the_option),
        RINGS_ROWS("nops on entries of 128 bytes", nops_on_128_bytes),
        RINGS_ROWS("nops on entries of both sizes", nops_on_mixed_entries),
        RINGS_ROWS("pairs at each place of the ring", pairs_at_each_place),
        RINGS_ROWS("the second half arrives", the_second_half_arrives),
        RINGS_ROWS("commands of sockets", commands_of_sockets),
        RINGS_ROWS("chains and drops", chains_and_drops),
        RINGS_ROWS("results of 32 bytes", results_on_32_bytes),
        RINGS_ROWS("results of both sizes", results_on_mixed_entries),
        RINGS_ROWS("pairs exclude each other", pairs_exclude_each_other),
    };

    return KRING_SUITE_ADD("wide", tests);
}
