#!/bin/sh
# tests/template.sh - examples/template, copied out as README there says, builds with what make
# install puts down, and passes its own tests.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
skip()
{
    echo "SKIP: $1"
    exit 77
}
test -z "${INSTRUMENT_FLAGS-}" || skip "a plain build checks the template"
test "$OWN_SHARED" = yes || skip "there is no shared library"
command -v autoreconf >/dev/null || skip "autoreconf is missing"
test -n "$PKG_CONFIG" && $PKG_CONFIG --exists libuv || skip "libuv is missing"
work=$(mktemp -d "$top_builddir/template.XXXXXX")
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

# In a folder outside of the tree, as a user's is: autoconf looks into those above it.
mkdir "$work/service"
cp -r "$top_srcdir/examples/template/." "$work/service"
chmod -R u+w "$work/service"
cd "$work/service"
step autoreconf -i
step ./configure CFLAGS="-g -O1 -Werror"
step $MAKE check
cat tests/service.log
