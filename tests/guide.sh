#!/bin/sh
# tests/guide.sh - every program in doc/guide compiles without a warning, runs, and prints what the
# text says; and the pictures and chapters that are linked are there.
#
# The programs are compiled as a reader compiles them, but with warnings as errors.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}" "${CC:?}"
export LC_ALL=C
guide=$top_srcdir/doc/guide
work=$(mktemp -d "$top_builddir/guide.XXXXXX")
trap 'rm -rf "$work"' EXIT

if test -n "${INSTRUMENT_FLAGS-}"; then
    echo "SKIP: the library is built with $INSTRUMENT_FLAGS, which readers do not have"
    exit 77
fi
"${AWK:-awk}" -v out="$work" -f "$guide/programs.awk" "$guide"/*.md
test -f "$work/first.c"

if test "${OWN_SHARED:-yes}" = yes; then
    library=libown.so
    LD_LIBRARY_PATH=$top_builddir/.libs${LD_LIBRARY_PATH+:$LD_LIBRARY_PATH}
    export LD_LIBRARY_PATH
else
    library=libown.a
fi

status=0
fail()
{
    echo "FAIL: $*"
    status=1
}

count=0
for source in "$work"/*.c; do
    name=${source##*/}
    program=${source%.c}
    # shellcheck disable=SC2086 # lists of flags
    $CC -std=gnu11 -Wall -Wextra -Werror ${CPPFLAGS-} ${CFLAGS-} -O0 \
        -I"$top_srcdir/include" "$source" -o "$program" ${LDFLAGS-} \
        "$top_builddir/.libs/$library" -pthread || { fail "$name is not compiled"; continue; }
    (cd "$work" && "$program") >"$program.out" 2>&1 || fail "$name exits with $?"
    test -f "$source.expected" || { fail "$name: the text does not say what it prints"; continue; }
    diff -u "$source.expected" "$program.out" || fail "$name does not print what the text says"
    count=$((count + 1))
done
for expected in "$work"/*.expected; do
    test -f "${expected%.expected}" || fail "${expected##*/}: no such program"
done

# Links to files, in the guide and in the texts beside it; not to the web.
for file in "$guide"/*.md "$top_srcdir/doc/glossary.md" "$top_srcdir/CONTRIBUTING.md"; do
    folder=$(dirname "$file")
    sed -n 's/](/\
](/gp' "$file" | sed -n 's/^](\([^)]*\)).*/\1/p' | grep -v '^https\{0,1\}:' >"$work/links" || :
    while read -r link; do
        test -e "$folder/${link%%#*}" || fail "${file##*/}: dead link $link"
    done <"$work/links"
done

# A chapter that the index does not name cannot be found.
for chapter in "$guide"/*.md; do
    name=${chapter##*/}
    test "$name" = README.md || grep -q "]($name)" "$guide/README.md" ||
        fail "$name is not in doc/guide/README.md"
done

test "$count" -ge 25 || fail "only $count programs"
echo "$count programs"
exit $status
