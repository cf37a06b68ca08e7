/*
 * measure.c - the clock, repetition, and the lines that are printed.
 */
#include "measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

static void print_sample(const char *metric, size_t x, const char *unit, double value, double least)
{
    printf("sample %s %zu %s %.6g %.6g\n", metric, x, unit, value, least);
    fflush(stdout);
}

void measure_sample(const char *metric, size_t x, const char *unit, double value)
{
    print_sample(metric, x, unit, value, value);
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
