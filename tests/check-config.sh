#!/bin/sh
# SPDX-License-Identifier: MIT
# The configuration: what is accepted, what is refused, and that each committed one builds.
set -u
O=${O:-build} MAKE=${MAKE:-make}
. "$(dirname "$0")/lib.sh"
dir=$O/config-check
rm -rf "$dir"
mkdir -p "$dir"
jobs=-j$(nproc 2>/dev/null || echo 2)

# Makes only the header, of the configuration in $dir/config.mk, with the given settings.
header() { "$MAKE" --no-print-directory O="$dir/h" CONFIG="$dir/config.mk" "$@" "$dir/h/kring-config.h"; }
generate() { "$MAKE" --no-print-directory O="$dir/g" CONFIG="$dir/config.mk" "$@"; }
config() { printf '%s\n' "$@" >"$dir/config.mk"; }
fails_naming() { # PATTERN...
    header >"$dir/said" 2>&1 && { echo "accepted"; return 1; }
    for pattern; do grep -q -e "$pattern" "$dir/said" || { cat "$dir/said"; echo "not said: $pattern"; return 1; }; done
}
defined() { grep -qx "#define CONFIG_KRING_$1 $2" "$dir/h/kring-config.h"; }

base='CONFIG_KRING_SOFT_ENGINE=y CONFIG_KRING_EPOLL=y'
off_spellings() {
    for off in 'CONFIG_KRING_NET=n' '# CONFIG_KRING_NET is not set' 'CONFIG_KRING_NET=' '# nothing'; do
        config $base "$off" && header && defined NET 0 && defined SOFT_ENGINE 1 || return 1
    done
}
absent_number() { config $base && header && defined SLAB_SIZE 256; }
last_word() {
    config $base && header CONFIG_KRING_NET=y CONFIG_KRING_SLAB_SIZE=17 && defined NET 1 && defined SLAB_SIZE 17
}
unknown_warns() {
    config $base CONFIG_KRING_FROM_THE_FUTURE=y
    header >"$dir/said" 2>&1 && grep -q 'warning.*CONFIG_KRING_FROM_THE_FUTURE' "$dir/said"
}
unknown_strict() { config $base CONFIG_KRING_FROM_THE_FUTURE=y; ! header STRICT=1; }
contradictions() {
    config '# nothing'
    fails_naming 'CONFIG_KRING_KERNEL_ENGINE and CONFIG_KRING_SOFT_ENGINE' || return 1
    config CONFIG_KRING_SOFT_ENGINE=y
    fails_naming 'CONFIG_KRING_EPOLL and CONFIG_KRING_PPOLL' || return 1
    config $base CONFIG_KRING_PPOLL=y
    fails_naming 'CONFIG_KRING_EPOLL and CONFIG_KRING_PPOLL' || return 1
    config CONFIG_KRING_KERNEL_ENGINE=y CONFIG_KRING_EPOLL=y
    fails_naming 'CONFIG_KRING_EPOLL=y needs CONFIG_KRING_SOFT_ENGINE' || return 1
    config $base CONFIG_KRING_ZEROCOPY=y
    fails_naming 'CONFIG_KRING_ZEROCOPY=y needs CONFIG_KRING_NET'
}
bad_values() {
    for bad in CONFIG_KRING_NET=maybe CONFIG_KRING_NET=m CONFIG_KRING_SLAB_SIZE=0 \
               CONFIG_KRING_SLAB_SIZE=1048576 CONFIG_KRING_SLAB_SIZE=many CONFIG_KRING_SLAB_SIZE=-1 CONFIG_KRING_ENTRIES=32769 'some words'; do
        config $base "$bad"
        fails_naming error || { echo "$bad"; return 1; }
    done
}
rebuilds_only_on_change() {
    config $base && header && touch -d '2001-01-01' "$dir/h/kring-config.h" && header &&
        [ -z "$(find "$dir/h/kring-config.h" -newer Kconfig)" ] && header CONFIG_KRING_NET=y &&
        [ -n "$(find "$dir/h/kring-config.h" -newer Kconfig)" ]
}
generators() {
    for kind in defconfig allnoconfig allyesconfig minimal_defconfig kernel_defconfig \
        soft_defconfig ppoll_defconfig; do
        generate $kind && header STRICT=1 || { echo "$kind"; return 1; }
    done
    for seed in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
        generate randconfig KCONFIG_SEED=$seed && header STRICT=1 || { echo "seed $seed"; return 1; }
    done
}
saved_is_the_same() {
    for kind in defconfig minimal_defconfig allnoconfig; do
        generate $kind && header && cp "$dir/h/kring-config.h" "$dir/before.h" && generate savedefconfig &&
            cp "$dir/g/defconfig" "$dir/config.mk" && header && cmp "$dir/before.h" "$dir/h/kring-config.h" || return 1
    done
}
committed_is_default() {
    generate defconfig && cmp config.mk "$dir/config.mk"
}
# The build without Python, network and configuration: make, a shell, awk, sed and the compiler are enough.
builds() { # NAME
    "$MAKE" --no-print-directory $jobs O="$dir/$1" CONFIG=".ci/configs/$1_defconfig" CFLAGS=-O1 lib
}
random_build() {
    generate randconfig KCONFIG_SEED="$1" &&
        "$MAKE" --no-print-directory $jobs O="$dir/random" CONFIG="$dir/config.mk" CFLAGS=-O0 lib ||
        { cat "$dir/config.mk"; return 1; }
}

check "=n, is not set and absent all mean off" off_spellings
check "an absent number is its default" absent_number
check "the command line has the last word" last_word
check "an unknown symbol warns" unknown_warns
check "an unknown symbol is an error under STRICT=1" unknown_strict
check "a contradiction is an error that names both symbols" contradictions
check "a wrong type or a value out of range is an error" bad_values
check "the header changes only when the configuration does" rebuilds_only_on_change
check "every generated configuration is a valid one" generators
check "savedefconfig keeps the configuration" saved_is_the_same
check "the committed config.mk is the default" committed_is_default
for name in minimal kernel soft ppoll; do
    check "$name""_defconfig builds" builds $name
done
for seed in ${KRING_RANDOM_SEEDS:-101 102}; do
    check "a random configuration builds (seed $seed)" random_build $seed
done
# The committed soft configuration is also the one whose archive must not know io_uring.
for pair in kernel:with soft:without minimal:without; do
    [ -f "$dir/${pair%:*}/libkring.a" ] || continue
    check "symbols of ${pair%:*}_defconfig" sh tests/check-symbols.sh "$dir/${pair%:*}/libkring.a" "${pair#*:}"
done
summary
