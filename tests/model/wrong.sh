#!/bin/sh
# tests/model/wrong.sh - the tester can fail: where the model answers one call wrongly, that is
# found, a few calls are left, and the program that is written fails too.
set -eu

case ${OWN_SANITIZER-} in
no | '') ;;
*)
    echo "the programs are not written for sanitizers"
    exit 77
    ;;
esac
folder=$(mktemp -d "${TMPDIR:-/tmp}/own-wrong-XXXXXX")
trap 'rm -rf "$folder"' EXIT
model=$top_builddir/tests/model/model

# The call, and how many calls are enough to see it.
check() {
    if "$model" --steps 100000 --wrong "$1" --program "$folder/found.c" >"$folder/said"; then
        echo "a wrong answer of $1 was not found"
        exit 1
    fi
    calls=$(sed -n 's/^model: \([0-9]*\) calls are enough.*/\1/p' "$folder/said")
    if test "${calls:-99}" -gt "$2"; then
        cat "$folder/said"
        echo "$1 should need no more than $2 calls"
        exit 1
    fi
    # shellcheck disable=SC2086 # flags
    $CC $CPPFLAGS $CFLAGS -I"$top_srcdir/include" -I"$top_srcdir/tests/model" "$folder/found.c" \
        "$top_srcdir/tests/model/things.c" "$top_srcdir/tests/model/pieces.c" \
        -o "$folder/found" $LDFLAGS -L"$top_builddir/.libs" -lown -lpthread \
        -Wl,-rpath,"$top_builddir/.libs"
    if "$folder/found" 2>"$folder/said"; then
        echo "the program for $1 does not fail"
        exit 1
    fi
    grep -q 'is due, not' "$folder/said"
}

check give 3
check hold 3
check undefer 3
check block_size 4
check is_ancestor 3
check refcount 3
check list_get 6
check array_count 3
