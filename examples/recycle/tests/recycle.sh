#!/bin/sh
# examples/recycle/tests/recycle.sh - however many frames are shown, few are made, and all die.
set -eu

: "${top_builddir:?run by make check}"
recycle=$top_builddir/examples/recycle/recycle

# expect COUNT LINE: what the program prints for so many frames.
expect()
{
    line=$("$recycle" "$1")
    test "$line" = "$2" || { echo "FAIL: recycle $1: $line"; exit 1; }
}

expect 1 "1 frames shown, 1 made, 1 freed"
expect 3 "3 frames shown, 3 made, 3 freed"
expect 10000 "10000 frames shown, 4 made, 4 freed"
! "$recycle" 0 2>/dev/null || { echo "FAIL: recycle 0 succeeds"; exit 1; }
