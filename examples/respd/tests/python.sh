#!/bin/sh
# python.sh - calls of redis-py with its default settings (calls.py), compared with what is expected
# and, where there is a redis-server, with what that gives.
set -eu

here=$(dirname "$0")
respd=${RESPD:-examples/respd/respd}
. "$here/../scratch.sh"
python=
for candidate in ${REDIS_PYTHON:-python3 /usr/bin/python3}; do
    test -n "$python" || ! "$candidate" -c 'import redis' 2>/dev/null || python=$candidate
done
if test -z "$python"; then
    echo "python: redis-py is missing: install python3-redis" >&2
    exit 77
fi

# shellcheck disable=SC2086 # may be several words, as "valgrind respd"
$respd --port 0 >"$folder/output" &
server=$!
port=
tries=0
while test -z "$port"; do
    tries=$((tries + 1))
    test $tries -le 200 || { echo "python: respd does not start"; exit 1; }
    sleep 0.05
    port=$(sed -n 's/^respd: listening .* port //p' "$folder/output")
done

# A redis-server listens at a port of its own choice only if it is told which; this one is free
# as respd had it a moment ago.
reference=
beside=
if command -v redis-server >/dev/null 2>&1; then
    $respd --port 0 >"$folder/second" &
    second=$!
    tries=0
    while test -z "$beside" && test $tries -le 200; do
        tries=$((tries + 1))
        sleep 0.05
        beside=$(sed -n 's/^respd: listening .* port //p' "$folder/second")
    done
    kill -TERM $second
    wait $second
    redis-server --bind 127.0.0.1 --port "$beside" --dir "$folder" --save '' --appendonly no \
        >"$folder/redis" &
    reference=$!
    trap 'kill -KILL $reference 2>/dev/null || true; clean_up' EXIT
    tries=0
    until grep -q 'Ready to accept' "$folder/redis"; do
        tries=$((tries + 1))
        test $tries -le 200 || { cat "$folder/redis"; echo "python: no redis-server"; exit 1; }
        sleep 0.05
    done
fi

status=0
# shellcheck disable=SC2086 # empty, or a port
"$python" -W ignore "$here/calls.py" "$port" $beside || status=$?
if test -n "$reference"; then
    kill -TERM $reference
    wait $reference || true
fi
kill -TERM "$server"
wait "$server" || { echo "python: respd failed at its end"; cat "$folder/output"; exit 1; }
server=
exit $status
