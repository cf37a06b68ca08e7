/*
 * base/ticks.h - a clock that orders the events of all threads.
 */
#ifndef BASE_TICKS_H
#define BASE_TICKS_H

#include <stdbool.h>
#include <stdint.h>

#include <own/attributes.h>

/* Chooses the clock. To be called before the first ticks_now, once or more often. Keeps errno. */
void ticks_prepare(void);

/* ticks.c */
extern bool ticks_are_of_processor;
uint64_t ticks_of_system(void);

/*
 * A number that is not smaller than that of any call that happened before this one, in any thread,
 * and greater if the clock has ticked since. It is the processor's counter if the system uses that
 * as its clock, else the system's time in nanoseconds. Reading the counter takes half the time.
 */
static inline uint64_t ticks_now(void)
{
#if defined(__x86_64__)
    if (OWN_LIKELY(ticks_are_of_processor)) {
        uint32_t low, high, processor;
        /* Unlike rdtsc, rdtscp waits until all earlier instructions have been executed. */
        __asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(processor) : : "memory");
        return (uint64_t)high << 32 | low;
    }
#endif
    return ticks_of_system();
}

#endif
