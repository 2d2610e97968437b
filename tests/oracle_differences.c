/* SPDX-License-Identifier: MIT */
/*
 * Differences between the kernel and the soft engine that are meant: each one stands in
 * docs/differences.md with its reason, and each must still be there.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

const struct oracle_difference oracle_differences[] = {
    { "", "", "", "" },
};
const unsigned oracle_difference_count = sizeof oracle_differences / sizeof oracle_differences[0];

static uint8_t needed[sizeof oracle_differences / sizeof oracle_differences[0]];

bool oracle_accepts(const char *program, const char *kernel, const char *soft)
{
    for (unsigned i = 0; i < oracle_difference_count; i++) {
        const struct oracle_difference *d = &oracle_differences[i];

        if (*d->id && !strcmp(d->program, program) && strstr(kernel, d->kernel) &&
            strstr(soft, d->soft)) {
            needed[i] = 1;
            return true;
        }
    }
    return false;
}

int oracle_check_differences(const char *document, FILE *out)
{
    static char text[1 << 16];
    FILE *file = fopen(document, "r");
    int wrong = 0;

    if (!file) {
        fprintf(out, "differences: cannot read %s\n", document);
        return 1;
    }
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    for (unsigned i = 0; i < oracle_difference_count; i++) {
        const struct oracle_difference *d = &oracle_differences[i];

        if (!*d->id)
            continue;
        if (!needed[i]) {
            fprintf(out, "differences: %s no longer differs in %s\n", d->id, d->program);
            wrong++;
        }
        if (!strstr(text, d->id) || !strstr(text, d->program)) {
            fprintf(out, "differences: %s does not describe %s (%s)\n", document, d->id, d->program);
            wrong++;
        }
    }
    return wrong;
}
