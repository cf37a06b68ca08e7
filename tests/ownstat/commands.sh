#!/bin/sh
# tests/ownstat/commands.sh - what show, top, diff, leaks and flame --folded print of small reports.
set -eu
. "$(dirname "$0")/begin.sh"

for round in 0 1 2; do
    make_report server $round >"$work/server$round"
done
make_report cycles >"$work/cycles"
cd "$work"

run 0 show server0
golden show
run 0 show --bytes --each --sort=name server0
golden show-each
run 0 show --group-digits --depth=3 --sort=own server2
golden show-groups
run 0 show --count=1 server2
golden show-count
run 0 show --places --no-symbols server1
golden show-places
run 0 show --places cycles
says out "were not sampled"
"$ownstat" show - <server0 | diff "$here/expected/show" -

# Control characters of names do not reach the terminal.
sed 's/"name": "log"/"name": "l\\u001b[1m\\u009b\\u00e9g"/' server0 >escapes
run 0 show escapes
says out 'l\x1b[1m\xc2\x9bég'

run 0 top server1
golden top
run 0 top --sort=deferred --count=2 --bytes server1
golden top-deferred
for key in bytes blocks total total-blocks pools reserved unused peak references children held; do
    run 0 top --sort=$key --count=1 server1
    test "$(wc -l <out)" = 4
done

run 0 diff server0 server2
golden diff
run 0 diff --exact-names --bytes --count=1 server0 server2
golden diff-exact
run 0 diff server2 server0
golden diff-back
says err "is older than"
run 0 diff server1 server1
test "$(wc -l <out)" = 1
# Another process: pools are not the same, whatever their ids are.
sed 's/"process": 4242/"process": 4243/' server2 >other
run 0 diff server0 other
golden diff-other
says err "of different processes"

run 1 leaks server0 server1 server2
golden leaks
run 1 leaks --exact-names --bytes server0 server1 server2
golden leaks-exact
run 1 leaks --least=5000 server0 server1 server2
test "$(grep -c server/ out)" = 1
run 0 leaks server0 server1 server1
says out "Nothing has grown in each report"
run 0 leaks server2 server1 server0
run 1 leaks --count=1 server0 server1 server2
says out "... and 1 more"

run 0 flame --folded server1
golden folded
run 0 flame --folded --by=blocks --group-digits --depth=2 server1
golden folded-blocks
says err "deeper than 2 names"

# SIZE_MAX, which is a limit that refuses nothing, is more than JSON libraries have integers for.
sed 's/"limit": 1048576/"limit": 18446744073709551615/' server0 >limit
run 0 show limit
test "$(grep -c limit out)" = 0

# Unknown members, blanks and the order of members do not matter.
python3 - server0 >shuffled <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
report["later"] = {"deep": [[[1.5, None]]]}
report["version"] = 2
for item in report["pools"]:
    item["later"] = True
print(json.dumps(dict(sorted(report.items(), reverse=True)), indent=3))
END
run 0 show shuffled
golden show
run 0 show --help
says out "Usage: ownstat show"
