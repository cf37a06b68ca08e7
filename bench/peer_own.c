/*
 * peer_own.c - libown.
 */
#include "peer.h"

#include <own.h>

#define PEER_NAME "own"

static const char *peer_version(void)
{
    return own_version();
}

static void peer_start(void)
{
}

#define PEER_POOLS
typedef own_pool pool;

static inline pool *peer_pool_new(size_t blocks)
{
    (void)blocks;
    return own_pool_new(NULL);
}

static inline void *peer_alloc(pool *owner, size_t size)
{
    return own_alloc_raw(owner, 1, size);
}

static inline void *peer_alloc_zero(pool *owner, size_t size)
{
    return own_alloc(owner, 1, size);
}

static inline void peer_pool_drop(pool *dropped)
{
    own_decref(dropped);
}

#define PEER_CHILDREN
static inline pool *peer_child_new(pool *parent)
{
    return own_pool_new(parent);
}

static inline void peer_child_drop(pool *parent, pool *child)
{
    (void)!own_drop(parent, child);
}

#define PEER_CHAIN_DEPTH 1000000
#define PEER_CHAIN_STACK 64

#define PEER_BLOCKS
static inline void *peer_block_new(pool *owner, size_t size)
{
    return own_alloc_raw(owner, 1, size);
}

#define PEER_FREE
static inline void peer_block_free(pool *owner, void *block)
{
    (void)!own_free(owner, block);
}

#define PEER_GROW
static inline void *peer_grow(pool *owner, void *block, size_t old, size_t size)
{
    (void)old;
    return own_realloc(owner, block, 1, size);
}

#define PEER_COUNTS
typedef struct object {
    own_object header;
    char rest[48];
} object;

static const own_type object_type = {.name = "object", .size = sizeof(object)};

static inline object *peer_object_new(void)
{
    return own_new(NULL, &object_type);
}

static inline void peer_incref(object *counted)
{
    own_incref(counted);
}

static inline void peer_decref(object *counted)
{
    own_decref(counted);
}

#define PEER_HOLDS
static inline void *peer_hold(pool *holder, object *held)
{
    return own_hold(holder, held) == 0 ? held : NULL;
}

static inline void peer_unhold(pool *holder, object *held)
{
    (void)!own_drop(holder, held);
}

#define PEER_DEFERS
static inline void peer_defer(pool *owner, void (*call)(void *), void *argument)
{
    (void)!own_defer(owner, call, argument);
}

static inline void peer_undefer(pool *owner, void (*call)(void *), void *argument)
{
    (void)!own_undefer(owner, call, argument);
}

#define PEER_FOREIGN
typedef own_pool foreign_pool;

static void keep(void *memory)
{
    (void)memory;
}

static inline foreign_pool *peer_foreign_pool_new(bool adopts)
{
    own_pool_options options = {.allocator = adopts ? NULL : OWN_ALLOCATOR(malloc, free)};
    return measure_must(own_pool_create(NULL, &options));
}

static inline void peer_adopt(foreign_pool *owner, void *memory, size_t size)
{
    (void)!own_adopt(owner, memory, size, keep);
}

static inline void *peer_private_alloc(foreign_pool *owner, size_t size)
{
    return own_alloc(owner, 1, size);
}

static inline bool peer_foreign_find(foreign_pool *owner, const void *block)
{
    return own_contains(owner, block);
}

static inline void peer_foreign_free(foreign_pool *owner, void *block)
{
    (void)!own_free(owner, block);
}

static inline void peer_foreign_pool_drop(foreign_pool *owner)
{
    own_decref(owner);
}

#define PEER_TRIM
static inline void peer_trim(void)
{
    own_trim();
}

#define PEER_ARRAYS
#define PEER_ARRAY_VIEWS
typedef own_array array;

static inline array *peer_array_new(size_t length)
{
    return own_array_new(NULL, "d", OWN_C_ORDER, 1, &length);
}

static inline array *peer_array_slice(array *whole, ptrdiff_t start, ptrdiff_t stop)
{
    return own_array_slice(NULL, whole, 0, start, stop, 1);
}

static inline void peer_array_drop(array *dropped)
{
    own_decref(dropped);
}

static inline array *peer_array_new_2(size_t rows, size_t columns)
{
    return own_array_new(NULL, "f", OWN_C_ORDER, OWN_SHAPE(rows, columns));
}

static inline void peer_array_copy_transposed(array *to, array *from)
{
    array *turned = measure_must(own_array_transpose(NULL, from));
    (void)!own_array_assign(to, turned);
    own_decref(turned);
}

static inline void peer_array_scale(array *scaled, float factor)
{
    own_axes axes = own_array_axes(scaled, 2, sizeof(float));
    OWN_EACH_2 (axes, i, j)
        OWN_ITEM_2(float, axes, i, j) *= factor;
}

static inline void peer_array_scale_rows(array *scaled, float factor)
{
    own_axes axes = own_array_axes(scaled, 2, sizeof(float));
    OWN_EACH_1 (axes, i) {
        float *row = &OWN_ITEM_2(float, axes, i, 0);
        for (ptrdiff_t j = 0; j < axes.shape[1]; j++)
            row[j] *= factor;
    }
}

#define PEER_COUNTS_SHARED
static inline object *peer_shared_object_new(void)
{
    object *made = peer_object_new();
    return made && own_share(made) == 0 ? made : NULL;
}

#define PEER_WEAK
typedef own_weakref weak_reference;

static inline weak_reference *peer_weak_new(object *referred)
{
    return own_weakref_new(NULL, referred, NULL, NULL);
}

static inline object *peer_weak_get(weak_reference *weak)
{
    return own_weakref_get(weak);
}

static inline void peer_weak_drop(weak_reference *weak)
{
    own_decref(weak);
}

#define PEER_SHARED
#define PEER_REQUESTS
typedef own_pool shared_pool;

static inline shared_pool *peer_shared_new(void)
{
    own_pool *made = own_pool_new(NULL);
    return made && own_share(made) == 0 ? made : NULL;
}

static inline void *peer_shared_alloc(shared_pool *owner, size_t size)
{
    return own_alloc_raw(owner, 1, size);
}

static inline void peer_shared_free(shared_pool *owner, void *block)
{
    (void)!own_free(owner, block);
}

static inline pool *peer_request_new(shared_pool *owner)
{
    own_pool_options options = {.flags = OWN_POOL_CONFINED};
    return own_pool_create(owner, &options);
}

#define PEER_SHARED_REQUESTS
static inline pool *peer_shared_request_new(shared_pool *owner)
{
    return own_pool_new(owner);
}

static inline void peer_request_drop(shared_pool *owner, pool *request)
{
    (void)!own_drop(owner, request);
}

#include "workloads.h"
