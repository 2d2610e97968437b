#!/bin/sh
# SPDX-License-Identifier: MIT
# check-arch.sh [NAME...]     (all of $every, unless named)
#
# Other architectures and compilers: the library and its symbols, and the whole suite on the soft
# engine under qemu-user, whose io_uring_setup answers ENOSYS. "thumb" is arm in the other
# instruction set; "i386-native" runs the 32-bit suites on this machine's own kernel, io_uring
# included, as the x86_64 rows do. "nolibc" is a smoke test without any libc (tests/nolibc.c);
# "arm-system", "s390x-system" and "mips64el-system" run the suites in Debian's kernels for these
# machines under qemu-system, with an io_uring of 32 bits, a big-endian one, and other numbers.
# Compilers and emulators are installed, gcc 9 and those kernels unpacked (tests/deps.sh); CUnit is
# built from its source for each.
# KRING_ARCH_LEAVE= runs the faults too, which takes minutes.
set -u
O=${O:-build} MAKE=${MAKE:-make}
top=$(dirname "$0")
. "$top/table.sh"
jobs=-j$(nproc 2>/dev/null || echo 2)
unset CC CXX AR NM OBJDUMP SIZE PKG_CONFIG CROSS_COMPILE

every="x86_64 gcc-9 clang musl i386-native i386 aarch64 aarch64-clang arm thumb riscv64 mips mips64el
    ppc64le s390x nolibc arm-system s390x-system mips64el-system"
names=${*:-$every}

# What a row is built with and run by: $prefix, $cc, $headers, $cflags, $out (its folder), $run (empty:
# this machine), $engine.
describe() {
    prefix= cc= headers= cflags="-O2 -g" out=$dir/$1 run= engine=auto
    case $1 in
    x86_64) cc=gcc ;;
    nolibc) cc=gcc cflags="-O2 -g -ffreestanding -fno-stack-protector" ;;
    gcc-9) cc=$dir/gcc-9.bullseye/gcc ;;
    clang) cc=clang ;;
    # It hides the kernel's headers with those of the other libc.
    musl) cc=musl-gcc headers="-idirafter $dir/kernel-headers" ;;
    i386-native) prefix=i686-linux-gnu- out=$dir/i386 ;;
    arm-system) prefix=arm-linux-gnueabihf- cc="arm-linux-gnueabihf-gcc -marm" out=$dir/arm ;;
    s390x-system) prefix=s390x-linux-gnu- out=$dir/s390x ;;
    mips64el-system) prefix=mips64el-linux-gnuabi64- out=$dir/mips64el ;;
    i386) prefix=i686-linux-gnu- run=qemu-i386 ;;
    aarch64-clang) prefix=aarch64-linux-gnu- cc="clang --target=aarch64-linux-gnu" run=qemu-aarch64 ;;
    arm) prefix=arm-linux-gnueabihf- cc="arm-linux-gnueabihf-gcc -marm" run=qemu-arm ;;
    thumb) prefix=arm-linux-gnueabihf- cc="arm-linux-gnueabihf-gcc -mthumb" run=qemu-arm ;;
    mips64el) prefix=mips64el-linux-gnuabi64- run=qemu-mips64el ;;
    ppc64le) prefix=powerpc64le-linux-gnu- run=qemu-ppc64le ;;
    aarch64 | riscv64 | mips | s390x) prefix=$1-linux-gnu- run=qemu-$1 ;;
    *) return 1 ;;
    esac
    [ -n "$cc" ] || cc=${prefix}gcc
    [ -z "$run" ] || engine=soft
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
    source=$dir/cunit/source/CUnit
    mkdir -p "$1" || return 1
    for part in CUError MyMem TestDB TestRun Util; do
        $cc -O1 -w -I"$source/Headers" -c -o "$1/$part.o" "$source/Sources/Framework/$part.c" || return 1
    done
    "${prefix}ar" rcs "$1/libcunit.a" "$1"/*.o
}
build() { # TARGET...
    "$MAKE" --no-print-directory $jobs O="$out" CONFIG=config.mk CROSS_COMPILE="$prefix" CC="$cc" \
        CPPFLAGS="$headers" CFLAGS="$cflags" LDFLAGS=-static CUNIT_CFLAGS="-isystem $dir/cunit/include" CUNIT_LDFLAGS="-L$out/cunit" "$@"
}
build_tests() {
    cunit "$out/cunit" && build tests
}
leave=${KRING_ARCH_LEAVE--x faults -x oracle}
suites() { # NAME
    log=$dir/$1.log
    emulated=${run:+KRING_TEST_EMULATED=1}
    env KRING_ENGINE=$engine $emulated KRING_TEST_TIMEOUT=600 timeout -k 5 1200 $run \
        "$out/tests/kring-tests" $leave >"$log" 2>&1 </dev/null
    table_count "$1" "$log" $? native soft mixed other
    log=$dir/$1.oracle.log
    timeout -k 5 600 $run "$out/tests/kring-oracle" >"$log" 2>&1 </dev/null
    table_count "$1" "$log" $? oracle
    table_row "$1 $by (${run:-$(uname -r)})"
}
# Neither the libc nor what the compiler starts a program with.
nolibc() {
    $cc -std=c11 $cflags -Wall -Wextra -Wmissing-prototypes -Wconversion -Iinclude -static -no-pie -nostdlib \
        -o "$out/nolibc" "$top/nolibc.c" "$out/libkring.a" -lgcc
}
smoke() { # NAME
    timeout -k 5 60 "$out/nolibc" >"$dir/$1.log" 2>&1 </dev/null
    table_count "$1" "$dir/$1.log" $? native soft
    for cell in mixed other oracle; do table_cell -; done
    table_row "$1 $by ($(uname -r))"
}
# Machines that are emulated whole. The root holds two static programs: init, and the tests. Time
# there is not ours: slow, and one CPU.
system_kernel() { # NAME: fetches it
    case $1 in
    arm-system) sh "$top/deps.sh" system armhf armmp "$dir/$1.kernel" ;;
    s390x-system) sh "$top/deps.sh" system s390x s390x "$dir/$1.kernel" ;;
    mips64el-system) sh "$top/deps.sh" system mips64el 5kc-malta "$dir/$1.kernel" ;;
    esac
}
system_root() { # NAME
    rm -rf "$dir/$1.root" && mkdir -p "$dir/$1.root" &&
        $cc -O1 -Wall -static -o "$dir/$1.root/init" "$top/kernel-init.c" &&
        "${prefix}strip" -o "$dir/$1.root/kring-tests" "$out/tests/kring-tests" &&
        (cd "$dir/$1.root" && find . | cpio -o -H newc --quiet) >"$dir/$1.cpio"
}
system_suites() { # NAME
    log=$dir/$1.log
    case $1 in
    arm-system) machine="qemu-system-arm -M virt -cpu cortex-a15" console=ttyAMA0 ;;
    s390x-system) machine="qemu-system-s390x -M s390-ccw-virtio" console=ttysclp0 ;;
    mips64el-system) machine="qemu-system-mips64el -M malta -cpu 5KEc -vga none" console=ttyS0 ;;
    esac
    timeout -k 5 900 $machine -m 1024 -nographic -no-reboot -nic none \
        -kernel "$dir/$1.kernel/vmlinuz" -initrd "$dir/$1.cpio" \
        -append "console=$console quiet panic=-1 KRING_TEST_TIMEOUT=600 -- /kring-tests $leave" >"$log" 2>&1 </dev/null
    status=$(tr -d '\r' <"$log" | sed -n 's/^kernel-init: status \([0-9]*\).*/\1/p' | tail -n 1)
    release=$(tr -d '\r' <"$log" | sed -n 's/^kernel-init: \([0-9][^ ]*\) .*/\1/p' | head -n 1)
    [ -n "$status" ] || echo "the system did not run to its end" >>"$log"
    table_count "$1" "$log" "${status:-unknown}" native soft mixed other
    table_cell "not run"
    table_row "$1 $by (${release:-did not start})"
}

mkdir -p "$O/arch" "$O/check"
dir=$(cd "$O/arch" && pwd)
for name in $names; do
    describe "$name" || { echo "check-arch: no such row: $name (there are: $every)" >&2; exit 2; }
done
sh "$top/deps.sh" arch $names || exit 1
# What cannot be fetched is told in its row.
case " $names " in *" gcc-9 "*) sh "$top/deps.sh" gcc-9 "$dir/gcc-9.bullseye" >"$dir/gcc-9.log" 2>&1 </dev/null ;; esac
mkdir -p "$dir/kernel-headers"
for part in linux asm-generic "$(gcc -print-multiarch 2>/dev/null)/asm"; do
    ln -sfn "/usr/include/$part" "$dir/kernel-headers/${part##*/}"
done
table_begin "$dir/table" native soft mixed other oracle
sh "$top/deps.sh" cunit-source "$dir/cunit" >"$dir/cunit.log" 2>&1 </dev/null &&
    mkdir -p "$dir/cunit/include" && ln -sfn ../source/CUnit/Headers "$dir/cunit/include/CUnit" || {
    tail -n 5 "$dir/cunit.log"
    echo "check-arch: CUnit's source cannot be had" >&2
    exit 1
}
for name in $names; do
    describe "$name"
    mkdir -p "$out"
    if ! command -v ${cc%% *} >/dev/null 2>&1; then
        table_not_run "$name" "no $cc here"
        continue
    fi
    by=gcc-$($cc -dumpversion)
    case $cc in *clang*) by=clang-${by#gcc-} ;; esac
    step "$name" "the library builds" "$out/build.log" build lib || continue
    step "$name" "no symbol is amiss" "$out/symbols.log" sh "$top/check-symbols.sh" "$out/libkring.a" with "$prefix" || continue
    if [ "$name" = nolibc ]; then
        step "$name" "a program without a libc builds" "$out/build.log" nolibc && smoke "$name"
        continue
    fi
    step "$name" "the tests build" "$out/build.log" build_tests || continue
    case $name in
    *-system)
        if system_kernel "$name" >"$dir/$name.fetch.log" 2>&1 </dev/null; then
            step "$name" "an initramfs is made" "$dir/$name.build.log" system_root "$name" && system_suites "$name"
        else
            table_not_run "$name" "cannot be fetched here: $(tail -n 1 "$dir/$name.fetch.log")"
        fi
        continue
        ;;
    esac
    if [ -z "$run" ] && ! "$out/tests/kring-tests" -l >/dev/null 2>&1; then
        table_not_run "$name" "this machine's kernel does not run its programs"
        continue
    fi
    suites "$name"
done
table_end "$O/check/arch"
