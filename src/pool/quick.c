/*
 * pool/quick.c - freed blocks that wait for the next request of their size.
 *
 * Joining holes costs more than all else that own_free does, and most blocks are followed by
 * another of their size. So a few of each size are kept as they are: marked as holes at their first
 * granule only, which keeps neighbours from joining them. They become holes when there are too many
 * of a size; those of the size that takes the most, when there is no hole for a request; and all,
 * before the pool takes more memory. (Doug Lea's malloc has such lists as fast bins, without a
 * bound.)
 */
#include "pool/holes.h"

#define QUICK_MAX 32    /* of one size */
#define QUICK_SHARE 128 /* of one size, a part of the pool */
#define QUICK_MANY 64   /* of all sizes, where it pays to make holes of some */

static void flush(own_pool *pool, size_t granules, size_t keep)
{
    const struct quick *quick = &pool->bins->quick[granules];
    while (quick->most - quick->room > keep) {
        void *block = quick_pop(pool->bins, granules);
        struct extent *extent = extent_of(pool, block);
        hole_make(pool, extent, extent_index(extent, block), granules);
    }
}

bool quick_make_room(own_pool *pool, size_t granules)
{
    if (!has_bins(pool))
        return false;
    struct quick *quick = &pool->bins->quick[granules];
    size_t share = (pool->account.reserved / QUICK_SHARE >> GRANULE_SHIFT) / granules;
    size_t most = min_size(share, QUICK_MAX);
    flush(pool, granules, most / 2);
    size_t count = quick->most - quick->room;
    quick->most = (uint32_t)most;
    quick->room = (uint32_t)(most - count);
    return most > 0;
}

size_t quick_count(const own_pool *pool)
{
    size_t blocks = 0;
    for (size_t granules = 2; has_bins(pool) && granules <= SMALL_MOST; granules++) {
        const struct quick *quick = &pool->bins->quick[granules];
        blocks += quick->most - quick->room;
    }
    return blocks;
}

bool quick_flush_some(own_pool *pool)
{
    size_t most = 0;
    size_t of = 0;
    if (quick_count(pool) < QUICK_MANY)
        return false;
    for (size_t granules = 2; granules <= SMALL_MOST; granules++) {
        const struct quick *quick = &pool->bins->quick[granules];
        size_t all = (quick->most - quick->room) * granules;
        if (all > most) {
            most = all;
            of = granules;
        }
    }
    flush(pool, of, 0);
    return true;
}

bool quick_flush(own_pool *pool)
{
    if (!quick_count(pool))
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
        for (const struct quick_block *block = quick->first, *next; block; block = next) {
            mark_defined(block, sizeof(*block));
            const struct quick_block held = *block;
            mark_unusable(block, sizeof(*block));
            const struct extent *extent = extent_of(pool, block);
            size_t index = extent ? extent_index(extent, block) : 0;
            if (!extent || held.bits != extent_bits(extent, index) || held.bit != bit_of(index) ||
                hole_size(extent, index) != 0 ||
                extent_block_end(pool, extent, index) - index != granules)
                return SIZE_MAX;
            next = held.next;
            count++;
        }
        if (count != quick->most - quick->room)
            return SIZE_MAX;
        blocks += count;
    }
    return blocks;
}
