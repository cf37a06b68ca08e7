/*
 * pool/block.c - own_alloc, own_free, own_realloc and their like.
 *
 * Ways to a block, each tried only where the one before has nothing: a hole; the next bytes of the
 * extent in use; a new extent. Holes come first, so that live blocks stay close together.
 */
#include "pool/holes.h"

#include <errno.h>
#include <string.h>

static size_t granules_for(size_t bytes)
{
    return (bytes + GRANULE - 1 + !bytes) >> GRANULE_SHIFT;
}

static void *fail(int error)
{
    errno = error;
    return NULL;
}

/* Every block is counted here. */
static inline void *count_block(own_pool *pool, void *block, size_t granules)
{
    pool->blocks++;
    pool->bytes += granules << GRANULE_SHIFT;
    return block;
}

static inline void *bump(own_pool *pool, size_t granules)
{
    char *block = pool->bump;
    size_t index = extent_index(pool->extent, block);
    extent_bits(pool->extent, index)->start |= bit_of(index);
    pool->bump = block + (granules << GRANULE_SHIFT);
    mark_undefined(block, granules << GRANULE_SHIFT);
    return block;
}

static inline bool bump_has(const own_pool *pool, size_t granules)
{
    return (size_t)(pool->end - pool->bump) >= granules << GRANULE_SHIFT;
}

static __attribute__((noinline)) void *get_from_new_extent(own_pool *pool, size_t granules)
{
    void *block = quick_flush(pool) ? hole_use(pool, granules, SMALL_BLOCKS) : NULL;
    if (!block)
        block = hole_use_much(pool, granules, BIG_BLOCKS);
    if (block)
        return block;
    int saved = errno;
    if (extent_add(pool, granules << GRANULE_SHIFT, SMALL_BLOCKS))
        return bump(pool, granules);
    block = hole_use(pool, granules, BIG_BLOCKS);
    if (block)
        errno = saved;
    return block;
}

/* The last resort of a big block: where small ones lie. */
static void *get_among_small(own_pool *pool, size_t granules)
{
    void *block = hole_use(pool, granules, SMALL_BLOCKS);
    return !block && bump_has(pool, granules) ? bump(pool, granules) : block;
}

/* A big block of a pool that has grown. */
static __attribute__((noinline)) void *get_big(own_pool *pool, size_t granules)
{
    int saved = errno;
    struct looked looked = holes_looked(pool);
    if (!holes_look(pool))
        return bump_has(pool, granules) ? bump(pool, granules)
                                        : get_from_new_extent(pool, granules);
    void *block = hole_use(pool, granules, BIG_BLOCKS);
    if (!block)
        block = hole_use_much(pool, granules, SMALL_BLOCKS);
    if (block)
        return block;
    if (extent_add(pool, granules << GRANULE_SHIFT, BIG_BLOCKS))
        return hole_use(pool, granules, BIG_BLOCKS);
    block = get_among_small(pool, granules);
    if (block)
        errno = saved;
    else
        holes_unlook(pool, looked);
    return block;
}

/* A block of granules that fit an extent, not from the next bytes of the extent in use. */
static __attribute__((noinline)) void *get_slow(own_pool *pool, size_t granules)
{
    void *block;
    if (granules > SMALL_MOST && pool->reserved > SPLIT_AT) {
        block = get_big(pool, granules);
    } else {
        block = quick_get(pool, granules);
        if (!block && pool->holes)
            block = hole_use(pool, granules, SMALL_BLOCKS);
        if (!block)
            block = bump_has(pool, granules) ? bump(pool, granules)
                                             : get_from_new_extent(pool, granules);
    }
    return block ? count_block(pool, block, granules) : NULL;
}

/* A block of granules that fit an extent; its contents are arbitrary. */
static inline void *get(own_pool *pool, size_t granules)
{
    if (OWN_LIKELY(granules <= SMALL_MOST && !pool->holes && bump_has(pool, granules)))
        return count_block(pool, bump(pool, granules), granules);
    return get_slow(pool, granules);
}

/* For a block whose contents are arbitrary: one store, no matter how much the rounding is. */
static inline void zero_last_granule(void *block, size_t granules)
{
    memset((char *)block + ((granules - 1) << GRANULE_SHIFT), 0, GRANULE);
}

/* The rounding behind `bytes` is zero, so that growth into it is. */
static inline void zero_rounding(void *block, size_t bytes, size_t granules)
{
    if (bytes & (GRANULE - 1) || bytes == 0)
        memset((char *)block + ((granules - 1) << GRANULE_SHIFT) + (bytes & (GRANULE - 1)), 0,
               GRANULE - (bytes & (GRANULE - 1)));
}

static void *get_large(own_pool *pool, size_t bytes, size_t alignment, bool zero)
{
    if (bytes > PTRDIFF_MAX)
        return fail(ENOMEM);
    size_t granules = granules_for(bytes);
    void *block = large_get(pool, granules << GRANULE_SHIFT, alignment, zero);
    if (block && !zero)
        zero_last_granule(block, granules);
    pool_debug_step(pool);
    return block;
}

/* All that the fast ways below do not do, errors among it. */
static __attribute__((noinline)) void *alloc_slow(own_pool *pool, size_t count, size_t size,
                                                  bool zero)
{
    size_t bytes;
    if (!pool)
        return fail(EINVAL);
    if (multiply_overflows(count, size, &bytes))
        return fail(EOVERFLOW);
    if (bytes > LARGE_LEAST)
        return get_large(pool, bytes, GRANULE, zero);
    size_t granules = granules_for(bytes);
    void *block = get(pool, granules);
    if (block && zero)
        memset(block, 0, granules << GRANULE_SHIFT);
    else if (block)
        zero_last_granule(block, granules);
    pool_debug_step(pool);
    return block;
}

/* Whether a block of count * size bytes can be the next bytes of the extent in use. */
static inline bool is_fast(const own_pool *pool, size_t count, size_t size, size_t *granules)
{
    size_t bytes;
    if (OWN_UNLIKELY(!pool || multiply_overflows(count, size, &bytes)))
        return false;
    *granules = (bytes + GRANULE - 1) >> GRANULE_SHIFT;
    return bytes - 1 < SMALL_MOST << GRANULE_SHIFT && !pool->holes && bump_has(pool, *granules);
}

void *own_alloc_raw(own_pool *pool, size_t count, size_t size)
{
    size_t granules;
    if (OWN_UNLIKELY(!is_fast(pool, count, size, &granules)))
        return alloc_slow(pool, count, size, false);
    void *block = count_block(pool, bump(pool, granules), granules);
    zero_last_granule(block, granules);
    pool_debug_step(pool);
    return block;
}

void *own_alloc(own_pool *pool, size_t count, size_t size)
{
    size_t granules;
    if (OWN_UNLIKELY(!is_fast(pool, count, size, &granules)))
        return alloc_slow(pool, count, size, true);
    void *block = count_block(pool, bump(pool, granules), granules);
    memset(block, 0, granules << GRANULE_SHIFT);
    pool_debug_step(pool);
    return block;
}

/* Makes the end of a live block a hole. */
static void cut(own_pool *pool, struct extent *extent, size_t index, size_t whole, size_t granules)
{
    if (whole == granules)
        return;
    size_t rest = index + granules;
    extent_bits(extent, rest)->start |= bit_of(rest);
    hole_make(pool, extent, rest, whole - granules);
}

void *own_alloc_aligned(own_pool *pool, size_t alignment, size_t count, size_t size)
{
    size_t bytes;
    if (!pool || !is_power_of_two(alignment))
        return fail(EINVAL);
    if (alignment <= GRANULE)
        return own_alloc(pool, count, size);
    if (multiply_overflows(count, size, &bytes))
        return fail(EOVERFLOW);
    size_t most;
    if (add_overflows(bytes, alignment, &most))
        return fail(ENOMEM);
    if (most > LARGE_LEAST)
        return get_large(pool, bytes, alignment, true);
    /* A block with room for any start; what is too much on either side is freed again. */
    size_t granules = granules_for(bytes);
    size_t whole = granules + (alignment >> GRANULE_SHIFT) - 1;
    void *block = get(pool, whole);
    if (!block)
        return NULL;
    struct place place;
    place_find(pool, block, &place);
    struct extent *extent = place.extent;
    size_t start = extent_index(extent, (void *)round_up((uintptr_t)block, alignment));
    size_t before = start - place.index;
    pool->bytes -= (whole - granules) << GRANULE_SHIFT;
    extent_bits(extent, start)->start |= bit_of(start);
    cut(pool, extent, start, whole - before, granules);
    if (before)
        hole_make(pool, extent, place.index, before);
    block = extent_address(extent, start);
    memset(block, 0, granules << GRANULE_SHIFT);
    pool_debug_step(pool);
    return block;
}

/* Nothing is live: all but the first extent goes. */
static void start_anew(own_pool *pool)
{
    holes_forget(pool);
    extent_clear(pool);
}

static void release_place(own_pool *pool, const struct place *place)
{
    if (place->large) {
        large_put(pool, place->large);
    } else {
        size_t granules = extent_block_end(pool, place->extent, place->index) - place->index;
        if (pool->bytes > pool->peak)
            pool->peak = pool->bytes;
        pool->blocks--;
        pool->bytes -= granules << GRANULE_SHIFT;
        if (!quick_put(pool, place->extent, place->index, granules))
            hole_make(pool, place->extent, place->index, granules);
    }
    if (OWN_UNLIKELY(pool->blocks == 0) && (pool->first.next || pool->bins))
        start_anew(pool);
}

int own_free(own_pool *pool, void *block)
{
    struct place place;
    if (!block)
        return 0;
    if (!pool || !place_find(pool, block, &place)) {
        errno = EINVAL;
        return -1;
    }
    release_place(pool, &place);
    pool_debug_step(pool);
    return 0;
}

static size_t place_size(const own_pool *pool, const struct place *place)
{
    if (place->large)
        return place->large->size;
    size_t end = extent_block_end(pool, place->extent, place->index);
    return (end - place->index) << GRANULE_SHIFT;
}

/* Changes the size of a block of an extent where it is. False: there is no room. */
static bool resize_here(own_pool *pool, const struct place *place, size_t granules)
{
    size_t whole = place_size(pool, place) >> GRANULE_SHIFT;
    char *block = extent_address(place->extent, place->index);
    if (granules < whole) {
        pool->peak = max_size(pool->peak, pool->bytes);
        pool->bytes -= (whole - granules) << GRANULE_SHIFT;
        cut(pool, place->extent, place->index, whole, granules);
        return true;
    }
    size_t more = (granules - whole) << GRANULE_SHIFT;
    if (more) {
        if (place->extent != pool->extent || block + (whole << GRANULE_SHIFT) != pool->bump ||
            !bump_has(pool, granules - whole))
            return false;
        mark_undefined(pool->bump, more);
        memset(pool->bump, 0, more);
        pool->bump += more;
        pool->bytes += more;
    }
    return true;
}

static void *resize_by_copy(own_pool *pool, const struct place *place, void *block, size_t bytes)
{
    size_t old_size = place_size(pool, place);
    void *fresh = own_alloc_raw(pool, 1, bytes);
    if (!fresh)
        return NULL;
    size_t kept = min_size(old_size, bytes);
    memcpy(fresh, block, kept);
    memset((char *)fresh + kept, 0, bytes - kept);
    /* The bookkeeping above may have moved extents, so the old block is looked up anew. */
    own_free(pool, block);
    return fresh;
}

void *own_realloc(own_pool *pool, void *block, size_t count, size_t size)
{
    size_t bytes;
    struct place place;
    if (!block)
        return own_alloc(pool, count, size);
    if (!pool || !place_find(pool, block, &place))
        return fail(EINVAL);
    if (multiply_overflows(count, size, &bytes))
        return fail(EOVERFLOW);
    if (bytes > PTRDIFF_MAX)
        return fail(ENOMEM);
    int saved = errno;
    size_t granules = granules_for(bytes);
    bool shrinks = granules << GRANULE_SHIFT <= place_size(pool, &place);
    void *resized = NULL;
    if (place.large) {
        resized = large_resize(pool, place.large, granules << GRANULE_SHIFT);
        if (!resized && errno && !shrinks)
            return NULL;
    } else if (bytes <= LARGE_LEAST && resize_here(pool, &place, granules)) {
        resized = block;
    }
    if (!resized) {
        resized = resize_by_copy(pool, &place, block, bytes);
        if (!resized && shrinks && place.large)
            resized = large_shrink_here(pool, place.large, granules << GRANULE_SHIFT);
        if (!resized)
            return NULL;
    }
    zero_rounding(resized, bytes, granules);
    errno = saved;
    pool_debug_step(pool);
    return resized;
}

size_t own_block_size(const own_pool *pool, const void *block)
{
    struct place place;
    if (!pool || !block || !place_find(pool, block, &place)) {
        errno = EINVAL;
        return 0;
    }
    return place_size(pool, &place);
}

bool own_contains(const own_pool *pool, const void *block)
{
    struct place place;
    return pool && block && place_find(pool, block, &place);
}
