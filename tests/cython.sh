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
! grep '^warning: own/' log || {
    echo "FAIL: Cython has something to warn about"
    exit 1
}
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')

# extension FILE.pyx SOURCES...: a module of that file, in this folder.
extension()
{
    name=$(basename "$1" .pyx)
    "$python" -m cython -3 "$1" -o "$name.c"
    shift
    $CC -O0 -shared -fPIC -w -I"$include" $OWN_CFLAGS "$name.c" "$@" -o "$name$suffix" $OWN_LIBS
}
extension tests/calls.pyx
extension tests/cimports.pyx
for name in pools arrays checks; do
    "$python" -X dev tests/$name.py
done

# The examples that have a Python side, with numpy.
"$python" -c 'import numpy; numpy.from_dlpack' 2>/dev/null || skip "no numpy 1.23: all but examples"
examples=$top_srcdir/examples
extension "$examples/ezalloc/python/ezalloc.pyx"
extension "$examples/crop/python/crop.pyx" "$examples/crop/crop.c" -I"$examples/crop"
"$python" tests/numpy_arrays.py
"$python" tests/readme.py README
"$python" "$examples/crop/python/test_crop.py" >crop.out || {
    cat crop.out
    echo "FAIL: crop"
    exit 1
}
diff "$examples/crop/python/test_crop.expected" crop.out
"$python" "$examples/ezalloc/python/test_alloc.py" | tee ezalloc.out
awk '/^managed.*more/ { managed = $8 } /^leaking.*more/ { leaking = $2 }
    END { exit !(managed != "" && managed < 8192 && leaking > 120 * 1024) }' ezalloc.out || {
    echo "FAIL: managed arrays keep memory, or leaking ones do not"
    exit 1
}
test "$(sed -n 2p ezalloc.out)" = done

"$python" -c 'import preshed.maps' 2>/dev/null ||
    skip "no preshed, which was compiled for cymem"
