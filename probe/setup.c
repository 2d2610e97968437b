/* SPDX-License-Identifier: MIT */
/*
 * Question: what ring does the kernel give us? Setup is a negotiation: of the wanted flags the
 * newest is given up first as long as the answer is EINVAL (an unknown flag and a bad argument look
 * alike), and the size is halved as long as it is ENOMEM, down to 8 entries: RLIMIT_MEMLOCK counts
 * ring memory on 5.1 to 5.11 and again on 6.14 to 7.1, so the size is found by trial, never by
 * version. With the masks of QUERY no setup fails for a flag.
 */
#include <errno.h>
#include <string.h>

#include "../abi/sys.h"
#include "internal.h"

#if CONFIG_KRING_KERNEL_ENGINE

#define FLOOR 8u
#define OLD_LIMIT 4096u /* 5.1 to 5.3; 32768 from 5.4, clamped by the kernel from 5.6 */

static uint32_t power_of_two(uint32_t n)
{
    uint32_t p = 1;

    while (p < n)
        p <<= 1;
    return p;
}

static uint64_t page_up(uint64_t bytes)
{
    return (bytes + 4095) & ~UINT64_C(4095);
}

uint64_t kring__ring_bytes(const struct io_uring_params *params, uint32_t sq, uint32_t cq)
{
    uint64_t cqe = params->flags & IORING_SETUP_CQE32 ? 32 : 16;
    uint64_t sqe = params->flags & IORING_SETUP_SQE128 ? 128 : 64;
    uint64_t rings = 64 + cqe * cq + UINT64_C(4) * sq;

    if (params->cq_off.cqes != 0) {
        uint64_t cq_end = params->cq_off.cqes + cqe * cq;
        uint64_t sq_end = params->sq_off.array ? params->sq_off.array + UINT64_C(4) * sq : 0;

        rings = cq_end > sq_end ? cq_end : sq_end;
    }
    return page_up(rings) + page_up(sqe * sq);
}

static uint32_t newest(uint32_t flags)
{
    return flags ? 1u << (31 - __builtin_clz(flags)) : 0;
}

/* Gives up what depends on the flags that are gone. */
static uint32_t consistent(uint32_t flags)
{
    /* Starting disabled serves only to bind the single issuer late. */
    if (!(flags & IORING_SETUP_SINGLE_ISSUER))
        flags &= ~(IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_R_DISABLED);
    if (!(flags & (IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN)))
        flags &= ~IORING_SETUP_TASKRUN_FLAG;
    if (!(flags & IORING_SETUP_SQPOLL))
        flags &= ~IORING_SETUP_SQ_AFF;
    if (!(flags & IORING_SETUP_IOPOLL))
        flags &= ~IORING_SETUP_HYBRID_IOPOLL;
    return flags;
}

uint32_t kring__setup_defaults(uint32_t flags, bool can_enable)
{
    uint32_t wanted = IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_NO_SQARRAY;

    if (!(flags & IORING_SETUP_SQPOLL))
        wanted |= IORING_SETUP_COOP_TASKRUN;
    /*
     * The owner is the thread that submits first. SINGLE_ISSUER binds at setup unless the ring
     * starts disabled, so these three go together; enabling needs io_uring_register.
     */
    if (can_enable && !(flags & IORING_SETUP_SQPOLL))
        wanted |= IORING_SETUP_R_DISABLED | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    return wanted;
}

/* The kernel refuses both of a pair: the mixed form comes first, unless the other is demanded. */
static uint32_t one_of_each(uint32_t flags, uint32_t required)
{
    if ((flags & IORING_SETUP_SQE128) && (flags & IORING_SETUP_SQE_MIXED))
        flags &= ~(required & IORING_SETUP_SQE128 ? IORING_SETUP_SQE_MIXED : IORING_SETUP_SQE128);
    if ((flags & IORING_SETUP_CQE32) && (flags & IORING_SETUP_CQE_MIXED))
        flags &= ~(required & IORING_SETUP_CQE32 ? IORING_SETUP_CQE_MIXED : IORING_SETUP_CQE32);
    return flags;
}

struct attempt {
    uint32_t flags, entries, cq_entries;
};

static int create(struct kring__kernel *kernel, const struct kring__setup *setup,
                  const struct attempt *a)
{
    struct io_uring_params *params = &kernel->params, played;
    long fd;
    int error;

    memset(params, 0, sizeof *params);
    params->flags = a->flags;
    if (a->flags & IORING_SETUP_CQSIZE)
        params->cq_entries = a->cq_entries;
    if (a->flags & IORING_SETUP_SQPOLL)
        params->sq_thread_idle = setup->sq_thread_idle_ms;
    if (a->flags & IORING_SETUP_SQ_AFF)
        params->sq_thread_cpu = setup->sq_thread_cpu;
    if (a->flags & IORING_SETUP_ATTACH_WQ)
        params->wq_fd = (uint32_t)setup->attach_fd;
    fd = kring__sys_io_uring_setup(a->entries, params);
    if (fd < 0)
        return (int)fd;
    played = *params;
    played.features &= setup->mapped_as;
    error = kring__map_rings((int)fd, &played, &kernel->view);
    if (error < 0) {
        kring__sys_close((int)fd);
        return error;
    }
    kernel->fd = (int)fd;
    return 0;
}

/* What to try after this refusal; false when nothing is left. */
static bool give_up(const struct kring__setup *setup, struct attempt *a, int error)
{
    uint32_t optional = a->flags & ~setup->required;

    if (error == -EPERM && (optional & IORING_SETUP_SQPOLL)) {
        a->flags = consistent(a->flags & ~IORING_SETUP_SQPOLL); /* a privilege below 5.13 */
        return true;
    }
    /* Below 5.12 a bad fd is EBADF (seen on 5.10.46). */
    if ((error == -ENXIO || error == -EBADF) && (optional & IORING_SETUP_ATTACH_WQ)) {
        a->flags &= ~IORING_SETUP_ATTACH_WQ;
        return true;
    }
    if (error == -ENOMEM && a->entries > FLOOR) {
        a->entries /= 2;
        if (a->cq_entries / 2 >= a->entries)
            a->cq_entries /= 2;
        return true;
    }
    if (error != -EINVAL)
        return false;
    if (optional != 0) {
        uint32_t gone = newest(optional);

        a->flags = consistent(a->flags & ~gone) | (a->flags & setup->required);
        /* What the mixed form had taken the place of. */
        if (gone == IORING_SETUP_SQE_MIXED)
            a->flags |= setup->wanted & setup->allowed & IORING_SETUP_SQE128;
        if (gone == IORING_SETUP_CQE_MIXED)
            a->flags |= setup->wanted & setup->allowed & IORING_SETUP_CQE32;
        /* Below 5.5 the CQ is twice the SQ: a larger SQ is the way to a larger CQ. */
        if (gone == IORING_SETUP_CQSIZE && a->entries < a->cq_entries / 2)
            a->entries = a->cq_entries / 2 < KRING__SQ_LIMIT ? a->cq_entries / 2 : KRING__SQ_LIMIT;
        return true;
    }
    if (a->entries > OLD_LIMIT) {
        a->entries = OLD_LIMIT;
        return true;
    }
    return false;
}

int kring__setup_negotiate(struct kring__kernel *kernel, struct kring__setup *setup)
{
    uint32_t asked = setup->wanted | setup->required;
    struct attempt a;
    int error;

    kernel->fd = -1;
    setup->got = 0;
    setup->refused = asked;
    if ((setup->required & ~KRING__SETUP_UNDERSTOOD) != 0)
        return -EINVAL;
    a.entries = power_of_two(setup->entries < KRING__SQ_LIMIT ? setup->entries : KRING__SQ_LIMIT);
    a.cq_entries = setup->cq_entries < KRING__CQ_LIMIT ? setup->cq_entries : KRING__CQ_LIMIT;
    if (a.cq_entries < a.entries)
        a.cq_entries = a.entries;
    a.cq_entries = power_of_two(a.cq_entries);
    a.flags = setup->wanted & KRING__SETUP_UNDERSTOOD & setup->allowed;
    a.flags = consistent(a.flags | setup->required) | setup->required;
    a.flags = one_of_each(a.flags, setup->required);
    if ((asked & IORING_SETUP_CQSIZE) && !(a.flags & IORING_SETUP_CQSIZE) &&
        a.entries < a.cq_entries / 2)
        a.entries = a.cq_entries / 2 < KRING__SQ_LIMIT ? a.cq_entries / 2 : KRING__SQ_LIMIT;
    do {
        error = create(kernel, setup, &a);
        setup->bytes = kring__ring_bytes(
            &kernel->params, a.entries,
            a.flags & IORING_SETUP_CQSIZE ? a.cq_entries : 2 * a.entries);
    } while (error < 0 && give_up(setup, &a, error));
    if (error < 0)
        return error;
    setup->got = a.flags;
    setup->refused = asked & ~a.flags;
    setup->bytes = kring__ring_bytes(&kernel->params, kernel->params.sq_entries,
                                     kernel->params.cq_entries);
    return 0;
}

#endif
