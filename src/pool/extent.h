/*
 * pool/extent.h - the part of pool.h that is about memory: extents, holes, large blocks.
 */
#ifndef POOL_EXTENT_H
#define POOL_EXTENT_H

#include "pool/pool.h"

/* extent.c */
#define GRANULE_SHIFT 4
#define EXTENT_LARGEST CHUNK_MAX

static inline size_t extent_index(const struct extent *extent, const void *address)
{
    return ((uintptr_t)address - (uintptr_t)extent) >> GRANULE_SHIFT;
}

static inline void *extent_address(const struct extent *extent, size_t index)
{
    return (char *)(uintptr_t)extent + (index << GRANULE_SHIFT);
}

/* The bits of the granule with that index. */
static inline struct bits *extent_bits(const struct extent *extent, size_t index)
{
    return (struct bits *)(uintptr_t)(extent + 1) + (index >> 6);
}

static inline uint64_t bit_of(size_t index)
{
    return UINT64_C(1) << (index & 63);
}

/* The first granule that can be a block's. */
size_t extent_first_index(const struct extent *extent);
/* One past the last granule that is in a block. */
size_t extent_used(const own_pool *pool, const struct extent *extent);
/* The index at which the block that starts at `index` ends. */
size_t extent_block_end(const own_pool *pool, const struct extent *extent, size_t index);
/* In a chunk of whole units, which are in the unit map. */
static inline bool extent_is_big(const struct extent *extent)
{
    return extent->granules > CHUNK_UNIT / 2 / GRANULE;
}

/*
 * Blocks that are bumped are counted later, all at once. pool_blocks and pool_bytes are right at
 * any time; whoever changes the fields, or bump other than upwards, calls pool_settle first.
 */
size_t pool_blocks(const own_pool *pool);
void pool_settle_bumped(own_pool *pool, size_t index);

static inline size_t pool_bytes(const own_pool *pool)
{
    size_t bumped = extent_index(pool->extent, pool->bump) - pool->counted;
    return pool->bytes + (bumped << GRANULE_SHIFT);
}

static inline void pool_settle(own_pool *pool)
{
    size_t index = extent_index(pool->extent, pool->bump);
    if (index != pool->counted)
        pool_settle_bumped(pool, index);
}

static inline char *extent_end(const struct extent *extent)
{
    return extent_address(extent, extent->granules);
}

/* Lets the header bump, or not: each block has to be marked, or validated, or holes go first. */
static inline void pool_open(own_pool *pool)
{
    bool open =
        !OWN_DEBUG && !MARKS_ASAN && !(pool->ledger.flags & POOL_HOLES_FIRST) && !pool->shared;
    char *end = open ? extent_end(pool->extent) : NULL;
    if (pool->end != end)
        pool->end = end;
}

/* Lays out the first extent of a pool in its chunk. False: ENOMEM. */
bool extent_init_first(own_pool *pool, size_t chunk_size);
/* Before its chunk goes. */
void extent_unclaim_first(own_pool *pool);
/* The smallest chunk of a pool: the bits of its first extent are a pair, its blocks three granules. */
#define FIRST_CHUNK_LEAST (sizeof(own_pool) + GRANULE + 3 * GRANULE)
/* That of a stripe has no room for blocks: the unit map could not tell whose they were. */
#define FIRST_CHUNK_BARE (sizeof(own_pool) + GRANULE)
/* The size of the chunk that holds a pool and `bytes` of blocks. 0: overflow. */
size_t extent_first_size(size_t bytes);
/* A new extent with room for `bytes` of blocks of that kind. One for small blocks is then the one
   in use, one for big blocks a single hole. False: ENOMEM or EDQUOT. */
bool extent_add(own_pool *pool, size_t bytes, uint32_t kind);
/* Gives an extent, but not the first nor the one in use, back. */
void extent_remove(own_pool *pool, struct extent *extent);
/* Gives all but the first back. */
void extent_remove_all(own_pool *pool);
/* The same, and empties the first. */
void extent_clear(own_pool *pool);
size_t extent_bytes(const struct extent *extent);

/* holes.c */
/* A block, which is no longer counted, becomes a hole. The extent may go with it. */
void hole_make(own_pool *pool, struct extent *extent, size_t index, size_t granules);
/* What was never used of an extent, from `index` to its end, becomes a hole. */
void hole_make_rest(own_pool *pool, struct extent *extent, size_t index);
/* Makes sure that holes are looked for from now on. False: no memory for bins. */
bool holes_look(own_pool *pool);
/* How holes are looked for; and back to that, where no hole has been made or used meanwhile. */
struct looked {
    struct bins *bins;
    uint32_t holes;
};
struct looked holes_looked(const own_pool *pool);
void holes_unlook(own_pool *pool, struct looked before);
/* A hole of that kind, cut to that size, becomes a live block, and is counted. NULL: none. */
void *hole_use(own_pool *pool, size_t granules, uint32_t kind);
/* The same, of a pool that does not look for holes: the end of its newest extent for big blocks. */
void *hole_use_newest(own_pool *pool, size_t granules);
/* Forgets all holes: their extents are about to be emptied. */
void holes_forget(own_pool *pool);
/* What the bins have of `reserved`. */
size_t holes_bytes(const own_pool *pool);
/* Whether the bins have just those holes, and all that is said of them holds. */
struct hole_counts {
    size_t small;
    size_t big;
    size_t quick;
};
bool holes_validate(const own_pool *pool, const struct hole_counts *found);

/* large.c */
#define LARGE_LEAST ((size_t)256 << 10) /* blocks above it are chunks of their own */

struct large {
    struct large *older;
    struct large *newer;
    void *block;
    size_t size;    /* of the block, rounded up to a granule */
    size_t granted; /* of the chunk */
};

/* `zero`: whether the block is to be zero. */
void *large_get(own_pool *pool, size_t size, size_t alignment, bool zero);
void large_put(own_pool *pool, struct large *large);
void large_free_all(own_pool *pool);
/* Changes the size where it is, or moves the mapping; the growth is zero. NULL with errno 0: the
   caller has to copy. */
void *large_resize(own_pool *pool, struct large *large, size_t size);
/* Makes it smaller where it is, though much of the chunk is unused then. */
void *large_shrink_here(own_pool *pool, struct large *large, size_t size);

#endif
