# cython: language_level=3
# items.pyx - items of arrays as objects of Python.
"""Items of arrays, by the struct module, and their text."""
import struct

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdio cimport FILE, fclose
from libc.stdlib cimport free

from own.libown cimport (
    OWN_C_ORDER, own_array, own_array_copy, own_array_count, own_array_data, own_array_format,
    own_array_is_contiguous, own_array_itemsize, own_array_ndim, own_array_print, own_array_shape,
    own_decref, own_incref)
from own.pool cimport fail

cdef extern from "stdio.h" nogil:
    FILE *open_memstream(char **text, size_t *size)

cdef dict known = {}

# What reads and writes a format: a Struct, and whether two of its numbers are a complex one.
cdef tuple codec(const char *format):
    cdef bytes name = format
    found = known.get(name)
    if found is not None:
        return found
    text = name.decode()
    is_complex = text.lstrip("@=<>") in ("Zf", "Zd")
    try:
        one = struct.Struct(text.replace("Zf", "ff").replace("Zd", "dd") if is_complex else text)
    except struct.error:
        raise NotImplementedError("Python's struct module cannot read items of %r; "
                                  "numpy.asarray can" % text) from None
    if len(known) >= 1000: # formats may be made without end
        known.clear()
    known[name] = one, is_complex
    return known[name]

cdef object unpack(const char *format, const void *item, size_t size):
    one, is_complex = codec(format)
    values = one.unpack_from(PyBytes_FromStringAndSize(<const char *>item, size))
    if is_complex:
        return complex(*values)
    return values[0] if len(values) == 1 else values

cdef bytes pack(const char *format, object item, size_t size):
    one, is_complex = codec(format)
    if is_complex:
        item = complex(item)
        values = (item.real, item.imag)
    elif isinstance(item, tuple):
        values = item
    else:
        values = (item,)
    try:
        return one.pack(*values).ljust(size, b"\0")
    except struct.error as error:
        raise ValueError("%r is no item of %r: %s" % (item, (<bytes>format).decode(), error)) \
            from None

cdef object nested(own_array *array):
    cdef own_array *ordered = array
    if own_array_is_contiguous(array, OWN_C_ORDER):
        own_incref(array)
    else:
        ordered = own_array_copy(NULL, array, OWN_C_ORDER)
        if ordered is NULL:
            fail("a copy of an array")
    try:
        return nested_in_order(ordered)
    finally:
        own_decref(ordered)

cdef object nested_in_order(own_array *array):
    cdef const char *format = own_array_format(array)
    cdef const char *data = <const char *>own_array_data(array)
    cdef size_t size = own_array_itemsize(array)
    cdef const size_t *shape = own_array_shape(array)
    cdef int axis, before
    cdef size_t i, count, length
    cdef list items = [unpack(format, data + i * size, size) for i in range(own_array_count(array))]
    if own_array_ndim(array) == 0:
        return items[0]
    for axis in range(own_array_ndim(array) - 1, 0, -1): # from the innermost lists outwards
        count = 1
        for before in range(axis):
            count *= shape[before]
        length = shape[axis]
        items = [items[i * length:(i + 1) * length] for i in range(count)]
    return items

cdef str text_of(own_array *array):
    cdef char *text = NULL
    cdef size_t size = 0
    cdef FILE *out = open_memstream(&text, &size)
    cdef int result = -1
    if out is not NULL:
        result = own_array_print(out, array)
        if fclose(out) != 0:
            result = -1
    try:
        if result != 0:
            fail("the text of an array")
        return text[:size].decode("utf-8", "replace")
    finally:
        free(text)
