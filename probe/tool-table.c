/* SPDX-License-Identifier: MIT */
/* The report for people. */
#include <string.h>

#include "tool.h"

enum kring_route_word kring_tool_route(const struct kring_report *report, unsigned opcode,
                                       int variant, unsigned answer)
{
    const struct kring__row *row = &kring__rows[opcode];
    bool attempt = kring__rows[kring__narrow(opcode)].attempt != NULL;
    bool soft = attempt && variant != (int)KRING__VARIANT_SOCKET_TIMESTAMP;
    struct io_uring_sqe sqe;

    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = (uint8_t)opcode;
    if (!row->enabled)
        return ROUTE_OFF;
    if (report->caps.pub.engine == KRING_ENGINE_KERNEL && answer == KRING__YES &&
        (!attempt || kring__caps_poor(&report->caps, &sqe) == NULL))
        return ROUTE_NATIVE;
    if (report->caps.pub.engine == KRING_ENGINE_KERNEL && answer == KRING__CANNOT_TELL)
        return ROUTE_TRIED;
    return soft && report->caps.pub.soft_available ? ROUTE_SOFT : ROUTE_NONE;
}

const char *kring_tool_route_name(enum kring_route_word route)
{
    static const char *const names[] = {"native", "tried", "soft", "none", "off"};

    return names[route];
}

static void flags_line(const char *title, uint32_t flags, const char *(*name)(unsigned))
{
    size_t column;

    printf("%-16s", title);
    column = 16;
    for (unsigned i = 0; i < 32; i++) {
        char unknown[16];
        const char *text;

        if (!(flags >> i & 1))
            continue;
        text = name(i);
        if (text == NULL) {
            snprintf(unknown, sizeof unknown, "bit-%u", i);
            text = unknown;
        }
        if (column + strlen(text) + 1 > 96) {
            printf("\n%-16s", "");
            column = 16;
        }
        column += strlen(text) + 1;
        printf("%s ", text);
    }
    printf("%s\n", flags ? "" : "-");
}

static void head(const struct kring_report *report)
{
    const struct kring__caps *caps = &report->caps;
    char text[512];

    kring__cause_text(caps, text, sizeof text);
    printf("%-16s%s\n", "kernel", caps->kernel);
    if (caps->release != 0)
        printf("%-16s%u.%u (refusals only, not the bugs of that kernel)\n", "simulated as",
               caps->release / 256u, caps->release & 255u);
    if (caps->release != 0 && caps->rank != 0 && caps->rank < caps->release)
        printf("%-16sthis machine's kernel cannot show more than it has\n", "");
    printf("%-16s%s%s\n", "engine",
           caps->pub.engine == KRING_ENGINE_KERNEL ? "io_uring" : "soft engine only",
           caps->pub.engine == KRING_ENGINE_KERNEL && caps->pub.soft_available
               ? ", soft engine beside it" : "");
    printf("%-16s%s\n", "cause", text);
    if (caps->pub.engine != KRING_ENGINE_KERNEL)
        return;
    if (caps->rank != 0)
        printf("%-16sall that Linux %u.%u has\n", "ranks as", caps->rank / 256u, caps->rank & 255u);
    flags_line("features", caps->pub.features, kring_tool_feature);
    flags_line("setup got", caps->pub.setup_flags, kring_tool_setup);
    flags_line("setup refused", caps->pub.setup_refused, kring_tool_setup);
    printf("%-16s%u asked, %u got, completion ring %u, %llu bytes\n", "entries",
           caps->pub.asked_entries, caps->pub.sq_entries, caps->pub.cq_entries,
           (unsigned long long)caps->pub.bytes_needed);
    printf("%-16s0x%x, SQE flags 0x%x, register calls %u%s\n", "enter flags", caps->enter_flags,
           caps->sqe_flags, caps->register_count,
           caps->register_blocked ? " (io_uring_register is refused)" : "");
    printf("%-16s", "quirks");
    for (unsigned i = 0; i < KRING__QUIRK_COUNT; i++)
        if (kring__quirks_active(caps) >> i & 1)
            printf("%s ", kring__quirk_rows[i].id);
    printf("\n");
}

static void row(const char *name, const char *indent, uint16_t since, const char *route,
                const struct kring__known *known)
{
    char release[12];

    if (since == KRING__NEVER)
        memcpy(release, "never", sizeof "never");
    else
        (void)snprintf(release, sizeof release, "%u.%u", since / 256u, since & 255u);
    printf("%s%-*s %-6s %-7s %-11s %s\n", indent, (int)(34 - strlen(indent)), name, release, route,
           kring__answer_name(known->answer), kring__evidence_name(known->evidence));
}

void kring_tool_table(const struct kring_report *report)
{
    const struct kring__caps *caps = &report->caps;

    head(report);
    printf("\n%-34s %-6s %-7s %-11s %s\n", "OPERATION", "SINCE", "RUNS", "IO_URING", "EVIDENCE");
    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        row(kring__rows[i].name, "", kring__rows[i].since,
            kring_tool_route_name(kring_tool_route(report, i, -1, caps->op[i].answer)),
            &caps->op[i]);
        for (unsigned v = 0; v < KRING__VARIANT_COUNT; v++)
            if (kring__variant_rows[v].opcode == i)
                row(kring__variant_rows[v].name, "  ", kring__variant_rows[v].since,
                    kring_tool_route_name(kring_tool_route(report, i, (int)v,
                                                           caps->variant[v].answer)),
                    &caps->variant[v]);
    }
    printf("\nnative: io_uring runs it.  tried: it is given to io_uring, and run again by plain\n"
           "system calls if refused.  soft: plain system calls run it.  none: nothing here does.\n"
           "off: left out of this build.  `kring-probe --op NAME` says why.\n");
}
