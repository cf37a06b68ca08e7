/*
 * base/slot.h - slots: small numbers for running threads.
 *
 * When a thread first asks, it gets the lowest number that no running thread has; it gives the
 * number back when it ends. So a slot stands for one thread at a time. Data that belongs to a slot
 * passes to the next thread that gets the slot, which sees all that the previous thread did.
 */
#ifndef BASE_SLOT_H
#define BASE_SLOT_H

#include <stdint.h>

#include <own/attributes.h>

#define SLOTS UINT32_C(65536)
#define SLOT_NONE (SLOTS - 1) /* no slot is free, or the thread could not give one back */
#define SLOT_NOBODY SLOTS     /* the slot of no thread */

/* slot.c: the slot of the calling thread, plus 1; 0: it has none yet. */
extern __thread uint32_t slot_or_zero;
uint32_t slot_take(void);

static inline uint32_t slot_of_thread(void)
{
    return OWN_LIKELY(slot_or_zero) ? slot_or_zero - 1 : slot_take();
}

#endif
