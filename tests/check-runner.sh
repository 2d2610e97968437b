#!/bin/sh
# SPDX-License-Identifier: MIT
# The runner of the suites itself: what it says of tests that cannot end as they should (tests/test_stuck.c).
set -u
O=${O:-build}
log=$(mktemp "${TMPDIR:-/tmp}/kring-runner.XXXXXX") || exit 2
trap 'rm -f "$log"' EXIT
passed=0 failed=0

# says NAME STATUS PATTERN... -- TEST...: these lines are in what a run of these tests prints, in this order.
says() {
    name=$1 want=$2 patterns=
    shift 2
    while [ "$1" != -- ]; do patterns="$patterns$1
"; shift; done
    shift
    KRING_TEST_STUCK=1 KRING_TEST_TIMEOUT=${limit:-30} "$O/tests/kring-tests" "$@" >"$log" 2>&1
    got=$?
    if [ $got = "$want" ] && printf '%s' "$patterns" | awk -v log_file="$log" '
        { while ((more = (getline line < log_file)) > 0) if (line ~ $0) break
          if (more <= 0) { print "ERROR: not said: " $0; bad = 1; exit } }
        END { exit bad }'; then
        echo "$name ... ok"
        passed=$((passed + 1))
    else
        echo "$name ... FAIL: exit status $got, not $want, or not what it says"
        sed 's/^/    /' "$log"
        failed=$((failed + 1))
    fi
}

says "an operation that never ends is left" 1 "^stuck/never ends .*FAIL" "not ended in time" "^stuck/passes ... ok" \
    "^1 passed, 1 failed" -- "stuck/never ends" stuck/passes
says "a descriptor left open is a failure" 1 "^stuck/leaks ... FAIL" "descriptors were open before" "^stuck/passes ... ok" \
    "^1 passed, 1 failed" -- stuck/leaks stuck/passes
says "memory still in use ends the run" 2 "no test can follow" "^FAIL stuck/keeps memory: crashed .signal 6" \
    "^1 passed, 1 failed" -- stuck/passes "stuck/keeps memory"
says "a crash names its test" 2 "^FAIL stuck/crashes: crashed .signal 11" "^1 passed, 1 failed" -- stuck/passes stuck/crashes
limit=1
says "so does what hangs" 2 "^FAIL stuck/hangs: hangs" "^1 passed, 1 failed" -- stuck/passes stuck/hangs
echo "$passed passed, $failed failed"
[ $failed = 0 ]
