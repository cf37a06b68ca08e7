/*
 * base/lock.c - waiting for a lock.
 */
#include "base/lock.h"

#include <sched.h>

#define SPINS 100 /* a holder that runs is through by then */

void lock_wait(struct lock *lock)
{
    for (int spins = 0;; spins++) {
        if (!__atomic_load_n(&lock->taken, __ATOMIC_RELAXED) && lock_try(lock))
            return;
        if (spins >= SPINS)
            sched_yield();
    }
}
