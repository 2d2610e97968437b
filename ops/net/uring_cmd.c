/* SPDX-License-Identifier: MIT */
/*
 * URING_CMD: a command to what is behind the file; kring has those of sockets. Kernel: 5.19; of
 * sockets SIOCINQ and SIOCOUTQ 6.6, GETSOCKOPT (of SOL_SOCKET only) and SETSOCKOPT 6.7,
 * TX_TIMESTAMP 6.17, GETSOCKNAME 6.19. Sockets without an ioctl of their protocol (AF_UNIX,
 * netlink) were refused all of it until 6.18.
 * SQE: fd; cmd_op: SOCKET_URING_OP_; uring_cmd_flags; level, optname, optval, optlen: an option;
 * addr, addr3, optlen: address, its length, and 0 for the own name or 1 for the peer's.
 * Result: SIOCINQ, SIOCOUTQ: bytes; GETSOCKOPT: bytes of the value; else 0. -EOPNOTSUPP: a file
 * that takes no commands, or not this one.
 * Soft: ioctl(2), getsockopt(2), setsockopt(2), getsockname(2), getpeername(2), none of which
 * blocks; also of AF_UNIX and of every level. TX_TIMESTAMP and commands of other files are the
 * kernel's alone: the route says so.
 * Owns: values and addresses are the caller's until the result.
 * EINVAL: of fields at preparation; else what the file says, and of a driver's command perhaps
 * after an effect.
 */
#include "net.h"

#include <asm/ioctls.h>

static kring_op command(struct kring *ring, int fd, unsigned what, struct io_uring_sqe **sqe)
{
    kring_op op = kring__new(ring, IORING_OP_URING_CMD, sqe);

    if (*sqe == NULL)
        return op;
    if (!CONFIG_KRING_NET) {
        *sqe = NULL;
        return kring__fail(ring, op, -KRING_EKERNEL);
    }
    (*sqe)->cmd_op = what;
    kring__fd(ring, op, *sqe, fd);
    return op;
}

static kring_op option(struct kring *ring, int fd, unsigned what, int level, int name,
                       const void *value, uint32_t length)
{
    struct io_uring_sqe *sqe;
    kring_op op = command(ring, fd, what, &sqe);

    if (sqe != NULL) {
        sqe->level = (uint32_t)level;
        sqe->optname = (uint32_t)name;
        sqe->optval = kring__address(value);
        sqe->optlen = length;
    }
    return op;
}

kring_op kring_getsockopt(struct kring *ring, int fd, int level, int name, void *value,
                          uint32_t length)
{
    return option(ring, fd, SOCKET_URING_OP_GETSOCKOPT, level, name, value, length);
}

kring_op kring_setsockopt(struct kring *ring, int fd, int level, int name, const void *value,
                          uint32_t length)
{
    return option(ring, fd, SOCKET_URING_OP_SETSOCKOPT, level, name, value, length);
}

static kring_op name_of(struct kring *ring, int fd, struct sockaddr *address, uint32_t *length,
                        uint32_t peer)
{
    struct io_uring_sqe *sqe;
    kring_op op = command(ring, fd, SOCKET_URING_OP_GETSOCKNAME, &sqe);

    if (sqe != NULL) {
        sqe->addr = kring__address(address);
        sqe->addr3 = kring__address(length);
        sqe->optlen = peer;
    }
    return op;
}

kring_op kring_getsockname(struct kring *ring, int fd, struct sockaddr *address, uint32_t *length)
{
    return name_of(ring, fd, address, length, 0);
}

kring_op kring_getpeername(struct kring *ring, int fd, struct sockaddr *address, uint32_t *length)
{
    return name_of(ring, fd, address, length, 1);
}

kring_op kring_siocinq(struct kring *ring, int fd)
{
    struct io_uring_sqe *sqe;

    return command(ring, fd, SOCKET_URING_OP_SIOCINQ, &sqe);
}

kring_op kring_siocoutq(struct kring *ring, int fd)
{
    struct io_uring_sqe *sqe;

    return command(ring, fd, SOCKET_URING_OP_SIOCOUTQ, &sqe);
}

#if CONFIG_KRING_SOFT_ENGINE
int kring__uring_cmd_prep(struct kring__soft *soft, struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    (void)soft;
    if (kring__has_ioprio(req) || sqe->__pad1 != 0)
        return -EINVAL;
    /* MULTISHOT needs a picked buffer, which sockets do not take. */
    return sqe->uring_cmd_flags & ~IORING_URING_CMD_FIXED ? -EINVAL : 0;
}

#if CONFIG_KRING_NET
/* FIONREAD and TIOCOUTQ are SIOCINQ and SIOCOUTQ; pipes and terminals know them too. */
static int queue(int fd, unsigned long request)
{
    int bytes = 0;
    long res = kring__socket_option(fd, SO_TYPE);

    if (res >= 0)
        res = kring__sys_ioctl(fd, request, &bytes);
    if (res == -ENOTTY)
        return -EOPNOTSUPP; /* a socket without queues */
    return res < 0 ? (int)res : bytes;
}

static int read_option(const struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    unsigned length = sqe->optlen;
    long res = kring__sys_getsockopt(req->fd, (int)sqe->level, (int)sqe->optname,
                                     kring__pointer(sqe->optval), &length);

    return res < 0 ? (int)res : (int)length;
}

static int read_name(const struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    void *address = kring__pointer(sqe->addr);
    unsigned *length = kring__pointer(sqe->addr3);

    if (sqe->len != 0 || sqe->uring_cmd_flags != 0 || sqe->optlen > 1)
        return -EINVAL;
    return (int)(sqe->optlen != 0 ? kring__sys_getpeername(req->fd, address, length)
                                  : kring__sys_getsockname(req->fd, address, length));
}

static int socket_command(const struct kring__req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;

    switch (sqe->cmd_op) {
    case SOCKET_URING_OP_SIOCINQ:
        return queue(req->fd, FIONREAD);
    case SOCKET_URING_OP_SIOCOUTQ:
        return queue(req->fd, TIOCOUTQ);
    case SOCKET_URING_OP_GETSOCKOPT:
        return read_option(req);
    case SOCKET_URING_OP_SETSOCKOPT:
        return (int)kring__sys_setsockopt(req->fd, (int)sqe->level, (int)sqe->optname,
                                          kring__pointer(sqe->optval), sqe->optlen);
    case SOCKET_URING_OP_GETSOCKNAME:
        return read_name(req);
    default:
        return -EOPNOTSUPP;
    }
}
#else
static int socket_command(const struct kring__req *req)
{
    (void)req;
    return -EOPNOTSUPP;
}
#endif

int kring__uring_cmd_try(struct kring__soft *soft, struct kring__req *req)
{
    int res = socket_command(req);

    (void)soft;
    /* The kernel speaks of a file without commands. */
    return res == -ENOTSOCK ? -EOPNOTSUPP : res;
}
#endif
