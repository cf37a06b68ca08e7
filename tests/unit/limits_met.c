/*
 * limits_met.c - limits that several threads meet, in all the ways in which they come to: a shared
 * child of a confined pool, a pool that is given, one that stays confined, a buffer that is handed
 * over. What they count must come out even, and ThreadSanitizer sees whether the lock was taken.
 */
#include "pool/pool.h"

#include "harness.h"

#include <pthread.h>

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

static size_t rounds; /* of each thread */

static own_pool *new_limited(own_pool *owner, unsigned flags)
{
    own_pool *pool = own_pool_create(owner, &(own_pool_options){.limit = 64 * MIB, .flags = flags});

    expect(pool != NULL);
    return pool;
}

/* Chunks come and go, and pools under the limit with them. */
static void use(own_pool *pool)
{
    for (size_t round = rounds; round > 0; round--) {
        own_pool *child = own_pool_new(pool);
        expect(child != NULL);
        for (size_t i = 0; i < 4; i++)
            expect(own_alloc_raw(child, 1, 10 * KIB) != NULL);
        void *large = own_alloc_raw(pool, 1, 300 * KIB);
        expect(large && own_free(pool, large) == 0);
        expect(own_drop(pool, child) == 0);
    }
}

static void *use_pool(void *pool)
{
    use((own_pool *)pool);
    return NULL;
}

static void use_both(own_pool *here, own_pool *there)
{
    pthread_t thread;

    expect(pthread_create(&thread, NULL, use_pool, there) == 0);
    use(here);
    expect(pthread_join(thread, NULL) == 0);
    pool_validate(here);
    pool_validate(there);
}

/* All that is below has gone: what is counted is what the pool has itself. */
static void expect_even(own_pool *pool)
{
    size_t reserved = usage_of(pool).reserved;
    expect(total_of(pool).peak >= reserved && total_of(pool).peak <= 64 * MIB);

    expect(limit_room(pool_limit(pool)) == 64 * MIB - reserved);
    own_decref(pool);
}

START_TEST(child_is_shared_and_its_parent_is_not)
{
    own_pool *root = new_limited(NULL, 0), *child = own_pool_new(root);

    expect(own_share(child) == 0);
    use_both(root, child);
    expect(own_drop(root, child) == 0);
    expect_even(root);
}
END_TEST

START_TEST(limits_above_each_other_are_met_together)
{
    own_pool *root = new_limited(NULL, 0), *middle = new_limited(root, 0);
    own_pool *child = new_limited(middle, 0);

    expect(own_share(child) == 0);
    use_both(root, child);
    use_both(middle, child);
    expect(own_drop(root, middle) == 0);
    expect_even(root);
}
END_TEST

START_TEST(shared_pool_is_given_to_a_confined_one)
{
    own_pool *root = new_limited(NULL, 0), *given = new_limited(NULL, 0);

    expect(own_share(given) == 0 && own_give(root, given) == 0);
    use_both(root, given);
    expect(own_drop(root, given) == 0);
    expect_even(root);
}
END_TEST

START_TEST(pool_with_a_shared_child_is_moved)
{
    own_pool *root = new_limited(NULL, 0), *other = own_pool_new(NULL);
    own_pool *middle = new_limited(other, 0), *child = own_pool_new(middle);

    expect(own_share(child) == 0 && own_move(other, root, middle) == 0);
    use_both(root, child);
    expect(own_drop(root, middle) == 0);
    own_decref(other);
    expect_even(root);
}
END_TEST

START_TEST(confined_pools_of_two_threads_are_under_a_shared_one)
{
    own_pool *root = new_limited(NULL, 0);

    expect(own_share(root) == 0);
    own_pool *here = new_limited(root, OWN_POOL_CONFINED);
    own_pool *there = new_limited(root, OWN_POOL_CONFINED);
    use_both(here, there);
    expect(own_drop(root, here) == 0 && own_drop(root, there) == 0);
    expect_even(root);
}
END_TEST

/* Counted by all threads, and released by any, but used by one. */
START_TEST(confined_pool_that_is_shared_is_moved_below_a_limit)
{
    own_pool *root = new_limited(NULL, 0), *other = own_pool_new(NULL);
    own_pool *moved = own_pool_create(other, &(own_pool_options){.flags = OWN_POOL_CONFINED});

    expect(own_share(moved) == 0 && own_move(other, root, moved) == 0);
    use_both(root, moved);
    expect(own_drop(root, moved) == 0);
    own_decref(other);
    expect_even(root);
}
END_TEST

START_TEST(confined_pool_below_a_shared_one_gets_a_limit)
{
    own_pool *root = new_limited(NULL, 0);

    expect(own_share(root) == 0);
    own_pool *born = own_pool_create(root, &(own_pool_options){.flags = OWN_POOL_CONFINED});
    expect(own_pool_set_limit(born, 32 * MIB) == 0);
    use_both(root, born);
    expect(own_drop(root, born) == 0);
    expect_even(root);
}
END_TEST

START_TEST(pool_that_is_born_shared_has_a_limit)
{
    own_pool *root = new_limited(NULL, 0);

    expect(own_share(root) == 0);
    own_pool *born = new_limited(root, 0);
    use_both(born, born);
    expect(own_drop(root, born) == 0);
    expect_even(root);
}
END_TEST

/* The mark of the limit is read meanwhile, and never falls. */
static void *set_limits(void *pool)
{
    size_t most = 0;

    for (size_t i = rounds * 300; i > 0; i--) {
        expect(own_pool_set_limit((own_pool *)pool, 64 * MIB + i % 2) == 0);
        if (i % 100 == 0) {
            size_t peak = total_of((own_pool *)pool).peak;
            expect(peak >= most);
            most = peak;
        }
    }
    expect(own_pool_set_limit((own_pool *)pool, 64 * MIB) == 0);
    return NULL;
}

/* What cannot become shared is not given, and the limit forgets it. */
START_TEST(refused_give_leaves_no_mark)
{
    own_pool *root = new_limited(NULL, 0), *tree = own_pool_new(NULL);

    expect(own_alloc(tree, 1, 1 * MIB) && own_share(root) == 0);
    own_usage before = total_of(root);
    chunk_fail_after(1);
    expect_error(own_give(root, tree) == -1, ENOMEM);
    chunk_fail_after(0);
    own_usage after = total_of(root);
    expect(memcmp(&before, &after, sizeof(after)) == 0);
    expect(own_give(root, tree) == 0);
    expect(total_of(root).peak > before.peak + 1 * MIB);
    own_decref(root);
}
END_TEST

/* A debug build validates the pool after each call, also while another thread uses it. */
START_TEST(limit_of_a_shared_pool_is_set_while_it_is_used)
{
    own_pool *root = new_limited(NULL, 0);
    pthread_t thread;

    expect(own_share(root) == 0);
    expect(pthread_create(&thread, NULL, set_limits, root) == 0);
    for (size_t i = rounds * 300; i > 0; i--) {
        void *block = own_alloc_raw(root, 1, i % 300 ? 100 + i % 100 : 100 * KIB);
        expect(block && own_free(root, block) == 0);
    }
    expect(pthread_join(thread, NULL) == 0);
    own_decref(root);
}
END_TEST

static void *resize_and_release(void *buffer)
{
    for (size_t i = rounds; i > 0; i--)
        expect(own_buffer_resize((own_buffer *)buffer, 1 + i % 100, KIB) == 0);
    own_decref(buffer);
    return NULL;
}

START_TEST(buffer_is_handed_over_without_its_pool)
{
    own_pool *root = new_limited(NULL, 0);
    own_buffer *buffer = own_buffer_new(root, 100, KIB);
    pthread_t thread;

    expect(own_incref(buffer) && own_drop(root, buffer) == 0);
    expect(pthread_create(&thread, NULL, resize_and_release, buffer) == 0);
    use(root);
    expect(pthread_join(thread, NULL) == 0);
    expect_even(root);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits_met");
    TCase *threads = add_case(suite, "threads");

    rounds = scaled(2000);
    tcase_add_test(threads, child_is_shared_and_its_parent_is_not);
    tcase_add_test(threads, limits_above_each_other_are_met_together);
    tcase_add_test(threads, shared_pool_is_given_to_a_confined_one);
    tcase_add_test(threads, pool_with_a_shared_child_is_moved);
    tcase_add_test(threads, confined_pools_of_two_threads_are_under_a_shared_one);
    tcase_add_test(threads, confined_pool_that_is_shared_is_moved_below_a_limit);
    tcase_add_test(threads, confined_pool_below_a_shared_one_gets_a_limit);
    tcase_add_test(threads, pool_that_is_born_shared_has_a_limit);
    tcase_add_test(threads, refused_give_leaves_no_mark);
    tcase_add_test(threads, limit_of_a_shared_pool_is_set_while_it_is_used);
    tcase_add_test(threads, buffer_is_handed_over_without_its_pool);
    return run_suite(suite);
}
