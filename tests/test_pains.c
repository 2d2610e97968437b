/* SPDX-License-Identifier: MIT */
/* Fifteen things that hurt users of io_uring, each with what kring does about it. */
#include "rings.h"

#include "fake_sys.h"
#include "probe/probe.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int kring_test_pains(void);

#define HAS_ENGINES (CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_KERNEL_ENGINE)
#define NEED_ENGINES()                                            \
    do {                                                          \
        if (!HAS_ENGINES)                                         \
            KRING_SKIP("one of the engines is configured out");   \
        if (!strcmp(kring_test_engine(), "soft"))                 \
            KRING_SKIP("this run may not call io_uring");         \
    } while (0)
#define NEED_URING()                                              \
    do {                                                          \
        NEED_ENGINES();                                           \
        if (!kring_test_uring_allowed())                          \
            KRING_SKIP("no io_uring here");                       \
    } while (0)

static struct kring_options plain(enum kring_engine engine)
{
    struct kring_options options = KRING_OPTIONS_INIT;

    options.engine = (uint32_t)engine;
    options.flags = KRING_NO_ENVIRONMENT;
    options.operations = 32;
    return options;
}

/* A little of everything that waits; how many steps went wrong. No CUnit: it runs in children. */
static int works(struct kring *ring)
{
    char data[8] = "";
    struct kring_result result;
    int wrong = 0, pair[2];
    kring_op ops[4];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return 100;
    ops[0] = kring_recv(ring, pair[0], data, 5, 0);
    ops[1] = kring_send(ring, pair[1], "works", 5, 0);
    ops[2] = kring_openat(ring, AT_FDCWD, "/dev/null", O_RDONLY, 0);
    ops[3] = kring_poll(ring, pair[1], POLLOUT);
    for (unsigned i = 0; i < 4; i++)
        wrong += kring_start(ring, ops[i], NULL, NULL) != 0;
    for (unsigned i = 0; i < 4; i++) {
        wrong += kring_wait_op(ring, ops[i], KRING_SECOND) != 0;
        wrong += kring_result(ring, ops[i], &result) != 0 || result.value < 0;
        if (i == 2)
            close((int)result.value);
    }
    wrong += memcmp(data, "works", 5) != 0;
    close(pair[0]);
    close(pair[1]);
    return wrong;
}

/* ---- Real filters, in children ---- */

#if defined(__mips__)
#define FIRST_CALL (__NR_Linux + 425)
#else
#define FIRST_CALL 425
#endif

static int forbid(unsigned answer, unsigned mask)
{
    struct sock_filter code[8];
    struct sock_fprog program = {.filter = code};
    unsigned short n = 0;
    unsigned left = (unsigned)__builtin_popcount(mask);

    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < 3; i++)
        if (mask & 1u << i) {
            code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FIRST_CALL + i,
                                                     (unsigned char)left, 0);
            left--;
        }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
    program.len = n;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#define NO_FILTER 99

/* In a child under the filter: 0 when all is well. cause receives what caps say. */
static int filtered(unsigned answer, unsigned mask, enum kring_engine engine)
{
    struct kring_options options = plain(engine);
    int status = -1;
    pid_t child;

    fflush(NULL);
    child = kring_test_fork();
    if (child == 0) {
        struct kring *ring;
        struct kring_caps caps;
        int wrong;

        alarm(10);
        kring__probe_forget(); /* what the parent learnt */
        if (forbid(answer, mask) < 0)
            _exit(NO_FILTER);
        if (kring_open(&ring, &options) != 0)
            _exit(90);
        wrong = works(ring);
        wrong += kring_caps(ring, &caps) != 0;
        if (engine == KRING_ENGINE_AUTO && (mask & 1)) {
            wrong += caps.engine != KRING_ENGINE_SOFT ? 10 : 0;
            /* Below 6.3 nothing tells a filter that says ENOSYS to all from a kernel without it. */
            wrong += caps.cause != KRING_CAUSE_SECCOMP &&
                     (caps.cause != KRING_CAUSE_ABSENT || caps.cause_certain ||
                      (answer & 0xffff) != ENOSYS || mask != 7) ? 20 : 0;
            wrong += caps.kernel_error != -(int)(answer & 0xffff) ? 40 : 0;
        }
        wrong += kring_close(ring, KRING_SECOND) != 0;
        _exit(wrong);
    }
    if (waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static bool no_filters(void)
{
    /* A filter that matches nothing of interest. */
    return filtered(SECCOMP_RET_ERRNO | ENOSYS, 0, KRING_ENGINE_SOFT) == NO_FILTER;
}

static void pain_01(void)
{
    static const unsigned answers[] = {EPERM, ENOSYS, EOPNOTSUPP, EACCES};
    static const unsigned masks[] = {7, 1, 2, 4};

    NEED_URING();
    if (no_filters())
        KRING_SKIP("no seccomp filter can be installed");
    for (unsigned i = 0; i < 4; i++)
        for (unsigned j = 0; j < 4; j++)
            CU_ASSERT_EQUAL(filtered(SECCOMP_RET_ERRNO | answers[i], masks[j],
                                     KRING_ENGINE_AUTO), 0);
}

static void pain_02(void)
{
    static const int errors[] = {EPERM, ENOSYS, EOPNOTSUPP, EACCES, EINVAL, EFAULT, EIO, ENOTTY,
                                 EBUSY, ENOMEM, EMFILE, ENFILE, ENODEV, ESRCH, 4000};

    NEED_ENGINES();
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct kring_options automatic = plain(KRING_ENGINE_AUTO);
        struct kring_options kernel = plain(KRING_ENGINE_KERNEL);
        struct kring_fake fake = {.setup_errno = errors[i]};
        struct kring *ring = NULL;
        struct kring_caps caps;
        bool shortage = errors[i] == ENOMEM || errors[i] == EMFILE || errors[i] == ENFILE;

        kring_fake_set(&fake);
        CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &automatic), 0);
        CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
        CU_ASSERT_EQUAL(caps.engine, KRING_ENGINE_SOFT);
        CU_ASSERT_EQUAL(caps.kernel_error, -errors[i]);
        CU_ASSERT_NOT_EQUAL(caps.cause, KRING_CAUSE_NONE);
        CU_ASSERT_EQUAL(works(ring), 0);
        CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
        CU_ASSERT_EQUAL(kring_open(&ring, &kernel), shortage ? -errors[i] : -KRING_EKERNEL);
        kring_fake_clear();
    }
}

static uint32_t cause_of(const struct kring_fake *fake, enum kring_engine engine, char *text,
                         size_t size)
{
    struct kring_options options = plain(engine);
    struct kring *ring = NULL;
    struct kring_caps caps = {0};

    kring_fake_set(fake);
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT(kring_open_explain(&options, text, size) > 0);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    kring_fake_clear();
    return caps.cause;
}

static void pain_03(void)
{
    struct kring_fake none = {0}, absent = {.setup_errno = ENOSYS, .enter_errno = ENOSYS,
                                            .register_errno = ENOSYS};
    struct kring_fake fds = {.setup_errno = EMFILE}, memory = {.setup_errno = ENOMEM};
    char texts[4][512];

    NEED_ENGINES();
    CU_ASSERT_EQUAL(cause_of(&none, KRING_ENGINE_SOFT, texts[0], 512), KRING_CAUSE_OPTION);
    CU_ASSERT_EQUAL(cause_of(&fds, KRING_ENGINE_AUTO, texts[1], 512), KRING_CAUSE_FDS);
    {
        uint32_t cause = cause_of(&memory, KRING_ENGINE_AUTO, texts[2], 512);

        CU_ASSERT(cause == KRING_CAUSE_MEMORY || cause == KRING_CAUSE_MEMLOCK);
        cause = cause_of(&absent, KRING_ENGINE_AUTO, texts[3], 512);
        CU_ASSERT(cause == KRING_CAUSE_ABSENT || cause == KRING_CAUSE_SECCOMP);
    }
#if CONFIG_KRING_EXPLAIN
    for (unsigned i = 0; i < 4; i++)
        for (unsigned j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(texts[i], texts[j]);
#endif
}

static void pain_04(void)
{
    if (!CONFIG_KRING_SOFT_ENGINE)
        KRING_SKIP("the soft engine is configured out");
    if (no_filters())
        KRING_SKIP("no seccomp filter can be installed");
    CU_ASSERT_EQUAL(filtered(SECCOMP_RET_KILL_PROCESS, 7, KRING_ENGINE_SOFT), 0);
    /* The filter does kill: what is proven above is not that it was never asked. */
    if (kring_test_uring_allowed() && CONFIG_KRING_KERNEL_ENGINE) {
        CU_ASSERT(filtered(SECCOMP_RET_KILL_PROCESS, 7, KRING_ENGINE_AUTO) > 1000);
    }
}

static void pain_05(void)
{
    struct kring_options options = plain(KRING_ENGINE_KERNEL);
    struct kring_fake fake;
    struct kring *ring = NULL;
    struct kring_caps caps;

    NEED_URING();
    kring_fake_play(&fake, "5.10");
    kring_fake_set(&fake);
    options.setup_wanted = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN;
    CU_ASSERT_EQUAL(kring_open(&ring, &options), 0);
    if (ring) {
        CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
        CU_ASSERT_EQUAL(caps.setup_refused & options.setup_wanted, options.setup_wanted);
        CU_ASSERT_EQUAL(caps.setup_flags & options.setup_wanted, 0);
        CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    }
    options.setup_required = IORING_SETUP_SUBMIT_ALL;
    CU_ASSERT_EQUAL(kring_open(&ring, &options), -KRING_EKERNEL);
    options.engine = KRING_ENGINE_AUTO;
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.engine, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(caps.cause, KRING_CAUSE_FLAGS);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    kring_fake_clear();
}

/* recv exists on 5.10, its multishot does not: soft runs it, and nobody asks for ever. */
static void pain_06(void)
{
    struct kring_options options = plain(KRING_ENGINE_AUTO);
    struct kring_fake fake;
    struct kring *ring = NULL;
    struct rings_log log = {0};
    char memory[4 * 16];
    unsigned before;
    int pair[2], pool;

    NEED_URING();
    kring_fake_play(&fake, "5.10");
    kring_fake_set(&fake);
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_RECV) & 0xff, KRING_ENGINE_KERNEL);
    pool = kring_pool_init(ring, memory, 4, 16);
    rings_pair(SOCK_SEQPACKET, pair);
    before = kring_fake_calls[KRING__SYS_io_uring_enter];
    CU_ASSERT(rings_start(ring, kring_recv_multishot(ring, pair[0], pool, 0), &log));
    for (unsigned i = 0; i < 3; i++) {
        rings_write(pair[1], "m", 1);
        CU_ASSERT(rings_until_calls(ring, &log, i + 1));
        CU_ASSERT_EQUAL(log.last.value, 1);
        CU_ASSERT_EQUAL(log.last.engine, KRING_ENGINE_SOFT);
    }
    CU_ASSERT(kring_fake_calls[KRING__SYS_io_uring_enter] - before < 20);
    close(pair[1]);
    CU_ASSERT(rings_until(ring, &log, 1));
    close(pair[0]);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    kring_fake_clear();
}

/* uname says this machine's release; what the kernel does is 5.10's. */
static void pain_07(void)
{
    struct kring_options options = plain(KRING_ENGINE_AUTO);
    struct kring_fake fake;
    struct kring *ring = NULL;

    NEED_URING();
    if (rings_missing(RINGS_KERNEL))
        KRING_SKIP("io_uring_register is refused: the fake cannot play a release");
    kring_fake_play(&fake, "5.10");
    kring_fake_set(&fake);
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_READ) & 0xff, KRING_ENGINE_KERNEL);
    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_SOCKET) & 0xff, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_SHUTDOWN) & 0xff, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(works(ring), 0);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    kring_fake_clear();
}

/* All of these are the same EINVAL to the kernel. */
static void pain_08(void)
{
    struct kring_options options = plain(KRING_ENGINE_AUTO);
    struct kring *ring = NULL;
    struct rings_log log = {0};
    struct io_uring_sqe sqe;
    char texts[2][512], byte;
    int fd, pipe[2];

    NEED_URING();
    fd = rings_file("pain", "x", 1);
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    rings_pipe(pipe);
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = 200; /* which no kernel has */
    CU_ASSERT_EQUAL(kring_start(ring, kring_raw(ring, &sqe), rings_done, &log), -KRING_EKERNEL);
    sqe.opcode = IORING_OP_FSYNC; /* a bad flag, and a file that cannot sync: the caller's */
    sqe.fd = fd;
    sqe.fsync_flags = 0x40;
    CU_ASSERT_EQUAL(rings_do(ring, kring_raw(ring, &sqe)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fsync(ring, pipe[0], 0)), -EINVAL);
    sqe.opcode = IORING_OP_RECV;
    sqe.fd = pipe[0];
    sqe.fsync_flags = 0;
    sqe.addr = (uintptr_t)&byte;
    sqe.len = 1;
    sqe.ioprio = IORING_RECV_MULTISHOT; /* without a group to pick from */
    CU_ASSERT(rings_start(ring, kring_raw(ring, &sqe), &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -EINVAL);
    CU_ASSERT(kring_explain_opcode(ring, 200, -KRING_EKERNEL, texts[0], 512) > 0);
    CU_ASSERT(kring_explain_opcode(ring, IORING_OP_FSYNC, -EINVAL, texts[1], 512) > 0);
    CU_ASSERT_STRING_NOT_EQUAL(texts[0], texts[1]);
    close(pipe[0]);
    close(pipe[1]);
    close(fd);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
}

static void pain_09(void)
{
    struct kring_options options = plain(KRING_ENGINE_KERNEL);
    struct kring_fake fake = {.memlock = 16384};
    struct kring *ring = NULL;
    struct kring_caps caps;

    NEED_URING();
    options.entries = 4096;
    kring_fake_set(&fake);
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.asked_entries, 4096);
    CU_ASSERT(caps.sq_entries >= 8 && caps.sq_entries < 4096);
    CU_ASSERT(caps.bytes_needed > 0);
    CU_ASSERT_EQUAL(works(ring), 0);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    kring_fake_clear();
}

static unsigned downgrades;

static void on_downgrade(struct kring *ring, unsigned opcode, int error, const char *text,
                         void *user)
{
    (void)ring;
    (void)opcode;
    (void)user;
    downgrades += error == -EPERM && text != NULL && text[0] != 0;
}

static void pain_10(void)
{
    struct kring_options options = plain(KRING_ENGINE_AUTO);
    struct kring_fake fake = {.enter_errno = EPERM};
    struct kring *ring = NULL;
    struct kring_stats stats;

    NEED_URING();
    options.on_downgrade = on_downgrade;
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT_EQUAL(works(ring), 0);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    /* A poll that the kernel could not update is better off on the soft engine (5.12 and older). */
    CU_ASSERT_EQUAL(stats.kernel + stats.soft, 4);
    CU_ASSERT_EQUAL(stats.soft, !(kring_route_opcode(ring, IORING_OP_POLL_ADD) ==
                                  KRING_ENGINE_KERNEL));
    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_NOP), KRING_ENGINE_KERNEL);
    downgrades = 0;
    kring_fake_set(&fake); /* a filter installed while the program runs */
    CU_ASSERT_EQUAL(works(ring), 0);
    CU_ASSERT_EQUAL(works(ring), 0);
    CU_ASSERT_EQUAL(downgrades, 1);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT(stats.soft >= 8);
    CU_ASSERT(stats.downgrades >= 1);
    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_NOP) & 0xff, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    kring_fake_clear();
}

/* A ring that cannot be trusted is found out at open, in bounded time. */
static void distrusted(const struct kring_fake *fake)
{
    struct kring_options options = plain(KRING_ENGINE_AUTO);
    struct kring *ring = NULL;
    struct kring_caps caps;
    int64_t began = rings_now_ns();

    kring_fake_set(fake);
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT(rings_now_ns() - began < 5 * KRING_SECOND);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.engine, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(caps.cause, KRING_CAUSE_UNPROVEN);
    CU_ASSERT_EQUAL(works(ring), 0);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    kring_fake_clear();
}

static void pain_11(void)
{
    struct kring_fake deaf = {.deaf = true};

    NEED_URING();
    distrusted(&deaf);
}

static void pain_12(void)
{
    struct kring_fake garbled = {.garbled = true}, foreign = {.foreign_offsets = true};

    NEED_URING();
    distrusted(&garbled);
    distrusted(&foreign);
}

static void pain_13(void)
{
    struct kring_options options = plain(KRING_ENGINE_AUTO);
    struct kring *ring = NULL;
    struct kring_caps caps;

    NEED_URING();
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.setup_flags & IORING_SETUP_SQPOLL, 0);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
}

static unsigned blocked_processes(void)
{
    char line[256];
    unsigned count = 1000;
    FILE *file = fopen("/proc/stat", "re");

    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "procs_blocked %u", &count) == 1)
            break;
    if (file)
        fclose(file);
    return count;
}

static void *watch_blocked(void *user)
{
    unsigned *free_looks = user;

    for (unsigned i = 0; i < 20; i++) {
        usleep(1500);
        *free_looks += blocked_processes() == 0;
    }
    return NULL;
}

/* A thread that waits in kring_run is not waiting for a disk. */
static void pain_14(void)
{
    struct kring_options options = plain(KRING_ENGINE_AUTO);
    struct kring *ring = NULL;
    struct rings_log log = {0};
    unsigned free_looks = 0, others = 0;
    pthread_t thread;
    char byte;
    int pair[2];

    NEED_URING();
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    if (!(kring__ring_caps(ring)->enter_flags & IORING_ENTER_NO_IOWAIT)) {
        CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
        KRING_SKIP("this kernel has no NO_IOWAIT (6.15)");
    }
    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT(rings_start(ring, kring_recv(ring, pair[0], &byte, 1, 0), &log));
    /* Others may wait for disks: by turns with looks of which none of ours is the cause. */
    for (unsigned i = 0; i < 50 && free_looks == 0 && others < 60; i++) {
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, watch_blocked, &free_looks), 0);
        CU_ASSERT_EQUAL(kring_run(ring, 50 * KRING_MS), 0);
        pthread_join(thread, NULL);
        if (free_looks == 0)
            watch_blocked(&others);
    }
    if (free_looks == 0 && others < 60)
        kring_test_skip("something else on this machine waits for a disk nearly all the time");
    else
        CU_ASSERT(free_looks != 0);
    close(pair[0]);
    close(pair[1]);
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
}

static void pain_15(void)
{
    struct kring_options options = plain(KRING_ENGINE_AUTO);
    struct kring_fake fake;
    struct kring *ring = NULL;
    struct kring_caps caps;
    unsigned calls;

    if (!CONFIG_KRING_SOFT_ENGINE)
        KRING_SKIP("the soft engine is configured out");
    kring_fake_play(&fake, "4.19");
    kring_fake_set(&fake);
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    CU_ASSERT_EQUAL(caps.engine, KRING_ENGINE_SOFT);
    calls = kring_fake_ring_calls();
    CU_ASSERT_EQUAL(works(ring), 0);
    CU_ASSERT_EQUAL(kring_fake_ring_calls(), calls); /* nothing is asked again */
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    kring_fake_clear();
}

int kring_test_pains(void)
{
    static const struct kring_test tests[] = {
        {"pain 01 containers block it", pain_01},
        {"pain 02 errno allow-lists are too short", pain_02},
        {"pain 03 wrong diagnosis", pain_03},
        {"pain 04 sandboxes kill on the first call", pain_04},
        {"pain 05 new setup flags lose the ring on old kernels", pain_05},
        {"pain 06 modifiers cannot be probed", pain_06},
        {"pain 07 version checks lie", pain_07},
        {"pain 08 EINVAL with no hint", pain_08},
        {"pain 09 ENOMEM from RLIMIT_MEMLOCK", pain_09},
        {"pain 10 silent fallback", pain_10},
        {"pain 11 kernels with a broken io_uring", pain_11},
        {"pain 12 incoherent ring memory", pain_12},
        {"pain 13 SQPOLL burns a CPU", pain_13},
        {"pain 14 iowait shows 100 percent", pain_14},
        {"pain 15 no io_uring at all", pain_15},
    };

    return KRING_SUITE_ADD("pains", tests);
}
