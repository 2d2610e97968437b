/* SPDX-License-Identifier: MIT */
/*
 * Everything that is a plain descriptor to the application, under read and poll: terminals, FIFOs,
 * eventfds, timers, signals, inotify, processes, sockets; blocking and O_NONBLOCK, which is no
 * difference. On every kind of ring.
 */
#define _GNU_SOURCE
#include "fake_sys.h"
#include "rings.h"

#include "abi/sys.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "kring/uapi.h"

int kring_test_kinds(void);

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* One descriptor to wait for, and what makes it ready. */
struct thing {
    int fd;
    int other; /* the other end, or -1 */
    pid_t child;
    sigset_t mask_before;
};
struct kind {
    const char *missing; /* why, where make says no */
    bool (*make)(struct thing *thing, bool nonblock);
    void (*trigger)(struct thing *thing);
    /* Is it what the trigger was? length bytes were read. */
    bool (*is)(const void *data, int64_t length);
    void (*end)(struct thing *thing);
    bool no_read;    /* only polled for */
    const char *old; /* why an old kernel alone may not read it */
};

static void set_nonblock(int fd, bool nonblock)
{
    int flags = fcntl(fd, F_GETFL);

    fcntl(fd, F_SETFL, nonblock ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

/* ---- Bytes from another end ---- */

static void type(struct thing *thing)
{
    rings_write(thing->other, "typed", 5);
}

static bool is_typed(const void *data, int64_t length)
{
    return length == 5 && memcmp(data, "typed", 5) == 0;
}

/* The slave of a pseudoterminal, which neither echoes nor edits. */
static bool make_pty(struct thing *thing, bool nonblock)
{
    struct termios raw;
    unsigned number;
    int zero = 0;
    char path[40];

    thing->other = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (thing->other < 0)
        return false;
    if (ioctl(thing->other, TIOCSPTLCK, &zero) == 0 &&
        ioctl(thing->other, TIOCGPTN, &number) == 0) {
        snprintf(path, sizeof path, "/dev/pts/%u", number);
        thing->fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | (nonblock ? O_NONBLOCK : 0));
    }
    if (thing->fd < 0 || tcgetattr(thing->fd, &raw) < 0)
        return false;
    cfmakeraw(&raw);
    return tcsetattr(thing->fd, TCSANOW, &raw) == 0;
}

static bool make_fifo(struct thing *thing, bool nonblock)
{
    char path[256];

    snprintf(path, sizeof path, "%s/fifo", kring_test_tmpdir());
    (void)unlink(path);
    if (mkfifo(path, 0600) < 0)
        return false;
    thing->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    thing->other = open(path, O_WRONLY | O_CLOEXEC);
    set_nonblock(thing->fd, nonblock);
    return thing->fd >= 0 && thing->other >= 0;
}

static bool make_pair(struct thing *thing, int kind, bool nonblock)
{
    int pair[2];

    rings_pair(kind, pair);
    thing->fd = pair[0];
    thing->other = pair[1];
    set_nonblock(thing->fd, nonblock);
    return true;
}

static bool make_stream(struct thing *thing, bool nonblock)
{
    return make_pair(thing, SOCK_STREAM, nonblock);
}

static bool make_datagram(struct thing *thing, bool nonblock)
{
    return make_pair(thing, SOCK_DGRAM, nonblock);
}

static bool make_seqpacket(struct thing *thing, bool nonblock)
{
    return make_pair(thing, SOCK_SEQPACKET, nonblock);
}

static bool make_udp6(struct thing *thing, bool nonblock)
{
    struct sockaddr_in6 address;
    socklen_t length = sizeof address;

    memset(&address, 0, sizeof address);
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    thing->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0), 0);
    thing->other = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return thing->fd >= 0 && thing->other >= 0 &&
           bind(thing->fd, (void *)&address, sizeof address) == 0 &&
           getsockname(thing->fd, (void *)&address, &length) == 0 &&
           connect(thing->other, (void *)&address, sizeof address) == 0;
}

/* ---- Descriptors that make their bytes themselves ---- */

static bool make_eventfd(struct thing *thing, bool nonblock)
{
    thing->fd = eventfd(0, EFD_CLOEXEC | (nonblock ? EFD_NONBLOCK : 0));
    return thing->fd >= 0;
}

static void count_three(struct thing *thing)
{
    uint64_t three = 3;

    rings_write(thing->fd, &three, sizeof three);
}

/* An emulator of another byte order translates it for read(2) alone. */
static bool is_number(const void *data, int64_t length, uint64_t wanted)
{
    uint64_t value;

    if (length != sizeof value)
        return false;
    memcpy(&value, data, sizeof value);
    return value == wanted || kring_test_emulated();
}

static bool is_three(const void *data, int64_t length)
{
    return is_number(data, length, 3);
}

static bool make_timerfd(struct thing *thing, bool nonblock)
{
    thing->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | (nonblock ? TFD_NONBLOCK : 0));
    return thing->fd >= 0;
}

static void set_timer(struct thing *thing)
{
    struct itimerspec time = {{0, 0}, {0, 2000000}};

    CU_ASSERT_EQUAL(timerfd_settime(thing->fd, 0, &time, NULL), 0);
}

static bool is_one(const void *data, int64_t length)
{
    return is_number(data, length, 1);
}

static bool make_signalfd(struct thing *thing, bool nonblock)
{
    struct timespec none = {0, 0};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, &thing->mask_before);
    while (sigtimedwait(&set, NULL, &none) > 0) /* of a test that was broken off */
        ;
    thing->fd = signalfd(-1, &set, SFD_CLOEXEC | (nonblock ? SFD_NONBLOCK : 0));
    return thing->fd >= 0;
}

static void send_signal(struct thing *thing)
{
    (void)thing;
    CU_ASSERT_EQUAL(kill(getpid(), SIGUSR2), 0);
}

static bool is_signal(const void *data, int64_t length)
{
    struct signalfd_siginfo info;

    if (length != sizeof info)
        return false;
    memcpy(&info, data, sizeof info);
    return info.ssi_signo == SIGUSR2 || kring_test_emulated();
}

static void end_signalfd(struct thing *thing)
{
    struct timespec none = {0, 0};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    while (sigtimedwait(&set, NULL, &none) > 0)
        ;
    sigprocmask(SIG_SETMASK, &thing->mask_before, NULL);
}

static bool make_inotify(struct thing *thing, bool nonblock)
{
    thing->fd = inotify_init1(IN_CLOEXEC | (nonblock ? IN_NONBLOCK : 0));
    return thing->fd >= 0 && inotify_add_watch(thing->fd, kring_test_tmpdir(), IN_CREATE) >= 0;
}

static void create_file(struct thing *thing)
{
    char path[256];

    (void)thing;
    snprintf(path, sizeof path, "%s/created", kring_test_tmpdir());
    (void)unlink(path);
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static bool is_creation(const void *data, int64_t length)
{
    struct inotify_event event;

    if (length < (int64_t)sizeof event + 8)
        return false;
    memcpy(&event, data, sizeof event);
    return (event.mask == IN_CREATE && strcmp((const char *)data + sizeof event, "created") == 0) ||
           kring_test_emulated();
}

/* A process that lives until the other end of its pipe is closed. */
static bool make_pidfd(struct thing *thing, bool nonblock)
{
    int ends[2];
    char byte;

    rings_pipe(ends);
    thing->other = ends[1];
    thing->child = kring_test_fork();
    if (thing->child == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(ends[0]);
    if (thing->child > 0)
        thing->fd = (int)kring__sys_pidfd_open(thing->child, 0);
    if (thing->fd >= 0)
        set_nonblock(thing->fd, nonblock);
    return thing->fd >= 0;
}

static void end_process(struct thing *thing)
{
    close(thing->other);
    thing->other = -1;
}

static void end_pidfd(struct thing *thing)
{
    if (thing->other >= 0)
        end_process(thing);
    if (thing->child > 0)
        CU_ASSERT_EQUAL(waitpid(thing->child, NULL, 0), thing->child);
}

/* ---- What is the same of all of them ---- */

static void dispose(const struct kind *kind, struct thing *thing)
{
    if (kind->end)
        kind->end(thing);
    if (thing->fd >= 0)
        close(thing->fd);
    if (thing->other >= 0)
        close(thing->other);
}

/* A kernel of its time alone: with a soft engine beside, or on a young one, nobody sees that. */
static void may_not_wait(const struct rings_log *log)
{
    if (log->finals == 1 && log->last.value == -EAGAIN)
        rings_lacks("this kernel's io_uring does not wait for O_NONBLOCK files (quirk Q021)");
    CU_ASSERT_EQUAL(log->finals, 0);
}

/* A read waits until there is something, whatever the descriptor says of blocking. */
static void read_waits(struct kring *ring, const struct kind *kind, struct thing *thing)
{
    struct rings_log log = {0};
    char data[512];
    int64_t value;

    memset(data, 'x', sizeof data);
    CU_ASSERT_TRUE(rings_start(ring, kring_read(ring, thing->fd, data, sizeof data, -1), &log));
    (void)rings_run_for(ring, 5);
    may_not_wait(&log);
    kind->trigger(thing);
    if (kind->old != NULL) {
        for (unsigned i = 0; i < 50 && log.finals == 0; i++)
            (void)rings_run_for(ring, 4);
        if (log.finals == 0)
            rings_lacks(kind->old);
    }
    if (rings_until(ring, &log, 1))
        CU_ASSERT_TRUE(kind->is(data, log.last.value));
    /* What comes before the read is there for it. */
    kind->trigger(thing);
    value = rings_do(ring, kring_read(ring, thing->fd, data, sizeof data, -1));
    CU_ASSERT_TRUE(kind->is(data, value));
}

static void read_is_cancelled(struct kring *ring, struct thing *thing)
{
    struct rings_log log = {0};
    char data[512];
    kring_op op = kring_read(ring, thing->fd, data, sizeof data, -1);

    CU_ASSERT_TRUE(rings_start(ring, op, &log));
    (void)rings_run_for(ring, 1);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    if (rings_until(ring, &log, 1))
        CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
}

static void poll_waits(struct kring *ring, const struct kind *kind, struct thing *thing)
{
    struct rings_log log = {0};
    char data[512];

    CU_ASSERT_TRUE(rings_start(ring, kring_poll(ring, thing->fd, POLLIN), &log));
    (void)rings_run_for(ring, 5);
    CU_ASSERT_EQUAL(log.finals, 0);
    kind->trigger(thing);
    if (rings_until(ring, &log, 1))
        CU_ASSERT_TRUE(log.last.value > 0 && (log.last.value & POLLIN));
    if (kind->no_read) {
        int64_t value = rings_do(ring, kring_read(ring, thing->fd, data, sizeof data, -1));

        CU_ASSERT_EQUAL(value, -EINVAL);
    } else {
        int64_t value = rings_do(ring, kring_read(ring, thing->fd, data, sizeof data, -1));

        CU_ASSERT_TRUE(kind->is(data, value));
    }
}

/* A mixed one as users have it: the kernel begins, the soft engine is there for what it leaves. */
static struct kring *open_unsplit(enum rings_kind rings)
{
    struct kring *ring = rings_open(rings);

    if (rings == RINGS_MIXED)
        rings_unsplit(ring);
    return ring;
}

static void check(enum rings_kind rings, const struct kind *kind)
{
    for (unsigned nonblock = 0; nonblock < 2; nonblock++) {
        struct thing thing = {.fd = -1, .other = -1};
        struct kring *ring = kind->old ? rings_open(rings) : open_unsplit(rings);
        bool made = kind->make(&thing, nonblock != 0);
        int flags = fcntl(thing.fd, F_GETFL);

        if (made) {
            if (!kind->no_read) {
                read_waits(ring, kind, &thing);
                read_is_cancelled(ring, &thing);
            }
            poll_waits(ring, kind, &thing);
            CU_ASSERT_EQUAL(fcntl(thing.fd, F_GETFL), flags);
        }
        rings_close(ring);
        dispose(kind, &thing);
        if (!made)
            KRING_SKIP(kind->missing);
    }
}

/* ---- The other direction ---- */

/* Fills what can be filled. */
static void fill(int fd, const void *data, size_t length)
{
    int flags = fcntl(fd, F_GETFL);

    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    for (size_t size = length; size > 0; size = length == 8 ? 0 : size / 2)
        while (write(fd, data, size) > 0)
            ;
    fcntl(fd, F_SETFL, flags);
}

static void write_waits_for_room(struct kring *ring, int to, int from, const void *data,
                                 uint32_t length)
{
    static char sink[1 << 20];
    struct rings_log log = {0};
    int flags = fcntl(to, F_GETFL);

    fill(to, data, length);
    CU_ASSERT_TRUE(rings_start(ring, kring_write(ring, to, data, length, -1), &log));
    (void)rings_run_for(ring, 5);
    may_not_wait(&log);
    CU_ASSERT_TRUE(read(from, sink, sizeof sink) > 0);
    if (rings_until(ring, &log, 1))
        CU_ASSERT_EQUAL(log.last.value, length);
    CU_ASSERT_EQUAL(fcntl(to, F_GETFL), flags);
}

static void writes_wait_for_room(enum rings_kind rings)
{
    const uint64_t most = UINT64_MAX - 1;

    for (unsigned nonblock = 0; nonblock < 2; nonblock++) {
        struct kring *ring = open_unsplit(rings);
        int ends[2], fd = eventfd(0, EFD_CLOEXEC | (nonblock ? EFD_NONBLOCK : 0));

        write_waits_for_room(ring, fd, fd, &most, sizeof most);
        close(fd);
        for (unsigned i = 0; i < 2; i++) {
            if (i == 0)
                rings_pipe(ends);
            else
                rings_pair(SOCK_STREAM, ends);
            set_nonblock(ends[1], nonblock != 0);
            write_waits_for_room(ring, ends[1], ends[0], "full", 4);
            close(ends[0]);
            close(ends[1]);
        }
        rings_close(ring);
    }
}
RINGS_TEST(writes_wait_for_room)

/* Nobody beside the kernel: it looks at O_NONBLOCK where these operations would wait. */
static void splices_wait(enum rings_kind rings)
{
    for (unsigned i = 0; i < 4; i++) {
        struct kring *ring = open_unsplit(rings);
        struct rings_log log = {0};
        bool nonblock = i % 2 != 0;
        char back[8];
        int from[2], to[2];

        rings_pipe(from);
        rings_pipe(to);
        set_nonblock(from[0], nonblock);
        set_nonblock(to[1], nonblock);
        rings_start(ring, i < 2 ? kring_splice(ring, from[0], -1, to[1], -1, 5, 0)
                                : kring_tee(ring, from[0], to[1], 5, 0), &log);
        (void)rings_run_for(ring, 5);
        if (rings == RINGS_KERNEL && nonblock) {
            CU_ASSERT_TRUE(rings_until(ring, &log, 1));
            CU_ASSERT_EQUAL(log.last.value, -EAGAIN);
        } else {
            CU_ASSERT_EQUAL(log.finals, 0);
            rings_write(from[1], "typed", 5);
            CU_ASSERT_TRUE(rings_until(ring, &log, 1));
            CU_ASSERT_EQUAL(log.last.value, 5);
            CU_ASSERT_TRUE(is_typed(back, read(to[0], back, sizeof back)));
        }
        CU_ASSERT_EQUAL(!!(fcntl(from[0], F_GETFL) & O_NONBLOCK), nonblock);
        CU_ASSERT_EQUAL(!!(fcntl(to[1], F_GETFL) & O_NONBLOCK), nonblock);
        for (unsigned end = 0; end < 2; end++) {
            close(from[end]);
            close(to[end]);
        }
        rings_close(ring);
    }
}
RINGS_TEST(splices_wait)

/* Only a flag of the request itself means: now or not at all. */
static void asked_for_it_is_eagain(enum rings_kind rings)
{
    struct kring *ring = rings_open(rings);
    int pair[2], pipe[2];
    struct io_uring_sqe sqe;
    char byte;

    rings_pair(SOCK_STREAM, pair);
    rings_pipe(pipe);
    for (unsigned nonblock = 0; nonblock < 2; nonblock++) {
        int64_t value;

        set_nonblock(pair[0], nonblock != 0);
        set_nonblock(pipe[0], nonblock != 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_recv(ring, pair[0], &byte, 1, MSG_DONTWAIT)), -EAGAIN);
        memset(&sqe, 0, sizeof sqe);
        sqe.opcode = IORING_OP_READ;
        sqe.fd = pipe[0];
        sqe.addr = (uint64_t)(uintptr_t)&byte;
        sqe.len = 1;
        sqe.off = (uint64_t)-1;
        sqe.rw_flags = 0x8; /* RWF_NOWAIT */
        value = rings_do(ring, kring_raw(ring, &sqe));
        /* Below 5.10 no pipe takes the flag. */
        CU_ASSERT_TRUE(value == -EAGAIN || value == -EOPNOTSUPP);
    }
    close(pair[0]);
    close(pair[1]);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
}
RINGS_TEST(asked_for_it_is_eagain)

#define KIND(name, ...)                                            \
    static void name(enum rings_kind rings)                        \
    {                                                              \
        static const struct kind kind = {__VA_ARGS__};             \
                                                                   \
        check(rings, &kind);                                       \
    }                                                              \
    RINGS_TEST(name)

KIND(terminal, "no pseudoterminals here", make_pty, type, is_typed, NULL, false, NULL)
KIND(fifo, "no FIFOs here", make_fifo, type, is_typed, NULL, false, NULL)
KIND(stream, "no such sockets", make_stream, type, is_typed, NULL, false, NULL)
KIND(datagram, "no such sockets", make_datagram, type, is_typed, NULL, false, NULL)
KIND(seqpacket, "no such sockets", make_seqpacket, type, is_typed, NULL, false, NULL)
KIND(udp6, "no IPv6 here", make_udp6, type, is_typed, NULL, false, NULL)
KIND(event, "no eventfd", make_eventfd, count_three, is_three, NULL, false, NULL)
KIND(timer, "no timerfd", make_timerfd, set_timer, is_one, NULL, false, NULL)
KIND(signals, "no signalfd", make_signalfd, send_signal, is_signal, end_signalfd, false,
     "the workers of this io_uring (below 5.12) see no signal of the process")
KIND(watch, "no inotify", make_inotify, create_file, is_creation, NULL, false, NULL)
KIND(process, "no pidfds on this kernel", make_pidfd, end_process, NULL, end_pidfd, true, NULL)

/*
 * Until 5.14 the read of a terminal would block the call that submits it (quirk Q092): such a
 * kernel is given character devices, and nothing else, for a worker. What is asked for that is seen
 * here.
 */
static void old_kernels_read_terminals_in_a_worker(void)
{
    struct kring_options options = rings_options(RINGS_KERNEL);
    struct thing thing = {.fd = -1, .other = -1};
    struct kring_fake fake = {0};
    struct kring *ring;
    char data[8];
    int file;

    if (rings_missing(RINGS_KERNEL))
        KRING_SKIP(rings_missing(RINGS_KERNEL));
    if (!make_pty(&thing, false))
        KRING_SKIP("no pseudoterminals here");
    file = rings_file("f", "contents", 8);
    options.kernel = "5.10";
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    kring_fake_set(&fake);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, file, data, 2, 4)), 2);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_statx], 0);
    type(&thing);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, thing.fd, data, 8, -1)), 5);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_statx], 1);
    read_is_cancelled(ring, &thing);
    rings_close(ring);
    kring_fake_clear();
    close(file);
    close(thing.fd);
    close(thing.other);
}

int kring_test_kinds(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("terminal", terminal),
        RINGS_ROWS("FIFO", fifo),
        RINGS_ROWS("stream socket", stream),
        RINGS_ROWS("datagram socket", datagram),
        RINGS_ROWS("seqpacket socket", seqpacket),
        RINGS_ROWS("UDP over IPv6", udp6),
        RINGS_ROWS("eventfd", event),
        RINGS_ROWS("timerfd", timer),
        RINGS_ROWS("signalfd", signals),
        RINGS_ROWS("inotify", watch),
        RINGS_ROWS("pidfd", process),
        RINGS_ROWS("writes wait for room", writes_wait_for_room),
        RINGS_ROWS("splice and tee wait", splices_wait),
        KRING_TEST(old_kernels_read_terminals_in_a_worker),
        RINGS_ROWS("-EAGAIN only where it was asked for", asked_for_it_is_eagain),
    };

    return KRING_SUITE_ADD("kinds of files", tests);
}
