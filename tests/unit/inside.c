/*
 * inside.c - a confined pool that two threads use at once is told by the debug build; one that is
 * handed from thread to thread is not.
 */
#include "harness.h"
#include "pool/pool.h"

#include <pthread.h>

static void *use(void *pool)
{
    void *block = own_alloc((own_pool *)pool, 1, 100);

    expect(block && own_free((own_pool *)pool, block) == 0);
    expect(own_defer((own_pool *)pool, free, NULL) == 0);
    return NULL;
}

static void use_on_another_thread(own_pool *pool)
{
    pthread_t thread;

    expect(pthread_create(&thread, NULL, use, pool) == 0);
    expect(pthread_join(thread, NULL) == 0);
}

START_TEST(two_threads_at_once_are_told)
{
    own_pool *pool = own_pool_new_at(NULL, "larder");

    record_misuses();
    struct part *entered = pool_enter(pool);
    use_on_another_thread(pool);
    pool_leave(entered);
    expect(OWN_DEBUG ? misuses >= 1 && strstr(misuse_sentence, "larder") : misuses == 0);
    restore_misuses();
    own_decref(pool);
}
END_TEST

START_TEST(pool_that_is_handed_over_is_not_told)
{
    own_pool *pool = own_pool_new(NULL);

    record_misuses();
    for (int i = 0; i < 10; i++) {
        use(pool);
        use_on_another_thread(pool);
    }
    struct part *entered = pool_enter(pool);
    use(pool); /* as a callback does */
    pool_leave(entered);
    expect(misuses == 0);
    restore_misuses();
    own_decref(pool);
}
END_TEST

START_TEST(shared_pool_is_not_told)
{
    own_pool *pool = own_pool_new(NULL);

    expect(own_share(pool) == 0);
    record_misuses();
    struct part *entered = pool_enter(pool);
    use_on_another_thread(pool);
    pool_leave(entered);
    expect(misuses == 0);
    restore_misuses();
    own_decref(pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inside");
    TCase *inside = add_case(suite, "inside");

    tcase_add_test(inside, two_threads_at_once_are_told);
    tcase_add_test(inside, pool_that_is_handed_over_is_not_told);
    tcase_add_test(inside, shared_pool_is_not_told);
    return run_suite(suite);
}
