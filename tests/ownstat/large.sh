#!/bin/sh
# tests/ownstat/large.sh - 100,000 pools, beside each other and each below the last, take every
# command seconds. OWNSTAT_POOLS is another number of them.
set -eu
. "$(dirname "$0")/begin.sh"

pools=${OWNSTAT_POOLS:-100000}
# Far more than it takes: work that grows with the square of the number would take hours.
seconds=$((20 + pools / 2000))
test "$OWN_SANITIZER" = no || seconds=$((10 * seconds))

make_report wide $((pools - 1)) >"$work/wide"
make_report chain "$pools" >"$work/chain"
cd "$work"
printf '%s\n' '<script type="application/json" id="own-report">null</script>' \
    '<script type="application/json" id="own-report-old">null</script>' >page.html
export OWNSTAT_PAGE=$work/page.html

timed()
{
    begin=$(date +%s)
    run "$@"
    took=$(($(date +%s) - begin))
    test $took -le $seconds || fail "$* took $took seconds, more than $seconds"
}

for report in wide chain; do
    timed 0 show $report
    says out "server[4242], 1970-01-01 00:16:40: $pools pools"
    timed 0 show --each --count=0 $report
    test "$(wc -l <out)" = $((pools + 2))
    timed 0 top $report
    test "$(wc -l <out)" = 23
    timed 0 diff $report $report
    timed 0 leaks --exact-names $report $report $report
    timed 0 graph --count=50 -o - $report
    timed 0 graph -n 0 -o all.dot $report
    test "$(grep -c fontsize all.dot)" = $((pools + 1))
    timed 0 flame -o flame.json $report
    python3 "$here/check_speedscope.py" flame.json 2 >sums
    timed 0 flame --folded -o folded $report
    timed 0 html -o page $report
done
test "$(cat sums)" = "$((16 * pools)) $pools"
timed 0 diff wide chain
