#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what the tests need and the machine lacks, saying so, by the distribution's own package
# manager: CUnit, glib and libuv for the examples that run in their main loops, curl and wrk for the
# web server.
#
#   deps.sh arch NAME...       cross compilers and emulators (Debian only)
#   deps.sh cunit-source DIR   CUnit's source, to be built by those compilers (Debian only)
#   deps.sh kernel SUITE DIR   the user-mode kernel of a Debian suite (Debian only)
#   deps.sh kernel-source DIR  Linux 5.10 as bullseye has it, and what builds it (Debian only)
#   deps.sh gcc-9 DIR          the compiler of bullseye (Debian only)
#   deps.sh system ARCHITECTURE FLAVOUR DIR
#                              the kernel of bookworm for an emulated machine (Debian only)
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
        x86_64 | nolibc) packages="$packages gcc libc6-dev" ;;
        arm-system) packages="$packages gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-system-arm cpio" ;;
        s390x-system) packages="$packages gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-system-misc cpio" ;;
        mips64el-system)
            packages="$packages gcc-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross qemu-system-mips cpio"
            ;;
        gcc-9) packages="$packages libc6-dev" ;;
        clang) packages="$packages clang" ;;
        musl) packages="$packages musl-tools" ;;
        aarch64-clang) packages="$packages clang gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;;
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

# The mirror that serves this machine's own release, for SUITE of Debian with the archive keys of all
# releases, and for ARCHITECTURE in that apt state alone: the machine itself knows no other.
suite_apt() { # DIR SUITE [ARCHITECTURE]
    command -v apt-get >/dev/null 2>&1 || { echo "tests: $2 comes from Debian: no apt-get here" >&2; exit 1; }
    private_apt "$1"
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -s "$list" ] && grep -q "^Suites:.*$release" "$list" && sed -n 's/^URIs: *//p' "$list"
    done >"$1/apt/uris" 2>/dev/null
    sed -n "s/^deb \(\[[^]]*\] \)*\([^ ]*\) $release .*/\2/p" /etc/apt/sources.list >>"$1/apt/uris" 2>/dev/null
    uri=$(grep -v security "$1/apt/uris" | head -n 1)
    [ -n "$uri" ] || { echo "tests: no Debian mirror among this machine's package sources" >&2; exit 1; }
    keys=$(ls /usr/share/keyrings/debian-archive-*keyring.gpg | head -n 1)
    echo "deb [signed-by=$keys] $uri $2 main" >"$1/apt/parts/suite.list"
    [ -z "${3:-}" ] || private="$private -o APT::Architecture=$3 -o APT::Architectures::=$3"
    apt-get $private update
}
unpack() { # DIR PACKAGE...: into DIR/root
    (cd "$1" && shift && apt-get $private download "$@" && for deb in *.deb; do
        dpkg-deb -x "$deb" root || exit 1
    done && rm -f ./*.deb)
}
fresh() { # DIR: made anew; sets $dir to its whole path
    rm -rf "$1"
    mkdir -p "$1" || exit 1
    dir=$(cd "$1" && pwd)
}

# kernel SUITE DIR: the user-mode kernel of a Debian suite, unpacked into DIR: DIR/linux runs it.
# The younger ones need their own libc, which is unpacked beside them.
if [ "${1:-}" = kernel ]; then
    suite=$2
    [ -x "$3/linux" ] && exit 0
    fresh "$3"
    echo "tests: fetching the user-mode kernel of $suite with apt-get (unpacked into $dir, not installed)"
    suite_apt "$dir" "$suite" && unpack "$dir" user-mode-linux libc6 || exit 1
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

# kernel-source DIR: Linux 5.10's source as bullseye has it, unpacked into DIR/linux.
if [ "${1:-}" = kernel-source ]; then
    for tool in flex bison bc xz; do
        command -v $tool >/dev/null 2>&1 || { apt_install flex bison bc xz-utils libelf-dev || exit 1; break; }
    done
    [ -s "$2/linux/Makefile" ] && exit 0
    fresh "$2"
    echo "tests: fetching the source of Linux 5.10 with apt-get (unpacked into $dir, not installed)"
    suite_apt "$dir" bullseye && unpack "$dir" linux-source-5.10 || exit 1
    rm -rf "$dir/apt"
    mkdir "$dir/linux.new" &&
        tar -xf "$dir"/root/usr/src/linux-source-5.10.tar.xz -C "$dir/linux.new" --strip-components=1 || exit 1
    rm -rf "$dir/root"
    mv "$dir/linux.new" "$dir/linux"
    exit
fi

# gcc-9 DIR: the compiler of Debian bullseye, unpacked into DIR: DIR/gcc is it. It finds its parts from
# where it stands, and takes the machine's own headers, assembler and libc.
if [ "${1:-}" = gcc-9 ]; then
    [ -x "$2/gcc" ] && exit 0
    fresh "$2"
    echo "tests: fetching gcc 9 of bullseye with apt-get (unpacked into $dir, not installed)"
    suite_apt "$dir" bullseye && unpack "$dir" gcc-9 cpp-9 libgcc-9-dev libisl23 libmpc3 libmpfr6 libgmp10 || exit 1
    rm -rf "$dir/apt"
    # The compiler proper takes its libraries of arithmetic from beside it.
    libs=$(dirname "$(find "$dir/root" -name 'libisl.so.23' | head -n 1)")
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libs" "$dir/root/usr/bin/gcc-9" >"$dir/gcc.new"
    chmod +x "$dir/gcc.new"
    echo 'int main(void) { return 0; }' >"$dir/try.c"
    "$dir/gcc.new" -o "$dir/try" "$dir/try.c" && "$dir/try" && mv "$dir/gcc.new" "$dir/gcc"
    exit
fi

# system ARCHITECTURE FLAVOUR DIR: the kernel of Debian bookworm, unpacked into DIR: DIR/vmlinuz is it.
if [ "${1:-}" = system ]; then
    architecture=$2 flavour=$3
    [ -s "$4/vmlinuz" ] && exit 0
    fresh "$4"
    echo "tests: fetching the $architecture kernel of bookworm with apt-get (unpacked into $dir, not installed)"
    suite_apt "$dir" bookworm "$architecture" || exit 1
    package=$(apt-cache $private show "linux-image-$flavour" | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | head -n 1)
    [ -n "$package" ] && unpack "$dir" "$package" || exit 1
    rm -rf "$dir/apt"
    # Not all machines take a compressed one.
    mv "$dir"/root/boot/vmlinu[xz]-* "$dir/vmlinuz" && rm -rf "$dir/root"
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
