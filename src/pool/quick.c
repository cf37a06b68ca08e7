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

#define QUICK_MAX 16    /* of one size */
#define QUICK_SHARE 256 /* of one size, a part of the pool */

/* Takes a block out of its list, as a live one. */
static struct hole *pop(own_pool *pool, struct quick *quick, struct extent **in, size_t *index)
{
    struct hole *block = quick->first;
    mark_defined(block, sizeof(*block));
    quick->first = block->next;
    quick->count--;
    pool->bins->quick_blocks--;
    pool->holes--;
    *in = block->extent;
    *index = extent_index(*in, block);
    extent_bits(*in, *index)->hole &= ~bit_of(*index);
    return block;
}

static void flush(own_pool *pool, size_t granules, size_t keep)
{
    struct quick *quick = &pool->bins->quick[granules];
    while (quick->count > keep) {
        struct extent *extent;
        size_t index;
        pop(pool, quick, &extent, &index);
        hole_make(pool, extent, index, granules);
    }
}

bool quick_put(own_pool *pool, struct extent *extent, size_t index, size_t granules)
{
    if (granules - 2 > SMALL_MOST - 2 || !has_bins(pool) || extent->kind != SMALL_BLOCKS)
        return false;
    struct quick *quick = &pool->bins->quick[granules];
    if (OWN_UNLIKELY(quick->count == QUICK_MAX))
        flush(pool, granules, QUICK_MAX / 2);
    if ((quick->count * granules << GRANULE_SHIFT) * QUICK_SHARE > pool->reserved)
        return false;
    struct hole *block = extent_address(extent, index);
    extent_bits(extent, index)->hole |= bit_of(index);
    block->next = quick->first;
    block->extent = extent;
    block->granules = 0;
    mark_unusable(block, granules << GRANULE_SHIFT);
    quick->first = block;
    quick->count++;
    pool->bins->quick_blocks++;
    pool->holes++;
    return true;
}

void *quick_get(own_pool *pool, size_t granules)
{
    if (!has_bins(pool) || granules > SMALL_MOST || !pool->bins->quick[granules].first)
        return NULL;
    struct extent *extent;
    size_t index;
    void *block = pop(pool, &pool->bins->quick[granules], &extent, &index);
    mark_undefined(block, granules << GRANULE_SHIFT);
    return block;
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
        if (count != quick->count)
            return SIZE_MAX;
        blocks += count;
    }
    return blocks == pool->bins->quick_blocks ? blocks : SIZE_MAX;
}
