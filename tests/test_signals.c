/* SPDX-License-Identifier: MIT */
/* Signals as results, and sending them. */
#include "oracle.h"
#include "rings.h"

#include "fake_sys.h"
#include "kring/uapi.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int kring_test_signals(void);

static const int both[] = {SIGUSR1, SIGUSR2};

static bool blocked(int number)
{
    sigset_t now;

    pthread_sigmask(SIG_SETMASK, NULL, &now);
    return sigismember(&now, number) == 1;
}

static bool pending(int number)
{
    sigset_t now;

    sigpending(&now);
    return sigismember(&now, number) == 1;
}

/* A ring on which signals can be received, with a table; NULL and skipped where they cannot. */
static struct kring *open_ring(enum rings_kind kind)
{
    struct kring_options options = rings_options(kind);
    struct kring *ring;

    if (kind == RINGS_KERNEL && oracle_kernel_release() < KRING__V(6, 10)) {
        kring_test_skip("this kernel reads signals in threads that have none");
        return NULL;
    }
    options.direct_descriptors = 4;
    ring = rings_open_with(kind, &options);
    if (ring)
        CU_ASSERT_EQUAL(kring_pin(ring, IORING_OP_READ, KRING_ENGINE_AUTO), 0);
    return ring;
}

static void open_signals(struct kring_signals *signals)
{
    CU_ASSERT_EQUAL_FATAL(kring_signals_open(signals, both, 2), 0);
    CU_ASSERT(blocked(SIGUSR1) && blocked(SIGUSR2));
}

static void close_signals(struct kring_signals *signals)
{
    CU_ASSERT_EQUAL(kring_signals_close(signals), 0);
    CU_ASSERT(!blocked(SIGUSR1) && !blocked(SIGUSR2));
}

static void one_is_received(enum rings_kind kind)
{
    struct kring *ring = open_ring(kind);
    struct kring_signals signals;
    struct kring_signal signal;
    struct rings_log log = {0};
    union sigval value = {.sival_int = 4711};

    kring_test_need_signalfd();
    if (!ring)
        return;
    open_signals(&signals);
    memset(&signal, 0, sizeof signal);
    rings_start(ring, kring_signals_receive(ring, signals.fd, &signal), &log);
    CU_ASSERT_EQUAL(rings_run_for(ring, 3), 0);
    kill(getpid(), SIGUSR1);
    CU_ASSERT(rings_until(ring, &log, 1));
    CU_ASSERT_EQUAL(log.last.value, sizeof signal);
    CU_ASSERT_EQUAL(signal.number, SIGUSR1);
    CU_ASSERT_EQUAL(signal.pid, (uint32_t)getpid());
    CU_ASSERT_EQUAL(signal.uid, getuid());
    /* One that came before; with a value, to this thread alone. */
    sigqueue(getpid(), SIGUSR2, value);
    CU_ASSERT_EQUAL(rings_do(ring, kring_signals_receive(ring, signals.fd, &signal)),
                    sizeof signal);
    CU_ASSERT_EQUAL(signal.number, SIGUSR2);
    CU_ASSERT_EQUAL(signal.value, 4711);
    pthread_kill(pthread_self(), SIGUSR1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_signals_receive(ring, signals.fd, &signal)),
                    sizeof signal);
    CU_ASSERT_EQUAL(signal.number, SIGUSR1);
    close_signals(&signals);
    rings_close(ring);
}
RINGS_TEST(one_is_received)

struct seen {
    const struct kring_signal *signal;
    unsigned count, finals, pid_wrong;
    int64_t last;
    uint32_t numbers[8];
    bool again; /* start it again in its final callback */
};

static void see(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    struct seen *seen = user;

    if (result->flags & KRING_MORE) {
        CU_ASSERT_EQUAL(result->value, sizeof *seen->signal);
        seen->pid_wrong += seen->signal->pid != (uint32_t)getpid();
        if (seen->count < 8)
            seen->numbers[seen->count] = seen->signal->number;
        seen->count++;
        return;
    }
    seen->finals++;
    seen->last = result->value;
    if (seen->again) {
        seen->again = false;
        CU_ASSERT_EQUAL(kring_start(ring, op, see, seen), 0);
    }
}

static void receive_each(enum rings_kind kind, bool direct)
{
    struct kring *ring = open_ring(kind);
    struct kring_signals signals;
    struct kring_signal signal;
    struct seen seen = {.signal = &signal, .again = true};
    kring_op op;

    kring_test_need_signalfd();
    if (!ring)
        return;
    open_signals(&signals);
    if (direct) {
        CU_ASSERT_EQUAL(kring_direct_update(ring, 2, signals.fd), 0);
        close(signals.fd);
        signals.fd = -1;
    }
    op = kring_signals_receive_each(ring, direct ? KRING_DIRECT(2) : signals.fd, &signal);
    CU_ASSERT_EQUAL(kring_start(ring, op, see, &seen), 0);
    for (unsigned i = 0; i < 6; i++) {
        kill(getpid(), both[i % 2]);
        CU_ASSERT(rings_until_count(ring, &seen.count, i + 1));
        CU_ASSERT_EQUAL(seen.numbers[i], (uint32_t)both[i % 2]);
    }
    CU_ASSERT_EQUAL(seen.finals, 0);
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until_count(ring, &seen.finals, 1));
    CU_ASSERT_EQUAL(seen.last, -ECANCELED);
    /* Started again by its last callback, it goes on. */
    kill(getpid(), SIGUSR1);
    CU_ASSERT(rings_until_count(ring, &seen.count, 7));
    kill(getpid(), SIGUSR2);
    CU_ASSERT(rings_until_count(ring, &seen.count, 8));
    CU_ASSERT_EQUAL(kring_cancel(ring, op), 0);
    CU_ASSERT(rings_until_count(ring, &seen.finals, 2));
    CU_ASSERT_EQUAL(seen.pid_wrong, 0);
    if (direct)
        CU_ASSERT_EQUAL(kring_direct_update(ring, 2, -1), 0);
    close_signals(&signals);
    rings_close(ring);
}

static void each_is_received(enum rings_kind kind)
{
    receive_each(kind, false);
}
RINGS_TEST(each_is_received)

static void a_direct_descriptor_receives(enum rings_kind kind)
{
    receive_each(kind, true);
}
RINGS_TEST(a_direct_descriptor_receives)

static void a_drop_takes_and_leaks_nothing(enum rings_kind kind)
{
    struct kring *ring = open_ring(kind);
    struct kring_signals signals;
    struct kring_signal signal, other;
    struct seen seen = {.signal = &signal};
    unsigned released = 0;
    kring_op op;

    kring_test_need_signalfd();
    if (!ring)
        return;
    open_signals(&signals);
    op = kring_signals_receive_each(ring, signals.fd, &signal);
    CU_ASSERT_EQUAL(kring_start(ring, op, see, &seen), 0);
    CU_ASSERT_EQUAL(rings_run_for(ring, 3), 0);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 1));
    op = kring_signals_receive(ring, signals.fd, &signal);
    CU_ASSERT_EQUAL(kring_start(ring, op, see, &seen), 0);
    CU_ASSERT_EQUAL(kring_drop(ring, op, rings_release, &released), 0);
    CU_ASSERT(rings_until_count(ring, &released, 2));
    CU_ASSERT_EQUAL(seen.count + seen.finals, 0);
    kill(getpid(), SIGUSR1);
    CU_ASSERT_EQUAL(rings_do(ring, kring_signals_receive(ring, signals.fd, &other)), sizeof other);
    CU_ASSERT_EQUAL(other.number, SIGUSR1);
    /* Closing the ring takes none either. */
    op = kring_signals_receive_each(ring, signals.fd, &signal);
    CU_ASSERT_EQUAL(kring_start(ring, op, see, &seen), 0);
    CU_ASSERT_EQUAL(rings_run_for(ring, 3), 0);
    rings_close(ring);
    CU_ASSERT_EQUAL(seen.finals, 1);
    signal.number = 0;
    kill(getpid(), SIGUSR2);
    CU_ASSERT(pending(SIGUSR2));
    CU_ASSERT_EQUAL(read(signals.fd, &other, sizeof other), sizeof other);
    CU_ASSERT_EQUAL(signal.number, 0);
    close_signals(&signals);
}
RINGS_TEST(a_drop_takes_and_leaks_nothing)

static void a_deadline_ends_each(enum rings_kind kind)
{
    struct kring *ring = open_ring(kind);
    struct kring_signals signals;
    struct kring_signal signal;
    struct seen seen = {.signal = &signal};
    kring_op op;

    if (!ring)
        return;
    open_signals(&signals);
    op = kring_signals_receive_each(ring, signals.fd, &signal);
    CU_ASSERT_EQUAL(kring_set_deadline(ring, op, 20 * KRING_MS), 0);
    kill(getpid(), SIGUSR1);
    CU_ASSERT_EQUAL(kring_start(ring, op, see, &seen), 0);
    CU_ASSERT(rings_until_count(ring, &seen.finals, 1));
    CU_ASSERT_EQUAL(seen.count, 1);
    CU_ASSERT_EQUAL(seen.last, -ETIME);
    close_signals(&signals);
    rings_close(ring);
}
RINGS_TEST(a_deadline_ends_each)

static void each_needs_a_callback(enum rings_kind kind)
{
    struct kring *ring = open_ring(kind);
    struct kring_signal signal;
    kring_op op;

    if (!ring)
        return;
    op = kring_signals_receive_each(ring, 0, &signal);
    CU_ASSERT_EQUAL(kring_start(ring, op, NULL, NULL), -EINVAL);
    rings_close(ring);
}
RINGS_TEST(each_needs_a_callback)

/* ---- The mask ---- */

static void exactly_what_was_not_blocked_is_unblocked(void)
{
    struct kring_signals first, second;
    sigset_t one, before;

    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &one, &before);
    CU_ASSERT_EQUAL_FATAL(kring_signals_open(&first, both, 2), 0);
    CU_ASSERT(blocked(SIGUSR1) && blocked(SIGUSR2));
    CU_ASSERT_EQUAL_FATAL(kring_signals_open(&second, both, 2), 0);
    CU_ASSERT_EQUAL(kring_signals_close(&second), 0);
    CU_ASSERT(blocked(SIGUSR1) && blocked(SIGUSR2));
    CU_ASSERT_EQUAL(kring_signals_close(&first), 0);
    CU_ASSERT(!blocked(SIGUSR1) && blocked(SIGUSR2));
    CU_ASSERT_EQUAL(kring_signals_close(&first), 0); /* once more changes nothing */
    CU_ASSERT(!blocked(SIGUSR1) && blocked(SIGUSR2));
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void all_spares_what_libcs_use(void)
{
    struct kring_signals signals;
    struct kring__sigset raw; /* libc's own functions hide these numbers */

    CU_ASSERT_EQUAL_FATAL(kring_signals_open(&signals, NULL, 0), 0);
    CU_ASSERT_EQUAL(kring__sys_rt_sigprocmask(SIG_BLOCK, NULL, &raw, KRING__SIGSET_BYTES), 0);
    for (unsigned bit = 31; bit < 34; bit++)
        CU_ASSERT_EQUAL(raw.bits[bit / (8 * sizeof(long))] >> bit % (8 * sizeof(long)) & 1, 0);
    CU_ASSERT(blocked(SIGINT) && blocked(SIGTERM) && blocked(SIGCHLD));
    /* qemu-user 7 keeps the last for itself. */
    CU_ASSERT(blocked(SIGRTMAX) || kring_test_emulated());
    CU_ASSERT_EQUAL(kring_signals_close(&signals), 0);
    CU_ASSERT(!blocked(SIGINT) && !blocked(SIGTERM) && !blocked(SIGCHLD));
}

static void failures_change_nothing(void)
{
    static const int wrong[] = {0, -1, 200, SIGKILL, SIGSTOP};
    struct kring_signals signals;
    struct kring_fake fake = {0};

    for (unsigned i = 0; i < 5; i++) {
        int numbers[2] = {SIGUSR1, wrong[i]};

        CU_ASSERT_EQUAL(kring_signals_open(&signals, numbers, 2), -EINVAL);
        CU_ASSERT(!blocked(SIGUSR1));
    }
    fake.fail_id_errno = EMFILE;
    fake.fail_id = KRING__SYS_signalfd4;
    kring_fake_set(&fake);
    CU_ASSERT_EQUAL(kring_signals_open(&signals, both, 2), -EMFILE);
    CU_ASSERT(!blocked(SIGUSR1));
    fake.fail_id_errno = EINVAL;
    fake.fail_id = KRING__SYS_rt_sigprocmask;
    kring_fake_set(&fake);
    CU_ASSERT_EQUAL(kring_signals_open(&signals, both, 2), -EINVAL); /* and no fd is left */
    CU_ASSERT(!blocked(SIGUSR1));
    kring_fake_clear();
}

/* ---- Sending ---- */

static pid_t sleeper(void)
{
    pid_t pid = kring_test_fork();

    while (pid == 0)
        pause();
    CU_ASSERT_FATAL(pid > 0);
    return pid;
}

static int death_of(pid_t pid)
{
    int status = 0;

    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void signals_reach_whom_they_are_sent_to(void)
{
    pid_t pid = sleeper();
    int fd;

    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_PROCESS, pid, 0), 0);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_PROCESS, pid, SIGTERM), 0);
    CU_ASSERT_EQUAL(death_of(pid), SIGTERM);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_PROCESS, pid, SIGTERM), -ESRCH);
    pid = sleeper();
    setpgid(pid, pid);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_GROUP, pid, SIGINT), 0);
    CU_ASSERT_EQUAL(death_of(pid), SIGINT);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_GROUP, pid, SIGINT), -ESRCH);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_OWN_GROUP, 0, 0), 0);
    pid = sleeper();
    fd = (int)kring__sys_pidfd_open(pid, 0);
    if (fd >= 0) {
        CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_PIDFD, fd, SIGKILL), 0);
        close(fd);
    } else {
        kill(pid, SIGKILL);
    }
    CU_ASSERT_EQUAL(death_of(pid), SIGKILL);
}

/* -1 is everybody to kill(2): no slip may become that. */
static void no_number_becomes_everybody(void)
{
    struct kring_fake fake = {0};

    kring_fake_set(&fake);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_PROCESS, -1, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_PROCESS, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_GROUP, 1, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_GROUP, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_GROUP, -5, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_signal_send((enum kring_to)77, 1, 0), -EINVAL);
    CU_ASSERT_EQUAL(kring_fake_calls[KRING__SYS_kill], 0);
    /* Below 5.1 there is no such call, and nothing in its place. */
    CU_ASSERT_EQUAL(kring_signal_send(KRING_TO_PIDFD, -1, 0),
                    kring__sys_pidfd_send_signal(-1, 0, NULL, 0));
    CU_ASSERT(kring_signal_send(KRING_TO_PIDFD, -1, 0) < 0);
    kring_fake_clear();
}

int kring_test_signals(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("one is received", one_is_received),
        RINGS_ROWS("each is received", each_is_received),
        RINGS_ROWS("a direct descriptor receives", a_direct_descriptor_receives),
        RINGS_ROWS("a drop takes and leaks nothing", a_drop_takes_and_leaks_nothing),
        RINGS_ROWS("a deadline ends each", a_deadline_ends_each),
        RINGS_ROWS("each needs a callback", each_needs_a_callback),
    };
    static const struct kring_test plain[] = {
        KRING_TEST(exactly_what_was_not_blocked_is_unblocked),
        KRING_TEST(all_spares_what_libcs_use),
        KRING_TEST(failures_change_nothing),
        KRING_TEST(signals_reach_whom_they_are_sent_to),
        KRING_TEST(no_number_becomes_everybody),
    };

    if (KRING_SUITE_ADD("signals-plain", plain) < 0 || !CONFIG_KRING_FILE ||
        !CONFIG_KRING_MULTISHOT || !CONFIG_KRING_DIRECT)
        return 0;
    return KRING_SUITE_ADD("signals", tests);
}
