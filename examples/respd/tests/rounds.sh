#!/bin/sh
# rounds.sh - round after round of load and FLUSHALL: no error, and the memory of the process stays.
#
#   ROUNDS=10 REQUESTS=1000000 rounds.sh
#
# prints the resident memory after each round. The least of the second half of the rounds may be 2 %
# above the least of the first half, without the first round (and some pages, which count only where
# there are few requests). With several threads it goes up and down by more than that, as these take
# more or less of the load of a round, so there are more rounds; what leaks only goes up. It is not
# compared in builds where a sanitizer keeps what is freed, nor where $RESPD_QUICK makes this short.
set -eu

respd=${RESPD:-examples/respd/respd}
case ${OWN_SANITIZER:-no} in
*address* | *thread*) compared= ;;
*) compared=yes ;;
esac
test -z "${RESPD_QUICK-}" || compared=
case "$compared $respd" in
"yes "*--threads*) usual=20 usual_requests=20000 ;;
"yes "*) usual=10 usual_requests=20000 ;;
*) usual=3 usual_requests=6000 ;;
esac
rounds=${ROUNDS:-$usual}
requests=${REQUESTS:-$usual_requests}
slack_kib=256
. "$(dirname "$0")/../scratch.sh"
has redis-cli redis-benchmark || exit 77

# shellcheck disable=SC2086 # may be several words, as "valgrind respd"
$respd --port 0 >"$folder/output" &
server=$!
port=
tries=0
while test -z "$port"; do
    tries=$((tries + 1))
    test $tries -le 200 || { echo "rounds: respd does not start"; exit 1; }
    sleep 0.05
    port=$(sed -n 's/^respd: listening .* port //p' "$folder/output")
done

figure()
{
    redis-cli -p "$port" INFO | tr -d '\r' | sed -n "s/^$1://p"
}

idle=$(figure mem_blocks)/$(figure mem_pools_alive)
resident=
first_half=
second_half=
round=0
while test $round -lt "$rounds"; do
    round=$((round + 1))
    redis-benchmark -p "$port" -q -c 50 -P 16 -r 100000 -n "$requests" \
        -t set,get,incr,lpush,rpush,lpop,hset,mset >"$folder/load" 2>&1 ||
        { echo "rounds: redis-benchmark failed"; cat "$folder/load"; exit 1; }
    ! grep -i error "$folder/load" || exit 1
    redis-cli -p "$port" FLUSHALL >/dev/null
    sleep 0.2
    resident=$(($(figure used_memory_rss) / 1024))
    # A connection that has just been closed may take its thread a moment.
    tries=0
    until now=$(figure mem_blocks)/$(figure mem_pools_alive) && test "$now" = "$idle" ||
        test $tries = 50; do
        tries=$((tries + 1))
        sleep 0.1
    done
    echo "round $round: $resident KiB resident, blocks/pools $now (idle: $idle)"
    test "$now" = "$idle" || { echo "rounds: not idle"; exit 1; }
    if test $round -gt $((rounds / 2)); then
        test "${second_half:-$resident}" -lt $resident || second_half=$resident
    elif test $round -gt 1; then
        test "${first_half:-$resident}" -lt $resident || first_half=$resident
    fi
done

kill -TERM "$server"
wait "$server" || { echo "rounds: respd failed at its end"; cat "$folder/output"; exit 1; }
server=
if test -z "$compared"; then
    echo "rounds: resident memory is not compared: the test is short, or a sanitizer keeps it"
    exit 0
fi
if test -n "$first_half" &&
    test "$second_half" -gt $((first_half + first_half / 50 + slack_kib)); then
    echo "rounds: at least $first_half KiB in the first half, $second_half KiB in the second"
    exit 1
fi
