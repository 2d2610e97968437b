/* SPDX-License-Identifier: MIT */
/* The oracle as a suite: every hand-written program, and a hundred seeded ones. */
#define _GNU_SOURCE
#include "oracle_programs.h"
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
    return oracle_unavailable() ? oracle_unavailable() : oracle_undescribed();
}

static void judge(const struct oracle_counts *counts)
{
    programs_run += counts->equal + counts->accepted + counts->skipped;
    if (counts->skipped && !(counts->equal + counts->accepted + counts->different))
        KRING_SKIP("this kernel lacks what each of its programs wants");
    CU_ASSERT_EQUAL(counts->different, 0);
    CU_ASSERT_TRUE(counts->equal > 0);
}

static void run_family(const char *family)
{
    struct oracle_counts counts = { 0, 0, 0, 0 };

    if (why_not())
        KRING_SKIP(why_not());
    if (families_run++ == 0)
        CU_ASSERT_EQUAL(oracle_matrix_load("tests/oracle_matrix.tsv",
                                           "tests/oracle_never.tsv", stdout),
                        0);
    oracle_suite_family(family, stdout, &counts);
    judge(&counts);
}

#define FAMILIES(X) X(templates) ORACLE_FAMILIES(X)
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

/* ---- A difference is shown by the smallest program ---- */

/* Changes `from` to `to` (as long) in what the soft engine's run says. */
static const char *plant_from, *plant_to;
static void plant(struct oracle_result *soft)
{
    for (char *at = soft->log; (at = strstr(at, plant_from)) != NULL; at += strlen(plant_to))
        memcpy(at, plant_to, strlen(plant_to));
}

static unsigned statements_of(const char *text)
{
    unsigned count = *text != 0;

    for (; *text; text++)
        count += *text == ';';
    return count;
}

static bool shows(const struct oracle_program *program, const struct oracle_pair *pair)
{
    struct oracle_outcome outcome;
    bool found = false;

    oracle_try(program, &outcome);
    for (unsigned i = 0; i < outcome.count && !outcome.wrong; i++)
        found |= !strcmp(outcome.pairs[i].kernel, pair->kernel) &&
                 !strcmp(outcome.pairs[i].soft, pair->soft);
    return found;
}

/* Shrinks; checks that no statement of the result can be left out; returns it. */
static const char *shrink_planted(const struct oracle_program *program, const char *from,
                                  const char *to)
{
    static struct oracle_shrunk shrunk;
    struct oracle_outcome outcome;
    char less[sizeof shrunk.text];
    const struct oracle_program candidate = { "shrunk", less };
    unsigned guard_ms = oracle_guard_ms;

    oracle_guard_ms = 250;
    plant_from = from;
    plant_to = to;
    oracle_plant = plant;
    shrunk.text[0] = 0;
    CU_ASSERT_TRUE(oracle_try(program, &outcome));
    CU_ASSERT_TRUE(oracle_shrink(program, &outcome, 60000, &shrunk));
    CU_ASSERT_TRUE(shrunk.whole);
    CU_ASSERT_EQUAL(shrunk.statements, statements_of(shrunk.text));
    CU_ASSERT_TRUE(shrunk.statements <= shrunk.statements_before);
    for (unsigned i = 0; i < shrunk.statements; i++) {
        const char *at = shrunk.text;

        for (unsigned j = 0; j < i; j++)
            at = strchr(at, ';') + 1;
        snprintf(less, sizeof less, "%.*s%s", (int)(at - shrunk.text), shrunk.text,
                 strchr(at, ';') ? strchr(at, ';') + 1 : "");
        CU_ASSERT_FALSE(shows(&candidate, &outcome.pairs[0]));
    }
    oracle_plant = NULL;
    oracle_guard_ms = guard_ms;
    return shrunk.text;
}

static void a_difference_is_shown_by_the_smallest_program(void)
{
    static const struct oracle_program written = {
        "written", "ordered; setup entries=16 flags=SETUP_SUBMIT_ALL; file f 'some contents';"
        " pipe p 'hello'; pipe q; pair s stream; buf b 16; buf d 'hello';"
        " nop ud=9 flags=LINK|ASYNC;"
        " read fd=f addr=b len=7 off=3; enter 2; put sb 'x'; poll_add fd=sa of=POLLIN|POLLRDHUP;"
        " nop; write fd=qw addr=d len=5 of=RWF_NOWAIT|RWF_APPEND flags=LINK;"
        " recv fd=sa addr=b len=9; enter 4; get qr 8",
    };
    const char *text;

    if (why_not())
        KRING_SKIP(why_not());
    if (oracle_kernel_release() < KRING__V(6, 4))
        KRING_SKIP("its program writes to a pipe with RWF_NOWAIT (Linux 6.4)");
    text = shrink_planted(&written, "write 5", "write 4");
    /* The number of bytes is what the hook looks at: it must stay, all else must go. */
    CU_ASSERT_STRING_EQUAL(text, "pipe q; buf d 'h'; write fd=qw addr=d len=5");
    /* Two requests that need each other. */
    text = shrink_planted(&written, "nop 0\n  cqe 10 read", "nop 1\n  cqe 10 read");
    CU_ASSERT_TRUE(statements_of(text) <= 5);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "nop"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "read"));
    CU_ASSERT_PTR_NULL(strstr(text, "write"));
}

static void a_seeded_program_is_made_smaller_too(void)
{
    struct oracle_program program = { NULL, NULL };
    struct oracle_outcome outcome;
    const char *text;

    if (why_not())
        KRING_SKIP(why_not());
    plant_from = "remove_buffers 1";
    plant_to = "remove_buffers 2";
    oracle_plant = plant;
    for (unsigned i = 0; i < 200 && !program.name; i++) {
        const struct oracle_program *random = oracle_random(1, i);

        if (strstr(random->text, "remove_buffers") && oracle_try(random, &outcome))
            program = (struct oracle_program){ "random", strdup(random->text) };
    }
    oracle_plant = NULL;
    if (!program.name && oracle_kernel_release() < KRING__V(6, 18))
        KRING_SKIP("on older kernels no seeded program removes a buffer");
    if (!program.name) {
        CU_FAIL("no seeded program removes one buffer");
        return;
    }
    text = shrink_planted(&program, plant_from, plant_to);
    CU_ASSERT_TRUE(statements_of(text) <= 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "provide_buffers"));
    free((void *)(uintptr_t)program.text);
}

static const char *why_no_whole(void)
{
    if (why_not())
        return why_not();
    if (families_run < 0 FAMILIES(FAMILY_COUNT))
        return "only when every family ran before";
    return oracle_kernel_release() < KRING__V(6, 18) ? "they are those of Linux 6.18 and later"
                                                     : NULL;
}

static void each_flag_and_errno_has_a_program(void)
{
    if (why_no_whole())
        KRING_SKIP(why_no_whole());
    CU_ASSERT_EQUAL(oracle_matrix_report(NULL, stdout), 0);
    CU_ASSERT_TRUE(programs_run >= 400);
}

/* Accepted differences and --only go by names. */
static const char *names[4096];
static unsigned name_count;
static void note_name(const struct oracle_program *program, void *user)
{
    (void)user;
    for (unsigned i = 0; i < name_count; i++)
        if (!strcmp(names[i], program->name)) {
            printf("two programs are called %s\n", program->name);
            CU_FAIL("a name twice");
        }
    if (name_count < sizeof names / sizeof names[0])
        names[name_count++] = strdup(program->name);
}

static void each_program_has_its_own_name(void)
{
    name_count = 0;
    oracle_each_program(NULL, note_name, NULL);
    CU_ASSERT_TRUE(name_count > 2000 && name_count < sizeof names / sizeof names[0]);
    for (unsigned i = 0; i < name_count; i++)
        free((void *)(uintptr_t)names[i]);
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
        KRING_TEST(a_difference_is_shown_by_the_smallest_program),
        KRING_TEST(a_seeded_program_is_made_smaller_too),
        KRING_TEST(each_program_has_its_own_name),
        KRING_TEST(each_flag_and_errno_has_a_program),
        KRING_TEST(each_accepted_difference_exists_and_is_described),
    };

    return KRING_SUITE_ADD("oracle", tests);
}
