# calls.py - calls of redis-py with its default settings, each with the value that Redis gives.
#
#   calls.py PORT [PORT]
#
# asks the server at the first port; and the one at the second, a redis-server, so that what is
# expected here is what Redis gives.
import sys

import redis


def pipeline(r):
    p = r.pipeline()
    return p.set("p", 1).incr("p").lpush("pl", "a", "b").lrange("pl", 0, -1).execute()


def plain_pipeline(r):
    p = r.pipeline(transaction=False)
    return p.incr("p").get("p").exists("nosuch").execute()


def failing_pipeline(r):
    p = r.pipeline()
    return p.set("s", "x").lpush("s", "y").get("s").execute(raise_on_error=False)


def raising_pipeline(r):
    return r.pipeline().lpush("s", "y").execute()


def bad_pipeline(r):
    return r.pipeline().execute_command("nosuch").get("s").execute()


def watched(r):
    def add(p):
        old = int(p.get("p"))
        p.multi()
        p.set("p", old + 10)
    return r.transaction(add, "p")


def watched_and_changed(r):
    p = r.pipeline()
    p.watch("p")
    r.set("p", 100)
    p.multi()
    p.get("p")
    return p.execute()


def messages(r):
    s = r.pubsub()
    s.subscribe("c")
    s.psubscribe("c*")
    got = [s.get_message(timeout=5) for _ in range(2)]
    count = r.publish("c", b"\x00hello")
    got += [count] + [s.get_message(timeout=5) for _ in range(2)]
    s.unsubscribe()
    s.punsubscribe()
    got += [s.get_message(timeout=5) for _ in range(2)]
    s.close()
    return got


def message(kind, pattern, channel, data):
    return {"type": kind, "pattern": pattern, "channel": channel, "data": data}


def error(kind, words):
    return (kind, words)


WRONG_TYPE = error("ResponseError",
                   "WRONGTYPE Operation against a key holding the wrong kind of value")

CALLS = [
    ("flushall", lambda r: r.flushall(), True),
    ("ping", lambda r: r.ping(), True),
    ("echo", lambda r: r.echo("hi"), b"hi"),
    # strings
    ("set", lambda r: r.set("s", "hello"), True),
    ("get", lambda r: r.get("s"), b"hello"),
    ("get of none", lambda r: r.get("nosuch"), None),
    ("set of bytes", lambda r: r.set("b", b"\x00\xff\r\n"), True),
    ("get of bytes", lambda r: r.get("b"), b"\x00\xff\r\n"),
    ("set of a long one", lambda r: r.set("long", b"x" * 100000), True),
    ("get of a long one", lambda r: r.get("long"), b"x" * 100000),
    ("set nx", lambda r: r.set("s", "no", nx=True), None),
    ("set ex", lambda r: r.set("e", "v", ex=100), True),
    ("ttl", lambda r: r.ttl("e"), 100),
    ("set keepttl", lambda r: r.set("e", "w", keepttl=True), True),
    ("set get", lambda r: r.set("e", "x", get=True), b"w"),
    ("setnx", lambda r: r.setnx("s", "no"), False),
    ("setex", lambda r: r.setex("e", 100, "v"), True),
    ("psetex", lambda r: r.psetex("e", 100000, "v"), True),
    ("getex", lambda r: r.getex("e", persist=True), b"v"),
    ("ttl of one that stays", lambda r: r.ttl("e"), -1),
    ("getset", lambda r: r.getset("s", "world"), b"hello"),
    ("getdel", lambda r: r.getdel("e"), b"v"),
    ("append", lambda r: r.append("s", "!"), 6),
    ("strlen", lambda r: r.strlen("s"), 6),
    ("getrange", lambda r: r.getrange("s", 0, -2), b"world"),
    ("setrange", lambda r: r.setrange("z", 3, "x"), 4),
    ("get with zero bytes", lambda r: r.get("z"), b"\x00\x00\x00x"),
    ("setrange in a long one", lambda r: r.setrange("z", 1000, "x"), 1001),
    ("get with many", lambda r: r.get("z"), b"\x00\x00\x00x" + b"\x00" * 996 + b"x"),
    ("mset", lambda r: r.mset({"m1": 1, "m2": "two"}), True),
    ("msetnx", lambda r: r.msetnx({"m2": 1, "m3": 2}), False),
    ("mget", lambda r: r.mget("m1", "m2", "m3"), [b"1", b"two", None]),
    ("incr", lambda r: r.incr("n"), 1),
    ("incrby", lambda r: r.incrby("n", 10), 11),
    ("decr", lambda r: r.decr("n", 2), 9),
    ("incrbyfloat", lambda r: r.incrbyfloat("n", 0.5), 9.5),
    ("incr of a float", lambda r: r.incr("n"),
     error("ResponseError", "value is not an integer or out of range")),
    # keys
    ("exists", lambda r: r.exists("s", "n", "nosuch"), 2),
    ("touch", lambda r: r.touch("s", "nosuch"), 1),
    ("type", lambda r: r.type("s"), b"string"),
    ("rename", lambda r: r.rename("m1", "m4"), True),
    ("renamenx", lambda r: r.renamenx("m4", "m2"), False),
    ("rename of none", lambda r: r.rename("nosuch", "x"), error("ResponseError", "no such key")),
    ("copy", lambda r: r.copy("long", "long2"), True),
    ("append to a copy", lambda r: r.append("long2", "y"), 100001),
    ("strlen of the other", lambda r: r.strlen("long"), 100000),
    ("expire", lambda r: r.expire("s", 100), True),
    ("persist", lambda r: r.persist("s"), True),
    ("delete", lambda r: r.delete("long", "long2", "nosuch"), 2),
    ("keys", lambda r: sorted(r.keys("m*")), [b"m2", b"m4"]),
    ("scan_iter", lambda r: sorted(r.scan_iter("m*")), [b"m2", b"m4"]),
    ("time", lambda r: [type(n).__name__ for n in r.time()], ["int", "int"]),
    # lists
    ("rpush", lambda r: r.rpush("l", "a", "b", "c", "b"), 4),
    ("lpushx", lambda r: r.lpushx("l", "z"), 5),
    ("lrange", lambda r: r.lrange("l", 0, -1), [b"z", b"a", b"b", b"c", b"b"]),
    ("lset", lambda r: r.lset("l", 0, "y"), True),
    ("lset outside", lambda r: r.lset("l", 9, "y"),
     error("ResponseError", "index out of range")),
    ("linsert", lambda r: r.linsert("l", "before", "a", "x"), 6),
    ("lrem", lambda r: r.lrem("l", -1, "b"), 1),
    ("ltrim", lambda r: r.ltrim("l", 1, -1), True),
    ("lindex", lambda r: r.lindex("l", 0), b"x"),
    ("lpop", lambda r: r.lpop("l"), b"x"),
    ("rpop of two", lambda r: r.rpop("l", 2), [b"c", b"b"]),
    ("llen", lambda r: r.llen("l"), 1),
    ("lpush on a string", lambda r: r.lpush("s", "x"), WRONG_TYPE),
    # hashes
    ("hset", lambda r: r.hset("h", mapping={"a": 1, "b": "two"}), 2),
    ("hmset", lambda r: r.hmset("h", {"c": 3}), True),
    ("hsetnx", lambda r: r.hsetnx("h", "c", 4), 0),
    ("hget", lambda r: r.hget("h", "b"), b"two"),
    ("hmget", lambda r: r.hmget("h", "a", "nosuch"), [b"1", None]),
    ("hgetall", lambda r: r.hgetall("h"), {b"a": b"1", b"b": b"two", b"c": b"3"}),
    ("hkeys", lambda r: sorted(r.hkeys("h")), [b"a", b"b", b"c"]),
    ("hvals", lambda r: sorted(r.hvals("h")), [b"1", b"3", b"two"]),
    ("hincrby", lambda r: r.hincrby("h", "a", 5), 6),
    ("hincrbyfloat", lambda r: r.hincrbyfloat("h", "a", 0.25), 6.25),
    ("hexists", lambda r: r.hexists("h", "a"), True),
    ("hdel", lambda r: r.hdel("h", "a", "nosuch"), 1),
    ("hlen", lambda r: r.hlen("h"), 2),
    # sets
    ("sadd", lambda r: r.sadd("t1", "a", "b", "c"), 3),
    ("sadd to another", lambda r: r.sadd("t2", "b", "c", "d"), 3),
    ("smembers", lambda r: r.smembers("t1"), {b"a", b"b", b"c"}),
    ("sismember", lambda r: r.sismember("t1", "a"), True),
    ("smismember", lambda r: r.smismember("t1", ["a", "z"]), [1, 0]),
    ("sinter", lambda r: r.sinter("t1", "t2"), {b"b", b"c"}),
    ("sunion", lambda r: r.sunion("t1", "t2"), {b"a", b"b", b"c", b"d"}),
    ("sdiff", lambda r: r.sdiff("t1", "t2"), {b"a"}),
    ("sinterstore", lambda r: r.sinterstore("t3", "t1", "t2"), 2),
    ("sunionstore", lambda r: r.sunionstore("t4", "t1", "t2"), 4),
    ("smove", lambda r: r.smove("t1", "t2", "a"), True),
    ("scard", lambda r: r.scard("t2"), 4),
    ("srandmember", lambda r: r.srandmember("t1") in (b"b", b"c"), True),
    ("srandmember of many", lambda r: sorted(r.srandmember("t1", 10)), [b"b", b"c"]),
    ("srandmember with doubles", lambda r: len(r.srandmember("t1", -5)), 5),
    ("spop", lambda r: r.spop("t1") in (b"b", b"c"), True),
    ("spop of many", lambda r: sorted(r.spop("t3", 5)), [b"b", b"c"]),
    ("srem", lambda r: r.srem("t2", "a", "zz"), 1),
    # pipelines: MULTI and EXEC, unless they are told otherwise
    ("pipeline", pipeline, [True, 2, 2, [b"b", b"a"]]),
    ("plain pipeline", plain_pipeline, [3, b"3", 0]),
    ("failing pipeline", failing_pipeline, [True, WRONG_TYPE, b"x"]),
    ("raising pipeline", raising_pipeline,
     error("ResponseError", "Command # 1 (LPUSH s y) of pipeline caused error: " + WRONG_TYPE[1])),
    ("pipeline with an unknown command", bad_pipeline,
     error("ResponseError", "Command # 1 (nosuch) of pipeline caused error: "
           "unknown command 'nosuch', with args beginning with: ")),
    ("transaction", watched, [True]),
    ("transaction on a change", watched_and_changed,
     error("WatchError", "Watched variable changed.")),
    # messages
    ("pubsub", messages,
     [message("subscribe", None, b"c", 1), message("psubscribe", None, b"c*", 2), 2,
      message("message", None, b"c", b"\x00hello"), message("pmessage", b"c*", b"c", b"\x00hello"),
      message("unsubscribe", None, b"c", 1), message("punsubscribe", None, b"c*", 0)]),
    ("pubsub_numsub", lambda r: r.pubsub_numsub("c"), [(b"c", 0)]),
    ("auth", lambda r: r.execute_command("AUTH", "secret"),
     error("ResponseError",
           "AUTH <password> called without any password configured for the default user. "
           "Are you sure your configuration is correct?")),
    ("dbsize", lambda r: r.flushdb() and r.dbsize(), 0),
]


def plain(value):
    if isinstance(value, redis.RedisError):
        return (type(value).__name__, str(value))
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def call(run, r):
    try:
        return plain(run(r))
    except redis.RedisError as e:
        return plain(e)


def main():
    # By number: a bare system may have no /etc/hosts, which has the name localhost.
    clients = [redis.Redis(host="127.0.0.1", port=int(port)) for port in sys.argv[1:]]
    wrong = 0
    for name, run, expected in CALLS:
        for r, who in zip(clients, ("respd", "redis-server")):
            got = call(run, r)
            if got != expected:
                print(f"python: {name}: {who} gives {got!r:.300} instead of {expected!r:.300}")
                wrong += 1
    print(f"python: {len(CALLS)} calls by redis-py {redis.__version__},"
          f" {len(clients) - 1} redis-server beside it, {wrong} wrong")
    return wrong > 0


sys.exit(main())
