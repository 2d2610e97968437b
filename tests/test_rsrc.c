/* SPDX-License-Identifier: MIT */
/* Registered buffers, tags, and the table of direct descriptors as a registered resource. */
#include "rings.h"

#include "kring/uapi.h"
#include "ops/ops.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int kring_test_rsrc(void);

#define BUFFER 4096u

/* Tags in the order in which they were released. */
struct releases {
    unsigned count;
    uint64_t tags[512];
};

static void on_released(struct kring *ring, uint64_t tag, void *user)
{
    struct releases *r = user;

    (void)ring;
    CU_ASSERT_FATAL(r->count < 512);
    r->tags[r->count++] = tag;
}

/* Below 6.13 the kernel tells them later, from a work queue; below 6.3 after a second. */
static void fetch(struct kring *ring, const struct releases *r, unsigned count)
{
    (void)kring_run(ring, 0);
    for (unsigned i = 0; i < 1000 && r->count < count; i++) {
        usleep(3000); /* a ring with nothing started does not wait */
        (void)kring_run(ring, 0);
    }
}

static unsigned times(const struct releases *r, uint64_t tag)
{
    unsigned found = 0;

    for (unsigned i = 0; i < r->count; i++)
        found += r->tags[i] == tag;
    return found;
}

static struct kring *open_rsrc(enum rings_kind kind, uint32_t buffers, uint32_t slots,
                               struct releases *releases)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;

    options.registered_buffers = buffers;
    options.direct_descriptors = slots;
    options.on_released = releases != NULL ? on_released : NULL;
    options.user = releases;
    ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED && slots != 0)
        rings_unsplit(ring); /* the table has one home, which decides */
    return ring;
}

/* Tags, empty slots and updates: everywhere but in the kernel below 5.13. */
static bool updates(struct kring *ring)
{
    struct kring_caps caps;

    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    return caps.soft_available || (caps.features & IORING_FEAT_RSRC_TAGS);
}

static uint8_t *pages(unsigned count)
{
    void *memory = mmap(NULL, count * BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                        -1, 0);

    CU_ASSERT_FATAL(memory != MAP_FAILED);
    return memory;
}

static void fixed_transfers(enum rings_kind kind)
{
    struct kring *ring = open_rsrc(kind, 4, 0, NULL);
    uint8_t *memory = pages(2);
    struct iovec whole[2] = {{memory, BUFFER}, {memory + BUFFER, 100}};
    struct iovec parts[2] = {{memory + 8, 3}, {memory + 2, 4}};
    int fd = rings_file("fixed", "contents", 8);
    char back[16] = "";
    kring_op op;

    CU_ASSERT_EQUAL(kring_buffers_register(ring, whole, NULL, 2), 0);
    CU_ASSERT_EQUAL(kring_buffers_register(ring, whole, NULL, 2), -EBUSY);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory + 10, 5, 2, 0)), 5);
    CU_ASSERT_EQUAL(memcmp(memory + 9, "\0ntent\0", 7), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory + BUFFER + 92, 8, 0, 1)), 8);
    memcpy(memory, "0123456789ab", 12);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write_fixed(ring, fd, memory + 3, 4, 1, 0)), 4);
    op = kring_writev_fixed(ring, fd, parts, 2, 8, 0, 0);
    if (kring_route(ring, op) == KRING_ENGINE_NONE) { /* engine kernel below 6.15 */
        CU_ASSERT_EQUAL(kring_drop(ring, op, NULL, NULL), 0);
        CU_ASSERT_EQUAL(pwrite(fd, "89a2345", 7, 8), 7);
    } else {
        CU_ASSERT_EQUAL(rings_do(ring, op), 7);
        memset(memory, 0, 12);
        CU_ASSERT_EQUAL(rings_do(ring, kring_readv_fixed(ring, fd, parts, 2, 8, 0, 0)), 7);
        CU_ASSERT_EQUAL(memcmp(memory, "\0\0002345\0\00089a\0", 12), 0);
        parts[1].iov_len = BUFFER;
        CU_ASSERT_EQUAL(rings_do(ring, kring_readv_fixed(ring, fd, parts, 2, 8, 0, 0)), -EFAULT);
        CU_ASSERT_EQUAL(rings_do(ring, kring_readv_fixed(ring, fd, parts, 1, 8, 0, 1)), -EFAULT);
    }
    CU_ASSERT_EQUAL(pread(fd, back, 16, 0), 15);
    CU_ASSERT_EQUAL(memcmp(back, "c3456nts89a2345", 15), 0);
    /* At the current position. */
    CU_ASSERT_EQUAL(lseek(fd, 13, SEEK_SET), 13);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory, 5, KRING_CUR_POS, 0)), 2);
    CU_ASSERT_EQUAL(memcmp(memory, "45", 2), 0);

    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory, 4, 0, 1)), -EFAULT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory + BUFFER + 97, 4, 0, 1)),
                    -EFAULT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write_fixed(ring, fd, memory, 4, 0, 2)), -EFAULT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, 1000, memory, 4, 0, 0)), -EBADF);
    CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
    CU_ASSERT_EQUAL(kring_buffers_unregister(ring), -ENXIO);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write_fixed(ring, fd, memory, 4, 0, 0)), -EFAULT);
    CU_ASSERT_EQUAL(pread(fd, back, 16, 0), 15);
    CU_ASSERT_EQUAL(memcmp(back, "c3456nts89a2345", 15), 0);
    CU_ASSERT_EQUAL(kring_buffers_register(ring, whole, NULL, 1), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write_fixed(ring, fd, memory, 2, 0, 0)), 2);
    close(fd);
    rings_close(ring); /* with the table still there */
    munmap(memory, 2 * BUFFER);
}

static void bad_buffers(enum rings_kind kind)
{
    struct kring *none = rings_open(kind), *ring = open_rsrc(kind, 4, 0, NULL);
    uint8_t *memory = pages(1);
    struct iovec good = {memory, BUFFER}, bad = {memory, 0}, hole = {NULL, 0}, odd = {NULL, 1};
    struct iovec two[2] = {{memory, 16}, {memory, 0}};
    struct iovec big = {memory, (size_t)1 << 31};
    struct iovec away = {pages(1), BUFFER};
    struct kring_options options = rings_options(kind);
    struct kring *never;
    uint64_t tag = 5;
    int64_t error;

    munmap(away.iov_base, BUFFER);
    CU_ASSERT_EQUAL(kring_buffers_register(none, &good, NULL, 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffers_update(none, 0, &good, NULL, 1), -ENXIO);
    CU_ASSERT_EQUAL(kring_buffers_unregister(none), -ENXIO);
    CU_ASSERT_EQUAL(kring_buffers_register(ring, &good, NULL, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffers_register(ring, NULL, NULL, 5), -EINVAL);
    CU_ASSERT_EQUAL(kring_buffers_register(ring, &bad, NULL, 1), -EFAULT);
    CU_ASSERT_EQUAL(kring_buffers_register(ring, &odd, NULL, 1), -EFAULT);
    /* qemu-user 7 answers madvise() without a look, and some kernels have none. */
    if (!kring_test_emulated() && !kring_test_lacks(SYS_madvise))
        CU_ASSERT_EQUAL(kring_buffers_register(ring, &away, NULL, 1), -EFAULT);
    CU_ASSERT_EQUAL(kring_buffers_register(ring, two, NULL, 2), -EFAULT);
    error = kring_buffers_register(ring, &big, NULL, 1);
    /* A length that is negative as a 32-bit one: seen as such from 6.11 or so on. */
    CU_ASSERT(error == -EFAULT || (sizeof(size_t) == 4 && error == -EINVAL));
    CU_ASSERT_EQUAL(kring_buffers_register(ring, &good, &tag, 1), -EINVAL); /* no on_released */
    CU_ASSERT_EQUAL(kring_buffers_unregister(ring), -ENXIO); /* nothing was registered */
    CU_ASSERT_EQUAL(mprotect(memory, BUFFER, PROT_READ), 0);
    if (kind != RINGS_SOFT || updates(ring)) /* the oldest kernels cannot tell the soft engine */
        (void)kring_buffers_register(ring, &good, NULL, 1);
    (void)kring_buffers_unregister(ring);
    CU_ASSERT_EQUAL(mprotect(memory, BUFFER, PROT_READ | PROT_WRITE), 0);
    if (updates(ring)) {
        CU_ASSERT_EQUAL(kring_buffers_register(ring, &good, NULL, 1), 0);
        CU_ASSERT_EQUAL(kring_buffers_update(ring, 0, NULL, NULL, 1), -EFAULT);
        CU_ASSERT_EQUAL(kring_buffers_update(ring, 0, &good, NULL, 0), -EINVAL);
        CU_ASSERT_EQUAL(kring_buffers_update(ring, 1, &good, NULL, 1), -EINVAL);
        CU_ASSERT_EQUAL(kring_buffers_update(ring, UINT32_MAX, &good, NULL, 1), -EINVAL);
        CU_ASSERT_EQUAL(kring_buffers_update(ring, 0, &bad, NULL, 1), -EFAULT);
        CU_ASSERT_EQUAL(kring_buffers_update(ring, 0, &hole, &tag, 1), -EINVAL);
        CU_ASSERT_EQUAL(kring_buffers_update(ring, 0, &hole, NULL, 1), 1);
    }
    options.registered_buffers = 16385;
    CU_ASSERT_EQUAL(kring_open(&never, &options), -EINVAL);
    options.registered_buffers = 0;
    options.reserved2 = 1;
    CU_ASSERT_EQUAL(kring_open(&never, &options), -EINVAL);
    rings_close(none);
    rings_close(ring);
    munmap(memory, BUFFER);
}

/* Both engines change together: each number means the same buffer on either. */
static void sparse_and_update(enum rings_kind kind)
{
    struct kring *ring = open_rsrc(kind, 300, 0, NULL);
    uint8_t *memory = pages(1);
    struct iovec many[200];
    int fd = rings_file("sparse", "abcdefgh", 8);
    struct iovec some[3] = {{memory, 16}, {memory + 16, 16}, {memory + 32, 0}};

    if (!updates(ring)) {
        CU_ASSERT_EQUAL(kring_buffers_register(ring, NULL, NULL, 300), -KRING_EKERNEL);
        goto end;
    }
    CU_ASSERT_EQUAL_FATAL(kring_buffers_register(ring, NULL, NULL, 300), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory, 4, 0, 0)), -EFAULT);
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 298, some, NULL, 2), 2);
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 0, some, NULL, 3), 2); /* the third is none */
    for (unsigned at = 0; at < 2; at++) {
        unsigned numbers[] = {0, 298};

        CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory + 16, 4, 0,
                                                        (uint16_t)(numbers[at] + 1))), 4);
        CU_ASSERT_EQUAL(rings_do(ring, kring_write_fixed(ring, fd, memory + 16, 4, 4,
                                                         (uint16_t)(numbers[at] + 1))), 4);
        CU_ASSERT_EQUAL(rings_do(ring, kring_write_fixed(ring, fd, memory + 16, 4, 4,
                                                         (uint16_t)numbers[at])), -EFAULT);
    }
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory + 32, 4, 0, 2)), -EFAULT);
    for (unsigned i = 0; i < 200; i++)
        many[i] = (struct iovec){memory + i * 16, 16};
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 50, many, NULL, 200), 200);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory + 199 * 16, 8, 0, 249)), 8);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write_fixed(ring, fd, memory + 199 * 16, 8, 0, 249)), 8);
    CU_ASSERT_EQUAL(memcmp(memory + 199 * 16, "abcdabcd", 8), 0);
    many[130].iov_len = 0;
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 50, many, NULL, 200), 130);
end:
    close(fd);
    rings_close(ring);
    munmap(memory, BUFFER);
}

/* A tag comes once, and never while an operation still uses the buffer. */
static void tags_of_buffers(enum rings_kind kind)
{
    struct releases r = {0};
    struct kring *ring = open_rsrc(kind, 130, 0, &r);
    uint8_t *memory = pages(1);
    struct iovec vectors[130], other = {memory, 64}, hole = {NULL, 0}, bad = {memory, 0};
    uint64_t tags[130], tag = UINT64_MAX;
    struct rings_log log = {0};
    int pipe[2];

    if (!updates(ring)) {
        rings_close(ring);
        munmap(memory, BUFFER);
        return;
    }
    for (unsigned i = 0; i < 130; i++) {
        vectors[i] = (struct iovec){memory + i * 16, 16};
        tags[i] = i == 3 ? 0 : 1000 + i;
    }
    CU_ASSERT_EQUAL_FATAL(kring_buffers_register(ring, vectors, tags, 130), 0);
    CU_ASSERT_EQUAL(kring_run(ring, 0), -KRING_EIDLE);
    CU_ASSERT_EQUAL(r.count, 0);
    /* Replaced and emptied, with nobody using them. */
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 0, &other, &tag, 1), 1);
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 1, &hole, NULL, 1), 1);
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 2, &bad, &tag, 1), -EFAULT); /* keeps what it had */
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 3, &other, NULL, 1), 1);
    fetch(ring, &r, 2);
    CU_ASSERT_EQUAL(r.count, 2);
    CU_ASSERT(times(&r, 1000) == 1 && times(&r, 1001) == 1);
    /* Used: the tag waits for the operation. */
    rings_pipe(pipe);
    CU_ASSERT(rings_start(ring, kring_read_fixed(ring, pipe[0], memory + 16 * 5, 4, 0, 5), &log));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 5, &other, NULL, 1), 1);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(times(&r, 1005), 0);
    rings_write(pipe[1], "wxyz", 4);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 4);
    CU_ASSERT_EQUAL(memcmp(memory + 16 * 5, "wxyz", 4), 0);
    fetch(ring, &r, 3);
    CU_ASSERT_EQUAL(times(&r, 1005), 1);
    /* The same for a dropped one, over unregister. */
    {
        unsigned released = 0;
        kring_op op = kring_read_fixed(ring, pipe[0], memory + 16 * 6, 4, 0, 6);

        int error;

        CU_ASSERT(rings_start(ring, op, &log));
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        error = kring_buffers_unregister(ring); /* -EBUSY: in a kernel below 6.13 it would wait */
        CU_ASSERT(error == 0 || error == -EBUSY);
        rings_run_for(ring, 2);
        CU_ASSERT_EQUAL(times(&r, 1006), 0);
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, 1));
        if (error == -EBUSY)
            CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
        fetch(ring, &r, 130);
    }
    for (unsigned i = 0; i < 130; i++)
        CU_ASSERT_EQUAL(times(&r, 1000 + i), i != 3);
    CU_ASSERT_EQUAL(times(&r, UINT64_MAX), 1);
    CU_ASSERT_EQUAL(r.count, 130);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(ring);
    munmap(memory, BUFFER);
}

/* What could not be registered whole was never registered: no tag of it is told. */
static void refused_tags_are_not_told(enum rings_kind kind)
{
    struct releases r = {0};
    struct kring *ring = open_rsrc(kind, 100, 0, &r);
    uint8_t *memory = pages(1);
    struct iovec vectors[100];
    uint64_t tags[100];

    for (unsigned i = 0; i < 100; i++) {
        vectors[i] = (struct iovec){memory + i * 16, 16};
        tags[i] = 1 + i;
    }
    for (unsigned round = 0; round < 20 && updates(ring); round++) {
        vectors[90].iov_len = round % 2 ? 0 : 16;
        vectors[90].iov_base = round % 2 ? memory : NULL;
        CU_ASSERT_EQUAL(kring_buffers_register(ring, vectors, tags, 100), -EFAULT);
        CU_ASSERT_EQUAL(kring_buffers_unregister(ring), -ENXIO);
        if (round % 4 == 3)
            rings_run_for(ring, 2);
        (void)kring_run(ring, 0);
    }
    CU_ASSERT_EQUAL(r.count, 0);
    vectors[90] = vectors[0];
    if (updates(ring)) { /* entries for tags have come back */
        CU_ASSERT_EQUAL(kring_buffers_register(ring, vectors, tags, 100), 0);
        CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
        fetch(ring, &r, 100);
        CU_ASSERT_EQUAL(r.count, 100);
    }
    rings_close(ring);
    munmap(memory, BUFFER);
}

/* Tags that nobody fetches use up their entries: an error, and nothing is lost. */
static void unfetched_tags_are_eagain(enum rings_kind kind)
{
    struct releases r = {0};
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    uint8_t *memory = pages(1);
    struct iovec vector = {memory, 64};
    unsigned made = 0;
    int res = 1;

    options.registered_buffers = 2;
    options.operations = 8;
    options.entries = 4;
    options.cq_entries = 8;
    options.on_released = on_released;
    options.user = &r;
    ring = rings_open_with(kind, &options);
    if (updates(ring)) {
        CU_ASSERT_EQUAL(kring_buffers_register(ring, NULL, NULL, 2), 0);
        while (res == 1 && made < 300) {
            uint64_t tag = made + 1;

            res = kring_buffers_update(ring, 0, &vector, &tag, 1);
            made += res == 1;
        }
        CU_ASSERT(res == -EAGAIN || res == -ENOMEM);
        CU_ASSERT_EQUAL(made, 2 + 8);
        if (r.count + 1 < made)
            fetch(ring, &r, made - 1);
        CU_ASSERT_EQUAL(r.count, made - 1); /* the last one is registered */
        for (unsigned i = 0; i < r.count; i++)
            CU_ASSERT_EQUAL(times(&r, i + 1), 1); /* 6.1 tells them in another order */
        CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
        fetch(ring, &r, made);
        CU_ASSERT_EQUAL(r.count, made);
    }
    rings_close(ring);
    munmap(memory, BUFFER);
}

/* Where the kernel of that release cannot keep them so, the soft engine does, and runs what uses
 * them. */
static void old_kernels_keep_them_in_soft(void)
{
    struct kring_options options = rings_options(RINGS_MIXED);
    struct releases r = {0};
    struct kring *ring;
    struct iovec vector;
    uint8_t *memory;
    uint64_t tag = 9;
    kring_op op;
    int fd;

    if (rings_missing(RINGS_MIXED) || rings_missing(RINGS_KERNEL))
        KRING_SKIP(rings_missing(RINGS_MIXED) ? rings_missing(RINGS_MIXED)
                                              : rings_missing(RINGS_KERNEL));
    fd = rings_file("old", "abcdefgh", 8);
    memory = pages(1);
    vector = (struct iovec){memory, 64};
    options.registered_buffers = 2;
    options.kernel = "5.10";
    options.on_released = on_released;
    options.user = &r;
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    /* Plain: both have it. */
    CU_ASSERT_EQUAL(kring_buffers_register(ring, &vector, NULL, 1), 0);
    op = kring_read_fixed(ring, fd, memory, 4, 0, 0);
    CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, KRING_ENGINE_KERNEL);
    CU_ASSERT_EQUAL(rings_do(ring, op), 4);
    /* Changed: what the kernel has is of yesterday. */
    vector.iov_base = memory + 64;
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 0, &vector, &tag, 1), 1);
    op = kring_read_fixed(ring, fd, memory + 64, 4, 0, 0);
    CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(rings_do(ring, op), 4);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory, 4, 0, 0)), -EFAULT);
    CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
    (void)kring_run(ring, 0);
    CU_ASSERT_EQUAL(times(&r, 9), 1);
    /* With empty slots, or tags: soft alone, from the start. */
    CU_ASSERT_EQUAL(kring_buffers_register(ring, NULL, NULL, 2), 0);
    CU_ASSERT_EQUAL(kring_buffers_update(ring, 1, &vector, NULL, 1), 1);
    op = kring_write_fixed(ring, fd, memory + 64, 4, 4, 1);
    CU_ASSERT_EQUAL(kring_route(ring, op) & 0xff, KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(rings_do(ring, op), 4);
    CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
    rings_close(ring);
    close(fd);
    munmap(memory, BUFFER);
}

/* In a chain a short vectored transfer ends it, whichever engines its members need. */
static void short_vectors_break_chains(enum rings_kind kind)
{
    struct kring *ring = open_rsrc(kind, 1, 0, NULL);
    uint8_t *memory = pages(1);
    struct iovec whole = {memory, 64}, parts[2] = {{memory, 4}, {memory + 8, 8}};
    int fd = rings_file("chain", "abcdefgh", 8);
    struct rings_log log = {0};
    kring_op ops[2];

    CU_ASSERT_EQUAL(kring_buffers_register(ring, &whole, NULL, 1), 0);
    ops[0] = kring_readv_fixed(ring, fd, parts, 2, 0, 0, 0);
    if (kring_route(ring, ops[0]) != KRING_ENGINE_NONE) {
        ops[1] = kring_write_fixed(ring, fd, memory, 4, 0, 0);
        CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
        CU_ASSERT(rings_until(ring, &log, 2));
        CU_ASSERT_EQUAL(log.notes[0].value, 8);
        CU_ASSERT_EQUAL(log.notes[1].value, -ECANCELED);
        parts[1].iov_len = 4;
        ops[0] = kring_readv_fixed(ring, fd, parts, 2, 0, 0, 0);
        ops[1] = kring_write_fixed(ring, fd, memory + 8, 4, 0, 0);
        CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
        CU_ASSERT(rings_until(ring, &log, 4));
        CU_ASSERT_EQUAL(log.notes[2].value, 8);
        CU_ASSERT_EQUAL(log.notes[3].value, 4);
        CU_ASSERT_EQUAL(pread(fd, memory, 8, 0), 8);
        CU_ASSERT_EQUAL(memcmp(memory, "efghefgh", 8), 0);
    } else {
        CU_ASSERT_EQUAL(kring_drop(ring, ops[0], NULL, NULL), 0);
    }
    close(fd);
    rings_close(ring);
    munmap(memory, BUFFER);
}

/* ---- Direct descriptors ---- */

static void tags_of_files(enum rings_kind kind)
{
    struct releases r = {0};
    struct kring *ring = open_rsrc(kind, 0, 100, &r);
    int fds[100], pipe[2], before = kring_test_open_fds();
    uint64_t tags[100];
    struct rings_log log = {0};
    char data[8] = "";

    rings_pipe(pipe);
    for (unsigned i = 0; i < 100; i++) {
        fds[i] = i % 10 == 9 ? KRING_SLOT_SKIP : pipe[0];
        tags[i] = fds[i] < 0 ? 0 : 500 + i;
    }
    CU_ASSERT_EQUAL(kring_direct_set(ring, 0, fds, tags, 100), 100);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(9), data, 4, 0)), -EBADF);
    CU_ASSERT_EQUAL(r.count, 0);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 0, pipe[1]), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(1))), 0);
    fetch(ring, &r, 2);
    CU_ASSERT_EQUAL(r.count, 2);
    CU_ASSERT(times(&r, 500) == 1 && times(&r, 501) == 1);
    /* Used: the tag waits for the operation. */
    CU_ASSERT(rings_start(ring, kring_read(ring, KRING_DIRECT(2), data, 4, 0), &log));
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, -1), 0);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(times(&r, 502), 0);
    rings_write(pipe[1], "wxyz", 4);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 4);
    fetch(ring, &r, 3);
    CU_ASSERT_EQUAL(times(&r, 502), 1);
    CU_ASSERT_EQUAL(kring_direct_clear(ring), 0);
    fetch(ring, &r, 90);
    for (unsigned i = 0; i < 100; i++)
        CU_ASSERT_EQUAL(times(&r, 500 + i), i % 10 != 9);
    CU_ASSERT_EQUAL(r.count, 90);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(50), data, 4, 0)), -EBADF);
    close(pipe[0]);
    close(pipe[1]);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    rings_close(ring);
}

static void bad_files(enum rings_kind kind)
{
    struct releases r = {0};
    struct kring *none = rings_open(kind), *ring = open_rsrc(kind, 0, 4, &r);
    struct kring *plain = open_rsrc(kind, 0, 4, NULL);
    int pipe[2], fds[3];
    uint64_t tags[3] = {1, 2, 3};

    rings_pipe(pipe);
    fds[0] = pipe[0];
    fds[1] = 1000;
    fds[2] = pipe[1];
    CU_ASSERT_EQUAL(kring_direct_set(none, 0, fds, NULL, 1), -ENXIO);
    CU_ASSERT_EQUAL(kring_direct_range(none, 0, 1), -ENXIO);
    CU_ASSERT_EQUAL(kring_direct_clear(none), -ENXIO);
    CU_ASSERT_EQUAL(kring_direct_set(ring, 0, fds, NULL, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_set(ring, 0, NULL, NULL, 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_set(ring, 4, fds, NULL, 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_set(ring, 3, fds, NULL, 3), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_set(ring, UINT32_MAX, fds, NULL, 3), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_set(plain, 0, fds, tags, 1), -EINVAL); /* no on_released */
    CU_ASSERT_EQUAL(kring_direct_set(ring, 0, fds, tags, 3), 1);
    CU_ASSERT_EQUAL(kring_direct_set(ring, 1, fds + 1, tags + 1, 1), -EBADF);
    fds[1] = -1;
    CU_ASSERT_EQUAL(kring_direct_set(ring, 1, fds + 1, tags + 1, 1), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_set(ring, 1, fds, tags, 2), 1);
    fds[1] = KRING_SLOT_SKIP;
    CU_ASSERT_EQUAL(kring_direct_set(ring, 2, fds, tags, 2), 1);
    CU_ASSERT_EQUAL(kring_direct_range(ring, 3, 2), -EINVAL);
    CU_ASSERT_EQUAL(kring_direct_range(ring, UINT32_MAX, 2), -EOVERFLOW);
    CU_ASSERT_EQUAL(r.count, 0);
    CU_ASSERT_EQUAL(kring_direct_clear(ring), 0);
    fetch(ring, &r, 3);
    CU_ASSERT_EQUAL(r.count, 3);
    CU_ASSERT_EQUAL(times(&r, 1), 3);
    close(pipe[0]);
    close(pipe[1]);
    rings_close(none);
    rings_close(plain);
    rings_close(ring);
}

static void slots_of_a_range(enum rings_kind kind)
{
    struct kring *ring = open_rsrc(kind, 0, 8, NULL);
    unsigned taken = 0;
    kring_op op;

    CU_ASSERT_EQUAL(kring_direct_range(ring, 5, 2), 0);
    for (unsigned i = 0; i < 3; i++) {
        int64_t slot;

        op = kring_openat(ring, AT_FDCWD, "/dev/null", O_RDWR, 0);
        CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
        slot = rings_do(ring, op);
        if (i == 2) {
            CU_ASSERT_EQUAL(slot, -ENFILE);
            break;
        }
        CU_ASSERT(slot == 5 || slot == 6);
        taken |= slot > 0 ? 1u << slot : 0;
    }
    CU_ASSERT_EQUAL(taken, 3u << 5);
    /* A slot that is named may be anywhere. */
    op = kring_openat(ring, AT_FDCWD, "/dev/null", O_RDWR, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, 0), 0);
    CU_ASSERT_EQUAL(rings_do(ring, op), 0);
    CU_ASSERT_EQUAL(kring_direct_range(ring, 0, 8), 0);
    op = kring_openat(ring, AT_FDCWD, "/dev/null", O_RDWR, 0);
    CU_ASSERT_EQUAL(kring_set_slot(ring, op, KRING_SLOT_ANY), 0);
    CU_ASSERT(rings_do(ring, op) > 0);
    rings_close(ring);
}

/* ---- From one kind of descriptor to the other ---- */

static void conversions_copy(enum rings_kind kind)
{
    struct kring *ring = open_rsrc(kind, 0, 3, NULL);
    int fd = rings_file("convert", "contents", 8), before = kring_test_open_fds(), back;
    int64_t slot = rings_do(ring, kring_to_direct(ring, fd, KRING_SLOT_ANY));
    char data[8] = "";

    CU_ASSERT_FATAL(slot >= 0 && slot < 3);
    CU_ASSERT(rings_is_open(fd));
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(slot), data, 8, 0)), 8);
    CU_ASSERT_EQUAL(memcmp(data, "contents", 8), 0);
    back = (int)rings_do(ring, kring_to_fd(ring, KRING_DIRECT(slot)));
    CU_ASSERT_FATAL(back >= 0 && back != fd);
    CU_ASSERT(fcntl(back, F_GETFD) & FD_CLOEXEC);
    /* One open file, three descriptors: each lives on its own. */
    CU_ASSERT_EQUAL(lseek(fd, 5, SEEK_SET), 5);
    CU_ASSERT_EQUAL(lseek(back, 0, SEEK_CUR), 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_close_fd(ring, KRING_DIRECT(slot))), 0);
    CU_ASSERT_EQUAL(read(back, data, 8), 3);
    CU_ASSERT_EQUAL(rings_do(ring, kring_to_direct(ring, back, 2)), 2);
    close(back);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(2), data, 8, 4)), 4);
    CU_ASSERT(rings_is_open(fd));
    back = (int)rings_do(ring, kring_fixed_fd_install(ring, KRING_DIRECT(2), KRING_INHERITED));
    CU_ASSERT_FATAL(back >= 0);
    CU_ASSERT_EQUAL(fcntl(back, F_GETFD), 0);
    close(back);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 2, -1), 0);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    close(fd);
    rings_close(ring);
}

static void failed_conversions_lose_nothing(enum rings_kind kind)
{
    struct kring *none = rings_open(kind), *ring = open_rsrc(kind, 0, 2, NULL);
    struct rings_log log = {0};
    int fd = rings_file("lossless", "contents", 8), before;
    unsigned released = 0;
    kring_op op;

    CU_ASSERT_EQUAL(rings_do(ring, kring_to_direct(ring, fd, 0)), 0);
    before = kring_test_open_fds();
    CU_ASSERT_EQUAL(kring_direct_update(ring, 1, fd), 0);
    CU_ASSERT_EQUAL(kring_start(none, kring_to_direct(none, fd, 0), rings_done, &log), -ENXIO);
    CU_ASSERT_EQUAL(kring_start(ring, kring_to_direct(ring, fd, 2), rings_done, &log), -EINVAL);
    CU_ASSERT_EQUAL(kring_start(ring, kring_to_direct(ring, -1, 0), rings_done, &log), -EBADF);
    CU_ASSERT_EQUAL(kring_start(ring, kring_to_direct(ring, KRING_DIRECT(0), 1), rings_done, &log),
                    -EBADF);
    CU_ASSERT_EQUAL(kring_start(ring, kring_to_fd(ring, fd), rings_done, &log), -EBADF);
    CU_ASSERT_EQUAL(kring_start(ring, kring_fixed_fd_install(ring, KRING_DIRECT(0), 2), rings_done,
                                &log), -EINVAL);
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_to_direct(ring, fd, KRING_SLOT_ANY)), -ENFILE);
    CU_ASSERT_EQUAL(rings_do(ring, kring_to_direct(ring, 1000, KRING_SLOT_ANY)), -EBADF);
    CU_ASSERT(rings_is_open(fd));
    CU_ASSERT_EQUAL(rings_do(ring, kring_to_fd(ring, KRING_DIRECT(5))), -EBADF);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 1, -1), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_to_fd(ring, KRING_DIRECT(1))), -EBADF);
    /* Dropped in each state: what the result owns is given back. */
    for (unsigned i = 0; i < 4; i++) {
        op = i % 2 ? kring_to_fd(ring, KRING_DIRECT(0))
                   : kring_to_direct(ring, fd, KRING_SLOT_ANY);
        if (i < 2) {
            CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, &log), 0);
        } else {
            CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
            CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
        }
        CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, i + 1));
        CU_ASSERT_EQUAL(rings_do(ring, kring_to_fd(ring, KRING_DIRECT(1))), -EBADF);
    }
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    CU_ASSERT(rings_is_open(fd));
    close(fd);
    rings_close(none);
    rings_close(ring);
}

/* Started again in its own callback it converts the same descriptor, not the slot it had found. */
static void again(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct rings_log *log = user;

    log->notes[log->calls++] = *result;
    if (log->calls < 3)
        CU_ASSERT_EQUAL(kring_start(ring, op, again, log), 0);
}

static void a_conversion_can_be_repeated(enum rings_kind kind)
{
    struct kring *ring = open_rsrc(kind, 0, 3, NULL);
    int fd = rings_file("again", "contents", 8);
    struct rings_log log = {0};
    unsigned taken = 0;
    char data[8];

    CU_ASSERT_EQUAL(kring_start(ring, kring_to_direct(ring, fd, KRING_SLOT_ANY), again, &log), 0);
    CU_ASSERT(rings_until_calls(ring, &log, 3));
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_FATAL(log.notes[i].value >= 0 && log.notes[i].value < 3);
        taken |= 1u << log.notes[i].value;
        CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, KRING_DIRECT(i), data, 8, 0)), 8);
        CU_ASSERT_EQUAL(memcmp(data, "contents", 8), 0);
    }
    CU_ASSERT_EQUAL(taken, 7);
    close(fd);
    rings_close(ring);
}

RINGS_TEST(fixed_transfers)
RINGS_TEST(bad_buffers)
RINGS_TEST(sparse_and_update)
RINGS_TEST(tags_of_buffers)
RINGS_TEST(refused_tags_are_not_told)
RINGS_TEST(unfetched_tags_are_eagain)
RINGS_TEST(short_vectors_break_chains)
RINGS_TEST(tags_of_files)
RINGS_TEST(bad_files)
RINGS_TEST(slots_of_a_range)
RINGS_TEST(conversions_copy)
RINGS_TEST(failed_conversions_lose_nothing)
RINGS_TEST(a_conversion_can_be_repeated)

/* From this kind of ring to each kind: the same memory, checked as there, then two tables. */
static void clone_to(enum rings_kind kind, enum rings_kind to)
{
    enum { COUNT = 40, HOLE = 7 };
    struct kring *from = open_rsrc(kind, COUNT, 0, NULL), *ring = open_rsrc(to, COUNT, 0, NULL);
    struct kring *small = open_rsrc(to, COUNT - 1, 0, NULL);
    uint8_t *memory = pages(COUNT), *other = pages(1);
    struct iovec vectors[COUNT], another = {other, 16};
    int fd = rings_file("clone", "contents", 8), error;

    for (unsigned i = 0; i < COUNT; i++) {
        vectors[i].iov_base = i == HOLE ? NULL : memory + i * BUFFER;
        vectors[i].iov_len = i == HOLE ? 0 : 100;
    }
    if (to == RINGS_MIXED && kind == RINGS_KERNEL)
        rings_unsplit(ring); /* such a table is the kernel's alone */
    CU_ASSERT_EQUAL(kring_buffers_clone(ring, from), -ENXIO);
    CU_ASSERT_EQUAL(kring_buffers_register(from, vectors, NULL, COUNT), 0);
    CU_ASSERT_EQUAL(kring_buffers_clone(small, from), -EINVAL);
    error = kring_buffers_clone(ring, from);
    if (kind == RINGS_KERNEL && to == RINGS_SOFT)
        CU_ASSERT_EQUAL(error, -KRING_EKERNEL);
    if (error != -KRING_EKERNEL) {
        CU_ASSERT_EQUAL(error, 0);
        CU_ASSERT_EQUAL(kring_buffers_clone(ring, from), -EBUSY);
        CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory + BUFFER * 39, 8, 0, 39)),
                        8);
        CU_ASSERT_EQUAL(memcmp(memory + BUFFER * 39, "contents", 8), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory + 96, 8, 0, 0)), -EFAULT);
        CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory, 8, 0, HOLE)), -EFAULT);
        /* What the one changes is not the other's. */
        CU_ASSERT_EQUAL(kring_buffers_update(from, HOLE, &another, NULL, 1), 1);
        CU_ASSERT_EQUAL(rings_do(from, kring_read_fixed(from, fd, other, 8, 0, HOLE)), 8);
        CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, other, 8, 0, HOLE)), -EFAULT);
        CU_ASSERT_EQUAL(kring_buffers_unregister(from), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_read_fixed(ring, fd, memory, 8, 0, 0)), 8);
        CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
    } else {
        /* Nothing is left behind. */
        CU_ASSERT_EQUAL(kring_buffers_unregister(ring), -ENXIO);
        CU_ASSERT_EQUAL(kring_buffers_register(ring, &another, NULL, 1), 0);
    }
    close(fd);
    rings_close(small);
    rings_close(ring);
    rings_close(from);
    CU_ASSERT_EQUAL(munmap(memory, COUNT * BUFFER), 0);
    CU_ASSERT_EQUAL(munmap(other, BUFFER), 0);
}

static void a_table_is_given_to_another_ring(enum rings_kind kind)
{
    struct kring *ring = open_rsrc(kind, 1, 0, NULL);
    bool able = updates(ring);

    rings_close(ring);
    if (!able)
        kring_test_abandon("empty slots need Linux 5.13");
    clone_to(kind, kind);
    if (!rings_missing(RINGS_SOFT))
        clone_to(kind, RINGS_SOFT);
    if (!rings_missing(RINGS_MIXED))
        clone_to(kind, RINGS_MIXED);
    if (!rings_missing(RINGS_KERNEL) && kind != RINGS_SOFT)
        clone_to(kind, RINGS_KERNEL);
}
RINGS_TEST(a_table_is_given_to_another_ring)

int kring_test_rsrc(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("transfers within registered buffers", fixed_transfers),
        RINGS_ROWS("bad buffers are refused", bad_buffers),
        RINGS_ROWS("a table is given to another ring", a_table_is_given_to_another_ring),
        RINGS_ROWS("empty tables are filled and changed", sparse_and_update),
        RINGS_ROWS("a buffer's tag comes once, after its last use", tags_of_buffers),
        RINGS_ROWS("tags of what was refused are not told", refused_tags_are_not_told),
        RINGS_ROWS("tags that nobody fetches", unfetched_tags_are_eagain),
        { "old kernels keep them in the soft engine", old_kernels_keep_them_in_soft },
        RINGS_ROWS("short vectors break chains", short_vectors_break_chains),
        RINGS_ROWS("a file's tag comes once, after its last use", tags_of_files),
        RINGS_ROWS("bad slots and files are refused", bad_files),
        RINGS_ROWS("any slot of a range", slots_of_a_range),
        RINGS_ROWS("a conversion copies", conversions_copy),
        RINGS_ROWS("a failed conversion loses nothing", failed_conversions_lose_nothing),
        RINGS_ROWS("a conversion can be repeated", a_conversion_can_be_repeated),
    };

    return KRING_SUITE_ADD("registered resources", tests);
}
