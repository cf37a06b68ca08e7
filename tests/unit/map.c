/*
 * map.c - the unit map: what was claimed is found, by its owner only, and nothing else is, whatever
 * address is asked about. The addresses need not be mapped.
 */
#include "chunk/heap.h"
#include "harness.h"

#include <pthread.h>
#include <sched.h>

/* Address space of one leaf, and of what the map covers, both 0 for all of 32 bits. */
#define LEAF ((uintptr_t)(UINT64_C(4) << 30))
#define TOP ((uintptr_t)(UINT64_C(1) << MAP_ADDRESS_BITS))
/* Where the kernel puts nothing unasked. */
#define FAR ((uintptr_t)(sizeof(void *) == 8 ? UINT64_C(0x2a) << 40 : UINT64_C(1) << 28))

static int owners[3];
static int values[64];

static const void *address_at(uintptr_t address)
{
    return (const void *)address;
}

static void expect_claimed(uintptr_t address, const void *owner, const void *value)
{
    expect(chunk_claimed_by(address_at(address), owner) == claim_of(value));
    for (size_t i = 0; i < 3; i++) {
        if (owner != &owners[i])
            expect(chunk_claimed_by(address_at(address), &owners[i]) == 0);
    }
}

START_TEST(each_address_of_a_claimed_unit_is_found)
{
    uintptr_t start = FAR + 5 * CHUNK_UNIT;

    expect_claimed(start, &owners[0], NULL);
    expect(chunk_claim(address_at(start), CHUNK_UNIT, &owners[0], claim_of(&values[0])));
    for (size_t offset = 0; offset < CHUNK_UNIT; offset += 13)
        expect_claimed(start + offset, &owners[0], &values[0]);
    expect_claimed(start + CHUNK_UNIT - 1, &owners[0], &values[0]);
    expect_claimed(start - 1, &owners[0], NULL);
    expect_claimed(start + CHUNK_UNIT, &owners[0], NULL);
    chunk_unclaim(address_at(start), CHUNK_UNIT);
    expect_claimed(start, &owners[0], NULL);
}
END_TEST

START_TEST(claims_take_whole_units)
{
    static const struct {
        size_t offset, size, units;
    } claims[] = {
        {0, 1, 1},           {0, CHUNK_UNIT, 1}, {0, CHUNK_UNIT + 1, 2}, {100, 1, 1},
        {100, 65436, 1},     {100, 65437, 2},    {65535, 1, 1},          {65535, 2, 2},
        {16, CHUNK_MAX, 17}, {0, CHUNK_MAX, 16},
    };
    uintptr_t start = FAR + 100 * CHUNK_UNIT;

    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        const void *from = address_at(start + claims[i].offset);
        expect(chunk_claim(from, claims[i].size, &owners[1], claim_of(&values[i])));
        expect_claimed(start - 1, &owners[1], NULL);
        for (size_t unit = 0; unit < claims[i].units; unit++)
            expect_claimed(start + unit * CHUNK_UNIT, &owners[1], &values[i]);
        expect_claimed(start + claims[i].units * CHUNK_UNIT, &owners[1], NULL);
        chunk_unclaim(from, claims[i].size);
        for (size_t unit = 0; unit < claims[i].units; unit++)
            expect_claimed(start + unit * CHUNK_UNIT, &owners[1], NULL);
    }
}
END_TEST

/* Claims around a border between two leaves, against an array of what each unit must be. */
#define WINDOW 64

START_TEST(random_claims_over_the_border_of_two_leaves)
{
    struct random random;
    struct {
        const void *owner;
        void *value;
    } model[WINDOW] = {{NULL, NULL}};
    uintptr_t start = FAR + (uintptr_t)(_i + 1) * LEAF - WINDOW / 2 * CHUNK_UNIT;

    random_seed(&random, 51 + (uint64_t)_i);
    /* Only what was claimed is unclaimed. */
    expect(chunk_claim(address_at(start), WINDOW * CHUNK_UNIT, NULL, 0));
    for (size_t step = 0; step < scaled(20000); step++) {
        size_t first = random_below(&random, WINDOW);
        size_t count = 1 + random_below(&random, WINDOW - first);
        const void *from = address_at(start + first * CHUNK_UNIT);
        const void *owner = &owners[random_below(&random, 3)];
        void *value = &values[random_below(&random, 64)];
        bool claims = random_below(&random, 3) != 0;
        if (claims)
            expect(chunk_claim(from, count * CHUNK_UNIT, owner, claim_of(value)));
        else
            chunk_unclaim(from, count * CHUNK_UNIT);
        for (size_t i = first; i < first + count; i++) {
            model[i].owner = claims ? owner : NULL;
            model[i].value = claims ? value : NULL;
        }
        for (size_t i = 0; i < WINDOW; i++)
            expect_claimed(start + i * CHUNK_UNIT + random_below(&random, CHUNK_UNIT),
                           model[i].owner, model[i].value);
    }
    chunk_unclaim(address_at(start), WINDOW * CHUNK_UNIT);
}
END_TEST

START_TEST(a_claim_may_span_whole_leaves)
{
    uintptr_t start = FAR + 0x200 * LEAF - CHUNK_UNIT;
    size_t size = 2 * LEAF + 2 * CHUNK_UNIT;

    expect(chunk_claim(address_at(start), size, &owners[2], claim_of(&values[9])));
    for (uintptr_t address = start; address < start + size; address += 977 * CHUNK_UNIT)
        expect_claimed(address, &owners[2], &values[9]);
    for (int border = 0; border < 3; border++) {
        uintptr_t address = FAR + (uintptr_t)(0x200 + border) * LEAF;
        expect_claimed(address, &owners[2], &values[9]);
        expect_claimed(address - 1, &owners[2], &values[9]);
    }
    expect_claimed(start - 1, &owners[2], NULL);
    expect_claimed(start + size, &owners[2], NULL);
    chunk_unclaim(address_at(start), size);
    expect_claimed(start, &owners[2], NULL);
    expect_claimed(start + LEAF, &owners[2], NULL);
}
END_TEST

START_TEST(any_address_may_be_asked_about)
{
    static const uintptr_t addresses[] = {
        0,
        1,
        4095,
        CHUNK_UNIT - 1,
        CHUNK_UNIT,
        LEAF - 1,
        LEAF,
        TOP / 2 - 1,
        TOP / 2,
        TOP - 1,
        TOP,
        TOP + 1,
        TOP * 2,
        TOP * 255,
        TOP << 8,
        UINTPTR_MAX,
        UINTPTR_MAX - 1,
        UINTPTR_MAX / 2,
    };
    struct random random;

    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        expect_claimed(addresses[i], &owners[0], NULL);
    random_seed(&random, 52);
    for (size_t i = 0; i < scaled(1000000); i++)
        expect_claimed((uintptr_t)(random_next(&random) >> random_below(&random, 64)), &owners[0],
                       NULL);
}
END_TEST

START_TEST(the_ends_of_what_is_covered_can_be_claimed)
{
    const uintptr_t ends[] = {0, TOP - CHUNK_UNIT};

    for (int i = 0; i < 2; i++) {
        expect(chunk_claim(address_at(ends[i]), CHUNK_UNIT, &owners[0], claim_of(&values[1])));
        expect_claimed(ends[i], &owners[0], &values[1]);
        expect_claimed(ends[i] + CHUNK_UNIT - 1, &owners[0], &values[1]);
        chunk_unclaim(address_at(ends[i]), CHUNK_UNIT);
        expect_claimed(ends[i], &owners[0], NULL);
    }
}
END_TEST

START_TEST(what_is_not_covered_cannot_be_claimed)
{
    expect_error(!chunk_claim(address_at(TOP), 1, &owners[0], claim_of(&values[1])), ENOMEM);
    expect_error(!chunk_claim(address_at(TOP - CHUNK_UNIT), CHUNK_UNIT + 1, &owners[0],
                              claim_of(&values[1])),
                 ENOMEM);
    expect_claimed(TOP - CHUNK_UNIT, &owners[0], NULL);
    expect_error(!chunk_claim(address_at(UINTPTR_MAX), 1, &owners[0], claim_of(&values[1])),
                 ENOMEM);
}
END_TEST

/* Threads that claim in the same leaf, which none has claimed in before. */
#define LEAVES 300

static size_t arrived;

/* Both go on at once, sooner than a barrier would wake them. */
static void wait_for_both(size_t leaf)
{
    __atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL);
    for (unsigned turns = 0; __atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < 2 * (leaf + 1);
         turns++) {
        if (turns > 10000)
            sched_yield();
    }
}

static void *claim_in_each_leaf(void *argument)
{
    uintptr_t number = (uintptr_t)((int *)argument - values);
    bool claimed = true;

    for (uintptr_t leaf = 0; leaf < LEAVES; leaf++) {
        uintptr_t address = FAR + (0x400 + leaf) * LEAF + number * CHUNK_UNIT;
        wait_for_both(leaf);
        claimed &= chunk_claim(address_at(address), 1, &owners[0], claim_of(argument));
        claimed &= chunk_claimed_by(address_at(address), &owners[0]) == claim_of(argument);
    }
    return claimed ? argument : NULL;
}

START_TEST(threads_may_make_the_same_leaf)
{
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        expect(pthread_create(&threads[i], NULL, claim_in_each_leaf, &values[i]) == 0);
    for (int i = 0; i < 2; i++) {
        void *result;
        pthread_join(threads[i], &result);
        expect(result == &values[i]);
    }
    for (uintptr_t leaf = 0; leaf < LEAVES; leaf++) {
        uintptr_t address = FAR + (0x400 + leaf) * LEAF;
        expect_claimed(address, &owners[0], &values[0]);
        expect_claimed(address + CHUNK_UNIT, &owners[0], &values[1]);
        chunk_unclaim(address_at(address), 2 * CHUNK_UNIT);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *map = add_case(suite, "map");

    tcase_add_test(map, each_address_of_a_claimed_unit_is_found);
    tcase_add_test(map, claims_take_whole_units);
    tcase_add_test(map, any_address_may_be_asked_about);
    tcase_add_test(map, the_ends_of_what_is_covered_can_be_claimed);
    if (LEAF) { /* 32 bits of addresses have one leaf, which covers them all */
        tcase_add_loop_test(map, random_claims_over_the_border_of_two_leaves, 0, 3);
        tcase_add_test(map, a_claim_may_span_whole_leaves);
        tcase_add_test(map, what_is_not_covered_cannot_be_claimed);
        tcase_add_test(map, threads_may_make_the_same_leaf);
    }
    return run_suite(suite);
}
