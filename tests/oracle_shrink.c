/* SPDX-License-Identifier: MIT */
/*
 * A program that shows a difference is made smaller while it shows the same one: statements are
 * taken out in chunks that halve (delta debugging), then words of statements, flags of words, and
 * numbers are simplified, again and again until nothing helps or the time is up. Each candidate
 * runs on both engines, and one that is taken has shown the difference twice.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS = 512, WORDS = 24, SHRINKS = 3, SHRINK_MS = 10000, SHORT_GUARD_MS = 250 };

struct list {
    char *at[STATEMENTS];
    unsigned count;
};

struct shrink {
    const struct oracle_program *program;
    struct oracle_pair pair; /* the difference to keep */
    struct list list;
    int64_t deadline;
    unsigned runs;
    bool out_of_time;
};

/* ---- Lists of statements ---- */

static void list_read(struct list *list, const char *text)
{
    char *copy = strdup(text), *at = copy;

    list->count = 0;
    while (at && list->count < STATEMENTS) {
        char *statement = strsep(&at, ";");

        statement += strspn(statement, " \n");
        if (*statement)
            list->at[list->count++] = strdup(statement);
    }
    free(copy);
}

static void list_free(struct list *list)
{
    for (unsigned i = 0; i < list->count; i++)
        free(list->at[i]);
    list->count = 0;
}

static void list_write(const struct list *list, char *text, size_t size)
{
    size_t length = 0;

    text[0] = 0;
    for (unsigned i = 0; i < list->count && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%s", i ? "; " : "",
                                   list->at[i]);
}

/* ---- Candidates ---- */

static bool same(const struct shrink *shrink, const struct oracle_outcome *outcome)
{
    for (unsigned i = 0; i < outcome->count && !outcome->wrong; i++)
        if (!strcmp(outcome->pairs[i].kernel, shrink->pair.kernel) &&
            !strcmp(outcome->pairs[i].soft, shrink->pair.soft))
            return true;
    return false;
}

/* Does this list of statements show the difference, twice? */
static bool shows(struct shrink *shrink, const struct list *list)
{
    static char text[sizeof ((struct oracle_shrunk *)0)->text];
    struct oracle_program program = { shrink->program->name, text };
    struct oracle_outcome outcome;

    if (shrink->out_of_time)
        return false;
    list_write(list, text, sizeof text);
    for (unsigned i = 0; i < 2; i++) {
        if (oracle_now_ms() >= shrink->deadline) {
            shrink->out_of_time = true;
            return false;
        }
        shrink->runs++;
        if (!oracle_try(&program, &outcome) || !same(shrink, &outcome))
            return false;
    }
    return true;
}

/* Without what makes an order undefined visible, differences would be invented. */
static bool needed(const struct list *list, unsigned index)
{
    if (strcmp(list->at[index], "unordered"))
        return false;
    for (unsigned i = 0; i < index; i++)
        if (!strcmp(list->at[i], "ordered"))
            return true;
    return false;
}

static bool drop_statements(struct shrink *shrink, unsigned first, unsigned count)
{
    struct list candidate = { .count = 0 };

    for (unsigned i = 0; i < shrink->list.count; i++)
        if (i < first || i >= first + count || (count == 1 && needed(&shrink->list, i)))
            candidate.at[candidate.count++] = shrink->list.at[i];
    if (candidate.count == shrink->list.count || !shows(shrink, &candidate))
        return false;
    for (unsigned i = first; i < first + count && i < shrink->list.count; i++)
        free(shrink->list.at[i]);
    shrink->list = candidate;
    return true;
}

/* From the end: what is there uses what stands before it. */
static bool drop_chunks(struct shrink *shrink)
{
    bool progress = false;

    for (unsigned size = shrink->list.count / 2; size > 0; size /= 2) {
        for (unsigned end = shrink->list.count; end > 0;) {
            unsigned first = end > size ? end - size : 0;

            progress |= drop_statements(shrink, first, end - first);
            end = first < shrink->list.count ? first : shrink->list.count;
        }
    }
    return progress;
}

static bool replace_statement(struct shrink *shrink, unsigned index, const char *statement)
{
    struct list candidate = shrink->list;

    if (!strcmp(statement, shrink->list.at[index]))
        return false;
    candidate.at[index] = (char *)(uintptr_t)statement;
    if (!shows(shrink, &candidate))
        return false;
    free(shrink->list.at[index]);
    shrink->list.at[index] = strdup(statement);
    return true;
}

/* A request less, and the wait for one CQE less that it needs. */
static bool drop_with_wait(struct shrink *shrink, unsigned index)
{
    unsigned want = 0;
    char text[128], *old;

    for (unsigned i = index + 1; i < shrink->list.count; i++) {
        struct list candidate = { .count = 0 };
        int rest = 0;

        if (sscanf(shrink->list.at[i], "enter %u%n", &want, &rest) != 1 || want == 0)
            continue;
        snprintf(text, sizeof text, "enter %u%s", want - 1, shrink->list.at[i] + rest);
        for (unsigned j = 0; j < shrink->list.count; j++)
            if (j != index)
                candidate.at[candidate.count++] = j == i ? text : shrink->list.at[j];
        if (!shows(shrink, &candidate))
            return false;
        old = shrink->list.at[i];
        shrink->list.at[i] = strdup(text);
        free(old);
        free(shrink->list.at[index]);
        memmove(&shrink->list.at[index], &shrink->list.at[index + 1],
                (shrink->list.count - index - 1) * sizeof shrink->list.at[0]);
        shrink->list.count--;
        return true;
    }
    return false;
}

/* ---- Words ---- */

struct words {
    char *at[WORDS];
    unsigned count;
    char text[1024];
};

static void words_read(struct words *words, const char *statement)
{
    char *at = words->text;

    snprintf(words->text, sizeof words->text, "%s", statement);
    words->count = 0;
    while (words->count < WORDS) {
        bool quoted = false;

        at += strspn(at, " \n");
        if (!*at)
            break;
        words->at[words->count++] = at;
        for (; *at && (quoted || (*at != ' ' && *at != '\n')); at++)
            quoted ^= *at == '\'';
        if (*at)
            *at++ = 0;
    }
}

/* The statement with word number `index` replaced, or left out (NULL). */
static void words_write(const struct words *words, unsigned index, const char *word, char *text,
                        size_t size)
{
    size_t length = 0;

    text[0] = 0;
    for (unsigned i = 0; i < words->count && length < size; i++) {
        const char *shown = i == index ? word : words->at[i];

        if (shown)
            length += (size_t)snprintf(text + length, size - length, "%s%s", length ? " " : "",
                                       shown);
    }
}

static bool try_word(struct shrink *shrink, unsigned statement, unsigned index, const char *word)
{
    struct words words;
    char text[1024];

    words_read(&words, shrink->list.at[statement]);
    words_write(&words, index, word, text, sizeof text);
    return replace_statement(shrink, statement, text);
}

/* Each of A|B|C in turn left out. */
static bool simplify_flags(struct shrink *shrink, unsigned statement, unsigned index,
                           const char *word)
{
    const char *value = strchr(word, '=') ? strchr(word, '=') + 1 : word;

    for (const char *at = value; *at;) {
        size_t length = strcspn(at, "|");
        char text[256];

        if (at[length] || at != value) {
            int head = (int)(at - word), skip = at[length] ? 1 : 0;

            snprintf(text, sizeof text, "%.*s%s", skip ? head : head - 1, word, at + length + skip);
            if (try_word(shrink, statement, index, text))
                return true;
        }
        at += length + (at[length] == '|');
    }
    return false;
}

/* Numbers become 0, 1, or half; 'text'*N becomes shorter. */
static bool simplify_number(struct shrink *shrink, unsigned statement, unsigned index,
                            const char *word)
{
    const char *value = strpbrk(word, "=*") ? strpbrk(word, "=*") + 1 : word;
    char text[256], *end;
    unsigned long number = strtoul(value, &end, 10);

    if (end == value || *end || !isdigit((unsigned char)*value) || !strncmp(word, "ud=", 3))
        return false;
    for (unsigned i = 0; i < 4; i++) {
        unsigned long smaller = i < 2 ? i : i == 2 ? number / 2 : number - 1;

        if (smaller >= number)
            continue;
        snprintf(text, sizeof text, "%.*s%lu", (int)(value - word), word, smaller);
        if (try_word(shrink, statement, index, text))
            return true;
    }
    return false;
}

static bool simplify_literal(struct shrink *shrink, unsigned statement, unsigned index,
                             const char *word)
{
    const char *end = word[0] == '\'' ? strchr(word + 1, '\'') : NULL;
    size_t length = end ? (size_t)(end - word - 1) : 0;
    char text[256];

    if (length < 2 || length > 200)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        size_t shorter = i == 0 ? 1 : i == 1 ? length / 2 : length - 1;

        snprintf(text, sizeof text, "'%.*s%s", (int)shorter, word + 1, end);
        if (try_word(shrink, statement, index, text))
            return true;
    }
    return false;
}

static bool simplify_statement(struct shrink *shrink, unsigned statement)
{
    bool progress = false;
    struct words words;

    for (unsigned i = 1; !shrink->out_of_time; i++) {
        words_read(&words, shrink->list.at[statement]);
        if (i >= words.count)
            break;
        if (try_word(shrink, statement, i, NULL)) {
            progress = true;
            i--;
            continue;
        }
        while (simplify_flags(shrink, statement, i, words.at[i]) ||
               simplify_number(shrink, statement, i, words.at[i]) ||
               simplify_literal(shrink, statement, i, words.at[i])) {
            progress = true;
            words_read(&words, shrink->list.at[statement]);
        }
    }
    return progress;
}

/* ---- The whole ---- */

static void reduce(struct shrink *shrink)
{
    bool progress;

    do {
        progress = drop_chunks(shrink);
        for (unsigned i = shrink->list.count; i-- > 0;)
            if (i < shrink->list.count)
                progress |= drop_with_wait(shrink, i);
        for (unsigned i = 0; i < shrink->list.count; i++)
            progress |= simplify_statement(shrink, i);
    } while (progress && !shrink->out_of_time);
}

bool oracle_shrink(const struct oracle_program *program, const struct oracle_outcome *outcome,
                   unsigned limit_ms, struct oracle_shrunk *shrunk)
{
    struct shrink shrink = { .program = program, .pair = outcome->pairs[0] };
    unsigned guard_ms = oracle_guard_ms;
    bool again;

    list_read(&shrink.list, program->text);
    shrunk->statements_before = shrink.list.count;
    shrink.deadline = oracle_now_ms() + limit_ms;
    /* Candidates that wait in vain are many. */
    oracle_guard_ms = SHORT_GUARD_MS;
    again = outcome->count && !outcome->wrong && shows(&shrink, &shrink.list);
    if (again)
        reduce(&shrink);
    oracle_guard_ms = guard_ms;
    list_write(&shrink.list, shrunk->text, sizeof shrunk->text);
    shrunk->statements = shrink.list.count;
    shrunk->runs = shrink.runs;
    shrunk->whole = !shrink.out_of_time;
    list_free(&shrink.list);
    return again;
}

void oracle_shrink_report(const struct oracle_program *program,
                          const struct oracle_outcome *outcome, FILE *out)
{
    static struct oracle_shrunk shrunk;
    static unsigned done;
    int64_t began = oracle_now_ms();

    if (outcome->wrong || outcome->count == 0 || done++ >= SHRINKS)
        return;
    if (!oracle_shrink(program, outcome, SHRINK_MS, &shrunk)) {
        fprintf(out, "    not made smaller: with a guard of %d ms it does not differ so twice more\n",
                SHORT_GUARD_MS);
        return;
    }
    fprintf(out, "    smallest (%u of %u statements, %u runs in %.1f s%s): %s\n", shrunk.statements,
            shrunk.statements_before, shrunk.runs, (double)(oracle_now_ms() - began) / 1000,
            shrunk.whole ? "" : ", out of time", shrunk.text);
}
