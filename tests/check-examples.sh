#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples as a user meets them: right bytes, clear messages, exit status, nothing half-written left.
set -u
O=${O:-build}
. "$(dirname "$0")/lib.sh"
bin=$(cd "$O/examples" && pwd) || exit 2
work=$(mktemp -d "${TMPDIR:-/tmp}/kring-examples.XXXXXX") || exit 2
trap 'end_server; rm -rf "$work" "$log"' EXIT
cd "$(dirname "$0")/.." || exit 2

mkdir "$work/in"
for size in 0 1 4095 4096 4097 65536 1048579; do head -c $size /dev/urandom >"$work/in/$size"; done
mkdir -p "$work/in/deep/er" && cp tests/lib.sh "$work/in/deep/er/" && ln -s ../1 "$work/in/deep/link" && chmod 640 "$work/in/1"

engines_here examples

status_is() { # STATUS COMMAND...
    want=$1
    shift
    timeout 60 "$@" >"$work/said" 2>&1 </dev/null
    got=$?
    cat "$work/said"
    [ "$got" = "$want" ] || { echo "exit status $got, not $want"; return 1; }
}
copies_files() {
    for size in 0 1 4095 4096 4097 65536 1048579; do
        timeout 60 "$bin/kring-cp" --engine "$1" "$work/in/$size" "$work/out" && cmp "$work/in/$size" "$work/out" || return 1
    done
}
copies_tree() {
    rm -rf "$work/tree"
    timeout 60 "$bin/kring-cp" -r --engine "$1" "$work/in" "$work/tree" && diff -r "$work/in" "$work/tree" &&
        [ "$(stat -c %a "$work/tree/1")" = 640 ] && [ -L "$work/tree/deep/link" ]
}
overwrites() { # a longer old file does not shine through
    cp "$work/in/65536" "$work/old" && timeout 60 "$bin/kring-cp" --engine "$1" "$work/in/4097" "$work/old" && cmp "$work/in/4097" "$work/old"
}
missing_source() {
    rm -f "$work/none.out"
    status_is 1 "$bin/kring-cp" --engine "$1" "$work/none" "$work/none.out" && grep -q none "$work/said" && ! [ -e "$work/none.out" ]
}
unwritable() {
    status_is 1 "$bin/kring-cp" --engine "$1" "$work/in/1" "$work/no/such/dir" && grep -q 'such' "$work/said"
}
# Alone in a mount namespace with a disk that is too small.
disk_full() {
    mkdir -p "$work/disk"
    unshare -m sh -c "mount -t tmpfs -o size=128k none '$work/disk' && {
        timeout 60 '$bin/kring-cp' --engine $1 '$work/in/1048579' '$work/disk/copy' >'$work/said' 2>&1; status=\$?
        cat '$work/said'; [ \$status = 1 ] && grep -qi 'no space' '$work/said' && ! [ -e '$work/disk/copy' ]; }"
}
cats() {
    timeout 60 "$bin/kring-cat" --engine "$1" "$work/in/4097" "$work/in/1048579" >"$work/out" &&
        cat "$work/in/4097" "$work/in/1048579" | cmp - "$work/out" &&
        timeout 60 "$bin/kring-cat" --engine "$1" - <"$work/in/65536" | cmp - "$work/in/65536" &&
        cat "$work/in/65536" | timeout 60 "$bin/kring-cat" --engine "$1" | cmp - "$work/in/65536"
}
cat_to_full_device() {
    timeout 60 "$bin/kring-cat" --engine "$1" "$work/in/4097" >/dev/full 2>"$work/said"
    got=$?
    cat "$work/said"
    [ $got = 1 ] && grep -qi 'no space' "$work/said"
}
cat_to_closed_pipe() { # ends, and not well, when its reader has gone
    { timeout 20 "$bin/kring-cat" --engine "$1" "$work/in/1048579" "$work/in/1048579"; echo $? >"$work/status"; } 2>"$work/said" |
        head -c 10 | cmp -n 10 - "$work/in/1048579" || return 1
    [ "$(cat "$work/status")" != 0 ] && [ "$(cat "$work/status")" != 124 ]
}
verbose_names_engine() {
    status_is 0 "$bin/kring-cp" -v --engine "$1" "$work/in/4096" "$work/out" || return 1
    case $1 in auto) grep -qE 'kernel|soft' "$work/said" ;; *) grep -q "$1" "$work/said" ;; esac
}
echoes_tcp() {
    start_server "$bin/kring-echo" --engine "$1" --port 0 &&
        timeout 60 "$bin/kring-ping" --engine "$1" --port "$port" --connections 20 --count 20 && stop_server TERM
}
echoes_unix() {
    start_server "$bin/kring-echo" --engine "$1" --unix "$work/socket" &&
        timeout 60 "$bin/kring-ping" --engine "$1" --unix "$work/socket" --connections 5 --count 20 && stop_server INT
}
survives_clients() { # that vanish in the middle; the next one is served
    start_server "$bin/kring-echo" --engine "$1" --port 0 || return 1
    timeout -s KILL 0.3 "$bin/kring-ping" --engine "$1" --port "$port" --connections 10 --count 100000000 >/dev/null 2>&1
    timeout 60 "$bin/kring-ping" --engine "$1" --port "$port" --connections 3 --count 10 && stop_server TERM
}
port_in_use() {
    start_server "$bin/kring-echo" --engine "$1" --port 0 || return 1
    status_is 1 "$bin/kring-echo" --engine "$1" --port "$port" && grep -qi 'in use' "$work/said" && stop_server TERM
}

for program in kring-cp kring-cat kring-echo kring-http kring-log; do
    check "$program: --help" status_is 0 "$bin/$program" --help
    check "$program: an unknown option is a usage error" status_is 2 "$bin/$program" --no-such-option
    check "$program: an unknown engine is a usage error" status_is 2 "$bin/$program" --engine steam
done
check "kring-cp: one argument is a usage error" status_is 2 "$bin/kring-cp" "$work/in/1"
for engine in $engines; do
    check "kring-cp $engine: files of all sizes" copies_files $engine
    check "kring-cp $engine: a tree, with modes and links" copies_tree $engine
    check "kring-cp $engine: overwriting a longer file" overwrites $engine
    check "kring-cp $engine: a missing source" missing_source $engine
    check "kring-cp $engine: a destination that cannot be made" unwritable $engine
    if unshare -m true 2>/dev/null; then
        check "kring-cp $engine: a full disk" disk_full $engine
    else
        skip "kring-cp $engine: a full disk" "no mount namespace can be made here"
    fi
    check "kring-cp $engine: -v names the engine" verbose_names_engine $engine
    check "kring-cat $engine: files, a file as input, a pipe" cats $engine
    check "kring-cat $engine: a full device" cat_to_full_device $engine
    check "kring-cat $engine: a reader that has gone" cat_to_closed_pipe $engine
    check "kring-echo $engine: TCP, and SIGTERM" echoes_tcp $engine
    check "kring-echo $engine: UNIX socket, and SIGINT" echoes_unix $engine
    check "kring-echo $engine: clients that vanish" survives_clients $engine
    check "kring-echo $engine: a port in use" port_in_use $engine
done
# Inside somebody else's main loop: each ends by itself and says what is wrong by its status.
for loop in epoll poll glib libuv; do
    if [ -x "$bin/loop-$loop" ]; then
        check "loop-$loop" status_is 0 "$bin/loop-$loop"
    else
        skip "loop-$loop" "not built here"
    fi
done
summary
