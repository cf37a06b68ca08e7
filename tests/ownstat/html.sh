#!/bin/sh
# tests/ownstat/html.sh - `ownstat html' puts reports into the page, so that a browser reads from it
# what was in the file; and where the page is looked for.
set -eu
. "$(dirname "$0")/begin.sh"

make_report server 0 >"$work/old"
make_report server 1 >"$work/server"
make_report cycles >"$work/cycles"
cd "$work"

cat >page.html <<'END'
<!DOCTYPE html>
<script type="application/json" id="own-report">null</script>
<p>null &amp; "own-report"</p>
<script type="application/json" id="own-report-old">null</script>
<p>the end</p>
END
export OWNSTAT_PAGE=$work/page.html

# check PAGE REPORT OLD: the page is the template with these reports in it (`null': none).
check()
{
    python3 - page.html "$@" <<'END' || fail "$1 is not the page with the reports in it"
import json, re, sys
template, page = (open(path).read() for path in sys.argv[1:3])
pattern = r'(<script type="application/json" id="%s">)(.*?)(</script>)'
for name, path in zip(["own-report", "own-report-old"], sys.argv[3:]):
    expected = None if path == "null" else json.load(open(path))
    found = re.search(pattern % name, page, re.DOTALL)
    assert "<" not in found.group(2), "a bracket is left"
    assert json.loads(found.group(2)) == expected, name
    page = page[:found.start(2)] + "null" + page[found.end(2):]
assert page == template, page
END
}

run 0 html --no-symbols -o page server
test ! -s out
check page server null
run 0 html --no-symbols -o page server old
check page server old
run 0 html --no-symbols -o - server old
cp out page
check page server old
# Without modules the frames stay what they are.
run 0 html -o page server
check page server null

# What would end the element, or begin a comment in it.
sed 's/"name": "plain"/"name": "<\/script><!-- <b>"/' cycles >hostile
run 0 html -o page hostile cycles
check page hostile cycles
test "$(grep -c '<!--' page)" = 0

# The other order of the lines.
sed -n '4p;2p;3p' page.html >reversed.html
OWNSTAT_PAGE=reversed.html run 0 html -o page server old
cp reversed.html page.html
check page server old

# Not a template.
export OWNSTAT_PAGE=$work/wrong.html
run 3 html -o none server
says err "wrong.html, the template of the page: No such file or directory"
echo '<p>' >wrong.html
run 3 html -o none server
says err 'it has no line <script type="application/json" id="own-report">null</script>'
sed -n '1p;2p;1p;2p' reversed.html >wrong.html
run 3 html -o none server
says err 'twice'
test ! -e none

# Without OWNSTAT_PAGE: that of the sources, if they have one; else where it would be installed.
unset OWNSTAT_PAGE
if test -e "$top_srcdir/tools/page/page.html"; then
    run 0 html --no-symbols -o page server old
    cp "$top_srcdir/tools/page/page.html" page.html
    check page server old
else
    run 3 html -o none server
    says err "/page.html, the template of the page: No such file or directory"
fi
