/*
 * page/validate.c - the equations of page.h, checked.
 */
#include "page/page.h"

static void check_page(const struct page *page, bool holds, const char *equation)
{
    require(holds, "page", page, equation);
}

static void check_memory(const struct memory *memory, bool holds, const char *equation)
{
    require(holds, "page", memory, equation);
}

/* Adds up the live blocks of a page. */
static void validate_page(const struct page *page, struct memory_counts *found)
{
    size_t live = 0;
    size_t starts = 0;
    uint64_t avail = 0;
    for (unsigned word = 0; word < PAGE_WORDS; word++) {
        const struct bits *bits = &page_bits(page)[word];
        check_page(page, (bits->free & ~bits->start) == 0, "page: free is a subset of start");
        live += (size_t)__builtin_popcountll(bits->start & ~bits->free);
        starts += (size_t)__builtin_popcountll(bits->start);
        avail |= (uint64_t) !!bits->free << (page->number * PAGE_WORDS + word);
    }
    found->blocks += live;
    found->bytes += live * page->granules << GRANULE_SHIFT;
    if (!page->granules) {
        check_page(page, starts == 0, "no block begins in an empty page");
        return;
    }
    check_page(page, live == page_used(page), "due + relist = live blocks");
    check_page(page, starts == page_capacity(page->granules), "as many blocks begin as fit");
    check_page(page, avail == page->avail, "avail = the words that have a free block");
    check_page(page, !page->relist || page->due > 0, "what is not listed is not due");
}

/* The number of pages in a list; SIZE_MAX: one of them does not belong there. */
static size_t count_pages(const struct page *first, size_t granules)
{
    size_t count = 0;
    for (const struct page *page = first; page; page = page->next) {
        if (page->granules != granules || *page->link != page)
            return SIZE_MAX;
        count++;
    }
    return count;
}

static void validate_lists(const struct memory *memory, size_t listed, size_t empties)
{
    const struct stock *stock = memory->stock;
    size_t found = 0;
    bool right = true;
    for (size_t granules = 1; granules <= PAGE_MOST; granules++) {
        size_t count = count_pages(*page_list(memory->stock, granules), granules);
        right = right && count != SIZE_MAX;
        found += count;
    }
    check_memory(memory, right && found == listed,
                 "a page is in the list of its size, or has left it");
    check_memory(memory, empties == stock->empties && count_pages(stock->empty, 0) == empties,
                 "empties = the empty pages, all in their list");
}

size_t pages_validate(const struct memory *memory, struct memory_counts *found)
{
    size_t chunks = 0;
    size_t listed = 0;
    size_t empties = 0;
    for (const struct unit *unit = memory->stock->unit; unit; unit = unit->next) {
        size_t used = 0;
        for (unsigned i = 0; i < UNIT_PAGES; i++) {
            const struct page *page = &unit->page[i];
            validate_page(page, found);
            used += page->granules != 0;
            listed += page->granules && !page->relist;
        }
        check_memory(memory, used == unit->used, "used = the pages of a unit that are not empty");
        check_memory(memory, *unit->link == unit, "units are linked");
        empties += UNIT_PAGES - used;
        chunks += CHUNK_UNIT + chunk_round(sizeof(*unit));
    }
    validate_lists(memory, listed, empties);
    return chunks;
}
