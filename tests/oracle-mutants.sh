#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants each bug of tests/mutants/ into a copy of the tree; kring-oracle must notice every one.
#
#   oracle-mutants.sh [NAME-PATTERN]     all of them, or those whose file name matches
#
# From the environment: O, MAKE, CC, MUTANT_JOBS (for make, default 2), COUNT (random programs, 60).
set -u
O=${O:-build}
mkdir -p "$O/mutants"
tree=$O/mutants/tree
out=$(cd "$O/mutants" && pwd)/build
log=$(cd "$O/mutants" && pwd)/log
caught=0 survived=0

rm -rf "$tree"
mkdir -p "$tree"
# With their times, so that make rebuilds only what a patch touches.
cp -pR GNUmakefile Kconfig config.mk kring.pc.in .ci abi fallback ops probe include tests docs "$tree/" || exit 1

build() {
    ${MAKE:-make} -C "$tree" --no-print-directory -j"${MUTANT_JOBS:-2}" O="$out" WERROR=0 \
        "$out/tests/kring-oracle" >"$log" 2>&1 || {
        tail -n 20 "$log"
        return 1
    }
}
# Only the first difference is of interest.
run() {
    (cd "$tree" && "$out/tests/kring-oracle" --stop --count "${COUNT:-60}") >"$log" 2>&1
}

build || { echo "mutants: the tree does not build"; exit 1; }
run
status=$?
[ $status = 77 ] && { echo "mutants: skipped: $(cat "$log")"; exit 0; }
[ $status = 0 ] || { cat "$log"; echo "mutants: the oracle fails without a mutant"; exit 1; }

for patch in tests/mutants/${1:-}*.patch; do
    name=$(basename "$patch" .patch)
    if ! patch -s -p1 -d "$tree" <"$patch"; then
        echo "$name ... FAIL: the patch does not apply"
        survived=$((survived + 1))
        continue
    fi
    if ! build; then
        echo "$name ... FAIL: does not build"
        survived=$((survived + 1))
    elif run; then
        echo "$name ... FAIL: survived: $(head -n 1 "$patch")"
        survived=$((survived + 1))
    else
        echo "$name ... caught by $(sed -n 's/^\(DIFFERENT\|UNFINISHED\) //p' "$log" | head -n 1)"
        caught=$((caught + 1))
    fi
    patch -s -R -p1 -d "$tree" <"$patch"
    # The times of a reversed patch are new: make sees them.
done
echo "mutants: $caught caught, $survived survived"
[ $survived = 0 ]
