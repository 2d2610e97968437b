/* SPDX-License-Identifier: MIT */
/*
 * kring-tests: runs every suite, or those named.
 *
 *   kring-tests [-l] [-x SUITE[/TEST]]... [SUITE[/TEST]]...     names may be shell patterns
 *
 * -l lists, -x leaves out.
 *
 * KRING_TEST_TIMEOUT=SECONDS bounds one test (default 120); KRING_TEST_FILL: see fill_gaps().
 */
#include "abi/sys.h"
#include "probe/probe.h"
#include "test.h"

#include <CUnit/TestRun.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static struct {
    unsigned passed, failed, skipped;
    const char *skip; /* why the running test skips itself */
    char reason[320]; /* the text of it, where the caller's does not last */
    bool was_open[KRING_TEST_FDS]; /* descriptors, when the running test began */
    int fds;          /* open when the running test began */
    char name[160];   /* SUITE/TEST of the running test */
    char dir[64];     /* its directory, empty if it asked for none */
    char other[64];   /* one more */
    timer_t watchdog;
    long limit_s;
    char *without[8]; /* names to leave out */
    int withouts;
    struct timespec began; /* the running test */
    pid_t children[16];    /* of the running test */
    unsigned child_count;
    sigset_t signals;      /* blocked, when the running test began */
    struct rlimit files;   /* the same */
    int cwd;
    pid_t pid;
} run;

int kring_test_add(const char *suite, const struct kring_test *tests, size_t count)
{
    CU_pSuite s = CU_add_suite(suite, NULL, NULL);

    for (size_t i = 0; s && i < count; i++)
        if (!CU_add_test(s, tests[i].name, tests[i].run))
            s = NULL;
    return s ? 0 : -1;
}

/*
 * A user-mode kernel 5.10 now and then leaves its child a page that the parent has unmapped, where
 * the child maps nothing. A ring that is opened there is written into that page until the kernel,
 * which knows of none, puts an empty one in its place. With KRING_TEST_FILL=1 each child maps what
 * is free, touches it and gives it back, which ends that. The oracle has too many children for it,
 * and did not meet this in eight runs.
 */
static void fill_gaps(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *pages[512]; /* one by one, so that they lie in the lowest gaps, as rings do */

    for (unsigned i = 0; i < 512; i++)
        pages[i] = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    for (unsigned i = 0; i < 512; i++)
        if (pages[i] != MAP_FAILED)
            munmap(pages[i], size);
}

pid_t kring_test_fork(void)
{
    pid_t pid = fork();

    if (pid == 0 && getenv("KRING_TEST_FILL") != NULL)
        fill_gaps();
    if (pid > 0)
        run.children[run.child_count++ % 16] = pid;
    return pid;
}

/* What an abandoned test leaves would be in the way of those that wait for any child. */
static void end_children(void)
{
    for (unsigned i = 0; i < run.child_count && i < 16; i++)
        if (waitpid(run.children[i], NULL, WNOHANG) == 0) {
            kill(run.children[i], SIGKILL);
            waitpid(run.children[i], NULL, 0);
        }
}

void kring_test_skip(const char *reason)
{
    run.skip = reason;
}

/* Which descriptors are open, by asking for each: right everywhere, and slow where a call is. */
static void ask_each_fd(bool is_open[KRING_TEST_FDS])
{
    for (int fd = 0; fd < KRING_TEST_FDS; fd++)
        is_open[fd] = fcntl(fd, F_GETFD) >= 0;
}

/* The same from /proc, which may not be mounted; the descriptor that reads it is not among them. */
static bool read_fds(bool is_open[KRING_TEST_FDS])
{
    _Alignas(8) char entries[4096];
    int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long length = -1;

    if (dir < 0)
        return false;
    memset(is_open, 0, KRING_TEST_FDS * sizeof *is_open);
    while ((length = syscall(SYS_getdents64, dir, entries, sizeof entries)) > 0)
        for (long at = 0; at < length;) { /* u64, s64, u16 length, u8, name */
            const char *name = entries + at + 19;
            uint16_t size;
            long fd = strtol(name, NULL, 10);

            memcpy(&size, entries + at + 16, sizeof size);
            if (*name != '.' && fd < KRING_TEST_FDS && fd != dir)
                is_open[fd] = true;
            at += size;
        }
    close(dir);
    return length == 0;
}

void kring_test_list_fds(bool is_open[KRING_TEST_FDS])
{
    if (!read_fds(is_open))
        ask_each_fd(is_open);
}

int kring_test_open_fds(void)
{
    bool is_open[KRING_TEST_FDS];
    int count = 0;

    kring_test_list_fds(is_open);
    for (int fd = 0; fd < KRING_TEST_FDS; fd++)
        count += is_open[fd];
    return count;
}

/* What the test has sent itself and not received must not end everything. */
static void drop_pending_signals(void)
{
    const struct timespec now = {0};
    sigset_t pending;

    while (sigpending(&pending) == 0 && sigtimedwait(&pending, NULL, &now) > 0)
        ;
}

static _Noreturn void leave_test(void)
{
    bool is_open[KRING_TEST_FDS];

    kring_test_list_fds(is_open);
    for (int fd = 0; fd < KRING_TEST_FDS; fd++)
        if (is_open[fd] && !run.was_open[fd])
            close(fd);
    drop_pending_signals();
    if (fchdir(run.cwd) < 0 || setrlimit(RLIMIT_NOFILE, &run.files) < 0 ||
        sigprocmask(SIG_SETMASK, &run.signals, NULL) < 0)
        perror("the state of before");
    end_children();
    longjmp(*CU_get_current_test()->pJumpBuf, 1); /* as a fatal assertion of CUnit does */
}

void kring_test_abandon(const char *reason)
{
    snprintf(run.reason, sizeof run.reason, "%s", reason);
    run.skip = run.reason;
    if (getpid() != run.pid)
        _exit(77); /* a child: its parent goes on with the tests */
    leave_test();
}

void kring_test_give_up(bool borrowed)
{
    struct stat tasks; /* one link more for each thread */

    if (getpid() != run.pid)
        _exit(1);
    if (borrowed || stat("/proc/self/task", &tasks) < 0 || tasks.st_nlink > 3) {
        fprintf(stderr, "no test can follow: memory of this one is still in use\n");
        abort();
    }
    leave_test();
}

static void remove_tree(int dirfd, const char *name)
{
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (dir) {
        while ((entry = readdir(dir)) != NULL)
            if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
                unlinkat(fd, entry->d_name, 0) < 0)
                remove_tree(fd, entry->d_name);
        closedir(dir);
    }
    unlinkat(dirfd, name, AT_REMOVEDIR);
}

const char *kring_test_tmpdir(void)
{
    const char *base = getenv("TMPDIR");

    if (run.dir[0])
        return run.dir;
    if (!base || strlen(base) > 40)
        base = "/tmp";
    snprintf(run.dir, sizeof run.dir, "%s/kring-test.XXXXXX", base);
    if (!mkdtemp(run.dir)) {
        perror(run.dir);
        exit(2);
    }
    return run.dir;
}

const char *kring_test_dir_on(const char *base)
{
    if (run.other[0] || strlen(base) > 40)
        return NULL;
    snprintf(run.other, sizeof run.other, "%s/kring-test.XXXXXX", base);
    if (!mkdtemp(run.other))
        run.other[0] = 0;
    return run.other[0] ? run.other : NULL;
}

bool kring_test_lacks(long number)
{
    int saved = errno;
    bool lacks = syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) < 0 && errno == ENOSYS;

    errno = saved;
    return lacks;
}

bool kring_test_emulated(void)
{
    return getenv("KRING_TEST_EMULATED") != NULL;
}

const char *kring_test_engine(void)
{
    const char *engine = getenv("KRING_ENGINE");

    return engine && *engine ? engine : "auto";
}

const char *kring_test_kernel(void)
{
    const char *kernel = getenv("KRING_KERNEL");

    return kernel && *kernel ? kernel : NULL;
}

/* By number, so that an old header is enough; mips adds the base of its ABI. */
#if defined(__mips__)
#define URING_SETUP (__NR_Linux + 425)
#else
#define URING_SETUP 425
#endif

bool kring_test_uring_allowed(void)
{
    uint32_t params[30] = {0}; /* struct io_uring_params, without its header */
    bool allowed;
    long fd;

    if (!strcmp(kring_test_engine(), "soft") || !CONFIG_KRING_KERNEL_ENGINE)
        return false;
    fd = syscall(URING_SETUP, 1, params);
    if (fd < 0)
        return false;
    /* A filter may allow setup and refuse the other two. */
    allowed = syscall(URING_SETUP + 1, fd, 0, 0, 0, NULL, 0) == 0;
    close((int)fd);
    return allowed;
}

static void set_watchdog(long seconds)
{
    struct itimerspec when = {.it_value.tv_sec = seconds};

    timer_settime(run.watchdog, 0, &when, NULL);
}

/* For addr2line, where this machine's context is known. */
static uintmax_t instruction(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uintmax_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return context->uc_mcontext.pc;
#else
    (void)context;
    return 0;
#endif
}

/* Names the test that hangs or crashes; the summary still comes last, for whoever counts. */
static void on_fatal(int signal, siginfo_t *info, void *context)
{
    char text[320];
    int n = snprintf(text, sizeof text,
                     "\nFAIL %s: %s (signal %d, code %d, at %p, by %#jx)\n%u passed, %u failed, "
                     "%u skipped\n",
                     run.name, signal == SIGVTALRM ? "hangs" : "crashed", signal, info->si_code,
                     signal == SIGVTALRM ? NULL : info->si_addr, instruction(context), run.passed,
                     run.failed + 1, run.skipped);

    if (n > 0 && write(STDOUT_FILENO, text, (size_t)n) < 0)
        _exit(3);
    _exit(2);
}

static void catch_fatal(void)
{
    static const int signals[] = {SIGVTALRM, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM};
    const char *limit = getenv("KRING_TEST_TIMEOUT");
    size_t count = sizeof signals / sizeof signals[0];

#ifdef __SANITIZE_ADDRESS__
    count = 1; /* the sanitizer reports the others better */
#endif
    for (size_t i = 0; i < count; i++) {
        struct sigaction action = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO};
        sigaction(signals[i], &action, NULL);
    }
    run.limit_s = limit ? atol(limit) : 120;
    if (timer_create(CLOCK_MONOTONIC, &event, &run.watchdog) < 0)
        perror("timer_create");
}

static void on_start(const CU_pTest test, const CU_pSuite suite)
{
    snprintf(run.name, sizeof run.name, "%s/%s", suite->pName, test->pName);
    printf("%s ... ", run.name);
    fflush(stdout);
    run.skip = NULL;
    run.child_count = 0;
    getrlimit(RLIMIT_NOFILE, &run.files);
    sigprocmask(SIG_SETMASK, NULL, &run.signals);
    kring_test_list_fds(run.was_open);
    run.fds = 0;
    for (int fd = 0; fd < KRING_TEST_FDS; fd++)
        run.fds += run.was_open[fd];
    clock_gettime(CLOCK_MONOTONIC, &run.began);
    set_watchdog(run.limit_s);
}

/* Slow tests tell how slow. */
static void print_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - run.began.tv_sec > 1)
        printf(" (%ld s)", (long)(now.tv_sec - run.began.tv_sec));
    printf("\n");
}

static void on_complete(const CU_pTest test, const CU_pSuite suite,
                        const CU_pFailureRecord failures)
{
    int fds;

    (void)test;
    (void)suite;
    set_watchdog(0);
    if (run.dir[0])
        remove_tree(AT_FDCWD, run.dir);
    if (run.other[0])
        remove_tree(AT_FDCWD, run.other);
    run.dir[0] = run.other[0] = 0;
    fds = kring_test_open_fds();
    if (failures || fds != run.fds) {
        run.failed++;
        printf("FAIL\n");
        for (CU_pFailureRecord f = failures; f; f = f->pNext)
            printf("    %s:%u: %s\n", f->strFileName, f->uiLineNumber, f->strCondition);
        if (fds != run.fds)
            printf("    %d file descriptors were open before, %d after\n", run.fds, fds);
    } else if (run.skip) {
        run.skipped++;
        printf("skipped: %s\n", run.skip);
    } else {
        run.passed++;
        printf("ok");
        print_time();
    }
    fflush(stdout);
}

static bool named(const char *suite, const char *test, char **names, int count)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", suite, test);
    for (int i = 0; i < count; i++)
        if (!fnmatch(names[i], path, 0) || !fnmatch(names[i], suite, 0))
            return true;
    return false;
}

/* Leaves only the tests that were named active, and prints them if asked; how many they are. */
static unsigned choose(char **names, int count, bool list)
{
    unsigned chosen = 0;

    for (CU_pSuite s = CU_get_registry()->pSuite; s; s = s->pNext) {
        unsigned here = 0;

        for (CU_pTest t = s->pTest; t; t = t->pNext) {
            bool on = (count == 0 || named(s->pName, t->pName, names, count)) &&
                      !named(s->pName, t->pName, run.without, run.withouts);

            t->fActive = on ? CU_TRUE : CU_FALSE;
            here += on;
            if (on && list)
                printf("%s/%s\n", s->pName, t->pName);
        }
        s->fActive = here ? CU_TRUE : CU_FALSE;
        chosen += here;
    }
    return chosen;
}

int main(int argc, char **argv)
{
    bool list = false;
    char *summary;
    int option;

    while ((option = getopt(argc, argv, "lx:")) != -1)
        if (option == 'l')
            list = true;
        else if (option == 'x' && run.withouts < 8)
            run.without[run.withouts++] = optarg;
        else
            return 2;
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
#define KRING_SUITE(name)                                                     \
    if (kring_test_##name() != 0) {                                           \
        fprintf(stderr, "suite " #name ": %s\n", CU_get_error_msg());         \
        return 2;                                                             \
    }
#include "suites.h"
#undef KRING_SUITE
    if (!choose(argv + optind, argc - optind, list)) {
        fprintf(stderr, "kring-tests: no test has that name (-l lists them)\n");
        return 2;
    }
    if (list)
        return 0;

#if CONFIG_KRING_ENV
    /* Most rings of the suites leave the environment alone; what this process plays is the same. */
    if (kring_test_kernel() != NULL && kring__release_parse(kring_test_kernel()) > 0)
        kring__sys_simulate((uint16_t)kring__release_parse(kring_test_kernel()));
#endif
    /* A shell ignores these for what it starts in the background. */
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    catch_fatal();
    run.pid = getpid();
    run.cwd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_set_fail_on_inactive(CU_FALSE);
    CU_set_test_start_handler(on_start);
    CU_set_test_complete_handler(on_complete);
    CU_run_all_tests();
    summary = CU_get_run_results_string();
    printf("\n%s\n\n%u passed, %u failed, %u skipped\n", summary ? summary : "", run.passed,
           run.failed, run.skipped);
    free(summary);
    CU_cleanup_registry();
    return run.failed || CU_get_error() != CUE_SUCCESS;
}
