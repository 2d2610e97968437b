/* SPDX-License-Identifier: MIT */
/*
 * Ring memory: where the shared words and the two arrays are, whoever made them.
 *
 * The kernel's rings are mapped from the ring fd; the soft engine's lie in memory of kring's own
 * with the layout that the kernel uses.  What the kernel wrote into io_uring_params is checked
 * before a pointer is made of it: -EPROTO if an offset lies outside of the mapping or a size is no
 * power of two.
 */
#ifndef KRING__ABI_MAP_H
#define KRING__ABI_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "kring/uapi.h"

/* The most entries of each that io_uring_setup() grants (5.4; fewer before). */
#define KRING__SQ_LIMIT 32768u
#define KRING__CQ_LIMIT 65536u

/*
 * Indices count modulo 2^32 and are masked only when an entry is addressed, so tail - head is the
 * number of entries in use also after they wrapped.  The words are accessed through abi/barrier.h.
 */
struct kring__view {
    uint32_t *sq_head;     /* written by the engine */
    uint32_t *sq_tail;     /* written by us */
    uint32_t *sq_flags;    /* IORING_SQ_*, written by the engine */
    uint32_t *sq_dropped;  /* written by the engine */
    uint32_t *sq_array;    /* filled with 0, 1, 2, ...; NULL with IORING_SETUP_NO_SQARRAY */
    uint32_t *cq_head;     /* written by us */
    uint32_t *cq_tail;     /* written by the engine */
    uint32_t *cq_overflow; /* written by the engine */
    uint32_t *cq_flags;    /* IORING_CQ_*, written by us; NULL below 5.8 */
    uint32_t sq_mask;
    uint32_t sq_entries;
    uint32_t cq_mask;
    uint32_t cq_entries;
    uint32_t sqe_shift; /* log2 of an SQE's size: 6, or 7 with IORING_SETUP_SQE128 */
    uint32_t cqe_shift; /* log2 of a CQE's size: 4, or 5 with IORING_SETUP_CQE32 */
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
    /* What kring__unmap_rings gives back; NULL where the memory is not ours to unmap. */
    void *ring_mem;
    size_t ring_len;
    void *cq_mem; /* of its own below 5.4 */
    size_t cq_len;
    void *sqe_mem;
    size_t sqe_len;
};

/* The entry at an index, which is masked here. */
static inline struct io_uring_sqe *kring__view_sqe(const struct kring__view *view, uint32_t index)
{
    return (struct io_uring_sqe *)(void *)((unsigned char *)view->sqes +
                                           ((size_t)(index & view->sq_mask) << view->sqe_shift));
}

static inline struct io_uring_cqe *kring__view_cqe(const struct kring__view *view, uint32_t index)
{
    return (struct io_uring_cqe *)(void *)((unsigned char *)view->cqes +
                                           ((size_t)(index & view->cq_mask) << view->cqe_shift));
}

/*
 * Maps the rings of ring_fd, as io_uring_setup described them in p, and fills the SQ array once
 * and for all.  A child of fork() does not get the memory: it could only corrupt the parent's
 * ring.  0, -EPROTO, -EINVAL (IORING_SETUP_NO_MMAP: there is nothing to map) or mmap's error; on
 * an error nothing stays mapped and *view is zero.
 */
int kring__map_rings(int ring_fd, const struct io_uring_params *p, struct kring__view *view);

/* Unmaps what kring__map_rings mapped, nothing of a placed view, and zeroes the view. */
void kring__unmap_rings(struct kring__view *view);

/*
 * Fills in p->sq_off and p->cq_off as the kernel does for p->sq_entries, p->cq_entries and
 * p->flags, and tells the sizes of the two parts, each a multiple of 64 bytes.  -EINVAL if an
 * entry count is no power of two or beyond 2^20.
 */
int kring__ring_layout(struct io_uring_params *p, size_t *ring_len, size_t *sqe_len);

/*
 * Makes a view of memory: the ring part, and the SQEs right behind it, with the offsets in p (from
 * kring__ring_layout).  Sets up an empty ring there; the entries are left as they are.  memory is
 * borrowed, aligned to 8 bytes at least (64 keeps heads and tails on cache lines of their own).
 * -EINVAL if it is misaligned or shorter than the two parts, -EPROTO if p is not a layout.
 */
int kring__view_place(struct kring__view *view, void *memory, size_t len,
                      const struct io_uring_params *p);

/* Zeroed private memory in *out; 0 or -errno.  To be given back with kring__sys_munmap. */
long kring__map_anonymous(size_t len, void **out);

#endif
