/* SPDX-License-Identifier: MIT */
/*
 * Rungs that a kernel of today does not send anybody down to: what is done where an older one, or
 * a filter, refuses. docs/ladders.md names the test of each rung, these and those of other suites.
 */
#define _GNU_SOURCE
#include "rings.h"

#include "fake_sys.h"
#include "kring/uapi.h"
#include "ops/ring.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if CONFIG_KRING_ENV && CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE && CONFIG_KRING_TIME && \
    CONFIG_KRING_POLL && CONFIG_KRING_NET && CONFIG_KRING_RING

/* As a release for all plain calls, or, with NULL, as what this run plays. */
static void as_release(const char *release)
{
    int number = 0;

    if (release == NULL)
        release = kring_test_kernel();
    if (release != NULL)
        number = kring__release_parse(release);
    kring__sys_simulate((uint16_t)(number > 0 ? number : 0));
}

/* ---- Times below 5.1 ---- */

/* Not past 2038 where long has 32 bits and only the old calls are there; else as they are. */
static void far_times(bool old_calls)
{
    const int64_t far = INT64_C(1) << 32;
    struct kring__itimerspec set = {far, 5, far, 6}, was = {0, 0, 0, 0};
    int fd = (int)kring__sys_timerfd_create(CLOCK_MONOTONIC, O_CLOEXEC);

    CU_ASSERT_EQUAL(kring__sys_timerfd_settime(fd, 0, &set, NULL), 0);
    CU_ASSERT_EQUAL(kring__sys_timerfd_settime(fd, 0, &set, &was), 0);
    CU_ASSERT_EQUAL(was.interval_sec, old_calls ? INT32_MAX : far);
    CU_ASSERT_EQUAL(was.interval_nsec, 5);
    CU_ASSERT(was.value_sec <= was.interval_sec && was.value_sec > was.interval_sec - 1000);
    close(fd);
}

static void near_times(void)
{
    struct kring_timespec now = {-1, -1}, later, past = {1, 0}, ages_ago = {-(INT64_C(1) << 40), 0};
    struct kring_timespec soon = {0, 3 * KRING_MS}, far = {INT64_C(1) << 32, 0};
    struct kring__pollfd entry = {-1, POLLIN, 0};
    uint32_t word = 7, other = 0;
    struct timespec libc;
    int ends[2];

    clock_gettime(CLOCK_REALTIME, &libc);
    CU_ASSERT_EQUAL(kring__sys_clock_gettime(CLOCK_REALTIME, &now), 0);
    CU_ASSERT(now.tv_sec - libc.tv_sec <= 5 && now.tv_nsec >= 0 && now.tv_nsec < KRING_SECOND);
    CU_ASSERT_EQUAL(kring__sys_clock_nanosleep(CLOCK_MONOTONIC, 0, &soon, NULL), 0);
    CU_ASSERT_EQUAL(kring__sys_clock_gettime(CLOCK_REALTIME, &later), 0);
    CU_ASSERT((later.tv_sec - now.tv_sec) * KRING_SECOND + later.tv_nsec - now.tv_nsec >=
              3 * KRING_MS);
    CU_ASSERT_EQUAL(kring__sys_clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL), 0);
    CU_ASSERT_EQUAL(kring__sys_clock_nanosleep(CLOCK_MONOTONIC, 0, &ages_ago, NULL), -EINVAL);
    CU_ASSERT_EQUAL(kring__sys_ppoll(&entry, 1, &soon, NULL, KRING__SIGSET_BYTES), 0);
    CU_ASSERT_EQUAL(soon.tv_nsec, 3 * KRING_MS);
    rings_pipe(ends);
    entry.fd = ends[0];
    rings_write(ends[1], "x", 1);
    CU_ASSERT_EQUAL(kring__sys_ppoll(&entry, 1, &far, NULL, KRING__SIGSET_BYTES), 1);
    CU_ASSERT_EQUAL(kring__sys_ppoll(&entry, 1, NULL, NULL, KRING__SIGSET_BYTES), 1);
    close(ends[0]);
    close(ends[1]);
    CU_ASSERT_EQUAL(kring__sys_futex(&word, FUTEX_WAIT, 7, &soon, NULL, 0), -ETIMEDOUT);
    CU_ASSERT_EQUAL(kring__sys_futex(&word, FUTEX_WAIT, 8, &far, NULL, 0), -EAGAIN);
    CU_ASSERT_EQUAL(kring__sys_futex(&word, FUTEX_WAIT, 8, NULL, NULL, 0), -EAGAIN);
    CU_ASSERT_EQUAL(kring__sys_futex(&word, FUTEX_WAIT_BITSET, 7, &past, NULL, ~0u), -ETIMEDOUT);
    CU_ASSERT_EQUAL(kring__sys_futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    /* A number where others have a time. */
    CU_ASSERT_EQUAL(kring__sys_futex(&word, FUTEX_CMP_REQUEUE, 0, (void *)(uintptr_t)1, &other, 7),
                    0);
}

static void below_5_1_times_have_the_words_of_the_machine(void)
{
#if defined(SYS_clock_gettime64) && defined(SYS_clock_gettime)
    bool old_calls = true;
    struct kring_timespec now;

    kring__sys_simulate(0);
    if (syscall(SYS_clock_gettime64, CLOCK_MONOTONIC, &now) == 0)
        far_times(false);
#else
    bool old_calls = false; /* one kind of time: the same results, and nothing is answered ENOSYS */
#endif

    as_release("5.0");
    far_times(old_calls);
    near_times();
    if (rings_missing(RINGS_SOFT) == NULL) {
        struct kring *ring = rings_open(RINGS_SOFT);
        int64_t start = rings_now_ns();

        CU_ASSERT_EQUAL(rings_do(ring, kring_timeout_ns(ring, 3 * KRING_MS, 0, 0)), -ETIME);
        CU_ASSERT(rings_now_ns() - start >= 3 * KRING_MS);
        rings_close(ring);
    }
    as_release(NULL);
}

/* ---- The soft engine's calls ---- */

/* POPULATE_WRITE is EINVAL there: whether there is memory is asked with WILLNEED. */
static void below_5_14_memory_is_asked_for_with_older_advice(void)
{
    /* How often madvise is called at least: for a page size, and for the memory. */
    static const struct {
        const char *release;
        unsigned calls;
    } rows[] = {{"5.14", 2}, {"5.13", 5}};
    size_t size = 65536;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec good = {memory, 4096}, bad = {NULL, 4096};
    struct kring_options options = rings_options(RINGS_SOFT);

    options.registered_buffers = 1;
    rings_need_kind(RINGS_SOFT);
    for (unsigned i = 0; i < 2; i++) {
        struct kring *ring = rings_open_with(RINGS_SOFT, &options);

        kring_fake_clear();
        as_release(rows[i].release);
        CU_ASSERT_EQUAL(kring_buffers_register(ring, &good, NULL, 1), 0);
        CU_ASSERT(kring_fake_calls[KRING__SYS_madvise] >= rows[i].calls);
        CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
        bad.iov_base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(bad.iov_base, size);
        /* qemu-user 7 answers madvise() without a look, and some kernels have none. */
        if (!kring_test_emulated() && !kring_test_lacks(SYS_madvise))
            CU_ASSERT_EQUAL(kring_buffers_register(ring, &bad, NULL, 1), -EFAULT);
        as_release(NULL);
        rings_close(ring);
    }
    munmap(memory, size);
}

/* accept() knows no flags: the descriptor gets both by fcntl(). */
static void without_accept4_flags_are_set_afterwards(void)
{
    struct kring_fake fake = {.fail_id = KRING__SYS_accept4, .fail_id_errno = ENOSYS};
    char address[128];
    uint32_t length;
    struct kring *ring;
    int listener, client;
    int64_t fd;

    rings_need_kind(RINGS_SOFT);
    if (kring__sys_accept(-1, NULL, NULL) == -ENOSYS)
        KRING_SKIP("this architecture never had an older call than accept4");
    ring = rings_open(RINGS_SOFT);
    listener = rings_listener(address, &length);
    client = rings_client(address, length);
    kring_fake_set(&fake);
    fd = rings_do(ring, kring_accept(ring, listener, NULL, NULL, SOCK_NONBLOCK));
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_accept], 1);
    kring_fake_clear();
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(fcntl((int)fd, F_GETFD), FD_CLOEXEC);
    CU_ASSERT(fcntl((int)fd, F_GETFL) & O_NONBLOCK);
    close((int)fd);
    close(listener);
    close(client);
    rings_close(ring);
}

/* The caller's own NOWAIT on what has no positions: ESPIPE, then without the offset. */
static void an_offset_on_a_stream_is_left_out(void)
{
    struct kring_fake fake = {.fail_id = KRING__SYS_preadv2, .fail_id_errno = ESPIPE,
                              .fail_id_nth = 1};
    char back[8] = "";
    struct iovec vector = {back, 5};
    struct kring *ring;
    int64_t plain;
    int ends[2];

    rings_need_kind(RINGS_SOFT);
    ring = rings_open(RINGS_SOFT);
    rings_pipe(ends);
    rings_write(ends[1], "hello", 5);
    rings_write(ends[1], "hello", 5);
    /* EOPNOTSUPP where the kernel's pipes do not know the flag (seen on 5.10.46). */
    plain = kring__sys_preadv2(ends[0], &vector, 1, -1, RWF_NOWAIT);
    CU_ASSERT(plain == 5 || plain == -EOPNOTSUPP || plain == -ENOSYS);
    kring_fake_set(&fake);
    CU_ASSERT_EQUAL(rings_do(ring, kring_readv(ring, ends[0], &vector, 1, 0, RWF_NOWAIT)),
                    plain == 5 ? 5 : -EOPNOTSUPP);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_preadv2], 2);
    kring_fake_clear();
    CU_ASSERT_EQUAL(memcmp(back, "hello", 5) == 0, plain == 5);
    close(ends[0]);
    close(ends[1]);
    rings_close(ring);
}

/* ---- Rings ---- */

#if CONFIG_KRING_KERNEL_ENGINE

/* As the fake, whatever this run plays. */
static struct kring *open_as(const struct kring_fake *fake, struct kring_options *options,
                             struct kring_caps *caps)
{
    struct kring *ring = NULL;

    options->kernel = NULL;
    kring_fake_set(fake);
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, options), 0);
    CU_ASSERT_EQUAL(kring_caps(ring, caps), 0);
    return ring;
}

static void close_as(struct kring *ring)
{
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
    rings_close(ring);
    kring_fake_clear();
}

/* Below 5.11 its thread serves registered files only, and below 5.13 it is a privilege: EPERM. */
static void a_wished_thread_is_given_up(void)
{
    struct kring_options options = rings_options(RINGS_KERNEL);
    struct kring_fake fake, privilege = {.fail_id = KRING__SYS_io_uring_setup,
                                         .fail_id_errno = EPERM, .fail_id_nth = 1};
    struct kring_caps caps;
    struct kring *ring;
    int ends[2];
    char byte;

    rings_need_kind(RINGS_KERNEL);
    options.setup_wanted = IORING_SETUP_SQPOLL;
    kring_fake_play(&fake, "5.10");
    ring = open_as(&fake, &options, &caps);
    CU_ASSERT_EQUAL(caps.setup_flags & IORING_SETUP_SQPOLL, 0);
    CU_ASSERT(caps.setup_refused & IORING_SETUP_SQPOLL);
    rings_pipe(ends); /* a plain descriptor works */
    rings_write(ends[1], "x", 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, ends[0], &byte, 1, 0)), 1);
    close(ends[0]);
    close(ends[1]);
    close_as(ring);
    ring = open_as(&privilege, &options, &caps);
    CU_ASSERT_EQUAL(caps.setup_flags & IORING_SETUP_SQPOLL, 0);
    CU_ASSERT(caps.setup_refused & IORING_SETUP_SQPOLL);
    close_as(ring);
}

/* 6.17 has no rings of both sizes: all are of the larger then. */
static void without_mixed_sizes_all_are_large(void)
{
    struct kring_options options = rings_options(RINGS_KERNEL);
    const uint32_t mixed = IORING_SETUP_SQE_MIXED | IORING_SETUP_CQE_MIXED;
    const uint32_t large = IORING_SETUP_SQE128 | IORING_SETUP_CQE32;
    struct kring_fake fake;
    struct kring_caps caps;
    struct kring *ring;

    rings_need_kind(RINGS_KERNEL);
    options.setup_wanted = mixed | large;
    kring_fake_play(&fake, "6.17");
    ring = open_as(&fake, &options, &caps);
    CU_ASSERT_EQUAL(caps.setup_flags & mixed, 0);
    /* 5.19 has the larger ones. */
    CU_ASSERT(caps.setup_flags == (caps.setup_flags | large) ||
              (caps.setup_refused & large) == large);
    CU_ASSERT_EQUAL(caps.setup_refused & mixed, mixed);
    close_as(ring);
}

/* With io_uring_register filtered nobody knows what 5.10 has: MKDIRAT (5.15) is tried, once. */
static void what_cannot_be_asked_is_tried_once(void)
{
    struct kring_options options = rings_options(RINGS_MIXED);
    struct kring_caps caps;
    struct kring_fake fake;
    struct kring *ring;
    char path[220];
    uint64_t natives;

    rings_need_kind(RINGS_MIXED);
    kring_fake_play(&fake, "5.10");
    fake.register_errno = EPERM;
    ring = open_as(&fake, &options, &caps);
    CU_ASSERT_EQUAL_FATAL(caps.engine, KRING_ENGINE_KERNEL);
    for (unsigned i = 0; i < 3; i++) {
        natives = ring->stats.kernel;
        snprintf(path, sizeof path, "%s/made%u", kring_test_tmpdir(), i);
        CU_ASSERT_EQUAL(rings_do(ring, kring_mkdirat(ring, AT_FDCWD, path, 0700)), 0);
        CU_ASSERT_EQUAL(rmdir(path), 0);
        CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_mkdirat], i + 1);
        CU_ASSERT_EQUAL(ring->stats.kernel - natives, i == 0);
        CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_MKDIRAT) & 0xff, KRING_ENGINE_SOFT);
    }
    close_as(ring);
}

#endif

int kring_test_ladders(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(below_5_1_times_have_the_words_of_the_machine),
        KRING_TEST(below_5_14_memory_is_asked_for_with_older_advice),
        KRING_TEST(without_accept4_flags_are_set_afterwards),
        KRING_TEST(an_offset_on_a_stream_is_left_out),
#if CONFIG_KRING_KERNEL_ENGINE
        KRING_TEST(a_wished_thread_is_given_up),
        KRING_TEST(without_mixed_sizes_all_are_large),
        KRING_TEST(what_cannot_be_asked_is_tried_once),
#endif
    };

    return KRING_SUITE_ADD("ladders", tests);
}

#elif CONFIG_KRING_KERNEL_ENGINE && CONFIG_KRING_RING && !CONFIG_KRING_SOFT_ENGINE

static void counts(struct kring *ring, int32_t value, uint64_t data, void *user)
{
    uint64_t *sum = user;

    (void)ring;
    *sum += (uint64_t)value * data;
}

/* A ring without a soft engine has no box; below 6.13 there is no way into it but a ring. */
static void below_6_13_nobody_posts_to_the_kernel_alone(void)
{
    static const char *const releases[] = {"6.12" /* EINVAL */, "6.2" /* EBADF */};
    struct kring_options options = rings_options(RINGS_KERNEL);
    uint64_t sum = 0;
    struct kring_fake fake;
    struct kring *ring;
    int error;

    rings_need_kind(RINGS_KERNEL);
    options.on_message = counts;
    options.user = &sum;
    ring = rings_open_with(RINGS_KERNEL, &options);
    CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0); /* the ring begins here */
    error = kring_msg_post(ring, 6, 7);
    if (error == 0) {
        for (unsigned i = 0; i < 100 && sum == 0; i++)
            CU_ASSERT(kring_run(ring, 10 * KRING_MS) >= 0);
        CU_ASSERT_EQUAL(sum, 42);
    } else {
        CU_ASSERT_EQUAL(error, -KRING_EKERNEL);
    }
    for (unsigned i = 0; i < 2; i++) {
        kring_fake_play(&fake, releases[i]);
        kring_fake_set(&fake);
        CU_ASSERT_EQUAL(kring_msg_post(ring, 1, 1), -KRING_EKERNEL);
        CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_io_uring_register], 1);
        kring_fake_clear();
    }
    CU_ASSERT_EQUAL(rings_run_for(ring, 2), 0);
    rings_close(ring);
}

int kring_test_ladders(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(below_6_13_nobody_posts_to_the_kernel_alone),
    };

    return KRING_SUITE_ADD("ladders", tests);
}

#else

int kring_test_ladders(void)
{
    return 0;
}

#endif
