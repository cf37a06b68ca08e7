#!/bin/sh
# tests/cplusplus.sh - own.hpp with each C++ compiler that is here, as C++17 and as the newest that
# it knows: compiles without a warning, and does what it says; also without exceptions.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
if test -z "$CXX"; then
    echo "SKIP: there is no C++ compiler"
    exit 77
fi
if test -n "${INSTRUMENT_FLAGS-}" || test "$OWN_SHARED" != yes; then
    echo "SKIP: a plain build with a shared library checks own.hpp"
    exit 77
fi
work=$(mktemp -d "$top_builddir/cplusplus.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
warnings="-Wall -Wextra -Wpedantic -Wundef -Wshadow -Wconversion -Wsign-conversion -Werror"

runs=0
for compiler in "$CXX" g++ clang++; do
    case " ${tried-} " in *" $compiler "*) continue ;; esac
    tried="${tried-} $compiler"
    $compiler --version >/dev/null 2>&1 || continue
    for standard in c++17 c++23 c++2b; do
        echo 'int main() { return 0; }' >"$work/none.cc"
        $compiler -std=$standard "$work/none.cc" -o "$work/none" >/dev/null 2>&1 || continue
        case " ${done_by-} " in *" $compiler:$standard "*) continue ;; esac
        done_by="${done_by-} $compiler:$standard"
        test $standard != c++23 || done_by="$done_by $compiler:c++2b"
        echo "== $compiler -std=$standard"
        $compiler $CPPFLAGS -std=$standard $warnings -I"$top_srcdir/include" \
            "$top_srcdir/tests/cplusplus/wrappers.cc" -o "$work/wrappers" \
            -L"$top_builddir/.libs" -lown -Wl,-rpath,"$top_builddir/.libs"
        "$work/wrappers"
        runs=$((runs + 1))
    done
    echo '#include <own.hpp>' >"$work/bare.cc"
    $compiler -std=c++17 $warnings -fno-exceptions -fno-rtti -I"$top_srcdir/include" \
        -c "$work/bare.cc" -o "$work/bare.o"
done
test $runs -gt 0 || { echo "FAIL: no compiler knows C++17"; exit 1; }
echo "$runs builds"
