/*
 * reentry.c - finalizers and deferred calls that use the library, and the very pool that dies.
 */
#include "harness.h"

/* What the callbacks of a test work on. */
static own_pool *pool, *other, *third;
static struct probe *probe;

static void reset(void)
{
    pool = new_root();
    other = new_root();
    third = NULL;
    probe = NULL;
    expect(own_pool_set_name(pool, "pool") == 0);
}

/* Most tests end with the death of `pool` and an unused `other`. */
static void end(const char *events)
{
    own_decref(pool);
    expect_events(events);
    own_decref(other);
}

static void allocate(void *arg)
{
    log_event('c');
    for (size_t size = 0; size < 3000; size += 50) {
        unsigned char *block = (unsigned char *)own_alloc(pool, 1, size);
        expect(block != NULL && own_contains(pool, block));
        for (size_t i = 0; i < size; i++)
            expect(block[i] == 0);
        memset(block, 0xff, size);
        if (size % 100 == 0)
            expect(own_free(pool, block) == 0);
    }
    void *large = own_alloc(pool, 1, (size_t)3 << 20);
    expect(large != NULL && (large = own_realloc(pool, large, 1, (size_t)5 << 20)) != NULL);
    ck_assert_str_eq(own_asprintf(pool, "%s!", (char *)arg), "text!");
}

START_TEST(dying_pool_still_allocates_and_its_blocks_can_be_read)
{
    expect(own_defer(pool, allocate, own_strdup(pool, "text")) == 0);
    expect(own_defer(pool, allocate, own_strdup(pool, "text")) == 0);
    end("cc");
}
END_TEST

static void look_at_pool(struct probe *self)
{
    ck_assert_str_eq((char *)self->context, "text");
    ck_assert_str_eq(own_pool_name(pool), "pool");
    expect(own_contains(pool, self->context) && own_free(pool, self->context) == 0);
}

START_TEST(finalizers_in_a_dying_pool_can_use_its_blocks)
{
    struct probe *held = probe_new(pool, 'a');

    held->then = look_at_pool;
    held->context = own_strdup(pool, "text");
    end("a");
}
END_TEST

static void look_at_usage(void *arg)
{
    log_event('u');
    own_usage usage = usage_of(pool);
    expect(usage.held == (size_t)(uintptr_t)arg && usage.deferred == usage.held);
    expect(usage.children == 0 && usage.blocks == 0);
}

START_TEST(what_was_released_is_no_longer_in_the_figures_of_a_dying_pool)
{
    for (uintptr_t i = 0; i < 3; i++) {
        expect(own_defer(pool, look_at_usage, (void *)i) == 0);
        probe_new(pool, (char)('a' + i));
    }
    expect(own_pool_new(pool) != NULL);
    end("cubuau");
}
END_TEST

static void make_and_drop_pools(void *arg)
{
    (void)arg;
    log_event('m');
    own_pool *root = new_root(), *child = own_pool_new(pool), *dropped = own_pool_new(pool);

    expect(own_pool_parent(child) == pool && usage_of(pool).children == 2);
    expect(own_defer(child, log_call, "c") == 0 && own_defer(dropped, log_call, "d") == 0);
    expect(own_drop(pool, dropped) == 0);
    expect(own_defer(root, log_call, "r") == 0);
    own_decref(root);
    probe_new(pool, 'p');
}

START_TEST(dying_pool_takes_on_and_releases_what_its_callbacks_make)
{
    expect(own_defer(pool, log_call, "a") == 0);
    expect(own_defer(pool, make_and_drop_pools, NULL) == 0);
    expect(own_defer(pool, log_call, "b") == 0);
    end("bmdrpca");
}
END_TEST

static void take_and_release_pool(void *arg)
{
    (void)arg;
    log_event('t');
    for (int i = 0; i < 3; i++)
        expect(own_incref(pool) == pool);
    for (int i = 0; i < 3; i++)
        own_decref(pool);
    expect(own_hold(other, pool) == 0 && own_drop(other, pool) == 0);
}

START_TEST(balanced_references_to_a_dying_pool_let_it_die_once)
{
    expect(own_defer(pool, log_call, "a") == 0);
    expect(own_defer(pool, take_and_release_pool, NULL) == 0);
    expect(own_defer(pool, take_and_release_pool, NULL) == 0);
    end("tta");
}
END_TEST

static void take_pool(void *arg)
{
    (void)arg;
    log_event('t');
    own_incref(pool);
}

static void release_pool(void *arg)
{
    (void)arg;
    log_event('r');
    own_decref(pool);
    log_event(')');
}

START_TEST(reference_taken_by_one_callback_may_be_released_by_the_next)
{
    expect(own_defer(pool, log_call, "a") == 0);
    expect(own_defer(pool, release_pool, NULL) == 0);
    expect(own_defer(pool, take_pool, NULL) == 0);
    end("tr)a");
}
END_TEST

static void defer_more(void *arg)
{
    int left = *(int *)arg;

    log_event((char)('0' + left));
    if (left == 0)
        return;
    --*(int *)arg;
    expect(own_defer(pool, log_call, "x") == 0);
    expect(own_defer(pool, defer_more, arg) == 0);
}

START_TEST(calls_deferred_while_the_pool_dies_run_newest_first)
{
    int left = 5;

    expect(own_defer(pool, log_call, "a") == 0 && own_defer(pool, defer_more, &left) == 0);
    end("543210xxxxxa");
}
END_TEST

START_TEST(calls_deferred_while_the_pool_is_cleared_run_too)
{
    int left = 3;

    expect(own_defer(pool, log_call, "a") == 0 && own_defer(pool, defer_more, &left) == 0);
    own_pool_clear(pool);
    expect_events("3210xxxa");
    end("");
}
END_TEST

static void undefer_older(void *arg)
{
    log_event('u');
    expect(own_undefer(pool, log_call, arg) == 0);
}

START_TEST(older_call_can_be_taken_back_while_the_pool_dies)
{
    static char a = 'a', b = 'b';

    expect(own_defer(pool, log_call, &a) == 0 && own_defer(pool, log_call, &b) == 0);
    expect(own_defer(pool, undefer_older, &a) == 0);
    end("ub");
}
END_TEST

static void release_pool_in_finalizer(struct probe *self)
{
    (void)self;
    own_decref(pool);
    log_event('.');
}

START_TEST(pool_may_lose_its_last_reference_during_its_own_drop)
{
    struct probe *held = probe_new(pool, 'a');

    held->then = release_pool_in_finalizer;
    expect(own_defer(pool, log_call, "p") == 0);
    expect(own_drop(pool, held) == 0);
    expect_events("ap."); /* it dies then and there: unlike a clear, a drop does not keep it */
    own_decref(other);
}
END_TEST

START_TEST(pool_may_lose_its_last_reference_during_its_own_clear)
{
    expect(own_defer(pool, log_call, "a") == 0 && own_defer(pool, release_pool, NULL) == 0);
    own_pool_clear(pool);
    expect_events("r)a");
    own_decref(other);
}
END_TEST

static void drop_sibling(void *arg)
{
    log_event('d');
    expect(own_drop(pool, (own_pool *)arg) == 0);
}

START_TEST(child_may_drop_its_siblings_while_the_parent_dies)
{
    own_pool *first = own_pool_new(pool), *second = own_pool_new(pool), *last = own_pool_new(pool);

    expect(own_defer(first, log_call, "1") == 0 && own_defer(second, log_call, "2") == 0);
    expect(own_defer(last, log_call, "3") == 0 && own_defer(last, drop_sibling, first) == 0);
    end("d132");
}
END_TEST

static void clear_pools(void *arg)
{
    (void)arg;
    log_event('c');
    own_pool_clear(other);
    own_pool_clear(pool); /* dies already: releases the rest now */
    log_event('/');
}

START_TEST(callback_may_clear_other_pools_and_the_dying_one)
{
    probe_new(pool, 'a');
    probe_new(other, 'o');
    probe_new(pool, 'b');
    expect(own_defer(pool, clear_pools, NULL) == 0);
    end("coba/");
}
END_TEST

START_TEST(callback_may_clear_the_pool_that_is_being_cleared)
{
    probe_new(pool, 'a');
    expect(own_defer(pool, clear_pools, NULL) == 0);
    probe_new(pool, 'b');
    own_pool_clear(pool);
    expect_events("bca/");
    end("");
}
END_TEST

static void give_to_dying_pool(void *arg)
{
    (void)arg;
    log_event('g');
    expect(own_give(pool, probe) == 0);
    expect(own_give(pool, third) == 0 && own_pool_parent(third) == pool);
}

START_TEST(dying_pool_can_be_given_objects_and_children)
{
    probe = probe_new(NULL, 'p');
    third = new_root();
    expect(own_defer(third, log_call, "3") == 0);
    expect(own_defer(pool, log_call, "a") == 0 && own_defer(pool, give_to_dying_pool, NULL) == 0);
    end("g3pa");
}
END_TEST

static void move_out_of_dying_pool(void *arg)
{
    log_event('m');
    expect(own_move(pool, other, arg) == 0);
}

START_TEST(callback_may_move_the_rest_out_of_a_dying_pool)
{
    own_pool *child = own_pool_new(pool);
    struct probe *held = probe_new(pool, 'a');

    expect(own_defer(child, log_call, "c") == 0);
    expect(own_defer(pool, move_out_of_dying_pool, child) == 0);
    expect(own_defer(pool, move_out_of_dying_pool, held) == 0);
    own_decref(pool);
    expect_events("mm");
    expect(own_pool_parent(child) == other && own_refcount(held) == 1);
    own_decref(other);
    expect_events("ca");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reentry");
    TCase *dying = add_case(suite, "dying");

    tcase_add_checked_fixture(dying, reset, NULL);
    tcase_add_test(dying, dying_pool_still_allocates_and_its_blocks_can_be_read);
    tcase_add_test(dying, finalizers_in_a_dying_pool_can_use_its_blocks);
    tcase_add_test(dying, what_was_released_is_no_longer_in_the_figures_of_a_dying_pool);
    tcase_add_test(dying, dying_pool_takes_on_and_releases_what_its_callbacks_make);
    tcase_add_test(dying, balanced_references_to_a_dying_pool_let_it_die_once);
    tcase_add_test(dying, reference_taken_by_one_callback_may_be_released_by_the_next);
    tcase_add_test(dying, calls_deferred_while_the_pool_dies_run_newest_first);
    tcase_add_test(dying, calls_deferred_while_the_pool_is_cleared_run_too);
    tcase_add_test(dying, older_call_can_be_taken_back_while_the_pool_dies);
    tcase_add_test(dying, pool_may_lose_its_last_reference_during_its_own_drop);
    tcase_add_test(dying, pool_may_lose_its_last_reference_during_its_own_clear);
    tcase_add_test(dying, child_may_drop_its_siblings_while_the_parent_dies);
    tcase_add_test(dying, callback_may_clear_other_pools_and_the_dying_one);
    tcase_add_test(dying, callback_may_clear_the_pool_that_is_being_cleared);
    tcase_add_test(dying, dying_pool_can_be_given_objects_and_children);
    tcase_add_test(dying, callback_may_move_the_rest_out_of_a_dying_pool);
    return run_suite(suite);
}
