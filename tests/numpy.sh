#!/bin/sh
# tests/numpy.sh - arrays beside numpy: the same views, the same text, and memory that goes over to
# numpy and comes back. OWN_TEST_SEED chooses other random arrays.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"

skip()
{
    echo "SKIP: not compared with numpy: $1"
    exit 77
}

test -n "$NUMPY_PYTHON" || skip "configure has found no Python 3 with numpy 1.23"
test "$OWN_SHARED" = yes || skip "there is no libown.so (--disable-shared)"
test "$OWN_SANITIZER" = no || skip "Python is not built with the sanitizer"

OWN_LIBRARY=$top_builddir/.libs/libown.so
PYTHONPATH=$top_srcdir/tests/numpy:$top_builddir/tests/numpy/.libs
PYTHONDONTWRITEBYTECODE=1
export OWN_LIBRARY PYTHONPATH PYTHONDONTWRITEBYTECODE

"$NUMPY_PYTHON" "$top_srcdir/tests/numpy/model.py" 2000
"$NUMPY_PYTHON" "$top_srcdir/tests/numpy/text.py" 1000
"$NUMPY_PYTHON" "$top_srcdir/tests/numpy/formats.py" 300
"$NUMPY_PYTHON" "$top_srcdir/tests/numpy/lifetime.py"
