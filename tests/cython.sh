#!/bin/sh
# tests/cython.sh - the Python package `own` of bindings/cython builds on this libown, and does what
# it says: pools, arrays, and what cymem's documentation says of its classes; a module of Debian's
# that was compiled for cymem runs on it.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
skip()
{
    echo "SKIP: $1"
    exit 77
}
test -z "${INSTRUMENT_FLAGS-}" || skip "a plain build checks the Python package"
test "$OWN_SHARED" = yes || skip "there is no shared library"
python=
for candidate in "${CYTHON_PYTHON-}" /usr/bin/python3 python3; do
    test -n "$candidate" || continue
    "$candidate" -c 'import Cython, setuptools' 2>/dev/null || continue
    python=$candidate
    break
done
test -n "$python" || skip "Python has no Cython, or no setuptools"
include=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
test -e "$include/Python.h" || skip "Python.h is missing"
work=$(mktemp -d "$top_builddir/cython.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cp -r "$top_srcdir/bindings/cython/." "$work"
chmod -R u+w "$work"
cd "$work"
export OWN_CFLAGS="-I$top_srcdir/include" PYTHONPATH="$work" PYTHONDONTWRITEBYTECODE=1
export OWN_LIBS="-L$top_builddir/.libs -lown -Wl,-rpath,$top_builddir/.libs"
export CFLAGS="-O0 -g0"
unset LDFLAGS CPPFLAGS
"$python" setup.py build_ext --inplace --parallel 2 >log 2>&1 || {
    cat log
    echo "FAIL: setup.py"
    exit 1
}
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
for name in calls cimports; do
    "$python" -m cython -3 tests/$name.pyx -o $name.c
    $CC -O0 -shared -fPIC -w -I"$include" $OWN_CFLAGS $name.c -o "$name$suffix" $OWN_LIBS
done
for name in pools arrays checks; do
    "$python" -X dev tests/$name.py
done
