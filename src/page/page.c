/*
 * page/page.c - pages: blocks of one size, once the memory has grown.
 *
 * A page is a piece of a unit, cut into blocks of one size, up to 512 bytes. Its state is which of
 * its blocks are free, in bits that lie apart from the unit: allocating finds the first bit that is
 * set, freeing sets one, and nothing is ever joined. A page that became full is listed again when
 * a tenth of it is free (a fifth while sites are tracked), so that it does not enter and leave the
 * list with each block. A unit is given back when all its pages are empty and enough others are.
 * (Free lists by size and page: Leijen, Zorn and de Moura, "Mimalloc: free list sharding in
 * action", 2019; bitmaps beside the memory: Evans, "A scalable concurrent malloc implementation for
 * FreeBSD", 2006.)
 */
#include "page/page.h"

#include "page/tap.h"
#include "remote/remote.h"

#include <errno.h>

#define RELIST_PART 10
#define EMPTIES_KEPT 8 /* pages, so that a unit does not come and go */

#define FITS(granules) PAGE_BYTES / GRANULE / (granules)
#define FITS_4(from) FITS(from), FITS((from) + 1), FITS((from) + 2), FITS((from) + 3)
const uint16_t page_capacities[PAGE_MOST + 1] = {
    0, FITS_4(1), FITS_4(5), FITS_4(9), FITS_4(13), FITS_4(17), FITS_4(21), FITS_4(25), FITS_4(29)};

static void list_page(struct page **head, struct page *page)
{
    page->next = *head;
    page->link = head;
    if (page->next)
        page->next->link = &page->next;
    *head = page;
}

static void take_page(struct page *page)
{
    *page->link = page->next;
    if (page->next)
        page->next->link = page->link;
}

struct page *page_listed(struct stock *stock, size_t granules)
{
    struct page *page = stock->page[granules];
    if (OWN_UNLIKELY(page && page_is_tap(page)) && (page = tap_front(tap_of(page))))
        return page;
    struct page **list = page_list(stock, granules);
    while ((page = *list) && !page->avail)
        page_unlist(page, page_relist(page_capacity(granules), RELIST_PART));
    return page;
}

static struct unit *unit_at(struct page *page)
{
    return (struct unit *)(void *)((char *)(page - page->number) - offsetof(struct unit, page));
}

void unit_put(struct memory *memory, struct unit *unit)
{
    if (unit->remote)
        remote_end(memory->account.limit, unit->remote);
    account_put(&memory->account, unit->at, CHUNK_UNIT);
    account_put(&memory->account, unit, sizeof(*unit));
}

/* A unit whose pages are all empty goes. */
static void unit_end(struct memory *memory, struct unit *unit)
{
    struct stock *stock = memory->stock;
    for (unsigned i = 0; i < UNIT_PAGES; i++)
        take_page(&unit->page[i]);
    stock->empties -= UNIT_PAGES;
    *unit->link = unit->next;
    if (unit->next)
        unit->next->link = unit->link;
    chunk_unclaim(unit->at, CHUNK_UNIT);
    if (!unit->remote || outside_may_end(memory->outside, unit->remote))
        unit_put(memory, unit);
}

static bool unit_new(struct memory *memory)
{
    struct stock *stock = memory->stock;
    size_t granted;
    struct unit *unit = account_get(&memory->account, sizeof(*unit), &granted);
    char *at = unit ? account_get(&memory->account, CHUNK_UNIT, &granted) : NULL;
    struct remote *remote = NULL;
    bool done = at && (!memory->outside || (remote = remote_new(memory->account.limit, NULL, unit,
                                                                CHUNK_UNIT / GRANULE)));
    claim_value claimed = claim_of(unit) | CLAIM_UNIT | stock->tag;
    if (done) { /* it is whole before threads outside can find it */
        unit->remote = remote;
        memset(unit->bits, 0, sizeof(unit->bits));
        for (unsigned i = 0; i < UNIT_PAGES; i++)
            unit->page[i] = (struct page){.bits = unit->bits, .at = at, .number = (uint8_t)i};
    }
    if (done && !chunk_claim(at, CHUNK_UNIT, memory, claimed))
        done = false;
    if (!done) {
        if (remote)
            remote_end(memory->account.limit, remote);
        if (at)
            account_put_failed(&memory->account, at, CHUNK_UNIT);
        if (unit)
            account_put_failed(&memory->account, unit, sizeof(*unit));
        return false;
    }
    unit->at = at;
    unit->used = 0;
    unit->next = stock->unit;
    unit->link = &stock->unit;
    if (unit->next)
        unit->next->link = &unit->next;
    stock->unit = unit;
    for (unsigned i = UNIT_PAGES; i-- > 0;)
        list_page(&stock->empty, &unit->page[i]);
    stock->empties += UNIT_PAGES;
    mark_unusable(at, CHUNK_UNIT);
    return true;
}

/* The starts in a word of a page whose blocks have so many granules; the first block of the word
   begins at `first`. */
static uint64_t starts_of(size_t granules, size_t first)
{
    uint64_t starts = 1;
    for (size_t step = granules; step < 64; step *= 2)
        starts |= starts << step;
    return starts << first;
}

struct page *page_new(struct memory *memory, size_t granules)
{
    struct stock *stock = memory->stock;
    if (!stock->empty && !unit_new(memory))
        return NULL;
    struct page *page = stock->empty;
    take_page(page);
    stock->empties--;
    unit_at(page)->used++;
    __atomic_store_n(&page->granules, (uint8_t)granules, __ATOMIC_RELAXED);
    page->due = 0;
    page->relist = 0;
    page->avail = 0;
    /* The last block begins in the last word, since a block is at most half a word. */
    size_t last = (page_capacity(granules) - 1) * granules;
    size_t first = 0;
    for (unsigned word = 0; word < PAGE_WORDS; word++) {
        uint64_t starts = starts_of(granules, first);
        if (word == PAGE_WORDS - 1)
            starts &= UINT64_MAX >> (63 - (last & 63));
        first = (first + granules - 64 % granules) % granules;
        /* Free first: to threads outside no block lives yet. */
        __atomic_store_n(&page_bits(page)[word].free, starts, __ATOMIC_RELAXED);
        __atomic_store_n(&page_bits(page)[word].start, starts, __ATOMIC_RELEASE);
        page->avail |= UINT64_C(1) << (page->number * PAGE_WORDS + word);
    }
    list_page(page_list(stock, granules), page);
    return page;
}

/* Its blocks are no blocks any more. */
static bool empty_page(struct memory *memory, struct page *page)
{
    struct stock *stock = memory->stock;
    struct unit *unit = unit_at(page);
    take_page(page);
    for (unsigned word = 0; word < PAGE_WORDS; word++) {
        __atomic_store_n(&page_bits(page)[word].start, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&page_bits(page)[word].free, 0, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&page->granules, 0, __ATOMIC_RELAXED);
    list_page(&stock->empty, page);
    stock->empties++;
    if (--unit->used > 0 || stock->empties < EMPTIES_KEPT)
        return false;
    unit_end(memory, unit);
    return true;
}

bool page_retire(struct memory *memory, struct page *page)
{
    struct page *first = memory->stock->page[page->granules];
    if (OWN_UNLIKELY(first && page_is_tap(first)) && tap_goes_on(tap_of(first), page))
        return false;
    struct page **head = page_list(memory->stock, page->granules);
    if (page->relist) {
        page->due = (int32_t)page_used(page);
        page->relist = 0;
        list_page(head, page);
    }
    /* The only one of its size is kept. */
    return page->due == 0 && (*head != page || page->next) && empty_page(memory, page);
}

void pages_end(struct memory *memory)
{
    taps_end(memory->stock);
    for (struct unit *unit = memory->stock->unit, *next; unit; unit = next) {
        next = unit->next;
        chunk_unclaim(unit->at, CHUNK_UNIT);
        unit_put(memory, unit);
    }
}
