/*
 * drop.pml - own_drop of a child against all who may take it out of the ledger meanwhile.
 *
 * A pool P has two parts, 0 and 1; a pool Q has one, 2, and dies at the end. The child is in part
 * 0. Two threads drop it from P, one moves it to Q, one back into part 1 of P; they have a
 * reference to the child each, which they release then. So it may die in any of the five threads:
 * own_drop, pool_enter_parent (ownership/hold.c), own_move (ownership/move.c), pool_orphan,
 * pool_release (pool/release.c), with shared_unhold and shared_release (object/shared.c).
 *
 * mutants:
 *   PART_NOT_READ_AGAIN       the part that was read without its lock is taken for the child's
 *   PARENT_LOOKED_INTO        a parent that was read without a lock is asked whose part it is
 *   CHILD_LOOKED_AT           after its reference has been released
 *   CALLED_WITHOUT_REFERENCE  a thread that drops the child has no reference to it
 *   SPLIT_COUNT               a release reads the count and writes it, without an exchange
 */
#ifdef CALLED_WITHOUT_REFERENCE
#define COUNT_FIRST (-3)
#else
#define COUNT_FIRST (-5)
#endif
#define STATE_FIRST STATE_HELD_ONE
#include "shared.pml"

#define Q 2
#define NOWHERE 3
byte parent;             /* child->entry.owner */
bool in_ledger[3] = {true, false, false}; /* the child is in the ring of that part */
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

/* ledger_remove_child, under the lock of the part. The entry is free for others at the end. */
inline remove_child(part)
{
    d_step { touch(); assert(in_ledger[part] && mutex[part]); in_ledger[part] = false };
    d_step { touch(); assert(parent == part); parent = NOWHERE }
}

inline add_child(part)
{
    d_step { touch(); assert(parent == NOWHERE && mutex[part]); parent = part };
    d_step { touch(); assert(!in_ledger[part]); in_ledger[part] = true }
}

/* pool_orphan, of a child that is in that part, which is locked and is not afterwards. */
inline orphan(part)
{
    touch(); /* own_is_shared */
    remove_child(part);
    unhold();
#ifdef CHILD_LOOKED_AT
    touch();
#endif
    unlock(mutex[part]);
    if
    :: last -> die()
    :: else
    fi
}

/* pool_enter_parent: `at` is the part of the child, which is locked; NOWHERE: that is none of those
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
#ifdef PART_NOT_READ_AGAIN
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

active [2] proctype dropper()
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

/* move_child: one lock of a part at a time. */
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

/* Q is gone through when nobody else can be in it, and dies. */
active proctype death_of_q()
{
    LOCALS;
    moves == 2;
    lock(mutex[Q]);
    if
    :: in_ledger[Q] -> orphan(Q)
    :: else -> unlock(mutex[Q])
    fi;
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
