/* SPDX-License-Identifier: MIT */
/*
 * Our ABI header against the installed one, name by name, and against what each release of the
 * kernel is known to have. The layouts as such are static asserts in the header itself.
 */
#include <CUnit/CUnit.h>
#include <linux/time_types.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "abi_names.h"
#include "kring/uapi.h"

int kring_test_abi(void);

/* The first release whose header may name things that ours lacks: LINUX_VERSION_CODE of 7.3. */
#define UNKNOWN_RELEASE ((7LL << 16) + (3LL << 8))

/*
 * Less than the oldest header we accept, that of 5.10, has; so a table that was cut short, or that
 * the script found nothing for, is noticed.
 */
#define LEAST_NAMES 250

struct comparison {
    size_t equal;
    size_t excused; /* reserved words, which shrink when a release gives some of them a meaning */
    size_t unknown; /* names of a release after 7.2 */
    size_t faults;
};

static const struct kring_abi_entry *find(const struct kring_abi_entry *table, const char *name)
{
    for (; table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return NULL;
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Tells whether a name is that of a reserved member: "offsetof(struct S, resv2)" and the like. */
static bool is_reserved(const char *name)
{
    const char *member = strrchr(name, ' ');
    const char *dot;

    if (strchr(name, ',') == NULL || member == NULL) {
        return false;
    }
    member++;
    dot = strrchr(member, '.');
    if (dot != NULL) {
        member = dot + 1;
    }
    while (*member == '_') {
        member++;
    }
    return starts_with(member, "resv") || starts_with(member, "pad") ||
           starts_with(member, "rsvd");
}

/* Names whose value counts what a release has, so that an older header has a smaller one. */
static bool is_count(const char *name)
{
    static const char *const names[] = {
        "IORING_OP_LAST",         "IORING_REGISTER_LAST",   "IORING_RESTRICTION_LAST",
        "__IO_URING_QUERY_MAX",   "__ZCRX_CTRL_LAST",       "__ZCRX_EVENT_TYPE_LAST",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_compatible(const char *name, long long theirs, long long ours)
{
    if (is_count(name)) {
        return ours >= theirs;
    }
    if (strcmp(name, "IORING_URING_CMD_MASK") == 0) {
        return (ours & theirs) == theirs;
    }
    return ours == theirs;
}

static void compare_entry(const struct kring_abi_entry *theirs, const struct kring_abi_entry *ours,
                          bool newer, FILE *report, struct comparison *result)
{
    if (is_reserved(theirs->name)) {
        result->excused++;
    } else if (ours == NULL && newer) {
        result->unknown++;
    } else if (ours == NULL) {
        result->faults++;
        if (report != NULL) {
            fprintf(report, "\n    ours lacks %s (%lld)", theirs->name, theirs->value);
        }
    } else if (is_compatible(theirs->name, theirs->value, ours->value)) {
        result->equal++;
    } else if (newer && is_count(theirs->name)) {
        result->unknown++;
    } else {
        result->faults++;
        if (report != NULL) {
            fprintf(report, "\n    %s is %lld, ours is %lld", theirs->name, theirs->value,
                    ours->value);
        }
    }
}

static struct comparison compare(const struct kring_abi_entry *theirs,
                                 const struct kring_abi_entry *ours, FILE *report)
{
    struct comparison result = {0, 0, 0, 0};
    const struct kring_abi_entry *version = find(theirs, "LINUX_VERSION_CODE");
    bool newer = version != NULL && version->value >= UNKNOWN_RELEASE;

    for (const struct kring_abi_entry *entry = theirs; entry->name != NULL; entry++) {
        if (entry != version) {
            compare_entry(entry, find(ours, entry->name), newer, report, &result);
        }
    }
    return result;
}

static void installed_header_agrees_with_ours(void)
{
    struct comparison result = compare(kring_abi_system, kring_abi_ours, stderr);

    CU_ASSERT_EQUAL(result.faults, 0);
    CU_ASSERT(result.equal >= LEAST_NAMES);
    if (result.unknown > 0) {
        fprintf(stderr, "\n    %lu names of the installed header are newer than 7.2",
                (unsigned long)result.unknown);
    }
}

static void installed_header_has_what_every_release_has(void)
{
    static const char *const names[] = {
        "LINUX_VERSION_CODE",
        "IORING_OP_NOP",
        "IORING_OP_TEE",
        "IOSQE_BUFFER_SELECT_BIT",
        "IORING_SETUP_R_DISABLED",
        "IORING_FEAT_POLL_32BITS",
        "IORING_ENTER_SQ_WAIT",
        "IORING_REGISTER_ENABLE_RINGS",
        "IORING_OFF_SQES",
        "sizeof(struct io_uring_sqe)",
        "offsetof(struct io_uring_sqe, splice_fd_in)",
        "sizeof(struct io_uring_cqe)",
        "offsetof(struct io_uring_params, cq_off)",
        "sizeof(struct io_uring_restriction)",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CU_ASSERT_PTR_NOT_NULL(find(kring_abi_system, names[i]));
    }
}

static void comparison_notices_each_kind_of_fault(void)
{
    static const struct kring_abi_entry right[] = {
        {"IORING_OP_NOP", 0}, {"sizeof(struct s)", 16}, {"offsetof(struct s, a)", 8},
        {"IORING_OP_LAST", 4}, {"IORING_URING_CMD_MASK", 3}, {0, 0},
    };
    static const struct kring_abi_entry older[] = {
        {"IORING_OP_LAST", 3}, {"IORING_URING_CMD_MASK", 1}, {"offsetof(struct s, __resv2)", 9},
        {"sizeof(struct s, in.pad)", 3}, {0, 0},
    };
    static const struct kring_abi_entry wrong[] = {
        {"IORING_OP_NOP", 1}, {"sizeof(struct s)", 24}, {"offsetof(struct s, a)", 4},
        {"IORING_OP_LAST", 5}, {"IORING_URING_CMD_MASK", 4}, {"IORING_OP_NEW", 3},
        {"sizeof(struct pad)", 8}, {0, 0},
    };
    static const struct kring_abi_entry newer[] = {
        {"LINUX_VERSION_CODE", UNKNOWN_RELEASE}, {"IORING_OP_NEW", 4}, {"IORING_OP_LAST", 5},
        {"IORING_OP_NOP", 1}, {0, 0},
    };
    static const struct kring_abi_entry empty[] = {{0, 0}};

    CU_ASSERT_EQUAL(compare(right, right, NULL).faults, 0);
    CU_ASSERT_EQUAL(compare(right, right, NULL).equal, 5);
    CU_ASSERT_EQUAL(compare(older, right, NULL).faults, 0);
    CU_ASSERT_EQUAL(compare(older, right, NULL).excused, 2);
    CU_ASSERT_EQUAL(compare(wrong, right, NULL).faults, 7);
    CU_ASSERT_EQUAL(compare(newer, right, NULL).faults, 1);
    CU_ASSERT_EQUAL(compare(newer, right, NULL).unknown, 2);
    CU_ASSERT_EQUAL(compare(right, empty, NULL).faults, 5);
    CU_ASSERT_EQUAL(compare(empty, right, NULL).equal, 0);
}

static void kernel_timespec_is_ours(void)
{
    CU_ASSERT_EQUAL(sizeof(struct __kernel_timespec), sizeof(struct kring_timespec));
    CU_ASSERT_EQUAL(__builtin_offsetof(struct __kernel_timespec, tv_sec),
                    __builtin_offsetof(struct kring_timespec, tv_sec));
    CU_ASSERT_EQUAL(__builtin_offsetof(struct __kernel_timespec, tv_nsec),
                    __builtin_offsetof(struct kring_timespec, tv_nsec));
}

/* What each release has. A mask holds all bits that the release's header names. */
static const struct release {
    const char *name;
    unsigned ops;
    unsigned last_op;
    unsigned registers;
    unsigned last_register;
    uint64_t features;
    uint64_t setup;
    uint64_t enter;
    uint64_t sqe;
} releases[] = {
    {"5.1", 8, IORING_OP_POLL_REMOVE, 4, IORING_UNREGISTER_FILES,
     0x0, 0x7, 0x3, 0x1},
    {"5.2", 9, IORING_OP_SYNC_FILE_RANGE, 6, IORING_UNREGISTER_EVENTFD,
     0x0, 0x7, 0x3, 0x3},
    {"5.3", 11, IORING_OP_RECVMSG, 6, IORING_UNREGISTER_EVENTFD,
     0x0, 0x7, 0x3, 0x7},
    {"5.4", 12, IORING_OP_TIMEOUT, 6, IORING_UNREGISTER_EVENTFD,
     0x1, 0x7, 0x3, 0x7},
    {"5.5", 17, IORING_OP_CONNECT, 7, IORING_REGISTER_FILES_UPDATE,
     0x7, 0xf, 0x3, 0xf},
    {"5.6", 30, IORING_OP_EPOLL_CTL, 11, IORING_UNREGISTER_PERSONALITY,
     0x1f, 0x3f, 0x3, 0x1f},
    {"5.7", 33, IORING_OP_REMOVE_BUFFERS, 11, IORING_UNREGISTER_PERSONALITY,
     0x3f, 0x3f, 0x3, 0x3f},
    {"5.8", 34, IORING_OP_TEE, 11, IORING_UNREGISTER_PERSONALITY,
     0x3f, 0x3f, 0x3, 0x3f},
    {"5.9", 34, IORING_OP_TEE, 11, IORING_UNREGISTER_PERSONALITY,
     0x7f, 0x3f, 0x3, 0x3f},
    {"5.10", 34, IORING_OP_TEE, 13, IORING_REGISTER_ENABLE_RINGS,
     0x7f, 0x7f, 0x7, 0x3f},
    {"5.11", 37, IORING_OP_UNLINKAT, 13, IORING_REGISTER_ENABLE_RINGS,
     0x1ff, 0x7f, 0xf, 0x3f},
    {"5.12", 37, IORING_OP_UNLINKAT, 13, IORING_REGISTER_ENABLE_RINGS,
     0x3ff, 0x7f, 0xf, 0x3f},
    {"5.13", 37, IORING_OP_UNLINKAT, 17, IORING_REGISTER_BUFFERS_UPDATE,
     0x7ff, 0x7f, 0xf, 0x3f},
    {"5.14", 37, IORING_OP_UNLINKAT, 19, IORING_UNREGISTER_IOWQ_AFF,
     0x7ff, 0x7f, 0xf, 0x3f},
    {"5.15", 40, IORING_OP_LINKAT, 20, IORING_REGISTER_IOWQ_MAX_WORKERS,
     0x7ff, 0x7f, 0xf, 0x3f},
    {"5.16", 40, IORING_OP_LINKAT, 20, IORING_REGISTER_IOWQ_MAX_WORKERS,
     0x7ff, 0x7f, 0xf, 0x3f},
    {"5.17", 40, IORING_OP_LINKAT, 20, IORING_REGISTER_IOWQ_MAX_WORKERS,
     0xfff, 0x7f, 0xf, 0x7f},
    {"5.18", 41, IORING_OP_MSG_RING, 22, IORING_UNREGISTER_RING_FDS,
     0x1fff, 0xff, 0x1f, 0x7f},
    {"5.19", 47, IORING_OP_URING_CMD, 24, IORING_UNREGISTER_PBUF_RING,
     0x1fff, 0xfff, 0x1f, 0x7f},
    {"6.0", 48, IORING_OP_SEND_ZC, 26, IORING_REGISTER_FILE_ALLOC_RANGE,
     0x1fff, 0x1fff, 0x1f, 0x7f},
    {"6.1", 49, IORING_OP_SENDMSG_ZC, 26, IORING_REGISTER_FILE_ALLOC_RANGE,
     0x1fff, 0x3fff, 0x1f, 0x7f},
    {"6.2", 49, IORING_OP_SENDMSG_ZC, 26, IORING_REGISTER_FILE_ALLOC_RANGE,
     0x1fff, 0x3fff, 0x1f, 0x7f},
    {"6.3", 49, IORING_OP_SENDMSG_ZC, 26, IORING_REGISTER_FILE_ALLOC_RANGE,
     0x3fff, 0x3fff, 0x1f, 0x7f},
    {"6.4", 49, IORING_OP_SENDMSG_ZC, 26, IORING_REGISTER_FILE_ALLOC_RANGE,
     0x3fff, 0x3fff, 0x1f, 0x7f},
    {"6.5", 49, IORING_OP_SENDMSG_ZC, 26, IORING_REGISTER_FILE_ALLOC_RANGE,
     0x3fff, 0xffff, 0x1f, 0x7f},
    {"6.6", 49, IORING_OP_SENDMSG_ZC, 26, IORING_REGISTER_FILE_ALLOC_RANGE,
     0x3fff, 0x1ffff, 0x1f, 0x7f},
    {"6.7", 54, IORING_OP_FUTEX_WAITV, 26, IORING_REGISTER_FILE_ALLOC_RANGE,
     0x3fff, 0x1ffff, 0x1f, 0x7f},
    {"6.8", 55, IORING_OP_FIXED_FD_INSTALL, 27, IORING_REGISTER_PBUF_STATUS,
     0x3fff, 0x1ffff, 0x1f, 0x7f},
    {"6.9", 56, IORING_OP_FTRUNCATE, 29, IORING_UNREGISTER_NAPI,
     0x3fff, 0x1ffff, 0x1f, 0x7f},
    {"6.10", 56, IORING_OP_FTRUNCATE, 29, IORING_UNREGISTER_NAPI,
     0x7fff, 0x1ffff, 0x1f, 0x7f},
    {"6.11", 58, IORING_OP_LISTEN, 29, IORING_UNREGISTER_NAPI,
     0x7fff, 0x1ffff, 0x1f, 0x7f},
    {"6.12", 58, IORING_OP_LISTEN, 31, IORING_REGISTER_CLONE_BUFFERS,
     0xffff, 0x1ffff, 0x3f, 0x7f},
    {"6.13", 58, IORING_OP_LISTEN, 35, IORING_REGISTER_MEM_REGION,
     0xffff, 0x3ffff, 0x7f, 0x7f},
    {"6.14", 58, IORING_OP_LISTEN, 35, IORING_REGISTER_MEM_REGION,
     0x1ffff, 0x3ffff, 0x7f, 0x7f},
    {"6.15", 62, IORING_OP_WRITEV_FIXED, 35, IORING_REGISTER_MEM_REGION,
     0x3ffff, 0x3ffff, 0xff, 0x7f},
    {"6.16", 63, IORING_OP_PIPE, 35, IORING_REGISTER_MEM_REGION,
     0x3ffff, 0x3ffff, 0xff, 0x7f},
    {"6.17", 63, IORING_OP_PIPE, 35, IORING_REGISTER_MEM_REGION,
     0x3ffff, 0x3ffff, 0xff, 0x7f},
    {"6.18", 63, IORING_OP_PIPE, 36, IORING_REGISTER_QUERY,
     0x3ffff, 0x7ffff, 0xff, 0x7f},
    {"6.19", 65, IORING_OP_URING_CMD128, 37, IORING_REGISTER_ZCRX_CTRL,
     0x3ffff, 0xfffff, 0xff, 0x7f},
    {"7.0", 65, IORING_OP_URING_CMD128, 38, IORING_REGISTER_BPF_FILTER,
     0x3ffff, 0x1fffff, 0xff, 0x7f},
    {"7.1", 65, IORING_OP_URING_CMD128, 38, IORING_REGISTER_BPF_FILTER,
     0x3ffff, 0x1fffff, 0xff, 0x7f},
    {"7.2", 65, IORING_OP_URING_CMD128, 38, IORING_REGISTER_BPF_FILTER,
     0x3ffff, 0x1fffff, 0xff, 0x7f},
};

#define RELEASES (sizeof releases / sizeof *releases)

/* The bits of all our names with a prefix; with a suffix that is not meant, none. */
static uint64_t mask_of(const char *prefix, const char *without)
{
    uint64_t mask = 0;

    for (const struct kring_abi_entry *entry = kring_abi_ours; entry->name != NULL; entry++) {
        if (starts_with(entry->name, prefix) &&
            (without == NULL || strstr(entry->name, without) == NULL)) {
            /* One bit each, and none twice: else two names have been given one number. */
            CU_ASSERT_EQUAL(entry->value & (entry->value - 1), 0);
            CU_ASSERT_EQUAL(mask & (uint64_t)entry->value, 0);
            mask |= (uint64_t)entry->value;
        }
    }
    return mask;
}

static void ours_is_complete_to_7_2(void)
{
    const struct release *newest = &releases[RELEASES - 1];

    CU_ASSERT_STRING_EQUAL(newest->name, "7.2");
    CU_ASSERT_EQUAL(IORING_OP_LAST, 65);
    CU_ASSERT_EQUAL(IORING_REGISTER_LAST, 38);
    CU_ASSERT_EQUAL(newest->ops, IORING_OP_LAST);
    CU_ASSERT_EQUAL(newest->registers, IORING_REGISTER_LAST);
    CU_ASSERT_EQUAL(mask_of("IORING_FEAT_", NULL), 0x3ffff);
    CU_ASSERT_EQUAL(mask_of("IORING_SETUP_", NULL), 0x1fffff);
    CU_ASSERT_EQUAL(mask_of("IORING_ENTER_", NULL), 0xff);
    CU_ASSERT_EQUAL(mask_of("IOSQE_", "_BIT"), 0x7f);
    CU_ASSERT_EQUAL(newest->features, 0x3ffff);
    CU_ASSERT_EQUAL(newest->setup, 0x1fffff);
    CU_ASSERT_EQUAL(newest->enter, 0xff);
    CU_ASSERT_EQUAL(newest->sqe, 0x7f);
}

/* Every number below the count has exactly one name, so none was forgotten or given twice. */
static void numbers_are_dense(const char *prefix, const char *other, long long count)
{
    for (long long number = 0; number < count; number++) {
        int names = 0;

        for (const struct kring_abi_entry *entry = kring_abi_ours; entry->name != NULL; entry++) {
            bool meant = starts_with(entry->name, prefix) ||
                         (other != NULL && starts_with(entry->name, other));

            /* These share the prefix of the register calls, but are values of their arguments. */
            meant = meant && strcmp(entry->name, "IORING_REGISTER_SRC_REGISTERED") != 0 &&
                    strcmp(entry->name, "IORING_REGISTER_DST_REPLACE") != 0;
            names += meant && entry->value == number;
        }
        CU_ASSERT_EQUAL(names, 1);
    }
}

static void every_number_has_one_name(void)
{
    numbers_are_dense("IORING_OP_", NULL, IORING_OP_LAST);
    numbers_are_dense("IORING_REGISTER_", "IORING_UNREGISTER_", IORING_REGISTER_LAST);
}

static void releases_only_add(void)
{
    CU_ASSERT_EQUAL(RELEASES, 42);
    for (size_t i = 0; i < RELEASES; i++) {
        const struct release *now = &releases[i];
        const struct release *before = &releases[i > 0 ? i - 1 : 0];

        /* Numbers are given out in order, so the last one tells how many there are. */
        CU_ASSERT_EQUAL(now->ops, now->last_op + 1);
        CU_ASSERT_EQUAL(now->registers, now->last_register + 1);
        CU_ASSERT(now->ops >= before->ops);
        CU_ASSERT(now->registers >= before->registers);
        CU_ASSERT_EQUAL(now->features & before->features, before->features);
        CU_ASSERT_EQUAL(now->setup & before->setup, before->setup);
        CU_ASSERT_EQUAL(now->enter & before->enter, before->enter);
        CU_ASSERT_EQUAL(now->sqe & before->sqe, before->sqe);
        /* Bits are given out in order too: a mask is all ones. */
        CU_ASSERT_EQUAL(now->features & (now->features + 1), 0);
        CU_ASSERT_EQUAL(now->setup & (now->setup + 1), 0);
        CU_ASSERT_EQUAL(now->enter & (now->enter + 1), 0);
        CU_ASSERT_EQUAL(now->sqe & (now->sqe + 1), 0);
    }
}

int kring_test_abi(void)
{
    static const struct {
        const char *name;
        CU_TestFunc function;
    } tests[] = {
        {"installed header agrees with ours", installed_header_agrees_with_ours},
        {"installed header has what every release has",
         installed_header_has_what_every_release_has},
        {"comparison notices each kind of fault", comparison_notices_each_kind_of_fault},
        {"the kernel's timespec is ours", kernel_timespec_is_ours},
        {"ours is complete to 7.2", ours_is_complete_to_7_2},
        {"every number has one name", every_number_has_one_name},
        {"releases only add", releases_only_add},
    };
    CU_pSuite suite = CU_add_suite("abi", NULL, NULL);

    if (suite == NULL) {
        return -1;
    }
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        if (CU_add_test(suite, tests[i].name, tests[i].function) == NULL) {
            return -1;
        }
    }
    return 0;
}
