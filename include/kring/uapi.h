/* SPDX-License-Identifier: MIT */
/*
 * The io_uring binary interface of Linux 5.1 to 7.2, written down once and independently of the
 * kernel headers that happen to be installed: a program built on a machine with old headers can
 * still use what a newer kernel offers.
 *
 * Names are the kernel's own, so code written for <linux/io_uring.h> compiles unchanged. Numbers
 * in comments are the first mainline release that has the thing; whether the running kernel has
 * it must be probed. Each layout is nailed down by static asserts, which hold on 32-bit and
 * 64-bit machines alike.
 *
 * This file takes the place of <linux/io_uring.h>, <linux/io_uring/query.h>,
 * <linux/io_uring/zcrx.h> and <linux/io_uring/bpf_filter.h>. Including one of them afterwards
 * does nothing; including one of them before is refused, because every name would clash.
 */
#ifndef KRING_UAPI_H
#define KRING_UAPI_H

#if defined(LINUX_IO_URING_H) || defined(LINUX_IO_URING_QUERY_H) || \
    defined(LINUX_IO_ZCRX_H) || defined(LINUX_IO_URING_BPF_FILTER_H)
#error "include <kring/uapi.h> instead of, or before, <linux/io_uring.h>: both define one ABI"
#endif
#define LINUX_IO_URING_H
#define LINUX_IO_URING_QUERY_H
#define LINUX_IO_ZCRX_H
#define LINUX_IO_URING_BPF_FILTER_H

#include <stdint.h>

/* Anonymous members and open-ended arrays are not in every standard this compiles under. */
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

/* Removed again at the end of the file. */
#if defined(__cplusplus)
#define KRING_UAPI_ASSERT(condition, text) static_assert(condition, text)
#else
#define KRING_UAPI_ASSERT(condition, text) _Static_assert(condition, text)
#endif
#define KRING_UAPI_SIZE(type, bytes) \
    KRING_UAPI_ASSERT(sizeof(struct type) == (bytes), "size of struct " #type)
#define KRING_UAPI_AT(type, member, offset) \
    KRING_UAPI_ASSERT(__builtin_offsetof(struct type, member) == (offset), #type "." #member)

/*
 * The kernel's __kernel_timespec under a name of ours, since <linux/time_types.h> may be included
 * too. Both words are 64 bits wide on every architecture, so it is safe beyond 2038.
 */
struct kring_timespec {
    int64_t tv_sec;
    int64_t tv_nsec;
};
KRING_UAPI_SIZE(kring_timespec, 16);
KRING_UAPI_AT(kring_timespec, tv_nsec, 8);

/* ---- Ring memory: io_uring_setup(2) and mmap(2) ------------------------------------------- */

/* Where the words of the submission ring are, in bytes from the start of its mapping. 5.1 */
struct io_sqring_offsets {
    uint32_t head;
    uint32_t tail;
    uint32_t ring_mask;
    uint32_t ring_entries;
    uint32_t flags;
    uint32_t dropped;
    uint32_t array; /* unused with IORING_SETUP_NO_SQARRAY */
    uint32_t resv1;
    uint64_t user_addr; /* memory of the SQEs, for IORING_SETUP_NO_MMAP (6.5) */
};
KRING_UAPI_SIZE(io_sqring_offsets, 40);
KRING_UAPI_AT(io_sqring_offsets, head, 0);
KRING_UAPI_AT(io_sqring_offsets, tail, 4);
KRING_UAPI_AT(io_sqring_offsets, ring_mask, 8);
KRING_UAPI_AT(io_sqring_offsets, ring_entries, 12);
KRING_UAPI_AT(io_sqring_offsets, flags, 16);
KRING_UAPI_AT(io_sqring_offsets, dropped, 20);
KRING_UAPI_AT(io_sqring_offsets, array, 24);
KRING_UAPI_AT(io_sqring_offsets, resv1, 28);
KRING_UAPI_AT(io_sqring_offsets, user_addr, 32);

/* The same for the completion ring. 5.1 */
struct io_cqring_offsets {
    uint32_t head;
    uint32_t tail;
    uint32_t ring_mask;
    uint32_t ring_entries;
    uint32_t overflow;
    uint32_t cqes;
    uint32_t flags; /* 5.8 */
    uint32_t resv1;
    uint64_t user_addr; /* memory of the rings, for IORING_SETUP_NO_MMAP (6.5) */
};
KRING_UAPI_SIZE(io_cqring_offsets, 40);
KRING_UAPI_AT(io_cqring_offsets, head, 0);
KRING_UAPI_AT(io_cqring_offsets, tail, 4);
KRING_UAPI_AT(io_cqring_offsets, ring_mask, 8);
KRING_UAPI_AT(io_cqring_offsets, ring_entries, 12);
KRING_UAPI_AT(io_cqring_offsets, overflow, 16);
KRING_UAPI_AT(io_cqring_offsets, cqes, 20);
KRING_UAPI_AT(io_cqring_offsets, flags, 24);
KRING_UAPI_AT(io_cqring_offsets, resv1, 28);
KRING_UAPI_AT(io_cqring_offsets, user_addr, 32);

/* Passed to io_uring_setup(2), filled in by it. Zero what is not used: 5.1 already checks. */
struct io_uring_params {
    uint32_t sq_entries;
    uint32_t cq_entries;
    uint32_t flags; /* IORING_SETUP_* */
    uint32_t sq_thread_cpu;
    uint32_t sq_thread_idle;
    uint32_t features; /* IORING_FEAT_*, 5.4 */
    uint32_t wq_fd;    /* 5.6 */
    uint32_t resv[3];
    struct io_sqring_offsets sq_off;
    struct io_cqring_offsets cq_off;
};
KRING_UAPI_SIZE(io_uring_params, 120);
KRING_UAPI_AT(io_uring_params, sq_entries, 0);
KRING_UAPI_AT(io_uring_params, cq_entries, 4);
KRING_UAPI_AT(io_uring_params, flags, 8);
KRING_UAPI_AT(io_uring_params, sq_thread_cpu, 12);
KRING_UAPI_AT(io_uring_params, sq_thread_idle, 16);
KRING_UAPI_AT(io_uring_params, features, 20);
KRING_UAPI_AT(io_uring_params, wq_fd, 24);
KRING_UAPI_AT(io_uring_params, resv, 28);
KRING_UAPI_AT(io_uring_params, sq_off, 40);
KRING_UAPI_AT(io_uring_params, cq_off, 80);

/* io_uring_params.flags */
#define IORING_SETUP_IOPOLL             (1U << 0)  /* 5.1 */
#define IORING_SETUP_SQPOLL             (1U << 1)  /* 5.1 */
#define IORING_SETUP_SQ_AFF             (1U << 2)  /* 5.1 */
#define IORING_SETUP_CQSIZE             (1U << 3)  /* 5.5 */
#define IORING_SETUP_CLAMP              (1U << 4)  /* 5.6 */
#define IORING_SETUP_ATTACH_WQ          (1U << 5)  /* 5.6 */
#define IORING_SETUP_R_DISABLED         (1U << 6)  /* 5.10 */
#define IORING_SETUP_SUBMIT_ALL         (1U << 7)  /* 5.18 */
#define IORING_SETUP_COOP_TASKRUN       (1U << 8)  /* 5.19 */
#define IORING_SETUP_TASKRUN_FLAG       (1U << 9)  /* 5.19 */
#define IORING_SETUP_SQE128             (1U << 10) /* 5.19 */
#define IORING_SETUP_CQE32              (1U << 11) /* 5.19 */
#define IORING_SETUP_SINGLE_ISSUER      (1U << 12) /* 6.0 */
#define IORING_SETUP_DEFER_TASKRUN      (1U << 13) /* 6.1 */
#define IORING_SETUP_NO_MMAP            (1U << 14) /* 6.5 */
#define IORING_SETUP_REGISTERED_FD_ONLY (1U << 15) /* 6.5 */
#define IORING_SETUP_NO_SQARRAY         (1U << 16) /* 6.6 */
#define IORING_SETUP_HYBRID_IOPOLL      (1U << 17) /* 6.13 */
#define IORING_SETUP_CQE_MIXED          (1U << 18) /* 6.18 */
#define IORING_SETUP_SQE_MIXED          (1U << 19) /* 6.19 */
#define IORING_SETUP_SQ_REWIND          (1U << 20) /* 7.0 */

/* io_uring_params.features; the word itself exists from 5.4 */
#define IORING_FEAT_SINGLE_MMAP     (1U << 0)  /* 5.4 */
#define IORING_FEAT_NODROP          (1U << 1)  /* 5.5 */
#define IORING_FEAT_SUBMIT_STABLE   (1U << 2)  /* 5.5 */
#define IORING_FEAT_RW_CUR_POS      (1U << 3)  /* 5.6 */
#define IORING_FEAT_CUR_PERSONALITY (1U << 4)  /* 5.6 */
#define IORING_FEAT_FAST_POLL       (1U << 5)  /* 5.7 */
#define IORING_FEAT_POLL_32BITS     (1U << 6)  /* 5.9 */
#define IORING_FEAT_SQPOLL_NONFIXED (1U << 7)  /* 5.11 */
#define IORING_FEAT_EXT_ARG         (1U << 8)  /* 5.11 */
#define IORING_FEAT_NATIVE_WORKERS  (1U << 9)  /* 5.12 */
#define IORING_FEAT_RSRC_TAGS       (1U << 10) /* 5.13 */
#define IORING_FEAT_CQE_SKIP        (1U << 11) /* 5.17 */
#define IORING_FEAT_LINKED_FILE     (1U << 12) /* 5.18 */
#define IORING_FEAT_REG_REG_RING    (1U << 13) /* 6.3 */
#define IORING_FEAT_RECVSEND_BUNDLE (1U << 14) /* 6.10 */
#define IORING_FEAT_MIN_TIMEOUT     (1U << 15) /* 6.12 */
#define IORING_FEAT_RW_ATTR         (1U << 16) /* 6.14 */
#define IORING_FEAT_NO_IOWAIT       (1U << 17) /* 6.15 */

/* Offsets for mmap(2) of the ring fd. From 5.4 the two rings are one area. */
#define IORING_OFF_SQ_RING    0ULL          /* 5.1 */
#define IORING_OFF_CQ_RING    0x8000000ULL  /* 5.1 */
#define IORING_OFF_SQES       0x10000000ULL /* 5.1 */
#define IORING_OFF_PBUF_RING  0x80000000ULL /* 6.4, plus the group id << PBUF_SHIFT */
#define IORING_OFF_PBUF_SHIFT 16
#define IORING_OFF_MMAP_MASK  0xf8000000ULL

/* The flags word of the submission ring, written by the kernel */
#define IORING_SQ_NEED_WAKEUP (1U << 0) /* 5.1 */
#define IORING_SQ_CQ_OVERFLOW (1U << 1) /* 5.8 */
#define IORING_SQ_TASKRUN     (1U << 2) /* 5.19 */

/* The flags word of the completion ring, written by the application */
#define IORING_CQ_EVENTFD_DISABLED (1U << 0) /* 5.8 */

/* ---- Submission queue entry ---------------------------------------------------------------- */

/*
 * 64 bytes; 128 on IORING_SETUP_SQE128 rings and for the 128-byte opcodes, where `cmd` runs on
 * into the second half. Clear the whole entry first: newer kernels refuse fields that older ones
 * ignored.
 */
struct io_uring_sqe {
    uint8_t opcode; /* enum io_uring_op */
    uint8_t flags;  /* IOSQE_* */
    uint16_t ioprio;
    int32_t fd;
    union {
        uint64_t off;
        uint64_t addr2;
        struct {
            uint32_t cmd_op; /* 5.19 */
            uint32_t __pad1;
        };
    };
    union {
        uint64_t addr;
        uint64_t splice_off_in;
        struct {
            uint32_t level; /* socket command, 6.7 */
            uint32_t optname;
        };
    };
    uint32_t len;
    union {
        uint32_t rw_flags;
        uint32_t fsync_flags;
        uint16_t poll_events;   /* until 5.8 */
        uint32_t poll32_events; /* 5.9; big-endian machines swap its 16-bit halves */
        uint32_t sync_range_flags;
        uint32_t msg_flags;
        uint32_t timeout_flags;
        uint32_t accept_flags;
        uint32_t cancel_flags;
        uint32_t open_flags;
        uint32_t statx_flags;
        uint32_t fadvise_advice;
        uint32_t splice_flags;
        uint32_t rename_flags;
        uint32_t unlink_flags;
        uint32_t hardlink_flags;
        uint32_t xattr_flags;
        uint32_t msg_ring_flags;
        uint32_t uring_cmd_flags;
        uint32_t waitid_flags;     /* 6.7 */
        uint32_t futex_flags;      /* 6.7 */
        uint32_t install_fd_flags; /* 6.8 */
        uint32_t nop_flags;        /* 6.10 */
        uint32_t pipe_flags;       /* 6.16 */
    };
    uint64_t user_data;
    union {
        uint16_t buf_index;
        uint16_t buf_group;
    };
    uint16_t personality;
    union {
        int32_t splice_fd_in;
        uint32_t file_index;   /* 5.15: slot + 1, or IORING_FILE_INDEX_ALLOC */
        uint32_t zcrx_ifq_idx; /* 6.15 */
        uint32_t optlen;       /* 6.7 */
        struct {
            uint16_t addr_len; /* 6.0 */
            uint16_t __pad3[1];
        };
        struct {
            uint8_t write_stream; /* 6.16 */
            uint8_t __pad4[3];
        };
    };
    union {
        struct {
            uint64_t addr3; /* 5.19 */
            uint64_t __pad2[1];
        };
        struct {
            uint64_t attr_ptr;       /* 6.14 */
            uint64_t attr_type_mask; /* IORING_RW_ATTR_FLAG_*, 6.14 */
        };
        uint64_t optval; /* 6.7 */
        uint8_t cmd[0];  /* 16 bytes, 80 in a 128-byte entry; 5.19 */
    };
};
KRING_UAPI_SIZE(io_uring_sqe, 64);
KRING_UAPI_AT(io_uring_sqe, opcode, 0);
KRING_UAPI_AT(io_uring_sqe, flags, 1);
KRING_UAPI_AT(io_uring_sqe, ioprio, 2);
KRING_UAPI_AT(io_uring_sqe, fd, 4);
KRING_UAPI_AT(io_uring_sqe, off, 8);
KRING_UAPI_AT(io_uring_sqe, addr2, 8);
KRING_UAPI_AT(io_uring_sqe, cmd_op, 8);
KRING_UAPI_AT(io_uring_sqe, __pad1, 12);
KRING_UAPI_AT(io_uring_sqe, addr, 16);
KRING_UAPI_AT(io_uring_sqe, splice_off_in, 16);
KRING_UAPI_AT(io_uring_sqe, level, 16);
KRING_UAPI_AT(io_uring_sqe, optname, 20);
KRING_UAPI_AT(io_uring_sqe, len, 24);
KRING_UAPI_AT(io_uring_sqe, rw_flags, 28);
KRING_UAPI_AT(io_uring_sqe, poll_events, 28);
KRING_UAPI_AT(io_uring_sqe, poll32_events, 28);
KRING_UAPI_AT(io_uring_sqe, pipe_flags, 28);
KRING_UAPI_AT(io_uring_sqe, user_data, 32);
KRING_UAPI_AT(io_uring_sqe, buf_index, 40);
KRING_UAPI_AT(io_uring_sqe, buf_group, 40);
KRING_UAPI_AT(io_uring_sqe, personality, 42);
KRING_UAPI_AT(io_uring_sqe, splice_fd_in, 44);
KRING_UAPI_AT(io_uring_sqe, file_index, 44);
KRING_UAPI_AT(io_uring_sqe, zcrx_ifq_idx, 44);
KRING_UAPI_AT(io_uring_sqe, optlen, 44);
KRING_UAPI_AT(io_uring_sqe, addr_len, 44);
KRING_UAPI_AT(io_uring_sqe, __pad3, 46);
KRING_UAPI_AT(io_uring_sqe, write_stream, 44);
KRING_UAPI_AT(io_uring_sqe, __pad4, 45);
KRING_UAPI_AT(io_uring_sqe, addr3, 48);
KRING_UAPI_AT(io_uring_sqe, __pad2, 56);
KRING_UAPI_AT(io_uring_sqe, attr_ptr, 48);
KRING_UAPI_AT(io_uring_sqe, attr_type_mask, 56);
KRING_UAPI_AT(io_uring_sqe, optval, 48);
KRING_UAPI_AT(io_uring_sqe, cmd, 48);

/* io_uring_sqe.flags */
enum io_uring_sqe_flags_bit {
    IOSQE_FIXED_FILE_BIT = 0,
    IOSQE_IO_DRAIN_BIT = 1,
    IOSQE_IO_LINK_BIT = 2,
    IOSQE_IO_HARDLINK_BIT = 3,
    IOSQE_ASYNC_BIT = 4,
    IOSQE_BUFFER_SELECT_BIT = 5,
    IOSQE_CQE_SKIP_SUCCESS_BIT = 6
};
#define IOSQE_FIXED_FILE       (1U << IOSQE_FIXED_FILE_BIT)       /* 5.1 */
#define IOSQE_IO_DRAIN         (1U << IOSQE_IO_DRAIN_BIT)         /* 5.2 */
#define IOSQE_IO_LINK          (1U << IOSQE_IO_LINK_BIT)          /* 5.3 */
#define IOSQE_IO_HARDLINK      (1U << IOSQE_IO_HARDLINK_BIT)      /* 5.5 */
#define IOSQE_ASYNC            (1U << IOSQE_ASYNC_BIT)            /* 5.6 */
#define IOSQE_BUFFER_SELECT    (1U << IOSQE_BUFFER_SELECT_BIT)    /* 5.7 */
#define IOSQE_CQE_SKIP_SUCCESS (1U << IOSQE_CQE_SKIP_SUCCESS_BIT) /* 5.17 */

/* io_uring_sqe.file_index: the kernel picks a free slot and returns it. 5.19 */
#define IORING_FILE_INDEX_ALLOC (~0U)

/* io_uring_sqe.opcode */
enum io_uring_op {
    /* 5.1 */
    IORING_OP_NOP = 0,
    IORING_OP_READV = 1,
    IORING_OP_WRITEV = 2,
    IORING_OP_FSYNC = 3,
    IORING_OP_READ_FIXED = 4,
    IORING_OP_WRITE_FIXED = 5,
    IORING_OP_POLL_ADD = 6,
    IORING_OP_POLL_REMOVE = 7,
    /* 5.2 */
    IORING_OP_SYNC_FILE_RANGE = 8,
    /* 5.3 */
    IORING_OP_SENDMSG = 9,
    IORING_OP_RECVMSG = 10,
    /* 5.4 */
    IORING_OP_TIMEOUT = 11,
    /* 5.5 */
    IORING_OP_TIMEOUT_REMOVE = 12,
    IORING_OP_ACCEPT = 13,
    IORING_OP_ASYNC_CANCEL = 14,
    IORING_OP_LINK_TIMEOUT = 15,
    IORING_OP_CONNECT = 16,
    /* 5.6 */
    IORING_OP_FALLOCATE = 17,
    IORING_OP_OPENAT = 18,
    IORING_OP_CLOSE = 19,
    IORING_OP_FILES_UPDATE = 20,
    IORING_OP_STATX = 21,
    IORING_OP_READ = 22,
    IORING_OP_WRITE = 23,
    IORING_OP_FADVISE = 24,
    IORING_OP_MADVISE = 25,
    IORING_OP_SEND = 26,
    IORING_OP_RECV = 27,
    IORING_OP_OPENAT2 = 28,
    IORING_OP_EPOLL_CTL = 29,
    /* 5.7 */
    IORING_OP_SPLICE = 30,
    IORING_OP_PROVIDE_BUFFERS = 31,
    IORING_OP_REMOVE_BUFFERS = 32,
    /* 5.8 */
    IORING_OP_TEE = 33,
    /* 5.11 */
    IORING_OP_SHUTDOWN = 34,
    IORING_OP_RENAMEAT = 35,
    IORING_OP_UNLINKAT = 36,
    /* 5.15 */
    IORING_OP_MKDIRAT = 37,
    IORING_OP_SYMLINKAT = 38,
    IORING_OP_LINKAT = 39,
    /* 5.18 */
    IORING_OP_MSG_RING = 40,
    /* 5.19 */
    IORING_OP_FSETXATTR = 41,
    IORING_OP_SETXATTR = 42,
    IORING_OP_FGETXATTR = 43,
    IORING_OP_GETXATTR = 44,
    IORING_OP_SOCKET = 45,
    IORING_OP_URING_CMD = 46,
    /* 6.0 */
    IORING_OP_SEND_ZC = 47,
    /* 6.1 */
    IORING_OP_SENDMSG_ZC = 48,
    /* 6.7 */
    IORING_OP_READ_MULTISHOT = 49,
    IORING_OP_WAITID = 50,
    IORING_OP_FUTEX_WAIT = 51,
    IORING_OP_FUTEX_WAKE = 52,
    IORING_OP_FUTEX_WAITV = 53,
    /* 6.8 */
    IORING_OP_FIXED_FD_INSTALL = 54,
    /* 6.9 */
    IORING_OP_FTRUNCATE = 55,
    /* 6.11 */
    IORING_OP_BIND = 56,
    IORING_OP_LISTEN = 57,
    /* 6.15 */
    IORING_OP_RECV_ZC = 58,
    IORING_OP_EPOLL_WAIT = 59,
    IORING_OP_READV_FIXED = 60,
    IORING_OP_WRITEV_FIXED = 61,
    /* 6.16 */
    IORING_OP_PIPE = 62,
    /* 6.19 */
    IORING_OP_NOP128 = 63,
    IORING_OP_URING_CMD128 = 64,

    IORING_OP_LAST = 65
};

/* ---- Completion queue entry ---------------------------------------------------------------- */

/* 16 bytes; 32 on IORING_SETUP_CQE32 rings, and where IORING_CQE_F_32 marks one. */
struct io_uring_cqe {
    uint64_t user_data;
    int32_t res;
    uint32_t flags;     /* IORING_CQE_F_* */
    uint64_t big_cqe[]; /* two more words of a 32-byte entry; 5.19 */
};
KRING_UAPI_SIZE(io_uring_cqe, 16);
KRING_UAPI_AT(io_uring_cqe, user_data, 0);
KRING_UAPI_AT(io_uring_cqe, res, 8);
KRING_UAPI_AT(io_uring_cqe, flags, 12);
KRING_UAPI_AT(io_uring_cqe, big_cqe, 16);

/* io_uring_cqe.flags */
#define IORING_CQE_F_BUFFER        (1U << 0)  /* 5.7 */
#define IORING_CQE_F_MORE          (1U << 1)  /* 5.13 */
#define IORING_CQE_F_SOCK_NONEMPTY (1U << 2)  /* 5.19 */
#define IORING_CQE_F_NOTIF         (1U << 3)  /* 6.0 */
#define IORING_CQE_F_BUF_MORE      (1U << 4)  /* 6.12 */
#define IORING_CQE_F_SKIP          (1U << 5)  /* 6.18 */
#define IORING_CQE_F_32            (1U << 15) /* 6.18 */
#define IORING_CQE_BUFFER_SHIFT    16         /* the buffer id is above; 5.7 */

/* io_uring_cqe.res of a notification, with IORING_SEND_ZC_REPORT_USAGE. 6.2 */
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)

/* ---- Modifiers of operations --------------------------------------------------------------- */

/* fsync_flags */
#define IORING_FSYNC_DATASYNC (1U << 0) /* 5.1 */

/* timeout_flags, of TIMEOUT, TIMEOUT_REMOVE and LINK_TIMEOUT */
#define IORING_TIMEOUT_ABS           (1U << 0) /* 5.5 */
#define IORING_TIMEOUT_UPDATE        (1U << 1) /* 5.11 */
#define IORING_TIMEOUT_BOOTTIME      (1U << 2) /* 5.15 */
#define IORING_TIMEOUT_REALTIME      (1U << 3) /* 5.15 */
#define IORING_LINK_TIMEOUT_UPDATE   (1U << 4) /* 5.15 */
#define IORING_TIMEOUT_ETIME_SUCCESS (1U << 5) /* 5.16 */
#define IORING_TIMEOUT_MULTISHOT     (1U << 6) /* 6.4 */
#define IORING_TIMEOUT_IMMEDIATE_ARG (1U << 7) /* addr is nanoseconds; 7.1 */
#define IORING_TIMEOUT_CLOCK_MASK    (IORING_TIMEOUT_BOOTTIME | IORING_TIMEOUT_REALTIME)
#define IORING_TIMEOUT_UPDATE_MASK   (IORING_TIMEOUT_UPDATE | IORING_LINK_TIMEOUT_UPDATE)

/* splice_flags: splice_fd_in is a registered file. 5.7 */
#define SPLICE_F_FD_IN_FIXED (1U << 31)

/* len, of POLL_ADD and POLL_REMOVE */
#define IORING_POLL_ADD_MULTI        (1U << 0) /* 5.13 */
#define IORING_POLL_UPDATE_EVENTS    (1U << 1) /* 5.13 */
#define IORING_POLL_UPDATE_USER_DATA (1U << 2) /* 5.13 */
#define IORING_POLL_ADD_LEVEL        (1U << 3) /* named from 6.0, refused to this day */

/* cancel_flags, and io_uring_sync_cancel_reg.flags */
#define IORING_ASYNC_CANCEL_ALL      (1U << 0) /* 5.19 */
#define IORING_ASYNC_CANCEL_FD       (1U << 1) /* 5.19 */
#define IORING_ASYNC_CANCEL_ANY      (1U << 2) /* 5.19 */
#define IORING_ASYNC_CANCEL_FD_FIXED (1U << 3) /* 6.0 */
#define IORING_ASYNC_CANCEL_USERDATA (1U << 4) /* 6.6 */
#define IORING_ASYNC_CANCEL_OP       (1U << 5) /* 6.6 */

/* ioprio, of the send and receive operations; ignored below 5.18, so prove them first */
#define IORING_RECVSEND_POLL_FIRST  (1U << 0) /* 5.19 */
#define IORING_RECV_MULTISHOT       (1U << 1) /* 6.0 */
#define IORING_RECVSEND_FIXED_BUF   (1U << 2) /* 6.0 */
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3) /* 6.2 */
#define IORING_RECVSEND_BUNDLE      (1U << 4) /* 6.10 */
#define IORING_SEND_VECTORIZED      (1U << 5) /* 6.17 */

/* ioprio, of ACCEPT */
#define IORING_ACCEPT_MULTISHOT  (1U << 0) /* 5.19 */
#define IORING_ACCEPT_DONTWAIT   (1U << 1) /* 6.10 */
#define IORING_ACCEPT_POLL_FIRST (1U << 2) /* 6.10 */

/* addr, of MSG_RING: what is sent (the choice exists from 6.0) */
enum io_uring_msg_ring_flags {
    IORING_MSG_DATA = 0,
    IORING_MSG_SEND_FD = 1
};

/* msg_ring_flags */
#define IORING_MSG_RING_CQE_SKIP   (1U << 0) /* 6.0 */
#define IORING_MSG_RING_FLAGS_PASS (1U << 1) /* 6.3 */

/* install_fd_flags. 6.8 */
#define IORING_FIXED_FD_NO_CLOEXEC (1U << 0)

/* nop_flags; ignored below 6.10, the later ones came until 6.18 */
#define IORING_NOP_INJECT_RESULT (1U << 0)
#define IORING_NOP_FILE          (1U << 1)
#define IORING_NOP_FIXED_FILE    (1U << 2)
#define IORING_NOP_FIXED_BUFFER  (1U << 3)
#define IORING_NOP_TW            (1U << 4)
#define IORING_NOP_CQE32         (1U << 5)

/* uring_cmd_flags; its top byte is the kernel's own */
#define IORING_URING_CMD_FIXED     (1U << 0) /* 6.1 */
#define IORING_URING_CMD_MULTISHOT (1U << 1) /* 6.18 */
#define IORING_URING_CMD_MASK      (IORING_URING_CMD_FIXED | IORING_URING_CMD_MULTISHOT)

/* cmd_op, when the file of URING_CMD is a socket */
enum io_uring_socket_op {
    SOCKET_URING_OP_SIOCINQ = 0,      /* 6.6 */
    SOCKET_URING_OP_SIOCOUTQ = 1,     /* 6.6 */
    SOCKET_URING_OP_GETSOCKOPT = 2,   /* 6.7 */
    SOCKET_URING_OP_SETSOCKOPT = 3,   /* 6.7 */
    SOCKET_URING_OP_TX_TIMESTAMP = 4, /* 6.17 */
    SOCKET_URING_OP_GETSOCKNAME = 5   /* 6.19 */
};

/* Completions of SOCKET_URING_OP_TX_TIMESTAMP: bits of cqe.flags, and what big_cqe holds. 6.17 */
#define IORING_TIMESTAMP_HW_SHIFT   16
#define IORING_TIMESTAMP_TYPE_SHIFT (IORING_TIMESTAMP_HW_SHIFT + 1)
#define IORING_CQE_F_TSTAMP_HW      (1U << IORING_TIMESTAMP_HW_SHIFT)

struct io_timespec {
    uint64_t tv_sec;
    uint64_t tv_nsec;
};
KRING_UAPI_SIZE(io_timespec, 16);
KRING_UAPI_AT(io_timespec, tv_sec, 0);
KRING_UAPI_AT(io_timespec, tv_nsec, 8);

/* cmd_op, when the file of URING_CMD is a block device: an _IO() code, so four machines differ */
#ifndef BLOCK_URING_CMD_DISCARD
#if defined(__mips__) || defined(__powerpc__) || defined(__alpha__) || defined(__sparc__)
#define BLOCK_URING_CMD_DISCARD 0x20001200U /* 6.12 */
#else
#define BLOCK_URING_CMD_DISCARD 0x1200U /* 6.12 */
#endif
#endif

/* attr_type_mask, and what attr_ptr points to: protection information. 6.14 */
#define IORING_RW_ATTR_FLAG_PI (1U << 0)

struct io_uring_attr_pi {
    uint16_t flags;
    uint16_t app_tag;
    uint32_t len;
    uint64_t addr;
    uint64_t seed;
    uint64_t rsvd;
};
KRING_UAPI_SIZE(io_uring_attr_pi, 32);
KRING_UAPI_AT(io_uring_attr_pi, flags, 0);
KRING_UAPI_AT(io_uring_attr_pi, app_tag, 2);
KRING_UAPI_AT(io_uring_attr_pi, len, 4);
KRING_UAPI_AT(io_uring_attr_pi, addr, 8);
KRING_UAPI_AT(io_uring_attr_pi, seed, 16);
KRING_UAPI_AT(io_uring_attr_pi, rsvd, 24);

/* What multishot RECVMSG puts at the start of each buffer, before name, control and data. 6.0 */
struct io_uring_recvmsg_out {
    uint32_t namelen;
    uint32_t controllen;
    uint32_t payloadlen;
    uint32_t flags;
};
KRING_UAPI_SIZE(io_uring_recvmsg_out, 16);
KRING_UAPI_AT(io_uring_recvmsg_out, namelen, 0);
KRING_UAPI_AT(io_uring_recvmsg_out, controllen, 4);
KRING_UAPI_AT(io_uring_recvmsg_out, payloadlen, 8);
KRING_UAPI_AT(io_uring_recvmsg_out, flags, 12);

/*
 * rw_flags: shared with preadv2(2), so <linux/fs.h> and <sys/uio.h> may have them already. Spelled
 * as libc spells them, for the preprocessor takes an identical second definition.
 */
#ifndef RWF_HIPRI
#define RWF_HIPRI 0x00000001 /* 4.6 */
#endif
#ifndef RWF_DSYNC
#define RWF_DSYNC 0x00000002 /* 4.7 */
#endif
#ifndef RWF_SYNC
#define RWF_SYNC 0x00000004 /* 4.7 */
#endif
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008 /* 4.14 */
#endif
#ifndef RWF_APPEND
#define RWF_APPEND 0x00000010 /* 4.16 */
#endif
#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x00000020 /* 6.9 */
#endif
#ifndef RWF_ATOMIC
#define RWF_ATOMIC 0x00000040 /* 6.11 */
#endif
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080 /* 6.14 */
#endif
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x00000100 /* 6.18 */
#endif

/* fd, of FUTEX_WAIT and FUTEX_WAKE, and flags of a vector's member: as in <linux/futex.h>. 6.7 */
#ifndef FUTEX2_SIZE_U8
#define FUTEX2_SIZE_U8 0x00
#endif
#ifndef FUTEX2_SIZE_U16
#define FUTEX2_SIZE_U16 0x01
#endif
#ifndef FUTEX2_SIZE_U32
#define FUTEX2_SIZE_U32 0x02
#endif
#ifndef FUTEX2_SIZE_U64
#define FUTEX2_SIZE_U64 0x03
#endif
#ifndef FUTEX2_SIZE_MASK
#define FUTEX2_SIZE_MASK 0x03
#endif
#ifndef FUTEX2_NUMA
#define FUTEX2_NUMA 0x04
#endif
#ifndef FUTEX2_MPOL
#define FUTEX2_MPOL 0x08 /* 6.16 */
#endif
#ifndef FUTEX2_PRIVATE
#define FUTEX2_PRIVATE 128
#endif

/* The kernel's futex_waitv under a name of ours, for FUTEX_WAITV on machines with old headers. */
struct kring_futex_waitv {
    uint64_t val;
    uint64_t uaddr;
    uint32_t flags;
    uint32_t resv;
};
KRING_UAPI_SIZE(kring_futex_waitv, 24);
KRING_UAPI_AT(kring_futex_waitv, uaddr, 8);
KRING_UAPI_AT(kring_futex_waitv, flags, 16);
KRING_UAPI_AT(kring_futex_waitv, resv, 20);

/* ---- io_uring_enter(2) --------------------------------------------------------------------- */

#define IORING_ENTER_GETEVENTS       (1U << 0) /* 5.1 */
#define IORING_ENTER_SQ_WAKEUP       (1U << 1) /* 5.1 */
#define IORING_ENTER_SQ_WAIT         (1U << 2) /* 5.10 */
#define IORING_ENTER_EXT_ARG         (1U << 3) /* 5.11 */
#define IORING_ENTER_REGISTERED_RING (1U << 4) /* 5.18 */
#define IORING_ENTER_ABS_TIMER       (1U << 5) /* 6.12 */
#define IORING_ENTER_EXT_ARG_REG     (1U << 6) /* 6.13 */
#define IORING_ENTER_NO_IOWAIT       (1U << 7) /* 6.15 */

/* The argument with IORING_ENTER_EXT_ARG. 5.11 */
struct io_uring_getevents_arg {
    uint64_t sigmask;
    uint32_t sigmask_sz;
    uint32_t min_wait_usec; /* 6.12; padding before, and must then be zero */
    uint64_t ts;            /* of struct kring_timespec */
};
KRING_UAPI_SIZE(io_uring_getevents_arg, 24);
KRING_UAPI_AT(io_uring_getevents_arg, sigmask, 0);
KRING_UAPI_AT(io_uring_getevents_arg, sigmask_sz, 8);
KRING_UAPI_AT(io_uring_getevents_arg, min_wait_usec, 12);
KRING_UAPI_AT(io_uring_getevents_arg, ts, 16);

/* With IORING_ENTER_EXT_ARG_REG: one of these, at an offset into the registered region. 6.13 */
enum {
    IORING_REG_WAIT_TS = 1 << 0
};

struct io_uring_reg_wait {
    struct kring_timespec ts;
    uint32_t min_wait_usec;
    uint32_t flags; /* IORING_REG_WAIT_* */
    uint64_t sigmask;
    uint32_t sigmask_sz;
    uint32_t pad[3];
    uint64_t pad2[2];
};
KRING_UAPI_SIZE(io_uring_reg_wait, 64);
KRING_UAPI_AT(io_uring_reg_wait, ts, 0);
KRING_UAPI_AT(io_uring_reg_wait, min_wait_usec, 16);
KRING_UAPI_AT(io_uring_reg_wait, flags, 20);
KRING_UAPI_AT(io_uring_reg_wait, sigmask, 24);
KRING_UAPI_AT(io_uring_reg_wait, sigmask_sz, 32);
KRING_UAPI_AT(io_uring_reg_wait, pad, 36);
KRING_UAPI_AT(io_uring_reg_wait, pad2, 48);

/* ---- io_uring_register(2) ------------------------------------------------------------------ */

enum io_uring_register_op {
    /* 5.1 */
    IORING_REGISTER_BUFFERS = 0,
    IORING_UNREGISTER_BUFFERS = 1,
    IORING_REGISTER_FILES = 2,
    IORING_UNREGISTER_FILES = 3,
    /* 5.2 */
    IORING_REGISTER_EVENTFD = 4,
    IORING_UNREGISTER_EVENTFD = 5,
    /* 5.5 */
    IORING_REGISTER_FILES_UPDATE = 6,
    /* 5.6 */
    IORING_REGISTER_EVENTFD_ASYNC = 7,
    IORING_REGISTER_PROBE = 8,
    IORING_REGISTER_PERSONALITY = 9,
    IORING_UNREGISTER_PERSONALITY = 10,
    /* 5.10 */
    IORING_REGISTER_RESTRICTIONS = 11,
    IORING_REGISTER_ENABLE_RINGS = 12,
    /* 5.13 */
    IORING_REGISTER_FILES2 = 13,
    IORING_REGISTER_FILES_UPDATE2 = 14,
    IORING_REGISTER_BUFFERS2 = 15,
    IORING_REGISTER_BUFFERS_UPDATE = 16,
    /* 5.14 */
    IORING_REGISTER_IOWQ_AFF = 17,
    IORING_UNREGISTER_IOWQ_AFF = 18,
    /* 5.15 */
    IORING_REGISTER_IOWQ_MAX_WORKERS = 19,
    /* 5.18 */
    IORING_REGISTER_RING_FDS = 20,
    IORING_UNREGISTER_RING_FDS = 21,
    /* 5.19 */
    IORING_REGISTER_PBUF_RING = 22,
    IORING_UNREGISTER_PBUF_RING = 23,
    /* 6.0 */
    IORING_REGISTER_SYNC_CANCEL = 24,
    IORING_REGISTER_FILE_ALLOC_RANGE = 25,
    /* 6.8 */
    IORING_REGISTER_PBUF_STATUS = 26,
    /* 6.9 */
    IORING_REGISTER_NAPI = 27,
    IORING_UNREGISTER_NAPI = 28,
    /* 6.12 */
    IORING_REGISTER_CLOCK = 29,
    IORING_REGISTER_CLONE_BUFFERS = 30,
    /* 6.13 */
    IORING_REGISTER_SEND_MSG_RING = 31,
    /* 6.15, two releases after its neighbours */
    IORING_REGISTER_ZCRX_IFQ = 32,
    /* 6.13 */
    IORING_REGISTER_RESIZE_RINGS = 33,
    IORING_REGISTER_MEM_REGION = 34,
    /* 6.18 */
    IORING_REGISTER_QUERY = 35,
    /* 6.19 */
    IORING_REGISTER_ZCRX_CTRL = 36,
    /* 7.0 */
    IORING_REGISTER_BPF_FILTER = 37,

    IORING_REGISTER_LAST = 38
};

/*
 * Or-ed into the call number: the fd is then a registered ring's index. 6.3. Not an enumerator,
 * as ISO C wants those to fit in an int.
 */
#define IORING_REGISTER_USE_REGISTERED_RING (1U << 31)

/* Indices of the two counts that IORING_REGISTER_IOWQ_MAX_WORKERS takes. 5.15 */
enum io_wq_type {
    IO_WQ_BOUND = 0,
    IO_WQ_UNBOUND = 1
};

/* Of IORING_REGISTER_FILES_UPDATE. 5.5; without the word `resv`, until 5.6 */
struct io_uring_files_update {
    uint32_t offset;
    uint32_t resv;
    uint64_t fds;
};
KRING_UAPI_SIZE(io_uring_files_update, 16);
KRING_UAPI_AT(io_uring_files_update, offset, 0);
KRING_UAPI_AT(io_uring_files_update, resv, 4);
KRING_UAPI_AT(io_uring_files_update, fds, 8);

/* An fd with this value leaves its slot as it is. 5.12 */
#define IORING_REGISTER_FILES_SKIP (-2)

/* io_uring_rsrc_register.flags: a table of empty slots. 5.19 */
#define IORING_RSRC_REGISTER_SPARSE (1U << 0)

/* Of IORING_REGISTER_FILES2 and IORING_REGISTER_BUFFERS2. 5.13 */
struct io_uring_rsrc_register {
    uint32_t nr;
    uint32_t flags; /* 5.19; must be zero before */
    uint64_t resv2;
    uint64_t data;
    uint64_t tags;
};
KRING_UAPI_SIZE(io_uring_rsrc_register, 32);
KRING_UAPI_AT(io_uring_rsrc_register, nr, 0);
KRING_UAPI_AT(io_uring_rsrc_register, flags, 4);
KRING_UAPI_AT(io_uring_rsrc_register, resv2, 8);
KRING_UAPI_AT(io_uring_rsrc_register, data, 16);
KRING_UAPI_AT(io_uring_rsrc_register, tags, 24);

/* Of IORING_REGISTER_FILES_UPDATE (5.12) and of the two calls for ring fds (5.18) */
struct io_uring_rsrc_update {
    uint32_t offset;
    uint32_t resv;
    uint64_t data;
};
KRING_UAPI_SIZE(io_uring_rsrc_update, 16);
KRING_UAPI_AT(io_uring_rsrc_update, offset, 0);
KRING_UAPI_AT(io_uring_rsrc_update, resv, 4);
KRING_UAPI_AT(io_uring_rsrc_update, data, 8);

/* Of IORING_REGISTER_FILES_UPDATE2 and IORING_REGISTER_BUFFERS_UPDATE. 5.13 */
struct io_uring_rsrc_update2 {
    uint32_t offset;
    uint32_t resv;
    uint64_t data;
    uint64_t tags;
    uint32_t nr;
    uint32_t resv2;
};
KRING_UAPI_SIZE(io_uring_rsrc_update2, 32);
KRING_UAPI_AT(io_uring_rsrc_update2, offset, 0);
KRING_UAPI_AT(io_uring_rsrc_update2, resv, 4);
KRING_UAPI_AT(io_uring_rsrc_update2, data, 8);
KRING_UAPI_AT(io_uring_rsrc_update2, tags, 16);
KRING_UAPI_AT(io_uring_rsrc_update2, nr, 24);
KRING_UAPI_AT(io_uring_rsrc_update2, resv2, 28);

/* Of IORING_REGISTER_FILE_ALLOC_RANGE: the slots from off up to off + len. 6.0 */
struct io_uring_file_index_range {
    uint32_t off;
    uint32_t len;
    uint64_t resv;
};
KRING_UAPI_SIZE(io_uring_file_index_range, 16);
KRING_UAPI_AT(io_uring_file_index_range, off, 0);
KRING_UAPI_AT(io_uring_file_index_range, len, 4);
KRING_UAPI_AT(io_uring_file_index_range, resv, 8);

/* Of IORING_REGISTER_CLONE_BUFFERS. 6.12 */
enum {
    IORING_REGISTER_SRC_REGISTERED = 1 << 0, /* 6.12 */
    IORING_REGISTER_DST_REPLACE = 1 << 1     /* 6.13 */
};

struct io_uring_clone_buffers {
    uint32_t src_fd;
    uint32_t flags;
    uint32_t src_off; /* this and the next two: 6.13 */
    uint32_t dst_off;
    uint32_t nr;
    uint32_t pad[3];
};
KRING_UAPI_SIZE(io_uring_clone_buffers, 32);
KRING_UAPI_AT(io_uring_clone_buffers, src_fd, 0);
KRING_UAPI_AT(io_uring_clone_buffers, flags, 4);
KRING_UAPI_AT(io_uring_clone_buffers, src_off, 8);
KRING_UAPI_AT(io_uring_clone_buffers, dst_off, 12);
KRING_UAPI_AT(io_uring_clone_buffers, nr, 16);
KRING_UAPI_AT(io_uring_clone_buffers, pad, 20);

/* Of IORING_REGISTER_PROBE: clear it whole, or the kernel answers EINVAL. 5.6 */
#define IO_URING_OP_SUPPORTED (1U << 0)

struct io_uring_probe_op {
    uint8_t op;
    uint8_t resv;
    uint16_t flags; /* IO_URING_OP_SUPPORTED */
    uint32_t resv2;
};
KRING_UAPI_SIZE(io_uring_probe_op, 8);
KRING_UAPI_AT(io_uring_probe_op, op, 0);
KRING_UAPI_AT(io_uring_probe_op, resv, 1);
KRING_UAPI_AT(io_uring_probe_op, flags, 2);
KRING_UAPI_AT(io_uring_probe_op, resv2, 4);

struct io_uring_probe {
    uint8_t last_op;
    uint8_t ops_len;
    uint16_t resv;
    uint32_t resv2[3];
    struct io_uring_probe_op ops[];
};
KRING_UAPI_SIZE(io_uring_probe, 16);
KRING_UAPI_AT(io_uring_probe, last_op, 0);
KRING_UAPI_AT(io_uring_probe, ops_len, 1);
KRING_UAPI_AT(io_uring_probe, resv, 2);
KRING_UAPI_AT(io_uring_probe, resv2, 4);
KRING_UAPI_AT(io_uring_probe, ops, 16);

/* Of IORING_REGISTER_RESTRICTIONS. 5.10 */
enum io_uring_register_restriction_op {
    IORING_RESTRICTION_REGISTER_OP = 0,
    IORING_RESTRICTION_SQE_OP = 1,
    IORING_RESTRICTION_SQE_FLAGS_ALLOWED = 2,
    IORING_RESTRICTION_SQE_FLAGS_REQUIRED = 3,

    IORING_RESTRICTION_LAST = 4
};

struct io_uring_restriction {
    uint16_t opcode; /* IORING_RESTRICTION_* */
    union {
        uint8_t register_op;
        uint8_t sqe_op;
        uint8_t sqe_flags;
    };
    uint8_t resv;
    uint32_t resv2[3];
};
KRING_UAPI_SIZE(io_uring_restriction, 16);
KRING_UAPI_AT(io_uring_restriction, opcode, 0);
KRING_UAPI_AT(io_uring_restriction, register_op, 2);
KRING_UAPI_AT(io_uring_restriction, sqe_op, 2);
KRING_UAPI_AT(io_uring_restriction, sqe_flags, 2);
KRING_UAPI_AT(io_uring_restriction, resv, 3);
KRING_UAPI_AT(io_uring_restriction, resv2, 4);

/* The same call with fd -1, for the whole task. 7.0 */
struct io_uring_task_restriction {
    uint16_t flags;
    uint16_t nr_res;
    uint32_t resv[3];
    struct io_uring_restriction restrictions[];
};
KRING_UAPI_SIZE(io_uring_task_restriction, 16);
KRING_UAPI_AT(io_uring_task_restriction, flags, 0);
KRING_UAPI_AT(io_uring_task_restriction, nr_res, 2);
KRING_UAPI_AT(io_uring_task_restriction, resv, 4);
KRING_UAPI_AT(io_uring_task_restriction, restrictions, 16);

/* Of IORING_REGISTER_SYNC_CANCEL. 6.0 */
struct io_uring_sync_cancel_reg {
    uint64_t addr;
    int32_t fd;
    uint32_t flags; /* IORING_ASYNC_CANCEL_* */
    struct kring_timespec timeout;
    uint8_t opcode; /* 6.6 */
    uint8_t pad[7];
    uint64_t pad2[3];
};
KRING_UAPI_SIZE(io_uring_sync_cancel_reg, 64);
KRING_UAPI_AT(io_uring_sync_cancel_reg, addr, 0);
KRING_UAPI_AT(io_uring_sync_cancel_reg, fd, 8);
KRING_UAPI_AT(io_uring_sync_cancel_reg, flags, 12);
KRING_UAPI_AT(io_uring_sync_cancel_reg, timeout, 16);
KRING_UAPI_AT(io_uring_sync_cancel_reg, opcode, 32);
KRING_UAPI_AT(io_uring_sync_cancel_reg, pad, 33);
KRING_UAPI_AT(io_uring_sync_cancel_reg, pad2, 40);

/* Of IORING_REGISTER_CLOCK. 6.12 */
struct io_uring_clock_register {
    uint32_t clockid;
    uint32_t __resv[3];
};
KRING_UAPI_SIZE(io_uring_clock_register, 16);
KRING_UAPI_AT(io_uring_clock_register, clockid, 0);
KRING_UAPI_AT(io_uring_clock_register, __resv, 4);

/* Of the two calls for busy polling. 6.9; strategies and ids: 6.13 */
enum io_uring_napi_op {
    IO_URING_NAPI_REGISTER_OP = 0,
    IO_URING_NAPI_STATIC_ADD_ID = 1,
    IO_URING_NAPI_STATIC_DEL_ID = 2
};

enum io_uring_napi_tracking_strategy {
    IO_URING_NAPI_TRACKING_DYNAMIC = 0,
    IO_URING_NAPI_TRACKING_STATIC = 1,
    IO_URING_NAPI_TRACKING_INACTIVE = 255
};

struct io_uring_napi {
    uint32_t busy_poll_to; /* microseconds */
    uint8_t prefer_busy_poll;
    uint8_t opcode; /* enum io_uring_napi_op */
    uint8_t pad[2];
    uint32_t op_param; /* a strategy for REGISTER_OP, else a NAPI id */
    uint32_t resv;
};
KRING_UAPI_SIZE(io_uring_napi, 16);
KRING_UAPI_AT(io_uring_napi, busy_poll_to, 0);
KRING_UAPI_AT(io_uring_napi, prefer_busy_poll, 4);
KRING_UAPI_AT(io_uring_napi, opcode, 5);
KRING_UAPI_AT(io_uring_napi, pad, 6);
KRING_UAPI_AT(io_uring_napi, op_param, 8);
KRING_UAPI_AT(io_uring_napi, resv, 12);

/* ---- Rings of provided buffers ------------------------------------------------------------- */

/* One buffer on offer. 5.19 */
struct io_uring_buf {
    uint64_t addr;
    uint32_t len;
    uint16_t bid;
    uint16_t resv;
};
KRING_UAPI_SIZE(io_uring_buf, 16);
KRING_UAPI_AT(io_uring_buf, addr, 0);
KRING_UAPI_AT(io_uring_buf, len, 8);
KRING_UAPI_AT(io_uring_buf, bid, 12);
KRING_UAPI_AT(io_uring_buf, resv, 14);

/*
 * The shared ring: the tail lies in the reserved word of the first buffer, which is why a buffer
 * must be filled field by field. An empty struct has a size in C++ and none in GNU C, hence two
 * spellings of a flexible array inside a union. 5.19
 */
struct io_uring_buf_ring {
    union {
        struct {
            uint64_t resv1;
            uint32_t resv2;
            uint16_t resv3;
            uint16_t tail;
        };
#if defined(__cplusplus)
        struct io_uring_buf bufs[0];
#else
        struct {
            struct {
            } __empty_bufs;
            struct io_uring_buf bufs[];
        };
#endif
    };
};
KRING_UAPI_SIZE(io_uring_buf_ring, 16);
KRING_UAPI_AT(io_uring_buf_ring, resv1, 0);
KRING_UAPI_AT(io_uring_buf_ring, resv2, 8);
KRING_UAPI_AT(io_uring_buf_ring, resv3, 12);
KRING_UAPI_AT(io_uring_buf_ring, tail, 14);
KRING_UAPI_AT(io_uring_buf_ring, bufs, 0);

/* io_uring_buf_reg.flags */
enum io_uring_register_pbuf_ring_flags {
    IOU_PBUF_RING_MMAP = 1, /* the kernel allocates, IORING_OFF_PBUF_RING maps; 6.4 */
    IOU_PBUF_RING_INC = 2   /* buffers are consumed piece by piece; 6.12 */
};

/* Of IORING_REGISTER_PBUF_RING and its opposite. 5.19 */
struct io_uring_buf_reg {
    uint64_t ring_addr;
    uint32_t ring_entries;
    uint16_t bgid;
    uint16_t flags;    /* 6.4 */
    uint32_t min_left; /* 7.1 */
    uint32_t resv[5];
};
KRING_UAPI_SIZE(io_uring_buf_reg, 40);
KRING_UAPI_AT(io_uring_buf_reg, ring_addr, 0);
KRING_UAPI_AT(io_uring_buf_reg, ring_entries, 8);
KRING_UAPI_AT(io_uring_buf_reg, bgid, 12);
KRING_UAPI_AT(io_uring_buf_reg, flags, 14);
KRING_UAPI_AT(io_uring_buf_reg, min_left, 16);
KRING_UAPI_AT(io_uring_buf_reg, resv, 20);

/* Of IORING_REGISTER_PBUF_STATUS. 6.8 */
struct io_uring_buf_status {
    uint32_t buf_group; /* in */
    uint32_t head;      /* out */
    uint32_t resv[8];
};
KRING_UAPI_SIZE(io_uring_buf_status, 40);
KRING_UAPI_AT(io_uring_buf_status, buf_group, 0);
KRING_UAPI_AT(io_uring_buf_status, head, 4);
KRING_UAPI_AT(io_uring_buf_status, resv, 8);

/* ---- Memory regions (6.13) ----------------------------------------------------------------- */

/* io_uring_region_desc.flags */
enum {
    IORING_MEM_REGION_TYPE_USER = 1
};

/* io_uring_mem_region_reg.flags */
enum {
    IORING_MEM_REGION_REG_WAIT_ARG = 1
};

struct io_uring_region_desc {
    uint64_t user_addr;
    uint64_t size;
    uint32_t flags;
    uint32_t id;
    uint64_t mmap_offset;
    uint64_t __resv[4];
};
KRING_UAPI_SIZE(io_uring_region_desc, 64);
KRING_UAPI_AT(io_uring_region_desc, user_addr, 0);
KRING_UAPI_AT(io_uring_region_desc, size, 8);
KRING_UAPI_AT(io_uring_region_desc, flags, 16);
KRING_UAPI_AT(io_uring_region_desc, id, 20);
KRING_UAPI_AT(io_uring_region_desc, mmap_offset, 24);
KRING_UAPI_AT(io_uring_region_desc, __resv, 32);

/* Of IORING_REGISTER_MEM_REGION */
struct io_uring_mem_region_reg {
    uint64_t region_uptr; /* of struct io_uring_region_desc */
    uint64_t flags;
    uint64_t __resv[2];
};
KRING_UAPI_SIZE(io_uring_mem_region_reg, 32);
KRING_UAPI_AT(io_uring_mem_region_reg, region_uptr, 0);
KRING_UAPI_AT(io_uring_mem_region_reg, flags, 8);
KRING_UAPI_AT(io_uring_mem_region_reg, __resv, 16);

/* ---- Queries (6.18) ------------------------------------------------------------------------ */

/* io_uring_query_hdr.query_op */
enum {
    IO_URING_QUERY_OPCODES = 0,    /* 6.18 */
    IO_URING_QUERY_ZCRX = 1,       /* 6.19 */
    IO_URING_QUERY_SCQ = 2,        /* 6.19 */
    IO_URING_QUERY_ZCRX_EVENT = 3, /* 7.2 */

    __IO_URING_QUERY_MAX = 4
};

/* Of IORING_REGISTER_QUERY: a chain through next_entry. The kernel writes size and result. */
struct io_uring_query_hdr {
    uint64_t next_entry;
    uint64_t query_data;
    uint32_t query_op;
    uint32_t size;
    int32_t result; /* 0 or -errno; -EOPNOTSUPP for a query_op it does not know */
    uint32_t __resv[3];
};
KRING_UAPI_SIZE(io_uring_query_hdr, 40);
KRING_UAPI_AT(io_uring_query_hdr, next_entry, 0);
KRING_UAPI_AT(io_uring_query_hdr, query_data, 8);
KRING_UAPI_AT(io_uring_query_hdr, query_op, 16);
KRING_UAPI_AT(io_uring_query_hdr, size, 20);
KRING_UAPI_AT(io_uring_query_hdr, result, 24);
KRING_UAPI_AT(io_uring_query_hdr, __resv, 28);

struct io_uring_query_opcode {
    uint32_t nr_request_opcodes;
    uint32_t nr_register_opcodes;
    uint64_t feature_flags;
    uint64_t ring_setup_flags;
    uint64_t enter_flags;
    uint64_t sqe_flags;
    uint32_t nr_query_opcodes;
    uint32_t __pad;
};
KRING_UAPI_SIZE(io_uring_query_opcode, 48);
KRING_UAPI_AT(io_uring_query_opcode, nr_request_opcodes, 0);
KRING_UAPI_AT(io_uring_query_opcode, nr_register_opcodes, 4);
KRING_UAPI_AT(io_uring_query_opcode, feature_flags, 8);
KRING_UAPI_AT(io_uring_query_opcode, ring_setup_flags, 16);
KRING_UAPI_AT(io_uring_query_opcode, enter_flags, 24);
KRING_UAPI_AT(io_uring_query_opcode, sqe_flags, 32);
KRING_UAPI_AT(io_uring_query_opcode, nr_query_opcodes, 40);
KRING_UAPI_AT(io_uring_query_opcode, __pad, 44);

struct io_uring_query_zcrx {
    uint64_t register_flags; /* ZCRX_REG_* */
    uint64_t area_flags;     /* IORING_ZCRX_AREA_* */
    uint32_t nr_ctrl_opcodes;
    uint32_t features; /* ZCRX_FEATURE_*, 7.0 */
    uint32_t rq_hdr_size;
    uint32_t rq_hdr_alignment;
    uint64_t __resv2;
};
KRING_UAPI_SIZE(io_uring_query_zcrx, 40);
KRING_UAPI_AT(io_uring_query_zcrx, register_flags, 0);
KRING_UAPI_AT(io_uring_query_zcrx, area_flags, 8);
KRING_UAPI_AT(io_uring_query_zcrx, nr_ctrl_opcodes, 16);
KRING_UAPI_AT(io_uring_query_zcrx, features, 20);
KRING_UAPI_AT(io_uring_query_zcrx, rq_hdr_size, 24);
KRING_UAPI_AT(io_uring_query_zcrx, rq_hdr_alignment, 28);
KRING_UAPI_AT(io_uring_query_zcrx, __resv2, 32);

struct io_uring_query_zcrx_event {
    uint32_t event_flags;
    uint32_t stats_size;
    uint32_t stats_off_alignment;
    uint32_t __resv1;
    uint64_t __resv2[4];
};
KRING_UAPI_SIZE(io_uring_query_zcrx_event, 48);
KRING_UAPI_AT(io_uring_query_zcrx_event, event_flags, 0);
KRING_UAPI_AT(io_uring_query_zcrx_event, stats_size, 4);
KRING_UAPI_AT(io_uring_query_zcrx_event, stats_off_alignment, 8);
KRING_UAPI_AT(io_uring_query_zcrx_event, __resv1, 12);
KRING_UAPI_AT(io_uring_query_zcrx_event, __resv2, 16);

/* Of the memory that holds the two rings, for IORING_SETUP_NO_MMAP */
struct io_uring_query_scq {
    uint64_t hdr_size;
    uint64_t hdr_alignment;
};
KRING_UAPI_SIZE(io_uring_query_scq, 16);
KRING_UAPI_AT(io_uring_query_scq, hdr_size, 0);
KRING_UAPI_AT(io_uring_query_scq, hdr_alignment, 8);

/* ---- Zero-copy receive (6.15) -------------------------------------------------------------- */

/* An entry of the refill ring: a piece of the area given back to the kernel */
struct io_uring_zcrx_rqe {
    uint64_t off;
    uint32_t len;
    uint32_t __pad;
};
KRING_UAPI_SIZE(io_uring_zcrx_rqe, 16);
KRING_UAPI_AT(io_uring_zcrx_rqe, off, 0);
KRING_UAPI_AT(io_uring_zcrx_rqe, len, 8);
KRING_UAPI_AT(io_uring_zcrx_rqe, __pad, 12);

/* The second half of a RECV_ZC completion */
struct io_uring_zcrx_cqe {
    uint64_t off;
    uint64_t __pad;
};
KRING_UAPI_SIZE(io_uring_zcrx_cqe, 16);
KRING_UAPI_AT(io_uring_zcrx_cqe, off, 0);
KRING_UAPI_AT(io_uring_zcrx_cqe, __pad, 8);

/* The top bits of such an offset name the area */
#define IORING_ZCRX_AREA_SHIFT 48
#define IORING_ZCRX_AREA_MASK  (~((UINT64_C(1) << IORING_ZCRX_AREA_SHIFT) - 1))

struct io_uring_zcrx_offsets {
    uint32_t head;
    uint32_t tail;
    uint32_t rqes;
    uint32_t __resv2;
    uint64_t __resv[2];
};
KRING_UAPI_SIZE(io_uring_zcrx_offsets, 32);
KRING_UAPI_AT(io_uring_zcrx_offsets, head, 0);
KRING_UAPI_AT(io_uring_zcrx_offsets, tail, 4);
KRING_UAPI_AT(io_uring_zcrx_offsets, rqes, 8);
KRING_UAPI_AT(io_uring_zcrx_offsets, __resv2, 12);
KRING_UAPI_AT(io_uring_zcrx_offsets, __resv, 16);

enum io_uring_zcrx_area_flags {
    IORING_ZCRX_AREA_DMABUF = 1 /* 6.16 */
};

struct io_uring_zcrx_area_reg {
    uint64_t addr;
    uint64_t len;
    uint64_t rq_area_token;
    uint32_t flags;     /* IORING_ZCRX_AREA_* */
    uint32_t dmabuf_fd; /* 6.16 */
    uint64_t __resv2[2];
};
KRING_UAPI_SIZE(io_uring_zcrx_area_reg, 48);
KRING_UAPI_AT(io_uring_zcrx_area_reg, addr, 0);
KRING_UAPI_AT(io_uring_zcrx_area_reg, len, 8);
KRING_UAPI_AT(io_uring_zcrx_area_reg, rq_area_token, 16);
KRING_UAPI_AT(io_uring_zcrx_area_reg, flags, 24);
KRING_UAPI_AT(io_uring_zcrx_area_reg, dmabuf_fd, 28);
KRING_UAPI_AT(io_uring_zcrx_area_reg, __resv2, 32);

/* io_uring_zcrx_ifq_reg.flags, after 6.15 */
enum zcrx_reg_flags {
    ZCRX_REG_IMPORT = 1,
    ZCRX_REG_NODEV = 2 /* no network device: everything is copied */
};

/* io_uring_query_zcrx.features */
enum zcrx_features {
    ZCRX_FEATURE_RX_PAGE_SIZE = 1 << 0, /* rx_buf_len is honoured; 7.0 */
    ZCRX_FEATURE_EVENT = 1 << 1         /* 7.2 */
};

/* Events and the statistics that go with them. 7.2 */
enum zcrx_event_type {
    ZCRX_EVENT_ALLOC_FAIL = 0,
    ZCRX_EVENT_COPY = 1,

    __ZCRX_EVENT_TYPE_LAST = 2
};

enum zcrx_event_desc_flags {
    ZCRX_EVENT_DESC_FLAG_STATS = 1 << 0 /* stats_offset is meant */
};

struct zcrx_stats {
    uint64_t copy_count;
    uint64_t copy_bytes;
};
KRING_UAPI_SIZE(zcrx_stats, 16);
KRING_UAPI_AT(zcrx_stats, copy_count, 0);
KRING_UAPI_AT(zcrx_stats, copy_bytes, 8);

struct zcrx_event_desc {
    uint64_t user_data;
    uint32_t type_mask;
    uint32_t flags;        /* ZCRX_EVENT_DESC_FLAG_* */
    uint64_t stats_offset; /* from the start of the refill ring's region */
    uint64_t __resv2[9];
};
KRING_UAPI_SIZE(zcrx_event_desc, 96);
KRING_UAPI_AT(zcrx_event_desc, user_data, 0);
KRING_UAPI_AT(zcrx_event_desc, type_mask, 8);
KRING_UAPI_AT(zcrx_event_desc, flags, 12);
KRING_UAPI_AT(zcrx_event_desc, stats_offset, 16);
KRING_UAPI_AT(zcrx_event_desc, __resv2, 24);

/* Of IORING_REGISTER_ZCRX_IFQ */
struct io_uring_zcrx_ifq_reg {
    uint32_t if_idx;
    uint32_t if_rxq;
    uint32_t rq_entries;
    uint32_t flags;      /* ZCRX_REG_* */
    uint64_t area_ptr;   /* of struct io_uring_zcrx_area_reg */
    uint64_t region_ptr; /* of struct io_uring_region_desc */
    struct io_uring_zcrx_offsets offsets;
    uint32_t zcrx_id;
    uint32_t rx_buf_len; /* 7.0 */
    uint64_t event_desc; /* of struct zcrx_event_desc; 7.2 */
    uint64_t __resv[2];
};
KRING_UAPI_SIZE(io_uring_zcrx_ifq_reg, 96);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, if_idx, 0);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, if_rxq, 4);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, rq_entries, 8);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, flags, 12);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, area_ptr, 16);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, region_ptr, 24);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, offsets, 32);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, zcrx_id, 64);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, rx_buf_len, 68);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, event_desc, 72);
KRING_UAPI_AT(io_uring_zcrx_ifq_reg, __resv, 80);

/* Of IORING_REGISTER_ZCRX_CTRL. 6.19 */
enum zcrx_ctrl_op {
    ZCRX_CTRL_FLUSH_RQ = 0,
    ZCRX_CTRL_EXPORT = 1,
    ZCRX_CTRL_ARM_EVENT = 2, /* 7.2 */

    __ZCRX_CTRL_LAST = 3
};

struct zcrx_ctrl_flush_rq {
    uint64_t __resv[6];
};
KRING_UAPI_SIZE(zcrx_ctrl_flush_rq, 48);
KRING_UAPI_AT(zcrx_ctrl_flush_rq, __resv, 0);

struct zcrx_ctrl_export {
    uint32_t zcrx_fd;
    uint32_t __resv1[11];
};
KRING_UAPI_SIZE(zcrx_ctrl_export, 48);
KRING_UAPI_AT(zcrx_ctrl_export, zcrx_fd, 0);
KRING_UAPI_AT(zcrx_ctrl_export, __resv1, 4);

struct zcrx_ctrl_arm_event {
    uint32_t event_type; /* enum zcrx_event_type */
    uint32_t __resv[11];
};
KRING_UAPI_SIZE(zcrx_ctrl_arm_event, 48);
KRING_UAPI_AT(zcrx_ctrl_arm_event, event_type, 0);
KRING_UAPI_AT(zcrx_ctrl_arm_event, __resv, 4);

struct zcrx_ctrl {
    uint32_t zcrx_id;
    uint32_t op; /* enum zcrx_ctrl_op */
    uint64_t __resv[2];
    union {
        struct zcrx_ctrl_export zc_export;
        struct zcrx_ctrl_flush_rq zc_flush;
        struct zcrx_ctrl_arm_event zc_arm_event;
    };
};
KRING_UAPI_SIZE(zcrx_ctrl, 72);
KRING_UAPI_AT(zcrx_ctrl, zcrx_id, 0);
KRING_UAPI_AT(zcrx_ctrl, op, 4);
KRING_UAPI_AT(zcrx_ctrl, __resv, 8);
KRING_UAPI_AT(zcrx_ctrl, zc_export, 24);
KRING_UAPI_AT(zcrx_ctrl, zc_flush, 24);
KRING_UAPI_AT(zcrx_ctrl, zc_arm_event, 24);

/* ---- BPF filters of operations (7.0) ------------------------------------------------------- */

/* What a filter program sees: pdu_size bytes of the member that belongs to the opcode */
struct io_uring_bpf_ctx {
    uint64_t user_data;
    uint8_t opcode;
    uint8_t sqe_flags;
    uint8_t pdu_size;
    uint8_t pad[5];
    union {
        struct {
            uint32_t family;
            uint32_t type;
            uint32_t protocol;
        } socket;
        struct {
            uint64_t flags;
            uint64_t mode;
            uint64_t resolve;
        } open;
        struct {
            uint32_t family;
            uint16_t port; /* network byte order, as is the address */
            uint8_t pad[2];
            union {
                uint32_t v4_addr;
                uint8_t v6_addr[16];
            };
        } connect; /* 7.2 */
    };
};
KRING_UAPI_SIZE(io_uring_bpf_ctx, 40);
KRING_UAPI_AT(io_uring_bpf_ctx, user_data, 0);
KRING_UAPI_AT(io_uring_bpf_ctx, opcode, 8);
KRING_UAPI_AT(io_uring_bpf_ctx, sqe_flags, 9);
KRING_UAPI_AT(io_uring_bpf_ctx, pdu_size, 10);
KRING_UAPI_AT(io_uring_bpf_ctx, pad, 11);
KRING_UAPI_AT(io_uring_bpf_ctx, socket, 16);
KRING_UAPI_AT(io_uring_bpf_ctx, socket.protocol, 24);
KRING_UAPI_AT(io_uring_bpf_ctx, open, 16);
KRING_UAPI_AT(io_uring_bpf_ctx, open.resolve, 32);
KRING_UAPI_AT(io_uring_bpf_ctx, connect, 16);
KRING_UAPI_AT(io_uring_bpf_ctx, connect.port, 20);
KRING_UAPI_AT(io_uring_bpf_ctx, connect.v4_addr, 24);
KRING_UAPI_AT(io_uring_bpf_ctx, connect.v6_addr, 24);

/* io_uring_bpf_filter.flags */
enum {
    IO_URING_BPF_FILTER_DENY_REST = 1,
    IO_URING_BPF_FILTER_SZ_STRICT = 2
};

struct io_uring_bpf_filter {
    uint32_t opcode;
    uint32_t flags;
    uint32_t filter_len; /* instructions */
    uint8_t pdu_size;
    uint8_t resv[3];
    uint64_t filter_ptr;
    uint64_t resv2[5];
};
KRING_UAPI_SIZE(io_uring_bpf_filter, 64);
KRING_UAPI_AT(io_uring_bpf_filter, opcode, 0);
KRING_UAPI_AT(io_uring_bpf_filter, flags, 4);
KRING_UAPI_AT(io_uring_bpf_filter, filter_len, 8);
KRING_UAPI_AT(io_uring_bpf_filter, pdu_size, 12);
KRING_UAPI_AT(io_uring_bpf_filter, resv, 13);
KRING_UAPI_AT(io_uring_bpf_filter, filter_ptr, 16);
KRING_UAPI_AT(io_uring_bpf_filter, resv2, 24);

/* io_uring_bpf.cmd_type */
enum {
    IO_URING_BPF_CMD_FILTER = 1
};

/* Of IORING_REGISTER_BPF_FILTER */
struct io_uring_bpf {
    uint16_t cmd_type;
    uint16_t cmd_flags;
    uint32_t resv;
    union {
        struct io_uring_bpf_filter filter;
    };
};
KRING_UAPI_SIZE(io_uring_bpf, 72);
KRING_UAPI_AT(io_uring_bpf, cmd_type, 0);
KRING_UAPI_AT(io_uring_bpf, cmd_flags, 2);
KRING_UAPI_AT(io_uring_bpf, resv, 4);
KRING_UAPI_AT(io_uring_bpf, filter, 8);

/* ---- Withdrawn ----------------------------------------------------------------------------- */

/* Named by headers around 6.0 and 6.1 for a call that no release has; kept for source code only */
struct io_uring_notification_slot {
    uint64_t tag;
    uint64_t resv[3];
};
KRING_UAPI_SIZE(io_uring_notification_slot, 32);
KRING_UAPI_AT(io_uring_notification_slot, tag, 0);
KRING_UAPI_AT(io_uring_notification_slot, resv, 8);

struct io_uring_notification_register {
    uint32_t nr_slots;
    uint32_t resv;
    uint64_t resv2;
    uint64_t data;
    uint64_t resv3;
};
KRING_UAPI_SIZE(io_uring_notification_register, 32);
KRING_UAPI_AT(io_uring_notification_register, nr_slots, 0);
KRING_UAPI_AT(io_uring_notification_register, resv, 4);
KRING_UAPI_AT(io_uring_notification_register, resv2, 8);
KRING_UAPI_AT(io_uring_notification_register, data, 16);
KRING_UAPI_AT(io_uring_notification_register, resv3, 24);

#undef KRING_UAPI_AT
#undef KRING_UAPI_SIZE
#undef KRING_UAPI_ASSERT

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#endif
