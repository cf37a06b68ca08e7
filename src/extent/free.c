/*
 * extent/free.c - free blocks of extents: entering them into lists by size, and using them again.
 *
 * A small block that is freed enters a list as it is, since the next request is often for the same
 * size; a larger one is joined with its free neighbours first. Each list is for one size up to 512
 * bytes, and for a quarter of a doubling above that. If the list of a size is empty, the smallest
 * block that fits, among the first of the next list that has one, is cut. (The best leaves less
 * between blocks than the first that fits: of 10,000 blocks, 3 % of all memory.)
 *
 * The lists are in the stock. If the memory is too small to have a stock, or there is no memory for
 * one, free blocks are found by looking through the bits.
 */
#include "extent/free.h"

#include "base/require.h"

static const char written[] = "no free block has been written to";

#define TRIES 16 /* how many blocks of one list are looked at */

size_t free_marked_bytes(size_t granules)
{
    return granules > 1 ? sizeof(struct free_block) : GRANULE;
}

/* The program may have written to the block since it was freed, or past the end of the block in
   front of it: nothing is stored through links that do not lead here from both sides. */
static void unlink_block(struct free_block *block)
{
    struct free_block *next = block->next;
    mark_defined(block->link, sizeof(*block->link));
    require(*block->link == block, "extent", block, written);
    *block->link = next;
    if (next) {
        mark_defined(next, GRANULE);
        require(next->link == &block->next, "extent", block, written);
        next->link = block->link;
        mark_unusable(next, GRANULE);
    }
}

static bool is_bin(const struct stock *stock, struct free_block **link)
{
    return link >= stock->bin && link < stock->bin + BINS;
}

void free_unlist(struct memory *memory, struct extent *extent, size_t index, size_t granules)
{
    struct stock *stock = memory->stock;
    struct free_block *block = extent_address(extent, index);
    if (!has_stock(memory))
        return;
    mark_defined(block, free_marked_bytes(granules));
    struct free_block **link = block->link;
    unlink_block(block);
    if (is_bin(stock, link)) {
        if (!*link)
            stock->present[(link - stock->bin) / 64] &= ~bit_of((size_t)(link - stock->bin));
    } else {
        mark_unusable(link, sizeof(*link));
    }
}

void free_list(struct memory *memory, struct extent *extent, size_t index, size_t granules)
{
    struct stock *stock = memory->stock;
    struct free_block *block = extent_address(extent, index);
    if (has_stock(memory))
        free_push(stock, block, granules, extent_bits(extent, index), index);
    mark_unusable(block, granules << GRANULE_SHIFT);
}

size_t free_size(const struct memory *memory, const struct extent *extent, size_t index)
{
    return extent_block_end(memory, extent, index) - index;
}

void free_empty(struct memory *memory, struct extent *extent)
{
    size_t first = extent_first_index(extent);
    for (size_t index = first; index < extent->granules;) {
        size_t granules = free_size(memory, extent, index);
        free_unlist(memory, extent, index, granules);
        index += granules;
    }
    extent_remove(memory, extent);
}

/* The granule at which the block begins that ends in front of `index`; 0: none does. */
static size_t block_before(const struct extent *extent, size_t index)
{
    size_t first = extent_first_index(extent);
    size_t word = (index - 1) >> 6;
    uint64_t starts = word_load(&extent_bits(extent, index - 1)->start);
    starts &= ~UINT64_C(0) >> (63 - ((index - 1) & 63));
    while (!starts) {
        if (word << 6 <= first)
            return 0;
        starts = word_load(&extent_bits(extent, --word << 6)->start);
    }
    return (word << 6) + log2_floor(starts);
}

/* Joins a block that has become free, and is in no list, with free neighbours. Returns its start.
   */
static size_t join_around(struct memory *memory, struct extent *extent, size_t index, size_t *end)
{
    size_t used = extent_used(memory, extent);
    size_t before;
    while ((before = block_before(extent, index)) && is_free(extent, before)) {
        free_unlist(memory, extent, before, index - before);
        clear_start(extent, index);
        index = before;
    }
    while (*end < used && is_free(extent, *end)) {
        size_t behind = free_size(memory, extent, *end);
        free_unlist(memory, extent, *end, behind);
        clear_start(extent, *end);
        *end += behind;
    }
    return index;
}

bool free_is_at_bump(const struct memory *memory, const struct extent *extent, size_t end)
{
    return extent == memory->extent && end == extent_index(extent, memory->bump) &&
           !memory->outside;
}

void free_give_to_bump(struct memory *memory, size_t index)
{
    struct extent *extent = memory->extent;
    size_t granules = extent_index(extent, memory->bump) - index;
    clear_start(extent, index);
    set_bump(memory, extent_address(extent, index));
    extent->settled = (uint32_t)index;
    mark_unusable(memory->bump, granules << GRANULE_SHIFT);
}

bool free_make(struct memory *memory, struct extent *extent, size_t index, size_t granules)
{
    size_t end = index + granules;
    bool last = free_is_at_bump(memory, extent, end);
    if (!last)
        stock_want(memory);
    word_set(&extent_bits(extent, index)->free, bit_of(index));
    struct big *big = extent_is_big(extent) ? extent_big(extent) : NULL;
    if (big) {
        big->freed += (uint32_t)granules;
        if (OWN_UNLIKELY(big->witness == index))
            big->witness = (uint32_t)extent_find_live(extent, index);
    } else if (has_stock(memory)) {
        memory->stock->freed += granules;
    }
    if (last || !has_stock(memory) || free_joins(memory, granules))
        index = join_around(memory, extent, index, &end);
    if (last) {
        free_give_to_bump(memory, index);
        return false;
    }
    free_list(memory, extent, index, end - index);
    if (OWN_LIKELY(!big || big->witness || extent == memory->extent || !extent->older))
        return false;
    free_empty(memory, extent);
    return true;
}

void free_cut_off(struct memory *memory, struct extent *extent, size_t index, size_t whole,
                  size_t granules)
{
    if (whole == granules)
        return;
    size_t rest = index + granules;
    struct bits *bits = extent_bits(extent, rest);
    if (OWN_UNLIKELY(memory->outside)) { /* free first: to these threads it never lives */
        stock_want(memory);
        word_set(&bits->free, bit_of(rest));
    }
    start_set(&bits->start, bit_of(rest));
    (void)free_make(memory, extent, rest, whole - granules);
}

/* The size of a free block, which those behind it become part of; nothing is listed. */
static size_t free_size_joined(struct memory *memory, struct extent *extent, size_t index,
                               size_t used)
{
    size_t end = index + free_size(memory, extent, index);
    while (end < used && is_free(extent, end)) {
        size_t behind = free_size(memory, extent, end);
        clear_start(extent, end);
        end += behind;
    }
    return end - index;
}

/* Looks through the bits for the smallest that fits. */
static struct extent *scan(struct memory *memory, size_t granules, size_t *index, size_t *whole)
{
    struct extent *in = NULL;
    bool any = false;
    *whole = SIZE_MAX;
    for (struct extent *extent = extent_small(memory); extent; extent = extent->older) {
        size_t used = extent->settled ? extent_used(memory, extent) : 0;
        for (size_t word = 0; word << 6 < used; word++) {
            const struct bits *bits = extent_bits(extent, word << 6);
            for (uint64_t rest = bits->free; rest; rest &= rest - 1) {
                size_t at = (word << 6) + (size_t)__builtin_ctzll(rest);
                size_t size = free_size_joined(memory, extent, at, used);
                rest &= bits->free; /* what was joined starts no more */
                any = true;
                if (size < granules || size >= *whole)
                    continue;
                in = extent;
                *index = at;
                *whole = size;
            }
        }
    }
    if (!any)
        memory->stock = NULL; /* nothing waits any more */
    return in;
}

/* The lowest bin from `bin` on that is not empty; BINS: none. */
static unsigned next_present(const struct stock *stock, unsigned bin)
{
    if (bin < 64) {
        uint64_t present = stock->present[0] >> bin;
        if (present)
            return bin + (unsigned)__builtin_ctzll(present);
        bin = 64;
    }
    uint64_t present = bin < BINS ? stock->present[1] >> (bin - 64) : 0;
    return present ? bin + (unsigned)__builtin_ctzll(present) : BINS;
}

struct extent *free_extent_of(struct memory *memory, const void *block)
{
    claim_value claimed = chunk_claimed_by(block, memory);
    return claimed ? claim_address(claimed) : extent_small_at(memory, block);
}

/* The size of a free block in a list. */
static size_t listed_size(struct free_block *block, unsigned bin, struct free_block **next)
{
    size_t marked = free_marked_bytes(bin + 1);
    mark_defined(block, marked);
    *next = block->next;
    size_t granules = bin == 0 ? 1 : block->granules;
    mark_unusable(block, marked);
    return granules;
}

/* The smallest that fits among the first of a list. NULL: none does. */
static struct free_block *find_in_bin(const struct stock *stock, unsigned bin, size_t granules,
                                      size_t *whole)
{
    struct free_block *best = NULL;
    struct free_block *block = stock->bin[bin];
    *whole = SIZE_MAX;
    for (unsigned i = 0; block && i < TRIES; i++) {
        struct free_block *next;
        size_t size = listed_size(block, bin, &next);
        if (size >= granules && size < *whole) {
            best = block;
            *whole = size;
            if (bin < BINS_EXACT) /* all have one size */
                break;
        }
        block = next;
    }
    return best;
}

static struct extent *find(struct memory *memory, size_t granules, unsigned bins, size_t *index,
                           size_t *whole)
{
    const struct stock *stock = memory->stock;
    for (unsigned bin = bin_of(granules);; bin++) {
        bin = next_present(stock, bin);
        if (bin >= bins || bin >= BINS)
            return NULL;
        const struct free_block *block = find_in_bin(stock, bin, granules, whole);
        if (block) {
            struct extent *extent = free_extent_of(memory, block);
            *index = extent_index(extent, block);
            return extent;
        }
    }
}

/* The front of a free block, which is in no list any more, becomes live. */
static void cut(struct memory *memory, struct extent *extent, size_t index, size_t whole,
                size_t granules)
{
    word_clear(&extent_bits(extent, index)->free, bit_of(index));
    if (whole > granules) {
        size_t rest = index + granules;
        struct bits *bits = extent_bits(extent, rest);
        word_set(&bits->free, bit_of(rest));
        start_set(&bits->start, bit_of(rest));
        free_list(memory, extent, rest, whole - granules);
    }
}

static inline void *use(struct memory *memory, struct extent *extent, size_t index, size_t whole,
                        size_t granules)
{
    free_unlist(memory, extent, index, whole);
    cut(memory, extent, index, whole, granules);
    mark_undefined(extent_address(extent, index), granules << GRANULE_SHIFT);
    count_in(memory, granules << GRANULE_SHIFT);
    return extent_address(extent, index);
}

void *free_use(struct memory *memory, size_t granules, unsigned bins)
{
    size_t index;
    size_t whole;
    if (OWN_LIKELY(!memory->stock))
        return NULL;
    struct extent *extent = has_stock(memory) ? find(memory, granules, bins, &index, &whole)
                                              : scan(memory, granules, &index, &whole);
    if (!extent)
        return NULL;
    return use(memory, extent, index, whole, granules);
}

void *free_use_exact(struct memory *memory, size_t granules)
{
    struct stock *stock = memory->stock;
    if (!has_stock(memory) || granules > BINS_EXACT || !stock->bin[granules - 1])
        return NULL;
    struct free_block *block = stock->bin[granules - 1];
    struct extent *extent = free_extent_of(memory, block);
    return use(memory, extent, extent_index(extent, block), granules, granules);
}

bool free_extend(struct memory *memory, struct extent *extent, size_t index, size_t end,
                 size_t granules)
{
    if (end >= extent_used(memory, extent) || !is_free(extent, end))
        return false;
    size_t behind = free_size(memory, extent, end);
    if (end + behind - index < granules)
        return false;
    free_unlist(memory, extent, end, behind);
    clear_start(extent, end);
    mark_undefined(extent_address(extent, end), (index + granules - end) << GRANULE_SHIFT);
    cut(memory, extent, index, end + behind - index, granules);
    return true;
}
