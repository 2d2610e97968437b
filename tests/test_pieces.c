/* SPDX-License-Identifier: MIT */
/* Provided-buffer pools whose buffers are filled piece by piece (IOU_PBUF_RING_INC). */
#include "rings.h"

#include <unistd.h>

int kring_test_pieces(void);

struct piece {
    char *data;
    uint32_t length;
    uint16_t id;
    bool more;
};

struct pieces {
    unsigned count, finals;
    bool keep;
    int64_t last;
    struct piece pieces[32];
};

static void on_piece(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct pieces *p = user;

    (void)op;
    p->last = result->value;
    if ((result->flags & KRING_BUFFER) && result->length > 0) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(result->data);
        CU_ASSERT_FATAL(p->count < 32);
        p->pieces[p->count++] = (struct piece){result->data, result->length, result->buffer_id,
                                               (result->flags & KRING_BUFFER_MORE) != 0};
        if (p->keep)
            CU_ASSERT_EQUAL(kring_buffer_keep(ring, result), 0);
    }
    p->finals += !(result->flags & KRING_MORE);
}

/* The engine that runs it; NONE: this kernel has none (6.12) and no soft engine stands beside. */
static bool incremental(struct kring *ring, int pool, int fd)
{
    struct kring_result result;
    kring_op op = kring_recv(ring, fd, NULL, 0, MSG_DONTWAIT);
    int error;

    CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
    error = kring_start(ring, op, NULL, NULL);
    if (error == -KRING_EKERNEL)
        return false;
    CU_ASSERT_EQUAL(error, 0);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), 0);
    CU_ASSERT_EQUAL(result.value, -EAGAIN);
    CU_ASSERT_EQUAL(result.flags & KRING_BUFFER, 0);
    return true;
}

static void pieces_follow_each_other(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct pieces p = {0};
    char memory[2 * 8];
    int pair[2], pool = kring_pool_init_incremental(ring, memory, 2, 8);
    const char *parts[] = {"abc", "de", "fgh", "ij", "klmnop"};

    rings_pair(SOCK_STREAM, pair);
    if (incremental(ring, pool, pair[0])) {
        char *first;

        CU_ASSERT_EQUAL(kring_start(ring, kring_recv_multishot(ring, pair[0], pool, 0), on_piece,
                                    &p), 0);
        for (unsigned i = 0; i < 5; i++) {
            unsigned before = p.count, length = (unsigned)strlen(parts[i]);

            rings_write(pair[1], parts[i], length);
            CU_ASSERT(rings_until_count(ring, &p.count, before + 1));
            CU_ASSERT_EQUAL(p.pieces[before].length, length);
            CU_ASSERT_EQUAL(memcmp(p.pieces[before].data, parts[i], length), 0);
        }
        first = p.pieces[0].data;
        CU_ASSERT(first == memory || first == memory + 8);
        CU_ASSERT_PTR_EQUAL(p.pieces[1].data, first + 3);
        CU_ASSERT_PTR_EQUAL(p.pieces[2].data, first + 5);
        CU_ASSERT(p.pieces[0].more && p.pieces[1].more && !p.pieces[2].more);
        CU_ASSERT_EQUAL(p.pieces[2].id, p.pieces[0].id);
        CU_ASSERT_NOT_EQUAL(p.pieces[3].id, p.pieces[0].id);
        CU_ASSERT_PTR_EQUAL(p.pieces[4].data, p.pieces[3].data + 2);
        /* Round and round: both come back and are whole again. */
        for (unsigned i = 0; i < 10; i++) {
            rings_write(pair[1], "12345678", 8);
            CU_ASSERT(rings_until_count(ring, &p.count, 6 + i));
            CU_ASSERT_EQUAL(p.pieces[5 + i].length, 8);
            CU_ASSERT_EQUAL(memcmp(p.pieces[5 + i].data, "12345678", 8), 0);
        }
        CU_ASSERT_EQUAL(p.finals, 0);
        close(pair[1]);
        CU_ASSERT(rings_until_count(ring, &p.finals, 1));
        CU_ASSERT_EQUAL(p.last, 0);
    } else {
        close(pair[1]);
    }
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(pair[0]);
    rings_close(ring);
}

/* A buffer goes back when its last piece does, in whatever order they are returned. */
static void kept_pieces_hold_their_buffer(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct pieces p = {.keep = true};
    char memory[8];
    int pair[2], pool = kring_pool_init_incremental(ring, memory, 1, 8);

    rings_pair(SOCK_STREAM, pair);
    if (incremental(ring, pool, pair[0])) {
        CU_ASSERT_EQUAL(kring_start(ring, kring_recv_multishot(ring, pair[0], pool, 0), on_piece,
                                    &p), 0);
        rings_write(pair[1], "abcd", 4);
        CU_ASSERT(rings_until_count(ring, &p.count, 1));
        rings_write(pair[1], "efghIJ", 6);
        CU_ASSERT(rings_until_count(ring, &p.count, 2));
        rings_run_for(ring, 3);
        CU_ASSERT_EQUAL(p.count, 2); /* full, and held */
        CU_ASSERT_EQUAL(p.finals, 0);
        CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, p.pieces[1].id), 0);
        rings_run_for(ring, 3);
        CU_ASSERT_EQUAL(p.count, 2);
        CU_ASSERT_EQUAL(memcmp(memory, "abcdefgh", 8), 0);
        p.keep = false;
        CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, p.pieces[0].id), 0);
        CU_ASSERT(rings_until_count(ring, &p.count, 3));
        CU_ASSERT_EQUAL(memcmp(memory, "IJ", 2), 0);
        CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, 0), -EINVAL);
        close(pair[1]);
        CU_ASSERT(rings_until_count(ring, &p.finals, 1));
    } else {
        close(pair[1]);
    }
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(pair[0]);
    rings_close(ring);
}

/* Results without callback, and dropped ones: pieces of one buffer, each given back once. */
static void pieces_of_single_shots(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_result result;
    char memory[8];
    int pair[2], pool = kring_pool_init_incremental(ring, memory, 1, 8);
    unsigned released = 0;

    rings_pair(SOCK_STREAM, pair);
    if (incremental(ring, pool, pair[0])) {
        for (unsigned round = 0; round < 3; round++) {
            kring_op ops[4];

            rings_write(pair[1], "01234567", 8);
            for (unsigned i = 0; i < 4; i++) {
                ops[i] = kring_recv(ring, pair[0], NULL, 2, 0);
                CU_ASSERT_EQUAL(kring_set_pool(ring, ops[i], pool), 0);
                CU_ASSERT_EQUAL(kring_start(ring, ops[i], NULL, NULL), 0);
                CU_ASSERT_EQUAL(kring_wait_op(ring, ops[i], KRING_SECOND), 0);
            }
            for (unsigned i = 4; i-- > 0;) {
                if (i == round) {
                    CU_ASSERT_EQUAL(kring_drop(ring, ops[i], rings_release, &released), 0);
                    continue;
                }
                CU_ASSERT_EQUAL(kring_result(ring, ops[i], &result), 0);
                CU_ASSERT_EQUAL(result.value, 2);
                CU_ASSERT_PTR_EQUAL(result.data, memory + 2 * i);
                CU_ASSERT_EQUAL(memcmp(result.data, &"01234567"[2 * i], 2), 0);
                CU_ASSERT_EQUAL((result.flags & KRING_BUFFER_MORE) != 0, i < 3);
                CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, result.buffer_id), 0);
            }
        }
        CU_ASSERT_EQUAL(released, 3);
        CU_ASSERT_EQUAL(kring_buffer_return(ring, pool, 0), -EINVAL);
    }
    {
        kring_op op = kring_read(ring, pair[0], NULL, 2, 0);

        CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), -EINVAL);
        CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), -EINVAL);
    }
    {
        kring_op op = kring_recv(ring, pair[0], NULL, 0, 0);

        CU_ASSERT_EQUAL(kring_set_pool(ring, op, pool), 0);
        CU_ASSERT_EQUAL(kring_set_flags(ring, op, KRING_BUNDLE), 0);
        CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), -EINVAL);
    }
    CU_ASSERT_EQUAL(kring_pool_init_incremental(ring, NULL, 1, 8), -EINVAL);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* Pipes, by the other multishot. */
static void pieces_of_a_pipe(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct pieces p = {0};
    char memory[3 * 4];
    int pipe[2], pair[2], pool = kring_pool_init_incremental(ring, memory, 3, 4);
    kring_op op = kring_read_multishot(ring, -1, pool);

    CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
    rings_pair(SOCK_STREAM, pair);
    rings_pipe(pipe);
    if (incremental(ring, pool, pair[0])) {
        op = kring_read_multishot(ring, pipe[0], pool);
        if (kring_start(ring, op, on_piece, &p) == 0) {
            for (unsigned i = 0; i < 20; i++) {
                rings_write(pipe[1], &"abcdefghijklmnopqrst"[i], 1);
                CU_ASSERT(rings_until_count(ring, &p.count, i + 1));
                CU_ASSERT_EQUAL(*p.pieces[i].data, "abcdefghijklmnopqrst"[i]);
                CU_ASSERT_EQUAL((p.pieces[i].data - memory) % 4, (int)(i % 4));
                CU_ASSERT_EQUAL(p.pieces[i].more, i % 4 != 3);
            }
            close(pipe[1]);
            pipe[1] = -1;
            CU_ASSERT(rings_until_count(ring, &p.finals, 1));
            CU_ASSERT_EQUAL(p.last, 0);
        }
    }
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    if (pipe[1] >= 0)
        close(pipe[1]);
    close(pipe[0]);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}

/* Kernels before 6.12 do not know it: the soft engine is the pool's home. */
static void old_kernels_leave_it_to_soft(void)
{
    struct kring_options options = rings_options(RINGS_MIXED);
    struct kring *ring;
    struct kring_stats stats;
    struct pieces p = {0};
    char memory[8];
    int pair[2], pool;

    if (rings_missing(RINGS_MIXED) || rings_missing(RINGS_KERNEL))
        KRING_SKIP("needs both engines");
    options.kernel = "6.1";
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    rings_pair(SOCK_STREAM, pair);
    pool = kring_pool_init_incremental(ring, memory, 1, 8);
    CU_ASSERT_EQUAL(kring_start(ring, kring_recv_multishot(ring, pair[0], pool, 0), on_piece, &p),
                    0);
    rings_write(pair[1], "abc", 3);
    CU_ASSERT(rings_until_count(ring, &p.count, 1));
    rings_write(pair[1], "def", 3);
    CU_ASSERT(rings_until_count(ring, &p.count, 2));
    CU_ASSERT_EQUAL(memcmp(memory, "abcdef", 6), 0);
    CU_ASSERT_EQUAL(kring_stats(ring, &stats), 0);
    CU_ASSERT(stats.soft >= 1);
    CU_ASSERT_EQUAL(stats.kernel, 0);
    close(pair[1]);
    CU_ASSERT(rings_until_count(ring, &p.finals, 1));
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(pair[0]);
    rings_close(ring);
}

RINGS_TEST(pieces_follow_each_other)
RINGS_TEST(kept_pieces_hold_their_buffer)
RINGS_TEST(pieces_of_single_shots)
RINGS_TEST(pieces_of_a_pipe)

int kring_test_pieces(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("pieces follow each other", pieces_follow_each_other),
        RINGS_ROWS("kept pieces hold their buffer", kept_pieces_hold_their_buffer),
        RINGS_ROWS("pieces of single-shots", pieces_of_single_shots),
        RINGS_ROWS("pieces of a pipe", pieces_of_a_pipe),
        { "old kernels leave it to soft", old_kernels_leave_it_to_soft },
    };

    return KRING_SUITE_ADD("buffers filled piece by piece", tests);
}
