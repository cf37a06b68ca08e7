/*
 * revival.pml - a finalizer that brings its object back to life, against those who get it
 * meanwhile.
 *
 * The last reference goes in one thread. The finalizer makes a weak reference to the object, and
 * may leave a reference, which another thread releases. Two threads get the object through that
 * weak reference, whether it is dying or lives on; the first may make a second weak reference to
 * it, and uses that when its own reference has gone. So the object may live on by either way, the
 * guard may be the last reference after all, and the object die anew in any thread: finalize,
 * is_alone, live_on (object/teardown.c), weakref_take (object/weaktable.c).
 *
 * mutants:
 *   FLAG_BEFORE_COUNT    whether the object is alone is seen by the flag first, then by the count
 *   CLEAR_UNASKED        a ring is cleared without another look at the count under the lock
 *   GUARD_BEFORE_REVIVE  the guard is released before the object is whole again
 *   GET_WITHOUT_LOCK     the get counts without the lock of the table
 */
#define COUNT_FIRST (-1)
#define STATE_FIRST 0
#define REFS_FIRST NONE
bool kept;
#define FINALIZE \
    link(0); \
    if \
    :: true -> incref(); kept = true \
    :: true \
    fi
#include "weakref.pml"

active proctype owner()
{
    LOCALS;
    decref()
}

active proctype keeper()
{
    LOCALS;
end:
    kept;
    touch();
    decref()
}

active proctype maker()
{
    LOCALS;
    ref[0] != NONE;
    get(0);
    if
    :: got -> got = false;
       touch();
       if
       :: true -> link(1)
       :: true
       fi;
       decref()
    :: else
    fi;
    if
    :: ref[1] != NONE ->
       get(1);
       if
       :: got -> got = false; touch(); decref()
       :: else
       fi
    :: else
    fi
}

active proctype getter()
{
    LOCALS;
    ref[0] != NONE;
    get(0);
    if
    :: got -> got = false; touch(); decref()
    :: else
    fi
}

active proctype check()
{
    timeout;
    assert(freed && deaths == 1 && count == DEAD);
    assert(finalized == 1);
    assert(calls[0] == 1 && calls[1] == (ref[1] != NONE));
    assert(!shard)
}
