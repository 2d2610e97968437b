/* SPDX-License-Identifier: MIT */
/*
 * What every suite includes.
 *
 * A file tests/test_NAME.c defines `int kring_test_NAME(void)`, which registers its suites (with
 * KRING_SUITE_ADD or CUnit's own calls) and returns 0.  The build finds the files by wildcard.
 *
 * The runner fails a test that leaves more or fewer file descriptors open than it found.
 */
#ifndef KRING_TESTS_TEST_H
#define KRING_TESTS_TEST_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>

/* The suites that the build found. */
#define KRING_SUITE(name) int kring_test_##name(void);
#include "suites.h"
#undef KRING_SUITE

struct kring_test {
    const char *name;
    void (*run)(void);
};

/* Registers a suite; 0, or -1 where CUnit refuses. */
int kring_test_add(const char *suite, const struct kring_test *tests, size_t count);

#define KRING_SUITE_ADD(suite, tests) \
    kring_test_add((suite), (tests), sizeof(tests) / sizeof((tests)[0]))
/* A row of the array; the test's name is that of the rule it proves, spelled as its function. */
#define KRING_TEST(function) { #function, function }

/* Ends the running test as skipped: printed with its reason, counted apart. */
void kring_test_skip(const char *reason);
#define KRING_SKIP(reason)       \
    do {                         \
        kring_test_skip(reason); \
        return;                  \
    } while (0)

/*
 * The same from within whatever the test has called: does not return, closes the descriptors that
 * the test opened, ends the children that it made, and puts back the directory,
 * the blocked signals and the limit of files. In a child that was forked it is _exit(77).
 */
void kring_test_abandon(const char *reason) __attribute__((noreturn));

/*
 * After a failed assertion: leaves the test likewise, a child by _exit(1). The whole run ends where
 * the test's memory is borrowed, by the kernel or by a thread of the test: it is given to others.
 */
void kring_test_give_up(bool borrowed) __attribute__((noreturn));

/* fork(2), for a child that must not outlive a test that is abandoned. */
pid_t kring_test_fork(void);

/* The number of open file descriptors of this process. */
int kring_test_open_fds(void);
/* Which they are; what is not below this number is not looked at. */
#define KRING_TEST_FDS 2048
void kring_test_list_fds(bool is_open[KRING_TEST_FDS]);

/* A directory of the running test's own, removed with what is in it when the test ends. */
const char *kring_test_tmpdir(void);
/* One more, of the same end, below base; NULL where nothing can be made there. */
const char *kring_test_dir_on(const char *base);

/*
 * Does a user-mode emulator answer for the kernel (KRING_TEST_EMULATED=1)? qemu-user lets pass, or
 * does not know, some of what a kernel refuses or does: a test leaves out just that.
 */
bool kring_test_emulated(void);

/*
 * Does this kernel lack a plain call, given by its number, that all had unless they were built
 * without it (CONFIG_EPOLL, CONFIG_ADVISE_SYSCALLS)? It is made, with arguments that it refuses.
 */
bool kring_test_lacks(long number);
#ifndef SYS_fadvise64 /* arm */
#define SYS_fadvise64 SYS_arm_fadvise64_64
#endif
/*
 * The test ends here, skipped, where an emulator of another architecture leaves to it what the
 * machine below says: the bytes of what readv takes from inotify and from a signalfd, and there the
 * number of the signal; errno in SO_ERROR. These are seen by plain calls, so on a kernel, or under
 * an emulator that was mended, the test is run.
 */
void kring_test_need_readv(void);
void kring_test_need_signalfd(void);
void kring_test_need_so_error(void);

/* "auto", "kernel" or "soft": what KRING_ENGINE asks this run to use. */
const char *kring_test_engine(void);

/* What KRING_KERNEL asks this run to play, "5.10", or NULL: the real kernel. */
const char *kring_test_kernel(void);

/*
 * May this run call io_uring, and does the kernel let it?  False for KRING_ENGINE=soft without
 * trying (a filter may kill at the first call); else one setup by hand decides.
 */
bool kring_test_uring_allowed(void);

#endif
