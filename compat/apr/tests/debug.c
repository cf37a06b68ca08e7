/*
 * debug.c - a program that is compiled for debugging pools: its calls become those that are told
 * the place of the call. A library that is built without it takes them for the plain ones.
 */
#define APR_POOL_DEBUG /* empty: 1 */
#include "subject.h"

#if APR_POOL_DEBUG != 1
#error "APR_POOL_DEBUG is 1 where it was defined as nothing"
#endif

/* The last number of a text that a macro made of a place. */
static int line_of(const char *place)
{
    const char *colon = strrchr(place, ':');

    expect(colon != NULL && strncmp(place, __FILE__, (size_t)(colon - place)) == 0);
    return atoi(colon + 1);
}

START_TEST(place_is_that_of_the_call)
{
    int line = line_of(APR_POOL__FILE_LINE__);

    expect(line == __LINE__ - 2);
    ck_assert_str_eq(APR_STRINGIFY(2), "2");
}
END_TEST

START_TEST(calls_with_a_place_do_what_the_others_do)
{
    apr_pool_t *pool, *child, *grandchild;
    char *block;

    expect(apr_pool_create(&pool, NULL) == APR_SUCCESS);
    expect(apr_pool_create_ex(&child, pool, NULL, NULL) == APR_SUCCESS);
    expect(apr_pool_create(&grandchild, child) == APR_SUCCESS);
    expect(apr_pool_parent_get(grandchild) == child && apr_pool_parent_get(child) == pool);
    log_death(pool, 'p');
    log_death(child, 'c');
    log_death(grandchild, 'g');
    block = apr_palloc(grandchild, 1000);
    memset(block, 'x', 1000);
    block = apr_pcalloc(grandchild, 1000);
    for (int i = 0; i < 1000; i++)
        expect(block[i] == 0);
    apr_pool_clear(child);
    expect_events("gc");
    expect(apr_palloc(child, 10) != NULL);
    apr_pool_destroy(pool);
    expect_events("p");
}
END_TEST

START_TEST(unmanaged_pools_have_such_calls_too)
{
    apr_pool_t *pools[4];

    expect(apr_pool_create_unmanaged(&pools[0]) == APR_SUCCESS);
    expect(apr_pool_create_unmanaged_ex(&pools[1], NULL, NULL) == APR_SUCCESS);
    expect(apr_pool_create_core(&pools[2]) == APR_SUCCESS);
    expect(apr_pool_create_core_ex(&pools[3], NULL, NULL) == APR_SUCCESS);
    for (int i = 0; i < 4; i++) {
        expect(apr_pool_parent_get(pools[i]) == NULL);
        log_death(pools[i], "abcd"[i]);
        apr_pool_destroy(pools[i]);
    }
    expect_events("abcd");
}
END_TEST

/* A wrapper that hands on the place of its own caller. */
static apr_pool_t *wrapped_create(apr_pool_t *parent, const char *place)
{
    apr_pool_t *pool = NULL;

    expect(apr_pool_create_ex_debug(&pool, parent, NULL, NULL, place) == APR_SUCCESS);
    return pool;
}

START_TEST(wrappers_hand_the_place_on)
{
    apr_pool_t *pool = wrapped_create(NULL, APR_POOL__FILE_LINE__), *unmanaged;
    apr_pool_t *child = wrapped_create(pool, "elsewhere:7");

    expect(apr_pool_parent_get(child) == pool);
    expect(apr_palloc_debug(child, 100, "elsewhere:8") != NULL);
    expect(((char *)apr_pcalloc_debug(child, 100, "elsewhere:9"))[99] == 0);
    log_death(child, 'c');
    apr_pool_clear_debug(child, "elsewhere:10");
    expect_events("c");
    log_death(child, 'd');
    apr_pool_destroy_debug(pool, "elsewhere:11");
    expect_events("d");
    expect(apr_pool_create_unmanaged_ex_debug(&unmanaged, NULL, NULL, "elsewhere:12") ==
           APR_SUCCESS);
    log_death(unmanaged, 'u');
    apr_pool_destroy_debug(unmanaged, "elsewhere:13");
    expect_events("u");
    expect(apr_pool_create_core_ex_debug(&unmanaged, NULL, NULL, "elsewhere:14") == APR_SUCCESS);
    apr_pool_destroy_debug(unmanaged, "elsewhere:15");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("debug");
    TCase *calls = add_apr_case(suite, "calls");

    tcase_add_test(calls, place_is_that_of_the_call);
    tcase_add_test(calls, calls_with_a_place_do_what_the_others_do);
    tcase_add_test(calls, unmanaged_pools_have_such_calls_too);
    tcase_add_test(calls, wrappers_hand_the_place_on);
    return run_suite(suite);
}
