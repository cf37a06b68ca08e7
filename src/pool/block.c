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

static inline void *alloc_in(own_pool *entered, size_t alignment, size_t count, size_t size,
                             bool zero)
{
    void *block = alignment > 1 ? place_alloc_aligned(entered, alignment, count, size)
                                : place_alloc(entered, count, size, zero);
    pool_leave(entered);
    return block;
}

/* A stripe takes whole units. Where there is no room for one, the pool itself takes less. */
static __attribute__((noinline)) void *alloc_in_stripe(own_pool *stripe, size_t alignment,
                                                       size_t count, size_t size, bool zero)
{
    int saved = errno;
    void *block = alloc_in(stripe, alignment, count, size, zero);
    if (OWN_LIKELY(block) || (errno != EDQUOT && errno != ENOMEM))
        return block;
    block = alloc_in(pool_enter_stripe(pool_home(stripe)), alignment, count, size, zero);
    if (block)
        errno = saved;
    return block;
}

static __attribute__((noinline)) void *alloc_entered(own_pool *entered, size_t alignment,
                                                     size_t count, size_t size, bool zero)
{
    if (OWN_UNLIKELY(pool_is_stripe(entered)))
        return alloc_in_stripe(entered, alignment, count, size, zero);
    return alloc_in(entered, alignment, count, size, zero);
}

static __attribute__((noinline)) void *alloc_slow(own_pool *pool, size_t count, size_t size,
                                                  bool zero)
{
    if (OWN_LIKELY(pool_check(pool, "own_alloc")))
        return alloc_entered(pool_enter(pool), 1, count, size, zero);
    errno = EINVAL;
    return NULL;
}

/* A stripe of a shared pool where the calling thread is favoured, entered. NULL: there is none. */
static inline own_pool *enter_by_favour(own_pool *pool)
{
    own_pool *stripe = shared_stripe(pool);
    if (OWN_UNLIKELY(!stripe))
        stripe = pool;
    return OWN_LIKELY(biased_take_by_favour(&stripe->shared->lock)) ? stripe : NULL;
}

static __attribute__((noinline)) void *alloc_shared(own_pool *pool, size_t count, size_t size,
                                                    bool zero)
{
    own_pool *stripe = enter_by_favour(pool);
    if (OWN_UNLIKELY(!stripe))
        return alloc_slow(pool, count, size, zero);
    void *block = place_take(stripe, count, size, zero);
    if (OWN_UNLIKELY(!block))
        return alloc_entered(stripe, 1, count, size, zero);
    biased_release_by_favour(&stripe->shared->lock);
    return block;
}

static inline void *alloc(own_pool *pool, size_t count, size_t size, bool zero)
{
    if (OWN_UNLIKELY(!pool || object_is_dead(&pool->object)))
        return alloc_slow(pool, count, size, zero);
    if (OWN_UNLIKELY(pool->shared))
        return alloc_shared(pool, count, size, zero);
    inside_begin(pool);
    void *block = place_take(pool, count, size, zero);
    if (OWN_UNLIKELY(!block))
        return alloc_entered(pool, 1, count, size, zero);
    inside_end(pool);
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
    return alloc_entered(pool_enter(pool), alignment, count, size, true);
}

static __attribute__((noinline)) int free_entered(own_pool *entered, void *block)
{
    struct place place;
    if (OWN_UNLIKELY(!place_find(entered, block, &place)))
        return foreign_free_block(entered, block);
    place_free(entered, &place);
    pool_leave(entered);
    return 0;
}

static __attribute__((noinline)) int free_slow(own_pool *pool, void *block)
{
    if (OWN_LIKELY(pool_check(pool, "own_free")))
        return free_entered(pool_enter_block(pool, block), block);
    errno = EINVAL;
    return -1;
}

static __attribute__((noinline)) int free_shared(own_pool *pool, void *block)
{
    own_pool *stripe = enter_by_favour(pool);
    if (OWN_UNLIKELY(!stripe))
        return free_slow(pool, block);
    bool kept = place_keep(stripe, block);
    if (OWN_UNLIKELY(!kept) && chunk_owner(block) == stripe)
        return free_entered(stripe, block);
    biased_release_by_favour(&stripe->shared->lock);
    return OWN_LIKELY(kept) ? 0 : free_slow(pool, block); /* it may be in another stripe */
}

int own_free(own_pool *pool, void *block)
{
    if (!block)
        return 0;
    if (OWN_UNLIKELY(!pool || object_is_dead(&pool->object)))
        return free_slow(pool, block);
    if (OWN_UNLIKELY(pool->shared))
        return free_shared(pool, block);
    inside_begin(pool);
    if (OWN_UNLIKELY(!place_keep(pool, block)))
        return free_entered(pool, block);
    inside_end(pool);
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
