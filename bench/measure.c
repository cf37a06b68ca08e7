/*
 * measure.c - the clock, repetition, and the lines that are printed.
 */
#include "config.h" /* for sched_setaffinity */

#include "measure.h"

#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define SLICES_LEAST 5
#define SLICES_MOST 101

bool measure_quick;

uint64_t measure_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static int compare(const void *left, const void *right)
{
    const double *l = left;
    const double *r = right;
    return (*l > *r) - (*l < *r);
}

static double time_of(void (*rounds)(size_t count), size_t count)
{
    uint64_t start = measure_now();
    rounds(count);
    return (double)(measure_now() - start);
}

struct timing measure_rounds(void (*rounds)(size_t count), size_t operations)
{
    const double slice = measure_quick ? 2e5 : 1e6;
    const double enough = measure_quick ? 1e7 : 1e8;
    double times[SLICES_MOST];
    size_t count = 1;
    size_t slices = 0;
    double took = time_of(rounds, 1);
    while ((took = time_of(rounds, count)) < slice)
        count = took < slice / 16 ? count * 8 : (size_t)((double)count * (1.25 * slice / took)) + 1;
    for (double sum = 0; slices < SLICES_LEAST || (slices < SLICES_MOST && sum < enough);) {
        times[slices] = time_of(rounds, count);
        sum += times[slices++];
        if (sum > 20 * enough)
            break;
    }
    qsort(times, slices, sizeof *times, compare);
    double all = (double)count * (double)operations;
    return (struct timing){times[slices / 2] / all, times[0] / all};
}

/* A thread that does its part of one slice of time after another. */
struct measured {
    pthread_t thread;
    size_t number;
    struct slices *slices;
    uint64_t began;
    uint64_t ended;
};

struct slices {
    void (*rounds)(size_t thread, size_t count);
    size_t count; /* of rounds in the next slice; 0: there is none */
    pthread_barrier_t barrier;
    size_t threads;
    struct measured measured[2];
};

struct timing measure_once(void (*prepare)(void), void (*work)(void), size_t operations)
{
    const size_t most = measure_quick ? SLICES_LEAST : SLICES_MOST;
    double times[SLICES_MOST];
    for (size_t i = 0; i < most; i++) {
        prepare();
        uint64_t start = measure_now();
        work();
        times[i] = (double)(measure_now() - start);
    }
    qsort(times, most, sizeof *times, compare);
    return (struct timing){times[most / 2] / (double)operations, times[0] / (double)operations};
}

static uint64_t wall_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static void *measured_run(void *argument)
{
    struct measured *self = argument;
    struct slices *slices = self->slices;
    for (;;) {
        pthread_barrier_wait(&slices->barrier);
        if (slices->count == 0)
            return NULL;
        self->began = wall_now();
        slices->rounds(self->number, slices->count);
        self->ended = wall_now();
        pthread_barrier_wait(&slices->barrier);
    }
}

static double wall_time_of(struct slices *slices, size_t count)
{
    uint64_t began = UINT64_MAX;
    uint64_t ended = 0;
    slices->count = count;
    pthread_barrier_wait(&slices->barrier);
    pthread_barrier_wait(&slices->barrier);
    for (size_t i = 0; i < slices->threads; i++) {
        began = slices->measured[i].began < began ? slices->measured[i].began : began;
        ended = slices->measured[i].ended > ended ? slices->measured[i].ended : ended;
    }
    return (double)(ended - began);
}

/* bench has pinned the process to one CPU. */
static void unpin(void)
{
    cpu_set_t all;
    memset(&all, 0xff, sizeof all);
    sched_setaffinity(0, sizeof all, &all);
}

static void start_threads(struct slices *slices)
{
    unpin();
    pthread_barrier_init(&slices->barrier, NULL, (unsigned)slices->threads + 1);
    for (size_t i = 0; i < slices->threads; i++) {
        slices->measured[i] = (struct measured){.number = i, .slices = slices};
        if (pthread_create(&slices->measured[i].thread, NULL, measured_run, &slices->measured[i]))
            measure_must(NULL);
    }
}

static void end_threads(struct slices *slices)
{
    slices->count = 0;
    pthread_barrier_wait(&slices->barrier);
    for (size_t i = 0; i < slices->threads; i++)
        pthread_join(slices->measured[i].thread, NULL);
    pthread_barrier_destroy(&slices->barrier);
}

struct timing measure_threads(size_t threads, void (*rounds)(size_t thread, size_t count),
                              size_t operations)
{
    const double slice = measure_quick ? 2e6 : 1e7;
    const size_t most = measure_quick ? 31 : SLICES_MOST;
    struct slices slices = {.rounds = rounds, .threads = threads};
    double times[SLICES_MOST];
    size_t count = 1;
    start_threads(&slices);
    while (wall_time_of(&slices, count) < slice)
        count *= 2;
    for (size_t i = 0; i < most; i++)
        times[i] = wall_time_of(&slices, count);
    end_threads(&slices);
    qsort(times, most, sizeof *times, compare);
    double all = (double)count * (double)operations * (double)threads;
    return (struct timing){times[most / 2] / all, times[0] / all};
}

static void print_sample(const char *metric, size_t x, const char *unit, double value, double least)
{
    printf("sample %s %zu %s %.6g %.6g\n", metric, x, unit, value, least);
    fflush(stdout);
}

void measure_sample(const char *metric, size_t x, const char *unit, double value)
{
    print_sample(metric, x, unit, value, value);
}

void measure_ratio(const char *metric, double ratio)
{
    print_sample(metric, 0, "x", ratio, ratio);
}

void measure_timing(const char *metric, size_t x, struct timing timing)
{
    print_sample(metric, x, "ns", timing.median, timing.least);
}

void measure_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("note ", stdout);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    fflush(stdout);
}

void *measure_must(void *pointer)
{
    if (!pointer) {
        measure_note("out of memory");
        exit(1);
    }
    return pointer;
}

void *measure_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return measure_must(memory == MAP_FAILED ? NULL : memory);
}
