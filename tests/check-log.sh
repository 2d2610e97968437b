#!/bin/sh
# SPDX-License-Identifier: MIT
# kring-log: every line once and in order on the disk, and an fsync of two seconds that holds up nobody; on each engine.
set -u
O=${O:-build}
. "$(dirname "$0")/lib.sh"
bin=$(cd "$O/examples" && pwd) || exit 2
slow=$(cd "$O/tests" && pwd)/slow-fsync
work=$(mktemp -d "${TMPDIR:-/tmp}/kring-log.XXXXXX") || exit 2
mounted=
trap 'end_server; [ -n "$mounted" ] && { fsfreeze -u "$mounted" 2>/dev/null; umount "$mounted"; }; rm -rf "$work" "$log"' EXIT
cd "$(dirname "$0")/.." || exit 2

if ! bash -c '[ -n "${EPOCHREALTIME:-}" ]' 2>/dev/null; then
    skip "kring-log" "bash 5 is not installed"
    summary
    exit
fi

# COUNT PAUSE [done]: sends as many lines, waits for each "received"; prints the longest wait in ms. With
# "done" it waits for all to be stored too.
client() {
    timeout 60 bash -c '
        exec 3<>"/dev/tcp/127.0.0.1/$0" || exit 1
        longest=0 stored=0
        for ((i = 1; i <= $1; i++)); do
            began=${EPOCHREALTIME/./}
            echo "line $i of $$" >&3
            while read -t 20 -u 3 word number; do
                [ "$word" = stored ] && stored=$number
                [ "$word" = received ] && [ "$number" -ge "$i" ] && break
            done
            [ "$word" = received ] || exit 1
            took=$(((${EPOCHREALTIME/./} - began) / 1000))
            [ $took -gt $longest ] && longest=$took
            sleep "$2"
        done
        echo $longest
        [ -z "$3" ] || while [ "$stored" -lt "$1" ] && read -t 20 -u 3 word stored; do :; done
        [ -z "$3" ] || [ "$stored" = "$1" ]' "$port" "$1" "$2" "${3:-}"
}
stores() {
    rm -f "$work/file"
    start_server "$bin/kring-log" -v --engine "$1" --port 0 "$work/file" || return 1
    client 20 0 done || return 1
    [ "$(wc -l <"$work/file")" = 20 ] && sed 's/ of .*//' "$work/file" | cmp - "$work/twenty" || return 1
    for i in 1 2 3 4 5; do client 40 0 >/dev/null & done
    printf 'no end of line' | timeout 10 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && cat >&3' "$port"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        [ "$(wc -l <"$work/file")" = 221 ] && break
        sleep 0.2
    done
    [ "$(wc -l <"$work/file")" = 221 ] && grep -qx 'no end of line' "$work/file" && stop_server TERM
}
stores_unix_and_large() { # one client that sends more than fits: it waits, nothing is lost
    rm -f "$work/file" "$work/socket"
    start_server "$bin/kring-log" -v --engine "$1" --unix "$work/socket" --port 0 "$work/file" || return 1
    seq 400000 >"$work/many"
    timeout 30 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && { cat <&3 >/dev/null & cat >&3; }' "$port" <"$work/many"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        cmp -s "$work/file" "$work/many" && break
        sleep 0.2
    done
    cmp "$work/file" "$work/many" && stop_server INT
}
long_line() { # is refused, and others are served
    rm -f "$work/file"
    start_server "$bin/kring-log" --engine "$1" --port 0 "$work/file" || return 1
    head -c 5000 /dev/zero | tr '\0' a | timeout 10 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && cat >&3 && cat <&3' "$port"
    client 3 0 done && [ "$(wc -l <"$work/file")" = 3 ] && stop_server TERM
}
full_disk() { # said, and an honest end
    start_server "$bin/kring-log" --engine "$1" --port 0 /dev/full || return 1
    ! client 3 0 done >/dev/null 2>&1 || return 1
    wait "$server"
    got=$?
    server=
    cat "$work/server"
    [ $got = 1 ] && grep -qi 'no space' "$work/server"
}
mends() { # the line that a crash cut
    printf 'whole\ncut' >"$work/file"
    start_server "$bin/kring-log" --engine "$1" --port 0 "$work/file" || return 1
    client 1 0 done >/dev/null && stop_server TERM && [ "$(sed -n 2p "$work/file")" = cut ] && [ "$(wc -l <"$work/file")" = 3 ]
}
# ENGINE OPTION...: the longest wait for a "received" while each fsync takes two seconds, in $longest
slow_longest() {
    rm -f "$work/file"
    start_server "$slow" 2000 "$bin/kring-log" --engine "$@" --port 0 "$work/file" || return 1
    longest=$(client 25 0.1) || return 1
    echo "the longest wait: $longest ms"
    stop_server TERM && [ "$(wc -l <"$work/file")" = 25 ]
}
answers_meanwhile() { # a busy machine may hold up one of three; a blocked ring holds up all
    for _ in 1 2 3; do
        slow_longest "$@" || return 1
        [ "$longest" -lt 200 ] && return 0
    done
    return 1
}
stalls_without() { slow_longest "$1" --no-offload && [ "$longest" -gt 1000 ]; }
# The same by a file system that is frozen for two seconds: of the kernel's own fsync a filter sees nothing.
frozen_longest() {
    rm -f "$work/disk/file"
    start_server "$bin/kring-log" -v --engine "$@" --port 0 "$work/disk/file" || return 1
    client 1 0 done || return 1
    fsfreeze -f "$work/disk" || return 1
    ( sleep 2; fsfreeze -u "$work/disk" ) &
    thaw=$!
    longest=$(client 15 0.1)
    status=$?
    wait $thaw
    echo "the longest wait: $longest ms"
    [ $status = 0 ] && client 1 0 done && stop_server TERM && [ "$(wc -l <"$work/disk/file")" = 17 ]
}
frozen() {
    for _ in 1 2 3; do
        frozen_longest "$@" || return 1
        [ "$longest" -lt 200 ] && return 0
    done
    return 1
}
frozen_stalls() { frozen_longest "$1" --no-offload && [ "$longest" -gt 1000 ]; }
can_freeze() {
    command -v fsfreeze >/dev/null 2>&1 && command -v mkfs.ext4 >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || return 1
    mkdir "$work/disk" && truncate -s 16M "$work/image" && mkfs.ext4 -q "$work/image" >/dev/null 2>&1 &&
        mount -o loop "$work/image" "$work/disk" 2>/dev/null && mounted=$work/disk
}

for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "line $i"; done >"$work/twenty"
"$slow" 1 true 2>"$work/why"
supervised=$?
can_freeze && freezes=1 || freezes=0
engines_here kring-log
for engine in $engines; do
    check "kring-log $engine: every line once" stores $engine
    check "kring-log $engine: more than fits" stores_unix_and_large $engine
    check "kring-log $engine: a line that is too long" long_line $engine
    check "kring-log $engine: a full disk" full_disk $engine
    check "kring-log $engine: a line that was cut" mends $engine
    if [ $supervised = 0 ]; then
        check "kring-log $engine: an fsync of two seconds" answers_meanwhile $engine
        [ $engine != soft ] || check "kring-log soft: without offload it is felt" stalls_without soft
    else
        skip "kring-log $engine: an fsync of two seconds" "$(cat "$work/why")"
    fi
    if [ $freezes = 1 ]; then
        check "kring-log $engine: a disk frozen for two seconds" frozen $engine
        [ $engine != soft ] || check "kring-log soft: without offload that is felt too" frozen_stalls soft
    else
        skip "kring-log $engine: a disk frozen for two seconds" "no file system can be mounted here"
    fi
done
summary
