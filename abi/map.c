/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/mman.h>
#include <stdbool.h>
#include <string.h>

#include "barrier.h"
#include "map.h"
#include "sys.h"

/* Far above what any kernel grants (32768, 65536), low enough that no product overflows. */
#define ENTRIES_MAX (1U << 20)
#define RING_LEN_MAX ((uint64_t)1 << 30)
#define CACHE_LINE 64

/* mmap's result is an address unless it lies in the last page. */
static long map(size_t len, int flags, int fd, uint64_t offset, void **out)
{
    long ret = kring__sys_mmap(NULL, len, PROT_READ | PROT_WRITE, flags, fd, offset);

    if ((unsigned long)ret >= (unsigned long)-4095L)
        return ret;
    *out = (void *)(uintptr_t)ret;
    return 0;
}

long kring__map_anonymous(size_t len, void **out)
{
    return map(len, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, out);
}

static int map_ring(int fd, uint64_t offset, void **mem, size_t len)
{
    long ret = map(len, MAP_SHARED, fd, offset, mem);

    if (ret < 0)
        return (int)ret;
    /* Without MMU there is no such advice, and no fork either. */
    (void)kring__sys_madvise(*mem, len, MADV_DONTFORK);
    return 0;
}

static bool entries_valid(uint32_t entries)
{
    return entries != 0 && entries <= ENTRIES_MAX && (entries & (entries - 1)) == 0;
}

static bool word_inside(uint32_t offset, uint64_t len)
{
    return offset % sizeof(uint32_t) == 0 && (uint64_t)offset + sizeof(uint32_t) <= len;
}

static bool sq_inside(const struct io_uring_params *p, uint64_t len)
{
    const struct io_sqring_offsets *o = &p->sq_off;

    return word_inside(o->head, len) && word_inside(o->tail, len) &&
           word_inside(o->ring_mask, len) && word_inside(o->ring_entries, len) &&
           word_inside(o->flags, len) && word_inside(o->dropped, len) &&
           o->array % sizeof(uint32_t) == 0;
}

static bool cq_inside(const struct io_uring_params *p, uint64_t len)
{
    const struct io_cqring_offsets *o = &p->cq_off;

    return word_inside(o->head, len) && word_inside(o->tail, len) &&
           word_inside(o->ring_mask, len) && word_inside(o->ring_entries, len) &&
           word_inside(o->overflow, len) && word_inside(o->flags, len) && o->cqes % 8 == 0;
}

static uint32_t sqe_shift(const struct io_uring_params *p)
{
    return (p->flags & IORING_SETUP_SQE128) != 0 ? 7 : 6;
}

static uint32_t cqe_shift(const struct io_uring_params *p)
{
    return (p->flags & IORING_SETUP_CQE32) != 0 ? 5 : 4;
}

/* The three lengths that p describes.  The arrays stand last in their part on every kernel. */
struct lengths {
    uint64_t sq;
    uint64_t cq;
    uint64_t sqe;
};

static uint64_t end_of_words(const struct io_sqring_offsets *o)
{
    uint32_t last = o->head;

    last = o->tail > last ? o->tail : last;
    last = o->ring_mask > last ? o->ring_mask : last;
    last = o->ring_entries > last ? o->ring_entries : last;
    last = o->flags > last ? o->flags : last;
    last = o->dropped > last ? o->dropped : last;
    return (uint64_t)last + sizeof(uint32_t);
}

static int measure(const struct io_uring_params *p, struct lengths *l)
{
    if (!entries_valid(p->sq_entries) || !entries_valid(p->cq_entries))
        return -EPROTO;
    if ((p->flags & IORING_SETUP_NO_SQARRAY) != 0)
        l->sq = end_of_words(&p->sq_off);
    else
        l->sq = p->sq_off.array + (uint64_t)p->sq_entries * sizeof(uint32_t);
    l->cq = p->cq_off.cqes + ((uint64_t)p->cq_entries << cqe_shift(p));
    l->sqe = (uint64_t)p->sq_entries << sqe_shift(p);
    if (l->sq > RING_LEN_MAX || l->cq > RING_LEN_MAX)
        return -EPROTO;
    return 0;
}

static uint32_t *word_at(unsigned char *mem, uint32_t offset)
{
    return (uint32_t *)(void *)(mem + offset);
}

/* Makes the pointers.  p has been measured and all its offsets lie inside. */
static void point(struct kring__view *view, const struct io_uring_params *p, void *sq_mem,
                  void *cq_mem, void *sqe_mem)
{
    unsigned char *sq = sq_mem;
    unsigned char *cq = cq_mem;

    view->sq_head = word_at(sq, p->sq_off.head);
    view->sq_tail = word_at(sq, p->sq_off.tail);
    view->sq_flags = word_at(sq, p->sq_off.flags);
    view->sq_dropped = word_at(sq, p->sq_off.dropped);
    if ((p->flags & IORING_SETUP_NO_SQARRAY) == 0)
        view->sq_array = word_at(sq, p->sq_off.array);
    view->cq_head = word_at(cq, p->cq_off.head);
    view->cq_tail = word_at(cq, p->cq_off.tail);
    view->cq_overflow = word_at(cq, p->cq_off.overflow);
    if (p->cq_off.flags != 0)
        view->cq_flags = word_at(cq, p->cq_off.flags);
    view->sq_entries = p->sq_entries;
    view->sq_mask = p->sq_entries - 1;
    view->cq_entries = p->cq_entries;
    view->cq_mask = p->cq_entries - 1;
    view->sqe_shift = sqe_shift(p);
    view->cqe_shift = cqe_shift(p);
    view->sqes = sqe_mem;
    view->cqes = (struct io_uring_cqe *)(void *)(cq + p->cq_off.cqes);
}

/* SQE i is always submitted through slot i, so the array never changes after this. */
static void fill_array(struct kring__view *view)
{
    uint32_t i;

    if (view->sq_array == NULL)
        return;
    for (i = 0; i < view->sq_entries; i++)
        kring__store_relaxed(&view->sq_array[i], i);
}

/* The rings themselves must agree with what setup answered. */
static bool words_agree(const struct io_uring_params *p, void *sq_mem, void *cq_mem)
{
    unsigned char *sq = sq_mem;
    unsigned char *cq = cq_mem;

    return kring__load_relaxed(word_at(sq, p->sq_off.ring_mask)) == p->sq_entries - 1 &&
           kring__load_relaxed(word_at(sq, p->sq_off.ring_entries)) == p->sq_entries &&
           kring__load_relaxed(word_at(cq, p->cq_off.ring_mask)) == p->cq_entries - 1 &&
           kring__load_relaxed(word_at(cq, p->cq_off.ring_entries)) == p->cq_entries;
}

static int map_parts(int ring_fd, const struct io_uring_params *p, struct kring__view *view)
{
    int err = map_ring(ring_fd, IORING_OFF_SQ_RING, &view->ring_mem, view->ring_len);

    if (err == 0 && view->cq_len != 0)
        err = map_ring(ring_fd, IORING_OFF_CQ_RING, &view->cq_mem, view->cq_len);
    if (err == 0)
        err = map_ring(ring_fd, IORING_OFF_SQES, &view->sqe_mem, view->sqe_len);
    if (err != 0)
        return err;
    if (!words_agree(p, view->ring_mem, view->cq_mem != NULL ? view->cq_mem : view->ring_mem))
        return -EPROTO;
    return 0;
}

int kring__map_rings(int ring_fd, const struct io_uring_params *p, struct kring__view *view)
{
    struct lengths l;
    int err;

    memset(view, 0, sizeof *view);
    if ((p->flags & IORING_SETUP_NO_MMAP) != 0)
        return -EINVAL;
    err = measure(p, &l);
    if (err != 0)
        return err;
    if ((p->features & IORING_FEAT_SINGLE_MMAP) != 0) {
        l.sq = l.sq > l.cq ? l.sq : l.cq;
        l.cq = l.sq;
    }
    if (!sq_inside(p, l.sq) || !cq_inside(p, l.cq))
        return -EPROTO;
    view->ring_len = (size_t)l.sq;
    if ((p->features & IORING_FEAT_SINGLE_MMAP) == 0)
        view->cq_len = (size_t)l.cq;
    view->sqe_len = (size_t)l.sqe;
    err = map_parts(ring_fd, p, view);
    if (err != 0) {
        kring__unmap_rings(view);
        return err;
    }
    point(view, p, view->ring_mem, view->cq_mem != NULL ? view->cq_mem : view->ring_mem,
          view->sqe_mem);
    fill_array(view);
    return 0;
}

void kring__unmap_rings(struct kring__view *view)
{
    if (view->sqe_mem != NULL)
        (void)kring__sys_munmap(view->sqe_mem, view->sqe_len);
    if (view->cq_mem != NULL)
        (void)kring__sys_munmap(view->cq_mem, view->cq_len);
    if (view->ring_mem != NULL)
        (void)kring__sys_munmap(view->ring_mem, view->ring_len);
    memset(view, 0, sizeof *view);
}

/* The kernel's struct io_rings: four indices on cache lines of their own, then the rare words. */
int kring__ring_layout(struct io_uring_params *p, size_t *ring_len, size_t *sqe_len)
{
    uint64_t len;

    if (!entries_valid(p->sq_entries) || !entries_valid(p->cq_entries))
        return -EINVAL;
    memset(&p->sq_off, 0, sizeof p->sq_off);
    memset(&p->cq_off, 0, sizeof p->cq_off);
    p->sq_off.head = 0 * CACHE_LINE;
    p->sq_off.tail = 1 * CACHE_LINE;
    p->cq_off.head = 2 * CACHE_LINE;
    p->cq_off.tail = 3 * CACHE_LINE;
    p->sq_off.ring_mask = 4 * CACHE_LINE;
    p->cq_off.ring_mask = 4 * CACHE_LINE + 4;
    p->sq_off.ring_entries = 4 * CACHE_LINE + 8;
    p->cq_off.ring_entries = 4 * CACHE_LINE + 12;
    p->sq_off.dropped = 4 * CACHE_LINE + 16;
    p->sq_off.flags = 4 * CACHE_LINE + 20;
    p->cq_off.flags = 4 * CACHE_LINE + 24;
    p->cq_off.overflow = 4 * CACHE_LINE + 28;
    p->cq_off.cqes = 5 * CACHE_LINE;
    len = p->cq_off.cqes + ((uint64_t)p->cq_entries << cqe_shift(p));
    len = (len + CACHE_LINE - 1) & ~(uint64_t)(CACHE_LINE - 1);
    if ((p->flags & IORING_SETUP_NO_SQARRAY) == 0) {
        p->sq_off.array = (uint32_t)len;
        len += (uint64_t)p->sq_entries * sizeof(uint32_t);
        len = (len + CACHE_LINE - 1) & ~(uint64_t)(CACHE_LINE - 1);
    }
    *ring_len = (size_t)len;
    *sqe_len = (size_t)p->sq_entries << sqe_shift(p);
    return 0;
}

int kring__view_place(struct kring__view *view, void *memory, size_t len,
                      const struct io_uring_params *p)
{
    unsigned char *mem = memory;
    struct lengths l;
    uint64_t ring;
    int err;

    memset(view, 0, sizeof *view);
    err = measure(p, &l);
    if (err != 0)
        return err;
    ring = l.sq > l.cq ? l.sq : l.cq;
    ring = (ring + CACHE_LINE - 1) & ~(uint64_t)(CACHE_LINE - 1);
    if (!sq_inside(p, ring) || !cq_inside(p, ring))
        return -EPROTO;
    if ((uintptr_t)memory % 8 != 0 || ring + l.sqe > len)
        return -EINVAL;
    point(view, p, mem, mem, mem + ring);
    kring__store_relaxed(view->sq_head, 0);
    kring__store_relaxed(view->sq_tail, 0);
    kring__store_relaxed(view->sq_flags, 0);
    kring__store_relaxed(view->sq_dropped, 0);
    kring__store_relaxed(view->cq_head, 0);
    kring__store_relaxed(view->cq_tail, 0);
    kring__store_relaxed(view->cq_overflow, 0);
    if (view->cq_flags != NULL)
        kring__store_relaxed(view->cq_flags, 0);
    kring__store_relaxed(word_at(mem, p->sq_off.ring_mask), view->sq_mask);
    kring__store_relaxed(word_at(mem, p->sq_off.ring_entries), view->sq_entries);
    kring__store_relaxed(word_at(mem, p->cq_off.ring_mask), view->cq_mask);
    kring__store_relaxed(word_at(mem, p->cq_off.ring_entries), view->cq_entries);
    fill_array(view);
    return 0;
}
