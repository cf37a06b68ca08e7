/*
 * taps.c - sampled allocations of pages that lie behind taps: intervals that are large enough for
 * that, so that few samples live at a time. What is estimated is all that was ever allocated. And
 * pools with short first extents.
 */
#include "chunk/cache.h"
#include "extent/tracked.h"
#include "harness.h"
#include "pool/pool.h"

#define INTERVAL ((size_t)128 << 10)
#define LIVE ((size_t)15000)

enum { CONFINED, SHARED, MIXED, KINDS };

static void *blocks[LIVE];
static size_t live;
static struct random chosen;

/* Where there are fewer steps, estimates vary more. */
static double spread(void)
{
    size_t steps = scaled(10000);
    return steps >= 10000 ? 1 : steps >= 1000 ? 4 : 12;
}

static bool is_near(double estimate, double truth, double percent)
{
    bool near = estimate >= truth * (1 - percent * spread() / 100) &&
                estimate <= truth * (1 + percent * spread() / 100);

    if (!near)
        fprintf(stderr, "%.0f is estimated as %.0f\n", truth, estimate);
    return near;
}

/* Where the next block is: anywhere; or many times at one place. */
static size_t next_place(size_t i)
{
    return i / 1000 % 3 ? random_below(&chosen, live) : i / 1000 % live;
}

/* Some of the calls take blocks of the same pages, but count them on their own. */
static void *allocate(own_pool *pool, size_t size, bool called)
{
    void *block = called ? own_alloc_aligned(pool, 16, 1, size) : own_alloc_raw(pool, 1, size);

    expect(block && own_block_size(pool, block) == size);
    return block;
}

static own_pool *begin(bool shared)
{
    random_seed(&chosen, 20);
    site_seed(7);
    own_set_site_tracking(INTERVAL);
    own_pool *pool = new_root();
    expect(!shared || own_share(pool) == 0);
    live = scaled(LIVE);
    memset(blocks, 0, sizeof(blocks));
    return pool;
}

static void end(own_pool *pool)
{
    for (size_t i = 0; i < live; i++)
        expect(own_free(pool, blocks[i]) == 0);
    /* At most a page of each size is left, if each is in a unit of its own. */
    own_usage usage = usage_of(pool);
    expect(usage.blocks == 0 && usage.reserved < (size_t)33 * 70000);
    own_decref(pool);
    expect(sample_live == 0);
}

START_TEST(blocks_of_pages_are_sampled_with_their_chance)
{
    own_pool *pool = begin(_i == SHARED);
    double bytes = 0;
    double sampled = 0;
    size_t samples = 0;

    /* Valgrind sees nothing in the last steps that it has not seen in those before. */
    const size_t steps = scaled(steps_are_few() ? 600000 : 1200000);
    for (size_t i = 0; i < steps; i++) {
        size_t size = 16 * (1 + random_below(&chosen, 32));
        size_t place = next_place(i);
        expect(own_free(pool, blocks[place]) == 0);
        size_t before = sample_live;
        blocks[place] = allocate(pool, size, _i == MIXED && i % 5 == 0);
        bool is_sampled = sample_live != before;
        sampled += is_sampled ? site_weight(size, INTERVAL) * (double)size : 0;
        samples += is_sampled;
        bytes += (double)size;
    }
    expect(samples > steps / 800);
    expect(is_near(sampled, bytes, 5));
    end(pool);
}
END_TEST

/* Only blocks that are counted by taps are looked at, beside many that are not. */
START_TEST(blocks_that_are_counted_elsewhere_change_no_chance)
{
    own_pool *pool = begin(false);
    double bytes = 0;
    double sampled = 0;

    for (size_t i = 0; i < scaled(1500000); i++) {
        size_t place = next_place(i);
        bool called = i % 2 == 0;
        expect(own_free(pool, blocks[place]) == 0);
        size_t before = sample_live;
        blocks[place] = allocate(pool, 256, called);
        if (called)
            continue;
        sampled += sample_live != before ? site_weight(256, INTERVAL) * 256 : 0;
        bytes += 256;
    }
    expect(is_near(sampled, bytes, 6));
    end(pool);
}
END_TEST

/* Pools whose first extents end where a block is to be sampled, and that are used again. */
START_TEST(short_pools_are_sampled_with_their_chance)
{
    const size_t interval = (size_t)4 << 10;
    double bytes = 0;
    double sampled = 0;
    size_t shorter = 0;
    own_pool *root = begin(false);

    own_set_site_tracking(interval);
    for (size_t i = 0; i < scaled(30000); i++) {
        own_pool *pool = own_pool_new(root);
        expect(pool != NULL);
        for (size_t k = 0; k < 30; k++) {
            size_t size = 16 * (1 + random_below(&chosen, 12));
            size_t before = sample_live;
            shorter += k == 0 && pool_flags(pool) & POOL_SHORT;
            (void)allocate(pool, size, false);
            sampled += sample_live != before ? site_weight(size, interval) * (double)size : 0;
            bytes += (double)size;
            if (k % 10 == 9)
                own_pool_clear(pool);
        }
        expect(!(pool_flags(pool) & POOL_SHORT));
        expect(own_drop(root, pool) == 0 && sample_live == 0);
    }
    expect(OWN_DEBUG || MARKS_ASAN || shorter > scaled(2000));
    expect(is_near(sampled, bytes, 4));
    own_decref(root);
}
END_TEST

/* The pages of each size are in its list again. */
START_TEST(taps_end_when_it_is_switched_off)
{
    const size_t many = steps_are_few() ? 2000 : 6000;
    own_pool *pool = new_root();

    random_seed(&chosen, 21);
    own_set_site_tracking(INTERVAL);
    for (int on = 1; on >= 0; on--) {
        if (!on)
            own_set_site_tracking(0);
        for (size_t i = 0; i < many; i++) {
            expect(on || own_free(pool, blocks[i]) == 0);
            blocks[i] = allocate(pool, 16 * (1 + i % 32), false);
        }
    }
    pool_validate(pool);
    for (size_t i = 0; i < many; i++)
        expect(own_free(pool, blocks[i]) == 0);
    pool_validate(pool);
    expect(usage_of(pool).blocks == 0 && sample_live == 0);
    own_decref(pool);
}
END_TEST

/* Pools of any size that die and are used again, many of which live at a time. */
START_TEST(ready_pools_are_sampled_with_their_chance)
{
    const size_t interval = (size_t)16 << 10;
    double bytes = 0;
    double sampled = 0;
    size_t shorter = 0;
    own_pool *root = begin(_i == SHARED);
    own_pool *pools[20];

    own_set_site_tracking(interval);
    for (size_t i = 0; i < scaled(6000); i++) {
        size_t count = 1 + random_below(&chosen, 20);
        for (size_t k = 0; k < count; k++) {
            pools[k] = own_pool_new(_i == MIXED && k % 2 ? NULL : root);
            expect(pools[k] != NULL);
            shorter += pool_flags(pools[k]) & POOL_SHORT && _i != SHARED;
            size_t most = 1 + random_below(&chosen, 60);
            for (size_t n = 0; n < most; n++) {
                size_t size = 16 * (1 + random_below(&chosen, random_below(&chosen, 20) ? 12 : 90));
                size_t before = sample_live;
                expect(own_alloc_raw(pools[k], 1, size) != NULL);
                sampled += sample_live != before ? site_weight(size, interval) * (double)size : 0;
                bytes += (double)size;
            }
        }
        while (count > 0) {
            count--;
            if (_i == MIXED && count % 2)
                own_decref(pools[count]);
            else
                expect(own_drop(root, pools[count]) == 0);
        }
        expect(sample_live == 0);
    }
    expect(OWN_DEBUG || MARKS_ASAN || _i == SHARED || shorter > scaled(2000));
    expect(is_near(sampled, bytes, 3));
    own_decref(root);
    expect(tracked_notes == 0);
}
END_TEST

/* A large block lies elsewhere, and one that is aligned is allocated by a call. */
START_TEST(other_blocks_change_no_chance_of_small_ones)
{
    const size_t interval = (size_t)16 << 10;
    double bytes = 0;
    double sampled = 0;
    own_pool *root = begin(false);

    own_set_site_tracking(interval);
    for (size_t i = 0; i < scaled(30000); i++) {
        own_pool *pool = own_pool_new(root);
        if (_i == 0)
            expect(own_alloc_raw(pool, 1, 100000) != NULL);
        for (size_t n = 0; n < 10; n++) {
            size_t size = 16 * (1 + random_below(&chosen, 12));
            size_t before = sample_live;
            expect((_i == 1 ? own_alloc_aligned(pool, 16, 1, size) : own_alloc_raw(pool, 1, size)));
            sampled += sample_live != before ? site_weight(size, interval) * (double)size : 0;
            bytes += (double)size;
        }
        pool_validate(pool);
        expect(own_drop(root, pool) == 0);
    }
    expect(is_near(sampled, bytes, 5));
    own_decref(root);
    expect(sample_live == 0 && tracked_notes == 0);
}
END_TEST

/* Between blocks that stay, others come and go in the same bytes. As long as nobody asks for the
   size of a block, they stand in the log only. */
START_TEST(blocks_that_go_change_no_chance_of_those_that_stay)
{
    const size_t interval = (size_t)16 << 10;
    double bytes = 0;
    double sampled = 0;
    own_pool *root = begin(false);

    own_set_site_tracking(interval);
    for (size_t i = 0; i < 600 + scaled(5400); i++) {
        own_pool *pool = own_pool_new(root);
        for (size_t n = 0; n < (_i % 2 ? 1 + i % 200 : 30); n++) {
            size_t size = 16 * (1 + random_below(&chosen, 12));
            void *passing = own_alloc_raw(pool, 1, 16 + 16 * (n % 30));
            expect(passing && (_i < 2 || own_block_size(pool, passing) > 0));
            expect(own_free(pool, passing) == 0);
            size_t before = sample_live;
            expect(own_alloc_raw(pool, 1, size) != NULL);
            sampled += sample_live != before ? site_weight(size, interval) * (double)size : 0;
            bytes += (double)size;
        }
        expect(own_drop(root, pool) == 0);
    }
    expect(is_near(sampled, bytes, 5));
    own_decref(root);
    expect(sample_live == 0 && tracked_notes == 0);
}
END_TEST

/* What was to be sampled stands for as much as it did when that was decided. */
START_TEST(samples_have_the_interval_with_which_they_were_drawn)
{
    const size_t pools = 2000;
    double estimated = 0;
    struct sample sample;
    uint32_t place = 0;
    own_pool *root = begin(false);

    own_set_site_tracking((size_t)1 << (_i == 0 ? 12 : 15));
    for (size_t i = 0; i < pools; i++)
        blocks[i] = own_pool_new(root);
    for (size_t n = 0; n < 31; n++) {
        for (size_t i = 0; i < pools; i++)
            (void)allocate(blocks[i], 64, false);
        own_set_site_tracking((size_t)1 << 15);
    }
    while (sample_next_of_all(&place, &sample))
        estimated += site_weight(sample.size, sample.interval) * (double)sample.size;
    expect(is_near(estimated, (double)(31 * 64 * pools), 15));
    own_decref(root);
    expect(sample_live == 0);
}
END_TEST

/* Notes go with their pools, also of one that has begun anew with its first extent. */
START_TEST(no_note_stays)
{
    own_pool *root = begin(false);

    own_set_site_tracking(2000);
    for (size_t i = 0; i < scaled(2000); i++) {
        own_pool *pool = own_pool_new(root);
        for (size_t n = 0; n < 6; n++)
            blocks[n] = own_alloc_raw(pool, 1, 60000);
        for (size_t n = 0; n < 6; n++)
            expect(own_free(pool, blocks[n]) == 0);
        expect(own_drop(root, pool) == 0);
        own_pool *other = own_pool_new(root);
        own_set_site_tracking(i % 3 == 0 ? 0 : 2000);
        expect(own_share(other) == 0 && own_alloc(other, 1, 100) != NULL);
        expect(own_drop(root, other) == 0);
    }
    own_decref(root);
    expect(sample_live == 0 && tracked_notes == 0);
}
END_TEST

START_TEST(what_is_set_again_changes_nothing)
{
    own_pool *root = begin(false);

    for (size_t i = 0; i < 4; i++) {
        own_set_site_tracking(i % 2 ? 0 : (size_t)1 << 30);
        own_set_site_tracking(i % 2 ? 0 : (size_t)1 << 30);
        expect(own_drop(root, own_pool_new(root)) == 0); /* nothing is known of its size yet */
        expect(own_drop(root, own_pool_new(root)) == 0);
        expect(!chunk_cache || chunk_cache->share > 0);
    }
    own_decref(root);
}
END_TEST

/* While tracking begins and ends, caches keep what they may, and know how much it is. */
START_TEST(caches_are_right_while_tracking_changes)
{
    own_pool *root = begin(false);
    own_pool *pools[100];

    for (size_t i = 0; i < scaled(4000); i++) {
        if (i % 7 == 0)
            own_set_site_tracking(i % 3 ? (size_t)1 << (10 + i % 8) : 0);
        if (i % 50 == 0)
            own_set_cache_limit(i % 100 ? (size_t)1 << 20 : OWN_CACHE_LIMIT_DEFAULT);
        size_t count = 1 + random_below(&chosen, 100);
        for (size_t k = 0; k < count; k++) {
            pools[k] = own_pool_new(root);
            expect(own_alloc_raw(pools[k], 1 + k % 40, 100) != NULL);
        }
        while (count > 0)
            expect(own_drop(root, pools[--count]) == 0);
        chunk_validate();
    }
    own_set_cache_limit(OWN_CACHE_LIMIT_DEFAULT);
    own_decref(root);
}
END_TEST

/* Nothing is to be sampled for long: what is in use has an inline path all the time. */
START_TEST(extents_are_open_while_no_sample_is_due)
{
    own_pool *root = begin(false);

    own_set_site_tracking((size_t)1 << 50);
    own_pool *pool = own_pool_new(root);
    for (size_t i = 0; i < 1000; i++) {
        expect(own_alloc_raw(pool, 1, 100) != NULL);
        expect(MARKS_ASAN || OWN_DEBUG || pool->part.memory.end != NULL);
    }
    expect(tracked_notes == 0);
    own_decref(root);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("taps");
    TCase *chances = add_case(suite, "chances");

    tcase_add_loop_test(chances, blocks_of_pages_are_sampled_with_their_chance, 0, KINDS);
    tcase_add_test(chances, blocks_that_are_counted_elsewhere_change_no_chance);
    tcase_add_test(chances, short_pools_are_sampled_with_their_chance);
    tcase_add_test(chances, taps_end_when_it_is_switched_off);
    tcase_add_loop_test(chances, ready_pools_are_sampled_with_their_chance, 0, KINDS);
    tcase_add_loop_test(chances, other_blocks_change_no_chance_of_small_ones, 0, 2);
    tcase_add_loop_test(chances, blocks_that_go_change_no_chance_of_those_that_stay, 0, 4);
    tcase_add_loop_test(chances, samples_have_the_interval_with_which_they_were_drawn, 0, 2);
    tcase_add_test(chances, no_note_stays);
    tcase_add_test(chances, what_is_set_again_changes_nothing);
    tcase_add_test(chances, caches_are_right_while_tracking_changes);
    tcase_add_test(chances, extents_are_open_while_no_sample_is_due);
    return run_suite(suite);
}
