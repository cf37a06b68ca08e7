/*
 * phases.c - own_defer_first and own_defer_last: calls before and after all that a pool releases.
 */
#include "harness.h"

#include <pthread.h>

START_TEST(calls_come_before_and_after_the_rest)
{
    own_pool *pool = new_root();

    expect_keeps_errno(own_defer_last(pool, log_call, "1") == 0);
    expect_keeps_errno(own_defer_first(pool, log_call, "a") == 0);
    probe_new(pool, 'o');
    expect(own_defer(pool, log_call, "d") == 0);
    own_pool *child = own_pool_new(pool);
    expect(own_defer(child, log_call, "c") == 0);
    expect(own_defer_first(child, log_call, "x") == 0 && own_defer_last(child, log_call, "y") == 0);
    expect(own_defer_first(pool, log_call, "b") == 0 && own_defer_last(pool, log_call, "2") == 0);
    expect(usage_of(pool).deferred == 5 && usage_of(child).deferred == 3);
    expect_events("");
    own_decref(pool);
    expect_events("baxcydo21");
}
END_TEST

struct seen {
    own_pool *pool;
    own_pool *child;
    char *block;
    own_usage first;
    own_usage last;
};

static void see_first(void *arg)
{
    struct seen *seen = arg;
    expect(own_pool_parent(seen->child) == seen->pool && seen->block[0] == 7);
    own_pool_usage(seen->pool, &seen->first);
}

static void see_last(void *arg)
{
    struct seen *seen = arg;
    expect(seen->block[0] == 7 && own_contains(seen->pool, seen->block));
    own_pool_usage(seen->pool, &seen->last);
}

START_TEST(children_are_whole_at_first_and_blocks_there_at_last)
{
    struct seen seen = {.pool = new_root()};

    seen.child = own_pool_new(seen.pool);
    seen.block = own_alloc(seen.pool, 1, 100);
    seen.block[0] = 7;
    expect(own_defer(seen.pool, log_call, "d") == 0);
    expect(own_defer_first(seen.pool, see_first, &seen) == 0);
    expect(own_defer_last(seen.pool, see_last, &seen) == 0);
    own_decref(seen.pool);
    expect(seen.first.children == 1 && seen.first.deferred == 2);
    expect(seen.last.children == 0 && seen.last.deferred == 0 && seen.last.blocks == 1);
    expect_events("d");
}
END_TEST

static void defer_one_of_each(void *arg)
{
    own_pool *pool = arg;
    log_event('!');
    expect(own_defer_last(pool, log_call, "l") == 0);
    expect(own_defer(pool, log_call, "d") == 0);
    expect(own_defer_first(pool, log_call, "f") == 0);
}

START_TEST(what_a_call_adds_is_released_in_its_phase)
{
    own_pool *pool = new_root();

    expect(own_defer_last(pool, log_call, "z") == 0);
    expect(own_defer(pool, log_call, "e") == 0);
    expect(own_defer_first(pool, log_call, "a") == 0);
    expect(own_defer_first(pool, defer_one_of_each, pool) == 0);
    own_pool_clear(pool);
    expect_events("!fadelz");
    expect(own_defer_last(pool, log_call, "z") == 0);
    expect(own_defer(pool, log_call, "e") == 0);
    expect(own_defer(pool, defer_one_of_each, pool) == 0);
    own_pool_clear(pool);
    expect_events("!fdelz");
    expect(own_defer_last(pool, log_call, "z") == 0);
    expect(own_defer_last(pool, defer_one_of_each, pool) == 0);
    own_decref(pool);
    expect_events("!fdlz");
}
END_TEST

static own_pool *adopting;

static void free_and_defer_first(void *memory)
{
    free(memory);
    expect(own_defer_first(adopting, log_call, "f") == 0);
}

/* A free function may defer one too: it was left until the calls at the end had been made. */
START_TEST(what_a_free_function_defers_first_comes_next)
{
    for (int older = 0; older < 2; older++) {
        void *memory = malloc(16);
        adopting = new_root();
        expect(own_defer_last(adopting, log_call, "l") == 0);
        expect(!older || own_defer(adopting, log_call, "d") == 0);
        expect(own_adopt(adopting, memory, 16, free_and_defer_first) == 0);
        own_decref(adopting);
        expect_events(older ? "fdl" : "fl");
    }
}
END_TEST

START_TEST(undefer_takes_back_any_of_the_three)
{
    static char a = 'a', b = 'b';
    own_pool *pool = new_root();

    expect_error(own_undefer(pool, log_call, &a) == -1, EINVAL);
    expect(own_defer_first(pool, log_call, &a) == 0 && own_defer_last(pool, log_call, &a) == 0);
    expect(own_defer(pool, log_call, &a) == 0 && own_defer_last(pool, log_call, &b) == 0);
    for (int left = 3; left; left--) {
        expect(usage_of(pool).deferred == (size_t)left + 1);
        expect_keeps_errno(own_undefer(pool, log_call, &a) == 0);
    }
    expect_error(own_undefer(pool, log_call, &a) == -1, EINVAL);
    own_decref(pool);
    expect_events("b");
}
END_TEST

START_TEST(arguments_are_checked)
{
    own_pool *pool = new_root();

    expect_error(own_defer_first(pool, NULL, pool) == -1, EINVAL);
    expect_error(own_defer_last(pool, NULL, pool) == -1, EINVAL);
    expect_error(own_defer_first(NULL, log_call, "a") == -1, EINVAL);
    expect_error(own_defer_last(NULL, log_call, "a") == -1, EINVAL);
    own_decref(pool);
}
END_TEST

START_TEST(a_full_limit_refuses_them)
{
    own_pool *pool = own_pool_create(NULL, &(own_pool_options){.limit = 2048});

    while (own_alloc(pool, 1, 16))
        continue;
    own_usage before = usage_of(pool);
    expect_error(own_defer_first(pool, log_call, "a") == -1, EDQUOT);
    expect_error(own_defer_last(pool, log_call, "a") == -1, EDQUOT);
    own_usage after = usage_of(pool);
    expect(memcmp(&before, &after, sizeof(after)) == 0);
    own_decref(pool);
    expect_events("");
}
END_TEST

static own_pool *kept;

static void keep(void *arg)
{
    kept = own_incref(arg);
    log_event('k');
}

START_TEST(a_pool_that_lives_on_has_made_all_its_calls)
{
    for (int last = 0; last < 2; last++) {
        own_pool *pool = new_root();
        expect((last ? own_defer_last : own_defer_first)(pool, keep, pool) == 0);
        expect(own_defer(pool, log_call, "d") == 0);
        own_decref(pool);
        expect_events(last ? "dk" : "kd");
        expect(kept == pool && own_refcount(pool) == 1 && usage_of(pool).deferred == 0);
        expect(own_defer_last(pool, log_call, "z") == 0);
        own_decref(pool);
        expect_events("z");
    }
}
END_TEST

#define MANY 2000

static void count_up(void *arg)
{
    size_t *count = arg;
    __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

struct adding {
    own_pool *pool;
    size_t count;
};

static void *add_many(void *arg)
{
    struct adding *adding = arg;
    for (size_t i = 0; i < MANY; i++) {
        expect(own_defer_first(adding->pool, count_up, &adding->count) == 0);
        expect(own_defer_last(adding->pool, count_up, &adding->count) == 0);
        if (i % 4 == 3)
            expect(own_undefer(adding->pool, count_up, &adding->count) == 0);
    }
    return NULL;
}

START_TEST(threads_defer_in_a_shared_pool)
{
    pthread_t thread;
    struct adding adding = {.pool = new_root()};

    expect(own_defer_last(adding.pool, count_up, &adding.count) == 0);
    expect(own_share(adding.pool) == 0);
    expect(pthread_create(&thread, NULL, add_many, &adding) == 0);
    add_many(&adding);
    pthread_join(thread, NULL);
    expect(usage_of(adding.pool).deferred == 1 + 2 * (2 * MANY - MANY / 4));
    own_decref(adding.pool);
    expect(adding.count == 1 + 2 * (2 * MANY - MANY / 4));
}
END_TEST

static int pass_by(void (*call)(void *), void *arg, void *context)
{
    (void)arg;
    (void)context;
    return call ? 0 : 1;
}

static int pass_holder(own_pool *holder, void *arg)
{
    (void)holder;
    (void)arg;
    return 0;
}

/* Nothing is read that another thread is writing. */
START_TEST(threads_look_at_a_shared_pool_that_others_change)
{
    pthread_t thread;
    struct adding adding = {.pool = new_root()};
    struct probe *probe = probe_new(NULL, 'p');

    expect(own_share(adding.pool) == 0 && own_share(probe) == 0);
    expect(pthread_create(&thread, NULL, add_many, &adding) == 0);
    for (size_t i = 0; i < MANY / 4; i++) {
        own_pool_set_name_borrowed(adding.pool, i % 2 ? "one" : "other");
        expect(own_pool_deferred(adding.pool, pass_by, NULL) == 0);
        expect(own_holders(probe, adding.pool, pass_holder, NULL) == 0);
    }
    pthread_join(thread, NULL);
    own_decref(probe);
    own_decref(adding.pool);
    expect_events("p");
}
END_TEST

START_TEST(a_million_calls_need_no_search)
{
    own_pool *pool = new_root();
    size_t many = scaled(1000000);
    size_t *counts = calloc(many, sizeof(*counts));

    for (size_t i = 0; i < many; i++)
        expect(own_defer_first(pool, count_up, &counts[i]) == 0);
    for (size_t i = 0; i < many; i += 2)
        expect(own_undefer(pool, count_up, &counts[i]) == 0);
    own_decref(pool);
    for (size_t i = 0; i < many; i++)
        expect(counts[i] == i % 2);
    free(counts);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("phases");
    TCase *phases = add_case(suite, "phases");

    tcase_add_test(phases, calls_come_before_and_after_the_rest);
    tcase_add_test(phases, children_are_whole_at_first_and_blocks_there_at_last);
    tcase_add_test(phases, what_a_call_adds_is_released_in_its_phase);
    tcase_add_test(phases, what_a_free_function_defers_first_comes_next);
    tcase_add_test(phases, undefer_takes_back_any_of_the_three);
    tcase_add_test(phases, arguments_are_checked);
    tcase_add_test(phases, a_full_limit_refuses_them);
    tcase_add_test(phases, a_pool_that_lives_on_has_made_all_its_calls);
    tcase_add_test(phases, threads_defer_in_a_shared_pool);
    tcase_add_test(phases, threads_look_at_a_shared_pool_that_others_change);
    tcase_add_test(phases, a_million_calls_need_no_search);
    return run_suite(suite);
}
