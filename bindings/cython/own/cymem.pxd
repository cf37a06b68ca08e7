# cymem.pxd - the declarations of cymem, on libown: `from own.cymem cimport Pool` in place of
# `from cymem.cymem cimport Pool`. The order of members and methods is cymem's, so that a module
# which was compiled for cymem works with these too (own.cymem.install).
from own.libown cimport own_pool

ctypedef void* (*malloc_t)(size_t n) noexcept
ctypedef void (*free_t)(void *p) noexcept

cdef class PyMalloc:
    cdef malloc_t malloc
    cdef void _set(self, malloc_t malloc)

cdef PyMalloc WrapMalloc(malloc_t malloc)

cdef class PyFree:
    cdef free_t free
    cdef void _set(self, free_t free)

cdef PyFree WrapFree(free_t free)

cdef struct functions:
    malloc_t malloc
    free_t free

cdef class Pool:
    cdef readonly size_t size
    cdef object _addresses
    cdef list _refs # None: none yet
    cdef readonly PyMalloc pymalloc
    cdef readonly PyFree pyfree

    cdef void* alloc(self, size_t number, size_t size) except NULL
    cdef void free(self, void* addr) except *
    cdef void* realloc(self, void* addr, size_t n) except NULL

    cdef own_pool *pool # NULL: it has had no block yet
    cdef size_t front
    cdef functions functions

cdef class Address:
    cdef void* ptr
    cdef readonly PyMalloc pymalloc
    cdef readonly PyFree pyfree
