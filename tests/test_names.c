/* SPDX-License-Identifier: MIT */
/* What changes the names of files, on every kind of ring. */
#define _GNU_SOURCE
#include "rings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kring/uapi.h"
#include "ops/ops.h"

int kring_test_names(void);

#define EXCHANGE 2u
#define NOREPLACE 1u

struct place {
    struct kring *ring;
    int dir;   /* of the test */
    int inner; /* a directory in it */
};

/* False: this ring cannot run the opcode, and the test is skipped. */
static bool at(struct place *place, enum rings_kind kind, unsigned opcode)
{
    place->ring = rings_open(kind);
    if ((kring_route_opcode(place->ring, opcode) & 0xff) == KRING_ENGINE_NONE) {
        rings_close(place->ring);
        kring_test_skip("this kernel's io_uring is older than the operation");
        return false;
    }
    place->dir = open(kring_test_tmpdir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_FATAL(place->dir >= 0);
    CU_ASSERT_EQUAL_FATAL(mkdirat(place->dir, "inner", 0700), 0);
    place->inner = openat(place->dir, "inner", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_FATAL(place->inner >= 0);
    return true;
}

static void leave(struct place *place)
{
    close(place->dir);
    close(place->inner);
    rings_close(place->ring);
}

static void make(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    CU_ASSERT_FATAL(fd >= 0);
    rings_write(fd, text, strlen(text));
    close(fd);
}

static bool holds(int dir, const char *name, const char *text)
{
    char back[32] = "";
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, back, sizeof back - 1);

    if (fd >= 0)
        close(fd);
    return n == (ssize_t)strlen(text) && strcmp(back, text) == 0;
}

static bool absent(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

static void rename_moves_between_directories(enum rings_kind kind)
{
    struct place p;

    if (!at(&p, kind, IORING_OP_RENAMEAT))
        return;
    make(p.dir, "a", "one");
    make(p.dir, "b", "two");
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, p.dir, "a", p.inner, "c", 0)), 0);
    CU_ASSERT(absent(p.dir, "a") && holds(p.inner, "c", "one"));
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, p.dir, "b", p.inner, "c", NOREPLACE)),
                    -EEXIST);
    CU_ASSERT(holds(p.dir, "b", "two") && holds(p.inner, "c", "one"));
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, p.dir, "b", p.inner, "c", EXCHANGE)),
                    0);
    CU_ASSERT(holds(p.dir, "b", "one") && holds(p.inner, "c", "two"));
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, p.dir, "b", p.inner, "c", 0)), 0);
    CU_ASSERT(absent(p.dir, "b") && holds(p.inner, "c", "one"));
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, p.dir, "no", p.inner, "c", 0)),
                    -ENOENT);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, -1, "no", p.inner, "c", 0)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, p.inner, "c", p.dir, NULL, 0)),
                    -EFAULT);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, p.inner, "c", p.dir, "d", 0x80)),
                    -EINVAL);
    CU_ASSERT(holds(p.inner, "c", "one"));
    leave(&p);
}

static void unlink_tells_files_from_directories(enum rings_kind kind)
{
    struct place p;

    if (!at(&p, kind, IORING_OP_UNLINKAT))
        return;
    make(p.inner, "a", "one");
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_unlinkat(p.ring, p.dir, "inner", 0)), -EISDIR);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_unlinkat(p.ring, p.dir, "inner", AT_REMOVEDIR)),
                    -ENOTEMPTY);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_unlinkat(p.ring, p.inner, "a", AT_REMOVEDIR)),
                    -ENOTDIR);
    CU_ASSERT(holds(p.inner, "a", "one"));
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_unlinkat(p.ring, p.inner, "a", 0)), 0);
    CU_ASSERT(absent(p.inner, "a"));
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_unlinkat(p.ring, p.inner, "a", 0)), -ENOENT);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_unlinkat(p.ring, p.dir, "inner", 0x100)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_unlinkat(p.ring, p.dir, "inner", AT_REMOVEDIR)), 0);
    CU_ASSERT(absent(p.dir, "inner"));
    leave(&p);
}

static void mkdir_makes_a_directory_less_the_umask(enum rings_kind kind)
{
    struct place p;
    struct stat st;
    mode_t mask;

    if (!at(&p, kind, IORING_OP_MKDIRAT))
        return;
    mask = umask(027);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_mkdirat(p.ring, p.inner, "d", 0777)), 0);
    umask(mask);
    CU_ASSERT_EQUAL(fstatat(p.inner, "d", &st, 0), 0);
    CU_ASSERT(S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0750);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_mkdirat(p.ring, p.inner, "d", 0777)), -EEXIST);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_mkdirat(p.ring, p.inner, "x/y", 0777)), -ENOENT);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_mkdirat(p.ring, KRING_DIRECT(0), "e", 0777)), -EBADF);
    leave(&p);
}

static void symlink_keeps_its_target_as_text(enum rings_kind kind)
{
    char back[32] = "";
    struct place p;

    if (!at(&p, kind, IORING_OP_SYMLINKAT))
        return;
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_symlinkat(p.ring, "../no/where", p.inner, "l")), 0);
    CU_ASSERT_EQUAL(readlinkat(p.inner, "l", back, sizeof back - 1), 11);
    CU_ASSERT_STRING_EQUAL(back, "../no/where");
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_symlinkat(p.ring, "x", p.inner, "l")), -EEXIST);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_symlinkat(p.ring, "", p.inner, "m")), -ENOENT);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_symlinkat(p.ring, NULL, p.inner, "m")), -EFAULT);
    CU_ASSERT(absent(p.inner, "m"));
    leave(&p);
}

static void link_gives_a_file_a_second_name(enum rings_kind kind)
{
    struct place p;
    struct stat st;
    kring_op op;

    if (!at(&p, kind, IORING_OP_LINKAT))
        return;
    make(p.dir, "a", "one");
    CU_ASSERT_EQUAL(symlinkat("a", p.dir, "l"), 0);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_linkat(p.ring, p.dir, "a", p.inner, "b", 0)), 0);
    CU_ASSERT_EQUAL(fstatat(p.inner, "b", &st, 0), 0);
    CU_ASSERT_EQUAL(st.st_nlink, 2);
    CU_ASSERT(holds(p.inner, "b", "one"));
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_linkat(p.ring, p.dir, "l", p.inner, "l", 0)), 0);
    CU_ASSERT_EQUAL(fstatat(p.inner, "l", &st, AT_SYMLINK_NOFOLLOW), 0);
    CU_ASSERT(S_ISLNK(st.st_mode));
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_linkat(p.ring, p.dir, "a", p.inner, "b", 0)), -EEXIST);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_linkat(p.ring, p.dir, "no", p.inner, "c", 0)),
                    -ENOENT);
    /* Flags: io_uring takes them since 6.6. */
    op = kring_linkat(p.ring, p.dir, "l", p.inner, "c", AT_SYMLINK_FOLLOW);
    if ((kring_route(p.ring, op) & 0xff) == KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(kring_start(p.ring, op, NULL, NULL), -KRING_EKERNEL);
    } else {
        CU_ASSERT_EQUAL(rings_do(p.ring, op), 0);
        CU_ASSERT_EQUAL(fstatat(p.inner, "c", &st, AT_SYMLINK_NOFOLLOW), 0);
        CU_ASSERT(S_ISREG(st.st_mode) && st.st_nlink == 3);
    }
    leave(&p);
}

/* How a file is replaced without ever being half: each step only after the one before. */
static void a_chain_replaces_a_file(enum rings_kind kind)
{
    struct rings_log log = {0};
    struct place p;
    kring_op ops[3];
    int fd;

    if (!at(&p, kind, IORING_OP_RENAMEAT))
        return;
    make(p.dir, "a", "old");
    fd = openat(p.dir, "a.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ops[0] = kring_write(p.ring, fd, "new", 3, 0);
    ops[1] = kring_fsync(p.ring, fd, 0);
    ops[2] = kring_renameat(p.ring, p.dir, "a.new", p.dir, "a", 0);
    CU_ASSERT_EQUAL(kring_start_chain(p.ring, ops, 3, rings_done, &log), 0);
    CU_ASSERT(rings_until(p.ring, &log, 3));
    CU_ASSERT(holds(p.dir, "a", "new") && absent(p.dir, "a.new"));
    /* A failed rename takes the removal behind it with it. */
    memset(&log, 0, sizeof log);
    ops[0] = kring_renameat(p.ring, p.dir, "no", p.dir, "a", 0);
    ops[1] = kring_unlinkat(p.ring, p.dir, "a", 0);
    CU_ASSERT_EQUAL(kring_start_chain(p.ring, ops, 2, rings_done, &log), 0);
    CU_ASSERT(rings_until(p.ring, &log, 2));
    CU_ASSERT_EQUAL(log.notes[0].value, -ENOENT);
    CU_ASSERT_EQUAL(log.notes[1].value, -ECANCELED);
    CU_ASSERT(holds(p.dir, "a", "new"));
    close(fd);
    leave(&p);
}

RINGS_TEST(rename_moves_between_directories)
RINGS_TEST(unlink_tells_files_from_directories)
RINGS_TEST(mkdir_makes_a_directory_less_the_umask)
RINGS_TEST(symlink_keeps_its_target_as_text)
RINGS_TEST(link_gives_a_file_a_second_name)
RINGS_TEST(a_chain_replaces_a_file)

int kring_test_names(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("rename moves between directories", rename_moves_between_directories),
        RINGS_ROWS("unlink tells files from directories", unlink_tells_files_from_directories),
        RINGS_ROWS("mkdir makes a directory less the umask",
                   mkdir_makes_a_directory_less_the_umask),
        RINGS_ROWS("symlink keeps its target as text", symlink_keeps_its_target_as_text),
        RINGS_ROWS("link gives a file a second name", link_gives_a_file_a_second_name),
        RINGS_ROWS("a chain replaces a file", a_chain_replaces_a_file),
    };

    if (!CONFIG_KRING_FILE)
        return 0;
    return KRING_SUITE_ADD("names", tests);
}
