/*
 * cleanups.c - cleanups and pre-cleanups: their order, how they are taken back and run early.
 */
#include "subject.h"

static int calls;

static apr_status_t count_call(void *data)
{
    (void)data;
    calls++;
    return 70007;
}

START_TEST(cleanups_run_newest_first_and_once)
{
    apr_pool_t *pool = new_pool(NULL);

    for (int i = 0; i < 5; i++)
        log_death(pool, "abcde"[i]);
    log_death(pool, 'b');
    apr_pool_clear(pool);
    expect_events("bedcba");
    apr_pool_clear(pool);
    expect_events("");
    log_death(pool, 'f');
    apr_pool_destroy(pool);
    expect_events("f");
}
END_TEST

START_TEST(cleanups_that_fail_stop_nothing)
{
    apr_pool_t *pool = new_pool(NULL);

    calls = 0;
    log_death(pool, 'a');
    apr_pool_cleanup_register(pool, NULL, count_call, apr_pool_cleanup_null);
    log_death(pool, 'b');
    apr_pool_destroy(pool);
    expect_events("ba");
    expect(calls == 1);
}
END_TEST

START_TEST(killing_takes_the_newest_with_that_function_and_data)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);

    log_death(pool, 'a');
    log_death(pool, 'b');
    apr_pool_cleanup_register(pool, letter('a'), log_cleanup_too, apr_pool_cleanup_null);
    log_death(pool, 'a');
    log_death(pool, 'c');
    log_death(child, 'd');
    apr_pool_cleanup_kill(pool, letter('a'), log_cleanup); /* the newer one */
    apr_pool_cleanup_kill(pool, letter('z'), log_cleanup); /* no such data */
    apr_pool_cleanup_kill(pool, letter('b'), log_cleanup_too);
    apr_pool_cleanup_kill(pool, letter('d'), log_cleanup); /* of another pool */
    expect_events("");
    apr_pool_clear(pool);
    expect_events("dcaba");
    apr_pool_cleanup_kill(pool, letter('a'), log_cleanup);
    apr_pool_destroy(pool);
    expect_events("");
}
END_TEST

START_TEST(killing_the_only_one_the_first_and_the_last)
{
    apr_pool_t *pool = new_pool(NULL);

    for (int round = 0; round < 3; round++) {
        log_death(pool, 'x');
        apr_pool_cleanup_kill(pool, letter('x'), log_cleanup);
    }
    for (int i = 0; i < 4; i++)
        log_death(pool, "abcd"[i]);
    apr_pool_cleanup_kill(pool, letter('d'), log_cleanup);
    apr_pool_cleanup_kill(pool, letter('a'), log_cleanup);
    log_death(pool, 'e');
    apr_pool_destroy(pool);
    expect_events("ecb");
}
END_TEST

START_TEST(running_calls_at_once_and_takes_back)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death(pool, 'a');
    log_death(pool, 'b');
    log_death(pool, 'a');
    expect(apr_pool_cleanup_run(pool, letter('a'), log_cleanup) == APR_SUCCESS);
    expect_events("a");
    calls = 0;
    apr_pool_cleanup_register(pool, &calls, count_call, apr_pool_cleanup_null);
    expect(apr_pool_cleanup_run(pool, &calls, count_call) == 70007 && calls == 1);
    apr_pool_destroy(pool);
    expect_events("ba");
    expect(calls == 1);
}
END_TEST

START_TEST(running_what_is_not_registered_calls_it)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death(pool, 'a');
    expect(apr_pool_cleanup_run(pool, letter('b'), log_cleanup) == APR_SUCCESS);
    expect_events("b");
    apr_pool_destroy(pool);
    expect_events("a");
}
END_TEST

START_TEST(without_a_pool_nothing_is_registered)
{
    apr_pool_cleanup_register(NULL, letter('a'), log_cleanup, apr_pool_cleanup_null);
    apr_pool_pre_cleanup_register(NULL, letter('a'), log_cleanup);
    apr_pool_cleanup_kill(NULL, letter('a'), log_cleanup);
    apr_pool_child_cleanup_set(NULL, letter('a'), log_cleanup, apr_pool_cleanup_null);
    expect_events("");
    expect(apr_pool_cleanup_run(NULL, letter('a'), log_cleanup) == APR_SUCCESS);
    expect_events("a");
    expect(apr_pool_cleanup_null(letter('a')) == APR_SUCCESS);
    expect(apr_pool_cleanup_null(NULL) == APR_SUCCESS);
    expect_events("");
}
END_TEST

START_TEST(pre_cleanups_run_before_subpools_die)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);

    log_death(pool, 'p');
    log_death_first(pool, 'f');
    log_death(child, 'c');
    log_death_first(child, 'd');
    log_death_first(pool, 'g');
    log_death(pool, 'q');
    apr_pool_clear(pool);
    expect_events("gfdcqp");
    apr_pool_clear(pool);
    log_death_first(pool, 'h');
    apr_pool_destroy(pool);
    expect_events("h");
}
END_TEST

START_TEST(pre_cleanups_are_killed_and_run_as_others)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death_first(pool, 'a');
    log_death_first(pool, 'b');
    log_death_first(pool, 'c');
    log_death(pool, 'd');
    apr_pool_cleanup_kill(pool, letter('b'), log_cleanup);
    expect(apr_pool_cleanup_run(pool, letter('c'), log_cleanup) == APR_SUCCESS);
    expect_events("c");
    apr_pool_destroy(pool);
    expect_events("ad");
}
END_TEST

START_TEST(many_cleanups_are_killed_and_run)
{
    const size_t count = scaled(20000);
    apr_pool_t *pool = new_pool(NULL);
    char *data = apr_palloc(pool, count);

    calls = 0;
    for (size_t i = 0; i < count; i++)
        apr_pool_cleanup_register(pool, data + i, count_call, apr_pool_cleanup_null);
    for (size_t i = count; i-- > count / 2;) /* the newest first: found at once */
        apr_pool_cleanup_kill(pool, data + i, count_call);
    apr_pool_clear(pool);
    expect(calls == (int)(count / 2));
    apr_pool_destroy(pool);
    expect(calls == (int)(count / 2));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cleanups");
    TCase *plain = add_apr_case(suite, "plain");
    TCase *pre = add_apr_case(suite, "pre");

    tcase_add_test(plain, cleanups_run_newest_first_and_once);
    tcase_add_test(plain, cleanups_that_fail_stop_nothing);
    tcase_add_test(plain, killing_takes_the_newest_with_that_function_and_data);
    tcase_add_test(plain, killing_the_only_one_the_first_and_the_last);
    tcase_add_test(plain, running_calls_at_once_and_takes_back);
    tcase_add_test(plain, running_what_is_not_registered_calls_it);
    tcase_add_test(plain, without_a_pool_nothing_is_registered);
    tcase_add_test(plain, many_cleanups_are_killed_and_run);

    tcase_add_test(pre, pre_cleanups_run_before_subpools_die);
    tcase_add_test(pre, pre_cleanups_are_killed_and_run_as_others);
    return run_suite(suite);
}
