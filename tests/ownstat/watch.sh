#!/bin/sh
# tests/ownstat/watch.sh - `ownstat watch' in a terminal of tmux: what it shows, its keys, another
# size, and the end of the program that it watches.
set -eu
. "$(dirname "$0")/begin.sh"

test "$OWN_NCURSES" = yes || skip "watch is not built (ncurses is missing)"
command -v tmux >/dev/null || skip "there is no tmux to run watch in"
# Programs of tmux get no file descriptor of ours, and the names of characters are those of UTF-8.
locale -a 2>/dev/null | grep -q -i '^C\.utf-\?8$' || skip "there is no locale C.UTF-8"
export LC_ALL=C.UTF-8

cd "$work"
sockets=$(mktemp -d /tmp/ownstat.XXXXXX)
tmux="tmux -f /dev/null -S $sockets/tmux"
end_here()
{
    $tmux kill-server 2>/dev/null || true
    rm -rf "$sockets"
    end
}
trap end_here EXIT

serve()
{
    rm -f "$sockets/monitor" "$sockets/monitor.ready"
    (cd "$sockets" && exec python3 "$here/serve.py" "$1" monitor) &
    server=$!
    wait_for "the server does not start" test -e "$sockets/monitor.ready"
}

# wait_for TEXT COMMAND: until the command succeeds.
wait_for()
{
    why=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        if test $tries -ge 200; then
            $tmux capture-pane -p -t watch >out || true
            fail "$why"
        fi
        sleep 0.1
    done
}

screen_has()
{
    $tmux capture-pane -p -t watch >screen && grep -q -e "$1" screen
}

screen_lacks()
{
    $tmux capture-pane -p -t watch >screen && ! grep -q -e "$1" screen
}

shows()
{
    wait_for "the screen does not show: $1" screen_has "$1"
}

hides()
{
    wait_for "the screen still shows: $1" screen_lacks "$1"
}

keys()
{
    $tmux send-keys -t watch "$@"
}

# watch ARGUMENT ...: in a terminal of 100 columns and 24 lines.
watch()
{
    $tmux new-session -d -s watch -x 100 -y 24 "$ownstat watch $* 2>err; echo status \$? >status"
}

serve grows
watch --delay=0.3 $server
shows "server\[$server\] .* every 0.3 s  sorted by total"
shows '\*TOTAL'
# Only the roots are open at first.
shows '64 B\|server'
hides 'request'
shows '  + connection x2'
shows '   cache'
# The cache grows from report to report, so it is first, and grows since the first one.
shows '+[0-9.]* KiB *  cache'

keys Down Down
keys Space
shows '  - connection x2'
shows '      request # x[0-9]'
shows '      scratch'
keys -
hides 'request'
keys +
shows 'request # x'
# Left closes; once more: to the parent, which it then closes.
keys Left
hides 'request'
keys Left
keys -
hides 'cache'
shows '^.* + server$'
keys Right
shows 'cache'

# The order of keys to sort by, and back to the first.
keys s
shows 'sorted by own'
shows '\*OWN'
keys s
shows 'sorted by blocks'
keys s
shows 'sorted by growth'
keys s
shows 'sorted by total'

# The base line. The log does not change, so its growth is 0.
shows ' 0  *log'
keys b
shows 'Growth is counted from this report on'

# A search opens what is closed.
hides 'scratch'
keys / s c r a
shows 'Search: scra_'
keys Enter
shows 'scratch'
keys / z z z Enter
shows "No name has .zzz. in it"
keys / x Escape
hides 'Search'

keys h
shows 'ownstat watch 0'
shows 'Any key goes back'
keys x
shows '\*TOTAL'
keys End
keys Home
keys NPage
keys PPage

# Another size, down to one that has no room for much.
$tmux resize-window -t watch -x 60 -y 8
wait_for "the screen is not drawn anew" screen_lacks 'h help'
shows '\*TOTAL'
test "$(wc -L <screen)" -le 60
$tmux resize-window -t watch -x 10 -y 2
sleep 0.5
$tmux resize-window -t watch -x 120 -y 30
shows 'q quit'
shows 'cache'

# The program ends: the screen stays, and says so. Another one answers at the same place.
kill $server
wait $server || true
server=
shows 'The program has ended; this is what it had at last'
shows 'cache'
serve frozen
shows 'Another process answers now'
shows "server\[$server\]"
hides 'has ended'
kill -STOP $server
sleep 0.5
keys s
shows 'sorted by own'
kill -CONT $server

keys q
wait_for "it does not end" test -e status
test "$(cat status)" = "status 0"
test ! -s err

# A monitor that does not answer does not stop the keys.
rm status
watch --delay=0.1 --timeout=1 --exact-names --bytes --sort=growth "$sockets/monitor"
shows 'sorted by growth'
kill -STOP $server
shows 'The program does not answer: it does not answer in time'
kill -CONT $server
hides 'does not answer'
keys / 1 8 Enter
shows 'request 18'
keys q
wait_for "it does not end" test -e status
test "$(cat status)" = "status 0"

# Without a terminal.
run 3 watch "$sockets/monitor"
says err "watch needs a terminal"
