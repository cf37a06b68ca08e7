/*
 * stress.c - the knobs, the threads and the rounds of the stress tests; see stress.h.
 */
#include "config.h" /* the kind of build: OWN_DEBUG */

#include "stress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

struct knobs knobs;

void stress_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s (OWN_STRESS_SEED=%llu OWN_STRESS_THREADS=%zu)\n", file, line,
            condition, (unsigned long long)knobs.seed, knobs.threads);
    abort();
}

/* splitmix64 */
size_t below(struct worker *worker, size_t bound)
{
    uint64_t z = worker->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((z ^ (z >> 31)) % bound);
}

struct thread {
    pthread_t thread;
    struct worker worker;
    void (*run)(struct worker *worker);
};

static void *run_thread(void *arg)
{
    struct thread *thread = (struct thread *)arg;

    thread->run(&thread->worker);
    return NULL;
}

void run_threads(void (*run)(struct worker *worker), void *arg)
{
    static struct thread threads[THREADS_MAX];

    for (size_t i = 0; i < knobs.threads; i++) {
        threads[i].worker = (struct worker){i, knobs.seed * THREADS_MAX + i, arg};
        threads[i].run = run;
        expect(pthread_create(&threads[i].thread, NULL, run_thread, &threads[i]) == 0);
    }
    for (size_t i = 0; i < knobs.threads; i++)
        expect(pthread_join(threads[i].thread, NULL) == 0);
}

void tally_made(struct tally *tally)
{
    __atomic_add_fetch(&tally->made, 1, __ATOMIC_RELAXED);
}

void tally_ended(struct tally *tally)
{
    __atomic_add_fetch(&tally->ended, 1, __ATOMIC_RELAXED);
}

static size_t knob(const char *name, size_t standard, size_t most)
{
    const char *text = getenv(name);
    size_t value = text ? strtoul(text, NULL, 10) : standard;

    return value > most ? most : value;
}

static size_t standard_steps(void)
{
    size_t steps = 20000;

    if (getenv("OWN_UNDER_VALGRIND"))
        return steps / 40;
#ifdef SANITIZED
    steps /= 4;
#endif
    return OWN_DEBUG ? steps / 4 : steps;
}

int main(void)
{
    size_t rounds = knob("OWN_STRESS_ROUNDS", 1, SIZE_MAX);
    time_t end = time(NULL) + (time_t)knob("OWN_STRESS_SECONDS", 0, 1000000);

    knobs.seed = knob("OWN_STRESS_SEED", 1, SIZE_MAX);
    knobs.threads = knob("OWN_STRESS_THREADS", 4, THREADS_MAX);
    knobs.scale = knob("OWN_STRESS_SCALE", 64, SCALE_MAX);
    knobs.steps = knob("OWN_STRESS_STEPS", standard_steps(), SIZE_MAX);
    for (size_t round = 0; round < rounds || time(NULL) < end; round++, knobs.seed++) {
        stress_tree();
        stress_counts();
        stress_handing();
    }
    return 0;
}
