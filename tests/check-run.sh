#!/bin/sh
# SPDX-License-Identifier: MIT
# examples/kring-run: what comes through, what status, and that no child is left, on each engine.
set -u
O=${O:-build}
. "$(dirname "$0")/lib.sh"
run=$(cd "$O/examples" && pwd)/kring-run || exit 2
work=$(mktemp -d "${TMPDIR:-/tmp}/kring-run.XXXXXX") || exit 2
trap 'rm -rf "$work" "$log"' EXIT

configured() { grep -qx "#define CONFIG_KRING_$1 1" "$O/kring-config.h"; }
engines=auto
configured SOFT_ENGINE && engines="$engines soft"
if configured KERNEL_ENGINE; then
    # Below 6.7 the kernel alone cannot wait for a process.
    if KRING_ENGINE=kernel "$run" true >/dev/null 2>"$work/why"; then
        engines="$engines kernel"
    else
        skip "kring-run, kernel" "$(head -n 1 "$work/why")"
    fi
fi

# said STATUS COMMAND...: runs it, what it writes goes to $work/out and $work/err.
said() {
    want=$1
    shift
    timeout 30 "$@" >"$work/out" 2>"$work/err" </dev/null
    got=$?
    cat "$work/out" "$work/err"
    [ "$got" = "$want" ] || { echo "exit status $got, not $want"; return 1; }
}
holds() { # FILE TEXT
    [ "$(cat "$work/$1")" = "$2" ] || { echo "$1 is not: $2"; return 1; }
}
# milliseconds since the machine began
now() { sed 's/\([0-9]*\)\.\([0-9]*\).*/\1\20/' /proc/uptime; }
within() { # FROM TO (ms) COMMAND...
    from=$1 to=$2
    shift 2
    began=$(now)
    "$@" || return 1
    took=$(($(now) - began))
    [ $took -ge "$from" ] && [ $took -le "$to" ] || { echo "took $took ms, not $from to $to"; return 1; }
}
gone() { # FILE with a pid: that process has ended
    pid=$(cat "$work/$1") && [ -n "$pid" ] || { echo "no pid in $1"; return 1; }
    for i in 1 2 3 4 5 6 7 8 9 10; do
        # Orphans may stay zombies where the first process of the machine takes no children.
        grep -q '^State:[[:space:]]*[A-WY]' "/proc/$pid/status" 2>/dev/null || return 0
        sleep 0.1
    done
    echo "$pid is still there"
    return 1
}

streams() { said 3 "$run" sh -c 'echo out; echo err >&2; exit 3' && holds out out && holds err err; }
arguments() { said 0 "$run" -- printf '%s|' a '' 'b c' --help -v && holds out 'a||b c|--help|-v|'; }
no_time() { within 0 5000 said 0 "$run" --timeout 60 true; }
in_time() { said 7 "$run" --timeout 60 sh -c 'sleep 0.2; exit 7'; }
over_time() {
    within 200 5000 said 143 "$run" --timeout 0.3 --grace 20 sh -c "echo \$\$ >$work/pid; exec sleep 60" && gone pid &&
        grep -q 'SIGTERM' "$work/err" && ! grep -q 'SIGKILL' "$work/err"
}
ignores_term() {
    within 500 8000 said 137 "$run" --timeout 0.3 --grace 0.4 \
        sh -c "trap '' TERM; echo \$\$ >$work/pid; while :; do sleep 0.05; done" && gone pid && grep -q 'SIGKILL' "$work/err"
}
over_time_stopped() { # a stopped one is made to go on, to its end
    within 200 5000 said 143 "$run" --timeout 0.3 --grace 20 sh -c "echo \$\$ >$work/pid; kill -STOP \$\$; exec sleep 60" && gone pid
}
grandchildren_too() { # the group is signalled, not one process
    within 200 8000 said 143 "$run" --timeout 0.3 --grace 3 sh -c "sleep 61 & echo \$! >$work/pid; wait" && gone pid
}
closes_early() { said 5 "$run" sh -c 'echo before; exec >&- 2>&-; sleep 0.3; exit 5' && holds out before; }
others_hold_pipes() { # nobody waits for them much longer than the grace
    within 0 8000 said 0 "$run" --grace 0.3 sh -c "sleep 20 & echo \$! >$work/pid; echo hi" && holds out hi
    result=$?
    kill "$(cat "$work/pid")" 2>/dev/null
    return $result
}
big_slow() { # twenty times what pipes and buffers hold, and a reader that takes its time
    head -c 5000000 /dev/urandom >"$work/big"
    timeout 60 "$run" --timeout 50 --grace 0.2 cat "$work/big" | { # the command has long ended
        sleep 0.5
        while dd bs=100000 count=10 2>/dev/null >"$work/piece" && [ -s "$work/piece" ]; do
            cat "$work/piece"
            sleep 0.05
        done
    } >"$work/out"
    cmp "$work/big" "$work/out"
}
reader_gone() { # as without us: the command gets SIGPIPE, and nothing hangs
    { timeout 30 "$run" sh -c 'while echo y; do :; done; exit 9' 2>"$work/err"; echo $? >"$work/status"; } | head -n 1 >"$work/out"
    cat "$work/err" "$work/status"
    holds out y && ! grep -qx 124 "$work/status"
}
killed() { said 137 "$run" sh -c 'kill -KILL $$' && grep -q 'signal 9' "$work/err"; }
segfaults() { said 139 "$run" sh -c 'kill -SEGV $$'; }
not_found() { said 127 "$run" "$work/no-such-command" && grep -q 'No such file' "$work/err"; }
not_executable() { echo text >"$work/text" && said 126 "$run" "$work/text"; }
# forwards SIGNAL STATUS: ours goes to the command, whose own handler decides. The command sends it to us
# itself: a shell starts what runs beside it with SIGINT ignored.
forwards() {
    said "$2" "$run" sh -c "trap 'echo got; exit $2' $1; echo \$\$ >$work/pid; kill -$1 \$PPID; while :; do sleep 0.05; done" &&
        holds out got && gone pid
}
forwards_unhandled() { # to a command without a handler
    said 143 "$run" sh -c "echo \$\$ >$work/pid; kill -TERM \$PPID; exec sleep 60" && gone pid
}
# The command is not born with our signals blocked, nor with SIGPIPE ignored. Of the numbers below 29 only: libc's
# posix_spawn() ignores some of its own.
masks='sed -n "s/^Sig\(Blk\|Ign\):.*\(.......\)$/\1 \2/p" /proc/self/status'
inherits_mask() {
    said 0 "$run" sh -c "$masks" && sh -c "$masks" </dev/null >"$work/plain" && [ -s "$work/plain" ] || return 1
    # Where this script itself is born with signals ignored, what said() starts need not be.
    grep -q '^Ign 0*$' "$work/plain" || sed -i '/^Ign/d' "$work/plain" "$work/out"
    cmp "$work/plain" "$work/out"
}
engine_is() { # ENGINE: by the option, and it says so
    said 0 "$run" --engine "$1" --stats true && case $1 in
    soft) grep -q 'stats: kernel=0 soft=[1-9]' "$work/err" ;;
    kernel) grep -q 'stats: kernel=[1-9][0-9]* soft=0' "$work/err" ;;
    *) grep -q 'stats:' "$work/err" ;;
    esac
}

check "kring-run: --help" said 0 "$run" --help
check "kring-run: no command is a usage error" said 2 "$run"
check "kring-run: an unknown option is a usage error" said 2 "$run" --no-such-option true
check "kring-run: a time that is none is a usage error" said 2 "$run" --timeout soon true
for engine in $engines; do
    export KRING_ENGINE=$engine
    check "kring-run $engine: both streams and the status" streams
    check "kring-run $engine: the command's own arguments" arguments
    check "kring-run $engine: a limit does not make it wait" no_time
    check "kring-run $engine: ends in its time" in_time
    check "kring-run $engine: ends by SIGTERM when its time is over" over_time
    check "kring-run $engine: ignores SIGTERM, ends by SIGKILL" ignores_term
    check "kring-run $engine: a stopped command ends when its time is over" over_time_stopped
    check "kring-run $engine: so do its own children" grandchildren_too
    check "kring-run $engine: closes its output early" closes_early
    check "kring-run $engine: others hold its pipes" others_hold_pipes
    check "kring-run $engine: much output, a slow reader" big_slow
    check "kring-run $engine: a reader that has gone" reader_gone
    check "kring-run $engine: killed by a signal" killed
    check "kring-run $engine: crashes" segfaults
    check "kring-run $engine: command not found" not_found
    check "kring-run $engine: command that is none" not_executable
    check "kring-run $engine: SIGINT is sent on" forwards INT 21
    check "kring-run $engine: SIGTERM is sent on" forwards TERM 22
    check "kring-run $engine: SIGTERM ends a command without a handler" forwards_unhandled
    check "kring-run $engine: signal mask and dispositions are the caller's" inherits_mask
    unset KRING_ENGINE
    check "kring-run $engine: runs on that engine" engine_is $engine
done
summary
