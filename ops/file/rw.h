/* SPDX-License-Identifier: MIT */
/* What read, write, readv, writev and read_multishot share. */
#ifndef KRING__FILE_RW_H
#define KRING__FILE_RW_H

#include "../sqe.h"

#include <linux/uio.h>

/* The kernel's limit on one transfer (MAX_RW_COUNT with pages of 4 KiB). */
#define KRING__RW_MAX 0x7ffff000u
/* Entries of an iovec array (UIO_MAXIOV). */
#define KRING__RW_VECTORS 1024u

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_FILE
/* The fields that all five share: I/O priority, attributes. */
int kring__rw_prep(const struct kring__req *req);
/* prep of the vectored two: the array's length, or the buffer's with BUFFER_SELECT. */
int kring__rw_prep_vectors(struct kring__req *req);

/* One attempt; see rw.c. */
int kring__rw_try(struct kring__req *req, const struct iovec *vectors, uint32_t count, bool write);
#if CONFIG_KRING_REGISTERED_BUFFERS
/* The same on a registered buffer; see rw_fixed.c. */
int kring__rw_fixed_try(struct kring__soft *soft, struct kring__req *req, bool write);
int kring__rw_fixed_vectors_prep(struct kring__req *req);
int kring__rw_fixed_vectors_try(struct kring__soft *soft, struct kring__req *req, bool write);
#endif
/* Bytes that the vectors name, cut to what one call transfers; or -EINVAL as readv(2) has it. */
int64_t kring__rw_length(const struct iovec *vectors, uint32_t count);
/* Is it a regular file, a directory or a block device (no poll, waits for a disk)? */
bool kring__rw_is_disk(struct kring__req *req);
#endif

#endif
