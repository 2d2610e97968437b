#!/bin/sh
# SPDX-License-Identifier: MIT
# Bytes of code per family at -Os, and of a program that links only what it uses: `make size`.
set -u
O=${O:-build} MAKE=${MAKE:-make} CC=${CC:-cc} SIZE=${SIZE:-size} CROSS_COMPILE=${CROSS_COMPILE:-}
jobs=-j$(nproc 2>/dev/null || echo 2)
flags='-Os -fno-asynchronous-unwind-tables'

# Code and constants of the objects named on stdin.
bytes() {
    xargs "$SIZE" -A | awk '
        $1 ~ /^\.text/ { text += $2 }
        $1 ~ /^\.(rodata|data\.rel\.ro|srodata)/ { constant += $2 }
        $1 ~ /^\.s?(data|bss)/ && $1 !~ /^\.data\.rel\.ro/ { writable += $2 }
        END { printf "%8d %8d %8d\n", text, constant, writable }'
}
"$MAKE" -s $jobs O="$O/size/full" CONFIG="${CONFIGURATION:-config.mk}" CFLAGS="$flags" lib || exit 1
"$MAKE" -s $jobs O="$O/size/minimal" CONFIG=.ci/configs/minimal_defconfig CFLAGS="$flags" lib || exit 1

row() { printf '%-28s %s\n' "$1" "$2"; }
verdict() { # BYTES AIM
    if [ "$1" -le $(($2 * 1024)) ]; then
        echo "within the aim of $2 KiB"
    else
        echo "OVER the aim of $2 KiB by $(($1 - $2 * 1024)) bytes"
    fi
}
row "family ($($CC -dumpmachine), -Os)" "    code   const writable"
# The folder holds the objects of the archive and no others: only the target "lib" is built there.
cd "$O/size/full/obj" || exit 1
for family in abi probe fallback ops; do
    [ -d $family ] || continue
    row $family/ "$(find $family -maxdepth 1 -name '*.o' | bytes)"
    for sub in $(find $family -mindepth 1 -maxdepth 1 -type d | sort); do
        row "$sub/" "$(find "$sub" -name '*.o' | bytes)"
    done
done
cd - >/dev/null || exit 1
all=$(echo "$O/size/full/libkring.a" | bytes)
row "libkring.a, full" "$all"
full=$(echo $all | cut -d ' ' -f 1)

# What stays of the library in a program that opens, reads and writes: linked, unused sections dropped,
# the program's own code taken off.
program=$O/size/minimal/program
cat >"$program.c" <<'END'
#include "kring.h"
int main(void);
static void done(struct kring *ring, kring_op op, const struct kring_result *result, void *user)
{
    (void)ring, (void)op, (void)result, (void)user;
}
int main(void)
{
    struct kring_options options = KRING_OPTIONS_INIT;
    struct kring *ring;
    char buffer[16];

    if (kring_open(&ring, &options) < 0)
        return 1;
    kring_start(ring, kring_read(ring, 0, buffer, sizeof buffer, 0), done, 0);
    while (kring_run(ring, KRING_FOREVER) >= 0)
        ;
    kring_start(ring, kring_write(ring, 1, buffer, sizeof buffer, 0), done, 0);
    while (kring_run(ring, KRING_FOREVER) >= 0)
        ;
    return kring_close(ring, KRING_FOREVER) < 0;
}
END
$CC -std=c11 $flags -ffunction-sections -Iinclude -c -o "$program.o" "$program.c" &&
    $CC -nostdlib -r -Wl,--gc-sections,--entry=main -o "$program-linked.o" "$program.o" \
        "$O/size/minimal/libkring.a" || exit 1
own=$(echo "$program.o" | bytes | awk '{ print $1 }')
linked=$(echo "$program-linked.o" | bytes)
row "libkring.a, minimal" "$(echo "$O/size/minimal/libkring.a" | bytes)"
row "minimal program's share" "$(echo $linked | awk -v own="$own" '{ printf "%8d %8d %8d", $1 - own, $2, $3 }')"
minimal=$(($(echo $linked | cut -d ' ' -f 1) - own))
echo
echo "full:    $full bytes of code, $(verdict "$full" 96)"
echo "minimal: $minimal bytes of code (ring, read, write, soft engine; --gc-sections), $(verdict "$minimal" 24)"
