/*
 * pool/bins.h - the record of a pool's freed memory, by size.
 */
#ifndef POOL_BINS_H
#define POOL_BINS_H

#include "pool/pool.h"

#define BIN_EXACT 64
#define BIN_COUNT 160
#define BIN_WORDS ((BIN_COUNT + 63) / 64)

/* What a hole holds. One of a single granule has room for the links only. */
struct hole {
    struct hole *next;
    struct hole *previous;
    struct extent *extent;
    size_t granules;
};

/* What a freed block holds that has not been made a hole yet: where it is marked as freed. */
struct quick_block {
    struct quick_block *next;
    struct bits *bits;
    uint64_t bit;
    size_t granules; /* 0: it is no hole */
};

/* Those of one size. */
struct quick {
    struct quick_block *first;
    uint32_t most; /* how many it may have, when it was last looked at */
    uint32_t room; /* how many more that is: it has most - room */
};

/* The holes of one kind. */
struct shelf {
    size_t bytes;
    uint64_t present[BIN_WORDS]; /* which bins are not empty */
    struct hole *bin[BIN_COUNT];
};

#define RECENT 64

struct bins {
    struct extent *recent[RECENT];      /* where blocks were freed last, by unit; see recent_at */
    struct quick quick[SMALL_MOST + 1]; /* by granules; 0 and 1 stay empty */
    struct shelf shelf[2];
    struct extent *spare; /* an extent for big blocks that has none; kept for the next */
};

/* Stands for the bins of a pool that is looked through. Nothing is recent there. */
extern struct bins scanned_bins;

/*
 * Where the extent is remembered in which a block was found: it is asked first for another of the
 * same 64 KiB, which lies mostly in the same one, and its bounds say whether that is so. So it is
 * found without knowing whether it is a small or a big one, or going through those that there are.
 */
static inline struct extent **recent_at(struct bins *bins, const void *block)
{
    return &bins->recent[(uintptr_t)block / CHUNK_UNIT % RECENT];
}

static inline bool has_bins(const own_pool *pool)
{
    return pool->bins && pool->bins != &scanned_bins;
}

/* holes.c: an extent is about to go. */
void bins_forget_extent(own_pool *pool, const struct extent *extent);
/* Whether all that is remembered is an extent of the pool. */
bool bins_validate_recent(const own_pool *pool);

#endif
