/*
 * weakref/reader.h - getting an object without the lock of the table: who is at it.
 *
 * A thread says which object it is about to get, looks whether the weak reference is cleared yet,
 * counts, and says that it is done. Who clears weak references waits for those that are at that
 * object, before its memory can go. (Hazard pointers: Michael, "Safe memory reclamation for
 * lock-free objects", 2004.)
 */
#ifndef WEAKREF_READER_H
#define WEAKREF_READER_H

#include "base/barrier.h"
#include "base/base.h"

enum reader_state {
    READER_NEW,
    READER_LISTED, /* those that clear can see it */
    READER_ENDED   /* its thread is ending, and does without from now on */
};

struct reader {
    const void *reading; /* an object; NULL: none */
    enum reader_state state;
    unsigned locked_gets; /* since one was last found to be frequent */
    struct list link;
} __attribute__((aligned(64)));

/* The calling thread's. */
extern __thread struct reader weakref_reader;

/* Lists it. False: that cannot be. Keeps errno. */
bool reader_list(void);

static inline bool reader_is_listed(void)
{
    return OWN_LIKELY(weakref_reader.state == READER_LISTED) || reader_list();
}

static inline void reader_begin(const void *object)
{
    barrier_store(&weakref_reader.reading, object);
}

static inline void reader_end(void)
{
    __atomic_store_n(&weakref_reader.reading, NULL, __ATOMIC_RELEASE);
}

/* Waits until nobody is at an object who began before it was marked as cleared. */
void reader_wait(const void *object);

/* When the library is loaded. */
void reader_prepare_for_fork(void);

#endif
