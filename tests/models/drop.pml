/*
 * drop.pml - own_drop of a child against all who may take it out of the ledger meanwhile.
 *
 * A pool P with two stripes, 0 and 1, and a pool Q with one, 2, are cleared (or die: what is taken
 * out is the same). The child is in stripe 0. A thread drops it from P, one moves it to Q, one back
 * into stripe 1 of P; they have a reference to the child each, which they release then. So it may
 * die in any of the five threads: own_drop, own_move, pool_orphan (pool/own.c), ledger_release
 * (pool/ledger.c), each under the locks of the stripes concerned, and shared_unhold and
 * shared_release (object/shared.c).
 *
 * What is said of the child's limits is a look at the child and all below it (limit_move).
 *
 * mutants:
 *   STRIPE_NOT_READ_AGAIN     the stripe that was read without its lock is taken for the child's
 *   LIMIT_AFTER_UNHOLD        the limits are told when the reference has been released already
 *   CALLED_WITHOUT_REFERENCE  who drops the child has no reference to it
 *   SPLIT_COUNT               a release reads the count and writes it, without an exchange
 */
#ifdef CALLED_WITHOUT_REFERENCE
#define COUNT_FIRST (-3)
#else
#define COUNT_FIRST (-4)
#endif
#define STATE_FIRST STATE_HELD_ONE
#include "shared.pml"

#define Q 2
#define NOWHERE 3
byte parent;             /* child->entry.parent */
bool in_ledger[3] = {true, false, false}; /* the child is in the ring of that stripe */
bool mutex[3];

/* Nobody else has a reference: what else happens to it is for other models. */
inline die()
{
    d_step {
        touch();
        assert(count == DEAD && state == 0 && parent == NOWHERE);
        freed = true;
        deaths++;
        last = false
    }
}

inline decref()
{
    release();
    if
    :: last -> die()
    :: else
    fi
}

/* ledger_remove_child, under the lock of the stripe. The entry is free for others at the end. */
inline remove_child(stripe)
{
    d_step { touch(); assert(in_ledger[stripe] && mutex[stripe]); in_ledger[stripe] = false };
    d_step { touch(); assert(parent == stripe); parent = NOWHERE }
}

inline add_child(stripe)
{
    d_step { touch(); assert(parent == NOWHERE && mutex[stripe]); parent = stripe };
    d_step { touch(); assert(!in_ledger[stripe]); in_ledger[stripe] = true }
}

/* pool_orphan, of a child that is in that stripe, which is locked and is not afterwards. */
inline orphan(stripe)
{
#ifndef LIMIT_AFTER_UNHOLD
    touch(); /* limit_move */
#endif
    remove_child(stripe);
    unlock(mutex[stripe]);
    unhold();
    if
    :: last -> die()
    :: else ->
#ifdef LIMIT_AFTER_UNHOLD
       touch()
#else
       skip
#endif
    fi
}

/* Locks the stripe `at` of the child, and the one that it is to go to, if any; NOWHERE: it is not
   of the stripes from `least` to `most`. */
inline lock_child(least, most, to)
{
    do
    :: d_step { touch(); at = parent };
       if
       :: at < least || at > most -> at = NOWHERE; break
       :: else
       fi;
       if
       :: to < at -> lock(mutex[to])
       :: else
       fi;
       lock(mutex[at]);
       if
       :: to != NOWHERE && to > at -> lock(mutex[to])
       :: else
       fi;
#ifdef STRIPE_NOT_READ_AGAIN
       break
#else
       if
       :: d_step { parent == at -> touch() }; break
       :: d_step { parent != at -> touch() };
          unlock(mutex[at]);
          if
          :: to != NOWHERE -> unlock(mutex[to])
          :: else
          fi
       fi
#endif
    od
}

active proctype dropper()
{
    LOCALS;
    byte at;
    lock_child(0, 1, NOWHERE);
    if
    :: at != NOWHERE -> orphan(at)
    :: else /* EINVAL */
    fi;
#ifndef CALLED_WITHOUT_REFERENCE
    decref()
#endif
}

inline move(least, most, to)
{
    lock_child(least, most, to);
    if
    :: at != NOWHERE ->
       remove_child(at);
       add_child(to);
       unlock(mutex[at]);
       unlock(mutex[to])
    :: else /* EINVAL */
    fi
}

active proctype mover()
{
    LOCALS;
    byte at;
    move(0, 1, Q);
    decref()
}

active proctype mover_back()
{
    LOCALS;
    byte at;
    move(Q, Q, 1);
    decref()
}

/* own_pool_clear: P by the first, Q by the second. */
active [2] proctype clearer()
{
    LOCALS;
    byte at = (_pid == 3 -> 0 : Q);
    do
    :: true -> lock(mutex[at]);
       if
       :: in_ledger[at] -> orphan(at)
       :: else -> unlock(mutex[at])
       fi;
       if
       :: at == 0 -> at = 1
       :: else -> break
       fi
    od
}

active proctype check()
{
    timeout;
    assert(!mutex[0] && !mutex[1] && !mutex[2]);
    assert(in_ledger[0] + in_ledger[1] + in_ledger[2] == !freed);
    if
    :: freed -> assert(deaths == 1)
    :: else -> assert(in_ledger[parent] && count == -1 && state == STATE_HELD_ONE)
    fi
}
