/*
 * shared.pml - a shared object, its count, and locks: the steps of src/object/shared.c.
 *
 * One statement is one access to memory that another thread may change, or what the C code does
 * under a lock and no one else does without it. Memory is sequentially consistent here; what the
 * orders of the exchanges are good for is for ThreadSanitizer to judge. An exchange never fails
 * where nothing came between: that would only go round once more.
 *
 * A model says what count and state are at first: COUNT_FIRST, STATE_FIRST.
 *
 * Each access asserts that the object has its memory yet, and each that releases that it is no
 * misuse: a thread of a model releases what is its own, so the library must never say otherwise.
 */

/* own_object.count: -n references. */
#define GUARD (-1)
#define DEAD (-100)
short count = COUNT_FIRST;

/* own_object.state. */
#define STATE_WEAK 1
#define STATE_DYING 2
#define STATE_FINALIZED 4
#define STATE_HELD_ONE 8
byte state = STATE_FIRST;

bool freed;  /* the object has no memory any more */
byte deaths; /* how often it got to that */

inline touch()
{
    assert(!freed)
}

inline lock(mutex)
{
    atomic { !mutex -> mutex = true }
}

inline unlock(mutex)
{
    d_step { assert(mutex); mutex = false }
}

/* Every process that counts has these. */
#define LOCALS \
    short old_count; \
    byte old_state; \
    bool last; \
    bool got

/* Nobody else has a reference, nor can get one: nothing is exchanged. */
#ifdef ONLY_BUT_WEAK
#define ONLY old_count == -1
#else
#define ONLY old_count == -1 && !(old_state & STATE_WEAK)
#endif

/* Each step of the count ends so that what it left in these is one state, not many. */
#define FORGET old_count = 0; old_state = 0

/* own_incref, by one who has a reference: one atomic subtraction. */
inline incref()
{
    d_step { touch(); assert(count < 0 && count > DEAD); count-- }
}

/* shared_try_incref: under the lock of the weak references. */
inline try_incref()
{
    d_step { touch(); old_count = count };
    do
    :: d_step { old_count == DEAD -> got = false; FORGET }; break
    :: d_step { old_count != DEAD && old_count == count -> touch(); count--; got = true; FORGET };
       break
    :: d_step { old_count != DEAD && old_count != count -> touch(); old_count = count }
    od
}

/* shared_release: `last` is SHARED_WAS_LAST, where the count is dead now. */
inline release()
{
    d_step { touch(); old_count = count; old_state = state };
    do
    :: d_step {
           true ->
           touch();
           assert(old_count != DEAD); /* SHARED_IS_DEAD */
           assert(old_count != -1 ||
                  (old_state < STATE_HELD_ONE && !(old_state & STATE_DYING))) /* _IS_NOT_YOURS */
       };
       if
       :: d_step { ONLY -> touch(); last = true; FORGET }; break
#ifdef SPLIT_COUNT
       :: d_step { true -> touch(); last = old_count == -1;
                   count = (last -> DEAD : old_count + 1); FORGET };
          break
#else
       :: d_step { !(ONLY) && old_count == count && old_state == state ->
                   touch(); last = old_count == -1; count = (last -> DEAD : count + 1); FORGET };
          break
       :: d_step { !(ONLY) && (old_count != count || old_state != state) ->
                   touch(); old_count = count; old_state = state }
#endif
       fi
    od
}

/* shared_unhold: a pool releases a reference; all that pools hold are one step of the count. */
inline unhold()
{
    d_step { touch(); old_count = count; old_state = state };
    do
    :: d_step { ONLY && old_state < 2 * STATE_HELD_ONE ->
                touch(); assert(old_state >= STATE_HELD_ONE);
                state = old_state - STATE_HELD_ONE; last = true; FORGET };
       break
#ifdef SPLIT_COUNT
    :: d_step { true ->
#else
    :: d_step { !(ONLY && old_state < 2 * STATE_HELD_ONE) &&
                old_count == count && old_state == state ->
#endif
                touch(); assert(old_state >= STATE_HELD_ONE);
                state = old_state - STATE_HELD_ONE;
                last = state < STATE_HELD_ONE && old_count == -1;
                count = (state >= STATE_HELD_ONE -> old_count : (last -> DEAD : old_count + 1));
                FORGET };
       break
#ifndef SPLIT_COUNT
    :: d_step { !(ONLY && old_state < 2 * STATE_HELD_ONE) &&
                (old_count != count || old_state != state) ->
                touch(); old_count = count; old_state = state }
#endif
    od
}
