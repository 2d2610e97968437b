/* SPDX-License-Identifier: MIT */
/* The families of hand-written programs. */
#include "oracle_programs.h"

const struct oracle_list *oracle_families(void)
{
    static struct oracle_list lists[32];
    unsigned i = 0;

    /* At run time: the sizes are in the families' own files. */
#define ADD(name) \
    lists[i++] = (struct oracle_list){ #name, oracle_programs_##name, oracle_programs_##name##_count };
    ORACLE_FAMILIES(ADD)
#undef ADD
    return lists;
}
