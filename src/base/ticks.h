/*
 * base/ticks.h - what came first, among all threads.
 */
#ifndef BASE_TICKS_H
#define BASE_TICKS_H

#include <stdbool.h>
#include <stdint.h>

#include <own/attributes.h>

/* Chooses the clock; to be called before a thread asks for ticks, once or often. Keeps errno. */
void ticks_prepare(void);

/* ticks.c */
extern bool ticks_are_of_processor;
uint64_t ticks_of_system(void);

/*
 * A number that is not smaller than that of any call which happened before this one, in any thread,
 * and greater if the clock has ticked since: the clock of the processor where the system uses it
 * too, else that of the system, in nanoseconds. Reading the processor's takes half the time.
 */
static inline uint64_t ticks_now(void)
{
#if defined(__x86_64__)
    if (OWN_LIKELY(ticks_are_of_processor)) {
        uint32_t low, high, processor;
        /* Not before what is in front of it has been done, unlike rdtsc. */
        __asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(processor) : : "memory");
        return (uint64_t)high << 32 | low;
    }
#endif
    return ticks_of_system();
}

#endif
