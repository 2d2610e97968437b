/* SPDX-License-Identifier: MIT */
/* What the parts of kring-probe share. It is an ordinary libc program linked with libkring.a. */
#ifndef KRING__PROBE_TOOL_H
#define KRING__PROBE_TOOL_H

#include <stdbool.h>
#include <stdio.h>

#include "internal.h"

struct kring_report {
    struct kring__wish wish;
    struct kring__caps caps; /* every variant settled */
};

enum kring_route_word { ROUTE_NATIVE, ROUTE_TRIED, ROUTE_SOFT, ROUTE_NONE, ROUTE_OFF };

/* Where an operation, or its variant (else -1), runs by default, given the answer about the
 * kernel. */
enum kring_route_word kring_tool_route(const struct kring_report *report, unsigned opcode,
                                       int variant, unsigned answer);
const char *kring_tool_route_name(enum kring_route_word route);

/* tool-table.c, tool-json.c, tool-config.c: the three forms of the whole report. */
void kring_tool_table(const struct kring_report *report);
void kring_tool_json(const struct kring_report *report);
void kring_tool_config(const struct kring_report *report);

/* tool-names.c */
struct kring_tool_name {
    enum { NAME_OP, NAME_VARIANT, NAME_FEATURE, NAME_SETUP, NAME_SQE, NAME_ENGINE } kind;
    unsigned index; /* opcode, variant, bit */
};
/*
 * "recv", "RECV", "IORING_OP_RECV", "recv multishot", "recv-multishot", "nodrop",
 * "IORING_FEAT_NODROP", "IORING_SETUP_SQPOLL", "IOSQE_IO_LINK", "link", "io_uring".
 */
bool kring_tool_find(const char *text, struct kring_tool_name *name);
bool kring_tool_has(const struct kring_report *report, const struct kring_tool_name *name);
const char *kring_tool_feature(unsigned bit); /* "NODROP", NULL beyond the last */
const char *kring_tool_setup(unsigned bit);   /* "SQPOLL", NULL beyond the last */

#endif
