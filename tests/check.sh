#!/bin/sh
# SPDX-License-Identifier: MIT
# check.sh [all|units|asan|oracle]: runs what was built and adds up the counts.
#
# Each part prints "N passed, M failed, K skipped" as its last such line; a part without one counts as
# one test by its exit status (77: skipped). Logs are in $O/check; the sum is the last line here, and in $O/check/total.
set -u
O=${O:-build} what=${1:-all}
mkdir -p "$O/check"
passed=0 failed=0 skipped=0

number() { echo "$line" | sed -n "s/.*\(^\|[ ,]\)\([0-9][0-9]*\) $1.*/\2/p"; }
part() { # NAME COMMAND...
    name=$1
    log="$O/check/$(echo "$name" | tr ' /,:' '----').log"
    shift
    printf '== %s\n' "$name"
    start=$(date +%s)
    "$@" >"$log" 2>&1
    status=$?
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    p=$(number passed) f=$(number failed) s=$(number skipped)
    if [ -z "$line" ]; then
        p=0 f=0 s=0
        case $status in 0) p=1 ;; 77) s=1 ;; *) f=1 ;; esac
    fi
    # A part that fails must show it in the sum.
    [ "$status" != 0 ] && [ "${f:-0}" = 0 ] && f=1
    grep -E '\.\.\. skipped' "$log" | sed 's/^/   /' | sort | uniq | head -n "${KRING_SHOW_SKIPPED:-5}"
    if [ "${f:-0}" != 0 ]; then
        grep -nE -A 6 'FAIL|ERROR: |runtime error' "$log" | head -n 60 | sed 's/^/   /'
        [ -n "$line" ] || tail -n 15 "$log" | sed 's/^/   /'
        echo "   whole log: $log (exit status $status)"
    fi
    printf '   %s passed, %s failed, %s skipped (%s s)\n' "${p:-0}" "${f:-0}" "${s:-0}" "$(($(date +%s) - start))"
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
}

configured() { grep -qx "#define CONFIG_KRING_$1 1" "$O/kring-config.h"; }
# Which engines this machine and this build can be asked for.
engines=auto
if configured KERNEL_ENGINE; then
    if "$O/tests/seccomp-run" --uring; then engines="$engines kernel"; else echo "engine kernel: not tested here"; fi
fi
configured SOFT_ENGINE && engines="$engines soft"

# A library that has no other engine; its objects are of no use to anything else.
kernel_alone() {
    "${MAKE:-make}" --no-print-directory "-j$(nproc 2>/dev/null || echo 2)" O="$O/check/kernel" \
        CONFIG=.ci/configs/kernel_defconfig tests && "$O/check/kernel/tests/kring-tests"
}
units() { # each engine that can be asked for
    for engine in $engines; do
        part "suites, engine $engine" env KRING_ENGINE=$engine "$O/tests/kring-tests"
    done
}
filters() {
    if ! "$O/tests/seccomp-run" EPERM setup -- true 2>/dev/null; then
        part "suites under seccomp filters" sh -c 'echo "no filter can be installed ... skipped: prctl refuses"; echo "0 passed, 0 failed, 1 skipped"'
        return
    fi
    for answer in ENOSYS EPERM EOPNOTSUPP EACCES; do
        part "suites, all three calls answer $answer" "$O/tests/seccomp-run" $answer setup,enter,register -- "$O/tests/kring-tests"
    done
    for call in setup enter register; do
        part "suites, $call alone answers EPERM" "$O/tests/seccomp-run" EPERM $call -- "$O/tests/kring-tests"
    done
    part "suites, engine soft, the first io_uring call kills" env KRING_ENGINE=soft \
        "$O/tests/seccomp-run" kill setup,enter,register -- "$O/tests/kring-tests"
}
operations() { # the page is made from the table and the cards
    "$O/tests/kring-docs" >"$O/check/operations.md" || return 1
    diff docs/operations.md "$O/check/operations.md" || { echo "ERROR: docs/operations.md is old: make docs"; return 1; }
}
ladders() { # each rung has a test that exists: the last column of docs/ladders.md
    "$O/tests/kring-tests" -l >"$O/check/names" || return 1
    rungs=0 missing=0
    for name in $(sed -n 's/^| .* | `\([^`]*\)` |$/\1/p' docs/ladders.md | tr ' ' '~'); do
        rungs=$((rungs + 1))
        grep -qF "$(echo "$name" | tr '~' ' ')" "$O/check/names" && continue
        echo "ERROR: docs/ladders.md: no test is named $name" | tr '~' ' '
        missing=$((missing + 1))
    done
    [ "$rungs" -gt 30 ] && [ "$missing" = 0 ]
}
mutants() { # each planted bug still has its place: make oracle-mutants
    command -v patch >/dev/null || { echo "planted bugs ... skipped: no patch(1)"; return 77; }
    strays=0
    for bug in tests/mutants/*.patch; do
        patch -s -F 0 -p1 --dry-run <"$bug" && continue
        echo "ERROR: $bug does not apply"
        strays=$((strays + 1))
    done
    [ "$strays" = 0 ]
}
oracle() {
    [ -x "$O/tests/kring-oracle" ] && part "oracle" "$O/tests/kring-oracle"
}

case $what in
units) engines=auto; units ;;
oracle) oracle ;;
asan)
    export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1}" UBSAN_OPTIONS=print_stacktrace=1
    for engine in auto soft; do
        part "suites with ASan and UBSan, engine $engine" env KRING_ENGINE=$engine \
            KRING_TEST_TIMEOUT=${KRING_TEST_TIMEOUT:-600} "$O/asan/tests/kring-tests"
    done
    ;;
all)
    units
    configured SOFT_ENGINE && configured KERNEL_ENGINE && filters
    [ -f tests/test_oracle.c ] || oracle
    configured KERNEL_ENGINE && numbers=with || numbers=without
    part "symbols of libkring.a" sh tests/check-symbols.sh "$O/libkring.a" $numbers
    part "headers" sh tests/check-headers.sh
    configured SOFT_ENGINE && configured KERNEL_ENGINE && part "docs/operations.md is of today" operations
    configured SOFT_ENGINE && configured KERNEL_ENGINE && part "docs/ladders.md names tests" ladders
    configured SOFT_ENGINE && part "the runner of the suites" sh tests/check-runner.sh
    part "planted bugs have their places" mutants
    part "configuration" sh tests/check-config.sh
    case $engines in *kernel*) part "suites, the soft engine configured out" kernel_alone ;; esac
    part "install" sh tests/check-install.sh
    part "the README's tour" env ENGINES="${engines#auto}" sh tests/check-tour.sh
    part "kring-probe" sh tests/check-probe.sh
    part "examples" sh tests/check-examples.sh
    part "kring-http" sh tests/check-http.sh
    part "kring-run" sh tests/check-run.sh
    part "kring-log" sh tests/check-log.sh
    ;;
*) echo "check.sh: unknown part: $what" >&2; exit 2 ;;
esac
echo
echo "$passed passed, $failed failed, $skipped skipped" | tee "$O/check/total"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
