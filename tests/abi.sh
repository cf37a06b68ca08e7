#!/bin/sh
# tests/abi.sh - what compiled programs rely on is as tests/abi/x86_64 says: the types of all
# exported functions, and the layout of the structs in the headers. What is new may be added:
#
#     tests/abi.sh --keep    writes the file again. A line that went or changed breaks programs
#                            that exist: it wants another name, or another soname (configure.ac)
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
skip()
{
    echo "SKIP: $1"
    exit 77
}
kept=$top_srcdir/tests/abi/x86_64
library=$top_builddir/.libs/libown.so
test -z "${INSTRUMENT_FLAGS-}" || skip "a plain build is looked at"
test "$OWN_SHARED" = yes || skip "there is no shared library"
test "$(uname -m)" = x86_64 || skip "the layouts that are kept are those of x86-64"
command -v gdb >/dev/null || skip "gdb is missing"
gdb -batch -nx -ex 'python pass' >/dev/null 2>&1 || skip "this gdb has no Python"
work=$(mktemp -d "$top_builddir/abi.XXXXXX")
trap 'rm -rf "$work"' EXIT

gdb -batch -nx -x "$top_srcdir/tests/abi/signatures.py" "$library" \
    -ex "python write('$top_srcdir/src/libown.map', '$top_srcdir/include')" \
    >"$work/found" 2>"$work/errors" || true
grep -q '^own_' "$work/found" || {
    grep -q 'no debug information' "$work/errors" && skip "the library was compiled without -g"
    cat "$work/errors"
    echo "FAIL: gdb has read nothing"
    exit 1
}
if test "${1-}" = --keep; then
    cp "$work/found" "$kept"
    exit
fi
# A name that is not in the headers any more would not be found, and so be a line less.
diff "$kept" "$work/found" >"$work/changes" || true
if grep -q '^<' "$work/changes"; then
    cat "$work/changes"
    echo "FAIL: programs that were compiled before rely on the lines with <"
    exit 1
fi
added=$(grep -c '^>' "$work/changes" || true)
echo "$(grep -c '^own_' "$work/found") functions, $(grep -c '^type' "$work/found") types;" \
    "lines that are new: $added"
