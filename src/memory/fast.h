/*
 * memory/fast.h - the shortest paths to a block of a page, or a free block of just the size, and
 * back. Inlined in pool/block.c and part/blocks.c. They make no call, so that these save no
 * registers for one.
 */
#ifndef MEMORY_FAST_H
#define MEMORY_FAST_H

#include "memory/free.h"
#include "memory/page.h"

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

/* memory_alloc of so many granules from the first page of the size; or, where there is none, from
   the list of the size. NULL: nothing has been done. `alone`, a constant: there are no threads
   outside, so that a count, or a word of bits, may be changed by one instruction. */
static inline __attribute__((always_inline)) void *memory_alloc_in_page(struct memory *memory,
                                                                        struct page *page,
                                                                        size_t granules, bool zero,
                                                                        bool alone)
{
    if (OWN_UNLIKELY(!page->avail)) /* others may have room: a list would keep extents alive */
        return NULL;
    return memory_hand_out(memory, page_take(page), granules, zero, alone);
}

static inline __attribute__((always_inline)) void *
memory_alloc_listed(struct memory *memory, size_t granules, bool zero, bool alone)
{
    void *block = memory_pop(memory->stock, granules, alone);
    return OWN_LIKELY(block != NULL) ? memory_hand_out(memory, block, granules, zero, alone) : NULL;
}

/* Any of these. */
static inline __attribute__((always_inline)) void *memory_alloc_fast(struct memory *memory,
                                                                     size_t bytes, bool zero)
{
    size_t granules = memory_granules_of(memory, bytes);
    if (OWN_UNLIKELY(!granules))
        return NULL;
    struct page *page = memory->stock->page[granules];
    return page ? memory_alloc_in_page(memory, page, granules, zero, false)
                : memory_alloc_listed(memory, granules, zero, false);
}

/* memory_alloc at bump, of a memory with threads outside, where nothing else is to be asked first.
   NULL: nothing has been done. */
static inline __attribute__((always_inline)) void *memory_bump_fast(struct memory *memory,
                                                                    size_t bytes, bool zero)
{
    const struct extent *extent = memory->extent;
    size_t granules = ((bytes - 1) >> GRANULE_SHIFT) + 1;
    if (OWN_UNLIKELY(bytes - 1 >= PAGE_MOST << GRANULE_SHIFT ||
                     extent->granules - extent->settled < granules || has_other_source(memory)))
        return NULL;
    char *block = extent_bump_settled(memory, granules);
    if (zero)
        zero_block(block, granules);
    else
        zero_last_granule(block, granules);
    return block;
}

/* The value of the claim of a block's unit, without a tag where no threads are outside; 0: the
   memory has not claimed it. */
static inline uintptr_t memory_claimed(const struct memory *memory, const void *block)
{
    return (uintptr_t)chunk_claimed_by(block, memory);
}

/* A block is free again. `alone` as above. */
static inline __attribute__((always_inline)) void
memory_take_back(struct memory *memory, struct bits *bits, uint64_t bit, size_t bytes, bool alone)
{
    if (!alone) {
        word_set(&bits->free, bit);
        count_out(memory, bytes);
        return;
    }
    size_t before = memory->bytes;
    bits->free |= bit;
    memory->blocks--;
    memory->bytes -= bytes;
    if (OWN_UNLIKELY(before > memory->peak))
        memory->peak = before;
}

/* Whether a thread outside has freed what lies at a granule. */
static inline bool remote_has_freed(const struct remote *remote, size_t index)
{
    return word_load(&remote->freed[index >> 6]) & bit_of(index);
}

/* The bits in which a block of a unit is found live. NULL: none begins at that address. */
static inline struct bits *unit_find(struct unit *unit, const void *block)
{
    uintptr_t at = (uintptr_t)block;
    struct bits *bits = &unit->bits[at / (GRANULE * 64) % (CHUNK_UNIT / GRANULE / 64)];
    uint64_t live = word_load(&bits->start) & ~word_load(&bits->free);
    return at % GRANULE || !(live & bit_of(at >> GRANULE_SHIFT)) ? NULL : bits;
}

/* memory_free where the block lies in a unit that is cut into pages. NULL: none begins there.
   Otherwise the page, for which page_is_due may have to be asked. */
static inline __attribute__((always_inline)) struct page *
memory_free_in_unit(struct memory *memory, struct unit *unit, void *block, bool alone)
{
    uintptr_t at = (uintptr_t)block;
    struct bits *bits = unit_find(unit, block);
    if (OWN_UNLIKELY(!bits) ||
        (!alone && OWN_UNLIKELY(remote_has_freed(unit->remote, at % CHUNK_UNIT >> GRANULE_SHIFT))))
        return NULL;
    struct page *page = unit_page(unit, at);
    size_t bytes = (size_t)page->granules << GRANULE_SHIFT;
    mark_unusable(block, bytes);
    memory_take_back(memory, bits, bit_of(at >> GRANULE_SHIFT), bytes, alone);
    page->avail |= (uint8_t)(1U << at / (GRANULE * 64) % PAGE_WORDS);
    page->used--;
    return page;
}

/* The extent in which a block may lie, whose unit has that claim, without a tag; 0: none. NULL:
   there is no such extent. */
static inline struct extent *memory_extent_of(const struct memory *memory, uintptr_t claimed,
                                              const void *block)
{
    if (claimed)
        return claimed & CLAIM_KINDS ? NULL : (struct extent *)claimed;
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
    uintptr_t claimed = memory_claimed(memory, block);
    if (claimed & CLAIM_UNIT) {
        struct unit *unit = (struct unit *)(claimed - CLAIM_UNIT);
        return unit_find(unit, block)
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
    /* A single block in an extent that is not the first is the end of more than a block. */
    size_t bytes = (size_t)(unsigned char)*memory->end << GRANULE_SHIFT;
    if (memory->bump - bytes != block || (memory->end + 1 == last && memory->extent->older))
        return false;
    memory->peak = max_size(memory->peak, memory_count(memory).bytes);
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
    memory_take_back(memory, bits, bit_of(index), bytes, alone);
    free_push(stock, block, granules, bits, index);
    mark_unusable(block, bytes);
    return true;
}

#endif
