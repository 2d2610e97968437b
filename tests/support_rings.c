/* SPDX-License-Identifier: MIT */
/* Rings of three kinds and what tests do with them; see rings.h. */
#include "rings.h"

#include "fake_sys.h"
#include "ops/ops.h"
#include "probe/probe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* For what never comes; nothing is measured by it, since a loaded machine or a guest may pause. */
#define PATIENCE (10 * KRING_SECOND)

struct rings_place rings_place;
static uint32_t finals_seen;
static enum rings_kind running = RINGS_SOFT; /* the kind of the running test; without one, soft */
static struct kring *open_rings[16];
static bool lacking; /* a callback said -KRING_EKERNEL: a trial settled it after the start */

/* A filter may allow the two calls that a ring needs and refuse the one behind pools and tables. */
bool rings_may_register(void)
{
#if CONFIG_KRING_KERNEL_ENGINE
    long answer = kring__sys_io_uring_register(-1, IORING_REGISTER_PROBE, NULL, 0);

    return answer == -EBADF || answer == -EINVAL;
#else
    return false;
#endif
}

const char *rings_missing(enum rings_kind kind)
{
    if (kind != RINGS_KERNEL && !CONFIG_KRING_SOFT_ENGINE)
        return "the soft engine is configured out";
    if (kind != RINGS_SOFT && !kring_test_uring_allowed())
        return "no io_uring here";
    if (kind != RINGS_SOFT && kring_test_kernel() != NULL &&
        kring__release_parse(kring_test_kernel()) < KRING__V(5, 1))
        return "the simulated kernel has no io_uring";
    if (kind == RINGS_KERNEL && !rings_may_register())
        return "io_uring_register is refused here: no pools and tables in the kernel";
    return NULL;
}

void rings_need_kind(enum rings_kind kind)
{
    if (rings_missing(kind) != NULL)
        kring_test_abandon(rings_missing(kind));
}

void rings_on(enum rings_kind kind, void (*test)(enum rings_kind kind))
{
    const char *reason = rings_missing(kind);

    if (reason)
        KRING_SKIP(reason);
    finals_seen = 0;
    running = kind;
    lacking = false;
    memset(open_rings, 0, sizeof open_rings);
    test(kind);
    running = RINGS_SOFT;
}

/* ---- Rings ---- */

struct kring_options rings_options(enum rings_kind kind)
{
    struct kring_options options = KRING_OPTIONS_INIT;

    options.engine = kind == RINGS_KERNEL ? KRING_ENGINE_KERNEL
                     : kind == RINGS_SOFT ? KRING_ENGINE_SOFT : KRING_ENGINE_AUTO;
    options.flags = KRING_NO_ENVIRONMENT;
    options.kernel = kring_test_kernel();
    return options;
}

uint32_t rings_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Opcodes whose engine follows from something else: their target, their table, their chain. */
static bool has_home(unsigned opcode)
{
    const struct kring__row *row = kring__row(opcode);

    return row == NULL || (row->flags & KRING__REFERS) || opcode == IORING_OP_FILES_UPDATE ||
           opcode == IORING_OP_PROVIDE_BUFFERS || opcode == IORING_OP_REMOVE_BUFFERS ||
           opcode == IORING_OP_MSG_RING;
}

void rings_split(struct kring *ring, uint32_t seed)
{
    uint32_t state = seed * 2654435761u | 1;
    unsigned pinned = 0;

    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        bool soft = seed ? (rings_random(&state) >> 9) % 2 != 0 : i % 2 == 0;

        if (soft && !has_home(i) && kring_pin(ring, i, KRING_ENGINE_SOFT) == 0)
            pinned++;
    }
    CU_ASSERT(pinned > 0);
}

void rings_unsplit(struct kring *ring)
{
    for (unsigned i = 0; i < KRING__OP_COUNT; i++)
        CU_ASSERT_EQUAL(kring_pin(ring, i, KRING_ENGINE_AUTO), 0);
}

/*
 * An old kernel alone cannot run every test: it ends as skipped, with the library's own words for
 * what is missing. A young kernel is believed to lack nothing, so that a wrong answer is seen.
 */
static void abandon(const char *text)
{
    for (unsigned i = 0; i < sizeof open_rings / sizeof open_rings[0]; i++)
        if (open_rings[i] != NULL)
            kring_close(open_rings[i], 0);
    running = RINGS_SOFT;
    kring_test_abandon(text);
}

bool rings_kernel_before(unsigned wanted_major, unsigned wanted_minor)
{
    const char *release = kring_test_kernel();
    struct utsname name;
    unsigned major = 0, minor = 0;

    if (release == NULL && uname(&name) == 0)
        release = name.release;
    return release != NULL && sscanf(release, "%u.%u", &major, &minor) == 2 &&
           KRING__V(major, minor) < KRING__V(wanted_major, wanted_minor);
}

static bool may_lack(void)
{
    return running == RINGS_KERNEL && rings_kernel_before(6, 18);
}

void rings_need(struct kring *ring, kring_op op)
{
    char text[256];

    if (!may_lack() || kring_route(ring, op) != KRING_ENGINE_NONE)
        return;
    kring_explain(ring, op, -KRING_EKERNEL, text, sizeof text);
    abandon(text);
}

void rings_lacks(const char *why)
{
    if (may_lack())
        abandon(why);
}

#undef kring_start
#undef kring_start_chain
#undef kring_close
#undef rings_outcome
#undef rings_until
#undef rings_until_calls
#undef rings_until_count
#undef rings_do
int rings_started(struct kring *ring, kring_op op, kring_done *done, void *user)
{
    int error;

    rings_need(ring, op);
    error = kring_start(ring, op, done, user);
    if (error == -KRING_EKERNEL && may_lack())
        abandon("this kernel alone has no such resource (a buffer ring, 5.19)");
    return error;
}

int rings_started_chain(struct kring *ring, const kring_op *ops, unsigned count, kring_done *done,
                        void *user)
{
    for (unsigned i = 0; i < count; i++)
        rings_need(ring, ops[i]);
    return kring_start_chain(ring, ops, count, done, user);
}

static void remember(struct kring *from, struct kring *to)
{
    for (unsigned i = 0; i < sizeof open_rings / sizeof open_rings[0]; i++)
        if (open_rings[i] == from) {
            open_rings[i] = to;
            return;
        }
}

struct kring *rings_open_with(enum rings_kind kind, const struct kring_options *options)
{
    struct kring *ring = NULL;
    struct kring_caps caps;
    int error = kring_open(&ring, options);

    if (error == -KRING_EKERNEL && may_lack()) {
        char text[256];

        kring_open_explain(options, text, sizeof text);
        abandon(text);
    }
    CU_ASSERT_EQUAL(error, 0);
    if (error < 0)
        return NULL;
    remember(NULL, ring);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.engine, kind == RINGS_SOFT ? KRING_ENGINE_SOFT : KRING_ENGINE_KERNEL);
    CU_ASSERT_EQUAL(caps.soft_available, kind != RINGS_KERNEL);
    if (kind == RINGS_MIXED)
        rings_split(ring, 0);
    return ring;
}

struct kring *rings_open(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);

    return rings_open_with(kind, &options);
}

struct kring *rings_open_direct(enum rings_kind kind, const struct kring_options *options)
{
    struct kring *ring = NULL;

    if (kind == RINGS_KERNEL && kring_open(&ring, options) == -KRING_EKERNEL) {
        kring_test_skip("no table of direct descriptors in this kernel");
        return NULL;
    }
    if (kind == RINGS_KERNEL) {
        remember(NULL, ring);
        return ring;
    }
    ring = rings_open_with(kind, options);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    return ring;
}

int64_t rings_outcome(struct kring *ring, kring_op op)
{
    struct rings_log log = {0};
    int error = kring_start(ring, op, rings_done, &log);

    if (error < 0)
        return error;
    return rings_until(ring, &log, 1) ? log.last.value : INT64_MIN;
}

int rings_closed(struct kring *ring, int64_t timeout_ns)
{
    int error = kring_close(ring, timeout_ns);

    if (error == 0)
        remember(ring, NULL);
    return error;
}

void rings_close(struct kring *ring)
{
    struct kring_stats before;
    int error;

    rings_run_for(ring, 0);
    CU_ASSERT_EQUAL(kring_stats(ring, &before), 0);
    CU_ASSERT_EQUAL(before.started, before.completed + before.running);
    CU_ASSERT_EQUAL(before.unmatched, 0);
    error = rings_closed(ring, PATIENCE);
    CU_ASSERT_EQUAL(error, 0);
    if (error == -EBUSY)
        kring_test_give_up(true);
}

/* What has not ended uses the test's memory: it is ended, or no test can follow. */
static void give_up(struct kring *ring)
{
    bool borrowed = false;

    CU_assertImplementation(CU_FALSE, rings_place.line, "not ended in time", rings_place.file, "",
                            CU_FALSE);
    remember(ring, NULL);
    remember(NULL, ring);
    for (unsigned i = 0; i < sizeof open_rings / sizeof open_rings[0]; i++)
        if (open_rings[i] != NULL)
            borrowed |= kring_close(open_rings[i], PATIENCE) < 0;
    kring_fake_clear();
    running = RINGS_SOFT;
    kring_test_give_up(borrowed);
}

/* ---- Callbacks ---- */

void rings_done(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct rings_log *log = user;

    (void)ring;
    lacking |= result->value == -KRING_EKERNEL;
    if (log->calls < RINGS_NOTES)
        log->notes[log->calls] = *result;
    log->calls++;
    log->last = *result;
    log->op = op;
    if (!(result->flags & KRING_MORE)) {
        log->finals++;
        log->order = ++finals_seen;
    }
}

void rings_release(void *arg)
{
    ++*(unsigned *)arg;
}

bool rings_start(struct kring *ring, kring_op op, struct rings_log *log)
{
    int error = rings_started(ring, op, rings_done, log);

    if (error != 0)
        fprintf(stderr, "kring_start: %s\n", kring_error_name(error));
    CU_ASSERT_EQUAL(error, 0);
    return error == 0;
}

bool rings_until_count(struct kring *ring, const unsigned *counter, unsigned count)
{
    int64_t end = rings_now_ns() + PATIENCE;

    while (*counter < count && rings_now_ns() < end) {
        int n = kring_run(ring, 50 * KRING_MS);

        if (n < 0) {
            CU_ASSERT_EQUAL(n, 0);
            break;
        }
    }
    if (lacking && may_lack())
        abandon("a trial on this kernel alone found it too old for the operation");
    CU_ASSERT_EQUAL(*counter, count);
    if (*counter < count)
        give_up(ring);
    return *counter == count;
}

bool rings_until(struct kring *ring, const struct rings_log *log, unsigned finals)
{
    return rings_until_count(ring, &log->finals, finals);
}

bool rings_until_calls(struct kring *ring, const struct rings_log *log, unsigned calls)
{
    return rings_until_count(ring, &log->calls, calls);
}

unsigned rings_run_for(struct kring *ring, unsigned ms)
{
    int64_t end = rings_now_ns() + ms * KRING_MS;
    unsigned delivered = 0;

    for (;;) {
        int64_t left = end - rings_now_ns();
        int n = kring_run(ring, left > 0 ? left : 0);

        if (n > 0)
            delivered += (unsigned)n;
        if (n < 0 || (n == 0 && rings_now_ns() >= end))
            return delivered;
    }
}

int64_t rings_do(struct kring *ring, kring_op op)
{
    struct rings_log log = {0};

    if (!rings_start(ring, op, &log) || !rings_until(ring, &log, 1))
        return INT64_MIN;
    return log.last.value;
}

/* ---- Things to work on ---- */

void rings_pipe(int fds[2])
{
    fds[0] = fds[1] = -1;
    CU_ASSERT_EQUAL_FATAL(pipe2(fds, O_CLOEXEC), 0);
}

void rings_pair(int type, int fds[2])
{
    fds[0] = fds[1] = -1;
    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
}

int rings_listener(void *address, uint32_t *length)
{
    struct sockaddr_in *in = address;
    socklen_t size = sizeof *in;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memset(in, 0, sizeof *in);
    in->sin_family = AF_INET;
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)in, size), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fd, 64), 0);
    CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)in, &size), 0);
    *length = size;
    return fd;
}

int rings_client(const void *address, uint32_t length)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL_FATAL(connect(fd, address, length), 0);
    return fd;
}

void rings_write(int fd, const void *data, size_t length)
{
    CU_ASSERT_EQUAL(write(fd, data, length), (ssize_t)length);
}

int rings_file(const char *name, const void *data, size_t length)
{
    char path[256];
    int fd;

    snprintf(path, sizeof path, "%s/%s", kring_test_tmpdir(), name);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_LARGEFILE, 0600);
    CU_ASSERT_FATAL(fd >= 0);
    if (length)
        rings_write(fd, data, length);
    CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

int64_t rings_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * KRING_SECOND + now.tv_nsec;
}

bool rings_is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}
