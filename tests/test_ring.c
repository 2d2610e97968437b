/* SPDX-License-Identifier: MIT */
/* The ring itself: options, memory, foreign loops, wakes, messages, threads, forks. */
#include "rings.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int kring_test_ring(void);

/* ---- Options ---- */

static int try_open(const struct kring_options *options)
{
    struct kring *ring = (struct kring *)(uintptr_t)1;
    int error = kring_open(&ring, options);

    if (error == 0) {
        CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    } else {
        CU_ASSERT_EQUAL((uintptr_t)ring, 1); /* written only on success */
    }
    return error;
}

static void options_checked(enum rings_kind kind)
{
    struct {
        struct kring_options options;
        uint64_t newer[2];
    } longer;
    struct kring_options o;

#define BAD(change)                                           \
    do {                                                      \
        o = rings_options(kind);                              \
        change;                                               \
        CU_ASSERT_EQUAL(try_open(&o), -EINVAL);               \
        CU_ASSERT_EQUAL(kring_memory_needed(&o), -EINVAL);    \
    } while (0)
    BAD(o.size = 0);
    BAD(o.size = 8);
    BAD(o.size = 1u << 20);
    BAD(o.engine = 3);
    BAD(o.flags = 1u << 31);
    BAD(o.entries = 32769);
    BAD(o.cq_entries = 65537);
    BAD(o.entries = 64; o.cq_entries = 32);
    BAD(o.operations = 1u << 20);
    BAD(o.direct_descriptors = 1u << 20);
    BAD(o.reserved = 1);
    BAD(o.setup_wanted = 1u << 31);
    BAD(o.memory_size = 4096);
    BAD(o.memory = (char *)&o + 1);
    BAD(o.kernel = "not a release");
#undef BAD
    /* A newer header: its tail may be there as long as it asks for nothing. */
    memset(&longer, 0, sizeof longer);
    longer.options = rings_options(kind);
    longer.options.size = sizeof longer;
    CU_ASSERT_EQUAL(try_open(&longer.options), 0);
    longer.newer[1] = 1;
    CU_ASSERT_EQUAL(try_open(&longer.options), -EINVAL);
}

static void sizes(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct kring_caps caps;

    options.entries = 1;
    options.operations = 1;
    ring = rings_open_with(kind, &options);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
    options.entries = 100;
    options.operations = 5000;
    ring = rings_open_with(kind, &options);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.asked_entries, 100);
    CU_ASSERT(caps.sq_entries >= 1 && caps.cq_entries >= caps.sq_entries);
    rings_close(ring);
}

static void static_memory(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    int64_t needed;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), length;
    char *memory;

    options.operations = 16;
    options.entries = 8;
    needed = kring_memory_needed(&options);
    CU_ASSERT_FATAL(needed > 0);
    length = ((size_t)needed + page - 1) / page * page;
    memory = mmap(NULL, length + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_FATAL(memory != MAP_FAILED);
    memset(memory, 0x5a, length + page); /* used before, and for others behind */
    options.memory = memory;
    options.memory_size = (size_t)needed - 1;
    CU_ASSERT_EQUAL(try_open(&options), -ENOMEM);
    for (unsigned i = 0; i < 2; i++) { /* and used again */
        options.memory_size = (size_t)needed;
        ring = rings_open_with(kind, &options);
        CU_ASSERT(ring != NULL && (char *)ring >= memory && (char *)ring < memory + needed);
        CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
        rings_close(ring);
    }
    for (size_t i = (size_t)needed; i < length + page; i++)
        if (memory[i] != 0x5a) {
            CU_FAIL("memory behind the ring's was written to");
            break;
        }
    munmap(memory, length + page);
}

/* ---- Errors of a running ring ---- */

static void idle_and_results(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_result result;
    char byte;
    int pipe[2];
    kring_op op;

    CU_ASSERT_EQUAL(kring_run(ring, KRING_FOREVER), -KRING_EIDLE);
    rings_pipe(pipe);
    op = kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, 0), -EINVAL); /* not started */
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), -EAGAIN);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), -EAGAIN);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, 2 * KRING_MS), -ETIME);
    CU_ASSERT_EQUAL(kring_run(ring, 2 * KRING_MS), 0);
    rings_write(pipe[1], "r", 1);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), -EALREADY);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), -EBUSY);
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), 0);
    CU_ASSERT_EQUAL(result.value, 1);
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), -ESTALE);
    /* A multishot has no one result. */
    CU_ASSERT_EQUAL(kring_start(ring, kring_poll_multishot(ring, pipe[0], POLLIN), NULL, NULL),
                    -EINVAL);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

static void deadlines_exhausted(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log log = {0}, late = {0};
    char bytes[3];
    int pipe[2];
    kring_op op;

    options.timers = 1;
    ring = rings_open_with(kind, &options);
    rings_pipe(pipe);
    for (unsigned i = 0; i < 2; i++) {
        op = kring_read(ring, pipe[0], bytes + i, 1, KRING_CUR_POS);
        CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 3 * KRING_MS), 0);
        CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), i ? -EAGAIN : 0);
    }
    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), -ESTALE); /* a failed start frees */
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ETIME);
    op = kring_read(ring, pipe[0], bytes, 1, KRING_CUR_POS);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 0), 0); /* at once */
    CU_ASSERT(rings_start(ring, op, &late));
    CU_ASSERT(rings_until(ring, &late, 1));
    CU_ASSERT_EQUAL(late.last.value, -ETIME);
    op = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, -1), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -EINVAL);
    CU_ASSERT_EQUAL(log.calls, 1);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

/* ---- Foreign loops ---- */

static bool readable(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, ms) == 1;
}

static void pollable_fd(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0}, timed = {0};
    struct kring_time soon = {0, 4000000};
    char byte;
    int pair[2], fd = kring_fd(ring);
    kring_op op;

    if (fd == -EOPNOTSUPP) {
        rings_close(ring);
        KRING_SKIP("no epoll in this build");
    }
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(kring_fd(ring), fd);
    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT(!readable(fd, 0));
    for (unsigned i = 0; i < 4; i++) { /* on either engine, twice: it must be armed again */
        op = i % 2 ? kring_recv(ring, pair[0], &byte, 1, 0)
                   : kring_read(ring, pair[0], &byte, 1, KRING_CUR_POS);
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT(!readable(fd, 1));
        rings_write(pair[1], "p", 1);
        CU_ASSERT(readable(fd, 1000));
        for (unsigned j = 0; j < 5 && log.finals <= i; j++)
            CU_ASSERT(kring_run(ring, 0) >= 0);
        CU_ASSERT_EQUAL(log.finals, i + 1);
        CU_ASSERT_EQUAL(kring_run(ring, 0), -KRING_EIDLE);
        CU_ASSERT(!readable(fd, 0));
    }
    /* Timers: soft's, and deadlines. */
    CU_ASSERT_EQUAL(kring_next_timeout(ring), -1);
    for (unsigned i = 0; i < 2; i++) {
        op = i ? kring_recv(ring, pair[0], &byte, 1, 0) : kring_timeout(ring, &soon, 0, 0);
        if (i)
            CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 100 * KRING_MS), 0);
        CU_ASSERT(rings_start(ring, op, &timed));
        CU_ASSERT_EQUAL(kring_next_timeout(ring), 0); /* something is queued */
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        if (i) {
            CU_ASSERT(kring_next_timeout(ring) > 0);
            CU_ASSERT(kring_next_timeout(ring) <= 100 * KRING_MS);
        }
        while (timed.finals <= i && readable(fd, 1000))
            CU_ASSERT(kring_run(ring, 0) >= 0);
        CU_ASSERT_EQUAL(timed.finals, i + 1);
        CU_ASSERT_EQUAL(timed.last.value, -ETIME);
    }
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

static void *write_later(void *fd)
{
    usleep(5000);
    rings_write(*(int *)fd, "1", 1);
    return NULL;
}

static void poll_loop(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct kring_pollfd fds[16];
    struct pollfd real[16];
    char byte;
    int pair[2];
    int64_t end = rings_now_ns() + KRING_SECOND;
    pthread_t thread;

    rings_pair(SOCK_STREAM, pair);
    for (unsigned i = 0; i < 2; i++) {
        kring_op op = i ? kring_recv(ring, pair[0], &byte, 1, 0)
                        : kring_read(ring, pair[0], &byte, 1, KRING_CUR_POS);

        CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 250 * KRING_MS), 0);
        CU_ASSERT(rings_start(ring, op, &log));
    }
    CU_ASSERT_EQUAL(kring_submit(ring), 2);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, write_later, &pair[1]), 0);
    /* One gets the byte while the loop sleeps, the other's time runs out. */
    while (log.finals < 2 && rings_now_ns() < end) {
        int n = kring_pollfds(ring, fds, 16);
        int64_t left = kring_next_timeout(ring);

        CU_ASSERT_FATAL(n > 0 && n <= 16);
        CU_ASSERT_EQUAL(kring_pollfds(ring, NULL, 0), n);
        for (int i = 0; i < n; i++)
            real[i] = (struct pollfd){.fd = fds[i].fd, .events = fds[i].events};
        CU_ASSERT(poll(real, (nfds_t)n, left < 0 ? 1000 : (int)((left + 999999) / 1000000)) >= 0);
        CU_ASSERT(kring_run(ring, 0) >= 0);
    }
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(log.finals, 2);
    CU_ASSERT_EQUAL(log.notes[0].value, 1);
    CU_ASSERT_EQUAL(log.notes[1].value, -ETIME);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* ---- Wakes and messages ---- */

static void *wake_later(void *ring)
{
    usleep(5000);
    return kring_wake(ring) == 0 ? ring : NULL;
}

static struct kring *wake_in_handler;

static void on_wake_signal(int number)
{
    (void)number;
    kring_wake(wake_in_handler);
}

static void wakes(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    struct sigaction action = {.sa_handler = on_wake_signal, .sa_flags = SA_RESTART}, before;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec once = {.it_value.tv_nsec = 5000000};
    pthread_t thread;
    void *woke = NULL;
    timer_t timer;
    char byte;
    int pipe[2];
    bool slept = false;
    int64_t began = rings_now_ns();

    rings_pipe(pipe);
    CU_ASSERT(rings_start(ring, kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS), &log));
    /* Before the wait; from a thread during it; from a signal handler. Once each. */
    CU_ASSERT_EQUAL(kring_wake(ring), 0);
    CU_ASSERT_EQUAL(kring_wake(ring), 0);
    CU_ASSERT_EQUAL(kring_run(ring, KRING_SECOND), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, wake_later, ring), 0);
    CU_ASSERT_EQUAL(kring_run(ring, KRING_SECOND), 0);
    pthread_join(thread, &woke);
    CU_ASSERT_PTR_EQUAL(woke, ring);
    wake_in_handler = ring;
    sigaction(SIGUSR1, &action, &before);
    CU_ASSERT_EQUAL(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    CU_ASSERT_EQUAL(timer_settime(timer, 0, &once, NULL), 0);
    CU_ASSERT_EQUAL(kring_run(ring, KRING_SECOND), 0);
    CU_ASSERT(rings_now_ns() - began < KRING_SECOND);
    timer_delete(timer);
    sigaction(SIGUSR1, &before, NULL);
    (void)kring_run(ring, 0); /* the wake whose signal already ended the wait */
    /* All wakes are used up: it sleeps. EINTR may end a wait early, but not for ever. */
    for (unsigned tries = 0; !slept && tries < 20; tries++) {
        began = rings_now_ns();
        CU_ASSERT_EQUAL(kring_run(ring, 5 * KRING_MS), 0);
        slept = rings_now_ns() - began >= 4 * KRING_MS;
    }
    CU_ASSERT(slept);
    CU_ASSERT_EQUAL(log.calls, 0);
    close(pipe[1]);
    CU_ASSERT(rings_until(ring, &log, 1));
    close(pipe[0]);
    rings_close(ring);
}

struct mail {
    unsigned count;
    int32_t value;
    uint64_t data;
};

static void on_mail(struct kring *ring, int32_t value, uint64_t data, void *user)
{
    struct mail *mail = user;

    (void)ring;
    mail->count++;
    mail->value = value;
    mail->data = data;
}

static void messages(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *from = rings_open(kind), *to;
    struct rings_log log = {0};
    struct mail mail = {0};
    unsigned sent = 0;

    options.on_message = on_mail;
    options.user = &mail;
    to = rings_open_with(kind, &options);
    (void)kring_run(to, 0); /* the target is enabled by its first run */
    CU_ASSERT_EQUAL(kring_start(from, kring_msg_ring(from, to, 1, UINT64_C(1) << 52), rings_done,
                                &log), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring(from, to, -5, (UINT64_C(1) << 52) - 1)), 0);
    CU_ASSERT(rings_until_count(to, &mail.count, 1));
    CU_ASSERT_EQUAL(mail.value, -5);
    CU_ASSERT_EQUAL(mail.data, (UINT64_C(1) << 52) - 1);
    /* Nobody reads: what was accepted arrives, the rest is told. */
    for (unsigned i = 0; i < 100; i++) {
        int64_t value = rings_do(from, kring_msg_ring(from, to, (int32_t)i, i));

        CU_ASSERT(value == 0 || value == -EAGAIN || value == -EOVERFLOW);
        sent += value == 0;
    }
    CU_ASSERT(sent > 0);
    CU_ASSERT(rings_until_count(to, &mail.count, 1 + sent));
    CU_ASSERT_EQUAL(rings_do(from, kring_msg_ring(from, to, 1, 1)), 0);
    CU_ASSERT(rings_until_count(to, &mail.count, 2 + sent));
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_close(from);
    rings_close(to);
}

/* ---- Offload ---- */

struct held {
    void (*job)(void *arg);
    void *arg;
    unsigned count;
};

static int hold(void *user, void (*job)(void *arg), void *arg)
{
    struct held *held = user;

    if (held->count)
        return -EAGAIN; /* one at a time: the others run inline */
    held->count = 1;
    held->job = job;
    held->arg = arg;
    return 0;
}

static void *run_held(void *user)
{
    struct held *held = user;

    held->job(held->arg);
    return NULL;
}

/* A blocking call is on another thread: its memory is out, and close says so. */
static void offloaded(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct held held = {0};
    struct rings_log log = {0}, inline_log = {0};
    struct kring *ring;
    pthread_t thread;
    char data[4] = "";
    int fd = rings_file("offload", "abcd", 4);

    options.offload = hold;
    options.offload_user = &held;
    ring = rings_open_with(kind, &options);
    CU_ASSERT(rings_start(ring, kring_fsync(ring, fd, 0), &log));
    CU_ASSERT_EQUAL(kring_run(ring, 2 * KRING_MS), 0);
    if (held.count == 0) {
        CU_FAIL("nothing was offloaded");
        close(fd);
        rings_close(ring);
        return;
    }
    CU_ASSERT(rings_start(ring, kring_read(ring, fd, data, 4, 0), &inline_log));
    CU_ASSERT(rings_until(ring, &inline_log, 1));
    CU_ASSERT_EQUAL(inline_log.last.value, 4);
    CU_ASSERT_EQUAL(kring_close(ring, 0), -EBUSY);
    CU_ASSERT_EQUAL(kring_close(ring, 2 * KRING_MS), -EBUSY);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, run_held, &held), 0);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(log.calls, 1);
    CU_ASSERT(log.last.value == 0 || log.last.value == -ECANCELED);
    close(fd);
}

static void offload(void)
{
    if (!CONFIG_KRING_OFFLOAD)
        KRING_SKIP("offload is configured out");
    rings_on(RINGS_SOFT, offloaded);
}

/* ---- Threads and processes ---- */

static void *work(void *user)
{
    struct kring *ring = user;
    struct rings_log log = {0};
    char byte;
    int pipe[2];

    rings_pipe(pipe);
    CU_ASSERT(rings_start(ring, kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS), &log));
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, pipe[1], "t", 1, KRING_CUR_POS)), 1);
    CU_ASSERT(rings_until(ring, &log, 1));
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
    return log.last.value == 1 ? ring : NULL;
}

static void opened_elsewhere(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    pthread_t thread;
    void *result = NULL;
    char byte;
    kring_op op = kring_read(ring, 0, &byte, 1, KRING_CUR_POS);

    rings_need(ring, op); /* here: no other thread may abandon a test */
    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0); /* nothing is submitted here */
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, work, ring), 0);
    pthread_join(thread, &result);
    CU_ASSERT_PTR_EQUAL(result, ring);
}

static void forked(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char byte;
    int pipe[2], status = -1;
    kring_op op;
    pid_t child;

    rings_pipe(pipe);
    op = kring_read(ring, pipe[0], &byte, 1, KRING_CUR_POS);
    CU_ASSERT(rings_start(ring, op, &log));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    fflush(NULL);
    child = kring_test_fork();
    if (child == 0) {
        int wrong = 0;

        wrong |= kring_run(ring, 0) != -ESTALE ? 1 : 0;
        wrong |= kring_submit(ring) != -ESTALE ? 2 : 0;
        wrong |= kring_wait_op(ring, op, 0) != -ESTALE ? 4 : 0;
        wrong |= kring_start(ring, op, rings_done, &log) != -ESTALE ? 8 : 0;
        wrong |= kring_close(ring, 0) != -ESTALE ? 16 : 0;
        wrong |= kring_fd(ring) != -ESTALE ? 32 : 0;
        _exit(wrong);
    }
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status));
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
    rings_write(pipe[1], "f", 1); /* the parent's ring is unharmed */
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 1);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}

RINGS_TEST(options_checked)
RINGS_TEST(sizes)
RINGS_TEST(static_memory)
RINGS_TEST(idle_and_results)
RINGS_TEST(deadlines_exhausted)
RINGS_TEST(pollable_fd)
RINGS_TEST(poll_loop)
RINGS_TEST(wakes)
RINGS_TEST(messages)
RINGS_TEST(opened_elsewhere)
RINGS_TEST(forked)

int kring_test_ring(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("options out of range and newer headers", options_checked),
        RINGS_ROWS("sizes", sizes),
        RINGS_ROWS("static memory", static_memory),
        RINGS_ROWS("idle, waiting and results", idle_and_results),
        RINGS_ROWS("deadlines that run out and out of", deadlines_exhausted),
        RINGS_ROWS("kring_fd in a foreign loop", pollable_fd),
        RINGS_ROWS("kring_pollfds in a foreign loop", poll_loop),
        RINGS_ROWS("wakes from a thread and a signal handler", wakes),
        RINGS_ROWS("messages between rings", messages),
        {"rule 12 an offloaded call keeps the ring busy", offload},
        RINGS_ROWS("open here, run in a thread", opened_elsewhere),
        RINGS_ROWS("a forked child is told ESTALE", forked),
    };

    return KRING_SUITE_ADD("rings", tests);
}
