#!/bin/sh
# tests/ownstat/leak.sh - a leak that is put into a copy of respd is named, with its line, by
# ownstat leaks within three reports, and by ownstat diff.
set -eu
. "$(dirname "$0")/begin.sh"

test -x "$top_builddir/examples/respd/respd" || skip "respd is not built"
test "$OWN_SHARED" = yes || skip "there is no libown.so (--disable-shared)"
test "$OWN_SANITIZER" = no || skip "a sanitizer has memory come from elsewhere"
command -v addr2line >/dev/null || skip "there is no addr2line (binutils)"

# The copy: each GET forgets 500 bytes in the pool of its connection.
mkdir "$work/respd"
cp "$top_srcdir"/examples/respd/*.[ch] "$work/respd"
cd "$work"
awk '{ print }
    /^void command_get\(/ { inside = 1 }
    inside && /^{/ {
        print "    if (!own_alloc(own_pool_parent(request->pool), 1, 500)) return;"
        inside = 0
    }' respd/strings.c >leaking.c
mv leaking.c respd/strings.c
line=$(grep -n 'own_pool_parent(request->pool), 1, 500' respd/strings.c | cut -d: -f1)
pkg_config=${PKG_CONFIG:-pkg-config}
# shellcheck disable=SC2046,SC2086
$CC $CPPFLAGS -std=gnu11 -g -O1 -I"$top_srcdir/include" -Irespd \
    $($pkg_config --cflags libuv hiredis) respd/*.c -o leaking \
    -L"$top_builddir/.libs" -Wl,-rpath,"$top_builddir/.libs" -lown \
    $($pkg_config --libs libuv hiredis) -pthread 2>log || fail "it does not compile: $(cat log)"

OWN_CHECK=site ./leaking --port 0 --monitor monitor >log 2>&1 &
server=$!
tries=0
until test -e monitor && grep -q 'port [0-9]' log; do
    tries=$((tries + 1))
    test $tries -lt 100 || fail "the copy of respd does not start: $(cat log)"
    sleep 0.1
done

# A client that stays: 20,000 times GET, then a report, three times.
python3 - "$(sed -n 's/.*port \([0-9]*\).*/\1/p' log | head -n 1)" <<'END'
import socket, sys
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.sendall(b"SET key value\r\n")
assert client.recv(5) == b"+OK\r\n"
answers = client.makefile("rb")
for report in range(3):
    for batch in range(200):
        client.sendall(b"GET key\r\n" * 100)
        for _ in range(100):
            assert answers.readline() == b"$5\r\n" and answers.readline() == b"value\r\n"
    monitor = socket.socket(socket.AF_UNIX)
    monitor.connect("monitor")
    monitor.sendall(b"json\n")
    with open(f"report{report}", "wb") as out:
        while part := monitor.recv(65536):
            out.write(part)
END

run 1 leaks report0 report1 report2
says out "connection"
says out "strings.c:$line"
cat out
run 0 diff report0 report2
says out "strings.c:$line"
cat out
