#!/bin/sh
# SPDX-License-Identifier: MIT
# Other architectures: the library and its symbols with every cross compiler that is installed, and
# on aarch64 and arm the whole suite on the soft engine under qemu-user (whose io_uring_setup answers ENOSYS).
# KRING_ARCHES="name..." narrows it. Installs what it needs for aarch64 and arm (tests/deps.sh).
set -u
O=${O:-build} MAKE=${MAKE:-make}
top=$(dirname "$0")
jobs=-j$(nproc 2>/dev/null || echo 2)
passed=0 failed=0 skipped=0
sh "$top/deps.sh" arch || exit 1
unset CC CXX AR NM OBJDUMP SIZE PKG_CONFIG CROSS_COMPILE

count() { # NAME STATUS LOG
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$3" | tail -n 1)
    set -- "$1" "$2" "$3" $(echo "$line" | sed 's/[^0-9]\{1,\}/ /g')
    p=${4:-0} f=${5:-0} s=${6:-0}
    [ "$2" != 0 ] && [ "$f" = 0 ] && f=1
    [ "$2" = 0 ] && [ -z "$line" ] && p=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "== $1: $p passed, $f failed, $s skipped"
    [ "$f" = 0 ] || { grep -nE -A 6 'FAIL|error:|\*\*\*' "$3" | head -n 40; echo "   whole log: $3"; }
}
# aarch64 arm: architecture, tool prefix, Debian's name, qemu
each() {
    cat <<END
aarch64 aarch64-linux-gnu- arm64 qemu-aarch64
arm arm-linux-gnueabihf- armhf qemu-arm
i386 i686-linux-gnu- - -
riscv64 riscv64-linux-gnu- - -
mips mips-linux-gnu- - -
mips64el mips64el-linux-gnuabi64- - -
ppc64le powerpc64le-linux-gnu- - -
s390x s390x-linux-gnu- - -
END
}
while read -r arch prefix debian qemu; do
    case " ${KRING_ARCHES:-$arch} " in *" $arch "*) ;; *) continue ;; esac
    out=$O/arch/$arch
    mkdir -p "$out"
    if ! command -v "${prefix}gcc" >/dev/null 2>&1; then
        skipped=$((skipped + 1))
        echo "== $arch: skipped: no ${prefix}gcc"
        continue
    fi
    "$MAKE" --no-print-directory $jobs O="$out" CONFIG=config.mk CROSS_COMPILE="$prefix" lib >"$out/build.log" 2>&1 </dev/null
    count "$arch: the library builds" $? "$out/build.log"
    [ -f "$out/libkring.a" ] || continue
    sh "$top/check-symbols.sh" "$out/libkring.a" with "$prefix" >"$out/symbols.log" 2>&1 </dev/null
    count "$arch: symbols" $? "$out/symbols.log"
    [ "$debian" != - ] || continue
    sh "$top/deps.sh" cunit "$debian" "$out/cunit" >"$out/cunit.log" 2>&1 </dev/null ||
        { count "$arch: CUnit for $arch" 1 "$out/cunit.log"; continue; }
    include=$out/cunit/usr/include
    libs=$(dirname "$(find "$out/cunit" -name libcunit.a)")
    "$MAKE" --no-print-directory $jobs O="$out" CONFIG=config.mk CROSS_COMPILE="$prefix" LDFLAGS=-static \
        CUNIT_CFLAGS="-isystem $include" CUNIT_LDFLAGS="-L$libs" tests >"$out/build.log" 2>&1 </dev/null
    status=$?
    count "$arch: the tests build" $status "$out/build.log"
    [ $status = 0 ] || continue
    command -v "$qemu" >/dev/null 2>&1 || qemu=$qemu-static
    KRING_ENGINE=soft KRING_TEST_TIMEOUT=600 "$qemu" "$out/tests/kring-tests" >"$out/tests.log" 2>&1 </dev/null
    count "$arch: suites under $qemu, engine soft" $? "$out/tests.log"
    # Nothing here has io_uring: auto must come to the same place by itself.
    KRING_ENGINE=auto KRING_TEST_TIMEOUT=600 "$qemu" "$out/tests/kring-tests" >"$out/tests-auto.log" 2>&1 </dev/null
    count "$arch: suites under $qemu, engine auto" $? "$out/tests-auto.log"
done <<END
$(each)
END
echo
mkdir -p "$O/check"
echo "$passed passed, $failed failed, $skipped skipped" | tee "$O/check/arch"
[ "$failed" = 0 ]
