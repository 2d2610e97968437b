/* SPDX-License-Identifier: MIT */
/*
 * Small rings for questions that need requests: made, asked and closed by the calling thread.
 * A wait never blocks in io_uring_enter: a kernel or machine under question might never answer, so
 * results are looked for in ring memory, with ppoll in between, for at most half a second.
 */
#include <errno.h>
#include <string.h>

#include <asm/fcntl.h>
#include <asm/poll.h>

#include "../abi/barrier.h"
#include "../abi/sys.h"
#include "internal.h"

#if CONFIG_KRING_KERNEL_ENGINE

#define ENTRIES 8
#define PATIENCE_NS INT64_C(500000000)

int kring__scratch_open(struct kring__scratch *scratch, uint32_t flags)
{
    struct kring__setup setup;
    int error;
    long fd;

    memset(&setup, 0, sizeof setup);
    setup.required = flags;
    setup.entries = ENTRIES;
    setup.cq_entries = 0;
    setup.attach_fd = -1;
    scratch->eventfd = -1;
    error = kring__setup_negotiate(&scratch->kernel, &setup);
    if (error < 0)
        return error;
    fd = kring__sys_eventfd2(0, O_CLOEXEC);
    if (fd < 0) {
        kring__scratch_close(scratch);
        return (int)fd;
    }
    scratch->eventfd = (int)fd;
    return 0;
}

void kring__scratch_close(struct kring__scratch *scratch)
{
    if (scratch->eventfd >= 0)
        kring__sys_close(scratch->eventfd);
    scratch->eventfd = -1;
    kring__kernel_close(&scratch->kernel);
}

int64_t kring__probe_now(void)
{
    return kring__now_ns();
}

static unsigned reap(struct kring__kernel *kernel, struct io_uring_cqe *cqes, unsigned got,
                     unsigned expect)
{
    struct kring__view *view = &kernel->view;
    uint32_t head = kring__load_relaxed(view->cq_head); /* ours alone */
    uint32_t tail = kring__load_acquire(view->cq_tail);

    while (head != tail && got < expect) {
        cqes[got++] = *kring__view_cqe(view, head);
        head++;
    }
    kring__store_release(view->cq_head, head);
    return got;
}

int kring__scratch_run(struct kring__kernel *kernel, const struct io_uring_sqe *sqes,
                       unsigned count, struct io_uring_cqe *cqes, unsigned expect)
{
    struct kring__view *view = &kernel->view;
    uint32_t tail = kring__load_relaxed(view->sq_tail);
    int64_t end = kring__probe_now() + PATIENCE_NS;
    unsigned submit = count, got = 0, turns = 0;

    for (unsigned i = 0; i < count; i++, tail++)
        *kring__view_sqe(view, tail) = sqes[i];
    kring__store_release(view->sq_tail, tail);
    for (;;) {
        long done = kring__sys_io_uring_enter(kernel->fd, submit, 0, IORING_ENTER_GETEVENTS,
                                              NULL, 0);

        if (done < 0 && done != -EINTR && done != -EAGAIN && done != -EBUSY)
            return (int)done;
        if (done > 0)
            submit -= (unsigned)done < submit ? (unsigned)done : submit;
        got = reap(kernel, cqes, got, expect);
        if (got == expect || kring__probe_now() > end)
            return (int)got;
        if (turns++ > 2) {
            struct kring__pollfd wait = {kernel->fd, POLLIN, 0};
            struct kring_timespec slice = {0, 5000000};

            kring__sys_ppoll(&wait, 1, &slice, NULL, KRING__SIGSET_BYTES);
        }
    }
}

int kring__scratch_one(struct kring__scratch *scratch, const struct io_uring_sqe *sqe)
{
    struct io_uring_cqe cqe;
    int got = kring__scratch_run(&scratch->kernel, sqe, 1, &cqe, 1);

    return got == 1 ? cqe.res : KRING__NO_RESULT;
}

#endif
