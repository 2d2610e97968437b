/* SPDX-License-Identifier: MIT */
/*
 * The soft engine makes its epoll set anew when registrations that nobody can delete keep firing.
 * The new set has the old one's number, but those who polled the old one from afar have lost it:
 * the outer epoll of kring_fd(), and the kernel ring's watch.
 */
#include "test.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fallback/engine.h"
#include "kring.h"
#include "ops/ring.h"

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_EPOLL && CONFIG_KRING_FILE

static struct kring *open_ring(enum kring_engine engine)
{
    struct kring_options options = KRING_OPTIONS_INIT;
    struct kring *ring;

    options.engine = engine;
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    return ring;
}

static void done(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    (void)ring;
    (void)op;
    *(int64_t *)user = result->value;
}

static void wait_for_byte(struct kring *ring, int fd, char *byte, int64_t *value)
{
    kring_op op = kring_read(ring, fd, byte, 1, KRING_CUR_POS);

    *value = -9999;
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_SOFT), 0);
    CU_ASSERT_EQUAL(kring_start(ring, op, done, value), 0);
    CU_ASSERT_EQUAL(kring_run(ring, 10000000), 0);
}

/* As after so many events of registrations that cannot be deleted. */
static void make_anew(struct kring *ring)
{
    uint32_t before = kring__soft_epoll_sets(ring->soft);

    ring->soft->stale = 1000;
    CU_ASSERT_EQUAL(kring__soft_enter(ring->soft, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0), 0);
    CU_ASSERT_EQUAL(kring__soft_epoll_sets(ring->soft), before + 1);
}

static bool readable(int fd, int ms)
{
    struct pollfd entry = {fd, POLLIN, 0};

    return poll(&entry, 1, ms) == 1;
}

static void the_outer_epoll_gets_the_new_set(void)
{
    struct kring *ring = open_ring(KRING_ENGINE_SOFT);
    int64_t value;
    char byte;
    int fds[2], fd = kring_fd(ring);

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    for (int round = 0; round < 3; round++) {
        wait_for_byte(ring, fds[0], &byte, &value);
        make_anew(ring);
        CU_ASSERT_EQUAL(kring_run(ring, 0), 0);
        CU_ASSERT_FALSE(readable(fd, 0));
        CU_ASSERT_EQUAL(write(fds[1], "x", 1), 1);
        CU_ASSERT_TRUE(readable(fd, 1000));
        CU_ASSERT_EQUAL(kring_run(ring, 0), 1);
        CU_ASSERT_EQUAL(value, 1);
    }
    CU_ASSERT_EQUAL(kring_close(ring, KRING_FOREVER), 0);
    close(fds[0]);
    close(fds[1]);
}

static void the_watch_in_the_kernel_moves_to_the_new_set(void)
{
    struct kring *ring = open_ring(KRING_ENGINE_AUTO);
    int64_t value;
    char byte;
    int fds[2];

    if (ring->kernel.fd < 0 || ring->soft == NULL) {
        CU_ASSERT_EQUAL(kring_close(ring, KRING_FOREVER), 0);
        KRING_SKIP("needs a ring with both engines");
    }
    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    for (int round = 0; round < 3; round++) {
        wait_for_byte(ring, fds[0], &byte, &value);
        make_anew(ring);
        CU_ASSERT_EQUAL(write(fds[1], "x", 1), 1);
        CU_ASSERT_EQUAL(kring_run(ring, KRING_SECOND), 1);
        CU_ASSERT_EQUAL(value, 1);
    }
    CU_ASSERT_EQUAL(kring_close(ring, KRING_FOREVER), 0);
    close(fds[0]);
    close(fds[1]);
}
#endif

int kring_test_set(void)
{
#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_EPOLL && CONFIG_KRING_FILE
    static const struct kring_test tests[] = {
        KRING_TEST(the_outer_epoll_gets_the_new_set),
        KRING_TEST(the_watch_in_the_kernel_moves_to_the_new_set),
    };

    return KRING_SUITE_ADD("soft engine: the set made anew", tests);
#else
    return 0;
#endif
}
