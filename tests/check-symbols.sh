#!/bin/sh
# SPDX-License-Identifier: MIT
# check-symbols.sh ARCHIVE with|without [PREFIX]
#
# What the linker sees of the library, for the tools PREFIXnm and PREFIXobjdump. "with" and "without" say
# whether the numbers of the three io_uring system calls must be in the code or must not.
set -u
archive=$1 numbers=$2 prefix=${3:-}
nm=${NM:-${prefix}nm} objdump=${OBJDUMP:-${prefix}objdump}
[ -n "$prefix" ] && nm=${prefix}nm objdump=${prefix}objdump
. "$(dirname "$0")/lib.sh"

# What may be undefined: four functions of libc, arithmetic and atomics of libgcc, the compiler's own.
libc='mem(cpy|move|set|cmp)'
libgcc='__u?(div|mod|divmod)[sdt]i[34]|__(ashl|ashr|lshr|mul|neg)[dt]i[23]|__u?cmpdi2'
libgcc="$libgcc|__(clz|ctz|ffs|popcount|bswap|parity)[sd]i2"
libgcc="$libgcc|__aeabi_(u?idiv(mod)?|u?ldivmod|lmul|llsl|llsr|lasr|u?lcmp)"
libgcc="$libgcc|__aeabi_mem(cpy|move|set|clr)[48]?"
libgcc="$libgcc|__aarch64_(cas|swp|ldadd|ldclr|ldset|ldeor)[1248]_[a-z_]*|__sync_[a-z_]*_[124]"
libgcc="$libgcc|_(save|rest)gpr[01]_[0-9]*(_x)?"
compiler='__stack_chk_(fail|fail_local|guard)|_GLOBAL_OFFSET_TABLE_|__aeabi_unwind_cpp_pr[01]'
compiler="$compiler|[.]TOC[.]|_gp_disp|__gnu_local_gp|__x86[.]get_pc_thunk[.][a-z]*"
# The generic architecture goes through libc's syscall() and keeps errno as it was.
generic='syscall|__errno_location|___errno'

# Writable state that is documented, as one pattern: what this process learnt of its kernel (probe/cache.c),
# and which one it plays (abi/younger.c).
state='^kring__(cache|played)$'

outside() {
    $nm "$archive" 2>/dev/null | awk -v ok="^($libc|$libgcc|$compiler${GENERIC:+|$generic})\$" '
        NF == 2 && ($1 == "U" || $1 == "w") { wanted[$2] = 1 }
        NF == 3 { have[$3] = 1 }
        END { for (s in wanted) if (!(s in have) && s !~ ok) { print "undefined: " s; bad = 1 } exit bad }'
}
names() {
    $nm -g --defined-only "$archive" 2>/dev/null | awk '
        NF == 3 { n++ }
        NF == 3 && $3 !~ /^kring_/ && $3 !~ /^__x86\.get_pc_thunk\./ { print "global: " $3; bad = 1 }
        END { if (!n) print "no global at all"; exit bad || !n }'
}
# Sections, not the letters of nm: constant tables with addresses are relocated, then read-only.
writable() {
    $objdump -t "$archive" | awk -v ok="$state" '
        { section = ""; for (i = 2; i < NF; i++) if ($i ~ /^(\.s?data|\.s?bss|\.tdata|\.tbss|\*COM\*)/) section = $i }
        section != "" && section !~ /^\.data\.rel\.ro/ && $NF !~ /^\./ && $NF !~ ok {
            print "writable: " $NF " in " section; bad = 1
        }
        END { exit bad }'
}
# 425 to 427; mips adds 4000, 5000 or 6000 for its ABIs.
has_numbers() {
    $objdump -d "$archive" | grep -E '(\$|#|,|[[:space:]])(0x1a[9ab]|[456]?42[567]|0x114[9ab]|0x153[123])([^0-9a-f:]|$)' |
        grep -vE '^[[:space:]]*[0-9a-f]+:.*<.*>$|^[0-9a-f]+ <' |
        grep -E '[[:space:]](mov|movl|movw|movs|li|lgr|lghi|addiu|la|svc|movz|mvn|ldr)[a-z.]*[[:space:]]'
}
has_calls() { $nm "$archive" 2>/dev/null | grep -E ' T kring__sys_io_uring_(setup|enter|register)$'; }

check "undefined symbols are only those that any C environment has" outside
check "every global begins with the library's prefix" names
check "there is no writable state but what is documented" writable
if [ "$numbers" = with ]; then
    # The control of the next check: it finds the numbers where they are.
    check "the code holds the numbers of the io_uring calls" has_numbers
else
    refuse "the code does not hold the numbers of the io_uring calls" has_numbers
    refuse "there is no function for an io_uring call" has_calls
fi
summary
