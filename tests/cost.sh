#!/bin/sh
# tests/cost.sh - counts the instructions of the hot calls, and fails where one costs over 5 %
# more than the figure kept in tests/cost/figures.
#
#   make check-cost        compares
#   make keep-cost         writes what it counts to tests/cost/figures
#
# Valgrind counts the same on each machine, whatever else runs there; only the string functions of
# the C library depend on the processor. Other compilers and flags make other code: this is skipped.
set -eu

: "${top_srcdir:?run by make check-cost}" "${top_builddir:?}" "${CC:?}"
figures=$top_srcdir/tests/cost/figures
percent=5
rounds=1000 # of each call; as in tests/cost/calls.c

skip()
{
    echo "SKIP: check-cost: $*"
    exit 77
}

defined()
{
    grep -q "^#define $1\$" "$top_builddir/config.h"
}

# The compiler, its target and its flags, as the first line of the figures has them.
made_with()
{
    name=gcc
    version=$($CC -dumpversion)
    if $CC --version | grep -q clang; then
        name=clang
    fi
    flags="${CPPFLAGS-} ${CFLAGS-} ${LDFLAGS-}"
    echo "made with: $name ${version%%.*}, $($CC -dumpmachine), $flags" |
        sed 's/  */ /g; s/ $//'
}

test -n "${VALGRIND-}" || skip "valgrind is missing"
defined 'HAVE_VALGRIND_MEMCHECK_H 1' || skip "configured without valgrind's headers"
defined 'OWN_DEBUG 0' || skip "a debug build checks itself"
test -z "${INSTRUMENT_FLAGS-}" || skip "a build with $INSTRUMENT_FLAGS"
if test "${1-}" != --keep; then
    kept_with=$(sed -n 1p "$figures")
    test "$(made_with)" = "$kept_with" ||
        skip "the figures are for code $kept_with; this is $(made_with)"
fi

work=$(mktemp -d "$top_builddir/cost.XXXXXX")
trap 'rm -rf "$work"' EXIT
LD_BIND_NOW=1 $VALGRIND --tool=callgrind --callgrind-out-file="$work/dump" \
    "$top_builddir/tests/cost/calls" >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}

# Lines of a name and a number, in the order in which the calls were made.
for dump in $(ls "$work" | sed -n 's/^dump\.//p' | sort -n); do
    awk -v rounds=$rounds '
        /^desc: Trigger: Client Request: / { name = $NF }
        /^summary: / { printf "%-28s %8.1f\n", name, $2 / rounds }' "$work/dump.$dump"
done >"$work/counted"
test -s "$work/counted" || {
    echo "FAIL: callgrind has counted nothing"
    exit 1
}

if test "${1-}" = --keep; then
    { made_with; cat "$work/counted"; } >"$work/figures"
    cat "$work/figures"
    cp "$work/figures" "$figures"
    exit
fi

echo "instructions a call           kept  counted"
awk -v percent=$percent '
    NR == FNR { if (NR > 1) kept[$1] = $2; next }
    {
        counted[$1] = 1
        verdict = ""
        if (!($1 in kept)) {
            verdict = "  FAIL: no figure is kept"
        } else if ($2 > kept[$1] * (1 + percent / 100)) {
            verdict = sprintf("  FAIL: %.1f %% more", ($2 / kept[$1] - 1) * 100)
        } else if ($2 < kept[$1] * (1 - percent / 100)) {
            verdict = "  less: make keep-cost, so that it stays so"
        }
        if (verdict ~ /FAIL/)
            bad = 1
        printf "%-26s %8s %8s%s\n", $1, ($1 in kept) ? kept[$1] : "-", $2, verdict
    }
    END {
        for (name in kept)
            if (!(name in counted)) {
                print "FAIL: " name " is kept, but was not counted"
                bad = 1
            }
        exit bad
    }' "$figures" "$work/counted"
