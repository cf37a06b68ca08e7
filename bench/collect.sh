#!/bin/sh
# bench/collect.sh - runs both programs in turns, and prints the medians of each shape and their
# ratio.
#
#   collect.sh BENCH-COLLECT PYTHON COLLECT.PY
set -eu

runs=${RUNS:-3}
pin=
command -v taskset >/dev/null && pin='taskset -c 0'
work=$(mktemp)
trap 'rm -f "$work"' EXIT

for run in $(seq "$runs"); do
    $pin "$1" | sed -n 's/^sample/libown/p' >>"$work"
    $pin "$2" "$3" | sed -n 's/^sample/cpython/p' >>"$work"
done

sort -k1,1 -k2,2 -k3,3n "$work" | awk '
{ samples[$1, $2, ++count[$1, $2]] = $3; shape[$2] = 1 }
function median(of, name) {
    return samples[of, name, int((count[of, name] + 1) / 2)]
}
END {
    printf "%-8s %10s %10s %7s   ns an object\n", "", "libown", "CPython", "ratio"
    for (name in shape)
        printf "%-8s %10.1f %10.1f %7.2f\n", name, median("libown", name),
            median("cpython", name), median("libown", name) / median("cpython", name)
}'
