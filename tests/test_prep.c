/* SPDX-License-Identifier: MIT */
/*
 * What an operation of the soft engine refuses at preparation is what Linux 6.18 refuses: each
 * field of the SQE is set in turn, alone and together with each value of each other field, and the
 * real kernel is asked about every such entry.
 *
 * Nothing is executed. The entry stands in a chain behind a head that fails, so that the kernel
 * prepares it and then cancels it: -ECANCELED says that preparation had no objection.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fallback/soft.h"
#include "ops/ops.h"

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#define SYS_io_uring_enter 426
#endif

#define HEAD 1u
#define ENTRY 2u

struct oracle {
    int fd;
    int event;
    uint8_t *rings;
    size_t length;
    struct io_uring_sqe *sqes;
    size_t sqes_length;
    struct io_uring_params params;
};

/* Zeroes, and a path: what pointers of the entries lead to. */
static uint64_t zeroes[64];
static char path[] = "no/such/file";

struct value {
    const char *field;
    size_t offset;
    size_t size;
    uint64_t value;
};

#define FIELD(name, number) \
    {#name, offsetof(struct io_uring_sqe, name), sizeof(((struct io_uring_sqe *)0)->name), number}
#define BIT(n) FIELD(rw_flags, UINT32_C(1) << (n))

static const struct value values[] = {
    FIELD(ioprio, 1), FIELD(ioprio, 2), FIELD(ioprio, 3), FIELD(ioprio, 4), FIELD(ioprio, 5),
    FIELD(ioprio, 8), FIELD(ioprio, 0x10), FIELD(ioprio, 0x20), FIELD(ioprio, 0x40),
    FIELD(ioprio, 0x4004), FIELD(ioprio, 0x6000), FIELD(ioprio, 0x8000), FIELD(ioprio, 0xe000),
    FIELD(fd, 0), FIELD(fd, 1), FIELD(fd, 65536), FIELD(fd, 65537), FIELD(fd, 0xffffffff),
    FIELD(off, 1), FIELD(off, 0x80), FIELD(off, 0x81), FIELD(off, 0xffff), FIELD(off, 0x10000),
    FIELD(off, UINT64_C(0x100000000)), FIELD(off, UINT64_MAX), FIELD(off, UINT64_MAX - 1),
    FIELD(off, 0x80001), FIELD(off, 0x801),
    FIELD(len, 0), FIELD(len, 1), FIELD(len, 2), FIELD(len, 3), FIELD(len, 4), FIELD(len, 5),
    FIELD(len, 7), FIELD(len, 8), FIELD(len, 0x10), FIELD(len, 1024), FIELD(len, 1025),
    FIELD(len, 0x80000000), FIELD(len, 0xffffffff),
    BIT(0), BIT(1), BIT(2), BIT(3), BIT(4), BIT(5), BIT(6), BIT(7), BIT(8), BIT(9), BIT(10),
    BIT(11), BIT(12), BIT(13), BIT(14), BIT(15), BIT(16), BIT(17), BIT(18), BIT(19), BIT(20),
    BIT(21), BIT(22), BIT(23), BIT(24), BIT(25), BIT(26), BIT(27), BIT(28), BIT(29), BIT(30),
    BIT(31), FIELD(rw_flags, 0x3), FIELD(rw_flags, 0x12), FIELD(rw_flags, 0x6),
    FIELD(rw_flags, 0xa), FIELD(rw_flags, 0xc), FIELD(rw_flags, 0xe), FIELD(rw_flags, 0x11),
    FIELD(rw_flags, 0x14), FIELD(rw_flags, 0x22), FIELD(rw_flags, 0x24), FIELD(rw_flags, 0x41),
    FIELD(buf_index, 1), FIELD(buf_index, 0xffff),
    FIELD(file_index, 1), FIELD(file_index, 0x10000), FIELD(file_index, 0xffffffff),
    FIELD(addr3, 1), FIELD(__pad2, 1), FIELD(__pad2, 2),
};
#define VALUES (sizeof values / sizeof values[0])

static bool oracle_open(struct oracle *oracle)
{
    memset(oracle, 0, sizeof *oracle);
    oracle->fd = (int)syscall(SYS_io_uring_setup, 8, &oracle->params);
    if (oracle->fd < 0)
        return false;
    const struct io_uring_params *p = &oracle->params;
    oracle->length = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
    if (oracle->length < p->sq_off.array + p->sq_entries * sizeof(uint32_t))
        oracle->length = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
    oracle->sqes_length = p->sq_entries * sizeof(struct io_uring_sqe);
    oracle->rings = mmap(NULL, oracle->length, PROT_READ | PROT_WRITE, MAP_SHARED, oracle->fd,
                         IORING_OFF_SQ_RING);
    oracle->sqes = mmap(NULL, oracle->sqes_length, PROT_READ | PROT_WRITE, MAP_SHARED, oracle->fd,
                        IORING_OFF_SQES);
    oracle->event = eventfd(0, EFD_CLOEXEC);
    return oracle->rings != MAP_FAILED && (void *)oracle->sqes != MAP_FAILED && oracle->event >= 0;
}

static void oracle_close(struct oracle *oracle)
{
    if (oracle->fd < 0)
        return;
    if (oracle->rings != MAP_FAILED)
        munmap(oracle->rings, oracle->length);
    if ((void *)oracle->sqes != MAP_FAILED)
        munmap(oracle->sqes, oracle->sqes_length);
    close(oracle->event);
    close(oracle->fd);
}

static uint32_t *word(struct oracle *oracle, uint32_t offset)
{
    return (uint32_t *)(void *)(oracle->rings + offset);
}

/* What the kernel's preparation says: 0 or -errno; 1 when the ring did not answer. */
static int kernel_prep(struct oracle *oracle, const struct io_uring_sqe *entry)
{
    const struct io_uring_params *p = &oracle->params;
    uint32_t mask = *word(oracle, p->sq_off.ring_mask);
    uint32_t tail = *word(oracle, p->sq_off.tail);
    struct io_uring_sqe head;
    int answer = 1;

    memset(&head, 0, sizeof head);
    head.opcode = IORING_OP_READ;
    head.flags = IOSQE_IO_LINK;
    head.fd = -1;
    head.user_data = HEAD;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t at = (tail + i) & mask;

        oracle->sqes[at] = i == 0 ? head : *entry;
        word(oracle, p->sq_off.array)[at] = at;
    }
    oracle->sqes[(tail + 1) & mask].user_data = ENTRY;
    __atomic_store_n(word(oracle, p->sq_off.tail), tail + 2, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, oracle->fd, 2, 2, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
        return 1;
    uint32_t first = *word(oracle, p->cq_off.head);
    uint32_t end = __atomic_load_n(word(oracle, p->cq_off.tail), __ATOMIC_ACQUIRE);
    for (; first != end; first++) {
        const struct io_uring_cqe *cqe =
            (const struct io_uring_cqe *)(void *)(oracle->rings + p->cq_off.cqes) +
            (first & *word(oracle, p->cq_off.ring_mask));

        if (cqe->user_data == ENTRY && !(cqe->flags & IORING_CQE_F_NOTIF))
            answer = cqe->res == -ECANCELED ? 0 : cqe->res;
    }
    __atomic_store_n(word(oracle, p->cq_off.head), first, __ATOMIC_RELEASE);
    return answer;
}

/* An entry that every kernel prepares without objection. */
static struct io_uring_sqe sound(unsigned opcode, int event)
{
    struct io_uring_sqe sqe;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = (uint8_t)opcode;
    sqe.fd = event;
    switch (opcode) {
    case IORING_OP_OPENAT:
    case IORING_OP_STATX:
    case IORING_OP_UNLINKAT:
    case IORING_OP_MKDIRAT:
        sqe.addr = (uintptr_t)path;
        break;
    case IORING_OP_OPENAT2:
        sqe.addr = (uintptr_t)path;
        sqe.addr2 = (uintptr_t)zeroes;
        sqe.len = 24;
        break;
    case IORING_OP_SETXATTR:
    case IORING_OP_GETXATTR:
        sqe.addr3 = (uintptr_t)path;
        sqe.addr = (uintptr_t)path;
        break;
    case IORING_OP_FSETXATTR:
    case IORING_OP_FGETXATTR:
        sqe.addr = (uintptr_t)path;
        break;
    case IORING_OP_RENAMEAT:
    case IORING_OP_SYMLINKAT:
    case IORING_OP_LINKAT:
        sqe.addr = (uintptr_t)path;
        sqe.addr2 = (uintptr_t)path;
        break;
    case IORING_OP_TIMEOUT:
    case IORING_OP_LINK_TIMEOUT:
        sqe.len = 1;
        sqe.addr = (uintptr_t)zeroes;
        break;
    case IORING_OP_TIMEOUT_REMOVE:
        sqe.addr2 = (uintptr_t)zeroes;
        break;
    case IORING_OP_BIND:
    case IORING_OP_CONNECT:
    case IORING_OP_SENDMSG:
    case IORING_OP_SENDMSG_ZC:
    case IORING_OP_RECVMSG:
    case IORING_OP_READV:
    case IORING_OP_WRITEV:
    case IORING_OP_FILES_UPDATE:
        sqe.addr = (uintptr_t)zeroes;
        sqe.len = opcode == IORING_OP_FILES_UPDATE;
        break;
    case IORING_OP_PROVIDE_BUFFERS:
        sqe.addr = (uintptr_t)zeroes;
        sqe.fd = 1;
        sqe.len = 1;
        break;
    case IORING_OP_REMOVE_BUFFERS:
        sqe.fd = 1;
        break;
    case IORING_OP_EPOLL_CTL:
        sqe.addr = (uintptr_t)zeroes;
        break;
    case IORING_OP_CLOSE:
    case IORING_OP_PIPE:
        sqe.fd = 0;
        break;
    case IORING_OP_READ_MULTISHOT:
        sqe.flags = IOSQE_BUFFER_SELECT;
        break;
    default:
        break;
    }
    return sqe;
}

static void put(struct io_uring_sqe *sqe, const struct value *value)
{
    uint8_t *at = (uint8_t *)sqe + value->offset;
    uint64_t wide = value->value;
    uint32_t four = (uint32_t)wide;
    uint16_t two = (uint16_t)wide;

    memcpy(at, value->size == 8 ? (void *)&wide : value->size == 4 ? (void *)&four : (void *)&two,
           value->size);
}

/* Differences by design, each written on the operation's card. */
static bool differs_by_design(const struct io_uring_sqe *sqe)
{
    switch (sqe->opcode) {
    case IORING_OP_TIMEOUT:
    case IORING_OP_LINK_TIMEOUT:
        return (sqe->timeout_flags & IORING_TIMEOUT_IMMEDIATE_ARG) != 0; /* 7.1 */
    case IORING_OP_SEND_ZC:
        return sqe->addr3 != 0 || /* 7.1 */
               ((sqe->ioprio & IORING_RECVSEND_FIXED_BUF) &&
                (sqe->ioprio & IORING_SEND_VECTORIZED)); /* 7.2 */
    case IORING_OP_SENDMSG_ZC:
        return sqe->addr3 != 0; /* 7.1 */
    case IORING_OP_OPENAT2:
        /* Our preparation would read the struct, all len of it. */
        return sqe->len >= 24 && (sqe->addr2 != (uintptr_t)zeroes || sqe->len > sizeof zeroes);
    case IORING_OP_TIMEOUT_REMOVE:
        if (sqe->timeout_flags & IORING_TIMEOUT_IMMEDIATE_ARG)
            return true;
        /* Our preparation would read a timespec from where addr2 points to. */
        return (sqe->timeout_flags & IORING_TIMEOUT_UPDATE_MASK) != 0 &&
               sqe->addr2 != (uintptr_t)zeroes && sqe->addr2 != 0;
    case IORING_OP_PROVIDE_BUFFERS:
        /* Beyond what a 32-bit process can have: a 64-bit kernel below it does not mind. */
        return sizeof(void *) == 4 &&
               sqe->addr + (uint64_t)sqe->len * (uint32_t)sqe->fd > UINT32_MAX;
    case IORING_OP_READV_FIXED:
    case IORING_OP_WRITEV_FIXED:
        /* It allocates room for so many vectors before it counts them: -ENOMEM. */
        return sqe->len > 1024 || sqe->attr_type_mask == IORING_RW_ATTR_FLAG_PI;
    case IORING_OP_READ:
    case IORING_OP_READV:
    case IORING_OP_WRITE:
    case IORING_OP_WRITEV:
    case IORING_OP_READ_FIXED:
    case IORING_OP_WRITE_FIXED:
    case IORING_OP_READ_MULTISHOT:
        return sqe->attr_type_mask == IORING_RW_ATTR_FLAG_PI;
    default:
        return false;
    }
}

static unsigned compared, refused, wrong;
static unsigned told[KRING__OP_COUNT]; /* a few lines for each opcode are enough */

static void compare(struct oracle *oracle, const struct io_uring_sqe *sqe, const char *what,
                    const char *also)
{
    const struct kring__row *row = kring__row(sqe->opcode);
    struct kring__req req;
    int theirs, ours;

    if (differs_by_design(sqe))
        return;
    theirs = kernel_prep(oracle, sqe);
    memset(&req, 0, sizeof req);
    req.sqe = *sqe;
    req.fd = sqe->fd;
    ours = row->prep(NULL, &req);
    compared++;
    refused += theirs < 0;
    /* The kernel copies from pointers here; the soft engine only uses them later. */
    if (theirs == ours || (theirs == -EFAULT && ours == 0))
        return;
    wrong++;
    if (told[sqe->opcode]++ < 5) {
        printf("\n    %s %s%s%s: kernel %d, soft %d (ioprio %#x off %#llx len %#x flags %#x "
               "file_index %#x sqe.flags %#x)",
               row->name, what, also != NULL ? " and " : "", also != NULL ? also : "", theirs, ours,
               sqe->ioprio, (unsigned long long)sqe->off, sqe->len, sqe->rw_flags, sqe->file_index,
               sqe->flags);
    }
}

static bool on_reference(struct oracle *oracle)
{
    struct utsname name;

    if (uname(&name) != 0 || strncmp(name.release, "6.18.", 5) != 0) {
        kring_test_skip("preparation is compared with Linux 6.18, and this is another kernel");
        return false;
    }
    if (!kring_test_uring_allowed()) {
        kring_test_skip("no io_uring here to compare with");
        return false;
    }
    CU_ASSERT_TRUE_FATAL(oracle_open(oracle));
    return true;
}

/* Every opcode that the soft engine runs, plain and with a provided buffer where it takes one. */
static void for_each_entry(struct oracle *oracle,
                           void (*run)(struct oracle *, const struct io_uring_sqe *))
{
    compared = refused = wrong = 0;
    for (unsigned opcode = 0; opcode < KRING__OP_COUNT; opcode++) {
        const struct kring__row *row = kring__row(opcode);
        struct io_uring_sqe sqe = sound(opcode, oracle->event);

        if (row->prep == NULL)
            continue;
        run(oracle, &sqe);
        if ((row->flags & KRING__SELECTS) && !(sqe.flags & IOSQE_BUFFER_SELECT)) {
            sqe.flags |= IOSQE_BUFFER_SELECT;
            run(oracle, &sqe);
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(compared > 0);
}

static void sound_alone(struct oracle *oracle, const struct io_uring_sqe *sqe)
{
    compare(oracle, sqe, "as it is", NULL);
}

static void one_field(struct oracle *oracle, const struct io_uring_sqe *sqe)
{
    for (size_t i = 0; i < VALUES; i++) {
        struct io_uring_sqe changed = *sqe;

        put(&changed, &values[i]);
        compare(oracle, &changed, values[i].field, NULL);
    }
}

static void two_fields(struct oracle *oracle, const struct io_uring_sqe *sqe)
{
    for (size_t i = 0; i < VALUES; i++) {
        for (size_t j = i + 1; j < VALUES; j++) {
            struct io_uring_sqe changed = *sqe;

            if (values[i].offset == values[j].offset)
                continue;
            put(&changed, &values[i]);
            put(&changed, &values[j]);
            compare(oracle, &changed, values[i].field, values[j].field);
        }
    }
}

static void a_sound_entry_is_prepared_by_both(void)
{
    struct oracle oracle;

    if (!on_reference(&oracle))
        return;
    for_each_entry(&oracle, sound_alone);
    oracle_close(&oracle);
}

static void each_field_is_refused_as_by_the_kernel(void)
{
    struct oracle oracle;

    if (!on_reference(&oracle))
        return;
    for_each_entry(&oracle, one_field);
    CU_ASSERT_TRUE(refused > 0);
    oracle_close(&oracle);
}

static void two_fields_are_refused_as_by_the_kernel(void)
{
    struct oracle oracle;

    if (!on_reference(&oracle))
        return;
    for_each_entry(&oracle, two_fields);
    CU_ASSERT_TRUE(refused > 0);
    oracle_close(&oracle);
}

static void a_negative_or_doubly_clocked_time_is_refused(void)
{
    static const int64_t times[][2] = {{-1, 0}, {0, 1000000000}, {1, 5}, {1, INT64_MIN + 5},
                                       {0, -1}};
    /* -1 and 32 bits: EINVAL on a 32-bit kernel, some seconds on a 64-bit one, as below here. */
    size_t count = sizeof times / sizeof times[0] - (sizeof(long) == 4);
    struct oracle oracle;

    if (!on_reference(&oracle))
        return;
    compared = refused = wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct kring_timespec time = {times[i][0], times[i][1]};
        struct io_uring_sqe timeout = sound(IORING_OP_TIMEOUT, oracle.event);
        struct io_uring_sqe link = sound(IORING_OP_LINK_TIMEOUT, oracle.event);
        struct io_uring_sqe update = sound(IORING_OP_TIMEOUT_REMOVE, oracle.event);

        timeout.addr = link.addr = (uintptr_t)&time;
        compare(&oracle, &timeout, "time", NULL);
        compare(&oracle, &link, "time", NULL);
        memcpy(zeroes, &time, sizeof time);
        for (update.timeout_flags = 0; update.timeout_flags < 32; update.timeout_flags++)
            compare(&oracle, &update, "time", "flags");
        memset(zeroes, 0, sizeof zeroes);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(refused > 0);
    oracle_close(&oracle);
}

int kring_test_prep(void);
int kring_test_prep(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(a_sound_entry_is_prepared_by_both),
        KRING_TEST(each_field_is_refused_as_by_the_kernel),
        KRING_TEST(two_fields_are_refused_as_by_the_kernel),
        KRING_TEST(a_negative_or_doubly_clocked_time_is_refused),
    };

    if (!CONFIG_KRING_SOFT_ENGINE)
        return 0;
    return KRING_SUITE_ADD("preparation", tests);
}
