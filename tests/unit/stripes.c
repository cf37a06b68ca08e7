/*
 * stripes.c - pools with several stripes: what is in which, the order of tear-down, numbers and
 * limits. Threads take turns here, each with a stripe of its own, so that all is as it is
 * written down; threads at the same time are in contract/stress.c.
 */
#include "chunk/chunk.h"
#include "pool/shared.h"

#include "harness.h"

#include <pthread.h>

#define KIB ((size_t)1 << 10)

/* A shared pool whose threads go to stripes of their own from the start. */
static own_pool *new_striped(own_pool *owner)
{
    own_pool *pool = own_pool_new(owner);

    expect(pool != NULL && own_share(pool) == 0);
    pool->shared->spread = SPREAD_NOW;
    return pool;
}

static size_t count_stripes(const own_pool *pool)
{
    size_t count = 0;

    for (const own_pool *stripe = pool; stripe; stripe = stripe_next(pool, stripe))
        count++;
    return count;
}

/* Lets another thread, each time a new one, do that. */
static void *elsewhere(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    void *result;

    expect(pthread_create(&thread, NULL, run, arg) == 0);
    expect(pthread_join(thread, &result) == 0);
    return result;
}

static void *make_block(void *pool)
{
    return own_alloc((own_pool *)pool, 1, 100);
}

static void *make_large(void *pool)
{
    return own_alloc((own_pool *)pool, 1, 300 * KIB);
}

static void *make_child(void *pool)
{
    return own_pool_new((own_pool *)pool);
}

static void *make_nothing(void *pool)
{
    return pool;
}

START_TEST(each_thread_has_a_stripe_up_to_a_number)
{
    own_pool *pool = new_striped(NULL);
    void *blocks[STRIPES * 2];

    expect(count_stripes(pool) == 1);
    for (size_t i = 0; i < STRIPES * 2; i++) {
        expect((blocks[i] = elsewhere(make_block, pool)) != NULL);
        expect(count_stripes(pool) == 1 + (i < STRIPES ? i + 1 : STRIPES));
    }
    own_usage usage = usage_of(pool);
    expect(usage.pools == 1 && usage.blocks == STRIPES * 2);
    expect(usage.bytes == usage.blocks * 112 && usage.reserved >= STRIPES * CHUNK_UNIT);
    for (size_t i = 0; i < STRIPES * 2; i++) {
        expect(own_contains(pool, blocks[i]) && own_block_size(pool, blocks[i]) == 112);
        expect_error(own_free(pool, (char *)blocks[i] + 16) == -1, EINVAL);
        expect((blocks[i] = own_realloc(pool, blocks[i], 1, 200)) != NULL);
        expect(own_free(pool, blocks[i]) == 0);
        expect_error(own_free(pool, blocks[i]) == -1, EINVAL);
    }
    expect(usage_of(pool).blocks == 0 && usage_of(pool).bytes == 0);
    own_decref(pool);
}
END_TEST

static void *expect_own_stripe(void *arg)
{
    own_pool *pool = (own_pool *)arg;
    void *block = own_alloc(pool, 1, 100);

    expect(block && chunk_owner(block) == pool->shared->stripe[thread_number() % STRIPES]);
    return block;
}

/* A new one has no number before, and once went to another's, whose favour that ended: fails at
   2a16c30. */
START_TEST(each_thread_goes_to_its_stripe_from_the_first_call)
{
    own_pool *pool = new_striped(NULL);

    for (size_t i = 0; i < STRIPES * 2; i++)
        expect(elsewhere(expect_own_stripe, pool) != NULL);
    own_decref(pool);
}
END_TEST

START_TEST(large_blocks_are_found_in_their_stripe)
{
    own_pool *pool = new_striped(NULL), *other = new_striped(NULL);
    void *one = elsewhere(make_large, pool), *two = elsewhere(make_large, pool);

    expect(one && two && own_contains(pool, one) && own_contains(pool, two));
    expect(!own_contains(other, one));
    expect_error(own_free(other, two) == -1, EINVAL);
    one = own_realloc(pool, one, 3, 1000 * KIB);
    expect(one && own_block_size(pool, one) == 3000 * KIB);
    expect(own_free(pool, two) == 0 && own_free(pool, one) == 0);
    expect(usage_of(pool).blocks == 0);
    own_decref(pool);
    own_decref(other);
}
END_TEST

struct deferral {
    own_pool *pool;
    char *name;
};

static void *defer_name(void *arg)
{
    struct deferral *deferral = (struct deferral *)arg;

    expect(own_defer(deferral->pool, log_call, deferral->name) == 0);
    return arg;
}

static void *adopt_name(void *arg)
{
    struct deferral *deferral = (struct deferral *)arg;

    expect(own_adopt(deferral->pool, deferral->name, 1, log_call) == 0);
    return arg;
}

static void *make_probe(void *arg)
{
    struct deferral *deferral = (struct deferral *)arg;

    return probe_new(own_pool_new(deferral->pool), *deferral->name);
}

static char names[] = "abcdefghijklmnopqrstuvwxyz";

START_TEST(tear_down_is_newest_first_over_all_stripes)
{
    void *(*const steps[])(void *) = {defer_name, adopt_name, make_probe};
    own_pool *pool = new_striped(_i ? new_root() : NULL), *parent = own_pool_parent(pool);
    struct random random;

    random_seed(&random, (uint64_t)_i + 1);
    for (int i = 0; i < 26; i++) {
        struct deferral deferral = {pool, &names[i]};
        void *(*step)(void *) = steps[random_below(&random, 3)];
        expect((random_below(&random, 2) ? elsewhere(step, &deferral) : step(&deferral)) != NULL);
    }
    expect(count_stripes(pool) > 3);
    if (_i == 1)
        own_pool_clear(pool);
    else
        own_decref(parent ? parent : pool);
    expect_events("zyxwvutsrqponmlkjihgfedcba");
    if (_i == 1)
        own_decref(parent);
}
END_TEST

START_TEST(entries_are_found_in_any_stripe)
{
    own_pool *pool = new_striped(NULL), *to = new_striped(NULL);
    struct deferral deferral = {pool, &names[0]};
    own_pool *child = elsewhere(make_child, pool), *second = elsewhere(make_child, pool);
    struct probe *probe = elsewhere(make_probe, &deferral);
    own_pool *of_probe = own_pool_parent(second) == pool ? second : NULL;

    expect(child && probe && of_probe && own_pool_parent(child) == pool);
    expect(elsewhere(defer_name, &deferral) != NULL);
    expect(own_undefer(pool, log_call, &names[0]) == 0);
    expect_error(own_undefer(pool, log_call, &names[0]) == -1, EINVAL);
    expect(own_move(pool, to, child) == 0 && own_pool_parent(child) == to);
    expect_error(own_drop(pool, child) == -1, EINVAL);
    expect(own_drop(to, child) == 0 && own_drop(pool, second) == 0);
    expect(usage_of(pool).children == 1);
    own_decref(pool);
    expect_events("a");
    own_decref(to);
}
END_TEST

static int count_visit(void *object, int depth, void *arg)
{
    expect(object && depth <= 2);
    ++*(int *)arg;
    return 0;
}

START_TEST(walks_and_totals_see_all_stripes)
{
    own_pool *root = new_root(), *pool = new_striped(root);
    int visits = 0;

    for (int i = 0; i < 12; i++) {
        struct deferral deferral = {pool, &names[i]};
        expect(elsewhere(make_child, pool) && elsewhere(make_probe, &deferral));
        expect(elsewhere(make_block, pool) != NULL);
    }
    own_usage usage = usage_of(pool), total = total_of(root);
    expect(usage.children == 24 && usage.blocks == 12 && usage.pools == 1 && usage.held == 0);
    expect(total.pools == 26 && total.children == 25 && total.blocks == 12 && total.held == 12);
    expect(own_pool_walk(pool, count_visit, &visits) == 0 && visits == 1 + 24 + 12);
    own_decref(root);
}
END_TEST

START_TEST(cleared_stripes_can_be_used_again)
{
    own_pool *pool = new_striped(NULL);
    size_t reserved = 0;

    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 12; i++) {
            struct deferral deferral = {pool, &names[i]};
            expect(elsewhere(make_block, pool) && elsewhere(make_large, pool));
            expect(elsewhere(defer_name, &deferral) && elsewhere(make_child, pool));
        }
        own_pool_clear(pool);
        expect_events("lkjihgfedcba");
        own_usage usage = usage_of(pool);
        expect(usage.blocks == 0 && usage.bytes == 0 && usage.children == 0);
        expect(round == 0 || usage.reserved == reserved);
        reserved = usage.reserved;
    }
    own_decref(pool);
}
END_TEST

/* Another thread may adopt between the two steps of a clear: fails at adf7558. */
START_TEST(what_is_adopted_while_blocks_are_cleared_stays)
{
    own_pool *pool = new_striped(NULL);
    struct deferral deferral = {pool, &names[0]};

    expect(elsewhere(make_block, pool) && own_alloc(pool, 1, 100) != NULL);
    ledger_clear(pool);
    expect(elsewhere(adopt_name, &deferral) != NULL);
    for (own_pool *stripe = pool; stripe; stripe = stripe_next(pool, stripe)) {
        holes_forget(stripe);
        extent_clear(stripe);
        pool_validate(stripe);
    }
    expect(usage_of(pool).blocks == 1 && usage_of(pool).bytes == 1);
    expect(own_contains(pool, &names[0]));
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(pool_without_memory_for_stripes_does_without)
{
    own_pool *limited = own_pool_create(NULL, &(own_pool_options){.limit = 20 * KIB});

    expect(limited != NULL && own_share(limited) == 0);
    limited->shared->spread = SPREAD_NOW;
    for (int i = 0; i < 5; i++)
        expect(elsewhere(make_block, limited) != NULL);
    expect_keeps_errno(own_alloc(limited, 1, 100) != NULL);
    expect_keeps_errno(own_alloc_aligned(limited, 64, 1, 100) != NULL);
    expect(count_stripes(limited) > 1 && usage_of(limited).blocks == 7);
    expect_error(own_alloc(limited, 1, 30 * KIB) == NULL, EDQUOT);
    expect_error(own_alloc_aligned(limited, 64, 1, 30 * KIB) == NULL, EDQUOT);
    own_decref(limited);

    own_pool *pool = new_striped(NULL);
    void *block = own_alloc(pool, 1, 16);
    expect(block != NULL && count_stripes(pool) == 2);
    own_decref(pool);
    pool = new_striped(NULL);
    chunk_fail_after(1);
    expect_keeps_errno(own_alloc(pool, 1, 16) != NULL); /* it fits the pool's own chunk */
    chunk_fail_after(0);
    expect(count_stripes(pool) == 1);
    own_decref(pool);
}
END_TEST

/* Stripes of threads that have ended kept a chunk each. */
START_TEST(cleared_pool_has_its_limit_to_itself_again)
{
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = 2000 * KIB});

    expect(pool != NULL && own_share(pool) == 0);
    pool->shared->spread = SPREAD_NOW;
    size_t before = usage_of(pool).reserved;
    for (size_t i = 0; i < STRIPES; i++)
        expect(elsewhere(make_block, pool) != NULL);
    expect(usage_of(pool).reserved > STRIPES * CHUNK_UNIT);
    own_pool_clear(pool);
    expect(usage_of(pool).reserved <= before + STRIPES * FIRST_CHUNK_LEAST);
    expect(own_alloc(pool, 1, 1900 * KIB) != NULL);
    own_decref(pool);
}
END_TEST

/* Between two locks a node is charged, and in no ledger. */
START_TEST(node_on_its_way_is_known_to_the_validator)
{
    own_pool *pool = new_striped(NULL);

    expect(own_alloc(pool, 1, 16) != NULL);
    own_pool *entered = pool_enter(pool);
    struct node *node = ledger_node_get(entered);
    expect(pool_is_stripe(entered) && node != NULL);
    pool_leave_with_node(entered);
    pool_validate(entered);
    own_pool_clear(pool);
    pool_come_back(entered);
    ledger_node_put(entered, node);
    pool_validate(entered);
    pool_leave(entered);
    own_decref(pool);
}
END_TEST

START_TEST(stripe_that_grows_teaches_nothing_about_children)
{
    own_pool *pool = new_striped(NULL);

    for (int i = 0; i < 20; i++) {
        expect(own_alloc(pool, 1, 30 * KIB) != NULL);
        own_pool_clear(pool);
    }
    expect(count_stripes(pool) == 2 && pool->typical == 0);
    own_decref(pool);
}
END_TEST

START_TEST(nothing_is_left_of_dead_pools)
{
    size_t live = 0;

    for (int round = 0; round < 4; round++) {
        own_pool *pool = new_striped(NULL);
        for (int i = 0; i < 10; i++) {
            struct deferral deferral = {pool, &names[i]};
            expect(elsewhere(make_block, pool) && elsewhere(make_large, pool));
            expect(elsewhere(make_probe, &deferral) && elsewhere(make_nothing, pool));
        }
        own_decref(pool);
        expect_events("jihgfedcba");
        expect(round == 0 || chunk_live_bytes() == live);
        live = chunk_live_bytes();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stripes");
    TCase *blocks = add_case(suite, "blocks");
    TCase *ledger = add_case(suite, "ledger");

    tcase_add_test(blocks, each_thread_has_a_stripe_up_to_a_number);
    tcase_add_test(blocks, each_thread_goes_to_its_stripe_from_the_first_call);
    tcase_add_test(blocks, large_blocks_are_found_in_their_stripe);
    tcase_add_test(blocks, what_is_adopted_while_blocks_are_cleared_stays);
    tcase_add_test(blocks, pool_without_memory_for_stripes_does_without);
    tcase_add_test(blocks, cleared_pool_has_its_limit_to_itself_again);
    tcase_add_test(blocks, stripe_that_grows_teaches_nothing_about_children);
    tcase_add_test(blocks, node_on_its_way_is_known_to_the_validator);
    tcase_add_loop_test(ledger, tear_down_is_newest_first_over_all_stripes, 0, 10);
    tcase_add_test(ledger, entries_are_found_in_any_stripe);
    tcase_add_test(ledger, walks_and_totals_see_all_stripes);
    tcase_add_test(ledger, cleared_stripes_can_be_used_again);
    tcase_add_test(ledger, nothing_is_left_of_dead_pools);
    return run_suite(suite);
}
