/*
 * pool/shelf.c - the holes of a pool, by size.
 *
 * Bins hold one size each up to 1 KiB, then eight a doubling.
 */
#include "pool/holes.h"

#define TRIES 8 /* how many holes of one bin are looked at before the next bin is */

/* The bin of that size; those in the upper ones are at least as large as their bin's least. */
static unsigned bin_of(size_t granules)
{
    if (granules <= BIN_EXACT)
        return (unsigned)granules - 1;
    unsigned power = log2_floor(granules); /* 6 and more */
    size_t bin = BIN_EXACT + (power - 6) * 8 + ((granules >> (power - 3)) & 7);
    return bin < BIN_COUNT ? (unsigned)bin : BIN_COUNT - 1;
}

void shelf_put(own_pool *pool, const struct extent *extent, struct hole *hole, size_t granules)
{
    struct shelf *shelf = &pool->bins->shelf[extent->kind];
    pool->holes += extent->kind == SMALL_BLOCKS;
    shelf->bytes += granules << GRANULE_SHIFT;
    unsigned bin = bin_of(granules);
    struct hole *first = shelf->bin[bin];
    hole->previous = NULL;
    hole->next = first;
    if (first) {
        mark_defined(first, GRANULE);
        first->previous = hole;
        mark_unusable(first, GRANULE);
    }
    shelf->bin[bin] = hole;
    shelf->present[bin / 64] |= bit_of(bin);
}

void shelf_take(own_pool *pool, const struct extent *extent, struct hole *hole, size_t granules)
{
    struct shelf *shelf = &pool->bins->shelf[extent->kind];
    pool->holes -= extent->kind == SMALL_BLOCKS;
    shelf->bytes -= granules << GRANULE_SHIFT;
    mark_defined(hole, GRANULE);
    struct hole *next = hole->next;
    struct hole *previous = hole->previous;
    mark_unusable(hole, GRANULE);
    if (next) {
        mark_defined(next, GRANULE);
        next->previous = previous;
        mark_unusable(next, GRANULE);
    }
    if (previous) {
        mark_defined(previous, GRANULE);
        previous->next = next;
        mark_unusable(previous, GRANULE);
        return;
    }
    unsigned bin = bin_of(granules);
    shelf->bin[bin] = next;
    if (!next)
        shelf->present[bin / 64] &= ~bit_of(bin);
}

/* The lowest bin from `bin` on that is not empty; BIN_COUNT: none. */
static unsigned next_present(const struct shelf *shelf, unsigned bin)
{
    unsigned word = bin / 64;
    uint64_t present = shelf->present[word] & ~UINT64_C(0) << (bin & 63);
    while (!present) {
        if (++word == BIN_WORDS)
            return BIN_COUNT;
        present = shelf->present[word];
    }
    return word * 64 + (unsigned)__builtin_ctzll(present);
}

/* The smallest hole that fits, as far as bins tell. */
struct hole *shelf_find(own_pool *pool, uint32_t kind, size_t granules, struct extent **in,
                        size_t *whole)
{
    const struct shelf *shelf = &pool->bins->shelf[kind];
    for (unsigned bin = bin_of(granules);; bin++) {
        bin = next_present(shelf, bin);
        if (bin == BIN_COUNT)
            return NULL;
        struct hole *hole = shelf->bin[bin];
        if (bin == 0) {
            *in = extent_of(pool, hole);
            *whole = 1;
            return hole;
        }
        for (int i = 0; hole && i < TRIES; i++) {
            mark_defined(hole, sizeof(*hole));
            *in = hole->extent;
            *whole = hole->granules;
            struct hole *next = hole->next;
            mark_unusable(hole, sizeof(*hole));
            if (*whole >= granules)
                return hole;
            hole = next;
        }
    }
}

/* How many holes a bin has; SIZE_MAX: something does not hold. */
static size_t validate_bin(const own_pool *pool, uint32_t kind, unsigned bin)
{
    const struct shelf *shelf = &pool->bins->shelf[kind];
    const struct hole *previous = NULL;
    size_t holes = 0;
    if (!shelf->bin[bin] != !(shelf->present[bin / 64] & bit_of(bin)))
        return SIZE_MAX;
    for (const struct hole *hole = shelf->bin[bin], *next; hole; hole = next) {
        struct extent *extent = extent_of(pool, hole);
        if (!extent || extent->kind != kind)
            return SIZE_MAX;
        size_t index = extent_index(extent, hole);
        const struct bits *bits = extent_bits(extent, index);
        if (!(bits->start & bits->hole & bit_of(index)) || bin_of(hole_size(extent, index)) != bin)
            return SIZE_MAX;
        mark_defined(hole, GRANULE);
        next = hole->next;
        bool linked = hole->previous == previous;
        mark_unusable(hole, GRANULE);
        if (!linked)
            return SIZE_MAX;
        previous = hole;
        holes++;
    }
    return holes;
}

size_t shelf_validate(const own_pool *pool, uint32_t kind)
{
    size_t filed = 0;
    for (unsigned bin = 0; bin < BIN_COUNT; bin++) {
        size_t holes = validate_bin(pool, kind, bin);
        if (holes == SIZE_MAX)
            return SIZE_MAX;
        filed += holes;
    }
    return filed;
}
