# libown.pxd - the calls of libown for cimport: what they do is said in the headers, own/*.h.
#
#     from own.libown cimport own_pool, own_pool_new, own_alloc, own_decref
#
# A call whose result says that it failed has set errno. None of them needs the GIL; but what they
# call of the user's may.
from libc.stdint cimport int32_t, uint32_t

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
    int own_pool_set_limit(own_pool *pool, size_t bytes)
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
