/*
 * userdata.c - data that a pool keeps under keys, and tags.
 */
#include "subject.h"

static void *data_of(apr_pool_t *pool, const char *key)
{
    void *data = &data;

    expect(apr_pool_userdata_get(&data, key, pool) == APR_SUCCESS);
    return data;
}

static void set(apr_pool_t *pool, const char *key, const void *data)
{
    expect(apr_pool_userdata_set(data, key, NULL, pool) == APR_SUCCESS);
    expect(data_of(pool, key) == data);
}

START_TEST(data_is_found_by_the_text_of_its_key)
{
    apr_pool_t *pool = new_pool(NULL);
    char key[] = "first";

    expect(data_of(pool, "first") == NULL);
    set(pool, "first", letter('a'));
    set(pool, "second", letter('b'));
    set(pool, "", letter('c'));
    expect(data_of(pool, key) == letter('a') && data_of(pool, "second") == letter('b'));
    expect(data_of(pool, "") == letter('c'));
    expect(data_of(pool, "fir") == NULL && data_of(pool, "first ") == NULL);
    expect(data_of(pool, "First") == NULL);
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(set_copies_the_key)
{
    apr_pool_t *pool = new_pool(NULL);
    char key[] = "key one";

    set(pool, key, letter('a'));
    key[4] = '2';
    set(pool, key, letter('b'));
    set(pool, "key one", letter('c'));
    memset(key, 'x', sizeof key - 1);
    expect(data_of(pool, "key one") == letter('c') && data_of(pool, "2") == NULL);
    expect(data_of(pool, "key 2ne") == letter('b') && data_of(pool, key) == NULL);
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(setn_keeps_the_key_that_it_got)
{
    apr_pool_t *pool = new_pool(NULL);
    char key[] = "key";

    expect(apr_pool_userdata_setn(letter('a'), key, NULL, pool) == APR_SUCCESS);
    expect(data_of(pool, "key") == letter('a'));
    expect(apr_pool_userdata_setn(letter('b'), "key", NULL, pool) == APR_SUCCESS);
    expect(data_of(pool, key) == letter('b'));
    set(pool, key, letter('c'));
    expect(data_of(pool, "key") == letter('c'));
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(each_pool_has_data_of_its_own)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);

    set(pool, "key", letter('a'));
    expect(data_of(child, "key") == NULL);
    set(child, "key", letter('b'));
    expect(data_of(pool, "key") == letter('a'));
    apr_pool_destroy(child);
    expect(data_of(pool, "key") == letter('a'));
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(clear_forgets_all_data)
{
    apr_pool_t *pool = new_pool(NULL);

    for (int round = 0; round < 3; round++) {
        set(pool, "key", letter('a'));
        set(pool, "other", letter('b'));
        apr_pool_clear(pool);
        expect(data_of(pool, "key") == NULL && data_of(pool, "other") == NULL);
    }
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(null_takes_data_away)
{
    apr_pool_t *pool = new_pool(NULL);

    set(pool, "key", letter('a'));
    set(pool, "other", letter('b'));
    set(pool, "key", NULL);
    expect(data_of(pool, "other") == letter('b'));
    set(pool, "key", letter('c'));
    set(pool, "third", NULL);
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(cleanup_of_data_is_a_cleanup_of_the_pool)
{
    apr_pool_t *pool = new_pool(NULL);

    log_death(pool, 'x');
    expect(apr_pool_userdata_set(letter('a'), "a", log_cleanup, pool) == APR_SUCCESS);
    expect(apr_pool_userdata_setn(letter('b'), "b", log_cleanup, pool) == APR_SUCCESS);
    expect(apr_pool_userdata_setn(letter('k'), "k", log_cleanup, pool) == APR_SUCCESS);
    log_death(pool, 'y');
    /* what was there before is cleaned up at the end, as it was to be */
    expect(apr_pool_userdata_set(letter('c'), "a", log_cleanup, pool) == APR_SUCCESS);
    expect_events("");
    apr_pool_cleanup_kill(pool, letter('k'), log_cleanup);
    expect(data_of(pool, "k") == letter('k'));
    apr_pool_clear(pool);
    expect_events("cybax");
    apr_pool_destroy(pool);
    expect_events("");
}
END_TEST

static apr_status_t see_data(void *data)
{
    expect(data_of(data, "key") == letter('a'));
    log_event('1');
    return APR_SUCCESS;
}

START_TEST(cleanups_still_see_the_data)
{
    apr_pool_t *pool = new_pool(NULL), *child = new_pool(pool);

    set(pool, "key", letter('a'));
    apr_pool_cleanup_register(pool, pool, see_data, apr_pool_cleanup_null);
    apr_pool_cleanup_register(child, pool, see_data, apr_pool_cleanup_null);
    apr_pool_pre_cleanup_register(pool, pool, see_data);
    apr_pool_clear(pool);
    expect_events("111");
    set(pool, "key", letter('a'));
    apr_pool_cleanup_register(pool, pool, see_data, apr_pool_cleanup_null);
    apr_pool_destroy(pool);
    expect_events("1");
}
END_TEST

START_TEST(many_keys_are_all_found)
{
    const size_t count = scaled(5000);
    apr_pool_t *pool = new_pool(NULL);
    char *data = apr_palloc(pool, count), key[40];

    for (size_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "key number %zu", i);
        expect(apr_pool_userdata_set(data + i, key, NULL, pool) == APR_SUCCESS);
    }
    for (size_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "key number %zu", i);
        expect(data_of(pool, key) == data + i);
    }
    apr_pool_destroy(pool);
}
END_TEST

START_TEST(tag_may_be_set_again_and_taken_away)
{
    apr_pool_t *pool = new_pool(NULL);

    apr_pool_tag(pool, "first");
    apr_pool_tag(pool, "second");
    apr_pool_tag(pool, NULL);
    apr_pool_tag(pool, "third");
    apr_pool_clear(pool);
#ifndef APR_TESTS_REAL
    /* APR shows a tag only in what its debugging prints; here it is the name of the pool. */
    ck_assert_str_eq(own_pool_name(own_apr_pool(pool)), "third");
#endif
    apr_pool_destroy(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("userdata");
    TCase *data = add_apr_case(suite, "data");
    TCase *tags = add_apr_case(suite, "tags");

    tcase_add_test(data, data_is_found_by_the_text_of_its_key);
    tcase_add_test(data, set_copies_the_key);
    tcase_add_test(data, setn_keeps_the_key_that_it_got);
    tcase_add_test(data, each_pool_has_data_of_its_own);
    tcase_add_test(data, clear_forgets_all_data);
    tcase_add_test(data, null_takes_data_away);
    tcase_add_test(data, cleanup_of_data_is_a_cleanup_of_the_pool);
    tcase_add_test(data, cleanups_still_see_the_data);
    tcase_add_test(data, many_keys_are_all_found);

    tcase_add_test(tags, tag_may_be_set_again_and_taken_away);
    return run_suite(suite);
}
