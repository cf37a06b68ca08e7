/*
 * pool/extent.c - the chunks of a pool, and finding the one that an address lies in.
 *
 * A new extent is as large as all before it while they are small, then a thirtieth of that, at
 * least a unit, at most 1 MiB: a big pool has few, and little of them is unused. Near a limit it is
 * as large as the limit leaves room for, but not so small that extents could become many.
 */
#include "pool/bins.h"
#include "pool/shared.h"

#include <errno.h>
#include <string.h>

#define DOUBLING_UP_TO CHUNK_UNIT

/* What a stripe takes first. It has fewer extents to look through then than with single units, and
   holes to spare: half the time. */
#define STRIPE_CHUNK (2 * CHUNK_UNIT)

_Static_assert(sizeof(struct extent) == GRANULE, "an extent's header is a granule");
_Static_assert(sizeof(own_pool) % GRANULE == 0, "the bits of the first extent are aligned");
_Static_assert(FIRST_CHUNK_LEAST <= 256, "an empty pool takes at most 256 bytes");

static size_t bits_for(size_t granules)
{
    return (granules + 63) / 64;
}

/*
 * A big extent leaves its chunk's last granule out: there it keeps the extent in front of it, so
 * that any can be given back in O(1). Small ones are few.
 */
static struct extent **previous_of(struct extent *extent)
{
    return extent_address(extent, extent->granules);
}

size_t extent_bytes(const struct extent *extent)
{
    return ((size_t)extent->granules + extent_is_big(extent)) << GRANULE_SHIFT;
}

size_t extent_first_index(const struct extent *extent)
{
    return 1 + bits_for(extent->granules);
}

size_t extent_used(const own_pool *pool, const struct extent *extent)
{
    return extent == pool->extent ? extent_index(extent, pool->bump) : extent->granules;
}

size_t extent_block_end(const own_pool *pool, const struct extent *extent, size_t index)
{
    size_t used = extent_used(pool, extent);
    size_t word = index >> 6;
    /* What starts behind `index` in its word: shifted in two steps, as by 64 is undefined. */
    uint64_t starts = extent_bits(extent, word << 6)->start >> (index & 63) >> 1;
    if (starts)
        return index + 1 + (size_t)__builtin_ctzll(starts);
    while (++word << 6 < used) {
        starts = extent_bits(extent, word << 6)->start;
        if (starts)
            return (word << 6) + (size_t)__builtin_ctzll(starts);
    }
    return used;
}

static bool claim(own_pool *pool, struct extent *extent)
{
    return !extent_is_big(extent) || chunk_claim(extent, extent_bytes(extent), pool, extent);
}

static void unclaim(struct extent *extent)
{
    if (extent_is_big(extent))
        chunk_unclaim(extent, extent_bytes(extent));
}

/* The chunk's size is that of the extent's part of it. */
static void set_size(struct extent *extent, size_t bytes)
{
    extent->granules = (uint32_t)(bytes >> GRANULE_SHIFT);
    extent->granules -= extent_is_big(extent);
}

static void make_empty(struct extent *extent, uint32_t kind)
{
    struct bits *bits = extent_bits(extent, 0);
    size_t pairs = bits_for(extent->granules);
    extent->kind = kind;
    if (pairs <= 8) {
        do
            *bits++ = (struct bits){.start = 0};
        while (--pairs > 0);
    } else {
        memset(bits, 0, pairs * sizeof(*bits));
    }
}

/* Makes the extent empty, and the one in use. */
static void start_using(own_pool *pool, struct extent *extent)
{
    make_empty(extent, SMALL_BLOCKS);
    pool->extent = extent;
    pool->counted = (uint32_t)extent_first_index(extent);
    pool->bump = extent_address(extent, pool->counted);
    pool_open(pool);
    mark_unusable(pool->bump, (size_t)(extent_end(extent) - pool->bump));
}

/* How many blocks start at or behind `counted`: there are no holes there. */
static size_t count_bumped(const own_pool *pool)
{
    const struct extent *extent = pool->extent;
    size_t used = extent_used(pool, extent);
    size_t word = pool->counted >> 6;
    size_t blocks = 0;
    uint64_t first = ~UINT64_C(0) << (pool->counted & 63);
    for (; word << 6 < used; word++, first = ~UINT64_C(0))
        blocks += (size_t)__builtin_popcountll(extent_bits(extent, word << 6)->start & first);
    return blocks;
}

size_t pool_blocks(const own_pool *pool)
{
    return pool->blocks + count_bumped(pool);
}

void pool_settle_bumped(own_pool *pool, size_t index)
{
    pool->blocks += count_bumped(pool);
    pool->bytes = pool_bytes(pool);
    pool->counted = (uint32_t)index;
}

/* Granules of a chunk for so many of blocks: header, bits (a pair for each 63), back link. */
static size_t granules_for(size_t granules)
{
    size_t whole = granules + 1 + (granules + 1 + 62) / 63;
    return whole + (whole > CHUNK_UNIT / 2 / GRANULE);
}

size_t extent_first_size(size_t bytes)
{
    size_t granules = bytes / GRANULE + 1;
    if (granules > UINT32_MAX / 2)
        return 0;
    if (bytes == 0)
        return FIRST_CHUNK_LEAST;
    return offsetof(own_pool, first) + granules_for(granules) * GRANULE;
}

bool extent_init_first(own_pool *pool, size_t chunk_size)
{
    struct extent *first = &pool->first;
    first->next = NULL;
    set_size(first, chunk_size - offsetof(own_pool, first));
    if (!claim(pool, first))
        return false;
    start_using(pool, first);
    return true;
}

void extent_unclaim_first(own_pool *pool)
{
    unclaim(&pool->first);
}

/* The size of the chunk that the pool takes next. 0: the limit leaves too little room. */
static size_t next_size(own_pool *pool, size_t least)
{
    size_t reserved = pool->account.reserved;
    /* Each extent leaves some of its end unused: under a limit, fewer of them leave less. */
    size_t wanted = reserved <= DOUBLING_UP_TO
                        ? reserved * (pool->account.limit ? 3 : 1)
                        : max_size(CHUNK_UNIT, reserved / 32 & ~(CHUNK_UNIT - 1));
    if (pool_is_stripe(pool)) { /* found by the unit map only */
        least = max_size(least, CHUNK_UNIT);
        wanted = max_size(wanted, pool->first.next ? 0 : STRIPE_CHUNK);
    }
    size_t size = chunk_round(max_size(least, min_size(wanted, CHUNK_MAX)));
    if (!pool->account.limit)
        return size;
    size_t room = limit_room(pool->account.limit);
    if (size <= room)
        return size;
    size_t smallest = chunk_round(max_size(least, min_size(reserved / 64, CHUNK_MAX)));
    return smallest <= room ? chunk_round_down(room) : 0;
}

/* Small extents first, so that a search among them ends early. */
static void enter(own_pool *pool, struct extent *extent)
{
    struct extent *before = &pool->first;
    if (extent_is_big(extent)) {
        while (before->next && !extent_is_big(before->next))
            before = before->next;
    }
    extent->next = before->next;
    before->next = extent;
    if (extent_is_big(extent))
        *previous_of(extent) = before;
    if (extent->next && extent_is_big(extent->next))
        *previous_of(extent->next) = extent;
}

static void leave(own_pool *pool, struct extent *extent)
{
    struct extent *before = &pool->first;
    if (extent_is_big(extent))
        before = *previous_of(extent);
    while (before->next != extent)
        before = before->next;
    before->next = extent->next;
    if (extent->next && extent_is_big(extent->next))
        *previous_of(extent->next) = before;
}

bool extent_add(own_pool *pool, size_t bytes, uint32_t kind)
{
    size_t size = next_size(pool, granules_for(bytes / GRANULE) * GRANULE);
    if (!size) {
        errno = EDQUOT;
        return false;
    }
    struct extent *extent = account_get(&pool->account, size, &size);
    if (!extent)
        return false;
    set_size(extent, size);
    if (!claim(pool, extent)) {
        account_put(&pool->account, extent, size);
        return false;
    }
    pool_settle(pool);
    struct extent *full = pool->extent;
    size_t used = extent_index(full, pool->bump);
    if (full == &pool->first)
        learn_outgrown(pool, bytes);
    enter(pool, extent);
    if (kind == BIG_BLOCKS) {
        make_empty(extent, kind);
        hole_make_rest(pool, extent, extent_first_index(extent));
    } else {
        start_using(pool, extent);
        hole_make_rest(pool, full, used);
    }
    return true;
}

void extent_remove(own_pool *pool, struct extent *extent)
{
    bins_forget_extent(pool, extent);
    leave(pool, extent);
    unclaim(extent);
    account_put(&pool->account, extent, extent_bytes(extent));
}

void extent_remove_all(own_pool *pool)
{
    while (pool->first.next)
        extent_remove(pool, pool->first.next);
}

void extent_clear(own_pool *pool)
{
    pool->peak = max_size(pool->peak, pool_bytes(pool));
    pool->ledger.flags &= (uint16_t) ~(POOL_FREED | POOL_HOLES_FIRST);
    extent_remove_all(pool);
    start_using(pool, &pool->first);
    /* What another thread made it adopt, since its ledger was emptied, stays. */
    bool foreign = pool->ledger.flags & POOL_FOREIGN;
    const struct counts left = foreign ? pool_counts(pool) : (struct counts){.foreign = 0};
    pool->blocks = left.foreign;
    pool->bytes = left.foreign_bytes;
}
