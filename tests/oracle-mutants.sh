#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants each bug of tests/mutants/ into a copy of the tree; each must be noticed, by kring-oracle, or
# by the suite that the patch names in a line "Suite: NAME" (what no SQE program can show).
#
#   oracle-mutants.sh [NAME-PATTERN]     all of them, or those whose file name matches
#
# Two copies are worked on at a time, each rebuilds only what a patch touches.
# From the environment: O, MAKE, CC, COUNT (random programs, 60).
set -u
O=${O:-build}
mkdir -p "$O/mutants"
work=$(cd "$O/mutants" && pwd)
pattern=${1:-}

plant() { # TREE -R?
    patch -s -F 0 ${2:-} -p1 -d "$work/$1/tree"
}
build() { # TREE PROGRAM
    ${MAKE:-make} -C "$work/$1/tree" --no-print-directory O="$work/$1/build" WERROR=0 \
        "$work/$1/build/tests/$2" >"$work/$1/log" 2>&1
}
# 0: noticed, and by what is in $by. A program that differs must differ again: a busy machine is no bug.
noticed() { # TREE SUITE
    by='' bin=$work/$1/build/tests
    if [ -n "$2" ]; then
        (cd "$work/$1/tree" && KRING_TEST_TIMEOUT=20 timeout 300 "$bin/kring-tests" "$2") >"$work/$1/log" 2>&1
        status=$?
        by="$(awk '/ \.\.\. /{test = $0; sub(/ \.\.\. .*/, "", test)} /FAIL/{print test; exit}' "$work/$1/log") (suite $2)"
        return $((status == 0))
    fi
    for turn in 1 2 3; do
        (cd "$work/$1/tree" && timeout 300 "$bin/kring-oracle" --stop --count "${COUNT:-60}") >"$work/$1/log" 2>&1
        status=$?
        [ $status = 0 ] || [ $status = 77 ] && return 1
        by=$(sed -n 's/^\(DIFFERENT\|UNFINISHED\) //p' "$work/$1/log" | head -n 1)
        [ -n "$by" ] || { by='the checks of the whole run'; return 0; }
        (cd "$work/$1/tree" && "$bin/kring-oracle" --count "${COUNT:-60}" --only "$by") >/dev/null 2>&1 || return 0
    done
    return 1
}
suite_of() { sed -n '/^---/q; s/^Suite: //p' "$1"; }

prepare() { # TREE
    rm -rf "${work:?}/$1/tree"
    mkdir -p "$work/$1/tree"
    # With their times, so that make rebuilds only what a patch touches.
    cp -pR GNUmakefile Kconfig config.mk kring.pc.in .ci abi fallback ops probe include tests docs \
        "$work/$1/tree/" || return 1
    # What was built of a mutant, the last one of an earlier run, is newer than the copy.
    sed -n 's,^+++ b/,,p' tests/mutants/*.patch | sort -u | (cd "$work/$1/tree" && xargs touch -c)
    build "$1" kring-oracle && build "$1" kring-tests
}

try() { # TREE PATCH: one line on what became of it
    name=$(basename "$2" .patch)
    suite=$(suite_of "$2")
    if ! plant "$1" <"$2" >/dev/null; then
        echo "$name ... FAIL: the patch does not apply"
        return
    fi
    if ! build "$1" "$([ -n "$suite" ] && echo kring-tests || echo kring-oracle)"; then
        echo "$name ... FAIL: does not build"
    elif noticed "$1" "$suite"; then
        echo "$name ... caught by $by"
    else
        echo "$name ... FAIL: survived: $(head -n 1 "$2")"
    fi
    plant "$1" -R <"$2" >/dev/null
    # The times of a reversed patch are new: make sees them.
}

worker() { # TREE: every second patch
    turn=0
    for patch in tests/mutants/$pattern*.patch; do
        [ $turn = "$1" ] && try "$1" "$patch" | tee -a "$work/$1/results"
        turn=$((1 - turn))
    done
}

rm -f "$work"/[01]/results
prepare 0 & first=$!
prepare 1 & second=$!
wait $first && wait $second || { tail -n 20 "$work"/[01]/log; echo "mutants: the tree does not build"; exit 1; }
if noticed 0 ""; then
    cat "$work/0/log"
    echo "mutants: the oracle fails without a mutant"
    exit 1
fi
[ $status = 77 ] && { echo "mutants: skipped: $(cat "$work/0/log")"; exit 0; }
for patch in tests/mutants/$pattern*.patch; do suite_of "$patch"; done | sort -u >"$work/suites"
while read -r suite; do
    if noticed 0 "$suite"; then
        echo "mutants: suite $suite fails without a mutant: $by"
        exit 1
    fi
done <"$work/suites"

worker 0 & first=$!
worker 1 & second=$!
wait $first $second
caught=$(cat "$work"/[01]/results | grep -c ' \.\.\. caught')
survived=$(cat "$work"/[01]/results | grep -c ' \.\.\. FAIL')
echo "mutants: $caught caught, $survived survived"
[ "$survived" = 0 ] && [ "$caught" != 0 ]
