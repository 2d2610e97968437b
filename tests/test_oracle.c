/* SPDX-License-Identifier: MIT */
/* The oracle as a suite: every hand-written program, and a hundred seeded ones. */
#define _GNU_SOURCE
#include "oracle.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static void kernel_and_soft_engine_agree_on_every_program(void)
{
    struct oracle_counts counts;
    int wrong;

    if (!kring_test_uring_allowed() || oracle_unavailable())
        KRING_SKIP(oracle_unavailable() ? oracle_unavailable() : "no io_uring is allowed here");
    wrong = oracle_suite(1, 100, "tests/oracle_matrix.tsv", NULL, stdout, &counts);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(counts.equal + counts.accepted + counts.skipped >= 400);
}

/* Behind the other: what was needed is known only then. */
static void each_accepted_difference_exists_and_is_described(void)
{
    if (!kring_test_uring_allowed() || oracle_unavailable())
        KRING_SKIP("there is no io_uring to differ from");
    /* The rows tell what 6.18 does. */
    if (oracle_kernel_release() < KRING__V(6, 18))
        KRING_SKIP("the accepted differences are those of Linux 6.18 and later");
    CU_ASSERT_EQUAL(oracle_check_differences("docs/differences.md", stdout), 0);
}

int kring_test_oracle(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(kernel_and_soft_engine_agree_on_every_program),
        KRING_TEST(each_accepted_difference_exists_and_is_described),
    };

    return KRING_SUITE_ADD("oracle", tests);
}
