/*
 * base/biased.c - giving and ending favours.
 */
#include "base/biased.h"

#define LAST_ENDED 20

/* Whether favouring pays and no other thread has this mark. Owners are numbers of 32 bits only. */
static bool may_favour(const struct biased_lock *lock, uint64_t thread)
{
    uint32_t owner = lock->owner[biased_mark(thread)];
    return __atomic_load_n(&barrier_is_one_sided, __ATOMIC_RELAXED) && thread <= UINT32_MAX &&
           (owner == thread || owner == NOBODY);
}

void biased_favour(struct biased_lock *lock)
{
    uint64_t thread = thread_number();
    if (!may_favour(lock, thread))
        return;
    lock->owner[biased_mark(thread)] = (uint32_t)thread;
    __atomic_store_n(&lock->favoured, (uint32_t)thread, __ATOMIC_RELAXED);
}

/* The favoured thread is let out, and not in again. */
static void end_favour(struct biased_lock *lock, uint32_t favoured)
{
    unsigned turn = 0;
    __atomic_store_n(&lock->favoured, NOBODY, __ATOMIC_SEQ_CST);
    barrier_wait();
    while (__atomic_load_n(&lock->inside[biased_mark(favoured)], __ATOMIC_SEQ_CST))
        lock_pause(turn++);
    if (lock->ended < LAST_ENDED)
        lock->ended++;
}

void biased_take_with(struct biased_lock *lock)
{
    uint64_t thread = thread_number();
    uint32_t favoured = __atomic_load_n(&lock->favoured, __ATOMIC_RELAXED);
    if (OWN_UNLIKELY(favoured != NOBODY))
        end_favour(lock, favoured);
    lock->by_favour = false;
    if (lock->latest != (uint32_t)thread) {
        lock->latest = (uint32_t)thread;
        lock->row = 0;
    } else if (OWN_UNLIKELY(++lock->row >= LONG_ROW << lock->ended)) {
        lock->row = 0;
        biased_favour(lock);
    }
}
