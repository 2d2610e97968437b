/* SPDX-License-Identifier: MIT */
/* What the benchmarks share: medians, and the rows of a Markdown table of ratios. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS_DEFAULT = 9, RUNS_MOST = 101 };

/* Of each run, both sides measured in turn: the higher the better, so rates and not times. */
struct samples {
    unsigned count;
    double base[RUNS_MOST];
    double kring[RUNS_MOST];
};

static inline double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts values. */
static inline double median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static inline void sample(struct samples *samples, double base, double kring)
{
    if (samples->count < RUNS_MOST) {
        samples->base[samples->count] = base;
        samples->kring[samples->count] = kring;
        samples->count++;
    }
}

/* The number of runs: the program's only argument, or the default. */
static inline unsigned runs_wanted(int argc, char **argv)
{
    long runs = argc > 1 ? strtol(argv[1], NULL, 10) : RUNS_DEFAULT;

    return runs < 1 ? 1 : runs > RUNS_MOST ? RUNS_MOST : (unsigned)runs;
}

static inline void table_head(const char *unit)
{
    printf("| measured | base, %s | kring, %s | ratio | min | max | aim | |\n", unit, unit);
    printf("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n");
}

/* The ratio is the median of the runs' ratios, each of two neighbours in time. */
static inline void table_row(const char *name, struct samples *samples, double aim)
{
    double ratio[RUNS_MOST];
    double middle;

    for (unsigned i = 0; i < samples->count; i++)
        ratio[i] = samples->kring[i] / samples->base[i];
    middle = median(ratio, samples->count);
    printf("| %s | %.4g | %.4g | %.2f | %.2f | %.2f | %.2f | %s |\n", name,
           median(samples->base, samples->count), median(samples->kring, samples->count), middle,
           ratio[0], ratio[samples->count - 1], aim, middle >= aim ? "ok" : "below");
    fflush(stdout);
}

#endif
