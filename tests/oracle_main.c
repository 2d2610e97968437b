/* SPDX-License-Identifier: MIT */
/*
 * kring-oracle: compares the kernel's io_uring and the soft engine.
 *
 *   kring-oracle [--seed N] [--count N] [--matrix FILE] [--table FILE] [--differences FILE]
 *   kring-oracle --only PATTERN [--verbose]     programs whose names match
 *   kring-oracle --show kernel|soft PROGRAM     one log
 *   kring-oracle --text 'PROGRAM' [--show ...]  a program that is not in the tables
 *   kring-oracle --list
 *   kring-oracle --holes                        what no program covers
 * --stop ends the run at the first difference.
 *
 * Exit status: 0 equal, 1 something differs, 2 usage, 77 there is no io_uring to compare with.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <fnmatch.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct {
    uint64_t seed;
    unsigned count;
    const char *matrix, *never, *table, *differences, *only, *show, *text;
    bool list, verbose, holes;
} options = {
    .seed = 1, .count = 600, .matrix = "tests/oracle_matrix.tsv",
    .never = "tests/oracle_never.tsv",
    .differences = "docs/differences.md",
};

static unsigned matched, failed;

static void visit(const struct oracle_program *program, void *user)
{
    enum oracle_verdict verdict;

    (void)user;
    if (options.only && fnmatch(options.only, program->name, 0))
        return;
    matched++;
    if (options.list) {
        printf("%s\t%s\n", program->name, program->text);
    } else if (options.show) {
        failed += (unsigned)oracle_show(program, !strcmp(options.show, "soft"), stdout);
    } else {
        verdict = oracle_compare(program, NULL, options.verbose, stdout);
        failed += verdict == ORACLE_DIFFERENT;
    }
}

static int usage(void)
{
    fprintf(stderr, "usage: kring-oracle [--seed N] [--count N] [--matrix FILE] [--table FILE]\n"
                    "                    [--differences FILE] [--only PATTERN] [--verbose]\n"
                    "                    [--show kernel|soft] [--text PROGRAM] [--list] [--stop]\n");
    return 2;
}

static int parse(int argc, char **argv)
{
    static const struct option names[] = {
        { "seed", 1, NULL, 's' }, { "count", 1, NULL, 'c' }, { "matrix", 1, NULL, 'm' },
        { "table", 1, NULL, 't' }, { "differences", 1, NULL, 'd' }, { "only", 1, NULL, 'o' },
        { "show", 1, NULL, 'w' }, { "text", 1, NULL, 'x' }, { "list", 0, NULL, 'l' },
        { "verbose", 0, NULL, 'v' }, { "stop", 0, NULL, 'S' },
        { "never", 1, NULL, 'n' }, { "holes", 0, NULL, 'h' }, { NULL, 0, NULL, 0 },
    };
    int option;

    if (getenv("SEED"))
        options.seed = strtoull(getenv("SEED"), NULL, 0);
    if (getenv("COUNT"))
        options.count = (unsigned)strtoul(getenv("COUNT"), NULL, 0);
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 's': options.seed = strtoull(optarg, NULL, 0); break;
        case 'c': options.count = (unsigned)strtoul(optarg, NULL, 0); break;
        case 'm': options.matrix = optarg; break;
        case 't': options.table = optarg; break;
        case 'd': options.differences = optarg; break;
        case 'o': options.only = optarg; break;
        case 'w': options.show = optarg; break;
        case 'x': options.text = optarg; break;
        case 'l': options.list = true; break;
        case 'v': options.verbose = true; break;
        case 'S': oracle_stop_early = true; break;
        case 'n': options.never = optarg; break;
        case 'h': options.holes = true; break;
        default: return usage();
        }
    }
    return optind < argc ? usage() : 0;
}

/* Only the matrix: which rows are missing, and which cells are empty. */
static int show_holes(void)
{
    struct oracle_counts counts = { 0, 0, 0, 0 };
    FILE *nowhere = fopen("/dev/null", "w");
    int holes = oracle_matrix_load(options.matrix, options.never, stdout);

    oracle_suite_family(NULL, nowhere, &counts);
    holes += oracle_matrix_report(NULL, stdout);
    printf("%d holes; %u programs, %u of them different\n", holes,
           counts.equal + counts.accepted + counts.different + counts.skipped, counts.different);
    return holes ? 1 : 0;
}

static int run_all(void)
{
    FILE *table = options.table ? fopen(options.table, "w") : NULL;
    struct oracle_counts counts = { 0, 0, 0, 0 };
    struct timespec a, b;
    int wrong = 0;

    clock_gettime(CLOCK_MONOTONIC, &a);
    if (*options.matrix)
        wrong += oracle_matrix_load(options.matrix, options.never, stdout);
    oracle_suite_family(NULL, stdout, &counts);
    oracle_suite_random(options.seed, options.count, stdout, &counts);
    wrong += (int)counts.different;
    /* On an old kernel what was skipped leaves cells empty and differences unseen. */
    if (!(oracle_stop_early && wrong)) {
        /* What an old kernel lacks leaves cells empty. */
        if (*options.matrix && oracle_kernel_release() >= KRING__V(6, 18))
            wrong += oracle_matrix_report(table, stdout);
        wrong += oracle_check_differences(options.differences, stdout);
    }
    oracle_print_skipped(stdout);
    clock_gettime(CLOCK_MONOTONIC, &b);
    if (table)
        fclose(table);
    printf("oracle: %u programs (seed %llu, %u of them random): %u equal, %u with accepted differences,"
           " %u different, %u skipped; %.1f s\n",
           counts.equal + counts.accepted + counts.different + counts.skipped,
           (unsigned long long)options.seed, options.count, counts.equal, counts.accepted,
           counts.different, counts.skipped,
           (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
    return wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
    int result = parse(argc, argv);

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (result)
        return result;
    if (!options.list && oracle_unavailable()) {
        printf("oracle: skipped: %s\n", oracle_unavailable());
        return 77;
    }
    if (options.text) {
        struct oracle_program program = { "text", options.text };

        visit(&program, NULL);
        return failed ? 1 : 0;
    }
    if (options.holes)
        return show_holes();
    if (!options.only && !options.list && oracle_undescribed()) {
        printf("oracle: skipped: %s\n", oracle_undescribed());
        return 77;
    }
    if (!options.only && !options.list)
        return run_all();
    oracle_each_program(NULL, visit, NULL);
    for (unsigned i = 0; i < options.count && (options.only || !options.list); i++)
        visit(oracle_random(options.seed, i), NULL);
    if (!matched)
        fprintf(stderr, "kring-oracle: no program matches %s\n", options.only);
    return failed || !matched ? 1 : 0;
}
