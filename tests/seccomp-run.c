/* SPDX-License-Identifier: MIT */
/*
 * seccomp-run ANSWER CALLS [--] COMMAND [ARGUMENT]...
 *
 * Runs COMMAND under a real seccomp filter on the system calls named in CALLS (a list of the
 * io_uring calls setup, enter, register, and of openat2). ANSWER is the errno they get (ENOSYS,
 * EPERM, EOPNOTSUPP, EACCES, ENOMEM, EINVAL or a number), or "kill": the first such call ends the
 * process with SIGSYS.
 *
 * seccomp-run --uring
 *
 * Says by its exit status, and for a failure in words, whether this kernel lets this process set up
 * a ring: what the tests hold kring's own answer against, so it asks without kring.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Absent from old headers; older kernels than 4.14 only know how to kill the thread. */
#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

static const struct {
    const char *name;
    unsigned value;
} answers[] = {
    {"ENOSYS", ENOSYS}, {"EPERM", EPERM},   {"EOPNOTSUPP", EOPNOTSUPP},
    {"EACCES", EACCES}, {"ENOMEM", ENOMEM}, {"EINVAL", EINVAL},
};

/* The same numbers on every architecture but alpha; mips adds its ABI's base. */
static const struct {
    const char *name;
    unsigned above; /* FIRST_CALL */
} calls[] = {{"setup", 0}, {"enter", 1}, {"register", 2}, {"openat2", 12}};
#define CALLS (sizeof calls / sizeof calls[0])
#if defined(__mips__) && _MIPS_SIM == _ABIO32
#define FIRST_CALL (4000 + 425)
#elif defined(__mips__) && _MIPS_SIM == _ABI64
#define FIRST_CALL (5000 + 425)
#elif defined(__mips__)
#define FIRST_CALL (6000 + 425)
#else
#define FIRST_CALL 425
#endif

static int usage(const char *why)
{
    fprintf(stderr,
            "seccomp-run: %s\n"
            "usage: seccomp-run ERRNO|kill setup,enter,register,openat2 [--] COMMAND...\n",
            why);
    return 125;
}

/* The filter's answer, or 0 if TEXT names none. */
static unsigned parse_answer(const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (!strcmp(text, "kill"))
        return SECCOMP_RET_KILL_PROCESS;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (!strcmp(text, answers[i].name))
            return SECCOMP_RET_ERRNO | answers[i].value;
    return !*end && number > 0 && number < 4096 ? SECCOMP_RET_ERRNO | (unsigned)number : 0;
}

/* A bit for each call in the list, or 0 if a name in it is unknown. */
static unsigned parse_calls(char *list)
{
    unsigned mask = 0;

    for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
        unsigned i = 0;

        while (i < CALLS && strcmp(word, calls[i].name))
            i++;
        if (i == CALLS)
            return 0;
        mask |= 1U << i;
    }
    return mask;
}

static int install(unsigned answer, unsigned mask)
{
    struct sock_filter code[CALLS + 3];
    struct sock_fprog program = {.filter = code};
    unsigned short n = 0;
    unsigned left = (unsigned)__builtin_popcount(mask);

    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                             offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < CALLS; i++)
        if (mask & (1U << i))
            code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                     FIRST_CALL + calls[i].above,
                                                     (unsigned char)left, 0),
            left--;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
    program.len = n;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static int uring(void)
{
    unsigned params[30] = {0}; /* struct io_uring_params */

    /* The process ends: the ring's descriptor needs no close. */
    if (syscall(FIRST_CALL, 1, params) >= 0)
        return 0;
    perror("io_uring_setup");
    return 1;
}

int main(int argc, char **argv)
{
    unsigned answer, mask;
    int command = 3;

    if (argc == 2 && !strcmp(argv[1], "--uring"))
        return uring();
    if (argc < 4)
        return usage("too few arguments");
    if (!strcmp(argv[command], "--"))
        command++;
    answer = parse_answer(argv[1]);
    mask = parse_calls(argv[2]);
    if (!answer || !mask || command >= argc)
        return usage(!answer ? "unknown answer" : !mask ? "unknown call" : "no command");
    if (install(answer, mask) < 0) {
        perror("seccomp-run: cannot install the filter");
        return 125;
    }
    execvp(argv[command], argv + command);
    perror(argv[command]);
    return 127;
}
