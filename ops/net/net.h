/* SPDX-License-Identifier: MIT */
/*
 * What the socket operations share. The kernel exports no header with the MSG_ flags, and libc's
 * may not be included here; their values are equal on every architecture.
 */
#ifndef KRING__NET_H
#define KRING__NET_H

#include "../sqe.h"

#include <asm/socket.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/uio.h>

#define KRING__MSG_CTRUNC 0x8u
#define KRING__MSG_TRUNC 0x20u
#define KRING__MSG_DONTWAIT 0x40u
#define KRING__MSG_WAITALL 0x100u
#define KRING__MSG_ERRQUEUE 0x2000u
#define KRING__MSG_NOSIGNAL 0x4000u

/* Socket types; MIPS numbers the first two the other way round. */
#if defined(__mips__)
#define KRING__SOCK_DGRAM 1
#define KRING__SOCK_STREAM 2
#else
#define KRING__SOCK_STREAM 1
#define KRING__SOCK_DGRAM 2
#endif
#define KRING__SOCK_SEQPACKET 5
#define KRING__SOCK_TYPE_MASK 0xfu
/* They share the values of the open flags on all architectures that kring knows. */
#define KRING__SOCK_CLOEXEC ((unsigned)O_CLOEXEC)
#define KRING__SOCK_NONBLOCK ((unsigned)O_NONBLOCK)

/* The kernel refuses longer addresses (sizeof(struct sockaddr_storage), net/socket.c). */
#define KRING__ADDRESS_MAX 128

/* Vectors in one message (UIO_MAXIOV): more is EMSGSIZE in a msghdr. */
#define KRING__VECTORS_MAX 1024

/* send.c: gives an operation's SQE a destination. */
kring_op kring__destination(struct kring *ring, kring_op op, const struct sockaddr *address,
                            uint32_t length);

#if CONFIG_KRING_SOFT_ENGINE
/* recv.c: the checks of RECV and RECVMSG; send.c: of SEND and SENDMSG. */
int kring__receive_prep(struct kring__req *req);
int kring__transmit_prep(struct kring__req *req);
/* POLL_FIRST: KRING__TRY_WAIT before the first attempt, or -EAGAIN with MSG_DONTWAIT; else 0. */
int kring__poll_first(const struct kring__req *req);
/* send.c: what SEND and SEND_ZC check of the address and the vectors, and one attempt of both. */
int kring__send_fields(const struct kring__req *req);
int kring__send_once(struct kring__req *req);
/* bundle.c: an attempt of SEND and of RECV with provided buffers, where those are more than one. */
int kring__send_selected(struct kring__soft *soft, struct kring__req *req);
int kring__recv_bundle(struct kring__soft *soft, struct kring__req *req);
/* An option of the socket level as an int, or -errno. */
int kring__socket_option(int fd, int name);
/* Is the socket of a kind on which MSG_WAITALL goes on after a partial transfer? */
bool kring__is_stream(int fd);
/*
 * A receive's or send's result after what earlier tries of the same request transferred: the sum,
 * the error when there was none, or KRING__TRY_WAIT. wanted is what MSG_WAITALL asks for.
 */
int kring__transfer_end(struct kring__req *req, int res, size_t wanted);
#endif

#endif
