# items.pxd - items of arrays as objects of Python.
from own.libown cimport own_array

# The item at an address: a number, bytes, or a tuple.
cdef object unpack(const char *format, const void *item, size_t size)

# The bytes of an item.
cdef bytes pack(const char *format, object item, size_t size)

# All items, as nested lists; of an array without axes, the item.
cdef object nested(own_array *array)

# What own_array_print prints.
cdef str text_of(own_array *array)
