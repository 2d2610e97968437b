/* SPDX-License-Identifier: MIT */
/* Many programs, a few of them at a time: for kring-oracle and for the CUnit suite. */
#define _GNU_SOURCE
#include "oracle.h"

#include <string.h>
#include <unistd.h>

/* Most of a run is waiting; but a single processor has to serve all of them in time. */
enum { AT_ONCE = 16, AT_ONCE_ALONE = 8, BEHIND = 2 };

bool oracle_stop_early;

struct suite {
    struct oracle_counts *counts;
    FILE *out;
    struct oracle_pending *pending[AT_ONCE];
    unsigned first, count, at_once;
    bool matrix;
};

static unsigned at_once(void)
{
    return sysconf(_SC_NPROCESSORS_ONLN) > 1 ? AT_ONCE : AT_ONCE_ALONE;
}

static void end_one(struct suite *suite)
{
    struct oracle_cover cover[2];
    char name[64];

    memset(cover, 0, sizeof cover);
    switch (oracle_end(suite->pending[suite->first], name, cover, false, suite->out)) {
    case ORACLE_EQUAL: suite->counts->equal++; break;
    case ORACLE_ACCEPTED: suite->counts->accepted++; break;
    case ORACLE_DIFFERENT: suite->counts->different++; break;
    case ORACLE_SKIPPED: suite->counts->skipped++; break;
    }
    suite->first = (suite->first + 1) % AT_ONCE;
    suite->count--;
    if (suite->matrix)
        oracle_matrix_add(name, cover);
}

static void begin_one(const struct oracle_program *program, void *user)
{
    struct suite *suite = user;

    if (oracle_stop_early && suite->counts->different)
        return;
    if (suite->count == suite->at_once)
        end_one(suite);
    suite->pending[(suite->first + suite->count++) % AT_ONCE] = oracle_begin(program);
    if (suite->count > BEHIND)
        oracle_begin_soft(suite->pending[(suite->first + suite->count - 1 - BEHIND) % AT_ONCE]);
}

void oracle_suite_family(const char *family, FILE *out, struct oracle_counts *counts)
{
    struct suite suite = { .counts = counts, .out = out, .matrix = true, .at_once = at_once() };

    oracle_each_program(family, begin_one, &suite);
    while (suite.count)
        end_one(&suite);
}

void oracle_suite_random(uint64_t seed, unsigned count, FILE *out, struct oracle_counts *counts)
{
    struct suite suite = { .counts = counts, .out = out, .at_once = at_once() };

    for (unsigned i = 0; i < count; i++)
        begin_one(oracle_random(seed, i), &suite);
    while (suite.count)
        end_one(&suite);
}
