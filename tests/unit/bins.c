/*
 * bins.c - when a pool has bins for its holes: not before a block is freed, nor while there is no
 * memory for them.
 */
#include "harness.h"
#include "pool/pool.h"

START_TEST(big_blocks_need_no_bins_before_a_block_is_freed)
{
    enum { COUNT = 6000 };
    own_pool *pool = new_root();
    char *big = NULL;
    size_t bytes = 0;

    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 20 ? 48 : 1024 + i;
        char *block = (char *)own_alloc_raw(pool, 1, size);
        expect(block != NULL);
        memset(block, (int)i, size);
        big = size > 48 ? block : big;
        bytes += round_up(size, GRANULE);
    }
    expect(holes_bytes(pool) == 0 && pool_blocks(pool) == COUNT && pool_bytes(pool) == bytes);
    pool_validate(pool);
    expect(own_free(pool, big) == 0);
    expect(holes_bytes(pool) > 0 && pool_blocks(pool) == COUNT - 1);
    pool_validate(pool);
    own_decref(pool);
}
END_TEST

/* The first hole comes when there is no memory for bins. */
START_TEST(pool_without_bins_is_usable_and_gets_them_later)
{
    enum { COUNT = 1000 };
    own_pool *pool = new_root();
    char *blocks[COUNT];

    for (int i = 0; i < COUNT; i++)
        expect((blocks[i] = (char *)own_alloc(pool, 1, 48)) != NULL);
    chunk_fail_after(1);
    for (int i = 0; i < COUNT; i += 2)
        expect(own_free(pool, blocks[i]) == 0);
    expect(holes_bytes(pool) == 0 && pool->holes > 0);
    pool_validate(pool);
    expect(own_contains(pool, blocks[1]) && !own_contains(pool, blocks[0]));
    while (own_alloc(pool, 1, 48)) /* what is there still, but no hole */
        ;
    expect(errno == ENOMEM);
    expect(!own_alloc(pool, 1, 5000));
    pool_validate(pool);
    chunk_fail_after(0);
    expect(own_free(pool, blocks[1]) == 0);
    expect(holes_bytes(pool) > 0);
    pool_validate(pool);
    own_decref(pool);
}
END_TEST

/* Where the limit leaves no room for another extent, but an older one has some. */
START_TEST(big_blocks_keep_errno_near_a_limit)
{
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = 600 * 1024});
    struct random random = {1};
    size_t failed = 0;

    expect(pool != NULL);
    while (failed < 200) {
        errno = ERANGE;
        void *block = own_alloc_raw(pool, 1, 513 + random_below(&random, 6000));
        expect(errno == (block ? ERANGE : EDQUOT));
        failed += !block;
    }
    pool_validate(pool);
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bins");
    TCase *bins = add_case(suite, "bins");

    tcase_add_test(bins, big_blocks_need_no_bins_before_a_block_is_freed);
    tcase_add_test(bins, pool_without_bins_is_usable_and_gets_them_later);
    tcase_add_test(bins, big_blocks_keep_errno_near_a_limit);
    return run_suite(suite);
}
