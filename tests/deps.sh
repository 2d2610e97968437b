#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what the tests need and the machine lacks, saying so, by the distribution's own package
# manager: CUnit, glib and libuv for the examples that run in their main loops, curl and wrk for the
# web server.
#
#   deps.sh arch NAME...       cross compilers and qemu-user (Debian only)
#   deps.sh cunit-source DIR   CUnit's source, to be built by those compilers (Debian only)
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

install_packages() { # DEBIAN FEDORA ALPINE ARCH SUSE: the same thing by its five names
    if command -v apt-get >/dev/null 2>&1; then apt_install $1
    elif command -v dnf >/dev/null 2>&1; then as_root dnf install -y $2
    elif command -v apk >/dev/null 2>&1; then as_root apk add $3
    elif command -v pacman >/dev/null 2>&1; then as_root pacman -S --noconfirm $4
    elif command -v zypper >/dev/null 2>&1; then as_root zypper --non-interactive install $5
    else return 1
    fi
}

# arch NAME...: the cross compilers of these architectures, with their libc, and qemu-user.
if [ "${1:-}" = arch ]; then
    shift
    packages=qemu-user
    for arch; do
        case $arch in
        aarch64) packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;;
        arm) packages="$packages gcc-arm-linux-gnueabihf libc6-dev-armhf-cross" ;;
        i386) packages="$packages gcc-i686-linux-gnu libc6-dev-i386-cross" ;;
        riscv64) packages="$packages gcc-riscv64-linux-gnu libc6-dev-riscv64-cross" ;;
        mips) packages="$packages gcc-mips-linux-gnu libc6-dev-mips-cross" ;;
        mips64el) packages="$packages gcc-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross" ;;
        ppc64le) packages="$packages gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross" ;;
        s390x) packages="$packages gcc-s390x-linux-gnu libc6-dev-s390x-cross" ;;
        *) echo "tests: no such architecture: $arch" >&2; exit 2 ;;
        esac
    done
    missing=
    for package in $packages; do
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

# cunit-source DIR: CUnit's source, for architectures that have no package of it on this machine. A
# private apt state: the machine's own mirrors and keys; nothing is installed.
if [ "${1:-}" = cunit-source ]; then
    dir=$2
    [ -n "$(find "$dir" -name TestRun.c 2>/dev/null)" ] && exit 0
    rm -rf "$dir"
    mkdir -p "$dir/apt/lists/partial" "$dir/apt/archives/partial" "$dir/apt/parts" || exit 1
    dir=$(cd "$dir" && pwd)
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        case $list in *.list | *.sources) ;; *) continue ;; esac
        [ -s "$list" ] && sed -e 's/^Types:.*/Types: deb-src/' -e 's/^deb /deb-src /' "$list" \
            >"$dir/apt/parts/${list##*/}"
    done
    set -- -o Dir::State="$dir/apt" -o Dir::State::lists="$dir/apt/lists" -o Dir::Cache="$dir/apt" \
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$dir/apt/parts" \
        -o Acquire::Languages=none -o APT::Sandbox::User=root
    echo "tests: fetching CUnit's source with apt-get (unpacked into $dir, not installed)"
    # Its status does not count: a source without source packages may be among them.
    apt-get "$@" update || true
    (cd "$dir" && apt-get "$@" source --download-only cunit && mkdir -p source &&
        tar -xf cunit_*.orig.tar.* -C source --strip-components=1) || exit 1
    rm -rf "$dir/apt"
    [ -n "$(find "$dir" -name TestRun.c)" ]
    exit
fi

# For the examples in foreign main loops, which the tests skip, with the reason, where this fails.
has_loops() { ${PKG_CONFIG:-pkg-config} --exists glib-2.0 libuv 2>/dev/null; }
if ! has_loops; then
    echo "tests: installing glib and libuv for two of the examples" >&2
    install_packages "pkg-config libglib2.0-dev libuv1-dev" "pkgconf-pkg-config glib2-devel libuv-devel" \
        "pkgconf glib-dev libuv-dev" "pkgconf glib2 libuv" "pkg-config glib2-devel libuv-devel" || true
    has_loops || echo "tests: without glib or libuv those examples are not tested" >&2
fi

# The clients of examples/kring-http; its tests are skipped, with the reason, where they lack.
has_clients() { command -v curl >/dev/null 2>&1 && command -v wrk >/dev/null 2>&1; }
if ! has_clients; then
    echo "tests: installing curl and wrk for the web server's tests" >&2
    install_packages "curl wrk" "curl wrk" "curl wrk" "curl wrk" "curl wrk" || true
    has_clients || echo "tests: without curl or wrk the web server is not tested as a whole" >&2
fi

has_cunit && exit 0
echo "tests: CUnit is missing: installing it with the distribution's package manager" >&2
install_packages libcunit1-dev CUnit-devel cunit-dev cunit cunit-devel
has_cunit && exit 0
echo "tests: CUnit could not be installed. Install its headers and library (Debian:" \
     "libcunit1-dev, Fedora: CUnit-devel, Alpine: cunit-dev, Arch: cunit, SUSE: cunit-devel)," \
     "or point CUNIT_CFLAGS and CUNIT_LDFLAGS at them." >&2
exit 1
