/* SPDX-License-Identifier: MIT */
/* Waiting for futexes on the soft engine: ops/process/futex.c says how. */
#ifndef KRING__PROCESS_FUTEX_H
#define KRING__PROCESS_FUTEX_H

#include "../sqe.h"

#define KRING__FUTEXES_MAX 128u /* FUTEX_WAITV_MAX */

struct kring__futexes {
    const struct kring_futex_waitv *words;
    uint32_t count;
    uint32_t mask;
};

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_PROCESS
/* 0 or -EINVAL: what the kernel refuses of a word's flags and value. */
int kring__futex_check(uint32_t flags, uint64_t value);
/* FUTEX_PRIVATE_FLAG, or 0 */
int kring__futex_private(uint32_t flags);
/* The try of both waits. */
int kring__futex_try(struct kring__soft *soft, struct kring__req *req,
                     const struct kring__futexes *set);
#endif

#endif
