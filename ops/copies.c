/* SPDX-License-Identifier: MIT */
/*
 * Which operations' arguments the kernel reads once, at preparation (IORING_FEAT_SUBMIT_STABLE):
 * the soft engine copies exactly those. Data is never among them, nor is what a result is written
 * to, nor the array of FILES_UPDATE, which the kernel reads late. It reads the value of SETSOCKOPT
 * when the request runs: that is copied nevertheless, as an option's value is a local variable.
 */
#include "ops.h"

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_COPIES

const uint8_t kring__copy_shapes[KRING__OP_COUNT] = {
    [IORING_OP_READV] = KRING__COPY_VECTORS,
    [IORING_OP_WRITEV] = KRING__COPY_VECTORS,
    [IORING_OP_SENDMSG] = KRING__COPY_MESSAGE,
    [IORING_OP_RECVMSG] = KRING__COPY_MESSAGE_BACK,
    [IORING_OP_TIMEOUT] = KRING__COPY_TIME,
    [IORING_OP_TIMEOUT_REMOVE] = KRING__COPY_NEW_TIME,
    [IORING_OP_LINK_TIMEOUT] = KRING__COPY_TIME,
    [IORING_OP_CONNECT] = KRING__COPY_ADDRESS,
    [IORING_OP_OPENAT] = KRING__COPY_PATH,
    [IORING_OP_STATX] = KRING__COPY_PATH,
    [IORING_OP_SEND] = KRING__COPY_SEND,
    [IORING_OP_RENAMEAT] = KRING__COPY_TWO_PATHS,
    [IORING_OP_UNLINKAT] = KRING__COPY_PATH,
    [IORING_OP_MKDIRAT] = KRING__COPY_PATH,
    [IORING_OP_SYMLINKAT] = KRING__COPY_TWO_PATHS,
    [IORING_OP_LINKAT] = KRING__COPY_TWO_PATHS,
    [IORING_OP_EPOLL_CTL] = KRING__COPY_EVENT,
    [IORING_OP_SEND_ZC] = KRING__COPY_SEND,
    [IORING_OP_SENDMSG_ZC] = KRING__COPY_MESSAGE,
    [IORING_OP_FUTEX_WAITV] = KRING__COPY_FUTEXES,
    [IORING_OP_BIND] = KRING__COPY_ADDRESS,
    [IORING_OP_READV_FIXED] = KRING__COPY_VECTORS,
    [IORING_OP_WRITEV_FIXED] = KRING__COPY_VECTORS,
    [IORING_OP_URING_CMD] = KRING__COPY_OPTION,
};

#endif
