#!/usr/bin/env python3
# tests/ownstat/members.py - changes each member of a report, or leaves it out: ownstat must refuse
# the report with the status 3, and name the item, the member and what is wrong.
#
#   members.py OWNSTAT REPORT SCRATCH

import copy
import json
import subprocess
import sys

ownstat, report_path, scratch = sys.argv[1:]
with open(report_path) as file:
    good = json.load(file)

LEFT_OUT = object()
WHOLE = "must be a whole number, 0 or more"
ID = "must be a string with 0x and a hexadecimal number"
tried = 0


def refuses(path, value, text):
    """The report with a value at a path, such as pools.3.name, is refused with this text."""
    global tried
    report = copy.deepcopy(good)
    *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    item = report
    for part in above:
        item = item[part]
    if value is LEFT_OUT:
        del item[last]
    else:
        item[last] = value
    with open(scratch, "w") as file:
        json.dump(report, file, indent=1)
    result = subprocess.run([ownstat, "show", scratch], capture_output=True, text=True)
    tried += 1
    if result.returncode != 3 or result.stdout or text not in result.stderr \
            or not result.stderr.startswith("ownstat: " + scratch + ":"):
        sys.exit("FAIL: %s = %r: status %d, `%s', but not `%s'" %
                 (path, value, result.returncode, result.stderr.strip(), text))


for member in ("format version library program process time sampling root pools holds stacks "
               "sites").split():
    refuses(member, LEFT_OUT, 'it is no report: "%s" is missing' % member)
refuses("format", "other", ':2:12: "format" must be "own-report"')
for value in 0, -1, 1.0, "1", None:
    refuses("version", value, ':3:13: "version" must be a whole number, 1 or more')
refuses("library", 5, '"library" must be a string')
refuses("program", None, '"program" must be a string')
refuses("process", -5, '"process" ' + WHOLE)
refuses("sampling", 0.5, '"sampling" ' + WHOLE)
refuses("time", "now", '"time" must be a number')
refuses("root", "7f", '"root" must be null, or a string with 0x')
refuses("root", "0x99", '"root": there is no pool with the id 0x99')
refuses("root", "0x7f0000000200", '"root": the pool 0x7f0000000200 has a parent')
for array in "pools", "holds", "stacks", "sites":
    refuses(array, {}, '"%s" must be an array' % array)
    refuses(array + ".0", 5, "%s[0] must be an" % array)

for member in ("id parent name shared references blocks bytes reserved peak children held "
               "deferred").split():
    refuses("pools.3." + member, LEFT_OUT, 'pools[3]: "%s" is missing' % member)
    refuses("pools.3." + member, [], 'pools[3]: "%s" must be ' % member)
for member in "site", "apart", "limit":
    refuses("pools.3." + member, {}, 'pools[3]: "%s" must be ' % member)
for value in -1, 1.5, "5", None, True, 1e3, 2.0 ** 64:
    for member in "blocks bytes reserved peak children held deferred limit".split():
        refuses("pools.0." + member, value, 'pools[0]: "%s" %s' % (member, WHOLE))
refuses("pools.0.bytes", -2 ** 64, 'pools[0]: "bytes" ' + WHOLE)
refuses("pools.0.references", -1, 'pools[0]: "references" %s, or null' % WHOLE)
for value in "0x", "0xg", "0x11112222333344445", "7f", "0x0", 5:
    refuses("pools.0.id", value, 'pools[0]: "id" ' + ID)
refuses("pools.2.parent", "0x0", 'pools[2]: "parent" must be null, or a string with 0x')
refuses("pools.2.parent", "0x99", "pools[2]: there is no pool with the id of its parent, 0x99")
refuses("pools.2.id", "0x7f0000000200", "pools[2]: there is another pool with the id")
refuses("pools.0.parent", "0x7f000000c800", "pools[0]: it comes before its parent 0x7f000000c800")
refuses("pools.0.parent", "0x7f0000000a00", "pools[0]: a cycle of parents, with the parent")
refuses("pools.1.parent", "0x7f0000000200", "pools[1]: a cycle of parents, with the parent")

for member in "pool", "object", "type", "references":
    refuses("holds.0." + member, LEFT_OUT, 'holds[0]: "%s" is missing' % member)
    refuses("holds.0." + member, [], 'holds[0]: "%s" must be ' % member)
for member in "size", "name", "to":
    refuses("holds.0." + member, [], 'holds[0]: "%s" must be ' % member)
refuses("holds.0.pool", "0x99", "holds[0]: there is no pool with the id 0x99")

refuses("stacks.1", [5], "stacks[1][0] must be an object")
for member in "module", "offset":
    refuses("stacks.0.1." + member, LEFT_OUT, 'stacks[0][1]: "%s" is missing' % member)
    refuses("stacks.0.1." + member, [], 'stacks[0][1]: "%s" must be ' % member)
refuses("stacks.0.0.function", 5, 'stacks[0][0]: "function" must be a string')
for member in "pool", "stack", "blocks", "bytes":
    refuses("sites.1." + member, LEFT_OUT, 'sites[1]: "%s" is missing' % member)
    refuses("sites.1." + member, [], 'sites[1]: "%s" must be ' % member)
refuses("sites.1.stack", 2, "sites[1]: there is no stack with the number 2")
refuses("sites.1.pool", "0x99", "sites[1]: there is no pool with the id 0x99")
print("%d wrong reports were refused" % tried)
