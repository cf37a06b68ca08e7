/*
 * mixed.c - pools of APR and of libown in one program, and pools that run out of memory: what only
 * own/compat/apr_pools.h promises, so that it is not compared with libapr-1.
 */
#include "subject.h"

static apr_status_t say_status(void *data)
{
    log_event(*(const char *)data);
    return APR_ENOMEM;
}

START_TEST(what_libown_gave_goes_after_what_apr_says)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);
    own_pool *own = own_apr_pool(pool);

    expect(own_apr_pool_of(own) == pool);
    expect(own_apr_pool(NULL) == NULL && own_apr_pool_of(NULL) == NULL);
    for (int round = 0; round < 2; round++) {
        expect(probe_new(own, 'o') != NULL);
        expect(own_defer(own, log_call, "d") == 0);
        log_death(pool, 'p');
        log_death_first(pool, 'f');
        log_death(child, 'c');
        expect(own_contains(own, apr_palloc(pool, 100)));
        if (round == 0) {
            apr_pool_clear(pool);
            child = new_pool(pool);
        } else {
            apr_pool_destroy(pool);
        }
        expect_events("fcpdo");
    }
}
END_TEST

START_TEST(pool_that_is_held_outlives_its_destruction)
{
    apr_pool_t *pool = new_pool(NULL);
    own_pool *own = own_apr_pool(pool), *holder = new_root();
    char *text = apr_pstrdup(pool, "whole");

    expect(own_defer(own, log_call, "d") == 0);
    log_death(pool, 'p');
    expect(own_hold(holder, own) == 0);
    apr_pool_destroy(pool);
    expect_events("p");
    ck_assert_str_eq(text, "whole");
    expect(own_alloc(own, 1, 1000) != NULL);
    own_decref(holder);
    expect_events("d");
}
END_TEST

START_TEST(pool_of_libown_takes_calls_of_apr)
{
    own_pool *root = new_root(), *own = own_pool_new(root);
    apr_pool_t *pool = own_apr_pool_of(own), *child;
    void *data = NULL;

    for (int round = 0; round < 2; round++) {
        child = new_pool(pool);
        expect(apr_pool_parent_get(child) == pool && apr_pool_is_ancestor(pool, child));
        expect(apr_pool_parent_get(pool) == own_apr_pool_of(root));
        expect(apr_pool_userdata_get(&data, "k", pool) == APR_SUCCESS && data == NULL);
        expect(apr_pool_userdata_set("v", "k", NULL, pool) == APR_SUCCESS);
        expect(apr_pool_userdata_get(&data, "k", pool) == APR_SUCCESS && data != NULL);
        ck_assert_str_eq(apr_psprintf(pool, "%d", round), round ? "1" : "0");
        log_death(pool, 'p');
        log_death(child, 'c');
        log_death_first(pool, 'f');
        if (round == 0)
            apr_pool_clear(pool);
        else
            apr_pool_destroy(pool);
        expect_events("fcp");
    }
    expect(usage_of(root).children == 0);
    own_decref(root);
}
END_TEST

START_TEST(pool_of_libown_that_dies_or_is_cleared_does_the_same)
{
    own_pool *root = new_root(), *own = own_pool_new(root);
    apr_pool_t *pool = own_apr_pool_of(own);

    log_death(pool, 'p');
    log_death(new_pool(pool), 'c');
    own_pool_clear(own);
    expect_events("cp");
    log_death(new_pool(pool), 'c');
    log_death(pool, 'q');
    own_decref(root);
    expect_events("cq");
}
END_TEST

START_TEST(nested_pools_are_one_tree_to_libown)
{
    apr_pool_t *pool = new_pool(NULL), *apart = new_pool(pool), *child, *grandchild;

    own_apr_nest(pool);
    child = new_pool(pool);
    grandchild = new_pool(child);
    expect(own_pool_parent(own_apr_pool(grandchild)) == own_apr_pool(child));
    expect(own_pool_parent(own_apr_pool(child)) == own_apr_pool(pool));
    expect(own_pool_parent(own_apr_pool(apart)) == NULL);
    expect(total_of(own_apr_pool(pool)).pools == 3);
    log_death(pool, 'p');
    log_death(apart, 'a');
    log_death(child, 'c');
    log_death(grandchild, 'g');
    apr_pool_destroy(child);
    expect_events("gc");
    expect(total_of(own_apr_pool(pool)).pools == 1);
    log_death(new_pool(new_pool(pool)), 'n');
    apr_pool_destroy(pool);
    expect_events("nap");
}
END_TEST

/*
 * Without memory: each limit lets one call more get through than the last.
 */
static unsigned aborts;

static int count_abort(int status)
{
    expect(status == APR_ENOMEM);
    aborts++;
    return 0;
}

/* A call that is given as a condition has either succeeded, or said so to the abort function. */
#define expect_or_abort(condition)                                                                 \
    do {                                                                                           \
        aborts = 0;                                                                                \
        if (condition)                                                                             \
            expect(aborts == 0);                                                                   \
        else                                                                                       \
            failures++;                                                                            \
        expect(aborts <= 1);                                                                       \
    } while (0)

static bool was_registered(apr_pool_t *pool, char name, bool first)
{
    if (first)
        apr_pool_pre_cleanup_register(pool, letter(name), say_status);
    else
        apr_pool_cleanup_register(pool, letter(name), say_status, apr_pool_cleanup_null);
    return aborts == 0;
}

/* Makes calls in a pool of that many bytes more than it has; how many have failed. */
static unsigned fail_some(size_t room)
{
    apr_pool_t *pool = new_pool(NULL);
    own_pool *own = own_apr_pool(pool);
    char expected[10], *text;
    unsigned failures = 0;
    void *data;
    bool first, plain;

    own_apr_nest(pool);
    apr_pool_abort_set(count_abort, pool);
    expect(own_pool_set_limit(own, usage_of(own).reserved + room) == 0);
    expect_or_abort(apr_palloc(pool, 5000) != NULL);
    expect_or_abort((text = apr_pcalloc(pool, 20000)) != NULL && text[19999] == 0);
    expect_or_abort(apr_pstrdup(pool, "text") != NULL);
    expect_or_abort((text = apr_psprintf(pool, "%9000d", 7)) != NULL && strlen(text) == 9000);
    aborts = 0;
    plain = was_registered(pool, 'p', false);
    aborts = 0;
    first = was_registered(pool, 'f', true);
    aborts = 0;
    if (apr_pool_userdata_set("value", "key", NULL, pool) == APR_SUCCESS)
        expect(apr_pool_userdata_get(&data, "key", pool) == APR_SUCCESS && data != NULL);
    else
        expect(apr_pool_userdata_get(&data, "key", pool) == APR_SUCCESS && data == NULL);
    for (int i = 0; i < 40; i++) {
        apr_pool_t *child = pool;

        aborts = 0;
        if (apr_pool_create(&child, pool) == APR_SUCCESS) {
            expect(aborts == 0 && apr_pool_parent_get(child) == pool);
            expect_or_abort(apr_palloc(child, 3000) != NULL);
        } else {
            expect(child == NULL && aborts == 1);
            failures++;
        }
    }
    /* it can be used as before, and what was registered is what is run */
    expect(own_pool_set_limit(own, 0) == 0);
    expect(apr_palloc(pool, 5000) != NULL && new_pool(pool) != NULL);
    snprintf(expected, sizeof expected, "%s%s", first ? "f" : "", plain ? "p" : "");
    apr_pool_destroy(pool);
    expect_events(expected);
    return failures;
}

START_TEST(calls_that_fail_change_nothing_and_say_so)
{
    unsigned all = fail_some(0), last = all;

    expect(all > 20);
    for (size_t room = 0; last > 0; room += room / 8 + 64)
        last = fail_some(room);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mixed");
    TCase *both = add_apr_case(suite, "both");
    TCase *failing = add_apr_case(suite, "failing");

    tcase_add_test(both, what_libown_gave_goes_after_what_apr_says);
    tcase_add_test(both, pool_that_is_held_outlives_its_destruction);
    tcase_add_test(both, pool_of_libown_takes_calls_of_apr);
    tcase_add_test(both, pool_of_libown_that_dies_or_is_cleared_does_the_same);
    tcase_add_test(both, nested_pools_are_one_tree_to_libown);

    tcase_add_test(failing, calls_that_fail_change_nothing_and_say_so);
    return run_suite(suite);
}
