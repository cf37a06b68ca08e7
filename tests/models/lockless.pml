/*
 * lockless.pml - own_weakref_get without the lock of the table against the last own_decref.
 *
 * Two threads release the two references of an object, two others get it through a weak reference
 * each that is WEAKREF_LOCKLESS, use it and release that: get_without_lock (weakref/weakref.c)
 * against become_guard (object/shared.c), weakref_clear and reader_wait (weakref/reader.c).
 *
 * What a getter says it is reading goes through a store buffer, which empties whenever it likes, or
 * when the barrier of all threads says so: memory is not sequentially consistent here.
 *
 * mutants:
 *   CLEAR_WITHOUT_BARRIER  the getters' stores are not waited for
 *   CLEAR_WITHOUT_WAITING  nor the getters themselves
 *   LOOK_BEFORE_SAYING     a getter looks whether it is cleared before it says what it reads
 */
#define COUNT_FIRST (-2)
#define STATE_FIRST STATE_WEAK
#define REFS_FIRST LINKED
#define FINALIZE skip
#define WAIT_FOR_READERS wait_for_readers()

bool said[2];    /* weakref_reader.reading is the object, in the getter's store buffer */
bool reading[2]; /* and in memory */

#include "weakref.pml"

/* reader_wait: every running thread passes a barrier, then each is waited for. */
inline wait_for_readers()
{
#ifndef CLEAR_WITHOUT_BARRIER
    d_step { reading[0] = said[0]; reading[1] = said[1] };
#endif
#ifndef CLEAR_WITHOUT_WAITING
    !reading[0];
    !reading[1];
#endif
    skip
}

inline say(i)
{
    said[i] = true
}

/* Later stores do not pass earlier ones: the release is in memory behind the rest. */
inline done(i)
{
    d_step { said[i] = false; reading[i] = false }
}

/* own_weakref_get: the mark, then get_without_lock. `old_state`: the mark as it was looked at. */
inline get_lockless(i)
{
    if
    :: ref[i] == CLEARED || ref[i] == SETTLED
    :: else ->
#ifdef LOOK_BEFORE_SAYING
       old_state = ref[i];
       say(i);
#else
       say(i);
       old_state = ref[i];
#endif
       if
       :: old_state == LINKED -> try_incref()
       :: else
       fi;
       old_state = 0;
       done(i)
    fi
}

active [2] proctype owner()
{
    LOCALS;
    decref()
}

active [2] proctype getter()
{
    LOCALS;
    get_lockless(_pid - 2);
    if
    :: got -> got = false; touch(); decref()
    :: else
    fi
}

/* A store buffer empties by itself. */
active [2] proctype buffer()
{
    do
    :: d_step { said[_pid - 4] && !reading[_pid - 4] -> reading[_pid - 4] = true }
    :: freed -> break
    od
}

active proctype check()
{
    timeout;
    assert(freed && deaths == 1 && count == DEAD);
    assert(calls[0] == 1 && calls[1] == 1);
    assert(!stripe)
}
