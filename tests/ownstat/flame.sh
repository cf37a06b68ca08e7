#!/bin/sh
# tests/ownstat/flame.sh - `ownstat flame' writes what speedscope's schema allows, with the sums of
# the report.
set -eu
. "$(dirname "$0")/begin.sh"

make_report server 1 >"$work/server"
make_report cycles >"$work/cycles"
make_report chain 1000 >"$work/chain"
cd "$work"

check()
{
    python3 "$here/check_speedscope.py" "$@" >sums 2>err || fail "not in the format of speedscope"
}

run 0 flame --no-symbols server
cp out flame.json
check flame.json 4
test "$(cat sums)" = "12112 26 9000 12"
run 0 flame -o cycles.json cycles
check cycles.json 2
test "$(cat sums)" = "1030 4"
# A deep tree is cut, and nothing is lost.
run 0 flame -o chain.json chain
says err "deeper than 200 names"
check chain.json 2
test "$(cat sums)" = "16000 1000"
run 0 flame --folded chain
test "$(tail -n 1 out | tr ';' '\n' | wc -l)" = 200
test "$(awk '{ sum += $2 } END { print sum }' out)" = 16000

# The checker refuses what is wrong.
for change in 's/"unit":"bytes"/"unit":"inches"/' 's/"sampled"/"evented"/' 's/^64,/63,/' \
    's/^\[0,1\]/[0,99]/' 's/"name":"server"}/"name":"server","colour":1}/' 's/^\[0\],//'; do
    sed "$change" flame.json >wrong.json
    if cmp -s flame.json wrong.json; then
        fail "there is nothing to change by $change"
    fi
    if python3 "$here/check_speedscope.py" wrong.json 4 >/dev/null 2>&1; then
        fail "check_speedscope.py accepts $change"
    fi
done

# Paths of calls: the pool's names, then the outermost call first.
python3 - >paths <<'END'
import json
report = json.load(open("flame.json"))
names = [frame["name"] for frame in report["shared"]["frames"]]
for sample in report["profiles"][2]["samples"]:
    print(" ".join(names[index].replace(" ", "_") for index in sample))
END
cat >expected_paths <<'END'
server cache /no/such/module+0x5678 cache_add_/no/such/module+0x1234
server connection request_17 begin_/no/such/module+0x9abc
END
diff expected_paths paths
