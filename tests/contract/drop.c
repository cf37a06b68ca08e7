/*
 * drop.c - drop and move: how a pool lets go of what it owns, and all their errors.
 */
#include "harness.h"

START_TEST(drop_refuses_what_the_pool_does_not_hold)
{
    own_pool *pool = new_root(), *other = new_root(), *child = own_pool_new(other);
    struct probe *probe = probe_new(NULL, 'a');

    expect_error(own_drop(pool, probe) == -1, EINVAL);
    expect(own_hold(other, probe) == 0);
    expect_error(own_drop(pool, probe) == -1, EINVAL);
    expect_error(own_drop(pool, child) == -1, EINVAL);
    expect_error(own_drop(child, other) == -1, EINVAL);
    expect_error(own_drop(pool, pool) == -1, EINVAL);
    expect(own_refcount(probe) == 2 && own_refcount(child) == 1);
    expect(own_drop(other, probe) == 0);
    expect_error(own_drop(other, probe) == -1, EINVAL);
    own_decref(probe);
    own_decref(other);
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(dropped_child_dies_or_becomes_a_root)
{
    own_pool *parent = new_root(), *child = own_pool_new(parent), *kept = own_pool_new(parent);

    expect(own_defer(child, log_call, "c") == 0);
    expect(own_drop(parent, child) == 0);
    expect_events("c");
    own_incref(kept);
    expect(own_drop(parent, kept) == 0);
    expect(own_pool_parent(kept) == NULL && own_refcount(kept) == 1);
    expect(usage_of(parent).children == 0);
    own_decref(parent);
    own_decref(kept);
}
END_TEST

START_TEST(drop_prefers_plain_holds_to_the_parents_reference)
{
    own_pool *parent = new_root(), *child = own_pool_new(parent);

    expect(own_hold(parent, child) == 0 && own_hold(parent, child) == 0);
    expect(own_refcount(child) == 3);
    for (size_t left = 2; left > 0; left--) {
        expect(own_drop(parent, child) == 0);
        expect(own_pool_parent(child) == parent && own_refcount(child) == left);
        expect(usage_of(parent).children == 1 && usage_of(parent).held == left - 1);
    }
    expect(own_defer(child, log_call, "c") == 0);
    expect(own_drop(parent, child) == 0);
    expect_events("c");
    own_decref(parent);
}
END_TEST

START_TEST(drop_and_move_take_the_newest_of_several_holds)
{
    own_pool *pool = new_root(), *other = new_root();
    struct probe *twice = probe_new(pool, 't'), *moved = probe_new(pool, 'm');

    probe_new(pool, 'a');
    expect(own_hold(pool, moved) == 0 && own_hold(pool, twice) == 0);
    probe_new(pool, 'b');
    expect(own_drop(pool, twice) == 0);
    expect(own_move(pool, other, moved) == 0 && own_drop(other, moved) == 0);
    own_decref(pool);
    expect_events("bamt");
    own_decref(other);
}
END_TEST

START_TEST(move_keeps_the_count_and_makes_the_reference_the_newest)
{
    own_pool *from = new_root(), *to = new_root();
    struct probe *moved = probe_new(from, 'm');

    probe_new(from, 'a');
    probe_new(to, 'b');
    expect_keeps_errno(own_move(from, to, moved) == 0);
    expect(own_refcount(moved) == 1);
    expect(usage_of(from).held == 1 && usage_of(to).held == 2);
    own_decref(to);
    expect_events("mb");
    own_decref(from);
    expect_events("a");
}
END_TEST

START_TEST(move_within_a_pool_makes_the_reference_the_newest)
{
    own_pool *pool = new_root();
    struct probe *moved = probe_new(pool, 'm');
    own_pool *child = own_pool_new(pool);

    expect(own_defer(child, log_call, "c") == 0);
    probe_new(pool, 'a');
    expect(own_move(pool, pool, moved) == 0);
    expect(own_move(pool, pool, child) == 0);
    expect(own_pool_parent(child) == pool && usage_of(pool).held == 2);
    own_decref(pool);
    expect_events("cma");
}
END_TEST

START_TEST(moved_child_gets_the_other_parent)
{
    own_pool *from = new_root(), *to = new_root(), *child = own_pool_new(from);

    expect(own_move(from, to, child) == 0);
    expect(own_pool_parent(child) == to && own_refcount(child) == 1);
    expect(usage_of(from).children == 0 && usage_of(to).children == 1);
    expect(own_defer(child, log_call, "c") == 0);
    own_decref(from);
    expect_events("");
    own_decref(to);
    expect_events("c");
}
END_TEST

START_TEST(move_prefers_plain_holds_to_the_parents_reference)
{
    own_pool *from = new_root(), *to = new_root(), *child = own_pool_new(from);

    expect(own_hold(from, child) == 0);
    expect(own_move(from, to, child) == 0);
    expect(own_pool_parent(child) == from && usage_of(from).children == 1);
    expect(usage_of(to).held == 1 && usage_of(to).children == 0);
    expect(own_move(from, to, child) == 0);
    expect(own_pool_parent(child) == to && own_refcount(child) == 2);
    expect(usage_of(to).held == 1 && usage_of(to).children == 1);
    own_decref(from);
    own_decref(to);
}
END_TEST

START_TEST(moved_plain_hold_of_a_pool_stays_a_plain_hold)
{
    own_pool *from = new_root(), *to = new_root(), *held = new_root();

    expect(own_hold(from, held) == 0);
    expect(own_move(from, to, held) == 0);
    expect(own_pool_parent(held) == NULL);
    expect(usage_of(to).held == 1 && usage_of(to).children == 0);
    expect(own_move(to, held, held) == 0); /* even into itself */
    own_pool_clear(held);
    own_decref(held);
    own_decref(from);
    own_decref(to);
}
END_TEST

START_TEST(move_refuses_what_from_does_not_hold)
{
    own_pool *from = new_root(), *to = new_root();
    struct probe *probe = probe_new(to, 'a');

    expect_error(own_move(from, to, probe) == -1, EINVAL);
    expect_error(own_move(from, from, probe) == -1, EINVAL);
    expect_error(own_move(from, to, to) == -1, EINVAL);
    expect(usage_of(to).held == 1 && own_refcount(probe) == 1);
    own_decref(from);
    own_decref(to);
    expect_events("a");
}
END_TEST

START_TEST(drop_finds_any_of_many_references)
{
    enum { count = 2000 };
    static struct probe *probes[count];
    own_pool *pool = new_root();
    struct random random;

    random_seed(&random, 11);
    for (size_t i = 0; i < count; i++) {
        probes[i] = (struct probe *)own_new(pool, &probe_type);
        expect(probes[i] != NULL);
        probes[i]->name = 'x';
    }
    for (size_t left = count; left > 0; left--) {
        size_t at = random_below(&random, left);
        expect(usage_of(pool).held == left);
        expect(own_drop(pool, probes[at]) == 0);
        expect_events("x");
        probes[at] = probes[left - 1];
    }
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("drop");
    TCase *drop = add_case(suite, "drop");
    TCase *move = add_case(suite, "move");

    tcase_add_test(drop, drop_refuses_what_the_pool_does_not_hold);
    tcase_add_test(drop, dropped_child_dies_or_becomes_a_root);
    tcase_add_test(drop, drop_prefers_plain_holds_to_the_parents_reference);
    tcase_add_test(drop, drop_finds_any_of_many_references);
    tcase_add_test(drop, drop_and_move_take_the_newest_of_several_holds);

    tcase_add_test(move, move_keeps_the_count_and_makes_the_reference_the_newest);
    tcase_add_test(move, move_within_a_pool_makes_the_reference_the_newest);
    tcase_add_test(move, moved_child_gets_the_other_parent);
    tcase_add_test(move, move_prefers_plain_holds_to_the_parents_reference);
    tcase_add_test(move, moved_plain_hold_of_a_pool_stays_a_plain_hold);
    tcase_add_test(move, move_refuses_what_from_does_not_hold);
    return run_suite(suite);
}
