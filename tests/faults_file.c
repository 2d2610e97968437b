/* SPDX-License-Identifier: MIT */
/* Scenarios of tests/faults.h: files, vectors, pipes, direct descriptors. */
#include "faults.h"
#include "statx.h"
#include "kring/uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SOFT(opcode) (UINT64_C(1) << IORING_OP_##opcode)
#define SIZE 6000u
#define PIECE 2048u

/* Does the file hold size bytes of the pattern? Asked of the file, not of the library. */
static bool holds(const char *path, unsigned size)
{
    static uint8_t data[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof data);

    if (fd >= 0)
        close(fd);
    return n == (ssize_t)size && faults_is_pattern(data, size, 0);
}

static void paths(char from[100], char to[100])
{
    snprintf(from, 100, "%s/file", kring_test_tmpdir());
    snprintf(to, 100, "%s/copy", kring_test_tmpdir());
    unlink(to);
}

static bool copy(struct faults *f)
{
    static uint8_t data[3][PIECE];
    static struct statx info;
    struct faults_op *reads[3], *writes[3];
    char from[100], to[100];
    int in, out;

    paths(from, to);
    if (faults_file(f, SIZE) < 0 || !faults_open(f, 0, SOFT(READ) | SOFT(STATX)))
        return false;
    in = CREATE(f, kring_openat(f->ring, AT_FDCWD, from, O_RDONLY, 0));
    out = in < 0 ? -1 : CREATE(f, kring_openat(f->ring, AT_FDCWD, to, O_WRONLY | O_CREAT | O_TRUNC,
                                               0600));
    if (out < 0)
        return false;
    memset(&info, 0, sizeof info);
    if (!DO(f, kring_statx(f->ring, in, "", AT_EMPTY_PATH, STATX_SIZE, &info)) ||
        !MUST(f, info.stx_size == SIZE))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        memset(data[i], 0, PIECE);
        reads[i] = START(f, kring_read_full(f->ring, in, data[i], i < 2 ? PIECE : SIZE - 2 * PIECE,
                                            i * PIECE));
    }
    for (unsigned i = 0; i < 3; i++) {
        unsigned size = i < 2 ? PIECE : SIZE - 2 * PIECE;

        if (!faults_wait(f, reads[i]) ||
            !MUST(f, reads[i]->value == size && faults_is_pattern(data[i], size, i * PIECE)))
            return false;
        writes[i] = START(f, kring_write_all(f->ring, out, data[i], size, i * PIECE));
    }
    for (unsigned i = 0; i < 3; i++)
        if (!faults_wait(f, writes[i]))
            return false;
    return DO(f, kring_fsync(f->ring, out, 0)) &&
           DO(f, kring_fsync(f->ring, out, KRING_DATASYNC)) &&
           MUST(f, holds(to, SIZE)) && faults_close(f, out) && faults_close(f, in);
}

/* Vectors, and the file's own position. */
static bool vectors(struct faults *f)
{
    static uint8_t data[SIZE], back[SIZE];
    struct iovec two[2] = {{data, 2500}, {data + 2500, SIZE - 2500}};
    struct iovec again[3] = {{back, 1}, {back + 1, 0}, {back + 1, SIZE - 1}};
    struct iovec half[2] = {{data, 100}, {data + 100, 200}};
    struct iovec all[2] = {{back, 100}, {back + 100, 200}};
    char from[100], to[100];
    int fd;

    paths(from, to);
    faults_pattern(data, SIZE, 0);
    memset(back, 0, sizeof back);
    if (!MUST(f, (fd = open(to, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) >= 0))
        return false;
    faults_own(f, fd);
    if (!faults_open(f, 0, SOFT(WRITEV) | SOFT(READ)))
        return false;
    if (!DO(f, kring_write_all_v(f->ring, fd, two, 2, 0)) || !MUST(f, holds(to, SIZE)) ||
        !DO(f, kring_read_full_v(f->ring, fd, again, 3, 0)) ||
        !MUST(f, faults_is_pattern(back, SIZE, 0)))
        return false;
    if (!DO(f, kring_writev(f->ring, fd, half, 2, 0, 0)) ||
        !DO(f, kring_readv(f->ring, fd, all, 2, 0, 0)) ||
        !MUST(f, faults_is_pattern(back, SIZE, 0)))
        return false;
    if (!MUST(f, lseek(fd, 0, SEEK_SET) == 0))
        return false;
    return DO(f, kring_write_all(f->ring, fd, data, 1000, KRING_CUR_POS)) &&
           DO(f, kring_writev(f->ring, fd, half, 1, KRING_CUR_POS, 0)) &&
           MUST(f, lseek(fd, 0, SEEK_SET) == 0) &&
           DO(f, kring_read_full(f->ring, fd, back, 1000, KRING_CUR_POS)) &&
           DO(f, kring_readv(f->ring, fd, all, 2, KRING_CUR_POS, 0)) &&
           MUST(f, faults_is_pattern(back + 300, 700, 300));
}

/* Pipes: readiness, both directions, by position and by vectors. */
static bool pipes(struct faults *f)
{
    static uint8_t out[5000], in[5000];
    struct iovec parts[2] = {{out, 2000}, {out + 2000, 3000}}, got[2] = {{in, 10}, {in + 10, 4990}};
    struct faults_op *o, *w;
    int fds[2];

    faults_pattern(out, sizeof out, 0);
    memset(in, 0, sizeof in);
    if (!faults_pipe(f, fds) || !faults_open(f, 0, SOFT(READ) | SOFT(WRITEV)))
        return false;
    o = START(f, kring_read_full(f->ring, fds[0], in, sizeof in, KRING_CUR_POS));
    if (!OK(f, kring_submit(f->ring)) || !o->started)
        return false;
    w = START(f, kring_write_all(f->ring, fds[1], out, sizeof out, KRING_CUR_POS));
    if (!faults_wait(f, w) || !faults_wait(f, o) || !MUST(f, faults_is_pattern(in, sizeof in, 0)))
        return false;
    memset(in, 0, sizeof in);
    o = START(f, kring_read_full_v(f->ring, fds[0], got, 2, 0));
    if (!OK(f, kring_submit(f->ring)) || !o->started)
        return false;
    w = START(f, kring_write_all_v(f->ring, fds[1], parts, 2, 0));
    return faults_wait(f, w) && faults_wait(f, o) && MUST(f, faults_is_pattern(in, sizeof in, 0));
}

static bool splices(struct faults *f)
{
    static uint8_t in[2][3000];
    int a[2], b[2], fd;
    struct faults_op *o;

    if ((fd = faults_file(f, 3000)) < 0 || !faults_pipe(f, a) || !faults_pipe(f, b) ||
        !faults_open(f, 0, SOFT(SPLICE)))
        return false;
    o = START(f, kring_splice(f->ring, fd, 0, a[1], -1, 3000, 0));
    if (!faults_wait(f, o) || !MUST(f, o->value == 3000))
        return false;
    o = START(f, kring_tee(f->ring, a[0], b[1], 3000, 0));
    if (!faults_wait(f, o) || !MUST(f, o->value == 3000))
        return false;
    memset(in, 0, sizeof in);
    if (!DO(f, kring_read_full(f->ring, b[0], in[0], 3000, KRING_CUR_POS)) ||
        !DO(f, kring_read_full(f->ring, a[0], in[1], 3000, KRING_CUR_POS)) ||
        !MUST(f, faults_is_pattern(in[0], 3000, 0) && faults_is_pattern(in[1], 3000, 0)))
        return false;
    /* Both wait for data that comes later. */
    o = START(f, kring_tee(f->ring, a[0], b[1], 5, 0));
    if (!o->started || !OK(f, kring_submit(f->ring)) || !MUST(f, write(a[1], "hello", 5) == 5) ||
        !faults_wait(f, o) || !DO(f, kring_splice(f->ring, a[0], -1, fd, 0, 5, 0)))
        return false;
    o = START(f, kring_splice(f->ring, a[0], -1, fd, 10, 5, 0));
    return o->started && OK(f, kring_submit(f->ring)) && MUST(f, write(a[1], "world", 5) == 5) &&
           faults_wait(f, o) && MUST(f, pread(fd, in[0], 15, 0) == 15) &&
           MUST(f, !memcmp(in[0], "hello", 5) && !memcmp(in[0] + 10, "world", 5));
}

static bool direct(struct faults *f)
{
    static uint8_t data[1000];
    int slots[2], fd;
    char from[100], to[100];
    struct faults_op *o;
    kring_op op;

    paths(from, to);
    if ((fd = faults_file(f, 1000)) < 0 || !faults_open(f, 6, SOFT(FSYNC) | SOFT(WRITE)))
        return false;
    op = kring_openat(f->ring, AT_FDCWD, from, O_RDWR, 0);
    if (!OK(f, kring_set_slot(f->ring, op, 2)))
        return OK(f, kring_drop(f->ring, op, NULL, NULL)) && false;
    memset(data, 0, sizeof data);
    if (!DO(f, op) || !DO(f, kring_read_full(f->ring, KRING_DIRECT(2), data, 1000, 0)) ||
        !MUST(f, faults_is_pattern(data, 1000, 0)) ||
        !DO(f, kring_close_fd(f->ring, KRING_DIRECT(2))))
        return false;
    op = kring_openat(f->ring, AT_FDCWD, from, O_RDWR, 0);
    if (!OK(f, kring_set_slot(f->ring, op, KRING_SLOT_ANY)))
        return OK(f, kring_drop(f->ring, op, NULL, NULL)) && false;
    o = START(f, op);
    if (!faults_wait(f, o) ||
        !DO(f, kring_write_all(f->ring, KRING_DIRECT(o->value), data, 100, 0)))
        return false;
    if (!OK(f, kring_direct_update(f->ring, 4, fd)) ||
        !DO(f, kring_read(f->ring, KRING_DIRECT(4), data, 10, 0)) ||
        !OK(f, kring_direct_update(f->ring, 4, -1)))
        return false;
    slots[0] = fd;
    slots[1] = -1;
    if (!DO(f, kring_files_update(f->ring, slots, 2, 3)) ||
        !DO(f, kring_read(f->ring, KRING_DIRECT(3), data, 10, 0)))
        return false;
    /* A dropped one owns a slot; one left open is closed with the ring. */
    op = kring_openat(f->ring, AT_FDCWD, from, O_RDWR, 0);
    if (!OK(f, kring_set_slot(f->ring, op, KRING_SLOT_ANY)))
        return OK(f, kring_drop(f->ring, op, NULL, NULL)) && false;
    o = START(f, op);
    faults_drop(f, o);
    return DO(f, kring_nop(f->ring)) && faults_close(f, fd);
}

/* Registered buffers with tags: each is told once, when its buffer is gone. */
static bool buffers(struct faults *f)
{
    static uint8_t memory[2][SIZE] __attribute__((aligned(4096)));
    struct iovec two[2] = {{memory[0], SIZE}, {memory[1], SIZE}}, third = {memory[0], 100};
    static const uint64_t tags[2] = {1, 2}, tag = 3;
    char from[100], to[100];
    int fd;

    paths(from, to);
    faults_pattern(memory[0], SIZE, 0);
    memset(memory[1], 0, SIZE);
    if (!MUST(f, (fd = open(to, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) >= 0))
        return false;
    faults_own(f, fd);
    if (!faults_open(f, 0, SOFT(READ_FIXED)))
        return false;
    if (!OK(f, kring_buffers_register(f->ring, two, tags, 2)))
        return MUST(f, f->released == 0) && false;
    if (!DO(f, kring_write_fixed(f->ring, fd, memory[0], SIZE, 0, 0)) ||
        !MUST(f, holds(to, SIZE)) ||
        !DO(f, kring_read_fixed(f->ring, fd, memory[1], SIZE, 0, 1)) ||
        !MUST(f, faults_is_pattern(memory[1], SIZE, 0)) ||
        !OK(f, kring_buffers_update(f->ring, 0, &third, &tag, 1)))
        return false;
    (void)kring_run(f->ring, 0);
    if (!DO(f, kring_write_fixed(f->ring, fd, memory[0], 100, 0, 0)) ||
        !OK(f, kring_buffers_unregister(f->ring)))
        return false;
    /* The kernel lets go in a work queue, which has to come to it. */
    for (unsigned i = 0; i < 300 && f->released != 14; i++) {
        (void)kring_run(f->ring, 0);
        if (f->released != 14)
            usleep(1000);
    }
    return MUST(f, f->released == 14);
}

/* A table of registered buffers goes to another ring, whole or not at all. */
static bool clones(struct faults *f)
{
    static uint8_t memory[SIZE] __attribute__((aligned(4096)));
    struct iovec one = {memory, SIZE};
    struct kring_options options = faults_options(f);
    struct kring *other;
    bool right;
    int error;

    if (!MUST(f, kring_open(&other, &options) == 0))
        return false;
    if (!faults_open(f, 0, 0) || !OK(f, kring_buffers_register(f->ring, &one, NULL, 1))) {
        for (unsigned i = 0; i < 3 && kring_close(other, KRING_SECOND) < 0; i++)
            ;
        return false;
    }
    error = kring_buffers_clone(other, f->ring);
    right = error == -KRING_EKERNEL || faults_ok(f, error, "kring_buffers_clone");
    /* What was not cloned has left no table. */
    if (error < 0)
        right = MUST(f, kring_buffers_unregister(other) == -ENXIO) && right;
    else
        right = OK(f, kring_buffers_unregister(other)) && right;
    for (unsigned i = 0; i < 3; i++)
        if ((error = kring_close(other, KRING_SECOND)) == 0)
            break;
    return MUST(f, error == 0) && right && OK(f, kring_buffers_unregister(f->ring));
}

static bool polls(struct faults *f)
{
    struct faults_op *o;
    uint8_t byte;
    int a[2], b[2];

    if (!faults_pipe(f, a) || !faults_pipe(f, b) || !faults_open(f, 0, SOFT(POLL_ADD)))
        return false;
    if (!DO(f, kring_poll(f->ring, a[1], POLLOUT)))
        return false;
    o = START(f, kring_poll(f->ring, a[0], POLLIN));
    if (!o->started || !OK(f, kring_submit(f->ring)) || !MUST(f, write(a[1], "x", 1) == 1) ||
        !faults_wait(f, o))
        return false;
    o = START(f, kring_poll_multishot(f->ring, b[0], POLLIN));
    o->fails = true; /* it ends by the removal */
    if (!OK(f, kring_submit(f->ring)) || !o->started || !MUST(f, write(b[1], "x", 1) == 1) ||
        !faults_wait_results(f, o, 1) || !MUST(f, read(b[0], &byte, 1) == 1))
        return false;
    if (!DO(f, kring_poll_remove(f->ring, o->op)) || !faults_wait(f, o))
        return false;
    if (f->mode->kernel != NULL)
        return true; /* a poll in a kernel that is too old for updates stays as it is */
    o = START_FAILING(f, kring_poll(f->ring, b[0], POLLPRI));
    return DO(f, kring_poll_update(f->ring, o->op, POLLIN)) &&
           MUST(f, write(b[1], "x", 1) == 1) && faults_wait(f, o);
}

static int made[2];

/* It may come after the scenario gave up. */
static void own_pipe(struct faults *f, struct faults_op *o, const struct kring_result *result)
{
    (void)o;
    if (result->value >= 0) {
        faults_own(f, made[0]);
        faults_own(f, made[1]);
    } else {
        MUST(f, made[0] == -1 && made[1] == -1);
    }
}

/* Both ends come or none; what is dropped closes both. */
static bool made_pipes(struct faults *f)
{
    static int slots[2], dropped[2];
    int *fds = made;
    struct faults_op *o;
    kring_op op;

    if (!faults_open(f, 4, SOFT(PIPE)))
        return false;
    fds[0] = fds[1] = -1;
    o = START(f, kring_pipe(f->ring, fds, O_NONBLOCK));
    o->hook = own_pipe;
    if (!faults_wait(f, o) ||
        !MUST(f, write(fds[1], "x", 1) == 1 && read(fds[0], &(char){0}, 1) == 1))
        return false;
    o = START(f, kring_pipe(f->ring, dropped, 0));
    faults_drop(f, o);
    op = kring_pipe(f->ring, slots, 0);
    if (f->mode->mixed || kring_set_slot(f->ring, op, 1) < 0) {
        kring_drop(f->ring, op, NULL, NULL); /* the table is not where the operation is pinned */
        return !f->failed;
    }
    return DO(f, op) && MUST(f, slots[0] == 1 && slots[1] == 2) && !f->failed;
}

/* Sizes, ranges and advice. */
static bool changes(struct faults *f)
{
    static uint8_t memory[3 * 65536];
    uint8_t *page = memory + 65536 - (uintptr_t)memory % 65536; /* no page is larger */
    struct stat st;
    int fd;

    if ((fd = faults_file(f, SIZE)) < 0 ||
        !faults_open(f, 0, SOFT(FALLOCATE) | SOFT(FADVISE) | SOFT(FTRUNCATE)))
        return false;
    if (!DO(f, kring_fallocate(f->ring, fd, 0, 0, SIZE + 100)) ||
        !MUST(f, fstat(fd, &st) == 0 && st.st_size == SIZE + 100) ||
        !DO(f, kring_ftruncate(f->ring, fd, SIZE)) ||
        !MUST(f, fstat(fd, &st) == 0 && st.st_size == SIZE) ||
        !DO(f, kring_fadvise(f->ring, fd, 0, 0, POSIX_FADV_RANDOM)) ||
        !DO(f, kring_sync_file_range(f->ring, fd, 0, 0, SYNC_FILE_RANGE_WRITE)))
        return false;
    if (memchr(f->mode->missing, KRING__SYS_madvise, sizeof f->mode->missing) != NULL)
        return true;
    memset(page, 1, 65536);
    return DO(f, kring_madvise(f->ring, page, 65536, MADV_DONTNEED)) && MUST(f, page[65535] == 0);
}

/* <linux/openat2.h> is of 5.6. */
static uint64_t how[3];

static bool attributes(struct faults *f)
{
    char path[100], to[100], back[8] = "";
    struct faults_op *o;
    int fd, again;

    paths(path, to);
    if ((fd = faults_file(f, SIZE)) < 0)
        return false;
    if (fsetxattr(fd, "user.probe", "", 0, 0) < 0)
        return faults_open(f, 0, 0); /* this file system has none, or none for users */
    if (!faults_open(f, 0, SOFT(SETXATTR) | SOFT(FGETXATTR) | SOFT(OPENAT2)))
        return false;
    if (!DO(f, kring_setxattr(f->ring, path, "user.a", "one", 3, 0)) ||
        !MUST(f, fgetxattr(fd, "user.a", back, 8) == 3 && !memcmp(back, "one", 3)) ||
        !DO(f, kring_fsetxattr(f->ring, fd, "user.a", "second", 6, 0)) ||
        !MUST(f, fgetxattr(fd, "user.a", back, 8) == 6 && !memcmp(back, "second", 6)))
        return false;
    memset(back, 0, sizeof back);
    o = START(f, kring_getxattr(f->ring, path, "user.a", back, 8));
    if (!faults_wait(f, o) || !MUST(f, o->value == 6 && !memcmp(back, "second", 6)))
        return false;
    memset(back, 0, sizeof back);
    o = START(f, kring_fgetxattr(f->ring, fd, "user.a", back, 8));
    if (!faults_wait(f, o) || !MUST(f, o->value == 6 && !memcmp(back, "second", 6)))
        return false;
    memset(how, 0, sizeof how);
    how[0] = O_RDWR;
    again = CREATE(f, kring_openat2(f->ring, AT_FDCWD, path, (struct open_how *)(void *)how));
    if (again < 0)
        return false;
    return MUST(f, pread(again, back, 4, 0) == 4 && faults_is_pattern((uint8_t *)back, 4, 0)) &&
           faults_close(f, again);
}

/* Is it there, under this name? Asked of the file system, not of the library. */
static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Each is done once or not at all; 0 says that it was. */
static bool names(struct faults *f)
{
    char dir[100], old[120], new[120], other[120];
    int base;

    snprintf(dir, sizeof dir, "%s/names", kring_test_tmpdir());
    snprintf(old, sizeof old, "%s/old", dir);
    snprintf(new, sizeof new, "%s/new", dir);
    snprintf(other, sizeof other, "%s/other", dir);
    unlink(old);
    unlink(new);
    unlink(other);
    rmdir(dir);
    if (!faults_open(f, 0, SOFT(RENAMEAT) | SOFT(MKDIRAT) | SOFT(LINKAT)))
        return false;
    if (!DO(f, kring_mkdirat(f->ring, AT_FDCWD, dir, 0700)) || !MUST(f, there(dir)))
        return false;
    base = CREATE(f, kring_openat(f->ring, AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0));
    if (base < 0)
        return false;
    if (!DO(f, kring_symlinkat(f->ring, ".", base, "old")) || !MUST(f, there(old)) ||
        !DO(f, kring_renameat(f->ring, base, "old", base, "new", 0)) ||
        !MUST(f, !there(old) && there(new)) ||
        !DO(f, kring_linkat(f->ring, base, "new", base, "other", 0)) ||
        !MUST(f, there(new) && there(other)))
        return false;
    return DO(f, kring_unlinkat(f->ring, base, "new", 0)) && MUST(f, !there(new)) &&
           DO(f, kring_unlinkat(f->ring, base, "other", 0)) && MUST(f, !there(other)) &&
           DO(f, kring_unlinkat(f->ring, AT_FDCWD, dir, AT_REMOVEDIR)) && MUST(f, !there(dir)) &&
           faults_close(f, base);
}

const struct faults_scenario faults_file_scenarios[] = {
    {"copy a file", copy, false},
    {"vectors and positions", vectors, false},
    {"pipes", pipes, false},
    {"pipes made by operations", made_pipes, false},
    {"splice and tee", splices, false},
    {"direct descriptors", direct, false},
    {"registered buffers", buffers, false},
    {"cloned buffers", clones, false},
    {"poll", polls, false},
    {"sizes, ranges and advice", changes, false},
    {"names", names, false},
    {"attributes and openat2", attributes, false},
    {NULL, NULL, false},
};
