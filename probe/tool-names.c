/* SPDX-License-Identifier: MIT */
/* The names that kring-probe prints and understands. */
#include <ctype.h>
#include <string.h>

#include "tool.h"

static const char *const features[] = {
    "SINGLE_MMAP",   "NODROP",        "SUBMIT_STABLE", "RW_CUR_POS",      "CUR_PERSONALITY",
    "FAST_POLL",     "POLL_32BITS",   "SQPOLL_NONFIXED", "EXT_ARG",       "NATIVE_WORKERS",
    "RSRC_TAGS",     "CQE_SKIP",      "LINKED_FILE",   "REG_REG_RING",    "RECVSEND_BUNDLE",
    "MIN_TIMEOUT",   "RW_ATTR",       "NO_IOWAIT",
};
static const char *const setups[] = {
    "IOPOLL",       "SQPOLL",       "SQ_AFF",        "CQSIZE",        "CLAMP",
    "ATTACH_WQ",    "R_DISABLED",   "SUBMIT_ALL",    "COOP_TASKRUN",  "TASKRUN_FLAG",
    "SQE128",       "CQE32",        "SINGLE_ISSUER", "DEFER_TASKRUN", "NO_MMAP",
    "REGISTERED_FD_ONLY", "NO_SQARRAY", "HYBRID_IOPOLL", "CQE_MIXED", "SQE_MIXED",
    "SQ_REWIND",
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *kring_tool_feature(unsigned bit)
{
    return bit < COUNT(features) ? features[bit] : NULL;
}

const char *kring_tool_setup(unsigned bit)
{
    return bit < COUNT(setups) ? setups[bit] : NULL;
}

/* Case, spaces, dashes and underscores do not matter. */
static bool same(const char *a, const char *b)
{
    for (;; a++, b++) {
        int ca = *a == '_' || *a == ' ' ? '-' : tolower((unsigned char)*a);
        int cb = *b == '_' || *b == ' ' ? '-' : tolower((unsigned char)*b);

        if (ca != cb)
            return false;
        if (ca == 0)
            return true;
    }
}

/* The rest of text after a prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    char head[24];

    if (strlen(text) <= length || length >= sizeof head)
        return NULL;
    memcpy(head, text, length);
    head[length] = 0;
    return same(head, prefix) ? text + length : NULL;
}

static bool in_list(const char *text, const char *const *list, size_t count, unsigned *index)
{
    for (size_t i = 0; i < count; i++)
        if (same(text, list[i])) {
            *index = (unsigned)i;
            return true;
        }
    return false;
}

static bool find_op(const char *text, unsigned *index)
{
    for (unsigned i = 0; i < KRING__OP_COUNT; i++)
        if (same(text, kring__rows[i].name)) {
            *index = i;
            return true;
        }
    return false;
}

static bool find_sqe(const char *text, unsigned *index)
{
#define SQE_NAME(id, flag, since, text) {#id, text, flag},
    static const struct {
        const char *id, *name;
        unsigned flag;
    } rows[] = {KRING__SQE_FLAGS(SQE_NAME)};
    const char *rest = after(text, "IOSQE_IO_");

    if (rest == NULL)
        rest = after(text, "IOSQE_");
    if (rest == NULL)
        rest = text;
    for (unsigned i = 0; i < COUNT(rows); i++)
        if (same(rest, rows[i].id) || same(rest, rows[i].name) ||
            (same(rest, "CQE_SKIP_SUCCESS") && rows[i].flag == IOSQE_CQE_SKIP_SUCCESS)) {
            *index = rows[i].flag;
            return true;
        }
    return false;
}

bool kring_tool_find(const char *text, struct kring_tool_name *name)
{
    const char *rest;

    if (same(text, "io_uring")) {
        name->kind = NAME_ENGINE;
        return true;
    }
    name->kind = NAME_OP;
    if ((rest = after(text, "IORING_OP_")) != NULL)
        return find_op(rest, &name->index);
    if (find_op(text, &name->index))
        return true;
    name->kind = NAME_FEATURE;
    if ((rest = after(text, "IORING_FEAT_")) != NULL)
        return in_list(rest, features, COUNT(features), &name->index);
    name->kind = NAME_SETUP;
    if ((rest = after(text, "IORING_SETUP_")) != NULL)
        return in_list(rest, setups, COUNT(setups), &name->index);
    name->kind = NAME_VARIANT;
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        if (same(text, kring__variant_rows[i].name)) {
            name->index = i;
            return true;
        }
    name->kind = NAME_SQE;
    if (find_sqe(text, &name->index))
        return true;
    name->kind = NAME_FEATURE;
    return in_list(text, features, COUNT(features), &name->index);
}

bool kring_tool_has(const struct kring_report *report, const struct kring_tool_name *name)
{
    const struct kring__caps *caps = &report->caps;

    if (caps->pub.engine != KRING_ENGINE_KERNEL)
        return false;
    switch (name->kind) {
    case NAME_OP:
        return caps->op[name->index].answer == KRING__YES;
    case NAME_VARIANT:
        return caps->variant[name->index].answer == KRING__YES;
    case NAME_FEATURE:
        return (caps->pub.features >> name->index & 1) != 0;
    case NAME_SETUP:
        return (caps->pub.setup_flags >> name->index & 1) != 0;
    case NAME_SQE:
        return (caps->sqe_flags & name->index) != 0;
    default:
        return true;
    }
}
