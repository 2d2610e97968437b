/* SPDX-License-Identifier: MIT */
/* Every system call of the library passes through here; tests/fake_sys.h says what it can play. */
#include "fake_sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct kring_fake fake;
static bool active;
static unsigned enters;
static int (*choose)(int id);

unsigned kring_fake_calls[KRING__SYS_COUNT];
unsigned kring_fake_total;
int kring_fake_failed = -1;

const char *kring_fake_name(int id)
{
#define NAME(name, params, args) #name,
    static const char *const names[] = {KRING__SYS_LIST(NAME)};

    return id >= 0 && id < KRING__SYS_COUNT ? names[id] : "?";
}

static void reset(void)
{
    kring__probe_forget();
    memset(kring_fake_calls, 0, sizeof kring_fake_calls);
    kring_fake_total = 0;
    kring_fake_failed = -1;
    enters = 0;
    choose = NULL;
}

void kring_fake_set(const struct kring_fake *wanted)
{
    fake = *wanted;
    active = true;
    reset();
}

void kring_fake_clear(void)
{
    memset(&fake, 0, sizeof fake);
    active = false;
    reset();
}

void kring_fake_arm(unsigned nth, int (*chooser)(int id))
{
    kring_fake_failed = -1;
    choose = chooser;
    fake.fail_nth = nth != 0 ? kring_fake_total + nth : 0;
    active = true;
}

/* Counts the call; true when it is answered here and must not reach the kernel. */
static bool kring_fake_hook(int id, long *result)
{
    unsigned total = __atomic_add_fetch(&kring_fake_total, 1, __ATOMIC_RELAXED);
    unsigned times = __atomic_add_fetch(&kring_fake_calls[id], 1, __ATOMIC_RELAXED);

    if (!active)
        return false;
    if (fake.fail_nth != 0 && total == fake.fail_nth) {
        int error = choose != NULL ? choose(id) : fake.fail_errno;

        kring_fake_failed = id;
        *result = -error;
        if (error != 0)
            return true;
    }
    if (fake.fail_id_errno != 0 && fake.fail_id == id &&
        (fake.fail_id_nth == 0 || fake.fail_id_nth == times)) {
        *result = -fake.fail_id_errno;
        return true;
    }
    if (fake.missing[id]) {
        *result = -ENOSYS;
        return true;
    }
    return false;
}

#if CONFIG_KRING_KERNEL_ENGINE

/* ---- An older kernel ---- */

/* Where the rings are that the library mapped, so that SQEs can be looked at. */
#define RINGS 64
static struct ring {
    int fd; /* 0: free */
    struct io_uring_params params;
    unsigned char *sq, *sqes, *cq;
} rings[RINGS];

static struct ring *ring_of(int fd)
{
    for (unsigned i = 0; fd > 0 && i < RINGS; i++)
        if (rings[i].fd == fd)
            return &rings[i];
    return NULL;
}

static void forget_ring(int fd)
{
    struct ring *ring = ring_of(fd);

    if (ring != NULL)
        memset(ring, 0, sizeof *ring);
}

static void remember_ring(int fd, const struct io_uring_params *params)
{
    forget_ring(fd);
    for (unsigned i = 0; i < RINGS; i++)
        if (rings[i].fd == 0) {
            rings[i].fd = fd;
            rings[i].params = *params;
            return;
        }
}

static uint64_t memory_of(unsigned sq, const struct io_uring_params *p)
{
    uint64_t entries = 1, cq;

    while (entries < sq)
        entries *= 2;
    cq = p->flags & IORING_SETUP_CQSIZE ? p->cq_entries : 2 * entries;
    return ((64 + 16 * cq + 4 * entries + 4095) & ~4095ull) + ((64 * entries + 4095) & ~4095ull);
}

long __real_kring__sys_io_uring_setup(unsigned entries, struct io_uring_params *params);
long __real_kring__sys_io_uring_enter(int fd, unsigned to_submit, unsigned min_complete,
                                      unsigned flags, const void *arg, size_t argsz);
long __real_kring__sys_io_uring_register(int fd, unsigned op, void *arg, unsigned nr);
long __real_kring__sys_mmap(void *addr, size_t len, int prot, int flags, int fd, uint64_t offset);
long __real_kring__sys_close(int fd);

static long play_setup(unsigned entries, struct io_uring_params *params)
{
    const struct kring__release *k = fake.kernel;
    long fd;

    if (fake.setup_errno != 0)
        return -fake.setup_errno;
    if (k != NULL && (params->flags & ~k->setup_flags) != 0)
        return -EINVAL;
    if (k != NULL && !(params->flags & IORING_SETUP_CLAMP) &&
        entries > (k->release < KRING__V(5, 4) ? 4096u : 32768u))
        return -EINVAL;
    if (fake.memlock != 0 && memory_of(entries, params) > fake.memlock)
        return -ENOMEM;
    fd = __real_kring__sys_io_uring_setup(entries, params);
    if (fd < 0)
        return fd;
    if (k != NULL)
        params->features &= k->features;
    if (fake.foreign_offsets)
        params->cq_off.cqes = 0x7ffffff0;
    remember_ring((int)fd, params);
    return fd;
}

static void refuse(struct io_uring_sqe *sqe)
{
    memset(sqe, 0, offsetof(struct io_uring_sqe, user_data)); /* user_data stays */
    memset((unsigned char *)sqe + 40, 0, 24);
    sqe->opcode = 255; /* EINVAL on every kernel */
    sqe->fd = -1;
}

/* What old kernels do not refuse but ignore (kernel code of the releases named). */
static void ignore(struct io_uring_sqe *sqe, uint16_t release)
{
    bool socket = sqe->opcode == IORING_OP_SEND || sqe->opcode == IORING_OP_RECV ||
                  sqe->opcode == IORING_OP_SENDMSG || sqe->opcode == IORING_OP_RECVMSG;

    if (release < KRING__V(5, 18) && socket)
        sqe->ioprio = 0;
    if (release < KRING__V(5, 18) && sqe->opcode == IORING_OP_SEND) {
        sqe->addr2 = 0;
        sqe->file_index = 0;
    }
    if (sqe->opcode == IORING_OP_OPENAT || sqe->opcode == IORING_OP_ACCEPT ||
        sqe->opcode == IORING_OP_CLOSE) {
        if (release < KRING__V(5, 15))
            sqe->file_index = 0;
        else if (release < KRING__V(5, 19) && sqe->file_index == IORING_FILE_INDEX_ALLOC)
            sqe->file_index = 0x7fffffff; /* a slot number like any other */
    }
    if (release < KRING__V(6, 10) && sqe->opcode == IORING_OP_NOP)
        sqe->rw_flags = 0;
    if (release < KRING__V(5, 9) && sqe->opcode == IORING_OP_POLL_ADD)
        sqe->poll32_events = kring__poll_mask(kring__poll_mask(sqe->poll32_events) & 0xffff);
}

static bool positioned(unsigned opcode)
{
    return opcode == IORING_OP_READV || opcode == IORING_OP_WRITEV;
}

static void play_sqe(struct io_uring_sqe *sqe, const struct kring__release *k)
{
    uint64_t variants;

    ignore(sqe, k->release);
    variants = sqe->opcode < KRING__OP_COUNT ? kring__variants_of(sqe) : 0;
    if (sqe->opcode >= k->op_count || (sqe->flags & ~k->sqe_flags) != 0) {
        refuse(sqe);
        return;
    }
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        if ((variants >> i & 1) && kring__variant_rows[i].since > k->release) {
            bool by_file = sqe->opcode == IORING_OP_FGETXATTR || sqe->opcode == IORING_OP_FSETXATTR;

            if (sqe->opcode == IORING_OP_URING_CMD)
                sqe->cmd_op = UINT32_MAX; /* EOPNOTSUPP */
            else
                refuse(sqe);
            if (by_file)
                sqe->opcode = IORING_OP_READ; /* of fd -1: EBADF */
            return;
        }
    if (k->release < KRING__V(5, 6) && positioned(sqe->opcode) && sqe->off == UINT64_MAX)
        refuse(sqe);
    else if (k->release < KRING__V(5, 5) && sqe->opcode == IORING_OP_TIMEOUT && sqe->flags != 0)
        refuse(sqe);
    else if (k->release < KRING__V(5, 7) && sqe->flags != 0 &&
             (sqe->opcode == IORING_OP_TIMEOUT_REMOVE || sqe->opcode == IORING_OP_ASYNC_CANCEL))
        refuse(sqe);
}

static void play_sqes(struct ring *ring, unsigned count)
{
    const struct io_uring_params *p = &ring->params;
    uint32_t mask = p->sq_entries - 1, head, tail;
    uint32_t stride = p->flags & IORING_SETUP_SQE128 ? 128 : 64;

    if (ring->sq == NULL || ring->sqes == NULL)
        return;
    head = *(uint32_t *)(void *)(ring->sq + p->sq_off.head);
    tail = *(uint32_t *)(void *)(ring->sq + p->sq_off.tail);
    for (; head != tail && count > 0; head++, count--) {
        uint32_t index = head & mask;

        if (!(p->flags & IORING_SETUP_NO_SQARRAY))
            index = ((uint32_t *)(void *)(ring->sq + p->sq_off.array))[index] & mask;
        play_sqe((struct io_uring_sqe *)(void *)(ring->sqes + (size_t)index * stride),
                 fake.kernel);
    }
}

static void garble(struct ring *ring)
{
    const struct io_uring_params *p = &ring->params;
    unsigned char *cq = ring->cq != NULL ? ring->cq : ring->sq;
    uint32_t tail;

    if (cq == NULL)
        return;
    tail = *(uint32_t *)(void *)(cq + p->cq_off.tail);
    if (tail != *(uint32_t *)(void *)(cq + p->cq_off.head))
        ((struct io_uring_cqe *)(void *)(cq + p->cq_off.cqes))[(tail - 1) & (p->cq_entries - 1)]
            .user_data ^= 0x40;
}

static long play_enter(int fd, unsigned to_submit, unsigned min_complete, unsigned flags,
                       const void *arg, size_t argsz)
{
    struct ring *ring = ring_of(fd);
    long result;

    if (fake.enter_errno != 0 && enters++ >= fake.enter_works)
        return -fake.enter_errno;
    if (fake.kernel != NULL && (flags & ~fake.kernel->enter_flags) != 0)
        return -EINVAL;
    if (fake.deaf && fd >= 0)
        return to_submit;
    if (fake.kernel != NULL && ring != NULL)
        play_sqes(ring, to_submit);
    result = __real_kring__sys_io_uring_enter(fd, to_submit, min_complete, flags, arg, argsz);
    if (fake.garbled && ring != NULL)
        garble(ring);
    return result;
}

static void mask_probe(struct io_uring_probe *probe, unsigned nr)
{
    unsigned known = fake.kernel->op_count;

    if (probe->last_op >= known)
        probe->last_op = (uint8_t)(known - 1);
    if (probe->ops_len > known)
        probe->ops_len = (uint8_t)known;
    for (unsigned i = known; i < nr; i++)
        memset(&probe->ops[i], 0, sizeof probe->ops[i]);
}

static void mask_query(struct io_uring_query_hdr *header)
{
    struct io_uring_query_opcode *o = (void *)(uintptr_t)header->query_data;

    if (header->query_op != IO_URING_QUERY_OPCODES || header->result < 0 || o == NULL)
        return;
    if (o->nr_request_opcodes > fake.kernel->op_count)
        o->nr_request_opcodes = fake.kernel->op_count;
    if (o->nr_register_opcodes > fake.kernel->register_count)
        o->nr_register_opcodes = fake.kernel->register_count;
    o->feature_flags &= fake.kernel->features;
    o->ring_setup_flags &= fake.kernel->setup_flags;
    o->enter_flags &= fake.kernel->enter_flags;
    o->sqe_flags &= fake.kernel->sqe_flags;
}

static long play_register(int fd, unsigned op, void *arg, unsigned nr)
{
    const struct kring__release *k = fake.kernel;
    long result;

    if (fake.register_errno != 0)
        return -fake.register_errno;
    if (fake.enable_lies && op == IORING_REGISTER_ENABLE_RINGS)
        return 0;
    if (k == NULL)
        return __real_kring__sys_io_uring_register(fd, op, arg, nr);
    if (fd == -1 && k->release < KRING__V(6, 3))
        return -EBADF; /* the file is looked up before the opcode */
    if ((op & ~0x80000000u) >= k->register_count)
        return -EINVAL;
    result = __real_kring__sys_io_uring_register(fd, op, arg, nr);
    if (op == IORING_REGISTER_PROBE && result >= 0 && arg != NULL)
        mask_probe(arg, nr);
    if (op == IORING_REGISTER_QUERY && result >= 0 && arg != NULL)
        mask_query(arg);
    return result;
}

static long play_mmap(void *addr, size_t len, int prot, int flags, int fd, uint64_t offset)
{
    long at = __real_kring__sys_mmap(addr, len, prot, flags, fd, offset);
    struct ring *ring = ring_of(fd);

    if (ring == NULL || (at < 0 && at > -4096))
        return at;
    if (offset == IORING_OFF_SQ_RING)
        ring->sq = (void *)(uintptr_t)at;
    else if (offset == IORING_OFF_CQ_RING)
        ring->cq = (void *)(uintptr_t)at;
    else if (offset == IORING_OFF_SQES)
        ring->sqes = (void *)(uintptr_t)at;
    return at;
}

long __real_kring__sys_openat(int dirfd, const char *path, int flags, unsigned mode);
static long play_openat(int dirfd, const char *path, int flags, unsigned mode)
{
    static const char sysctl[] = "/proc/sys/kernel";
    char other[200];

    if (fake.sysctl != NULL && path != NULL && !strncmp(path, sysctl, sizeof sysctl - 1)) {
        snprintf(other, sizeof other, "%s%s", fake.sysctl, path + sizeof sysctl - 1);
        path = other;
    }
    return __real_kring__sys_openat(dirfd, path, flags, mode);
}

static long play_close(int fd)
{
    forget_ring(fd);
    return __real_kring__sys_close(fd);
}

#define SPECIAL_io_uring_setup ~, play_setup
#define SPECIAL_io_uring_enter ~, play_enter
#define SPECIAL_io_uring_register ~, play_register
#define SPECIAL_mmap ~, play_mmap
#define SPECIAL_close ~, play_close
#define SPECIAL_openat ~, play_openat

unsigned kring_fake_ring_calls(void)
{
    return kring_fake_calls[KRING__SYS_io_uring_setup] +
           kring_fake_calls[KRING__SYS_io_uring_enter] +
           kring_fake_calls[KRING__SYS_io_uring_register];
}

#else

unsigned kring_fake_ring_calls(void)
{
    return 0;
}

#endif

void kring_fake_play(struct kring_fake *f, const char *release)
{
    static const struct {
        int id;
        uint16_t since;
    } younger[] = {
        {KRING__SYS_statx, KRING__V(4, 11)},      {KRING__SYS_pidfd_open, KRING__V(5, 3)},
        {KRING__SYS_openat2, KRING__V(5, 6)},     {KRING__SYS_epoll_pwait2, KRING__V(5, 11)},
        {KRING__SYS_futex_waitv, KRING__V(5, 16)},
        {KRING__SYS_pidfd_send_signal, KRING__V(5, 1)},
    };
    int v = kring__release_parse(release);

    memset(f, 0, sizeof *f);
    if (v < 0)
        return;
    f->kernel = kring__release_row((uint16_t)v);
    if (f->kernel == NULL)
        f->setup_errno = f->enter_errno = f->register_errno = ENOSYS;
    for (unsigned i = 0; i < sizeof younger / sizeof younger[0]; i++)
        f->missing[younger[i].id] = v < younger[i].since;
}

/*
 * The wrappers: the hook, then a function of this file (SPECIAL_<name>) or the real call. The
 * second argument of PICK is what SPECIAL_<name> stands for, else the one given.
 */
/*
 * What happens although the call fails: Linux frees the descriptor also when close reports an
 * error, and an interrupted connect goes on. A munmap that did nothing would leak here.
 */
#define HAPPENS_ANYWAY(id, result)                                 \
    ((id) == KRING__SYS_close || (id) == KRING__SYS_munmap ||      \
     ((id) == KRING__SYS_connect && ((result) == -EINTR || (result) == -EINPROGRESS)))
#define PICK_(first, second, ...) second
#define PICK(...) PICK_(__VA_ARGS__)
#define WRAP(name, params, args)                                         \
    long __real_kring__sys_##name params;                                \
    long __wrap_kring__sys_##name params;                                \
    long __wrap_kring__sys_##name params                                 \
    {                                                                    \
        long kring_fake_result;                                          \
        if (kring_fake_hook(KRING__SYS_##name, &kring_fake_result)) {    \
            if (HAPPENS_ANYWAY(KRING__SYS_##name, kring_fake_result))                     \
                (void)PICK(SPECIAL_##name, __real_kring__sys_##name, ~) args; \
            return kring_fake_result;                                    \
        }                                                                \
        return PICK(SPECIAL_##name, __real_kring__sys_##name, ~) args;   \
    }
KRING__SYS_LIST(WRAP)
