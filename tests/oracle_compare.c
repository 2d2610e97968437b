/* SPDX-License-Identifier: MIT */
/* One program, two children, two logs. */
#define _GNU_SOURCE
#include "oracle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A run that takes longer hangs: no program waits for more than a few guard times. */
#define RUN_LIMIT_GUARDS 8

static void remove_dir(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        char inner[512];

        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
            unlinkat(dirfd(dir), entry->d_name, 0) == 0)
            continue;
        snprintf(inner, sizeof inner, "%.200s/%s", path, entry->d_name);
        remove_dir(inner);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static void child(struct oracle_result *result, const char *text, bool soft, const char *dir)
{
    struct oracle_run *run = calloc(1, sizeof *run);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (!run || chdir(dir) < 0)
        _exit(2);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3, ~0u, 0) < 0)
#endif
        for (int fd = 3; fd < 512; fd++)
            close(fd);
    umask(022);
    run->result = result;
    run->soft = soft;
    oracle_run_text(run, text);
    _exit(0);
}

static void say(struct oracle_result *result, const char *format, int number)
{
    result->finished = 0;
    if (result->length < sizeof result->log - 64)
        result->length += (uint32_t)sprintf(result->log + result->length, format, number);
}

/* Waits for the child without a signal handler: a test runner may have its own. */
static void wait_for(pid_t pid, struct oracle_result *result)
{
    int status = 0, waited = 0, step = 1, limit = (int)oracle_guard_ms * RUN_LIMIT_GUARDS;
    struct pollfd ended = { .fd = -1, .events = POLLIN };

    /* Where there is none, poll() only sleeps. */
#ifdef SYS_pidfd_open
    ended.fd = (int)syscall(SYS_pidfd_open, pid, 0);
#endif
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (waited >= limit) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            say(result, "HANGS: killed after %d ms\n", waited);
            status = 0;
            break;
        }
        poll(&ended, 1, step);
        waited += step;
        step = waited < 20 ? 1 : 5;
    }
    if (ended.fd >= 0)
        close(ended.fd);
    if (WIFSIGNALED(status))
        say(result, "DIED of signal %d\n", WTERMSIG(status));
    else if (WEXITSTATUS(status))
        say(result, "EXITED with %d\n", WEXITSTATUS(status));
}

struct running {
    struct oracle_result *result;
    pid_t pid;
    char dir[128];
};

static struct running not_started(void)
{
    struct running run = { .pid = -1 };

    run.result = mmap(NULL, sizeof *run.result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                      -1, 0);
    if (run.result == MAP_FAILED)
        abort();
    return run;
}

static struct running start(const struct oracle_program *program, bool soft)
{
    struct running run = not_started();
    const char *base = getenv("TMPDIR");

    snprintf(run.dir, sizeof run.dir, "%.90s/kring-oracle.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(run.dir)) {
        say(run.result, "no directory for the run: errno %d\n", errno);
        return run;
    }
    fflush(NULL);
    run.pid = fork();
    if (run.pid == 0)
        child(run.result, program->text, soft, run.dir);
    if (run.pid < 0)
        say(run.result, "no fork: errno %d\n", errno);
    return run;
}

static struct oracle_result *end(const struct running *run)
{
    if (run->pid > 0)
        wait_for(run->pid, run->result);
    if (*run->dir)
        remove_dir(run->dir);
    return run->result;
}

/* The next line of a log, "" after its end. */
static const char *next_line(const char **at, char *line, size_t size)
{
    size_t length = strcspn(*at, "\n");

    snprintf(line, size, "%.*s", (int)(length < size ? length : size - 1), *at);
    *at += length + ((*at)[length] == '\n');
    return line;
}

/* ---- What was skipped, by its reason ---- */

enum { REASONS = 96 };
static struct {
    char reason[96];
    unsigned count;
} skipped[REASONS];

static void note_skipped(const char *reason)
{
    unsigned i = 0;

    while (i < REASONS - 1 && skipped[i].count && strcmp(skipped[i].reason, reason))
        i++;
    /* The last one stands for all that found no room. */
    snprintf(skipped[i].reason, sizeof skipped[i].reason, "%s",
             i < REASONS - 1 ? reason : "other reasons");
    skipped[i].count++;
}

static unsigned late; /* runs again */

void oracle_print_skipped(FILE *out)
{
    for (unsigned i = 0; i < REASONS && skipped[i].count; i++)
        fprintf(out, "oracle: %u skipped: this kernel lacks: %s\n", skipped[i].count,
                skipped[i].reason);
    if (late)
        fprintf(out, "oracle: %u runs again, of what differed on a single processor\n", late);
}

/* ---- Comparing ---- */

#define ABSENT "(nothing)"

/* How many lines further on the same line stands, 0 when it is not near. */
static unsigned ahead(const char *at, const char *wanted)
{
    static char line[16384];

    for (unsigned i = 1; i <= 12 && *at; i++)
        if (!strcmp(next_line(&at, line, sizeof line), wanted))
            return i;
    return 0;
}

/* Numbers change when a program is made smaller: any number is like another. */
static void normalise(const char *line, char *to, size_t size)
{
    size_t length = 0;

    for (; *line && length < size - 1; line++) {
        if (*line < '0' || *line > '9')
            to[length++] = *line;
        else if (length == 0 || to[length - 1] != '#')
            to[length++] = '#';
    }
    to[length] = 0;
}

static void note_pair(struct oracle_outcome *outcome, const char *kernel, const char *soft)
{
    struct oracle_pair *pair = &outcome->pairs[outcome->count];

    if (outcome->count == ORACLE_PAIRS)
        return;
    normalise(kernel, pair->kernel, sizeof pair->kernel);
    normalise(soft, pair->soft, sizeof pair->soft);
    outcome->count++;
}

static enum oracle_verdict diff(const struct oracle_program *program, const char *kernel,
                                const char *soft, struct oracle_outcome *outcome, FILE *out)
{
    static char a[16384], b[16384];
    enum oracle_verdict verdict = ORACLE_EQUAL;
    char *report = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&report, &size);

    fprintf(text, "DIFFERENT %s\n    program: %s\n", program->name, program->text);
    while (*kernel || *soft) {
        const char *kernel_was = kernel, *soft_was = soft;

        next_line(&kernel, a, sizeof a);
        next_line(&soft, b, sizeof b);
        /* A line that only one of them has. */
        if (strcmp(a, b) && oracle_accepts(program->name, a, ABSENT)) {
            soft = soft_was;
            strcpy(b, ABSENT);
        } else if (strcmp(a, b) && oracle_accepts(program->name, ABSENT, b)) {
            kernel = kernel_was;
            strcpy(a, ABSENT);
        }
        if (!strcmp(a, b)) {
            fprintf(text, "      %.400s\n", a);
        } else if (oracle_accepts(program->name, a, b)) {
            fprintf(text, "    ~ accepted: %.200s | %.200s\n", a, b);
            if (verdict == ORACLE_EQUAL)
                verdict = ORACLE_ACCEPTED;
        } else {
            unsigned kernel_more = ahead(kernel, b), soft_more = ahead(soft, a);

            if (kernel_more && (!soft_more || kernel_more <= soft_more)) {
                soft = soft_was;
                strcpy(b, ABSENT);
            } else if (soft_more) {
                kernel = kernel_was;
                strcpy(a, ABSENT);
            }
            fprintf(text, "    - kernel: %.400s\n    + soft:   %.400s\n", a, b);
            note_pair(outcome, a, b);
            verdict = ORACLE_DIFFERENT;
        }
    }
    fclose(text);
    if (verdict == ORACLE_DIFFERENT && out)
        fputs(report, out);
    free(report);
    return verdict;
}

struct oracle_pending {
    struct oracle_program program;
    struct running kernel, soft;
    char name[64];
};

struct oracle_pending *oracle_begin(const struct oracle_program *program)
{
    struct oracle_pending *pending = calloc(1, sizeof *pending);

    oracle_facts_find();
    if (!pending)
        abort();
    /* The next program may take the memory of this one. */
    snprintf(pending->name, sizeof pending->name, "%s", program->name);
    pending->program.name = pending->name;
    pending->program.text = strdup(program->text);
    pending->kernel = start(program, false);
    return pending;
}

void oracle_begin_soft(struct oracle_pending *pending)
{
    if (!pending->soft.result)
        pending->soft = *pending->kernel.result->lacks ? not_started()
                                                       : start(&pending->program, true);
}

static void add_cover(struct oracle_cover *cover, const struct oracle_cover *more)
{
    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        struct oracle_seen *to = &cover->ops[i];
        const struct oracle_seen *from = &more->ops[i];

        for (unsigned j = 0; j < 3; j++)
            to->errnos[j] |= from->errnos[j];
        to->variants |= from->variants;
        to->sqe_flags |= from->sqe_flags;
        to->ioprio |= from->ioprio;
        to->op_flags |= from->op_flags;
        to->len |= from->len;
        to->index |= from->index;
    }
}

void (*oracle_plant)(struct oracle_result *soft);

static enum oracle_verdict judge(const struct oracle_program *program,
                                 const struct oracle_result *kernel, struct oracle_result *soft,
                                 struct oracle_outcome *outcome, bool verbose, FILE *out)
{
    enum oracle_verdict verdict;

    memset(outcome, 0, sizeof *outcome);
    outcome->wrong = kernel->wrong || soft->wrong;
    if (*kernel->lacks || *soft->lacks) {
        if (verbose)
            fprintf(out, "skipped %s: this kernel lacks: %s\n", program->name,
                    *kernel->lacks ? kernel->lacks : soft->lacks);
        return ORACLE_SKIPPED;
    }
    oracle_difference_ran(program->name);
    if (oracle_plant)
        oracle_plant(soft);
    verdict = diff(program, kernel->log, soft->log, outcome, out);
    if (!kernel->finished || !soft->finished) {
        if (verdict != ORACLE_DIFFERENT && out)
            fprintf(out, "UNFINISHED %s\n%s", program->name, kernel->log);
        verdict = ORACLE_DIFFERENT;
    }
    if (verbose && verdict != ORACLE_DIFFERENT)
        fprintf(out, "%s %s\n%s", verdict == ORACLE_EQUAL ? "equal" : "accepted", program->name,
                kernel->log);
    return verdict;
}

static void let_go(struct oracle_result *kernel, struct oracle_result *soft)
{
    munmap(kernel, sizeof *kernel);
    munmap(soft, sizeof *soft);
}

/* A single processor may be late for any time that a program names: what differs is run again. */
static unsigned repeats(void)
{
    return sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 0 : 2;
}

enum oracle_verdict oracle_end(struct oracle_pending *pending, char name[64],
                               struct oracle_cover cover[2], bool verbose, FILE *out)
{
    const struct oracle_program *program = &pending->program;
    struct oracle_result *kernel, *soft;
    struct oracle_outcome outcome;
    enum oracle_verdict verdict;

    oracle_begin_soft(pending);
    kernel = end(&pending->kernel);
    soft = end(&pending->soft);
    for (unsigned i = repeats(); i > 0; i--) {
        if (judge(program, kernel, soft, &outcome, false, NULL) != ORACLE_DIFFERENT)
            break;
        let_go(kernel, soft);
        pending->kernel = start(program, false);
        kernel = end(&pending->kernel);
        pending->soft = start(program, true);
        soft = end(&pending->soft);
        late++;
    }
    verdict = judge(program, kernel, soft, &outcome, verbose, out);
    if (verdict == ORACLE_DIFFERENT && !oracle_stop_early)
        oracle_shrink_report(program, &outcome, out);
    if (verdict == ORACLE_SKIPPED)
        note_skipped(*kernel->lacks ? kernel->lacks : soft->lacks);
    if (cover && verdict != ORACLE_SKIPPED) {
        add_cover(&cover[0], &kernel->cover);
        add_cover(&cover[1], &soft->cover);
    }
    if (name)
        strcpy(name, pending->name);
    let_go(kernel, soft);
    free((void *)(uintptr_t)program->text);
    free(pending);
    return verdict;
}

enum oracle_verdict oracle_compare(const struct oracle_program *program,
                                   struct oracle_cover cover[2], bool verbose, FILE *out)
{
    return oracle_end(oracle_begin(program), NULL, cover, verbose, out);
}

bool oracle_try(const struct oracle_program *program, struct oracle_outcome *outcome)
{
    struct running on_kernel = start(program, false), on_soft = start(program, true);
    struct oracle_result *kernel = end(&on_kernel), *soft = end(&on_soft);
    enum oracle_verdict verdict = judge(program, kernel, soft, outcome, false, NULL);

    munmap(kernel, sizeof *kernel);
    munmap(soft, sizeof *soft);
    return verdict == ORACLE_DIFFERENT;
}

int64_t oracle_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

int oracle_show(const struct oracle_program *program, bool soft, FILE *out)
{
    int64_t began = oracle_now_ms();
    struct running run = start(program, soft);
    struct oracle_result *result = end(&run);
    int64_t took = oracle_now_ms() - began;
    int failed = !result->finished;

    fprintf(out, "%s on %s\n%s", program->name, soft ? "soft" : "kernel", result->log);
    if (took > 300)
        fprintf(out, "SLOW: %lld ms in %s\n", (long long)took, program->name);
    if (*result->lacks)
        fprintf(out, "SKIPPED: this kernel lacks: %s\n", result->lacks);
    else if (failed)
        fprintf(out, "NOT FINISHED\n");
    munmap(result, sizeof *result);
    return failed;
}
