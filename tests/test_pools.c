/* SPDX-License-Identifier: MIT */
/* Provided-buffer pools and direct descriptors. */
#include "rings.h"

#include "ops/ops.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

int kring_test_pools(void);

struct keeper {
    unsigned calls, finals, kept;
    uint16_t ids[8];
    char bytes[8];
    bool keep;
};

static void on_keep(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct keeper *k = user;

    (void)op;
    if (result->flags & KRING_BUFFER) {
        CU_ASSERT_EQUAL(result->length, (uint32_t)result->value);
        CU_ASSERT_PTR_NOT_NULL_FATAL(result->data);
        k->bytes[k->calls % 8] = *(char *)result->data;
        if (k->keep) {
            CU_ASSERT_EQUAL(kring_buffer_keep(ring, result), 0);
            k->ids[k->kept++ % 8] = result->buffer_id;
        }
    }
    k->calls++;
    k->finals += !(result->flags & KRING_MORE);
}

/* Without buffers the multishot pauses; it goes on when one comes back, and loses nothing. */
static void pause_and_rearm(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct keeper k = {.keep = true};
    char memory[2 * 16];
    int pair[2], pool = kring_pool_init(ring, memory, 2, 16);

    rings_pair(SOCK_SEQPACKET, pair);
    CU_ASSERT_EQUAL(kring_start(ring, kring_recv_multishot(ring, pair[0], pool, 0), on_keep, &k),
                    0);
    for (unsigned i = 0; i < 4; i++)
        rings_write(pair[1], &"abcd"[i], 1);
    CU_ASSERT(rings_until_count(ring, &k.calls, 2));
    rings_run_for(ring, 3);
    CU_ASSERT_EQUAL(k.calls, 2);
    CU_ASSERT_EQUAL(k.finals, 0);
    CU_ASSERT_NOT_EQUAL(k.ids[0], k.ids[1]);
    CU_ASSERT_EQUAL(memory[k.ids[0] * 16], 'a'); /* kept buffers are not written over */
    CU_ASSERT_EQUAL(memory[k.ids[1] * 16], 'b');
    CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, k.ids[0]), 0);
    CU_ASSERT(rings_until_count(ring, &k.calls, 3));
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(k.calls, 3);
    k.keep = false;
    CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, k.ids[1]), 0);
    CU_ASSERT(rings_until_count(ring, &k.calls, 4));
    CU_ASSERT_EQUAL(memcmp(k.bytes, "abcd", 4), 0);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), -EBUSY);
    close(pair[1]);
    CU_ASSERT(rings_until_count(ring, &k.finals, 1));
    CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, k.ids[2]), 0);
    CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, k.ids[2]), -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), -EINVAL);
    close(pair[0]);
    rings_close(ring);
}

/* A paused multishot can be canceled, dropped and timed out. */
static void end_while_paused(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char memory[16];
    int pair[2], pool = kring_pool_init(ring, memory, 1, 16);

    for (unsigned i = 0; i < 3; i++) {
        struct keeper k = {.keep = true};
        unsigned released = 0;
        kring_op op;

        rings_pair(SOCK_SEQPACKET, pair);
        op = kring_recv_multishot(ring, pair[0], pool, 0);
        if (i == 2)
            CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 200 * KRING_MS), 0);
        CU_ASSERT_EQUAL(kring_start(ring, op, on_keep, &k), 0);
        rings_write(pair[1], "1", 1);
        rings_write(pair[1], "2", 1);
        CU_ASSERT(rings_until_count(ring, &k.calls, 1));
        rings_run_for(ring, 1);
        if (i == 0) {
            CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
        } else if (i == 1) {
            CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        }
        if (i == 1) {
            CU_ASSERT(rings_until_count(ring, &released, 1));
            CU_ASSERT_EQUAL(k.calls, 1);
        } else {
            CU_ASSERT(rings_until_count(ring, &k.finals, 1));
            CU_ASSERT_EQUAL(k.calls, 2);
        }
        CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, k.ids[0]), 0);
        close(pair[0]);
        close(pair[1]);
    }
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    rings_close(ring);
}

static void single_shots(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_result result;
    struct rings_log log = {0};
    char memory[2 * 8];
    struct iovec vector = {NULL, 8};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    int pair[2], pool = kring_pool_init(ring, memory, 2, 8);
    kring_op op;

    rings_pair(SOCK_STREAM, pair);
    rings_write(pair[1], "0123456789", 10);
    op = kring_recv(ring, pair[0], NULL, 4, 0); /* at most four of it */
    CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
    CU_ASSERT(rings_start(ring, op, &log));
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 4);
    CU_ASSERT(log.last.flags & KRING_BUFFER);
    CU_ASSERT_EQUAL(log.last.group, pool);
    CU_ASSERT((char *)log.last.data >= memory && (char *)log.last.data <= memory + 8);
    CU_ASSERT_EQUAL(memcmp(log.last.data, "0123", 4), 0);
    /* Without callback the buffer stays the caller's until it is returned. */
    for (unsigned i = 0; i < 3; i++) {
        op = kring_recv(ring, pair[0], NULL, 2, 0);
        CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
        CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
        CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
        if (i == 2) {
            CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
            break;
        }
        CU_ASSERT_EQUAL(kring_result(ring, op, &result), 0);
        CU_ASSERT_EQUAL(result.value, 2);
        CU_ASSERT(result.flags & KRING_BUFFER);
        CU_ASSERT_EQUAL(memcmp(result.data, i ? "67" : "45", 2), 0);
        if (i == 0)
            CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, result.buffer_id), 0);
    }
    CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, result.buffer_id), 0);
    /* Both are back: two at once. */
    rings_write(pair[1], "xy", 2);
    for (unsigned i = 0; i < 2; i++) {
        if (i == 0) {
            op = kring_recv(ring, pair[0], NULL, 1, 0);
            CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
        } else {
            CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
            pool = kring_pool_init(ring, memory, 2, 8);
            op = kring_recvmsg(ring, pair[0], &message, 0);
            CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
        }
        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT(rings_until(ring, &log, 2 + i));
        CU_ASSERT_EQUAL(log.last.value, 1);
    }
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

static void bad_pools(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    struct rings_log log = {0};
    char memory[64];
    kring_op op;

    options.pools = 2;
    ring = rings_open_with(kind, &options);
    CU_ASSERT_EQUAL(kring_pool_init(ring, NULL, 1, 8), -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_init(ring, memory, 0, 8), -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_init(ring, memory, 1, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_init(ring, memory, 32769, 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_close(ring, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_close(ring, -1), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffer_return(ring, 0, 0), -EINVAL);
    op = kring_recv(ring, 0, NULL, 0, 0);
    CU_ASSERT_EQUAL(kring_set_pool(ring, op, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -EINVAL);
    op = kring_nop(ring);
    CU_ASSERT_EQUAL(kring_pool_init(ring, memory, 3, 8), 0); /* any count, not powers of two only */
    CU_ASSERT_EQUAL(kring_set_pool(ring, op, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(ring, kring_recv_multishot(ring, 0, 1, 0), rings_done, &log),
                    -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_init(ring, memory + 32, 1, 8), 1);
    CU_ASSERT(kring_pool_init(ring, memory + 40, 1, 8) < 0);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(kring_pool_close(ring, 0), 0);
    rings_close(ring);
}

/* ---- Direct descriptors ---- */

static struct kring *open_direct(enum rings_kind kind, uint32_t slots)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;

    options.direct_descriptors = slots;
    ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring); /* the table has one home, which decides */
    return ring;
}

static int64_t into(struct kring *ring, kring_op op, uint32_t slot)
{
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, slot), 0);
    return rings_do(ring, op);
}

static void direct_files(enum rings_kind kind)
{
    struct kring *ring = open_direct(kind, 4);
    int fd = rings_file("direct", "direct", 6);
    char data[8] = "";
    unsigned taken = 1u << 2;
    struct kring_stats stats;

    CU_ASSERT_EQUAL(into(ring, kring_openat(ring, AT_FDCWD, "/dev/null", O_RDWR, 0), 2), 2);
    for (unsigned i = 0; i < 3; i++) {
        int64_t slot = into(ring, kring_openat(ring, AT_FDCWD, "/dev/zero", O_RDWR, 0),
                            KRING_SLOT_ANY);

        CU_ASSERT_FATAL(slot >= 0 && slot < 4);
        CU_ASSERT_EQUAL(taken & 1u << slot, 0);
        taken |= 1u << slot;
    }
    CU_ASSERT_EQUAL(into(ring, kring_openat(ring, AT_FDCWD, "/dev/zero", O_RDWR, 0),
                         KRING_SLOT_ANY), -ENFILE);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(2), data, 8, 0)), 0);
    data[0] = 1;
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(0), data, 8, 0)), 8);
    CU_ASSERT_EQUAL(data[0], 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(2))), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(2))), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(2), data, 8, 0)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(4), data, 8, 0)), -EBADF);
    /* The table has its own reference. */
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, fd), 0);
    close(fd);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_full(ring, KRING_DIRECT(2), data, 6, 0)), 6);
    CU_ASSERT_EQUAL(memcmp(data, "direct", 6), 0);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, -1), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(2), data, 8, 0)), -EBADF);
    fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    CU_ASSERT_EQUAL(rings_do(ring, kring_files_update(ring, &fd, 1, 2)), 1);
    close(fd);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(2), data, 8, 0)), 8);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT_EQUAL(kind == RINGS_SOFT ? stats.kernel : 0, 0);
    rings_close(ring);
}

static void direct_sockets(enum rings_kind kind)
{
    struct kring *ring = open_direct(kind, 8);
    struct rings_log log = {0};
    char address[128], data[8];
    uint32_t length;
    int listener = rings_listener(address, &length), fds, client;

    CU_ASSERT_EQUAL(kring_direct_update(ring, 0, listener), 0);
    fds = kring_test_open_fds();
    CU_ASSERT_EQUAL(into(ring, kring_socket(ring, AF_INET, SOCK_STREAM, 0), 1), 1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, KRING_DIRECT(1), (void *)address, length)),
                    0);
    CU_ASSERT_EQUAL(into(ring, kring_accept(ring, KRING_DIRECT(0), NULL, NULL, 0), 2), 2);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, KRING_DIRECT(1), "direct", 6, 0)), 6);
    CU_ASSERT_EQUAL(rings_do(ring, kring_recv_full(ring, KRING_DIRECT(2), data, 6, 0)), 6);
    CU_ASSERT_EQUAL(memcmp(data, "direct", 6), 0);
    if (kind == RINGS_KERNEL) { /* soft's table is made of descriptors */
        CU_ASSERT_EQUAL(kring_test_open_fds(), fds);
    }
    /* Multishot into any slot. */
    {
        kring_op op = kring_accept_multishot(ring, KRING_DIRECT(0), 0);

        CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
        CU_ASSERT(rings_start(ring, op, &log));
    }
    client = rings_client(address, length);
    CU_ASSERT(rings_until_calls(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 3);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, KRING_DIRECT(3), "slot", 4, 0)), 4);
    CU_ASSERT_EQUAL(recv(client, data, 8, 0), 4);
    CU_ASSERT_EQUAL(kring_cancel(ring, log.op), 0);
    CU_ASSERT(rings_until(ring, &log, 1));
    for (int i = 1; i < 4; i++)
        CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(i))), 0);
    CU_ASSERT_EQUAL(recv(client, data, 8, 0), 0);
    close(client);
    close(listener);
    rings_close(ring);
}

static void bad_slots(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind), *direct = open_direct(kind, 2);
    struct rings_log log = {0};
    kring_op op = kring_openat(ring, AT_FDCWD, "/dev/null", O_RDONLY, 0);

    CU_ASSERT_EQUAL(kring_set_slot(ring, op, 0), -ENXIO); /* no table */
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), -ENXIO);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 0, 0), -ENXIO);
    CU_ASSERT_EQUAL(kring_direct_update(direct, 2, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_update(direct, 0, -2), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_update(direct, 0, 1000), -EBADF);
    op = kring_openat(direct, AT_FDCWD, "/dev/null", O_RDONLY, 0);
    CU_ASSERT_EQUAL(kring_set_slot(direct, op, 2), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(direct, op, rings_done, &log), -EINVAL);
    op = kring_nop(direct);
    CU_ASSERT_EQUAL(kring_set_slot(direct, op, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_drop(direct, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_close(ring);
    rings_close(direct);
}

RINGS_TEST(pause_and_rearm)
RINGS_TEST(end_while_paused)
RINGS_TEST(single_shots)
RINGS_TEST(bad_pools)
RINGS_TEST(direct_files)
RINGS_TEST(direct_sockets)
RINGS_TEST(bad_slots)

int kring_test_pools(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("ENOBUFS pauses, a returned buffer re-arms", pause_and_rearm),
        RINGS_ROWS("cancel, drop and deadline while paused", end_while_paused),
        RINGS_ROWS("single-shots pick buffers too", single_shots),
        RINGS_ROWS("bad pools", bad_pools),
        RINGS_ROWS("direct descriptors of files", direct_files),
        RINGS_ROWS("direct descriptors of sockets", direct_sockets),
        RINGS_ROWS("bad slots", bad_slots),
    };

    return KRING_SUITE_ADD("pools and direct descriptors", tests);
}
