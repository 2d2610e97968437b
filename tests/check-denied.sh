# SPDX-License-Identifier: MIT
# Kernels that do not give io_uring, or little of it; sourced by check-kernels.sh behind guests.sh and
# table.sh.
#
#   can_be_denied NAME  a guest, or the running kernel, that has io_uring (and for the latter: as root)
#   denied_run NAME LOG runs there what is taken away by filters, by the sysctl, by RLIMIT_MEMLOCK
#   denied_row NAME     the row for it
#   bare_row            runs, and is, the row of a 5.10 that is built here without io_uring, epoll and advice
#
# In each case the job asks kring-probe what it says of it, and runs a part of the suites, in the form
# that tests/table.sh counts. Where a sysctl takes io_uring away it does so in guests only.
denied_suites='rings time probe setup splits "rules 1 to 6" "rules 7 to 9" "rules 10 to 13"'

denied_job() { # FILE
    {
        echo "obj=$guests/obj suites='$denied_suites'"
        cat <<'JOB'
# Where an ordinary user can read them.
bin=$(mktemp -d "${TMPDIR:-/tmp}/kring-denied.XXXXXX") || exit 2
chmod 755 "$bin" && cp "$obj/kring-probe" "$obj/tests/kring-tests" "$obj/tests/seccomp-run" "$bin" || exit 2
trap 'rm -rf "$bin"' EXIT
cd "$bin" || exit 2
failed=0
user="setpriv --reuid 65534 --regid 65534 --inh-caps=-all --clear-groups"
member="setpriv --reuid 65534 --regid 65534 --inh-caps=-all --groups 4711"

verdict() { # NAME STATUS
    if [ "$2" = 0 ]; then echo "$1 ... ok"; else echo "$1 ... FAIL"; failed=1; fi
}
# What kring-probe says: each WANT is a line of its JSON, or a part of one.
says() { # CASE COMMAND WANT...
    name=$1 command=$2 bad=0
    shift 2
    $command "$bin/kring-probe" ${entries:+--entries $entries} --json >"$bin/said" || bad=1
    for want; do grep -qF -- "$want" "$bin/said" || { bad=1; echo "$name: not said: $want"; }; done
    [ $bad = 0 ] || head -n 20 "$bin/said"
    verdict "denied/$name: kring-probe says why" $bad
}
suites() { # CASE COMMAND
    echo "== $1"
    eval "$2 $bin/kring-tests $suites" || failed=1
}
refused() { # CASE COMMAND CAUSE CERTAIN TEXT
    says "$1" "$2" '"engine": "soft"' "\"cause\": \"$3\"" "\"cause_certain\": $4" "$5"
    suites "$1" "$2"
}
given() { # CASE COMMAND
    says "$1" "$2" '"engine": "kernel"' '"cause": "none"' '"kernel_error": 0,'
    suites "$1" "$2"
}

filter() { echo "$bin/seccomp-run $1 setup,enter,register --"; }
refused "seccomp, EPERM" "$(filter EPERM)" seccomp true EPERM
# Below 6.6 nothing tells such a filter from a kernel without io_uring.
if [ -e /proc/sys/kernel/io_uring_disabled ]; then
    refused "seccomp, ENOSYS" "$(filter ENOSYS)" seccomp true ENOSYS
else
    refused "seccomp, ENOSYS" "$(filter ENOSYS)" absent false ENOSYS
fi

set_sysctl() { echo "$1" >/proc/sys/kernel/io_uring_disabled; }
if [ "${DENIED_GUEST:-}" = yes ] && [ -w /proc/sys/kernel/io_uring_disabled ]; then
    set_sysctl 1
    echo -1 >/proc/sys/kernel/io_uring_group
    given "io_uring_disabled=1, root" ""
    refused "io_uring_disabled=1, user" "$user" sysctl true "kernel.io_uring_disabled=1"
    refused "io_uring_disabled=1, no group" "$member" sysctl true "to no group"
    echo 4711 >/proc/sys/kernel/io_uring_group
    refused "io_uring_disabled=1, user outside of the group" "$user" sysctl true "to group 4711"
    given "io_uring_disabled=1, member of the group" "$member"
    set_sysctl 2
    refused "io_uring_disabled=2, root" "" sysctl true "kernel.io_uring_disabled=2"
    refused "io_uring_disabled=2, user" "$user" sysctl true "kernel.io_uring_disabled=2"
    refused "io_uring_disabled=2, member of the group" "$member" sysctl true "kernel.io_uring_disabled=2"
fi

# Ring memory is charged on 5.1 to 5.11, and again on 6.14 to 7.1. What another process had is given
# back some time after its end.
charged() { # RELEASE
    case $1 in
    5.[1-9].* | 5.1[01].* | 6.1[4-9].* | 7.[01].* | 7.[01]) true ;;
    *) false ;;
    esac
}
limited() { # BYTES
    sleep 1
    echo "prlimit --memlock=$1:$1 $user"
}
if charged "$(uname -r)"; then
    for bytes in 0 4096; do
        refused "RLIMIT_MEMLOCK $bytes" "$(limited $bytes)" memlock true RLIMIT_MEMLOCK
    done
    # The largest that fits, by halves.
    entries=1024
    for pair in 8192:64 16384:128 32768:256 65536:512; do
        says "RLIMIT_MEMLOCK ${pair%:*}, 1024 entries asked" "$(limited "${pair%:*}")" '"engine": "kernel"' \
            '"asked_entries": 1024' "\"sq_entries\": ${pair#*:},"
    done
    entries=
    # Rings are charged, and there is room for those that the last tests had.
    given "RLIMIT_MEMLOCK 8 MiB" "$(limited 8388608)"
fi
exit $failed
JOB
    } >"$1"
}

can_be_denied() { # NAME
    case $1 in 5.10 | 6.12 | 7.2) ;; running) [ "$(id -u)" = 0 ] ;; *) false ;; esac
}
denied_run() { # NAME LOG: sets $status and $release
    job=$guests/$1/denied.sh
    mkdir -p "$guests/$1"
    denied_job "$job"
    if [ "$1" = running ]; then
        timeout -k 5 600 sh "$job" </dev/null >"$2" 2>&1
        status=$? release=$(uname -r)
    else
        sed -i '1i DENIED_GUEST=yes' "$job"
        guest "$1" "$job" "$2"
    fi
}
denied_row() { # NAME
    read -r status release <"$guests/$1.denied.end" || status=unknown
    table_count "$1, denied" "$guests/$1.denied.log" "$status" native soft mixed other
    table_cell -
    table_row "$1, denied"
}

# Built once, which takes minutes, and kept: $guests/bare/linux.
bare_fetch() {
    [ -x "$guests/bare/linux" ] && return
    sh "$top/deps.sh" kernel-source "$guests/source" || return 1
    rm -rf "$guests/bare"
    mkdir -p "$guests/bare"
    set -- "$MAKE" -C "$guests/source/linux" ARCH=um O="$guests/bare" "-j$(nproc 2>/dev/null || echo 2)"
    # Not this build's own flags and rules.
    (unset MAKEFLAGS MFLAGS MAKEOVERRIDES CFLAGS LDFLAGS CC
        "$@" defconfig && cat "$top/bare-kernel.config" >>"$guests/bare/.config" &&
            "$@" olddefconfig && "$@" linux) || return 1
    ! grep -E '^CONFIG_(IO_URING|EPOLL|ADVISE_SYSCALLS)=y' "$guests/bare/.config"
}
bare_row() {
    if ! bare_fetch >"$guests/bare.build.log" 2>&1; then
        table_failed bare "the kernel is not built: whole log: $guests/bare.build.log"
        return
    fi
    guests_make obj-ppoll .ci/configs/ppoll_defconfig >"$guests/bare.build.log" 2>&1 ||
        { table_failed bare "the ppoll build fails: whole log: $guests/bare.build.log"; return; }
    {
        echo "cd $guests/obj-ppoll || exit 2"
        echo "./kring-probe --json | grep -q '\"cause\": \"absent\"' && echo 'bare/kring-probe says why ... ok' ||"
        echo "    echo 'bare/kring-probe says why ... FAIL'"
        echo "./tests/kring-tests -x oracle -x faults"
    } >"$guests/bare/job.sh"
    guest bare "$guests/bare/job.sh" "$guests/bare.log"
    table_count bare "$guests/bare.log" "${status:-unknown}" native soft mixed other
    table_cell -
    table_row "bare ($release, no io_uring, no epoll)"
}
