#!/bin/sh
# SPDX-License-Identifier: MIT
# check-probe.sh: kring-probe as a user and as a script meet it.
set -u
O=${O:-build}
AWK=${AWK:-awk}
. "$(dirname "$0")/lib.sh"
probe=$O/kring-probe

status() { # WANTED COMMAND...
    wanted=$1
    shift
    "$@"
    got=$?
    [ "$got" = "$wanted" ] || { echo "exit status $got, not $wanted: $*"; return 1; }
}
says() { # TEXT COMMAND...
    text=$1
    shift
    "$@" 2>&1 | grep -F -- "$text" || { echo "does not say \"$text\": $*"; return 1; }
}
says_not() {
    text=$1
    shift
    ! "$@" 2>&1 | grep -F -- "$text"
}
plain() { env -u KRING_ENGINE -u KRING_KERNEL -u KRING_QUIRKS "$@"; }

check "a table without arguments" says "OPERATION" "$probe"
check "the help names every option" says "--require" "$probe" --help
check "the help succeeds" status 0 "$probe" --help
for arguments in --frob --op "--op nothing" --require "--require nothing" "--require recv,,send" \
    "--kernel 3.10" "--kernel 9.9" --kernel "--engine fast" "--entries 0" "--entries 1x" --json=1; do
    # shellcheck disable=SC2086
    check "bad arguments are status 2: $arguments" status 2 "$probe" $arguments
done
check "an environment with nonsense is status 2" status 2 env KRING_ENGINE=fast "$probe"
check "4.19 has nothing" status 1 "$probe" --kernel 4.19 --require nop
check "4.19 says why" says "needs" "$probe" --kernel 5.1 --op bind
check "KRING_KERNEL simulates" says "4.19" env KRING_KERNEL=4.19 "$probe"
check "KRING_ENGINE=soft is obeyed" says "engine soft was asked for" env KRING_ENGINE=soft "$probe" --op recv
check "the configuration is one" sh -c "'$probe' --config >'$O/probe.mk' &&
    $AWK -v mode=header -v strict=1 -f .ci/config.awk Kconfig '$O/probe.mk' >'$O/probe.h'"
if command -v python3 >/dev/null 2>&1; then
    check "the JSON is JSON" sh -c "'$probe' --json | python3 -m json.tool"
    check "the JSON of 4.19 too" sh -c "'$probe' --json --kernel 4.19 | python3 -m json.tool"
else
    skip "the JSON is JSON" "python3 is not installed"
fi
if grep -qx '#define CONFIG_KRING_KERNEL_ENGINE 1' "$O/kring-config.h" &&
    "$O/tests/seccomp-run" EPERM setup -- true 2>/dev/null; then
    for answer in ENOSYS EPERM EOPNOTSUPP EACCES; do
        check "a filter that answers $answer is named" says "seccomp filter" plain \
            "$O/tests/seccomp-run" $answer setup,enter,register -- "$probe"
    done
    check "a filter on enter alone is named" says "seccomp filter" plain \
        "$O/tests/seccomp-run" EPERM enter -- "$probe"
    check "a filter that kills is named" says "kills at the first io_uring call" plain \
        "$O/tests/seccomp-run" kill setup,enter,register -- "$probe"
    check "it is no failure" status 0 plain "$O/tests/seccomp-run" kill setup,enter,register -- "$probe"
    check "engine soft lives under that filter" status 0 env KRING_ENGINE=soft \
        "$O/tests/seccomp-run" kill setup,enter,register -- "$probe"
    check "and says nothing of a filter" says_not "seccomp" env KRING_ENGINE=soft \
        "$O/tests/seccomp-run" kill setup,enter,register -- "$probe"
else
    skip "seccomp filters" "none can be installed, or no kernel engine"
fi
summary
