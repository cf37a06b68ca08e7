/*
 * ownership.c - hold and give: what a pool takes on, and all their errors. Letting go is in drop.c.
 */
#include "harness.h"

START_TEST(hold_takes_a_reference_of_the_pools_own)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(NULL, 'a');

    expect_keeps_errno(own_hold(pool, probe) == 0);
    expect(own_refcount(probe) == 2 && usage_of(pool).held == 1);
    own_decref(probe);
    expect_events("");
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(held_several_times_is_released_several_times)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(pool, 'a');

    for (size_t i = 2; i < 50; i++) {
        expect(own_hold(pool, probe) == 0);
        expect(own_refcount(probe) == i && usage_of(pool).held == i);
    }
    for (size_t i = 48; i > 0; i--) {
        expect(own_drop(pool, probe) == 0);
        expect(own_refcount(probe) == i && usage_of(pool).held == i);
    }
    expect_events("");
    expect_keeps_errno(own_drop(pool, probe) == 0);
    expect_events("a");
    expect(usage_of(pool).held == 0);
    own_decref(pool);
}
END_TEST

START_TEST(give_reference_makes_no_child)
{
    own_pool *pool = new_root();
    own_pool *other = new_root();

    expect_keeps_errno(own_give_reference(pool, own_incref(other)) == 0);
    expect(!own_pool_parent(other) && usage_of(pool).held == 1 && usage_of(pool).children == 0);
    expect(own_give_reference(pool, probe_new(NULL, 'a')) == 0 && usage_of(pool).held == 2);
    expect(own_defer(other, log_call, "o") == 0);
    own_decref(other);
    expect_events("");
    own_decref(pool);
    expect_events("ao");
}
END_TEST

START_TEST(give_child_makes_a_child_or_fails)
{
    own_pool *pool = new_root();
    own_pool *child = new_root();
    struct probe *probe = probe_new(NULL, 'a');

    expect_error(own_give_child(pool, (own_pool *)(void *)probe) == -1, EINVAL);
    expect_error(own_give_child(pool, own_incref(pool)) == -1, ELOOP);
    own_decref(pool);
    expect_keeps_errno(own_give_child(pool, child) == 0);
    expect(own_pool_parent(child) == pool && usage_of(pool).held == 0);
    expect_error(own_give_child(pool, own_incref(child)) == -1, EEXIST);
    expect(usage_of(pool).children == 1 && usage_of(pool).held == 0);
    own_decref(child);
    expect_error(own_give_child(NULL, child) == -1, EINVAL);
    expect_error(own_give_child(pool, NULL) == -1, EINVAL);
    expect_error(own_give_reference(NULL, probe) == -1, EINVAL);
    expect_error(own_give_reference(pool, NULL) == -1, EINVAL);
    own_decref(probe);
    expect_events("a");
    own_decref(pool);
}
END_TEST

START_TEST(null_arguments_are_refused)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(NULL, 'a');

    expect_error(own_hold(NULL, probe) == -1, EINVAL);
    expect_error(own_hold(pool, NULL) == -1, EINVAL);
    expect_error(own_give(NULL, probe) == -1, EINVAL);
    expect_error(own_give(pool, NULL) == -1, EINVAL);
    expect_error(own_drop(NULL, probe) == -1, EINVAL);
    expect_error(own_drop(pool, NULL) == -1, EINVAL);
    expect_error(own_move(NULL, pool, probe) == -1, EINVAL);
    expect_error(own_move(pool, NULL, probe) == -1, EINVAL);
    expect_error(own_move(pool, pool, NULL) == -1, EINVAL);
    expect(own_refcount(probe) == 1 && usage_of(pool).held == 0);
    own_decref(probe);
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(give_steals_the_reference)
{
    own_pool *pool = new_root();
    struct probe *probe = probe_new(NULL, 'a');

    expect_keeps_errno(own_give(pool, probe) == 0);
    expect(own_refcount(probe) == 1 && usage_of(pool).held == 1);
    own_incref(probe);
    expect(own_give(pool, probe) == 0);
    expect(own_refcount(probe) == 2 && usage_of(pool).held == 2);
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(given_root_becomes_a_child)
{
    own_pool *parent = new_root(), *child = new_root();

    expect(own_give(parent, child) == 0);
    expect(own_pool_parent(child) == parent && own_refcount(child) == 1);
    expect(usage_of(parent).children == 1 && usage_of(parent).held == 0);
    expect(own_defer(child, log_call, "c") == 0);
    own_decref(parent);
    expect_events("c");
}
END_TEST

START_TEST(given_child_keeps_its_parent_and_is_held)
{
    own_pool *parent = new_root(), *other = new_root(), *child = own_pool_new(parent);

    own_incref(child);
    expect(own_give(other, child) == 0);
    expect(own_pool_parent(child) == parent && own_refcount(child) == 2);
    expect(usage_of(other).held == 1 && usage_of(other).children == 0);

    own_incref(child); /* the same with the parent itself */
    expect(own_give(parent, child) == 0);
    expect(usage_of(parent).held == 1 && usage_of(parent).children == 1);
    own_decref(parent);
    expect(own_refcount(child) == 1 && own_pool_parent(child) == NULL);
    own_decref(other);
}
END_TEST

START_TEST(pool_never_becomes_its_own_ancestor)
{
    own_pool *a = new_root(), *b = own_pool_new(a), *c = own_pool_new(b);

    expect_error(own_give(a, a) == -1, ELOOP);
    expect_error(own_give(b, a) == -1, ELOOP);
    expect_error(own_give(c, a) == -1, ELOOP);
    expect(own_refcount(a) == 1 && own_pool_parent(a) == NULL);
    expect_error(own_move(a, b, b) == -1, ELOOP);
    expect_error(own_move(a, c, b) == -1, ELOOP);
    expect(own_pool_parent(b) == a && own_refcount(b) == 1);
    expect(usage_of(a).children == 1 && usage_of(c).children == 0);
    own_decref(a);
}
END_TEST

START_TEST(refused_give_leaves_the_reference_with_the_caller)
{
    own_pool *a = new_root(), *b = own_pool_new(a);

    expect(own_defer(a, log_call, "a") == 0);
    expect_error(own_give(b, a) == -1, ELOOP);
    expect(usage_of(b).held == 0 && usage_of(b).children == 0);
    expect_events("");
    own_decref(a);
    expect_events("a");
}
END_TEST

START_TEST(pool_may_hold_itself)
{
    own_pool *pool = new_root();

    expect(own_defer(pool, log_call, "p") == 0);
    expect(own_hold(pool, pool) == 0);
    expect(own_refcount(pool) == 2 && own_pool_parent(pool) == NULL);
    own_decref(pool); /* the cycle keeps it alive */
    expect_events("");
    expect(own_refcount(pool) == 1 && own_alloc(pool, 1, 100) != NULL);
    expect(own_drop(pool, pool) == 0);
    expect_events("p");
}
END_TEST

START_TEST(clear_ends_a_cycle_of_holds)
{
    own_pool *one = new_root(), *two = new_root();

    expect(own_hold(one, two) == 0 && own_hold(two, one) == 0);
    expect(own_defer(one, log_call, "1") == 0 && own_defer(two, log_call, "2") == 0);
    own_decref(two);
    expect_events("");
    own_pool_clear(one);
    expect_events("12");
    expect(own_refcount(one) == 1);
    own_decref(one);
    expect_events("");
}
END_TEST

START_TEST(child_may_hold_its_parent)
{
    own_pool *parent = new_root(), *child = own_pool_new(parent);

    expect(own_hold(child, parent) == 0);
    own_decref(parent);
    expect(own_refcount(parent) == 1 && own_pool_parent(child) == parent);
    expect(own_defer(parent, log_call, "p") == 0);
    expect(own_drop(child, parent) == 0);
    expect_events("p");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ownership");
    TCase *hold = add_case(suite, "hold");
    TCase *give = add_case(suite, "give");

    tcase_add_test(hold, hold_takes_a_reference_of_the_pools_own);
    tcase_add_test(hold, held_several_times_is_released_several_times);
    tcase_add_test(hold, give_reference_makes_no_child);
    tcase_add_test(hold, give_child_makes_a_child_or_fails);
    tcase_add_test(hold, null_arguments_are_refused);
    tcase_add_test(hold, pool_may_hold_itself);
    tcase_add_test(hold, clear_ends_a_cycle_of_holds);
    tcase_add_test(hold, child_may_hold_its_parent);

    tcase_add_test(give, give_steals_the_reference);
    tcase_add_test(give, given_root_becomes_a_child);
    tcase_add_test(give, given_child_keeps_its_parent_and_is_held);
    tcase_add_test(give, pool_never_becomes_its_own_ancestor);
    tcase_add_test(give, refused_give_leaves_the_reference_with_the_caller);
    return run_suite(suite);
}
