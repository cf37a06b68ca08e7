/*
 * pool/quick.h - freed blocks that wait for the next request of their size: see quick.c.
 *
 * Inline, because it is most of what own_free and own_alloc do in a pool that frees blocks.
 */
#ifndef POOL_QUICK_H
#define POOL_QUICK_H

#include "pool/bins.h"

/* quick.c: makes room for another block of that size. False: they are many enough. */
bool quick_make_room(own_pool *pool, size_t granules);

/* Keeps a block of 2 to SMALL_MOST granules, which is no longer counted; there is room. */
static inline void quick_push(struct bins *bins, size_t granules, void *freed, struct bits *bits,
                              uint64_t bit)
{
    struct quick *quick = &bins->quick[granules];
    struct quick_block *block = freed;
    bits->hole |= bit;
    *block = (struct quick_block){.next = quick->first, .bits = bits, .bit = bit};
    mark_unusable(block, granules << GRANULE_SHIFT);
    quick->first = block;
    quick->room--;
}

/* The last that was kept of up to SMALL_MOST granules, a block again that is not counted yet. NULL:
   none. */
static inline void *quick_pop(struct bins *bins, size_t granules)
{
    struct quick *quick = &bins->quick[granules];
    struct quick_block *block = quick->first;
    if (OWN_UNLIKELY(!block))
        return NULL;
    mark_defined(block, sizeof(*block));
    block->bits->hole &= ~block->bit;
    quick->first = block->next;
    quick->room++;
    mark_undefined(block, granules << GRANULE_SHIFT);
    return block;
}

static inline bool quick_has_room(own_pool *pool, size_t granules)
{
    return pool->bins && (pool->bins->quick[granules].room || quick_make_room(pool, granules));
}

/* Makes holes of those of one size that take the most memory: no more is given up than may be of
   use. False: there are too few of all sizes. */
bool quick_flush_some(own_pool *pool);
/* Makes holes of all of them. False: there were none. */
bool quick_flush(own_pool *pool);
/* How many there are of all sizes; and the same, with SIZE_MAX where something does not hold. */
size_t quick_count(const own_pool *pool);
size_t quick_validate(const own_pool *pool);

#endif
