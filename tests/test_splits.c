/* SPDX-License-Identifier: MIT */
/*
 * One scenario over files, pipes, sockets, timers, cancels, multishots with pools, chains,
 * deadlines and drops, on mixed rings whose opcodes are split between the engines at random. The
 * seeds are fixed: a failure names its seed and can be repeated.
 */
#include "rings.h"

#include "kring/uapi.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int kring_test_splits(void);

#define CLIENTS 4

struct server {
    struct kring *ring;
    int pool;
    unsigned accepted, ended, sent;
    int fds[CLIENTS];
    struct rings_log sends[64];
    char copies[64][32];
};

static void on_data(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct server *s = user;

    (void)op;
    if (result->value > 0 && s->sent < 64 && result->length <= sizeof s->copies[0]) {
        unsigned i = s->sent++;
        int fd = ((const char *)result->data)[0]; /* the client says whom to answer */

        memcpy(s->copies[i], result->data, result->length);
        CU_ASSERT(fd >= 0 && fd < CLIENTS);
        rings_start(ring, kring_send_all(ring, s->fds[fd], s->copies[i], result->length, 0),
                    &s->sends[i]);
    }
    if (!(result->flags & KRING_MORE)) {
        CU_ASSERT_EQUAL(result->value, 0);
        s->ended++;
    }
}

static void on_accept(struct kring *ring, kring_op op, const struct kring_result *result,
                      void *user)
{
    struct server *s = user;

    (void)op;
    if (!(result->flags & KRING_MORE)) {
        CU_ASSERT_EQUAL(result->value, -ECANCELED);
        s->ended++;
        return;
    }
    CU_ASSERT_FATAL(s->accepted < CLIENTS);
    s->fds[s->accepted++] = (int)result->value;
    CU_ASSERT_EQUAL(kring_start(ring, kring_recv_multishot(ring, (int)result->value, s->pool, 0),
                                on_data, s), 0);
}

static void echo(struct kring *ring, uint32_t *state)
{
    struct server s;
    char address[128], memory[8 * 32], text[16], back[16];
    uint32_t length;
    int listener = rings_listener(address, &length), clients[CLIENTS];
    kring_op accept;

    memset(&s, 0, sizeof s);
    s.pool = kring_pool_init(ring, memory, 8, 32);
    accept = kring_accept_multishot(ring, listener, 0);
    CU_ASSERT_EQUAL(kring_start(ring, accept, on_accept, &s), 0);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = (int)rings_do(ring, kring_socket(ring, AF_INET, SOCK_STREAM, 0));
        CU_ASSERT_FATAL(clients[i] >= 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, clients[i], (void *)address, length)),
                        0);
        CU_ASSERT(rings_until_count(ring, &s.accepted, i + 1));
    }
    for (unsigned round = 0; round < 12; round++) {
        unsigned who = rings_random(state) % CLIENTS;

        snprintf(text, sizeof text, "%c%08u", (char)who, round);
        CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, clients[who], text, 9, 0)), 9);
        CU_ASSERT_EQUAL(rings_do(ring, kring_recv_full(ring, clients[who], back, 9, 0)), 9);
        CU_ASSERT_EQUAL(memcmp(text, back, 9), 0);
        CU_ASSERT(rings_until(ring, &s.sends[round], 1));
        CU_ASSERT_EQUAL(s.sends[round].last.value, 9);
    }
    CU_ASSERT_EQUAL(s.sent, 12);
    for (unsigned i = 0; i < CLIENTS; i++) {
        CU_ASSERT_EQUAL(rings_do(ring, kring_shutdown(ring, clients[i], SHUT_WR)), 0);
        CU_ASSERT(rings_until_count(ring, &s.ended, i + 1));
        CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, s.fds[i])), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, clients[i])), 0);
    }
    CU_ASSERT_EQUAL(kring_cancel(ring, accept), 0);
    CU_ASSERT(rings_until_count(ring, &s.ended, CLIENTS + 1));
    CU_ASSERT_EQUAL(kring_pool_close(ring, s.pool), 0);
    close(listener);
}

static void files_and_chains(struct kring *ring, uint32_t *state)
{
    struct rings_log log = {0};
    char path[256], data[64], back[64];
    struct iovec parts[3] = {{back, 10}, {back + 10, 54}, {back, 0}};
    int fd, pipe[2];
    kring_op ops[3];

    snprintf(path, sizeof path, "%s/split", kring_test_tmpdir());
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (char)rings_random(state);
    fd = (int)rings_do(ring, kring_openat(ring, AT_FDCWD, path, O_RDWR | O_CREAT | O_TRUNC, 0600));
    CU_ASSERT_FATAL(fd >= 0);
    ops[0] = kring_write(ring, fd, data, sizeof data, 0);
    ops[1] = kring_fsync(ring, fd, 0);
    ops[2] = kring_read_full(ring, fd, back, sizeof back, 0);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 3));
    CU_ASSERT_EQUAL(log.notes[0].value, 64);
    CU_ASSERT_EQUAL(log.notes[1].value, 0);
    CU_ASSERT_EQUAL(log.notes[2].value, 64);
    CU_ASSERT_EQUAL(memcmp(data, back, sizeof data), 0);
    memset(back, 0, sizeof back);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_full_v(ring, fd, parts, 3, 0)), 64);
    CU_ASSERT_EQUAL(memcmp(data, back, sizeof data), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_full(ring, fd, back, 64, 32)), -KRING_EEOF);

    /* A broken link ends the rest; a hard one does not. */
    for (unsigned hard = 0; hard < 2; hard++) {
        memset(&log, 0, sizeof log);
        ops[0] = kring_read(ring, fd, back, 64, 60);
        ops[1] = kring_write(ring, fd, "tail", 4, 64);
        ops[2] = kring_nop(ring);
        if (hard)
            CU_ASSERT_EQUAL(kring_set_flags(ring, ops[0], KRING_HARDLINK), 0);
        CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 3, rings_done, &log), 0);
        CU_ASSERT(rings_until(ring, &log, 3));
        CU_ASSERT_EQUAL(log.notes[0].value, 4);
        CU_ASSERT_EQUAL(log.notes[1].value, hard ? 4 : -ECANCELED);
        CU_ASSERT_EQUAL(log.notes[2].value, hard ? 0 : -ECANCELED);
    }
    rings_pipe(pipe);
    CU_ASSERT_EQUAL(rings_do(ring, kring_splice(ring, fd, 0, pipe[1], -1, 16, 0)), 16);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_full(ring, pipe[0], back, 16, KRING_CUR_POS)), 16);
    CU_ASSERT_EQUAL(memcmp(data, back, 16), 0);
    close(pipe[0]);
    close(pipe[1]);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, fd)), 0);
}

/* Waiters of all kinds, ended in every way, in random order. */
static void waiters(struct kring *ring, uint32_t *state)
{
    struct rings_log logs[24], drained = {0};
    unsigned released[24];
    int8_t way[24];
    char bytes[24];
    struct kring_time late = {60, 0};
    int pair[2];
    kring_op ops[24], drain;

    memset(logs, 0, sizeof logs);
    memset(released, 0, sizeof released);
    rings_pair(SOCK_STREAM, pair);
    for (unsigned i = 0; i < 24; i++) {
        unsigned kind = rings_random(state) % 5;

        way[i] = (int8_t)(rings_random(state) % 4);
        ops[i] = kind == 0   ? kring_recv(ring, pair[0], bytes + i, 1, 0)
                 : kind == 1 ? kring_read(ring, pair[0], bytes + i, 1, KRING_CUR_POS)
                 : kind == 2 ? kring_poll(ring, pair[0], POLLIN)
                 : kind == 3 ? kring_timeout(ring, &late, 0, 0)
                             : kring_poll_multishot(ring, pair[0], POLLIN);
        if (way[i] == 0)
            CU_ASSERT_EQUAL(kring_set_deadline(ring, ops[i],
                                               rings_random(state) % 8 * KRING_MS), 0);
        CU_ASSERT(rings_start(ring, ops[i], &logs[i]));
        if (rings_random(state) % 3 == 0)
            CU_ASSERT(kring_submit(ring) >= 0);
    }
    drain = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_set_flags(ring, drain, KRING_DRAIN), 0);
    CU_ASSERT(rings_start(ring, drain, &drained));
    for (unsigned i = 0; i < 24; i++) {
        if (way[i] == 1)
            CU_ASSERT_EQUAL(kring_cancel(ring, ops[i]), 0);
        if (way[i] == 2)
            CU_ASSERT_EQUAL(kring_drop(ring, ops[i], rings_release, &released[i]), 0);
    }
    for (unsigned i = 0; i < 24; i++) {
        if (way[i] < 2) {
            CU_ASSERT(rings_until(ring, &logs[i], 1));
        } else if (way[i] == 2) {
            CU_ASSERT(rings_until_count(ring, &released[i], 1));
        }
    }
    CU_ASSERT_EQUAL(drained.calls, 0);
    for (unsigned i = 0; i < 24; i++) {
        CU_ASSERT_EQUAL(logs[i].calls, way[i] < 2);
        CU_ASSERT_EQUAL(released[i], way[i] == 2);
        if (way[i] < 2)
            CU_ASSERT_EQUAL(logs[i].last.value, way[i] ? -ECANCELED : -ETIME);
        if (way[i] == 3)
            CU_ASSERT_EQUAL(kring_cancel(ring, ops[i]), 0);
    }
    CU_ASSERT(rings_until(ring, &drained, 1));
    for (unsigned i = 0; i < 24; i++)
        CU_ASSERT_EQUAL(logs[i].finals + released[i], 1);
    close(pair[0]);
    close(pair[1]);
}

static void split(uint32_t seed)
{
    struct kring_options options = rings_options(RINGS_MIXED);
    struct kring *ring;
    struct kring_stats stats;
    struct kring_caps caps;
    uint32_t state = seed * 7919 + 1;
    unsigned failures = CU_get_number_of_failure_records();

    options.entries = 8;
    ring = rings_open_with(RINGS_MIXED, &options);
    rings_unsplit(ring);
    rings_split(ring, seed);
    files_and_chains(ring, &state);
    echo(ring, &state);
    waiters(ring, &state);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    /* Below 5.6 the kernel has so few operations that some splits leave it none. */
    CU_ASSERT(stats.kernel > 0 || !(caps.features & IORING_FEAT_RW_CUR_POS));
    CU_ASSERT(stats.soft > 0);
    CU_ASSERT_EQUAL(stats.running, 0);
    CU_ASSERT_EQUAL(stats.started, stats.completed);
    rings_close(ring);
    if (CU_get_number_of_failure_records() != failures)
        printf("    split by seed %u failed\n", seed);
}

static void splits(enum rings_kind kind)
{
    (void)kind;
    for (uint32_t seed = 1; seed <= 20; seed++)
        split(seed);
}

static void twenty_splits(void)
{
    rings_on(RINGS_MIXED, splits);
}

/* The same scenario where nothing is split. */
static void whole(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    uint32_t state = 4711;

    files_and_chains(ring, &state);
    echo(ring, &state);
    waiters(ring, &state);
    rings_close(ring);
}

RINGS_TEST(whole)

int kring_test_splits(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("the scenario", whole),
        {"the scenario on 20 random splits", twenty_splits},
    };

    return KRING_SUITE_ADD("splits", tests);
}
