#!/bin/sh
# SPDX-License-Identifier: MIT
# check-simulation.sh [RELEASE...]
#
# The suites on this machine's kernel as on older ones (KRING_KERNEL), which lack what the younger brought:
# io_uring's operations, flags and features, and plain system calls. Under each the oracle is left out, which
# compares with this kernel, and so are the planted faults, which play kernels of their own.
set -u
O=${O:-build}
top=$(dirname "$0")
. "$top/table.sh"
mkdir -p "$O/check" "$O/simulation"
releases=${*:-4.19 5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.10 5.11 5.13 5.15 5.17 5.18 5.19 6.0 6.1 6.4 6.6 6.7 6.12 6.18}

table_begin "$O/simulation/table" native soft mixed other
for release in $releases; do
    log=$O/simulation/$release.log
    KRING_KERNEL=$release KRING_ENGINE=auto timeout -k 5 "${SIMULATION_TIMEOUT:-900}" "$O/tests/kring-tests" \
        -x oracle -x faults >"$log" 2>&1 </dev/null
    table_count "$release" "$log" $? native soft mixed other
    table_row "$release"
done
table_end "$O/check/simulation"
