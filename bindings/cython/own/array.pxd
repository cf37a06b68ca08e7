# array.pxd - own.Array for cimport, with what the arrays of C have in Python.
from own.libown cimport own_array
from own.pool cimport Pool

cdef class Array:
    cdef own_array *array # holds a reference
    cdef object __weakref__

    # The array, borrowed. Raises ValueError where __init__ was never called.
    cdef own_array *use(self) except NULL

# The Python object for a new array of C, whose reference it takes over. NULL: the exception for
# errno, with that text.
cdef Array array_of(own_array *array, str text)

# What own.asarray does.
cdef Array take(object exporter, Pool pool)
