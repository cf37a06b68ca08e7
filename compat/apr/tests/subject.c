/*
 * subject.c - what the tests of APR's pools share; see subject.h.
 */
#include "subject.h"

#include <ctype.h>

static char letters[] = "abcdefghijklmnopqrstuvwxyz";

char *letter(char name)
{
    char *found = strchr(letters, name);

    expect(name != '\0' && found != NULL);
    return found;
}

apr_status_t log_cleanup(void *data)
{
    log_event(*(const char *)data);
    return APR_SUCCESS;
}

apr_status_t log_cleanup_too(void *data)
{
    log_event(*(const char *)data);
    return APR_SUCCESS;
}

apr_status_t log_child_cleanup(void *data)
{
    log_event((char)toupper(*(const unsigned char *)data));
    return APR_SUCCESS;
}

apr_pool_t *new_pool(apr_pool_t *parent)
{
    apr_pool_t *pool = NULL;

    expect(apr_pool_create(&pool, parent) == APR_SUCCESS && pool != NULL);
    return pool;
}

void log_death(apr_pool_t *pool, char name)
{
    apr_pool_cleanup_register(pool, letter(name), log_cleanup, apr_pool_cleanup_null);
}

void log_death_first(apr_pool_t *pool, char name)
{
    apr_pool_pre_cleanup_register(pool, letter(name), log_cleanup);
}

apr_thread_mutex_t *new_mutex(apr_pool_t *pool)
{
    apr_thread_mutex_t *mutex = NULL;

#ifdef APR_TESTS_REAL
    expect(apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, pool) == APR_SUCCESS);
#else
    mutex = apr_palloc(pool, 1);
#endif
    expect(mutex != NULL);
    return mutex;
}

static void start(void)
{
    expect(apr_initialize() == APR_SUCCESS);
}

TCase *add_apr_case(Suite *suite, const char *name)
{
    TCase *test_case = add_case(suite, name);

    tcase_add_checked_fixture(test_case, start, apr_terminate);
    return test_case;
}
