# tests/page/fixtures.py - reports to show, in the format of include/own/report.h.
import json
import random


def pool(number, parent, name, **members):
    made = {
        "id": "0x%x" % (0x7f0000000000 + 256 * number),
        "parent": None if parent is None else "0x%x" % (0x7f0000000000 + 256 * parent),
        "name": name, "shared": False, "references": 1, "blocks": 0, "bytes": 0,
        "reserved": 256, "peak": 0, "children": 0, "held": 0, "deferred": 0}
    made.update(members)
    return made


def report(pools, **members):
    children = {}
    for one in pools:
        children[one["parent"]] = children.get(one["parent"], 0) + 1
    for one in pools:
        one["children"] = children.get(one["id"], 0)
    made = {
        "format": "own-report", "version": 1, "library": "0.1.0", "program": "server",
        "process": 4711, "time": 1764450000.25, "sampling": 0, "root": None,
        "pools": pools, "holds": [], "stacks": [], "sites": []}
    made.update(members)
    return made


# A server: caches, two threads, sessions that are equal siblings, requests with buffers.
def server(sessions=40, grown=0, time=1764450000.25):
    pools = [
        pool(0, None, "server", site="server.c:31", shared=True, references=3, blocks=12,
             bytes=18000, reserved=65536, peak=20000, limit=64 << 20),
        pool(1, 0, "configuration", site="settings.c:80", blocks=310, bytes=42000 + grown,
             reserved=65536, peak=51000, references=None),
        pool(2, 0, "cache", site="cache.c:12", shared=True, references=4,
             blocks=5200 + grown // 64, bytes=2400000 + 8 * grown, reserved=3 << 20, peak=2900000,
             limit=8 << 20, held=3),
        pool(3, 0, "worker 1", site="worker.c:44", shared=True, blocks=90, bytes=9000,
             reserved=65536, peak=9100),
        pool(4, 0, "worker 2", site="worker.c:44", shared=True, blocks=90, bytes=9000,
             reserved=65536, peak=9100),
        pool(5, 4, "another thread's", site="worker.c:60", reserved=131072, apart=True),
    ]
    number = 10
    for session in range(sessions):
        pools.append(pool(number, 3 + session % 2, "session", site="session.c:17",
                          blocks=20 + session, bytes=3000 + 100 * session, reserved=16384,
                          peak=6000 + 100 * session, held=1, deferred=1))
        for request in range(session % 4):
            pools.append(pool(number + request + 1, number, "request", site="session.c:93",
                              blocks=6, bytes=1500 * (request + 1), reserved=8192, peak=9000))
        number += 5
    if not grown:
        pools.append(pool(9000, 0, "startup", site="server.c:50", blocks=800, bytes=350000,
                          reserved=400000, peak=360000))
    else:
        pools.append(pool(9001, 0, "statistics", site="stats.c:9", blocks=70, bytes=160000,
                          reserved=200000, peak=160000))
    buffer = "0x7e0000000010"
    holds = [
        {"pool": pools[2]["id"], "object": buffer, "type": "own_buffer", "references": 2,
         "size": 65536},
        {"pool": pools[3]["id"], "object": buffer, "type": "own_buffer", "references": 2,
         "size": 65536},
        {"pool": pools[2]["id"], "object": pools[1]["id"], "type": "own_pool",
         "references": None, "name": "configuration"},
        {"pool": pools[2]["id"], "object": "0x7e0000000020", "type": "own_weakref",
         "references": 1, "size": 48, "to": None},
    ]
    stacks = [
        [{"module": "/usr/bin/server", "offset": "0x1f30", "function": "cache_insert"},
         {"module": "/usr/bin/server", "offset": "0x2210"},
         {"module": "/lib/libc.so.6", "offset": "0x271ca", "function": "__libc_start_main"}],
        [{"module": "/usr/bin/server", "offset": "0x1e00", "function": "key_copy",
          "source": "cache.c:88"}],
    ]
    sites = [
        {"pool": pools[2]["id"], "stack": 0, "blocks": 5000, "bytes": 2300000},
        {"pool": pools[2]["id"], "stack": 1, "blocks": 200, "bytes": 100000},
    ]
    return report(pools, holds=holds, stacks=stacks, sites=sites, sampling=65536, time=time)


hostile_names = [
    '<img src=x onerror="window.broken = 1">', "</script><script>window.broken = 1</script>",
    "<!--", "&lt;b&gt;", "'\"><svg onload=window.broken=1>", "", " ", "a\nb\tc", "\u202eabc",
    "__proto__", "constructor", "toString", "\u0000\u0001", "名前のプール", "x" * 20000, "${1}",
    "javascript:window.broken=1"]


def hostile():
    pools = [pool(0, None, hostile_names[0], bytes=5000, blocks=1, site=hostile_names[1])]
    for i, name in enumerate(hostile_names):
        pools.append(pool(i + 1, 0, name, bytes=1000 + i, blocks=1, held=1,
                          site=hostile_names[-1 - i]))
    holds = [{"pool": one["id"], "object": "0x%x" % (1 << 20), "type": name, "references": 1,
              "size": 10, "extra": name} for one, name in zip(pools[1:], hostile_names)]
    stacks = [[{"module": name, "offset": name, "function": name}] for name in hostile_names]
    sites = [{"pool": one["id"], "stack": i, "blocks": 1, "bytes": 100}
             for i, one in enumerate(pools[1:])]
    return report(pools, holds=holds, stacks=stacks, sites=sites,
                  program=hostile_names[0], library=hostile_names[1])


# Random trees: a pool's parent is one of those before it.
def many(count, names=500, seed=1):
    chance = random.Random(seed)
    pools = [pool(0, None, "root", bytes=1000, blocks=1)]
    for i in range(1, count):
        amount = int(chance.paretovariate(1.1) * 100)
        pools.append(pool(i, int(i * chance.random() ** 3), "pool %d" % chance.randrange(names),
                          site="file%d.c:%d" % (i % 7, i % 11), bytes=amount,
                          blocks=1 + amount // 64, reserved=amount + 256, peak=amount + 10))
    return report(pools)


def chain(depth):
    pools = [pool(0, None, "link 0", bytes=64, blocks=1)]
    for i in range(1, depth):
        pools.append(pool(i, i - 1, "link %d" % i, bytes=64, blocks=1))
    return report(pools)


# One parent with very many small children, no two of one name: most are under a pixel.
def wide(count):
    pools = [pool(0, None, "root", bytes=10, blocks=1)]
    for i in range(1, count):
        pools.append(pool(i, 0, "leaf %d" % i, bytes=1 + i % 3, blocks=1))
    return report(pools)


def as_ownstat_writes(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


# Puts reports into the page as ownstat does.
def fill(page, now, old=None):
    for name, value in (("own-report", now), ("own-report-old", old)):
        line = '<script type="application/json" id="%s">null</script>' % name
        if page.split("\n").count(line) != 1:
            raise ValueError("the page has not just one line " + line)
        if value is not None:
            page = page.replace(line, line.replace("null", as_ownstat_writes(value)))
    return page
