/* SPDX-License-Identifier: MIT */
/*
 * KRING_ENGINE, KRING_KERNEL and KRING_QUIRKS out of /proc/self/environ, which is the block that
 * the process was started with: what it does to its own environment later (setenv) is not seen, and
 * without /proc nothing is set. The alternative, libc's `environ`, would be an undefined symbol of
 * the library. A set-user-ID program ignores its caller's environment.
 */
#include <errno.h>
#include <string.h>

#include "../abi/sys.h"
#include "internal.h"

#if CONFIG_KRING_ENV

static long variable(const char *key, char *value, size_t size)
{
    long length;

    if (kring__sys_getuid() != kring__sys_geteuid())
        return -EPERM;
    length = kring__file_value("/proc/self/environ", 0, key, value, size);
    return length >= (long)size ? -EINVAL : length;
}

int kring__environment(uint32_t *engine, uint16_t *release)
{
    static const char *const engines[] = {"auto", "kernel", "soft"};
    char value[16];
    long length = variable("KRING_ENGINE=", value, sizeof value);
    int number;

    if (length == -EINVAL)
        return -EINVAL;
    if (length > 0) {
        uint32_t i = 0;

        while (i < 3 && !kring__text_equal(value, engines[i]))
            i++;
        if (i == 3)
            return -EINVAL;
        *engine = i;
    }
    length = variable("KRING_KERNEL=", value, sizeof value);
    if (length == -EINVAL)
        return -EINVAL;
    if (length > 0) {
        number = kring__release_parse(value);
        if (number < 0)
            return -EINVAL;
        *release = (uint16_t)number;
    }
    return 0;
}

/* Is id in this comma-separated list? (A counting loop would become a call of strlen.) */
static bool listed(const char *list, const char *id)
{
    for (const char *p = list;; p++) {
        const char *q = id;

        while (*q != 0 && *p == *q) {
            p++;
            q++;
        }
        if (*q == 0 && (*p == 0 || *p == ','))
            return true;
        while (*p != 0 && *p != ',')
            p++;
        if (*p == 0)
            return false;
    }
}

uint32_t kring__quirks_environment(void)
{
    char value[64];
    long length = variable("KRING_QUIRKS=", value, sizeof value);
    uint32_t off = 0;

    if (length <= 0)
        return 0;
    for (unsigned i = 0; i < KRING__QUIRK_COUNT; i++)
        if (kring__text_equal(value, "off") || listed(value, kring__quirk_rows[i].id))
            off |= 1u << i;
    return off;
}

#else

int kring__environment(uint32_t *engine, uint16_t *release)
{
    (void)engine;
    (void)release;
    return 0;
}

uint32_t kring__quirks_environment(void)
{
    return 0;
}

#endif
