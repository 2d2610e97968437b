# SPDX-License-Identifier: MIT
# Counting for the checks written in shell; sourced.
#
#   check NAME COMMAND...    runs COMMAND; its success is the test's
#   refuse NAME COMMAND...   the same, but COMMAND must fail
#   skip NAME REASON
#   summary                  prints the counts; its status is that of the whole
#
# For programs that listen, and end well on a signal: start_server COMMAND..., stop_server SIGNAL; $server
# is its process, $port its TCP port. A script that uses them sets $work to a folder of its own. What a
# check that failed leaves running is killed (end_server), also when the script ends or is ended.

passed=0 failed=0 skipped=0
log=${TMPDIR:-/tmp}/kring-check.$$
server=
trap 'rm -f "$log"' EXIT
trap 'exit 1' HUP INT TERM

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
    end_server
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

start_server() { # COMMAND...: returns when it listens
    : >"$work/server"
    "$@" >"$work/server" 2>&1 &
    server=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        grep -q '^listening on ' "$work/server" && break
        kill -0 "$server" 2>/dev/null || { cat "$work/server"; return 1; }
        sleep 0.1
    done
    port=$(sed -n 's/^listening on .*:\([0-9][0-9]*\)$/\1/p' "$work/server")
}
end_server() {
    [ -n "$server" ] || return 0
    kill -KILL "$server" 2>/dev/null
    server=
}
stop_server() { # SIGNAL: it must end well, within seconds
    kill "-$1" "$server"
    ( sleep 10; kill -KILL "$server" 2>/dev/null ) &
    guard=$!
    wait "$server"
    got=$?
    kill "$guard" 2>/dev/null
    server=
    cat "$work/server"
    [ $got = 0 ] || { echo "the server's exit status is $got"; return 1; }
}
engines_here() { # sets $engines to those that this build and machine have; says what it leaves out
    engines=
    for engine in auto kernel soft; do
        case $engine in
        kernel) grep -qx '#define CONFIG_KRING_KERNEL_ENGINE 1' "$O/kring-config.h" || continue ;;
        soft) grep -qx '#define CONFIG_KRING_SOFT_ENGINE 1' "$O/kring-config.h" || continue ;;
        esac
        if [ $engine = kernel ] && ! "$O/tests/seccomp-run" --uring 2>"$work/why"; then
            skip "$1 on engine kernel" "$(cat "$work/why")"
        else
            engines="$engines $engine"
        fi
    done
}
