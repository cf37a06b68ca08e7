#!/bin/sh
# tests/ownstat/graph.sh - what `ownstat graph' writes: its lines, that dot takes it, and what it
# says where there is no dot.
set -eu
. "$(dirname "$0")/begin.sh"

make_report cycles >"$work/cycles"
make_report server 1 >"$work/server"
make_report wide 1000 >"$work/wide"
cd "$work"

run 0 graph -o - cycles
golden graph
run 0 graph --no-objects -o cycles.dot cycles
test ! -s out
test "$(grep -c 'ellipse\|dotted' cycles.dot)" = 0
test "$(grep -c -e '-> .*red' cycles.dot)" = 3
run 0 graph -o - server
says out 'p3 -> p1 [style=dashed];'
says out 'peripheries=2'
test "$(grep -c red out)" = 0

# The largest pools are shown; where some between are not, the line says how many.
run 0 graph --count=10 -o - wide
says err "10 of 1001 pools are shown"
test "$(grep -c 'label="session' out)" = 9
make_report chain 50 >chain
python3 - >largest_last <<'END'
import json
report = json.load(open("chain"))
report["pools"][0]["bytes"] = 10 ** 6
report["holds"] = [{"pool": report["pools"][49]["id"], "object": report["pools"][49]["id"],
                    "type": "pool", "name": "link", "references": 2}]
print(json.dumps(report))
END
run 0 graph --count=2 -o - largest_last
says out 'p0 -> p49 [color=gray, label="48 between"];'

if ! command -v dot >/dev/null; then
    run 3 graph -o cycles.svg cycles
    says err "dot (of Graphviz) is not installed"
    skip "drawings are not looked at: there is no dot"
fi
for report in cycles server wide; do
    run 0 graph -o $report.dot $report
    dot -Tplain $report.dot -o $report.plain 2>err
    test ! -s err || fail "dot complains of $report.dot"
    "$ownstat" graph -o $report.svg $report 2>/dev/null
    grep -q '</svg>' $report.svg
done
# All nodes of the text are in the drawing, and those of a cycle are red.
test "$(grep -c '^node ' cycles.plain)" = 8
test "$(grep -c 'class="node"' cycles.svg)" = 8
test "$(grep -c 'fill="#ffe8e8" stroke="red"' cycles.svg)" = 3
grep -q 'a &quot;quoted&quot; \\ name' cycles.svg
run 0 graph -o cycles.png cycles
test "$(head -c 4 cycles.png | tail -c 3)" = PNG

# Without dot there is a clear error; a dot that fails is one too.
mkdir bin
for program in sh sed cat ls rm mkdir chmod grep dirname basename readlink uname; do
    ln -s "$(command -v $program)" bin/
done
(PATH=$work/bin && run 3 graph -o none.svg cycles) || exit 1
says err "dot (of Graphviz) is not installed"
printf '#!/bin/sh\nexit 5\n' >bin/dot
chmod +x bin/dot
(PATH=$work/bin:$PATH && run 3 graph -o none.svg cycles) || exit 1
says err "dot ended with the status 5"
