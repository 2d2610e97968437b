/* SPDX-License-Identifier: MIT */
/* The objects of a run: what programs name, how they are looked up, how they end up in the log. */
#define _GNU_SOURCE
#include "oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <linux/stat.h>

/* Fresh memory holds this, shown as a dot. */
#define FILLER 0xee

struct oracle_object *oracle_object(struct oracle_run *run, const char *name)
{
    for (unsigned i = run->object_count; i-- > 0;)
        if (!strcmp(run->objects[i].name, name))
            return &run->objects[i];
    return NULL;
}

struct oracle_object *oracle_object_new(struct oracle_run *run, const char *name,
                                        enum oracle_kind kind, size_t length)
{
    struct oracle_object *object;

    if (run->object_count == ORACLE_OBJECTS || strlen(name) >= sizeof object->name)
        oracle_wrong(run, "too many objects, or too long a name", name);
    object = &run->objects[run->object_count++];
    memset(object, 0, sizeof *object);
    strcpy(object->name, name);
    object->kind = kind;
    object->fd = -1;
    object->length = length;
    if (kind != ORACLE_FD) {
        /* Aligned for every struct that programs put here. */
        object->data = aligned_alloc(64, (length + 64) & ~(size_t)63);
        memset(object->data, kind == ORACLE_MEMORY ? FILLER : 0, length);
    }
    return object;
}

struct oracle_object *oracle_object_fd(struct oracle_run *run, const char *name, int fd, char what)
{
    struct oracle_object *object;

    if (fd < 0)
        oracle_wrong(run, "cannot make", name);
    object = oracle_object_new(run, name, ORACLE_FD, 0);
    object->fd = fd;
    object->what = what;
    return object;
}

int oracle_count_fds(void)
{
    struct pollfd fds[512];
    int count = 0;

    /* One call: this is asked four times in each of thousands of runs. */
    for (int fd = 0; fd < 512; fd++)
        fds[fd] = (struct pollfd){ .fd = fd };
    /* Refused where fewer are allowed. */
    if (poll(fds, 512, 0) >= 0) {
        for (int fd = 0; fd < 512; fd++)
            count += !(fds[fd].revents & POLLNVAL);
        return count;
    }
    for (int fd = 0; fd < 512; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* Runs of eight or more equal bytes are shortened. */
void oracle_print_bytes(struct oracle_run *run, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t same = 1;
        char shown[8];

        while (i + same < length && data[i + same] == data[i])
            same++;
        if (data[i] == FILLER)
            strcpy(shown, ".");
        else if (data[i] > ' ' && data[i] < 127 && data[i] != '.' && data[i] != '\\')
            snprintf(shown, sizeof shown, "%c", data[i]);
        else
            snprintf(shown, sizeof shown, "\\%02x", data[i]);
        if (same >= 8) {
            oracle_log(run, "%s{%zu}", shown, same);
            i += same;
        } else {
            oracle_log(run, "%s", shown);
            i++;
        }
    }
}

static char type_of(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return '!';
    switch (st.st_mode & S_IFMT) {
    case S_IFREG: return 'f';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    case S_IFDIR: return 'd';
    case S_IFCHR: return 'c';
    default: return 'a';
    }
}

const char *oracle_fd_text(int fd, char *text, size_t size)
{
    static const char *const types[128] = {
        ['!'] = "not open", ['f'] = "file", ['p'] = "pipe", ['s'] = "socket",
        ['d'] = "directory", ['c'] = "device", ['a'] = "anonymous",
    };
    int flags = fcntl(fd, F_GETFL), cloexec = fcntl(fd, F_GETFD);

    if (flags < 0)
        snprintf(text, size, "not open");
    else
        snprintf(text, size, "%s mode=%d%s%s%s", types[(int)type_of(fd)], flags & O_ACCMODE,
                 flags & O_NONBLOCK ? " nonblock" : "", flags & O_APPEND ? " append" : "",
                 cloexec & FD_CLOEXEC ? " cloexec" : "");
    return text;
}

static void show_file(struct oracle_run *run, int fd)
{
    struct stat st;
    static uint8_t data[8192] __attribute__((aligned(4096))); /* the file may be O_DIRECT */
    ssize_t length;

    if (fstat(fd, &st) == 0)
        oracle_log(run, " size=%lld at=%lld ", (long long)st.st_size,
                   (long long)lseek(fd, 0, SEEK_CUR));
    length = pread(fd, data, sizeof data, 0);
    if (length > 0)
        oracle_print_bytes(run, data, (size_t)length);
}

/* Takes what is there: the run is over. */
static void show_stream(struct oracle_run *run, struct oracle_object *object)
{
    int flags = fcntl(object->fd, F_GETFL);
    static uint8_t data[1 << 20];
    size_t total = 0;
    ssize_t length = 0;

    if ((flags & O_ACCMODE) == O_WRONLY)
        return;
    fcntl(object->fd, F_SETFL, flags | O_NONBLOCK);
    oracle_log(run, " holds ");
    while (total < sizeof data) {
        length = read(object->fd, data + total, sizeof data - total);
        if (length <= 0 && !(length == 0 && object->what == 'd' && total < 9))
            break;
        if (object->what == 'd') {
            oracle_log(run, "[");
            oracle_print_bytes(run, data, (size_t)length);
            oracle_log(run, "]");
            total++; /* a bound on empty datagrams */
        } else {
            total += (size_t)length;
        }
    }
    if (object->what != 'd')
        oracle_print_bytes(run, data, total);
    oracle_log(run, " then %s", length < 0 ? oracle_errno_name(errno) : "end");
}

static void show_listener(struct oracle_run *run, int fd)
{
    int pending = 0, peer;

    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    while ((peer = accept(fd, NULL, NULL)) >= 0) {
        pending++;
        close(peer);
    }
    oracle_log(run, " pending=%d", pending);
}

static void show_eventfd(struct oracle_run *run, int fd)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    uint64_t value = 0;

    if (poll(&ready, 1, 0) == 1 && read(fd, &value, 8) != 8)
        oracle_log(run, " unreadable");
    oracle_log(run, " counts %llu", (unsigned long long)value);
}

/* What an epoll instance has to say, which also shows what it watches and how. */
static void show_epoll(struct oracle_run *run, int fd)
{
    struct epoll_event events[8];
    int count = epoll_wait(fd, events, 8, 0);

    oracle_log(run, " reports %d:", count);
    for (int i = 0; i < count; i++)
        oracle_log(run, " %x/%llu", events[i].events, (unsigned long long)events[i].data.u64);
}

static void show_fd(struct oracle_run *run, struct oracle_object *object)
{
    char text[96];
    char type = object->fd < 0 ? '!' : type_of(object->fd);

    if (object->what == 'R') {
        oracle_log(run, "ring");
        return;
    }
    oracle_log(run, "%s", oracle_fd_text(object->fd, text, sizeof text));
    if (object->what == 'e')
        show_eventfd(run, object->fd);
    else if (object->what == 'l')
        show_listener(run, object->fd);
    else if (type == 'f')
        show_file(run, object->fd);
    else if (type == 'p' || type == 's')
        show_stream(run, object);
}

/* Sequence numbers and ports differ from run to run; family, length and abstract names do not. */
static void show_address(struct oracle_run *run, struct oracle_object *object)
{
    struct sockaddr_storage *address = (void *)object->data;
    uint32_t length;

    memcpy(&length, object->data + sizeof *address, 4);
    oracle_log(run, "length=%u family=%d ", length, address->ss_family);
    if (address->ss_family == AF_UNIX && length > 2 && length < 100) {
        const char *path = ((struct sockaddr_un *)address)->sun_path;

        /* Abstract names begin with the process: "\0kring-0000012345-". */
        oracle_print_bytes(run, (const uint8_t *)path + (path[0] ? 0 : 18),
                           length - 2 - (path[0] ? 0 : 18));
    } else if (address->ss_family == AF_INET) {
        oracle_print_bytes(run, (uint8_t *)&((struct sockaddr_in *)address)->sin_addr, 4);
    }
}

static void show_message(struct oracle_run *run, struct oracle_object *object)
{
    struct msghdr *msg = (void *)object->data;
    struct cmsghdr *c;

    oracle_log(run, "namelen=%u controllen=%zu flags=0x%x", (unsigned)msg->msg_namelen,
               (size_t)msg->msg_controllen, (unsigned)msg->msg_flags);
    if (!msg->msg_control || msg->msg_controllen < sizeof *c)
        return;
    for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
        oracle_log(run, " cmsg(%d,%d,%zu)", c->cmsg_level, c->cmsg_type, (size_t)c->cmsg_len);
}

static void show_statx(struct oracle_run *run, struct oracle_object *object)
{
    struct statx *s = (void *)object->data;

    oracle_log(run, "mask=0x%x mode=0%o size=%llu links=%u uid=%u blocks=%llu", s->stx_mask & 0x7ff,
               s->stx_mode, (unsigned long long)s->stx_size, s->stx_nlink, s->stx_uid,
               (unsigned long long)s->stx_blocks);
}

static void show_fds(struct oracle_run *run, struct oracle_object *object)
{
    int fd;

    for (size_t at = 0; at < object->length; at += 4) {
        memcpy(&fd, object->data + at, 4);
        /* A small number may be a slot that was allocated here, which is a result. */
        if (fd < 0)
            oracle_log(run, " %d", fd);
        else
            oracle_log(run, " %s", fcntl(fd, F_GETFD) >= 0 ? "open" : "other");
    }
}

void oracle_snapshot(struct oracle_run *run)
{
    /* First, while what they watch is still as the run left it. */
    for (unsigned i = 0; i < run->object_count; i++)
        if (run->objects[i].what == 'E') {
            oracle_log(run, "%s:", run->objects[i].name);
            show_epoll(run, run->objects[i].fd);
            oracle_log(run, "\n");
        }
    for (unsigned i = 0; i < run->object_count; i++) {
        struct oracle_object *object = &run->objects[i];

        if (object->kind == ORACLE_QUIET || object->kind == ORACLE_IOVEC)
            continue;
        oracle_log(run, "%s: ", object->name);
        switch (object->kind) {
        case ORACLE_FD: show_fd(run, object); break;
        case ORACLE_MEMORY: oracle_print_bytes(run, object->data, object->length); break;
        case ORACLE_MSGHDR: show_message(run, object); break;
        case ORACLE_ADDRESS: show_address(run, object); break;
        case ORACLE_STATX: show_statx(run, object); break;
        case ORACLE_CHILD: oracle_show_child(run, object); break;
        case ORACLE_SIGINFO: oracle_show_siginfo(run, object); break;
        case ORACLE_FDS: show_fds(run, object); break;
        case ORACLE_TIME: oracle_log(run, "time"); break;
        default: break;
        }
        oracle_log(run, "\n");
    }
}
