/*
 * biased.c - the lock that favours a thread: who is favoured when, that the favoured one and the
 * others keep each other out, and the numbers by which threads are told apart. All orders of its
 * steps are gone through by models/biased.pml.
 */
#include "base/biased.h"
#include "harness.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct biased_lock lock;

/* A lock that knows its maker, and where the system has the barrier, favours it. */
static void renew(void)
{
    lock = BIASED_LOCK_INIT;
    biased_favour(&lock);
}

static bool is_taken_by_favour(void)
{
    return lock.by_favour && !lock.beneath.taken;
}

static bool is_taken_beneath(void)
{
    return !lock.by_favour && lock.beneath.taken;
}

static void take_and_release(uint64_t times)
{
    for (uint64_t i = 0; i < times; i++) {
        biased_take(&lock);
        biased_release(&lock);
    }
}

static void *take_once(void *unused)
{
    biased_take(&lock);
    expect(is_taken_beneath());
    biased_release(&lock);
    return unused;
}

static pthread_t start(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    expect(pthread_create(&thread, NULL, run, arg) == 0);
    return thread;
}

static void finish(pthread_t thread)
{
    expect(pthread_join(thread, NULL) == 0);
}

static void elsewhere(void *(*run)(void *arg), void *arg)
{
    finish(start(run, arg));
}

static void *tell_number(void *number)
{
    *(uint64_t *)number = thread_number();
    expect(*(uint64_t *)number == thread_number());
    return NULL;
}

START_TEST(threads_have_numbers_of_their_own)
{
    enum { THREADS = 8 };
    uint64_t numbers[1 + THREADS];

    numbers[0] = thread_number();
    for (int i = 1; i <= THREADS; i++)
        elsewhere(tell_number, &numbers[i]);
    for (int i = 0; i <= THREADS; i++) {
        expect(numbers[i] != NOBODY && numbers[i] != NO_NUMBER);
        for (int j = 0; j < i; j++)
            expect(numbers[i] != numbers[j]);
    }
    expect(thread_number() == numbers[0] && thread_number_or_none == numbers[0]);
}
END_TEST

START_TEST(its_maker_is_favoured_until_another_takes_it)
{
    renew();
    expect(lock.favoured == (barrier_is_one_sided ? thread_number() : NOBODY));
    for (int i = 0; i < 2; i++) {
        biased_take(&lock);
        expect(barrier_is_one_sided ? is_taken_by_favour() : is_taken_beneath());
        biased_release(&lock);
        expect(!lock.beneath.taken);
    }
    elsewhere(take_once, NULL);
    expect(lock.favoured == NOBODY);
    biased_take(&lock);
    expect(is_taken_beneath());
    biased_release(&lock);
    expect(!lock.beneath.taken);
}
END_TEST

static void *expect_long_row(void *row)
{
    take_and_release(*(uint64_t *)row);
    expect(lock.favoured == NOBODY);
    take_and_release(1); /* it was not the latest before the first */
    expect(lock.favoured == thread_number());
    biased_take(&lock);
    expect(is_taken_by_favour());
    biased_release(&lock);
    return NULL;
}

/* Any thread may be next, and each time needs twice as long. */
START_TEST(who_takes_it_in_a_long_row_is_favoured)
{
    uint64_t row = LONG_ROW;

    lock = BIASED_LOCK_INIT;
    for (int i = 0; i < 4 && barrier_is_one_sided; i++, row *= 2) {
        if (i % 2)
            expect_long_row(&row);
        else
            elsewhere(expect_long_row, &row);
    }
    expect(!barrier_is_one_sided || lock.favoured == thread_number());
}
END_TEST

START_TEST(a_row_that_is_broken_begins_anew)
{
    lock = BIASED_LOCK_INIT;
    take_and_release(LONG_ROW);
    elsewhere(take_once, NULL);
    take_and_release(LONG_ROW);
    expect(lock.favoured == NOBODY);
    take_and_release(1);
    expect(lock.favoured == (barrier_is_one_sided ? thread_number() : NOBODY));
}
END_TEST

static void *expect_no_favour(void *unused)
{
    take_and_release((LONG_ROW << lock.ended) + 1);
    expect(lock.favoured == NOBODY);
    biased_favour(&lock);
    expect(lock.favoured == NOBODY);
    take_once(unused);
    return unused;
}

static void *expect_no_favour_of_same_mark(void *number)
{
    if (biased_mark(thread_number()) == biased_mark(*(uint64_t *)number))
        return expect_no_favour(number);
    return NULL;
}

/* Of those with the same mark the other may be late. */
START_TEST(one_thread_of_a_mark_is_favoured)
{
    uint64_t number = thread_number();

    if (!barrier_is_one_sided)
        return;
    renew();
    elsewhere(take_once, NULL);
    for (int i = 0; i < 2 * MARKS; i++) /* one of them at least has the same mark */
        elsewhere(expect_no_favour_of_same_mark, &number);
    expect(lock.latest != number);
    biased_favour(&lock);
    expect(lock.favoured == number);
}
END_TEST

/* Nor those for whose numbers there is no room, though their low halves are another's. */
START_TEST(threads_after_four_billions_are_not_favoured)
{
    uint64_t number = thread_number();

    renew();
    thread_number_or_none = number + (UINT64_C(1) << 32);
    expect_no_favour(NULL);
    thread_number_or_none = UINT64_C(1) << 32;
    expect_no_favour(NULL);
    lock = BIASED_LOCK_INIT;
    thread_number_or_none = UINT32_MAX;
    take_once(NULL);
    biased_favour(&lock);
    expect(lock.favoured == (barrier_is_one_sided ? UINT32_MAX : NOBODY));
    thread_number_or_none = NO_NUMBER;
    expect(!biased_take_by_favour(&lock));
    lock = BIASED_LOCK_INIT;
    expect(!biased_take_by_favour(&lock));
    thread_number_or_none = number;
}
END_TEST

static void *try_in_vain(void *unused)
{
    expect(!biased_try(&lock));
    return unused;
}

static void *try_once(void *tried)
{
    expect(biased_try(&lock));
    expect(is_taken_beneath());
    __atomic_store_n((bool *)tried, true, __ATOMIC_RELAXED);
    biased_release(&lock);
    return NULL;
}

START_TEST(trying_waits_for_the_favoured_thread_only)
{
    bool tried = false;

    renew();
    expect(biased_try(&lock));
    if (barrier_is_one_sided) {
        expect(is_taken_by_favour());
        pthread_t thread = start(try_once, &tried);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        expect(!__atomic_load_n(&tried, __ATOMIC_RELAXED));
        biased_release(&lock);
        finish(thread);
    } else {
        biased_release(&lock);
        elsewhere(try_once, &tried);
    }
    expect(tried && lock.favoured == NOBODY);
    expect(biased_try(&lock) && is_taken_beneath());
    elsewhere(try_in_vain, NULL);
    biased_release(&lock);
    elsewhere(try_once, &tried);
}
END_TEST

/* A thread that is no longer favoured when it leaves does not release the lock beneath. */
START_TEST(favour_may_end_while_its_thread_is_inside)
{
    if (!barrier_is_one_sided)
        return;
    renew();
    biased_take(&lock);
    pthread_t thread = start(take_once, NULL);
    while (__atomic_load_n(&lock.favoured, __ATOMIC_RELAXED) != NOBODY)
        sched_yield();
    expect(__atomic_load_n(&lock.beneath.taken, __ATOMIC_RELAXED));
    expect(lock.by_favour);
    biased_release(&lock);
    finish(thread);
    expect(!lock.beneath.taken);
}
END_TEST

START_TEST(child_process_keeps_the_favour)
{
    uint64_t number = thread_number();
    int status;

    renew();
    biased_take(&lock);
    pid_t process = fork();
    expect(process >= 0);
    if (process == 0) {
        biased_release(&lock);
        biased_take(&lock);
        bool kept = thread_number() == number && lock.by_favour == barrier_is_one_sided;
        biased_release(&lock);
        elsewhere(take_once, NULL);
        _exit(kept && lock.favoured == NOBODY ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    biased_release(&lock);
    expect(waitpid(process, &status, 0) == process);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
    biased_take(&lock);
    expect(lock.by_favour == barrier_is_one_sided);
    biased_release(&lock);
}
END_TEST

/* Threads that take it in rows, some of them long, and count without an atomic operation. */
enum { THREADS = 3, ROWS = 12 };

static struct {
    pthread_barrier_t start;
    uint64_t taken;
} stress;

static void *take_in_rows(void *seed)
{
    struct random random = {*(uint64_t *)seed};
    uint64_t taken = 0;

    pthread_barrier_wait(&stress.start);
    for (int i = 0; i < ROWS; i++) {
        size_t row = 1 + random_below(&random, i % 4 ? 100 : 4 * LONG_ROW);
        for (size_t j = 0; j < row; j++) {
            if (j % 8)
                biased_take(&lock);
            else
                while (!biased_try(&lock))
                    sched_yield();
            stress.taken++;
            biased_release(&lock);
        }
        taken += row;
        if (i % 3 == 0)
            sched_yield();
    }
    *(uint64_t *)seed = taken;
    return NULL;
}

static void take_from_many_threads(size_t rounds)
{
    expect(pthread_barrier_init(&stress.start, NULL, THREADS) == 0);
    for (size_t round = 0; round < rounds; round++) {
        pthread_t threads[THREADS];
        uint64_t taken[THREADS];
        uint64_t sum = 0;
        renew();
        stress.taken = 0;
        for (size_t i = 0; i < THREADS; i++) {
            taken[i] = round * THREADS + i + 1;
            threads[i] = start(take_in_rows, &taken[i]);
        }
        for (size_t i = 0; i < THREADS; i++) {
            finish(threads[i]);
            sum += taken[i];
        }
        expect(stress.taken == sum);
        expect(!lock.beneath.taken);
    }
    expect(pthread_barrier_destroy(&stress.start) == 0);
}

START_TEST(all_keep_each_other_out)
{
    take_from_many_threads(scaled(100));
}
END_TEST

START_TEST(without_the_barrier_nobody_is_favoured)
{
    bool was_one_sided = barrier_is_one_sided;

    barrier_is_one_sided = false;
    renew();
    take_and_release(LONG_ROW * 2);
    expect(lock.favoured == NOBODY && !lock.by_favour);
    take_from_many_threads(scaled(20));
    expect(lock.favoured == NOBODY && !lock.by_favour);
    barrier_is_one_sided = was_one_sided;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("biased");
    TCase *favours = add_case(suite, "favours");
    TCase *threads = add_case(suite, "threads");

    tcase_add_test(favours, threads_have_numbers_of_their_own);
    tcase_add_test(favours, its_maker_is_favoured_until_another_takes_it);
    tcase_add_test(favours, who_takes_it_in_a_long_row_is_favoured);
    tcase_add_test(favours, a_row_that_is_broken_begins_anew);
    tcase_add_test(favours, one_thread_of_a_mark_is_favoured);
    tcase_add_test(favours, threads_after_four_billions_are_not_favoured);
    tcase_add_test(favours, trying_waits_for_the_favoured_thread_only);
    tcase_add_test(favours, favour_may_end_while_its_thread_is_inside);
    tcase_add_test(favours, child_process_keeps_the_favour);
    tcase_add_test(threads, all_keep_each_other_out);
    tcase_add_test(threads, without_the_barrier_nobody_is_favoured);
    return run_suite(suite);
}
