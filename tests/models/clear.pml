/*
 * clear.pml - own_pool_clear against threads that allocate and add to the ledger in all stripes.
 *
 * A pool with two stripes, each with its lock, its ledger and its blocks. One thread clears the
 * pool: ledger_release (pool/ledger.c, with shared_enter_newest in pool/shared.c) takes the newest
 * entry of all stripes out, under the lock of its stripe, and runs it without a lock; when there is
 * none, it empties the blocks of each stripe under its lock (extent_clear in pool/extent.c). Each
 * of two threads allocates a block in its stripe and frees that of the other, if it has been given
 * it by then; they are own_alloc and own_free (pool/block.c). The second also adds an entry and
 * takes it back (own_defer, own_undefer in pool/own.c).
 *
 * Entry 0 is the newest at first, 1 is older. The call of 1 adds 2, in a stripe that is there or
 * that it makes for that; 3 is the other thread's. What the pool has when the clear begins is run
 * newest first, and when it ends nothing of that is left, nor of what it added itself.
 *
 * mutants:
 *   CALL_UNDER_LOCK       the deferred call is made under the lock of its entry's stripe
 *   NEWEST_NOT_COMPARED   the newest of the stripe chosen is run, though it is another one by now
 *   STRIPES_COUNTED_ONCE  a stripe that is made meanwhile is not looked at
 *   EMPTIED_WITHOUT_LOCK  the blocks of a stripe go without its lock
 *   BUMP_WITHOUT_LOCK     own_alloc bumps without the lock, as it does in the header
 *   FREED_WHERE_CALLED    own_free takes the lock of the caller's stripe, not that of the block's
 */
bool mutex[3];
byte stripes = 2; /* a third may come */

/* The ledger: the stripe of an entry, and the time at which it was added; 0: it is not there. */
byte place[4] = {0, 1, 0, 1};
byte when[4] = {2, 1, 0, 0};
byte now = 2;
byte runs[4];
bool withdrawn; /* entry 3 */
bool began;
bool expected; /* entry 3 was there when the clear began */

/* The blocks of a stripe, one of which is there at first: a bit for each that is alive. */
byte bump[2] = 1;
byte alive[2] = 1;
byte holes[2]; /* the same for those that were freed */
byte blocks[2] = 1;
bool side_by_side, counted_right;
byte given[2]; /* the block that a thread has given to the other */

#define AT(entry, stripe) (place[entry] == stripe -> when[entry] : 0)
#define NEWER(one, other) ((one) > (other) -> (one) : (other))
#define NEWEST(stripe) \
    NEWER(NEWER(AT(0, stripe), AT(1, stripe)), NEWER(AT(2, stripe), AT(3, stripe)))
#define BITS(set) (((set) & 1) + ((set) >> 1 & 1) + ((set) >> 2 & 1))

inline lock(stripe)
{
    atomic { !mutex[stripe] -> mutex[stripe] = true }
}

inline unlock(stripe)
{
    d_step { assert(mutex[stripe]); mutex[stripe] = false }
}

/* Of a stripe with blocks, which is locked. */
inline validate(stripe)
{
    d_step {
        counted_right = blocks[stripe] == BITS(alive[stripe]);
        side_by_side = (alive[stripe] | holes[stripe]) == (1 << bump[stripe]) - 1;
        assert(counted_right);
        assert(side_by_side)
    }
}

inline add(entry, stripe)
{
    lock(stripe);
    d_step { assert(!when[entry]); now++; place[entry] = stripe; when[entry] = now };
    unlock(stripe)
}

/* The newest entry over all stripes, one after the other. */
inline look()
{
#ifndef STRIPES_COUNTED_ONCE
    counted = stripes;
#endif
    d_step { newest = 0; from = 0; at = 0 };
    do
    :: at < counted ->
       lock(at);
       d_step {
           if
           :: NEWEST(at) > newest -> newest = NEWEST(at); from = at
           :: else
           fi
       };
       unlock(at);
       at++
    :: else -> at = 0; break
    od
}

/* Takes it out, unless it has gone meanwhile: what is newer is newest too, what is older may not
   be. `entry` is 4 then. */
inline take()
{
    lock(from);
    d_step {
        entry = 4;
        if
#ifdef NEWEST_NOT_COMPARED
        :: NEWEST(from) > 0 ->
#else
        :: NEWEST(from) >= newest ->
#endif
           newest = NEWEST(from);
           entry = (when[0] == newest -> 0 : (when[1] == newest -> 1 :
                       (when[2] == newest -> 2 : 3)));
           when[entry] = 0
        :: else
        fi
    };
#ifndef CALL_UNDER_LOCK
    unlock(from)
#else
    skip
#endif
}

inline call()
{
    d_step { runs[entry]++; assert(runs[entry] == 1); assert(entry != 1 || runs[0] == 1) };
    if
    :: entry == 1 ->
       if
       :: true -> add(2, 1)
       :: true -> stripes++; add(2, 2)
       fi
    :: else
    fi
}

active proctype clearer()
{
    byte newest, from, at, entry;
    byte counted = stripes;
    d_step { began = true; expected = when[3] != 0 };
    do
    :: look();
       if
       :: newest == 0 -> break
       :: else
       fi;
       take();
       if
       :: entry < 4 -> call()
       :: else
       fi;
#ifdef CALL_UNDER_LOCK
       unlock(from)
#else
       skip
#endif
    od;
    do
    :: at < 2 ->
#ifndef EMPTIED_WITHOUT_LOCK
       lock(at);
       validate(at);
#endif
       alive[at] = 0;
       holes[at] = 0;
       bump[at] = 0;
       blocks[at] = 0;
#ifndef EMPTIED_WITHOUT_LOCK
       validate(at);
       unlock(at);
#endif
       at++
    :: else -> break
    od;
    assert(!when[0] && !when[1] && !when[2]);
    assert(runs[0] == 1 && runs[1] == 1 && runs[2] == 1);
    assert(!expected || withdrawn || runs[3] == 1)
}

inline allocate(stripe)
{
#ifdef BUMP_WITHOUT_LOCK
    block = bump[stripe];
    lock(stripe);
#else
    lock(stripe);
    validate(stripe);
    block = bump[stripe];
#endif
    bump[stripe] = block + 1;
    alive[stripe] = alive[stripe] | 1 << block;
    blocks[stripe]++;
    validate(stripe);
    unlock(stripe);
    given[stripe] = 1 << block
}

/* A block that the clear has taken away meanwhile is none any more: EINVAL. */
inline free_block(stripe, caller)
{
#ifdef FREED_WHERE_CALLED
    lock(caller);
#else
    lock(stripe);
    validate(stripe);
#endif
    if
    :: alive[stripe] & block ->
       alive[stripe] = alive[stripe] & ~block;
       holes[stripe] = holes[stripe] | block;
       blocks[stripe]--;
       validate(stripe)
    :: else
    fi;
#ifdef FREED_WHERE_CALLED
    unlock(caller)
#else
    unlock(stripe)
#endif
}

active [2] proctype worker()
{
    byte block;
    byte own = _pid - 1;
    allocate(own);
    if
    :: own == 1 ->
       add(3, 1);
       lock(1);
       d_step {
           if
           :: when[3] -> when[3] = 0; withdrawn = true
           :: else
           fi
       };
       unlock(1)
    :: else
    fi;
    block = given[1 - own];
    if
    :: block -> free_block(1 - own, own)
    :: else
    fi
}

active proctype check()
{
    timeout;
    assert(!mutex[0] && !mutex[1] && !mutex[2]);
    assert(!when[3] && runs[3] + withdrawn == 1);
    validate(0);
    validate(1)
}
