/* SPDX-License-Identifier: MIT */
/*
 * The typed socket options: one getter and one setter for each row of KRING_SOCKET_OPTIONS
 * (kring.h). They are getsockopt and setsockopt (uring_cmd.c) whose value lies in the operation's
 * own slot: the caller lends no memory, and the result is the value.
 */
#include "net.h"

#include <linux/in.h>
#include <linux/tcp.h>

/* The kernel's struct linger, the one value that is not an int. */
_Static_assert(sizeof((struct kring__slot *)0)->option == 8, "room for a struct linger");

#define GET SOCKET_URING_OP_GETSOCKOPT
#define SET SOCKET_URING_OP_SETSOCKOPT

static kring_op typed(struct kring *ring, int fd, unsigned what, int level, int name,
                      int64_t value)
{
    uint32_t length = level == SOL_SOCKET && name == SO_LINGER ? 8 : 4;
    struct kring__slot *slot;
    kring_op op = what == GET ? kring_getsockopt(ring, fd, level, name, NULL, length)
                              : kring_setsockopt(ring, fd, level, name, NULL, length);

    slot = kring__slot(ring, op);
    if (slot == NULL)
        return op;
    if (value > INT32_MAX && !(length == 8 && value == KRING_LINGER_OFF))
        return kring__fail(ring, op, -EINVAL);
    if (value < INT32_MIN || (length == 8 && value < 0))
        return kring__fail(ring, op, -EINVAL);
    slot->option[0] = (int32_t)value;
    slot->option[1] = 0;
    if (length == 8) {
        slot->option[0] = value != KRING_LINGER_OFF;
        slot->option[1] = slot->option[0] ? (int32_t)value : 0;
    }
    slot->sqe.optval = kring__address(slot->option);
    return op;
}

#define KRING__GETTER(word, level, name) \
    kring_op kring_getsockopt_##word(struct kring *ring, int fd) \
    { \
        return typed(ring, fd, GET, level, name, 0); \
    }
#define KRING__SETTER(word, level, name) \
    kring_op kring_setsockopt_##word(struct kring *ring, int fd, int64_t value) \
    { \
        return typed(ring, fd, SET, level, name, value); \
    }
KRING_SOCKET_OPTIONS(KRING__GETTER, KRING__SETTER)

int64_t kring__option_value(const struct kring__slot *slot, int32_t res)
{
    const struct io_uring_sqe *sqe = &slot->sqe;

    if (res < 0 || sqe->cmd_op != GET || sqe->optval != kring__address(slot->option))
        return res;
    if ((uint32_t)res != sqe->optlen)
        return -EMSGSIZE;
    if (sqe->optlen == 8)
        return slot->option[0] ? slot->option[1] : KRING_LINGER_OFF;
    return slot->option[0] < 0 ? -ENODATA : slot->option[0];
}
