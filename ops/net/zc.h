/* SPDX-License-Identifier: MIT */
/* What SEND_ZC and SENDMSG_ZC share; it stands in send_zc.c. */
#ifndef KRING__NET_ZC_H
#define KRING__NET_ZC_H

#include "net.h"

/* Its data lies in this registered buffer; gives op back. */
kring_op kring__from_buffer(struct kring *ring, kring_op op, uint16_t buffer);

#if CONFIG_KRING_SOFT_ENGINE && CONFIG_KRING_ZEROCOPY
#define KRING__AF_INET 2
#define KRING__AF_INET6 10

/* The checks of fields that both have; sets KRING__REQ_NOTIF. */
int kring__zc_prep(struct kring__req *req);
/* Is it a socket of a kind that sends without copying? 0, -ENOTSOCK or -EOPNOTSUPP. */
int kring__zc_socket(struct kring__req *req);
/* The result of an attempt, which decides when the notification comes. */
int kring__zc_sent(struct kring__req *req, int res);
#endif

#endif
