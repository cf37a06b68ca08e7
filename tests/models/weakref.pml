/*
 * weakref.pml - the weak references of the object, and its tear-down.
 *
 * The steps of src/object/weaktable.c and src/object/teardown.c. There are two weak references,
 * which live for ever, and are at first what REFS_FIRST says. FINALIZE is the code of the
 * finalizer, which runs once.
 */
#include "shared.pml"

#define NONE 0    /* not made yet */
#define LINKED 1  /* in the ring: gives the object */
#define CLEARED 2 /* WEAKREF_CLEARED, in the ring */
#define SETTLED 3 /* WEAKREF_SETTLED: taken, its call is made */
byte ref[2] = REFS_FIRST;
byte calls[2];
bool shard; /* the lock of the table */

bool alone;
bool take[2]; /* of one thread at a time: the object dies in one */
byte finalized;

/* weakref_link, by one who has a reference. */
inline link(i)
{
    lock(shard);
    d_step { touch(); assert(ref[i] == NONE); state = state | STATE_WEAK; ref[i] = LINKED };
    unlock(shard)
}

/* own_weakref_get: the mark, then weakref_get_shared. */
inline get(i)
{
    got = false;
    if
    :: ref[i] == CLEARED || ref[i] == SETTLED
    :: else ->
#ifndef GET_WITHOUT_LOCK
       lock(shard);
#endif
       if
       :: ref[i] == CLEARED || ref[i] == SETTLED
       :: else -> try_incref()
       fi;
#ifndef GET_WITHOUT_LOCK
       unlock(shard)
#else
       skip
#endif
    fi
}

/* Marks a ring as cleared: nobody else has a reference, and none can be got any more. */
#define CLEAR(i) ref[i] = (ref[i] == LINKED -> CLEARED : ref[i])
inline mark_cleared()
{
    d_step { alone = count == DEAD || count == GUARD; assert(alone); CLEAR(0); CLEAR(1) }
}

/* weakref_take: off the table, under its lock. */
inline take_ring()
{
    d_step {
        touch();
        state = state & ~STATE_WEAK;
        take[0] = ref[0] == CLEARED;
        take[1] = ref[1] == CLEARED;
        ref[0] = (take[0] -> SETTLED : ref[0]);
        ref[1] = (take[1] -> SETTLED : ref[1])
    }
}

/* weakref_call, with what was taken. */
inline call_died()
{
    d_step {
        touch();
        calls[0] = calls[0] + take[0];
        calls[1] = calls[1] + take[1];
        take[0] = false;
        take[1] = false;
        assert(calls[0] <= 1 && calls[1] <= 1)
    }
}

/* become_guard: the count is dead, and this thread alone knows. Or the guard's already, and nobody
   else can come by the object. */
#define BECOME_GUARD \
    d_step { touch(); assert(count == DEAD || (count == GUARD && !(state & STATE_WEAK))); \
             count = GUARD }
inline become_guard()
{
#ifdef GUARD_BEFORE_CLEAR
    BECOME_GUARD;
#endif
    if
    :: state & STATE_WEAK ->
       lock(shard);
       mark_cleared();
       unlock(shard)
    :: else
    fi;
#ifndef GUARD_BEFORE_CLEAR
    BECOME_GUARD
#endif
}

/* A weak reference that was made to the dying object: cleared only where that is alone yet. */
inline lose_later()
{
    lock(shard);
    if
#ifdef CLEAR_UNASKED
    :: true ->
#else
    :: d_step { count != GUARD -> touch() }
    :: d_step { count == GUARD -> touch() };
#endif
       mark_cleared();
       take_ring()
    fi;
    unlock(shard);
    call_died()
}

/* Whether nobody has a reference, nor can get one: in `got`, for which the thread of the guard has
   no other use. The count is read before the flag: who makes a weak reference has a reference. */
inline is_alone()
{
#ifdef FLAG_BEFORE_COUNT
    do
    :: d_step { !(state & STATE_WEAK) -> touch() }; break
    :: d_step { state & STATE_WEAK -> touch() };
       if
       :: d_step { count != GUARD -> touch() }; break
       :: d_step { count == GUARD -> touch() }; lose_later()
       fi
    od;
    touch();
    got = count == GUARD
#else
    do
    :: d_step { count != GUARD -> touch(); got = false }; break
    :: d_step { count == GUARD -> touch() };
       if
       :: d_step { !(state & STATE_WEAK) -> touch(); got = true }; break
       :: d_step { state & STATE_WEAK -> touch() }; lose_later()
       fi
    od
#endif
}

/* object_die. `last` again: it lived on, and the guard was the last reference after all. */
inline die()
{
    become_guard();
    d_step { touch(); state = state | STATE_DYING };
    if
    :: state & STATE_WEAK ->
       lock(shard);
       mark_cleared();
       take_ring();
       unlock(shard);
       call_died()
    :: else
    fi;
    is_alone();
    if
    :: got && !(state & STATE_FINALIZED) ->
       d_step { touch(); state = state | STATE_FINALIZED; finalized++ };
       FINALIZE;
       is_alone()
    :: else
    fi;
    if
    :: got ->
       d_step {
           touch();
           assert(ref[0] != LINKED && ref[1] != LINKED);
           count = DEAD;
           freed = true;
           deaths++;
           last = false
       }
    :: else -> /* live_on */
#ifdef GUARD_BEFORE_REVIVE
       d_step { touch(); state = state & ~STATE_DYING };
       release();
       touch()
#else
       touch(); /* the class's revive */
       d_step { touch(); state = state & ~STATE_DYING };
       release()
#endif
    fi;
    got = false
}

/* own_decref */
inline decref()
{
    release();
    do
    :: last -> die()
    :: else -> break
    od
}
