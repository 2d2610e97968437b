/* SPDX-License-Identifier: MIT */
/* Joins the answers: opens a kernel ring and fills struct kring__caps from the evidence. */
#include <errno.h>
#include <string.h>

#include "../abi/barrier.h"
#include "../abi/sys.h"
#include "internal.h"

/* struct new_utsname of the kernel: six fields of 65 bytes. */
#define UTS_FIELD 65
#define UTS_RELEASE 2
#define UTS_MACHINE 4

static void name_kernel(struct kring__caps *caps)
{
    char uts[6][UTS_FIELD];
    size_t i = 0;

    memset(uts, 0, sizeof uts);
    if (kring__sys_uname(uts) < 0)
        memcpy(uts[UTS_RELEASE], "unknown", sizeof "unknown");
    for (; i + 1 < sizeof caps->kernel && uts[UTS_RELEASE][i] != 0; i++)
        caps->kernel[i] = uts[UTS_RELEASE][i];
    caps->kernel[i] = 0;
    /* "armv7l" or "mips", not "aarch64" below a 32-bit process; i686 by name only is no harm. */
    caps->kernel_32 = sizeof(long) == 4;
    for (i = 0; i + 1 < UTS_FIELD && uts[UTS_MACHINE][i] != 0; i++)
        if (uts[UTS_MACHINE][i] == '6' && uts[UTS_MACHINE][i + 1] == '4')
            caps->kernel_32 = false;
}

static void caps_init(struct kring__caps *caps, const struct kring__wish *wish)
{
    memset(caps, 0, sizeof *caps);
    caps->release = wish->release;
    caps->pub.engine = KRING_ENGINE_SOFT;
    caps->pub.soft_available = CONFIG_KRING_SOFT_ENGINE && wish->engine != KRING_ENGINE_KERNEL;
    caps->pub.simulated = wish->release != 0;
    caps->pub.asked_entries = wish->entries;
    for (unsigned i = 0; i < KRING__OP_COUNT; i++)
        caps->op[i].answer = KRING__NO;
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        caps->variant[i].answer = KRING__NO;
    /* For messages, and for the one quirk that has nothing else to go by. */
    if (CONFIG_KRING_KERNEL_ENGINE || CONFIG_KRING_EXPLAIN)
        name_kernel(caps);
}

void kring__caps_none(struct kring__caps *caps, const struct kring__wish *wish, int error)
{
    caps_init(caps, wish);
    caps->pub.kernel_error = error;
    caps->pub.cause_certain = 1;
    if (!CONFIG_KRING_KERNEL_ENGINE)
        caps->pub.cause = KRING_CAUSE_CONFIG;
    else if (error == 0)
        caps->pub.cause = KRING_CAUSE_OPTION;
    else if (error == -EMFILE || error == -ENFILE)
        caps->pub.cause = KRING_CAUSE_FDS;
    else
        caps->pub.cause = KRING_CAUSE_UNKNOWN;
    if (caps->pub.cause == KRING_CAUSE_UNKNOWN)
        caps->pub.cause_certain = 0;
}

#if CONFIG_KRING_KERNEL_ENGINE

static void take_facts(struct kring__caps *caps, const struct kring__facts *facts,
                       const struct kring__wish *wish)
{
    const struct kring__release *rank = kring__rank(facts);

    caps->rank = rank != NULL ? rank->release : 0;
    caps->pub.features = facts->features;
    caps->enter_flags = facts->enter_known;
    caps->register_count = facts->register_count;
    caps->register_blocked = facts->register_blocked;
    caps->sqe_flags = (uint8_t)facts->sqe_known;
    if (!facts->queried && rank != NULL) {
        caps->register_count = rank->register_count;
        caps->sqe_flags = rank->sqe_flags;
        if (facts->features & IORING_FEAT_CQE_SKIP)
            caps->sqe_flags |= IOSQE_CQE_SKIP_SUCCESS;
    }
    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        caps->op[i].answer = facts->op[i];
        caps->op[i].evidence = facts->evidence[i];
    }
    kring__variants_imply(caps, facts, rank);
    if (wish->release != 0)
        kring__simulate(caps, kring__release_row(wish->release));
    kring__quirks_apply(caps, wish->quirks_off);
}

/* What a scratch ring that stands for this one is made without: the memory is the same. */
#define SCRATCH_DROPS \
    (IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF | IORING_SETUP_IOPOLL | \
     IORING_SETUP_HYBRID_IOPOLL | IORING_SETUP_ATTACH_WQ | IORING_SETUP_CQSIZE)

/*
 * A disabled ring cannot be entered, and enabling it would bind it to this thread: a scratch ring
 * with the same flags is enabled and proven in its place. (5.10.46 answers 0 to ENABLE_RINGS and
 * leaves the ring disabled.)
 */
static int prove_scratch(struct kring__kernel *kernel)
{
    struct kring__scratch scratch;
    long error = kring__scratch_open(&scratch, kernel->params.flags & ~SCRATCH_DROPS);

    if (error == -ENOMEM || error == -EMFILE || error == -ENFILE) {
        kernel->unproven = true;
        return 0;
    }
    if (error < 0)
        return (int)error;
    if (kernel->disabled)
        error = kring__sys_io_uring_register(scratch.kernel.fd, IORING_REGISTER_ENABLE_RINGS,
                                             NULL, 0);
    if (error >= 0)
        error = kring__prove(&scratch.kernel);
    kring__scratch_close(&scratch);
    return (int)error;
}

static int prove_once(struct kring__kernel *kernel)
{
    int error;

    kernel->unproven = false;
    if (kring__cache_get(KRING__CACHE_PROVEN) == KRING__YES)
        return 0;
    if ((kernel->params.flags & SCRATCH_DROPS & ~IORING_SETUP_CQSIZE) == 0 && !kernel->disabled &&
        kernel->params.sq_entries > 8)
        error = kring__prove(kernel);
    else
        error = prove_scratch(kernel);
    if (error == 0 && !kernel->unproven)
        kring__cache_set(KRING__CACHE_PROVEN, KRING__YES);
    return error;
}

static void setup_init(struct kring__setup *setup, const struct kring__wish *wish,
                       const struct kring__facts *facts)
{
    const struct kring__release *row = wish->release ? kring__release_row(wish->release) : NULL;

    memset(setup, 0, sizeof *setup);
    setup->required = wish->setup_required;
    setup->wanted = wish->setup_wanted |
                    kring__setup_defaults(wish->setup_wanted | wish->setup_required,
                                          !facts->register_blocked && !facts->no_disable);
    if (wish->cq_entries != 0)
        setup->wanted |= IORING_SETUP_CQSIZE;
    setup->allowed = facts->queried ? facts->setup_known : UINT32_MAX;
    setup->mapped_as = UINT32_MAX;
    if (row != NULL) {
        setup->allowed &= row->setup_flags;
        setup->mapped_as = row->features;
    }
    if (facts->no_sqpoll)
        setup->allowed &= ~(IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF);
    setup->entries = wish->entries;
    setup->cq_entries = wish->cq_entries;
    setup->sq_thread_cpu = wish->sq_thread_cpu;
    setup->sq_thread_idle_ms = wish->sq_thread_idle_ms;
    setup->attach_fd = wish->attach_fd;
}

/* Does an answer of this errno come from the call itself (bad argument), not from a filter? */
static bool call_is_known(int error)
{
    return error == -EINVAL || error == -EBADF;
}

static int open_once(struct kring__kernel *kernel, const struct kring__wish *wish,
                     struct kring__facts *facts, struct kring__setup *setup, bool *proving)
{
    int error;

    setup_init(setup, wish, facts);
    *proving = false;
    if (setup->required & ~setup->allowed)
        return -EINVAL;
    error = kring__setup_negotiate(kernel, setup);
    if (error < 0)
        return error;
    kernel->disabled = (kernel->params.flags & IORING_SETUP_R_DISABLED) != 0;
    if (!facts->queried)
        facts->features = kernel->params.features;
    /* Below 5.11 SQPOLL serves registered files only: a mere wish must not break plain fds. */
    if ((kernel->params.flags & ~setup->required & IORING_SETUP_SQPOLL) &&
        !(facts->features & IORING_FEAT_SQPOLL_NONFIXED) && !facts->no_sqpoll) {
        facts->no_sqpoll = true;
        kring__kernel_close(kernel);
        return open_once(kernel, wish, facts, setup, proving);
    }
    error = kring__probe_ops(facts, kernel->fd);
    /* Below 5.6 the call has no such opcode; else a refusal means that the call is filtered. */
    if (error < 0 && (!call_is_known(error) || (facts->features & IORING_FEAT_RW_CUR_POS))) {
        bool retry = kernel->disabled && !facts->register_blocked;

        facts->register_blocked = true;
        if (retry) {
            kring__kernel_close(kernel);
            return open_once(kernel, wish, facts, setup, proving);
        }
    }
    *proving = true;
    error = prove_once(kernel);
    if (error < 0 && kernel->disabled && !facts->no_disable) {
        facts->no_disable = true; /* it may be the enabling alone that does not work */
        kring__kernel_close(kernel);
        return open_once(kernel, wish, facts, setup, proving);
    }
    return error;
}

static int refused(struct kring__kernel *kernel, struct kring__caps *caps,
                   const struct kring__wish *wish, int error, bool proving)
{
    kring__kernel_close(kernel);
    caps->pub.kernel_error = error;
    kring__cause_find(caps, wish, error, proving);
    return error;
}

int kring__kernel_open(struct kring__kernel *kernel, const struct kring__wish *wish,
                       struct kring__caps *caps)
{
    const struct kring__release *row = kring__release_row(wish->release);
    struct kring__facts facts;
    struct kring__setup setup;
    bool proving = false;
    int error;

    memset(kernel, 0, sizeof *kernel);
    kernel->fd = -1;
    caps_init(caps, wish);
    if (wish->release != 0 && row == NULL) { /* 4.x has no such call: none is made */
        caps->pub.kernel_error = -ENOSYS;
        caps->pub.cause = KRING_CAUSE_SIMULATED;
        caps->pub.cause_certain = 1;
        return -ENOSYS;
    }
    memset(&facts, 0, sizeof facts);
    error = kring__query(&facts);
    facts.register_blocked = error < 0 && !call_is_known(error);
    error = open_once(kernel, wish, &facts, &setup, &proving);
    caps->pub.bytes_needed = setup.bytes;
    caps->pub.setup_refused = setup.refused;
    if (error < 0)
        return refused(kernel, caps, wish, error, proving);
    if (!facts.queried) {
        facts.setup_known = setup.got;
        if (!facts.probed)
            kring__feature_rank(&facts);
        kring__enter_flags(&facts);
    }
    caps->pub.engine = KRING_ENGINE_KERNEL;
    caps->pub.setup_flags = kernel->params.flags;
    caps->pub.sq_entries = kernel->params.sq_entries;
    caps->pub.cq_entries = kernel->params.cq_entries;
    take_facts(caps, &facts, wish);
    kernel->params.features = caps->pub.features;
    return 0;
}

int kring__kernel_enable(struct kring__kernel *kernel, struct kring__caps *caps)
{
    long error;

    if (kernel->disabled) {
        error = kring__sys_io_uring_register(kernel->fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
        if (error < 0)
            goto refused;
        kring__store_relaxed(&kernel->disabled, 0);
    }
    if (kernel->unproven) {
        error = kring__prove(kernel);
        if (error < 0)
            goto refused;
        kernel->unproven = false;
        kring__cache_set(KRING__CACHE_PROVEN, KRING__YES);
    }
    return 0;

refused:
    caps->pub.kernel_error = (int32_t)error;
    kring__cause_find(caps, NULL, (int)error, true);
    return (int)error;
}

void kring__kernel_close(struct kring__kernel *kernel)
{
    if (kernel->fd < 0)
        return;
    kring__unmap_rings(&kernel->view);
    kring__sys_close(kernel->fd);
    kernel->fd = -1;
}

#else

int kring__kernel_open(struct kring__kernel *kernel, const struct kring__wish *wish,
                       struct kring__caps *caps)
{
    memset(kernel, 0, sizeof *kernel);
    kernel->fd = -1;
    kring__caps_none(caps, wish, 0);
    return -ENOSYS;
}

int kring__kernel_enable(struct kring__kernel *kernel, struct kring__caps *caps)
{
    (void)kernel;
    (void)caps;
    return -ENOSYS;
}

void kring__kernel_close(struct kring__kernel *kernel)
{
    kernel->fd = -1;
}

#endif
