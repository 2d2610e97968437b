/* SPDX-License-Identifier: MIT */
/*
 * The fake system: every call that the library makes passes through tests/fake_sys.c (the linker
 * wraps each row of abi/sys.h), which counts it and can
 *   - fail the Nth call, whichever it is, or a named call always or at its Nth time;
 *   - play an older kernel on top of the real one: younger flags, opcodes, variants and register
 *     calls are refused, or ignored where that kernel ignores them, with its own errno;
 *   - lack younger plain system calls (ENOSYS);
 *   - break ring memory: a ring that never answers, offsets of another layout.
 * Nothing set means that everything reaches the real kernel. Not for several threads at a time,
 * except that counting is atomic. A test that sets a fake ends with kring_fake_clear().
 */
#ifndef KRING_TESTS_FAKE_SYS_H
#define KRING_TESTS_FAKE_SYS_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/sys.h"
#include "probe/probe.h"

struct kring_fake {
    /* Plays this release (kring__release_row, or a row of your own); NULL: the real kernel. */
    const struct kring__release *kernel;
    /* These calls always answer -errno (a positive number here); 0: they work. */
    int setup_errno, enter_errno, register_errno;
    /* enter_errno begins after this many enters that worked: a filter installed late. */
    unsigned enter_works;
    /* The Nth call since kring_fake_set, whichever it is (1 is the first), answers -fail_errno. */
    unsigned fail_nth;
    int fail_errno;
    /* A named call (KRING__SYS_...) answers -fail_id_errno: always, or only at its Nth time. */
    int fail_id_errno; /* 0: none */
    int fail_id;
    unsigned fail_id_nth;
    /* Ring memory above this many bytes is ENOMEM at setup, as RLIMIT_MEMLOCK makes it; 0: no. */
    uint64_t memlock;
    bool deaf;            /* enter consumes nothing and nothing completes: incoherent memory */
    bool garbled;         /* completions carry a wrong user_data */
    bool enable_lies;     /* ENABLE_RINGS answers 0 and the ring stays disabled, as on 5.10.46 */
    bool foreign_offsets; /* setup answers with offsets outside of the rings */
    /* A directory that stands for /proc/sys/kernel; NULL: the real one. */
    const char *sysctl;
    /* Calls this kernel does not have: -ENOSYS. kring_fake_play fills it for a release. */
    uint8_t missing[KRING__SYS_COUNT];
};

/* Takes a copy, forgets what the library cached about the kernel, zeroes the counters. */
void kring_fake_set(const struct kring_fake *fake);
/*
 * The nth call from now on answers -chooser(its id), or reaches the kernel when that is 0. Keeps
 * what is set, what the library cached, and the counters; nth 0 disarms.
 */
void kring_fake_arm(unsigned nth, int (*chooser)(int id));
/* Back to the real kernel; forgets and zeroes too. */
void kring_fake_clear(void);
/*
 * Fills *fake for a release, "4.19" to "7.2": its io_uring row, or ENOSYS below 5.1, and the plain
 * calls that it does not have yet.
 */
void kring_fake_play(struct kring_fake *fake, const char *release);

#if !CONFIG_KRING_KERNEL_ENGINE
/* For tests that skip themselves where there are no such calls. */
enum { KRING__SYS_io_uring_setup, KRING__SYS_io_uring_enter, KRING__SYS_io_uring_register };
#define kring__sys_io_uring_setup(entries, params) (-38L) /* -ENOSYS */
#define kring__sys_io_uring_enter(fd, submit, want, flags, arg, size) (-38L)
#endif

/* How often each call was made since the last set or clear, and all of them together. */
extern unsigned kring_fake_calls[KRING__SYS_COUNT];
extern unsigned kring_fake_total;
/* Which call fail_nth met (KRING__SYS_...), or -1 while it has met none. */
extern int kring_fake_failed;
/* "io_uring_enter" for KRING__SYS_io_uring_enter. */
const char *kring_fake_name(int id);
/* io_uring calls of any kind since the last set or clear. */
unsigned kring_fake_ring_calls(void);

#endif
