/*
 * page/page.h - the room page: blocks of one size, side by side in a page.
 *
 * A page is a piece of a unit. The records of pages and units lie apart from the memory that they
 * describe. Their lists are in the stock of a memory (extent/stock.h), and one thread at a time
 * uses them, that inside of the memory; threads outside read `granules`, and the bits.
 *
 * Equations (page_validate checks them):
 *
 *   page      due + relist = live blocks; all others have start and free set
 *             a page that has a free block is in the list of its size, but one that left the list
 *             because it was full is not listed again before an eighth of it is free
 *             avail has a bit for each word of its bits that has a free block
 *   unit      used = the pages that are not empty; the empty ones are in their list
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "extent/stock.h"

#define PAGE_BYTES ((size_t)8 << 10)
#define PAGE_WORDS (PAGE_BYTES / GRANULE / 64)
#define UNIT_PAGES (CHUNK_UNIT / PAGE_BYTES)

struct page {
    struct page *next;
    struct page **link; /* points here */
    struct bits *bits;  /* those of the unit, of which PAGE_WORDS are the page's */
    char *at;           /* the memory of the unit */
    uint64_t avail;     /* a bit for each of `bits` that has a free block of the page */
    int32_t due;        /* page_retire is called when so many more blocks have been freed; it is
                           below 0 only while what others freed is gathered */
    uint16_t relist;    /* 0: it is listed; else it is listed again when so few are live */
    uint8_t granules;   /* of each block; 0: the page is empty */
    uint8_t number;     /* in its unit */
};

struct unit {
    char *at;              /* its memory */
    struct remote *remote; /* NULL: there is no thread outside */
    struct unit *next;
    struct unit **link;
    size_t used; /* pages that are not empty */
    struct page page[UNIT_PAGES];
    struct bits bits[CHUNK_UNIT / GRANULE / 64];
};

/* The number of blocks that fit. */
static inline size_t page_capacity(size_t granules)
{
    return PAGE_BYTES / GRANULE / granules;
}

/* The number of live blocks. */
static inline size_t page_used(const struct page *page)
{
    return (size_t)page->due + page->relist;
}

static inline struct page *unit_page(struct unit *unit, uintptr_t address)
{
    return &unit->page[(address & (CHUNK_UNIT - 1)) / PAGE_BYTES];
}

void pages_end(struct memory *memory);
void unit_put(struct memory *memory, struct unit *unit);
/* Makes a page of blocks of that size, and lists it. NULL: ENOMEM or EDQUOT. */
struct page *page_new(struct memory *memory, size_t granules);
/* The first listed page of a size that has a free block. Full ones before it leave the list. NULL:
   there is none. */
struct page *page_listed(struct stock *stock, size_t granules);
/* To be called when page_is_due: lists the page, or makes it an empty page. True: its unit has been
   given back. */
bool page_retire(struct memory *memory, struct page *page);
bool page_validate(const struct memory *memory, struct memory_counts *found, size_t *chunks);

static inline struct unit *unit_of(uintptr_t claimed)
{
    return (struct unit *)(claimed & CLAIM_ADDRESS);
}

/* A block of a page that has a free one. */
static inline void *page_take(struct page *page)
{
    unsigned word = (unsigned)__builtin_ctzll(page->avail);
    struct bits *bits = &page->bits[word];
    uint64_t free = word_load(&bits->free);
    size_t at = (size_t)word << 10 | (size_t)(unsigned)__builtin_ctzll(free) << GRANULE_SHIFT;
    free &= free - 1;
    __atomic_store_n(&bits->free, free, __ATOMIC_RELAXED);
    page->due++;
    /* Whether a word becomes full cannot be predicted, so there is no branch for it. */
    page->avail ^= (uint64_t)!free << word;
    return page->at + at;
}

/* Whether page_retire is to be called, after a block was freed. */
static inline bool page_is_due(const struct page *page)
{
    return page->due == 0;
}

/* Frees a block of a page. `index`: its first granule, counted from the unit or from address 0. */
static inline void page_put(struct memory *memory, struct page *page, struct bits *bits,
                            size_t index)
{
    word_set(&bits->free, bit_of(index));
    page->avail |= bit_of(index >> 6);
    page->due--;
    if (OWN_UNLIKELY(page_is_due(page)))
        (void)page_retire(memory, page);
}

#endif
