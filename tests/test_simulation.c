/* SPDX-License-Identifier: MIT */
/*
 * As on an older kernel: which plain calls it lacks, and which rung of a ladder is taken then; and
 * what the library does where io_uring lacks a feature that later ones have.
 */
#define _GNU_SOURCE
#include "rings.h"

#include "fake_sys.h"
#include "kring/uapi.h"
#include "ops/ring.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

int kring_test_simulation(void);

#if CONFIG_KRING_ENV && CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE && CONFIG_KRING_PROCESS && \
    CONFIG_KRING_TIME && CONFIG_KRING_POLL && CONFIG_KRING_NET

static uint16_t machine(void)
{
    struct utsname name;
    unsigned major = 0, minor = 0;

    CU_ASSERT(uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2);
    return KRING__V(major, minor);
}

/* Back to what this run plays. */
static void play_no_more(void)
{
    int release = kring_test_kernel() ? kring__release_parse(kring_test_kernel()) : 0;

    kring__sys_simulate((uint16_t)(release > 0 ? release : 0));
}

/* ---- The calls ---- */

static long call(int id)
{
    uint64_t how[3] = {0}, cached[3] = {0, 0, 0x20};
    static char byte;
    struct iovec vector = {&byte, 1};
    char info[128];

    switch (id) {
    case 0: return kring__sys_preadv2(-1, &vector, 1, 0, 0);
    case 1: return kring__sys_pwritev2(-1, &vector, 1, 0, 0);
    case 2: return kring__sys_statx(-1, "x", 0, 0, NULL);
    case 3: return kring__sys_pidfd_send_signal(-1, 0, NULL, 0);
    case 4: return kring__sys_pidfd_open(-1, 0);
    case 5: return kring__sys_waitid(3 /* P_PIDFD */, -1, info, WEXITED, NULL);
    case 6: return kring__sys_openat2(-1, "x", how, sizeof how);
    case 7: return kring__sys_openat2(-1, "x", cached, sizeof cached);
    case 8: return kring__sys_epoll_pwait2(-1, NULL, 1, NULL, NULL, 0);
    case 9: return kring__sys_futex_waitv(NULL, 129, 0, NULL, 0);
    case 10: return kring__sys_preadv2(-1, &vector, 1, 0, RWF_NOWAIT);
    case 11: return kring__sys_pwritev2(-1, &vector, 1, 0, RWF_APPEND);
    case 12: return kring__sys_pwritev2(-1, &vector, 1, 0, RWF_NOAPPEND);
    case 13: return kring__sys_pwritev2(-1, &vector, 1, 0, RWF_ATOMIC);
    case 14: return kring__sys_preadv2(-1, &vector, 1, 0, RWF_DONTCACHE);
    case 15: return kring__sys_pwritev2(-1, &vector, 1, 0, RWF_NOSIGNAL);
    case 16: return kring__sys_pwritev2(-1, &vector, 1, 0, RWF_DSYNC);
    case 17: return kring__sys_fallocate(-1, 0x80 /* WRITE_ZEROES */, 0, 1);
    case 18: return kring__sys_madvise(NULL, 0, 18 /* WIPEONFORK */);
    case 19: return kring__sys_madvise(NULL, 0, 20 /* COLD */);
    case 20: return kring__sys_madvise(NULL, 0, 23 /* POPULATE_WRITE */);
    case 21: return kring__sys_madvise(NULL, 0, 102 /* GUARD_INSTALL */);
    default: return 0;
    }
}

/*
 * Each call, the last release without it, what that one answers, and what those that have it answer
 * to arguments as bad as these, after looking at them.
 */
static void each_younger_call_is_answered_without_it(void)
{
    static const struct {
        int id, known; /* 0: any other */
        uint16_t last;
        int answer;
    } rows[] = {
        {0, EBADF, KRING__V(4, 5), ENOSYS},    {1, EBADF, KRING__V(4, 5), ENOSYS},
        {2, EBADF, KRING__V(4, 10), ENOSYS},   {3, EBADF, KRING__V(5, 0), ENOSYS},
        {4, EINVAL, KRING__V(5, 2), ENOSYS},   {5, 0, KRING__V(5, 3), EINVAL},
        {6, EBADF, KRING__V(5, 5), ENOSYS},    {7, EBADF, KRING__V(5, 11), EINVAL},
        {8, EBADF, KRING__V(5, 10), ENOSYS},   {9, EINVAL, KRING__V(5, 15), ENOSYS},
        {10, EBADF, KRING__V(4, 12), EINVAL},  {10, EBADF, KRING__V(4, 13), EOPNOTSUPP},
        {11, EBADF, KRING__V(4, 15), EOPNOTSUPP}, {12, EBADF, KRING__V(6, 8), EOPNOTSUPP},
        {13, EBADF, KRING__V(6, 10), EOPNOTSUPP}, {14, EBADF, KRING__V(6, 13), EOPNOTSUPP},
        {15, EBADF, KRING__V(6, 17), EOPNOTSUPP}, {16, EBADF, KRING__V(4, 6), EINVAL},
        {17, EBADF, KRING__V(6, 16), EOPNOTSUPP}, {18, 0, KRING__V(4, 13), EINVAL},
        {19, 0, KRING__V(5, 3), EINVAL},       {20, 0, KRING__V(5, 13), EINVAL},
        {21, 0, KRING__V(6, 12), EINVAL},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        long got;

        kring__sys_simulate(rows[i].last);
        got = call(rows[i].id);
        if (got != -rows[i].answer)
            fprintf(stderr, "row %u: %ld\n", i, got);
        CU_ASSERT_EQUAL(got, -rows[i].answer);
        kring__sys_simulate((uint16_t)(rows[i].last + 1));
        if (kring_test_emulated() || machine() <= rows[i].last || rows[i].known == 0 ||
            (i + 1 < sizeof rows / sizeof rows[0] && rows[i + 1].id == rows[i].id))
            continue;
        got = call(rows[i].id);
        if (got != -rows[i].known)
            fprintf(stderr, "row %u, then: %ld\n", i, got);
        CU_ASSERT_EQUAL(got, -rows[i].known);
    }
    play_no_more();
}

/* What the fake system takes away from a kernel is what a simulation takes away. */
static void the_fake_system_lacks_the_same_calls(void)
{
    static const struct {
        int id, call;
    } calls[] = {
        {KRING__SYS_statx, 2},    {KRING__SYS_pidfd_send_signal, 3}, {KRING__SYS_pidfd_open, 4},
        {KRING__SYS_openat2, 6},  {KRING__SYS_epoll_pwait2, 8},      {KRING__SYS_futex_waitv, 9},
    };
    static const char *const releases[] = {"4.10", "4.19", "5.1", "5.2", "5.3", "5.5", "5.6",
                                           "5.10", "5.11", "5.15", "5.16", "6.18"};
    unsigned lacking = 0;

    for (unsigned r = 0; r < sizeof releases / sizeof releases[0]; r++) {
        struct kring_fake fake;

        kring_fake_play(&fake, releases[r]);
        kring__sys_simulate((uint16_t)kring__release_parse(releases[r]));
        for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
            bool missing = call(calls[i].call) == -ENOSYS;

            /* An emulator lacks some that the release it shows has. */
            if (fake.missing[calls[i].id] ||
                (machine() >= KRING__V(5, 16) && !kring_test_emulated()))
                CU_ASSERT_EQUAL(missing, fake.missing[calls[i].id]);
            lacking += missing;
        }
    }
    CU_ASSERT(lacking > 20);
    play_no_more();
}

/* ---- The rungs ---- */

static struct {
    struct kring *ring;
    char path[200];
    int fd; /* of path: "hello" */
} at;

static int64_t do_statx(void)
{
    uint64_t info[32];

    return rings_do(at.ring, kring_statx(at.ring, AT_FDCWD, at.path, 0, 0x7ff, (void *)info));
}

static int64_t opened(uint64_t resolve)
{
    uint64_t how[3] = {O_RDONLY, 0, resolve};
    int64_t fd = rings_do(at.ring, kring_openat2(at.ring, AT_FDCWD, at.path, (void *)how));

    if (fd >= 0)
        close((int)fd);
    return fd >= 0 || fd == -EAGAIN ? 0 : fd; /* what is not cached is no error */
}
static int64_t do_openat2(void) { return opened(0); }
static int64_t do_confined(void) { return opened(4 /* NO_SYMLINKS */); }
static int64_t do_cached(void) { return opened(0x20); }

static int64_t do_read(void)
{
    char back[8];

    return rings_do(at.ring, kring_read(at.ring, at.fd, back, 5, 0));
}

static int64_t wrote(uint32_t flags)
{
    struct iovec vector = {(char *)"hello", 5};

    return rings_do(at.ring, kring_writev(at.ring, at.fd, &vector, 1, 0, flags));
}
static int64_t do_dsync(void) { return wrote(RWF_DSYNC); }
static int64_t do_noappend(void) { return wrote(RWF_NOAPPEND); }

#if CONFIG_KRING_EPOLL
static int64_t do_wait(void)
{
    struct rings_log log = {0};
    /* Long enough that a busy machine has it wait too. */
    kring_op op = kring_timeout_ns(at.ring, 200 * KRING_MS, 0, 0);

    CU_ASSERT(rings_start(at.ring, op, &log));
    CU_ASSERT(rings_until(at.ring, &log, 1));
    return log.last.value;
}
#endif

static int64_t do_waitid(void)
{
    siginfo_t info;
    pid_t pid = kring_test_fork();

    if (pid == 0) {
        usleep(40000);
        _exit(3);
    }
    memset(&info, 0, sizeof info);
    CU_ASSERT_EQUAL(rings_do(at.ring, kring_waitid(at.ring, P_PID, pid, &info, WEXITED)), 0);
    return info.si_status;
}

static int64_t do_open(void)
{
    struct kring_options options = rings_options(RINGS_SOFT);
    struct kring *ring = rings_open_with(RINGS_SOFT, &options);

    rings_close(ring);
    return 0;
}

static const struct rung {
    int64_t (*act)(void);
    uint16_t release; /* played */
    int64_t result;
    int taken; /* this call is made */
    int left;  /* this one is not; -1: any */
    unsigned times; /* taken so often; 0: at least once */
} rungs[] = {
    {do_statx, KRING__V(4, 10), 0, KRING__SYS_newfstatat, -1, 1},
    {do_statx, KRING__V(4, 11), 0, KRING__SYS_statx, KRING__SYS_newfstatat, 1},
    {do_openat2, KRING__V(5, 5), 0, KRING__SYS_openat, -1, 1},
    {do_openat2, KRING__V(5, 6), 0, KRING__SYS_openat2, KRING__SYS_openat, 1},
    {do_confined, KRING__V(5, 5), -ENOSYS, KRING__SYS_openat2, KRING__SYS_openat, 1},
    {do_confined, KRING__V(5, 6), 0, KRING__SYS_openat2, KRING__SYS_openat, 1},
    {do_cached, KRING__V(5, 11), -EINVAL, KRING__SYS_openat2, KRING__SYS_openat, 1},
    {do_cached, KRING__V(5, 12), 0, KRING__SYS_openat2, KRING__SYS_openat, 1},
    {do_read, KRING__V(4, 5), 5, KRING__SYS_pread64, -1, 1},  /* no preadv2 */
    {do_read, KRING__V(4, 12), 5, KRING__SYS_pread64, -1, 1}, /* EINVAL */
    {do_read, KRING__V(4, 13), 5, KRING__SYS_pread64, -1, 1}, /* EOPNOTSUPP */
    {do_read, KRING__V(4, 14), 5, KRING__SYS_preadv2, -1, 1},
    {do_dsync, KRING__V(4, 5), -EOPNOTSUPP, KRING__SYS_pwritev2, KRING__SYS_pwrite64, 0},
    {do_dsync, KRING__V(4, 7), 5, KRING__SYS_pwritev2, KRING__SYS_pwrite64, 0},
    {do_noappend, KRING__V(6, 8), -EOPNOTSUPP, KRING__SYS_pwritev2, KRING__SYS_pwrite64, 0},
    {do_noappend, KRING__V(6, 9), 5, KRING__SYS_pwritev2, KRING__SYS_pwrite64, 0},
#if CONFIG_KRING_EPOLL
    {do_wait, KRING__V(5, 10), -ETIME, KRING__SYS_epoll_pwait, -1, 0},
    {do_wait, KRING__V(5, 11), -ETIME, KRING__SYS_epoll_pwait2, KRING__SYS_epoll_pwait, 0},
#endif
    {do_waitid, KRING__V(5, 2), 3, KRING__SYS_pidfd_open, -1, 1}, /* asked in pauses */
    {do_waitid, KRING__V(5, 3), 3, KRING__SYS_waitid, -1, 3}, /* with the pidfd, and without */
    {do_waitid, KRING__V(5, 4), 3, KRING__SYS_waitid, -1, 2},
    {do_open, KRING__V(4, 13), 0, KRING__SYS_getpid, -1, 0},
    {do_open, KRING__V(4, 14), 0, KRING__SYS_madvise, KRING__SYS_getpid, 0},
};

/* One rung: the machine must have what it plays. */
static void take(const struct rung *rung)
{
    int64_t result;
    unsigned times;

    /* A ring of its own: what one has learnt of its kernel it keeps. */
    at.ring = rings_open(RINGS_SOFT);
    kring_fake_clear();
    kring__sys_simulate(rung->release);
    result = rung->act();
    times = kring_fake_calls[rung->taken];
    if (result != rung->result || times == 0 || (rung->times != 0 && times != rung->times) ||
        (rung->left >= 0 && kring_fake_calls[rung->left] != 0)) {
        fprintf(stderr, "\n    rung %d on %u.%u: result %d, %s %u times, %s %u times\n",
                (int)(rung - rungs), rung->release >> 8, rung->release & 255u, (int)result,
                kring_fake_name(rung->taken), times, kring_fake_name(rung->left),
                rung->left >= 0 ? kring_fake_calls[rung->left] : 0);
        CU_FAIL("another rung was taken");
    }
    play_no_more();
    rings_close(at.ring);
}

static void each_rung_is_the_release_s(void)
{
    rings_need_kind(RINGS_SOFT);
    if (kring_test_emulated())
        KRING_SKIP("an emulator lacks calls of its own, and heeds no advice");
    at.fd = rings_file("f", "hello", 5);
    snprintf(at.path, sizeof at.path, "%s/f", kring_test_tmpdir());
    for (unsigned i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        if (machine() >= rungs[i].release &&
            (rungs[i].taken != KRING__SYS_madvise || !kring_test_lacks(SYS_madvise)))
            take(&rungs[i]);
    close(at.fd);
    kring_fake_clear();
}

/* ---- The rungs below, by the errno of the call above them ---- */

static int64_t read_from(int reads, int writes)
{
    char back[8];
    int64_t got;

    rings_write(writes, "hello", 5);
    got = rings_do(at.ring, kring_read(at.ring, reads, back, 5, KRING_CUR_POS));
    CU_ASSERT_EQUAL(memcmp(back, "hello", 5), 0);
    close(reads);
    close(writes);
    return got;
}

static int64_t do_read_pipe(void)
{
    int ends[2];

    rings_pipe(ends);
    return read_from(ends[0], ends[1]);
}

static int64_t do_read_socket(void)
{
    int ends[2];

    rings_pair(SOCK_STREAM, ends);
    return read_from(ends[0], ends[1]);
}

static int64_t do_accept(void)
{
    char address[128];
    uint32_t length;
    int listener = rings_listener(address, &length), client = rings_client(address, length);
    int64_t fd = rings_do(at.ring, kring_accept(at.ring, listener, NULL, NULL, SOCK_CLOEXEC));

    if (fd >= 0) {
        CU_ASSERT(fcntl((int)fd, F_GETFD) & FD_CLOEXEC);
        close((int)fd);
        fd = 0;
    }
    close(listener);
    close(client);
    return fd;
}

static int64_t do_madvise(void)
{
    void *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int64_t result = rings_do(at.ring, kring_madvise(at.ring, memory, 65536, MADV_DONTNEED));

    munmap(memory, 65536);
    return result;
}

static int64_t do_rename(void)
{
    char to[220];
    int64_t result;

    snprintf(to, sizeof to, "%s.to", at.path);
    result = rings_do(at.ring, kring_renameat(at.ring, AT_FDCWD, at.path, AT_FDCWD, to, 0));
    CU_ASSERT_EQUAL(rename(to, at.path), 0);
    return result;
}

static void each_rung_below_has_its_errno(void)
{
    static const struct {
        int64_t (*act)(void);
        int fails, number;
        int64_t result;
        int taken;
    } rows[] = {
        {do_accept, KRING__SYS_accept4, ENOSYS, 0, KRING__SYS_accept},
        {do_read, KRING__SYS_preadv2, ENOSYS, 5, KRING__SYS_pread64},
        {do_read, KRING__SYS_preadv2, EOPNOTSUPP, 5, KRING__SYS_pread64}, /* this file cannot */
        {do_read, KRING__SYS_preadv2, EAGAIN, 5, KRING__SYS_pread64},     /* not in memory */
        {do_read_pipe, KRING__SYS_preadv2, ENOSYS, 5, KRING__SYS_ppoll},
        {do_read_pipe, KRING__SYS_preadv2, EINVAL, 5, KRING__SYS_readv},
        {do_read_pipe, KRING__SYS_preadv2, EOPNOTSUPP, 5, KRING__SYS_readv}, /* below 6.4 */
        {do_read_socket, KRING__SYS_preadv2, EOPNOTSUPP, 5, KRING__SYS_recvmsg},
        {do_read_socket, KRING__SYS_preadv2, ENOSYS, 5, KRING__SYS_recvmsg},
        {do_madvise, KRING__SYS_madvise, ENOSYS, -EOPNOTSUPP, KRING__SYS_madvise},
        {do_rename, KRING__SYS_renameat2, ENOSYS, 0, KRING__SYS_renameat},
        {do_statx, KRING__SYS_statx, ENOSYS, 0, KRING__SYS_newfstatat},
        {do_openat2, KRING__SYS_openat2, ENOSYS, 0, KRING__SYS_openat},
        {do_waitid, KRING__SYS_pidfd_open, ENOSYS, 3, KRING__SYS_waitid},
        {do_waitid, KRING__SYS_pidfd_open, EMFILE, 3, KRING__SYS_waitid},
#if CONFIG_KRING_EPOLL
        {do_wait, KRING__SYS_epoll_pwait2, ENOSYS, -ETIME, KRING__SYS_epoll_pwait},
#endif
    };

    rings_need_kind(RINGS_SOFT);
    at.fd = rings_file("f", "hello", 5);
    snprintf(at.path, sizeof at.path, "%s/f", kring_test_tmpdir());
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kring_fake fake = {.fail_id = rows[i].fails, .fail_id_errno = rows[i].number};
        int64_t result;

        /* Some architectures have the younger call only. */
        if (rows[i].taken == KRING__SYS_accept && kring__sys_accept(-1, NULL, NULL) == -ENOSYS)
            continue;
        if (rows[i].taken == KRING__SYS_renameat && kring__sys_renameat(-1, "", -1, "") == -ENOSYS)
            continue;
        at.ring = rings_open(RINGS_SOFT);
        kring_fake_set(&fake);
        result = rows[i].act();
        if (result != rows[i].result || kring_fake_calls[rows[i].taken] == 0) {
            fprintf(stderr, "row %u: %d, %u\n", i, (int)result, kring_fake_calls[rows[i].taken]);
            CU_FAIL("another rung was taken");
        }
        kring_fake_clear();
        rings_close(at.ring);
    }
    close(at.fd);
}

/* Kernels below 5.9 read 16 bits where later ones read 32, on either order of bytes. */
static void old_kernels_find_their_poll_mask(void)
{
    static const uint32_t masks[] = {POLLIN, POLLOUT | POLLIN, 0x2000 /* RDHUP */,
                                     POLLIN | UINT32_C(1) << 28 /* EXCLUSIVE */};

    _Static_assert(offsetof(struct io_uring_sqe, poll_events) ==
                       offsetof(struct io_uring_sqe, poll32_events), "one word, two names");
    for (unsigned i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        struct io_uring_sqe sqe;

        memset(&sqe, 0, sizeof sqe);
        sqe.poll32_events = kring__poll_mask(masks[i]);
        CU_ASSERT_EQUAL(sqe.poll_events, masks[i] & 0xffff);
        CU_ASSERT_EQUAL(kring__poll_mask(sqe.poll32_events), masks[i]);
        sqe.opcode = IORING_OP_POLL_ADD;
        CU_ASSERT_EQUAL(kring__variants_of(&sqe) >> KRING__VARIANT_POLL_WIDE & 1,
                        masks[i] > 0xffff);
    }
}

/* ---- What io_uring lacks ---- */

#if CONFIG_KRING_KERNEL_ENGINE

/* For what concerns the kernel's half of a ring. */
#define KERNEL_TEST(name)                                           \
    static void name##_kernel(void) { rings_on(RINGS_KERNEL, name); } \
    static void name##_mixed(void) { rings_on(RINGS_MIXED, name); }
#define KERNEL_ROWS(text, name) \
    { text " (kernel)", name##_kernel }, { text " (mixed)", name##_mixed }

/* As on this release, or on the older one that this run plays. */
static struct kring_options as_on(enum rings_kind kind, const char *release)
{
    struct kring_options options = rings_options(kind);

    if (options.kernel == NULL ||
        kring__release_parse(options.kernel) > kring__release_parse(release))
        options.kernel = release;
    return options;
}

/* All that an operation's arguments point to. */
struct borrowed {
    struct iovec vector;
    struct msghdr message;
    struct kring_time time;
    char path[200];
    char data[64];
};

static struct borrowed *page;
static unsigned ended;

static void lock_up(int protection)
{
    CU_ASSERT_EQUAL(mprotect(page, sizeof *page, protection), 0);
}

/* The end: what anybody reads from here on is rubbish, and then nothing at all. */
static void take_away(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    rings_done(ring, op, result, user);
    if (result->flags & KRING_MORE)
        return;
    memset(page, 0xff, sizeof *page);
    lock_up(PROT_NONE);
    ended++;
}

/* One operation whose arguments cannot be read before it starts, nor after it has ended. */
static kring_op make(struct kring *ring, unsigned which, int fds[2], int file)
{
    switch (which) {
    case 0: return kring_readv(ring, fds[0], &page->vector, 1, KRING_CUR_POS, 0);
    case 1: return kring_readv(ring, file, &page->vector, 1, 2, 0);
    case 2: return kring_writev(ring, file, &page->vector, 1, 5, 0);
    case 3: return kring_recvmsg(ring, fds[0], &page->message, 0);
    case 4: return kring_sendmsg(ring, fds[1], &page->message, 0);
    case 5: return kring_timeout(ring, &page->time, 0, 0);
    case 6: return kring_openat(ring, AT_FDCWD, page->path, O_RDONLY, 0);
    default: return kring_recv(ring, fds[0], page->data, 5, 0);
    }
}

static void fill(void)
{
    memset(page, 0, sizeof *page);
    memcpy(page->data, "hello", 5);
    page->vector.iov_base = page->data;
    page->vector.iov_len = 5;
    page->message.msg_iov = &page->vector;
    page->message.msg_iovlen = 1;
    page->time.nanoseconds = 8 * KRING_MS;
    snprintf(page->path, sizeof page->path, "%s", at.path);
}

static void arguments_are_read_between_start_and_end(enum rings_kind kind)
{
    static const int64_t results[] = {5, 3, 5, 5, 5, -ETIME, 0, 5};
    struct kring_options options = as_on(kind, "5.4");
    struct kring *ring = rings_open_with(kind, &options);
    int fds[2], file = rings_file("f", "hello", 5);

    snprintf(at.path, sizeof at.path, "%s/f", kring_test_tmpdir());
    page = mmap(NULL, sizeof *page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_FATAL(page != MAP_FAILED);
    rings_pair(SOCK_STREAM, fds);
    for (unsigned i = 0; i < sizeof results / sizeof results[0]; i++) {
        struct rings_log log = {0};
        bool waits = i == 0 || i == 3 || i == 7;
        kring_op op;

        op = make(ring, i, fds, file);
        if ((kring_route(ring, op) & 0xff) == KRING_ENGINE_NONE) {
            CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
            continue;
        }
        lock_up(PROT_READ | PROT_WRITE);
        fill();
        ended = 0;
        CU_ASSERT_EQUAL(kring_start(ring, op, take_away, &log), 0);
        if (waits) {
            CU_ASSERT_EQUAL(rings_run_for(ring, 3), 0);
            rings_write(fds[1], "world", 5);
        }
        CU_ASSERT(rings_until(ring, &log, 1));
        if (i == 6 && log.last.value >= 0)
            close((int)log.last.value);
        CU_ASSERT(i == 6 ? log.last.value >= 0 : log.last.value == results[i]);
        rings_run_for(ring, 3);
        CU_ASSERT_EQUAL(ended, 1);
        if (i == 4) {
            char back[8];

            CU_ASSERT(read(fds[0], back, 8) == 5 && memcmp(back, "hello", 5) == 0);
        }
    }
    munmap(page, sizeof *page);
    close(fds[0]);
    close(fds[1]);
    close(file);
    rings_close(ring);
}
RINGS_TEST(arguments_are_read_between_start_and_end)

/* Twelve times what the completion ring holds: this kernel would say so, an older one lose them. */
static void nothing_overflows_without_nodrop(enum rings_kind kind)
{
    enum { COUNT = 96 };
    struct kring_options options = as_on(kind, "5.4");
    struct rings_log log = {0};
    struct kring_caps caps;
    struct kring *ring;
    int fds[2];

    options.entries = 4;
    options.operations = COUNT;
    ring = rings_open_with(kind, &options);
    rings_unsplit(ring);
    rings_pipe(fds);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_FALSE(caps.features & IORING_FEAT_NODROP);
    CU_ASSERT(caps.cq_entries < COUNT);
    for (unsigned i = 0; i < COUNT; i++)
        CU_ASSERT(rings_start(ring, kring_poll(ring, fds[0], POLLIN), &log));
    CU_ASSERT(kring_submit(ring) >= 0);
    CU_ASSERT(ring->kernel_inflight <= ring->cq_limit);
    rings_write(fds[1], "x", 1); /* all at once */
    usleep(2000);
    CU_ASSERT(rings_until(ring, &log, COUNT));
    CU_ASSERT_EQUAL(*ring->kernel.view.cq_overflow, 0);
    CU_ASSERT_FALSE(kring__load_relaxed(ring->kernel.view.sq_flags) & IORING_SQ_CQ_OVERFLOW);
    CU_ASSERT_EQUAL(log.calls, COUNT);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}
KERNEL_TEST(nothing_overflows_without_nodrop)

/* As below 5.4 the completion ring is mapped by itself, and filled and read there. */
static void rings_are_mapped_as_played(enum rings_kind kind)
{
    static const char *const releases[] = {"5.4", "5.3"};

    for (unsigned i = 0; i < 2; i++) {
        struct kring_options options = as_on(kind, releases[i]);
        bool alone = kring__release_parse(options.kernel) < KRING__V(5, 4);
        struct kring *ring = rings_open_with(kind, &options);

        rings_unsplit(ring);
        CU_ASSERT_EQUAL(ring->kernel.view.cq_mem != NULL, alone);
        for (unsigned n = 0; n < 300; n++)
            CU_ASSERT_EQUAL(rings_do(ring, kring_nop(ring)), 0);
        rings_close(ring);
    }
}
KERNEL_TEST(rings_are_mapped_as_played)

/* Runs for that time, in which nothing comes: it is kept, within what a busy machine takes. */
static void runs_out(struct kring *ring, int64_t ns)
{
    int64_t began = rings_now_ns();

    CU_ASSERT_EQUAL(kring_run(ring, ns), 0);
    CU_ASSERT(rings_now_ns() - began >= ns);
    CU_ASSERT(rings_now_ns() - began < ns + KRING_SECOND);
}

/* Something is written meanwhile: the run ends with it, long before its time. */
static void is_ended_by(struct kring *ring, int fd, struct rings_log *log, int64_t value)
{
    int64_t began = rings_now_ns();
    pid_t pid = kring_test_fork();

    if (pid == 0) {
        usleep(20000);
        _exit(write(fd, "x", 1) == 1 ? 0 : 1);
    }
    CU_ASSERT_EQUAL(kring_run(ring, 8 * KRING_SECOND), 1);
    CU_ASSERT(rings_now_ns() - began < 4 * KRING_SECOND);
    CU_ASSERT_EQUAL(log->last.value, value);
    CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
}

/*
 * The wait is bounded although io_uring_enter has no time to give: no enter carries one (it would
 * be EINVAL). From 5.5 on a timeout of the kernel's ends it, in the ring; before, ppoll does.
 */
static void waits_end_in_time_without_ext_arg(enum rings_kind kind)
{
    static const char *const releases[] = {"5.10", "5.5", "5.4", "5.3"};

    for (unsigned i = 0; i < 4; i++) {
        struct kring_options options = as_on(kind, releases[i]);
        bool timeouts = kring__release_parse(options.kernel) >= KRING__V(5, 5);
        struct rings_log log = {0};
        struct kring_fake fake;
        unsigned outside, inside;
        struct kring *ring;
        kring_op op;
        int fds[2];

        kring_fake_play(&fake, options.kernel);
        kring_fake_set(&fake);
        ring = rings_open_with(kind, &options);
        rings_unsplit(ring);
        rings_pipe(fds);
        CU_ASSERT_FALSE(ring->caps.enter_flags & IORING_ENTER_EXT_ARG);
        op = kring_poll(ring, fds[0], POLLIN);
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
        CU_ASSERT(rings_start(ring, op, &log));
        outside = kring_fake_calls[KRING__SYS_ppoll];
        inside = kring_fake_calls[KRING__SYS_io_uring_enter];
        runs_out(ring, 20 * KRING_MS);
        CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_ppoll] == outside, timeouts);
        CU_ASSERT(kring_fake_calls[KRING__SYS_io_uring_enter] - inside < 8); /* it slept */
        /* What comes during the wait ends it, and the timeout that was to end it stays behind. */
        is_ended_by(ring, fds[1], &log, POLLIN);
        CU_ASSERT_EQUAL(ring->alarm_armed != 0, timeouts);
        CU_ASSERT_EQUAL(ring->kernel_internal != 0, timeouts);
        /* A shorter wait ends before it. */
        op = kring_poll(ring, fds[1], POLLPRI);
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
        CU_ASSERT(rings_start(ring, op, &log));
        runs_out(ring, 20 * KRING_MS);
        runs_out(ring, KRING_MS);
        /* A wake-up ends a wait, too; it comes from another thread, or was left before. */
        CU_ASSERT_EQUAL(kring_wake(ring), 0);
        CU_ASSERT_EQUAL(kring_run(ring, 8 * KRING_SECOND), 0);
        CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_ppoll] == outside, timeouts);
        close(fds[0]);
        close(fds[1]);
        rings_close(ring);
        kring_fake_clear();
    }
}
KERNEL_TEST(waits_end_in_time_without_ext_arg)

/*
 * Below 5.18 a register call waits for what is in flight, for ever where that waits itself: kring's
 * own requests are taken back first, and for those of the application it says -EBUSY.
 */
static void register_calls_wait_for_nothing(enum rings_kind kind)
{
    static const char *const releases[] = {"5.17", "5.12", "5.10", "5.5"};
    static char bytes[4096];
    const struct iovec vector = {bytes, sizeof bytes};

    for (unsigned i = 0; i < 4; i++) {
        struct kring_options options = as_on(kind, releases[i]);
        bool own = kring__release_parse(options.kernel) >= KRING__V(5, 5);
        struct rings_log log = {0};
        struct kring *ring;
        int event, fds[2];
        kring_op op;

        options.registered_buffers = 1;
        ring = rings_open_with(kind, &options);
        rings_unsplit(ring);
        if (kring_register_route(ring, IORING_REGISTER_EVENTFD) != KRING_ENGINE_KERNEL) {
            rings_close(ring);
            KRING_SKIP("no register calls here");
        }
        rings_pipe(fds);
        event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        op = kring_poll(ring, fds[0], POLLIN);
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
        CU_ASSERT(rings_start(ring, op, &log));
        runs_out(ring, KRING_MS);
        CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_EVENTFD, &event, 1), -EBUSY);
        is_ended_by(ring, fds[1], &log, POLLIN);
        /* Its watch and the timeout are still there, and for the call they are not. */
        CU_ASSERT_EQUAL(ring->watch_armed != 0, own);
        CU_ASSERT_EQUAL(kring_register(ring, IORING_REGISTER_EVENTFD, &event, 1), 0);
        CU_ASSERT(ring->watch_armed != 1 && ring->alarm_armed != 1);
        CU_ASSERT_EQUAL(kring_buffers_register(ring, &vector, NULL, 1), 0);
        CU_ASSERT(ring->buffers_in & 1u << KRING_ENGINE_KERNEL);
        memset(&log, 0, sizeof log);
        CU_ASSERT(rings_start(ring, kring_nop(ring), &log));
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
        CU_ASSERT_EQUAL(kring_register(ring, IORING_UNREGISTER_EVENTFD, NULL, 0), 0);
        /* And the next wait has both again. */
        CU_ASSERT(rings_start(ring, kring_poll(ring, fds[0], POLLIN), &log));
        CU_ASSERT(rings_until(ring, &log, 2));
        close(event);
        close(fds[0]);
        close(fds[1]);
        rings_close(ring);
    }
}
KERNEL_TEST(register_calls_wait_for_nothing)

/* A ring that may not have requests of kring's does not ask for them over and over. */
static void waits_without_requests_of_its_own(void)
{
    struct kring_options options = rings_options(RINGS_KERNEL);
    struct io_uring_restriction allowed[2];
    struct rings_log log = {0};
    char byte;
    struct iovec vector = {&byte, 1};
    struct kring *ring;
    unsigned enters;
    int fds[2], error;

    rings_need_kind(RINGS_KERNEL);
    options.setup_wanted |= IORING_SETUP_R_DISABLED;
    ring = rings_open_with(RINGS_KERNEL, &options);
    memset(allowed, 0, sizeof allowed);
    allowed[0].opcode = IORING_RESTRICTION_SQE_OP;
    allowed[0].sqe_op = IORING_OP_READV;
    allowed[1].opcode = IORING_RESTRICTION_REGISTER_OP;
    allowed[1].register_op = IORING_REGISTER_ENABLE_RINGS;
    error = kring_register(ring, IORING_REGISTER_RESTRICTIONS, allowed, 2);
    if (error == -KRING_EKERNEL || error == -EBADFD) {
        rings_close(ring);
        KRING_SKIP("no restrictions here");
    }
    CU_ASSERT_EQUAL(error, 0);
    rings_pipe(fds);
    CU_ASSERT(rings_start(ring, kring_readv(ring, fds[0], &vector, 1, 0, 0), &log));
    enters = kring_fake_calls[KRING__SYS_io_uring_enter];
    runs_out(ring, 30 * KRING_MS);
    CU_ASSERT(kring_fake_calls[KRING__SYS_io_uring_enter] - enters < 8);
    CU_ASSERT(ring->waits_outside);
    is_ended_by(ring, fds[1], &log, 1);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}

/* Linux 5.7 and 5.8 do not wake who waits in ppoll: kring looks again while something runs. */
static void waits_are_short_where_deaf(enum rings_kind kind)
{
    static const char *const releases[] = {"5.8", "5.9"};

    for (unsigned i = 0; i < 2; i++) {
        struct kring_options options = as_on(kind, releases[i]);
        int release = kring__release_parse(options.kernel);
        bool deaf = release >= KRING__V(5, 7) && release < KRING__V(5, 9);
        struct kring *ring = rings_open_with(kind, &options);
        struct rings_log log = {0};
        unsigned before;
        kring_op op;
        int fds[2];

        rings_unsplit(ring);
        rings_pipe(fds);
        CU_ASSERT_EQUAL(kring_next_timeout(ring), KRING_FOREVER);
        op = kring_poll(ring, fds[0], POLLIN);
        CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT(kring_submit(ring) >= 0);
        CU_ASSERT_EQUAL(kring_next_timeout(ring) > 0, deaf);
        CU_ASSERT(kring_next_timeout(ring) <= 10 * KRING_MS);
        before = kring_fake_calls[KRING__SYS_ppoll];
        ring->waits_outside = 1;
        CU_ASSERT_EQUAL(kring_run(ring, 200 * KRING_MS), 0);
        CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_ppoll] - before > 3, deaf);
        rings_write(fds[1], "x", 1);
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, POLLIN);
        close(fds[0]);
        close(fds[1]);
        rings_close(ring);
    }
}
KERNEL_TEST(waits_are_short_where_deaf)

/* The file's own position moves by what was read and written there, and by nothing else. */
static void offsets_are_kept_without_rw_cur_pos(enum rings_kind kind)
{
    struct kring_options options = as_on(kind, "5.4");
    struct kring *ring = rings_open_with(kind, &options);
    int file = rings_file("f", "hello world", 11);
    char back[8] = "";
    struct iovec five = {back, 5}, one = {(char *)"W", 1};
    kring_op op = kring_readv(ring, file, &five, 1, KRING_CUR_POS, 0);

    rings_unsplit(ring);
    CU_ASSERT_EQUAL(lseek(file, 0, SEEK_SET), 0);
    if (kind == RINGS_KERNEL) { /* it would read at offset 2^64 - 1, or at 0 */
        CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, KRING_ENGINE_NONE);
        CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    } else {
        CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, KRING_ENGINE_SOFT);
        CU_ASSERT_EQUAL(rings_do(ring, op), 5);
        CU_ASSERT_EQUAL(memcmp(back, "hello", 5), 0);
        five.iov_len = 1;
        CU_ASSERT_EQUAL(rings_do(ring, kring_readv(ring, file, &five, 1, KRING_CUR_POS, 0)), 1);
        CU_ASSERT_EQUAL(lseek(file, 0, SEEK_CUR), 6);
        CU_ASSERT_EQUAL(rings_do(ring, kring_writev(ring, file, &one, 1, KRING_CUR_POS, 0)), 1);
        CU_ASSERT_EQUAL(lseek(file, 0, SEEK_CUR), 7);
        five.iov_len = 5;
    }
    CU_ASSERT_EQUAL(rings_do(ring, kring_readv(ring, file, &five, 1, 6, 0)), 5);
    CU_ASSERT_EQUAL(memcmp(back, kind == RINGS_KERNEL ? "world" : "World", 5), 0);
    CU_ASSERT_EQUAL(lseek(file, 0, SEEK_CUR), kind == RINGS_KERNEL ? 0 : 7);
    close(file);
    rings_close(ring);
}
RINGS_TEST(offsets_are_kept_without_rw_cur_pos)

/* As on 5.8: 16 bits are the kernel's, more are not. */
static void wide_poll_masks_are_not_cut(enum rings_kind kind)
{
    struct kring_options options = as_on(kind, "5.8");
    struct kring *ring = rings_open_with(kind, &options);
    unsigned other = kind == RINGS_KERNEL ? KRING_ENGINE_NONE : KRING_ENGINE_SOFT;
    kring_op op;
    int fds[2];

    rings_unsplit(ring);
    rings_pipe(fds);
    op = kring_poll(ring, fds[0], POLLIN | UINT32_C(1) << 28);
    CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, other);
    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    op = kring_poll(ring, fds[1], POLLOUT);
    CU_ASSERT_EQUAL(kring_set_engine(ring, op, KRING_ENGINE_KERNEL), 0);
    CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, KRING_ENGINE_KERNEL);
    CU_ASSERT_EQUAL(rings_do(ring, op), POLLOUT);
    close(fds[0]);
    close(fds[1]);
    rings_close(ring);
}
KERNEL_TEST(wide_poll_masks_are_not_cut)

#endif

int kring_test_simulation(void)
{
    static const struct kring_test calls[] = {
        KRING_TEST(each_younger_call_is_answered_without_it),
        KRING_TEST(the_fake_system_lacks_the_same_calls),
        KRING_TEST(each_rung_is_the_release_s),
        KRING_TEST(each_rung_below_has_its_errno),
        KRING_TEST(old_kernels_find_their_poll_mask),
    };
#if CONFIG_KRING_KERNEL_ENGINE
    static const struct kring_test rings[] = {
        RINGS_ROWS("arguments are read between start and end",
                   arguments_are_read_between_start_and_end),
        KERNEL_ROWS("nothing overflows without NODROP", nothing_overflows_without_nodrop),
        KERNEL_ROWS("rings are mapped as played", rings_are_mapped_as_played),
        KERNEL_ROWS("waits end in time without EXT_ARG", waits_end_in_time_without_ext_arg),
        KERNEL_ROWS("register calls wait for nothing", register_calls_wait_for_nothing),
        {"waits without requests of its own (kernel)", waits_without_requests_of_its_own},
        KERNEL_ROWS("waits are short where they may be deaf", waits_are_short_where_deaf),
        RINGS_ROWS("offsets are kept without RW_CUR_POS", offsets_are_kept_without_rw_cur_pos),
        KERNEL_ROWS("wide poll masks are not cut", wide_poll_masks_are_not_cut),
    };

    if (KRING_SUITE_ADD("simulation-rings", rings) != 0)
        return -1;
#endif
    return KRING_SUITE_ADD("simulation", calls);
}

#else

int kring_test_simulation(void)
{
    return 0;
}

#endif
