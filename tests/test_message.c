/* SPDX-License-Identifier: MIT */
/* Messages and descriptors from ring to ring, between every pair of kinds; NOP with a result. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

int kring_test_message(void);

struct inbox {
    unsigned count;
    int32_t values[300];
    uint64_t data[300];
    uint32_t flags[300];
};

static void on_message(struct kring *ring, int32_t value, uint64_t data, void *user)
{
    struct inbox *in = user;

    if (in->count < 300) {
        in->flags[in->count] = kring_message_flags(ring);
        in->values[in->count] = value;
        in->data[in->count] = data;
    }
    in->count++;
}

/* A ring that has not been run; slots 0: no table. */
static struct kring *open_new(enum rings_kind kind, uint32_t slots, struct inbox *in)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;

    memset(in, 0, sizeof *in);
    options.direct_descriptors = slots;
    options.on_message = on_message;
    options.user = in;
    ring = slots ? rings_open_direct(kind, &options) : rings_open_with(kind, &options);
    if (ring == NULL)
        return NULL;
    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    return ring;
}

/* One that has been run once. */
static struct kring *open_target(enum rings_kind kind, uint32_t slots, struct inbox *in)
{
    struct kring *ring = open_new(kind, slots, in);

    if (ring != NULL)
        CU_ASSERT_EQUAL(kring_run(ring, 0), 0);
    return ring;
}

#define EACH_KIND(to) \
    for (enum rings_kind to = RINGS_KERNEL; to <= RINGS_MIXED; to++) \
        if (rings_missing(to) == NULL)

static int64_t start_error(struct kring *ring, kring_op op)
{
    return kring_start(ring, op, NULL, NULL);
}

/* Every bit that does not say how large a CQE is. */
static void flags_go_along(enum rings_kind from_kind)
{
    const uint32_t forbidden = IORING_CQE_F_SKIP | IORING_CQE_F_32;

    EACH_KIND(kind) {
        struct inbox in, ignored;
        struct kring *from = open_target(from_kind, 0, &ignored), *to = open_target(kind, 0, &in);
        unsigned expected = 0;

        for (unsigned bit = 0; bit < 32; bit++) {
            uint32_t flags = UINT32_C(1) << bit;

            if (flags & forbidden) {
                CU_ASSERT_EQUAL(start_error(from, kring_msg_ring_flags(from, to, 1, 2, flags)),
                                -EINVAL);
                continue;
            }
            CU_ASSERT_EQUAL(
                rings_do(from, kring_msg_ring_flags(from, to, (int32_t)bit, bit, flags)), 0);
            CU_ASSERT(rings_until_count(to, &in.count, ++expected));
            CU_ASSERT_EQUAL(in.flags[expected - 1], flags);
            CU_ASSERT_EQUAL(in.values[expected - 1], (int32_t)bit);
            CU_ASSERT_EQUAL(in.data[expected - 1], bit);
        }
        CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring_flags(from, to, 1, 2, ~forbidden)), 0);
        CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring(from, to, 3, 4)), 0);
        CU_ASSERT(rings_until_count(to, &in.count, expected + 2));
        CU_ASSERT_EQUAL(in.flags[expected], ~forbidden);
        CU_ASSERT_EQUAL(in.flags[expected + 1], 0);
        CU_ASSERT_EQUAL(in.count, expected + 2);
        rings_close(from);
        rings_close(to);
    }
}

static void words(enum rings_kind from_kind)
{
    EACH_KIND(kind) {
        struct inbox in, ignored;
        struct kring *from = open_target(from_kind, 0, &ignored), *to = open_target(kind, 0, &in);
        int64_t value = rings_do(from, kring_msg_ring(from, to, -7, (UINT64_C(1) << 52) - 1));

        CU_ASSERT_EQUAL(value, 0);
        CU_ASSERT(rings_until_count(to, &in.count, 1));
        CU_ASSERT_EQUAL(in.values[0], -7);
        CU_ASSERT_EQUAL(in.data[0], (UINT64_C(1) << 52) - 1);
        CU_ASSERT_EQUAL(in.flags[0], 0);
        /* In a chain too, whoever carries it. */
        {
            kring_op ops[3] = {kring_nop(from), kring_msg_ring(from, to, 5, 6), kring_nop(from)};
            struct rings_log log = {0};

            CU_ASSERT_EQUAL(kring_start_chain(from, ops, 3, rings_done, &log), 0);
            CU_ASSERT(rings_until(from, &log, 3));
            for (unsigned i = 0; i < 3; i++)
                CU_ASSERT_EQUAL(log.notes[i].value, 0);
        }
        CU_ASSERT(rings_until_count(to, &in.count, 2));
        CU_ASSERT_EQUAL(in.values[1], 5);
        rings_close(from);
        rings_close(to);
    }
}

/* Before the first run of the target: its mailbox takes it, and a kernel without one refuses. */
static void to_a_ring_not_run(enum rings_kind from_kind)
{
    if (!CONFIG_KRING_SOFT_ENGINE && rings_kernel_before(6, 2))
        KRING_SKIP("no mailbox, and below 6.2 the kernel does not refuse");
    EACH_KIND(kind) {
        struct inbox in, ignored;
        struct kring *from = open_target(from_kind, 0, &ignored), *to = open_new(kind, 0, &in);
        struct kring_caps caps;
        bool refused, first;
        int expected;

        CU_ASSERT_EQUAL(kring_caps(to, &caps), 0);
        refused = !CONFIG_KRING_SOFT_ENGINE && (caps.setup_flags & IORING_SETUP_R_DISABLED);
        expected = refused ? -EBADFD : 0;
        CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring(from, to, 1, 2)), expected);
        if (!CONFIG_KRING_SOFT_ENGINE && rings_kernel_before(6, 13))
            expected = -KRING_EKERNEL;
        CU_ASSERT_EQUAL(kring_msg_post(to, 3, 4), expected);
        if (refused) {
            CU_ASSERT_EQUAL(kring_run(to, 0), 0);
            CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring(from, to, 1, 2)), 0);
            expected = kring_msg_post(to, 3, 4);
            CU_ASSERT_EQUAL(expected, rings_kernel_before(6, 13) ? -KRING_EKERNEL : 0);
        }
        CU_ASSERT(rings_until_count(to, &in.count, expected == 0 ? 2 : 1));
        /* One may come through the kernel and one through the mailbox: in any order. */
        first = in.values[0] != 1;
        CU_ASSERT_EQUAL(in.values[first], 1);
        CU_ASSERT_EQUAL(in.data[first], 2);
        if (expected == 0)
            CU_ASSERT_EQUAL(in.values[!first], 3);
        rings_close(from);
        rings_close(to);
    }
}

/* To a sleeper: the message ends its wait. */
struct sleeper {
    struct kring *ring;
    struct inbox *in;
    int result;
};

static void *sleep_in_run(void *arg)
{
    struct sleeper *s = arg;

    s->result = 0;
    for (unsigned i = 0; i < 3 && s->in->count == 0 && s->result >= 0; i++)
        s->result = kring_run(s->ring, KRING_SECOND);
    return NULL;
}

static void wakes(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct inbox in;
    struct sleeper s = {.in = &in};
    bool can_post = CONFIG_KRING_SOFT_ENGINE || !rings_kernel_before(6, 13);
    pthread_t thread;
    int64_t begin;

    memset(&in, 0, sizeof in);
    options.on_message = on_message;
    options.user = &in;
    s.ring = rings_open_with(kind, &options);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, sleep_in_run, &s), 0);
    usleep(5000);
    begin = rings_now_ns();
    if (can_post) {
        int error = kring_msg_post(s.ring, 42, 4711);

        while (!CONFIG_KRING_SOFT_ENGINE && error == -EBADFD) { /* it does not run yet */
            usleep(1000);
            error = kring_msg_post(s.ring, 42, 4711);
        }
        CU_ASSERT_EQUAL(error, 0);
    } else {
        (void)kring_wake(s.ring);
    }
    pthread_join(thread, NULL);
    CU_ASSERT(s.result >= 0);
    if (can_post) {
        CU_ASSERT(rings_now_ns() - begin < KRING_SECOND / 2);
        CU_ASSERT_EQUAL(in.count, 1);
        CU_ASSERT_EQUAL(in.values[0], 42);
        CU_ASSERT_EQUAL(in.data[0], 4711);
    }
    CU_ASSERT_EQUAL(kring_close(s.ring, 0), 0);
}

static void *post_many(void *arg)
{
    for (uint64_t i = 0; i < 100; i++)
        CU_ASSERT_EQUAL(kring_msg_post(arg, (int32_t)i, i), 0);
    return NULL;
}

/* Posted from two threads; what is accepted arrives, and a full box says so. */
static void posts(enum rings_kind kind)
{
    struct inbox in;
    struct kring *to = open_target(kind, 0, &in);
    pthread_t threads[2];
    unsigned more = 0;

    CU_ASSERT_EQUAL(kring_msg_post(to, 1, UINT64_C(1) << 52), -EINVAL);
    if (!CONFIG_KRING_SOFT_ENGINE) {
        rings_close(to);
        KRING_SKIP("no mailbox in a build without the soft engine");
    }
    for (unsigned i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, post_many, to), 0);
    for (unsigned i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    while (more < 1000 && kring_msg_post(to, 0, 0) == 0)
        more++;
    CU_ASSERT(more < 1000);
    CU_ASSERT_EQUAL(kring_msg_post(to, 0, 0), -EAGAIN);
    CU_ASSERT(rings_until_count(to, &in.count, 200 + more));
    CU_ASSERT_EQUAL(kring_msg_post(to, 9, 9), 0);
    CU_ASSERT(rings_until_count(to, &in.count, 201 + more));
    rings_close(to);
}

/* A foreign loop sees a message. */
static void in_a_foreign_loop(enum rings_kind kind)
{
    struct inbox in;
    struct kring *to = open_target(kind, 0, &in);
    struct kring_pollfd fds[8];
    int count;

    if (!CONFIG_KRING_SOFT_ENGINE) {
        rings_close(to);
        KRING_SKIP("no mailbox in a build without the soft engine");
    }
    CU_ASSERT_EQUAL(kring_msg_post(to, 1, 2), 0);
    CU_ASSERT_EQUAL(kring_next_timeout(to), 0);
    count = kring_pollfds(to, fds, 8);
    CU_ASSERT(count > 0 && count <= 8);
    CU_ASSERT_EQUAL(kring_run(to, 0), 1);
    CU_ASSERT_EQUAL(in.count, 1);
    rings_close(to);
}

/* ---- Descriptors ---- */

/* The engine that has the table: what reads through it. */
static int home_of(struct kring *ring)
{
    kring_op op = kring_read(ring, KRING_DIRECT(0), NULL, 0, 0);
    int route = kring_route(ring, op);

    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    return route & 0xff;
}

static bool same_home(struct kring *a, struct kring *b)
{
    return home_of(a) == home_of(b);
}

static void descriptors(enum rings_kind from_kind)
{
    EACH_KIND(kind) {
        struct inbox in, ignored;
        struct kring *from = open_target(from_kind, 3, &ignored), *to = open_target(kind, 2, &in);
        char data[8] = "";
        int fds[2];
        int64_t value;

        if (from == NULL || to == NULL) {
            if (from != NULL)
                rings_close(from);
            if (to != NULL)
                rings_close(to);
            return;
        }
        rings_pipe(fds);
        CU_ASSERT_EQUAL(kring_direct_update(from, 2, fds[0]), 0);
        close(fds[0]);
        if (!same_home(from, to)) {
            CU_ASSERT_EQUAL(start_error(from, kring_msg_ring_fd(from, to, 2, 1, 77, 0)),
                            -KRING_EKERNEL);
            rings_close(from);
            rings_close(to);
            close(fds[1]);
            continue;
        }
        value = rings_do(from, kring_msg_ring_fd(from, to, 2, 1, 77, 0));
        CU_ASSERT_EQUAL(value, 0);
        CU_ASSERT(rings_until_count(to, &in.count, 1));
        CU_ASSERT_EQUAL(in.values[0], 0);
        CU_ASSERT_EQUAL(in.data[0], 77);
        rings_write(fds[1], "abc", 3);
        CU_ASSERT_EQUAL(rings_do(to, kring_read(to, KRING_DIRECT(1), data, 8, KRING_CUR_POS)), 3);
        CU_ASSERT_EQUAL(memcmp(data, "abc", 3), 0);
        /* Any slot: both sides learn which. */
        value = rings_do(from, kring_msg_ring_fd(from, to, 2, KRING_SLOT_ANY, 78, 0));
        CU_ASSERT_EQUAL(value, 0);
        CU_ASSERT(rings_until_count(to, &in.count, 2));
        CU_ASSERT_EQUAL(in.values[1], 0);
        value = rings_do(from, kring_msg_ring_fd(from, to, 2, KRING_SLOT_ANY, 78, 0));
        CU_ASSERT_EQUAL(value, -ENFILE);
        /* Quiet: only the table changes. */
        CU_ASSERT_EQUAL(kring_direct_update(to, 0, -1), 0);
        CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring_fd(from, to, 2, 0, 79, KRING_MSG_QUIET)), 0);
        rings_write(fds[1], "de", 2);
        CU_ASSERT_EQUAL(rings_do(to, kring_read(to, KRING_DIRECT(0), data, 8, KRING_CUR_POS)), 2);
        CU_ASSERT_EQUAL(in.count, 2);
        CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring_fd(from, to, 1, 0, 79, 0)), -EBADF);
        CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring_fd(from, to, 2, 2, 79, 0)), -EINVAL);
        rings_run_for(to, 1);
        CU_ASSERT_EQUAL(in.count, 2);
        close(fds[1]);
        rings_close(from);
        rings_close(to);
    }
}

static void refusals(enum rings_kind kind)
{
    struct inbox in;
    struct kring *ring = open_target(kind, 2, &in), *bare, *soft;

    if (ring == NULL)
        return;
    bare = open_target(kind, 0, &in);
    CU_ASSERT_EQUAL(start_error(ring, kring_msg_ring_fd(ring, bare, 0, 0, 1, 0)), -ENXIO);
    CU_ASSERT_EQUAL(start_error(ring, kring_msg_ring_fd(ring, NULL, 0, 0, 1, 0)), -EINVAL);
    CU_ASSERT_EQUAL(start_error(ring, kring_msg_ring_fd(ring, ring, 0, 0, 1, 8)), -EINVAL);
    CU_ASSERT_EQUAL(start_error(ring, kring_msg_ring_fd(ring, ring, 0, 0, UINT64_C(1) << 52, 0)),
                    -EINVAL);
    CU_ASSERT_EQUAL(start_error(ring, kring_msg_ring(ring, NULL, 0, 0)), -EINVAL);
    if (rings_missing(RINGS_SOFT) == NULL && kind == RINGS_KERNEL) {
        soft = open_target(RINGS_SOFT, 2, &in);
        CU_ASSERT_EQUAL(start_error(ring, kring_msg_ring_fd(ring, soft, 0, 0, 1, 0)),
                        -KRING_EKERNEL);
        CU_ASSERT_EQUAL(start_error(soft, kring_msg_ring_fd(soft, ring, 0, 0, 1, 0)),
                        -KRING_EKERNEL);
        rings_close(soft);
    }
    rings_close(ring);
    rings_close(bare);
}

/* What is still in the box when its ring closes is closed with it. */
static void closed_with_letters(enum rings_kind kind)
{
    struct inbox in, ignored;
    struct kring *from = open_target(kind, 1, &ignored), *to;
    int before, fds[2];

    if (from == NULL)
        return;
    to = open_target(kind, 2, &in);
    before = kring_test_open_fds();
    rings_pipe(fds);
    CU_ASSERT_EQUAL(kring_direct_update(from, 0, fds[0]), 0);
    CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring_fd(from, to, 0, 0, 1, 0)), 0);
    CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring_fd(from, to, 0, KRING_SLOT_ANY, 1, 0)), 1);
    CU_ASSERT_EQUAL(kring_close(to, 0), 0);
    CU_ASSERT_EQUAL(kring_close(from, 0), 0);
    close(fds[0]);
    close(fds[1]);
    CU_ASSERT(kring_test_open_fds() < before); /* both rings are gone */
}

/* A raw SQE cannot name a mailbox: the kernel ignores that word, so do we. */
static void raw_words_are_no_mailbox(enum rings_kind kind)
{
    struct inbox in;
    struct kring *ring = open_target(kind, 0, &in);
    struct io_uring_sqe sqe;
    int fds[2];
    int64_t value;

    rings_pipe(fds);
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_MSG_RING;
    sqe.fd = fds[0];
    sqe.__pad2[0] = 0x1234567890;
    value = rings_do(ring, kring_raw(ring, &sqe));
    CU_ASSERT_EQUAL(value, -EBADFD);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}

/* ---- NOP ---- */

static void injected(enum rings_kind kind)
{
    static const int32_t values[] = {0, 1, INT32_MAX, -EIO, -EINTR, -EAGAIN, -EINVAL, -ECANCELED};
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    int fds[2];
    int route;
    int64_t value;

    options.direct_descriptors = 2;
    ring = rings_open_direct(kind, &options);
    if (ring == NULL)
        return;
    route = kring_route(ring, kring_nop_inject(ring, 1, KRING_NOP_FILE, 0, 0));
    if (route == KRING_ENGINE_NONE) {
        rings_close(ring);
        KRING_SKIP("no NOP flags here");
    }
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++)
        CU_ASSERT_EQUAL(rings_do(ring, kring_nop_inject(ring, values[i], 0, -1, 0)), values[i]);
    rings_pipe(fds);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 1, fds[0]), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop_inject(ring, 3, KRING_NOP_FILE, fds[0], 0)), 3);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop_inject(ring, 3, KRING_NOP_FILE, -1, 0)), -EBADF);
    value = rings_outcome(ring, kring_nop_inject(ring, 4, KRING_NOP_FILE, KRING_DIRECT(1), 0));
    /* The table may be that of a kernel which is too old to look into it here (6.11, 6.12). */
    if (kind == RINGS_SOFT || value != -KRING_EKERNEL) {
        CU_ASSERT_EQUAL(value, 4);
        CU_ASSERT_EQUAL(rings_do(ring, kring_nop_inject(ring, 4, KRING_NOP_FILE, KRING_DIRECT(0),
                                                        0)), -EBADF);
    }
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop_inject(ring, 5, KRING_NOP_BUFFER, -1, 3)), -EFAULT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop_inject(ring, 6, KRING_NOP_TASK_WORK, -1, 0)), 6);
    CU_ASSERT_EQUAL(start_error(ring, kring_nop_inject(ring, 6, 8, -1, 0)), -EINVAL);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}

/* A result that fails breaks a chain. */
static void injected_in_a_chain(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    kring_op ops[2] = {kring_nop_inject(ring, -EIO, 0, -1, 0), kring_nop(ring)};
    struct rings_log log = {0};

    if (kring_route(ring, ops[0]) == KRING_ENGINE_NONE) {
        rings_close(ring);
        KRING_SKIP("no NOP flags here");
    }
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.notes[0].value, -EIO);
    CU_ASSERT_EQUAL(log.notes[1].value, -ECANCELED);
    rings_close(ring);
}

RINGS_TEST(words)
RINGS_TEST(flags_go_along)
RINGS_TEST(to_a_ring_not_run)
RINGS_TEST(wakes)
RINGS_TEST(posts)
RINGS_TEST(in_a_foreign_loop)
RINGS_TEST(descriptors)
RINGS_TEST(refusals)
RINGS_TEST(closed_with_letters)
RINGS_TEST(raw_words_are_no_mailbox)
RINGS_TEST(injected)
RINGS_TEST(injected_in_a_chain)

int kring_test_message(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("words to a ring of every kind", words),
        RINGS_ROWS("flags go along", flags_go_along),
        RINGS_ROWS("words to a ring that was not run yet", to_a_ring_not_run),
        RINGS_ROWS("a message wakes its ring", wakes),
        RINGS_ROWS("posts of two threads; a full box", posts),
        RINGS_ROWS("a message is work for a foreign loop", in_a_foreign_loop),
        RINGS_ROWS("direct descriptors to a ring of every kind", descriptors),
        RINGS_ROWS("what is refused", refusals),
        RINGS_ROWS("a ring closed with letters in its box", closed_with_letters),
        RINGS_ROWS("a raw word is no mailbox", raw_words_are_no_mailbox),
        RINGS_ROWS("nop: results, files, buffers", injected),
        RINGS_ROWS("nop: a failure breaks the chain", injected_in_a_chain),
    };

    return KRING_SUITE_ADD("messages", tests);
}
