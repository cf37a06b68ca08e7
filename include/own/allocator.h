/*
 * own/allocator.h - allocators for pools whose blocks are to come from elsewhere.
 *
 * A pool that is made with an allocator (own_pool_options.allocator) gets every block from it, and
 * gives every block back to it. So memory that has to come from another library, a device, an arena
 * or another pool has the lifetime of a pool; and the hooks by which a library lets its memory be
 * replaced can be the pool's: then all that the library has goes with the pool.
 */
#ifndef OWN_ALLOCATOR_H
#define OWN_ALLOCATOR_H

#include <stddef.h>

#include <own/attributes.h>

OWN_BEGIN_DECLS

/*
 * Where the blocks of a pool come from.
 *
 * All functions may use the library, other pools above all: ctx may be one. They may be called for
 * as long as the pool lives; ctx is borrowed and must be valid until then. What the pool holds is
 * released before its last blocks are freed, so a ctx pool is better its parent than held by it.
 */
typedef struct own_allocator {
    /* Memory of at least `size` bytes, 1 or more; contents are arbitrary. NULL: there is none. As
       with malloc, compilers assume that no variable of the program has the same address. */
    void *(*alloc)(void *ctx, size_t size);
    /* Takes back what alloc returned: once, the same address, not NULL. It cannot fail. */
    void (*free)(void *ctx, void *memory);
    void *ctx;
    /* Makes what alloc returned larger or smaller: keeps the first bytes of it, as many as fit, and
       returns the address where they are now; what is new is arbitrary. NULL: it cannot, and the
       memory is as it was. Both sizes are 1 or more. If there is no such function, own_realloc asks
       alloc for a new block, copies, and frees the old one. */
    void *(*realloc)(void *ctx, void *memory, size_t old_size, size_t size);
} own_allocator;

/* Behind OWN_ALLOCATOR: an allocator whose ctx are two functions that take none. */
struct own_plain_allocator {
    own_allocator allocator;
    void *(*alloc)(size_t size);
    void (*free)(void *memory);
};

static inline void *own_plain_alloc(void *ctx, size_t size)
{
    return ((const struct own_plain_allocator *)ctx)->alloc(size);
}

static inline void own_plain_free(void *ctx, void *memory)
{
    ((const struct own_plain_allocator *)ctx)->free(memory);
}

/* A call, because clang may leave out what a constant points to in a statement expression. */
static inline const own_allocator *own_plain(const struct own_plain_allocator *plain)
{
    return &plain->allocator;
}

/*
 * Wraps two functions like malloc and free: .allocator = OWN_ALLOCATOR(PyMem_Malloc, PyMem_Free).
 *
 * The result is a const own_allocator *, valid for ever. The arguments are names of functions, not
 * variables, which is checked, and it stands inside of a function. Functions known only when the
 * program runs take an own_allocator with a ctx. Cost: none.
 */
#define OWN_ALLOCATOR(malloc_fn, free_fn)                                                          \
    (__extension__({                                                                               \
        static OWN_CONSTANT struct own_plain_allocator own_plain_ = {                              \
            {own_plain_alloc, own_plain_free, (void *)&own_plain_, NULL}, malloc_fn, free_fn};     \
        own_plain(&own_plain_);                                                                    \
    }))

OWN_END_DECLS

#endif
