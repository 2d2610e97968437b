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
passed=0 failed=0 skipped=0
names=${*:-5.10 6.1 6.12 7.2 running}

# What is run: the suites on every kind of ring, and the oracle.
command_of() { # suites|oracle
    case $1 in
    suites) echo "$guests/obj/tests/kring-tests -x oracle -x faults ${KRING_KERNELS_TESTS:-}" ;;
    oracle) echo "$guests/obj/tests/kring-oracle" ;;
    esac
}
# The columns: the kind of ring that stands behind a test's name, and the rest.
columns="native soft mixed other oracle"
counts_of() { # COLUMN LOG: passed failed skipped
    if [ "$1" = oracle ]; then
        tr -d '\r' <"$2" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped.*/\1 \2 \3/p' | tail -n 1
    else
        tr -d '\r' <"$2" | awk -v column="$1" '
            / \.\.\. / { kind = /\(kernel\) \.\.\. / ? "native" : /\(soft\) \.\.\. / ? "soft" : /\(mixed\) \.\.\. / ? "mixed" : "other"; open = 1 }
            !open || kind != column { next }
            /ok( \([0-9]* s\))?$/ { p++; open = 0 }
            /FAIL/ { f++; open = 0 }
            /skipped: / { s++; open = 0 }
            END { print p + 0, f + 0, s + 0 }'
    fi
}

there() { # NAME WHAT LOG
    job=$guests/$1/$2.sh
    {
        echo "cd $guests/obj || exit 2"
        command_of "$2"
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

table=$guests/table
printf '%-26s' 'passed/failed/skipped' >"$table"
for column in $columns; do printf '%-18s' "$column" >>"$table"; done
echo >>"$table"
for name in $names; do
    if [ "$name" != running ]; then
        guest_suite "$name" >/dev/null || { echo "no such kernel: $name" >&2; exit 2; }
        if ! guest_fetch "$name" "$guests/$name.log"; then
            echo "== $name ... skipped: cannot be fetched here: $(tail -n 1 "$guests/$name.log")"
            printf '%-26s%s\n' "$name" "skipped: not fetched" >>"$table"
            skipped=$((skipped + 1))
            continue
        fi
    fi
    row=
    for what in suites oracle; do
        log=$guests/$name.$what.log
        if [ "$name" = running ]; then here $what "$log"; else there "$name" $what "$log"; fi
        whole=0
        for column in $columns; do
            case $what$column in suitesoracle) continue ;; suites*) ;; oracleoracle) ;; *) continue ;; esac
            set -- $(counts_of $column "$log")
            p=${1:-0} f=${2:-0} s=${3:-0}
            whole=$((whole + f))
            passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
            echo "== $name ($release), $column: $p passed, $f failed, $s skipped"
            row="$row$(printf '%-18s' "$p/$f/$s")"
        done
        # What ended otherwise than by its own summary failed, whatever it had counted.
        if [ "${status:-1}" != 0 ] && [ "$whole" = 0 ]; then
            if [ "$status" = 77 ]; then
                skipped=$((skipped + 1))
                echo "== $name, $what ... skipped: $(tr -d '\r' <"$log" | sed -n 's/.*skipped: //p' | tail -n 1)"
            else
                failed=$((failed + 1)) whole=1
                echo "== $name, $what: exit status ${status:-unknown}"
            fi
        fi
        [ "$whole" = 0 ] || { tr -d '\r' <"$log" | grep -nE -A 6 'FAIL|DIFFERENT|did not run' | head -n 80; echo "   whole log: $log"; }
    done
    printf '%-26s%s\n' "$name ($release)" "$row" >>"$table"
done
echo
cat "$table"
echo "$passed passed, $failed failed, $skipped skipped" | tee "$O/check/kernels"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
