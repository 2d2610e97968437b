# SPDX-License-Identifier: MIT
# Real kernels as guests: Debian's user-mode kernels, each a process whose root is this machine's
# (hostfs); sourced by the checks that boot them, with $top, the folder of this file, set.
#
#   guests_build            builds the tests statically, the same for every kernel: $guests/obj
#   guest_fetch NAME LOG    fetches the kernel once (5.10 6.1 6.12 7.2)
#   guest NAME JOB LOG      boots it, runs the shell script JOB there; sets $status ("" where the guest
#                           did not come to its end) and $release
#
# A guest has one CPU (no evidence about races), HZ=100, the network's loopback, and TMPDIR on a tmpfs
# of its own: a job writes there and to its output only.
O=${O:-build} MAKE=${MAKE:-make}
mkdir -p "$O/kernels" "$O/check" || exit 1
guests=$(cd "$O/kernels" && pwd)

guest_suite() { # NAME: the Debian suite whose user-mode kernel it is
    case $1 in
    5.10) echo bullseye ;;
    6.1) echo bookworm ;;
    6.12) echo trixie ;;
    7.2) echo sid ;;
    *) return 1 ;;
    esac
}

guests_make() { # FOLDER CONFIGURATION
    "$MAKE" --no-print-directory "-j$(nproc 2>/dev/null || echo 2)" O="$guests/$1" CONFIG="$2" \
        LDFLAGS=-static CFLAGS='-O1 -g' tests "$guests/$1/kring-probe"
}
guests_build() {
    guests_make obj "${CONFIGURATION:-config.mk}" >"$guests/build.log" 2>&1 &&
        ${CC:-cc} -O1 -Wall -static -o "$guests/obj/kernel-init" "$top/kernel-init.c" >>"$guests/build.log" 2>&1 && return
    tail -n 20 "$guests/build.log"
    echo "the tests do not build statically: whole log: $guests/build.log"
    return 1
}

guest_fetch() { # NAME LOG
    suite=$(guest_suite "$1") || { echo "no such kernel: $1" >"$2"; return 1; }
    sh "$top/deps.sh" kernel "$suite" "$guests/$1" >"$2" 2>&1 </dev/null
}

# Linux 5.10 as a guest now and then sleeps a whole second through a timer that comes due while it goes
# idle. Any signal wakes it: one of its timer's, harmless at any time, every 40 ms.
guest_nudge() { # NAME PID, as long as it is that guest's
    while [ "/proc/$2/exe" -ef "$guests/$1/linux" ] && kill -ALRM "$2" 2>/dev/null; do sleep 0.04; done
}

# seccomp=auto: where the kernel can (6.16 and later) it holds its processes by a filter, not by
# ptrace, which makes a system call in it twice as fast; others take it for a variable of init's.
#
# A guest has no bound of its own on what hangs in it: GUEST_TIMEOUT seconds (600) are its time.
guest() { # NAME JOB LOG
    case $1 in 5.10 | bare) fill=KRING_TEST_FILL=1 ;; *) fill= ;; esac # see main.c
    timeout -k 5 "${GUEST_TIMEOUT:-600}" sh -c 'echo $$ >"$0" && exec "$@"' "$guests/$1/pid" \
        "$guests/$1/linux" mem=512M rootfstype=hostfs rootflags=/ rw quiet con=null con0=null,fd:1 \
        seccomp=auto init="$guests/obj/kernel-init" kring_job="$2" $fill </dev/null >"$3" 2>&1 &
    guest_pid=$!
    sleep 2
    case $1 in 5.10 | bare) guest_nudge "$1" "$(cat "$guests/$1/pid")" ;; esac
    wait "$guest_pid"
    status=$(sed -n 's/^kernel-init: status \([0-9]*\).*/\1/p' "$3" | tail -n 1)
    release=$(sed -n 's/^kernel-init: \([0-9][^ ]*\) .*/\1/p' "$3" | head -n 1)
    [ -n "$status" ] || echo "the guest did not run to its end" >>"$3"
}
