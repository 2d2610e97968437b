/* SPDX-License-Identifier: MIT */
/* What changes and advises files as wholes: sizes, ranges, advice; on every kind of ring. */
#define _FILE_OFFSET_BITS 64 /* for fstat: the library needs no help */
#include "rings.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kring/uapi.h"

int kring_test_file_ops(void);

#define FAR INT64_C(0x180000000) /* 6 GiB: no 32-bit number holds it */

static int64_t size_of(int fd)
{
    struct stat st;

    CU_ASSERT_EQUAL(fstat(fd, &st), 0);
    return st.st_size;
}

/* Does this ring run it at all? A kernel ring on an old kernel does not. */
static bool runs(struct kring *ring, unsigned opcode)
{
    int route = kring_route_opcode(ring, opcode);

    CU_ASSERT_TRUE(route >= 0);
    return (route & 0xff) != KRING_ENGINE_NONE;
}

#define NEEDS(ring, opcode)                                               \
    do {                                                                  \
        if (!runs(ring, IORING_OP_##opcode)) {                            \
            rings_close(ring);                                            \
            KRING_SKIP("this kernel's io_uring has no " #opcode);         \
        }                                                                 \
    } while (0)

static void fallocate_does_what_its_mode_says(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char back[16] = "";
    int64_t value;
    int fd;

    NEEDS(ring, FALLOCATE);
    fd = rings_file("f", "0123456789", 10);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fallocate(ring, fd, 0, 8, 12)), 0);
    CU_ASSERT_EQUAL(size_of(fd), 20);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fallocate(ring, fd, FALLOC_FL_KEEP_SIZE, 0, 9999)), 0);
    CU_ASSERT_EQUAL(size_of(fd), 20);
    value = rings_do(ring, kring_fallocate(ring, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                           2, 3));
    CU_ASSERT_TRUE(value == 0 || value == -EOPNOTSUPP);
    CU_ASSERT_EQUAL(pread(fd, back, 10, 0), 10);
    CU_ASSERT_EQUAL(memcmp(back, value == 0 ? "01\0\0\0" "56789" : "0123456789", 10), 0);
    close(fd);
    rings_close(ring);
}

static void fallocate_takes_64_bits(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct stat st;
    int fd;

    NEEDS(ring, FALLOCATE);
    fd = rings_file("f", "abc", 3);
    /* A hole of 6 GiB behind which 4 KiB are allocated: the length is that of both. */
    CU_ASSERT_EQUAL(rings_do(ring, kring_fallocate(ring, fd, 0, FAR, 4096)), 0);
    CU_ASSERT_EQUAL(size_of(fd), FAR + 4096);
    CU_ASSERT_EQUAL(fstat(fd, &st), 0);
    CU_ASSERT_TRUE(st.st_blocks < 1024);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fallocate(ring, fd, 0, 0, 0)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fallocate(ring, fd, 0, -1, 5)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fallocate(ring, fd, 0, INT64_MAX - 1, 9)), -EFBIG);
    CU_ASSERT_EQUAL(size_of(fd), FAR + 4096);
    close(fd);
    rings_close(ring);
}

static void ftruncate_sets_the_length(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fd, fds[2];
    char back[8] = "";

    NEEDS(ring, FTRUNCATE);
    fd = rings_file("f", "0123456789", 10);
    CU_ASSERT_EQUAL(rings_do(ring, kring_ftruncate(ring, fd, 4)), 0);
    CU_ASSERT_EQUAL(size_of(fd), 4);
    CU_ASSERT_EQUAL(rings_do(ring, kring_ftruncate(ring, fd, FAR)), 0);
    CU_ASSERT_EQUAL(size_of(fd), FAR);
    CU_ASSERT_EQUAL(pread(fd, back, 8, 0), 8);
    CU_ASSERT_EQUAL(memcmp(back, "0123\0\0\0\0", 8), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_ftruncate(ring, fd, -1)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_ftruncate(ring, fd, 0)), 0);
    CU_ASSERT_EQUAL(size_of(fd), 0);
    rings_pipe(fds);
    CU_ASSERT_EQUAL(rings_do(ring, kring_ftruncate(ring, fds[1], 0)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_ftruncate(ring, -1, 0)), -EBADF);
    close(fds[0]);
    close(fds[1]);
    close(fd);
    rings_close(ring);
}

static void sync_file_range_writes_a_range(enum rings_kind kind)
{
    const uint32_t all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                         SYNC_FILE_RANGE_WAIT_AFTER;
    struct kring *ring = rings_open(kind);
    int fd, fds[2];

    NEEDS(ring, SYNC_FILE_RANGE);
    fd = rings_file("f", "0123456789", 10);
    CU_ASSERT_EQUAL(rings_do(ring, kring_sync_file_range(ring, fd, 0, 0, all)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_sync_file_range(ring, fd, FAR, 10, all)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_sync_file_range(ring, fd, -1, 10, all)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_sync_file_range(ring, fd, 0, 0, 8)), -EINVAL);
    rings_pipe(fds);
    CU_ASSERT_EQUAL(rings_do(ring, kring_sync_file_range(ring, fds[1], 0, 0, all)), -ESPIPE);
    close(fds[0]);
    close(fds[1]);
    close(fd);
    rings_close(ring);
}

static void fadvise_is_taken_and_checked(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    int fd, fds[2];
    kring_op op;

    NEEDS(ring, FADVISE);
    if (kring_test_lacks(SYS_fadvise64)) {
        fd = rings_file("f", "0123456789", 10);
        CU_ASSERT_EQUAL(rings_do(ring, kring_fadvise(ring, fd, 0, 10, POSIX_FADV_WILLNEED)),
                        -EOPNOTSUPP);
        close(fd);
        rings_close(ring);
        return;
    }
    fd = rings_file("f", "0123456789", 10);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fadvise(ring, fd, 0, 10, POSIX_FADV_WILLNEED)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fadvise(ring, fd, 0, 0, POSIX_FADV_DONTNEED)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fadvise(ring, fd, 0, 10, 99)), -EINVAL);
    rings_pipe(fds);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fadvise(ring, fds[0], 0, 0, POSIX_FADV_NORMAL)), -ESPIPE);
    op = kring_fadvise(ring, fd, 1, FAR, POSIX_FADV_SEQUENTIAL);
    /* The kernel knows such a length since 6.11 only. */
    if ((kring_route(ring, op) & 0xff) != KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(rings_do(ring, op), 0);
    } else {
        CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), -KRING_EKERNEL);
    }
    close(fds[0]);
    close(fds[1]);
    close(fd);
    rings_close(ring);
}

static void madvise_acts_on_its_range_only(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory;

    NEEDS(ring, MADVISE);
    memory = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_NOT_EQUAL_FATAL(memory, MAP_FAILED);
    memset(memory, 'm', 3 * page);
    if (kring_test_lacks(SYS_madvise)) {
        CU_ASSERT_EQUAL(rings_do(ring, kring_madvise(ring, memory, page, MADV_DONTNEED)),
                        -EOPNOTSUPP);
        munmap(memory, 3 * page);
        rings_close(ring);
        return;
    }
    CU_ASSERT_EQUAL(rings_do(ring, kring_madvise(ring, memory + page, page, MADV_DONTNEED)), 0);
    CU_ASSERT_EQUAL(memory[0], 'm');
    CU_ASSERT_EQUAL(memory[page - 1], 'm');
    CU_ASSERT_EQUAL(memory[page], 0);
    CU_ASSERT_EQUAL(memory[2 * page - 1], 0);
    CU_ASSERT_EQUAL(memory[2 * page], 'm');
    CU_ASSERT_EQUAL(rings_do(ring, kring_madvise(ring, memory + 1, page, MADV_DONTNEED)), -EINVAL);
    CU_ASSERT_EQUAL(munmap(memory + page, page), 0);
    if (!kring_test_emulated()) { /* qemu-user 7 takes any advice as given */
        CU_ASSERT_EQUAL(rings_do(ring, kring_madvise(ring, memory, page, 999)), -EINVAL);
        CU_ASSERT_EQUAL(rings_do(ring, kring_madvise(ring, memory, 3 * page, MADV_WILLNEED)),
                        -ENOMEM);
    }
    munmap(memory, page);
    munmap(memory + 2 * page, page);
    rings_close(ring);
}

static void file_operations_take_direct_descriptors(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;
    int fd;

    options.direct_descriptors = 4;
    ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED)
        rings_unsplit(ring); /* the table has one home */
    NEEDS(ring, FTRUNCATE);
    fd = rings_file("f", "0123456789", 10);
    CU_ASSERT_EQUAL(kring_direct_update(ring, 3, fd), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_ftruncate(ring, KRING_DIRECT(3), 5)), 0);
    CU_ASSERT_EQUAL(size_of(fd), 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fallocate(ring, KRING_DIRECT(3), 0, 0, 7)), 0);
    CU_ASSERT_EQUAL(size_of(fd), 7);
    CU_ASSERT_EQUAL(rings_do(ring, kring_sync_file_range(ring, KRING_DIRECT(3), 0, 0,
                                                         SYNC_FILE_RANGE_WRITE)), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_fadvise(ring, KRING_DIRECT(3), 0, 0,
                                                 POSIX_FADV_RANDOM)),
                    kring_test_lacks(SYS_fadvise64) ? -EOPNOTSUPP : 0);
    /* An index is never taken for an fd, not even when that fd is open. */
    CU_ASSERT_EQUAL(rings_do(ring, kring_ftruncate(ring, KRING_DIRECT(0), 0)), -EBADF);
    CU_ASSERT_EQUAL(size_of(fd), 7);
    close(fd);
    rings_close(ring);
}

static void offsets_hold_64_bits(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    char back[8] = "";
    int fd, fds[2];

    NEEDS(ring, READ);
    fd = rings_file("f", "near", 4);
    rings_pipe(fds);
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, fd, "far", 3, FAR)), 3);
    CU_ASSERT_EQUAL(size_of(fd), FAR + 3);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, fd, back, 8, FAR)), 3);
    CU_ASSERT_STRING_EQUAL(back, "far");
    CU_ASSERT_EQUAL(lseek(fd, FAR + 1, SEEK_SET), FAR + 1);
    memset(back, 0, sizeof back);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, fd, back, 8, KRING_CUR_POS)), 2);
    CU_ASSERT_STRING_EQUAL(back, "ar");
    if (runs(ring, IORING_OP_SPLICE)) {
        CU_ASSERT_EQUAL(rings_do(ring, kring_splice(ring, fd, FAR, fds[1], -1, 3, 0)), 3);
        CU_ASSERT_EQUAL(read(fds[0], back, 8), 3);
        CU_ASSERT_EQUAL(memcmp(back, "far", 3), 0);
    }
    CU_ASSERT_EQUAL(pread(fd, back, 4, 0), 4);
    CU_ASSERT_EQUAL(memcmp(back, "near", 4), 0);
    close(fds[0]);
    close(fds[1]);
    close(fd);
    rings_close(ring);
}

/* Not the same as an empty one: poll() says nothing of it, ever. */
static void a_fifo_without_a_writer_is_at_its_end(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct rings_log log = {0};
    char path[256], back[8] = "";
    int from, to;

    NEEDS(ring, READ);
    snprintf(path, sizeof path, "%s/fifo", kring_test_tmpdir());
    CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
    from = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CU_ASSERT_FATAL(from >= 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, from, back, 8, KRING_CUR_POS)), 0);
    to = open(path, O_WRONLY | O_CLOEXEC);
    CU_ASSERT_FATAL(to >= 0);
    /* Only its opening must not wait. Engine kernel below 5.15 would answer EAGAIN. */
    CU_ASSERT_EQUAL(fcntl(from, F_SETFL, 0), 0);
    CU_ASSERT(rings_start(ring, kring_read(ring, from, back, 8, KRING_CUR_POS), &log));
    rings_run_for(ring, 5);
    CU_ASSERT_EQUAL(log.calls, 0);
    rings_write(to, "abc", 3);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 3);
    close(to);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, from, back, 8, KRING_CUR_POS)), 0);
    close(from);
    rings_close(ring);
}

RINGS_TEST(offsets_hold_64_bits)
RINGS_TEST(a_fifo_without_a_writer_is_at_its_end)
RINGS_TEST(fallocate_does_what_its_mode_says)
RINGS_TEST(fallocate_takes_64_bits)
RINGS_TEST(ftruncate_sets_the_length)
RINGS_TEST(sync_file_range_writes_a_range)
RINGS_TEST(fadvise_is_taken_and_checked)
RINGS_TEST(madvise_acts_on_its_range_only)
RINGS_TEST(file_operations_take_direct_descriptors)

int kring_test_file_ops(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("offsets hold 64 bits", offsets_hold_64_bits),
        RINGS_ROWS("a FIFO without a writer is at its end", a_fifo_without_a_writer_is_at_its_end),
        RINGS_ROWS("fallocate does what its mode says", fallocate_does_what_its_mode_says),
        RINGS_ROWS("fallocate takes 64 bits", fallocate_takes_64_bits),
        RINGS_ROWS("ftruncate sets the length", ftruncate_sets_the_length),
        RINGS_ROWS("sync file range writes a range", sync_file_range_writes_a_range),
        RINGS_ROWS("fadvise is taken and checked", fadvise_is_taken_and_checked),
        RINGS_ROWS("madvise acts on its range only", madvise_acts_on_its_range_only),
        RINGS_ROWS("file operations take direct descriptors",
                   file_operations_take_direct_descriptors),
    };

    if (!CONFIG_KRING_FILE)
        return 0;
    return KRING_SUITE_ADD("file-ops", tests);
}
