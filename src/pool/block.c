/*
 * pool/block.c - own_alloc, own_free, own_realloc and their like: entering a pool, and leaving it.
 */
#include "pool/place.h"
#include "pool/shared.h"

#include <errno.h>

/* The one external definition of each inline function of own/block.h. */
extern inline bool own_bump_fits(const own_pool *pool, size_t bytes);
extern inline void *own_bump(own_pool *pool, size_t bytes);
extern inline void *own_alloc(own_pool *pool, size_t count, size_t size);
extern inline void *own_alloc_raw(own_pool *pool, size_t count, size_t size);

#define SAME_PLACE(field) (offsetof(struct own_front, field) == offsetof(own_pool, field))

_Static_assert(SAME_PLACE(object) && SAME_PLACE(bump) && SAME_PLACE(end) && SAME_PLACE(extent),
               "the front of a pool is what the header says");
_Static_assert(OWN_BUMP_MAX == SMALL_MOST << GRANULE_SHIFT, "the header bumps small blocks only");

static inline void *alloc(own_pool *pool, size_t count, size_t size, bool zero)
{
    if (OWN_UNLIKELY(!pool_check(pool, "own_alloc"))) {
        errno = EINVAL;
        return NULL;
    }
    own_pool *entered = pool_enter(pool);
    void *block = place_alloc(entered, count, size, zero);
    pool_leave(entered);
    return block;
}

void *own_alloc_slow(own_pool *pool, size_t count, size_t size)
{
    return alloc(pool, count, size, true);
}

void *own_alloc_raw_slow(own_pool *pool, size_t count, size_t size)
{
    return alloc(pool, count, size, false);
}

void *own_alloc_aligned(own_pool *pool, size_t alignment, size_t count, size_t size)
{
    if (!is_power_of_two(alignment) || !pool_check(pool, "own_alloc_aligned")) {
        errno = EINVAL;
        return NULL;
    }
    own_pool *entered = pool_enter(pool);
    void *block = place_alloc_aligned(entered, alignment, count, size);
    pool_leave(entered);
    return block;
}

int own_free(own_pool *pool, void *block)
{
    struct place place;
    if (!block)
        return 0;
    if (OWN_UNLIKELY(!pool_check(pool, "own_free"))) {
        errno = EINVAL;
        return -1;
    }
    own_pool *entered = pool_enter_block(pool, block);
    if (OWN_UNLIKELY(!place_find(entered, block, &place)))
        return foreign_free_block(entered, block);
    place_free(entered, &place);
    pool_leave(entered);
    return 0;
}

void *own_realloc(own_pool *pool, void *block, size_t count, size_t size)
{
    struct place place;
    if (!block)
        return own_alloc(pool, count, size);
    if (!pool_check(pool, "own_realloc")) {
        errno = EINVAL;
        return NULL;
    }
    own_pool *entered = pool_enter_block(pool, block);
    if (!place_find(entered, block, &place))
        return foreign_realloc(entered, block, count, size);
    void *resized = place_resize(entered, &place, block, count, size);
    pool_leave(entered);
    return resized;
}

size_t own_block_size(const own_pool *pool, const void *block)
{
    struct place place;
    if (!block || !pool_check(pool, "own_block_size")) {
        errno = EINVAL;
        return 0;
    }
    own_pool *entered = pool_enter_block((own_pool *)(uintptr_t)pool, block);
    bool found = place_find(entered, block, &place);
    size_t size = found ? place_size(entered, &place) : foreign_size(entered, block);
    pool_leave(entered);
    return size;
}

bool own_contains(const own_pool *pool, const void *block)
{
    struct place place;
    if (!block || !pool_check(pool, "own_contains"))
        return false;
    own_pool *entered = pool_enter_block((own_pool *)(uintptr_t)pool, block);
    bool found = place_find(entered, block, &place) || foreign_has(entered, block);
    pool_leave(entered);
    return found;
}
