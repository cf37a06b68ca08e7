# cython: language_level=3
# ezalloc.pyx - numpy's arrays over memory that a C function allocates: alloc_managed gives one that
# frees the memory when the last array over it dies, alloc_leaking one that does not.
"""Arrays of C's memory, as the recipe of numpy's cookbook has them."""
import numpy

from libc.stdlib cimport free, malloc

from own.array cimport array_of
from own.libown cimport OWN_C_ORDER, own_array_adopt, own_array_wrap

cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX

# What a C library does: it hands out memory that somebody must free.
cdef int *alloc(size_t count) except NULL:
    cdef int *numbers = NULL
    if count <= PY_SSIZE_T_MAX // sizeof(int):
        numbers = <int *>malloc(count * sizeof(int))
    if numbers is NULL:
        raise MemoryError("no memory for %d ints" % count)
    return numbers

def alloc_managed(size_t count):
    """An array of ints, whatever the memory was. The array owns the memory."""
    cdef int *numbers = alloc(count)
    try:
        array = array_of(own_array_adopt(NULL, "i", OWN_C_ORDER, 1, &count, numbers, free),
                         "an array of %d ints" % count)
    except BaseException:
        free(numbers)
        raise
    return numpy.asarray(array)

def alloc_leaking(size_t count):
    """The same, but nobody owns the memory: it is never freed."""
    cdef int *numbers = alloc(count)
    return numpy.asarray(array_of(own_array_wrap(NULL, "i", OWN_C_ORDER, 1, &count, numbers, NULL),
                                  "an array of %d ints" % count))
