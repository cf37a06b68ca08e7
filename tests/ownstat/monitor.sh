#!/bin/sh
# tests/ownstat/monitor.sh - reports from running programs: by the path of a socket, by its abstract
# name, and by the number of the process; and monitors that do not do what they should.
set -eu
. "$(dirname "$0")/begin.sh"

cd "$work"
# The path of a socket is short.
sockets=$(mktemp -d /tmp/ownstat.XXXXXX)
end_here()
{
    rm -rf "$sockets"
    end
}
trap end_here EXIT

# serve KIND SOCKET ...: a new server, instead of the one before.
serve()
{
    test -z "$server" || kill "$server"
    rm -f "$sockets"/*
    (cd "$sockets" && exec python3 "$here/serve.py" "$@") &
    server=$!
    for last; do :; done
    tries=0
    until test -e "$sockets/$(echo "$last" | tr -d @).ready"; do
        tries=$((tries + 1))
        test $tries -lt 300 || fail "the server does not start"
        sleep 0.1
    done
}

serve grows monitor
run 0 show "$sockets/monitor"
says out "server[$server]"
says out "cache"
run 0 show $server
says out "8.0 KiB         11        3    cache"
"$ownstat" flame --folded $server | grep -q 'server;cache 12288'
run 1 leaks $server "$sockets/monitor" $server
says out "server/cache"
run 0 save -o saved.json $server
run 0 leaks saved.json saved.json saved.json
run 0 diff saved.json $server
says out "+1-0       server/connection/request #"
run 0 diff $server $server
says out "+1-0       server/connection/request #"

serve slow monitor
run 0 show --timeout=2 $server
serve large monitor
run 0 show "$sockets/monitor"
says out "100001 pools"
serve frozen "@ownstat-test-$$"
run 0 show "@ownstat-test-$$"
run 0 show $server

# The process has other sockets, which do not answer, or are relative to its folder.
serve garbage one silent two empty three deaf four refuses five frozen monitor
run 0 show --timeout=1 $server
says out "server[$server]"
rm -f none.json
run 3 save --timeout=1 -o none.json "$sockets/one"
test ! -e none.json || fail "save: a file without a report"
run 2 save "$sockets/one"
run 3 show --timeout=1 "$sockets/one"
says err "one:1:1: "
run 3 show --timeout=1 "$sockets/two"
says err "two: it does not answer in time"
run 3 show --timeout=1 "$sockets/three"
says err "three: it answers nothing"
run 3 show --timeout=1 "$sockets/four"
says err "four: its queue of connections is full"
run 3 show "$sockets/five"
says err "five: it answers: error: come again"

serve silent monitor
begin=$(date +%s)
run 3 show $server
test $(($(date +%s) - begin)) -lt 8
says err "no socket of the process $server is a monitor"
says err "it does not answer in time"
sleep 1 &
run 3 show $!
says err "the process $! has no listening Unix socket, so no monitor"
wait $!
run 3 show $!
says err "there is no process $!"
echo '{}' >12345
run 3 show ./12345
says err "12345: it is no report"

kill $server
wait $server || true
server=
run 3 show "$sockets/monitor"
says err "monitor: Connection refused"
run 3 show "@ownstat-test-$$-none"
says err "Connection refused"
run 3 show "@$(printf %0120d 0)"
says err "the path is too long"
