/* SPDX-License-Identifier: MIT */
/*
 * Socket addresses of IPv4, IPv6 and UNIX, made and read without libc's headers. What the kernel
 * wrote may be cut (the length it gives is that of the whole) and need not be aligned: addresses in
 * provided buffers are read byte by byte.
 */
#include "net.h"

enum { INET = 2, INET6 = 10, UNIX = 1 }; /* AF_, the same on every architecture */
enum { FAMILY_BYTES = 2, INET_BYTES = 16, INET6_BYTES = 28, PATH_BYTES = 108 };

static unsigned char *begin(struct kring_address *address, unsigned family)
{
    uint16_t word = (uint16_t)family;

    memset(address, 0, sizeof *address);
    memcpy(address->storage, &word, sizeof word);
    return (unsigned char *)address->storage;
}

static void put_port(unsigned char *at, uint16_t port)
{
    at[2] = (unsigned char)(port >> 8);
    at[3] = (unsigned char)port;
}

void kring_address_room(struct kring_address *address)
{
    memset(address, 0, sizeof *address);
    address->length = sizeof address->storage;
}

void kring_address_ipv4(struct kring_address *address, const uint8_t ip[4], uint16_t port)
{
    unsigned char *at = begin(address, INET);

    put_port(at, port);
    memcpy(at + 4, ip, 4);
    address->length = INET_BYTES;
}

void kring_address_ipv6(struct kring_address *address, const uint8_t ip[16], uint16_t port,
                        uint32_t scope)
{
    unsigned char *at = begin(address, INET6);

    put_port(at, port);
    memcpy(at + 8, ip, 16);
    memcpy(at + 24, &scope, sizeof scope);
    address->length = INET6_BYTES;
}

int kring_address_unix(struct kring_address *address, const char *path)
{
    unsigned char *at = begin(address, UNIX);
    size_t length = 0;

    while (length <= PATH_BYTES && path[length] != 0) /* with a bound: no call of strlen */
        length++;

    if (length == 0)
        return -ENOENT; /* as open(2) has it; no path is kring_address_unnamed() */
    if (length > PATH_BYTES)
        return -ENAMETOOLONG;
    memcpy(at + FAMILY_BYTES, path, length);
    /* The 0 counts, but where all of sun_path is path there is room for none. */
    address->length = (uint32_t)(FAMILY_BYTES + length + (length < PATH_BYTES));
    return 0;
}

int kring_address_abstract(struct kring_address *address, const void *name, uint32_t length)
{
    unsigned char *at = begin(address, UNIX);

    if (length > PATH_BYTES - 1)
        return -ENAMETOOLONG;
    if (length > 0)
        memcpy(at + FAMILY_BYTES + 1, name, length);
    address->length = FAMILY_BYTES + 1 + length;
    return 0;
}

void kring_address_unnamed(struct kring_address *address)
{
    (void)begin(address, UNIX);
    address->length = FAMILY_BYTES;
}

void kring_address_none(struct kring_address *address)
{
    (void)begin(address, 0);
    address->length = FAMILY_BYTES;
}

static int parse_unix(const unsigned char *at, uint32_t length, bool cut,
                      struct kring_address_parts *parts)
{
    const char *path = (const char *)at + FAMILY_BYTES;
    uint32_t bytes = length - FAMILY_BYTES;

    parts->kind = KRING_ADDRESS_UNNAMED;
    if (bytes == 0)
        return cut ? -EMSGSIZE : 0;
    parts->kind = path[0] ? KRING_ADDRESS_PATH : KRING_ADDRESS_ABSTRACT;
    if (parts->kind == KRING_ADDRESS_ABSTRACT) {
        parts->name = path + 1;
        parts->name_length = bytes - 1;
        return cut ? -EMSGSIZE : 0;
    }
    parts->name = path;
    while (parts->name_length < bytes && path[parts->name_length] != 0)
        parts->name_length++;
    /*
     * With its 0 it is whole, whatever is missing behind; and a path has no more bytes than these.
     */
    return cut && parts->name_length == bytes && bytes < PATH_BYTES ? -EMSGSIZE : 0;
}

int kring_address_parse(const void *address, uint32_t room, uint32_t length,
                        struct kring_address_parts *parts)
{
    const unsigned char *at = address;
    bool cut = length > room;
    uint16_t family;

    memset(parts, 0, sizeof *parts);
    if (cut)
        length = room;
    if (length < FAMILY_BYTES)
        return cut ? -EMSGSIZE : 0; /* KRING_ADDRESS_NONE */
    memcpy(&family, at, sizeof family);
    parts->family = family;
    switch (family) {
    case UNIX:
        return parse_unix(at, length, cut, parts);
    case INET:
    case INET6:
        if (length < (family == INET ? INET_BYTES / 2u : INET6_BYTES - 4u))
            return cut ? -EMSGSIZE : -EINVAL;
        parts->kind = family == INET ? KRING_ADDRESS_IPV4 : KRING_ADDRESS_IPV6;
        parts->port = (uint16_t)(at[2] << 8 | at[3]);
        memcpy(parts->ip, at + (family == INET ? 4 : 8), family == INET ? 4 : 16);
        if (family == INET6 && length >= INET6_BYTES)
            memcpy(&parts->scope, at + 24, sizeof parts->scope);
        return 0;
    default:
        parts->kind = family == 0 ? KRING_ADDRESS_NONE : KRING_ADDRESS_OTHER;
        return cut ? -EMSGSIZE : 0;
    }
}
