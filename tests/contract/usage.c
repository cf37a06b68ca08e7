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

START_TEST(peak_does_not_fall_when_older_blocks_go)
{
    for (int way = 0; way < 4; way++) {
        OWN_SCOPED own_pool *pool = new_root(), *other = new_root();
        size_t size = way == 1 ? 100000 : 480, peak = size + 16;
        void *old = own_alloc(pool, 1, size);
        expect(old && own_alloc(pool, 1, 16) && usage_of(pool).peak == peak);
        expect(way == 2   ? own_realloc(pool, old, 1, 16) != NULL
               : way == 3 ? own_block_move(pool, other, old) != NULL
                          : own_free(pool, old) == 0);
        expect(usage_of(pool).bytes < peak && usage_of(pool).peak == peak);
    }
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

#define MIB ((size_t)1 << 20)

/* Whether the peak of a total is `most`, to within what pools take beside their blocks. */
static bool peak_is(const own_pool *pool, size_t most)
{
    size_t peak = total_of(pool).peak;

    return peak >= most && peak < most + MIB / 2;
}

START_TEST(peak_of_a_limit_remembers_children_that_have_died)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.limit = SIZE_MAX});

    expect(root != NULL);
    expect(total_of(root).peak == total_of(root).reserved);
    for (int i = 0; i < 3; i++) {
        own_pool *one = own_pool_new(root), *two = own_pool_new(one);
        expect(own_alloc(one, 1, 3 * MIB) && own_alloc(two, 1, 2 * MIB));
        expect(own_drop(root, one) == 0);
        expect(peak_is(root, 5 * MIB) && total_of(root).reserved < MIB);
    }
    own_pool_clear(root);
    expect(peak_is(root, 5 * MIB)); /* clear does not lower it */
    own_decref(root);
}
END_TEST

/* SIZE_MAX counts from now on, and what there is already; 0 does not make it forget. */
START_TEST(peak_begins_where_the_limit_is_set)
{
    own_pool *root = new_root(), *child = own_pool_new(root);
    void *block = own_alloc(child, 1, 4 * MIB);

    expect(block && own_free(child, block) == 0);
    expect(own_pool_set_limit(root, 0) == 0);
    expect(total_of(root).peak == 4 * MIB); /* the sum of the peaks: there is no limit */
    expect((block = own_alloc(child, 1, 2 * MIB)) != NULL);
    expect(own_pool_set_limit(root, SIZE_MAX) == 0 && peak_is(root, 2 * MIB));
    expect(own_free(child, block) == 0 && peak_is(root, 2 * MIB));
    expect(own_alloc(root, 1, 3 * MIB) && peak_is(root, 3 * MIB));
    expect(own_pool_set_limit(root, 0) == 0 && peak_is(root, 3 * MIB));
    expect(own_alloc(root, 1, 3 * MIB) && peak_is(root, 6 * MIB));
    expect(own_pool_set_limit(root, MIB) == 0 && peak_is(root, 6 * MIB));
    expect_error(own_alloc(root, 1, 3 * MIB) == NULL, EDQUOT);
    expect(peak_is(root, 6 * MIB));
    own_decref(root);
}
END_TEST

START_TEST(peak_of_a_limit_follows_realloc_and_leaves_out_what_failed)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.limit = SIZE_MAX});
    void *block = own_alloc(root, 1, 2 * MIB);
    own_buffer *buffer = own_buffer_new(root, 2, MIB);

    expect(block && buffer && (block = own_realloc(root, block, 3, MIB)) && peak_is(root, 5 * MIB));
    expect((block = own_realloc(root, block, 2, MIB)) && peak_is(root, 5 * MIB));
    size_t peak = total_of(root).peak;
    const size_t huge = (size_t)1 << 50; /* more than there are addresses */
    expect_error(own_alloc(root, 1, huge) == NULL, ENOMEM);
    expect_error(own_realloc(root, block, 1, huge) == NULL, ENOMEM);
    expect_error(own_buffer_new(root, 1, huge) == NULL, ENOMEM);
    expect_error(own_buffer_resize(buffer, 1, huge) == -1, ENOMEM);
    expect_error(own_pool_create(root, &(own_pool_options){.reserve = huge}) == NULL, ENOMEM);
    expect(total_of(root).peak == peak);
    own_decref(root);
}
END_TEST

START_TEST(peak_of_a_limit_counts_buffers)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.limit = SIZE_MAX});
    own_buffer *buffer = own_buffer_new(root, 2, MIB);

    expect(buffer && peak_is(root, 2 * MIB));
    expect(own_buffer_resize(buffer, 5, MIB) == 0 && own_buffer_resize(buffer, 1, 1) == 0);
    size_t peak = total_of(root).peak;
    expect(peak >= 5 * MIB && total_of(root).reserved < MIB);
    expect(own_buffer_adopt(root, malloc(3 * MIB), 3 * MIB, free) != NULL);
    expect(own_buffer_adopt(root, malloc(4 * MIB), 4 * MIB, free) != NULL);
    own_pool_clear(root);
    expect(peak_is(root, 7 * MIB));
    own_decref(root);
}
END_TEST

/* What moves is counted where it comes to; where it has been the mark stays. */
START_TEST(peaks_of_limits_follow_pools_that_move)
{
    own_pool *root = new_root(), *one = own_pool_new(root), *two = own_pool_new(root);
    own_pool *child = own_pool_new(one);

    expect(own_alloc(child, 1, 2 * MIB) != NULL);
    expect(own_pool_set_limit(root, SIZE_MAX) == 0 && own_pool_set_limit(one, SIZE_MAX) == 0);
    expect(own_pool_set_limit(two, SIZE_MAX) == 0 && total_of(two).peak < MIB);
    size_t peak = total_of(root).peak;
    expect(own_move(one, two, child) == 0);
    expect(peak_is(one, 2 * MIB) && peak_is(two, 2 * MIB));
    expect(total_of(root).peak == peak); /* counted once all the time */
    own_incref(child);
    expect(own_drop(two, child) == 0);
    expect(own_alloc(child, 1, 3 * MIB) && total_of(root).peak == peak);
    expect(own_give(one, child) == 0);
    expect(peak_is(one, 5 * MIB) && peak_is(two, 2 * MIB) && peak_is(root, 5 * MIB));
    own_decref(root);
}
END_TEST

START_TEST(peak_of_the_limit_of_a_shared_pool)
{
    own_pool *root = own_pool_create(NULL, &(own_pool_options){.limit = SIZE_MAX});

    expect(root && own_share(root) == 0);
    own_pool *child = own_pool_new(root);
    expect(own_alloc(child, 1, 3 * MIB) && own_drop(root, child) == 0);
    own_pool *confined = own_pool_create(root, &(own_pool_options){.flags = OWN_POOL_CONFINED});
    expect(own_alloc(confined, 1, 4 * MIB) && own_drop(root, confined) == 0);
    expect(peak_is(root, 4 * MIB));
    own_pool_clear(root);
    expect(peak_is(root, 4 * MIB));
    own_decref(root);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("usage");
    TCase *figures = add_case(suite, "figures");
    TCase *limits = add_case(suite, "limits");
    TCase *memory = add_case(suite, "memory");

    tcase_add_test(figures, empty_pool_has_one_pool_and_nothing_else);
    tcase_add_test(figures, blocks_and_bytes_follow_every_allocation_and_free);
    tcase_add_test(figures, bytes_follow_realloc);
    tcase_add_test(figures, aligned_and_large_blocks_are_counted_like_others);
    tcase_add_test(figures, peak_does_not_fall_when_adopted_memory_goes);
    tcase_add_test(figures, peak_does_not_fall_when_older_blocks_go);
    tcase_add_test(figures, peak_survives_clear);
    tcase_add_test(figures, usage_leaves_out_what_is_below);
    tcase_add_test(figures, total_is_the_sum_over_the_pool_and_all_below);
    tcase_add_test(figures, references_and_calls_are_counted_where_they_are);

    tcase_add_test(limits, peak_of_a_limit_remembers_children_that_have_died);
    tcase_add_test(limits, peak_begins_where_the_limit_is_set);
    tcase_add_test(limits, peak_of_a_limit_follows_realloc_and_leaves_out_what_failed);
    tcase_add_test(limits, peak_of_a_limit_counts_buffers);
    tcase_add_test(limits, peaks_of_limits_follow_pools_that_move);
    tcase_add_test(limits, peak_of_the_limit_of_a_shared_pool);

    tcase_add_test(memory, memory_of_dead_pools_can_be_kept_or_given_back);
    tcase_add_test(memory, trim_gives_back_what_a_dead_pool_left);
    return run_suite(suite);
}
