/*
 * base/barrier.h - one thread stores often and looks, another does so seldom: a barrier that only
 * the second pays for.
 *
 * Each side stores a word and then loads the word of the other; at least one of them must see the
 * store of the other (Dekker). For that both would need a barrier between store and load, which
 * costs as much as a lock. Where the system has membarrier, it makes all running threads of the
 * process pass one, and the frequent side needs none. (Dice, Herlihy and Kogan, "Fast non-intrusive
 * memory reclamation for highly-concurrent data structures", 2016.)
 *
 *     frequent   barrier_store(&mine, value)      then loads `theirs`, sequentially consistent
 *     seldom     stores `theirs`, sequentially consistent, then barrier_wait(), then loads `mine`
 */
#ifndef BASE_BARRIER_H
#define BASE_BARRIER_H

#include <stdbool.h>

#include <own/attributes.h>

/* Whether barrier_wait is a barrier of all threads. */
extern bool barrier_is_one_sided;

/* `mine` is a pointer, or a flag. */
#define barrier_store(mine, value)                                                                 \
    do {                                                                                           \
        if (OWN_LIKELY(__atomic_load_n(&barrier_is_one_sided, __ATOMIC_RELAXED))) {                \
            __atomic_store_n(mine, value, __ATOMIC_RELAXED);                                       \
            __atomic_signal_fence(__ATOMIC_SEQ_CST);                                               \
        } else {                                                                                   \
            __atomic_store_n(mine, value, __ATOMIC_SEQ_CST);                                       \
        }                                                                                          \
    } while (0)

/* barrier.c. Costs a system call. */
void barrier_wait(void);

#endif
