/*
 * base/lock.h - a lock of four bytes, for a few instructions at a time.
 *
 * Taking it costs one exchange, releasing it one store. A thread that finds it taken spins for a
 * short while, then yields the processor, then sleeps. Code that holds the lock is short, blocks
 * only in the system's memory calls, and runs no code of users.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <own/attributes.h>

struct lock {
    uint32_t taken;
};

static inline bool lock_try(struct lock *lock)
{
    return !__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE);
}

/* lock.c: to be called in a loop that waits for another thread, with `turn` = 0, 1, 2, ... */
void lock_pause(unsigned turn);
/* Sleeps, for less than a second. The thread is not cancelled meanwhile. Keeps errno. */
void lock_nap(long nanoseconds);
/* Waits until the lock is free, and takes it. */
void lock_wait(struct lock *lock);

static inline void lock_take(struct lock *lock)
{
    if (OWN_UNLIKELY(!lock_try(lock)))
        lock_wait(lock);
}

static inline void lock_release(struct lock *lock)
{
    __atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

#endif
