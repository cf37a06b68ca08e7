/*
 * shared_limits.c - limits above, at and below shared pools.
 */
#include "harness.h"

#define KIB ((size_t)1 << 10)

static own_pool *new_shared(own_pool *owner)
{
    own_pool *pool = own_pool_new(owner);

    expect(pool != NULL && own_share(pool) == 0);
    return pool;
}

static own_pool *new_limited(size_t limit)
{
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.name = "l", .limit = limit});

    expect(pool != NULL);
    return pool;
}

START_TEST(limits_set_before_hold_for_all_below)
{
    own_pool *pool = new_limited(1000 * KIB), *child = own_pool_new(pool);

    expect(own_share(pool) == 0);
    own_pool *born = own_pool_new(child);
    expect(own_alloc(child, 1, 400 * KIB) != NULL && own_alloc(born, 1, 400 * KIB) != NULL);
    expect_error(own_alloc(born, 1, 400 * KIB) == NULL, EDQUOT);
    expect_error(own_alloc(pool, 1, 400 * KIB) == NULL, EDQUOT);
    expect(own_pool_set_limit(pool, 1500 * KIB) == 0);
    expect(own_alloc(born, 1, 400 * KIB) != NULL);
    own_pool_clear(child);
    expect(own_alloc(pool, 1, 1200 * KIB) != NULL);
    own_decref(pool);
}
END_TEST

/* Roots with a shared child; confined between the limits above and that. */
static own_pool *new_with_shared_child(own_pool *owner, size_t limit, own_pool **child)
{
    own_pool *pool = own_pool_new(owner);

    *child = own_pool_create(pool, &(own_pool_options){.name = "c", .limit = limit});
    expect(pool && *child && own_share(*child) == 0);
    return pool;
}

START_TEST(shared_pool_below_a_confined_one_does_not_slip_under_other_limits)
{
    own_pool *limited = new_limited(100 * KIB), *child;
    own_pool *pool = new_with_shared_child(NULL, 0, &child);

    expect_error(own_give(limited, pool) == -1, EPERM);
    expect(own_pool_parent(pool) == NULL && own_alloc(child, 1, 1000 * KIB) != NULL);
    expect(usage_of(limited).children == 0);
    own_decref(pool);
    own_decref(limited);
}
END_TEST

START_TEST(limited_shared_pool_below_a_confined_one_is_counted_anew)
{
    own_pool *first = new_limited(100 * KIB), *second = new_limited(50 * KIB), *child;
    own_pool *pool = new_with_shared_child(first, 1000 * KIB, &child);

    expect(own_alloc(child, 1, 60 * KIB) != NULL);
    expect_error(own_alloc(child, 1, 60 * KIB) == NULL, EDQUOT);
    expect_error(own_move(first, second, pool) == -1, EDQUOT);
    expect_error(own_alloc(first, 1, 60 * KIB) == NULL, EDQUOT);
    expect(own_pool_set_limit(second, 90 * KIB) == 0);
    expect(own_move(first, second, pool) == 0);
    expect(own_alloc(first, 1, 60 * KIB) != NULL); /* nothing is charged there any more */
    expect_error(own_alloc(second, 1, 60 * KIB) == NULL, EDQUOT);
    expect_error(own_alloc(child, 1, 60 * KIB) == NULL, EDQUOT);
    own_decref(second);
    own_decref(first);
}
END_TEST

START_TEST(limits_are_set_before_sharing)
{
    own_pool *pool = new_shared(NULL), *child = own_pool_new(pool);

    expect_error(own_pool_set_limit(pool, KIB) == -1, EPERM);
    expect_error(own_pool_set_limit(child, KIB) == -1, EPERM);
    expect(own_pool_set_limit(pool, 0) == 0); /* there is none */
    own_pool *limited = own_pool_create(pool, &(own_pool_options){.name = "l", .limit = 4 * KIB});
    expect(limited != NULL && own_is_shared(limited));
    expect_error(own_alloc(limited, 1, 8 * KIB) == NULL, EDQUOT);
    expect(own_pool_set_limit(limited, 80 * KIB) == 0);
    expect(own_alloc(limited, 1, 8 * KIB) != NULL);
    own_decref(pool);
}
END_TEST

/* A pool that comes into a shared one is counted by its limits, and shared only if it comes. */
START_TEST(confined_child_is_counted_as_it_becomes_shared)
{
    own_pool *pool = new_limited(1000 * KIB), *child = new_root();

    expect(own_share(pool) == 0);
    expect(own_alloc(child, 1, 1200 * KIB) != NULL);
    expect_error(own_give(pool, child) == -1, EDQUOT);
    expect(!own_is_shared(child) && own_pool_parent(child) == NULL);
    own_pool_clear(child);
    expect(own_alloc(child, 1, 800 * KIB) != NULL);
    expect(own_give(pool, child) == 0 && own_is_shared(child));
    expect_error(own_alloc(pool, 1, 400 * KIB) == NULL, EDQUOT);
    expect(own_drop(pool, child) == 0);
    expect(own_alloc(pool, 1, 800 * KIB) != NULL);
    own_decref(pool);
}
END_TEST

START_TEST(shared_child_stays_under_its_limits)
{
    own_pool *pool = new_limited(1000 * KIB), *other = new_limited(1000 * KIB);

    expect(own_share(pool) == 0 && own_share(other) == 0);
    own_pool *child = own_pool_new(pool), *within = own_pool_new(pool),
             *free_one = new_shared(NULL);
    expect(own_alloc(child, 1, 400 * KIB) != NULL);
    expect_error(own_move(pool, other, child) == -1, EPERM);
    expect_error(own_give(pool, free_one) == -1, EPERM);
    expect(own_pool_parent(child) == pool && own_pool_parent(free_one) == NULL);
    expect(own_move(pool, within, child) == 0 && own_pool_parent(child) == within);
    own_incref(child);
    expect(own_drop(within, child) == 0); /* it still counts here: others may be using it */
    expect_error(own_alloc(pool, 1, 800 * KIB) == NULL, EDQUOT);
    expect_error(own_give(other, child) == -1, EPERM);
    expect(own_give(pool, child) == 0 && own_pool_parent(child) == pool);
    own_pool_clear(pool);
    expect(own_alloc(pool, 1, 800 * KIB) != NULL);
    own_decref(pool);
    own_decref(other);
    own_decref(free_one);
}
END_TEST

/* A shared pool that has lost its parent still counts against the limits that were above it, so
   nothing that has one of these can come below it. */
START_TEST(no_limit_comes_below_itself)
{
    for (int depth = 0; depth < 3; depth++) {
        own_pool *top = depth < 2 ? new_limited(1000 * KIB) : new_root();
        expect(own_share(top) == 0);
        own_pool *limited =
            depth == 0
                ? top
                : own_pool_create(top, &(own_pool_options){.limit = depth == 2 ? 1000 * KIB : 0});
        own_pool *orphan = own_pool_new(limited);
        own_incref(orphan);
        expect(own_drop(limited, orphan) == 0 && own_pool_parent(orphan) == NULL);
        expect_error(own_give(orphan, top) == -1, depth == 2 ? EPERM : ELOOP);
        expect(own_pool_parent(top) == NULL);
        expect_error(own_alloc(orphan, 1, 1200 * KIB) == NULL, EDQUOT);
        expect(own_alloc(orphan, 1, 400 * KIB) != NULL);
        own_decref(orphan);
        own_decref(top);
    }
}
END_TEST

START_TEST(limits_outlive_their_pool_for_what_survives)
{
    own_pool *pool = new_limited(1000 * KIB), *child = own_pool_new(pool);

    expect(own_share(pool) == 0);
    own_incref(child);
    own_decref(pool);
    expect_error(own_alloc(child, 1, 1200 * KIB) == NULL, EDQUOT);
    expect(own_alloc(child, 1, 400 * KIB) != NULL);
    own_decref(child);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared limits");
    TCase *limits = add_case(suite, "limits");

    tcase_add_test(limits, limits_set_before_hold_for_all_below);
    tcase_add_test(limits, shared_pool_below_a_confined_one_does_not_slip_under_other_limits);
    tcase_add_test(limits, limited_shared_pool_below_a_confined_one_is_counted_anew);
    tcase_add_test(limits, limits_are_set_before_sharing);
    tcase_add_test(limits, confined_child_is_counted_as_it_becomes_shared);
    tcase_add_test(limits, shared_child_stays_under_its_limits);
    tcase_add_test(limits, no_limit_comes_below_itself);
    tcase_add_test(limits, limits_outlive_their_pool_for_what_survives);
    return run_suite(suite);
}
