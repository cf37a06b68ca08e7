/*
 * pool/place.h - blocks in the memory of one pool: finding the one at an address, and all else.
 *
 * Inline, because own_free is short but for this. What is compared, read and paid is said at the
 * head of pool.h.
 */
#ifndef POOL_PLACE_H
#define POOL_PLACE_H

#include "pool/quick.h"

#include <string.h>

#define CLAIM_LARGE ((uintptr_t)1) /* in the value of a claim: the unit of a large block */

/* Where a block was found: in an extent, or as a large block. */
struct place {
    struct extent *extent; /* NULL: not in one */
    size_t index;
    struct large *large; /* NULL: not one */
};

static inline bool extent_has(const struct extent *extent, const void *address)
{
    return (uintptr_t)address - (uintptr_t)extent < (size_t)extent->granules << GRANULE_SHIFT;
}

/* The extent that an address may lie in, or the large block that it may be, or neither. */
static inline struct extent *extent_find(const own_pool *pool, const void *address,
                                         struct large **large)
{
    if (extent_has(pool->extent, address))
        return pool->extent;
    uintptr_t claimed = (uintptr_t)chunk_claimed_by(address, pool);
    if (OWN_UNLIKELY(claimed & CLAIM_LARGE)) {
        *large = (struct large *)(claimed - CLAIM_LARGE);
        return NULL;
    }
    if (claimed)
        return (struct extent *)claimed;
    for (const struct extent *extent = &pool->first; extent; extent = extent->next) {
        if (extent_has(extent, address))
            return (struct extent *)(uintptr_t)extent;
        if (extent->next && extent_is_big(extent->next))
            break;
    }
    return NULL;
}

/* The extent of this pool that an address lies in, or NULL. */
static inline struct extent *extent_of(const own_pool *pool, const void *address)
{
    struct large *large;
    struct extent *extent = extent_find(pool, address, &large);
    return extent && extent_has(extent, address) ? extent : NULL;
}

/* The place of a live block. False: it is not a live block of this pool. */
static inline __attribute__((always_inline)) bool place_find(const own_pool *pool,
                                                             const void *block, struct place *place)
{
    place->large = NULL;
    place->index = 0;
    place->extent = extent_find(pool, block, &place->large);
    if (OWN_UNLIKELY(!place->extent))
        return place->large && place->large->block == block;
    if ((uintptr_t)block % GRANULE || !extent_has(place->extent, block))
        return false;
    place->index = extent_index(place->extent, block);
    const struct bits *bits = extent_bits(place->extent, place->index);
    return bits->start & ~bits->hole & bit_of(place->index);
}

/* Where a block ends: mostly its pair of bits tells. */
static inline size_t place_end(const own_pool *pool, const struct place *place)
{
    size_t index = place->index;
    uint64_t starts = extent_bits(place->extent, index)->start >> (index & 63) >> 1;
    if (OWN_LIKELY(starts))
        return index + 1 + (size_t)__builtin_ctzll(starts);
    return extent_block_end(pool, place->extent, index);
}

/* place.c: what the calls of own/block.h do to one pool; pool is never NULL. */
void *place_alloc(own_pool *pool, size_t count, size_t size, bool zero);
void *place_alloc_aligned(own_pool *pool, size_t alignment, size_t count, size_t size);
void place_free(own_pool *pool, const struct place *place);
void *place_resize(own_pool *pool, const struct place *place, void *block, size_t count,
                   size_t size);
size_t place_size(const own_pool *pool, const struct place *place);

/* Of a block whose contents are arbitrary: one store, no matter how much the rounding is. */
static inline void zero_last_granule(void *block, size_t granules)
{
    memset((char *)block + ((granules - 1) << GRANULE_SHIFT), 0, GRANULE);
}

/* place_alloc where it gets the last block that was freed of that size. NULL: there is none. */
static inline void *place_take(own_pool *pool, size_t count, size_t size, bool zero)
{
    size_t bytes;
    struct bins *bins = pool->bins;
    if (multiply_overflows(count, size, &bytes) || bytes - 1 >= SMALL_MOST << GRANULE_SHIFT ||
        OWN_UNLIKELY(!bins))
        return NULL;
    size_t granules = ((bytes - 1) >> GRANULE_SHIFT) + 1;
    void *block = quick_pop(bins, granules);
    if (OWN_UNLIKELY(!block))
        return NULL;
    pool->blocks++;
    pool->bytes += granules << GRANULE_SHIFT;
    if (zero)
        memset(block, 0, granules << GRANULE_SHIFT);
    else
        zero_last_granule(block, granules);
    pool_debug_step(pool);
    return block;
}

/*
 * place_free where it keeps a block for the next request of its size, and nothing else is to be done:
 * it lies where one was freed not long ago, the pool looks for holes and goes on to, and the block is
 * followed by another at most 64 granules behind it, so that it is not in front of bump. False: nothing has been
 * done.
 */
static inline bool place_keep(own_pool *pool, void *block)
{
    struct bins *bins = pool->bins;
    if (OWN_UNLIKELY(!bins || (uintptr_t)block % GRANULE))
        return false;
    const struct extent *extent = *recent_at(bins, block);
    if (OWN_UNLIKELY(!extent_has(extent, block)))
        return false;
    size_t index = extent_index(extent, block);
    struct bits *bits = extent_bits(extent, index);
    uint64_t bit = bit_of(index);
    bool live = bits->start & ~bits->hole & bit;
    /* The 64 granules behind this one, from two words, without a branch that would be a guess. */
    uint64_t more = (index | 63) + 1 < extent->granules;
    uint64_t next = bits[more].start & -more;
    uint64_t behind = bits->start >> (index & 63) >> 1 | next << (~index & 63);
    if (OWN_UNLIKELY(!live || !behind || !(pool->ledger.flags & POOL_HOLES_FIRST)))
        return false;
    size_t granules = 1 + (size_t)(unsigned)__builtin_ctzll(behind);
    if (OWN_UNLIKELY(granules - 2 > SMALL_MOST - 2 || !bins->quick[granules].room))
        return false;
    if (OWN_UNLIKELY(pool->blocks == 1))
        return false;
    size_t bytes = pool->bytes;
    if (bytes > pool->peak)
        pool->peak = bytes;
    pool->bytes = bytes - (granules << GRANULE_SHIFT);
    pool->blocks--;
    quick_push(bins, granules, block, bits, bit);
    pool_debug_step(pool);
    return true;
}

#endif
