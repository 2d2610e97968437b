/* SPDX-License-Identifier: MIT */
#ifndef KRING_TESTS_ORACLE_PROGRAMS_H
#define KRING_TESTS_ORACLE_PROGRAMS_H

#include "oracle.h"

/* Each family is one file: oracle_programs_FAMILY.c. */
#define ORACLE_FAMILIES(X) \
    X(core) \
    X(file) \
    X(net) \
    X(sock) \
    X(poll) \
    X(time) \
    X(ring) \
    X(rsrc) \
    X(process) \
    X(pipe) \
    X(epoll) \
    X(fs) \
    X(zc) \
    X(msg) \
    X(chains) \
    X(limits) \
    X(flags) \
    X(names) \
    X(xattr) \
    X(kinds) \
    /* one a line */

#define ORACLE_DECLARE(name)                                     \
    extern const struct oracle_program oracle_programs_##name[]; \
    extern const unsigned oracle_programs_##name##_count;
ORACLE_FAMILIES(ORACLE_DECLARE)
#undef ORACLE_DECLARE

#endif
