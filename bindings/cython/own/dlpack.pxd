# dlpack.pxd - tensors of DLPack in capsules of Python.
from own.libown cimport own_array, own_pool

# A capsule with a tensor over the array, borrowed, of the version asked for.
cdef object capsule_of(own_array *array, bint is_versioned)

# An array of what an object with __dlpack__ gives; NULL: errno says why it cannot be made.
cdef own_array *from_capsule(own_pool *owner, object exporter) except? NULL
