/* SPDX-License-Identifier: MIT */
/* Futexes: waiters that every futex(2) finds, wherever they wait. */
#include "rings.h"

#include "fake_sys.h"
#include "kring/uapi.h"
#include "ops/ops.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int kring_test_futex(void);

/* ---- Threads to lend ---- */

static struct {
    unsigned out;     /* jobs that have not ended */
    unsigned limit;   /* at once */
    unsigned late_ms; /* until one begins */
    bool shut;        /* none begins while this is set */
} lent;

struct errand {
    void (*job)(void *arg);
    void *arg;
};

static void *run_errand(void *arg)
{
    struct errand errand = *(struct errand *)arg;

    free(arg);
    usleep(lent.late_ms * 1000);
    while (__atomic_load_n(&lent.shut, __ATOMIC_SEQ_CST))
        usleep(1000);
    errand.job(errand.arg);
    __atomic_sub_fetch(&lent.out, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static int lend(void *user, void (*job)(void *arg), void *arg)
{
    struct errand *errand;
    pthread_t thread;

    (void)user;
    if (__atomic_load_n(&lent.out, __ATOMIC_SEQ_CST) >= lent.limit)
        return -EAGAIN;
    errand = malloc(sizeof *errand);
    *errand = (struct errand){job, arg};
    if (pthread_create(&thread, NULL, run_errand, errand) != 0) {
        free(errand);
        return -EAGAIN;
    }
    pthread_detach(thread);
    __atomic_add_fetch(&lent.out, 1, __ATOMIC_SEQ_CST);
    return 0;
}

static struct kring *open_with(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;

    memset(&lent, 0, sizeof lent);
    lent.limit = 32;
    options.offload = lend;
    ring = rings_open_with(kind, &options);
    CU_ASSERT_FATAL(ring != NULL);
    if (kring_route_opcode(ring, IORING_OP_FUTEX_WAIT) == KRING_ENGINE_NONE) {
        rings_close(ring);
        kring_test_skip("nothing here runs futex waits");
        return NULL;
    }
    return ring;
}

/* Every thread has come back. */
static void close_with(struct kring *ring)
{
    rings_close(ring);
    for (unsigned i = 0; i < 2000 && __atomic_load_n(&lent.out, __ATOMIC_SEQ_CST) != 0; i++)
        usleep(1000);
    CU_ASSERT_EQUAL(lent.out, 0);
}

static long wake(uint32_t *word, int count, uint32_t mask, uint32_t flags)
{
    return syscall(SYS_futex, word,
                   FUTEX_WAKE_BITSET | (flags & KRING_FUTEX_PRIVATE ? FUTEX_PRIVATE_FLAG : 0),
                   count, NULL, NULL, mask);
}

static bool have_waitv(void)
{
    return kring__sys_futex_waitv(NULL, 0, 0, NULL, 0) != -ENOSYS;
}

/*
 * Wakes until so many have been woken, 10 s at most: one that waits in slices is not queued for
 * a moment between two of them, which a busy machine makes long. One without slices is queued.
 */
static long wake_in_time(uint32_t *word, long want, uint32_t mask, uint32_t flags)
{
    int64_t end = rings_now_ns() + 10 * KRING_SECOND;
    long woken = wake(word, (int)want, mask, flags);

    while ((mask != KRING_FUTEX_ANY || !have_waitv()) && woken < want && rings_now_ns() < end) {
        usleep(2000);
        woken += wake(word, (int)(want - woken), mask, flags);
    }
    return woken;
}

/* ---- What a waiter is ---- */

static void a_plain_wake_ends_and_counts_it(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);

    for (uint32_t flags = 0; ring && flags <= KRING_FUTEX_PRIVATE; flags += KRING_FUTEX_PRIVATE) {
        struct rings_log log = {0};
        uint32_t word = 7;

        for (unsigned i = 0; i < 3; i++)
            rings_start(ring, kring_futex_wait(ring, &word, 7, KRING_FUTEX_ANY, flags), &log);
        CU_ASSERT_EQUAL(kring_submit(ring), 3);
        /* Queued when submit has returned. */
        CU_ASSERT_EQUAL(wake(&word, 9, KRING_FUTEX_ANY, flags ^ KRING_FUTEX_PRIVATE), 0);
        CU_ASSERT_EQUAL(wake_in_time(&word, 2, KRING_FUTEX_ANY, flags), 2);
        CU_ASSERT(rings_until(ring, &log, 2));
        CU_ASSERT_EQUAL(log.notes[0].value, 0);
        CU_ASSERT_EQUAL(log.notes[1].value, 0);
        CU_ASSERT_EQUAL(rings_run_for(ring, 3), 0);
        CU_ASSERT_EQUAL(wake_in_time(&word, 1, KRING_FUTEX_ANY, flags), 1);
        CU_ASSERT(rings_until(ring, &log, 3));
        CU_ASSERT_EQUAL(wake(&word, 9, KRING_FUTEX_ANY, flags), 0);
    }
    if (ring)
        close_with(ring);
}
RINGS_TEST(a_plain_wake_ends_and_counts_it)

static void only_wakes_that_share_a_bit_are_met(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);
    struct rings_log log[2] = {{0}, {0}};
    uint32_t word = 1;

    if (!ring)
        return;
    rings_start(ring, kring_futex_wait(ring, &word, 1, 1, 0), &log[0]);
    rings_start(ring, kring_futex_wait(ring, &word, 1, 6, 0), &log[1]);
    CU_ASSERT_EQUAL(kring_submit(ring), 2);
    CU_ASSERT_EQUAL(wake(&word, 9, 8, 0), 0);
    CU_ASSERT_EQUAL(wake_in_time(&word, 1, 4, 0), 1);
    CU_ASSERT(rings_until(ring, &log[1], 1));
    CU_ASSERT_EQUAL(log[0].calls, 0);
    CU_ASSERT_EQUAL(wake_in_time(&word, 1, 1, 0), 1);
    CU_ASSERT(rings_until(ring, &log[0], 1));
    close_with(ring);
}
RINGS_TEST(only_wakes_that_share_a_bit_are_met)

static void another_process_wakes_it(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);
    struct rings_log log = {0};
    uint32_t *word;
    int status = 0;
    pid_t pid;

    if (!ring)
        return;
    word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_FATAL(word != MAP_FAILED);
    rings_start(ring, kring_futex_wait(ring, word, 0, KRING_FUTEX_ANY, 0), &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    pid = kring_test_fork();
    if (pid == 0) {
        __atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
        _exit((int)wake(word, 9, KRING_FUTEX_ANY, 0));
    }
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 0);
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 1); /* it counted us */
    munmap(word, 4096);
    close_with(ring);
}
RINGS_TEST(another_process_wakes_it)

static void a_wake_of_the_ring_meets_its_own_waiters(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);
    struct rings_log waits = {0}, wakes = {0};
    uint32_t word = 1;

    if (!ring)
        return;
    rings_start(ring, kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, KRING_FUTEX_PRIVATE),
                &waits);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    rings_start(ring, kring_futex_wake(ring, &word, 0, KRING_FUTEX_ANY, KRING_FUTEX_PRIVATE),
                &wakes);
    CU_ASSERT(rings_until(ring, &wakes, 1));
    CU_ASSERT_EQUAL(wakes.last.value, 0);
    rings_start(ring, kring_futex_wake(ring, &word, 5, KRING_FUTEX_ANY, KRING_FUTEX_PRIVATE),
                &wakes);
    CU_ASSERT(rings_until(ring, &wakes, 2));
    CU_ASSERT_EQUAL(wakes.last.value, 1);
    CU_ASSERT(rings_until(ring, &waits, 1));
    CU_ASSERT_EQUAL(waits.last.value, 0);
    close_with(ring);
}
RINGS_TEST(a_wake_of_the_ring_meets_its_own_waiters)

static void errors_are_the_kernels(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);
    uint32_t word[2] = {3, 4};
    const uint32_t *odd = (const uint32_t *)(const void *)((char *)word + 2);

    if (!ring)
        return;
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wait(ring, word, 4, KRING_FUTEX_ANY, 0)), -EAGAIN);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wait(ring, word, 3, 0, 0)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wait(ring, odd, 3, 1, 0)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wait(ring, NULL, 3, 1, 0)), -EFAULT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wait(ring, word, 3, 1, 64)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wake(ring, word, 1, 0, 0)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wake(ring, odd, 0, 1, 0)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_waitv(ring, NULL, 1)), -EFAULT);
    close_with(ring);
}
RINGS_TEST(errors_are_the_kernels)

static void several_words_are_waited_for(enum rings_kind kind)
{
    struct kring *ring = have_waitv() ? open_with(kind) : NULL;
    uint32_t words[5] = {10, 11, 12, 13, 14};

    if (!have_waitv())
        KRING_SKIP("no futex_waitv on this kernel");
    for (unsigned woken = 0; ring && woken < 5; woken++) {
        struct kring_futex futexes[5];
        struct rings_log log = {0};

        for (unsigned i = 0; i < 5; i++)
            futexes[i] = (struct kring_futex){words[i], (uintptr_t)&words[i],
                                              KRING_FUTEX_U32 |
                                                  (i & 1 ? KRING_FUTEX_PRIVATE : 0), 0};
        rings_start(ring, kring_futex_waitv(ring, futexes, 5), &log);
        CU_ASSERT_EQUAL(kring_submit(ring), 1);
        CU_ASSERT_EQUAL(wake(&words[woken], 9, KRING_FUTEX_ANY,
                             woken & 1 ? KRING_FUTEX_PRIVATE : 0), 1);
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, woken);
        for (unsigned i = 0; i < 5; i++)
            CU_ASSERT_EQUAL(wake(&words[i], 9, KRING_FUTEX_ANY, i & 1 ? KRING_FUTEX_PRIVATE : 0),
                            0);
        futexes[woken].value++;
        CU_ASSERT_EQUAL(rings_do(ring, kring_futex_waitv(ring, futexes, 5)), -EAGAIN);
    }
    if (ring)
        close_with(ring);
}
RINGS_TEST(several_words_are_waited_for)

static void the_most_words_are_waited_for(enum rings_kind kind)
{
    static uint32_t words[128];
    static struct kring_futex futexes[129];
    struct kring *ring = have_waitv() ? open_with(kind) : NULL;
    struct rings_log log = {0};
    kring_op op;

    if (!have_waitv())
        KRING_SKIP("no futex_waitv on this kernel");
    if (!ring)
        return;
    for (unsigned i = 0; i < 129; i++)
        futexes[i] = (struct kring_futex){0, (uintptr_t)&words[i % 128], KRING_FUTEX_U32, 0};
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_waitv(ring, futexes, 129)), -EINVAL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_waitv(ring, futexes, 0)), -EINVAL);
    rings_start(ring, kring_futex_waitv(ring, futexes, 128), &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    CU_ASSERT_EQUAL(wake(&words[127], 1, KRING_FUTEX_ANY, 0), 1);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 127);
    op = kring_futex_waitv(ring, futexes, 128);
    rings_start(ring, op, &log);
    CU_ASSERT_EQUAL(rings_run_for(ring, 2), 0);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    close_with(ring);
}
RINGS_TEST(the_most_words_are_waited_for)

/* ---- How it ends otherwise ---- */

static void a_cancelled_one_waits_no_more(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);
    uint32_t word = 1;

    for (uint32_t mask = 1; ring && mask != 0; mask = mask == 1 ? KRING_FUTEX_ANY : 0) {
        struct rings_log log = {0}, other = {0};
        kring_op op = kring_futex_wait(ring, &word, 1, mask, 0);

        rings_start(ring, op, &log);
        rings_start(ring, kring_futex_wait(ring, &word, 1, mask, 0), &other);
        CU_ASSERT_EQUAL(rings_run_for(ring, 2), 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_cancel_op(ring, op)), 0);
        CU_ASSERT(rings_until(ring, &log, 1));
        CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
        CU_ASSERT_EQUAL(other.calls, 0); /* its neighbour noticed nothing */
        CU_ASSERT_EQUAL(wake_in_time(&word, 1, mask, 0), 1);
        CU_ASSERT(rings_until(ring, &other, 1));
        CU_ASSERT_EQUAL(other.last.value, 0);
    }
    if (ring)
        close_with(ring);
}
RINGS_TEST(a_cancelled_one_waits_no_more)

static void a_dropped_one_waits_no_more(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);
    unsigned released = 0;
    struct rings_log log = {0};
    uint32_t word = 1;
    kring_op op;

    if (!ring)
        return;
    op = kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0);
    rings_start(ring, op, &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(wake(&word, 9, KRING_FUTEX_ANY, 0), 0);
    close_with(ring);
}
RINGS_TEST(a_dropped_one_waits_no_more)

static void deadlines_links_and_close_end_it(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);
    struct kring_time soon = {0, 5000000};
    struct rings_log log = {0};
    uint32_t word = 1;
    kring_op ops[2];

    if (!ring)
        return;
    ops[0] = kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, ops[0], 5 * KRING_MS), 0);
    rings_start(ring, ops[0], &log);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ETIME);
    CU_ASSERT(log.last.flags & KRING_DEADLINE);
    memset(&log, 0, sizeof log);
    ops[0] = kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0);
    ops[1] = kring_link_timeout(ring, &soon, 0);
    CU_ASSERT_EQUAL(kring_start_chain(ring, ops, 2, rings_done, &log), 0);
    CU_ASSERT(rings_until(ring, &log, 2));
    CU_ASSERT_EQUAL(log.notes[0].value + log.notes[1].value, -ECANCELED - ETIME);
    memset(&log, 0, sizeof log);
    rings_start(ring, kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0), &log);
    rings_start(ring, kring_futex_wait(ring, &word, 1, 2, 0), &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 2);
    close_with(ring);
    CU_ASSERT_EQUAL(log.finals, 2);
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
}
RINGS_TEST(deadlines_links_and_close_end_it)

/* ---- No wake is lost ---- */

struct pong {
    uint32_t *word;
    unsigned rounds;
    unsigned strangers; /* woken counts that were neither 0 nor 1 */
};

/* Waits until the ring has answered with an odd value, answers with the next even one. */
static void *play(void *arg)
{
    struct pong *pong = arg;

    for (unsigned i = 0; i < pong->rounds; i++) {
        uint32_t now;
        long woken;

        while (((now = __atomic_load_n(pong->word, __ATOMIC_SEQ_CST)) & 1) == 0)
            syscall(SYS_futex, pong->word, FUTEX_WAIT, now, NULL, NULL, 0);
        __atomic_store_n(pong->word, now + 1, __ATOMIC_SEQ_CST);
        woken = wake(pong->word, 1, KRING_FUTEX_ANY, 0);
        pong->strangers += woken != 0 && woken != 1;
    }
    return NULL;
}

static void ping_pong_goes_on(enum rings_kind kind)
{
    struct kring *ring = open_with(kind);
    uint32_t word = 0;
    struct pong pong = {&word, 300, 0};
    pthread_t thread;

    if (!ring)
        return;
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, play, &pong) == 0);
    for (unsigned i = 0; i < pong.rounds; i++) {
        int64_t value = 0;

        __atomic_store_n(&word, 2 * i + 1, __ATOMIC_SEQ_CST);
        wake(&word, 1, KRING_FUTEX_ANY, 0);
        while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 2 * i + 1 && value == 0) {
            value = rings_do(ring, kring_futex_wait(ring, &word, 2 * i + 1, KRING_FUTEX_ANY, 0));
            CU_ASSERT(value == 0 || value == -EAGAIN);
        }
        CU_ASSERT_EQUAL_FATAL(word, 2 * i + 2);
    }
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(pong.strangers, 0);
    close_with(ring);
}
RINGS_TEST(ping_pong_goes_on)

/* ---- The soft engine ---- */

static void without_threads_there_is_no_route(void)
{
    struct kring *ring = rings_open(RINGS_SOFT);
    uint32_t word = 1;
    char text[300];
    kring_op op = kring_futex_wait(ring, &word, 1, 1, 0);

    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_FUTEX_WAIT), KRING_ENGINE_NONE);
    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_FUTEX_WAITV), KRING_ENGINE_NONE);
    CU_ASSERT_EQUAL(kring_route_opcode(ring, IORING_OP_FUTEX_WAKE), KRING_ENGINE_SOFT);
    CU_ASSERT_EQUAL(kring_pin(ring, IORING_OP_FUTEX_WAIT, KRING_ENGINE_SOFT), -KRING_EKERNEL);
    CU_ASSERT(kring_explain(ring, op, -KRING_EKERNEL, text, sizeof text) > 0);
    CU_ASSERT(!CONFIG_KRING_EXPLAIN || strstr(text, "option offload lends") != NULL);
    CU_ASSERT_EQUAL(kring_start(ring, op, rings_done, NULL), -KRING_EKERNEL);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wake(ring, &word, 1, 1, 0)), 0);
    rings_close(ring);
}

static void a_thread_that_is_refused_or_late_is_told(void)
{
    struct kring *ring = open_with(RINGS_SOFT);
    struct rings_log log = {0};
    uint32_t word = 1;

    lent.limit = 0;
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_wait(ring, &word, 1, 1, 0)), -ENOMEM);
    lent.limit = 1;
    lent.shut = true;
    rings_start(ring, kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0), &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 1); /* has lost its patience when it returns */
    __atomic_store_n(&lent.shut, false, __ATOMIC_SEQ_CST);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, -ENOMEM);
    close_with(ring);
}

/* The ring's thread loses the CPU in its first pause. */
static int held_up(int id)
{
    if (id == KRING__SYS_clock_nanosleep)
        usleep(150000);
    else
        kring_fake_arm(1, held_up);
    return 0;
}

static void a_busy_machine_is_waited_for(void)
{
    struct kring_fake fake = {0};
    struct rings_log log = {0};
    struct kring *ring;
    uint32_t word = 1;

    kring_fake_set(&fake);
    ring = open_with(RINGS_SOFT);
    lent.late_ms = 200;
    kring_fake_arm(1, held_up);
    rings_start(ring, kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0), &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 1);
    CU_ASSERT_EQUAL(kring_fake_failed, KRING__SYS_clock_nanosleep);
    CU_ASSERT_EQUAL(wake_in_time(&word, 1, KRING_FUTEX_ANY, 0), 1);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, 0);
    close_with(ring);
    kring_fake_clear();
}

static unsigned futex_calls(void)
{
    return __atomic_load_n(&kring_fake_calls[KRING__SYS_futex], __ATOMIC_SEQ_CST) +
           __atomic_load_n(&kring_fake_calls[KRING__SYS_futex_waitv], __ATOMIC_SEQ_CST);
}

static void a_waiting_thread_does_not_spin(void)
{
    struct kring_fake fake = {0};
    struct rings_log log = {0};
    struct kring *ring;
    uint32_t word = 1;
    unsigned before;

    kring_fake_set(&fake);
    ring = open_with(RINGS_SOFT);
    rings_start(ring, kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0), &log);
    rings_start(ring, kring_futex_wait(ring, &word, 1, 4, 0), &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 2);
    before = futex_calls();
    usleep(200000);
    /*
     * Slices of 50 ms: one of two waits, or both where there is no futex_waitv to ask first. An
     * emulator is slow enough to be still at the beginning when the count is taken.
     */
    CU_ASSERT(futex_calls() <= before + (kring_test_emulated() || !have_waitv() ? 18 : 6));
    CU_ASSERT_EQUAL(log.calls, 0);
    CU_ASSERT_EQUAL(wake_in_time(&word, 2, 4, 0), 2); /* in a later slice still there */
    CU_ASSERT(rings_until(ring, &log, 2));
    close_with(ring);
    kring_fake_clear();
}

/* error: what futex_waitv answers. */
static void in_slices(int error)
{
    struct kring_fake fake = {.fail_id = KRING__SYS_futex_waitv, .fail_id_errno = error};
    struct kring *ring;
    uint32_t word = 1;
    struct kring_futex two[2] = {{1, (uintptr_t)&word, KRING_FUTEX_U32, 0},
                                 {1, (uintptr_t)&word, KRING_FUTEX_U32, 0}};
    struct rings_log log = {0};
    kring_op op;

    kring_fake_set(&fake);
    ring = open_with(RINGS_SOFT);
    CU_ASSERT_EQUAL(rings_do(ring, kring_futex_waitv(ring, two, 2)),
                    error == ENOSYS ? -KRING_EKERNEL : -error);
    rings_start(ring, kring_futex_waitv(ring, two, 1), &log);
    rings_start(ring, kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0), &log);
    CU_ASSERT_EQUAL(kring_submit(ring), 2);
    CU_ASSERT_EQUAL(wake_in_time(&word, 2, 1, 0), 2);
    CU_ASSERT(rings_until(ring, &log, 2));
    op = kring_futex_wait(ring, &word, 1, KRING_FUTEX_ANY, 0);
    rings_start(ring, op, &log);
    CU_ASSERT_EQUAL(rings_run_for(ring, 120), 0);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until(ring, &log, 3));
    CU_ASSERT_EQUAL(log.last.value, -ECANCELED);
    CU_ASSERT_EQUAL(wake(&word, 9, KRING_FUTEX_ANY, 0), 0);
    close_with(ring);
    kring_fake_clear();
}

static void below_5_16_it_waits_in_slices(void)
{
    in_slices(ENOSYS);
}

static void behind_an_older_filter_it_waits_in_slices(void)
{
    in_slices(EPERM);
}

int kring_test_futex(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("a plain wake ends and counts it", a_plain_wake_ends_and_counts_it),
        RINGS_ROWS("only wakes that share a bit are met", only_wakes_that_share_a_bit_are_met),
        RINGS_ROWS("another process wakes it", another_process_wakes_it),
        RINGS_ROWS("a wake of the ring meets its own waiters",
                   a_wake_of_the_ring_meets_its_own_waiters),
        RINGS_ROWS("errors are the kernel's", errors_are_the_kernels),
        RINGS_ROWS("several words are waited for", several_words_are_waited_for),
        RINGS_ROWS("the most words are waited for", the_most_words_are_waited_for),
        RINGS_ROWS("a cancelled one waits no more", a_cancelled_one_waits_no_more),
        RINGS_ROWS("a dropped one waits no more", a_dropped_one_waits_no_more),
        RINGS_ROWS("deadlines, links and close end it", deadlines_links_and_close_end_it),
        RINGS_ROWS("ping-pong goes on", ping_pong_goes_on),
    };
    static const struct kring_test soft[] = {
        KRING_TEST(without_threads_there_is_no_route),
        KRING_TEST(a_thread_that_is_refused_or_late_is_told),
        KRING_TEST(a_busy_machine_is_waited_for),
        KRING_TEST(a_waiting_thread_does_not_spin),
        KRING_TEST(below_5_16_it_waits_in_slices),
        KRING_TEST(behind_an_older_filter_it_waits_in_slices),
    };

    if (!CONFIG_KRING_PROCESS || KRING_SUITE_ADD("futex", tests) < 0)
        return 0;
    return CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_OFFLOAD ? KRING_SUITE_ADD("futex-soft", soft)
                                                            : 0;
}
