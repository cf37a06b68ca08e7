#!/bin/sh
# tests/exports.sh - what the headers declare, what the version script lists and what libown.so
# exports are the same names, and so for the libraries of compat/; and a program that links libown.a
# statically gets no other globals.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
export LC_ALL=C
work=$(mktemp -d "$top_builddir/exports.XXXXXX")
trap 'rm -rf "$work"' EXIT

same()
{
    diff "$work/$1" "$work/$2" && return
    echo "FAIL: < only in $1, > only in $2"
    exit 1
}

# compare LIBRARY MAP HEADER ...
compare()
{
    library=$1
    map=$2
    shift 2
    sh "$top_srcdir/tools/public-names.sh" "$@" >"$work/headers"
    test "$(wc -l <"$work/headers")" -gt 10
    test "$(grep -c . "$work/headers")" = "$(sort -u "$work/headers" | grep -c .)"
    sed -n '/global:/,/local:/s/^ *\([a-z_0-9]*\);$/\1/p' "$top_srcdir/$map" |
        sort >"$work/${map##*/}"
    same headers "${map##*/}"
    if test "$OWN_SHARED" = yes; then
        $NM -D --defined-only "$top_builddir/.libs/$library.so" |
            awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/$library.so"
        same headers "$library.so"
    else
        echo "not looked at: $library.so (configured with --disable-shared)"
    fi
}

compare libown-apr compat/apr/libown-apr.map "$top_srcdir"/include/own/compat/apr_*.h
compare libown src/libown.map "$top_srcdir"/include/own/*.h "$top_srcdir/include/own.h"
compare libown-talloc compat/talloc/libown-talloc.map "$top_srcdir/include/own/compat/talloc.h"
