# cython: language_level=3
# crop.pyx - crop.c for numpy's arrays: no item of the argument is copied, and the part owns its own.
"""A part of an image, as the recipe of numpy's cookbook has it."""
import numpy

from libc.errno cimport errno, EPERM

from own.array cimport Array, array_of, take
from own.libown cimport own_array, own_pool

cdef extern from "crop.h":
    own_array *c_crop "crop"(own_pool *owner, own_array *array, int row, int row_end, int column,
                             int column_end)

def crop(image, int row, int row_end, int column, int column_end):
    """A copy of image[row:row_end, column:column_end].

    image  two dimensions, of anything that gives the buffer protocol, in any order.

    IndexError: a bound is outside of the image (an end must be an index that there is, too) or
    behind the other. ValueError: not two dimensions. MemoryError."""
    cdef Array array = take(image, None)
    cdef own_array *part = c_crop(NULL, array.use(), row, row_end, column, column_end)
    if part is NULL and errno == EPERM:
        raise IndexError("[%d:%d, %d:%d] of an image of shape %s"
                         % (row, row_end, column, column_end, array.shape))
    return numpy.asarray(array_of(part, "a part of an image of shape %s" % (array.shape,)))
