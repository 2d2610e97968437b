/* SPDX-License-Identifier: MIT */
/*
 * The matrix: each accepted flag and each documented errno of each operation, and the programs that
 * cover it, which the runs on both engines decided. Every SQE flag that a row of ops/ops.h accepts,
 * every variant and every errno that any operation of its kind can give must be a cell, so that a
 * new operation cannot be forgotten. What no program can show here stands in oracle_never.tsv with
 * its reason; what was shown nevertheless is an error too.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_SQE, KIND_IOPRIO, KIND_OPFLAG, KIND_LEN, KIND_INDEX, KIND_VARIANT, KIND_ERRNO, KIND_COUNT };
static const char *const kinds[KIND_COUNT] = { "sqe", "ioprio", "opflag", "len", "index", "variant", "errno" };

struct cell {
    uint8_t opcode, kind;
    uint64_t bits; /* or the errno, or the variant's number */
    char name[32];
    uint8_t never;         /* bit per engine: cannot be shown; or DEPENDS */
    char program[2][48];   /* by engine: kernel, soft */
};
static const char *const engines[2] = { "kernel", "soft" };

enum { CELLS = 4096, DEPENDS = 4 };
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

/* What any operation of this kind can answer. */
static int demand_errnos(uint8_t op, const struct kring__row *row, FILE *out)
{
    int missing = demand(op, KIND_ERRNO, EINVAL, "EINVAL", out) +
                  demand(op, KIND_ERRNO, ECANCELED, "ECANCELED", out) +
                  demand(op, KIND_ERRNO, ENOMEM, "ENOMEM", out);

    /* A provided buffer that it does not take, or DRAIN with SKIP; those of a notification differ. */
    missing += demand(op, KIND_ERRNO, EOPNOTSUPP, "EOPNOTSUPP", out);

    /* A closed one. */
    if (row->flags & KRING__FILE)
        missing += demand(op, KIND_ERRNO, EBADF, "EBADF", out);
    if (row->flags & KRING__SELECTS)
        missing += demand(op, KIND_ERRNO, ENOBUFS, "ENOBUFS", out);
    if (row->flags & KRING__CREATES) {
        missing += demand(op, KIND_ERRNO, EMFILE, "EMFILE", out);
        missing += demand(op, KIND_ERRNO, ENFILE, "ENFILE", out);
        missing += demand(op, KIND_ERRNO, ENXIO, "ENXIO", out);
    }
    if (row->flags & KRING__REFERS) {
        missing += demand(op, KIND_ERRNO, ENOENT, "ENOENT", out);
        missing += demand(op, KIND_ERRNO, EALREADY, "EALREADY", out);
    }
    if (row->wait == KRING__WAIT_IN || row->wait == KRING__WAIT_OUT)
        missing += demand(op, KIND_ERRNO, EINTR, "EINTR", out);
    if (CONFIG_KRING_SOFT_ENGINE && kring__copy_shapes[op] != KRING__COPY_NOTHING)
        missing += demand(op, KIND_ERRNO, EFAULT, "EFAULT", out);
    return missing;
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
        for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
            missing += demand((uint8_t)op, KIND_SQE, flags[i].bit, flags[i].name, out);
        if (row->flags & KRING__FILE)
            missing += demand((uint8_t)op, KIND_SQE, IOSQE_FIXED_FILE, "FIXED", out);
        if (row->flags & KRING__SELECTS)
            missing += demand((uint8_t)op, KIND_SQE, IOSQE_BUFFER_SELECT, "SELECT", out);
        missing += demand_errnos((uint8_t)op, row, out);
    }
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        missing += demand(kring__variant_rows[i].opcode, KIND_VARIANT, i + 1,
                          kring__variant_rows[i].name, out);
    return missing;
}

/*
 * The fourth and fifth column of oracle_never.tsv: the engine, or both, and why. "depends": on the
 * machine, so neither demanded nor denied.
 */
static int parse_never(char *line, struct cell *cell)
{
    char *rest = line, *engine;

    for (unsigned tabs = 0; rest && tabs < 3; tabs++) {
        rest = strchr(rest, '\t');
        rest = rest ? rest + 1 : NULL;
    }
    if (!rest || parse_row(line, cell))
        return -1;
    engine = strsep(&rest, "\t");
    if (!rest || strlen(rest) < 8)
        return -1;
    cell->never = !strcmp(engine, "both") ? 3 : !strcmp(engine, "kernel") ? 1 :
                  !strcmp(engine, "soft") ? 2 : !strcmp(engine, "depends") ? DEPENDS : 0;
    return cell->never ? 0 : -1;
}

static struct cell *find_cell(const struct cell *like)
{
    for (unsigned i = 0; i < cell_count; i++)
        if (cells[i].opcode == like->opcode && cells[i].kind == like->kind &&
            cells[i].bits == like->bits)
            return &cells[i];
    return NULL;
}

static int load(const char *path, int (*parse)(char *line, struct cell *cell), FILE *out)
{
    FILE *file = fopen(path, "r");
    char line[512], copy[512];
    int wrong = 0;

    if (!file) {
        fprintf(out, "matrix: cannot read %s\n", path);
        return 1;
    }
    while (fgets(line, sizeof line, file)) {
        struct cell cell, *there;

        if (line[0] == '#' || !strncmp(line, "operation\t", 10))
            continue;
        strcpy(copy, line);
        if (cell_count == CELLS || parse(line, &cell)) {
            fprintf(out, "matrix: not understood: %s", copy);
            wrong++;
            continue;
        }
        there = find_cell(&cell);
        if (!there)
            cells[cell_count++] = cell;
        else
            there->never |= cell.never;
    }
    fclose(file);
    return wrong;
}

int oracle_matrix_load(const char *path, const char *never, FILE *out)
{
    int wrong;

    cell_count = 0;
    wrong = load(path, parse_row, out);
    wrong += load(never, parse_never, out);
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

/* An errno that the kernel answered and that no row speaks of: the program that showed it first. */
static char unlisted[KRING__OP_COUNT][192][48];

static void note_unlisted(const char *program, const struct oracle_cover *cover)
{
    for (unsigned op = 0; op < KRING__OP_COUNT; op++)
        for (unsigned number = 1; number < 192; number++)
            if (cover->ops[op].errnos[number / 64] >> (number % 64) & 1 && !unlisted[op][number][0] &&
                kring__rows[op].prep && !has_row((uint8_t)op, KIND_ERRNO, number))
                snprintf(unlisted[op][number], sizeof unlisted[op][number], "%s", program);
}

static int report_unlisted(FILE *out)
{
    int wrong = 0;

    for (unsigned op = 0; op < KRING__OP_COUNT; op++)
        for (unsigned number = 1; number < 192; number++)
            if (unlisted[op][number][0] && ++wrong)
                fprintf(out, "matrix: no row for %s, errno %s, but see %s\n", kring__rows[op].name,
                        oracle_errno_name((int)number), unlisted[op][number]);
    return wrong;
}

void oracle_matrix_add(const char *program, const struct oracle_cover cover[2])
{
    note_unlisted(program, &cover[0]);
    for (unsigned i = 0; i < cell_count; i++) {
        struct cell *cell = &cells[i];

        for (unsigned engine = 0; engine < 2; engine++)
            if (!cell->program[engine][0] && covers(cell, &cover[engine].ops[cell->opcode]))
                snprintf(cell->program[engine], sizeof cell->program[engine], "%s", program);
    }
}

static bool too_young(const struct cell *cell)
{
    uint16_t since = cell->kind == KIND_VARIANT ? kring__variant_rows[cell->bits - 1].since
                                                : kring__rows[cell->opcode].since;

    return since > oracle_kernel_release();
}

int oracle_matrix_report(FILE *table, FILE *out)
{
    int wrong = report_unlisted(out);

    for (unsigned i = 0; i < cell_count; i++) {
        const struct cell *cell = &cells[i];
        const char *op = kring__rows[cell->opcode].name;

        if (table)
            fprintf(table, "%s\t%s\t%s\t%s\t%s\n", op, kinds[cell->kind], cell->name,
                    cell->program[0][0] ? cell->program[0] : "-",
                    cell->program[1][0] ? cell->program[1] : "-");
        for (unsigned engine = 0; engine < 2 && !too_young(cell) && cell->never != DEPENDS;
             engine++) {
            bool never = cell->never >> engine & 1, seen = cell->program[engine][0];

            if (never != seen)
                continue;
            wrong++;
            if (never)
                fprintf(out, "matrix: %s %s %s is said to be impossible on %s, but see %s\n", op,
                        kinds[cell->kind], cell->name, engines[engine], cell->program[engine]);
            else
                fprintf(out, "matrix: empty cell: %s %s %s on %s\n", op, kinds[cell->kind],
                        cell->name, engines[engine]);
        }
    }
    return wrong;
}
