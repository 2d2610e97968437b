/* SPDX-License-Identifier: MIT */
/* Everything the oracle knows, in one call: for kring-oracle and for the CUnit suite. */
#define _GNU_SOURCE
#include "oracle.h"

#include <string.h>

bool oracle_stop_early;

struct suite {
    struct oracle_counts counts;
    FILE *out;
    bool matrix;
};

static void run_program(const struct oracle_program *program, void *user)
{
    struct suite *suite = user;
    struct oracle_cover cover;

    if (oracle_stop_early && suite->counts.different)
        return;
    memset(&cover, 0, sizeof cover);
    switch (oracle_compare(program, &cover, false, suite->out)) {
    case ORACLE_EQUAL: suite->counts.equal++; break;
    case ORACLE_ACCEPTED: suite->counts.accepted++; break;
    case ORACLE_DIFFERENT: suite->counts.different++; break;
    case ORACLE_SKIPPED: suite->counts.skipped++; break;
    }
    if (suite->matrix)
        oracle_matrix_add(program->name, &cover);
}

int oracle_suite(uint64_t seed, unsigned random, const char *matrix, FILE *table, FILE *out,
                 struct oracle_counts *counts)
{
    struct suite suite = { .out = out, .matrix = matrix != NULL };
    int wrong = matrix ? oracle_matrix_load(matrix, out) : 0;

    oracle_each_program(run_program, &suite);
    /* On an old kernel some programs were skipped: cells of theirs are empty for a good reason. */
    if (matrix && suite.counts.skipped <= 1 && !(oracle_stop_early && suite.counts.different))
        wrong += oracle_matrix_report(table, out);
    suite.matrix = false;
    for (unsigned i = 0; i < random; i++)
        run_program(oracle_random(seed, i), &suite);
    *counts = suite.counts;
    return wrong + (int)suite.counts.different;
}
