/* SPDX-License-Identifier: MIT */
/*
 * slow-fsync MILLISECONDS COMMAND [ARGUMENT]...
 *
 * Runs COMMAND with every fsync and fdatasync, raw system calls too, taking that much longer: a
 * seccomp filter hands them to a supervisor, which lets each go on after the wait (Linux 5.5).
 * Exit status 77: this kernel cannot. Of io_uring's own fsync a filter sees nothing.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(SECCOMP_RET_USER_NOTIF) && defined(SECCOMP_USER_NOTIF_FLAG_CONTINUE)
static int filter(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_fsync, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_fdatasync, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

/* One fd over a socket; give < 0: receives it. */
static int pass(int socket, int give)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    char byte = 0;
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int fd = -1;

    if (give < 0) {
        if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1)
            return -1;
        header = CMSG_FIRSTHDR(&message);
        if (header != NULL)
            memcpy(&fd, CMSG_DATA(header), sizeof fd);
        return fd;
    }
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof give);
    memcpy(CMSG_DATA(header), &give, sizeof give);
    return sendmsg(socket, &message, 0) == 1 ? 0 : -1;
}

/* Until nobody is left under the filter. */
static void supervise(int listener, useconds_t wait)
{
    for (;;) {
        struct pollfd ready = {listener, POLLIN, 0};
        struct seccomp_notif request;
        struct seccomp_notif_resp response;

        if (poll(&ready, 1, -1) < 0 || (ready.revents & POLLIN) == 0)
            return;
        memset(&request, 0, sizeof request);
        memset(&response, 0, sizeof response);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
            continue;
        usleep(wait);
        response.id = request.id;
        response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }
}

int main(int argc, char **argv)
{
    int sockets[2], listener;

    if (argc < 3) {
        fprintf(stderr, "usage: slow-fsync MILLISECONDS COMMAND...\n");
        return 125;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
        return 125;
    if (fork() == 0) { /* the supervisor: so COMMAND keeps the process id that the caller knows */
        close(sockets[1]);
        listener = pass(sockets[0], -1);
        close(sockets[0]);
        if (listener >= 0)
            supervise(listener, (useconds_t)atoi(argv[1]) * 1000);
        _exit(0);
    }
    close(sockets[0]);
    listener = filter();
    if (listener < 0 || pass(sockets[1], listener) < 0) {
        perror("slow-fsync: no supervised filter can be had");
        return 77;
    }
    close(listener);
    close(sockets[1]);
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
#else
int main(void)
{
    fprintf(stderr, "slow-fsync: built with headers older than 5.5\n");
    return 77;
}
#endif
