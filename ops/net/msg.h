/* SPDX-License-Identifier: MIT */
/* What sendmsg and recvmsg share; it stands in sendmsg.c. */
#ifndef KRING__NET_MSG_H
#define KRING__NET_MSG_H

#include "net.h"

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_NET
/* More vectors than this are transferred in several calls, which only streams allow. */
#define KRING__MSG_PIECE 16

/* Bytes that the message's vectors name; or -EMSGSIZE, -EINVAL as the kernel has it. */
int64_t kring__msg_length(const struct kring__msghdr *message);
/*
 * A copy of a stream's message without the bytes that earlier tries transferred: its vectors are
 * written to piece, and may end before the message does. Ancillary data went with the first try.
 */
void kring__msg_rest(struct kring__msghdr *rest, struct iovec piece[KRING__MSG_PIECE],
                     const struct kring__msghdr *message, size_t skip);
/* What SENDMSG and SENDMSG_ZC check of their fields. */
int kring__sendmsg_fields(const struct kring__req *req);
/* One attempt of a send of this message, from where the last one ended. */
int kring__message_once(struct kring__req *req, const struct kring__msghdr *message);
#endif

#endif
