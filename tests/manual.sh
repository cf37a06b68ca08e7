#!/bin/sh
# tests/manual.sh - each public name has a man page and, with doxygen, a place in the reference in
# HTML, where no link is dead; and Doxygen has nothing to warn about.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
export LC_ALL=C
work=$(mktemp -d "$top_builddir/manual.XXXXXX")
trap 'rm -rf "$work"' EXIT
reference=$top_srcdir/doc/reference

fail()
{
    echo "FAIL: $*"
    exit 1
}

# Each word that own.h and src/README explain is in the glossary.
{
    sed -n '/^ \* The words used/,/^ \* A failing/s/^ \*   \([a-z][a-z]*\)  .*/\1/p' \
        "$top_srcdir/include/own.h"
    sed -n '/^The words$/,/^A pool and its parts$/s/^  \([a-z]\)/\1/p' "$top_srcdir/src/README" |
        sed 's/   *.*//; s/, /\
/g'
} | sort -u >"$work/words"
test "$(wc -l <"$work/words")" -gt 50
sed -n 's/^| \([a-z][a-z, ]*\) |.*/\1/p' "$top_srcdir/doc/glossary.md" | sed 's/, /\
/g' | sort >"$work/explained"
comm -23 "$work/words" "$work/explained" >"$work/missing"
test ! -s "$work/missing" || { cat "$work/missing"; fail "not in doc/glossary.md"; }

# What the headers declare: functions, as the version script has them; macros but for those of the
# compiler, which users do not write; types.
{
    sed -n '/global:/,/local:/s/^ *\([a-z_0-9]*\);$/\1/p' "$top_srcdir/src/libown.map"
    for header in "$top_srcdir"/include/own/*.h; do
        sed -n -e 's/^typedef struct own_[a-z_]* \(own_[a-z_]*\);$/\1/p' \
            -e 's/^\(typedef \)\{0,1\}\(struct\|enum\) \(own_[a-z_]*\) {.*/\3/p' "$header"
        case $header in
        */attributes.h | */analyzer*) ;;
        *)
            sed -n 's/^#define \([A-Za-z_0-9]*[A-Za-z0-9]\)\([^A-Za-z0-9_].*\)\{0,1\}$/\1/p' \
                "$header" | grep -v '_H$' || :
            ;;
        esac
    done
} | sort -u >"$work/public"
test "$(wc -l <"$work/public")" -gt 200

sh "$reference/build.sh" man "$work/man"
ls "$work/man/man3" | sed 's/\.3$//' | sort >"$work/pages"
comm -23 "$work/public" "$work/pages" >"$work/missing"
test ! -s "$work/missing" || { cat "$work/missing"; fail "these have no man page"; }

# A page leads to another one; or it has a name, a header and something to read next. Whatever it
# leads to is there.
(cd "$work/man" && awk '
function end_page() {
    if (file != "" && !leads && !(named && header && next_page)) {
        print file ": incomplete"
        bad = 1
    }
}
FNR == 1 { end_page(); file = FILENAME; leads = named = header = next_page = 0; there[file] = 1 }
/^\.so / { leads = 1; to[$2] = file }
/^\.SH NAME$/ { named = 1 }
/^\.B #include <own.*\.h>$/ { header = 1 }
/^\.BR .* \([137]\),?$/ {
    next_page = 1
    to["man" substr($3, 2, 1) "/" $2 "." substr($3, 2, 1)] = file
}
END {
    end_page()
    for (page in to)
        if (page !~ /^man1/ && !(page in there)) {
            print to[page] ": speaks of " page ", which is not there"
            bad = 1
        }
    exit bad
}' man3/* man7/*) || fail "man pages"
for page in own_pool_new.3 own_alloc.3; do
    grep -q '^\.SH EXAMPLES' "$work/man/man3/$page" || fail "$page has no example"
done
if command -v groff >/dev/null 2>&1; then
    (cd "$work/man" && groff -man -ww -Tascii man3/own_pool_*.3 man7/own-pool.h.7) \
        2>"$work/groff" >/dev/null || :
    test ! -s "$work/groff" || { cat "$work/groff"; fail "groff warns"; }
fi
echo "man pages: $(ls "$work/man/man3" | wc -l), public names: $(wc -l <"$work/public")"

doxygen=${DOXYGEN-doxygen}
command -v "$doxygen" >/dev/null 2>&1 || {
    echo "SKIP: the man pages are complete, but there is no doxygen for HTML"
    exit 77
}
# Warnings of other versions than that of Debian 12 are not known.
strict=
case $("$doxygen" --version) in
1.9.4*) strict=1 ;;
esac
OWN_STRICT=$strict sh "$reference/build.sh" html "$work/html" || fail "Doxygen"
cd "$work/html/html"
cat *.html | tr -cs 'A-Za-z0-9_' '\n' | sort -u >"$work/words"
comm -23 "$work/public" "$work/words" >"$work/missing"
test ! -s "$work/missing" || { cat "$work/missing"; fail "HTML does not have these"; }
awk -f "$reference/links.awk" *.html || fail "dead links"

# What would be found: a link to a place that is not there.
printf '<a href="pool_8h.html#nowhere">x</a>\n' >broken.html
if awk -f "$reference/links.awk" *.html >"$work/broken"; then
    fail "a dead link is not seen"
fi
grep -q 'broken.html: dead link to pool_8h.html#nowhere' "$work/broken"
