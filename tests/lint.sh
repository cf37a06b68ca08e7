#!/bin/sh
# tests/lint.sh - the lints of tools/, on the tree; each is first shown a file that it must refuse.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
work=$(mktemp -d "$top_builddir/lint.XXXXXX")
trap 'rm -rf "$work"' EXIT
tools=$top_srcdir/tools

# refuses NAME ARGUMENTS: the lint must fail and say why.
refuses()
{
    name=$1
    shift
    if sh "$tools/$name" "$@" >"$work/out"; then
        echo "FAIL: $name accepts what it is there to refuse"
        exit 1
    fi
    test -s "$work/out"
}

printf 'noinst_PROGRAMS = a\na_SOURCE = a.c\n' >"$work/bad.mk"
refuses lint-automake.sh "$work/bad.mk"
mkdir -p "$work/src/chunk" "$work/src/pool"
printf '#include "base/list.h"\n#include "pool/pool.h"\n' >"$work/src/chunk/bad.c"
refuses lint-rooms.sh "$work/src"
printf 'int pool_works(void);\nint chunk_works(void);\n%s\n' \
    'int chunk_works(void) { return pool_works(); }' >"$work/src/chunk/bad.c"
printf 'int pool_works(void);\nint pool_works(void) { return 0; }\n' >"$work/src/pool/good.c"
for name in chunk/bad pool/good; do
    $CC -c "$work/src/$name.c" -o "$work/src/$name.o"
    printf "pic_object=none\nnon_pic_object='%s.o'\n" "${name#*/}" >"$work/src/$name.lo"
done
refuses lint-symbols.sh "$work/src/chunk/bad.lo" "$work/src/pool/good.lo"
sh "$tools/lint-symbols.sh" "$work/src/pool/good.lo"
printf 'int a; \n' >"$work/bad.c"
refuses lint-sources.sh "$work/bad.c"
printf 'int a;\n' >"$work/bad.h"
refuses lint-sources.sh "$work/bad.h"
awk 'BEGIN { for (i = 1; i <= 421; i++) print "int a" i ";" }' >"$work/bad.c"
refuses lint-sources.sh "$work/bad.c"
printf '# %0100d\n' 0 >"$work/bad.sh"
refuses lint-sources.sh "$work/bad.sh"

# Each lint runs, whatever the others say.
status=0
sh "$tools/lint-symbols.sh" $OWN_OBJECTS || status=1
cd "$top_srcdir"
folders='include src compat tests examples bench'
sh "$tools/lint-automake.sh" Makefile.am $(find $folders tools -name local.mk) || status=1
sh "$tools/lint-rooms.sh" src || status=1
sh "$tools/lint-sources.sh" bootstrap .ci/run \
    $(find $folders tools doc -path 'doc/reference/html*' -prune -o \( -name '*.[ch]' \
        -o -name '*.sh' -o -name '*.js' -o -name '*.css' -o -name '*.awk' \) -print) ||
    status=1

# Every source and header of the library is in its list, so that the tarball has it.
for folder in src include compat/* tools/ownstat; do
    find "$folder" -name tests -prune -o -name '*.[ch]' -print | LC_ALL=C sort >"$work/there"
    tr -s ' \t' '\n\n' <"$folder/local.mk" | sed -n "s|^%D%/|$folder/|p" |
        LC_ALL=C sort -u >"$work/listed"
    LC_ALL=C comm -23 "$work/there" "$work/listed" >"$work/out"
    test ! -s "$work/out" || {
        echo "FAIL: not in $folder/local.mk:"
        cat "$work/out"
        status=1
    }
done
exit $status
