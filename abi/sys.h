/* SPDX-License-Identifier: MIT */
/*
 * Every system call kring makes, one row each.
 *
 * Contract, for all of them: the result is >= 0, or -errno (-4095..-1); errno is never read or
 * written; no call is retried, and none is replaced by another, with two exceptions that 32-bit
 * ABIs force: 64-bit offsets (abi/sys_offset.c) and 64-bit times (abi/sys_time.c).  Under
 * KRING_KERNEL what is younger than that release is answered without a call (abi/younger.h).
 * Fallback ladders (accept4 -> accept, ...; docs/ladders.md) belong to the operations that know
 * what may be lost.
 *
 * Tests replace abi/sys*.o by a fake with the same functions: the linker is the seam.
 *
 * This header needs no libc header but <stddef.h> and <stdint.h> and defines no name that libc or
 * <linux/...> defines, so that a test may include all three in any order.
 */
#ifndef KRING__ABI_SYS_H
#define KRING__ABI_SYS_H

#include <stddef.h>
#include <stdint.h>

struct io_uring_params;
struct iovec;
struct kring_timespec;
struct statx;

/* The kernel packs this on x86_64 only, so that i386 and x86_64 share one layout. */
#if defined(__x86_64__)
struct kring__epoll_event {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));
#else
struct kring__epoll_event {
    uint32_t events;
    uint64_t data;
};
#endif

struct kring__pollfd {
    int fd;
    short events;
    short revents;
};

/* The kernel's struct user_msghdr; glibc's struct msghdr has the same layout. */
struct kring__msghdr {
    void *name;
    int namelen;
    struct iovec *iov;
    size_t iovlen;
    void *control;
    size_t controllen;
    unsigned flags;
};

/* The kernel's struct __kernel_itimerspec: two 64-bit timespecs on every ABI. */
struct kring__itimerspec {
    int64_t interval_sec;
    int64_t interval_nsec;
    int64_t value_sec;
    int64_t value_nsec;
};

/* The kernel's sigset_t; its size is an argument of the calls that take one and must be exact. */
#if defined(__mips__)
#define KRING__SIGSET_BYTES 16
#else
#define KRING__SIGSET_BYTES 8
#endif
struct kring__sigset {
    unsigned long bits[KRING__SIGSET_BYTES / sizeof(unsigned long)];
};

/* X(name, (typed parameters), (arguments)) : one row per system call, sorted by family. */

/* ring: with the kernel engine configured out, these three are in no binary. */
#if CONFIG_KRING_KERNEL_ENGINE
#define KRING__SYS_LIST_RING(X) \
    X(io_uring_setup, (unsigned entries, struct io_uring_params *params), (entries, params)) \
    X(io_uring_enter, (int fd, unsigned to_submit, unsigned min_complete, unsigned flags, \
                       const void *arg, size_t argsz), \
      (fd, to_submit, min_complete, flags, arg, argsz)) \
    X(io_uring_register, (int fd, unsigned op, void *arg, unsigned nr), (fd, op, arg, nr))
#else
#define KRING__SYS_LIST_RING(X)
#endif

/* memory */
#define KRING__SYS_LIST_MEMORY(X) \
    X(munmap, (void *addr, size_t len), (addr, len)) \
    X(madvise, (void *addr, size_t len, int advice), (addr, len, advice))

/*
 * offset: the calls with a 64-bit file offset, which 32-bit ABIs split each in its own way
 * (abi/sys_offset.c).  mmap returns the address as a long, of which only -4095..-1 are errors.
 * preadv2 and pwritev2 take offset -1 for "at the file position".  lseek returns 0 and stores the
 * position, which need not fit in a long.
 */
#define KRING__SYS_LIST_OFFSET(X) \
    X(mmap, (void *addr, size_t len, int prot, int flags, int fd, uint64_t offset), \
      (addr, len, prot, flags, fd, offset)) \
    X(pread64, (int fd, void *buf, size_t len, int64_t offset), (fd, buf, len, offset)) \
    X(pwrite64, (int fd, const void *buf, size_t len, int64_t offset), (fd, buf, len, offset)) \
    X(preadv, (int fd, const struct iovec *iov, unsigned nr, int64_t offset), \
      (fd, iov, nr, offset)) \
    X(pwritev, (int fd, const struct iovec *iov, unsigned nr, int64_t offset), \
      (fd, iov, nr, offset)) \
    X(preadv2, (int fd, const struct iovec *iov, unsigned nr, int64_t offset, int flags), \
      (fd, iov, nr, offset, flags)) \
    X(pwritev2, (int fd, const struct iovec *iov, unsigned nr, int64_t offset, int flags), \
      (fd, iov, nr, offset, flags)) \
    X(lseek, (int fd, int64_t offset, int whence, int64_t *result), \
      (fd, offset, whence, result)) \
    X(sync_file_range, (int fd, int64_t offset, int64_t len, unsigned flags), \
      (fd, offset, len, flags)) \
    X(fallocate, (int fd, int mode, int64_t offset, int64_t len), (fd, mode, offset, len)) \
    X(ftruncate, (int fd, int64_t len), (fd, len)) \
    X(fadvise64, (int fd, int64_t offset, int64_t len, int advice), (fd, offset, len, advice))

/*
 * file: newfstatat fills the struct stat (32-bit: stat64) of <asm/stat.h>.  On a 32-bit kernel
 * openat needs O_LARGEFILE for files of 2 GiB and more, as any raw open does.
 */
#define KRING__SYS_LIST_FILE(X) \
    X(read, (int fd, void *buf, size_t len), (fd, buf, len)) \
    X(write, (int fd, const void *buf, size_t len), (fd, buf, len)) \
    X(readv, (int fd, const struct iovec *iov, unsigned nr), (fd, iov, nr)) \
    X(writev, (int fd, const struct iovec *iov, unsigned nr), (fd, iov, nr)) \
    X(openat, (int dirfd, const char *path, int flags, unsigned mode), \
      (dirfd, path, flags, mode)) \
    X(openat2, (int dirfd, const char *path, const void *how, size_t size), \
      (dirfd, path, how, size)) \
    X(close, (int fd), (fd)) \
    X(fsync, (int fd), (fd)) \
    X(fdatasync, (int fd), (fd)) \
    X(statx, (int dirfd, const char *path, int flags, unsigned mask, struct statx *buf), \
      (dirfd, path, flags, mask, buf)) \
    X(newfstatat, (int dirfd, const char *path, void *arch_stat, int flags), \
      (dirfd, path, arch_stat, flags)) \
    X(fcntl, (int fd, unsigned cmd, unsigned long arg), (fd, cmd, arg)) \
    X(ioctl, (int fd, unsigned long request, void *arg), (fd, request, arg)) \
    X(splice, (int fd_in, int64_t *off_in, int fd_out, int64_t *off_out, size_t len, \
               unsigned flags), \
      (fd_in, off_in, fd_out, off_out, len, flags)) \
    X(tee, (int fd_in, int fd_out, size_t len, unsigned flags), (fd_in, fd_out, len, flags)) \
    X(copy_file_range, (int fd_in, int64_t *off_in, int fd_out, int64_t *off_out, size_t len, \
                        unsigned flags), \
      (fd_in, off_in, fd_out, off_out, len, flags)) \
    X(getdents64, (int fd, void *entries, size_t size), (fd, entries, size)) \
    X(dup3, (int oldfd, int newfd, int flags), (oldfd, newfd, flags))

/* path */
#define KRING__SYS_LIST_PATH(X) \
    X(renameat, (int olddir, const char *oldpath, int newdir, const char *newpath), \
      (olddir, oldpath, newdir, newpath)) \
    X(renameat2, (int olddir, const char *oldpath, int newdir, const char *newpath, \
                  unsigned flags), \
      (olddir, oldpath, newdir, newpath, flags)) \
    X(unlinkat, (int dirfd, const char *path, int flags), (dirfd, path, flags)) \
    X(mkdirat, (int dirfd, const char *path, unsigned mode), (dirfd, path, mode)) \
    X(symlinkat, (const char *target, int newdir, const char *newpath), \
      (target, newdir, newpath)) \
    X(linkat, (int olddir, const char *oldpath, int newdir, const char *newpath, int flags), \
      (olddir, oldpath, newdir, newpath, flags)) \
    X(setxattr, (const char *path, const char *name, const void *value, size_t size, int flags), \
      (path, name, value, size, flags)) \
    X(fsetxattr, (int fd, const char *name, const void *value, size_t size, int flags), \
      (fd, name, value, size, flags)) \
    X(getxattr, (const char *path, const char *name, void *value, size_t size), \
      (path, name, value, size)) \
    X(fgetxattr, (int fd, const char *name, void *value, size_t size), (fd, name, value, size))

/* net: socket addresses are void *, message headers point to struct kring__msghdr. */
#define KRING__SYS_LIST_NET(X) \
    X(socket, (int domain, int type, int protocol), (domain, type, protocol)) \
    X(socketpair, (int domain, int type, int protocol, int fds[2]), \
      (domain, type, protocol, fds)) \
    X(bind, (int fd, const void *addr, unsigned addrlen), (fd, addr, addrlen)) \
    X(listen, (int fd, int backlog), (fd, backlog)) \
    X(accept, (int fd, void *addr, unsigned *addrlen), (fd, addr, addrlen)) \
    X(accept4, (int fd, void *addr, unsigned *addrlen, int flags), (fd, addr, addrlen, flags)) \
    X(connect, (int fd, const void *addr, unsigned addrlen), (fd, addr, addrlen)) \
    X(sendto, (int fd, const void *buf, size_t len, int flags, const void *addr, \
               unsigned addrlen), \
      (fd, buf, len, flags, addr, addrlen)) \
    X(recvfrom, (int fd, void *buf, size_t len, int flags, void *addr, unsigned *addrlen), \
      (fd, buf, len, flags, addr, addrlen)) \
    X(sendmsg, (int fd, const void *msg, int flags), (fd, msg, flags)) \
    X(recvmsg, (int fd, void *msg, int flags), (fd, msg, flags)) \
    X(shutdown, (int fd, int how), (fd, how)) \
    X(getsockopt, (int fd, int level, int name, void *value, unsigned *len), \
      (fd, level, name, value, len)) \
    X(setsockopt, (int fd, int level, int name, const void *value, unsigned len), \
      (fd, level, name, value, len)) \
    X(getsockname, (int fd, void *addr, unsigned *addrlen), (fd, addr, addrlen)) \
    X(getpeername, (int fd, void *addr, unsigned *addrlen), (fd, addr, addrlen))

/* event */
#define KRING__SYS_LIST_EVENT(X) \
    X(pipe2, (int fds[2], int flags), (fds, flags)) \
    X(eventfd2, (unsigned initval, int flags), (initval, flags)) \
    X(timerfd_create, (int clock, int flags), (clock, flags)) \
    X(signalfd4, (int fd, const void *sigmask, size_t sigsetsize, int flags), \
      (fd, sigmask, sigsetsize, flags)) \
    X(inotify_init1, (int flags), (flags)) \
    X(inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask)) \
    X(inotify_rm_watch, (int fd, int wd), (fd, wd)) \
    X(epoll_create1, (int flags), (flags)) \
    X(epoll_ctl, (int epfd, int op, int fd, struct kring__epoll_event *event), \
      (epfd, op, fd, event)) \
    X(epoll_pwait, (int epfd, struct kring__epoll_event *events, int max, int timeout_ms, \
                    const void *sigmask, size_t sigsetsize), \
      (epfd, events, max, timeout_ms, sigmask, sigsetsize)) \
    X(epoll_pwait2, (int epfd, struct kring__epoll_event *events, int max, \
                     const struct kring_timespec *timeout, const void *sigmask, \
                     size_t sigsetsize), \
      (epfd, events, max, timeout, sigmask, sigsetsize))

/*
 * time: the calls with a time, always 64-bit here; on a 32-bit kernel older than 5.1 they use the
 * 32-bit call (abi/sys_time.c).  timeout is never written to, though the kernel's ppoll would.
 */
#define KRING__SYS_LIST_TIME(X) \
    X(clock_gettime, (int clock, struct kring_timespec *now), (clock, now)) \
    X(clock_nanosleep, (int clock, int flags, const struct kring_timespec *request, \
                        struct kring_timespec *remain), \
      (clock, flags, request, remain)) \
    X(timerfd_settime, (int fd, int flags, const struct kring__itimerspec *value, \
                        struct kring__itimerspec *old), \
      (fd, flags, value, old)) \
    X(ppoll, (struct kring__pollfd *fds, unsigned nr, const struct kring_timespec *timeout, \
              const void *sigmask, size_t sigsetsize), \
      (fds, nr, timeout, sigmask, sigsetsize)) \
    X(futex, (uint32_t *uaddr, int op, uint32_t val, const struct kring_timespec *timeout, \
              uint32_t *uaddr2, uint32_t val3), \
      (uaddr, op, val, timeout, uaddr2, val3))

/* identity: the calls without arguments. */
#define KRING__SYS_LIST_IDENTITY(X) \
    X(getpid, (void), ()) \
    X(gettid, (void), ()) \
    X(getuid, (void), ()) \
    X(geteuid, (void), ()) \
    X(getegid, (void), ())

/* process: futex_waitv has one layout of its time on every ABI. */
#define KRING__SYS_LIST_PROCESS(X) \
    X(waitid, (int idtype, int id, void *siginfo, int options, void *rusage), \
      (idtype, id, siginfo, options, rusage)) \
    X(pidfd_open, (int pid, unsigned flags), (pid, flags)) \
    X(pidfd_send_signal, (int pidfd, int sig, void *info, unsigned flags), \
      (pidfd, sig, info, flags)) \
    X(futex_waitv, (const void *waiters, unsigned nr, unsigned flags, \
                    const struct kring_timespec *timeout, int clock), \
      (waiters, nr, flags, timeout, clock)) \
    X(kill, (int pid, int sig), (pid, sig)) \
    X(tgkill, (int tgid, int tid, int sig), (tgid, tid, sig)) \
    X(getgroups, (int size, uint32_t *list), (size, list)) \
    X(uname, (void *utsname), (utsname)) \
    X(prlimit64, (int pid, unsigned resource, const void *limit, void *old), \
      (pid, resource, limit, old)) \
    X(rt_sigprocmask, (int how, const void *set, void *old, size_t sigsetsize), \
      (how, set, old, sigsetsize))

#define KRING__SYS_LIST(X) \
    KRING__SYS_LIST_RING(X) \
    KRING__SYS_LIST_MEMORY(X) \
    KRING__SYS_LIST_OFFSET(X) \
    KRING__SYS_LIST_FILE(X) \
    KRING__SYS_LIST_PATH(X) \
    KRING__SYS_LIST_NET(X) \
    KRING__SYS_LIST_EVENT(X) \
    KRING__SYS_LIST_TIME(X) \
    KRING__SYS_LIST_IDENTITY(X) \
    KRING__SYS_LIST_PROCESS(X)

#define KRING__SYS_PROTOTYPE(name, params, args) long kring__sys_##name params;
KRING__SYS_LIST(KRING__SYS_PROTOTYPE)
#undef KRING__SYS_PROTOTYPE

#define KRING__SYS_ID(name, params, args) KRING__SYS_##name,
enum kring__sys_id {
    KRING__SYS_LIST(KRING__SYS_ID)
    KRING__SYS_COUNT
};
#undef KRING__SYS_ID

/* abi/statx.c: statx, and where the kernel has none (below 4.11), what fstatat can say. */
long kring__statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buf);

/*
 * abi/younger.c: from now on, and in the whole process, these calls answer as on that release,
 * major << 8 | minor, which lacks the younger ones (abi/younger.h). 0: the real kernel.
 */
#if CONFIG_KRING_ENV
void kring__sys_simulate(uint16_t release);
unsigned kring__sys_simulated(void);
#endif

/* abi/clock.c: CLOCK_MONOTONIC. */
int64_t kring__now_ns(void);
int64_t kring__clock_ns(int clock);

#endif
