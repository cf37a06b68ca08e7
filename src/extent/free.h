/*
 * extent/free.h - free blocks of extents.
 */
#ifndef EXTENT_FREE_H
#define EXTENT_FREE_H

#include "extent/stock.h"

/* The contents of a free block. A block of a single granule has room for the links only. */
struct free_block {
    struct free_block *next;
    struct free_block **link;
    struct bits *bits; /* of its first granule */
    uint32_t granules;
    uint32_t bit; /* the number of the granule, of which the lowest six bits count */
};

/* The list for free blocks of a size. */
static inline unsigned bin_of(size_t granules)
{
    if (OWN_LIKELY(granules <= BINS_EXACT))
        return (unsigned)granules - 1;
    unsigned power = log2_floor(granules); /* 5 and more */
    size_t bin = BINS_EXACT + (power - 5) * 4 + ((granules >> (power - 2)) & 3);
    return bin < BINS ? (unsigned)bin : BINS - 1;
}

/* Enters a free block, whose bits are set already, into the list of its size. */
static inline void free_push(struct stock *stock, void *memory, size_t granules, struct bits *bits,
                             size_t index)
{
    struct free_block *block = memory;
    unsigned bin = bin_of(granules);
    struct free_block *first = stock->bin[bin];
    mark_undefined(block, granules > 1 ? sizeof(*block) : GRANULE);
    block->next = first;
    block->link = &stock->bin[bin];
    if (granules > 1) {
        block->bits = bits;
        block->granules = (uint32_t)granules;
        block->bit = (uint32_t)index;
    }
    if (first) {
        mark_defined(first, GRANULE);
        first->link = &block->next;
        mark_unusable(first, GRANULE);
    }
    stock->bin[bin] = block;
    stock->present[bin / 64] |= bit_of(bin);
}

/* Whether a block that is freed is joined with its neighbours at once: where larger blocks have no
   other source. Small ones wait as they are. */
static inline bool free_joins(const struct memory *memory, size_t granules)
{
    return granules > BINS_EXACT && !memory->stock->unit;
}

static inline bool is_free(const struct extent *extent, size_t index)
{
    return word_load(&extent_bits(extent, index)->free) & bit_of(index);
}

static inline void clear_start(struct extent *extent, size_t index)
{
    struct bits *bits = extent_bits(extent, index);
    word_clear(&bits->start, bit_of(index));
    word_clear(&bits->free, bit_of(index));
}

/* stock.c: lists all free blocks of a settled extent. */
void free_list_all(struct memory *memory, struct extent *extent);

/* join.c: joins free blocks, if enough were freed since the last time. False: no extent was looked
   through. */
bool free_join(struct memory *memory);
/* Joins all that were freed since, where nothing else is left. */
bool free_join_all(struct memory *memory);

/* free.c: enters a block whose start and free bits are set into the list of its size, if there are
   lists. */
void free_list(struct memory *memory, struct extent *extent, size_t index, size_t granules);
/* Nothing of a big extent is live, which is neither the first nor in use: its free blocks leave the
   lists, and it goes. */
void free_empty(struct memory *memory, struct extent *extent);
/* Takes a free block out of its list. Its bits are the caller's to change. */
void free_unlist(struct memory *memory, struct extent *extent, size_t index, size_t granules);
/* Makes a live block, which is not counted any more, a free block; or moves bump back to it, if it
   is the last. True: its extent has been removed. */
bool free_make(struct memory *memory, struct extent *extent, size_t index, size_t granules);
/* Makes the end of a live block free. */
void free_cut_off(struct memory *memory, struct extent *extent, size_t index, size_t whole,
                  size_t granules);
/* Whether what ends there may go back to bump. Not where threads outside look for the ends of
   blocks: the start behind a live block stays. */
bool free_is_at_bump(const struct memory *memory, const struct extent *extent, size_t end);
/* The free block at `index`, which is in no list and the last, goes back to bump. */
void free_give_to_bump(struct memory *memory, size_t index);
/* Makes so many granules of a free block a live block, and counts it. The free block is the
   smallest that fits, as far as the lists below `bins` tell. NULL: there is none. */
void *free_use(struct memory *memory, size_t granules, unsigned bins);
/* The same with a free block of exactly that size, which is in a list of one size. */
void *free_use_exact(struct memory *memory, size_t granules);
/* Extends the block at `index`, which ends at `end`, into a free block behind it. False: none is
   there, or it is too small. */
bool free_extend(struct memory *memory, struct extent *extent, size_t index, size_t end,
                 size_t granules);
/* The granules of a block of a settled extent. */
size_t free_size(const struct memory *memory, const struct extent *extent, size_t index);
/* The extent of a free block. */
struct extent *free_extent_of(struct memory *memory, const void *block);
/* The bytes of a free block that have its links. They are usable only while they are read or
   written. */
size_t free_marked_bytes(size_t granules);

#endif
