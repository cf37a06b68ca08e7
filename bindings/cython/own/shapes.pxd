# shapes.pxd - what Python writes for shapes, orders, formats and bounds, as C has it.
from cpython.object cimport PyObject

from own.libown cimport OWN_ABSENT, OWN_C_ORDER, OWN_F_ORDER, own_order

cdef extern from "Python.h":
    Py_ssize_t PyNumber_AsSsize_t(object number, PyObject *error) except? -1

cdef enum:
    MOST = 32 # OWN_DIMENSIONS_MAX

ctypedef struct lengths:
    int ndim
    size_t of[MOST]

cdef inline int read_shape(object shape, lengths *into) except -1:
    if not isinstance(shape, (tuple, list)):
        shape = (shape,) if hasattr(shape, "__index__") else tuple(shape)
    if len(shape) > MOST:
        raise ValueError("an array has at most %d dimensions" % MOST)
    into.ndim = len(shape)
    for i, length in enumerate(shape):
        into.of[i] = length
    return 0

cdef inline own_order read_order(object order) except *:
    if order == "C":
        return OWN_C_ORDER
    if order == "F":
        return OWN_F_ORDER
    raise ValueError("order is 'C' or 'F'")

cdef inline bytes read_format(object format):
    return format if isinstance(format, bytes) else (<str?>format).encode()

# A bound of a slice, or its step: OWN_ABSENT only for None.
cdef inline Py_ssize_t bound(object number) except? -1:
    if number is None:
        return OWN_ABSENT
    cdef Py_ssize_t value = PyNumber_AsSsize_t(number, NULL)
    return value + 1 if value == OWN_ABSENT else value
