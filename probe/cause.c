/* SPDX-License-Identifier: MIT */
/*
 * Question: why is there no kernel engine? One errno does not say: ENOSYS is an old kernel, a
 * kernel without CONFIG_IO_URING or a filter; EPERM is the sysctl, a filter, a security module or a
 * missing privilege. The evidence is looked at only after a refusal: the sysctl and its group,
 * "Seccomp:" in /proc/self/status, what io_uring_register(-1, ...) answers, the limits, the
 * kernel's configuration. An answer is certain when nothing else explains the evidence.
 */
#include <errno.h>
#include <string.h>

#include <linux/resource.h>

#include "../abi/sys.h"
#include "internal.h"

#if CONFIG_KRING_KERNEL_ENGINE

#define CAP_SYS_ADMIN_BIT 21
#define CAP_IPC_LOCK_BIT 14
#define MAX_GROUPS 64

struct evidence {
    long sysctl;       /* 0 to 2, or -errno: absent below 6.6 or without /proc */
    int seccomp;       /* 0 none, 1 strict, 2 filter, -1 unknown */
    uint64_t caps;     /* effective capabilities */
    int absurd;        /* what register answers to an opcode that never existed */
    int config;        /* CONFIG_IO_URING: 1, 0 or -1 unknown */
    uint64_t memlock;  /* limit in bytes */
    long group;        /* kernel.io_uring_group, or below 0: none */
    bool in_group;     /* of that one */
};

static void verdict(struct kring__caps *caps, enum kring_cause cause, bool certain)
{
    caps->pub.cause = cause;
    caps->pub.cause_certain = certain;
}

static void sysctl_verdict(struct kring__caps *caps, const struct evidence *e)
{
    verdict(caps, KRING_CAUSE_SYSCTL, true);
    caps->sysctl = (int32_t)e->sysctl;
    caps->sysctl_group = e->group < 0 || e->group > INT32_MAX ? -1 : (int32_t)e->group;
}

static uint64_t hex(const char *text)
{
    uint64_t value = 0;

    for (;; text++) {
        if (*text >= '0' && *text <= '9')
            value = value << 4 | (uint64_t)(*text - '0');
        else if (*text >= 'a' && *text <= 'f')
            value = value << 4 | (uint64_t)(*text - 'a' + 10);
        else
            return value;
    }
}

static bool in_group(long wanted)
{
    uint32_t groups[MAX_GROUPS];
    long count;

    if (wanted < 0)
        return false;
    if (kring__sys_getegid() == wanted)
        return true;
    count = kring__sys_getgroups(MAX_GROUPS, groups);
    for (long i = 0; i < count; i++)
        if (groups[i] == (uint32_t)wanted)
            return true;
    return count == -EINVAL; /* more groups than we read: cannot be excluded */
}

static int configured(const struct kring__caps *caps)
{
    char path[sizeof caps->kernel + 16], value[8];
    struct kring__text text;

    kring__text_init(&text, path, sizeof path);
    kring__text_add(&text, "/boot/config-");
    kring__text_add(&text, caps->kernel);
    if (kring__file_value(path, '\n', "CONFIG_IO_URING=", value, sizeof value) > 0)
        return value[0] == 'y';
    if (kring__file_value(path, '\n', "# CONFIG_IO_URING is not set", value, sizeof value) >= 0)
        return 0;
    return -1;
}

static void gather(struct evidence *e, const struct kring__caps *caps)
{
    uint64_t limit[2] = {UINT64_MAX, UINT64_MAX};
    char value[32];

    memset(e, 0, sizeof *e);
    e->sysctl = kring__file_number("/proc/sys/kernel/io_uring_disabled");
    e->group = e->sysctl == 1 ? kring__file_number("/proc/sys/kernel/io_uring_group") : -1;
    e->in_group = in_group(e->group);
    e->seccomp = -1;
    if (kring__file_value("/proc/self/status", '\n', "Seccomp:", value, sizeof value) > 0)
        e->seccomp = value[0] - '0';
    if (kring__file_value("/proc/self/status", '\n', "CapEff:", value, sizeof value) > 0)
        e->caps = hex(value);
    e->absurd = (int)kring__sys_io_uring_register(-1, 0x7fff, NULL, 0);
    e->config = configured(caps);
    kring__sys_prlimit64(0, RLIMIT_MEMLOCK, NULL, limit);
    e->memlock = limit[0];
}

/* The kernel itself answers register(-1, unknown) with EINVAL (6.3) or EBADF, without io_uring
 * ENOSYS; nothing else. */
static bool absurd_is_filtered(const struct evidence *e)
{
    return e->absurd != -EINVAL && e->absurd != -EBADF && e->absurd != -ENOSYS;
}

static void explain_enosys(struct kring__caps *caps, const struct evidence *e)
{
    if (e->seccomp == 0 || (e->config == 0 && e->absurd == -ENOSYS))
        verdict(caps, KRING_CAUSE_ABSENT, true);
    else if (e->sysctl >= 0 || e->config == 1 || e->absurd == -EINVAL || e->absurd == -EBADF)
        verdict(caps, KRING_CAUSE_SECCOMP, e->seccomp == 2); /* the kernel has io_uring */
    else
        verdict(caps, KRING_CAUSE_ABSENT, false);
}

static void explain_policy(struct kring__caps *caps, const struct evidence *e, int error,
                           const struct kring__wish *wish)
{
    bool admin = (e->caps >> CAP_SYS_ADMIN_BIT & 1) != 0;

    if (error == -EPERM && (e->sysctl == 2 || (e->sysctl == 1 && !admin && !e->in_group)))
        sysctl_verdict(caps, e);
    else if (e->seccomp == 2)
        verdict(caps, KRING_CAUSE_SECCOMP,
                absurd_is_filtered(e) || (error != -EPERM && error != -EACCES));
    else if (error == -EPERM && wish != NULL && (wish->setup_required & IORING_SETUP_SQPOLL))
        verdict(caps, KRING_CAUSE_FLAGS, false); /* a privilege below 5.13 */
    else if (error == -EPERM || error == -EACCES)
        verdict(caps, KRING_CAUSE_LSM, e->seccomp == 0 && error == -EACCES);
    else
        verdict(caps, KRING_CAUSE_UNKNOWN, false);
}

static void explain_memory(struct kring__caps *caps, const struct evidence *e)
{
    bool privileged = (e->caps >> CAP_IPC_LOCK_BIT & 1) != 0;

    if (privileged || e->memlock == UINT64_MAX)
        verdict(caps, KRING_CAUSE_MEMORY, e->seccomp == 0);
    else
        verdict(caps, KRING_CAUSE_MEMLOCK, e->memlock < caps->pub.bytes_needed);
}

static void explain_einval(struct kring__caps *caps, const struct evidence *e,
                           const struct kring__wish *wish)
{
    if (wish != NULL && wish->setup_required != 0)
        verdict(caps, KRING_CAUSE_FLAGS, e->seccomp == 0);
    else if (e->seccomp == 2)
        verdict(caps, KRING_CAUSE_SECCOMP, true); /* no flags, a power of two: cannot be invalid */
    else
        verdict(caps, KRING_CAUSE_UNKNOWN, false);
}

void kring__cause_find(struct kring__caps *caps, const struct kring__wish *wish, int error,
                       bool proving)
{
    struct evidence e;

    if (error == -EMFILE || error == -ENFILE) {
        verdict(caps, KRING_CAUSE_FDS, true);
        return;
    }
    if (error == -EIO || error == -EPROTO) { /* our own: wrong completions, impossible offsets */
        verdict(caps, KRING_CAUSE_UNPROVEN, true);
        return;
    }
    gather(&e, caps);
    if (proving) {
        /* The ring is there, so the kernel has io_uring, and a nop is never refused but for want
         * of memory: enter or register is filtered. */
        bool want = error == -ENOMEM || error == -EAGAIN || error == -EBUSY;

        if (e.seccomp == 2)
            verdict(caps, KRING_CAUSE_SECCOMP, !want);
        else
            verdict(caps, KRING_CAUSE_UNPROVEN, true);
    } else if (error == -ENOSYS) {
        explain_enosys(caps, &e);
    } else if (error == -ENOMEM) {
        explain_memory(caps, &e);
    } else if (error == -EINVAL) {
        explain_einval(caps, &e, wish);
    } else {
        explain_policy(caps, &e, error, wish);
    }
}

#else

void kring__cause_find(struct kring__caps *caps, const struct kring__wish *wish, int error,
                       bool proving)
{
    (void)wish;
    (void)error;
    (void)proving;
    caps->pub.cause = KRING_CAUSE_CONFIG;
    caps->pub.cause_certain = 1;
}

#endif
