/* SPDX-License-Identifier: MIT */
/* A formatter as small as the sentences need; text beyond the size is counted and not written. */
#include "internal.h"

void kring__text_init(struct kring__text *text, char *at, size_t size)
{
    text->at = at;
    text->size = at != NULL ? size : 0;
    text->length = 0;
    if (text->size > 0)
        at[0] = 0;
}

static void put(struct kring__text *text, char c)
{
    if (text->length + 1 < text->size) {
        text->at[text->length] = c;
        text->at[text->length + 1] = 0;
    }
    text->length++;
}

void kring__text_add(struct kring__text *text, const char *string)
{
    while (*string != 0)
        put(text, *string++);
}

void kring__text_number(struct kring__text *text, int64_t number)
{
    char digits[20];
    unsigned n = 0;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    if (number < 0)
        put(text, '-');
    do {
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    while (n > 0)
        put(text, digits[--n]);
}

void kring__text_hex(struct kring__text *text, uint64_t number)
{
    unsigned shift = 60;

    while (shift > 0 && (number >> shift & 15) == 0)
        shift -= 4;
    kring__text_add(text, "0x");
    for (;; shift -= 4) {
        put(text, "0123456789abcdef"[number >> shift & 15]);
        if (shift == 0)
            break;
    }
}

void kring__text_release(struct kring__text *text, unsigned release)
{
    kring__text_number(text, release >> 8);
    put(text, '.');
    kring__text_number(text, release & 255);
}

bool kring__text_equal(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}
