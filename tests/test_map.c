/* SPDX-License-Identifier: MIT */
/* abi/map.c: the layout of ring memory, and that nothing the kernel says about it is believed. */
#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/barrier.h"
#include "abi/map.h"
#include "abi/sys.h"
#include "test.h"

int kring_test_map(void);

static struct io_uring_params layout(uint32_t sq, uint32_t cq, uint32_t flags, size_t *ring,
                                     size_t *sqe)
{
    struct io_uring_params p = {.sq_entries = sq, .cq_entries = cq, .flags = flags};

    CU_ASSERT(kring__ring_layout(&p, ring, sqe) == 0);
    return p;
}

static void the_layout_is_the_kernels(void)
{
    size_t ring, sqe;
    struct io_uring_params p = layout(8, 16, 0, &ring, &sqe);

    CU_ASSERT(p.sq_off.head == 0 && p.sq_off.tail == 64 && p.cq_off.head == 128);
    CU_ASSERT(p.cq_off.tail == 192 && p.sq_off.ring_mask == 256 && p.cq_off.ring_mask == 260);
    CU_ASSERT(p.sq_off.ring_entries == 264 && p.cq_off.ring_entries == 268);
    CU_ASSERT(p.sq_off.dropped == 272 && p.sq_off.flags == 276 && p.cq_off.flags == 280);
    CU_ASSERT(p.cq_off.overflow == 284 && p.cq_off.cqes == 320 && p.sq_off.array == 576);
    CU_ASSERT(ring == 640 && sqe == 512);
    p = layout(8, 16, IORING_SETUP_NO_SQARRAY | IORING_SETUP_CQE32 | IORING_SETUP_SQE128, &ring,
               &sqe);
    CU_ASSERT(p.sq_off.array == 0 && ring == 320 + 16 * 32 && sqe == 8 * 128);
}

static void impossible_entries_have_no_layout(void)
{
    static const uint32_t bad[] = {0, 3, 7, (1U << 20) + 1, 1U << 21, 0x80000000U, UINT32_MAX};
    size_t ring, sqe;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct io_uring_params p = {.sq_entries = bad[i], .cq_entries = 8};

        CU_ASSERT(kring__ring_layout(&p, &ring, &sqe) == -EINVAL);
        p.sq_entries = 8;
        p.cq_entries = bad[i];
        CU_ASSERT(kring__ring_layout(&p, &ring, &sqe) == -EINVAL);
    }
}

static void a_placed_ring_is_empty_and_complete(void)
{
    alignas(64) static unsigned char memory[4096];
    struct kring__view v;
    size_t ring, sqe;
    struct io_uring_params p = layout(8, 16, 0, &ring, &sqe);

    memset(memory, 0xee, sizeof memory);
    CU_ASSERT(kring__view_place(&v, memory, ring + sqe, &p) == 0);
    CU_ASSERT(kring__load_relaxed(v.sq_head) == 0 && kring__load_acquire(v.sq_tail) == 0);
    CU_ASSERT(*v.cq_head == 0 && *v.cq_tail == 0 && *v.sq_flags == 0 && *v.sq_dropped == 0);
    CU_ASSERT(*v.cq_flags == 0 && *v.cq_overflow == 0);
    CU_ASSERT(v.sq_entries == 8 && v.sq_mask == 7 && v.cq_entries == 16 && v.cq_mask == 15);
    for (uint32_t i = 0; i < 8; i++)
        CU_ASSERT(v.sq_array[i] == i);
    CU_ASSERT((unsigned char *)v.sqes == memory + ring);
    CU_ASSERT((unsigned char *)(v.sqes + 8) == memory + ring + sqe && memory[ring + sqe] == 0xee);
    CU_ASSERT((unsigned char *)v.cqes == memory + p.cq_off.cqes);
    CU_ASSERT(kring__view_place(&v, memory, ring + sqe - 1, &p) == -EINVAL);
    CU_ASSERT(kring__view_place(&v, memory + 4, sizeof memory - 4, &p) == -EINVAL);
    CU_ASSERT(v.sqes == NULL && v.sq_head == NULL);
    /* Not ours to unmap. */
    CU_ASSERT(kring__view_place(&v, memory, sizeof memory, &p) == 0);
    kring__unmap_rings(&v);
    CU_ASSERT(v.sqes == NULL && memory[0] == 0);
}

static void indices_wrap_without_harm(void)
{
    alignas(64) static unsigned char memory[4096];
    struct kring__view v;
    size_t ring, sqe;
    struct io_uring_params p = layout(4, 8, IORING_SETUP_SQE128 | IORING_SETUP_CQE32, &ring, &sqe);

    CU_ASSERT(kring__view_place(&v, memory, sizeof memory, &p) == 0);
    kring__store_relaxed(v.sq_head, UINT32_MAX - 1);
    kring__store_release(v.sq_tail, UINT32_MAX - 1 + 4);
    CU_ASSERT(kring__load_acquire(v.sq_tail) - kring__load_acquire(v.sq_head) == 4);
    CU_ASSERT((char *)kring__view_sqe(&v, UINT32_MAX) == (char *)v.sqes + 3 * 128);
    CU_ASSERT(kring__view_sqe(&v, 0) == v.sqes && kring__view_sqe(&v, 4) == v.sqes);
    CU_ASSERT((char *)kring__view_cqe(&v, UINT32_MAX) == (char *)v.cqes + 7 * 32);
    CU_ASSERT(kring__view_cqe(&v, 8) == v.cqes);
    kring__fence_full();
}

/* The offsets of p, one after the other; array and cqes come last. */
#define WORDS 12
static uint32_t *offset_number(struct io_uring_params *p, int i)
{
    uint32_t *all[WORDS + 2] = {
        &p->sq_off.head,      &p->sq_off.tail,  &p->sq_off.ring_mask, &p->sq_off.ring_entries,
        &p->sq_off.flags,     &p->sq_off.dropped, &p->cq_off.head,    &p->cq_off.tail,
        &p->cq_off.ring_mask, &p->cq_off.ring_entries, &p->cq_off.overflow, &p->cq_off.flags,
        &p->sq_off.array,     &p->cq_off.cqes,
    };

    return all[i];
}

static void corrupt_offsets_are_refused(void)
{
    alignas(64) static unsigned char memory[4096];
    size_t ring, sqe;
    const struct io_uring_params good = layout(8, 16, 0, &ring, &sqe);
    struct kring__view v;

    for (int i = 0; i < WORDS + 2; i++) {
        const uint32_t bad[] = {1, 2, (uint32_t)ring, 0x7ffffffc, 0xfffffffc, 0xffffffff};

        for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
            struct io_uring_params p = good;

            *offset_number(&p, i) = bad[n];
            memset(memory, 0, sizeof memory);
            /* An array that is merely elsewhere makes the ring larger than the memory. */
            if (i >= WORDS && bad[n] == ring)
                CU_ASSERT(kring__view_place(&v, memory, ring + sqe, &p) == -EINVAL)
            else
                CU_ASSERT(kring__view_place(&v, memory, ring + sqe, &p) == -EPROTO);
            CU_ASSERT(v.sq_head == NULL);
            for (size_t b = 0; b < sizeof memory; b++)
                if (memory[b] != 0)
                    CU_FAIL_FATAL("a refused layout was written to");
        }
    }
}

#if CONFIG_KRING_KERNEL_ENGINE

/* How many mappings of rings this process has. */
static int ring_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int count = 0;

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, "io_uring") != NULL;
    if (maps != NULL)
        fclose(maps);
    return count;
}

static int set_up(struct io_uring_params *p, uint32_t flags)
{
    long fd;

    memset(p, 0, sizeof *p);
    p->flags = flags;
    fd = kring__sys_io_uring_setup(8, p);
    return (int)fd;
}

static void run_nops(int fd, struct kring__view *v)
{
    for (uint32_t n = 0; n < 3 * v->sq_entries; n++) {
        uint32_t tail = kring__load_relaxed(v->sq_tail), head = kring__load_relaxed(v->cq_head);
        struct io_uring_sqe *sqe = kring__view_sqe(v, tail);

        memset(sqe, 0, sizeof *sqe);
        sqe->user_data = 1000 + n;
        kring__store_release(v->sq_tail, tail + 1);
        CU_ASSERT_FATAL(kring__sys_io_uring_enter(fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1);
        CU_ASSERT_FATAL(kring__load_acquire(v->cq_tail) == head + 1);
        CU_ASSERT(kring__view_cqe(v, head)->user_data == 1000 + n);
        CU_ASSERT(kring__view_cqe(v, head)->res == 0);
        kring__store_release(v->cq_head, head + 1);
    }
    CU_ASSERT(kring__load_relaxed(v->sq_dropped) == 0 && kring__load_relaxed(v->cq_overflow) == 0);
}

static void nops_go_round(uint32_t flags, uint32_t hide)
{
    struct io_uring_params p;
    struct kring__view v;
    int before = ring_mappings(), fd = set_up(&p, flags);

    if (fd == -EINVAL && flags != 0)
        return;
    CU_ASSERT_FATAL(fd >= 0);
    p.features &= ~hide;
    CU_ASSERT_FATAL(kring__map_rings(fd, &p, &v) == 0);
    CU_ASSERT((v.sq_array == NULL) == ((flags & IORING_SETUP_NO_SQARRAY) != 0));
    if (before >= 0)
        CU_ASSERT_EQUAL(ring_mappings() - before, p.features & IORING_FEAT_SINGLE_MMAP ? 2 : 3);
    run_nops(fd, &v);
    kring__unmap_rings(&v);
    CU_ASSERT(v.sqes == NULL && ring_mappings() == before);
    close(fd);
}

static void kernel_rings_carry_nops(void)
{
    if (!kring_test_uring_allowed())
        KRING_SKIP("io_uring is not allowed here");
    nops_go_round(0, 0);
    nops_go_round(IORING_SETUP_NO_SQARRAY, 0);
    nops_go_round(IORING_SETUP_SQE128 | IORING_SETUP_CQE32, 0);
    /* As below 5.4: the CQ ring has a mapping of its own. Newer kernels still offer both. */
    nops_go_round(0, IORING_FEAT_SINGLE_MMAP);
    nops_go_round(IORING_SETUP_NO_SQARRAY, IORING_FEAT_SINGLE_MMAP);
}

static void nonsense_from_setup_is_refused_and_unmapped(void)
{
    static const uint32_t counts[] = {0, 3, 16, 4, 1U << 21, UINT32_MAX};
    struct io_uring_params good, p;
    struct kring__view v;
    int before = ring_mappings(), fd;

    if (!kring_test_uring_allowed())
        KRING_SKIP("io_uring is not allowed here");
    fd = set_up(&good, 0);
    CU_ASSERT_FATAL(fd >= 0);
    for (int i = 0; i < WORDS + 2; i++) {
        p = good;
        *offset_number(&p, i) = 0xfffffffc;
        CU_ASSERT(kring__map_rings(fd, &p, &v) == -EPROTO);
        p = good;
        *offset_number(&p, i) += 2;
        CU_ASSERT(kring__map_rings(fd, &p, &v) == -EPROTO);
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        p = good;
        p.sq_entries = counts[i];
        CU_ASSERT(kring__map_rings(fd, &p, &v) < 0);
        p = good;
        p.cq_entries = counts[i] == 16 ? 32 : counts[i];
        CU_ASSERT(kring__map_rings(fd, &p, &v) < 0);
    }
    CU_ASSERT(kring__map_rings(-1, &good, &v) == -EBADF);
    p = good;
    p.flags |= IORING_SETUP_NO_MMAP;
    CU_ASSERT(kring__map_rings(fd, &p, &v) == -EINVAL);
    CU_ASSERT(v.ring_mem == NULL && v.sqe_mem == NULL && ring_mappings() == before);
    close(fd);
}

static void a_forked_child_has_no_ring_memory(void)
{
    struct io_uring_params p;
    struct kring__view v;
    int fd, status = -1;
    pid_t pid;

    if (!kring_test_uring_allowed())
        KRING_SKIP("io_uring is not allowed here");
    fd = set_up(&p, 0);
    CU_ASSERT_FATAL(fd >= 0 && kring__map_rings(fd, &p, &v) == 0);
    CU_ASSERT(ring_mappings() > 0);
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        _exit(ring_mappings() == 0 ? 0 : 1);
    CU_ASSERT(waitpid(pid, &status, 0) == pid && status == 0);
    kring__unmap_rings(&v);
    close(fd);
}

#endif

static void anonymous_memory_is_zero(void)
{
    void *mem = NULL;

    CU_ASSERT_FATAL(kring__map_anonymous(8192, &mem) == 0);
    for (size_t i = 0; i < 8192; i++)
        if (((unsigned char *)mem)[i] != 0)
            CU_FAIL_FATAL("not zero");
    memset(mem, 1, 8192);
    CU_ASSERT(kring__sys_munmap(mem, 8192) == 0);
    CU_ASSERT(kring__map_anonymous(0, &mem) == -EINVAL);
    CU_ASSERT(kring__map_anonymous(SIZE_MAX - 0xffff, &mem) == -ENOMEM);
}

int kring_test_map(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(the_layout_is_the_kernels),
        KRING_TEST(impossible_entries_have_no_layout),
        KRING_TEST(a_placed_ring_is_empty_and_complete),
        KRING_TEST(indices_wrap_without_harm),
        KRING_TEST(corrupt_offsets_are_refused),
#if CONFIG_KRING_KERNEL_ENGINE
        KRING_TEST(kernel_rings_carry_nops),
        KRING_TEST(nonsense_from_setup_is_refused_and_unmapped),
        KRING_TEST(a_forked_child_has_no_ring_memory),
#endif
        KRING_TEST(anonymous_memory_is_zero),
    };

    return KRING_SUITE_ADD("map", tests);
}
