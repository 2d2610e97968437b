/* SPDX-License-Identifier: MIT */
/* The table's expansions, and the proof at compile time that its lists are whole and right. */
#include "ops.h"

#include <asm/socket.h>
#include <string.h>

#define KRING__OP_FAMILY_CORE 1
#define KRING__OP_FAMILY_FILE CONFIG_KRING_FILE
#define KRING__OP_FAMILY_FIXED CONFIG_KRING_REGISTERED_BUFFERS
#define KRING__OP_FAMILY_NET CONFIG_KRING_NET
#define KRING__OP_FAMILY_ZEROCOPY CONFIG_KRING_ZEROCOPY
#define KRING__OP_FAMILY_POLL CONFIG_KRING_POLL
#define KRING__OP_FAMILY_TIME CONFIG_KRING_TIME
#define KRING__OP_FAMILY_SPLICE CONFIG_KRING_SPLICE
#define KRING__OP_FAMILY_PROCESS CONFIG_KRING_PROCESS
#define KRING__OP_FAMILY_RING CONFIG_KRING_RING

/* KRING__IF(1, x) is x, KRING__IF(0, x) is NULL; x is then not even referred to. */
#define KRING__IF_0(x) NULL
#define KRING__IF_1(x) x
#define KRING__IF_JOIN(condition, x) KRING__IF_##condition(x)
#define KRING__IF(condition, x) KRING__IF_JOIN(condition, x)

#if CONFIG_KRING_SOFT_ENGINE
#define KRING__SOFT_FUNCTION(family, function) KRING__IF(KRING__OP_FAMILY_##family, function)
#else
#define KRING__SOFT_FUNCTION(family, function) NULL
#endif

#define KRING__ROW_X(id, name_, opcode, since_, wait_, flags_, family) \
    [opcode] = { \
        .name = #name_, \
        .flags = (flags_), \
        .since = (since_), \
        .wait = KRING__WAIT_##wait_, \
        .enabled = KRING__OP_FAMILY_##family, \
        .prep = KRING__SOFT_FUNCTION(family, kring__##name_##_prep), \
        .attempt = KRING__SOFT_FUNCTION(family, kring__##name_##_try), \
    },
#define KRING__ROW_N(id, name_, opcode, since_, wait_, flags_, family) \
    [opcode] = { \
        .name = #name_, \
        .flags = (flags_), \
        .since = (since_), \
        .wait = KRING__WAIT_##wait_, \
        .enabled = KRING__OP_FAMILY_##family, \
    },

const struct kring__row kring__rows[KRING__OP_COUNT] = {KRING__OPS(KRING__ROW_X, KRING__ROW_N)};

/* Each row has the kernel's own number. */
#define KRING__ROW_CHECK(id, name, opcode, since, wait, flags, family) \
    _Static_assert(IORING_OP_##id == (opcode), "opcode of " #name);
KRING__OPS(KRING__ROW_CHECK, KRING__ROW_CHECK)

/* No opcode has two rows: an enumerator is defined once. */
#define KRING__ROW_NUMBER(id, name, opcode, since, wait, flags, family) KRING__NUMBER_##opcode,
enum { KRING__OPS(KRING__ROW_NUMBER, KRING__ROW_NUMBER) KRING__NUMBERS };

/* With no two alike and as many as opcodes, every opcode has one. */
#define KRING__ROW_ONE(id, name, opcode, since, wait, flags, family) +1
_Static_assert(0 KRING__OPS(KRING__ROW_ONE, KRING__ROW_ONE) == KRING__OP_COUNT, "rows missing");
_Static_assert(KRING__OP_COUNT == IORING_OP_LAST, "opcodes without a row");

#define KRING__VARIANT_AT(id, op, field, test_, value_, since_, text) \
    [KRING__VARIANT_##id] = { \
        .name = text, \
        .since = (since_), \
        .opcode = IORING_OP_##op, \
        .test = KRING__TEST_##test_, \
        .offset = offsetof(struct io_uring_sqe, field), \
        .size = sizeof(((struct io_uring_sqe *)0)->field), \
        .value = (value_), \
    },
const struct kring__variant_row kring__variant_rows[KRING__VARIANT_COUNT] = {
    KRING__VARIANTS(KRING__VARIANT_AT)};
_Static_assert(KRING__VARIANT_COUNT <= 64, "kring__variants_of() has 64 bits");

/* A field of the SQE, read as what it is in the C structure. */
static uint64_t field_of(const struct io_uring_sqe *sqe, const struct kring__variant_row *row)
{
    const unsigned char *at = (const unsigned char *)sqe + row->offset;
    uint64_t wide = 0;
    uint32_t word = 0;
    uint16_t half = 0;

    switch (row->size) {
    case sizeof wide:
        memcpy(&wide, at, sizeof wide);
        return wide;
    case sizeof word:
        memcpy(&word, at, sizeof word);
        return word;
    case sizeof half:
        memcpy(&half, at, sizeof half);
        return half;
    default:
        return *at;
    }
}

#define KRING__VARIANT_SIZE(id, op, field, test, value, since, text) \
    _Static_assert(sizeof(((struct io_uring_sqe *)0)->field) <= 2 || \
                       sizeof(((struct io_uring_sqe *)0)->field) == 4 || \
                       sizeof(((struct io_uring_sqe *)0)->field) == 8, \
                   "width of the field of " #id);
KRING__VARIANTS(KRING__VARIANT_SIZE)

bool kring__is_socket_command(const struct io_uring_sqe *sqe)
{
    switch (CONFIG_KRING_NET ? sqe->cmd_op : UINT32_MAX) {
    case SOCKET_URING_OP_SIOCINQ:
    case SOCKET_URING_OP_SIOCOUTQ:
    case SOCKET_URING_OP_GETSOCKOPT:
    case SOCKET_URING_OP_SETSOCKOPT:
    case SOCKET_URING_OP_GETSOCKNAME:
        return true;
    default:
        return false;
    }
}

uint64_t kring__variants_of(const struct io_uring_sqe *sqe)
{
    uint64_t found = 0;

    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
        const struct kring__variant_row *row = &kring__variant_rows[i];
        uint64_t field;
        bool hit;

        if (row->opcode != sqe->opcode)
            continue;
        field = field_of(sqe, row);
        /* The SQE holds the mask as the kernel wants it, the row as <poll.h> has it; the swap of
         * half-words is its own inverse. */
        if (i == KRING__VARIANT_POLL_WIDE)
            field = kring__poll_mask((uint32_t)field);
        if (row->test == KRING__TEST_BITS)
            hit = (field & row->value) != 0;
        else if (row->test == KRING__TEST_NONZERO)
            hit = field != 0;
        else if (row->test == KRING__TEST_WITHIN)
            hit = field >= (row->value & UINT32_MAX) && field <= row->value >> 32;
        else
            hit = field == row->value;
        if (i == KRING__VARIANT_SOCKET_LEVELS)
            hit = hit && sqe->level != SOL_SOCKET;
        if (hit)
            found |= UINT64_C(1) << i;
    }
    return found;
}
