#!/bin/sh
# tests/ownstat/library.sh - ownstat reads what the library writes: the reports of
# tests/report/tree, and what respd answers at its monitor.
set -eu
. "$(dirname "$0")/begin.sh"

tree=$top_builddir/tests/report/tree
respd=$top_builddir/examples/respd/respd
cd "$work"

looked=
if test -x "$tree"; then
    looked=1
    "$tree" .
    for report in tree.json tree.json.fd; do
        run 0 show $report
        says out "cache"
        run 0 show --each --count=0 $report
        test "$(wc -l <out)" = $((2 + $(grep -c '"parent"' $report)))
        run 0 top $report
        run 0 diff $report $report
        test ! -s err
        run 0 leaks $report $report $report
        run 0 flame -o flame.json $report
        python3 "$here/check_speedscope.py" flame.json 2 >sums
        # The library's own stacks of names have the same sum.
        awk '{ sum += $NF } END { print sum }' tree.folded >sum
        test "$(cut -d' ' -f1 sums)" = "$(cat sum)"
        run 0 graph --count=0 -o - $report
        if command -v dot >/dev/null; then
            dot -Tplain out >plain
        fi
    done
    "$ownstat" flame --folded tree.json | sort >folded
    sort tree.folded >library_folded
    awk '{ number = $NF; sub(/ [0-9]*$/, ""); sums[$0] += number }
        END { for (path in sums) if (sums[path]) print path " " sums[path] }' library_folded |
        sort | diff - folded
fi

if test -x "$respd"; then
    looked=1
    sockets=$(mktemp -d /tmp/ownstat.XXXXXX)
    end_here()
    {
        end
        rm -rf "$sockets"
    }
    trap end_here EXIT
    (cd "$sockets" && exec "$respd" --port 0 --monitor respd) >log 2>&1 &
    server=$!
    tries=0
    until "$ownstat" show $server >out 2>err; do
        tries=$((tries + 1))
        test $tries -lt 100 || fail "respd does not answer"
        sleep 0.1
    done
    says out "respd[$server]"
    says out "server"
    run 0 show "$sockets/respd"
    says out "respd[$server]"
    run 0 leaks $server $server "$sockets/respd"
fi

test -n "$looked" || skip "neither tests/report/tree nor respd was built"
