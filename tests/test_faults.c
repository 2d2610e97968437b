/* SPDX-License-Identifier: MIT */
/*
 * The sweep of tests/faults.h: for each scenario in each mode, the Nth system call fails.
 *
 * Normally every N is tried, with each errno at the first occurrence of a call in a run, and with
 * one errno (another each time) at the later ones, which mostly repeat a place of the code.
 * KRING_FAULTS=full tries each errno at each N. KRING_FAULTS=SCENARIO/MODE/N:ERRNO repeats one run.
 */
#include "faults.h"
#include "rings.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define FIRST_OCCURRENCES 1
#define ENDLESS 3000

#define MISSING(name) KRING__SYS_##name
static const struct faults_mode modes[] = {
    {.name = "soft", .engine = KRING_ENGINE_SOFT},
    {.name = "soft-old", .engine = KRING_ENGINE_SOFT,
     .missing = {MISSING(statx), MISSING(accept4), MISSING(preadv2), MISSING(pwritev2),
                 MISSING(madvise), MISSING(epoll_pwait2), MISSING(renameat2),
                 MISSING(openat2)}},
    {.name = "soft-ppoll", .engine = KRING_ENGINE_SOFT, .missing = {MISSING(epoll_create1)}},
    {.name = "kernel", .engine = KRING_ENGINE_KERNEL, .uring = true},
    {.name = "mixed", .engine = KRING_ENGINE_AUTO, .uring = true, .mixed = true},
    {.name = "mixed-5.10", .engine = KRING_ENGINE_AUTO, .uring = true, .kernel = "5.10"},
    {.name = "refused", .engine = KRING_ENGINE_AUTO, .refused = EPERM, .open_only = true},
    {.name = "group", .engine = KRING_ENGINE_AUTO, .refused = EPERM, .group = true,
     .open_only = true},
    {.name = "memlock", .engine = KRING_ENGINE_AUTO, .refused = ENOMEM, .open_only = true},
};
#define MODES (sizeof modes / sizeof modes[0])

/* ---- What fails ---- */

static struct {
    int pick;                          /* index of the errno, or -1: by turns */
    int number;                        /* the errno that was injected, 0 none yet */
    unsigned times[KRING__SYS_COUNT];  /* occurrences met in this sweep */
} now;

/* Over all sweeps. */
static struct {
    unsigned injections, runs, broken, ran;
    bool met[KRING__SYS_COUNT];       /* was made */
    bool failed[KRING__SYS_COUNT];    /* was failed */
    bool pairs[KRING__SYS_COUNT][20]; /* with this errno */
} all;

static int choose(int id)
{
    const struct faults_row *row = &faults_rows[id];
    unsigned pick = now.pick < 0 ? now.times[id] % row->count : (unsigned)now.pick;

    if (pick >= row->count)
        return 0;
    all.failed[id] = all.pairs[id][pick] = true;
    all.injections++;
    return now.number = row->errnos[pick];
}

/* ---- One run ---- */

static sigjmp_buf hung;
static char doing[120];

static void on_alarm(int signal)
{
    (void)signal;
    siglongjmp(hung, 1);
}

/* Says which run it was, then goes the runner's way. */
static struct sigaction crash_before[2];
static const int crashes[2] = {SIGSEGV, SIGABRT};
static void on_crash(int signal)
{
    ssize_t ignored = write(STDOUT_FILENO, doing, strlen(doing));

    (void)ignored;
    sigaction(signal, &crash_before[signal == SIGABRT], NULL);
    raise(signal);
}

static void set_alarm(long seconds)
{
    struct itimerval when = {.it_value.tv_sec = seconds};

    setitimer(ITIMER_REAL, &when, NULL);
}

static void check_fds(struct faults *f, const bool before[KRING_TEST_FDS])
{
    bool after[KRING_TEST_FDS];

    kring_test_list_fds(after);
    for (int fd = 0; fd < KRING_TEST_FDS; fd++) {
        char link[40], to[60] = "";
        ssize_t n;

        if (after[fd] == before[fd])
            continue;
        if (before[fd]) {
            faults_break(f, "descriptor %d of the application was closed", fd);
            continue;
        }
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        n = readlink(link, to, sizeof to - 1);
        to[n > 0 ? n : 0] = 0;
        /* What the kernel opens after it was lost can be known to nobody (-KRING_ELOST). */
        if (!f->lost)
            faults_break(f, "descriptor %d (%s) was left open", fd, to);
        close(fd);
    }
}

static void write_number(const char *name, const char *text)
{
    char path[100];
    int fd;

    snprintf(path, sizeof path, "%s/%s", kring_test_tmpdir(), name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        CU_FAIL("the sysctl file cannot be made");
    close(fd);
}

static void set_mode(const struct faults_mode *mode)
{
    struct kring_fake fake;

    memset(&fake, 0, sizeof fake);
    fake.setup_errno = fake.enter_errno = fake.register_errno = mode->refused;
    for (unsigned i = 0; i < sizeof mode->missing && mode->missing[i] != 0; i++)
        fake.missing[mode->missing[i]] = 1;
    if (mode->group) {
        write_number("io_uring_disabled", "1\n");
        write_number("io_uring_group", "4242424\n");
        fake.sysctl = kring_test_tmpdir();
    }
    kring_fake_set(&fake);
}

static void note_calls(void)
{
    for (int id = 0; id < KRING__SYS_COUNT; id++)
        all.met[id] |= kring_fake_calls[id] != 0;
}

/*
 * A scenario that breaks off leaves operations running that borrow from its frame, until the ring
 * is closed behind it. Its frames lie so far below that what closes does not reach them.
 */
static __attribute__((noinline)) bool run_below(const struct faults_scenario *scenario,
                                                struct faults *f)
{
    volatile char distance[1 << 18];
    bool done;

    distance[0] = distance[sizeof distance - 1] = 1;
    done = scenario->run(f);
    return done && distance[0] == 1;
}

/* Returns the call that failed, or -1 when fewer than nth were made. */
static int run_once(const struct faults_scenario *scenario, const struct faults_mode *mode,
                    unsigned nth, int pick)
{
    static struct faults f;
    static bool before[KRING_TEST_FDS];
    volatile bool done = false;
    int64_t began = faults_now_ns();
    int id;

    memset(&f, 0, sizeof f);
    f.mode = mode;
    f.nth = nth;
    f.choose = choose;
    f.cold = scenario->cold;
    now.pick = pick;
    now.number = 0;
    snprintf(doing, sizeof doing, "\n%s/%s/%u:%d: ", scenario->name, mode->name, nth, pick);
    kring_test_list_fds(before);
    if (scenario->cold)
        set_mode(mode);
    kring_fake_arm(0, NULL);
    set_alarm(6);
    if (sigsetjmp(hung, 1) == 0) {
        if (scenario->cold)
            kring_fake_arm(nth, choose);
        done = run_below(scenario, &f);
        faults_finish(&f);
    } else {
        faults_break(&f, "hangs");
    }
    set_alarm(0);
    id = kring_fake_failed;
    kring_fake_arm(0, NULL);
    if (f.broken[0] && f.ring != NULL)
        for (unsigned i = 0; i < f.owned_count; i++)
            close(f.owned[i]);
    check_fds(&f, before);
    if (nth == 0 && !done)
        faults_break(&f, "fails without a fault: %s", f.why);
    else if (!done && !f.failed)
        faults_break(&f, "ended early, and nothing says why");
    all.runs++;
    note_calls();
    if (getenv("KRING_FAULTS") != NULL && faults_now_ns() - began > KRING_SECOND / 5)
        printf("\n    %s/%s/%u:%s (%s): %d ms", scenario->name, mode->name, nth,
               faults_errno_name(now.number), id >= 0 ? kring_fake_name(id) : "-",
               (int)((faults_now_ns() - began) / KRING_MS));
    if (f.broken[0]) {
        char text[360];

        snprintf(text, sizeof text, "%s/%s/%u:%s (%s): %s", scenario->name, mode->name, nth,
                 now.number ? faults_errno_name(now.number) : "-",
                 id >= 0 ? kring_fake_name(id) : "nothing failed", f.broken);
        printf("\n    %s", text);
        fflush(stdout);
        if (all.broken++ < 200)
            CU_FAIL("a rule was broken (see above)");
    }
    return id;
}

/* ---- The sweep ---- */

static void sweep(const struct faults_scenario *scenario, const struct faults_mode *mode)
{
    const char *wish = getenv("KRING_FAULTS");
    bool full = wish != NULL && !strcmp(wish, "full");
    unsigned broken = all.broken;

    memset(&now, 0, sizeof now);
    set_mode(mode);
    run_once(scenario, mode, 0, 0);
    if (all.broken != broken)
        return; /* nothing can be said about faults */
    for (unsigned nth = 1; nth < ENDLESS && all.broken < broken + 30; nth++) {
        int id = run_once(scenario, mode, nth, -1);
        unsigned used;

        if (id < 0)
            return;
        used = now.times[id]++ % faults_rows[id].count;
        if (!full && now.times[id] > FIRST_OCCURRENCES)
            continue;
        for (unsigned pick = 0; pick < faults_rows[id].count; pick++)
            if (pick != used)
                run_once(scenario, mode, nth, (int)pick);
    }
}

/* KRING_FAULTS=SCENARIO/MODE/N:ERRNO */
static bool single(const struct faults_scenario *scenario, const struct faults_mode *mode)
{
    const char *wish = getenv("KRING_FAULTS");
    char name[60], in[30], number[20];
    unsigned nth;

    if (wish == NULL || sscanf(wish, "%59[^/]/%29[^/]/%u:%19s", name, in, &nth, number) != 4)
        return false;
    if (strcmp(name, scenario->name) != 0 || strcmp(in, mode->name) != 0)
        return true;
    memset(&now, 0, sizeof now);
    set_mode(mode);
    run_once(scenario, mode, 0, 0);
    for (unsigned pick = 0; pick < 20; pick++) {
        int id = run_once(scenario, mode, nth, (int)pick);

        printf("\n    %s: %s", id < 0 ? "no call" : kring_fake_name(id),
               faults_errno_name(now.number));
        if (id < 0 || now.number == 0)
            break;
    }
    return true;
}

/* Which modes this run of the suites is to cover: KRING_ENGINE names one engine, or all. */
static bool wanted(const struct faults_mode *mode)
{
    const char *engine = kring_test_engine();
    bool soft = mode->engine == KRING_ENGINE_SOFT;

    if (mode->uring && !kring_test_uring_allowed())
        return false;
    /* Kernel rings of the scenarios have tables and pools. */
    if (mode->engine == KRING_ENGINE_KERNEL && rings_missing(RINGS_KERNEL) != NULL)
        return false;
    if ((soft && !CONFIG_KRING_SOFT_ENGINE) || (mode->refused && !CONFIG_KRING_KERNEL_ENGINE))
        return false;
    if (mode->engine == KRING_ENGINE_AUTO && !CONFIG_KRING_SOFT_ENGINE)
        return false;
    /* What the environment demands stands above auto: those modes are for a run without it. */
    return !strcmp(engine, "auto") ||
           (!strcmp(engine, "soft") ? soft : mode->engine == KRING_ENGINE_KERNEL);
}

static void run_scenario(const struct faults_scenario *scenario)
{
    struct sigaction action = {.sa_handler = on_alarm}, before, crash = {.sa_handler = on_crash};
    int64_t began = faults_now_ns();

    sigaction(SIGALRM, &action, &before);
    for (unsigned i = 0; i < 2; i++)
        sigaction(crashes[i], &crash, &crash_before[i]);
    for (unsigned i = 0; i < MODES; i++)
        if (wanted(&modes[i]) && (!modes[i].open_only || scenario->cold) &&
            !single(scenario, &modes[i]))
            sweep(scenario, &modes[i]);
    for (unsigned i = 0; i < 2; i++)
        sigaction(crashes[i], &crash_before[i], NULL);
    sigaction(SIGALRM, &before, NULL);
    kring_fake_clear();
    all.ran++;
    if (getenv("KRING_FAULTS") != NULL)
        printf("%d ms ", (int)((faults_now_ns() - began) / KRING_MS));
}

/* ---- The suite ---- */

#define SCENARIOS 40
static const struct faults_scenario *scenarios[SCENARIOS];
static unsigned scenario_count;

static void table_is_complete(void)
{
    const char *wrong = faults_table_read();

    if (wrong != NULL)
        printf("%s ", wrong);
    CU_ASSERT(wrong == NULL);
}

/* CUnit's tests take no argument: each runs the scenario whose turn it is by name. */
static void run_current(void)
{
    const char *name = CU_get_current_test()->pName;

    if (faults_table_read() != NULL) {
        CU_FAIL("tests/faults.tsv");
        return;
    }
    for (unsigned i = 0; i < scenario_count; i++)
        if (!strcmp(scenarios[i]->name, name))
            run_scenario(scenarios[i]);
}

static void every_call_was_failed(void)
{
    unsigned calls = 0, pairs = 0;
    bool every = !strcmp(kring_test_engine(), "auto") && kring_test_uring_allowed() &&
                 CONFIG_KRING_SOFT_ENGINE;

    for (int id = 0; id < KRING__SYS_COUNT; id++) {
        const struct faults_row *row = &faults_rows[id];

        calls += all.failed[id];
        for (unsigned i = 0; i < row->count; i++)
            pairs += all.pairs[id][i];
        if (all.met[id] && row->use == FAULTS_UNUSED) {
            printf("%s is made, but tests/faults.tsv says that it is not. ", kring_fake_name(id));
            CU_FAIL("a call is used");
        }
        if (every && all.ran == scenario_count && row->use != FAULTS_UNUSED && !all.failed[id]) {
            printf("no scenario failed %s. ", kring_fake_name(id));
            CU_FAIL("a call was never failed");
        }
    }
    printf("faults: %u calls x %u errnos, %u injections in %u runs ", calls, pairs,
           all.injections, all.runs);
    if (all.ran != scenario_count)
        KRING_SKIP("only some scenarios ran");
    if (!every)
        KRING_SKIP("only some engines ran");
}

static void collect(const struct faults_scenario *list)
{
    for (; list->name != NULL && scenario_count < SCENARIOS; list++)
        scenarios[scenario_count++] = list;
}

int kring_test_faults(void);
int kring_test_faults(void)
{
    static const struct kring_test first[] = {{"the table names every call", table_is_complete}};
    static const struct kring_test last[] = {{"every call was failed", every_call_was_failed}};
    static struct kring_test tests[SCENARIOS + 2];
    size_t count = 0;

    collect(faults_ring_scenarios);
    collect(faults_file_scenarios);
    collect(faults_net_scenarios);
    collect(faults_process_scenarios);
    collect(faults_notify_scenarios);
    tests[count++] = first[0];
    for (unsigned i = 0; i < scenario_count; i++) {
        tests[count].name = scenarios[i]->name;
        tests[count++].run = run_current;
    }
    tests[count++] = last[0];
    return kring_test_add("faults", tests, count);
}
