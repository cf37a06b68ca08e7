/*
 * measure.c - the clock, repetition, and the lines that are printed.
 */
#include "measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

bool measure_quick;

uint64_t measure_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

double measure_rounds(void (*rounds)(size_t count), size_t operations)
{
    const uint64_t enough = measure_quick ? 5000000 : 100000000;
    rounds(1);
    for (size_t count = 1;;) {
        uint64_t start = measure_now();
        rounds(count);
        uint64_t took = measure_now() - start;
        if (took >= enough)
            return (double)took / ((double)count * (double)operations);
        if (took < enough / 16)
            count *= 8;
        else
            count = (size_t)((double)count * (1.25 * (double)enough / (double)took)) + 1;
    }
}

void measure_sample(const char *metric, size_t x, const char *unit, double value)
{
    printf("sample %s %zu %s %.6g\n", metric, x, unit, value);
    fflush(stdout);
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
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return measure_must(memory == MAP_FAILED ? NULL : memory);
}
