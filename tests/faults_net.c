/* SPDX-License-Identifier: MIT */
/* Scenarios of tests/faults.h: sockets and provided buffers. */
#include "faults.h"
#include "kring/uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define SOFT(opcode) (UINT64_C(1) << IORING_OP_##opcode)
#define MESSAGE 3000u
#define BUFFERS 4u
#define BUFFER 1024u

/* ---- Echo: multishot accept, multishot receive into a pool, send back ---- */

static struct echo {
    uint8_t pool[BUFFERS * BUFFER];
    uint8_t back[MESSAGE]; /* what the server received, and sends back */
    uint8_t out[MESSAGE], in[MESSAGE];
    unsigned received;
    int connection;
} echo;

static void on_accept(struct faults *f, struct faults_op *o, const struct kring_result *result)
{
    (void)f;
    (void)o;
    if (result->value >= 0)
        echo.connection = (int)result->value;
}

static void on_recv(struct faults *f, struct faults_op *o, const struct kring_result *result)
{
    if (result->value <= 0 || !MUST(f, (result->flags & KRING_BUFFER) != 0))
        return;
    if (MUST(f, echo.received + result->length <= MESSAGE &&
                    result->length == (uint32_t)result->value)) {
        memcpy(echo.back + echo.received, result->data, result->length);
        echo.received += result->length;
    }
    (void)o;
}

/* All of it received by the server: wait for that many bytes, whatever results they came in. */
static bool all_received(struct faults *f, struct faults_op *o)
{
    while (echo.received < MESSAGE)
        if (o->finals || !faults_wait_results(f, o, o->results + 1))
            return false;
    return true;
}

static bool talk(struct faults *f, int client, int pool)
{
    struct faults_op *from_client = START(f, kring_recv_multishot(f->ring, echo.connection, pool,
                                                                  0));
    struct faults_op *sent, *answer;

    from_client->hook = on_recv;
    faults_pattern(echo.out, MESSAGE, 3);
    sent = START(f, kring_send_all(f->ring, client, echo.out, MESSAGE, 0));
    answer = START(f, kring_recv_full(f->ring, client, echo.in, MESSAGE, 0));
    if (!faults_wait(f, sent) || !all_received(f, from_client) ||
        !MUST(f, faults_is_pattern(echo.back, MESSAGE, 3)) ||
        !DO(f, kring_send_all(f->ring, echo.connection, echo.back, MESSAGE, 0)) ||
        !faults_wait(f, answer) || !MUST(f, faults_is_pattern(echo.in, MESSAGE, 3)))
        return false;
    /* The end of the stream ends the multishot. */
    return DO(f, kring_shutdown(f->ring, client, SHUT_WR)) && faults_wait(f, from_client) &&
           MUST(f, from_client->value == 0);
}

static bool serve(struct faults *f, struct sockaddr *address, socklen_t length)
{
    struct faults_op *accepts;
    int listener, client, pool;

    memset(&echo, 0, sizeof echo);
    echo.connection = -1;
    if (!faults_open(f, 0, SOFT(SEND) | SOFT(CONNECT) | SOFT(BIND)))
        return false;
    pool = kring_pool_init(f->ring, echo.pool, BUFFERS, BUFFER);
    if (!OK(f, pool))
        return false;
    listener = CREATE(f, kring_socket(f->ring, address->sa_family, SOCK_STREAM, 0));
    if (listener < 0 || !DO(f, kring_bind(f->ring, listener, address, length)) ||
        !DO(f, kring_listen(f->ring, listener, 5)) ||
        !MUST(f, getsockname(listener, address, &length) == 0))
        return false;
    accepts = START(f, kring_accept_multishot(f->ring, listener, 0));
    accepts->creates = true;
    accepts->hook = on_accept;
    client = CREATE(f, kring_socket(f->ring, address->sa_family, SOCK_STREAM, 0));
    if (client < 0 || !DO(f, kring_connect(f->ring, client, address, length)) ||
        !faults_wait_results(f, accepts, 1) || echo.connection < 0 || !talk(f, client, pool))
        return false;
    accepts->fails = true;
    if (!OK(f, kring_cancel(f->ring, accepts->op)) || !faults_wait(f, accepts))
        return false;
    return faults_close(f, client) && faults_close(f, echo.connection) &&
           faults_close(f, listener) && OK(f, kring_pool_close(f->ring, pool));
}

static bool echo_tcp(struct faults *f)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return serve(f, (struct sockaddr *)&address, sizeof address);
}

static bool echo_unix(struct faults *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", kring_test_tmpdir());
    unlink(address.sun_path);
    return serve(f, (struct sockaddr *)&address, sizeof address);
}

/* ---- One by one: accept, plain send and receive, sockets by read and write ---- */

static bool sockets(struct faults *f)
{
    struct sockaddr_in address = {.sin_family = AF_INET}, peer;
    socklen_t length = sizeof address;
    uint32_t peer_length = sizeof peer;
    static uint8_t data[100];
    struct faults_op *accepted, *o;
    int listener, client;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!MUST(f, listener >= 0))
        return false;
    faults_own(f, listener);
    if (!MUST(f, bind(listener, (struct sockaddr *)&address, length) == 0 &&
                     listen(listener, 5) == 0 &&
                     getsockname(listener, (struct sockaddr *)&address, &length) == 0))
        return false;
    if (!faults_open(f, 0, SOFT(ACCEPT) | SOFT(READ)))
        return false;
    accepted = START(f, kring_accept(f->ring, listener, (struct sockaddr *)&peer, &peer_length, 0));
    accepted->creates = true;
    client = CREATE(f, kring_socket(f->ring, AF_INET, SOCK_STREAM, 0));
    if (client < 0 ||
        !DO(f, kring_connect(f->ring, client, (struct sockaddr *)&address, length)) ||
        !faults_wait(f, accepted) || !MUST(f, peer.sin_family == AF_INET))
        return false;
    o = START(f, kring_read(f->ring, client, data, sizeof data, KRING_CUR_POS));
    if (!o->started || !OK(f, kring_submit(f->ring)) ||
        !DO(f, kring_write(f->ring, (int)accepted->value, "hello", 5, KRING_CUR_POS)) ||
        !faults_wait(f, o) || !MUST(f, o->value == 5 && !memcmp(data, "hello", 5)))
        return false;
    o = START(f, kring_recv(f->ring, client, data, sizeof data, 0));
    if (!o->started || !OK(f, kring_submit(f->ring)) ||
        !DO(f, kring_send(f->ring, (int)accepted->value, "world", 5, 0)))
        return false;
    return faults_wait(f, o) && MUST(f, o->value == 5 && !memcmp(data, "world", 5)) &&
           faults_close(f, client) && faults_close(f, (int)accepted->value);
}

/* ---- A descriptor closed behind the ring's back, whose file lives on ---- */

static bool stale(struct faults *f)
{
    static uint8_t memory[BUFFERS * 64];
    struct kring_time soon = {0, 3000000};
    struct faults_op *o;
    int pair[2], pool, other;

    if (!faults_pair(f, SOCK_STREAM, pair) || !faults_open(f, 0, SOFT(RECV) | SOFT(TIMEOUT)))
        return false;
    pool = kring_pool_init(f->ring, memory, BUFFERS, 64);
    if (!OK(f, pool))
        return false;
    o = START(f, kring_recv_multishot(f->ring, pair[0], pool, 0));
    o->fails = true; /* canceled */
    if (!o->started || !OK(f, kring_submit(f->ring)) ||
        !MUST(f, (other = fcntl(pair[0], F_DUPFD_CLOEXEC, 0)) >= 0))
        return false;
    faults_own(f, other);
    faults_disown(f, pair[0]);
    close(pair[0]);
    if (!OK(f, kring_cancel(f->ring, o->op)) || !faults_wait(f, o) ||
        !MUST(f, write(pair[1], "x", 1) == 1))
        return false;
    /* Now readiness that means nobody must not keep the ring busy. */
    for (int i = 0; i < 4; i++)
        if (!faults_wait(f, START_FAILING(f, kring_timeout(f->ring, &soon, 0, 0))))
            return false;
    return true;
}

/* ---- Messages ---- */

static bool datagrams(struct faults *f)
{
    static uint8_t in[100];
    static uint8_t memory[BUFFERS * 512];
    struct iovec to = {(void *)"datagram", 8}, from = {in, sizeof in};
    static struct msghdr out, got, shape;
    struct faults_op *o;
    int pair[2], pool;

    memset(&out, 0, sizeof out);
    out.msg_iov = &to;
    out.msg_iovlen = 1;
    got = shape = out;
    got.msg_iov = &from;
    shape.msg_iov = NULL;
    shape.msg_iovlen = 0;
    if (!faults_pair(f, SOCK_DGRAM, pair) || !faults_open(f, 0, SOFT(SENDMSG)))
        return false;
    pool = kring_pool_init(f->ring, memory, BUFFERS, 512);
    if (!OK(f, pool))
        return false;
    o = START(f, kring_recvmsg(f->ring, pair[0], &got, 0));
    if (!o->started || !OK(f, kring_submit(f->ring)) ||
        !DO(f, kring_sendmsg(f->ring, pair[1], &out, 0)) || !faults_wait(f, o) ||
        !MUST(f, o->value == 8 && !memcmp(in, "datagram", 8)))
        return false;
    o = START(f, kring_recvmsg_multishot(f->ring, pair[0], &shape, pool, 0));
    o->fails = true; /* canceled */
    if (!o->started || !OK(f, kring_submit(f->ring)) ||
        !DO(f, kring_sendmsg(f->ring, pair[1], &out, 0)) || !faults_wait_results(f, o, 1) ||
        !OK(f, kring_cancel(f->ring, o->op)))
        return false;
    return faults_wait(f, o) && faults_close(f, pair[0]);
}

/* ---- Provided buffers ---- */

static int kept;
static void keep(struct faults *f, struct faults_op *o, const struct kring_result *result)
{
    (void)o;
    if (!(result->flags & KRING_BUFFER))
        return;
    MUST(f, result->length == 4 && !memcmp(result->data, "data", 4));
    if (OK(f, kring_buffer_keep(f->ring, result)))
        kept = result->buffer_id;
}

static struct faults_op *select_one(struct faults *f, int fd, int pool)
{
    kring_op op = kring_recv(f->ring, fd, NULL, 0, 0);
    struct faults_op *o;

    (void)kring_set_pool(f->ring, op, pool);
    o = START(f, op);
    o->hook = keep;
    return o;
}

static bool buffers(struct faults *f)
{
    static uint8_t memory[2 * 64], legacy[4 * 64];
    struct io_uring_sqe sqe;
    struct faults_op *o;
    int pair[2], pool;

    kept = -1;
    if (!faults_pair(f, SOCK_STREAM, pair) || !faults_open(f, 0, SOFT(SEND)))
        return false;
    pool = kring_pool_init(f->ring, memory, 2, 64);
    if (!OK(f, pool))
        return false;
    for (int i = 0; i < 2; i++) {
        o = select_one(f, pair[0], pool);
        if (!o->started || !DO(f, kring_send(f->ring, pair[1], "data", 4, 0)) ||
            !faults_wait(f, o))
            return false;
        if (kept >= 0 && !OK(f, kring_buffer_return(f->ring, pool, (uint16_t)kept)))
            return false;
        kept = -1;
    }
    if (!OK(f, kring_pool_close(f->ring, pool)))
        return false;
    if (!DO(f, kring_provide_buffers(f->ring, legacy, 64, 4, 77, 0)))
        return false;
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = IORING_OP_RECV;
    sqe.flags = IOSQE_BUFFER_SELECT;
    sqe.fd = pair[0];
    sqe.buf_group = 77;
    o = START(f, kring_raw(f->ring, &sqe));
    if (!o->started || !DO(f, kring_send(f->ring, pair[1], "data", 4, 0)) || !faults_wait(f, o) ||
        !MUST(f, o->value == 4))
        return false;
    return DO(f, kring_remove_buffers(f->ring, 3, 77));
}

/* ---- Options, names and queues ---- */

/* What the ring cannot run at all is left out. */
static bool command(struct faults *f, kring_op op, int64_t *value)
{
    int route = kring_route(f->ring, op);
    struct faults_op *o;

    *value = -1;
    if (route >= 0 && (route & 0xff) == KRING_ENGINE_NONE)
        return kring_drop(f->ring, op, NULL, NULL) == 0;
    o = START(f, op);
    if (!o->started || !faults_wait(f, o))
        return false;
    *value = o->value;
    return true;
}

static bool commands(struct faults *f)
{
    struct sockaddr_un name;
    uint32_t length = sizeof name;
    int64_t value;
    int fd, pair[2];

    if (!faults_pair(f, SOCK_STREAM, pair) || !faults_open(f, 0, SOFT(URING_CMD)))
        return false;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    faults_own(f, fd);
    if (!command(f, kring_setsockopt_keepalive(f->ring, fd, 1), &value) ||
        !command(f, kring_getsockopt_keepalive(f->ring, fd), &value) ||
        !MUST(f, value == 1 || value == -1) || !command(f, kring_siocinq(f->ring, fd), &value) ||
        !command(f, kring_siocoutq(f->ring, fd), &value) || !MUST(f, value == 0 || value == -1))
        return false;
    if (f->mode->engine == KRING_ENGINE_KERNEL)
        return true; /* whether it has the rest is not known before it is tried */
    if (!command(f, kring_getsockname(f->ring, pair[0], (struct sockaddr *)&name, &length),
                 &value) ||
        !MUST(f, length == sizeof name.sun_family))
        return false;
    length = sizeof name;
    return command(f, kring_getpeername(f->ring, pair[0], (struct sockaddr *)&name, &length),
                   &value) &&
           MUST(f, name.sun_family == AF_UNIX);
}

/* Without the word on how much waits, a bundle is one buffer. */
static bool bundles(struct faults *f)
{
    static uint8_t memory[BUFFERS * 4];
    struct faults_op *o;
    int pair[2], pool;
    kring_op op;

    if (!faults_pair(f, SOCK_STREAM, pair) || !faults_open(f, 0, SOFT(RECV)))
        return false;
    pool = kring_pool_init(f->ring, memory, BUFFERS, 4);
    if (!OK(f, pool) || !MUST(f, write(pair[1], "abcdefgh", 8) == 8))
        return false;
    op = kring_recv(f->ring, pair[0], NULL, 0, 0);
    if (!OK(f, kring_set_pool(f->ring, op, pool)) ||
        !OK(f, kring_set_flags(f->ring, op, KRING_BUNDLE)))
        return false;
    o = START(f, op);
    return o->started && faults_wait(f, o) && MUST(f, o->value == 8 || o->value == 4) &&
           faults_close(f, pair[0]);
}

const struct faults_scenario faults_net_scenarios[] = {
    {"echo over TCP", echo_tcp, false},
    {"echo over a UNIX socket", echo_unix, false},
    {"sockets one by one", sockets, false},
    {"a descriptor closed elsewhere", stale, false},
    {"datagrams", datagrams, false},
    {"provided buffers", buffers, false},
    {"bundles", bundles, false},
    {"options, names and queues", commands, false},
    {NULL, NULL, false},
};
