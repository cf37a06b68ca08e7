#!/usr/bin/env python3
# tests/ownstat/make_report.py - writes reports as own/report.h says, for the tests of ownstat.
#
#   make_report.py server [ROUND]   a small server; later rounds have more
#   make_report.py wide N           a root with N children, in groups of a hundred names
#   make_report.py chain N          N pools, each the parent of the next
#   make_report.py cycles           pools that hold each other, objects and weak references

import json
import sys


def head(time=1000.5, root=None, **more):
    report = {
        "format": "own-report",
        "version": 1,
        "library": "0.1.0",
        "program": "server",
        "process": 4242,
        "time": time,
        "sampling": 0,
        "root": root,
        "pools": [],
        "holds": [],
        "stacks": [],
        "sites": [],
    }
    report.update(more)
    return report


def identity(number):
    return "0x%x" % (0x7f0000000000 + 256 * number)


def pool(number, parent, name, blocks, size, **more):
    item = {
        "id": identity(number),
        "parent": None if parent is None else identity(parent),
        "name": name,
        "shared": False,
        "references": 1,
        "blocks": blocks,
        "bytes": size,
        "reserved": size + 256,
        "peak": size,
        "children": 0,
        "held": 0,
        "deferred": 0,
    }
    item.update(more)
    return item


def hold(holder, held, kind, **more):
    item = {"pool": identity(holder), "object": identity(held), "type": kind, "references": 1}
    item.update(more)
    return item


def server(round_number):
    """Each round has one request more, a cache that grows, and one pool that is not there again."""
    report = head(time=1000.5 + 60 * round_number)
    pools = report["pools"]
    pools.append(pool(1, None, "server", 2, 64, children=3, deferred=1))
    pools.append(
        pool(2, 1, "cache", 10 + round_number, 4096 * (1 + round_number), references=3,
             site="cache.c:12", limit=1 << 20, shared=True))
    pools.append(pool(3, 1, "connection", 1, 128, children=2))
    pools.append(pool(4, 1, "connection", 1, 96, held=1))
    for i in range(2 + round_number):
        pools.append(pool(10 + i, 3, "request %d" % (17 + i), 3, 1024))
    pools.append(pool(100 + round_number, 4, "scratch", 1, 512))
    pools.append(pool(200, None, "log", 1, 48, references=None))
    report["holds"].append(hold(4, 2, "pool", name="cache", references=3))
    report["sampling"] = 65536
    report["stacks"] = [
        [{"module": "/no/such/module", "offset": "0x1234", "function": "cache_add"},
         {"module": "/no/such/module", "offset": "0x5678"}],
        [{"module": "/no/such/module", "offset": "0x9abc", "function": "begin"}],
    ]
    report["sites"] = [
        {"pool": identity(2), "stack": 0, "blocks": 8 + round_number,
         "bytes": 4000 * (1 + round_number)},
        {"pool": identity(10), "stack": 1, "blocks": 3, "bytes": 1000},
    ]
    return report


def wide(count):
    report = head()
    report["pools"].append(pool(0, None, "root", 0, 0, children=count))
    for i in range(count):
        report["pools"].append(pool(i + 1, 0, "session %d" % (i % 100), 2, 100 + i % 7))
    return report


def chain(count):
    report = head()
    for i in range(count):
        report["pools"].append(pool(i, i - 1 if i else None, "link", 1, 16))
    return report


def cycles():
    report = head()
    report["pools"] += [
        pool(1, None, "a \"quoted\" \\ name", 1, 1000, children=1),
        pool(2, 1, "inner", 1, 10),
        pool(3, None, "plain", 1, 10),
        pool(4, None, "self", 1, 10),
    ]
    report["holds"] += [
        hold(2, 1, "pool", name="a"),
        hold(1, 3, "pool", name="plain"),
        hold(4, 4, "pool", name="self"),
        hold(1, 50, "buffer", size=100),
        hold(3, 50, "buffer", size=100),
        hold(3, 51, "buffer", size=10),
        hold(3, 52, "buffer", size=10),
        hold(3, 60, "weakref", size=48, to=identity(1)),
        hold(3, 61, "weakref", size=48, to=None),
        hold(3, 62, "weakref", size=48, to=identity(70)),
    ]
    return report


def write(report):
    """One item a line, as the library does."""
    lines = []
    for name, value in report.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = "[\n" + ",\n".join(json.dumps(item) for item in value) + "\n]"
        lines.append("%s: %s" % (json.dumps(name), text))
    sys.stdout.write("{" + ",\n".join(lines) + "}\n")


def main(kind, number=0):
    number = int(number)
    write({"server": lambda: server(number), "wide": lambda: wide(number),
           "chain": lambda: chain(number), "cycles": cycles}[kind]())


if __name__ == "__main__":
    main(*sys.argv[1:])
