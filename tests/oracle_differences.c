/* SPDX-License-Identifier: MIT */
/*
 * Differences between the kernel and the soft engine that are meant: each one stands in
 * docs/differences.md with its reason, and each must still be there.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

/* A 32-bit process sees these where the kernel is a 64-bit one. */
#define BELOW_64 "D80"

const struct oracle_difference oracle_differences[] = {
    { "D01", "*", " nonempty", "" },
    { "D04", "cancel-fixed-by-real-fd", "cqe 5 poll_add ECANCELED", "cqe 7 async_cancel ENOENT" },
    { "D04", "cancel-fixed-by-real-fd", "cqe 7 async_cancel 0", "(nothing)" },
    { "D04", "cancel-fixed-by-real-fd", "(nothing)", "cancel" },
    { "D04", "cancel-fixed-by-real-fd", "(nothing)", "cqe 5 poll_add ECANCELED" },
    { "D04", "cancel-fixed-by-real-fd", "(nothing)", "cqe 999999 ? 1" },
    { "D05", "read-pipe-two-in-order", "cqe 2 read 4", "cqe 1 read 4" },
    { "D05", "read-pipe-two-in-order", "cqe 1 read 4", "cqe 2 read 4" },
    { "D05", "read-pipe-two-in-order", "b: efgh", "b: abcd" },
    { "D05", "read-pipe-two-in-order", "c: abcd", "c: efgh" },
    { "D06", "read-select-error-keeps-buffer", "read EAGAIN buffer=0", "read EAGAIN" },
    { "D06", "read-select-error-keeps-buffer", "remove_buffers 0", "remove_buffers 1" },
    { "D08", "read-nowait-in-a-worker", "(nothing)", "cqe 2 read EAGAIN" },
    { "D08", "read-nowait-in-a-worker", "cancel", "(nothing)" },
    { "D08", "read-nowait-in-a-worker", "cqe 2 read EINTR", "(nothing)" },
    { "D08", "read-nowait-in-a-worker", "cqe 999999 ? 0", "(nothing)" },
    { "D09", "waitid-cancel", "async_cancel 1", "async_cancel 0" },
    { "D09", "waitid-cancel-all-children", "async_cancel 1", "async_cancel 0" },
    { "D09", "waitid-cancel-by-op", "async_cancel 1", "async_cancel 0" },
    { "D09", "waitid-limited", "link_timeout 1", "link_timeout ETIME" },
    { "D09", "waitid-limited-all", "link_timeout 1", "link_timeout ETIME" },
    { "D09", "futex-wait-cancel", "async_cancel 1", "async_cancel 0" },
    { "D09", "futex-wait-cancel-masked", "async_cancel 1", "async_cancel 0" },
    { "D09", "futex-wait-cancel-twice", "async_cancel 1", "async_cancel 0" },
    { "D09", "futex-wait-cancel-one-of-two", "async_cancel 1", "async_cancel 0" },
    { "D09", "futex-waitv-cancel", "async_cancel 1", "async_cancel 0" },
    { "D09", "futex-wait-limited", "link_timeout 1", "link_timeout ETIME" },
    { "D09", "futex-waitv-limited", "link_timeout 1", "link_timeout ETIME" },
    { "D30", "failure-breaks-links", "nop 0", "nop ECANCELED" },
    { "D30", "chain-fsync-fails", "nop 0", "nop ECANCELED" },
    { "D30", "chain-statx-fails", "nop 0", "nop ECANCELED" },
    { "D31", "skip-hides-failures", "(nothing)", "cqe 1 unlinkat ENOENT" },
    { "D31", "skip-hides-failures", "(nothing)", "cqe 2 renameat ENOENT" },
    { "D31", "skip-hides-failures", "(nothing)", "cqe 3 setxattr ENOENT" },
    { "D31", "skip-hides-failures", "(nothing)", "cqe 4 fsync EINVAL" },
    { "D31", "skip-hides-failures", "(nothing)", "cqe 5 statx ENOENT" },
    { "D20", "chain-shutdown-fails", "nop 0", "nop ECANCELED" },
    { "D20", "chain-socket-no-slot", "nop 0", "nop ECANCELED" },
    { "D21", "accept-dontwait-in-a-worker", "(nothing)", "cqe 2 accept EAGAIN" },
    { "D21", "accept-dontwait-in-a-worker", "cancel", "(nothing)" },
    { "D21", "accept-dontwait-in-a-worker", "cqe 999999 ? 0", "(nothing)" },
    { "D21", "accept-dontwait-in-a-worker", "cqe 2 accept EINTR", "(nothing)" },
    { "D22", "cancel-fd-in-a-worker", "async_cancel EALREADY", "async_cancel ENOENT" },
    { "D23", "nowait-after-splice", "read 1", "read EOPNOTSUPP" },
    { "D23", "nowait-after-splice", "b: b.......", "b: .{8}" },
    { "D23", "nowait-after-splice", "pr: pipe mode=0 cloexec holds  then", "pr: pipe mode=0 cloexec holds b then" },
    { "D72", "accept-direct-no-descriptor-left", "cqe 1 accept 0 nonempty", "cqe 1 accept EMFILE" },
    { "D72", "accept-direct-no-descriptor-left", "pending=0", "pending=1" },
    { "D72", "accept-direct-no-descriptor-left", "then end", "then EAGAIN" },
    { "D72", "accept-direct-no-descriptor-left", "then EAGAIN", "then end" },
    { "D71", "uring_cmd/select-empty", "uring_cmd EINVAL", "uring_cmd EOPNOTSUPP" },
    { "D50", "register-eventfd-async", "counts 0", "counts 1" },
#if __SIZEOF_LONG__ == 4
    { BELOW_64, "timeout-negative-ns", "(nothing)", "cqe 1 timeout EINVAL" },
    { BELOW_64, "timeout-negative-ns", "cancel", "(nothing)" },
    { BELOW_64, "timeout-negative-ns", "cqe 1 timeout ECANCELED", "(nothing)" },
    { BELOW_64, "timeout-negative-ns", "cqe 999999 ? 1", "(nothing)" },
    { BELOW_64, "provide-overflow", "cqe 2 provide_buffers 0", "cqe 2 provide_buffers EFAULT" },
    { BELOW_64, "buffers-wrap", "buffers -> EFAULT", "buffers -> EOVERFLOW" },
#endif
};
const unsigned oracle_difference_count = sizeof oracle_differences / sizeof oracle_differences[0];

static uint8_t needed[sizeof oracle_differences / sizeof oracle_differences[0]];

/* Is `line` the other one with `part` taken out, once or more? */
static bool without(const char *line, const char *part, const char *other)
{
    char text[16384];
    size_t length = 0;

    while (*line && length < sizeof text - 1) {
        if (!strncmp(line, part, strlen(part)))
            line += strlen(part);
        else
            text[length++] = *line++;
    }
    text[length] = 0;
    return !strcmp(text, other);
}

bool oracle_accepts(const char *program, const char *kernel, const char *soft)
{
    for (unsigned i = 0; i < oracle_difference_count; i++) {
        const struct oracle_difference *d = &oracle_differences[i];
        bool absent = *d->kernel == '(' || *d->soft == '(';
        bool fits;

        if (!strcmp(d->program, "*"))
            fits = strstr(kernel, d->kernel) && without(kernel, d->kernel, soft);
        else if (strcmp(d->program, program))
            fits = false;
        else if (absent || *kernel == '(' || *soft == '(')
            fits = !strcmp(kernel + strspn(kernel, " "), d->kernel) &&
                   !strcmp(soft + strspn(soft, " "), d->soft);
        else
            fits = strstr(kernel, d->kernel) && strstr(soft, d->soft);

        if (fits) {
            needed[i] = 1;
            return true;
        }
    }
    return false;
}

int oracle_check_differences(const char *document, FILE *out)
{
    static char text[1 << 16];
    FILE *file = fopen(document, "r");
    int wrong = 0;

    if (!file) {
        fprintf(out, "differences: cannot read %s\n", document);
        return 1;
    }
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    for (unsigned i = 0; i < oracle_difference_count; i++) {
        const struct oracle_difference *d = &oracle_differences[i];

        if (!needed[i] && strcmp(d->id, BELOW_64)) {
            fprintf(out, "differences: %s no longer differs in %s\n", d->id, d->program);
            wrong++;
        }
        if (!strstr(text, d->id) || (*d->program != '*' && !strstr(text, d->program))) {
            fprintf(out, "differences: %s does not describe %s (%s)\n", document, d->id, d->program);
            wrong++;
        }
    }
    return wrong;
}
