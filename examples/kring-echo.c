/* SPDX-License-Identifier: MIT */
/*
 * kring-echo: sends back what it receives, over TCP and UNIX sockets. Multishot accept, multishot
 * receive into the buffers of one pool; a received buffer is kept, sent, and given back. A peer
 * that does not read its echoes is not read from either.
 */
#include "acceptor.h"
#include "common.h"
#include "listener.h"
#include "stop.h"

enum {
    BUFFER_BYTES = 4096,
    QUEUE_HIGH = 8, /* kept buffers of one peer at which its receive pauses */
    QUEUE_LOW = 2,  /* and at which it goes on */
    NO_BUFFER = 0xffff
};
#define SEND_LIMIT (30 * KRING_SECOND)  /* a peer that takes nothing for so long is cut */
#define DRAIN_LIMIT (5 * KRING_SECOND)  /* after a signal */

static const char help[] =
    "Usage: kring-echo [OPTION...]\n"
    "Echoes what it receives until SIGINT or SIGTERM; then it answers what it has and ends.\n"
    "  --port N             listen on 127.0.0.1:N; 0 (the default): on any free port\n"
    "  --unix PATH          listen on a UNIX socket\n"
    "  --connections MAX    at most so many at once (default 1024)\n" COMMON_HELP;

/* A received buffer on its way back, by buffer id. */
struct chunk {
    char *data;
    uint32_t length;
    uint16_t next;
};

struct peer {
    struct server *server;
    struct peer *next_free;
    kring_op receive;
    kring_op send;
    int fd; /* -1: free */
    uint16_t first; /* queue of chunks; the first is being sent */
    uint16_t last;
    unsigned queued;
    bool receiving;
    bool pausing; /* the receive was cancelled, to go on later */
    bool sending;
    bool ended;   /* the peer sends no more */
    bool failed;
    bool closing;
};

struct listener {
    struct server *server;
    struct acceptor acceptor;
    bool tcp;
};

struct server {
    struct app app;
    struct listener listeners[2];
    unsigned listener_count;
    const char *unix_path;
    struct peer *peers;
    struct peer *free;
    struct chunk *chunks;
    int pool;
    long port;
    long maximum;
    long connections;
    uint64_t bytes;
    int64_t stop_at;
    bool stopping;
    bool failed;
};

static void peer_check(struct peer *peer);

/* ---- A connection ---- */

static void peer_fail(struct peer *peer, const char *what, int64_t error)
{
    bool usual = error == -ECONNRESET || error == -EPIPE || error == -ECANCELED;

    if (!peer->failed && (!usual || peer->server->app.verbose))
        say("connection %d: %s: %s", peer->fd, what, error_text(error));
    peer->failed = true;
}

static void give_back(struct peer *peer)
{
    struct server *server = peer->server;
    uint16_t id = peer->first;

    peer->first = server->chunks[id].next;
    peer->queued--;
    kring_buffer_return(server->app.ring, server->pool, id);
}

static void on_closed(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct peer *peer = user;
    struct server *server = peer->server;

    (void)ring, (void)op;
    tally_add(&server->app, "close", result->engine);
    peer->fd = -1;
    peer->next_free = server->free;
    server->free = peer;
    server->connections--;
    for (unsigned i = 0; i < server->listener_count; i++)
        acceptor_start(&server->listeners[i].acceptor);
}

static void on_sent(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct peer *peer = user;

    (void)ring, (void)op;
    tally_add(&peer->server->app, "send", result->engine);
    peer->sending = false;
    give_back(peer);
    if (result->value < 0)
        peer_fail(peer, result->flags & KRING_DEADLINE ? "takes no data" : "send", result->value);
    else
        peer->server->bytes += (uint64_t)result->value;
    peer_check(peer);
}

/* One send at a time keeps the order. */
static void send_start(struct peer *peer)
{
    struct kring *ring = peer->server->app.ring;
    const struct chunk *chunk = &peer->server->chunks[peer->first];
    int error;

    peer->send = kring_send_all(ring, peer->fd, chunk->data, chunk->length, 0);
    kring_set_deadline(ring, peer->send, SEND_LIMIT);
    error = kring_start(ring, peer->send, on_sent, peer);
    peer->sending = error >= 0;
    if (error < 0)
        peer_fail(peer, "send", error);
}

/* Takes the buffer out of the pool until it has been sent. */
static void queue_chunk(struct peer *peer, const struct kring_result *result)
{
    struct server *server = peer->server;
    struct chunk *chunk = &server->chunks[result->buffer_id];
    int error = kring_buffer_keep(server->app.ring, result);

    if (error < 0) {
        peer_fail(peer, "buffer", error);
        return;
    }
    *chunk = (struct chunk){result->data, result->length, NO_BUFFER};
    if (peer->queued++ == 0)
        peer->first = result->buffer_id;
    else
        server->chunks[peer->last].next = result->buffer_id;
    peer->last = result->buffer_id;
}

static void on_received(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user)
{
    struct peer *peer = user;

    (void)op;
    tally_add(&peer->server->app, "recv", result->engine);
    if ((result->flags & KRING_MORE) == 0)
        peer->receiving = false;
    if (result->value > 0 && (result->flags & KRING_BUFFER) != 0 && !peer->failed)
        queue_chunk(peer, result);
    else if (result->value == 0)
        peer->ended = true;
    else if (result->value < 0 && !(result->value == -ECANCELED && peer->pausing))
        peer_fail(peer, "recv", result->value);
    if (!peer->receiving) {
        peer->pausing = false;
    } else if (peer->queued >= QUEUE_HIGH && !peer->pausing) {
        peer->pausing = true;
        kring_cancel(ring, peer->receive);
    }
    peer_check(peer);
}

static void receive_start(struct peer *peer)
{
    struct app *app = &peer->server->app;
    int error;

    peer->receive = kring_recv_multishot(app->ring, peer->fd, peer->server->pool, 0);
    error = kring_start(app->ring, peer->receive, on_received, peer);
    peer->receiving = error >= 0;
    if (error < 0) {
        say_explained(app, "recv", peer->receive, error);
        peer_fail(peer, "recv", error);
        peer->server->failed = true;
    }
}

/* After every event: what is to be done next for this peer. */
static void peer_check(struct peer *peer)
{
    struct kring *ring = peer->server->app.ring;
    int error;

    if (!peer->failed && !peer->sending && peer->queued > 0)
        send_start(peer);
    if (!peer->failed && !peer->ended && !peer->receiving && peer->queued <= QUEUE_LOW)
        receive_start(peer);
    if (peer->failed) {
        kring_cancel(ring, peer->receive); /* harmless if it has ended: -ESTALE */
        if (peer->sending)
            kring_cancel(ring, peer->send);
        while (!peer->sending && peer->queued > 0)
            give_back(peer);
    }
    if (peer->receiving || peer->sending || peer->closing || peer->queued > 0 ||
        (!peer->ended && !peer->failed))
        return;
    peer->closing = true;
    error = kring_start(ring, kring_close_fd(ring, peer->fd), on_closed, peer);
    if (error < 0) {
        say("close: %s", error_text(error));
        peer->server->failed = true;
    }
}

/* ---- Accepting ---- */

static void on_surplus_closed(struct kring *ring, kring_op op, const struct kring_result *result,
                              void *user)
{
    (void)ring, (void)op;
    tally_add(user, "close", result->engine);
}

static long places(void *user)
{
    const struct listener *listener = user;

    return listener->server->maximum - listener->server->connections;
}

static void peer_new(void *user, int fd)
{
    struct listener *listener = user;
    struct server *server = listener->server;
    struct kring *ring = server->app.ring;
    struct peer *peer = server->free;

    if (peer == NULL) {
        say("too many connections: one was closed");
        kring_start(ring, kring_close_fd(ring, fd), on_surplus_closed, &server->app);
        return;
    }
    server->free = peer->next_free;
    server->connections++;
    *peer = (struct peer){.server = server, .fd = fd, .first = NO_BUFFER, .last = NO_BUFFER};
    if (listener->tcp)
        no_delay(fd);
    peer_check(peer);
}

static void listener_add(struct server *server, const union address *address, socklen_t length)
{
    struct listener *listener = &server->listeners[server->listener_count++];

    listener->server = server;
    listener->tcp = address->any.sa_family == AF_INET;
    listener->acceptor = (struct acceptor){.app = &server->app,
                                           .fd = listen_announced(address, length),
                                           .places = places,
                                           .accepted = peer_new,
                                           .user = listener};
}

/* ---- The server ---- */

static void on_shut_down(struct kring *ring, kring_op op, const struct kring_result *result,
                         void *user)
{
    struct peer *peer = user;

    (void)ring, (void)op;
    tally_add(&peer->server->app, "shutdown", result->engine);
}

/* No new connections; no more input either, so each peer ends when its echoes are sent. */
static void stop_begin(struct server *server)
{
    struct kring *ring = server->app.ring;

    server->stopping = true;
    server->stop_at = now_ns() + DRAIN_LIMIT;
    for (unsigned i = 0; i < server->listener_count; i++)
        acceptor_stop(&server->listeners[i].acceptor);
    for (long i = 0; i < server->maximum; i++) {
        struct peer *peer = &server->peers[i];

        if (peer->fd >= 0 && !peer->closing &&
            kring_start(ring, kring_shutdown(ring, peer->fd, SHUT_RD), on_shut_down, peer) < 0)
            shutdown(peer->fd, SHUT_RD);
    }
}

static void stop_now(struct server *server)
{
    say("%ld connections were cut", server->connections);
    server->stop_at = INT64_MAX;
    for (long i = 0; i < server->maximum; i++) {
        if (server->peers[i].fd >= 0) {
            server->peers[i].failed = true;
            peer_check(&server->peers[i]);
        }
    }
}

static void serve(struct server *server)
{
    for (unsigned i = 0; i < server->listener_count; i++)
        acceptor_start(&server->listeners[i].acceptor);
    while (!server->stopping || server->connections > 0) {
        int count = kring_run(server->app.ring, server->stopping ? 100 * KRING_MS : KRING_FOREVER);

        if (count < 0) {
            if (count != -KRING_EIDLE || !server->stopping)
                say("the ring stopped: %s", error_text(count));
            server->failed = server->failed || !server->stopping;
            return;
        }
        for (unsigned i = 0; i < server->listener_count; i++)
            server->failed = server->failed || server->listeners[i].acceptor.failed;
        if (!server->stopping && (stop_signal != 0 || server->failed))
            stop_begin(server);
        if (server->stopping && server->connections > 0 && now_ns() > server->stop_at)
            stop_now(server);
    }
}

static void open_server(struct server *server)
{
    uint32_t buffers = 64;
    void *memory;

    while (buffers < 32768 && buffers < (uint32_t)server->maximum * QUEUE_HIGH)
        buffers *= 2;
    server->app.options.entries = 256;
    server->app.options.operations = (uint32_t)server->maximum * 4 + 64;
    server->app.options.flags |= KRING_FDS_CLOSED_BY_KRING;
    app_open(&server->app);
    server->chunks = calloc(buffers, sizeof *server->chunks);
    server->peers = calloc((size_t)server->maximum, sizeof *server->peers);
    memory = aligned_alloc(BUFFER_BYTES, (size_t)buffers * BUFFER_BYTES);
    if (server->chunks == NULL || server->peers == NULL || memory == NULL) {
        say("out of memory");
        exit(EXIT_FAILURE);
    }
    for (long i = server->maximum; i-- > 0;) {
        server->peers[i].fd = -1;
        server->peers[i].next_free = server->free;
        server->free = &server->peers[i];
    }
    server->pool = kring_pool_init(server->app.ring, memory, buffers, BUFFER_BYTES);
    if (server->pool < 0) {
        say("no buffer pool: %s", error_text(server->pool));
        exit(EXIT_FAILURE);
    }
    stop_on_signals(server->app.ring);
}

static void parse(struct server *server, int argc, char **argv)
{
    enum { OPTION_PORT = OPTION_OWN, OPTION_UNIX, OPTION_CONNECTIONS };
    static const struct option options[] = {
        COMMON_OPTIONS,
        {"port", required_argument, NULL, OPTION_PORT},
        {"unix", required_argument, NULL, OPTION_UNIX},
        {"connections", required_argument, NULL, OPTION_CONNECTIONS},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "v", options, NULL)) != -1) {
        if (option == OPTION_PORT)
            server->port = parse_number("--port", optarg, 0, 65535);
        else if (option == OPTION_UNIX)
            server->unix_path = optarg;
        else if (option == OPTION_CONNECTIONS)
            server->maximum = parse_number("--connections", optarg, 1, 65536);
        else
            common_option(&server->app, option, help);
    }
    if (optind < argc) {
        say("unexpected argument '%s'", argv[optind]);
        exit(EXIT_USAGE);
    }
}

int main(int argc, char **argv)
{
    static struct server server = {.app = APP_INIT, .port = -1, .maximum = 1024};
    union address address;

    parse(&server, argc, argv);
    open_server(&server);
    if (server.unix_path != NULL)
        listener_add(&server, &address, address_unix(&address, server.unix_path));
    if (server.port >= 0 || server.unix_path == NULL)
        listener_add(&server, &address, address_tcp(&address, server.port >= 0 ? server.port : 0));
    serve(&server);
    if (server.app.verbose)
        say("%" PRIu64 " bytes echoed", server.bytes);
    app_report(&server.app, stdout);
    if (kring_close(server.app.ring, KRING_SECOND) < 0)
        say("something was still running at the end");
    if (server.unix_path != NULL)
        unlink(server.unix_path);
    return server.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
