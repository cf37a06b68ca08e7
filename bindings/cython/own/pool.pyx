# cython: language_level=3, embedsignature=True
# pool.pyx - pools and their blocks.
"""Pools of libown, and blocks in them."""
from collections import namedtuple

cimport cython
from cpython.buffer cimport PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_DECREF
from libc.errno cimport errno, ENOMEM, EDQUOT, EOVERFLOW, EBUSY
from libc.string cimport memset, strerror

from own.libown cimport (
    own_alloc, own_decref, own_defer, own_drop, own_free, own_incref, own_is_shared, own_pool,
    own_pool_children, own_pool_clear, own_pool_create, own_pool_name, own_pool_options,
    own_pool_parent, own_pool_set_limit, own_pool_set_name, own_pool_total, own_pool_usage,
    own_realloc, own_share, own_usage)

cdef extern from "Python.h" nogil:
    int Py_IsInitialized()

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(PyObject *object)
    void PyErr_Fetch(PyObject **type, PyObject **value, PyObject **traceback)
    void PyErr_Restore(PyObject *type, PyObject *value, PyObject *traceback)
    void PyErr_SetObject(object type, object value)
    void PyErr_WriteUnraisable(object where)


class LimitError(MemoryError):
    """A limit of a pool, or of one above it, has no room for the memory that was asked for."""


Usage = namedtuple("Usage", "pools blocks bytes reserved peak children held deferred")
Usage.__doc__ = """The numbers of a pool, or of a pool and all below it.

pools, blocks: how many there are; bytes: in live blocks, each rounded up to 16; reserved: memory
taken, which limits are held to; peak: the most bytes so far; children, held, deferred: how many
child pools, references and deferred calls."""


cdef int fail(str text) except -1:
    cdef int error = errno
    if error == EDQUOT:
        raise LimitError(text + ": a limit has no room for it")
    if error == ENOMEM:
        raise MemoryError(text)
    if error == EOVERFLOW:
        raise OverflowError(text + ": the size overflows")
    if error == EBUSY:
        raise BufferError(text + ": the memory is in use by others")
    raise ValueError(text + ": " + strerror(error).decode())


# The Python object of each pool that has one: the addresses of both.
cdef dict objects = {}

cdef Pool pool_of(own_pool *pool):
    cdef object known = objects.get(<size_t>pool)
    cdef PyObject *there
    if known is not None:
        there = <PyObject *><size_t>known
        if Py_REFCNT(there) > 0: # else it is being deallocated
            return <Pool>there
    cdef Pool self = Pool.__new__(Pool)
    attach(self, pool)
    own_incref(pool)
    return self

cdef int attach(Pool self, own_pool *pool) except -1:
    objects[<size_t>pool] = <size_t><void *>self
    self.pool = pool
    return 0

cdef own_pool *detach(Pool self):
    cdef own_pool *pool = self.pool
    self.pool = NULL
    if pool is not NULL and objects.get(<size_t>pool) == <size_t><void *>self:
        del objects[<size_t>pool]
    return pool


# What pools call when they die or are cleared: on any thread, with or without the GIL, and perhaps
# while an exception is being raised. After the end of the interpreter nothing can be called.
cdef void call_deferred(void *arg) noexcept nogil:
    if Py_IsInitialized():
        with gil:
            finish(arg, True)

cdef void release_held(void *arg) noexcept nogil:
    if Py_IsInitialized():
        with gil:
            finish(arg, False)

cdef void finish(void *arg, bint is_call) noexcept:
    cdef PyObject *kind = NULL
    cdef PyObject *value = NULL
    cdef PyObject *traceback = NULL
    PyErr_Fetch(&kind, &value, &traceback)
    cdef object held = <object>arg
    Py_DECREF(held)
    if is_call:
        try:
            held()
        except BaseException as error:
            PyErr_SetObject(type(error), error)
            PyErr_WriteUnraisable(held)
    held = None
    PyErr_Restore(kind, value, traceback)

cdef int add_child(own_pool *child, void *found) noexcept with gil:
    try:
        (<list>found).append(pool_of(child))
        return 0
    except BaseException as error:
        (<list>found).append(error)
        return 1

cdef object usage_of(own_usage *usage):
    return Usage(usage.pools, usage.blocks, usage.bytes, usage.reserved, usage.peak,
                 usage.children, usage.held, usage.deferred)


cdef class Pool:
    """Pool(name=None, parent=None, *, limit=0, reserve=0)

    Owns blocks of memory, Python objects, deferred calls and child pools. When it dies, it releases
    the objects and children and makes the calls, the newest first; then its blocks go.

    name     for reports.
    parent   a Pool, which holds the new one: it lives as long as its parent, even if Python
             forgets it. Without a parent it lives as long as this object, and its Address objects.
    limit    in bytes, for the pool and all below it: more is a LimitError. 0: none.
    reserve  bytes that the pool has room for from the start.

    In a with statement the pool is closed at the end. A child that Python still refers to survives
    its parent; then it has none.

    Errors: ValueError where the pool is closed; MemoryError, and LimitError, which is one.
    Threads: the GIL lets one at a time use a pool, so any thread may.

    What the pool holds is not seen by Python's garbage collector: an object that it holds, and that
    refers to it, must be let go by clear or close.
    """

    def __init__(self, name=None, Pool parent=None, *, size_t limit=0, size_t reserve=0):
        if self.pool is not NULL:
            raise RuntimeError("the pool has been made already")
        cdef own_pool *owner = parent.use() if parent is not None else NULL
        cdef own_pool_options options
        memset(&options, 0, sizeof(options))
        options.name = "own.Pool"
        options.limit = limit
        options.reserve = reserve
        cdef own_pool *pool = own_pool_create(owner, &options)
        if pool is NULL:
            fail("a pool")
        if owner is not NULL:
            own_incref(pool)
        try:
            attach(self, pool)
            if name is not None:
                self.name = name
        except BaseException:
            detach(self)
            if owner is not NULL:
                own_drop(owner, pool)
            own_decref(pool)
            raise

    def __dealloc__(self):
        own_decref(detach(self))

    cdef own_pool *use(self) except NULL:
        if self.pool is NULL:
            raise ValueError("the pool is closed")
        if self.is_clearing:
            raise ValueError("the pool is being cleared")
        return self.pool

    @property
    def name(self):
        """The name, a str."""
        return own_pool_name(self.use()).decode("utf-8", "surrogateescape")

    @name.setter
    def name(self, str name not None):
        cdef bytes text = name.encode("utf-8", "surrogateescape")
        if b"\0" in text:
            raise ValueError("a name has no character 0")
        if own_pool_set_name(self.use(), "%s", <const char *>text) != 0:
            fail("the name of a pool")

    @property
    def parent(self):
        """The parent, a Pool; None: there is none."""
        cdef own_pool *parent = own_pool_parent(self.use())
        return None if parent is NULL else pool_of(parent)

    @property
    def children(self):
        """A list of the child pools, the newest first."""
        cdef list found = []
        cdef int result = own_pool_children(self.use(), add_child, <void *>found)
        if result > 0:
            raise found.pop()
        if result != 0:
            fail("the children of a pool")
        return found

    @property
    def closed(self):
        """Whether the pool has been closed."""
        return self.pool is NULL

    @property
    def shared(self):
        """Whether the pool is shared: see share."""
        return own_is_shared(self.use())

    def alloc(self, size_t count, size_t size=1):
        """A block of count * size zeroed bytes, an Address. It lives until it is freed, or the pool
        is closed, cleared or gone; an Address that is dropped frees nothing."""
        return Address(count, size, self)

    def free(self, Address address not None):
        """Frees a block of this pool. ValueError: of another pool, or gone; BufferError: there are
        memoryviews of it."""
        if address.pool is not self:
            raise ValueError("the address is not in this pool")
        address.free()

    def hold(self, object held):
        """Keeps a Python object alive until the pool dies or is cleared."""
        defer_object(self, held, release_held)

    def defer(self, object call):
        """Calls call() when the pool dies or is cleared, the newest first. An exception of it goes
        to sys.unraisablehook. Where close or clear is the reason, the pool cannot be used in it.
        A pool that is still there when the interpreter ends makes no calls."""
        if not callable(call):
            raise TypeError("only what can be called can be deferred")
        defer_object(self, call, call_deferred)

    def set_limit(self, size_t limit):
        """Limits the memory of the pool and all below it, in bytes. 0: no limit."""
        if own_pool_set_limit(self.use(), limit) != 0:
            fail("the limit of a pool")

    def share(self):
        """Makes the pool shared, for code without the GIL that uses it in several threads."""
        if own_share(self.use()) != 0:
            fail("sharing a pool")

    def usage(self):
        """The numbers of the pool, a Usage."""
        cdef own_usage usage
        own_pool_usage(self.use(), &usage)
        return usage_of(&usage)

    def total(self):
        """The numbers of the pool and all below it together, a Usage."""
        cdef own_usage usage
        own_pool_total(self.use(), &usage)
        return usage_of(&usage)

    def clear(self):
        """Releases all that the pool owns now, and keeps the pool. BufferError: there are
        memoryviews of its blocks."""
        cdef own_pool *pool = self.use()
        if self.exports:
            raise BufferError("there are memoryviews of blocks of the pool")
        self.is_clearing = True
        self.round += 1
        own_pool_clear(pool)
        self.is_clearing = False

    def close(self):
        """Clears the pool, takes it from its parent, and ends the use of it; a second time it does
        nothing. BufferError: as clear."""
        if self.pool is NULL:
            return
        self.clear()
        cdef own_pool *pool = detach(self)
        if own_pool_parent(pool) is not NULL:
            own_drop(own_pool_parent(pool), pool)
        own_decref(pool)

    def __enter__(self):
        self.use()
        return self

    def __exit__(self, *exception):
        self.close()

    def __repr__(self):
        if self.pool is NULL:
            return "<own.Pool, closed>"
        name = own_pool_name(self.pool).decode("utf-8", "surrogateescape")
        return "<own.Pool %r>" % name


cdef int defer_object(Pool self, object held, void (*call)(void *) noexcept nogil) except -1:
    cdef own_pool *pool = self.use()
    Py_INCREF(held)
    if own_defer(pool, call, <void *>held) != 0:
        Py_DECREF(held)
        fail("the references of a pool")
    return 0


cdef char *bytes_format = "B"

# Its pool is there until it is deallocated, also where the garbage collector ends a cycle: a view of
# the block may still be released then.
@cython.no_gc_clear
cdef class Address:
    """Address(count, size=1, pool=None)

    A block of count * size zeroed bytes in a pool; without a pool, in one of its own, so that it
    is freed with this object. It gives the buffer protocol: memoryview(address) is its bytes, and
    keeps the block from being freed.

    Attributes: pool, a Pool; size, in bytes; addr, the address as a number.
    Errors: ValueError where the block has been freed; MemoryError, LimitError.
    """

    def __cinit__(self, size_t count, size_t size=1, Pool pool=None):
        self.pool = pool if pool is not None else Pool("own.Address")
        self.block = own_alloc(self.pool.use(), count, size)
        if self.block is NULL:
            if errno == EOVERFLOW:
                raise MemoryError("a block of %d bytes" % (<object>count * size))
            fail("a block of %d bytes" % (<object>count * size))
        self.size = count * size
        self.round = self.pool.round

    cdef void *use(self) except NULL:
        self.pool.use()
        if self.block is NULL or self.round != self.pool.round:
            raise ValueError("the block has been freed")
        return self.block

    @property
    def addr(self):
        """The address, a number."""
        return <size_t>self.use()

    def free(self):
        """Frees the block now. BufferError: there are memoryviews of it."""
        cdef void *block = self.use()
        if self.exports:
            raise BufferError("there are memoryviews of the block")
        if own_free(self.pool.pool, block) != 0:
            fail("the block is not the pool's")
        self.block = NULL

    def resize(self, size_t size):
        """Makes the block that large; it may move. What is new is zero. BufferError: as free."""
        cdef void *block = self.use()
        if self.exports:
            raise BufferError("there are memoryviews of the block")
        block = own_realloc(self.pool.pool, block, 1, size)
        if block is NULL:
            fail("a block of %d bytes" % size)
        # What lies in the rounding of the old block is not new to libown.
        if size > self.size and self.size % 16:
            memset(<char *>block + self.size, 0, min(size - self.size, 16 - self.size % 16))
        self.block = block
        self.size = size

    def __len__(self):
        return self.size

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        buffer.buf = self.use()
        buffer.obj = self
        buffer.len = self.size
        buffer.itemsize = 1
        buffer.readonly = False
        buffer.ndim = 1
        buffer.format = bytes_format if flags & PyBUF_FORMAT else NULL
        buffer.shape = &buffer.len if flags & PyBUF_ND == PyBUF_ND else NULL
        buffer.strides = &buffer.itemsize if flags & PyBUF_STRIDES == PyBUF_STRIDES else NULL
        buffer.suboffsets = NULL
        buffer.internal = NULL
        self.exports += 1
        self.pool.exports += 1

    def __releasebuffer__(self, Py_buffer *buffer):
        self.exports -= 1
        self.pool.exports -= 1

    def __repr__(self):
        if self.block is NULL or self.pool.pool is NULL or self.round != self.pool.round:
            return "<own.Address, freed>"
        return "<own.Address %#x, %d bytes>" % (<size_t>self.block, self.size)
