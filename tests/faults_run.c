/* SPDX-License-Identifier: MIT */
/* What a scenario of tests/faults.h is written with, and what is checked after each run. */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Long beside what a scenario takes (a few ms), short beside a hang. */
#define STALLED_NS (1500 * KRING_MS)

void faults_break(struct faults *f, const char *format, ...)
{
    va_list list;

    if (f->broken[0])
        return;
    va_start(list, format);
    vsnprintf(f->broken, sizeof f->broken, format, list);
    va_end(list);
}

int faults_must(struct faults *f, bool condition, const char *text)
{
    if (!condition)
        faults_break(f, "not true: %s", text);
    return condition;
}

static void soft_failure(struct faults *f, const char *text, int64_t error)
{
    if (!f->failed)
        snprintf(f->why, sizeof f->why, "%.90s: %s", text, kring_error_name(error));
    f->failed = true;
}

bool faults_ok(struct faults *f, int64_t answer, const char *text)
{
    if (answer < 0)
        soft_failure(f, text, answer);
    return answer >= 0;
}

int64_t faults_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * KRING_SECOND + now.tv_nsec;
}

/* ---- Rings ---- */

static void on_released(struct kring *ring, uint64_t tag, void *user)
{
    struct faults *f = user;

    (void)ring;
    if (tag > 31 || (f->released >> tag & 1))
        faults_break(f, "tag %llu is told twice, or none of ours", (unsigned long long)tag);
    f->released |= 1u << (tag & 31);
}

struct kring_options faults_options(struct faults *f)
{
    struct kring_options options = KRING_OPTIONS_INIT;

    options.engine = f->mode->engine;
    options.kernel = f->mode->kernel;
    options.flags = KRING_NO_ENVIRONMENT;
    options.entries = 8;
    options.operations = 48;
    options.registered_buffers = 4;
    options.on_released = on_released;
    options.user = f;
    options.offload = f->offload;
    return options;
}

bool faults_open(struct faults *f, unsigned direct, uint64_t soft)
{
    struct kring_options options = faults_options(f);
    int error;

    options.direct_descriptors = direct;
    error = kring_open(&f->ring, &options);
    if (error < 0) {
        f->ring = NULL;
        /* Without a fault of ours this may not happen: the rules hold from here on. */
        faults_break(f, "kring_open: %s", kring_error_name(error));
        return false;
    }
    for (unsigned i = 0; f->mode->mixed && i < 64; i++)
        if ((soft >> i & 1) && kring_pin(f->ring, i, KRING_ENGINE_SOFT) < 0)
            faults_break(f, "opcode %u cannot be pinned to soft", i);
    kring_fake_arm(f->nth, f->choose);
    return true;
}

/* ---- Operations ---- */

static void on_done(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct faults_op *o = user;

    (void)ring;
    (void)op;
    if (!o->started || o->finals || o->releases || o->dropped)
        faults_break(o->run, "%s: a callback although it %s", o->text,
                     !o->started ? "was not started" : o->dropped ? "was dropped" : "had ended");
    o->results++;
    o->value = result->value;
    if (!(result->flags & KRING_MORE))
        o->finals++;
    if (o->creates && result->value >= 0) {
        faults_own(o->run, (int)result->value);
        if (!(fcntl((int)result->value, F_GETFD) & FD_CLOEXEC))
            faults_break(o->run, "%s: a descriptor that an exec would inherit", o->text);
    }
    if (result->value < 0 && !o->fails)
        soft_failure(o->run, o->text, result->value);
    if (o->hook)
        o->hook(o->run, o, result);
}

static void on_release(void *arg)
{
    struct faults_op *o = arg;

    if (!o->dropped || o->releases || o->finals)
        faults_break(o->run, "%s: released twice", o->text);
    o->releases++;
}

struct faults_op *faults_member(struct faults *f, kring_op op, const char *text, bool fails)
{
    struct faults_op *o = &f->ops[f->count < FAULTS_OPS - 1 ? f->count : FAULTS_OPS - 1];

    if (f->count++ >= FAULTS_OPS - 1)
        faults_break(f, "the scenario has too many operations");
    memset(o, 0, sizeof *o);
    o->run = f;
    o->text = text;
    o->op = op;
    o->fails = fails;
    return o;
}

struct faults_op *faults_start_as(struct faults *f, kring_op op, const char *text, bool fails)
{
    struct faults_op *o = faults_member(f, op, text, fails);
    int error = kring_start(f->ring, op, on_done, o);

    o->started = error == 0;
    if (error < 0)
        soft_failure(f, text, error);
    return o;
}

/* Each member's callback gets the first as its user: the handle tells which it is. */
static void on_member(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct faults_op *first = user;
    struct faults *f = first->run;

    for (struct faults_op *o = first; o < &f->ops[f->count]; o++)
        if (o->op.index == op.index && o->op.generation == op.generation) {
            on_done(ring, op, result, o);
            return;
        }
    faults_break(f, "a callback for no member of the chain");
}

bool faults_start_chain(struct faults *f, struct faults_op *first, unsigned count)
{
    kring_op ops[16] = {{0, 0}};
    int error;

    for (unsigned i = 0; i < count; i++)
        ops[i] = first[i].op;
    error = kring_start_chain(f->ring, ops, count, on_member, first);
    for (unsigned i = 0; i < count; i++)
        first[i].started = error == 0;
    if (error < 0)
        soft_failure(f, "kring_start_chain", error);
    return error == 0;
}

static bool ended(const struct faults_op *o)
{
    return !o->started || o->finals || o->releases;
}

/* One turn; false when there is no use in going on. */
static bool turn(struct faults *f, int64_t until, const char *text)
{
    int rc = kring_run(f->ring, 50 * KRING_MS);

    if (rc == -KRING_EIDLE) {
        faults_break(f, "%s: lost, the ring says that nothing is started", text);
        return false;
    }
    if (rc < 0) {
        soft_failure(f, "kring_run", rc);
        if (f->errors++ == 100) {
            faults_break(f, "kring_run goes on to fail: %s", kring_error_name(rc));
            return false;
        }
    }
    if (faults_now_ns() > until) {
        faults_break(f, "%s: stalled", text);
        return false;
    }
    return true;
}

bool faults_wait_results(struct faults *f, struct faults_op *o, unsigned results)
{
    int64_t until = faults_now_ns() + STALLED_NS;

    while (!ended(o) && o->results < results)
        /* What failed elsewhere may be what this waits for. */
        if (f->failed || !turn(f, until, o->text))
            return false;
    return o->started && o->results >= results && (o->value >= 0 || o->fails);
}

bool faults_wait(struct faults *f, struct faults_op *o)
{
    int64_t until = faults_now_ns() + STALLED_NS;

    while (!ended(o))
        if (f->failed || !turn(f, until, o->text))
            return false;
    return o->started && (o->value >= 0 || o->fails);
}

int faults_create(struct faults *f, kring_op op, const char *text)
{
    struct faults_op *o = faults_start_as(f, op, text, false);

    o->creates = true;
    return faults_wait(f, o) ? (int)o->value : -1;
}

void faults_drop(struct faults *f, struct faults_op *o)
{
    if (!o->started)
        return;
    o->dropped = true;
    if (kring_drop(f->ring, o->op, on_release, o) < 0 && !o->finals)
        faults_break(f, "%s: cannot be dropped", o->text);
}

bool faults_close(struct faults *f, int fd)
{
    struct faults_op *o = START(f, kring_close_fd(f->ring, fd));
    bool done = faults_wait(f, o);

    /* An error of close comes when the descriptor is gone already. */
    if (o->finals && o->value != -ECANCELED && fcntl(fd, F_GETFD) < 0)
        faults_disown(f, fd);
    return done;
}

/* ---- Things ---- */

void faults_own(struct faults *f, int fd)
{
    if (f->owned_count < FAULTS_OWNED)
        f->owned[f->owned_count++] = fd;
    else
        faults_break(f, "the scenario has too many descriptors");
}

void faults_disown(struct faults *f, int fd)
{
    for (unsigned i = 0; i < f->owned_count; i++)
        if (f->owned[i] == fd) {
            f->owned[i] = f->owned[--f->owned_count];
            return;
        }
}

bool faults_pair(struct faults *f, int type, int fds[2])
{
    if (!MUST(f, socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0))
        return false;
    faults_own(f, fds[0]);
    faults_own(f, fds[1]);
    return true;
}

bool faults_pipe(struct faults *f, int fds[2])
{
    if (!MUST(f, pipe2(fds, O_CLOEXEC) == 0))
        return false;
    faults_own(f, fds[0]);
    faults_own(f, fds[1]);
    return true;
}

void faults_pattern(uint8_t *data, unsigned size, unsigned from)
{
    for (unsigned i = 0; i < size; i++)
        data[i] = (uint8_t)((from + i) * 31 + (from + i) / 251);
}

bool faults_is_pattern(const uint8_t *data, unsigned size, unsigned from)
{
    for (unsigned i = 0; i < size; i++)
        if (data[i] != (uint8_t)((from + i) * 31 + (from + i) / 251))
            return false;
    return true;
}

int faults_file(struct faults *f, unsigned size)
{
    static uint8_t data[65536];
    char path[100];
    int fd;

    snprintf(path, sizeof path, "%s/file", kring_test_tmpdir());
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (!MUST(f, fd >= 0 && size <= sizeof data))
        return -1;
    faults_own(f, fd);
    faults_pattern(data, size, 0);
    MUST(f, write(fd, data, size) == (ssize_t)size);
    return fd;
}

/* ---- The end ---- */

static void end_all(struct faults *f)
{
    int64_t until = faults_now_ns() + STALLED_NS;
    struct kring_stats stats;

    for (unsigned i = 0; i < f->count; i++)
        if (!ended(&f->ops[i]) && !f->ops[i].dropped)
            (void)kring_cancel(f->ring, f->ops[i].op);
    for (unsigned i = 0; i < f->count; i++)
        while (!ended(&f->ops[i]))
            if (!turn(f, until, f->ops[i].text))
                return;
    if (kring_stats(f->ring, &stats) == 0 && stats.running != 0)
        faults_break(f, "%u operations run although all have ended", stats.running);
}

static void close_ring(struct faults *f)
{
    struct kring_caps caps;
    int error = -EBUSY;

    f->lost = kring_caps(f->ring, &caps) == 0 && caps.engine == KRING_ENGINE_KERNEL &&
              caps.kernel_error != 0;
    for (int i = 0; i < 3 && error != 0; i++)
        error = kring_close(f->ring, 300 * KRING_MS);
    if (error != 0)
        faults_break(f, "kring_close: %s", kring_error_name(error));
    f->ring = NULL;
}

void faults_finish(struct faults *f)
{
    /* By turns: the callers ends what runs, or closing does. */
    if (f->ring != NULL && f->nth % 2 == 0)
        end_all(f);
    if (f->ring != NULL)
        close_ring(f);
    for (unsigned i = 0; i < f->count && i < FAULTS_OPS; i++) {
        struct faults_op *o = &f->ops[i];

        /* A dropped one that a refused enter lost in the kernel is never released (ops/lost.c). */
        if (o->dropped && f->lost)
            continue;
        if (o->started && o->finals + o->releases != 1)
            faults_break(f, "%s: ended %u times", o->text, o->finals + o->releases);
    }
    for (unsigned i = 0; i < f->owned_count; i++)
        close(f->owned[i]);
    f->owned_count = 0;
}
