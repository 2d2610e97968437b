#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sh tests/abi_names.sh HEADER OUTPUT.c SYMBOL
#
# Writes a C file that includes HEADER ("<linux/io_uring.h>" or "kring/uapi.h") and defines the
# table SYMBOL (see abi_names.h) of every constant, struct and member that the header defines.
# The names come from the header itself, so that the table is complete for whatever release of it
# is installed; the values come from the compiler, when the output is compiled.
#
# CC (default cc) and CPPFLAGS choose the compiler and add to its search path. They must be those
# that the output is compiled with, or the table speaks of another header.
set -eu

if [ $# -ne 3 ]; then
    echo "usage: $0 HEADER OUTPUT.c SYMBOL" >&2
    exit 2
fi
header=$1
output=$2
symbol=$3
include=$(dirname "$0")/../include
work=$output.tmp
trap 'rm -f "$work" "$work.c" "$work.i" "$work.out"' EXIT
trap 'exit 1' HUP INT TERM

# The query and filter parts are headers of their own, younger than the main one.
case $header in
'<'*)
    files='linux/io_uring[.]h|linux/io_uring/[a-z_]+[.]h'
    cat >"$work.c" <<END
#include $header
#if defined(__has_include)
#if __has_include(<linux/io_uring/query.h>)
#include <linux/io_uring/query.h>
#endif
#if __has_include(<linux/io_uring/bpf_filter.h>)
#include <linux/io_uring/bpf_filter.h>
#endif
#endif
#include <linux/version.h>
END
    ;;
*)
    # Dots are escaped, for the path becomes a pattern.
    files=$(printf '%s\n' "$header" | sed 's/[.]/[.]/g')
    printf '#include "%s"\n' "$header" >"$work.c"
    ;;
esac

# Word splitting of the two variables is wanted: they hold a command and a list of flags.
# shellcheck disable=SC2086
if ! ${CC:-cc} -I"$include" ${CPPFLAGS:-} -E -dD "$work.c" >"$work.i"; then
    echo "$0: cannot preprocess $header (are the kernel headers installed?)" >&2
    exit 1
fi

# -E -dD leaves declarations and #define lines, with line markers that tell the file each is from.
awk -v files="($files)\"" '
function constant(name) {
    print "    {\"" name "\", (long long)(" name ")},"
}
function member(tag, path, open_ended) {
    print "    {\"offsetof(struct " tag ", " path ")\","
    print "     (long long)__builtin_offsetof(struct " tag ", " path ")},"
    if (!open_ended) {
        print "    {\"sizeof(struct " tag ", " path ")\","
        print "     (long long)sizeof(((struct " tag " *)0)->" path ")},"
    }
}
function is_word(t) { return t ~ /^[A-Za-z_]/ }
# The index behind the bracket that closes the one at index i.
function behind(i,   depth) {
    depth = 0
    do {
        if (token[i] ~ /^[{([]$/) depth++
        if (token[i] ~ /^[]})]$/) depth--
        i++
    } while (depth > 0 && i <= count)
    return i
}
# Enumerators, from behind the brace at i; returns the index behind the closing brace.
function enumerators(i,   fresh) {
    fresh = 1
    while (token[i] != "}" && i <= count) {
        if (fresh && is_word(token[i])) constant(token[i])
        fresh = (token[i] == ",")
        i = (token[i] == "(") ? behind(i) : i + 1
    }
    return i + 1
}
# Members of tag from behind a brace at i, named with prefix; returns as enumerators() does.
# A nested body with a name adds the name to the prefix, one without belongs to the outer struct.
function members(tag, prefix, i,   name, open_ended, end, inner) {
    while (token[i] != "}" && i <= count) {
        name = ""
        open_ended = 0
        inner = 0
        while (token[i] != ";" && i <= count) {
            if (token[i] == "__attribute__") {
                i = behind(i + 1)
            } else if (token[i] == "{") {
                inner = i + 1
                i = behind(i)
                name = ""
            } else if (token[i] == "[") {
                end = behind(i)
                open_ended = (end == i + 2 || (end == i + 3 && token[i + 1] == "0"))
                i = end
            } else {
                if (is_word(token[i])) name = token[i]
                i++
            }
        }
        i++
        if (inner) members(tag, prefix (name == "" ? "" : name "."), inner)
        if (name != "" && name !~ /^__empty/) member(tag, prefix name, open_ended)
    }
    return i + 1
}
/^# [0-9]+ "/ { wanted = ($0 ~ files); next }
!wanted { next }
/^#define / {
    # Only what has a value and takes no arguments; a helper that is removed again has no value.
    if (NF > 2 && $2 !~ /\(/) { macros[++macro_count] = $2; defined_now[$2] = 1 }
    next
}
/^#undef / { delete defined_now[$2]; next }
/^#/ { next }
{
    gsub(/[][{}();,=:*]/, " & ")
    for (f = 1; f <= NF; f++) if ($f != "__extension__") token[++count] = $f
}
END {
    i = 1
    while (i <= count) {
        if (token[i] == "enum" && (token[i + 1] == "{" || token[i + 2] == "{")) {
            i = enumerators(i + (token[i + 1] == "{" ? 2 : 3))
        } else if (token[i] == "struct" && token[i + 2] == "{") {
            tag = token[i + 1]
            print "    {\"sizeof(struct " tag ")\", (long long)sizeof(struct " tag ")},"
            i = members(tag, "", i + 3)
        } else {
            i++
        }
    }
    for (m = 1; m <= macro_count; m++) {
        if (macros[m] in defined_now) { constant(macros[m]); delete defined_now[macros[m]] }
    }
}
' "$work.i" >"$work"

if [ ! -s "$work" ]; then
    echo "$0: found no name in $header" >&2
    exit 1
fi

{
    printf '/* SPDX-License-Identifier: MIT */\n/* Made by abi_names.sh from %s. */\n' "$header"
    cat "$work.c"
    printf '#include "abi_names.h"\n\nconst struct kring_abi_entry %s[] = {\n' "$symbol"
    cat "$work"
    case $header in
    '<'*) printf '    {"LINUX_VERSION_CODE", (long long)(LINUX_VERSION_CODE)},\n' ;;
    esac
    printf '    {0, 0},\n};\n'
} >"$work.out"
mv "$work.out" "$output"
