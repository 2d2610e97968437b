/* SPDX-License-Identifier: MIT */
/*
 * abi/sys*.c against libc, call by call: each test makes the same thing happen through kring's
 * system calls and looks at it through libc, or the other way round.  What it looks for is wrong
 * numbers, argument order, split offsets, time and structure layouts: the things that differ
 * between architectures.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "abi/sys.h"
#include "kring/uapi.h"
#include "test.h"
#include "statx.h"

int kring_test_sys(void);

/* Both halves differ from each other and from zero; a multiple of 64 KiB, the largest page. */
#define FAR 0x123450000LL
#define MS 1000000LL

static int open_temporary(void)
{
    char path[128];
    long fd;

    snprintf(path, sizeof path, "%s/file", kring_test_tmpdir());
    fd = kring__sys_openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_LARGEFILE,
                           0600);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT(kring__sys_unlinkat(AT_FDCWD, path, 0) == 0);
    return (int)fd;
}

static int64_t size_of(int fd)
{
    struct stat64 st;

    return fstat64(fd, &st) == 0 ? (int64_t)st.st_size : -1;
}

static int64_t now_ns(int clock)
{
    struct kring_timespec t = {-1, -1};

    CU_ASSERT(kring__sys_clock_gettime(clock, &t) == 0);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void errors_are_negative_and_errno_stays(void)
{
    char c = 0;
    struct iovec iov = {&c, 1};
    struct kring__epoll_event event = {0, 0};
    int64_t position = 5;
    int number = 0;

    errno = 77;
    CU_ASSERT(kring__sys_read(-1, &c, 1) == -EBADF);
    CU_ASSERT(kring__sys_pread64(-1, &c, 1, FAR) == -EBADF);
    CU_ASSERT(kring__sys_pwrite64(-1, &c, 1, FAR) == -EBADF);
    CU_ASSERT(kring__sys_readv(-1, &iov, 1) == -EBADF);
    CU_ASSERT(kring__sys_preadv(-1, &iov, 1, FAR) == -EBADF);
    CU_ASSERT(kring__sys_pwritev(-1, &iov, 1, FAR) == -EBADF);
    CU_ASSERT(kring__sys_lseek(-1, 0, SEEK_CUR, &position) == -EBADF);
    CU_ASSERT(kring__sys_ftruncate(-1, FAR) == -EBADF);
    CU_ASSERT(kring__sys_fallocate(-1, 0, FAR, 1) == -EBADF);
    CU_ASSERT(kring__sys_fadvise64(-1, FAR, 1, 0) == -EBADF || kring_test_lacks(SYS_fadvise64));
    CU_ASSERT(kring__sys_sync_file_range(-1, FAR, 1, 2) == -EBADF);
    CU_ASSERT(kring__sys_fsync(-1) == -EBADF);
    CU_ASSERT(kring__sys_close(-1) == -EBADF);
    CU_ASSERT(kring__sys_fcntl(-1, F_GETFD, 0) == -EBADF);
    CU_ASSERT(kring__sys_ioctl(-1, FIONREAD, &number) == -EBADF);
    CU_ASSERT(kring__sys_listen(-1, 1) == -EBADF);
    CU_ASSERT(kring__sys_epoll_ctl(-1, EPOLL_CTL_ADD, 0, &event) == -EBADF ||
              kring_test_lacks(SYS_epoll_create1));
    CU_ASSERT(kring__sys_mmap(NULL, 4096, PROT_READ, MAP_SHARED, -1, 0) == -EBADF);
    CU_ASSERT(kring__sys_openat(AT_FDCWD, "/nonexistent/x", O_RDONLY, 0) == -ENOENT);
    CU_ASSERT(errno == 77);
    CU_ASSERT(position == 5);
}

static void offsets_beyond_4_gib_reach_the_right_byte(void)
{
    int fd = open_temporary();
    char buf[8] = {0};
    int64_t at = 0;

    CU_ASSERT(kring__sys_pwrite64(fd, "abc", 3, FAR) == 3);
    CU_ASSERT(size_of(fd) == FAR + 3);
    CU_ASSERT(pread64(fd, buf, sizeof buf, FAR) == 3 && memcmp(buf, "abc", 3) == 0);
    CU_ASSERT(kring__sys_pread64(fd, buf, sizeof buf, FAR + 1) == 2 && buf[0] == 'b');
    CU_ASSERT(kring__sys_lseek(fd, FAR + 2, SEEK_SET, &at) == 0 && at == FAR + 2);
    CU_ASSERT(lseek64(fd, 0, SEEK_CUR) == FAR + 2);
    CU_ASSERT(kring__sys_read(fd, buf, 8) == 1 && buf[0] == 'c');
    CU_ASSERT(kring__sys_lseek(fd, -1, SEEK_END, &at) == 0 && at == FAR + 2);
    CU_ASSERT(kring__sys_lseek(fd, -1, SEEK_SET, &at) == -EINVAL && at == FAR + 2);
    CU_ASSERT(kring__sys_ftruncate(fd, FAR + 0x10000) == 0 && size_of(fd) == FAR + 0x10000);
    CU_ASSERT(kring__sys_ftruncate(fd, -1) == -EINVAL);
    CU_ASSERT(kring__sys_pread64(fd, buf, 1, -1) == -EINVAL);
    close(fd);
}

static void vectored_offsets_are_low_then_high(void)
{
    int fd = open_temporary();
    char a[3], b[3];
    struct iovec out[2] = {{(char *)"ab", 2}, {(char *)"cd", 2}};
    struct iovec in[2] = {{a, 3}, {b, 3}};
    long ret;

    CU_ASSERT(kring__sys_pwritev(fd, out, 2, FAR) == 4);
    CU_ASSERT(size_of(fd) == FAR + 4);
    CU_ASSERT(kring__sys_preadv(fd, in, 2, FAR) == 4 && a[2] == 'c' && b[0] == 'd');
    CU_ASSERT(kring__sys_preadv(fd, in, 1, -1) == -EINVAL);
    CU_ASSERT(kring__sys_readv(fd, in, 1) == 3 && kring__sys_writev(fd, out, 1) == 2);
    ret = kring__sys_pwritev2(fd, out, 2, FAR + 4, 0);
    if (ret == -ENOSYS) {
        close(fd);
        KRING_SKIP("no preadv2 here (qemu-user 7 has none): preadv alone was tested");
    }
    CU_ASSERT(ret == 4 && size_of(fd) == FAR + 8);
    CU_ASSERT(kring__sys_preadv2(fd, in, 2, FAR + 5, 0) == 3 && a[0] == 'b' && a[2] == 'd');
    /* Offset -1 is the file position, for the second generation only. */
    CU_ASSERT(lseek64(fd, FAR + 1, SEEK_SET) == FAR + 1);
    CU_ASSERT(kring__sys_preadv2(fd, in, 1, -1, 0) == 3 && a[0] == 'b');
    CU_ASSERT(lseek64(fd, 0, SEEK_CUR) == FAR + 4);
    close(fd);
}

static void ranges_keep_offset_length_and_flags_apart(void)
{
    int fd = open_temporary();
    long ret;

    CU_ASSERT(kring__sys_ftruncate(fd, 1) == 0);
    if (!kring_test_lacks(SYS_fadvise64)) {
        CU_ASSERT(kring__sys_fadvise64(fd, FAR, 4096, POSIX_FADV_WILLNEED) == 0);
        CU_ASSERT(kring__sys_fadvise64(fd, FAR, FAR, POSIX_FADV_RANDOM) == 0);
        CU_ASSERT(kring__sys_fadvise64(fd, FAR, 1, 99) == -EINVAL);
        CU_ASSERT(kring__sys_fadvise64(fd, FAR, -1, POSIX_FADV_NORMAL) == -EINVAL);
    }
    CU_ASSERT(kring__sys_sync_file_range(fd, FAR, FAR, 2) == 0);
    CU_ASSERT(kring__sys_sync_file_range(fd, FAR, 1, 0x80) == -EINVAL);
    CU_ASSERT(kring__sys_sync_file_range(fd, -1, 1, 2) == -EINVAL);
    CU_ASSERT(kring__sys_sync_file_range(fd, 1, -2, 2) == -EINVAL);
    ret = kring__sys_fallocate(fd, 0, FAR, 0x2000);
    CU_ASSERT(ret == -EOPNOTSUPP || (ret == 0 && size_of(fd) == FAR + 0x2000));
    CU_ASSERT(kring__sys_fallocate(fd, 0, FAR, 0) == -EINVAL);
    CU_ASSERT(kring__sys_fallocate(fd, 0, -1, 1) == -EINVAL);
    CU_ASSERT(kring__sys_fdatasync(fd) == 0);
    close(fd);
}

static void mmap_takes_far_offsets(void)
{
    int fd = open_temporary();
    bool far_works;
    void *libc;
    long ret;

    CU_ASSERT(pwrite64(fd, "far", 3, FAR) == 3);
    ret = kring__sys_mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, FAR);
    CU_ASSERT_FATAL((unsigned long)ret < -4095UL);
    /* qemu-user 7 cuts a far offset on 32-bit targets, for libc too: then both are cut alike. */
    libc = mmap64(NULL, 4096, PROT_READ, MAP_SHARED, fd, FAR);
    CU_ASSERT_FATAL(libc != MAP_FAILED);
    CU_ASSERT(memcmp((char *)ret, libc, 4) == 0);
    far_works = memcmp(libc, "far", 4) == 0;
    CU_ASSERT(munmap(libc, 4096) == 0);
    CU_ASSERT(kring__sys_madvise((void *)ret, 4096, MADV_DONTFORK) == 0 ||
              kring_test_lacks(SYS_madvise));
    CU_ASSERT(kring__sys_munmap((void *)ret, 4096) == 0);
    CU_ASSERT(kring__sys_mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, FAR + 1) == -EINVAL);
    CU_ASSERT(kring__sys_munmap((void *)1, 4096) == -EINVAL);
    close(fd);
    if (!far_works)
        KRING_SKIP("libc cannot map a far offset here either");
}

static void record_locks_are_64_bit(void)
{
    int fd = open_temporary();
    struct flock64 lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = FAR, .l_len = 1};
    int command = sizeof(long) == 8 ? F_SETLK : F_SETLK64;

    CU_ASSERT(kring__sys_fcntl(fd, (unsigned)command, (unsigned long)&lock) == 0);
    CU_ASSERT(kring__sys_fcntl(fd, F_GETFD, 0) == FD_CLOEXEC);
    close(fd);
}

static void splice_tee_and_copy_move_bytes(void)
{
    int fd = open_temporary(), to = open_temporary(), a[2], b[2];
    int64_t from = FAR + 1, into = FAR;
    char buf[8] = {0};
    long ret;

    CU_ASSERT(pwrite64(fd, "abcd", 4, FAR) == 4);
    CU_ASSERT(kring__sys_pipe2(a, O_CLOEXEC) == 0 && kring__sys_pipe2(b, O_CLOEXEC) == 0);
    CU_ASSERT(kring__sys_splice(fd, &from, a[1], NULL, 3, 0) == 3 && from == FAR + 4);
    CU_ASSERT(kring__sys_tee(a[0], b[1], 2, 0) == 2);
    CU_ASSERT(kring__sys_read(b[0], buf, 8) == 2 && memcmp(buf, "bc", 2) == 0);
    CU_ASSERT(kring__sys_splice(a[0], NULL, to, &into, 3, 0) == 3 && into == FAR + 3);
    CU_ASSERT(pread64(to, buf, 8, FAR) == 3 && memcmp(buf, "bcd", 3) == 0);
    from = FAR;
    ret = kring__sys_copy_file_range(fd, &from, to, &into, 4, 0);
    CU_ASSERT(ret == -ENOSYS || ret == -EXDEV || ret == -EINVAL ||
              (ret == 4 && size_of(to) == FAR + 7));
    CU_ASSERT(kring__sys_dup3(a[0], b[0], O_CLOEXEC) == b[0]);
    CU_ASSERT(kring__sys_dup3(a[0], a[0], 0) == -EINVAL);
    CU_ASSERT(kring__sys_write(a[1], "x", 1) == 1 && kring__sys_read(b[0], buf, 8) == 1);
    close(a[0]), close(a[1]), close(b[0]), close(b[1]), close(fd), close(to);
}

static void times_agree_with_libc(void)
{
    struct timespec libc;
    struct kring_timespec t = {0, 20 * MS};
    int64_t start;

    clock_gettime(CLOCK_REALTIME, &libc);
    start = now_ns(CLOCK_REALTIME) / 1000000000LL;
    CU_ASSERT(start >= libc.tv_sec && start <= libc.tv_sec + 2);
    CU_ASSERT(kring__sys_clock_gettime(9999, &t) == -EINVAL && t.tv_nsec == 20 * MS);
    start = now_ns(CLOCK_MONOTONIC);
    CU_ASSERT(kring__sys_clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL) == 0);
    CU_ASSERT(now_ns(CLOCK_MONOTONIC) - start >= 20 * MS);
    t.tv_sec = 1;
    CU_ASSERT(kring__sys_clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == 0);
    t.tv_nsec = 1000000000;
    CU_ASSERT(kring__sys_clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL) == -EINVAL);
}

static void ppoll_waits_and_leaves_its_timeout_alone(void)
{
    struct kring_timespec t = {0, 20 * MS};
    struct kring_timespec forever = {1LL << 40, 0};
    struct kring__pollfd p;
    int fds[2];
    int64_t start;

    CU_ASSERT_FATAL(kring__sys_pipe2(fds, O_CLOEXEC) == 0);
    p = (struct kring__pollfd){fds[0], POLLIN, 0};
    start = now_ns(CLOCK_MONOTONIC);
    CU_ASSERT(kring__sys_ppoll(&p, 1, &t, NULL, KRING__SIGSET_BYTES) == 0);
    CU_ASSERT(now_ns(CLOCK_MONOTONIC) - start >= 20 * MS);
    CU_ASSERT(t.tv_sec == 0 && t.tv_nsec == 20 * MS);
    CU_ASSERT(kring__sys_write(fds[1], "x", 1) == 1);
    /* More seconds than 32 bits hold must not look like the past. */
    CU_ASSERT(kring__sys_ppoll(&p, 1, &forever, NULL, KRING__SIGSET_BYTES) == 1);
    CU_ASSERT(p.revents == POLLIN);
    CU_ASSERT(kring__sys_ppoll(&p, 1, NULL, NULL, KRING__SIGSET_BYTES) == 1);
    close(fds[0]), close(fds[1]);
}

static void timerfd_fires_and_returns_the_old_setting(void)
{
    struct kring__itimerspec set = {1000, 0, 0, 5 * MS}, old = {1, 1, 1, 1};
    long fd = kring__sys_timerfd_create(CLOCK_MONOTONIC, O_CLOEXEC);
    uint64_t count = 0;

    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT(kring__sys_timerfd_settime((int)fd, 0, &set, &old) == 0);
    CU_ASSERT(old.interval_sec == 0 && old.interval_nsec == 0 && old.value_sec == 0 &&
              old.value_nsec == 0);
    CU_ASSERT(kring__sys_read((int)fd, &count, 8) == 8 && count == 1);
    CU_ASSERT(kring__sys_timerfd_settime((int)fd, 0, &set, &old) == 0);
    CU_ASSERT(old.interval_sec == 1000 && old.value_sec >= 900 && old.value_sec <= 1000);
    CU_ASSERT(kring__sys_timerfd_settime((int)fd, 0, &set, NULL) == 0);
    close((int)fd);
}

static void futex_times_out(void)
{
    uint32_t word = 7;
    struct kring_timespec t = {0, 10 * MS};

    CU_ASSERT(kring__sys_futex(&word, 0, 7, &t, NULL, 0) == -ETIMEDOUT);
    CU_ASSERT(kring__sys_futex(&word, 0, 8, &t, NULL, 0) == -EAGAIN);
    CU_ASSERT(kring__sys_futex(&word, 1, 1, NULL, NULL, 0) == 0);
}

static void statx_agrees_with_stat(struct statx *x)
{
    struct stat64 st;
    int fd = open_temporary();

    CU_ASSERT(pwrite64(fd, "x", 1, FAR) == 1 && fstat64(fd, &st) == 0);
    CU_ASSERT(kring__statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, x) == 0);
    CU_ASSERT((x->stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
    CU_ASSERT(x->stx_size == FAR + 1 && x->stx_mode == st.st_mode && x->stx_ino == st.st_ino);
    CU_ASSERT(x->stx_uid == st.st_uid && x->stx_gid == st.st_gid && x->stx_nlink == 0);
    CU_ASSERT(x->stx_blocks == (uint64_t)st.st_blocks);
    CU_ASSERT(x->stx_dev_major == major(st.st_dev) && x->stx_dev_minor == minor(st.st_dev));
    CU_ASSERT(x->stx_mtime.tv_sec == st.st_mtim.tv_sec);
    CU_ASSERT((long)x->stx_mtime.tv_nsec == st.st_mtim.tv_nsec);
    CU_ASSERT(stat64("/dev/null", &st) == 0);
    CU_ASSERT(kring__statx(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS, x) == 0);
    CU_ASSERT(x->stx_rdev_major == major(st.st_rdev) && x->stx_rdev_minor == minor(st.st_rdev));
    CU_ASSERT(kring__statx(AT_FDCWD, "/nonexistent", 0, STATX_BASIC_STATS, x) == -ENOENT);
    CU_ASSERT(kring__statx(AT_FDCWD, "/", 0, 0x80000000U, x) == -EINVAL);
    CU_ASSERT(kring__statx(AT_FDCWD, "/", 0x6000, STATX_SIZE, x) == -EINVAL);
    close(fd);
}

static void statx_has_everything_of_stat(void)
{
    struct statx x;

    statx_agrees_with_stat(&x);
}

/* From here on the calls in `numbers` answer ENOSYS, as an older kernel would. */
static bool forget_calls(const int *numbers, size_t count)
{
    struct sock_filter code[32] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)};
    size_t n = 1;
    struct sock_fprog program = {0, code};

    for (size_t i = 0; i < count; i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)numbers[i],
                                                 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program.len = (unsigned short)n;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Runs the checks in a child that lost those calls: 0 passed, 1 failed, 2 no filters here. */
static int without_calls(const int *numbers, size_t count, void (*checks)(void))
{
    int status = -1;
    pid_t pid;

    (void)kring_test_tmpdir();
    fflush(stdout);
    pid = kring_test_fork();
    if (pid == 0) {
        unsigned before = CU_get_number_of_failure_records();

        if (!forget_calls(numbers, count))
            _exit(2);
        checks();
        _exit(CU_get_number_of_failure_records() != before);
    }
    CU_ASSERT_FATAL(pid > 0 && waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void statx_by_fstatat(void)
{
    struct statx x;
    bool alike;

    statx_agrees_with_stat(&x);
    alike = kring__sys_statx(AT_FDCWD, "/", 0, STATX_SIZE, &x) == -ENOSYS &&
            kring__statx(AT_FDCWD, "/", 0x2000, STATX_SIZE, &x) == -ENOSYS &&
            kring__statx(AT_FDCWD, "/", 0x4000, STATX_ALL, &x) == 0 &&
            x.stx_mask == STATX_BASIC_STATS && x.stx_attributes_mask == 0;
    CU_ASSERT(alike);
}

static void without_statx_fstatat_answers(void)
{
    static const int numbers[] = {SYS_statx};
    int result = without_calls(numbers, 1, statx_by_fstatat);

    if (result == 2)
        KRING_SKIP("this kernel takes no seccomp filter");
    CU_ASSERT(result == 0);
}

static void all_times(void)
{
    times_agree_with_libc();
    ppoll_waits_and_leaves_its_timeout_alone();
    timerfd_fires_and_returns_the_old_setting();
    futex_times_out();
}

static void without_time64_the_old_calls_serve(void)
{
#if defined(SYS_clock_gettime64) && defined(SYS_clock_gettime)
    static const int numbers[] = {SYS_clock_gettime64, SYS_clock_nanosleep_time64,
                                  SYS_timerfd_settime64, SYS_ppoll_time64, SYS_futex_time64};
    int result = without_calls(numbers, 5, all_times);

    if (result == 2)
        KRING_SKIP("this kernel takes no seccomp filter");
    CU_ASSERT(result == 0);
#else
    all_times();
    KRING_SKIP("this ABI has one kind of time");
#endif
}

static void messages_pass_a_socketpair(void)
{
    int sv[2], type = 0;
    unsigned len = sizeof type;
    char a[2], b[8];
    struct iovec out[2] = {{(char *)"he", 2}, {(char *)"llo", 3}};
    struct iovec in[2] = {{a, 2}, {b, 8}};
    struct kring__msghdr msg = {.iov = out, .iovlen = 2};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct cmsghdr *c = (struct cmsghdr *)(void *)&control;
    int passed = -1;

    CU_ASSERT_FATAL(kring__sys_socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == 0);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &sv[0], sizeof(int));
    msg.control = &control;
    msg.controllen = sizeof control.bytes;
    CU_ASSERT(kring__sys_sendmsg(sv[0], &msg, MSG_NOSIGNAL) == 5);
    memset(&control, 0, sizeof control);
    msg = (struct kring__msghdr){
        .iov = in, .iovlen = 2, .control = &control, .controllen = sizeof control.bytes};
    CU_ASSERT(kring__sys_recvmsg(sv[1], &msg, MSG_CMSG_CLOEXEC) == 5);
    CU_ASSERT(memcmp(a, "he", 2) == 0 && memcmp(b, "llo", 3) == 0);
    CU_ASSERT((msg.flags & MSG_CTRUNC) == 0 && c->cmsg_type == SCM_RIGHTS);
    memcpy(&passed, CMSG_DATA(c), sizeof(int));
    CU_ASSERT(kring__sys_close(passed) == 0);
    CU_ASSERT(kring__sys_sendto(sv[1], "q", 1, 0, NULL, 0) == 1);
    CU_ASSERT(kring__sys_recvfrom(sv[0], b, 8, MSG_DONTWAIT, NULL, NULL) == 1 && b[0] == 'q');
    CU_ASSERT(kring__sys_recvfrom(sv[0], b, 8, MSG_DONTWAIT, NULL, NULL) == -EAGAIN);
    CU_ASSERT(kring__sys_getsockopt(sv[0], SOL_SOCKET, SO_TYPE, &type, &len) == 0);
    CU_ASSERT(type == SOCK_STREAM);
    CU_ASSERT(kring__sys_shutdown(sv[0], SHUT_WR) == 0);
    CU_ASSERT(kring__sys_read(sv[1], b, 8) == 0);
    close(sv[0]), close(sv[1]);
}

static void tcp_connects(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET}, peer = {0};
    unsigned len = sizeof addr;
    int one = 1;
    int l = (int)kring__sys_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int c = (int)kring__sys_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    long s;

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CU_ASSERT_FATAL(l >= 0 && c >= 0);
    CU_ASSERT(kring__sys_setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0);
    CU_ASSERT(kring__sys_bind(l, &addr, sizeof addr) == 0 && kring__sys_listen(l, 4) == 0);
    CU_ASSERT(kring__sys_getsockname(l, &addr, &len) == 0 && addr.sin_port != 0);
    CU_ASSERT(kring__sys_connect(c, &addr, sizeof addr) == 0);
    s = kring__sys_accept(l, NULL, NULL);
    if (s == -ENOSYS)
        s = kring__sys_accept4(l, NULL, NULL, 0);
    CU_ASSERT(s >= 0);
    len = sizeof peer;
    CU_ASSERT(kring__sys_getpeername(c, &peer, &len) == 0 && peer.sin_port == addr.sin_port);
    close((int)s), close(c);
    c = (int)kring__sys_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT(kring__sys_connect(c, &addr, sizeof addr) == 0);
    len = sizeof peer;
    s = kring__sys_accept4(l, &peer, &len, SOCK_CLOEXEC);
    CU_ASSERT(s >= 0 && len == sizeof peer && peer.sin_family == AF_INET);
    CU_ASSERT(kring__sys_fcntl((int)s, F_GETFD, 0) == FD_CLOEXEC);
    close((int)s), close(c), close(l);
}

static void epoll_events_have_the_kernels_layout(void)
{
    struct kring__epoll_event ev[3] = {{0, 0}, {0, 0}, {99, 99}};
    struct kring_timespec t = {0, 10 * MS};
    int ep = (int)kring__sys_epoll_create1(EPOLL_CLOEXEC);
    int a = (int)kring__sys_eventfd2(1, O_CLOEXEC), b = (int)kring__sys_eventfd2(1, O_CLOEXEC);
    long ret;

    CU_ASSERT(sizeof ev[0] == sizeof(struct epoll_event));
    if (ep == -ENOSYS) {
        close(a), close(b);
        KRING_SKIP("this kernel is built without CONFIG_EPOLL");
    }
    ev[0] = (struct kring__epoll_event){EPOLLIN, 0x1122334455667788ULL};
    CU_ASSERT(kring__sys_epoll_ctl(ep, EPOLL_CTL_ADD, a, &ev[0]) == 0);
    ev[0].data = 0x99aabbccddeeff00ULL;
    CU_ASSERT(kring__sys_epoll_ctl(ep, EPOLL_CTL_ADD, b, &ev[0]) == 0);
    memset(ev, 0, 2 * sizeof ev[0]);
    CU_ASSERT(kring__sys_epoll_pwait(ep, ev, 2, 0, NULL, KRING__SIGSET_BYTES) == 2);
    CU_ASSERT(ev[0].events == EPOLLIN && ev[1].events == EPOLLIN && ev[2].events == 99);
    CU_ASSERT((ev[0].data ^ ev[1].data) == (0x1122334455667788ULL ^ 0x99aabbccddeeff00ULL));
    ret = kring__sys_epoll_pwait2(ep, ev, 2, &t, NULL, KRING__SIGSET_BYTES);
    CU_ASSERT(ret == 2 || ret == -ENOSYS);
    CU_ASSERT(kring__sys_epoll_ctl(ep, EPOLL_CTL_DEL, a, NULL) == 0);
    CU_ASSERT(kring__sys_epoll_ctl(ep, EPOLL_CTL_DEL, b, NULL) == 0);
    ret = kring__sys_epoll_pwait2(ep, ev, 2, &t, NULL, KRING__SIGSET_BYTES);
    CU_ASSERT(ret == 0 || ret == -ENOSYS);
    CU_ASSERT(kring__sys_epoll_pwait(ep, ev, 2, 1, NULL, KRING__SIGSET_BYTES) == 0);
    close(a), close(b), close(ep);
}

static void signals_arrive_through_a_signalfd(void)
{
    struct kring__sigset set = {{0}}, old;
    unsigned char info[128] = {0};
    uint32_t signo;
    long fd;

    set.bits[0] = 1UL << (SIGUSR2 - 1);
    CU_ASSERT(kring__sys_rt_sigprocmask(SIG_BLOCK, &set, &old, KRING__SIGSET_BYTES) == 0);
    fd = kring__sys_signalfd4(-1, &set, KRING__SIGSET_BYTES, O_CLOEXEC);
    CU_ASSERT(fd >= 0);
    CU_ASSERT(kring__sys_tgkill(getpid(), (int)kring__sys_gettid(), SIGUSR2) == 0);
    CU_ASSERT(kring__sys_read((int)fd, info, sizeof info) == sizeof info);
    memcpy(&signo, info, sizeof signo);
    CU_ASSERT(signo == SIGUSR2);
    CU_ASSERT(kring__sys_rt_sigprocmask(SIG_SETMASK, &old, NULL, KRING__SIGSET_BYTES) == 0);
    CU_ASSERT(kring__sys_kill(getpid(), 0) == 0);
    close((int)fd);
}

static void children_are_waited_for(void)
{
    siginfo_t info;
    pid_t pid;
    long fd;

    fflush(stdout);
    pid = fork();
    if (pid == 0)
        _exit(3);
    CU_ASSERT_FATAL(pid > 0);
    fd = kring__sys_pidfd_open(pid, 0);
    CU_ASSERT(fd >= 0 || fd == -ENOSYS);
    memset(&info, 0, sizeof info);
    CU_ASSERT(kring__sys_waitid(P_PID, pid, &info, WEXITED, NULL) == 0);
    CU_ASSERT(info.si_pid == pid && info.si_code == CLD_EXITED && info.si_status == 3);
    CU_ASSERT(kring__sys_waitid(P_PID, pid, &info, WEXITED, NULL) == -ECHILD);
    if (fd >= 0)
        close((int)fd);
}

static void identity_agrees_with_libc(void)
{
    struct utsname ours, libc;
    struct rlimit64 limit, want;
    uint32_t groups[64];

    CU_ASSERT(kring__sys_getpid() == getpid());
    CU_ASSERT(kring__sys_gettid() == getpid());
    CU_ASSERT((uid_t)kring__sys_getuid() == getuid());
#ifndef __alpha__
    CU_ASSERT((uid_t)kring__sys_geteuid() == geteuid());
    CU_ASSERT((gid_t)kring__sys_getegid() == getegid());
#endif
    CU_ASSERT(kring__sys_getgroups(64, groups) == getgroups(0, NULL));
    CU_ASSERT(kring__sys_uname(&ours) == 0 && uname(&libc) == 0);
    CU_ASSERT(strcmp(ours.release, libc.release) == 0);
    CU_ASSERT(kring__sys_prlimit64(0, RLIMIT_NOFILE, NULL, &limit) == 0);
    CU_ASSERT(getrlimit64(RLIMIT_NOFILE, &want) == 0 && limit.rlim_cur == want.rlim_cur);
}

static void paths_are_changed(void)
{
    const char *dir = kring_test_tmpdir();
    int d = (int)kring__sys_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    int in = (int)kring__sys_inotify_init1(O_CLOEXEC | O_NONBLOCK);
    long wd = kring__sys_inotify_add_watch(in, dir, 0x100 /* IN_CREATE */), ret;
    struct {
        uint64_t flags, mode, resolve;
    } how = {O_RDONLY | O_CLOEXEC, 0, 0};
    char value[8] = {0};
    unsigned char event[256];

    CU_ASSERT_FATAL(d >= 0 && in >= 0 && wd >= 0);
    CU_ASSERT(kring__sys_mkdirat(d, "sub", 0700) == 0);
    CU_ASSERT(kring__sys_read(in, event, sizeof event) > 0);
    CU_ASSERT(kring__sys_inotify_rm_watch(in, (int)wd) == 0);
    CU_ASSERT(kring__sys_symlinkat("target", d, "link") == 0);
    CU_ASSERT(kring__sys_linkat(d, "link", d, "hard", 0) == 0);
    CU_ASSERT(kring__sys_unlinkat(d, "hard", 0) == 0);
    ret = kring__sys_renameat(d, "link", d, "moved");
    CU_ASSERT(ret == 0 || ret == -ENOSYS);
    CU_ASSERT(kring__sys_renameat2(d, ret == 0 ? "moved" : "link", d, "again", 0) == 0);
    CU_ASSERT(kring__sys_unlinkat(d, "again", 0) == 0);
    ret = kring__sys_openat2(d, "sub", &how, sizeof how);
    CU_ASSERT(ret >= 0 || ret == -ENOSYS);
    if (ret >= 0)
        close((int)ret);
    ret = kring__sys_setxattr(dir, "user.k", "val", 3, 0);
    CU_ASSERT(ret == 0 || ret == -EOPNOTSUPP);
    if (ret == 0) {
        CU_ASSERT(kring__sys_fgetxattr(d, "user.k", value, 8) == 3 && value[2] == 'l');
        CU_ASSERT(kring__sys_fsetxattr(d, "user.k", "w", 1, XATTR_REPLACE) == 0);
        CU_ASSERT(kring__sys_getxattr(dir, "user.k", value, 8) == 1 && value[0] == 'w');
    }
    CU_ASSERT(kring__sys_unlinkat(d, "sub", AT_REMOVEDIR) == 0);
    close(d), close(in);
}

int kring_test_sys(void)
{
    static const struct kring_test tests[] = {
        KRING_TEST(errors_are_negative_and_errno_stays),
        KRING_TEST(offsets_beyond_4_gib_reach_the_right_byte),
        KRING_TEST(vectored_offsets_are_low_then_high),
        KRING_TEST(ranges_keep_offset_length_and_flags_apart),
        KRING_TEST(mmap_takes_far_offsets),
        KRING_TEST(record_locks_are_64_bit),
        KRING_TEST(splice_tee_and_copy_move_bytes),
        KRING_TEST(times_agree_with_libc),
        KRING_TEST(ppoll_waits_and_leaves_its_timeout_alone),
        KRING_TEST(timerfd_fires_and_returns_the_old_setting),
        KRING_TEST(futex_times_out),
        KRING_TEST(statx_has_everything_of_stat),
        KRING_TEST(without_statx_fstatat_answers),
        KRING_TEST(without_time64_the_old_calls_serve),
        KRING_TEST(messages_pass_a_socketpair),
        KRING_TEST(tcp_connects),
        KRING_TEST(epoll_events_have_the_kernels_layout),
        KRING_TEST(signals_arrive_through_a_signalfd),
        KRING_TEST(children_are_waited_for),
        KRING_TEST(identity_agrees_with_libc),
        KRING_TEST(paths_are_changed),
    };

    return KRING_SUITE_ADD("sys", tests);
}
