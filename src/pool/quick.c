/*
 * pool/quick.c - freed blocks that wait for the next request of their size.
 *
 * Joining holes costs more than all else that own_free does, and most blocks are followed by
 * another of their size. So a few of each size are kept as they are: marked as holes at their first
 * granule only, which keeps neighbours from joining them. They become holes when there are too
 * many, and before the pool takes more memory. (Doug Lea's malloc has such lists as fast bins,
 * without a bound.)
 */
#include "pool/holes.h"

#define QUICK_MAX 32    /* of one size */
#define QUICK_SHARE 128 /* of one size, a part of the pool */

static void flush(own_pool *pool, size_t granules, size_t keep)
{
    const struct quick *quick = &pool->bins->quick[granules];
    while (quick->most - quick->room > keep) {
        void *block = quick_get(pool, granules);
        struct extent *extent = extent_of(pool, block);
        hole_make(pool, extent, extent_index(extent, block), granules);
    }
}

bool quick_make_room(own_pool *pool, size_t granules)
{
    if (!has_bins(pool))
        return false;
    struct quick *quick = &pool->bins->quick[granules];
    size_t share = (pool->reserved / QUICK_SHARE >> GRANULE_SHIFT) / granules;
    size_t most = min_size(share, QUICK_MAX);
    flush(pool, granules, most / 2);
    size_t count = quick->most - quick->room;
    quick->most = (uint32_t)most;
    quick->room = (uint32_t)(most - count);
    return most > 0;
}

bool quick_flush(own_pool *pool)
{
    if (!has_bins(pool) || !pool->bins->quick_blocks)
        return false;
    for (size_t granules = 2; granules <= SMALL_MOST; granules++)
        flush(pool, granules, 0);
    return true;
}

size_t quick_validate(const own_pool *pool)
{
    size_t blocks = 0;
    for (size_t granules = 0; granules <= SMALL_MOST; granules++) {
        const struct quick *quick = &pool->bins->quick[granules];
        size_t count = 0;
        for (const struct hole *block = quick->first, *next; block; block = next) {
            mark_defined(block, sizeof(*block));
            const struct extent *extent = block->extent;
            next = block->next;
            mark_unusable(block, sizeof(*block));
            size_t index = extent_index(extent, block);
            if (hole_size(extent, index) != 0 ||
                extent_block_end(pool, extent, index) - index != granules)
                return SIZE_MAX;
            count++;
        }
        if (count != quick->most - quick->room)
            return SIZE_MAX;
        blocks += count;
    }
    return blocks == pool->bins->quick_blocks ? blocks : SIZE_MAX;
}
