/* SPDX-License-Identifier: MIT */
/*
 * kring-http: serves the files below a directory over HTTP/1.1: GET and HEAD, keep-alive,
 * pipelining, single ranges. Small bodies are read and sent together with their head; large ones
 * are left to kring_copy(), which splices them where that can be done. A client has one operation
 * in flight, each with a deadline, so nobody holds a place for ever.
 */
#include "acceptor.h"
#include "beneath.h"
#include "common.h"
#include "http.h"
#include "listener.h"
#include "stop.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum {
    OUT_BYTES = 16384,    /* longer bodies are copied, */
    PIECE = 256 * 1024,   /* as much at once as a client must take within the write limit */
    BODY_MAX = 65536,     /* a request's body up to this is read and forgotten */
    LINGER_MAX = 1 << 20, /* and this much of what comes behind a last answer */
    OPERATIONS = 4        /* of one client at once: its own, and closes */
};
#define LINGER_LIMIT (2 * KRING_SECOND) /* for a client to take note of the end */
#define DRAIN_LIMIT (5 * KRING_SECOND)  /* after a signal */

static const char help[] =
    "Usage: kring-http [OPTION...] DIRECTORY\n"
    "Serves the files below DIRECTORY over HTTP/1.1 until SIGINT or SIGTERM. Symbolic links are\n"
    "not followed; a directory is its index.html.\n"
    "  --port N             listen on 127.0.0.1:N; 0 (the default): on any free port\n"
    "  --connections MAX    at most so many at once (default 512)\n"
    "  --header-timeout MS  for a request's head to arrive (default 5000)\n"
    "  --idle-timeout MS    for the next request to begin (default 5000)\n"
    "  --write-timeout MS   for a client to take 256 KiB (default 30000)\n"
    "  --no-splice          read and send only\n" COMMON_HELP;

struct client {
    struct server *server;
    struct client *next_free;
    kring_op op;         /* the one in flight */
    int fd;              /* -1: free */
    int file;            /* or -1 */
    bool receiving;      /* op waits for a request */
    bool failed;         /* no more to be said to this one */
    bool keep_alive;
    struct http_request request;
    struct beneath beneath;
    struct statx stat;
    uint64_t skip;       /* bytes of the last request that are not of the next */
    uint64_t at;         /* where in the file the body goes on */
    uint64_t left;       /* how much of it is to be read still */
    struct kring_copy copy;
    uint32_t in_have;
    uint32_t out_have;
    uint32_t lingered;   /* bytes read behind the last answer */
    int64_t head_until;  /* 0: no byte of the next request has come */
    int64_t linger_until;
    char in[HTTP_HEAD_MAX];
    char out[OUT_BYTES];
};

struct server {
    struct app app;
    struct acceptor acceptor;
    struct client *clients;
    struct client *free;
    int root;
    long port;
    long maximum;
    long count;
    int64_t head_limit;
    int64_t idle_limit;
    int64_t write_limit;
    int64_t stop_at;
    uint64_t requests;
    uint64_t bytes;
    bool splice;
    bool walk; /* no openat2 here */
    bool stopping;
    bool failed;
};

static void client_next(struct client *client);
static void client_close(struct client *client);
static void body_step(struct client *client);

static int64_t until(int64_t when)
{
    int64_t left = when - now_ns();

    return left > 0 ? left : 0;
}

static void client_fail(struct client *client, const char *what, int64_t error)
{
    bool usual = error == -ECONNRESET || error == -EPIPE || error == -ECANCELED || error == -ETIME;

    if (!usual || client->server->app.verbose)
        say("connection %d: %s: %s", client->fd, what, error_text(error));
    client->failed = true;
}

/* Starts a client's operation; what cannot be started ends the client. */
static void client_start(struct client *client, const char *name, kring_op op, int64_t deadline_ns,
                         kring_done *done)
{
    struct kring *ring = client->server->app.ring;
    int error;

    client->op = op;
    kring_set_deadline(ring, op, deadline_ns);
    error = kring_start(ring, op, done, client);
    if (error < 0) {
        say_explained(&client->server->app, name, op, error);
        client->failed = true;
        client_close(client);
    }
}

/* ---- The end of a connection ---- */

static void forget_file(struct client *client)
{
    if (client->file >= 0)
        beneath_close(&client->server->app, client->file);
    client->file = -1;
}

static void client_closed(struct kring *ring, kring_op op, const struct kring_result *result,
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
    acceptor_start(&server->acceptor);
}

static void client_close(struct client *client)
{
    struct kring *ring = client->server->app.ring;
    struct kring_result result = {0};
    int error;

    forget_file(client);
    error = kring_start(ring, kring_close_fd(ring, client->fd), client_closed, client);
    if (error < 0) { /* the ring does not take it: plain close, so that no fd is lost */
        close(client->fd);
        client_closed(ring, (kring_op){0, 0}, &result, client);
    }
}

static void on_lingered(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user)
{
    struct client *client = user;

    (void)op;
    tally_add(&client->server->app, "recv", result->engine);
    client->lingered += result->value > 0 ? (uint32_t)result->value : 0;
    if (result->value <= 0 || client->lingered > LINGER_MAX) {
        client_close(client);
        return;
    }
    client_start(client, "recv", kring_recv(ring, client->fd, client->out, OUT_BYTES, 0),
                 until(client->linger_until), on_lingered);
}

static void on_shut_down(struct kring *ring, kring_op op, const struct kring_result *result,
                         void *user)
{
    struct client *client = user;

    (void)op;
    tally_add(&client->server->app, "shutdown", result->engine);
    if (result->value < 0) {
        client_close(client);
        return;
    }
    client_start(client, "recv", kring_recv(ring, client->fd, client->out, OUT_BYTES, 0),
                 until(client->linger_until), on_lingered);
}

/* Unread input at close would reset the connection and take the answer with it. */
static void client_linger(struct client *client)
{
    struct kring *ring = client->server->app.ring;

    client->lingered = 0;
    client->linger_until = now_ns() + LINGER_LIMIT;
    client_start(client, "shutdown", kring_shutdown(ring, client->fd, SHUT_WR), LINGER_LIMIT,
                 on_shut_down);
}

/* ---- Answers ---- */

static void answer_done(struct client *client)
{
    client->server->requests++;
    forget_file(client);
    if (client->failed)
        client_close(client);
    else if (client->keep_alive && !client->server->stopping)
        client_next(client);
    else
        client_linger(client);
}

__attribute__((format(printf, 2, 3))) static void put(struct client *client, const char *format,
                                                      ...)
{
    va_list list;
    int length;

    va_start(list, format);
    length = vsnprintf(client->out + client->out_have, OUT_BYTES - client->out_have, format, list);
    va_end(list);
    if (length > 0 && (uint32_t)length < OUT_BYTES - client->out_have)
        client->out_have += (uint32_t)length;
}

/* The fields that every answer has. Who waits for a place gets that of a client that was served. */
static void put_head(struct client *client, int status)
{
    struct server *server = client->server;
    char date[HTTP_DATE_MAX];

    if (server->stopping || server->count >= server->maximum)
        client->keep_alive = false;
    http_date(date, (int64_t)time(NULL));
    client->out_have = 0;
    put(client, "HTTP/1.1 %d %s\r\nDate: %s\r\nServer: kring-http\r\nConnection: %s\r\n", status,
        http_reason(status), date, client->keep_alive ? "keep-alive" : "close");
}

/* A short answer that says no more than its status; extra: fields, each with its line's end. */
static void answer(struct client *client, int status, const char *extra)
{
    char text[128];
    int length = snprintf(text, sizeof text, "%d %s\n", status, http_reason(status));

    if (status == 304)
        length = 0;
    client->left = 0;
    put_head(client, status);
    put(client, "%s", extra);
    if (status != 304)
        put(client, "Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n", length);
    put(client, "\r\n%s", client->request.head || length == 0 ? "" : text);
    body_step(client);
}

static void answer_error(struct client *client, int64_t error)
{
    switch (error) {
    case -ENOENT: case -ENOTDIR: case -ELOOP: case -EXDEV: case -ENAMETOOLONG: case -ENXIO:
        answer(client, 404, "");
        return;
    case -EACCES: case -EPERM:
        answer(client, 403, "");
        return;
    case -EMFILE: case -ENFILE: case -ENOMEM: case -EAGAIN:
        answer(client, 503, "Retry-After: 1\r\n");
        return;
    default:
        client_fail(client, "open", error);
        client->failed = false;
        answer(client, 500, "");
    }
}

/* ---- Bodies ---- */

static void step_or_fail(struct client *client, const char *what, int64_t error)
{
    if (error < 0) {
        client_fail(client, what, error);
        answer_done(client);
    } else {
        body_step(client);
    }
}

static void on_sent(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct client *client = user;

    (void)ring, (void)op;
    tally_add(&client->server->app, "send", result->engine);
    client->out_have = 0;
    client->server->bytes += result->value > 0 ? (uint64_t)result->value : 0;
    step_or_fail(client, "send", result->value);
}

/* A file that shrank: that less comes than was promised only the connection's end can tell. */
static void on_read(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct client *client = user;

    (void)ring, (void)op;
    tally_add(&client->server->app, "read", result->engine);
    if (result->value >= 0) {
        client->out_have += (uint32_t)result->value;
        client->left = 0;
    }
    step_or_fail(client, "read", result->value);
}

static void on_copied(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct client *client = user;

    (void)ring, (void)op;
    tally_add(&client->server->app, "copy", result->engine);
    client->server->bytes += client->copy.copied;
    client->at += client->copy.copied;
    client->left -= client->copy.copied;
    step_or_fail(client, "copy", result->value);
}

static void body_copy(struct client *client)
{
    struct server *server = client->server;

    client->copy = (struct kring_copy)KRING_COPY_INIT;
    client->copy.flags = server->splice ? 0 : KRING_COPY_NO_SPLICE;
    client->copy.fd_in = client->file;
    client->copy.fd_out = client->fd;
    client->copy.offset_in = (int64_t)client->at;
    client->copy.length = client->left < PIECE ? client->left : PIECE;
    client->copy.buffer = client->out;
    client->copy.buffer_size = OUT_BYTES;
    client_start(client, "copy", kring_copy(server->app.ring, &client->copy), server->write_limit,
                 on_copied);
}

/* After every event: how the answer goes on. */
static void body_step(struct client *client)
{
    struct server *server = client->server;
    struct kring *ring = server->app.ring;

    if (client->failed)
        answer_done(client);
    else if (client->left > 0 && client->left <= OUT_BYTES - client->out_have)
        client_start(client, "read",
                     kring_read_full(ring, client->file, client->out + client->out_have,
                                     (uint32_t)client->left, (int64_t)client->at),
                     server->write_limit, on_read);
    else if (client->out_have > 0)
        client_start(client, "send",
                     kring_send_all(ring, client->fd, client->out, client->out_have,
                                    client->left > 0 ? MSG_MORE : 0),
                     server->write_limit, on_sent);
    else if (client->left > 0)
        body_copy(client);
    else
        answer_done(client);
}

/* ---- Requests ---- */

static bool unchanged(const struct client *client)
{
    const struct http_text *text = &client->request.if_modified;
    char date[HTTP_DATE_MAX] = "";
    struct tm parts = {0};
    const char *end;

    if (text->length == 0 || text->length >= sizeof date)
        return false;
    memcpy(date, text->data, text->length);
    end = strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return end != NULL && *end == '\0' && client->stat.stx_mtime.tv_sec <= timegm(&parts);
}

static void answer_file(struct client *client)
{
    const struct http_request *request = &client->request;
    uint64_t size = client->stat.stx_size, first = 0, length = size;
    char modified[HTTP_DATE_MAX], extra[64];
    int status = 200;

    http_date(modified, client->stat.stx_mtime.tv_sec);
    if (unchanged(client)) {
        answer(client, 304, "");
        return;
    }
    /* A range of another version would not fit to what the client has. */
    if (request->range.length > 0 && !request->head &&
        (request->if_range.length == 0 || http_is(request->if_range, modified)))
        status = http_range(request->range, size, &first, &length);
    if (status == 416) {
        snprintf(extra, sizeof extra, "Content-Range: bytes */%" PRIu64 "\r\n", size);
        answer(client, status, extra);
        return;
    }
    if (status == 200)
        first = 0, length = size;
    put_head(client, status);
    if (status == 206)
        put(client, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", first,
            first + length - 1, size);
    put(client, "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n", http_type(request->path),
        length);
    put(client, "Last-Modified: %s\r\nAccept-Ranges: bytes\r\n\r\n", modified);
    client->at = first;
    client->left = request->head ? 0 : length;
    body_step(client);
}

static void open_file(struct client *client);

/* "/directory" is sent to "/directory/", so that what its index.html names is found. */
static void answer_directory(struct client *client)
{
    struct http_request *request = &client->request;
    size_t length = strlen(request->path);
    const char *target = request->target.data;
    char location[HTTP_PATH_MAX * 3 + 32];
    int size = (int)request->target.length;

    forget_file(client);
    if (request->directory) {
        if (length + sizeof "/index.html" > sizeof request->path) {
            answer(client, 404, "");
            return;
        }
        memcpy(request->path + length, "/index.html", sizeof "/index.html");
        request->directory = false;
        open_file(client);
        return;
    }
    while (size > 1 && target[1] == '/') /* "//host" would name another host */
        target++, size--;
    if (snprintf(location, sizeof location, "Location: %.*s/\r\n", size, target) <
        (int)sizeof location)
        answer(client, 301, location);
    else
        answer(client, 404, "");
}

static void on_statx(struct kring *ring, kring_op op, const struct kring_result *result,
                     void *user)
{
    struct client *client = user;

    (void)ring, (void)op;
    tally_add(&client->server->app, "statx", result->engine);
    if (result->value < 0)
        answer_error(client, result->value);
    else if (S_ISDIR(client->stat.stx_mode))
        answer_directory(client);
    else if (!S_ISREG(client->stat.stx_mode) || client->request.directory)
        answer(client, 404, "");
    else
        answer_file(client);
}

static void on_opened(void *user, int64_t fd)
{
    struct client *client = user;
    struct server *server = client->server;

    server->walk = server->walk || client->beneath.walk;
    if (fd < 0) {
        answer_error(client, fd);
        return;
    }
    client->file = (int)fd;
    client_start(client, "statx",
                 kring_statx(server->app.ring, client->file, "", AT_EMPTY_PATH,
                             STATX_BASIC_STATS, &client->stat),
                 KRING_SECOND * 60, on_statx);
}

static void open_file(struct client *client)
{
    struct server *server = client->server;
    int error;

    client->beneath = (struct beneath){.app = &server->app,
                                       .root = server->root,
                                       .path = client->request.path,
                                       .opened = on_opened,
                                       .user = client,
                                       .walk = server->walk};
    error = beneath_start(&client->beneath);
    if (error < 0)
        answer_error(client, error);
}

/* The head stays in its buffer until the answer is done, since the request points into it. */
static void request_begin(struct client *client, size_t head)
{
    struct http_request *request = &client->request;

    client->keep_alive = request->keep_alive && request->status == 0;
    client->skip = head + request->body;
    if (request->status == 0 && request->body > 0 && request->expects)
        request->status = 417;
    else if (request->status == 0 && request->body > BODY_MAX)
        request->status = 413;
    if (request->status == 0) {
        open_file(client);
        return;
    }
    client->keep_alive = false; /* where the next request would begin is not certain */
    answer(client, request->status, request->status == 405 ? "Allow: GET, HEAD\r\n" : "");
}

static void consume(struct client *client, uint64_t bytes)
{
    uint32_t taken = bytes < client->in_have ? (uint32_t)bytes : client->in_have;

    client->in_have -= taken;
    memmove(client->in, client->in + taken, client->in_have);
}

static void on_received(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user)
{
    struct client *client = user;

    (void)ring, (void)op;
    tally_add(&client->server->app, "recv", result->engine);
    client->receiving = false;
    if (result->value > 0) {
        client->in_have += (uint32_t)result->value;
        client_next(client);
        return;
    }
    if ((result->flags & KRING_DEADLINE) != 0 && client->in_have > 0) {
        client->keep_alive = false;
        client->request.head = false;
        answer(client, 408, "");
        return;
    }
    if (result->value < 0)
        client_fail(client, client->in_have > 0 ? "request" : "idle", result->value);
    client_close(client);
}

/* Takes the next request from what has come, or waits for more. */
static void client_next(struct client *client)
{
    struct kring *ring = client->server->app.ring;
    struct server *server = client->server;
    uint64_t skipped = client->skip < client->in_have ? client->skip : client->in_have;
    size_t head = 0;
    int64_t limit;

    consume(client, skipped);
    client->skip -= skipped;
    while (client->skip == 0 && client->in_have >= 2 && memcmp(client->in, "\r\n", 2) == 0)
        consume(client, 2); /* some send one too many behind a body */
    if (client->in_have > 0 && client->skip == 0)
        head = http_parse(&client->request, client->in, client->in_have);
    if (head > 0) {
        client->head_until = 0;
        request_begin(client, head);
        return;
    }
    if (client->in_have == sizeof client->in) {
        client->keep_alive = false;
        client->request.head = false;
        answer(client, memmem(client->in, client->in_have, "\r\n", 2) == NULL ? 414 : 431, "");
        return;
    }
    if (client->head_until == 0 && (client->in_have > 0 || client->skip > 0))
        client->head_until = now_ns() + server->head_limit;
    limit = client->head_until != 0 ? until(client->head_until) : server->idle_limit;
    client->receiving = true;
    client_start(client, "recv",
                 kring_recv(ring, client->fd, client->in + client->in_have,
                            (uint32_t)sizeof client->in - client->in_have, 0),
                 limit, on_received);
}

/* ---- The server ---- */

static long places(void *user)
{
    const struct server *server = user;

    return server->maximum - server->count;
}

static void client_new(void *user, int fd)
{
    struct server *server = user;
    struct client *client = server->free;

    if (client == NULL || server->stopping) {
        beneath_close(&server->app, fd);
        return;
    }
    server->free = client->next_free;
    server->count++;
    client->fd = fd;
    client->file = -1;
    client->failed = client->receiving = false;
    client->skip = client->left = 0;
    client->in_have = client->out_have = 0;
    client->head_until = 0;
    no_delay(fd);
    fcntl(fd, F_SETFL, O_NONBLOCK); /* a splice to it holds no worker of the kernel then */
    client_next(client);
}

/* Those that wait for a request are not served any more; answers under way come to their end. */
static void stop_begin(struct server *server)
{
    server->stopping = true;
    server->stop_at = now_ns() + DRAIN_LIMIT;
    acceptor_stop(&server->acceptor);
    for (long i = 0; i < server->maximum; i++) {
        struct client *client = &server->clients[i];

        if (client->fd >= 0 && client->receiving && client->in_have == 0)
            kring_cancel(server->app.ring, client->op);
    }
}

static void stop_now(struct server *server)
{
    say("%ld connections were cut", server->count);
    server->stop_at = INT64_MAX;
    for (long i = 0; i < server->maximum; i++) {
        struct client *client = &server->clients[i];

        if (client->fd < 0)
            continue;
        client->failed = true;
        kring_cancel(server->app.ring, client->op);
    }
}

static void serve(struct server *server)
{
    acceptor_start(&server->acceptor);
    while (!server->stopping || server->count > 0) {
        int count = kring_run(server->app.ring, server->stopping ? 100 * KRING_MS : KRING_FOREVER);

        if (count < 0) {
            if (count != -KRING_EIDLE || !server->stopping)
                say("the ring stopped: %s", error_text(count));
            server->failed = server->failed || !server->stopping;
            return;
        }
        server->failed = server->failed || server->acceptor.failed;
        if (!server->stopping && (stop_signal != 0 || server->failed))
            stop_begin(server);
        if (server->stopping && server->count > 0 && now_ns() > server->stop_at)
            stop_now(server);
    }
}

static void open_server(struct server *server, const char *root)
{
    struct rlimit limit;
    union address address;

    server->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (server->root < 0) {
        say("%s: %s", root, strerror(errno));
        exit(EXIT_FAILURE);
    }
    /* Socket, file and pipe of every client. */
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    server->app.options.entries = 256;
    server->app.options.operations = (uint32_t)server->maximum * OPERATIONS + 64;
    server->app.options.flags |= KRING_FDS_CLOSED_BY_KRING;
    app_open(&server->app);
    server->clients = calloc((size_t)server->maximum, sizeof *server->clients);
    if (server->clients == NULL) {
        say("out of memory");
        exit(EXIT_FAILURE);
    }
    for (long i = server->maximum; i-- > 0;) {
        server->clients[i].server = server;
        server->clients[i].fd = -1;
        server->clients[i].next_free = server->free;
        server->free = &server->clients[i];
    }
    server->acceptor = (struct acceptor){.app = &server->app,
                                         .fd = listen_announced(&address,
                                                                address_tcp(&address,
                                                                            server->port)),
                                         .places = places,
                                         .accepted = client_new,
                                         .user = server};
    stop_on_signals(server->app.ring);
    signal(SIGPIPE, SIG_IGN); /* sends never raise it, a splice to a client that has gone may */
}

static void parse(struct server *server, int argc, char **argv)
{
    enum { OPTION_PORT = OPTION_OWN, OPTION_CONNECTIONS, OPTION_HEAD, OPTION_IDLE, OPTION_WRITE,
           OPTION_NO_SPLICE };
    static const struct option options[] = {
        COMMON_OPTIONS,
        {"port", required_argument, NULL, OPTION_PORT},
        {"connections", required_argument, NULL, OPTION_CONNECTIONS},
        {"header-timeout", required_argument, NULL, OPTION_HEAD},
        {"idle-timeout", required_argument, NULL, OPTION_IDLE},
        {"write-timeout", required_argument, NULL, OPTION_WRITE},
        {"no-splice", no_argument, NULL, OPTION_NO_SPLICE},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "v", options, NULL)) != -1) {
        if (option == OPTION_PORT)
            server->port = parse_number("--port", optarg, 0, 65535);
        else if (option == OPTION_CONNECTIONS)
            server->maximum = parse_number("--connections", optarg, 1, 65536);
        else if (option == OPTION_HEAD)
            server->head_limit = KRING_MS * parse_number("--header-timeout", optarg, 1, 3600000);
        else if (option == OPTION_IDLE)
            server->idle_limit = KRING_MS * parse_number("--idle-timeout", optarg, 1, 3600000);
        else if (option == OPTION_WRITE)
            server->write_limit = KRING_MS * parse_number("--write-timeout", optarg, 1, 3600000);
        else if (option == OPTION_NO_SPLICE)
            server->splice = false;
        else
            common_option(&server->app, option, help);
    }
    if (argc - optind != 1) {
        say(argc == optind ? "a directory is needed" : "one directory is enough");
        exit(EXIT_USAGE);
    }
}

int main(int argc, char **argv)
{
    static struct server server = {.app = APP_INIT, .maximum = 512, .head_limit = 5 * KRING_SECOND,
                                   .idle_limit = 5 * KRING_SECOND,
                                   .write_limit = 30 * KRING_SECOND, .splice = true};

    parse(&server, argc, argv);
    open_server(&server, argv[optind]);
    serve(&server);
    if (server.app.verbose)
        say("%" PRIu64 " requests, %" PRIu64 " bytes", server.requests, server.bytes);
    app_report(&server.app, stdout);
    if (kring_close(server.app.ring, KRING_SECOND) < 0)
        say("something was still running at the end");
    free(server.clients);
    return server.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
