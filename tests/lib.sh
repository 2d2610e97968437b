# SPDX-License-Identifier: MIT
# Counting for the checks written in shell; sourced.
#
#   check NAME COMMAND...    runs COMMAND; its success is the test's
#   refuse NAME COMMAND...   the same, but COMMAND must fail
#   summary                  prints the counts; its status is that of the whole

passed=0 failed=0 skipped=0
log=${TMPDIR:-/tmp}/kring-check.$$
trap 'rm -f "$log"' EXIT

result() { # NAME ok?
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        echo "$1 ... ok"
    else
        failed=$((failed + 1))
        echo "$1 ... FAIL"
        sed 's/^/    /' "$log" | tail -n 40
    fi
}
check() {
    name=$1
    shift
    "$@" >"$log" 2>&1
    result "$name" $?
}
refuse() {
    name=$1
    shift
    if "$@" >"$log" 2>&1; then
        echo "succeeded but must fail: $*" >>"$log"
        result "$name" 1
    else
        result "$name" 0
    fi
}
skip() { # NAME REASON
    skipped=$((skipped + 1))
    echo "$1 ... skipped: $2"
}
summary() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
}
