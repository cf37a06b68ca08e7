# cython: language_level=3, boundscheck=False
"""cymem's Pool as functions for C; called as any Cython code calls it, through its C methods."""

from cymem.cymem cimport Pool, WrapMalloc, WrapFree
from libc.stdlib cimport malloc, free

import cymem.about

# A Pool cannot adopt: it asks a wrapped malloc, which hands out the memory that is there already.
cdef void *offered = NULL

cdef void *take_offered(size_t size):
    return offered

cdef void keep(void *memory):
    pass

cdef bytes version = cymem.about.__version__.encode()

cdef public const char *cymem_version() except NULL:
    return version

cdef public object cymem_pool_new(bint adopts):
    if adopts:
        return Pool(WrapMalloc(take_offered), WrapFree(keep))
    return Pool(WrapMalloc(malloc), WrapFree(free))

cdef public int cymem_adopt(object pool, void *memory, size_t size) except -1:
    global offered
    offered = memory
    (<Pool>pool).alloc(1, size)
    return 0

cdef public void *cymem_alloc(object pool, size_t size) except NULL:
    return (<Pool>pool).alloc(1, size)

cdef public bint cymem_contains(object pool, const void *memory) except -1:
    return <size_t>memory in (<Pool>pool).addresses

cdef public int cymem_free(object pool, void *memory) except -1:
    (<Pool>pool).free(memory)
    return 0
