#!/bin/sh
# tests/report.sh - reports as other people's parsers read them: JSON and metrics by Python, graphs
# by Graphviz.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
work=$(mktemp -d "$top_builddir/report.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$top_builddir/tests/report/tree" "$work"
looked=

if command -v dot >/dev/null; then
    for graph in dot dot.fd; do
        dot -Tplain "$work/tree.$graph" >"$work/plain"
        # 1 server, 1 cache, 101 connections and their requests; sessions, weak references, lists
        # and buffers of each.
        test "$(grep -c '^node' "$work/plain")" = "$((2 + 101 * 6))"
        # Parents, holds and weak references; the fields are not in the graph without memory.
        edges=$((1 + 101 * 2 + 101 * 5 + 20))
        test "$graph" = dot.fd || edges=$((edges + 10))
        test "$(grep -c '^edge' "$work/plain")" = "$edges"
    done
    test "$(grep -c 'color=red' "$work/tree.dot")" = 40
    looked=1
else
    echo "not looked at by Graphviz, which is not installed"
fi

if command -v python3 >/dev/null; then
    PYTHONDONTWRITEBYTECODE=1 python3 "$top_srcdir/tests/report/formats.py" "$work"
    looked=1
else
    echo "not looked at by Python, which is not installed"
fi

test -n "$looked" || { echo "SKIP: there is neither Graphviz nor Python 3"; exit 77; }
