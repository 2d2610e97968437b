/* SPDX-License-Identifier: MIT */
/* Reads one record out of a file of /proc, /sys or /boot, with a small buffer and no allocation. */
#include <errno.h>
#include <string.h>

#include "../abi/sys.h"
#include "internal.h"

#include <asm/fcntl.h>
#include <linux/fcntl.h>

struct search {
    const char *key;
    char *value;
    size_t size;
    size_t matched; /* characters of key that this record began with */
    size_t length;  /* of the value so far */
    bool failed;    /* this record is another one */
    bool found;
};

/* One more character; true when the record is complete. */
static bool take(struct search *s, char c, char separator)
{
    if (c == separator) {
        if (s->found)
            return true;
        s->matched = 0;
        s->failed = false;
        return false;
    }
    if (s->found) {
        if (s->length == 0 && (c == ' ' || c == '\t'))
            return false;
        if (s->length + 1 < s->size)
            s->value[s->length] = c;
        s->length++;
        return false;
    }
    if (s->failed)
        return false;
    if (c == s->key[s->matched]) {
        s->matched++;
        s->found = s->key[s->matched] == 0;
    } else {
        s->failed = true;
    }
    return false;
}

long kring__file_value(const char *path, char separator, const char *key, char *value,
                       size_t size)
{
    struct search s = {.key = key, .value = value, .size = size};
    char buffer[512];
    bool done = false;
    long got = 0;
    long fd = kring__sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0)
        return fd;
    s.found = *key == 0;
    while (!done) {
        got = kring__sys_read((int)fd, buffer, sizeof buffer);
        if (got == -EINTR)
            continue;
        if (got <= 0)
            break;
        for (long i = 0; i < got && !done; i++)
            done = take(&s, buffer[i], separator);
    }
    kring__sys_close((int)fd);
    if (got < 0)
        return got;
    if (!s.found)
        return -ENOENT;
    if (size > 0)
        value[s.length < size ? s.length : size - 1] = 0;
    return (long)s.length;
}

long kring__file_number(const char *path)
{
    char text[24];
    long length = kring__file_value(path, '\n', "", text, sizeof text);
    long number = 0;
    bool negative = length > 0 && text[0] == '-';

    if (length < 0)
        return length;
    for (const char *p = text + negative; *p >= '0' && *p <= '9'; p++)
        number = number * 10 + (*p - '0');
    return negative ? -number : number;
}
