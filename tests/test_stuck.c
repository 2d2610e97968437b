/* SPDX-License-Identifier: MIT */
/*
 * Tests that fail, for check-runner.sh, which asks for them by KRING_TEST_STUCK: what becomes of
 * the tests behind one that cannot end as it should.
 */
#include "rings.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

int kring_test_stuck(void);

/* An operation that nothing ends: the test is left, and its ring and descriptors with it. */
static void never_ends(void)
{
    struct kring *ring = rings_open(RINGS_SOFT);
    int fds[2];

    rings_pipe(fds);
    (void)rings_do(ring, kring_poll(ring, fds[0], POLLIN));
    CU_FAIL("the test goes on");
}

/* Its memory cannot be had back: no other test may follow. */
static void keeps_memory(void)
{
    kring_test_give_up(true);
}

static void leaks(void)
{
    (void)dup(STDIN_FILENO);
}

static void crashes(void)
{
    raise(SIGSEGV);
}

static void hangs(void)
{
    for (;;)
        pause();
}

static void passes(void)
{
}

int kring_test_stuck(void)
{
    static const struct kring_test tests[] = {
        {"never ends", never_ends}, {"leaks", leaks},     {"passes", passes},
        {"keeps memory", keeps_memory}, {"crashes", crashes}, {"hangs", hangs},
    };

    return getenv("KRING_TEST_STUCK") != NULL ? KRING_SUITE_ADD("stuck", tests) : 0;
}
