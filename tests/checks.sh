#!/bin/sh
# tests/checks.sh - which tool finds which bug in a program with the library as it is installed:
# runs each bug of tests/checks/bugs.c under each tool, and compares with the table in doc/checks.
#
#   tests/checks.sh           compares
#   tests/checks.sh --print   prints the table that doc/checks ought to have
#
# A tool that is not there is named, and its column is not compared.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}" "${CC:?}"
table=$top_srcdir/doc/checks
library=$top_builddir/.libs

skip()
{
    echo "SKIP: $*"
    exit 77
}

grep -q '^#define OWN_DEBUG 0$' "$top_builddir/config.h" ||
    skip "a debug build finds more by itself"
test -z "${INSTRUMENT_FLAGS-}" || skip "the library is built with $INSTRUMENT_FLAGS"
test -e "$library/libown.so" || skip "there is no shared library"

work=$(mktemp -d "$top_builddir/checks.XXXXXX")
trap 'rm -rf "$work"' EXIT
unset ASAN_OPTIONS LSAN_OPTIONS TSAN_OPTIONS MSAN_OPTIONS OWN_CHECK

# compile NAME COMPILER FLAG: false if that does not work here.
compile()
{
    name=$1
    compiler=$2
    shift 2
    command -v "${compiler%% *}" >/dev/null &&
        $compiler "$@" -g -O1 -I "$top_srcdir/include" "$top_srcdir/tests/checks/bugs.c" \
            -o "$work/$name" -L "$library" -lown -lpthread -Wl,-rpath,"$library" \
            >"$work/log" 2>&1
}

# Whether a program that was compiled in that way works at all here.
works()
{
    "$@" >/dev/null 2>&1
}

tools=
missing=
use()
{
    tools="$tools $1"
}

miss()
{
    missing="$missing $1"
}

compile plain "$CC" || {
    cat "$work/log"
    echo "FAIL: the bugs do not compile"
    exit 1
}
use plain
use OWN_CHECK
if compile asan "$CC" -fsanitize=address && works "$work/asan"; then
    use ASan
else
    miss ASan
fi
if test -n "${VALGRIND-$(command -v valgrind)}"; then
    valgrind=${VALGRIND-valgrind}
    use Valgrind
else
    miss Valgrind
fi
thread=
if compile tsan "$CC" -fsanitize=thread && { works "$work/tsan" ||
    { works setarch -R "$work/tsan" && thread="setarch -R"; }; }; then
    use TSan
else
    miss TSan
fi
if compile msan clang -fsanitize=memory && works "$work/msan"; then
    use MSan
else
    miss MSan
fi

# start TOOL NUMBER: runs a bug under a tool.
start()
{
    case $1 in
    plain) "$work/plain" "$2" ;;
    OWN_CHECK) OWN_CHECK=guard,fill,quarantine,site,leak "$work/plain" "$2" ;;
    ASan) ASAN_OPTIONS=fast_unwind_on_malloc=0 "$work/asan" "$2" ;;
    Valgrind)
        OWN_CHECK=malloc $valgrind --quiet --leak-check=full --show-leak-kinds=definite \
            --errors-for-leak-kinds=definite "$work/plain" "$2"
        ;;
    TSan) $thread "$work/tsan" "$2" ;;
    MSan) "$work/msan" "$2" ;;
    esac
}

# What a tool says of a bug that it has found. Leaks have to be named: the memory of malloc by its
# size, a pool or an object by the function that has made it.
told()
{
    case $1-$2 in
    ASan-1[567]) grep -q 'ERROR: LeakSanitizer' "$work/said" && grep -q " in lose_" "$work/said" ;;
    Valgrind-1[567]) grep -q 'definitely lost' "$work/said" && grep -q ' lose_' "$work/said" ;;
    OWN_CHECK-1[57])
        grep -q "alive at exit: 1 x pool 'lost', .*; made in [^;]*/plain" "$work/said"
        ;;
    OWN_CHECK-16) grep -q 'alive at exit: 1 x thing, .*; made in [^;]*/plain' "$work/said" ;;
    *) grep -q -e '^libown: ' -e 'ERROR: AddressSanitizer' -e 'WARNING: [A-Z][a-z]*Sanitizer' \
        -e '^==[0-9]*== [A-Z]' "$work/said" ;;
    esac
}

verdict()
{
    status=0
    start "$1" "$2" >"$work/said" 2>&1 || status=$?
    if told "$1" "$2"; then
        echo yes
    else
        case $status in
        0) echo - ;;
        3) echo error ;;
        4) echo shows ;;
        *) echo "status $status" ;;
        esac
    fi
}

# A line of a table: its cells are in columns of their own.
line()
{
    printf '%3s %-49s' "$1" "$2"
    shift 2
    printf ' %-9s' "$@"
    echo
}

{
    line '' '' $tools | sed 's/ *$//'
    "$work/plain" | while read -r number what; do
        cells=
        for tool in $tools; do
            cells="$cells $(verdict "$tool" "$number" | tr ' ' '_')"
        done
        line "$number" "$what" $cells | sed 's/ *$//'
    done
} >"$work/found" 2>"$work/noise" </dev/null
cat "$work/found"
for tool in $missing; do
    echo "SKIP: $tool is missing, and its column is not compared"
done
test "${1-}" != --print || exit 0

# The columns of the table that there are tools for.
awk -v tools="$tools" '
    /^ +plain / { inside = 1; split(substr($0, 55), names, " "); for (i in names) at[names[i]] = i }
    inside && /^$/ { exit }
    inside {
        printf "%s", substr($0, 1, 53)
        split(substr($0, 55), cells, " ")
        count = split(tools, wanted, " ")
        for (i = 1; i <= count; i++)
            printf " %-9s", cells[at[wanted[i]]]
        print ""
    }' "$table" | sed 's/ *$//' >"$work/expected"
sed 's/^ *plain/ plain/' "$work/found" >"$work/a"
sed 's/^ *plain/ plain/' "$work/expected" | diff - "$work/a" || {
    echo "FAIL: that is not what doc/checks says"
    exit 1
}
