/*
 * validate_pool.c - pool_validate sees each broken equation of pool.h, and the default misuse
 * handler reports it and aborts.
 */
#include "breach.h"
#include "ledger/index.h"
#include "pool/holes.h"

#define KIB ((size_t)1 << 10)

/* A pool with everything that has books. */
static struct world {
    own_pool *pool, *child, *other;
    char *single; /* a hole of one granule, between live blocks */
    char *hole;   /* one of eight granules */
    char *third;  /* another of eight, in front of it in their bin */
    char *middle; /* a live block of three granules */
    char *quick;  /* a freed block that waits for the next of its size */
    char *last;   /* a live block in front of bump */
} world;

#define QUICK_GRANULES 4

static const own_type thing_type = {.name = "thing", .size = sizeof(own_object)};

static void do_nothing(void *unused)
{
    (void)unused;
}

/* A block of the extent in use, behind all others. */
static char *block_at_bump(size_t size)
{
    for (;;) {
        char *end = world.pool->bump;
        char *block = (char *)own_alloc(world.pool, 1, size);
        expect(block != NULL);
        if (block == end)
            return block;
    }
}

/* A block of the extent in use, with another behind it, so that its end can become a hole. */
static char *block_before_another(size_t size)
{
    char *block = block_at_bump(size);

    block_at_bump(GRANULE);
    return block;
}

static char *end_becomes_hole(char *block)
{
    expect(own_realloc(world.pool, block, 1, GRANULE) == block);
    return block + GRANULE;
}

static void build(void)
{
    own_pool *pool = new_root();

    world = (struct world){.pool = pool, .other = new_root()};
    expect(own_pool_set_name(pool, "%s", "broken") == 0);
    for (int i = 0; i < 4; i++)
        expect(own_alloc(pool, 1, 20 * KIB) != NULL);
    expect(own_alloc(pool, 1, 300 * KIB) && own_alloc(pool, 1, 2000 * KIB));
    block_at_bump(GRANULE);
    world.single = block_before_another(GRANULE + 16);
    world.hole = block_before_another(GRANULE + 128);
    world.third = block_before_another(GRANULE + 128);
    world.middle = block_at_bump(48);
    world.quick = block_at_bump(QUICK_GRANULES * GRANULE);
    world.last = block_at_bump(128);
    world.single = end_becomes_hole(world.single);
    world.hole = end_becomes_hole(world.hole);
    world.third = end_becomes_hole(world.third);
    expect(own_free(pool, world.quick) == 0);
    expect(has_bins(pool) && quick_count(pool) == 1);
    for (int i = 0; i < 20; i++)
        expect(own_new(pool, &thing_type) && own_defer(pool, do_nothing, NULL) == 0);
    expect(own_new(world.other, &thing_type) != NULL);
    expect((world.child = own_pool_new(pool)) && own_defer(world.child, do_nothing, NULL) == 0);
}

static size_t index_of(const void *block)
{
    return extent_index(world.pool->extent, block);
}

static struct bits *bits_of(const char *block)
{
    return extent_bits(world.pool->extent, index_of(block));
}

static uint64_t bit(const char *block)
{
    return bit_of(index_of(block));
}

static struct hole *hole_at(char *address)
{
    struct hole *hole = (struct hole *)(void *)address;

    mark_defined(hole, sizeof(*hole));
    return hole;
}

static void break_nothing(void)
{
}

static void start_behind_bump(void)
{
    bits_of(world.pool->bump)->start |= bit(world.pool->bump);
}

static void hole_in_front(void)
{
    extent_bits(world.pool->extent, 0)->hole |= 1;
}

static void start_far_behind_bump(void)
{
    extent_bits(world.pool->extent, world.pool->extent->granules - 1)->start |=
        bit_of(world.pool->extent->granules - 1);
}

static void bump_behind_end(void)
{
    world.pool->bump = extent_end(world.pool->extent) + GRANULE;
}

static void first_start_lost(void)
{
    size_t first = extent_first_index(world.pool->extent);
    extent_bits(world.pool->extent, first)->start &= ~bit_of(first);
}

static void start_lost(void)
{
    bits_of(world.last)->start &= ~bit(world.last);
}

static void start_added(void)
{
    bits_of(world.last + GRANULE)->start |= bit(world.last + GRANULE);
}

static void mark_inside_block(void)
{
    bits_of(world.middle + GRANULE)->hole |= bit(world.middle + GRANULE);
}

static void mark_inside_hole(void)
{
    bits_of(world.hole + 64)->hole |= bit(world.hole + 64);
}

static void end_mark_lost(void)
{
    bits_of(world.hole + 112)->hole &= ~bit(world.hole + 112);
}

static void hole_split(void)
{
    bits_of(world.hole + 48)->hole |= bit(world.hole + 48);
    bits_of(world.hole + 64)->start |= bit(world.hole + 64);
    bits_of(world.hole + 64)->hole |= bit(world.hole + 64);
}

static void hole_before_bump(void)
{
    bits_of(world.last)->hole |= bit(world.last);
    bits_of(world.last + 112)->hole |= bit(world.last + 112);
}

static void blocks_wrong(void)
{
    world.pool->blocks++;
}

static void bytes_wrong(void)
{
    world.pool->bytes -= GRANULE;
}

static void last_block_uncounted(void)
{
    world.pool->counted = (uint32_t)index_of(world.last);
    world.pool->bytes -= (size_t)(world.pool->bump - world.last);
    world.pool->blocks--;
}

static void reserved_wrong(void)
{
    world.pool->account.reserved += 256;
}

static void children_wrong(void)
{
    world.pool->ledger.children--;
}

static void ring_broken(void)
{
    world.pool->ledger.newest->older->newer = world.pool->ledger.newest->older;
}

static void parent_wrong(void)
{
    world.child->entry.owner = world.other;
}

static void child_not_held(void)
{
    world.child->object.state %= STATE_HELD_ONE;
}

/* In a chain of a few nodes those are counted that are there. */
static void held_node_lost(void)
{
    struct entry *newest = world.other->ledger.newest;
    expect(!entry_is_child(newest) && !entry_node(newest)->call);
    world.other->ledger.index = NULL;
    world.pool = world.other;
}

static void deferred_node_lost(void)
{
    struct entry *newest = world.child->ledger.newest;
    expect(!entry_is_child(newest) && entry_node(newest)->call);
    world.child->ledger.index = NULL;
    world.pool = world.child;
}

/* A hash keeps count: first of what is held, then of what is deferred. */
static size_t *hash_counts(void)
{
    struct record *record = index_record(&world.pool->ledger);
    expect(record != NULL);
    return &record->counts.held;
}

static void held_wrong(void)
{
    hash_counts()[0]++;
}

static void deferred_wrong(void)
{
    hash_counts()[1]++;
}

static void large_list_broken(void)
{
    world.pool->large->older->newer = NULL;
}

static void holes_wrong(void)
{
    world.pool->holes++;
}

static void hole_size_wrong(void)
{
    hole_at(world.hole)->granules = 7;
}

static void hole_previous_wrong(void)
{
    hole_at(world.third)->previous = hole_at(world.single);
}

static void hole_lost(void)
{
    hole_at(world.third)->next = NULL;
}

static void hole_elsewhere(void)
{
    hole_at(world.third)->next = (struct hole *)(void *)world.other;
}

static void block_as_hole(void)
{
    hole_at(world.third)->next = (struct hole *)(void *)world.last;
}

static void bin_seems_empty(void)
{
    world.pool->bins->shelf[SMALL_BLOCKS].present[0] &= ~UINT64_C(1);
}

static void bin_of_wrong_kind(void)
{
    struct shelf *shelf = world.pool->bins->shelf;
    struct shelf small = shelf[SMALL_BLOCKS];
    shelf[SMALL_BLOCKS] = shelf[BIG_BLOCKS];
    shelf[BIG_BLOCKS] = small;
}

static void quick_count_wrong(void)
{
    world.pool->bins->quick[QUICK_GRANULES].room++;
}

static void quick_block_lost(void)
{
    hole_at(world.quick)->next = NULL;
    world.pool->bins->quick[QUICK_GRANULES].first = NULL;
}

static void quick_block_of_wrong_size(void)
{
    struct quick *quick = world.pool->bins->quick;
    quick[QUICK_GRANULES + 1] = quick[QUICK_GRANULES];
    quick[QUICK_GRANULES] = (struct quick){.first = NULL};
}

static void recent_of_another_pool(void)
{
    world.pool->bins->recent[RECENT - 1] = &world.other->first;
}

static void recent_inside_extent(void)
{
    world.pool->bins->recent[0] = (struct extent *)(void *)world.middle;
}

static void rule_broken(void)
{
    own_decref(world.child);
}

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {start_behind_bump, "no bit in front of the first block, nor at or behind bump"},
    {start_far_behind_bump, "no bit in front of the first block, nor at or behind bump"},
    {hole_in_front, "no bit in front of the first block, nor at or behind bump"},
    {bump_behind_end, "bump is not behind"},
    {first_start_lost, "blocks and holes lie side by side"},
    {start_lost, "blocks = starts"},
    {start_added, "blocks = starts"},
    {mark_inside_block, "only the first and the last granule of a hole are marked"},
    {mark_inside_hole, "only the first and the last granule of a hole are marked"},
    {end_mark_lost, "every hole is in the bin"}, /* it looks like a quick block then */
    {hole_split, "no hole is beside another"},
    {hole_before_bump, "no hole is in front of bump"},
    {blocks_wrong, "blocks = starts"},
    {bytes_wrong, "bytes = "},
    {last_block_uncounted, "there are no uncounted blocks where holes come first"},
    {reserved_wrong, "reserved = "},
    {children_wrong, "children = "},
    {ring_broken, "the ledger is a ring"},
    {parent_wrong, "owner = that of the ledger"},
    {child_not_held, "a child is held"},
    {held_node_lost, "held = "},
    {deferred_node_lost, "deferred = "},
    {held_wrong, "held = "},
    {deferred_wrong, "deferred = "},
    {large_list_broken, "large blocks are a list"},
    {holes_wrong, "every hole is in the bin"},
    {hole_size_wrong, "every hole is in the bin"},
    {hole_previous_wrong, "every hole is in the bin"},
    {hole_lost, "every hole is in the bin"},
    {hole_elsewhere, "every hole is in the bin"},
    {block_as_hole, "every hole is in the bin"},
    {bin_seems_empty, "every hole is in the bin"},
    {bin_of_wrong_kind, "every hole is in the bin"},
    {quick_count_wrong, "every hole is in the bin"},
    {quick_block_lost, "every hole is in the bin"},
    {quick_block_of_wrong_size, "every hole is in the bin"},
    {recent_of_another_pool, "where blocks were freed last"},
    {recent_inside_extent, "where blocks were freed last"},
    {rule_broken, "libown: own_decref: "},
};
#define BREACHES (sizeof(breaches) / sizeof(breaches[0]))

static void validate(void)
{
    pool_validate(world.pool);
}

START_TEST(validator_names_the_equation)
{
    expect_breach(&breaches[_i], build, validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate_pool");
    TCase *equations = add_case(suite, "equations");

    tcase_add_loop_test(equations, validator_names_the_equation, 0, BREACHES);
    return run_suite(suite);
}
