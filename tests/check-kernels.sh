#!/bin/sh
# SPDX-License-Identifier: MIT
# check-kernels.sh [NAME...]     (5.10 6.1 6.12 7.2 running)
#
# The suites and the oracle on real kernels: Debian's user-mode kernels, each a process whose root is
# this machine's (hostfs), and the running one. The binaries are static, and the same in each. A
# guest writes to a tmpfs of its own and to its log only. Exact versions stand in the table. As many
# run side by side as this machine has CPUs.
#
# A second row of a kernel shows it without io_uring, or with little of it (check-denied.sh). FULL=1
# adds a kernel that is built here (once, for minutes) without io_uring, epoll and advice.
#
# KRING_KERNELS_WHAT="suites oracle denied" asks for some of them, KRING_KERNELS_TESTS names suites.
set -u
top=$(dirname "$0")
. "$top/guests.sh"
. "$top/table.sh"
. "$top/check-denied.sh"
sources=$(cd "$top/.." && pwd)
names=${*:-5.10 6.1 6.12 7.2 running}
asked=${KRING_KERNELS_WHAT:-suites oracle denied}

# What is run: the suites on every kind of ring, and the oracle.
command_of() { # suites|oracle
    case $1 in
    suites) echo "cd $sources && $guests/obj/tests/kring-tests -x oracle -x faults ${KRING_KERNELS_TESTS:-}" ;;
    # In a guest on ext4 (tmpfs has no attributes below 6.6), with fewer seeded programs; and as that
    # file system cannot do all, without the demand that each flag and errno be seen.
    oracle)
        echo "cd $sources"
        [ -z "${2:-}" ] || echo 'export TMPDIR=${KRING_TEST_EXT4:-$TMPDIR}'
        echo "$guests/obj/tests/kring-oracle ${2:+--matrix '' --count 200}"
        ;;
    esac
}
there() { # NAME WHAT LOG
    job=$guests/$1/$2.sh
    {
        echo "cd $guests/obj || exit 2"
        command_of "$2" guest
    } >"$job"
    guest "$1" "$job" "$3"
}
here() { # WHAT LOG
    timeout -k 5 600 sh -c "cd '$guests/obj' && $(command_of "$1")" </dev/null >"$2" 2>&1
    status=$?
    release=$(uname -r)
}

sh "$top/deps.sh" || exit 1
guests_build || exit 1

# What came of them stands in $guests/NAME.WHAT.log, status and release in $guests/NAME.WHAT.end.
run_on() { # NAME
    for what in $asked; do
        log=$guests/$1.$what.log
        case $what,$1 in
        denied,*) can_be_denied "$1" || continue; denied_run "$1" "$log" ;;
        *,running) here $what "$log" ;;
        *) there "$1" $what "$log" ;;
        esac
        echo "${status:-unknown} $release" >"$guests/$1.$what.end"
    done
}
# A guest is a process that goes on by itself.
give_up() { # NAME...
    kill $workers
    for name; do
        pid=$(cat "$guests/$name/pid" 2>/dev/null)
        [ "/proc/$pid/exe" -ef "$guests/$name/linux" ] && kill "$pid"
    done
    exit 130
}
# Side by side, as many as this machine has CPUs, since a guest has one: who takes a name first runs it.
run_all() { # NAME...
    rm -rf "$guests/taken"
    mkdir "$guests/taken" || exit 1
    workers= count=0
    trap 'give_up "$@"' INT TERM HUP
    while [ $count -lt "$(nproc 2>/dev/null || echo 2)" ]; do
        for name; do
            if mkdir "$guests/taken/$name" 2>/dev/null; then run_on "$name"; fi
        done &
        workers="$workers $!" count=$((count + 1))
    done
    wait
    trap - INT TERM HUP
}

ready=
for name in $names; do
    rm -f "$guests/$name".*.end
    if [ "$name" != running ]; then
        guest_suite "$name" >/dev/null || { echo "no such kernel: $name" >&2; exit 2; }
        guest_fetch "$name" "$guests/$name.log" || continue
    fi
    ready="$ready $name"
done
run_all $ready

table_begin "$guests/table" native soft mixed other oracle
for name in $names; do
    case " $ready " in
    *" $name "*) ;;
    *)
        table_not_run "$name" "cannot be fetched here: $(tail -n 1 "$guests/$name.log")"
        continue
        ;;
    esac
    for what in suites oracle; do
        case $what in suites) columns="native soft mixed other" ;; *) columns=oracle ;; esac
        case " $asked " in
        *" $what "*) ;;
        *)
            for column in $columns; do table_cell "not asked for"; done
            continue
            ;;
        esac
        read -r status release <"$guests/$name.$what.end" || status=unknown
        table_count "$name" "$guests/$name.$what.log" "$status" $columns
    done
    table_row "$name ($release)"
    case " $asked " in *" denied "*) can_be_denied "$name" && denied_row "$name" ;; esac
done
[ "${FULL:-}" != 1 ] || bare_row
table_end "$O/check/kernels"
