/* SPDX-License-Identifier: MIT */
/* Scenarios of tests/faults.h: processes. */
#include "faults.h"
#include "kring/uapi.h"

#include <signal.h>
#include <string.h>
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

const struct faults_scenario faults_process_scenarios[] = {
    {"children", children, false},
    {NULL, NULL, false},
};
