/*
 * pool/place.c - blocks in the memory of one pool: a confined one, or a stripe.
 *
 * Ways to a block, each tried only where the one before has nothing: a hole; the next bytes of the
 * extent in use; a new extent. Holes come first, so that live blocks stay close together.
 */
#include "pool/holes.h"
#include "pool/shared.h"

#include <errno.h>
#include <string.h>

static size_t granules_for(size_t bytes)
{
    return (bytes + GRANULE - 1 + !bytes) >> GRANULE_SHIFT;
}

/* After whatever changes holes or bump. */
static inline void finish(own_pool *pool)
{
    pool_open(pool);
    pool_debug_step(pool);
}

static void *bump(own_pool *pool, size_t granules)
{
    char *block = pool->bump;
    size_t index = extent_index(pool->extent, block);
    extent_bits(pool->extent, index)->start |= bit_of(index);
    pool->bump = block + (granules << GRANULE_SHIFT);
    if (pool->ledger.flags & POOL_HOLES_FIRST) {
        pool->counted = (uint32_t)(index + granules);
        pool->blocks++;
        pool->bytes += granules << GRANULE_SHIFT;
    }
    mark_undefined(block, granules << GRANULE_SHIFT);
    return block;
}

static bool bump_has(const own_pool *pool, size_t granules)
{
    return (size_t)(extent_end(pool->extent) - pool->bump) >= granules << GRANULE_SHIFT;
}

/* There is no memory, or no room under a limit: whatever the pool has left. */
static void *get_leftover(own_pool *pool, size_t granules)
{
    int saved = errno;
    struct looked looked = holes_looked(pool);
    holes_look(pool);
    void *block = hole_use(pool, granules, SMALL_BLOCKS);
    if (!block)
        block = hole_use(pool, granules, BIG_BLOCKS);
    if (!block)
        holes_unlook(pool, looked);
    errno = saved;
    return block;
}

static __attribute__((noinline)) void *get_from_new_extent(own_pool *pool, size_t granules)
{
    void *block = NULL;
    if (quick_flush_some(pool))
        block = hole_use(pool, granules, SMALL_BLOCKS);
    if (!block && pool->ledger.flags & POOL_FREED)
        block = hole_use(pool, granules, BIG_BLOCKS);
    if (!block && quick_flush(pool))
        block = hole_use(pool, granules, SMALL_BLOCKS);
    if (!block && bump_has(pool, granules)) /* what was in front of bump has gone back to it */
        block = bump(pool, granules);
    if (block)
        return block;
    int saved = errno;
    if (extent_add(pool, granules << GRANULE_SHIFT, SMALL_BLOCKS))
        return bump(pool, granules);
    block = get_leftover(pool, granules);
    if (block)
        errno = saved;
    return block;
}

/* A big block of a pool that has grown. */
static __attribute__((noinline)) void *get_big(own_pool *pool, size_t granules)
{
    int saved = errno;
    struct looked looked = holes_looked(pool);
    if (!pool->bins) { /* nothing has been freed: no bins for the sake of its ends of extents */
        void *next = hole_use_newest(pool, granules);
        if (!next && extent_add(pool, granules << GRANULE_SHIFT, BIG_BLOCKS))
            next = hole_use_newest(pool, granules);
        if (next)
            return next;
        errno = saved; /* there may be room elsewhere */
    }
    if (!holes_look(pool))
        return bump_has(pool, granules) ? bump(pool, granules)
                                        : get_from_new_extent(pool, granules);
    void *block = hole_use(pool, granules, BIG_BLOCKS);
    if (!block && pool->ledger.flags & POOL_FREED)
        block = hole_use(pool, granules, SMALL_BLOCKS);
    if (!block && quick_flush(pool)) {
        block = hole_use(pool, granules, BIG_BLOCKS);
        if (!block)
            block = hole_use(pool, granules, SMALL_BLOCKS);
    }
    if (block)
        return block;
    if (extent_add(pool, granules << GRANULE_SHIFT, BIG_BLOCKS))
        return hole_use(pool, granules, BIG_BLOCKS);
    block = hole_use(pool, granules, SMALL_BLOCKS);
    if (!block && bump_has(pool, granules))
        block = bump(pool, granules);
    if (block)
        errno = saved;
    else
        holes_unlook(pool, looked);
    return block;
}

/* A block of granules that fit an extent; its contents are arbitrary. */
static void *get(own_pool *pool, size_t granules)
{
    if (granules > SMALL_MOST && pool->account.reserved > SPLIT_AT)
        return get_big(pool, granules);
    void *block = NULL;
    if (pool->ledger.flags & POOL_HOLES_FIRST) {
        block = hole_use(pool, granules, SMALL_BLOCKS);
        if (!pool->holes && !quick_count(pool))
            pool->ledger.flags &= (uint16_t)~POOL_HOLES_FIRST;
    }
    if (!block)
        block =
            bump_has(pool, granules) ? bump(pool, granules) : get_from_new_extent(pool, granules);
    return block;
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
        return fail_pointer(ENOMEM);
    size_t granules = granules_for(bytes);
    void *block = large_get(pool, granules << GRANULE_SHIFT, alignment, zero);
    if (block && !zero)
        zero_last_granule(block, granules);
    pool_debug_step(pool);
    return block;
}

/* What lies in no extent; and errors. */
static __attribute__((noinline)) void *alloc_far(own_pool *pool, size_t count, size_t size,
                                                 bool zero)
{
    size_t bytes;
    if (pool->ledger.flags & POOL_PRIVATE)
        return private_alloc(pool, 1, count, size, zero);
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    return get_large(pool, bytes, GRANULE, zero);
}

void *place_alloc(own_pool *pool, size_t count, size_t size, bool zero)
{
    size_t bytes;
    void *block = place_take(pool, count, size, zero);
    if (block)
        return block;
    if (OWN_UNLIKELY(multiply_overflows(count, size, &bytes) || bytes > LARGE_LEAST ||
                     pool->ledger.flags & POOL_PRIVATE))
        return alloc_far(pool, count, size, zero);
    size_t granules = granules_for(bytes);
    bool next = granules <= SMALL_MOST || pool->account.reserved <= SPLIT_AT;
    if (next && !(pool->ledger.flags & POOL_HOLES_FIRST) && bump_has(pool, granules))
        block = bump(pool, granules);
    else
        block = get(pool, granules);
    if (block && zero)
        memset(block, 0, granules << GRANULE_SHIFT);
    else if (block)
        zero_last_granule(block, granules);
    finish(pool);
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

void *place_alloc_aligned(own_pool *pool, size_t alignment, size_t count, size_t size)
{
    size_t bytes;
    if (OWN_UNLIKELY(pool->ledger.flags & POOL_PRIVATE))
        return private_alloc(pool, alignment, count, size, true);
    if (alignment <= GRANULE)
        return place_alloc(pool, count, size, true);
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    size_t most;
    if (add_overflows(bytes, alignment, &most))
        return fail_pointer(ENOMEM);
    if (most > LARGE_LEAST)
        return get_large(pool, bytes, alignment, true);
    /* A block with room for any start; what is too much on either side is freed again. */
    size_t granules = granules_for(bytes);
    size_t whole = granules + (alignment >> GRANULE_SHIFT) - 1;
    void *block = get(pool, whole);
    if (!block) {
        finish(pool); /* looking for it may have moved bump */
        return NULL;
    }
    pool_settle(pool);
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
    finish(pool);
    return block;
}

/* Whether it pays to give all but the first extent back when nothing is live. A stripe has no room in
   that, so it keeps another, if it has just one. */
static bool has_grown(const own_pool *pool)
{
    const struct extent *next = pool->first.next;
    if (OWN_UNLIKELY(pool_is_stripe(pool)))
        return next && next->next;
    return next || pool->bins;
}

/* Nothing is live: all but the first extent goes. */
static void start_anew(own_pool *pool)
{
    holes_forget(pool);
    extent_clear(pool);
}

/* A block goes that nothing follows in the extent in use: bump goes back. False: not so. */
static bool unbump(own_pool *pool, const struct place *place, size_t end)
{
    if (place->extent != pool->extent || end != pool->counted)
        return false;
    size_t last = place->index - 1;
    if (extent_bits(place->extent, last)->hole & bit_of(last))
        return false; /* a hole is in front of it */
    extent_bits(place->extent, place->index)->start &= ~bit_of(place->index);
    pool->counted = (uint32_t)place->index;
    pool->bump = extent_address(place->extent, place->index);
    mark_unusable(pool->bump, (end - place->index) << GRANULE_SHIFT);
    return true;
}

static void free_place(own_pool *pool, const struct place *place)
{
    size_t end = place_end(pool, place);
    size_t granules = end - place->index;
    if (has_bins(pool))
        *recent_at(pool->bins, extent_address(place->extent, place->index)) = place->extent;
    pool_settle(pool);
    if (pool->bytes > pool->peak)
        pool->peak = pool->bytes;
    pool->blocks--;
    pool->bytes -= granules << GRANULE_SHIFT;
    if (unbump(pool, place, end))
        return;
    pool->ledger.flags |= POOL_FREED | POOL_HOLES_FIRST;
    if (granules - 2 <= SMALL_MOST - 2 && quick_has_room(pool, granules))
        quick_push(pool->bins, granules, extent_address(place->extent, place->index),
                   extent_bits(place->extent, place->index), bit_of(place->index));
    else
        hole_make(pool, place->extent, place->index, granules);
}

void place_free(own_pool *pool, const struct place *place)
{
    if (OWN_UNLIKELY(place->large))
        large_put(pool, place->large);
    else
        free_place(pool, place);
    if (OWN_UNLIKELY(pool->blocks == 0) && pool_blocks(pool) == 0 && has_grown(pool))
        start_anew(pool);
    finish(pool);
}

size_t place_size(const own_pool *pool, const struct place *place)
{
    if (place->large)
        return place->large->size;
    return (place_end(pool, place) - place->index) << GRANULE_SHIFT;
}

/* Changes the size of a block of an extent where it is. False: there is no room. */
static bool resize_here(own_pool *pool, const struct place *place, size_t granules)
{
    size_t whole = place_size(pool, place) >> GRANULE_SHIFT;
    char *block = extent_address(place->extent, place->index);
    if (granules < whole) {
        pool->peak = max_size(pool->peak, pool->bytes);
        pool->ledger.flags |= POOL_FREED | POOL_HOLES_FIRST;
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
        pool->counted += (uint32_t)(more >> GRANULE_SHIFT);
        pool->bytes += more;
    }
    return true;
}

static void *resize_by_copy(own_pool *pool, const struct place *place, void *block, size_t bytes)
{
    size_t old_size = place_size(pool, place);
    void *fresh = place_alloc(pool, 1, bytes, false);
    if (!fresh)
        return NULL;
    size_t kept = min_size(old_size, bytes);
    memcpy(fresh, block, kept);
    memset((char *)fresh + kept, 0, bytes - kept);
    /* The bookkeeping above may have moved extents, so the old block is looked up anew. */
    struct place old;
    place_find(pool, block, &old);
    place_free(pool, &old);
    return fresh;
}

void *place_resize(own_pool *pool, const struct place *place, void *block, size_t count,
                   size_t size)
{
    size_t bytes;
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    if (bytes > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    int saved = errno;
    pool_settle(pool);
    size_t granules = granules_for(bytes);
    bool shrinks = granules << GRANULE_SHIFT <= place_size(pool, place);
    void *resized = NULL;
    if (place->large) {
        resized = large_resize(pool, place->large, granules << GRANULE_SHIFT);
        if (!resized && errno && !shrinks)
            return NULL;
    } else if (bytes <= LARGE_LEAST && resize_here(pool, place, granules)) {
        resized = block;
    }
    if (!resized) {
        resized = resize_by_copy(pool, place, block, bytes);
        if (!resized && shrinks && place->large)
            resized = large_shrink_here(pool, place->large, granules << GRANULE_SHIFT);
        if (!resized)
            return NULL;
    }
    zero_rounding(resized, bytes, granules);
    errno = saved;
    finish(pool);
    return resized;
}
