/* SPDX-License-Identifier: MIT */
/*
 * The table: what kring knows of each io_uring operation, and of each variant that is younger than
 * its opcode. Everything else (enum, prototypes, dispatch, names, probe report, tests) is an
 * expansion of these lists. Facts stand here once.
 */
#ifndef KRING__OPS_H
#define KRING__OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kring.h"
#include "kring/uapi.h"

struct kring__soft;
struct kring__req;

/* A release as one number that compares. */
#define KRING__V(major, minor) ((uint16_t)((major) << 8 | (minor)))
/* The since of what no kernel has (io_uring/cmd_net.c to 7.2), but the soft engine does. */
#define KRING__NEVER UINT16_MAX
/* The value of a variant whose test is WITHIN: both ends belong to it. */
#define KRING__RANGE(first, last) ((uint64_t)(last) << 32 | (uint64_t)(first))

/* How an operation may wait, hence how the soft engine runs it. */
enum kring__wait {
    KRING__WAIT_NEVER, /* inline, cannot wait */
    KRING__WAIT_DISK,  /* inline, may block on the device: BLOCKS, offloadable */
    KRING__WAIT_IN,    /* tried without blocking, then POLLIN */
    KRING__WAIT_OUT,   /* tried without blocking, then POLLOUT */
    KRING__WAIT_TIME   /* a mechanism of the engine completes it */
};

/* Row flags. */
#define KRING__FILE (1u << 0)     /* sqe.fd is a file: resolved (fixed table too) before try */
#define KRING__RESTART (1u << 1)  /* may be run again after EINTR (rule 7) */
#define KRING__CREATES (1u << 2)  /* a result >= 0 is an fd, or a direct slot with file_index */
#define KRING__SELECTS (1u << 3)  /* takes IOSQE_BUFFER_SELECT */
#define KRING__LINKED_TIMER (1u << 4) /* belongs to the request before it in the chain */
#define KRING__REFERS (1u << 5)   /* sqe.addr is the user_data of another request */
#define KRING__RW (1u << 6)       /* disk when the file is regular, pollable otherwise */
#define KRING__LATE_EINVAL (1u << 7) /* its own EINVAL may come after an effect: never re-run */
#define KRING__COUNTED (1u << 8)  /* TIMEOUT: sqe.off is a completion count */
#define KRING__NOFIXED (1u << 9)  /* sqe.fd is no file, or a dirfd: IOSQE_FIXED_FILE is refused, or
                                     ignored where the kernel ignores it */
#define KRING__ASYNC_ONLY (1u << 10) /* the kernel always runs it in a worker */
#define KRING__OFFLOAD (1u << 11) /* its try uses no state of the soft engine: any thread may */
#define KRING__PAIR (1u << 12)    /* CREATES two, named in the int[2] at sqe.addr; result 0 */
#define KRING__BY_FILE (1u << 13) /* the kernel's EOPNOTSUPP speaks of this file and these
                                     arguments, not of the operation: soft judges each one */
#define KRING__THREAD (1u << 16)  /* on the soft engine it waits on a lent thread, or not at all */
#define KRING__UNLINKED (1u << 14) /* a failure does not end the kernel's soft link (quirk Q090) */

/*
 * X: the soft engine can run it: functions kring__<name>_prep and kring__<name>_try.
 * N: only the kernel can (so far); the soft engine answers -EINVAL as an old kernel does.
 *     ID, name, opcode, since, wait, flags, family (CONFIG_KRING_<family>)
 */
#define KRING__OPS(X, N) \
    X(NOP, nop, 0, KRING__V(5, 1), NEVER, KRING__RESTART, CORE) \
    X(READV, readv, 1, KRING__V(5, 1), IN, \
      KRING__FILE | KRING__RESTART | KRING__RW | KRING__SELECTS | KRING__OFFLOAD, FILE) \
    X(WRITEV, writev, 2, KRING__V(5, 1), OUT, \
      KRING__FILE | KRING__RESTART | KRING__RW | KRING__OFFLOAD, FILE) \
    X(FSYNC, fsync, 3, KRING__V(5, 1), DISK, \
      KRING__FILE | KRING__RESTART | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(READ_FIXED, read_fixed, 4, KRING__V(5, 1), IN, \
      KRING__FILE | KRING__RESTART | KRING__RW | KRING__OFFLOAD, FIXED) \
    X(WRITE_FIXED, write_fixed, 5, KRING__V(5, 1), OUT, \
      KRING__FILE | KRING__RESTART | KRING__RW | KRING__OFFLOAD, FIXED) \
    X(POLL_ADD, poll_add, 6, KRING__V(5, 1), IN, KRING__FILE | KRING__RESTART, POLL) \
    X(POLL_REMOVE, poll_remove, 7, KRING__V(5, 1), NEVER, KRING__REFERS | KRING__NOFIXED, POLL) \
    X(SYNC_FILE_RANGE, sync_file_range, 8, KRING__V(5, 2), DISK, \
      KRING__FILE | KRING__RESTART | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(SENDMSG, sendmsg, 9, KRING__V(5, 3), OUT, KRING__FILE | KRING__RESTART, NET) \
    X(RECVMSG, recvmsg, 10, KRING__V(5, 3), IN, \
      KRING__FILE | KRING__RESTART | KRING__SELECTS, NET) \
    X(TIMEOUT, timeout, 11, KRING__V(5, 4), TIME, KRING__COUNTED | KRING__NOFIXED, TIME) \
    X(TIMEOUT_REMOVE, timeout_remove, 12, KRING__V(5, 5), NEVER, KRING__REFERS | KRING__NOFIXED, \
      TIME) \
    X(ACCEPT, accept, 13, KRING__V(5, 5), IN, KRING__FILE | KRING__RESTART | KRING__CREATES, NET) \
    X(ASYNC_CANCEL, async_cancel, 14, KRING__V(5, 5), NEVER, KRING__REFERS, CORE) \
    X(LINK_TIMEOUT, link_timeout, 15, KRING__V(5, 5), TIME, KRING__LINKED_TIMER | KRING__NOFIXED, \
      TIME) \
    X(CONNECT, connect, 16, KRING__V(5, 5), OUT, KRING__FILE, NET) \
    X(FALLOCATE, fallocate, 17, KRING__V(5, 6), DISK, \
      KRING__FILE | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(OPENAT, openat, 18, KRING__V(5, 6), DISK, \
      KRING__RESTART | KRING__CREATES | KRING__NOFIXED | KRING__OFFLOAD, FILE) \
    X(CLOSE, close, 19, KRING__V(5, 6), DISK, KRING__NOFIXED, FILE) \
    X(FILES_UPDATE, files_update, 20, KRING__V(5, 6), NEVER, KRING__NOFIXED, RING) \
    X(STATX, statx, 21, KRING__V(5, 6), DISK, \
      KRING__RESTART | KRING__NOFIXED | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, \
      FILE) \
    X(READ, read, 22, KRING__V(5, 6), IN, \
      KRING__FILE | KRING__RESTART | KRING__RW | KRING__SELECTS | KRING__OFFLOAD, FILE) \
    X(WRITE, write, 23, KRING__V(5, 6), OUT, \
      KRING__FILE | KRING__RESTART | KRING__RW | KRING__OFFLOAD, FILE) \
    X(FADVISE, fadvise, 24, KRING__V(5, 6), DISK, KRING__FILE | KRING__RESTART | KRING__OFFLOAD, \
      FILE) \
    X(MADVISE, madvise, 25, KRING__V(5, 6), DISK, \
      KRING__RESTART | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(SEND, send, 26, KRING__V(5, 6), OUT, KRING__FILE | KRING__RESTART | KRING__SELECTS, NET) \
    X(RECV, recv, 27, KRING__V(5, 6), IN, KRING__FILE | KRING__RESTART | KRING__SELECTS, NET) \
    X(OPENAT2, openat2, 28, KRING__V(5, 6), DISK, \
      KRING__RESTART | KRING__CREATES | KRING__NOFIXED | KRING__OFFLOAD, FILE) \
    X(EPOLL_CTL, epoll_ctl, 29, KRING__V(5, 6), NEVER, KRING__NOFIXED, POLL) \
    X(SPLICE, splice, 30, KRING__V(5, 7), IN, KRING__FILE | KRING__RESTART | KRING__ASYNC_ONLY, \
      SPLICE) \
    X(PROVIDE_BUFFERS, provide_buffers, 31, KRING__V(5, 7), NEVER, KRING__NOFIXED, RING) \
    X(REMOVE_BUFFERS, remove_buffers, 32, KRING__V(5, 7), NEVER, KRING__NOFIXED, RING) \
    X(TEE, tee, 33, KRING__V(5, 8), IN, KRING__FILE | KRING__RESTART | KRING__ASYNC_ONLY, SPLICE) \
    X(SHUTDOWN, shutdown, 34, KRING__V(5, 11), NEVER, \
      KRING__FILE | KRING__ASYNC_ONLY | KRING__UNLINKED, NET) \
    X(RENAMEAT, renameat, 35, KRING__V(5, 11), DISK, \
      KRING__NOFIXED | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(UNLINKAT, unlinkat, 36, KRING__V(5, 11), DISK, \
      KRING__NOFIXED | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(MKDIRAT, mkdirat, 37, KRING__V(5, 15), DISK, \
      KRING__NOFIXED | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(SYMLINKAT, symlinkat, 38, KRING__V(5, 15), DISK, \
      KRING__NOFIXED | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(LINKAT, linkat, 39, KRING__V(5, 15), DISK, \
      KRING__NOFIXED | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(MSG_RING, msg_ring, 40, KRING__V(5, 18), NEVER, 0, RING) \
    X(FSETXATTR, fsetxattr, 41, KRING__V(5, 19), DISK, \
      KRING__FILE | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(SETXATTR, setxattr, 42, KRING__V(5, 19), DISK, \
      KRING__NOFIXED | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(FGETXATTR, fgetxattr, 43, KRING__V(5, 19), DISK, \
      KRING__FILE | KRING__RESTART | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, \
      FILE) \
    X(GETXATTR, getxattr, 44, KRING__V(5, 19), DISK, \
      KRING__NOFIXED | KRING__RESTART | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, \
      FILE) \
    X(SOCKET, socket, 45, KRING__V(5, 19), NEVER, \
      KRING__CREATES | KRING__NOFIXED | KRING__UNLINKED, NET) \
    X(URING_CMD, uring_cmd, 46, KRING__V(5, 19), NEVER, \
      KRING__FILE | KRING__LATE_EINVAL | KRING__BY_FILE, CORE) \
    X(SEND_ZC, send_zc, 47, KRING__V(6, 0), OUT, KRING__FILE | KRING__RESTART, ZEROCOPY) \
    X(SENDMSG_ZC, sendmsg_zc, 48, KRING__V(6, 1), OUT, KRING__FILE | KRING__RESTART, ZEROCOPY) \
    X(READ_MULTISHOT, read_multishot, 49, KRING__V(6, 7), IN, KRING__FILE | KRING__SELECTS, FILE) \
    X(WAITID, waitid, 50, KRING__V(6, 7), TIME, KRING__RESTART, PROCESS) \
    X(FUTEX_WAIT, futex_wait, 51, KRING__V(6, 7), TIME, KRING__RESTART | KRING__THREAD, PROCESS) \
    X(FUTEX_WAKE, futex_wake, 52, KRING__V(6, 7), NEVER, 0, PROCESS) \
    X(FUTEX_WAITV, futex_waitv, 53, KRING__V(6, 7), TIME, KRING__RESTART | KRING__THREAD, PROCESS) \
    X(FIXED_FD_INSTALL, fixed_fd_install, 54, KRING__V(6, 8), NEVER, \
      KRING__FILE | KRING__CREATES, RING) \
    X(FTRUNCATE, ftruncate, 55, KRING__V(6, 9), DISK, \
      KRING__FILE | KRING__RESTART | KRING__ASYNC_ONLY | KRING__OFFLOAD | KRING__UNLINKED, FILE) \
    X(BIND, bind, 56, KRING__V(6, 11), NEVER, KRING__FILE, NET) \
    X(LISTEN, listen, 57, KRING__V(6, 11), NEVER, KRING__FILE, NET) \
    N(RECV_ZC, recv_zc, 58, KRING__V(6, 15), IN, KRING__FILE, ZEROCOPY) \
    X(EPOLL_WAIT, epoll_wait, 59, KRING__V(6, 15), IN, KRING__FILE | KRING__RESTART, POLL) \
    X(READV_FIXED, readv_fixed, 60, KRING__V(6, 15), IN, \
      KRING__FILE | KRING__RESTART | KRING__RW | KRING__OFFLOAD, FIXED) \
    X(WRITEV_FIXED, writev_fixed, 61, KRING__V(6, 15), OUT, \
      KRING__FILE | KRING__RESTART | KRING__RW | KRING__OFFLOAD, FIXED) \
    X(PIPE, pipe, 62, KRING__V(6, 16), NEVER, \
      KRING__CREATES | KRING__PAIR | KRING__NOFIXED, FILE) \
    N(NOP128, nop128, 63, KRING__V(6, 19), NEVER, 0, CORE) \
    N(URING_CMD128, uring_cmd128, 64, KRING__V(6, 19), NEVER, \
      KRING__FILE | KRING__LATE_EINVAL, CORE)

#define KRING__OP_COUNT 65

/*
 * Variants: ID, opcode, field of the SQE, test, value, since, how proven, name.
 * Test: BITS (any of these bits set), NONZERO, EQUAL (the whole field), WITHIN (KRING__RANGE).
 * Proof: how the probe settles it where nothing better answers (QUERY never does): a feature bit
 * (FEAT_x), a capability of the same release (LIKE), or a trial (TRY: a functional probe on a
 * scratch ring, probe/trial.c). Facts: include/linux/io_uring.h and io_uring/ of the release.
 */
#define KRING__VARIANTS(X) \
    X(ACCEPT_MULTISHOT, ACCEPT, ioprio, BITS, IORING_ACCEPT_MULTISHOT, KRING__V(5, 19), \
      "accept multishot") \
    X(ACCEPT_FLAGS, ACCEPT, ioprio, BITS, IORING_ACCEPT_DONTWAIT | IORING_ACCEPT_POLL_FIRST, \
      KRING__V(6, 10), "accept dontwait and poll-first") \
    X(ACCEPT_DIRECT, ACCEPT, file_index, NONZERO, 0, KRING__V(5, 15), "accept direct") \
    X(ACCEPT_ALLOC, ACCEPT, file_index, EQUAL, IORING_FILE_INDEX_ALLOC, KRING__V(5, 19), \
      "accept direct, any slot") \
    X(OPENAT_DIRECT, OPENAT, file_index, NONZERO, 0, KRING__V(5, 15), "openat direct") \
    X(OPENAT_ALLOC, OPENAT, file_index, EQUAL, IORING_FILE_INDEX_ALLOC, KRING__V(5, 19), \
      "openat direct, any slot") \
    X(CLOSE_DIRECT, CLOSE, file_index, NONZERO, 0, KRING__V(5, 15), "close direct") \
    X(RECV_MULTISHOT, RECV, ioprio, BITS, IORING_RECV_MULTISHOT, KRING__V(6, 0), \
      "recv multishot") \
    X(RECVMSG_MULTISHOT, RECVMSG, ioprio, BITS, IORING_RECV_MULTISHOT, KRING__V(6, 0), \
      "recvmsg multishot") \
    X(RECV_POLL_FIRST, RECV, ioprio, BITS, IORING_RECVSEND_POLL_FIRST, KRING__V(5, 19), \
      "recv poll-first") \
    X(SEND_POLL_FIRST, SEND, ioprio, BITS, IORING_RECVSEND_POLL_FIRST, KRING__V(5, 19), \
      "send poll-first") \
    X(RECV_BUNDLE, RECV, ioprio, BITS, IORING_RECVSEND_BUNDLE, KRING__V(6, 10), "recv bundle") \
    X(SEND_BUNDLE, SEND, ioprio, BITS, IORING_RECVSEND_BUNDLE, KRING__V(6, 10), "send bundle") \
    X(SEND_VECTORS, SEND, ioprio, BITS, IORING_SEND_VECTORIZED, KRING__V(6, 17), \
      "send of vectors") \
    X(SEND_ZC_REPORT, SEND_ZC, ioprio, BITS, IORING_SEND_ZC_REPORT_USAGE, KRING__V(6, 2), \
      "zero-copy send, usage report") \
    X(SENDMSG_ZC_REPORT, SENDMSG_ZC, ioprio, BITS, IORING_SEND_ZC_REPORT_USAGE, KRING__V(6, 2), \
      "zero-copy sendmsg, usage report") \
    X(SENDMSG_ZC_FIXED, SENDMSG_ZC, ioprio, BITS, IORING_RECVSEND_FIXED_BUF, KRING__V(6, 15), \
      "sendmsg_zc of a registered buffer") \
    X(SEND_ZC_VECTORS, SEND_ZC, ioprio, BITS, IORING_SEND_VECTORIZED, KRING__V(6, 17), \
      "zero-copy send of vectors") \
    X(RECVMSG_POLL_FIRST, RECVMSG, ioprio, BITS, IORING_RECVSEND_POLL_FIRST, KRING__V(5, 19), \
      "recvmsg poll-first") \
    X(SENDMSG_POLL_FIRST, SENDMSG, ioprio, BITS, IORING_RECVSEND_POLL_FIRST, KRING__V(5, 19), \
      "sendmsg poll-first") \
    X(SEND_TO, SEND, addr2, NONZERO, 0, KRING__V(6, 1), "send with address") \
    X(SOCKET_QUEUES, URING_CMD, cmd_op, WITHIN, \
      KRING__RANGE(SOCKET_URING_OP_SIOCINQ, SOCKET_URING_OP_SIOCOUTQ), KRING__V(6, 6), \
      "siocinq and siocoutq") \
    X(SOCKET_OPTIONS, URING_CMD, cmd_op, WITHIN, \
      KRING__RANGE(SOCKET_URING_OP_GETSOCKOPT, SOCKET_URING_OP_SETSOCKOPT), KRING__V(6, 7), \
      "getsockopt and setsockopt") \
    X(SOCKET_LEVELS, URING_CMD, cmd_op, EQUAL, SOCKET_URING_OP_GETSOCKOPT, KRING__NEVER, \
      "getsockopt of a level other than SOL_SOCKET") \
    X(SOCKET_TIMESTAMP, URING_CMD, cmd_op, EQUAL, SOCKET_URING_OP_TX_TIMESTAMP, \
      KRING__V(6, 17), "tx timestamps") \
    X(SOCKET_NAME, URING_CMD, cmd_op, EQUAL, SOCKET_URING_OP_GETSOCKNAME, KRING__V(6, 19), \
      "getsockname and getpeername") \
    X(POLL_MULTISHOT, POLL_ADD, len, BITS, IORING_POLL_ADD_MULTI, KRING__V(5, 13), \
      "poll multishot") \
    X(POLL_UPDATE, POLL_REMOVE, len, BITS, \
      IORING_POLL_UPDATE_EVENTS | IORING_POLL_UPDATE_USER_DATA, KRING__V(5, 13), "poll update") \
    X(POLL_WIDE, POLL_ADD, poll32_events, BITS, KRING__POLL_WIDE_BITS, KRING__V(5, 9), \
      "poll with 32-bit mask") \
    X(TIMEOUT_ABS, TIMEOUT, timeout_flags, BITS, IORING_TIMEOUT_ABS, KRING__V(5, 5), \
      "timeout absolute") \
    X(TIMEOUT_CLOCK, TIMEOUT, timeout_flags, BITS, \
      IORING_TIMEOUT_BOOTTIME | IORING_TIMEOUT_REALTIME, KRING__V(5, 15), "timeout clocks") \
    X(TIMEOUT_ETIME, TIMEOUT, timeout_flags, BITS, IORING_TIMEOUT_ETIME_SUCCESS, KRING__V(5, 16), \
      "timeout etime-success") \
    X(TIMEOUT_MULTISHOT, TIMEOUT, timeout_flags, BITS, IORING_TIMEOUT_MULTISHOT, KRING__V(6, 4), \
      "timeout multishot") \
    X(TIMEOUT_IMMEDIATE, TIMEOUT, timeout_flags, BITS, IORING_TIMEOUT_IMMEDIATE_ARG, \
      KRING__V(7, 1), "timeout immediate") \
    X(LINK_TIMEOUT_CLOCK, LINK_TIMEOUT, timeout_flags, BITS, \
      IORING_TIMEOUT_BOOTTIME | IORING_TIMEOUT_REALTIME, KRING__V(5, 15), "link timeout clocks") \
    X(TIMEOUT_UPDATE, TIMEOUT_REMOVE, timeout_flags, BITS, IORING_TIMEOUT_UPDATE, \
      KRING__V(5, 11), "timeout update") \
    X(LINK_TIMEOUT_UPDATE, TIMEOUT_REMOVE, timeout_flags, BITS, IORING_LINK_TIMEOUT_UPDATE, \
      KRING__V(5, 15), "link timeout update") \
    X(CANCEL_FLAGS, ASYNC_CANCEL, cancel_flags, BITS, \
      IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY, \
      KRING__V(5, 19), "cancel by fd, any, all") \
    X(CANCEL_FIXED, ASYNC_CANCEL, cancel_flags, BITS, IORING_ASYNC_CANCEL_FD_FIXED, \
      KRING__V(6, 0), "cancel by direct descriptor") \
    X(CANCEL_OP, ASYNC_CANCEL, cancel_flags, BITS, \
      IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP, KRING__V(6, 6), \
      "cancel by opcode") \
    X(FILES_UPDATE_ALLOC, FILES_UPDATE, off, EQUAL, IORING_FILE_INDEX_ALLOC, KRING__V(5, 19), \
      "files update, any slot") \
    X(MSG_RING_FD, MSG_RING, addr, NONZERO, 0, KRING__V(6, 0), "msg_ring passing a descriptor") \
    X(MSG_RING_FLAGS, MSG_RING, msg_ring_flags, BITS, IORING_MSG_RING_FLAGS_PASS, \
      KRING__V(6, 3), "msg_ring flags pass") \
    X(NOP_FLAGS, NOP, rw_flags, NONZERO, 0, KRING__V(6, 10), "nop flags") \
    X(NOP_MORE, NOP, rw_flags, BITS, \
      IORING_NOP_FILE | IORING_NOP_FIXED_FILE | IORING_NOP_FIXED_BUFFER | IORING_NOP_TW, \
      KRING__V(6, 18), "nop with file or buffer") \
    X(NOP_WIDE, NOP, rw_flags, BITS, IORING_NOP_CQE32, KRING__V(6, 18), \
      "nop with a CQE of 32 bytes") \
    X(OPENAT2_DIRECT, OPENAT2, file_index, NONZERO, 0, KRING__V(5, 15), "openat2 direct") \
    X(OPENAT2_ALLOC, OPENAT2, file_index, EQUAL, IORING_FILE_INDEX_ALLOC, KRING__V(5, 19), \
      "openat2 direct, any slot") \
    X(FSETXATTR_DIRECT, FSETXATTR, flags, BITS, IOSQE_FIXED_FILE, KRING__V(6, 13), \
      "fsetxattr of a direct descriptor") \
    X(FGETXATTR_DIRECT, FGETXATTR, flags, BITS, IOSQE_FIXED_FILE, KRING__V(6, 13), \
      "fgetxattr of a direct descriptor") \
    X(LINKAT_FLAGS, LINKAT, hardlink_flags, NONZERO, 0, KRING__V(6, 6), "linkat flags") \
    X(FADVISE_WIDE, FADVISE, addr, NONZERO, 0, KRING__V(6, 11), "fadvise of 4 GiB and more") \
    X(MADVISE_WIDE, MADVISE, off, NONZERO, 0, KRING__V(6, 11), "madvise of 4 GiB and more")

/* SQE flags, each a variant of every opcode: ID, bit, since, name. */
#define KRING__SQE_FLAGS(X) \
    X(FIXED_FILE, IOSQE_FIXED_FILE, KRING__V(5, 1), "direct descriptor") \
    X(DRAIN, IOSQE_IO_DRAIN, KRING__V(5, 2), "drain") \
    X(LINK, IOSQE_IO_LINK, KRING__V(5, 3), "link") \
    X(HARDLINK, IOSQE_IO_HARDLINK, KRING__V(5, 5), "hard link") \
    X(ASYNC, IOSQE_ASYNC, KRING__V(5, 6), "async") \
    X(BUFFER_SELECT, IOSQE_BUFFER_SELECT, KRING__V(5, 7), "buffer select") \
    X(CQE_SKIP, IOSQE_CQE_SKIP_SUCCESS, KRING__V(5, 17), "cqe skip")

/* Poll bits beyond 16, given in native order in our own table; see kring__poll_mask(). */
#define KRING__POLL_WIDE_BITS 0xffff0000u

#define KRING__VARIANT_ID(id, op, field, test, value, since, text) KRING__VARIANT_##id,
enum kring__variant { KRING__VARIANTS(KRING__VARIANT_ID) KRING__VARIANT_COUNT };
#undef KRING__VARIANT_ID

/*
 * Refuses what the kernel refuses at preparation (0 or -errno), before the file is looked up; may
 * set KRING__REQ_ flags (multishot). No side effect.
 */
typedef int kring__prep(struct kring__soft *soft, struct kring__req *req);
/*
 * One attempt by plain system calls that never blocks, except where the row says DISK. Returns the
 * CQE's res, or KRING__TRY_WAIT or KRING__TRY_ARMED (fallback/soft.h).
 */
typedef int kring__try(struct kring__soft *soft, struct kring__req *req);

struct kring__row {
    const char *name; /* "recv" */
    uint32_t flags;
    uint16_t since;
    uint8_t wait;
    uint8_t enabled;  /* its family is configured in */
    kring__prep *prep; /* NULL: the soft engine cannot run it */
    kring__try *attempt;
};

struct kring__variant_row {
    const char *name;
    uint16_t since;
    uint8_t opcode;
    uint8_t test;   /* enum below */
    uint8_t offset; /* of the field in the SQE */
    uint8_t size;   /* bytes of the field */
    uint64_t value;
};
enum { KRING__TEST_BITS, KRING__TEST_NONZERO, KRING__TEST_EQUAL, KRING__TEST_WITHIN };

extern const struct kring__row kring__rows[KRING__OP_COUNT];
extern const struct kring__variant_row kring__variant_rows[KRING__VARIANT_COUNT];

/* What an SQE points to that is read once, when it is submitted (ops/copies.c). */
enum kring__copy_shape {
    KRING__COPY_NOTHING,
    KRING__COPY_VECTORS,      /* addr, len: iovec array */
    KRING__COPY_FUTEXES,      /* addr, len: vector of futexes */
    KRING__COPY_MESSAGE,      /* addr: msghdr, with its vectors, name and ancillary data */
    KRING__COPY_MESSAGE_BACK, /* addr: msghdr with its vectors; lengths and flags are results */
    KRING__COPY_TIME,         /* addr: timespec */
    KRING__COPY_NEW_TIME,     /* addr2: timespec, where timeout_flags say that there is one */
    KRING__COPY_ADDRESS,      /* addr, addr2: socket address and its length */
    KRING__COPY_SEND,         /* addr2, addr_len: socket address; vectors with SEND_VECTORIZED */
    KRING__COPY_PATH,         /* addr: string */
    KRING__COPY_TWO_PATHS,    /* addr, addr2: strings */
    KRING__COPY_HOW,          /* addr: string; addr2, len: open_how */
    KRING__COPY_NAME,         /* addr, addr3: strings */
    KRING__COPY_VALUE,        /* addr: string; addr2, len: data */
    KRING__COPY_NAME_VALUE,   /* addr, addr3: strings; addr2, len: data */
    KRING__COPY_EVENT,        /* addr: epoll_event */
    KRING__COPY_OPTION        /* optval, optlen, of SOCKET_URING_OP_SETSOCKOPT */
};
extern const uint8_t kring__copy_shapes[KRING__OP_COUNT];

/* NULL for an opcode that we do not know. */
static inline const struct kring__row *kring__row(unsigned opcode)
{
    return opcode < KRING__OP_COUNT ? &kring__rows[opcode] : NULL;
}
/* Does it ask for many results? */
bool kring__is_multishot(const struct io_uring_sqe *sqe);
/* Is it a command of URING_CMD that the soft engine knows, should the file be a socket? */
bool kring__is_socket_command(const struct io_uring_sqe *sqe);
/* Bit i set: the SQE uses variant i. */
uint64_t kring__variants_of(const struct io_uring_sqe *sqe);

#define KRING__OP_DECLARE(id, name, opcode, since, wait, flags, family) \
    kring__prep kring__##name##_prep; \
    kring__try kring__##name##_try;
#define KRING__OP_IGNORE(id, name, opcode, since, wait, flags, family)
KRING__OPS(KRING__OP_DECLARE, KRING__OP_IGNORE)
#undef KRING__OP_DECLARE
#undef KRING__OP_IGNORE

/* The word that poll32_events must hold so that the kernel reads events: half-words swapped on
 * big-endian (5.9+; below, the 16-bit field is its first half-word, which this gives too). */
static inline uint32_t kring__poll_mask(uint32_t events)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return events << 16 | events >> 16;
#else
    return events;
#endif
}

#endif
