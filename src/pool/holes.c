/*
 * pool/holes.c - the freed memory of a pool, between its live blocks.
 *
 * Neighbouring holes are joined as soon as they are made, and the smallest that fits is used first:
 * of the policies that were tried, only this keeps a pool with blocks of mixed sizes within a third
 * of its live bytes for ever. A hole holds its links, its extent and its size, and its size once
 * more at its end, so that joining looks at nothing but the neighbours (boundary tags: Knuth, The
 * Art of Computer Programming, volume 1, section 2.5).
 *
 * Bins (shelf.c) find holes by size. They are made when the first block is freed; a pool of up to
 * SCAN_MAX does without, and has the few words of its bits looked through. Until then the holes
 * that extents leave at their end are not looked for.
 */
#include "pool/holes.h"

#include <errno.h>

#define SPARE_PART 64   /* of a pool is the most that is kept as a spare */
#define NEWEST_AMONG 16 /* extents: the newest for big blocks, which come behind small ones */

static struct extent no_extent;
#define EIGHT(item) item, item, item, item, item, item, item, item
_Static_assert(RECENT == 64, "all are no extent");
struct bins scanned_bins = {.recent = {EIGHT(EIGHT(&no_extent))}};

static size_t *size_at_end(void *hole, size_t granules)
{
    return (size_t *)(void *)((char *)hole + (granules << GRANULE_SHIFT)) - 1;
}

size_t hole_size(const struct extent *extent, size_t index)
{
    size_t next = index + 1;
    if (next == extent->granules || extent_bits(extent, next)->start & bit_of(next))
        return 1;
    const struct hole *hole = extent_address(extent, index);
    mark_defined(hole, sizeof(*hole));
    size_t granules = hole->granules;
    mark_unusable(hole, sizeof(*hole));
    return granules;
}

/* The size of the hole that ends in front of `index`; 0: a block, or nothing, is there. */
static size_t hole_size_before(const struct extent *extent, size_t index)
{
    size_t last = index - 1;
    const struct bits *bits = extent_bits(extent, last);
    if (!(bits->hole & bit_of(last)))
        return 0;
    if (bits->start & bit_of(last))
        return 1;
    size_t *size = size_at_end(extent_address(extent, last), 1);
    mark_defined(size, sizeof(*size));
    size_t granules = *size;
    mark_unusable(size, sizeof(*size));
    return granules;
}

/* Writes a hole where neighbours have been joined already, and files it. */
static void put(own_pool *pool, struct extent *extent, size_t index, size_t granules)
{
    size_t last = index + granules - 1;
    struct hole *hole = extent_address(extent, index);
    struct bits *bits = extent_bits(extent, index);
    bits->start |= bit_of(index);
    bits->hole |= bit_of(index);
    extent_bits(extent, last)->hole |= bit_of(last);
    mark_undefined(hole, granules << GRANULE_SHIFT);
    if (granules > 1) {
        hole->extent = extent;
        hole->granules = granules;
        *size_at_end(hole, granules) = granules;
    }
    if (has_bins(pool))
        shelf_put(pool, extent, hole, granules);
    else if (pool->bins)
        pool->holes++;
    mark_unusable(hole, granules << GRANULE_SHIFT);
}

/* Takes a hole out of its bin. Its bits are the caller's to change. */
static void take(own_pool *pool, const struct extent *extent, size_t index, size_t granules)
{
    if (has_bins(pool))
        shelf_take(pool, extent, extent_address(extent, index), granules);
    else if (pool->bins)
        pool->holes--;
}

/* Files all holes of an extent into bins that have just been made. */
static void file_extent(own_pool *pool, struct extent *extent)
{
    size_t used = extent_used(pool, extent);
    for (size_t word = 0; word << 6 < used; word++) {
        const struct bits *bits = extent_bits(extent, word << 6);
        for (uint64_t rest = bits->start & bits->hole; rest; rest &= rest - 1) {
            size_t index = (word << 6) + (size_t)__builtin_ctzll(rest);
            size_t granules = hole_size(extent, index);
            struct hole *hole = extent_address(extent, index);
            mark_undefined(hole, GRANULE);
            shelf_put(pool, extent, hole, granules);
            mark_unusable(hole, GRANULE);
        }
    }
}

static size_t count_holes(own_pool *pool)
{
    size_t holes = 0;
    for (struct extent *extent = &pool->first; extent; extent = extent->next) {
        for (size_t word = 0; word << 6 < extent->granules; word++) {
            const struct bits *bits = extent_bits(extent, word << 6);
            holes += (size_t)__builtin_popcountll(bits->start & bits->hole);
        }
    }
    return holes;
}

static struct bins *make_bins(own_pool *pool)
{
    int saved = errno;
    size_t granted;
    struct bins *bins = account_get(&pool->account, sizeof(*bins), &granted);
    errno = saved;
    if (!bins)
        return NULL;
    *bins = (struct bins){.spare = NULL};
    for (size_t i = 0; i < RECENT; i++)
        bins->recent[i] = &pool->first;
    return bins;
}

void bins_forget_extent(own_pool *pool, const struct extent *extent)
{
    for (size_t i = 0; has_bins(pool) && i < RECENT; i++) {
        if (pool->bins->recent[i] == extent)
            pool->bins->recent[i] = &pool->first;
    }
}

bool bins_validate_recent(const own_pool *pool)
{
    for (size_t i = 0; has_bins(pool) && i < RECENT; i++) {
        if (extent_of(pool, pool->bins->recent[i]) != pool->bins->recent[i])
            return false;
    }
    return true;
}

/* Where there is no memory for bins, the next hole tries again; until then holes are not used. */
bool holes_look(own_pool *pool)
{
    if (has_bins(pool))
        return true;
    struct bins *bins = pool->account.reserved > SCAN_MAX ? make_bins(pool) : NULL;
    if (bins) {
        pool->bins = bins;
        pool->holes = 0;
        for (struct extent *extent = &pool->first; extent; extent = extent->next)
            file_extent(pool, extent);
    } else if (!pool->bins) {
        pool->bins = &scanned_bins;
        pool->holes = (uint32_t)count_holes(pool);
    }
    return bins;
}

struct looked holes_looked(const own_pool *pool)
{
    return (struct looked){.bins = pool->bins, .holes = pool->holes};
}

void holes_unlook(own_pool *pool, struct looked before)
{
    if (pool->bins == before.bins)
        return;
    holes_forget(pool);
    pool->bins = before.bins;
    pool->holes = before.holes;
}

/* Nothing of the extent is in use, nor filed. True: it has been given back. */
static bool give_back(own_pool *pool, struct extent *extent)
{
    if (extent == &pool->first)
        return false;
    if (extent->kind == BIG_BLOCKS && has_bins(pool) &&
        extent_bytes(extent) <= pool->account.reserved / SPARE_PART) {
        /* One is kept, so that a single block that comes and goes costs no extent each time. */
        struct extent *spare = pool->bins->spare;
        pool->bins->spare = extent;
        if (!spare)
            return false;
        size_t index = extent_first_index(spare);
        take(pool, spare, index, spare->granules - index);
        extent_remove(pool, spare);
        return false;
    }
    extent_remove(pool, extent);
    return true;
}

void hole_make(own_pool *pool, struct extent *extent, size_t index, size_t granules)
{
    holes_look(pool);
    size_t end = index + granules;
    size_t before = hole_size_before(extent, index);
    if (before) {
        size_t last = index - 1;
        take(pool, extent, index - before, before);
        extent_bits(extent, last)->hole &= ~bit_of(last);
        extent_bits(extent, index)->start &= ~bit_of(index);
        index -= before;
    }
    if (end < extent_used(pool, extent) && extent_bits(extent, end)->hole & bit_of(end)) {
        size_t behind = hole_size(extent, end);
        if (behind > 0) { /* not a quick block */
            take(pool, extent, end, behind);
            struct bits *bits = extent_bits(extent, end);
            bits->start &= ~bit_of(end);
            bits->hole &= ~bit_of(end);
            end += behind;
        }
    }
    if (extent == pool->extent && end == extent_index(extent, pool->bump)) {
        struct bits *bits = extent_bits(extent, index);
        bits->start &= ~bit_of(index);
        bits->hole &= ~bit_of(index);
        pool->bump = extent_address(extent, index);
        pool->counted = (uint32_t)index;
        mark_unusable(pool->bump, (end - index) << GRANULE_SHIFT);
    } else if (end != extent->granules || index != extent_first_index(extent) ||
               !give_back(pool, extent)) {
        put(pool, extent, index, end - index);
    }
}

void hole_make_rest(own_pool *pool, struct extent *extent, size_t index)
{
    size_t granules = extent->granules - index;
    if (granules == 0)
        return;
    put(pool, extent, index, granules);
}

/* Looks through the bits for the smallest hole that fits. */
static struct hole *scan(own_pool *pool, size_t granules, struct extent **in, size_t *whole)
{
    struct hole *best = NULL;
    *whole = SIZE_MAX;
    for (struct extent *extent = &pool->first; extent; extent = extent->next) {
        size_t used = extent_used(pool, extent);
        for (size_t word = 0; word << 6 < used; word++) {
            const struct bits *bits = extent_bits(extent, word << 6);
            for (uint64_t rest = bits->start & bits->hole; rest; rest &= rest - 1) {
                size_t index = (word << 6) + (size_t)__builtin_ctzll(rest);
                size_t size = hole_size(extent, index);
                if (size < granules || size >= *whole)
                    continue;
                best = extent_address(extent, index);
                *in = extent;
                *whole = size;
                if (size == granules)
                    return best;
            }
        }
    }
    return best;
}

/* The front of a hole becomes a live block, and is counted. */
static void *use(own_pool *pool, struct extent *extent, size_t index, size_t whole, size_t granules)
{
    void *block = extent_address(extent, index);
    take(pool, extent, index, whole);
    extent_bits(extent, index)->hole &= ~bit_of(index);
    if (whole > granules) {
        put(pool, extent, index + granules, whole - granules);
    } else {
        size_t last = index + whole - 1;
        extent_bits(extent, last)->hole &= ~bit_of(last);
    }
    mark_undefined(block, granules << GRANULE_SHIFT);
    pool->blocks++;
    pool->bytes += granules << GRANULE_SHIFT;
    return block;
}

void *hole_use(own_pool *pool, size_t granules, uint32_t kind)
{
    struct extent *extent = NULL;
    size_t whole;
    struct hole *hole;
    if (has_bins(pool))
        hole = shelf_find(pool, kind, granules, &extent, &whole);
    else
        hole = pool->account.reserved <= SCAN_LAST ? scan(pool, granules, &extent, &whole) : NULL;
    if (!hole)
        return NULL;
    if (has_bins(pool) && pool->bins->spare == extent)
        pool->bins->spare = NULL;
    return use(pool, extent, extent_index(extent, hole), whole, granules);
}

void *hole_use_newest(own_pool *pool, size_t granules)
{
    struct extent *extent = pool->first.next;
    for (int i = 0; extent && extent->kind != BIG_BLOCKS; i++) {
        if (i == NEWEST_AMONG)
            return NULL;
        extent = extent->next;
    }
    size_t whole = extent ? hole_size_before(extent, extent->granules) : 0;
    return whole >= granules ? use(pool, extent, extent->granules - whole, whole, granules) : NULL;
}

void holes_forget(own_pool *pool)
{
    if (has_bins(pool))
        account_put(&pool->account, pool->bins, sizeof(*pool->bins));
    pool->bins = NULL;
    pool->holes = 0;
}

size_t holes_bytes(const own_pool *pool)
{
    return has_bins(pool) ? chunk_round(sizeof(*pool->bins)) : 0;
}

bool holes_validate(const own_pool *pool, const struct hole_counts *found)
{
    if (!has_bins(pool))
        return pool->holes == (pool->bins ? found->small + found->big : 0) && !found->quick;
    return shelf_validate(pool, SMALL_BLOCKS) == found->small &&
           shelf_validate(pool, BIG_BLOCKS) == found->big && quick_validate(pool) == found->quick &&
           pool->holes == found->small;
}
