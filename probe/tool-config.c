/* SPDX-License-Identifier: MIT */
/*
 * A config.mk for this target: the symbols of this build, changed where the target has shown what
 * it needs. Every symbol is written, because an absent one means off.
 */
#include <errno.h>
#include <unistd.h>

#include "../abi/sys.h"
#include "tool.h"

#define SYMBOLS(X) \
    X(KERNEL_ENGINE) X(SOFT_ENGINE) X(EPOLL) X(PPOLL) X(PPOLL_TOO) X(OFFLOAD) X(COPIES) X(FILE) \
    X(NET) X(POLL) X(TIME) X(SPLICE) X(PROCESS) X(RING) X(COMPOSITE) X(CHAINS) X(SWEEP) \
    X(MULTISHOT) X(PROVIDED_BUFFERS) X(DIRECT) X(ZEROCOPY) X(EXPLAIN) X(ENV) X(TRACE) X(ASSERT)

#define ENUM(name) SYMBOL_##name,
enum { SYMBOLS(ENUM) SYMBOL_COUNT };
#define NAME(name) "CONFIG_KRING_" #name,
static const char *const names[] = {SYMBOLS(NAME)};
#define VALUE(name) CONFIG_KRING_##name,

static bool all_native(const struct kring_report *report)
{
    for (unsigned i = 0; i < KRING__OP_COUNT; i++)
        if (kring__rows[i].attempt != NULL &&
            kring_tool_route(report, i, -1, report->caps.op[i].answer) == ROUTE_SOFT)
            return false;
    return report->caps.pub.engine == KRING_ENGINE_KERNEL;
}

void kring_tool_config(const struct kring_report *report)
{
    int values[] = {SYMBOLS(VALUE)};
    const struct kring_caps *p = &report->caps.pub;
    uint32_t entries = CONFIG_KRING_ENTRIES;
    char text[512];
    long epoll = kring__sys_epoll_create1(0);

    kring__cause_text(&report->caps, text, sizeof text);
    printf("# kring on kernel %s: %s.\n", report->caps.kernel, text);
    if (report->caps.release != 0)
        printf("# Simulated as %u.%u.\n", report->caps.release / 256u, report->caps.release & 255u);
    if (p->engine != KRING_ENGINE_KERNEL && p->cause == KRING_CAUSE_ABSENT) {
        printf("# io_uring is absent: its three calls are left out of the binary.\n");
        values[SYMBOL_KERNEL_ENGINE] = 0;
    }
    if (!all_native(report) || values[SYMBOL_KERNEL_ENGINE] == 0)
        values[SYMBOL_SOFT_ENGINE] = 1;
    else
        printf("# Every operation is native here: CONFIG_KRING_SOFT_ENGINE may be off, if no\n"
               "# filter or sysctl will ever forbid io_uring to the program.\n");
    if (epoll >= 0)
        close((int)epoll);
    if (epoll == -ENOSYS) {
        printf("# The kernel has no epoll.\n");
        values[SYMBOL_EPOLL] = 0;
        values[SYMBOL_PPOLL] = 1;
    }
    if (values[SYMBOL_SOFT_ENGINE] && !values[SYMBOL_EPOLL] && !values[SYMBOL_PPOLL])
        values[epoll == -ENOSYS ? SYMBOL_PPOLL : SYMBOL_EPOLL] = 1;
    if (p->engine == KRING_ENGINE_KERNEL && p->sq_entries < entries) {
        printf("# RLIMIT_MEMLOCK allows %u of %u entries (%llu bytes).\n", p->sq_entries, entries,
               (unsigned long long)p->bytes_needed);
        entries = p->sq_entries;
    }
    for (unsigned i = 0; i < SYMBOL_COUNT; i++)
        if (values[i])
            printf("%s=y\n", names[i]);
        else
            printf("# %s is not set\n", names[i]);
    printf("CONFIG_KRING_SLAB_SIZE=%u\nCONFIG_KRING_ENTRIES=%u\n", (unsigned)CONFIG_KRING_SLAB_SIZE,
           entries);
}
