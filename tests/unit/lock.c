/*
 * lock.c - waiting for a lock that another thread has.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RUSAGE_THREAD */
#endif

#include "base/lock.h"

#include "harness.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

static struct lock lock;
static bool was_released;

static long switches(void)
{
    struct rusage usage;

    expect(getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage.ru_nvcsw;
}

START_TEST(who_waits_long_sleeps)
{
    long before = switches();

    /* A yield would do for a holder of the same priority; but not for one of a lower. */
    for (unsigned turn = 1000; turn < 1010; turn++)
        expect_keeps_errno((lock_pause(turn), true));
    expect(switches() >= before + 10);
}
END_TEST

static void *wait_for_it(void *unused)
{
    (void)unused;
    lock_take(&lock);
    bool released = __atomic_load_n(&was_released, __ATOMIC_RELAXED);
    lock_release(&lock);
    return released ? &lock : NULL;
}

START_TEST(lock_that_is_held_long_is_had_in_the_end)
{
    pthread_t thread;
    void *result;

    lock_take(&lock);
    expect(!lock_try(&lock));
    expect(pthread_create(&thread, NULL, wait_for_it, NULL) == 0);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* through all ways of waiting */
    __atomic_store_n(&was_released, true, __ATOMIC_RELAXED);
    lock_release(&lock);
    expect(pthread_join(thread, &result) == 0 && result);
    expect(lock_try(&lock));
    lock_release(&lock);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lock");
    TCase *waiting = add_case(suite, "waiting");

    tcase_add_test(waiting, who_waits_long_sleeps);
    tcase_add_test(waiting, lock_that_is_held_long_is_had_in_the_end);
    return run_suite(suite);
}
