/*
 * drop.pml - own_drop of a child against all who may take it out of the ledger meanwhile.
 *
 * A pool P with two stripes, 0 and 1, and a pool Q with one, 2, are cleared; then Q dies. The child
 * is in stripe 0. A thread drops it from P, one moves it to Q, one back into stripe 1 of P; they
 * have a reference to the child each, which they release then. So it may die in any of the five
 * threads: own_drop, own_move, enter_parent, pool_orphan (pool/own.c), ledger_release
 * (pool/ledger.c), with shared_unhold and shared_release (object/shared.c).
 *
 * mutants:
 *   STRIPE_NOT_READ_AGAIN     the stripe that was read without its lock is taken for the child's
 *   PARENT_LOOKED_INTO        a parent that was read without a lock is asked whose stripe it is
 *   CHILD_LOOKED_AT           after its reference has been released
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
bool tree;     /* the lock under which pools get a parent */
byte moves;    /* that have ended; who moves has a reference to Q */
bool q_freed;

/* Nobody else has a reference: what else happens to it is for other models. */
inline die()
{
    d_step {
        touch();
        assert((count == DEAD || count == GUARD) && state == 0 && parent == NOWHERE);
        count = DEAD;
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
    touch(); /* own_is_shared */
    remove_child(stripe);
    unhold();
#ifdef CHILD_LOOKED_AT
    touch();
#endif
    unlock(mutex[stripe]);
    if
    :: last -> die()
    :: else
    fi
}

/* enter_parent: `at` is the stripe of the child, which is locked; NOWHERE: that is none of those
   from `least` to `most`. */
inline enter_parent(least, most)
{
    do
    :: true ->
       d_step { touch(); at = parent };
#ifdef PARENT_LOOKED_INTO
       assert(at != Q || !q_freed);
#endif
       if
       :: at < least || at > most -> at = NOWHERE; break
       :: else
       fi;
       lock(mutex[at]);
#ifdef STRIPE_NOT_READ_AGAIN
       break
#else
       if
       :: d_step { parent == at -> touch() }; break
       :: d_step { parent != at -> touch() };
          unlock(mutex[at])
       fi
#endif
    od
}

active proctype dropper()
{
    LOCALS;
    byte at;
    enter_parent(0, 1);
    if
    :: at != NOWHERE -> orphan(at)
    :: else /* EINVAL */
    fi;
#ifndef CALLED_WITHOUT_REFERENCE
    decref()
#endif
}

/* move_child: one lock of a stripe at a time. */
inline move(least, most, to)
{
    lock(tree);
    enter_parent(least, most);
    if
    :: at != NOWHERE ->
       remove_child(at);
       unlock(mutex[at]);
       lock(mutex[to]);
       add_child(to);
       unlock(mutex[to])
    :: else /* EINVAL */
    fi;
    unlock(tree);
    moves++
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

inline clear(stripe)
{
    lock(mutex[stripe]);
    if
    :: in_ledger[stripe] -> orphan(stripe)
    :: else -> unlock(mutex[stripe])
    fi
}

active proctype clearer_of_p()
{
    LOCALS;
    clear(0);
    clear(1)
}

active proctype clearer_of_q()
{
    LOCALS;
    clear(Q);
    moves == 2;
    clear(Q);
    q_freed = true
}

active proctype check()
{
    timeout;
    assert(!mutex[0] && !mutex[1] && !mutex[2] && !tree && q_freed);
    assert(in_ledger[0] + in_ledger[1] + in_ledger[2] == !freed);
    if
    :: freed -> assert(deaths == 1)
    :: else -> assert(in_ledger[parent] && count == -1 && state == STATE_HELD_ONE)
    fi
}
