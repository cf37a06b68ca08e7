/*
 * address.c - every call that takes a block can tell live blocks of the pool from other addresses.
 */
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

static int static_data;

/* Every call refuses the address, and changes nothing. */
static void expect_refused_at(int line, own_pool *pool, const void *address)
{
    own_usage before = usage_of(pool);
    void *block = (void *)(uintptr_t)address;

    errno = ERANGE;
    if (own_contains(pool, address) || errno != ERANGE)
        test_failed(__FILE__, line, "own_contains says no, and keeps errno");
    errno = 0;
    if (own_block_size(pool, address) != 0 || errno != EINVAL)
        test_failed(__FILE__, line, "own_block_size fails with EINVAL");
    if (!address)
        return; /* the other calls take NULL for no block */
    errno = 0;
    if (own_free(pool, block) != -1 || errno != EINVAL)
        test_failed(__FILE__, line, "own_free fails with EINVAL");
    errno = 0;
    if (own_realloc(pool, block, 1, 100) != NULL || errno != EINVAL)
        test_failed(__FILE__, line, "own_realloc fails with EINVAL");
    errno = 0;
    if (own_realloc_raw(pool, block, 1, 100) != NULL || errno != EINVAL)
        test_failed(__FILE__, line, "own_realloc_raw fails with EINVAL");
    errno = 0;
    if (own_asprintf_append(pool, (char *)block, "x") != NULL || errno != EINVAL)
        test_failed(__FILE__, line, "own_asprintf_append fails with EINVAL");
    own_usage after = usage_of(pool);
    if (memcmp(&before, &after, sizeof before) != 0)
        test_failed(__FILE__, line, "a refused call changes nothing");
}

#define expect_refused(pool, address) expect_refused_at(__LINE__, (pool), (const void *)(address))

/* A pool with blocks of many kinds, so that all ways of looking one up are taken. */
static own_pool *new_mixed_pool(void)
{
    own_pool *pool = new_root();

    for (size_t i = 0; i < 500; i++)
        expect(own_alloc(pool, 1, i * 11) != NULL);
    expect(own_alloc(pool, 1, (size_t)1 << 20) != NULL);
    expect(own_alloc(pool, 1, (size_t)5 << 20) != NULL);
    expect(own_alloc_aligned(pool, 65536, 1, 100) != NULL);
    return pool;
}

START_TEST(foreign_addresses_are_refused)
{
    own_pool *pools[] = {new_root(), new_mixed_pool()};
    int on_stack = 0;
    void *from_malloc = malloc(100);

    for (int i = 0; i < 2; i++) {
        expect_refused(pools[i], from_malloc);
        expect_refused(pools[i], &on_stack);
        expect_refused(pools[i], &static_data);
        expect_refused(pools[i], "literal");
        expect_refused(pools[i], (uintptr_t)expect_refused_at);
        expect_refused(pools[i], (uintptr_t)own_pool_new_at);
        expect_refused(pools[i], own_pool_type());
        expect_refused(pools[i], stdout);
        own_decref(pools[i]);
    }
    free(from_malloc);
}
END_TEST

START_TEST(impossible_addresses_are_refused)
{
    own_pool *pools[] = {new_root(), new_mixed_pool()};

    for (int i = 0; i < 2; i++) {
        expect_refused(pools[i], NULL);
        for (uintptr_t address = 1; address != 0; address <<= 1) {
            expect_refused(pools[i], address);
            expect_refused(pools[i], address - 16 ? address - 16 : 1);
            expect_refused(pools[i], 0 - address);
        }
        expect_refused(pools[i], UINTPTR_MAX);
        expect_refused(pools[i], (uintptr_t)-16);
        own_decref(pools[i]);
    }
}
END_TEST

START_TEST(unmapped_addresses_are_refused)
{
    own_pool *pools[] = {new_root(), new_mixed_pool()};
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (size_t)8 << 20;

    for (int i = 0; i < 2; i++) {
        char *hole = (char *)mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        expect(hole != MAP_FAILED);
        for (size_t at = 0; at < size; at += page)
            expect(!own_contains(pools[i], hole + at)); /* mapped, but not to be read */
        expect_refused(pools[i], hole + size / 2);
        expect(munmap(hole, size) == 0);
        expect_refused(pools[i], hole);
        expect_refused(pools[i], hole + size / 2);
        expect_refused(pools[i], hole + size - 16);
        own_decref(pools[i]);
    }
}
END_TEST

START_TEST(pools_and_objects_are_not_blocks)
{
    own_pool *pool = new_mixed_pool(), *child = own_pool_new(pool);
    struct probe *probe = probe_new(pool, 'a');

    for (size_t at = 0; at < 512; at += 16) {
        if (!own_contains(pool, (char *)pool + at))
            expect_refused(pool, (char *)pool + at);
        expect_refused(child, (char *)child + at);
    }
    expect_refused(pool, pool);
    expect_refused(pool, child);
    expect_refused(child, pool);
    expect_refused(pool, probe);
    expect_refused(child, probe);
    expect_refused(pool, own_pool_name(pool));
    own_decref(pool);
}
END_TEST

START_TEST(blocks_of_another_pool_are_refused)
{
    own_pool *parent = new_root(), *child = own_pool_new(parent), *other = new_root();
    const size_t sizes[] = {1, 100, 5000, 100000, (size_t)3 << 20};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        void *of_parent = own_alloc(parent, 1, sizes[i]);
        void *of_child = own_alloc(child, 1, sizes[i]);
        void *of_other = own_alloc(other, 1, sizes[i]);

        expect_refused(parent, of_child);
        expect_refused(parent, of_other);
        expect_refused(child, of_parent);
        expect_refused(child, of_other);
        expect_refused(other, of_parent);
        expect_refused(other, of_child);
        expect(own_contains(parent, of_parent) && own_contains(child, of_child));
    }
    own_decref(parent);
    own_decref(other);
}
END_TEST

START_TEST(addresses_inside_a_block_are_refused)
{
    const size_t sizes[] = {1, 16, 17, 100, 5000, 70000, (size_t)2 << 20};
    own_pool *pool = new_root();

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *block = (char *)own_alloc(pool, 1, sizes[i]);
        size_t size = own_block_size(pool, block);
        size_t step = size > 10000 ? size / 64 | 1 : 1;
        for (size_t at = 1; at < size; at += step)
            expect_refused(pool, block + at);
        expect_refused(pool, block + size / 32 * 16 + (size < 32 ? 8 : 0));
        expect_refused(pool, block + size - 1);
        expect(own_contains(pool, block) && own_block_size(pool, block) == size);
    }
    own_decref(pool);
}
END_TEST

START_TEST(addresses_just_outside_blocks_are_refused)
{
    const size_t sizes[] = {1, 16, 17, 100, 5000, 70000, (size_t)2 << 20};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        own_pool *pool = new_root();
        char *block = (char *)own_alloc(pool, 1, sizes[i]); /* the pool's only block */
        size_t size = own_block_size(pool, block);

        for (size_t away = 0; away < 4096; away += 8) {
            expect(!own_contains(pool, block + size + away));
            if (away)
                expect(!own_contains(pool, block - away));
        }
        expect_refused(pool, block + size);
        expect_refused(pool, block - 16);
        own_decref(pool);
    }
}
END_TEST

START_TEST(freed_blocks_are_refused)
{
    enum { count = 300 };
    own_pool *pool = new_root();
    void *blocks[count];

    for (size_t i = 0; i < count; i++)
        blocks[i] =
            i % 100 == 99 ? own_alloc(pool, 1, (size_t)3 << 20) : own_alloc(pool, 1, i * 17 % 3000);
    for (size_t i = 0; i < count; i += 2) {
        expect(own_free(pool, blocks[i]) == 0);
        expect_refused(pool, blocks[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (i % 2)
            expect(own_contains(pool, blocks[i]));
        else
            expect_refused(pool, blocks[i]);
    }
    own_decref(pool);
}
END_TEST

START_TEST(blocks_of_a_cleared_pool_are_refused)
{
    own_pool *pool = new_root();
    void *blocks[200];

    for (size_t i = 0; i < 200; i++)
        blocks[i] = own_alloc(pool, 1, i * i);
    own_pool_clear(pool);
    for (size_t i = 0; i < 200; i++)
        expect_refused(pool, blocks[i]);
    own_decref(pool);
}
END_TEST

START_TEST(blocks_of_a_dead_pool_are_refused_by_the_next)
{
    void *blocks[200];
    own_pool *pool = new_root();

    for (size_t i = 0; i < 200; i++)
        blocks[i] = own_alloc(pool, 1, i * i);
    own_decref(pool);
    pool = new_root(); /* may well lie where the dead pool was */
    for (size_t i = 0; i < 200; i++)
        expect_refused(pool, blocks[i]);
    own_decref(pool);
}
END_TEST

START_TEST(blocks_given_up_by_realloc_are_refused)
{
    own_pool *pool = new_root();
    char *block = (char *)own_alloc(pool, 1, 100), *blocker = (char *)own_alloc(pool, 1, 100);
    char *moved = (char *)own_realloc(pool, block, 1, 100000);

    expect(moved != NULL && blocker != NULL);
    if (moved != block)
        expect_refused(pool, block);
    char *tail = moved + 50000;
    moved = (char *)own_realloc(pool, moved, 1, 50000);
    if (moved + 50000 == tail)
        expect_refused(pool, tail); /* the cut-off end is not a block */
    own_decref(pool);
}
END_TEST

START_TEST(every_address_of_a_pool_is_judged_as_by_a_list)
{
    enum { count = 400 };
    static char *blocks[count];
    own_pool *pool = new_root();
    char *lowest = NULL, *highest = NULL;
    struct random random;
    size_t found = 0, live = 0;

    random_seed(&random, 31);
    for (size_t i = 0; i < count; i++) {
        blocks[i] = (char *)own_alloc(pool, 1, random_below(&random, 200));
        expect(blocks[i] != NULL);
        lowest = !lowest || blocks[i] < lowest ? blocks[i] : lowest;
        highest = !highest || blocks[i] > highest ? blocks[i] : highest;
    }
    for (size_t i = 0; i < count; i++)
        if (random_below(&random, 2))
            expect(own_free(pool, blocks[i]) == 0);
        else
            blocks[live++] = blocks[i];
    if (highest - lowest > 4 << 20)
        lowest = highest - (4 << 20);
    for (char *address = lowest; address <= highest; address++)
        found += own_contains(pool, address);
    for (size_t i = 0; i < live; i++)
        found -= blocks[i] >= lowest;
    expect(found == 0);
    own_decref(pool);
}
END_TEST

/* Memory that the pool has given back, and others may have by now. Each block was freed, so that
   there was a reason to remember where it lay. */
START_TEST(addresses_in_returned_memory_are_refused)
{
    enum { BYTES = 1 << 20, LEAST = 1 << 19 };
    static const size_t sizes[] = {48, 400, 3000, 30000};
    size_t size = sizes[_i], bytes = scaled(BYTES) > LEAST ? scaled(BYTES) : LEAST;
    size_t count = bytes / size;
    own_pool *pool = new_root(), *other = new_root();
    char **blocks = (char **)own_alloc(other, count, sizeof(*blocks));

    expect(own_alloc(pool, 1, 100) != NULL);
    for (size_t i = 0; i < count; i++)
        expect((blocks[i] = (char *)own_alloc_raw(pool, 1, size)) != NULL);
    char *last = (char *)own_alloc(pool, 1, size);
    size_t reserved = usage_of(pool).reserved;
    for (size_t i = 0; i < count; i++)
        expect(own_free(pool, blocks[i]) == 0);
    expect(usage_of(pool).reserved < reserved / 2);
    for (size_t i = 0; i < count; i++)
        expect_error(own_free(pool, blocks[i]) == -1, EINVAL);
    for (size_t i = 0; i < count; i++)
        expect(own_alloc_raw(other, 1, size) != NULL);
    for (size_t i = 0; i < count; i++)
        expect_error(own_free(pool, blocks[i]) == -1, EINVAL);
    expect(usage_of(pool).blocks == 2 && usage_of(other).blocks == 1 + count);
    for (size_t i = 0; i < count; i++)
        expect((blocks[i] = (char *)own_alloc_raw(pool, 1, size)) != NULL);
    for (size_t i = 0; i < count; i++)
        expect(own_free(pool, blocks[i]) == 0);
    expect(own_free(pool, last) == 0 && usage_of(pool).blocks == 1);
    own_decref(pool);
    own_decref(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address");
    TCase *foreign = add_case(suite, "foreign");
    TCase *near = add_case(suite, "near");
    TCase *past = add_case(suite, "past");

    tcase_add_test(foreign, foreign_addresses_are_refused);
    tcase_add_test(foreign, impossible_addresses_are_refused);
    tcase_add_test(foreign, unmapped_addresses_are_refused);
    tcase_add_test(foreign, pools_and_objects_are_not_blocks);
    tcase_add_test(foreign, blocks_of_another_pool_are_refused);

    tcase_add_test(near, addresses_inside_a_block_are_refused);
    tcase_add_test(near, addresses_just_outside_blocks_are_refused);
    tcase_add_test(near, every_address_of_a_pool_is_judged_as_by_a_list);

    tcase_add_test(past, freed_blocks_are_refused);
    tcase_add_test(past, blocks_of_a_cleared_pool_are_refused);
    tcase_add_test(past, blocks_of_a_dead_pool_are_refused_by_the_next);
    tcase_add_test(past, blocks_given_up_by_realloc_are_refused);
    /* Of the sizes in pages, the smaller takes four fifths of the time: Valgrind sees the other. */
    tcase_add_loop_test(past, addresses_in_returned_memory_are_refused, steps_are_few(), 4);
    return run_suite(suite);
}
