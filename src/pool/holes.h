/*
 * pool/holes.h - what the files about freed memory share: holes.c, shelf.c and quick.c.
 */
#ifndef POOL_HOLES_H
#define POOL_HOLES_H

#include "pool/place.h"

#define SCAN_MAX ((size_t)8 << 10) /* a pool of up to that size has no bins */
#define SCAN_LAST                                                                                  \
    ((size_t)256 << 10) /* of up to that size, does where there is no memory for them */
#define BIN_EXACT 64
#define BIN_COUNT 160
#define BIN_WORDS ((BIN_COUNT + 63) / 64)

/*
 * What a hole holds. One of a single granule has room for the links only. A quick block holds
 * `next`, its extent, and 0 granules.
 */
struct hole {
    struct hole *next;
    struct hole *previous;
    struct extent *extent;
    size_t granules;
};

/* The holes of one kind. */
struct shelf {
    size_t bytes;
    uint64_t present[BIN_WORDS]; /* which bins are not empty */
    struct hole *bin[BIN_COUNT];
};

/* The freed blocks of one size that have not been made holes yet. */
struct quick {
    struct hole *first;
    uint32_t most; /* how many it may have, when it was last looked at */
    uint32_t room; /* how many more that is: it has most - room */
};

struct bins {
    struct quick quick[SMALL_MOST + 1]; /* by granules; 0 and 1 stay empty */
    size_t quick_blocks;                /* in all of them */
    struct shelf shelf[2];
    struct extent *spare; /* an extent for big blocks that has none; kept for the next */
};

/* Stands for the bins of a pool that is looked through. */
extern struct bins scanned_bins;

static inline bool has_bins(const own_pool *pool)
{
    return pool->bins && pool->bins != &scanned_bins;
}

/* holes.c: the size of the hole that starts at `index`; 0: a quick block. */
size_t hole_size(const struct extent *extent, size_t index);

/* shelf.c: puts a hole into its bin, takes it out, finds one that fits, the smallest by bins. */
void shelf_put(own_pool *pool, const struct extent *extent, struct hole *hole, size_t granules);
void shelf_take(own_pool *pool, const struct extent *extent, struct hole *hole, size_t granules);
struct hole *shelf_find(own_pool *pool, uint32_t kind, size_t granules, struct extent **in,
                        size_t *whole);
/* How many holes of a kind; SIZE_MAX: something does not hold. */
size_t shelf_validate(const own_pool *pool, uint32_t kind);

/* quick.c: makes room for another block of that size. False: they are many enough. */
bool quick_make_room(own_pool *pool, size_t granules);

/* Keeps a block, which is no longer counted, for the next request of its size. False: not so. */
static inline bool quick_put(own_pool *pool, struct extent *extent, size_t index, size_t granules)
{
    struct bins *bins = pool->bins;
    if (granules - 2 > SMALL_MOST - 2 || !bins)
        return false;
    struct quick *quick = &bins->quick[granules];
    if (OWN_UNLIKELY(quick->room == 0) && !quick_make_room(pool, granules))
        return false;
    struct hole *block = (struct hole *)extent_address(extent, index);
    extent_bits(extent, index)->hole |= bit_of(index);
    block->next = quick->first;
    block->extent = extent;
    block->granules = 0;
    mark_unusable(block, granules << GRANULE_SHIFT);
    quick->first = block;
    quick->room--;
    bins->quick_blocks++;
    return true;
}

/* The last that was kept of that size, a block again that is not counted yet; NULL: none. */
static inline void *quick_get(own_pool *pool, size_t granules)
{
    struct bins *bins = pool->bins;
    if (!bins || granules > SMALL_MOST)
        return NULL;
    struct quick *quick = &bins->quick[granules];
    struct hole *block = quick->first;
    if (!block)
        return NULL;
    mark_defined(block, sizeof(*block));
    struct extent *extent = block->extent;
    size_t index = extent_index(extent, block);
    quick->first = block->next;
    quick->room++;
    bins->quick_blocks--;
    extent_bits(extent, index)->hole &= ~bit_of(index);
    mark_undefined(block, granules << GRANULE_SHIFT);
    return block;
}

/* Whether it pays to make holes of all of them: not where there are a few each time. */
#define QUICK_MANY 64
static inline bool quick_are_many(const own_pool *pool)
{
    return has_bins(pool) && pool->bins->quick_blocks >= QUICK_MANY;
}

/* Makes holes of all of them. False: there were none. */
bool quick_flush(own_pool *pool);
/* How many there are; SIZE_MAX: something does not hold. */
size_t quick_validate(const own_pool *pool);

#endif
