# cython: language_level=3, embedsignature=True
# array.pyx - arrays: views of memory that others share.
"""Arrays of libown, and how they go to numpy, PyTorch and others, and come from there."""
from cpython.buffer cimport (
    PyBUF_ANY_CONTIGUOUS, PyBUF_C_CONTIGUOUS, PyBUF_F_CONTIGUOUS, PyBUF_FORMAT, PyBUF_FULL_RO,
    PyBUF_ND, PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_CheckBuffer,
    PyObject_GetBuffer)
from cpython.object cimport PyObject
from libc.errno cimport errno, ENOMEM

from own.dlpack cimport capsule_of, from_capsule
from own.items cimport nested, pack, text_of, unpack
from own.libown cimport *
from own.pool cimport Pool, fail
from own.shapes cimport (
    MOST, PyNumber_AsSsize_t, bound, lengths, read_format, read_order, read_shape)

cdef extern from "Python.h":
    int Py_IsInitialized() nogil
    void PyErr_Fetch(PyObject **type, PyObject **value, PyObject **traceback)
    void PyErr_Restore(PyObject *type, PyObject *value, PyObject *traceback)

cdef Array array_of(own_array *array, str text):
    if array is NULL:
        fail(text)
    cdef Array self
    try:
        self = Array.__new__(Array)
    except BaseException:
        own_decref(array)
        raise
    self.array = array
    return self

# An array of which a pool, if there is one, holds the reference.
cdef Array held_by(own_pool *pool, own_array *array, str text):
    if array is not NULL and pool is not NULL:
        own_incref(array)
    return array_of(array, text)


# Exports of others are released by the thread that drops the last reference, which may not have
# the GIL.
cdef void release_buffer(own_export *exported) noexcept nogil:
    if Py_IsInitialized():
        with gil:
            give_back(exported)

cdef void give_back(own_export *exported) noexcept:
    cdef PyObject *kind = NULL
    cdef PyObject *value = NULL
    cdef PyObject *traceback = NULL
    PyErr_Fetch(&kind, &value, &traceback)
    PyBuffer_Release(<Py_buffer *>exported)
    PyErr_Restore(kind, value, traceback)

cdef Array take(object exporter, Pool pool):
    cdef own_pool *owner = pool.use() if pool is not None else NULL
    cdef Py_buffer buffer
    cdef own_array *array
    if isinstance(exporter, Array) and owner is NULL:
        return exporter
    if not PyObject_CheckBuffer(exporter):
        if not hasattr(exporter, "__dlpack__"):
            raise TypeError("%r gives neither the buffer protocol nor DLPack"
                            % type(exporter).__name__)
        return from_dlpack(exporter, pool)
    PyObject_GetBuffer(exporter, &buffer, PyBUF_FULL_RO)
    array = own_array_import(owner, <own_export *>&buffer, release_buffer)
    if array is NULL:
        try:
            fail("an array over %r" % type(exporter).__name__)
        finally:
            PyBuffer_Release(&buffer)
    return held_by(owner, array, "")


def asarray(exporter, Pool pool=None):
    """asarray(exporter, pool=None)

    An Array over the memory of any object that gives the buffer protocol or DLPack, which stays
    alive meanwhile. No item is copied. Read-only if the object's memory is. With a pool the array
    lives at least as long as the pool. ValueError: items of a kind that libown does not know."""
    return take(exporter, pool)


def from_dlpack(exporter, Pool pool=None):
    """from_dlpack(exporter, pool=None)

    As asarray, from an object with __dlpack__ and __dlpack_device__, by DLPack only. BufferError:
    its memory is not the CPU's."""
    cdef own_pool *owner = pool.use() if pool is not None else NULL
    return held_by(owner, from_capsule(owner, exporter), "a tensor")


cdef class Array:
    """Array(shape, format="d", *, order="C", pool=None, zero=True)

    An array of items that lie in memory which its views, and whoever took it over, share.

    shape   the length of each axis: a number, or a sequence of up to 32.
    format  of an item, as in Python's struct module: "d", "<i", "16s"; complex numbers are "Zd",
            structs with names "T{i:count:d:sum:}".
    order   "C" or "F": which index changes fastest in memory, the last or the first.
    pool    a Pool that holds the array too: it lives as long as the pool, and the memory counts
            against the pool's limits. It is not the pool's memory: closing the pool is safe.
    zero    False: the items are whatever the memory was.

    It gives the buffer protocol (numpy.asarray, memoryview) and DLPack (numpy.from_dlpack,
    torch.from_dlpack). asarray and from_dlpack make an Array of what others give.

    Indices and slices are those of numpy: an item is a number, bytes, or a tuple; all else is a
    view. What is assigned to a view is one item, or an array of the same format that is broadcast.
    len, str and tolist are as for numpy's arrays. Attributes: shape, strides (in bytes), ndim,
    format, itemsize, size (items), nbytes, readonly, c_contiguous, f_contiguous, T, addr.

    Errors: ValueError (also for a read-only array), IndexError, MemoryError, LimitError,
    OverflowError (a size that does not fit), BufferError (others use the memory).
    Threads: the GIL lets one at a time use an array, so any thread may; others may let go of the
    memory without it.
    """

    def __init__(self, shape, format="d", *, order="C", Pool pool=None, bint zero=True):
        cdef lengths lengths
        cdef own_array *array
        if self.array is not NULL:
            raise RuntimeError("the array has been made already")
        read_shape(shape, &lengths)
        cdef own_pool *owner = pool.use() if pool is not None else NULL
        cdef bytes code = read_format(format)
        cdef own_order way = read_order(order)
        if zero:
            array = own_array_new(owner, code, way, lengths.ndim, lengths.of)
        else:
            array = own_array_new_raw(owner, code, way, lengths.ndim, lengths.of)
        if array is NULL:
            fail("an array of shape %r and format %r" % (shape, format))
        if owner is not NULL:
            own_incref(array)
        self.array = array

    def __dealloc__(self):
        own_decref(self.array)

    cdef own_array *use(self) except NULL:
        if self.array is NULL:
            raise ValueError("the array has not been made")
        return self.array

    # What it is made of.

    @property
    def shape(self):
        """The length of each axis, a tuple."""
        cdef const size_t *shape = own_array_shape(self.use())
        return tuple([shape[i] for i in range(own_array_ndim(self.array))])

    @property
    def strides(self):
        """The distance in bytes from one item to the next along each axis, a tuple."""
        cdef const Py_ssize_t *strides = own_array_strides(self.use())
        return tuple([strides[i] for i in range(own_array_ndim(self.array))])

    @property
    def ndim(self):
        return own_array_ndim(self.use())

    @property
    def format(self):
        return own_array_format(self.use()).decode()

    @property
    def itemsize(self):
        return own_array_itemsize(self.use())

    @property
    def size(self):
        """How many items there are."""
        return own_array_count(self.use())

    @property
    def nbytes(self):
        return own_array_count(self.use()) * own_array_itemsize(self.array)

    @property
    def readonly(self):
        return own_array_is_readonly(self.use())

    @property
    def c_contiguous(self):
        return own_array_is_contiguous(self.use(), OWN_C_ORDER)

    @property
    def f_contiguous(self):
        return own_array_is_contiguous(self.use(), OWN_F_ORDER)

    @property
    def addr(self):
        """The address of the first item, a number."""
        return <size_t>own_array_data(self.use())

    # Views, and copies.

    @property
    def T(self):
        """A view with the axes in the opposite order."""
        return self.transpose()

    def transpose(self, *axes):
        """A view whose axis i is axis axes[i] of this one; without axes, in the opposite order."""
        cdef int order[MOST]
        if not axes:
            return array_of(own_array_transpose(NULL, self.use()), "a transposed array")
        if len(axes) != own_array_ndim(self.use()):
            raise ValueError("there are %d axes" % self.ndim)
        for i, axis in enumerate(axes):
            order[i] = axis
        return array_of(own_array_permute(NULL, self.array, order), "an array with its axes %s"
                        % (axes,))

    def reshape(self, *shape):
        """A view with the same items in another shape; one length may be -1: as many as there are.
        ValueError, too, where the items do not lie so that a view can do: see copy."""
        cdef lengths lengths
        if len(shape) == 1 and not hasattr(shape[0], "__index__"):
            shape = tuple(shape[0])
        read_shape([<size_t>-1 if length == -1 else length for length in shape], &lengths)
        return array_of(own_array_reshape(NULL, self.use(), lengths.ndim, lengths.of),
                        "an array of shape %s in the shape %s" % (self.shape, shape))

    def broadcast(self, shape):
        """A read-only view of a larger shape, in which axes of length 1 are repeated."""
        cdef lengths lengths
        read_shape(shape, &lengths)
        return array_of(own_array_broadcast(NULL, self.use(), lengths.ndim, lengths.of),
                        "an array of shape %s in the shape %s" % (self.shape, shape))

    def view(self, format):
        """A view of the same bytes by another format of the same size."""
        return array_of(own_array_reinterpret(NULL, self.use(), read_format(format)),
                        "items of %r as %r" % (self.format, format))

    def toreadonly(self):
        """A view that is read-only, as are all views of that."""
        return array_of(own_array_readonly(NULL, self.use()), "a read-only view")

    def copy(self, order="C", Pool pool=None):
        """A new array of the same items in that order; with a pool, which holds it too."""
        cdef own_pool *owner = pool.use() if pool is not None else NULL
        return held_by(owner, own_array_copy(owner, self.use(), read_order(order)), "a copy")

    def resize(self, shape):
        """Gives the array another shape of as many dimensions; new memory at the end is zero.
        BufferError: it has views, or others use its memory; ValueError: it is a view."""
        cdef lengths lengths
        read_shape(shape, &lengths)
        if lengths.ndim != own_array_ndim(self.use()):
            raise ValueError("there are %d axes" % self.ndim)
        if own_array_resize(self.array, lengths.of) != 0:
            fail("an array of shape %r" % (shape,))

    # Items.

    def __getitem__(self, key):
        cdef bint is_item = False
        cdef Array view = indexed(self, key, &is_item)
        if is_item:
            return unpack(own_array_format(view.array), own_array_data(view.array),
                          own_array_itemsize(view.array))
        return view

    def __setitem__(self, key, value):
        cdef bint is_item = False
        cdef Array view = indexed(self, key, &is_item)
        if isinstance(value, Array) or (not isinstance(value, (bytes, bool, int, float, complex))
                                        and PyObject_CheckBuffer(value)):
            if own_array_assign(view.array, take(value, None).array) != 0:
                fail("assignment to an array")
            return
        view.fill(value)

    def fill(self, item):
        """Sets all items to one."""
        cdef bytes raw = pack(own_array_format(self.use()), item, own_array_itemsize(self.array))
        if own_array_fill(self.array, <const char *>raw) != 0:
            fail("items of an array")

    def tolist(self):
        """The items as nested lists; without axes, the item."""
        return nested(self.use())

    def __len__(self):
        if own_array_ndim(self.use()) == 0:
            raise TypeError("an array without axes has no length")
        return own_array_shape(self.array)[0]

    def __str__(self):
        return text_of(self.use())

    def __repr__(self):
        if self.array is NULL:
            return "<own.Array, not made>"
        return "<own.Array of shape %s, format %r>" % (self.shape, self.format)

    # Who else uses it.

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        cdef own_array *array = self.use()
        cdef bint c = own_array_is_contiguous(array, OWN_C_ORDER)
        cdef bint f = own_array_is_contiguous(array, OWN_F_ORDER)
        if flags & PyBUF_WRITABLE and own_array_is_readonly(array):
            raise BufferError("the array is read-only")
        if (not c and flags & PyBUF_C_CONTIGUOUS == PyBUF_C_CONTIGUOUS
                or not f and flags & PyBUF_F_CONTIGUOUS == PyBUF_F_CONTIGUOUS
                or not c and not f and flags & PyBUF_ANY_CONTIGUOUS == PyBUF_ANY_CONTIGUOUS
                or not c and flags & PyBUF_STRIDES != PyBUF_STRIDES):
            raise BufferError("the items do not lie side by side in that order")
        cdef own_export exported
        if own_array_export(array, &exported) != 0:
            fail("an export")
        buffer.obj = self
        buffer.buf = exported.buf
        buffer.len = exported.len
        buffer.itemsize = exported.itemsize
        buffer.readonly = exported.readonly
        buffer.ndim = exported.ndim
        buffer.format = exported.format if flags & PyBUF_FORMAT else NULL
        buffer.shape = exported.shape if flags & PyBUF_ND == PyBUF_ND else NULL
        buffer.strides = exported.strides if flags & PyBUF_STRIDES == PyBUF_STRIDES else NULL
        buffer.suboffsets = NULL
        buffer.internal = exported.internal

    def __releasebuffer__(self, Py_buffer *buffer):
        own_array_release(<own_export *>buffer)

    def __dlpack_device__(self):
        """The CPU, as DLPack numbers it."""
        return 1, 0

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        """A capsule with a tensor of DLPack that keeps the memory alive. BufferError: a read-only
        array, where max_version does not allow for versioned tensors; a format that DLPack does
        not have; a device other than the CPU."""
        if stream is not None:
            raise BufferError("the CPU has no streams")
        if dl_device is not None and tuple(dl_device) != (1, 0):
            raise BufferError("the array's memory is the CPU's")
        cdef Array array = self.copy() if copy else self
        return capsule_of(array.use(), max_version is not None and max_version[0] >= 1)


# What a key means: a view; or an item, where it has an index for each axis.
cdef Array indexed(Array self, object key, bint *is_item):
    cdef tuple keys = key if isinstance(key, tuple) else (key,)
    cdef own_array *array = self.use()
    cdef Array view = self
    cdef int left = own_array_ndim(array) - len(keys)
    cdef int axis = 0
    cdef Py_ssize_t start, stop, step
    is_item[0] = left == 0
    if any([one is Ellipsis for one in keys]):
        left += 1
        is_item[0] = False
    if left < 0:
        raise IndexError("too many indices: the array has %d axes" % self.ndim)
    for one in keys:
        if one is Ellipsis:
            if left < 0:
                raise IndexError("more than one ellipsis")
            axis += left
            left = -1
        elif isinstance(one, slice):
            is_item[0] = False
            step = bound(one.step) if one.step is not None else 1
            start = bound(one.start)
            stop = bound(one.stop)
            view = array_of(own_array_slice(NULL, view.array, axis, start, stop, step),
                            "a slice")
            axis += 1
        else:
            start = PyNumber_AsSsize_t(one, <PyObject *>IndexError)
            array = own_array_index(NULL, view.array, axis, start)
            if array is NULL and errno != ENOMEM:
                raise IndexError("index %d is outside of an axis of length %d" % (
                    start, own_array_shape(view.array)[axis]))
            view = array_of(array, "an index")
    return view
