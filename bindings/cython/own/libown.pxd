# libown.pxd - the calls of libown for cimport: what they do is said in the headers, own/*.h.
#
#     from own.libown cimport own_pool, own_pool_new, own_alloc, own_decref
#
# A call whose result says that it failed has set errno. None of them needs the GIL; but what they
# call of the user's may.
from libc.stdint cimport int32_t, uint32_t
from libc.stdio cimport FILE

cdef extern from "own.h" nogil:
    ctypedef struct own_object:
        pass
    ctypedef struct own_pool:
        pass
    ctypedef struct own_type:
        pass
    ctypedef struct own_weakref:
        pass
    ctypedef struct own_buffer:
        pass
    ctypedef struct own_list:
        pass
    ctypedef struct own_allocator:
        void *(*alloc)(void *ctx, size_t size)
        void (*free)(void *ctx, void *memory)
        void *ctx
        void *(*realloc)(void *ctx, void *memory, size_t old_size, size_t size)
    ctypedef struct own_pool_options:
        const char *name
        size_t limit
        size_t reserve
        const own_allocator *allocator
        unsigned flags
        void *user
    ctypedef struct own_usage:
        size_t pools
        size_t blocks
        size_t bytes
        size_t reserved
        size_t peak
        size_t children
        size_t held
        size_t deferred

    unsigned OWN_POOL_CONFINED
    unsigned OWN_POOL_EXACT

    const char *own_version()

    # objects
    void *own_new(own_pool *owner, const own_type *type)
    void *own_incref(void *object)
    void own_decref(void *object)
    size_t own_refcount(const void *object)
    int own_share(void *object)
    bint own_is_shared(const void *object)

    # pools
    own_pool *own_pool_new(own_pool *owner)
    own_pool *own_pool_new_at(own_pool *owner, const char *place)
    own_pool *own_pool_create(own_pool *owner, const own_pool_options *options)
    void own_pool_clear(own_pool *pool)
    own_pool *own_pool_parent(const own_pool *pool)
    const char *own_pool_name(const own_pool *pool)
    int own_pool_set_name(own_pool *pool, const char *format, ...)
    void own_pool_set_name_borrowed(own_pool *pool, const char *name)
    int own_pool_set_limit(own_pool *pool, size_t bytes)
    int own_pool_children(own_pool *pool, int (*visit)(own_pool *child, void *arg), void *arg)
    void own_pool_usage(const own_pool *pool, own_usage *usage)
    void own_pool_total(const own_pool *pool, own_usage *usage)
    int own_hold(own_pool *pool, void *object)
    int own_give(own_pool *pool, void *object)
    int own_drop(own_pool *pool, void *object)
    int own_defer(own_pool *pool, void (*call)(void *arg), void *arg)
    int own_undefer(own_pool *pool, void (*call)(void *arg), void *arg)

    # blocks
    void *own_alloc(own_pool *pool, size_t count, size_t size)
    void *own_alloc_raw(own_pool *pool, size_t count, size_t size)
    void *own_realloc(own_pool *pool, void *block, size_t count, size_t size)
    int own_free(own_pool *pool, void *block)
    size_t own_block_size(const own_pool *pool, const void *block)
    bint own_contains(const own_pool *pool, const void *block)
    int own_pool_blocks(own_pool *pool, int (*visit)(void *block, size_t size, void *arg),
                        void *arg)

    # weak references
    own_weakref *own_weakref_new(own_pool *owner, void *object,
                                 void (*died)(own_weakref *ref, void *arg), void *arg)
    void *own_weakref_get(own_weakref *ref)

    # arrays
    ctypedef struct own_array:
        pass
    ctypedef enum own_order:
        OWN_C_ORDER
        OWN_F_ORDER
    ctypedef struct own_array_options:
        const char *format
        size_t itemsize
        own_order order
        int ndim
        const size_t *shape
        const Py_ssize_t *strides
        void *data
        void *base
        void (*free_fn)(void *data)
        bint readonly
        bint counted
        void (*free_with)(void *data, void *ctx)
        void *free_ctx
    int OWN_DIMENSIONS_MAX
    Py_ssize_t OWN_ABSENT
    own_array *own_array_new(own_pool *owner, const char *format, own_order order, int ndim,
                             const size_t *shape)
    own_array *own_array_new_raw(own_pool *owner, const char *format, own_order order, int ndim,
                                 const size_t *shape)
    own_array *own_array_adopt(own_pool *owner, const char *format, own_order order, int ndim,
                               const size_t *shape, void *data, void (*free_fn)(void *data))
    own_array *own_array_adopt_with(own_pool *owner, const char *format, int ndim,
                                    const size_t *shape, const Py_ssize_t *strides, void *data,
                                    void (*free_fn)(void *data, void *ctx), void *ctx)
    own_array *own_array_wrap(own_pool *owner, const char *format, own_order order, int ndim,
                              const size_t *shape, void *data, void *base)
    own_array *own_array_create(own_pool *owner, const own_array_options *options)
    own_array *own_array_slice(own_pool *owner, own_array *array, int axis, Py_ssize_t start,
                               Py_ssize_t stop, Py_ssize_t step)
    own_array *own_array_index(own_pool *owner, own_array *array, int axis, Py_ssize_t index)
    own_array *own_array_transpose(own_pool *owner, own_array *array)
    own_array *own_array_permute(own_pool *owner, own_array *array, const int *axes)
    own_array *own_array_reshape(own_pool *owner, own_array *array, int ndim, const size_t *shape)
    own_array *own_array_broadcast(own_pool *owner, own_array *array, int ndim,
                                   const size_t *shape)
    own_array *own_array_reinterpret(own_pool *owner, own_array *array, const char *format)
    own_array *own_array_readonly(own_pool *owner, own_array *array)
    own_array *own_array_copy(own_pool *owner, const own_array *array, own_order order)
    int own_array_assign(own_array *to, const own_array *source)
    int own_array_fill(own_array *array, const void *item)
    int own_array_resize(own_array *array, const size_t *shape)
    void *own_array_at(const own_array *array, const Py_ssize_t *index)
    void *own_array_data(const own_array *array)
    const char *own_array_format(const own_array *array)
    size_t own_array_itemsize(const own_array *array)
    int own_array_ndim(const own_array *array)
    const size_t *own_array_shape(const own_array *array)
    const Py_ssize_t *own_array_strides(const own_array *array)
    size_t own_array_count(const own_array *array)
    void *own_array_base(const own_array *array)
    bint own_array_is_contiguous(const own_array *array, own_order order)
    bint own_array_is_readonly(const own_array *array)
    int own_array_print(FILE *out, const own_array *array)

    ctypedef struct own_array_iterator:
        void *item
    bint own_array_begin(own_array_iterator *iterator, const own_array *array)
    bint own_array_next(own_array_iterator *iterator)

    # what others export, and import
    ctypedef struct own_export:
        void *buf
        void *obj
        Py_ssize_t len
        Py_ssize_t itemsize
        int readonly
        int ndim
        char *format
        Py_ssize_t *shape
        Py_ssize_t *strides
        Py_ssize_t *suboffsets
        void *internal
    cdef struct DLManagedTensor:
        pass
    cdef struct DLManagedTensorVersioned:
        pass
    int own_array_export(own_array *array, own_export *exported)
    void own_array_release(own_export *exported)
    own_array *own_array_import(own_pool *owner, const own_export *exported,
                                void (*release)(own_export *exported))
    DLManagedTensor *own_array_export_dlpack(own_array *array)
    DLManagedTensorVersioned *own_array_export_dlpack_versioned(own_array *array)
    own_array *own_array_import_dlpack(own_pool *owner, DLManagedTensor *tensor)
    own_array *own_array_import_dlpack_versioned(own_pool *owner, DLManagedTensorVersioned *tensor)
