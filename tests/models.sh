#!/bin/sh
# tests/models.sh - spin goes through all interleavings of the models in tests/models, and must find
# the bug in each of their mutants, which the head of a model lists.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
if test -z "${SPIN-}"; then
    echo "SKIP: tests/models: spin is missing"
    exit 77
fi
if test -n "${INSTRUMENT_FLAGS-}" || grep -q '^#define OWN_DEBUG 1$' "$top_builddir/config.h"; then
    echo "SKIP: tests/models: they have nothing of the library, and a plain build checks them"
    exit 77
fi
work=$(mktemp -d "$top_builddir/models.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cp "$top_srcdir"/tests/models/*.pml "$work"

# More than this is a model that has grown too large, or a search that does not end.
seconds_a_search=20
depth=10000

fail()
{
    cat "$work/out" 2>/dev/null || true
    echo "FAIL: $1"
    exit 1
}

run_spin()
{
    (cd "$work" && $SPIN -P"$CC -E -x c" "$@")
}

# search MODEL [MUTANT]: goes through its states; what is said of them is in $work/out.
search()
{
    rm -f "$work"/pan* "$work"/*.trail
    { run_spin ${2:+-D$2} -a "$1.pml" && $CC -w -DSAFETY "$work/pan.c" -o "$work/pan"; } \
        >"$work/out" 2>&1 || fail "$1 ${2-}: not accepted"
    # The status is 0 whatever has been found.
    (cd "$work" && timeout "$seconds_a_search" ./pan -m$depth) >"$work/out" 2>&1 ||
        fail "$1 ${2-}: the search has not ended in $seconds_a_search seconds"
}

# Whether the search went through all states and found nothing; else shows how it came to an error.
all_is_well()
{
    if grep -q 'errors: 0$' "$work/out" && ! grep -q -i 'truncated\|too small' "$work/out"; then
        return
    fi
    test ! -f "$work/$1.pml.trail" || run_spin -t -p -g "$1.pml"
    fail "$1: spin has found an error, or has not seen all"
}

# The names in a model's list of mutants.
mutants_of()
{
    awk '/^ \* mutants:$/ { inside = 1; next }
         inside && /^ \*   [A-Z]/ { print $2 }
         inside && /^ \*\/$/ { exit }' "$work/$1.pml"
}

for model in get revival drop tree outside total; do
    search $model
    all_is_well $model
    states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$work/out")
    echo "$model: $states states, no errors"
    caught=0
    for mutant in $(mutants_of $model); do
        search $model $mutant
        grep -q 'errors: 1$' "$work/out" || fail "$model: spin does not see the bug of $mutant"
        echo "    $mutant caught:" \
            "$(sed -n 's/^pan:1: \(.*\) (at depth [0-9]*)$/\1/p' "$work/out")"
        caught=$((caught + 1))
    done
    test $caught -gt 0 || fail "$model: it lists no mutants"
done
