/* SPDX-License-Identifier: MIT */
/* Statements that act between two enters, by plain system calls or by register calls. */
#define _GNU_SOURCE
#include "oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void log_result(struct oracle_run *run, const char *verb, long result)
{
    if (result < 0)
        oracle_log(run, "%s -> %s\n", verb, oracle_errno_name((int)-result));
    else
        oracle_log(run, "%s -> %ld\n", verb, result);
}

static int fd_arg(struct oracle_run *run, unsigned index)
{
    struct oracle_object *object = oracle_object(run, oracle_arg(run, index));

    if (!object || object->kind != ORACLE_FD)
        oracle_wrong(run, "no such descriptor", oracle_arg(run, index));
    return object->fd;
}

static int register_call(struct oracle_run *run, unsigned ring, unsigned op, void *arg, unsigned nr)
{
    oracle_demand_register(run, op);
    return oracle_ring_register(&run->rings[ring], op, arg, nr);
}

/* put FD 'text' */
static void act_put(struct oracle_run *run)
{
    size_t length;
    uint8_t *data = oracle_literal(run, oracle_arg(run, 2), &length);
    struct pollfd ready = { .fd = fd_arg(run, 1), .events = POLLOUT };
    ssize_t done;

    poll(&ready, 1, 200);
    done = write(ready.fd, data, length);
    log_result(run, "put", done < 0 ? -errno : done);
}

/* get FD COUNT: waits up to 50 ms. */
static void act_get(struct oracle_run *run)
{
    static uint8_t data[1 << 17];
    struct pollfd ready = { .fd = fd_arg(run, 1), .events = POLLIN };
    size_t want = (size_t)oracle_value(run, oracle_arg(run, 2));
    ssize_t done = -1;

    if (poll(&ready, 1, 50) == 1)
        done = read(ready.fd, data, want < sizeof data ? want : sizeof data);
    else
        errno = EAGAIN;
    oracle_log(run, "get -> ");
    if (done < 0)
        oracle_log(run, "%s", oracle_errno_name(errno));
    else
        oracle_print_bytes(run, data, (size_t)done);
    oracle_log(run, "\n");
}

/* fill FD: writes until nothing more is taken; how much is not logged (it depends on the kernel). */
static void act_fill(struct oracle_run *run)
{
    static const uint8_t data[1024];
    int fd = fd_arg(run, 1), flags = fcntl(fd, F_GETFL), protocol = 0;
    socklen_t length = sizeof protocol;
    unsigned idle = 0, calm;

    /* TCP makes room again while segments are acknowledged, which may be delayed by 40 ms. */
    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length);
    calm = protocol == IPPROTO_TCP ? 60 : 0;
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    do {
        for (size_t size = sizeof data; size > 0; size = size > 1 ? size / 2 : 0)
            while (write(fd, data, size) > 0)
                idle = 0;
        if (calm)
            usleep(1000);
    } while (idle++ < calm);
    fcntl(fd, F_SETFL, flags);
}

/* dial NAME LISTENER [nonblock]: a connected client. */
static void act_dial(struct oracle_run *run)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int type, fd, listener = fd_arg(run, 2);
    socklen_t size = sizeof type;

    getsockname(listener, (void *)&address, &length);
    getsockopt(listener, SOL_SOCKET, SO_TYPE, &type, &size);
    fd = socket(address.ss_family, type | SOCK_CLOEXEC, 0);
    if (connect(fd, (void *)&address, length) < 0)
        oracle_wrong(run, "cannot connect", run->args[2]);
    oracle_object_fd(run, oracle_arg(run, 1), fd, type == SOCK_DGRAM ? 'd' : 's');
}

/* reset FD: closed so that the TCP peer sees a reset. Its number may soon be another's. */
static void act_reset(struct oracle_run *run)
{
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };

    setsockopt(fd_arg(run, 1), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd_arg(run, 1));
    oracle_object(run, oracle_arg(run, 1))->fd = -1;
}

static void act_shut(struct oracle_run *run)
{
    const char *how = oracle_arg(run, 2);

    shutdown(fd_arg(run, 1), !strcmp(how, "rd") ? SHUT_RD : !strcmp(how, "wr") ? SHUT_WR : SHUT_RDWR);
}

/* files FD... [ring=1]: IORING_REGISTER_FILES; "-1" is an empty slot. */
static void act_files(struct oracle_run *run)
{
    int fds[ORACLE_ARGS];
    unsigned count = 0, ring = oracle_key(run, "ring") ? 1 : 0;

    for (unsigned i = 1; i < run->arg_count - ring; i++)
        fds[count++] = (int)oracle_value(run, run->args[i]);
    log_result(run, "files", register_call(run, ring, IORING_REGISTER_FILES, fds, count));
}

/* update OFFSET FD...: IORING_REGISTER_FILES_UPDATE. */
static void act_update(struct oracle_run *run)
{
    int fds[ORACLE_ARGS];
    struct io_uring_files_update update = {
        .offset = (uint32_t)oracle_value(run, oracle_arg(run, 1)),
        .fds = (uint64_t)(uintptr_t)fds,
    };
    unsigned count = 0;

    for (unsigned i = 2; i < run->arg_count; i++)
        fds[count++] = (int)oracle_value(run, run->args[i]);
    log_result(run, "update",
               register_call(run, 0, IORING_REGISTER_FILES_UPDATE, &update, count));
}

static void add_buffer(struct oracle_object *ring, struct oracle_object *data, unsigned entries,
                       uint16_t id, uint32_t size)
{
    struct io_uring_buf_ring *head = (void *)ring->data;
    uint16_t tail = head->tail;
    /* Field by field: the last word of the first entry is the tail. */
    struct io_uring_buf *entry = (struct io_uring_buf *)(void *)ring->data + (tail & (entries - 1));

    entry->addr = (uint64_t)(uintptr_t)data->data + (uint64_t)id * size;
    entry->len = size;
    entry->bid = id;
    __atomic_store_n(&head->tail, (uint16_t)(tail + 1), __ATOMIC_RELEASE);
}

/* ring-group GROUP COUNT SIZE [entries=N] [inc]: a buffer ring; its memory is object gGROUP. */
static void act_ring_group(struct oracle_run *run)
{
    unsigned group = (unsigned)oracle_value(run, oracle_arg(run, 1));
    unsigned count = (unsigned)oracle_value(run, oracle_arg(run, 2));
    unsigned size = (unsigned)oracle_value(run, oracle_arg(run, 3));
    unsigned entries = oracle_key(run, "entries") ?
                       (unsigned)oracle_value(run, oracle_key(run, "entries")) : 8;
    struct oracle_object *ring, *data;
    struct io_uring_buf_reg reg = { .ring_entries = entries, .bgid = (uint16_t)group };
    char name[16];
    int result;

    snprintf(name, sizeof name, "g%u", group);
    data = oracle_object_new(run, name, ORACLE_MEMORY, (size_t)count * size);
    snprintf(name, sizeof name, "r%u", group);
    ring = oracle_object_new(run, name, ORACLE_QUIET, 0);
    ring->data = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ring->length = entries;
    reg.ring_addr = (uint64_t)(uintptr_t)ring->data;
    reg.flags = oracle_word(run, "inc") ? IOU_PBUF_RING_INC : 0;
    if (reg.flags)
        oracle_demand_release(run, KRING__V(6, 12));
    result = register_call(run, 0, IORING_REGISTER_PBUF_RING, &reg, 1);
    log_result(run, "ring-group", result);
    for (unsigned i = 0; i < count && result == 0; i++)
        add_buffer(ring, data, entries, (uint16_t)i, size);
}

/* ring-add GROUP ID SIZE: gives a buffer back. */
static void act_ring_add(struct oracle_run *run)
{
    char name[16];
    struct oracle_object *ring, *data;

    snprintf(name, sizeof name, "r%.8s", oracle_arg(run, 1));
    ring = oracle_object(run, name);
    snprintf(name, sizeof name, "g%.8s", oracle_arg(run, 1));
    data = oracle_object(run, name);
    if (!ring || !data)
        oracle_wrong(run, "no such group", oracle_arg(run, 1));
    add_buffer(ring, data, (unsigned)ring->length, (uint16_t)oracle_value(run, oracle_arg(run, 2)),
               (uint32_t)oracle_value(run, oracle_arg(run, 3)));
}

/* ring-status GROUP [resv=N nr=N]: IORING_REGISTER_PBUF_STATUS, and the head that it tells. */
static void act_ring_status(struct oracle_run *run)
{
    const char *nr = oracle_key(run, "nr"), *resv = oracle_key(run, "resv");
    struct io_uring_buf_status status;
    int result;

    memset(&status, 0, sizeof status);
    status.buf_group = (uint32_t)oracle_value(run, oracle_arg(run, 1));
    status.resv[7] = resv ? (uint32_t)oracle_value(run, resv) : 0;
    result = register_call(run, 0, IORING_REGISTER_PBUF_STATUS, &status,
                                  nr ? (unsigned)oracle_value(run, nr) : 1);
    log_result(run, "ring-status", result < 0 ? result : (long)status.head);
}

static void act_ring_remove(struct oracle_run *run)
{
    struct io_uring_buf_reg reg = { .bgid = (uint16_t)oracle_value(run, oracle_arg(run, 1)) };

    log_result(run, "ring-remove",
               register_call(run, 0, IORING_UNREGISTER_PBUF_RING, &reg, 1));
}

/* register NUMBER [arg=V] [nr=N]: any register call. */
static void act_register(struct oracle_run *run)
{
    const char *arg = oracle_key(run, "arg"), *nr = oracle_key(run, "nr");

    log_result(run, "register",
               register_call(run, 0, (unsigned)oracle_value(run, oracle_arg(run, 1)),
                                    arg ? (void *)(uintptr_t)oracle_value(run, arg) : NULL,
                                    nr ? (unsigned)oracle_value(run, nr) : 0));
}

/* The tags T, T+1, ... of `tag=T`; NULL without. */
static uint64_t *make_tags(struct oracle_run *run, unsigned count)
{
    const char *tag = oracle_key(run, "tag");
    uint64_t *tags = tag ? calloc(count + 1, sizeof *tags) : NULL;

    for (unsigned i = 0; tags && i < count; i++)
        tags[i] = oracle_value(run, tag) ? (uint64_t)oracle_value(run, tag) + i : 0;
    return tags;
}

static uint64_t number(struct oracle_run *run, const char *key)
{
    const char *text = oracle_key(run, key);

    return text ? (uint64_t)oracle_value(run, text) : 0;
}

/* BUFFERS2 and FILES2, and what changes them: of count resources, with every field. */
static void act_rsrc(struct oracle_run *run, unsigned op, uint64_t data, unsigned count)
{
    struct io_uring_rsrc_register reg = {
        .nr = count, .flags = (uint32_t)number(run, "flags"), .resv2 = number(run, "resv"),
        .data = data, .tags = (uint64_t)(uintptr_t)make_tags(run, count),
    };
    struct io_uring_rsrc_update2 up = {
        .offset = (uint32_t)number(run, "offset"), .resv2 = (uint32_t)number(run, "resv"),
        .data = data, .tags = reg.tags, .nr = count,
    };
    bool update = op == IORING_REGISTER_BUFFERS_UPDATE || op == IORING_REGISTER_FILES_UPDATE2;
    unsigned size = update ? sizeof up : sizeof reg;

    log_result(run, run->args[0],
               register_call(run, 0, op, update ? (void *)&up : (void *)&reg,
                                    oracle_key(run, "size") ? (unsigned)number(run, "size") : size));
}

/*
 * buffers V COUNT [plain] [tag=T flags= resv= size=]: registers COUNT vectors; by the old call where
 * the kernel has no other.
 */
static void act_buffers(struct oracle_run *run)
{
    uint64_t vectors = (uint64_t)oracle_value(run, oracle_arg(run, 1));
    unsigned count = (unsigned)oracle_value(run, oracle_arg(run, 2));

    if (oracle_word(run, "plain") ||
        (run->arg_count == 3 && !oracle_has_register(IORING_REGISTER_BUFFERS2)))
        log_result(run, "buffers",
                   register_call(run, 0, IORING_REGISTER_BUFFERS,
                                        (void *)(uintptr_t)vectors, count));
    else
        act_rsrc(run, IORING_REGISTER_BUFFERS2, vectors, count);
}

/* buffers-update V COUNT [offset=N tag=T resv= size=] */
static void act_buffers_update(struct oracle_run *run)
{
    act_rsrc(run, IORING_REGISTER_BUFFERS_UPDATE, (uint64_t)oracle_value(run, oracle_arg(run, 1)),
             (unsigned)oracle_value(run, oracle_arg(run, 2)));
}

/* files2 FDS COUNT [tag=T flags= resv= size=], files2-update FDS COUNT [offset=N ...] */
static void act_files2(struct oracle_run *run)
{
    act_rsrc(run, IORING_REGISTER_FILES2, (uint64_t)oracle_value(run, oracle_arg(run, 1)),
             (unsigned)oracle_value(run, oracle_arg(run, 2)));
}

static void act_files2_update(struct oracle_run *run)
{
    act_rsrc(run, IORING_REGISTER_FILES_UPDATE2, (uint64_t)oracle_value(run, oracle_arg(run, 1)),
             (unsigned)oracle_value(run, oracle_arg(run, 2)));
}

/* file-range OFFSET LENGTH [resv=N nr=N]: IORING_REGISTER_FILE_ALLOC_RANGE. */
static void act_file_range(struct oracle_run *run)
{
    struct io_uring_file_index_range range = {
        .off = (uint32_t)oracle_value(run, oracle_arg(run, 1)),
        .len = (uint32_t)oracle_value(run, oracle_arg(run, 2)), .resv = number(run, "resv"),
    };

    log_result(run, "file-range",
               register_call(run, 0, IORING_REGISTER_FILE_ALLOC_RANGE, &range,
                                    (unsigned)number(run, "nr")));
}

/* sync-cancel [addr=] [fd=] [flags=] [opcode=] [pad=] [wait=TIME]: IORING_REGISTER_SYNC_CANCEL. */
static void act_sync_cancel(struct oracle_run *run)
{
    static const char *const keys[] = { "addr", "fd", "flags", "opcode", "pad" };
    struct io_uring_sync_cancel_reg reg;
    const char *wait = oracle_key(run, "wait");
    int64_t values[5] = { 0 };

    for (unsigned i = 0; i < 5; i++)
        if (oracle_key(run, keys[i]))
            values[i] = oracle_value(run, oracle_key(run, keys[i]));
    if (values[2] & (IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP))
        oracle_demand_release(run, KRING__V(6, 6));
    memset(&reg, 0, sizeof reg);
    reg.addr = (uint64_t)values[0];
    reg.fd = (int32_t)values[1];
    reg.flags = (uint32_t)values[2];
    reg.opcode = (uint8_t)values[3];
    reg.pad[0] = (uint8_t)values[4];
    reg.timeout.tv_sec = wait ? oracle_duration_ns(run, wait) / 1000000000 : -1;
    reg.timeout.tv_nsec = wait ? oracle_duration_ns(run, wait) % 1000000000 : -1;
    log_result(run, "sync-cancel",
               register_call(run, 0, IORING_REGISTER_SYNC_CANCEL, &reg, 1));
}

static void on_alarm(int number)
{
    (void)number;
}

/* alarm DURATION: a signal with a handler arrives. */
static void act_alarm(struct oracle_run *run)
{
    struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
    struct itimerval timer = { { 0, 0 }, { 0, 0 } };

    sigaction(SIGALRM, &action, NULL);
    timer.it_value.tv_usec = (suseconds_t)(oracle_duration_ns(run, oracle_arg(run, 1)) / 1000);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void act_sleep(struct oracle_run *run)
{
    int64_t ns = oracle_duration_ns(run, oracle_arg(run, 1));
    struct timespec time = { ns / 1000000000, ns % 1000000000 };

    while (nanosleep(&time, &time) < 0)
        ;
}

/* smash OBJECT: its memory becomes zeros; what was submitted must not care. */
static void act_smash(struct oracle_run *run)
{
    struct oracle_object *object = oracle_object(run, oracle_arg(run, 1));

    if (!object || !object->data)
        oracle_wrong(run, "no such memory", oracle_arg(run, 1));
    memset(object->data, 0, object->length);
}

static void act_close(struct oracle_run *run)
{
    log_result(run, "close", close(fd_arg(run, 1)) < 0 ? -errno : 0);
}

bool oracle_act(struct oracle_run *run, const char *verb)
{
    static const struct {
        const char *name;
        void (*act)(struct oracle_run *run);
    } acts[] = {
        { "put", act_put }, { "get", act_get }, { "fill", act_fill }, { "dial", act_dial },
        { "reset", act_reset }, { "shut", act_shut }, { "closefd", act_close },
        { "files", act_files }, { "update", act_update }, { "ring-group", act_ring_group },
        { "ring-add", act_ring_add }, { "ring-status", act_ring_status }, { "ring-remove", act_ring_remove },
        { "register", act_register }, { "sync-cancel", act_sync_cancel }, { "alarm", act_alarm }, { "sleep", act_sleep },
        { "smash", act_smash }, { "buffers", act_buffers },
        { "buffers-update", act_buffers_update }, { "files2", act_files2 },
        { "files2-update", act_files2_update }, { "file-range", act_file_range },
    };

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (!strcmp(acts[i].name, verb)) {
            acts[i].act(run);
            return true;
        }
    }
    return false;
}
