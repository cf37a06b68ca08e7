/*
 * reentry.c - what cleanups themselves may do with pools: register, kill and run others, allocate,
 * destroy, clear and make pools. Each gets the pool that it is about, logs 1, and acts.
 */
#include "subject.h"

static apr_status_t register_more(void *data)
{
    apr_pool_t *pool = data;

    log_event('1');
    log_death(pool, 'x');
    log_death(pool, 'y');
    return APR_SUCCESS;
}

START_TEST(cleanups_registered_by_a_cleanup_come_next)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death(pool, 'a');
    apr_pool_cleanup_register(pool, pool, register_more, apr_pool_cleanup_null);
    log_death(pool, 'b');
    apr_pool_clear(pool);
    expect_events("b1yxa");
    apr_pool_clear(pool);
    expect_events("");
    apr_pool_cleanup_register(pool, pool, register_more, apr_pool_cleanup_null);
    apr_pool_destroy(pool);
    expect_events("1yx");
}
END_TEST

START_TEST(pre_cleanups_may_register_cleanups)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);

    log_death(pool, 'a');
    log_death(child, 'c');
    apr_pool_pre_cleanup_register(pool, pool, register_more);
    apr_pool_pre_cleanup_register(pool, child, register_more);
    apr_pool_destroy(pool);
    expect_events("11yxcyxa");
}
END_TEST

static apr_status_t register_more_first(void *data)
{
    log_event('1');
    log_death_first(data, 'x');
    log_death_first(data, 'y');
    return APR_SUCCESS;
}

START_TEST(pre_cleanups_registered_by_one_come_next)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death_first(pool, 'a');
    apr_pool_pre_cleanup_register(pool, pool, register_more_first);
    log_death(pool, 'b');
    apr_pool_destroy(pool);
    expect_events("1yxab");
}
END_TEST

static apr_status_t kill_others(void *data)
{
    log_event('1');
    apr_pool_cleanup_kill(data, letter('a'), log_cleanup);
    apr_pool_cleanup_kill(data, letter('c'), log_cleanup);
    apr_pool_cleanup_kill(data, data, kill_others); /* itself: no longer there */
    expect(apr_pool_cleanup_run(data, letter('b'), log_cleanup) == APR_SUCCESS);
    return APR_SUCCESS;
}

START_TEST(cleanups_may_kill_and_run_others)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death(pool, 'a');
    log_death(pool, 'b');
    log_death(pool, 'c');
    log_death(pool, 'd');
    apr_pool_cleanup_register(pool, pool, kill_others, apr_pool_cleanup_null);
    apr_pool_destroy(pool);
    expect_events("1bd");
}
END_TEST

static apr_status_t allocate(void *data)
{
    char *small = apr_palloc(data, 24), *large = apr_palloc(data, 100000);

    memset(small, 's', 24);
    memset(large, 'l', 100000);
    expect(strcmp(apr_psprintf(data, "%d cleanups", 1), "1 cleanups") == 0);
    expect(small[23] == 's' && large[0] == 'l');
    log_event('1');
    return APR_SUCCESS;
}

START_TEST(cleanups_may_allocate_from_the_pool)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);
    char *text = apr_pstrdup(pool, "still there");

    apr_pool_cleanup_register(pool, pool, allocate, apr_pool_cleanup_null);
    apr_pool_cleanup_register(pool, text, log_cleanup, apr_pool_cleanup_null);
    apr_pool_cleanup_register(child, child, allocate, apr_pool_cleanup_null);
    apr_pool_cleanup_register(child, pool, allocate, apr_pool_cleanup_null);
    apr_pool_pre_cleanup_register(pool, pool, allocate);
    apr_pool_clear(pool);
    expect_events("111s1");
    apr_pool_cleanup_register(pool, pool, allocate, apr_pool_cleanup_null);
    apr_pool_destroy(pool);
    expect_events("1");
}
END_TEST

static apr_status_t destroy_pool(void *data)
{
    log_event('1');
    apr_pool_destroy(data);
    log_event('2');
    return APR_SUCCESS;
}

START_TEST(pre_cleanup_may_destroy_subpools)
{
    apr_pool_t *pool = new_pool(NULL), *a = new_pool(pool), *b = new_pool(pool);

    log_death(a, 'a');
    log_death(new_pool(a), 'x');
    log_death(b, 'b');
    log_death(pool, 'p');
    apr_pool_pre_cleanup_register(pool, a, destroy_pool);
    apr_pool_destroy(pool);
    expect_events("1xa2bp");
}
END_TEST

START_TEST(cleanup_may_destroy_a_sibling_and_another_tree)
{
    apr_pool_t *pool = new_pool(NULL), *a = new_pool(pool), *b = new_pool(pool);
    apr_pool_t *c = new_pool(pool), *other = new_pool(NULL);

    log_death(a, 'a');
    log_death(b, 'b');
    log_death(other, 'o');
    apr_pool_cleanup_register(c, b, destroy_pool, apr_pool_cleanup_null);
    apr_pool_cleanup_register(c, other, destroy_pool, apr_pool_cleanup_null);
    log_death(c, 'c');
    apr_pool_destroy(pool);
    expect_events("c1o21b2a");
}
END_TEST

static apr_status_t clear_pool(void *data)
{
    log_event('1');
    apr_pool_clear(data);
    return APR_SUCCESS;
}

START_TEST(cleanup_may_clear_a_sibling)
{
    apr_pool_t *pool = new_pool(NULL), *a = new_pool(pool), *b = new_pool(pool);

    log_death(a, 'a');
    apr_pool_cleanup_register(b, a, clear_pool, apr_pool_cleanup_null);
    apr_pool_clear(pool);
    expect_events("1a");
    apr_pool_destroy(pool);
}
END_TEST

static apr_status_t use_subpool(void *data)
{
    apr_pool_t *child = new_pool(data), *grandchild = new_pool(child);

    log_event('1');
    log_death(child, 'x');
    log_death(grandchild, 'y');
    expect(apr_palloc(grandchild, 5000) != NULL);
    expect(apr_pool_is_ancestor(data, grandchild));
    apr_pool_destroy(child);
    return APR_SUCCESS;
}

START_TEST(cleanup_may_use_a_subpool_that_it_destroys)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);

    log_death(pool, 'a');
    log_death(child, 'c');
    apr_pool_cleanup_register(pool, pool, use_subpool, apr_pool_cleanup_null);
    apr_pool_cleanup_register(child, child, use_subpool, apr_pool_cleanup_null);
    apr_pool_clear(pool);
    expect_events("1yxc"
                  "1yxa");
    apr_pool_cleanup_register(pool, pool, use_subpool, apr_pool_cleanup_null);
    apr_pool_destroy(pool);
    expect_events("1yx");
}
END_TEST

static apr_status_t leave_subpool(void *data)
{
    log_event('1');
    log_death(new_pool(data), 'x');
    return APR_SUCCESS;
}

START_TEST(subpools_made_while_subpools_die_die_with_them)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);

    log_death(child, 'c');
    log_death(pool, 'p');
    apr_pool_pre_cleanup_register(pool, pool, leave_subpool);
    apr_pool_cleanup_register(child, pool, leave_subpool, apr_pool_cleanup_null);
    apr_pool_destroy(pool);
    expect_events("1x1cxp");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reentry");
    TCase *cleanups = add_apr_case(suite, "cleanups");
    TCase *pools = add_apr_case(suite, "pools");

    tcase_add_test(cleanups, cleanups_registered_by_a_cleanup_come_next);
    tcase_add_test(cleanups, pre_cleanups_may_register_cleanups);
    tcase_add_test(cleanups, pre_cleanups_registered_by_one_come_next);
    tcase_add_test(cleanups, cleanups_may_kill_and_run_others);
    tcase_add_test(cleanups, cleanups_may_allocate_from_the_pool);

    tcase_add_test(pools, pre_cleanup_may_destroy_subpools);
    tcase_add_test(pools, cleanup_may_destroy_a_sibling_and_another_tree);
    tcase_add_test(pools, cleanup_may_clear_a_sibling);
    tcase_add_test(pools, cleanup_may_use_a_subpool_that_it_destroys);
    tcase_add_test(pools, subpools_made_while_subpools_die_die_with_them);
    return run_suite(suite);
}
