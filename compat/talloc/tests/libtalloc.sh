#!/bin/sh
# compat/talloc/tests/libtalloc.sh - the tests of libown-talloc on libtalloc itself: what they state
# must be so there.
set -eu

: "${top_builddir:?run by make check}"
here=$top_builddir/compat/talloc/tests

if test "${OWN_SANITIZER-no}" != no; then
    echo "SKIP: libtalloc is not built with the sanitizer"
    exit 77
fi
if test ! -x "$here/tree-libtalloc"; then
    echo "SKIP: no libtalloc, or --disable-comparison"
    exit 77
fi
status=0
for test in "$here"/*-libtalloc; do
    case $test in
    */differential-libtalloc) continue ;;
    esac
    "$test" || status=1
done
exit $status
