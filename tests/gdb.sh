#!/bin/sh
# tests/gdb.sh - tools/gdb: the commands and printers say what is so, in a live process and in a
# core file of it; damaged memory and a library without debug information are told.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
skip()
{
    echo "SKIP: $*"
    exit 77
}
command -v gdb >/dev/null || skip "gdb is missing"
gdb -nx -batch -ex 'python import functools' 2>/dev/null || skip "this gdb is without Python"
test "$OWN_SHARED" = yes || skip "configured with --disable-shared"
case " $CFLAGS " in
*" -g "*) ;;
*) skip "a library without types in its debug information ($CFLAGS)" ;;
esac
test -z "${INSTRUMENT_FLAGS-}" || skip "a build with $INSTRUMENT_FLAGS"
work=$(mktemp -d "$top_builddir/gdb.XXXXXX")
trap 'rm -rf "$work"' EXIT
subject=$top_builddir/tests/gdb/subject
script=$(cd "$top_srcdir/tools/gdb" && pwd)/own-gdb.py
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

# run NAME ARGUMENTS: gdb with the commands in $work/NAME; its output in $work/NAME.out.
run()
{
    name=$1
    shift
    {
        printf 'set pagination off\nset confirm off\nset debuginfod enabled off\n'
        printf 'set startup-with-shell off\nset width 0\nsource %s\n' "$script"
        cat "$work/$name"
    } >"$work/commands"
    gdb -nx -batch -x "$work/commands" "$@" >"$work/$name.out" 2>&1 || :
}

# says NAME PATTERN ...: each pattern is in the output.
says()
{
    name=$1
    shift
    for pattern; do
        grep -q -- "$pattern" "$work/$name.out" || {
            cat "$work/$name.out"
            echo "FAIL: $name does not say: $pattern"
            exit 1
        }
    done
}

# Each command, with what it prints in front of it.
for command in 'own roots' 'own tree root' 'own tree --depth 1' 'own tree deep' 'own who small' \
    'own who small+3' 'own who newest' 'own who large+1000' 'own who paged+8' 'own who gone' \
    'own who session' 'own who lost' 'own who child' 'own who of_shared' 'own who outside' \
    'own who 0' 'own who -1' 'own who &root' 'p *root' 'p *session' 'p *buffer' 'p *array' \
    'p *list' 'p *weakref' 'p *lost' 'p *other' 'p *immortal'; do
    printf 'echo == %s\\n\n%s\n' "$command" "$command"
done >"$work/look"

{
    printf 'break stop\nrun\n'
    cat "$work/look"
    printf 'echo == end\\n\ngcore %s\n' "$work/core"
} >"$work/live"
run live "$subject"
if grep -q 'Operation not permitted' "$work/live.out"; then
    skip "gdb may not trace a process here"
fi
test -s "$work/core" || {
    cat "$work/live.out"
    echo "FAIL: no core file"
    exit 1
}
says live '^the root  0x.*blocks: 20000, .*confined, 1$' '^shared  0x.*; shared, 1$' '^3 roots$' \
    '^  a child  0x[0-9a-f]*: .*held by pools: 1; holds 1$' '^    a grandchild  ' \
    '^  a child .*holds 1; 1 children$' ': the block at 0x' '  in pool 0x.*: the root / a child$' \
    ': the root / a child / a grandchild$' 'the large block at 0x.*, of 300000 bytes$' \
    'the block at 0x.*, in a page$' 'a block that was freed, at 0x.*, in a page$' \
    ': session, confined, 2, held by pools: 2$' '  held by pool 0x.*: the root$' \
    '  held by pool 0x.*: the root / a child$' ': session, confined, 1$' '  no pool holds it$' \
    'pool 0x.* itself: the root / a child$' '  in pool 0x.*: shared / other$' \
    '^0x0: not in memory of pools' '^0xffffffffffffffff: not in memory of pools' \
    '= pool (confined, 1) the root: 640000 bytes' '= {header = session (confined, 2, held' \
    '= buffer (confined, 1, held by pools: 1): 300 bytes at 0x' '\[5, 7\] of 8 bytes each at 0x' \
    '= list (.*): 1 items at 0x' '= weak reference (.*) to 0x' '= pool (shared, 1, held' \
    '= {header = session (immortal)'
test "$(grep -c '  deeper  0x' "$work/live.out")" -ge 3000

# Beside an installed library, gdb loads the commands by itself.
there=$(cd "$work" && pwd)/there
mkdir -p "$there/lib"
cp -P "$top_builddir"/.libs/libown.so* "$there/lib"
(unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
    exec $MAKE -C "$top_builddir" install-dist_gdbDATA install-gdb datadir="$there/share" \
        libdir="$there/lib") >"$work/installed" 2>&1 || { cat "$work/installed"; exit 1; }
auto_load=$there/share/gdb/auto-load
gdb -nx -batch -iex 'set debuginfod enabled off' -iex "set auto-load scripts-directory $auto_load" \
    -iex "add-auto-load-safe-path $auto_load" -ex 'set startup-with-shell off' \
    -ex "set environment LD_LIBRARY_PATH $there/lib" -ex 'break stop' -ex run -ex 'own roots' \
    "$subject" >"$work/beside.out" 2>&1 || :
says beside '^3 roots$'
echo "live: as it should be"

cp "$work/look" "$work/dead"
run dead "$subject" "$work/core"
sed -n '/^== own roots/,/^== end/p' "$work/live.out" | sed '/^== end/d' >"$work/live.part"
sed -n '/^== own roots/,$p' "$work/dead.out" >"$work/dead.part"
diff "$work/live.part" "$work/dead.part" || {
    echo "FAIL: < in the live process, > in its core file"
    exit 1
}
echo "core file: the same"

# What is damaged is told; nothing hangs, and there is no trace of Python.
{
    printf 'break stop\nrun\n'
    printf 'set var child->name = (char *) 5\nown tree root\n'
    printf 'set var child->part.ledger.newest->newer = child->part.ledger.newest\n'
    printf 'own tree root\nown roots\n'
    printf 'set var grandchild->entry.owner = &grandchild->part\nown who newest\n'
    printf 'set var grandchild->object.type = 0\nown tree grandchild\n'
} >"$work/damage"
run damage "$subject"
says damage 'name at 0x5 cannot be read' 'damaged: the ledger of pool 0x'
printf 'break stop\nrun\nset var grandchild->object.type = 0\nown tree grandchild\n' >"$work/type"
run type "$subject"
says type 'damaged, or not in this core file: 0x.* is no pool'
printf 'break stop\nrun\nset var grandchild->entry.owner = &grandchild->part\nown who newest\n' \
    >"$work/circle"
run circle "$subject"
says circle 'a parent is its own ancestor'
if grep -l Traceback "$work"/*.out; then
    cat "$work"/*.out | grep -A 12 Traceback
    echo "FAIL: a trace of Python"
    exit 1
fi
echo "damaged memory: told"

if command -v strip >/dev/null; then
    mkdir "$work/lib"
    name=$(sed -n "s/^dlname='\(.*\)'/\1/p" "$top_builddir/libown.la")
    strip -o "$work/lib/$name" "$top_builddir/.libs/$name"
    {
        printf 'set environment LD_LIBRARY_PATH %s\n' "$(cd "$work/lib" && pwd)"
        printf 'break stop\nrun\nown roots\n'
    } >"$work/bare"
    run bare "$subject"
    says bare 'libown.so has no debug information'
    echo "no debug information: told"
else
    echo "skipped: strip is missing, for a library without debug information"
fi
