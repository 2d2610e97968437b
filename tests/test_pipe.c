/* SPDX-License-Identifier: MIT */
/* Pipes as an operation: fds, direct descriptors, and what happens to both ends when dropped. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <unistd.h>

int kring_test_pipe(void);

static struct kring *open_direct(enum rings_kind kind, uint32_t slots)
{
    struct kring_options options = rings_options(kind);

    options.direct_descriptors = slots;
    return rings_open_direct(kind, &options);
}

static bool can(struct kring *ring, bool direct)
{
    kring_op op;
    int route;

    if (ring == NULL)
        return false; /* the test is skipped already */
    op = kring_pipe(ring, (int[2]){-1, -1}, 0);
    if (direct)
        CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
    route = kring_route(ring, op);
    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    if (route != KRING_ENGINE_NONE)
        return true;
    op = kring_pipe(ring, (int[2]){-1, -1}, 0);
    if (direct)
        CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), -KRING_EKERNEL);
    rings_close(ring);
    kring_test_skip("this kernel has no PIPE (6.16)");
    return false;
}

static void carries(int in, int out)
{
    char data[8] = "";

    rings_write(out, "hello", 5);
    CU_ASSERT_EQUAL(read(in, data, sizeof data), 5);
    CU_ASSERT_EQUAL(memcmp(data, "hello", 5), 0);
}

static void two_fds(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fds[2] = {-1, -1};

    if (!can(ring, false))
        return;
    CU_ASSERT_EQUAL(rings_do(ring, kring_pipe(ring, fds, O_NONBLOCK)), 0);
    CU_ASSERT(fds[0] >= 0 && fds[1] >= 0 && fds[0] != fds[1]);
    for (unsigned i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
        CU_ASSERT_EQUAL(fcntl(fds[i], F_GETFL) & (O_NONBLOCK | O_ACCMODE),
                        O_NONBLOCK | (i ? O_WRONLY : O_RDONLY));
    }
    carries(fds[0], fds[1]);
    close(fds[0]);
    close(fds[1]);
    fds[0] = fds[1] = -1;
    CU_ASSERT_EQUAL(rings_do(ring, kring_pipe(ring, fds, 0)), 0);
    CU_ASSERT_EQUAL(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0);
    carries(fds[0], fds[1]);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}

static void mistakes(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fds[2] = {-5, -6};
    kring_op op;

    if (!can(ring, false))
        return;
    CU_ASSERT_EQUAL(rings_do(ring, kring_pipe(ring, fds, O_APPEND)), -EINVAL);
    if (!kring_test_emulated()) /* qemu-user 7 loses both ends */
        CU_ASSERT_EQUAL(rings_do(ring, kring_pipe(ring, NULL, 0)), -EFAULT);
    CU_ASSERT_EQUAL(fds[0], -5);
    CU_ASSERT_EQUAL(fds[1], -6);
    op = kring_pipe(ring, fds, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, 0), -ENXIO);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), -ENXIO);
    rings_close(ring);
}

static bool slot_is_free(struct kring *ring, uint32_t slot)
{
    char byte;
    int64_t value = rings_do(ring, kring_read(ring, KRING_DIRECT(slot), &byte, 1, KRING_CUR_POS));

    return value == -EBADF;
}

static void two_slots(enum rings_kind kind)
{
    struct kring *ring = open_direct(kind, 4);
    int fds[2] = {-1, -1}, before;
    char data[8] = "";
    kring_op op;

    if (!can(ring, true))
        return;
    before = kring_test_open_fds();
    op = kring_pipe(ring, fds, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, 1), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), 0);
    CU_ASSERT_EQUAL(fds[0], 1);
    CU_ASSERT_EQUAL(fds[1], 2);
    if (kind == RINGS_KERNEL) /* the soft engine's table holds fds */
        CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, KRING_DIRECT(2), "hello", 5, KRING_CUR_POS)),
                    5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(1), data, 8, KRING_CUR_POS)), 5);
    CU_ASSERT_EQUAL(memcmp(data, "hello", 5), 0);
    /* Two are left, not side by side: any slot still finds them, a named one needs a neighbour. */
    op = kring_pipe(ring, fds, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, 3), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), -EINVAL);
    op = kring_pipe(ring, fds, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), 0);
    CU_ASSERT((fds[0] == 0 && fds[1] == 3) || (fds[0] == 3 && fds[1] == 0));
    op = kring_pipe(ring, fds, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), -ENFILE);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(2))), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(1), data, 8, KRING_CUR_POS)), 0);
    /* One free slot is not enough, and is still free afterwards. */
    op = kring_pipe(ring, fds, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), -ENFILE);
    CU_ASSERT(slot_is_free(ring, 2));
    rings_close(ring);
}

/*
 * Dropped before the start, while it waits, when it has just been submitted, and when it is done.
 */
static void dropped(enum rings_kind kind, bool direct, unsigned when)
{
    struct kring *ring = direct ? open_direct(kind, 4) : rings_open(kind);
    int fds[2] = {-1, -1}, before;
    unsigned released = 0;
    kring_op op;

    if (!can(ring, direct))
        return;
    before = kring_test_open_fds();
    op = kring_pipe(ring, fds, 0);
    if (direct)
        CU_ASSERT_EQUAL(kring_set_slot(ring, op, when % 2 ? 1 : KRING_SLOT_ANY), 0);
    if (when > 0)
        CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
    if (when == 2)
        CU_ASSERT(kring_submit(ring) >= 0);
    if (when == 3)
        CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    for (uint32_t i = 0; direct && i < 4; i++)
        CU_ASSERT(slot_is_free(ring, i));
    rings_close(ring);
}

static void dropped_fds(enum rings_kind kind)
{
    for (unsigned when = 0; when < 4; when++)
        dropped(kind, false, when);
}

static void dropped_slots(enum rings_kind kind)
{
    for (unsigned when = 0; when < 4; when++)
        dropped(kind, true, when);
}

/* A result that nobody asked for ends with the ring. */
static void closed_with_result(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fds[2] = {-1, -1}, before = kring_test_open_fds();
    kring_op op = kring_pipe(ring, fds, 0);

    if (!can(ring, false))
        return;
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before + 2);
    rings_close(ring);
    CU_ASSERT(!rings_is_open(fds[0]));
    CU_ASSERT(!rings_is_open(fds[1]));
}

RINGS_TEST(two_fds)
RINGS_TEST(mistakes)
RINGS_TEST(two_slots)
RINGS_TEST(dropped_fds)
RINGS_TEST(dropped_slots)
RINGS_TEST(closed_with_result)

int kring_test_pipe(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("two fds, close-on-exec, that carry", two_fds),
        RINGS_ROWS("bad flags, address and slot", mistakes),
        RINGS_ROWS("two slots of the table", two_slots),
        RINGS_ROWS("dropped in any state, both fds are closed", dropped_fds),
        RINGS_ROWS("dropped in any state, both slots are free", dropped_slots),
        RINGS_ROWS("an untaken result is closed with the ring", closed_with_result),
    };

    return KRING_SUITE_ADD("pipe", tests);
}
