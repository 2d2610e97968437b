/* SPDX-License-Identifier: MIT */
/*
 * Two engines behind one interface. The kernel's ring is mapped here by hand, from nothing but
 * what io_uring_setup wrote, so that a mistake in the library's mapping cannot hide itself.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include "abi/map.h"
#include "abi/sys.h"
#include "fallback/soft.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if !CONFIG_KRING_SOFT_ENGINE
/* Never called: oracle_unavailable() says that there is nothing to compare. */
#define kring__soft_memory(config) ((void)(config), (size_t)0)
#define kring__soft_setup(soft, config, params, memory, length) ((void)(memory), -ENOSYS)
#define kring__soft_enter(soft, submit, want, flags, arg, size) (-ENOSYS)
#define kring__soft_register(soft, op, arg, nr) (-ENOSYS)
#endif

static long answer(long result)
{
    return result < 0 ? -errno : result;
}

static int kernel_setup(unsigned entries, struct io_uring_params *params)
{
    return (int)answer(syscall(SYS_io_uring_setup, entries, params));
}

/* Any kernel that the oracle runs on has FEAT_SINGLE_MMAP (5.4). */
static int kernel_map(struct oracle_ring *ring)
{
    const struct io_uring_params *p = &ring->params;
    size_t sq_bytes = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
    size_t cq_bytes = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
    uint8_t *base = mmap(NULL, sq_bytes > cq_bytes ? sq_bytes : cq_bytes, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_POPULATE, ring->fd, (off_t)IORING_OFF_SQ_RING);
    void *sqes = mmap(NULL, p->sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_POPULATE, ring->fd, (off_t)IORING_OFF_SQES);

    if (base == MAP_FAILED || sqes == MAP_FAILED)
        return -errno;
    ring->sqes = sqes;
    ring->sq_head = (uint32_t *)(base + p->sq_off.head);
    ring->sq_tail = (uint32_t *)(base + p->sq_off.tail);
    ring->sq_flags = (uint32_t *)(base + p->sq_off.flags);
    ring->sq_array = (uint32_t *)(base + p->sq_off.array);
    ring->sq_mask = *(uint32_t *)(base + p->sq_off.ring_mask);
    ring->cq_head = (uint32_t *)(base + p->cq_off.head);
    ring->cq_tail = (uint32_t *)(base + p->cq_off.tail);
    ring->cq_overflow = (uint32_t *)(base + p->cq_off.overflow);
    ring->cq_mask = *(uint32_t *)(base + p->cq_off.ring_mask);
    ring->cqes = (struct io_uring_cqe *)(base + p->cq_off.cqes);
    return 0;
}

struct errand {
    void (*job)(void *arg);
    void *arg;
    pid_t thread;
};

static void *run_errand(void *arg)
{
    struct errand *errand = arg;
    struct errand copy = *errand;

    __atomic_store_n(&errand->thread, (pid_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
    copy.job(copy.arg);
    return NULL;
}

/* Until the thread waits, or has ended: the patience of the engine is too short for a busy machine. */
static void settle(const struct errand *errand)
{
    char path[64], state = 'R';

    for (unsigned i = 0; i < 5000 && state != 'S'; i++) {
        pid_t thread = __atomic_load_n(&errand->thread, __ATOMIC_ACQUIRE);
        FILE *file;

        snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
        file = thread ? fopen(path, "r") : NULL;
        if (thread && !file)
            return;
        if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            state = 'S';
        if (file)
            fclose(file);
        if (state != 'S')
            poll(NULL, 0, 1);
    }
}

/* Only what cannot do without: everything else runs inline, as without the option. */
static int lend(void *user, void (*job)(void *arg), void *arg)
{
    const struct kring__req *req = arg;
    struct errand *errand;
    pthread_t thread;

    (void)user;
    if (!(kring__row(req->sqe.opcode)->flags & KRING__THREAD))
        return -EAGAIN;
    /* Ours until the end: a run is a short process. */
    errand = calloc(1, sizeof *errand);
    *errand = (struct errand){ .job = job, .arg = arg };
    if (pthread_create(&thread, NULL, run_errand, errand) != 0)
        return -EAGAIN;
    pthread_detach(thread);
    settle(errand);
    return 0;
}

static int soft_open(struct oracle_ring *ring, unsigned entries)
{
    struct kring__soft_config config = {
        .entries = entries,
        .cq_entries = ring->params.flags & IORING_SETUP_CQSIZE ? ring->params.cq_entries : 0,
        .requests = 512, .timers = 128, .fds = 256, .fixed_files = 64, .fixed_buffers = 32, .groups = 16,
        .buffers = 512, .copies = 1 << 16, .offload = lend,
    };
    size_t length = kring__soft_memory(&config);
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kring__view *view;
    int result;

    if (memory == MAP_FAILED)
        return -errno;
    result = kring__soft_setup(&ring->engine, &config, &ring->params, memory, length);
    if (result < 0)
        return result;
    view = kring__soft_view(ring->engine);
    ring->sqes = view->sqes;
    ring->sq_head = view->sq_head;
    ring->sq_tail = view->sq_tail;
    ring->sq_flags = view->sq_flags;
    ring->sq_array = view->sq_array;
    ring->sq_mask = view->sq_mask;
    ring->cq_head = view->cq_head;
    ring->cq_tail = view->cq_tail;
    ring->cq_overflow = view->cq_overflow;
    ring->cq_mask = view->cq_mask;
    ring->cqes = view->cqes;
    return 0;
}

int oracle_ring_open(struct oracle_ring *ring, bool soft, unsigned entries, unsigned cq_entries,
                     unsigned flags)
{
    memset(ring, 0, sizeof *ring);
    ring->soft = soft;
    ring->params.flags = flags | (cq_entries ? IORING_SETUP_CQSIZE : 0);
    ring->params.cq_entries = cq_entries;
    ring->fd = -1;
    if (soft)
        return soft_open(ring, entries);
    ring->fd = kernel_setup(entries, &ring->params);
    return ring->fd < 0 ? ring->fd : kernel_map(ring);
}

static long kernel_enter(const struct oracle_ring *ring, unsigned submit, unsigned want,
                         unsigned flags, const void *arg, size_t size)
{
    return answer(syscall(SYS_io_uring_enter, ring->fd, submit, want, flags, arg, size));
}

static uint32_t cqes_ready(const struct oracle_ring *ring)
{
    return __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) - *ring->cq_head;
}

/*
 * Below 5.11 an enter cannot be bounded: the ring is polled instead, as the library does there, and
 * entered without waiting. The result is what a bounded enter would say.
 */
static int bounded_enter(const struct oracle_ring *ring, unsigned submit, unsigned want,
                         unsigned flags, const struct io_uring_getevents_arg *arg)
{
    const struct kring_timespec *time = (const void *)(uintptr_t)arg->ts;
    int64_t end = oracle_now_ms() + time->tv_sec * 1000 + (time->tv_nsec + 999999) / 1000000;
    struct pollfd ready = { .fd = ring->fd, .events = POLLIN };
    long result = kernel_enter(ring, submit, 0, flags & ~IORING_ENTER_EXT_ARG, NULL, 0);
    long waited = 0;

    if (result < 0 || result < (long)submit)
        return (int)result;
    want = want > ring->params.cq_entries ? ring->params.cq_entries : want;
    while (cqes_ready(ring) < want && waited >= 0) {
        int64_t left = end - oracle_now_ms();

        /* One CQE makes the ring readable: for more of them it is looked at again and again. */
        if (left <= 0)
            waited = -ETIME;
        else if (poll(&ready, 1, (int)left) < 0)
            waited = -errno;
        else if (cqes_ready(ring) < want)
            waited = poll(NULL, 0, 1) < 0 ? -errno : 0;
        if (waited >= 0)
            kernel_enter(ring, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0);
    }
    return (int)(result == 0 ? waited : result);
}

int oracle_ring_enter(struct oracle_ring *ring, unsigned submit, unsigned want, unsigned flags,
                      const void *arg, size_t size)
{
    if (ring->soft)
        return kring__soft_enter(ring->engine, submit, want, flags, arg, size);
    if (flags & IORING_ENTER_EXT_ARG && !(ring->params.features & IORING_FEAT_EXT_ARG))
        return bounded_enter(ring, submit, want, flags, arg);
    return (int)kernel_enter(ring, submit, want, flags, arg, size);
}

int oracle_ring_register(struct oracle_ring *ring, unsigned op, void *arg, unsigned nr)
{
    if (ring->soft)
        return kring__soft_register(ring->engine, op, arg, nr);
    return (int)answer(syscall(SYS_io_uring_register, ring->fd, op, arg, nr));
}

int oracle_ring_fd(struct oracle_ring *ring)
{
    return ring->soft ? kring__soft_wake_fd(ring->engine) : ring->fd;
}

struct io_uring_sqe *oracle_ring_sqe(struct oracle_ring *ring)
{
    uint32_t tail = *ring->sq_tail;
    struct io_uring_sqe *sqe = &ring->sqes[tail & ring->sq_mask];

    if (tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) > ring->sq_mask)
        return NULL;
    memset(sqe, 0, sizeof *sqe);
    if (ring->sq_array)
        ring->sq_array[tail & ring->sq_mask] = tail & ring->sq_mask;
    /* Published at once: one thread fills it and calls enter. */
    __atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_RELEASE);
    return sqe;
}

bool oracle_ring_cqe(struct oracle_ring *ring, struct io_uring_cqe *cqe)
{
    uint32_t head = *ring->cq_head;

    if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
        return false;
    memcpy(cqe, &ring->cqes[head & ring->cq_mask], sizeof *cqe);
    __atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
    return true;
}
