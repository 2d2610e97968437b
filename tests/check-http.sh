#!/bin/sh
# SPDX-License-Identifier: MIT
# kring-http as its clients meet it, well-behaved and other, on each engine: curl, wrk, and raw sockets by bash.
set -u
O=${O:-build}
. "$(dirname "$0")/lib.sh"
bin=$(cd "$O/examples" && pwd) || exit 2
work=$(mktemp -d "${TMPDIR:-/tmp}/kring-http.XXXXXX") || exit 2
trap 'end_server; rm -rf "$work" "$log"' EXIT
cd "$(dirname "$0")/.." || exit 2

for tool in curl bash; do
    command -v $tool >/dev/null 2>&1 || { skip "kring-http" "$tool is not installed"; summary; exit; }
done

root=$work/root
mkdir -p "$root/deep/er" "$work/outside"
for size in 1 4097 16384 16385 65536 65537 3145729; do head -c $size /dev/urandom >"$root/$size.bin"; done
: >"$root/empty.txt"
truncate -s 64M "$root/huge.bin"
echo index >"$root/index.html"
echo deep >"$root/deep/index.html"
echo 'a b' >"$root/deep/a b%.txt"
for i in 1 2 3 4 5; do echo "answer $i" >"$root/$i.txt"; done
echo SECRET >"$work/secret"
echo SECRET >"$work/outside/secret"
ln -s ../secret "$root/link"
ln -s ../outside "$root/linked"
mkfifo "$root/fifo"

http() { # ENGINE OPTION...
    engine=$1
    shift
    start_server "$bin/kring-http" -v --engine "$engine" --port 0 "$@" "$root"
}
get() { # PATH CURL-OPTION...
    path=$1
    shift
    curl -sS --max-time 20 --path-as-is "$@" "http://127.0.0.1:$port$path"
}
status() { # WANT PATH CURL-OPTION...
    want=$1
    shift
    rm -f "$work/body"
    got=$(get "$@" -o "$work/body" -w '%{http_code}')
    [ "$got" = "$want" ] || { echo "$*: status $got, not $want"; return 1; }
}
raw() { # SECONDS: sends what it reads, prints what comes until the server closes
    timeout "$1" bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && { cat <&3 & cat >&3; wait; }' "$port"
}
raw_status() { # WANT FORMAT: the first answer to these bytes
    printf "$2" | raw 10 >"$work/raw"
    got=$(head -n 1 "$work/raw" | tr -d '\r')
    case $got in "HTTP/1.1 $1 "*) ;; *) echo "answer '$got', not $1, to: $2"; return 1 ;; esac
}
open_fds() { ls "/proc/$server/fd" | wc -l; }
now_ms() { echo "$(($(date +%s%N) / 1000000))"; }

downloads() { # ENGINE OPTION...
    http "$@" || return 1
    for file in empty.txt 1.bin 4097.bin 16384.bin 16385.bin 65536.bin 65537.bin 3145729.bin; do
        get "/$file" -o "$work/body" && cmp "$work/body" "$root/$file" || return 1
    done
    [ "$(get /)" = index ] && [ "$(get /deep/)" = deep ] && [ "$(get '/deep/a%20b%25.txt?query')" = 'a b' ] &&
        [ "$(get /./deep//er/../ -o "$work/body" -w '%{http_code}')" = 403 ] &&
        status 301 /deep && status 404 /none && status 404 /deep/er/ && status 404 /fifo && status 404 /1.txt/ &&
        stop_server TERM
}
head_and_types() {
    http "$1" || return 1
    get /65537.bin -I >"$work/head" && grep -qi '^content-length: 65537' "$work/head" &&
        grep -qi '^content-type: application/octet-stream' "$work/head" &&
        get /index.html -I | grep -qi '^content-type: text/html' && [ "$(get /1.bin -I -o /dev/null -w '%{size_download}')" = 0 ] &&
        modified=$(sed -n 's/^Last-Modified: //p' "$work/head" | tr -d '\r') &&
        status 304 /65537.bin -H "If-Modified-Since: $modified" && [ ! -s "$work/body" ] &&
        status 200 /65537.bin -H 'If-Modified-Since: Thu, 01 Jan 1970 00:00:01 GMT' && stop_server TERM
}
keeps_alive() { # five requests over one connection
    http "$1" || return 1
    set --
    for file in 1.txt 65537.bin empty.txt none 2.txt; do set -- "$@" -o /dev/null "http://127.0.0.1:$port/$file"; done
    connects=$(curl -sS --max-time 20 -w '%{num_connects}\n' "$@" | awk '{ n += $1 } END { print n }')
    [ "$connects" = 1 ] || { echo "$connects connections"; return 1; }
    raw_status 200 'GET /1.txt HTTP/1.0\r\n\r\n' && raw_status 200 'GET /1.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' && stop_server TERM
}
ranges() {
    http "$1" || return 1
    for range in 0-0 0-16384 100-70000 65530-200000 3145728- -1 -70000 0-; do
        status 206 /3145729.bin -r "$range" || return 1
        first=${range%-*} last=${range#*-}
        [ -n "$first" ] && [ -n "$last" ] && want="tail -c +$((first + 1)) | head -c $((last - first + 1))"
        [ -n "$first" ] && [ -z "$last" ] && want="tail -c +$((first + 1))"
        [ -z "$first" ] && want="tail -c $last"
        sh -c "cat '$root/3145729.bin' | $want" | cmp - "$work/body" || { echo "range $range"; return 1; }
    done
    status 416 /4097.bin -r 4097- && status 416 /empty.txt -r 0- && status 416 /4097.bin -r -0 &&
        status 206 /4097.bin -r 4096-99999999999999 && [ "$(wc -c <"$work/body")" = 1 ] &&
        get /4097.bin -r 1-2 -D - -o /dev/null | grep -qi '^content-range: bytes 1-2/4097' &&
        status 200 /4097.bin -r 5-2 && status 200 /4097.bin -r 0-1,3-4 && status 200 /4097.bin -H 'Range: lines=1-2' &&
        status 200 /4097.bin -r 1-2 -H 'If-Range: "other"' && stop_server TERM
}
pipelines() { # answers in order, a body between, and what is cut anywhere is put together
    http "$1" || return 1
    {
        printf 'GET /1.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /2.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n'
        printf '01234567890123456789GET /65537.bin HTTP/1.1\r\nHost: x\r\n\r\nHEAD /3.txt HTTP/1.1\r\nHost: x\r'
        sleep 0.2
        printf '\n\r\n\r\nGET /4.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /5.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    } | raw 10 >"$work/raw" || return 1
    [ "$(grep -ao 'HTTP/1.1 200 OK' "$work/raw" | wc -l)" = 6 ] || { echo "not six answers"; return 1; }
    [ "$(grep -a '^answer' "$work/raw" | tr -d '\n')" = 'answer 1answer 2answer 4answer 5' ] || { grep -a '^answer' "$work/raw"; return 1; }
    for i in $(seq 300); do printf 'GET /1.txt HTTP/1.1\r\nHost: x\r\n\r\n'; done | raw 2 >"$work/raw"
    [ "$(grep -ac '^answer 1$' "$work/raw")" = 300 ] && stop_server TERM
}
stays_inside() { # ENGINE [KERNEL]: no way leads out, also where openat2 is not known
    export KRING_KERNEL="${2:-}"
    [ -n "$KRING_KERNEL" ] || unset KRING_KERNEL
    if [ -n "${2:-}" ]; then # the plain call is not known either
        "$bin/../tests/seccomp-run" ENOSYS openat2 -- true || return 1
        start_server "$bin/../tests/seccomp-run" ENOSYS openat2 -- "$bin/kring-http" -v --engine "$1" --port 0 "$root"
    else
        http "$1"
    fi
    started=$?
    unset KRING_KERNEL
    [ $started = 0 ] || return 1
    for path in /../secret /%2e%2e/secret /..%2fsecret /deep/../../secret /deep/..%2F..%2Fsecret /%2e%2e%2fsecret /.%2e/secret \
        //../secret /./../secret /link /linked/secret /linked /linked/ /%2Flink "$work/secret" "/deep/er/../../../secret" \
        '/..%5csecret' '/....//secret' '/%252e%252e/secret' '/deep/..'; do
        get "$path" >"$work/body" 2>&1
        ! grep -q SECRET "$work/body" || { echo "$path leads out"; return 1; }
        got=$(get "$path" -o /dev/null -w '%{http_code}')
        case $got in 403 | 404) ;; *) echo "$path: $got"; return 1 ;; esac
    done
    status 400 /%00 && status 400 /1.txt%00.html && status 400 /%zz && status 400 /%4 && status 400 '/a%' &&
        [ "$(get /deep/index.html)" = deep ] && status 404 "/$(head -c 300 /dev/zero | tr '\0' a)" && stop_server TERM || return 1
    # Tried in vain, and then walked.
    [ -z "${2:-}" ] || grep -q 'kring-http: openat  *kernel 0, soft [1-9]' "$work/server"
}
refuses() { # what it cannot or must not do, each with its own status
    http "$1" || return 1
    big=$(head -c 9000 /dev/zero | tr '\0' a)
    for method in POST PUT DELETE OPTIONS PATCH TRACE; do status 405 /1.txt -X $method || return 1; done
    status 405 /1.txt -d "$big$big" && get /1.txt -X PUT -D - -o /dev/null | grep -qi '^allow: get, head' &&
        status 501 /1.txt -X BREW && status 431 /1.txt -H "X-Big: $big" && status 414 "/$big" &&
        status 413 /1.txt -X GET -H 'Expect:' -H 'Content-Length: 99999999' -d x &&
        raw_status 505 'GET / HTTP/2.0\r\nHost: x\r\n\r\n' && raw_status 400 'GET / HTTP/1.1\r\n\r\n' &&
        raw_status 400 'GET /\r\n\r\n' && raw_status 400 'GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n' &&
        raw_status 400 'GET / HTTP/1.1\r\nHost : x\r\n\r\n' && raw_status 400 'GET / HTTP/1.1\nHost: x\r\n\r\n' &&
        raw_status 400 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n' &&
        raw_status 400 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n' &&
        raw_status 411 'GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' &&
        raw_status 417 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n' &&
        raw_status 200 'GET http://x/1.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' && [ "$(get /1.txt)" = 'answer 1' ] && stop_server TERM
}
drops_slow() { # heads that come byte by byte, and readers that do not read; others are served meanwhile
    http "$1" --header-timeout 600 --idle-timeout 600 --write-timeout 600 || return 1
    before=$(open_fds)
    began=$(now_ms)
    for i in 1 2 3; do
        { for c in G E T ' ' / ' ' H T T P / 1 . 1; do printf '%s' "$c"; sleep 0.25; done; } 2>/dev/null | raw 8 >"$work/slow.$i" &
        printf 'GET /huge.bin HTTP/1.1\r\nHost: x\r\n\r\n' |
            timeout 8 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && cat >&3 && sleep 3 && cat <&3' "$port" 2>/dev/null | wc -c >"$work/read.$i" &
    done
    sleep 0.2
    for i in 1 2 3; do get /65537.bin -o "$work/body" && cmp "$work/body" "$root/65537.bin" || return 1; done
    [ $(($(now_ms) - began)) -lt 3000 ] || { echo "others were not served in time"; return 1; }
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do [ "$(open_fds)" = "$before" ] && break; sleep 0.2; done
    took=$(($(now_ms) - began))
    [ "$(open_fds)" = "$before" ] && [ $took -lt 5000 ] || { echo "still connected after $took ms"; return 1; }
    sleep 0.5
    stop_server TERM || return 1
    for i in 1 2 3; do
        grep -q '^HTTP/1.1 408' "$work/slow.$i" || { echo "no 408 for the slow head"; return 1; }
    done
    sleep 2
    for i in 1 2 3; do
        [ "$(cat "$work/read.$i")" -lt 67108864 ] || { echo "the slow reader got all"; return 1; }
    done
}
many_clients() { # more than there are places: they wait for theirs and get it
    http "$1" --connections 4 --idle-timeout 300 || return 1
    rm -f "$work"/many.* # another engine's
    for i in 1 2 3 4 5 6; do ( sleep 3 | raw 4 >/dev/null 2>&1 ) & done
    sleep 0.2
    for i in 1 2 3; do [ "$(get /1.txt)" = 'answer 1' ] || return 1; done
    clients=$(seq 20)
    for i in $clients; do get /65537.bin -o "$work/many.$i" & done
    for i in $clients; do
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40; do
            cmp -s "$work/many.$i" "$root/65537.bin" && break
            sleep 0.1
        done
        cmp "$work/many.$i" "$root/65537.bin" || return 1
    done
    stop_server TERM
}
survives_leavers() { # clients that close in the middle; nothing of theirs stays open
    http "$1" || return 1
    before=$(open_fds)
    for i in 1 2 3 4 5; do
        curl -s --max-time 0.2 --limit-rate 50k -o /dev/null "http://127.0.0.1:$port/huge.bin"
        printf 'GET /huge.bin HTTP/1.1\r\nHost: x\r\n\r\n' | timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && cat >&3' "$port"
        printf 'GET /hu' | timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && cat >&3' "$port"
    done
    [ "$(get /1.txt)" = 'answer 1' ] || return 1
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do [ "$(open_fds)" = "$before" ] && break; sleep 0.2; done
    [ "$(open_fds)" = "$before" ] || { echo "descriptors: $before before, $(open_fds) after"; ls -l "/proc/$server/fd"; return 1; }
    stop_server TERM
}
ends_gracefully() { # a download under way comes to its end, an idle connection does not hold it up
    http "$1" || return 1
    ( sleep 3 | raw 5 >/dev/null 2>&1 ) &
    get /3145729.bin --limit-rate 1500k -o "$work/grace" &
    client=$!
    sleep 0.5
    began=$(now_ms)
    stop_server TERM || return 1
    [ $(($(now_ms) - began)) -lt 6000 ] || { echo "it took too long"; return 1; }
    wait $client && cmp "$work/grace" "$root/3145729.bin"
}
under_load() {
    http "$1" || return 1
    for file in 1.txt 65537.bin; do
        timeout 30 wrk -t 1 -c 40 -d 1s --timeout 5s "http://127.0.0.1:$port/$file" >"$work/wrk" 2>&1 || { cat "$work/wrk"; return 1; }
        cat "$work/wrk"
        ! grep -qE 'Socket errors|Non-2xx' "$work/wrk" && grep -qE '^ +[1-9][0-9]* requests in' "$work/wrk" || return 1
    done
    stop_server TERM
}

engines_here kring-http
for engine in $engines; do
    check "kring-http $engine: byte-identical downloads" downloads $engine
    check "kring-http $engine: the same by read and send" downloads $engine --no-splice
    check "kring-http $engine: HEAD, types, If-Modified-Since" head_and_types $engine
    check "kring-http $engine: keep-alive" keeps_alive $engine
    check "kring-http $engine: ranges" ranges $engine
    check "kring-http $engine: pipelined requests" pipelines $engine
    check "kring-http $engine: nothing outside of its directory" stays_inside $engine
    [ $engine = kernel ] || check "kring-http $engine: nor without openat2" stays_inside $engine 5.4
    check "kring-http $engine: refusals" refuses $engine
    check "kring-http $engine: slow clients" drops_slow $engine
    check "kring-http $engine: more clients than places" many_clients $engine
    check "kring-http $engine: clients that leave early" survives_leavers $engine
    check "kring-http $engine: SIGTERM during a download" ends_gracefully $engine
    if command -v wrk >/dev/null 2>&1; then
        check "kring-http $engine: wrk" under_load $engine
    else
        skip "kring-http $engine: wrk" "wrk is not installed"
    fi
done
summary
