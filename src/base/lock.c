/*
 * base/lock.c - waiting for a lock: spin, then yield, then sleep.
 */
#include "base/lock.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <time.h>

#define SPINS 100  /* a holder that is running has released the lock by then */
#define YIELDS 100 /* a holder that was preempted is running again by then */
#define NAP 50000  /* nanoseconds; a yield does not let a holder of lower priority run */

void lock_nap(long nanoseconds)
{
    int saved = errno;
    int state;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
    (void)pthread_setcancelstate(state, NULL);
    errno = saved;
}

void lock_pause(unsigned turn)
{
    if (turn >= SPINS + YIELDS)
        lock_nap(NAP);
    else if (turn >= SPINS)
        sched_yield();
}

void lock_wait(struct lock *lock)
{
    for (unsigned turn = 0;; turn++) {
        if (!__atomic_load_n(&lock->taken, __ATOMIC_RELAXED) && lock_try(lock))
            return;
        lock_pause(turn);
    }
}
