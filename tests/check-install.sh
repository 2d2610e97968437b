#!/bin/sh
# SPDX-License-Identifier: MIT
# make install into a sysroot, used from there as a package would be; and a build that can be repeated.
set -u
O=${O:-build} MAKE=${MAKE:-make} CC=${CC:-cc} PKG_CONFIG=${PKG_CONFIG:-pkg-config}
. "$(dirname "$0")/lib.sh"
root=$(mkdir -p "$O/install-check" && cd "$O/install-check" && pwd)
rm -rf "$root"
mkdir -p "$root"

installs() { "$MAKE" --no-print-directory DESTDIR="$root" PREFIX=/usr LIBDIR=/usr/lib/triplet install; }
pc() { PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/triplet/pkgconfig "$PKG_CONFIG" "$@" kring; }
paths() {
    pc --cflags | grep -F -- "-I$root/usr/include" &&
        pc --libs | grep -F -- "-L$root/usr/lib/triplet -lkring"
}
links() { # FLAG: one of the examples, from what was installed only
    # shellcheck disable=SC2046
    $CC -std=c11 $(pc --cflags) -o "$root/program" examples/kring-cat.c $1 $(pc --libs) -Wl,-Bdynamic -pthread &&
        echo hello >"$root/input" &&
        [ "$(LD_LIBRARY_PATH=$root/usr/lib/triplet "$root/program" "$root/input")" = hello ]
}
exports() { # the shared object has the public names and no other
    ${NM:-nm} -D --defined-only "$root/usr/lib/triplet/libkring.so" | awk '
        { n++ } $3 !~ /^kring_[a-z]/ { print; bad = 1 } END { exit bad || !n }'
}
nothing_outside() {
    find "$root/usr" ! -type d | sed "s|^$root||" | sort | tee "$root/list"
    [ "$(wc -l <"$root/list")" = 7 ]
}
repeatable() { # two checkouts at different paths, one archive
    for n in 1 2; do
        tree=$root/copy$n/tree
        mkdir -p "$tree" &&
            cp -R GNUmakefile Kconfig config.mk .ci abi probe fallback ops include "$tree" &&
            (cd "$tree" && env -u MAKEFLAGS -u O "$MAKE" -s -j2 O="out$n" CFLAGS='-O1 -g' lib) || return 1
    done
    cmp "$root/copy1/tree/out1/libkring.a" "$root/copy2/tree/out2/libkring.a"
}
removes() {
    "$MAKE" --no-print-directory DESTDIR="$root" PREFIX=/usr LIBDIR=/usr/lib/triplet uninstall &&
        [ -z "$(find "$root/usr" ! -type d)" ]
}

check "make install fills a sysroot" installs
check "the sysroot holds the seven files and nothing else" nothing_outside
if command -v "$PKG_CONFIG" >/dev/null 2>&1; then
    check "kring.pc works under PKG_CONFIG_SYSROOT_DIR" paths
    check "a program links with the installed archive" links -Wl,-Bstatic
    check "a program links with the installed shared object" links ''
else
    skip "kring.pc works under PKG_CONFIG_SYSROOT_DIR" "no pkg-config"
fi
check "the shared object exports the public names only" exports
check "make uninstall removes what install made" removes
check "two builds of one source are equal" repeatable
rm -rf "$root"
summary
