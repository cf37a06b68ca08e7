#!/bin/sh
# compat/talloc/tests/differential.sh - the same random programs on libtalloc and on libown-talloc:
# all that can be seen of them must be the same. The environment:
#
#     OWN_TALLOC_PROGRAMS   how many programs (2000; a tenth in a sanitizer build)
#     OWN_TALLOC_CALLS      how many calls each has (200)
#     OWN_TALLOC_SEED       the seed of the first (1)
set -eu

: "${top_builddir:?run by make check}"
here=$top_builddir/compat/talloc/tests
calls=${OWN_TALLOC_CALLS-200}
seed=${OWN_TALLOC_SEED-1}
programs=2000
test "${OWN_SANITIZER-no}" = no || programs=200
programs=${OWN_TALLOC_PROGRAMS-$programs}

if test ! -x "$here/differential-libtalloc"; then
    echo "SKIP: nothing to compare with: no libtalloc, or --disable-comparison"
    exit 77
fi
work=$(mktemp -d "$here/differential.XXXXXX")
trap 'rm -rf "$work"' EXIT

# libtalloc is no part of a sanitizer build, and leaks limits.
export LSAN_OPTIONS=detect_leaks=0
"$here/differential-libtalloc" "$seed" "$programs" "$calls" >"$work/theirs"
"$here/differential" "$seed" "$programs" "$calls" >"$work/ours" || echo "it ended with $?"
test "$(wc -l <"$work/theirs")" -eq "$programs"

# A line that is missing counts as a difference.
awk 'NR == FNR { ours[$0] = 1; next } !($0 in ours) { print $1 }' \
    "$work/ours" "$work/theirs" >"$work/different"
differences=$(wc -l <"$work/different")
echo "$programs programs of $calls calls compared, $differences differences"
test "$differences" -gt 0 || exit 0

for number in $(head -3 "$work/different"); do
    "$here/differential-libtalloc" -v "$number" 1 "$calls" >"$work/a" || true
    "$here/differential" -v "$number" 1 "$calls" >"$work/b" || true
    echo "program $number, from libtalloc (-) to libown (+); its last call before that:"
    line=$(cmp "$work/a" "$work/b" | sed 's/.* line //')
    head -n "${line:-1}" "$work/a" | grep '^[0-9]*\. ' | tail -1
    diff -u "$work/a" "$work/b" | sed -n '3,20p' | cut -c1-300
done
exit 1
