/*
 * validate_page.c - pages_validate sees each broken equation of page.h.
 */
#include "breach.h"
#include "holder.h"

static struct world {
    struct memory *memory;
    char *paged; /* a live block of three granules in a page */
    char *gone;  /* a freed one in that page */
    char *full;  /* in a page without room */
} world;

static void build(void)
{
    struct memory *memory = world.memory = holder_make(256, 0);

    while (!memory->stock || !memory->stock->unit)
        expect(holder_alloc(memory, 512) != NULL);
    world.paged = holder_alloc(memory, 48);
    world.gone = holder_alloc(memory, 48);
    holder_free(memory, world.gone);
    expect(holder_place(memory, world.paged).page);
    do
        world.full = holder_alloc(memory, 512);
    while (!holder_place(memory, world.full).page || holder_place(memory, world.full).page->avail);
}

static void break_nothing(void)
{
}

static struct place paged(void)
{
    return holder_place(world.memory, world.paged);
}

static void page_used_wrong(void)
{
    paged().page->due++;
}

static void page_block_lost(void)
{
    const struct place place = paged();
    place.bits->free |= bit_of(place.index);
}

static void page_block_revived(void)
{
    const struct place place = paged();
    size_t index = place.index + 3; /* that of `gone` */
    place.unit->bits[index >> 6].free &= ~bit_of(index);
}

static void page_start_added(void)
{
    const struct place place = paged();
    place.bits->start |= bit_of(place.index + 1);
}

static void page_start_lost(void)
{
    const struct place place = paged();
    size_t index = place.index + 3; /* that of `gone` */
    place.unit->bits[index >> 6].start &= ~bit_of(index);
    place.unit->bits[index >> 6].free &= ~bit_of(index);
}

static void page_free_without_start(void)
{
    const struct place place = paged();
    place.bits->free |= bit_of(place.index + 1);
}

static void page_avail_wrong(void)
{
    paged().page->avail ^= UINT64_C(1) << paged().page->number * PAGE_WORDS;
}

static void page_not_listed(void)
{
    struct page *page = paged().page;
    *page->link = page->next;
    if (page->next)
        page->next->link = page->link;
}

static void page_in_wrong_list(void)
{
    struct stock *stock = world.memory->stock;
    stock->page[4] = stock->page[3];
    stock->page[3] = NULL;
    stock->page[4]->link = &stock->page[4];
}

static void page_waits_too_long(void)
{
    struct page *page = holder_place(world.memory, world.full).page;
    page->relist = (uint16_t)page_used(page);
    page->due = 0;
}

static void empties_wrong(void)
{
    world.memory->stock->empties--;
}

static void unit_used_wrong(void)
{
    paged().unit->used++;
}

static void empty_page_has_block(void)
{
    page_bits(world.memory->stock->empty)->start |= 1;
}

static void unit_not_linked(void)
{
    paged().unit->link = &paged().unit->next;
}

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {page_used_wrong, "due + relist = live blocks"},
    {page_block_lost, "due + relist = live blocks"},
    {page_block_revived, "due + relist = live blocks"},
    {page_start_added, "due + relist = live blocks"},
    {page_start_lost, "as many blocks begin as fit"},
    {page_free_without_start, "page: free is a subset of start"},
    {page_avail_wrong, "avail = the words that have a free block"},
    {page_not_listed, "a page is in the list of its size"},
    {page_in_wrong_list, "a page is in the list of its size"},
    {page_waits_too_long, "what is not listed is not due"},
    {empties_wrong, "empties = the empty pages"},
    {empty_page_has_block, "no block begins in an empty page"},
    {unit_used_wrong, "used = the pages of a unit that are not empty"},
    {unit_not_linked, "units are linked"},
};

static void validate(void)
{
    holder_validate(world.memory);
}

START_TEST(validator_names_the_equation)
{
    expect_breach(&breaches[_i], build, validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate_page");
    TCase *equations = add_case(suite, "equations");

    tcase_add_loop_test(equations, validator_names_the_equation, 0,
                        sizeof(breaches) / sizeof(breaches[0]));
    return run_suite(suite);
}
