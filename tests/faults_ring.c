/* SPDX-License-Identifier: MIT */
/* Scenarios of tests/faults.h: opening and explaining, time, chains, ends, messages, loops. */
#include "faults.h"
#include "kring/uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOFT(opcode) (UINT64_C(1) << IORING_OP_##opcode)

/* ---- Opening, with nothing known about the kernel ---- */

/* In auto no fault of io_uring alone keeps a ring from opening; an error leaves nothing behind. */
static bool opened(struct faults *f, const struct kring_options *options)
{
    int error = kring_open(&f->ring, options);

    if (error == 0)
        return true;
    f->ring = NULL;
    if (kring_fake_failed >= 0 && options->engine == KRING_ENGINE_AUTO &&
        !strncmp(kring_fake_name(kring_fake_failed), "io_uring_", 9))
        faults_break(f, "kring_open: %s, although soft would do", kring_error_name(error));
    return faults_ok(f, error, "kring_open");
}

static bool open_close(struct faults *f)
{
    struct kring_options options = faults_options(f);

    options.flags = 0;
    return opened(f, &options) && DO(f, kring_nop(f->ring));
}

static bool open_static(struct faults *f)
{
    static uint8_t memory[1 << 20] __attribute__((aligned(4096)));
    struct kring_options options = faults_options(f);

    options.memory = memory;
    options.memory_size = sizeof memory;
    options.direct_descriptors = 4;
    options.setup_wanted = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN;
    return opened(f, &options) && DO(f, kring_nop(f->ring));
}

static bool explain(struct faults *f)
{
    struct kring_options options = faults_options(f);
    struct kring_caps caps;
    char text[600];
    bool right = OK(f, kring_open_explain(&options, text, sizeof text));

    if (!opened(f, &options))
        return false;
    for (unsigned i = 0; i < 62; i++)
        (void)kring_route_opcode(f->ring, i);
    right = OK(f, kring_caps(f->ring, &caps)) && right;
    (void)kring_explain_opcode(f->ring, IORING_OP_READ, -EINVAL, text, sizeof text);
    return DO(f, kring_nop(f->ring)) && right;
}

/* What only a functional probe can settle is tried at the first use. */
static bool trials(struct faults *f)
{
    static uint8_t memory[4 * 64];
    struct kring_options options = faults_options(f);
    struct kring_time soon = {0, 100000};
    struct faults_op *o;
    int pair[2], pool;

    options.direct_descriptors = 4;
    if (!opened(f, &options) || !faults_pair(f, SOCK_STREAM, pair))
        return false;
    pool = kring_pool_init(f->ring, memory, 4, 64);
    if (!OK(f, pool))
        return false;
    o = START_FAILING(f, kring_timeout_multishot(f->ring, &soon, 2, 0));
    if (!faults_wait(f, o))
        return false;
    o = START(f, kring_recv_multishot(f->ring, pair[0], pool, 0));
    o->fails = true; /* no buffers, or canceled at the end */
    if (!DO(f, kring_send(f->ring, pair[1], "abc", 3, 0)) || !faults_wait_results(f, o, 1) ||
        !DO(f, kring_cancel_fd(f->ring, pair[0])))
        return false;
    return faults_wait(f, o);
}

/* ---- Time ---- */

static bool timers(struct faults *f)
{
    struct kring_time soon = {0, 300000}, never = {3600, 0}, *absolute, at;
    struct faults_op *a, *b, *c, *d, *e;
    uint8_t data[8];
    int pair[2];

    if (!faults_open(f, 0, SOFT(TIMEOUT)) || !faults_pair(f, SOCK_STREAM, pair))
        return false;
    at.seconds = faults_now_ns() / KRING_SECOND;
    at.nanoseconds = 0;
    absolute = &at; /* in the past */
    a = START_FAILING(f, kring_timeout(f->ring, &soon, 0, 0));
    b = START_FAILING(f, kring_timeout(f->ring, absolute, 0, KRING_ABSOLUTE));
    c = START_FAILING(f, kring_timeout(f->ring, &never, 0, 0));
    d = START_FAILING(f, kring_timeout_multishot(f->ring, &soon, 3, 0));
    e = faults_member(f, kring_recv(f->ring, pair[0], data, sizeof data, 0), "deadline", true);
    if (!OK(f, kring_set_deadline(f->ring, e->op, KRING_MS)) || !faults_start_chain(f, e, 1))
        return false;
    if (!faults_wait(f, a) || !faults_wait(f, b) || !faults_wait(f, d) || !faults_wait(f, e))
        return false;
    if (!faults_ok(f, a->value == -ETIME ? 0 : a->value, "timeout"))
        return false;
    if (f->mode->kernel != NULL)
        return true; /* a timer in a kernel that is too old for updates stays as it is */
    if (!DO(f, kring_timeout_update(f->ring, c->op, &soon, 0)) || !faults_wait(f, c))
        return false;
    c = START_FAILING(f, kring_timeout(f->ring, &never, 0, 0));
    if (!DO(f, kring_timeout_remove(f->ring, c->op)) || !faults_wait(f, c))
        return false;
    c = START(f, kring_timeout(f->ring, &never, 2, 0));
    return DO(f, kring_nop(f->ring)) && DO(f, kring_nop(f->ring)) && faults_wait(f, c);
}

/* ---- Chains ---- */

static bool chains(struct faults *f)
{
    static uint8_t out[3000], in[3000];
    struct kring_time far = {3600, 0};
    struct faults_op *o;
    int fd, pair[2];

    if (!faults_open(f, 0, SOFT(FSYNC)) || (fd = faults_file(f, 0)) < 0 ||
        !faults_pair(f, SOCK_STREAM, pair))
        return false;
    faults_pattern(out, sizeof out, 7);
    memset(in, 0, sizeof in);
    o = faults_member(f, kring_write_all(f->ring, fd, out, sizeof out, 0), "write", false);
    faults_member(f, kring_fsync(f->ring, fd, 0), "fsync", false);
    faults_member(f, kring_read(f->ring, fd, in, sizeof in, 0), "read", false);
    if (!faults_start_chain(f, o, 3) || !faults_wait(f, &o[2]))
        return false;
    if (!MUST(f, o[0].finals == 1 && o[1].finals == 1 && faults_is_pattern(in, sizeof in, 7)))
        return false;
    /* Plain members of one kind: goes to one engine whole. The failure ends what follows. */
    o = faults_member(f, kring_read(f->ring, -1, in, 1, 0), "bad read", true);
    faults_member(f, kring_nop(f->ring), "never run", true);
    if (!faults_start_chain(f, o, 2) || !faults_wait(f, &o[1]) || !MUST(f, o[1].value < 0))
        return false;
    o = faults_member(f, kring_read(f->ring, -1, in, 1, 0), "bad read", true);
    (void)kring_set_flags(f->ring, o->op, KRING_HARDLINK);
    faults_member(f, kring_write(f->ring, fd, out, 100, 0), "after all", false);
    if (!faults_start_chain(f, o, 2) || !faults_wait(f, &o[1]))
        return false;
    o = faults_member(f, kring_recv(f->ring, pair[0], in, 5, 0), "recv", false);
    faults_member(f, kring_link_timeout(f->ring, &far, 0), "its limit", true);
    if (!faults_start_chain(f, o, 2) || !DO(f, kring_send(f->ring, pair[1], "12345", 5, 0)))
        return false;
    return faults_wait(f, &o[0]) && faults_wait(f, &o[1]) &&
           (o[0].value != 5 || MUST(f, !memcmp(in, "12345", 5)));
}

/* ---- Cancel and drop ---- */

static bool ends(struct faults *f)
{
    static uint8_t data[16];
    struct faults_op *a, *b, *c, *d;
    char path[100];
    int pair[2], other[2];

    if (!faults_open(f, 0, SOFT(RECV)) || !faults_pair(f, SOCK_STREAM, pair) ||
        !faults_pair(f, SOCK_STREAM, other) || faults_file(f, 10) < 0)
        return false;
    a = START_FAILING(f, kring_recv(f->ring, pair[0], data, sizeof data, 0));
    b = START_FAILING(f, kring_poll(f->ring, pair[1], POLLIN));
    c = START_FAILING(f, kring_recv(f->ring, other[0], data, sizeof data, 0));
    d = START_FAILING(f, kring_poll(f->ring, other[1], POLLIN));
    if (!OK(f, kring_submit(f->ring)) || !a->started || !OK(f, kring_cancel(f->ring, a->op)) ||
        !faults_wait(f, a))
        return false;
    faults_drop(f, b);
    if (!DO(f, kring_cancel_fd(f->ring, other[0])) || !faults_wait(f, c) ||
        !DO(f, kring_cancel_op(f->ring, d->op)) || !faults_wait(f, d))
        return false;
    /* A dropped result owns a descriptor. */
    snprintf(path, sizeof path, "%s/file", kring_test_tmpdir());
    a = START(f, kring_openat(f->ring, AT_FDCWD, path, O_RDONLY, 0));
    b = START(f, kring_openat(f->ring, AT_FDCWD, path, O_RDONLY, 0));
    faults_drop(f, a);
    if (!OK(f, kring_submit(f->ring)))
        return false;
    faults_drop(f, b);
    c = START_FAILING(f, kring_recv(f->ring, pair[0], data, sizeof data, 0));
    if (!DO(f, kring_cancel_any(f->ring)) || !faults_wait(f, c))
        return false;
    /* Left running: closing ends it. */
    (void)START_FAILING(f, kring_recv(f->ring, pair[0], data, sizeof data, 0));
    (void)START_FAILING(f, kring_poll(f->ring, pair[1], POLLIN));
    return OK(f, kring_submit(f->ring));
}

/* ---- Messages and wakes ---- */

static unsigned messages;
static void on_message(struct kring *ring, int32_t value, uint64_t data, void *user)
{
    (void)ring;
    if (value != 42 || data != 4711)
        faults_break(user, "a message came wrong");
    messages++;
}

static bool message_between(struct faults *f, struct kring *other)
{
    int64_t until = faults_now_ns() + KRING_SECOND;

    messages = 0;
    if (!DO(f, kring_msg_ring(f->ring, other, 42, 4711)))
        return false;
    while (messages == 0) {
        int rc = kring_run(other, 20 * KRING_MS);

        if (rc < 0 && !faults_ok(f, rc, "kring_run of the receiver") && f->errors++ > 20)
            return false;
        if (faults_now_ns() > until)
            return MUST(f, messages == 1);
    }
    return MUST(f, messages == 1);
}

static bool wakes(struct faults *f)
{
    struct kring_options options = faults_options(f);
    struct kring_time never = {3600, 0};
    struct kring *other;
    bool right;

    options.on_message = on_message;
    options.user = f;
    if (!MUST(f, kring_open(&other, &options) == 0))
        return false;
    /* The kernel takes messages for a ring whose owner has begun with it (-EBADFD before). */
    (void)kring_run(other, 0);
    right = faults_open(f, 0, 0) && message_between(f, other);
    if (f->ring != NULL) {
        (void)START_FAILING(f, kring_timeout(f->ring, &never, 0, 0));
        if (OK(f, kring_wake(f->ring))) {
            int64_t began = faults_now_ns();
            int rc = kring_run(f->ring, KRING_SECOND);

            right = faults_ok(f, rc, "kring_run") && right;
            if (!f->failed)
                MUST(f, faults_now_ns() - began < KRING_SECOND / 2);
        } else {
            right = false;
        }
    }
    for (int i = 0; i < 3; i++)
        if (kring_close(other, 300 * KRING_MS) == 0)
            return right;
    faults_break(f, "the receiving ring cannot be closed");
    return false;
}

/* ---- Somebody else's loop ---- */

/* Polls as a foreign loop does, never the ring's own wait. */
static bool loop_until(struct faults *f, struct faults_op *o, int fd)
{
    int64_t until = faults_now_ns() + KRING_SECOND;

    while (!o->finals) {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        int rc = kring_submit(f->ring);

        if (rc < 0)
            faults_ok(f, rc, "kring_submit");
        (void)poll(&entry, 1, f->failed ? 10 : 200);
        rc = kring_run(f->ring, 0);
        if (rc == -KRING_EIDLE && !o->finals) {
            faults_break(f, "%s: lost", o->text);
            return false;
        }
        if (rc < 0 && rc != -KRING_EIDLE)
            faults_ok(f, rc, "kring_run");
        if (faults_now_ns() > until) {
            if (!f->failed)
                faults_break(f, "%s: the loop's descriptor does not tell", o->text);
            return false;
        }
    }
    return o->value >= 0 || o->fails;
}

static bool loops(struct faults *f)
{
    static uint8_t data[8];
    struct kring_time soon = {0, 300000};
    struct faults_op *o;
    int fd, pair[2];

    if (!faults_open(f, 0, SOFT(TIMEOUT)) || !faults_pair(f, SOCK_STREAM, pair))
        return false;
    fd = kring_fd(f->ring);
    if (fd < 0 && f->mode->missing[0] == KRING__SYS_epoll_create1) {
        /* A build or kernel without epoll has kring_pollfds instead. */
        struct kring_pollfd fds[8];

        o = START_FAILING(f, kring_timeout(f->ring, &soon, 0, 0));
        (void)kring_next_timeout(f->ring);
        return OK(f, kring_submit(f->ring)) && OK(f, kring_pollfds(f->ring, fds, 8)) &&
               faults_wait(f, o);
    }
    if (!OK(f, fd))
        return false;
    o = START_FAILING(f, kring_timeout(f->ring, &soon, 0, 0));
    if (!o->started || !loop_until(f, o, fd))
        return false;
    o = START(f, kring_recv(f->ring, pair[0], data, sizeof data, 0));
    if (!o->started || !OK(f, kring_submit(f->ring)) || !MUST(f, write(pair[1], "hi", 2) == 2))
        return false;
    return loop_until(f, o, fd) && MUST(f, o->value == 2 && !memcmp(data, "hi", 2));
}

/* Rings of other sizes, while something waits in an engine and more than one of them holds. */
static bool resizes(struct faults *f)
{
    static const uint32_t sizes[] = {64, 4, 8};
    static uint8_t data[8];
    struct faults_op *o;
    int pair[2];

    if (!faults_open(f, 0, SOFT(RECV)) || !faults_pair(f, SOCK_STREAM, pair))
        return false;
    o = START(f, kring_recv(f->ring, pair[0], data, sizeof data, 0));
    if (!o->started || !OK(f, kring_submit(f->ring)))
        return false;
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct faults_op *last = NULL;
        int error = kring_resize(f->ring, sizes[i], 0);
        struct kring_caps caps;

        if (error == -KRING_EKERNEL)
            break; /* io_uring below 6.13 */
        (void)kring_caps(f->ring, &caps);
        if (!faults_ok(f, error, "kring_resize") ||
            !MUST(f, caps.sq_entries == sizes[i] && caps.cq_entries == 2 * sizes[i]))
            return false;
        for (unsigned k = 0; k < 12; k++)
            last = START(f, kring_nop(f->ring));
        if (!faults_wait(f, last))
            return false;
    }
    if (!MUST(f, write(pair[1], "hi", 2) == 2) || !faults_wait(f, o))
        return false;
    return MUST(f, o->value == 2 && !memcmp(data, "hi", 2));
}

const struct faults_scenario faults_ring_scenarios[] = {
    {"open and close", open_close, true},
    {"open in static memory", open_static, true},
    {"explain", explain, true},
    {"trials", trials, true},
    {"timers and deadlines", timers, false},
    {"chains", chains, false},
    {"cancel and drop", ends, false},
    {"messages and wakes", wakes, false},
    {"a foreign loop", loops, false},
    {"other sizes", resizes, false},
    {NULL, NULL, false},
};
