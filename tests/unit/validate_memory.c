/*
 * validate_memory.c - the validators see each broken equation of memory.h, extent.h and large.h: of
 * extents that are settled, have a log or were left with one, of free blocks and their lists, and
 * of large blocks. validate_page.c has the equations of page.h, validate_remote.c that of remote.h.
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
} world;

static struct extent *extent_of(const char *block)
{
    return holder_place(world.memory, block).extent;
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
    (void)alloc_next(4000); /* the extent in use has more than one block */
    expect(extent_of(first) == extent_of(world.single) && world.free == world.live + 48);
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
    uintptr_t extent = (uintptr_t)claim_address(chunk_claimed_by(block, world.memory));
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
    world.memory->stock->large->size -= GRANULE;
}

static void large_behind_its_chunk(void)
{
    struct large *large = world.memory->stock->large;
    large->size = large->granted + GRANULE;
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
    {large_behind_its_chunk, "a large block lies in its chunk"},
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
