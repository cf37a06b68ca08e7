#!/bin/sh
# tools/analyze/analyze.sh - static analysers over the sources of the library, each of which must
# find nothing.
#
#     tools/analyze/analyze.sh BUILD [gcc] [cppcheck] [clang]     all of them that are here
#
# ANALYZE_NODES is how many steps clang's analyser takes for each function, 225000 if it is not set.
# A few functions take most of the time: with a third of the steps it is less than half.
#
# What they take for a mistake and is none is turned off by its kind, with the reason beside it: for
# gcc below, for clang-tidy in .clang-tidy, for cppcheck in tools/analyze/cppcheck. clang-tidy runs
# the checkers of scan-build too.
set -eu

build=${1:?which build folder has config.h}
shift
test $# -gt 0 || set -- gcc cppcheck clang
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The models of own/analyzer.h are for programs, not for what they are of.
flags="-std=gnu11 -U__clang_analyzer__ -DHAVE_CONFIG_H -D_GNU_SOURCE -DOWN_DEBUG=0"
flags="$flags -I$build -Iinclude -Isrc"
sources=$(find src -name '*.c' | sort)
passed=0
failed=0

# gcc's analyser follows paths of one file, and knows nothing of what holds between functions:
# memory that a pool or a table keeps is "leaked" for it, what is read behind a mark is
# "uninitialized", and a pointer that is NULL only where there is nothing to do is "dereferenced".
# What is left are memory that is freed twice, used after that, descriptors, files, signal handlers,
# shifts and bounds.
run_gcc()
{
    echo $sources | xargs -n 1 -P 2 ${ANALYZER_CC:-gcc} $flags -O1 -fanalyzer \
        -Wno-analyzer-malloc-leak -Wno-analyzer-use-of-uninitialized-value \
        -Wno-analyzer-null-dereference -Wno-analyzer-null-argument \
        -c -o /dev/null
}

run_cppcheck()
{
    cppcheck --std=c11 --enable=warning,performance,portability --quiet --error-exitcode=1 -j 2 \
        --suppressions-list=tools/analyze/cppcheck -Iinclude -Isrc -I"$build" -DHAVE_CONFIG_H \
        -D__x86_64__ -D__linux__ -D__GNUC__=12 src
}

run_clang()
{
    nodes="-Xclang -analyzer-config -Xclang max-nodes=${ANALYZE_NODES:-225000}"
    echo $sources | xargs -n 4 -P 2 sh -c 'clang-tidy --quiet "$@" -- '"$flags $nodes" tidy
}

for name; do
    case $name in
    gcc) program=gcc ;;
    cppcheck) program=cppcheck ;;
    clang) program=clang-tidy ;;
    *)
        echo "analyze.sh: there is no $name"
        exit 2
        ;;
    esac
    if ! command -v $program >/dev/null; then
        echo "$name: without it, as $program is missing"
        continue
    fi
    if run_$name >"$work/$name" 2>&1 && ! grep -q 'warning:\|error:' "$work/$name"; then
        echo "$name: nothing found"
        passed=$((passed + 1))
    else
        cat "$work/$name"
        echo "$name: something found"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
test $failed -eq 0
