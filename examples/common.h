/* SPDX-License-Identifier: MIT */
/*
 * What the examples share and what is not about kring itself: messages, the options every program
 * has, and the table that -v prints. Include it before any system header.
 */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <kring.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, TALLY_ROWS = 16 };

/* Long options that have no letter; every program's table begins with COMMON_OPTIONS. */
enum { OPTION_ENGINE = 256, OPTION_STATS, OPTION_HELP, OPTION_OWN };
#define COMMON_OPTIONS                                     \
    {"engine", required_argument, NULL, OPTION_ENGINE},    \
    {"stats", no_argument, NULL, OPTION_STATS},            \
    {"verbose", no_argument, NULL, 'v'},                   \
    {"help", no_argument, NULL, OPTION_HELP}
#define COMMON_HELP                                                               \
    "  -v, --verbose        say which engine ran what (on standard error)\n"      \
    "  --engine ENGINE      auto (the default), kernel or soft\n"                 \
    "  --stats              end with the line \"stats: kernel=N soft=M\"\n"       \
    "  --help               this text\n"

/* How often each engine ended an operation of one name: multishots count per result. */
struct tally {
    const char *name;
    uint64_t kernel;
    uint64_t soft;
};

struct app {
    struct kring *ring;
    struct kring_options options;
    bool verbose;
    bool stats;
    struct tally tally[TALLY_ROWS];
};

#define APP_INIT {NULL, KRING_OPTIONS_INIT, false, false, {{NULL, 0, 0}}}

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
    va_list list;

    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
}

/* Text of a negative errno or KRING_E code. */
static inline const char *error_text(int64_t error)
{
    if (error == -KRING_EKERNEL)
        return "this kernel or engine cannot run it (--engine auto may)";
    return error > -4096 && error < 0 ? strerror((int)-error) : kring_error_name(error);
}

static inline const char *engine_name(uint32_t engine)
{
    static const char *const names[] = {"auto", "kernel", "soft", "none"};

    return engine < 4 ? names[engine] : "?";
}

static inline int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * KRING_SECOND + now.tv_nsec;
}

/* A whole number from minimum to maximum, or a message and exit. */
static inline long parse_number(const char *option, const char *text, long minimum, long maximum)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || number < minimum || number > maximum) {
        say("%s needs a number from %ld to %ld, not '%s'", option, minimum, maximum, text);
        exit(EXIT_USAGE);
    }
    return number;
}

/* Handles an option that all programs have; what is left is wrong usage. */
static inline void common_option(struct app *app, int option, const char *help)
{
    switch (option) {
    case 'v':
        app->verbose = true;
        return;
    case OPTION_STATS:
        app->stats = true;
        return;
    case OPTION_HELP:
        fputs(help, stdout);
        exit(fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
    case OPTION_ENGINE:
        for (uint32_t engine = KRING_ENGINE_AUTO; engine <= KRING_ENGINE_SOFT; engine++) {
            if (strcmp(optarg, engine_name(engine)) == 0) {
                app->options.engine = engine;
                return;
            }
        }
        say("--engine is auto, kernel or soft, not '%s'", optarg);
        exit(EXIT_USAGE);
    default:
        fprintf(stderr, "Try '%s --help'.\n", program_invocation_short_name);
        exit(EXIT_USAGE);
    }
}

/* Opens the ring or exits with the reason; -v tells which engine it got and why. */
static inline void app_open(struct app *app)
{
    char why[512] = "";
    struct kring_caps caps;
    int error = kring_open(&app->ring, &app->options);

    if (error < 0) {
        kring_open_explain(&app->options, why, sizeof why);
        say("cannot open a ring: %s%s%s", error_text(error), why[0] ? ": " : "", why);
        exit(EXIT_FAILURE);
    }
    if (app->verbose && kring_caps(app->ring, &caps) >= 0) {
        kring_open_explain(&app->options, why, sizeof why);
        say("engine %s%s, %" PRIu32 " entries%s%s", engine_name(caps.engine),
            caps.engine == KRING_ENGINE_KERNEL && caps.soft_available ? " with soft beside it" : "",
            caps.sq_entries, why[0] ? ": " : "", why);
    }
}

static inline void tally_add(struct app *app, const char *name, uint32_t engine)
{
    for (struct tally *row = app->tally; row < app->tally + TALLY_ROWS; row++) {
        if (row->name == NULL)
            row->name = name;
        if (strcmp(row->name, name) == 0) {
            row->kernel += engine == KRING_ENGINE_KERNEL;
            row->soft += engine == KRING_ENGINE_SOFT;
            return;
        }
    }
}

/* The last words of a program: -v's table on standard error, --stats on the stream given. */
static inline void app_report(struct app *app, FILE *stream)
{
    struct kring_stats stats = {0};

    for (struct tally *row = app->tally; app->verbose && row < app->tally + TALLY_ROWS; row++) {
        if (row->name != NULL)
            say("%-10s kernel %" PRIu64 ", soft %" PRIu64, row->name, row->kernel, row->soft);
    }
    kring_stats(app->ring, &stats);
    if (app->stats) {
        fprintf(stream, "stats: kernel=%" PRIu64 " soft=%" PRIu64 "\n", stats.kernel, stats.soft);
        fflush(stream);
    }
}

/* Why an operation with this code got this error: one line more under -v or for KRING_E codes. */
static inline void say_explained(struct app *app, const char *what, kring_op op, int64_t error)
{
    char why[512] = "";

    kring_explain(app->ring, op, error, why, sizeof why);
    say("%s: %s%s%s", what, error_text(error), why[0] ? ": " : "", why);
}

/* Straight-line code: starts op, waits for its end (other callbacks run meanwhile), and answers
 * its value or the error. */
static inline int64_t app_await(struct app *app, const char *name, kring_op op)
{
    struct kring_result result;
    int error = kring_start(app->ring, op, NULL, NULL);

    if (error >= 0)
        error = kring_wait_op(app->ring, op, KRING_FOREVER);
    if (error >= 0)
        error = kring_result(app->ring, op, &result);
    if (error < 0) {
        kring_drop(app->ring, op, NULL, NULL);
        return error;
    }
    tally_add(app, name, result.engine);
    return result.value;
}

#endif
