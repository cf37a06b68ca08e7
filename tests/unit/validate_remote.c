/*
 * validate_remote.c - outside_validate sees where more blocks are recorded as freed than are
 * counted, in each kind of record: of the first extent, of small and big ones, and of units.
 */
#include "breach.h"
#include "holder.h"
#include "memory/outside.h"

/* A memory with a thread outside. */
static struct world {
    struct memory *memory;
    struct outside outside;
    uint64_t first[512]; /* the record of the first extent */
    char *small;         /* blocks in an extent that has claimed no unit, in a big one, in a page */
    char *big;
    char *paged;
} world;

/* Frees a block as a thread outside does. */
static bool free_outside(const char *block)
{
    struct seen seen = {.memory = world.memory, .outside = &world.outside};

    outside_enter(&world.outside);
    seen.claimed = chunk_claimed_by(block, world.memory);
    bool freed = outside_free(&seen, block);
    outside_leave(&world.outside);
    return freed;
}

static void build(void)
{
    struct memory *memory = world.memory = holder_make(4096, 0);

    expect(outside_bytes(memory->extent) <= sizeof(world.first));
    const char *first = holder_alloc(memory, 48);
    while (!memory->extent->older)
        expect((world.small = holder_alloc(memory, 4000)) != NULL);
    while (!extent_can_go(memory->extent))
        expect((world.big = holder_alloc(memory, 4000)) != NULL);
    world.big = holder_alloc(memory, 4000);
    while (!memory->stock->unit)
        expect(holder_alloc(memory, 512) != NULL);
    world.paged = holder_alloc(memory, 512);
    expect(holder_place(memory, world.small).extent != holder_place(memory, first).extent);
    expect(extent_can_go(holder_place(memory, world.big).extent));
    expect(holder_place(memory, world.paged).page);
    extent_settle(memory);
    expect(outside_make(memory, &world.outside));
    outside_begin(memory, &world.outside, (struct remote *)(void *)world.first);
    expect(free_outside(first) && !free_outside(first));
    expect(world.outside.blocks == 1 && world.outside.bytes == 48);
}

static void break_nothing(void)
{
}

/* They are counted, so all holds. */
static void blocks_are_freed(void)
{
    expect(free_outside(world.small) && free_outside(world.big) && free_outside(world.paged));
    expect(world.outside.blocks == 4);
    holder_validate(world.memory);
    outside_gather(world.memory);
    expect(world.outside.blocks == 0 && world.outside.bytes == 0);
}

/* Without a record of the first extent, none of its blocks is freed from outside. */
static void first_has_no_record(void)
{
    outside_gather(world.memory);
    world.outside.first = NULL;
    outside_validate(&world.outside, 0);
}

static void blocks_wrong(void)
{
    world.outside.blocks--;
}

static void small_not_counted(void)
{
    expect(free_outside(world.small));
    world.outside.blocks--;
}

static void big_not_counted(void)
{
    expect(free_outside(world.big));
    world.outside.blocks--;
}

static void paged_not_counted(void)
{
    expect(free_outside(world.paged));
    world.outside.blocks--;
}

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {blocks_are_freed, NULL},
    {first_has_no_record, NULL},
    {blocks_wrong, "blocks >= the bits that are set"},
    {small_not_counted, "blocks >= the bits that are set"},
    {big_not_counted, "blocks >= the bits that are set"},
    {paged_not_counted, "blocks >= the bits that are set"},
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
    Suite *suite = suite_create("validate_remote");
    TCase *equations = add_case(suite, "equations");

    tcase_add_loop_test(equations, validator_names_the_equation, 0,
                        sizeof(breaches) / sizeof(breaches[0]));
    return run_suite(suite);
}
