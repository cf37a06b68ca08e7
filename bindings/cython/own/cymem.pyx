# cython: language_level=3, embedsignature=True, binding=False, cdivision=True
"""cymem's interface on libown.

    from own.cymem cimport Pool, Address

in place of the same from cymem.cymem; or own.cymem.install(), before the first import of a module
that was compiled for cymem. What is other than in cymem:

  - number * size that overflows is a MemoryError;
  - realloc may make a block smaller;
  - `addresses` is a view with dict's reading interface, not a dict;
  - what a pool's memory comes from, where neither malloc nor free is given, is libown.

A pool is used under the GIL, so any thread may use it.
"""
from collections.abc import Mapping
cimport cython
from libc.string cimport memset
from cpython.mem cimport PyMem_Malloc, PyMem_Free
import sys
import warnings

from own.libown cimport (
    own_pool, own_pool_options, own_allocator, own_pool_create, own_pool_new_at, own_decref,
    own_alloc, own_realloc, own_free, own_block_size, own_contains, own_pool_blocks, own_pool_usage, own_usage,
    OWN_POOL_EXACT)

WARN_ZERO_ALLOC = False

cdef class PyMalloc:
    cdef void _set(self, malloc_t malloc):
        self.malloc = malloc

cdef PyMalloc WrapMalloc(malloc_t malloc):
    cdef PyMalloc wrapped = PyMalloc.__new__(PyMalloc)
    wrapped._set(malloc)
    return wrapped

cdef class PyFree:
    cdef void _set(self, free_t free):
        self.free = free

cdef PyFree WrapFree(free_t free):
    cdef PyFree wrapped = PyFree.__new__(PyFree)
    wrapped._set(free)
    return wrapped

cdef PyMalloc default_malloc = WrapMalloc(PyMem_Malloc)
cdef PyFree default_free = WrapFree(PyMem_Free)
Default_Malloc = default_malloc
Default_Free = default_free

# A block of a pool over libown has its size, as it was asked for, in 16 bytes in front of it: so
# the pool is an ordinary one, which is faster than one that remembers sizes. Where the memory is
# somebody else's, just what was asked for is asked of them, and the pool remembers.
cdef enum:
    FRONT = 16

# Whether the product of two sizes, and what is in front of it, is a size.
cdef inline bint fits(size_t number, size_t size) noexcept:
    return (number | size) >> 31 == 0 or number == 0 or size <= (<size_t>-1 - FRONT) / number

# What a pool with other functions asks. They are called with the GIL, which all callers here have.
ctypedef void *(*bare_malloc)(size_t size) nogil
ctypedef void (*bare_free)(void *memory) nogil

cdef void *ask(void *ctx, size_t size) noexcept nogil:
    return (<bare_malloc><void *>(<functions *>ctx).malloc)(size)

cdef void give_back(void *ctx, void *memory) noexcept nogil:
    (<bare_free><void *>(<functions *>ctx).free)(memory)

cdef own_pool *make_asking_pool(Pool self) except NULL:
    cdef own_allocator allocator
    cdef own_pool_options options
    memset(&allocator, 0, sizeof(allocator))
    allocator.alloc = ask
    allocator.free = give_back
    self.functions.malloc = self.pymalloc.malloc
    self.functions.free = self.pyfree.free
    allocator.ctx = &self.functions
    memset(&options, 0, sizeof(options))
    options.name = "cymem"
    options.flags = OWN_POOL_EXACT
    options.allocator = &allocator
    cdef own_pool *pool = own_pool_create(NULL, &options)
    if pool is NULL:
        raise MemoryError("no memory for a pool")
    return pool

# The first block of a Pool makes its pool.
cdef int make_pool(Pool self) except -1:
    if self.front:
        self.pool = own_pool_new_at(NULL, "cymem")
        if self.pool is NULL:
            raise MemoryError("no memory for a pool")
    else:
        self.pool = make_asking_pool(self)
    return 0

# The size of a block, as it was asked for; False: there is no block at that address.
cdef bint find_size(Pool self, void *address, size_t *size):
    if self.pool is NULL or <size_t>address <= FRONT:
        return False
    if not own_contains(self.pool, <char *>address - self.front):
        return False
    if self.front:
        size[0] = (<size_t *>(<char *>address - FRONT))[0]
    else:
        size[0] = own_block_size(self.pool, address)
    return True

# Pools and addresses that died are kept for the next ones, a few of each.
@cython.freelist(16)
cdef class Pool:
    """Memory blocks that are freed when the Pool is: libown's pool, with cymem's interface.

    Attributes:
        size (size_t): The current size (in bytes) allocated by the pool.
        addresses: The currently allocated addresses and their sizes; reads as a dict does.
        refs (list): What own_pyref was given.
        pymalloc (PyMalloc): The allocator.
        pyfree (PyFree): What frees.
    """

    def __cinit__(self, PyMalloc pymalloc=default_malloc, PyFree pyfree=default_free):
        if pymalloc is None or pyfree is None:
            raise TypeError("pymalloc and pyfree must not be None")
        self.pymalloc = pymalloc
        self.pyfree = pyfree
        if pymalloc is default_malloc and pyfree is default_free:
            self.front = FRONT

    def __dealloc__(self):
        own_decref(self.pool)

    @property
    def refs(self):
        if self._refs is None:
            self._refs = []
        return self._refs

    @property
    def addresses(self):
        return Addresses(self)

    cdef void* alloc(self, size_t number, size_t elem_size) except NULL:
        """A block of number * elem_size bytes, all zero, which is freed with the pool."""
        if WARN_ZERO_ALLOC and (number == 0 or elem_size == 0):
            warnings.warn("Allocating zero bytes")
        if self.pool is NULL:
            make_pool(self)
        cdef size_t size = number * elem_size
        cdef char *block = NULL
        if fits(number, elem_size):
            block = <char *>own_alloc(self.pool, 1, size + self.front)
        if block is NULL:
            raise MemoryError("Error assigning %d bytes" % (<object>number * elem_size))
        if self.front:
            (<size_t *>block)[0] = size
        self.size += size
        return block + self.front

    cdef void* realloc(self, void* p, size_t new_size) except NULL:
        """The block with another size, perhaps at another address. What is new is zero. ValueError:
        p is not the address of a block, or new_size is 0."""
        cdef size_t size = 0
        if not find_size(self, p, &size):
            raise ValueError("Pointer %d not found in Pool %s" % (<size_t>p, self.addresses))
        if new_size == 0:
            raise ValueError("Realloc requires new_size > 0")
        cdef char *block = NULL
        if new_size + FRONT > new_size:
            block = <char *>own_realloc(self.pool, <char *>p - self.front, 1,
                                        new_size + self.front)
        if block is NULL:
            raise MemoryError("Error reallocating to %d bytes" % new_size)
        if self.front:
            (<size_t *>block)[0] = new_size
            # What lies in the rounding of the old block is not new to libown.
            if new_size > size and size % 16:
                memset(block + FRONT + size, 0, min(new_size - size, 16 - size % 16))
        self.size += new_size - size
        return block + self.front

    cdef void free(self, void* p) except *:
        """Frees a block now. KeyError: p is not the address of one."""
        cdef size_t size = 0
        if not find_size(self, p, &size):
            raise KeyError(<size_t>p)
        own_free(self.pool, <char *>p - self.front)
        self.size -= size

    def own_pyref(self, object py_ref):
        """Keeps a reference to a Python object for as long as the pool lives."""
        if self._refs is None:
            self._refs = []
        self._refs.append(py_ref)


cdef struct listing:
    size_t front
    void *found # a dict

cdef int note(void *block, size_t size, void *arg) noexcept with gil:
    cdef listing *of = <listing *>arg
    try:
        if of.front:
            size = (<size_t *>block)[0]
        (<dict>of.found)[<size_t>block + of.front] = size
        return 0
    except BaseException:
        return -1


cdef class _Reader:
    """What Addresses asks of a pool."""
    cdef Pool pool

    def __cinit__(self, Pool pool not None):
        self.pool = pool

    def size_of(self, object address):
        cdef size_t number
        try:
            number = address
        except (TypeError, OverflowError):
            return None
        cdef size_t size = 0
        return size if find_size(self.pool, <void *>number, &size) else None

    def count(self):
        cdef own_usage usage
        if self.pool.pool is NULL:
            return 0
        own_pool_usage(self.pool.pool, &usage)
        return usage.blocks

    def copy(self):
        cdef dict found = {}
        cdef listing of = [self.pool.front, <void *>found]
        if self.pool.pool is not NULL and own_pool_blocks(self.pool.pool, note, &of) != 0:
            raise MemoryError("the blocks of a pool")
        return found


class Addresses(Mapping):
    """The blocks of a pool: from addresses to sizes, as they are now. Reads as a dict does."""
    __slots__ = ("_reader",)

    def __init__(self, pool):
        self._reader = _Reader(pool)

    def __getitem__(self, address):
        size = self._reader.size_of(address)
        if size is None:
            raise KeyError(address)
        return size

    def __contains__(self, address):
        return self._reader.size_of(address) is not None

    def __len__(self):
        return self._reader.count()

    def __iter__(self):
        return iter(self._reader.copy())

    def items(self):
        return self._reader.copy().items()

    def values(self):
        return self._reader.copy().values()

    def copy(self):
        return self._reader.copy()

    def __eq__(self, other):
        return self._reader.copy() == (other.copy() if isinstance(other, Addresses) else other)

    __hash__ = None

    def __repr__(self):
        return repr(self._reader.copy())


# pyfree is there until then.
@cython.freelist(16)
@cython.no_gc_clear
cdef class Address:
    """A block of number * elem_size bytes, all zero, that is freed with the Python object.

    Attributes:
        ptr (void*): Its address.
        addr (size_t): The same as a number.
        pymalloc (PyMalloc), pyfree (PyFree): Where it comes from, and goes to.
    """

    def __cinit__(self, size_t number, size_t elem_size, PyMalloc pymalloc=default_malloc,
                  PyFree pyfree=default_free):
        cdef size_t size = number * elem_size
        if pymalloc is None or pyfree is None:
            raise TypeError("pymalloc and pyfree must not be None")
        self.pymalloc = pymalloc
        self.pyfree = pyfree
        if fits(number, elem_size):
            self.ptr = pymalloc.malloc(size)
        if self.ptr is NULL:
            raise MemoryError("Error assigning %d bytes" % (<object>number * elem_size))
        memset(self.ptr, 0, size)

    @property
    def addr(self):
        return <size_t>self.ptr

    def __dealloc__(self):
        if self.ptr is not NULL:
            self.pyfree.free(self.ptr)


def install():
    """Modules that were compiled for cymem, and are imported after this, get these classes."""
    import types
    # A pool is larger than cymem's, by members at its end, which is no harm.
    warnings.filterwarnings("ignore", "cymem.cymem.Pool size changed", RuntimeWarning)
    package = types.ModuleType("cymem", "libown in the place of cymem")
    package.__path__ = []
    package.cymem = sys.modules[__name__]
    sys.modules["cymem"] = package
    sys.modules["cymem.cymem"] = sys.modules[__name__]
