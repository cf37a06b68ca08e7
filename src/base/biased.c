/*
 * base/biased.c - giving and ending favours.
 */
#include "base/biased.h"

#include <sched.h>

#define LONGEST_ROW (UINT32_C(1) << 30)

static bool pays(void)
{
    return __atomic_load_n(&barrier_is_one_sided, __ATOMIC_RELAXED);
}

void biased_favour(struct biased_lock *lock)
{
    if (pays())
        __atomic_store_n(&lock->favoured, thread_number(), __ATOMIC_RELAXED);
}

/* The favoured thread is let out, and not in again. */
static void end_favour(struct biased_lock *lock)
{
    __atomic_store_n(&lock->favoured, NOBODY, __ATOMIC_SEQ_CST);
    barrier_wait();
    while (__atomic_load_n(&lock->inside, __ATOMIC_SEQ_CST))
        sched_yield();
    if (lock->long_row < LONGEST_ROW)
        lock->long_row *= 2;
}

void biased_take_with(struct biased_lock *lock)
{
    uint64_t thread = thread_number();
    if (OWN_UNLIKELY(__atomic_load_n(&lock->favoured, __ATOMIC_RELAXED) != NOBODY))
        end_favour(lock);
    lock->by_favour = false;
    if (lock->latest != thread) {
        lock->latest = thread;
        lock->row = 0;
    } else if (OWN_UNLIKELY(++lock->row >= lock->long_row)) {
        lock->row = 0;
        biased_favour(lock);
    }
}
