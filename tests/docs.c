/* SPDX-License-Identifier: MIT */
/*
 * kring-docs: writes docs/operations.md from the table (ops/ops.h), its variants and the card at
 * the head of each operation's file. `make docs` runs it at the top of the tree.
 *
 * A card is the comment that begins with "ID: what it does. Kernel: its releases." and has, each at
 * the start of a line, the fields SQE, Result (or Results), Soft, Owns and EINVAL. What is missing,
 * or contradicts the table, is an error: then nothing is written.
 */
#define _GNU_SOURCE
#include "probe/probe.h"

#include <ctype.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field { ABOUT, KERNEL, SQE, RESULT, SOFT, OWNS, EINVAL_, FIELDS };
static const char *const field_names[FIELDS] = {
    "", "Kernel: ", "SQE: ", "Result: ", "Soft: ", "Owns: ", "EINVAL: ",
};

struct card {
    const char *id, *name;
    bool wanted; /* the soft engine can run it: only then has it a file */
    char path[128];
    char text[FIELDS][1536];
};

static const uint16_t releases[] = {
    KRING__V(4, 19), KRING__V(5, 1), KRING__V(5, 4), KRING__V(5, 6), KRING__V(5, 10),
    KRING__V(5, 15), KRING__V(6, 1), KRING__V(6, 6), KRING__V(6, 12), KRING__V(6, 18),
    KRING__V(7, 2),
};
enum { RELEASES = sizeof releases / sizeof releases[0] };

#define CARD_X(id_, name_, opcode, since, wait, flags, family) \
    [opcode] = {.id = #id_, .name = #name_, .wanted = true},
#define CARD_N(id_, name_, opcode, since, wait, flags, family) \
    [opcode] = {.id = #id_, .name = #name_},
static struct card cards[KRING__OP_COUNT] = {KRING__OPS(CARD_X, CARD_N)};

static int wrong;

__attribute__((format(printf, 2, 3)))
static void complain(const char *path, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "docs: %s: ", path);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    wrong++;
}

/* ---- Reading the cards ---- */

static struct card *card_of(const char *line)
{
    for (unsigned i = 0; i < KRING__OP_COUNT; i++) {
        size_t length = strlen(cards[i].id);

        if (!strncmp(line, " * ", 3) && !strncmp(line + 3, cards[i].id, length) &&
            !strncmp(line + 3 + length, ": ", 2))
            return &cards[i];
    }
    return NULL;
}

static void add(struct card *card, enum field field, const char *text)
{
    char *to = card->text[field];
    size_t length = strlen(to), more = strcspn(text, "\n");

    while (more && text[more - 1] == ' ')
        more--;
    if (length + more + 2 >= sizeof card->text[field]) {
        complain(card->path, "%s: the card is too long", card->id);
        return;
    }
    sprintf(to + length, "%s%.*s", length ? " " : "", (int)more, text);
}

/* The field that this line begins, and the text behind its name. */
static enum field field_of(const char **text, enum field now)
{
    if (!strncmp(*text, "Results: ", 9)) {
        *text += 9;
        return RESULT;
    }
    for (unsigned i = KERNEL; i < FIELDS; i++) {
        size_t length = strlen(field_names[i]);

        if (!strncmp(*text, field_names[i], length)) {
            *text += length;
            return (enum field)i;
        }
    }
    return now;
}

static void read_card(FILE *file, struct card *card, char *line, size_t size)
{
    enum field field = ABOUT;
    char *text = line + 3 + strlen(card->id) + 2, *kernel;

    do {
        const char *at;

        kernel = field == ABOUT ? strstr(text, "Kernel: ") : NULL;
        if (kernel && kernel != text) {
            *kernel = 0;
            add(card, ABOUT, text);
            text = kernel + strlen("Kernel: ");
            field = KERNEL;
        }
        at = text;
        field = field_of(&at, field);
        add(card, field, at);
        if (!fgets(line, (int)size, file))
            break;
        text = line + 3;
    } while (!strncmp(line, " * ", 3));
}

static void read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[512];

    if (!file) {
        complain(path, "cannot be read");
        return;
    }
    while (fgets(line, sizeof line, file)) {
        struct card *card = card_of(line);

        if (!card)
            continue;
        if (card->path[0])
            complain(path, "a second card of %s, the first is in %s", card->id, card->path);
        snprintf(card->path, sizeof card->path, "%s", path);
        memset(card->text, 0, sizeof card->text);
        read_card(file, card, line, sizeof line);
    }
    fclose(file);
}

/* ---- The cards against the table ---- */

/* Does the text name this release, as "5.1" but not in "5.15"? */
static bool names(const char *text, uint16_t release)
{
    char number[16];
    size_t length = (size_t)snprintf(number, sizeof number, "%u.%u", release >> 8, release & 0xffu);

    for (const char *at = strstr(text, number); at; at = strstr(at + 1, number))
        if ((at == text || (at[-1] != '.' && !isdigit((unsigned char)at[-1]))) &&
            !isdigit((unsigned char)at[length]))
            return true;
    return false;
}

static bool blocks_on_disk(const struct kring__row *row)
{
    return row->wait == KRING__WAIT_DISK || (row->flags & KRING__RW) != 0;
}

static void check_card(unsigned opcode)
{
    const struct card *card = &cards[opcode];
    const struct kring__row *row = &kring__rows[opcode];
    unsigned major = 0, minor = 0;

    if (!card->path[0]) {
        if (card->wanted)
            complain("ops", "%s has no card (a comment that begins with \"%s: \")", card->name,
                     card->id);
        return;
    }
    for (unsigned i = ABOUT; i < FIELDS; i++)
        if (!card->text[i][0])
            complain(card->path, "the card of %s has no field \"%s\"", card->id,
                     i == ABOUT ? "what it does" : field_names[i]);
    sscanf(card->text[KERNEL], "%u.%u", &major, &minor);
    if (KRING__V(major, minor) != row->since)
        complain(card->path, "the card says %u.%u, the table %u.%u", major, minor, row->since >> 8,
                 row->since & 0xffu);
    if (blocks_on_disk(row) && !strstr(card->text[SOFT], "BLOCKS"))
        complain(card->path, "the row may block on a disk, the card's Soft does not say BLOCKS");
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        if (kring__variant_rows[i].opcode == opcode &&
            kring__variant_rows[i].since != KRING__NEVER &&
            !names(card->text[KERNEL], kring__variant_rows[i].since))
            complain(card->path, "the card's Kernel does not name %u.%u (%s)",
                     kring__variant_rows[i].since >> 8, kring__variant_rows[i].since & 0xffu,
                     kring__variant_rows[i].name);
}

/* ---- Writing ---- */

/* A cell: what would end it or begin something is escaped. */
static void cell(const char *text)
{
    printf(" ");
    for (; *text; text++) {
        if (strchr("|*_<>", *text))
            putchar('\\');
        putchar(*text);
    }
    printf(" |");
}

static const char *engine(unsigned opcode, uint16_t release)
{
    static struct kring__caps caps;
    const struct kring__release *row = kring__release_row(release);
    struct io_uring_sqe sqe;

    if (row == NULL || release < kring__rows[opcode].since)
        return cards[kring__narrow(opcode)].wanted ? "soft" : "none";
    memset(&caps, 0, sizeof caps);
    memset(&sqe, 0, sizeof sqe);
    sqe.opcode = (uint8_t)opcode;
    caps.pub.features = row->features;
    for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++)
        caps.variant[i].answer = kring__variant_rows[i].since > release ? KRING__NO : KRING__YES;
    return cards[kring__narrow(opcode)].wanted && kring__caps_poor(&caps, &sqe) ? "soft+"
                                                                                : "native";
}

static void release_text(uint16_t release, char text[8])
{
    if (release == KRING__NEVER)
        strcpy(text, "never");
    else
        snprintf(text, 8, "%u.%u", release >> 8, release & 0xffu);
}

static void write_kernels(void)
{
    char text[8];

    printf("## Which kernels\n\n"
           "`native`: io_uring has it. `soft`: plain system calls. `soft+`: io_uring has it, but "
           "badly\n(see \"Mixed rings\" in `design.md`): engine `auto` prefers plain system calls. "
           "`none`:\n`-KRING_EKERNEL`.\n\n| operation | opcode | since |");
    for (unsigned i = 0; i < RELEASES; i++) {
        release_text(releases[i], text);
        cell(text);
    }
    printf("\n| --- | --- | --- |");
    for (unsigned i = 0; i < RELEASES; i++)
        printf(" --- |");
    printf("\n");
    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        release_text(kring__rows[op].since, text);
        printf("| `%s` | %u | %s |", cards[op].name, op, text);
        for (unsigned i = 0; i < RELEASES; i++)
            cell(engine(op, releases[i]));
        printf("\n");
    }
}

static void write_variants(void)
{
    char text[8];

    printf("\n## Variants younger than their operation\n\n"
           "On an older kernel an operation that asks for one goes to the soft engine, where that\n"
           "offers it.\n\n"
           "| operation | variant | since |\n| --- | --- | --- |\n");
    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        for (unsigned i = 0; i < KRING__VARIANT_COUNT; i++) {
            const struct kring__variant_row *row = &kring__variant_rows[i];

            if (row->opcode != op)
                continue;
            release_text(row->since, text);
            printf("| `%s` | %s | %s |\n", cards[op].name, row->name, text);
        }
    }
#define FLAG_ROW(id, bit, since, name) \
    release_text(since, text);         \
    printf("| any | %s | %s |\n", name, text);
    KRING__SQE_FLAGS(FLAG_ROW)
#undef FLAG_ROW
}

static const char *waits(const struct kring__row *row)
{
    switch (row->wait) {
    case KRING__WAIT_IN: return "readable";
    case KRING__WAIT_OUT: return "writable";
    case KRING__WAIT_TIME: return "an event";
    default: return "no";
    }
}

static void write_soft(void)
{
    printf("\n## On the soft engine\n\n"
           "Waits for: what it waits for without holding the thread. Blocks: `kring_route()`\n"
           "says BLOCKS, the thread may be held by a device. Restart: run again after EINTR.\n"
           "Offload: may be handed to the application's threads.\n"
           "Direct: its fd may be a direct descriptor.\n\n"
           "| operation | waits for | blocks | restart | offload | direct | how |\n"
           "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        const struct kring__row *row = &kring__rows[op];
        const char *disk;

        if (!cards[op].wanted)
            continue;
        disk = row->flags & KRING__RW ? "on disk files" : "yes";
        printf("| `%s` | %s | %s | %s | %s | %s |", cards[op].name, waits(row),
               blocks_on_disk(row) ? disk : "no", row->flags & KRING__RESTART ? "yes" : "no",
               row->flags & KRING__OFFLOAD ? disk : "no", row->flags & KRING__FILE ? "yes" : "no");
        cell(cards[op].text[SOFT]);
        printf("\n");
    }
}

static void write_contracts(void)
{
    printf("\n## Results, and who owns what\n\n"
           "| operation | does | result | owns | EINVAL |\n| --- | --- | --- | --- | --- |\n");
    for (unsigned op = 0; op < KRING__OP_COUNT; op++) {
        if (!cards[op].path[0])
            continue;
        printf("| `%s` |", cards[op].name);
        cell(cards[op].text[ABOUT]);
        cell(cards[op].text[RESULT]);
        cell(cards[op].text[OWNS]);
        cell(cards[op].text[EINVAL_]);
        printf("\n");
    }
}

int main(void)
{
    glob_t files;

    if (glob("ops/*/*.c", 0, NULL, &files)) {
        fprintf(stderr, "docs: no ops/*/*.c here: run me at the top of the tree\n");
        return 2;
    }
    for (size_t i = 0; i < files.gl_pathc; i++)
        read_file(files.gl_pathv[i]);
    globfree(&files);
    for (unsigned op = 0; op < KRING__OP_COUNT; op++)
        check_card(op);
    if (wrong)
        return 1;
    printf("# Every operation\n\n"
           "Made by `make docs` from `ops/ops.h` and the cards in `ops/*/*.c`: edit those.\n\n");
    write_kernels();
    write_variants();
    write_soft();
    write_contracts();
    return fflush(stdout) == 0 ? 0 : 1;
}
