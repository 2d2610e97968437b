/* SPDX-License-Identifier: MIT */
/* The oracle as a suite: every hand-written program, and a hundred seeded ones. */
#define _GNU_SOURCE
#include "oracle.h"
#include "rings.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static unsigned families_run, programs_run;

static const char *why_not(void)
{
    /* The kernel is asked with all three calls, register among them. */
    if (rings_missing(RINGS_KERNEL) != NULL)
        return rings_missing(RINGS_KERNEL);
    return oracle_unavailable();
}

static void judge(const struct oracle_counts *counts)
{
    programs_run += counts->equal + counts->accepted + counts->skipped;
    CU_ASSERT_EQUAL(counts->different, 0);
    CU_ASSERT_TRUE(counts->equal > 0);
}

static void run_family(const char *family)
{
    struct oracle_counts counts = { 0, 0, 0, 0 };

    if (why_not())
        KRING_SKIP(why_not());
    if (families_run++ == 0)
        CU_ASSERT_EQUAL(oracle_matrix_load("tests/oracle_matrix.tsv", stdout), 0);
    oracle_suite_family(family, stdout, &counts);
    judge(&counts);
}

#define FAMILIES(X) X(templates) X(core) X(file) X(net) X(poll) X(time) X(ring)
#define FAMILY_TEST(family)                                         \
    static void programs_agree_on_both_engines_##family(void)       \
    {                                                               \
        run_family(#family);                                        \
    }
FAMILIES(FAMILY_TEST)
#define FAMILY_COUNT(family) +1

static void seeded_programs_agree_on_both_engines(void)
{
    struct oracle_counts counts = { 0, 0, 0, 0 };

    if (why_not())
        KRING_SKIP(why_not());
    oracle_suite_random(1, 100, stdout, &counts);
    judge(&counts);
}

static const char *why_no_whole(void)
{
    if (why_not())
        return why_not();
    if (families_run < 0 FAMILIES(FAMILY_COUNT))
        return "only when every family ran before";
    return oracle_kernel_release() < KRING__V(6, 18) ? "they are those of Linux 6.18 and later" : NULL;
}

static void each_flag_and_errno_has_a_program(void)
{
    if (why_no_whole())
        KRING_SKIP(why_no_whole());
    CU_ASSERT_EQUAL(oracle_matrix_report(NULL, stdout), 0);
    CU_ASSERT_TRUE(programs_run >= 400);
}

static void each_accepted_difference_exists_and_is_described(void)
{
    if (why_no_whole())
        KRING_SKIP(why_no_whole());
    CU_ASSERT_EQUAL(oracle_check_differences("docs/differences.md", stdout), 0);
}

int kring_test_oracle(void)
{
#define FAMILY_ROW(family) KRING_TEST(programs_agree_on_both_engines_##family),
    static const struct kring_test tests[] = {
        FAMILIES(FAMILY_ROW)
        KRING_TEST(seeded_programs_agree_on_both_engines),
        KRING_TEST(each_flag_and_errno_has_a_program),
        KRING_TEST(each_accepted_difference_exists_and_is_described),
    };

    return KRING_SUITE_ADD("oracle", tests);
}
