/* SPDX-License-Identifier: MIT */
/*
 * kring-ping: tests an echo server. Many connections at once; on each one message after the other
 * is sent and received at the same time, and every byte is compared.
 */
#include "common.h"
#include "listener.h"

static const char help[] =
    "Usage: kring-ping [OPTION...] --port N | --unix PATH\n"
    "Sends messages to an echo server and compares what comes back.\n"
    "  --port N             the server is at 127.0.0.1:N\n"
    "  --unix PATH          the server is at this UNIX socket\n"
    "  --connections C      so many at once (default 1)\n"
    "  --count K            messages on each connection (default 10)\n"
    "  --size S             bytes of a message (default 64)\n"
    "  --timeout SECONDS    fail if not done by then (default 30)\n"
    "Exit status: 0 all echoes came back whole, 1 not, 2 wrong usage.\n" COMMON_HELP;

struct link {
    struct ping *ping;
    unsigned char *sent;
    unsigned char *received;
    kring_op send;
    int fd;
    unsigned number;
    unsigned running; /* operations in flight */
    long messages;    /* verified */
    bool failed;
};

struct ping {
    struct app app;
    union address address;
    socklen_t address_length;
    struct link *links;
    long connections;
    long count;
    long size;
    long timeout;
    long open;    /* links that have not ended */
    long verified;
    long failed;
    bool over;
};

static void message_start(struct link *link);

static void link_failed(struct link *link, const char *what, kring_op op, int64_t error)
{
    if (link->ping->over) /* kring_close() is ending what the timeout left: told already */
        ;
    else if (!link->failed && error <= -4096 && error != -KRING_EEOF)
        say_explained(&link->ping->app, what, op, error);
    else if (!link->failed)
        say("connection %u: %s: %s", link->number, what,
            error == -KRING_EEOF ? "closed by the server" : error_text(error));
    link->failed = true;
}

static void on_closed(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct link *link = user;

    (void)ring, (void)op;
    tally_add(&link->ping->app, "close", result->engine);
    link->ping->open--;
}

static void link_end(struct link *link)
{
    struct ping *ping = link->ping;

    ping->failed += link->failed;
    if (link->fd < 0 || kring_start(ping->app.ring, kring_close_fd(ping->app.ring, link->fd),
                                    on_closed, link) < 0)
        ping->open--;
}

/* Called when an operation has ended: the rest when it was the last in flight. */
static void link_next(struct link *link)
{
    struct ping *ping = link->ping;

    if (link->running > 0)
        return;
    if (!link->failed && memcmp(link->sent, link->received, (size_t)ping->size) != 0) {
        say("connection %u: message %ld came back changed", link->number, link->messages);
        link->failed = true;
    }
    if (!link->failed) {
        link->messages++;
        ping->verified++;
    }
    if (link->failed || link->messages == ping->count)
        link_end(link);
    else
        message_start(link);
}

static void on_sent(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct link *link = user;

    (void)ring;
    tally_add(&link->ping->app, "send", result->engine);
    link->running--;
    if (result->value < 0)
        link_failed(link, "send", op, result->value);
    link_next(link);
}

static void on_received(struct kring *ring, kring_op op, const struct kring_result *result,
                        void *user)
{
    struct link *link = user;

    tally_add(&link->ping->app, "recv", result->engine);
    link->running--;
    if (result->value < 0) {
        link_failed(link, "recv", op, result->value);
        if (link->running > 0) /* the server may read no more: then the send would wait on */
            kring_cancel(ring, link->send);
    }
    link_next(link);
}

static void start(struct link *link, const char *what, kring_op op, kring_done *done)
{
    int error = kring_start(link->ping->app.ring, op, done, link);

    if (error < 0)
        link_failed(link, what, op, error);
    else
        link->running++;
}

/* No two messages are alike, so that an echo of another one is noticed. */
static void fill(struct link *link)
{
    uint64_t state = ((uint64_t)link->number << 32 | (uint64_t)link->messages) +
                     UINT64_C(0x9e3779b97f4a7c15);

    for (long i = 0; i < link->ping->size; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        link->sent[i] = (unsigned char)(state >> 32);
    }
    memset(link->received, 0, (size_t)link->ping->size);
}

static void message_start(struct link *link)
{
    struct ping *ping = link->ping;
    struct kring *ring = ping->app.ring;
    uint32_t size = (uint32_t)ping->size;

    fill(link);
    start(link, "recv", kring_recv_full(ring, link->fd, link->received, size, 0), on_received);
    link->send = kring_send_all(ring, link->fd, link->sent, size, 0);
    start(link, "send", link->send, on_sent);
    if (link->running == 0)
        link_end(link);
}

static void on_connected(struct kring *ring, kring_op op, const struct kring_result *result,
                         void *user)
{
    struct link *link = user;

    (void)ring;
    tally_add(&link->ping->app, "connect", result->engine);
    link->running--;
    if (result->value < 0) {
        link_failed(link, "connect", op, result->value);
        link_end(link);
        return;
    }
    if (link->ping->address.any.sa_family == AF_INET)
        no_delay(link->fd);
    message_start(link);
}

static void on_socket(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct link *link = user;
    struct ping *ping = link->ping;

    tally_add(&ping->app, "socket", result->engine);
    link->running--;
    if (result->value < 0) {
        link_failed(link, "socket", op, result->value);
    } else {
        link->fd = (int)result->value;
        start(link, "connect",
              kring_connect(ring, link->fd, &ping->address.any, ping->address_length),
              on_connected);
    }
    if (link->running == 0)
        link_end(link);
}

static bool open_links(struct ping *ping)
{
    struct kring *ring = ping->app.ring;
    size_t size = (size_t)ping->size;

    ping->links = calloc((size_t)ping->connections, sizeof *ping->links);
    if (ping->links == NULL)
        return false;
    for (long i = 0; i < ping->connections; i++) {
        struct link *link = &ping->links[i];

        *link = (struct link){.ping = ping, .fd = -1, .number = (unsigned)i};
        link->sent = malloc(size * 2);
        if (link->sent == NULL)
            return false;
        link->received = link->sent + size;
        ping->open++;
        start(link, "socket", kring_socket(ring, ping->address.any.sa_family, SOCK_STREAM, 0),
              on_socket);
        if (link->running == 0)
            link_end(link);
    }
    return true;
}

/* Runs to the end, or to the timeout: then false. */
static bool run(struct ping *ping)
{
    int64_t end = now_ns() + ping->timeout * KRING_SECOND;

    while (ping->open > 0) {
        int64_t left = end - now_ns();
        int count = left > 0 ? kring_run(ping->app.ring, left) : 0;

        if (count < 0) {
            say("the ring stopped: %s", error_text(count));
            return false;
        }
        if (left <= 0) {
            say("timed out after %ld s", ping->timeout);
            return false;
        }
    }
    return true;
}

static void parse(struct ping *ping, int argc, char **argv)
{
    enum { OPTION_PORT = OPTION_OWN, OPTION_UNIX, OPTION_CONNECTIONS, OPTION_COUNT, OPTION_SIZE,
           OPTION_TIMEOUT };
    static const struct option options[] = {
        COMMON_OPTIONS,
        {"port", required_argument, NULL, OPTION_PORT},
        {"unix", required_argument, NULL, OPTION_UNIX},
        {"connections", required_argument, NULL, OPTION_CONNECTIONS},
        {"count", required_argument, NULL, OPTION_COUNT},
        {"size", required_argument, NULL, OPTION_SIZE},
        {"timeout", required_argument, NULL, OPTION_TIMEOUT},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "v", options, NULL)) != -1) {
        if (option == OPTION_PORT)
            ping->address_length =
                address_tcp(&ping->address, parse_number("--port", optarg, 1, 65535));
        else if (option == OPTION_UNIX)
            ping->address_length = address_unix(&ping->address, optarg);
        else if (option == OPTION_CONNECTIONS)
            ping->connections = parse_number("--connections", optarg, 1, 65536);
        else if (option == OPTION_COUNT)
            ping->count = parse_number("--count", optarg, 1, 1000000000);
        else if (option == OPTION_SIZE)
            ping->size = parse_number("--size", optarg, 1, 64 * 1024 * 1024);
        else if (option == OPTION_TIMEOUT)
            ping->timeout = parse_number("--timeout", optarg, 1, 86400);
        else
            common_option(&ping->app, option, help);
    }
    if (optind < argc || ping->address_length == 0) {
        say(optind < argc ? "unexpected argument" : "--port N or --unix PATH is needed");
        exit(EXIT_USAGE);
    }
}

int main(int argc, char **argv)
{
    static struct ping ping = {
        .app = APP_INIT, .connections = 1, .count = 10, .size = 64, .timeout = 30};
    bool ok;

    parse(&ping, argc, argv);
    ping.app.options.entries = 256;
    ping.app.options.operations = (uint32_t)ping.connections * 3 + 16;
    app_open(&ping.app);
    ok = open_links(&ping);
    if (!ok)
        say("out of memory");
    ok = ok && run(&ping) && ping.failed == 0;
    ping.over = true;
    printf("%s: %ld of %ld messages of %ld bytes came back whole on %ld connections\n",
           ok ? "ok" : "FAILED", ping.verified, ping.connections * ping.count, ping.size,
           ping.connections);
    app_report(&ping.app, stdout);
    kring_close(ping.app.ring, KRING_SECOND);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
