/* SPDX-License-Identifier: MIT */
/* Statements that make descriptors and memory. */
#define _GNU_SOURCE
#include "oracle.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int nonblock(struct oracle_run *run)
{
    return oracle_word(run, "nonblock") ? O_NONBLOCK : 0;
}

static const char *suffixed(char *text, const char *name, const char *suffix)
{
    snprintf(text, 16, "%.12s%s", name, suffix);
    return text;
}

/* file NAME 'contents' [rdonly|wronly] [append] [nonblock] */
static void make_file(struct oracle_run *run, const char *name)
{
    size_t length = 0;
    uint8_t *data = run->arg_count > 2 && run->args[2][0] == '\'' ?
                    oracle_literal(run, run->args[2], &length) : NULL;
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_LARGEFILE, 0644);
    int mode = oracle_word(run, "rdonly") ? O_RDONLY : oracle_word(run, "wronly") ? O_WRONLY : O_RDWR;

    if (fd < 0 || (length && write(fd, data, length) != (ssize_t)length))
        oracle_wrong(run, "cannot write", name);
    close(fd);
    oracle_object_fd(run, name, open(name, mode | O_CLOEXEC | O_LARGEFILE | nonblock(run) |
                                     (oracle_word(run, "append") ? O_APPEND : 0)), 'f');
}

/* pipe NAME ['data'] [full] [nonblock]: the ends are NAMEr and NAMEw. One page of 4096 bytes. */
static void make_pipe(struct oracle_run *run, const char *name)
{
    static const uint8_t fill[4096] = { 0 };
    char text[16];
    size_t length;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | nonblock(run)) < 0)
        oracle_wrong(run, "no pipe", name);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    oracle_object_fd(run, suffixed(text, name, "r"), ends[0], 'p');
    oracle_object_fd(run, suffixed(text, name, "w"), ends[1], 'p');
    if (oracle_word(run, "full") && write(ends[1], fill, 4096) != 4096)
        oracle_wrong(run, "cannot fill", name);
    if (run->arg_count > 2 && run->args[2][0] == '\'') {
        uint8_t *data = oracle_literal(run, run->args[2], &length);

        if (write(ends[1], data, length) != (ssize_t)length)
            oracle_wrong(run, "cannot write", name);
    }
}

/* pair NAME stream|dgram|seqpacket [nonblock]: the ends are NAMEa and NAMEb. */
static void make_pair(struct oracle_run *run, const char *name)
{
    int type = oracle_word(run, "dgram") ? SOCK_DGRAM :
               oracle_word(run, "seqpacket") ? SOCK_SEQPACKET : SOCK_STREAM;
    char what = type == SOCK_STREAM ? 's' : 'd';
    int ends[2], size = 4096;
    char text[16];

    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC | (nonblock(run) ? SOCK_NONBLOCK : 0), 0, ends) < 0)
        oracle_wrong(run, "no socketpair", name);
    for (int i = 0; i < 2; i++)
        setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    oracle_object_fd(run, suffixed(text, name, "a"), ends[0], what);
    oracle_object_fd(run, suffixed(text, name, "b"), ends[1], what);
}

static socklen_t local_address(struct sockaddr_storage *storage, int family, const char *name)
{
    struct sockaddr_in *in = (void *)storage;
    struct sockaddr_in6 *in6 = (void *)storage;
    struct sockaddr_un *un = (void *)storage;
    int length;

    memset(storage, 0, sizeof *storage);
    if (family == AF_INET6) {
        in6->sin6_family = AF_INET6;
        in6->sin6_addr = in6addr_loopback;
        return sizeof *in6;
    }
    if (family == AF_INET) {
        in->sin_family = AF_INET;
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return sizeof *in;
    }
    un->sun_family = AF_UNIX;
    length = snprintf(un->sun_path + 1, sizeof un->sun_path - 1, "kring-%010d-%s", (int)getpid(), name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* socket NAME tcp|udp|tcp6|udp6|unix|unixdgram|unixseq [bound] [listening [backlog=N]] [nonblock] */
static void make_socket(struct oracle_run *run, const char *name)
{
    int family = oracle_word(run, "tcp") || oracle_word(run, "udp") ? AF_INET :
                 oracle_word(run, "tcp6") || oracle_word(run, "udp6") ? AF_INET6 : AF_UNIX;
    int type = oracle_word(run, "udp") || oracle_word(run, "udp6") || oracle_word(run, "unixdgram")
                   ? SOCK_DGRAM : oracle_word(run, "unixseq") ? SOCK_SEQPACKET : SOCK_STREAM;
    bool listening = oracle_word(run, "listening");
    const char *backlog = oracle_key(run, "backlog");
    struct sockaddr_storage address;
    socklen_t length = local_address(&address, family, name);
    int fd;

    if (family == AF_INET6)
        oracle_demand_inet6(run);
    fd = socket(family, type | SOCK_CLOEXEC | (nonblock(run) ? SOCK_NONBLOCK : 0), 0);
    if ((listening || oracle_word(run, "bound")) && bind(fd, (void *)&address, length) < 0)
        oracle_wrong(run, "cannot bind", name);
    if (listening && listen(fd, backlog ? atoi(backlog) : 16) < 0)
        oracle_wrong(run, "cannot listen", name);
    oracle_object_fd(run, name, fd, listening ? 'l' : type == SOCK_DGRAM ? 'd' : 's');
}

/* closed NAME: a number that is no descriptor. */
static void make_closed(struct oracle_run *run, const char *name)
{
    struct oracle_object *object = oracle_object_new(run, name, ORACLE_QUIET, 0);

    object->fd = 900;
    object->kind = ORACLE_FD;
}

/* address NAME of SOCKET | unix WORD | inet | inet6 | ip ADDRESS PORT | path WORD | unnamed | none | empty | short N */
static void make_address(struct oracle_run *run, const char *name)
{
    struct oracle_object *object =
        oracle_object_new(run, name, ORACLE_ADDRESS, sizeof(struct sockaddr_storage) + 4);
    struct sockaddr_storage *address = (void *)object->data;
    struct oracle_object *of = oracle_word(run, "of") ? oracle_object(run, oracle_arg(run, 3)) : NULL;
    struct sockaddr_un *un = (void *)address;
    socklen_t length = sizeof *address;

    if (of) {
        getsockname(of->fd, (void *)address, &length);
    } else if (oracle_word(run, "unix")) {
        length = local_address(address, AF_UNIX, oracle_arg(run, 3));
    } else if (oracle_word(run, "inet")) {
        length = local_address(address, AF_INET, "");
    } else if (oracle_word(run, "ip")) {
        struct sockaddr_in *in = (void *)address;

        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)oracle_value(run, oracle_arg(run, 4)));
        in->sin_addr.s_addr = inet_addr(oracle_arg(run, 3));
        length = sizeof *in;
    } else if (oracle_word(run, "inet6")) {
        oracle_demand_inet6(run);
        length = local_address(address, AF_INET6, "");
    } else if (oracle_word(run, "unnamed") || oracle_word(run, "none")) {
        un->sun_family = oracle_word(run, "none") ? AF_UNSPEC : AF_UNIX;
        length = sizeof un->sun_family;
    } else if (oracle_word(run, "path")) {
        un->sun_family = AF_UNIX;
        strcpy(un->sun_path, oracle_arg(run, 3));
        length = (socklen_t)(2 + strlen(un->sun_path) + 1);
    }
    if (oracle_word(run, "short"))
        length = (socklen_t)oracle_value(run, oracle_arg(run, 3));
    memcpy(object->data + sizeof *address, &length, 4);
}

/* iov NAME MEMORY:OFFSET:LENGTH ... */
static void make_iovec(struct oracle_run *run, const char *name)
{
    unsigned count = run->arg_count - 2;
    struct oracle_object *object =
        oracle_object_new(run, name, ORACLE_IOVEC, (count + 1) * sizeof(struct iovec));
    struct iovec *iov = (void *)object->data;

    for (unsigned i = 0; i < count; i++) {
        char *base = strtok(strdup(run->args[i + 2]), ":");
        char *offset = strtok(NULL, ":"), *length = strtok(NULL, ":");

        if (!length)
            oracle_wrong(run, "iov wants MEMORY:OFFSET:LENGTH", run->args[i + 2]);
        iov[i].iov_base = (void *)(uintptr_t)(oracle_value(run, base) + oracle_value(run, offset));
        iov[i].iov_len = (size_t)oracle_value(run, length);
    }
}

/* msg NAME iov=V n=N [name=ADDRESS] [namelen=N] [control=N] [pass=FD] */
static void make_message(struct oracle_run *run, const char *name)
{
    struct oracle_object *object =
        oracle_object_new(run, name, ORACLE_MSGHDR, sizeof(struct msghdr));
    struct msghdr *msg = (void *)object->data;
    const char *iov = oracle_key(run, "iov"), *n = oracle_key(run, "n");
    const char *address = oracle_key(run, "name"), *length = oracle_key(run, "namelen");
    const char *control = oracle_key(run, "control"), *pass = oracle_key(run, "pass");

    msg->msg_iov = iov ? (void *)(uintptr_t)oracle_value(run, iov) : NULL;
    msg->msg_iovlen = n ? (size_t)oracle_value(run, n) : iov ? 1 : 0;
    if (address) {
        msg->msg_name = (void *)(uintptr_t)oracle_value(run, address);
        if (oracle_object(run, address) && oracle_object(run, address)->kind == ORACLE_ADDRESS)
            memcpy(&msg->msg_namelen,
                   oracle_object(run, address)->data + sizeof(struct sockaddr_storage), 4);
    }
    if (length)
        msg->msg_namelen = (socklen_t)oracle_value(run, length);
    if (control || pass) {
        msg->msg_controllen = pass ? CMSG_SPACE(sizeof(int)) : (size_t)oracle_value(run, control);
        msg->msg_control = calloc(1, msg->msg_controllen + 64);
    }
    if (pass) {
        struct cmsghdr *c = CMSG_FIRSTHDR(msg);
        int fd = (int)oracle_value(run, pass);

        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
}

/* time NAME 10ms | abs+10ms [boottime|realtime] | sec=N nsec=N */
static void make_time(struct oracle_run *run, const char *name)
{
    struct oracle_object *object =
        oracle_object_new(run, name, ORACLE_QUIET, sizeof(struct kring_timespec));
    struct kring_timespec *time = (void *)object->data;
    const char *text = oracle_arg(run, 2);
    struct timespec now = { 0, 0 };
    int64_t ns;

    if (oracle_key(run, "sec")) {
        time->tv_sec = oracle_value(run, oracle_key(run, "sec"));
        time->tv_nsec = oracle_value(run, oracle_key(run, "nsec"));
        return;
    }
    if (!strncmp(text, "abs+", 4)) {
        clock_gettime(oracle_word(run, "boottime") ? CLOCK_BOOTTIME :
                      oracle_word(run, "realtime") ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
        text += 4;
    }
    ns = oracle_duration_ns(run, text);
    if (ns < 0) {
        time->tv_sec = ns / 1000000000;
        time->tv_nsec = ns % 1000000000;
        return;
    }
    ns += now.tv_nsec;
    time->tv_sec = now.tv_sec + ns / 1000000000;
    time->tv_nsec = ns % 1000000000;
}

/* fds NAME FD...: for FILES_UPDATE. */
static void make_fds(struct oracle_run *run, const char *name)
{
    unsigned count = run->arg_count - 2;
    struct oracle_object *object = oracle_object_new(run, name, ORACLE_FDS, count * sizeof(int));

    for (unsigned i = 0; i < count; i++) {
        int fd = (int)oracle_value(run, run->args[i + 2]);

        memcpy(object->data + i * sizeof fd, &fd, sizeof fd);
    }
}

/* event NAME EVENTS DATA: struct epoll_event. */
static void make_event(struct oracle_run *run, const char *name)
{
    struct epoll_event event = { .events = (uint32_t)oracle_value(run, oracle_arg(run, 2)),
                                 .data.u64 = (uint64_t)oracle_value(run, oracle_arg(run, 3)) };

    memcpy(oracle_object_new(run, name, ORACLE_QUIET, sizeof event)->data, &event, sizeof event);
}

/* epoll NAME [FD EVENTS DATA]: an instance, and what it watches. */
static void make_epoll(struct oracle_run *run, const char *name)
{
    struct epoll_event event;
    int fd = epoll_create1(EPOLL_CLOEXEC);

    oracle_object_fd(run, name, fd, 'E');
    if (run->arg_count == 2)
        return;
    event.events = (uint32_t)oracle_value(run, oracle_arg(run, 3));
    event.data.u64 = (uint64_t)oracle_value(run, oracle_arg(run, 4));
    if (epoll_ctl(fd, EPOLL_CTL_ADD, (int)oracle_value(run, oracle_arg(run, 2)), &event) < 0)
        oracle_wrong(run, "cannot watch", oracle_arg(run, 2));
}

bool oracle_make_memory(struct oracle_run *run, const char *verb)
{
    const char *name = run->arg_count > 1 ? run->args[1] : "";
    size_t length;

    if (!strcmp(verb, "buf") || !strcmp(verb, "path")) {
        if (oracle_arg(run, 2)[0] == '\'') {
            uint8_t *data = oracle_literal(run, run->args[2], &length);
            struct oracle_object *object =
                oracle_object_new(run, name, verb[0] == 'b' ? ORACLE_MEMORY : ORACLE_QUIET, length + 1);

            memcpy(object->data, data, length);
            object->data[length] = 0;
            object->length = length;
        } else {
            oracle_object_new(run, name, ORACLE_MEMORY, (size_t)oracle_value(run, run->args[2]));
        }
    } else if (!strcmp(verb, "iov")) {
        make_iovec(run, name);
    } else if (!strcmp(verb, "msg")) {
        make_message(run, name);
    } else if (!strcmp(verb, "time")) {
        make_time(run, name);
    } else if (!strcmp(verb, "fds")) {
        make_fds(run, name);
    } else if (!strcmp(verb, "address")) {
        make_address(run, name);
    } else if (!strcmp(verb, "event")) {
        make_event(run, name);
    } else if (!strcmp(verb, "statxbuf")) {
        oracle_object_new(run, name, ORACLE_STATX, sizeof(struct statx));
    } else {
        return false;
    }
    return true;
}

bool oracle_make(struct oracle_run *run, const char *verb)
{
    const char *name = run->arg_count > 1 ? run->args[1] : "";

    if (!strcmp(verb, "file"))
        make_file(run, name);
    else if (!strcmp(verb, "pipe") && *name && !strchr(name, '=')) /* else the operation PIPE */
        make_pipe(run, name);
    else if (!strcmp(verb, "pair"))
        make_pair(run, name);
    else if (!strcmp(verb, "sock"))
        make_socket(run, name);
    else if (!strcmp(verb, "epoll"))
        make_epoll(run, name);
    else if (!strcmp(verb, "closed"))
        make_closed(run, name);
    else if (!strcmp(verb, "eventfd"))
        oracle_object_fd(run, name, eventfd(run->arg_count > 2 && strcmp(run->args[2], "nonblock") ?
                         (unsigned)oracle_value(run, run->args[2]) : 0, EFD_CLOEXEC | nonblock(run)), 'e');
    else if (!strcmp(verb, "device"))
        oracle_object_fd(run, name, open(oracle_arg(run, 2), O_RDWR | O_CLOEXEC), 'c');
    else if (!strcmp(verb, "dir"))
        oracle_object_fd(run, name, open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 'D');
    else
        return false;
    return true;
}
