#!/bin/sh
# tests/owncheck.sh - own-check finds what is wrong in owncheck/mistakes_*.c, at the lines that
# say so, and nothing in owncheck/idioms_*.c and a few examples; each call of the library is one
# that the analyser knows; and what the program does with its arguments.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
own_check="sh $top_srcdir/tools/own-check/own-check"
export LC_ALL=C
clang=${CLANG-clang}
if test -z "$clang" || ! command -v "$clang" >/dev/null 2>&1; then
    echo "SKIP: ownership is not checked: clang is missing"
    exit 77
fi
work=$(mktemp -d "$top_builddir/owncheck.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "FAIL: $*"
    exit 1
}

# check STATUS ARGUMENT ...: own-check ends with that status; what it printed is in $work/out.
check()
{
    expected=$1
    shift
    status=0
    $own_check "$@" >"$work/out" 2>"$work/err" || status=$?
    test $status = "$expected" && return
    cat "$work/out" "$work/err"
    fail "own-check $*: $status instead of $expected"
}

include=$top_srcdir/include
tests=$top_srcdir/tests/owncheck

# A comment at the end of a line says what is found there.
for file in "$tests"/mistakes_*.c; do
    $CC $CFLAGS -std=gnu11 -w -fsyntax-only -I"$include" "$file"
    check 1 -- cc -I"$include" "$file"
    sed -n "s|^$file:||; s|^\([0-9]*\): rule|\1 rule|p" "$work/out" | sort >"$work/found"
    grep -n '/\* [a-z ]* \*/$' "$file" | sed "
        s|^\([0-9]*\):.*/\* \(.*\) \*/|\1 \2|
        s|leak$|rule 1: the reference is never released on this path|
        s|twice$|rule 1: a reference is released twice|
        s|used$|rule 1: an object is used after its last reference was released|
        s|not borrowed$|rule 1: a new reference is returned as a borrowed one|
        s|borrowed$|rule 6: a borrowed reference is released or given away|
        s|not new$|rule 1: a borrowed reference is returned as a new one|" | sort >"$work/wanted"
    test "$(wc -l <"$work/wanted")" -ge 10
    sed "s/ in '[a-z]*'//" "$work/found" | diff "$work/wanted" - ||
        fail "$file: < is missing, > is wrong"
    echo "${file##*/}: $(wc -l <"$work/wanted") findings"
done
grep -q "^$tests/mistakes_releases.c:[0-9]*: rule 1" "$work/out"
grep -q "^  $tests/mistakes_releases.c:[0-9]*: a new reference, from here" "$work/out"
grep -q "^  $tests/mistakes_releases.c:[0-9]*: released here" "$work/out"

idioms=$(grep -c '^/\* [0-9]*: ' "$tests"/idioms_*.c | awk -F: '{ n += $2 } END { print n }')
test "$idioms" -ge 50
check 0 -j 2 -- cc -I"$include" "$tests"/idioms_*.c
test ! -s "$work/out" || fail "$(cat "$work/out")"
echo "$idioms idioms"

# Without its releases, each of these files has many leaks: so they have been followed.
for name in owners paths objects; do
    sed 's/own_decref(\([a-z]*\));/(void)\1;/' "$tests/idioms_$name.c" >"$work/$name.c"
done
check 1 -j 2 -- cc -I"$include" "$work/owners.c" "$work/paths.c" "$work/objects.c"
leaks=$(grep -c 'is never released on this path' "$work/out")
test "$leaks" -ge 30 || fail "only $leaks leaks were found in programs that release nothing"
echo "$leaks leaks where nothing is released"

# With an eighth of the usual steps, as in CI, all of it is found; with few, less.
check 1 -j 2 --nodes=30000 -- cc -I"$include" "$work/owners.c" "$work/paths.c" "$work/objects.c"
test "$(grep -c 'is never released on this path' "$work/out")" = "$leaks"
check 1 --nodes=20 -- cc -I"$include" "$work/owners.c" "$work/paths.c" "$work/objects.c"
test "$(grep -c 'is never released on this path' "$work/out")" -lt "$leaks"

check 0 -j 2 -- cc -I"$include" "$top_srcdir"/examples/recycle/recycle.c \
    "$top_srcdir"/examples/crop/*.c
test ! -s "$work/out"

# What readers copy has no mistake, but for the program that shows one.
"${AWK:-awk}" -v out="$work" -f "$top_srcdir/doc/guide/programs.awk" "$top_srcdir"/doc/guide/*.md
sed -n '/^A program$/,/^Save it as hello.c/s/^    //p' "$top_srcdir/README" >"$work/readme.c"
grep -q '^int main' "$work/readme.c"
check 1 -- cc -I"$include" "$work/misuse.c"
rm "$work/misuse.c"
programs=
for expected in "$work"/*.c.expected; do
    test ! -e "${expected%.expected}" || programs="$programs ${expected%.expected}"
done
# shellcheck disable=SC2086 # names without blanks
check 0 -j 2 -- cc -I"$include" $programs "$work/readme.c"
test ! -s "$work/out"

# The analyser's headers are right C, and no call has been forgotten: each is a macro there, or has
# an annotation; the others have no object among their arguments, or none that matters.
for name in own analyzer; do
    header=own.h
    test $name = own || header=own/analyzer.h
    printf '#include <%s>\n' $header >"$work/$name.c"
    "$clang" -D__clang_analyzer__ -std=gnu11 -Wall -Wextra -Werror -Wno-undefined-inline \
        -fsyntax-only -I"$include" "$work/$name.c"
done
sh "$top_srcdir/tools/public-names.sh" "$include"/own/*.h >"$work/names"
"$clang" -D__clang_analyzer__ -E -dM -I"$include" "$work/own.c" |
    sed -n 's/^#define \(own_[a-z0-9_]*\)[( ].*/\1/p' | sort >"$work/macros"
"$clang" -D__clang_analyzer__ -E -P -I"$include" "$work/own.c" | tr '\n' ' ' | tr ';' '\n' |
    sed -n 's/.*cf_audited_transfer.*[ *]C*F*\(own_[a-z0-9_]*\)(.*/\1/p' | sort >"$work/annotated"
sort -u "$work/macros" "$work/annotated" | comm -23 "$work/names" - >"$work/others"
tr ' ' '\n' >"$work/known" <<'END'
own_alloc_raw_slow own_alloc_slow own_array_axes own_array_begin own_array_export
own_array_export_dlpack own_array_export_dlpack_versioned own_array_next own_array_next_run
own_array_release own_array_type own_buffer_type own_bump own_bump_fits own_chunks_fixed own_collect
own_collect_find own_collect_stats own_decref_scoped own_decref_slow own_incref_slow own_list_type
own_metrics own_monitor_close own_monitor_open own_monitor_serve own_pool_create_sized own_pool_type
own_pool_user own_roots own_set_cache_limit own_set_collect_threshold own_set_misuse_handler
own_set_site_tracking own_trim own_version own_weakref_type
END
diff "$work/known" "$work/others" || fail "own/analyzer.h must say what it does"

# What own-check does with its arguments.
check 0 --help
grep -q '^usage: own-check' "$work/out"
check 0 --version
version=$(sed -n 's/^#define OWN_VERSION_[MP][A-Z]* //p' "$include/own/version.h" | tr '\n' .)
grep -q "^own-check (libown) ${version%.}\$" "$work/out"
check 2
check 2 --none
check 2 -p
check 2 -j 0 -- cc "$work/own.c"
check 2 --nodes=0 -- cc "$work/own.c"
check 2 --nodes=many -- cc "$work/own.c"
check 2 -- cc own.o
check 2 --clang=/nonexistent/clang -- cc "$work/own.c"
grep -q 'nonexistent/clang is missing' "$work/err"
check 2 -p "$work/none.json"
echo 'int broken(' >"$work/broken.c"
check 2 -- cc "$work/broken.c"
grep -q 'broken.c:1:.*error' "$work/out"
echo 'this is not C, and it is not asked for' >"$work/other.h"
check 0 -- cc -I"$include" -O2 -Wall -fno-such-switch -c "$work/own.c" -o "$work/other.h"
test ! -e "$work/own.o"

# Two forms of a database, and names with blanks and quotes.
mkdir "$work/a b"
cat >"$work/a b/it's.c" <<'END'
#include <own.h>
#if ONE == 1
const char *text = TEXT;
void leak(void) { own_pool *pool = own_pool_new(NULL); own_pool_clear(pool); }
#endif
END
cp "$work/a b/it's.c" "$work/a b/second.c"
top=$(cd "$top_srcdir" && pwd)
here=$(cd "$work" && pwd)
cat >"$work/database.json" <<END
[
  { "directory": "$here/a b", "file": "it's.c", "output": "x.o",
    "command": "gcc -DONE=1 \"-I$top/include\" -DTEXT='\"a \\\\\" b\"' -c it\\\\'s.c -o x.o" },
  { "directory": "$here/a b", "file": "second.c",
    "arguments": ["gcc", "-D", "ONE=1", "-I", "$top/include", "-DTEXT=\"a [b] {c}\"", "-c",
                  "second.c"] },
  { "directory": "$here/a b", "file": "third.cc", "arguments": ["g++", "third.cc"] }
]
END
check 1 -p "$work/database.json"
test "$(grep -c 'rule 1' "$work/out")" = 2 || fail "$(cat "$work/out")"
check 1 -j2 -p "$work/database.json" second.c
grep -q '^second.c:4: rule 1' "$work/out"
test "$(grep -c 'rule 1' "$work/out")" = 1
check 2 -p "$work/database.json" cond.c
