#!/bin/sh
# SPDX-License-Identifier: MIT
# check-arch.sh [NAME...|all]     (aarch64 arm)
#
# Other architectures: the library and its symbols, and the whole suite on the soft engine under
# qemu-user, whose io_uring_setup answers ENOSYS. Installs the compilers of those that are named
# (tests/deps.sh); "all" takes those that are installed. CUnit is built from its source for each.
# KRING_ARCH_LEAVE= runs the faults too, which takes minutes.
set -u
O=${O:-build} MAKE=${MAKE:-make}
top=$(dirname "$0")
jobs=-j$(nproc 2>/dev/null || echo 2)
passed=0 failed=0 skipped=0
unset CC CXX AR NM OBJDUMP SIZE PKG_CONFIG CROSS_COMPILE

every="aarch64 arm i386 riscv64 mips mips64el ppc64le s390x"
names=${*:-aarch64 arm}
[ "$names" = all ] || sh "$top/deps.sh" arch $names || exit 1
[ "$names" = all ] && names=$every

prefix_of() {
    case $1 in
    arm) echo arm-linux-gnueabihf- ;;
    i386) echo i686-linux-gnu- ;;
    mips64el) echo mips64el-linux-gnuabi64- ;;
    ppc64le) echo powerpc64le-linux-gnu- ;;
    *) echo "$1-linux-gnu-" ;;
    esac
}
count() { # NAME STATUS LOG
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$3" | tail -n 1)
    set -- "$1" "$2" "$3" $(echo "$line" | sed 's/[^0-9]\{1,\}/ /g')
    p=${4:-0} f=${5:-0} s=${6:-0}
    [ "$2" != 0 ] && [ "$f" = 0 ] && f=1
    [ "$2" = 0 ] && [ -z "$line" ] && p=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "== $1: $p passed, $f failed, $s skipped"
    [ "$f" = 0 ] || { grep -nE -A 6 'FAIL|error:|undefined|\*\*\*' "$3" | head -n 40; echo "   whole log: $3"; }
}
cunit() { # PREFIX DIR: a static libcunit of the parts that the tests use
    source=$O/arch/cunit/source/CUnit
    mkdir -p "$2" || return 1
    for name in CUError MyMem TestDB TestRun Util; do
        "${1}gcc" -O1 -w -I"$source/Headers" -c -o "$2/$name.o" "$source/Sources/Framework/$name.c" || return 1
    done
    "${1}ar" rcs "$2/libcunit.a" "$2"/*.o
}
build() { # ARCH PREFIX TARGET...
    out=$O/arch/$1 prefix=$2
    shift 2
    "$MAKE" --no-print-directory $jobs O="$out" CONFIG=config.mk CROSS_COMPILE="$prefix" LDFLAGS=-static \
        CUNIT_CFLAGS="-isystem $O/arch/cunit/include" CUNIT_LDFLAGS="-L$out/cunit" "$@"
}
suites() { # ARCH ENGINE
    qemu=qemu-$1
    command -v "$qemu" >/dev/null 2>&1 || qemu=$qemu-static
    KRING_ENGINE=$2 KRING_TEST_EMULATED=1 KRING_TEST_TIMEOUT=600 timeout 1200 "$qemu" \
        "$O/arch/$1/tests/kring-tests" ${KRING_ARCH_LEAVE--x faults -x oracle} >"$O/arch/$1/tests-$2.log" 2>&1 </dev/null
    count "$1: suites under $qemu, engine $2" $? "$O/arch/$1/tests-$2.log"
}

mkdir -p "$O/arch"
sh "$top/deps.sh" cunit-source "$O/arch/cunit" >"$O/arch/cunit.log" 2>&1 </dev/null &&
    mkdir -p "$O/arch/cunit/include" && ln -sfn ../source/CUnit/Headers "$O/arch/cunit/include/CUnit"
have_cunit=$?
[ $have_cunit = 0 ] || count "CUnit's source" 1 "$O/arch/cunit.log"
for arch in $names; do
    prefix=$(prefix_of "$arch") out=$O/arch/$arch
    if ! command -v "${prefix}gcc" >/dev/null 2>&1; then
        skipped=$((skipped + 1))
        echo "== $arch ... skipped: no ${prefix}gcc"
        continue
    fi
    mkdir -p "$out"
    build "$arch" "$prefix" lib >"$out/build.log" 2>&1 </dev/null
    status=$?
    count "$arch: the library builds" $status "$out/build.log"
    [ $status = 0 ] || continue
    sh "$top/check-symbols.sh" "$out/libkring.a" with "$prefix" >"$out/symbols.log" 2>&1 </dev/null
    count "$arch: symbols" $? "$out/symbols.log"
    [ $have_cunit = 0 ] || continue
    cunit "$prefix" "$out/cunit" >"$out/build.log" 2>&1 &&
        build "$arch" "$prefix" tests >"$out/build.log" 2>&1 </dev/null
    status=$?
    count "$arch: the tests build" $status "$out/build.log"
    [ $status = 0 ] || continue
    suites "$arch" soft
done
echo
mkdir -p "$O/check"
echo "$passed passed, $failed failed, $skipped skipped" | tee "$O/check/arch"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
