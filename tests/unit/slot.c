/*
 * slot.c - numbers of threads: each has one, no two at once have the same, they are the lowest that
 * are free, a thread that ends gives its number back, and a child process has one thread.
 */
#include "harness.h"

#include "base/slot.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 100 /* more than a word has bits */

static pthread_barrier_t all_have, all_compared;
static uint32_t slots[THREADS];

static void *ask(void *slot)
{
    errno = ERANGE;
    *(uint32_t *)slot = slot_of_thread();
    expect(errno == ERANGE);
    return NULL;
}

static void *ask_and_wait(void *slot)
{
    ask(slot);
    expect(slot_of_thread() == *(uint32_t *)slot); /* it is always the same */
    pthread_barrier_wait(&all_have);
    pthread_barrier_wait(&all_compared);
    return NULL;
}

static uint32_t slot_of_new_thread(void)
{
    uint32_t slot = SLOT_NONE;
    pthread_t thread;

    expect(pthread_create(&thread, NULL, ask, &slot) == 0 && pthread_join(thread, NULL) == 0);
    return slot;
}

/* Threads that have their numbers until stop. */
static pthread_t running[THREADS];

static void start(size_t count)
{
    pthread_barrier_init(&all_have, NULL, (unsigned)count + 1);
    pthread_barrier_init(&all_compared, NULL, (unsigned)count + 1);
    for (size_t i = 0; i < count; i++)
        expect(pthread_create(&running[i], NULL, ask_and_wait, &slots[i]) == 0);
    pthread_barrier_wait(&all_have);
}

static void stop(size_t count)
{
    pthread_barrier_wait(&all_compared);
    for (size_t i = 0; i < count; i++)
        expect(pthread_join(running[i], NULL) == 0);
    pthread_barrier_destroy(&all_have);
    pthread_barrier_destroy(&all_compared);
}

/* The first `count` threads have the lowest numbers but that of the main thread. */
static void expect_dense(size_t count)
{
    bool found[THREADS + 1] = {false};

    expect(slot_of_thread() == 0);
    found[0] = true;
    for (size_t i = 0; i < count; i++) {
        expect(slots[i] <= count && !found[slots[i]]);
        found[slots[i]] = true;
    }
}

/* Fewer where they are slow, but enough that each kind of round comes twice. */
static size_t few(size_t count)
{
    size_t scaled_count = scaled(count);
    return scaled_count > 4 ? scaled_count : 4;
}

START_TEST(numbers_are_dense)
{
    expect(slot_of_thread() == 0);
    for (size_t round = 0; round < few(10); round++) {
        size_t count = round % 2 ? THREADS : 7;
        start(count);
        expect_dense(count);
        stop(count);
    }
}
END_TEST

START_TEST(number_of_a_thread_that_ended_is_the_next)
{
    expect(slot_of_thread() == 0);
    for (size_t i = 0; i < few(200); i++)
        expect(slot_of_new_thread() == 1);
    start(70);
    expect(slot_of_new_thread() == 71);
    stop(70);
    expect(slot_of_new_thread() == 1);
}
END_TEST

/* A destructor that asks after the number has gone gets one, which goes too. */
static pthread_key_t key;
static uint32_t asked_late;
#ifdef THREAD_SANITIZED
#define ROUNDS 2 /* its own destructor is the last one */
#else
#define ROUNDS 3
#endif

static void ask_late(void *round)
{
    if (*(int *)round == 0)
        asked_late = SLOT_NONE;
    else
        asked_late = slot_of_thread();
    if (++*(int *)round < ROUNDS)
        pthread_setspecific(key, round);
}

static void *ask_and_end(void *round)
{
    expect(slot_of_thread() == 1);
    pthread_setspecific(key, round);
    return NULL;
}

START_TEST(destructor_may_ask)
{
    expect(slot_of_thread() == 0);
    expect(pthread_key_create(&key, ask_late) == 0);
    for (int i = 0; i < 10; i++) {
        int round = 0;
        pthread_t thread;
        expect(pthread_create(&thread, NULL, ask_and_end, &round) == 0);
        expect(pthread_join(thread, NULL) == 0);
        expect(round == ROUNDS && asked_late == 1);
    }
    expect(slot_of_new_thread() == 1);
    pthread_key_delete(key);
}
END_TEST

/* Runs in a thread of the parent, whose number is not 0. */
static void *fork_there(void *number)
{
    uint32_t slot = slot_of_thread();
    int status;

    expect(slot == *(uint32_t *)number);
    pid_t process = fork();
    expect(process >= 0);
    if (process == 0) {
        bool kept = slot_of_thread() == slot;
        bool others_are_free = slot_of_new_thread() == (slot == 0 ? 1 : 0);
        end_process(kept && others_are_free ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    expect(waitpid(process, &status, 0) == process);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
    return NULL;
}

START_TEST(child_process_has_one_thread)
{
    pthread_t thread;
    uint32_t number = 0;

    expect(slot_of_thread() == 0);
    start(70);
    fork_there(&number);
    number = 71;
    expect(pthread_create(&thread, NULL, fork_there, &number) == 0);
    expect(pthread_join(thread, NULL) == 0);
    stop(70);
    expect(slot_of_new_thread() == 1); /* the parent has not changed */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slot");
    TCase *numbers = add_case(suite, "numbers");

    tcase_add_test(numbers, numbers_are_dense);
    tcase_add_test(numbers, number_of_a_thread_that_ended_is_the_next);
    tcase_add_test(numbers, destructor_may_ask);
    if (getenv("OWN_UNDER_QEMU"))
        puts("left out here: child_process_has_one_thread: qemu-user makes no thread there");
    else
        tcase_add_test(numbers, child_process_has_one_thread);
    return run_suite(suite);
}
