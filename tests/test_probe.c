/* SPDX-License-Identifier: MIT */
/* The probe against kernels that a fake plays, against refusals of every kind, and simulated. */
#include "test.h"

#include "fake_sys.h"
#include "probe/internal.h"
#include "probe/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct kring__wish plain = {.entries = 64, .attach_fd = -1};

/* ---- What needs no io_uring ---- */

static void releases_parse_and_refuse(void)
{
    static const char *const bad[] = {"", "5", "5.", ".1", "3.9", "7.3", "8.0", "5.1.2", "v5.1",
                                      "5.1 ", "5.1-rc1", "-5.1", "5.9999"};

    CU_ASSERT_EQUAL(kring__release_parse("5.1"), KRING__V(5, 1));
    CU_ASSERT_EQUAL(kring__release_parse("5.19"), KRING__V(5, 19));
    CU_ASSERT_EQUAL(kring__release_parse("4.19"), KRING__V(4, 19));
    CU_ASSERT_EQUAL(kring__release_parse("7.2"), KRING__V(7, 2));
    CU_ASSERT_EQUAL(kring__release_parse(NULL), -EINVAL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_EQUAL(kring__release_parse(bad[i]), -EINVAL);
}

static void release_rows_grow(void)
{
    const struct kring__release *before = NULL;

    CU_ASSERT_PTR_NULL(kring__release_row(KRING__V(4, 20)));
    for (unsigned v = KRING__V(5, 1); v <= KRING__V(7, 2); v++) {
        const struct kring__release *row = kring__release_row((uint16_t)v);
        unsigned known = 0;

        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        for (unsigned i = 0; i < KRING__OP_COUNT; i++)
            known += kring__rows[i].since <= row->release;
        CU_ASSERT_EQUAL(known, row->op_count); /* the two tables agree */
        if (before != NULL) {
            CU_ASSERT_TRUE(row->op_count >= before->op_count);
            CU_ASSERT_EQUAL(before->features & ~row->features, 0);
            CU_ASSERT_EQUAL(before->setup_flags & ~row->setup_flags, 0);
        }
        before = row;
    }
}

static void codes_have_names(void)
{
    CU_ASSERT_STRING_EQUAL(kring_error_name(-ECONNRESET), "ECONNRESET");
    CU_ASSERT_STRING_EQUAL(kring_error_name(-KRING_EKERNEL), "KRING_EKERNEL");
    CU_ASSERT_STRING_EQUAL(kring_error_name(-4095), "E?");
    CU_ASSERT_STRING_EQUAL(kring_error_name(0), "E?");
    CU_ASSERT_STRING_EQUAL(kring_error_name(INT64_MIN), "E?");
    for (unsigned i = 0; i <= KRING_CAUSE_UNKNOWN; i++)
        CU_ASSERT_STRING_NOT_EQUAL(kring__cause_name(i), "?");
}

static void soft_makes_no_uring_call(void)
{
    struct kring__wish wish = plain;
    struct kring__caps caps;
    struct kring__kernel kernel;

    kring_fake_clear();
    wish.engine = KRING_ENGINE_SOFT;
    kring__caps_none(&caps, &wish, 0);
    CU_ASSERT_EQUAL(caps.pub.cause,
                    CONFIG_KRING_KERNEL_ENGINE ? KRING_CAUSE_OPTION : KRING_CAUSE_CONFIG);
    CU_ASSERT_EQUAL(caps.pub.engine, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(caps.op[IORING_OP_NOP].answer, KRING__NO);
    wish.engine = KRING_ENGINE_AUTO;
    wish.release = KRING__V(4, 19);
    CU_ASSERT_EQUAL(kring__kernel_open(&kernel, &wish, &caps), -ENOSYS);
    CU_ASSERT_EQUAL(kernel.fd, -1);
    CU_ASSERT_EQUAL(caps.pub.cause,
                    CONFIG_KRING_KERNEL_ENGINE ? KRING_CAUSE_SIMULATED : KRING_CAUSE_CONFIG);
    CU_ASSERT_EQUAL(kring_fake_ring_calls(), 0);
}

static void explanations_are_cut_to_size(void)
{
    struct kring__caps caps;
    char whole[512], part[24];
    size_t length, i;

    kring__caps_none(&caps, &plain, 0);
    length = kring__explain_text(&caps, IORING_OP_RECV, 0, 0, -KRING_EKERNEL, whole, sizeof whole);
    CU_ASSERT_EQUAL(length, strlen(whole));
    CU_ASSERT_TRUE(length > sizeof part);
    CU_ASSERT_EQUAL(kring__explain_text(&caps, IORING_OP_RECV, 0, 0, -KRING_EKERNEL, NULL, 0),
                    length);
    for (i = 1; i <= sizeof part; i++) {
        memset(part, 'x', sizeof part);
        CU_ASSERT_EQUAL(kring__explain_text(&caps, IORING_OP_RECV, 0, 0, -KRING_EKERNEL, part, i),
                        length);
        CU_ASSERT_EQUAL(strlen(part), i - 1);
        CU_ASSERT_EQUAL(memcmp(part, whole, i - 1), 0);
    }
    CU_ASSERT_TRUE(kring__explain_text(&caps, 200, 0, 0, 0, whole, sizeof whole) > 0);
}

#if CONFIG_KRING_KERNEL_ENGINE

/* ---- Fakes ---- */

static struct kring__kernel kernel = {.fd = -1};
static struct kring__caps caps;

static int open_fake(const struct kring_fake *fake, const struct kring__wish *wish)
{
    int error;

    if (fake != NULL)
        kring_fake_set(fake);
    else
        kring_fake_clear();
    error = kring__kernel_open(&kernel, wish, &caps);
    CU_ASSERT_EQUAL(error < 0, kernel.fd < 0);
    CU_ASSERT_EQUAL(error < 0, caps.pub.cause != KRING_CAUSE_NONE);
    CU_ASSERT_EQUAL(caps.pub.engine, error < 0 ? KRING_ENGINE_SOFT : KRING_ENGINE_KERNEL);
    CU_ASSERT_EQUAL(caps.pub.kernel_error, error);
    return error;
}

static void done(void)
{
    kring__kernel_close(&kernel);
    kring_fake_clear();
}

/* The release that the machine's own kernel ranks at; 0 where io_uring cannot be used in full. */
static uint16_t real_rank(void)
{
    uint16_t rank = 0;

    if (kring_test_uring_allowed() && open_fake(NULL, &plain) == 0)
        rank = caps.register_blocked ? 0 : caps.rank;
    done();
    return rank;
}

static enum kring__answer settle(unsigned variant)
{
    struct io_uring_sqe sqe;
    int missing;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = kring__variant_rows[variant].opcode;
    return kring__caps_settle(&caps, &sqe, UINT64_C(1) << variant, &missing);
}

/* A real round trip through the ring that was opened. */
static void ring_works(void)
{
    struct io_uring_sqe *sqe;
    struct io_uring_cqe *cqe;
    uint32_t tail;

    CU_ASSERT_EQUAL(kring__kernel_enable(&kernel, &caps), 0);
    tail = *kernel.view.sq_tail; /* enabling may have proven the ring with nops */
    sqe = kring__view_sqe(&kernel.view, tail);
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = IORING_OP_NOP;
    sqe->user_data = 77;
    __atomic_store_n(kernel.view.sq_tail, tail + 1, __ATOMIC_RELEASE);
    CU_ASSERT_EQUAL(kring__sys_io_uring_enter(kernel.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0), 1);
    CU_ASSERT_EQUAL(__atomic_load_n(kernel.view.cq_tail, __ATOMIC_ACQUIRE) - *kernel.view.cq_head,
                    1);
    cqe = kring__view_cqe(&kernel.view, *kernel.view.cq_head);
    CU_ASSERT_EQUAL(cqe->user_data, 77);
    CU_ASSERT_EQUAL(cqe->res, 0);
}

static void caps_equal_release(const struct kring__release *row)
{
    CU_ASSERT_EQUAL(caps.pub.features, row->features);
    CU_ASSERT_EQUAL(caps.pub.setup_flags & ~row->setup_flags, 0);
    CU_ASSERT_EQUAL(caps.enter_flags & ~row->enter_flags, 0);
    CU_ASSERT_EQUAL(caps.sqe_flags, row->sqe_flags);
    CU_ASSERT_TRUE(caps.register_count <= row->register_count);
    CU_ASSERT_TRUE(caps.rank <= row->release);
    for (unsigned i = 0; i < KRING__OP_COUNT; i++)
        if (caps.op[i].answer != (i < row->op_count ? KRING__YES : KRING__NO))
            CU_FAIL("an opcode is misjudged");
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
        bool there = kring__variant_rows[i].since <= row->release;

        if (settle(i) != (there ? KRING__YES : KRING__NO)) {
            fprintf(stderr, "%u.%u: %s: %s (%s)\n", row->release >> 8, row->release & 255u,
                    kring__variant_rows[i].name, kring__answer_name(caps.variant[i].answer),
                    kring__evidence_name(caps.variant[i].evidence));
            CU_FAIL("a variant is misjudged");
        }
    }
}

static void kernel_is_known(const char *release)
{
    struct kring_fake fake;
    int before = fcntl(0, F_GETFD);

    kring_fake_play(&fake, release);
    if (real_rank() < fake.kernel->release)
        KRING_SKIP("the machine's kernel is older than the one to play");
    CU_ASSERT_EQUAL_FATAL(open_fake(&fake, &plain), 0);
    caps_equal_release(fake.kernel);
    ring_works();
    /* Nothing on the danger list was asked: descriptor 0 is what it was. */
    CU_ASSERT_EQUAL(fcntl(0, F_GETFD), before);
    done();
}

#define KERNEL_TEST(major, minor) \
    static void kernel_##major##_##minor##_is_known(void) \
    { \
        kernel_is_known(#major "." #minor); \
    }
KERNEL_TEST(5, 1)
KERNEL_TEST(5, 2)
KERNEL_TEST(5, 3)
KERNEL_TEST(5, 4)
KERNEL_TEST(5, 5)
KERNEL_TEST(5, 6)
KERNEL_TEST(5, 10)
KERNEL_TEST(5, 11)
KERNEL_TEST(5, 15)
KERNEL_TEST(5, 18)
KERNEL_TEST(5, 19)
KERNEL_TEST(6, 1)
KERNEL_TEST(6, 6)
KERNEL_TEST(6, 12)

static void simulation_equals_the_fake(void)
{
    static const char *const names[] = {"5.1",  "5.4",  "5.6", "5.10", "5.15",
                                        "5.19", "6.1", "6.6", "6.12"};
    uint16_t rank = real_rank();

    if (rank == 0)
        KRING_SKIP("io_uring cannot be used here");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct kring__wish wish = plain;
        struct kring_fake fake;
        struct kring__caps played;

        kring_fake_play(&fake, names[i]);
        if (rank < fake.kernel->release)
            continue;
        CU_ASSERT_EQUAL_FATAL(open_fake(&fake, &wish), 0);
        played = caps;
        done();
        wish.release = fake.kernel->release;
        CU_ASSERT_EQUAL_FATAL(open_fake(NULL, &wish), 0);
        CU_ASSERT_EQUAL(caps.pub.simulated, 1);
        CU_ASSERT_EQUAL(caps.pub.setup_flags, played.pub.setup_flags);
        CU_ASSERT_EQUAL(caps.pub.setup_refused, played.pub.setup_refused);
        CU_ASSERT_EQUAL(caps.pub.sq_entries, played.pub.sq_entries);
        CU_ASSERT_EQUAL(caps.quirks, played.quirks);
        caps_equal_release(fake.kernel);
        ring_works();
        done();
    }
}

/* Everything that a refused setup may answer falls to soft with a cause, and leaks nothing. */
static void every_setup_errno_has_a_cause(void)
{
    static const int errnos[] = {ENOSYS, EPERM,  EACCES, EOPNOTSUPP, EINVAL, ENOMEM,
                                 EMFILE, ENFILE, EFAULT, EAGAIN,     EBUSY,  ENODEV};

    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++) {
        struct kring_fake fake;

        memset(&fake, 0, sizeof fake);
        fake.setup_errno = fake.enter_errno = fake.register_errno = errnos[i];
        CU_ASSERT_EQUAL(open_fake(&fake, &plain), -errnos[i]);
        if (errnos[i] == EMFILE || errnos[i] == ENFILE)
            CU_ASSERT_EQUAL(caps.pub.cause, KRING_CAUSE_FDS);
        if (errnos[i] == ENOMEM)
            CU_ASSERT_TRUE(caps.pub.cause == KRING_CAUSE_MEMLOCK ||
                           caps.pub.cause == KRING_CAUSE_MEMORY);
        done();
    }
}

static void pain_5_flags_are_given_up_newest_first(void)
{
    struct kring_fake fake;
    struct kring__release row;
    struct kring__wish wish = plain;

    if (real_rank() < KRING__V(6, 1))
        KRING_SKIP("needs a kernel with all the wanted flags");
    /* A kernel that knows neither NO_SQARRAY nor DEFER_TASKRUN, and cannot be asked. */
    kring_fake_play(&fake, "6.0");
    CU_ASSERT_EQUAL_FATAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_EQUAL(caps.pub.setup_refused, IORING_SETUP_NO_SQARRAY | IORING_SETUP_DEFER_TASKRUN);
    CU_ASSERT_TRUE(caps.pub.setup_flags & IORING_SETUP_SINGLE_ISSUER);
    ring_works();
    done();
    /* A required flag is never given up. */
    kring_fake_play(&fake, "5.15");
    wish.setup_required = IORING_SETUP_SINGLE_ISSUER;
    CU_ASSERT_EQUAL(open_fake(&fake, &wish), -EINVAL);
    CU_ASSERT_EQUAL(caps.pub.cause, KRING_CAUSE_FLAGS);
    done();
    /* Not even one flag is known. */
    kring_fake_play(&fake, "5.10");
    row = *fake.kernel;
    row.setup_flags = 0;
    fake.kernel = &row;
    wish = plain;
    CU_ASSERT_EQUAL_FATAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_EQUAL(caps.pub.setup_flags, 0);
    ring_works();
    done();
}

static void query_saves_every_failed_setup(void)
{
    if (real_rank() < KRING__V(6, 18))
        KRING_SKIP("needs IORING_REGISTER_QUERY (6.18)");
    CU_ASSERT_EQUAL(open_fake(NULL, &plain), 0);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_io_uring_setup], 2); /* it, and the proof's */
    CU_ASSERT_EQUAL(caps.op[IORING_OP_NOP].evidence, KRING__QUERIED);
    kring__kernel_close(&kernel);
    memset(kring_fake_calls, 0, sizeof kring_fake_calls);
    /* The second ring of a process is neither proven nor tried again. */
    CU_ASSERT_EQUAL(kring__kernel_open(&kernel, &plain, &caps), 0);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_io_uring_setup], 1);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_io_uring_enter], 0);
    done();
}

static void pain_9_entries_are_halved_to_a_floor(void)
{
    struct kring_fake fake;
    struct kring__wish wish = plain;

    if (real_rank() == 0)
        KRING_SKIP("io_uring cannot be used here");
    memset(&fake, 0, sizeof fake);
    fake.memlock = 32768;
    wish.entries = 1024;
    CU_ASSERT_EQUAL_FATAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_EQUAL(caps.pub.sq_entries, 256);
    CU_ASSERT_EQUAL(caps.pub.asked_entries, 1024);
    CU_ASSERT_TRUE(caps.pub.bytes_needed > 16384 && caps.pub.bytes_needed <= 32768);
    ring_works();
    done();
    /* Room for this ring and for no scratch ring, whose setup is the last: proven when enabled. */
    fake.memlock = 0;
    wish.entries = 8;
    CU_ASSERT_EQUAL(open_fake(&fake, &wish), 0);
    fake.fail_id = KRING__SYS_io_uring_setup;
    fake.fail_id_errno = ENOMEM;
    fake.fail_id_nth = kring_fake_calls[KRING__SYS_io_uring_setup];
    done();
    CU_ASSERT_EQUAL_FATAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_TRUE(kernel.unproven);
    ring_works();
    CU_ASSERT_FALSE(kernel.unproven);
    done();
    memset(&fake, 0, sizeof fake);
    fake.memlock = 4096;
    CU_ASSERT_EQUAL(open_fake(&fake, &wish), -ENOMEM);
    CU_ASSERT_TRUE(caps.pub.bytes_needed > 4096);
    done();
}

static void old_sizes_are_clamped_by_hand(void)
{
    struct kring_fake fake;
    struct kring__wish wish = plain;

    if (real_rank() == 0)
        KRING_SKIP("io_uring cannot be used here");
    kring_fake_play(&fake, "5.2"); /* no CLAMP, no CQSIZE, at most 4096 */
    wish.entries = 32768;
    CU_ASSERT_EQUAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_EQUAL(caps.pub.sq_entries, 4096);
    done();
    wish.entries = 16;
    wish.cq_entries = 512;
    CU_ASSERT_EQUAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_EQUAL(caps.pub.cq_entries, 512);
    CU_ASSERT_TRUE(caps.pub.setup_refused & IORING_SETUP_CQSIZE);
    done();
    kring_fake_play(&fake, "5.5");
    CU_ASSERT_EQUAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_EQUAL(caps.pub.sq_entries, 16);
    CU_ASSERT_EQUAL(caps.pub.cq_entries, 512);
    done();
}

static void pain_12_a_ring_that_does_not_answer_is_refused(void)
{
    struct kring_fake fake;

    if (real_rank() == 0)
        KRING_SKIP("io_uring cannot be used here");
    memset(&fake, 0, sizeof fake);
    fake.deaf = true;
    CU_ASSERT_EQUAL(open_fake(&fake, &plain), -EIO);
    CU_ASSERT_EQUAL(caps.pub.cause, KRING_CAUSE_UNPROVEN);
    done();
    fake.deaf = false;
    fake.garbled = true;
    CU_ASSERT_EQUAL(open_fake(&fake, &plain), -EIO);
    CU_ASSERT_EQUAL(caps.pub.cause, KRING_CAUSE_UNPROVEN);
    done();
    fake.garbled = false;
    fake.foreign_offsets = true;
    CU_ASSERT_EQUAL(open_fake(&fake, &plain), -EPROTO);
    CU_ASSERT_EQUAL(caps.pub.cause, KRING_CAUSE_UNPROVEN);
    done();
}

static void enabling_that_lies_is_found_out(void)
{
    struct kring_fake fake;

    if (real_rank() < KRING__V(6, 0))
        KRING_SKIP("needs SINGLE_ISSUER");
    memset(&fake, 0, sizeof fake);
    fake.enable_lies = true;
    CU_ASSERT_EQUAL_FATAL(open_fake(&fake, &plain), 0);
    CU_ASSERT_EQUAL(caps.pub.setup_flags & IORING_SETUP_R_DISABLED, 0);
    CU_ASSERT_EQUAL(caps.pub.setup_flags & IORING_SETUP_SINGLE_ISSUER, 0);
    ring_works();
    done();
}

static void pain_1_enter_blocked_after_setup(void)
{
    static const int errnos[] = {EPERM, ENOSYS, EACCES, EOPNOTSUPP, EINVAL, ENOMEM};

    if (real_rank() == 0)
        KRING_SKIP("io_uring cannot be used here");
    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++) {
        struct kring_fake fake;

        memset(&fake, 0, sizeof fake);
        fake.enter_errno = errnos[i];
        CU_ASSERT_EQUAL(open_fake(&fake, &plain), -errnos[i]);
        CU_ASSERT_TRUE(caps.pub.cause == KRING_CAUSE_UNPROVEN ||
                       caps.pub.cause == KRING_CAUSE_SECCOMP);
        done();
    }
}

static void pain_1_register_blocked_alone(void)
{
    static const int errnos[] = {EPERM, ENOSYS, EACCES, EOPNOTSUPP, EINVAL};

    if (!kring_test_uring_allowed())
        KRING_SKIP("io_uring cannot be used here");
    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++) {
        struct kring_fake fake;

        memset(&fake, 0, sizeof fake);
        fake.register_errno = errnos[i];
        CU_ASSERT_EQUAL(open_fake(&fake, &plain), 0);
        if (!(caps.pub.features & IORING_FEAT_RW_CUR_POS)) { /* 5.5 and older look just like it */
            done();
            KRING_SKIP("the kernel is older than REGISTER_PROBE");
        }
        CU_ASSERT_TRUE(caps.register_blocked);
        /* A ring that starts disabled could never be enabled. */
        CU_ASSERT_EQUAL(caps.pub.setup_flags & IORING_SETUP_R_DISABLED, 0);
        /* The feature bits rank the kernel instead. */
        CU_ASSERT_EQUAL(caps.op[IORING_OP_READ].answer, KRING__YES);
        CU_ASSERT_EQUAL(caps.op[IORING_OP_READ].evidence, KRING__IMPLIED);
        ring_works();
        done();
    }
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * KRING_SECOND + now.tv_nsec;
}

/* A close that the fake fails did not reach the kernel, unlike a real one: end it here. */
static void close_left_over(void)
{
    for (int fd = 3; fd < 1024; fd++) {
        char path[32], name[64];
        ssize_t length;

        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        length = readlink(path, name, sizeof name - 1);
        name[length > 0 ? length : 0] = 0;
        if (fd != kernel.fd && (strstr(name, "[io_uring]") || strstr(name, "[eventfd]") ||
                                !strncmp(name, "/proc/", 6) || !strncmp(name, "/boot/", 6)))
            close(fd);
    }
}

/* Whatever single call fails, open answers and nothing stays open (the runner counts fds). */
static void open_survives_each_failing_call(void)
{
    static const int errnos[] = {EPERM, ENOMEM, EMFILE, EINVAL, EINTR, EIO};
    unsigned count = sizeof errnos / sizeof errnos[0], rounds = count;
    int64_t begin;

    if (real_rank() == 0)
        KRING_SKIP("io_uring cannot be used here");
    begin = now_ns();
    CU_ASSERT_EQUAL(open_fake(NULL, &plain), 0);
    done();
    /* Closing a ring waits for RCU, which takes long on some machines: there, each call fails
     * once with one of the errnos instead of once with each. */
    if (now_ns() - begin > 10 * KRING_MS)
        rounds = 1;
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned n = 1; n < 400; n++) {
            struct kring_fake fake;

            memset(&fake, 0, sizeof fake);
            fake.fail_nth = n;
            fake.fail_errno = errnos[(n + round) % count];
            kring_fake_set(&fake);
            if (kring__kernel_open(&kernel, &plain, &caps) == 0)
                kring__kernel_enable(&kernel, &caps);
            if (kring_fake_failed == KRING__SYS_close)
                close_left_over();
            n = kring_fake_failed < 0 ? 400 : n;
            kring__kernel_close(&kernel);
        }
    done();
}

static void check_names_what_is_missing(void)
{
    struct kring_fake fake;
    struct io_uring_sqe sqe;
    int missing = 0;

    kring_fake_play(&fake, "5.4");
    if (real_rank() < KRING__V(5, 4))
        KRING_SKIP("io_uring cannot be used here");
    CU_ASSERT_EQUAL(open_fake(&fake, &plain), 0);
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_RECV;
    CU_ASSERT_EQUAL(kring__caps_check(&caps, &sqe, 0, &missing), KRING__NO);
    CU_ASSERT_EQUAL(missing, -1);
    sqe.opcode = IORING_OP_READV;
    CU_ASSERT_EQUAL(kring__caps_check(&caps, &sqe, 0, &missing), KRING__YES);
    sqe.flags = IOSQE_ASYNC;
    CU_ASSERT_EQUAL(kring__caps_check(&caps, &sqe, 0, &missing), KRING__NO);
    CU_ASSERT_EQUAL(missing, -2 - IOSQE_ASYNC_BIT);
    sqe.flags = 0;
    sqe.off = UINT64_MAX;
    CU_ASSERT_EQUAL(kring__caps_check(&caps, &sqe, 0, &missing), KRING__NO);
    CU_ASSERT_EQUAL(missing, KRING__MISSING_QUIRK - KRING__QUIRK_CUR_POS);
    CU_ASSERT_TRUE(kring__quirk_guards(&caps, IORING_OP_READV));
    sqe.opcode = IORING_OP_TIMEOUT;
    sqe.off = 0;
    sqe.timeout_flags = IORING_TIMEOUT_ABS;
    CU_ASSERT_EQUAL(kring__caps_check(&caps, &sqe, kring__variants_of(&sqe), &missing), KRING__NO);
    CU_ASSERT_EQUAL(missing, KRING__VARIANT_TIMEOUT_ABS);
    sqe.opcode = 200;
    CU_ASSERT_EQUAL(kring__caps_check(&caps, &sqe, 0, &missing), KRING__NO);
    done();
}

/* 32-bit kernels below 6.7 and one vendor's build must not be given a buffer ring. */
static void some_kernels_get_no_buffer_ring(void)
{
    struct kring__caps found;

    memset(&found, 0, sizeof found);
    kring__quirks_apply(&found, 0);
    CU_ASSERT_FALSE(kring__quirk_no_pools(&found));
    found.kernel_32 = true;
    kring__quirks_apply(&found, 0);
    CU_ASSERT_TRUE(kring__quirk_no_pools(&found));
    kring__quirks_apply(&found, 1u << KRING__QUIRK_HIGHMEM);
    CU_ASSERT_FALSE(kring__quirk_no_pools(&found));
    found.op[IORING_OP_WAITID].answer = KRING__YES;
    kring__quirks_apply(&found, 0);
    CU_ASSERT_FALSE(kring__quirk_no_pools(&found));
    strcpy(found.kernel, "6.8.0-136-generic");
    kring__quirks_apply(&found, 0);
    CU_ASSERT_TRUE(kring__quirk_no_pools(&found));
}

static void quirks_can_be_overridden(void)
{
    struct kring_fake fake;
    struct kring__wish wish = plain;

    if (real_rank() == 0)
        KRING_SKIP("io_uring cannot be used here");
    kring_fake_play(&fake, "5.1");
    CU_ASSERT_EQUAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_TRUE(kring__quirks_active(&caps) >> KRING__QUIRK_CUR_POS & 1);
    done();
    wish.quirks_off = 1u << KRING__QUIRK_CUR_POS;
    CU_ASSERT_EQUAL(open_fake(&fake, &wish), 0);
    CU_ASSERT_FALSE(kring__quirks_active(&caps) >> KRING__QUIRK_CUR_POS & 1);
    done();
}

/* What decides lies behind a pointer that may be gone when somebody asks: named without a look. */
static void a_refused_argument_is_explained(void)
{
    struct kring_fake fake;
    char text[800];

    if (real_rank() == 0)
        KRING_SKIP("io_uring cannot be used here");
    kring_fake_play(&fake, "5.10");
    CU_ASSERT_EQUAL(open_fake(&fake, &plain), 0);
    (void)kring__explain_text(&caps, IORING_OP_SENDMSG, 0, 0, -KRING_EKERNEL, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, CONFIG_KRING_EXPLAIN ? "Q085" : "quirk="));
    (void)kring__explain_text(&caps, IORING_OP_SENDMSG, 0, 0, -EPIPE, text, sizeof text);
    CU_ASSERT_PTR_NULL(strstr(text, "Q085"));
    (void)kring__explain_text(&caps, IORING_OP_SEND, 0, 0, -KRING_EKERNEL, text, sizeof text);
    CU_ASSERT_PTR_NULL(strstr(text, "Q085"));
    done();
    if (real_rank() < KRING__V(5, 12))
        return; /* the fake takes away, it gives nothing */
    kring_fake_play(&fake, "5.12");
    CU_ASSERT_EQUAL(open_fake(&fake, &plain), 0);
    (void)kring__explain_text(&caps, IORING_OP_SENDMSG, 0, 0, -KRING_EKERNEL, text, sizeof text);
    CU_ASSERT_PTR_NULL(strstr(text, "Q085"));
    done();
}

/* Does some file of these folders look at the bit? Where it is set does not count. */
static bool quirk_is_read(const char *name)
{
    static const char *const patterns[] = {"ops/*.c", "probe/*.c", "fallback/*.c"};
    bool read = false;
    char want[64];

    snprintf(want, sizeof want, " %s", name);
    for (unsigned i = 0; i < sizeof patterns / sizeof patterns[0] && !read; i++) {
        glob_t found;

        if (glob(patterns[i], 0, NULL, &found) != 0)
            continue;
        for (size_t k = 0; k < found.gl_pathc && !read; k++) {
            FILE *file = fopen(found.gl_pathv[k], "re");
            char line[256];

            while (file != NULL && !read && fgets(line, sizeof line, file) != NULL) {
                const char *at = strstr(line, want);

                read = at != NULL && at - line >= 2 && at[-1] == at[-2] &&
                       (at[-1] == '<' || at[-1] == '>') &&
                       strchr(" )|;,\n", at[strlen(want)]) != NULL;
            }
            if (file != NULL)
                fclose(file);
        }
        globfree(&found);
    }
    return read;
}

/* A row of quirks.c that nothing looks at would change nothing (as one once did). */
static void every_quirk_has_a_reader(void)
{
    FILE *file = fopen("probe/probe.h", "re");
    char line[256], name[64];
    unsigned quirk = 0;

    if (file == NULL)
        KRING_SKIP("probe/probe.h is not here");
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "    %63[A-Z_]", name) != 1 || strncmp(name, "KRING__QUIRK_", 13) != 0 ||
            !strcmp(name, "KRING__QUIRK_COUNT"))
            continue;
        if (!(KRING__QUIRKS_EVERYWHERE >> quirk & 1) && !quirk_is_read(name))
            fprintf(stderr, "%s has no reader\n", name);
        CU_ASSERT_EQUAL(quirk_is_read(name), !(KRING__QUIRKS_EVERYWHERE >> quirk & 1));
        quirk++;
    }
    fclose(file);
    CU_ASSERT_EQUAL(quirk, KRING__QUIRK_COUNT);
    CU_ASSERT_FALSE(quirk_is_read("KRING__QUIRK_COUNT"));
}

static void a_demoted_capability_stays_no(void)
{
    struct io_uring_sqe sqe;
    int missing;

    if (real_rank() < KRING__V(5, 19))
        KRING_SKIP("needs accept multishot");
    CU_ASSERT_EQUAL(open_fake(NULL, &plain), 0);
    kring__caps_demote(&caps, IORING_OP_ACCEPT, UINT64_C(1) << KRING__VARIANT_ACCEPT_MULTISHOT);
    CU_ASSERT_EQUAL(settle(KRING__VARIANT_ACCEPT_MULTISHOT), KRING__NO);
    CU_ASSERT_EQUAL(caps.variant[KRING__VARIANT_ACCEPT_MULTISHOT].evidence, KRING__DEMOTED);
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_ACCEPT;
    CU_ASSERT_EQUAL(kring__caps_check(&caps, &sqe, 0, &missing), KRING__YES);
    kring__caps_demote(&caps, IORING_OP_ACCEPT, 0);
    CU_ASSERT_EQUAL(kring__caps_check(&caps, &sqe, 0, &missing), KRING__NO);
    done();
}

/* The functional trials are right: on this kernel each finds what its release is known to have. */
static void trials_agree_with_the_release(void)
{
    if (real_rank() == 0)
        KRING_SKIP("io_uring cannot be used here");
    CU_ASSERT_EQUAL(open_fake(NULL, &plain), 0);
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
        if (caps.variant[i].evidence != KRING__IMPLIED || caps.variant[i].answer != KRING__YES)
            continue;
        caps.variant[i].answer = KRING__CANNOT_TELL;
        if (settle(i) != KRING__YES) {
            fprintf(stderr, "%s\n", kring__variant_rows[i].name);
            CU_FAIL("a trial fails where the release has the variant");
        }
    }
    done();
}

#if CONFIG_KRING_EXPLAIN
static void pain_8_explain_names_what_and_since_when(void)
{
    struct kring_fake fake;
    char text[512];

    if (real_rank() < KRING__V(5, 10))
        KRING_SKIP("io_uring cannot be used here");
    kring_fake_play(&fake, "5.10");
    CU_ASSERT_EQUAL(open_fake(&fake, &plain), 0);
    kring__explain_text(&caps, IORING_OP_RECV, UINT64_C(1) << KRING__VARIANT_RECV_MULTISHOT, 0,
                        -KRING_EKERNEL, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "recv multishot needs io_uring of Linux 6.0"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, caps.kernel));
    kring__explain_text(&caps, IORING_OP_RECV, 0, 0, -EINVAL, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "an argument is wrong"));
    kring__explain_text(&caps, IORING_OP_SEND, 0, IOSQE_CQE_SKIP_SUCCESS, -EINVAL, text,
                        sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "cqe skip needs io_uring of Linux 5.17"));
    done();
    memset(&fake, 0, sizeof fake);
    fake.setup_errno = fake.register_errno = EMFILE;
    open_fake(&fake, &plain);
    kring__cause_text(&caps, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "certain"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "EMFILE"));
    done();
}
#endif

#endif

int kring_test_probe(void);
int kring_test_probe(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(releases_parse_and_refuse),
        KRING_TEST(release_rows_grow),
        KRING_TEST(codes_have_names),
        KRING_TEST(soft_makes_no_uring_call),
        KRING_TEST(explanations_are_cut_to_size),
#if CONFIG_KRING_KERNEL_ENGINE
        KRING_TEST(kernel_5_1_is_known),
        KRING_TEST(kernel_5_2_is_known),
        KRING_TEST(kernel_5_3_is_known),
        KRING_TEST(kernel_5_4_is_known),
        KRING_TEST(kernel_5_5_is_known),
        KRING_TEST(kernel_5_6_is_known),
        KRING_TEST(kernel_5_10_is_known),
        KRING_TEST(kernel_5_11_is_known),
        KRING_TEST(kernel_5_15_is_known),
        KRING_TEST(kernel_5_18_is_known),
        KRING_TEST(kernel_5_19_is_known),
        KRING_TEST(kernel_6_1_is_known),
        KRING_TEST(kernel_6_6_is_known),
        KRING_TEST(kernel_6_12_is_known),
        KRING_TEST(simulation_equals_the_fake),
        KRING_TEST(every_setup_errno_has_a_cause),
        KRING_TEST(pain_5_flags_are_given_up_newest_first),
        KRING_TEST(query_saves_every_failed_setup),
        KRING_TEST(pain_9_entries_are_halved_to_a_floor),
        KRING_TEST(old_sizes_are_clamped_by_hand),
        KRING_TEST(pain_12_a_ring_that_does_not_answer_is_refused),
        KRING_TEST(enabling_that_lies_is_found_out),
        KRING_TEST(pain_1_enter_blocked_after_setup),
        KRING_TEST(pain_1_register_blocked_alone),
        KRING_TEST(open_survives_each_failing_call),
        KRING_TEST(check_names_what_is_missing),
        KRING_TEST(some_kernels_get_no_buffer_ring),
        KRING_TEST(quirks_can_be_overridden),
        KRING_TEST(every_quirk_has_a_reader),
        KRING_TEST(a_refused_argument_is_explained),
        KRING_TEST(a_demoted_capability_stays_no),
        KRING_TEST(trials_agree_with_the_release),
#if CONFIG_KRING_EXPLAIN
        KRING_TEST(pain_8_explain_names_what_and_since_when),
#endif
#endif
    };

    return KRING_SUITE_ADD("probe", tests);
}
