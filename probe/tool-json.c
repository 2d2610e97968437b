/* SPDX-License-Identifier: MIT */
/* The report for programs: one JSON object, keys as stable as kring.h. */
#include "tool.h"

static void string(const char *text)
{
    putchar('"');
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 32 || c > 126)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void pair(const char *key, const char *value)
{
    printf("  \"%s\": ", key);
    string(value);
    printf(",\n");
}

static void number(const char *key, long long value)
{
    printf("  \"%s\": %lld,\n", key, value);
}

static void flags(const char *key, uint32_t bits, const char *(*name)(unsigned))
{
    const char *comma = "";

    printf("  \"%s\": [", key);
    for (unsigned i = 0; i < 32; i++) {
        if (!(bits >> i & 1))
            continue;
        printf("%s", comma);
        if (name(i) != NULL)
            string(name(i));
        else
            printf("\"bit-%u\"", i);
        comma = ", ";
    }
    printf("],\n");
}

static void capability(const char *name, uint16_t since, const char *route,
                       const struct kring__known *known)
{
    printf("{\"name\": ");
    string(name);
    if (since == KRING__NEVER)
        printf(", \"since\": null");
    else
        printf(", \"since\": \"%u.%u\"", since / 256u, since & 255u);
    printf(", \"runs\": \"%s\", \"io_uring\": \"%s\", \"evidence\": \"%s\"", route,
           kring__answer_name(known->answer), kring__evidence_name(known->evidence));
}

static void operation(const struct kring_report *report, unsigned opcode)
{
    const struct kring__caps *caps = &report->caps;
    const char *comma = "";

    printf("    ");
    capability(kring__rows[opcode].name, kring__rows[opcode].since,
               kring_tool_route_name(kring_tool_route(report, opcode, -1, caps->op[opcode].answer)),
               &caps->op[opcode]);
    printf(", \"opcode\": %u, \"variants\": [", opcode);
    for (unsigned v = 0; v < KRING__VARIANT_COUNT; v++) {
        if (kring__variant_rows[v].opcode != opcode)
            continue;
        printf("%s\n      ", comma);
        capability(kring__variant_rows[v].name, kring__variant_rows[v].since,
                   kring_tool_route_name(
                       kring_tool_route(report, opcode, (int)v, caps->variant[v].answer)),
                   &caps->variant[v]);
        printf("}");
        comma = ",";
    }
    printf("]}");
}

void kring_tool_json(const struct kring_report *report)
{
    const struct kring__caps *caps = &report->caps;
    const struct kring_caps *p = &caps->pub;
    char text[512], release[16];

    kring__cause_text(caps, text, sizeof text);
    printf("{\n");
    pair("kernel", caps->kernel);
    snprintf(release, sizeof release, "%u.%u", caps->release / 256u, caps->release & 255u);
    if (caps->release != 0)
        pair("simulated", release);
    pair("engine", p->engine == KRING_ENGINE_KERNEL ? "kernel" : "soft");
    printf("  \"soft_available\": %s,\n", p->soft_available ? "true" : "false");
    pair("cause", kring__cause_name(p->cause));
    printf("  \"cause_certain\": %s,\n", p->cause_certain ? "true" : "false");
    pair("cause_text", text);
    number("kernel_error", p->kernel_error);
    pair("kernel_error_name", p->kernel_error ? kring_error_name(p->kernel_error) : "");
    flags("features", p->features, kring_tool_feature);
    flags("setup_got", p->setup_flags, kring_tool_setup);
    flags("setup_refused", p->setup_refused, kring_tool_setup);
    number("asked_entries", p->asked_entries);
    number("sq_entries", p->sq_entries);
    number("cq_entries", p->cq_entries);
    number("ring_bytes", (long long)p->bytes_needed);
    number("enter_flags", caps->enter_flags);
    number("sqe_flags", caps->sqe_flags);
    number("register_calls", caps->register_count);
    printf("  \"operations\": [\n");
    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        operation(report, i);
        printf(i + 1 < KRING__OP_COUNT ? ",\n" : "\n");
    }
    printf("  ]\n}\n");
}
