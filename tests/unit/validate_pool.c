/*
 * validate_pool.c - pool_validate sees each broken equation of pool.h, ledger.h and part.h in a
 * pool of one thread and in one of several, and the default misuse handler reports it and aborts.
 * validate_memory.c has the equations of memory.h.
 */
#include "breach.h"
#include "large/large.h"
#include "ledger/index.h"
#include "pool/pool.h"

#define KIB ((size_t)1 << 10)

/* A pool with everything that has books, and a shared one. */
static struct world {
    own_pool *pool, *child, *other, *shared;
} world;

static const own_type thing_type = {.name = "thing", .size = sizeof(own_object)};

static void do_nothing(void *unused)
{
    (void)unused;
}

static void fill(own_pool *pool)
{
    for (int i = 0; i < 4; i++)
        expect(own_alloc(pool, 1, 20 * KIB) != NULL);
    expect(own_alloc(pool, 1, 300 * KIB) && own_alloc(pool, 1, 2000 * KIB));
    for (int i = 0; i < 20; i++)
        expect(own_new(pool, &thing_type) && own_defer(pool, do_nothing, NULL) == 0);
    expect(own_adopt(pool, malloc(100), 100, free) == 0);
}

static void build(void)
{
    own_pool_options options = {.limit = 64 * KIB * KIB};
    own_pool *pool = own_pool_create(NULL, &options);

    world = (struct world){.pool = pool, .other = new_root()};
    world.shared = own_pool_create(NULL, &options);
    expect(world.pool && world.shared);
    expect(own_pool_set_name(pool, "%s", "broken") == 0);
    expect(own_pool_set_name(world.shared, "%s", "shared") == 0);
    fill(pool);
    fill(world.shared);
    expect(own_new(world.other, &thing_type) != NULL);
    expect((world.child = own_pool_new(pool)) && own_defer(world.child, do_nothing, NULL) == 0);
    expect(own_pool_new(world.shared) && own_share(world.shared) == 0);
    fill(world.shared);
}

static struct guard *guard(void)
{
    return part_guard(&world.shared->part);
}

static void break_nothing(void)
{
}

static void blocks_wrong(void)
{
    world.pool->part.memory.blocks++;
}

static void reserved_wrong(void)
{
    pool_account(world.pool)->reserved += 256;
}

static void reserved_too_small(void)
{
    pool_account(world.pool)->reserved -= 256;
}

static void used_too_small(void)
{
    limit_subtract(pool_limit(world.pool), usage_of(world.child).reserved + 101);
}

static void foreign_not_used(void)
{
    limit_subtract(pool_limit(world.pool), usage_of(world.child).reserved + 1);
}

static void children_wrong(void)
{
    world.pool->part.ledger.children--;
}

static void ring_broken(void)
{
    struct ledger *ledger = &world.pool->part.ledger;
    ledger->newest->older->newer = ledger->newest->older;
}

static void parent_wrong(void)
{
    world.child->entry.owner = &world.other->part;
}

static void child_not_held(void)
{
    world.child->object.state %= STATE_HELD_ONE;
}

/* In a chain of a few nodes those are counted that are there. */
static void held_node_lost(void)
{
    struct ledger *ledger = &world.other->part.ledger;
    expect(!entry_is_child(ledger->newest) && !entry_node(ledger->newest)->call);
    ledger->index = NULL;
    world.pool = world.other;
}

static void deferred_node_lost(void)
{
    struct ledger *ledger = &world.child->part.ledger;
    expect(!entry_is_child(ledger->newest) && entry_node(ledger->newest)->call);
    ledger->index = NULL;
    world.pool = world.child;
}

/* A record keeps count: first of what is held, then of what is deferred. */
static size_t *hash_counts(void)
{
    struct record *record = index_record(&world.pool->part.ledger);
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

static void rule_broken(void)
{
    own_decref(world.child);
}

static void part_without_guard(void)
{
    guard()->home = world.other;
}

static void part_ledger_broken(void)
{
    world.shared->part.ledger.children--;
}

static void part_child_not_held(void)
{
    struct entry *entry = ledger_oldest(&world.shared->part.ledger);
    while (!entry_is_child(entry))
        entry = ledger_newer(&world.shared->part.ledger, entry);
    entry_child(entry)->object.state %= STATE_HELD_ONE;
}

static void part_child_not_shared(void)
{
    struct entry *entry = ledger_oldest(&world.shared->part.ledger);
    while (!entry_is_child(entry))
        entry = ledger_newer(&world.shared->part.ledger, entry);
    entry_child(entry)->object.count = 1;
}

static void part_reference_not_shared(void)
{
    struct entry *entry = ledger_oldest(&world.shared->part.ledger);
    while (entry_kind(entry) != KIND_REFERENCE)
        entry = ledger_newer(&world.shared->part.ledger, entry);
    entry_object(entry)->count = 1;
}

static void guard_blocks_wrong(void)
{
    guard()->blocks--;
}

static void guard_blocks_too_many(void)
{
    guard()->blocks++;
}

static void guard_bytes_wrong(void)
{
    guard()->bytes -= GRANULE;
}

static void large_block_lost(void)
{
    guard()->large = guard()->large->older;
}

static void large_size_wrong(void)
{
    guard()->large->size += GRANULE;
}

static void large_list_broken(void)
{
    guard()->large->older->newer = NULL;
}

static void guard_reserved_wrong(void)
{
    guard()->account.reserved -= GRANULE;
}

static void guard_reserved_too_large(void)
{
    guard()->account.reserved += GRANULE;
}

static void memory_of_part_wrong(void)
{
    world.shared->part.memory.bytes += GRANULE;
}

static void reserved_of_part_wrong(void)
{
    pool_account(world.shared)->reserved += GRANULE;
}

static void shared_used_too_small(void)
{
    limit_subtract(pool_limit(world.shared), 4000 * KIB);
}

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {blocks_wrong, "blocks = "},
    {reserved_wrong, "reserved = "},
    {reserved_too_small, "reserved = "},
    {used_too_small, "used >= reserved"},
    {foreign_not_used, "used >= reserved"},
    {children_wrong, "children = "},
    {ring_broken, "the ledger is a ring"},
    {parent_wrong, "owner = that of the ledger"},
    {child_not_held, "a child is held"},
    {held_node_lost, "held = "},
    {deferred_node_lost, "deferred = "},
    {held_wrong, "held = "},
    {deferred_wrong, "deferred = "},
    {rule_broken, "libown: own_decref: "},
    {part_without_guard, "a part of a shared owner has a guard"},
    {part_ledger_broken, "children = "},
    {part_child_not_held, "a child is held"},
    {part_child_not_shared, "what a shared pool refers to is shared"},
    {part_reference_not_shared, "what a shared pool refers to is shared"},
    {guard_blocks_wrong, "blocks, bytes of a guard = "},
    {guard_blocks_too_many, "blocks, bytes of a guard = "},
    {guard_bytes_wrong, "blocks, bytes of a guard = "},
    {large_block_lost, "blocks, bytes of a guard = "},
    {large_size_wrong, "blocks, bytes of a guard = "},
    {large_list_broken, "large ones are linked"},
    {guard_reserved_wrong, "reserved = "},
    {guard_reserved_too_large, "reserved = "},
    {memory_of_part_wrong, "bytes = their sizes"},
    {reserved_of_part_wrong, "reserved = "},
    {shared_used_too_small, "used >= reserved"},
};
#define BREACHES (sizeof(breaches) / sizeof(breaches[0]))

static void validate(void)
{
    pool_validate(world.pool);
    pool_validate(world.shared);
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
