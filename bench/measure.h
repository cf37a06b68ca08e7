/*
 * measure.h - what the programs that measure share: a clock, repetition, memory, random numbers,
 * the trace of sizes, and the lines that they print for bench.
 *
 *     sample METRIC X UNIT VALUE LEAST    X is the size or the count that it belongs to, or 0
 *     note TEXT                           shown below the tables of the workload
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern bool measure_quick; /* --quick: short, and small where a workload grows */

/* CPU time of this thread in nanoseconds: what other programs take is not in it. */
uint64_t measure_now(void);

/* The nanoseconds of something: the median of many short slices of time, and the least of them. */
struct timing {
    double median;
    double least;
};

/*
 * Calls rounds(count) with a count that takes about a millisecond, as often as makes a good median.
 * What comes before warms up. Gives the time of one of the `operations` of one round.
 */
struct timing measure_rounds(void (*rounds)(size_t count), size_t operations);

/* The same for work that must be prepared each time, which is not timed. */
struct timing measure_once(void (*prepare)(void), void (*work)(void), size_t operations);

/*
 * The same by one or two threads at once, on any CPUs: rounds(thread, count) in each. The time is
 * wall time from the first start to the last end, divided by all operations. It includes what other
 * programs take, so trust the least more than the median.
 */
struct timing measure_threads(size_t threads, void (*rounds)(size_t thread, size_t count),
                              size_t operations);

void measure_ratio(const char *metric, double ratio);
void measure_sample(const char *metric, size_t x, const char *unit, double value);
void measure_timing(const char *metric, size_t x, struct timing timing);
void measure_note(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

/* Ends the program with a sentence where something could not be had. */
void *measure_must(void *pointer);

/* Bytes of zeroed memory straight from the system, so that no peer's state depends on it. */
void *measure_memory(size_t bytes);

/* The value of a pointer is used: the compiler must not leave out what led to it. */
static inline void measure_use(const void *pointer)
{
    __asm__ volatile("" : : "r"(pointer) : "memory");
}

/* rss.c */
size_t rss_now(void);       /* resident bytes */
size_t rss_peak(void);      /* the most there ever were in this process */
size_t rss_available(void); /* bytes that the machine has left */

/* trace.c: the sizes that all workloads with a mix of sizes use, in the same order. */
#define TRACE_LENGTH ((size_t)1 << 17)
extern uint16_t trace_sizes[TRACE_LENGTH];
void trace_make(void);

/* The next size; *at counts on. */
static inline size_t trace_next(size_t *at)
{
    return trace_sizes[(*at)++ & (TRACE_LENGTH - 1)];
}

static inline uint32_t random_next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 32);
}

/* A number below `bound`, which fits 32 bits. */
static inline size_t random_below(uint64_t *state, size_t bound)
{
    return (size_t)(((uint64_t)random_next(state) * bound) >> 32);
}

#endif
