# cython: language_level=3
# calls.pyx - the C methods of a Pool as functions of Python, and what a user's own functions see.
from own.cymem cimport Pool, Address, WrapMalloc, WrapFree, PyMalloc, PyFree
from libc.stdlib cimport malloc as c_malloc, free as c_free
from libc.string cimport memset

asked = []
freed = []

cdef void *count_malloc(size_t size) noexcept:
    asked.append(size)
    return c_malloc(size)

cdef void count_free(void *memory) noexcept:
    freed.append(<size_t>memory)
    c_free(memory)

cdef void *no_malloc(size_t size) noexcept:
    return NULL

def counting_pool():
    return Pool(WrapMalloc(count_malloc), WrapFree(count_free))

def empty_pool():
    return Pool(WrapMalloc(no_malloc), WrapFree(count_free))

def alloc(Pool pool, size_t number, size_t size):
    return <size_t>pool.alloc(number, size)

def realloc(Pool pool, size_t address, size_t size):
    return <size_t>pool.realloc(<void *>address, size)

def free(Pool pool, size_t address):
    pool.free(<void *>address)

def read(size_t address, size_t size):
    return (<char *>address)[:size]

def fill(size_t address, int byte, size_t size):
    memset(<void *>address, byte, size)

def times_alloc(Pool pool, int rounds, size_t size):
    cdef int i
    for i in range(rounds):
        pool.alloc(1, size)

def times_alloc_free(Pool pool, int rounds, size_t size):
    cdef int i
    for i in range(rounds):
        pool.free(pool.alloc(1, size))
