/* SPDX-License-Identifier: MIT */
/*
 * kring_register(): every opcode on every kind of ring answers what docs/register.md says, and bad
 * arguments are refused by the soft engine as by the kernel.
 */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"
#include "probe/probe.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int kring_test_register(void);

struct row {
    bool present;
    char answers[3][12]; /* by enum rings_kind's order in the document: kernel, mixed, soft */
};
static struct row rows[IORING_REGISTER_LAST];

static unsigned read_table(void)
{
    FILE *file = fopen("docs/register.md", "r");
    char line[256];
    unsigned count = 0;

    if (file == NULL)
        return 0;
    memset(rows, 0, sizeof rows);
    while (fgets(line, sizeof line, file)) {
        unsigned number;
        struct row row = {.present = true};

        if (sscanf(line, "| %u | %*[A-Z_0-9] | %*[0-9.] | %11[a-z] | %11[a-z] | %11[a-z] |",
                   &number, row.answers[0], row.answers[1], row.answers[2]) != 4)
            continue;
        CU_ASSERT_FATAL(number < IORING_REGISTER_LAST);
        CU_ASSERT(!rows[number].present);
        rows[number] = row;
        count++;
    }
    fclose(file);
    return count;
}

static const char *answer_for(unsigned opcode, enum rings_kind kind)
{
    return rows[opcode].answers[kind == RINGS_KERNEL ? 0 : kind == RINGS_MIXED ? 1 : 2];
}

/* What the document's word means here, where the kernel may be too old for a native call. */
static int expected(struct kring *ring, unsigned opcode, enum rings_kind kind)
{
    const char *answer = answer_for(opcode, kind);
    bool has = kind != RINGS_SOFT && opcode < kring__ring_caps(ring)->register_count &&
               !kring__ring_caps(ring)->register_blocked;

    if (!strcmp(answer, "own"))
        return -EBUSY;
    if (!strcmp(answer, "none"))
        return KRING_ENGINE_NONE;
    if (!strcmp(answer, "emulated"))
        return KRING_ENGINE_SOFT;
    if (!strcmp(answer, "kring"))
        return kind == RINGS_SOFT ? KRING_ENGINE_SOFT : KRING_ENGINE_KERNEL;
    if (!strcmp(answer, "native") || !strcmp(answer, "both"))
        return has ? KRING_ENGINE_KERNEL : KRING_ENGINE_NONE;
    CU_ASSERT_STRING_EQUAL(answer, "either");
    return has ? KRING_ENGINE_KERNEL : KRING_ENGINE_SOFT;
}

static void each_opcode_as_documented(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    if (read_table() == 0) {
        rings_close(ring);
        KRING_SKIP("docs/register.md is not here");
    }
    for (unsigned opcode = 0; opcode < IORING_REGISTER_LAST; opcode++) {
        int route = kring_register_route(ring, opcode), want, value;

        CU_ASSERT_FATAL(rows[opcode].present);
        want = expected(ring, opcode, kind);
        if (route != want)
            fprintf(stderr, "register %u: %d, documented %d\n", opcode, route, want);
        CU_ASSERT_EQUAL(route, want);
        if (want != -EBUSY && want != KRING_ENGINE_NONE)
            continue;
        value = kring_register(ring, opcode, NULL, 0);
        CU_ASSERT_EQUAL(value, want == -EBUSY ? -EBUSY : -KRING_EKERNEL);
    }
    CU_ASSERT_EQUAL(kring_register_route(ring, IORING_REGISTER_LAST), -EINVAL);
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_LAST, NULL, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_register(ring, UINT32_C(0x80000000), NULL, 0), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
}

/* ---- Bad arguments ---- */

static uint64_t memory[1024];
static int32_t no_fd = -1;

static const struct {
    const char *text;
    void *arg;
    unsigned count;
} arguments[] = {
    {"NULL, 0", NULL, 0}, {"NULL, 1", NULL, 1}, {"NULL, 2", NULL, 2},
    {"zeroes, 0", memory, 0}, {"zeroes, 1", memory, 1}, {"zeroes, 300", memory, 300},
};

static int ask(struct kring *ring, unsigned opcode, unsigned i)
{
    void *arg = arguments[i].arg;

    memset(memory, 0, sizeof memory);
    /* Zero would be a descriptor that is open, though no eventfd. */
    if (arg != NULL &&
        (opcode == IORING_REGISTER_EVENTFD || opcode == IORING_REGISTER_EVENTFD_ASYNC))
        arg = &no_fd;
    return kring_register(ring, opcode, arg, arguments[i].count);
}

static void as_the_kernel(void)
{
    struct kring *soft, *kernel;

    if (rings_missing(RINGS_KERNEL) || rings_missing(RINGS_SOFT))
        KRING_SKIP("not both engines here");
    soft = rings_open(RINGS_SOFT);
    kernel = rings_open(RINGS_KERNEL);
    CU_ASSERT_EQUAL(kring_run(kernel, 0), -KRING_EIDLE); /* enabled: else EBADFD tells nothing */
    for (unsigned opcode = 0; opcode < IORING_REGISTER_LAST; opcode++) {
        if (kring_register_route(soft, opcode) != KRING_ENGINE_SOFT ||
            kring_register_route(kernel, opcode) != KRING_ENGINE_KERNEL)
            continue;
        for (unsigned i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
            int ours = ask(soft, opcode, i), theirs = ask(kernel, opcode, i);

            if (ours != theirs)
                fprintf(stderr, "register %u (%s): soft %d, kernel %d\n", opcode,
                        arguments[i].text, ours, theirs);
            CU_ASSERT_EQUAL(ours, theirs);
        }
    }
    rings_close(soft);
    rings_close(kernel);
}

/* What is passed on is passed on as it is: the kernel's answer, whatever is asked. */
static void native_calls_are_the_kernels(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fd = kring_ring_fd(ring);
    unsigned workers[2] = {0, 0};

    if (kind == RINGS_SOFT) {
        CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_IOWQ_MAX_WORKERS, workers, 2),
                        -KRING_EKERNEL);
        rings_close(ring);
        return;
    }
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    for (unsigned opcode = 0; opcode < IORING_REGISTER_LAST; opcode++) {
        if (kring_register_route(ring, opcode) != KRING_ENGINE_KERNEL ||
            opcode == IORING_REGISTER_SYNC_CANCEL || opcode == IORING_REGISTER_PERSONALITY ||
            opcode == IORING_REGISTER_SEND_MSG_RING)
            continue;
        for (unsigned i = 0; i < 3; i++) { /* NULL: nothing can be registered by it */
            /* Ours first: it takes back what theirs would wait for. */
            int ours = kring_register(ring, opcode, NULL, i);
            long theirs = syscall(SYS_io_uring_register, fd, opcode, NULL, i);

            CU_ASSERT_EQUAL(ours, theirs < 0 ? -errno : theirs);
        }
    }
    if (kring_register_route(ring, IORING_REGISTER_IOWQ_MAX_WORKERS) == KRING_ENGINE_KERNEL) {
        CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_IOWQ_MAX_WORKERS, workers, 2), 0);
        CU_ASSERT(workers[0] > 0);
    }
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
}

/* A personality counts on the kernel, and the soft engine refuses what it cannot be. */
static void personality(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct io_uring_sqe sqe;
    int id = kring_register(ring, IORING_REGISTER_PERSONALITY, NULL, 0);
    kring_op op;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_NOP;
    sqe.personality = (uint16_t)(id > 0 ? id : 7);
    if (kring_register_route(ring, IORING_REGISTER_PERSONALITY) == KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(id, -KRING_EKERNEL);
        CU_ASSERT_EQUAL(rings_do(ring, kring_raw(ring, &sqe)), -EINVAL);
        rings_close(ring);
        return;
    }
    CU_ASSERT(id > 0);
    op = kring_raw(ring, &sqe);
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), 0);
    CU_ASSERT_EQUAL(kring_register(ring, IORING_UNREGISTER_PERSONALITY, NULL, (unsigned)id), 0);
    op = kring_raw(ring, &sqe);
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), -EINVAL);
    rings_close(ring);
}

/* One eventfd hears of both engines. */
static void eventfd_of_both(enum rings_kind kind)
{
    struct kring *ring;
    int32_t event;
    enum kring_engine engines[2] = {KRING_ENGINE_KERNEL, KRING_ENGINE_SOFT};
    uint64_t heard = 0;

    if (kind == RINGS_MIXED && !rings_may_register())
        KRING_SKIP("io_uring_register is refused: the kernel's half hears of no eventfd");
    ring = rings_open(kind);
    if (kring_register(ring, IORING_UNREGISTER_EVENTFD, NULL, 0) == -KRING_EKERNEL) {
        rings_close(ring);
        KRING_SKIP("no eventfds of rings in this kernel (5.2)");
    }
    event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    CU_ASSERT_EQUAL(kring_register(ring, IORING_UNREGISTER_EVENTFD, NULL, 0), -ENXIO);
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_EVENTFD, &event, 1), 0);
    CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_EVENTFD, &event, 1), -EBUSY);
    for (unsigned i = 0; i < 2; i++) {
        kring_op op = kring_nop(ring);

        if (kind == (i == 0 ? RINGS_SOFT : RINGS_KERNEL)) {
            CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
            continue;
        }
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, engines[i]), 0);
        CU_ASSERT_EQUAL(rings_do(ring, op), 0);
        CU_ASSERT_EQUAL(read(event, &heard, sizeof heard), (ssize_t)sizeof heard);
        CU_ASSERT(heard > 0);
    }
    CU_ASSERT_EQUAL(kring_register(ring, IORING_UNREGISTER_EVENTFD, NULL, 0), 0);
    (void)!read(event, &heard, sizeof heard); /* below 5.18 kring first ends requests of its own */
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    CU_ASSERT_EQUAL(read(event, &heard, sizeof heard), -1);
    close(event);
    rings_close(ring);
}

/* Restrictions, set before the first run, hold; a mixed ring does not pretend. */
static void restrictions(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct io_uring_restriction allowed[3];
    struct rings_log log = {0};
    int value, fds[2];

    memset(allowed, 0, sizeof allowed);
    allowed[0].opcode = IORING_RESTRICTION_SQE_OP;
    allowed[0].sqe_op = IORING_OP_NOP;
    allowed[1].opcode = IORING_RESTRICTION_REGISTER_OP;
    allowed[1].register_op = IORING_REGISTER_ENABLE_RINGS;
    allowed[2].opcode = IORING_RESTRICTION_SQE_OP;
    allowed[2].sqe_op = IORING_OP_ASYNC_CANCEL;
    value = kring_register(ring, IORING_REGISTER_RESTRICTIONS, allowed, 3);
    if (kind != RINGS_KERNEL ||
        kring_register_route(ring, IORING_REGISTER_RESTRICTIONS) == KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(value, -KRING_EKERNEL);
        rings_close(ring);
        return;
    }
    if (value == -EBADFD) {
        rings_close(ring);
        KRING_SKIP("this ring does not start disabled");
    }
    CU_ASSERT_EQUAL(value, 0);
    rings_pipe(fds);
    CU_ASSERT(rings_start(ring, kring_nop(ring), &log));
    CU_ASSERT(kring_run(ring, 0) >= 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 0);
    memset(&log, 0, sizeof log);
    CU_ASSERT(rings_start(ring, kring_poll(ring, fds[0], POLLIN), &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -EACCES);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}

static void probe_counts(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct io_uring_probe *probe = calloc(1, sizeof *probe + 256 * sizeof probe->ops[0]);
    int value = kring_register(ring, IORING_REGISTER_PROBE, probe, 256);

    if (value == -KRING_EKERNEL) {
        free(probe);
        rings_close(ring);
        KRING_SKIP("no probe in this kernel (5.6)");
    }
    CU_ASSERT_EQUAL(value, 0);
    CU_ASSERT(probe->ops_len > IORING_OP_NOP);
    CU_ASSERT(probe->ops[IORING_OP_NOP].flags & IO_URING_OP_SUPPORTED);
    /* The operations of 128 bytes go by their plain opcodes there. */
    for (unsigned i = 0; kind == RINGS_SOFT && i < probe->ops_len && !kring__is_wide(i); i++)
        CU_ASSERT_EQUAL((probe->ops[i].flags & IO_URING_OP_SUPPORTED) != 0,
                        kring_route_opcode(ring, i) != KRING_ENGINE_NONE);
    free(probe);
    rings_close(ring);
}

RINGS_TEST(each_opcode_as_documented)
RINGS_TEST(native_calls_are_the_kernels)
RINGS_TEST(personality)
RINGS_TEST(eventfd_of_both)
RINGS_TEST(restrictions)
RINGS_TEST(probe_counts)

int kring_test_register(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("each opcode as documented", each_opcode_as_documented),
        KRING_TEST(as_the_kernel),
        RINGS_ROWS("what is native is the kernel's", native_calls_are_the_kernels),
        RINGS_ROWS("personality", personality),
        RINGS_ROWS("an eventfd hears of every engine", eventfd_of_both),
        RINGS_ROWS("restrictions", restrictions),
        RINGS_ROWS("probe", probe_counts),
    };

    return KRING_SUITE_ADD("register", tests);
}
