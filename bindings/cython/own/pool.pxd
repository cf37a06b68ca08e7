# pool.pxd - own.Pool and own.Address for cimport, with what the pools of C have in Python.
from own.libown cimport own_pool

cdef class Pool:
    cdef own_pool *pool   # holds a reference; NULL: closed
    cdef size_t round     # how often it was cleared: addresses of an older round are gone
    cdef size_t exports   # memoryviews of its blocks
    cdef bint is_clearing
    cdef object __weakref__

    # The pool, borrowed. Raises ValueError where it is closed, or being cleared.
    cdef own_pool *use(self) except NULL

cdef class Address:
    cdef readonly Pool pool
    cdef readonly size_t size # as it was asked for
    cdef void *block          # NULL: freed
    cdef size_t round
    cdef size_t exports
    cdef object __weakref__

    # The block, borrowed. Raises ValueError where it is gone.
    cdef void *use(self) except NULL

# The Python object for a pool of C: the one that there is already, or a new one with a reference of
# its own.
cdef Pool pool_of(own_pool *pool)

# Raises the exception for errno, with that text.
cdef int fail(str text) except -1
