/*
 * ticks.c - the clock that tells what came first, among all threads.
 */
#include "base/ticks.h"
#include "harness.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

/* Two threads hand the turn to each other, and look at the clock before each time. */
static struct {
    unsigned turn; /* even: of the first thread */
    uint64_t ticks;
} handed;

static void hand_over(unsigned parity, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        unsigned turn;
        while ((turn = __atomic_load_n(&handed.turn, __ATOMIC_ACQUIRE)) % 2 != parity)
            sched_yield();
        uint64_t before = handed.ticks;
        handed.ticks = ticks_now();
        expect(handed.ticks >= before);
        __atomic_store_n(&handed.turn, turn + 1, __ATOMIC_RELEASE);
    }
}

static size_t handoffs;

static void *hand_back(void *unused)
{
    hand_over(1, handoffs);
    return unused;
}

static void hand_over_and_back(void)
{
    pthread_t thread;

    handoffs = scaled(200000);
    handed.turn = 0;
    handed.ticks = 0;
    expect(pthread_create(&thread, NULL, hand_back, NULL) == 0);
    hand_over(0, handoffs);
    expect(pthread_join(thread, NULL) == 0);
    expect(handed.turn == 2 * handoffs);
}

START_TEST(ticks_never_fall_from_thread_to_thread)
{
    ticks_prepare();
    hand_over_and_back();
}
END_TEST

START_TEST(ticks_of_the_system_never_fall_either)
{
    ticks_prepare();
    bool were_of_processor = ticks_are_of_processor;
    ticks_are_of_processor = false;
    hand_over_and_back();
    ticks_are_of_processor = were_of_processor;
}
END_TEST

START_TEST(choosing_the_clock_happens_once)
{
    expect_keeps_errno((ticks_prepare(), true));
    bool are_of_processor = ticks_are_of_processor;
    expect_keeps_errno((ticks_prepare(), true));
    expect(ticks_are_of_processor == are_of_processor);
    ticks_are_of_processor = !are_of_processor;
    ticks_prepare();
    expect(ticks_are_of_processor == !are_of_processor);
    ticks_are_of_processor = are_of_processor;
}
END_TEST

/* Nanoseconds since some time long ago, between two that are asked for here. */
static uint64_t nanoseconds(void)
{
    struct timespec now;

    expect(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

START_TEST(the_clock_is_that_of_the_system_where_the_processors_is_not_chosen)
{
    ticks_prepare();
    bool were_of_processor = ticks_are_of_processor;
    ticks_are_of_processor = false;
    for (int i = 0; i < 1000; i++) {
        uint64_t before = nanoseconds(), ticks = ticks_now(), after = nanoseconds();
        expect(before <= ticks && ticks <= after);
    }
    ticks_are_of_processor = were_of_processor;
}
END_TEST

START_TEST(ticks_go_on)
{
    ticks_prepare();
    uint64_t before = ticks_now();
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    expect(ticks_now() > before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ticks");
    TCase *clock = add_case(suite, "clock");

    tcase_add_test(clock, choosing_the_clock_happens_once);
    tcase_add_test(clock, the_clock_is_that_of_the_system_where_the_processors_is_not_chosen);
    tcase_add_test(clock, ticks_go_on);
    tcase_add_test(clock, ticks_never_fall_from_thread_to_thread);
    tcase_add_test(clock, ticks_of_the_system_never_fall_either);
    return run_suite(suite);
}
