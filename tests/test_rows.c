/* SPDX-License-Identifier: MIT */
/*
 * What the flags of a row of ops/ops.h promise, for every row that the soft engine runs: again
 * after EINTR or never (RESTART), BLOCKS, a thread of the application's (OFFLOAD), and that
 * dropping an operation in any state leaves nothing behind. A row without a recipe here fails.
 */
#include "fake_sys.h"
#include "rings.h"
#include "statx.h"

#include "kring/uapi.h"
#include "ops/ops.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

int kring_test_rows(void);

/* ---- What operations work on ---- */

struct scene {
    struct kring *ring;
    int file, full[2], empty[2], pair[2], listener, client, fresh, datagram, epoll, spare;
    pid_t child;
    struct sockaddr_in address;
    uint32_t address_length;
    char data[64];
    struct iovec vector;
    struct msghdr message;
    struct kring_timespec time;
    struct epoll_event event;
    int fds[2];
    uint64_t how[3];
    siginfo_t info;
    uint32_t word;
    struct kring_futex_waitv futex;
    struct { char bytes[256]; } statx;
    char pool_memory[4 * 16];
    int pool;
};

static void scene_open(struct scene *s, struct kring *ring)
{
    memset(s, 0, sizeof *s);
    s->ring = ring;
    s->file = rings_file("rows", "contents", 8);
    rings_pipe(s->full);
    rings_write(s->full[1], "pipe", 4);
    rings_pipe(s->empty);
    rings_pair(SOCK_STREAM, s->pair);
    rings_write(s->pair[1], "pair", 4);
    s->listener = rings_listener(&s->address, &s->address_length);
    s->client = rings_client(&s->address, s->address_length);
    s->fresh = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    s->datagram = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->spare = fcntl(s->file, F_DUPFD_CLOEXEC, 0);
    s->vector = (struct iovec){s->data, 4};
    s->message.msg_iov = &s->vector;
    s->message.msg_iovlen = 1;
    s->event.events = EPOLLIN;
    s->pool = -1;
    strcpy(s->data, "rows");
}

static void scene_close(struct scene *s)
{
    const int fds[] = {s->file, s->full[0], s->full[1], s->empty[0], s->empty[1], s->pair[0],
                       s->pair[1], s->listener, s->client, s->fresh, s->datagram, s->epoll};

    for (unsigned i = 0; i < sizeof fds / sizeof fds[0]; i++)
        close(fds[i]);
    if (s->spare >= 0)
        close(s->spare);
    if (s->child > 0)
        waitpid(s->child, NULL, 0);
}

/* ---- Recipes ---- */

enum { NO_CALL = -1, FD = -100000, ANY = -100001, ALONE = -100002 };
struct recipe {
    bool known;
    int call;    /* that its attempt makes first, or NO_CALL: there is nothing to interrupt */
    int64_t want; /* its result; FD: a descriptor; ANY: 0 or more; ALONE: cannot stand alone */
};

#define CALL(name) KRING__SYS_##name
static const struct recipe recipes[KRING__OP_COUNT] = {
#define RECIPE(op, call, want) [IORING_OP_##op] = {true, call, want}
    RECIPE(NOP, NO_CALL, 0),
    RECIPE(READV, CALL(preadv2), 4),
    RECIPE(WRITEV, CALL(pwrite64), 4),
    RECIPE(FSYNC, CALL(fsync), 0),
    RECIPE(READ_FIXED, CALL(preadv2), 4),
    RECIPE(WRITE_FIXED, CALL(pwrite64), 4),
    RECIPE(POLL_ADD, NO_CALL, POLLIN),
    RECIPE(POLL_REMOVE, NO_CALL, -ENOENT),
    RECIPE(SYNC_FILE_RANGE, CALL(sync_file_range), 0),
    RECIPE(SENDMSG, CALL(sendmsg), 4),
    RECIPE(RECVMSG, CALL(recvmsg), 4),
    RECIPE(TIMEOUT, NO_CALL, -ETIME),
    RECIPE(TIMEOUT_REMOVE, NO_CALL, -ENOENT),
    RECIPE(ACCEPT, CALL(accept4), FD),
    RECIPE(ASYNC_CANCEL, NO_CALL, -ENOENT),
    RECIPE(LINK_TIMEOUT, NO_CALL, ALONE),
    RECIPE(CONNECT, NO_CALL, 0), /* interrupted, it goes on: see ops/net/connect.c */
    RECIPE(FALLOCATE, CALL(fallocate), 0),
    RECIPE(OPENAT, CALL(openat), FD),
    RECIPE(CLOSE, CALL(close), 0),
    RECIPE(FILES_UPDATE, CALL(fcntl), 1),
    RECIPE(STATX, CALL(statx), 0),
    RECIPE(READ, CALL(preadv2), 4),
    RECIPE(WRITE, CALL(pwrite64), 4),
    RECIPE(FADVISE, CALL(fadvise64), 0),
    RECIPE(MADVISE, CALL(madvise), 0),
    RECIPE(SEND, CALL(sendto), 4),
    RECIPE(RECV, CALL(recvfrom), 4),
    RECIPE(OPENAT2, CALL(openat2), FD),
    RECIPE(EPOLL_CTL, CALL(epoll_ctl), 0),
    RECIPE(SPLICE, CALL(splice), 4),
    RECIPE(PROVIDE_BUFFERS, NO_CALL, 0),
    RECIPE(REMOVE_BUFFERS, NO_CALL, -ENOENT),
    RECIPE(TEE, CALL(tee), 4),
    RECIPE(SHUTDOWN, CALL(shutdown), 0),
    RECIPE(RENAMEAT, CALL(renameat2), 0),
    RECIPE(UNLINKAT, CALL(unlinkat), 0),
    RECIPE(MKDIRAT, CALL(mkdirat), 0),
    RECIPE(SYMLINKAT, CALL(symlinkat), 0),
    RECIPE(LINKAT, CALL(linkat), 0),
    RECIPE(MSG_RING, NO_CALL, ANY),
    RECIPE(FSETXATTR, CALL(fsetxattr), 0),
    RECIPE(SETXATTR, CALL(setxattr), 0),
    RECIPE(FGETXATTR, CALL(fgetxattr), ANY),
    RECIPE(GETXATTR, CALL(getxattr), ANY),
    RECIPE(SOCKET, CALL(socket), FD),
    RECIPE(URING_CMD, CALL(getsockopt), 4),
    RECIPE(SEND_ZC, CALL(sendto), 4),
    RECIPE(SENDMSG_ZC, CALL(sendmsg), 4),
    RECIPE(READ_MULTISHOT, CALL(preadv2), ANY),
    RECIPE(WAITID, CALL(waitid), 0),
    RECIPE(FUTEX_WAIT, NO_CALL, -EAGAIN),
    RECIPE(FUTEX_WAKE, NO_CALL, 0),
    RECIPE(FUTEX_WAITV, NO_CALL, -EAGAIN),
    RECIPE(FIXED_FD_INSTALL, CALL(fcntl), FD),
    RECIPE(FTRUNCATE, CALL(ftruncate), 0),
    RECIPE(BIND, CALL(bind), 0),
    RECIPE(LISTEN, CALL(listen), 0),
    RECIPE(EPOLL_WAIT, NO_CALL, 1), /* the engine waits by the same call */
    RECIPE(READV_FIXED, CALL(preadv2), 4),
    RECIPE(WRITEV_FIXED, CALL(pwrite64), 4),
    RECIPE(PIPE, CALL(pipe2), 0),
#undef RECIPE
};

/* With paths that begin here. */
static const char *path_of(struct scene *s, char text[256], const char *name)
{
    (void)s;
    snprintf(text, 256, "%s/%s", kring_test_tmpdir(), name);
    return text;
}

static char path_a[256], path_b[256];

static void fill_file(struct io_uring_sqe *sqe, struct scene *s)
{
    path_of(s, path_a, "rows");
    path_of(s, path_b, "made");
    if (unlink(path_b) < 0)
        (void)rmdir(path_b);
    sqe->fd = AT_FDCWD;
    sqe->addr = (uintptr_t)path_a;
    switch (sqe->opcode) {
    case IORING_OP_STATX:
        sqe->len = STATX_SIZE;
        sqe->off = (uintptr_t)&s->statx;
        break;
    case IORING_OP_RENAMEAT:
    case IORING_OP_LINKAT:
        sqe->len = (uint32_t)AT_FDCWD;
        sqe->addr2 = (uintptr_t)path_b;
        break;
    case IORING_OP_SYMLINKAT:
        sqe->addr2 = (uintptr_t)path_b;
        break;
    case IORING_OP_OPENAT2:
        s->how[0] = O_CLOEXEC;
        sqe->addr2 = (uintptr_t)s->how;
        sqe->len = sizeof s->how;
        break;
    case IORING_OP_MKDIRAT:
        sqe->addr = (uintptr_t)path_b;
        sqe->len = 0755;
        break;
    default:
        break;
    }
}

static void fill_attribute(struct io_uring_sqe *sqe, struct scene *s)
{
    bool set = sqe->opcode == IORING_OP_SETXATTR || sqe->opcode == IORING_OP_FSETXATTR;

    path_of(s, path_a, "rows");
    if (!set)
        (void)fsetxattr(s->file, "user.rows", "value", 5, 0);
    sqe->fd = s->file;
    sqe->addr = (uintptr_t)"user.rows";
    sqe->addr2 = (uintptr_t)s->data;
    sqe->len = set ? 4 : sizeof s->data;
    if (sqe->opcode == IORING_OP_SETXATTR || sqe->opcode == IORING_OP_GETXATTR)
        sqe->addr3 = (uintptr_t)path_a;
}

/* Not every file system keeps attributes of users, nor has every kernel all that it could. */
static bool can_be_tried(unsigned opcode)
{
    if (opcode == IORING_OP_EPOLL_CTL || opcode == IORING_OP_EPOLL_WAIT)
        return !kring_test_lacks(SYS_epoll_create1);
    if (opcode == IORING_OP_FADVISE || opcode == IORING_OP_MADVISE)
        return !kring_test_lacks(SYS_fadvise64);
    if (opcode != IORING_OP_SETXATTR && opcode != IORING_OP_FSETXATTR &&
        opcode != IORING_OP_GETXATTR && opcode != IORING_OP_FGETXATTR)
        return true;
    return setxattr(kring_test_tmpdir(), "user.probe", "", 0, 0) == 0;
}

static void fill_rw(struct io_uring_sqe *sqe, struct scene *s)
{
    bool vectors = sqe->opcode == IORING_OP_READV || sqe->opcode == IORING_OP_WRITEV ||
                   sqe->opcode == IORING_OP_READV_FIXED || sqe->opcode == IORING_OP_WRITEV_FIXED;

    sqe->fd = s->file;
    sqe->addr = (uintptr_t)(vectors ? (void *)&s->vector : (void *)s->data);
    sqe->len = vectors ? 1 : 4;
}

static void fill_socket(struct io_uring_sqe *sqe, struct scene *s)
{
    bool message = sqe->opcode == IORING_OP_SENDMSG || sqe->opcode == IORING_OP_RECVMSG ||
                   sqe->opcode == IORING_OP_SENDMSG_ZC;

    sqe->fd = sqe->opcode == IORING_OP_SEND_ZC || sqe->opcode == IORING_OP_SENDMSG_ZC ?
              s->client : s->pair[0];
    sqe->addr = (uintptr_t)(message ? (void *)&s->message : (void *)s->data);
    sqe->len = message ? 1 : 4;
}

static void fill_small(struct io_uring_sqe *sqe, struct scene *s)
{
    switch (sqe->opcode) {
    case IORING_OP_POLL_ADD:
        sqe->fd = s->full[0];
        sqe->poll32_events = kring__poll_mask(POLLIN);
        break;
    case IORING_OP_TIMEOUT:
    case IORING_OP_LINK_TIMEOUT:
        s->time.tv_nsec = 1000000;
        sqe->addr = (uintptr_t)&s->time;
        sqe->len = 1;
        break;
    case IORING_OP_ACCEPT: sqe->fd = s->listener; break;
    case IORING_OP_CONNECT:
        sqe->fd = s->fresh;
        sqe->addr = (uintptr_t)&s->address;
        sqe->off = s->address_length;
        break;
    case IORING_OP_BIND:
        s->address.sin_port = 0;
        sqe->fd = s->fresh;
        sqe->addr = (uintptr_t)&s->address;
        sqe->off = s->address_length;
        break;
    case IORING_OP_LISTEN: sqe->fd = s->fresh; sqe->len = 4; break;
    case IORING_OP_SHUTDOWN: sqe->fd = s->pair[0]; sqe->len = SHUT_WR; break;
    case IORING_OP_SOCKET: sqe->fd = AF_UNIX; sqe->off = SOCK_STREAM | SOCK_CLOEXEC; break;
    case IORING_OP_CLOSE: sqe->fd = s->spare; break;
    case IORING_OP_FILES_UPDATE:
        s->fds[0] = s->file;
        sqe->addr = (uintptr_t)s->fds;
        sqe->len = 1;
        break;
    case IORING_OP_EPOLL_CTL:
        sqe->fd = s->epoll;
        sqe->len = EPOLL_CTL_ADD;
        sqe->off = (uint64_t)s->full[0];
        sqe->addr = (uintptr_t)&s->event;
        break;
    case IORING_OP_EPOLL_WAIT:
        (void)epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->full[0], &s->event);
        sqe->fd = s->epoll;
        sqe->addr = (uintptr_t)&s->event;
        sqe->len = 1;
        break;
    case IORING_OP_SPLICE:
    case IORING_OP_TEE:
        sqe->splice_fd_in = s->full[0];
        sqe->fd = s->empty[1];
        sqe->len = 4;
        sqe->off = sqe->addr = sqe->opcode == IORING_OP_SPLICE ? UINT64_MAX : 0;
        break;
    case IORING_OP_PROVIDE_BUFFERS:
        sqe->fd = 4;
        sqe->addr = (uintptr_t)s->pool_memory;
        sqe->len = 16;
        sqe->buf_group = 900;
        break;
    case IORING_OP_REMOVE_BUFFERS: sqe->fd = 1; sqe->buf_group = 901; break;
    case IORING_OP_WAITID:
        s->child = kring_test_fork();
        if (s->child == 0)
            _exit(0);
        usleep(20000);
        sqe->fd = (int)s->child;
        sqe->len = P_PID;
        sqe->file_index = WEXITED;
        sqe->addr2 = (uintptr_t)&s->info;
        break;
    case IORING_OP_FUTEX_WAIT:
    case IORING_OP_FUTEX_WAKE:
        sqe->fd = FUTEX2_SIZE_U32;
        sqe->addr = (uintptr_t)&s->word;
        sqe->addr2 = 1; /* not what it holds; how many */
        sqe->addr3 = UINT32_MAX;
        break;
    case IORING_OP_FUTEX_WAITV:
        s->futex = (struct kring_futex_waitv){
            .val = 1, .uaddr = (uintptr_t)&s->word, .flags = FUTEX2_SIZE_U32};
        sqe->addr = (uintptr_t)&s->futex;
        sqe->len = 1;
        break;
    case IORING_OP_FIXED_FD_INSTALL: sqe->fd = 1; sqe->flags = IOSQE_FIXED_FILE; break;
    case IORING_OP_PIPE: sqe->addr = (uintptr_t)s->fds; break;
    default: break;
    }
}

static void fill(struct io_uring_sqe *sqe, unsigned opcode, struct scene *s)
{
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = (uint8_t)opcode;
    switch (opcode) {
    case IORING_OP_STATX: case IORING_OP_OPENAT: case IORING_OP_RENAMEAT: case IORING_OP_UNLINKAT:
    case IORING_OP_MKDIRAT: case IORING_OP_SYMLINKAT: case IORING_OP_LINKAT: case IORING_OP_OPENAT2:
        fill_file(sqe, s);
        break;
    case IORING_OP_SETXATTR: case IORING_OP_FSETXATTR: case IORING_OP_GETXATTR:
    case IORING_OP_FGETXATTR:
        fill_attribute(sqe, s);
        break;
    case IORING_OP_READ: case IORING_OP_WRITE: case IORING_OP_READV: case IORING_OP_WRITEV:
    case IORING_OP_READ_FIXED: case IORING_OP_WRITE_FIXED: case IORING_OP_READV_FIXED:
    case IORING_OP_WRITEV_FIXED:
        fill_rw(sqe, s);
        break;
    case IORING_OP_SEND: case IORING_OP_RECV: case IORING_OP_SENDMSG: case IORING_OP_RECVMSG:
    case IORING_OP_SEND_ZC: case IORING_OP_SENDMSG_ZC:
        fill_socket(sqe, s);
        break;
    case IORING_OP_FSYNC: case IORING_OP_SYNC_FILE_RANGE: case IORING_OP_FADVISE:
        sqe->fd = s->file;
        break;
    case IORING_OP_FALLOCATE:
        sqe->fd = s->file;
        sqe->addr = 4096; /* the length */
        break;
    case IORING_OP_FTRUNCATE:
        sqe->fd = s->file;
        sqe->off = 2;
        break;
    case IORING_OP_MADVISE:
        sqe->addr = (uintptr_t)s->data & ~(uintptr_t)4095;
        sqe->len = 4096;
        break;
    case IORING_OP_URING_CMD:
        sqe->fd = s->pair[0];
        sqe->cmd_op = SOCKET_URING_OP_GETSOCKOPT;
        sqe->level = SOL_SOCKET;
        sqe->optname = SO_TYPE;
        sqe->optval = (uintptr_t)s->data;
        sqe->optlen = 4;
        break;
    default:
        fill_small(sqe, s);
        break;
    }
}

/* By the typed call where an SQE alone does not say enough. */
static kring_op make(unsigned opcode, struct scene *s)
{
    struct io_uring_sqe sqe;

    if (opcode == IORING_OP_MSG_RING)
        return kring_msg_ring(s->ring, s->ring, 5, 6);
    if (opcode == IORING_OP_READ_MULTISHOT) {
        s->pool = kring_pool_init(s->ring, s->pool_memory, 4, 16);
        return kring_read_multishot(s->ring, s->full[0], s->pool);
    }
    fill(&sqe, opcode, s);
    return kring_raw(s->ring, &sqe);
}

static struct kring *ring_for_rows(enum rings_kind kind, struct kring_options *options)
{
    options->direct_descriptors = 8;
    options->registered_buffers = 1;
    (void)kind;
    return rings_open_with(kind, options);
}

static struct kring *open_ring(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);

    return ring_for_rows(kind, &options);
}

static void scene_register(struct scene *s)
{
    struct iovec whole = {s->data, sizeof s->data};

    CU_ASSERT_EQUAL(kring_buffers_register(s->ring, &whole, NULL, 1), 0);
    CU_ASSERT_EQUAL(kring_direct_update(s->ring, 1, s->file), 0);
}

static void scene_unregister(struct scene *s)
{
    CU_ASSERT_EQUAL(kring_buffers_unregister(s->ring), 0);
    CU_ASSERT_EQUAL(kring_direct_update(s->ring, 1, -1), 0);
    CU_ASSERT_EQUAL(kring_direct_update(s->ring, 0, -1), 0);
    if (s->pool >= 0)
        CU_ASSERT_EQUAL(kring_pool_close(s->ring, s->pool), 0);
}

/* What a result owns is the test's now. */
static void keep(unsigned opcode, struct scene *s, int64_t value)
{
    const struct kring__row *row = kring__row(opcode);

    if (value < 0 || !(row->flags & KRING__CREATES))
        return;
    if (row->flags & KRING__PAIR) {
        close(s->fds[0]);
        close(s->fds[1]);
    } else {
        close((int)value);
    }
}

static bool as_wanted(const struct recipe *recipe, int64_t value)
{
    return recipe->want == FD || recipe->want == ANY ? value >= 0 : value == recipe->want;
}

static void complain(unsigned opcode, const char *what, int64_t value)
{
    printf("\n    %s: %s (%lld)", kring__rows[opcode].name, what, (long long)value);
    CU_FAIL("a row does not do what it says");
}

/* Runs to the end; a multishot is cancelled behind its first result. */
static int64_t finish(struct scene *s, kring_op op, struct rings_log *log)
{
    if (!rings_start(s->ring, op, log))
        return INT64_MIN;
    if (!rings_until_calls(s->ring, log, 1))
        return INT64_MIN;
    if (log->finals == 0) {
        int64_t value = log->notes[0].value;

        (void)kring_cancel(s->ring, op);
        (void)rings_until(s->ring, log, 1);
        return value;
    }
    return log->notes[0].value;
}

/* ---- The tests ---- */

static bool runs_on_soft(unsigned opcode)
{
    return kring__rows[opcode].attempt != NULL;
}

static bool has_recipe(unsigned opcode)
{
    return runs_on_soft(opcode) && recipes[opcode].known && recipes[opcode].want != ALONE &&
           can_be_tried(opcode);
}

static void every_row_has_a_recipe(void)
{
    for (unsigned op = 0; op < KRING__OP_COUNT; op++)
        if (runs_on_soft(op) && !recipes[op].known)
            complain(op, "no recipe in tests/test_rows.c", op);
}

/* Run on the soft engine with nothing wrong; the base of all that follows. */
static void each_row_works(enum rings_kind kind)
{
    struct kring *ring = open_ring(kind);

    if (ring && kind == RINGS_MIXED)
        rings_unsplit(ring);
    for (unsigned op = 0; ring && op < KRING__OP_COUNT; op++) {
        struct rings_log log = {0};
        struct scene s;
        kring_op handle;
        int64_t value;

        if (!has_recipe(op))
            continue;
        scene_open(&s, ring);
        scene_register(&s);
        handle = make(op, &s);
        if (kring_route(ring, handle) == KRING_ENGINE_NONE) {
            (void)kring_drop(ring, handle, NULL, NULL);
        } else {
            value = finish(&s, handle, &log);
            if (!as_wanted(&recipes[op], value))
                complain(op, "another result than expected", value);
            keep(op, &s, value);
            if (op == IORING_OP_CLOSE)
                s.spare = -1;
        }
        scene_unregister(&s);
        scene_close(&s);
    }
    rings_close(ring);
}
RINGS_TEST(each_row_works)

static void eintr_is_run_again_only_where_the_row_says_so(void)
{
    struct kring *ring;
    unsigned again = 0, never = 0;

    if (rings_missing(RINGS_SOFT))
        KRING_SKIP(rings_missing(RINGS_SOFT));
    ring = open_ring(RINGS_SOFT);
    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        const struct recipe *recipe = &recipes[op];
        bool restarts = (kring__rows[op].flags & KRING__RESTART) != 0;
        struct kring_fake fake;
        struct rings_log log = {0};
        struct scene s;
        kring_op handle;
        unsigned calls;
        int64_t value;

        if (!has_recipe(op) || recipe->call == NO_CALL)
            continue;
        scene_open(&s, ring);
        scene_register(&s);
        handle = make(op, &s);
        memset(&fake, 0, sizeof fake);
        fake.fail_id = recipe->call;
        fake.fail_id_errno = EINTR;
        fake.fail_id_nth = 1;
        kring_fake_set(&fake);
        value = finish(&s, handle, &log);
        calls = kring_fake_calls[recipe->call];
        kring_fake_clear();
        if (restarts && (!as_wanted(recipe, value) || calls < 2))
            complain(op, "RESTART, but not run again", value);
        if (!restarts && (value != -EINTR || calls != 1))
            complain(op, "run again after EINTR, or not called at all", value);
        again += restarts;
        never += !restarts;
        keep(op, &s, value);
        if (op == IORING_OP_CLOSE)
            s.spare = -1;
        scene_unregister(&s);
        scene_close(&s);
    }
    CU_ASSERT(again >= 15 && never >= 5);
    rings_close(ring);
}

static void blocks_is_said_of_what_may_wait_for_a_disk(void)
{
    struct kring *ring;

    if (rings_missing(RINGS_SOFT))
        KRING_SKIP(rings_missing(RINGS_SOFT));
    ring = open_ring(RINGS_SOFT);
    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        const struct kring__row *row = &kring__rows[op];
        bool disk = row->wait == KRING__WAIT_DISK || (row->flags & KRING__RW);
        struct scene s;
        kring_op handle;
        int route;

        if (!has_recipe(op))
            continue;
        /* What no thread may take and blocks nevertheless is CLOSE, of which its card speaks. */
        if ((row->flags & KRING__OFFLOAD) && !disk)
            complain(op, "OFFLOAD of what never blocks", 0);
        scene_open(&s, ring);
        handle = make(op, &s);
        route = kring_route(ring, handle);
        if (row->flags & KRING__THREAD) { /* none, since none is lent */
            if (route != KRING_ENGINE_NONE)
                complain(op, "a route without a thread", route);
        } else if ((route & 0xff) != KRING_ENGINE_SOFT || !(route & KRING_ROUTE_BLOCKS) == disk)
            complain(op, "kring_route() says otherwise than the row", route);
        (void)kring_drop(ring, handle, NULL, NULL);
        if (s.pool >= 0)
            CU_ASSERT_EQUAL(kring_pool_close(ring, s.pool), 0);
        scene_close(&s);
    }
    rings_close(ring);
}

/* ---- Threads ---- */

enum { LENT_MOST = 8 };
static struct {
    pthread_t threads[LENT_MOST];
    unsigned count;
} lent;
struct errand {
    void (*job)(void *);
    void *arg;
};

static void *run_errand(void *arg)
{
    struct errand errand = *(struct errand *)arg;

    free(arg);
    errand.job(errand.arg);
    return NULL;
}

static int lend(void *user, void (*job)(void *), void *arg)
{
    struct errand *errand = malloc(sizeof *errand);

    (void)user;
    *errand = (struct errand){job, arg};
    if (lent.count == LENT_MOST ||
        pthread_create(&lent.threads[lent.count], NULL, run_errand, errand) != 0) {
        free(errand);
        return -EAGAIN;
    }
    lent.count++;
    return 0;
}

static void offload_rows_run_on_a_thread_and_no_others(void)
{
    struct kring_options options;
    struct kring *ring;
    unsigned by_thread = 0;

    if (rings_missing(RINGS_SOFT))
        KRING_SKIP(rings_missing(RINGS_SOFT));
    options = rings_options(RINGS_SOFT);
    options.offload = lend;
    ring = ring_for_rows(RINGS_SOFT, &options);
    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        const struct recipe *recipe = &recipes[op];
        bool offload = (kring__rows[op].flags & KRING__OFFLOAD) != 0;
        bool reads = recipe->call == CALL(preadv2) && offload;
        struct rings_log log = {0};
        struct kring_fake fake;
        struct scene s;
        kring_op handle;
        int64_t value;

        if (!has_recipe(op))
            continue;
        scene_open(&s, ring);
        scene_register(&s);
        handle = make(op, &s);
        lent.count = 0;
        memset(&fake, 0, sizeof fake);
        if (reads) { /* what is in memory is read at once: it must seem not to be */
            fake.fail_id = recipe->call;
            fake.fail_id_errno = EAGAIN;
            fake.fail_id_nth = 1;
            kring_fake_set(&fake);
        }
        value = finish(&s, handle, &log);
        for (unsigned i = 0; i < lent.count; i++)
            pthread_join(lent.threads[i], NULL);
        if (reads)
            kring_fake_clear();
        if (!as_wanted(recipe, value) || (lent.count != 0) != offload)
            complain(op, offload ? "OFFLOAD, but no thread ran it" : "a thread ran it", value);
        by_thread += lent.count;
        keep(op, &s, value);
        if (op == IORING_OP_CLOSE)
            s.spare = -1;
        scene_unregister(&s);
        scene_close(&s);
    }
    CU_ASSERT(by_thread >= 8);
    rings_close(ring);
}

/* ---- Dropping ---- */

enum moment { BEFORE_START, STARTED, SUBMITTED, MOMENTS };

/* Of eight slots all but the scene's own? */
static bool slots_are_free(struct kring *ring)
{
    unsigned taken = 0;

    for (unsigned i = 0; i < 8; i++) {
        int64_t value;
        kring_op op = kring_socket(ring, AF_UNIX, SOCK_STREAM, 0);

        (void)kring_set_slot(ring, op, KRING_SLOT_ANY);
        if (kring_route(ring, op) == KRING_ENGINE_NONE) {
            (void)kring_drop(ring, op, NULL, NULL);
            return true;
        }
        value = rings_do(ring, op);
        taken += value >= 0;
    }
    return taken == 7;
}

/* Drops one operation at that moment and says whether everything is as before. */
static void drop_at(struct kring *ring, unsigned op, enum moment moment)
{
    struct rings_log log = {0};
    unsigned released = 0;
    struct scene s;
    kring_op handle;
    int fds;

    scene_open(&s, ring);
    fds = kring_test_open_fds();
    scene_register(&s);
    handle = make(op, &s);
    if ((kring__rows[op].flags & KRING__CREATES) && op % 2 == 0 && op != IORING_OP_FIXED_FD_INSTALL)
        (void)kring_set_slot(ring, handle, KRING_SLOT_ANY);
    if (kring_route(ring, handle) == KRING_ENGINE_NONE) {
        (void)kring_drop(ring, handle, NULL, NULL);
    } else {
        if (moment != BEFORE_START)
            CU_ASSERT_EQUAL(kring_start(ring, handle, rings_done, &log), 0);
        if (moment == SUBMITTED)
            CU_ASSERT(kring_submit(ring) >= 0);
        CU_ASSERT_EQUAL(kring_drop(ring, handle, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, 1));
        (void)rings_run_for(ring, 2);
    }
    if ((kring__rows[op].flags & KRING__CREATES) && !slots_are_free(ring))
        complain(op, "dropping left a slot taken, at moment", (int)moment);
    CU_ASSERT_EQUAL(kring_direct_clear(ring), 0);
    scene_unregister(&s);
    if (op == IORING_OP_CLOSE && kring_test_open_fds() == fds - 1) { /* it won the race */
        s.spare = -1;
        fds--;
    }
    if (kring_test_open_fds() != fds)
        complain(op, "dropping left a descriptor open, at moment", (int)moment);
    if (log.calls != 0)
        complain(op, "a callback after the drop, at moment", (int)moment);
    scene_close(&s);
}

static void drops_leave_nothing(enum rings_kind kind)
{
    struct kring *ring = open_ring(kind);
    int before = kring_test_open_fds();

    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    for (unsigned moment = 0; moment < MOMENTS; moment++)
        for (unsigned op = 0; op < KRING__OP_COUNT; op++)
            if (has_recipe(op))
                drop_at(ring, op, (enum moment)moment);
    CU_ASSERT_EQUAL(kring_test_open_fds(), before);
    rings_close(ring);
}
RINGS_TEST(drops_leave_nothing)

/* A read or receive into the pool s->pool, its data ready. */
static kring_op receive(unsigned opcode, struct scene *s)
{
    kring_op op;

    s->vector.iov_base = NULL;
    switch (opcode) {
    case IORING_OP_READ: op = kring_read(s->ring, s->full[0], NULL, 4, KRING_CUR_POS); break;
    case IORING_OP_READV:
        op = kring_readv(s->ring, s->full[0], &s->vector, 1, KRING_CUR_POS, 0);
        break;
    case IORING_OP_RECV: op = kring_recv(s->ring, s->pair[0], NULL, 4, 0); break;
    case IORING_OP_RECVMSG: op = kring_recvmsg(s->ring, s->pair[0], &s->message, 0); break;
    case IORING_OP_READ_MULTISHOT: return kring_read_multishot(s->ring, s->full[0], s->pool);
    default: op = kring_nop(s->ring); break;
    }
    (void)kring_set_pool(s->ring, op, s->pool);
    return op;
}

static void pick_and_drop(struct kring *ring, unsigned op)
{
    struct rings_log log = {0};
    unsigned released = 0;
    struct scene s;
    kring_op handle;

    scene_open(&s, ring);
    s.pool = kring_pool_init(ring, s.pool_memory, 1, 16);
    handle = receive(op, &s);
    if (kring_route(ring, handle) == KRING_ENGINE_NONE) {
        (void)kring_drop(ring, handle, NULL, NULL);
    } else {
        CU_ASSERT_EQUAL(kring_start(ring, handle, rings_done, &log), 0);
        CU_ASSERT(kring_submit(ring) >= 0);
        CU_ASSERT_EQUAL(kring_drop(ring, handle, rings_release, &released), 0);
        CU_ASSERT(rings_until_count(ring, &released, 1));
        /* The only buffer is there again. */
        rings_write(s.full[1], "next", 4);
        rings_write(s.pair[1], "next", 4);
        memset(&log, 0, sizeof log);
        if (finish(&s, receive(op, &s), &log) <= 0 || !(log.notes[0].flags & KRING_BUFFER))
            complain(op, "dropping kept the buffer that was picked", log.notes[0].value);
    }
    CU_ASSERT_EQUAL(kring_pool_close(ring, s.pool), 0);
    scene_close(&s);
}

static void picked_buffers_come_back(enum rings_kind kind)
{
    struct kring *ring = open_ring(kind);

    if (kind == RINGS_MIXED)
        rings_unsplit(ring);
    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        /* What is sent from a pool is of the application's own choice: tests/test_bundles.c. */
        if (!runs_on_soft(op) || !(kring__rows[op].flags & KRING__SELECTS) ||
            kring__rows[op].wait != KRING__WAIT_IN)
            continue;
        pick_and_drop(ring, op);
    }
    rings_close(ring);
}
RINGS_TEST(picked_buffers_come_back)

int kring_test_rows(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(every_row_has_a_recipe),
        RINGS_ROWS("each row works", each_row_works),
        KRING_TEST(eintr_is_run_again_only_where_the_row_says_so),
        KRING_TEST(blocks_is_said_of_what_may_wait_for_a_disk),
        KRING_TEST(offload_rows_run_on_a_thread_and_no_others),
        RINGS_ROWS("a drop in each state leaves nothing", drops_leave_nothing),
        RINGS_ROWS("a picked buffer comes back", picked_buffers_come_back),
    };

    return KRING_SUITE_ADD("rows", tests);
}
