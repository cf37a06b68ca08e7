#!/bin/sh
# demo.sh - respd at work: what it owns when idle, under load, and when all is deleted again.
#
#   RESPD=path/of/respd demo.sh
#
# Fails unless every figure is again what it was when idle, and no pool is alive at the end.
set -eu

respd=${RESPD:-examples/respd/respd}
. "$(dirname "$0")/scratch.sh"
has redis-cli redis-benchmark || exit 1

fail()
{
    echo "demo: $*" >&2
    exit 1
}

# The system chooses a port, and respd prints it.
"$respd" --port 0 >"$folder/output" &
server=$!
port=
tries=0
while test -z "$port"; do
    tries=$((tries + 1))
    test $tries -le 100 || fail "respd does not start"
    sleep 0.05
    port=$(sed -n 's/^respd: listening .* port //p' "$folder/output")
done

ask()
{
    redis-cli -p "$port" "$@"
}

tree()
{
    echo
    echo "== $1"
    ask OWN TREE
    ask INFO memory | tr -d '\r' | grep -E '^(used_memory|mem_)' | paste -s -d ' ' -
}

# What must come back: bytes and blocks in pools, pools below the server's and in all, references.
figures()
{
    ask INFO memory | tr -d '\r' |
        grep -E '^(used_memory|mem_pools|mem_blocks|mem_held|mem_pools_alive):'
    ask INFO clients | tr -d '\r' | grep '^connected_clients:'
    ask INFO keyspace | tr -d '\r' | grep '^db' || true
}

# Connections that have just been closed may take the server a moment.
expect_idle()
{
    tries=0
    while figures >"$folder/now" && ! cmp -s "$folder/idle" "$folder/now"; do
        tries=$((tries + 1))
        if test $tries -gt 50; then
            diff "$folder/idle" "$folder/now" >&2 || true
            fail "not idle after $1"
        fi
        sleep 0.1
    done
}

figures >"$folder/idle"
tree "idle"

echo
echo "== some of everything"
ask <<END
SET greeting "hello, world"
APPEND greeting "!"
GET greeting
SET counter 41
INCR counter
RPUSH letters a b c
LRANGE letters 0 -1
HSET book title "The Art of Computer Programming" volume 1
HGETALL book
SADD primes 2 3 5 7
SCARD primes
SET soon gone PX 100
PTTL nothing
SELECT 3
SET elsewhere value
END
head -c 100000 /dev/zero | tr '\0' x | ask -x SET long
ask APPEND long yyy
ask MEMORY USAGE long
tree "with a value of each kind"

# A client does not read its reply. The value in it, deleted meanwhile, lives as long as the client.
if command -v bash >/dev/null 2>&1; then
    head -c 20000000 /dev/zero | tr '\0' x | ask -x SET long >/dev/null
    bash -c 'exec 3<>/dev/tcp/127.0.0.1/$0; printf "GET long\r\n" >&3; sleep 60' "$port" &
    slow=$!
    sleep 0.5
    ask DEL long
    tree "with a value that only a slow client's reply still holds"
    kill -KILL $slow
    wait $slow 2>/dev/null || true
fi

# Load, looked at while it runs.
echo
echo "== redis-benchmark"
redis-benchmark -p "$port" -q -c 50 -P 16 -r 100000 -n 200000 \
    -t set,get,incr,lpush,rpush,lpop,hset,mset >"$folder/benchmark" 2>&1 &
load=$!
sleep 1
tree "under load"
wait $load || fail "redis-benchmark: $(tail -n 1 "$folder/benchmark")"
echo
tr '\r' '\n' <"$folder/benchmark" | grep 'requests per second'
tree "after the load"

ask FLUSHALL >/dev/null
tree "after FLUSHALL"
expect_idle FLUSHALL

# With SIGTERM the server checks for itself that nothing is left, and exits with 0 only then.
kill -TERM "$server"
status=0
wait "$server" || status=$?
server=
echo
tail -n 1 "$folder/output"
test $status = 0 || fail "respd exited with $status"
grep -q ' 0 are alive$' "$folder/output" || fail "pools were alive at the exit"
echo "demo: every figure was idle again, and nothing was left at the exit"
