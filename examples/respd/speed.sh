#!/bin/sh
# speed.sh - requests per second of respd, of redis-server on the same machine, and their ratio.
#
#   RESPD=path/of/respd REQUESTS=1000000 speed.sh [command ...]
#
# Each command is measured three times for each server, in turn; the best counts.
set -eu

respd=${RESPD:-examples/respd/respd}
requests=${REQUESTS:-300000}
test $# -gt 0 || set -- set get incr lpush rpush lpop hset mset
for tool in redis-server redis-cli redis-benchmark; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "speed: $tool is missing: install redis-server" >&2
        exit 1
    fi
done

folder=$(mktemp -d)
server=
peer=
clean_up()
{
    test -z "$server" || kill -KILL "$server" 2>/dev/null || true
    test -z "$peer" || kill -KILL "$peer" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

"$respd" --port 0 >"$folder/output" &
server=$!
port=
until test -n "$port"; do
    sleep 0.05
    port=$(sed -n 's/^respd: listening .* port //p' "$folder/output")
done

# redis-server cannot be told to choose a port.
peer_port=$((port < 60000 ? port + 1 : port - 1000))
until test -n "$peer"; do
    redis-server --port $peer_port --bind 127.0.0.1 --save '' --appendonly no >/dev/null &
    peer=$!
    tries=0
    until redis-cli -p $peer_port PING >/dev/null 2>&1; do
        tries=$((tries + 1))
        test $tries -le 100 || { echo "speed: redis-server does not start" >&2; exit 1; }
        sleep 0.05
        if ! kill -0 "$peer" 2>/dev/null; then
            peer=
            peer_port=$((peer_port + 1))
            break
        fi
    done
done

rate()
{
    redis-benchmark -p "$1" -t "$2" -n "$requests" -c 50 -P 16 -r 100000 --csv |
        sed -n '$s/^"[^"]*","\([0-9]*\).*/\1/p'
}

printf '%-8s %12s %12s %7s\n' command respd redis ratio
for command in "$@"; do
    best=0
    best_peer=0
    for time in 1 2 3; do
        now=$(rate "$port" "$command")
        test "$now" -le $best || best=$now
        now=$(rate $peer_port "$command")
        test "$now" -le $best_peer || best_peer=$now
    done
    ratio=$((best * 100 / best_peer))
    printf '%-8s %12d %12d %4d.%02d\n' "$command" "$best" $best_peer \
        $((ratio / 100)) $((ratio % 100))
done
