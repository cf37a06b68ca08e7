/*
 * validate_memory.c - memory_validate sees each broken equation of memory.h: of extents that are
 * settled, have a log or were left with one, of free blocks and their lists, of pages and of large
 * blocks.
 */
#include "breach.h"
#include "holder.h"
#include "large/large.h"

#define KIB ((size_t)1 << 10)

/* A memory with everything that has books, and a small one that only makes blocks. */
static struct world {
    struct memory *memory, *small;
    char *live;   /* a block of three granules in an extent that is not in use, between live ones */
    char *free;   /* a free block of forty granules there */
    char *single; /* a free block of a granule there */
    char *paged;  /* a live block of three granules in a page */
    char *gone;   /* a freed one in that page */
    char *full;   /* in a page without room */
} world;

static struct extent *extent_of(const char *block)
{
    return holder_place(world.memory, block).extent;
}

static void build_pages(void)
{
    struct memory *memory = world.memory;

    while (!memory->stock->unit)
        expect(holder_alloc(memory, 512) != NULL);
    world.paged = holder_alloc(memory, 48);
    world.gone = holder_alloc(memory, 48);
    holder_free(memory, world.gone);
    expect(holder_place(memory, world.paged).page);
    do
        world.full = holder_alloc(memory, 512);
    while (!holder_place(memory, world.full).page || holder_place(memory, world.full).page->avail);
}

/* A block at the front of the room of the extent in use. Without a log, others fill first what was
   left of earlier extents. */
static char *alloc_next(size_t bytes)
{
    for (;;) {
        const char *next = world.memory->bump;
        char *block = holder_alloc(world.memory, bytes);
        expect(block != NULL);
        if (block == next)
            return block;
    }
}

static void build(void)
{
    struct memory *memory = world.memory = holder_make(256, 0);

    expect(memory_alloc(memory, 300 * KIB, false) && memory_alloc(memory, 2000 * KIB, false));
    while (!extent_can_go(memory->extent))
        expect(holder_alloc(memory, 4000) != NULL);
    const char *first = alloc_next(4000);
    world.live = alloc_next(48);
    world.free = alloc_next(640);
    const char *between = alloc_next(48);
    world.single = alloc_next(16);
    expect(alloc_next(48) == world.single + 16 && between == world.free + 640);
    for (const struct extent *extent = memory->extent; extent == memory->extent;)
        expect(holder_alloc(memory, 4000) != NULL);
    expect(extent_of(first) == extent_of(world.single) && world.free == world.live + 48);
    build_pages();
    holder_free(memory, world.free);
    holder_free(memory, world.single);
    extent_settle(memory);
    world.small = holder_make(512, 0);
    for (int i = 0; i < 80; i++) /* more than an extent has room for */
        expect(holder_alloc(world.small, 48) != NULL);
    expect(world.small->extent->older != NULL);
}

/* Bits of a granule of a block in an extent. */
static struct bits *bits_of(const char *block)
{
    uintptr_t extent = (uintptr_t)chunk_claimed_by(block, world.memory) & CLAIM_ADDRESS;
    return extent_bits((void *)extent, extent_index((void *)extent, block));
}

static uint64_t bit(const char *block)
{
    return bit_of((uintptr_t)block % CHUNK_UNIT / GRANULE);
}

static struct free_block *links_of(char *block)
{
    struct free_block *links = (void *)block;
    mark_defined(links, sizeof(*links));
    return links;
}

static void break_nothing(void)
{
}

static void start_in_front(void)
{
    extent_bits(world.memory->extent, 0)->start |= 1;
}

static void start_behind_bump(void)
{
    struct extent *extent = world.memory->extent;
    size_t index = extent_index(extent, world.memory->bump);
    extent_bits(extent, index)->start |= bit_of(index);
}

static void free_without_start(void)
{
    bits_of(world.live + 16)->free |= bit(world.live + 16);
}

static void start_added(void)
{
    bits_of(world.live + 16)->start |= bit(world.live + 16);
}

static void start_lost(void)
{
    bits_of(world.live)->start &= ~bit(world.live);
}

static void first_start_lost(void)
{
    struct extent *extent = world.memory->extent;
    size_t first = extent_first_index(extent);
    extent_bits(extent, first)->start &= ~bit_of(first);
}

static void witness_wrong(void)
{
    extent_big(extent_of(world.live))->witness++;
}

static void witness_lost(void)
{
    extent_big(extent_of(world.live))->witness = 0;
}

static void blocks_wrong(void)
{
    world.memory->blocks++;
}

static void bytes_wrong(void)
{
    world.memory->bytes -= GRANULE;
}

static void live_block_seems_free(void)
{
    bits_of(world.live)->free |= bit(world.live);
    world.memory->blocks--;
    world.memory->bytes -= 48;
}

static void bump_behind_end(void)
{
    world.memory->bump = extent_end(world.memory->extent) + GRANULE;
    world.memory->extent->settled = (uint32_t)world.memory->extent->granules + 1;
}

static void settled_wrong(void)
{
    world.memory->extent->settled--;
}

static void without_bits(void)
{
    struct memory *memory = world.small;

    extent_settle(memory);
    memory->end = NULL;
    memory->bump = extent_address(memory->extent, extent_first_index(memory->extent));
    memory->extent->settled = 0;
}

static void open_though_blocks_wait(void)
{
    world.memory->end = extent_end(world.memory->extent);
}

static void log_wrong(void)
{
    if (world.small->end)
        ++*world.small->end;
    else /* in builds without a log */
        world.small->extent->settled--;
}

static void log_left_wrong(void)
{
    struct extent *older = world.small->extent->older;

    if (!older->settled)
        extent_left(older)->used++;
    else
        world.small->extent->settled--;
}

static void list_seems_empty(void)
{
    world.memory->stock->present[0] = 0;
    world.memory->stock->present[1] = 0;
}

static void list_seems_used(void)
{
    world.memory->stock->present[1] |= bit_of(BINS - 1);
}

static void free_block_lost(void)
{
    struct free_block *links = links_of(world.free);

    *links->link = links->next;
    if (links->next)
        links->next->link = links->link;
    if (!world.memory->stock->bin[0])
        return;
    for (unsigned bin = 0; bin < BINS; bin++) {
        if (!world.memory->stock->bin[bin])
            world.memory->stock->present[bin / 64] &= ~bit_of(bin);
    }
}

static void single_block_lost(void)
{
    struct free_block *links = (struct free_block *)(void *)world.single;
    mark_defined(links, GRANULE);
    *links->link = NULL;
    world.memory->stock->present[0] &= ~UINT64_C(1);
}

static void size_of_free_block_wrong(void)
{
    links_of(world.free)->granules--;
}

static void bits_of_free_block_wrong(void)
{
    links_of(world.free)->bits++;
}

static void bit_of_free_block_wrong(void)
{
    links_of(world.free)->bit++;
}

static void link_of_free_block_wrong(void)
{
    links_of(world.free)->link = &links_of(world.free)->next;
}

static void large_list_broken(void)
{
    world.memory->stock->large->older->newer = NULL;
}

static void large_block_lost(void)
{
    world.memory->stock->large = world.memory->stock->large->older;
}

static void large_size_wrong(void)
{
    world.memory->stock->large->size += GRANULE;
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

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {start_in_front, "no bit in front of the first granule"},
    {start_behind_bump, "nor at or behind bump"},
    {free_without_start, "free is a subset of start"},
    {start_added, "blocks = "},
    {start_lost, "blocks = "},
    {first_start_lost, "blocks begin at the first granule"},
    {witness_wrong, "big: witness is the start of a live block"},
    {witness_lost, "big: witness is the start of a live block"},
    {blocks_wrong, "blocks = "},
    {bytes_wrong, "bytes = "},
    {live_block_seems_free, "each free block is in the list of its size"},
    {bump_behind_end, "bump is not behind its end"},
    {settled_wrong, "up to bump"},
    {without_bits, "without a log there are bits"},
    {open_though_blocks_wait, "end is NULL where free blocks wait"},
    {log_wrong, "the sum of the log = the granules up to bump"},
    {log_left_wrong, "the sum of the log = "},
    {list_seems_empty, "each free block is in the list of its size"},
    {list_seems_used, "each free block is in the list of its size"},
    {free_block_lost, "each free block is in the list of its size"},
    {single_block_lost, "each free block is in the list of its size"},
    {size_of_free_block_wrong, "each free block is in the list of its size"},
    {bits_of_free_block_wrong, "each free block is in the list of its size"},
    {bit_of_free_block_wrong, "each free block is in the list of its size"},
    {link_of_free_block_wrong, "each free block is in the list of its size"},
    {large_list_broken, "large ones are linked"},
    {large_block_lost, "blocks = "},
    {large_size_wrong, "bytes = "},
    {page_used_wrong, "used = live blocks"},
    {page_block_lost, "used = live blocks"},
    {page_block_revived, "used = live blocks"},
    {page_start_added, "used = live blocks"},
    {page_free_without_start, "used = live blocks"},
    {page_avail_wrong, "a page is listed where it has free blocks"},
    {page_not_listed, "a page is listed where it has free blocks"},
    {page_in_wrong_list, "a page is listed where it has free blocks"},
    {page_waits_too_long, "a page is listed where it has free blocks"},
    {empties_wrong, "a page is listed where it has free blocks"},
    {unit_used_wrong, "a page is listed where it has free blocks"},
};

static void validate(void)
{
    holder_validate(world.small);
    holder_validate(world.memory);
}

START_TEST(validator_names_the_equation)
{
    expect_breach(&breaches[_i], build, validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate_memory");
    TCase *equations = add_case(suite, "equations");

    tcase_add_loop_test(equations, validator_names_the_equation, 0,
                        sizeof(breaches) / sizeof(breaches[0]));
    return run_suite(suite);
}
