/* SPDX-License-Identifier: MIT */
/*
 * The calls whose arguments fit in one register each on every ABI, expanded from the list: there
 * is nothing to say about them one by one.  What differs between architectures is in abi/arch.h.
 */
#include "sys.h"
#include "call.h"

#define KRING__STRIP(...) __VA_ARGS__
#define KRING__SYS_DEFINE(name, params, args) \
    long kring__sys_##name params \
    { \
        return KRING__CALL(__NR_##name, KRING__STRIP args); \
    }
#define KRING__SYS_DEFINE_BARE(name, params, args) \
    long kring__sys_##name params \
    { \
        return KRING__RAW(__NR_##name, 0, 0, 0, 0, 0, 0); \
    }

KRING__SYS_LIST_RING(KRING__SYS_DEFINE)
KRING__SYS_LIST_MEMORY(KRING__SYS_DEFINE)
KRING__SYS_LIST_FILE(KRING__SYS_DEFINE)
KRING__SYS_LIST_PATH(KRING__SYS_DEFINE)
KRING__SYS_LIST_NET(KRING__SYS_DEFINE)
KRING__SYS_LIST_EVENT(KRING__SYS_DEFINE)
KRING__SYS_LIST_IDENTITY(KRING__SYS_DEFINE_BARE)
KRING__SYS_LIST_PROCESS(KRING__SYS_DEFINE)
