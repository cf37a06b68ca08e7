/*
 * sites.c - sampled allocations: estimates against the truth, with random numbers that a seed
 * repeats; and that samples live as long as their blocks.
 */
#include "extent/tracked.h"
#include "harness.h"
#include "pool/pool.h"

#include <pthread.h>

#define INTERVAL ((size_t)2 << 10)
static struct random chosen;

static void begin(size_t interval)
{
    random_seed(&chosen, 20);
    site_seed(8);
    own_set_site_tracking(interval);
}

static size_t any_size(void)
{
    return 1 + random_below(&chosen, random_below(&chosen, 50) ? 200 : 3000);
}

static void *must(void *block)
{
    expect(block != NULL);
    return block;
}

/* What the samples of a pool stand for. NULL: those of all pools. */
static struct site estimate(const own_pool *pool)
{
    struct site sum = {.owner = pool};
    struct sample sample;
    uint32_t place = 0;
    double blocks = 0;
    double bytes = 0;

    while (sample_next_of_all(&place, &sample)) {
        if (pool && sample.owner != pool)
            continue;
        double weight = site_weight(sample.size, sample.interval);
        blocks += weight;
        bytes += weight * (double)sample.size;
        sum.samples++;
    }
    sum.blocks = (uint64_t)blocks;
    sum.bytes = (uint64_t)bytes;
    return sum;
}

/* Where there are fewer steps, estimates vary more: by the root of their number. */
static double spread(void)
{
    size_t steps = scaled(10000);
    return steps >= 10000 ? 1 : steps >= 1000 ? 4 : 12;
}

#define expect_near(estimated, truth, percent)                                                     \
    do {                                                                                           \
        double ratio_ = (double)(estimated) / (double)(truth);                                     \
        if (ratio_ < 1 - (percent)*spread() / 100.0 || ratio_ > 1 + (percent)*spread() / 100.0)    \
            fprintf(stderr, "%s is %.4f of %s\n", #estimated, ratio_, #truth);                     \
        expect(ratio_ >= 1 - (percent)*spread() / 100.0 &&                                         \
               ratio_ <= 1 + (percent)*spread() / 100.0);                                          \
    } while (0)

static void expect_estimate(const own_pool *pool)
{
    own_usage usage = usage_of(pool);
    struct site sum = estimate(pool);

    expect(sum.samples > scaled(2000));
    expect_near(sum.bytes, usage.bytes, 5);
    expect_near(sum.blocks, usage.blocks, 8);
}

START_TEST(a_sample_stands_for_the_inverse_of_its_chance)
{
    expect_near(site_weight(1, 1), 1.58197670686933, 1e-9);
    expect_near(site_weight(100, 100), 1.58197670686933, 1e-9);
    expect_near(site_weight(16, 524288), 32768.5000025431, 1e-9);
    expect_near(site_weight(1000, 300), 1.0369937065900356, 1e-9);
    expect_near(site_weight(3000, 10000), 3.8582959135100827, 1e-9);
    expect_near(site_weight(SIZE_MAX >> 4, 512), 1, 1e-9);
}
END_TEST

START_TEST(blocks_are_sampled_with_their_chance)
{
    const size_t sizes[] = {16, 1000, 3000};

    begin(INTERVAL);
    for (size_t i = 0; i < 3; i++) {
        size_t sampled = 0;
        size_t count = scaled(400000);
        for (size_t k = 0; k < count; k++)
            sampled += site_strikes(sizes[i]);
        expect_near((double)sampled * site_weight(sizes[i], INTERVAL), count, 4);

        double left = 0;
        size_t draws = scaled(100000);
        for (size_t k = 0; k < draws; k++)
            left += site_blocks_left(sizes[i]);
        expect_near(left / (double)draws + 1, site_weight(sizes[i], INTERVAL), 2);
    }
}
END_TEST

START_TEST(rooms_that_are_counted_at_once_have_the_same_chance)
{
    const size_t room = 1000;
    const size_t count = scaled(200000);
    size_t struck = 0;
    double sum = 0;
    double weight = site_weight(room, INTERVAL);

    begin(INTERVAL);
    for (size_t i = 0; i < count; i++) {
        size_t left = site_room(room);
        expect(left == SITE_NONE || left < room);
        struck += left != SITE_NONE;
        sum += left != SITE_NONE ? (double)left : 0;
    }
    expect_near((double)struck * weight, count, 2);
    expect_near(sum / (double)struck, INTERVAL - (double)room * (weight - 1), 2);
}
END_TEST

START_TEST(a_pool_that_grows)
{
    begin(INTERVAL);
    own_pool *pool = new_root();
    for (size_t i = 0; i < scaled(200000); i++)
        must(own_alloc(pool, 1, any_size()));
    expect_estimate(pool);
    own_decref(pool);
    expect(sample_live == 0);
}
END_TEST

static own_pool *churned(bool shared, size_t rounds, void **blocks, size_t live)
{
    own_pool *pool = new_root();

    expect(!shared || own_share(pool) == 0);
    memset(blocks, 0, live * sizeof(*blocks));
    for (size_t i = 0; i < rounds; i++) {
        size_t which = random_below(&chosen, live);
        expect(own_free(pool, blocks[which]) == 0);
        blocks[which] = must(own_alloc_raw(pool, 1, any_size()));
    }
    return pool;
}

#define LIVE 60000
static void *blocks[LIVE];

START_TEST(a_pool_whose_blocks_come_and_go)
{
    begin(INTERVAL);
    own_pool *pool = churned(_i, scaled(steps_are_few() ? 200000 : 600000), blocks, scaled(LIVE));
    expect_estimate(pool);
    for (size_t i = 0; i < scaled(LIVE); i += 2)
        expect(own_free(pool, blocks[i]) == 0);
    expect_near(estimate(pool).bytes, usage_of(pool).bytes, 7);
    own_pool_clear(pool);
    expect(estimate(pool).samples == 0);
    for (size_t i = 0; i < scaled(200000); i++)
        must(own_alloc(pool, 1, any_size()));
    expect_estimate(pool);
    own_decref(pool);
    expect(sample_live == 0);
}
END_TEST

START_TEST(blocks_that_are_resized)
{
    begin(INTERVAL);
    own_pool *pool = churned(_i, scaled(200000), blocks, scaled(LIVE));
    for (size_t i = 0; i < scaled(200000); i++) {
        size_t which = random_below(&chosen, scaled(LIVE));
        blocks[which] = must(own_realloc(pool, blocks[which], 1, any_size()));
    }
    expect_estimate(pool);
    own_decref(pool);
    expect(sample_live == 0);
}
END_TEST

/* Pools that are kept ready and used again: each life has its own chance. */
START_TEST(small_pools_that_come_and_go)
{
    static own_pool *children[20000];
    const size_t count = scaled(sizeof(children) / sizeof(*children));

    begin(INTERVAL);
    own_pool *root = new_root();
    memset(children, 0, sizeof(children));
    for (size_t i = 0; i < scaled(300000); i++) {
        size_t which = random_below(&chosen, count);
        expect(!children[which] || own_drop(root, children[which]) == 0);
        children[which] = must(own_pool_new(root));
        for (int k = 0; k < 6; k++)
            must(own_alloc_raw(children[which], 1, 1 + random_below(&chosen, 200)));
    }
    own_usage total = total_of(root);
    struct site sum = estimate(NULL);
    expect(sum.samples > scaled(3000));
    expect_near(sum.bytes, total.bytes, 5);
    own_decref(root);
    expect(sample_live == 0);
    expect(tracked_notes == 0);
}
END_TEST

/* One allocates three times as much as the other. */
static NOINLINE void allocate_much(own_pool *pool)
{
    must(own_alloc_raw(pool, 3, 64));
}

static NOINLINE void allocate_little(own_pool *pool)
{
    must(own_alloc_raw(pool, 1, 64));
}

START_TEST(sites_are_told_apart)
{
    struct site found;
    uint32_t place = 0;
    double much = 0;
    double little = 0;

    begin(INTERVAL);
    own_pool *pool = new_root();
    for (size_t i = 0; i < scaled(200000); i++) {
        allocate_much(pool);
        allocate_little(pool);
    }
    while (site_next(pool, &place, &found)) {
        const void *frames[SITE_FRAMES];
        size_t count = site_frames(found.stack, frames, SITE_FRAMES);
        expect(count > 2);
        bool known = false;
        for (size_t i = 0; i < count; i++) {
            uintptr_t from_much = (uintptr_t)frames[i] - (uintptr_t)allocate_much;
            uintptr_t from_little = (uintptr_t)frames[i] - (uintptr_t)allocate_little;
            bool is_much = from_much < 1000 && from_much < from_little;
            bool is_little = from_little < 1000 && from_little < from_much;
            if (!known && is_much)
                much += (double)found.bytes;
            else if (!known && is_little)
                little += (double)found.bytes;
            known = known || is_much || is_little;
        }
        expect(known);
    }
    expect_near(much + little, usage_of(pool).bytes, 5);
    own_decref(pool);
    place = 0;
    expect(!site_next(pool, &place, &found));
}
END_TEST

START_TEST(exact_pools_and_those_with_an_allocator)
{
    begin(INTERVAL);
    const own_allocator *allocator = OWN_ALLOCATOR(malloc, free);
    own_pool_options options = {.flags = OWN_POOL_EXACT, .allocator = _i ? allocator : NULL};
    own_pool *pool = own_pool_create(NULL, &options);
    expect(pool != NULL);
    for (size_t i = 0; i < scaled(LIVE); i++)
        blocks[i] = must(own_alloc(pool, 1, any_size()));
    for (size_t i = 0; i < scaled(100000); i++) {
        size_t which = random_below(&chosen, scaled(LIVE));
        if (i % 2)
            expect(own_free(pool, blocks[which]) == 0);
        blocks[which] = must(i % 2 ? own_alloc(pool, 1, any_size())
                                   : own_realloc(pool, blocks[which], 1, any_size()));
    }
    expect_estimate(pool);
    own_pool_clear(pool);
    expect(sample_live == 0);
    own_decref(pool);
}
END_TEST

START_TEST(large_blocks_stay_where_they_are)
{
    struct sample sample;

    begin(1);
    own_pool *pool = new_root();
    own_pool *other = new_root();
    char *block = must(own_alloc(pool, 1, (size_t)2 << 20));
    expect(sample_find(block, pool, &sample) && !sample.chunk && sample.size == (size_t)2 << 20);
    block = must(own_realloc(pool, block, 1, (size_t)8 << 20));
    expect(sample_find(block, pool, &sample) && sample.size == (size_t)8 << 20);
    expect(sample_live == 1);
    expect(own_block_move(pool, other, block) == block);
    expect(sample_find(block, other, &sample) && sample_live == 1);
    expect(own_free(other, block) == 0 && sample_live == 0);
    own_decref(pool);
    own_decref(other);
}
END_TEST

START_TEST(nothing_is_sampled_while_it_is_off)
{
    own_set_site_tracking(0);
    own_pool *pool = churned(_i, scaled(20000), blocks, scaled(LIVE));
    expect(sample_live == 0 && tracked_notes == 0);

    /* What exists takes notice, and what was sampled stays so. */
    begin(64);
    for (size_t i = 0; i < scaled(LIVE); i++) {
        expect(own_free(pool, blocks[i]) == 0);
        blocks[i] = must(own_alloc_raw(pool, 1, any_size()));
    }
    size_t sampled = sample_live;
    expect(sampled > scaled(LIVE) / 4);
    own_set_site_tracking(0);
    for (size_t i = 0; i < scaled(LIVE); i += 2) {
        expect(own_free(pool, blocks[i]) == 0);
        blocks[i] = must(own_alloc_raw(pool, 1, any_size()));
    }
    expect(sample_live < sampled * 6 / 10 && sample_live > sampled * 4 / 10);
    own_decref(pool);
    expect(sample_live == 0);
}
END_TEST

START_TEST(the_interval_may_change)
{
    begin(INTERVAL);
    own_pool *pool = new_root();
    for (size_t i = 0; i < scaled(300000); i++) {
        if (i % 1000 == 0)
            own_set_site_tracking(INTERVAL << i / 1000 % 4);
        must(own_alloc(pool, 1, any_size()));
    }
    expect_estimate(pool);
    own_decref(pool);
}
END_TEST

static own_pool *common;

static void *churn_common(void *arg)
{
    void **own = arg;
    struct random random = {.state = (uintptr_t)arg};

    site_seed((uintptr_t)arg | 1);
    for (size_t i = 0; i < scaled(200000); i++) {
        size_t which = random_below(&random, scaled(LIVE) / 4);
        expect(own_free(common, own[which]) == 0);
        own[which] = must(own_alloc_raw(common, 1, 1 + random_below(&random, 600)));
    }
    return NULL;
}

START_TEST(threads_that_share_a_pool)
{
    pthread_t threads[4];

    begin(INTERVAL / 2);
    memset(blocks, 0, sizeof(blocks));
    common = new_root();
    expect(own_share(common) == 0);
    for (size_t i = 0; i < 4; i++)
        expect(pthread_create(&threads[i], NULL, churn_common, &blocks[i * LIVE / 4]) == 0);
    for (size_t i = 0; i < 4; i++)
        expect(pthread_join(threads[i], NULL) == 0);
    expect_estimate(common);
    for (size_t i = 0; i < LIVE; i++)
        expect(own_free(common, blocks[i]) == 0);
    expect(sample_live == 0);
    own_decref(common);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sites");
    TCase *chances = add_case(suite, "chances");
    TCase *estimates = add_case(suite, "estimates");
    TCase *lives = add_case(suite, "lives");

    tcase_add_test(chances, a_sample_stands_for_the_inverse_of_its_chance);
    tcase_add_test(chances, blocks_are_sampled_with_their_chance);
    tcase_add_test(chances, rooms_that_are_counted_at_once_have_the_same_chance);
    tcase_add_test(estimates, a_pool_that_grows);
    tcase_add_loop_test(estimates, a_pool_whose_blocks_come_and_go, 0, 2);
    tcase_add_loop_test(estimates, blocks_that_are_resized, 0, 2);
    tcase_add_test(estimates, small_pools_that_come_and_go);
    tcase_add_loop_test(estimates, exact_pools_and_those_with_an_allocator, 0, 2);
    if (stacks_are_given())
        tcase_add_test(estimates, sites_are_told_apart);
    else
        puts("left out here: sites_are_told_apart: this system gives no stacks");
    tcase_add_test(estimates, the_interval_may_change);
    tcase_add_test(estimates, threads_that_share_a_pool);
    tcase_add_loop_test(lives, nothing_is_sampled_while_it_is_off, 0, 2);
    tcase_add_test(lives, large_blocks_stay_where_they_are);
    return run_suite(suite);
}
