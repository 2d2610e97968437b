#!/bin/sh
# SPDX-License-Identifier: MIT
# check-simulation.sh [RELEASE...] [routes]      (all releases below, and routes)
#
# The suites on this machine's kernel as on older ones (KRING_KERNEL), which lack what the younger brought:
# io_uring's operations, flags and features, and plain system calls. Under each the oracle is left out, which
# compares with this kernel, and so are the planted faults, which play kernels of their own.
#
# routes: what kring-probe finds on the real 5.10, 6.1 and 6.12 (tests/guests.sh) is, row by row, what it says
# in the 7.2 guest under KRING_KERNEL=5.10, 6.1 and 6.12; what stable kernels have taken over since stands in
# tests/backports.tsv. On the real one each variant that can be tried is tried, too.
set -u
O=${O:-build}
top=$(dirname "$0")
. "$top/table.sh"
. "$top/guests.sh"
mkdir -p "$O/check" "$O/simulation"
real="5.10 6.1 6.12" newest=7.2 routes=
releases=
for argument; do
    case $argument in routes) routes=yes ;; *) releases="$releases $argument" ;; esac
done
if [ $# = 0 ]; then
    routes=yes
    releases="4.19 5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.10 5.11 5.13 5.15 5.17 5.18 5.19 6.0 6.1 6.4 6.6 6.7 6.12 6.18"
fi

# What kring-probe --json says, one line each: NAME, what it says of it.
rows() { # FILE
    sed -n 's/.*"name": "\([^"]*\)", "since": "[^"]*", "runs": "\([^"]*\)", "io_uring": "\([^"]*\)".*/\1	\2, io_uring \3/p
        s/^  "\(engine\|features\|setup_got\|setup_refused\|[sc]q_entries\|enter_flags\|sqe_flags\|register_calls\)": \(.*\),$/\1	\2/p' "$1"
}
skip_routes() { # RELEASE REASON
    printf 'route ... skipped: %s\n' "$2" >"$O/simulation/routes.$1"
}

# One boot of each kernel: $O/simulation/RELEASE.real, and of the newest RELEASE.played of each.
boot() { # RELEASE
    work=$O/simulation/$1.guest job=$guests/$1/routes.sh
    guest_fetch "$1" "$guests/$1.log" || return 1
    {
        echo "echo '== real'; $guests/obj/kring-probe --json"
        if [ "$1" = $newest ]; then
            for old in $real; do echo "echo '== $old'; KRING_KERNEL=$old $guests/obj/kring-probe --json"; done
        fi
        echo "echo '== trials'; cd $guests/obj && $guests/obj/tests/kring-tests probe/trials_agree_with_the_release"
    } >"$job"
    GUEST_TIMEOUT=120 guest "$1" "$job" "$work"
    tr -d '\r' <"$work" >"$work.text"
    sed -n '/^== real/,/^}/p' "$work.text" >"$O/simulation/$1.real"
    [ "$1" != $newest ] || for old in $real; do
        sed -n "/^== $old\$/,/^}/p" "$work.text" >"$O/simulation/$old.played"
    done
    [ -n "$status" ]
}
compare() { # RELEASE: a log as kring-tests writes it
    rows "$O/simulation/$1.played" >"$O/simulation/$1.played.rows"
    rows "$O/simulation/$1.real" >"$O/simulation/$1.real.rows"
    awk -F '\t' -v release="$1" '
        FILENAME == ARGV[1] { if ($1 == release) backport[$2] = $3; next }
        FILENAME == ARGV[2] { played[$1] = $2; next }
        { seen[$1] }
        played[$1] == $2 && !($1 in backport) { print "route " $1 " ... ok"; next }
        played[$1] != $2 && ($1 in backport) { print "route " $1 ", a backport: " backport[$1] " ... ok"; next }
        played[$1] == $2 { print "route " $1 " ... FAIL\n    is named as a backport, and is none"; next }
        { print "route " $1 " ... FAIL\n    real: " $2 "\n    played: " played[$1] }
        END { for (name in played) if (!(name in seen)) print "route " name " ... FAIL\n    is missing on the real one" }' \
        "$top/backports.tsv" "$O/simulation/$1.played.rows" "$O/simulation/$1.real.rows"
    grep -q 'trials_agree_with_the_release ... ok' "$O/simulation/$1.guest.text" && echo "route trials ... ok" ||
        echo "route trials ... FAIL"
}
make_routes() {
    if ! guests_build; then
        for old in $real; do printf 'route ... FAIL\n    the tests do not build statically\n' >"$O/simulation/routes.$old"; done
        return
    fi
    if ! boot $newest; then
        for old in $real; do skip_routes "$old" "the kernel $newest cannot be had here"; done
        return
    fi
    for old in $real; do
        if boot "$old"; then
            compare "$old" >"$O/simulation/routes.$old"
            grep -n 'backport' "$O/simulation/routes.$old" | sed "s/^[0-9]*:/$old: /"
        else
            skip_routes "$old" "the kernel $old cannot be had here"
        fi
    done
}

# guest() sets $release: none of these is of that name.
rm -f "$O"/simulation/routes.*
[ -z "$routes" ] || make_routes
table_begin "$O/simulation/table" native soft mixed other routes
for old in ${releases:-$real}; do
    if [ -n "$releases" ]; then
        log=$O/simulation/$old.log
        KRING_KERNEL=$old KRING_ENGINE=auto timeout -k 5 "${SIMULATION_TIMEOUT:-900}" "$O/tests/kring-tests" \
            -x oracle -x faults >"$log" 2>&1 </dev/null
        table_count "$old" "$log" $? native soft mixed other
    else
        row=$(printf '%-72s' "")
    fi
    [ ! -f "$O/simulation/routes.$old" ] || table_count "$old" "$O/simulation/routes.$old" 0 routes
    table_row "$old"
done
table_end "$O/check/simulation"
