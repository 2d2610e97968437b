/* SPDX-License-Identifier: MIT */
/* kring_resize(): rings that change their sizes while they are used. */
#define _GNU_SOURCE
#include "rings.h"

#include "abi/barrier.h"
#include "abi/map.h"
#include "abi/sys.h"
#include "fallback/soft.h"
#include "ops/ops.h"
#include "probe/probe.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int kring_test_resize(void);

/* Where an old kernel runs the ring, -KRING_EKERNEL is the whole answer, and nothing is hurt. */
static struct kring *open_resizable(enum rings_kind kind, const struct kring_options *options)
{
    struct kring *ring = rings_open_with(kind, options);

    if (kind == RINGS_SOFT ||
        (kring__ring_caps(ring)->register_count > IORING_REGISTER_RESIZE_RINGS &&
         !kring__ring_caps(ring)->register_blocked))
        return ring;
    CU_ASSERT_EQUAL(kring_resize(ring, 16, 0), -KRING_EKERNEL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
    kring_test_abandon("no IORING_REGISTER_RESIZE_RINGS in this kernel (6.13)");
}

static void has_sizes(struct kring *ring, uint32_t entries, uint32_t cq_entries)
{
    struct kring_caps caps;

    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.sq_entries, entries);
    CU_ASSERT_EQUAL(caps.cq_entries, cq_entries);
}

/* What runs goes on: reads that wait on sockets, with rings that grow and shrink under them. */
static void what_runs_goes_on(enum rings_kind kind)
{
    static const uint32_t sizes[][2] = {
        {1, 1}, {64, 0}, {64, 64}, {8, 256}, {4096, 8192}, {2, 0}, {33, 100}, {8, 16},
    };
    enum { WAITING = 20, SIZES = sizeof sizes / sizeof sizes[0] };
    struct kring_options options = rings_options(kind);
    struct rings_log logs[WAITING], nops;
    struct kring *ring;
    int pairs[WAITING][2];
    char data[WAITING];

    options.entries = 8;
    ring = open_resizable(kind, &options);
    memset(logs, 0, sizeof logs);
    for (unsigned i = 0; i < WAITING; i++) {
        rings_pair(SOCK_STREAM, pairs[i]);
        CU_ASSERT(rings_start(ring, kring_recv(ring, pairs[i][0], data + i, 1, 0), &logs[i]));
    }
    for (unsigned round = 0; round < 4 * SIZES; round++) {
        const uint32_t *size = sizes[round % SIZES];
        uint32_t want = size[0] == 33 ? 64 : size[0];

        /* More than the old rings and some of the new ones hold. */
        memset(&nops, 0, sizeof nops);
        for (unsigned i = 0; i < 30; i++)
            CU_ASSERT(rings_start(ring, kring_nop(ring), &nops));
        CU_ASSERT_EQUAL(kring_resize(ring, size[0], size[1]), 0);
        has_sizes(ring, want, size[0] == 33 ? 128 : size[1] == 0 ? 2 * want : size[1]);
        CU_ASSERT(rings_until(ring, &nops, 30));
        if (round < WAITING) {
            rings_write(pairs[round][1], &"abcdefghijklmnopqrstuvwxyz"[round], 1);
            CU_ASSERT(rings_until(ring, &logs[round], 1));
            CU_ASSERT_EQUAL(logs[round].last.value, 1);
            CU_ASSERT_EQUAL(data[round], 'a' + (char)round);
        }
    }
    for (unsigned i = 0; i < WAITING; i++) {
        CU_ASSERT_EQUAL(logs[i].finals, 1);
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
    rings_close(ring);
}

/* Results that have come and were not delivered are delivered, in their order. */
struct reader {
    unsigned count;
    int error; /* of the resize that did not fit */
    int64_t values[32];
};

static void read_one(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct reader *reader = user;

    (void)op;
    if (reader->count == 0) {
        reader->error = kring_resize(ring, 1, 1);
        CU_ASSERT_EQUAL(kring_resize(ring, 128, 512), 0);
    }
    if (reader->count == 10)
        CU_ASSERT_EQUAL(kring_resize(ring, 32, 32), 0);
    if (reader->count < 32)
        reader->values[reader->count] = result->value;
    reader->count++;
}

static void unread_results_move(enum rings_kind kind)
{
    enum { COUNT = 24 };
    struct kring_options options = rings_options(kind);
    struct reader reader = {0, 0, {0}};
    struct kring *ring;

    options.entries = 32;
    ring = open_resizable(kind, &options);
    rings_unsplit(ring); /* of one engine: in the order of their starts */
    for (int i = 0; i < COUNT; i++)
        CU_ASSERT_EQUAL(
            kring_start(ring, kring_nop_inject(ring, i, 0, 0, 0), read_one, &reader), 0);
    for (unsigned i = 0; i < 100 && reader.count < COUNT; i++)
        CU_ASSERT(kring_run(ring, KRING_SECOND) >= 0);
    CU_ASSERT_EQUAL(reader.count, COUNT);
    CU_ASSERT_EQUAL(reader.error, -EOVERFLOW);
    for (int i = 0; i < COUNT; i++)
        CU_ASSERT_EQUAL(reader.values[i], i);
    has_sizes(ring, 32, 32);
    rings_close(ring);
}

/* A CQ that had overflowed takes what it could not, once it is larger. */
static void an_overflow_is_resolved(enum rings_kind kind)
{
    enum { WAITING = 32 };
    struct kring_options options = rings_options(kind);
    struct rings_log log;
    struct kring *ring;
    int pairs[WAITING][2];
    char data[WAITING];

    options.entries = options.cq_entries = 4;
    ring = open_resizable(kind, &options);
    memset(&log, 0, sizeof log);
    for (unsigned i = 0; i < WAITING; i++) {
        rings_pair(SOCK_STREAM, pairs[i]);
        CU_ASSERT(rings_start(ring, kring_recv(ring, pairs[i][0], data + i, 1, 0), &log));
    }
    CU_ASSERT_EQUAL(kring_run(ring, 0), 0);
    for (unsigned i = 0; i < WAITING; i++)
        rings_write(pairs[i][1], "x", 1);
    CU_ASSERT(kring_submit(ring) >= 0);
    CU_ASSERT_EQUAL(kring_resize(ring, 64, 0), 0);
    CU_ASSERT(rings_until(ring, &log, WAITING));
    CU_ASSERT_EQUAL(log.last.value, 1);
    for (unsigned i = 0; i < WAITING; i++) {
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
    rings_close(ring);
}

static void bad_sizes_change_nothing(enum rings_kind kind)
{
    static const uint32_t bad[][2] = {
        {0, 0}, {0, 16}, {32769, 0}, {65536, 65536}, {UINT32_MAX, 0}, {8, 4}, {8, 65537},
        {8, UINT32_MAX}, {32768, 32767}, {UINT32_C(0x80000000), 0}, {UINT32_C(0x80000001), 0},
    };
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct kring_caps caps;

    options.entries = 8;
    ring = open_resizable(kind, &options);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_EQUAL(kring_resize(ring, bad[i][0], bad[i][1]), -EINVAL);
    has_sizes(ring, 8, caps.cq_entries);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    CU_ASSERT_EQUAL(kring_resize(ring, 32768, 65536), 0);
    has_sizes(ring, 32768, 65536);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
}

/* The setup flags decide whether io_uring can. */
static void some_rings_cannot(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct kring_caps caps;

    options.setup_wanted = IORING_SETUP_SQPOLL;
    ring = open_resizable(kind, &options);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(kring_resize(ring, 16, 0),
                    caps.engine == KRING_ENGINE_KERNEL && (caps.setup_flags & IORING_SETUP_SQPOLL)
                        ? -EINVAL : 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
}

static int wide_error;

static void resize_once(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user)
{
    if (wide_error == 1)
        wide_error = kring_resize(ring, 64, 0);
    rings_done(ring, op, result, user);
}

/* Entries of double size are not moved. */
static void wide_rings_when_empty(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct rings_log log;
    struct kring *ring;
    struct kring_caps caps;

    options.entries = 8;
    options.setup_wanted = IORING_SETUP_SQE128 | IORING_SETUP_CQE32;
    ring = open_resizable(kind, &options);
    rings_unsplit(ring);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(kring_resize(ring, 16, 0), 0);
    memset(&log, 0, sizeof log);
    wide_error = 1;
    for (unsigned i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(kring_start(ring, kring_nop(ring), resize_once, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 5));
    CU_ASSERT_EQUAL(wide_error, caps.engine == KRING_ENGINE_KERNEL &&
                                        (caps.setup_flags & IORING_SETUP_CQE32) ? -EBUSY : 0);
    CU_ASSERT_EQUAL(kring_resize(ring, 4, 0), 0);
    memset(&log, 0, sizeof log);
    for (unsigned i = 0; i < 20; i++)
        CU_ASSERT(rings_start(ring, kring_nop(ring), &log));
    CU_ASSERT(rings_until(ring, &log, 20));
    rings_close(ring);
}

/* Mappings of this process. */
static unsigned mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned count = 0;
    int c;

    while (maps != NULL && (c = fgetc(maps)) != EOF)
        count += c == '\n';
    if (maps != NULL)
        fclose(maps);
    return count;
}

static unsigned after_resizes(enum rings_kind kind, unsigned count)
{
    static uint8_t memory[1 << 21] __attribute__((aligned(4096)));
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    unsigned found;

    options.entries = 8;
    options.operations = options.timers = options.fds = 64;
    options.memory = memory;
    options.memory_size = sizeof memory;
    ring = open_resizable(kind, &options);
    for (unsigned i = 0; i < count; i++)
        CU_ASSERT_EQUAL(kring_resize(ring, 8u << i % 8, 0), 0);
    found = mappings();
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
    return found;
}

/* The old rings are given back at each resize, and the last ones with the ring. */
static void no_mapping_is_left(enum rings_kind kind)
{
    unsigned before, open, closed;

    (void)after_resizes(kind, 1);
    before = mappings();
    open = after_resizes(kind, 2);
    CU_ASSERT(after_resizes(kind, 50) <= open + 2); /* neighbours may be joined, or not */
    closed = mappings();
    CU_ASSERT(closed <= before + 1);
}

/* ---- Raw rings: the soft engine's answers are the kernel's ---- */

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_KERNEL_ENGINE
struct raw {
    int fd; /* -1: soft */
    struct kring__soft *soft;
    struct kring__view view;
    struct io_uring_params params;
    void *memory;
    size_t length;
};

#define RAW_FLAGS (IORING_SETUP_NO_SQARRAY | IORING_SETUP_SINGLE_ISSUER)

static bool raw_open(struct raw *raw, bool soft, uint32_t flags)
{
    static const struct kring__soft_config config = {.entries = 8, .requests = 64, .timers = 8,
                                                     .fds = 8};

    memset(raw, 0, sizeof *raw);
    raw->params.flags = RAW_FLAGS | flags;
    raw->fd = -1;
    if (soft) {
        raw->length = kring__soft_memory(&config);
        CU_ASSERT_EQUAL_FATAL(kring__map_anonymous(raw->length, &raw->memory), 0);
        if (kring__soft_setup(&raw->soft, &config, &raw->params, raw->memory, raw->length) != 0)
            return false;
        raw->view = *kring__soft_view(raw->soft);
        return true;
    }
    raw->fd = (int)kring__sys_io_uring_setup(8, &raw->params);
    return raw->fd >= 0 && kring__map_rings(raw->fd, &raw->params, &raw->view) == 0;
}

static void raw_close(struct raw *raw)
{
    if (raw->soft != NULL) {
        kring__soft_close(raw->soft);
        CU_ASSERT_EQUAL(munmap(raw->memory, raw->length), 0);
        return;
    }
    kring__unmap_rings(&raw->view);
    if (raw->fd >= 0)
        CU_ASSERT_EQUAL(close(raw->fd), 0);
}

static int raw_resize(struct raw *raw, struct io_uring_params *params, unsigned count)
{
    struct io_uring_params now;
    int error;

    if (raw->soft != NULL) {
        error = kring__soft_register(raw->soft, IORING_REGISTER_RESIZE_RINGS, params, count);
        raw->view = *kring__soft_view(raw->soft);
        return error;
    }
    error = (int)kring__sys_io_uring_register(raw->fd, IORING_REGISTER_RESIZE_RINGS, params, count);
    if (error < 0)
        return error;
    now = *params;
    now.features = raw->params.features;
    kring__unmap_rings(&raw->view);
    CU_ASSERT_EQUAL_FATAL(kring__map_rings(raw->fd, &now, &raw->view), 0);
    return error;
}

static int raw_enter(struct raw *raw, unsigned submit)
{
    if (raw->soft != NULL)
        return kring__soft_enter(raw->soft, submit, 0, IORING_ENTER_GETEVENTS, NULL, 0);
    return (int)kring__sys_io_uring_enter(raw->fd, submit, 0, IORING_ENTER_GETEVENTS, NULL,
                                          KRING__SIGSET_BYTES);
}

static void raw_nops(struct raw *raw, unsigned count, uint64_t *number)
{
    for (unsigned i = 0; i < count; i++) {
        struct io_uring_sqe *sqe = kring__view_sqe(&raw->view, *raw->view.sq_tail);

        memset(sqe, 0, sizeof *sqe);
        sqe->opcode = IORING_OP_NOP;
        sqe->fd = -1;
        sqe->user_data = ++*number;
        kring__store_release(raw->view.sq_tail, *raw->view.sq_tail + 1);
    }
}

static unsigned raw_reap(struct raw *raw, unsigned count, uint64_t *expected)
{
    unsigned seen = 0;

    while (seen < count && *raw->view.cq_head != kring__load_acquire(raw->view.cq_tail)) {
        const struct io_uring_cqe *cqe = kring__view_cqe(&raw->view, *raw->view.cq_head);

        CU_ASSERT_EQUAL(cqe->user_data, ++*expected);
        CU_ASSERT_EQUAL(cqe->res, 0);
        kring__store_release(raw->view.cq_head, *raw->view.cq_head + 1);
        seen++;
    }
    return seen;
}

static void need_resize(void)
{
    struct raw raw;
    struct io_uring_params params = {.sq_entries = 8};
    bool opened;
    int error = -EINVAL;

    if (rings_missing(RINGS_KERNEL))
        kring_test_abandon("no io_uring here");
    opened = raw_open(&raw, false, IORING_SETUP_DEFER_TASKRUN);
    if (opened)
        error = raw_resize(&raw, &params, 1);
    raw_close(&raw);
    if (error < 0)
        kring_test_abandon("no IORING_REGISTER_RESIZE_RINGS in this kernel (6.13)");
}

static void arguments_as_the_kernel(void)
{
    static const struct {
        uint32_t entries, cq_entries, flags;
    } asked[] = {
        {0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {3, 0, 0}, {64, 0, 0}, {64, 7, 0},
        {64, 0, IORING_SETUP_CQSIZE}, {64, 63, IORING_SETUP_CQSIZE}, {64, 64, IORING_SETUP_CQSIZE},
        {3, 5, IORING_SETUP_CQSIZE}, {5, 4, IORING_SETUP_CQSIZE}, {32768, 0, 0}, {32769, 0, 0},
        {32769, 0, IORING_SETUP_CLAMP}, {UINT32_MAX, 0, IORING_SETUP_CLAMP}, {UINT32_MAX, 0, 0},
        {8, 65536, IORING_SETUP_CQSIZE}, {8, 65537, IORING_SETUP_CQSIZE},
        {8, 65537, IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP}, {8, 0, IORING_SETUP_SQPOLL},
        {8, 0, IORING_SETUP_DEFER_TASKRUN}, {8, 0, IORING_SETUP_NO_SQARRAY},
        {8, 0, IORING_SETUP_R_DISABLED}, {8, 0, UINT32_C(1) << 31}, {8, 0, 0},
    };

    need_resize();
    for (unsigned deferred = 0; deferred < 2; deferred++) {
        uint32_t flags = deferred ? IORING_SETUP_DEFER_TASKRUN : 0u;
        struct raw kernel, soft;

        CU_ASSERT_FATAL(raw_open(&kernel, false, flags) && raw_open(&soft, true, flags));
        for (unsigned i = 0; i < sizeof asked / sizeof asked[0]; i++) {
            struct io_uring_params a = {.sq_entries = asked[i].entries, .flags = asked[i].flags,
                                        .cq_entries = asked[i].cq_entries}, b = a;
            int want = raw_resize(&kernel, &a, 1), error = raw_resize(&soft, &b, 1);

            if (error != want || a.sq_entries != b.sq_entries || a.cq_entries != b.cq_entries ||
                a.flags != b.flags)
                fprintf(stderr, "%u %u %#x: kernel %d %u %u %#x, soft %d %u %u %#x\n",
                        asked[i].entries, asked[i].cq_entries, asked[i].flags, want, a.sq_entries,
                        a.cq_entries, a.flags, error, b.sq_entries, b.cq_entries, b.flags);
            CU_ASSERT_EQUAL(error, want);
            CU_ASSERT_EQUAL(a.sq_entries, b.sq_entries);
            CU_ASSERT_EQUAL(a.cq_entries, b.cq_entries);
            CU_ASSERT_EQUAL(a.flags, b.flags);
            CU_ASSERT(want == 0 || deferred || want == -EINVAL);
        }
        for (unsigned count = 0; count < 3; count += 2) {
            struct io_uring_params a = {.sq_entries = 8}, b = a;

            CU_ASSERT_EQUAL(raw_resize(&kernel, &a, count), -EINVAL);
            CU_ASSERT_EQUAL(raw_resize(&soft, &b, count), -EINVAL);
        }
        CU_ASSERT_EQUAL(raw_resize(&kernel, NULL, 1), -EINVAL);
        CU_ASSERT_EQUAL(raw_resize(&soft, NULL, 1), -EINVAL);
        raw_close(&kernel);
        raw_close(&soft);
    }
}

/* What waits in either ring, at indices that wrap, against every size. */
static void contents_as_the_kernel(void)
{
    struct raw raws[2];
    uint64_t placed[2] = {0, 0}, seen[2] = {0, 0};
    uint32_t state = 1;
    int errors[2] = {0, 0};
    unsigned overflows = 0, moved = 0;

    need_resize();
    for (unsigned i = 0; i < 2; i++)
        CU_ASSERT_FATAL(raw_open(&raws[i], i == 1, IORING_SETUP_DEFER_TASKRUN));
    for (unsigned round = 0; round < 400; round++) {
        uint32_t sq = 1u << rings_random(&state) % 6, cq = sq << rings_random(&state) % 3;
        uint32_t more = rings_random(&state), enter = rings_random(&state);
        uint32_t take = rings_random(&state) % 12;

        for (unsigned i = 0; i < 2; i++) {
            struct raw *raw = &raws[i];
            struct io_uring_params params = {.sq_entries = sq, .cq_entries = cq,
                                             .flags = IORING_SETUP_CQSIZE};
            uint32_t used = *raw->view.sq_tail - kring__load_acquire(raw->view.sq_head);
            uint32_t unread = kring__load_acquire(raw->view.cq_tail) - *raw->view.cq_head;
            unsigned room = raw->view.sq_entries - used, cq_room = raw->view.cq_entries - unread;

            raw_nops(raw, more % (room + 1), &placed[i]);
            used += more % (room + 1);
            if (used > cq_room)
                used = cq_room;
            CU_ASSERT_EQUAL(raw_enter(raw, enter % (used + 1)), (int)(enter % (used + 1)));
            errors[i] = raw_resize(raw, &params, 1);
            (void)raw_reap(raw, take, &seen[i]);
        }
        CU_ASSERT_EQUAL(errors[0], errors[1]);
        CU_ASSERT(errors[0] == 0 || errors[0] == -EOVERFLOW);
        overflows += errors[0] == -EOVERFLOW;
        moved += errors[0] == 0;
        CU_ASSERT_EQUAL(placed[0], placed[1]);
        CU_ASSERT_EQUAL(seen[0], seen[1]);
        for (unsigned i = 0; i < 2; i++) {
            CU_ASSERT_EQUAL(*raws[i].view.sq_tail, (uint32_t)placed[i]);
            CU_ASSERT_EQUAL(*raws[i].view.cq_head, (uint32_t)seen[i]);
        }
    }
    CU_ASSERT(overflows > 20 && moved > 20);
    CU_ASSERT(placed[0] > 500);
    for (unsigned i = 0; i < 2; i++)
        raw_close(&raws[i]);
}
#else
static void arguments_as_the_kernel(void) { KRING_SKIP("not both engines are configured"); }
static void contents_as_the_kernel(void) { KRING_SKIP("not both engines are configured"); }
#endif

RINGS_TEST(what_runs_goes_on)
RINGS_TEST(unread_results_move)
RINGS_TEST(an_overflow_is_resolved)
RINGS_TEST(bad_sizes_change_nothing)
RINGS_TEST(some_rings_cannot)
RINGS_TEST(wide_rings_when_empty)
RINGS_TEST(no_mapping_is_left)

int kring_test_resize(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("what runs goes on", what_runs_goes_on),
        RINGS_ROWS("unread results move", unread_results_move),
        RINGS_ROWS("an overflow is resolved", an_overflow_is_resolved),
        RINGS_ROWS("bad sizes change nothing", bad_sizes_change_nothing),
        RINGS_ROWS("some rings cannot", some_rings_cannot),
        RINGS_ROWS("wide rings when empty", wide_rings_when_empty),
        RINGS_ROWS("no mapping is left", no_mapping_is_left),
        KRING_TEST(arguments_as_the_kernel),
        KRING_TEST(contents_as_the_kernel),
    };

    return KRING_SUITE_ADD("resize", tests);
}
