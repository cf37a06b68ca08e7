#!/bin/sh
# speed.sh - requests per second of respd and of redis-server on the same machine, and the processor
# time that a request costs each of them.
#
#   RESPD=path/of/respd REQUESTS=1000000 speed.sh [--threads] [command ...]
#
# With --threads from two clients at once, for respd and redis-server with one thread and with two.
# Each command is measured three times for each server, in turn; the best counts.
set -eu

respd=${RESPD:-examples/respd/respd}
requests=${REQUESTS:-300000}
threads=
if test "${1-}" = --threads; then
    threads=yes
    shift
fi
test $# -gt 0 || set -- set get incr lpush rpush lpop hset mset
for tool in redis-server redis-cli redis-benchmark; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "speed: $tool is missing: install redis-server" >&2
        exit 1
    fi
done

folder=$(mktemp -d)
pids=
clean_up()
{
    for pid in $pids; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# Both leave the server's number in `pid` and its port in `port`.
start_respd()
{
    : >"$folder/output"
    "$respd" --port 0 "$@" >"$folder/output" &
    pid=$!
    pids="$pids $pid"
    port=
    until test -n "$port"; do
        sleep 0.05
        port=$(sed -n 's/^respd: listening .* port //p' "$folder/output")
    done
}

# redis-server cannot be told to choose a port: one after that of the last server is tried.
start_redis()
{
    port=$((port < 60000 ? port + 1 : port - 1000))
    while :; do
        redis-server --port $port --bind 127.0.0.1 --save '' --appendonly no "$@" >/dev/null &
        pid=$!
        tries=0
        while kill -0 $pid 2>/dev/null; do
            if redis-cli -p $port PING >/dev/null 2>&1; then
                pids="$pids $pid"
                return
            fi
            tries=$((tries + 1))
            test $tries -le 100 || { echo "speed: redis-server does not start" >&2; exit 1; }
            sleep 0.05
        done
        port=$((port + 1))
    done
}

# A line for each server: its name, number and port.
if test -n "$threads"; then
    start_respd --threads 1
    echo "respd-1 $pid $port" >"$folder/servers"
    start_respd --threads 2
    echo "respd-2 $pid $port" >>"$folder/servers"
    start_redis
    echo "redis-1 $pid $port" >>"$folder/servers"
    start_redis --io-threads 2
    echo "redis-2 $pid $port" >>"$folder/servers"
    clients="1 2"
else
    start_respd
    echo "respd $pid $port" >"$folder/servers"
    start_redis
    echo "redis $pid $port" >>"$folder/servers"
    clients=1
fi

# Processor time of a process, in ticks.
ticks()
{
    sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 12,13 | tr ' ' '+'
}

# One measurement: requests per second of all clients together, and nanoseconds a request.
per_second=$(getconf CLK_TCK)
measure()
{
    before=$(($(ticks "$2")))
    running=
    for client in $clients; do
        redis-benchmark -p "$3" -t "$4" -n "$requests" -c 50 -P 16 -r 100000 --csv \
            >"$folder/client.$client" &
        running="$running $!"
    done
    for client in $running; do
        wait "$client"
    done
    used=$(($(ticks "$2") - before))
    rate=0
    count=0
    for client in $clients; do
        one=$(sed -n '$s/^"[^"]*","\([0-9]*\).*/\1/p' "$folder/client.$client")
        rate=$((rate + one))
        count=$((count + requests))
    done
    echo "$rate $((used * (1000000000 / per_second) / count)) $1" >>"$folder/measured.$4"
}

best()
{
    grep " $2\$" "$folder/measured.$1" | cut -d ' ' -f "$3" | sort "-n$4" | sed q
}

printf '%-8s' command
while read -r name _; do
    printf ' %10s/s %5s' "$name" ns
done <"$folder/servers"
test -n "$threads" && echo || printf ' %7s\n' ratio
for command in "$@"; do
    for _ in 1 2 3; do
        while read -r name pid port; do
            measure "$name" "$pid" "$port" "$command"
        done <"$folder/servers"
    done
    printf '%-8s' "$command"
    while read -r name _; do
        printf ' %12d %5d' "$(best "$command" "$name" 1 r)" "$(best "$command" "$name" 2 "")"
    done <"$folder/servers"
    if test -z "$threads"; then
        ratio=$(($(best "$command" respd 1 r) * 100 / $(best "$command" redis 1 r)))
        printf ' %4d.%02d' $((ratio / 100)) $((ratio % 100))
    fi
    echo
done
