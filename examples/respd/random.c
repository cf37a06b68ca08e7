/*
 * random.c - numbers by chance: xorshift64*, a state for each thread.
 */
#include "random.h"

#include <stdint.h>
#include <sys/random.h>
#include <time.h>

static __thread uint64_t state; /* 0: not seeded yet */

static void seed(void)
{
    if (getrandom(&state, sizeof state, GRND_NONBLOCK) != sizeof state)
        state = (uint64_t)time(NULL) ^ (uint64_t)(uintptr_t)&state;
    state |= 1; /* it would stay 0 for ever */
}

size_t random_below(size_t bound)
{
    if (!state)
        seed();
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)(state * 0x2545f4914f6cdd1du >> 1) % bound;
}
