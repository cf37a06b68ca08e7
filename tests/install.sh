#!/bin/sh
# tests/install.sh - what make install puts down is all that a user needs: the program in README
# compiles against it as README says, runs, and make uninstall leaves nothing.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
work=$(mktemp -d "$top_builddir/install.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

# This make is one of its own, not a part of the one that runs the tests.
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
(cd "$top_builddir" && $MAKE install DESTDIR="$root") >"$work/log" 2>&1 || {
    cat "$work/log"
    echo "FAIL: make install"
    exit 1
}

(cd "$top_srcdir/include" && find . -name '*.h' -o -name '*.hpp' | sort) >"$work/headers"
(cd "$root$includedir" && find . -name '*.h' -o -name '*.hpp' | sort) | diff "$work/headers" - || {
    echo "FAIL: the installed headers are not those in include/"
    exit 1
}

# The program begins with the umbrella header and ends where README's text goes on.
awk '/^    #include <own\.h>/ { inside = 1 }
     inside && /^[^ ]/ { exit }
     inside { print substr($0, 5) }' "$top_srcdir/README" >"$work/program.c"
cp "$work/program.c" "$work/program.cc"
grep -q 'int main' "$work/program.c"

unset PKG_CONFIG_LIBDIR
export PKG_CONFIG_PATH="$root$pkgconfigdir"
export PKG_CONFIG_SYSROOT_DIR="$root"
# Where the prefix is /usr, the paths still have to be printed: they are not the system's here.
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1

version=$($PKG_CONFIG --modversion own)
part()
{
    sed -n "s/^#define OWN_VERSION_$1 //p" "$root$includedir/own/version.h"
}
header_version="$(part MAJOR).$(part MINOR).$(part PATCH)"
if test "$version" != "$header_version"; then
    echo "FAIL: own.pc says $version, the headers $header_version"
    exit 1
fi

run()
{
    echo "== $*"
    LD_LIBRARY_PATH="$root$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "$@" >"$work/out" 2>&1 || {
        status=$?
        cat "$work/out"
        echo "FAIL: exit status $status of $1"
        exit 1
    }
    cat "$work/out"
    if ! test -f "$work/expected"; then
        cp "$work/out" "$work/expected"
        test -s "$work/expected"
    fi
    diff "$work/expected" "$work/out"
}

strict="-Wall -Wextra -Wpedantic -Werror"
cflags=$($PKG_CONFIG --cflags own)
libs=$($PKG_CONFIG --libs own)

if test "$OWN_SHARED" = yes; then
    $CC $CPPFLAGS $CFLAGS -std=c11 $strict $INSTRUMENT_FLAGS $cflags "$work/program.c" \
        -o "$work/program-c" $LDFLAGS $libs
    run "$work/program-c"
    if test -n "$CXX"; then
        case $CC in
        *clang*) cxx=$(command -v clang++ || echo "$CXX") ;;
        *) cxx=$CXX ;;
        esac
        $cxx $CPPFLAGS $CXXFLAGS -std=c++17 $strict $INSTRUMENT_FLAGS $cflags "$work/program.cc" \
            -o "$work/program-c++" $LDFLAGS $libs
        run "$work/program-c++"
    fi
fi

if test "$OWN_STATIC" = yes; then
    # A static libc is not everywhere, and sanitizers do not work with one.
    static=-static
    echo 'int main(void) { return 0; }' >"$work/empty.c"
    if test "$OWN_SANITIZER" != no ||
        ! $CC -static "$work/empty.c" -o "$work/empty" 2>/dev/null; then
        static=
    fi
    $CC $CPPFLAGS $CFLAGS -std=c11 $strict $INSTRUMENT_FLAGS $static $cflags "$work/program.c" \
        -o "$work/program-static" $LDFLAGS "$root$libdir/libown.a" \
        $($PKG_CONFIG --static --libs-only-other own)
    run "$work/program-static"
fi
if ! test -f "$work/expected"; then
    echo "FAIL: neither a shared nor a static library was tried"
    exit 1
fi

(cd "$top_builddir" && $MAKE uninstall DESTDIR="$root") >"$work/log" 2>&1
left=$(find "$root" ! -type d)
if test -n "$left"; then
    echo "$left"
    echo "FAIL: make uninstall leaves these"
    exit 1
fi
