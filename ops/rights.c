/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that came as ancillary data of a receive whose result nobody takes are closed: rule
 * 8. The message is still borrowed then.
 */
#include "ring.h"

#include <asm/socket.h>

#if CONFIG_KRING_NET

struct cmsg {
    size_t length; /* with this head */
    int level;
    int type;
};
#define SCM_RIGHTS 1
#define SCM_PIDFD 4

static void close_all(const uint8_t *control, size_t size)
{
    while (size >= sizeof(struct cmsg)) {
        struct cmsg head;
        size_t step;

        memcpy(&head, control, sizeof head);
        if (head.length < sizeof head || head.length > size)
            return;
        if (head.level == SOL_SOCKET && (head.type == SCM_RIGHTS || head.type == SCM_PIDFD))
            for (size_t at = sizeof head; at + sizeof(int) <= head.length; at += sizeof(int)) {
                int fd;

                memcpy(&fd, control + at, sizeof fd);
                if (fd >= 0)
                    (void)kring__sys_close(fd);
            }
        step = (head.length + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1);
        if (step > size)
            return;
        control += step;
        size -= step;
    }
}

void kring__close_rights(struct kring *ring, const struct kring__slot *slot, int32_t res,
                         uint32_t cqe_flags)
{
    const struct kring__msghdr *message = (const struct kring__msghdr *)(uintptr_t)slot->sqe.addr;
    const struct kring__pool *pool = &ring->pools[slot->pool];
    uint32_t id = cqe_flags >> IORING_CQE_BUFFER_SHIFT;
    struct io_uring_recvmsg_out out;
    const uint8_t *buffer;

    if (slot->sqe.opcode != IORING_OP_RECVMSG || res < 0 || message == NULL)
        return;
    if (!(slot->flags & KRING__S_MULTI)) {
        if (message->control != NULL)
            close_all(message->control, message->controllen);
        return;
    }
    if (!(cqe_flags & IORING_CQE_F_BUFFER) || !(slot->flags & KRING__S_SELECTS) ||
        id >= pool->count || (size_t)res < sizeof out + (size_t)message->namelen)
        return;
    buffer = pool->memory + (size_t)id * pool->size;
    memcpy(&out, buffer, sizeof out);
    if (out.controllen <= message->controllen)
        close_all(buffer + sizeof out + message->namelen, out.controllen);
}

#endif
