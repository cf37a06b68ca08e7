/*
 * clear.c - deferred calls, and own_pool_clear.
 */
#include "harness.h"

START_TEST(deferred_calls_run_newest_first_when_the_pool_dies)
{
    own_pool *pool = new_root();

    expect_keeps_errno(own_defer(pool, log_call, "a") == 0);
    expect(own_defer(pool, log_call, "b") == 0 && own_defer(pool, log_call, "c") == 0);
    expect(usage_of(pool).deferred == 3);
    expect_events("");
    own_decref(pool);
    expect_events("cba");
}
END_TEST

START_TEST(deferred_calls_and_references_go_in_one_reverse_order)
{
    own_pool *pool = new_root();

    expect(own_defer(pool, log_call, "1") == 0);
    probe_new(pool, 'a');
    expect(own_defer(pool, log_call, "2") == 0);
    own_pool *child = own_pool_new(pool);
    expect(own_defer(child, log_call, "c") == 0);
    expect(own_defer(pool, log_call, "3") == 0);
    expect(own_give(pool, probe_new(NULL, 'b')) == 0);
    own_decref(pool);
    expect_events("b3c2a1");
}
END_TEST

START_TEST(call_deferred_several_times_runs_several_times)
{
    static const char name = 'a';
    own_pool *pool = new_root();

    for (int i = 0; i < 5; i++)
        expect(own_defer(pool, log_call, (void *)(uintptr_t)&name) == 0);
    own_decref(pool);
    expect_events("aaaaa");
}
END_TEST

START_TEST(undefer_takes_back_the_newest_without_making_it)
{
    static char a = 'a', b = 'b', c = 'c';
    own_pool *pool = new_root();

    expect(own_defer(pool, log_call, &a) == 0 && own_defer(pool, log_call, &b) == 0);
    expect(own_defer(pool, log_call, &a) == 0 && own_defer(pool, log_call, &c) == 0);
    expect_keeps_errno(own_undefer(pool, log_call, &a) == 0);
    expect(usage_of(pool).deferred == 3);
    expect_events("");
    own_decref(pool);
    expect_events("cba");
}
END_TEST

static void other_call(void *arg)
{
    (void)arg;
    log_event('?');
}

START_TEST(undefer_takes_only_the_same_call_with_the_same_argument)
{
    static char a = 'a', b = 'b';
    own_pool *pool = new_root(), *other = new_root();

    expect(own_defer(pool, log_call, &a) == 0);
    expect_error(own_undefer(pool, log_call, &b) == -1, EINVAL);
    expect_error(own_undefer(pool, other_call, &a) == -1, EINVAL);
    expect_error(own_undefer(pool, log_call, NULL) == -1, EINVAL);
    expect_error(own_undefer(other, log_call, &a) == -1, EINVAL);
    expect(usage_of(pool).deferred == 1);
    expect(own_undefer(pool, log_call, &a) == 0);
    expect_error(own_undefer(pool, log_call, &a) == -1, EINVAL);
    own_decref(pool);
    own_decref(other);
    expect_events("");
}
END_TEST

START_TEST(defer_needs_a_pool_and_a_call)
{
    own_pool *pool = new_root();

    expect_error(own_defer(pool, NULL, "a") == -1, EINVAL);
    expect_error(own_defer(NULL, log_call, "a") == -1, EINVAL);
    expect_error(own_undefer(pool, NULL, "a") == -1, EINVAL);
    expect_error(own_undefer(NULL, log_call, "a") == -1, EINVAL);
    expect(own_defer(pool, other_call, NULL) == 0); /* arg is not looked at */
    own_decref(pool);
    expect_events("?");
}
END_TEST

START_TEST(any_of_many_deferred_calls_can_be_taken_back)
{
    enum { count = 2000 };
    static char names[count];
    own_pool *pool = new_root();
    struct random random;

    random_seed(&random, 12);
    for (size_t i = 0; i < count; i++) {
        names[i] = 'x';
        expect(own_defer(pool, log_call, &names[i]) == 0);
    }
    for (size_t i = count - 1; i > 0; i--) { /* all but the first, in random order */
        size_t at = 1 + random_below(&random, i);
        while (own_undefer(pool, log_call, &names[at]) != 0)
            at = at % (count - 1) + 1;
        expect(usage_of(pool).deferred == i);
    }
    own_decref(pool);
    expect_events("x");
}
END_TEST

START_TEST(clear_keeps_the_pool_and_empties_it)
{
    own_pool *parent = new_root(), *holder = new_root(), *pool = own_pool_new(parent);

    expect(own_hold(holder, pool) == 0 && own_pool_set_name(pool, "kept") == 0);
    expect(own_pool_set_limit(pool, (size_t)1 << 20) == 0);
    void *block = own_alloc(pool, 1, 1000);
    probe_new(pool, 'a');
    expect(own_defer(pool, log_call, "b") == 0);
    own_pool *child = own_pool_new(pool);
    expect(own_defer(child, log_call, "c") == 0);

    expect_keeps_errno((own_pool_clear(pool), true));
    expect_events("cba");
    expect(strcmp(own_pool_name(pool), "kept") == 0);
    expect(own_pool_parent(pool) == parent && own_refcount(pool) == 2);
    expect(!own_contains(pool, block));
    own_usage usage = usage_of(pool);
    expect(usage.pools == 1 && usage.blocks == 0 && usage.bytes == 0);
    expect(usage.children == 0 && usage.held == 0 && usage.deferred == 0);
    expect_error(own_alloc(pool, 2, (size_t)1 << 20) == NULL, EDQUOT);

    expect(own_alloc(pool, 1, 1000) != NULL && own_defer(pool, log_call, "d") == 0);
    own_decref(parent);
    own_decref(holder);
    expect_events("d");
}
END_TEST

START_TEST(clear_of_an_empty_pool_does_nothing)
{
    own_pool *pool = new_root();

    own_pool_clear(pool);
    own_pool_clear(pool);
    expect(own_refcount(pool) == 1 && own_alloc(pool, 1, 1) != NULL);
    own_decref(pool);
}
END_TEST

START_TEST(clear_spares_what_somebody_else_holds)
{
    own_pool *pool = new_root(), *child = own_pool_new(pool);
    struct probe *probe = probe_new(pool, 'a');

    own_incref(child);
    own_incref(probe);
    own_pool_clear(pool);
    expect_events("");
    expect(own_pool_parent(child) == NULL && own_refcount(child) == 1);
    expect(own_refcount(probe) == 1);
    own_decref(child);
    own_decref(probe);
    own_decref(pool);
    expect_events("a");
}
END_TEST

START_TEST(memory_does_not_pile_up_over_clears)
{
    own_pool *pool = new_root();
    size_t empty = usage_of(pool).reserved;

    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 250; i++)
            expect(own_alloc(pool, 1, 4000) != NULL);
        own_pool_clear(pool);
        expect(usage_of(pool).reserved <= empty + ((size_t)2 << 20));
    }
    expect(usage_of(pool).peak >= 1000 * 1000); /* the largest so far: clear does not lower it */
    own_decref(pool);
}
END_TEST

static void drop_context_reference(void *arg)
{
    log_event('(');
    own_decref(arg);
    expect(own_alloc((own_pool *)arg, 1, 100) != NULL); /* alive during the call */
    log_event(')');
}

START_TEST(pool_dropped_by_what_its_clear_releases_dies_at_the_end_of_the_clear)
{
    own_pool *pool = new_root();

    expect(own_defer(pool, log_call, "a") == 0);
    expect(own_defer(pool, drop_context_reference, pool) == 0);
    expect(own_defer(pool, log_call, "b") == 0);
    own_pool_clear(pool);
    expect_events("b()a");
}
END_TEST

struct drop_child {
    own_pool *parent, *child;
};

static void drop_the_child(void *arg)
{
    struct drop_child *both = (struct drop_child *)arg;

    log_event('(');
    expect(own_drop(both->parent, both->child) == 0);
    expect(own_pool_parent(both->child) == NULL);
    log_event(')');
}

START_TEST(child_dropped_by_its_parent_during_its_clear_dies_at_the_end_of_the_clear)
{
    own_pool *parent = new_root();
    struct drop_child both = {parent, own_pool_new(parent)};

    expect(own_defer(both.child, log_call, "a") == 0);
    expect(own_defer(both.child, drop_the_child, &both) == 0);
    own_pool_clear(both.child);
    expect_events("()a");
    expect(usage_of(parent).children == 0);
    own_decref(parent);
}
END_TEST

static void expect_text(void *arg)
{
    log_event('t');
    ck_assert_str_eq((const char *)arg, "still here");
}

START_TEST(blocks_go_after_the_deferred_calls)
{
    own_pool *pool = new_root();

    for (int i = 0; i < 2; i++) {
        char *text = own_strdup(pool, "still here");
        expect(own_defer(pool, expect_text, text) == 0);
        text = own_strdup(pool, "still here");
        expect(own_defer(pool, expect_text, text) == 0);
        if (i == 0)
            own_pool_clear(pool);
    }
    own_decref(pool);
    expect_events("tttt");
}
END_TEST

static own_pool *cleared;

static void clear_it(void)
{
    own_pool_clear(cleared);
    log_event('|');
}

static void read_block(void *block)
{
    expect(own_contains(cleared, block) && strcmp(block, "text") == 0);
    log_event('r');
}

START_TEST(what_a_deeply_nested_clear_releases_dies_before_it_returns)
{
    cleared = new_root();
    expect(own_defer(cleared, log_call, "o") == 0);
    own_pool *child = own_pool_new(cleared);
    expect(own_defer(child, read_block, own_strdup(cleared, "text")) == 0);
    at_nesting_limit(clear_it);
    expect_events("ro|");
    own_decref(cleared);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clear");
    TCase *defer = add_case(suite, "defer");
    TCase *clear = add_case(suite, "clear");

    tcase_add_test(defer, deferred_calls_run_newest_first_when_the_pool_dies);
    tcase_add_test(defer, deferred_calls_and_references_go_in_one_reverse_order);
    tcase_add_test(defer, call_deferred_several_times_runs_several_times);
    tcase_add_test(defer, undefer_takes_back_the_newest_without_making_it);
    tcase_add_test(defer, undefer_takes_only_the_same_call_with_the_same_argument);
    tcase_add_test(defer, defer_needs_a_pool_and_a_call);
    tcase_add_test(defer, any_of_many_deferred_calls_can_be_taken_back);

    tcase_add_test(clear, clear_keeps_the_pool_and_empties_it);
    tcase_add_test(clear, clear_of_an_empty_pool_does_nothing);
    tcase_add_test(clear, clear_spares_what_somebody_else_holds);
    tcase_add_test(clear, memory_does_not_pile_up_over_clears);
    tcase_add_test(clear, pool_dropped_by_what_its_clear_releases_dies_at_the_end_of_the_clear);
    tcase_add_test(clear,
                   child_dropped_by_its_parent_during_its_clear_dies_at_the_end_of_the_clear);
    tcase_add_test(clear, blocks_go_after_the_deferred_calls);
    tcase_add_test(clear, what_a_deeply_nested_clear_releases_dies_before_it_returns);
    return run_suite(suite);
}
