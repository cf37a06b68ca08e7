/*
 * validate_foreign.c - pool_validate sees each broken equation of pool.h about adopted and private
 * blocks.
 */
#include "breach.h"
#include "pool/pool.h"

static struct world {
    own_pool *pool, *private;
    void *adopted, *block, *other; /* of both pools, the block of the private one has neighbours */
} world;

static void build(void)
{
    own_pool_options options = {.name = "private", .allocator = OWN_ALLOCATOR(malloc, free)};

    world.pool = own_pool_new_at(NULL, "adopting");
    world.private = own_pool_create(NULL, &options);
    world.adopted = malloc(100);
    expect(own_pool_set_limit(world.pool, 100000) == 0);
    expect(own_pool_set_limit(world.private, 100000) == 0);
    for (int i = 0; i < 20; i++) {
        expect(own_adopt(world.pool, malloc(10), 10, free) == 0);
        if (i == 9)
            expect(own_adopt(world.pool, world.adopted, 100, free) == 0);
        void *block = own_alloc(world.private, 1, 10);
        expect(block != NULL);
        world.block = i == 9 ? block : world.block;
        world.other = i == 10 ? block : world.other;
    }
}

static struct foreign *adopted(void)
{
    return foreign_find(world.pool, world.adopted);
}

static struct foreign *block(void)
{
    return foreign_find(world.private, world.block);
}

static void break_nothing(void)
{
}

static void size_wrong(void)
{
    adopted()->size++;
}

static void address_wrong(void)
{
    struct foreign *foreign = adopted();
    char *address = (char *)&world;

    do /* one that is hashed elsewhere */
        foreign->node.object = address++;
    while (foreign_find(world.pool, foreign->node.object) == foreign);
}

static void address_twice(void)
{
    foreign_find(world.private, world.other)->node.object = world.block;
}

static void free_function_lost(void)
{
    adopted()->node.call = NULL;
}

static void free_function_added(void)
{
    block()->node.call = free;
}

static void flag_lost(void)
{
    world.pool->part.ledger.flags &= (uint16_t)~POOL_FOREIGN;
}

static void uncharged(void)
{
    limit_subtract(pool_limit(world.pool), 100);
}

static void private_uncharged(void)
{
    limit_subtract(pool_limit(world.private), 10);
}

static void entry_lost(void)
{
    ring_leave(&world.pool->part.ledger, &adopted()->node.entry);
    world.pool->part.memory.blocks--;
    world.pool->part.memory.bytes -= 100;
}

static void private_entry_lost(void)
{
    ring_leave(&private_memory(world.private)->blocks, &block()->node.entry);
}

static void ring_broken(void)
{
    struct entry *entry = &block()->node.entry;
    entry->newer->older = entry->older;
}

static void kind_wrong(void)
{
    block()->node.entry.stamp = KIND_ADOPTED;
}

static void record_not_counted(void)
{
    pool_account(world.private)->reserved -= chunk_round(sizeof(struct foreign));
    limit_subtract(pool_limit(world.private), chunk_round(sizeof(struct foreign)));
}

static void room_in_extent(void)
{
    world.private->first.granules++;
}

static void blocks_wrong(void)
{
    world.private->part.memory.blocks++;
}

static void bytes_wrong(void)
{
    world.private->part.memory.bytes += 10;
}

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {size_wrong, "foreign bytes = "},
    {address_wrong, "every node is in the bucket of its object"},
    {address_twice, "every node is in the bucket of its object"},
    {free_function_lost, "private blocks have no free function"},
    {free_function_added, "private blocks have no free function"},
    {flag_lost, "a pool that has foreign blocks has POOL_FOREIGN"},
    {uncharged, "used >= reserved"},
    {private_uncharged, "used >= reserved"},
    {entry_lost, "every node of a chain is in the ring"},
    {private_entry_lost, "every node of a chain is in the ring"},
    {ring_broken, "the ledger is a ring"},
    {kind_wrong, "adopted and private blocks are in ledgers of their own"},
    {record_not_counted, "reserved = "},
    {room_in_extent, "a private pool has one extent, without room"},
    {blocks_wrong, "blocks = "},
    {bytes_wrong, "bytes = "},
};
#define BREACHES (sizeof(breaches) / sizeof(breaches[0]))

static void validate(void)
{
    pool_validate(world.pool);
    pool_validate(world.private);
}

START_TEST(validator_names_the_equation)
{
    expect_breach(&breaches[_i], build, validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate_foreign");
    TCase *equations = add_case(suite, "equations");

    tcase_add_loop_test(equations, validator_names_the_equation, 0, BREACHES);
    return run_suite(suite);
}
