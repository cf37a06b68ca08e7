/*
 * memory.c - blocks of pools: alignment, zeroes, what does not overlap, large ones, what clear
 * makes free, and what happens where there is no memory.
 */
#include "subject.h"

#include <sys/resource.h>

/* The blocks of one test, each full of a byte of its own. */
#define BLOCKS_MAX 2000
struct blocks {
    size_t count;
    unsigned char *at[BLOCKS_MAX];
    size_t sizes[BLOCKS_MAX];
};

static void take(struct blocks *blocks, apr_pool_t *pool, size_t size)
{
    unsigned char *block = apr_palloc(pool, size);

    expect(block != NULL && (uintptr_t)block % 8 == 0);
    memset(block, (int)(blocks->count % 251), size);
    blocks->at[blocks->count] = block;
    blocks->sizes[blocks->count] = size;
    blocks->count++;
}

static void check(const struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->count; i++)
        for (size_t j = 0; j < blocks->sizes[i]; j++)
            expect(blocks->at[i][j] == i % 251);
}

START_TEST(blocks_of_all_small_sizes_are_aligned_and_apart)
{
    static struct blocks blocks;
    apr_pool_t *pool = new_pool(NULL);

    blocks.count = 0;
    for (size_t size = 0; size < BLOCKS_MAX; size++)
        take(&blocks, pool, size);
    check(&blocks);
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(small_and_large_blocks_of_several_pools_mix)
{
    static struct blocks blocks;
    apr_pool_t *pools[4];
    struct random random;

    random_seed(&random, 4711);
    blocks.count = 0;
    pools[0] = new_pool(NULL);
    for (size_t i = 1; i < 4; i++)
        pools[i] = new_pool(pools[i - 1]);
    for (size_t i = 0; i < 600; i++) {
        size_t size = random_below(&random, 200);

        if (i % 10 == 0)
            size = random_below(&random, 20000);
        take(&blocks, pools[random_below(&random, 4)], size);
    }
    for (size_t size = 4000; size < 4200; size += 8) /* about the size of a page, and two */
        take(&blocks, pools[0], size);
    for (size_t size = 8000; size < 8200; size += 8)
        take(&blocks, pools[1], size);
    take(&blocks, pools[2], 1000000);
    take(&blocks, pools[3], 10000000);
    check(&blocks);
    apr_pool_destroy(pools[0]);
}
END_TEST

START_TEST(empty_block_is_a_place)
{
    apr_pool_t *pool = new_pool(NULL);

    expect(apr_palloc(pool, 0) != NULL && apr_pcalloc(pool, 0) != NULL);
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(pcalloc_zeroes_what_was_used_before)
{
    apr_pool_t *pool = new_pool(NULL);
    static const size_t sizes[] = {1, 8, 24, 100, 1000, 5000, 9000, 100000, 3000000};

    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            char *block = apr_pcalloc(pool, sizes[i]);

            for (size_t j = 0; j < sizes[i]; j++)
                expect(block[j] == 0);
            memset(block, 'x', sizes[i]);
            memset(apr_palloc(pool, sizes[i]), 'y', sizes[i]);
        }
        apr_pool_clear(pool);
    }
    apr_pool_destroy(pool);
}
END_TEST

/* The most memory that the process has had at one time, in KiB. */
static long peak(void)
{
    struct rusage usage;

    expect(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

START_TEST(memory_of_cleared_and_destroyed_pools_is_used_again)
{
    const size_t rounds = scaled(2000);
    apr_pool_t *pool = new_pool(NULL);
    long before = 0;

    for (size_t round = 0; round < rounds; round++) {
        apr_pool_t *child = new_pool(pool);

        for (int i = 0; i < 200; i++) {
            memset(apr_palloc(pool, 500), 'x', 500);
            memset(apr_palloc(child, 500), 'x', 500);
        }
        memset(apr_palloc(child, 300000), 'x', 300000);
        apr_pool_destroy(child);
        apr_pool_clear(pool);
        if (round == 10)
            before = peak();
    }
    /* 1,000 MB went through; sanitizers keep freed memory back */
    if (!memory_is_checked() && before > 0)
        expect(peak() - before < 8192);
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(pmemdup_copies_bytes)
{
    apr_pool_t *pool = new_pool(NULL);
    char bytes[] = "with\0zero";
    char *copy = apr_pmemdup(pool, bytes, sizeof bytes);

    expect(copy != bytes && memcmp(copy, bytes, sizeof bytes) == 0);
    bytes[0] = 'x';
    expect(copy[0] == 'w');
    expect(apr_pmemdup(pool, NULL, 10) == NULL);
    apr_pool_destroy(pool);
}
END_TEST

/*
 * Without memory
 */
static int aborts, abort_status;

static int count_abort(int status)
{
    aborts++;
    abort_status = status;
    return 0;
}

/* More than there is: the compilers cannot see it. */
static size_t too_much(void)
{
    static volatile size_t much = SIZE_MAX;

    return much;
}

static void expect_abort(void)
{
    expect(aborts == 1 && abort_status == APR_ENOMEM);
    aborts = 0;
}

START_TEST(abort_function_is_called_where_memory_is_short)
{
    apr_pool_t *pool = new_pool(NULL), *child;

    aborts = 0;
    apr_pool_abort_set(count_abort, pool);
    child = new_pool(pool);
    log_death(pool, 'a');
    expect(apr_palloc(pool, too_much()) == NULL);
    expect_abort();
    expect(apr_palloc(child, too_much() - 5) == NULL);
    expect_abort();
    if (!memory_is_checked()) { /* whose malloc ends the program at such a size */
        expect(apr_palloc(child, too_much() / 2 - 100000) == NULL);
        expect_abort();
    }
    expect(apr_palloc(child, 100) != NULL && aborts == 0);
    apr_pool_destroy(pool);
    expect_events("a");
}
END_TEST

START_TEST(without_an_abort_function_null_says_it)
{
    apr_pool_t *pool = new_pool(NULL);

    aborts = 0;
    expect(apr_palloc(pool, too_much()) == NULL);
    apr_pool_abort_set(count_abort, pool);
    apr_pool_abort_set(NULL, pool);
    expect(apr_palloc(pool, too_much()) == NULL);
    expect(aborts == 0 && apr_palloc(pool, 100) != NULL);
    apr_pool_destroy(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *blocks = add_apr_case(suite, "blocks");
    TCase *failing = add_apr_case(suite, "failing");

    tcase_add_test(blocks, blocks_of_all_small_sizes_are_aligned_and_apart);
    tcase_add_test(blocks, small_and_large_blocks_of_several_pools_mix);
    tcase_add_test(blocks, empty_block_is_a_place);
    tcase_add_test(blocks, pcalloc_zeroes_what_was_used_before);
    tcase_add_test(blocks, memory_of_cleared_and_destroyed_pools_is_used_again);
    tcase_add_test(blocks, pmemdup_copies_bytes);

    tcase_add_test(failing, abort_function_is_called_where_memory_is_short);
    tcase_add_test(failing, without_an_abort_function_null_says_it);
    return run_suite(suite);
}
