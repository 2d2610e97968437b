/* SPDX-License-Identifier: MIT */
/*
 * A TCP echo server on kring's soft engine against a hand-written epoll loop. The servers and the
 * load generator are processes of their own; each run measures every server once, in turn, under
 * the same load: all connections send a message, then all read their echo.
 */
#include "table.h"

#include <errno.h>
#include <kring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONNECTIONS = 100, ROUNDS = 250, MESSAGE = 64, BUFFER = 4096, LIMIT_SECONDS = 60 };

/* Serves CONNECTIONS connections of the listening socket until all of them are closed. */
typedef void serve(int listener);

__attribute__((noreturn)) static void die(const char *what, int64_t error)
{
    fprintf(stderr, "echo: %s: %lld (%s)\n", what, (long long)error, kring_error_name(error));
    exit(EXIT_FAILURE);
}

/* ---- The hand-written loop ---- */

static void epoll_accept(int epoll, int listener)
{
    struct epoll_event event = {.events = EPOLLIN};

    event.data.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (event.data.fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event) < 0)
        die("accept", -errno);
}

/* false: closed. The messages are far smaller than a socket's buffer: a short send is an error. */
static bool epoll_echo(int fd)
{
    char buffer[BUFFER];
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);

    if (length > 0 && send(fd, buffer, (size_t)length, MSG_NOSIGNAL) != length)
        die("send", -errno);
    if (length < 0 && errno != EAGAIN)
        die("recv", -errno);
    if (length == 0)
        close(fd);
    return length != 0;
}

static void serve_epoll(int listener)
{
    struct epoll_event events[64];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    unsigned left = CONNECTIONS;

    for (unsigned i = 0; i < CONNECTIONS; i++)
        epoll_accept(epoll, listener);
    while (left > 0) {
        int count = epoll_wait(epoll, events, 64, -1);

        for (int i = 0; i < count; i++)
            left -= !epoll_echo(events[i].data.fd);
    }
    close(epoll);
}

/* ---- kring ---- */

struct connection {
    int fd;
    unsigned *left;
    int pool;
    uint16_t buffer_id;
    char buffer[BUFFER];
};

static void start(struct kring *ring, kring_op op, kring_done *done, struct connection *connection)
{
    int error = kring_start(ring, op, done, connection);

    if (error < 0)
        die("kring_start", error);
}

static void on_closed(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct connection *connection = user;

    (void)ring, (void)op, (void)result;
    --*connection->left;
}

static void single_received(struct kring *ring, kring_op op, const struct kring_result *result,
                            void *user);

static void single_sent(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user)
{
    struct connection *connection = user;

    (void)op;
    if (result->value <= 0)
        die("kring send", result->value);
    start(ring, kring_recv(ring, connection->fd, connection->buffer, BUFFER, 0), single_received,
          connection);
}

static void single_received(struct kring *ring, kring_op op, const struct kring_result *result,
                            void *user)
{
    struct connection *connection = user;

    (void)op;
    if (result->value < 0)
        die("kring recv", result->value);
    if (result->value == 0) {
        start(ring, kring_close_fd(ring, connection->fd), on_closed, connection);
        return;
    }
    start(ring,
          kring_send(ring, connection->fd, connection->buffer, (uint32_t)result->value, 0),
          single_sent, connection);
}

static void multi_sent(struct kring *ring, kring_op op, const struct kring_result *result,
                       void *user)
{
    struct connection *connection = user;

    (void)op;
    if (result->value <= 0)
        die("kring send", result->value);
    kring_buffer_return(ring, connection->pool, connection->buffer_id);
}

static void multi_received(struct kring *ring, kring_op op, const struct kring_result *result,
                           void *user)
{
    struct connection *connection = user;

    (void)op;
    if (result->value == 0) {
        start(ring, kring_close_fd(ring, connection->fd), on_closed, connection);
        return;
    }
    if (result->value < 0 || (result->flags & KRING_BUFFER) == 0)
        die("kring recv multishot", result->value);
    /* One message at a time is under way, so one buffer per connection is enough. */
    kring_buffer_keep(ring, result);
    connection->buffer_id = result->buffer_id;
    start(ring, kring_send(ring, connection->fd, result->data, result->length, 0), multi_sent,
          connection);
    if ((result->flags & KRING_MORE) == 0)
        start(ring, kring_recv_multishot(ring, connection->fd, connection->pool, 0),
              multi_received, connection);
}

static void serve_kring(int listener, bool multishot)
{
    static struct connection connections[CONNECTIONS];
    static char memory[256][BUFFER];
    struct kring_options options = KRING_OPTIONS_INIT;
    struct kring *ring;
    unsigned left = CONNECTIONS;
    int error;
    int pool = 0;

    options.engine = KRING_ENGINE_SOFT;
    options.flags = KRING_NO_ENVIRONMENT | KRING_FDS_CLOSED_BY_KRING;
    options.entries = 256;
    options.operations = 4 * CONNECTIONS;
    error = kring_open(&ring, &options);
    if (error == 0 && multishot)
        pool = error = kring_pool_init(ring, memory, 256, BUFFER);
    if (error < 0)
        die("kring_open", error);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = &connections[i];

        connection->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        connection->left = &left;
        connection->pool = pool;
        if (multishot)
            start(ring, kring_recv_multishot(ring, connection->fd, pool, 0), multi_received,
                  connection);
        else
            start(ring, kring_recv(ring, connection->fd, connection->buffer, BUFFER, 0),
                  single_received, connection);
    }
    while (left > 0) {
        error = kring_run(ring, KRING_FOREVER);
        if (error < 0)
            die("kring_run", error);
    }
    kring_close(ring, KRING_SECOND);
}

static void serve_single(int listener)
{
    serve_kring(listener, false);
}

static void serve_multishot(int listener)
{
    serve_kring(listener, true);
}

/* ---- The load ---- */

static void receive_all(int fd, char *buffer)
{
    size_t have = 0;

    while (have < MESSAGE) {
        ssize_t length = recv(fd, buffer + have, MESSAGE - have, 0);

        if (length <= 0)
            die("client recv", length < 0 ? -errno : 0);
        have += (size_t)length;
    }
}

/* Writes the seconds that the round trips took to the pipe. */
static void load(const struct sockaddr_in *address, int report)
{
    int fds[CONNECTIONS];
    char sent[MESSAGE];
    char received[MESSAGE];
    double took;

    for (unsigned i = 0; i < CONNECTIONS; i++) {
        int one = 1;

        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fds[i] < 0 || connect(fds[i], (const struct sockaddr *)address, sizeof *address) < 0)
            die("client connect", -errno);
        setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    took = -seconds_now();
    for (unsigned round = 0; round < ROUNDS; round++) {
        memset(sent, (int)(round % 251), sizeof sent);
        for (unsigned i = 0; i < CONNECTIONS; i++) {
            if (send(fds[i], sent, sizeof sent, MSG_NOSIGNAL) != MESSAGE)
                die("client send", -errno);
        }
        for (unsigned i = 0; i < CONNECTIONS; i++) {
            receive_all(fds[i], received);
            if (memcmp(sent, received, sizeof sent) != 0)
                die("client: the echo differs", 0);
        }
    }
    took += seconds_now();
    if (write(report, &took, sizeof took) != (ssize_t)sizeof took)
        die("client report", -errno);
}

/* Server and client on CPUs of their own, where there are two. */
static void pin(unsigned cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
        sched_setaffinity(0, sizeof set, &set);
}

static int listen_here(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)address, length) < 0 || listen(fd, CONNECTIONS) < 0 ||
        getsockname(fd, (struct sockaddr *)address, &length) < 0)
        die("listen", -errno);
    return fd;
}

static double cpu_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

static double reap(pid_t pid, const char *who)
{
    struct rusage usage;
    int status;

    if (wait4(pid, &status, 0, &usage) != pid || status != 0)
        die(who, -EPROTO);
    return cpu_seconds(&usage);
}

/* One server under load once: operations per second, and per second of the server's CPU. */
static void measure(serve *server, double *rate, double *per_cpu)
{
    struct sockaddr_in address;
    int listener = listen_here(&address);
    pid_t server_pid;
    pid_t client_pid;
    int report[2];
    double took = 0;

    if (pipe(report) < 0)
        die("pipe", -errno);
    fflush(stdout);
    server_pid = fork();
    if (server_pid == 0) {
        alarm(LIMIT_SECONDS);
        pin(0);
        server(listener);
        _exit(EXIT_SUCCESS);
    }
    client_pid = fork();
    if (client_pid == 0) {
        alarm(LIMIT_SECONDS);
        pin(1);
        load(&address, report[1]);
        _exit(EXIT_SUCCESS);
    }
    close(listener);
    close(report[1]);
    if (server_pid < 0 || client_pid < 0)
        die("fork", -errno);
    if (read(report[0], &took, sizeof took) != (ssize_t)sizeof took)
        die("the load generator failed", -EPROTO);
    close(report[0]);
    reap(client_pid, "load generator");
    *rate = CONNECTIONS * ROUNDS / took;
    *per_cpu = CONNECTIONS * ROUNDS / reap(server_pid, "server");
}

int main(int argc, char **argv)
{
    static struct samples single[2];
    static struct samples multi[2];
    unsigned runs = runs_wanted(argc, argv);

    for (unsigned run = 0; run < runs; run++) {
        double rate[3];
        double per_cpu[3];

        measure(serve_epoll, &rate[0], &per_cpu[0]);
        measure(serve_single, &rate[1], &per_cpu[1]);
        measure(serve_multishot, &rate[2], &per_cpu[2]);
        sample(&single[0], per_cpu[0], per_cpu[1]);
        sample(&single[1], rate[0], rate[1]);
        sample(&multi[0], per_cpu[0], per_cpu[2]);
        sample(&multi[1], rate[0], rate[2]);
    }
    printf("TCP echo, %d connections, %d bytes: kring soft against a hand-written epoll loop\n\n",
           CONNECTIONS, MESSAGE);
    table_head("op/s");
    table_row("recv and send: operations per CPU second of the server", &single[0], 0.80);
    table_row("recv and send: operations per second", &single[1], 0.80);
    table_row("multishot recv, pool: operations per CPU second", &multi[0], 0.80);
    table_row("multishot recv, pool: operations per second", &multi[1], 0.80);
    printf("\n");
    return EXIT_SUCCESS;
}
