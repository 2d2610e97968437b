/* SPDX-License-Identifier: MIT */
/*
 * Signals as results: a signalfd(2) that operations read from. It is not one operation of the
 * kernel's; receiving is READ, again and again for kring_signals_receive_each().
 *
 * Kernels below 5.12 read in threads that have no signals, and up to 6.9 in threads that have only
 * those sent to the whole process: where a soft engine stands beside, it reads, on the ring's own
 * thread. A direct descriptor goes where its table is.
 */
#include "../sqe.h"

#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/signalfd.h>

#define AT(ours, theirs) \
    _Static_assert(offsetof(struct kring_signal, ours) ==                                          \
                       offsetof(struct signalfd_siginfo, theirs),                                  \
                   "struct kring_signal is what the kernel writes")
AT(number, ssi_signo);
AT(code, ssi_code);
AT(pid, ssi_pid);
AT(uid, ssi_uid);
AT(fd, ssi_fd);
AT(status, ssi_status);
AT(value, ssi_int);
AT(pointer, ssi_ptr);
AT(address, ssi_addr);
_Static_assert(sizeof(struct kring_signal) == sizeof(struct signalfd_siginfo), "and as long");
_Static_assert(sizeof(struct kring__sigset) <= sizeof(((struct kring_signals *)0)->blocked),
               "room for the signals of every architecture");

#define NUMBER_MAX (8 * KRING__SIGSET_BYTES)
#define WORD_BITS (8 * (int)sizeof(unsigned long))

static void add(struct kring__sigset *set, int number)
{
    set->bits[(number - 1) / WORD_BITS] |= 1ul << (number - 1) % WORD_BITS;
}

static int make_set(struct kring__sigset *set, const int *numbers, unsigned count)
{
    memset(set, 0, sizeof *set);
    for (unsigned i = 0; i < count; i++) {
        if (numbers[i] < 1 || numbers[i] > NUMBER_MAX || numbers[i] == SIGKILL ||
            numbers[i] == SIGSTOP)
            return -EINVAL;
        add(set, numbers[i]);
    }
    /* All: but not those that a libc uses between its threads. */
    for (int number = 1; count == 0 && number <= NUMBER_MAX; number++)
        if (number != SIGKILL && number != SIGSTOP && !(number >= 32 && number <= 34))
            add(set, number);
    return 0;
}

int kring_signals_open(struct kring_signals *signals, const int *numbers, unsigned count)
{
    struct kring__sigset set, before;
    int error = make_set(&set, numbers, count);
    long fd;

    if (error < 0)
        return error;
    fd = kring__sys_signalfd4(-1, &set, KRING__SIGSET_BYTES, O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return (int)fd;
    error = (int)kring__sys_rt_sigprocmask(SIG_BLOCK, &set, &before, KRING__SIGSET_BYTES);
    if (error < 0) {
        (void)kring__sys_close((int)fd);
        return error;
    }
    for (unsigned i = 0; i < sizeof set.bits / sizeof set.bits[0]; i++)
        set.bits[i] &= ~before.bits[i];
    memset(signals, 0, sizeof *signals);
    memcpy(signals->blocked, &set, sizeof set);
    signals->fd = (int)fd;
    return 0;
}

int kring_signals_close(struct kring_signals *signals)
{
    struct kring__sigset set;
    long closed = 0, unblocked;

    memcpy(&set, signals->blocked, sizeof set);
    if (signals->fd >= 0)
        closed = kring__sys_close(signals->fd);
    unblocked = kring__sys_rt_sigprocmask(SIG_UNBLOCK, &set, NULL, KRING__SIGSET_BYTES);
    signals->fd = -1;
    if (unblocked < 0)
        return (int)unblocked;
    memset(signals->blocked, 0, sizeof signals->blocked);
    return (int)closed;
}

static kring_op receive(struct kring *ring, int fd, struct kring_signal *signal, uint32_t flags)
{
    struct io_uring_sqe *sqe;
    kring_op op = kring__new(ring, IORING_OP_READ, &sqe);
    struct kring__slot *slot;

    if (sqe == NULL)
        return op;
    sqe->addr = kring__address(signal);
    sqe->len = sizeof *signal;
    sqe->off = (uint64_t)KRING_CUR_POS;
    kring__fd(ring, op, sqe, fd);
    slot = &ring->slots[op.index];
    slot->flags |= flags;
    if (!(sqe->flags & IOSQE_FIXED_FILE) && kring__soft_can(ring, IORING_OP_READ) &&
        ring->pins[IORING_OP_READ] == KRING_ENGINE_AUTO)
        slot->pin = KRING_ENGINE_SOFT;
    return op;
}

kring_op kring_signals_receive(struct kring *ring, int fd, struct kring_signal *signal)
{
    return receive(ring, fd, signal, 0);
}

kring_op kring_signals_receive_each(struct kring *ring, int fd, struct kring_signal *signal)
{
    kring_op op = receive(ring, fd, signal, KRING__S_MULTI);

    return CONFIG_KRING_MULTISHOT || kring_op_error(op) < 0 ? op
                                                            : kring__fail(ring, op, -KRING_EKERNEL);
}

int kring_signal_send(enum kring_to to, int id, int number)
{
    switch (to) {
    case KRING_TO_PROCESS:
        return id < 1 ? -EINVAL : (int)kring__sys_kill(id, number);
    case KRING_TO_GROUP: /* kill(2) would take -1 for everybody */
        return id < 2 ? -EINVAL : (int)kring__sys_kill(-id, number);
    case KRING_TO_OWN_GROUP:
        return (int)kring__sys_kill(0, number);
    case KRING_TO_ALL:
        return (int)kring__sys_kill(-1, number);
    case KRING_TO_PIDFD:
        return (int)kring__sys_pidfd_send_signal(id, number, NULL, 0);
    default:
        return -EINVAL;
    }
}
