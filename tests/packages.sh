#!/bin/sh
# tests/packages.sh - what make install puts down is found by CMake, by autoconf and by Meson, as
# far as they are there, and a program builds with it; examples/template, copied out as README there
# says, builds with it too, and passes its own tests. The tests that debian/rules and the RPM's spec
# run are there.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
skip()
{
    echo "SKIP: $1"
    exit 77
}
for file in debian/rules packaging/rpm/libown.spec.in; do
    for test in $(grep -o 'tests/[a-z_./]*[a-z]' "$top_srcdir/$file"); do
        test -e "$top_srcdir/$test" || test -e "$top_srcdir/$test.c" || {
            echo "FAIL: $file runs $test, which is not there"
            exit 1
        }
    done
done
test -z "${INSTRUMENT_FLAGS-}" || skip "a plain build checks how others find it"
test "$OWN_SHARED" = yes || skip "there is no shared library"
test -n "$PKG_CONFIG" || skip "pkg-config is missing"
work=$(mktemp -d "$top_builddir/packages.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# This make is one of its own, not a part of the one that runs the tests.
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
step()
{
    "$@" >"$work/log" 2>&1 || {
        cat "$work/log" tests/*.log 2>/dev/null || true
        echo "FAIL: $*"
        exit 1
    }
}
step $MAKE -C "$top_builddir" install DESTDIR="$work/root"
export PKG_CONFIG_PATH="$work/root$pkgconfigdir" PKG_CONFIG_SYSROOT_DIR="$work/root"
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
export LD_LIBRARY_PATH="$work/root$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
mkdir "$work/user"
cd "$work/user"
cat >program.c <<'END'
#include <own.h>
#include <stdio.h>
int main(void)
{
    OWN_SCOPED own_pool *pool = own_pool_new(NULL);
    return puts(own_asprintf(pool, "libown %s", own_version())) < 0;
}
END
done_by=

if command -v cmake >/dev/null; then
    cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.13)
project(program C)
find_package(own 0.0.9 REQUIRED)
add_executable(program program.c)
target_link_libraries(program own::own)
if(TARGET own::static)
  add_executable(static program.c)
  target_link_libraries(static own::static)
endif()
find_package(own 1.0 QUIET)
if(own_FOUND)
  message(FATAL_ERROR "version 1.0 was found")
endif()
END
    step cmake -S . -B cmake -Down_DIR="$work/root$libdir/cmake/own"
    step cmake --build cmake
    ./cmake/program
    test "$OWN_STATIC" != yes || ./cmake/static
    done_by="$done_by cmake"
else
    echo "without CMake: it is missing"
fi

if command -v autoreconf >/dev/null; then
    cat >configure.ac <<'END'
AC_INIT([program], [1])
AM_INIT_AUTOMAKE([foreign])
AC_PROG_CC
OWN_CHECK([0.0.9])
OWN_CHECK([9.0], [AC_MSG_ERROR([version 9.0 was found])], [AC_MSG_NOTICE([no 9.0, all is well])])
OWN_CHECK([0.1])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
END
    cat >Makefile.am <<'END'
AM_CFLAGS = $(OWN_CFLAGS)
LDADD = $(OWN_LIBS)
bin_PROGRAMS = program
END
    step autoreconf -i -I "$work/root$datadir/aclocal"
    step ./configure
    step $MAKE
    ./program
    done_by="$done_by autoconf"
else
    echo "without autoconf: it is missing"
fi

if command -v meson >/dev/null && command -v ninja >/dev/null; then
    cat >meson.build <<'END'
project('program', 'c')
executable('program', 'program.c', dependencies: dependency('own', version: '>=0.1'))
END
    step meson setup meson
    step meson compile -C meson
    ./meson/program
    done_by="$done_by meson"
else
    echo "without Meson: it is missing"
fi
if command -v autoreconf >/dev/null && $PKG_CONFIG --exists libuv; then
    mkdir "$work/service"
    cp -r "$top_srcdir/examples/template/." "$work/service"
    chmod -R u+w "$work/service"
    cd "$work/service"
    step autoreconf -i
    step ./configure CFLAGS="-g -O1 -Werror"
    step $MAKE check
    cat tests/service.log
    done_by="$done_by template"
else
    echo "without the template: autoreconf or libuv is missing"
fi
test -n "$done_by" || skip "neither CMake nor autoconf nor Meson is here"
echo "found by$done_by"
