#!/bin/sh
# SPDX-License-Identifier: MIT
# Takes the tour's program out of README.md, builds it as a user would, and runs it on each engine.
set -u
O=${O:-build} CC=${CC:-cc}
dir=$O/tour
rm -rf "$dir"
mkdir -p "$dir"
awk '/^```c$/ {code = 1; next} /^```$/ {code = 0} code' README.md >"$dir/tour.c"
[ "$(wc -l <"$dir/tour.c")" -gt 100 ] || { echo "README.md has no tour"; exit 1; }
# shellcheck disable=SC2086
$CC -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude ${CFLAGS:-} -o "$dir/tour" "$dir/tour.c" \
    "$O/libkring.a" || exit 1
passed=0 failed=0
for engine in auto ${ENGINES:-kernel soft}; do
    if (cd "$dir" && KRING_ENGINE=$engine timeout 20 ./tour); then
        passed=$((passed + 1))
    else
        echo "tour on engine $engine: exit status $?"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
