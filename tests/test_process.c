/* SPDX-License-Identifier: MIT */
/* Waiting for processes. */
#include "rings.h"

#include "fake_sys.h"
#include "kring/uapi.h"
#include "ops/ops.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int kring_test_process(void);

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* NULL, and the test skipped, where this kind cannot run it: kernel below 6.7, no soft engine. */
static struct kring *open_for_waitid(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    CU_ASSERT_FATAL(ring != NULL);
    if (kring_route_opcode(ring, IORING_OP_WAITID) == KRING_ENGINE_NONE) {
        rings_close(ring);
        kring_test_skip("nothing here runs waitid");
        return NULL;
    }
    return ring;
}

/* Ends with this status after so many ms; -1: never. */
static pid_t child(int ms, int status)
{
    pid_t pid = kring_test_fork();

    CU_ASSERT_FATAL(pid >= 0);
    if (pid != 0)
        return pid;
    while (ms < 0)
        pause();
    usleep((useconds_t)ms * 1000);
    _exit(status);
}

/* The child is there to be waited for by others, and is then gone. */
static void must_be_waitable(pid_t pid)
{
    int status = 0;

    kill(pid, SIGKILL);
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void must_be_gone(pid_t pid)
{
    CU_ASSERT_EQUAL(waitpid(pid, NULL, WNOHANG), -1);
    CU_ASSERT_EQUAL(errno, ECHILD);
}

static void an_exit_is_told(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    siginfo_t info;

    if (!ring)
        return;
    for (int ms = 0; ms <= 30; ms += 30) {
        pid_t pid = child(ms, 40 + ms);

        memset(&info, 0x5a, sizeof info);
        CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_PID, pid, &info, WEXITED)), 0);
        CU_ASSERT_EQUAL(info.si_signo, SIGCHLD);
        CU_ASSERT_EQUAL(info.si_code, CLD_EXITED);
        CU_ASSERT_EQUAL(info.si_status, 40 + ms);
        CU_ASSERT_EQUAL(info.si_pid, pid);
        CU_ASSERT_EQUAL(info.si_uid, getuid());
        CU_ASSERT_EQUAL(info.si_errno, 0);
        must_be_gone(pid);
    }
    rings_close(ring);
}
RINGS_TEST(an_exit_is_told)

static void a_death_by_signal_is_told(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    struct rings_log log = {0};
    siginfo_t info;
    pid_t pid;

    if (!ring)
        return;
    pid = child(-1, 0);
    memset(&info, 0, sizeof info);
    rings_start(ring, kring_waitid(ring, P_PID, pid, &info, WEXITED), &log);
    CU_ASSERT_EQUAL(rings_run_for(ring, 10), 0);
    kill(pid, SIGTERM);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 0);
    CU_ASSERT_EQUAL(info.si_code, CLD_KILLED);
    CU_ASSERT_EQUAL(info.si_status, SIGTERM);
    must_be_gone(pid);
    rings_close(ring);
}
RINGS_TEST(a_death_by_signal_is_told)

static void stops_and_continuations_are_told(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    struct rings_log log = {0};
    siginfo_t info;
    pid_t pid;

    if (!ring)
        return;
    pid = child(-1, 0);
    memset(&info, 0, sizeof info);
    rings_start(ring, kring_waitid(ring, P_PID, pid, &info, WSTOPPED), &log);
    kring_submit(ring);
    kill(pid, SIGSTOP);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(info.si_code, CLD_STOPPED);
    CU_ASSERT_EQUAL(info.si_status, SIGSTOP);
    rings_start(ring, kring_waitid(ring, P_PID, pid, &info, WCONTINUED), &log);
    kring_submit(ring);
    kill(pid, SIGCONT);
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(info.si_code, CLD_CONTINUED);
    must_be_waitable(pid);
    rings_close(ring);
}
RINGS_TEST(stops_and_continuations_are_told)

static void any_child_and_a_group_are_waited_for(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    siginfo_t info;
    pid_t pid, other;

    if (!ring)
        return;
    pid = child(20, 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_ALL, 0, &info, WEXITED)), 0);
    CU_ASSERT_EQUAL(info.si_pid, pid);
    CU_ASSERT_EQUAL(info.si_status, 5);
    other = child(0, 6);
    pid = child(20, 7);
    setpgid(pid, pid);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_PGID, pid, &info, WEXITED)), 0);
    CU_ASSERT_EQUAL(info.si_pid, pid);
    CU_ASSERT_EQUAL(info.si_status, 7);
    CU_ASSERT_EQUAL(waitpid(other, NULL, 0), other);
    rings_close(ring);
}
RINGS_TEST(any_child_and_a_group_are_waited_for)

static void a_pidfd_is_waited_for(enum rings_kind kind)
{
    struct kring *ring;
    struct rings_log log = {0};
    siginfo_t info;
    pid_t pid = child(30, 8);
    int fd = (int)kring__sys_pidfd_open(pid, 0);

    /* Here and below the child may have ended already, of its own. */
    if (fd < 0 ||
        kring__sys_waitid(P_PIDFD, fd, &info, WEXITED | WNOHANG | WNOWAIT, NULL) == -EINVAL) {
        CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
        if (fd >= 0)
            close(fd);
        KRING_SKIP("no pidfds to wait for on this kernel");
    }
    ring = open_for_waitid(kind);
    if (!ring) {
        CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
        close(fd);
        return;
    }
    memset(&info, 0, sizeof info);
    rings_start(ring, kring_waitid(ring, P_PIDFD, fd, &info, WEXITED), &log);
    kring_submit(ring);
    close(fd); /* the operation has the process, not the number */
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 0);
    CU_ASSERT_EQUAL(info.si_pid, pid);
    CU_ASSERT_EQUAL(info.si_status, 8);
    close(fd);
    must_be_gone(pid);
    rings_close(ring);
}
RINGS_TEST(a_pidfd_is_waited_for)

static void errors_are_the_kernels(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    siginfo_t info;
    pid_t pid;

    if (!ring)
        return;
    pid = child(0, 1);
    memset(&info, 0, sizeof info);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_PID, 1, &info, WEXITED)), -ECHILD);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_PID, pid, &info, 0)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_PID, 0, &info, WEXITED)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, 9, pid, &info, WEXITED)), -EINVAL);
    CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid); /* none of these has taken it */
    pid = child(-1, 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_PID, pid, &info, WEXITED | WNOHANG)), 0);
    CU_ASSERT_EQUAL(info.si_signo, 0);
    must_be_waitable(pid);
    rings_close(ring);
}
RINGS_TEST(errors_are_the_kernels)

static void a_cancel_reaps_nothing(enum rings_kind kind)
{
    static const int idtypes[] = {P_PID, P_ALL};
    struct kring *ring = open_for_waitid(kind);

    for (unsigned i = 0; ring && i < 2; i++) {
        struct rings_log log = {0};
        siginfo_t info;
        pid_t pid = child(-1, 0);
        kring_op op = kring_waitid(ring, idtypes[i], i ? 0 : pid, &info, WEXITED);

        rings_start(ring, op, &log);
        CU_ASSERT_EQUAL(rings_run_for(ring, 5), 0);
        CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
        must_be_waitable(pid);
    }
    if (ring)
        rings_close(ring);
}
RINGS_TEST(a_cancel_reaps_nothing)

static void a_drop_reaps_nothing(enum rings_kind kind)
{
    static const int idtypes[] = {P_PID, P_ALL};
    struct kring *ring = open_for_waitid(kind);

    for (unsigned i = 0; ring && i < 2; i++) {
        unsigned released = 0;
        struct rings_log log = {0};
        siginfo_t info;
        pid_t pid = child(-1, 0);
        kring_op op = kring_waitid(ring, idtypes[i], i ? 0 : pid, &info, WEXITED);

        rings_start(ring, op, &log);
        CU_ASSERT_EQUAL(rings_run_for(ring, 5), 0);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, 1));
        CU_ASSERT_EQUAL(log.calls, 0);
        must_be_waitable(pid);
    }
    if (ring)
        rings_close(ring);
}
RINGS_TEST(a_drop_reaps_nothing)

static void closing_the_ring_reaps_nothing(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    struct rings_log log = {0};
    siginfo_t info;
    pid_t pid;

    if (!ring)
        return;
    pid = child(-1, 0);
    rings_start(ring, kring_waitid(ring, P_PID, pid, &info, WEXITED), &log);
    CU_ASSERT_EQUAL(rings_run_for(ring, 5), 0);
    rings_close(ring);
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    must_be_waitable(pid);
}
RINGS_TEST(closing_the_ring_reaps_nothing)

static void a_deadline_and_a_linked_timeout_end_it(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    struct kring_time soon = {0, 5000000};
    struct rings_log log = {0};
    siginfo_t info;
    kring_op ops[2];
    pid_t pid;

    if (!ring)
        return;
    pid = child(-1, 0);
    ops[0] = kring_waitid(ring, P_PID, pid, &info, WEXITED);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, ops[0], 5 * KRING_MS), 0);
    rings_start(ring, ops[0], &log);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ETIME);
    CU_ASSERT(log.last.flags & KRING_DEADLINE);
    ops[0] = kring_waitid(ring, P_PID, pid, &info, WEXITED);
    ops[1] = kring_link_timeout(ring, &soon, 0);
    memset(&log, 0, sizeof log);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 2));
    /* In either order. */
    CU_ASSERT_EQUAL(log.notes[0].value + log.notes[1].value, -ECANCELED - ETIME);
    must_be_waitable(pid);
    rings_close(ring);
}
RINGS_TEST(a_deadline_and_a_linked_timeout_end_it)

static void a_cancel_operation_answers_0(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    struct rings_log log = {0};
    siginfo_t info;
    kring_op op;
    pid_t pid;

    if (!ring)
        return;
    pid = child(-1, 0);
    op = kring_waitid(ring, P_PID, pid, &info, WEXITED);
    rings_start(ring, op, &log);
    CU_ASSERT_EQUAL(rings_run_for(ring, 5), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_cancel_op(ring, op)), 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    must_be_waitable(pid);
    rings_close(ring);
}
RINGS_TEST(a_cancel_operation_answers_0)

static void signals_are_not_touched(enum rings_kind kind)
{
    struct kring *ring = open_for_waitid(kind);
    struct sigaction before, after;
    sigset_t was, is;
    siginfo_t info;
    pid_t pid;

    if (!ring)
        return;
    sigaction(SIGCHLD, NULL, &before);
    sigprocmask(SIG_SETMASK, NULL, &was);
    pid = child(15, 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_PID, pid, &info, WEXITED)), 0);
    pid = child(15, 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_waitid(ring, P_ALL, 0, &info, WEXITED)), 0);
    rings_close(ring);
    sigaction(SIGCHLD, NULL, &after);
    sigprocmask(SIG_SETMASK, NULL, &is);
    CU_ASSERT(before.sa_handler == after.sa_handler && before.sa_flags == after.sa_flags);
    for (int number = 1; number < 64; number++)
        CU_ASSERT_EQUAL(sigismember(&was, number), sigismember(&is, number));
    (void)pid;
}
RINGS_TEST(signals_are_not_touched)

/* ---- The soft engine waits, and does not spin ---- */

static struct kring *open_soft(const struct kring_fake *fake)
{
    kring_fake_set(fake);
    return rings_open(RINGS_SOFT);
}

/* Waited for while it runs, for so long, then until it ends by a signal; the time it all took. */
static int64_t waited_for(struct kring *ring, int idtype, pid_t pid, unsigned ms)
{
    struct rings_log log = {0};
    int64_t began = rings_now_ns();
    siginfo_t info;

    CU_ASSERT(rings_start(ring, kring_waitid(ring, idtype, pid, &info, WEXITED), &log));
    rings_run_for(ring, ms);
    CU_ASSERT_EQUAL(log.calls, 0);
    kill(pid, SIGKILL);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 0);
    CU_ASSERT_EQUAL(info.si_code, CLD_KILLED);
    CU_ASSERT_EQUAL(info.si_status, SIGKILL);
    return rings_now_ns() - began;
}

static void with_a_pidfd_it_is_asked_when_it_ends(void)
{
    struct kring_fake fake = {0};
    struct kring *ring;
    pid_t pid = child(-1, 0);
    int fd = (int)kring__sys_pidfd_open(pid, 0);

    if (fd < 0) {
        must_be_waitable(pid);
        KRING_SKIP("no pidfds on this kernel");
    }
    close(fd);
    ring = open_soft(&fake);
    (void)waited_for(ring, P_PID, pid, 120);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_pidfd_open], 1);
    CU_ASSERT(kring_fake_calls[KRING__SYS_waitid] <= 3);
    rings_close(ring);
    kring_fake_clear();
}

/* 1, 2, 4, 8, 16, 32, 50, 50, ... ms. */
static void in_pauses(int idtype, bool refused)
{
    struct kring_fake fake = {0};
    struct kring_stats stats;
    struct kring *ring;
    unsigned most;

    if (refused) {
        fake.fail_id_errno = EMFILE;
        fake.fail_id = KRING__SYS_pidfd_open;
    } else {
        fake.missing[KRING__SYS_pidfd_open] = 1;
    }
    ring = open_soft(&fake);
    most = 10 + (unsigned)(waited_for(ring, idtype, child(-1, 0), 120) / (50 * KRING_MS));
    CU_ASSERT(kring_fake_calls[KRING__SYS_waitid] >= 2);
    CU_ASSERT(kring_fake_calls[KRING__SYS_waitid] <= most);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT(stats.soft_waits <= 2 * most);
    rings_close(ring);
    kring_fake_clear();
}

static void below_5_3_it_is_asked_in_pauses(void)
{
    in_pauses(P_PID, false);
}

static void without_descriptors_it_is_asked_in_pauses(void)
{
    in_pauses(P_PID, true);
}

static void one_among_all_is_asked_for_in_pauses(void)
{
    in_pauses(P_ALL, false);
}

static void a_stranger_with_the_same_pid_is_not_taken(void)
{
    struct kring_fake fake = {0};
    struct kring *ring = open_soft(&fake);
    struct rings_log log = {0};
    siginfo_t info;
    pid_t pid = child(-1, 0);

    /* Reaped behind the operation's back: the pid may be anybody's from then on. */
    rings_start(ring, kring_waitid(ring, P_PID, pid, &info, WEXITED), &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    must_be_waitable(pid);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ECHILD);
    rings_close(ring);
    kring_fake_clear();
}

int kring_test_process(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("an exit is told", an_exit_is_told),
        RINGS_ROWS("a death by signal is told", a_death_by_signal_is_told),
        RINGS_ROWS("stops and continuations are told", stops_and_continuations_are_told),
        RINGS_ROWS("any child and a group are waited for", any_child_and_a_group_are_waited_for),
        RINGS_ROWS("a pidfd is waited for", a_pidfd_is_waited_for),
        RINGS_ROWS("errors are the kernel's", errors_are_the_kernels),
        RINGS_ROWS("a cancel reaps nothing", a_cancel_reaps_nothing),
        RINGS_ROWS("a drop reaps nothing", a_drop_reaps_nothing),
        RINGS_ROWS("closing the ring reaps nothing", closing_the_ring_reaps_nothing),
        RINGS_ROWS("a deadline and a linked timeout end it",
                   a_deadline_and_a_linked_timeout_end_it),
        RINGS_ROWS("a cancel operation answers 0", a_cancel_operation_answers_0),
        RINGS_ROWS("signals are not touched", signals_are_not_touched),
    };
    static const struct kring_test soft[] = {
        KRING_TEST(with_a_pidfd_it_is_asked_when_it_ends),
        KRING_TEST(below_5_3_it_is_asked_in_pauses),
        KRING_TEST(without_descriptors_it_is_asked_in_pauses),
        KRING_TEST(one_among_all_is_asked_for_in_pauses),
        KRING_TEST(a_stranger_with_the_same_pid_is_not_taken),
    };

    if (!CONFIG_KRING_PROCESS || KRING_SUITE_ADD("process", tests) < 0)
        return 0;
    return CONFIG_KRING_SOFT_ENGINE ? KRING_SUITE_ADD("process-soft", soft) : 0;
}
