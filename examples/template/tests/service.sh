#!/bin/sh
# tests/service.sh - the service answers, keeps its limits, reloads, shows its numbers, and ends
# with nothing left.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
pid=
trap 'test -z "$pid" || kill -KILL "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail()
{
    cat "$work/said" "$work/wrong" >&2
    echo "FAIL: $1" >&2
    exit 1
}

: >"$work/said"
printf 'greeting hello \nconnection_bytes 100000\n' >"$work/settings"
OWN_CHECK=guard,quarantine,leak ./service 0 0 "$work/settings" "$work/monitor" \
    >"$work/said" 2>"$work/wrong" &
pid=$!
tries=0
until grep -q serving "$work/said"; do
    tries=$((tries + 1))
    test $tries -lt 100 || fail "it does not start"
    sleep 0.1
done
port=$(sed -n 's/^serving at 127.0.0.1:\([0-9]*\),.*/\1/p' "$work/said")
metrics=$(sed -n 's/.*metrics at 127.0.0.1:\([0-9]*\)$/\1/p' "$work/said")

ask()
{
    printf "$1" | tests/client "$port"
}

test "$(ask 'a line\nanother\n')" = "HELLO A LINE
HELLO ANOTHER" || fail "answers to two lines"
test "$(ask 'no end')" = "" || fail "what is not a line is not answered"
test -z "$(ask '')" || fail "nothing is asked"

# A line that the limit has no room for is refused; others are served.
head -c 300000 /dev/zero | tr '\0' x | tests/client "$port" >"$work/out"
grep -q 'TOO LONG' "$work/out" || fail "a line over the limit"
test "$(ask 'still here\n')" = "HELLO STILL HERE" || fail "after a line over the limit"

# Many at once.
clients=
for i in 1 2 3 4 5 6 7 8 9 10; do
    (seq 1 1000 | tests/client "$port" | tail -n 1 >"$work/out.$i") &
    clients="$clients $!"
done
wait $clients
test "$(cat "$work"/out.* | sort -u)" = "HELLO 1000" || fail "ten clients with 1,000 lines each"

# Reload; what cannot be read leaves the settings as they are.
printf 'greeting good day \n' >"$work/settings"
kill -HUP $pid
sleep 0.3
test "$(ask 'x\n')" = "GOOD DAY X" || fail "after SIGHUP"
mv "$work/settings" "$work/elsewhere"
kill -HUP $pid
sleep 0.3
test "$(ask 'x\n')" = "GOOD DAY X" || fail "after a SIGHUP without settings"

printf 'GET /metrics HTTP/1.0\r\n\r\n' | tests/client "$metrics" >"$work/out"
grep -q '^HTTP/1.0 200 OK' "$work/out" && grep -q '^own_' "$work/out" || fail "metrics"
test -S "$work/monitor" || fail "the monitor's socket"

kill -TERM $pid
wait $pid || fail "exit status $?"
pid=
test ! -e "$work/monitor" || fail "the monitor's socket is left"
! grep -q 'libown' "$work/wrong" || fail "what is alive at exit, or damaged"
echo "all as it should be"
