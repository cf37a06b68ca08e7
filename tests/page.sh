#!/bin/sh
# tests/page.sh - the page of reports, tools/page, in a headless Chromium: what it shows, its keys,
# names that are markup, wrong files, and trees of 100,000 pools (divided by OWN_TEST_SCALE).
# CHROMIUM names another browser.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"

skip()
{
    echo "SKIP: the page of reports is not tested: $1"
    exit 77
}

find_page()
{
    for folder in "$top_builddir" "$top_srcdir"; do
        if test -f "$folder/tools/page/page.html"; then
            echo "$folder/tools/page"
            return
        fi
    done
}

find_browser()
{
    for name in ${CHROMIUM-chromium chromium-browser google-chrome}; do
        command -v "$name" && return
    done
}

pages=$(find_page)
test -n "$pages" || skip "there is none, as D3 is missing"

# What needs no browser: what ownstat fills in is a line of its own, once each; nothing comes from
# elsewhere; the licence is there, in the page too.
for name in own-report own-report-old; do
    line="<script type=\"application/json\" id=\"$name\">null</script>"
    test "$(grep -c -x -F "$line" "$pages/page.html")" = 1
    test "$(grep -c -F "id=\"$name\"" "$pages/page.html")" = 1
done
! grep -n -i -E '<(link|img|iframe|object|embed)|<script[^>]* src=|@import|url\(' \
    "$pages/page.html"
grep -q "default-src 'none'" "$pages/page.html"
grep -q 'Mike Bostock' "$pages/LICENSE.d3"
grep -q 'copyright notice' "$pages/LICENSE.d3"
grep -q 'copyright notice' "$pages/page.html"
# No name goes into markup.
! grep -n -E 'innerHTML|outerHTML|insertAdjacent|\.html\(|document\.write|eval\(|new Function' \
    "$top_srcdir"/tools/page/*.js
grep -L "^'use strict';" "$top_srcdir"/tools/page/*.js | { ! grep .; }

browser=$(find_browser) || skip "there is no Chromium"
test -n "$browser" || skip "there is no Chromium"
command -v python3 >/dev/null || skip "there is no python3, which drives the browser"

# The browser's sockets are in its profile, and their paths must be short.
work=$(mktemp -d "${TMPDIR:-/tmp}/own-page.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# In the foreground, so that an interrupt reaches it; it ends the browser, however it ends itself.
export PYTHONDONTWRITEBYTECODE=1
timeout --foreground --kill-after=20 280 python3 "$top_srcdir/tests/page/checks.py" "$browser" \
    "$pages/page.html" "$work" "${OWN_TEST_SCALE:-1}" || {
    tail -n 20 "$work/browser.log"
    # A browser whose driver was killed ends by itself, but writes into its profile before.
    sleep 3
    exit 1
}
