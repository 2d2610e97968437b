#!/bin/sh
# SPDX-License-Identifier: MIT
# check-arch.sh [NAME...]     (all of $every, unless named)
#
# Other architectures: the library and its symbols, and the whole suite on the soft engine under
# qemu-user, whose io_uring_setup answers ENOSYS. "thumb" is arm in the other instruction set,
# "i386-native" runs the 32-bit suites on this machine's own kernel, io_uring included. Compilers are
# installed (tests/deps.sh), CUnit is built from its source for each.
# KRING_ARCH_LEAVE= runs the faults too, which takes minutes.
set -u
O=${O:-build} MAKE=${MAKE:-make}
top=$(dirname "$0")
. "$top/table.sh"
jobs=-j$(nproc 2>/dev/null || echo 2)
unset CC CXX AR NM OBJDUMP SIZE PKG_CONFIG CROSS_COMPILE

every="aarch64 arm thumb i386 i386-native riscv64 mips mips64el ppc64le s390x"
names=${*:-$every}

# What a row is built with and run by: $prefix, $flags, $run (empty: this machine), $engine.
describe() {
    flags= engine=soft
    case $1 in
    arm) prefix=arm-linux-gnueabihf- flags=-marm run=qemu-arm ;;
    thumb) prefix=arm-linux-gnueabihf- flags=-mthumb run=qemu-arm ;;
    i386) prefix=i686-linux-gnu- run=qemu-i386 ;;
    i386-native) prefix=i686-linux-gnu- run= engine=auto ;;
    mips64el) prefix=mips64el-linux-gnuabi64- run=qemu-mips64el ;;
    ppc64le) prefix=powerpc64le-linux-gnu- run=qemu-ppc64le ;;
    aarch64 | riscv64 | mips | s390x) prefix=$1-linux-gnu- run=qemu-$1 ;;
    *) return 1 ;;
    esac
    [ -z "$run" ] || command -v "$run" >/dev/null 2>&1 || run=$run-static
}

# A step before the suites: counted, and shown where it fails.
step() { # NAME WHAT LOG COMMAND...
    row_name=$1 what=$2 log=$3
    shift 3
    if "$@" >"$log" 2>&1 </dev/null; then
        passed=$((passed + 1))
        echo "== $row_name: $what ... ok"
        return
    fi
    grep -nE -A 6 'FAIL|error:|undefined|\*\*\*' "$log" | head -n 40
    echo "   whole log: $log"
    table_failed "$row_name" "not so: $what"
    return 1
}
cunit() { # DIR: a static libcunit of the parts that the tests use
    source=$O/arch/cunit/source/CUnit
    mkdir -p "$1" || return 1
    for part in CUError MyMem TestDB TestRun Util; do
        "${prefix}gcc" $flags -O1 -w -I"$source/Headers" -c -o "$1/$part.o" "$source/Sources/Framework/$part.c" || return 1
    done
    "${prefix}ar" rcs "$1/libcunit.a" "$1"/*.o
}
build() { # TARGET...
    "$MAKE" --no-print-directory $jobs O="$out" CONFIG=config.mk CROSS_COMPILE="$prefix" CFLAGS="-O2 -g $flags" \
        LDFLAGS=-static CUNIT_CFLAGS="-isystem $O/arch/cunit/include" CUNIT_LDFLAGS="-L$out/cunit" "$@"
}
build_tests() {
    cunit "$out/cunit" && build tests
}
suites() { # NAME
    emulated=${run:+KRING_TEST_EMULATED=1}
    env KRING_ENGINE=$engine $emulated KRING_TEST_TIMEOUT=600 timeout -k 5 1200 $run \
        "$out/tests/kring-tests" ${KRING_ARCH_LEAVE--x faults -x oracle} >"$out/tests.log" 2>&1 </dev/null
    table_count "$1" "$out/tests.log" $? native soft mixed other
    table_row "$1 (${run:-here}, $engine)"
}

for name in $names; do
    describe "$name" || { echo "check-arch: no such row: $name (there are: $every)" >&2; exit 2; }
done
sh "$top/deps.sh" arch $names || exit 1
mkdir -p "$O/arch" "$O/check"
table_begin "$O/arch/table" native soft mixed other
sh "$top/deps.sh" cunit-source "$O/arch/cunit" >"$O/arch/cunit.log" 2>&1 </dev/null &&
    mkdir -p "$O/arch/cunit/include" && ln -sfn ../source/CUnit/Headers "$O/arch/cunit/include/CUnit" || {
    tail -n 5 "$O/arch/cunit.log"
    echo "check-arch: CUnit's source cannot be had" >&2
    exit 1
}
for name in $names; do
    describe "$name"
    out=$O/arch/$name
    mkdir -p "$out"
    step "$name" "the library builds" "$out/build.log" build lib || continue
    step "$name" "no symbol is amiss" "$out/symbols.log" sh "$top/check-symbols.sh" "$out/libkring.a" with "$prefix" || continue
    step "$name" "the tests build" "$out/build.log" build_tests || continue
    if [ -z "$run" ] && ! "$out/tests/kring-tests" -l >/dev/null 2>&1; then
        table_not_run "$name" "this machine's kernel does not run its programs"
        continue
    fi
    suites "$name"
done
table_end "$O/check/arch"
