/*
 * base/biased.h - a lock that one thread takes without an atomic operation.
 *
 * While a lock favours a thread, that thread says that it is inside, with a plain store, and looks
 * whether it is favoured still. Any other takes the lock beneath, ends the favour, has all threads
 * pass a barrier, and waits until the favoured one is not inside. From then on all take the lock
 * beneath, until one has taken it so often in a row that it is favoured in turn. The row has to be
 * twice as long each time, so that threads which take turns pay for few barriers. Where the system
 * has no such barrier, nobody is favoured.
 *
 * A favoured thread may be late: it has found that it is favoured, but by the time it says that it
 * is inside, another thread is favoured and inside. It then finds that out and withdraws its
 * statement, which must not be the statement of the other. So each thread has a mark of its own,
 * which it keeps for ever: of the threads that come to the same mark, only the first is ever
 * favoured. (Russell and Detlefs, "Eliminating synchronization-related atomic operations with
 * biased locking and bulk rebiasing", 2006; the barrier as in Dice, Huang and Yang, "Asymmetric
 * Dekker synchronization", 2001.)
 *
 *     favoured     is a thread's number only while nobody else is inside
 *     inside[i]    is stored by the thread owner[i] only
 *     by_favour    who is inside has not taken the lock beneath; only who is inside looks at it
 *
 * The lock beneath is one of base/lock.h, and what is said there holds.
 */
#ifndef BASE_BIASED_H
#define BASE_BIASED_H

#include "base/barrier.h"
#include "base/lock.h"
#include "base/thread.h"

#include <stddef.h>

#define MARKS 8 /* a power of two */

struct biased_lock {
    struct lock beneath;
    uint32_t favoured;     /* the number of a thread, or NOBODY */
    uint32_t latest;       /* who took the lock beneath last; the low half of its number */
    uint32_t row;          /* how often, with nobody else in between */
    uint32_t owner[MARKS]; /* the thread that was favoured with that mark, or NOBODY */
    bool inside[MARKS];    /* it is inside by favour, or looks */
    bool by_favour;
    uint8_t ended; /* favours, up to LAST_ENDED: each makes a long row twice as long */
};

/* No thread's number, nor NO_NUMBER. */
#define NOBODY 0

/* A row of this length has saved about what a barrier costs. */
#define LONG_ROW UINT32_C(1024)

/* Favours nobody yet. */
#define BIASED_LOCK_INIT ((struct biased_lock){.favoured = NOBODY})

/* biased.c: favours the calling thread, which is the only one that knows of the lock. */
void biased_favour(struct biased_lock *lock);

/* The lock beneath is the caller's, and becomes the biased one's. */
void biased_take_with(struct biased_lock *lock);

/* The mark of a thread. Threads with consecutive numbers get distinct marks. */
static inline size_t biased_mark(uint64_t thread)
{
    return (thread + thread / MARKS) % MARKS;
}

/* The thread that is favoured takes it. False: it is another, or was not in time. */
static inline bool biased_take_by_favour(struct biased_lock *lock)
{
    uint64_t thread = thread_number_or_none;
    bool *inside = &lock->inside[biased_mark(thread)];
    if (OWN_UNLIKELY(__atomic_load_n(&lock->favoured, __ATOMIC_RELAXED) != thread))
        return false;
    barrier_store(inside, true);
    if (OWN_LIKELY(__atomic_load_n(&lock->favoured, __ATOMIC_SEQ_CST) == thread)) {
        lock->by_favour = true;
        return true;
    }
    __atomic_store_n(inside, false, __ATOMIC_RELEASE);
    return false;
}

static inline void biased_release_by_favour(struct biased_lock *lock)
{
    bool *inside = &lock->inside[biased_mark(thread_number_or_none)];
    __atomic_store_n(inside, false, __ATOMIC_RELEASE);
}

static inline void biased_take(struct biased_lock *lock)
{
    if (OWN_LIKELY(biased_take_by_favour(lock)))
        return;
    lock_take(&lock->beneath);
    biased_take_with(lock);
}

/* False: another thread is inside, or wants to be. Where one is favoured, it is waited for. */
static inline bool biased_try(struct biased_lock *lock)
{
    if (OWN_LIKELY(biased_take_by_favour(lock)))
        return true;
    if (OWN_UNLIKELY(!lock_try(&lock->beneath)))
        return false;
    biased_take_with(lock);
    return true;
}

static inline void biased_release(struct biased_lock *lock)
{
    if (OWN_LIKELY(lock->by_favour))
        biased_release_by_favour(lock);
    else
        lock_release(&lock->beneath);
}

#endif
