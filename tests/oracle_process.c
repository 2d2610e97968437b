/* SPDX-License-Identifier: MIT */
/* Child processes and futexes: statements about them, and their part of the log. */
#define _GNU_SOURCE
#include "oracle.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static struct oracle_object *child_arg(struct oracle_run *run, unsigned index)
{
    struct oracle_object *object = oracle_object(run, oracle_arg(run, index));

    if (!object || object->kind != ORACLE_CHILD)
        oracle_wrong(run, "no such child", oracle_arg(run, index));
    return object;
}

static void child_lives(int64_t ns, int status)
{
    struct timespec time = { ns / 1000000000, ns % 1000000000 };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGALRM, SIG_DFL);
    while (ns < 0)
        pause();
    while (nanosleep(&time, &time) < 0)
        ;
    _exit(status);
}

/* child NAME sleep|exit N [after=TIME] [group]: one that exits at once is a zombie when made. */
static void make_child(struct oracle_run *run, const char *name)
{
    struct oracle_object *object = oracle_object_new(run, name, ORACLE_CHILD, 0);
    const char *after = oracle_key(run, "after");
    bool sleeps = oracle_word(run, "sleep"), group = oracle_word(run, "group");
    int status = sleeps ? 0 : (int)oracle_value(run, oracle_arg(run, 3));
    int64_t ns = sleeps ? -1 : after ? oracle_duration_ns(run, after) : 0;
    siginfo_t info;
    pid_t pid = fork();

    if (pid == 0)
        child_lives(ns, status);
    if (pid < 0)
        oracle_wrong(run, "cannot fork", name);
    if (group)
        setpgid(pid, pid);
    object->fd = pid;
    object->what = sleeps ? 's' : 'x';
    if (ns == 0)
        waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
}

/* signal CHILD NUMBER [settled]: settled waits until it shows. */
static void act_signal(struct oracle_run *run)
{
    struct oracle_object *child = child_arg(run, 1);
    int number = (int)oracle_value(run, oracle_arg(run, 2));
    siginfo_t info;

    if (kill(child->fd, number) < 0)
        oracle_log(run, "signal -> %s\n", oracle_errno_name(errno));
    else if (oracle_word(run, "settled"))
        waitid(P_PID, (id_t)child->fd, &info, WEXITED | WSTOPPED | WCONTINUED | WNOWAIT);
}

/* reap CHILD: by a plain call, waits. */
static void act_reap(struct oracle_run *run)
{
    siginfo_t info;

    memset(&info, 0, sizeof info);
    if (waitid(P_PID, (id_t)child_arg(run, 1)->fd, &info, WEXITED) < 0)
        oracle_log(run, "reap -> %s\n", oracle_errno_name(errno));
    else
        oracle_log(run, "reap -> %d\n", info.si_status);
}

/* pidfd NAME CHILD [nonblock]: without the call there is no program to compare. */
static void make_pidfd(struct oracle_run *run, const char *name)
{
    unsigned flags = oracle_word(run, "nonblock") ? 04000 : 0; /* PIDFD_NONBLOCK, 5.10 */

    oracle_object_fd(run, name, (int)syscall(SYS_pidfd_open, child_arg(run, 2)->fd, flags), 'P');
}

static const char *child_name(struct oracle_run *run, int pid)
{
    for (unsigned i = 0; i < run->object_count; i++)
        if (run->objects[i].kind == ORACLE_CHILD && run->objects[i].fd == pid)
            return run->objects[i].name;
    return pid == 0 ? "nobody" : "somebody";
}

/* What is left to be waited for, then its end. */
void oracle_show_child(struct oracle_run *run, struct oracle_object *object)
{
    const int all = WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT;
    siginfo_t info;

    if (object->what == 'x') /* it will end: whether it has must not depend on the time */
        waitid(P_PID, (id_t)object->fd, &info, WEXITED | WNOWAIT);
    memset(&info, 0, sizeof info);
    if (waitid(P_PID, (id_t)object->fd, &info, all) < 0)
        oracle_log(run, "%s", oracle_errno_name(errno));
    else if (info.si_pid == 0)
        oracle_log(run, "runs");
    else
        oracle_log(run, "waits with code=%d status=%d", info.si_code, info.si_status);
    kill(object->fd, SIGKILL);
}

void oracle_show_siginfo(struct oracle_run *run, struct oracle_object *object)
{
    siginfo_t *info = (void *)object->data;

    if (info->si_signo == 0) {
        oracle_log(run, "signo=0 pid=%d", info->si_pid);
        return;
    }
    oracle_log(run, "signo=%d errno=%d code=%d status=%d of %s%s", info->si_signo, info->si_errno,
               info->si_code, info->si_status, child_name(run, info->si_pid),
               info->si_uid == getuid() ? "" : ", another user's");
}

/* word NAME VALUE: four bytes. */
static void make_word(struct oracle_run *run, const char *name)
{
    struct oracle_object *object = oracle_object_new(run, name, ORACLE_MEMORY, 4);
    uint32_t value = (uint32_t)oracle_value(run, oracle_arg(run, 2));

    memcpy(object->data, &value, sizeof value);
}

/* set MEMORY VALUE */
static void act_set(struct oracle_run *run)
{
    uint32_t *word = (uint32_t *)(uintptr_t)oracle_value(run, oracle_arg(run, 1));

    __atomic_store_n(word, (uint32_t)oracle_value(run, oracle_arg(run, 2)), __ATOMIC_RELEASE);
}

/* wake MEMORY COUNT [mask=N] [private]: by a plain futex(2). */
static void act_wake(struct oracle_run *run)
{
    const char *mask = oracle_key(run, "mask");
    long woken = syscall(SYS_futex, (uintptr_t)oracle_value(run, oracle_arg(run, 1)),
                         FUTEX_WAKE_BITSET | (oracle_word(run, "private") ? FUTEX_PRIVATE_FLAG : 0),
                         (int)oracle_value(run, oracle_arg(run, 2)), NULL, NULL,
                         mask ? (uint32_t)oracle_value(run, mask) : FUTEX_BITSET_MATCH_ANY);

    oracle_log(run, "wake -> %ld\n", woken);
}

/* futexes NAME MEMORY:VALUE:FLAGS... : for FUTEX_WAITV. */
static void make_futexes(struct oracle_run *run, const char *name)
{
    unsigned count = run->arg_count - 2;
    struct oracle_object *object = oracle_object_new(
        run, name, ORACLE_QUIET, count * sizeof(struct kring_futex_waitv));
    struct kring_futex_waitv *words = (void *)object->data;

    for (unsigned i = 0; i < count; i++) {
        char *word = strtok(strdup(run->args[i + 2]), ":");
        char *value = strtok(NULL, ":"), *flags = strtok(NULL, ":");

        if (!flags)
            oracle_wrong(run, "futexes wants MEMORY:VALUE:FLAGS", run->args[i + 2]);
        words[i].uaddr = (uint64_t)oracle_value(run, word);
        words[i].val = (uint64_t)oracle_value(run, value);
        words[i].flags = (uint32_t)oracle_value(run, flags);
    }
}

bool oracle_process(struct oracle_run *run, const char *verb)
{
    const char *name = run->arg_count > 1 ? run->args[1] : "";

    if (!strcmp(verb, "child"))
        make_child(run, name);
    else if (!strcmp(verb, "signal"))
        act_signal(run);
    else if (!strcmp(verb, "reap"))
        act_reap(run);
    else if (!strcmp(verb, "pidfd"))
        make_pidfd(run, name);
    else if (!strcmp(verb, "siginfo"))
        memset(oracle_object_new(run, name, ORACLE_SIGINFO, sizeof(siginfo_t))->data, 0x7e,
               sizeof(siginfo_t));
    else if (!strcmp(verb, "word"))
        make_word(run, name);
    else if (!strcmp(verb, "futexes"))
        make_futexes(run, name);
    else if (!strcmp(verb, "set"))
        act_set(run);
    else if (!strcmp(verb, "wake"))
        act_wake(run);
    else if (!strcmp(verb, "sigchld-ignored"))
        signal(SIGCHLD, SIG_IGN);
    else
        return false;
    return true;
}
