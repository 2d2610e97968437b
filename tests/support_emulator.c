/* SPDX-License-Identifier: MIT */
/* What a user-mode emulator of another architecture does not translate, seen by plain calls. */
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

void kring_test_need_readv(void)
{
    uint64_t count = 0;
    struct iovec vector = {&count, sizeof count};
    int fd = eventfd(1, EFD_CLOEXEC); /* handled as inotify is */
    ssize_t got = readv(fd, &vector, 1);

    close(fd);
    if (got != sizeof count || count != 1)
        kring_test_abandon("the emulator leaves what readv takes from inotify in the byte order of "
                           "the machine below (qemu-user 7)");
}

void kring_test_need_signalfd(void)
{
    struct signalfd_siginfo info = {0};
    struct iovec vector = {&info, sizeof info};
    sigset_t set, before;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &before);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd >= 0)
        kill(getpid(), SIGUSR1);
    if (readv(fd, &vector, 1) != sizeof info)
        info.ssi_signo = SIGUSR1;
    close(fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (info.ssi_signo != SIGUSR1)
        kring_test_abandon("the emulator leaves what readv takes from a signalfd in the byte order "
                           "and with the signal's number of the machine below (qemu-user 7)");
}

void kring_test_need_so_error(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address, size = sizeof(int);
    struct pollfd ready = {.events = POLLOUT};
    int error = 0;
    /* The port is taken, but nobody listens there. */
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    bind(taken, (struct sockaddr *)&address, length);
    getsockname(taken, (struct sockaddr *)&address, &length);
    ready.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect(ready.fd, (struct sockaddr *)&address, length) < 0 && errno == EINPROGRESS &&
        poll(&ready, 1, 1000) == 1)
        getsockopt(ready.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    close(ready.fd);
    close(taken);
    if (error != 0 && error != ECONNREFUSED)
        kring_test_abandon("the emulator leaves errno in SO_ERROR as the machine below numbers it "
                           "(qemu-user 7)");
}
