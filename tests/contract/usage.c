/*
 * usage.c - the figures of own_pool_usage and own_pool_total.
 */
#include "harness.h"

START_TEST(empty_pool_has_one_pool_and_nothing_else)
{
    own_pool *pool = new_root();
    own_usage usage;

    memset(&usage, 0xff, sizeof usage);
    expect_keeps_errno((own_pool_usage(pool, &usage), true));
    expect(usage.pools == 1);
    expect(usage.blocks == 0 && usage.bytes == 0 && usage.peak == 0);
    expect(usage.children == 0 && usage.held == 0 && usage.deferred == 0);
    expect(usage.reserved > 0 && usage.reserved < 65536);
    own_decref(pool);
}
END_TEST

START_TEST(blocks_and_bytes_follow_every_allocation_and_free)
{
    own_pool *pool = new_root();
    void *blocks[200];
    size_t bytes = 0;

    for (size_t i = 0; i < 200; i++) {
        size_t size = i * 37, rounded = size ? (size + 15) / 16 * 16 : 16;
        blocks[i] = own_alloc(pool, 1, size);
        expect(blocks[i] != NULL);
        bytes += rounded;
        own_usage usage = usage_of(pool);
        expect(usage.blocks == i + 1 && usage.bytes == bytes && usage.peak == bytes);
        expect(usage.reserved >= usage.bytes);
    }
    size_t peak = bytes;
    for (size_t i = 0; i < 200; i++) {
        bytes -= own_block_size(pool, blocks[i]);
        expect(own_free(pool, blocks[i]) == 0);
        own_usage usage = usage_of(pool);
        expect(usage.blocks == 199 - i && usage.bytes == bytes && usage.peak == peak);
    }
    expect(bytes == 0);
    own_decref(pool);
}
END_TEST

START_TEST(bytes_follow_realloc)
{
    const size_t sizes[] = {100, 16, 5000, 4999, (size_t)3 << 20, (size_t)9 << 20, 40, 0};
    own_pool *pool = new_root();
    void *block = own_alloc(pool, 1, 1);
    size_t peak = 16;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t rounded = sizes[i] ? (sizes[i] + 15) / 16 * 16 : 16;
        block = own_realloc(pool, block, 1, sizes[i]);
        expect(block != NULL && own_block_size(pool, block) == rounded);
        own_usage usage = usage_of(pool);
        expect(usage.blocks == 1 && usage.bytes == rounded);
        peak = rounded > peak ? rounded : peak;
        expect(usage.peak >= peak); /* a block that moves may be there twice for a moment */
    }
    own_decref(pool);
}
END_TEST

/* What was bumped and not counted yet was left out of the peak. */
START_TEST(peak_does_not_fall_when_adopted_memory_goes)
{
    for (int way = 0; way < 3; way++) {
        own_pool *pool = new_root();
        void *memory = malloc(100);
        size_t peak = 260;

        expect(memory && own_alloc(pool, 1, 160) && own_adopt(pool, memory, 100, free) == 0);
        if (way == 0) {
            expect(own_free(pool, memory) == 0);
        } else if (way == 1) {
            expect(own_disown(pool, memory) == 0);
            free(memory);
        } else {
            peak += 16; /* both are there while one is copied */
            expect(own_realloc(pool, memory, 1, 1) != NULL);
        }
        expect(usage_of(pool).peak == peak);
        own_decref(pool);
    }
}
END_TEST

START_TEST(aligned_and_large_blocks_are_counted_like_others)
{
    own_pool *pool = new_root();
    void *aligned = own_alloc_aligned(pool, 4096, 1, 100);
    void *large = own_alloc(pool, 1, (size_t)5 << 20);

    expect(aligned && large);
    own_usage usage = usage_of(pool);
    expect(usage.blocks == 2 && usage.bytes == 112 + ((size_t)5 << 20));
    expect(own_free(pool, large) == 0 && own_free(pool, aligned) == 0);
    usage = usage_of(pool);
    expect(usage.blocks == 0 && usage.bytes == 0 && usage.peak == 112 + ((size_t)5 << 20));
    expect(usage.reserved < (size_t)1 << 20); /* large blocks are freed on their own */
    own_decref(pool);
}
END_TEST

START_TEST(peak_survives_clear)
{
    own_pool *pool = new_root();

    expect(own_alloc(pool, 1, 16000) != NULL);
    own_pool_clear(pool);
    expect(own_alloc(pool, 1, 160) != NULL);
    expect(usage_of(pool).peak == 16000 && usage_of(pool).bytes == 160);
    own_decref(pool);
}
END_TEST

START_TEST(usage_leaves_out_what_is_below)
{
    own_pool *root = new_root(), *child = own_pool_new(root);
    size_t reserved = usage_of(root).reserved;

    expect(own_alloc(child, 1, (size_t)1 << 20) != NULL);
    probe_new(child, 'a');
    expect(own_pool_new(child) != NULL && own_defer(child, log_call, "b") == 0);
    own_usage usage = usage_of(root);
    expect(usage.pools == 1 && usage.blocks == 0 && usage.bytes == 0 && usage.peak == 0);
    expect(usage.reserved == reserved);
    expect(usage.children == 1 && usage.held == 0 && usage.deferred == 0);
    own_decref(root);
    expect_events("ba");
}
END_TEST

/* Adds up the usage of every pool below, as own_pool_total should. */
static void add_usage(own_usage *sum, const own_pool *pool)
{
    own_usage usage = usage_of(pool);

    sum->pools += usage.pools;
    sum->blocks += usage.blocks;
    sum->bytes += usage.bytes;
    sum->reserved += usage.reserved;
    sum->peak += usage.peak;
    sum->children += usage.children;
    sum->held += usage.held;
    sum->deferred += usage.deferred;
}

START_TEST(total_is_the_sum_over_the_pool_and_all_below)
{
    enum { count = 100 };
    static own_pool *pools[count];
    static struct random random;
    own_pool *outside = new_root();

    random_seed(&random, 21);
    pools[0] = new_root();
    for (size_t i = 1; i < count; i++) {
        pools[i] = own_pool_new(pools[random_below(&random, i)]);
        expect(pools[i] != NULL);
    }
    for (int step = 0; step < 2000; step++) {
        own_pool *pool = pools[random_below(&random, count)];
        own_pool *other = pools[random_below(&random, count)];
        void *block = own_alloc(pool, 1, random_below(&random, 2000));

        expect(block != NULL);
        if (random_below(&random, 3) == 0)
            expect(own_free(pool, block) == 0);
        if (random_below(&random, 10) == 0)
            expect(own_hold(pool, outside) == 0);
        if (random_below(&random, 10) == 0)
            expect(own_hold(pool, other) == 0); /* held pools are not below */
        if (random_below(&random, 10) == 0)
            expect(own_defer(pool, log_call, "x") == 0);
    }
    for (size_t top = 0; top < count; top++) {
        own_usage sum = {.pools = 0};
        for (size_t i = 0; i < count; i++)
            if (i == top || own_pool_is_ancestor(pools[top], pools[i]))
                add_usage(&sum, pools[i]);
        own_usage total = total_of(pools[top]);
        expect(total.pools == sum.pools && total.blocks == sum.blocks);
        expect(total.bytes == sum.bytes && total.peak == sum.peak);
        expect(total.reserved == sum.reserved);
        expect(total.children == sum.children && total.children == total.pools - 1);
        expect(total.held == sum.held && total.deferred == sum.deferred);
    }
    own_decref(outside); /* the pools hold each other in cycles: clearing ends those */
    for (size_t i = 0; i < count; i++)
        own_incref(pools[i]);
    for (size_t i = 0; i < count; i++)
        own_pool_clear(pools[i]);
    own_decref(pools[0]);
    for (size_t i = 0; i < count; i++)
        own_decref(pools[i]);
}
END_TEST

START_TEST(references_and_calls_are_counted_where_they_are)
{
    own_pool *pool = new_root(), *other = new_root();
    struct probe *probe = probe_new(pool, 'a');

    expect(own_hold(pool, probe) == 0 && own_hold(pool, other) == 0);
    expect(own_pool_new(pool) != NULL && own_defer(pool, log_call, "b") == 0);
    own_usage usage = usage_of(pool);
    expect(usage.held == 3 && usage.children == 1 && usage.deferred == 1);
    expect(usage.blocks == 0 && usage.bytes == 0); /* objects are not blocks */
    own_pool_clear(pool);
    usage = usage_of(pool);
    expect(usage.held == 0 && usage.children == 0 && usage.deferred == 0);
    own_decref(pool);
    own_decref(other);
    expect_events("ba");
}
END_TEST

START_TEST(memory_of_dead_pools_can_be_kept_or_given_back)
{
    for (int round = 0; round < 3; round++) {
        own_pool *pool = new_root();
        for (int i = 0; i < 1000; i++)
            expect(own_alloc(pool, 1, 1000) != NULL);
        if (round == 1)
            own_set_cache_limit(0);
        own_decref(pool);
        expect_keeps_errno((own_trim(), true));
        expect(own_trim() == 0); /* nothing is left for a second time */
        if (round == 1)
            own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
    }
}
END_TEST

START_TEST(trim_gives_back_what_a_dead_pool_left)
{
    own_pool *pool = new_root();

    own_trim();
    for (int i = 0; i < 4000; i++)
        expect(own_alloc(pool, 1, 1000) != NULL);
    own_decref(pool);
    expect(own_trim() >= (size_t)2 << 20); /* 4 MB were used, well below the limit of the cache */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("usage");
    TCase *figures = add_case(suite, "figures");
    TCase *memory = add_case(suite, "memory");

    tcase_add_test(figures, empty_pool_has_one_pool_and_nothing_else);
    tcase_add_test(figures, blocks_and_bytes_follow_every_allocation_and_free);
    tcase_add_test(figures, bytes_follow_realloc);
    tcase_add_test(figures, aligned_and_large_blocks_are_counted_like_others);
    tcase_add_test(figures, peak_does_not_fall_when_adopted_memory_goes);
    tcase_add_test(figures, peak_survives_clear);
    tcase_add_test(figures, usage_leaves_out_what_is_below);
    tcase_add_test(figures, total_is_the_sum_over_the_pool_and_all_below);
    tcase_add_test(figures, references_and_calls_are_counted_where_they_are);

    tcase_add_test(memory, memory_of_dead_pools_can_be_kept_or_given_back);
    tcase_add_test(memory, trim_gives_back_what_a_dead_pool_left);
    return run_suite(suite);
}
