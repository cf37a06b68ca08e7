/*
 * pages.c - the pages of a memory that has grown: full, listed again, empty, used for another size,
 * and their units, which are given back.
 */
#include "holder.h"

#define KIB ((size_t)1 << 10)
#define PAGE_GRANULES (PAGE_BYTES / GRANULE)
#define MOST 40000

static struct memory *memory;
static void *blocks[MOST];
static size_t live_before;

/* A memory so large that small blocks come from pages. Its blocks are of the largest size that
   pages have, so that nothing that was left of an extent is large enough for one. */
static void setup(void)
{
    live_before = chunk_live_bytes();
    memory = holder_make(256, 0);
    while (!memory->stock || !memory->stock->unit)
        expect(holder_alloc(memory, PAGE_MOST * GRANULE) != NULL);
    holder_validate(memory);
}

static void teardown(void)
{
    holder_validate(memory);
    holder_end(memory);
    expect(chunk_live_bytes() == live_before);
}

static bool is_listed(const struct page *page)
{
    const struct page *listed = memory->stock->page[page->granules];

    while (listed && listed != page)
        listed = listed->next;
    return listed;
}

static struct page *page_of(const void *block)
{
    return holder_place(memory, block).page;
}

/* Blocks of a size, until one lies in a page that none of them lies in yet; all of that page.
   Returns their number. */
static size_t fill_fresh_page(size_t granules)
{
    size_t count = 0;
    size_t bytes = granules << GRANULE_SHIFT;

    do /* what is free in pages so far is used up */
        blocks[0] = holder_alloc(memory, bytes);
    while (!page_of(blocks[0]) || page_used(page_of(blocks[0])) > 1);
    for (count = 1; page_of(blocks[0])->avail; count++) {
        blocks[count] = holder_alloc(memory, bytes);
        expect(page_of(blocks[count]) == page_of(blocks[0]));
    }
    /* A full page leaves its list when the next block of the size is looked for. */
    expect(is_listed(page_of(blocks[0])));
    (void)page_listed(memory->stock, granules);
    return count;
}

static size_t units(void)
{
    size_t count = 0;

    for (const struct unit *unit = memory->stock->unit; unit; unit = unit->next)
        count++;
    return count;
}

START_TEST(page_is_full_and_has_room_again)
{
    struct place place;
    size_t granules = (size_t)_i;
    size_t count = fill_fresh_page(granules);
    struct page *page = page_of(blocks[0]);
    const char *at = page->at + page->number * PAGE_BYTES;

    expect(count == PAGE_GRANULES / granules && page_used(page) == count && !is_listed(page));
    for (size_t i = 0; i < count; i++) {
        char *block = blocks[i];
        expect(block >= at && block + granules * GRANULE <= at + PAGE_BYTES);
        expect((size_t)(block - at) % (granules * GRANULE) == 0);
        expect(!memory_find(memory, block + 1, &place));
        expect(granules == 1 || !memory_find(memory, block + GRANULE, &place));
        memset(block, (int)i, granules * GRANULE);
    }
    for (size_t i = 0; i < count; i++)
        expect(*(unsigned char *)blocks[i] == (unsigned char)i); /* no two overlap */
    size_t freed = 0;
    while (!is_listed(page)) {
        expect(freed <= count / 10); /* a tenth, and one for what is left of the division */
        holder_free(memory, blocks[freed++]);
        expect(!memory_find(memory, blocks[freed - 1], &place));
        holder_validate(memory);
    }
    expect(freed > count / 10);
    for (size_t i = 0; i < freed; i++) { /* those blocks come again, and then it is full */
        void *block = holder_alloc(memory, granules * GRANULE);
        expect(page_of(block) == page);
    }
    (void)page_listed(memory->stock, granules);
    expect(!is_listed(page) && page_used(page) == count);
}
END_TEST

START_TEST(empty_page_serves_another_size)
{
    size_t count = fill_fresh_page(2);
    struct page *page = page_of(blocks[0]);
    void *other = holder_alloc(memory, 2 * GRANULE); /* a page of that size stays */
    size_t empties = memory->stock->empties;

    expect(page_of(other) != page);
    for (size_t i = 0; i < count; i++) {
        expect(page->granules == 2 && memory->stock->empties == empties);
        holder_free(memory, blocks[i]);
    }
    expect(page->granules == 0 && memory->stock->empties == empties + 1);
    for (size_t i = 0; i < count; i++) {
        struct place place;
        expect(!memory_find(memory, blocks[i], &place) && memory_covers(memory, blocks[i]));
    }
    holder_validate(memory);
    void *block;
    do
        block = holder_alloc(memory, 7 * GRANULE);
    while (page_of(block) != page);
    expect(page->granules == 7);
}
END_TEST

START_TEST(last_page_of_a_size_stays)
{
    size_t count = fill_fresh_page(3);
    struct page *page = page_of(blocks[0]);
    size_t listed = 0;

    for (const struct page *at = memory->stock->page[3]; at; at = at->next)
        listed++;
    for (size_t i = 0; i < count; i++)
        holder_free(memory, blocks[i]);
    expect(page->granules == (listed ? 0 : 3));
    expect(memory->stock->page[3] != NULL);
    holder_validate(memory);
}
END_TEST

START_TEST(units_are_given_back)
{
    struct random random;
    size_t before = memory->account.reserved;

    random_seed(&random, 6300);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < MOST; i++)
            blocks[i] = holder_alloc(memory, 1 + random_below(&random, 300));
        holder_validate(memory);
        expect(units() > 50);
        for (size_t i = MOST; i > 0; i--) { /* in random order */
            size_t at = random_below(&random, i);
            holder_free(memory, blocks[at]);
            blocks[at] = blocks[i - 1];
        }
        holder_validate(memory);
        /* Pages that stay: the last of each size, in units of their own, and a reserve of 32. */
        expect(units() <= 20 + 1 + 32 * PAGE_BYTES / CHUNK_UNIT);
        expect(memory->account.reserved < before + 24 * (CHUNK_UNIT + 16 * KIB));
    }
}
END_TEST

/* Where there is no memory for a unit, blocks come from extents as long as these have room. */
START_TEST(blocks_do_without_a_unit)
{
    struct memory_counts counts;
    size_t made = 0;
    void *block;

    chunk_fail_after(1);
    while ((block = holder_alloc(memory, 5 * GRANULE)))
        made++;
    chunk_fail_after(0);
    expect(made > 0 && errno == ENOMEM);
    counts = memory_count(memory);
    holder_validate(memory);
    expect((block = holder_alloc(memory, 5 * GRANULE)) && page_of(block));
    expect(memory_count(memory).blocks == counts.blocks + 1);
}
END_TEST

/* After clear nothing is left of pages, and the memory begins as a small one. */
START_TEST(clear_ends_pages)
{
    for (size_t i = 0; i < 2000; i++)
        expect(holder_alloc(memory, 48) != NULL);
    memory_clear(memory);
    expect(!memory->stock && memory->account.reserved == 256);
    holder_validate(memory);
    void *block = holder_alloc(memory, 48);
    expect(!page_of(block));
}
END_TEST

static void fill(struct memory *grown, size_t bytes)
{
    while (memory_count(grown).bytes < bytes)
        expect(holder_alloc(grown, 112) != NULL);
}

/* What may be about to be freed as a whole is not cut into pages as early. */
START_TEST(memory_that_only_grows_has_pages_later)
{
    struct memory *grown;

    for (size_t first = 4 * KIB; first <= 100 * KIB; first += 4 * KIB) { /* full at many sizes */
        grown = holder_make(first, 0);
        fill(grown, 120 * KIB);
        expect(!has_pages(grown));
        fill(grown, 600 * KIB);
        expect(has_pages(grown));
        holder_end(grown);
    }
    grown = holder_make(256, 0);
    holder_free(grown, holder_alloc(grown, 112));
    fill(grown, 200 * KIB);
    expect(has_pages(grown));
    holder_end(grown);
}
END_TEST

/* With what is freed, the extents of a thread's own part may never be full. */
START_TEST(memory_with_a_tag_need_not_be_full)
{
    struct memory *tagged = holder_make(256, 0);
    size_t reserved;

    expect(memory_set_tag(tagged, 3));
    void *first = holder_alloc(tagged, 112);
    fill(tagged, 20 * KIB);
    holder_free(tagged, first);
    reserved = tagged->extent->granules << GRANULE_SHIFT;
    expect(reserved > 40 * KIB);
    expect(holder_alloc(tagged, 200) != NULL && has_pages(tagged));
    expect(tagged->extent->granules << GRANULE_SHIFT == reserved);
    holder_validate(tagged);
    holder_end(tagged);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pages");
    TCase *pages = add_case(suite, "pages");

    tcase_add_checked_fixture(pages, setup, teardown);
    tcase_add_loop_test(pages, page_is_full_and_has_room_again, 1, PAGE_MOST + 1);
    tcase_add_test(pages, empty_page_serves_another_size);
    tcase_add_test(pages, last_page_of_a_size_stays);
    tcase_add_test(pages, units_are_given_back);
    tcase_add_test(pages, blocks_do_without_a_unit);
    tcase_add_test(pages, clear_ends_pages);
    tcase_add_test(pages, memory_that_only_grows_has_pages_later);
    tcase_add_test(pages, memory_with_a_tag_need_not_be_full);
    return run_suite(suite);
}
