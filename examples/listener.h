/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets and addresses for the echo programs, by plain libc: it happens once, and bind
 * and listen are io_uring operations only from Linux 6.11 on.
 */
#ifndef EXAMPLES_LISTENER_H
#define EXAMPLES_LISTENER_H

#include "common.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { BACKLOG = 128 };

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_un un;
};

static inline socklen_t address_tcp(union address *address, long port)
{
    memset(address, 0, sizeof *address);
    address->in.sin_family = AF_INET;
    address->in.sin_port = htons((uint16_t)port);
    address->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof address->in;
}

/* 0: the path is too long. */
static inline socklen_t address_unix(union address *address, const char *path)
{
    size_t length = strlen(path);

    memset(address, 0, sizeof *address);
    address->un.sun_family = AF_UNIX;
    if (length == 0 || length >= sizeof address->un.sun_path) {
        snprintf(address->un.sun_path, sizeof address->un.sun_path, "%.80s...", path);
        return 0;
    }
    memcpy(address->un.sun_path, path, length + 1);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

/* A socket file that nobody listens on is a leftover of a server that died. */
static inline void remove_leftover(const union address *address, socklen_t length)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    if (connect(fd, &address->any, length) < 0 && errno == ECONNREFUSED)
        unlink(address->un.sun_path);
    close(fd);
}

/* A listening socket, or -errno. */
static inline int listen_on(const union address *address, socklen_t length)
{
    int one = 1;
    int error;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    if (address->any.sa_family == AF_UNIX)
        remove_leftover(address, length);
    else
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, &address->any, length) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    error = errno;
    close(fd);
    return -error;
}

/* The same, and says so on standard output, or why not and exits. */
static inline int listen_announced(const union address *address, socklen_t length)
{
    bool tcp = address->any.sa_family == AF_INET;
    int fd = length > 0 ? listen_on(address, length) : -ENAMETOOLONG;
    union address bound = *address;
    socklen_t bound_length = sizeof bound;

    if (fd < 0) {
        if (tcp)
            say("cannot listen on port %u: %s", ntohs(address->in.sin_port), error_text(fd));
        else
            say("cannot listen on %s: %s", address->un.sun_path, error_text(fd));
        exit(EXIT_FAILURE);
    }
    if (tcp && getsockname(fd, &bound.any, &bound_length) == 0)
        printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(bound.in.sin_port));
    else
        printf("listening on unix:%s\n", address->un.sun_path);
    fflush(stdout);
    return fd;
}

/* Small echoes must not wait for the acknowledgement of the ones before. */
static inline void no_delay(int fd)
{
    int one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

#endif
