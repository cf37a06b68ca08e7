/*
 * memory/fast.h - the shortest paths to a block of a page, or a free block of just the size, and
 * back, inlined in block/block.c. They make no call, so that no registers are saved for one.
 */
#ifndef MEMORY_FAST_H
#define MEMORY_FAST_H

#include "extent/free.h"
#include "large/large.h"
#include "memory/outside.h"
#include "page/page.h"

_Static_assert(PAGE_MOST <= BINS_EXACT, "there is a list for each size that pages have");

/* The first block of the list of its size becomes live. */
static inline __attribute__((always_inline)) void *memory_pop(struct stock *stock, size_t granules,
                                                              bool alone)
{
    if (OWN_UNLIKELY(granules < 2)) /* that says nothing of its extent */
        return NULL;
    struct free_block **bin = &stock->bin[granules - 1];
    struct free_block *block = *bin;
    if (OWN_UNLIKELY(!block))
        return NULL;
    mark_defined(block, sizeof(*block));
    struct free_block *next = block->next;
    struct bits *bits = block->bits;
    uint64_t bit = bit_of(block->bit);
    *bin = next;
    if (next) {
        mark_defined(next, GRANULE);
        next->link = bin;
        mark_unusable(next, GRANULE);
    }
    if (alone)
        bits->free &= ~bit;
    else
        word_clear(&bits->free, bit);
    return block;
}

static inline void count_in_alone(struct memory *memory, size_t bytes)
{
    memory->bytes += bytes;
    memory->blocks++;
}

/* What is left to do for a block that became live. */
static inline __attribute__((always_inline)) void *
memory_hand_out(struct memory *memory, void *block, size_t granules, bool zero, bool alone)
{
    size_t bytes = granules << GRANULE_SHIFT;
    if (alone)
        count_in_alone(memory, bytes);
    else
        count_in(memory, bytes);
    mark_undefined(block, bytes);
    if (zero)
        zero_block(block, granules);
    else
        zero_last_granule(block, granules);
    return block;
}

/* The granules of a block, if pages have such, and there is a stock. Else 0. */
static inline size_t memory_granules_of(const struct memory *memory, size_t bytes)
{
    return OWN_LIKELY(memory->stock && bytes - 1 < PAGE_MOST << GRANULE_SHIFT)
               ? ((bytes - 1) >> GRANULE_SHIFT) + 1
               : 0;
}

/* memory_alloc of so many granules from a page of that size that has a free block; or from the list
   of the size, where NULL says that nothing has been done. `alone`, a constant: there are no
   threads outside, so that a count, or a word of bits, may be changed by one instruction. */
static inline __attribute__((always_inline)) void *memory_alloc_in_page(struct memory *memory,
                                                                        struct page *page,
                                                                        size_t granules, bool zero,
                                                                        bool alone)
{
    return memory_hand_out(memory, page_take(page), granules, zero, alone);
}

static inline __attribute__((always_inline)) void *
memory_alloc_listed(struct memory *memory, size_t granules, bool zero, bool alone)
{
    void *block = memory_pop(memory->stock, granules, alone);
    return OWN_LIKELY(block != NULL) ? memory_hand_out(memory, block, granules, zero, alone) : NULL;
}

/* memory_alloc of a block that no page has: where there is an inline path, at bump; where there are
   pages, from a free block. NULL: nothing has been done. */
static inline void *memory_alloc_beyond(struct memory *memory, size_t bytes, bool zero)
{
    if (OWN_UNLIKELY(bytes > LARGE_OVER))
        return NULL;
    void *block = NULL;
    size_t granules = granules_of(bytes);
    if (memory->end && granules <= LOG_MOST && bump_has(memory, granules))
        block = extent_bump_logged(memory, granules);
    else if (has_pages(memory) && granules > PAGE_MOST)
        block = free_use(memory, granules, BINS);
    if (OWN_UNLIKELY(!block))
        return NULL;
    if (zero)
        zero_block(block, granules);
    else
        zero_last_granule(block, granules);
    return block;
}

/* Whether a block that a page could have fits at bump, where the extent in use is settled. */
static inline bool memory_bump_has(const struct memory *memory, size_t bytes)
{
    const struct extent *extent = memory->extent;
    size_t granules = ((bytes - 1) >> GRANULE_SHIFT) + 1;
    return OWN_LIKELY(bytes - 1 < PAGE_MOST << GRANULE_SHIFT &&
                      extent->granules - extent->settled >= granules);
}

static inline __attribute__((always_inline)) void *memory_bump_settled(struct memory *memory,
                                                                       size_t granules, bool zero)
{
    char *block = extent_bump_settled(memory, granules);
    if (zero)
        zero_block(block, granules);
    else
        zero_last_granule(block, granules);
    return block;
}

/* memory_alloc at bump, of a memory with threads outside, where nothing else is to be asked first.
   NULL: nothing has been done. */
static inline __attribute__((always_inline)) void *memory_bump_fast(struct memory *memory,
                                                                    size_t bytes, bool zero)
{
    if (OWN_UNLIKELY(!memory_bump_has(memory, bytes) || has_other_source(memory)))
        return NULL;
    return memory_bump_settled(memory, ((bytes - 1) >> GRANULE_SHIFT) + 1, zero);
}

/* The value of the claim of a block's unit, without a tag where no threads are outside; 0: the
   memory has not claimed it, or the address is not that of a granule. */
static inline claim_value memory_claimed(const struct memory *memory, const void *block)
{
    struct claim *claim = chunk_claim_of_granule(granule_number(block));
    if (!claim || __atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) != memory)
        return 0;
    return __atomic_load_n(&claim->value, __ATOMIC_RELAXED);
}

/* A block is free again, whose bits were `free`. `alone` as above. */
static inline __attribute__((always_inline)) void memory_take_back(struct memory *memory,
                                                                   struct bits *bits, uint64_t free,
                                                                   size_t index, size_t bytes,
                                                                   bool alone)
{
    __atomic_store_n(&bits->free, free | bit_of(index), __ATOMIC_RELAXED);
    if (!alone) {
        count_out(memory, bytes);
        return;
    }
    size_t before = memory->bytes;
    memory->blocks--;
    memory->bytes = before - bytes;
    if (OWN_UNLIKELY(before > memory->peak))
        memory->peak = before;
}

/* Makes the compiler compute a pointer once, instead of the parts of it several times. */
#define COMPUTED(pointer) __asm__("" : "+r"(pointer))

/* Whether a live block of a unit begins at a granule, whose bits these are: what is free is a
   start. */
static inline bool unit_has(const struct bits *bits, uint64_t free, uintptr_t granule)
{
    return (word_load(&bits->start) ^ free) >> (granule & 63) & 1;
}

static inline struct bits *unit_bits(struct unit *unit, uintptr_t granule)
{
    return &unit->bits[granule >> 6 & (CHUNK_UNIT / GRANULE / 64 - 1)];
}

/* memory_free where the block lies in a unit that is cut into pages. NULL: none begins there.
   Otherwise the page, for which page_is_due may have to be asked. */
static inline __attribute__((always_inline)) struct page *
memory_free_in_unit(struct memory *memory, struct unit *unit, void *block, bool alone)
{
    uintptr_t granule = granule_number(block);
    struct bits *bits = unit_bits(unit, granule);
    COMPUTED(bits);
    uint64_t free = word_load(&bits->free);
    if (OWN_UNLIKELY(!unit_has(bits, free, granule)) ||
        (!alone &&
         OWN_UNLIKELY(remote_has_freed(unit->remote, granule & (CHUNK_UNIT / GRANULE - 1)))))
        return NULL;
    struct page *page = &unit->page[granule / (PAGE_BYTES / GRANULE) % UNIT_PAGES];
    COMPUTED(page);
    size_t bytes = (size_t)page->granules << GRANULE_SHIFT;
    mark_unusable(block, bytes);
    memory_take_back(memory, bits, free, granule, bytes, alone);
    page->avail |= bit_of(granule >> 6);
    page->due--;
    return page;
}

/* The extent in which a block may lie, whose unit has that claim, without a tag; 0: none. NULL:
   there is no such extent. */
static inline struct extent *memory_extent_of(const struct memory *memory, claim_value claimed,
                                              const void *block)
{
    if (claimed)
        return claimed & CLAIM_KINDS ? NULL : (struct extent *)(uintptr_t)claimed;
    return extent_has(memory->extent, block) ? memory->extent : extent_small_at(memory, block);
}

/* The granules of a live block at an address that may lie in an extent. 0: none is known to begin
   there, or it is the last, or where it ends is found only by a longer way. */
static inline size_t memory_granules_fast(const struct extent *extent, const void *block)
{
    size_t index = extent_index(extent, block);
    if (OWN_UNLIKELY((uintptr_t)block % GRANULE || index >= extent->settled))
        return 0;
    const struct bits *bits = extent_bits(extent, index);
    uint64_t starts = bits->start;
    if (OWN_UNLIKELY(!(starts >> (index & 63) & 1) || bits->free >> (index & 63) & 1))
        return 0;
    starts = starts >> (index & 63) >> 1;
    if (OWN_LIKELY(starts))
        return (unsigned)__builtin_ctzll(starts) + 1U;
    index = (index | 63) + 1;
    if (OWN_UNLIKELY(index >= extent->settled))
        return 0;
    starts = bits[1].start;
    return starts ? index + (unsigned)__builtin_ctzll(starts) - extent_index(extent, block) : 0;
}

/* memory_size without more than a look at the bits. 0: that does not tell. */
static inline __attribute__((always_inline)) size_t memory_size_fast(const struct memory *memory,
                                                                     const void *block)
{
    claim_value claimed = memory_claimed(memory, block);
    if (claimed & CLAIM_UNIT) { /* of a confined memory, without a tag */
        struct unit *unit = (struct unit *)(uintptr_t)(claimed - CLAIM_UNIT);
        uintptr_t granule = granule_number(block);
        const struct bits *bits = unit_bits(unit, granule);
        return unit_has(bits, word_load(&bits->free), granule)
                   ? (size_t)unit_page(unit, (uintptr_t)block)->granules << GRANULE_SHIFT
                   : 0;
    }
    const struct extent *extent = memory_extent_of(memory, claimed, block);
    return extent ? memory_granules_fast(extent, block) << GRANULE_SHIFT : 0;
}

/* The newest block, if it stands in the log, goes back to bump. False: it is another. */
static inline bool memory_free_logged(struct memory *memory, void *block)
{
    const char *last = extent_end(memory->extent);
    if (!memory->end || memory->end == last)
        return false;
    /* A single block in an extent that can go is the end of more than a block. */
    size_t bytes = log_granules((unsigned char)*memory->end) << GRANULE_SHIFT;
    if (memory->bump - bytes != block || (memory->end + 1 == last && extent_can_go(memory->extent)))
        return false;
    size_t logged = (size_t)(memory->bump - (const char *)memory->extent);
    size_t settled = memory->extent->settled;
    if (OWN_LIKELY(!settled))
        settled = extent_first_index(memory->extent);
    size_t live = memory->bytes + logged - (settled << GRANULE_SHIFT);
    memory->peak = max_size(memory->peak, live);
    memory->end++;
    memory->bump = block;
    mark_unusable(block, bytes);
    return true;
}

/* memory_free for a block of an extent, if it only has to be listed. False: nothing has been done.
   Where `end` is not NULL, it may be that memory_free_logged does it. */
static inline __attribute__((always_inline)) bool
memory_free_in_extent(struct memory *memory, struct extent *extent, void *block, bool alone)
{
    struct stock *stock = memory->stock;
    if (OWN_UNLIKELY(memory->end || !stock || !stock->lists))
        return false;
    size_t granules = memory_granules_fast(extent, block);
    size_t bytes = granules << GRANULE_SHIFT;
    /* One granule has no room for more than links. */
    if (OWN_UNLIKELY(granules - 2 > BINS_EXACT - 2))
        return false;
    size_t index = extent_index(extent, block);
    struct bits *bits = extent_bits(extent, index);
    if (extent_is_big(extent)) {
        struct big *big = extent_big(extent);
        if (OWN_UNLIKELY(big->witness == index) ||
            (!alone && (!big->remote || remote_has_freed(big->remote, index))))
            return false;
        big->freed += (uint32_t)granules;
    } else if (alone) {
        stock->freed += granules;
    } else {
        return false;
    }
    memory_take_back(memory, bits, word_load(&bits->free), index, bytes, alone);
    free_push(stock, block, granules, bits, index);
    mark_unusable(block, bytes);
    return true;
}

/* The same for a block that no page has, where there are pages; with no threads outside. */
static inline bool memory_free_beyond(struct memory *memory, struct extent *extent, void *block)
{
    size_t index = extent_index(extent, block);
    if (!has_pages(memory) || (uintptr_t)block % GRANULE || index >= extent->settled)
        return false;
    struct bits *bits = extent_bits(extent, index);
    if (!((bits->start & ~bits->free) >> (index & 63) & 1))
        return false;
    size_t end = extent_block_end(memory, extent, index);
    size_t granules = end - index;
    struct big *big = extent_is_big(extent) ? extent_big(extent) : NULL;
    if (granules <= BINS_EXACT || end >= extent->settled || (big && big->witness == index))
        return false;
    if (big)
        big->freed += (uint32_t)granules;
    else
        memory->stock->freed += granules;
    memory_take_back(memory, bits, bits->free, index, granules << GRANULE_SHIFT, true);
    free_list(memory, extent, index, granules);
    return true;
}

#endif
