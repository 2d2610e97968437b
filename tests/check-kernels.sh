#!/bin/sh
# SPDX-License-Identifier: MIT
# check-kernels.sh [NAME...]     (5.10 6.1 6.12 7.2 running)
#
# The suites and the oracle on real kernels: Debian's user-mode kernels, each a process whose root is
# this machine's (hostfs), and the running one. The binaries are static, and the same in each. A
# guest writes to a tmpfs of its own and to its log only. Exact versions stand in the table.
set -u
top=$(dirname "$0")
. "$top/guests.sh"
. "$top/table.sh"
sources=$(cd "$top/.." && pwd)
names=${*:-5.10 6.1 6.12 7.2 running}

# What is run: the suites on every kind of ring, and the oracle.
command_of() { # suites|oracle
    case $1 in
    suites) echo "$guests/obj/tests/kring-tests -x oracle -x faults ${KRING_KERNELS_TESTS:-}" ;;
    # The matrix is demanded where every file system is at hand: not in a guest.
    oracle) echo "cd $sources && $guests/obj/tests/kring-oracle${2:+ --matrix ''}" ;;
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

table_begin "$guests/table" native soft mixed other oracle
for name in $names; do
    if [ "$name" != running ]; then
        guest_suite "$name" >/dev/null || { echo "no such kernel: $name" >&2; exit 2; }
        if ! guest_fetch "$name" "$guests/$name.log"; then
            table_not_run "$name" "cannot be fetched here: $(tail -n 1 "$guests/$name.log")"
            continue
        fi
    fi
    for what in suites oracle; do
        log=$guests/$name.$what.log
        if [ "$name" = running ]; then here $what "$log"; else there "$name" $what "$log"; fi
        case $what in suites) columns="native soft mixed other" ;; *) columns=oracle ;; esac
        table_count "$name" "$log" "${status:-unknown}" $columns
    done
    table_row "$name ($release)"
done
table_end "$O/check/kernels"
