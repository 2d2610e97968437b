/* SPDX-License-Identifier: MIT */
/*
 * A program without a libc: -nostdlib, a _start of its own, and libkring.a. It opens a ring on each
 * engine and lets it do nothing, wait, write and read. What it brings for the library are the four
 * functions below; the compiler may call the same four by itself.
 *
 * Prints lines and a sum as kring-tests does; exits with 0 when nothing failed.
 */
#include <asm/unistd.h>
#include <linux/errno.h>

#include "kring.h"

/* ---- What libkring.a needs ---- */

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    return memmove(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
    volatile unsigned char *t = to; /* volatile: or the compiler makes a call of memmove of it */
    const unsigned char *f = from;

    if ((uintptr_t)to < (uintptr_t)from)
        for (size_t i = 0; i < size; i++)
            t[i] = f[i];
    else
        while (size-- > 0)
            t[size] = f[size];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    volatile unsigned char *t = to;

    for (size_t i = 0; i < size; i++)
        t[i] = (unsigned char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < size; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

/* ---- What a program needs ---- */

void smoke(void) __attribute__((noreturn, used));

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tandq $-16, %rsp\n\tcall smoke\n");

static long call(long nr, long a, long b, long c)
{
    __asm__ volatile("syscall" : "+a"(nr) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return nr;
}
#elif defined(__i386__)
__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tandl $-16, %esp\n\tcall smoke\n");

static long call(long nr, long a, long b, long c)
{
    __asm__ volatile("int $0x80" : "+a"(nr) : "b"(a), "c"(b), "d"(c) : "memory");
    return nr;
}
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tbl smoke\n");

static long call(long nr, long a, long b, long c)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}
#else
#error "no _start for this architecture"
#endif

static unsigned passed, failed, skipped;

static void print(const char *text)
{
    size_t length = 0;

    while (text[length] != 0)
        length++;
    (void)call(__NR_write, 1, (long)text, (long)length);
}

static void print_number(unsigned number)
{
    char text[12], *at = text + sizeof text;

    *--at = 0;
    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    print(at);
}

static void check(const char *what, const char *engine, int right)
{
    print("nolibc/");
    print(what);
    print(engine);
    print(right ? " ... ok\n" : " ... FAIL\n");
    passed += right != 0;
    failed += right == 0;
}

/* ---- The rings ---- */

static struct kring_result run(struct kring *ring, kring_op op, int64_t deadline_ns)
{
    struct kring_result result = {.value = INT64_MIN};

    if (deadline_ns != 0 && kring_set_deadline(ring, op, deadline_ns) != 0)
        return result;
    if (kring_start(ring, op, NULL, NULL) == 0 && kring_wait_op(ring, op, KRING_SECOND) == 0 &&
        kring_result(ring, op, &result) != 0)
        result.value = INT64_MIN;
    return result;
}

static void try_engine(uint32_t engine, const char *name)
{
    struct kring_options options = KRING_OPTIONS_INIT;
    struct kring_time soon = {0, 5 * KRING_MS};
    struct kring_result result;
    struct kring *ring;
    char back[6] = "";
    int pipe[2] = {-1, -1};
    int opened;

    options.engine = engine;
    opened = kring_open(&ring, &options);
    if (opened == -KRING_EKERNEL) {
        print("nolibc/a ring");
        print(name);
        print(" ... skipped: no io_uring here\n");
        skipped++;
        return;
    }
    check("a ring", name, opened == 0);
    if (opened != 0)
        return;
    result = run(ring, kring_nop(ring), 0);
    check("nop", name, result.value == 0 && result.engine == engine);
    result = run(ring, kring_timeout(ring, &soon, 0, 0), 0);
    check("timeout", name, result.value == -ETIME && result.engine == engine);
    check("pipe", name, call(__NR_pipe2, (long)pipe, 0, 0) == 0);
    result = run(ring, kring_write(ring, pipe[1], "kring", 5, KRING_CUR_POS), 0);
    check("write", name, result.value == 5 && result.engine == engine);
    result = run(ring, kring_read(ring, pipe[0], back, 5, KRING_CUR_POS), 0);
    check("read", name, result.value == 5 && memcmp(back, "kring", 6) == 0);
    result = run(ring, kring_read(ring, pipe[0], back, 5, KRING_CUR_POS), 5 * KRING_MS);
    check("read with a deadline", name, result.value == -ETIME);
    check("close", name, kring_close(ring, KRING_SECOND) == 0);
    (void)call(__NR_close, pipe[0], 0, 0);
    (void)call(__NR_close, pipe[1], 0, 0);
}

void smoke(void)
{
    try_engine(KRING_ENGINE_KERNEL, " (kernel)");
    try_engine(KRING_ENGINE_SOFT, " (soft)");
    print("\n");
    print_number(passed);
    print(" passed, ");
    print_number(failed);
    print(" failed, ");
    print_number(skipped);
    print(" skipped\n");
    for (;;)
        (void)call(__NR_exit_group, failed != 0, 0, 0);
}
