# tests/ownstat/begin.sh - what the tests of ownstat begin with, read by each: a folder for its
# files, and functions. Times are in UTC, and nothing depends on the locale.
#
# OWNSTAT is another ownstat to test, such as one under Valgrind. OWNSTAT_RENEW=1 writes the expected
# outputs anew instead of comparing with them.

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
here=$top_srcdir/tests/ownstat
ownstat=${OWNSTAT:-$top_builddir/tools/ownstat/ownstat}
export LC_ALL=C TZ=UTC PYTHONDONTWRITEBYTECODE=1
unset OWNSTAT_PAGE

skip()
{
    echo "SKIP: $test_name: $1"
    exit 77
}

fail()
{
    echo "FAIL: $1"
    for file in out err; do
        test ! -s "$work/$file" || sed "s/^/$file: /" "$work/$file" | head -n 40
    done
    exit 1
}

test_name=$(basename "$0" .sh)
test "$OWN_JANSSON" = yes || skip "ownstat is not built (jansson is missing)"
command -v python3 >/dev/null || skip "there is no python3, which makes the reports"

work=$(mktemp -d "$top_builddir/ownstat-$test_name.XXXXXX")
server=
end()
{
    test -z "$server" || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' HUP INT TERM

# make_report KIND [NUMBER]: to stdout.
make_report()
{
    python3 "$here/make_report.py" "$@"
}

# run STATUS ARGUMENT ...: ownstat must end with that status; what it says is in out and err.
run()
{
    expected_status=$1
    shift
    status=0
    "$ownstat" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    test $status = "$expected_status" ||
        fail "ownstat $* ended with $status, not $expected_status"
    if test $status -lt 2; then
        return
    fi
    test -s "$work/err" || fail "ownstat $* fails and does not say why"
}

# golden NAME: what run wrote to stdout is what is expected.
golden()
{
    if test -n "${OWNSTAT_RENEW-}"; then
        cp "$work/out" "$here/expected/$1"
    fi
    diff "$here/expected/$1" "$work/out" || fail "not as expected/$1"
}

# says FILE TEXT: the file (out or err) has this text somewhere in a line.
says()
{
    grep -q -F -e "$2" "$work/$1" || fail "$1 does not say: $2"
}
