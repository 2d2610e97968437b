# SPDX-License-Identifier: MIT
# One table of what ran where, for the checks that run the suites on several kernels or
# architectures; sourced. Rows are kernels or architectures; the columns native, soft and mixed are
# the kinds of ring that stand behind a test's name, "other" has the tests without one, "oracle" the
# programs of kring-oracle, and "routes" what begins with that word (tests/check-simulation.sh).
#
#   table_begin FILE COLUMN...             starts it
#   table_count NAME LOG STATUS COLUMN...  adds these cells to the row, from a log of kring-tests
#                                          (or kring-oracle) and its exit status; prints failures
#   table_cell TEXT                        a cell without a count
#   table_row NAME                         ends the row
#   table_not_run NAME REASON              the whole row: it counts as skipped
#   table_failed NAME REASON               the whole row: it counts as failed
#   table_end FILE                         prints the table, why tests were skipped, and the sum,
#                                          which also goes to FILE; its status is that of the whole
#
# A cell says passed/failed/skipped. One where no test ran says so, whatever was skipped there.
passed=0 failed=0 skipped=0

table_begin() {
    table=$1 row=
    shift
    : >"$table.skipped"
    { printf '%-42s' 'passed/failed/skipped'; printf '%-18s' "$@"; echo; } >"$table"
}

# One line for each test of a column: "p", "f", or "s" and the reason.
table_lines() { # COLUMN LOG
    tr -d '\r' <"$2" | awk -v column="$1" '
        / \.\.\. / {
            kind = /\(kernel\) \.\.\. / ? "native" : /\(soft\) \.\.\. / ? "soft" : /\(mixed\) \.\.\. / ? "mixed" : /^route / ? "routes" : "other"
            open = 1
        }
        !open || kind != column { next }
        /ok( \([0-9]* s\))?$/ { print "p"; open = 0 }
        /FAIL/ { print "f"; open = 0 }
        /skipped: / { sub(/.*skipped: /, ""); print "s\t" $0; open = 0 }'
}
# Why the oracle skipped programs: "oracle: 9 skipped: this kernel lacks: X", one line for each.
table_oracle_reasons() { # NAME LOG
    tr -d '\r' <"$2" | sed -n 's/^oracle: \([0-9]*\) skipped: \(.*\)/\1\t\2/p' |
        awk -F '\t' -v name="$1" '{ for (i = 0; i < $1; i++) printf "%s\toracle\t%s\n", name, $2 }'
}
table_counts() { # COLUMN LOG: passed failed skipped
    if [ "$1" = oracle ]; then
        # "oracle: 9 programs (...): 5 equal, 2 with accepted differences, 1 different, 1 skipped; ..."
        tr -d '\r' <"$2" | awk '/^oracle: [0-9]+ programs/ {
            sub(/.*\): /, ""); split($0, n, ", ")
            print n[1] + n[2], n[3] + 0, n[4] + 0 }' | tail -n 1
    else
        table_lines "$1" "$2" | awk '{ n[substr($0, 1, 1)]++ } END { print n["p"] + 0, n["f"] + 0, n["s"] + 0 }'
    fi
}

table_count() {
    name=$1 log=$2 status=$3 whole=0 ran=0
    shift 3
    last=
    for column; do last=$column; done
    for column; do
        set -- $(table_counts "$column" "$log")
        p=${1:-0} f=${2:-0} s=${3:-0}
        whole=$((whole + f)) ran=$((ran + p + f))
        # What ended otherwise than by its own summary failed, whatever it had counted.
        if [ "$column" = "$last" ] && [ "$status" != 0 ] && [ "$whole" = 0 ]; then
            if [ "$status" = 77 ]; then
                s=$((s + 1))
                printf '%s\t%s\t%s\n' "$name" "$column" "$(tr -d '\r' <"$log" | sed -n 's/.*skipped: //p' | tail -n 1)" >>"$table.skipped"
            else
                f=1 whole=1
                echo "== $name: exit status $status"
            fi
        fi
        if [ "$column" = oracle ]; then
            table_oracle_reasons "$name" "$log" >>"$table.skipped"
        else
            table_lines "$column" "$log" | sed -n "s|^s	|$name	$column	|p" >>"$table.skipped"
        fi
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
        echo "== $name, $column: $p passed, $f failed, $s skipped"
        cell=$p/$f/$s
        [ "$f" = 0 ] || cell="$cell FAIL"
        [ $((p + f)) != 0 ] || cell="not run ($s)"
        table_cell "$cell"
    done
    if [ "$whole" != 0 ] || [ "$ran" = 0 ]; then
        tr -d '\r' <"$log" | grep -nE -A 6 'FAIL|DIFFERENT|UNFINISHED|^differences: |did not run' | head -n 80
        echo "   whole log: $log"
    fi
}
table_cell() {
    row="$row$(printf '%-18s' "$1")"
}
table_row() {
    printf '%-42s%s\n' "$1" "$row" | sed 's/ *$//' >>"$table"
    row=
}
table_not_run() {
    echo "== $1 ... skipped: $2"
    printf '%s\t%s\t%s\n' "$1" "all" "$2" >>"$table.skipped"
    row="not run: $2"
    table_row "$1"
    skipped=$((skipped + 1))
}
table_failed() {
    echo "== $1: FAIL: $2"
    row="FAIL: $2"
    table_row "$1"
    failed=$((failed + 1))
}
table_end() {
    echo
    # Each reason once, with where it was given.
    awk -F '\t' '
        { count[$3]++; key = $3 SUBSEP $1 " " $2
          if (!(key in seen)) { seen[key]; where[$3] = where[$3] (where[$3] == "" ? "" : ", ") $1 " " $2 } }
        END { for (r in count) printf "%6d skipped: %s (%s)\n", count[r], r, where[r] }' "$table.skipped" | sort -rn
    echo
    cat "$table"
    echo "$passed passed, $failed failed, $skipped skipped" | tee "$1"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
}
