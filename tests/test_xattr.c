/* SPDX-License-Identifier: MIT */
/* Extended attributes and openat2 on every kind of ring, and where there is no such call. */
#define _GNU_SOURCE
#include "rings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fake_sys.h"
#include "kring/uapi.h"
#include "ops/ops.h"

int kring_test_xattr(void);

/* <linux/openat2.h> is of 5.6. */
struct how {
    uint64_t flags, mode, resolve;
};
#define HOW(x) ((struct open_how *)(void *)(x))
#define BENEATH 8u

struct place {
    struct kring *ring;
    int fd; /* of path */
    char path[256];
};

/* The file "f" of that directory; false where it is to have attributes and cannot. */
static bool file_in(struct place *place, const char *dir, bool attributes)
{
    if (dir == NULL)
        return false;
    snprintf(place->path, sizeof place->path, "%s/f", dir);
    place->fd = open(place->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CU_ASSERT_FATAL(place->fd >= 0);
    rings_write(place->fd, "hello", 5);
    if (!attributes || fsetxattr(place->fd, "user.probe", "", 0, 0) == 0)
        return true;
    close(place->fd);
    return false;
}

/* A tmpfs has no attributes of users below 6.6. A guest's init makes a file system that has. */
static const char *on_disk(void)
{
    const char *base = getenv("KRING_TEST_EXT4");

    return base ? kring_test_dir_on(base) : NULL;
}

/* False: this ring or this file system cannot, and the test is skipped. */
static bool at(struct place *place, enum rings_kind kind, unsigned opcode)
{
    struct kring_options options = rings_options(kind);

    options.direct_descriptors = 4;
    place->ring = rings_open_with(kind, &options);
    if (kind == RINGS_MIXED)
        rings_unsplit(place->ring); /* the table has one home; the opcode has not */
    if (kind == RINGS_MIXED)
        CU_ASSERT_EQUAL(kring_pin(place->ring, opcode, KRING_ENGINE_SOFT), 0);
    if ((kring_route_opcode(place->ring, opcode) & 0xff) == KRING_ENGINE_NONE) {
        rings_close(place->ring);
        kring_test_skip("this kernel's io_uring is older than the operation");
        return false;
    }
    if (!file_in(place, kring_test_tmpdir(), opcode != IORING_OP_OPENAT2) &&
        !file_in(place, on_disk(), true)) {
        rings_close(place->ring);
        kring_test_skip("this file system keeps no extended attributes of users");
        return false;
    }
    return true;
}

static void leave(struct place *place)
{
    kring_fake_clear();
    close(place->fd);
    rings_close(place->ring);
}

/* The counterpart, in a mixed ring; on an old kernel it stays where the ring puts it. */
static void pin_to_kernel(struct kring *ring, unsigned opcode)
{
    CU_ASSERT_EQUAL(kring_pin(ring, opcode, KRING_ENGINE_KERNEL), 0);
    if ((kring_route_opcode(ring, opcode) & 0xff) == KRING_ENGINE_NONE)
        CU_ASSERT_EQUAL(kring_pin(ring, opcode, KRING_ENGINE_AUTO), 0);
}

static void attributes_by_path(enum rings_kind kind)
{
    char back[16] = "";
    struct place p;

    if (!at(&p, kind, IORING_OP_SETXATTR))
        return;
    if (kind == RINGS_MIXED)
        pin_to_kernel(p.ring, IORING_OP_GETXATTR);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_setxattr(p.ring, p.path, "user.a", "value", 5, 0)), 0);
    CU_ASSERT_EQUAL(fgetxattr(p.fd, "user.a", back, sizeof back), 5);
    CU_ASSERT_EQUAL(memcmp(back, "value", 5), 0);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_setxattr(p.ring, p.path, "user.a", "x", 1,
                                                    XATTR_CREATE)), -EEXIST);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_setxattr(p.ring, p.path, "user.b", "x", 1,
                                                    XATTR_REPLACE)), -ENODATA);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_setxattr(p.ring, p.path, "user.a", "new", 3,
                                                    XATTR_REPLACE)), 0);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_setxattr(p.ring, p.path, "user.a", "x", 1, 4)),
                    -EINVAL);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_setxattr(p.ring, p.path, "user.a", back, 65537, 0)),
                    -E2BIG);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_setxattr(p.ring, p.path, "", "x", 1, 0)), -ERANGE);
    memset(back, 0, sizeof back);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_getxattr(p.ring, p.path, "user.a", NULL, 0)), 3);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_getxattr(p.ring, p.path, "user.a", back, 2)), -ERANGE);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_getxattr(p.ring, p.path, "user.a", back, 16)), 3);
    CU_ASSERT_STRING_EQUAL(back, "new");
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_getxattr(p.ring, p.path, "user.b", back, 16)),
                    -ENODATA);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_getxattr(p.ring, "/no/such", "user.a", back, 16)),
                    -ENOENT);
    leave(&p);
}

static void attributes_by_descriptor(enum rings_kind kind)
{
    char back[16] = "";
    struct place p;

    if (!at(&p, kind, IORING_OP_FSETXATTR))
        return;
    if (kind == RINGS_MIXED)
        pin_to_kernel(p.ring, IORING_OP_FGETXATTR);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_fsetxattr(p.ring, p.fd, "user.a", "value", 5, 0)), 0);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_fgetxattr(p.ring, p.fd, "user.a", back, 16)), 5);
    CU_ASSERT_STRING_EQUAL(back, "value");
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_fsetxattr(p.ring, p.fd, "user.a", "", 0,
                                                     XATTR_CREATE)), -EEXIST);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_fgetxattr(p.ring, p.fd, "user.b", back, 16)),
                    -ENODATA);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_fgetxattr(p.ring, -1, "user.a", back, 16)), -EBADF);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_fsetxattr(p.ring, p.fd, "user.c", "", 0, 0)), 0);
    CU_ASSERT_EQUAL(fgetxattr(p.fd, "user.c", back, sizeof back), 0);
    leave(&p);
}

/* Where the kernel's table takes them (6.13) or the table is the soft engine's. */
static void attributes_of_a_direct_descriptor(enum rings_kind kind)
{
    char back[16] = "";
    struct place p;
    kring_op op;

    if (!at(&p, kind, IORING_OP_FSETXATTR))
        return;
    rings_unsplit(p.ring);
    CU_ASSERT_EQUAL(kring_direct_update(p.ring, 3, p.fd), 0);
    op = kring_fsetxattr(p.ring, KRING_DIRECT(3), "user.a", "direct", 6, 0);
    if ((kring_route(p.ring, op) & 0xff) == KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(kring_start(p.ring, op, NULL, NULL), -KRING_EKERNEL);
        leave(&p);
        return;
    }
    CU_ASSERT_EQUAL(rings_do(p.ring, op), 0);
    CU_ASSERT_EQUAL(fgetxattr(p.fd, "user.a", back, sizeof back), 6);
    memset(back, 0, sizeof back);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_fgetxattr(p.ring, KRING_DIRECT(3), "user.a", back,
                                                     16)), 6);
    CU_ASSERT_STRING_EQUAL(back, "direct");
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_fgetxattr(p.ring, KRING_DIRECT(0), "user.a", back,
                                                     16)), -EBADF);
    leave(&p);
}

static void openat2_opens_close_on_exec(enum rings_kind kind)
{
    struct how how = {O_RDWR, 0, 0};
    struct place p;
    int64_t fd;
    kring_op op;

    if (!at(&p, kind, IORING_OP_OPENAT2))
        return;
    fd = rings_do(p.ring, kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how)));
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT(fcntl((int)fd, F_GETFD) & FD_CLOEXEC);
    CU_ASSERT_EQUAL(fcntl((int)fd, F_GETFL) & O_ACCMODE, O_RDWR);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_close_fd(p.ring, (int)fd)), 0);
    how = (struct how){O_PATH, 0, 0}; /* beside it nearly every flag is refused */
    fd = rings_do(p.ring, kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how)));
    CU_ASSERT(fd >= 0);
    close((int)fd);
    how = (struct how){O_RDONLY, 0600, 0};
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how))),
                    -EINVAL);
    how = (struct how){UINT64_C(1) << 40, 0, 0};
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how))),
                    -EINVAL);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_openat2(p.ring, AT_FDCWD, p.path, NULL)), -EFAULT);
    /* What a dropped one has opened is closed: the runner counts descriptors. */
    how = (struct how){O_RDONLY, 0, 0};
    op = kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how));
    CU_ASSERT_EQUAL(kring_start(p.ring, op, rings_done, &(struct rings_log){0}), 0);
    CU_ASSERT_EQUAL(kring_submit(p.ring), 1);
    CU_ASSERT_EQUAL(kring_drop(p.ring, op, NULL, NULL), 0);
    rings_run_for(p.ring, 20);
    leave(&p);
}

static void openat2_confines_a_path(enum rings_kind kind)
{
    struct how how = {O_RDONLY, 0, BENEATH};
    struct place p;
    int64_t fd;
    int dir;

    if (!at(&p, kind, IORING_OP_OPENAT2))
        return;
    dir = open(kring_test_tmpdir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fd = rings_do(p.ring, kring_openat2(p.ring, dir, "f", HOW(&how)));
    if (fd == -ENOSYS) { /* the soft engine below 5.6 */
        CU_ASSERT_NOT_EQUAL(kind, RINGS_KERNEL);
    } else {
        CU_ASSERT(fd >= 0);
        close((int)fd);
        CU_ASSERT_EQUAL(rings_do(p.ring, kring_openat2(p.ring, dir, "../x", HOW(&how))), -EXDEV);
        CU_ASSERT_EQUAL(rings_do(p.ring, kring_openat2(p.ring, dir, "/dev/null", HOW(&how))),
                        -EXDEV);
    }
    close(dir);
    leave(&p);
}

static void openat2_fills_slots(enum rings_kind kind)
{
    struct how how = {O_RDONLY, 0, 0};
    char back[8] = "";
    struct place p;
    int64_t slot;
    kring_op op;

    if (!at(&p, kind, IORING_OP_OPENAT2))
        return;
    rings_unsplit(p.ring);
    op = kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how));
    CU_ASSERT_EQUAL(kring_set_slot(p.ring, op, 2), 0);
    CU_ASSERT_EQUAL(rings_do(p.ring, op), 2);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_read(p.ring, KRING_DIRECT(2), back, 5, 0)), 5);
    CU_ASSERT_STRING_EQUAL(back, "hello");
    op = kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how));
    CU_ASSERT_EQUAL(kring_set_slot(p.ring, op, KRING_SLOT_ANY), 0);
    slot = rings_do(p.ring, op);
    CU_ASSERT(slot >= 0 && slot < 4 && slot != 2);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_close_fd(p.ring, KRING_DIRECT(2))), 0);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_close_fd(p.ring, KRING_DIRECT(slot))), 0);
    leave(&p);
}

/* A file on the soft engine, in front of this fake. */
static bool at_rung(struct place *place, const struct kring_fake *fake)
{
    rings_need_kind(RINGS_SOFT);
    if (!at(place, RINGS_SOFT, IORING_OP_OPENAT2))
        return false;
    kring_fake_set(fake);
    return true;
}

/* Below 5.14 openat2(2) passes over flags past 32 bits: then a call without a path is ENOENT. */
static void what_the_kernel_passes_over_is_refused(void)
{
    const struct kring_fake fake = {.fail_id = KRING__SYS_openat2, .fail_id_errno = ENOENT,
                                    .fail_id_nth = 1};
    struct how how = {UINT64_C(1) << 32, 0, 0};
    struct place p;

    if (!at_rung(&p, &fake))
        return;
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how))),
                    -EINVAL);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_openat2], 1);
    leave(&p);
}

/* Below 5.6: openat(2) with openat2's strictness, and no promise that it cannot keep. */
static void without_openat2_there_is_a_rung_below(void)
{
    static const struct {
        struct how how;
        int result; /* 0: opens */
    } cases[] = {
        {{O_RDONLY, 0, 0}, 0},
        {{O_CREAT | O_RDWR, 0644, 0}, 0},
        {{O_RDONLY, 0644, 0}, -EINVAL},
        {{O_CREAT | O_RDWR, 0200000, 0}, -EINVAL},
        {{UINT64_C(1) << 33, 0, 0}, -EINVAL},
        {{O_PATH | O_APPEND, 0, 0}, -EINVAL},
        {{O_PATH | O_NOFOLLOW, 0, 0}, 0},
        {{O_RDONLY, 0, 0x100}, -EINVAL},
        {{O_RDONLY, 0, 0x18}, -EINVAL},
        {{O_RDONLY, 0, BENEATH}, -ENOSYS},
    };
    const struct kring_fake fake = {.missing[KRING__SYS_openat2] = 1};
    struct place p;

    if (!at_rung(&p, &fake))
        return;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct how how = cases[i].how;
        int64_t fd = rings_do(p.ring, kring_openat2(p.ring, AT_FDCWD, p.path, HOW(&how)));

        if (cases[i].result == 0) {
            CU_ASSERT(fd >= 0 && (fcntl((int)fd, F_GETFD) & FD_CLOEXEC));
            close((int)fd);
        } else {
            CU_ASSERT_EQUAL(fd, cases[i].result);
        }
    }
    leave(&p);
}

static void without_renameat2_there_is_a_rung_below(void)
{
    const struct kring_fake fake = {.missing[KRING__SYS_renameat2] = 1};
    struct place p;
    char to[300];

#ifndef SYS_renameat
    KRING_SKIP("this architecture never had an older call than renameat2");
#endif
    if (!at_rung(&p, &fake))
        return;
    snprintf(to, sizeof to, "%s.to", p.path);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, AT_FDCWD, p.path, AT_FDCWD, to, 1)),
                    -ENOSYS);
    CU_ASSERT_EQUAL(access(p.path, F_OK), 0);
    CU_ASSERT_EQUAL(rings_do(p.ring, kring_renameat(p.ring, AT_FDCWD, p.path, AT_FDCWD, to, 0)),
                    0);
    kring_fake_clear();
    CU_ASSERT_EQUAL(access(p.path, F_OK), -1);
    CU_ASSERT_EQUAL(access(to, F_OK), 0);
    leave(&p);
}

RINGS_TEST(attributes_by_path)
RINGS_TEST(attributes_by_descriptor)
RINGS_TEST(attributes_of_a_direct_descriptor)
RINGS_TEST(openat2_opens_close_on_exec)
RINGS_TEST(openat2_confines_a_path)
RINGS_TEST(openat2_fills_slots)

int kring_test_xattr(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("attributes by path", attributes_by_path),
        RINGS_ROWS("attributes by descriptor", attributes_by_descriptor),
        RINGS_ROWS("attributes of a direct descriptor", attributes_of_a_direct_descriptor),
        RINGS_ROWS("openat2 opens close-on-exec", openat2_opens_close_on_exec),
        RINGS_ROWS("openat2 confines a path", openat2_confines_a_path),
        RINGS_ROWS("openat2 fills slots", openat2_fills_slots),
        KRING_TEST(what_the_kernel_passes_over_is_refused),
        KRING_TEST(without_openat2_there_is_a_rung_below),
        KRING_TEST(without_renameat2_there_is_a_rung_below),
    };

    if (!CONFIG_KRING_FILE)
        return 0;
    return KRING_SUITE_ADD("xattr and openat2", tests);
}
