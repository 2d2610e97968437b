/* SPDX-License-Identifier: MIT */
/*
 * File operations on file systems that differ: tmpfs, ext4, overlayfs, and hostfs in a guest. What
 * an operation says is compared with what the plain system call says of a second file there.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "rings.h"

#include "abi/sys.h"
#include "kring/uapi.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/stat.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

int kring_test_filesystems(void);

#define FAR INT64_C(0x140000000) /* 5 GiB */
#define BLOCK 4096
#define YEAR_2100 INT64_C(4102444800)

enum fs { TMPFS, EXT4, OVERLAY, HOSTFS };
static const struct {
    unsigned long magic;
    const char *missing;
} systems[] = {
    [TMPFS] = {0x01021994, "no directory on tmpfs, and only root may mount one"},
    [EXT4] = {0xef53, "no directory on ext4 here"},
    [OVERLAY] = {0x794c7630, "no directory on overlayfs, and none can be mounted"},
    [HOSTFS] = {0x00c0ffee, "hostfs is for guests only"},
};

/* ---- A directory on such a file system ---- */

struct place {
    int dir;
    pid_t child; /* keeps a mount of its own */
    int hold;    /* closed, it ends */
};

/* In a process of its own, with mounts of its own: the mounted directory goes to the parent. */
static void keep_mount(enum fs fs, const char *top, int hold)
{
    char options[256];
    char byte = 0;
    int fd;
    struct iovec iov = {&byte, 1};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
                         .msg_controllen = sizeof control};

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", top, "tmpfs", 0, NULL) != 0 || chdir(top) != 0)
        _exit(1);
    if (fs == OVERLAY) {
        static const char *const dirs[] = {"lower", "upper", "work", "all"};

        for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
            if (kring__sys_mkdirat(AT_FDCWD, dirs[i], 0755) < 0)
                _exit(1);
        fd = open("lower/below", O_WRONLY | O_CREAT, 0644);
        rings_write(fd, "from below", 10);
        close(fd);
        snprintf(options, sizeof options, "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work",
                 top, top, top);
        if (mount("overlay", "all", "overlay", 0, options) != 0)
            _exit(1);
    }
    fd = open(fs == OVERLAY ? "all" : ".", O_RDONLY | O_DIRECTORY);
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
    if (fd < 0 || sendmsg(hold, &msg, 0) != 1)
        _exit(1);
    _exit(read(hold, &byte, 1) == 0 ? 0 : 1);
}

static int receive_fd(int from)
{
    char byte;
    struct iovec iov = {&byte, 1};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
                         .msg_controllen = sizeof control};
    int fd;

    if (recvmsg(from, &msg, MSG_CMSG_CLOEXEC) != 1 || msg.msg_controllen < CMSG_LEN(sizeof fd))
        return -1;
    memcpy(&fd, CMSG_DATA(&control.head), sizeof fd);
    return fd;
}

static bool mounted(struct place *place, enum fs fs)
{
    int pair[2];

    if (fs != TMPFS && fs != OVERLAY)
        return false;
    rings_pair(SOCK_STREAM, pair);
    place->child = kring_test_fork();
    if (place->child == 0) {
        close(pair[0]);
        keep_mount(fs, kring_test_tmpdir(), pair[1]);
    }
    close(pair[1]);
    place->hold = pair[0];
    place->dir = place->child > 0 ? receive_fd(place->hold) : -1;
    return place->dir >= 0;
}

/* Takes what leave() must give back. False: there is none. */
static bool enter(struct place *place, enum fs fs)
{
    /* The last is of a guest, whose init makes one. */
    const char *bases[] = {kring_test_tmpdir(), "/dev/shm", "/tmp", "/var/tmp", "/run",
                           getenv("KRING_TEST_EXT4")};
    const char *made;
    struct statfs info;

    *place = (struct place){.dir = -1, .child = -1, .hold = -1};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        if (bases[i] == NULL || statfs(bases[i], &info) < 0 ||
            (unsigned long)info.f_type != systems[fs].magic)
            continue;
        made = kring_test_dir_on(bases[i]);
        if (made == NULL)
            continue;
        place->dir = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return place->dir >= 0;
    }
    return mounted(place, fs);
}

static void leave(struct place *place)
{
    if (place->dir >= 0)
        close(place->dir);
    if (place->hold >= 0)
        close(place->hold);
    if (place->child > 0)
        CU_ASSERT_EQUAL(waitpid(place->child, NULL, 0), place->child);
}

/* ---- Files ---- */

/* The operation's value, which must be that of the plain call. */
#define SAME(op, plain)                                                       \
    do {                                                                      \
        int64_t ours_ = rings_do(ring, op), plain_ = (plain);                 \
                                                                              \
        CU_ASSERT_EQUAL(ours_, plain_);                                       \
        if (ours_ != plain_)                                                  \
            printf("    %s: %lld, the plain call %lld\n", #op, (long long)ours_, \
                   (long long)plain_);                                        \
    } while (0)

static int64_t size_at(struct kring *ring, int dir, const char *name)
{
    struct statx info;

    memset(&info, 0, sizeof info);
    if (rings_do(ring, kring_statx(ring, dir, name, 0, STATX_SIZE, &info)) != 0)
        return -1;
    CU_ASSERT_TRUE(info.stx_mask & STATX_SIZE);
    return (int64_t)info.stx_size;
}

static void files(struct kring *ring, struct place *place)
{
    char back[64] = "", there[64] = "";
    struct iovec in[2] = {{back, 5}, {back + 5, 20}};
    struct iovec out[2] = {{(char *)"seven", 5}, {(char *)"teen", 4}};
    int flags = O_RDWR | O_CREAT | O_EXCL, append;
    int fd = (int)rings_do(ring, kring_openat(ring, place->dir, "f", flags, 0640));
    int plain = openat(place->dir, "g", flags | O_CLOEXEC, 0640);

    CU_ASSERT_TRUE_FATAL(fd >= 0 && plain >= 0);
    SAME(kring_openat(ring, place->dir, "f", flags, 0640), -EEXIST);
    SAME(kring_write(ring, fd, "0123456789", 10, 0),
         kring__sys_pwrite64(plain, "0123456789", 10, 0));
    SAME(kring_writev(ring, fd, out, 2, 8, 0), kring__sys_pwritev(plain, out, 2, 8));
    SAME(kring_read(ring, fd, back, 64, 3), kring__sys_pread64(plain, there, 64, 3));
    CU_ASSERT_EQUAL(memcmp(back, there, 64), 0);
    SAME(kring_readv(ring, fd, in, 2, 1, 0), 16);
    CU_ASSERT_EQUAL(memcmp(back, "1234567seventeen", 16), 0);
    SAME(kring_read(ring, fd, back, 64, 17), 0);
    SAME(kring_fsync(ring, fd, 0), kring__sys_fsync(plain));
    SAME(kring_fsync(ring, fd, KRING_DATASYNC), kring__sys_fdatasync(plain));
    SAME(kring_sync_file_range(ring, fd, 0, 4, 2), kring__sys_sync_file_range(plain, 0, 4, 2));
    if (!kring_test_lacks(SYS_fadvise64))
        SAME(kring_fadvise(ring, fd, 0, 4, POSIX_FADV_WILLNEED),
             kring__sys_fadvise64(plain, 0, 4, 3));
    SAME(kring_fallocate(ring, fd, 0, 10, 4090), kring__sys_fallocate(plain, 0, 10, 4090));
    SAME(kring_fallocate(ring, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4),
         kring__sys_fallocate(plain, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4));
    CU_ASSERT_EQUAL(size_at(ring, place->dir, "f"), size_at(ring, place->dir, "g"));
    CU_ASSERT_EQUAL(pread(fd, back, 64, 0), pread(plain, there, 64, 0));
    CU_ASSERT_EQUAL(memcmp(back, there, 17), 0);
    /* O_APPEND minds no offset. */
    append = (int)rings_do(ring, kring_openat(ring, place->dir, "f", O_WRONLY | O_APPEND, 0));
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, append, "end", 3, 0)), 3);
    CU_ASSERT_EQUAL(size_at(ring, place->dir, "f"), size_at(ring, place->dir, "g") + 3);
    SAME(kring_close_fd(ring, append), 0);
    SAME(kring_close_fd(ring, fd), 0);
    SAME(kring_openat(ring, place->dir, "none", O_RDONLY, 0), -ENOENT);
    close(plain);
}

/* What lies below is read through, copied up by the first write, and hidden when it is removed. */
static void layers(struct kring *ring, struct place *place)
{
    char back[16] = "";
    int low = (int)rings_do(ring, kring_openat(ring, place->dir, "below", O_RDONLY, 0)), high;

    if (low == -ENOENT)
        return; /* somebody else's mount */
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, low, back, 16, 0)), 10);
    high = (int)rings_do(ring, kring_openat(ring, place->dir, "below", O_RDWR, 0));
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, high, "FROM", 4, 0)), 4);
    CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, high, back, 16, 0)), 10);
    CU_ASSERT_EQUAL(memcmp(back, "FROM below", 10), 0);
    CU_ASSERT_EQUAL(size_at(ring, place->dir, "below"), 10);
    close(low);
    close(high);
}

static void names(struct kring *ring, struct place *place)
{
    int dir = place->dir, fd;
    bool below;

    SAME(kring_mkdirat(ring, dir, "d", 0750), kring__sys_mkdirat(dir, "e", 0750));
    fd = openat(dir, "d/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    close(openat(dir, "e/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    SAME(kring_symlinkat(ring, "d/x", dir, "sl"), kring__sys_symlinkat("e/x", dir, "sm"));
    SAME(kring_linkat(ring, dir, "d/x", dir, "hl", 0), kring__sys_linkat(dir, "e/x", dir, "hm", 0));
    SAME(kring_renameat(ring, dir, "d/x", dir, "d/y", 0),
         kring__sys_renameat2(dir, "e/x", dir, "e/y", 0));
    SAME(kring_renameat(ring, dir, "d", dir, "e", 0), -ENOTEMPTY);
    SAME(kring_renameat(ring, dir, "d/y", dir, "sl", 1 /* NOREPLACE */),
         kring__sys_renameat2(dir, "e/y", dir, "sm", 1));
    SAME(kring_renameat(ring, dir, "d/y", dir, "sl", 2 /* EXCHANGE */),
         kring__sys_renameat2(dir, "e/y", dir, "sm", 2));
    SAME(kring_unlinkat(ring, dir, "d", AT_REMOVEDIR), -ENOTEMPTY);
    SAME(kring_unlinkat(ring, dir, "d", 0), kring__sys_unlinkat(dir, "e", 0));
    SAME(kring_unlinkat(ring, dir, "d/y", 0), kring__sys_unlinkat(dir, "e/y", 0));
    SAME(kring_unlinkat(ring, dir, "d", AT_REMOVEDIR), kring__sys_unlinkat(dir, "e", AT_REMOVEDIR));
    /* Of a layer below it can only be hidden. */
    below = faccessat(dir, "below", F_OK, 0) == 0;
    SAME(kring_unlinkat(ring, dir, "below", 0), below ? 0 : -ENOENT);
    CU_ASSERT_EQUAL(faccessat(dir, "below", F_OK, 0), -1);
}

static void attributes(struct kring *ring, struct place *place)
{
    int fd = openat(place->dir, "a", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int plain = openat(place->dir, "b", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char path[64], back[16];

    SAME(kring_fsetxattr(ring, fd, "user.k", "value", 5, 1 /* CREATE */),
         kring__sys_fsetxattr(plain, "user.k", "value", 5, 1));
    SAME(kring_fsetxattr(ring, fd, "user.k", "value", 5, 1),
         kring__sys_fsetxattr(plain, "user.k", "value", 5, 1));
    SAME(kring_fgetxattr(ring, fd, "user.k", back, 16),
         kring__sys_fgetxattr(plain, "user.k", back, 16));
    SAME(kring_fgetxattr(ring, fd, "user.none", back, 16),
         kring__sys_fgetxattr(plain, "user.none", back, 16));
    snprintf(path, sizeof path, "/proc/self/fd/%d", plain);
    SAME(kring_getxattr(ring, path, "user.k", back, 3),
         kring__sys_fgetxattr(fd, "user.k", back, 3));
    SAME(kring_setxattr(ring, path, "user.k", "other", 5, 2 /* REPLACE */),
         kring__sys_fsetxattr(fd, "user.k", "other", 5, 2));
    close(fd);
    close(plain);
}

/* ---- O_DIRECT ---- */

static void direct(struct kring *ring, struct place *place)
{
    static char memory[3 * BLOCK] __attribute__((aligned(BLOCK)));
    static const struct {
        unsigned shift, length;
        int64_t offset;
    } tries[] = {
        {0, BLOCK, 0}, {0, BLOCK, BLOCK}, {0, 2 * BLOCK, 0}, {0, BLOCK, 2 * BLOCK}, /* right */
        {1, BLOCK, 0}, {0, 100, 0}, {0, BLOCK, 1}, {7, 33, 5},                       /* wrong */
    };
    int flags = O_RDWR | O_CREAT | O_DIRECT;
    int plain = (int)kring__sys_openat(place->dir, "q", flags | O_CLOEXEC, 0600);
    int64_t fd;

    if (plain < 0) { /* tmpfs before 6.6 */
        SAME(kring_openat(ring, place->dir, "p", flags, 0600), plain);
        return;
    }
    fd = rings_do(ring, kring_openat(ring, place->dir, "p", flags, 0600));
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        char *at = memory + tries[i].shift;
        unsigned length = tries[i].length;
        int64_t offset = tries[i].offset;

        memset(memory, 'a' + (int)i, sizeof memory);
        SAME(kring_write(ring, (int)fd, at, length, offset),
             kring__sys_pwrite64(plain, at, length, offset));
        SAME(kring_read(ring, (int)fd, at, length, offset),
             kring__sys_pread64(plain, at, length, offset));
        if (i < 4) {
            memset(memory, 0, sizeof memory);
            CU_ASSERT_TRUE(rings_do(ring, kring_read(ring, (int)fd, at, length, offset)) > 0);
            CU_ASSERT_TRUE(memory[0] == 'a' + (int)i);
        }
    }
    CU_ASSERT_EQUAL(size_at(ring, place->dir, "p"), size_at(ring, place->dir, "q"));
    close((int)fd);
    close(plain);
}

/* ---- Beyond what 32 bits hold ---- */

static void beyond_4g(struct kring *ring, struct place *place)
{
    struct iovec out = {(char *)"vector", 6};
    char back[16] = "";
    struct iovec in = {back, 16};
    int64_t at = 0, value;
    int fd = (int)rings_do(ring, kring_openat(ring, place->dir, "far", O_RDWR | O_CREAT, 0600));
    int plain = openat(place->dir, "far", O_WRONLY | O_CLOEXEC), pipe[2];

    value = kring__sys_pwrite64(plain, "far away", 8, FAR);
    close(plain);
    SAME(kring_write(ring, fd, "far away", 8, FAR), value);
    if (value == 8) {
        CU_ASSERT_EQUAL(size_at(ring, place->dir, "far"), FAR + 8);
        /* Opened again, it is a large file to begin with. */
        close(fd);
        fd = (int)rings_do(ring, kring_openat(ring, place->dir, "far", O_RDWR, 0));
        CU_ASSERT_TRUE_FATAL(fd >= 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, fd, back, 16, FAR + 4)), 4);
        CU_ASSERT_EQUAL(memcmp(back, "away", 4), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_writev(ring, fd, &out, 1, FAR + 4, 0)), 6);
        CU_ASSERT_EQUAL(rings_do(ring, kring_readv(ring, fd, &in, 1, FAR, 0)), 10);
        CU_ASSERT_EQUAL(memcmp(back, "far vector", 10), 0);
        /* Nothing of it went to the offset without its upper half. */
        CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, fd, back, 8, (uint32_t)FAR)), 8);
        CU_ASSERT_EQUAL(memcmp(back, "\0\0\0\0\0\0\0", 8), 0);
        /* At the current position, which moves. */
        CU_ASSERT_EQUAL(kring__sys_lseek(fd, FAR, SEEK_SET, &at), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_read(ring, fd, back, 4, KRING_CUR_POS)), 4);
        CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, fd, "VE", 2, KRING_CUR_POS)), 2);
        CU_ASSERT_EQUAL(kring__sys_lseek(fd, 0, SEEK_CUR, &at), 0);
        CU_ASSERT_EQUAL(at, FAR + 6);
        CU_ASSERT_EQUAL(rings_do(ring, kring_fsync(ring, fd, 0)), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_sync_file_range(ring, fd, FAR, 8, 2)),
                        kring__sys_sync_file_range(fd, FAR, 8, 2));
        value = rings_do(ring, kring_fallocate(ring, fd, FALLOC_FL_KEEP_SIZE, FAR + 100, 100));
        CU_ASSERT_TRUE(value == 0 || value == -EOPNOTSUPP);
        rings_pipe(pipe);
        CU_ASSERT_EQUAL(rings_do(ring, kring_splice(ring, fd, FAR, pipe[1], -1, 10, 0)), 10);
        CU_ASSERT_EQUAL(read(pipe[0], back, 16), 10);
        CU_ASSERT_EQUAL(memcmp(back, "far VEctor", 10), 0);
        close(pipe[0]);
        close(pipe[1]);
    }
    close(fd);
}

/* Sets a time that 32 bits do not hold; libc's own structs may not either. */
static int set_time(int dir, const char *name, int64_t seconds)
{
    struct kring_timespec times[2] = {{seconds, 5}, {seconds + 1, 6}};

#if __SIZEOF_LONG__ == 4
    return (int)syscall(412 /* utimensat_time64 */
#ifdef __mips__
                        + 4000
#endif
                        , dir, name, times, 0);
#else
    return (int)syscall(SYS_utimensat, dir, name, times, 0);
#endif
}

/* Does this file system keep such a time at all? */
static bool keeps(int dir, const char *name)
{
    struct statx info;

    memset(&info, 0, sizeof info);
    return kring__sys_statx(dir, name, 0, STATX_BASIC_STATS, &info) == 0 &&
           info.stx_mtime.tv_sec > INT32_MAX;
}

static void beyond_2038(struct kring *ring, struct place *place)
{
    struct statx info;

    close(openat(place->dir, "late", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (set_time(place->dir, "late", YEAR_2100) < 0 || !keeps(place->dir, "late"))
        kring_test_abandon("no file here keeps a time beyond 2038");
    memset(&info, 0, sizeof info);
    CU_ASSERT_EQUAL(rings_do(ring, kring_statx(ring, place->dir, "late", 0, STATX_BASIC_STATS,
                                               &info)), 0);
    CU_ASSERT_EQUAL(info.stx_atime.tv_sec, YEAR_2100);
    CU_ASSERT_EQUAL(info.stx_atime.tv_nsec, 5);
    CU_ASSERT_EQUAL(info.stx_mtime.tv_sec, YEAR_2100 + 1);
    CU_ASSERT_EQUAL(info.stx_mtime.tv_nsec, 6);
}

/* ---- Each on each ---- */

static void on(enum rings_kind kind, enum fs fs,
               void (*test)(struct kring *ring, struct place *place))
{
    struct place place;
    struct kring *ring;

    if (!enter(&place, fs)) {
        leave(&place);
        KRING_SKIP(systems[fs].missing);
    }
    ring = rings_open(kind);
    test(ring, &place);
    rings_close(ring);
    leave(&place);
}

static void whole(struct kring *ring, struct place *place)
{
    files(ring, place);
    layers(ring, place);
}

static void named(struct kring *ring, struct place *place)
{
    names(ring, place);
    attributes(ring, place);
}

#define ON(fs, NAME)                                                                         \
    static void fs##_files(enum rings_kind kind) { on(kind, NAME, whole); }                  \
    static void fs##_names(enum rings_kind kind) { on(kind, NAME, named); }                  \
    static void fs##_direct(enum rings_kind kind) { on(kind, NAME, direct); }                \
    static void fs##_far(enum rings_kind kind) { on(kind, NAME, beyond_4g); }                \
    static void fs##_late(enum rings_kind kind) { on(kind, NAME, beyond_2038); }             \
    RINGS_TEST(fs##_files)                                                                   \
    RINGS_TEST(fs##_names)                                                                   \
    RINGS_TEST(fs##_direct)                                                                  \
    RINGS_TEST(fs##_far)                                                                     \
    RINGS_TEST(fs##_late)
#define ROWS(fs)                                                                             \
    RINGS_ROWS(#fs ": files", fs##_files), RINGS_ROWS(#fs ": names", fs##_names),            \
    RINGS_ROWS(#fs ": O_DIRECT", fs##_direct), RINGS_ROWS(#fs ": beyond 4 GiB", fs##_far),   \
    RINGS_ROWS(#fs ": beyond 2038", fs##_late)

ON(tmpfs, TMPFS)
ON(ext4, EXT4)
ON(overlay, OVERLAY)

static void everything(struct kring *ring, struct place *place)
{
    files(ring, place);
    names(ring, place);
    attributes(ring, place);
    direct(ring, place);
    beyond_4g(ring, place);
}

static void hostfs(enum rings_kind kind)
{
    on(kind, HOSTFS, everything);
}
RINGS_TEST(hostfs)

int kring_test_filesystems(void)
{
    static const struct kring_test tests[] = {ROWS(tmpfs), ROWS(ext4), ROWS(overlay),
                                              RINGS_ROWS("hostfs", hostfs)};

    return KRING_SUITE_ADD("file systems", tests);
}
