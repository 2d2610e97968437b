/* SPDX-License-Identifier: MIT */
/* Scenarios of tests/faults.h: processes and futexes. */
#include "faults.h"
#include "kring/uapi.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOFT(opcode) (UINT64_C(1) << IORING_OP_##opcode)

static pid_t child(unsigned us)
{
    pid_t pid = fork();

    if (pid == 0) {
        while (us == 0)
            pause();
        usleep(us);
        _exit(9);
    }
    return pid;
}

/* Ends it, whoever takes it. */
static bool is_ours(pid_t pid)
{
    kill(pid, SIGKILL);
    return waitpid(pid, NULL, 0) == pid;
}

static bool wait_for(struct faults *f, int idtype)
{
    static siginfo_t info;
    pid_t pid = child(2000);
    struct faults_op *o;

    memset(&info, 0, sizeof info);
    o = START(f, kring_waitid(f->ring, idtype, idtype == P_PID ? pid : 0, &info, WEXITED));
    if (!faults_wait(f, o)) {
        (void)is_ours(pid);
        return false;
    }
    return MUST(f, info.si_pid == pid && info.si_status == 9) & MUST(f, !is_ours(pid));
}

static bool children(struct faults *f)
{
    static siginfo_t info;
    struct faults_op *o;
    pid_t pid;

    if (!faults_open(f, 0, SOFT(WAITID)))
        return false;
    if (kring_route_opcode(f->ring, IORING_OP_WAITID) == KRING_ENGINE_NONE)
        return true; /* a kernel below 6.7, and nothing beside it */
    if (!wait_for(f, P_PID) || !wait_for(f, P_ALL))
        return false;
    pid = child(0);
    o = START(f, kring_waitid(f->ring, P_PID, pid, &info, WEXITED));
    if (o->started && OK(f, kring_submit(f->ring)))
        faults_drop(f, o);
    if (!DO(f, kring_nop(f->ring))) {
        (void)is_ours(pid);
        return false;
    }
    return MUST(f, is_ours(pid));
}

/* ---- Signals ---- */

static bool is_blocked(int number)
{
    sigset_t now;

    sigprocmask(SIG_SETMASK, NULL, &now);
    return sigismember(&now, number) == 1;
}

static bool receive(struct faults *f, struct kring_signals *signals)
{
    static struct kring_signal signal;
    struct faults_op *o;

    memset(&signal, 0, sizeof signal);
    if (!OK(f, kring_signal_send(KRING_TO_PROCESS, getpid(), SIGUSR2)) ||
        !DO(f, kring_signals_receive(f->ring, signals->fd, &signal)) ||
        !MUST(f, signal.number == SIGUSR2))
        return false;
    o = START(f, kring_signals_receive_each(f->ring, signals->fd, &signal));
    for (unsigned i = 1; i < 3; i++)
        if (!OK(f, kring_signal_send(KRING_TO_PROCESS, getpid(), SIGUSR2)) ||
            !faults_wait_results(f, o, i) || !MUST(f, signal.number == SIGUSR2))
            return false;
    o->fails = true; /* it ends by the cancel */
    return OK(f, kring_cancel(f->ring, o->op)) && faults_wait(f, o);
}

/* Whatever fails: the signal does not reach the process, and the mask is as it was. */
static bool signals_come(struct faults *f)
{
    const int number = SIGUSR2;
    struct kring_signals signals;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    bool done;

    if (!faults_open(f, 0, SOFT(READ)))
        return false;
    if (!OK(f, kring_signals_open(&signals, &number, 1)))
        return MUST(f, !is_blocked(number)) && false;
    done = receive(f, &signals);
    sigaction(SIGUSR2, &ignore, &before); /* what was not received is dropped */
    if (!OK(f, kring_signals_close(&signals)))
        done = OK(f, kring_signals_close(&signals)) && false;
    done = MUST(f, !is_blocked(number)) && done;
    sigaction(SIGUSR2, &before, NULL);
    return done;
}

/* ---- Futexes ---- */

struct errand {
    void (*job)(void *arg);
    void *arg;
};

static void *run_errand(void *arg)
{
    struct errand errand = *(struct errand *)arg;

    free(arg);
    errand.job(errand.arg);
    return NULL;
}

static int lend(void *user, void (*job)(void *arg), void *arg)
{
    struct errand *errand = malloc(sizeof *errand);
    pthread_t thread;

    (void)user;
    *errand = (struct errand){job, arg};
    if (pthread_create(&thread, NULL, run_errand, errand) != 0) {
        free(errand);
        return -EAGAIN;
    }
    pthread_detach(thread);
    return 0;
}

/* Other value first: then whoever has queued up again, or not yet, ends as well. */
static bool change_and_wake(struct faults *f, uint32_t *word, struct faults_op *o)
{
    if (!o->started || !OK(f, kring_submit(f->ring)))
        return false;
    __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
    return faults_wait(f, o) && MUST(f, o->value == 0 || o->value == 1); /* an index */
}

static bool futexes(struct faults *f)
{
    static uint32_t word; /* outlives a wait that did not end in time */
    static struct kring_futex two[2];
    struct faults_op *o;

    f->offload = lend;
    if (!faults_open(f, 0, SOFT(FUTEX_WAIT) | SOFT(FUTEX_WAITV) | SOFT(FUTEX_WAKE)))
        return false;
    if (kring_route_opcode(f->ring, IORING_OP_FUTEX_WAIT) == KRING_ENGINE_NONE)
        return true; /* a kernel below 6.7, and nothing beside it */
    o = START(f, kring_futex_wait(f->ring, &word, word, KRING_FUTEX_ANY, 0));
    if (!change_and_wake(f, &word, o))
        return false;
    o = START(f, kring_futex_wait(f->ring, &word, word, 2, 0));
    if (!change_and_wake(f, &word, o))
        return false;
    for (unsigned i = 0; i < 2; i++)
        two[i] = (struct kring_futex){word, (uintptr_t)&word, KRING_FUTEX_U32, 0};
    o = START(f, kring_futex_waitv(f->ring, two, 2));
    if (!change_and_wake(f, &word, o))
        return false;
    o = START_FAILING(f, kring_futex_wait(f->ring, &word, word, KRING_FUTEX_ANY, 0));
    if (!o->started || !OK(f, kring_submit(f->ring)) || !OK(f, kring_cancel(f->ring, o->op)) ||
        !faults_wait(f, o))
        return false;
    return DO(f, kring_futex_wake(f->ring, &word, 1, 1, 0)) &&
           DO(f, kring_futex_wake(f->ring, &word, 0, 1, 0));
}

const struct faults_scenario faults_process_scenarios[] = {
    {"children", children, false},
    {"signals", signals_come, false},
    {"futexes", futexes, false},
    {NULL, NULL, false},
};
