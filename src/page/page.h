/*
 * page/page.h - the room page: blocks of one size, side by side in a page.
 *
 *   page.c      making and ending pages and their units
 *   tap.[ch]    what stands in front of lists of pages while sites are tracked
 *   validate.c  checks the equations below
 *
 * A page is a piece of a unit, cut into blocks of one size. The records of pages and units lie
 * apart from the units. A memory has pages once it has grown; the lists of them are in its stock
 * (extent/stock.h).
 *
 * Threads: all is for the thread inside of the memory (remote/remote.h). Threads outside read
 * `granules` of a page and the bits of a unit.
 *
 * Equations (pages_validate checks them):
 *
 *   page   due + relist = live blocks; all others have start and free set
 *          an empty page has no bit set
 *          avail has a bit for each word of the page's bits that has a free one
 *          a page that has a free block is in the list of its size; but one that left the list
 *          because it was full, and has a relist, is not listed again before so few are live
 *          of a page behind a tap, due and avail are what page/tap.h says
 *   unit   used = the pages that are not empty
 *   stock  empties = the empty pages, all in their list
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
    uint8_t number;     /* in its unit; PAGE_TAP: it is the front of a tap (page/tap.h) */
};

#define PAGE_TAP 255

static inline bool page_is_tap(const struct page *page)
{
    return page->number == PAGE_TAP;
}

/* The list of the pages of a size. */
static inline struct page **page_list(struct stock *stock, size_t granules)
{
    struct page *first = stock->page[granules];
    return OWN_UNLIKELY(first && page_is_tap(first)) ? &first->next : &stock->page[granules];
}

struct unit {
    char *at;              /* its memory */
    struct remote *remote; /* NULL: there is no thread outside */
    struct unit *next;
    struct unit **link;
    size_t used; /* pages that are not empty */
    struct page page[UNIT_PAGES];
    struct bits bits[CHUNK_UNIT / GRANULE / 64];
};

/* The number of blocks that fit, by their granules: a division takes a dozen cycles. */
extern const uint16_t page_capacities[PAGE_MOST + 1];
static inline size_t page_capacity(size_t granules)
{
    return page_capacities[granules];
}

/* How many blocks are live when a page is listed again of which this part is free. */
static inline size_t page_relist(size_t capacity, size_t part)
{
    return capacity - 1 - capacity / part;
}

/* The number of live blocks. */
static inline size_t page_used(const struct page *page)
{
    return (size_t)page->due + page->relist;
}

/* Those of `bits` that are the page's. */
static inline struct bits *page_bits(const struct page *page)
{
    return &page->bits[page->number * PAGE_WORDS];
}

static inline struct page *unit_page(struct unit *unit, uintptr_t address)
{
    return &unit->page[(address & (CHUNK_UNIT - 1)) / PAGE_BYTES];
}

void pages_end(struct memory *memory);
void unit_put(struct memory *memory, struct unit *unit);
/* Makes a page of blocks of that size, and lists it. NULL: ENOMEM or EDQUOT. */
struct page *page_new(struct memory *memory, size_t granules);
/* A listed page of a size that has a free block, from which one has to be taken. Full ones in front
   of it leave the list. NULL: there is none. */
struct page *page_listed(struct stock *stock, size_t granules);
/* A listed page leaves the list until so few are live, which are less than now. */
static inline void page_unlist(struct page *page, size_t relist)
{
    *page->link = page->next;
    if (page->next)
        page->next->link = page->link;
    page->relist = (uint16_t)relist;
    page->due -= (int32_t)relist;
}
/* To be called when page_is_due: lists the page, or makes it an empty page. True: its unit has been
   given back. */
bool page_retire(struct memory *memory, struct page *page);
/* validate.c: aborts with a sentence if an equation does not hold. Adds up the live blocks. Returns
   the bytes of the chunks of all units and their records. */
size_t pages_validate(const struct memory *memory, struct memory_counts *found);

static inline struct unit *unit_of(claim_value claimed)
{
    return claim_address(claimed);
}

/* A block of a page that has a free one. */
static inline void *page_take(struct page *page)
{
    /* In 32 bits up to the address: of that the compiler makes fewer instructions. */
    uint32_t word = (uint32_t)__builtin_ctzll(page->avail);
    uint32_t from = word * (uint32_t)sizeof(struct bits);
    struct bits *bits = (struct bits *)(void *)((char *)page->bits + from);
    uint64_t free = word_load(&bits->free);
    uint32_t at = word << 10 | (uint32_t)__builtin_ctzll(free) << GRANULE_SHIFT;
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
