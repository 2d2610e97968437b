/* SPDX-License-Identifier: MIT */
/*
 * What each mainline release offers: the counts and masks of include/uapi/linux/io_uring.h of that
 * release (and of setup, enter and request preparation in its io_uring code, where a mask there is
 * narrower than the header). Used to simulate a release, and to rank a kernel by evidence; never to
 * conclude from uname.
 */
#include <errno.h>

#include "internal.h"

/* release, opcodes, register calls, features, setup flags, enter flags, SQE flags */
static const struct kring__release kring__releases[] = {
    {KRING__V(5, 1), 8, 4, 0x0, 0x7, 0x3, 0x1},
    {KRING__V(5, 2), 9, 6, 0x0, 0x7, 0x3, 0x3},
    {KRING__V(5, 3), 11, 6, 0x0, 0x7, 0x3, 0x7},
    {KRING__V(5, 4), 12, 6, 0x1, 0x7, 0x3, 0x7},
    {KRING__V(5, 5), 17, 7, 0x7, 0xf, 0x3, 0xf},
    {KRING__V(5, 6), 30, 11, 0x1f, 0x3f, 0x3, 0x1f},
    {KRING__V(5, 7), 33, 11, 0x3f, 0x3f, 0x3, 0x3f},
    {KRING__V(5, 8), 34, 11, 0x3f, 0x3f, 0x3, 0x3f},
    {KRING__V(5, 9), 34, 11, 0x7f, 0x3f, 0x3, 0x3f},
    {KRING__V(5, 10), 34, 13, 0x7f, 0x7f, 0x7, 0x3f},
    {KRING__V(5, 11), 37, 13, 0x1ff, 0x7f, 0xf, 0x3f},
    {KRING__V(5, 12), 37, 13, 0x3ff, 0x7f, 0xf, 0x3f},
    {KRING__V(5, 13), 37, 17, 0x7ff, 0x7f, 0xf, 0x3f},
    {KRING__V(5, 14), 37, 19, 0x7ff, 0x7f, 0xf, 0x3f},
    {KRING__V(5, 15), 40, 20, 0x7ff, 0x7f, 0xf, 0x3f},
    {KRING__V(5, 16), 40, 20, 0x7ff, 0x7f, 0xf, 0x3f},
    {KRING__V(5, 17), 40, 20, 0xfff, 0x7f, 0xf, 0x7f},
    {KRING__V(5, 18), 41, 22, 0x1fff, 0xff, 0x1f, 0x7f},
    {KRING__V(5, 19), 47, 24, 0x1fff, 0xfff, 0x1f, 0x7f},
    {KRING__V(6, 0), 48, 26, 0x1fff, 0x1fff, 0x1f, 0x7f},
    {KRING__V(6, 1), 49, 26, 0x1fff, 0x3fff, 0x1f, 0x7f},
    {KRING__V(6, 2), 49, 26, 0x1fff, 0x3fff, 0x1f, 0x7f},
    {KRING__V(6, 3), 49, 26, 0x3fff, 0x3fff, 0x1f, 0x7f},
    {KRING__V(6, 4), 49, 26, 0x3fff, 0x3fff, 0x1f, 0x7f},
    {KRING__V(6, 5), 49, 26, 0x3fff, 0xffff, 0x1f, 0x7f},
    {KRING__V(6, 6), 49, 26, 0x3fff, 0x1ffff, 0x1f, 0x7f},
    {KRING__V(6, 7), 54, 26, 0x3fff, 0x1ffff, 0x1f, 0x7f},
    {KRING__V(6, 8), 55, 27, 0x3fff, 0x1ffff, 0x1f, 0x7f},
    {KRING__V(6, 9), 56, 29, 0x3fff, 0x1ffff, 0x1f, 0x7f},
    {KRING__V(6, 10), 56, 29, 0x7fff, 0x1ffff, 0x1f, 0x7f},
    {KRING__V(6, 11), 58, 29, 0x7fff, 0x1ffff, 0x1f, 0x7f},
    {KRING__V(6, 12), 58, 31, 0xffff, 0x1ffff, 0x3f, 0x7f},
    {KRING__V(6, 13), 58, 35, 0xffff, 0x3ffff, 0x7f, 0x7f},
    {KRING__V(6, 14), 58, 35, 0x1ffff, 0x3ffff, 0x7f, 0x7f},
    {KRING__V(6, 15), 62, 35, 0x3ffff, 0x3ffff, 0xff, 0x7f},
    {KRING__V(6, 16), 63, 35, 0x3ffff, 0x3ffff, 0xff, 0x7f},
    {KRING__V(6, 17), 63, 35, 0x3ffff, 0x3ffff, 0xff, 0x7f},
    {KRING__V(6, 18), 63, 36, 0x3ffff, 0x7ffff, 0xff, 0x7f},
    {KRING__V(6, 19), 65, 37, 0x3ffff, 0xfffff, 0xff, 0x7f},
    {KRING__V(7, 0), 65, 38, 0x3ffff, 0x1fffff, 0xff, 0x7f},
    {KRING__V(7, 1), 65, 38, 0x3ffff, 0x1fffff, 0xff, 0x7f},
    {KRING__V(7, 2), 65, 38, 0x3ffff, 0x1fffff, 0xff, 0x7f},
};
#define COUNT (sizeof kring__releases / sizeof kring__releases[0])

const struct kring__release *kring__release_at(unsigned i)
{
    return i < COUNT ? &kring__releases[i] : NULL;
}

const struct kring__release *kring__release_row(uint16_t release)
{
    const struct kring__release *row = NULL;

    for (unsigned i = 0; i < COUNT && kring__releases[i].release <= release; i++)
        row = &kring__releases[i];
    return row;
}

/* Does this row add something that the evidence shows? */
static bool adds(const struct kring__facts *facts, const struct kring__release *row,
                 const struct kring__release *before)
{
    return row->features != before->features || row->op_count != before->op_count ||
           row->enter_flags != before->enter_flags ||
           ((row->setup_flags ^ before->setup_flags) & facts->setup_known) != 0 ||
           (facts->queried && row->register_count != before->register_count);
}

const struct kring__release *kring__rank(const struct kring__facts *facts)
{
    const struct kring__release *best = NULL;

    for (unsigned i = 0; i < COUNT; i++) {
        const struct kring__release *row = &kring__releases[i];

        if ((row->features & ~facts->features) != 0 || row->op_count > facts->op_count ||
            (row->enter_flags & ~facts->enter_known) != 0)
            break;
        if (facts->queried && (row->register_count > facts->register_count ||
                               (row->setup_flags & ~facts->setup_known) != 0))
            break;
        /* A row that adds nothing visible implies nothing new: the older one is kept. */
        if (best == NULL || adds(facts, row, best))
            best = row;
    }
    return best;
}

uint16_t kring__release_of_setup(uint32_t flag)
{
    for (unsigned i = 0; i < COUNT; i++)
        if (kring__releases[i].setup_flags & flag)
            return kring__releases[i].release;
    return 0;
}

uint16_t kring__release_of_feature(uint32_t flag)
{
    for (unsigned i = 0; i < COUNT; i++)
        if (kring__releases[i].features & flag)
            return kring__releases[i].release;
    return 0;
}

/* Up to three digits; -1 when there is none. */
static int digits(const char **text)
{
    int value = 0, count = 0;

    while (**text >= '0' && **text <= '9' && count < 3) {
        value = value * 10 + (*(*text)++ - '0');
        count++;
    }
    return count ? value : -1;
}

int kring__release_parse(const char *text)
{
    int major, minor;

    if (text == NULL)
        return -EINVAL;
    major = digits(&text);
    if (major < 0 || *text++ != '.')
        return -EINVAL;
    minor = digits(&text);
    if (minor < 0 || *text != 0)
        return -EINVAL;
    if (major < 4 || minor > 255 || major > 7 || (major == 7 && minor > 2))
        return -EINVAL;
    return KRING__V(major, minor);
}
