/* SPDX-License-Identifier: MIT */
/* Results that use several buffers of a pool, and pools to send from. */
#define _GNU_SOURCE
#include "rings.h"

#include "ops/ops.h"

#include <netinet/in.h>
#include <unistd.h>

int kring_test_bundles(void);

enum { COUNT = 8, SIZE = 4 };

struct flow {
    unsigned calls, finals, buffers, most;
    int64_t last;
    uint32_t flags;
    unsigned length;
    char text[512];
    uint16_t ids[COUNT];
    bool keep;
};

/* Adds up the pieces of a result; they must be as long as the result says. */
static void on_flow(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct flow *flow = user;
    struct kring_piece piece;
    int64_t sum = 0;

    (void)op;
    flow->calls++;
    flow->finals += !(result->flags & KRING_MORE);
    flow->last = result->value;
    flow->flags = result->flags;
    if (!(result->flags & KRING_BUFFER)) {
        CU_ASSERT_EQUAL(kring_result_piece(ring, result, 0, &piece), -EINVAL);
        return;
    }
    for (uint32_t i = 0; i < result->buffers; i++) {
        CU_ASSERT_EQUAL_FATAL(kring_result_piece(ring, result, i, &piece), 0);
        if (i == 0) {
            CU_ASSERT_PTR_EQUAL(piece.data, result->data);
            CU_ASSERT_EQUAL(piece.length, result->length);
            CU_ASSERT_EQUAL(piece.buffer_id, result->buffer_id);
        }
        sum += piece.length;
        if (flow->buffers < COUNT)
            flow->ids[flow->buffers] = piece.buffer_id;
        flow->buffers++;
        if (flow->length + piece.length <= sizeof flow->text)
            memcpy(flow->text + flow->length, piece.data, piece.length);
        flow->length += piece.length;
    }
    CU_ASSERT_EQUAL(sum, result->value > 0 ? result->value : 0);
    CU_ASSERT_EQUAL(kring_result_piece(ring, result, result->buffers, &piece), -EINVAL);
    if (result->buffers > flow->most)
        flow->most = result->buffers;
    if (flow->keep) {
        CU_ASSERT_EQUAL(kring_buffer_keep(ring, result), 0);
    }
}

static kring_op bundle(struct kring *ring, int fd, int pool)
{
    kring_op op = kring_recv(ring, fd, NULL, 0, 0);

    CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_BUNDLE), 0);
    return op;
}

static bool runs(struct kring *ring, kring_op op)
{
    return (kring_route(ring, op) & 0xff) != KRING_ENGINE_NONE;
}

static bool runs_or_skip(struct kring *ring, kring_op op)
{
    if (runs(ring, op))
        return true;
    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    return false;
}

/*
 * A kernel takes as many buffers as it knows the socket to fill. Linux 6.18 knows that at the first
 * result. 6.12 does not: of AF_UNIX it never knows, of TCP from a multishot's second result on.
 */
static bool takes_several(struct kring *ring, kring_op op)
{
    return (kring_route(ring, op) & 0xff) == KRING_ENGINE_SOFT || !rings_kernel_before(6, 18);
}

/* All buffers are in the pool, if the engine can say so. */
static void all_back(struct kring *ring, int pool, int count)
{
    int queued = kring_pool_queued(ring, pool);

    if (queued != -EINVAL && queued != -KRING_EKERNEL)
        CU_ASSERT_EQUAL(queued, count);
}

static void receives(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    static const char text[] = "abcdefghijklmnopqrs";
    struct flow flow = {0};
    char memory[COUNT * SIZE];
    int pair[2], pool = kring_pool_init(ring, memory, COUNT, SIZE);
    bool several = false;

    rings_pair(SOCK_STREAM, pair);
    rings_write(pair[1], text, 19);
    while (flow.length < 19) {
        kring_op op = bundle(ring, pair[0], pool);

        if (!runs_or_skip(ring, op))
            break;
        several = takes_several(ring, op);
        CU_ASSERT_EQUAL_FATAL(kring_start(ring, op, on_flow, &flow), 0);
        if (!rings_until_count(ring, &flow.finals, flow.finals + 1))
            break;
        all_back(ring, pool, COUNT);
    }
    if (flow.calls > 0) {
        CU_ASSERT_EQUAL(flow.length, 19);
        CU_ASSERT_EQUAL(memcmp(flow.text, text, 19), 0);
        if (several) { /* else it is no bundle */
            CU_ASSERT(flow.most > 1);
            CU_ASSERT(flow.calls < flow.buffers);
        }
    }
    close(pair[0]);
    close(pair[1]);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

/* Kept buffers are not written over, and come back one by one. */
static void keeps(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct flow flow = {.keep = true};
    char memory[COUNT * SIZE];
    int pair[2], pool = kring_pool_init(ring, memory, COUNT, SIZE);
    bool several;
    kring_op op;

    rings_pair(SOCK_STREAM, pair);
    rings_write(pair[1], "abcdefgh", 8);
    while (flow.buffers < 2) {
        unsigned had = flow.buffers;

        op = bundle(ring, pair[0], pool);
        if (!runs_or_skip(ring, op))
            break;
        several = takes_several(ring, op);
        CU_ASSERT_EQUAL(kring_start(ring, op, on_flow, &flow), 0);
        CU_ASSERT_FATAL(rings_until_count(ring, &flow.finals, flow.finals + 1));
        CU_ASSERT_EQUAL_FATAL(flow.buffers, had + (several ? 2 : flow.most));
    }
    if (flow.calls > 0) {
        CU_ASSERT_EQUAL(flow.buffers, 2);
        CU_ASSERT_NOT_EQUAL(flow.ids[0], flow.ids[1]);
        all_back(ring, pool, COUNT - 2);
        CU_ASSERT_EQUAL(memcmp(memory + flow.ids[0] * SIZE, "abcd", 4), 0);
        CU_ASSERT_EQUAL(memcmp(memory + flow.ids[1] * SIZE, "efgh", 4), 0);
        CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, flow.ids[0]), 0);
        CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, flow.ids[1]), 0);
        CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, flow.ids[1]), -EINVAL);
        all_back(ring, pool, COUNT);
    }
    close(pair[0]);
    close(pair[1]);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

/* Two ends of a connection over TCP. */
static void tcp_pair(int fds[2])
{
    struct sockaddr_in address;
    uint32_t length;
    int listener = rings_listener(&address, &length);

    fds[0] = rings_client(&address, length);
    fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    CU_ASSERT_FATAL(fds[1] >= 0);
    close(listener);
}

/* Writes all of it in small pieces, now and then giving the ring time to take some. */
static void trickle(struct kring *ring, int fd, const char *data, unsigned length)
{
    uint32_t seed = 7;
    unsigned at = 0;

    while (at < length) {
        unsigned piece = 1 + rings_random(&seed) % 45;

        if (piece > length - at)
            piece = length - at;
        rings_write(fd, data + at, piece);
        at += piece;
        if (rings_random(&seed) % 3 == 0)
            rings_run_for(ring, 1);
    }
}

/* Many small writes through few buffers: nothing is lost or comes out of order. */
static void streams_over(enum rings_kind kind, bool tcp)
{
    struct kring *ring = rings_open(kind);
    struct flow flow = {0};
    char memory[COUNT * SIZE], sent[400];
    int pair[2], pool = kring_pool_init(ring, memory, COUNT, SIZE);
    kring_op op = kring_recv_multishot(ring, -1, pool, 0);
    bool several;

    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    if (tcp)
        tcp_pair(pair);
    else
        rings_pair(SOCK_STREAM, pair);
    for (unsigned i = 0; i < sizeof sent; i++)
        sent[i] = (char)('a' + i % 23);
    op = kring_recv_multishot(ring, pair[0], pool, 0);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_BUNDLE), 0);
    if (runs_or_skip(ring, op)) {
        several = tcp || takes_several(ring, op);
        CU_ASSERT_EQUAL(kring_start(ring, op, on_flow, &flow), 0);
        trickle(ring, pair[1], sent, sizeof sent);
        for (unsigned i = 0; i < 1000 && flow.length < sizeof sent; i++)
            rings_run_for(ring, 1);
        CU_ASSERT_EQUAL(flow.finals, 0);
        CU_ASSERT_EQUAL(flow.length, sizeof sent);
        CU_ASSERT_EQUAL(memcmp(flow.text, sent, sizeof sent), 0);
        CU_ASSERT(flow.most > 1 || !several);
        close(pair[1]);
        CU_ASSERT(rings_until_count(ring, &flow.finals, 1));
        CU_ASSERT_EQUAL(flow.last, 0);
        all_back(ring, pool, COUNT);
    } else {
        close(pair[1]);
    }
    close(pair[0]);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

static void streams(enum rings_kind kind)
{
    streams_over(kind, false);
}

static void streams_by_tcp(enum rings_kind kind)
{
    streams_over(kind, true);
}

/* What a dropped operation received goes back into the pool, all of it. */
static void drops(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct flow flow = {0};
    unsigned released = 0;
    char memory[COUNT * SIZE];
    int pair[2], pool = kring_pool_init(ring, memory, COUNT, SIZE);
    kring_op op;

    rings_pair(SOCK_STREAM, pair);
    op = bundle(ring, pair[0], pool);
    if (runs_or_skip(ring, op)) {
        CU_ASSERT_EQUAL(kring_start(ring, op, on_flow, &flow), 0);
        rings_run_for(ring, 2);
        rings_write(pair[1], "abcdefgh", 8);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, 1));
        CU_ASSERT_EQUAL(flow.calls, 0);
        all_back(ring, pool, COUNT);
        op = bundle(ring, pair[0], pool); /* its result waits to be asked for */
        rings_write(pair[1], "ijklmnop", 8);
        CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
        CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        all_back(ring, pool, COUNT);
        CU_ASSERT_EQUAL(released, 2);
    }
    close(pair[0]);
    close(pair[1]);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

static void sends(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct flow flow = {0};
    char memory[COUNT * SIZE] = "aaaabbbbccccdddd", got[32];
    int pair[2], pool = kring_send_pool_init(ring, memory, COUNT, SIZE);
    kring_op op;

    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(kring_pool_queued(ring, pool), 0);
    CU_ASSERT_EQUAL(kring_buffer_queue(ring, pool, 2, 4), 0);
    CU_ASSERT_EQUAL(kring_buffer_queue(ring, pool, 0, 1), 0);
    CU_ASSERT_EQUAL(kring_buffer_queue(ring, pool, 3, 3), 0);
    CU_ASSERT_EQUAL(kring_pool_queued(ring, pool), 3);
    op = kring_send_bundle(ring, pair[0], pool, 0);
    if (runs_or_skip(ring, op)) {
        CU_ASSERT_EQUAL(kring_start(ring, op, on_flow, &flow), 0);
        CU_ASSERT(rings_until_count(ring, &flow.finals, 1));
        CU_ASSERT_EQUAL(flow.length, 8);
        CU_ASSERT_EQUAL(flow.buffers, 3);
        CU_ASSERT_EQUAL(memcmp(flow.text, "ccccaddd", 8), 0);
        CU_ASSERT_EQUAL(flow.ids[0], 2);
        CU_ASSERT_EQUAL(flow.ids[1], 0);
        CU_ASSERT_EQUAL(flow.ids[2], 3);
        CU_ASSERT_EQUAL(recv(pair[1], got, sizeof got, MSG_DONTWAIT), 8);
        CU_ASSERT_EQUAL(memcmp(got, "ccccaddd", 8), 0);
        all_back(ring, pool, 0);
        op = kring_send_bundle(ring, pair[0], pool, 0);
        CU_ASSERT_EQUAL(kring_start(ring, op, on_flow, &flow), 0);
        CU_ASSERT(rings_until_count(ring, &flow.finals, 2));
        CU_ASSERT_EQUAL(flow.last, -ENOBUFS);
        close(pair[1]);
        pair[1] = -1;
        flow.buffers = 0;
        CU_ASSERT_EQUAL(kring_buffer_queue(ring, pool, 5, 4), 0);
        CU_ASSERT_EQUAL(kring_buffer_queue(ring, pool, 6, 4), 0);
        op = kring_send_bundle(ring, pair[0], pool, 0);
        CU_ASSERT_EQUAL(kring_start(ring, op, on_flow, &flow), 0);
        CU_ASSERT(rings_until_count(ring, &flow.finals, 3));
        CU_ASSERT_EQUAL(flow.last, -EPIPE);
        CU_ASSERT(flow.buffers == 2 || kring_pool_queued(ring, pool) < 0);
        all_back(ring, pool, 0);
    }
    close(pair[0]);
    if (pair[1] >= 0)
        close(pair[1]);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

/* More rounds than the ring has places, and each buffer again and again. */
static void sends_on(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char memory[3 * SIZE] = "aaaabbbbcccc", got[16];
    int pair[2], pool = kring_send_pool_init(ring, memory, 3, SIZE);

    rings_pair(SOCK_STREAM, pair);
    for (unsigned i = 0; i < 20; i++) {
        struct flow flow = {0};
        kring_op op = kring_send_bundle(ring, pair[0], pool, 0);

        if (!runs_or_skip(ring, op))
            break;
        for (uint16_t j = 0; j < 3; j++)
            CU_ASSERT_EQUAL(kring_buffer_queue(ring, pool, (uint16_t)((i + j) % 3), 4), 0);
        CU_ASSERT_EQUAL(kring_buffer_queue(ring, pool, 0, 4), -ENOBUFS);
        CU_ASSERT_EQUAL(kring_start(ring, op, on_flow, &flow), 0);
        CU_ASSERT(rings_until_count(ring, &flow.finals, 1));
        CU_ASSERT_EQUAL(flow.buffers, 3);
        CU_ASSERT_EQUAL(recv(pair[1], got, sizeof got, MSG_DONTWAIT), 12);
        CU_ASSERT_EQUAL(got[0], memory[i % 3 * SIZE]);
        CU_ASSERT_EQUAL(memcmp(got, flow.text, 12), 0);
    }
    close(pair[0]);
    close(pair[1]);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

static void bad(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char memory[2 * COUNT * SIZE];
    int receive = kring_pool_init(ring, memory, COUNT, SIZE);
    int send = kring_send_pool_init(ring, memory + COUNT * SIZE, COUNT, SIZE);
    struct rings_log log = {0};
    kring_op op;

    CU_ASSERT_EQUAL(kring_buffer_queue(ring, receive, 0, 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffer_queue(ring, send, COUNT, 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffer_queue(ring, send, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffer_queue(ring, send, 0, SIZE + 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffer_queue(ring, 7, 0, 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffer_return(ring, send, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_queued(ring, -1), -EINVAL);
    op = kring_send_bundle(ring, 0, receive, 0);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -EINVAL);
    op = kring_send_bundle(ring, 0, 7, 0);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -EINVAL);
    op = kring_recv(ring, 0, NULL, 0, 0);
    CU_ASSERT_EQUAL(kring_set_pool(ring, op, send), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -EINVAL);
    op = kring_send(ring, 0, memory, 1, 0);
    CU_ASSERT_EQUAL(kring_set_pool(ring, op, send), -EINVAL);
    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    op = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_BUNDLE), -EINVAL);
    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(kring_pool_close(ring, send), 0);
    CU_ASSERT_EQUAL(kring_pool_close(ring, receive), 0);
    rings_close(ring);
}

RINGS_TEST(receives)
RINGS_TEST(keeps)
RINGS_TEST(streams)
RINGS_TEST(streams_by_tcp)
RINGS_TEST(drops)
RINGS_TEST(sends)
RINGS_TEST(sends_on)
RINGS_TEST(bad)

int kring_test_bundles(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("one result, several buffers", receives),
        RINGS_ROWS("kept buffers come back one by one", keeps),
        RINGS_ROWS("a multishot of bundles loses nothing", streams),
        RINGS_ROWS("a multishot of bundles by TCP", streams_by_tcp),
        RINGS_ROWS("a drop gives all buffers back", drops),
        RINGS_ROWS("sends what is queued", sends),
        RINGS_ROWS("sends round and round the ring", sends_on),
        RINGS_ROWS("bad pools and flags", bad),
    };

    return KRING_SUITE_ADD("bundles", tests);
}
