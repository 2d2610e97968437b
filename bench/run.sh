#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs all benchmark programs that were built: `make bench`. RUNS=N sets the runs of each (9).
set -eu
dir=${O:-build}/bench
echo "Linux $(uname -r) $(uname -m), $(getconf _NPROCESSORS_ONLN) CPUs, medians of ${RUNS:-9} runs"
echo
for program in "$dir"/*; do
    [ -x "$program" ] || continue
    timeout 300 "$program" "${RUNS:-9}"
done
