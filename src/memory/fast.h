/*
 * memory/fast.h - the shortest path to a block of a page and back. Inlined in own_alloc_slow,
 * own_free and parts_alloc.
 */
#ifndef MEMORY_FAST_H
#define MEMORY_FAST_H

#include "memory/extent.h"

/* memory_alloc where a page of the size has a free block. NULL: nothing has been done. */
static inline void *memory_alloc_fast(struct memory *memory, size_t bytes, bool zero)
{
    struct stock *stock = memory->stock;
    if (OWN_UNLIKELY(!stock || bytes - 1 >= PAGE_MOST << GRANULE_SHIFT))
        return NULL;
    size_t granules = ((bytes - 1) >> GRANULE_SHIFT) + 1;
    struct page *page = stock->page[granules];
    if (OWN_UNLIKELY(!page))
        return NULL;
    char *block = page_take(page);
    count_in(memory, granules << GRANULE_SHIFT);
    mark_undefined(block, granules << GRANULE_SHIFT);
    if (zero)
        memset(block, 0, granules << GRANULE_SHIFT);
    else
        zero_last_granule(block, granules);
    return block;
}

/* memory_free of a block in a page. False: nothing has been done. */
static inline bool memory_free_fast(struct memory *memory, void *block)
{
    uintptr_t at = (uintptr_t)block;
    struct claim *claim = chunk_claim_at(block);
    if (OWN_UNLIKELY(!claim || __atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) != memory))
        return false;
    uintptr_t claimed = (uintptr_t)__atomic_load_n(&claim->value, __ATOMIC_RELAXED);
    if (OWN_UNLIKELY(!(claimed & CLAIM_UNIT)))
        return false;
    struct unit *unit = unit_of(claimed);
    struct bits *bits = &unit->bits[at >> (GRANULE_SHIFT + 6) & (CHUNK_UNIT / GRANULE / 64 - 1)];
    size_t index = at >> GRANULE_SHIFT;
    uint64_t live = word_load(&bits->start) & ~word_load(&bits->free) & bit_of(index);
    if (OWN_UNLIKELY(!live || at % GRANULE))
        return false;
    struct page *page = &unit->page[(at & (CHUNK_UNIT - 1)) / PAGE_BYTES];
    size_t bytes = (size_t)page->granules << GRANULE_SHIFT;
    mark_unusable(block, bytes);
    count_out(memory, bytes);
    page_put(memory, page, bits, index);
    return true;
}

#endif
