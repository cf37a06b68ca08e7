#!/bin/sh
# load.sh - two processes of redis-benchmark at the same keys, with each number of threads: what
# they did must add up, and nothing may be left.
#
#   THREADS="1 2 4" REQUESTS=1000000 load.sh
#
# It is short under AddressSanitizer, and where $RESPD_QUICK says so; less so under ThreadSanitizer,
# for which the threads are there.
set -eu

respd=${RESPD:-examples/respd/respd}
case ${RESPD_QUICK-},${OWN_SANITIZER-} in
*thread*) usual=5000 ;;
?*,* | *address*) usual=1600 ;;
*) usual=20000 ;;
esac
requests=$((${REQUESTS:-$usual} / 16 * 16)) # redis-benchmark sends whole pipelines
. "$(dirname "$0")/../scratch.sh"
has redis-cli redis-benchmark || exit 77

fail()
{
    echo "load: $*"
    cat "$folder"/errors "$folder"/load.* 2>/dev/null || true
    exit 1
}

start()
{
    # shellcheck disable=SC2086 # may be several words, as "valgrind respd"
    $respd --port 0 --threads "$1" --maxmemory 4000000000 >"$folder/output" 2>"$folder/errors" &
    server=$!
    port=
    tries=0
    while test -z "$port"; do
        tries=$((tries + 1))
        test $tries -le 200 || fail "respd does not start"
        sleep 0.05
        port=$(sed -n 's/^respd: listening .* port //p' "$folder/output")
    done
}

# All of these with both at once; then the figures that follow from how many there were.
both()
{
    for process in 1 2; do
        redis-benchmark -p "$port" -q -n "$requests" "$@" >"$folder/load.$process" 2>&1 &
        eval "load$process=\$!"
    done
    # shellcheck disable=SC2154 # set by eval
    wait "$load1" || fail "redis-benchmark failed"
    # shellcheck disable=SC2154
    wait "$load2" || fail "redis-benchmark failed"
    ! grep -i error "$folder"/load.? >/dev/null || fail "an error reply"
}

expect()
{
    should=$1
    shift
    is=$(redis-cli -p "$port" "$@")
    test "$is" = "$should" || fail "$*: $is instead of $should"
}

for threads in ${THREADS:-1 2}; do
    start "$threads"
    both -t incr -c 20 -P 16
    expect $((2 * requests)) GET counter:__rand_int__
    both -t lpush,rpush,lpop -c 20 -P 8 -d 700
    expect $((2 * requests)) LLEN mylist
    both -t rpop,sadd,hset -c 20
    expect 0 EXISTS mylist
    both -t set,get -c 20 -P 4 -d 9000 -r 10
    expect 9000 STRLEN key:000000000003
    both -t set,get,incr,lpush,rpush,lpop,hset,mset -c 20 -P 16 -r 1000
    expect OK FLUSHALL
    both -t set,mset -c 10 -P 16 -r 1000

    # The load goes on until the server ends.
    redis-benchmark -p "$port" -l -q -t set,get,lpush,lpop -c 10 -P 4 -d 2000 -r 100 \
        >"$folder/load.1" 2>&1 &
    load1=$!
    sleep 0.3
    kill -TERM "$server"
    status=0
    wait "$server" || status=$?
    server=
    kill -KILL $load1 2>/dev/null || true
    wait $load1 2>/dev/null || true
    test $status = 0 || fail "respd ended with $status"
    grep -q ' 0 are alive$' "$folder/output" || fail "$(tail -n 1 "$folder/output")"
    test ! -s "$folder/errors" || fail "respd complained"
done
