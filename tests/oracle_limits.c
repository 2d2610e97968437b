/* SPDX-License-Identifier: MIT */
/* Statements that take something away, so that calls fail as they do in the field. */
#define _GNU_SOURCE
#include "oracle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

/* limit fsize N | nofile: no file grows beyond N bytes; no further descriptor can be made. */
static void act_limit(struct oracle_run *run)
{
    bool files = !strcmp(oracle_arg(run, 1), "nofile");
    int resource = files ? RLIMIT_NOFILE : RLIMIT_FSIZE;
    struct rlimit limit;

    getrlimit(resource, &limit);
    if (files) {
        /* The lowest free number: the soft engine has some of its own. */
        int fd = dup(0);

        limit.rlim_cur = (rlim_t)fd;
        close(fd);
    } else {
        limit.rlim_cur = (rlim_t)oracle_value(run, oracle_arg(run, 2));
    }
    if (setrlimit(resource, &limit) < 0)
        oracle_wrong(run, "no limit", run->args[1]);
}

/* unlimit: descriptors can be made again. */
static void act_unlimit(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* no-rights: root is a user like others from here on. Before the ring is opened: its rights count. */
static void act_no_rights(struct oracle_run *run)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct none[2];

    memset(none, 0, sizeof none);
    if (syscall(SYS_capset, &head, none) < 0)
        oracle_wrong(run, "cannot give up rights", "");
}

/* mode PATH BITS */
static void act_mode(struct oracle_run *run)
{
    if (chmod(oracle_arg(run, 1), (mode_t)oracle_value(run, oracle_arg(run, 2))) < 0)
        oracle_wrong(run, "no chmod", run->args[1]);
}

/* memfd NAME 'data' [sealed]: sealed against writing and against any change of its size. */
static void make_memfd(struct oracle_run *run)
{
    int fd = (int)syscall(SYS_memfd_create, "oracle", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t length;
    uint8_t *data = oracle_literal(run, oracle_arg(run, 2), &length);

    if (fd < 0 || write(fd, data, length) != (ssize_t)length)
        oracle_wrong(run, "no memfd", run->args[1]);
    if (oracle_word(run, "sealed"))
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
    oracle_object_fd(run, oracle_arg(run, 1), fd, 'f');
}

bool oracle_limits(struct oracle_run *run, const char *verb)
{
    if (!strcmp(verb, "limit"))
        act_limit(run);
    else if (!strcmp(verb, "unlimit"))
        act_unlimit();
    else if (!strcmp(verb, "no-rights"))
        act_no_rights(run);
    else if (!strcmp(verb, "mode"))
        act_mode(run);
    else if (!strcmp(verb, "memfd"))
        make_memfd(run);
    else
        return false;
    return true;
}
