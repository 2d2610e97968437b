/* SPDX-License-Identifier: MIT */
/*
 * kring-log: appends the lines that its clients send to a file. Lines are gathered into a batch,
 * which a chain writes and then syncs; what comes meanwhile is the next batch. A client is told at
 * once what was received, and when it is on the disk, what was stored. A disk that takes seconds
 * holds up neither: the kernel engine waits for it in a worker, the soft engine in a thread that
 * this program lends (options.offload).
 */
#include "acceptor.h"
#include "common.h"
#include "lend.h"
#include "listener.h"
#include "stop.h"

#include <fcntl.h>
#include <sys/stat.h>

enum {
    LINE_MAX_BYTES = 4096,
    BATCH_BYTES = 1 << 20,
    NEWS_BYTES = 128
};
#define SEND_LIMIT (30 * KRING_SECOND)  /* a client that takes nothing for so long is cut */
#define DRAIN_LIMIT (30 * KRING_SECOND) /* after a signal, for the last batch to reach the disk */

static const char help[] =
    "Usage: kring-log [OPTION...] FILE\n"
    "Appends the lines that clients send to FILE until SIGINT or SIGTERM. Answers \"received N\"\n"
    "at once, and \"stored N\" when N lines of this connection are on the disk.\n"
    "  --port N             listen on 127.0.0.1:N; 0 (the default): on any free port\n"
    "  --unix PATH          listen on a UNIX socket\n"
    "  --connections MAX    at most so many at once (default 256)\n"
    "  --no-offload         let the soft engine wait for the disk itself\n" COMMON_HELP;

struct client {
    struct server *server;
    struct client *next_free;
    kring_op receive;
    kring_op send;
    int fd; /* -1: free */
    uint64_t received; /* lines */
    uint64_t stored;
    uint64_t told_received;
    uint64_t told_stored;
    uint64_t in_batch[2]; /* lines of this client in the batch that fills, and in that on its way */
    uint32_t have;
    bool receiving;
    bool sending;
    bool ended; /* sends no more */
    bool failed;
    bool closing;
    char line[LINE_MAX_BYTES];
    char news[NEWS_BYTES];
};

struct batch {
    char *data;
    uint32_t length;
};

struct server {
    struct app app;
    struct lend lend;
    struct acceptor acceptors[2];
    unsigned acceptor_count;
    struct client *clients;
    struct client *free;
    struct batch batches[2]; /* [filling] fills, the other is on its way */
    unsigned filling;
    unsigned steps; /* of the chain that have not ended */
    const char *unix_path;
    const char *path;
    int file;
    long port;
    long maximum;
    long count;
    uint64_t lines;
    uint64_t stored_batches;
    int64_t stop_at;
    int64_t trouble; /* with the file: nothing is stored any more */
    bool offload;
    bool stopping;
    bool failed;
};

static void client_check(struct client *client);

/* ---- The file ---- */

static void store(struct server *server);

static void store_failed(struct server *server, const char *what, int64_t error)
{
    if (server->trouble == 0)
        say("%s: %s: %s", server->path, what, error_text(error));
    server->trouble = error;
    server->failed = true; /* what a failed fsync left on the disk nobody knows: no second try */
}

/* For the write and for the fsync behind it. */
static void on_stored(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct server *server = user;
    struct batch *batch = &server->batches[server->filling ^ 1];
    bool write = --server->steps == 1;

    (void)op;
    tally_add(&server->app, write ? "write" : "fsync", result->engine);
    /* A signal came while the disk was waited for; what is in a chain kring does not run again. */
    if (!write && result->value == -EINTR &&
        kring_start(ring, kring_fsync(ring, server->file, KRING_DATASYNC), on_stored,
                    server) >= 0) {
        server->steps++;
        return;
    }
    if (result->value < 0 && !(result->flags & KRING_SKIPPED))
        store_failed(server, write ? "write" : "fsync", result->value);
    if (server->steps > 0)
        return;
    server->stored_batches++;
    batch->length = 0;
    for (long i = 0; i < server->maximum; i++) {
        struct client *client = &server->clients[i];
        uint64_t *lines = &client->in_batch[server->filling ^ 1];

        if (client->fd < 0)
            continue;
        if (server->trouble == 0)
            client->stored += *lines;
        *lines = 0;
        client_check(client);
    }
    store(server);
}

/* Sends the batch on its way, when the one before has arrived. */
static void store(struct server *server)
{
    struct kring *ring = server->app.ring;
    const struct batch *batch = &server->batches[server->filling];
    kring_op chain[2];
    int error;

    if (server->steps > 0 || batch->length == 0 || server->trouble != 0)
        return;
    chain[0] = kring_write_all(ring, server->file, batch->data, batch->length, KRING_CUR_POS);
    chain[1] = kring_fsync(ring, server->file, KRING_DATASYNC);
    error = kring_start_chain(ring, chain, 2, on_stored, server);
    if (error < 0) {
        store_failed(server, "start", error);
        return;
    }
    server->steps = 2;
    server->filling ^= 1;
}

/* False: there is no room now. */
static bool append(struct client *client, const char *line, uint32_t length)
{
    struct server *server = client->server;
    struct batch *batch = &server->batches[server->filling];

    if (BATCH_BYTES - batch->length < length + 1)
        return false;
    memcpy(batch->data + batch->length, line, length);
    batch->length += length;
    batch->data[batch->length++] = '\n';
    client->in_batch[server->filling]++;
    client->received++;
    server->lines++;
    return true;
}

/* ---- A client ---- */

static void client_fail(struct client *client, const char *what, int64_t error)
{
    bool usual = error == -ECONNRESET || error == -EPIPE || error == -ECANCELED;

    if (!client->failed && (!usual || client->server->app.verbose))
        say("connection %d: %s: %s", client->fd, what, error_text(error));
    client->failed = true;
}

/* Takes the whole lines out of what has come. A last one without its end is a line too. */
static void take_lines(struct client *client)
{
    uint32_t at = 0;

    for (;;) {
        char *end = memchr(client->line + at, '\n', client->have - at);
        uint32_t length = end != NULL ? (uint32_t)(end - client->line) - at : client->have - at;

        if (end == NULL && !(client->ended && length > 0))
            break;
        if (client->server->trouble != 0 || !append(client, client->line + at, length))
            break;
        at += length + (end != NULL);
    }
    client->have -= at;
    memmove(client->line, client->line + at, client->have);
    if (client->have == sizeof client->line &&
        memchr(client->line, '\n', client->have) == NULL)
        client_fail(client, "line", -EMSGSIZE);
}

static void on_closed(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct client *client = user;
    struct server *server = client->server;

    (void)ring, (void)op;
    tally_add(&server->app, "close", result->engine);
    client->fd = -1;
    client->next_free = server->free;
    server->free = client;
    server->count--;
    for (unsigned i = 0; i < server->acceptor_count; i++)
        acceptor_start(&server->acceptors[i]);
}

static void on_sent(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct client *client = user;

    (void)ring, (void)op;
    tally_add(&client->server->app, "send", result->engine);
    client->sending = false;
    if (result->value < 0)
        client_fail(client, result->flags & KRING_DEADLINE ? "takes no data" : "send",
                    result->value);
    client_check(client);
}

/* One send at a time, of how things stand: a client that is slow misses steps, not the count. */
static void send_news(struct client *client)
{
    struct kring *ring = client->server->app.ring;
    int length = 0, error;

    if (client->received > client->told_received)
        length = snprintf(client->news, sizeof client->news, "received %" PRIu64 "\n",
                          client->received);
    if (client->stored > client->told_stored)
        length += snprintf(client->news + length, sizeof client->news - (size_t)length,
                           "stored %" PRIu64 "\n", client->stored);
    client->told_received = client->received;
    client->told_stored = client->stored;
    client->send = kring_send_all(ring, client->fd, client->news, (uint32_t)length, 0);
    kring_set_deadline(ring, client->send, SEND_LIMIT);
    error = kring_start(ring, client->send, on_sent, client);
    client->sending = error >= 0;
    if (error < 0)
        client_fail(client, "send", error);
}

static void on_received(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user)
{
    struct client *client = user;

    (void)ring, (void)op;
    tally_add(&client->server->app, "recv", result->engine);
    client->receiving = false;
    if (result->value > 0)
        client->have += (uint32_t)result->value;
    else if (result->value == 0)
        client->ended = true;
    else if (result->value == -ECANCELED && client->server->stopping)
        client->ended = true;
    else
        client_fail(client, "recv", result->value);
    client_check(client);
    store(client->server);
}

static void receive_start(struct client *client)
{
    struct app *app = &client->server->app;
    int error;

    client->receive = kring_recv(app->ring, client->fd, client->line + client->have,
                                 (uint32_t)sizeof client->line - client->have, 0);
    error = kring_start(app->ring, client->receive, on_received, client);
    client->receiving = error >= 0;
    if (error < 0)
        client_fail(client, "recv", error);
}

/* After every event: what is to be done next for this client. */
static void client_check(struct client *client)
{
    struct server *server = client->server;
    struct kring *ring = server->app.ring;
    bool waits;
    int error;

    if (client->closing)
        return;
    if (!client->failed)
        take_lines(client);
    if (server->trouble != 0)
        client->failed = true; /* the end of the connection says that no more is stored */
    if (!client->failed && !client->sending &&
        (client->received > client->told_received || client->stored > client->told_stored))
        send_news(client);
    /* With a line that found no room nothing more is read: the client has to wait for the disk. */
    if (!client->failed && !client->ended && !client->receiving &&
        memchr(client->line, '\n', client->have) == NULL)
        receive_start(client);
    if (client->failed) {
        if (client->receiving)
            kring_cancel(ring, client->receive);
        if (client->sending)
            kring_cancel(ring, client->send);
    }
    waits = !client->failed && (!client->ended || client->have > 0 ||
                                client->stored < client->received);
    if (client->receiving || client->sending || waits)
        return;
    client->closing = true;
    client->in_batch[0] = client->in_batch[1] = 0;
    error = kring_start(ring, kring_close_fd(ring, client->fd), on_closed, client);
    if (error < 0) {
        say("close: %s", error_text(error));
        server->failed = true;
    }
}

/* ---- The server ---- */

static long places(void *user)
{
    const struct server *server = user;

    return server->maximum - server->count;
}

static void on_surplus_closed(struct kring *ring, kring_op op, const struct kring_result *result,
                              void *user)
{
    (void)ring, (void)op;
    tally_add(user, "close", result->engine);
}

static void client_new(void *user, int fd)
{
    struct server *server = user;
    struct kring *ring = server->app.ring;
    struct client *client = server->free;

    if (client == NULL || server->stopping || server->trouble != 0) {
        kring_start(ring, kring_close_fd(ring, fd), on_surplus_closed, &server->app);
        return;
    }
    server->free = client->next_free;
    server->count++;
    memset(client, 0, offsetof(struct client, line));
    client->server = server;
    client->fd = fd;
    no_delay(fd); /* fails on UNIX sockets, which need it not */
    client_check(client);
}

/* What was sent is still read and stored; a client is not waited for. */
static void stop_begin(struct server *server)
{
    server->stopping = true;
    server->stop_at = now_ns() + DRAIN_LIMIT;
    for (unsigned i = 0; i < server->acceptor_count; i++)
        acceptor_stop(&server->acceptors[i]);
    for (long i = 0; i < server->maximum; i++) {
        if (server->clients[i].fd >= 0 && server->clients[i].receiving)
            kring_cancel(server->app.ring, server->clients[i].receive);
    }
}

static void stop_now(struct server *server)
{
    say("%ld connections were cut", server->count);
    server->stop_at = INT64_MAX;
    server->failed = true;
    for (long i = 0; i < server->maximum; i++) {
        if (server->clients[i].fd >= 0) {
            server->clients[i].failed = true;
            client_check(&server->clients[i]);
        }
    }
}

static void serve(struct server *server)
{
    for (unsigned i = 0; i < server->acceptor_count; i++)
        acceptor_start(&server->acceptors[i]);
    while (!server->stopping || server->count > 0 || server->steps > 0) {
        int count = kring_run(server->app.ring, server->stopping ? 100 * KRING_MS : KRING_FOREVER);

        if (count < 0) {
            if (count != -KRING_EIDLE || !server->stopping)
                say("the ring stopped: %s", error_text(count));
            server->failed = server->failed || !server->stopping;
            return;
        }
        for (unsigned i = 0; i < server->acceptor_count; i++)
            server->failed = server->failed || server->acceptors[i].failed;
        if (!server->stopping && (stop_signal != 0 || server->failed))
            stop_begin(server);
        if (server->stopping && now_ns() > server->stop_at)
            stop_now(server);
    }
}

/* A line that was cut by a crash ends here, so that no other is joined to it. */
static void open_file(struct server *server)
{
    struct stat stat;
    char last = '\n';

    server->file = open(server->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (server->file < 0 || fstat(server->file, &stat) < 0) {
        say("%s: %s", server->path, strerror(errno));
        exit(EXIT_FAILURE);
    }
    if (S_ISREG(stat.st_mode) && stat.st_size > 0 &&
        pread(server->file, &last, 1, stat.st_size - 1) == 1 && last != '\n') {
        say("%s: the last line was cut", server->path);
        server->batches[0].data[server->batches[0].length++] = '\n';
    }
}

static void listener_add(struct server *server, const union address *address, socklen_t length)
{
    server->acceptors[server->acceptor_count++] =
        (struct acceptor){.app = &server->app,
                          .fd = listen_announced(address, length),
                          .places = places,
                          .accepted = client_new,
                          .user = server};
}

static void open_server(struct server *server)
{
    for (unsigned i = 0; i < 2; i++)
        server->batches[i].data = malloc(BATCH_BYTES);
    server->clients = calloc((size_t)server->maximum, sizeof *server->clients);
    if (server->clients == NULL || server->batches[0].data == NULL ||
        server->batches[1].data == NULL) {
        say("out of memory");
        exit(EXIT_FAILURE);
    }
    for (long i = server->maximum; i-- > 0;) {
        server->clients[i].fd = -1;
        server->clients[i].next_free = server->free;
        server->free = &server->clients[i];
    }
    open_file(server);
    server->app.options.operations = (uint32_t)server->maximum * 3 + 16;
    if (server->offload) {
        server->app.options.offload = lend_take;
        server->app.options.offload_user = &server->lend;
        lend_start(&server->lend);
    }
    app_open(&server->app);
    stop_on_signals(server->app.ring);
    store(server);
}

static void parse(struct server *server, int argc, char **argv)
{
    enum { OPTION_PORT = OPTION_OWN, OPTION_UNIX, OPTION_CONNECTIONS, OPTION_NO_OFFLOAD };
    static const struct option options[] = {
        COMMON_OPTIONS,
        {"port", required_argument, NULL, OPTION_PORT},
        {"unix", required_argument, NULL, OPTION_UNIX},
        {"connections", required_argument, NULL, OPTION_CONNECTIONS},
        {"no-offload", no_argument, NULL, OPTION_NO_OFFLOAD},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "v", options, NULL)) != -1) {
        if (option == OPTION_PORT)
            server->port = parse_number("--port", optarg, 0, 65535);
        else if (option == OPTION_UNIX)
            server->unix_path = optarg;
        else if (option == OPTION_CONNECTIONS)
            server->maximum = parse_number("--connections", optarg, 1, 65536);
        else if (option == OPTION_NO_OFFLOAD)
            server->offload = false;
        else
            common_option(&server->app, option, help);
    }
    if (argc - optind != 1) {
        say(argc == optind ? "a file is needed" : "one file is enough");
        exit(EXIT_USAGE);
    }
    server->path = argv[optind];
}

int main(int argc, char **argv)
{
    static struct server server = {.app = APP_INIT, .lend = LEND_INIT, .port = -1, .maximum = 256,
                                   .offload = true};
    union address address;

    parse(&server, argc, argv);
    open_server(&server);
    if (server.unix_path != NULL)
        listener_add(&server, &address, address_unix(&address, server.unix_path));
    if (server.port >= 0 || server.unix_path == NULL)
        listener_add(&server, &address, address_tcp(&address, server.port >= 0 ? server.port : 0));
    serve(&server);
    if (server.app.verbose)
        say("%" PRIu64 " lines in %" PRIu64 " batches", server.lines, server.stored_batches);
    app_report(&server.app, stdout);
    if (kring_close(server.app.ring, KRING_SECOND) < 0)
        say("something was still running at the end");
    lend_stop(&server.lend);
    if (server.unix_path != NULL)
        unlink(server.unix_path);
    return server.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
