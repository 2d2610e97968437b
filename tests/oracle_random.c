/* SPDX-License-Identifier: MIT */
/* Seeded programs, from the templates of oracle_random_text.c. */
#define _GNU_SOURCE
#include "oracle_random.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 16000, ROOM = 3000 };
struct generator {
    uint64_t state;
    char text[TEXT];
    unsigned length;
    unsigned user_data;
    unsigned kept[26]; /* user_data by letter */
    unsigned round;
    uint16_t release;  /* nothing younger is used */
    bool skips, drains; /* a drained request after a skipped one is refused: never both */
    bool no_workers;    /* requests stand beside each other, without a link */
};

static struct generator g;

static unsigned pick(unsigned bound)
{
    /* xorshift64* */
    g.state ^= g.state >> 12;
    g.state ^= g.state << 25;
    g.state ^= g.state >> 27;
    return (unsigned)((g.state * 0x2545f4914f6cdd1dull >> 33) % bound);
}

static void emit(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g.length += (unsigned)vsnprintf(g.text + g.length, TEXT - g.length, format, args);
    va_end(args);
}

/* Below 6.4 a pipe is read and written by a worker, or when it polls as ready, and never at once. */
static bool uses_pipe(const char *text)
{
    return strstr(text, "fd=qr") || strstr(text, "fd=pw") || strstr(text, "qw ");
}

static bool names_closed(const char *text)
{
    return strstr(text, "fd=x") || strstr(text, "[x/") || strstr(text, "/x/") || strstr(text, "/x]");
}

static bool usable(uint8_t opcode, uint16_t since, const char *text)
{
    const struct kring__row *row = &kring__rows[opcode];

    /* There a drain behind a zero-copy send may never begin: differences.md. */
    if (g.drains && g.release < KRING__V(6, 18) &&
        (opcode == IORING_OP_SEND_ZC || opcode == IORING_OP_SENDMSG_ZC))
        return false;
    if (g.release < KRING__V(6, 4) && uses_pipe(text))
        return false;
    /* On 5.10 what is refused so is no member of its chain: differences.md. */
    if (g.release < KRING__V(5, 11) && (names_closed(text) || strstr(text, "personality")))
        return false;
    return row->prep != NULL && row->since <= g.release && since <= g.release;
}

/* ---- Templates ---- */

static void expand(const char *text, const char *end);

/* text is behind the '['; returns what is behind its ']'. */
static const char *choose(const char *text)
{
    const char *at = text, *from[32], *to[32];
    unsigned count = 0, chosen;

    from[0] = text;
    for (int depth = 0; *at && (depth > 0 || *at != ']'); at++) {
        depth += (*at == '[') - (*at == ']');
        if (*at == '/' && depth == 0 && count < 31) {
            to[count++] = at;
            from[count] = at + 1;
        }
    }
    to[count++] = at;
    chosen = pick(count);
    expand(from[chosen], to[chosen]);
    return at + 1;
}

static const char *number(const char *text)
{
    char *at;
    unsigned low = (unsigned)strtoul(text, &at, 10);
    unsigned high = (unsigned)strtoul(at + 1, &at, 10);

    emit("%u", low + pick(high - low + 1));
    return at + 1;
}

/*
 * A skipped request that fails takes the CQEs of its tail with it, and then there is no end to wait
 * for: only hard links carry SKIP.
 */
static const char *link_flag(void)
{
    if (pick(3))
        return "|LINK";
    return g.skips && pick(2) ? "|HARD|SKIP" : "|HARD";
}

static void emit_request(const char *flags)
{
    const struct random_request *request;
    const char *link;

    do {
        request = &random_requests[pick(random_request_count)];
    } while (!usable(request->opcode, request->since, request->text) ||
             (request->flags & RANDOM_WORKER && g.no_workers) ||
             (request->flags & RANDOM_FAILS && g.skips));
    expand(request->text, request->text + strlen(request->text));
    emit(" ud=%u", ++g.user_data);
    if (*flags || request->flags & (RANDOM_FIXED | RANDOM_SELECT)) {
        emit(" flags=NONE%s%s", request->flags & RANDOM_FIXED ? "|FIXED" : "",
             request->flags & RANDOM_SELECT ? "|SELECT" : "");
        /* With SKIP the kernel would hide the failure, too. */
        link = request->flags & RANDOM_HARD ? strpbrk(flags, "LH") : NULL;
        if (link)
            emit("%.*sHARD", (int)(link - flags), flags);
        else
            emit("%s", flags);
    }
}

static void emit_last(const char *flags)
{
    emit_request(flags);
    g.kept['z' - 'a'] = g.user_data;
}

static const char *part(const char *text)
{
    if (!strncmp(text, "<link>", 6)) {
        emit_request(link_flag());
        return text + 6;
    }
    if (!strncmp(text, "<last>", 6)) {
        emit_last("");
        return text + 6;
    }
    if (!strncmp(text, "<inline>", 8)) {
        g.no_workers = true;
        emit_last("");
        g.no_workers = false;
        return text + 8;
    }
    for (unsigned i = pick(5); i > 0; i--) {
        emit_request(link_flag());
        emit("; ");
    }
    emit_last("");
    return text + strlen("<chain>");
}

static void expand(const char *text, const char *end)
{
    while (text < end) {
        char c = *text++;

        if (c == '{') {
            text = number(text);
        } else if (c == '[') {
            text = choose(text);
        } else if (c == '<') {
            text = part(text - 1);
        } else if (c == '#') {
            emit("%u", g.round);
        } else if (c == '@' && islower((unsigned char)*text)) {
            g.kept[*text - 'a'] = ++g.user_data;
            emit("%u", g.kept[*text++ - 'a']);
        } else if (c == '$' && islower((unsigned char)*text)) {
            emit("%u", g.kept[*text++ - 'a']);
        } else {
            emit("%c", c);
        }
    }
}

/* ---- Rounds ---- */

/*
 * Several requests without links, then a drained chain. What follows a drained request may run in a
 * worker of the kernel, so everything behind it is one chain.
 */
static void round_batch(void)
{
    unsigned members = 2 + pick(5), tail = pick(3), first = g.user_data + 1;

    emit("unordered; ");
    g.no_workers = true;
    for (unsigned i = 0; i < members; i++) {
        emit_request("");
        emit("; ");
    }
    g.no_workers = false;
    emit_request(pick(2) ? "|DRAIN|LINK" : "|DRAIN|HARD");
    emit("; ");
    for (unsigned i = 0; i < tail; i++) {
        emit_request(pick(2) ? "|LINK" : "|HARD");
        emit("; ");
    }
    emit_request("");
    emit("; until");
    for (unsigned i = first; i <= g.user_data; i++)
        emit(" %u", i);
    /* The kernel leaves its draining mode with the next request: not one of the next round. */
    emit("; nop ud=%u; until %u; ", g.user_data + 1, g.user_data + 1);
    g.user_data++;
}

static void round_of_table(void)
{
    const struct random_round *round = NULL;
    unsigned tickets = 0;

    for (unsigned i = 0; i < random_round_count; i++) {
        const struct random_round *r = &random_rounds[i];

        if (!usable(r->opcode, r->since, r->text))
            continue;
        /* Each in turn takes the place with its share of the tickets so far. */
        tickets += r->often;
        if (pick(tickets) < r->often)
            round = r;
    }
    expand(round->text, round->text + strlen(round->text));
}

const struct oracle_program *oracle_random(uint64_t seed, unsigned index)
{
    static const uint16_t releases[] = { KRING__V(5, 13), KRING__V(5, 19), KRING__V(6, 1),
                                         KRING__V(255, 0), KRING__V(255, 0), KRING__V(255, 0) };
    static char name[64];
    static struct oracle_program program;
    unsigned count;

    memset(&g, 0, sizeof g);
    g.state = (seed * 0x9e3779b97f4a7c15ull + index + 1) * 0xbf58476d1ce4e5b9ull | 1;
    for (unsigned i = 0; i < 8; i++)
        pick(2);
    g.release = releases[pick(sizeof releases / sizeof releases[0])];
    if (g.release > oracle_kernel_release())
        g.release = (uint16_t)oracle_kernel_release();
    if (g.release >= KRING__V(5, 17) && pick(2))
        g.skips = true;
    else
        g.drains = true;
    if (g.release >= KRING__V(5, 18) && pick(3) == 0)
        emit("setup flags=SETUP_SUBMIT_ALL; ");
    emit("ordered; %s", random_world);
    for (unsigned i = 0; i < random_thing_count; i++)
        if (random_things[i].since <= g.release)
            emit("%s", random_things[i].text);
    count = 2 + pick(7);
    for (g.round = 1; g.round <= count && g.length < TEXT - ROOM; g.round++) {
        if (g.drains && pick(8) == 0)
            round_batch();
        else
            round_of_table();
        emit("ordered; ");
    }
    emit("tree");
    snprintf(name, sizeof name, "random-%llu-%u", (unsigned long long)seed, index);
    program.name = name;
    program.text = g.text;
    return &program;
}
