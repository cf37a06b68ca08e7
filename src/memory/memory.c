/*
 * memory/memory.c - allocating, freeing and clearing.
 *
 * Where a block comes from, each only if the one before has nothing:
 *
 *   1. a page of its size that has a free block       up to PAGE_MOST granules
 *   2. a free block of exactly its size, a new page   the same, if the memory has grown (want_page)
 *   3. the smallest free block that fits              a small one, if the block is small
 *   4. bump, in the extent in use
 *   5. a free block that fits                         of any size, after neighbours were joined
 *   6. a new page                                     of a memory of which nothing was freed yet
 *   7. a new extent
 *
 * A block over LARGE_OVER is a chunk of its own, except in a first extent that was made large.
 */
#include "extent/free.h"
#include "extent/tracked.h"
#include "large/large.h"
#include "memory/outside.h"
#include "page/tap.h"

#include <errno.h>

/* Bytes of live blocks from which on there are pages. A memory of which nothing was freed yet may
   be one that only grows, which is cheaper without. One with a tag has each of its extents in a
   unit of its own anyway. */
#define PAGED_FROM ((size_t)64 << 10)
#define PAGED_FROM_GROWN ((size_t)128 << 10)
#define PAGED_FROM_TAGGED ((size_t)16 << 10)
/* The same for pages of a size, for each of its granules. Of each size, half a page is unused on
   average: with sizes up to g, g * PAGE_BYTES / 2, which this keeps below a third of what lives. */
#define PAGED_FROM_A_GRANULE ((size_t)12 << 10)
#define LOG_SHORT 16             /* bytes */
#define KEPT ((size_t)128 << 10) /* of an extent in which nothing is left */

/* After whatever changes what waits. */
static inline void finish(struct memory *memory)
{
    bool open = is_open(memory);
    if (site_is_on() && !(open && memory->end)) {
        taps_begin(memory); /* wherever a stock has been made, before it is used */
        open = tracked_opens(memory, open);
    }
    if (open == !!memory->end)
        return;
    extent_settle(memory);
    memory->end = open ? extent_end(memory->extent) : NULL;
}

void memory_update(struct memory *memory)
{
    finish(memory);
}

static void *take_from_page(struct memory *memory, struct page *page, size_t granules)
{
    char *block = page_take(page);
    count_in(memory, granules << GRANULE_SHIFT);
    mark_undefined(block, granules << GRANULE_SHIFT);
    return block;
}

/* Whether a block comes from a page by now. Under a limit there is to be room for many. */
static bool want_page(struct memory *memory, size_t granules)
{
    size_t bytes = memory_count(memory).bytes;
    claim_value tag = memory_tag(memory);
    if (granules > PAGE_MOST || (!tag && bytes < granules * PAGED_FROM_A_GRANULE))
        return false;
    if (has_pages(memory))
        return true;
    size_t from = tag ? PAGED_FROM_TAGGED : memory->peak ? PAGED_FROM : PAGED_FROM_GROWN;
    return bytes >= from && limit_room(memory->account.limit) >= PAGED_FROM && stock_make(memory);
}

/* Whether nothing of the memory was freed yet. Then pages come only when the extents are full. */
static bool only_grows(const struct memory *memory)
{
    return !memory->peak && !has_pages(memory) && !memory_tag(memory);
}

static void *get_from_new_page(struct memory *memory, size_t granules)
{
    void *block = free_use_exact(memory, granules);
    if (block)
        return block;
    int saved = errno;
    struct page *page = page_new(memory, granules);
    errno = saved;
    return page ? take_from_page(memory, page, granules) : NULL;
}

/* Whether the extent in use is a first one that was made large. */
static bool is_reserve(const struct memory *memory)
{
    return !memory->extent->older && extent_is_big(memory->extent);
}

/* Whether a block fits where the log is. That is worth replaying it where it is short, as it is in
   a small pool; and under a limit. */
static bool fits_without_log(const struct memory *memory, size_t granules)
{
    const char *end = extent_end(memory->extent);
    return memory->end && (size_t)(end - memory->bump) >= granules << GRANULE_SHIFT &&
           (end - memory->end < LOG_SHORT || memory->account.limit || is_reserve(memory));
}

/* After free blocks were joined. */
static void *get_joined(struct memory *memory, size_t granules)
{
    void *block = free_use(memory, granules, BINS);
    return block || !bump_has(memory, granules) ? block : extent_bump(memory, granules);
}

static __attribute__((noinline)) void *get_slow(struct memory *memory, size_t granules)
{
    void *block = NULL;
    bool had_stock = has_stock(memory);
    if (!only_grows(memory) && want_page(memory, granules))
        block = get_from_new_page(memory, granules);
    /* Small blocks leave larger free ones to larger blocks, as long as there is anything else. */
    unsigned bins = granules <= PAGE_MOST ? BINS_EXACT : BINS;
    if (!block)
        block = free_use(memory, granules, bins);
    if (block)
        return block;
    if (bump_has(memory, granules))
        return extent_bump(memory, granules);
    if (fits_without_log(memory, granules)) {
        extent_settle(memory);
        return extent_bump_settled(memory, granules);
    }
    while (!block && free_join(memory))
        block = get_joined(memory, granules);
    if (!block && bins < BINS)
        block = free_use(memory, granules, BINS);
    if (!block && want_page(memory, granules))
        block = get_from_new_page(memory, granules);
    if (block)
        return block;
    int saved = errno;
    if (extent_add(memory, granules))
        return extent_bump(memory, granules);
    block = free_join_all(memory) ? get_joined(memory, granules) : NULL;
    if (block)
        errno = saved;
    else
        stock_drop(memory, had_stock);
    return block;
}

/* A block of granules that fit an extent; its contents are arbitrary. */
static inline void *get(struct memory *memory, size_t granules)
{
    if (memory->stock) {
        struct page *page = granules <= PAGE_MOST ? page_listed(memory->stock, granules) : NULL;
        if (page)
            return take_from_page(memory, page, granules);
    } else if (bump_has(memory, granules)) {
        return extent_bump(memory, granules);
    }
    return get_slow(memory, granules);
}

static __attribute__((noinline)) void *get_large(struct memory *memory, size_t bytes,
                                                 size_t alignment, bool zero)
{
    if (bytes > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    bool had_stock = has_stock(memory);
    if (!stock_make(memory))
        return NULL;
    size_t granules = granules_of(bytes);
    const struct larges of = memory_larges(memory);
    struct large *large = large_get(&of, granules << GRANULE_SHIFT, alignment);
    if (!large)
        stock_drop(memory, had_stock);
    finish(memory);
    if (!large)
        return NULL;
    count_in(memory, large->size);
    if (!zero)
        zero_last_granule(large->block, granules);
    else if (!large_is_zero(&of, large))
        memset(large->block, 0, large->size);
    return large->block;
}

static void put_large(struct memory *memory, struct large *large)
{
    const struct larges of = memory_larges(memory);
    count_peak(memory);
    count_out(memory, large->size);
    large_put(&of, large);
}

void *memory_alloc(struct memory *memory, size_t bytes, bool zero)
{
    size_t granules = granules_of(bytes);
    if (OWN_UNLIKELY(bytes > LARGE_OVER) &&
        !(bytes <= PTRDIFF_MAX && is_reserve(memory) && bump_has(memory, granules)))
        return get_large(memory, bytes, GRANULE, zero);
    void *block = get(memory, granules);
    if (OWN_LIKELY(block != NULL)) {
        if (zero)
            memset(block, 0, granules << GRANULE_SHIFT);
        else
            zero_last_granule(block, granules);
    }
    finish(memory);
    return block;
}

/* A block at bump, behind a free one that fills up to its alignment. NULL: there is no room. */
static void *bump_aligned(struct memory *memory, size_t alignment, size_t granules)
{
    struct extent *extent = memory->extent;
    uintptr_t bump = (uintptr_t)memory->bump;
    size_t before = (round_up(bump, alignment) - bump) >> GRANULE_SHIFT;
    if (!bump_has(memory, before + granules + 1)) /* the log may take two bytes */
        return NULL;
    size_t index = extent_index(extent, memory->bump);
    if (!before)
        return extent_bump(memory, granules);
    (void)extent_bump(memory, before);
    void *block = extent_bump(memory, granules);
    extent_settle(memory);
    count_bytes(memory, memory->bytes - (before << GRANULE_SHIFT));
    __atomic_store_n(&memory->blocks, memory->blocks - 1, __ATOMIC_RELAXED);
    (void)free_make(memory, extent, index, before);
    return block;
}

NO_STACK_PROTECTOR void *memory_alloc_aligned(struct memory *memory, size_t alignment, size_t bytes)
{
    size_t most;
    if (alignment <= GRANULE)
        return memory_alloc(memory, bytes, true);
    if (add_overflows(bytes, alignment, &most))
        return fail_pointer(ENOMEM);
    if (most > LARGE_OVER)
        return get_large(memory, bytes, alignment, true);
    size_t granules = granules_of(bytes);
    size_t whole = granules + (alignment >> GRANULE_SHIFT) - 1; /* that has room for any start */
    char *block = free_use(memory, whole, BINS);
    if (!block) {
        block = bump_aligned(memory, alignment, granules);
        if (OWN_LIKELY(block != NULL)) {
            memset(block, 0, granules << GRANULE_SHIFT);
            finish(memory);
            return block;
        }
        block = get(memory, max_size(whole, PAGE_MOST + 1)); /* of an extent */
    }
    if (!block) {
        finish(memory);
        return NULL;
    }
    /* What is too much on either side is freed again. */
    struct place place;
    memory_find(memory, block, &place);
    struct extent *extent = place.extent;
    whole = memory_size(memory, &place) >> GRANULE_SHIFT;
    size_t start = extent_index(extent, (void *)round_up((uintptr_t)block, alignment));
    size_t before = start - place.index;
    count_bytes(memory, memory->bytes - ((whole - granules) << GRANULE_SHIFT));
    start_set(&extent_bits(extent, start)->start, bit_of(start));
    free_cut_off(memory, extent, start, whole - before, granules);
    if (before)
        (void)free_make(memory, extent, place.index, before);
    block = extent_address(extent, start);
    memset(block, 0, granules << GRANULE_SHIFT);
    finish(memory);
    return block;
}

/* Nothing is live: an extent that is not large is kept in use, so that a single block that comes
   and goes costs no extent each time. */
static void start_anew(struct memory *memory)
{
    const struct extent *extent = memory->extent;
    /* Threads outside may still be looking. */
    if (extent->older && extent_bytes(extent) > KEPT && !memory->outside)
        memory_clear(memory);
}

static __attribute__((noinline)) void free_slow(struct memory *memory, const struct place *place)
{
    if (place->large) {
        put_large(memory, place->large);
    } else {
        size_t granules = extent_block_end(memory, place->extent, place->index) - place->index;
        count_peak(memory);
        count_out(memory, granules << GRANULE_SHIFT);
        (void)free_make(memory, place->extent, place->index, granules);
    }
    /* Those in a log are in no count yet. */
    if (OWN_UNLIKELY(memory->blocks == 0 && memory_count(memory).blocks == 0))
        start_anew(memory);
    finish(memory);
}

void memory_free(struct memory *memory, const struct place *place, void *block)
{
    struct page *page = place->page;
    if (OWN_UNLIKELY(!page)) {
        free_slow(memory, place);
        return;
    }
    size_t bytes = (size_t)page->granules << GRANULE_SHIFT;
    mark_unusable(block, bytes);
    count_out(memory, bytes);
    page_put(memory, page, place->bits, place->index);
}

/* Frees all but the first extent and the stock. */
static void end_blocks(struct memory *memory)
{
    if (has_stock(memory)) {
        const struct larges of = memory_larges(memory);
        large_end(&of);
        pages_end(memory);
    }
    if (OWN_UNLIKELY(memory->outside))
        outside_clear(memory);
    if (memory->extent->older)
        extent_remove_all(memory);
}

void memory_clear(struct memory *memory)
{
    const struct memory_counts counts = memory_count(memory);
    __atomic_store_n(&memory->peak, max_size(memory->peak, counts.bytes), __ATOMIC_RELAXED);
    end_blocks(memory);
    claim_value tag = memory_tag(memory);
    if (tag) /* what it claims later needs the tag as well */
        *memory->stock = (struct stock){.lists = true, .tag = tag};
    else
        stock_end(memory);
    __atomic_store_n(&memory->blocks, 0, __ATOMIC_RELAXED);
    count_bytes(memory, 0);
    memory->end = is_open(memory) ? (char *)memory : NULL; /* set by what follows */
    extent_use(memory, memory->extent);
    if (site_is_on() && memory->outside)
        (void)tracked_opens(memory, false);
    else if (site_is_on())
        tracked_begin(memory, 0);
}

void memory_end(struct memory *memory)
{
    end_blocks(memory);
    stock_end(memory);
    tracked_forget(memory);
}

void memory_count_foreign(struct memory *memory, size_t bytes, bool comes)
{
    if (comes)
        count_in(memory, bytes);
    else {
        const struct memory_counts counts = memory_count(memory);
        memory->peak = max_size(memory->peak, counts.bytes);
        memory->bytes -= bytes;
        memory->blocks--;
    }
}

bool memory_set_tag(struct memory *memory, uintptr_t tag)
{
    if (!stock_make(memory))
        return false;
    memory->stock->tag = (claim_value)tag << CLAIM_TAG_SHIFT;
    return true;
}

struct large *memory_take_larges(struct memory *memory, size_t *blocks, size_t *bytes, size_t *cost)
{
    struct large *newest = has_stock(memory) ? memory->stock->large : NULL;
    for (const struct large *large = newest; large; large = large->older) {
        ++*blocks;
        *bytes += large->size;
        *cost += large->granted + chunk_round(sizeof(*large));
    }
    if (newest)
        memory->stock->large = NULL;
    return newest;
}
