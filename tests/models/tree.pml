/*
 * tree.pml - pools that get a parent, and the death of a pool above them.
 *
 * P is a child of G, X and Q are roots. Three threads give X to P, P to X and X to Q, each with
 * references to both, while the last reference to G goes: own_give, give_child, check_parent
 * (ownership/move.c), own_pool_is_ancestor, tree_pass (pool/tree.c), pool_release (pool/release.c).
 * The counts are for other models: here it is who is in whose ledger.
 *
 * mutants:
 *   ROOT_NOT_SEEN_AGAIN  whether the pool has a parent is seen before the lock of the tree only
 *   WITHOUT_TREE_LOCK    pools get a parent under the lock of that parent alone
 *   FREED_AT_ONCE        the memory of G goes without waiting for those on the way up
 */
#define G 0
#define P 1
#define X 2
#define Q 3
#define NOBODY 4

byte parent[4] = {NOBODY, G, NOBODY, NOBODY};
bool freed[4];
byte gives; /* that made a child */
bool tree;  /* the lock */
bool ledger_of_g;

inline lock(mutex)
{
    atomic { !mutex -> mutex = true }
}

inline unlock(mutex)
{
    d_step { assert(mutex); mutex = false }
}

inline lock_tree()
{
#ifndef WITHOUT_TREE_LOCK
    lock(tree)
#else
    skip
#endif
}

inline unlock_tree()
{
#ifndef WITHOUT_TREE_LOCK
    unlock(tree)
#else
    skip
#endif
}

/* own_give(owner, child). The way up is gone one step at a time. A pool that has a parent already
   is held like any object. */
proctype give(byte owner, child)
{
    byte at;
    if
    :: parent[child] == NOBODY ->
       lock_tree();
       if
#ifndef ROOT_NOT_SEEN_AGAIN
       :: parent[child] != NOBODY
       :: parent[child] == NOBODY ->
#else
       :: true ->
#endif
          at = owner;
          do
          :: at == child || at == NOBODY -> break
          :: else -> d_step { assert(!freed[at]); at = parent[at] }
          od;
          if
          :: at == child /* ELOOP */
          :: else -> d_step { assert(parent[child] == NOBODY); parent[child] = owner; gives++ }
          fi
       fi;
       unlock_tree()
    :: parent[child] != NOBODY
    fi
}

active proctype death_of_g()
{
    lock(ledger_of_g);
    d_step { assert(parent[P] == G); parent[P] = NOBODY };
    unlock(ledger_of_g);
#ifndef FREED_AT_ONCE
    lock_tree();
    unlock_tree();
#endif
    freed[G] = true
}

active proctype check()
{
    atomic { run give(P, X); run give(X, P); run give(Q, X) };
    timeout;
    assert(parent[P] != X || parent[X] != P);
    assert(gives == (parent[P] != NOBODY) + (parent[X] != NOBODY))
}
