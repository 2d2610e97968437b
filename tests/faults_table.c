/* SPDX-License-Identifier: MIT */
/* tests/faults.tsv, read: which errnos each system call can give. */
#include "faults.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Compiled in, so that the tests can be run from anywhere. The build runs in the top directory. */
__asm__(".pushsection .rodata\n"
        "kring_faults_text:\n"
        ".incbin \"tests/faults.tsv\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char kring_faults_text[];

#define ERRNOS(X) \
    X(EACCES) X(EADDRINUSE) X(EADDRNOTAVAIL) X(EAFNOSUPPORT) X(EAGAIN) X(EBADF) X(EBADFD) \
    X(EBADR) X(EBUSY) X(ECANCELED) X(ECHILD) X(ECONNABORTED) X(ECONNREFUSED) X(ECONNRESET) \
    X(EDQUOT) X(EEXIST) X(EFAULT) X(EFBIG) X(EINPROGRESS) X(EINTR) X(EINVAL) X(EIO) X(EISDIR) \
    X(EMFILE) X(EMLINK) X(EMSGSIZE) X(ENETUNREACH) X(ENFILE) X(ENOBUFS) X(ENODATA) X(ENODEV) \
    X(ENOENT) X(ENOMEM) X(ENOPROTOOPT) X(ENOSPC) X(ENOSYS) X(ENOTCONN) X(ENOTTY) X(ENXIO) \
    X(EOPNOTSUPP) X(EOVERFLOW) X(EPERM) X(EPIPE) X(ERANGE) X(EROFS) X(ESPIPE) X(ESRCH) \
    X(ETIMEDOUT) X(EXDEV)

#define NUMBER(name) {#name, name},
static const struct {
    const char *name;
    int number;
} errnos[] = {ERRNOS(NUMBER)};

struct faults_row faults_rows[KRING__SYS_COUNT];

const char *faults_errno_name(int number)
{
    for (unsigned i = 0; i < sizeof errnos / sizeof errnos[0]; i++)
        if (errnos[i].number == number)
            return errnos[i].name;
    return "?";
}

static int number_of(const char *name, size_t length)
{
    for (unsigned i = 0; i < sizeof errnos / sizeof errnos[0]; i++)
        if (strlen(errnos[i].name) == length && !memcmp(errnos[i].name, name, length))
            return errnos[i].number;
    return 0;
}

static int id_of(const char *name)
{
    for (int id = 0; id < KRING__SYS_COUNT; id++)
        if (!strcmp(kring_fake_name(id), name))
            return id;
    return -1;
}

static bool read_errnos(struct faults_row *row, const char *list)
{
    while (*list != 0) {
        size_t length = strcspn(list, ",");
        int number = number_of(list, length);

        if (number == 0 || row->count == sizeof row->errnos / sizeof row->errnos[0])
            return false;
        row->errnos[row->count++] = number;
        list += length;
        list += *list == ',';
    }
    return row->count != 0;
}

static bool read_use(struct faults_row *row, const char *use, const char *reason)
{
    static const char *const uses[] = {"any", "kernel", "unused"};

    for (unsigned i = 0; i < 3; i++)
        if (!strcmp(use, uses[i])) {
            row->use = (enum faults_use)i;
            return (row->use == FAULTS_UNUSED) == (*reason != 0);
        }
    return false;
}

const char *faults_table_read(void)
{
    static char what[160];
    const char *at = kring_faults_text;

    memset(faults_rows, 0, sizeof faults_rows);
    while (*at != 0) {
        char line[400], name[40], use[16], list[200], reason[120] = "";
        size_t length = strcspn(at, "\n");
        int fields = snprintf(line, sizeof line, "%.*s", (int)length, at) < 1 ? 0 :
                     sscanf(line, "%39[^\t]\t%15[^\t]\t%199[^\t]\t%119[^\t]", name, use, list,
                            reason);
        int id = *at == '#' || fields < 3 ? -1 : id_of(name);
        bool ring = *at != '#' && fields >= 3 && !strncmp(name, "io_uring_", 9);

        if (*at != '#' && id < 0 && !(ring && !CONFIG_KRING_KERNEL_ENGINE)) {
            snprintf(what, sizeof what, "no such call: %.*s", (int)length, at);
            return what;
        }
        if (id >= 0 && (faults_rows[id].present || !read_use(&faults_rows[id], use, reason) ||
                        !read_errnos(&faults_rows[id], list))) {
            snprintf(what, sizeof what, "bad row: %.*s", (int)length, at);
            return what;
        }
        if (id >= 0)
            faults_rows[id].present = true;
        at += length;
        at += *at == '\n';
    }
    for (int id = 0; id < KRING__SYS_COUNT; id++)
        if (!faults_rows[id].present) {
            snprintf(what, sizeof what, "%s has no row", kring_fake_name(id));
            return what;
        }
    return NULL;
}
