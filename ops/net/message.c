/* SPDX-License-Identifier: MIT */
/* Datagrams with their addresses, and what a multishot RECVMSG put into a buffer. */
#include "net.h"

/* What kring_recv_from() lends the kernel is a struct msghdr with all that it points to. */
#define SAME(ours, its) \
    _Static_assert(offsetof(struct kring_from, ours) == offsetof(struct kring__msghdr, its), #ours)
SAME(name, name);
SAME(name_length, namelen);
SAME(vector, iov);
SAME(vectors, iovlen);
SAME(control, control);
SAME(control_length, controllen);
SAME(flags, flags);
_Static_assert(offsetof(struct kring_from, data_length) - offsetof(struct kring_from, data) ==
                   offsetof(struct iovec, iov_len), "data and its length are an iovec");
_Static_assert(sizeof(struct iovec) == sizeof(void *) + sizeof(size_t), "and nothing else");

kring_op kring_recv_from(struct kring *ring, int fd, void *data, uint32_t length, int flags,
                         struct kring_from *from)
{
    memset(from, 0, offsetof(struct kring_from, storage));
    from->name = from->storage;
    from->name_length = sizeof from->storage;
    from->vector = &from->data;
    from->vectors = 1;
    from->data = data;
    from->data_length = length;
    return kring_recvmsg(ring, fd, (struct msghdr *)from, flags);
}

int kring_recvmsg_parse(const struct kring_result *result, const struct msghdr *given,
                        struct kring_received *received)
{
    const struct kring__msghdr *message = (const void *)given;
    struct io_uring_recvmsg_out out;
    const char *at = result->data;
    uint64_t header;

    memset(received, 0, sizeof *received);
    if (!(result->flags & KRING_BUFFER) || at == NULL || message->namelen < 0 ||
        result->length < sizeof out)
        return -EINVAL;
    header = sizeof out + (uint64_t)message->namelen + message->controllen;
    if (header > result->length)
        return -EINVAL;
    memcpy(&out, at, sizeof out);
    received->name = at + sizeof out;
    received->name_room = (uint32_t)message->namelen;
    received->name_length = out.namelen;
    received->control = at + sizeof out + message->namelen;
    /* More than there was room for cannot have been written. */
    received->control_length = (uint32_t)message->controllen;
    if (out.controllen < message->controllen)
        received->control_length = out.controllen;
    received->data = (char *)result->data + header;
    received->length = result->length - (uint32_t)header;
    if (received->length > out.payloadlen)
        received->length = out.payloadlen;
    received->payload_length = out.payloadlen;
    received->flags = out.flags;
    return 0;
}
