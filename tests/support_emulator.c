/* SPDX-License-Identifier: MIT */
/* What a user-mode emulator of another architecture does not translate, seen by plain calls. */
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

void kring_test_need_readv(void)
{
    uint64_t count = 0;
    struct iovec vector = {&count, sizeof count};
    int fd = eventfd(1, EFD_CLOEXEC); /* handled as signalfd and inotify are */
    ssize_t got = readv(fd, &vector, 1);

    close(fd);
    if (got != sizeof count || count != 1)
        kring_test_abandon("the emulator leaves what readv takes from a signalfd, an eventfd or "
                           "inotify in the byte order of the machine below (qemu-user 7)");
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
