/*
 * extent/stock.h - the stock of a memory: the lists of what waits to be used again.
 *
 * It is made when it is first needed, and has what the rooms above list too: pages, large blocks.
 */
#ifndef EXTENT_STOCK_H
#define EXTENT_STOCK_H

#include "extent/extent.h"

struct large;
struct page;

#define BINS 80
#define BINS_EXACT 32 /* those for free blocks of one size */
#define PAGE_MOST 32  /* granules of the largest blocks in pages */

struct stock {
    bool lists;                       /* false: memory_unlisted, which has none of these */
    struct page *page[PAGE_MOST + 1]; /* listed pages, by the granules of their blocks */
    struct page *empty;               /* pages without blocks */
    struct unit *unit;                /* all units that are cut into pages */
    size_t empties;                   /* number of empty pages */
    uint64_t present[2];              /* which bins are not empty, or have been; see has_listed */
    struct free_block *bin[BINS];     /* free blocks of settled extents, by size */
    struct extent *extents; /* the newest big extent; the first extent is not among them */
    struct extent *join;    /* the big extent to be joined next; NULL: the newest */
    size_t freed;           /* granules freed in extents that are not big since they were joined */
    claim_value tag;        /* part of the value of each claim, see part/part.h */
    struct large *large;    /* the newest large block */
};

/* The `stock` of a memory that has free blocks but no stock: they are found by their bits. */
extern struct stock memory_unlisted;

static inline bool has_stock(const struct memory *memory)
{
    return memory->stock && memory->stock->lists;
}

static inline bool has_pages(const struct memory *memory)
{
    return memory->stock && memory->stock->unit;
}

/* Whether a list may have a block. Lists that turn out to be empty are not present any more. */
static inline bool has_listed(struct stock *stock)
{
    for (; stock->present[0]; stock->present[0] &= stock->present[0] - 1) {
        if (stock->bin[__builtin_ctzll(stock->present[0])])
            return true;
    }
    return stock->present[1];
}

/* Whether there may be something else than bump that a small block comes from. */
static inline bool has_other_source(const struct memory *memory)
{
    struct stock *stock = memory->stock;
    return stock && (!stock->lists || stock->unit || has_listed(stock));
}

/* Whether a block is the next bytes of the extent in use, without anything else to be asked
   first. */
static inline bool is_open(const struct memory *memory)
{
    return !OWN_DEBUG && !MARKS_ASAN && !memory->outside && !has_other_source(memory);
}

/* Stands in the upper 16 bits of the value of each claim of the memory. */
static inline claim_value memory_tag(const struct memory *memory)
{
    return has_stock(memory) ? memory->stock->tag : 0;
}

/* Makes the stock if there is none. False: ENOMEM or EDQUOT. */
bool stock_make(struct memory *memory);
/* A block is freed: from now on there is something to be looked for. This lists what is free
   already, so it comes before any of its bits are set. errno is kept. */
void stock_want(struct memory *memory);
void stock_end(struct memory *memory);
/* Undoes stock_make after a failure, where it had something to do. errno is kept. */
void stock_drop(struct memory *memory, bool had_stock);
#endif
