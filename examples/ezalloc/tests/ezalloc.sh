#!/bin/sh
# examples/ezalloc/tests/ezalloc.sh - 8 GiB of managed arrays leave nothing behind, 128 MiB of
# unmanaged ones all of it.
set -eu

: "${top_builddir:?run by make check}"
ezalloc=$top_builddir/examples/ezalloc/ezalloc

# more COUNT KIND: how many MiB the process has more at its end.
more()
{
    line=$("$ezalloc" "$2" "$1")
    echo "$line" >&2
    echo "$line" | sed 's/.* \([0-9]*\) more than before$/\1/'
}

# What the twin leaks is what it is there for.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS
if test "$OWN_SANITIZER" != no; then
    "$ezalloc" managed 64
    "$ezalloc" unmanaged 16
    echo "not compared: a sanitizer keeps memory that was freed"
    exit 0
fi
managed=$(more 2048 managed)
unmanaged=$(more 32 unmanaged)
test "$managed" -lt 16 || { echo "FAIL: managed arrays keep memory"; exit 1; }
test "$unmanaged" -ge 120 || { echo "FAIL: unmanaged arrays have lost theirs"; exit 1; }
