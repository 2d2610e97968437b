/* SPDX-License-Identifier: MIT */
/*
 * An index of the direct table is never taken for a descriptor: every row of ops/ops.h is given
 * IOSQE_FIXED_FILE and a number that is also an open fd of ours, and that fd must not notice.
 */
#include "rings.h"

#include "kring/uapi.h"
#include "ops/ops.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int kring_test_direct(void);

#define SLOTS 64u
#define NUMBER 50 /* the fd that is not meant, and the slot that is */

enum victim { FILE_VICTIM, PIPE_READ, PIPE_WRITE, SOCKET, DIRECTORY, VICTIMS };

/* What operations are given to work with; they would work on the victim. */
struct arguments {
    char data[64];
    struct iovec vector;
    struct msghdr message;
    struct kring_time zero;
    int fds[2];
};

struct state {
    int64_t inode, size, position, flags;
    int waiting, far;
    short events;
    char bytes[16];
};

struct scene {
    int victim, other; /* other: the pipe's or socket's far end, or -1 */
    struct arguments arguments;
};

static int at_number(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, NUMBER);

    close(fd);
    CU_ASSERT_EQUAL_FATAL(moved, NUMBER);
    return moved;
}

static void scene_open(struct scene *s, enum victim kind)
{
    int ends[2] = {-1, -1};

    memset(s, 0, sizeof *s);
    strcpy(s->arguments.data, "no-such-file");
    s->arguments.vector = (struct iovec){s->arguments.data, 4};
    s->arguments.message.msg_iov = &s->arguments.vector;
    s->arguments.message.msg_iovlen = 1;
    s->other = -1;
    switch (kind) {
    case FILE_VICTIM:
        ends[0] = rings_file("victim", "precious", 8);
        CU_ASSERT_EQUAL(lseek(ends[0], 3, SEEK_SET), 3);
        break;
    case DIRECTORY:
        ends[0] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        break;
    case SOCKET:
        rings_pair(SOCK_STREAM, ends);
        rings_write(ends[1], "precious", 8);
        break;
    default:
        rings_pipe(ends);
        rings_write(ends[1], "precious", 8);
        if (kind == PIPE_WRITE) {
            int swap = ends[0];

            ends[0] = ends[1];
            ends[1] = swap;
        }
        break;
    }
    s->other = ends[1];
    s->victim = at_number(ends[0]);
}

static void scene_close(struct scene *s)
{
    close(s->victim);
    if (s->other >= 0)
        close(s->other);
}

static struct state look(const struct scene *s)
{
    struct state state;
    struct stat st;
    struct pollfd ready = {.fd = s->other >= 0 ? s->other : s->victim, .events = POLLIN | POLLOUT};

    memset(&state, 0, sizeof state);
    state.waiting = state.far = -1;
    memset(&st, 0, sizeof st);
    state.inode = fstat(s->victim, &st) == 0 ? (int64_t)st.st_ino : -1;
    state.size = st.st_size;
    state.position = lseek(s->victim, 0, SEEK_CUR);
    if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
        (void)ioctl(s->victim, FIONREAD, &state.waiting);
        (void)ioctl(s->other, FIONREAD, &state.far);
        (void)poll(&ready, 1, 0);
        state.events = ready.revents;
    } else if (S_ISREG(st.st_mode)) {
        (void)!pread(s->victim, state.bytes, sizeof state.bytes, 0);
    }
    state.flags = fcntl(s->victim, F_GETFL);
    return state;
}

/* Arguments with which it would do something, if it met the victim. */
static struct io_uring_sqe plausible(unsigned opcode, struct scene *s)
{
    struct arguments *a = &s->arguments;
    struct io_uring_sqe sqe;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = (uint8_t)opcode;
    sqe.fd = NUMBER;
    sqe.addr = (uintptr_t)a->data;
    sqe.len = 4;
    switch (opcode) {
    case IORING_OP_READV:
    case IORING_OP_WRITEV:
    case IORING_OP_READV_FIXED:
    case IORING_OP_WRITEV_FIXED:
        sqe.addr = (uintptr_t)&a->vector;
        sqe.len = 1;
        break;
    case IORING_OP_SENDMSG:
    case IORING_OP_RECVMSG:
    case IORING_OP_SENDMSG_ZC:
        sqe.addr = (uintptr_t)&a->message;
        sqe.len = 1;
        break;
    case IORING_OP_TIMEOUT:
    case IORING_OP_LINK_TIMEOUT:
        sqe.addr = (uintptr_t)&a->zero;
        sqe.len = 1;
        break;
    case IORING_OP_FSYNC:
    case IORING_OP_CLOSE:
    case IORING_OP_ACCEPT:
    case IORING_OP_FTRUNCATE:
    case IORING_OP_FIXED_FD_INSTALL:
    case IORING_OP_SYNC_FILE_RANGE:
        sqe.addr = 0;
        sqe.len = 0;
        break;
    case IORING_OP_SHUTDOWN:
        sqe.addr = 0;
        sqe.len = SHUT_RDWR;
        break;
    case IORING_OP_LISTEN:
        sqe.addr = 0;
        break;
    case IORING_OP_POLL_ADD:
        sqe.addr = 0;
        sqe.len = 0;
        sqe.poll32_events = kring__poll_mask(POLLIN | POLLOUT);
        break;
    case IORING_OP_FALLOCATE:
        sqe.addr = 4096; /* the length */
        sqe.len = 0;
        break;
    case IORING_OP_SPLICE:
    case IORING_OP_TEE:
        sqe.splice_fd_in = s->other;
        sqe.off = sqe.addr = opcode == IORING_OP_SPLICE ? UINT64_MAX : 0;
        break;
    case IORING_OP_FILES_UPDATE:
    case IORING_OP_PIPE:
        sqe.addr = (uintptr_t)a->fds;
        sqe.len = opcode == IORING_OP_FILES_UPDATE;
        break;
    case IORING_OP_READ_MULTISHOT:
        sqe.addr = 0;
        sqe.len = 0;
        break;
    case IORING_OP_SYMLINKAT:
    case IORING_OP_LINKAT:
    case IORING_OP_RENAMEAT:
        sqe.addr2 = (uintptr_t) "/no-such-directory/at-all";
        sqe.len = 0;
        break;
    default:
        break;
    }
    return sqe;
}

/* Those that would wait for something outside, or whose number is no descriptor at all. */
static bool left_out(unsigned opcode)
{
    return opcode == IORING_OP_FUTEX_WAIT || opcode == IORING_OP_FUTEX_WAITV ||
           opcode == IORING_OP_WAITID || opcode == IORING_OP_MSG_RING ||
           kring__rows[opcode].name == NULL;
}

/* INT64_MIN: nothing here runs it. */
static int64_t run_one(struct kring *ring, const struct io_uring_sqe *sqe)
{
    kring_op op = kring_raw(ring, sqe);
    struct kring_result result;
    int error;

    if (kring_route(ring, op) == KRING_ENGINE_NONE) {
        (void)kring_drop(ring, op, NULL, NULL);
        return INT64_MIN;
    }
    if (kring__is_multishot(sqe)) { /* wants a callback */
        struct rings_log log = {0};

        error = kring_start(ring, op, rings_done, &log);
        if (error == 0 && rings_until(ring, &log, 1))
            return log.last.value;
        return error;
    }
    error = kring_start(ring, op, NULL, NULL);
    if (error < 0)
        return error == -KRING_EKERNEL ? INT64_MIN : error;
    if (kring_wait_op(ring, op, 300 * KRING_MS) < 0) {
        (void)kring_cancel(ring, op);
        CU_ASSERT_EQUAL(kring_wait_op(ring, op, KRING_SECOND), 0);
    }
    if (kring_result(ring, op, &result) < 0)
        return INT64_MIN;
    /* Settled by a trial, after the start: attributes of a direct descriptor (6.13). */
    if (result.value == -KRING_EKERNEL && rings_kernel_before(6, 13))
        return INT64_MIN;
    return result.value;
}

static struct kring *open_table(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);

    options.direct_descriptors = SLOTS;
    options.registered_buffers = 1;
    return rings_open_with(kind, &options);
}

/* A result that is a descriptor is ours to close. */
static void clean(const struct io_uring_sqe *sqe, const struct scene *s, int64_t value)
{
    const struct kring__row *row = kring__row(sqe->opcode);

    if (value < 0 || !(row->flags & KRING__CREATES))
        return;
    if (row->flags & KRING__PAIR) {
        close(s->arguments.fds[0]);
        close(s->arguments.fds[1]);
    } else {
        close((int)value);
    }
}

/* How each row answered to an empty slot, by the kind of ring; for the comparison. */
static int64_t answers[2][KRING__OP_COUNT];

static void empty_slots(enum rings_kind kind)
{
    struct kring *ring = open_table(kind);
    unsigned touched = 0;

    for (unsigned victim = 0; victim < VICTIMS; victim++) {
        int fds = kring_test_open_fds(); /* not for each: a slow machine makes a thousand calls */

        for (unsigned opcode = 0; opcode < KRING__OP_COUNT; opcode++) {
            struct scene s;
            struct iovec whole;
            struct state before, after;
            struct io_uring_sqe sqe;
            int64_t value;

            if (left_out(opcode))
                continue;
            scene_open(&s, victim);
            whole = (struct iovec){s.arguments.data, sizeof s.arguments.data};
            CU_ASSERT_EQUAL(kring_buffers_register(ring, &whole, NULL, 1), 0);
            sqe = plausible(opcode, &s);
            sqe.flags = IOSQE_FIXED_FILE;
            before = look(&s);
            value = run_one(ring, &sqe);
            if (kind != RINGS_MIXED)
                answers[kind][opcode] = value;
            clean(&sqe, &s, value);
            after = look(&s);
            if (memcmp(&before, &after, sizeof before) != 0) {
                printf("\n    %s noticed by victim %u (answer %lld)", kring__rows[opcode].name,
                       victim, (long long)value);
                CU_FAIL("an index was taken for a descriptor");
            }
            if ((kring__rows[opcode].flags & KRING__FILE) && value != INT64_MIN &&
                value != -EINVAL && value != -EFAULT && value != -EBADF) {
                printf("\n    %s on an empty slot: %lld", kring__rows[opcode].name,
                       (long long)value);
                CU_FAIL("an empty slot is a bad file");
            }
            CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
            touched++;
            scene_close(&s);
        }
        CU_ASSERT_EQUAL(kring_test_open_fds(), fds);
    }
    CU_ASSERT(touched > 200);
    rings_close(ring);
}

/* Shows that the victims would notice: the same without the flag. */
static void plain_numbers_are_noticed(enum rings_kind kind)
{
    struct kring *ring = open_table(kind);
    unsigned noticed = 0;

    for (unsigned victim = 0; victim < VICTIMS; victim++) {
        for (unsigned opcode = 0; opcode < KRING__OP_COUNT; opcode++) {
            struct scene s;
            struct iovec whole;
            struct state before, after;
            struct io_uring_sqe sqe;
            int64_t value;

            if (left_out(opcode) || !(kring__rows[opcode].flags & KRING__FILE))
                continue;
            scene_open(&s, victim);
            whole = (struct iovec){s.arguments.data, sizeof s.arguments.data};
            CU_ASSERT_EQUAL(kring_buffers_register(ring, &whole, NULL, 1), 0);
            sqe = plausible(opcode, &s);
            before = look(&s);
            value = run_one(ring, &sqe);
            clean(&sqe, &s, value);
            after = look(&s);
            noticed += memcmp(&before, &after, sizeof before) != 0;
            CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
            scene_close(&s);
        }
    }
    CU_ASSERT(noticed >= 15);
    rings_close(ring);
}

/* The slot is full: the operation works on its file, and the fd of that number does not notice. */
static void full_slots(enum rings_kind kind)
{
    struct kring *ring = open_table(kind);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (unsigned victim = 0; victim < VICTIMS; victim++) {
        for (unsigned opcode = 0; opcode < KRING__OP_COUNT; opcode++) {
            struct scene s;
            struct iovec whole;
            struct state before, after;
            struct io_uring_sqe sqe;
            int64_t value;

            if (left_out(opcode))
                continue;
            scene_open(&s, victim);
            whole = (struct iovec){s.arguments.data, sizeof s.arguments.data};
            CU_ASSERT_EQUAL(kring_buffers_register(ring, &whole, NULL, 1), 0);
            CU_ASSERT_EQUAL(kring_direct_update(ring, NUMBER, null), 0);
            sqe = plausible(opcode, &s);
            sqe.flags = IOSQE_FIXED_FILE;
            if (opcode == IORING_OP_SPLICE || opcode == IORING_OP_TEE)
                sqe.splice_flags = SPLICE_F_FD_IN_FIXED, sqe.splice_fd_in = NUMBER;
            before = look(&s);
            value = run_one(ring, &sqe);
            clean(&sqe, &s, value);
            after = look(&s);
            if (memcmp(&before, &after, sizeof before) != 0) {
                printf("\n    %s noticed by victim %u (answer %lld)", kring__rows[opcode].name,
                       victim, (long long)value);
                CU_FAIL("an index was taken for a descriptor");
            }
            if (opcode == IORING_OP_WRITE || opcode == IORING_OP_WRITE_FIXED ||
                opcode == IORING_OP_WRITEV)
                CU_ASSERT_EQUAL(value, 4);
            CU_ASSERT(fcntl(null, F_GETFD) >= 0);
            CU_ASSERT_EQUAL(kring_buffers_unregister(ring), 0);
            scene_close(&s);
        }
    }
    close(null);
    rings_close(ring);
}

/* What takes no direct descriptor refuses one as the kernel does, and all say the same of an empty
 * slot. */
static void both_engines_answer_alike(void)
{
    struct kring_caps caps;
    struct kring *ring;

    if (rings_missing(RINGS_KERNEL) || rings_missing(RINGS_SOFT))
        KRING_SKIP("needs both engines");
    ring = rings_open(RINGS_KERNEL);
    CU_ASSERT_EQUAL(kring_caps(ring, &caps), 0);
    rings_close(ring);
    if (!(caps.features & IORING_FEAT_NO_IOWAIT))
        KRING_SKIP("the reference is Linux 6.15 and later");
    for (unsigned i = 0; i < 2; i++)
        rings_on(i ? RINGS_SOFT : RINGS_KERNEL, empty_slots);
    for (unsigned opcode = 0; opcode < KRING__OP_COUNT; opcode++) {
        const struct kring__row *row = &kring__rows[opcode];
        int64_t theirs = answers[RINGS_KERNEL][opcode], ours = answers[RINGS_SOFT][opcode];

        /* A dirfd is never an index. */
        if (opcode == IORING_OP_OPENAT || opcode == IORING_OP_CLOSE || opcode == IORING_OP_STATX)
            CU_ASSERT_EQUAL(ours, -EBADF);
        if (left_out(opcode) || theirs == INT64_MIN || ours == INT64_MIN)
            continue;
        if ((row->flags & KRING__CREATES) && theirs >= 0 && ours >= 0)
            continue; /* two fds */
        if (theirs != ours)
            printf("\n    %s: kernel %lld, soft %lld", row->name, (long long)theirs,
                   (long long)ours);
        CU_ASSERT_EQUAL(theirs, ours);
    }
}

RINGS_TEST(empty_slots)
RINGS_TEST(plain_numbers_are_noticed)
RINGS_TEST(full_slots)

int kring_test_direct(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("an empty slot never is the fd of its number", empty_slots),
        RINGS_ROWS("the victims would notice", plain_numbers_are_noticed),
        RINGS_ROWS("nor is a full one", full_slots),
        { "both engines answer alike", both_engines_answer_alike },
    };

    return KRING_SUITE_ADD("direct descriptors of every row", tests);
}
