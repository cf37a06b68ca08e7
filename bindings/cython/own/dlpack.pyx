# cython: language_level=3
# dlpack.pyx - tensors of DLPack in capsules of Python.
"""DLPack's capsules."""
from cpython.pycapsule cimport (
    PyCapsule_GetPointer, PyCapsule_IsValid, PyCapsule_New, PyCapsule_SetName)
from libc.errno cimport errno, EINVAL, EPERM
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from own.libown cimport (
    DLManagedTensor, DLManagedTensorVersioned, own_array, own_array_export_dlpack,
    own_array_export_dlpack_versioned, own_array_import_dlpack, own_array_import_dlpack_versioned,
    own_pool)
from own.pool cimport fail

cdef extern from "errno.h":
    int ENOTSUP

cdef extern from "Python.h" nogil:
    int Py_IsInitialized()

# The structs of dlpack.h.
ctypedef struct tensor:
    void *data
    int32_t device_type
    int32_t device_id
    int32_t ndim
    uint8_t code
    uint8_t bits
    uint16_t lanes
    int64_t *shape
    int64_t *strides
    uint64_t byte_offset

ctypedef struct managed:
    tensor of
    void *context
    void (*deleter)(void *self) noexcept nogil

ctypedef struct versioned:
    uint32_t major
    uint32_t minor
    void *context
    void (*deleter)(void *self) noexcept nogil
    uint64_t flags
    tensor of

# libown's arrays are for one thread at a time, which the GIL sees to. Who takes a tensor may let go
# of it without the GIL: so what they get has a deleter in front of libown's that takes the GIL.
cdef void delete_managed(void *self) noexcept nogil:
    cdef managed *inner = <managed *>(<managed *>self).context
    if Py_IsInitialized():
        with gil:
            inner.deleter(inner)
    free(self)

cdef void delete_versioned(void *self) noexcept nogil:
    cdef versioned *inner = <versioned *>(<versioned *>self).context
    if Py_IsInitialized():
        with gil:
            inner.deleter(inner)
    free(self)

# A capsule that nobody took the tensor from still has the name that it was made with.
cdef void destroy(object capsule) noexcept:
    cdef managed *one
    cdef versioned *other
    if PyCapsule_IsValid(capsule, "dltensor"):
        one = <managed *>PyCapsule_GetPointer(capsule, "dltensor")
        one.deleter(one)
    elif PyCapsule_IsValid(capsule, "dltensor_versioned"):
        other = <versioned *>PyCapsule_GetPointer(capsule, "dltensor_versioned")
        other.deleter(other)

cdef void *wrap_managed(own_array *array) except NULL:
    cdef managed *outer = <managed *>malloc(sizeof(managed))
    if outer is NULL:
        raise MemoryError("a tensor")
    cdef managed *inner = <managed *>own_array_export_dlpack(array)
    if inner is NULL:
        free(outer)
        refuse()
    outer[0] = inner[0]
    outer.context = inner
    outer.deleter = delete_managed
    return outer

cdef void *wrap_versioned(own_array *array) except NULL:
    cdef versioned *outer = <versioned *>malloc(sizeof(versioned))
    if outer is NULL:
        raise MemoryError("a tensor")
    cdef versioned *inner = <versioned *>own_array_export_dlpack_versioned(array)
    if inner is NULL:
        free(outer)
        refuse()
    outer[0] = inner[0]
    outer.context = inner
    outer.deleter = delete_versioned
    return outer

cdef int refuse() except -1:
    if errno == EPERM:
        raise BufferError("the array is read-only, and a tensor without a version cannot say so")
    if errno == EINVAL:
        raise BufferError("DLPack has no such items, or strides")
    return fail("a tensor")

cdef object capsule_of(own_array *array, bint is_versioned):
    cdef managed *one
    cdef versioned *other
    if is_versioned:
        other = <versioned *>wrap_versioned(array)
        try:
            return PyCapsule_New(other, "dltensor_versioned", destroy)
        except BaseException:
            other.deleter(other)
            raise
    one = <managed *>wrap_managed(array)
    try:
        return PyCapsule_New(one, "dltensor", destroy)
    except BaseException:
        one.deleter(one)
        raise

cdef own_array *from_capsule(own_pool *owner, object exporter) except? NULL:
    cdef own_array *array
    if int(exporter.__dlpack_device__()[0]) != 1:
        raise BufferError("the memory is not the CPU's")
    try:
        capsule = exporter.__dlpack__(max_version=(1, 0))
    except TypeError: # of an exporter that does not know of versions
        capsule = exporter.__dlpack__()
    if PyCapsule_IsValid(capsule, "dltensor_versioned"):
        array = own_array_import_dlpack_versioned(
            owner, <DLManagedTensorVersioned *>PyCapsule_GetPointer(capsule, "dltensor_versioned"))
        if array is not NULL:
            PyCapsule_SetName(capsule, "used_dltensor_versioned")
    else:
        array = own_array_import_dlpack(
            owner, <DLManagedTensor *>PyCapsule_GetPointer(capsule, "dltensor"))
        if array is not NULL:
            PyCapsule_SetName(capsule, "used_dltensor")
    if array is NULL and errno == ENOTSUP:
        raise BufferError("the memory is not the CPU's, or the tensor of an unknown version")
    return array
