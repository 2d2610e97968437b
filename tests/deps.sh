#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what the tests need and the machine lacks, saying so, by the distribution's own package
# manager: CUnit, glib and libuv for the examples that run in their main loops, curl and wrk for the
# web server.
#
#   deps.sh arch NAME...       cross compilers and qemu-user (Debian only)
#   deps.sh cunit-source DIR   CUnit's source, to be built by those compilers (Debian only)
#   deps.sh kernel SUITE DIR   the user-mode kernel of a Debian suite (Debian only)
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
        arm | thumb) packages="$packages gcc-arm-linux-gnueabihf libc6-dev-armhf-cross" ;;
        i386 | i386-native) packages="$packages gcc-i686-linux-gnu libc6-dev-i386-cross" ;;
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

# An apt state of its own in DIR/apt, with this machine's mirrors and keys: nothing is installed, and
# the machine's own lists stay as they are. Sets the options for apt-get in $private.
private_apt() { # DIR
    rm -rf "$1/apt"
    mkdir -p "$1/apt/lists/partial" "$1/apt/archives/partial" "$1/apt/parts" || exit 1
    private="-o Dir::State=$1/apt -o Dir::State::lists=$1/apt/lists -o Dir::Cache=$1/apt
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$1/apt/parts
        -o Acquire::Languages=none -o APT::Sandbox::User=root -o Dir::State::status=$1/apt/status"
    : >"$1/apt/status"
}

# cunit-source DIR: CUnit's source, for architectures that have no package of it on this machine.
if [ "${1:-}" = cunit-source ]; then
    dir=$2
    [ -n "$(find "$dir" -name TestRun.c 2>/dev/null)" ] && exit 0
    rm -rf "$dir"
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    private_apt "$dir"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        case $list in *.list | *.sources) ;; *) continue ;; esac
        [ -s "$list" ] && sed -e 's/^Types:.*/Types: deb-src/' -e 's/^deb /deb-src /' "$list" \
            >"$dir/apt/parts/${list##*/}"
    done
    echo "tests: fetching CUnit's source with apt-get (unpacked into $dir, not installed)"
    # Its status does not count: a source without source packages may be among them.
    apt-get $private update || true
    (cd "$dir" && apt-get $private source --download-only cunit && mkdir -p source &&
        tar -xf cunit_*.orig.tar.* -C source --strip-components=1) || exit 1
    rm -rf "$dir/apt"
    [ -n "$(find "$dir" -name TestRun.c)" ]
    exit
fi

# kernel SUITE DIR: the user-mode kernel of a Debian suite, unpacked into DIR: DIR/linux runs it.
# The younger ones need their own libc, which is unpacked beside them.
if [ "${1:-}" = kernel ]; then
    suite=$2 dir=$3
    [ -x "$dir/linux" ] && exit 0
    command -v apt-get >/dev/null 2>&1 || { echo "tests: user-mode kernels come from Debian: no apt-get here" >&2; exit 1; }
    rm -rf "$dir"
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    private_apt "$dir"
    # The mirror that serves this machine's own release, and the archive keys of all releases.
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -s "$list" ] && grep -q "^Suites:.*$release" "$list" && sed -n 's/^URIs: *//p' "$list"
    done >"$dir/apt/uris" 2>/dev/null
    sed -n "s/^deb \(\[[^]]*\] \)*\([^ ]*\) $release .*/\2/p" /etc/apt/sources.list >>"$dir/apt/uris" 2>/dev/null
    uri=$(grep -v security "$dir/apt/uris" | head -n 1)
    [ -n "$uri" ] || { echo "tests: no Debian mirror among this machine's package sources" >&2; exit 1; }
    keys=$(ls /usr/share/keyrings/debian-archive-*keyring.gpg | head -n 1)
    echo "deb [signed-by=$keys] $uri $suite main" >"$dir/apt/parts/suite.list"
    echo "tests: fetching the user-mode kernel of $suite with apt-get (unpacked into $dir, not installed)"
    apt-get $private update &&
        (cd "$dir" && apt-get $private download user-mode-linux libc6 && for deb in *.deb; do
            dpkg-deb -x "$deb" root || exit 1
        done && rm -f ./*.deb) || exit 1
    rm -rf "$dir/apt"
    kernel=$dir/root/usr/bin/linux.uml
    [ -x "$kernel" ] || exit 1
    # Runs as it is where the machine's own libc is new enough: patched needlessly, the oldest breaks.
    if ! "$kernel" --version >/dev/null 2>&1; then
        command -v patchelf >/dev/null 2>&1 || apt_install patchelf || exit 1
        libc=$(dirname "$(find "$dir/root" -name 'libc.so.6' | head -n 1)")
        patchelf --set-interpreter "$(find "$libc" -name 'ld-linux*' | head -n 1)" --set-rpath "$libc" "$kernel" || exit 1
        "$kernel" --version >/dev/null || exit 1
    fi
    ln -s root/usr/bin/linux.uml "$dir/linux"
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
