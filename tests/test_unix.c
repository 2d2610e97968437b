/* SPDX-License-Identifier: MIT */
/*
 * UNIX sockets of each kind: stream, seqpacket and datagram; with a path, an abstract name, and
 * none (socketpair). What keeps the borders of messages, what does not, and how it ends.
 */
#define _GNU_SOURCE
#include "rings.h"

#include <poll.h>
#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

int kring_test_unix(void);

enum name { PATH, ABSTRACT, NONE };
#define AT(a) ((struct sockaddr *)(void *)(a).storage)

/* A socket of this type with a name of its own. */
static int named(int type, enum name name, struct kring_address *address)
{
    static unsigned count;
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    char text[256];
    int length = snprintf(text, sizeof text, "%s/unix-%d-%u",
                          name == PATH ? kring_test_tmpdir() : "kring", getpid(), count++);

    CU_ASSERT_EQUAL(name == PATH ? kring_address_unix(address, text)
                                 : kring_address_abstract(address, text, (uint32_t)length), 0);
    CU_ASSERT_EQUAL(bind(fd, AT(*address), address->length), 0);
    return fd;
}

static void join(struct kring *ring, int fd, struct kring_address *address)
{
    CU_ASSERT_EQUAL(rings_do(ring, kring_connect(ring, fd, AT(*address), address->length)), 0);
}

static void connected_by_name(struct kring *ring, int type, enum name name, int ends[2])
{
    struct kring_address address, other;
    struct sockaddr_un from;
    uint32_t length = sizeof from;
    struct rings_log log = {0};
    int listener = named(type, name, &address);

    memset(&from, 0x7e, sizeof from);
    if (type == SOCK_DGRAM) {
        /* No listener: each is connected to the other. */
        ends[0] = named(type, name, &other);
        ends[1] = listener;
        join(ring, ends[0], &address);
        join(ring, ends[1], &other);
        return;
    }
    CU_ASSERT_EQUAL(listen(listener, 4), 0);
    CU_ASSERT_TRUE(rings_start(ring, kring_accept(ring, listener, (struct sockaddr *)&from, &length,
                                                  0), &log));
    ends[0] = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    join(ring, ends[0], &address);
    if (rings_until(ring, &log, 1))
        CU_ASSERT_TRUE(log.last.value >= 0);
    ends[1] = (int)log.last.value;
    /* The client has no name: its address is a family and nothing else. */
    CU_ASSERT_EQUAL(length, sizeof(sa_family_t));
    CU_ASSERT_EQUAL(from.sun_family, AF_UNIX);
    close(listener);
}

static bool receives(struct kring *ring, int fd, uint32_t room, int flags, int64_t value,
                     const char *text)
{
    char data[64] = "";

    return rings_do(ring, kring_recv(ring, fd, data, room, flags)) == value &&
           strcmp(data, text) == 0;
}

static void converse(struct kring *ring, int type, const int ends[2])
{
    bool borders = type != SOCK_STREAM;
    char data[64] = "";
    struct iovec in[2] = {{data, 3}, {data + 3, 20}};
    struct rings_log log = {0};

    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, ends[0], "first", 5, 0)), 5);
    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, ends[0], "second", 6, 0)), 6);
    /* What does not fit is gone with its message, or waits in the stream. */
    CU_ASSERT_TRUE(receives(ring, ends[1], 3, 0, 3, "fir"));
    CU_ASSERT_TRUE(borders ? receives(ring, ends[1], 64, 0, 6, "second")
                           : receives(ring, ends[1], 64, 0, 8, "stsecond"));
    if (borders) {
        CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, ends[0], "longer", 6, 0)), 6);
        CU_ASSERT_TRUE(receives(ring, ends[1], 4, MSG_TRUNC, 6, "long"));
        /* An empty message is one. */
        CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, ends[0], "", 0, 0)), 0);
        CU_ASSERT_TRUE(receives(ring, ends[1], 8, 0, 0, ""));
    }
    /* The other way, and as any descriptor; the reader is there first. */
    CU_ASSERT_TRUE(rings_start(ring, kring_readv(ring, ends[0], in, 2, -1, 0), &log));
    CU_ASSERT_EQUAL(rings_do(ring, kring_write(ring, ends[1], "written", 7, -1)), 7);
    if (rings_until(ring, &log, 1))
        CU_ASSERT_EQUAL(log.last.value, 7);
    CU_ASSERT_STRING_EQUAL(data, "written");
}

/* Two messages wait; then the sender is gone. */
static void part(struct kring *ring, int type, int ends[2])
{
    int64_t value;

    CU_ASSERT_EQUAL(rings_do(ring, kring_send(ring, ends[0], "last", 4, 0)), 4);
    close(ends[0]);
    CU_ASSERT_TRUE(receives(ring, ends[1], 8, 0, 4, "last"));
    if (type != SOCK_DGRAM)
        CU_ASSERT_TRUE(receives(ring, ends[1], 8, 0, 0, ""));
    value = rings_do(ring, kring_send(ring, ends[1], "x", 1, MSG_NOSIGNAL));
    CU_ASSERT_TRUE(type == SOCK_DGRAM ? value == -ECONNREFUSED || value == -ECONNRESET
                                      : value == -EPIPE);
    close(ends[1]);
}

static void each_type(enum rings_kind kind, enum name name)
{
    static const int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};
    struct kring *ring = rings_open(kind);

    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
        int ends[2];

        if (name == NONE)
            rings_pair(types[i], ends);
        else
            connected_by_name(ring, types[i], name, ends);
        converse(ring, types[i], ends);
        part(ring, types[i], ends);
    }
    rings_close(ring);
}

static void by_path(enum rings_kind kind)
{
    each_type(kind, PATH);
}
RINGS_TEST(by_path)

static void by_abstract_name(enum rings_kind kind)
{
    each_type(kind, ABSTRACT);
}
RINGS_TEST(by_abstract_name)

static void in_pairs(enum rings_kind kind)
{
    each_type(kind, NONE);
}
RINGS_TEST(in_pairs)

int kring_test_unix(void)
{
    static const struct kring_test tests[] = {
        RINGS_ROWS("by path", by_path),
        RINGS_ROWS("by abstract name", by_abstract_name),
        RINGS_ROWS("in pairs, without names", in_pairs),
    };

    return KRING_SUITE_ADD("UNIX sockets", tests);
}
