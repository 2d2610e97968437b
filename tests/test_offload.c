/* SPDX-License-Identifier: MIT */
/* options.offload: blocking disk calls of the soft engine on threads of the application's. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kring.h"
#include "kring/uapi.h"
#include "test.h"

int kring_test_offload(void);

enum { THREADS_MOST = 16 };

static struct {
    pthread_t threads[THREADS_MOST];
    unsigned started;
    bool refuse;
    bool slow;
} lent;

struct errand {
    void (*job)(void *);
    void *arg;
    bool slow;
};

static void *run_errand(void *arg)
{
    struct errand errand = *(struct errand *)arg;

    free(arg);
    if (errand.slow)
        usleep(30000); /* the device takes its time */
    errand.job(errand.arg);
    return NULL;
}

static int lend(void *user, void (*job)(void *), void *arg)
{
    struct errand *errand;

    CU_ASSERT_PTR_EQUAL(user, &lent);
    if (lent.refuse || lent.started == THREADS_MOST)
        return -EAGAIN;
    errand = malloc(sizeof *errand);
    *errand = (struct errand){job, arg, lent.slow};
    if (pthread_create(&lent.threads[lent.started], NULL, run_errand, errand) != 0) {
        free(errand);
        return -EAGAIN;
    }
    lent.started++;
    return 0;
}

static struct kring *open_lending(void)
{
    struct kring_options options = KRING_OPTIONS_INIT;
    struct kring *ring = NULL;

    memset(&lent, 0, sizeof lent);
    options.engine = KRING_ENGINE_SOFT;
    options.offload = lend;
    options.offload_user = &lent;
    CU_ASSERT_EQUAL_FATAL(kring_open(&ring, &options), 0);
    return ring;
}

static void close_lending(struct kring *ring)
{
    CU_ASSERT_EQUAL(kring_close(ring, KRING_SECOND), 0);
    for (unsigned i = 0; i < lent.started; i++)
        pthread_join(lent.threads[i], NULL);
}

static int64_t order[8];
static unsigned ends;

static void note(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    (void)ring;
    (void)op;
    if (ends < 8)
        order[ends++] = result->value >= 0 ? (int64_t)(intptr_t)user : result->value;
}

static int temporary(void)
{
    char path[256];

    snprintf(path, sizeof path, "%s/file", kring_test_tmpdir());
    return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void run_all(struct kring *ring)
{
    /* 0 may be a signal's doing; the end is that nothing is started any more. */
    for (unsigned turns = 0; kring_run(ring, 2 * KRING_SECOND) >= 0 && turns < 100; turns++)
        ;
}

static void a_slow_write_does_not_stop_the_ring(void)
{
    struct kring *ring = open_lending();
    struct kring_time soon = {0, 1000000};
    int fd = temporary();
    char back[6] = "";

    ends = 0;
    lent.slow = true;
    CU_ASSERT_EQUAL(kring_start(ring, kring_write(ring, fd, "hello", 5, 0), note, (void *)1), 0);
    CU_ASSERT_EQUAL(kring_start(ring, kring_fsync(ring, fd, 0), note, (void *)2), 0);
    CU_ASSERT_EQUAL(kring_start(ring, kring_timeout(ring, &soon, 0, 0), note, (void *)3), 0);
    run_all(ring);
    CU_ASSERT_EQUAL_FATAL(ends, 3);
    CU_ASSERT_EQUAL(order[0], -ETIME); /* the timer of 1 ms passed both, which took 30 */
    CU_ASSERT_EQUAL(lent.started, 2);
    CU_ASSERT_EQUAL(pread(fd, back, 5, 0), 5);
    CU_ASSERT_STRING_EQUAL(back, "hello");
    close(fd);
    close_lending(ring);
}

static void a_chain_goes_through_threads_in_order(void)
{
    struct kring *ring = open_lending();
    int fd = temporary();
    char back[6] = "";
    kring_op chain[3] = {kring_write(ring, fd, "order", 5, 0), kring_fsync(ring, fd, 0),
                         kring_read(ring, fd, back, 5, 0)};

    ends = 0;
    lent.slow = true;
    CU_ASSERT_EQUAL(kring_start_chain(ring, chain, 3, note, (void *)1), 0);
    run_all(ring);
    CU_ASSERT_EQUAL(ends, 3);
    CU_ASSERT_STRING_EQUAL(back, "order");
    CU_ASSERT(lent.started >= 2);
    close(fd);
    close_lending(ring);
}

static void without_a_thread_it_runs_inline(void)
{
    struct kring *ring = open_lending();
    int fd = temporary();

    ends = 0;
    lent.refuse = true;
    CU_ASSERT_EQUAL(kring_start(ring, kring_write(ring, fd, "x", 1, 0), note, (void *)1), 0);
    run_all(ring);
    CU_ASSERT_EQUAL(ends, 1);
    CU_ASSERT_EQUAL(order[0], 1);
    CU_ASSERT_EQUAL(lseek(fd, 0, SEEK_END), 1);
    close(fd);
    close_lending(ring);
}

static void pipes_are_not_offloaded(void)
{
    struct kring *ring = open_lending();
    int ends_of[2];
    char back[4];

    ends = 0;
    CU_ASSERT_EQUAL_FATAL(pipe(ends_of), 0);
    CU_ASSERT_EQUAL(kring_start(ring, kring_read(ring, ends_of[0], back, 4, -1), note, (void *)1),
                    0);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    CU_ASSERT_EQUAL(
        kring_start(ring, kring_write(ring, ends_of[1], "pipe", 4, -1), note, (void *)2), 0);
    run_all(ring);
    CU_ASSERT_EQUAL(ends, 2);
    CU_ASSERT_EQUAL(lent.started, 0);
    close(ends_of[0]);
    close(ends_of[1]);
    close_lending(ring);
}

static void close_waits_for_what_a_thread_has(void)
{
    struct kring *ring = open_lending();
    int fd = temporary();

    ends = 0;
    lent.slow = true;
    CU_ASSERT_EQUAL(kring_start(ring, kring_fsync(ring, fd, 0), note, (void *)1), 0);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    CU_ASSERT_EQUAL(kring_close(ring, 0), -EBUSY); /* the thread still has it */
    CU_ASSERT_EQUAL(ends, 0);
    close_lending(ring);
    CU_ASSERT_EQUAL(ends, 1);
    CU_ASSERT_EQUAL(order[0], 1);
    close(fd);
}

static void route_says_blocks_only_without_offload(void)
{
    struct kring_options options = KRING_OPTIONS_INIT;
    struct kring *ring = open_lending(), *plain = NULL;

    options.engine = KRING_ENGINE_SOFT;
    CU_ASSERT_EQUAL_FATAL(kring_open(&plain, &options), 0);
    CU_ASSERT_EQUAL(kring_route_opcode(ring, 3), KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(kring_route_opcode(plain, 3), KRING_ENGINE_SOFT | KRING_ROUTE_BLOCKS);
    CU_ASSERT_EQUAL(kring_close(plain, 0), 0);
    close_lending(ring);
}

/* All that changes files and their names may wait for the disk. */
static const uint8_t blocking[] = {
    IORING_OP_FALLOCATE, IORING_OP_FTRUNCATE, IORING_OP_SYNC_FILE_RANGE, IORING_OP_FADVISE,
    IORING_OP_MADVISE, IORING_OP_OPENAT2, IORING_OP_RENAMEAT, IORING_OP_UNLINKAT,
    IORING_OP_MKDIRAT, IORING_OP_SYMLINKAT, IORING_OP_LINKAT, IORING_OP_SETXATTR,
    IORING_OP_FSETXATTR, IORING_OP_GETXATTR, IORING_OP_FGETXATTR,
};

static void every_operation_on_files_says_that_it_blocks(void)
{
    struct kring_options options = KRING_OPTIONS_INIT;
    struct kring *ring = open_lending(), *plain = NULL;

    options.engine = KRING_ENGINE_SOFT;
    CU_ASSERT_EQUAL_FATAL(kring_open(&plain, &options), 0);
    for (unsigned i = 0; i < sizeof blocking; i++) {
        CU_ASSERT_EQUAL(kring_route_opcode(ring, blocking[i]), KRING_ENGINE_SOFT);
        CU_ASSERT_EQUAL(kring_route_opcode(plain, blocking[i]),
                        KRING_ENGINE_SOFT | KRING_ROUTE_BLOCKS);
    }
    CU_ASSERT_EQUAL(kring_close(plain, 0), 0);
    close_lending(ring);
}

static void operations_on_names_leave_the_loop(void)
{
    struct kring *ring = open_lending();
    struct kring_time soon = {0, 1000000};
    uint64_t how[3] = {O_RDONLY, 0, 0};
    char path[256], other[256];
    int fd = temporary();
    struct kring_result result;
    struct stat st;
    kring_op op;

    snprintf(path, sizeof path, "%s/file", kring_test_tmpdir());
    snprintf(other, sizeof other, "%s/other", kring_test_tmpdir());
    ends = 0;
    lent.slow = true;
    CU_ASSERT_EQUAL(kring_start(ring, kring_fallocate(ring, fd, 0, 0, 77), note, (void *)1), 0);
    CU_ASSERT_EQUAL(kring_start(ring, kring_renameat(ring, AT_FDCWD, path, AT_FDCWD, other, 0),
                                note, (void *)2), 0);
    CU_ASSERT_EQUAL(kring_start(ring, kring_timeout(ring, &soon, 0, 0), note, (void *)3), 0);
    run_all(ring);
    CU_ASSERT_EQUAL_FATAL(ends, 3);
    CU_ASSERT_EQUAL(order[0], -ETIME); /* the timer of 1 ms passed both, which took 30 */
    CU_ASSERT_EQUAL(lent.started, 2);
    CU_ASSERT(stat(other, &st) == 0 && st.st_size == 77 && access(path, F_OK) < 0);
    op = kring_openat2(ring, AT_FDCWD, other, (void *)how);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), 0);
    CU_ASSERT_EQUAL(kring_wait_op(ring, op, 2 * KRING_SECOND), 0);
    CU_ASSERT_EQUAL(kring_result(ring, op, &result), 0);
    CU_ASSERT_EQUAL(lent.started, 3);
    CU_ASSERT(fcntl((int)result.value, F_GETFD) & FD_CLOEXEC);
    close((int)result.value);
    close(fd);
    close_lending(ring);
}

int kring_test_offload(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(a_slow_write_does_not_stop_the_ring),
        KRING_TEST(a_chain_goes_through_threads_in_order),
        KRING_TEST(without_a_thread_it_runs_inline),
        KRING_TEST(pipes_are_not_offloaded),
        KRING_TEST(close_waits_for_what_a_thread_has),
        KRING_TEST(route_says_blocks_only_without_offload),
        KRING_TEST(every_operation_on_files_says_that_it_blocks),
        KRING_TEST(operations_on_names_leave_the_loop),
    };

    if (!CONFIG_KRING_SOFT_ENGINE || !CONFIG_KRING_OFFLOAD)
        return 0;
    return KRING_SUITE_ADD("offload", tests);
}
