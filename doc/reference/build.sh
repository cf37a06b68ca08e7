#!/bin/sh
# doc/reference/build.sh - makes the reference of the public headers, and the guide, in a folder.
#
#   doc/reference/build.sh man OUT    OUT/man3 and OUT/man7: a page for each public name and header
#   doc/reference/build.sh html OUT   OUT/html: the same with the guide, by Doxygen
#
# The man pages need awk, HTML needs doxygen. OUT is made anew. Left out is what only the analyser
# reads (own/analyzer.h). With OWN_STRICT set, a warning of
# Doxygen is an error.
set -eu
export LC_ALL=C

test $# = 2 || { sed -n '4,5s/^# *//p' "$0" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
what=$1
out=$2
awk=${AWK:-awk}

rm -rf "$out"
mkdir -p "$out/programs"
out=$(cd "$out" && pwd)
cd "$top/include"
headers="own.h $(ls own/*.h | grep -v /analyzer)"
version=$(sed -n 's/^#define OWN_VERSION_M[AI][JN]OR //p; s/^#define OWN_VERSION_PATCH //p' \
    own/version.h | paste -s -d . -)
"$awk" -v out="$out/programs" -f "$top/doc/guide/programs.awk" "$top"/doc/guide/*.md

case $what in
man)
    mkdir "$out/man3" "$out/man7"
    # shellcheck disable=SC2086 # a list of words
    "$awk" -v out="$out" -v version="$version" -v programs="$out/programs" \
        -f "$here/comments.awk" -f "$here/man.awk" $headers
    ;;
html)
    # shellcheck disable=SC2086
    "$awk" -f "$here/comments.awk" -f "$here/names.awk" $headers >"$out/names"
    for header in $headers; do
        echo "${header##*/}"
    done >>"$out/names"
    chapters=$(sed -n 's|.*](\([a-z]*\.md\)).*|doc/guide/\1|p' "$top/doc/guide/README.md")
    input="doc/guide/README.md $(echo $chapters) doc/glossary.md $out/examples.dox"
    for header in $headers; do
        input="$input include/$header"
    done
    for program in "$out"/programs/*.c; do
        printf '/** @example %s\nA program of the guide. */\n' "${program##*/}"
    done >"$out/examples.dox"
    sed -e "s|@VERSION@|$version|" -e "s|@OUT@|$out|" -e "s|@INPUT@|$input|" \
        "$here/Doxyfile.in" >"$out/Doxyfile"
    test -z "${OWN_STRICT-}" || echo "WARN_AS_ERROR = FAIL_ON_WARNINGS" >>"$out/Doxyfile"
    cd "$top"
    AWK=$awk ${DOXYGEN:-doxygen} "$out/Doxyfile"
    ;;
*)
    echo "build.sh: man or html, not $what" >&2
    exit 1
    ;;
esac
rm -rf "$out/programs" "$out/names" "$out/examples.dox" "$out/Doxyfile"
