#!/bin/sh
# SPDX-License-Identifier: MIT
# check-kernels.sh [NAME...]     (5.10 6.1 6.12 7.2 running)
#
# The suites and the oracle on real kernels: Debian's user-mode kernels, each a process whose root is
# this machine's (hostfs), and the running one. The binaries are static, and the same in each. A
# guest writes to a tmpfs of its own and to its log only. Exact versions stand in the table.
set -u
O=${O:-build} MAKE=${MAKE:-make}
top=$(dirname "$0")
jobs=-j$(nproc 2>/dev/null || echo 2)
dir=$O/kernels
mkdir -p "$dir" "$O/check"
dir=$(cd "$dir" && pwd)
passed=0 failed=0 skipped=0
names=${*:-5.10 6.1 6.12 7.2 running}

suite_of() {
    case $1 in
    5.10) echo bullseye ;;
    6.1) echo bookworm ;;
    6.12) echo trixie ;;
    7.2) echo sid ;;
    *) return 1 ;;
    esac
}

# What is run: the suites on every kind of ring, and the oracle.
command_of() { # suites|oracle
    case $1 in
    suites) echo "$dir/obj/tests/kring-tests -x oracle -x faults ${KRING_KERNELS_TESTS:-}" ;;
    oracle) echo "$dir/obj/tests/kring-oracle" ;;
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

# A guest has one CPU, and no bound of its own on what hangs: this is it.
guest() { # NAME WHAT LOG
    job=$dir/$1/$2.sh
    {
        echo "cd $dir/obj || exit 2"
        command_of "$2"
    } >"$job"
    timeout -k 5 600 "$dir/$1/linux" mem=512M rootfstype=hostfs rootflags=/ rw quiet con=null con0=null,fd:1 \
        init="$dir/obj/kernel-init" kring_job="$job" </dev/null >"$3" 2>&1
    status=$(sed -n 's/^kernel-init: status \([0-9]*\).*/\1/p' "$3" | tail -n 1)
    release=$(sed -n 's/^kernel-init: \([0-9][^ ]*\) .*/\1/p' "$3" | head -n 1)
    [ -n "$status" ] || echo "the guest did not run to its end" >>"$3"
}
here() { # WHAT LOG
    timeout -k 5 600 sh -c "cd '$dir/obj' && $(command_of "$1")" </dev/null >"$2" 2>&1
    status=$?
    release=$(uname -r)
}

sh "$top/deps.sh" || exit 1
"$MAKE" --no-print-directory $jobs O="$dir/obj" CONFIG="${CONFIGURATION:-config.mk}" LDFLAGS=-static CFLAGS='-O1 -g' tests >"$dir/build.log" 2>&1 &&
    ${CC:-cc} -O1 -Wall -static -o "$dir/obj/kernel-init" "$top/kernel-init.c" >>"$dir/build.log" 2>&1 || {
    tail -n 20 "$dir/build.log"
    echo "the tests do not build statically: whole log: $dir/build.log"
    exit 1
}

table=$dir/table
printf '%-26s' 'passed/failed/skipped' >"$table"
for column in $columns; do printf '%-18s' "$column" >>"$table"; done
echo >>"$table"
for name in $names; do
    if [ "$name" != running ]; then
        suite=$(suite_of "$name") || { echo "no such kernel: $name" >&2; exit 2; }
        if ! sh "$top/deps.sh" kernel "$suite" "$dir/$name" >"$dir/$name.log" 2>&1; then
            echo "== $name ... skipped: cannot be fetched here: $(tail -n 1 "$dir/$name.log")"
            printf '%-26s%s\n' "$name" "skipped: not fetched" >>"$table"
            skipped=$((skipped + 1))
            continue
        fi
    fi
    row=
    for what in suites oracle; do
        log=$dir/$name.$what.log
        if [ "$name" = running ]; then here $what "$log"; else guest "$name" $what "$log"; fi
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
