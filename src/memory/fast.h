/*
 * memory/fast.h - the shortest paths to a block of a page, or a free block of just the size, and
 * back. Inlined in pool/block.c and part/blocks.c.
 */
#ifndef MEMORY_FAST_H
#define MEMORY_FAST_H

#include "memory/free.h"
#include "memory/page.h"

/* The first block of the list of its size becomes live. */
static inline __attribute__((always_inline)) void *memory_pop(struct stock *stock, size_t granules)
{
    if (OWN_UNLIKELY(granules - 2 > BINS_EXACT - 2))
        return NULL;
    struct free_block **bin = &stock->bin[granules - 1];
    struct free_block *block = *bin;
    if (OWN_UNLIKELY(!block))
        return NULL;
    mark_defined(block, sizeof(*block));
    struct free_block *next = block->next;
    struct extent *extent = block->extent;
    *bin = next;
    if (next) {
        mark_defined(next, GRANULE);
        next->link = bin;
        mark_unusable(next, GRANULE);
    } else {
        stock->present[0] &= ~bit_of(granules - 1);
    }
    size_t index = extent_index(extent, block);
    word_clear(&extent_bits(extent, index)->free, bit_of(index));
    count_live(extent, granules);
    return block;
}

/* memory_alloc where a page of the size has a free block, or a list has one. NULL: nothing has been
   done. */
static inline __attribute__((always_inline)) void *memory_alloc_fast(struct memory *memory,
                                                                     size_t bytes, bool zero)
{
    struct stock *stock = memory->stock;
    if (OWN_UNLIKELY(!stock || bytes - 1 >= PAGE_MOST << GRANULE_SHIFT))
        return NULL;
    size_t granules = ((bytes - 1) >> GRANULE_SHIFT) + 1;
    struct page *page = stock->page[granules];
    char *block = OWN_LIKELY(page != NULL) ? page_take(page) : memory_pop(stock, granules);
    if (OWN_UNLIKELY(!block))
        return NULL;
    count_in(memory, granules << GRANULE_SHIFT);
    mark_undefined(block, granules << GRANULE_SHIFT);
    if (zero)
        memset(block, 0, granules << GRANULE_SHIFT);
    else
        zero_last_granule(block, granules);
    return block;
}

/* memory_alloc at bump, of a memory with threads outside, where nothing else is to be asked first.
   NULL: nothing has been done. */
static inline __attribute__((always_inline)) void *memory_bump_fast(struct memory *memory,
                                                                    size_t bytes, bool zero)
{
    const struct extent *extent = memory->extent;
    size_t index = extent_index(extent, memory->bump);
    if (OWN_UNLIKELY(has_other_source(memory) || outside_waits(memory->outside) ||
                     extent->settled != index || bytes - 1 >= PAGE_MOST << GRANULE_SHIFT))
        return NULL;
    size_t granules = ((bytes - 1) >> GRANULE_SHIFT) + 1;
    if (OWN_UNLIKELY(extent->granules - index < granules))
        return NULL;
    char *block = extent_bump_settled(memory, granules);
    if (zero)
        memset(block, 0, granules << GRANULE_SHIFT);
    else
        zero_last_granule(block, granules);
    return block;
}

/* memory_free where the block lies in a page. NULL: that has been done. Else what to do next: an
   extent of the memory in which the address lies, or the memory itself where there is none. */
static inline __attribute__((always_inline)) void *memory_free_fast(struct memory *memory,
                                                                    void *block)
{
    uintptr_t at = (uintptr_t)block;
    struct claim *claim = chunk_claim_at(block);
    if (OWN_UNLIKELY(!claim || __atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) != memory))
        return extent_has(memory->extent, block) ? (void *)memory->extent : memory;
    uintptr_t claimed = (uintptr_t)__atomic_load_n(&claim->value, __ATOMIC_RELAXED);
    if (OWN_UNLIKELY(!(claimed & CLAIM_UNIT)))
        return !(claimed & CLAIM_LARGE) && extent_has((struct extent *)claimed, block)
                   ? (void *)claimed
                   : memory;
    if (OWN_UNLIKELY(at % GRANULE))
        return memory;
    struct unit *unit = (struct unit *)(claimed - CLAIM_UNIT); /* of a memory without a tag */
    size_t index = at >> GRANULE_SHIFT & (CHUNK_UNIT / GRANULE - 1);
    struct bits *bits = &unit->bits[index >> 6];
    uint64_t free = word_load(&bits->free);
    uint64_t bit = bit_of(index);
    if (OWN_UNLIKELY(!(word_load(&bits->start) & ~free & bit)))
        return memory;
    struct page *page = unit_page(unit, at);
    size_t bytes = (size_t)page->granules << GRANULE_SHIFT;
    mark_unusable(block, bytes);
    count_out(memory, bytes);
    __atomic_store_n(&bits->free, free | bit, __ATOMIC_RELAXED);
    page->avail |= (uint8_t)(1U << (index >> 6) % PAGE_WORDS);
    if (OWN_UNLIKELY(--page->used <= page->relist))
        (void)page_retire(memory, page);
    return NULL;
}

#endif
