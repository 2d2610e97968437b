#!/bin/sh
# SPDX-License-Identifier: MIT
# The installed headers compile alone, in every language they promise, with every compiler here.
set -u
. "$(dirname "$0")/lib.sh"

for header in kring.h kring/uapi.h; do
    for compiler in "${CC:-cc}" "${CXX:-c++}" clang clang++; do
        command -v "${compiler%% *}" >/dev/null 2>&1 || { skip "$header with $compiler" "not installed"; continue; }
        case $compiler in
        *++*) language=c++ standards='c++11 c++17' ;;
        *) language=c standards='c99 c11' ;;
        esac
        for standard in $standards; do
            echo "#include <$header>" >"$log.h"
            check "$header alone with $compiler as $standard" "$compiler" -x $language -std=$standard -pedantic \
                -Wall -Wextra -Wundef -Werror -Iinclude -fsyntax-only "$log.h"
            # Twice: the guard works.
            echo "#include <$header>" >>"$log.h"
        done
    done
    refuse "no option of the configuration reaches $header" grep -nE '^[[:space:]]*#.*CONFIG_' include/$header
done
refuse "kring.h does not pull in uapi.h" grep -nE '#[[:space:]]*include.*(uapi|linux/io_uring)' include/kring.h
rm -f "$log.h"
summary
