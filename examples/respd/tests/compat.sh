#!/bin/sh
# compat.sh - compares respd's replies with those of Redis, command by command.
#
# *.commands are asked one after the other, each of an empty server; *.replies are what redis-server
# 7.0.15 replied. Where a redis-server is at hand,
#
#   compat.sh --record
#
# asks it again; the files must then be looked at and committed.
set -eu

here=$(dirname "$0")
respd=${RESPD:-examples/respd/respd}
. "$here/../scratch.sh"
has redis-cli || exit 77

# $1: the folder for replies; the rest: how redis-cli finds the server.
ask_all()
{
    replies=$1
    shift
    for commands in "$here"/*.commands; do
        redis-cli "$@" FLUSHALL >"$folder/flushed"
        redis-cli "$@" <"$commands" >"$replies/$(basename "$commands" .commands).replies" 2>&1
    done
}

wait_for()
{
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        test $tries -le 200 || { echo "compat: no answer: $*"; exit 1; }
        sleep 0.05
    done
}

if test "${1-}" = --record; then
    redis-server --bind 127.0.0.1 --port 0 --unixsocket "$folder/socket" --save '' \
        --appendonly no >/dev/null &
    server=$!
    wait_for redis-cli -s "$folder/socket" PING
    ask_all "$here" -s "$folder/socket"
    exit 0
fi

# shellcheck disable=SC2086 # may be several words, as "valgrind respd"
$respd --port 0 >"$folder/output" &
server=$!
wait_for grep -q ' port ' "$folder/output"
port=$(sed -n 's/^respd: listening .* port //p' "$folder/output")
ask_all "$folder" -p "$port"
kill -TERM "$server"
wait "$server" || { echo "compat: respd failed at its end"; cat "$folder/output"; exit 1; }
server=

for replies in "$here"/*.replies; do
    if ! diff -u "$replies" "$folder/$(basename "$replies")"; then
        echo "compat: respd replies otherwise than Redis"
        exit 1
    fi
done
