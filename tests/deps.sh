#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what the tests need and the machine lacks, saying so: CUnit, by the distribution's own
# package manager. Called with "arch", the cross compilers and qemu-user as well (Debian only).
set -u
CC=${CC:-cc}

has_cunit() {
    printf '#include <CUnit/CUnit.h>\nint main(void) { return CU_get_error(); }\n' |
        $CC ${CUNIT_CFLAGS:-} -x c -o /dev/null - ${CUNIT_LDFLAGS:-} -lcunit 2>/dev/null
}

# Runs a command as root, saying which.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        echo "tests: $*" >&2
        "$@" >&2
    elif command -v sudo >/dev/null 2>&1; then
        echo "tests: sudo $*" >&2
        sudo -n "$@" >&2
    else
        echo "tests: must be root (or have sudo) to run: $*" >&2
        return 1
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" ||
        { as_root apt-get update &&
          as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }
}

install_cunit() {
    if command -v apt-get >/dev/null 2>&1; then apt_install libcunit1-dev
    elif command -v dnf >/dev/null 2>&1; then as_root dnf install -y CUnit-devel
    elif command -v apk >/dev/null 2>&1; then as_root apk add cunit-dev
    elif command -v pacman >/dev/null 2>&1; then as_root pacman -S --noconfirm cunit
    elif command -v zypper >/dev/null 2>&1; then as_root zypper --non-interactive install cunit-devel
    else return 1
    fi
}

if [ "${1:-}" = arch ]; then
    missing=
    for package in gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-linux-gnueabihf \
                   libc6-dev-armhf-cross qemu-user; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing="$missing $package"
    done
    [ -z "$missing" ] && exit 0
    command -v apt-get >/dev/null 2>&1 || {
        echo "tests: install by hand:$missing" >&2
        exit 1
    }
    echo "tests: installing cross compilers and qemu-user:$missing" >&2
    apt_install $missing
    exit
fi

# A private apt state: the machine's own mirrors and keys, another architecture, nothing installed.
if [ "${1:-}" = cunit ]; then
    arch=$2 dir=$3
    [ -n "$(find "$dir" -name libcunit.a 2>/dev/null)" ] && exit 0
    mkdir -p "$dir/apt/lists/partial" "$dir/apt/archives/partial" || exit 1
    dir=$(cd "$dir" && pwd)
    set -- -o Dir::State="$dir/apt" -o Dir::State::lists="$dir/apt/lists" -o Dir::State::status=/dev/null \
        -o Dir::Cache="$dir/apt" -o APT::Architecture="$arch" -o APT::Architectures::="$arch" \
        -o APT::Sandbox::User=root
    echo "tests: fetching libcunit1-dev for $arch with apt-get (unpacked into $dir, not installed)"
    # Its status does not count: a source that has nothing for this architecture may be among them.
    apt-get "$@" update || true
    (cd "$dir" && apt-get "$@" download "libcunit1-dev:$arch" && dpkg -x libcunit1-dev_*.deb .) || exit 1
    rm -rf "$dir/apt"
    [ -n "$(find "$dir" -name libcunit.a)" ]
    exit
fi

has_cunit && exit 0
echo "tests: CUnit is missing: installing it with the distribution's package manager" >&2
install_cunit
has_cunit && exit 0
echo "tests: CUnit could not be installed. Install its headers and library (Debian:" \
     "libcunit1-dev, Fedora: CUnit-devel, Alpine: cunit-dev, Arch: cunit, SUSE: cunit-devel)," \
     "or point CUNIT_CFLAGS and CUNIT_LDFLAGS at them." >&2
exit 1
