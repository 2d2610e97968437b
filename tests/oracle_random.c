/* SPDX-License-Identifier: MIT */
/*
 * Seeded programs. Only what has one possible outcome is generated: reads and writes that cannot
 * wait (RWF_NOWAIT, MSG_DONTWAIT) inside chains, waits that the program itself ends, and always a
 * last request whose completion means that all is over.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <stdarg.h>
#include <string.h>

enum { TEXT = 12000 };
struct generator {
    uint64_t state;
    char text[TEXT];
    unsigned length;
    unsigned user_data;
    bool skips, drains; /* a drained request after a skipped one is refused: never both */
    bool no_files; /* the kernel may write to a file in a worker: no order without a link */
    unsigned objects;
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

/* A request of a chain: none of them can wait. */
static void emit_request(void)
{
    unsigned kind = pick(18);

    while (g.no_files && ((kind >= 1 && kind <= 5) || kind == 17))
        kind = pick(18);
    switch (kind) {
    case 0: emit("nop"); break;
    case 1: emit("read fd=f addr=b0 len=%u off=%u", pick(24), pick(40)); break;
    case 2: emit("write fd=f addr=b1 len=%u off=%u", pick(16), pick(40)); break;
    case 3: emit("read fd=f addr=b2 len=%u off=-1", pick(12)); break;
    case 4: emit("readv fd=f addr=v0 len=%u off=%u", 1 + pick(3), pick(40)); break;
    case 5: emit("writev fd=f addr=v1 len=%u off=%u", 1 + pick(3), pick(30)); break;
    case 6: emit("recv fd=db addr=b3 len=%u of=MSG_DONTWAIT", 1 + pick(12)); break;
    case 7: emit("write fd=pw addr=b4 len=%u", 1 + pick(8)); break;
    case 8: emit("recv fd=sa addr=b5 len=%u of=MSG_DONTWAIT", 1 + pick(12)); break;
    case 9: emit("send fd=sa addr=b1 len=%u of=MSG_DONTWAIT", 1 + pick(12)); break;
    case 10: emit("recv fd=da addr=b6 len=%u of=MSG_DONTWAIT%s", 1 + pick(12),
                  pick(3) ? "" : "|MSG_TRUNC"); break;
    case 11: emit("send fd=%s addr=b2 len=%u of=MSG_DONTWAIT", pick(2) ? "da" : "db", 1 + pick(8)); break;
    case 12: emit("read fd=x addr=b0 len=4"); break;
    case 13: emit(g.skips ? "nop" : "nop personality=9"); break;
    case 14: emit("sendmsg fd=sb addr=m0 len=1 of=MSG_DONTWAIT"); break;
    case 15: emit("recvmsg fd=sb addr=m1 len=1 of=MSG_DONTWAIT"); break;
    case 16: emit("async_cancel addr=%u", 800 + pick(50)); break;
    default: emit("read fd=%u addr=b7 len=%u off=0 flags=FIXED", pick(4), 1 + pick(9)); break;
    }
}

/* Adds to a flags= that the request may already have: the last one counts, so all are repeated. */
static void emit_flags(bool fixed, const char *flags)
{
    emit(" ud=%u", ++g.user_data);
    if (*flags || fixed)
        emit(" flags=NONE%s%s", fixed ? "|FIXED" : "", flags);
    emit("; ");
}

static void emit_member(const char *flags)
{
    unsigned start = g.length;
    char *own;
    bool fixed;

    emit_request();
    own = strstr(g.text + start, " flags=FIXED");
    fixed = own != NULL;
    if (own) {
        *own = 0;
        g.length = (unsigned)(own - g.text);
    }
    emit_flags(fixed, flags);
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

static void round_chain(void)
{
    unsigned members = 1 + pick(5);

    for (unsigned i = 0; i < members; i++)
        emit_member(link_flag());
    emit_member("");
    emit("until %u; ", g.user_data);
}

/*
 * Several requests without links, then a drained chain. What follows a drained request may run in a
 * worker of the kernel, so everything behind it is one chain.
 */
static void round_batch(void)
{
    unsigned members = 2 + pick(5), tail = 1 + pick(3), first;

    if (!g.drains) {
        round_chain();
        return;
    }
    first = g.user_data + 1;
    emit("unordered; ");
    g.no_files = true;
    for (unsigned i = 0; i < members; i++)
        emit_member("");
    g.no_files = false;
    for (unsigned i = 0; i < tail; i++)
        emit_member(i == 0 ? pick(2) ? "|DRAIN|LINK" : "|DRAIN|HARD" : pick(2) ? "|LINK" : "|HARD");
    emit_member("");
    emit("until");
    for (unsigned i = first; i <= g.user_data; i++)
        emit(" %u", i);
    /* The kernel leaves its draining mode with the next request: not one of the next round. */
    emit("; nop");
    emit_flags(false, "");
    emit("until %u; ", g.user_data);
}

/* A request that waits, with a tail; then the event it waits for. */
static void round_wait(void)
{
    unsigned head;

    if (pick(2))
        emit("read fd=qr addr=b0 len=%u", 3 + pick(4));
    else
        emit("recv fd=ta addr=b0 len=%u", 3 + pick(4));
    head = g.length;
    emit_flags(false, pick(2) ? "|LINK" : "|HARD");
    emit_member("");
    emit("enter 0; ");
    emit("put %s '%.*s'; until %u; ", strstr(g.text + head - 40, "fd=qr") ? "qw" : "tb",
         (int)(1 + pick(8)), "wakeme-up", g.user_data);
    /* What is left would be read by the next wait: taken away now. */
    emit("read fd=qr addr=b2 len=16 of=RWF_NOWAIT");
    emit_flags(false, "|HARD");
    emit("recv fd=ta addr=b2 len=16 of=MSG_DONTWAIT");
    emit_flags(false, "");
    emit("until %u; ", g.user_data);
}

static void round_cancel(void)
{
    unsigned target = ++g.user_data;
    unsigned tail = pick(3), kind = pick(3), how = pick(4), last;

    emit("unordered; ");
    switch (kind) {
    case 0: emit("read fd=qr addr=b0 len=4 ud=%u", target); break;
    case 1: emit("poll_add fd=qr of=POLLIN ud=%u", target); break;
    default: emit("recv fd=ta addr=b0 len=4 ud=%u", target); break;
    }
    emit("%s; ", tail ? pick(2) ? " flags=LINK" : " flags=HARD" : "");
    for (unsigned i = 1; i < tail; i++)
        emit_member("|LINK");
    if (tail)
        emit_member("");
    last = g.user_data;
    emit("enter 0; ");
    if (how == 0)
        emit("async_cancel fd=qr of=ASYNC_CANCEL_FD|ASYNC_CANCEL_ALL");
    else if (how == 1)
        emit("async_cancel of=ASYNC_CANCEL_ANY");
    else
        emit("async_cancel addr=%u", target);
    emit_flags(false, "");
    if (how == 0 && kind == 2) {
        emit("until %u; async_cancel of=ASYNC_CANCEL_ANY", g.user_data);
        emit_flags(false, "");
    }
    emit("until %u %u; ", last, g.user_data);
}

static void round_timer(void)
{
    unsigned count = 1 + pick(3);

    emit("unordered; ");
    switch (pick(4)) {
    case 0:
        emit("timeout addr=t1 len=1%s", pick(2) ? " of=TIMEOUT_ETIME_SUCCESS" : "");
        emit_flags(false, pick(2) ? "|LINK" : "|HARD");
        emit_member("");
        break;
    case 1:
        emit("read fd=qr addr=b0 len=4");
        emit_flags(false, pick(2) ? "|LINK" : "|HARD");
        emit("link_timeout addr=t1 len=1");
        emit_flags(false, "");
        emit("enter 2");
        emit("; ");
        return;
    case 2:
        emit("timeout addr=t2 len=1 off=%u", count);
        emit_flags(false, "");
        for (unsigned i = 0; i < count; i++) {
            emit("nop");
            emit_flags(false, "");
        }
        emit("enter %u; ", count + 1);
        return;
    default:
        emit("timeout addr=t2 len=1");
        emit_flags(false, "");
        emit("enter 0; timeout_remove addr=%u", g.user_data);
        emit_flags(false, "");
        emit("enter 2; ");
        return;
    }
    emit("until %u; ", g.user_data);
}

static void round_buffers(void)
{
    emit("provide_buffers fd=%u addr=pool len=8 group=%u off=%u", 1 + pick(3), 1 + pick(2), pick(4));
    emit_flags(false, "|HARD");
    if (pick(2))
        emit("read fd=f len=%u off=%u group=%u", pick(12), pick(20), 1 + pick(2));
    else
        emit("recv fd=sa len=%u of=MSG_DONTWAIT group=%u", pick(12), 1 + pick(2));
    emit_flags(false, "|HARD|SELECT");
    emit("remove_buffers fd=%u group=%u", 1 + pick(4), 1 + pick(2));
    emit_flags(false, "|HARD");
    emit_member("");
    emit("until %u; ", g.user_data);
}

static void round_objects(void)
{
    unsigned n = ++g.objects;

    emit("openat fd=AT_FDCWD addr=n%u of=O_RDWR|O_CREAT|O_CLOEXEC len=0644 as=o%u ud=%u; until %u; ",
         pick(2), n, g.user_data + 1, g.user_data + 1);
    g.user_data++;
    emit("write fd=o%u addr=b1 len=%u", n, 1 + pick(9));
    emit_flags(false, pick(3) ? "|LINK" : "|HARD");
    emit("close fd=o%u", n);
    emit_flags(false, "|HARD");
    emit_member("");
    emit("until %u; ", g.user_data);
}

static void world(void)
{
    if (pick(3) == 0)
        emit("setup flags=SETUP_SUBMIT_ALL; ");
    emit("ordered; file f 'the quick brown fox jumps over it'; pipe p 'piped'; pipe q; "
         "pair s stream; pair t stream; pair d dgram; closed x; put sb 'stream'; put db 'packet'; "
         "buf b0 24; buf b1 'ABCDEFGHIJKLMNOP'; buf b2 24; buf b3 16; buf b4 'qrstuvwx'; buf b5 16; "
         "buf b6 16; buf b7 16; buf pool 64; iov v0 b0:0:3 b2:4:5 b3:1:2; "
         "iov v1 b1:0:3 b4:1:2 b1:7:4; iov v2 b5:0:6; msg m0 iov=v1 n=2; msg m1 iov=v2; "
         "time t1 2ms; time t2 20s; path n0 'new'; path n1 'f'; files f f -1; ");
}

const struct oracle_program *oracle_random(uint64_t seed, unsigned index)
{
    static char name[64];
    static struct oracle_program program;
    static void (*const rounds[])(void) = {
        round_chain, round_chain, round_batch, round_wait, round_cancel, round_timer, round_buffers,
        round_objects,
    };
    unsigned count;

    memset(&g, 0, sizeof g);
    g.state = (seed * 0x9e3779b97f4a7c15ull + index + 1) * 0xbf58476d1ce4e5b9ull | 1;
    for (unsigned i = 0; i < 8; i++)
        pick(2);
    if (pick(2))
        g.skips = true;
    else
        g.drains = true;
    world();
    count = 2 + pick(6);
    for (unsigned i = 0; i < count && g.length < TEXT - 2000; i++) {
        rounds[pick(sizeof rounds / sizeof rounds[0])]();
        emit("ordered; ");
    }
    snprintf(name, sizeof name, "random-%llu-%u", (unsigned long long)seed, index);
    program.name = name;
    program.text = g.text;
    return &program;
}
