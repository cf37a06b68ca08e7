"""formats.py FOLDER - what tree.c has written there, read by other people's parsers: Python's json,
prometheus_client where it is there, and regular expressions for what has no parser."""

import json
import re
import sys

folder = sys.argv[1]


def text_of(ending):
    with open(f"{folder}/tree.{ending}", "rb") as file:
        return file.read().decode("utf-8")  # strict: all that is written is UTF-8


pools, blocks, size, reserved, held = map(int, text_of("total").split())
pool_members = {
    "id": str, "parent": (str, type(None)), "name": str, "shared": bool,
    "references": (int, type(None)), "blocks": int, "bytes": int, "reserved": int, "peak": int,
    "children": int, "held": int, "deferred": int,
}
hold_members = {"pool": str, "object": str, "type": str, "references": (int, type(None))}


def need(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")


def check_members(item, members, optional):
    for name, kind in members.items():
        need(isinstance(item.get(name, ...), kind), f"{name} of {item}")
    need(set(item) <= set(members) | optional, f"members of {item}")


def check_json(ending):
    report = json.loads(text_of(ending))
    need(report["format"] == "own-report" and report["version"] == 1, "format")
    need(isinstance(report["time"], float) and report["program"].endswith("tree"), "head")
    known = {}
    for pool in report["pools"]:
        check_members(pool, pool_members, {"site", "apart", "limit"})
        need(re.fullmatch("0x[0-9a-f]+", pool["id"]) and pool["id"] not in known, "id")
        need(pool["parent"] is None or pool["parent"] in known, "a parent comes first")
        known[pool["id"]] = pool
    need(report["root"] == report["pools"][0]["id"], "root")
    need(len(known) == pools, "pools")
    need(sum(pool["blocks"] for pool in known.values()) == blocks, "blocks")
    need(sum(pool["bytes"] for pool in known.values()) == size, "bytes")
    need(sum(pool["reserved"] for pool in known.values()) == reserved, "reserved")
    need(len(report["holds"]) == held, "holds")
    for hold in report["holds"]:
        check_members(hold, hold_members, {"size", "name", "to"})
        need(hold["pool"] in known, "who holds")
        need(("size" in hold) != ("name" in hold), "an object has a size, a pool a name")
    need(sum(hold["type"] == 'session "a"' for hold in report["holds"]) == 101, "type")
    need("request 7; \u00e9 \ufffd\u0001\\\"" in {p["name"] for p in known.values()}, "name")
    need(sum(pool["references"] is None for pool in known.values()) == 1, "immortal")


def check_folded(ending):
    total = 0
    lines = text_of(ending).splitlines()
    for line in lines:
        match = re.fullmatch(r"server(;[^;\x00-\x1f]*)* ([0-9]+)", line)
        need(match, line)
        total += int(match[2])
    need(total == size and len(lines) == pools, "sums of " + ending)


def check_metrics():
    text = text_of("metrics")
    try:
        from prometheus_client.parser import text_string_to_metric_families
        families = {f.name: f for f in text_string_to_metric_families(text)}
        numbers = {s.name: s.value for f in families.values() for s in f.samples}
        kinds = {f.type for f in families.values()}
        need(kinds == {"gauge", "counter"} and all(f.documentation for f in families.values()),
             "heads of metrics")
    except ImportError:
        print("not looked at by prometheus_client, which is not installed")
        form = r"# HELP (own_\w+) .+\n# TYPE \1 (?:gauge|counter)\n\1 ([0-9.]+)\n"
        need(re.sub(form, "", text) == "", "metrics")
        numbers = {match[1]: float(match[2]) for match in re.finditer(form, text)}
    need(numbers["own_pools"] == pools and numbers["own_roots"] == 1, "own_pools")
    need(numbers["own_bytes"] == size and numbers["own_blocks"] == blocks, "own_bytes")
    need(numbers["own_reserved_bytes"] == reserved, "own_reserved_bytes")


check_json("json")
check_json("json.fd")
check_folded("folded")
check_folded("folded.fd")
check_metrics()
print("json, folded and metrics are read as they should be")
