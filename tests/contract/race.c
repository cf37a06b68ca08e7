/*
 * race.c - ThreadSanitizer reports two threads that count one confined object at the same time.
 * Check must fork for it: a process with a report ends with the status of ThreadSanitizer.
 */
#include "harness.h"

#include <pthread.h>

#ifdef OWN_THREAD_SANITIZER

#define REPORTED 66 /* the status of a process that ThreadSanitizer has reported something of */

static void *count_many(void *object)
{
    for (int i = 0; i < 1000; i++) {
        own_incref(object);
        own_decref(object);
    }
    return NULL;
}

/* Two threads that nothing synchronises. */
static void count_by_two(void *object)
{
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        expect(pthread_create(&threads[i], NULL, count_many, object) == 0);
    for (int i = 0; i < 2; i++)
        expect(pthread_join(threads[i], NULL) == 0);
}

START_TEST(confined_object_counted_by_two_threads_is_reported)
{
    count_by_two(own_new(NULL, &probe_type));
}
END_TEST

static void *incref_once(void *object)
{
    return own_incref(object);
}

START_TEST(last_release_beside_an_incref_is_reported)
{
    pthread_t thread;
    void *object = own_new(NULL, &probe_type);

    own_incref(object);
    expect(pthread_create(&thread, NULL, incref_once, object) == 0);
    own_decref(object);
    expect(pthread_join(thread, NULL) == 0);
}
END_TEST

START_TEST(shared_and_immortal_objects_are_not_reported)
{
    own_object *shared = (own_object *)probe_new(NULL, 's');
    own_object *immortal = (own_object *)probe_new(NULL, 'i');

    expect(own_share(shared) == 0);
    own_immortalize(immortal);
    count_by_two(shared);
    count_by_two(immortal);
    expect(own_refcount(shared) == 1);
    own_decref(shared);
}
END_TEST

START_TEST(confined_object_that_is_handed_over_is_not_reported)
{
    pthread_t thread;
    own_object *object = (own_object *)probe_new(NULL, 'h');

    count_many(object);
    expect(pthread_create(&thread, NULL, count_many, object) == 0);
    expect(pthread_join(thread, NULL) == 0);
    count_many(object);
    own_decref(object);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("race");
    TCase *races = add_case(suite, "races");

    tcase_add_exit_test(races, confined_object_counted_by_two_threads_is_reported, REPORTED);
    tcase_add_exit_test(races, last_release_beside_an_incref_is_reported, REPORTED);
    tcase_add_test(races, shared_and_immortal_objects_are_not_reported);
    tcase_add_test(races, confined_object_that_is_handed_over_is_not_reported);
    return run_suite(suite);
}

#else

int main(void)
{
    printf("SKIP: races are reported only by ThreadSanitizer\n");
    return 77;
}

#endif
