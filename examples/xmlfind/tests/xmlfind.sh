#!/bin/sh
# examples/xmlfind/tests/xmlfind.sh - what is found, and nothing is left, wherever a parse ends.
set -eu

: "${top_builddir:?run by make check}"
xmlfind=$top_builddir/examples/xmlfind/xmlfind
work=$(mktemp -d "$top_builddir/xmlfind.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

fail()
{
    echo "FAIL: $*"
    for file in out err; do
        echo "-- $file"
        head -n 5 $file
    done
    exit 1
}

# expect STATUS OUT ERR ARGUMENTS: what is printed matches the pattern OUT, and on stderr ERR.
expect()
{
    status=0 wanted=$1 pattern=$2 errors=$3
    shift 3
    $checker "$xmlfind" "$@" >out 2>err || status=$?
    test "$status" = "$wanted" || fail "xmlfind $*: status $status"
    # shellcheck disable=SC2254 # patterns
    case $(cat out) in $pattern) ;; *) fail "xmlfind $*: not '$pattern'" ;; esac
    # shellcheck disable=SC2254
    case $(cat err) in $errors) ;; *) fail "xmlfind $*: not '$errors' on stderr" ;; esac
}

titles()
{
    echo '<feed>'
    i=0
    while [ $i -lt "$1" ]; do
        echo "<entry no='$i'><title>number <b>$i</b> &amp; so on</title><text>$long</text></entry>"
        i=$((i + 1))
    done
}
long=$(printf '%0500d' 7)
{ titles 300 && echo '</feed>'; } >feed.xml
{ titles 3 && echo '</wrong>'; } >broken.xml
gzip -c feed.xml >feed.xml.gz
head -c 2000 feed.xml.gz >short.xml.gz
{ head -c 2000 feed.xml.gz && head -c 2000 broken.xml; } >damaged.xml.gz
awk 'BEGIN { for (i = 0; i < 30000; i++) print "<deep>" }' >deep.xml
awk 'BEGIN {
    print "<text>"
    for (i = 0; i < 30000; i++)
        print "word after word"
    print "</text>"
}' >large.xml
first='number 0 & so on'

run_all()
{
    for file in feed.xml feed.xml.gz; do
        expect 0 "$first*number 299 & so on" '' "$@" title $file
        test "$(wc -l <out)" = 300 || fail "not all titles of $file"
        expect 0 '' '' "$@" nothing $file
        # Left in the middle: parser, inflater and text are still there, and go with the pool.
        expect 0 "$first" "$file: [1-9]* blocks, *" "$@" --first --usage title $file
    done
    expect 1 "$first*number 2 & so on" '*broken.xml:5: mismatched tag' "$@" title broken.xml
    expect 0 "$first" '' "$@" --first title broken.xml
    expect 1 "$first*" '*short.xml.gz: ends too soon' "$@" title short.xml.gz
    expect 1 '*' '*damaged.xml.gz:*' "$@" title damaged.xml.gz
    expect 1 '' '*absent.xml: No such file or directory' "$@" title absent.xml
    # What nests too deep or is too large ends at the limit; the next file is read all the same.
    expect 1 "$first" '*deep.xml: takes more than 300000 bytes of memory' \
        "$@" --first --limit=300000 title deep.xml feed.xml.gz
    expect 1 '' '*large.xml: takes more than 300000 bytes of memory' \
        "$@" --limit=300000 text large.xml
    expect 0 '*word after*' '' "$@" text large.xml
    expect 1 '' '*feed.xml: takes more than 10000 bytes of memory' \
        "$@" --limit=10000 title feed.xml
}

checker=
run_all
run_all --malloc
expect 2 '' 'xmlfind *options*' title
expect 2 '' 'xmlfind *options*' --limit=1x title feed.xml

# Where there is a Valgrind that can read what the compiler wrote.
checker='valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=all
    --errors-for-leak-kinds=all'
if test "${OWN_SANITIZER-no}" = no && $checker "$xmlfind" --help >out 2>err && ! test -s err; then
    expect 0 "$first" '' --malloc --first title feed.xml.gz
    expect 1 "$first*" '*broken.xml:5: mismatched tag' --malloc title broken.xml
fi
