/*
 * total.pml - own_pool_total beside threads that move and drop what it goes through.
 *
 * X and Y are children of a root. A thread moves X below Y and back, one moves Y below X and back,
 * and one drops Y from the root, with which Y may die; own_move (ownership/move.c) and own_drop
 * (ownership/hold.c) enter one ledger at a time. Two threads go through the tree: add_shared
 * (pool/usage.c) keeps the ledgers on the way down. That no thread waits for ever is asked by spin
 * itself.
 *
 * mutants:
 *   PARENT_LEFT    the ledger of a parent is left before that of the child is entered
 *   CHILD_FIRST    one of the two enters a child before its parent
 *   PARENT_AGAIN   the ledger of a parent is left and entered again beside that of the child
 *   BOTH_ENTERED   a move keeps the ledger that it takes the child out of
 */
#define R 0
#define X 1
#define Y 2
#define NOBODY 3

byte parent[3] = {NOBODY, R, R};
bool mutex[3];
bool tree;
bool freed[3];

inline lock(it)
{
    atomic { !it -> it = true }
}

inline unlock(it)
{
    d_step { assert(it); it = false }
}

inline enter(pool)
{
    assert(!freed[pool]);
    lock(mutex[pool]);
    assert(!freed[pool])
}

#define NEXT(least) \
    ((least) <= X && parent[X] == at -> X : ((least) <= Y && parent[Y] == at -> Y : NOBODY))

active [2] proctype total()
{
    byte at = R, child = X;
#ifdef CHILD_FIRST
    if
    :: _pid == 0 -> enter(X); enter(R); unlock(mutex[X])
    :: else -> enter(R)
    fi;
#else
    enter(R);
#endif
    do
    :: d_step { true -> assert(!freed[at]); child = NEXT(child) };
       if
       :: child != NOBODY ->
#ifdef PARENT_LEFT
          unlock(mutex[at]);
#endif
          enter(child);
#ifdef PARENT_LEFT
          enter(at);
#endif
          d_step { at = child; child = X }
       :: at == R -> unlock(mutex[R]); break
       :: child == NOBODY && at != R ->
#ifdef PARENT_AGAIN
          unlock(mutex[parent[at]]);
          lock(mutex[parent[at]]);
#endif
          unlock(mutex[at]);
          d_step { child = at + 1; assert(!freed[at] && parent[at] != NOBODY); at = parent[at] }
       fi
    od;
    atomic { at = R; child = X }
}

/* own_move(from, to, child), of a child that is in that pool and would not come below itself. */
inline move(child, from, to)
{
    lock(tree);
    if
    :: parent[to] != child && !freed[to] && !freed[child] ->
       lock(mutex[from]);
       if
       :: parent[child] == from ->
          parent[child] = NOBODY;
#ifndef BOTH_ENTERED
          unlock(mutex[from]);
#endif
          lock(mutex[to]);
          parent[child] = to;
          unlock(mutex[to])
#ifdef BOTH_ENTERED
          ;
          unlock(mutex[from])
#endif
       :: else -> unlock(mutex[from])
       fi
    :: else
    fi;
    unlock(tree)
}

/* A thread that moves has references to what it moves. */
byte references[3] = {1, 1, 3};

inline release(pool)
{
    d_step {
        references[pool]--;
        if
        :: references[pool] == 0 && parent[pool] == NOBODY -> freed[pool] = true
        :: else
        fi
    }
}

active proctype mover_of_x()
{
    move(X, R, Y);
    move(X, Y, R);
    release(Y)
}

active proctype mover_of_y()
{
    move(Y, R, X);
    move(Y, X, R);
    release(Y)
}

active proctype dropper_of_y()
{
    lock(mutex[R]);
    if
    :: parent[Y] == R -> parent[Y] = NOBODY
    :: else
    fi;
    unlock(mutex[R]);
    release(Y)
}
