#!/bin/sh
# SPDX-License-Identifier: MIT
# What kring does, on this machine, with real files and real traffic: `make demo`.
set -u
O=${O:-build} tree=${KRING_DEMO_TREE:-/usr/include/linux}
. "$(dirname "$0")/../tests/lib.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/kring-demo.XXXXXX") || exit 2
server=
finish() {
    [ -n "$server" ] && kill "$server" 2>/dev/null
    rm -rf "$work"
}
trap 'finish; rm -f "$log"' EXIT
trap 'exit 130' INT TERM

[ -d "$tree" ] || tree=/usr/include
[ -d "$tree" ] || tree=$PWD
configured() { grep -qx "#define CONFIG_KRING_$1 1" "$O/kring-config.h"; }

# Soft runs where io_uring is killed on sight; kernel with nothing in between.
guard() { # ENGINE: words to put before a command
    [ "$1" = kernel ] || echo "$O/tests/seccomp-run kill setup,enter,register --"
}
# The counters of the tools: more than 0 operations on the named engine, none on the other.
ran_on() { # ENGINE FILE
    cat "$2"
    case $1 in
    # Exactly: no counter missing, and none of the other engine.
    kernel) grep -qE '^stats: kernel=[1-9][0-9]* soft=0$' "$2" ;;
    soft) grep -qE '^stats: kernel=0 soft=[1-9][0-9]*$' "$2" ;;
    esac || { echo "the counters do not say: all on $1"; return 1; }
}
copies() { # ENGINE
    rm -rf "$work/copy"
    $(guard "$1") "$O/examples/kring-cp" -r --engine "$1" --stats "$tree" "$work/copy" >"$work/stats" 2>&1 ||
        { status=$?; cat "$work/stats"; echo "exit status $status"; return 1; }
    diff -r "$tree" "$work/copy" && ran_on "$1" "$work/stats"
}
listening() { # waits until the server says where it listens
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        port=$(sed -n 's/^listening on .*:\([0-9][0-9]*\)$/\1/p' "$work/server")
        [ -n "$port" ] && return 0
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.25
    done
    return 1
}
echoes() { # ENGINE
    : >"$work/server"
    # The program itself in the background, not a shell around it: the signal must reach it.
    $(guard "$1") "$O/examples/kring-echo" --engine "$1" --stats --port 0 >"$work/server" 2>&1 &
    server=$!
    listening || { cat "$work/server"; echo "the server does not listen"; return 1; }
    $(guard "$1") "$O/examples/kring-ping" --engine "$1" --stats --port "$port" \
        --connections 50 --count 200 >"$work/client" 2>&1
    client=$?
    kill -TERM "$server"
    wait "$server"
    status=$?
    server=
    cat "$work/client"
    [ "$client" = 0 ] || { echo "the client's exit status is $client"; return 1; }
    [ "$status" = 0 ] || { cat "$work/server"; echo "the server's exit status is $status"; return 1; }
    ran_on "$1" "$work/server" && ran_on "$1" "$work/client"
}

echo "== What this machine can do (kring-probe)"
"$O/kring-probe" || { echo "kring-probe failed"; exit 1; }
echo
files=$(find "$tree" -type f | wc -l) bytes=$(find "$tree" -type f -exec cat {} + | wc -c)
echo "== Copy $tree ($files files, $bytes bytes) with kring-cp, send traffic through kring-echo"
for engine in kernel soft; do
    case $engine in
    kernel) configured KERNEL_ENGINE || { skip "engine kernel" "configured out"; continue; }
        # A machine whose kernel refuses io_uring can still show the other half.
        "$O/tests/seccomp-run" --uring 2>"$work/why" ||
            { skip "engine kernel" "refused here: $(cat "$work/why")"; continue; } ;;
    soft) configured SOFT_ENGINE || { skip "engine soft" "configured out"; continue; } ;;
    esac
    note=
    [ "$engine" = soft ] && note=", and no io_uring call was made"
    check "kring-cp -r on engine $engine: equal trees, every operation on $engine$note" copies $engine
    sed -n 's/^stats:/    &/p' "$work/stats" 2>/dev/null
    check "kring-echo on engine $engine: every echo right, every operation on $engine$note" echoes $engine
    sed -n 's/^stats:/    &/p' "$work/server" 2>/dev/null
done
echo
summary && [ "$passed" != 0 ]
status=$?
mkdir -p "$O/check"
echo "$passed passed, $failed failed, $skipped skipped" >"$O/check/demo"
exit $status
