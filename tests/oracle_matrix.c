/* SPDX-License-Identifier: MIT */
/*
 * The matrix: each accepted flag and each listed errno of each operation, and the program that
 * covers it, which the runs on the kernel decided. The table must name every SQE flag that a row
 * of ops/ops.h accepts and every variant, so that a new operation cannot be forgotten.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

enum kind { KIND_SQE, KIND_IOPRIO, KIND_OPFLAG, KIND_LEN, KIND_INDEX, KIND_VARIANT, KIND_ERRNO, KIND_COUNT };
static const char *const kinds[KIND_COUNT] = { "sqe", "ioprio", "opflag", "len", "index", "variant", "errno" };

struct cell {
    uint8_t opcode, kind;
    uint64_t bits; /* or the errno, or the variant's number */
    char name[32];
    char program[48];
};

enum { CELLS = 2048 };
static struct cell cells[CELLS];
static unsigned cell_count;

static int find_variant(const char *name)
{
#define VARIANT_NAME(id, op, field, test, value, since, text) #id,
    static const char *const names[] = { KRING__VARIANTS(VARIANT_NAME) };
#undef VARIANT_NAME

    for (int i = 0; i < KRING__VARIANT_COUNT; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

static int parse_row(char *line, struct cell *cell)
{
    char *op = strsep(&line, "\t"), *kind = strsep(&line, "\t"), *name = strsep(&line, "\t\n");
    int64_t value = 0;

    memset(cell, 0, sizeof *cell);
    while (cell->opcode < KRING__OP_COUNT && op && strcmp(kring__rows[cell->opcode].name, op))
        cell->opcode++;
    while (cell->kind < KIND_COUNT && kind && strcmp(kinds[cell->kind], kind))
        cell->kind++;
    if (!name || cell->opcode == KRING__OP_COUNT || cell->kind == KIND_COUNT)
        return -1;
    snprintf(cell->name, sizeof cell->name, "%s", name);
    if (cell->kind == KIND_ERRNO)
        value = oracle_errno_number(name);
    else if (cell->kind == KIND_VARIANT)
        value = find_variant(name) + 1;
    else if (!oracle_constant(name, &value))
        return -1;
    cell->bits = (uint64_t)value;
    return value ? 0 : -1;
}

static bool has_row(uint8_t opcode, enum kind kind, uint64_t bits)
{
    for (unsigned i = 0; i < cell_count; i++)
        if (cells[i].opcode == opcode && cells[i].kind == kind && cells[i].bits == bits)
            return true;
    return false;
}

static int demand(uint8_t opcode, enum kind kind, uint64_t bits, const char *what, FILE *out)
{
    if (has_row(opcode, kind, bits))
        return 0;
    fprintf(out, "matrix: no row for %s, %s %s\n", kring__rows[opcode].name, kinds[kind], what);
    return 1;
}

/* Everything that the table of operations says must be in the matrix. */
static int check_complete(FILE *out)
{
    static const struct { uint32_t bit; const char *name; } flags[] = {
        { IOSQE_IO_LINK, "LINK" }, { IOSQE_IO_HARDLINK, "HARD" }, { IOSQE_IO_DRAIN, "DRAIN" },
        { IOSQE_ASYNC, "ASYNC" }, { IOSQE_CQE_SKIP_SUCCESS, "SKIP" },
    };
    int missing = 0;

    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        const struct kring__row *row = &kring__rows[op];

        if (!row->prep)
            continue;
        for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++) {
            /* A notification cannot be skipped; drained, it never begins (docs/differences.md). */
            if ((flags[i].bit & (IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_DRAIN)) &&
                (op == IORING_OP_SEND_ZC || op == IORING_OP_SENDMSG_ZC))
                continue;
            missing += demand((uint8_t)op, KIND_SQE, flags[i].bit, flags[i].name, out);
        }
        if (row->flags & KRING__FILE)
            missing += demand((uint8_t)op, KIND_SQE, IOSQE_FIXED_FILE, "FIXED", out);
        if (row->flags & KRING__SELECTS)
            missing += demand((uint8_t)op, KIND_SQE, IOSQE_BUFFER_SELECT, "SELECT", out);
    }
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        missing += demand(kring__variant_rows[i].opcode, KIND_VARIANT, i + 1,
                          kring__variant_rows[i].name, out);
    return missing;
}

int oracle_matrix_load(const char *path, FILE *out)
{
    FILE *file = fopen(path, "r");
    char line[256];
    int wrong = 0;

    if (!file) {
        fprintf(out, "matrix: cannot read %s\n", path);
        return 1;
    }
    cell_count = 0;
    while (fgets(line, sizeof line, file)) {
        char copy[256];

        if (line[0] == '#' || !strncmp(line, "operation\t", 10))
            continue;
        strcpy(copy, line);
        if (cell_count == CELLS || parse_row(line, &cells[cell_count])) {
            fprintf(out, "matrix: not understood: %s", copy);
            wrong++;
        } else {
            cell_count++;
        }
    }
    fclose(file);
    return wrong + check_complete(out);
}

static bool covers(const struct cell *cell, const struct oracle_seen *seen)
{
    switch (cell->kind) {
    case KIND_SQE: return (seen->sqe_flags & cell->bits) == cell->bits;
    case KIND_IOPRIO: return (seen->ioprio & cell->bits) == cell->bits;
    case KIND_OPFLAG: return (seen->op_flags & cell->bits) == cell->bits;
    case KIND_LEN: return (seen->len & cell->bits) == cell->bits;
    case KIND_INDEX: return (seen->index & cell->bits) == cell->bits;
    case KIND_VARIANT: return seen->variants >> (cell->bits - 1) & 1;
    default: return seen->errnos[cell->bits / 64] >> (cell->bits % 64) & 1;
    }
}

void oracle_matrix_add(const char *program, const struct oracle_cover *cover)
{
    for (unsigned i = 0; i < cell_count; i++)
        if (!cells[i].program[0] && covers(&cells[i], &cover->ops[cells[i].opcode]))
            snprintf(cells[i].program, sizeof cells[i].program, "%s", program);
}

int oracle_matrix_report(FILE *table, FILE *out)
{
    int empty = 0;

    for (unsigned i = 0; i < cell_count; i++) {
        const struct cell *cell = &cells[i];

        if (table)
            fprintf(table, "%s\t%s\t%s\t%s\n", kring__rows[cell->opcode].name, kinds[cell->kind],
                    cell->name, cell->program[0] ? cell->program : "-");
        if (cell->kind == KIND_VARIANT && cell->bits - 1 == KRING__VARIANT_SOCKET_TIMESTAMP)
            continue; /* the kernel's alone, and with CQE32 */
        if ((cell->kind == KIND_VARIANT ? kring__variant_rows[cell->bits - 1].since
                                        : kring__rows[cell->opcode].since) >
            oracle_kernel_release())
            continue;
        if (!cell->program[0]) {
            fprintf(out, "matrix: empty cell: %s %s %s\n", kring__rows[cell->opcode].name,
                    kinds[cell->kind], cell->name);
            empty++;
        }
    }
    return empty;
}
