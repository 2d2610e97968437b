/* SPDX-License-Identifier: MIT */
/* What splice and tee share; it stands in splice.c. */
#ifndef KRING__FILE_SPLICE_H
#define KRING__FILE_SPLICE_H

#include "../sqe.h"

/* splice(2)'s own flags: MOVE, NONBLOCK, MORE, GIFT. No kernel header exports them. */
#define KRING__SPLICE_NONBLOCK 0x2u
#define KRING__SPLICE_MORE 0x4u
#define KRING__SPLICE_ALL 0xfu

void kring__splice_fill(struct kring *ring, kring_op op, struct io_uring_sqe *sqe, int fd_in,
                        int fd_out, uint32_t length, uint32_t flags);

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_SPLICE
int kring__splice_flags(const struct kring__req *req);
struct kring__sides {
    int in, out;
    bool owned; /* req->fd is a duplicate that the engine closes: not to be replaced */
};
/* Both ways as real fds, or -EBADF. */
int kring__splice_sides(struct kring__soft *soft, struct kring__req *req,
                        struct kring__sides *sides);
/* 0 when both sides are ready; else KRING__TRY_WAIT with req->fd and req->events set, or -errno. */
int kring__splice_ready(struct kring__req *req, const struct kring__sides *sides);
/* KRING__TRY_WAIT, for this side. */
int kring__splice_wait(struct kring__req *req, const struct kring__sides *sides, bool for_in);
/*
 * For a pair that is not ready: 0, or the error that the kernel would give at once. Waiting would
 * not find it, because a file of the wrong kind need never become ready.
 */
int kring__splice_check(const struct kring__req *req, const struct kring__sides *sides);
#endif

#endif
