/*
 * base/slot.h - small numbers for threads: as many as there are threads at once.
 *
 * A thread gets the lowest number that no running thread has, when it first asks, and gives it back
 * when it ends. So a number stands for one thread at a time, and what belongs to a number goes to the
 * next thread that gets it, after all that the last one did.
 */
#ifndef BASE_SLOT_H
#define BASE_SLOT_H

#include <stdint.h>

#include <own/attributes.h>

#define SLOTS UINT32_C(65536)
#define SLOT_NONE (SLOTS - 1) /* there are more threads than numbers, or it cannot be given back */

/* slot.c: that of the calling thread, + 1; 0: it has none yet. */
extern __thread uint32_t slot_or_zero;
uint32_t slot_take(void);

static inline uint32_t slot_of_thread(void)
{
    return OWN_LIKELY(slot_or_zero) ? slot_or_zero - 1 : slot_take();
}

#endif
