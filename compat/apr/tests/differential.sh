#!/bin/sh
# compat/apr/tests/differential.sh - the same random programs on libapr-1 and on libown-apr: their
# traces must be the same.
#
#   OWN_APR_PROGRAMS   how many programs, 2000 where it is not set
#   OWN_APR_CALLS      calls of each, 200
#   OWN_APR_SEED       the seed of the first, 1; the others follow it
set -eu

here=$top_builddir/compat/apr/tests
if test ! -x "$here/differential-real"; then
    echo "skipped: no libapr-1, or --disable-comparison: nothing proves what tests of APR say"
    echo "and there is nothing to compare libown-apr with"
    exit 77
fi

count=${OWN_APR_PROGRAMS:-2000}
calls=${OWN_APR_CALLS:-200}
first=${OWN_APR_SEED:-1}
if test -z "${OWN_APR_PROGRAMS:-}"; then
    test "${OWN_SANITIZER:-no}" = no || count=$((count / 5))
    count=$((count / ${OWN_TEST_SCALE:-1}))
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$here/differential-real" hashes "$first" "$count" "$calls" >"$folder/real" &
real=$!
status=0
"$here/differential" hashes "$first" "$count" "$calls" >"$folder/own" || status=$?
wait $real || { echo "libapr-1 ended with $? after seed $(tail -n 1 "$folder/real")"; exit 99; }

# The seeds whose lines differ; where libown-apr has ended early, the first that it has no line for.
join -a 1 "$folder/real" "$folder/own" | awk '$2 != $3 { print $1 }' >"$folder/different"
compared=$(wc -l <"$folder/own")
if test "$compared" -lt "$count"; then
    echo "libown-apr ended with $status in the program of seed $((first + compared))"
    awk -v last=$((first + compared)) '$1 <= last' "$folder/different" >"$folder/first"
    mv "$folder/first" "$folder/different"
fi
different=$(wc -l <"$folder/different")
echo "$compared programs of $calls calls compared, $different differ"

head -n 3 "$folder/different" | while read -r seed; do
    "$here/differential-real" trace "$seed" "$calls" >"$folder/real" 2>&1 || true
    "$here/differential" trace "$seed" "$calls" >"$folder/own" 2>&1 || true
    echo "seed $seed, libapr-1 and libown-apr:"
    diff -U 6 "$folder/real" "$folder/own" | tail -n +3 | cut -c 1-150 | head -n 30
done
test "$compared" -eq "$count" && test "$different" -eq 0 && test $status -eq 0
