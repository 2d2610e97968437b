/* SPDX-License-Identifier: MIT */
/* Addresses as the kernel takes and gives them, and datagrams with their addresses. */
#include "rings.h"

#include "kring/uapi.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#define AS_SOCKADDR(a) ((struct sockaddr *)(void *)(a).storage)

static int family_of(const struct kring_address *address)
{
    sa_family_t family;

    memcpy(&family, address->storage, sizeof family);
    return family;
}

static uint16_t port_of(const struct kring_address *address)
{
    struct kring_address_parts parts;

    CU_ASSERT_EQUAL(kring_address_parse(address->storage, 128, address->length, &parts), 0);
    return parts.port;
}

static const uint8_t loopback4[4] = {127, 0, 0, 1};
static const uint8_t loopback6[16] = {[15] = 1};

/* ---- Made and read, without a socket ---- */

static void addresses_are_those_of_libc(void)
{
    struct kring_address address;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    const uint8_t link_local[16] = {0xfe, 0x80, [15] = 7};

    memset(&in, 0, sizeof in);
    in.sin_family = AF_INET;
    in.sin_port = htons(4711);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    kring_address_ipv4(&address, loopback4, 4711);
    CU_ASSERT_EQUAL(address.length, sizeof in);
    CU_ASSERT_EQUAL(memcmp(address.storage, &in, sizeof in), 0);

    memset(&in6, 0, sizeof in6);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(65535);
    memcpy(&in6.sin6_addr, link_local, sizeof link_local);
    in6.sin6_scope_id = 3;
    kring_address_ipv6(&address, link_local, 65535, 3);
    CU_ASSERT_EQUAL(address.length, sizeof in6);
    CU_ASSERT_EQUAL(memcmp(address.storage, &in6, sizeof in6), 0);

    CU_ASSERT_EQUAL(kring_address_unix(&address, "a/b"), 0);
    CU_ASSERT_EQUAL(address.length, offsetof(struct sockaddr_un, sun_path) + 4);
    CU_ASSERT_STRING_EQUAL((char *)address.storage + offsetof(struct sockaddr_un, sun_path), "a/b");
    CU_ASSERT_EQUAL(kring_address_abstract(&address, "a\0b", 3), 0);
    CU_ASSERT_EQUAL(address.length, offsetof(struct sockaddr_un, sun_path) + 4);
    kring_address_unnamed(&address);
    CU_ASSERT_EQUAL(address.length, sizeof(sa_family_t));
    CU_ASSERT_EQUAL(family_of(&address), AF_UNIX);
    kring_address_none(&address);
    CU_ASSERT_EQUAL(family_of(&address), AF_UNSPEC);
    kring_address_room(&address);
    CU_ASSERT_EQUAL(address.length, sizeof(struct sockaddr_storage));
    CU_ASSERT_EQUAL(sizeof address.storage, sizeof(struct sockaddr_storage));
}

static void names_that_are_too_long_are_refused(void)
{
    struct kring_address address;
    char path[200];

    memset(path, 'p', sizeof path);
    path[109] = 0;
    CU_ASSERT_EQUAL(kring_address_unix(&address, path), -ENAMETOOLONG);
    path[108] = 0;
    CU_ASSERT_EQUAL(kring_address_unix(&address, path), 0);
    CU_ASSERT_EQUAL(address.length, sizeof(struct sockaddr_un)); /* without a 0 */
    path[107] = 0;
    CU_ASSERT_EQUAL(kring_address_unix(&address, path), 0);
    CU_ASSERT_EQUAL(address.length, sizeof(struct sockaddr_un)); /* with it */
    CU_ASSERT_EQUAL(kring_address_unix(&address, ""), -ENOENT);
    CU_ASSERT_EQUAL(kring_address_abstract(&address, path, 108), -ENAMETOOLONG);
    CU_ASSERT_EQUAL(kring_address_abstract(&address, path, 107), 0);
    CU_ASSERT_EQUAL(address.length, sizeof(struct sockaddr_un));
    CU_ASSERT_EQUAL(kring_address_abstract(&address, NULL, 0), 0);
    CU_ASSERT_EQUAL(address.length, 3);
}

/* At any address, with any length, in memory that ends with the room: nothing beyond is read. */
static void parsing_reads_no_more_than_there_is(void)
{
    static const uint16_t families[] = {AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, 999};
    struct kring_address_parts parts;

    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++)
        for (uint32_t room = 0; room <= 128; room++)
            for (uint32_t length = 0; length <= 132; length++)
                for (int fill = 0; fill < 2; fill++) {
                    /* Of exactly the size, and odd: ASan sees the rest. */
                    unsigned char *block = malloc(room + 1), *at = block + 1;
                    int error;

                    memset(block, fill ? 'x' : 0, room + 1);
                    if (room >= 2)
                        memcpy(at, &families[f], 2);
                    error = kring_address_parse(at, room, length, &parts);
                    CU_ASSERT(error == 0 || error == -EMSGSIZE || error == -EINVAL);
                    if (parts.name_length)
                        CU_ASSERT((const unsigned char *)parts.name + parts.name_length <=
                                  at + room);
                    if (length <= room)
                        CU_ASSERT_NOT_EQUAL(error, -EMSGSIZE);
                    free(block);
                }
}

static void parsing_undoes_making(void)
{
    struct kring_address address;
    struct kring_address_parts parts;
    char path[128];

    kring_address_ipv4(&address, loopback4, 4711);
    CU_ASSERT_EQUAL(kring_address_parse(address.storage, 128, address.length, &parts), 0);
    CU_ASSERT_EQUAL(parts.kind, KRING_ADDRESS_IPV4);
    CU_ASSERT_EQUAL(parts.port, 4711);
    CU_ASSERT_EQUAL(memcmp(parts.ip, loopback4, 4), 0);
    kring_address_ipv6(&address, loopback6, 80, 9);
    CU_ASSERT_EQUAL(kring_address_parse(address.storage, 128, address.length, &parts), 0);
    CU_ASSERT_EQUAL(parts.kind, KRING_ADDRESS_IPV6);
    CU_ASSERT_EQUAL(parts.port, 80);
    CU_ASSERT_EQUAL(parts.scope, 9);
    CU_ASSERT_EQUAL(memcmp(parts.ip, loopback6, 16), 0);
    for (size_t length = 1; length <= 108; length++) {
        memset(path, 'p', sizeof path);
        path[length] = 0;
        CU_ASSERT_EQUAL(kring_address_unix(&address, path), 0);
        CU_ASSERT_EQUAL(kring_address_parse(address.storage, 128, address.length, &parts), 0);
        CU_ASSERT_EQUAL(parts.kind, KRING_ADDRESS_PATH);
        CU_ASSERT_EQUAL(parts.name_length, length);
        /* As getsockname has it, whose length counts a 0 even behind a full path. */
        CU_ASSERT_EQUAL(kring_address_parse(address.storage, sizeof(struct sockaddr_un),
                                            (uint32_t)(3 + length), &parts), 0);
        CU_ASSERT_EQUAL(parts.name_length, length);
    }
    CU_ASSERT_EQUAL(kring_address_abstract(&address, "a\0b", 3), 0);
    CU_ASSERT_EQUAL(kring_address_parse(address.storage, 128, address.length, &parts), 0);
    CU_ASSERT_EQUAL(parts.kind, KRING_ADDRESS_ABSTRACT);
    CU_ASSERT_EQUAL(parts.name_length, 3);
    CU_ASSERT_EQUAL(memcmp(parts.name, "a\0b", 3), 0);
    /* Cut. */
    CU_ASSERT_EQUAL(kring_address_parse(address.storage, 4, address.length, &parts), -EMSGSIZE);
    CU_ASSERT_EQUAL(parts.name_length, 1);
    kring_address_unnamed(&address);
    CU_ASSERT_EQUAL(kring_address_parse(address.storage, 128, address.length, &parts), 0);
    CU_ASSERT_EQUAL(parts.kind, KRING_ADDRESS_UNNAMED);
    CU_ASSERT_EQUAL(kring_address_parse(address.storage, 128, 0, &parts), 0);
    CU_ASSERT_EQUAL(parts.kind, KRING_ADDRESS_NONE);
}

/* ---- With sockets ---- */

static int bound(int family, int type, struct kring_address *address)
{
    int fd = socket(family, type | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof address->storage;

    if (fd < 0)
        return -1;
    if (bind(fd, AS_SOCKADDR(*address), address->length) < 0) {
        close(fd);
        return -1;
    }
    CU_ASSERT_EQUAL(getsockname(fd, AS_SOCKADDR(*address), &length), 0);
    address->length = length;
    return fd;
}

/* One address of each kind, of a fresh datagram or listening socket; -1: the machine has it not. */
static int make_bound(unsigned kind, int type, struct kring_address *address)
{
    char path[300], name[40];

    switch (kind) {
    case KRING_ADDRESS_IPV4:
        kring_address_ipv4(address, loopback4, 0);
        return bound(AF_INET, type, address);
    case KRING_ADDRESS_IPV6:
        kring_address_ipv6(address, loopback6, 0, 0);
        return bound(AF_INET6, type, address);
    case KRING_ADDRESS_PATH:
        snprintf(path, sizeof path, "%s/%d", kring_test_tmpdir(), type);
        unlink(path);
        CU_ASSERT_EQUAL_FATAL(kring_address_unix(address, path), 0);
        return bound(AF_UNIX, type, address);
    default:
        snprintf(name, sizeof name, "kring-address-%d-%d", getpid(), type);
        CU_ASSERT_EQUAL(kring_address_abstract(address, name, (uint32_t)strlen(name)), 0);
        return bound(AF_UNIX, type, address);
    }
}

static const unsigned kinds[] = {KRING_ADDRESS_IPV4, KRING_ADDRESS_IPV6, KRING_ADDRESS_PATH,
                                 KRING_ADDRESS_ABSTRACT};

static void same_name(const struct kring_address *address, const void *at, uint32_t room,
                      uint32_t length, unsigned kind)
{
    struct kring_address_parts expected, parts;

    CU_ASSERT_EQUAL(kring_address_parse(address->storage, 128, address->length, &expected), 0);
    CU_ASSERT_EQUAL(kring_address_parse(at, room, length, &parts), 0);
    CU_ASSERT_EQUAL(parts.kind, kind);
    CU_ASSERT_EQUAL(parts.port, expected.port);
    CU_ASSERT_EQUAL(memcmp(parts.ip, expected.ip, sizeof parts.ip), 0);
    CU_ASSERT_EQUAL_FATAL(parts.name_length, expected.name_length);
    if (parts.name_length)
        CU_ASSERT_EQUAL(memcmp(parts.name, expected.name, parts.name_length), 0);
}

static void datagrams_carry_their_addresses(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct kring_address to, own;
        struct kring_from from;
        char data[8];
        int receiver = make_bound(kinds[i], SOCK_DGRAM, &to), sender;
        int64_t sent;
        kring_op op;

        if (receiver < 0)
            continue;
        if (kinds[i] == KRING_ADDRESS_PATH || kinds[i] == KRING_ADDRESS_ABSTRACT) {
            char name[40];

            snprintf(name, sizeof name, "kring-sender-%d", getpid());
            CU_ASSERT_EQUAL(kring_address_abstract(&own, name, (uint32_t)strlen(name)), 0);
            sender = bound(AF_UNIX, SOCK_DGRAM, &own);
        } else {
            sender = make_bound(kinds[i], SOCK_DGRAM, &own);
        }
        CU_ASSERT_FATAL(sender >= 0);
        op = kring_send_to(ring, sender, "hello", 5, 0, AS_SOCKADDR(to), to.length);
        if ((kring_route(ring, op) & 0xff) == KRING_ENGINE_NONE)
            sent = kring_drop(ring, op, NULL, NULL) - KRING_EKERNEL;
        else
            sent = rings_do(ring, op);
        if (sent == -KRING_EKERNEL) /* an engine kernel below 6.1 */
            sent = sendto(sender, "hello", 5, 0, AS_SOCKADDR(to), to.length);
        CU_ASSERT_EQUAL(sent, 5);
        CU_ASSERT_EQUAL(rings_do(ring, kring_recv_from(ring, receiver, data, sizeof data, 0,
                                                       &from)), 5);
        CU_ASSERT_EQUAL(memcmp(data, "hello", 5), 0);
        CU_ASSERT_EQUAL(from.flags, 0);
        same_name(&own, from.storage, sizeof from.storage, from.name_length,
                  kinds[i] == KRING_ADDRESS_PATH ? KRING_ADDRESS_ABSTRACT : kinds[i]);
        /* Cut, and asked how long it was. */
        CU_ASSERT_EQUAL(sendto(sender, "hello", 5, 0, AS_SOCKADDR(to), to.length), 5);
        CU_ASSERT_EQUAL(rings_do(ring, kring_recv_from(ring, receiver, data, 2, MSG_TRUNC, &from)),
                        5);
        CU_ASSERT_EQUAL(from.flags & MSG_TRUNC, MSG_TRUNC);
        CU_ASSERT_EQUAL(rings_do(ring, kring_recv_from(ring, receiver, data, 2, MSG_DONTWAIT,
                                                       &from)), -EAGAIN);
        close(sender);
        close(receiver);
    }
    rings_close(ring);
}
RINGS_TEST(datagrams_carry_their_addresses)

static void send_to_has_the_errors_of_the_call(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_address to;
    int pair[2], fd;

    /* Neither needs an engine. */
    kring_address_ipv4(&to, loopback4, 9);
    CU_ASSERT_EQUAL(kring_op_error(kring_send_to(ring, 1, "x", 1, 0, AS_SOCKADDR(to), 129)),
                    -EINVAL);
    if (kring_route_opcode(ring, IORING_OP_LISTEN) == KRING_ENGINE_NONE) {
        rings_close(ring);
        KRING_SKIP("send with an address is of 6.1");
    }
    rings_pair(SOCK_STREAM, pair);
    CU_ASSERT_EQUAL(kring_address_abstract(&to, "kring-nobody", 12), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_to(ring, pair[0], "x", 1, 0, AS_SOCKADDR(to),
                                                 to.length)), -EISCONN);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_to(ring, fd, "x", 1, 0, AS_SOCKADDR(to),
                                                 to.length)), -ECONNREFUSED);
    kring_address_ipv4(&to, loopback4, 9);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send_to(ring, fd, "x", 1, 0, AS_SOCKADDR(to),
                                                 to.length)), -EINVAL);
    close(fd);
    close(pair[0]);
    close(pair[1]);
    rings_close(ring);
}
RINGS_TEST(send_to_has_the_errors_of_the_call)

static void accept_tells_who_connected(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct kring_address at, peer, cut, own;
        struct kring_address_parts parts;
        socklen_t length = sizeof own.storage;
        int listener = make_bound(kinds[i], SOCK_STREAM, &at), clients[2], family;

        if (listener < 0)
            continue;
        family = family_of(&at);
        CU_ASSERT_EQUAL(listen(listener, 4), 0);
        for (int c = 0; c < 2; c++) {
            clients[c] = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
            CU_ASSERT_EQUAL(connect(clients[c], AS_SOCKADDR(at), at.length), 0);
        }
        CU_ASSERT_EQUAL(getsockname(clients[0], AS_SOCKADDR(own), &length), 0);
        own.length = length;
        kring_address_room(&peer);
        int fd = (int)rings_do(ring, kring_accept(ring, listener, AS_SOCKADDR(peer), &peer.length,
                                                  0));
        CU_ASSERT_FATAL(fd >= 0);
        same_name(&own, peer.storage, sizeof peer.storage, peer.length,
                  family == AF_UNIX ? KRING_ADDRESS_UNNAMED : kinds[i]);
        close(fd);
        /* No room but for the family and the port: the length is that of the whole. */
        kring_address_room(&cut);
        memset(cut.storage, 0xee, sizeof cut.storage);
        cut.length = 4;
        fd = (int)rings_do(ring, kring_accept(ring, listener, AS_SOCKADDR(cut), &cut.length, 0));
        CU_ASSERT_FATAL(fd >= 0);
        if (family != AF_UNIX) {
            CU_ASSERT_EQUAL(cut.length, peer.length);
            CU_ASSERT_EQUAL(((uint8_t *)cut.storage)[4], 0xee);
            CU_ASSERT_EQUAL(kring_address_parse(cut.storage, 4, cut.length, &parts), -EMSGSIZE);
        } else {
            CU_ASSERT_EQUAL(cut.length, sizeof(sa_family_t));
        }
        close(fd);
        close(clients[0]);
        close(clients[1]);
        close(listener);
    }
    rings_close(ring);
}
RINGS_TEST(accept_tells_who_connected)

/* A path of 108 bytes has no 0, and goes through bind, connect, getsockname and accept whole. */
static void a_full_path_is_whole(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);
    struct kring_address address, name;
    struct kring_address_parts parts;
    char path[120];
    /* Not getcwd(): the name may be longer than any room, or lead nowhere. */
    int cwd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd, client, error;

    CU_ASSERT_FATAL(cwd >= 0);
    CU_ASSERT_EQUAL_FATAL(chdir(kring_test_tmpdir()), 0);
    memset(path, 'p', sizeof path);
    path[108] = 0;
    CU_ASSERT_EQUAL(kring_address_unix(&address, path), 0);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (kring_route_opcode(ring, IORING_OP_BIND) == KRING_ENGINE_NONE) {
        CU_ASSERT_EQUAL(bind(fd, AS_SOCKADDR(address), address.length), 0);
    } else {
        CU_ASSERT_EQUAL(rings_do(ring, kring_bind(ring, fd, AS_SOCKADDR(address),
                                                  address.length)), 0);
    }
    CU_ASSERT_EQUAL(listen(fd, 2), 0);
    CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, client, AS_SOCKADDR(address),
                                                 address.length)), 0);
    CU_ASSERT_EQUAL(access(path, F_OK), 0);
    kring_address_room(&name);
    error = kring_start(ring, kring_getsockname(ring, fd, AS_SOCKADDR(name), &name.length), NULL,
                        NULL);
    for (int i = 0; error == 0 && i < 20; i++)
        rings_run_for(ring, 1);
    if (name.length == sizeof name.storage) { /* not here: 6.19 */
        socklen_t length = sizeof name.storage;

        CU_ASSERT_EQUAL(getsockname(fd, AS_SOCKADDR(name), &length), 0);
        name.length = length;
    }
    CU_ASSERT_EQUAL(kring_address_parse(name.storage, sizeof name.storage, name.length, &parts), 0);
    CU_ASSERT_EQUAL(parts.kind, KRING_ADDRESS_PATH);
    CU_ASSERT_EQUAL(parts.name_length, 108);
    close(client);
    close(fd);
    CU_ASSERT_EQUAL(fchdir(cwd), 0);
    close(cwd);
    rings_close(ring);
}
RINGS_TEST(a_full_path_is_whole)

static void none_ends_a_datagram_connection(enum rings_kind kind)
{
    struct kring *ring = rings_open(kind);

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct kring_address first, none;
        int a = make_bound(kinds[i], SOCK_DGRAM, &first), fd;

        if (a < 0)
            continue;
        fd = socket(family_of(&first), SOCK_DGRAM | SOCK_CLOEXEC, 0);
        CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, fd, AS_SOCKADDR(first), first.length)),
                        0);
        CU_ASSERT_EQUAL(send(fd, "x", 1, MSG_NOSIGNAL), 1);
        /* Again to the same, then to nobody. */
        CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, fd, AS_SOCKADDR(first), first.length)),
                        0);
        kring_address_none(&none);
        CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, fd, AS_SOCKADDR(none), none.length)), 0);
        errno = 0;
        CU_ASSERT_EQUAL(send(fd, "x", 1, MSG_NOSIGNAL), -1);
        CU_ASSERT(errno == EDESTADDRREQ || errno == ENOTCONN);
        close(fd);
        close(a);
    }
    rings_close(ring);
}
RINGS_TEST(none_ends_a_datagram_connection)

/* ---- recvmsg multishot ---- */

struct seen {
    struct msghdr message;
    unsigned results;
    struct kring_received last;
    struct kring_address_parts from;
    char data[64];
    int error, parsed;
};

static void on_message(struct kring *ring, kring_op op, const struct kring_result *result,
                       void *user)
{
    struct seen *seen = user;

    (void)ring;
    (void)op;
    seen->results++;
    seen->error = (int)(result->value < 0 ? result->value : 0);
    if (result->value < 0)
        return;
    seen->parsed = kring_recvmsg_parse(result, &seen->message, &seen->last);
    if (seen->parsed == 0) {
        memcpy(seen->data, seen->last.data,
               seen->last.length < sizeof seen->data ? seen->last.length : sizeof seen->data);
        (void)kring_address_parse(seen->last.name, seen->last.name_room, seen->last.name_length,
                                  &seen->from);
        seen->from.name = NULL; /* the buffer goes back */
    }
}

static void each_message_of_a_multishot_is_parsed(enum rings_kind kind)
{
    static char memory[4 * 256] __attribute__((aligned(64)));
    struct kring *ring = rings_open(kind);
    struct kring_address to, own;
    struct seen seen;
    int fd, sender, pool;
    kring_op op;

    memset(&seen, 0, sizeof seen);
    seen.message.msg_namelen = 128;
    seen.message.msg_controllen = 24;
    fd = make_bound(KRING_ADDRESS_IPV4, SOCK_DGRAM, &to);
    sender = make_bound(KRING_ADDRESS_IPV4, SOCK_DGRAM, &own);
    pool = kring_pool_init(ring, memory, 4, 256);
    CU_ASSERT_FATAL(pool >= 0);
    op = kring_recvmsg_multishot(ring, fd, &seen.message, pool, MSG_TRUNC);
    if ((kring_route(ring, op) & 0xff) == KRING_ENGINE_NONE) {
        kring_drop(ring, op, NULL, NULL);
        kring_pool_close(ring, pool);
        close(fd);
        close(sender);
        rings_close(ring);
        KRING_SKIP("recvmsg multishot is of 6.0");
    }
    CU_ASSERT_EQUAL(kring_start(ring, op, on_message, &seen), 0);
    rings_run_for(ring, 2);
    CU_ASSERT_EQUAL(sendto(sender, "hello", 5, 0, AS_SOCKADDR(to), to.length), 5);
    CU_ASSERT(rings_until_count(ring, &seen.results, 1));
    CU_ASSERT_EQUAL(seen.parsed, 0);
    CU_ASSERT_EQUAL(seen.last.length, 5);
    CU_ASSERT_EQUAL(seen.last.payload_length, 5);
    CU_ASSERT_EQUAL(memcmp(seen.data, "hello", 5), 0);
    CU_ASSERT_EQUAL(seen.from.kind, KRING_ADDRESS_IPV4);
    CU_ASSERT_EQUAL(seen.from.port, port_of(&own));
    CU_ASSERT_EQUAL(seen.last.flags & MSG_TRUNC, 0);
    CU_ASSERT_EQUAL(seen.last.control_length, 0);
    /* Longer than the room: 256 - 16 - 128 - 24 bytes are left. */
    CU_ASSERT_EQUAL(sendto(sender, memory, 200, 0, AS_SOCKADDR(to), to.length), 200);
    CU_ASSERT(rings_until_count(ring, &seen.results, 2));
    CU_ASSERT_EQUAL(seen.parsed, 0);
    CU_ASSERT_EQUAL(seen.last.length, 88);
    CU_ASSERT_EQUAL(seen.last.payload_length, 200);
    CU_ASSERT_EQUAL(seen.last.flags & MSG_TRUNC, MSG_TRUNC);
    kring_cancel(ring, op);
    CU_ASSERT(rings_until_count(ring, &seen.results, 3));
    CU_ASSERT_EQUAL(seen.error, -ECANCELED);
    CU_ASSERT_EQUAL(kring_pool_close(ring, pool), 0);
    close(fd);
    close(sender);
    rings_close(ring);
}
RINGS_TEST(each_message_of_a_multishot_is_parsed)

/* Whatever a buffer says, nothing beyond it is named. */
static void parsing_believes_no_length(void)
{
    static const uint32_t lengths[] = {0, 1, 15, 16, 17, 100, 0x7fffffff, 0xffffffff};
    enum { N = sizeof lengths / sizeof lengths[0] };
    struct kring_received received;

    for (unsigned i = 0; i < N * N * N; i++)
        for (uint32_t size = 0; size < 80; size++) {
            struct io_uring_recvmsg_out out = {lengths[i % N], lengths[i / N % N],
                                               lengths[i / N / N], 0};
            struct msghdr message = {.msg_namelen = 20, .msg_controllen = 24};
            char *block = malloc(size ? size : 1);
            struct kring_result result = {.flags = KRING_BUFFER, .data = block, .length = size};
            int error;

            memset(block, 0, size);
            memcpy(block, &out, size < sizeof out ? size : sizeof out);
            error = kring_recvmsg_parse(&result, &message, &received);
            CU_ASSERT_EQUAL(error, size < sizeof out + 44 ? -EINVAL : 0);
            if (error == 0) {
                CU_ASSERT((const char *)received.name + received.name_room <=
                          (const char *)received.control);
                CU_ASSERT((const char *)received.control + received.control_length <=
                          (char *)received.data);
                CU_ASSERT((char *)received.data + received.length <= block + size);
                CU_ASSERT_EQUAL(received.name_length, out.namelen);
            }
            result.flags = 0;
            CU_ASSERT_EQUAL(kring_recvmsg_parse(&result, &message, &received), -EINVAL);
            result.flags = KRING_BUFFER;
            message.msg_controllen = (__typeof__(message.msg_controllen))(SIZE_MAX / 2);
            CU_ASSERT_EQUAL(kring_recvmsg_parse(&result, &message, &received), -EINVAL);
            free(block);
        }
}

static const struct kring_test tests[] = {
    KRING_TEST(addresses_are_those_of_libc),
    KRING_TEST(names_that_are_too_long_are_refused),
    KRING_TEST(parsing_reads_no_more_than_there_is),
    KRING_TEST(parsing_undoes_making),
    KRING_TEST(parsing_believes_no_length),
    RINGS_ROWS("datagrams carry their addresses", datagrams_carry_their_addresses),
    RINGS_ROWS("send to has the errors of the call", send_to_has_the_errors_of_the_call),
    RINGS_ROWS("accept tells who connected", accept_tells_who_connected),
    RINGS_ROWS("a full path is whole", a_full_path_is_whole),
    RINGS_ROWS("none ends a datagram connection", none_ends_a_datagram_connection),
    RINGS_ROWS("each message of a multishot is parsed", each_message_of_a_multishot_is_parsed),
};

int kring_test_address(void)
{
    return KRING_SUITE_ADD("address", tests);
}
