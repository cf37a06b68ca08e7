/*
 * survival.c - pools that live on because somebody took a reference while they died, and what a
 * dying pool may and may not be given to.
 */
#include "harness.h"

/* What the callbacks of a test work on. */
static own_pool *pool, *other, *third;

static void reset(void)
{
    pool = new_root();
    other = new_root();
    third = NULL;
}

/* Most tests end with the death of `pool` and an unused `other`. */
static void end(const char *events)
{
    own_decref(pool);
    expect_events(events);
    own_decref(other);
}

static void take_pool(void *arg)
{
    (void)arg;
    log_event('t');
    own_incref(pool);
}

static void hold_pool(void *arg)
{
    (void)arg;
    log_event('h');
    expect(own_hold(other, pool) == 0);
}

START_TEST(dying_pool_that_is_held_lives_on_as_an_empty_root)
{
    own_pool *child = own_pool_new(other);
    own_pool *dying = own_pool_new(child);
    char *text = own_strdup(dying, "text");

    own_decref(pool);
    pool = dying;
    expect(own_defer(pool, log_call, "a") == 0 && own_defer(pool, hold_pool, NULL) == 0);
    probe_new(pool, 'b');
    expect(own_drop(other, child) == 0);
    expect_events("bha");
    expect(own_refcount(pool) == 1 && own_pool_parent(pool) == NULL);
    own_usage usage = usage_of(pool);
    expect(usage.held == 0 && usage.deferred == 0 && usage.blocks == 1);
    expect(own_contains(pool, text) && strcmp(text, "text") == 0);

    expect(own_alloc(pool, 1, 100) != NULL && own_defer(pool, log_call, "z") == 0);
    own_decref(other); /* its second death is like any other */
    expect_events("z");
}
END_TEST

START_TEST(dying_pool_whose_reference_is_taken_lives_on)
{
    for (int death = 0; death < 3; death++) {
        expect(own_defer(pool, log_call, "a") == 0 && own_defer(pool, take_pool, NULL) == 0);
        own_decref(pool);
        expect_events("ta");
        expect(own_refcount(pool) == 1);
    }
    end("");
}
END_TEST

START_TEST(survivor_can_be_given_to_a_pool_again)
{
    expect(own_defer(pool, take_pool, NULL) == 0);
    own_decref(pool);
    expect(own_give(other, pool) == 0 && own_pool_parent(pool) == other);
    expect(own_defer(pool, log_call, "a") == 0);
    own_decref(other);
    expect_events("ta");
}
END_TEST

static void give_dying_pool(void *arg)
{
    (void)arg;
    log_event('g');
    own_incref(pool);
    expect_error(own_give(other, pool) == -1, EPERM);
    expect(own_pool_parent(pool) == NULL && usage_of(other).children == 0);
    own_decref(pool);
    expect(own_hold(other, pool) == 0);
    expect(own_move(other, third, pool) == 0);
    expect(usage_of(other).held == 0 && usage_of(third).held == 1);
    expect(own_pool_parent(pool) == NULL);
    expect(own_drop(third, pool) == 0);
}

START_TEST(dying_pool_can_be_held_but_not_given)
{
    third = new_root();
    expect(own_defer(pool, log_call, "a") == 0 && own_defer(pool, give_dying_pool, NULL) == 0);
    end("ga");
    own_decref(third);
}
END_TEST

static void hold_and_move_dying_pool(void *arg)
{
    (void)arg;
    log_event('m');
    expect(own_hold(other, pool) == 0 && own_move(other, third, pool) == 0);
}

START_TEST(dying_pool_lives_on_where_its_hold_was_moved_to)
{
    third = new_root();
    expect(own_defer(pool, log_call, "a") == 0);
    expect(own_defer(pool, hold_and_move_dying_pool, NULL) == 0);
    own_decref(pool);
    expect_events("ma");
    own_decref(other);
    expect(own_refcount(pool) == 1 && own_defer(pool, log_call, "z") == 0);
    own_decref(third);
    expect_events("z");
}
END_TEST

static void hold_self_in_pool(struct probe *self)
{
    expect(own_hold(pool, self) == 0);
}

START_TEST(object_resurrected_into_the_dying_pool_is_released_by_it)
{
    struct probe *held = probe_new(pool, 'a');

    held->then = hold_self_in_pool;
    held->first = &probe_new(NULL, 'f')->header;
    expect(own_defer(pool, log_call, "b") == 0);
    end("baf");
}
END_TEST

static void give_former_parent(void *child)
{
    log_event('g');
    own_incref(pool);
    expect(own_pool_parent(child) == NULL && own_give(child, pool) == 0);
}

START_TEST(pool_can_be_given_to_its_dying_former_child_under_a_limit)
{
    for (int limited = 0; limited < 2; limited++) {
        own_pool *middle = own_pool_new(pool);
        own_pool *child = own_pool_new(middle);
        expect(own_pool_set_limit(limited ? middle : pool, 1 << 20) == 0);
        expect(own_defer(child, give_former_parent, child) == 0);
        own_pool_clear(middle); /* gives `pool`, which is above it, to the dying child */
        expect_events("g");
        expect(own_pool_parent(pool) == NULL && own_refcount(pool) == 1);
        expect(own_alloc(middle, 1, 100000) != NULL);
        expect_error(own_alloc(middle, 1, 1 << 20) == NULL, EDQUOT);
    }
    end("");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("survival");
    TCase *survival = add_case(suite, "survival");

    tcase_add_checked_fixture(survival, reset, NULL);
    tcase_add_test(survival, dying_pool_that_is_held_lives_on_as_an_empty_root);
    tcase_add_test(survival, dying_pool_whose_reference_is_taken_lives_on);
    tcase_add_test(survival, survivor_can_be_given_to_a_pool_again);
    tcase_add_test(survival, dying_pool_can_be_held_but_not_given);
    tcase_add_test(survival, dying_pool_lives_on_where_its_hold_was_moved_to);
    tcase_add_test(survival, object_resurrected_into_the_dying_pool_is_released_by_it);
    tcase_add_test(survival, pool_can_be_given_to_its_dying_former_child_under_a_limit);
    return run_suite(suite);
}
