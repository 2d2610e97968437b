#!/bin/sh
# SPDX-License-Identifier: MIT
# A light look with the analysers that are installed: `make lint`.
set -u
O=${O:-build}
status=0
jobs=$(nproc 2>/dev/null || echo 2)
sources=$(ls abi/*.c probe/*.c fallback/*.c ops/*.c ops/*/*.c 2>/dev/null)
[ -f "$O/kring-config.h" ] || ${MAKE:-make} --no-print-directory "$O/kring-config.h" || exit 1
if command -v cppcheck >/dev/null 2>&1; then
    echo "cppcheck"
    cppcheck --quiet -j "$jobs" --std=c11 --enable=warning,portability,performance --inline-suppr --error-exitcode=1 \
        --suppress=missingIncludeSystem --suppress=toomanyconfigs --include="$O/kring-config.h" -Iinclude -I. $sources || status=1
else
    echo "cppcheck is not installed: skipped"
fi
if command -v clang-tidy >/dev/null 2>&1; then
    echo "clang-tidy"
    echo "$sources" | xargs -P "$jobs" -n 8 sh -c 'clang-tidy --quiet --warnings-as-errors="*" \
        --checks="-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,-bugprone-narrowing-conversions,-bugprone-branch-clone,-bugprone-macro-parentheses,clang-analyzer-*,-clang-analyzer-security.insecureAPI.*" \
        "$@" -- -std=c11 -D_GNU_SOURCE= -Iinclude -I. -include "$0" 2>&1' "$O/kring-config.h" |
        grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header' >"$O/tidy.log"
    grep -qE ' (error|warning): ' "$O/tidy.log" && { cat "$O/tidy.log"; status=1; }
else
    echo "clang-tidy is not installed: skipped"
fi
# Facts of style that a machine can see.
# (The oracle's programs are tables, one program a line.)
grep -rnE '.{101,}' --include='*.[ch]' --exclude='oracle*' abi probe fallback ops include examples tests bench && { echo "lines over 100 columns"; status=1; }
[ "$status" = 0 ] && echo "lint: nothing found"
exit $status
