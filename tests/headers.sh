#!/bin/sh
# tests/headers.sh - every public header can be included alone, and twice, in C11 and in C++17,
# without a warning; or in the standards that HEADERS_C and HEADERS_CXX name, as far as a compiler
# knows them.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
work=$(mktemp -d "$top_builddir/headers.XXXXXX")
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wundef -Wshadow -Wconversion -Wsign-conversion -Werror"

check()
{
    compiler=$1
    source=$2
    count=0
    for header in "$top_srcdir"/include/own.h "$top_srcdir"/include/own/*.h \
        "$top_srcdir"/include/own/compat/*.h; do
        name=${header#"$top_srcdir/include/"}
        printf '#include <%s>\n#include <%s>\nint main(void) { return 0; }\n' "$name" "$name" \
            >"$work/$source"
        $compiler $warnings -I"$top_srcdir/include" -c "$work/$source" -o "$work/out.o" || {
            echo "FAIL: <$name> alone, with $compiler"
            exit 1
        }
        count=$((count + 1))
    done
    echo "$compiler: $count headers"
    test $count -gt 1
}

knows()
{
    echo 'int main(void) { return 0; }' >"$work/$2"
    $1 -c "$work/$2" -o "$work/out.o" >/dev/null 2>&1
}

check "$CC $CPPFLAGS $CFLAGS -std=c11 -Wstrict-prototypes -Wmissing-prototypes" header.c
for standard in ${HEADERS_C-}; do
    ! knows "$CC -std=$standard" header.c ||
        check "$CC $CPPFLAGS $CFLAGS -std=$standard -Wstrict-prototypes -Wmissing-prototypes" \
            header.c
done
if test -z "$CXX"; then
    echo "SKIP: all is well in C11, but there is no C++ compiler"
    exit 77
fi
check "$CXX $CPPFLAGS $CXXFLAGS -std=c++17" header.cc
for standard in ${HEADERS_CXX-}; do
    ! knows "$CXX -std=$standard" header.cc ||
        check "$CXX $CPPFLAGS $CXXFLAGS -std=$standard" header.cc
done
