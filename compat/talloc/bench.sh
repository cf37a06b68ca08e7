#!/bin/sh
# compat/talloc/bench.sh - runs both programs some times in turn, and prints the medians of each
# figure and their ratio.
#
#   bench.sh BENCH-OWN [BENCH-LIBTALLOC]
set -eu

runs=${RUNS:-9}
pin=
command -v taskset >/dev/null && pin='taskset -c 0'
work=$(mktemp)
trap 'rm -f "$work"' EXIT

for run in $(seq "$runs"); do
    for program; do
        $pin "$program" | sed -n "s|^sample|$(basename "$program")|p" >>"$work"
    done
done

# Sorted by program, figure and value: the middle one of each is the median.
sort -k1,1 -k2,2 -k5,5n "$work" | awk -v runs="$runs" '
BEGIN { printf "%-18s %-4s %10s %10s %7s\n", "", "", "libown", "libtalloc", "ratio" }
{
    at = ++seen[$1, $2]
    if (at == int((runs + 1) / 2)) {
        value[$1, $2] = $5
        if (!($2 in unit))
            figure[++figures] = $2
        unit[$2] = $4
    }
}
END {
    for (i = 1; i <= figures; i++) {
        name = figure[i]
        own = value["bench-own", name]
        other = value["bench-libtalloc", name]
        printf "%-18s %-4s %10.1f %10.1f %7s\n", name, unit[name], own, other,
            other ? sprintf("%.2f", own / other) : "-"
    }
}'
